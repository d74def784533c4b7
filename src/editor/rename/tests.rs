//! Tests the rename of one text over the layouts that YAML allows.

use super::*;
use crate::domain::finding::Edit;
use crate::domain::git_host::GitHost;

const FILE: ReadAs<'static> = ReadAs { file_name: "a.yaml", git_host: GitHost::Unknown };

/// Renames the identifier `cart` to `to`: `identifier: cart` declares it, `=> cart` marks are references.
fn renamed_to(text: &str, to: &str) -> Result<String, Obstacle> {
    let spans = |before: &str| -> Vec<Span> {
        let found = text.match_indices(before).filter_map(|(at, _)| {
            let rest = text.get(at + before.len()..)?;
            let start = at + before.len() + rest.find("cart")?;
            let quote = |at: usize| matches!(text.as_bytes().get(at), Some(b'\'' | b'"'));
            let (start, end) = if quote(start - 1) { (start - 1, start + 5) } else { (start, start + 4) };
            Some(Span::new(start, end))
        });
        found.collect()
    };
    let rename = TextRename {
        from: "cart",
        to,
        identifiers: &spans("identifier:"),
        references: &spans("service:"),
        annotation: Annotation::of(Some("cart"), to),
        resource_name: None,
    };
    super::rename(FILE, text, &rename).map(|edits| crate::manifest::edit::apply(text, &edits).0)
}

fn renamed(text: &str) -> String {
    renamed_to(text, "basket").unwrap_or_else(|obstacle| panic!("{}: {text}", obstacle.reason))
}

#[test]
fn only_the_identifier_changes_and_the_annotation_is_added() {
    let text = "\
# head
apiVersion: getport.io/v1
kind: Entity
metadata:
  name: cart # the name
  namespace: shop

spec:
  identifier: 'cart'   # quoted
  blueprint: service
  properties: {note: cart, list: [cart]}
---
other: cart
";
    let expected = text
        .replace("'cart'   #", "'basket'   #")
        .replace("the name\n", "the name\n  annotations:\n    portolan.dev/renamed-from: cart\n");
    assert_eq!(renamed(text), expected);
}

#[test]
fn the_annotation_follows_the_layout_of_the_metadata() {
    let manifest = |metadata: &str| {
        format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata:{metadata}\nspec: {{blueprint: service, identifier: cart}}\n"
        )
    };
    for (metadata, expected) in [
        (" {name: cart}", " {name: cart, annotations: {portolan.dev/renamed-from: cart}}"),
        (
            "\n  name: cart\n  annotations:\n    a: b # why\n    c: d",
            "\n  name: cart\n  annotations:\n    portolan.dev/renamed-from: cart\n    a: b # why\n    c: d",
        ),
        (
            "\n  name: cart\n  annotations: {a: b}",
            "\n  name: cart\n  annotations: {portolan.dev/renamed-from: cart, a: b}",
        ),
        ("\n  name: cart\n  annotations: {}", "\n  name: cart\n  annotations: {portolan.dev/renamed-from: cart}"),
        ("\n  name: cart\n  annotations:", "\n  name: cart\n  annotations:\n    portolan.dev/renamed-from: cart"),
        ("\n  name: cart\n  annotations: ~", "\n  name: cart\n  annotations: {portolan.dev/renamed-from: cart}"),
        (
            "\n    name: cart\n    labels: {a: b}",
            "\n    name: cart\n    annotations:\n      portolan.dev/renamed-from: cart\n    labels: {a: b}",
        ),
        (
            "\n  annotations:\n    portolan.dev/renamed-from: wagon\n  name: cart",
            "\n  annotations:\n    portolan.dev/renamed-from: cart\n  name: cart",
        ),
        (
            "\n  name: cart\n  annotations:\n    portolan.dev/renamed-from: cart",
            "\n  name: cart\n  annotations:\n    portolan.dev/renamed-from: cart",
        ),
    ] {
        let text = manifest(metadata);
        let expected = manifest(expected).replace("identifier: cart", "identifier: basket");
        assert_eq!(renamed(&text), expected, "{text}");
        let windows = text.replace('\n', "\r\n");
        assert_eq!(renamed(&windows), expected.replace('\n', "\r\n"), "{text}");
        let without_end = text.trim_end();
        assert_eq!(renamed(without_end), expected.trim_end(), "{text}");
    }
}

