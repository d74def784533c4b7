//! Tests what the recordings of a real API server do not have: formats, lists, defaults, both readings of YAML, and
//! schemas that the API server refuses.

use serde_json::{Value as Json, json};

use super::Path;
use super::check::{Write, check};
use super::document;
use super::fault::FaultKind;
use super::formats::{accepts, is_known};
use super::node::Node;
use super::read::SchemaReader;
use super::schema::Schema;
use crate::delivery::doubles::Texts;
use crate::delivery::reading::Dialect;
use crate::delivery::source::Source as _;

fn schema(json: &Json) -> Schema {
    let mut reader = SchemaReader::default();
    let schema = reader.read(Node::Json(json), &Path::ROOT);
    assert_eq!(reader.faults, []);
    schema
}

/// The places and texts of the faults of an object with this `spec`.
fn faults_in(spec_schema: &Json, text: &str, dialect: Dialect, write: Write) -> Vec<String> {
    let schema = schema(&json!({"type": "object", "properties": {"spec": spec_schema}}));
    let text = format!("apiVersion: a.b/v1\nkind: A\nmetadata: {{name: a}}\nspec: {text}\n");
    let mut found = Vec::new();
    Texts::default().documents(&text, &mut |document| {
        let root = document.value.expect("a document");
        let faults = check(&schema, true, Node::written(root, dialect), write).faults;
        found.extend(faults.into_iter().map(|fault| format!("{}: {}", fault.path, fault.text)));
    });
    found
}

fn client(spec_schema: &Json, text: &str) -> Vec<String> {
    faults_in(spec_schema, text, Dialect::Kubectl, Write::Client)
}

#[test]
fn formats_follow_the_api_server() {
    for (format, right, wrong) in [
        ("bsonobjectid", &["507f1f77bcf86cd799439011"] as &[&str], &["507f", "507f1f77bcf86cd79943901x"] as &[&str]),
        ("byte", &["aGk=", "aGkh"], &["", "aGk", "a===", "####"]),
        ("cidr", &["10.0.0.0/8", "010.0.0.0/8", "::1/64"], &["10.0.0.0", "10.0.0.0/33", "::1/129", "a/8", "10.0.0.0/"]),
        ("creditcard", &["4111 1111 1111 1111"], &["4111 1111 1111 1112", "1"]),
        ("date", &["2024-02-29"], &["2023-02-29", "2024-1-2", "2024-01-02T00:00:00Z"]),
        (
            "date-time",
            &["2024-01-02t03:04:05.5z", "2024-01-02T03:04:05-01:00"],
            &["2024-01-02", "2024-01-02T24:00:00Z"],
        ),
        ("datetime", &["2024-01-02T03:04:05,5Z"], &["2024-01-02T03:04:05", "2024-01-02T03:04Z"]),
        ("duration", &["1h30m", "-1.5h", "0", "3 days", "P1D", "2wk", "10MS"], &["", "90", "1 fortnight", "h", "-"]),
        ("email", &["a@b", "A B <a@b.c>", "\"x\"@b"], &["a@", "@b", "a b", "a@b@c", "a..b@c"]),
        ("hexcolor", &["#fff", "ABCDEF"], &["#ffff", "red"]),
        ("hostname", &["a.bc", "localhost", "a-b.example", "ä.de"], &["a.b", "-a.bc", "a_b.cd", "a-b-c", "a..bc", ""]),
        ("ipv4", &["1.2.3.4", "01.2.3.4", "::ffff:1.2.3.4"], &["1.2.3", "1.2.3.256", "::1", "a.b.c.d"]),
        ("ipv6", &["::1", "2001:db8::1"], &["1.2.3.4", ":::"]),
        ("isbn", &["0321751043", "978-0321751041", "020161622X"], &["0321751044", "978-0321751042", "1"]),
        ("isbn10", &["0321751043"], &["978-0321751041"]),
        ("isbn13", &["978-0321751041"], &["0321751043"]),
        ("k8s-short-name", &["a-1"], &["A", "a.b"]),
        ("k8s-long-name", &["a.b"], &["a..b"]),
        ("mac", &["00:11:22:33:44:55", "0011.2233.4455", "00-11-22-33-44-55-66-77"], &["00:11", "00:11:22:33:44:5x"]),
        ("password", &["", "x"], &[]),
        ("rgbcolor", &["rgb(0, 128,255)"], &["rgb(0,1)", "rgb(0,0,256)", "rgb(00,0,0)"]),
        ("ssn", &["123-45-6789", "123456789"], &["123-45-678", "12-345-6789"]),
        (
            "uri",
            &["https://a.b/c?d", "/a", "mailto:a@b", "http://[::1]:80/", "*"],
            &["", "a/b", "http://a b", "http://a:x/", ":a", "/%zz"],
        ),
        (
            "uuid",
            &["123E4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000"],
            &["123", "123e4567-e89b-12d3-a456-4266141740001"],
        ),
        ("uuid3", &["123e4567-e89b-32d3-a456-426614174000"], &["123e4567-e89b-42d3-a456-426614174000"]),
        ("uuid4", &["123e4567-e89b-42d3-a456-426614174000"], &["123e4567-e89b-42d3-c456-426614174000"]),
        ("uuid5", &["123e4567-e89b-52d3-a456-426614174000"], &["123e4567-e89b-42d3-a456-426614174000"]),
    ] {
        assert!(is_known(format), "{format}");
        for text in right {
            assert_eq!(accepts(format, text), Some(true), "{format}: {text}");
        }
        for text in wrong {
            assert_eq!(accepts(format, text), Some(false), "{format}: {text}");
        }
    }
    assert_eq!([accepts("url", "x"), accepts("idn-email", "x")], [None, None]);
}

