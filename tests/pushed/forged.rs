//! Tests edited plan files: `push --plan` sends exactly what a push without the file would send, or nothing, with the
//! reason. The forger can compute valid checksums.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::generated_cases::{cases, seed};
use crate::pushed::Dice;
use crate::pushed::scene::{Ended, Scene};
use crate::testkit::faulty::{Faulty, Schedule};

/// A scene with a plan, and the proxy that records every request.
struct Forge {
    scene: Scene,
    proxy: Faulty,
    good: String,
    digest: String,
    /// The requests of a push without the file.
    genuine: Vec<(String, String)>,
}

fn manifest(name: &str, more: &str) -> String {
    format!(
        "---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n\
         spec: {{blueprint: service, identifier: {name}{more}}}\n"
    )
}

/// A catalog that this scope wrote to: `a` will change, `b` stays, `c` and `d` are removed although others point to
/// `d`.
fn scene() -> Scene {
    let scene = Scene::set(None, 0);
    scene.repo.write("portolan.yaml", "scope: acme/catalog\nprune: {max: 1, max-percent: 100}\n");
    let all = ["a", "b", "c", "d"].map(|name| manifest(name, ", properties: {size: 1}")).concat();
    scene.repo.write("catalog/all.yaml", all);
    scene.push(&scene.running.url(), "push").went_well();
    scene.foreign(["theirs".to_owned()].into_iter());
    let wanted = [
        manifest("a", ", title: A, properties: {size: 2}, relations: {next: new}"),
        manifest("b", ", properties: {size: 1}"),
        manifest("new", ", properties: {size: 3}, relations: {next: b}"),
    ];
    scene.repo.write("catalog/all.yaml", wanted.concat());
    scene
}

impl Forge {
    fn new() -> Self {
        let scene = scene();
        let proxy = Faulty::before(&scene.running.url(), Schedule::calm());
        scene.push(&proxy.url, "diff --out plan.json").went_well();
        let good = scene.repo.read("plan.json");
        let plan: Value = serde_json::from_str(&good).expect("it is JSON");
        let digest = plan["plan"]["approval"].as_str().expect("a hazard needs approval").to_owned();
        let mut forge = Self { scene, proxy, good, digest, genuine: Vec::new() };
        let (pushed, genuine) = forge.push(&format!("push --approve {}", forge.digest));
        pushed.went_well();
        assert_eq!(genuine.len(), 3, "{genuine:#?}");
        forge.genuine = genuine;
        forge.begin_anew();
        forge
    }

    /// The same initial catalog at the same address.
    fn begin_anew(&mut self) {
        self.scene = scene();
        self.proxy.lead_to(&self.scene.running.url());
    }

    /// The run, and the writes that it sent.
    fn push(&self, flags: &str) -> (Ended, Vec<(String, String)>) {
        self.proxy.record();
        let ended = self.scene.push(&self.proxy.url, flags);
        let is_write = |line: &str| {
            let reads = ["/auth/access_token", "/entities/search", "/datasource-entities", "/search"];
            !line.starts_with("GET ") && !reads.iter().any(|route| line.split(['?', ' ']).any(|it| it.ends_with(route)))
        };
        let mut sent = self.proxy.recorded();
        sent.retain(|(line, _)| is_write(line));
        (ended, sent)
    }

    /// Whether the file was applied; then the requests must equal those of a push without it.
    fn is_carried_out(&mut self, file: &str) -> bool {
        self.scene.repo.write("plan.json", file);
        let (ended, sent) = self.push(&format!("push --plan plan.json --approve {}", self.digest));
        let told = format!("{:?}\n{}{}\n{file}", ended.code, ended.results, ended.talk);
        if ended.code == Some(0) {
            assert_eq!(sent, self.genuine, "{told}");
            self.begin_anew();
            return true;
        }
        assert_eq!(sent, [], "{told}");
        assert!(matches!(ended.code, Some(4 | 64)) && ended.talk.contains("error: "), "{told}");
        false
    }

    /// The file with an edit and a valid checksum.
    fn forged(&self, edit: impl FnOnce(&mut Value)) -> String {
        let mut json: Value = serde_json::from_str(&self.good).expect("it is JSON");
        edit(&mut json);
        sealed(json)
    }
}

