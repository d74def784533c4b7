# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_portolan_global_optspecs
    string join \n C= config= target= cluster= all scope= catalog= color= q/quiet v/verbose no-cache no-progress h/help V/version
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

complete -c portolan -n "__fish_portolan_needs_command" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_needs_command" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_needs_command" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_needs_command" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_needs_command" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_needs_command" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_needs_command" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_needs_command" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_needs_command" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_needs_command" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_needs_command" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_needs_command" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_needs_command" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_needs_command" -s V -l version -d 'Print version'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "init" -d 'Set up this repository: config, pre-commit hook, pipeline, first snapshot'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "lint" -d 'Check the entity manifests of this repository'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "validate" -d 'Check the entity manifests of this repository'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "diff" -d 'Show what push would change in the catalog, and the hazards'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "push" -d 'Apply what `diff` shows: create, update and delete entities in the catalog'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "pull" -d 'Update the blueprints and known entities in `.portolan/` from the catalog'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "new" -d 'Scaffold a manifest from a blueprint'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "list" -d 'List entities'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "show" -d 'Show an entity, what it points to, and what points to it'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "graph" -d 'Draw what an entity points to and what points to it, or the blueprints and their relations'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "explain" -d 'Explain a rule: what it finds, why it matters, how to fix it'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "config" -d 'Show every setting and its source, or check them against the catalog'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "serve" -d 'Serve the embedded catalog with Port\'s HTTP API'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "cluster" -d 'Work on entities that reach the catalog through a Kubernetes cluster'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "schema" -d 'Print the JSON Schema of manifests, the config or an output'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "lsp" -d 'Run the language server for editors'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "comment" -d 'Create or update the comment on a pull request (GitHub, Azure, Bitbucket) or merge request (GitLab)'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "completions" -d 'Print a shell completion script'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "man" -d 'Print the manual page'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "version" -d 'Print the version, and whether it is a published release or was built from source'
complete -c portolan -n "__fish_portolan_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l ci -d 'CI system; default: detected from the remote `origin` and existing files' -r -f -a "github\t''
gitlab\t''
azure\t''
bitbucket\t''
circleci\t''
codefresh\t''
jenkins\t''
none\t''"
complete -c portolan -n "__fish_portolan_using_subcommand init" -l delivery -d 'Set up delivery to a cluster by this tool: CRDs, the exporter\'s mapping, and the tool\'s objects' -r -f -a "flux\t''
argocd\t''"
complete -c portolan -n "__fish_portolan_using_subcommand init" -l scope -d 'Ownership scope; default: owner and name of the remote `origin`' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand init" -l platform -d 'Catalog product; default: detected from existing manifests or credentials' -r -f -a "port\t''
glint\t''"
complete -c portolan -n "__fish_portolan_using_subcommand init" -l region -d 'Region of the account; default: asked on a terminal, otherwise the first region of the product' -r -f -a "eu\t''
us\t''"
complete -c portolan -n "__fish_portolan_using_subcommand init" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand init" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand init" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand init" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand init" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand init" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand init" -s y -l yes -d 'Write the files without asking'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l dry-run -d 'Show every file in full and write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l pre-commit -d 'Add the pre-commit hook, even outside a Git repository'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l no-pre-commit -d 'Do not add the pre-commit hook'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l from-catalog -d 'Write a manifest for every entity in the catalog'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l example -d 'Add two example blueprints and manifests'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand init" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand init" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand init" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l since -d 'Only findings in files changed since the merge base with REF' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l stdin-filename -d 'File name for the text on standard input' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l output -d 'Report format, and file: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `azure`, `junit`, `markdown`; repeatable' -r -f -a "text\t''
concise\t''
json\t''
sarif\t''
github\t''
gitlab\t''
azure\t''
junit\t''
markdown\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l fail-on -d 'Minimum severity that fails the run' -r -f -a "error\t''
warning\t''
info\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l max-findings -d 'Report at most N findings, most severe first; 0 means all' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l baseline -d 'Ignore the findings recorded in this file' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l write-baseline -d 'Record all findings of this run in a baseline file, and exit 0' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l rule -d 'Set the level of a rule (name or code): `error`, `warning`, `info` or `off`; repeatable' -r -f -a "yaml-syntax\t''
duplicate-key\t''
ambiguous-scalar\t''
non-string-key\t''
too-deep\t''
too-large\t''
alias-bomb\t''
bad-encoding\t''
unnormalised-text\t''
unreadable-manifest\t''
hidden-manifest\t''
merge-conflict\t''
unknown-field\t''
missing-field\t''
wrong-type\t''
unknown-kind\t''
unsupported-version\t''
invalid-resource-name\t''
namespace-on-cluster-entity\t''
foreign-field\t''
file-reference\t''
search-query\t''
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
invalid-blueprint\t''
unknown-relation\t''
missing-relation\t''
relation-arity\t''
dangling-relation\t''
repeated-target\t''
unknown-team\t''
duplicate-entity\t''
duplicate-resource\t''
case-collision\t''
stale-snapshot\t''
unlisted-manifest\t''
plain-secret\t''
unused-ignore\t''
unknown-rule\t''
invalid-mapping\t''
invalid-expression\t''
failing-expression\t''
wrong-expression-type\t''
invalid-kind\t''
unresolved-kind\t''
maps-nothing\t''
null-in-list\t''
contested-key\t''
ignored-mapping-key\t''
exporter-too-old\t''
cluster-only-value\t''
hidden-variable\t''
unused-mapping-entry\t''
unmapped-entity\t''
mapped-twice\t''
approximate-expression\t''
relation-cycle\t''
refused-object\t''
undelivered-manifest\t''
delivered-twice\t''
delivery-path-missing\t''
build-breaker\t''
never-pruned\t''
vanishing-manifest\t''
lost-labels\t''
missing-namespace\t''
substituted-value\t''
emptied-map\t''
null-map\t''
ignored-defaults\t''
crd-after-resource\t''
removed-api\t''
wrong-cluster\t''
cluster-scoped-not-permitted\t''
pruned-crd\t''
refused-definition\t''
lost-keyword\t''
implicit-scope\t''
refused-custom-resource\t''
dropped-field\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l staged -d 'Only findings in staged changes, as they are in the index'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l pre-commit -d 'For pre-commit hooks: only findings in staged changes, and in the PATHS that pre-commit passes'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l changed -d 'Only findings in files changed since `HEAD`'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l fix -d 'Apply the safe fixes'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l dry-run -d 'With `--fix`: show the fixes as a diff, write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l force-exclude -d 'Apply `manifests.exclude` to explicit PATHS too'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l require-snapshot -d 'For CI: fail if there is no snapshot in `.portolan/`, instead of checking less'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l since -d 'Only findings in files changed since the merge base with REF' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l stdin-filename -d 'File name for the text on standard input' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l output -d 'Report format, and file: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `azure`, `junit`, `markdown`; repeatable' -r -f -a "text\t''
concise\t''
json\t''
sarif\t''
github\t''
gitlab\t''
azure\t''
junit\t''
markdown\t''"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l fail-on -d 'Minimum severity that fails the run' -r -f -a "error\t''
warning\t''
info\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l max-findings -d 'Report at most N findings, most severe first; 0 means all' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l baseline -d 'Ignore the findings recorded in this file' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l write-baseline -d 'Record all findings of this run in a baseline file, and exit 0' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l rule -d 'Set the level of a rule (name or code): `error`, `warning`, `info` or `off`; repeatable' -r -f -a "yaml-syntax\t''
duplicate-key\t''
ambiguous-scalar\t''
non-string-key\t''
too-deep\t''
too-large\t''
alias-bomb\t''
bad-encoding\t''
unnormalised-text\t''
unreadable-manifest\t''
hidden-manifest\t''
merge-conflict\t''
unknown-field\t''
missing-field\t''
wrong-type\t''
unknown-kind\t''
unsupported-version\t''
invalid-resource-name\t''
namespace-on-cluster-entity\t''
foreign-field\t''
file-reference\t''
search-query\t''
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
invalid-blueprint\t''
unknown-relation\t''
missing-relation\t''
relation-arity\t''
dangling-relation\t''
repeated-target\t''
unknown-team\t''
duplicate-entity\t''
duplicate-resource\t''
case-collision\t''
stale-snapshot\t''
unlisted-manifest\t''
plain-secret\t''
unused-ignore\t''
unknown-rule\t''
invalid-mapping\t''
invalid-expression\t''
failing-expression\t''
wrong-expression-type\t''
invalid-kind\t''
unresolved-kind\t''
maps-nothing\t''
null-in-list\t''
contested-key\t''
ignored-mapping-key\t''
exporter-too-old\t''
cluster-only-value\t''
hidden-variable\t''
unused-mapping-entry\t''
unmapped-entity\t''
mapped-twice\t''
approximate-expression\t''
relation-cycle\t''
refused-object\t''
undelivered-manifest\t''
delivered-twice\t''
delivery-path-missing\t''
build-breaker\t''
never-pruned\t''
vanishing-manifest\t''
lost-labels\t''
missing-namespace\t''
substituted-value\t''
emptied-map\t''
null-map\t''
ignored-defaults\t''
crd-after-resource\t''
removed-api\t''
wrong-cluster\t''
cluster-scoped-not-permitted\t''
pruned-crd\t''
refused-definition\t''
lost-keyword\t''
implicit-scope\t''
refused-custom-resource\t''
dropped-field\t''"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l staged -d 'Only findings in staged changes, as they are in the index'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l pre-commit -d 'For pre-commit hooks: only findings in staged changes, and in the PATHS that pre-commit passes'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l changed -d 'Only findings in files changed since `HEAD`'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l fix -d 'Apply the safe fixes'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l dry-run -d 'With `--fix`: show the fixes as a diff, write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l force-exclude -d 'Apply `manifests.exclude` to explicit PATHS too'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l require-snapshot -d 'For CI: fail if there is no snapshot in `.portolan/`, instead of checking less'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l ref -d 'Read manifests and snapshot from this commit instead of the work tree (no checkout)' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l base -d 'Compare with the merge base of REF and `HEAD`, to tell this branch\'s changes from those that were pending before; detected in CI' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l only -d 'Limit to these blueprints or files and their dependencies' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l out -d 'Save the plan to FILE, for `push --plan FILE`' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l fail-on -d 'What fails the run: `hazard` (exit 4), `missing`, `extra`, `changed` (exit 2); several separated by commas' -r -f -a "hazard\t''
missing\t''
extra\t''
changed\t''"
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l approve -d 'With `--fail-on hazard`: the digest of hazards that are approved; repeatable' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l output -d 'Report format, and file: `text`, `json`, `markdown`, `summary`; repeatable' -r -f -a "text\t''
json\t''
markdown\t''
summary\t''"
complete -c portolan -n "__fish_portolan_using_subcommand diff" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l no-base -d 'Do not compare with a merge base'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l adopt -d 'Take over declared entities that another scope, integration or person owns'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l prune -d 'Delete entities that this scope owns and no manifest declares, whatever the config says'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l no-prune -d 'Delete nothing, whatever the config says'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l only-branch -d 'Show only this branch\'s changes, not those that were pending before'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l verify -d 'Also ask the catalog to validate each change'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l exit-code -d 'Exit 2 if changes are pending'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l approval-comments -d 'With `--fail-on hazard`: accept approvals from the pull request: a comment `approve DIGEST` by somebody who may merge'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l full -d 'Do not abbreviate text output'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l approve -d 'Approve hazards by the digest that the plan shows; repeatable' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l ref -d 'Read manifests and snapshot from this commit instead of the work tree (no checkout)' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l base -d 'Compare with the merge base of REF and `HEAD`, to tell this branch\'s changes from those that were pending before; detected in CI' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l only -d 'Limit to these blueprints or files and their dependencies' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand push" -l plan -d 'Apply a saved plan; refuse it if the manifests and the catalog no longer yield exactly that plan' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand push" -l on-error -d 'When a change fails: continue with independent changes, or stop' -r -f -a "continue\t''
stop\t''"
complete -c portolan -n "__fish_portolan_using_subcommand push" -l since-outcome -d 'Refuse commits older than the one recorded in FILE, the outcome of the last push (`--output json=FILE`)' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand push" -l run-id -d 'Id of the action run that the catalog records for these changes' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l output -d 'Report format, and file: `text`, `json`, `markdown`, `junit`; repeatable' -r -f -a "text\t''
json\t''
markdown\t''
junit\t''"
complete -c portolan -n "__fish_portolan_using_subcommand push" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand push" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand push" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand push" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand push" -l approval-comments -d 'Accept approvals from the merged pull request: a comment `approve DIGEST` by somebody who may merge'
complete -c portolan -n "__fish_portolan_using_subcommand push" -s y -l yes -d 'Do not ask for confirmation; required where there is no terminal to ask on, except in CI'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l no-base -d 'Do not compare with a merge base'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l adopt -d 'Take over declared entities that another scope, integration or person owns'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l prune -d 'Delete entities that this scope owns and no manifest declares, whatever the config says'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l no-prune -d 'Delete nothing, whatever the config says'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l dry-run -d 'Show the plan and change nothing (same as `diff`)'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l rollback -d 'With `--since-outcome`: allow an older commit, or one of another history'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l require-signed -d 'Push only committed manifests of a commit with a signature that Git trusts'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l allow-pull-request -d 'Allow this push from a pull request'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l allow-branch -d 'Allow this push in CI from a branch that is not in `push.branches` (default: the default branch)'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l allow-dirty -d 'Allow this push with uncommitted changes, whatever `push.require-clean` says'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand push" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand push" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand push" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l entities -d 'Also write manifests for entities that no manifest declares yet; optionally only of these blueprints' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l output -d 'Report format' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand pull" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l check -d 'Write nothing; exit 2 if the snapshot is out of date'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l dry-run -d 'Show what would be written, write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l any-owner -d 'With `--entities`: regardless of the owner (`--entities ... --all` is the old spelling)'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l overwrite -d 'With `--entities`: also rewrite manifests that exist and are alone in their file; their comments are lost'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand pull" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l set -d 'Set a property, or the target of a relation; repeatable' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l relate -d 'Set the target of a relation whose name is also a property; repeatable' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l title -d 'Title of the entity' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l icon -d 'Icon, if not the blueprint\'s' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l team -d 'Owning team; repeatable' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l namespace -d 'Namespace of the Kubernetes resource' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l file -d 'File to write; default: in the folder of the blueprint\'s manifests. Existing files are not overwritten' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand new" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand new" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand new" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand new" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand new" -l bare -d 'Write a bare entity instead of a Kubernetes resource (always so in `port.yml`)'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l stdout -d 'Print the manifest instead of writing a file'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l edit -d 'Open the new file in `VISUAL` or `EDITOR`'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l no-input -d 'Never ask, even on a terminal'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand new" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand new" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand new" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand list" -l where -d 'Only entities with this value (or, with `!=`, without it); repeatable, all must be true' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand list" -l output -d 'Format of the list' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand list" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand list" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand list" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand list" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand list" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand list" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand list" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand list" -l undeclared -d 'Only entities that the catalog has and no manifest here declares: by the snapshot, or with `--live` by the catalog'
complete -c portolan -n "__fish_portolan_using_subcommand list" -l live -d 'Read the catalog too'
complete -c portolan -n "__fish_portolan_using_subcommand list" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand list" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand list" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand list" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand list" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand show" -l output -d 'Format of the page' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand show" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand show" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand show" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand show" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand show" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand show" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand show" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand show" -l live -d 'Read the entity from the catalog too'
complete -c portolan -n "__fish_portolan_using_subcommand show" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand show" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand show" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand show" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand show" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l depth -d 'The number of steps from the entity' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l direction -d 'Which relations to follow' -r -f -a "outgoing\t'What the entity points to'
incoming\t'What points to the entity'
both\t''"
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l output -d 'Format of the graph' -r -f -a "text\t''
json\t''
mermaid\t''
dot\t''"
complete -c portolan -n "__fish_portolan_using_subcommand graph" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand graph" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand graph" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand graph" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand graph" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand explain" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_using_subcommand config" -l output -d 'Output format' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand config" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand config" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand config" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand config" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand config" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand config" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand config" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand config" -l check -d 'Ask the catalog whether credentials, region, scope and permissions are right'
complete -c portolan -n "__fish_portolan_using_subcommand config" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand config" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand config" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand config" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand config" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l listen -d 'Address to listen on: `127.0.0.1:8080`, `localhost:8080` or `8080`; port 0 picks a free port' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l store -d 'File that holds the catalog, or `memory` [default: .portolan/local.db]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l seed -d 'Load the blueprints and manifests of the repository in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l client-id -d 'Client id to accept; by default the server issues one for its address [env: PORTOLAN_SERVE_CLIENT_ID]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l client-secret -d 'Client secret to accept; prefer the variable, since other users can see command lines [env: PORTOLAN_SERVE_CLIENT_SECRET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l rate-limit -d 'Answer requests over this limit with 429: `1000/5m`, `10/s`, `5000/1d`' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l latency -d 'Delay every response by this many milliseconds (at most 60,000)' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l token-lifetime -d 'Lifetime of a token in seconds' -r
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l output -d 'Format of the start message' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand serve" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -f -a "add" -d 'Register a cluster or control plane with Flux or Argo CD'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -f -a "crds" -d 'Write the CRDs of Entity and ClusterEntity'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -f -a "evaluate" -d 'Evaluate a mapping over Kubernetes objects: what would the exporter send and delete'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -f -a "forecast" -d 'Show what the exporter\'s next full resync does to the live catalog'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -f -a "mapping" -d 'Write the mapping of the Kubernetes exporter for this repository'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -f -a "policies" -d 'Write admission policies, by which the cluster refuses what the catalog would refuse'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -f -a "trace" -d 'Show the way of a manifest or an entity to the catalog'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and not __fish_seen_subcommand_from add crds evaluate forecast mapping policies trace help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l deliverer -d 'The tool that delivers to it; default: the one whose objects this repository holds' -r -f -a "flux\t''
argocd\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l path -d 'Folder with the manifests for it; default: those of `manifests.include`' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l namespace -d 'Namespace of the manifests in it; default: as for the other clusters, or `catalog`' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l kubeconfig-secret -d 'Flux: the secret with its kubeconfig, in the namespace of Flux\'s objects; default: `NAME-kubeconfig`' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l server -d 'Argo CD: the address of its API server; default: Argo CD knows the cluster by its name' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l file -d 'File to write, or with the ApplicationSet to extend' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l output -d 'Format of the result' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l dry-run -d 'Show what would be written and write nothing'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l out -d 'Write to this file instead of the output' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l extended -d 'Add `title`, `icon` and `team`'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l check -d 'Write nothing; exit 2 if `--out` is not what would be written'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from crds" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l mapping -d 'Mapping: the exporter\'s config.yaml, the integration\'s JSON, or Helm values with `configMap.config`' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l as -d 'Rules by which the mapping is read [default: stored for JSON, file for YAML]' -r -f -a "file\t'The exporter\'s file: every scalar is read as its text'
stored\t'The config that the integration stores: every value must have its type'"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l platform -d 'Whose exporter reads the mapping [default: the one that its keys name, `port` or `glint`]' -r -f -a "port\t''
glint\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l known -d 'Entities that the exporter owns, as JSON: `[{"blueprint": "service", "identifier": "cart"}]`' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l env -d 'Environment variable of the exporter; the mapping\'s allow list decides whether expressions see it' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l expect -d 'Compare with a JSON of an earlier run, and show the difference' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l output -d 'Format of the result' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l no-raw-examples -d 'Assume that the stored config has `sendRawDataExamples: false`'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from evaluate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l ref -d 'Read manifests, mapping and clusters from this commit instead of the work tree (no checkout)' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l base -d 'Compare with the merge base of REF and `HEAD`, to tell what this branch would delete by accident; detected in CI' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l known -d 'Entities that the exporter owns, as JSON, instead of those of the catalog: `[{"blueprint": "service", "identifier": "cart"}]`' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l output -d 'Format of the result' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l no-base -d 'Do not compare with a merge base'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from forecast" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l clear -d 'Which properties and relations are named, and so cleared where a manifest leaves them out' -r -f -a "used\t'Those that some manifest of the repository sets'
all\t'Every property and relation of the blueprints'
none\t'None: what is removed from a manifest stays in the catalog'"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l out -d 'Write to this file instead of the output' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l explain -d 'Show how the mapping of each cluster of the config takes this object: each expression with its result' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l mapping -d 'With `--explain`: use this mapping instead' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l output -d 'Format of the explanation [default: text]' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l check -d 'Write nothing; exit 2 if `--out` is not what would be written'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from mapping" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l out -d 'Write to this file (`.yaml`), or one file for each blueprint to this folder, instead of the output' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l check -d 'Write nothing; exit 2 if `--out` is not what would be written'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from policies" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l ref -d 'Read manifests, deliverers and mapping from this commit instead of the work tree (no checkout)' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l output -d 'Format of the result' -r -f -a "text\t''
json\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from trace" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "add" -d 'Register a cluster or control plane with Flux or Argo CD'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "crds" -d 'Write the CRDs of Entity and ClusterEntity'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "evaluate" -d 'Evaluate a mapping over Kubernetes objects: what would the exporter send and delete'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "forecast" -d 'Show what the exporter\'s next full resync does to the live catalog'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "mapping" -d 'Write the mapping of the Kubernetes exporter for this repository'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "policies" -d 'Write admission policies, by which the cluster refuses what the catalog would refuse'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "trace" -d 'Show the way of a manifest or an entity to the catalog'
complete -c portolan -n "__fish_portolan_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l write -d 'With `manifest`: write it to `.portolan/manifest.schema.json` for editors'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l stdio -d 'Use standard input and output; editors pass it, and there is no other way'
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand lsp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l pull-request -d 'Number of the pull request; default: the one that the CI job is for' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l author -d 'Login that the token writes as (Azure: the id, Bitbucket: the UUID); default: the forge is asked' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand comment" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand comment" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand comment" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand comment" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand comment" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand completions" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_using_subcommand man" -l out -d 'Write all pages to this folder' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand man" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand man" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand man" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand man" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand man" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand man" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand man" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand man" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand man" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand man" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand man" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand man" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand man" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_using_subcommand version" -s C -d 'Run as if started in DIR' -r -f -a "(__fish_complete_directories)"
complete -c portolan -n "__fish_portolan_using_subcommand version" -l config -d 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]' -r -F
complete -c portolan -n "__fish_portolan_using_subcommand version" -l target -d 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand version" -l cluster -d 'Consider only this cluster of the config' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand version" -l scope -d 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand version" -l catalog -d 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]' -r -f
complete -c portolan -n "__fish_portolan_using_subcommand version" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c portolan -n "__fish_portolan_using_subcommand version" -l all -d 'Run the command for each config in this folder and below it, in turn'
complete -c portolan -n "__fish_portolan_using_subcommand version" -s q -l quiet -d 'Print only results and errors'
complete -c portolan -n "__fish_portolan_using_subcommand version" -s v -l verbose -d 'Also print the root, the config and the target in use'
complete -c portolan -n "__fish_portolan_using_subcommand version" -l no-cache -d 'Do not use or write the cache (only `lint` has one)'
complete -c portolan -n "__fish_portolan_using_subcommand version" -l no-progress -d 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
complete -c portolan -n "__fish_portolan_using_subcommand version" -s h -l help -d 'Print help'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "init" -d 'Set up this repository: config, pre-commit hook, pipeline, first snapshot'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "lint" -d 'Check the entity manifests of this repository'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "diff" -d 'Show what push would change in the catalog, and the hazards'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "push" -d 'Apply what `diff` shows: create, update and delete entities in the catalog'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "pull" -d 'Update the blueprints and known entities in `.portolan/` from the catalog'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "new" -d 'Scaffold a manifest from a blueprint'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "list" -d 'List entities'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "show" -d 'Show an entity, what it points to, and what points to it'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "graph" -d 'Draw what an entity points to and what points to it, or the blueprints and their relations'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "explain" -d 'Explain a rule: what it finds, why it matters, how to fix it'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "config" -d 'Show every setting and its source, or check them against the catalog'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "serve" -d 'Serve the embedded catalog with Port\'s HTTP API'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "cluster" -d 'Work on entities that reach the catalog through a Kubernetes cluster'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "schema" -d 'Print the JSON Schema of manifests, the config or an output'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "lsp" -d 'Run the language server for editors'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "comment" -d 'Create or update the comment on a pull request (GitHub, Azure, Bitbucket) or merge request (GitLab)'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "completions" -d 'Print a shell completion script'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "man" -d 'Print the manual page'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "version" -d 'Print the version, and whether it is a published release or was built from source'
complete -c portolan -n "__fish_portolan_using_subcommand help; and not __fish_seen_subcommand_from init lint diff push pull new list show graph explain config serve cluster schema lsp comment completions man version help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c portolan -n "__fish_portolan_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "add" -d 'Register a cluster or control plane with Flux or Argo CD'
complete -c portolan -n "__fish_portolan_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "crds" -d 'Write the CRDs of Entity and ClusterEntity'
complete -c portolan -n "__fish_portolan_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "evaluate" -d 'Evaluate a mapping over Kubernetes objects: what would the exporter send and delete'
complete -c portolan -n "__fish_portolan_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "forecast" -d 'Show what the exporter\'s next full resync does to the live catalog'
complete -c portolan -n "__fish_portolan_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "mapping" -d 'Write the mapping of the Kubernetes exporter for this repository'
complete -c portolan -n "__fish_portolan_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "policies" -d 'Write admission policies, by which the cluster refuses what the catalog would refuse'
complete -c portolan -n "__fish_portolan_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "trace" -d 'Show the way of a manifest or an entity to the catalog'
