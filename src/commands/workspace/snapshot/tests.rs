//! Tests that lint and the embedded catalog judge generated blueprints and entities alike: what one rejects, the other
//! rejects. The exceptions are listed with their reasons.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value as Json, json};

use super::{Flaw, problems_of};
use crate::analysis::{
    AnalysisResult, Analyzer, DocumentContext, Evidence, Options, ProblemKind, RunState, Selection, Snapshot,
};
use crate::catalog::wire::{EntityDraft, Refusal, WriteOptions, Writer};
use crate::domain::blueprint::Blueprint;
use crate::domain::finding::{FileId, Severity};
use crate::domain::git_host::GitHost;
use crate::domain::value::day::Day;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::Strictness;
use crate::embedded::store::{Failure, Store};
use crate::generated_cases::config;
use crate::manifest::{Limits, Reader, decode};

const NOW: Moment = Moment(1_790_000_000_000);
fn writer() -> Writer {
    Writer { id: "tester".to_owned(), user_agent: "portolan/0 (statekey/a)".to_owned(), now: NOW }
}

/// The blueprints that every generated one may refer to.
fn others() -> Vec<Json> {
    vec![
        json!({
            "identifier": "domain", "title": "Domain", "ownership": {"type": "Direct"},
            "schema": {"properties": {"tier": {"type": "number"}}},
        }),
        json!({
            "identifier": "system", "title": "System", "schema": {"properties": {}},
            "relations": {"domain": {"target": "domain"}},
        }),
        json!({
            "identifier": "heir", "title": "Heir", "schema": {"properties": {}},
            "relations": {"domain": {"target": "domain"}}, "ownership": {"type": "Inherited", "path": "domain"},
        }),
    ]
}

fn store() -> Store {
    let store = Store::in_memory(Arc::new(|| NOW)).expect("memory is there");
    for body in others() {
        store.create_blueprint(body, &writer()).expect("it is legal");
    }
    store
}

fn refusal<T>(result: Result<T, Failure>) -> Option<Refusal> {
    match result {
        Ok(_) => None,
        Err(Failure::Refused(refusal)) => Some(*refusal),
        Err(Failure::Store(error)) => panic!("{error}"),
    }
}

/// The lint problems of a blueprint.
fn blueprint_problems(body: &Json) -> Vec<(Flaw, ProblemKind)> {
    let read = |body: Json| Blueprint::from_json(body);
    match read(body.clone()) {
        Err(flaw) => vec![(flaw, ProblemKind::Broken)],
        Ok((blueprint, flaws)) => {
            let mut all = vec![blueprint.clone()];
            all.extend(others().into_iter().map(|body| read(body).expect("it is one").0));
            problems_of(&blueprint, &all, flaws)
        }
    }
}

/// Fails if lint and the catalog disagree and no exception explains it.
fn compare_blueprint(store: &Store, body: &Json) -> Result<(), TestCaseError> {
    let problems = blueprint_problems(body);
    let refused = refusal(store.copy().expect("memory is there").create_blueprint(body.clone(), &writer()));
    let is_error = problems.iter().any(|(_, kind)| *kind != ProblemKind::Odd);
    let has_words = |words: &str| problems.iter().any(|(flaw, _)| flaw.message.contains(words));
    let is_exception = refused.as_ref().is_some_and(|refused| {
        let message = refused.message.as_deref().unwrap_or_default();
        // Integrations ship the type `enum`. Lint only warns, because no observation of the live platform shows whether
        // it accepts it.
        let is_enum = has_words("is `enum`") && message.contains("allowed values");
        // A snapshot may be partial, so the target blueprint of a relation may be missing in it.
        let is_target = refused.status == 404 && message.contains("Blueprint with identifier");
        // System blueprints are in snapshots as the platform defines them, but no user may create one.
        let is_system = body["identifier"].as_str().is_some_and(|identifier| identifier.starts_with('_'));
        // Accounts extend system blueprints, so one that the snapshot lacks may have more properties than are known
        // here.
        let end = refused.details.as_ref().and_then(|details| details["blueprint"].as_str());
        let is_extended = refused.error.starts_with("invalid_") && end.is_some_and(|end| end.starts_with('_'));
        is_enum || is_target || is_system || is_extended
    });
    prop_assert!(
        is_error == refused.is_some() || !is_error && is_exception,
        "{body}\nlint: {:?}\ncatalog: {refused:?}",
        problems.iter().map(|(flaw, kind)| (kind, &flaw.message)).collect::<Vec<_>>()
    );
    Ok(())
}

