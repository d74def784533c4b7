//! Asks on a terminal whether to push, and whether to accept the hazards. In CI there are no questions; elsewhere
//! without a terminal, flags must give the answers.

use crate::commands::context::Context;
use crate::commands::push::error::PushError;
use crate::domain::plan::Plan;
use crate::settings::Catalog;
use crate::text::plural::{capitalised, count};
use crate::ui::{Prompt, PromptError};

/// Whether the user must confirm this push. A plan without changes and the embedded catalog need no confirmation.
pub(super) fn needs_confirmation(plan: &Plan, context: &Context<'_>) -> bool {
    let is_platform = context.settings.catalog.value != Catalog::Local;
    is_platform && !plan.is_empty() && !context.environment.in_ci()
}

/// Whether to push this plan.
pub(super) fn confirm_push(verb: &str, plan: &Plan, catalog: &str, prompt: &mut Prompt) -> Result<bool, PromptError> {
    prompt.confirm(&format!("{} {} to {catalog} as `{}`?", capitalised(verb), summarise(plan), plan.scope))
}

/// Asks whether the hazards of this plan are accepted. Typing `y` is too easy for that, so the user must type the
/// scope.
pub(super) fn confirm_hazards(
    word: &str,
    plan: &Plan,
    hazards: usize,
    prompt: &mut Prompt,
) -> Result<bool, PromptError> {
    let (hazards, verb) = (count(hazards, "hazard"), if hazards == 1 { "needs" } else { "need" });
    prompt.say(&format!("{hazards} {verb} approval (listed above): {}.", summarise(plan)))?;
    let answer = prompt.ask(&format!("Type the scope `{}` to approve and {word}: ", plan.scope))?;
    Ok(answer.as_deref() == Some(plan.scope.as_str()))
}

/// `3 changes (1 create, 2 delete)`.
fn summarise(plan: &Plan) -> String {
    let total = &plan.counts.total;
    let kinds = [
        (total.create, "create"),
        (total.update, "update"),
        (total.rename, "rename"),
        (total.adopt, "adopt"),
        (total.delete, "delete"),
    ];
    let kinds: Vec<String> =
        kinds.iter().filter(|(number, _)| *number > 0).map(|(number, kind)| format!("{number} {kind}")).collect();
    format!("{} ({})", count(total.changes(), "change"), kinds.join(", "))
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
