
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
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Set up this repository: config, pre-commit hook, pipeline, first snapshot')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check the entity manifests of this repository')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check the entity manifests of this repository')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what push would change in the catalog, and the hazards')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Apply what `diff` shows: create, update and delete entities in the catalog')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Update the blueprints and known entities in `.portolan/` from the catalog')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Scaffold a manifest from a blueprint')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List entities')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show an entity, what it points to, and what points to it')
            [CompletionResult]::new('graph', 'graph', [CompletionResultType]::ParameterValue, 'Draw what an entity points to and what points to it, or the blueprints and their relations')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain a rule: what it finds, why it matters, how to fix it')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show every setting and its source, or check them against the catalog')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the embedded catalog with Port''s HTTP API')
            [CompletionResult]::new('cluster', 'cluster', [CompletionResultType]::ParameterValue, 'Work on entities that reach the catalog through a Kubernetes cluster')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of manifests, the config or an output')
            [CompletionResult]::new('lsp', 'lsp', [CompletionResultType]::ParameterValue, 'Run the language server for editors')
            [CompletionResult]::new('comment', 'comment', [CompletionResultType]::ParameterValue, 'Create or update the comment on a pull request (GitHub, Azure, Bitbucket) or merge request (GitLab)')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell completion script')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version, and whether it is a published release or was built from source')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'portolan;init' {
            [CompletionResult]::new('--ci', '--ci', [CompletionResultType]::ParameterName, 'CI system; default: detected from the remote `origin` and existing files')
            [CompletionResult]::new('--delivery', '--delivery', [CompletionResultType]::ParameterName, 'Set up delivery to a cluster by this tool: CRDs, the exporter''s mapping, and the tool''s objects')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope; default: owner and name of the remote `origin`')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'Catalog product; default: detected from existing manifests or credentials')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the account; default: asked on a terminal, otherwise the first region of the product')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Write the files without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Write the files without asking')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show every file in full and write nothing')
            [CompletionResult]::new('--pre-commit', '--pre-commit', [CompletionResultType]::ParameterName, 'Add the pre-commit hook, even outside a Git repository')
            [CompletionResult]::new('--no-pre-commit', '--no-pre-commit', [CompletionResultType]::ParameterName, 'Do not add the pre-commit hook')
            [CompletionResult]::new('--from-catalog', '--from-catalog', [CompletionResultType]::ParameterName, 'Write a manifest for every entity in the catalog')
            [CompletionResult]::new('--example', '--example', [CompletionResultType]::ParameterName, 'Add two example blueprints and manifests')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;lint' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only findings in files changed since the merge base with REF')
            [CompletionResult]::new('--stdin-filename', '--stdin-filename', [CompletionResultType]::ParameterName, 'File name for the text on standard input')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Report format, and file: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `azure`, `junit`, `markdown`; repeatable')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Minimum severity that fails the run')
            [CompletionResult]::new('--max-findings', '--max-findings', [CompletionResultType]::ParameterName, 'Report at most N findings, most severe first; 0 means all')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Ignore the findings recorded in this file')
            [CompletionResult]::new('--write-baseline', '--write-baseline', [CompletionResultType]::ParameterName, 'Record all findings of this run in a baseline file, and exit 0')
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'Set the level of a rule (name or code): `error`, `warning`, `info` or `off`; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--staged', '--staged', [CompletionResultType]::ParameterName, 'Only findings in staged changes, as they are in the index')
            [CompletionResult]::new('--pre-commit', '--pre-commit', [CompletionResultType]::ParameterName, 'For pre-commit hooks: only findings in staged changes, and in the PATHS that pre-commit passes')
            [CompletionResult]::new('--changed', '--changed', [CompletionResultType]::ParameterName, 'Only findings in files changed since `HEAD`')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Apply the safe fixes')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'With `--fix`: show the fixes as a diff, write nothing')
            [CompletionResult]::new('--force-exclude', '--force-exclude', [CompletionResultType]::ParameterName, 'Apply `manifests.exclude` to explicit PATHS too')
            [CompletionResult]::new('--require-snapshot', '--require-snapshot', [CompletionResultType]::ParameterName, 'For CI: fail if there is no snapshot in `.portolan/`, instead of checking less')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;validate' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only findings in files changed since the merge base with REF')
            [CompletionResult]::new('--stdin-filename', '--stdin-filename', [CompletionResultType]::ParameterName, 'File name for the text on standard input')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Report format, and file: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `azure`, `junit`, `markdown`; repeatable')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Minimum severity that fails the run')
            [CompletionResult]::new('--max-findings', '--max-findings', [CompletionResultType]::ParameterName, 'Report at most N findings, most severe first; 0 means all')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Ignore the findings recorded in this file')
            [CompletionResult]::new('--write-baseline', '--write-baseline', [CompletionResultType]::ParameterName, 'Record all findings of this run in a baseline file, and exit 0')
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'Set the level of a rule (name or code): `error`, `warning`, `info` or `off`; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--staged', '--staged', [CompletionResultType]::ParameterName, 'Only findings in staged changes, as they are in the index')
            [CompletionResult]::new('--pre-commit', '--pre-commit', [CompletionResultType]::ParameterName, 'For pre-commit hooks: only findings in staged changes, and in the PATHS that pre-commit passes')
            [CompletionResult]::new('--changed', '--changed', [CompletionResultType]::ParameterName, 'Only findings in files changed since `HEAD`')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Apply the safe fixes')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'With `--fix`: show the fixes as a diff, write nothing')
            [CompletionResult]::new('--force-exclude', '--force-exclude', [CompletionResultType]::ParameterName, 'Apply `manifests.exclude` to explicit PATHS too')
            [CompletionResult]::new('--require-snapshot', '--require-snapshot', [CompletionResultType]::ParameterName, 'For CI: fail if there is no snapshot in `.portolan/`, instead of checking less')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;diff' {
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'Read manifests and snapshot from this commit instead of the work tree (no checkout)')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Compare with the merge base of REF and `HEAD`, to tell this branch''s changes from those that were pending before; detected in CI')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Limit to these blueprints or files and their dependencies')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Save the plan to FILE, for `push --plan FILE`')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What fails the run: `hazard` (exit 4), `missing`, `extra`, `changed` (exit 2); several separated by commas')
            [CompletionResult]::new('--approve', '--approve', [CompletionResultType]::ParameterName, 'With `--fail-on hazard`: the digest of hazards that are approved; repeatable')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Report format, and file: `text`, `json`, `markdown`, `summary`; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--no-base', '--no-base', [CompletionResultType]::ParameterName, 'Do not compare with a merge base')
            [CompletionResult]::new('--adopt', '--adopt', [CompletionResultType]::ParameterName, 'Take over declared entities that another scope, integration or person owns')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'Delete entities that this scope owns and no manifest declares, whatever the config says')
            [CompletionResult]::new('--no-prune', '--no-prune', [CompletionResultType]::ParameterName, 'Delete nothing, whatever the config says')
            [CompletionResult]::new('--only-branch', '--only-branch', [CompletionResultType]::ParameterName, 'Show only this branch''s changes, not those that were pending before')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Also ask the catalog to validate each change')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit 2 if changes are pending')
            [CompletionResult]::new('--approval-comments', '--approval-comments', [CompletionResultType]::ParameterName, 'With `--fail-on hazard`: accept approvals from the pull request: a comment `approve DIGEST` by somebody who may merge')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Do not abbreviate text output')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;push' {
            [CompletionResult]::new('--approve', '--approve', [CompletionResultType]::ParameterName, 'Approve hazards by the digest that the plan shows; repeatable')
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'Read manifests and snapshot from this commit instead of the work tree (no checkout)')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Compare with the merge base of REF and `HEAD`, to tell this branch''s changes from those that were pending before; detected in CI')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Limit to these blueprints or files and their dependencies')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Apply a saved plan; refuse it if the manifests and the catalog no longer yield exactly that plan')
            [CompletionResult]::new('--on-error', '--on-error', [CompletionResultType]::ParameterName, 'When a change fails: continue with independent changes, or stop')
            [CompletionResult]::new('--since-outcome', '--since-outcome', [CompletionResultType]::ParameterName, 'Refuse commits older than the one recorded in FILE, the outcome of the last push (`--output json=FILE`)')
            [CompletionResult]::new('--run-id', '--run-id', [CompletionResultType]::ParameterName, 'Id of the action run that the catalog records for these changes')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Report format, and file: `text`, `json`, `markdown`, `junit`; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--approval-comments', '--approval-comments', [CompletionResultType]::ParameterName, 'Accept approvals from the merged pull request: a comment `approve DIGEST` by somebody who may merge')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation; required where there is no terminal to ask on, except in CI')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation; required where there is no terminal to ask on, except in CI')
            [CompletionResult]::new('--no-base', '--no-base', [CompletionResultType]::ParameterName, 'Do not compare with a merge base')
            [CompletionResult]::new('--adopt', '--adopt', [CompletionResultType]::ParameterName, 'Take over declared entities that another scope, integration or person owns')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'Delete entities that this scope owns and no manifest declares, whatever the config says')
            [CompletionResult]::new('--no-prune', '--no-prune', [CompletionResultType]::ParameterName, 'Delete nothing, whatever the config says')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the plan and change nothing (same as `diff`)')
            [CompletionResult]::new('--rollback', '--rollback', [CompletionResultType]::ParameterName, 'With `--since-outcome`: allow an older commit, or one of another history')
            [CompletionResult]::new('--require-signed', '--require-signed', [CompletionResultType]::ParameterName, 'Push only committed manifests of a commit with a signature that Git trusts')
            [CompletionResult]::new('--allow-pull-request', '--allow-pull-request', [CompletionResultType]::ParameterName, 'Allow this push from a pull request')
            [CompletionResult]::new('--allow-branch', '--allow-branch', [CompletionResultType]::ParameterName, 'Allow this push in CI from a branch that is not in `push.branches` (default: the default branch)')
            [CompletionResult]::new('--allow-dirty', '--allow-dirty', [CompletionResultType]::ParameterName, 'Allow this push with uncommitted changes, whatever `push.require-clean` says')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;pull' {
            [CompletionResult]::new('--entities', '--entities', [CompletionResultType]::ParameterName, 'Also write manifests for entities that no manifest declares yet; optionally only of these blueprints')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Report format')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; exit 2 if the snapshot is out of date')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be written, write nothing')
            [CompletionResult]::new('--any-owner', '--any-owner', [CompletionResultType]::ParameterName, 'With `--entities`: regardless of the owner (`--entities ... --all` is the old spelling)')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'With `--entities`: also rewrite manifests that exist and are alone in their file; their comments are lost')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;new' {
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a property, or the target of a relation; repeatable')
            [CompletionResult]::new('--relate', '--relate', [CompletionResultType]::ParameterName, 'Set the target of a relation whose name is also a property; repeatable')
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'Title of the entity')
            [CompletionResult]::new('--icon', '--icon', [CompletionResultType]::ParameterName, 'Icon, if not the blueprint''s')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'Owning team; repeatable')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Namespace of the Kubernetes resource')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File to write; default: in the folder of the blueprint''s manifests. Existing files are not overwritten')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--bare', '--bare', [CompletionResultType]::ParameterName, 'Write a bare entity instead of a Kubernetes resource (always so in `port.yml`)')
            [CompletionResult]::new('--stdout', '--stdout', [CompletionResultType]::ParameterName, 'Print the manifest instead of writing a file')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Open the new file in `VISUAL` or `EDITOR`')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask, even on a terminal')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;list' {
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Only entities with this value (or, with `!=`, without it); repeatable, all must be true')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the list')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--undeclared', '--undeclared', [CompletionResultType]::ParameterName, 'Only entities that the catalog has and no manifest here declares: by the snapshot, or with `--live` by the catalog')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Read the catalog too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;show' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the page')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Read the entity from the catalog too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;graph' {
            [CompletionResult]::new('--depth', '--depth', [CompletionResultType]::ParameterName, 'The number of steps from the entity')
            [CompletionResult]::new('--direction', '--direction', [CompletionResultType]::ParameterName, 'Which relations to follow')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the graph')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;explain' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'portolan;config' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Ask the catalog whether credentials, region, scope and permissions are right')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on: `127.0.0.1:8080`, `localhost:8080` or `8080`; port 0 picks a free port')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'File that holds the catalog, or `memory` [default: .portolan/local.db]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Load the blueprints and manifests of the repository in DIR')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'Client id to accept; by default the server issues one for its address [env: PORTOLAN_SERVE_CLIENT_ID]')
            [CompletionResult]::new('--client-secret', '--client-secret', [CompletionResultType]::ParameterName, 'Client secret to accept; prefer the variable, since other users can see command lines [env: PORTOLAN_SERVE_CLIENT_SECRET]')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'Answer requests over this limit with 429: `1000/5m`, `10/s`, `5000/1d`')
            [CompletionResult]::new('--latency', '--latency', [CompletionResultType]::ParameterName, 'Delay every response by this many milliseconds (at most 60,000)')
            [CompletionResult]::new('--token-lifetime', '--token-lifetime', [CompletionResultType]::ParameterName, 'Lifetime of a token in seconds')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the start message')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;cluster' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Register a cluster or control plane with Flux or Argo CD')
            [CompletionResult]::new('crds', 'crds', [CompletionResultType]::ParameterValue, 'Write the CRDs of Entity and ClusterEntity')
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Evaluate a mapping over Kubernetes objects: what would the exporter send and delete')
            [CompletionResult]::new('forecast', 'forecast', [CompletionResultType]::ParameterValue, 'Show what the exporter''s next full resync does to the live catalog')
            [CompletionResult]::new('mapping', 'mapping', [CompletionResultType]::ParameterValue, 'Write the mapping of the Kubernetes exporter for this repository')
            [CompletionResult]::new('policies', 'policies', [CompletionResultType]::ParameterValue, 'Write admission policies, by which the cluster refuses what the catalog would refuse')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Show the way of a manifest or an entity to the catalog')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'portolan;cluster;add' {
            [CompletionResult]::new('--deliverer', '--deliverer', [CompletionResultType]::ParameterName, 'The tool that delivers to it; default: the one whose objects this repository holds')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Folder with the manifests for it; default: those of `manifests.include`')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Namespace of the manifests in it; default: as for the other clusters, or `catalog`')
            [CompletionResult]::new('--kubeconfig-secret', '--kubeconfig-secret', [CompletionResultType]::ParameterName, 'Flux: the secret with its kubeconfig, in the namespace of Flux''s objects; default: `NAME-kubeconfig`')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Argo CD: the address of its API server; default: Argo CD knows the cluster by its name')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File to write, or with the ApplicationSet to extend')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the result')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be written and write nothing')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;cluster;crds' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write to this file instead of the output')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--extended', '--extended', [CompletionResultType]::ParameterName, 'Add `title`, `icon` and `team`')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; exit 2 if `--out` is not what would be written')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;cluster;evaluate' {
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'Mapping: the exporter''s config.yaml, the integration''s JSON, or Helm values with `configMap.config`')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Rules by which the mapping is read [default: stored for JSON, file for YAML]')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'Whose exporter reads the mapping [default: the one that its keys name, `port` or `glint`]')
            [CompletionResult]::new('--known', '--known', [CompletionResultType]::ParameterName, 'Entities that the exporter owns, as JSON: `[{"blueprint": "service", "identifier": "cart"}]`')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment variable of the exporter; the mapping''s allow list decides whether expressions see it')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Compare with a JSON of an earlier run, and show the difference')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the result')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--no-raw-examples', '--no-raw-examples', [CompletionResultType]::ParameterName, 'Assume that the stored config has `sendRawDataExamples: false`')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;cluster;forecast' {
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'Read manifests, mapping and clusters from this commit instead of the work tree (no checkout)')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Compare with the merge base of REF and `HEAD`, to tell what this branch would delete by accident; detected in CI')
            [CompletionResult]::new('--known', '--known', [CompletionResultType]::ParameterName, 'Entities that the exporter owns, as JSON, instead of those of the catalog: `[{"blueprint": "service", "identifier": "cart"}]`')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the result')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--no-base', '--no-base', [CompletionResultType]::ParameterName, 'Do not compare with a merge base')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;cluster;mapping' {
            [CompletionResult]::new('--clear', '--clear', [CompletionResultType]::ParameterName, 'Which properties and relations are named, and so cleared where a manifest leaves them out')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write to this file instead of the output')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Show how the mapping of each cluster of the config takes this object: each expression with its result')
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'With `--explain`: use this mapping instead')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the explanation [default: text]')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; exit 2 if `--out` is not what would be written')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;cluster;policies' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write to this file (`.yaml`), or one file for each blueprint to this folder, instead of the output')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; exit 2 if `--out` is not what would be written')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;cluster;trace' {
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'Read manifests, deliverers and mapping from this commit instead of the work tree (no checkout)')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the result')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;cluster;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Register a cluster or control plane with Flux or Argo CD')
            [CompletionResult]::new('crds', 'crds', [CompletionResultType]::ParameterValue, 'Write the CRDs of Entity and ClusterEntity')
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Evaluate a mapping over Kubernetes objects: what would the exporter send and delete')
            [CompletionResult]::new('forecast', 'forecast', [CompletionResultType]::ParameterValue, 'Show what the exporter''s next full resync does to the live catalog')
            [CompletionResult]::new('mapping', 'mapping', [CompletionResultType]::ParameterValue, 'Write the mapping of the Kubernetes exporter for this repository')
            [CompletionResult]::new('policies', 'policies', [CompletionResultType]::ParameterValue, 'Write admission policies, by which the cluster refuses what the catalog would refuse')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Show the way of a manifest or an entity to the catalog')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'portolan;cluster;help;add' {
            break
        }
        'portolan;cluster;help;crds' {
            break
        }
        'portolan;cluster;help;evaluate' {
            break
        }
        'portolan;cluster;help;forecast' {
            break
        }
        'portolan;cluster;help;mapping' {
            break
        }
        'portolan;cluster;help;policies' {
            break
        }
        'portolan;cluster;help;trace' {
            break
        }
        'portolan;cluster;help;help' {
            break
        }
        'portolan;schema' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'With `manifest`: write it to `.portolan/manifest.schema.json` for editors')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;lsp' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--stdio', '--stdio', [CompletionResultType]::ParameterName, 'Use standard input and output; editors pass it, and there is no other way')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;comment' {
            [CompletionResult]::new('--pull-request', '--pull-request', [CompletionResultType]::ParameterName, 'Number of the pull request; default: the one that the CI job is for')
            [CompletionResult]::new('--author', '--author', [CompletionResultType]::ParameterName, 'Login that the token writes as (Azure: the id, Bitbucket: the UUID); default: the forge is asked')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'portolan;completions' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'portolan;man' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write all pages to this folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'portolan;version' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in DIR')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Consider only this cluster of the config')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Run the command for each config in this folder and below it, in turn')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Also print the root, the config and the target in use')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not use or write the cache (only `lint` has one)')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Do not show progress [env: PORTOLAN_NO_PROGRESS]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'portolan;help' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Set up this repository: config, pre-commit hook, pipeline, first snapshot')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check the entity manifests of this repository')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what push would change in the catalog, and the hazards')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Apply what `diff` shows: create, update and delete entities in the catalog')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Update the blueprints and known entities in `.portolan/` from the catalog')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Scaffold a manifest from a blueprint')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List entities')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show an entity, what it points to, and what points to it')
            [CompletionResult]::new('graph', 'graph', [CompletionResultType]::ParameterValue, 'Draw what an entity points to and what points to it, or the blueprints and their relations')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain a rule: what it finds, why it matters, how to fix it')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show every setting and its source, or check them against the catalog')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the embedded catalog with Port''s HTTP API')
            [CompletionResult]::new('cluster', 'cluster', [CompletionResultType]::ParameterValue, 'Work on entities that reach the catalog through a Kubernetes cluster')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of manifests, the config or an output')
            [CompletionResult]::new('lsp', 'lsp', [CompletionResultType]::ParameterValue, 'Run the language server for editors')
            [CompletionResult]::new('comment', 'comment', [CompletionResultType]::ParameterValue, 'Create or update the comment on a pull request (GitHub, Azure, Bitbucket) or merge request (GitLab)')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell completion script')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version, and whether it is a published release or was built from source')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'portolan;help;init' {
            break
        }
        'portolan;help;lint' {
            break
        }
        'portolan;help;diff' {
            break
        }
        'portolan;help;push' {
            break
        }
        'portolan;help;pull' {
            break
        }
        'portolan;help;new' {
            break
        }
        'portolan;help;list' {
            break
        }
        'portolan;help;show' {
            break
        }
        'portolan;help;graph' {
            break
        }
        'portolan;help;explain' {
            break
        }
        'portolan;help;config' {
            break
        }
        'portolan;help;serve' {
            break
        }
        'portolan;help;cluster' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Register a cluster or control plane with Flux or Argo CD')
            [CompletionResult]::new('crds', 'crds', [CompletionResultType]::ParameterValue, 'Write the CRDs of Entity and ClusterEntity')
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Evaluate a mapping over Kubernetes objects: what would the exporter send and delete')
            [CompletionResult]::new('forecast', 'forecast', [CompletionResultType]::ParameterValue, 'Show what the exporter''s next full resync does to the live catalog')
            [CompletionResult]::new('mapping', 'mapping', [CompletionResultType]::ParameterValue, 'Write the mapping of the Kubernetes exporter for this repository')
            [CompletionResult]::new('policies', 'policies', [CompletionResultType]::ParameterValue, 'Write admission policies, by which the cluster refuses what the catalog would refuse')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Show the way of a manifest or an entity to the catalog')
            break
        }
        'portolan;help;cluster;add' {
            break
        }
        'portolan;help;cluster;crds' {
            break
        }
        'portolan;help;cluster;evaluate' {
            break
        }
        'portolan;help;cluster;forecast' {
            break
        }
        'portolan;help;cluster;mapping' {
            break
        }
        'portolan;help;cluster;policies' {
            break
        }
        'portolan;help;cluster;trace' {
            break
        }
        'portolan;help;schema' {
            break
        }
        'portolan;help;lsp' {
            break
        }
        'portolan;help;comment' {
            break
        }
        'portolan;help;completions' {
            break
        }
        'portolan;help;man' {
            break
        }
        'portolan;help;version' {
            break
        }
        'portolan;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
