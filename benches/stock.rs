//! Blueprints and any number of entities for the catalog bench: twelve to fifteen properties and three relations each,
//! deterministic for a number. They are created in memory, because the bench measures catalogs instead of files.

use portolan::catalog::Catalog;
use portolan::catalog::http::Client;
use portolan::catalog::wire::{EntityDraft, WriteOptions};
use portolan::domain::progress::Silent;
use portolan::embedded::api::Strictness;
use serde_json::{Value, json};

const SQUADS: [&str; 8] = ["payments", "identity", "search", "growth", "platform", "data", "mobile", "risk"];
const WORDS: [&str; 12] = [
    "handles",
    "routes",
    "stores",
    "emits",
    "verifies",
    "ledger",
    "invoice",
    "naïve",
    "café",
    "idempotent",
    "replica",
    "budget",
];
const SYSTEMS: usize = 200;

/// Creates the blueprints and the relation targets.
pub fn prepare(client: &Client, url: &str) {
    let blueprint = |body: Value| crate::crowd::post(url, "/v1/blueprints", &body);
    let bare = |name: &str| json!({"identifier": name, "title": name, "schema": {"properties": {"contact": {"type": "string"}}}});
    blueprint(bare("squad"));
    blueprint(bare("system"));
    blueprint(service());
    let named = |name: &str| json!({"identifier": name, "title": name, "properties": {"contact": format!("{name}@example.com")}});
    write(client, "squad", SQUADS.iter().map(|name| named(name)).collect());
    write(client, "system", (0..SYSTEMS).map(|at| named(&format!("system-{at:03}"))).collect());
}

fn write(client: &Client, blueprint: &str, bodies: Vec<Value>) {
    let drafts: Vec<EntityDraft> = bodies.iter().map(draft).collect();
    let options = WriteOptions { upsert: true, ..WriteOptions::default() };
    let written = client.upsert(blueprint, &drafts, &options, &Silent).expect("it is written");
    assert!(written.iter().all(Result::is_ok), "{written:?}");
}

fn draft(body: &Value) -> EntityDraft {
    EntityDraft::parse(body, Strictness::Open).expect("a draft")
}

pub fn drafts(count: usize) -> Vec<EntityDraft> {
    (0..count).map(|at| draft(&entity(at))).collect()
}

pub fn identifier(at: usize) -> String {
    format!("entity-{at:06}")
}

fn entity(at: usize) -> Value {
    let mut state = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut roll = |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % sides as u64) as usize
    };
    let name = identifier(at);
    let squad = SQUADS[roll(SQUADS.len())];
    let mut words = |count: usize| (0..count).map(|_| WORDS[roll(WORDS.len())]).collect::<Vec<_>>().join(" ");
    let (description, notes) = (words(24), words(30));
    let tags: Vec<String> = words(4).split(' ').map(str::to_owned).collect();
    let mut properties = json!({
        "description": description,
        "language": (["rust", "go", "python", "java"][roll(4)]),
        "lifecycle": (["experimental", "beta", "production", "deprecated"][roll(4)]),
        "repository": format!("https://git.example.com/{squad}/{name}"),
        "tier": roll(5),
        "tags": tags,
        "dashboards": [{"title": "Overview", "url": format!("https://grafana.example.com/d/{:09x}/{name}", roll(1 << 36))}],
        "slo": 99.0 + roll(10) as f64 / 10.0,
        "public": roll(2) == 0,
        "createdOn": format!("20{}-0{}-1{}T10:30:00Z", 17 + roll(9), 1 + roll(9), roll(10)),
        "resources": {"cpu": format!("{}", 1 + roll(16)), "memory": format!("{}Mi", 128 << roll(4)), "replicas": 1 + roll(40)},
        "ports": [1024 + roll(60_000), 1024 + roll(60_000)],
    });
    for (key, value) in [
        ("onCall", json!(format!("{squad}+service@example.com"))),
        ("notes", json!(notes)),
        ("runbook", json!(format!("https://wiki.example.com/{squad}/{name}"))),
    ] {
        if roll(10) < 7 {
            properties[key] = value;
        }
    }
    let reviewers: Vec<&str> = SQUADS.iter().copied().filter(|_| roll(3) == 0).collect();
    let relations = json!({"owner": squad, "partOf": format!("system-{:03}", roll(SYSTEMS)), "reviewers": reviewers});
    json!({"identifier": name, "title": format!("Entity {at}"), "properties": properties, "relations": relations})
}

fn service() -> Value {
    let text = json!({"type": "string"});
    let url = json!({"type": "string", "format": "url"});
    json!({
        "identifier": "service",
        "title": "Service",
        "schema": {
            "properties": {
                "description": {"type": "string", "minLength": 1, "maxLength": 4000},
                "language": {"type": "string", "enum": ["rust", "go", "python", "java"]},
                "lifecycle": {"type": "string", "enum": ["experimental", "beta", "production", "deprecated"]},
                "repository": url,
                "tier": {"type": "number", "minimum": 0, "maximum": 4},
                "tags": {"type": "array", "items": text, "maxItems": 20},
                "dashboards": {"type": "array", "items": {"type": "object"}},
                "slo": {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
                "public": {"type": "boolean"},
                "createdOn": {"type": "string", "format": "date-time"},
                "resources": {"type": "object"},
                "ports": {"type": "array", "items": {"type": "number"}},
                "onCall": {"type": "string", "format": "email"},
                "notes": {"type": "string", "format": "markdown"},
                "runbook": url,
            },
            "required": ["description", "language", "tier"],
        },
        "relations": {
            "owner": {"target": "squad", "required": true, "many": false},
            "partOf": {"target": "system", "required": false, "many": false},
            "reviewers": {"target": "squad", "required": false, "many": true},
        },
    })
}
