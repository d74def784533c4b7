//! Implements the longer questions. Each returns the answer in a few words, and fails only if its preparation fails.

use super::{Answer, Bench, Value, json};

/// `service` with a single and a `many` relation to `domain`, which has the entity `shop`.
pub fn service(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({"tier": {"type": "number"}}), json!({}));
    bench.create(&domain, json!({"identifier": "shop"}));
    let relations = json!({
        "domain": {"target": domain, "required": false, "many": false},
        "uses": {"target": domain, "required": false, "many": true},
    });
    bench.simple("service", json!({"tier": {"type": "number"}, "language": {"type": "string"}}), relations)
}

/// The entity `a` of `service` with `body`, created or replaced.
pub fn written(bench: &Bench, mut body: Value) -> Answer {
    let blueprint = bench.name("service");
    if bench.get(&["blueprints", &blueprint]).now().status == 404 {
        service(bench);
    }
    body["identifier"] = "a".into();
    bench.write(&blueprint, &[("upsert", "true")], body)
}

pub fn blueprint(bench: &Bench, body: Value) -> Answer {
    bench.post(&["blueprints"]).query("create_catalog_page", "false").unheld().send(body)
}

pub fn with(answer: &Answer, value: &Value) -> String {
    format!("{} {value}", answer.brief())
}

pub fn shown(object: &Value, key: &str) -> String {
    object.get(key).map_or_else(|| "absent".to_owned(), Value::to_string)
}

fn strict(bench: &Bench) -> String {
    let schema = json!({"properties": {"owner": {"type": "string"}}, "required": ["owner"]});
    bench.blueprint("strict", json!({"schema": schema}))
}

pub fn missing_required_property(bench: &Bench) -> String {
    bench.write(&strict(bench), &[("upsert", "true")], json!({"identifier": "a"})).brief()
}

pub fn merged_null_of_a_required_property(bench: &Bench) -> String {
    let strict = strict(bench);
    bench.create(&strict, json!({"identifier": "a", "properties": {"owner": "ada"}}));
    let null = json!({"identifier": "a", "properties": {"owner": null}});
    bench.write(&strict, &[("upsert", "true"), ("merge", "true")], null).brief()
}

pub fn missing_required_relation(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({}), json!({}));
    let relations = json!({"domain": {"target": domain, "required": true, "many": false}});
    let strict = bench.simple("strict", json!({}), relations);
    bench.write(&strict, &[("upsert", "true")], json!({"identifier": "a"})).brief()
}

pub fn validation_only(bench: &Bench) -> String {
    let service = service(bench);
    let answer = bench.post(&["blueprints", &service, "entities"]).query("validation_only", "true").unheld();
    let answer = answer.send(json!({"identifier": "a"}));
    let entity = if answer.json["entity"].is_object() { "with an entity" } else { "without an entity" };
    format!("{} {entity}", answer.brief())
}

pub fn computed_property(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({"tier": {"type": "number"}}), json!({}));
    let service = bench.blueprint(
        "service",
        json!({
            "relations": {"domain": {"target": domain, "required": false, "many": false}},
            "mirrorProperties": {"tier": {"path": "domain.tier"}},
        }),
    );
    let answer = bench.write(&service, &[("upsert", "true")], json!({"identifier": "a", "properties": {"tier": 1}}));
    let kept = if answer.json["entity"]["properties"]["tier"].is_null() { "left out" } else { "kept" };
    format!("{}, {kept}", answer.brief())
}

pub fn related_in_one_batch(bench: &Bench, target_first: bool) -> String {
    let service = bench.simple("service", json!({}), json!({}));
    let relations = json!({"peer": {"target": service, "required": false, "many": false}});
    bench.patch(&["blueprints", &service]).send(json!({"relations": relations})).gave(200);
    let mut entities = [json!({"identifier": "a"}), json!({"identifier": "b", "relations": {"peer": "a"}})];
    if !target_first {
        entities.reverse();
    }
    brief_of_batch(&bench.bulk(&service, &[("upsert", "true")], &entities))
}

