
use builtin;
use str;

set edit:completion:arg-completer[portolan] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'portolan'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'portolan'= {
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand lint 'Check the entity manifests of this repository'
            cand validate 'Check the entity manifests of this repository'
            cand pull 'Bring blueprints and known entities from the catalog into `.portolan/`'
            cand explain 'Explain a rule: what is wrong, why it matters, how to mend it'
            cand config 'Show every setting and where it comes from'
            cand schema 'Print the JSON Schema of the config or of an output'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the manual page'
        }
        &'portolan;lint'= {
            cand --since 'Report what differs from where REF and `HEAD` parted'
            cand --stdin-filename 'The file that standard input stands for'
            cand --output 'How to report, and where to: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`; repeatable'
            cand --fail-on 'The least severity that makes the exit code 1'
            cand --max-findings 'Report at most so many findings, the worst first; 0 is all'
            cand --baseline 'Leave out the findings that this file knows'
            cand --write-baseline 'Write a baseline that knows all findings of this run, and succeed'
            cand --rule 'Set the level of a rule, by its name or code: `error`, `warning`, `info` or `off`; repeatable'
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand --staged 'Report what the next commit changes, as the index has it'
            cand --changed 'Report what differs from `HEAD`'
            cand --fix 'Make the safe repairs'
            cand --diff 'With `--fix`: show the repairs as a diff and write nothing'
            cand --force-exclude 'Leave out what the config leaves out, even where PATHS name it'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;validate'= {
            cand --since 'Report what differs from where REF and `HEAD` parted'
            cand --stdin-filename 'The file that standard input stands for'
            cand --output 'How to report, and where to: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`; repeatable'
            cand --fail-on 'The least severity that makes the exit code 1'
            cand --max-findings 'Report at most so many findings, the worst first; 0 is all'
            cand --baseline 'Leave out the findings that this file knows'
            cand --write-baseline 'Write a baseline that knows all findings of this run, and succeed'
            cand --rule 'Set the level of a rule, by its name or code: `error`, `warning`, `info` or `off`; repeatable'
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand --staged 'Report what the next commit changes, as the index has it'
            cand --changed 'Report what differs from `HEAD`'
            cand --fix 'Make the safe repairs'
            cand --diff 'With `--fix`: show the repairs as a diff and write nothing'
            cand --force-exclude 'Leave out what the config leaves out, even where PATHS name it'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;pull'= {
            cand --entities 'Also write manifests for entities that the catalog has and this repository does not; of all blueprints where none is named'
            cand --output 'How to report'
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand --check 'Write nothing; end with 2 when the snapshot is out of date'
            cand --dry-run 'Show what would be written, and write nothing'
            cand --all 'With `--entities`: whoever owns them'
            cand --overwrite 'With `--entities`: rewrite entities that are in the repository, in files that hold nothing else; their comments are lost'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;explain'= {
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'portolan;config'= {
            cand --output 'How to show it'
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'portolan;schema'= {
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;completions'= {
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'portolan;man'= {
            cand -C 'Work as if started in DIR'
            cand --config 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]'
            cand --target 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]'
            cand --color 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]'
            cand -q 'Say nothing but results and errors'
            cand --quiet 'Say nothing but results and errors'
            cand -v 'Also say what was found: the root, the config, the target'
            cand --verbose 'Also say what was found: the root, the config, the target'
            cand --no-progress 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
