//! `schema manifest`: what it takes and what not, to a validator and to a real editor's server.

use std::path::Path;

use super::session::Session;
use crate::run;
use crate::support::Repo;

fn acme() -> Repo {
    let repo = Repo::new();
    repo.copy_from(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/repos/acme"));
    repo
}

/// A session over the example's schema.
fn session() -> Option<(Repo, Session)> {
    let repo = acme();
    assert_eq!(run(&repo, "schema manifest --write").quietly_gave(), ".portolan/manifest.schema.json\n");
    let session = Session::start(&repo.path().join(".portolan/manifest.schema.json"))?;
    Some((repo, session))
}

const CART: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata:
  name: cart
spec:
  blueprint: service
  identifier: cart
  properties:
    description: Holds what is not paid yet.
    language: rust
    lifecycle: beta
    tier: 2
    repository: https://git.acme.example/payments/cart
  relations:
    system: booking
";

#[test]
fn an_editor_completes_by_blueprint() {
    let Some((_repo, mut session)) = session() else { return };
    let mut offers = |name: &str, text: &str| session.offers(&format!("{name}.yaml"), text);
    let has = |offered: &[String], wanted: &[&str]| {
        for word in wanted {
            assert!(offered.iter().any(|it| it == word), "`{word}` is not among {offered:?}");
        }
    };
    has(&offers("empty", "|\n"), &["apiVersion", "kind", "metadata", "spec", "blueprint", "identifier"]);
    has(&offers("version", "apiVersion: |\n"), &["getport.io/v1", "useglint.io/v1"]);
    has(&offers("kind", "apiVersion: getport.io/v1\nkind: |\n"), &["Entity", "ClusterEntity"]);
    let spec = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\nspec:\n";
    has(&offers("blueprint", &format!("{spec}  blueprint: |\n")), &["service", "system", "api"]);
    let service = format!("{spec}  blueprint: service\n  identifier: a\n");
    let properties = offers("keys", &format!("{service}  properties:\n    tier: 1\n    |\n"));
    has(&properties, &["language", "costCentre", "runbook"]);
    assert!(!properties.iter().any(|it| it == "tier" || it == "slug" || it == "protocol"), "{properties:?}");
    has(&offers("choice", &format!("{service}  properties:\n    language: |\n")), &["rust", "go", "kotlin"]);
    has(&offers("relations", &format!("{service}  relations:\n    |\n")), &["system", "runsIn", "dependsOn"]);
    has(&offers("target", &format!("{service}  relations:\n    system: |\n")), &["booking", "edge"]);
    has(
        &offers("targets", &format!("{service}  relations:\n    dependsOn:\n      - |\n")),
        &["checkout", "monolith-tms"],
    );
    has(&offers("user", &format!("{service}  properties:\n    reviewTeam: |\n")), &["payments", "platform"]);
    let other = offers("other", &format!("{spec}  blueprint: api\n  identifier: a\n  properties:\n    |\n"));
    has(&other, &["protocol", "version"]);
    assert!(!other.iter().any(|it| it == "language"), "{other:?}");
    has(&offers("bare", "blueprint: service\nidentifier: a\nproperties:\n  language: |\n"), &["rust", "go"]);
    has(&offers("second", &format!("{CART}---\n{service}  properties:\n    language: |\n")), &["rust", "go"]);
}

#[test]
fn an_editor_shows_what_is_wrong_where_it_is() {
    let Some((_repo, mut session)) = session() else { return };
    let mut faults = |name: &str, text: &str| session.faults(&format!("{name}.yaml"), text);
    assert_eq!(faults("good", CART), []);
    assert_eq!(faults("foreign", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n"), []);
    for (name, from, to, line, words) in [
        ("type", "tier: 2", "tier: two", 11, "number"),
        ("choice", "language: rust", "language: rsut", 9, "\"rust\""),
        ("unknown", "lifecycle: beta", "lifecycle: beta\n    colour: red", 11, "colour is not allowed"),
        ("computed", "lifecycle: beta", "lifecycle: beta\n    slug: red", 11, "slug is not allowed"),
        ("missing", "    tier: 2\n", "", 7, "\"tier\""),
        ("relation", "    system: booking", "    runsIn: []", 13, "\"system\""),
        ("arity", "system: booking", "system: [booking]", 14, "string"),
        ("url", "https://git.acme.example/payments/cart", "cart", 12, "Write a URL"),
        ("pattern", "lifecycle: beta", "lifecycle: beta\n    costCentre: CC-1", 11, "pattern"),
        ("blueprint", "blueprint: service", "blueprint: servce", 5, "\"service\""),
        ("version", "getport.io/v1", "getport.io/v2", 0, "getport.io/v1"),
        ("kind", "kind: Entity", "kind: Entitty", 1, "ClusterEntity"),
        ("name", "name: cart", "name: Cart", 3, "lower case"),
        ("field", "  identifier: cart", "  identifer: cart", 6, "identifer is not allowed"),
        ("identifier", "identifier: cart", "identifier: my cart", 6, "An identifier has"),
    ] {
        assert!(CART.contains(from), "{from}");
        let found = faults(name, &CART.replacen(from, to, 1));
        let is_there = found.iter().any(|(at, message)| *at == line && message.contains(words));
        assert!(is_there, "{name}: {found:?}");
        assert!(found.len() <= 3, "{name}: {found:?}");
    }
    let inherited = "blueprint: api\nidentifier: a\nteam: payments\nproperties: {protocol: rest, version: '1', visibility: public}\nrelations: {service: cart}\n";
    let found = faults("team", inherited);
    assert!(matches!(found.as_slice(), [(2, words)] if words.contains("take their team along")), "{found:?}");
}

#[test]
fn a_new_target_is_no_error() {
    let Some((_repo, mut session)) = session() else { return };
    assert_eq!(session.faults("target.yaml", &CART.replace("system: booking", "system: not-made-yet")), []);
}

#[test]
fn an_editor_explains_what_is_under_the_mouse() {
    let Some((_repo, mut session)) = session() else { return };
    let shown = session.hover("tier.yaml", &CART.replace("tier:", "ti|er:"));
    assert!(shown.contains("1 wakes people up") && shown.contains("1, 2, 3 or 4"), "{shown}");
    let shown = session.hover("system.yaml", &CART.replace("system:", "sys|tem:"));
    assert!(shown.contains("booking"), "{shown}");
}
