//! Tests that `pull --entities` merges the catalog's values into manifests: only what differs, with comments and order as
//! they were, and `diff` shows nothing afterwards.

use serde_json::{Value, json};

use super::bench::Catalog;
use crate::cli::diff::world::{CONFIG, World, entity, service, shop};
use crate::testkit::errors::assert_error;
use crate::testkit::{Repo, contents};

const CART: &str = "\
# Owned by the shop team.
apiVersion: getport.io/v1
kind: Entity
metadata:
  name: cart # never change this
spec:
  identifier: cart
  blueprint: service
  properties:
    language: 'go' # since 2019
    # The higher, the more important.
    tier: 1
    tags:
      - b # first
      - a
    config: {a: {b: 1}, c: [1]}
  relations:
    uses:
      - pay   # money
      - mail
";

fn world() -> World {
    let repo = shop();
    repo.write("catalog/cart.yaml", CART);
    commit_all(&repo);
    let catalog = Catalog::of(&repo);
    World { repo, catalog }
}

/// Manifests with other changes are not merged.
fn commit_all(repo: &Repo) {
    repo.git(&["init", "--quiet"]);
    repo.git(&["add", "."]);
    repo.git(&["commit", "--quiet", "-m", "all"]);
}

fn deeds(report: &Value) -> Vec<String> {
    let line = |it: &Value| {
        let fields = it["fields"].as_array().map(|fields| fields.iter().filter_map(Value::as_str).collect::<Vec<_>>());
        format!(
            "{} {} {}",
            it["identifier"].as_str().unwrap_or_default(),
            it["deed"].as_str().unwrap_or_default(),
            fields.unwrap_or_default().join(",")
        )
    };
    report["manifests"].as_array().expect("a list").iter().map(line).map(|it| it.trim_end().to_owned()).collect()
}

#[test]
fn drifted_values_are_merged_and_everything_else_stays() {
    let world = world();
    world.elsewhere(
        "service",
        &json!({"identifier": "cart", "title": "New here", "properties": {"tier": null, "language": "it's",
            "tags": ["b", "c", "a"], "config": {"a": {"b": 2}, "c": [1]}, "plan": "paid"},
            "relations": {"uses": ["log", "mail"]}}),
    );
    let dry = world.catalog.run(&world.repo, "pull --entities --dry-run");
    assert!(dry.results.contains("+    language: 'it''s' # since 2019\n"), "{}", dry.results);
    assert_eq!(world.repo.read("catalog/cart.yaml"), CART);
    let report = world.catalog.json(&world.repo, "--entities --drifted");
    let fields = "cart merged properties.config,properties.language,properties.tags,properties.tier,relations.uses";
    assert_eq!(deeds(&report), [fields]);
    let expected = CART
        .replace("'go'", "'it''s'")
        .replace("tier: 1", "tier: null")
        .replace("      - a\n", "      - c\n      - a\n")
        .replace("b: 1}", "b: 2}")
        .replace("      - pay   # money\n", "")
        .replace("      - mail\n", "      - mail\n      - log\n");
    assert_eq!(world.repo.read("catalog/cart.yaml"), expected, "a title is not managed here");
    assert_eq!(world.changes(""), [""; 0]);
    let before = contents(world.repo.path());
    assert_eq!(deeds(&world.catalog.json(&world.repo, "--entities --drifted")), [""; 0]);
    world.catalog.pull(&world.repo, "--entities --only service/cart");
    assert!(
        contents(world.repo.path())
            .iter()
            .filter(|(path, _)| !path.ends_with("source.json"))
            .eq(before.iter().filter(|(path, _)| !path.ends_with("source.json")))
    );
}

#[test]
fn changes_that_were_not_pushed_are_replaced_only_by_name() {
    let world = world();
    let changed = CART.replace("tier: 1", "tier: 3");
    world.repo.write("catalog/cart.yaml", &changed);
    let report = world.catalog.json(&world.repo, "--entities service");
    let cart = report["manifests"].as_array().expect("a list").iter().find(|it| it["identifier"] == "cart");
    let cart = cart.expect("it is reported");
    assert_eq!(cart["deed"], "kept");
    assert!(cart["reason"].as_str().is_some_and(|reason| reason.contains("--only")), "{cart}");
    assert_eq!(world.repo.read("catalog/cart.yaml"), changed);
    world.catalog.pull(&world.repo, "--entities --only service/cart service/mail");
    assert_eq!(world.repo.read("catalog/cart.yaml"), CART);
}

