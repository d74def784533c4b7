//! The impact of changed blueprints on entities, as data: what the catalog would refuse, what it would lose, and what it would
//! newly require. Reports word it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::blueprint::ComputedKind;
use crate::domain::blueprint::change::BlueprintChange;
use crate::domain::entity::EntityKey;
use crate::domain::finding::{EntityPart, Finding, Place};

/// What becomes of an entity, ordered: `Broken` is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It fits the new blueprints as well as the old ones.
    Safe,
    /// It is accepted, but the catalog drops, hides or recomputes one of its values.
    Lossy,
    /// It lacks a value that the new blueprints require, so it is refused.
    NewlyRequired,
    /// It is refused.
    Broken,
}

/// The number of entities by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpactTally {
    pub broken: usize,
    pub newly_required: usize,
    pub lossy: usize,
    pub safe: usize,
}

impl ImpactTally {
    pub fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Safe => &mut self.safe,
            Verdict::NewlyRequired => &mut self.newly_required,
            Verdict::Lossy => &mut self.lossy,
            Verdict::Broken => &mut self.broken,
        } += 1;
    }

    pub fn affected(&self) -> usize {
        self.broken + self.lossy + self.newly_required
    }
}

#[derive(Debug, Clone, Default)]
pub struct Impact {
    /// Sorted by blueprint.
    pub changes: Vec<ChangeImpact>,
    /// The affected entities: the worst first, then by key.
    pub entities: Vec<EntityImpact>,
    /// What the catalog would refuse in the new blueprints themselves.
    pub faults: Vec<Finding>,
    /// All entities that were judged.
    pub counts: ImpactTally,
    pub unjudged: Vec<Unjudged>,
}

/// A changed blueprint, and what the change does to its entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeImpact {
    pub change: BlueprintChange,
    pub entities: ImpactTally,
    /// The affected entities of each detail of the change, in the same order.
    pub details: Vec<ImpactTally>,
}

#[derive(Debug, Clone)]
pub struct EntityImpact {
    pub key: EntityKey,
    /// A manifest declares it; otherwise only the catalog has it.
    pub is_declared: bool,
    /// In the order of the manifest.
    pub effects: Vec<Effect>,
}

impl EntityImpact {
    pub fn verdict(&self) -> Verdict {
        self.effects.iter().map(|effect| effect.verdict).max().unwrap_or(Verdict::Safe)
    }
}

/// What the change does to one part of an entity.
#[derive(Debug, Clone)]
pub struct Effect {
    pub verdict: Verdict,
    /// Empty: the entity as a whole.
    pub parts: Vec<EntityPart>,
    /// In a manifest; `None`: the value is only in the catalog.
    pub place: Option<Place>,
    /// Why the catalog refuses it, in lint's own words.
    pub finding: Option<Box<Finding>>,
    /// What becomes of the stored value.
    pub loss: Option<Loss>,
}

/// Why a stored value is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    PropertyRemoved,
    /// The catalog computes the property instead.
    Computed(ComputedKind),
    /// A type cannot change while a property exists: the old property goes with its values.
    TypeChanged {
        from: String,
        to: String,
    },
    RelationRemoved,
    /// The relation leads to entities of another blueprint.
    Retargeted {
        from: String,
        to: String,
    },
    /// The relation keeps one of several targets.
    SingleTarget,
    /// The blueprint of the relation's targets is removed.
    TargetRemoved {
        blueprint: String,
    },
    /// The team comes along this path instead.
    TeamInherited {
        path: String,
    },
    /// The team is no longer inherited along this path.
    TeamNotInherited {
        path: String,
    },
    BlueprintRemoved,
}

/// What was not judged, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unjudged {
    /// No manifest declares an entity of a changed blueprint.
    NoEntity { blueprint: String },
    /// Entities that only the catalog has: it was not read.
    CatalogNotRead,
    /// The catalog did not return all entities of a blueprint; the reason as a clause.
    Incomplete { blueprint: String, reason: String },
    /// Manifests that cannot be read; some entity may be in them.
    Unreadable { manifests: usize },
    /// Problems that ignore comments silence.
    Silenced { findings: usize },
}
