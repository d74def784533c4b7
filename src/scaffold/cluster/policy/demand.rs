//! Translates the schema of a property into what CEL demands of its value. A demand may pass what the catalog refuses, and
//! then a note says so; it never refuses what the catalog accepts.

use serde_json::{Map, Value as Json};

use super::cel::{self, Condition};
use crate::scaffold::cluster::yaml::one_line;
use crate::text::plural::count;

/// One requirement on a value, with its own message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Demand {
    pub condition: Condition,
    /// What the value must be, as a sentence without its end.
    pub message: String,
    /// An expression that adds the value to the message; empty if the message says enough.
    pub found: String,
}

/// Where a value is: an expression that yields it, and its name in messages.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub value: String,
    /// What evaluating `value` costs.
    pub cost: u64,
    pub name: String,
    pub depth: usize,
}

impl Place {
    pub fn of_property(name: &str) -> Self {
        let value = format!("variables.properties[{}]", cel::text(name));
        Self { value, cost: 4, name: format!("property `{}`", one_line(name)), depth: 0 }
    }

    pub(super) fn inside(&self, value: String, cost: u64, name: String) -> Self {
        Self { value, cost, name, depth: self.depth + 1 }
    }
}

/// The maximum nesting of values that are judged.
const MAX_DEPTH: usize = 8;

/// Keywords that are not translated.
const UNSUPPORTED: [&str; 4] = ["dependencies", "additionalItems", "contentEncoding", "contentMediaType"];

/// Translates schemas, and notes what has no equal in CEL.
#[derive(Debug, Default)]
pub(super) struct Translator {
    pub notes: Vec<String>,
    /// How often something was noted. A note is kept once, although it may be true of several schemas.
    noted: usize,
}

impl Translator {
    /// What a schema demands of the value at a place. No demand costs more than the budget.
    pub fn demands(&mut self, schema: &Json, place: &Place, budget: u64) -> Vec<Demand> {
        let mut demands = Vec::new();
        let schema = match schema {
            Json::Object(schema) => schema,
            Json::Bool(false) => {
                demands.push(demand(place, Condition::exact("false".to_owned(), 0), "is not allowed"));
                return demands;
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => return demands,
        };
        if schema.contains_key("$ref") {
            self.note(place, "the reference `$ref`");
            return demands;
        }
        if place.depth > MAX_DEPTH {
            self.note(place, "its parts, which are nested too deep");
            return demands;
        }
        for keyword in UNSUPPORTED.iter().filter(|keyword| schema.contains_key(**keyword)) {
            self.note(place, &format!("the keyword `{keyword}`"));
        }
        self.of_any(schema, place, &mut demands);
        self.of_text(schema, place, budget, &mut demands);
        self.of_number(schema, place, &mut demands);
        self.of_list(schema, place, budget, &mut demands);
        self.of_object(schema, place, budget, &mut demands);
        self.of_alternatives(schema, place, budget, &mut demands);
        demands.retain(|demand| demand.condition.cost <= budget || self.note(place, "a part that is too costly"));
        demands
    }

    /// Returns false, for use where something is dropped.
    pub(super) fn note(&mut self, place: &Place, what: &str) -> bool {
        self.noted += 1;
        let note = format!("{}: {what}", place.name);
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        false
    }

    /// All demands of a schema as one condition; `None` if it accepts everything.
    pub(super) fn whole(&mut self, schema: &Json, place: &Place, budget: u64) -> Option<Condition> {
        let noted = self.noted;
        let conditions = self.demands(schema, place, budget).into_iter().map(|demand| demand.condition).collect();
        let mut whole = Condition::joined(conditions, " && ");
        if self.noted > noted {
            whole = whole.map(|condition| Condition { is_exact: false, ..condition });
        }
        whole
    }

    /// Whether the whole schema can be translated and negated; without notes if it cannot.
    pub(super) fn exact(&mut self, schema: &Json, place: &Place, budget: u64) -> Option<Condition> {
        let (notes, noted) = (self.notes.len(), self.noted);
        let whole = self.whole(schema, place, budget);
        let is_noted = self.noted > noted;
        self.notes.truncate(notes);
        let whole = whole.unwrap_or_else(|| Condition::exact("true".to_owned(), 0));
        (whole.is_exact && !is_noted).then_some(whole)
    }

    pub(super) fn push_or_note(
        &mut self,
        condition: Option<Condition>,
        place: &Place,
        message: &str,
        otherwise: &str,
        demands: &mut Vec<Demand>,
    ) {
        match condition {
            Some(condition) => demands.push(demand(place, condition, message)),
            None => _ = self.note(place, otherwise),
        }
    }
}

pub(super) fn demand(place: &Place, condition: Condition, words: &str) -> Demand {
    Demand { condition, message: format!("{} {words}", place.name), found: String::new() }
}

/// The bounds of the size of a text, a list or a map, by the keywords of the least and the greatest.
pub(super) fn size_demands(
    schema: &Map<String, Json>,
    place: &Place,
    cel_type: &str,
    [least, most]: [&str; 2],
    noun: &str,
) -> Vec<Demand> {
    let value = &place.value;
    let mut demands = Vec::new();
    for (keyword, operator, words) in [(least, ">=", "at least"), (most, "<=", "at most")] {
        let Some(bound) = schema.get(keyword).and_then(whole_number) else { continue };
        let text = format!("type({value}) != {cel_type} || size({value}) {operator} {bound}");
        let counted = count(usize::try_from(bound).unwrap_or(usize::MAX), noun);
        let condition = Condition::exact(text, 2 * place.cost + 4);
        demands.push(demand(place, condition, &format!("must have {words} {counted}")));
    }
    demands
}

/// A length or a count; JSON Schema allows `2.0`.
fn whole_number(bound: &Json) -> Option<u64> {
    bound
        .as_u64()
        .or_else(|| bound.as_f64().filter(|bound| *bound >= 0.0 && bound.fract() == 0.0).map(|bound| bound as u64))
}