#[test]
fn the_way_back_removes_the_annotation() {
    let manifest = |metadata: &str, identifier: &str| {
        format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata:{metadata}\nspec: {{blueprint: service, identifier: {identifier}}}\n"
        )
    };
    let from = "portolan.dev/renamed-from: basket";
    for (metadata, expected) in [
        (format!("\n  name: x\n  annotations:\n    {from}\n  labels: {{}}"), "\n  name: x\n  labels: {}"),
        (
            format!("\n  name: x\n  annotations:\n    a: b\n    {from} # was\n    c: d"),
            "\n  name: x\n  annotations:\n    a: b\n    c: d",
        ),
        (format!("\n  annotations: {{{from}}}\n  name: x"), "\n  annotations: {}\n  name: x"),
        (format!(" {{name: x, annotations: {{{from}, a: b}}}}"), " {name: x, annotations: {a: b}}"),
        ("\n  name: x".to_owned(), "\n  name: x"),
    ] {
        let text = manifest(&metadata, "cart");
        let start = text.find("cart").expect("it is there");
        let rename = TextRename {
            from: "cart",
            to: "basket",
            identifiers: &[Span::new(start, start + 4)],
            references: &[],
            annotation: Annotation::of(Some("basket"), "basket"),
            resource_name: None,
        };
        let edits = super::rename(FILE, &text, &rename).unwrap_or_else(|it| panic!("{}: {text}", it.reason));
        assert_eq!(crate::manifest::edit::apply(&text, &edits).0, manifest(expected, "basket"));
    }
}

#[test]
fn references_and_bare_entities_keep_their_style() {
    for (text, expected) in [
        (
            "blueprint: service\nidentifier: cart\nproperties: {}\n",
            "blueprint: service\nidentifier: basket\nproperties: {}\n",
        ),
        ("a: {service: [x, \"cart\"]}\n", "a: {service: [x, \"basket\"]}\n"),
        ("a:\n  service: cart # the cart\n", "a:\n  service: basket # the cart\n"),
    ] {
        assert_eq!(renamed(text), expected);
    }
    assert_eq!(renamed_to("service: cart\n", "007").as_deref(), Ok("service: \"007\"\n"));
    assert_eq!(renamed_to("service: 'cart'\n", "true").as_deref(), Ok("service: 'true'\n"));
}

#[test]
fn what_a_person_must_decide_is_an_obstacle() {
    for (text, reason) in
        [("a: &x cart\nservice: *x # cart\n", "it is not where it was"), ("service: !!str cart\n", "tag")]
    {
        let obstacle = renamed_to(text, "basket").expect_err("it is refused");
        assert!(obstacle.reason.contains(reason), "{}", obstacle.reason);
    }
    // The anchor is the value of another field too.
    let text = "service: &x cart\nother: *x\n";
    let obstacle = renamed_to(text, "basket").expect_err("it is refused");
    assert!(obstacle.reason.contains("other parts") || obstacle.reason.contains("alias"), "{}", obstacle.reason);
}

proptest::proptest! {
    #![proptest_config(crate::generated_cases::config(256))]

    #[test]
    fn no_text_and_no_place_make_it_panic_or_touch_other_bytes(text in "[a-z:{}&* \\-'\"\n]{0,60}", start in 0_usize..60, length in 0_usize..8) {
        let spans = [Span::new(start, start + length)];
        let rename = TextRename { from: "a", to: "b-c", identifiers: &[], references: &spans, annotation: Annotation::Write("a"), resource_name: None };
        if let Ok(edits) = super::rename(FILE, &text, &rename) {
            let expected: Vec<Edit> = spans.iter().map(|span| Edit { span: *span, replacement: edits[0].replacement.clone() }).collect();
            proptest::prop_assert_eq!(edits, expected);
        }
    }
}
