//! Tests valid and invalid values of properties by the schema of the blueprint. Each row is a schema, valid values and
//! invalid ones; the error code is one of two, and the status is always 422.

use serde_json::{Value, json};

use crate::api::bench::Bench;

const CODES: &[&str] = &["invalid_request", "blueprint_schema_mismatch"];

fn schemas() -> Vec<(&'static str, Value, Vec<Value>, Vec<Value>)> {
    vec![
        (
            "text",
            json!({"type": "string"}),
            vec![json!(""), json!("a\nb"), json!("é漢🙂")],
            vec![json!(1), json!(true), json!([]), json!({})],
        ),
        (
            "number",
            json!({"type": "number"}),
            vec![json!(0), json!(-1.5), json!(1e15)],
            vec![json!("1"), json!(false), json!([1])],
        ),
        ("truth", json!({"type": "boolean"}), vec![json!(true), json!(false)], vec![json!("true"), json!(1)]),
        (
            "object",
            json!({"type": "object"}),
            vec![json!({}), json!({"a": [1]})],
            vec![json!("{}"), json!([]), json!(1)],
        ),
        ("list", json!({"type": "array"}), vec![json!([]), json!([1, "a", null])], vec![json!("a"), json!({"0": 1})]),
        (
            "choice",
            json!({"type": "string", "enum": ["go", "rust"]}),
            vec![json!("go")],
            vec![json!("Go"), json!("java")],
        ),
        ("few", json!({"type": "number", "enum": [1, 2]}), vec![json!(1), json!(2)], vec![json!(3)]),
        (
            "short",
            json!({"type": "string", "minLength": 2, "maxLength": 3}),
            vec![json!("ab"), json!("漢字é")],
            vec![json!("a"), json!("abcd")],
        ),
        (
            "code",
            json!({"type": "string", "pattern": "^[A-Z]{3}$"}),
            vec![json!("ABC")],
            vec![json!("abc"), json!("ABCD")],
        ),
        (
            "range",
            json!({"type": "number", "minimum": 1, "maximum": 3}),
            vec![json!(1), json!(3)],
            vec![json!(0.9), json!(4)],
        ),
        (
            "open-range",
            json!({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 3}),
            vec![json!(2)],
            vec![json!(1), json!(3)],
        ),
        (
            "url",
            json!({"type": "string", "format": "url"}),
            vec![json!("https://example.com/a?b#c")],
            vec![json!("no url")],
        ),
        (
            "mail",
            json!({"type": "string", "format": "email"}),
            vec![json!("ada@example.com")],
            vec![json!("ada"), json!("@")],
        ),
        (
            "ipv4",
            json!({"type": "string", "format": "ipv4"}),
            vec![json!("10.0.0.1")],
            vec![json!("10.0.0"), json!("300.1.1.1")],
        ),
        (
            "ipv6",
            json!({"type": "string", "format": "ipv6"}),
            vec![json!("::1"), json!("fe80::a")],
            vec![json!("10.0.0.1"), json!("g::")],
        ),
        (
            "time",
            json!({"type": "string", "format": "date-time"}),
            vec![json!("2025-01-02T03:04:05Z"), json!("2025-01-02T03:04:05.678+02:00")],
            vec![json!("yesterday"), json!("2025-13-01T00:00:00Z")],
        ),
        ("text-like", json!({"type": "string", "format": "markdown"}), vec![json!("# A")], vec![json!(1)]),
        ("yaml", json!({"type": "string", "format": "yaml"}), vec![json!("a: 1")], vec![json!({"a": 1})]),
        (
            "words",
            json!({"type": "array", "items": {"type": "string"}}),
            vec![json!(["a"])],
            vec![json!([1]), json!(["a", null])],
        ),
        (
            "mails",
            json!({"type": "array", "items": {"type": "string", "format": "email"}}),
            vec![json!(["a@example.com"])],
            vec![json!(["a"])],
        ),
        (
            "some",
            json!({"type": "array", "minItems": 1, "maxItems": 2}),
            vec![json!([1]), json!([1, 2])],
            vec![json!([]), json!([1, 2, 3])],
        ),
        ("set", json!({"type": "array", "uniqueItems": true}), vec![json!([1, 2])], vec![json!([1, 1])]),
        (
            "link",
            json!({"type": "object", "format": "labeled-url"}),
            vec![json!({"url": "https://example.com", "displayText": "A"})],
            vec![json!("https://example.com")],
        ),
        (
            "shaped",
            json!({"type": "object", "properties": {"a": {"type": "number"}}, "additionalProperties": false}),
            vec![json!({}), json!({"a": 1})],
            vec![json!({"a": "1"}), json!({"b": 1})],
        ),
    ]
}

