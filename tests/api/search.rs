//! Tests both searches, operator by operator: a rule and the entities that it matches. The same rule is sent to the
//! blueprint's paged search and to the global search, which must agree.

use serde_json::{Value, json};

use crate::api::answer::identifiers;
use crate::api::bench::Bench;

/// `shop` <- a, b; `bank` <- b; nothing <- c, d; d has a relation to a.
fn stocked(bench: &Bench) -> [String; 2] {
    let domain = bench.simple("domain", json!({}), json!({}));
    for (identifier, title) in [("shop", "The Shop"), ("bank", "The Bank")] {
        bench.create(&domain, json!({"identifier": identifier, "title": title}));
    }
    let properties = json!({
        "name": {"type": "string"},
        "tier": {"type": "number"},
        "public": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "born": {"type": "string", "format": "date-time"},
        "until": {"type": "string", "format": "timer"},
        "note": {"type": "string"},
    });
    let relations = json!({"domain": {"target": domain, "many": false}, "domains": {"target": domain, "many": true}});
    let service = bench.simple("service", properties, relations);
    let entity = |identifier: &str, properties: Value, relations: Value| {
        let title = format!("Service {}", identifier.to_uppercase());
        json!({"identifier": identifier, "title": title, "properties": properties, "relations": relations})
    };
    bench.fill(
        &service,
        &[
            entity(
                "a",
                json!({"name": "alpha", "tier": 1, "public": true, "tags": ["x", "y"], "born": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00Z"}),
                json!({"domain": "shop", "domains": ["shop"]}),
            ),
            entity(
                "b",
                json!({"name": "beta", "tier": 2, "public": false, "tags": ["y"], "born": "2021-06-01T00:00:00Z", "note": "hi", "until": "2999-01-01T00:00:00Z"}),
                json!({"domain": "shop", "domains": ["shop", "bank"]}),
            ),
            entity(
                "c",
                json!({"name": "gamma", "tier": 3, "public": true, "tags": ["z"], "born": "2022-01-01T00:00:00Z", "note": "bye"}),
                json!({"domain": "bank"}),
            ),
            entity("d", json!({"name": "delta", "tier": 4, "public": false, "tags": ["x", "z"], "born": "2023-01-01T00:00:00Z"}), json!({})),
        ],
    );
    [domain, service]
}

fn and(rules: &[Value]) -> Value {
    json!({"combinator": "and", "rules": rules})
}

fn rule(property: &str, operator: &str, value: Value) -> Value {
    json!({"property": property, "operator": operator, "value": value})
}

/// The entities that both searches return.
#[track_caller]
fn found(bench: &Bench, service: &str, rule: &Value) -> Vec<String> {
    let paged = identifiers(&bench.search(service, json!({"query": and(std::slice::from_ref(rule))})).gave(200));
    let own = json!({"property": "$blueprint", "operator": "=", "value": service});
    let wide = bench.post(&["entities", "search"]).send(and(&[own, rule.clone()])).gave(200);
    assert_eq!(identifiers(&wide), paged, "the two searches differ: {rule}");
    let matching: &[&str] = if paged.is_empty() { &[] } else { &[service] };
    assert_eq!(wide["matchingBlueprints"], json!(matching), "{rule}");
    paged
}

#[track_caller]
fn finds(bench: &Bench, service: &str, cases: &[(Value, &str)]) {
    for (rule, expected) in cases {
        assert_eq!(found(bench, service, rule).concat(), *expected, "{rule}");
    }
}

#[test]
fn comparisons() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    let cases = [
        (rule("name", "=", json!("alpha")), "a"),
        (rule("name", "=", json!("nobody")), ""),
        (rule("tier", "=", json!(2)), "b"),
        (rule("public", "=", json!(true)), "ac"),
        (rule("name", "!=", json!("alpha")), "bcd"),
        (rule("tier", "!=", json!(2)), "acd"),
        (rule("tier", ">", json!(2)), "cd"),
        (rule("tier", ">=", json!(2)), "bcd"),
        (rule("tier", "<", json!(2)), "a"),
        (rule("tier", "<=", json!(2)), "ab"),
        (rule("born", ">", json!("2021-06-01T00:00:00Z")), "cd"),
        (rule("born", ">=", json!("2021-06-01T00:00:00.000Z")), "bcd"),
        (rule("born", "<", json!("2021-06-01T02:00:00+02:00")), "a"),
        (rule("name", "in", json!(["alpha", "gamma", "nobody"])), "ac"),
        (rule("name", "notIn", json!(["alpha", "gamma"])), "bd"),
    ];
    finds(&bench, &service, &cases);
}

#[test]
fn parts_of_texts_and_lists() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    let cases = [
        (rule("name", "contains", json!("mm")), "c"),
        (rule("name", "doesNotContains", json!("mm")), "abd"),
        (rule("name", "beginsWith", json!("be")), "b"),
        (rule("name", "doesNotBeginsWith", json!("be")), "acd"),
        (rule("name", "endsWith", json!("ta")), "bd"),
        (rule("name", "doesNotEndsWith", json!("ta")), "ac"),
        (rule("tags", "contains", json!("y")), "ab"),
        (rule("tags", "doesNotContains", json!("y")), "cd"),
        (rule("tags", "containsAny", json!(["x", "z"])), "acd"),
        (rule("name", "contains", json!("%")), ""),
        (rule("name", "contains", json!("_")), ""),
    ];
    finds(&bench, &service, &cases);
}

