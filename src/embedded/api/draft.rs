//! Parses the body of a write; messages match the platform's validator (Ajv), where a quoted name is a location in the
//! body. Only the form is checked here; the store checks it against the blueprint.

use serde_json::{Map, Value};

use crate::catalog::wire::Refusal;
use crate::catalog::wire::{EntityDraft, IdentifierRef, RelationRef, TeamRef};
use crate::domain::entity::fields::{ENTITY_KEYS, Texts};
use crate::domain::entity::identifier::{IdentifierFault, MAX_ENTITY_IDENTIFIER, check_entity_identifier};
use crate::domain::entity::patch::Patch;

/// What a route accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// POST, PUT and bulk: unknown keys are ignored, because clients send back what they read.
    Open,
    /// PATCH: unknown keys are refused, and the identifier is a text.
    Closed,
}

const ENTITY_IDENTIFIER_PATTERN: &str = r"^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/=-]+$";

impl EntityDraft {
    /// Parses the body of a write.
    pub fn parse(body: &Value, strictness: Strictness) -> Result<Self, Refusal> {
        let Value::Object(body) = body else { return Err(refused("", "must be object")) };
        if strictness == Strictness::Closed
            && let Some(key) = body.keys().find(|key| *key == "blueprint" || !ENTITY_KEYS.contains(&key.as_str()))
        {
            return Err(additional("", key));
        }
        Ok(Self {
            identifier: body.get("identifier").map(|value| identifier(value, strictness)).transpose()?,
            texts: Texts::try_from_fn(|field| text(body, field.key()))?,
            team: team(body)?,
            properties: properties(body, strictness)?,
            relations: relations(body)?,
        })
    }
}

fn identifier(value: &Value, strictness: Strictness) -> Result<IdentifierRef, Refusal> {
    match value {
        Value::String(text) => {
            check_identifier("identifier", text)?;
            Ok(IdentifierRef::Literal(text.clone()))
        }
        Value::Object(query) if strictness == Strictness::Open => {
            check_query("identifier", query)?;
            Ok(IdentifierRef::Query(value.clone()))
        }
        _ => Err(refused("identifier", "must be string")),
    }
}

fn check_identifier(place: &str, text: &str) -> Result<(), Refusal> {
    check_entity_identifier(text).map_err(|fault| match fault {
        IdentifierFault::TooLong { .. } => {
            refused(place, &format!("must NOT have more than {MAX_ENTITY_IDENTIFIER} characters"))
        }
        IdentifierFault::Empty | IdentifierFault::Dots | IdentifierFault::Character { .. } => {
            refused(place, &format!("must match pattern \"{ENTITY_IDENTIFIER_PATTERN}\""))
        }
    })
}

fn text(body: &Map<String, Value>, key: &str) -> Result<Patch<String>, Refusal> {
    match body.get(key) {
        None => Ok(Patch::Absent),
        Some(Value::Null) => Ok(Patch::Null),
        Some(Value::String(text)) => Ok(Patch::Set(text.clone())),
        Some(_) => Err(refused(key, "must be string,null")),
    }
}

fn team(body: &Map<String, Value>) -> Result<Patch<TeamRef>, Refusal> {
    let Some(value) = body.get("team") else { return Ok(Patch::Absent) };
    match value {
        Value::Null => Ok(Patch::Null),
        Value::String(team) => Ok(Patch::Set(TeamRef::List(vec![team.clone()]))),
        Value::Array(teams) => {
            let team = |(at, team): (usize, &Value)| match team {
                Value::String(team) => Ok(team.clone()),
                _ => Err(refused(&format!("team/{at}"), "must be string")),
            };
            Ok(Patch::Set(TeamRef::List(teams.iter().enumerate().map(team).collect::<Result<_, _>>()?)))
        }
        Value::Object(query) => {
            check_query("team", query)?;
            Ok(Patch::Set(TeamRef::Query(value.clone())))
        }
        Value::Bool(_) | Value::Number(_) => Err(refused("team", "must be string, array, null or search query")),
    }
}

fn properties(body: &Map<String, Value>, strictness: Strictness) -> Result<Option<Map<String, Value>>, Refusal> {
    let Some(value) = body.get("properties") else { return Ok(None) };
    let Value::Object(properties) = value else { return Err(refused("properties", "must be object")) };
    if strictness == Strictness::Closed
        && let Some(key) = properties.keys().find(|key| !is_key(key))
    {
        return Err(refused("properties", &format!("property name must be valid, property name: {}", quoted(key))));
    }
    Ok(Some(properties.clone()))
}

