//! `cluster evaluate` against the model: the entities, the deletes, the outcome, and the class of each problem.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value as Json, json};

use super::config::Form;
use super::generate::{Case, Generator};
use super::judge::{Scene, judge_all, modelled};
use super::model::{Ending, Resync, Sent};
use super::objects::{Delivery, gadget_definition};
use super::values::{spelled, yaml};
use crate::testkit::seeds::seeds;
use crate::testkit::{Repo, portolan};

/// How a case was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// With entities, and with deletes.
    Agrees(Ending, bool, bool),
    /// Chance decides what the exporter does.
    NotJudged(&'static str),
}

/// The manifests by file.
fn in_files(case: &Case) -> Vec<Vec<&Json>> {
    let files = case.manifests.iter().map(|(file, _)| *file).collect::<BTreeSet<_>>();
    let of = |file: usize| case.manifests.iter().filter(move |(it, _)| *it == file).map(|(_, manifest)| manifest);
    files.into_iter().map(|file| of(file).collect()).collect()
}

/// Writes the files of a case, and returns the arguments of the run.
fn write(case: &Case, folder: &Path) -> Vec<String> {
    let write = |name: &str, text: String| {
        std::fs::write(folder.join(name), text).expect("files can be written");
        name.to_owned()
    };
    let mut arguments: Vec<String> = ["cluster", "evaluate", "--output", "json", "--mapping"].map(str::to_owned).into();
    arguments.push(write(case.config.file_name(), case.config.text()));
    arguments.extend(["--as".to_owned(), if case.config.form == Form::Stored { "stored" } else { "file" }.to_owned()]);
    let known: Vec<Json> = case
        .known
        .iter()
        .map(|(blueprint, identifier)| json!({"blueprint": blueprint, "identifier": identifier}))
        .collect();
    arguments.extend(["--known".to_owned(), write("known.json", json!(known).to_string())]);
    for (name, value) in &case.variables {
        arguments.extend(["--env".to_owned(), format!("{name}={value}")]);
    }
    if case.without_examples {
        arguments.push("--no-raw-examples".to_owned());
    }
    for (number, manifests) in in_files(case).into_iter().enumerate() {
        let text = if number == 1 {
            json!(manifests).to_string()
        } else {
            manifests.iter().map(|manifest| yaml(manifest)).collect::<Vec<_>>().join("---\n")
        };
        let extension = if number == 1 { "json" } else { "yaml" };
        arguments.push(write(&format!("objects-{number}.{extension}"), text));
    }
    if case.has_gadgets || case.manifests.is_empty() {
        let definition = if case.has_gadgets { yaml(&gadget_definition()) } else { "# nothing\n".to_owned() };
        arguments.push(write("crds.yaml", definition));
    }
    arguments
}

fn judge(case: &Case) -> Result<Verdict, String> {
    let model = modelled(case, in_files(case).into_iter().flatten(), Delivery::Create);
    if let Some(chance) = model.chance {
        return Ok(Verdict::NotJudged(chance));
    }
    let repo = Repo::outside_git();
    let arguments = write(case, repo.path());
    let output = portolan(&repo).args(&arguments).output().expect("the binary runs");
    let (results, talk) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let found: Json = serde_json::from_str(&results).map_err(|error| format!("no JSON ({error}): {talk}"))?;
    compare(case, &model, &found)?;
    let code = output.status.code();
    let expected = Some(i32::from(model.ending != Ending::Complete));
    if code != expected {
        return Err(format!("the exit code is {code:?}: {talk}"));
    }
    let has_deletes = found["deletes"].as_array().is_some_and(|deletes| !deletes.is_empty());
    Ok(Verdict::Agrees(model.ending, !model.sent.is_empty(), has_deletes))
}

fn compare(case: &Case, model: &Resync, found: &Json) -> Result<(), String> {
    if found["outcome"] != model.ending.name() {
        return Err(format!(
            "the outcome is {}, the model's is {:?}; {:?}",
            found["outcome"], model.ending, model.lost
        ));
    }
    if model.ending == Ending::Crash || model.ending == Ending::StartFailed {
        // What was sent before a crash depends on the order of kinds and batches.
        let is_early = model.ending == Ending::StartFailed && found["upserts"] != json!([]);
        return if is_early || found["deletes"] != json!([]) { Err("it does something".to_owned()) } else { Ok(()) };
    }
    compare_sent(&model.sent, found["upserts"].as_array().ok_or("no upserts")?)?;
    compare_deletes(case, model, found)?;
    compare_problems(model, found["problems"].as_array().ok_or("no problems")?)
}

