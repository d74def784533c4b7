//! Compares blueprints at two points in time, for authors of manifests: changed properties, requirements and relations.
//! Values are compared as JSON values; the order of keys does not matter.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::blueprint::{Blueprint, Computed, Ownership, Property, Relation};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlueprintChange {
    pub identifier: String,
    pub kind: BlueprintChangeKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlueprintChangeKind {
    Added,
    Removed,
    Changed(Vec<PartChange>),
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartChange {
    pub part: BlueprintPart,
    /// The name of the property or relation, or the key of the blueprint.
    pub name: String,
    pub change: PartChangeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlueprintPart {
    Property,
    Relation,
    Computed,
    /// The blueprint itself.
    Blueprint,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartChangeKind {
    /// The type in a few words: `number`, `many service`.
    Added {
        what: String,
        required: bool,
    },
    Removed,
    Required,
    Optional,
    /// Another type, target, arity or path.
    Became {
        from: String,
        to: String,
    },
    /// Other keys that differ.
    Rules {
        keys: Vec<String>,
    },
}

/// The changes, sorted by identifier; empty if nothing relevant differs.
pub fn changes(old: &[Blueprint], new: &[Blueprint]) -> Vec<BlueprintChange> {
    let by_identifier = |blueprints: &'_ [Blueprint]| -> BTreeMap<String, usize> {
        blueprints.iter().enumerate().map(|(at, blueprint)| (blueprint.identifier.clone(), at)).collect()
    };
    let (before, after) = (by_identifier(old), by_identifier(new));
    let mut changes = Vec::new();
    for (identifier, at) in &after {
        let change = |kind| BlueprintChange { identifier: identifier.clone(), kind };
        match before.get(identifier).and_then(|at| old.get(*at)) {
            None => changes.push(change(BlueprintChangeKind::Added)),
            Some(old) => {
                let details = details(old, &new[*at]);
                if !details.is_empty() {
                    changes.push(change(BlueprintChangeKind::Changed(details)));
                }
            }
        }
    }
    for identifier in before.into_keys().filter(|identifier| !after.contains_key(identifier)) {
        changes.push(BlueprintChange { identifier, kind: BlueprintChangeKind::Removed });
    }
    changes.sort_by(|a, b| a.identifier.cmp(&b.identifier));
    changes
}

fn details(old: &Blueprint, new: &Blueprint) -> Vec<PartChange> {
    if without_shorthand(&old.raw) == without_shorthand(&new.raw) {
        return Vec::new();
    }
    let mut details = Vec::new();
    each(
        &old.properties,
        &new.properties,
        |it| &it.name,
        |name, pair| {
            let push =
                |change| details.push(PartChange { part: BlueprintPart::Property, name: name.to_owned(), change });
            property(pair, push);
        },
    );
    each(
        &old.relations,
        &new.relations,
        |it| &it.name,
        |name, pair| {
            let push =
                |change| details.push(PartChange { part: BlueprintPart::Relation, name: name.to_owned(), change });
            relation(pair, raw_relation(old, name), raw_relation(new, name), push);
        },
    );
    each(
        &old.computed,
        &new.computed,
        |it| &it.name,
        |name, pair| {
            let push =
                |change| details.push(PartChange { part: BlueprintPart::Computed, name: name.to_owned(), change });
            computed(pair, raw_computed(old, name), raw_computed(new, name), push);
        },
    );
    if old.ownership != new.ownership {
        let change = PartChangeKind::Became { from: ownership(&old.ownership), to: ownership(&new.ownership) };
        details.push(PartChange { part: BlueprintPart::Blueprint, name: "ownership".to_owned(), change });
    }
    let rest = other_keys(old, new);
    details.extend(rest.into_iter().map(|name| PartChange {
        part: BlueprintPart::Blueprint,
        name,
        change: PartChangeKind::Rules { keys: Vec::new() },
    }));
    if details.is_empty() {
        // Something that is not understood here has changed.
        let whole = |name| PartChange {
            part: BlueprintPart::Blueprint,
            name,
            change: PartChangeKind::Rules { keys: Vec::new() },
        };
        details.extend(differing(&without_shorthand(&old.raw), &without_shorthand(&new.raw)).into_iter().map(whole));
    }
    details
}

/// The blueprint with defaults spelled out: a relation without `many` and `required` is single and optional; an empty
/// section equals an absent one.
fn without_shorthand(raw: &Value) -> Value {
    let mut raw = raw.clone();
    if let Some(object) = raw.as_object_mut() {
        let may_be_absent = |key: &str| key == "relations" || COMPUTED.contains(&key);
        object.retain(|key, value| !(may_be_absent(key) && value.as_object().is_some_and(serde_json::Map::is_empty)));
    }
    let relations = raw.get_mut("relations").and_then(Value::as_object_mut);
    for relation in relations.into_iter().flat_map(|relations| relations.values_mut()).filter_map(Value::as_object_mut)
    {
        for key in ["many", "required"] {
            relation.entry(key).or_insert(Value::Bool(false));
        }
    }
    raw
}

/// Both versions of a named part.
enum Pair<'a, T> {
    Removed,
    New(&'a T),
    Both(&'a T, &'a T),
}

/// In the new order, followed by removed parts.
fn each<'a, T>(old: &'a [T], new: &'a [T], name: impl Fn(&T) -> &str, mut compare: impl FnMut(&str, Pair<'a, T>)) {
    let before: BTreeMap<&str, &T> = old.iter().map(|it| (name(it), it)).collect();
    let after: BTreeMap<&str, &T> = new.iter().map(|it| (name(it), it)).collect();
    for it in new {
        compare(name(it), before.get(name(it)).map_or(Pair::New(it), |old| Pair::Both(old, it)));
    }
    for it in old.iter().filter(|it| !after.contains_key(name(it))) {
        compare(name(it), Pair::Removed);
    }
}

