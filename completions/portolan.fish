# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_portolan_global_optspecs
    string join \n C= config= target= catalog= color= q/quiet v/verbose no-progress h/help V/version
end

function __fish_portolan_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_portolan_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_portolan_using_subcommand
    set -l cmd (__fish_portolan_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c portolan -n "__fish_portolan_needs_command" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_needs_command" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_needs_command" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_needs_command" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_needs_command" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_needs_command" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_needs_command" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_needs_command" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_needs_command" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_needs_command" -s V -l version -d 'Print version'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "init" -d 'Wire this repository: config, pre-commit hook, pipeline, first snapshot'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "lint" -d 'Check the entity manifests of this repository'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "validate" -d 'Check the entity manifests of this repository'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "diff" -d 'Show what a push would change in the catalog, and what it would endanger'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "push" -d 'Do what `diff` shows: create, update and delete in the catalog'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "pull" -d 'Bring blueprints and known entities from the catalog into `.portolan/`'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "new" -d 'Scaffold a manifest from a blueprint'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "explain" -d 'Explain a rule: what is wrong, why it matters, how to mend it'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "config" -d 'Show every setting and where it comes from'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "serve" -d 'Serve the embedded catalog over the platform\'s HTTP API'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "schema" -d 'Print the JSON Schema of manifests, the config or an output'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "man" -d 'Print the manual page'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l ci -d 'Where pipelines run; found by the remote `origin` and by the files that are there' -r -f -a "github\t''
gitlab\t''
none\t''"
complete -c portolan -n "__fish_portolan_using_subcommand init" -l scope -d 'Whose entities these are; default: owner and name of the remote `origin`' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand init" -l platform -d 'The catalog\'s brand; default: that of the manifests that are here, or of the credentials' -r -f -a "port\t''
glint\t''"
complete -c portolan -n "__fish_portolan_using_subcommand init" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand init" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand init" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand init" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand init" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand init" -s y -l yes -d 'Ask nothing and write the files'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l dry-run -d 'Show the files and write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l pre-commit -d 'Add the hook of pre-commit, in a folder without Git too'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l no-pre-commit -d 'Add no hook'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l from-catalog -d 'Write manifests for all that the catalog has'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l example -d 'Begin with two blueprints and two manifests to try things out with'
complete -c portolan -n "__fish_portolan_using_subcommand init" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand init" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l since -d 'Report what differs from where REF and `HEAD` parted' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l stdin-filename -d 'The file that standard input stands for' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l output -d 'How to report, and where to: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`; repeatable' -r -f -a "text\t''
concise\t''
json\t''
sarif\t''
github\t''
gitlab\t''
junit\t''
markdown\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l fail-on -d 'The least severity that makes the exit code 1' -r -f -a "error\t''
warning\t''
info\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l max-findings -d 'Report at most so many findings, the worst first; 0 is all' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l baseline -d 'Leave out the findings that this file knows' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l write-baseline -d 'Write a baseline that knows all findings of this run, and succeed' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l rule -d 'Set the level of a rule, by its name or code: `error`, `warning`, `info` or `off`; repeatable' -r -f -a "yaml-syntax\t''
duplicate-key\t''
ambiguous-scalar\t''
non-string-key\t''
too-deep\t''
too-large\t''
alias-bomb\t''
bad-encoding\t''
unnormalised-text\t''
unknown-field\t''
missing-field\t''
wrong-type\t''
unknown-kind\t''
unsupported-version\t''
invalid-resource-name\t''
namespace-on-cluster-entity\t''
foreign-field\t''
invalid-identifier\t''
unknown-blueprint\t''
broken-blueprint\t''
unknown-property\t''
missing-property\t''
wrong-property-type\t''
value-not-allowed\t''
malformed-value\t''
value-out-of-range\t''
computed-property\t''
inherited-team\t''
flawed-blueprint\t''
unknown-relation\t''
missing-relation\t''
relation-arity\t''
dangling-relation\t''
repeated-target\t''
duplicate-entity\t''
duplicate-resource\t''
case-collision\t''
stale-snapshot\t''
plain-secret\t''
unused-ignore\t''
unknown-rule\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l staged -d 'Report what the next commit changes, as the index has it'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l pre-commit -d 'In a hook of pre-commit: report what the next commit changes, and the PATHS that pre-commit names'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l changed -d 'Report what differs from `HEAD`'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l fix -d 'Make the safe repairs'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l diff -d 'With `--fix`: show the repairs as a diff and write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l force-exclude -d 'Leave out what the config leaves out, even where PATHS name it'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l since -d 'Report what differs from where REF and `HEAD` parted' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l stdin-filename -d 'The file that standard input stands for' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l output -d 'How to report, and where to: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`; repeatable' -r -f -a "text\t''
concise\t''
json\t''
sarif\t''
github\t''
gitlab\t''
junit\t''
markdown\t''"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l fail-on -d 'The least severity that makes the exit code 1' -r -f -a "error\t''
warning\t''
info\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l max-findings -d 'Report at most so many findings, the worst first; 0 is all' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l baseline -d 'Leave out the findings that this file knows' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l write-baseline -d 'Write a baseline that knows all findings of this run, and succeed' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l rule -d 'Set the level of a rule, by its name or code: `error`, `warning`, `info` or `off`; repeatable' -r -f -a "yaml-syntax\t''
duplicate-key\t''
ambiguous-scalar\t''
non-string-key\t''
too-deep\t''
too-large\t''
alias-bomb\t''
bad-encoding\t''
unnormalised-text\t''
unknown-field\t''
missing-field\t''
wrong-type\t''
unknown-kind\t''
unsupported-version\t''
invalid-resource-name\t''
namespace-on-cluster-entity\t''
foreign-field\t''
invalid-identifier\t''
unknown-blueprint\t''
broken-blueprint\t''
unknown-property\t''
missing-property\t''
wrong-property-type\t''
value-not-allowed\t''
malformed-value\t''
value-out-of-range\t''
computed-property\t''
inherited-team\t''
flawed-blueprint\t''
unknown-relation\t''
missing-relation\t''
relation-arity\t''
dangling-relation\t''
repeated-target\t''
duplicate-entity\t''
duplicate-resource\t''
case-collision\t''
stale-snapshot\t''
plain-secret\t''
unused-ignore\t''
unknown-rule\t''"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l staged -d 'Report what the next commit changes, as the index has it'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l pre-commit -d 'In a hook of pre-commit: report what the next commit changes, and the PATHS that pre-commit names'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l changed -d 'Report what differs from `HEAD`'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l fix -d 'Make the safe repairs'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l diff -d 'With `--fix`: show the repairs as a diff and write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l force-exclude -d 'Leave out what the config leaves out, even where PATHS name it'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l ref -d 'Read the manifests and the snapshot from this commit, and not from the work tree; nothing is checked out' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l base -d 'Tell what this branch changes from what was pending before: compare with where REF and `HEAD` parted; found by itself in pipelines' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l only -d 'Take these blueprints or files alone, and what they cannot do without' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l out -d 'Write the plan to FILE, for `push --plan FILE`' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l output -d 'How to report, and where to: `text`, `json`, `markdown`, `summary`; repeatable' -r -f -a "text\t''
json\t''
markdown\t''
summary\t''"
complete -c portolan -n "__fish_portolan_using_subcommand diff" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l no-base -d 'Look for no base'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l adopt -d 'Take over declared entities that somebody else wrote'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l prune -d 'Delete what this scope wrote and the manifests no longer declare, whatever the config says'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l no-prune -d 'Delete nothing, whatever the config says'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l only-branch -d 'Leave out what was pending before this branch'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l verify -d 'Ask the catalog too whether it would take each write, and show where it would not'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l exit-code -d 'End with 2 when there are changes'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l full -d 'Fold nothing in the text'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l approve -d 'Say yes to the hazards of the plan with this digest, which the plan shows; repeatable' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l ref -d 'Read the manifests and the snapshot from this commit, and not from the work tree; nothing is checked out' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l base -d 'Tell what this branch changes from what was pending before: compare with where REF and `HEAD` parted; found by itself in pipelines' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l only -d 'Take these blueprints or files alone, and what they cannot do without' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand push" -l plan -d 'Do what `diff --out FILE` wrote down, or nothing where anything it hangs on has moved since' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand push" -l on-error -d 'What to do when a change fails: go on with those that do not need it, or begin nothing more' -r -f -a "continue\t''
stop\t''"
complete -c portolan -n "__fish_portolan_using_subcommand push" -l since-outcome -d 'Push only what comes after the commit of the last push, whose outcome FILE is (`--output json=FILE`)' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand push" -l run-id -d 'Tell the catalog that it is written on behalf of this run of an action' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l output -d 'How to report what was done, and where to: `text`, `json`, `markdown`, `junit`; repeatable' -r -f -a "text\t''
json\t''
markdown\t''
junit\t''"
complete -c portolan -n "__fish_portolan_using_subcommand push" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand push" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand push" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand push" -l no-base -d 'Look for no base'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l adopt -d 'Take over declared entities that somebody else wrote'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l prune -d 'Delete what this scope wrote and the manifests no longer declare, whatever the config says'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l no-prune -d 'Delete nothing, whatever the config says'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l dry-run -d 'Show the plan and do nothing: `diff`'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l rollback -d 'With `--since-outcome`: go back to an older commit, or to another history'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l require-signed -d 'Push only a commit that is signed by somebody whom Git\'s settings trust, and nothing that is not committed'
complete -c portolan -n "__fish_portolan_using_subcommand push" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand push" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l entities -d 'Also write manifests for entities that the catalog has and this repository does not; of all blueprints where none is named' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l output -d 'How to report' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand pull" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l check -d 'Write nothing; end with 2 when the snapshot is out of date'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l dry-run -d 'Show what would be written, and write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l all -d 'With `--entities`: whoever owns them'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l overwrite -d 'With `--entities`: rewrite entities that are in the repository, in files that hold nothing else; their comments are lost'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l set -d 'Give a property its value, or a relation its target' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l relate -d 'Relate it to an entity: for a relation that is called as a property is; several for a relation to many' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l title -d 'What people read in the place of the identifier' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l icon -d 'An icon other than the blueprint\'s' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l team -d 'Who owns it; may be given several times' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l namespace -d 'The namespace of the resource' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l file -d 'Write this file, in the place of one where manifests of the blueprint are; none is overwritten' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand new" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand new" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand new" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand new" -l bare -d 'Write the entity alone, not a resource; so it is in a `port.yml` anyway'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l stdout -d 'Print the manifest, and write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l edit -d 'Open the new file in `VISUAL` or `EDITOR`'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l no-input -d 'Ask nothing, on a terminal either'
complete -c portolan -n "__fish_portolan_using_subcommand new" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand new" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand explain" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_using_subcommand config" -l output -d 'How to show it' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand config" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand config" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand config" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand config" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand config" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand config" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand config" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand config" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand config" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l listen -d 'Where to listen: `127.0.0.1:8080`, `localhost:8080`, or `8080` alone; port 0 is any that is free' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l store -d 'The file that holds the catalog, or `memory` [default: .portolan/local.db]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l seed -d 'Bring in the blueprints and the manifests of the repository in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l client-id -d 'The client id that is let in; made up where it is not chosen [env: PORTOLAN_SERVE_CLIENT_ID]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l client-secret -d 'Its secret; better in the environment, since others see command lines [env: PORTOLAN_SERVE_CLIENT_SECRET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l rate-limit -d 'Answer at most N requests in a period of up to a day, the others with 429: `1000/5m`, `10/s`, `5000/1d`' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l latency -d 'Hold every answer back for so many milliseconds, at most a minute' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l token-lifetime -d 'How many seconds a token is good for' -r
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l output -d 'How to tell where it listens' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand serve" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand serve" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l write -d 'With `manifest`: write `.portolan/manifest.schema.json`, for editors to find'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand completions" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_using_subcommand man" -l out -d 'Write all pages into this folder' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand man" -s C -d 'Work as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand man" -l config -d 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand man" -l target -d 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand man" -l catalog -d 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand man" -l color -d 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand man" -s q -l quiet -d 'Say nothing but results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand man" -s v -l verbose -d 'Also say what was found: the root, the config, the target'
complete -c portolan -n "__fish_portolan_using_subcommand man" -l no-progress -d 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand man" -s h -l help -d 'Print help'