/// The file with the checksum of its content: of JSON with sorted keys and without spaces, after the name of the format.
fn sealed(mut json: Value) -> String {
    if let Some(entries) = json.as_object_mut() {
        let format = entries.remove("format");
        entries.remove("checksum");
        let content = sorted(&json!(["portolan.plan-file/5", entries]));
        let sum: String =
            digest(&SHA256, content.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        entries.insert("checksum".to_owned(), json!(sum));
        entries.extend(format.map(|format| ("format".to_owned(), format)));
    }
    json.to_string()
}

fn sorted(json: &Value) -> String {
    match json {
        Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
        Value::Object(entries) => {
            let entries: BTreeMap<&String, &Value> = entries.iter().collect();
            let entry = |(name, item)| format!("{}:{}", json!(name), sorted(item));
            format!("{{{}}}", entries.into_iter().map(entry).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => json.to_string(),
    }
}

/// The first step of the change of an entity, by wave and step.
fn first_step(json: &Value, identifier: &str) -> (usize, usize) {
    let list = |json: &Value| json.as_array().expect("a list").clone();
    let changes = list(&json["plan"]["changes"]);
    let change = changes.iter().position(|it| it["key"]["identifier"] == identifier).expect("it changes");
    let waves = list(&json["plan"]["waves"]);
    let steps = waves.iter().map(|wave| list(&wave["steps"]).iter().position(|step| step["change"] == change));
    steps.enumerate().find_map(|(wave, step)| Some((wave, step?))).expect("it has a step")
}

fn pointers(json: &Value, at: String, found: &mut Vec<String>) {
    match json {
        Value::Object(entries) => entries.iter().for_each(|(name, item)| pointers(item, format!("{at}/{name}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(name, item)| pointers(item, format!("{at}/{name}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found.push(at);
}

/// One random edit.
fn edit(json: &mut Value, dice: &mut Dice) {
    let mut all = Vec::new();
    pointers(json, String::new(), &mut all);
    all.retain(|pointer| !pointer.is_empty());
    let pick = |dice: &mut Dice, count: usize| usize::try_from(dice.roll(count as u64)).expect("it is small");
    let pointer = all[pick(dice, all.len())].clone();
    let other = json.pointer(&all[pick(dice, all.len())]).cloned().unwrap_or_default();
    let (parent, name) = pointer.rsplit_once('/').expect("it is a pointer");
    let strange = [
        json!(null),
        json!(0),
        json!(u64::MAX),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("a"),
        json!("acme/other"),
        json!([]),
        json!({}),
        json!(true),
        json!("merge"),
        json!("delete"),
        json!({"blueprint": "service", "identifier": "theirs"}),
    ];
    match dice.roll(7) {
        0 => *json.pointer_mut(&pointer).expect("it is there") = strange[pick(dice, strange.len())].clone(),
        1 => *json.pointer_mut(&pointer).expect("it is there") = other,
        2 | 3 => match json.pointer_mut(&pointer).expect("it is there") {
            Value::Number(number) => *number = (number.as_i64().unwrap_or_default() + 1).into(),
            Value::String(text) => text.push('x'),
            Value::Bool(flag) => *flag = !*flag,
            Value::Array(items) => items.reverse(),
            Value::Object(entries) => drop(entries.insert("extra".to_owned(), other)),
            null @ Value::Null => *null = other,
        },
        _ => match json.pointer_mut(parent).expect("it is there") {
            Value::Array(items) => {
                let (at, to) = (name.parse::<usize>().expect("an index"), pick(dice, items.len()));
                match dice.roll(3) {
                    0 => drop(items.remove(at)),
                    1 => items.insert(to, items[at].clone()),
                    _ => items.swap(at, to),
                }
            }
            Value::Object(entries) => drop(entries.remove(name)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        },
    }
}

/// Corrupted text: truncated, duplicated, of another version.
fn spoiled(text: &str, dice: &mut Dice) -> String {
    let at = usize::try_from(dice.roll(text.len() as u64)).expect("it is small");
    match dice.roll(5) {
        0 => text.get(..at).unwrap_or_default().to_owned(),
        1 => text.replacen("\"scope\":", "\"scope\": \"acme/other\", \"scope\":", 1),
        2 => text.replace("plan-file/5", "plan-file/2"),
        3 => text.replacen('1', "123456789012345678901234567890", 1),
        _ => format!("{text}{text}"),
    }
}

#[test]
fn a_forged_plan_file_sends_nothing() {
    let mut forge = Forge::new();
    let good = forge.good.clone();
    assert!(forge.is_carried_out(&good));
    // A former vulnerability: another request with a valid checksum. The file has the digests of requests.
    let size = forge.forged(|json| {
        let (wave, step) = first_step(json, "a");
        json["requests"][wave][step] = json!("0".repeat(64));
    });
    assert!(!forge.is_carried_out(&size));
    let (refused, sent) = forge.push(&format!("push --plan plan.json --approve {}", forge.digest));
    assert!(sent.is_empty() && refused.code == Some(4));
    let told = "`service/a`: the request differs from the file";
    assert!(refused.talk.contains(told), "{}", refused.talk);
    for (name, file) in [
        ("a field", forge.forged(|json| json["plan"]["changes"][0]["fields"][0]["after"] = json!("Other"))),
        (
            "a delete of another",
            forge.forged(|json| {
                let changes = json["plan"]["changes"].as_array_mut().expect("a list");
                let delete = changes.iter_mut().find(|it| it["action"] == "delete").expect("a delete");
                delete["key"]["identifier"] = json!("theirs");
            }),
        ),
        ("no hazards", forge.forged(|json| json["plan"]["hazards"] = json!([]))),
        ("no approval", forge.forged(|json| json["plan"]["approval"] = json!(null))),
        ("adopting", forge.forged(|json| json["options"]["adopt"] = json!(true))),
        ("another scope", forge.forged(|json| json["provenance"]["scope"] = json!("acme/other"))),
        ("another catalog", forge.forged(|json| json["provenance"]["catalog"] = json!("http://127.0.0.1:1"))),
        ("an old file", good.replace("plan-file/5", "plan-file/2")),
    ] {
        // An option without effect is allowed.
        assert!(!forge.is_carried_out(&file) || name == "adopting", "{name}");
    }
    let sum = |file: &str| serde_json::from_str::<Value>(file).expect("it is JSON")["checksum"].clone();
    assert_eq!(sum(&sealed(serde_json::from_str(&good).expect("it is JSON"))), sum(&good), "the forger forges well");
}

#[test]
fn whatever_is_edited_what_is_sent_is_what_the_manifests_yield_or_nothing() {
    let mut forge = Forge::new();
    let mut dice = Dice(seed().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..cases(24) {
        let file = if dice.roll(12) == 0 {
            let text = forge.good.clone();
            spoiled(&text, &mut dice)
        } else {
            let edits = 1 + dice.roll(3);
            forge.forged(|json| (0..edits).for_each(|_| edit(json, &mut dice)))
        };
        forge.is_carried_out(&file);
    }
}