#[test]
fn bounds_have_the_quirks_of_the_api_server() {
    for (schema, text, expected) in [
        (json!({"type": "integer", "maximum": 10}), "10", true),
        (json!({"type": "integer", "maximum": 10, "exclusiveMaximum": true}), "10", false),
        // A bound that is no integer is refused with every value.
        (json!({"type": "integer", "maximum": 10.5}), "1", false),
        (json!({"type": "integer", "format": "int32", "minimum": -3_000_000_000_i64}), "1", false),
        // Integers are compared with the whole part of a bound.
        (json!({"type": "number", "maximum": 2.5, "exclusiveMaximum": true}), "2", false),
        (json!({"type": "number", "maximum": 2.5}), "2.4", true),
        (json!({"type": "number", "multipleOf": 0.1}), "0.7", true),
        (json!({"type": "number", "multipleOf": 0.1}), "1", false),
        (json!({"type": "integer", "multipleOf": 5}), "-10", true),
        (json!({"type": "number", "enum": [1, 2]}), "1.5", true),
        (json!({"type": "integer", "enum": [1, 2]}), "3", false),
        (json!({"type": "number", "format": "float"}), "3.5e38", false),
        (json!({"type": "integer", "format": "double"}), "2147483648", true),
        (json!({"type": "string", "format": "email"}), "[a]", true),
        (json!({"type": "string", "pattern": "^a$"}), "\"a\\n\"", false),
    ] {
        let object = json!({"type": "object", "properties": {"a": schema}});
        let found = client(&object, &format!("{{a: {text}}}"));
        assert_eq!(found.is_empty(), expected, "{schema} {text}: {found:?}");
    }
}

#[test]
fn a_pattern_that_is_too_large_matches_everything() {
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "string", "pattern": r"^(\pL{1,500}){1,500}$"}}});
    assert_eq!(client(&schema, "{a: '1'}"), [""; 0]);
}

