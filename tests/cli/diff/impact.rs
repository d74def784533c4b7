//! Tests `--blueprints` of `diff` and `lint`, and the impact of a branch that changes the snapshot: verdicts with their lines,
//! every way to name blueprints, exit codes, and entities that only the catalog has.

use serde_json::{Value, json};

use super::world::{World, commit, service, shop, system};
use crate::cli::{Run, run, run_with};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;
use crate::testkit::says::CONFLICTING_FLAGS;

const CART: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: cart}
spec:
  blueprint: service
  identifier: cart
  team: [blue]
  properties:
    tier: 1
    language: go
    tags: [b]
    since: \"2026-01-01T00:00:00Z\"
  relations:
    system: shop
    uses:
      - pay
      - mail
";

/// The shop with a cart of several lines.
fn repo() -> Repo {
    let repo = shop();
    repo.write("catalog/cart.yaml", CART);
    commit(&repo, "cart");
    repo
}

/// The blueprint of services with a change of every kind.
fn changed() -> Value {
    let mut service = service();
    let properties = service["schema"]["properties"].as_object_mut().expect("an object");
    properties.remove("language");
    properties.remove("since");
    properties["tags"] = json!({"type": "string"});
    properties["tier"] = json!({"type": "number", "maximum": 1});
    properties.insert("contact".to_owned(), json!({"type": "string"}));
    service["schema"]["required"] = json!(["contact"]);
    service["mirrorProperties"]["since"] = json!({"path": "system.owner"});
    service["relations"]["uses"]["many"] = json!(false);
    service["ownership"] = json!({"type": "Inherited", "path": "system"});
    service
}

/// A folder with these blueprints of services and systems.
fn propose(repo: &Repo, service: &Value) {
    repo.write("proposed/service.json", format!("{service:#}\n"));
    let mut system = system();
    system["ownership"] = json!({"type": "Direct"});
    repo.write("proposed/system.json", format!("{system:#}\n"));
}

fn parsed(run: &Run) -> Value {
    serde_json::from_str(&run.results).unwrap_or_else(|error| panic!("{error}: {}{}", run.results, run.talk))
}

fn impact(repo: &Repo, blueprints: &str) -> Value {
    let run = run(repo, &format!("diff --output json --blueprints {blueprints}"));
    assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
    parsed(&run)
}

/// `cart broken 9 tier value-out-of-range`, for every effect.
fn effects(impact: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let mut lines = Vec::new();
    for entity in list(&impact["entities"]) {
        for effect in list(&entity["effects"]) {
            let parts: Vec<String> =
                list(&effect["parts"]).iter().map(|it| it["name"].as_str().unwrap_or("team").to_owned()).collect();
            let words = |key: &str| effect[key].as_str().unwrap_or("-").to_owned();
            lines.push(format!(
                "{} {} {} {} {} {}",
                entity["identifier"].as_str().unwrap_or_default(),
                words("verdict"),
                effect["line"],
                parts.join("+"),
                words("rule"),
                words("loss")
            ));
        }
    }
    lines
}

#[test]
fn each_effect_has_its_verdict_and_its_line() {
    let repo = repo();
    propose(&repo, &changed());
    let found = impact(&repo, "proposed/");
    assert_eq!((&found["old"], &found["new"]), (&"`.portolan/blueprints`".into(), &"`proposed/`".into()));
    let cart: Vec<String> = effects(&found).into_iter().filter(|line| line.starts_with("cart ")).collect();
    let expected = [
        "cart broken 7 team inherited-team team-inherited",
        "cart newly-required 8 contact missing-property -",
        "cart broken 10 language unknown-property property-removed",
        "cart broken 11 tags wrong-property-type type-changed",
        "cart broken 12 since computed-property computed",
        "cart broken 16 uses relation-arity single-target",
    ];
    assert_eq!(cart, expected);
    // `tier: 1` is still in range, and that of the others is not.
    let others = effects(&found);
    assert!(others.contains(&"pay broken 1 tier value-out-of-range -".to_owned()), "{others:?}");
    assert_eq!(found["summary"], json!({"broken": 4, "lossy": 0, "newlyRequired": 0, "safe": 1}));
    let details = found["blueprints"][0]["details"].as_array().expect("a list");
    let tier = details.iter().find(|detail| detail["name"] == "tier").expect("it changed");
    assert_eq!(tier["entities"]["broken"], 3);
    assert_eq!(found["unjudged"][0]["kind"], "catalog-not-read");
}

