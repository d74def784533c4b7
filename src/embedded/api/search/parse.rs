//! Parses a search from JSON. Unknown keys are refused with their location, and so are features that this catalog does
//! not support.

use serde_json::{Map, Value};

use super::moments::{Preset, Range};
use super::{
    Bound, Combinator, Comparison, Condition, Direction, Hop, Meta, PropertySchema, Related, RelationPath, SearchQuery,
    SearchRule, Subject, Test,
};
use crate::catalog::wire::Refusal;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::body::{must_be, name, needs, only, path};

/// Limits on the nesting and number of rules, because a search is evaluated on every entity that it reads.
const MAX_DEPTH: usize = 16;
const MAX_RULES: usize = 1000;
/// The maximum number of relations in a path.
const MAX_HOPS: usize = 15;

const OPERATORS: [&str; 22] = [
    "=",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "contains",
    "doesNotContains",
    "containsAny",
    "beginsWith",
    "doesNotBeginsWith",
    "endsWith",
    "doesNotEndsWith",
    "in",
    "notIn",
    "isEmpty",
    "isNotEmpty",
    "isExpired",
    "isNotExpired",
    "between",
    "notBetween",
    "matchAny",
];

impl SearchQuery {
    /// The `query` of a search in one blueprint.
    pub fn parse(query: &Value) -> Result<Self, Refusal> {
        Parser { rules: 0, scoped: true }.query(query, "query", 1)
    }

    /// The body of a search in all blueprints: the same language without rules about relations and scorecards.
    pub fn parse_everywhere(body: &Value) -> Result<Self, Refusal> {
        Parser { rules: 0, scoped: false }.query(body, "", 1)
    }

    /// A search instead of an identifier, a team or a relation's target: a smaller language.
    pub fn parse_in_write(query: &Value) -> Result<Self, Refusal> {
        let parsed = Parser { rules: 0, scoped: false }.query(query, "query", 1)?;
        small(&parsed)?;
        Ok(parsed)
    }
}

fn small(query: &SearchQuery) -> Result<(), Refusal> {
    for rule in &query.rules {
        let is_small = match rule {
            SearchRule::Nested(query) => {
                small(query)?;
                true
            }
            SearchRule::Condition(Condition { negated: false, test, .. }) => {
                matches!(test, Test::Equal(_) | Test::In(_) | Test::Contains(_) | Test::ContainsAny(_))
            }
            SearchRule::Condition(_) | SearchRule::Related(_) | SearchRule::Path(_) => false,
        };
        if !is_small {
            return Err(Refusal::invalid(
                "a search inside a write must only use the operators \"=\", \"in\", \"contains\" and \"containsAny\"",
            ));
        }
    }
    Ok(())
}

struct Parser {
    /// The number of rules seen so far.
    rules: usize,
    /// The search is in one blueprint.
    scoped: bool,
}

impl Parser {
    fn query(&mut self, value: &Value, at: &str, depth: usize) -> Result<SearchQuery, Refusal> {
        if depth > MAX_DEPTH {
            return Err(Refusal::invalid(format!("{} must NOT be nested deeper than {MAX_DEPTH} queries", name(at))));
        }
        let query = object(value, at)?;
        needs(query, at, &["combinator", "rules"])?;
        only(query, at, &["combinator", "rules"])?;
        let combinator = match query.get("combinator").and_then(Value::as_str) {
            Some("and") => Combinator::And,
            Some("or") => Combinator::Or,
            Some(_) | None => return Err(not_allowed(&path(at, "combinator"))),
        };
        let at = path(at, "rules");
        let rules = query.get("rules").and_then(Value::as_array).ok_or_else(|| must_be("array", &at))?;
        let rule = |(position, rule): (usize, &Value)| self.rule(rule, &format!("{at}/{position}"), depth);
        let rules = rules.iter().enumerate().map(rule).collect::<Result<_, _>>()?;
        Ok(SearchQuery { combinator, rules })
    }

