//! Writes a plan, or the findings that prevent one, to the requested outputs. Every command that plans uses it, so that
//! the plan which one command shows reads like the one that another applies.

use crate::commands::args::output::Output;
use crate::commands::context::Context;
use crate::commands::impact::compare::ComparedImpact;
use crate::commands::lint::run::LintResult;
use crate::commands::output::job_summary::write_job_summary;
use crate::commands::output::links::links;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::workspace::texts::{InWorkTree, Texts};
use crate::domain::entity::Owner;
use crate::domain::finding::Severity;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::escape::clean;
use crate::report::format::Format;
use crate::report::impact::{self, ImpactReport};
use crate::report::lint::{self, Lint, LintFormat};
use crate::report::outcome::OutcomeFormat;
use crate::report::plan::{self, AdoptionFlags, Complaint, DriftCommands, PlanFormat, PlanRefusal, PlanReport};
use crate::report::positions::Files;
use crate::report::style::{Role, Style};
use crate::text::plural::count;

/// The maximum size of a comment, in bytes.
const MAX_COMMENT: usize = 65_000;

/// An output format of a command that plans.
pub(crate) trait PlanView: Format {
    const TEXT: Self;
    const MARKDOWN: Self;

    /// The lint format for findings that prevent a plan; `None`: they are reported in one line.
    fn as_lint(self) -> Option<LintFormat>;
}

impl PlanView for PlanFormat {
    const TEXT: Self = Self::Text;
    const MARKDOWN: Self = Self::Markdown;

    fn as_lint(self) -> Option<LintFormat> {
        match self {
            Self::Text => Some(LintFormat::Text),
            Self::Json => Some(LintFormat::Json),
            Self::Markdown => Some(LintFormat::Markdown),
            Self::Summary => None,
        }
    }
}

impl PlanView for OutcomeFormat {
    const TEXT: Self = Self::Text;
    const MARKDOWN: Self = Self::Markdown;

    fn as_lint(self) -> Option<LintFormat> {
        Some(match self {
            Self::Text => LintFormat::Text,
            Self::Json => LintFormat::Json,
            Self::Markdown => LintFormat::Markdown,
            Self::Junit => LintFormat::Junit,
        })
    }
}

/// How to show a plan.
#[derive(Default)]
pub(crate) struct Report<'a> {
    /// The commit that is planned instead of the work tree.
    pub requested: Option<&'a str>,
    /// The command that repeats this plan to push it.
    pub push: &'a str,
    /// The command that pushes the saved plan file. It is shown only on the terminal: a reader of a comment does not
    /// have the file.
    pub push_file: Option<&'a str>,
    /// The requested outputs; if empty, text on standard output.
    pub outputs: &'a [Output<PlanFormat>],
    /// Nothing is abbreviated in the text.
    pub is_full: bool,
    pub is_only_branch: bool,
    /// Whether to show how the plan is pushed.
    pub says_next_step: bool,
    /// Why the push was refused, and what to do.
    pub refusal: Option<PlanRefusal<'a>>,
    pub complaints: Option<&'a [Complaint]>,
    /// The ways out of drift, where the report is about drift.
    pub drift: Option<DriftCommands<'a>>,
}

pub(crate) fn write_plan_reports(
    report: &Report<'_>,
    planned: &BuiltPlan,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let texts = planned.texts();
    let plan = plan_report(report, planned, &texts, context);
    let impact = planned.impact.as_ref().zip(plan.impact);
    let impact = impact.map(|(compared, report)| ImpactReport { files: &compared.in_work_tree, ..report });
    let in_work_tree = InWorkTree::new(&context.settings.root.value, &texts);
    let links = links(planned, context);
    // The reader of a comment does not have the plan file.
    let adoption_flags = planned.adoption_flags;
    let text = |style: &Style, refusal: Option<PlanRefusal<'_>>| {
        format!("{}\n{}", head(&plan, refusal, report.requested, style), plan::render(&plan, PlanFormat::Text, style))
    };
    let render = |format: PlanFormat, style: &Style| match format {
        PlanFormat::Text => text(style, plan.refusal),
        // Readers of Markdown look files up by their path in the Git repository, wherever the config is.
        PlanFormat::Markdown => {
            let files: &dyn Files = &in_work_tree;
            let links = Some(&links);
            plan::render(&PlanReport { files, impact, push: report.push, adoption_flags, links, ..plan }, format, style)
        }
        PlanFormat::Json | PlanFormat::Summary => plan::render(&plan, format, style),
    };
    if let Some(reports) = context.reports.as_mut() {
        let files: &dyn Files = &in_work_tree;
        let comment = PlanReport { files, impact, push: report.push, adoption_flags, links: Some(&links), ..plan };
        reports.keep_plan(plan::Totals::of(&comment), |most| plan::comment_of(&comment, most));
    }
    // The error on standard error is the refusal, so the text on standard output does not repeat it.
    let is_below = |output: &Output<PlanFormat>| {
        report.refusal.is_some() && output.file.is_none() && output.format == PlanFormat::Text
    };
    let (below, outputs): (Vec<Output<PlanFormat>>, Vec<Output<PlanFormat>>) =
        report.outputs.iter().cloned().partition(is_below);
    let mut given = Ok(());
    if below.is_empty() || !outputs.is_empty() {
        given = write_reports(&outputs, &render, context);
    }
    if !below.is_empty() {
        given = given.and(write_reports(&below, &|_, style| text(style, None), context));
    }
    // The job summary shows the refusal, wherever the reports were written to.
    if report.refusal.is_some() && !report.outputs.is_empty() {
        write_job_summary(|| render(PlanFormat::Markdown, &Style::PLAIN), context);
    }
    given
}

