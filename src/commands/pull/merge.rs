//! Merges the catalog's values into manifests that exist. The planner says what differs, so that `diff` shows nothing
//! for what was merged. Without `--only`, only drift is merged, and of it only what the catalog alone changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::commands::plan::drift::{DriftInput, HistorySource, find_drift};
use crate::commands::workspace::entities::ManifestSet;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::finding::FileId;
use crate::domain::plan::change::{Action, Cause, Change, Field, FieldChange};
use crate::domain::plan::drift::{ChangedBy, Drift};
use crate::domain::plan::write_mode::PruneRule;
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};
use crate::domain::value::masked::holds_credential;
use crate::manifest::{self, EntityMerge, FieldMerge, ReadAs};
use crate::plan::{self, Adopt, Deletes, Destination, PlanInput};
use crate::settings::{Delivery, Settings};
use crate::sources::{self, FileChange, Place, ReadBuffer, SourceFile, Text};
use crate::text::mask::Mask;
use crate::text::plural::count;

/// The fields that were not taken over and are named in notes.
const MAX_NAMED: usize = 20;

/// Which declared entities are merged.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Chosen<'a> {
    /// These, whoever wrote them last.
    Named(&'a BTreeSet<EntityKey>),
    /// Those that have drifted.
    Drifted {
        /// What this scope wrote last.
        owned: &'a BTreeSet<EntityKey>,
        /// The history that says which side changed a field; `None` outside Git.
        history: Option<HistorySource<'a>>,
    },
}

pub(crate) struct MergeInput<'a> {
    pub manifests: &'a ManifestSet,
    /// The entities of the catalog, by blueprint and identifier.
    pub entities: &'a [&'a Entity],
    pub blueprints: &'a [Blueprint],
    pub chosen: Chosen<'a>,
    /// Files with changes that are not committed, which nothing may replace.
    pub uncommitted: &'a BTreeSet<String>,
    pub scope: &'a str,
    pub settings: &'a Settings,
    pub mask: &'a Mask,
}

/// What becomes of the manifests of declared entities.
#[derive(Debug, Default)]
pub(crate) struct MergedManifests {
    /// The entities that differ from their manifests.
    pub results: BTreeMap<EntityKey, MergeResult>,
    pub files: Vec<MergedFile>,
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergeResult {
    pub is_drift: bool,
    /// The fields that were taken over.
    pub fields: Vec<String>,
    /// Why nothing was, as a clause.
    pub kept: Option<&'static str>,
}

/// A file with merged manifests.
#[derive(Debug, Clone)]
pub(crate) struct MergedFile {
    pub path: String,
    /// Relative to the root.
    disk: PathBuf,
    pub before: Text,
    pub after: String,
}

impl MergedFile {
    pub fn change(&self) -> FileChange {
        FileChange {
            path: self.disk.clone(),
            before: sources::encode(&self.before.text, self.before.encoding),
            after: sources::encode(&self.after, self.before.encoding),
            to: None,
        }
    }

