//! Builds a snapshot as `pull` would write it, in memory, and compares it with the current one. It writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::commands::pull::fetch::{Fetched, steady};
use crate::commands::pull::reachable::Reachable;
use crate::commands::workspace::organizations;
use crate::commands::workspace::organizations::Organizations;
use crate::commands::workspace::snapshot::{FOLDER, KNOWN, SOURCE, SnapshotSource};
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::change::{BlueprintChange, changes};
use crate::domain::entity::EntityKey;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::file_name::stems;
use crate::domain::known_entities::KnownEntities;
use crate::domain::value::timestamp::Moment;
use crate::sources::{self, Part, Place, ReadBuffer, SourceFile};

const BLUEPRINTS: &str = "blueprints";
/// The files of a snapshot that a pull may replace. The one that names the source is last.
pub(crate) const PARTS: [&str; 3] = [BLUEPRINTS, KNOWN, SOURCE];

/// The current snapshot.
pub(crate) struct CurrentSnapshot {
    /// By file name: the text, and the blueprint without volatile fields.
    files: BTreeMap<String, (String, Option<Json>)>,
    known: Option<KnownEntities>,
    pub source: Option<Source>,
}

/// Where and when a snapshot was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub platform: String,
    pub catalog: String,
    pub pulled_at: String,
    /// Of each catalog that this repository was pulled from.
    pub organizations: Organizations,
}

/// The snapshot that a pull would write.
pub(crate) struct SnapshotUpdate {
    pub source: Source,
    pub blueprints: usize,
    pub known: usize,
    pub changes: Vec<BlueprintChange>,
    /// The new blueprints.
    pub after: Vec<Blueprint>,
    /// The number of entity keys that are new in the list, and of those that were removed.
    pub known_added: usize,
    pub known_removed: usize,
    /// The list is now complete for a blueprint for which it was not before.
    covers_more: bool,
    /// All parts except `source.json`.
    parts: Vec<Part>,
    shelf: Vec<SourceFile>,
}

impl CurrentSnapshot {
    pub fn read(root: &Path) -> Self {
        let mut buffer = ReadBuffer::default();
        let mut text = |file: &SourceFile| sources::read_large(file, &mut buffer).ok().map(|it| it.text.to_owned());
        let mut files = BTreeMap::new();
        for file in SnapshotSource::Disk.blueprints(root) {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path).to_owned();
            let text = text(&file).unwrap_or_default();
            let json = serde_json::from_str(&text).ok().map(steady);
            files.insert(name, (text, json));
        }
        let known = SnapshotSource::Disk.file(root, KNOWN).and_then(|file| text(&file));
        let source = SnapshotSource::Disk.file(root, SOURCE).and_then(|file| text(&file));
        Self {
            files,
            known: known.map(|text| KnownEntities::parse(text).0),
            source: source.and_then(|text| Source::parse(&text)),
        }
    }

    pub fn is_there(&self) -> bool {
        !self.files.is_empty()
    }

    /// Whether there is a blueprint other than system blueprints. Without one, the snapshot is useless.
    pub fn has_own_blueprints(&self) -> bool {
        self.blueprints().iter().any(|blueprint| !is_reserved(&blueprint.identifier))
    }

    pub fn blueprints(&self) -> Vec<Blueprint> {
        let jsons = self.files.values().filter_map(|(_, json)| json.clone());
        jsons.filter_map(|json| Blueprint::from_json(json).ok()).map(|(blueprint, _)| blueprint).collect()
    }
}

impl Source {
    pub const FORMAT: &'static str = "portolan.source/1";

    fn parse(text: &str) -> Option<Self> {
        let json: Json = serde_json::from_str(text).ok()?;
        let field = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let organizations = organizations::of_source(&json);
        Some(Self {
            platform: field("platform")?,
            catalog: field("catalog")?,
            pulled_at: field("pulledAt")?,
            organizations,
        })
    }

    fn text(&self, blueprints: usize, known: usize) -> String {
        // Git merges this file by lines (`merge=union`). The line that changes with every pull is not the last one, so
        // two merged versions of it are valid JSON: each ends in a comma, and the later value counts.
        let mut json = serde_json::Map::new();
        json.insert("format".to_owned(), Self::FORMAT.into());
        json.insert("pulledAt".to_owned(), self.pulled_at.as_str().into());
        json.insert("blueprints".to_owned(), blueprints.into());
        json.insert("knownEntities".to_owned(), known.into());
        json.extend(organizations::entries(&self.organizations));
        json.insert("platform".to_owned(), self.platform.as_str().into());
        json.insert("catalog".to_owned(), self.catalog.as_str().into());
        format!("{:#}\n", Json::Object(json))
    }

