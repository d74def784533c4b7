//! The sample plan of a scheduled run: drift and pending work.

use crate::domain::plan::change::{Action, Change, OwnerStatus};
use crate::domain::plan::drift::{ChangedBy, EntityDrift};
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
        changes.push(change("service/gone", Action::Create, Vec::new()));
        let kind = HazardKind::Foreign { keys: vec![key("service/cart")] };
        let mut case = Self::of(changes, vec![hazard(kind, Consent::Adoption)]);
        case.owners = owners;
        let sides = [ChangedBy::Catalog, ChangedBy::Both, ChangedBy::Unknown, ChangedBy::Git].into_iter().cycle();
        let cart = case.plan.changes.iter().find(|change| change.ownership == OwnerStatus::Foreign);
        let fields = cart.into_iter().flat_map(|cart| &cart.fields).map(|field| field.field.clone()).zip(sides);
        case.drifted.insert(key("service/cart"), EntityDrift::Fields(fields.collect()));
        case.drifted.insert(key("service/gone"), EntityDrift::Missing);
        case.drift = Some(DriftCommands {
            pull: Some("portolan pull --entities --drifted"),
            push: "portolan push --only catalog/services/cart.yaml --adopt-from acme/other",
        });
        case
    }
}