/// The rules that report errors in an entity.
fn entity_errors(snapshot: &Snapshot, text: &str) -> Vec<String> {
    let options = Options {
        today: Day::parse("2026-11-10").expect("a day"),
        snapshot_max_age_days: 30,
        git_host: GitHost::Unknown,
        assumed_mappings: Vec::new(),
    };
    let selection = Selection::default();
    let analyzer = Analyzer::new(snapshot, &selection, &options);
    let mut state = RunState::default();
    let mut run = analyzer.file(FileId(0), text, &mut state);
    let mut reader = Reader::new(Limits::default());
    let mut manifests = Vec::new();
    reader.read(text, &mut |document| {
        manifests.clear();
        decode(document.view, "port.yml", &mut manifests);
        run.document(&DocumentContext {
            view: document.view,
            faults: document.faults,
            manifests: &manifests,
            is_mapped: false,
        });
    });
    run.finish(None);
    let AnalysisResult { findings, .. } = analyzer.conclude(vec![state.into_results()], Evidence::default(), &|_| true);
    let errors = findings.into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.rule.name, finding.message)).collect()
}

fn compare_entity(body: &Json, entity: &Json) -> Result<(), TestCaseError> {
    let store = store();
    store
        .create_blueprint(body.clone(), &writer())
        .map_err(|refused| TestCaseError::reject(format!("not a blueprint: {refused:?}")))?;
    let domain = json!({"identifier": "d1"});
    let draft = |body: &Json| EntityDraft::parse(body, Strictness::Open);
    let options = WriteOptions { upsert: true, merge: true, ..WriteOptions::default() };
    store.create_entity("domain", &draft(&domain).expect("it is one"), &options, &writer()).expect("it is legal");
    let read = |body: Json| Blueprint::from_json(body).expect("it is one").0;
    let snapshot = Snapshot::new(others().into_iter().chain([body.clone()]).map(read).collect());
    let errors = entity_errors(&snapshot, &entity.to_string());
    let refused = match draft(entity) {
        Err(refused) => Some(refused),
        Ok(draft) => refusal(store.create_entity("b", &draft, &options, &writer())),
    };
    let only = |rule: &str| errors.iter().all(|error| error.starts_with(rule));
    // The catalog ignores computed values, which every read returns; in a manifest they are a mistake.
    let is_computed = refused.is_none() && only("computed-property");
    // Lint has no list of the catalog's entities here, so only the catalog can reject a missing relation target.
    let is_target = errors.is_empty()
        && refused.as_ref().is_some_and(|refused| {
            refused.status == 404
                && refused.message.as_deref().unwrap_or_default().starts_with("Entity with identifier")
        });
    let is_exception = is_computed || is_target;
    prop_assert!(
        errors.is_empty() == refused.is_none() || is_exception,
        "{body}\n{entity}\nlint: {errors:?}\ncatalog: {refused:?}"
    );
    Ok(())
}

fn pick(choices: &[Json]) -> BoxedStrategy<Json> {
    proptest::sample::select(choices.to_vec()).boxed()
}

/// Values near the limits of what properties accept.
fn values() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        pick(&[
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(1),
            json!(1.0),
            json!(2.5),
            json!(3),
            json!(10),
            json!(1e300),
            json!(9_007_199_254_740_993_i64),
            json!(""),
            json!("a"),
            json!("aa"),
            json!("é"),
            json!("abc"),
            json!("https://a.b/c"),
            json!("a.b"),
            json!("a@b.c"),
            json!("10.0.0.1"),
            json!("::1"),
            json!("é@b.c"),
            json!("2023-11-06T11:02:59.000+0000"),
            json!("2024-01-01T00:00:00Z"),
            json!("2024-01-01"),
            json!("yes"),
            json!("CC-1"),
            json!("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
            json!("line\nline"),
            json!("\u{1f600}"),
        ]),
        Just(json!("a".repeat(20_000))),
    ];
    leaf.prop_recursive(2, 10, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::btree_map("a|b|url|x1", inner, 0..3)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
    .boxed()
}

