//! Runs the recordings of Argo CD's own ApplicationSet controller (`testdata/delivery/argo`), and of Go's templates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::template::{Budget, GoValue, Stop, render};
use super::{World, generate};
use crate::delivery::argo::objects::{ArgoObject, Cluster};
use crate::delivery::argo::{Checkout, Settings};
use crate::delivery::doubles::Texts;
use crate::delivery::repository::Repository;
use crate::delivery::source::Source as _;

/// One recorded set.
#[derive(Debug, Deserialize)]
struct Case {
    name: String,
    set: String,
    files: BTreeMap<String, String>,
    #[serde(default)]
    clusters: Vec<RecordedCluster>,
    result: Outcome,
}

#[derive(Debug, Deserialize)]
struct RecordedCluster {
    name: String,
    server: String,
    project: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    applications: Option<Vec<Json>>,
    error: Option<String>,
    reason: Option<String>,
}

fn object(texts: &Texts, manifest: &str, file: crate::delivery::files::FileId) -> ArgoObject {
    let mut read = None;
    texts.documents(manifest, &mut |document| {
        read = document.value.and_then(|root| ArgoObject::of(root, file));
    });
    read.expect("an object of Argo CD")
}

/// Without what no Application has.
fn trimmed(manifest: &Json) -> Json {
    let mut manifest = manifest.clone();
    if let Some(members) = manifest.as_object_mut() {
        members.shift_remove("apiVersion");
        members.shift_remove("kind");
    }
    manifest
}

fn compare(case: &Case) -> Result<(), String> {
    let texts = Texts(case.files.clone());
    let files = texts.files(&BTreeMap::new());
    let repository = Repository::new(&files, &texts);
    let checkout = Checkout::of(&files);
    let file = files.ids().next().expect("every case has a file");
    let ArgoObject::Set(set) = object(&texts, &case.set, file) else { return Err("no set".to_owned()) };
    let clusters: Vec<Cluster> = case
        .clusters
        .iter()
        .map(|cluster| {
            let mut labels = cluster.labels.clone();
            labels.insert("argocd.argoproj.io/secret-type".to_owned(), "cluster".to_owned());
            let mut data = json!({"name": cluster.name, "server": cluster.server});
            if let Some(project) = &cluster.project {
                data["project"] = json!(project);
            }
            let secret = json!({
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "x", "labels": labels, "annotations": cluster.annotations},
                "stringData": data,
            });
            match object(&texts, &secret.to_string(), file) {
                ArgoObject::Cluster(cluster) => *cluster,
                other => panic!("{other:?}"),
            }
        })
        .collect();
    let clusters: Vec<&Cluster> = clusters.iter().collect();
    let settings = Settings { has_new_file_globbing: case.name.ends_with("-new"), ..Settings::default() };
    let world = World {
        repository: &repository,
        tree: &checkout.tree,
        clusters: &clusters,
        is_own_repository: &|_| true,
        settings: &settings,
    };
    match (generate(&set, &world), &case.result.error) {
        (Ok(generated), None) => {
            let unknown = generated
                .unknowns
                .iter()
                .find(|unknown| !matches!(unknown.kind, super::SetUnknownKind::ClusterSecrets));
            if let Some(unknown) = unknown {
                return Err(format!("not known: {unknown:?}"));
            }
            let found: Vec<Json> = generated.applications.iter().map(|one| trimmed(&one.manifest)).collect();
            let expected = case.result.applications.clone().unwrap_or_default();
            if found == expected { Ok(()) } else { Err(format!("found    {found:?}\n  expected {expected:?}")) }
        }
        (Err(failure), Some(error)) => {
            if Some(failure.kind.reason()) != case.result.reason.as_deref() {
                return Err(format!("reason {:?}: {}", failure.kind, failure.text));
            }
            if failure.text == *error { Ok(()) } else { Err(format!("found    {}\n  expected {error}", failure.text)) }
        }
        (Ok(generated), Some(error)) => Err(format!("{} applications, expected {error}", generated.applications.len())),
        (Err(failure), None) => Err(format!("unexpected failure: {}", failure.text)),
    }
}

