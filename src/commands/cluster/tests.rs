//! Runs the recordings of the real exporter (`testdata/mapping/exporter`) through the evaluation: entities, deletions,
//! outcome, and a problem for everything that its log names. What depends on the catalog's answers is not judged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use super::given_objects::{GivenObjects, NamedText, read_objects};
use crate::commands::mapping::document::MappingDocument;
use crate::domain::entity::EntityKey;
use crate::domain::evaluation::{Evaluation, MappedEntity, Problem, ProblemClass};
use crate::domain::platform::PORT;
use crate::jq::{Limits, Value};
use crate::mapping::config::model::{Config, Expression, OtherType, Query, Rules};
use crate::mapping::evaluate::Resync;
use crate::mapping::objects::{Arrival, Delivery, Object, UnknownFields};
use crate::text::canonical_json::canonical_json;

/// As the manifests of most recordings were sent.
const ARRIVAL: Arrival<'_> =
    Arrival { delivery: Delivery::Create, unknown_fields: UnknownFields::Refused, namespace: None };

/// One recorded case.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    config: Option<String>,
    integration: Option<String>,
    config_sent: Option<Box<RawValue>>,
    port: Option<Box<RawValue>>,
    #[serde(default)]
    catalog: Vec<Known>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    crds: Option<String>,
    objects: Vec<String>,
    apply: Option<String>,
    stored: Box<RawValue>,
    sent: Vec<Sent>,
    log: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Known {
    blueprint: String,
    identifier: String,
}

#[derive(Debug, Deserialize)]
struct Sent {
    upserts: Vec<Box<RawValue>>,
    deletes: Vec<Known>,
    outcome: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mapping/exporter");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the recordings are there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("it is text");
        cases.extend(text.lines().map(|line| serde_json::from_str::<Case>(line).expect("a case")));
    }
    assert_eq!(cases.len(), 368);
    cases
}

/// The environment in which all cases were recorded.
fn variables(case: &Case) -> BTreeMap<String, String> {
    let common = [
        ("PORT_BASE_URL", "http://127.0.0.1:8080"),
        ("PORT_CLIENT_ID", "id"),
        ("PORT_CLIENT_SECRET", "secret"),
        ("STATE_KEY", "golden"),
        ("CREATE_DEFAULT_RESOURCES", "false"),
        ("HTTP_LOGGING_ENABLED", "false"),
        ("METRICS_ENABLED", "false"),
        ("EVENT_LISTENER_TYPE", "POLLING"),
        // Every process has it.
        ("HOME", "/root"),
    ];
    let mut variables: BTreeMap<String, String> =
        common.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    variables.extend(case.env.clone());
    variables
}

fn mapping_of(case: &Case) -> MappingDocument {
    match (&case.config, &case.integration) {
        (Some(config), _) => MappingDocument::read(config.clone(), Some(Rules::File)),
        (None, Some(config)) => MappingDocument::read(config.clone(), Some(Rules::Stored)),
        (None, None) => MappingDocument::read(String::new(), Some(Rules::File)),
    }
}

fn run(case: &Case) -> (MappingDocument, Evaluation) {
    let mapping = mapping_of(case);
    let mut texts = vec![NamedText { name: "stored.json", text: case.stored.get() }];
    texts.extend(case.crds.as_deref().map(|text| NamedText { name: "crds.yaml", text }));
    let given = read_objects(&texts, &PORT, ARRIVAL).expect("stored objects are readable");
    assert!(given.refused.is_empty(), "{}: {:?}", case.name, given.refused);
    let known: Vec<EntityKey> = case.catalog.iter().map(key).collect();
    let evaluation = mapping.evaluate(&Resync {
        kinds: &given.kinds,
        objects: &given.objects,
        known: &known,
        variables: &variables(case),
        sends_raw_examples: case.port.is_none(),
        now: 1_800_000_000.0,
        limits: Limits::default(),
    });
    (mapping, evaluation)
}

