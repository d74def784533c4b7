//! Tests moving from the direct path to the cluster path and back, over a served catalog: nothing changes on the way, and
//! each path deletes only what it wrote last. The exporter is played by `cluster evaluate` and the exporter's own routes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::forecast::world::{exporter, keys};
use super::{changes, parsed};
use crate::cli::{Run, run, run_with};
use crate::testkit::Repo;
use crate::testkit::counts::planned;
use crate::testkit::plain::Plain;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};

const DIRECT: &str = "scope: acme/shop\nmanifests: {include: [\"catalog/**/*.yaml\"]}\n";
const CLUSTER: &str = "clusters: {prod: {mapping: exporter.yaml, state-key: prod, namespace: shop}}\n";

struct Paths {
    repo: Repo,
    serving: Serving,
    exporter: Plain,
}

impl Paths {
    /// The example shop without titles, which the published CRD does not have, and an empty catalog.
    fn new() -> Self {
        let repo = Repo::new();
        repo.copy_example("shop");
        for path in ["catalog/systems.yaml", "catalog/teams.yaml"] {
            repo.write(path, without_titles(&repo.read(path)));
        }
        for name in ["cart", "checkout", "ledger", "receipts", "recommendations", "reviews", "search", "wishlist"] {
            let path = format!("catalog/service/{name}.yaml");
            repo.write(&path, without_titles(&repo.read(&path)));
        }
        repo.write("portolan.yaml", DIRECT);
        assert_eq!(run(&repo, "cluster mapping --out exporter.yaml").code, 0);
        let serving = Serving::start(&["--store", "memory", "--listen", "127.0.0.1:0"]);
        let exporter = Plain::connect_as(&exporter("prod"), &serving.url);
        // Without relations first, since these need their targets.
        for method in ["POST", "PUT"] {
            for name in ["team", "system", "service"] {
                let body = repo.read(&format!(".portolan/blueprints/{name}.json"));
                let mut body: Value = serde_json::from_str(&body).expect("it is JSON");
                let path = if method == "PUT" { format!("blueprints/{name}") } else { "blueprints".to_owned() };
                if method == "POST" {
                    body["relations"] = json!({});
                    body["mirrorProperties"] = json!({});
                    body.as_object_mut().expect("an object").remove("ownership");
                }
                exporter.must(method, &path, Some(&body));
            }
        }
        Self { repo, serving, exporter }
    }

