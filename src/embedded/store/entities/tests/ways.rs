//! Tests long relation paths: the number of paths grows with every hop, but the number of targets does not.

use serde_json::json;

use super::*;
use crate::embedded::store::entities::relation_paths::PathWalker;

const HOPS: usize = 4;

/// Creates this many entities, each pointing to all of them.
fn meshed(many: usize) -> Store {
    let store = Store::in_memory(Arc::new(|| NOW)).expect("memory is there");
    put_blueprint(
        &store,
        &json!({
            "identifier": "node", "schema": {"properties": {}}, "relations": {"next": {"target": "node", "many": true}},
            "mirrorProperties": {"far": {"path": format!("{}$identifier", "next.".repeat(HOPS))}},
        }),
    );
    let names: Vec<_> = (0..many).map(|number| format!("{number:02}")).collect();
    for pointing in [false, true] {
        for name in &names {
            let relations = if pointing { json!({"next": names}) } else { json!({}) };
            put(&store, "node", json!({"identifier": name, "relations": relations}));
        }
    }
    store
}

#[test]
fn each_end_is_there_once_however_many_ways_lead_to_it() {
    let store = meshed(12);
    let far = get(&store, "node", "03").unwrap()["properties"]["far"].take();
    assert_eq!(far, (0..12).map(|number| format!("{number:02}")).collect::<Value>());
}

#[test]
fn a_walk_takes_so_many_links_and_no_more() {
    let store = meshed(12);
    let hops: Vec<Box<str>> = vec!["next".into(); HOPS];
    let walker = |links: usize| {
        store.read(|transaction| {
            let blueprint = store.compiled(transaction, "node")?.id;
            let sources: Vec<i64> = transaction
                .prepare("SELECT id FROM entities")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let ends = PathWalker::within(links, &store, transaction).ends(blueprint, &sources, &hops)?;
            Ok(ends.values().map(Vec::len).sum::<usize>())
        })
    };
    // From 12 sources, the first hop follows 12 links, and each later hop 12 from each of 12 entities.
    let taken = 12 * (12 + 3 * 12 * 12);
    assert_eq!(refusal(walker(taken)), Ok(12 * 12));
    let refused = refusal(walker(taken - 1)).expect_err("it is too far");
    assert_eq!(refused.status, 422);
    let words = refused.message.unwrap_or_default();
    assert!(words.contains("next.next.next.next") && words.contains("exclude_calculated_properties"), "{words}");
}
