//! The plan of a branch, laid over the catalog that the pages show: which entities a merge creates, changes and deletes.
//! The catalog of a preview is the one after the merge, and still has what the merge deletes, but no old names.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::entity::EntityKey;
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Action, Change};

#[derive(Debug)]
pub struct Preview {
    /// With masked values.
    pub plan: Plan,
    /// What is merged: `the branch tiers`.
    pub subject: String,
    /// The work tree has changes that are in no commit, and the preview has them too.
    pub has_uncommitted: bool,
    /// What it is compared with: the name of the catalog, and the merge base. Names are in backticks.
    pub compared_with: String,
    pub hazards: Vec<HazardNote>,
    /// Notes on the plan, as sentences.
    pub notes: Vec<String>,
    /// The titles of the entities that change, after the mask.
    pub titles: HashMap<EntityKey, String>,
    marks: HashMap<EntityKey, (Mark, usize)>,
    /// The change that renames the entity, by the old identifier. The catalog has no such entity any more.
    renamed: BTreeMap<EntityKey, usize>,
    counts: BTreeMap<Arc<str>, BTreeMap<Mark, usize>>,
}

/// What a reader must look at before the merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HazardNote {
    pub sentence: String,
    pub items: Vec<String>,
    pub weight: HazardWeight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HazardWeight {
    /// It forbids the plan.
    Forbids,
    NeedsApproval,
    Note,
}

/// What a merge does to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    Deleted,
    Changed,
    Renamed,
    Created,
    /// Owned by this repository from now on, with the same content.
    Adopted,
}

impl Mark {
    pub(super) const ALL: [Self; 5] = [Self::Deleted, Self::Changed, Self::Renamed, Self::Created, Self::Adopted];

    pub(super) fn of(action: &Action) -> Self {
        match action {
            Action::Create => Self::Created,
            Action::Update => Self::Changed,
            Action::Rename { .. } => Self::Renamed,
            Action::Adopt => Self::Adopted,
            Action::Delete => Self::Deleted,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Renamed => "renamed",
            Self::Deleted => "deleted",
            Self::Adopted => "adopted",
        }
    }

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Created => "+",
            Self::Changed => "~",
            Self::Renamed => ">",
            Self::Deleted => "\u{2212}",
            Self::Adopted => "=",
        }
    }
}

impl Preview {
    pub fn new(plan: Plan, subject: String, compared_with: String) -> Self {
        let mut marks = HashMap::with_capacity(plan.changes.len());
        let mut counts: BTreeMap<Arc<str>, BTreeMap<Mark, usize>> = BTreeMap::new();
        let mut renamed = BTreeMap::new();
        for (at, change) in plan.changes.iter().enumerate() {
            let mark = Mark::of(&change.action);
            marks.insert(change.key.clone(), (mark, at));
            *counts.entry(Arc::clone(&change.key.blueprint)).or_default().entry(mark).or_default() += 1;
            if let (Action::Rename { .. }, Some(old)) = (&change.action, change.removed()) {
                renamed.insert(old, at);
            }
        }
        // Another change may declare the old identifier anew.
        renamed.retain(|old, _| !marks.contains_key(old));
        Self {
            plan,
            subject,
            has_uncommitted: false,
            compared_with,
            hazards: Vec::new(),
            notes: Vec::new(),
            titles: HashMap::new(),
            marks,
            renamed,
            counts,
        }
    }

    /// How many entities of a blueprint the merge deletes. The catalog of the preview still has them.
    pub(super) fn deleted(&self, blueprint: &str) -> usize {
        self.counts(blueprint).filter(|(mark, _)| *mark == Mark::Deleted).map(|(_, number)| number).sum()
    }

    /// The identifier that an entity gets.
    pub(super) fn new_identifier(&self, blueprint: &str, old: &str) -> Option<&str> {
        let old = EntityKey { blueprint: blueprint.into(), identifier: old.into() };
        Some(&self.plan.changes.get(*self.renamed.get(&old)?)?.key.identifier)
    }

    /// The entities of a blueprint that get another identifier, by the old one.
    pub(super) fn old_identifiers(&self, blueprint: &str) -> impl Iterator<Item = &str> {
        self.renamed.keys().filter(move |key| *key.blueprint == *blueprint).map(|key| &*key.identifier)
    }

    pub(super) fn title(&self, key: &EntityKey) -> Option<&str> {
        self.titles.get(key).map(String::as_str)
    }

    pub(super) fn mark(&self, blueprint: &str, identifier: &str) -> Option<Mark> {
        self.found(blueprint, identifier).map(|(mark, _)| mark)
    }

    /// The change of an entity.
    pub(super) fn change(&self, blueprint: &str, identifier: &str) -> Option<(Mark, &Change)> {
        let (mark, at) = self.found(blueprint, identifier)?;
        Some((mark, self.plan.changes.get(at)?))
    }

    fn found(&self, blueprint: &str, identifier: &str) -> Option<(Mark, usize)> {
        self.marks.get(&EntityKey { blueprint: blueprint.into(), identifier: identifier.into() }).copied()
    }

    /// The changes with this mark, in the order of the plan.
    pub(super) fn changes(&self, mark: Mark) -> impl Iterator<Item = &Change> {
        self.plan.changes.iter().filter(move |change| Mark::of(&change.action) == mark)
    }

    /// The number of changes of each kind to entities of a blueprint.
    pub(super) fn counts(&self, blueprint: &str) -> impl Iterator<Item = (Mark, usize)> {
        self.counts.get(blueprint).into_iter().flatten().map(|(mark, count)| (*mark, *count))
    }
}
