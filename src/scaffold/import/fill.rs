//! Fills the values of one entity: each field goes to the first target of the mapping that the blueprint has and that takes
//! the value, and also to those that the blueprint requires. What fits nowhere is kept with the reason.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::assign::{Assigned, Assignment, Resolved};
use super::convert::fit;
use super::mapping::FieldTarget;
use super::source::{BadReference, FieldValue, Reference, SourceField, TYPE};
use crate::domain::blueprint::{Blueprint, Ownership, Property, PropertyKind, Relation, TEAM};
use crate::domain::entity::fields::{TextField, Texts};
use crate::domain::import::{ImportPlace, Unconverted};
use crate::domain::value::Value;
use crate::domain::value::masked::holds_credential;
use crate::text::plural::list;

/// The values of an entity.
#[derive(Default)]
pub(super) struct Filled {
    pub texts: Texts<Option<String>>,
    pub team: Vec<PlacedTarget>,
    pub properties: BTreeMap<String, Value>,
    pub relations: BTreeMap<String, Vec<PlacedTarget>>,
    pub unconverted: Vec<Unconverted>,
    /// The relations of other entities that point to this one.
    pub inverses: Vec<Inverse>,
}

/// An entity that a relation or the team names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlacedTarget {
    pub identifier: String,
    /// Its index, if it is one of the import.
    pub entity: Option<usize>,
    /// The field that names it, and how.
    pub field: String,
    pub text: String,
    pub place: ImportPlace,
    /// The entity names this one, not the other way round.
    pub points_back: bool,
}

/// A relation of the entity `of` that points to the one that names it.
pub(super) struct Inverse {
    pub of: usize,
    pub relation: String,
    pub target: PlacedTarget,
}

enum Outcome {
    Placed,
    /// The mapping leaves the field out.
    LeftOut,
    Unconverted(String),
}

/// Why a target did not take a value. `Absent`: the blueprint does not have it.
enum Refusal {
    Absent,
    Because(String),
}

type Placement = Result<(), Refusal>;

fn because<T>(reason: String) -> Result<T, Refusal> {
    Err(Refusal::Because(reason))
}

pub(super) fn fill(assignment: &Assignment<'_>, at: usize) -> Filled {
    let Some(entity) = assignment.entities.get(at) else { return Filled::default() };
    let blueprint = assignment.blueprint_of(entity);
    let mut filler = Filler { assignment, entity, at, blueprint, filled: Filled::default() };
    for field in &entity.source.fields {
        filler.field(field);
    }
    filler.set_constants();
    filler.filled
}

struct Filler<'a> {
    assignment: &'a Assignment<'a>,
    entity: &'a Assigned<'a>,
    at: usize,
    blueprint: &'a Blueprint,
    filled: Filled,
}

impl<'a> Filler<'a> {
    fn field(&mut self, field: &SourceField) {
        let whole = self.place(field);
        if field.parts.is_empty() {
            return self.report(field, whole);
        }
        let is_placed = !matches!(whole, Outcome::Unconverted(_));
        for part in &field.parts {
            let outcome = self.place(part);
            if !is_placed {
                self.report(part, outcome);
            }
        }
    }

    fn report(&mut self, field: &SourceField, outcome: Outcome) {
        if let Outcome::Unconverted(reason) = outcome
            && !field.is_fact
        {
            let value = match &field.value {
                FieldValue::Plain(value) => short(value),
                FieldValue::References(_) => String::new(),
            };
            let name = field.path.rsplit(['.', '/']).next().unwrap_or_default();
            let value = self.assignment.input.mask.named(name, &value).into_owned();
            self.add_unconverted(field, value, reason);
        }
    }

    fn add_unconverted(&mut self, field: &SourceField, value: String, reason: String) {
        self.filled.unconverted.push(Unconverted {
            kind: self.entity.source.kind.clone(),
            field: field.path.clone(),
            value,
            reason,
            place: self.entity.source.place_of(field.line),
        });
    }

    fn place(&mut self, field: &SourceField) -> Outcome {
        let Some(targets) = self.assignment.input.mapping.targets(self.entity.mapping, &field.path) else {
            return Outcome::Unconverted("the mapping does not name it".to_owned());
        };
        let is_shown_by_blueprint = field.path == TYPE && self.is_chosen_by_type();
        if targets.is_empty() || is_shown_by_blueprint && !self.has_any(&targets) {
            return Outcome::LeftOut;
        }
        match &field.value {
            FieldValue::Plain(value) => {
                let value = self.entity.mapping.translated(&field.path, value).clone();
                let outcome = self.place_in_first(&targets, |filler, target| filler.plain(target, field, &value));
                outcome.unwrap_or_else(|| Outcome::Unconverted(self.absent(&targets, "")))
            }
            FieldValue::References(references) => {
                for reference in references {
                    self.reference(reference, &targets, field);
                }
                // Each reference was reported for itself.
                Outcome::Placed
            }
        }
    }