#[test]
fn lists_have_keys() {
    let set = json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"},
        "x-kubernetes-list-type": "set"}}});
    assert_eq!(client(&set, "{a: [x, z]}"), [""; 0]);
    assert_eq!(client(&set, "{a: [x, z, x, x]}"), ["spec.a[2]: Duplicate value: \"x\""]);
    let item =
        json!({"type": "object", "properties": {"k": {"type": "string", "default": "d"}, "v": {"type": "string"}}});
    let map = json!({"type": "object", "properties": {"a": {"type": "array", "items": item,
        "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}}});
    assert_eq!(client(&map, "{a: [{k: x, v: z}, {k: z, v: z}]}"), [""; 0]);
    assert_eq!(client(&map, "{a: [{v: z}, {k: d}]}"), ["spec.a[1]: Duplicate value: {\"k\":\"d\"}"]);
    assert_eq!(client(&map, "{a: [x]}").len(), 2, "a type and no object");
}

#[test]
fn defaults_are_added_and_nulls_are_dropped() {
    let schema = json!({"type": "object", "required": ["a"], "maxProperties": 1, "properties": {
        "a": {"type": "string", "default": "x"}, "b": {"type": "string"}}});
    assert_eq!(client(&schema, "{}"), [""; 0]);
    assert_eq!(client(&schema, "{a: null, b: null}"), [""; 0]);
    assert_eq!(client(&schema, "{b: z}"), ["spec: Too many: 2: must have at most 1 items"]);
    let found = faults_in(&schema, "{a: null, b: null}", Dialect::Kubectl, Write::ServerSide);
    let null = "spec.b: Invalid value: \"null\": must be of type string: \"null\"";
    assert_eq!(found, ["spec: Too many: 2: must have at most 1 items", null]);
    let list = json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}});
    assert_eq!(client(&list, "{a: [null]}"), ["spec.a[0]: Invalid value: \"null\": must be of type string: \"null\""]);
    // What is dropped is not reported.
    assert_eq!(faults_in(&list, "{x: 1}", Dialect::Kubectl, Write::Unvalidated), [""; 0]);
    assert_eq!(client(&list, "{x: 1}"), ["spec.x: unknown field \"spec.x\""]);
}

#[test]
fn both_readings_of_yaml_are_checked() {
    let schema =
        json!({"type": "object", "properties": {"s": {"type": "string", "maxLength": 10}, "b": {"type": "boolean"}}});
    let both = |text: &str| {
        let [kubectl, kustomize] =
            [Dialect::Kubectl, Dialect::Kustomize].map(|dialect| faults_in(&schema, text, dialect, Write::Client));
        [kubectl.is_empty(), kustomize.is_empty()]
    };
    assert_eq!(both("{s: yes}"), [false, true]);
    assert_eq!(both("{b: yes}"), [true, false]);
    // To kustomize it is a timestamp.
    assert_eq!(both("{s: 2024-01-02}"), [true, false]);
    assert_eq!(both("{s: }"), [true, true]);
    let keys = json!({"type": "object", "properties": {"on": {"type": "string"}}});
    assert_eq!(faults_in(&keys, "\n  on: x", Dialect::Kustomize, Write::Client), [""; 0]);
    assert_eq!(client(&keys, "\n  on: x"), ["spec.true: unknown field \"spec.true\""]);
}

#[test]
fn fields_of_a_value_without_a_schema_are_unknown() {
    let schema = json!({"type": "object", "properties": {"m": {"type": "object", "additionalProperties": true},
        "o": {"type": "string"}}});
    let found = client(&schema, "{m: {a: {b: 1}, c: 1}, o: {x: 1}}");
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().any(|fault| fault.starts_with("spec.m.a.b: unknown")), "{found:?}");
    assert!(found.iter().any(|fault| fault.starts_with("spec.o.x: unknown")), "{found:?}");
}

