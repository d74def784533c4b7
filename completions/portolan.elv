
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
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand init 'Set up this repository: config, pre-commit hook, pipeline, first snapshot'
            cand lint 'Check the entity manifests of this repository'
            cand validate 'Check the entity manifests of this repository'
            cand diff 'Show what push would change in the catalog, and the hazards'
            cand push 'Apply what `diff` shows: create, update and delete entities in the catalog'
            cand pull 'Update the blueprints and known entities in `.portolan/` from the catalog'
            cand new 'Scaffold a manifest from a blueprint'
            cand explain 'Explain a rule: what it finds, why it matters, how to fix it'
            cand config 'Show every setting and its source'
            cand serve 'Serve the embedded catalog with Port''s HTTP API'
            cand schema 'Print the JSON Schema of manifests, the config or an output'
            cand comment 'Create or update the comment on a pull request (GitHub) or merge request (GitLab)'
            cand completions 'Print a shell completion script'
            cand man 'Print the manual page'
            cand version 'Print the version, and whether it is a published release or was built from source'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'portolan;init'= {
            cand --ci 'CI system; default: detected from the remote `origin` and existing files'
            cand --scope 'Ownership scope; default: owner and name of the remote `origin`'
            cand --platform 'Catalog product; default: detected from existing manifests or credentials'
            cand --region 'Region of the account; default: asked on a terminal, otherwise the first region of the product'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -y 'Write the files without asking'
            cand --yes 'Write the files without asking'
            cand --dry-run 'Show every file in full and write nothing'
            cand --pre-commit 'Add the pre-commit hook, even outside a Git repository'
            cand --no-pre-commit 'Do not add the pre-commit hook'
            cand --from-catalog 'Write a manifest for every entity in the catalog'
            cand --example 'Add two example blueprints and manifests'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;lint'= {
            cand --since 'Only findings in files changed since the merge base with REF'
            cand --stdin-filename 'File name for the text on standard input'
            cand --output 'Report format, and file: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`; repeatable'
            cand --fail-on 'Minimum severity that fails the run'
            cand --max-findings 'Report at most N findings, most severe first; 0 means all'
            cand --baseline 'Ignore the findings recorded in this file'
            cand --write-baseline 'Record all findings of this run in a baseline file, and exit 0'
            cand --rule 'Set the level of a rule (name or code): `error`, `warning`, `info` or `off`; repeatable'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand --staged 'Only findings in staged changes, as they are in the index'
            cand --pre-commit 'For pre-commit hooks: only findings in staged changes, and in the PATHS that pre-commit passes'
            cand --changed 'Only findings in files changed since `HEAD`'
            cand --fix 'Apply the safe fixes'
            cand --dry-run 'With `--fix`: show the fixes as a diff, write nothing'
            cand --force-exclude 'Apply `manifests.exclude` to explicit PATHS too'
            cand --require-snapshot 'For CI: fail if there is no snapshot in `.portolan/`, instead of checking less'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;validate'= {
            cand --since 'Only findings in files changed since the merge base with REF'
            cand --stdin-filename 'File name for the text on standard input'
            cand --output 'Report format, and file: `text`, `concise`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`; repeatable'
            cand --fail-on 'Minimum severity that fails the run'
            cand --max-findings 'Report at most N findings, most severe first; 0 means all'
            cand --baseline 'Ignore the findings recorded in this file'
            cand --write-baseline 'Record all findings of this run in a baseline file, and exit 0'
            cand --rule 'Set the level of a rule (name or code): `error`, `warning`, `info` or `off`; repeatable'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand --staged 'Only findings in staged changes, as they are in the index'
            cand --pre-commit 'For pre-commit hooks: only findings in staged changes, and in the PATHS that pre-commit passes'
            cand --changed 'Only findings in files changed since `HEAD`'
            cand --fix 'Apply the safe fixes'
            cand --dry-run 'With `--fix`: show the fixes as a diff, write nothing'
            cand --force-exclude 'Apply `manifests.exclude` to explicit PATHS too'
            cand --require-snapshot 'For CI: fail if there is no snapshot in `.portolan/`, instead of checking less'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;diff'= {
            cand --ref 'Read manifests and snapshot from this commit instead of the work tree (no checkout)'
            cand --base 'Compare with the merge base of REF and `HEAD`, to tell this branch''s changes from those that were pending before; detected in CI'
            cand --only 'Limit to these blueprints or files and their dependencies'
            cand --out 'Save the plan to FILE, for `push --plan FILE`'
            cand --fail-on 'What fails the run: `hazard` (exit 4), `missing`, `extra`, `changed` (exit 2); several separated by commas'
            cand --approve 'With `--fail-on hazard`: the digest of hazards that are approved; repeatable'
            cand --output 'Report format, and file: `text`, `json`, `markdown`, `summary`; repeatable'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand --no-base 'Do not compare with a merge base'
            cand --adopt 'Take over declared entities that another scope, integration or person owns'
            cand --prune 'Delete entities that this scope owns and no manifest declares, whatever the config says'
            cand --no-prune 'Delete nothing, whatever the config says'
            cand --only-branch 'Show only this branch''s changes, not those that were pending before'
            cand --verify 'Also ask the catalog to validate each change'
            cand --exit-code 'Exit 2 if changes are pending'
            cand --approval-comments 'With `--fail-on hazard`: accept approvals from the pull request: a comment `approve DIGEST` by somebody who may merge'
            cand --full 'Do not abbreviate text output'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;push'= {
            cand --approve 'Approve hazards by the digest that the plan shows; repeatable'
            cand --ref 'Read manifests and snapshot from this commit instead of the work tree (no checkout)'
            cand --base 'Compare with the merge base of REF and `HEAD`, to tell this branch''s changes from those that were pending before; detected in CI'
            cand --only 'Limit to these blueprints or files and their dependencies'
            cand --plan 'Apply a saved plan; refuse it if the manifests and the catalog no longer yield exactly that plan'
            cand --on-error 'When a change fails: continue with independent changes, or stop'
            cand --since-outcome 'Refuse commits older than the one recorded in FILE, the outcome of the last push (`--output json=FILE`)'
            cand --run-id 'Id of the action run that the catalog records for these changes'
            cand --output 'Report format, and file: `text`, `json`, `markdown`, `junit`; repeatable'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand --approval-comments 'Accept approvals from the merged pull request: a comment `approve DIGEST` by somebody who may merge'
            cand -y 'Do not ask for confirmation; required where there is no terminal to ask on, except in CI'
            cand --yes 'Do not ask for confirmation; required where there is no terminal to ask on, except in CI'
            cand --no-base 'Do not compare with a merge base'
            cand --adopt 'Take over declared entities that another scope, integration or person owns'
            cand --prune 'Delete entities that this scope owns and no manifest declares, whatever the config says'
            cand --no-prune 'Delete nothing, whatever the config says'
            cand --dry-run 'Show the plan and change nothing (same as `diff`)'
            cand --rollback 'With `--since-outcome`: allow an older commit, or one of another history'
            cand --require-signed 'Push only committed manifests of a commit with a signature that Git trusts'
            cand --allow-pull-request 'Allow this push from a pull request'
            cand --allow-branch 'Allow this push in CI from a branch that is not in `push.branches` (default: the default branch)'
            cand --allow-dirty 'Allow this push with uncommitted changes, whatever `push.require-clean` says'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;pull'= {
            cand --entities 'Also write manifests for entities that no manifest declares yet; optionally only of these blueprints'
            cand --output 'Report format'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand --check 'Write nothing; exit 2 if the snapshot is out of date'
            cand --dry-run 'Show what would be written, write nothing'
            cand --all 'With `--entities`: regardless of the owner'
            cand --overwrite 'With `--entities`: also rewrite manifests that exist and are alone in their file; their comments are lost'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;new'= {
            cand --set 'Set a property, or the target of a relation; repeatable'
            cand --relate 'Set the target of a relation whose name is also a property; repeatable'
            cand --title 'Title of the entity'
            cand --icon 'Icon, if not the blueprint''s'
            cand --team 'Owning team; repeatable'
            cand --namespace 'Namespace of the Kubernetes resource'
            cand --file 'File to write; default: in the folder of the blueprint''s manifests. Existing files are not overwritten'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand --bare 'Write a bare entity instead of a Kubernetes resource (always so in `port.yml`)'
            cand --stdout 'Print the manifest instead of writing a file'
            cand --edit 'Open the new file in `VISUAL` or `EDITOR`'
            cand --no-input 'Never ask, even on a terminal'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;explain'= {
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'portolan;config'= {
            cand --output 'Output format'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'portolan;serve'= {
            cand --listen 'Address to listen on: `127.0.0.1:8080`, `localhost:8080` or `8080`; port 0 picks a free port'
            cand --store 'File that holds the catalog, or `memory` [default: .portolan/local.db]'
            cand --seed 'Load the blueprints and manifests of the repository in DIR'
            cand --client-id 'Client id to accept; by default the server issues one for its address [env: PORTOLAN_SERVE_CLIENT_ID]'
            cand --client-secret 'Client secret to accept; prefer the variable, since other users can see command lines [env: PORTOLAN_SERVE_CLIENT_SECRET]'
            cand --rate-limit 'Answer requests over this limit with 429: `1000/5m`, `10/s`, `5000/1d`'
            cand --latency 'Delay every response by this many milliseconds (at most 60,000)'
            cand --token-lifetime 'Lifetime of a token in seconds'
            cand --output 'Format of the start message'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;schema'= {
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand --write 'With `manifest`: write it to `.portolan/manifest.schema.json` for editors'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;comment'= {
            cand --pull-request 'Number of the pull request; default: the one that the CI job is for'
            cand --author 'Login that the token writes as; default: the forge is asked'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'portolan;completions'= {
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'portolan;man'= {
            cand --out 'Write all pages to this folder'
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'portolan;version'= {
            cand -C 'Run as if started in DIR'
            cand --config 'Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]'
            cand --target 'Apply the overrides of this target of the config [env: PORTOLAN_TARGET]'
            cand --catalog 'Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]'
            cand -q 'Print only results and errors'
            cand --quiet 'Print only results and errors'
            cand -v 'Also print the root, the config and the target in use'
            cand --verbose 'Also print the root, the config and the target in use'
            cand --no-progress 'Do not show progress [env: PORTOLAN_NO_PROGRESS]'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'portolan;help'= {
            cand init 'Set up this repository: config, pre-commit hook, pipeline, first snapshot'
            cand lint 'Check the entity manifests of this repository'
            cand diff 'Show what push would change in the catalog, and the hazards'
            cand push 'Apply what `diff` shows: create, update and delete entities in the catalog'
            cand pull 'Update the blueprints and known entities in `.portolan/` from the catalog'
            cand new 'Scaffold a manifest from a blueprint'
            cand explain 'Explain a rule: what it finds, why it matters, how to fix it'
            cand config 'Show every setting and its source'
            cand serve 'Serve the embedded catalog with Port''s HTTP API'
            cand schema 'Print the JSON Schema of manifests, the config or an output'
            cand comment 'Create or update the comment on a pull request (GitHub) or merge request (GitLab)'
            cand completions 'Print a shell completion script'
            cand man 'Print the manual page'
            cand version 'Print the version, and whether it is a published release or was built from source'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'portolan;help;init'= {
        }
        &'portolan;help;lint'= {
        }
        &'portolan;help;diff'= {
        }
        &'portolan;help;push'= {
        }
        &'portolan;help;pull'= {
        }
        &'portolan;help;new'= {
        }
        &'portolan;help;explain'= {
        }
        &'portolan;help;config'= {
        }
        &'portolan;help;serve'= {
        }
        &'portolan;help;schema'= {
        }
        &'portolan;help;comment'= {
        }
        &'portolan;help;completions'= {
        }
        &'portolan;help;man'= {
        }
        &'portolan;help;version'= {
        }
        &'portolan;help;help'= {
        }
    ]
    $completions[$command]
}
