//! Gives a plan, or what stands in its way, to where it was asked to go. The same for all that plan: what one verb shows
//! and another does must not read otherwise.

use crate::commands::context::Context;
use crate::commands::output::{Format, Output};
use crate::commands::steps::linted::{InWorkTree, Linted, Texts};
use crate::commands::steps::planned::Planned;
use crate::domain::entity::Owner;
use crate::domain::finding::Severity;
use crate::domain::words::count;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::escape::clean;
use crate::report::lint::{self, Lint, LintFormat};
use crate::report::place::Files;
use crate::report::plan::{self, Complaint, PlanFormat, PlanReport};
use crate::report::style::{Role, Style};
use crate::sources;

impl Format for PlanFormat {
    fn name(self) -> &'static str {
        Self::name(self)
    }

    fn names() -> Vec<&'static str> {
        Self::names().to_vec()
    }

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

/// How a plan is to be shown.
pub(crate) struct Report<'a> {
    /// What was asked for; nothing: the text.
    pub outputs: &'a [Output<PlanFormat>],
    /// Nothing is folded in the text.
    pub is_full: bool,
    pub is_only_branch: bool,
    /// Whether to say how the plan is pushed.
    pub says_next_step: bool,
    pub complaints: Option<&'a [Complaint]>,
}

pub(crate) fn shown(report: &Report<'_>, planned: &Planned, context: &mut Context<'_>) -> Result<(), Error> {
    let texts = planned.texts();
    let plan = plan_report(report, planned, &texts, context);
    let in_work_tree = InWorkTree::new(&context.settings.root.value, &texts);
    let render = |format: PlanFormat, style: &Style| match format {
        PlanFormat::Text => format!("{}\n{}", head(&plan, style), plan::render(&plan, format, style)),
        // Whose readers look files up in the repository, wherever the config lies in it.
        PlanFormat::Markdown => {
            let files: &dyn Files = &in_work_tree;
            plan::render(&PlanReport { files, ..plan }, format, style)
        }
        PlanFormat::Json | PlanFormat::Summary => plan::render(&plan, format, style),
    };
    give_out(report.outputs, [PlanFormat::Text, PlanFormat::Markdown], &render, context)
}

/// All that is told of a plan; `texts` are the manifests that it speaks of.
pub(crate) fn plan_report<'a>(
    report: &Report<'a>,
    planned: &'a Planned,
    texts: &'a Texts,
    context: &Context<'a>,
) -> PlanReport<'a> {
    let settings = context.settings;
    PlanReport {
        plan: &planned.plan,
        platform: settings.platform.value.name,
        catalog: planned.catalog.name(),
        target: settings.target.as_ref().map(|target| target.value.as_str()),
        revision: planned.revision.as_ref(),
        base: planned.base.as_ref().map(|base| &base.revision),
        blueprints: &planned.live.all,
        files: texts,
        is_only_branch: report.is_only_branch,
        is_full: report.is_full,
        says_next_step: report.says_next_step,
        notes: if context.quiet { &[] } else { &planned.notes },
        complaints: report.complaints,
    }
}

/// Before anything else: where all of this would happen, and as whom.
fn head(plan: &PlanReport<'_>, style: &Style) -> String {
    let base = plan.base.map(|base| format!(" Base: {} ({}).", base.name, base.short_commit())).unwrap_or_default();
    let head = format!("Catalog: {}. Scope: {}.{base}", plan.catalog, plan.plan.scope);
    format!("{}\n", style.paint(Role::Strong, &clean(&head)))
}

/// The findings that stand in the way, in the formats that were asked for.
pub(crate) fn refused(
    outputs: &[Output<PlanFormat>],
    owner: &Owner,
    linted: &Linted,
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    let target = context.settings.target.as_ref().map(|target| target.value.as_str());
    // The same comment as the plan's: what is wrong now takes the place of what was right before.
    let marker = plan::marker(&owner.scope, target);
    let in_work_tree = InWorkTree::new(&context.settings.root.value, &linted.texts);
    let lint = Lint {
        findings: &linted.findings,
        fingerprints: Some(&linted.fingerprints),
        files: &linted.texts,
        counts: linted.counts,
        notes: if context.quiet { &[] } else { &linted.notes },
        has_summary: false,
    };
    let render = |format: PlanFormat, style: &Style| match format {
        PlanFormat::Text => lint::render(&lint, LintFormat::Text, style),
        PlanFormat::Json => lint::render(&lint, LintFormat::Json, style),
        PlanFormat::Markdown => {
            let text = lint::render(&Lint { files: &in_work_tree, ..lint }, LintFormat::Markdown, style);
            format!("{marker}\n{text}")
        }
        PlanFormat::Summary => format!("No plan: {} in the manifests\n", errors(linted)),
    };
    give_out(outputs, [PlanFormat::Text, PlanFormat::Markdown], &render, context)?;
    context.say("note: Nothing was compared with the catalog: the manifests must be right before.");
    Ok(Exit::Findings)
}

fn errors(linted: &Linted) -> String {
    count(linted.findings.iter().filter(|finding| finding.severity == Severity::Error).count(), "error")
}

/// Writes each report to its place: what was asked for, or the text. Who asks for nothing also gets the summary that a
/// pipeline shows beside the run. `usual`: the formats of the two.
pub(crate) fn give_out<F: Format>(
    asked: &[Output<F>],
    usual: [F; 2],
    render: &dyn Fn(F, &Style) -> String,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let [text, summary] = usual;
    let text = [Output { format: text, file: None }];
    for Output { format, file } in if asked.is_empty() { &text } else { asked } {
        match file {
            Some(file) => {
                sources::write_output(&context.settings.directory.join(file), &render(*format, &Style::PLAIN))?;
            }
            None => {
                let text = render(*format, &context.style);
                context.streams.show(&text)?;
            }
        }
    }
    if let Some(place) = context.job_summary().filter(|_| asked.is_empty())
        && let Err(error) = sources::append_output(&place, &render(summary, &Style::PLAIN))
    {
        context.say(&format!("note: The job has no summary: failed to {error}."));
    }
    Ok(())
}