/// Every body that may be sent for an entity.
fn variants(sent: &Sent) -> Vec<String> {
    let mut bodies = vec![sent.body.clone()];
    for (section, key, value) in &sent.random {
        let others: Vec<Json> = bodies
            .iter()
            .map(|body| {
                let mut other = body.clone();
                other[*section][key] = value.clone();
                other
            })
            .collect();
        bodies.extend(others);
    }
    bodies.iter().map(spelled).collect()
}

fn compare_sent(sent: &[Sent], found: &[Json]) -> Result<(), String> {
    let mut left: Vec<String> = found.iter().map(spelled).collect();
    for entity in sent {
        let variants = variants(entity);
        match left.iter().position(|body| variants.contains(body)) {
            Some(at) => drop(left.remove(at)),
            None => return Err(format!("it does not send {}\nbut {left:#?}", variants[0])),
        }
    }
    if left.is_empty() { Ok(()) } else { Err(format!("it also sends {left:#?}")) }
}

type Keys = BTreeSet<(String, String)>;

fn keys(list: &Json) -> Keys {
    let text = |key: &Json, name: &str| key[name].as_str().unwrap_or_default().to_owned();
    list.as_array().into_iter().flatten().map(|key| (text(key, "blueprint"), text(key, "identifier"))).collect()
}

fn compare_deletes(case: &Case, model: &Resync, found: &Json) -> Result<(), String> {
    let (mut deletes, mut undecided) = (Keys::new(), Keys::new());
    if model.ending == Ending::Complete {
        let bodies: Vec<Json> = model.sent.iter().map(|sent| sent.body.clone()).collect();
        let sent = keys(&json!(bodies));
        let by_query: BTreeSet<&str> = bodies
            .iter()
            .filter(|body| body["identifier"].is_object())
            .filter_map(|body| body["blueprint"].as_str())
            .collect();
        for key in case.known.iter().filter(|key| !sent.contains(*key)) {
            let section = if by_query.contains(key.0.as_str()) { &mut undecided } else { &mut deletes };
            section.insert(key.clone());
        }
    }
    for (name, expected) in [("deletes", deletes), ("undecided", undecided)] {
        let found = keys(&found[name]);
        if found != expected {
            return Err(format!("{name}: {found:?}, the model's are {expected:?}"));
        }
    }
    Ok(())
}

/// Every loss has a problem of its class, and every problem is a loss.
fn compare_problems(model: &Resync, problems: &[Json]) -> Result<(), String> {
    for lost in &model.lost {
        let describes = |problem: &&Json| {
            problem["entry"] == json!(lost.entry)
                && problem["object"] == json!(lost.object)
                && lost.classes.iter().any(|class| problem["class"] == *class)
        };
        if !problems.iter().any(|problem| describes(&problem)) {
            return Err(format!("no problem for {lost:?} in {problems:#?}"));
        }
    }
    let mut places = BTreeMap::new();
    for lost in &model.lost {
        places.insert((Some(lost.entry as u64), lost.object.as_deref()), lost.classes);
    }
    for problem in problems {
        let place = (problem["entry"].as_u64(), problem["object"].as_str());
        if !places.contains_key(&place) {
            return Err(format!("a problem where the model has none: {problem:#}"));
        }
    }
    Ok(())
}

impl Scene for Case {
    type Verdict = Verdict;
    const NAME: &str = "resync";
    const MAX_SMALLER: usize = 400;
    const MAX_SHOWN: usize = 12;

    fn of_seed(seed: u64) -> Self {
        Generator::new(seed).case()
    }

    fn judge(&self) -> Result<Verdict, String> {
        judge(self)
    }

    fn smaller(&self) -> Vec<Self> {
        self.smaller()
    }

    fn save(&self, folder: &Path) -> String {
        format!("portolan {}", write(self, folder).join(" "))
    }
}

#[test]
fn evaluated_mappings_give_what_the_exporter_does() {
    judge_all::<Case>(seeds(400, 20_000));
}
