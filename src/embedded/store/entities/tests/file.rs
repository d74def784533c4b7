//! Tests concurrent use of one file: by threads, handles and processes, one of which is killed.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use super::*;

fn open(path: &Path) -> Store {
    Store::open(path, Arc::new(|| NOW)).expect("it opens")
}

#[test]
fn two_handles_of_one_file_agree() {
    const EACH: usize = 60;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let (one, other) = (open(&path), open(&path));
    furnish(&one);
    std::thread::scope(|scope| {
        for (worker, store) in [&one, &other, &one, &other].into_iter().enumerate() {
            scope.spawn(move || {
                for at in 0..EACH {
                    put(store, "domain", json!({"identifier": format!("{worker}-{at}"), "properties": {"tier": at}}));
                    // An acknowledged write is visible to everyone.
                    assert_eq!(get(store, "domain", &format!("{worker}-{at}")).unwrap()["properties"]["tier"], at);
                    put(store, "domain", json!({"identifier": "shared", "title": format!("{worker} {at}")}));
                    let page = store.entities("domain", &Shape::default(), None, 1000).unwrap();
                    let counted = page.entities.len() as u64;
                    assert!(counted <= store.count("domain").unwrap());
                }
            });
        }
    });
    for store in [&one, &other, &open(&path)] {
        assert_eq!(store.count("domain").unwrap(), 4 * EACH as u64 + 1);
    }
}

#[test]
fn many_may_open_a_file_that_is_not_there_yet() {
    for _ in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        std::thread::scope(|scope| {
            for worker in 0..6 {
                let path = &path;
                scope.spawn(move || {
                    let store = open(path);
                    put(&store, "_team", json!({"identifier": format!("{worker}")}));
                });
            }
        });
        assert_eq!(open(&path).count("_team").unwrap(), 6);
    }
}

#[test]
fn a_blueprint_changed_through_one_handle_counts_for_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let (one, other) = (open(&path), open(&path));
    furnish(&one);
    let body = json!({"identifier": "shop", "properties": {"region": "eu"}});
    assert_eq!(code(post(&other, "domain", body.clone(), &merge())), "422 blueprint_schema_mismatch");
    put_blueprint(&one, &json!({"identifier": "domain", "schema": {"properties": {"region": {"type": "string"}}}}));
    post(&other, "domain", body.clone(), &merge()).expect("it has the property now");
    // A version that was rolled back is not cached: the next version has the same number.
    let undone: Result<(), Failure> = one.write(|transaction| {
        transaction.execute(
            "UPDATE blueprints SET version = version + 1, body = ?1 WHERE identifier = 'domain'",
            [json!({"identifier": "domain", "schema": {"properties": {}}}).to_string()],
        )?;
        assert!(one.compiled(transaction, "domain")?.property("region").is_none());
        Err(Refusal::invalid("no").into())
    });
    assert!(undone.is_err());
    put_blueprint(
        &one,
        &json!({"identifier": "domain", "schema": {"properties": {"region": {"type": "string"}, "zone": {"type": "number"}}}}),
    );
    post(&one, "domain", body, &merge()).expect("it has the property");
}

/// The process that is killed: it writes and reports each write until then.
const VICTIM: &str = "PORTOLAN_TEST_VICTIM";

#[test]
fn victim() {
    let Some(path) = std::env::var_os(VICTIM) else { return };
    let store = open(Path::new(&path));
    let mut said = std::io::stdout();
    let begin = store.count("domain").unwrap();
    for at in begin.. {
        let drafts =
            (0..3).map(|part| Ok(draft(json!({"identifier": format!("{at}-{part}"), "properties": {"tier": at}}))));
        let results = store.bulk_upsert("domain", drafts.collect(), &merge(), &writer()).unwrap();
        assert!(results.iter().all(Result::is_ok));
        let relations = json!({"dependsOn": [format!("{at}")]});
        let body = json!({"identifier": format!("{at}"), "properties": {"language": "go"}, "relations": relations});
        post(&store, "service", body, &creating_missing()).unwrap();
        writeln!(said, "acknowledged {at}").unwrap();
        said.flush().unwrap();
    }
}

#[test]
fn a_kill_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    // A handle that was open all the time must also see what the killed process wrote.
    let witness = open(&path);
    furnish(&witness);
    let mut acknowledged = HashSet::new();
    for round in 0..12_u64 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "embedded::store::entities::tests::file::victim", "--nocapture", "--test-threads=1"])
            .env(VICTIM, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        let mut said = lines.by_ref().map(|line| line.unwrap());
        // The first line shows that it is writing; the delay after it differs in every round.
        let first = said.by_ref().find(|line| line.contains("acknowledged ")).expect("it writes");
        std::thread::sleep(Duration::from_micros(300 + round * round * 977 % 23_000));
        victim.kill().unwrap();
        victim.wait().unwrap();
        for line in std::iter::once(first).chain(said) {
            // The test harness may print before the first line, and the last line may be cut off.
            let number = line.split("acknowledged ").nth(1).and_then(|number| number.parse::<u64>().ok());
            acknowledged.extend(number);
        }
        let store = if round % 2 == 0 { open(&path) } else { witness.clone() };
        for at in &acknowledged {
            for (blueprint, name) in
                [("service", format!("{at}")), ("domain", format!("{at}-0")), ("domain", format!("{at}-2"))]
            {
                get(&store, blueprint, &name).unwrap_or_else(|refusal| panic!("round {round}: {name}: {refusal:?}"));
            }
        }
        // A batch is written completely or not at all.
        assert_eq!(store.count("domain").unwrap() % 3, 0);
        // Of an index of words, SQLite's check may look at what its own connection has cached, so the connection is new. A
        // search looks at the file again.
        let fresh = open(&path);
        let sound: String = fresh
            .read(|transaction| Ok(transaction.query_row("PRAGMA integrity_check", [], |row| row.get(0))?))
            .unwrap();
        let found = store.find_text(&format!("{}", acknowledged.iter().max().unwrap()), 10, &|_| true).unwrap();
        assert!(found.iter().any(|entity| entity.blueprint == "service"), "round {round}");
        assert_eq!(sound, "ok");
        let broken =
            store.read(|transaction| Ok(transaction.prepare("PRAGMA foreign_key_check")?.exists([])?)).unwrap();
        assert!(!broken);
    }
    assert!(acknowledged.len() >= 12, "only {} were written", acknowledged.len());
}

#[test]
fn what_is_refused_leaves_no_writer_behind() {
    let store = store();
    let known = || -> u32 {
        store
            .read(|transaction| Ok(transaction.query_row("SELECT count(*) FROM datasources", [], |row| row.get(0))?))
            .unwrap()
    };
    let before = known();
    let stranger = Writer { user_agent: "a stranger".to_owned(), ..writer() };
    let write = |tier: Value| {
        let body = json!({"identifier": "a", "properties": {"tier": tier}});
        store.bulk_upsert("domain", vec![Ok(draft(body))], &merge(), &stranger).unwrap().remove(0).is_ok()
    };
    assert!(!write(json!("high")));
    assert_eq!(known(), before);
    assert!(write(json!(1)));
    assert_eq!(known(), before + 1);
}
