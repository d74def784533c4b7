//! Requires that every hazard in a plan has been approved, by a flag, by a comment or on the terminal, and that a push to
//! a platform is confirmed. An approval digest covers the hazards of one plan; a new hazard needs a new digest.

use crate::commands::args::output::Output;
use crate::commands::context::Context;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::plan::output::{Report, write_plan_reports};
use crate::commands::push::apply_args::ApplyArgs;
use crate::commands::push::approval_comments::{Searched, commented_approval};
use crate::commands::push::confirm;
use crate::commands::push::error::PushError;
use crate::commands::push::refusal::Refusals;
use crate::domain::plan::Plan;
use crate::domain::plan::change::OwnerStatus;
use crate::domain::plan::digest::ApprovalDigest;
use crate::domain::plan::hazard::{Consent, HazardKind};
use crate::error::Error;
use crate::plan::file::Options;
use crate::report::outcome::OutcomeFormat;
use crate::report::plan::{PlanFormat, adoption_flags};
use crate::text::plural::{count, list};
use crate::ui::{self, Prompt};

/// The approvals given on the command line.
pub(crate) struct Approvals<'a> {
    pub approve: &'a [ApprovalDigest],
    /// `--adopt`
    pub adopt: bool,
    /// `--adopt-from` with every scope that the plan takes over from.
    pub adopts_as_planned: bool,
}

impl<'a> Approvals<'a> {
    /// `recorded`: the options that the plan was made with. A plan file alone is no approval.
    pub fn new(approve: &'a [ApprovalDigest], adopt: bool, adopt_from: &[String], recorded: &Options) -> Self {
        let mut scopes = recorded.adopt_from.iter();
        let adopts_as_planned = !recorded.adopt && scopes.all(|scope| adopt_from.contains(scope));
        Self { approve, adopt, adopts_as_planned }
    }

    /// Whether the takeover of foreign entities in the plan is approved.
    fn cover_adoptions(&self, plan: &Plan) -> bool {
        let is_hazard = plan.hazards.iter().any(|hazard| hazard.consent == Consent::Adoption);
        self.adopt || !takes_over(plan) || (self.adopts_as_planned && !is_hazard)
    }
}

/// What a push of the plan still lacks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MissingApproval {
    /// Hazards that need approval, foreign entities included.
    pub hazards: usize,
    /// Changes that cannot be made; no approval helps against them.
    pub obstacles: usize,
    /// The policies that refuse the plan; no approval helps against them either.
    pub refusals: Vec<PolicyRefusal>,
    /// The flags that approve everything: `--adopt --approve DIGEST`.
    pub flags: String,
    /// The user can approve it on a terminal. Taking over foreign entities changes the plan, so that needs the flag.
    pub can_be_typed: bool,
    /// A digest was given, but for another plan.
    is_other: bool,
}

impl MissingApproval {
    /// The error that the push ends with.
    pub fn error(&self, verb: &'static str) -> PushError {
        if self.obstacles > 0 {
            return PushError::Obstacles { verb, what: count(self.obstacles, "obstacle") };
        }
        if !self.refusals.is_empty() {
            return self.policy_error(verb);
        }
        let what = format!("{} {}", count(self.hazards, "hazard"), if self.hazards == 1 { "needs" } else { "need" });
        let flags = self.flags.clone();
        match self.is_other {
            true => PushError::OtherApproval { verb, what, flags },
            false => PushError::Unapproved { verb, what, flags },
        }
    }

    fn policy_error(&self, verb: &'static str) -> PushError {
        let names: Vec<String> = self.refusals.iter().map(|refusal| format!("`{}`", refusal.name)).collect();
        let what = match names.as_slice() {
            [name] => format!("the policy {name} forbids"),
            names => format!("the policies {} forbid", list(names)),
        };
        let help = match self.refusals.iter().any(|refusal| refusal.is_of_base) {
            true => {
                "undo the changes that it forbids; a change of a policy applies from the next commit on, so merge that first"
            }
            false => "undo the changes that it forbids, or change `policies` in portolan.yaml; no approval helps",
        };
        PushError::Policy { verb, what, help }
    }
}

/// A policy that refuses a plan.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PolicyRefusal {
    name: String,
    is_of_base: bool,
}