fn key(known: &Known) -> EntityKey {
    EntityKey { blueprint: known.blueprint.as_str().into(), identifier: known.identifier.as_str().into() }
}

/// What differs from all recorded results. Empty: the case is met.
fn differences(case: &Case, evaluation: &Evaluation) -> String {
    let body = |entity: &MappedEntity| canonical(&entity.body().to_json_text());
    let mut upserts: Vec<String> = evaluation.upserts.iter().map(body).collect();
    upserts.sort();
    let mut fewest: Option<String> = None;
    for sent in &case.sent {
        let mut found = String::new();
        if sent.outcome != evaluation.outcome.name() {
            let _ = writeln!(found, "outcome {}, expected {}", evaluation.outcome.name(), sent.outcome);
        }
        let mut wanted: Vec<String> = sent.upserts.iter().map(|raw| canonical(raw.get())).collect();
        wanted.sort();
        compare("entity", &upserts, &wanted, &mut found);
        let name = |key: &EntityKey| format!("{} {}", key.blueprint, key.identifier);
        // Only the catalog knows which entity a search query finds, so either is right for an undecided one.
        let is_decided = |key: &EntityKey| !evaluation.undecided.contains(key);
        let deletes: Vec<String> = sent.deletes.iter().map(key).filter(is_decided).map(|key| name(&key)).collect();
        compare("delete", &evaluation.deletes.iter().map(name).collect::<Vec<_>>(), &deletes, &mut found);
        if fewest.as_ref().is_none_or(|fewest| found.len() < fewest.len()) {
            fewest = Some(found);
        }
    }
    fewest.unwrap_or_default()
}

fn compare(what: &str, found: &[String], wanted: &[String], out: &mut String) {
    let (mut missing, mut extra) = (wanted.to_vec(), Vec::new());
    for text in found {
        match missing.iter().position(|known| known == text) {
            Some(at) => drop(missing.remove(at)),
            None => extra.push(text),
        }
    }
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in missing {
        let _ = writeln!(out, "missing {what}: {}", line(&text));
    }
    for text in extra {
        let _ = writeln!(out, "wrong {what}: {}", line(text));
    }
}

fn canonical(text: &str) -> String {
    canonical_json(text).expect("it is JSON")
}