    /// The file as it will be, so that it can be linted before it is written.
    pub fn file(&self) -> SourceFile {
        SourceFile { path: self.path.clone(), place: Place::Given(self.change().after.into()) }
    }
}

const PENDING: &str = "its manifest has changes that were not pushed; `--only` replaces them";
const UNCOMMITTED: &str = "its file has changes that are not committed; `--only` replaces them";
const SECRET: &str = "the catalog's value looks like a credential";
const MAPPED: &str = "a mapping makes it of a Kubernetes object";
const UNREADABLE: &str = "its file cannot be read";
const BY_HAND: &str = "none of its values can be edited in place";
const CONFLICT: &str = "Git may have changed the same fields; `--only` takes the catalog's values";
const BOTH: &str = "Git changed it after the catalog's last write; `--only` takes the catalog's value";
const AMBIGUOUS: &str = "Git had the catalog's value before, and the later one may not have been pushed; `--only` takes the \
                         catalog's value";
const NO_HISTORY: &str = "Git has no history that says which side changed it; `--only` takes the catalog's value";
const SHALLOW: &str = "this clone does not have the history that says which side changed it: run `git fetch --unshallow`, or \
                       take the catalog's value with `--only`";

pub(crate) fn merge_declared(input: &MergeInput<'_>) -> MergedManifests {
    let mut merged = MergedManifests::default();
    let (changes, actual) = differences(input);
    let drift = drift_of(&changes, &actual, input);
    let is_mapped = input.settings.mapped_clusters().next().is_some();
    let mut by_file: BTreeMap<FileId, Vec<&Change>> = BTreeMap::new();
    for change in &changes {
        let is_drift = drift.is_drift(change);
        let is_chosen = match input.chosen {
            Chosen::Named(names) => names.contains(&change.key),
            Chosen::Drifted { .. } => is_drift,
        };
        let path = change.place.map(|place| input.manifests.path(place)).unwrap_or_default();
        let kept = if is_mapped {
            Some(MAPPED)
        } else if !is_chosen {
            Some(PENDING)
        } else {
            input.uncommitted.contains(path).then_some(UNCOMMITTED)
        };
        merged.results.insert(change.key.clone(), MergeResult { is_drift, fields: Vec::new(), kept });
        if let Some(place) = change.place.filter(|_| kept.is_none()) {
            by_file.entry(place.file).or_default().push(change);
        }
    }
    let mut untaken = Vec::new();
    for (file, changes) in by_file {
        merged.files.extend(merge_file(file, &changes, (input, &drift), &mut merged.results, &mut untaken));
    }
    merged.notes = describe_untaken(&untaken);
    merged
}

/// The declared entities of the catalog that differ from their manifests. Entities that are declared more than once are
/// none of them: it is not known which manifest is right.
fn differences(input: &MergeInput<'_>) -> (Vec<Change>, Snapshot) {
    let is_candidate = |desired: &&Desired| {
        let is_named = match input.chosen {
            Chosen::Named(names) => names.contains(&desired.key),
            Chosen::Drifted { .. } => true,
        };
        is_named && input.manifests.index.declarations(&desired.key).len() == 1
    };
    let desired: Vec<Desired> = input.manifests.entities.iter().filter(is_candidate).cloned().collect();
    let mut actual = Snapshot::default();
    for entity in input.entities {
        let empty = || Shelf { entities: Vec::new(), completeness: Completeness::Complete };
        let shelf = actual.blueprints.entry(entity.key.blueprint.to_string()).or_insert_with(empty);
        shelf.entities.push((*entity).clone());
    }
    let owned: Vec<EntityKey> = match input.chosen {
        Chosen::Named(_) => Vec::new(),
        Chosen::Drifted { owned, .. } => owned.iter().cloned().collect(),
    };
    let settings = input.settings;
    let plan = plan::plan(&PlanInput {
        desired: &desired,
        base: None,
        actual: &actual,
        blueprints: input.blueprints,
        owned: &owned,
        write: &settings.write.value,
        clears_dropped: false,
        deletes: Deletes::Exporters { deleted: &[], kept: &[] },
        is_exported: false,
        prune: PruneRule { enabled: false, ..settings.prune.rule() },
        policies: &[],
        destination: Destination {
            catalog: "",
            platform: settings.platform.value.name,
            scope: input.scope,
            target: None,
        },
        adopt: Adopt::Nothing,
        only_branch: false,
        unread: &[],
        moves: &[],
        only: None,
        changed_since: &[],
        mask: input.mask,
    });
    (plan.changes.into_iter().filter(|change| change.action == Action::Update).collect(), actual)
}

/// Which of the changes are drift. A named entity is taken whatever it is.
fn drift_of(changes: &[Change], actual: &Snapshot, input: &MergeInput<'_>) -> Drift {
    let Chosen::Drifted { history, .. } = input.chosen else { return Drift::default() };
    find_drift(&DriftInput {
        changes,
        manifests: input.manifests,
        actual,
        blueprints: input.blueprints,
        write: &input.settings.write.value,
        owned: None,
        history,
    })
}

/// A field that was not taken over.
struct Untaken<'c> {
    key: &'c EntityKey,
    field: String,
    reason: &'static str,
}

