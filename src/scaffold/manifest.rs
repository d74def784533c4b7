//! Scaffolds a manifest from a blueprint: the given values, blanks for required ones, and the rest as comments. It
//! never guesses a value: lint points at a blank, but not at a wrong guess.

use std::collections::BTreeMap;

use crate::domain::blueprint::{Blueprint, Ownership, Property, Relation};
use crate::domain::entity::fields::{TextField, Texts};
use crate::domain::entity::sketch::{Entry, Filling, Sketch};
use crate::domain::value::Value;
use crate::scaffold::candidates::Candidates;
use crate::scaffold::describe::{describe_property, describe_relation, example, known};

/// The values of the entity that the user gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntityValues {
    pub texts: Texts<Option<String>>,
    pub team: Vec<String>,
    pub properties: BTreeMap<String, Value>,
    pub relations: BTreeMap<String, Vec<String>>,
}

/// The input of a manifest.
#[derive(Debug, Clone, Copy)]
pub struct ManifestInput<'a> {
    pub blueprint: &'a Blueprint,
    pub identifier: &'a str,
    pub given: &'a EntityValues,
    pub candidates: &'a Candidates,
    /// The cluster's CRD drops text fields and team; then they are not suggested.
    pub offers_fields: bool,
}

/// Required properties without a given value.
pub fn unanswered_properties<'b>(blueprint: &'b Blueprint, given: &EntityValues) -> Vec<&'b Property> {
    let is_lacking = |property: &&Property| property.required && !given.properties.contains_key(&property.name);
    blueprint.properties.iter().filter(is_lacking).collect()
}

pub fn unanswered_relations<'b>(blueprint: &'b Blueprint, given: &EntityValues) -> Vec<&'b Relation> {
    let is_lacking = |relation: &&Relation| relation.required && !given.relations.contains_key(&relation.name);
    blueprint.relations.iter().filter(is_lacking).collect()
}

pub fn sketch(input: &ManifestInput<'_>) -> Sketch {
    Sketch {
        blueprint: input.blueprint.identifier.clone(),
        identifier: input.identifier.to_owned(),
        fields: fields(input),
        properties: input.blueprint.properties.iter().map(|it| property(it, input)).collect(),
        relations: input.blueprint.relations.iter().map(|it| relation(it, input)).collect(),
    }
}

fn fields(input: &ManifestInput<'_>) -> Vec<Entry> {
    let ManifestInput { blueprint, given, candidates, offers_fields, .. } = *input;
    let text = |text: &String| Value::Text(text.as_str().into());
    let mut fields = Vec::new();
    let mut field = |name: &str, note: &str, given: Option<Value>, offered: Option<Value>, is_offered: bool| {
        let (filling, note) = match given {
            Some(value) => (Filling::Given(value), ""),
            None if is_offered => (Filling::Offered(offered), note),
            None => return,
        };
        fields.push(Entry { name: name.to_owned(), note: note.to_owned(), filling });
    };
    for (text_field, value) in given.texts.iter() {
        let offered = match text_field {
            TextField::Title => None,
            TextField::Icon => blueprint.icon.as_ref().map(text),
        };
        field(text_field.key(), text_field.note(), value.as_ref().map(text), offered, offers_fields);
    }
    let teams = known("_team", candidates);
    let note = if teams.is_empty() { "the owning team".to_owned() } else { format!("the owning team: {teams}") };
    let team = Value::List(given.team.iter().map(text).collect());
    let has_own_team = !matches!(blueprint.ownership, Ownership::Inherited { .. });
    let is_offered = offers_fields && has_own_team;
    field("team", &note, (!given.team.is_empty()).then_some(team), Some(Value::List(Box::default())), is_offered);
    fields
}

fn property(property: &Property, input: &ManifestInput<'_>) -> Entry {
    let filling = match (input.given.properties.get(&property.name), &property.default) {
        (Some(value), _) => Filling::Given(value.clone()),
        (None, Some(default)) if property.required => Filling::Given(Value::from_json(default)),
        (None, None) if property.required => Filling::Blank,
        (None, _) => Filling::Offered(example(property, input.candidates).as_ref().map(Value::from_json)),
    };
    let words = describe_property(property, input.candidates);
    let note = if property.required { format!("required: {words}") } else { words };
    Entry { name: property.name.clone(), note, filling }
}

fn relation(relation: &Relation, input: &ManifestInput<'_>) -> Entry {
    let texts = |targets: &[String]| targets.iter().map(|target| Value::Text(target.as_str().into())).collect();
    let filling = match input.given.relations.get(&relation.name).map(Vec::as_slice) {
        Some(targets) if relation.many => Filling::Given(Value::List(texts(targets))),
        Some([target, ..]) => Filling::Given(Value::Text(target.as_str().into())),
        Some([]) | None if relation.required => Filling::Blank,
        Some([]) | None => Filling::Offered(relation.many.then(|| Value::List(Box::default()))),
    };
    let words = describe_relation(relation, input.candidates);
    let note = if relation.required { format!("required: {words}") } else { words };
    Entry { name: relation.name.clone(), note, filling }
}
