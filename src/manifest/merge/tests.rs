//! Tests that a merge changes its fields and nothing else: examples by hand, and generated values in several layouts.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::manifest::encode::{encode_one_line, encode_value};

fn read_as(file_name: &str) -> ReadAs<'_> {
    ReadAs { file_name, git_host: GitHost::Unknown }
}

/// Merges one field of `service/cart`.
fn merged(text: &str, path: &[&str], value: &Json) -> Result<String, &'static str> {
    let is_set = matches!(path.first(), Some(&("team" | "relations")));
    let value = Value::from_json(value);
    let field = FieldMerge { path: path.to_vec(), value: &value, is_set };
    let entity = EntityMerge { blueprint: "service", identifier: "cart", fields: vec![field] };
    let Merged { text: after, refused } = merge(text, read_as("cart.yaml"), &[entity]);
    match refused.first() {
        Some(refusal) => {
            assert_eq!(after, text, "what is refused changes nothing");
            Err(refusal.reason)
        }
        None => Ok(after),
    }
}

const HEAD: &str = "# The cart.\napiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: cart # its name\nspec:\n  \
                    blueprint: service\n  identifier: cart\n";

#[track_caller]
fn assert_merged(before: &str, path: &[&str], value: &Json, after: &str) {
    let found = merged(&format!("{HEAD}{before}"), path, value);
    assert_eq!(found, Ok(format!("{HEAD}{after}")));
}

#[test]
fn a_scalar_keeps_its_quotes_and_its_comment() {
    let tier = ["properties", "tier"];
    for (before, value, after) in [
        ("gold", json!("silver"), "silver"),
        ("'gold'", json!("it's"), "'it''s'"),
        ("\"gold\"", json!("silver"), "\"silver\""),
        ("gold", json!("yes"), "\"yes\""),
        ("gold", json!(null), "null"),
        ("3", json!(2.5), "2.5"),
        ("3", json!(true), "true"),
        ("[a, b]", json!("x"), "x"),
    ] {
        let text = |value: &str| format!("  properties:\n    tier: {value} # why\n    # next\n    name: x\n");
        assert_merged(&text(before), &tier, &value, &text(after));
    }
    assert_merged("  title:\n", &["title"], &json!("Cart"), "  title: Cart\n");
    assert_merged("  title: # none yet\n", &["title"], &json!("Cart"), "  title: Cart # none yet\n");
}

#[test]
fn long_texts_are_blocks_where_a_block_fits() {
    let text = ["properties", "text"];
    let block = "  properties:\n    text: |\n      one\n      two\n    # next\n    name: x\n";
    assert_merged(block, &text, &json!("three\nfour\n"), &block.replace("one\n      two", "three\n      four"));
    assert_merged(
        "  properties:\n    text: one\n",
        &text,
        &json!("a\nb"),
        "  properties:\n    text: |-\n      a\n      b\n",
    );
    let commented = "  properties:\n    text: one # a comment\n";
    assert_merged(commented, &text, &json!("a\nb"), "  properties:\n    text: \"a\\nb\" # a comment\n");
    assert_merged(block, &text, &json!("short"), "  properties:\n    text: short\n    # next\n    name: x\n");
}

#[test]
fn items_that_stay_are_not_touched() {
    let uses = ["relations", "uses"];
    let list =
        "  relations:\n    uses:\n    - web # the shop\n    # comes next\n    - 'mail'\n    - 'pay'\n  # the end\n";
    assert_merged(
        list,
        &uses,
        &json!(["mail", "pay", "web", "yes"]),
        &list.replace("- 'pay'\n", "- 'pay'\n    - \"yes\"\n"),
    );
    assert_merged(list, &uses, &json!(["mail", "pay"]), &list.replace("    - web # the shop\n", ""));
    assert_merged(list, &uses, &json!(["pay", "web"]), &list.replace("    - 'mail'\n", ""));
    let none = merged(&format!("{HEAD}{list}"), &uses, &json!(null));
    assert_eq!(none, Err(COMMENTS), "the comment between the items is about more than one item");
    assert_merged(
        "  relations:\n    uses:\n      - a\n      - b\n",
        &uses,
        &json!(null),
        "  relations:\n    uses: []\n",
    );
    let flow = "  relations: {uses: [web, mail], system: x}\n";
    assert_merged(flow, &uses, &json!(["mail", "web", "a,b"]), &flow.replace("mail]", "mail, \"a,b\"]"));
    assert_merged(flow, &uses, &json!(["mail"]), &flow.replace("web, ", ""));
    assert_merged(flow, &uses, &json!(["web"]), &flow.replace(", mail]", "]"));
    assert_merged("  team: payments\n", &["team"], &json!(["money"]), "  team: money\n");
    assert_merged("  team: payments\n", &["team"], &json!(["a", "b"]), "  team:\n    - a\n    - b\n");
}