    fn rule(&mut self, value: &Value, at: &str, depth: usize) -> Result<SearchRule, Refusal> {
        self.rules += 1;
        if self.rules > MAX_RULES {
            return Err(Refusal::invalid(format!("a search must NOT have more than {MAX_RULES} rules")));
        }
        let rule = object(value, at)?;
        if rule.contains_key("combinator") || rule.contains_key("rules") {
            return Ok(SearchRule::Nested(self.query(value, at, depth + 1)?));
        }
        if let Some(scorecard) = rule.get("scorecard") {
            return Err(unsupported(at, &format!("the scorecard {scorecard}: there are no scorecards in it")));
        }
        if rule.get("operator").and_then(Value::as_str) == Some("relatedTo") {
            return Ok(SearchRule::Related(related(rule, at)?));
        }
        if rule.get("property").and_then(|property| property.get("path")).is_some() {
            return Ok(SearchRule::Path(relation_path(rule, at)?));
        }
        Ok(SearchRule::Condition(self.condition(rule, at)?))
    }

    fn condition(&self, rule: &Map<String, Value>, at: &str) -> Result<Condition, Refusal> {
        needs(rule, at, &["operator"])?;
        let operator = text(rule, at, "operator")?;
        if !OPERATORS.contains(&operator) {
            return Err(
                not_allowed(&path(at, "operator")).with_details(serde_json::json!({"allowedValues": OPERATORS}))
            );
        }
        let (subject, keys) = self.subject(rule, at)?;
        if let Subject::Schema(_) = subject
            && !matches!(operator, "=" | "!=" | "contains")
        {
            return Err(not_allowed(&path(at, "operator")));
        }
        if let Some(Value::Object(value)) = rule.get("value")
            && value.contains_key("context")
        {
            return Err(contextual(&path(at, "value"), value));
        }
        let valueless = matches!(operator, "isEmpty" | "isNotEmpty" | "isExpired" | "isNotExpired");
        if valueless {
            only(rule, at, &[&["operator"], keys].concat())?;
        } else {
            only(rule, at, &[&["operator", "value"], keys].concat())?;
            if !matches!(subject, Subject::Schema(_)) {
                needs(rule, at, &["value"])?;
            }
        }
        let (negated, test) = test(operator, rule.get("value").unwrap_or(&Value::Null), &path(at, "value"))?;
        Ok(Condition { subject, negated, test })
    }

    /// The subject of a rule, and the keys of the rule that define it.
    fn subject(&self, rule: &Map<String, Value>, at: &str) -> Result<(Subject, &'static [&'static str]), Refusal> {
        if let Some(schema) = rule.get("propertySchema") {
            return Ok((Subject::Schema(property_schema(schema, &path(at, "propertySchema"))?), &["propertySchema"]));
        }
        if self.scoped && rule.contains_key("relation") {
            let name = text(rule, at, "relation")?.to_owned();
            let by_title = match rule.get("targetProperty").map(Value::as_str) {
                None | Some(Some("$identifier")) => false,
                Some(Some("$title")) => true,
                Some(_) => return Err(not_allowed(&path(at, "targetProperty"))),
            };
            return Ok((Subject::Relation { name, by_title }, &["relation", "targetProperty"]));
        }
        needs(rule, at, &["property"])?;
        if let Some(Value::Object(property)) = rule.get("property") {
            return Err(contextual(&path(at, "property"), property));
        }
        let name = text(rule, at, "property")?;
        let subject = match (Meta::parse(name), name.starts_with('$')) {
            (Some(meta), _) => Subject::Meta(meta),
            (None, true) => {
                return Err(not_allowed(&path(at, "property")).with_details(serde_json::json!({"property": name})));
            }
            (None, false) => Subject::Property(name.to_owned()),
        };
        Ok((subject, &["property"]))
    }
}

fn test(operator: &str, value: &Value, at: &str) -> Result<(bool, Test), Refusal> {
    Ok(match operator {
        "=" if value.is_object() => (false, Test::Within(range(value, at)?)),
        "=" => (false, Test::Equal(equal(value, at)?)),
        "!=" => (true, Test::Equal(equal(value, at)?)),
        ">" => (false, Test::Compare(Comparison::Above, bound(value, at)?)),
        ">=" => (false, Test::Compare(Comparison::AtLeast, bound(value, at)?)),
        "<" => (false, Test::Compare(Comparison::Below, bound(value, at)?)),
        "<=" => (false, Test::Compare(Comparison::AtMost, bound(value, at)?)),
        "contains" => (false, Test::Contains(contents(value, at)?)),
        "doesNotContains" => (true, Test::Contains(contents(value, at)?)),
        "containsAny" => (false, Test::ContainsAny(one_or_many(value, at)?)),
        "beginsWith" => (false, Test::BeginsWith(string(value, at)?)),
        "doesNotBeginsWith" => (true, Test::BeginsWith(string(value, at)?)),
        "endsWith" => (false, Test::EndsWith(string(value, at)?)),
        "doesNotEndsWith" => (true, Test::EndsWith(string(value, at)?)),
        "in" => (false, Test::In(strings(value, at)?)),
        "notIn" => (true, Test::In(strings(value, at)?)),
        "matchAny" => (false, Test::In(one_or_many(value, at)?)),
        "isEmpty" => (false, Test::Empty),
        "isNotEmpty" => (true, Test::Empty),
        "isExpired" => (false, Test::Expired),
        "isNotExpired" => (true, Test::Expired),
        "between" => (false, Test::Within(range(value, at)?)),
        "notBetween" => (true, Test::Within(range(value, at)?)),
        _ => return Err(not_allowed(at)),
    })
}

