//! Judges what changed blueprints do to entities. Whether the catalog refuses an entity is decided by lint, whose new findings
//! are given; here they are joined with the values that the change loses, entity by entity. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;

use crate::domain::blueprint::change::{BlueprintChange, BlueprintChangeKind, BlueprintPart, PartChange, changes};
use crate::domain::blueprint::set::Blueprints;
use crate::domain::blueprint::{Blueprint, Ownership, Property, Relation};
use crate::domain::document::span::Span;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::finding::{EntityPart, Finding, Place, Severity};
use crate::domain::impact::{ChangeImpact, Effect, EntityImpact, Impact, ImpactTally, Loss, Unjudged, Verdict};

/// The rules that report what a blueprint requires.
const ABOUT_REQUIRED: [&str; 2] = ["missing-property", "missing-relation"];

#[derive(Clone, Copy)]
pub struct ImpactInput<'a> {
    pub old: &'a Blueprints,
    pub new: &'a Blueprints,
    pub declared: &'a [Desired],
    /// What lint reports with the new blueprints and did not with the old ones.
    pub findings: &'a [NewFinding],
    /// What the catalog has; `None` if it was not read.
    pub stored: Option<StoredEntities<'a>>,
}

/// Entities of the catalog, of the blueprints that were read.
#[derive(Clone, Copy)]
pub struct StoredEntities<'a> {
    pub entities: &'a [&'a Entity],
    /// What lint newly reports about manifests that declare them as they are stored.
    pub findings: &'a [NewFinding],
}

/// A finding that only the new blueprints give.
#[derive(Debug, Clone)]
pub struct NewFinding {
    pub finding: Finding,
    /// The parts of it that are new.
    pub parts: Vec<EntityPart>,
}

pub fn impact(input: &ImpactInput<'_>) -> Impact {
    let ImpactInput { old, new, declared, findings, stored } = *input;
    let found = changes(old, new);
    let changed: BTreeSet<&str> = found.iter().map(|change| change.identifier.as_str()).collect();
    let losses = BlueprintLosses::of_all(old, new);
    let mut judge = Judge { losses: &losses, changed: &changed, entities: BTreeMap::new(), judged: BTreeMap::new() };
    let (of_entities, faults) = by_entity(findings);
    for entity in declared {
        judge.declared(entity, of_entities.get(&name_of(&entity.key)).map_or(&[], Vec::as_slice));
    }
    judge.add_unusable(&of_entities);
    let (of_stored, _) = by_entity(stored.map_or(&[], |stored| stored.findings));
    for entity in stored.iter().flat_map(|stored| stored.entities) {
        judge.stored(entity, of_stored.get(&name_of(&entity.key)).map_or(&[], Vec::as_slice));
    }
    let Judge { entities, judged, .. } = judge;
    let mut entities: Vec<EntityImpact> = entities.into_values().filter(|entity| !entity.effects.is_empty()).collect();
    let mut counts = ImpactTally::default();
    entities.iter().for_each(|entity| counts.add(entity.verdict()));
    counts.safe = judged.values().sum::<usize>().saturating_sub(of_changed(&entities, &changed));
    let tally = |change| change_impact(change, &entities, &judged);
    let changes: Vec<ChangeImpact> = found.into_iter().map(tally).collect();
    let unjudged = unjudged(&changes, stored.is_some());
    entities.sort_by(|a, b| b.verdict().cmp(&a.verdict()).then_with(|| a.key.cmp(&b.key)));
    Impact { changes, entities, faults, counts, unjudged }
}

type Name<'a> = (&'a str, &'a str);

fn name_of(key: &EntityKey) -> Name<'_> {
    (&key.blueprint, &key.identifier)
}

/// The errors about each entity, and those about none: these are about the blueprints.
fn by_entity(findings: &[NewFinding]) -> (HashMap<Name<'_>, Vec<&NewFinding>>, Vec<Finding>) {
    let mut of_entities: HashMap<Name<'_>, Vec<&NewFinding>> = HashMap::new();
    let mut others = Vec::new();
    for new in findings.iter().filter(|new| new.finding.severity == Severity::Error) {
        match &new.finding.entity {
            Some(name) => of_entities.entry((&name.blueprint, &name.identifier)).or_default().push(new),
            None => others.push(new.finding.clone()),
        }
    }
    (of_entities, others)
}