    pub fn new(platform: &str, catalog: &str, now: Moment, organizations: Organizations) -> Self {
        let (platform, catalog) = (platform.to_owned(), catalog.to_owned());
        Self { platform, catalog, pulled_at: now.to_string(), organizations }
    }
}

impl SnapshotUpdate {
    /// `fetched` holds the reachable entities; `is_declared` returns whether the repository declares an entity.
    pub fn new(
        standing: &CurrentSnapshot,
        fetched: &Fetched,
        used: &BTreeSet<&str>,
        reachable: &Reachable,
        source: Source,
        is_declared: &dyn Fn(&EntityKey) -> bool,
    ) -> Self {
        let wanted = fetched.wanted(used);
        let files = blueprint_files(standing, &wanted);
        let known = reachable.keys(fetched).filter(|key| fits_on_a_line(key) && !is_declared(key));
        let known: BTreeSet<&EntityKey> = known.collect();
        let complete: Vec<&str> = reachable.complete(fetched).collect();
        let covers_more =
            standing.known.as_ref().is_some_and(|old| complete.iter().any(|blueprint| !old.covers(blueprint)));
        let pairs = known.iter().map(|key| (&*key.blueprint, &*key.identifier));
        let text = KnownEntities::text(complete.iter().copied(), pairs);
        let (known_added, known_removed) = known_changes(standing, &known);
        let after: Vec<Blueprint> = wanted.iter().map(|blueprint| (*blueprint).clone()).collect();
        let shelf_file =
            |path: String, text: &str| SourceFile { path, place: Place::Given(Arc::from(text.as_bytes())) };
        let mut shelf: Vec<SourceFile> =
            files.iter().map(|(name, text)| shelf_file(format!("{FOLDER}/{BLUEPRINTS}/{name}"), text)).collect();
        shelf.push(shelf_file(format!("{FOLDER}/{KNOWN}"), &text));
        shelf.push(shelf_file(format!("{FOLDER}/{SOURCE}"), &source.text(wanted.len(), known.len())));
        let files = files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        let parts =
            vec![Part::Folder { name: BLUEPRINTS, files }, Part::File { name: KNOWN, bytes: text.into_bytes() }];
        Self {
            source,
            blueprints: wanted.len(),
            known: known.len(),
            changes: changes(&standing.blueprints(), &after),
            after,
            known_added,
            known_removed,
            covers_more,
            parts,
            shelf,
        }
    }

    /// The new snapshot as input of lint, before it is written.
    pub fn shelf(&self) -> SnapshotSource {
        SnapshotSource::Files(self.shelf.clone())
    }

    /// Whether it differs from the current snapshot, apart from the time of the pull.
    pub fn is_news(&self, standing: &CurrentSnapshot) -> bool {
        let is_elsewhere = |old: &Source| old.catalog != self.source.catalog || old.platform != self.source.platform;
        self.has_other_content()
            || self.covers_more
            || standing.known.is_none()
            || standing.source.as_ref().is_none_or(is_elsewhere)
    }

    /// Whether it has other blueprints or known entities than the current snapshot.
    pub fn has_other_content(&self) -> bool {
        !self.changes.is_empty() || self.known_added + self.known_removed > 0
    }

    /// All parts. Unchanged ones are not rewritten.
    pub fn parts(&self) -> Vec<Part> {
        let source = self.source.text(self.blueprints, self.known);
        let mut parts = self.parts.clone();
        parts.push(Part::File { name: SOURCE, bytes: source.into_bytes() });
        parts
    }
}

/// One file for each blueprint. A file with equal content keeps its exact bytes.
fn blueprint_files(standing: &CurrentSnapshot, wanted: &[&Blueprint]) -> BTreeMap<String, String> {
    let stems = stems(wanted.iter().map(|blueprint| blueprint.identifier.as_str()));
    let file = |blueprint: &&Blueprint| {
        let name = format!("{}.json", stems.get(blueprint.identifier.as_str())?);
        let old = standing.files.get(&name);
        let old = old.filter(|(text, _)| serde_json::from_str::<Json>(text).is_ok_and(|json| json == blueprint.raw));
        let text = old.map_or_else(|| format!("{:#}\n", blueprint.raw), |(text, _)| text.clone());
        Some((name, text))
    };
    wanted.iter().filter_map(file).collect()
}

/// The list has one entity per line, so an identifier must not contain a line break.
fn fits_on_a_line(key: &EntityKey) -> bool {
    !key.identifier.contains(['\n', '\r']) && !key.identifier.is_empty()
}

fn known_changes(standing: &CurrentSnapshot, known: &BTreeSet<&EntityKey>) -> (usize, usize) {
    let Some(old) = &standing.known else { return (known.len(), 0) };
    let kept = known.iter().filter(|key| old.contains(&key.blueprint, &key.identifier)).count();
    (known.len() - kept, old.len() - kept)
}
