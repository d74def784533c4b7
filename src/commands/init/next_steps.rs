//! The steps that remain for the user after `init`, in the order in which to do them.

use super::choices::Choices;
use crate::commands::init::detect::Surroundings;
use crate::domain::build::Build;
use crate::scaffold::repository::{Draft, Forge};
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
    let pipeline = written.clone().find(|path| is_pipeline(path));
    if let (Some(path), Build::Source) = (pipeline, build) {
        steps.push(format!(
            "Put portolan on the PATH of the CI runner, or set SOURCE_REPOSITORY and SOURCE_COMMIT in `{path}` (built from \
             source: there is no published version to install)."
        ));
    }
    steps.extend(pipeline_step(found, choices, pipeline.is_some()));
    let mut hooked = written.chain(draft.pastes.iter().map(|paste| &paste.path));
    if choices.hook && hooked.any(|path| path == ".pre-commit-config.yaml") {
        steps.push("Run `pre-commit install` once in each clone.".to_owned());
    }
    steps.extend(snapshot(found, choices, pulled));
    steps.extend(before_commit);
    if found.is_git && (!draft.files.is_empty() || pulled == Pulled::Done && !found.has_snapshot) {
        steps.push("Commit, and open a pull request.".to_owned());
    }
    steps.extend(after_commit);
    let numbered = steps.iter().enumerate().map(|(at, step)| format!("  {}. {step}\n", at + 1));
    if steps.is_empty() { String::new() } else { format!("\nNext:\n{}", numbered.collect::<String>()) }
}

fn is_pipeline(path: &str) -> bool {
    path.starts_with(".github/workflows/") || path.starts_with(".gitlab/")
}

/// The secrets that a new pipeline requires, or the command for CI systems for which `init` writes no pipeline.
fn pipeline_step(found: &Surroundings, choices: &Choices, is_new: bool) -> Option<String> {
    let (id, secret) = (choices.platform.client_id_variable, choices.platform.client_secret_variable);
    // An existing pipeline already has its secrets.
    let needs_secrets = is_new && choices.has_catalog && !found.has_other_pipeline;
    match choices.forge {
        Forge::Github if needs_secrets => {
            Some(format!("Set the secrets {id} and {secret} (Settings > Secrets and variables > Actions)."))
        }
        Forge::Gitlab if needs_secrets => {
            Some(format!("Set the variables {id}, {secret} and GITLAB_TOKEN, masked (Settings > CI/CD)."))
        }
        Forge::Other if !choices.pushes && !choices.is_wired() => Some(
            "In your pipeline, run `portolan lint` on every change, and `portolan diff` and `portolan cluster forecast` on \
             pull requests (`--ci github` and `--ci gitlab` write such a pipeline)."
                .to_owned(),
        ),
        Forge::Other if !choices.is_wired() => Some(
            "In your pipeline, run `portolan lint` on every change, `portolan diff` on pull requests, and `portolan push` \
             on the default branch (`--ci github` and `--ci gitlab` write such a pipeline)."
                .to_owned(),
        ),
        Forge::Github | Forge::Gitlab | Forge::Other => None,
    }
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