/// Collects the effects on entities, and counts those of changed blueprints.
struct Judge<'a> {
    losses: &'a HashMap<&'a str, BlueprintLosses>,
    changed: &'a BTreeSet<&'a str>,
    entities: BTreeMap<EntityKey, EntityImpact>,
    /// The entities of each changed blueprint.
    judged: BTreeMap<String, usize>,
}

impl Judge<'_> {
    fn declared(&mut self, entity: &Desired, findings: &[&NewFinding]) {
        // The findings of an entity that is declared twice are taken once.
        let findings = if self.entities.contains_key(&entity.key) { &[] } else { findings };
        let values = Values::of_manifest(entity);
        let effects = self.effects(&entity.key, &values, findings, Some(entity.place));
        self.entry(&entity.key, true).effects.extend(effects);
    }

    /// What the manifest sets is decided by the manifest.
    fn stored(&mut self, entity: &Entity, findings: &[&NewFinding]) {
        let values = Values::of_catalog(entity);
        let effects = self.effects(&entity.key, &values, findings, None);
        let known = self.entry(&entity.key, false);
        let is_new = |effect: &Effect| {
            !known.is_declared
                || effect.loss.is_some()
                    && !known.effects.iter().any(|other| other.loss == effect.loss && other.parts == effect.parts)
        };
        let effects: Vec<Effect> = effects.into_iter().filter(is_new).collect();
        let is_declared = known.is_declared;
        // A manifest that does not set the value is not refused for it.
        let as_loss = |effect: Effect| Effect { verdict: Verdict::Lossy, finding: None, ..effect };
        known.effects.extend(effects.into_iter().map(|effect| if is_declared { as_loss(effect) } else { effect }));
    }

    /// Entities that findings name and that are not among the declared ones, because their manifests cannot be used.
    fn add_unusable(&mut self, findings: &HashMap<Name<'_>, Vec<&NewFinding>>) {
        for ((blueprint, identifier), findings) in findings {
            let key = EntityKey { blueprint: (*blueprint).into(), identifier: (*identifier).into() };
            if self.entities.contains_key(&key) {
                continue;
            }
            let effects: Vec<Effect> = findings.iter().map(|new| refusal(new, Some(new.finding.place))).collect();
            self.entry(&key, true).effects.extend(effects);
        }
    }

    fn entry(&mut self, key: &EntityKey, is_declared: bool) -> &mut EntityImpact {
        if !self.entities.contains_key(key) && self.changed.contains(key.blueprint.as_ref()) {
            *self.judged.entry(key.blueprint.to_string()).or_default() += 1;
        }
        let new = || EntityImpact { key: key.clone(), is_declared, effects: Vec::new() };
        self.entities.entry(key.clone()).or_insert_with(new)
    }

    fn effects(
        &self,
        key: &EntityKey,
        values: &Values<'_>,
        findings: &[&NewFinding],
        place: Option<Place>,
    ) -> Vec<Effect> {
        let of_value = |span: Option<Span>| place.map(|at| Place { span: span.unwrap_or(at.span), ..at });
        let mut effects: Vec<Effect> =
            findings.iter().map(|new| refusal(new, place.map(|_| new.finding.place))).collect();
        let Some(losses) = self.losses.get(key.blueprint.as_ref()) else { return effects };
        if losses.is_removed {
            // Lint reports one entity for all of them, and a relation to one that goes with it is no problem of its own.
            effects.clear();
            let loss = Some(Loss::BlueprintRemoved);
            effects.push(Effect { verdict: Verdict::Broken, parts: Vec::new(), place, finding: None, loss });
            return effects;
        }
        for (part, loss, span) in losses.of(values) {
            match effects.iter_mut().find(|effect| effect.loss.is_none() && effect.parts.contains(&part)) {
                Some(effect) => effect.loss = Some(loss),
                None => effects.push(Effect {
                    verdict: Verdict::Lossy,
                    parts: vec![part],
                    place: of_value(span),
                    finding: None,
                    loss: Some(loss),
                }),
            }
        }
        effects.sort_by_key(|effect| effect.place);
        effects
    }
}

fn refusal(new: &NewFinding, place: Option<Place>) -> Effect {
    let is_required = ABOUT_REQUIRED.contains(&new.finding.rule.name);
    Effect {
        verdict: if is_required { Verdict::NewlyRequired } else { Verdict::Broken },
        parts: new.parts.clone(),
        place,
        finding: Some(Box::new(new.finding.clone())),
        loss: None,
    }
}

