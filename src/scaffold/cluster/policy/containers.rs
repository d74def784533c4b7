//! What a schema demands of a list or an object: their sizes, and every item, key and entry.

use serde_json::{Map, Value as Json};

use super::cel::{self, Condition, LOOP_COST, MIN_JUDGED, match_cost};
use super::demand::{Demand, Place, Translator, demand, size_demands};
use crate::domain::value::pattern::to_re2;
use crate::scaffold::cluster::yaml::one_line;

/// A list or map is judged up to this many elements.
const MAX_ELEMENTS: u64 = 20_000;

impl Translator {
    pub(super) fn of_list(
        &mut self,
        schema: &Map<String, Json>,
        place: &Place,
        budget: u64,
        demands: &mut Vec<Demand>,
    ) {
        let guard = format!("type({}) != list", place.value);
        demands.extend(size_demands(schema, place, "list", ["minItems", "maxItems"], "item"));
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

    pub(super) fn of_object(
        &mut self,
        schema: &Map<String, Json>,
        place: &Place,
        budget: u64,
        demands: &mut Vec<Demand>,
    ) {
        let value = &place.value;
        let guard = format!("type({value}) != map");
        for key in schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            let condition = Condition::exact(format!("{guard} || {} in {value}", cel::text(key)), 2 * place.cost + 4);
            demands.push(demand(place, condition, &format!("must have `{}`", one_line(key))));
        }
        demands.extend(size_demands(schema, place, "map", ["minProperties", "maxProperties"], "entry"));
        for (key, schema) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
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
            let matches = format!("{variable}.matches({})", cel::raw(&regex));
            let test = format!("size({variable}) <= 100 && {matches}");
            for demanded in self.demands(schema, &member, inner.saturating_sub(cost)) {
                let condition = Condition {
                    text: format!("!({test}) || ({})", demanded.condition.text),
                    cost: demanded.condition.cost + cost,
                    is_exact: false,
                };
                self.push_inner(each.condition(&condition, budget), &member, demanded.message, demands);
            }
            let condition = format!("size({variable}) > 100 || {matches}");
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