/// Property schemas, nearly all valid.
fn schemas() -> BoxedStrategy<Json> {
    let kinds = pick(&[json!("string"), json!("number"), json!("boolean"), json!("object"), json!("array")]);
    let keyword = prop_oneof![
        pick(&[json!("url"), json!("email"), json!("idn-email"), json!("ipv4"), json!("ipv6"), json!("date-time")])
            .prop_map(|it| ("format", it)),
        pick(&[json!("timer"), json!("user"), json!("team"), json!("markdown"), json!("yaml"), json!("labeled-url")])
            .prop_map(|it| ("format", it)),
        pick(&[json!("proto"), json!("blueprints"), json!("date"), json!("uri")]).prop_map(|it| ("format", it)),
        pick(&[json!("open-api"), json!("embedded-url"), json!("nothing")]).prop_map(|it| ("spec", it)),
        pick(&[json!(["a", "abc"]), json!([1, 2.5]), json!([true]), json!([]), json!("a"), json!([null])])
            .prop_map(|it| ("enum", it)),
        (0..4_u64).prop_map(|it| ("minLength", it.into())),
        (0..4_u64).prop_map(|it| ("maxLength", it.into())),
        (-2..4_i64).prop_map(|it| ("minimum", it.into())),
        (-2..4_i64).prop_map(|it| ("maximum", it.into())),
        (-2..4_i64).prop_map(|it| ("exclusiveMinimum", it.into())),
        (-2..4_i64).prop_map(|it| ("exclusiveMaximum", it.into())),
        (0..3_u64).prop_map(|it| ("minItems", it.into())),
        (0..3_u64).prop_map(|it| ("maxItems", it.into())),
        any::<bool>().prop_map(|it| ("uniqueItems", it.into())),
        pick(&[
            json!("^CC-[0-9]$"),
            json!("^(?!a)"),
            json!("^(?=(a+)+$)b"),
            json!("(a|aa)+$"),
            json!("("),
            json!("^\\d+$"),
            json!("a{1000}{1000}"),
            json!("(?<=a)b"),
            json!("^[\\s\\S]*$"),
            json!("(a+)+(?!a)b"),
            json!(1),
            json!("\\p{L}"),
        ])
        .prop_map(|it| ("pattern", it)),
        pick(&[
            json!({"type": "string"}),
            json!({"type": "number", "minimum": 1}),
            json!({"type": "string", "format": "url"}),
            json!({"type": "string", "pattern": "^(?!x)a"}),
            json!({"type": "enum"}),
            json!({"format": "date"}),
            json!({}),
            json!({"type": "string", "enum": ["a"]}),
            json!([]),
        ])
        .prop_map(|it| ("items", it)),
        pick(&[
            json!({"a": {"type": "string"}}),
            json!({"a": {"type": "number"}, "b": {"type": "string", "pattern": "["}}),
            json!({"url": {"type": "string", "format": "url"}}),
        ])
        .prop_map(|it| ("properties", it)),
        pick(&[json!(["a"]), json!(["a", "b"])]).prop_map(|it| ("required", it)),
        any::<bool>().prop_map(|it| ("additionalProperties", it.into())),
        pick(&[json!({"^x": {"type": "number"}}), json!({"(": {}}), json!({"a{1000}{1000}": {}})])
            .prop_map(|it| ("patternProperties", it)),
        pick(&[json!("T"), json!(""), json!("é".repeat(101)), json!(1)]).prop_map(|it| ("title", it)),
        pick(&[json!("words"), json!(null)]).prop_map(|it| ("description", it)),
        values().prop_map(|it| ("default", it)),
    ];
    let odd_kinds = pick(&[json!("enum"), json!("integer"), json!(null), json!("String")]);
    let kind = prop_oneof![30 => kinds, 1 => odd_kinds];
    (kind, proptest::collection::vec(keyword, 0..3))
        .prop_map(|(kind, keywords)| {
            let mut schema = Map::from_iter([("type".to_owned(), kind)]);
            schema.extend(keywords.into_iter().map(|(key, value)| (key.to_owned(), value)));
            Json::Object(schema)
        })
        .boxed()
}