fn equal(value: &Value, at: &str) -> Result<Value, Refusal> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(value.clone()),
        Value::Array(_) => Ok(strings(value, at)?.into()),
        Value::Object(_) => Err(must_be("null, string, number, boolean or array", at)),
    }
}

fn bound(value: &Value, at: &str) -> Result<Bound, Refusal> {
    match value {
        Value::Number(number) => Ok(Bound::Number(number.clone())),
        Value::String(text) => Moment::parse(text).map(Bound::Moment).ok_or_else(|| no_moment(at)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(must_be("number or date-time", at)),
    }
}

fn range(value: &Value, at: &str) -> Result<Range, Refusal> {
    let range = object(value, at)?;
    if range.contains_key("preset") {
        only(range, at, &["preset"])?;
        let words = text(range, at, "preset")?;
        let presets = Preset::ALL.map(|(name, _)| name);
        return Preset::parse(words).map(Range::Preset).ok_or_else(|| {
            not_allowed(&path(at, "preset")).with_details(serde_json::json!({"allowedValues": presets}))
        });
    }
    needs(range, at, &["from", "to"])?;
    only(range, at, &["from", "to"])?;
    let end = |key: &str| Moment::parse(text(range, at, key)?).ok_or_else(|| no_moment(&path(at, key)));
    Ok(Range::Between(end("from")?, end("to")?))
}

fn contents(value: &Value, at: &str) -> Result<Vec<Value>, Refusal> {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(vec![value.clone()]),
        Value::Array(_) => Ok(strings(value, at)?.into_iter().map(Value::from).collect()),
        Value::Null | Value::Object(_) => Err(must_be("string, number, boolean or array", at)),
    }
}

fn related(rule: &Map<String, Value>, at: &str) -> Result<Related, Refusal> {
    needs(rule, at, &["value", "blueprint"])?;
    only(rule, at, &["operator", "blueprint", "value", "direction", "required"])?;
    let direction = match rule.get("direction").map(Value::as_str) {
        None => None,
        Some(Some("upstream")) => Some(Direction::Upstream),
        Some(Some("downstream")) => Some(Direction::Downstream),
        Some(_) => return Err(not_allowed(&path(at, "direction"))),
    };
    let required = match rule.get("required") {
        None => None,
        Some(value) => Some(value.as_bool().ok_or_else(|| must_be("boolean", &path(at, "required")))?),
    };
    let identifiers = one_or_many(&rule["value"], &path(at, "value"))?;
    Ok(Related { blueprint: text(rule, at, "blueprint")?.to_owned(), identifiers, direction, required })
}

fn relation_path(rule: &Map<String, Value>, at: &str) -> Result<RelationPath, Refusal> {
    needs(rule, at, &["operator", "value"])?;
    only(rule, at, &["property", "operator", "value"])?;
    if text(rule, at, "operator")? != "matchAny" {
        return Err(not_allowed(&path(at, "operator")).with_details(serde_json::json!({"allowedValues": ["matchAny"]})));
    }
    if let Some(Value::Object(value)) = rule.get("value") {
        return Err(contextual(&path(at, "value"), value));
    }
    let identifiers = one_or_many(&rule["value"], &path(at, "value"))?;
    let at = path(at, "property");
    let property = object(&rule["property"], &at)?;
    only(property, &at, &["path", "fromBlueprint"])?;
    let from_blueprint = match property.contains_key("fromBlueprint") {
        true => Some(text(property, &at, "fromBlueprint")?.to_owned()),
        false => None,
    };
    let at = path(&at, "path");
    let hops = property.get("path").and_then(Value::as_array).ok_or_else(|| must_be("array", &at))?;
    let hops = hops.iter().enumerate().map(|(position, value)| hop(value, &format!("{at}/{position}")));
    let hops = hops.collect::<Result<Vec<_>, _>>()?;
    if hops.is_empty() {
        return Err(Refusal::invalid(format!("\"{at}\" must NOT have fewer than 1 items")));
    }
    if hops.iter().map(|hop| hop.at_most).sum::<usize>() > MAX_HOPS {
        return Err(Refusal::invalid(format!("\"{at}\" must NOT have more than {MAX_HOPS} hops")));
    }
    if hops.iter().filter(|hop| hop.at_most > 1).count() > 1 {
        return Err(Refusal::invalid(format!("\"{at}\" must NOT have more than one \"maxHops\"")));
    }
    Ok(RelationPath { hops, from_blueprint, identifiers })
}

