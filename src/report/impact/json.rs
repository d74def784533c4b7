//! Renders `portolan.impact/1`. These types define the format: within a version, a field may be added, but never renamed or
//! removed.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::blueprint::change::BlueprintChangeKind;
use crate::domain::finding::EntityPart;
use crate::domain::impact::{ChangeImpact, Effect, EntityImpact, ImpactTally, Loss, Unjudged, Verdict};
use crate::report::blueprint_change::json::{JsonChange, JsonDetail};
use crate::report::escape::{self, clean};
use crate::report::impact::input::ImpactReport;
use crate::report::impact::words;
use crate::report::positions::Places;

pub const FORMAT: &str = "portolan.impact/1";

/// What `portolan diff --blueprints ... --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.impact/1")]
struct Document {
    /// Always `portolan.impact/1`.
    format: &'static str,
    #[serde(flatten)]
    impact: JsonImpact,
    /// Notes on the whole run.
    notes: Vec<String>,
}

/// What changed blueprints do to entities.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Impact")]
pub(in crate::report) struct JsonImpact {
    /// The name of the old blueprints, for readers.
    old: String,
    /// The name of the blueprints that the entities are judged by.
    new: String,
    /// The number of entities by verdict.
    summary: ImpactTally,
    /// Sorted by identifier.
    blueprints: Vec<JsonBlueprintImpact>,
    /// What the catalog would refuse in the new blueprints themselves.
    faults: Vec<JsonFault>,
    /// The affected entities: the worst first.
    entities: Vec<JsonEntity>,
    unjudged: Vec<JsonUnjudged>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BlueprintImpact")]
struct JsonBlueprintImpact {
    identifier: String,
    change: JsonChange,
    /// The entities of the blueprint by verdict.
    entities: ImpactTally,
    /// Empty if the blueprint is new or removed.
    details: Vec<JsonDetailImpact>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DetailImpact")]
struct JsonDetailImpact {
    #[serde(flatten)]
    detail: JsonDetail,
    /// The entities that this detail affects.
    entities: ImpactTally,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
struct JsonFault {
    path: String,
    /// From 1.
    line: usize,
    column: usize,
    /// The rule of lint.
    rule: &'static str,
    /// A sentence.
    message: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Entity")]
struct JsonEntity {
    blueprint: String,
    identifier: String,
    verdict: Verdict,
    /// Whether a manifest declares it. False: only the catalog has it.
    declared: bool,
    effects: Vec<JsonEffect>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Effect")]
struct JsonEffect {
    verdict: Verdict,
    /// Empty: the entity as a whole.
    parts: Vec<JsonEntityPart>,
    /// Null: the value is only in the catalog.
    path: Option<String>,
    /// From 1.
    line: Option<usize>,
    column: Option<usize>,
    /// The rule of lint that the catalog's refusal corresponds to.
    rule: Option<&'static str>,
    /// What becomes of the stored value; null: it stays.
    loss: Option<JsonLoss>,
    /// Sentences.
    message: String,
    help: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EntityPart")]
struct JsonEntityPart {
    kind: JsonPartKind,
    /// Null: the team.
    name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "PartKind")]
enum JsonPartKind {
    Property,
    Relation,
    Team,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Loss")]
enum JsonLoss {
    PropertyRemoved,
    Computed,
    TypeChanged,
    RelationRemoved,
    Retargeted,
    SingleTarget,
    TargetRemoved,
    TeamInherited,
    TeamNotInherited,
    BlueprintRemoved,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Unjudged")]
struct JsonUnjudged {
    kind: JsonUnjudgedKind,
    blueprint: Option<String>,
    /// A sentence with the reason.
    message: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "UnjudgedKind")]
enum JsonUnjudgedKind {
    /// No manifest declares an entity of a changed blueprint.
    NoEntity,
    /// Entities that only the catalog has.
    CatalogNotRead,
    /// The catalog did not return all entities of a blueprint.
    Incomplete,
    /// Manifests that cannot be read.
    Unreadable,
    /// Ignore comments silence findings.
    Silenced,
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).into()
}

pub(super) fn render(report: &ImpactReport<'_>) -> String {
    let document = Document {
        format: FORMAT,
        impact: JsonImpact::of(report),
        notes: report.notes.iter().map(|note| clean(note).into_owned()).collect(),
    };
    let mut text = escape::json(&document);
    text.push('\n');
    text
}

impl JsonImpact {
    pub(in crate::report) fn of(report: &ImpactReport<'_>) -> Self {
        let (impact, places) = (report.impact, report.places());
        let faults = impact.faults.iter().map(|fault| {
            let (path, extent) = report.at(fault.place, &places);
            JsonFault {
                path: path.to_owned(),
                line: extent.start.line,
                column: extent.start.column,
                rule: fault.rule.name,
                message: clean(&fault.message).into_owned(),
            }
        });
        Self {
            old: clean(report.old).into_owned(),
            new: clean(report.new).into_owned(),
            summary: impact.counts,
            blueprints: impact.changes.iter().map(blueprint).collect(),
            faults: faults.collect(),
            entities: impact.entities.iter().map(|it| entity(it, report, &places)).collect(),
            unjudged: impact.unjudged.iter().map(unjudged).collect(),
        }
    }
}

fn blueprint(impact: &ChangeImpact) -> JsonBlueprintImpact {
    let details = match &impact.change.kind {
        BlueprintChangeKind::Added | BlueprintChangeKind::Removed => &[][..],
        BlueprintChangeKind::Changed(details) => details,
    };
    let details = details.iter().zip(&impact.details);
    JsonBlueprintImpact {
        identifier: impact.change.identifier.clone(),
        change: JsonChange::of(&impact.change.kind),
        entities: impact.entities,
        details: details
            .map(|(detail, tally)| JsonDetailImpact { detail: JsonDetail::of(detail), entities: *tally })
            .collect(),
    }
}

fn entity(entity: &EntityImpact, report: &ImpactReport<'_>, places: &Places<'_>) -> JsonEntity {
    JsonEntity {
        blueprint: entity.key.blueprint.to_string(),
        identifier: entity.key.identifier.to_string(),
        verdict: entity.verdict(),
        declared: entity.is_declared,
        effects: entity.effects.iter().map(|it| effect(it, report, places)).collect(),
    }
}

fn effect(effect: &Effect, report: &ImpactReport<'_>, places: &Places<'_>) -> JsonEffect {
    let position = report.position(effect, places);
    JsonEffect {
        verdict: effect.verdict,
        parts: effect.parts.iter().map(part).collect(),
        path: position.map(|(path, _)| path.to_owned()),
        line: position.map(|(_, extent)| extent.start.line),
        column: position.map(|(_, extent)| extent.start.column),
        rule: effect.finding.as_ref().map(|finding| finding.rule.name),
        loss: effect.loss.as_ref().map(loss),
        message: clean(&words::effect(effect)).into_owned(),
        help: words::help(effect).map(|help| clean(&help).into_owned()),
    }
}

fn part(part: &EntityPart) -> JsonEntityPart {
    match part {
        EntityPart::Property(name) => JsonEntityPart { kind: JsonPartKind::Property, name: Some(name.clone()) },
        EntityPart::Relation(name) => JsonEntityPart { kind: JsonPartKind::Relation, name: Some(name.clone()) },
        EntityPart::Team => JsonEntityPart { kind: JsonPartKind::Team, name: None },
    }
}

fn loss(loss: &Loss) -> JsonLoss {
    match loss {
        Loss::PropertyRemoved => JsonLoss::PropertyRemoved,
        Loss::Computed(_) => JsonLoss::Computed,
        Loss::TypeChanged { .. } => JsonLoss::TypeChanged,
        Loss::RelationRemoved => JsonLoss::RelationRemoved,
        Loss::Retargeted { .. } => JsonLoss::Retargeted,
        Loss::SingleTarget => JsonLoss::SingleTarget,
        Loss::TargetRemoved { .. } => JsonLoss::TargetRemoved,
        Loss::TeamInherited { .. } => JsonLoss::TeamInherited,
        Loss::TeamNotInherited { .. } => JsonLoss::TeamNotInherited,
        Loss::BlueprintRemoved => JsonLoss::BlueprintRemoved,
    }
}

fn unjudged(unjudged: &Unjudged) -> JsonUnjudged {
    let (kind, blueprint) = match unjudged {
        Unjudged::NoEntity { blueprint } => (JsonUnjudgedKind::NoEntity, Some(blueprint)),
        Unjudged::CatalogNotRead => (JsonUnjudgedKind::CatalogNotRead, None),
        Unjudged::Incomplete { blueprint, .. } => (JsonUnjudgedKind::Incomplete, Some(blueprint)),
        Unjudged::Unreadable { .. } => (JsonUnjudgedKind::Unreadable, None),
        Unjudged::Silenced { .. } => (JsonUnjudgedKind::Silenced, None),
    };
    JsonUnjudged { kind, blueprint: blueprint.cloned(), message: clean(&words::unjudged(unjudged)).into_owned() }
}
