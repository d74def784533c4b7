//! Scaffolds a manifest from a blueprint: the given values, blanks for required ones, and the rest as comments. It
//! never guesses a value: lint points at a blank, but not at a wrong guess.

use std::collections::BTreeMap;

use crate::domain::blueprint::{Blueprint, Ownership, Property, Relation};
use crate::domain::entity::sketch::{Entry, Filling, Sketch};
use crate::domain::value::Value;
use crate::scaffold::Candidates;
use crate::scaffold::wanted::{example, known, of_property, of_relation};

/// The values of the entity that the user gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    pub title: Option<String>,
    pub icon: Option<String>,
    pub team: Vec<String>,
    pub properties: BTreeMap<String, Value>,
    pub relations: BTreeMap<String, Vec<String>>,
}

/// The input of a manifest.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    pub blueprint: &'a Blueprint,
    pub identifier: &'a str,
    pub given: &'a Given,
    pub candidates: &'a Candidates,
    /// The cluster's CRD drops title, icon and team; then they are not suggested.
    pub offers_fields: bool,
}

/// Required properties without a given value.
pub fn lacking_properties<'b>(blueprint: &'b Blueprint, given: &Given) -> Vec<&'b Property> {
    let is_lacking = |property: &&Property| property.required && !given.properties.contains_key(&property.name);
    blueprint.properties.iter().filter(is_lacking).collect()
}

pub fn lacking_relations<'b>(blueprint: &'b Blueprint, given: &Given) -> Vec<&'b Relation> {
    let is_lacking = |relation: &&Relation| relation.required && !given.relations.contains_key(&relation.name);
    blueprint.relations.iter().filter(is_lacking).collect()
}

pub fn sketch(wish: &Wish<'_>) -> Sketch {
    Sketch {
        blueprint: wish.blueprint.identifier.clone(),
        identifier: wish.identifier.to_owned(),
        fields: fields(wish),
        properties: wish.blueprint.properties.iter().map(|it| property(it, wish)).collect(),
        relations: wish.blueprint.relations.iter().map(|it| relation(it, wish)).collect(),
    }
}

fn fields(wish: &Wish<'_>) -> Vec<Entry> {
    let Wish { blueprint, given, candidates, offers_fields, .. } = *wish;
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
    let title = given.title.as_ref().map(text);
    field("title", "the name that people see; default: the identifier", title, None, offers_fields);
    let icon = blueprint.icon.as_ref().map(text);
    field("icon", "default: the blueprint's icon", given.icon.as_ref().map(text), icon, offers_fields);
    let teams = known("_team", candidates);
    let note = if teams.is_empty() { "the owning team".to_owned() } else { format!("the owning team: {teams}") };
    let team = Value::List(given.team.iter().map(text).collect());
    let has_own_team = !matches!(blueprint.ownership, Ownership::Inherited { .. });
    let is_offered = offers_fields && has_own_team;
    field("team", &note, (!given.team.is_empty()).then_some(team), Some(Value::List(Box::default())), is_offered);
    fields
}

fn property(property: &Property, wish: &Wish<'_>) -> Entry {
    let filling = match (wish.given.properties.get(&property.name), &property.default) {
        (Some(value), _) => Filling::Given(value.clone()),
        (None, Some(default)) if property.required => Filling::Given(Value::from_json(default)),
        (None, None) if property.required => Filling::Blank,
        (None, _) => Filling::Offered(example(property, wish.candidates).as_ref().map(Value::from_json)),
    };
    let words = of_property(property, wish.candidates);
    let note = if property.required { format!("required: {words}") } else { words };
    Entry { name: property.name.clone(), note, filling }
}

fn relation(relation: &Relation, wish: &Wish<'_>) -> Entry {
    let texts = |targets: &[String]| targets.iter().map(|target| Value::Text(target.as_str().into())).collect();
    let filling = match wish.given.relations.get(&relation.name).map(Vec::as_slice) {
        Some(targets) if relation.many => Filling::Given(Value::List(texts(targets))),
        Some([target, ..]) => Filling::Given(Value::Text(target.as_str().into())),
        Some([]) | None if relation.required => Filling::Blank,
        Some([]) | None => Filling::Offered(relation.many.then(|| Value::List(Box::default()))),
    };
    let words = of_relation(relation, wish.candidates);
    let note = if relation.required { format!("required: {words}") } else { words };
    Entry { name: relation.name.clone(), note, filling }
}
