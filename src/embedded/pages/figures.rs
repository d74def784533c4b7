//! Measures the pages of a large catalog; run by hand:
//! `cargo test --release --lib -- --ignored --nocapture pages::figures`. It asserts nothing.

use std::time::Instant;

use serde_json::{Value, json};

use super::{Site, Target, render, suggestions};
use crate::catalog::wire::{EntityDraft, IdentifierRef, RelationRef, TeamRef, WriteOptions, Writer};
use crate::domain::entity::patch::Patch;
use crate::embedded::store::{Store, system_clock};
use crate::text::mask::Mask;

const SERVICES: usize = 80_000;
const DOMAINS: usize = 20_000;
const BATCH: usize = 1000;
const LANGUAGES: [&str; 4] = ["go", "rust", "kotlin", "python"];

fn service(at: usize) -> EntityDraft {
    let properties = json!({
        "language": (LANGUAGES[at % 4]), "tier": at % 5, "live": at.is_multiple_of(2),
        "description": format!("Service {at} does what the {} department needs", at % 1000),
        "repository": format!("https://git.example.com/acme/service-{at}"),
        "since": "2026-01-31T09:30:00Z", "readme": format!("# Service {at}\n\n{}", "Some words about it. ".repeat(20)),
    });
    // The first domain is what half of all services point to.
    let domain = if at.is_multiple_of(2) { 0 } else { at % DOMAINS };
    EntityDraft {
        identifier: Some(IdentifierRef::Literal(format!("service-{at:06}"))),
        team: Patch::Set(TeamRef::List(vec![format!("team-{}", at % 100)])),
        properties: properties.as_object().cloned(),
        relations: Some(vec![("domain".to_owned(), RelationRef::One(format!("domain-{domain:06}")))]),
        ..EntityDraft::default()
    }
}

fn catalog(store: &Store, writer: &Writer) {
    let text = |format: Value| json!({"type": "string", "format": format});
    let blueprints = [
        json!({"identifier": "domain", "title": "Domain", "schema": {"properties": {}}}),
        json!({
            "identifier": "service", "title": "Service", "relations": {"domain": {"target": "domain"}},
            "schema": {"properties": {
                "language": {"type": "string", "enum": LANGUAGES}, "tier": {"type": "number"},
                "live": {"type": "boolean"}, "description": {"type": "string"}, "repository": text(json!("url")),
                "since": text(json!("date-time")), "readme": text(json!("markdown")),
            }},
        }),
    ];
    for blueprint in blueprints {
        store.create_blueprint(blueprint, writer).expect("it is taken");
    }
    let options = WriteOptions { upsert: true, merge: true, ..WriteOptions::default() };
    let write = |blueprint: &str, total: usize, draft: &dyn Fn(usize) -> EntityDraft| {
        for from in (0..total).step_by(BATCH) {
            let drafts = (from..total.min(from + BATCH)).map(|at| Ok(draft(at))).collect();
            store.bulk_upsert(blueprint, drafts, &options, writer).expect("they are taken");
        }
    };
    write("domain", DOMAINS, &|at| EntityDraft {
        identifier: Some(IdentifierRef::Literal(format!("domain-{at:06}"))),
        ..EntityDraft::default()
    });
    write("service", SERVICES, &service);
}

#[test]
#[ignore = "slow"]
fn figures() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = Store::open(&folder.path().join("catalog.db"), system_clock()).expect("it opens");
    let writer = Writer { id: "ada".to_owned(), user_agent: "figures/1".to_owned(), now: store.now() };
    let begun = Instant::now();
    catalog(&store, &writer);
    eprintln!("{} entities written in {:.1} s", SERVICES + DOMAINS, begun.elapsed().as_secs_f64());
    let site = Site::new("figures".to_owned(), Mask::derived(b"key", Vec::new()));
    let entity = |blueprint: &str, identifier: &str| Target::Entity {
        blueprint: blueprint.into(),
        identifier: identifier.into(),
    };
    let services = || Target::Blueprint("service".to_owned());
    let pages = [
        ("the first page", Target::Home, ""),
        ("a list", services(), ""),
        ("its page 790", services(), "page=790"),
        ("a list, sorted", services(), "sort=property.tier"),
        ("its page 790", services(), "sort=property.tier&page=790"),
        ("a list, filtered", services(), "property.language=rust"),
        ("a list, filtered and sorted", services(), "property.language=go&sort=title&order=desc"),
        ("a list, filtered by a rare part", services(), "property.description=79999"),
        ("what points to an entity", services(), "relation.domain=domain-000000"),
        ("an entity", entity("service", "service-070001"), ""),
        ("an entity that 40,000 point to", entity("domain", "domain-000000"), ""),
        ("a search for a common word", Target::Search, "q=service"),
        ("a search for one letter", Target::Search, "q=s"),
        ("a search for two words", Target::Search, "q=department+rust"),
        ("a search for a rare word", Target::Search, "q=79999"),
        ("a search for nothing", Target::Search, "q=zzzz"),
    ];
    for (name, target, query) in pages {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let parameters: Vec<(String, String)> =
            pairs.map(|(key, value)| (key.to_owned(), value.replace('+', " "))).collect();
        let mut times = Vec::new();
        for _ in 0..3 {
            let begun = Instant::now();
            let page = render(&site, &store, &target, &parameters).expect("a page");
            times.push(format!("{:.1} ms", begun.elapsed().as_secs_f64() * 1000.0));
            assert!(page.len() > 1000, "{name}");
        }
        eprintln!("{name} {query}: {}", times.join(", "));
    }
    let begun = Instant::now();
    suggestions(&site, &store, &[("q".to_owned(), "ser".to_owned())]).expect("suggestions");
    eprintln!("suggestions: {:.1} ms", begun.elapsed().as_secs_f64() * 1000.0);
}