#[test]
fn lint_gives_the_same_refusals_and_no_others() {
    let repo = repo();
    // An error of today is none of the change.
    repo.write(
        "catalog/odd.yaml",
        super::world::entity(&json!({"blueprint": "service", "identifier": "odd", "properties": {"tier": "x"}})),
    );
    propose(&repo, &changed());
    let lint = run(&repo, "lint --output json --blueprints proposed/");
    assert_eq!(lint.code, 1, "{}", lint.talk);
    let findings = parsed(&lint)["findings"].as_array().expect("a list").clone();
    let mut linted: Vec<String> = findings
        .iter()
        .filter(|finding| !finding["entity"].is_null())
        .map(|it| format!("{} {} {}", it["entity"]["identifier"], it["rule"], it["start"]["line"]).replace('"', ""))
        .collect();
    linted.sort();
    let found = impact(&repo, "proposed/");
    let mut refused = Vec::new();
    for entity in found["entities"].as_array().expect("a list") {
        let effects = entity["effects"].as_array().expect("a list").iter().filter(|effect| !effect["rule"].is_null());
        refused.extend(
            effects.map(|it| format!("{} {} {}", entity["identifier"], it["rule"], it["line"]).replace('"', "")),
        );
    }
    refused.sort();
    assert_eq!(linted, refused);
    assert!(linted.contains(&"odd missing-property 1".to_owned()), "{linted:?}");
    assert!(!linted.iter().any(|line| line.starts_with("odd wrong")), "{linted:?}");
    // Without a change there is nothing new.
    assert_eq!(run(&repo, "lint --blueprints .portolan").code, 0);
    assert_eq!(run(&repo, "lint").code, 1);
    // PATHS still select.
    let one = parsed(&run(&repo, "lint --output json --blueprints proposed/ catalog/pay.yaml"));
    let paths: Vec<&Value> = one["findings"].as_array().expect("a list").iter().map(|it| &it["path"]).collect();
    assert!(!paths.is_empty() && paths.iter().all(|path| *path == "catalog/pay.yaml"), "{paths:?}");
}

#[test]
fn blueprints_are_named_in_many_ways() {
    let repo = repo();
    let (service, mut system) = (changed(), system());
    propose(&repo, &service);
    system["ownership"] = json!({"type": "Direct"});
    let volatile = json!({"createdAt": "2026-01-01T00:00:00.000Z", "updatedBy": "ada", "id": "x"});
    let mut answered = service.clone();
    answered.as_object_mut().expect("an object").extend(volatile.as_object().expect("an object").clone());
    repo.write("list.json", json!([service, system]).to_string());
    repo.write("export.json", format!("{:#}", json!({"ok": true, "blueprints": [answered, system]})));
    repo.write("repo/.portolan/blueprints/a.json", system.to_string());
    repo.write("repo/.portolan/blueprints/b.json", service.to_string());
    let expected = impact(&repo, "./proposed");
    assert_eq!(expected["summary"]["broken"], 4);
    for name in ["proposed/", "list.json", "export.json", "repo", "repo/.portolan"] {
        let found = impact(&repo, name);
        for key in ["summary", "blueprints", "entities", "unjudged"] {
            assert_eq!(found[key], expected[key], "{name} {key}");
        }
    }
    // A file with one blueprint replaces this one; several are all of them.
    let one = impact(&repo, "proposed/service.json");
    assert_eq!(one["blueprints"].as_array().map(Vec::len), Some(1));
    assert_eq!(one["notes"], json!([]));
    repo.write("one.json", json!({"ok": true, "blueprint": service}).to_string());
    assert_eq!(impact(&repo, "one.json")["entities"], one["entities"]);
    repo.write("alone/service.json", self::service().to_string());
    let alone = impact(&repo, "alone/");
    assert_eq!(alone["blueprints"][0]["identifier"], "system");
    assert_eq!(alone["blueprints"][0]["change"], "removed");
    assert_eq!(effects(&alone)[0], "shop broken 1  - blueprint-removed");
    assert!(effects(&alone).contains(&"cart lossy 14 system - target-removed".to_owned()), "{:?}", effects(&alone));
    assert_eq!(alone["notes"].as_array().map(Vec::len), Some(1));
    // A finding in an export is at its line.
    let mut bad = service.clone();
    bad["mirrorProperties"]["since"]["path"] = json!("nowhere.owner");
    repo.write("export.json", format!("{:#}", json!({"ok": true, "blueprints": [system, bad]})));
    let fault = &impact(&repo, "export.json")["faults"][0];
    let line = repo.read("export.json").lines().position(|line| line.contains("nowhere.owner")).expect("it is there");
    assert_eq!((&fault["path"], fault["line"].as_u64()), (&"export.json".into(), Some(line as u64 + 1)), "{fault}");
}

