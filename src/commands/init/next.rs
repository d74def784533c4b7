//! What is left to a person after `init`, in a few lines and in the order in which it is done. Nothing is said of what
//! is done already.

use super::choices::Choices;
use super::surroundings::Surroundings;
use crate::domain::words::list;
use crate::scaffold::repository::{Draft, Forge};

/// How the first snapshot went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulled {
    NotTried,
    Done,
    Failed,
}

pub(super) fn next(found: &Surroundings, choices: &Choices, draft: &Draft, pulled: Pulled) -> String {
    let mut steps: Vec<String> = Vec::new();
    if !draft.pastes.is_empty() {
        let files: Vec<String> = draft.pastes.iter().map(|paste| format!("`{}`", paste.path)).collect();
        steps.push(format!("Put the lines that are shown above into {}.", list(&files)));
    }
    if choices.scope.is_none() && !found.has_config {
        steps.push("Say in portolan.yaml whose entities these are: `scope`.".to_owned());
    }
    steps.extend(pipeline(found, choices, draft));
    let hook = ".pre-commit-config.yaml";
    let files = draft.files.iter().map(|file| &file.path).chain(draft.pastes.iter().map(|paste| &paste.path));
    if choices.hook && files.into_iter().any(|path| path == hook) {
        steps.push(
            "Install the hook, once in each clone: `pre-commit install -t pre-commit -t pre-merge-commit`.".to_owned(),
        );
    }
    steps.extend(snapshot(found, choices, pulled));
    if found.is_git && (!draft.files.is_empty() || pulled == Pulled::Done && !found.has_snapshot) {
        steps.push("Commit, and open a pull request.".to_owned());
    }
    let numbered = steps.iter().enumerate().map(|(at, step)| format!("  {}. {step}\n", at + 1));
    if steps.is_empty() { String::new() } else { format!("\nNext:\n{}", numbered.collect::<String>()) }
}

/// What a pipeline wants that was not there before.
fn pipeline(found: &Surroundings, choices: &Choices, draft: &Draft) -> Option<String> {
    let (id, secret) = (choices.platform.client_id_variable, choices.platform.client_secret_variable);
    // A pipeline that runs already has its secrets.
    let is_pipeline = |path: &str| path.starts_with(".github/workflows/") || path.starts_with(".gitlab/");
    let wants_secrets = draft.files.iter().any(|file| is_pipeline(&file.path) && file.after.contains(secret));
    match choices.forge {
        Forge::Github if wants_secrets => {
            Some(format!("Set the secrets {id} and {secret} (Settings > Secrets and variables > Actions)."))
        }
        Forge::Gitlab if wants_secrets => {
            Some(format!("Set the variables {id}, {secret} and GITLAB_TOKEN, masked (Settings > CI/CD)."))
        }
        Forge::Other if !choices.is_wired() => Some(
            "In the pipeline: `portolan lint` on every change, `portolan diff` on pull requests, `portolan push` from the \
             default branch; `--ci github` and `--ci gitlab` write one."
                .to_owned(),
        ),
        Forge::Github | Forge::Gitlab | Forge::Other => None,
    }
}

fn snapshot(found: &Surroundings, choices: &Choices, pulled: Pulled) -> Option<String> {
    let (id, secret) = (choices.platform.client_id_variable, choices.platform.client_secret_variable);
    match pulled {
        Pulled::Done if choices.adopts => Some("See that nothing differs: `portolan diff`.".to_owned()),
        Pulled::Done => None,
        Pulled::Failed if choices.adopts => {
            Some("When that is mended, adopt what the catalog has: `portolan init --from-catalog`.".to_owned())
        }
        Pulled::Failed => Some("When that is mended, bring what lint checks against: `portolan pull`.".to_owned()),
        Pulled::NotTried if choices.example => {
            Some("Look around: `portolan lint`, then `portolan serve --seed .`".to_owned())
        }
        Pulled::NotTried if !found.has_snapshot => {
            Some(format!("Bring what lint checks against: `portolan pull`, with {id} and {secret} set."))
        }
        Pulled::NotTried => None,
    }
}
