//! Detects renames: an entity that is no longer declared, and one that the catalog does not have. The catalog's entity gets
//! the new identifier instead of a delete and a create. An ambiguous match is not a rename.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::domain::entity::desired::{Desired, former_identifiers};
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Action, Change, OwnerStatus, RenamedBy};
use crate::domain::plan::digest::Digest;
use crate::domain::snapshot::Snapshot;

use super::input::{Move, PlanBasis};
use super::normalise;
use super::origin::{BaseManifests, Past};
use super::ownership::{self, Owned, Pair, pair};
use super::shape::{Shape, Shapes};
use crate::plan::content::Content;

/// The limits on compared pairs and on deleted entities with the same title, so that the search stays fast.
const MAX_COMPARISONS: usize = 10_000;
const MAX_SAME_TITLE: usize = 50;

/// The entity of the catalog that gets the identifier of a declared one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renamed<'q> {
    pub old: &'q Entity,
    pub by: RenamedBy,
}

pub(super) struct Renames<'q> {
    by_new: HashMap<Pair<'q>, Renamed<'q>>,
    claimed: HashSet<Pair<'q>>,
}

impl<'q> Renames<'q> {
    pub fn of(&self, key: &EntityKey) -> Option<Renamed<'q>> {
        self.by_new.get(&pair(key)).copied()
    }

    pub fn is_claimed(&self, old: &Entity) -> bool {
        self.claimed.contains(&pair(&old.key))
    }

    pub fn none() -> Self {
        Self { by_new: HashMap::new(), claimed: HashSet::new() }
    }

    /// The renames that a restore takes back: an entity that this scope owns has the identifier that the push gave it.
    pub fn of_restore(desired: &'q [Desired], actual: &'q Snapshot, owned: &Owned<'_>) -> Self {
        let mut renames = Self::none();
        let pairs = desired.iter().filter_map(|desired| {
            let EntityKey { blueprint, identifier } = &desired.key;
            let renamed = actual.get(blueprint, desired.renamed_from.as_deref()?)?;
            let is_free = actual.get(blueprint, identifier).is_none();
            (is_free && owned.ownership(Some(renamed)) == OwnerStatus::Ours).then_some((renamed, desired))
        });
        renames.take(pairs.collect(), RenamedBy::Restore);
        renames
    }

    /// `new`: declared and not in the catalog; `gone`: owned and no longer declared.
    pub fn find(
        new: &[&'q Desired],
        gone: &[&'q Entity],
        moves: &[Move],
        base_manifests: &BaseManifests<'q>,
        shapes: &Shapes<'q>,
    ) -> Self {
        let mut renames = Self::none();
        if new.is_empty() || gone.is_empty() {
            return renames;
        }
        let old: HashMap<Pair<'q>, &'q Entity> = gone.iter().map(|entity| (pair(&entity.key), *entity)).collect();
        let annotated = new.iter().filter_map(|desired| {
            let mut former = former_identifiers(desired.renamed_from.as_deref()?);
            Some((former.find_map(|from| old.get(&(desired.key.blueprint.as_ref(), from)).copied())?, *desired))
        });
        let annotated = annotated.collect();
        renames.take(annotated, RenamedBy::Annotation);
        let by_key: HashMap<Pair<'q>, &'q Desired> = new.iter().map(|desired| (pair(&desired.key), *desired)).collect();
        let known = KnownContents { base_manifests, shapes };
        for (by, is_in_place) in [(RenamedBy::Move, false), (RenamedBy::Place, true)] {
            let moved = moves.iter().filter(|moved| moved.is_in_place == is_in_place);
            let moved = moved.filter(|moved| moved.from.blueprint == moved.to.blueprint);
            let moved = moved.filter_map(|moved| Some((*old.get(&pair(&moved.from))?, *by_key.get(&pair(&moved.to))?)));
            let moved = moved.filter(|(old, new)| !is_in_place || known.is_one_manifest(old, new));
            renames.take(moved.collect(), by);
        }
        let alike = renames.alike(new, gone, &known);
        renames.take(alike, RenamedBy::Content);
        let near = renames.near(new, gone, &known);
        renames.take(near, RenamedBy::Content);
        renames
    }

    /// Accepts pairs whose two ends are in no other pair.
    fn take(&mut self, mut pairs: Vec<(&'q Entity, &'q Desired)>, by: RenamedBy) {
        pairs.retain(|(old, new)| !self.is_claimed(old) && self.of(&new.key).is_none());
        pairs.sort_by(|a, b| (&a.0.key, &a.1.key).cmp(&(&b.0.key, &b.1.key)));
        pairs.dedup_by(|a, b| a.0.key == b.0.key && a.1.key == b.1.key);
        let (mut olds, mut news) = (HashMap::new(), HashMap::new());
        for (old, new) in &pairs {
            *olds.entry(pair(&old.key)).or_insert(0) += 1;
            *news.entry(pair(&new.key)).or_insert(0) += 1;
        }
        for (old, new) in pairs {
            if olds.get(&pair(&old.key)) == Some(&1) && news.get(&pair(&new.key)) == Some(&1) {
                self.by_new.insert(pair(&new.key), Renamed { old, by });
                self.claimed.insert(pair(&old.key));
            }
        }
    }

    /// Pairs of one blueprint with the same content, if it is unique on both sides. The deleted entity's content is
    /// that of its last manifest and of the catalog.
    fn alike(
        &self,
        new: &[&'q Desired],
        gone: &[&'q Entity],
        known: &KnownContents<'_, 'q>,
    ) -> Vec<(&'q Entity, &'q Desired)> {
        let new = new.iter().filter(|desired| self.of(&desired.key).is_none());
        let mut incoming: HashMap<(&str, Digest), Option<&'q Desired>> = HashMap::new();
        for desired in new {
            let (blueprint, shape) = known.shape_of(&desired.key);
            let Some(content) = Content::of_manifest(desired, shape).digest(shape) else { continue };
            incoming.entry((blueprint, content)).and_modify(|one| *one = None).or_insert(Some(*desired));
        }
        let mut outgoing: HashMap<(&str, Digest), Vec<&'q Entity>> = HashMap::new();
        for entity in gone.iter().filter(|entity| !self.is_claimed(entity)) {
            let (blueprint, shape) = known.shape_of(&entity.key);
            let mut contents: Vec<Digest> =
                known.contents_of(entity).filter_map(|content| content.digest(shape)).collect();
            contents.dedup();
            for content in contents {
                outgoing.entry((blueprint, content)).or_default().push(entity);
            }
        }
        let only = |(content, one): (&(&str, Digest), &Option<&'q Desired>)| match outgoing.get(content)?.as_slice() {
            [old] => one.map(|new| (*old, new)),
            _ => None,
        };
        incoming.iter().filter_map(only).collect()
    }

    /// Pairs of one blueprint and one title, one of which contains most of the other.
    fn near(
        &self,
        new: &[&'q Desired],
        gone: &[&'q Entity],
        known: &KnownContents<'_, 'q>,
    ) -> Vec<(&'q Entity, &'q Desired)> {
        let mut by_title: HashMap<(&str, Option<&str>), Vec<Candidate<'q>>> = HashMap::new();
        for entity in gone.iter().copied().filter(|entity| !self.is_claimed(entity)) {
            for content in known.contents_of(entity) {
                let title = (entity.key.blueprint.as_ref(), content.title());
                by_title.entry(title).or_default().push((entity, content));
            }
        }
        let mut pairs = Vec::new();
        for desired in new.iter().copied().filter(|desired| self.of(&desired.key).is_none()) {
            let (blueprint, shape) = known.shape_of(&desired.key);
            let title = normalise::text(&desired.texts.title).value();
            let Some(candidates) = by_title.get(&(blueprint, title)) else { continue };
            // A title that many entities share, or none, identifies nothing.
            if candidates.len() > MAX_SAME_TITLE {
                continue;
            }
            let content = Content::of_manifest(desired, shape);
            let like = candidates.iter().filter(|(_, old)| content.similarity(old, shape).is_one_content(title));
            pairs.extend(like.map(|(entity, _)| (*entity, desired)));
        }
        pairs
    }
}

/// A deleted entity and its content.
type Candidate<'q> = (&'q Entity, Content<'q>);

/// The data for comparing the content of entities.
struct KnownContents<'s, 'q> {
    base_manifests: &'s BaseManifests<'q>,
    shapes: &'s Shapes<'q>,
}

impl<'s, 'q> KnownContents<'s, 'q> {
    fn shape_of<'k>(&self, key: &'k EntityKey) -> (&'k str, &'s Shape<'q>) {
        (&key.blueprint, self.shapes.of(&key.blueprint))
    }

    fn last_manifest(&self, key: &EntityKey) -> Option<&'q Desired> {
        match self.base_manifests.of(&key.blueprint, &key.identifier) {
            Past::Known(past) => Some(past),
            Past::Absent | Past::Unknown => None,
        }
    }

    /// The content in the last manifest, and the content in the catalog.
    fn contents_of(&self, entity: &'q Entity) -> impl Iterator<Item = Content<'q>> {
        let (_, shape) = self.shape_of(&entity.key);
        let last = self.last_manifest(&entity.key).map(|last| Content::of_manifest(last, shape));
        last.into_iter().chain([Content::of_stored(entity, shape)])
    }

    /// Whether the new manifest is a renamed version of the old one at the same position.
    fn is_one_manifest(&self, old: &Entity, new: &Desired) -> bool {
        let (_, shape) = self.shape_of(&new.key);
        let content = Content::of_manifest(new, shape);
        self.last_manifest(&old.key)
            .is_some_and(|last| content.similarity(&Content::of_manifest(last, shape), shape).is_one_manifest())
    }
}

/// A created entity and the similar ones that the same plan deletes. It is not taken as a rename, but the user may
/// know better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameHint {
    pub to: EntityKey,
    pub from: Vec<EntityKey>,
}

/// Declared entities that exchange their identifiers by their annotations: each has the former identifier of the next one,
/// and the plan updates them all. The catalog has all of these identifiers, so none of them can be changed in place.
pub fn exchanged(plan: &Plan, basis: &PlanBasis<'_>) -> Vec<Vec<EntityKey>> {
    let is_update = |change: &&Change| change.action == Action::Update;
    let updated: HashSet<Pair<'_>> = plan.changes.iter().filter(is_update).map(|change| pair(&change.key)).collect();
    let mut former: HashMap<Pair<'_>, &str> = HashMap::new();
    for desired in basis.desired.iter().filter(|desired| updated.contains(&pair(&desired.key))) {
        let annotation = desired.renamed_from.as_deref().unwrap_or_default();
        let from = former_identifiers(annotation).find(|from| **from != *desired.key.identifier);
        former.extend(from.map(|from| (pair(&desired.key), from)));
    }
    let mut starts: Vec<Pair<'_>> = former.keys().copied().collect();
    starts.sort_unstable();
    let mut seen: HashSet<Pair<'_>> = HashSet::new();
    let mut found = Vec::new();
    for start in starts {
        let mut path = vec![start];
        let mut end = None;
        while let Some(last) = path.last().copied().filter(|last| seen.insert(*last)) {
            end = former.get(&last).map(|from| (last.0, *from));
            path.extend(end.filter(|next| *next != start));
        }
        if end == Some(start) {
            found.push(path.into_iter().map(key).collect());
        }
    }
    found
}

fn key((blueprint, identifier): Pair<'_>) -> EntityKey {
    EntityKey { blueprint: blueprint.into(), identifier: identifier.into() }
}

/// A created entity whose manifest names a former identifier that stays in the catalog, so nothing is renamed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptFormer {
    pub to: EntityKey,
    pub from: EntityKey,
    /// Another manifest declares it. Otherwise it has another owner, or relations to it are declared.
    pub is_declared: bool,
}

/// The created entities whose former identifier stays in the catalog.
pub fn kept_formers(plan: &Plan, basis: &PlanBasis<'_>) -> Vec<KeptFormer> {
    let actions: HashMap<Pair<'_>, &Action> =
        plan.changes.iter().map(|change| (pair(&change.key), &change.action)).collect();
    let annotated = basis.desired.iter().filter(|desired| desired.renamed_from.is_some());
    let created: Vec<&Desired> =
        annotated.filter(|desired| actions.get(&pair(&desired.key)) == Some(&&Action::Create)).collect();
    if created.is_empty() {
        return Vec::new();
    }
    let declared: HashSet<Pair<'_>> = basis.desired.iter().map(|desired| pair(&desired.key)).collect();
    let kept = created.into_iter().filter_map(|desired| {
        let blueprint = desired.key.blueprint.as_ref();
        let mut former = former_identifiers(desired.renamed_from.as_deref()?);
        let from = (blueprint, former.find(|from| **from != *desired.key.identifier)?);
        let stays = basis.actual.get(from.0, from.1).is_some() && actions.get(&from) != Some(&&Action::Delete);
        stays.then(|| KeptFormer { to: desired.key.clone(), from: key(from), is_declared: declared.contains(&from) })
    });
    let mut found: Vec<KeptFormer> = kept.collect();
    found.sort();
    found.dedup();
    found
}

/// Created entities, and the deleted ones that each of them looks like or was by its annotation. In the order of the changes.
pub fn replaced(plan: &Plan, basis: &PlanBasis<'_>, moves: &[Move]) -> Vec<RenameHint> {
    similar(plan, basis, |desired, from| {
        let former = desired.renamed_from.as_deref().map(former_identifiers);
        let is_former = former.into_iter().flatten().any(|former| *former == *from.identifier);
        is_former || is_moved(moves, from, &desired.key)
    })
}

/// In the order of the changes.
pub fn rename_hints(plan: &Plan, basis: &PlanBasis<'_>, moves: &[Move]) -> Vec<RenameHint> {
    similar(plan, basis, |desired, from| is_moved(moves, from, &desired.key))
}

fn is_moved(moves: &[Move], from: &EntityKey, to: &EntityKey) -> bool {
    moves.iter().any(|moved| moved.to == *to && moved.from == *from)
}

/// Created entities, and the deleted ones with similar content. `is_one`: whether something else shows that both are one.
fn similar(plan: &Plan, basis: &PlanBasis<'_>, is_one: impl Fn(&Desired, &EntityKey) -> bool) -> Vec<RenameHint> {
    let shapes = Shapes::new(basis.blueprints);
    let mut gone: HashMap<&str, Vec<(&EntityKey, Content<'_>)>> = HashMap::new();
    for change in plan.changes.iter().filter(|change| change.action == Action::Delete) {
        let key = &change.key;
        let Some(stored) = basis.actual.get(&key.blueprint, &key.identifier) else { continue };
        let content = Content::of_stored(stored, shapes.of(&key.blueprint));
        gone.entry(&key.blueprint).or_default().push((key, content));
    }
    if gone.is_empty() {
        return Vec::new();
    }
    let is_new = |change: &&Change| change.action == Action::Create && gone.contains_key(change.key.blueprint.as_ref());
    let created: Vec<&EntityKey> = plan.changes.iter().filter(is_new).map(|change| &change.key).collect();
    let keys: HashSet<Pair<'_>> = created.iter().map(|key| pair(key)).collect();
    let declared = ownership::by_key(basis.desired.iter().filter(|desired| keys.contains(&pair(&desired.key))));
    let mut looks = 0;
    let mut found = Vec::new();
    for to in created {
        let (Some(gone), Some(desired)) = (gone.get(to.blueprint.as_ref()), declared.get(&pair(to))) else { continue };
        looks += gone.len();
        if looks > MAX_COMPARISONS {
            break;
        }
        let shape = shapes.of(&to.blueprint);
        let content = Content::of_manifest(desired, shape);
        let is_like = |(from, old): &&(&EntityKey, Content<'_>)| {
            is_one(desired, from) || content.similarity(old, shape).is_suspicious(content.title())
        };
        let from: Vec<EntityKey> = gone.iter().filter(is_like).map(|(from, _)| (*from).clone()).collect();
        found.extend((!from.is_empty()).then(|| RenameHint { to: to.clone(), from }));
    }
    found
}