    /// Whether the blueprint says what the type is.
    fn is_chosen_by_type(&self) -> bool {
        let of_type = self.entity.source.text(TYPE);
        of_type.is_some_and(|of_type| self.entity.mapping.is_of_type(of_type, &self.blueprint.identifier))
    }

    fn has_any(&self, targets: &[FieldTarget]) -> bool {
        let has = |target: &FieldTarget| match target {
            FieldTarget::Name(name) => {
                self.blueprint.property(name).is_some() || self.blueprint.relation(name).is_some()
            }
            FieldTarget::Team | FieldTarget::Text(_) | FieldTarget::Inverse(_) => false,
        };
        targets.iter().any(has)
    }

    /// Places a value in the first target that takes it, and in those that the blueprint requires. `None`: the blueprint
    /// has no such target.
    fn place_in_first(
        &mut self,
        targets: &[FieldTarget],
        mut place: impl FnMut(&mut Self, &FieldTarget) -> Placement,
    ) -> Option<Outcome> {
        let (mut is_placed, mut first_reason) = (false, None);
        for target in targets {
            if is_placed && !self.requires(target) {
                continue;
            }
            match place(self, target) {
                Ok(()) => is_placed = true,
                Err(Refusal::Because(reason)) => drop(first_reason.get_or_insert(reason)),
                Err(Refusal::Absent) => {}
            }
        }
        if is_placed { Some(Outcome::Placed) } else { first_reason.map(Outcome::Unconverted) }
    }

    fn requires(&self, target: &FieldTarget) -> bool {
        let FieldTarget::Name(name) = target else { return false };
        self.blueprint.property(name).is_some_and(|property| property.required)
            || self.blueprint.relation(name).is_some_and(|relation| relation.required)
    }

    fn plain(&mut self, target: &FieldTarget, field: &SourceField, value: &Json) -> Placement {
        match target {
            FieldTarget::Team => self.named_team(field, value),
            FieldTarget::Text(text_field) => self.text(*text_field, value),
            FieldTarget::Name(name) => {
                if let Some((index, property)) = self.property(name) {
                    return self.plain_property(index, property, field, value);
                }
                match self.blueprint.relation(name) {
                    Some(relation) => self.named_targets(relation, field, value),
                    None => Err(Refusal::Absent),
                }
            }
            FieldTarget::Inverse(_) => Err(Refusal::Absent),
        }
    }

    fn property(&self, name: &str) -> Option<(usize, &'a Property)> {
        self.blueprint.properties.iter().enumerate().find(|(_, property)| property.name == name)
    }

    fn plain_property(&mut self, index: usize, property: &Property, field: &SourceField, value: &Json) -> Placement {
        let json = self.fitted(index, property, &field.path, value)?;
        if let Some(format) = property.entity_format() {
            for text in texts_of(&json) {
                if !self.assignment.is_known(format.blueprint(), text) {
                    return because(format!("the snapshot has no `{}` with this identifier", format.blueprint()));
                }
            }
        }
        self.set_property(property, &json)
    }

    fn fitted(&self, index: usize, property: &Property, field: &str, value: &Json) -> Result<Json, Refusal> {
        let shape = &self.assignment.shapes[self.entity.shape];
        let fitted = shape.validators.get(index).map(|validator| fit(property, validator, field, value));
        fitted.unwrap_or_else(|| Err(String::new())).map_err(Refusal::Because)
    }

    fn set_property(&mut self, property: &Property, json: &Json) -> Placement {
        let value = Value::from_json(json);
        if holds_credential(self.assignment.input.mask, Some(&property.name), &value) {
            return because("it looks like a credential".to_owned());
        }
        match self.filled.properties.get(&property.name) {
            Some(old) if *old != value => because(format!("`{}` has another value already", property.name)),
            Some(_) => Ok(()),
            None => {
                self.filled.properties.insert(property.name.clone(), value);
                Ok(())
            }
        }
    }

