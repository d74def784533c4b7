//! Lints, then builds the plan; reports findings instead if there are errors. Every command that plans uses it, so that
//! all of them show the same plan.

use crate::commands::args::output::Output;
use crate::commands::catalog::connect::{Intent, catalog_name};
use crate::commands::context::Context;
use crate::commands::plan::build::{Planned, Planning, Wishes, planned};
use crate::commands::plan::findings::{Gate, gate};
use crate::commands::plan::output::{PlanLike, refused};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::escape::clean;
use crate::report::lint::LintFormat;

/// The number of findings to print: they must be fixed before anything else, and `portolan lint` shows all.
const MOST_AS_TEXT: usize = 50;

pub(crate) enum Proposed {
    Plan(Box<Planned>),
    /// The findings were reported, and the run ends with this exit code.
    Refused(Exit),
}

pub(crate) fn proposed<F: PlanLike>(
    wishes: &Wishes<'_>,
    outputs: &[Output<F>],
    context: &mut Context<'_>,
) -> Result<Proposed, Error> {
    let only_text = outputs.iter().all(|output| output.format.as_lint() == Some(LintFormat::Text));
    let untold = match gate(wishes.from, only_text.then_some(MOST_AS_TEXT), context)? {
        Gate::Open(untold) => untold,
        Gate::Shut(linted) => {
            name_destination(wishes, context);
            return Ok(Proposed::Refused(refused(outputs, &wishes.owner, &linted, context)?));
        }
    };
    let mut planned = match planned(wishes, context)? {
        Planning::Done(planned) => planned,
        Planning::Strange(linted) => {
            name_destination(wishes, context);
            return Ok(Proposed::Refused(refused(outputs, &wishes.owner, &linted, context)?));
        }
    };
    planned.notes.extend(untold);
    Ok(Proposed::Plan(planned))
}

/// Above the findings that stop a push: whoever sees errors of files that they do not know is in the wrong place.
fn name_destination(wishes: &Wishes<'_>, context: &mut Context<'_>) {
    if wishes.intent != Intent::Write {
        return;
    }
    let settings = context.settings;
    let config = settings.config.as_ref().map_or("none".to_owned(), |_| format!("`{}`", settings.config_name()));
    let destination = format!("Catalog: {}. Scope: {}. Config: {config}.", catalog_name(settings), wishes.owner.scope);
    context.say(&clean(&destination));
}