/// Blueprints whose schema keywords belong to their type, so that most are valid.
fn blueprints(tame: bool) -> BoxedStrategy<Json> {
    let name = if tame { "p1|p2|p3".boxed() } else { "p1|p2|p3|mirror|a b|_x|\\\\|é".boxed() };
    let properties = proptest::collection::btree_map(name, schemas(), 0..4);
    let required = proptest::collection::btree_set(if tame { "p1|p2|p3" } else { "p1|p2|p4" }, 0..3);
    let relation = (
        pick(&[json!("domain"), json!("system"), json!("b"), json!("_team"), json!("_rule"), json!("_rule_result")]),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
    );
    let odd_relation = pick(&[
        json!({"target": "nowhere"}),
        json!({"title": "no target"}),
        json!({"target": "domain", "surplus": 1}),
        json!({"target": 1}),
        json!([]),
        json!({"target": "_scorecard", "many": true, "required": true}),
        json!({"target": "domain", "many": "no"}),
    ]);
    let relation = relation.prop_map(move |(target, required, many)| {
        let mut relation = json!({"target": target});
        if let Some(required) = required {
            relation["required"] = required.into();
        }
        if let Some(many) = many.map(|many| many && !(tame && required == Some(true))) {
            relation["many"] = many.into();
        }
        relation
    });
    let relation = if tame { relation.boxed() } else { prop_oneof![6 => relation, 1 => odd_relation].boxed() };
    let relations = proptest::collection::btree_map(if tame { "r1|r2|r3" } else { "r1|r2|r3|_r|a b" }, relation, 0..4);
    let mirrors = pick(&[
        json!({}),
        json!({"mirror": {"path": "r1.$title"}}),
        json!({"mirror": {"path": "r1.tier"}}),
        json!({"mirror": {"path": "$team.$title"}}),
        json!({"mirror": {"path": "r1.$team.description"}}),
        json!({"mirror": {"path": "r1.r2.$identifier"}}),
        json!({"mirror": {"path": "$title"}}),
        json!({"mirror": {"path": "r1..x"}}),
        json!({"mirror": {"path": "r1.nothing", "title": "T"}}),
        json!({"mirror": {"title": "T"}}),
        json!({"mirror": {"path": "r1.$title", "surplus": 1}}),
        json!({"p1": {"path": "r1.$title"}}),
    ]);
    let calculations = pick(&[
        json!({}),
        json!({"calc": {"calculation": ".identifier", "type": "string"}}),
        json!({"calc": {"calculation": "1", "type": "number", "format": "url"}}),
        json!({"calc": {"type": "string"}}),
        json!({"calc": {"calculation": "1", "type": "text"}}),
        json!({"calc": {"calculation": "1", "type": "number", "x": 1}}),
    ]);
    let aggregations = pick(&[
        json!({}),
        json!({"agg": {"title": "A", "target": "domain", "calculationSpec": {"func": "count", "calculationBy": "entities"}}}),
        json!({"agg": {"title": "A", "target": "nowhere", "calculationSpec": {"func": "count", "calculationBy": "entities"}}}),
        json!({"agg": {"target": "domain", "calculationSpec": {"func": "count", "calculationBy": "entities"}}}),
        json!({"agg": {"title": "A", "target": "domain", "calculationSpec": {"func": "guess", "calculationBy": "entities"}}}),
    ]);
    let ownership = pick(&[
        json!(null),
        json!({"type": "Direct"}),
        json!({"type": "Inherited", "path": "r1"}),
        json!({"type": "Inherited"}),
        json!({"type": "Inherited", "path": "r1.$team"}),
        json!({"type": "Inherited", "path": "r1.domain"}),
        json!({"type": "Inherited", "path": "nothing"}),
        json!({"type": "Borrowed"}),
        json!("Direct"),
    ]);
    let identifiers = pick(&[
        json!("b"),
        json!("b"),
        json!("b"),
        json!("a b"),
        json!(".."),
        json!("é/b"),
        json!("b=c"),
        json!("_b"),
        json!(1),
    ]);
    let identifiers = if tame { Just(json!("b")).boxed() } else { identifiers };
    (identifiers, properties, required, relations, mirrors, calculations, aggregations, ownership)
        .prop_map(|(identifier, properties, required, relations, mirrors, calculations, aggregations, ownership)| {
            let mut body = json!({
                "identifier": identifier, "title": "B",
                "schema": {"properties": properties, "required": required}, "relations": relations,
                "mirrorProperties": mirrors, "calculationProperties": calculations, "aggregationProperties": aggregations,
            });
            if !ownership.is_null() {
                body["ownership"] = ownership;
            }
            body
        })
        .boxed()
}

fn entities() -> BoxedStrategy<Json> {
    let properties = proptest::collection::btree_map("p1|p2|p3|mirror|calc|p9", values(), 0..5);
    let target = pick(&[
        json!(null),
        json!("d1"),
        json!(["d1"]),
        json!([]),
        json!(5),
        json!("a b"),
        json!([1]),
        json!(["d1", "d1"]),
        json!(""),
    ]);
    let relations = proptest::collection::btree_map("r1|r2|r3|r9", target, 0..3);
    let team =
        pick(&[json!("absent"), json!("absent"), json!("t"), json!(["t", "u"]), json!([]), json!(1), json!([1])]);
    let title = pick(&[json!("absent"), json!("T"), json!(""), json!(1)]);
    let identifier =
        pick(&[json!("e"), json!("e"), json!("e"), json!("a b"), json!("é"), json!("x".repeat(1001)), json!(1)]);
    (identifier, properties, relations, team, title)
        .prop_map(|(identifier, properties, relations, team, title)| {
            let mut entity = json!({
                "identifier": identifier, "blueprint": "b", "properties": properties, "relations": relations,
            });
            for (key, value) in [("team", team), ("title", title)] {
                if value != "absent" {
                    entity[key] = value;
                }
            }
            entity
        })
        .boxed()
}