fn property(pair: Pair<'_, Property>, mut push: impl FnMut(PartChangeKind)) {
    let what = |it: &Property| {
        let kind = it.schema.get("type").and_then(Value::as_str).unwrap_or("of no type");
        match &it.format {
            Some(format) => format!("{kind} ({format})"),
            None => kind.to_owned(),
        }
    };
    match pair {
        Pair::Removed => push(PartChangeKind::Removed),
        Pair::New(it) => push(PartChangeKind::Added { what: what(it), required: it.required }),
        Pair::Both(old, new) => {
            if what(old) != what(new) {
                push(PartChangeKind::Became { from: what(old), to: what(new) });
            }
            required(old.required, new.required, &mut push);
            rules(&old.schema, &new.schema, &["type", "format"], &mut push);
        }
    }
}

fn relation(pair: Pair<'_, Relation>, old_raw: &Value, new_raw: &Value, mut push: impl FnMut(PartChangeKind)) {
    let what = |it: &Relation| format!("{} `{}`", if it.many { "many" } else { "one" }, it.target);
    match pair {
        Pair::Removed => push(PartChangeKind::Removed),
        Pair::New(it) => push(PartChangeKind::Added { what: what(it), required: it.required }),
        Pair::Both(old, new) => {
            if what(old) != what(new) {
                push(PartChangeKind::Became { from: what(old), to: what(new) });
            }
            required(old.required, new.required, &mut push);
            rules(old_raw, new_raw, &["target", "many", "required"], &mut push);
        }
    }
}

fn computed(pair: Pair<'_, Computed>, old_raw: &Value, new_raw: &Value, mut push: impl FnMut(PartChangeKind)) {
    match pair {
        Pair::Removed => push(PartChangeKind::Removed),
        Pair::New(it) => push(PartChangeKind::Added { what: it.kind.word().to_owned(), required: false }),
        Pair::Both(old, new) => {
            if old.kind != new.kind {
                push(PartChangeKind::Became { from: old.kind.word().to_owned(), to: new.kind.word().to_owned() });
            }
            rules(old_raw, new_raw, &[], &mut push);
        }
    }
}

fn required(old: bool, new: bool, push: &mut impl FnMut(PartChangeKind)) {
    match (old, new) {
        (false, true) => push(PartChangeKind::Required),
        (true, false) => push(PartChangeKind::Optional),
        (true, true) | (false, false) => {}
    }
}

fn rules(old: &Value, new: &Value, reported: &[&str], push: &mut impl FnMut(PartChangeKind)) {
    let keys = differing(old, new).into_iter().filter(|key| !reported.contains(&key.as_str())).collect::<Vec<_>>();
    if !keys.is_empty() {
        push(PartChangeKind::Rules { keys });
    }
}

/// The keys of two objects whose values differ, sorted.
fn differing(old: &Value, new: &Value) -> Vec<String> {
    let keys = |value: &Value| value.as_object().map(|it| it.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut all = [keys(old), keys(new)].concat();
    all.sort_unstable();
    all.dedup();
    all.retain(|key| old.get(key) != new.get(key));
    all
}

fn raw_relation<'b>(blueprint: &'b Blueprint, name: &str) -> &'b Value {
    blueprint.raw.get("relations").and_then(|it| it.get(name)).unwrap_or(&Value::Null)
}

fn raw_computed<'b>(blueprint: &'b Blueprint, name: &str) -> &'b Value {
    let found = COMPUTED.into_iter().find_map(|key| blueprint.raw.get(key)?.get(name));
    found.unwrap_or(&Value::Null)
}

const COMPUTED: [&str; 3] = ["mirrorProperties", "calculationProperties", "aggregationProperties"];

