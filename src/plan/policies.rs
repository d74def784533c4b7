//! Evaluates the policies of the config over the changes of a plan. Pure: the order of policies and changes does not
//! matter, and a change that no policy matches has no verdict.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::blueprint::{Blueprint, Property, PropertyKind};
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::change::{Action, Change, Field, FieldChange};
use crate::domain::plan::hazard::HazardKind;
use crate::domain::plan::policy::{Conditions, CountLimit, FieldCondition, FieldName, Policy, PolicyMatch, When};
use crate::domain::value::Value;
use crate::domain::value::masked::masked_value;
use crate::text::mask::Mask;
use crate::text::wildcard::wildcard_matches;

use super::input::{ChangeDraft, PlanInput};
use super::normalise;
use super::shape::{Shape, Shapes};

/// The verdicts, refusals first, then by name.
pub(super) fn find(input: &PlanInput<'_>, drafts: &[ChangeDraft<'_>], shapes: &Shapes<'_>) -> Vec<HazardKind> {
    let mut policies: Vec<&Policy> = input.policies.iter().collect();
    policies.sort_by_key(|policy| (policy.verdict, &policy.name, policy.is_of_base));
    policies.into_iter().filter_map(|policy| judge(policy, input, drafts, shapes)).collect()
}

/// `None`: the policy does not apply to this plan.
fn judge(
    policy: &Policy,
    input: &PlanInput<'_>,
    drafts: &[ChangeDraft<'_>],
    shapes: &Shapes<'_>,
) -> Option<HazardKind> {
    let found =
        |draft: &ChangeDraft<'_>| matched(&policy.when, draft, shapes.of(&draft.change.key.blueprint), input.mask);
    let changes: Vec<PolicyMatch> = drafts.iter().filter_map(found).collect();
    let owned = || {
        let is_counted = |key: &&EntityKey| any_matches(&policy.when.all.blueprints, &key.blueprint);
        input.owned.iter().filter(is_counted).collect::<BTreeSet<&EntityKey>>().len()
    };
    if changes.is_empty() || !exceeds(policy.when.count, changes.len(), owned) {
        return None;
    }
    Some(HazardKind::Policy {
        policy: policy.name.clone(),
        message: policy.message.clone(),
        verdict: policy.verdict,
        is_of_base: policy.is_of_base,
        changes,
    })
}

fn exceeds(limit: CountLimit, found: usize, owned: impl Fn() -> usize) -> bool {
    let CountLimit { more_than, at_least, more_than_percent } = limit;
    let found = found as u128;
    let is_share = |percent: u32| {
        let owned = owned() as u128;
        // A share of nothing says nothing: it is the first push of these entities.
        owned > 0 && found * 100 > u128::from(percent) * owned
    };
    more_than.is_none_or(|most| found > most.into())
        && at_least.is_none_or(|least| found >= least.into())
        && more_than_percent.is_none_or(is_share)
}

/// The change as a match; `None`: the conditions do not hold for it.
fn matched(when: &When, draft: &ChangeDraft<'_>, shape: &Shape<'_>, mask: &Mask) -> Option<PolicyMatch> {
    let sides = when.all.field.as_ref().map(|condition| FieldSides::of(&condition.field, draft, shape));
    if !holds(&when.all, &draft.change, sides.as_ref()) {
        return None;
    }
    if let Some(not) = &when.not {
        let sides = not.field.as_ref().map(|condition| FieldSides::of(&condition.field, draft, shape));
        if holds(not, &draft.change, sides.as_ref()) {
            return None;
        }
    }
    let renamed_from = match &draft.change.action {
        Action::Rename { from, .. } => Some(from.clone()),
        Action::Create | Action::Update | Action::Adopt | Action::Delete => None,
    };
    let (key, action) = (draft.change.key.clone(), draft.change.action.kind());
    let Some(FieldSides { field, before, after, change: _ }) = sides else {
        return Some(PolicyMatch { key, action, renamed_from, field: None, before: Value::Null, after: Value::Null });
    };
    let shown = |value: &Value| {
        let masked = masked_value(mask, field.property_name(), value);
        normalise::canonical(&masked).into_owned()
    };
    let (before, after) = (shown(&before), shown(&after));
    Some(PolicyMatch { key, action, renamed_from, field: Some(field), before, after })
}

/// Whether all conditions hold. `sides`: the values of the field that the conditions name.
fn holds(conditions: &Conditions, change: &Change, sides: Option<&FieldSides<'_>>) -> bool {
    let Conditions { blueprints, identifiers, actions, field, owners, origins } = conditions;
    // A rename is about both identifiers.
    let is_named = any_matches(identifiers, &change.key.identifier)
        || change.removed_identifier().is_some_and(|removed| any_matches(identifiers, removed));
    let origin = sides.and_then(|sides| sides.change).map_or(change.origin, |field| field.origin);
    any_matches(blueprints, &change.key.blueprint)
        && is_named
        && (actions.is_empty() || actions.contains(&change.action.kind()))
        && (owners.is_empty() || owners.contains(&change.ownership))
        && (origins.is_empty() || origins.contains(&origin))
        && field.as_ref().zip(sides).is_none_or(|(condition, sides)| field_holds(condition, sides))
}

/// Whether no pattern is given, or one matches.
fn any_matches(patterns: &[Box<str>], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| wildcard_matches(pattern, text))
}

