//! Tests that plan files round-trip exactly.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::json;

use super::{TOOL, plan_file};
use crate::domain::value::Value;
use crate::domain::value::exact;
use crate::plan::file::PlanFile;
use crate::plan::tests::generated::worlds;
use crate::plan::tests::world::World;

fn values() -> impl Strategy<Value = Value> {
    let text =
        prop_oneof![Just("$json".to_owned()), Just("$float".to_owned()), ".{0,4}", Just("\u{0}\u{7f}".to_owned())];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        (1_u64 << 63..).prop_map(Value::Large),
        any::<f64>().prop_filter("a NaN is not itself", |float| !float.is_nan()).prop_map(Value::Float),
        (-9..9_i32).prop_map(|whole| Value::Float(whole.into())),
        text.clone().prop_map(|text| Value::Text(text.into())),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| Value::List(items.into())),
            proptest::collection::btree_map(text.clone(), inner, 0..3)
                .prop_map(|entries| Value::Map(entries.into_iter().map(|(key, it)| (key.into(), it)).collect())),
        ]
    })
}

/// Debug output distinguishes `1` from `1.0` and `0.0` from `-0.0`.
fn spelled<T: std::fmt::Debug>(value: &T) -> String {
    format!("{value:?}")
}

fn through_text(value: &Value) -> Value {
    let text = serde_json::to_string(&exact::encode(value)).expect("it is JSON");
    let found: Value = serde_json::from_str(&text).expect("it is JSON, and not too deep");
    exact::decode(&found).expect("it was written here")
}

/// Building a world takes milliseconds, so `most` bounds the number of cases in a long run.
fn long(default: u32, most: u32) -> ProptestConfig {
    let config = crate::generated_cases::config(default);
    ProptestConfig { cases: config.cases.min(most), ..config }
}

proptest! {
    #![proptest_config(long(256, 2_000))]

    #[test]
    fn a_file_comes_back_as_it_was(world in worlds(), values in proptest::collection::vec(values(), 1..6)) {
        let file = plan_file(&world, &values);
        let text = file.write();
        let read = PlanFile::read("plan.json", &text, TOOL).expect("it was just written");
        prop_assert_eq!(&read, &file);
        prop_assert_eq!(spelled(&read), spelled(&file));
        prop_assert_eq!(read.write(), text);
    }

    #[test]
    fn a_value_comes_back_as_it_was(value in values()) {
        prop_assert_eq!(spelled(&through_text(&value)), spelled(&value));
    }

    #[test]
    fn a_float_comes_back_to_the_last_bit(bits in any::<u64>()) {
        let Value::Float(found) = through_text(&Value::Float(f64::from_bits(bits))) else { panic!("it is a float") };
        prop_assert!(found.to_bits() == bits || found.is_nan() && f64::from_bits(bits).is_nan());
    }
}

#[test]
fn what_looks_like_a_mark_is_a_value_like_others() {
    for json in [
        json!({"$json": "[1]"}),
        json!({"$float": "1"}),
        json!({"$json": {"$json": "{"}}),
        json!([{"$float": null}, {"$json": [1.0], "b": 1}]),
    ] {
        let value = Value::from_json(&json);
        assert_eq!(spelled(&through_text(&value)), spelled(&value));
    }
}

#[test]
fn what_nests_as_deep_as_a_manifest_may_comes_back() {
    let mut value = Value::from_json(&json!({"$json": 1.0}));
    for depth in 0..300 {
        value = match depth % 2 {
            0 => Value::List([value].into()),
            _ => Value::Map([("a".into(), value)].into()),
        };
        assert_eq!(spelled(&through_text(&value)), spelled(&value), "at {depth}");
    }
}

#[test]
fn the_schema_tells_the_form() {
    let schema = crate::plan::file::schema();
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let mut runner = proptest::test_runner::TestRunner::new(long(64, 2_000));
    for _ in 0..long(64, 2_000).cases {
        let world = worlds().new_tree(&mut runner).expect("there are worlds").current();
        let value = values().new_tree(&mut runner).expect("there are values").current();
        let file: serde_json::Value = serde_json::from_str(&plan_file(&world, &[value]).write()).expect("it is JSON");
        let faults: Vec<String> = validator.iter_errors(&file).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
        let mut other = file.clone();
        other["extra"] = json!(1);
        assert!(!validator.is_valid(&other));
    }
}

#[test]
fn the_layout_of_a_file_does_not_count() {
    let world =
        World::of(json!([{"title": "Cart", "properties": {"tier": 1.0}}]), json!([{"properties": {"tier": 2}}]));
    let file = plan_file(&world, &[Value::Float(1.0)]);
    let json: Value = serde_json::from_str(&file.write()).expect("it is JSON");
    let Value::Map(entries) = json else { panic!("it is an object") };
    let turned = Value::Map(entries.into_vec().into_iter().rev().collect());
    let text = format!("\u{feff}{}\r\n", serde_json::to_string(&turned).expect("it is JSON"));
    assert_eq!(PlanFile::read("plan.json", &text, TOOL).expect("it says the same"), file);
}

#[test]
#[ignore = "slow"]
fn ten_thousand_in_a_row_are_written_and_read() {
    let depends = |name: usize, on: usize| json!({"identifier": format!("{name:05}"), "relations": {"dependsOn": [format!("{on:05}")]}});
    let chain: Vec<_> = (0..10_000).map(|at| depends(at, at + 1)).collect();
    let world = World::of(serde_json::Value::Array(chain), json!([]));
    let file = plan_file(&world, &[Value::Null]);
    assert_eq!(PlanFile::read("plan.json", &file.write(), TOOL).expect("it was just written"), file);
}