/// The values of an entity that a change can lose: those that are set.
struct Values<'a> {
    properties: Vec<(&'a str, Option<Span>)>,
    /// Each with the number of its targets.
    relations: Vec<(&'a str, usize, Option<Span>)>,
    team: Option<Option<Span>>,
}

impl<'a> Values<'a> {
    fn of_manifest(entity: &'a Desired) -> Self {
        let properties = entity.properties_of().filter(|(_, (value, _))| !value.is_null());
        let relations = entity.relations_of().map(|(name, (targets, span))| (&**name, number_of(targets), Some(span)));
        Self {
            properties: properties.map(|(name, (_, span))| (&**name, Some(span))).collect(),
            relations: relations.filter(|(_, targets, _)| *targets > 0).collect(),
            team: entity.team.patch.as_ref().value().map(|_| entity.team.span),
        }
    }

    fn of_catalog(entity: &'a Entity) -> Self {
        let properties = entity.properties.iter().filter(|(_, value)| !value.is_null());
        let relations = entity.relations.iter().map(|(name, targets)| (&**name, number_of(targets), None));
        Self {
            properties: properties.map(|(name, _)| (&**name, None)).collect(),
            relations: relations.filter(|(_, targets, _)| *targets > 0).collect(),
            team: (!entity.team.is_empty()).then_some(None),
        }
    }
}

fn number_of(targets: &Targets) -> usize {
    match targets {
        Targets::None => 0,
        Targets::One(_) => 1,
        Targets::Many(many) => many.len(),
    }
}

/// What a changed blueprint loses of its entities.
#[derive(Default)]
struct BlueprintLosses {
    is_removed: bool,
    properties: HashMap<String, Loss>,
    relations: HashMap<String, Loss>,
    team: Option<TeamLoss>,
}

enum TeamLoss {
    /// The entity's own team gives way to an inherited one.
    OfOwn(Loss),
    /// Every entity had an inherited team.
    OfAll(Loss),
}

impl BlueprintLosses {
    fn of_all<'a>(old: &'a Blueprints, new: &Blueprints) -> HashMap<&'a str, Self> {
        old.iter().map(|before| (before.identifier.as_str(), Self::between(before, old, new))).collect()
    }

    fn between(before: &Blueprint, old: &Blueprints, new: &Blueprints) -> Self {
        let Some(after) = new.named(&before.identifier) else { return Self { is_removed: true, ..Self::default() } };
        let property = |property: &Property| Some((property.name.clone(), property_loss(property, after)?));
        let relation = |relation: &Relation| {
            Some((relation.name.clone(), relation_loss(relation, after.relation(&relation.name), old, new)?))
        };
        Self {
            is_removed: false,
            properties: before.properties.iter().filter_map(property).collect(),
            relations: before.relations.iter().filter_map(relation).collect(),
            team: team_loss(&before.ownership, &after.ownership),
        }
    }

    fn of(&self, values: &Values<'_>) -> Vec<(EntityPart, Loss, Option<Span>)> {
        let mut lost = Vec::new();
        for (name, span) in &values.properties {
            let loss = self.properties.get(*name).cloned();
            lost.extend(loss.map(|loss| (EntityPart::Property((*name).to_owned()), loss, *span)));
        }
        for (name, targets, span) in &values.relations {
            let is_lost = |loss: &&Loss| **loss != Loss::SingleTarget || *targets > 1;
            let loss = self.relations.get(*name).filter(is_lost).cloned();
            lost.extend(loss.map(|loss| (EntityPart::Relation((*name).to_owned()), loss, *span)));
        }
        match (&self.team, values.team) {
            (Some(TeamLoss::OfOwn(loss)), Some(span)) => lost.push((EntityPart::Team, loss.clone(), span)),
            (Some(TeamLoss::OfAll(loss)), span) => lost.push((EntityPart::Team, loss.clone(), span.flatten())),
            (Some(TeamLoss::OfOwn(_)) | None, _) => {}
        }
        lost
    }
}

