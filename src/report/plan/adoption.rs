//! The flags that take over the entities of other owners. Those of other scopes are named one by one, because `--adopt`
//! takes over whatever else is declared too.

use std::collections::BTreeSet;

use crate::domain::entity::EntityKey;
use crate::domain::entity::foreign_owner::{ForeignOwner, OwnerKind};
use crate::domain::plan::Plan;
use crate::domain::plan::hazard::HazardKind;

/// The number of scopes that a command names.
const MAX_SCOPES: usize = 3;

/// The flags of adoption that the reader of a plan can pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AdoptionFlags {
    /// `--adopt`, and `--adopt-from SCOPE`.
    #[default]
    Any,
    /// `--adopt` alone: the plan is made already, or is not that of a push.
    AdoptOnly,
    /// None: the reader has no command line.
    Hidden,
}

/// `--adopt-from acme/web` if other scopes own all of the foreign entities, otherwise `--adopt`. `owners` is sorted.
pub fn adoption_flags(plan: &Plan, owners: &[(EntityKey, ForeignOwner)], flags: AdoptionFlags) -> String {
    let all = "--adopt".to_owned();
    if flags != AdoptionFlags::Any {
        return all;
    }
    let mut scopes = BTreeSet::new();
    for key in written(plan).iter().chain(&plan.foreign_unchanged) {
        match ForeignOwner::among(owners, key) {
            // A catalog that does not report what a scope owns may name this one.
            Some(ForeignOwner { kind: OwnerKind::Scope, name: Some(name) })
                if is_plain(name) && *name != plan.scope =>
            {
                scopes.insert(name.as_str());
            }
            Some(_) | None => return all,
        }
    }
    if scopes.is_empty() || scopes.len() > MAX_SCOPES {
        return all;
    }
    let flags: Vec<String> = scopes.into_iter().map(|scope| format!("--adopt-from {scope}")).collect();
    flags.join(" ")
}

/// The foreign entities that the plan writes.
fn written(plan: &Plan) -> &[EntityKey] {
    let keys = plan.hazards.iter().find_map(|hazard| match &hazard.kind {
        HazardKind::Foreign { keys } => Some(keys.as_slice()),
        HazardKind::Policy { .. }
        | HazardKind::ManyDeletes { .. }
        | HazardKind::DeleteWithDependents { .. }
        | HazardKind::RenameWithDependents { .. }
        | HazardKind::ChangedSincePush { .. }
        | HazardKind::Unseen { .. }
        | HazardKind::UnseenDependents { .. }
        | HazardKind::StillNeeded { .. }
        | HazardKind::PruneBlocked { .. } => None,
    });
    keys.unwrap_or_default()
}

/// The number of entities that these flags take over; 0 if no foreign one is written.
pub(super) fn taken_over(plan: &Plan) -> usize {
    match written(plan).len() {
        0 => 0,
        written => written + plan.foreign_unchanged.len(),
    }
}

/// Whether a shell reads the scope as one word. The name comes from the catalog, and any client may have written it.
fn is_plain(scope: &str) -> bool {
    !scope.starts_with('-') && scope.chars().all(|c| c.is_ascii_alphanumeric() || "._/@-".contains(c))
}
