//! Questions that the platform's public sources do not answer. Each sends its own requests. A live run prints the answers
//! next to ours; a run against the embedded catalog checks the answers listed in `docs/live.md`.
//!
//! A different answer of a live organisation fails nothing: change the embedded catalog, the choice here, and the table
//! (`UPDATE=1` writes it).

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::bench::Bench;
use crate::api::exceptions::{SHAPES, STATUSES, UNDESCRIBED};
use crate::live::{Event, report};

mod ask;

pub struct Question {
    pub asks: &'static str,
    /// The answer of the embedded catalog.
    pub choice: &'static str,
    pub ask: fn(&Bench) -> String,
}

pub const QUESTIONS: &[Question] = &[
    Question {
        asks: "a property that the blueprint does not have",
        choice: "422 blueprint_schema_mismatch",
        ask: |bench| ask::written(bench, json!({"properties": {"nobody": 1}})).brief(),
    },
    Question {
        asks: "a value of the wrong type",
        choice: "422 blueprint_schema_mismatch",
        ask: |bench| ask::written(bench, json!({"properties": {"tier": "one"}})).brief(),
    },
    Question {
        asks: "a required property that is missing",
        choice: "422 blueprint_schema_mismatch",
        ask: ask::missing_required_property,
    },
    Question {
        asks: "a required property that a merge sets to null",
        choice: "422 blueprint_schema_mismatch",
        ask: ask::merged_null_of_a_required_property,
    },
    Question {
        asks: "POST with `upsert` of an entity that exists",
        choice: "200",
        ask: |bench| {
            ask::written(bench, json!({}));
            ask::written(bench, json!({"title": "Again"})).brief()
        },
    },
    Question {
        asks: "POST with `merge` but without `upsert` of an entity that exists",
        choice: "409 identifier_taken",
        ask: |bench| {
            let blueprint = ask::service(bench);
            bench.create(&blueprint, json!({"identifier": "a"}));
            bench.write(&blueprint, &[("merge", "true")], json!({"identifier": "a"})).brief()
        },
    },
    Question {
        asks: "`validation_only` of an entity that could be created",
        choice: "200 with an entity",
        ask: ask::validation_only,
    },
    Question {
        asks: "a single string for a relation to many",
        choice: "422 relation_many_violation",
        ask: |bench| ask::written(bench, json!({"relations": {"uses": "shop"}})).brief(),
    },
    Question {
        asks: "a required relation that is missing",
        choice: "422 required_relation",
        ask: ask::missing_required_relation,
    },
    Question {
        asks: "a team that does not exist",
        choice: "201 [\"portolan-proof-no-such-team\"]",
        ask: |bench| {
            let answer = ask::written(bench, json!({"team": "portolan-proof-no-such-team"}));
            ask::with(&answer, &answer.json["entity"]["team"])
        },
    },
    Question { asks: "a computed property in the body", choice: "201, left out", ask: ask::computed_property },
    Question {
        asks: "a body with an unknown property, an unknown relation and a missing target: which error is returned",
        choice: "422 blueprint_schema_mismatch",
        ask: |bench| {
            let relations = json!({"nobody": "shop", "domain": "nowhere"});
            ask::written(bench, json!({"properties": {"nobody": 1}, "relations": relations})).brief()
        },
    },
    Question {
        asks: "a body with an unknown relation and a missing target: which one the error names",
        choice: "404 not_found, names the relation",
        ask: |bench| {
            let answer = ask::written(bench, json!({"relations": {"domain": "nowhere", "nobody": "shop"}}));
            let relation = answer.text.contains("nobody");
            format!("{}, names the {}", answer.brief(), if relation { "relation" } else { "target" })
        },
    },
    Question {
        asks: "a relation to an entity that comes earlier in the same bulk write",
        choice: "200",
        ask: |bench| ask::related_in_one_batch(bench, true),
    },
    Question {
        asks: "a relation to an entity that comes later in the same bulk write",
        choice: "207, errors: 404 not_found",
        ask: |bench| ask::related_in_one_batch(bench, false),
    },
    Question {
        asks: "the same entity twice in one bulk write",
        choice: "200, created: true, false, the last one stays",
        ask: ask::twice_in_one_batch,
    },
    Question {
        asks: "a bulk write in which every entity is rejected",
        choice: "207",
        ask: |bench| {
            let blueprint = ask::service(bench);
            bench
                .bulk(&blueprint, &[("upsert", "true")], &[json!({"identifier": "a", "properties": {"tier": "x"}})])
                .brief()
        },
    },
    Question {
        asks: "an entity of a bulk write that does not match the route's schema",
        choice: "207",
        ask: |bench| {
            let blueprint = ask::service(bench);
            let entities = [json!({"identifier": "a"}), json!({"identifier": "b", "title": 7})];
            bench.bulk(&blueprint, &[("upsert", "true")], &entities).brief()
        },
    },
    Question {
        asks: "a title that was never sent",
        choice: "null",
        ask: |bench| ask::shown(&ask::written(bench, json!({})).json["entity"], "title"),
    },
    Question {
        asks: "an icon that was never sent",
        choice: "null",
        ask: |bench| ask::shown(&ask::written(bench, json!({})).json["entity"], "icon"),
    },
    Question {
        asks: "a property that was never sent",
        choice: "null",
        ask: |bench| ask::shown(&ask::written(bench, json!({})).json["entity"]["properties"], "tier"),
    },
    Question {
        asks: "a property that was sent as null",
        choice: "null",
        ask: |bench| {
            let answer = ask::written(bench, json!({"properties": {"tier": null}}));
            ask::shown(&answer.json["entity"]["properties"], "tier")
        },
    },
    Question {
        asks: "a relation to one and a relation to many that were never sent",
        choice: "null, []",
        ask: |bench| {
            let relations = ask::written(bench, json!({})).json["entity"]["relations"].take();
            format!("{}, {}", ask::shown(&relations, "domain"), ask::shown(&relations, "uses"))
        },
    },
    Question { asks: "a property with a default that was never sent", choice: "3", ask: ask::default_value },
    Question {
        asks: "a title, an icon and a team that are sent as null in a POST",
        choice: "201 null, null, []",
        ask: |bench| {
            let answer = ask::written(bench, json!({"title": null, "icon": null, "team": null}));
            let entity = &answer.json["entity"];
            let shown = ["title", "icon", "team"].map(|key| ask::shown(entity, key));
            format!("{} {}", answer.brief(), shown.join(", "))
        },
    },
    Question {
        asks: "an inherited team that is sent back as it was read",
        choice: "200",
        ask: ask::inherited_team_sent_back,
    },
    Question {
        asks: "a default, when an entity that `create_missing_related_entities` created is written for the first time",
        choice: "null",
        ask: ask::default_of_a_created_target,
    },
    Question {
        asks: "bulk delete of three entities, one of which is required by others",
        choice: "403 has_dependents, 3 stay",
        ask: ask::bulk_deletion_with_a_dependent,
    },
    Question {
        asks: "bulk delete of two entities, one of which does not exist",
        choice: "404 not_found, 1 left",
        ask: ask::bulk_deletion_of_nobody,
    },
    Question {
        asks: "delete with dependents: entities that require the deleted one, entities that require those, entities with an optional relation to it",
        choice: "gone, gone, stays with null",
        ask: ask::cascade,
    },
    Question {
        asks: "delete without dependents of an entity that others have an optional relation to",
        choice: "200, stays with null",
        ask: ask::deletion_of_an_optional_target,
    },
    Question {
        asks: "a blueprint with an unknown icon",
        choice: "201",
        ask: |bench| {
            let schema = json!({"properties": {}});
            let body = json!({"identifier": bench.name("icon"), "title": "x", "icon": "NoSuchIcon", "schema": schema});
            ask::blueprint(bench, body).brief()
        },
    },
    Question {
        asks: "a property of the type `enum`",
        choice: "422 invalid_request",
        ask: |bench| {
            let schema = json!({"properties": {"p": {"type": "enum", "enum": ["a"]}}});
            let body = json!({"identifier": bench.name("enum"), "title": "x", "schema": schema});
            ask::blueprint(bench, body).brief()
        },
    },
    Question {
        asks: "a relation `required` and `many`",
        choice: "422 invalid_request",
        ask: |bench| {
            let target = ask::service(bench);
            let relations = json!({"r": {"target": target, "required": true, "many": true}});
            let schema = json!({"properties": {}});
            let body =
                json!({"identifier": bench.name("both"), "title": "x", "schema": schema, "relations": relations});
            ask::blueprint(bench, body).brief()
        },
    },
    Question {
        asks: "a relation that is changed from one to many while entities have it",
        choice: "200",
        ask: |bench| ask::changed_relation(bench, &|old, _| json!({"target": old, "required": false, "many": true})),
    },
    Question {
        asks: "a relation whose `target` is changed while entities have it",
        choice: "422 invalid_request",
        ask: |bench| ask::changed_relation(bench, &|_, new| json!({"target": new, "required": false, "many": false})),
    },
    Question {
        asks: "a blueprint that is deleted while it has entities",
        choice: "403 has_dependents",
        ask: |bench| {
            let blueprint = ask::service(bench);
            bench.create(&blueprint, json!({"identifier": "a"}));
            bench.delete(&["blueprints", &blueprint]).now().brief()
        },
    },
    Question {
        asks: "a blueprint that is deleted while others have relations to it",
        choice: "403 has_dependents",
        ask: |bench| {
            ask::service(bench);
            bench.delete(&["blueprints", &bench.name("domain")]).now().brief()
        },
    },
    Question {
        asks: "a relation of a new blueprint to itself",
        choice: "201",
        ask: |bench| {
            let own = bench.name("own");
            let relations = json!({"r": {"target": own, "required": false, "many": false}});
            let body = json!({"identifier": own, "title": "x", "schema": {"properties": {}}, "relations": relations});
            ask::blueprint(bench, body).brief()
        },
    },
    Question {
        asks: "PATCH with a new identifier: the answer, the relation of an entity that points to it, and whether `createdAt` stays",
        choice: "200, follows, stays",
        ask: ask::renamed,
    },
    Question {
        asks: "PATCH with a new identifier that another entity has",
        choice: "409 identifier_taken",
        ask: ask::renamed_to_a_taken_identifier,
    },
    Question {
        asks: "PATCH with a new identifier: `updatedAt` of an entity that points to it",
        choice: "stays",
        ask: ask::time_of_an_entity_that_points_to_a_renamed_one,
    },
    Question {
        asks: "the datasource of an entity is changed: the answer, and whether `updatedAt` stays",
        choice: "200, stays",
        ask: ask::relabelled,
    },
    Question {
        asks: "the datasource of two entities is changed, one of which does not exist",
        choice: "404 not_found, the other keeps its datasource",
        ask: ask::relabelled_with_nobody,
    },
    Question {
        asks: "the datasource of 21 entities is changed in one call",
        choice: "422 invalid_request",
        ask: ask::relabelled_beyond_the_limit,
    },
    Question {
        asks: "the keys of a data source in the list of data sources",
        choice: "blueprints, context, datasource",
        ask: ask::keys_of_a_data_source,
    },
    Question {
        asks: "entities counted by `$blueprint`, and by a property that one of two has",
        choice: "1 group of 2; 2 groups",
        ask: ask::grouped,
    },
    Question {
        asks: "an invalid token",
        choice: "401 unauthorized",
        ask: |bench| bench.get(&["blueprints"]).token(Some("Bearer nothing")).now().brief(),
    },
    Question {
        asks: "`x-ratelimit-reset`: a Unix time or seconds from now",
        choice: "seconds",
        ask: |bench| {
            let answer = bench.get(&["blueprints"]).now();
            let reset: u64 = answer.header("x-ratelimit-reset").and_then(|it| it.parse().ok()).unwrap_or_default();
            if reset > 1_000_000_000 { "epoch" } else { "seconds" }.to_owned()
        },
    },
];