    fn text(&mut self, text_field: TextField, value: &Json) -> Placement {
        if self.assignment.input.drops_fields {
            return because(format!("the CRD in the cluster has no `{}`", text_field.key()));
        }
        let Some(text) = value.as_str().filter(|text| !text.is_empty()) else {
            return because(format!("`{}` must be a text", text_field.key()));
        };
        if holds_credential(self.assignment.input.mask, None, &Value::Text(text.into())) {
            return because("it looks like a credential".to_owned());
        }
        match &self.filled.texts[text_field] {
            Some(old) if old != text => because(format!("`{}` has another value already", text_field.key())),
            Some(_) => Ok(()),
            None => {
                self.filled.texts[text_field] = Some(text.to_owned());
                Ok(())
            }
        }
    }

    /// Why the entity cannot have a team.
    fn refuse_team(&self) -> Placement {
        if self.assignment.input.drops_fields {
            return because("the CRD in the cluster has no `team`".to_owned());
        }
        match &self.blueprint.ownership {
            Ownership::Inherited { path } => {
                because(format!("`{}` inherits its team through `{path}`", self.blueprint.identifier))
            }
            Ownership::Direct => Ok(()),
        }
    }

    /// A team that the value names by its identifier.
    fn named_team(&mut self, field: &SourceField, value: &Json) -> Placement {
        self.refuse_team()?;
        for text in texts_of(value) {
            if !self.assignment.is_known(TEAM, text) {
                return because(format!("the snapshot has no team `{text}`"));
            }
            let target = self.placed(text.to_owned(), None, field, text);
            push_new(&mut self.filled.team, target);
        }
        if self.filled.team.is_empty() { Err(Refusal::Absent) } else { Ok(()) }
    }

    fn named_targets(&mut self, relation: &Relation, field: &SourceField, value: &Json) -> Placement {
        let texts = texts_of(value);
        if texts.is_empty() {
            return because(format!("the relation `{}` must name entities", relation.name));
        }
        for text in texts {
            if !self.assignment.is_known(&relation.target, text) {
                return because(format!("there is no `{}` with this identifier", relation.target));
            }
            let target = self.placed(text.to_owned(), None, field, text);
            self.relate(relation, target)?;
        }
        Ok(())
    }

    fn placed(&self, identifier: String, entity: Option<usize>, field: &SourceField, text: &str) -> PlacedTarget {
        let place = self.entity.source.place_of(field.line);
        PlacedTarget { identifier, entity, field: field.path.clone(), text: text.to_owned(), place, points_back: false }
    }

    fn relate(&mut self, relation: &Relation, target: PlacedTarget) -> Placement {
        let targets = self.filled.relations.entry(relation.name.clone()).or_default();
        add_target(relation, targets, target).map_err(Refusal::Because)
    }

    fn reference(&mut self, reference: &Result<Reference, BadReference>, targets: &[FieldTarget], field: &SourceField) {
        let resolved = match reference {
            Ok(reference) => self.assignment.resolve(reference).map(|resolved| (reference.text.clone(), resolved)),
            Err(bad) => return self.add_unconverted(field, bad.text.clone(), bad.reason.clone()),
        };
        let text = reference.as_ref().map_or_else(|bad| bad.text.clone(), |reference| reference.text.clone());
        let (text, resolved) = match resolved {
            Ok(resolved) => resolved,
            Err(reason) => return self.add_unconverted(field, text, reason),
        };
        let outcome =
            self.place_in_first(targets, |filler, target| filler.place_reference(target, &resolved, field, &text));
        let outcome = outcome.unwrap_or_else(|| {
            Outcome::Unconverted(self.absent(targets, &format!(" that takes a `{}`", resolved.blueprint)))
        });
        if let Outcome::Unconverted(reason) = outcome {
            self.add_unconverted(field, text, reason);
        }
    }

    fn place_reference(
        &mut self,
        target: &FieldTarget,
        resolved: &Resolved<'_>,
        field: &SourceField,
        text: &str,
    ) -> Placement {
        let placed = self.placed(resolved.identifier.clone(), resolved.entity, field, text);
        match target {
            FieldTarget::Team if self.assignment.is_team(resolved) => {
                self.refuse_team()?;
                push_new(&mut self.filled.team, placed);
                Ok(())
            }
            FieldTarget::Name(name) => match self.blueprint.relation(name) {
                Some(relation) if relation.target == resolved.blueprint => self.relate(relation, placed),
                Some(_) => Err(Refusal::Absent),
                None => self.reference_property(name, resolved, field),
            },
            FieldTarget::Inverse(name) => self.inverse(name, resolved, placed),
            FieldTarget::Team | FieldTarget::Text(_) => Err(Refusal::Absent),
        }
    }

