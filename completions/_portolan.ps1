
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'portolan' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'portolan'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'portolan' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Wire this repository: config, pre-commit hook, pipeline, first snapshot')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check the entity manifests of this repository')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check the entity manifests of this repository')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Bring blueprints and known entities from the catalog into `.portolan/`')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Scaffold a manifest from a blueprint')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain a rule: what is wrong, why it matters, how to mend it')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show every setting and where it comes from')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the embedded catalog over the platform''s HTTP API')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of manifests, the config or an output')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            break
        }
        'portolan;init' {
            [CompletionResult]::new('--ci', '--ci', [CompletionResultType]::ParameterName, 'Where pipelines run; found by the remote `origin` and by the files that are there')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Whose entities these are; default: owner and name of the remote `origin`')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'The catalog''s brand; default: that of the manifests that are here, or of the credentials')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Ask nothing and write the files')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Ask nothing and write the files')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the files and write nothing')
            [CompletionResult]::new('--pre-commit', '--pre-commit', [CompletionResultType]::ParameterName, 'Add the hook of pre-commit, in a folder without Git too')
            [CompletionResult]::new('--no-pre-commit', '--no-pre-commit', [CompletionResultType]::ParameterName, 'Add no hook')
            [CompletionResult]::new('--from-catalog', '--from-catalog', [CompletionResultType]::ParameterName, 'Write manifests for all that the catalog has')
            [CompletionResult]::new('--example', '--example', [CompletionResultType]::ParameterName, 'Begin with two blueprints and two manifests to try things out with')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;lint' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Report what differs from where REF and `HEAD` parted')
            [CompletionResult]::new('--stdin-filename', '--stdin-filename', [CompletionResultType]::ParameterName, 'The file that standard input stands for')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to report, and where to: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`; repeatable')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'The least severity that makes the exit code 1')
            [CompletionResult]::new('--max-findings', '--max-findings', [CompletionResultType]::ParameterName, 'Report at most so many findings, the worst first; 0 is all')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Leave out the findings that this file knows')
            [CompletionResult]::new('--write-baseline', '--write-baseline', [CompletionResultType]::ParameterName, 'Write a baseline that knows all findings of this run, and succeed')
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'Set the level of a rule, by its name or code: `error`, `warning`, `info` or `off`; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--staged', '--staged', [CompletionResultType]::ParameterName, 'Report what the next commit changes, as the index has it')
            [CompletionResult]::new('--pre-commit', '--pre-commit', [CompletionResultType]::ParameterName, 'In a hook of pre-commit: report what the next commit changes, and the PATHS that pre-commit names')
            [CompletionResult]::new('--changed', '--changed', [CompletionResultType]::ParameterName, 'Report what differs from `HEAD`')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Make the safe repairs')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'With `--fix`: show the repairs as a diff and write nothing')
            [CompletionResult]::new('--force-exclude', '--force-exclude', [CompletionResultType]::ParameterName, 'Leave out what the config leaves out, even where PATHS name it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;validate' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Report what differs from where REF and `HEAD` parted')
            [CompletionResult]::new('--stdin-filename', '--stdin-filename', [CompletionResultType]::ParameterName, 'The file that standard input stands for')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to report, and where to: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`; repeatable')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'The least severity that makes the exit code 1')
            [CompletionResult]::new('--max-findings', '--max-findings', [CompletionResultType]::ParameterName, 'Report at most so many findings, the worst first; 0 is all')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Leave out the findings that this file knows')
            [CompletionResult]::new('--write-baseline', '--write-baseline', [CompletionResultType]::ParameterName, 'Write a baseline that knows all findings of this run, and succeed')
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'Set the level of a rule, by its name or code: `error`, `warning`, `info` or `off`; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--staged', '--staged', [CompletionResultType]::ParameterName, 'Report what the next commit changes, as the index has it')
            [CompletionResult]::new('--pre-commit', '--pre-commit', [CompletionResultType]::ParameterName, 'In a hook of pre-commit: report what the next commit changes, and the PATHS that pre-commit names')
            [CompletionResult]::new('--changed', '--changed', [CompletionResultType]::ParameterName, 'Report what differs from `HEAD`')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Make the safe repairs')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'With `--fix`: show the repairs as a diff and write nothing')
            [CompletionResult]::new('--force-exclude', '--force-exclude', [CompletionResultType]::ParameterName, 'Leave out what the config leaves out, even where PATHS name it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;pull' {
            [CompletionResult]::new('--entities', '--entities', [CompletionResultType]::ParameterName, 'Also write manifests for entities that the catalog has and this repository does not; of all blueprints where none is named')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to report')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; end with 2 when the snapshot is out of date')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be written, and write nothing')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'With `--entities`: whoever owns them')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'With `--entities`: rewrite entities that are in the repository, in files that hold nothing else; their comments are lost')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;new' {
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Give a property its value, or a relation its target')
            [CompletionResult]::new('--relate', '--relate', [CompletionResultType]::ParameterName, 'Relate it to an entity: for a relation that is called as a property is; several for a relation to many')
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'What people read in the place of the identifier')
            [CompletionResult]::new('--icon', '--icon', [CompletionResultType]::ParameterName, 'An icon other than the blueprint''s')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'Who owns it; may be given several times')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of the resource')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Write this file, in the place of one where manifests of the blueprint are; none is overwritten')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--bare', '--bare', [CompletionResultType]::ParameterName, 'Write the entity alone, not a resource; so it is in a `port.yml` anyway')
            [CompletionResult]::new('--stdout', '--stdout', [CompletionResultType]::ParameterName, 'Print the manifest, and write nothing')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Open the new file in `VISUAL` or `EDITOR`')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, on a terminal either')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;explain' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'portolan;config' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'portolan;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Where to listen: `127.0.0.1:8080`, `localhost:8080`, or `8080` alone; port 0 is any that is free')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The file that holds the catalog, or `memory` [default: .portolan/local.db]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Bring in the blueprints and the manifests of the repository in DIR')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'The client id that is let in; made up where it is not chosen [env: PORTOLAN_SERVE_CLIENT_ID]')
            [CompletionResult]::new('--client-secret', '--client-secret', [CompletionResultType]::ParameterName, 'Its secret; better in the environment, since others see command lines [env: PORTOLAN_SERVE_CLIENT_SECRET]')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'Answer at most N requests in a period of up to a day, the others with 429: `1000/5m`, `10/s`, `5000/1d`')
            [CompletionResult]::new('--latency', '--latency', [CompletionResultType]::ParameterName, 'Hold every answer back for so many milliseconds, at most a minute')
            [CompletionResult]::new('--token-lifetime', '--token-lifetime', [CompletionResultType]::ParameterName, 'How many seconds a token is good for')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to tell where it listens')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;schema' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'With `manifest`: write `.portolan/manifest.schema.json`, for editors to find')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;completions' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'portolan;man' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write all pages into this folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Use the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Use this catalog: `local`, a region of the platform (`eu`, `us`), or an address [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also say what was found: the root, the config, the target')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