#[test]
#[ignore = "slow"]
fn the_open_questions_are_asked() {
    let mut wrong = Vec::new();
    for question in QUESTIONS {
        // Each question has blueprints of its own, so that no answer depends on another's entities.
        let bench = Bench::open();
        let answer = (question.ask)(&bench);
        let mark = if answer == question.choice { "as chosen" } else { "OTHERWISE" };
        println!("{mark}: {}: {answer} (embedded: {})", question.asks, question.choice);
        if !bench.is_embedded() {
            let (asks, live, embedded) = (question.asks.to_owned(), answer.clone(), question.choice.to_owned());
            report(&Event::Question { asks, live, embedded });
        }
        if bench.is_embedded() && answer != question.choice {
            wrong.push(format!("{}: {answer}, not {}", question.asks, question.choice));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_on_live_runs_has_the_questions_and_the_exceptions() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/live.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let (head, rest) = page.split_once("<!-- questions -->\n").expect("where the table begins");
    let (_, tail) = rest.split_once("<!-- end -->").expect("where the table ends");
    let rows: Vec<String> = QUESTIONS.iter().map(|it| format!("| {} | {} |\n", it.asks, it.choice)).collect();
    let table = format!("| Question | The embedded catalog |\n|---|---|\n{}", rows.concat());
    let page_with_questions = format!("{head}<!-- questions -->\n{table}<!-- end -->{tail}");
    let (head, rest) = page_with_questions.split_once("<!-- exceptions -->\n").expect("where the table begins");
    let (_, tail) = rest.split_once("<!-- end -->").expect("where the table ends");
    let statuses = STATUSES.iter().map(|it| {
        let ending = if it.ending.is_empty() { String::new() } else { format!(" of `...{}`", it.ending) };
        (format!("{} to {}{ending}", it.status, it.method.unwrap_or("any method")), it.why)
    });
    let shapes = SHAPES.iter().map(|it| (format!("the body: {}", it.name), it.why));
    let routes = UNDESCRIBED.iter().map(|it| (format!("the route `{} {}`", it.method, it.path), it.why));
    let rows: Vec<String> =
        statuses.chain(shapes).chain(routes).map(|(what, why)| format!("| {what} | {why} |\n")).collect();
    let table = format!("| Not in the description | Why `serve` has it |\n|---|---|\n{}", rows.concat());
    let fresh = format!("{head}<!-- exceptions -->\n{table}<!-- end -->{tail}");
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(path, &fresh).expect("the page can be written");
    } else {
        assert_eq!(page, fresh, "stale: `UPDATE=1 cargo test --test main api::` writes it");
    }
}