fn field_holds(condition: &FieldCondition, sides: &FieldSides<'_>) -> bool {
    let FieldCondition { field: _, is_changed, before, after } = condition;
    let has_values = !before.is_empty() || !after.is_empty();
    // Without values, the condition is that the field changes.
    let wanted = is_changed.or((!has_values).then_some(true));
    let accepts = |wanted: &[Value], value: &Value| wanted.is_empty() || wanted.iter().any(|it| equals(it, value));
    wanted.is_none_or(|wanted| wanted == sides.is_changed())
        && accepts(before, &sides.before)
        && accepts(after, &sides.after)
}

/// Whether a value is as the config says. One item of a list is enough.
fn equals(wanted: &Value, value: &Value) -> bool {
    match (wanted, value) {
        (Value::Null, Value::Null) => true,
        (Value::Null, Value::List(items)) => items.is_empty(),
        (Value::Text(pattern), Value::Text(text)) => wildcard_matches(pattern, text),
        (_, Value::List(items)) => items.iter().any(|item| equals(wanted, item)),
        (_, value) => normalise::same(wanted, value),
    }
}

/// A field of the entity before and after the change, whether it changes or not.
struct FieldSides<'d> {
    field: Field,
    before: Value,
    after: Value,
    change: Option<&'d FieldChange>,
}

impl<'d> FieldSides<'d> {
    fn of(name: &FieldName, draft: &'d ChangeDraft<'_>, shape: &Shape<'_>) -> Self {
        let field = resolve(name, shape);
        if let Some(change) = draft.change.fields.iter().find(|change| change.field == field) {
            let (before, after) = (change.before.clone(), change.after.clone());
            return Self { field, before, after, change: Some(change) };
        }
        let before = draft.stored.map(|stored| stored_value(stored, &field, shape)).unwrap_or_default();
        let after = match draft.change.action {
            Action::Delete => Value::Null,
            Action::Create => created_value(draft, &field, shape),
            Action::Update | Action::Rename { .. } | Action::Adopt => before.clone(),
        };
        Self { field, before, after, change: None }
    }

    fn is_changed(&self) -> bool {
        self.change.is_some() || !normalise::same(&self.before, &self.after)
    }
}

fn resolve(name: &FieldName, shape: &Shape<'_>) -> Field {
    match name {
        FieldName::Known(field) => field.clone(),
        FieldName::PropertyOrRelation(name) if shape.relation(name).is_some() && !shape.has_property(name) => {
            Field::Relation(Arc::clone(name))
        }
        FieldName::PropertyOrRelation(name) => Field::Property(Arc::clone(name)),
    }
}

fn stored_value(entity: &Entity, field: &Field, shape: &Shape<'_>) -> Value {
    match field {
        Field::Text(text) => entity.texts[*text].clone().map(Value::Text).unwrap_or_default(),
        Field::Team => normalise::stored_team(&entity.team, shape).map(normalise::set_value).unwrap_or_default(),
        Field::Property(name) => named(&entity.properties, name).cloned().unwrap_or_default(),
        Field::Relation(name) => {
            let targets = named(&entity.relations, name);
            let targets = targets.and_then(|targets| normalise::relation(targets, shape.relation(name)).value());
            targets.map(normalise::targets_value).unwrap_or_default()
        }
    }
}

fn named<'v, T>(values: &'v [(Arc<str>, T)], name: &str) -> Option<&'v T> {
    values.iter().find(|(other, _)| other.as_ref() == name).map(|(_, value)| value)
}

/// A property that the manifest of a new entity does not name gets the default of its blueprint.
fn created_value(draft: &ChangeDraft<'_>, field: &Field, shape: &Shape<'_>) -> Value {
    let Some(name) = field.property_name() else { return Value::Null };
    let is_declared =
        draft.wanted.is_some_and(|wanted| wanted.properties_of().any(|(other, _)| other.as_ref() == name));
    match shape.property(name).default.as_ref().filter(|_| !is_declared) {
        Some(default) => default.clone(),
        None => Value::Null,
    }
}

