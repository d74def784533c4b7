//! The steps that remain for the user after `init`, in the order in which to do them.

use super::choices::Choices;
use crate::commands::init::detect::Surroundings;
use crate::domain::build::Build;
use crate::scaffold::repository::{CiSystem, Draft, is_pipeline, is_scheduled};
use crate::text::plural::list;

/// The result of the first pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulled {
    NotTried,
    Done,
    Failed,
}

/// `delivery`: the steps for a cluster, before and after the commit.
pub(super) fn next(
    found: &Surroundings,
    choices: &Choices,
    draft: &Draft,
    pulled: Pulled,
    build: Build,
    delivery: [Vec<String>; 2],
) -> String {
    let mut steps: Vec<String> = Vec::new();
    let [before_commit, after_commit] = delivery;
    if !draft.pastes.is_empty() {
        let files: Vec<String> = draft.pastes.iter().map(|paste| format!("`{}`", paste.path)).collect();
        steps.push(format!("Add the lines shown above to {}.", list(&files)));
    }
    if choices.scope.is_none() && !found.has_config {
        steps.push("Set `scope` in portolan.yaml: the owner of these entities, such as `acme/catalog`.".to_owned());
    }
    let written = draft.files.iter().map(|file| &file.path);
    let shown = draft.pastes.iter().map(|paste| &paste.path);
    let pipeline = written.clone().chain(shown).find(|path| is_pipeline(path));
    if let (Some(path), Build::Source) = (pipeline, build) {
        let place = match choices.ci {
            CiSystem::Bitbucket => "the variables of the repository".to_owned(),
            CiSystem::Codefresh => "the variables of the pipeline".to_owned(),
            _ => format!("`{path}`"),
        };
        steps.push(format!(
            "Put portolan on the PATH of the CI runner, or set SOURCE_REPOSITORY and SOURCE_COMMIT in {place} (built from \
             source: there is no published version to install)."
        ));
    }
    steps.extend(pipeline_step(found, choices, pipeline));
    steps.extend(drift_step(choices, draft));
    let mut hooked = written.chain(draft.pastes.iter().map(|paste| &paste.path));
    if choices.hook && hooked.any(|path| path == ".pre-commit-config.yaml") {
        steps.push("Run `pre-commit install` once in each clone.".to_owned());
    }
    steps.extend(snapshot(found, choices, pulled));
    steps.extend(import(found, choices));
    steps.extend(before_commit);
    if found.is_git && (!draft.files.is_empty() || pulled == Pulled::Done && !found.has_snapshot) {
        steps.push("Commit, and open a pull request.".to_owned());
    }
    steps.extend(after_commit);
    let numbered = steps.iter().enumerate().map(|(at, step)| format!("  {}. {step}\n", at + 1));
    if steps.is_empty() { String::new() } else { format!("\nNext:\n{}", numbered.collect::<String>()) }
}

/// What a new pipeline requires, or the commands for CI systems for which `init` writes no pipeline. `pipeline`: its path.
fn pipeline_step(found: &Surroundings, choices: &Choices, pipeline: Option<&String>) -> Option<String> {
    let (id, secret) = (choices.platform.client_id_variable, choices.platform.client_secret_variable);
    if choices.ci == CiSystem::Other {
        let push = match choices.pushes {
            true => "`portolan diff` on pull requests, and `portolan push` on the default branch",
            false => "and `portolan diff` and `portolan cluster forecast` on pull requests",
        };
        let step = format!(
            "In your pipeline, run `portolan lint` on every change, {push} (`--ci {}` writes such a pipeline).",
            CiSystem::ALL.map(CiSystem::word).join("|")
        );
        return (!choices.is_wired()).then_some(step);
    }
    let path = pipeline?;
    if is_scheduled(path) && matches!(choices.ci, CiSystem::Azure | CiSystem::Jenkins) {
        return None;
    }
    // An existing pipeline already has its secrets.
    let needs_secrets = choices.has_catalog && !found.has_other_pipeline;
    let secrets = match choices.ci {
        CiSystem::Github => format!("Set the secrets {id} and {secret} (Settings > Secrets and variables > Actions)."),
        CiSystem::Gitlab => format!("Set the variables {id}, {secret} and GITLAB_TOKEN, masked (Settings > CI/CD)."),
        CiSystem::Azure => format!("Set its secret variables {id} and {secret} (Edit > Variables)."),
        CiSystem::Bitbucket => format!(
            "Enable Pipelines, and set the secured variables {id}, {secret} and BITBUCKET_TOKEN (Repository settings > \
             Repository variables)."
        ),
        CiSystem::Circleci => format!(
            "Create the context `portolan` with {id}, {secret} and, for the comment, GITHUB_TOKEN or BITBUCKET_TOKEN \
             (Organization Settings > Contexts)."
        ),
        CiSystem::Codefresh => {
            format!("Set its encrypted variables {id}, {secret} and, for the comment, a token such as GITHUB_TOKEN.")
        }
        CiSystem::Jenkins => {
            format!(
                "Add the secret texts {id}, {secret} and, for the comment, PORTOLAN_COMMENT_TOKEN to its credentials."
            )
        }
        CiSystem::Other => String::new(),
    };
    let created = match choices.ci {
        CiSystem::Azure => Some(format!("Create a pipeline in Azure from `{path}` (Pipelines > New pipeline).")),
        CiSystem::Codefresh => Some(format!("Create a pipeline in Codefresh from `{path}`, with a Git trigger.")),
        CiSystem::Jenkins => Some(format!("Create a multibranch pipeline in Jenkins with the script path `{path}`.")),
        CiSystem::Github | CiSystem::Gitlab | CiSystem::Bitbucket | CiSystem::Circleci | CiSystem::Other => None,
    };
    match (created, needs_secrets) {
        (Some(created), true) => Some(format!("{created} {secrets}")),
        (Some(created), false) => Some(created),
        (None, true) => Some(secrets),
        (None, false) => None,
    }
}