/// The policies that refuse the plan.
fn refusals(plan: &Plan) -> Vec<PolicyRefusal> {
    let mut refusals = Vec::new();
    for hazard in plan.hazards.iter().filter(|hazard| hazard.consent == Consent::Refused) {
        if let HazardKind::Policy { policy, is_of_base, .. } = &hazard.kind {
            refusals.push(PolicyRefusal { name: policy.to_string(), is_of_base: *is_of_base });
        }
    }
    refusals
}

/// `None`: the plan may be pushed.
pub(crate) fn missing_approval(planned: &BuiltPlan, consents: &Approvals<'_>) -> Option<MissingApproval> {
    let plan = &planned.plan;
    let obstacles = plan.obstacles.len();
    let approval = plan.approval.filter(|digest| !consents.approve.contains(digest));
    let asking = plan.hazards.iter().filter(|hazard| hazard.consent == Consent::Approval).count();
    let unapproved = if approval.is_some() { asking } else { 0 };
    let unadopted = usize::from(!consents.cover_adoptions(plan));
    let hazards = unapproved + unadopted;
    let refusals = refusals(plan);
    if hazards + obstacles + refusals.len() == 0 {
        return None;
    }
    let mut flags: Vec<String> = Vec::new();
    if consents.adopt {
        flags.push("--adopt".to_owned());
    } else if unadopted > 0 {
        flags.push(adoption_flags(plan, &planned.owners, planned.adoption_flags));
    }
    flags.extend(plan.approval.map(|digest| format!("--approve {digest}")));
    let is_other = unapproved > 0 && !consents.approve.is_empty();
    let can_be_typed = obstacles == 0 && refusals.is_empty() && unadopted == 0 && !is_other;
    Some(MissingApproval { hazards, obstacles, refusals, flags: flags.join(" "), can_be_typed, is_other })
}

/// Whether the plan writes to a foreign entity. A plan file made with `--adopt` has no hazard for it.
fn takes_over(plan: &Plan) -> bool {
    plan.changes.iter().any(|change| change.ownership == OwnerStatus::Foreign)
}

/// Shows the plan and asks what the flags leave open. Refuses the push, with a report, if an answer is missing.
/// `command` repeats this push.
pub(crate) fn require_approval(
    args: &ApplyArgs<'_>,
    planned: &mut BuiltPlan,
    requested: Option<&str>,
    command: &str,
    refusals: &Refusals<'_>,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let (verb, mut approve) = (args.verb, args.approve.to_vec());
    if args.approval_comments {
        approve.extend(commented_approval(planned, &approve, Searched::OfCommit, context)?);
    }
    let missing = missing_approval(planned, &Approvals::new(&approve, args.adopt, args.adopt_from, &planned.options));
    // If a report goes to standard output, the plan is not printed there as well.
    let shows_plan = args.output.iter().all(|output| output.file.is_some() || output.format == OutcomeFormat::Text);
    let prompt = if context.environment.in_ci() { None } else { Prompt::of_terminal() };
    // Hazards can only be approved on a terminal that shows the plan.
    let can_show = shows_plan && ui::results_are_seen() && prompt.is_some();
    let asks = missing.is_some() || !args.yes && confirm::needs_confirmation(planned, context);
    let refusal = match &missing {
        Some(missing) if !missing.can_be_typed || !can_show => Some(missing.error(verb)),
        None if asks && prompt.is_none() => Some(PushError::Unconfirmed { verb }),
        Some(_) | None => None,
    };
    if let Some(refusal) = refusal {
        return Err(refusals.report_with_plan(refusal, planned, requested, command, false, context)?);
    }
    if shows_plan {
        let text = [Output { format: PlanFormat::Text, file: None }];
        let report = Report { outputs: &text, push: command, requested, ..Report::default() };
        write_plan_reports(&report, planned, context)?;
        context.streams.flush()?;
    }
    let Some(mut prompt) = prompt.filter(|_| asks) else { return Ok(()) };
    let refusal = match missing {
        Some(missing) => {
            let is_approved = confirm::confirm_hazards(verb, planned, missing.hazards, &mut prompt)?;
            (!is_approved).then(|| confirm::hazards_declined(verb, &planned.plan.scope, &missing.flags))
        }
        None => {
            let is_confirmed = confirm::confirm_push(verb, planned, &mut prompt)?;
            (!is_confirmed).then(|| confirm::declined(verb))
        }
    };
    match refusal {
        Some(refusal) => Err(refusals.report_with_plan(refusal, planned, requested, command, true, context)?),
        None => Ok(()),
    }
}
