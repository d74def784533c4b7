//! Yields whether a plan has every yes that it wants. A yes is to what is dangerous in this plan and no other: its digest
//! says which, so what has become dangerous since is asked for anew.

use crate::domain::hazard::Consent;
use crate::domain::plan::Plan;
use crate::domain::words::count;
use crate::error::PushError;

/// What a person said yes to.
pub(crate) struct Consents<'a> {
    /// Digests, or their first digits.
    pub approve: &'a [String],
    pub adopt: bool,
}

/// The refusal that a push without that yes ends with.
pub(crate) fn refusal(plan: &Plan, consents: &Consents<'_>) -> Option<PushError> {
    if !plan.obstacles.is_empty() {
        return Some(PushError::Obstacles { what: count(plan.obstacles.len(), "obstacle") });
    }
    let asking = |consent| plan.hazards.iter().filter(move |hazard| hazard.consent == consent).count();
    let approval = plan.approval.filter(|digest| !consents.approve.iter().any(|given| digest.is_meant_by(given)));
    let unapproved = approval.map_or(0, |_| asking(Consent::Approval));
    let unadopted = if consents.adopt { 0 } else { asking(Consent::Adoption) };
    let number = unapproved + unadopted;
    if number == 0 {
        return None;
    }
    let mut flags: Vec<String> = Vec::new();
    flags.extend((unadopted > 0 || consents.adopt).then(|| "--adopt".to_owned()));
    flags.extend(approval.or(plan.approval).map(|digest| format!("--approve {}", digest.short())));
    let what = count(number, "hazard");
    let flags = flags.join(" ");
    Some(match consents.approve.first().filter(|_| unapproved > 0) {
        Some(given) => PushError::OtherApproval { given: given.clone(), what, flags },
        None => PushError::Unapproved { what, flags },
    })
}