#[test]
fn with_replace_what_the_manifest_lacks_is_added() {
    let world = world();
    world.repo.write("portolan.yaml", format!("{}write: replace\n", CONFIG));
    world.elsewhere("service", &json!({"identifier": "cart", "title": "New", "relations": {"system": "shop"}}));
    world.catalog.pull(&world.repo, "--entities --only service/cart");
    let after = world.repo.read("catalog/cart.yaml");
    assert!(
        after.ends_with("    uses:\n      - pay   # money\n      - mail\n    system: shop\n  title: New\n"),
        "{after}"
    );
    assert_eq!(world.changes("--only catalog/cart.yaml"), [""; 0]);
}

#[test]
fn what_cannot_be_taken_over_is_listed_with_its_reason() {
    let world = world();
    let aliases = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: &n mail}\nspec:\n  blueprint: service\n  \
                   identifier: *n\n  properties: {tier: 2, language: *n}\n";
    world.repo.write("catalog/mail.yaml", aliases);
    let log = entity(&json!({"blueprint": "service", "identifier": "log", "properties": {"tier": 2}}));
    world.repo.write("catalog/again.yaml", &log);
    for name in ["mail", "log"] {
        world.elsewhere("service", &json!({"identifier": name, "properties": {"tier": 4, "language": "c"}}));
    }
    let secret = format!("ghp_{}", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6");
    world.elsewhere("service", &json!({"identifier": "cart", "properties": {"language": secret, "tier": 7}}));
    let report = world.catalog.json(&world.repo, "--entities --only service/mail service/log service/cart");
    assert_eq!(deeds(&report), ["cart merged properties.tier", "log kept", "mail merged properties.tier"]);
    let notes = report["notes"].to_string();
    assert!(notes.contains("`properties.language` of `service/mail`") && notes.contains("YAML alias"), "{notes}");
    assert!(notes.contains("`properties.language` of `service/cart`") && notes.contains("credential"), "{notes}");
    assert_eq!(report["manifests"][1]["reason"], "it is declared more than once");
    assert_eq!(world.repo.read("catalog/mail.yaml"), aliases.replace("tier: 2", "tier: 4"));
    assert_eq!(world.repo.read("catalog/again.yaml"), log);
    assert!(!world.repo.read("catalog/cart.yaml").contains("ghp_"));
}

#[test]
fn names_that_lead_nowhere_are_refused_before_anything_is_written() {
    let world = world();
    let before = contents(world.repo.path());
    for (name, code) in
        [("service/crt", "entity-not-in-catalog"), ("servce/cart", "no-such-blueprint"), ("cart", "no-entity-name")]
    {
        let talk = world.catalog.run(&world.repo, &format!("pull --entities --only {name}")).was_refused();
        assert_error(&talk, code);
    }
    for line in ["pull --only service/cart", "pull --drifted", "pull --entities --only a/b --any-owner"] {
        world.catalog.run(&world.repo, line).was_refused();
    }
    assert!(contents(world.repo.path()) == before);
}

/// An undeclared entity gets its manifest by name too, whoever wrote it.
#[test]
fn a_named_entity_without_a_manifest_gets_one() {
    let world = world();
    world.elsewhere("service", &json!({"identifier": "theirs", "properties": {"tier": 9}}));
    world.catalog.pull(&world.repo, "--entities");
    assert!(!world.repo.path().join("catalog/theirs.yaml").exists(), "another writer owns it");
    world.catalog.pull(&world.repo, "--entities --only service/theirs");
    assert!(world.repo.read("catalog/theirs.yaml").contains("tier: 9"));
}

