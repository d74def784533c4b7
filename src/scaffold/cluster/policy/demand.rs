//! Translates the schema of a property into what CEL demands of its value. A demand may pass what the catalog refuses, and
//! then a note says so; it never refuses what the catalog accepts.

use serde_json::{Map, Value as Json};

use super::cel::{self, Condition};
use super::text_format::format_test;
use crate::domain::value::pattern::{Re2Error, to_re2};
use crate::scaffold::cluster::yaml::one_line;

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
    depth: usize,
}

impl Place {
    pub fn of_property(name: &str) -> Self {
        let value = format!("variables.properties[{}]", cel::text(name));
        Self { value, cost: 4, name: format!("property `{}`", one_line(name)), depth: 0 }
    }

    fn inside(&self, value: String, cost: u64, name: String) -> Self {
        Self { value, cost, name, depth: self.depth + 1 }
    }
}

/// The maximum nesting of values that are judged.
const MAX_DEPTH: usize = 8;
/// The maximum length of a text that is matched with a pattern, in characters.
const MAX_MATCHED: u64 = 10_000;
/// What a loop costs for each of its elements, besides its body.
const LOOP_COST: u64 = 6;
/// A list or map is judged up to this many elements.
const MAX_ELEMENTS: u64 = 20_000;
/// With fewer elements or characters than this, a demand would judge too little to be useful.
const MIN_JUDGED: u64 = 16;

/// Keywords that are not translated.
const UNSUPPORTED: [&str; 4] = ["dependencies", "additionalItems", "contentEncoding", "contentMediaType"];

/// Translates schemas, and notes what has no equal in CEL.
#[derive(Debug, Default)]
pub(super) struct Translator {
    pub notes: Vec<String>,
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
    fn note(&mut self, place: &Place, what: &str) -> bool {
        let note = format!("{}: {what}", place.name);
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        false
    }

    /// All demands of a schema as one condition; `None` if it accepts everything.
    fn whole(&mut self, schema: &Json, place: &Place, budget: u64) -> Option<Condition> {
        let notes = self.notes.len();
        let conditions = self.demands(schema, place, budget).into_iter().map(|demand| demand.condition).collect();
        let mut whole = Condition::joined(conditions, " && ");
        if self.notes.len() > notes {
            whole = whole.map(|condition| Condition { is_exact: false, ..condition });
        }
        whole
    }

    /// Whether the whole schema can be translated and negated; without notes if it cannot.
    fn exact(&mut self, schema: &Json, place: &Place, budget: u64) -> Option<Condition> {
        let notes = self.notes.len();
        let whole = self.whole(schema, place, budget);
        let is_noted = self.notes.len() > notes;
        self.notes.truncate(notes);
        let whole = whole.unwrap_or_else(|| Condition::exact("true".to_owned(), 0));
        (whole.is_exact && !is_noted).then_some(whole)
    }

