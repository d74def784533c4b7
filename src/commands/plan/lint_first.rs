//! Lints, then builds the plan; reports findings instead if there are errors. Every command that plans uses it, so that
//! all of them show the same plan. Manifests with errors are not compared with the catalog, which would reject them or
//! store wrong values.

use crate::commands::args::output::Output;
use crate::commands::args::planning::PlanOptions;
use crate::commands::catalog::address::catalog_name;
use crate::commands::catalog::connect::Intent;
use crate::commands::context::Context;
use crate::commands::impact::compare::{ComparedImpact, compare};
use crate::commands::impact::sides::Sides;
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::request::Request;
use crate::commands::lint::run as lint;
use crate::commands::lint::run::LintResult;
use crate::commands::plan::base::commit_of_base;
use crate::commands::plan::build::{BuildResult, BuiltPlan, build_plan};
use crate::commands::plan::drift::{DriftInput, HistorySource, find_drift};
use crate::commands::plan::output::{PlanView, report_findings};
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::read::Collects;
use crate::commands::workspace::unmatched_globs::reject_unmatched_globs;
use crate::domain::finding::Severity;
use crate::domain::plan::drift::Drift;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::escape::clean;
use crate::report::lint::LintFormat;
use crate::text::plural::{count, list};

/// The number of findings to print: they must be fixed before anything else, and `portolan lint` shows all.
const MAX_FINDINGS_AS_TEXT: usize = 50;

pub(crate) enum PlanResult {
    Plan(Box<BuiltPlan>),
    /// The findings were reported, and the run ends with this exit code.
    Findings(Exit),
}

pub(crate) fn lint_and_plan<F: PlanView>(
    options: &PlanOptions<'_>,
    outputs: &[Output<F>],
    context: &mut Context<'_>,
) -> Result<PlanResult, Error> {
    let only_text = outputs.iter().all(|output| output.format.as_lint() == Some(LintFormat::Text));
    let mut result = lint_manifests(options, only_text.then_some(MAX_FINDINGS_AS_TEXT), context)?;
    let impact = impact_of_branch(options, context)?;
    if result.worst == Some(Severity::Error) {
        return report(&result, impact.as_ref(), options, outputs, context);
    }
    let note = remaining_findings(&result);
    let manifests = result.manifests.take().unwrap_or_default();
    options.workspace.reject_empty(&manifests)?;
    match build_plan(options, manifests, context)? {
        BuildResult::Done(mut planned) => {
            planned.notes.extend(note);
            planned.impact = impact;
            planned.drift = drift_of(&planned, options.workspace, context);
            Ok(PlanResult::Plan(planned))
        }
        BuildResult::UnknownBlueprints(result) => report(&result, impact.as_ref(), options, outputs, context),
    }
}

/// Which changes are drift. Entities of a mapping are not in the files that Git has, so their history is not known.
fn drift_of(planned: &BuiltPlan, workspace: &Workspace<'_>, context: &Context<'_>) -> Drift {
    if planned.is_offline {
        return Drift::default();
    }
    let is_mapped = workspace.settings.mapped_clusters().next().is_some();
    let repository = workspace.git.repository().ok().flatten().filter(|_| !is_mapped);
    find_drift(&DriftInput {
        changes: &planned.plan.changes,
        manifests: &planned.manifests,
        actual: &planned.actual,
        blueprints: &planned.blueprints.all,
        write: &context.settings.write.value,
        owned: planned.delivery.is_none().then_some(&planned.owned),
        history: repository.map(|repository| HistorySource {
            repository,
            root: &context.settings.root.value,
            pattern: &workspace.pattern,
            git_host: context.settings.git_host.value,
            commit: workspace.commit(),
        }),
    })
}

/// What the blueprints that the branch changed in `.portolan/` do to the entities. A push is after the merge.
fn impact_of_branch(options: &PlanOptions<'_>, context: &Context<'_>) -> Result<Option<ComparedImpact>, Error> {
    let workspace = options.workspace;
    if options.intent == Intent::Write {
        return Ok(None);
    }
    let Some(repository) = workspace.git.repository().ok().flatten() else { return Ok(None) };
    let requested = workspace.requested();
    let base = commit_of_base(options.base, repository, requested, context.settings, context.environment);
    let Some(sides) = base.and_then(|base| Sides::since(base, workspace)) else { return Ok(None) };
    compare(&sides, workspace, context).map(Some)
}

/// Lints the repository; `most` is the maximum number of findings to keep, the most severe first.
fn lint_manifests(
    options: &PlanOptions<'_>,
    most: Option<usize>,
    context: &mut Context<'_>,
) -> Result<LintResult, Error> {
    let workspace = options.workspace;
    let config = LintConfig::of(workspace, context.environment);
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let repository = workspace.git.repository().ok().flatten();
    let base = repository.and_then(|repository| {
        commit_of_base(options.base, repository, workspace.requested(), context.settings, context.environment)
    });
    let (lint_scope, collects) = (workspace.lint_scope(), Collects::Entities);
    let request = Request { lint_scope, most, base, collects, ..config.whole() };
    let result = lint::lint(&request, progress)?;
    // Globs that match nothing would look like a repository without manifests, and the plan would delete all owned
    // entities.
    if result.worst != Some(Severity::Error) && result.counts.files <= 1 {
        reject_unmatched_globs(workspace)?;
    }
    Ok(result)
}

fn report<F: PlanView>(
    result: &LintResult,
    impact: Option<&ComparedImpact>,
    options: &PlanOptions<'_>,
    outputs: &[Output<F>],
    context: &mut Context<'_>,
) -> Result<PlanResult, Error> {
    if options.intent == Intent::Write {
        name_destination(options, context);
    }
    Ok(PlanResult::Findings(report_findings(outputs, options.owner, (result, impact), context)?))
}

/// Above the findings that stop a push: whoever sees errors of files that they do not know is in the wrong place.
fn name_destination(options: &PlanOptions<'_>, context: &mut Context<'_>) {
    let settings = context.settings;
    let config = settings.config.as_ref().map_or("none".to_owned(), |_| format!("`{}`", settings.config_name()));
    let destination = format!("Catalog: {}. Scope: {}. Config: {config}.", catalog_name(settings), options.owner.scope);
    context.say(&clean(&destination));
}

/// The note about findings that are no errors and were not shown.
fn remaining_findings(result: &LintResult) -> Option<String> {
    let of = |severity| result.findings.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<String> = [(Severity::Warning, "warning"), (Severity::Info, "info")]
        .into_iter()
        .map(|(severity, noun)| (of(severity), noun))
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    let hidden = match result.counts.hidden {
        0 => String::new(),
        hidden => format!(" and {} more", count(hidden, "finding")),
    };
    (!parts.is_empty()).then(|| format!("{}{hidden} from lint (run `portolan lint`).", list(&parts)))
}