/// `^[A-Za-z0-9@_=\\-]+$`, the platform's pattern for the keys of properties and relations.
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@_=\\-".contains(&byte))
}

fn relations(body: &Map<String, Value>) -> Result<Option<Vec<(String, RelationRef)>>, Refusal> {
    let Some(value) = body.get("relations") else { return Ok(None) };
    let Value::Object(relations) = value else { return Err(refused("relations", "must be object")) };
    let relation =
        |(name, value): (&String, &Value)| Ok((name.clone(), relation(&format!("relations/{name}"), value)?));
    relations.iter().map(relation).collect::<Result<_, _>>().map(Some)
}

fn relation(place: &str, value: &Value) -> Result<RelationRef, Refusal> {
    match value {
        Value::Null => Ok(RelationRef::Null),
        Value::String(target) => {
            check_identifier(place, target)?;
            Ok(RelationRef::One(target.clone()))
        }
        Value::Array(targets) => {
            let target = |(at, target): (usize, &Value)| {
                let place = format!("{place}/{at}");
                let Value::String(target) = target else { return Err(refused(&place, "must be string")) };
                check_identifier(&place, target)?;
                Ok(target.clone())
            };
            Ok(RelationRef::Many(targets.iter().enumerate().map(target).collect::<Result<_, _>>()?))
        }
        Value::Object(query) => {
            check_query(place, query)?;
            Ok(RelationRef::Query(value.clone()))
        }
        Value::Bool(_) | Value::Number(_) => Err(refused(place, "must be string, array, null or search query")),
    }
}

/// Checks the small language of searches inside writes: `=`, `in`, `containsAny` and `contains`, nested.
fn check_query(place: &str, query: &Map<String, Value>) -> Result<(), Refusal> {
    check_keys(place, query, &["combinator", "rules"])?;
    if !matches!(query["combinator"].as_str(), Some("and" | "or")) {
        return Err(refused(&format!("{place}/combinator"), "must be equal to one of the allowed values"));
    }
    let Value::Array(rules) = &query["rules"] else {
        return Err(refused(&format!("{place}/rules"), "must be array"));
    };
    rules.iter().enumerate().try_for_each(|(at, rule)| {
        let place = format!("{place}/rules/{at}");
        match rule {
            Value::Object(nested) if nested.contains_key("combinator") => check_query(&place, nested),
            Value::Object(rule) => check_rule(&place, rule),
            _ => Err(refused(&place, "must be object")),
        }
    })
}

fn check_rule(place: &str, rule: &Map<String, Value>) -> Result<(), Refusal> {
    check_keys(place, rule, &["property", "operator", "value"])?;
    if !rule["property"].is_string() {
        return Err(refused(&format!("{place}/property"), "must be string"));
    }
    let value = &rule["value"];
    let is_list = || value.as_array().is_some_and(|items| items.iter().all(Value::is_string));
    let (fits, wanted) = match rule["operator"].as_str() {
        Some("=") => (value.is_string() || value.is_number() || value.is_null(), "must be string, number or null"),
        Some("in" | "containsAny") => (is_list(), "must be an array of strings"),
        Some("contains") => {
            (value.is_string() || value.is_null() || is_list(), "must be string, array of strings or null")
        }
        _ => return Err(refused(&format!("{place}/operator"), "must be equal to one of the allowed values")),
    };
    if fits { Ok(()) } else { Err(refused(&format!("{place}/value"), wanted)) }
}

/// Requires exactly these keys.
fn check_keys(place: &str, object: &Map<String, Value>, keys: &[&str]) -> Result<(), Refusal> {
    if let Some(missing) = keys.iter().find(|key| !object.contains_key(**key)) {
        return Err(refused(place, &format!("must have required property '{missing}'")));
    }
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(additional(place, key)),
        None => Ok(()),
    }
}

fn additional(place: &str, key: &str) -> Refusal {
    refused(place, &format!("must NOT have additional properties, additional property: {}", quoted(key)))
}

/// A message about a location in the body; the root has no name.
fn refused(place: &str, what: &str) -> Refusal {
    Refusal::invalid(if place.is_empty() { what.to_owned() } else { format!("{} {what}", quoted(place)) })
}

