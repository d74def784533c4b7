//! Tests malformed and forged plan files: each is refused with a message, and none panics.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{TOOL, plan_file};
use crate::domain::value::Value;
use crate::plan::file::codec::sealed;
use crate::plan::file::{PlanFile, PlanFileError};
use crate::plan::tests::world::World;

fn world() -> World {
    let team = json!({"blueprint": "team", "identifier": "core", "relations": {"lead": "b"}});
    let wanted = json!([
        {"identifier": "a", "title": "A", "properties": {"meta": {"x": 1}}, "relations": {"dependsOn": ["b"]}},
        {"identifier": "b", "relations": {"dependsOn": ["a"], "owner": "core"}},
        team,
        {"identifier": "kept", "icon": "new"},
    ]);
    let stored = json!([
        {"identifier": "kept", "icon": "old", "by": "somebody"},
        {"identifier": "gone", "properties": {"tier": 1}},
        {"identifier": "points", "relations": {"dependsOn": ["gone"]}},
    ]);
    let mut world = World::of(wanted, stored).owning(&[("service", "gone"), ("service", "kept")]);
    world.prune.max = 0;
    world
}

fn text() -> String {
    plan_file(&world(), &[Value::Integer(1)]).write()
}

/// The file with an edit and a valid checksum.
fn forged(forge: impl FnOnce(&mut Json)) -> String {
    let mut json: Json = serde_json::from_str(&text()).expect("it is JSON");
    let entries = json.as_object_mut().expect("it is an object");
    entries.remove("checksum");
    entries.remove("format");
    forge(&mut json);
    serde_json::to_string(&sealed(json)).expect("it is JSON")
}

