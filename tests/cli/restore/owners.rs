//! Tests that a restore gives entities back to the owners from whom the push took them over, and says so where it cannot.

use std::collections::BTreeMap;

use serde_json::json;

use super::{CREDENTIALS, service};
use crate::cli::{Run, run_with};
use crate::testkit::Repo;
use crate::testkit::counts::{planned, pushed};
use crate::testkit::plain::Plain;
use crate::testkit::serving::Serving;

const OCEAN: &str = "port-ocean/pagerduty/0.2.1/1/exporter";

struct Adopted {
    repo: Repo,
    serving: Serving,
    plain: Plain,
}

impl Adopted {
    /// Scope `acme/web` wrote `a` and `b`, an integration wrote `c`; the manifests of `acme/new` change `a`, and have the
    /// others as they are.
    fn set() -> Self {
        let serving = Serving::start(&["--store", "memory"]);
        let plain = Plain::connect(&serving.url);
        let blueprint = json!({"identifier": "service", "title": "Service", "schema": {"properties": {"size": {"type": "number"}}}});
        plain.must("POST", "blueprints", Some(&blueprint));
        let web = "portolan/0.0.1 (statekey/acme/web)";
        for (name, agent) in [("a", web), ("b", web), ("c", OCEAN)] {
            let entity = json!({"identifier": name, "title": name, "properties": {"size": 1}});
            Plain::connect_as(agent, &serving.url).must("POST", "blueprints/service/entities", Some(&entity));
        }
        let repo = Repo::new();
        repo.write("portolan.yaml", "scope: acme/new\n");
        let manifests = [("a", 7), ("b", 1), ("c", 1)]
            .map(|(name, size)| service(name, &format!(", properties: {{size: {size}}}")));
        repo.write("catalog/all.yaml", manifests.concat());
        Self { repo, serving, plain }
    }

    fn run(&self, line: &str) -> Run {
        run_with(&self.repo, &format!("{line} --catalog {}", self.serving.url), &CREDENTIALS)
    }

    fn push(&self) {
        let push = self.run("push --adopt --backup before.json");
        assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
        assert_eq!(self.owners().into_values().collect::<Vec<_>>(), ["new", "new", "new"]);
    }

    /// A part of the owner's datasource, by entity.
    fn owners(&self) -> BTreeMap<String, &'static str> {
        let mut owners = BTreeMap::new();
        for (prefix, suffix, name) in [
            ("portolan", "(statekey/acme/web)", "web"),
            ("portolan", "(statekey/acme/new)", "new"),
            (OCEAN, "", "ocean"),
        ] {
            let body = json!({"datasource_prefix": prefix, "datasource_suffix": suffix});
            let found = self.plain.must("POST", "blueprints/entities/datasource-entities", Some(&body));
            for entity in found["entities"].as_array().expect("a list") {
                owners.insert(entity["identifier"].as_str().expect("a name").to_owned(), name);
            }
        }
        owners
    }

    fn size_of_a(&self) -> serde_json::Value {
        self.plain.must("GET", "blueprints/service/entities/a", None)["entity"]["properties"]["size"].clone()
    }
}

#[test]
fn what_a_push_took_over_goes_back_to_its_owners() {
    let scene = Adopted::set();
    let before = scene.owners();
    assert_eq!(before.values().copied().collect::<Vec<_>>(), ["web", "web", "ocean"]);
    scene.push();
    let shown = scene.run("restore before.json --dry-run");
    assert_eq!((shown.code, planned(&shown.results)[1]), (0, 1), "{}", shown.results);
    assert!(shown.results.contains("scope `acme/web`") && shown.results.contains("`pagerduty/1`"), "{}", shown.results);
    let restored = scene.run("restore before.json");
    assert_eq!((restored.code, pushed(&restored.results)[1]), (0, 1), "{}{}", restored.results, restored.talk);
    assert!(restored.talk.contains("`service/a` and `service/b` belong to scope `acme/web`"), "{}", restored.talk);
    assert_eq!((scene.owners(), scene.size_of_a()), (before.clone(), json!(1)));
    // The manifests still declare the change, and a push that may not take over does not.
    assert!(restored.results.contains("manifests"), "{}", restored.results);
    assert_eq!(scene.run("push").code, 4);
    let again = scene.run("restore before.json");
    assert_eq!((again.code, pushed(&again.results)), (0, [0, 0, 0, 0, 0, 3]), "{}", again.results);
    assert_eq!(scene.owners(), before);
}

#[test]
fn a_takeover_alone_is_undone_too() {
    let scene = Adopted::set();
    let before = scene.owners();
    scene.repo.write("catalog/all.yaml", service("b", ", properties: {size: 1}"));
    let push = scene.run("push --adopt-from acme/web --backup before.json");
    assert_eq!((push.code, scene.owners()["b"]), (0, "new"), "{}{}", push.results, push.talk);
    let restored = scene.run("restore before.json");
    assert_eq!((restored.code, scene.owners()), (0, before), "{}{}", restored.results, restored.talk);
    assert!(
        restored.results.contains("1 to give back") && restored.results.contains("1 given back"),
        "{}",
        restored.results
    );
}

#[test]
fn an_entity_that_its_owner_took_back_meanwhile_stays_with_it() {
    let scene = Adopted::set();
    scene.push();
    let entity = json!({"properties": {"size": 1}});
    Plain::connect_as("port-ocean/other/1/2/exporter", &scene.serving.url).must(
        "PATCH",
        "blueprints/service/entities/c",
        Some(&entity),
    );
    let restored = scene.run("restore before.json");
    assert_eq!(restored.code, 0, "{}{}", restored.results, restored.talk);
    assert_eq!(scene.owners().get("c"), None, "neither ours nor the first integration's");
}

#[test]
fn an_owner_that_the_backup_does_not_know_is_named_with_the_way_out() {
    let scene = Adopted::set();
    scene.push();
    let text = scene.repo.read("before.json");
    let unknown = text.replace(&format!("\"datasource\":\"{OCEAN}\""), "\"datasource\":null");
    assert_ne!(text, unknown);
    scene.repo.write("unknown.json", &unknown);
    let restored = scene.run("restore unknown.json");
    assert_eq!(restored.code, 0, "{}{}", restored.results, restored.talk);
    assert!(restored.results.contains("`service/c` stays with scope `acme/new`"), "{}", restored.results);
    assert!(restored.results.contains("resync") && restored.results.contains("--no-prune"), "{}", restored.results);
    assert_eq!(scene.owners().into_values().collect::<Vec<_>>(), ["web", "web", "new"]);
    // A backup of an earlier version knows no owners.
    let mut old: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for entity in old["entities"].as_array_mut().expect("a list") {
        assert!(entity.as_object_mut().expect("an object").remove("takenFrom").is_some());
    }
    scene.repo.write("old.json", old.to_string());
    assert_eq!(scene.run("restore old.json").code, 0);
}

#[test]
fn an_entity_that_a_restore_takes_over_is_given_back() {
    let scene = Adopted::set();
    scene.push();
    // The integration changes what the push changed.
    let entity = json!({"properties": {"size": 9}});
    Plain::connect_as(OCEAN, &scene.serving.url).must("PATCH", "blueprints/service/entities/a", Some(&entity));
    let restored = super::approved(|line| scene.run(line), "restore before.json --adopt");
    assert_eq!(restored.code, 0, "{}{}", restored.results, restored.talk);
    let owners = scene.owners();
    assert_eq!((scene.size_of_a(), owners["a"], owners["b"]), (json!(1), "ocean", "web"));
}
