//! Tests `diff` with different catalogs: the same plan from the file and over HTTP, the minimal number of requests, and
//! the errors if the catalog is unreachable.

use serde_json::{Value, json};

use super::world::{World, at, shop};
use crate::cli::pull::bench::acme;
use crate::cli::{run, run_with};
use crate::testkit::faulty::{Fault, Faulty, Schedule};
use crate::testkit::plain::Plain;
use crate::testkit::serving::Serving;
use crate::testkit::{contents, files_below};

#[test]
fn the_embedded_catalog_gives_the_same_plan_over_http_and_without() {
    let repo = acme();
    // The file of this repository's embedded catalog.
    std::fs::create_dir_all(repo.path().join(".portolan")).expect("a folder");
    let file = repo.path().join(".portolan/local.db");
    let (file, folder) = (file.to_str().expect("UTF-8"), repo.path().to_str().expect("UTF-8"));
    let serving = Serving::start(&["--store", file, "--seed", folder]);
    let empty = run_with(&repo, "diff --exit-code", &at(&serving.url));
    assert_eq!(empty.code, 0, "{}{}", empty.results, empty.talk);
    for path in files_below(&repo.path().join("catalog")) {
        let path = format!("catalog/{}", path.display());
        let text = repo.read(&path);
        repo.write(&path, text.replace("tier: 2", "tier: 3").replace("lifecycle: production", "lifecycle: beta"));
    }
    repo.remove("catalog/payments/payouts.yaml");
    let mut plans = Vec::new();
    let by_file = [("PORTOLAN_CATALOG", "local")];
    for variables in [&at(&serving.url)[..], &by_file] {
        let run = run_with(&repo, "diff --output json", variables);
        let mut plan: Value =
            serde_json::from_str(&run.results).unwrap_or_else(|_| panic!("{}{}", run.results, run.talk));
        assert!(plan["changes"].as_array().is_some_and(|changes| changes.len() > 5), "{plan:#}");
        let parts = plan.as_object_mut().expect("an object");
        // The plan's digest and its approval are specific to one catalog.
        let digests = ["digest", "approval"].map(|name| parts.remove(name));
        assert!(digests.iter().all(Option::is_some), "{digests:?}");
        parts.remove("catalog");
        plans.push(plan);
        let text = run_with(&repo, "diff", variables).results;
        let text = text.replace(&serving.url, "it").replace("the embedded catalog `.portolan/local.db`", "it");
        let text = text.split(" --approve ").next().unwrap_or_default().to_owned();
        plans.push(text.into());
    }
    assert_eq!(plans[0], plans[2]);
    assert_eq!(plans[1], plans[3]);
}

#[test]
fn only_what_is_named_is_read_and_nothing_is_written() {
    let world = World::new();
    for name in ["board", "badge", "zoo"] {
        let blueprint = json!({"identifier": name, "title": name, "schema": {"properties": {}}, "relations": {}});
        world.catalog.plain.must("POST", "blueprints", Some(&blueprint));
        world.elsewhere(name, &json!({"identifier": "one"}));
    }
    let proxy = Faulty::before(&world.catalog.serving.url, Schedule::calm());
    let before = (contents(world.repo.path()), world.catalog.plain.all("service"));
    let run = run_with(&world.repo, "diff --verify", &at(&proxy.url));
    assert_eq!(run.code, 0, "{}", run.talk);
    // A token, the blueprints, the owned keys; then a page and a count for each of two blueprints.
    assert_eq!(proxy.requests(), 7);
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    run_with(&world.repo, "diff --verify", &at(&proxy.url));
    world.cart(|_| ());
    assert_eq!((contents(world.repo.path()), world.catalog.plain.all("service")), before);
}

#[test]
fn the_same_bytes_every_time() {
    let world = World::new();
    world.cart(|cart| cart["properties"]["config"] = json!({"z": 1, "a": 2}));
    world.repo.remove("catalog/log.yaml");
    for format in ["text", "json", "markdown", "summary"] {
        let first = world.run(&format!("--output {format}")).results;
        assert!(!first.is_empty());
        assert_eq!(world.run(&format!("--output {format}")).results, first);
    }
}