fn flaw(forge: impl FnOnce(&mut Json)) -> String {
    match PlanFile::read("plan.json", &forged(forge), TOOL) {
        Err(PlanFileError::Flawed { path: _, place, reason }) => format!("{place}: {reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_plan_file_is_called_that() {
    let read = |text: &str| PlanFile::read("plan.json", text, TOOL);
    assert!(matches!(read(""), Err(PlanFileError::Syntax { line: 1, .. })));
    assert!(matches!(read("{\n  \"format\": nonsense"), Err(PlanFileError::Syntax { line: 2, column: 14, .. })));
    for other in ["[]", "{}", "1", r#"{"format": "portolan.plan/1"}"#, r#"{"format": 1}"#] {
        assert!(matches!(read(other), Err(PlanFileError::NoPlan { .. })), "{other}");
    }
    for other in ["portolan.plan-file/4", "portolan.plan-file/6"] {
        let text = text().replace("portolan.plan-file/5", other);
        assert!(matches!(read(&text), Err(PlanFileError::Format { found, .. }) if found == other));
    }
    let other = PlanFile::read("plan.json", &text(), "1.2.4");
    assert!(
        matches!(other, Err(PlanFileError::Tool { found, own, .. }) if (found.as_str(), own.as_str()) == (TOOL, "1.2.4"))
    );
    assert!(matches!(read(&"[".repeat(100_000)), Err(PlanFileError::Syntax { .. })));
}

#[test]
fn an_edited_file_is_refused() {
    let good = text();
    assert!(PlanFile::read("plan.json", &good, TOOL).is_ok());
    for (from, to) in [
        ("\"meta\"", "\"more\""),
        ("\"delete\"", "\"update\""),
        ("\"identifier\": \"gone\"", "\"identifier\": \"kept\""),
        ("\"before\": 1", "\"before\": 1.0"),
        ("\"dirty\": false", "\"dirty\": true"),
        ("\"checksum\": ", "\"checksum\": \"\", \"checksum\": "),
        ("\"checksum\": \"", "\"checksum\": \"0"),
    ] {
        let edited = good.replace(from, to);
        assert_ne!(edited, good, "{from}");
        let read = PlanFile::read("plan.json", &edited, TOOL);
        assert!(matches!(read, Err(PlanFileError::Altered { .. })), "{from}: {read:?}");
    }
}

#[test]
fn every_place_that_leads_nowhere_is_named() {
    let zeros = "0".repeat(64);
    let cases = [
        ("/plan/waves/0/steps/0/change", json!(99), "/plan/waves/0/steps/0/change: unknown change 99: there are 5"),
        (
            "/plan/waves/0/steps/0/change",
            json!(-1),
            "/plan/waves/0/steps/0/change: invalid value: integer `-1`, expected usize",
        ),
        (
            "/plan/waves/0/steps/0/change",
            json!(1e3),
            "/plan/waves/0/steps/0/change: invalid type: floating point `1000.0`, expected usize",
        ),
        ("/plan/waves/0/steps/0/needs", json!([5]), "/plan/waves/0/steps/0/needs/0: unknown change 5: there are 5"),
        ("/requests/0", json!([]), "/requests: they differ from the waves of the plan"),
        ("/requests/0/0", json!("0123"), "/requests/0/0: expected a digest of 64 hexadecimal digits"),
        ("/plan/changes/0/place/file", json!(4), "/plan/changes/0/place: unknown file 4: there are 4"),
        (
            "/plan/changes/0/place/span",
            json!({"start": 2, "end": 1}),
            "/plan/changes/0/place: it ends before it starts",
        ),
        (
            "/plan/changes/0/action",
            json!("explode"),
            "/plan/changes/0/action: unknown variant `explode`, expected one of `create`, `update`, `rename`, `adopt`, `delete`",
        ),
        (
            "/plan/changes/0/action",
            json!("delete"),
            "/plan/changes/0: its action, its ownership and its place contradict each other",
        ),
        (
            "/plan/changes/0/origin",
            json!("x"),
            "/plan/changes/0/origin: unknown variant `x`, expected one of `this-branch`, `already-pending`, `unknown`",
        ),
        ("/plan/hazards", json!([]), ": its digest does not match its content"),
        ("/plan/hazards/0/digest", json!(zeros), "/plan/hazards/0: its digest does not match its content"),
        ("/plan/hazards/0/consent", json!("nothing"), "/plan/hazards/0: its consent does not match its content"),
        ("/plan/approval", json!("0123"), "/plan/approval: expected an approval digest of 48 hexadecimal digits"),
        ("/plan/counts/total/create", json!(9), "/plan: its counts differ from its changes"),
        ("/plan/counts/total/kept", json!(1_u64 << 40), "/plan/counts: 1099511627776 is out of range"),
        ("/preconditions/entities", json!([]), ": its entities differ from its plan"),
        ("/provenance/scope", json!("other/scope"), ": its digest does not match its content"),
        ("/plan/scope", json!("other/scope"), ": its scope differs from its plan"),
        ("/options/only", json!(1), "/options/only: invalid type: integer `1`, expected struct ChosenPart"),
        ("/plan/changes/0/key", json!({"blueprint": "a"}), "/plan/changes/0/key: missing field `identifier`"),
    ];
    let (found, expected): (Vec<String>, Vec<&str>) = cases
        .into_iter()
        .map(|(pointer, value, expected)| {
            (flaw(|json| *json.pointer_mut(pointer).expect("it is there") = value), expected)
        })
        .unzip();
    assert_eq!(found, expected);
    let extra = flaw(|json| json["extra"] = json!(1));
    assert!(extra.starts_with("/extra: unknown field `extra`"), "{extra}");
    let swapped = flaw(|json| json["plan"]["changes"].as_array_mut().expect("a list").swap(0, 1));
    assert_eq!(swapped, "/plan: its changes are not sorted, or one entity changes twice");
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    // The second one counts for the checksum and for most readers.
    let text = forged(|_| {}).replace("\"catalog\":", "\"catalog\":\"x\",\"catalog\":");
    let read = PlanFile::read("plan.json", &text, TOOL);
    assert!(matches!(&read, Err(PlanFileError::Flawed { place, .. }) if place == "/provenance/catalog"), "{read:?}");
}

/// The JSON pointers of all values.
pub(super) fn nodes(json: &Json, pointer: String, found: &mut Vec<String>) {
    found.push(pointer.clone());
    match json {
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| nodes(item, format!("{pointer}/{at}"), found));
        }
        Json::Object(entries) => {
            entries.iter().for_each(|(name, item)| nodes(item, format!("{pointer}/{name}"), found))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[test]
fn whatever_is_put_anywhere_is_read_or_refused() {
    let mut pointers = Vec::new();
    let json: Json = serde_json::from_str(&text()).expect("it is JSON");
    nodes(&json, String::new(), &mut pointers);
    let strange =
        [json!(null), json!(u64::MAX), json!(-1), json!("x"), json!([]), json!({}), json!([[0]]), json!(1e300)];
    for (at, pointer) in pointers
        .iter()
        .enumerate()
        .filter(|(_, pointer)| !pointer.is_empty() && !matches!(pointer.as_str(), "/checksum" | "/format"))
    {
        let value = strange[at % strange.len()].clone();
        let forged = forged(|json| *json.pointer_mut(pointer).expect("it is there") = value);
        // It must not panic.
        let _ = PlanFile::read("plan.json", &forged, TOOL);
    }
}

proptest! {
    #![proptest_config(crate::generated_cases::config(64))]

    #[test]
    fn a_file_that_was_cut_or_hit_is_refused(cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let good = text();
        let at = cut.index(good.len());
        let mut bytes = good.clone().into_bytes();
        let mut end = at.min(good.len() - 2);
        while !good.is_char_boundary(end) {
            end -= 1;
        }
        prop_assert!(PlanFile::read("plan.json", &good[..end], TOOL).is_err());
        bytes[at] = byte;
        if let Ok(hit) = String::from_utf8(bytes) {
            // Only an equivalent file is accepted: another whitespace, an escaped letter.
            if let Ok(read) = PlanFile::read("plan.json", &hit, TOOL) {
                prop_assert_eq!(read.write(), good);
            }
        }
    }
}
