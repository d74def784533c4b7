//! Whether the catalog refuses an entity that the exporter sends, as far as blueprints decide that. What the target of a
//! relation decides is in `arrival`.

use std::collections::HashMap;

use super::super::normalise;
use super::sent::{SentEntity, SentRelation, SentTeam};
use crate::domain::blueprint::property_validator::JsonValidator;
use crate::domain::blueprint::required::Presence;
use crate::domain::blueprint::{Blueprint, Ownership, TEAM, USER};
use crate::domain::entity::identifier::{check_entity_identifier, is_reserved};
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::forecast::RefusalReason;

/// The validators of properties, each compiled once.
#[derive(Debug, Default)]
pub(super) struct Validators<'q> {
    by_blueprint: HashMap<&'q str, HashMap<&'q str, JsonValidator>>,
}

impl<'q> Validators<'q> {
    fn of(&mut self, blueprint: &'q Blueprint) -> &HashMap<&'q str, JsonValidator> {
        self.by_blueprint.entry(&blueprint.identifier).or_insert_with(|| {
            let properties = blueprint.properties.iter();
            properties.map(|property| (property.name.as_str(), JsonValidator::new(property))).collect()
        })
    }
}

/// Whether only the platform creates entities of a blueprint.
pub(super) fn is_protected(blueprint: &str) -> bool {
    is_reserved(blueprint) && blueprint != TEAM && blueprint != USER
}

/// The first reason for which the catalog refuses an entity. `stored`: what it has of it, which a merge keeps.
pub(super) fn refusal<'q>(
    key: &EntityKey,
    sent: &SentEntity,
    stored: Option<&Entity>,
    blueprint: Option<&'q Blueprint>,
    validators: &mut Validators<'q>,
) -> Option<RefusalReason> {
    let Some(blueprint) = blueprint else { return Some(RefusalReason::UnknownBlueprint) };
    if is_protected(&blueprint.identifier) {
        return Some(RefusalReason::ProtectedBlueprint);
    }
    if check_entity_identifier(&key.identifier).is_err() {
        return Some(RefusalReason::Identifier);
    }
    let check = Check { sent, stored, blueprint };
    let of_values = check.values(validators.of(blueprint));
    of_values.or_else(|| check.missing_property()).or_else(|| check.relations()).or_else(|| check.team())
}

struct Check<'a> {
    sent: &'a SentEntity,
    stored: Option<&'a Entity>,
    blueprint: &'a Blueprint,
}

impl Check<'_> {
    fn values(&self, validators: &HashMap<&str, JsonValidator>) -> Option<RefusalReason> {
        for (name, value) in &self.sent.properties {
            let Some(validator) = validators.get(&**name) else {
                // The catalog ignores values of computed properties.
                if self.blueprint.computed.iter().any(|computed| *computed.name == **name) {
                    continue;
                }
                return Some(RefusalReason::UnknownProperty { name: name.clone() });
            };
            if value.is_null() {
                continue;
            }
            if let Some(problem) = validator.problems(value).next() {
                let (path, violation) = (problem.path.dotted(), problem.violation);
                return Some(RefusalReason::Value { name: name.clone(), path, violation });
            }
        }
        None
    }

    fn missing_property(&self) -> Option<RefusalReason> {
        self.blueprint.properties.iter().find_map(|property| {
            let name = property.name.as_str();
            let sent = self.sent.properties.get(name).map(serde_json::Value::is_null);
            let stored = || {
                let properties = self.stored?.properties.iter();
                properties.clone().find(|(known, _)| &**known == name).map(|(_, value)| value.is_null())
            };
            let lack = property.lack(presence(sent.or_else(stored)))?;
            Some(RefusalReason::MissingProperty { name: name.into(), lack })
        })
    }

    fn relations(&self) -> Option<RefusalReason> {
        for (name, relation) in &self.sent.relations {
            let name = || name.clone();
            let Some(shape) = self.blueprint.relation(&name()) else {
                return Some(RefusalReason::UnknownRelation { name: name() });
            };
            let has_form = match relation {
                SentRelation::Malformed => false,
                SentRelation::Query | SentRelation::Targets(Targets::None) => true,
                SentRelation::Targets(Targets::One(_)) => !shape.many,
                SentRelation::Targets(Targets::Many(_)) => shape.many,
            };
            if !has_form {
                return Some(RefusalReason::RelationForm { name: name(), many: shape.many });
            }
            let mut targets = relation.targets().iter();
            if let Some(target) = targets.find(|target| check_entity_identifier(target).is_err()) {
                return Some(RefusalReason::TargetIdentifier { name: name(), target: target.clone() });
            }
        }
        self.blueprint.relations.iter().find_map(|relation| {
            let name = relation.name.as_str();
            let is_unset = |targets: &Targets| normalise::relation(targets, None).value().is_none();
            let sent = self.sent.relations.get(name).map(|sent| match sent {
                SentRelation::Targets(targets) => is_unset(targets),
                SentRelation::Query | SentRelation::Malformed => false,
            });
            let stored = || {
                let relations = self.stored?.relations.iter();
                relations.clone().find(|(known, _)| &**known == name).map(|(_, targets)| is_unset(targets))
            };
            let lack = relation.lack(presence(sent.or_else(stored)))?;
            Some(RefusalReason::MissingRelation { name: name.into(), lack })
        })
    }

    /// An inherited team cannot be set. Sending the present one or none changes nothing.
    fn team(&self) -> Option<RefusalReason> {
        let is_inherited = matches!(self.blueprint.ownership, Ownership::Inherited { .. });
        let is_refused = match self.sent.team.as_ref().filter(|_| is_inherited)? {
            SentTeam::Names(names) => {
                let present = self.stored.map_or(&[][..], |stored| &stored.team);
                !names.is_empty() && !normalise::same_set(names, present)
            }
            SentTeam::Query => true,
        };
        is_refused.then_some(RefusalReason::InheritedTeam)
    }
}

/// `Some(true)`: null.
fn presence(is_null: Option<bool>) -> Presence {
    match is_null {
        None => Presence::Absent,
        Some(true) => Presence::Null,
        Some(false) => Presence::Set,
    }
}