#[test]
fn lint_reports_a_blueprint_that_the_catalog_refuses_and_no_other() {
    let store = store();
    let mut runner = TestRunner::new(config(20));
    let result = runner.run(&blueprints(false), |body| compare_blueprint(&store, &body));
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn lint_reports_an_entity_that_the_catalog_refuses_and_no_other() {
    let tame = blueprints(true).prop_filter("a legal blueprint", |body| {
        blueprint_problems(body).iter().all(|(_, kind)| *kind == ProblemKind::Odd)
            && !body.to_string().contains("\"nowhere\"")
            && !body.to_string().contains("\"enum\"}")
    });
    let config =
        proptest::test_runner::Config { max_local_rejects: 10_000_000, max_global_rejects: 10_000_000, ..config(20) };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&(tame, entities()), |(body, entity)| compare_entity(&body, &entity));
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn each_fault_of_a_blueprint_is_known_to_both() {
    let store = store();
    let with = |key: &str, value: Json| {
        let mut body = json!({
            "identifier": "b", "title": "B", "schema": {"properties": {"p": {"type": "string"}}},
            "relations": {"r": {"target": "domain"}, "s": {"target": "system"}, "h": {"target": "heir"}},
        });
        body[key] = value;
        body
    };
    let property = |schema: Json| with("schema", json!({"properties": {"p": schema}}));
    let refused = [
        property(json!({"type": "string", "format": "date"})),
        property(json!({"type": "integer"})),
        property(json!({"type": "string", "enum": []})),
        property(json!({"type": "string", "pattern": "("})),
        property(json!({"type": "string", "pattern": "a{1000}{1000}"})),
        property(json!({"type": "object", "patternProperties": {"(": {}}})),
        property(json!({"type": "number", "default": "1"})),
        with("identifier", json!("a b")),
        with("identifier", json!("")),
        with("title", json!("")),
        with("schema", json!({"properties": {}, "required": ["nothing"]})),
        with("schema", json!({"properties": {}, "surplus": 1})),
        with("relations", json!({"r": {"target": "domain", "many": true, "required": true}})),
        with("relations", json!({"r": {"target": "domain", "surplus": 1}})),
        with("relations", json!({"_r": {"target": "domain"}})),
        with("mirrorProperties", json!({"m": {"path": "$title"}})),
        with("mirrorProperties", json!({"m": {"path": "r.nothing"}})),
        with("mirrorProperties", json!({"p": {"path": "r.$title"}})),
        with("ownership", json!({"type": "Inherited", "path": "nothing"})),
        with("ownership", json!({"type": "Inherited", "path": "s"})),
        with("ownership", json!({"type": "Inherited", "path": "h"})),
        with("calculationProperties", json!({"c": {"type": "string"}})),
    ];
    for body in refused {
        assert!(refusal(store.copy().expect("memory").create_blueprint(body.clone(), &writer())).is_some(), "{body}");
        let problems = blueprint_problems(&body);
        assert!(problems.iter().any(|(_, kind)| *kind != ProblemKind::Odd), "{body}: {problems:?}");
    }
    let taken = [
        with(
            "relations",
            json!({"r": {"target": "_rule"}, "s": {"target": "_rule_result", "many": true}, "t": {"target": "_scorecard"}}),
        ),
        with("mirrorProperties", json!({"m": {"path": "$team.$title"}, "n": {"path": "r.$team.description"}})),
        with("mirrorProperties", json!({"m": {"path": "s.domain.$team"}, "n": {"path": "h.$team.$title"}})),
        with("ownership", json!({"type": "Inherited", "path": "r", "title": "Owners"})),
        with("ownership", json!({"type": "Inherited", "path": "s.domain.$team"})),
        property(json!({"type": "string", "pattern": "^(?!a)b"})),
    ];
    for body in taken {
        let refused = refusal(store.copy().expect("memory").create_blueprint(body.clone(), &writer()));
        assert_eq!(refused.map(|refused| refused.message), None, "{body}");
        assert_eq!(blueprint_problems(&body), [], "{body}");
    }
    // The Argo CD integration ships this blueprint: the catalog rejects it, and lint only warns.
    let shipped = property(json!({"type": "enum", "enum": ["a"]}));
    assert!(refusal(store.create_blueprint(shipped.clone(), &writer())).is_some());
    assert!(blueprint_problems(&shipped).iter().all(|(_, kind)| *kind == ProblemKind::Odd));
    assert_eq!(blueprint_problems(&shipped).len(), 1);
}
