//! A plan as a file: what was reviewed, and everything that it depends on. A plan file is a promise to compare with: a
//! push makes the plan again from the manifests and refuses if the result differs from what the file shows. It binds by
//! content: comments, file names and commits may differ, what is asked for and what is stored may not.

mod check;
mod difference;
mod error;
pub(in crate::plan) mod fingerprint;
mod form;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::act::Acts;
use crate::domain::digest::Digest;
use crate::domain::entity::EntityKey;
use crate::domain::plan::Plan;

use super::{Destination, Ground, masking, of_entity};

pub use check::{How, Moved, Sight, Unfit, elsewhere, moved, unfit};
pub use difference::{Difference, differences};
pub use error::BindingError;

use fingerprint::Manifests;

/// Raised with every change of the form: a plan file is short-lived, and no version reads another one's.
pub const FORMAT: &str = "portolan.plan-file/2";

/// The JSON Schema of a plan file.
pub fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("schema.json")).expect("a test reads it")
}

/// All that is in a plan file.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFile {
    pub made: Circumstances,
    /// Which key the tags of masked values are made with; `None`: nothing in it is masked.
    pub mask_key: Option<String>,
    pub options: Options,
    /// The manifests' digests, by blueprint.
    pub manifests: BTreeMap<Arc<str>, Digest>,
    /// The digests of the catalog's blueprints that the plan touches.
    pub blueprints: BTreeMap<Arc<str>, Digest>,
    /// What the plan touches, by key.
    pub touched: Vec<Touched>,
    /// Paths of manifests. Places in the plan count by these.
    pub files: Vec<String>,
    pub plan: Plan,
    pub acts: Acts,
}

/// Where and of what a plan is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Circumstances {
    /// The version of portolan.
    pub tool: String,
    pub scope: String,
    pub platform: String,
    /// What the catalog is called in messages.
    pub catalog: String,
    /// The target of the config that was chosen.
    pub target: Option<String>,
    /// What is checked out; no plan hangs on it, people do.
    pub commit: Option<String>,
    pub is_dirty: bool,
    /// The base's commit.
    pub base: Option<String>,
}

/// The options that a plan is made with, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// `None`: the settings decide.
    pub prune: Option<bool>,
    pub adopt: bool,
    /// `None`: everything is planned.
    pub only: Option<ChosenPart>,
}

/// The part of a plan that `--only` chooses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChosenPart {
    pub blueprints: Vec<String>,
    /// Paths of manifests.
    pub files: Vec<String>,
}

impl Circumstances {
    pub(super) fn destination(&self) -> Destination<'_> {
        let Self { scope, platform, catalog, target, .. } = self;
        Destination { platform, catalog, target: target.as_deref(), scope }
    }
}

/// An entity that a plan changes, or counts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    pub key: EntityKey,
    /// As the catalog stores it; `None`: it is not there.
    pub stored: Option<Digest>,
    /// As the manifests ask for it; `None`: they do not.
    pub manifest: Option<Digest>,
}

impl PlanFile {
    /// Binds a plan to the ground it was made on. `path`: of a file, by its number in the run.
    pub fn bind<'p>(
        made: Circumstances,
        options: Options,
        plan: Plan,
        acts: Acts,
        ground: Ground<'_>,
        path: impl Fn(crate::domain::finding::FileId) -> &'p str,
    ) -> Self {
        let mask = ground.mask.watched();
        let mut plan = masking::masked(plan, &mask);
        let acts = masking::masked_acts(acts, &mask);
        let manifests = Manifests::of(ground.desired, &mask);
        let keys = touched_keys(&plan);
        let touch = |key: &EntityKey| Touched {
            stored: ground.actual.get(&key.blueprint, &key.identifier).map(|it| of_entity(it, &mask)),
            manifest: manifests.of_key(key),
            key: key.clone(),
        };
        let files = check::renumber(&mut plan, path);
        let names: BTreeSet<&str> = keys.iter().map(|key| key.blueprint.as_ref()).collect();
        let blueprints = ground.blueprints.iter().filter(|it| names.contains(it.identifier.as_str()));
        let blueprints =
            blueprints.map(|it| (Arc::from(it.identifier.as_str()), fingerprint::of_blueprint(it, &mask))).collect();
        let touched = keys.iter().map(touch).collect();
        let mask_key = mask.has_masked().then(|| mask.key_id());
        Self { made, mask_key, options, manifests: manifests.by_blueprint(), blueprints, touched, files, plan, acts }
    }

    /// The identifiers to read again before it is carried out, by blueprint.
    pub fn to_read(&self) -> BTreeMap<Arc<str>, Vec<Box<str>>> {
        let mut found: BTreeMap<Arc<str>, Vec<Box<str>>> = BTreeMap::new();
        for Touched { key, stored: _, manifest: _ } in &self.touched {
            found.entry(Arc::clone(&key.blueprint)).or_default().push(key.identifier.clone());
        }
        found
    }

    /// The text of the file: the same file, the same bytes.
    pub fn write(&self) -> String {
        let body = form::file::write(self);
        let checksum = form::file::checksum(&body);
        let whole = form::file::with_checksum(body, checksum);
        let mut text = serde_json::to_string_pretty(&whole).expect("a value is JSON");
        text.push('\n');
        text
    }

    /// A file that somebody forged, without what `read` checks at its end.
    #[cfg(test)]
    fn read_unchecked(text: &str) -> Option<Self> {
        form::file::read_unchecked(text)
    }

    /// `path` is what errors call the file. The version that made it must be `tool`.
    pub fn read(path: &str, text: &str, tool: &str) -> Result<Self, BindingError> {
        form::file::read(path, text, tool)
    }
}

/// Every entity whose state the plan hangs on, by key.
fn touched_keys(plan: &Plan) -> Vec<EntityKey> {
    let mut keys: BTreeSet<EntityKey> = BTreeSet::new();
    for change in &plan.changes {
        keys.insert(change.key.clone());
        keys.extend(change.removed());
        keys.extend(change.dependents.iter().map(|dependent| dependent.key.clone()));
    }
    keys.into_iter().collect()
}