#[test]
fn metadata_is_checked() {
    let schema = schema(&json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}));
    for (metadata, expected) in [
        ("{name: a, labels: {a: b}, annotations: {x/Y: '1'}}", &[] as &[&str]),
        ("{name: a.b-1}", &[]),
        ("{generateName: a-}", &[]),
        ("{name: A}", &["metadata.name"]),
        ("{name: a, namespace: a.b}", &["metadata.namespace"]),
        ("{name: a, labels: {a: b c}}", &["metadata.labels"]),
        ("{name: a, labels: {a/: b}}", &["metadata.labels"]),
        ("{name: a, labels: {a: 1}}", &["metadata.labels.a"]),
        ("{name: a, labels: [a]}", &["metadata.labels"]),
        ("{name: a, annotations: {-: b}}", &["metadata.annotations"]),
        ("{name: 1}", &["metadata.name"]),
        ("{name: a, finalizers: [1]}", &["metadata.finalizers[0]"]),
        ("{name: a, lables: {}}", &["metadata.lables"]),
        ("[a]", &["metadata"]),
        ("{}", &["metadata.name"]),
    ] {
        let text = format!("apiVersion: a.b/v1\nkind: A\nmetadata: {metadata}\n");
        Texts::default().documents(&text, &mut |document| {
            let node = Node::written(document.value.expect("a document"), Dialect::Kubectl);
            let found = check(&schema, true, node, Write::Client).faults;
            let places: Vec<&str> = found.iter().map(|fault| fault.path.as_str()).collect();
            assert_eq!(places, expected, "{metadata}: {found:?}");
            assert!(found.iter().all(|fault| fault.span.is_some()), "{metadata}: {found:?}");
        });
    }
}