#[test]
fn a_catalog_that_cannot_be_had_ends_with_5() {
    let repo = shop();
    let run = run_with(&repo, "diff --exit-code", &at("http://127.0.0.1:9"));
    assert_eq!((run.code, run.results.as_str()), (5, ""), "{}", run.talk);
    assert!(run.talk.contains("no connection to `127.0.0.1:9`"), "{}", run.talk);
    let world = World::new();
    let stale = [
        ("PORTOLAN_CATALOG", world.catalog.serving.url.as_str()),
        ("PORT_CLIENT_ID", "somebody"),
        ("PORT_CLIENT_SECRET", "hunter2"),
    ];
    let run = run_with(&world.repo, "diff", &stale);
    assert_eq!((run.code, run.results.as_str()), (5, ""), "{}", run.talk);
    assert!(run.talk.contains("rejected the credentials") && !run.talk.contains("hunter2"), "{}", run.talk);
}

#[test]
fn bad_days_of_the_network_change_nothing_in_the_plan() {
    let world = World::new();
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    world.repo.remove("catalog/log.yaml");
    let calm: Value = world.json("");
    let faults =
        vec![Fault::BadGateway, Fault::CutBefore, Fault::CutInBody, Fault::Truncated, Fault::RetryAfterSeconds];
    let proxy = Faulty::before(&world.catalog.serving.url, Schedule { seed: 5, faults, percent: 40 });
    let run = run_with(&world.repo, "diff --output json", &at(&proxy.url));
    let mut plan: Value = serde_json::from_str(&run.results).unwrap_or_else(|_| panic!("{}", run.talk));
    assert!(!proxy.happened().is_empty(), "nothing happened");
    // The digest of a plan is specific to one catalog.
    for part in ["catalog", "digest"] {
        plan[part] = calm[part].clone();
    }
    assert_eq!(plan, calm);
}

#[test]
#[ignore = "slow"]
fn many_entities_and_one_change_is_one_change() {
    let world = World::new();
    let mut all = String::new();
    for number in 0..2000 {
        let spec = json!({"blueprint": "service", "identifier": format!("s{number:04}"),
            "properties": {"tier": number % 4}, "relations": {"uses": [format!("s{:04}", (number + 1) % 2000)]}});
        all.push_str("---\n");
        all.push_str(&super::world::entity(&spec));
    }
    world.repo.write("catalog/many.yaml", &all);
    let plan = world.json("");
    assert_eq!(plan["counts"]["total"]["create"], 2000);
    let catalog = Serving::start(&["--store", "memory", "--seed", world.repo.path().to_str().expect("UTF-8")]);
    let one = all.replacen("\"tier\":3", "\"tier\":7", 1);
    world.repo.write("catalog/many.yaml", one);
    let run = run_with(&world.repo, "diff --output json", &at(&catalog.url));
    let plan: Value = serde_json::from_str(&run.results).expect("JSON");
    assert_eq!(super::world::changes(&plan), ["update service/s0003"]);
    assert_eq!(plan["counts"]["total"]["unchanged"], 2004);
    drop(Plain::connect(&catalog.url));
}

#[test]
fn in_a_pipeline_nobody_is_left_to_believe_that_local_was_meant() {
    let repo = shop();
    let said = run_with(&repo, "diff", &[("CI", "true")]).results;
    assert!(said.contains("No catalog configured"), "{said}");
    assert!(said.contains("PORT_CLIENT_ID"), "{said}");
    let named = run_with(&repo, "diff --catalog local", &[("CI", "true")]).results;
    assert!(!named.contains("No catalog configured"), "{named}");
    assert!(!run(&repo, "diff").results.contains("No catalog configured"));
}

#[test]
fn github_gets_the_summary_of_the_job() {
    let world = World::new();
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    let summary = world.repo.path().join("summary.md");
    let summary = summary.to_str().expect("UTF-8");
    let github = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary)];
    assert_eq!(world.run_in("", &github).code, 0);
    let text = world.repo.read("summary.md");
    assert!(text.starts_with("<!-- portolan:diff acme/shop -->\n### A push updates 1 entity"), "{text}");
    // With `--output summary`, the job summary is written too.
    assert_eq!(world.run_in("--output summary", &github).code, 0);
    assert_eq!(world.repo.read("summary.md"), text);
}
