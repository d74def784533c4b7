//! Tests the client against the embedded server over real HTTP: both must show the same catalog as the store behind it.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::catalog::apply::{ApplyContext, apply};
use crate::catalog::wire::{EntityDraft, IdentifierRef, RelationRef, WriteOptions, Writer};
use crate::catalog::{ApplyOptions, Cancellation, Catalog, Part, ReadLimit, WriteFailure};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::EntityKey;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::foreign_owner::{ForeignOwner, OwnerKind};
use crate::domain::entity::patch::Patch;
use crate::domain::plan::StepKind;
use crate::domain::plan::outcome::{ChangeOutcome, Reason};
use crate::domain::plan::relevant::RelevantEntities;
use crate::domain::plan::request::{Method, WriteRequest, WriteRequests};
use crate::domain::progress::Silent;
use crate::domain::snapshot::{Completeness, Snapshot};
use crate::domain::value::timestamp::Moment;
use crate::embedded::LocalCatalog;
use crate::embedded::server;
use crate::embedded::server::{Running, ServerConfig};
use crate::embedded::store::{Store, system_clock};

const MERGE: WriteOptions = WriteOptions {
    upsert: true,
    merge: true,
    validation_only: false,
    create_missing_related_entities: false,
    run_id: None,
};

struct Served {
    running: Running,
    store: Store,
    blueprints: Vec<Blueprint>,
}

fn served() -> Served {
    let store = Store::in_memory(system_clock()).expect("there is memory");
    let bodies = [
        json!({"identifier": "domain", "title": "Domain", "schema": {"properties": {}, "required": []}, "relations": {}}),
        json!({
            "identifier": "service", "title": "Service",
            "schema": {"properties": {
                "language": {"type": "string"}, "tier": {"type": "number"}, "tags": {"type": "array"},
            }, "required": []},
            "relations": {"domain": {"target": "domain", "required": false, "many": false}},
            "mirrorProperties": {"domainTitle": {"path": "domain.$title"}},
        }),
    ];
    let writer = Writer { id: "test".to_owned(), user_agent: "test".to_owned(), now: Moment(0) };
    for body in &bodies {
        store.create_blueprint(body.clone(), &writer).expect("it is a blueprint");
    }
    let credentials = server::Credentials { id: ID.to_owned(), secret: Secret::new(SECRET) };
    let running = server::start(ServerConfig::new(store.clone(), credentials)).expect("it starts");
    let blueprints = bodies.map(|body| Blueprint::from_json(body).expect("it is a blueprint").0).into();
    Served { running, store, blueprints }
}

impl Served {
    fn client(&self) -> Client {
        client(&self.running.url())
    }

    fn local(&self) -> LocalCatalog {
        LocalCatalog::of(self.store.clone(), "the store".to_owned(), &owner().user_agent())
    }
}

fn service(number: usize) -> EntityDraft {
    EntityDraft {
        identifier: Some(IdentifierRef::Literal(format!("svc/{number:05}"))),
        texts: Texts { title: Patch::Set(format!("Service {number}")), ..Texts::default() },
        properties: Some(
            [
                ("language".to_owned(), json!("go")),
                ("tier".to_owned(), json!(number)),
                ("tags".to_owned(), json!(["a", format!("ü{number}")])),
            ]
            .into_iter()
            .collect(),
        ),
        relations: Some(vec![("domain".to_owned(), RelationRef::One("shop".to_owned()))]),
        ..EntityDraft::default()
    }
}

fn shop(title: &str) -> EntityDraft {
    EntityDraft {
        identifier: Some(IdentifierRef::Literal("shop".to_owned())),
        texts: Texts { title: Patch::Set(title.to_owned()), ..Texts::default() },
        ..EntityDraft::default()
    }
}

fn read(catalog: &dyn Catalog, blueprints: &[Blueprint], part: &Part) -> Snapshot {
    let snapshot = catalog.read(blueprints, part, &Silent).expect("it is read");
    assert!(snapshot.is_complete(), "{:?}", snapshot.blueprints.values().map(|shelf| &shelf.completeness));
    snapshot
}

