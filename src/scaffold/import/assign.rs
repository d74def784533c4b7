//! Gives each source entity its blueprint and identifier. Two entities never share an identifier: the second one of a
//! blueprint gets a longer one. References are resolved here too, to these entities or to known ones.

use std::collections::{HashMap, HashSet};

use super::input::ImportInput;
use super::mapping::KindMapping;
use super::source::{Reference, SourceEntity, SourceKey, TYPE};
use crate::domain::blueprint::property_validator::JsonValidator;
use crate::domain::blueprint::{Blueprint, TEAM};
use crate::domain::entity::identifier::{MAX_ENTITY_IDENTIFIER, check_entity_identifier};
use crate::domain::import::{Renamed, Skipped};
use crate::text::plural::list;

/// Why a reference has no place although it is right.
pub(super) const NOT_IMPORTED: &str = "the entity that it leads to is not imported";

/// A blueprint with the validators of its properties.
pub(super) struct Shape<'a> {
    pub blueprint: &'a Blueprint,
    pub validators: Vec<JsonValidator>,
}

/// A source entity with its key in the catalog.
pub(super) struct Assigned<'a> {
    pub source: &'a SourceEntity,
    pub mapping: &'a KindMapping,
    pub shape: usize,
    pub identifier: String,
    /// The repository has a manifest of it.
    pub is_declared: bool,
}

/// What a reference leads to.
pub(super) struct Resolved<'a> {
    pub blueprint: &'a str,
    pub identifier: String,
    /// The index of the entity, if it is one of the import.
    pub entity: Option<usize>,
}

pub(super) struct Assignment<'a> {
    pub input: &'a ImportInput<'a>,
    pub shapes: Vec<Shape<'a>>,
    pub entities: Vec<Assigned<'a>>,
    pub skipped: Vec<Skipped>,
    pub renamed: Vec<Renamed>,
    by_source: HashMap<SourceKey, usize>,
    /// The entities that are left out.
    left_out: HashSet<SourceKey>,
    /// In lower case, because lint reports identifiers that differ only in case.
    taken: HashSet<(usize, String)>,
}

