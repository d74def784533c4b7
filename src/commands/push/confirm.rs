//! Asks on a terminal whether to push, and whether to accept the hazards. In CI there are no questions; elsewhere
//! without a terminal, flags must give the answers.

use crate::commands::context::Context;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::push::error::PushError;
use crate::settings::Catalog;
use crate::text::plural::{capitalised, count, list};
use crate::ui::{Prompt, PromptError};

/// Whether the user must confirm this push. A plan that changes nothing and the embedded catalog need no confirmation.
pub(super) fn needs_confirmation(planned: &BuiltPlan, context: &Context<'_>) -> bool {
    let is_platform = context.settings.catalog.value != Catalog::Local;
    let is_empty = planned.plan.is_empty() && planned.former_owners.given_back.is_empty();
    is_platform && !is_empty && !context.environment.in_ci()
}

/// Whether to push this plan.
pub(super) fn confirm_push(verb: &str, planned: &BuiltPlan, prompt: &mut Prompt) -> Result<bool, PromptError> {
    let (catalog, scope) = (planned.catalog.name(), &planned.plan.scope);
    prompt.confirm(&format!("{} {} to {catalog} as `{scope}`?", capitalised(verb), summarise(planned)))
}

/// Asks whether the hazards of this plan are accepted. Typing `y` is too easy for that, so the user must type the
/// scope.
pub(super) fn confirm_hazards(
    word: &str,
    planned: &BuiltPlan,
    hazards: usize,
    prompt: &mut Prompt,
) -> Result<bool, PromptError> {
    let (hazards, verb) = (count(hazards, "hazard"), if hazards == 1 { "needs" } else { "need" });
    prompt.say(&format!("{hazards} {verb} approval (listed above): {}.", summarise(planned)))?;
    let scope = &planned.plan.scope;
    let answer = prompt.ask(&format!("Type the scope `{scope}` to approve and {word}: "))?;
    Ok(answer.as_ref() == Some(scope))
}

/// `3 changes (1 create, 2 delete)`, and how many entities a restore gives back.
fn summarise(planned: &BuiltPlan) -> String {
    let total = &planned.plan.counts.total;
    let kinds = [
        (total.create, "create"),
        (total.update, "update"),
        (total.rename, "rename"),
        (total.adopt, "adopt"),
        (total.delete, "delete"),
    ];
    let kinds: Vec<String> =
        kinds.iter().filter(|(number, _)| *number > 0).map(|(number, kind)| format!("{number} {kind}")).collect();
    let changes = match kinds.as_slice() {
        [] => None,
        kinds => Some(format!("{} ({})", count(total.changes(), "change"), kinds.join(", "))),
    };
    let owners = match planned.former_owners.given_back.len() {
        0 => None,
        number => {
            Some(format!("{} of {}", if number == 1 { "the owner" } else { "the owners" }, count(number, "entity")))
        }
    };
    list(&changes.into_iter().chain(owners).collect::<Vec<_>>())
}

/// The refusal after the answer no.
pub(super) fn declined(verb: &'static str) -> PushError {
    let help = "rerun the command and answer `y`, or add `--yes`".to_owned();
    PushError::Declined { verb, what: "it was not confirmed", help }
}

/// The refusal after another answer than the scope. `flags` approve the hazards without a question.
pub(super) fn hazards_declined(verb: &'static str, scope: &str, flags: &str) -> PushError {
    let help = format!("rerun the command and type `{scope}`, or add `{flags}`");
    PushError::Declined { verb, what: "the hazards were not approved", help }
}
