//! Plan files: a saved plan and everything that it depends on. A plan file is only compared: a push makes the plan
//! again from the manifests and refuses if it differs from the file. Content counts: comments, file names and commits
//! may differ, manifests and stored values may not.

mod codec;
mod difference;
mod drift;
mod error;
pub(in crate::plan) mod fingerprint;
mod plan_file;
mod positions;
mod validate;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::entity::EntityKey;
use crate::domain::finding::FileId;
use crate::domain::plan::Plan;
use crate::domain::plan::request::WriteRequests;

use super::{digest, masking, of_entity};
use crate::plan::input::PlanBasis;

pub use codec::schema;
pub use difference::{Difference, differences};
pub use drift::{CatalogState, Drift, DriftKind, Mismatch, destination_mismatches, drift, mismatches};
pub use error::PlanFileError;
pub use plan_file::{ChosenPart, FORMAT, Options, PlanFile, Precondition, Preconditions, Provenance};

use fingerprint::Manifests;
use plan_file::touched_keys;

impl PlanFile {
    /// Creates a plan file from a plan and its input. `path` returns the path of a file in this run.
    pub fn new<'p>(
        provenance: Provenance,
        options: Options,
        plan: Plan,
        requests: WriteRequests,
        basis: PlanBasis<'_>,
        path: impl Fn(FileId) -> &'p str,
    ) -> Self {
        let mask = basis.mask.watched();
        let mut plan = masking::masked(plan, &mask);
        let requests = masking::masked_requests(requests, &mask);
        let manifests = Manifests::of(basis.desired, &mask);
        let keys = touched_keys(&plan);
        let precondition = |key: &EntityKey| Precondition {
            stored: basis.actual.get(&key.blueprint, &key.identifier).map(|it| of_entity(it, &mask)),
            manifest: manifests.of_key(key),
            key: key.clone(),
        };
        let names: BTreeSet<&str> = keys.iter().map(|key| key.blueprint.as_ref()).collect();
        let blueprints = basis.blueprints.iter().filter(|it| names.contains(it.identifier.as_str()));
        let blueprints =
            blueprints.map(|it| (Arc::from(it.identifier.as_str()), fingerprint::of_blueprint(it, &mask))).collect();
        let entities = keys.iter().map(precondition).collect();
        let requests = requests.waves.iter().map(|wave| wave.iter().map(digest::of_request).collect()).collect();
        Self {
            provenance,
            mask_key: mask.has_masked().then(|| mask.key_id()),
            options,
            preconditions: Preconditions { manifests: manifests.by_blueprint(), blueprints, entities },
            files: positions::renumber(&mut plan, path),
            plan,
            requests,
        }
    }

    /// The identifiers to read again before the plan is applied, by blueprint.
    pub fn to_read(&self) -> BTreeMap<Arc<str>, Vec<Box<str>>> {
        let mut found: BTreeMap<Arc<str>, Vec<Box<str>>> = BTreeMap::new();
        for Precondition { key, stored: _, manifest: _ } in &self.preconditions.entities {
            found.entry(Arc::clone(&key.blueprint)).or_default().push(key.identifier.clone());
        }
        found
    }

    /// The text of the file; the same content gives the same bytes.
    pub fn write(&self) -> String {
        codec::write(self)
    }

    /// `path` is the name of the file in errors. `tool` is the version that must have made it.
    pub fn read(path: &str, text: &str, tool: &str) -> Result<Self, PlanFileError> {
        codec::read(path, text, tool)
    }
}
