//! Measures the store; run by hand: `cargo test --release --lib -- --ignored --nocapture figures`. It asserts nothing.

use std::time::{Duration, Instant};

use serde_json::{Map, json};

use super::*;

const ALL: usize = 200_000;
const BATCH: usize = 20;

fn blueprint() -> Value {
    let mut properties = Map::new();
    for at in 0..4 {
        properties.insert(format!("text{at}"), json!({"type": "string"}));
        properties.insert(format!("number{at}"), json!({"type": "number"}));
    }
    properties.insert("url".to_owned(), json!({"type": "string", "format": "url"}));
    properties.insert("level".to_owned(), json!({"type": "string", "enum": ["low", "high"]}));
    properties.insert("code".to_owned(), json!({"type": "string", "pattern": "^[a-z]+-[0-9]+$"}));
    properties.insert("tags".to_owned(), json!({"type": "array", "items": {"type": "string"}}));
    properties.insert("since".to_owned(), json!({"type": "string", "format": "date-time"}));
    json!({
        "identifier": "workload", "schema": {"properties": properties, "required": ["text0"]},
        "relations": {
            "domain": {"target": "domain"}, "owner": {"target": "domain"}, "uses": {"target": "domain", "many": true},
        },
        "mirrorProperties": {"domainTitle": {"path": "domain.$title"}},
    })
}

fn workload(at: usize) -> Value {
    let mut properties = Map::new();
    for part in 0..4 {
        properties.insert(format!("text{part}"), json!(format!("some words about workload {at}, part {part}")));
        properties.insert(format!("number{part}"), json!(at * part));
    }
    properties.insert("url".to_owned(), json!(format!("https://git.example.com/acme/workload-{at}")));
    properties.insert("level".to_owned(), json!("high"));
    properties.insert("code".to_owned(), json!(format!("acme-{at}")));
    properties.insert("tags".to_owned(), json!(["one", "two", "three"]));
    properties.insert("since".to_owned(), json!("2026-01-31T09:30:00Z"));
    let domain = |step: usize| format!("domain-{}", (at + step) % 100);
    json!({
        "identifier": format!("workload-{at:06}"), "title": format!("Workload {at}"), "properties": properties,
        "relations": {"domain": domain(0), "owner": domain(1), "uses": [domain(2), domain(3)]},
    })
}

fn each(what: &str, count: usize, took: Duration) {
    let each = took.as_secs_f64() * 1e6 / count as f64;
    println!("{what:44} {each:10.1} us each, {:10.0}/s", 1e6 / each);
}

fn timed(what: &str, count: usize, deed: impl FnOnce()) {
    let begin = Instant::now();
    deed();
    each(what, count, begin.elapsed());
}

#[test]
#[ignore = "it measures"]
fn figures() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("catalog.db"), Arc::new(|| NOW)).unwrap();
    furnish(&store);
    put_blueprint(&store, &blueprint());
    for at in 0..100 {
        put(&store, "domain", json!({"identifier": format!("domain-{at}"), "title": format!("Domain {at}")}));
    }
    let write = |from: usize, to: usize, options: &WriteOptions| {
        let mut drafts = (from..to).map(|at| Ok(draft(workload(at)))).collect::<Vec<_>>();
        let begin = Instant::now();
        while !drafts.is_empty() {
            let batch = drafts.drain(..BATCH.min(drafts.len())).collect();
            let results = store.bulk_upsert("workload", batch, options, &writer()).unwrap();
            assert!(results.iter().all(Result::is_ok), "{results:?}");
        }
        begin.elapsed()
    };
    let mut total = Duration::ZERO;
    let step = ALL / 10;
    for at in 0..10 {
        let took = write(at * step, (at + 1) * step, &merge());
        total += took;
        if at == 0 || at == 9 {
            each(&format!("create, after {}", at * step), step, took);
        }
    }
    each("create, all", ALL, total);
    each("merge the same again", step, write(0, step, &merge()));
    each("override the same again", step, write(0, step, &upsert()));
    timed("single upsert", 2_000, || {
        for at in 0..2_000 {
            put(&store, "workload", workload(at * 97));
        }
    });
    for (what, computed) in [("point read", ComputedParts::None), ("point read with a mirror", ComputedParts::Mirrors)]
    {
        let shape = Shape { computed, ..Shape::default() };
        timed(what, 20_000, || {
            for at in 0..20_000 {
                store.entity("workload", &format!("workload-{:06}", (at * 7919) % ALL), &shape).unwrap();
            }
        });
        for (place, from) in [("start", None), ("end", Some(format!("workload-{:06}", ALL - 1001)))] {
            timed(&format!("page of 1000 at the {place}, computed {computed:?}"), 20_000, || {
                for _ in 0..20 {
                    let page = store.entities("workload", &shape, from.as_deref(), 1000).unwrap();
                    assert_eq!(page.entities.len(), 1000);
                }
            });
        }
    }
    timed("count", 20_000, || (0..20_000).for_each(|_| assert_eq!(store.count("workload").unwrap(), ALL as u64)));
    timed("patch", 2_000, || {
        for at in 0..2_000 {
            let body = draft(json!({"properties": {"number1": at}}));
            store.patch_entity("workload", &format!("workload-{at:06}"), &body, &merge(), &writer()).unwrap();
        }
    });
    timed("delete", 2_000, || {
        for at in 0..2_000 {
            store.delete_entity("workload", &format!("workload-{at:06}"), false, &writer()).unwrap();
        }
    });
    timed("rename of what 8000 point to", 1, || {
        let body = draft(json!({"identifier": "renamed"}));
        store.patch_entity("domain", "domain-5", &body, &merge(), &writer()).unwrap();
    });
    timed("delete all", ALL - 2_000, || {
        store.delete_all("workload", false, &writer()).unwrap();
    });
    println!("{} MiB on disk", std::fs::metadata(folder.path().join("catalog.db")).unwrap().len() >> 20);
}
