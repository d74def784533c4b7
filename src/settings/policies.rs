//! Reads `policies` of the config. A condition that can never hold is an error: such a policy would look like protection
//! and be none.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::layer::LayerReader;
use super::value::{self as setting, Sourced};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};
use crate::domain::entity::fields::TextField;
use crate::domain::plan::change::{ActionKind, Field, Origin, OwnerStatus};
use crate::domain::plan::policy::{Conditions, CountLimit, FieldCondition, FieldName, Policy, PolicyVerdict, When};
use crate::domain::value;

pub(super) const KEYS: [&str; 3] = ["message", "verdict", "when"];
/// The conditions, as `not` takes them.
pub(super) const CONDITIONS: [&str; 9] =
    ["blueprint", "identifier", "action", "field", "changed", "before", "after", "owner", "origin"];
pub(super) const COUNTS: [&str; 3] = ["more-than", "at-least", "more-than-percent"];
/// The conditions on the value of a field.
const OF_FIELD: [&str; 3] = ["changed", "before", "after"];

pub(super) const OWNERS: [(&str, OwnerStatus); 3] =
    [("this-scope", OwnerStatus::Ours), ("foreign", OwnerStatus::Foreign), ("new", OwnerStatus::New)];
pub(super) const ORIGINS: [(&str, Origin); 3] =
    [("this-branch", Origin::ThisBranch), ("already-pending", Origin::AlreadyPending), ("unknown", Origin::Unknown)];

/// The policies with the positions of their names.
pub(super) fn read(reader: &mut LayerReader<'_>, value: Value<'_>) -> Vec<(Policy, Span)> {
    let mut policies = Vec::new();
    for (key, value) in reader.mapping(value) {
        let name = key.key_text();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.is_empty() || name.len() > 60 || !name.chars().all(fits) {
            reader.fault(key.span(), "the name of a policy is 1 to 60 letters, digits and `-`, such as `tier-1-stays`");
        }
        policies.push((policy(reader, &name, key.span(), value), key.span()));
    }
    policies
}

/// The policies of the file and of the target, which replaces those of the same name. `line`: of a position.
pub(super) fn merge(
    file: &[(Policy, Span)],
    target: Option<(&str, &[(Policy, Span)])>,
    line: impl Fn(Span) -> usize,
) -> BTreeMap<Box<str>, Sourced<Policy>> {
    let mut policies = BTreeMap::new();
    for (policy, span) in file {
        let origin = setting::Origin::File { line: line(*span) };
        policies.insert(policy.name.clone(), Sourced { value: policy.clone(), origin });
    }
    let Some((target, own)) = target else { return policies };
    for (policy, span) in own {
        let origin = setting::Origin::Target { name: target.to_owned(), line: line(*span) };
        policies.insert(policy.name.clone(), Sourced { value: policy.clone(), origin });
    }
    policies
}

fn policy(reader: &mut LayerReader<'_>, name: &str, span: Span, value: Value<'_>) -> Policy {
    let (mut message, mut verdict) = (None, PolicyVerdict::Hazard);
    let mut conditions = None;
    reader.entries(value, &KEYS, |this, key, value| match key {
        "message" => message = self::message(this, value),
        "verdict" => {
            verdict = this.choice(value, &PolicyVerdict::WORDS, PolicyVerdict::parse).map_or(verdict, |(word, _)| word)
        }
        _ => conditions = Some(when(this, value)),
    });
    if conditions.is_none() && matches!(value.kind(), Kind::Map | Kind::Null) {
        let missing =
            format!("policy `{name}` has no `when`: say which changes it is about, such as `when: {{action: delete}}`");
        reader.fault(span, missing);
    }
    Policy { name: name.into(), message, verdict, when: conditions.unwrap_or_default(), is_of_base: false }
}

/// One sentence in one line.
fn message(reader: &mut LayerReader<'_>, value: Value<'_>) -> Option<Box<str>> {
    let text = reader.text(value)?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        reader
            .fault(value.span(), "the message is empty: say what the reader of the plan should know, or leave it out");
    }
    Some(text.into())
}

fn when(reader: &mut LayerReader<'_>, value: Value<'_>) -> When {
    let known: Vec<&str> = CONDITIONS.into_iter().chain(["not", "count"]).collect();
    let mut when = When::default();
    let mut fields = FieldKeys::default();
    reader.entries(value, &known, |this, key, value| match key {
        "not" => when.not = Some(not(this, value)),
        "count" => when.count = count(this, value),
        key => condition(this, &mut when.all, &mut fields, key, value),
    });
    finish(reader, value, &mut when.all, fields);
    when
}