#[test]
fn every_page_border_is_read_whole_and_as_the_store_has_it() {
    let served = served();
    let (client, local) = (served.client(), served.local());
    let written = client.upsert("domain", &[shop("Shop")], &MERGE, &Silent).expect("it is written");
    assert!(written[0].as_ref().is_ok_and(|written| written.created), "{written:?}");
    let mut there = 0;
    for count in [0, 1, 199, 200, 999, 1000, 1001, 2001] {
        let drafts: Vec<EntityDraft> = (there..count).map(service).collect();
        let written = client.upsert("service", &drafts, &MERGE, &Silent).expect("they are written");
        assert!(written.iter().all(Result::is_ok), "{:?}", written.iter().find(|written| written.is_err()));
        there = count;
        for part in [&Part::Whole, &Part::Keys] {
            let snapshot = read(&client, &served.blueprints, part);
            assert_eq!(snapshot.blueprints["service"].entities.len(), count);
            assert_eq!(snapshot, read(&local, &served.blueprints, part), "{count} {part:?}");
        }
    }
    let snapshot = read(&client, &served.blueprints, &Part::Whole);
    let one = snapshot.get("service", "svc/01500").expect("it is there");
    let names: Vec<&str> = one.properties.iter().map(|(name, _)| name.as_ref()).collect();
    assert_eq!(names, ["language", "tier", "tags"], "nothing computed is in it");
    assert!(one.record.updated_by.as_deref() == Some(ID), "{:?}", one.record);
}

#[test]
fn what_is_not_relevant_is_not_kept() {
    let served = served();
    let (client, local) = (served.client(), served.local());
    client.upsert("domain", &[shop("Shop")], &MERGE, &Silent).expect("it is written");
    let drafts: Vec<EntityDraft> = (0..2001).map(service).collect();
    client.upsert("service", &drafts, &MERGE, &Silent).expect("they are written");
    let key =
        |blueprint: &str, identifier: &str| EntityKey { blueprint: blueprint.into(), identifier: identifier.into() };
    let services = |relevant: RelevantEntities| {
        let part = Part::Relevant(Arc::new(relevant));
        let snapshot = read(&client, &served.blueprints, &part);
        assert_eq!(snapshot, read(&local, &served.blueprints, &part));
        let found = snapshot.blueprints["service"].entities.iter();
        found.map(|entity| entity.key.identifier.to_string()).collect::<Vec<_>>()
    };
    let mut few = RelevantEntities::default();
    ["svc/01999", "svc/00001", "absent"].iter().for_each(|identifier| few.add(&key("service", identifier)));
    assert_eq!(services(few), ["svc/00001", "svc/01999"], "read by their identifiers");
    let mut many = RelevantEntities::default();
    (0..1500).for_each(|number| many.add(&key("service", &format!("svc/{number:05}"))));
    assert_eq!(services(many).len(), 1500, "fewer requests read all");
    let mut removable = RelevantEntities::default();
    removable.add_removable(&key("domain", "elsewhere"));
    assert!(services(removable).is_empty(), "nothing points to it");
    let mut removable = RelevantEntities::default();
    removable.add_removable(&key("domain", "shop"));
    assert_eq!(services(removable).len(), 2001, "all point to it");
}

#[test]
fn the_two_sides_of_the_trait_cannot_be_told_apart() {
    let served = served();
    let drafts =
        [shop("Shop"), EntityDraft { identifier: Some(IdentifierRef::Literal("not one".to_owned())), ..shop("x") }];
    let sides: [Box<dyn Catalog>; 2] = [Box::new(served.client()), Box::new(served.local())];
    for catalog in &sides {
        let names: Vec<_> =
            catalog.blueprints().expect("they are read").iter().map(|it| it["identifier"].clone()).collect();
        assert!(names.is_sorted_by_key(|name| name.as_str().map(str::to_owned)) && names.contains(&json!("_team")));
        let outcomes = catalog.upsert("domain", &drafts, &MERGE, &Silent).expect("it is answered");
        assert!(outcomes[0].is_ok());
        assert!(
            matches!(&outcomes[1], Err(WriteFailure::Refused(refusal)) if refusal.status == 422),
            "{:?}",
            outcomes[1]
        );
        let written = catalog.upsert("service", &[service(1)], &MERGE, &Silent).expect("it is answered");
        assert!(written[0].is_ok(), "{written:?}");
        let lost = EntityDraft {
            relations: Some(vec![("domain".to_owned(), RelationRef::One("lost".to_owned()))]),
            ..service(2)
        };
        let refused = catalog.upsert("service", &[lost], &MERGE, &Silent).expect("it is answered");
        assert!(matches!(&refused[0], Err(WriteFailure::Refused(refusal)) if refusal.status == 404), "{refused:?}");
        let cleared = EntityDraft { texts: Texts { title: Patch::Null, ..Texts::default() }, ..EntityDraft::default() };
        catalog.patch("service", "svc/00001", &cleared, &MERGE).expect("it is answered").expect("it is patched");
        let nobody = catalog.patch("service", "svc/00009", &cleared, &MERGE).expect("it is answered");
        assert!(nobody.is_err_and(|refusal| refusal.status == 404));
        let snapshot = read(&**catalog, &served.blueprints, &Part::Whole);
        assert_eq!(snapshot.get("service", "svc/00001").expect("it is there").texts.title, None);
        let owned: Vec<String> = catalog
            .owned(&owner())
            .expect("it is answered")
            .iter()
            .map(|key| format!("{}/{}", key.blueprint, key.identifier))
            .collect();
        assert_eq!(owned, ["domain/shop", "service/svc/00001"]);
        let other = Owner { scope: "acme/other".to_owned() };
        assert!(catalog.owned(&other).expect("it is answered").is_empty());
        let gone = ["svc/00001", "svc/00009"].map(str::to_owned);
        let outcomes = catalog.delete("service", &gone, &Silent).expect("it is answered");
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        let outcomes = catalog.delete("domain", &["shop".to_owned()], &Silent).expect("it is answered");
        assert!(outcomes[0].is_ok(), "{outcomes:?}");
        assert!(read(&**catalog, &served.blueprints, &Part::Keys).is_empty());
    }
}