/// The places of the faults of a CRD with this schema below `spec`.
fn crd_faults(spec: &Json) -> Vec<String> {
    let crd = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "as.b.c"}, "spec": {"group": "b.c", "scope": "Cluster",
            "names": {"plural": "as", "kind": "A"}, "versions": [{"name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}]}});
    let report = document::read(Node::Json(&crd));
    assert_eq!(report.definition.is_some(), report.faults.is_empty());
    let start = "spec.versions[0].schema.openAPIV3Schema.properties[spec].";
    report.faults.iter().map(|fault| fault.path.strip_prefix(start).unwrap_or(&fault.path).to_owned()).collect()
}

#[test]
fn schemas_must_be_structural() {
    for (schema, expected) in [
        (json!({"type": "object"}), &[] as &[&str]),
        (json!({"type": "text"}), &["type"]),
        (json!({"type": "null"}), &["type"]),
        (json!({"type": ["string"]}), &["type"]),
        (json!({"type": "string", "minlength": 1}), &["minlength"]),
        (json!({"type": "string", "maxLength": 1.5}), &["maxLength"]),
        (json!({"type": "number", "exclusiveMinimum": 1}), &["exclusiveMinimum"]),
        (json!({"type": "object", "required": [true]}), &["required[0]"]),
        (json!({"type": "object", "properties": [1]}), &["properties"]),
        (json!({"type": "object", "additionalProperties": "x"}), &["additionalProperties"]),
        (json!({"type": "array", "items": true}), &["items"]),
        (json!({"type": "string", "x-kubernetes-map-type": "atomic"}), &["type"]),
        (json!({"type": "object", "x-kubernetes-map-type": "large"}), &["x-kubernetes-map-type"]),
        (json!({"type": "object", "x-kubernetes-list-type": "set"}), &["type"]),
        (
            json!({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "bag"}),
            &["x-kubernetes-list-type"],
        ),
        (
            json!({"type": "array", "items": {"type": "string", "nullable": true}, "x-kubernetes-list-type": "set"}),
            &["items.nullable"],
        ),
        (
            json!({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-map-keys": ["a"]}),
            &["x-kubernetes-list-type"],
        ),
        (
            json!({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "map"}),
            &["x-kubernetes-list-map-keys"],
        ),
        (
            json!({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["a"]}),
            &["x-kubernetes-list-map-keys"],
        ),
        (
            json!({"type": "string", "x-kubernetes-validations": [{"message": "a"}]}),
            &["x-kubernetes-validations[0].rule"],
        ),
        (
            json!({"type": "string", "x-kubernetes-validations": [{"rule": "a\nb"}]}),
            &["x-kubernetes-validations[0].message"],
        ),
        (
            json!({"type": "string", "x-kubernetes-validations": [{"rule": "a", "reason": "Bad"}]}),
            &["x-kubernetes-validations[0].reason"],
        ),
        (json!({"type": "object", "x-kubernetes-embedded-resource": true}), &["properties"]),
        (
            json!({"type": "string", "x-kubernetes-embedded-resource": true,
            "x-kubernetes-preserve-unknown-fields": true}),
            &["type"],
        ),
        (
            json!({"x-kubernetes-int-or-string": true, "x-kubernetes-preserve-unknown-fields": true}),
            &["x-kubernetes-preserve-unknown-fields"],
        ),
        (json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]}), &[]),
        (
            json!({"x-kubernetes-int-or-string": true, "allOf": [{"anyOf": [{"type": "integer"}, {"type": "string"}]},
            {"pattern": "a"}]}),
            &[],
        ),
        (
            json!({"type": "object", "not": {"description": "x", "nullable": true}}),
            &["not.description", "not.nullable"],
        ),
        (json!({"type": "object", "allOf": [{"properties": {"metadata": {}}}]}), &["allOf[0].properties[metadata]"]),
        (json!({"type": "object", "default": {"a": 1}}), &["default.a"]),
        (
            json!({"type": "object", "default": {}, "required": ["a"], "properties": {"a": {"type": "string", "default": "x"}}}),
            &["default.a"],
        ),
        (json!({"type": "string", "default": "x", "maxLength": 1}), &[]),
        (json!({"type": "object", "additionalProperties": {"type": "string"}, "properties": {}}), &[]),
        (json!({"type": "object", "additionalProperties": false}), &[]),
        (json!({"type": "string", "pattern": "a**"}), &["pattern"]),
        (json!({"type": "string", "pattern": r"\d+(?P<a>x)"}), &[]),
    ] {
        assert_eq!(crd_faults(&schema), expected, "{schema}");
    }
    assert_eq!(crd_faults(&json!(1)), ["spec.versions[0].schema.openAPIV3Schema.properties[spec]"]);
}

#[test]
fn what_the_root_checks_must_be_declared() {
    let crd = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "as.b.c"}, "spec": {"group": "b.c", "scope": "Cluster",
            "names": {"plural": "as", "kind": "A"}, "versions": [{"name": "v1", "served": true, "storage": true,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}},
                    "anyOf": [{"properties": {"spec": {"properties": {"a": {"minimum": 1}}}}}]}}}]}});
    let faults = document::read(Node::Json(&crd)).faults;
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    let start = "spec.versions[0].schema.openAPIV3Schema";
    assert_eq!(paths, [format!("{start}.anyOf"), format!("{start}.properties[spec].properties[a]")]);
}

/// Among many fields, the search for what was meant took the square of their number.
#[test]
fn what_was_meant_is_searched_for_the_first_faults_only() {
    let many = 1000;
    let fields: serde_json::Map<String, Json> =
        (0..many).map(|number| (format!("field{number}"), json!({"type": "string"}))).collect();
    let schema = schema(&json!({"type": "object", "properties": {"spec": {"type": "object", "properties": fields}}}));
    let spec: serde_json::Map<String, Json> = (0..many).map(|number| (format!("feild{number}"), json!("a"))).collect();
    let object = json!({"apiVersion": "a.b/v1", "kind": "A", "metadata": {"name": "a"}, "spec": spec});
    let faults = check(&schema, true, Node::Json(&object), Write::Client).faults;
    let has_advice = |at: usize| faults[at].kind != FaultKind::UnknownField { meant: None };
    assert_eq!((faults.len(), has_advice(0), has_advice(many - 1)), (many, true, false));
}