#[test]
fn entries_of_objects_are_merged() {
    let labels = ["properties", "labels"];
    let text = "  properties:\n    labels:\n        a: 1 # one\n        gone: x # goes\n        # about b\n        b: {c: [1, 2]}\n    \
                name: x\n";
    let value = json!({"a": 1, "b": {"c": [1, 3], "d": null}, "new": {"k": [true]}});
    let after = text
        .replace("        gone: x # goes\n", "")
        .replace("{c: [1, 2]}\n", "{c: [1, 3], d: null}\n        new:\n          k:\n            - true\n");
    assert_merged(text, &labels, &value, &after);
    let items = "  properties:\n    labels:\n      - name: a # first\n        url: x\n      - name: b\n";
    let value = json!([{"name": "a", "url": "other"}, {"name": "b"}, {"name": "c", "url": "z"}]);
    let after = items.replace("url: x", "url: other") + "      - name: c\n        url: z\n";
    assert_merged(items, &labels, &value, &after);
}

#[test]
fn what_the_manifest_does_not_have_is_added() {
    let tier = ["properties", "tier"];
    assert_merged("", &tier, &json!(1), "  properties:\n    tier: 1\n");
    assert_merged("  properties:\n  title: x\n", &tier, &json!(1), "  properties:\n    tier: 1\n  title: x\n");
    assert_merged("  properties: {}\n", &tier, &json!(1), "  properties: {tier: 1}\n");
    assert_merged(
        "  properties:\n    a: |\n      x\n\n  title: x",
        &tier,
        &json!([1]),
        "  properties:\n    a: |\n      x\n    tier:\n      - 1\n\n  title: x",
    );
    let open = merged(&format!("{HEAD}  title: x"), &["icon"], &json!("Box"));
    assert_eq!(open, Ok(format!("{HEAD}  title: x\n  icon: Box")));
    let windows = format!("{HEAD}  properties:\n    a: 1\n").replace('\n', "\r\n");
    let after = merged(&windows, &tier, &json!(["x"]));
    assert_eq!(after, Ok(format!("{windows}    tier:\r\n      - x\r\n")));
}

#[test]
fn other_documents_and_forms_stay_as_they_are() {
    let other = HEAD.replace("identifier: cart", "identifier: web");
    let text = format!("%YAML 1.1\n---\n{other}  title: Web\n--- # the second\n{HEAD}  title: Cart\n...\n# the end\n");
    assert_eq!(merged(&text, &["title"], &json!("X")), Ok(text.replace("title: Cart", "title: X")));
    let list = "# all\n- blueprint: service\n  identifier: web\n  title: Web # w\n- blueprint: service\n  identifier: cart\n  title: Cart # c\n";
    let value = Value::Text("X".into());
    let field = FieldMerge { path: vec!["title"], value: &value, is_set: false };
    let entity = EntityMerge { blueprint: "service", identifier: "cart", fields: vec![field] };
    let after = merge(list, read_as("port.yml"), &[entity]);
    assert_eq!(after, Merged { text: list.replace("Cart", "X"), refused: Vec::new() });
}

