//! Reads from the catalog what a forecast compares: what the exporter owns, the entities that it writes or deletes, those
//! that may require deleted ones, and the targets of relations.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Part};
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::{Datasource, EntityKey};
use crate::domain::forecast::revision::MappedRevision;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Completeness, Snapshot};
use crate::error::Error;
use crate::plan::forecast::forecast_targets;
use crate::report::escape::clean;

/// The entities that an exporter owns by its state key, and by that of the base if it is another one.
#[derive(Debug, Default)]
pub(crate) struct Owned {
    pub now: Vec<EntityKey>,
    pub formerly: Vec<EntityKey>,
}

/// `name`: of the cluster, for notes.
pub(crate) fn owned_by_exporter(
    catalog: &dyn Catalog,
    name: &str,
    now: &MappedRevision,
    base: Option<&MappedRevision>,
    notes: &mut Vec<String>,
) -> Result<Owned, Error> {
    let Some(state_key) = &now.state_key else {
        notes.push(format!(
            "The cluster `{name}` has no state key, so what its exporter owns and deletes is not known. Set `clusters.{name}.state-key`."
        ));
        return Ok(Owned::default());
    };
    if state_key.chars().any(char::is_uppercase) {
        notes.push(format!(
            "The state key `{state_key}` has upper-case letters. An exporter with a config file asks for it in lower case, and finds nothing where the catalog distinguishes them: then it deletes nothing."
        ));
    }
    let before = base.and_then(|base| base.state_key.as_ref());
    let former = before.filter(|before| *before != state_key);
    let read = |key: &String| catalog.written_by(&Datasource::of_exporter(key));
    let found = read(state_key).and_then(|now| Ok((now, former.map(read).transpose()?.unwrap_or_default())));
    match found {
        Ok((now, formerly)) => Ok(Owned { now, formerly }),
        Err(error) if error.is_no_route() => {
            notes.push(
                "The catalog does not report who wrote an entity, so what the exporter deletes is not known. Pass the entities that it owns: `--known`."
                    .to_owned(),
            );
            Ok(Owned::default())
        }
        Err(error) => Err(error.into()),
    }
}

/// The entities that forecasts compare.
pub(crate) struct LiveEntities {
    pub snapshot: Snapshot,
    /// The blueprints of which only the targets of relations were read.
    pub partly_read: Vec<String>,
}

impl LiveEntities {
    /// The blueprints that were read as a whole.
    pub fn into_whole(self) -> Snapshot {
        let mut snapshot = self.snapshot;
        self.partly_read.iter().for_each(|name| drop(snapshot.blueprints.remove(name)));
        snapshot
    }
}

/// The catalog with its blueprints.
pub(crate) struct LiveCatalog<'a> {
    pub catalog: &'a dyn Catalog,
    pub blueprints: &'a Blueprints,
    pub progress: &'a dyn Progress,
}

/// A cluster now, at the base, and what its exporter owns.
type Compared<'a> = (&'a MappedRevision, Option<&'a MappedRevision>, &'a Owned);

impl LiveCatalog<'_> {
    /// Reads what the forecasts of these clusters need beside what is `known`.
    pub fn read(
        &self,
        known: Snapshot,
        clusters: &[Compared<'_>],
        notes: &mut Vec<String>,
    ) -> Result<LiveEntities, Error> {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut stale: BTreeSet<&str> = BTreeSet::new();
        for (now, base, owned) in clusters {
            let revisions = [Some(*now), *base].into_iter().flatten();
            names.extend(revisions.flat_map(|it| &it.evaluation.upserts).map(|entity| entity.blueprint.as_str()));
            names.extend(owned.now.iter().chain(&owned.formerly).map(|key| &*key.blueprint));
            let sent: BTreeSet<EntityKey> = now.evaluation.upserts.iter().filter_map(|entity| entity.key()).collect();
            stale.extend(owned.now.iter().filter(|key| !sent.contains(key)).map(|key| &*key.blueprint));
        }
        // What requires an entity keeps it from being deleted.
        let requires = self.blueprints.iter().filter(|blueprint| {
            blueprint.relations.iter().any(|relation| relation.required && stale.contains(relation.target.as_str()))
        });
        names.extend(requires.map(|blueprint| blueprint.identifier.as_str()));
        names.retain(|name| !known.blueprints.contains_key(*name));
        let mut snapshot = known;
        let read = self.catalog.read(&self.blueprints.among(&names), &Part::Whole, self.progress)?;
        snapshot.blueprints.extend(read.blueprints);
        for (name, shelf) in &snapshot.blueprints {
            if let Completeness::Incomplete(why) = &shelf.completeness {
                notes.push(format!(
                    "The entities of `{}` could not be read completely ({why}), so some may be shown as new.",
                    clean(name)
                ));
            }
        }
        let mut partly_read = Vec::new();
        let mut targets: BTreeMap<&str, BTreeSet<Box<str>>> = BTreeMap::new();
        let all: Vec<EntityKey> =
            clusters.iter().flat_map(|(now, ..)| forecast_targets(&now.evaluation, self.blueprints)).collect();
        for key in all.iter().filter(|key| !snapshot.blueprints.contains_key(&*key.blueprint)) {
            targets.entry(&key.blueprint).or_default().insert(key.identifier.clone());
        }
        for (name, identifiers) in targets {
            let Some(blueprint) = self.blueprints.named(name) else { continue };
            let identifiers: Vec<Box<str>> = identifiers.into_iter().collect();
            match self.catalog.read_some(blueprint, &identifiers, self.progress) {
                Ok(shelf) => {
                    partly_read.push(name.to_owned());
                    snapshot.blueprints.insert(name.to_owned(), shelf);
                }
                Err(error) if matches!(error.status(), Some(403 | 404)) => notes.push(format!(
                    "The entities of `{}` could not be read, so relations to them were not checked.",
                    clean(name)
                )),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(LiveEntities { snapshot, partly_read })
    }
}