fn brief_of_batch(answer: &Answer) -> String {
    let errors = answer.json["errors"].as_array().cloned().unwrap_or_default();
    let errors: Vec<String> =
        errors.iter().map(|it| format!("{} {}", it["statusCode"], it["error"].as_str().unwrap_or_default())).collect();
    if errors.is_empty() { answer.brief() } else { format!("{}, errors: {}", answer.brief(), errors.join(", ")) }
}

pub fn twice_in_one_batch(bench: &Bench) -> String {
    let service = service(bench);
    let entities = [json!({"identifier": "a", "title": "First"}), json!({"identifier": "a", "title": "Second"})];
    let answer = bench.bulk(&service, &[("upsert", "true")], &entities);
    let created: Vec<String> =
        answer.json["entities"].as_array().into_iter().flatten().map(|it| it["created"].to_string()).collect();
    let stays = if bench.entity(&service, "a")["title"] == "Second" { "the last" } else { "the first" };
    format!("{}, created: {}, {stays} one stays", brief_of_batch(&answer), created.join(", "))
}

pub fn default_value(bench: &Bench) -> String {
    let service = bench.simple("service", json!({"tier": {"type": "number", "default": 3}}), json!({}));
    shown(&bench.create(&service, json!({"identifier": "a"}))["properties"], "tier")
}

/// `d` of `domain`; `s` requires it; `c` requires `s`; `n` has an optional relation to `d`.
fn chain(bench: &Bench) -> [String; 4] {
    let to = |target: &str, required: bool| json!({"to": {"target": target, "required": required, "many": false}});
    let domain = bench.simple("domain", json!({}), json!({}));
    let service = bench.simple("service", json!({}), to(&domain, true));
    let check = bench.simple("check", json!({}), to(&service, true));
    let note = bench.simple("note", json!({}), to(&domain, false));
    bench.create(&domain, json!({"identifier": "d"}));
    bench.create(&service, json!({"identifier": "s", "relations": {"to": "d"}}));
    bench.create(&check, json!({"identifier": "c", "relations": {"to": "s"}}));
    bench.create(&note, json!({"identifier": "n", "relations": {"to": "d"}}));
    [domain, service, check, note]
}

fn bulk_delete(bench: &Bench, blueprint: &str, identifiers: &Value) -> Answer {
    let call = bench.post(&["blueprints", blueprint, "bulk", "entities", "delete"]);
    call.query("delete_dependents", "false").send(json!({"entities": identifiers}))
}

pub fn bulk_deletion_with_a_dependent(bench: &Bench) -> String {
    let [domain, ..] = chain(bench);
    for identifier in ["e", "f"] {
        bench.create(&domain, json!({"identifier": identifier}));
    }
    let answer = bulk_delete(bench, &domain, &json!(["e", "d", "f"]));
    format!("{}, {} stay", answer.brief(), bench.count(&domain))
}

/// The entities that are left show whether the deletion was atomic.
pub fn bulk_deletion_of_nobody(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({}), json!({}));
    bench.create(&domain, json!({"identifier": "there"}));
    let answer = bulk_delete(bench, &domain, &json!(["there", "nobody"]));
    format!("{}, {} left", answer.brief(), bench.count(&domain))
}

fn whereabouts(bench: &Bench, blueprint: &str, identifier: &str) -> String {
    if bench.is_gone(blueprint, identifier) {
        return "gone".to_owned();
    }
    format!("stays with {}", bench.entity(blueprint, identifier)["relations"]["to"])
}

pub fn cascade(bench: &Bench) -> String {
    let [domain, service, check, note] = chain(bench);
    let path = ["blueprints", &domain, "entities", "d"];
    bench.delete(&path).query("delete_dependents", "true").now().gave(200);
    [(service, "s"), (check, "c"), (note, "n")].map(|(blueprint, id)| whereabouts(bench, &blueprint, id)).join(", ")
}