/// What a policy names and no blueprint has, or allows: a typing error, or a blueprint of another catalog.
#[derive(Debug, Clone, PartialEq)]
pub enum UnknownName {
    Blueprint(Box<str>),
    /// A field of none of the blueprints that the policy is about.
    Field(Arc<str>),
    /// A value that the field has in none of these blueprints: it would never match.
    Value {
        field: Arc<str>,
        value: Value,
    },
}

/// The unknown names of a policy, each once.
pub fn unknown_names(policy: &Policy, blueprints: &[Blueprint]) -> Vec<UnknownName> {
    let mut found = Vec::new();
    for conditions in [Some(&policy.when.all), policy.when.not.as_ref()].into_iter().flatten() {
        let patterns: BTreeSet<&Box<str>> = conditions.blueprints.iter().collect();
        let is_unknown = |pattern: &str| !blueprints.iter().any(|it| wildcard_matches(pattern, &it.identifier));
        let unknown = patterns.into_iter().filter(|pattern| is_unknown(pattern));
        found.extend(unknown.map(|pattern| UnknownName::Blueprint(pattern.clone())));
        let Some(condition) = &conditions.field else { continue };
        let about = |it: &&Blueprint| {
            any_matches(&policy.when.all.blueprints, &it.identifier)
                && any_matches(&conditions.blueprints, &it.identifier)
        };
        let about: Vec<&Blueprint> = blueprints.iter().filter(about).collect();
        if about.is_empty() {
            continue;
        }
        match missing_in_all(&condition.field, about.iter().copied()) {
            Some(name) => found.push(UnknownName::Field(name)),
            None => found.extend(impossible_values(condition, &about)),
        }
    }
    found.dedup();
    found
}

/// The values of a condition on a property that no blueprint which has the property allows.
fn impossible_values(condition: &FieldCondition, blueprints: &[&Blueprint]) -> Vec<UnknownName> {
    let name = match &condition.field {
        FieldName::Known(Field::Property(name)) | FieldName::PropertyOrRelation(name) => name,
        FieldName::Known(Field::Text(_) | Field::Team | Field::Relation(_)) => return Vec::new(),
    };
    let properties: Vec<&Property> = blueprints.iter().filter_map(|blueprint| blueprint.property(name)).collect();
    let has_relation =
        blueprints.iter().any(|blueprint| blueprint.property(name).is_none() && blueprint.relation(name).is_some());
    if properties.is_empty() || has_relation {
        return Vec::new();
    }
    let values = condition.before.iter().chain(&condition.after);
    let impossible = values.filter(|value| !properties.iter().any(|property| may_be(value, property)));
    impossible.map(|value| UnknownName::Value { field: Arc::clone(name), value: value.clone() }).collect()
}

/// Whether a property may have a value that the config names. Of lists and objects, anything may be an item.
fn may_be(wanted: &Value, property: &Property) -> bool {
    let has_type = match (property.kind, wanted) {
        (_, Value::Null) => return true,
        (None | Some(PropertyKind::Array | PropertyKind::Object), _) => return true,
        (Some(PropertyKind::String), Value::Text(_)) | (Some(PropertyKind::Boolean), Value::Bool(_)) => true,
        (Some(PropertyKind::Number), Value::Integer(_) | Value::Large(_) | Value::Float(_)) => true,
        (Some(PropertyKind::String | PropertyKind::Boolean | PropertyKind::Number), _) => false,
    };
    let is_choice = || property.choices.iter().any(|choice| equals(wanted, &Value::from_json(choice)));
    has_type && (property.choices.is_empty() || is_choice())
}

/// The name of the field, if none of these blueprints has it.
fn missing_in_all<'b>(field: &FieldName, mut blueprints: impl Iterator<Item = &'b Blueprint>) -> Option<Arc<str>> {
    let (name, may_be_property, may_be_relation) = match field {
        FieldName::Known(Field::Text(_) | Field::Team) => return None,
        FieldName::Known(Field::Property(name)) => (name, true, false),
        FieldName::Known(Field::Relation(name)) => (name, false, true),
        FieldName::PropertyOrRelation(name) => (name, true, true),
    };
    let has = |blueprint: &Blueprint| {
        may_be_property && blueprint.properties.iter().any(|it| it.name.as_str() == name.as_ref())
            || may_be_relation && blueprint.relations.iter().any(|it| it.name.as_str() == name.as_ref())
    };
    (!blueprints.any(has)).then(|| Arc::clone(name))
}