fn property_loss(before: &Property, after: &Blueprint) -> Option<Loss> {
    let kind = |property: &Property| property.schema.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
    if let Some(property) = after.property(&before.name) {
        let (from, to) = (kind(before), kind(property));
        return (from != to).then_some(Loss::TypeChanged { from, to });
    }
    let computed = after.computed.iter().find(|computed| computed.name == before.name);
    Some(computed.map_or(Loss::PropertyRemoved, |computed| Loss::Computed(computed.kind)))
}

fn relation_loss(before: &Relation, after: Option<&Relation>, old: &Blueprints, new: &Blueprints) -> Option<Loss> {
    let Some(after) = after else { return Some(Loss::RelationRemoved) };
    let is_removed = old.named(&after.target).is_some() && new.named(&after.target).is_none();
    if is_removed && !is_reserved(&after.target) {
        return Some(Loss::TargetRemoved { blueprint: after.target.clone() });
    }
    if before.target != after.target {
        return Some(Loss::Retargeted { from: before.target.clone(), to: after.target.clone() });
    }
    (before.many && !after.many).then_some(Loss::SingleTarget)
}

fn team_loss(before: &Ownership, after: &Ownership) -> Option<TeamLoss> {
    match (before, after) {
        (Ownership::Direct, Ownership::Inherited { path }) => {
            Some(TeamLoss::OfOwn(Loss::TeamInherited { path: path.clone() }))
        }
        (Ownership::Inherited { path: from }, Ownership::Inherited { path }) if from != path => {
            Some(TeamLoss::OfAll(Loss::TeamInherited { path: path.clone() }))
        }
        (Ownership::Inherited { path }, Ownership::Direct) => {
            Some(TeamLoss::OfAll(Loss::TeamNotInherited { path: path.clone() }))
        }
        (Ownership::Direct, Ownership::Direct) | (Ownership::Inherited { .. }, Ownership::Inherited { .. }) => None,
    }
}

fn of_changed(entities: &[EntityImpact], changed: &BTreeSet<&str>) -> usize {
    entities.iter().filter(|entity| changed.contains(entity.key.blueprint.as_ref())).count()
}

fn change_impact(change: BlueprintChange, entities: &[EntityImpact], judged: &BTreeMap<String, usize>) -> ChangeImpact {
    let own: Vec<&EntityImpact> =
        entities.iter().filter(|entity| *entity.key.blueprint == *change.identifier).collect();
    let mut tally = ImpactTally::default();
    own.iter().for_each(|entity| tally.add(entity.verdict()));
    tally.safe = judged.get(&change.identifier).copied().unwrap_or_default().saturating_sub(own.len());
    let details = match &change.kind {
        BlueprintChangeKind::Changed(details) => details.iter().map(|detail| detail_tally(detail, &own)).collect(),
        BlueprintChangeKind::Added | BlueprintChangeKind::Removed => Vec::new(),
    };
    ChangeImpact { change, entities: tally, details }
}

/// The affected entities of one detail of a change.
fn detail_tally(detail: &PartChange, entities: &[&EntityImpact]) -> ImpactTally {
    let part = match (detail.part, detail.name.as_str()) {
        (BlueprintPart::Property | BlueprintPart::Computed, name) => EntityPart::Property(name.to_owned()),
        (BlueprintPart::Relation, name) => EntityPart::Relation(name.to_owned()),
        (BlueprintPart::Blueprint, "ownership") => EntityPart::Team,
        (BlueprintPart::Blueprint, _) => return ImpactTally::default(),
    };
    let mut tally = ImpactTally::default();
    for entity in entities {
        let effects = entity.effects.iter().filter(|effect| effect.parts.contains(&part));
        if let Some(verdict) = effects.map(|effect| effect.verdict).max() {
            tally.add(verdict);
        }
    }
    tally
}

fn unjudged(changes: &[ChangeImpact], has_stored: bool) -> Vec<Unjudged> {
    if has_stored {
        return Vec::new();
    }
    let has_old = |change: &&ChangeImpact| change.change.kind != BlueprintChangeKind::Added;
    let has_none = |change: &&ChangeImpact| change.entities == ImpactTally::default();
    let none = changes.iter().filter(has_old).filter(has_none);
    let mut unjudged: Vec<Unjudged> =
        none.map(|change| Unjudged::NoEntity { blueprint: change.change.identifier.clone() }).collect();
    if changes.iter().any(|change| has_old(&change)) {
        unjudged.push(Unjudged::CatalogNotRead);
    }
    unjudged
}
