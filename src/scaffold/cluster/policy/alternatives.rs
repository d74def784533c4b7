//! What a schema demands by other schemas: all, any, one or none of them, or one that depends on another.

use serde_json::{Map, Value as Json};

use super::cel::{Condition, LOOP_COST};
use super::demand::{Demand, Place, Translator, demand};

impl Translator {
    pub(super) fn of_alternatives(
        &mut self,
        schema: &Map<String, Json>,
        place: &Place,
        budget: u64,
        demands: &mut Vec<Demand>,
    ) {
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
