//! What a schema demands of a text, a number, or any value: types, choices, patterns, formats and bounds.

use serde_json::{Map, Value as Json};

use super::cel::{self, Condition, MIN_JUDGED, match_cost};
use super::demand::{Demand, Place, Translator, demand, size_demands};
use super::text_format::format_test;
use crate::domain::value::pattern::{Re2Error, to_re2};
use crate::scaffold::cluster::yaml::one_line;

/// The maximum length of a text that is matched with a pattern, in characters.
const MAX_MATCHED: u64 = 10_000;

impl Translator {
    pub(super) fn of_any(&mut self, schema: &Map<String, Json>, place: &Place, demands: &mut Vec<Demand>) {
        let (value, cost) = (&place.value, place.cost);
        let types: Vec<&str> = match schema.get("type") {
            Some(Json::String(name)) => vec![name],
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_)) | None => Vec::new(),
        };
        if !types.is_empty() {
            let tests: Vec<String> = types.iter().map(|name| type_test(name, value)).collect();
            let words: Vec<&str> = types.iter().map(|name| type_words(name)).collect();
            let condition = Condition::exact(tests.join(" || "), (2 * cost + 6) * types.len() as u64);
            demands.push(demand(place, condition, &format!("must be {}", words.join(" or "))));
        }
        if let Some(choices) = schema.get("enum").and_then(Json::as_array) {
            let condition =
                Condition::exact(format!("{value} in {}", cel::list(choices)), cost + choices.len() as u64 + 2);
            let mut one = demand(place, condition, &format!("must be {}", choice_words(choices)));
            if place.depth == 0 && choices.iter().all(Json::is_string) {
                one.found =
                    format!("type({value}) == string && size({value}) <= 60 ? \", found `\" + {value} + \"`\" : \"\"");
            }
            demands.push(one);
        }
        if let Some(constant) = schema.get("const") {
            let condition = Condition::exact(format!("{value} == {}", cel::literal(constant)), cost + 100);
            demands.push(demand(place, condition, &format!("must be {}", shown(constant))));
        }
    }

    pub(super) fn of_text(
        &mut self,
        schema: &Map<String, Json>,
        place: &Place,
        budget: u64,
        demands: &mut Vec<Demand>,
    ) {
        let value = &place.value;
        demands.extend(size_demands(schema, place, "string", ["minLength", "maxLength"], "character"));
        if let Some(pattern) = schema.get("pattern").and_then(Json::as_str) {
            match to_re2(pattern) {
                Ok(regex) => {
                    let test = format!("{value}.matches({})", cel::raw(&regex));
                    let message = format!("must match the pattern `{}`", one_line(pattern));
                    let extent = Extent { test_cost: place.cost, regex_length: regex.len() };
                    let condition = bounded_match(place, &test, extent, budget);
                    self.push_or_note(condition, place, &message, "its pattern, which is too costly", demands);
                }
                Err(error) => _ = self.note(place, &pattern_note(pattern, error)),
            }
        }
        if let Some(format) = schema.get("format").and_then(Json::as_str) {
            match format_test(format, value) {
                Some(Some(test)) => {
                    let message = format!("must be {}", test.words);
                    let extent = Extent { test_cost: place.cost * test.uses, regex_length: test.regex_length };
                    let condition = bounded_match(place, &test.text, extent, budget);
                    self.push_or_note(condition, place, &message, "its format, which is too costly", demands);
                }
                Some(None) => _ = self.note(place, &format!("the format `{}`", one_line(format))),
                None => {}
            }
        }
    }

    pub(super) fn of_number(&mut self, schema: &Map<String, Json>, place: &Place, demands: &mut Vec<Demand>) {
        let value = &place.value;
        let no_number = format!("(type({value}) != int && type({value}) != double)");
        let found = format!("type({value}) == int || type({value}) == double ? \", found \" + string({value}) : \"\"");
        for (keyword, operator, words) in [
            ("minimum", ">=", "at least"),
            ("maximum", "<=", "at most"),
            ("exclusiveMinimum", ">", "greater than"),
            ("exclusiveMaximum", "<", "less than"),
        ] {
            let Some(bound) = schema.get(keyword).filter(|bound| bound.is_number()) else { continue };
            let condition = format!("{no_number} || {value} {operator} {}", cel::literal(bound));
            let mut one =
                demand(place, Condition::exact(condition, 3 * place.cost + 8), &format!("must be {words} {bound}"));
            if place.depth == 0 {
                one.found = found.clone();
            }
            demands.push(one);
        }
        let Some(multiple) = schema.get("multipleOf") else { return };
        match multiple.as_i64().filter(|multiple| *multiple > 0) {
            Some(multiple) => {
                // A double beyond the integers is a multiple of nearly everything.
                let of_double = format!(
                    "({} || int({value}) % {multiple} == 0 && {value} == double(int({value})))",
                    is_huge(value)
                );
                let condition =
                    format!("{no_number} || (type({value}) == int ? {value} % {multiple} == 0 : {of_double})");
                let condition = Condition { is_exact: false, ..Condition::exact(condition, 8 * place.cost + 20) };
                demands.push(demand(place, condition, &format!("must be a multiple of {multiple}")));
            }
            None => _ = self.note(place, &format!("`multipleOf: {multiple}`")),
        }
    }
}