#[test]
fn a_few_are_read_by_their_names_as_the_store_has_them() {
    let served = served();
    let (client, local) = (served.client(), served.local());
    client.upsert("domain", &[shop("Shop")], &MERGE, &Silent).expect("it is written");
    let drafts: Vec<EntityDraft> = (0..1203).map(service).collect();
    client.upsert("service", &drafts, &MERGE, &Silent).expect("they are written");
    let blueprint = &served.blueprints[1];
    let all = read(&client, &served.blueprints, &Part::Whole);
    let name = |number: usize| -> Box<str> { format!("svc/{number:05}").into() };
    for wanted in [0..0, 7..8, 0..499, 0..500, 0..501, 100..1202, 1200..1300] {
        // In any order, and with duplicates.
        let names: Vec<Box<str>> = wanted.clone().rev().chain(wanted.clone().take(3)).map(name).collect();
        let shelf = client.read_some(blueprint, &names, &Silent).expect("they are read");
        let there = wanted.clone().filter(|number| *number < 1203);
        let expected: Vec<_> = there.map(|number| all.get("service", &name(number)).expect("it is there")).collect();
        assert_eq!(shelf.entities.iter().collect::<Vec<_>>(), expected, "{wanted:?}");
        assert_eq!(shelf.completeness, Completeness::Complete);
        assert_eq!(local.read_some(blueprint, &names, &Silent).expect("they are read"), shelf, "{wanted:?}");
    }
    let long: Vec<Box<str>> = (0..900).map(|number| format!("{number}{}", "x".repeat(990)).into()).collect();
    assert!(client.read_some(blueprint, &long, &Silent).expect("they are read").entities.is_empty());
}

/// Two writers and one catalog: between the plan and its deletes, one entity is taken over, one is written again by this
/// scope, one is deleted, and one is deleted and created anew.
#[test]
fn owners_are_named_and_given_back_without_knowing_their_names() {
    let served = served();
    let sources = [
        ("old", "portolan/0.0.1 (statekey/acme/web)", Some((OwnerKind::Scope, "acme/web"))),
        ("web", "portolan/0.0.2 (statekey/acme/web)", Some((OwnerKind::Scope, "acme/web"))),
        ("pods", "port-k8s-exporter/^0.3.4 (statekey/prod)", Some((OwnerKind::Exporter, "prod"))),
        ("pager", "port-ocean/pagerduty/0.2.1/1/exporter", Some((OwnerKind::Integration, "pagerduty/1"))),
        ("pager2", "port-ocean/pagerduty/0.2.1/1/exporter2", Some((OwnerKind::Integration, "pagerduty/1"))),
        ("script", "curl/8", None),
    ];
    let draft = |identifier: &str| EntityDraft {
        identifier: Some(IdentifierRef::Literal(identifier.to_owned())),
        ..EntityDraft::default()
    };
    for (identifier, user_agent, _) in sources {
        let writer = Writer { id: "test".to_owned(), user_agent: user_agent.to_owned(), now: Moment(0) };
        served.store.bulk_upsert("domain", vec![Ok(draft(identifier))], &MERGE, &writer).expect("it is written");
    }
    let names: Vec<Box<str>> = sources.iter().map(|(identifier, ..)| (*identifier).into()).collect();
    let (cancellation, timeout) = (Cancellation::default(), std::time::Duration::from_secs(30));
    let limit = ReadLimit { cancellation: &cancellation, timeout };
    let sides: [Box<dyn Catalog>; 2] = [Box::new(served.client()), Box::new(served.local())];
    for catalog in &sides {
        let listed = catalog.datasources(limit).expect("they are listed").expect("the catalog lists them");
        let owners = catalog.owners_of("domain", &names, &[], limit).expect("they are found");
        let datasources = catalog.datasources_of("domain", &names, limit).expect("they are found");
        for (identifier, user_agent, owner) in sources {
            let owner = owner.map(|(kind, name)| ForeignOwner::new(kind, Some(name.to_owned())));
            assert_eq!(owners.get(identifier), owner.as_ref(), "{identifier}");
            assert_eq!(datasources.get(identifier).map(String::as_str), Some(user_agent), "{identifier}");
            assert!(listed.iter().any(|datasource| datasource == user_agent), "{listed:?}");
        }
        let own = owner().user_agent();
        let options =
            ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress: &Silent };
        for (datasource, owned) in [(own.as_str(), true), ("port-ocean/pagerduty/0.2.1/1/exporter", false)] {
            assert!(catalog.relabel("domain", &names[3..4], datasource, options).may_be_applied);
            let ours = catalog.owned_among(&owner(), "domain", &names, limit).expect("it is read");
            assert_eq!(ours.contains_key("pager"), owned, "{datasource}");
        }
    }
}