    fn of_any(&mut self, schema: &Map<String, Json>, place: &Place, demands: &mut Vec<Demand>) {
        let (value, cost) = (&place.value, place.cost);
        let types: Vec<&str> = match schema.get("type") {
            Some(Json::String(name)) => vec![name],
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
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

    fn of_text(&mut self, schema: &Map<String, Json>, place: &Place, budget: u64, demands: &mut Vec<Demand>) {
        let (value, cost) = (&place.value, 2 * place.cost + 4);
        for (keyword, operator, words) in [("minLength", ">=", "at least"), ("maxLength", "<=", "at most")] {
            let Some(bound) = schema.get(keyword).and_then(whole_number) else { continue };
            let condition = format!("type({value}) != string || size({value}) {operator} {bound}");
            let message = format!("must have {words} {}", counted(bound, "character"));
            demands.push(demand(place, Condition::exact(condition, cost), &message));
        }
        if let Some(pattern) = schema.get("pattern").and_then(Json::as_str) {
            match to_re2(pattern) {
                Ok(regex) => {
                    let test = format!("{value}.matches(r\"{regex}\")");
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

    fn push_or_note(
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

    fn of_number(&mut self, schema: &Map<String, Json>, place: &Place, demands: &mut Vec<Demand>) {
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

    fn of_list(&mut self, schema: &Map<String, Json>, place: &Place, budget: u64, demands: &mut Vec<Demand>) {
        let value = &place.value;
        let guard = format!("type({value}) != list");
        for (keyword, operator, words) in [("minItems", ">=", "at least"), ("maxItems", "<=", "at most")] {
            let Some(bound) = schema.get(keyword).and_then(whole_number) else { continue };
            let condition =
                Condition::exact(format!("{guard} || size({value}) {operator} {bound}"), 2 * place.cost + 4);
            demands.push(demand(place, condition, &format!("must have {words} {}", counted(bound, "item"))));
        }
        if schema.get("uniqueItems") == Some(&Json::Bool(true)) {
            demands.push(demand(place, unique(schema, place, budget), "must not have an item twice"));
        }
        match schema.get("items") {
            Some(Json::Array(_)) => _ = self.note(place, "items by position"),
            Some(items) => {
                let variable = format!("item{}", place.depth + 1);
                let inner = place.inside(variable.clone(), 1, format!("every item of {}", place.name));
                for item in self.demands(items, &inner, inner_budget(place, budget)) {
                    let each = Elements { place, guard: &guard, variable: &variable, macro_name: "all" };
                    let condition = each.condition(&item.condition, budget);
                    self.push_inner(condition, &inner, item.message, demands);
                }
            }
            None => {}
        }
        if let Some(contains) = schema.get("contains") {
            let variable = format!("item{}", place.depth + 1);
            let inner = place.inside(variable.clone(), 1, format!("an item of {}", place.name));
            if let Some(whole) = self.whole(contains, &inner, inner_budget(place, budget)) {
                let some = Elements { place, guard: &guard, variable: &variable, macro_name: "exists" };
                let condition = some.condition(&whole, budget);
                self.push_or_note(
                    condition,
                    place,
                    "must have an item that its schema asks for",
                    "`contains`",
                    demands,
                );
            }
        }
    }

    fn push_inner(&mut self, condition: Option<Condition>, inner: &Place, message: String, demands: &mut Vec<Demand>) {
        match condition {
            Some(condition) => demands.push(Demand { condition, message, found: String::new() }),
            None => _ = self.note(inner, "a part that is too costly"),
        }
    }

    fn of_object(&mut self, schema: &Map<String, Json>, place: &Place, budget: u64, demands: &mut Vec<Demand>) {
        let value = &place.value;
        let guard = format!("type({value}) != map");
        let none = Map::new();
        let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&none);
        for key in schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            let condition = Condition::exact(format!("{guard} || {} in {value}", cel::text(key)), 2 * place.cost + 4);
            demands.push(demand(place, condition, &format!("must have `{}`", one_line(key))));
        }
        for (keyword, operator, words) in [("minProperties", ">=", "at least"), ("maxProperties", "<=", "at most")] {
            let Some(bound) = schema.get(keyword).and_then(whole_number) else { continue };
            let condition =
                Condition::exact(format!("{guard} || size({value}) {operator} {bound}"), 2 * place.cost + 4);
            demands.push(demand(place, condition, &format!("must have {words} {}", counted(bound, "entry"))));
        }
        for (key, schema) in properties {
            let literal = cel::text(key);
            let name = format!("`{}` of {}", one_line(key), place.name);
            let inner = place.inside(format!("{value}[{literal}]"), place.cost + 1, name);
            for member in self.demands(schema, &inner, budget.saturating_sub(3 * place.cost + 8)) {
                let condition = Condition {
                    text: format!("{guard} || !({literal} in {value}) || ({})", member.condition.text),
                    cost: member.condition.cost + 2 * place.cost + 6,
                    ..member.condition
                };
                demands.push(Demand { condition, message: member.message, found: String::new() });
            }
        }
        self.of_keys(schema, place, budget, demands);
    }

    /// The keywords about every key, or about those that are not named.
    fn of_keys(&mut self, schema: &Map<String, Json>, place: &Place, budget: u64, demands: &mut Vec<Demand>) {
        let value = &place.value;
        let guard = format!("type({value}) != map");
        let variable = format!("key{}", place.depth + 1);
        let each = Elements { place, guard: &guard, variable: &variable, macro_name: "all" };
        let member =
            place.inside(format!("{value}[{variable}]"), place.cost + 2, format!("every entry of {}", place.name));
        let inner = inner_budget(place, budget);
        let mut known = Vec::new();
        let mut is_judged = true;
        let named = schema.get("properties").and_then(Json::as_object);
        if let Some(named) = named.filter(|named| !named.is_empty()) {
            let condition = format!("{variable} in {}", cel::texts(named.keys().map(String::as_str)));
            known.push(Condition::exact(condition, named.len() as u64 + 2));
        }
        for (pattern, schema) in schema.get("patternProperties").and_then(Json::as_object).into_iter().flatten() {
            let Ok(regex) = to_re2(pattern) else {
                is_judged = self.note(place, &format!("the keys `{}`", one_line(pattern)));
                continue;
            };
            // Keys are short; a long one passes.
            let cost = match_cost(100, regex.len()) + 8;
            let test = format!("size({variable}) <= 100 && {variable}.matches(r\"{regex}\")");
            for demanded in self.demands(schema, &member, inner.saturating_sub(cost)) {
                let condition = Condition {
                    text: format!("!({test}) || ({})", demanded.condition.text),
                    cost: demanded.condition.cost + cost,
                    is_exact: false,
                };
                self.push_inner(each.condition(&condition, budget), &member, demanded.message, demands);
            }
            let condition = format!("size({variable}) > 100 || {variable}.matches(r\"{regex}\")");
            known.push(Condition { is_exact: false, ..Condition::exact(condition, cost) });
        }
        if let Some(names) = schema.get("propertyNames") {
            let key = place.inside(variable.clone(), 1, format!("every key of {}", place.name));
            for demanded in self.demands(names, &key, inner) {
                self.push_inner(each.condition(&demanded.condition, budget), &key, demanded.message, demands);
            }
        }
        let additional = match schema.get("additionalProperties") {
            Some(additional) if is_judged => additional,
            Some(_) => {
                self.note(place, "its other keys");
                return;
            }
            None => return,
        };
        let known = Condition::joined(known, " || ").unwrap_or_else(|| Condition::exact("false".to_owned(), 0));
        if additional == &Json::Bool(false) {
            let condition = each.condition(&known, budget);
            self.push_or_note(condition, place, "must have no other entries", "its other keys", demands);
            return;
        }
        for demanded in self.demands(additional, &member, inner.saturating_sub(known.cost)) {
            let condition = Condition {
                text: format!("{} || ({})", known.text, demanded.condition.text),
                cost: demanded.condition.cost + known.cost,
                is_exact: demanded.condition.is_exact && known.is_exact,
            };
            self.push_inner(each.condition(&condition, budget), &member, demanded.message, demands);
        }
    }

    fn of_alternatives(&mut self, schema: &Map<String, Json>, place: &Place, budget: u64, demands: &mut Vec<Demand>) {
        let list = |keyword: &str| schema.get(keyword).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        for all in list("allOf") {
            demands.extend(self.demands(all, place, budget));
        }
        self.any_of(list("anyOf"), place, budget, demands);
        let one_of = list("oneOf");
        if !one_of.is_empty() {
            let exact: Option<Vec<Condition>> = one_of.iter().map(|one| self.exact(one, place, budget)).collect();
            match exact {
                Some(conditions) => {
                    let texts: Vec<&str> = conditions.iter().map(|condition| condition.text.as_str()).collect();
                    let cost = conditions.iter().map(|condition| condition.cost + LOOP_COST).sum::<u64>() + 30;
                    let text = format!("[{}].filter(is_met, is_met).size() == 1", texts.join(", "));
                    demands.push(demand(place, Condition::exact(text, cost), "must have exactly one of its forms"));
                }
                None => {
                    self.note(place, "that only one of its forms (`oneOf`) may fit");
                    self.any_of(one_of, place, budget, demands);
                }
            }
        }
        if let Some(not) = schema.get("not") {
            match self.exact(not, place, budget) {
                Some(condition) => {
                    let text = format!("!({})", condition.text);
                    demands.push(demand(
                        place,
                        Condition { text, ..condition },
                        "must not have the form that is excluded",
                    ));
                }
                None => _ = self.note(place, "the form that is excluded (`not`)"),
            }
        }
        self.conditional(schema, place, budget, demands);
    }

    fn any_of(&mut self, forms: &[Json], place: &Place, budget: u64, demands: &mut Vec<Demand>) {
        let mut conditions = Vec::new();
        for form in forms {
            // A form without a condition accepts everything.
            let Some(condition) = self.whole(form, place, budget) else { return };
            conditions.push(condition);
        }
        let joined = Condition::joined(conditions, " || ");
        demands.extend(joined.map(|condition| demand(place, condition, "must have one of its forms")));
    }

    fn conditional(&mut self, schema: &Map<String, Json>, place: &Place, budget: u64, demands: &mut Vec<Demand>) {
        let Some(test) = schema.get("if") else { return };
        let Some(test) = self.exact(test, place, budget) else {
            self.note(place, "what depends on another value (`if`)");
            return;
        };
        for (keyword, negation) in [("then", "!"), ("else", "")] {
            let Some(branch) = schema.get(keyword) else { continue };
            for one in self.demands(branch, place, budget.saturating_sub(test.cost)) {
                let condition = Condition {
                    text: format!("{negation}({}) || ({})", test.text, one.condition.text),
                    cost: one.condition.cost + test.cost,
                    ..one.condition
                };
                demands.push(Demand { condition, ..one });
            }
        }
    }
}

/// A loop over the items of a list or the keys of a map.
struct Elements<'a> {
    place: &'a Place,
    /// True for other values.
    guard: &'a str,
    variable: &'a str,
    macro_name: &'static str,
}

impl Elements<'_> {
    /// The loop; a value with more elements than the budget allows passes. `None`: the budget allows too few.
    fn condition(&self, inner: &Condition, budget: u64) -> Option<Condition> {
        let Self { place, guard, variable, macro_name } = self;
        let own = 3 * place.cost + 10;
        let most = (budget.saturating_sub(own) / (inner.cost + LOOP_COST)).min(MAX_ELEMENTS);
        if most < MIN_JUDGED {
            return None;
        }
        let value = &place.value;
        let text = format!("{guard} || size({value}) > {most} || {value}.{macro_name}({variable}, {})", inner.text);
        Some(Condition { text, cost: own + most * (inner.cost + LOOP_COST), is_exact: false })
    }
}

/// The budget of the body of a loop.
fn inner_budget(place: &Place, budget: u64) -> u64 {
    budget / if place.depth == 0 { 400 } else { 30 }
}

/// Comparing each item with all others is quadratic, so only short lists are judged.
fn unique(schema: &Map<String, Json>, place: &Place, budget: u64) -> Condition {
    let value = &place.value;
    let item_type = schema.get("items").and_then(|items| items.get("type")).and_then(Json::as_str);
    let is_scalar = item_type.is_some_and(|name| ["string", "number", "integer", "boolean"].contains(&name));
    let (items, characters) = ((budget / 40).min(1000), budget / 2);
    let (bound, cost) = match is_scalar {
        // What a comparison costs depends on the characters, of up to four bytes.
        true => (
            format!(
                "size({value}) > {items} || \
                 size({value}) * {value}.map(item, type(item) == string ? size(item) : 1).sum() > {characters}"
            ),
            characters * 4 / 5 + items * 14 + 40,
        ),
        false => (format!("size({value}) > 30"), 2_000),
    };
    let test = format!("{value}.all(item, {value}.indexOf(item) == {value}.lastIndexOf(item))");
    let text = format!("type({value}) != list || size({value}) < 2 || {bound} || {test}");
    Condition { text, cost, is_exact: false }
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

/// What Kubernetes charges for a match. A text has at most as many bytes as it counts, four for each character.
fn match_cost(characters: u64, regex_length: usize) -> u64 {
    (characters / 10 + 2) * ((regex_length as u64).div_ceil(4) + 1)
}

fn demand(place: &Place, condition: Condition, words: &str) -> Demand {
    Demand { condition, message: format!("{} {words}", place.name), found: String::new() }
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

fn counted(bound: u64, noun: &str) -> String {
    crate::text::plural::count(usize::try_from(bound).unwrap_or(usize::MAX), noun)
}

/// A length or a count; JSON Schema allows `2.0`.
fn whole_number(bound: &Json) -> Option<u64> {
    bound
        .as_u64()
        .or_else(|| bound.as_f64().filter(|bound| *bound >= 0.0 && bound.fract() == 0.0).map(|bound| bound as u64))
}