fn hop(value: &Value, at: &str) -> Result<Hop, Refusal> {
    if let Value::String(relation) = value {
        return Ok(Hop { relation: relation.clone(), at_most: 1 });
    }
    let hop = object(value, at)?;
    needs(hop, at, &["relation"])?;
    only(hop, at, &["relation", "maxHops"])?;
    let at_most = match hop.get("maxHops") {
        None => 1,
        Some(value) => {
            let hops = value.as_u64().and_then(|hops| usize::try_from(hops).ok());
            hops.filter(|hops| (1..=MAX_HOPS).contains(hops)).ok_or_else(|| {
                Refusal::invalid(format!("\"{at}/maxHops\" must be a whole number from 1 to {MAX_HOPS}"))
            })?
        }
    };
    Ok(Hop { relation: text(hop, at, "relation")?.to_owned(), at_most })
}

fn property_schema(value: &Value, at: &str) -> Result<PropertySchema, Refusal> {
    let schema = object(value, at)?;
    needs(schema, at, &["type"])?;
    only(schema, at, &["type", "format", "items"])?;
    let (kind, format) = typed(schema, at)?;
    let items = match schema.get("items") {
        None => None,
        Some(items) => {
            let at = path(at, "items");
            let items = object(items, &at)?;
            needs(items, &at, &["type"])?;
            Some(typed(items, &at)?)
        }
    };
    Ok(PropertySchema { kind, format, items })
}

fn typed(schema: &Map<String, Value>, at: &str) -> Result<(String, Option<String>), Refusal> {
    let format = if schema.contains_key("format") { Some(text(schema, at, "format")?.to_owned()) } else { None };
    Ok((text(schema, at, "type")?.to_owned(), format))
}

fn contextual(at: &str, value: &Map<String, Value>) -> Refusal {
    match value.get("context") {
        Some(context) => unsupported(at, &format!("the context {context}: it knows no user who asks")),
        None => must_be("string", at),
    }
}

fn unsupported(at: &str, what: &str) -> Refusal {
    Refusal::invalid(format!("{} cannot be evaluated by the embedded catalog, which is asked for {what}", name(at)))
}

/// `at`: a location such as `query/rules/0`.
fn not_allowed(at: &str) -> Refusal {
    Refusal::invalid(format!("{} must be equal to one of the allowed values", name(at)))
}

fn no_moment(at: &str) -> Refusal {
    Refusal::invalid(format!("{} must match format \"date-time\"", name(at)))
}

fn object<'a>(value: &'a Value, at: &str) -> Result<&'a Map<String, Value>, Refusal> {
    value.as_object().ok_or_else(|| must_be("object", at))
}

fn text<'a>(map: &'a Map<String, Value>, at: &str, key: &str) -> Result<&'a str, Refusal> {
    map.get(key).and_then(Value::as_str).ok_or_else(|| must_be("string", &path(at, key)))
}

fn string(value: &Value, at: &str) -> Result<String, Refusal> {
    value.as_str().map(str::to_owned).ok_or_else(|| must_be("string", at))
}

fn strings(value: &Value, at: &str) -> Result<Vec<String>, Refusal> {
    let items = value.as_array().ok_or_else(|| must_be("array", at))?;
    items.iter().enumerate().map(|(position, item)| string(item, &format!("{at}/{position}"))).collect()
}

fn one_or_many(value: &Value, at: &str) -> Result<Vec<String>, Refusal> {
    match value {
        Value::String(one) => Ok(vec![one.clone()]),
        Value::Array(_) => strings(value, at),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Err(must_be("string or array", at)),
    }
}