/// Keys of the blueprint and its schema whose change is not reported elsewhere.
fn other_keys(old: &Blueprint, new: &Blueprint) -> Vec<String> {
    let reported = ["schema", "relations", "ownership", "teamInheritance"];
    let is_empty = |value: Option<&Value>| value.is_none_or(|it| it.as_object().is_some_and(serde_json::Map::is_empty));
    let mut keys = differing(&old.raw, &new.raw);
    keys.retain(|key| {
        let is_reported = reported.contains(&key.as_str()) || COMPUTED.contains(&key.as_str());
        let is_unset = is_empty(old.raw.get(key)) && is_empty(new.raw.get(key));
        !is_reported && !is_unset
    });
    let schema = |blueprint: &Blueprint| blueprint.raw.get("schema").cloned().unwrap_or_default();
    let inner = differing(&schema(old), &schema(new)).into_iter();
    keys.extend(
        inner.filter(|key| !["properties", "required"].contains(&key.as_str())).map(|key| format!("schema.{key}")),
    );
    keys
}

fn ownership(ownership: &Ownership) -> String {
    match ownership {
        Ownership::Direct => "direct".to_owned(),
        Ownership::Inherited { path } => format!("inherited through `{path}`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn blueprint(json: Value) -> Blueprint {
        Blueprint::from_json(json).expect("it is one").0
    }

    #[test]
    fn everything_that_a_writer_of_entities_must_know_is_told() {
        let old = blueprint(json!({
            "identifier": "service", "title": "Service",
            "schema": {"properties": {
                "tier": {"type": "string"}, "gone": {"type": "string"}, "slo": {"type": "number", "maximum": 100},
                "language": {"type": "string", "enum": ["go"]}, "free": {"type": "string"}, "same": {"type": "boolean"},
            }, "required": ["free"]},
            "relations": {"system": {"target": "system"}, "team": {"target": "_team", "many": true}, "old": {"target": "x"}},
            "mirrorProperties": {"owner": {"path": "system.owner"}},
        }));
        let new = blueprint(json!({
            "title": "The service", "identifier": "service",
            "schema": {"properties": {
                "same": {"type": "boolean"}, "tier": {"type": "number"}, "slo": {"maximum": 99.9, "type": "number"},
                "language": {"type": "string", "enum": ["go", "rust"]}, "free": {"type": "string"},
                "url": {"type": "string", "format": "url"},
            }, "required": ["url", "slo"]},
            "relations": {"system": {"target": "domain", "many": true}, "team": {"target": "_team", "many": true, "required": true}},
            "mirrorProperties": {"owner": {"path": "system.$team"}}, "calculationProperties": {},
            "ownership": {"type": "Inherited", "path": "system"},
        }));
        let changes = changes(std::slice::from_ref(&old), &[new]);
        let [BlueprintChange { identifier, kind: BlueprintChangeKind::Changed(details) }] = changes.as_slice() else {
            panic!("{changes:?}")
        };
        assert_eq!(identifier, "service");
        let became = |from: &str, to: &str| PartChangeKind::Became { from: from.to_owned(), to: to.to_owned() };
        let rules = |key: &str| PartChangeKind::Rules { keys: vec![key.to_owned()] };
        let expected = [
            (BlueprintPart::Property, "tier", became("string", "number")),
            (BlueprintPart::Property, "slo", PartChangeKind::Required),
            (BlueprintPart::Property, "slo", rules("maximum")),
            (BlueprintPart::Property, "language", rules("enum")),
            (BlueprintPart::Property, "free", PartChangeKind::Optional),
            (BlueprintPart::Property, "url", PartChangeKind::Added { what: "string (url)".to_owned(), required: true }),
            (BlueprintPart::Property, "gone", PartChangeKind::Removed),
            (BlueprintPart::Relation, "system", became("one `system`", "many `domain`")),
            (BlueprintPart::Relation, "team", PartChangeKind::Required),
            (BlueprintPart::Relation, "old", PartChangeKind::Removed),
            (BlueprintPart::Computed, "owner", rules("path")),
            (BlueprintPart::Blueprint, "ownership", became("direct", "inherited through `system`")),
            (BlueprintPart::Blueprint, "title", PartChangeKind::Rules { keys: Vec::new() }),
        ];
        let found = details.iter().map(|it| (it.part, it.name.as_str(), it.change.clone())).collect::<Vec<_>>();
        assert_eq!(found, expected);
    }

    #[test]
    fn blueprints_come_and_go_and_the_order_of_keys_is_nothing() {
        let a =
            blueprint(json!({"identifier": "a", "schema": {"properties": {}}, "relations": {"r": {"target": "a"}}}));
        let same = blueprint(json!({
            "schema": {"properties": {}}, "identifier": "a",
            "relations": {"r": {"many": false, "required": false, "target": "a"}}, "mirrorProperties": {},
        }));
        let b = blueprint(json!({"identifier": "b", "schema": {"properties": {}}}));
        assert_eq!(changes(std::slice::from_ref(&a), &[same]), []);
        let found = changes(&[a], &[b]);
        let kinds = found.iter().map(|it| (it.identifier.as_str(), &it.kind)).collect::<Vec<_>>();
        assert_eq!(kinds, [("a", &BlueprintChangeKind::Removed), ("b", &BlueprintChangeKind::Added)]);
    }
}