pub fn deletion_of_an_optional_target(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({}), json!({}));
    let relations = json!({"to": {"target": domain, "required": false, "many": false}});
    let note = bench.simple("note", json!({}), relations);
    bench.create(&domain, json!({"identifier": "d"}));
    bench.create(&note, json!({"identifier": "n", "relations": {"to": "d"}}));
    let answer = bench.delete(&["blueprints", &domain, "entities", "d"]).query("delete_dependents", "false").now();
    format!("{}, {}", answer.brief(), whereabouts(bench, &note, "n"))
}

pub fn changed_relation(bench: &Bench, changed: &dyn Fn(&str, &str) -> Value) -> String {
    let service = service(bench);
    bench.create(&service, json!({"identifier": "a", "relations": {"domain": "shop"}}));
    let other = bench.simple("other", json!({}), json!({}));
    let relation = changed(&bench.name("domain"), &other);
    bench.patch(&["blueprints", &service]).send(json!({"relations": {"domain": relation}})).brief()
}

pub fn inherited_team_sent_back(bench: &Bench) -> String {
    let home = bench.blueprint("home", json!({"ownership": {"type": "Direct"}}));
    bench.create(&home, json!({"identifier": "h", "team": ["t"]}));
    let relations = json!({"home": {"target": home, "required": false, "many": false}});
    let body = json!({"relations": relations, "ownership": {"type": "Inherited", "path": "home"}});
    let room = bench.blueprint("room", body);
    let room_entity = bench.create(&room, json!({"identifier": "r", "relations": {"home": "h"}}));
    bench.write(&room, &[("upsert", "true")], room_entity).brief()
}

pub fn default_of_a_created_target(bench: &Bench) -> String {
    let target = bench.simple("target", json!({"tier": {"type": "number", "default": 3}}), json!({}));
    let source = bench.simple("source", json!({}), json!({"to": {"target": target, "required": false, "many": false}}));
    let flags = [("upsert", "true"), ("create_missing_related_entities", "true")];
    bench.write(&source, &flags, json!({"identifier": "s", "relations": {"to": "t"}})).gave(201);
    let written =
        bench.write(&target, &[("upsert", "true"), ("merge", "true")], json!({"identifier": "t", "title": "T"}));
    shown(&written.gave(200)["entity"]["properties"], "tier")
}

fn relabel(bench: &Bench, blueprint: &str, identifiers: &[&str]) -> Answer {
    let call = bench.patch(&["blueprints", blueprint, "datasource", "bulk"]);
    call.send(json!({"entitiesIdentifiers": identifiers, "datasource": "proof-of-relabel/1.0 (statekey/proof)"}))
}

fn is_relabelled(bench: &Bench, blueprint: &str, identifier: &str) -> bool {
    let rules = json!([{"property": "$datasource", "operator": "contains", "value": "proof-of-relabel/1.0"}]);
    let found = bench.search(blueprint, json!({"query": {"combinator": "and", "rules": rules}})).gave(200);
    crate::api::answer::identifiers(&found).contains(&identifier.to_owned())
}

/// `a` points to `shop`, which gets the identifier `store`: the answer, and `a` before and after it.
fn rename_of_a_target(bench: &Bench) -> (Answer, Value, Value) {
    let blueprint = service(bench);
    let before = bench.create(&blueprint, json!({"identifier": "a", "relations": {"domain": "shop"}}));
    let path = ["blueprints", &bench.name("domain"), "entities", "shop"];
    let answer = bench.patch(&path).send(json!({"identifier": "store"}));
    let after = bench.entity(&blueprint, "a");
    (answer, before, after)
}