fn not(reader: &mut LayerReader<'_>, value: Value<'_>) -> Conditions {
    let mut conditions = Conditions::default();
    let mut fields = FieldKeys::default();
    reader.entries(value, &CONDITIONS, |this, key, value| {
        condition(this, &mut conditions, &mut fields, key, value);
    });
    finish(reader, value, &mut conditions, fields);
    conditions
}

/// The keys of the condition on a field, which may come in any order.
#[derive(Default)]
struct FieldKeys {
    name: Option<FieldName>,
    is_named: bool,
    is_changed: Option<bool>,
    before: Vec<value::Value>,
    after: Vec<value::Value>,
}

fn condition(
    reader: &mut LayerReader<'_>,
    conditions: &mut Conditions,
    fields: &mut FieldKeys,
    key: &str,
    value: Value<'_>,
) {
    match key {
        "blueprint" => conditions.blueprints = one_or_more(reader, value, text),
        "identifier" => conditions.identifiers = one_or_more(reader, value, text),
        "action" => conditions.actions = one_or_more(reader, value, action),
        "field" => {
            fields.is_named = true;
            fields.name = reader.checked(value, field).map(|(name, _)| name);
        }
        "changed" => fields.is_changed = reader.flag(value).map(|(flag, _)| flag),
        "before" => fields.before = one_or_more(reader, value, scalar),
        "after" => fields.after = one_or_more(reader, value, scalar),
        "owner" => conditions.owners = one_or_more(reader, value, |this, value| word(this, value, &OWNERS)),
        _ => conditions.origins = one_or_more(reader, value, |this, value| word(this, value, &ORIGINS)),
    }
}

/// Puts the condition on a field together, and refuses conditions that say nothing or can never hold. `value` is the
/// whole mapping.
fn finish(reader: &mut LayerReader<'_>, value: Value<'_>, conditions: &mut Conditions, fields: FieldKeys) {
    if matches!(value.kind(), Kind::Map | Kind::Null) && value.is_empty() {
        reader.fault(value.span(), "no condition: name at least one, such as `action: delete`");
    }
    let FieldKeys { name, is_named, is_changed, before, after } = fields;
    let key = |name: &str| value.entry(name).map(|(key, _)| key.span());
    if !is_named {
        for name in OF_FIELD {
            let Some(span) = key(name) else { continue };
            reader.fault(
                span,
                format!("`{name}` is about the value of a field: name it with `field`, such as `field: tier`"),
            );
        }
    }
    let is_only =
        |action: ActionKind| !conditions.actions.is_empty() && conditions.actions.iter().all(|it| *it == action);
    let can_be_null = |values: &[value::Value]| values.is_empty() || values.iter().any(value::Value::is_null);
    if let Some(span) = key("after").filter(|_| is_only(ActionKind::Delete) && !can_be_null(&after)) {
        reader.fault(span, "a deleted entity has no value after the change; use `before`");
    }
    if let Some(span) = key("before").filter(|_| is_only(ActionKind::Create) && !can_be_null(&before)) {
        reader.fault(span, "a new entity has no value before the change; use `after`");
    }
    conditions.field = name.map(|field| FieldCondition { field, is_changed, before, after });
}

fn count(reader: &mut LayerReader<'_>, value: Value<'_>) -> CountLimit {
    let mut limit = CountLimit::default();
    reader.entries(value, &COUNTS, |this, key, value| {
        let most = if key == "more-than-percent" { 100 } else { u32::MAX };
        let number = this.number(value, most).map(|(number, _)| number);
        match key {
            "more-than" => limit.more_than = number,
            "at-least" => limit.at_least = number,
            _ => limit.more_than_percent = number,
        }
    });
    if matches!(value.kind(), Kind::Map | Kind::Null) && value.is_empty() {
        reader.fault(value.span(), "no limit: name one of `more-than`, `at-least` and `more-than-percent`");
    }
    limit
}

/// The items of a list, or a single value without brackets.
fn one_or_more<T>(
    reader: &mut LayerReader<'_>,
    value: Value<'_>,
    mut read: impl FnMut(&mut LayerReader<'_>, Value<'_>) -> Option<T>,
) -> Vec<T> {
    if value.kind() != Kind::List {
        return read(reader, value).into_iter().collect();
    }
    if value.is_empty() {
        reader.fault(value.span(), "an empty list matches nothing; `null` is an absent value");
    }
    value.items().filter_map(|item| read(reader, item)).collect()
}

fn text(reader: &mut LayerReader<'_>, value: Value<'_>) -> Option<Box<str>> {
    reader.text(value).map(Into::into)
}

fn action(reader: &mut LayerReader<'_>, value: Value<'_>) -> Option<ActionKind> {
    reader.choice(value, &ActionKind::WORDS, ActionKind::parse).map(|(action, _)| action)
}