/// The report of a plan; `texts` are the manifests that it mentions.
pub(crate) fn plan_report<'a>(
    report: &Report<'a>,
    planned: &'a BuiltPlan,
    texts: &'a Texts,
    context: &Context<'a>,
) -> PlanReport<'a> {
    let settings = context.settings;
    PlanReport {
        plan: &planned.plan,
        platform: settings.platform.value.name,
        catalog: planned.catalog.name(),
        target: settings.target.as_ref().map(|target| target.value.as_str()),
        push: report.push_file.unwrap_or(report.push),
        at_base: &planned.at_base,
        revision: planned.revision.as_ref(),
        base: planned.base.as_ref().map(|base| &base.revision),
        owners: &planned.owners,
        given_back: planned.former_owners.given_back.len(),
        adoption_flags: if report.push_file.is_some() { AdoptionFlags::AdoptOnly } else { planned.adoption_flags },
        blueprints: &planned.blueprints.all,
        files: texts,
        is_only_branch: report.is_only_branch,
        is_full: report.is_full,
        says_next_step: report.says_next_step,
        refusal: report.refusal,
        notes: if context.quiet { &[] } else { &planned.notes },
        links: None,
        drifted: &planned.drift,
        drift: report.drift,
        delivery: planned.delivery.as_ref(),
        impact: planned.impact.as_ref().map(|compared| compared.report(&planned.plan.scope, None, report.is_full)),
        complaints: report.complaints,
    }
}

/// The head of the text: the refusal of a push, if it is shown here, then the catalog and the scope.
fn head(plan: &PlanReport<'_>, refusal: Option<PlanRefusal<'_>>, requested: Option<&str>, style: &Style) -> String {
    let place = format!("Catalog: {}. Scope: {}.", plan.catalog, plan.plan.scope);
    if let Some(refusal) = refusal {
        let reason = style.paint(Role::Error, &clean(refusal.reason));
        let help = style.paint(Role::Warning, &clean(refusal.help));
        return format!("{reason}\n{help}\n\n{}\n", style.paint(Role::Strong, &clean(&place)));
    }
    // Near the digest that approves a refused plan, there must be no commit to copy by mistake.
    if plan.refusal.is_some() {
        return format!("{}\n", style.paint(Role::Strong, &clean(&place)));
    }
    let base = plan.base.map(|base| format!(" Base: {} ({}).", base.name, base.short_commit())).unwrap_or_default();
    let commit = requested.zip(plan.revision.and_then(|revision| revision.short_commit()));
    let commit = commit.map(|(name, commit)| format!(" Commit: {name} ({commit}).")).unwrap_or_default();
    format!("{}\n", style.paint(Role::Strong, &clean(&format!("{place}{commit}{base}"))))
}

/// Writes the findings that prevent a plan, in the requested formats.
pub(crate) fn report_findings<F: PlanView>(
    outputs: &[Output<F>],
    owner: &Owner,
    (result, impact): (&LintResult, Option<&ComparedImpact>),
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    let target = context.settings.target.as_ref().map(|target| target.value.as_str());
    // The marker of the plan's comment, so that the findings replace a plan that was posted before.
    let marker = plan::marker(&owner.scope, target);
    let in_work_tree = InWorkTree::new(&context.settings.root.value, &result.texts);
    let mask = context.mask.clone();
    let lint = Lint {
        findings: &result.findings,
        fingerprints: Some(&result.fingerprints),
        files: &result.texts,
        counts: result.counts,
        notes: if context.quiet { &[] } else { &result.notes },
        has_summary: false,
        mask: &mask,
    };
    let render = |format: F, style: &Style| match format.as_lint() {
        Some(LintFormat::Markdown) => {
            let text = lint::render(&Lint { files: &in_work_tree, ..lint }, LintFormat::Markdown, style);
            let room = MAX_COMMENT.saturating_sub(marker.len() + text.len() + 1);
            let impact = impact.map(|compared| {
                let report = ImpactReport { files: &compared.in_work_tree, ..compared.report("", None, false) };
                impact::section(&report, room)
            });
            format!("{marker}\n{text}{}", impact.unwrap_or_default())
        }
        Some(LintFormat::Text) => {
            let impact = impact.map(|compared| impact::paragraph(&compared.report("", None, false), style));
            let text = lint::render(&lint, LintFormat::Text, style);
            format!("{}{text}", impact.unwrap_or_default())
        }
        Some(LintFormat::Junit) => lint::render(&Lint { files: &in_work_tree, ..lint }, LintFormat::Junit, style),
        Some(format) => lint::render(&lint, format, style),
        None => format!("No plan: {} in the manifests\n", errors(result)),
    };
    write_reports(outputs, &render, context)?;
    context.say("note: The manifests have errors, so nothing was compared with the catalog. Fix them first.");
    Ok(Exit::Findings)
}

fn errors(result: &LintResult) -> String {
    count(result.findings.iter().filter(|finding| finding.severity == Severity::Error).count(), "error")
}

/// Writes each report to its output, by default as text. Without outputs, it also writes the job summary.
pub(crate) fn write_reports<F: PlanView>(
    manifests: &[Output<F>],
    render: &dyn Fn(F, &Style) -> String,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let text = [Output { format: F::TEXT, file: None }];
    // A report that cannot be written does not prevent the others.
    let mut given: Result<(), Error> = Ok(());
    for Output { format, file } in if manifests.is_empty() { &text } else { manifests } {
        let one = match file {
            Some(file) => context.write_report(format.name(), Some(file), &render(*format, &Style::PLAIN)),
            None => {
                let text = render(*format, &context.style);
                context.write_report(format.name(), None, &text)
            }
        };
        given = given.and(one);
    }
    if manifests.is_empty() {
        write_job_summary(|| render(F::MARKDOWN, &Style::PLAIN), context);
    }
    given
}