/// A quoted text, cut because a key may be as long as a body.
fn quoted(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("\"{}...\"", &text[..at]),
        None => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::entity::fields::TextField;

    fn open(body: Value) -> Result<EntityDraft, String> {
        EntityDraft::parse(&body, Strictness::Open).map_err(words)
    }

    fn closed(body: Value) -> Result<EntityDraft, String> {
        EntityDraft::parse(&body, Strictness::Closed).map_err(words)
    }

    fn words(refusal: Refusal) -> String {
        assert_eq!((refusal.status, refusal.error.as_str()), (422, "invalid_request"));
        refusal.message.unwrap_or_default()
    }

    #[test]
    fn a_draft_is_what_its_body_says() {
        let query = json!({"combinator": "and", "rules": [
            {"property": "$title", "operator": "=", "value": "Shop"},
            {"combinator": "or", "rules": [{"property": "tags", "operator": "containsAny", "value": ["a"]}]},
        ]});
        let body = json!({
            "identifier": "cart", "title": "Cart", "icon": "Service", "team": ["a", "b"],
            "properties": {"language": "go", "none": null},
            "relations": {"domain": "shop", "dependsOn": ["a", "b"], "owner": null, "found": query},
        });
        for strictness in [Strictness::Open, Strictness::Closed] {
            let draft = EntityDraft::parse(&body, strictness).expect("it is in order");
            assert_eq!(json!(draft), body);
        }
        let by_query = json!({"identifier": query, "team": query});
        assert_eq!(json!(open(by_query.clone()).expect("it is in order")), by_query);
        assert_eq!(open(json!({})), Ok(EntityDraft::default()));
        let one = open(json!({"team": "a"})).expect("a text is a team");
        assert_eq!(one.team, Patch::Set(TeamRef::List(vec!["a".to_owned()])));
    }

    #[test]
    fn routes_differ_in_what_they_do_not_know() {
        let extra = json!({"identifier": "a", "blueprint": "service"});
        assert!(open(extra.clone()).is_ok());
        assert_eq!(
            closed(extra),
            Err("must NOT have additional properties, additional property: \"blueprint\"".to_owned())
        );
        for key in TextField::ALL.map(TextField::key).into_iter().chain(["team"]) {
            let null = json!({key: null});
            for strictness in [Strictness::Open, Strictness::Closed] {
                assert_eq!(json!(EntityDraft::parse(&null, strictness).expect("null clears")), null);
            }
        }
        assert!(open(json!({"properties": {"a b": 1}})).is_ok(), "the blueprint judges it");
        assert_eq!(
            closed(json!({"properties": {"a b": 1}})),
            Err("\"properties\" property name must be valid, property name: \"a b\"".to_owned())
        );
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let pattern = r#"must match pattern "^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/=-]+$""#;
        for (body, message) in [
            (json!([]), "must be object".to_owned()),
            (json!({"identifier": 1}), "\"identifier\" must be string".to_owned()),
            (json!({"identifier": "a b"}), format!("\"identifier\" {pattern}")),
            (json!({"identifier": ".."}), format!("\"identifier\" {pattern}")),
            (
                json!({"identifier": "é".repeat(1001)}),
                "\"identifier\" must NOT have more than 1000 characters".to_owned(),
            ),
            (json!({"team": ["a", 1]}), "\"team/1\" must be string".to_owned()),
            (json!({"team": 1}), "\"team\" must be string, array, null or search query".to_owned()),
            (json!({"title": 1}), "\"title\" must be string,null".to_owned()),
            (json!({"properties": []}), "\"properties\" must be object".to_owned()),
            (json!({"relations": null}), "\"relations\" must be object".to_owned()),
            (json!({"relations": {"r": 1}}), "\"relations/r\" must be string, array, null or search query".to_owned()),
            (json!({"relations": {"r": ["a", "b c"]}}), format!("\"relations/r/1\" {pattern}")),
            (json!({"relations": {"r": {}}}), "\"relations/r\" must have required property 'combinator'".to_owned()),
            (
                json!({"relations": {"r": {"combinator": "xor", "rules": []}}}),
                "\"relations/r/combinator\" must be equal to one of the allowed values".to_owned(),
            ),
            (
                json!({"relations": {"r": {"combinator": "and", "rules": [{"property": "p", "operator": ">", "value": 1}]}}}),
                "\"relations/r/rules/0/operator\" must be equal to one of the allowed values".to_owned(),
            ),
            (
                json!({"identifier": {"combinator": "and", "rules": [{"property": "p", "operator": "in", "value": [1]}]}}),
                "\"identifier/rules/0/value\" must be an array of strings".to_owned(),
            ),
        ] {
            assert_eq!(open(body.clone()), Err(message), "{body}");
        }
        let long = open(json!({"relations": {"r".repeat(9000): 1}})).expect_err("it is no target");
        assert!(long.len() < 300, "{long}");
    }
}