#[test]
fn what_was_written_after_the_plan_was_made_is_not_deleted() {
    for is_remote in [true, false] {
        let served = served();
        let (client, local) = (served.client(), served.local());
        let catalog: &dyn Catalog = if is_remote { &client } else { &local };
        let other =
            LocalCatalog::of(served.store.clone(), "the store".to_owned(), "terraform-provider-port-labs/2.9.0");
        catalog.upsert("domain", &[shop("Shop")], &MERGE, &Silent).expect("it is written");
        let drafts: Vec<EntityDraft> = (0..5).map(service).collect();
        catalog.upsert("service", &drafts, &MERGE, &Silent).expect("they are written");
        let actual = read(catalog, &served.blueprints, &Part::Whole);
        // The times of the catalog are in milliseconds.
        std::thread::sleep(Duration::from_millis(3));
        other.upsert("service", &[service(0)], &MERGE, &Silent).expect("it is written");
        local.upsert("service", &[service(1)], &MERGE, &Silent).expect("it is written");
        other.delete("service", &["svc/00002".to_owned(), "svc/00003".to_owned()], &Silent).expect("it is answered");
        local.upsert("service", &[service(3)], &MERGE, &Silent).expect("it is written");
        let request = |at: usize| WriteRequest {
            change: at,
            step_kind: StepKind::Delete,
            key: EntityKey { blueprint: "service".into(), identifier: format!("svc/{at:05}").into() },
            method: Method::Delete,
            needs: Vec::new(),
        };
        let requests = WriteRequests { waves: vec![(0..5).map(request).collect()] };
        let cancellation = Cancellation::default();
        let options =
            ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress: &Silent };
        let context = ApplyContext { blueprints: &served.blueprints, owner: &owner(), actual: &actual };
        let outcome = apply(catalog, &requests, 5, context, options);
        let by = |at: usize| match &outcome.ends[at] {
            ChangeOutcome::NotAttempted(Reason::WrittenSince { by }) => by.clone(),
            other => panic!("{at}: {other:?}"),
        };
        assert!(by(0).contains("Terraform"), "{}", by(0));
        assert!([1, 3].iter().all(|at| by(*at).starts_with("another run of this scope (last changed by")), "{}", by(1));
        assert_eq!([&outcome.ends[2], &outcome.ends[4]], [&ChangeOutcome::Applied; 2]);
        let left = read(catalog, &served.blueprints, &Part::Keys);
        let left: Vec<&str> =
            left.blueprints["service"].entities.iter().map(|entity| entity.key.identifier.as_ref()).collect();
        assert_eq!(left, ["svc/00000", "svc/00001", "svc/00003"]);
    }
}

#[test]
fn a_server_with_a_limit_is_read_to_the_end() {
    let store = served();
    let client = store.client();
    client.upsert("domain", &[shop("Shop")], &MERGE, &Silent).expect("it is written");
    let credentials = server::Credentials { id: ID.to_owned(), secret: Secret::new(SECRET) };
    let rate = server::Rate { requests: 5, period: Duration::from_secs(1) };
    let config = ServerConfig { rate: Some(rate), ..ServerConfig::new(store.store.clone(), credentials) };
    let limited = server::start(config).expect("it starts");
    let (client, _) = client_with(&limited.url(), POLICY, TIMEOUTS);
    for _ in 0..3 {
        let snapshot = client.read(&store.blueprints, &Part::Whole, &Silent).expect("it is read");
        assert!(snapshot.blueprints.values().all(|shelf| shelf.completeness == Completeness::Complete));
    }
}