impl<'a> Assignment<'a> {
    pub fn of(input: &'a ImportInput<'a>, sources: &'a [SourceEntity]) -> Self {
        let shape = |blueprint: &'a Blueprint| Shape {
            blueprint,
            validators: blueprint.properties.iter().map(JsonValidator::new).collect(),
        };
        let mut assignment = Self {
            input,
            shapes: input.blueprints.iter().map(shape).collect(),
            entities: Vec::new(),
            skipped: Vec::new(),
            renamed: Vec::new(),
            by_source: HashMap::new(),
            left_out: HashSet::new(),
            taken: HashSet::new(),
        };
        for source in sources {
            if let Err(reason) = assignment.add(source) {
                assignment.left_out.insert(source.key());
                assignment.skipped.push(Skipped {
                    kind: source.kind.clone(),
                    name: source.display_name(),
                    reason,
                    place: source.place.clone(),
                });
            }
        }
        assignment
    }

    fn add(&mut self, source: &'a SourceEntity) -> Result<(), String> {
        if let Some(earlier) = self.by_source.get(&source.key()).and_then(|at| self.entities.get(*at)) {
            let place = &earlier.source.place;
            return Err(format!("`{}` line {} declares it already", place.path, place.line));
        }
        let input = self.input;
        let mapping = input.mapping.kind(&source.kind).ok_or("the mapping does not have this kind")?;
        let of_type = source.text(TYPE);
        let mut names = mapping.blueprints(of_type);
        let Some(shape) = names.find_map(|name| self.shape_named(name)) else {
            return Err(no_blueprint(mapping, of_type));
        };
        let name = match &mapping.identifier {
            Some(field) => {
                let text = source.text(field).filter(|text| !text.is_empty());
                text.ok_or_else(|| format!("it has no `{field}`, which the mapping takes the identifier from"))?
                    .to_owned()
            }
            None => source.display_name(),
        };
        let wanted = to_identifier(&name).ok_or("its name has no character that an identifier may have")?;
        let identifier = self.unused(shape, &wanted, source);
        if identifier != source.display_name() && mapping.identifier.is_none() {
            let reason = match identifier == wanted {
                true => "an identifier cannot have the other characters".to_owned(),
                false => format!("another entity of the import is `{}/{wanted}`", self.blueprint(shape).identifier),
            };
            self.renamed.push(Renamed {
                kind: source.kind.clone(),
                name: source.display_name(),
                identifier: identifier.clone(),
                reason,
                place: source.place.clone(),
            });
        }
        self.taken.insert((shape, identifier.to_lowercase()));
        self.by_source.insert(source.key(), self.entities.len());
        let is_declared = (input.is_declared)(&self.blueprint(shape).identifier, &identifier);
        self.entities.push(Assigned { source, mapping, shape, identifier, is_declared });
        Ok(())
    }

    fn unused(&self, shape: usize, wanted: &str, source: &SourceEntity) -> String {
        let is_free = |identifier: &String| !self.taken.contains(&(shape, identifier.to_lowercase()));
        let with_kind = format!("{wanted}-{}", source.kind.to_lowercase());
        let numbered = (2..).map(|number| format!("{with_kind}-{number}"));
        let mut candidates = [wanted.to_owned(), with_kind.clone()].into_iter().chain(numbered);
        candidates.find(is_free).expect("the numbers do not end")
    }

    fn shape_named(&self, name: &str) -> Option<usize> {
        self.shapes.iter().position(|shape| shape.blueprint.identifier == name)
    }

    fn blueprint(&self, shape: usize) -> &'a Blueprint {
        self.shapes[shape].blueprint
    }

    pub fn blueprint_of(&self, entity: &Assigned<'_>) -> &'a Blueprint {
        self.blueprint(entity.shape)
    }

    /// The entity that a reference names: one of the import, or one that the repository or the snapshot knows.
    pub fn resolve(&self, reference: &Reference) -> Result<Resolved<'a>, String> {
        if let Some(at) = self.by_source.get(&reference.key())
            && let Some(entity) = self.entities.get(*at)
        {
            let blueprint = &self.blueprint_of(entity).identifier;
            return Ok(Resolved { blueprint, identifier: entity.identifier.clone(), entity: Some(*at) });
        }
        self.known(reference).ok_or_else(|| match self.left_out.contains(&reference.key()) {
            true => NOT_IMPORTED.to_owned(),
            false => "there is no such entity in the imported files, in this repository or in the snapshot".to_owned(),
        })
    }

    /// The known entity that a reference probably names.
    fn known(&self, reference: &Reference) -> Option<Resolved<'a>> {
        let mapping = self.input.mapping.kind(&reference.kind)?;
        let names = [
            reference.namespace.as_ref().map(|namespace| format!("{namespace}/{}", reference.name)),
            Some(reference.name.clone()).filter(|_| reference.namespace.is_none()),
        ];
        for name in mapping.all_blueprints() {
            let Some(shape) = self.shape_named(name) else { continue };
            let blueprint = &self.blueprint(shape).identifier;
            for identifier in names.iter().flatten().filter_map(|name| to_identifier(name)) {
                if self.is_known(blueprint, &identifier) {
                    return Some(Resolved { blueprint, identifier, entity: None });
                }
            }
        }
        None
    }

    /// Whether a relation or a team may name this entity although the import does not bring it.
    pub fn is_known(&self, blueprint: &str, identifier: &str) -> bool {
        (self.input.is_declared)(blueprint, identifier) || (self.input.is_in_catalog)(blueprint, identifier)
    }

    pub fn is_team(&self, resolved: &Resolved<'_>) -> bool {
        resolved.blueprint == TEAM
    }
}

fn no_blueprint(mapping: &KindMapping, of_type: Option<&str>) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in mapping.blueprints(of_type) {
        let name = format!("`{name}`");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => "the mapping has no blueprint for this kind".to_owned(),
        [only] => format!("the snapshot has no blueprint {only}"),
        _ => format!("the snapshot has none of the blueprints {}", list(&names)),
    }
}

/// The closest identifier that the platform accepts; `None` if no character is left.
pub(super) fn to_identifier(text: &str) -> Option<String> {
    if check_entity_identifier(text).is_ok() {
        return Some(text.to_owned());
    }
    let mut identifier = String::with_capacity(text.len());
    for c in text.chars().take(MAX_ENTITY_IDENTIFIER) {
        let mut buffer = [0; 4];
        // A dot alone is no identifier, but may be a part of one.
        match c == '.' || check_entity_identifier(c.encode_utf8(&mut buffer)).is_ok() {
            true => identifier.push(c),
            false if identifier.ends_with('-') || identifier.is_empty() => {}
            false => identifier.push('-'),
        }
    }
    let identifier = identifier.trim_end_matches('-').to_owned();
    check_entity_identifier(&identifier).is_ok().then_some(identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_an_identifier_if_it_has_a_letter() {
        for (name, expected) in [
            ("cart", Some("cart")),
            ("shop/cart", Some("shop/cart")),
            ("Warenkorb für Gäste", Some("Warenkorb-für-Gäste")),
            ("注文", Some("注文")),
            ("  cart  ", Some("cart")),
            ("a,,b", Some("a-b")),
            ("..", None),
            (" ", None),
            ("", None),
        ] {
            assert_eq!(to_identifier(name).as_deref(), expected, "{name}");
        }
        assert_eq!(to_identifier(&"é,".repeat(2000)).map(|it| it.chars().count() <= 1000), Some(true));
    }
}
