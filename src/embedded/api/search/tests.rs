//! Tests which searches are valid, and the messages for invalid ones.

use serde_json::{Value, json};

use super::{Condition, Direction, Hop, Meta, Related, RelationPath, SearchQuery, SearchRule, Subject, Test};

fn one(rule: Value) -> SearchRule {
    let query = SearchQuery::parse(&json!({"combinator": "and", "rules": [rule]})).expect("the rule is legal");
    query.rules.into_iter().next().expect("it has one rule")
}

fn words(query: &Value) -> String {
    let refusal = SearchQuery::parse(query).expect_err("it is refused");
    assert_eq!((refusal.status, refusal.error.as_str()), (422, "invalid_request"));
    refusal.message.expect("it says why")
}

fn rule_words(rule: Value) -> String {
    words(&json!({"combinator": "and", "rules": [rule]}))
}

#[test]
fn what_is_no_query_is_refused_in_the_platforms_words() {
    let cases = [
        (json!([]), "\"query\" must be object"),
        (json!({"rules": []}), "\"query\" must have required property 'combinator'"),
        (json!({"combinator": "and"}), "\"query\" must have required property 'rules'"),
        (json!({"combinator": "xor", "rules": []}), "\"query/combinator\" must be equal to one of the allowed values"),
        (json!({"combinator": "or", "rules": {}}), "\"query/rules\" must be array"),
        (
            json!({"combinator": "or", "rules": [], "limit": 1}),
            "\"query\" must NOT have additional properties, additional property: \"limit\"",
        ),
        (
            json!({"combinator": "or", "rules": [{"combinator": "and"}]}),
            "\"query/rules/0\" must have required property 'rules'",
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(words(&query), expected);
    }
    let everywhere = SearchQuery::parse_everywhere(&json!({})).expect_err("it is refused");
    assert_eq!(everywhere.message.as_deref(), Some("must have required property 'combinator'"));
    let relation = json!({"combinator": "and", "rules": [{"relation": "r", "operator": "=", "value": "x"}]});
    let everywhere = SearchQuery::parse_everywhere(&relation).expect_err("relations are one blueprint's");
    assert_eq!(everywhere.message.as_deref(), Some("\"rules/0\" must have required property 'property'"));
    assert!(SearchQuery::parse(&json!({"combinator": "and", "rules": []})).is_ok(), "no rules are a search");
}

#[test]
fn every_operator_checks_its_value() {
    let cases = [
        ("=", json!({"a": 1}), "\"query/rules/0/value\" must have required property 'from'"),
        ("=", json!([1]), "\"query/rules/0/value/0\" must be string"),
        ("!=", json!({}), "\"query/rules/0/value\" must be null, string, number, boolean or array"),
        (">", json!("soon"), "\"query/rules/0/value\" must match format \"date-time\""),
        ("<=", json!(true), "\"query/rules/0/value\" must be number or date-time"),
        ("contains", json!(null), "\"query/rules/0/value\" must be string, number, boolean or array"),
        ("containsAny", json!(1), "\"query/rules/0/value\" must be string or array"),
        ("beginsWith", json!(["a"]), "\"query/rules/0/value\" must be string"),
        ("doesNotEndsWith", json!(1), "\"query/rules/0/value\" must be string"),
        ("in", json!("a"), "\"query/rules/0/value\" must be array"),
        ("notIn", json!([null]), "\"query/rules/0/value/0\" must be string"),
        (
            "between",
            json!({"preset": "soon"}),
            "\"query/rules/0/value/preset\" must be equal to one of the allowed values",
        ),
        (
            "notBetween",
            json!({"from": "2024-01-01T00:00:00Z", "to": "2024-01-02"}),
            "\"query/rules/0/value/to\" must match format \"date-time\"",
        ),
        ("matchAny", json!(null), "\"query/rules/0/value\" must be string or array"),
        ("isEmpty", json!(1), "\"query/rules/0\" must NOT have additional properties, additional property: \"value\""),
        ("like", json!(1), "\"query/rules/0/operator\" must be equal to one of the allowed values"),
    ];
    for (operator, value, expected) in cases {
        assert_eq!(rule_words(json!({"property": "p", "operator": operator, "value": value})), expected);
    }
    assert_eq!(
        rule_words(json!({"property": "p", "operator": "="})),
        "\"query/rules/0\" must have required property 'value'"
    );
    assert_eq!(rule_words(json!({"property": "p"})), "\"query/rules/0\" must have required property 'operator'");
    assert_eq!(
        rule_words(json!({"property": "$mood", "operator": "isEmpty"})),
        "\"query/rules/0/property\" must be equal to one of the allowed values"
    );
}

#[test]
fn what_cannot_be_evaluated_is_refused_by_name() {
    let cases = [
        (
            json!({"scorecard": "level", "operator": "=", "value": "Gold"}),
            "\"query/rules/0\"",
            "the scorecard \"level\"",
        ),
        (
            json!({"property": "$team", "operator": "containsAny", "value": {"context": "userTeams", "property": "x"}}),
            "\"query/rules/0/value\"",
            "the context \"userTeams\"",
        ),
        (
            json!({"property": {"context": "user", "property": "role"}, "operator": "=", "value": "x"}),
            "\"query/rules/0/property\"",
            "the context \"user\"",
        ),
        (
            json!({"property": {"path": ["r"]}, "operator": "matchAny", "value": {"context": "user", "property": "x"}}),
            "\"query/rules/0/value\"",
            "the context \"user\"",
        ),
    ];
    for (rule, place, what) in cases {
        let words = rule_words(rule);
        assert!(words.starts_with(place) && words.contains(what), "{words}");
    }
}

#[test]
fn rules_are_read_as_what_they_are() {
    let condition = |subject, negated, test| SearchRule::Condition(Condition { subject, negated, test });
    assert_eq!(
        one(json!({"property": "$datasource", "operator": "doesNotContains", "value": "x"})),
        condition(Subject::Meta(Meta::Datasource), true, Test::Contains(vec![json!("x")]))
    );
    assert_eq!(
        one(json!({"relation": "domain", "targetProperty": "$title", "operator": "isNotEmpty"})),
        condition(Subject::Relation { name: "domain".to_owned(), by_title: true }, true, Test::Empty)
    );
    assert_eq!(
        one(
            json!({"operator": "relatedTo", "blueprint": "b", "value": "x", "direction": "upstream", "required": true})
        ),
        SearchRule::Related(Related {
            blueprint: "b".to_owned(),
            identifiers: vec!["x".to_owned()],
            direction: Some(Direction::Upstream),
            required: Some(true),
        })
    );
    let hop = |relation: &str, at_most| Hop { relation: relation.to_owned(), at_most };
    assert_eq!(
        one(json!({"property": {"path": ["a", {"relation": "b", "maxHops": 3}], "fromBlueprint": "f"},
            "operator": "matchAny", "value": ["x", "y"]})),
        SearchRule::Path(RelationPath {
            hops: vec![hop("a", 1), hop("b", 3)],
            from_blueprint: Some("f".to_owned()),
            identifiers: vec!["x".to_owned(), "y".to_owned()],
        })
    );
}

#[test]
fn paths_have_bounds() {
    let path = |path: Value| json!({"property": {"path": path}, "operator": "matchAny", "value": "x"});
    let cases = [
        (json!([]), "\"query/rules/0/property/path\" must NOT have fewer than 1 items"),
        (json!(vec!["a"; 16]), "\"query/rules/0/property/path\" must NOT have more than 15 hops"),
        (
            json!([{"relation": "a", "maxHops": 16}]),
            "\"query/rules/0/property/path/0/maxHops\" must be a whole number from 1 to 15",
        ),
        (
            json!([{"relation": "a", "maxHops": 2}, {"relation": "a", "maxHops": 2}]),
            "\"query/rules/0/property/path\" must NOT have more than one \"maxHops\"",
        ),
    ];
    for (hops, expected) in cases {
        assert_eq!(rule_words(path(hops)), expected);
    }
}

#[test]
fn depth_and_number_of_rules_are_bounded() {
    let nested = |depth: usize| {
        (1..depth)
            .fold(json!({"combinator": "and", "rules": []}), |inner, _| json!({"combinator": "or", "rules": [inner]}))
    };
    assert!(SearchQuery::parse(&nested(16)).is_ok());
    assert!(words(&nested(17)).ends_with("must NOT be nested deeper than 16 queries"));
    let rules = |count: usize| json!({"combinator": "or", "rules": vec![json!({"property": "p", "operator": "isEmpty"}); count]});
    assert!(SearchQuery::parse(&rules(1000)).is_ok());
    assert_eq!(words(&rules(1001)), "a search must NOT have more than 1000 rules");
}