fn word<T: Copy>(reader: &mut LayerReader<'_>, value: Value<'_>, table: &[(&str, T)]) -> Option<T> {
    let words: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
    let parse = |text: &str| table.iter().find(|(word, _)| *word == text).map(|(_, found)| *found);
    reader.choice(value, &words, parse).map(|(found, _)| found)
}

fn scalar(reader: &mut LayerReader<'_>, value: Value<'_>) -> Option<value::Value> {
    if matches!(value.kind(), Kind::List | Kind::Map) {
        return reader.refuse(value.span(), "a value, or a list of values", value).map(|(found, _)| found);
    }
    Some(value::Value::from_json(&value.to_json()))
}

/// A field as reports name it; `$title` is the platform's spelling of `title`.
fn field(text: &str) -> Result<FieldName, String> {
    let known = |field| Ok(FieldName::Known(field));
    if let Some(name) = text.strip_prefix("properties.").filter(|name| !name.is_empty()) {
        return known(Field::Property(name.into()));
    }
    if let Some(name) = text.strip_prefix("relations.").filter(|name| !name.is_empty()) {
        return known(Field::Relation(name.into()));
    }
    let plain = text.strip_prefix('$').unwrap_or(text);
    match plain {
        "" => {
            Err("the field has no name; write a property such as `tier`, a relation, `title`, `icon` or `team`"
                .to_owned())
        }
        "team" => known(Field::Team),
        "identifier" | "blueprint" => {
            Err(format!("`{plain}` is a condition of its own: `{plain}: NAME`, without `field`"))
        }
        _ => match TextField::of_key(plain) {
            Some(field) => known(Field::Text(field)),
            None => Ok(FieldName::PropertyOrRelation(text.into())),
        },
    }
}

/// A policy as the config spells it.
pub fn shown(policy: &Policy) -> Json {
    let mut shown = Map::new();
    shown.extend(policy.message.as_ref().map(|message| ("message".to_owned(), json!(message))));
    shown.insert("verdict".to_owned(), policy.verdict.word().into());
    let When { all, not, count } = &policy.when;
    let mut when = shown_conditions(all);
    when.extend(not.as_ref().map(|not| ("not".to_owned(), Json::Object(shown_conditions(not)))));
    if count.is_set() {
        let CountLimit { more_than, at_least, more_than_percent } = count;
        let limits = COUNTS.into_iter().zip([more_than, at_least, more_than_percent]);
        let limits = limits.filter_map(|(key, limit)| Some((key.to_owned(), json!((*limit)?))));
        when.insert("count".to_owned(), Json::Object(limits.collect()));
    }
    shown.insert("when".to_owned(), Json::Object(when));
    Json::Object(shown)
}

fn shown_conditions(conditions: &Conditions) -> Map<String, Json> {
    let Conditions { blueprints, identifiers, actions, field, owners, origins } = conditions;
    let texts = |texts: &[Box<str>]| texts.iter().map(|text| json!(text)).collect::<Vec<Json>>();
    let values = |values: &[value::Value]| values.iter().map(value::Value::to_json).collect::<Vec<Json>>();
    let mut parts: Vec<(&str, Vec<Json>)> = vec![
        ("blueprint", texts(blueprints)),
        ("identifier", texts(identifiers)),
        ("action", actions.iter().map(|action| action.word().into()).collect()),
    ];
    if let Some(FieldCondition { field, is_changed, before, after }) = field {
        parts.push(("field", vec![field_text(field).into()]));
        parts.push(("changed", is_changed.iter().map(|flag| (*flag).into()).collect()));
        parts.extend([("before", values(before)), ("after", values(after))]);
    }
    parts.push(("owner", words(owners, &OWNERS)));
    parts.push(("origin", words(origins, &ORIGINS)));
    let parts = parts.into_iter().filter(|(_, values)| !values.is_empty());
    parts.map(|(key, values)| (key.to_owned(), one_or_list(values))).collect()
}

fn one_or_list(mut values: Vec<Json>) -> Json {
    match values.len() {
        1 => values.remove(0),
        _ => Json::Array(values),
    }
}

fn words<T: PartialEq>(found: &[T], table: &[(&str, T)]) -> Vec<Json> {
    table.iter().filter(|(_, value)| found.contains(value)).map(|(word, _)| (*word).into()).collect()
}

fn field_text(name: &FieldName) -> String {
    match name {
        FieldName::Known(Field::Team) => "team".to_owned(),
        FieldName::Known(Field::Text(field)) => field.key().to_owned(),
        FieldName::Known(Field::Property(name)) => format!("properties.{name}"),
        FieldName::Known(Field::Relation(name)) => format!("relations.{name}"),
        FieldName::PropertyOrRelation(name) => name.to_string(),
    }
}