#[test]
fn a_value_fits_the_schema_or_is_refused() {
    let bench = Bench::open();
    let schemas = schemas();
    let properties: serde_json::Map<String, Value> =
        schemas.iter().map(|(name, schema, ..)| ((*name).to_owned(), schema.clone())).collect();
    let blueprint = bench.simple("everything", properties.into(), json!({}));
    for (name, schema, good, bad) in schemas {
        for value in good {
            let body = json!({"identifier": "a", "properties": {name: value}});
            let answer = bench.write(&blueprint, &[("upsert", "true")], body);
            assert!(matches!(answer.status, 200 | 201), "{value} fits {schema}: {answer}");
            assert_eq!(answer.json["entity"]["properties"][name], value, "{answer}");
            assert_eq!(bench.entity(&blueprint, "a")["properties"][name], value);
        }
        for value in bad {
            let body = json!({"identifier": "bad", "properties": {name: value}});
            let answer = bench.write(&blueprint, &[("upsert", "true")], body.clone());
            assert_eq!(answer.status, 422, "{value} does not fit {schema}: {answer}");
            answer.refused_as(&[422], CODES);
            bench.put(&["blueprints", &blueprint, "entities", "a"]).send(body.clone()).refused_as(&[422], CODES);
            let patch = json!({"properties": {name: value}});
            bench.patch(&["blueprints", &blueprint, "entities", "a"]).send(patch).refused_as(&[422], CODES);
        }
    }
    assert!(bench.is_gone(&blueprint, "bad"));
}

#[test]
fn null_is_a_value_of_every_property() {
    let bench = Bench::open();
    let schemas = schemas();
    let properties: serde_json::Map<String, Value> =
        schemas.iter().map(|(name, schema, ..)| ((*name).to_owned(), schema.clone())).collect();
    let nulls: serde_json::Map<String, Value> = properties.keys().map(|name| (name.clone(), Value::Null)).collect();
    let blueprint = bench.simple("everything", properties.into(), json!({}));
    bench.create(&blueprint, json!({"identifier": "a", "properties": nulls}));
}

#[test]
fn a_required_property_must_be_sent_by_whoever_says_it_all() {
    let bench = Bench::open();
    let schema =
        json!({"properties": {"owner": {"type": "string"}, "tier": {"type": "number"}}, "required": ["owner"]});
    let blueprint = bench.blueprint("service", json!({"schema": schema}));
    let without = json!({"identifier": "a", "properties": {"tier": 1}});
    bench.write(&blueprint, &[], without.clone()).refused_as(&[422], CODES).mentions("owner");
    let merge = [("upsert", "true"), ("merge", "true")];
    bench.write(&blueprint, &merge, without.clone()).refused_as(&[422], CODES);
    bench.create(&blueprint, json!({"identifier": "a", "properties": {"owner": "ada"}}));
    bench.write(&blueprint, &[("upsert", "true")], without.clone()).refused_as(&[422], CODES);
    bench.put(&["blueprints", &blueprint, "entities", "a"]).send(without).refused_as(&[422], CODES);
    assert_eq!(bench.entity(&blueprint, "a")["properties"]["owner"], "ada");
}

#[test]
fn numbers_and_texts_come_back_as_they_went() {
    let bench = Bench::open();
    let properties = json!({"n": {"type": "number"}, "t": {"type": "string"}, "o": {"type": "object"}});
    let blueprint = bench.simple("service", properties, json!({}));
    let text = "\u{0}\u{7f}\\\"/<script>&amp;\u{202e}\u{feff} \r\n\t";
    let value = json!({"n": 9_007_199_254_740_991_u64, "t": &text[1..], "o": {"z": 1, "a": {"": [null, -0.5]}}});
    bench.create(&blueprint, json!({"identifier": "a", "title": "<b>\u{1f600}</b>", "properties": value}));
    let entity = bench.entity(&blueprint, "a");
    assert_eq!((&entity["properties"], &entity["title"]), (&value, &json!("<b>\u{1f600}</b>")));
}