/// What the log names and no problem of the right class does, and problems of which the log knows nothing.
fn unexplained(case: &Case, mapping: &MappingDocument, problems: &[Problem]) -> String {
    let mut out = String::new();
    let mut require = |what: &str, is_named: &dyn Fn(&Problem) -> bool| {
        if !problems.iter().any(is_named) {
            let _ = writeln!(out, "no problem for: {what}");
        }
    };
    let queries: BTreeSet<&str> = case.log.iter().filter_map(|line| uncompiled(line)).collect();
    let failed_to_run = |problem: &Problem| {
        let expression = problem.expression.as_deref().unwrap_or_default().trim();
        let is_compile_error = queries.contains(expression);
        problem.class == if is_compile_error { ProblemClass::JqCompile } else { ProblemClass::JqError }
    };
    for line in &case.log {
        let message = line.split_once("Error: ").map_or("", |(_, rest)| rest.split("  [").next().unwrap_or_default());
        let message = message.split("  (x").next().unwrap_or_default();
        if let Some(rest) = line.strip_prefix("ERROR Error getting entities for object ") {
            let object = rest.split(". Error").next().unwrap_or_default();
            let entry = entry_of(mapping, field(line, "controller="), field(line, "kindIndex="));
            require(line, &|problem| {
                let is_right = match message {
                    "invalid selector query" => problem.class == ProblemClass::Selector,
                    "failed to map entity" => matches!(
                        problem.class,
                        ProblemClass::JqCompile
                            | ProblemClass::JqError
                            | ProblemClass::Type
                            | ProblemClass::NullIdentifier
                    ),
                    _ => problem.class == ProblemClass::Items,
                };
                is_right && problem.object.as_deref() == Some(object) && problem.entry == entry
            });
        } else if let Some(rest) = line.strip_prefix("ERROR error parsing property ") {
            let name = rest.split(". Error: ").next().unwrap_or_default();
            require(line, &|problem| {
                let is_field = problem.field.as_deref().is_some_and(|field| {
                    let path = field.split_once('.').map_or("", |(_, path)| path);
                    path == name || path.split('[').next() == Some(name) || path.ends_with(&format!(".{name}"))
                });
                is_field && failed_to_run(problem)
            });
        } else if let Some(rest) = line.strip_prefix("ERROR error parsing ") {
            let name = rest.split([' ', '.']).next().unwrap_or_default();
            if !["identifier", "title", "blueprint", "icon", "team"].contains(&name) {
                continue;
            }
            let is_type = ["failed to parse string with jq", "jq must evaluate", "jq array result", "invalid "];
            require(line, &|problem| {
                let is_field = problem.field.as_deref().is_some_and(|field| field.split('.').next() == Some(name));
                let is_right = match is_type.iter().any(|start| message.starts_with(start)) {
                    true => matches!(problem.class, ProblemClass::Type | ProblemClass::NullIdentifier),
                    false => failed_to_run(problem),
                };
                is_field && is_right
            });
        } else if line.contains("Error: invalid identifier type") || line.contains("Error: invalid team type") {
            require(line, &|problem| problem.class == ProblemClass::Type);
        } else if let Some(rest) = line.strip_prefix("ERROR Error getting GVR, skip handling for resource '") {
            let kind = rest.split('\'').next().unwrap_or_default();
            require(line, &|problem| {
                problem.class == ProblemClass::KindUnresolved && problem.kind.as_deref() == Some(kind)
            });
        } else if line.starts_with("FATAL") {
            require(line, &|problem| problem.class == ProblemClass::Config);
        } else if line.starts_with("PANIC panic: reflect") {
            require(line, &|problem| problem.class == ProblemClass::NullInList);
        } else if line.starts_with("PANIC panic: runtime error") {
            require(line, &|problem| matches!(problem.class, ProblemClass::NullIdentifier | ProblemClass::Config));
        } else if line.contains("json: unsupported value") && line.starts_with("ERROR error upserting") {
            require(line, &|problem| problem.class == ProblemClass::Type && problem.message == message);
        }
    }
    let is_silent =
        !case.log.iter().any(|line| ["ERROR", "FATAL", "PANIC"].iter().any(|level| line.starts_with(level)));
    if is_silent {
        for problem in problems {
            let _ = writeln!(out, "the log does not know: {problem:?}");
        }
    }
    out
}