    /// Writes the identifier into a property: one of the format `team` or `user`, or any text.
    fn reference_property(&mut self, name: &str, resolved: &Resolved<'_>, field: &SourceField) -> Placement {
        let Some((index, property)) = self.property(name) else { return Err(Refusal::Absent) };
        if property.entity_format().is_some_and(|format| format.blueprint() != resolved.blueprint) {
            return Err(Refusal::Absent);
        }
        let mut value = Json::String(resolved.identifier.clone());
        if property.kind == Some(PropertyKind::Array) {
            let mut items = match self.filled.properties.remove(name).map(|value| value.to_json()) {
                Some(Json::Array(items)) => items,
                Some(_) | None => Vec::new(),
            };
            if !items.contains(&value) {
                items.push(value);
            }
            value = Json::Array(items);
        }
        let json = self.fitted(index, property, &field.path, &value)?;
        self.set_property(property, &json)
    }

    fn inverse(&mut self, name: &str, resolved: &Resolved<'_>, placed: PlacedTarget) -> Placement {
        let Some(of) = resolved.entity else { return Err(Refusal::Absent) };
        let Some(other) = self.assignment.entities.get(of) else { return Err(Refusal::Absent) };
        let relation = self.assignment.blueprint_of(other).relation(name);
        if relation.is_none_or(|relation| relation.target != self.blueprint.identifier) {
            return Err(Refusal::Absent);
        }
        if other.is_declared {
            let (blueprint, identifier) = (resolved.blueprint, &resolved.identifier);
            return because(format!(
                "it belongs to `{name}` of `{blueprint}/{identifier}`, which has a manifest already"
            ));
        }
        let target = PlacedTarget {
            identifier: self.entity.identifier.clone(),
            entity: Some(self.at),
            points_back: true,
            ..placed
        };
        self.filled.inverses.push(Inverse { of, relation: name.to_owned(), target });
        Ok(())
    }

    /// That the blueprint has none of the targets.
    fn absent(&self, targets: &[FieldTarget], that: &str) -> String {
        let names: Vec<String> = targets.iter().map(|target| format!("`{}`", target.name())).collect();
        let blueprint = &self.blueprint.identifier;
        match names.as_slice() {
            [only] => format!("`{blueprint}` has no {only}{that}"),
            _ => format!("`{blueprint}` has none of {}{that}", list(&names)),
        }
    }

    /// The values of the mapping for properties that no field fills.
    fn set_constants(&mut self) {
        for (name, value) in &self.entity.mapping.set {
            if self.filled.properties.contains_key(name) || self.filled.relations.contains_key(name) {
                continue;
            }
            let field = SourceField {
                path: format!("set.{name}"),
                value: FieldValue::Plain(value.clone()),
                line: self.entity.source.place.line,
                parts: Vec::new(),
                is_fact: false,
            };
            let targets = [FieldTarget::Name(name.clone())];
            let outcome = self.place_in_first(&targets, |filler, target| filler.plain(target, &field, value));
            let outcome = outcome.unwrap_or_else(|| Outcome::Unconverted(self.absent(&targets, "")));
            self.report(&field, outcome);
        }
    }
}

/// Adds the target of a relation, or says why it cannot have it.
pub(super) fn add_target(
    relation: &Relation,
    targets: &mut Vec<PlacedTarget>,
    target: PlacedTarget,
) -> Result<(), String> {
    let is_full = !relation.many && targets.iter().any(|other| other.identifier != target.identifier);
    if is_full {
        return Err(format!("the relation `{}` has another target already", relation.name));
    }
    push_new(targets, target);
    Ok(())
}

fn push_new(targets: &mut Vec<PlacedTarget>, target: PlacedTarget) {
    if !targets.iter().any(|other| other.identifier == target.identifier) {
        targets.push(target);
    }
}

/// A text, or the texts of a list.
fn texts_of(value: &Json) -> Vec<&str> {
    match value {
        Json::String(text) => vec![text],
        Json::Array(items) => items.iter().filter_map(Json::as_str).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => Vec::new(),
    }
}

/// The number of characters of a value that reports show.
const MAX_SHOWN: usize = 60;

fn short(value: &Json) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() > MAX_SHOWN || text.contains('\n') { String::new() } else { text }
}