    fn run(&self, line: &str) -> Run {
        let line = format!("{line} --catalog {}", self.serving.url);
        run_with(&self.repo, &line, &[("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)])
    }

    /// The entities without what each write changes.
    fn content(&self) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for blueprint in ["team", "system", "service"] {
            for entity in self.exporter.all(blueprint) {
                let content: Vec<&Value> =
                    ["title", "icon", "team", "properties", "relations"].iter().map(|key| &entity[*key]).collect();
                found.insert(format!("{blueprint}/{}", entity["identifier"].as_str().expect("a text")), json!(content));
            }
        }
        found
    }

    fn owned(&self) -> Vec<Value> {
        let path = "blueprints/entities/datasource-entities?exclude_calculated_properties=true&include=blueprint&include=identifier";
        let query = json!({"datasource_prefix": "port-k8s-exporter", "datasource_suffix": "(statekey/prod)"});
        self.exporter.must("POST", path, Some(&query))["entities"].as_array().expect("a list").clone()
    }

    /// A full resync of the manifests: everything is sent, then what is owned and was not sent is deleted. Returns what was
    /// deleted.
    fn resync(&self) -> Vec<String> {
        self.repo.write("owned.json", json!(self.owned()).to_string());
        let folder = std::fs::read_dir(self.repo.path().join("catalog/service")).expect("the folder is there");
        let mut line =
            "cluster evaluate --mapping exporter.yaml --known owned.json --output json catalog/systems.yaml \
                        catalog/teams.yaml"
                .to_owned();
        for file in folder {
            line += &format!(" catalog/service/{}", file.expect("it can be listed").file_name().to_string_lossy());
        }
        let done = run(&self.repo, &line);
        let found = parsed(&done);
        assert_eq!((done.code, &found["outcome"]), (0, &json!("complete")), "{}{}", done.results, done.talk);
        for blueprint in ["team", "system", "service"] {
            let all = found["upserts"].as_array().expect("a list").iter();
            let sent: Vec<&Value> = all.filter(|entity| entity["blueprint"] == blueprint).collect();
            for batch in sent.chunks(20) {
                let path = format!(
                    "blueprints/{blueprint}/entities/bulk?create_missing_related_entities=true&merge=true&run_id=&upsert=true"
                );
                let answer = self.exporter.must("POST", &path, Some(&json!({"entities": batch})));
                assert_eq!(answer["errors"], json!([]), "{answer}");
            }
        }
        let deleted = keys(&found["deletes"]);
        for key in &deleted {
            let (blueprint, identifier) = key.split_once('/').expect("a key has two parts");
            let path = format!("blueprints/{blueprint}/entities/{identifier}?delete_dependents=false");
            self.exporter.must("DELETE", &path, None);
        }
        deleted
    }

    fn deletes_of_diff(&self) -> Vec<String> {
        changes(&parsed(&self.run("diff --output json")))
    }
}

fn without_titles(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("  title:")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn moving_to_the_cluster_and_back_changes_nothing() {
    let paths = Paths::new();
    let pushed = paths.run("push");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    let content = paths.content();
    assert_eq!((content.len(), paths.owned().len()), (12, 0));

    // To the cluster: the exporter takes the entities over as they are.
    paths.repo.write("portolan.yaml", format!("{DIRECT}{CLUSTER}"));
    let before = paths.run("diff --output json");
    assert_eq!((before.code, changes(&parsed(&before)), &parsed(&before)["hazards"]), (0, Vec::new(), &json!([])));
    assert_eq!(paths.resync(), Vec::<String>::new());
    assert_eq!((paths.content(), paths.owned().len()), (content.clone(), 12));
    assert_eq!(paths.deletes_of_diff(), Vec::<String>::new());

    // There, the exporter deletes.
    let wishlist = paths.repo.read("catalog/service/wishlist.yaml");
    paths.repo.remove("catalog/service/wishlist.yaml");
    assert_eq!(paths.deletes_of_diff(), ["delete service/wishlist ours"]);
    assert_eq!(paths.resync(), ["service/wishlist"]);
    assert_eq!(paths.content().len(), 11);
    paths.repo.write("catalog/service/wishlist.yaml", wishlist);
    assert_eq!(paths.resync(), Vec::<String>::new());
    assert_eq!(paths.content(), content);

    // Back: the exporter stops, and the first push adopts.
    paths.repo.write("portolan.yaml", DIRECT);
    let refused = paths.run("push");
    assert_eq!(planned(&refused.results)[..3], [0, 0, 0], "nothing is foreign that would change: {}", refused.results);
    assert_eq!(paths.owned().len(), 12);
    let adopted = paths.run("push --adopt");
    assert_eq!(adopted.code, 0, "{}{}", adopted.results, adopted.talk);
    assert!(adopted.results.contains("12 adopted"), "{}", adopted.results);
    assert_eq!((paths.content(), paths.owned().len()), (content, 0));

    // There, a push deletes, and the exporter no longer does.
    paths.repo.remove("catalog/service/wishlist.yaml");
    assert_eq!(paths.deletes_of_diff(), ["delete service/wishlist ours"]);
    assert_eq!(paths.run("push").code, 0);
    assert_eq!(paths.content().len(), 11);
}

#[test]
fn each_path_deletes_only_what_it_wrote_last() {
    let paths = Paths::new();
    assert_eq!(paths.run("push").code, 0);
    paths.repo.write("portolan.yaml", format!("{DIRECT}{CLUSTER}"));
    // Its manifest goes before the exporter has written the entity: it stays, until a push deletes it.
    paths.repo.remove("catalog/service/wishlist.yaml");
    let plan = parsed(&paths.run("diff --output json"));
    assert_eq!(changes(&plan), Vec::<String>::new());
    assert_eq!(keys(&plan["delivery"]["clusters"][0]["kept"]), ["service/wishlist"]);
    assert_eq!(paths.resync(), Vec::<String>::new());
    assert_eq!((paths.content().len(), paths.owned().len()), (12, 11));
    // A push deletes what the scope owns, and none of what the exporter owns.
    paths.repo.remove("catalog/service/reviews.yaml");
    paths.repo.write("portolan.yaml", DIRECT);
    assert_eq!(paths.deletes_of_diff(), ["delete service/wishlist ours"]);
    assert_eq!(paths.run("push").code, 0);
    assert_eq!((paths.content().len(), paths.owned().len()), (11, 11));
    assert_eq!(paths.resync(), ["service/reviews"]);
}