#[test]
fn the_words_of_the_engine_are_those_of_the_log() {
    let mut count = 0;
    for case in cases() {
        let (_, evaluation) = run(&case);
        for line in &case.log {
            let Some(rest) = line.strip_prefix("ERROR error parsing property ") else { continue };
            let Some((key, rest)) = rest.split_once(". Error: ") else { continue };
            let message = rest.split("  [").next().unwrap_or_default();
            let end = format!(".{key}");
            let is_it = |problem: &&Problem| problem.field.as_deref().is_some_and(|field| field.ends_with(&end));
            // Long lines of the log are cut, and an expression without output has no message of the engine.
            let is_judged = line.len() < 500 && message != "Failed to run jq query";
            let Some(problem) = evaluation.problems.iter().find(is_it).filter(|_| is_judged) else { continue };
            assert_eq!(problem.message.replace('\n', "\\n"), message, "{}", case.name);
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

fn uncompiled(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("WARN failed to ")?;
    let query = rest.strip_prefix("parse jq query: ").or_else(|| rest.strip_prefix("compile jq query: "))?;
    Some(query.rsplit_once("  (x").map_or(query, |(query, _)| query).trim())
}

/// The value of a field at the end of a line of the log.
fn field<'a>(line: &'a str, name: &str) -> &'a str {
    line.rsplit_once(name).map_or("", |(_, rest)| rest.split([';', ']']).next().unwrap_or_default())
}

/// The index in `resources` of the entry that has an index among those of its kind.
fn entry_of(mapping: &MappingDocument, kind: &str, index: &str) -> Option<usize> {
    let index: usize = index.parse().ok()?;
    let config = mapping.config.as_ref().ok()?;
    config.entries.iter().filter(|entry| entry.kind == kind).nth(index).map(|entry| entry.index)
}

#[test]
fn recordings_of_the_exporter_are_met() {
    let (mut met, mut judged, mut unmet) = (0, 0, Vec::new());
    for case in cases() {
        if case.name.starts_with("answer-") || case.name == "config-no-log-attributes" {
            continue;
        }
        judged += 1;
        let (mapping, evaluation) = run(&case);
        let found = differences(&case, &evaluation) + &unexplained(&case, &mapping, &evaluation.problems);
        if found.is_empty() { met += 1 } else { unmet.push((case.name.clone(), found)) }
    }
    println!("{met} of {judged} recordings are met");
    for (name, found) in &unmet {
        println!("--- {name}\n{found}");
    }
    assert!(unmet.is_empty(), "{} recordings are not met", unmet.len());
}

#[test]
fn files_are_sent_to_the_catalog_as_recorded() {
    let mut wrong = String::new();
    for case in cases() {
        let (Some(sent), Ok(config)) = (&case.config_sent, &mapping_of(&case).config) else { continue };
        let found = as_sent(config);
        // Only the type of such a number matters.
        let text = sent.get().replace("\"team\":1", "\"team\":0").replace("\"x\":5", "\"x\":0");
        let wanted: Json = serde_json::from_str(&text).expect("it is JSON");
        if found != wanted.get("resources").cloned().unwrap_or_default() {
            let _ = writeln!(wrong, "--- {}\nfound {found}\nwanted {wanted}", case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// `resources` as the exporter sends it after it has read its file.
fn as_sent(config: &Config) -> Json {
    fn query(found: &Query) -> Json {
        match found {
            Query::Expression(expression) => Json::from(expression.text.as_str()),
            Query::Map(members, _) => members.iter().map(|(key, member)| (key.to_string(), query(member))).collect(),
            Query::List(items, _) => items.iter().map(query).collect(),
            Query::Null(_) => Json::Null,
            Query::Other(OtherType::Bool, _) => json!(true),
            Query::Other(OtherType::Number, _) => json!(0),
        }
    }
    if config.entries.is_empty() {
        return Json::Null;
    }
    let text = |expression: &Option<Expression>| expression.as_ref().map(|expression| json!(expression.text));
    let entries = config.entries.iter().map(|entry| {
        let mappings = entry.mappings.iter().map(|mapping| {
            let mut members = Map::new();
            members.insert("identifier".to_owned(), query(&mapping.identifier));
            members.insert("blueprint".to_owned(), json!(mapping.blueprint.text));
            members.extend(text(&mapping.title).map(|text| ("title".to_owned(), text)));
            members.extend(text(&mapping.icon).map(|text| ("icon".to_owned(), text)));
            members.extend(mapping.team.as_ref().map(|team| ("team".to_owned(), query(team))));
            if !mapping.properties.is_empty() {
                let properties = mapping.properties.iter().map(|(key, found)| (key.to_string(), json!(found.text)));
                members.insert("properties".to_owned(), properties.collect());
            }
            if !mapping.relations.is_empty() {
                let relations = mapping.relations.iter().map(|(key, found)| (key.to_string(), query(found)));
                members.insert("relations".to_owned(), relations.collect());
            }
            Json::Object(members)
        });
        let mappings: Vec<Json> = mappings.collect();
        let mappings = if mappings.is_empty() { Json::Null } else { Json::Array(mappings) };
        let mut port = Map::from_iter([("entity".to_owned(), json!({"mappings": mappings}))]);
        port.extend(text(&entry.items_to_parse).map(|text| ("itemsToParse".to_owned(), text)));
        let selector = text(&entry.selector).map_or_else(|| json!({}), |query| json!({"query": query}));
        json!({"kind": entry.kind, "port": port, "selector": selector})
    });
    entries.collect()
}

#[test]
fn manifests_are_stored_as_the_api_server_does() {
    let (mut count, mut wrong) = (0, String::new());
    for case in cases().iter().filter(|case| !case.objects.is_empty()) {
        let delivery = match case.apply.as_deref().map(|apply| apply.lines().next().unwrap_or_default()) {
            None => Delivery::Create,
            Some("$ kubectl apply -f objects.yaml") => Delivery::ClientSideApply,
            Some(_) => continue,
        };
        count += 1;
        let text = case.objects.first().expect("there is one");
        let mut texts = vec![NamedText { name: "objects.yaml", text }];
        texts.extend(case.crds.as_deref().map(|text| NamedText { name: "crds.yaml", text }));
        let given = match read_objects(&texts, &PORT, Arrival { namespace: Some("default"), delivery, ..ARRIVAL }) {
            Ok(given) => given,
            Err(error) => {
                let _ = writeln!(wrong, "--- {}: {error}", case.name);
                continue;
            }
        };
        let found = storage_differences(case, &given);
        if !found.is_empty() {
            let _ = writeln!(wrong, "--- {}\n{found}", case.name);
        }
    }
    println!("{count} manifests were read");
    assert!(count > 343);
    assert!(wrong.is_empty(), "{wrong}");
}

fn storage_differences(case: &Case, given: &GivenObjects) -> String {
    let mut out = String::new();
    for refused in &given.refused {
        let _ = writeln!(out, "refused: {refused:?}");
    }
    let stored = [NamedText { name: "stored.json", text: case.stored.get() }];
    let stored = read_objects(&stored, &PORT, ARRIVAL).expect("it is readable");
    let is_custom = |api_version: &str| api_version.contains('.') && !api_version.contains(".k8s.io");
    for object in &stored.objects {
        let is_there = given.objects.iter().any(|found| found.kind == object.kind && found.key() == object.key());
        if is_custom(&object.group) && !is_there {
            let _ = writeln!(out, "not stored: {} {}", object.kind, object.key());
        }
    }
    for object in given.objects.iter().filter(|object| object.kind != "CustomResourceDefinition") {
        let same = |known: &&Object| known.kind == object.kind && known.key() == object.key();
        let Some(known) = stored.objects.iter().find(same) else {
            let _ = writeln!(out, "stored here only: {} {}", object.kind, object.key());
            continue;
        };
        let mut wanted = known.content.to_json().expect("stored numbers are finite");
        let found = object.content.to_json().expect("stored numbers are finite");
        if let Some(Json::Object(metadata)) = wanted.get_mut("metadata") {
            for key in ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"] {
                metadata.remove(key);
            }
            // `kubectl apply` adds it.
            let key = "kubectl.kubernetes.io/last-applied-configuration";
            if let Some(Json::Object(annotations)) = metadata.get_mut("annotations")
                && annotations.remove(key).is_some()
                && annotations.is_empty()
            {
                metadata.remove("annotations");
            }
        }
        let is_met = match is_custom(&object.group) {
            true => digits(&wanted) == object.content.to_json_text(),
            false => is_part(&found, &wanted),
        };
        if !is_met {
            let _ = writeln!(out, "found  {}\nwanted {}", digits(&found), digits(&wanted));
        }
    }
    out
}

fn digits(value: &Json) -> String {
    Value::from_json(value).to_json_text()
}

/// Whether the API server has only added to `part`.
fn is_part(part: &Json, whole: &Json) -> bool {
    match (part, whole) {
        (Json::Object(part), Json::Object(whole)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|found| is_part(value, found)))
        }
        (Json::Array(part), Json::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| is_part(part, whole))
        }
        (part, whole) => part == whole,
    }
}