#[test]
fn what_is_there_and_what_is_not() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    let bare = |property: &str, operator: &str| json!({"property": property, "operator": operator});
    let cases = [
        (bare("note", "isEmpty"), "ad"),
        (bare("note", "isNotEmpty"), "bc"),
        (bare("name", "isEmpty"), ""),
        (rule("note", "=", Value::Null), "ad"),
        (rule("note", "!=", Value::Null), "bc"),
        (bare("until", "isExpired"), "a"),
        (bare("until", "isNotExpired"), "b"),
    ];
    // Whether an entity without a timer matches `isNotExpired` is not specified.
    for (rule, expected) in cases {
        let mut seen = found(&bench, &service, &rule);
        if rule["operator"] == "isNotExpired" {
            seen.retain(|it| it == "a" || it == "b");
        }
        assert_eq!(seen.concat(), expected, "{rule}");
    }
}

#[test]
fn spans_of_time() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    let span = json!({"from": "2021-01-01T00:00:00Z", "to": "2022-12-31T00:00:00Z"});
    let cases = [
        (rule("born", "between", span.clone()), "bc"),
        (rule("born", "notBetween", span.clone()), "ad"),
        (rule("born", "=", span), "bc"),
        (rule("$createdAt", "between", json!({"preset": "today"})), "abcd"),
        (rule("$createdAt", "between", json!({"preset": "tomorrow"})), ""),
        (rule("$createdAt", "notBetween", json!({"preset": "today"})), ""),
        (rule("$updatedAt", ">", json!("2020-01-01T00:00:00Z")), "abcd"),
    ];
    for preset in
        ["lastDay", "lastWeek", "last2Weeks", "lastMonth", "last3Months", "last6Months", "last12Months", "yesterday"]
    {
        let old = rule("born", "between", json!({"preset": preset}));
        assert_eq!(found(&bench, &service, &old), [] as [&str; 0], "{preset}");
    }
    finds(&bench, &service, &cases);
}

#[test]
fn meta_properties() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    let writer = bench.entity(&service, "a")["createdBy"].take();
    let cases = [
        (rule("$identifier", "=", json!("a")), "a"),
        (rule("$identifier", "in", json!(["a", "d"])), "ad"),
        (rule("$identifier", "!=", json!("a")), "bcd"),
        (rule("$title", "=", json!("Service B")), "b"),
        (rule("$title", "contains", json!("vice")), "abcd"),
        (rule("$blueprint", "=", json!(service)), "abcd"),
        (rule("$blueprint", "!=", json!(service)), ""),
        (rule("$createdBy", "=", writer.clone()), "abcd"),
        (rule("$updatedBy", "!=", writer), ""),
        (json!({"property": "$icon", "operator": "isEmpty"}), "abcd"),
    ];
    finds(&bench, &service, &cases);
}

#[test]
fn rules_nest() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    let or = json!({"combinator": "or", "rules": [rule("tier", "=", json!(1)), rule("tier", "=", json!(4))]});
    let both = and(&[rule("public", "=", json!(false)), or.clone()]);
    let deep = (0..5).fold(both.clone(), |inner, _| json!({"combinator": "and", "rules": [inner]}));
    finds(&bench, &service, &[(or, "ad"), (both, "d"), (deep, "d"), (and(&[]), "abcd")]);
}

