//! Writes the backup of a push before its first write. A push whose backup cannot be written sends nothing.

use std::path::Path;

use crate::commands::context::Context;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::plan::foreign_owners::former_owners;
use crate::commands::plan::rerun_command::restore_command;
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::embedded::store::system_clock;
use crate::error::Error;
use crate::plan::backup::{Backup, BackupSource, capture};
use crate::report::escape::harmless_json;
use crate::sources::{self, OutputError};
use crate::text::plural::count;

/// Why there is no backup.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("push refused: without its backup, nothing is pushed. {problem}")]
#[diagnostic(code("push-no-backup"), help("{}", help_of(problem)))]
pub(crate) struct NoBackup {
    pub problem: OutputError,
}

impl ExitClass for NoBackup {
    fn class(&self) -> ErrorClass {
        self.problem.class()
    }
}

fn help_of(problem: &OutputError) -> String {
    miette::Diagnostic::help(problem).map(|help| help.to_string()).unwrap_or_default()
}

/// Refuses, before anything is read, a path where no backup can be created.
pub(super) fn check_backup(file: &Path, context: &Context<'_>) -> Result<(), Error> {
    let settings = context.settings;
    sources::check_new_output(&settings.boundary, &settings.directory.join(file))
        .map_err(|problem| NoBackup { problem: problem.named(&settings.directory, file) }.into())
}

/// A push without changes leaves no file, because there is nothing to undo.
pub(super) fn save_backup(file: &Path, planned: &BuiltPlan, context: &mut Context<'_>) -> Result<(), Error> {
    let settings = context.settings;
    let mut entities = capture(&planned.requests, &planned.basis());
    if entities.is_empty() {
        context.say(&format!("No backup saved to `{}`: there is nothing to push.", file.display()));
        return Ok(());
    }
    let mut owners = former_owners(&planned.plan, &planned.owners, &*planned.catalog);
    entities.iter_mut().for_each(|saved| saved.taken_from = owners.remove(&saved.key));
    let source = BackupSource {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        platform: settings.platform.value.name.to_owned(),
        catalog: planned.catalog.name().to_owned(),
        target: settings.target.as_ref().map(|target| target.value.clone()),
        scope: planned.plan.scope.clone(),
        organization: planned.catalog.organization_id()?,
        commit: planned.revision.as_ref().and_then(|revision| revision.commit.clone()),
        at: system_clock()(),
        plan: planned.plan.digest,
    };
    let backup = Backup { source, entities };
    let text = harmless_json(backup.write());
    sources::create_private_output(&settings.boundary, &settings.directory.join(file), &text)
        .map_err(|problem| NoBackup { problem: problem.named(&settings.directory, file) })?;
    let (entities, path) = (count(backup.entities.len(), "entity"), file.display());
    context.say(&format!(
        "Backup of {entities} saved to `{path}`. To undo this push: `{}`",
        restore_command(file, false, settings)
    ));
    if let Some(warning) = exposure(file, context) {
        context.say(&format!("note: `{path}` holds the catalog's values unmasked{warning}"));
    }
    Ok(())
}

/// How others might read the file: it is kept after a job, or committed.
fn exposure(file: &Path, context: &Context<'_>) -> Option<&'static str> {
    if context.environment.in_ci() {
        return Some(": keep it out of artifacts and caches that others may read.");
    }
    let root = &context.settings.root.value;
    let place = sources::output_place(&context.settings.directory.join(file));
    let inside = place.strip_prefix(sources::output_place(root)).ok()?;
    let repository = context.git.repository().ok().flatten()?;
    let is_ignored = repository.ignores_at(&root.join(inside));
    (!is_ignored).then_some(", and Git does not ignore it: do not commit it.")
}