pub fn renamed(bench: &Bench) -> String {
    let (answer, _, pointing) = rename_of_a_target(bench);
    let answer = answer.brief();
    let relation = match pointing["relations"]["domain"].as_str() {
        Some("store") => "follows",
        Some("shop") => "keeps the old identifier",
        _ => "is cleared",
    };
    let domain = bench.name("domain");
    if bench.is_gone(&domain, "store") {
        return format!("{answer}, {relation}, no entity has the new identifier");
    }
    let created = |identifier: &str| bench.entity(&domain, identifier)["createdAt"].clone();
    let other = bench.create(&domain, json!({"identifier": "b"}))["createdAt"].clone();
    let before = created("store");
    bench.patch(&["blueprints", &domain, "entities", "store"]).send(json!({"identifier": "again"})).gave(200);
    let is_kept = created("again") == before && before != other;
    format!("{answer}, {relation}, {}", if is_kept { "stays" } else { "changes" })
}

pub fn renamed_to_a_taken_identifier(bench: &Bench) -> String {
    let blueprint = service(bench);
    bench.fill(&blueprint, &[json!({"identifier": "a"}), json!({"identifier": "b"})]);
    bench.patch(&["blueprints", &blueprint, "entities", "a"]).send(json!({"identifier": "b"})).brief()
}

pub fn time_of_an_entity_that_points_to_a_renamed_one(bench: &Bench) -> String {
    let (_, before, after) = rename_of_a_target(bench);
    if before["updatedAt"] == after["updatedAt"] { "stays" } else { "changes" }.to_owned()
}

pub fn relabelled(bench: &Bench) -> String {
    let blueprint = service(bench);
    let before = bench.create(&blueprint, json!({"identifier": "a"}))["updatedAt"].clone();
    let answer = relabel(bench, &blueprint, &["a"]).brief();
    let stays = bench.entity(&blueprint, "a")["updatedAt"] == before;
    format!("{answer}, {}", if stays { "stays" } else { "changes" })
}

pub fn relabelled_with_nobody(bench: &Bench) -> String {
    let blueprint = service(bench);
    bench.create(&blueprint, json!({"identifier": "a"}));
    let answer = relabel(bench, &blueprint, &["a", "nobody"]).brief();
    let other = if is_relabelled(bench, &blueprint, "a") { "gets the new one" } else { "keeps its datasource" };
    format!("{answer}, the other {other}")
}

pub fn relabelled_beyond_the_limit(bench: &Bench) -> String {
    let blueprint = service(bench);
    let names: Vec<String> = (0..21).map(|at| format!("s{at}")).collect();
    bench.fill(&blueprint, &names.iter().map(|name| json!({"identifier": name})).collect::<Vec<_>>());
    relabel(bench, &blueprint, &names.iter().map(String::as_str).collect::<Vec<_>>()).brief()
}

pub fn keys_of_a_data_source(bench: &Bench) -> String {
    let blueprint = service(bench);
    bench.create(&blueprint, json!({"identifier": "a"}));
    let answer = bench.get(&["data-sources"]).now();
    if answer.status != 200 {
        return answer.brief();
    }
    let answer = answer.gave(200);
    let keys = answer["dataSources"][0].as_object().map(|source| source.keys().cloned().collect::<Vec<_>>());
    let mut keys = keys.unwrap_or_default();
    keys.sort();
    keys.join(", ")
}

pub fn grouped(bench: &Bench) -> String {
    let blueprint = service(bench);
    bench.create(&blueprint, json!({"identifier": "a", "properties": {"tier": 1}}));
    bench.create(&blueprint, json!({"identifier": "b"}));
    let group = |property: &str| {
        let call = bench.post(&["blueprints", &blueprint, "entities", "group"]);
        let rules = json!([{"property": "$identifier", "operator": "in", "value": ["a", "b"]}]);
        call.send(json!({"query": {"combinator": "and", "rules": rules}, "groupBy": {"property": property}}))
    };
    let (all, by_tier) = (group("$blueprint"), group("tier"));
    if all.status != 200 || by_tier.status != 200 {
        return format!("{}; {}", all.brief(), by_tier.brief());
    }
    let (all, by_tier) = (all.gave(200), by_tier.gave(200));
    let groups = by_tier["groups"].as_array().map_or(0, Vec::len);
    format!("1 group of {}; {groups} groups", all["groups"][0]["count"])
}
