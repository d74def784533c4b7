//! Checks that every hazard in a plan has been approved. An approval digest covers the hazards of one plan; a new
//! hazard needs a new digest.

use crate::commands::push::error::PushError;
use crate::domain::plan::Plan;
use crate::domain::plan::change::OwnerStatus;
use crate::domain::plan::digest::ApprovalDigest;
use crate::domain::plan::hazard::Consent;
use crate::text::plural::count;

/// The approvals given on the command line.
pub(crate) struct Approvals<'a> {
    pub approve: &'a [ApprovalDigest],
    pub adopt: bool,
}

/// What a push of the plan still lacks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MissingApproval {
    /// Hazards that need approval, foreign entities included.
    pub hazards: usize,
    /// Changes that cannot be made; no approval helps against them.
    pub obstacles: usize,
    /// The flags that approve everything: `--adopt --approve DIGEST`.
    pub flags: String,
    /// The user can approve it on a terminal. Taking over foreign entities changes the plan, so that needs the flag.
    pub can_be_typed: bool,
    /// A digest was given, but for another plan.
    is_other: bool,
}

impl MissingApproval {
    /// The error that the push ends with.
    pub fn error(&self) -> PushError {
        if self.obstacles > 0 {
            return PushError::Obstacles { what: count(self.obstacles, "obstacle") };
        }
        let what = format!("{} {}", count(self.hazards, "hazard"), if self.hazards == 1 { "needs" } else { "need" });
        let flags = self.flags.clone();
        match self.is_other {
            true => PushError::OtherApproval { what, flags },
            false => PushError::Unapproved { what, flags },
        }
    }
}

/// `None`: the plan may be pushed.
pub(crate) fn missing_approval(plan: &Plan, consents: &Approvals<'_>) -> Option<MissingApproval> {
    let obstacles = plan.obstacles.len();
    let approval = plan.approval.filter(|digest| !consents.approve.contains(digest));
    let asking = plan.hazards.iter().filter(|hazard| hazard.consent == Consent::Approval).count();
    let unapproved = if approval.is_some() { asking } else { 0 };
    let unadopted = usize::from(!consents.adopt && takes_over(plan));
    let hazards = unapproved + unadopted;
    if hazards + obstacles == 0 {
        return None;
    }
    let mut flags: Vec<String> = Vec::new();
    flags.extend((unadopted > 0 || consents.adopt).then(|| "--adopt".to_owned()));
    flags.extend(plan.approval.map(|digest| format!("--approve {digest}")));
    let is_other = unapproved > 0 && !consents.approve.is_empty();
    let can_be_typed = obstacles == 0 && unadopted == 0 && !is_other;
    Some(MissingApproval { hazards, obstacles, flags: flags.join(" "), can_be_typed, is_other })
}

/// Whether the plan writes to a foreign entity. A plan file made with `--adopt` has no hazard for it, and the file
/// alone is no approval.
fn takes_over(plan: &Plan) -> bool {
    plan.changes.iter().any(|change| change.ownership == OwnerStatus::Foreign)
}