/// What the scheduled jobs need besides the secrets.
fn drift_step(choices: &Choices, draft: &Draft) -> Option<String> {
    let (id, secret) = (choices.platform.client_id_variable, choices.platform.client_secret_variable);
    let path = draft.files.iter().map(|file| &file.path).find(|path| is_scheduled(path))?;
    match choices.drift_jobs? {
        CiSystem::Github => {
            let allow = "For the pull request with a new snapshot, allow GitHub Actions to create pull requests (Settings > Actions > General).";
            // The secrets of a workflow of the user's own may have other names.
            Some(match choices.is_wired() {
                true => format!("{allow} The scheduled jobs use the secrets {id} and {secret}."),
                false => allow.to_owned(),
            })
        }
        CiSystem::Gitlab => Some(
            "Create a pipeline schedule (Build > Pipeline schedules); for the merge request with a new snapshot, \
             GITLAB_TOKEN needs `write_repository` too."
                .to_owned(),
        ),
        CiSystem::Azure => Some(format!(
            "Create a pipeline in Azure from `{path}` with the secret variables {id} and {secret}; for the pull request \
             with a new snapshot, give the build service the permissions named at the head of the file."
        )),
        CiSystem::Jenkins => Some(format!(
            "Create a pipeline in Jenkins (not a multibranch one) with the script path `{path}` and the secret texts {id} and \
             {secret}; its builds have a new snapshot as a patch."
        )),
        CiSystem::Bitbucket | CiSystem::Circleci | CiSystem::Codefresh | CiSystem::Other => None,
    }
}

/// The files that manifests can be made of, in a repository that has none.
fn import(found: &Surroundings, choices: &Choices) -> Option<String> {
    if found.homes.files > 0 || choices.adopts || choices.example || found.importable.is_empty() {
        return None;
    }
    let commands: Vec<String> = found
        .importable
        .iter()
        .map(|(path, source)| format!("`portolan import {source} --dry-run` (from `{path}`)"))
        .collect();
    Some(format!("See which manifests portolan can make for you: {}.", list(&commands)))
}

fn snapshot(found: &Surroundings, choices: &Choices, pulled: Pulled) -> Option<String> {
    let (id, secret) = (choices.platform.client_id_variable, choices.platform.client_secret_variable);
    match pulled {
        Pulled::Done if choices.adopts => Some("Check that nothing differs: `portolan diff`.".to_owned()),
        Pulled::Done => None,
        Pulled::Failed if choices.adopts => {
            Some("Fix the error above, then run `portolan init --from-catalog` again.".to_owned())
        }
        Pulled::Failed => Some("Fix the error above, then run `portolan pull` for the blueprints.".to_owned()),
        Pulled::NotTried if choices.example => {
            Some("Look around: `portolan lint`, then `portolan serve --seed .`".to_owned())
        }
        Pulled::NotTried if !found.has_snapshot => {
            Some(format!("Run `portolan pull` for the blueprints, with {id} and {secret} set."))
        }
        Pulled::NotTried => None,
    }
}