#[test]
fn sets_make_the_applications_that_argo_cd_made() {
    let mut faults = String::new();
    let mut count = 0;
    for line in include_str!("../../../../testdata/delivery/argo/sets.jsonl").lines() {
        let case: Case = serde_json::from_str(line).expect("a case");
        if let Err(fault) = compare(&case) {
            writeln!(faults, "{}: {fault}", case.name).expect("a string");
        }
        count += 1;
    }
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(count, 56);
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    parameters: Json,
    text_maps: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct TemplateCase {
    template: String,
    /// `{{name}}` is only replaced.
    #[serde(default)]
    plain: bool,
    #[serde(default)]
    options: Vec<String>,
    result: Option<String>,
    error: Option<String>,
}

/// Errors have the same words where no types of Go are in them.
fn same_error(found: &str, expected: &str) -> bool {
    let start = |text: &str| text.split(": template: ").next().unwrap_or_default().to_owned();
    found == expected || start(found) == start(expected)
}

#[test]
fn templates_give_what_go_gave_or_are_not_known() {
    let mut lines = include_str!("../../../../testdata/delivery/argo/templates.jsonl").lines();
    let head: Parameters = serde_json::from_str(lines.next().expect("a line")).expect("parameters");
    let GoValue::Map(mut parameters) = GoValue::of_json(&head.parameters) else { panic!("no parameters") };
    for key in &head.text_maps {
        if let Some(GoValue::Map(map)) = parameters.entries.get_mut(key) {
            map.has_texts = true;
        }
    }
    let (mut faults, mut unknown, mut count, mut exact) = (String::new(), Vec::new(), 0, 0);
    for line in lines {
        let case: TemplateCase = serde_json::from_str(line).expect("a case");
        let options: Vec<&str> = case.options.iter().map(String::as_str).collect();
        let found = if case.plain {
            super::render::replace_names(&case.template, &parameters)
        } else {
            render(&case.template, &GoValue::Map(parameters.clone()), &options, &mut Budget::default())
        };
        count += 1;
        let is_same = match (&found, &case.result, &case.error) {
            (Ok(found), Some(expected), _) => found == expected,
            (Err(Stop::Fault(found)), _, Some(expected)) => {
                exact += usize::from(found == expected);
                same_error(found, expected)
            }
            (Err(Stop::NotKnown(_)), _, _) => {
                unknown.push(case.template.clone());
                true
            }
            _ => false,
        };
        if !is_same {
            writeln!(faults, "{}\n  found    {found:?}\n  expected {:?} {:?}", case.template, case.result, case.error)
                .expect("a string");
        }
    }
    assert!(faults.is_empty(), "{faults}");
    println!("{count} templates, {exact} with the same error, not known: {unknown:#?}");
    assert!(unknown.len() * 8 < count, "not known: {unknown:#?}");
}

proptest::proptest! {
    #![proptest_config(crate::generated_cases::config(512))]

    /// Any text gives a result, an error or nothing known, and never panics.
    #[test]
    fn no_template_panics(parts in proptest::collection::vec(proptest::sample::select(FRAGMENTS), 0..12)) {
        let text: String = parts.concat();
        let data = GoValue::of_json(&json!({"a": "x", "l": [1, "ä", null], "m": {"k": {"v": true}}}));
        let _ = render(&text, &data, &["missingkey=error"], &mut Budget::default());
        let _ = super::render::replace_names(&text, &Default::default());
        let _ = super::git_patterns::FilePattern::of(&text, text.starts_with('*')).map(|pattern| pattern.matches("a/b.json"));
        let _ = crate::delivery::argo::pattern::Pattern::compile(&text, &['/']);
    }
}

const FRAGMENTS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    " ",
    "\n",
    "if",
    "else",
    "end",
    "range",
    "with",
    ".a",
    ".l",
    ".m.k",
    "$x",
    ":=",
    "=",
    ",",
    "|",
    "(",
    ")",
    "\"q\"",
    "`r`",
    "/*",
    "*/",
    "index",
    "lower",
    "trunc",
    "substr",
    "dict",
    "list",
    "printf",
    "indent",
    "1",
    "-3",
    "2.5",
    "nil",
    "true",
    "ä",
    "\\",
    "[",
    "]",
    "{",
    "}",
    "*",
    "**",
    "!",
    "-",
    "slugify",
    "toYaml",
    "split",
    "repeat",
    "add",
    "eq",
    "first",
    "dig",
    "join",
    "0",
    "99999999999",
    ".",
    "'",
    "@",
];