fn merge_file<'c>(
    file: FileId,
    changes: &[&'c Change],
    (input, drift): (&MergeInput<'_>, &Drift),
    results: &mut BTreeMap<EntityKey, MergeResult>,
    untaken: &mut Vec<Untaken<'c>>,
) -> Option<MergedFile> {
    let read = input.manifests.files.get(file.0 as usize).and_then(|source| Some((source, read(source)?)));
    let Some((source, (disk, before))) = read else {
        for change in changes {
            results.entry(change.key.clone()).and_modify(|result| result.kept = Some(UNREADABLE));
        }
        return None;
    };
    let fields: Vec<Vec<&FieldChange>> =
        changes.iter().map(|change| fields_to_take(change, (input, drift), untaken)).collect();
    let merges: Vec<EntityMerge<'_>> =
        changes.iter().zip(&fields).map(|(change, fields)| of_entity(change, fields)).collect();
    let file_name = source.path.rsplit('/').next().unwrap_or(&source.path);
    let read_as = ReadAs { file_name, git_host: input.settings.git_host.value };
    let merged = manifest::merge(&before.text, read_as, &merges);
    for (at, (change, fields)) in changes.iter().zip(&fields).enumerate() {
        let mut taken = Vec::new();
        for (number, field) in fields.iter().enumerate() {
            let refusal = merged.refused.iter().find(|refusal| (refusal.entity, refusal.field) == (at, number));
            match refusal {
                None => taken.push(field.field.path()),
                Some(refusal) => {
                    let reason = refusal.reason;
                    untaken.push(Untaken { key: &change.key, field: field.field.path(), reason });
                }
            }
        }
        let is_conflict = matches!(input.chosen, Chosen::Drifted { .. }) && !is_any_of_catalog(change, drift);
        results.entry(change.key.clone()).and_modify(|result| {
            result.kept = taken.is_empty().then_some(if is_conflict { CONFLICT } else { BY_HAND });
            result.fields = taken;
        });
    }
    let is_changed = merged.text != before.text;
    is_changed.then(|| MergedFile { path: source.path.clone(), disk, before, after: merged.text })
}

fn read(source: &SourceFile) -> Option<(PathBuf, Text)> {
    let mut buffer = ReadBuffer::default();
    let text = sources::read(source, &mut buffer).ok()?.to_text();
    let disk = source.place.disk()?;
    Some((disk.path.strip_prefix(disk.within.root()).unwrap_or(&disk.path).to_owned(), text))
}

/// The fields whose values the manifest may have. What the CRD in the cluster drops is not added.
fn fields_to_take<'c>(
    change: &'c Change,
    (input, drift): (&MergeInput<'_>, &Drift),
    untaken: &mut Vec<Untaken<'c>>,
) -> Vec<&'c FieldChange> {
    let is_cluster = input.settings.delivery.value == Delivery::Cluster;
    let mut fields = Vec::new();
    for field in &change.fields {
        let is_dropped = matches!(field.field, Field::Text(_) | Field::Team) && field.cause != Cause::Named;
        if is_cluster && is_dropped {
            continue;
        }
        match why_left(change, field, (input, drift)) {
            Left::No => {}
            Left::Pending => continue,
            Left::Listed(reason) => {
                untaken.push(Untaken { key: &change.key, field: field.field.path(), reason });
                continue;
            }
        }
        if holds_credential(input.mask, field.field.property_name(), &field.before) {
            untaken.push(Untaken { key: &change.key, field: field.field.path(), reason: SECRET });
            continue;
        }
        fields.push(field);
    }
    fields
}

/// Whether a field stays as it is in Git.
enum Left {
    No,
    /// Only Git changed it.
    Pending,
    /// With the reason, because a person must decide.
    Listed(&'static str),
}

fn why_left(change: &Change, field: &FieldChange, (input, drift): (&MergeInput<'_>, &Drift)) -> Left {
    if let Chosen::Named(_) = input.chosen {
        return Left::No;
    }
    match drift.changed_by(&change.key, &field.field) {
        Some(ChangedBy::Catalog) => Left::No,
        Some(ChangedBy::Git) | None => Left::Pending,
        Some(ChangedBy::Both) => Left::Listed(BOTH),
        Some(ChangedBy::Ambiguous) => Left::Listed(AMBIGUOUS),
        Some(ChangedBy::Unknown) if drift.is_shallow => Left::Listed(SHALLOW),
        Some(ChangedBy::Unknown) => Left::Listed(NO_HISTORY),
    }
}

fn is_any_of_catalog(change: &Change, drift: &Drift) -> bool {
    drift.fields_by(&change.key, ChangedBy::Catalog).next().is_some()
}

fn of_entity<'c>(change: &'c Change, fields: &[&'c FieldChange]) -> EntityMerge<'c> {
    let fields = fields.iter().map(|field| FieldMerge {
        path: field.field.keys(),
        value: &field.before,
        is_set: matches!(field.field, Field::Team | Field::Relation(_)),
    });
    EntityMerge { blueprint: &change.key.blueprint, identifier: &change.key.identifier, fields: fields.collect() }
}

fn describe_untaken(untaken: &[Untaken<'_>]) -> Vec<String> {
    let describe = |it: &Untaken<'_>| {
        let Untaken { key, field, reason } = it;
        format!("`{field}` of `{}/{}` was not taken over: {reason}.", key.blueprint, key.identifier)
    };
    let mut notes: Vec<String> = untaken.iter().take(MAX_NAMED).map(describe).collect();
    if untaken.len() > MAX_NAMED {
        notes.push(format!("{} not shown that were not taken over.", count(untaken.len() - MAX_NAMED, "more field")));
    }
    notes
}
