//! A repository whose entities are in the embedded catalog, written there as the exporter writes them.

use portolan::catalog::wire::{EntityDraft, WriteOptions, Writer};
use portolan::embedded::api::Strictness;
use portolan::embedded::store::{Store, system_clock};
use serde_json::{Value, json};

use crate::cli::{Run, run};
use crate::testkit::Repo;

pub const CONFIG: &str = "\
scope: acme/catalog
clusters:
  prod:
    mapping: exporter.yaml
    state-key: prod
";

pub const MAPPING: &str = "\
resources:
  - kind: getport.io/v1/entities
    selector:
      query: .spec.blueprint == \"service\"
    port:
      entity:
        mappings:
          - identifier: .spec.identifier
            blueprint: '\"service\"'
            properties:
              tier: .spec.properties.tier
            relations: {\"*\": \".spec.relations // {}\"}
  - kind: getport.io/v1/entities
    selector:
      query: .spec.blueprint == \"domain\"
    port:
      entity:
        mappings:
          - identifier: .spec.identifier
            blueprint: .spec.blueprint
";

pub fn exporter(state_key: &str) -> String {
    format!("port-k8s-exporter/^0.3.4 (statekey/{state_key})")
}

pub fn manifest(blueprint: &str, name: &str, rest: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  blueprint: \
         {blueprint}\n  identifier: {name}\n{rest}"
    )
}

pub fn service(name: &str) -> String {
    manifest("service", name, "  properties: {tier: 1}\n  relations: {domain: shop}\n")
}

/// Two services and their domain, committed, in the catalog, and owned by the exporter.
pub struct World(pub Repo);

impl World {
    /// Two blueprints and a mapping.
    pub fn empty() -> Self {
        let repo = Repo::new();
        let service = json!({
            "identifier": "service", "title": "Service",
            "schema": {"properties": {"tier": {"type": "number"}, "note": {"type": "string"}}},
            "relations": {
                "domain": {"target": "domain", "required": false, "many": false},
                "uses": {"target": "service", "required": false, "many": true},
            },
        });
        let domain = json!({"identifier": "domain", "title": "Domain", "schema": {"properties": {}}});
        repo.write(".portolan/blueprints/service.json", service.to_string());
        repo.write(".portolan/blueprints/domain.json", domain.to_string());
        repo.write(".gitignore", "local.db*\n");
        repo.write("portolan.yaml", CONFIG).write("exporter.yaml", MAPPING);
        Self(repo)
    }

    pub fn new() -> Self {
        let Self(repo) = Self::empty();
        repo.write("catalog/cart.yaml", self::service("cart")).write("catalog/pay.yaml", self::service("pay"));
        repo.write("catalog/shop.yaml", manifest("domain", "shop", ""));
        repo.git(&["add", "."]);
        repo.git(&["commit", "-qm", "base"]);
        let world = Self(repo);
        let own = json!({"properties": {"tier": 1}, "relations": {"domain": "shop"}});
        world.store(
            &exporter("prod"),
            &[("domain", "shop", json!({})), ("service", "cart", own.clone()), ("service", "pay", own)],
        );
        world
    }

    pub fn open(&self) -> Store {
        let store = Store::open(&self.0.path().join(".portolan/local.db"), system_clock()).expect("it opens");
        for name in ["domain", "service"] {
            let body = self.0.read(&format!(".portolan/blueprints/{name}.json"));
            let body = serde_json::from_str(&body).expect("it is JSON");
            // It exists from the second time on.
            let _created = store.create_blueprint(body, &writer("test", &store));
        }
        store
    }

    /// Writes entities to the embedded catalog as a program with this User-Agent.
    pub fn store(&self, user_agent: &str, entities: &[(&str, &str, Value)]) {
        let store = self.open();
        for (blueprint, identifier, body) in entities {
            let mut body = body.clone();
            body["identifier"] = json!(identifier);
            let draft = EntityDraft::parse(&body, Strictness::Open).expect("a draft");
            let options = WriteOptions { upsert: true, merge: true, ..WriteOptions::default() };
            let written = store.bulk_upsert(blueprint, vec![Ok(draft)], &options, &writer(user_agent, &store));
            assert!(written.as_ref().is_ok_and(|written| written[0].is_ok()), "{written:?}");
        }
    }

    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.0.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.0.write(path, text.replacen(from, to, 1));
    }

    pub fn run(&self, line: &str) -> Run {
        run(&self.0, &format!("cluster forecast --base HEAD {line}"))
    }

    /// The exit code, and the forecast of the only cluster.
    pub fn forecast(&self) -> (i32, Value) {
        let done = self.run("--output json");
        let found: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{}", done.talk));
        assert_eq!(found["format"], "portolan.forecast/1");
        (done.code, found["clusters"][0].clone())
    }

    /// The only danger as `kind`, `path:line`, and the entities that it deletes.
    #[track_caller]
    pub fn danger(&self) -> (String, String, Vec<String>) {
        let (code, forecast) = self.forecast();
        let dangers = forecast["dangers"].as_array().expect("a list");
        assert_eq!((code, dangers.len()), (1, 1), "{forecast:#}");
        (text(&dangers[0]["kind"]), place(&dangers[0]["location"]), keys(&dangers[0]["entities"]))
    }

    /// The blockers as `kind` and `path:line` of each place.
    #[track_caller]
    pub fn blockers(&self) -> Vec<(String, Vec<String>)> {
        let (code, forecast) = self.forecast();
        let blockers = forecast["blockers"].as_array().expect("a list");
        assert_eq!((code, blockers.is_empty()), (1, false), "{forecast:#}");
        let of = |blocker: &Value| {
            let places = blocker["locations"].as_array().expect("a list").iter().map(place).collect();
            (text(&blocker["kind"]), places)
        };
        blockers.iter().map(of).collect()
    }

    #[track_caller]
    pub fn blocks(&self, kind: &str, places: &[&str]) {
        let places = places.iter().map(|place| (*place).to_owned()).collect();
        assert_eq!(self.blockers(), [(kind.to_owned(), places)]);
    }
}

pub fn writer(user_agent: &str, store: &Store) -> Writer {
    Writer { id: "test".to_owned(), user_agent: user_agent.to_owned(), now: store.now() }
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("it is text").to_owned()
}

pub fn place(location: &Value) -> String {
    format!("{}:{}", text(&location["path"]), location["line"])
}

pub fn key(entity: &Value) -> String {
    format!("{}/{}", text(&entity["blueprint"]), text(&entity["identifier"]))
}

pub fn keys(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(key).collect()
}
