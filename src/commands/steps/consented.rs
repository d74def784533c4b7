//! Checks that every hazard in a plan has been approved. An approval digest holds for the hazards of one plan; a hazard
//! that has come since needs a new one.

use crate::domain::change::Standing;
use crate::domain::digest::ApprovalDigest;
use crate::domain::hazard::Consent;
use crate::domain::plan::Plan;
use crate::domain::words::count;
use crate::error::PushError;

/// What a person approved.
pub(crate) struct Consents<'a> {
    pub approve: &'a [ApprovalDigest],
    pub adopt: bool,
}

/// The refusal that a push without these approvals ends with.
pub(crate) fn refusal(plan: &Plan, consents: &Consents<'_>) -> Option<PushError> {
    if !plan.obstacles.is_empty() {
        return Some(PushError::Obstacles { what: count(plan.obstacles.len(), "obstacle") });
    }
    let approval = plan.approval.filter(|digest| !consents.approve.contains(digest));
    let asking = plan.hazards.iter().filter(|hazard| hazard.consent == Consent::Approval).count();
    let unapproved = if approval.is_some() { asking } else { 0 };
    let unadopted = usize::from(!consents.adopt && takes_over(plan));
    let number = unapproved + unadopted;
    if number == 0 {
        return None;
    }
    let mut flags: Vec<String> = Vec::new();
    flags.extend((unadopted > 0 || consents.adopt).then(|| "--adopt".to_owned()));
    flags.extend(plan.approval.map(|digest| format!("--approve {digest}")));
    let what = format!("{} {}", count(number, "hazard"), if number == 1 { "needs" } else { "need" });
    let flags = flags.join(" ");
    let is_other = unapproved > 0 && !consents.approve.is_empty();
    Some(if is_other { PushError::OtherApproval { what, flags } } else { PushError::Unapproved { what, flags } })
}

/// Whether the plan writes to a foreign entity. A plan file that was made with `--adopt` has no hazard for it, and is no
/// approval.
fn takes_over(plan: &Plan) -> bool {
    plan.changes.iter().any(|change| change.standing == Standing::Foreign)
}
