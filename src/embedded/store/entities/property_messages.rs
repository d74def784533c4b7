//! Words the problem of a property's value as the platform does (Ajv's messages).

use serde_json::Value;

use crate::domain::blueprint::property_validator::{
    JsonValidator, NumberLimit, PropertyProblem, SizeLimit, SizeUnit, Violation,
};

/// The message of the problem that the platform reports; `None` if the value of property `name` fits.
pub(super) fn mismatch(validator: &JsonValidator, name: &str, value: &Value) -> Option<String> {
    let mut problems = validator.problems(value);
    let first = problems.next()?;
    // A value of the wrong type also violates other keywords; only the type error is reported.
    let problem =
        if first.is_wrong_type() { first } else { problems.find(PropertyProblem::is_wrong_type).unwrap_or(first) };
    Some(format!("\"properties/{name}{}\" {}", problem.path.pointer(), describe(&problem.violation)))
}

fn describe(violation: &Violation) -> String {
    match violation {
        Violation::Type { expected } => format!("must be {}", expected.join(",")),
        Violation::Choice { .. } => "must be equal to one of the allowed values".to_owned(),
        Violation::Constant { .. } => "must be equal to constant".to_owned(),
        Violation::Format { format } => format!("must match format \"{format}\""),
        Violation::Pattern { pattern } => format!("must match pattern \"{pattern}\""),
        Violation::CostlyPattern { pattern } => {
            format!("must match pattern \"{pattern}\", which is too costly to evaluate for this value")
        }
        Violation::Number { limit, bound } => match limit {
            NumberLimit::AtLeast => format!("must be >= {bound}"),
            NumberLimit::AtMost => format!("must be <= {bound}"),
            NumberLimit::GreaterThan => format!("must be > {bound}"),
            NumberLimit::LessThan => format!("must be < {bound}"),
            NumberLimit::MultipleOf => format!("must be multiple of {bound}"),
        },
        Violation::Size { limit, unit, bound } => {
            let comparison = match limit {
                SizeLimit::AtLeast => "fewer",
                SizeLimit::AtMost => "more",
            };
            let unit = match unit {
                SizeUnit::Characters => "characters",
                SizeUnit::Items => "items",
                SizeUnit::Keys => "properties",
            };
            format!("must NOT have {comparison} than {bound} {unit}")
        }
        Violation::RepeatedItem => "must NOT have duplicate items".to_owned(),
        Violation::MissingKey { key } => format!("must have required property '{key}'"),
        Violation::ExtraKeys { keys } => {
            let first = keys.first().map(String::as_str).unwrap_or_default();
            format!("must NOT have additional properties, additional property: \"{first}\"")
        }
        // The message of `jsonschema` may contain the whole value.
        Violation::Other { .. } => "does not match the schema".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::blueprint::Blueprint;

    /// The message about `value` in a property with this schema.
    fn message(schema: &Value, name: &str, value: &Value) -> Option<String> {
        let body = json!({"identifier": "b", "schema": {"properties": {name: schema}}});
        let (blueprint, _) = Blueprint::from_json(body).expect("a blueprint");
        mismatch(&JsonValidator::new(&blueprint.properties[0]), name, value)
    }

    #[test]
    fn faults_are_worded_as_the_platform_does() {
        let cases = [
            (json!({"type": "string"}), json!(1), "must be string"),
            (json!({"type": "number", "maximum": 3}), json!(4), "must be <= 3"),
            (json!({"type": "string", "enum": ["a"]}), json!("b"), "must be equal to one of the allowed values"),
            (json!({"enum": ["a"], "type": "string"}), json!(1), "must be string"),
            (json!({"type": "string", "format": "url"}), json!("nowhere"), "must match format \"url\""),
            (json!({"type": "string", "pattern": "^a"}), json!("b"), "must match pattern \"^a\""),
            (json!({"type": "string", "maxLength": 2}), json!("abc"), "must NOT have more than 2 characters"),
            (json!({"type": "array", "uniqueItems": true}), json!([1, 1]), "must NOT have duplicate items"),
            (json!({"type": "object", "format": "labeled-url"}), json!({}), "must have required property 'url'"),
        ];
        for (schema, value, fault) in cases {
            let found = message(&schema, "size", &value);
            assert_eq!(found.as_deref(), Some(format!("\"properties/size\" {fault}").as_str()), "{schema}");
        }
        let nested = message(&json!({"type": "array", "items": {"type": "number"}}), "ports", &json!([1, "2"]));
        assert_eq!(nested.as_deref(), Some("\"properties/ports/1\" must be number"));
    }

    #[test]
    fn what_no_schema_can_judge_fits() {
        assert_eq!(message(&json!({"type": "enum"}), "status", &json!({"any": "thing"})), None);
        assert_eq!(message(&json!({"type": "enum", "enum": ["a"]}), "status", &json!("b")), None);
        assert_eq!(message(&json!({"type": "string", "pattern": "("}), "name", &json!("a")), None);
        // Look-around is valid, although the fast regex engine does not support it.
        let schema = json!({"type": "string", "pattern": "^(?!a)"});
        assert!(message(&schema, "name", &json!("a")).is_some() && message(&schema, "name", &json!("b")).is_none());
    }
}
