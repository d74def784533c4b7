//! Tests the guard against credentials of another organisation: the snapshot records the organisation of each catalog.

use serde_json::{Value, json};

use crate::cli::{Run, run_with};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;
use crate::testkit::faulty::{Faulty, Schedule};
use crate::testkit::plain::Plain;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};

const SOURCE: &str = ".portolan/source.json";

struct Scene {
    repo: Repo,
    faulty: Faulty,
    _serving: Serving,
}

impl Scene {
    fn set() -> Self {
        let serving = Serving::start(&["--store", "memory"]);
        let service = json!({"identifier": "service", "title": "Service", "schema": {"properties": {}}});
        Plain::connect(&serving.url).must("POST", "blueprints", Some(&service));
        let faulty = Faulty::before(&serving.url, Schedule::calm());
        let repo = Repo::new();
        repo.write("portolan.yaml", "scope: acme/catalog\n");
        repo.write(
            "catalog/a.yaml",
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\nspec: {blueprint: service, identifier: a}\n",
        );
        Self { repo, faulty, _serving: serving }
    }

    fn run(&self, line: &str) -> Run {
        let variables = [("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)];
        run_with(&self.repo, &format!("{line} --catalog {}", self.faulty.url), &variables)
    }

    fn source(&self) -> Value {
        serde_json::from_str(&self.repo.read(SOURCE)).expect("JSON")
    }

    /// Records an organisation for a catalog, as a pull does.
    fn record(&self, catalog: &str, organization: &str) {
        let mut source = self.source();
        source[format!("organization of {catalog}")] = organization.into();
        self.repo.write(SOURCE, source.to_string());
    }
}

#[test]
fn credentials_of_another_organisation_are_refused_until_it_is_accepted() {
    let scene = Scene::set();
    assert_eq!(scene.run("pull").code, 0);
    let key = format!("organization of {}", scene.faulty.url);
    assert!(scene.source().get(&key).is_none(), "a server on this machine may be another one tomorrow");
    assert_eq!(scene.run("diff").code, 0, "without a record, nothing is refused");
    scene.record(&scene.faulty.url, "org_of_somebody_else");
    for line in ["diff", "push", "pull", "pull --check", "list --live"] {
        let refused = scene.run(line);
        assert_eq!(refused.code, 4, "{line}: {}{}", refused.results, refused.talk);
        assert_error(&refused.talk, "other-organization");
        assert!(refused.talk.contains("org_of_somebody_else") && refused.talk.contains("--accept-organization"));
    }
    let checked = scene.run("config --check");
    assert!(checked.code == 5 && checked.results.contains("org_of_somebody_else"), "{}", checked.results);
    let accepted = scene.run("pull --accept-organization");
    assert_eq!(accepted.code, 0, "{}", accepted.talk);
    let id = scene.source()[&key].as_str().expect("it is recorded").to_owned();
    assert!(id.starts_with("org_") && id != "org_of_somebody_else", "{id}");
    scene.faulty.record();
    for line in ["diff", "push", "pull"] {
        let run = scene.run(line);
        assert_eq!(run.code, 0, "{line}: {}", run.talk);
    }
    let asked = scene.faulty.recorded().into_iter().filter(|(line, _)| line.contains("/v1/organization")).count();
    assert_eq!(asked, 0, "the token names the organisation");
    assert_eq!(scene.source()[&key], id.as_str(), "a pull keeps the record");
}

#[test]
fn the_record_is_of_one_catalog() {
    let scene = Scene::set();
    assert_eq!(scene.run("pull").code, 0);
    scene.record("https://api.port.io", "org_of_somebody_else");
    for line in ["diff", "push", "pull"] {
        assert_eq!(scene.run(line).code, 0, "{line}");
    }
    assert_eq!(
        scene.source()["organization of https://api.port.io"],
        "org_of_somebody_else",
        "a pull keeps the others"
    );
}
