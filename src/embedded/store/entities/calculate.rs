//! Evaluates calculation properties: jq expressions over an entity as it is returned. An expression that fails, or does too
//! much, gives null; the entity can be read all the same.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::members::damaged;
use crate::catalog::wire::Refusal;
use crate::domain::value::timestamp::Moment;
use crate::embedded::store::compiled_blueprint::Calculation;
use crate::embedded::store::error::Failure;
use crate::embedded::store::time_limit::Search;
use crate::jq::{self, Env, Limits};

/// The name and the value of a computed property.
pub(super) type Computed = (Box<str>, Box<RawValue>);

/// What one expression may do for one entity: some milliseconds.
const LIMITS: Limits = Limits { steps: 100_000, bytes: 4 << 20 };

/// The name and the value of each of `calculations`.
pub(super) fn calculate<'c>(
    calculations: impl Iterator<Item = &'c Calculation>,
    entity: &RawValue,
    now: Moment,
) -> Result<Vec<Computed>, Failure> {
    let entity: Value = serde_json::from_str(entity.get()).map_err(|error| damaged(&error))?;
    let input = jq::Value::from_json(&entity);
    // A catalog has no environment that its users may read.
    let env = Env::new(&BTreeMap::new(), now.0 as f64 / 1000.0);
    let _limited = Search::begin();
    let mut values = Vec::new();
    for calculation in calculations {
        if Search::is_over() {
            return Err(Refusal::invalid(
                "the calculation properties take too long for the entities of one page: ask for fewer entities at a time, or \
                 leave out what is computed with `exclude_calculated_properties=true`",
            )
            .into());
        }
        let output =
            calculation.program.as_ref().and_then(|program| program.first(&input, &env, &LIMITS).ok().flatten());
        let value = output.and_then(|output| output.to_json()).unwrap_or_default();
        values.push((calculation.name.clone(), to_raw_value(&value).map_err(|error| damaged(&error))?));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::embedded::store::compiled_blueprint::CompiledBlueprint;

    fn calculated(expression: &str) -> Value {
        let body = json!({
            "identifier": "service", "schema": {"properties": {}},
            "calculationProperties": {"c": {"calculation": expression, "type": "string"}},
        });
        let compiled = CompiledBlueprint::new(1, 1, false, body).expect("it is a blueprint");
        let entity = json!({
            "identifier": "cart", "title": "Cart", "team": ["shop"], "relations": {"system": "buying"},
            "properties": {"language": "go", "replicas": 3, "unset": null},
        });
        let entity = to_raw_value(&entity).expect("it is JSON");
        let values =
            calculate(compiled.calculations.iter(), &entity, Moment::from_seconds(1_000)).expect("it is in time");
        serde_json::from_str(values[0].1.get()).expect("it is JSON")
    }

    #[test]
    fn an_expression_sees_the_whole_entity() {
        for (expression, expected) in [
            (".properties.language + \"-\" + .identifier", json!("go-cart")),
            (".properties.replicas * 2", json!(6)),
            (".relations.system, .team", json!("buying")),
            ("if .properties.unset == null then \"none\" else .properties.unset end", json!("none")),
            ("now", json!(1000)),
            ("env", json!({})),
        ] {
            assert_eq!(calculated(expression), expected, "{expression}");
        }
    }

    #[test]
    fn what_fails_or_never_ends_gives_null() {
        for expression in
            [".properties.language | tonumber", "empty", "][", "[range(1e9)] | length", "nan", "error(\"x\")"]
        {
            assert_eq!(calculated(expression), Value::Null, "{expression}");
        }
    }
}