#[test]
fn what_a_person_has_to_do_is_refused_with_its_reason() {
    let tier = ["properties", "tier"];
    for (text, reason) in [
        ("  title: &t x\n  properties: {tier: *t}\n", "by a YAML alias"),
        ("  properties: {<<: {tier: 1}}\n", "by a YAML alias"),
        ("  properties: {tier: !!str 1}\n", "a YAML tag"),
        ("  properties: {tier: '${TIER}'}\n", "a template"),
        ("  properties: {tier: 1, tier: 2}\n", "twice"),
        ("  properties: [tier]\n", "no mapping"),
        ("  properties: &p {tier: 1}\n  relations: *p\n", "other parts"),
        ("  properties:\n    tier:\n      # about all of it\n      - a\n", "a comment"),
    ] {
        let found = merged(&format!("{HEAD}{text}"), &tier, &json!("new"));
        assert!(found.as_ref().is_err_and(|found| found.contains(reason)), "{text}{found:?}");
    }
    let twice = format!("{HEAD}---\n{HEAD}");
    assert_eq!(merged(&twice, &["title"], &json!("x")), Err(SEVERAL));
    assert_eq!(merged("a: 1\n", &["title"], &json!("x")), Err(ABSENT));
}

fn scalars() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        (-1e6..1e6_f64).prop_map(|it| json!((it * 8.0).round() / 8.0)),
        "[a-c#:{}\\[\\], '\"\n-]{0,6}".prop_map(Json::from),
        prop::sample::select(vec!["yes", "012", "a b", "x\ny\n", "", "~"]).prop_map(Json::from),
    ]
}

fn values() -> impl Strategy<Value = Json> {
    scalars().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec(("[a-e]", inner), 0..4).prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

/// Puts a comment behind every line that can take one, and above every key.
fn commented(text: &str) -> String {
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        let is_value = !line.contains(['|', '"', '\'']);
        match is_value && at % 2 == 0 {
            true => out.push_str(&format!("{line} # comment {at}\n")),
            false => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

proptest! {
    #![proptest_config(crate::generated_cases::config(2_000))]

    /// Whatever the old value was and however it was written, the new one is there, and all else is as before.
    #[test]
    fn a_merge_says_what_was_asked_and_keeps_the_rest(
        old in values(), new in values(), layout in 0..3_u8, has_comments in any::<bool>(),
    ) {
        let written = match layout {
            0 => encode_value(&Value::from_json(&old)).replace('\n', "\n    "),
            1 => format!(" {}", encode_one_line(&Value::from_json(&old))),
            _ => format!(" {old}"),
        };
        let mut tail = format!("  properties:\n    tier:{}\n    # after\n    name: x # end\n", written.trim_end());
        // A comment in a block scalar would be text.
        if has_comments && !written.contains(['|', '#']) {
            tail = commented(&tail);
        }
        let text = format!("{HEAD}{tail}");
        let mut before = None;
        read_one(&text, read_as("cart.yaml"), &mut |document| before = document.view.root().map(|root| (root.to_json(), comments(document.view))));
        let Some((mut expected, comments_before)) = before else { return Ok(()) };
        let result = merged(&text, &["properties", "tier"], &new);
        let Ok(after) = result else {
            let is_template = written.contains("{{") && result == Err("it is a template");
            prop_assert!(is_template || has_comments && result == Err(COMMENTS), "{result:?}\n{text}");
            return Ok(());
        };
        expected["spec"]["properties"]["tier"] = new.clone();
        let mut found = None;
        read_one(&after, read_as("cart.yaml"), &mut |document| found = document.view.root().map(|root| (root.to_json(), comments(document.view))));
        let Some((found, comments_after)) = found else { panic!("it is no YAML any more:\n{after}") };
        prop_assert!(is_same(&found, &expected), "{}\n{}", text, after);
        prop_assert!(after.contains("\n    # after"), "{}", after);
        for (_, comment) in &comments_after {
            prop_assert!(comments_before.iter().any(|(_, it)| it == comment), "{}", after);
        }
        // A second merge finds nothing to do.
        prop_assert_eq!(merged(&after, &["properties", "tier"], &new), Ok(after));
    }
}