struct Extent {
    test_cost: u64,
    /// The sum over all patterns.
    regex_length: usize,
}

/// A test of a text by patterns; longer texts than the budget allows pass.
fn bounded_match(place: &Place, test: &str, extent: Extent, budget: u64) -> Option<Condition> {
    let Place { value, cost, .. } = place;
    let own = 2 * cost + extent.test_cost + 20;
    let for_ten = (extent.regex_length as u64).div_ceil(4) + 2;
    let most = (budget.saturating_sub(own) / for_ten).saturating_sub(2).saturating_mul(10).min(MAX_MATCHED);
    if most < MIN_JUDGED {
        return None;
    }
    let text = format!("type({value}) != string || size({value}) > {most} || {test}");
    Some(Condition { text, cost: own + match_cost(most, extent.regex_length), is_exact: false })
}

fn type_test(name: &str, value: &str) -> String {
    match name {
        "number" => format!("type({value}) == int || type({value}) == double"),
        "integer" => format!(
            "type({value}) == int || (type({value}) == double && ({} || {value} == double(int({value}))))",
            is_huge(value)
        ),
        "boolean" => format!("type({value}) == bool"),
        "array" => format!("type({value}) == list"),
        "object" => format!("type({value}) == map"),
        "null" => format!("{value} == null"),
        _ => format!("type({value}) == string"),
    }
}

/// Whether a number is beyond the integers of CEL, and so whole.
fn is_huge(value: &str) -> String {
    format!("{value} >= 9.2e18 || {value} <= -9.2e18")
}

fn type_words(name: &str) -> &'static str {
    match name {
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        "null" => "null",
        _ => "a string; quote it if YAML reads it otherwise",
    }
}

fn choice_words(choices: &[Json]) -> String {
    const MOST: usize = 20;
    let words: Vec<String> = choices.iter().take(MOST).map(shown).collect();
    let more = if choices.len() > MOST { ", ..." } else { "" };
    match words.as_slice() {
        [one] => one.clone(),
        several => format!("one of {}{more}", several.join(", ")),
    }
}

fn shown(value: &Json) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let short: String = one_line(&text).chars().take(60).collect();
    format!("`{short}`")
}

fn pattern_note(pattern: &str, error: Re2Error) -> String {
    let why = match error {
        Re2Error::Broken => "is not a regular expression",
        Re2Error::LookAround => "looks ahead or behind",
        Re2Error::BackReference => "refers back to a group",
        Re2Error::TooLarge => "is too large",
    };
    let short: String = one_line(pattern).chars().take(60).collect();
    format!("the pattern `{short}`, which {why}")
}