#[test]
fn a_revision_is_the_old_side() {
    let repo = repo();
    propose(&repo, &changed());
    let by_path = impact(&repo, "proposed/");
    repo.write(".portolan/blueprints/service.json", repo.read("proposed/service.json"));
    repo.write(".portolan/blueprints/system.json", repo.read("proposed/system.json"));
    let by_revision = impact(&repo, "HEAD");
    for key in ["summary", "blueprints", "entities", "unjudged"] {
        assert_eq!(by_revision[key], by_path[key], "{key}");
    }
    assert_eq!(by_revision["new"], "`.portolan/blueprints`");
    assert!(by_revision["old"].as_str().is_some_and(|old| old.starts_with("`HEAD` (")), "{}", by_revision["old"]);
    commit(&repo, "blueprints");
    assert_eq!(impact(&repo, "HEAD")["blueprints"], json!([]));
    assert_eq!(impact(&repo, "HEAD~1")["entities"], by_path["entities"]);
    assert_eq!(run(&repo, "lint --blueprints HEAD~1").code, 1);
    // With `--ref`, the snapshot of that commit is compared.
    let old = parsed(&run(&repo, "diff --output json --ref HEAD~1 --blueprints HEAD"));
    assert_eq!(old["summary"]["broken"], 0, "{old:#}");
}

