//! `push` with a mapping against the fixed point of the model's resyncs: entity by entity, and which are gone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use portolan::domain::secret::Secret;
use portolan::embedded::server::{self, ServerConfig};
use portolan::embedded::store::{Store, system_clock};
use serde_json::{Value as Json, json};

use super::catalog::{BLUEPRINTS, Catalog, Entity, Key, RELATIONS, Refusal, Required, blueprint, line};
use super::config::Form;
use super::dice::Dice;
use super::generate::{Case, Generator};
use super::judge::{self, judge_all};
use super::model::{Ending, Resync};
use super::objects::{Delivery, gadget_definition, stored};
use super::values::yaml;
use crate::testkit::plain::Plain;
use crate::testkit::seeds::seeds;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};
use crate::testkit::{Repo, portolan};

/// How a case was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The catalogs are equal; whether something was written, and whether something was deleted.
    Equal(bool, bool),
    /// No resync completes, and the program does not delete and says so.
    Refused(&'static str),
    /// No resync completes for a reason that the program does not have: it goes on.
    Ahead(&'static str),
    NotJudged(&'static str),
}

/// What the catalog holds before.
#[derive(Debug, Clone)]
struct Before {
    required: Required,
    /// Bodies to write, and whether the exporter owns them.
    bodies: Vec<(bool, Json)>,
}

#[derive(Debug, Clone)]
struct Scene {
    case: Case,
    before: Before,
}

fn delivery(case: &Case) -> Delivery {
    if case.by_flux { Delivery::ServerSideApply } else { Delivery::ClientSideApply }
}

fn modelled(case: &Case) -> Resync {
    judge::modelled(case, case.manifests.iter().map(|(_, manifest)| manifest), delivery(case))
}

impl Scene {
    /// A case, and a catalog that holds what the relations of its entities need.
    fn new(seed: u64) -> Self {
        let case = Generator::new(seed).fitting_case();
        let mut dice = Dice::new(seed ^ 0x5eed);
        let required = Required { language: dice.one_in(8), system: dice.one_in(8) };
        let sent: Vec<Json> = modelled(&case).sent.into_iter().map(|sent| sent.body).collect();
        let key = |body: &Json| Some((body["blueprint"].as_str()?.to_owned(), body["identifier"].as_str()?.to_owned()));
        let declared: BTreeSet<Key> = sent.iter().filter_map(key).collect();
        let mut bodies: BTreeMap<Key, (bool, Json)> = BTreeMap::new();
        let mut add = |dice: &mut Dice, key: Key, is_owned: bool| {
            let (blueprint, identifier) = &key;
            let mut body = json!({"identifier": identifier, "blueprint": blueprint, "title": "Before"});
            if Catalog::default().upsert(&body).is_err() {
                return;
            }
            if dice.one_in(2) || (required.language && blueprint == "component") {
                body["properties"] = json!({"language": "old", "tier": 9, "tags": ["x"]});
            }
            if dice.one_in(4) {
                body["icon"] = json!("Service");
                body["team"] = json!(["cart", "stock"]);
            }
            bodies.entry(key).or_insert((is_owned, body));
        };
        for body in &sent {
            for (name, target, _) in RELATIONS {
                let value = &body["relations"][name];
                let targets: Vec<&str> = value
                    .as_str()
                    .into_iter()
                    .chain(value.as_array().into_iter().flatten().filter_map(Json::as_str))
                    .collect();
                for identifier in targets {
                    let target = (target.to_owned(), identifier.to_owned());
                    // One that nothing declares is there, almost always, and almost never the exporter's own.
                    if !declared.contains(&target) && !dice.one_in(40) {
                        let is_owned = dice.one_in(40);
                        add(&mut dice, target, is_owned);
                    }
                }
            }
        }
        for key in &declared {
            if dice.one_in(3) {
                let is_owned = dice.one_in(2);
                add(&mut dice, key.clone(), is_owned);
            }
        }
        for identifier in ["old", "older", "Cart", "cart"] {
            let blueprint = *dice.pick(&BLUEPRINTS);
            let is_owned = !dice.one_in(3);
            add(&mut dice, (blueprint.to_owned(), identifier.to_owned()), is_owned);
        }
        let mut bodies: Vec<(bool, Json)> = bodies.into_values().collect();
        let keys: Vec<(String, String)> = bodies.iter().filter_map(|(_, body)| key(body)).collect();
        for (_, body) in &mut bodies {
            let own = key(body);
            let needs = required.system && body["blueprint"] == "component";
            for (name, target, many) in RELATIONS {
                let targets: Vec<&Key> =
                    keys.iter().filter(|key| key.0 == target && Some(*key) != own.as_ref()).collect();
                if targets.is_empty() || !(dice.one_in(3) || (needs && name == "system")) {
                    continue;
                }
                let identifier = &dice.pick(&targets).1;
                body["relations"][name] = if many { json!([identifier]) } else { json!(identifier) };
            }
        }
        // A component that lacks a required target is not there.
        bodies.retain(|(_, body)| {
            !(required.system && body["blueprint"] == "component" && body["relations"]["system"].is_null())
        });
        Self { case, before: Before { required, bodies } }
    }

    /// The catalog before, as the model has it.
    fn catalog(&self) -> Catalog {
        let mut catalog = Catalog { required: Required::default(), ..Catalog::default() };
        for with_relations in [false, true] {
            for (is_owned, body) in &self.before.bodies {
                let mut body = body.clone();
                if !with_relations {
                    body.as_object_mut().expect("a map").shift_remove("relations");
                }
                let key = catalog.upsert(&body).expect("the first content is valid");
                catalog.entities.get_mut(&key).expect("it was written").is_owned = *is_owned;
            }
        }
        catalog.required = self.before.required;
        catalog
    }

    /// Writes the same into the server.
    fn seed(&self, url: &str) {
        let ours = Plain::connect_as("portolan/0.1.0 (statekey/acme/catalog)", url);
        let theirs = Plain::connect_as("somebody else", url);
        for identifier in BLUEPRINTS {
            let bare = json!({"identifier": identifier, "title": identifier, "schema": {"properties": {}}});
            ours.must("POST", "blueprints", Some(&bare));
        }
        for identifier in BLUEPRINTS {
            let whole = blueprint(identifier, Required::default());
            ours.must("PUT", &format!("blueprints/{identifier}"), Some(&whole));
        }
        let teams = ["cart", "stock", "pay", "web", "mail", "a-b-c", "data", "cat", "none", "x"];
        for team in teams {
            theirs.must("POST", "blueprints/_team/entities", Some(&json!({"identifier": team, "title": team})));
        }
        for with_relations in [false, true] {
            for (is_owned, body) in &self.before.bodies {
                let mut body = body.clone();
                if !with_relations {
                    body.as_object_mut().expect("a map").shift_remove("relations");
                }
                let writer = if *is_owned { &ours } else { &theirs };
                let blueprint = body["blueprint"].as_str().expect("a text");
                let path = format!("blueprints/{blueprint}/entities?upsert=true&merge=true");
                writer.must("POST", &path, Some(&body));
            }
        }
        for identifier in BLUEPRINTS {
            let whole = blueprint(identifier, self.before.required);
            ours.must("PUT", &format!("blueprints/{identifier}"), Some(&whole));
        }
    }

    fn write(&self, repo: &Path) {
        let write = |name: &str, text: String| {
            let path = repo.join(name);
            std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
            std::fs::write(path, text).expect("files can be written");
        };
        let variables: BTreeMap<&String, &String> = self.case.variables.iter().collect();
        let mapping = format!("platform/{}", self.case.config.file_name());
        let deliverer = if self.case.by_flux { "flux" } else { "kubectl" };
        let config = json!({
            "scope": "acme/catalog",
            "delivery": "cluster",
            "clusters": {"prod": {"mapping": mapping, "env": variables, "deliverer": deliverer}},
            "prune": {"max": 1000, "max-percent": 100},
        });
        write("portolan.yaml", yaml(&config));
        write(&mapping, self.case.config.text());
        for identifier in BLUEPRINTS {
            let body = blueprint(identifier, self.before.required).to_string();
            write(&format!(".portolan/blueprints/{identifier}.json"), body);
        }
        if self.case.has_gadgets {
            write("crds/gadget.yaml", yaml(&gadget_definition()));
        }
        let files: BTreeSet<usize> = self.case.manifests.iter().map(|(file, _)| *file).collect();
        for file in files {
            let manifests = self.case.manifests.iter().filter(|(it, _)| *it == file);
            let texts: Vec<String> = manifests.map(|(_, manifest)| yaml(manifest)).collect();
            write(&format!("catalog/part-{file}.yaml"), texts.join("---\n"));
        }
    }

    fn judge(&self) -> Result<Verdict, String> {
        let run = modelled(&self.case);
        if let Some(chance) = run.chance {
            return Ok(Verdict::NotJudged(chance));
        }
        let mut keys = BTreeSet::new();
        if !run
            .sent
            .iter()
            .all(|sent| keys.insert((sent.body["blueprint"].to_string(), sent.body["identifier"].to_string())))
        {
            return Ok(Verdict::NotJudged("two objects are one entity"));
        }
        if run.sent.iter().any(|sent| !sent.random.is_empty()) {
            return Ok(Verdict::NotJudged("`*` beside an explicit key"));
        }
        let before = self.catalog();
        let mut expected = before.clone();
        let Some(refused) = expected.settle(&run) else { return Ok(Verdict::NotJudged("no fixed point")) };
        if refused.values().any(|refusal| *refusal == Refusal::Unknown) {
            return Ok(Verdict::NotJudged("the catalog decides"));
        }
        let pushed = self.push()?;
        let is_refused = |(_, manifest): &(usize, Json)| stored(manifest, delivery(&self.case)).is_none();
        let has_refused = self.case.manifests.iter().any(is_refused);
        let is_empty = |(_, manifest): &(usize, Json)| manifest.get("spec").is_some_and(Json::is_null);
        if pushed.code == Some(1) && self.case.manifests.iter().any(is_empty) {
            // The cluster takes it, and lint does not.
            return Ok(Verdict::Refused("a manifest without content"));
        }
        pushed.judge(&before, &expected, &run, &refused, has_refused)
    }

    fn push(&self) -> Result<Pushed, String> {
        let repo = Repo::new();
        self.write(repo.path());
        let store = Store::in_memory(system_clock()).expect("there is memory");
        let credentials = server::Credentials { id: CLIENT_ID.to_owned(), secret: Secret::new(CLIENT_SECRET) };
        let running = server::start(ServerConfig::new(store, credentials)).expect("it starts");
        let url = running.url().trim_end_matches('/').to_owned();
        self.seed(&url);
        let mut approval: Vec<String> = Vec::new();
        for _ in 0..2 {
            let mut command = portolan(&repo);
            command.args(["push", "--catalog", &url, "--yes", "--adopt"]).args(&approval);
            command.env("PORT_CLIENT_ID", CLIENT_ID).env("PORT_CLIENT_SECRET", CLIENT_SECRET);
            let output = command.output().expect("the binary runs");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (code, results, talk) = (output.status.code(), text(&output.stdout), text(&output.stderr));
            let digest = talk.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).map(str::to_owned);
            if let (Some(4), Some(digest), true) = (code, digest, approval.is_empty()) {
                approval = vec!["--approve".to_owned(), digest];
                continue;
            }
            let plain = Plain::connect(&url);
            let entities = BLUEPRINTS.iter().flat_map(|blueprint| plain.all(blueprint)).map(|body| read_back(&body));
            return Ok(Pushed { code, results, talk, entities: entities.collect() });
        }
        Err("the approval was not enough".to_owned())
    }
}

/// What a push left.
struct Pushed {
    code: Option<i32>,
    results: String,
    talk: String,
    entities: BTreeMap<Key, Entity>,
}

fn read_back(body: &Json) -> (Key, Entity) {
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let is_set = |value: &Json| !value.is_null() && *value != json!([]);
    let members = |name: &str, keeps_lists: bool| {
        let members = body[name].as_object().into_iter().flatten();
        members
            .filter(|(_, value)| if keeps_lists { !value.is_null() } else { is_set(value) })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect::<BTreeMap<String, Json>>()
    };
    let sorted = |value: Json| match value {
        Json::Array(items) => {
            let targets: BTreeSet<&str> = items.iter().filter_map(Json::as_str).collect();
            json!(targets)
        }
        one => one,
    };
    let team = body["team"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned);
    let entity = Entity {
        title: text("title"),
        icon: text("icon"),
        team: team.collect(),
        properties: members("properties", true),
        relations: members("relations", false).into_iter().map(|(name, value)| (name, sorted(value))).collect(),
        is_owned: false,
    };
    let key = (text("blueprint").expect("a text"), text("identifier").expect("a text"));
    (key, entity)
}

fn lines(entities: &BTreeMap<Key, Entity>) -> BTreeMap<&Key, String> {
    entities.iter().map(|(key, entity)| (key, line(entity))).collect()
}

impl Pushed {
    /// Whether it says that it does not do everything.
    fn refuses(&self) -> bool {
        self.code != Some(0) || self.results.contains("nothing is deleted")
    }

    fn judge(
        &self,
        before: &Catalog,
        expected: &Catalog,
        run: &Resync,
        refused: &BTreeMap<Key, Refusal>,
        has_refused: bool,
    ) -> Result<Verdict, String> {
        let said = || format!("exit code {:?}\n{}\n{}", self.code, self.talk, self.results);
        let deleted: Vec<&Key> = before.entities.keys().filter(|key| !self.entities.contains_key(key)).collect();
        if has_refused {
            // `kubectl apply` fails, and what it leaves out is in doubt.
            return if deleted.is_empty() && self.refuses() {
                Ok(Verdict::Refused("the API server refuses an object"))
            } else {
                Err(format!("it deletes {deleted:?}, or says nothing of an object that is refused\n{}", said()))
            };
        }
        if run.ending != Ending::Complete {
            // The exporter deletes nothing, and neither does the program.
            if !deleted.is_empty() {
                return Err(format!(
                    "it deletes {deleted:?} although the resync ends with {}\n{}",
                    run.ending.name(),
                    said()
                ));
            }
            if !self.refuses() {
                return Err(format!("it says nothing of the outcome {}\n{}", run.ending.name(), said()));
            }
            return Ok(Verdict::Refused(run.ending.name()));
        }
        // Lint is stricter than the exporter with a mapping that maps nothing, and with other mistakes in it.
        let is_unchanged = lines(&self.entities) == lines(&before.entities);
        if self.code == Some(1) && is_unchanged && said().contains("─ platform/") {
            return Ok(Verdict::Refused("lint refuses the mapping"));
        }
        if self.code == Some(1) && expected.lacks_required(run) {
            return Ok(Verdict::Refused("a required value is not sent"));
        }
        if refused.values().any(|refusal| *refusal == Refusal::Invalid) {
            let verdict = Ok(Verdict::Refused("the catalog refuses an entity"));
            return if self.code == Some(0) {
                Err(format!("it says nothing of {refused:?}\n{}", said()))
            } else {
                verdict
            };
        }
        if !refused.is_empty() {
            // A push keeps the target of a declared relation, and writes entities that point to each other.
            return Ok(match (self.code, self.results.contains("is kept")) {
                (Some(0), true) => Verdict::Ahead("a target that nothing declares is kept"),
                (Some(0), false) => Verdict::Ahead("entities point to each other"),
                (_, _) => Verdict::Refused("a relation's target never is there"),
            });
        }
        if expected.has_stale(run) {
            // The exporter goes on after a delete that the catalog refuses. A push fails, and deletes nothing that hangs on it.
            let verdict = Ok(Verdict::Refused("a delete that the catalog refuses"));
            return if self.code == Some(3) { verdict } else { Err(format!("nothing failed: {}", said())) };
        }
        let (found, wanted) = (lines(&self.entities), lines(&expected.entities));
        for key in found.keys().chain(wanted.keys()) {
            if found.get(key) != wanted.get(key) {
                let was = before.entities.get(*key).map(line);
                return Err(format!(
                    "{key:?}\n  push:   {:?}\n  resync: {:?}\n  before: {was:?}\n{}",
                    found.get(key),
                    wanted.get(key),
                    said()
                ));
            }
        }
        if self.code != Some(0) {
            return Err(format!("the catalogs are equal, and it fails: {}", said()));
        }
        Ok(Verdict::Equal(!run.sent.is_empty(), !deleted.is_empty()))
    }
}

impl judge::Scene for Scene {
    type Verdict = Verdict;
    const NAME: &str = "pushed";
    const MAX_SMALLER: usize = 100;
    const MAX_SHOWN: usize = 6;

    fn of_seed(seed: u64) -> Self {
        Self::new(seed)
    }

    fn judge(&self) -> Result<Verdict, String> {
        self.judge()
    }

    fn smaller(&self) -> Vec<Self> {
        let without = |at: usize| {
            let mut before = self.before.clone();
            let (_, gone) = before.bodies.remove(at);
            let is_target = before
                .bodies
                .iter()
                .any(|(_, body)| body["relations"].to_string().contains(&gone["identifier"].to_string()));
            (!is_target).then(|| Self { case: self.case.clone(), before })
        };
        let cases = self.case.smaller().into_iter().map(|case| Self { case, before: self.before.clone() });
        cases.chain((0..self.before.bodies.len()).filter_map(without)).collect()
    }

    fn save(&self, folder: &Path) -> String {
        self.write(folder);
        format!("portolan push, into a catalog with {:?}", self.before)
    }
}

#[test]
fn a_push_leaves_what_the_resyncs_of_the_exporter_leave() {
    judge_all::<Scene>(seeds(80, 10_000));
}

/// The form is one of those that the config of the program can name.
#[test]
fn every_form_of_a_mapping_is_pushed() {
    let forms: BTreeSet<&str> = (1..200).map(|seed| Generator::new(seed).fitting_case().config.file_name()).collect();
    assert_eq!(forms.len(), [Form::File, Form::Helm, Form::Stored].len());
}
