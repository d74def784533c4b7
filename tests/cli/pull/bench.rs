//! The example organisation as a served catalog. Users and teams belong to the platform and cannot be created, so
//! persons and groups replace them here.

use serde_json::{Value, json};

use crate::cli::{Run, run_with};
use crate::testkit::plain::Plain;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};
use crate::testkit::{Repo, files_below};

pub const BLUEPRINTS: [&str; 10] =
    ["api", "carrier", "datastore", "domain", "environment", "group", "library", "person", "service", "system"];

/// The organisation as a repository.
pub fn acme() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    // A catalog on this machine does not replace the snapshot of a platform.
    let source = repo.read(".portolan/source.json").replace("https://api.port.io", "http://127.0.0.1:1");
    repo.write(".portolan/source.json", source);
    for file in files_below(&repo.path().join(".portolan/blueprints")) {
        let path = format!(".portolan/blueprints/{}", file.display());
        let text = repo.read(&path).replace("\"target\": \"_user\"", "\"target\": \"person\"");
        repo.write(&path, text.replace("\"target\": \"_team\"", "\"target\": \"group\""));
    }
    for name in ["person", "group"] {
        let blueprint = json!({"identifier": name, "title": name, "schema": {"properties": {}, "required": []},
            "relations": {}});
        repo.write(&format!(".portolan/blueprints/{name}.json"), blueprint.to_string());
    }
    let mut more = String::new();
    for line in repo.read(".portolan/known-entities.txt").lines().filter(|line| !line.starts_with('#')) {
        let (blueprint, identifier) = line.split_once('\t').expect("two columns");
        let (blueprint, properties) = match blueprint {
            "_user" => ("person", json!({})),
            "_team" => ("group", json!({})),
            "datastore" => ("datastore", json!({"engine": "db2", "classification": "internal"})),
            "environment" => ("environment", json!({"stage": "production", "region": "eu-central-1"})),
            "service" => (
                "service",
                json!({"description": "old", "language": "go", "lifecycle": "retired", "tier": 4,
                    "repository": "https://git.acme.example/x"}),
            ),
            other => panic!("nobody knows what a {other} needs"),
        };
        let relations = match blueprint {
            "service" => json!({"system": "booking"}),
            "datastore" => json!({"environment": "dc-rotterdam"}),
            _ => json!({}),
        };
        let entity = json!({"apiVersion": "getport.io/v1", "kind": "Entity",
            "metadata": {"name": format!("known-{}", identifier.replace('@', "-at-"))},
            "spec": {"blueprint": blueprint, "identifier": identifier, "properties": properties,
                "relations": relations}});
        more.push_str(&format!("---\n{entity}\n"));
    }
    repo.write("catalog/known.yaml", more);
    repo.write(".portolan/known-entities.txt", "");
    repo
}

/// A catalog of its own, over HTTP.
pub struct Catalog {
    pub serving: Serving,
    pub plain: Plain,
}

impl Catalog {
    pub fn of(repo: &Repo) -> Self {
        let seed = repo.path().to_str().expect("the folder's name is UTF-8");
        let serving = Serving::start(&["--store", "memory", "--seed", seed]);
        let plain = Plain::connect(&serving.url);
        Self { serving, plain }
    }

    pub fn acme() -> Self {
        Self::of(&acme())
    }

    pub fn variables(&self) -> [(&str, &str); 3] {
        [("PORTOLAN_CATALOG", &self.serving.url), ("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)]
    }

    /// Runs portolan with this catalog.
    pub fn run(&self, repo: &Repo, line: &str) -> Run {
        run_with(repo, line, &self.variables())
    }

    #[track_caller]
    pub fn pull(&self, repo: &Repo, flags: &str) -> String {
        let run = self.run(repo, &format!("pull {flags}"));
        assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
        run.results
    }

    #[track_caller]
    pub fn json(&self, repo: &Repo, flags: &str) -> Value {
        let text = self.pull(repo, &format!("{flags} --output json"));
        serde_json::from_str(&text).expect("JSON")
    }

    /// All stored entities without times, writers, and computed or unset values.
    pub fn stored(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for blueprint in BLUEPRINTS {
            let path = format!("blueprints/{blueprint}/entities?exclude_calculated_properties=true");
            let answer = self.plain.must("GET", &path, None);
            all.extend(answer["entities"].as_array().expect("a list").iter().map(|entity| {
                let said = |key: &str| -> Value {
                    let values = entity[key].as_object().expect("an object").iter();
                    let is_said = |value: &Value| !value.is_null() && value.as_array().is_none_or(|it| !it.is_empty());
                    values
                        .filter(|(_, value)| is_said(value))
                        .map(|(key, value)| (key.clone(), value.clone()))
                        .collect()
                };
                json!({"identifier": entity["identifier"], "blueprint": entity["blueprint"], "title": entity["title"],
                    "icon": entity["icon"], "team": entity["team"], "properties": said("properties"),
                    "relations": said("relations")})
            }));
        }
        all.sort_by_key(|entity| entity.to_string());
        all
    }

    /// Changes a blueprint.
    pub fn change(&self, blueprint: &str, deed: impl FnOnce(&mut Value)) {
        let mut found = self.plain.must("GET", &format!("blueprints/{blueprint}"), None)["blueprint"].take();
        deed(&mut found);
        for key in ["createdAt", "createdBy", "updatedAt", "updatedBy"] {
            found.as_object_mut().expect("an object").remove(key);
        }
        self.plain.must("PUT", &format!("blueprints/{blueprint}"), Some(&found));
    }
}

/// The lines of the list of known entities that name one.
pub fn known(repo: &Repo, folder: &str) -> Vec<String> {
    let text = repo.read(&format!("{folder}.portolan/known-entities.txt"));
    assert!(text.lines().is_sorted(), "{text}");
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.replace('\t', "/")).collect()
}

/// The names of a folder's files, sorted.
pub fn names(repo: &Repo, folder: &str) -> Vec<String> {
    files_below(&repo.path().join(folder)).iter().map(|path| path.display().to_string()).collect()
}