#[test]
fn what_cannot_be_used_is_refused_with_its_name() {
    let repo = repo();
    propose(&repo, &changed());
    repo.git(&["branch", "proposed"]);
    repo.write("empty/readme.txt", "").write("broken/a.json", "{").write("number/a.json", "3");
    repo.write("twice/a.json", service().to_string()).write("twice/b.json", service().to_string());
    repo.write("none.json", r#"{"blueprints": [{"title": "x"}]}"#);
    for (name, code) in [
        ("nosuch", "no-such-blueprints"),
        ("propose", "no-such-blueprints"),
        ("proposed", "ambiguous-blueprints"),
        ("empty", "no-blueprints"),
        ("broken", "unusable-blueprints"),
        ("number", "unusable-blueprints"),
        ("none.json", "unusable-blueprints"),
        ("twice", "repeated-blueprint"),
    ] {
        for command in ["diff", "lint"] {
            let talk = run(&repo, &format!("{command} --blueprints {name}")).was_refused();
            assert_error(&talk, code);
            assert!(talk.contains(name), "{name}: {talk}");
        }
    }
    assert_error(&run(&repo, "lint --blueprints live").was_refused(), "lint-is-offline");
    assert_error(&run(&repo, "diff --blueprints proposed/ --fail-on hazard").was_refused(), "no-plan-to-fail-on");
    for flags in ["--out plan.json", "--base main", "--verify", "--only service", "--only-branch", "--prune"] {
        let talk = run(&repo, &format!("diff --blueprints proposed/ {flags}")).was_refused();
        assert!(talk.contains(CONFLICTING_FLAGS), "{flags}: {talk}");
    }
    let empty = Repo::new();
    empty.write("a.yaml", CART);
    empty.git(&["init", "--quiet"]);
    commit(&empty, "no snapshot");
    assert_error(&run(&empty, "diff --scope x --blueprints HEAD").was_refused(), "no-snapshot-then");
}

#[test]
fn the_exit_code_is_what_was_asked_for() {
    let repo = repo();
    let mut required = service();
    required["schema"]["properties"]["contact"] = json!({"type": "string"});
    required["schema"]["required"] = json!(["contact"]);
    let mut retargeted = service();
    retargeted["schema"]["properties"]["more"] = json!({"type": "string"});
    let mut team = service();
    team["ownership"] = json!({"type": "Inherited", "path": "system"});
    team["relations"]["system"]["target"] = json!("system");
    for (name, blueprint, exits) in
        [("broken", changed(), [0, 2, 1, 0, 0]), ("required", required, [0, 2, 0, 1, 0]), ("safe", retargeted, [0; 5])]
    {
        repo.write(&format!("{name}.json"), blueprint.to_string());
        let flags = ["", "--exit-code", "--fail-on broken", "--fail-on required", "--fail-on lossy"];
        for (flags, exit) in flags.into_iter().zip(exits) {
            let run = run(&repo, &format!("diff --blueprints {name}.json {flags} --output summary"));
            assert_eq!(run.code, exit, "{name} {flags}: {}{}", run.results, run.talk);
        }
    }
    let mut was_inherited = team;
    was_inherited["ownership"]["path"] = json!("uses.system");
    repo.write(".portolan/blueprints/service.json", was_inherited.to_string());
    repo.write("catalog/cart.yaml", CART.replace("  team: [blue]\n", ""));
    let mut direct = service();
    direct["ownership"] = json!({"type": "Direct"});
    repo.write("direct.json", direct.to_string());
    let run = run(&repo, "diff --blueprints direct.json --fail-on lossy,broken,required --output summary");
    assert_eq!((run.code, run.results.as_str()), (2, "Impact: 0 broken, 0 newly required, 4 lossy, 0 safe\n"));
}

#[test]
fn the_catalog_shows_what_only_it_has() {
    let world = World::new();
    world.elsewhere("service", &json!({"identifier": "ghost", "properties": {"tier": 7, "language": "go"}}));
    world.elsewhere("service", &json!({"identifier": "pay", "properties": {"language": "rust"}}));
    let mut service = service();
    service["schema"]["properties"].as_object_mut().expect("an object").remove("language");
    service["schema"]["properties"]["tier"]["maximum"] = json!(5);
    world.repo.write("new.json", service.to_string());
    let offline = parsed(&world.run("--output json --blueprints new.json"));
    assert_eq!(effects(&offline), ["cart broken 1 language unknown-property property-removed"]);
    let live = parsed(&world.run("--output json --blueprints new.json --live"));
    let expected = [
        "cart broken 1 language unknown-property property-removed",
        "ghost broken null language unknown-property property-removed",
        "ghost broken null tier value-out-of-range -",
        "pay lossy null language - property-removed",
    ];
    let mut found = effects(&live);
    found.sort();
    assert_eq!(found, expected);
    let declared: Vec<&Value> = live["entities"].as_array().expect("a list").iter().map(|it| &it["declared"]).collect();
    assert_eq!(declared, [&json!(true), &json!(false), &json!(true)]);
    assert_eq!((&live["unjudged"], &live["summary"]["safe"]), (&json!([]), &json!(2)));
}

#[test]
fn the_blueprints_of_the_catalog_are_judged_before_they_are_pulled() {
    let world = World::new();
    assert_eq!(parsed(&world.run("--output json --blueprints live"))["blueprints"], json!([]));
    world.elsewhere("service", &json!({"identifier": "ghost", "properties": {"tier": 2}}));
    world.catalog.change("service", |blueprint| {
        blueprint["schema"]["properties"]["contact"] = json!({"type": "string"});
        blueprint["schema"]["required"] = json!(["contact"]);
    });
    let live = parsed(&world.run("--output json --blueprints live"));
    let new = live["new"].as_str().expect("a name");
    assert!(new.starts_with("http://127.0.0.1:"), "{new}");
    assert_eq!(live["summary"], json!({"broken": 0, "lossy": 0, "newlyRequired": 5, "safe": 0}));
    let ghost = effects(&live).into_iter().find(|line| line.starts_with("ghost")).expect("it is judged");
    assert_eq!(ghost, "ghost newly-required null contact missing-property -");
    // `pull --check` says the same of what it would bring.
    let check = run_with(&world.repo, "pull --check --output json", &world.catalog.variables());
    assert_eq!(check.code, 2, "{}", check.talk);
    assert_eq!(parsed(&check)["impact"]["summary"], json!({"broken": 0, "lossy": 0, "newlyRequired": 4, "safe": 0}));
    let text = run_with(&world.repo, "pull --check", &world.catalog.variables()).results;
    assert!(text.contains("blueprint `service`: 4 newly required\n"), "{text}");
    assert!(text.contains("\nImpact: 0 broken, 4 newly required, 0 lossy, 0 safe.\n"), "{text}");
}

#[test]
fn the_comment_of_a_branch_that_changes_blueprints_says_what_that_does() {
    let world = World::new();
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    let section = "Blueprint impact";
    let plain = world.run("--base main --output markdown").results;
    assert!(!plain.contains(section), "{plain}");
    assert_eq!(world.json("--base main")["impact"], Value::Null);
    let mut service = service();
    service["schema"]["properties"]["contact"] = json!({"type": "string"});
    world.repo.write(".portolan/blueprints/service.json", service.to_string());
    commit(&world.repo, "a property");
    let plan = world.json("--base main");
    assert_eq!(plan["impact"]["summary"], json!({"broken": 0, "lossy": 0, "newlyRequired": 0, "safe": 4}));
    let comment = world.run("--base main --output markdown").results;
    assert!(comment.contains(section) && !comment.contains("portolan:nothing-to-do"), "{comment}");
    assert_eq!(world.json("--no-base")["impact"], Value::Null);
    // Manifests that no longer fit stop the plan, and the comment says of which change.
    service["schema"]["required"] = json!(["contact"]);
    world.repo.write(".portolan/blueprints/service.json", service.to_string());
    commit(&world.repo, "required");
    let run = world.run("--base main --output markdown");
    assert_eq!(run.code, 1, "{}", run.talk);
    assert!(run.results.starts_with("<!-- portolan:diff acme/shop -->\n"), "{}", run.results);
    assert!(run.results.contains("❌ Blueprint impact: 4 newly required of 4 entities"), "{}", run.results);
    let text = world.run("--base main").results;
    assert!(text.contains("Impact: 0 broken, 4 newly required, 0 lossy, 0 safe."), "{text}");
}

#[test]
fn the_names_and_the_order_of_files_are_nothing() {
    let (one, other) = (repo(), repo());
    propose(&one, &changed());
    propose(&other, &changed());
    for (from, to) in [("catalog/cart.yaml", "catalog/zebra.yaml"), ("catalog/pay.yaml", "catalog/aaa.yaml")] {
        let text = other.read(from);
        other.write(to, text).remove(from);
    }
    let (text, service) = (other.read("proposed/system.json"), other.read("proposed/service.json"));
    other.write("proposed/aaa.json", text).write("proposed/zzz.json", service);
    other.remove("proposed/system.json");
    other.remove("proposed/service.json");
    let (one, other) = (impact(&one, "proposed/"), impact(&other, "proposed/"));
    assert_eq!(effects(&one), effects(&other));
    for key in ["summary", "blueprints", "unjudged"] {
        assert_eq!(one[key], other[key], "{key}");
    }
}

#[test]
fn what_is_silenced_or_unreadable_is_named() {
    let repo = repo();
    propose(&repo, &changed());
    repo.write(
        "catalog/cart.yaml",
        CART.replace("language: go", "language: go # portolan: ignore[unknown-property] soon"),
    );
    repo.write("catalog/torn.yaml", "apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: service\n");
    let kinds = |found: &Value| -> Vec<String> {
        let list = found["unjudged"].as_array().expect("a list").iter();
        list.map(|it| it["kind"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(kinds(&impact(&repo, "proposed/")), ["catalog-not-read", "unreadable", "silenced"]);
    repo.remove("catalog/shop.yaml");
    let mut system = system();
    system["schema"]["required"] = json!(["owner"]);
    repo.write("system.json", system.to_string());
    let found = impact(&repo, "system.json");
    assert_eq!(found["unjudged"][0]["kind"], "no-entity", "{found:#}");
    assert_eq!(found["unjudged"][0]["blueprint"], "system");
}

/// A comment that is no longer needed does not make up for one that now hides a refusal.
#[test]
fn what_is_silenced_is_compared_by_what_it_is() {
    let repo = repo();
    let mut service = changed();
    service["schema"]["properties"]["tier"] = json!({"type": "string"});
    propose(&repo, &service);
    let cart = CART.replace("tier: 1", "tier: high # portolan: ignore[wrong-property-type] soon");
    assert_ne!(cart, CART);
    repo.write("catalog/cart.yaml", &cart);
    let silenced = |found: &Value| {
        let list = found["unjudged"].as_array().expect("a list").iter();
        let silenced = list.filter(|it| it["kind"] == "silenced");
        silenced.map(|it| it["message"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(silenced(&impact(&repo, "proposed/")), [""; 0]);
    repo.write(
        "catalog/cart.yaml",
        cart.replace("language: go", "language: go # portolan: ignore[unknown-property] soon"),
    );
    let silenced = silenced(&impact(&repo, "proposed/"));
    assert!(silenced.len() == 1 && silenced[0].starts_with("1 "), "{silenced:?}");
}

#[test]
fn what_the_old_blueprints_give_too_is_no_baseline() {
    let repo = repo();
    repo.write(
        "catalog/odd.yaml",
        super::world::entity(&json!({"blueprint": "service", "identifier": "odd", "properties": {"tier": "x"}})),
    );
    let text = run(&repo, "lint --blueprints .portolan");
    assert_eq!(text.code, 0, "{}", text.talk);
    assert!(text.results.contains("1 with the old blueprints too"), "{}", text.results);
    let summary = parsed(&run(&repo, "lint --output json --blueprints .portolan"))["summary"].clone();
    assert_eq!((&summary["unchanged"], &summary["baselined"]), (&json!(1), &json!(0)));
}

#[test]
fn a_blueprint_that_cannot_be_read_is_not_a_removed_one() {
    let repo = repo();
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    let mut system = system();
    system["schema"]["properties"]["more"] = json!({"type": "string"});
    repo.write(".portolan/blueprints/service.json", "{").write(".portolan/blueprints/system.json", system.to_string());
    let found = impact(&repo, "HEAD");
    assert_eq!(found["summary"], json!({"broken": 0, "newlyRequired": 0, "lossy": 0, "safe": 1}), "{found:#}");
    assert_eq!(found["blueprints"].as_array().map(Vec::len), Some(1));
    assert!(found["notes"][0].as_str().is_some_and(|note| note.contains("`service` was not judged")), "{found:#}");
    assert_eq!(found["faults"][0]["rule"], "broken-blueprint");
    // From the other side it is no new one.
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "torn"]);
    repo.git(&["checkout", "--quiet", "main"]);
    assert_eq!(impact(&repo, "feature")["blueprints"].as_array().map(Vec::len), Some(1));
}

#[test]
fn values_that_look_like_credentials_are_masked() {
    let repo = repo();
    let secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let mut service = service();
    service["schema"]["properties"]["token"] = json!({"type": "string"});
    repo.write(".portolan/blueprints/service.json", service.to_string());
    repo.write("catalog/cart.yaml", CART.replace("language: go", &format!("token: {secret}")));
    service["schema"]["properties"]["token"]["enum"] = json!(["a"]);
    repo.write("new.json", service.to_string());
    for format in ["text", "json", "markdown"] {
        let run = run(&repo, &format!("diff --blueprints new.json --output {format}"));
        assert!(run.results.contains("is not one of the choices of `token`"), "{}", run.results);
        assert!(!run.results.contains(secret), "{}", run.results);
    }
}