#[test]
fn no_rules_mean_everything() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    for body in [json!({}), json!({"query": and(&[])})] {
        assert_eq!(identifiers(&bench.search(&service, body).gave(200)), ["a", "b", "c", "d"]);
    }
}

#[test]
fn relations_can_be_asked_for_in_the_paged_search() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    let by = |relation: &str, operator: &str, value: Value| json!({"relation": relation, "operator": operator, "value": value});
    let titled = json!({"relation": "domain", "targetProperty": "$title", "operator": "contains", "value": "Shop"});
    let named = json!({"relation": "domain", "targetProperty": "$identifier", "operator": "=", "value": "bank"});
    let none = json!({"relation": "domain", "operator": "isEmpty"});
    for (rule, expected) in [
        (by("domain", "=", json!("shop")), "ab"),
        (by("domain", "in", json!(["bank"])), "c"),
        (titled, "ab"),
        (named, "c"),
        (none, "d"),
        (json!({"relation": "domain", "operator": "isNotEmpty"}), "abc"),
    ] {
        let answer = bench.search(&service, json!({"query": and(std::slice::from_ref(&rule))})).gave(200);
        assert_eq!(identifiers(&answer).concat(), expected, "{rule}");
    }
}

#[test]
fn related_to_walks_relations() {
    let bench = Bench::open();
    let [domain, service] = stocked(&bench);
    let to = |blueprint: &str, value: Value| json!({"operator": "relatedTo", "blueprint": blueprint, "value": value});
    let cases = [
        (to(&domain, json!("shop")), "ab"),
        (to(&domain, json!("bank")), "bc"),
        (to(&domain, json!(["shop", "bank"])), "abc"),
        (to(&domain, json!("nobody")), ""),
    ];
    finds(&bench, &service, &cases);
    let back = identifiers(&bench.search(&domain, json!({"query": and(&[to(&service, json!("b"))])})).gave(200));
    assert_eq!(back, ["bank", "shop"]);
}

#[test]
fn a_query_that_is_none_is_refused() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    let missing = bench.post(&["entities", "search"]).send(json!({"rules": []}));
    missing.refused(422, "invalid_request").mentions("must have required property 'combinator'");
    let missing = bench.search(&service, json!({"query": {"rules": []}}));
    missing.refused(422, "invalid_request").mentions("must have required property 'combinator'");
    for query in [
        json!({"combinator": "xor", "rules": []}),
        json!({"combinator": "and"}),
        json!({"combinator": "and", "rules": {}}),
        json!({"combinator": "and", "rules": [], "more": 1}),
        and(&[rule("name", "like", json!("a"))]),
        and(&[json!({"property": "name", "operator": "="})]),
        and(&[json!({"operator": "=", "value": 1})]),
        and(&[rule("tier", ">", json!("three"))]),
        and(&[rule("born", "between", json!({"from": "2021-01-01T00:00:00Z"}))]),
        and(&[rule("born", "between", json!({"preset": "always"}))]),
        and(&[json!({"operator": "relatedTo", "value": "shop"})]),
        and(&[json!("name = alpha")]),
        json!([]),
        json!("name"),
    ] {
        bench.post(&["entities", "search"]).send(query.clone()).refused(422, "invalid_request");
        bench.search(&service, json!({"query": query})).refused(422, "invalid_request");
    }
    bench.search(&service, json!({"where": and(&[])})).refused(422, "invalid_request");
    bench.search(&service, json!({"include": "name"})).refused(422, "invalid_request");
    bench.search(&service, json!([])).refused(422, "invalid_request");
}

#[test]
fn values_of_a_search_are_values_and_nothing_else() {
    let bench = Bench::open();
    let [_, service] = stocked(&bench);
    for value in ["' OR 1=1 --", "\"", "\\", "a\"}]}", "$.name", "%alpha%", "al*"] {
        for operator in ["=", "contains", "beginsWith", "endsWith"] {
            assert_eq!(found(&bench, &service, &rule("name", operator, json!(value))), [] as [&str; 0], "{value}");
        }
        assert_eq!(found(&bench, &service, &rule("$identifier", "=", json!(value))), [] as [&str; 0]);
    }
}
