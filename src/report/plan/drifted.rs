//! The sample plan of a scheduled run: drift and pending work.

use crate::domain::plan::change::{Action, Change};
use crate::domain::plan::hazard::{Consent, HazardKind};
use crate::report::plan::fixtures::{Case, change, field, hazard, key, text};
use crate::report::plan::input::DriftCommands;

impl Case {
    /// An entity that another writer changed in the catalog, and pending work.
    pub fn drifted() -> Self {
        let Self { plan, owners, .. } = Self::foreign();
        let mut changes: Vec<Change> = plan.changes.into_iter().filter(|it| it.action == Action::Update).collect();
        changes.push(change("service/mail", Action::Update, vec![field("tier", text("gold"), text("silver"))]));
        changes.push(change("service/new", Action::Create, Vec::new()));
        let kind = HazardKind::Foreign { keys: vec![key("service/cart")] };
        let mut case = Self::of(changes, vec![hazard(kind, Consent::Adoption)]);
        case.owners = owners;
        case.drift = Some(DriftCommands {
            pull: "portolan pull --entities --only service/cart",
            push: "portolan push --only catalog/services/cart.yaml --adopt-from acme/other",
        });
        case
    }
}
