//! A test repository of a shop: two blueprints in Git, and a catalog over HTTP with the content of its main branch.

use serde_json::{Value, json};

use crate::cli::pull::bench::Catalog;
use crate::cli::{Run, run_with};
use crate::testkit::Repo;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};

pub const CONFIG: &str = "scope: acme/shop\nmanifests: {include: [\"catalog/**/*.yaml\"]}\n";

/// The blueprint of services, with a property for every kind of comparison.
pub fn service() -> Value {
    json!({"identifier": "service", "title": "Service", "schema": {"properties": {
        "tier": {"type": "number"}, "language": {"type": "string"}, "tags": {"type": "array"},
        "config": {"type": "object"}, "since": {"type": "string", "format": "date-time"},
        "plan": {"type": "string", "default": "free"}}, "required": []},
        "mirrorProperties": {"boss": {"path": "system.owner"}},
        "relations": {"system": {"target": "system", "required": false, "many": false},
            "uses": {"target": "service", "required": false, "many": true}}})
}

pub fn system() -> Value {
    json!({"identifier": "system", "title": "System",
        "schema": {"properties": {"owner": {"type": "string"}}, "required": []}, "relations": {}})
}

/// A resource of kind `Entity` with this `spec`.
pub fn entity(spec: &Value) -> String {
    let name = spec["identifier"].as_str().expect("it has a name").to_lowercase();
    let (api, metadata) = ("getport.io/v1", json!({"name": name}));
    format!("{}\n", json!({"apiVersion": api, "kind": "Entity", "metadata": metadata, "spec": spec}))
}

pub fn cart() -> Value {
    json!({"blueprint": "service", "identifier": "cart", "title": "Cart", "icon": "Box", "team": ["blue", "red"],
        "properties": {"tier": 1, "language": "go", "tags": ["b", "a"], "config": {"a": {"b": 1}, "c": [1]},
            "since": "2026-01-01T00:00:00Z"},
        "relations": {"system": "shop", "uses": ["pay", "mail"]}})
}

pub fn shop() -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", CONFIG).write(".gitignore", ".portolan/local.db*\n");
    repo.write(".portolan/blueprints/service.json", service().to_string());
    repo.write(".portolan/blueprints/system.json", system().to_string());
    let system = json!({"blueprint": "system", "identifier": "shop", "properties": {"owner": "ada"}});
    repo.write("catalog/shop.yaml", entity(&system)).write("catalog/cart.yaml", entity(&cart()));
    for name in ["pay", "mail", "log"] {
        let service = json!({"blueprint": "service", "identifier": name, "properties": {"tier": 2}});
        repo.write(&format!("catalog/{name}.yaml"), entity(&service));
    }
    repo.git(&["init", "--quiet"]);
    commit(&repo, "all of it");
    repo
}

pub fn commit(repo: &Repo, words: &str) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", words]);
}

pub struct World {
    pub repo: Repo,
    pub catalog: Catalog,
}

impl World {
    pub fn new() -> Self {
        let repo = shop();
        let catalog = Catalog::of(&repo);
        Self { repo, catalog }
    }

    pub fn write(&self, path: &str, spec: &Value) -> &Self {
        self.repo.write(path, entity(spec));
        self
    }

    /// The cart with a change.
    pub fn cart(&self, deed: impl FnOnce(&mut Value)) -> &Self {
        let mut spec = cart();
        deed(&mut spec);
        self.write("catalog/cart.yaml", &spec)
    }

    pub fn run(&self, flags: &str) -> Run {
        self.run_in(flags, &[])
    }

    pub fn run_in(&self, flags: &str, variables: &[(&str, &str)]) -> Run {
        let all: Vec<(&str, &str)> = self.catalog.variables().iter().chain(variables).copied().collect();
        run_with(&self.repo, &format!("diff {flags}"), &all)
    }

    #[track_caller]
    pub fn json(&self, flags: &str) -> Value {
        let run = self.run(&format!("--output json {flags}"));
        assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
        serde_json::from_str(&run.results).expect("JSON")
    }

    /// The action and key of every change.
    #[track_caller]
    pub fn changes(&self, flags: &str) -> Vec<String> {
        changes(&self.json(flags))
    }

    /// The fields of the only change, as `name: before -> after`.
    #[track_caller]
    pub fn fields(&self, flags: &str) -> Vec<String> {
        let plan = self.json(flags);
        let changes = plan["changes"].as_array().expect("a list");
        assert!(changes.len() <= 1, "{plan:#}");
        changes.iter().flat_map(fields).collect()
    }

    /// Writes to the catalog as another owner.
    #[track_caller]
    pub fn elsewhere(&self, blueprint: &str, entity: &Value) {
        let path = format!("blueprints/{blueprint}/entities?upsert=true&merge=true");
        self.catalog.plain.must("POST", &path, Some(entity));
    }
}

pub fn changes(plan: &Value) -> Vec<String> {
    let line = |change: &Value| {
        let text = |key: &str| change[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}/{}", text("action"), text("blueprint"), text("identifier"))
    };
    plan["changes"].as_array().expect("a list").iter().map(line).collect()
}

pub fn fields(change: &Value) -> Vec<String> {
    let line = |field: &Value| {
        let kind = field["kind"].as_str().expect("a kind");
        let name = field["name"].as_str().unwrap_or(kind);
        format!("{name}: {} -> {}", field["before"], field["after"])
    };
    change["fields"].as_array().expect("a list").iter().map(line).collect()
}

/// The variables that select a catalog at this URL.
pub fn at(url: &str) -> [(&str, &str); 3] {
    [("PORTOLAN_CATALOG", url), ("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)]
}