/// A generator without a library, so that a failing case can be written down by its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn word(&mut self) -> String {
        let words = ["go", "yes", "012", "a b", "x: y", "#1", "it's", "über", "two\nlines", "[a]", "null", ""];
        words[usize::try_from(self.roll(12)).expect("it is small")].to_owned()
    }

    fn value(&mut self, depth: u32) -> Value {
        match self.roll(if depth == 0 { 4 } else { 6 }) {
            0 => self.roll(100).into(),
            1 => (self.roll(2) == 0).into(),
            2 | 3 => self.word().into(),
            4 => (0..self.roll(4)).map(|_| self.value(depth - 1)).collect(),
            _ => (0..self.roll(4))
                .map(|_| {
                    (
                        ["a", "b", "c", "d"][usize::try_from(self.roll(4)).expect("it is small")].to_owned(),
                        self.value(depth - 1),
                    )
                })
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    fn spec(&mut self, name: &str, others: u64) -> Value {
        let mut properties = json!({"tier": self.roll(9)});
        for (key, value) in [
            ("language", Value::from(self.word())),
            ("tags", (0..self.roll(4)).map(|_| self.value(1)).collect()),
            ("config", json!({"x": self.value(2), "y": self.value(1)})),
        ] {
            if self.roll(4) > 0 {
                properties[key] = value;
            }
        }
        let uses: Vec<String> = (0..self.roll(4)).map(|_| format!("s{}", self.roll(others))).collect();
        let mut spec = json!({"blueprint": "service", "identifier": name, "properties": properties,
            "relations": {"uses": uses}});
        if self.roll(2) == 0 {
            spec["team"] = (0..self.roll(3)).map(|at| format!("team-{at}")).collect();
        }
        if self.roll(2) == 0 {
            spec["title"] = self.word().into();
        }
        spec
    }
}

/// A manifest in one of several layouts, with comments.
fn manifest(spec: &Value, layout: u64) -> String {
    if layout == 0 {
        return format!("# {}\n{}", spec["identifier"], entity(spec));
    }
    let name = spec["identifier"].as_str().expect("a name");
    let mut lines = String::new();
    for (key, value) in spec.as_object().expect("an object") {
        match value {
            Value::Object(entries) => {
                lines.push_str(&format!("  {key}:\n"));
                for (key, value) in entries {
                    lines.push_str(&format!("    # {key} is next\n    {key}:{}\n", written(value)));
                }
            }
            value => lines.push_str(&format!("  {key}: {value} # {key}\n")),
        }
    }
    format!(
        "# about {name}\napiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: {name} # the name\nspec:\n{lines}\
         # the end\n"
    )
}

/// A list as items on lines of their own, another value in one line.
fn written(value: &Value) -> String {
    match value.as_array().filter(|items| !items.is_empty()) {
        Some(items) => items.iter().map(|item| format!("\n      - {item}")).collect(),
        None => format!(" {value}"),
    }
}

/// After the pull, `diff` shows nothing for what was merged; a second pull changes nothing; comments stay.
#[test]
fn after_a_merge_there_is_no_difference_whatever_the_values_and_the_layout() {
    let number = 60;
    let mut dice = Dice(7);
    let repo = Repo::new();
    repo.write("portolan.yaml", CONFIG);
    let mut blueprint = service();
    blueprint["relations"] = json!({"uses": {"target": "service", "required": false, "many": true}});
    blueprint["mirrorProperties"] = json!({});
    repo.write(".portolan/blueprints/service.json", blueprint.to_string());
    let mut shared = String::new();
    for at in 0..number {
        let name = format!("s{at}");
        let spec = dice.spec(&name, number);
        let layout = dice.roll(3);
        let text = manifest(&spec, layout);
        match layout {
            2 => shared.push_str(&format!("---\n{text}")),
            _ => drop(repo.write(&format!("catalog/{name}.yaml"), text)),
        }
    }
    repo.write("catalog/shared.yaml", &shared);
    commit_all(&repo);
    let catalog = Catalog::of(&repo);
    let world = World { repo, catalog };
    assert_eq!(world.changes(""), [""; 0], "the catalog was seeded from the manifests");
    for at in 0..number {
        let mut spec = dice.spec(&format!("s{at}"), number);
        spec.as_object_mut().expect("an object").remove("blueprint");
        world.elsewhere("service", &spec);
    }
    let comments = |repo: &Repo| {
        let texts = contents(&repo.path().join("catalog"));
        let texts = texts.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        texts
            .map(|text| {
                ["# about ", "# the name", " is next", "# title", "# the end"].map(|it| text.matches(it).count())
            })
            .collect::<Vec<_>>()
    };
    let before = comments(&world.repo);
    assert!(world.changes("").len() > 30, "most of them drifted");
    let report = world.catalog.json(&world.repo, "--entities --drifted");
    assert_eq!(report["notes"], json!([]), "{}", report["notes"]);
    assert_eq!(world.changes(""), [""; 0]);
    assert_eq!(comments(&world.repo), before);
    let files = contents(&world.repo.path().join("catalog"));
    world.catalog.pull(&world.repo, "--entities --drifted");
    assert!(contents(&world.repo.path().join("catalog")) == files);
}

#[test]
fn changes_that_are_not_committed_are_replaced_only_by_name() {
    let world = world();
    world.elsewhere("service", &json!({"identifier": "cart", "properties": {"tier": 9}}));
    let mine = CART.replace("'go'", "'rust'");
    world.repo.write("catalog/cart.yaml", &mine);
    let report = world.catalog.json(&world.repo, "--entities --drifted");
    assert_eq!(deeds(&report), ["cart kept"]);
    let reason = report["manifests"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("not committed") && reason.contains("--only"), "{reason}");
    assert_eq!(world.repo.read("catalog/cart.yaml"), mine);
    world.repo.commit_later(100, "mine");
    assert_eq!(deeds(&world.catalog.json(&world.repo, "--entities --drifted")), ["cart merged properties.tier"]);
}
