//! Runs the recordings of Flux's own code (`testdata/delivery/flux`): the same artifact, and the same objects in the same
//! order, or the same failure at the same stage.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::objects::{FluxObject, Kustomization};
use super::{Delivery, FluxFailure, Settings, Stage, deliver};
use crate::delivery::contents::Content;
use crate::delivery::doubles::{Texts, same};
use crate::delivery::files::Files;
use crate::delivery::ignore::Ignores;
use crate::delivery::repository::Repository;
use crate::delivery::source::Source as _;

/// One recorded tree.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    files: BTreeMap<String, String>,
    #[serde(default)]
    symlinks: BTreeMap<String, String>,
    spec: Json,
    source_ignore: Option<String>,
    #[serde(default)]
    strict_substitutions: bool,
    result: Outcome,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    artifact: Option<BTreeSet<String>>,
    action: Option<String>,
    objects: Option<Vec<Json>>,
    stage: Option<String>,
    error: Option<String>,
}

fn spec_of(texts: &Texts, files: &Files, spec: &Json) -> Kustomization {
    let manifest = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "catalog", "namespace": "flux-system"},
        "spec": spec,
    });
    let file = files.ids().next().expect("every case has a file");
    let mut read = None;
    texts.documents(&manifest.to_string(), &mut |document| {
        read = document.value.and_then(|root| FluxObject::of(root, file));
    });
    match read {
        Some(FluxObject::Kustomization(kustomization)) => *kustomization,
        other => panic!("{other:?}"),
    }
}

fn compare_objects(repository: &Repository<'_>, delivery: &Delivery, expected: &[Json]) -> Result<(), String> {
    let contents = delivery.contents(repository);
    if contents.len() != expected.len() {
        return Err(format!("{} objects instead of {}", contents.len(), expected.len()));
    }
    for ((content, delivered), expected) in contents.iter().zip(&delivery.objects).zip(expected) {
        let header = &delivered.object.header;
        let text = |pointer: &str| expected.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
        let identity = [text("/apiVersion"), text("/kind"), text("/metadata/namespace"), text("/metadata/name")];
        match content {
            Content::Known(content) if !same(content, expected) => {
                return Err(format!("found    {content}\n  expected {expected}"));
            }
            Content::Known(_) => {}
            Content::Rewritten | Content::Generated => {
                let found =
                    [&header.api_version, &header.kind, &header.namespace, &header.name].map(|text| text.as_str());
                if found != identity.each_ref().map(String::as_str) {
                    return Err(format!("found {found:?}, expected {identity:?}"));
                }
            }
        }
    }
    Ok(())
}

/// Numbers of lines and what Go prints of values are not known here.
fn comparable(text: &str) -> String {
    let text = text.split_once("ID conflict").map_or(text, |(before, _)| before);
    let text = match text.split_once("MalformedYAMLError") {
        Some((before, _)) => before,
        None => text,
    };
    let text = text.replace("YAMLToJSON: ", "\u{0}");
    text.split('\u{0}').next().unwrap_or_default().to_owned()
}

fn compare_failure(found: &FluxFailure, expected: &Outcome) -> Result<(), String> {
    let stage = match found.stage {
        Stage::Path => "path",
        Stage::Generate => "generate",
        Stage::Build => "build",
    };
    let error = expected.error.as_deref().unwrap_or_default();
    if Some(stage) != expected.stage.as_deref() {
        return Err(format!("stage {stage} instead of {:?}: {}", expected.stage, found.failure.text));
    }
    // Go prints the whole object before what is wrong with it.
    let of_object =
        ["json: unsupported type", "json: unsupported value", "yaml: invalid map key", "yaml: unmarshal errors"];
    if let Some(wording) = of_object.into_iter().find(|wording| error.contains(wording)) {
        return if found.failure.text.contains(wording) { Ok(()) } else { Err(found.failure.text.clone()) };
    }
    if error.contains("--enable-helm") && found.failure.text.contains("--enable-helm") {
        return Ok(());
    }
    let (found, expected) = (comparable(&found.failure.text), comparable(error));
    if found == expected { Ok(()) } else { Err(format!("found    {found}\n  expected {expected}")) }
}

fn compare(case: &Case) -> Result<(), String> {
    let texts = Texts(case.files.clone());
    let files = texts.files(&case.symlinks);
    let repository = Repository::new(&files, &texts);
    let spec = spec_of(&texts, &files, &case.spec);
    let artifact = Ignores::of(&repository, case.source_ignore.as_deref()).artifact(&files);
    if let Some(expected) = &case.result.artifact {
        let found: BTreeSet<_> = artifact.shown_files().map(|file| files.path(file).to_owned()).collect();
        if found != *expected {
            return Err(format!("artifact {found:?} instead of {expected:?}"));
        }
    }
    let settings = Settings { has_strict_substitutions: case.strict_substitutions };
    match (deliver(&repository, &artifact, &spec, settings), &case.result.objects) {
        (Ok(delivery), Some(expected)) => {
            let is_generated = case.result.action.as_deref() == Some("created");
            if is_generated != delivery.is_generated {
                return Err(format!("action is not {:?}", case.result.action));
            }
            compare_objects(&repository, &delivery, expected)
        }
        (Err(failure), None) => compare_failure(&failure, &case.result),
        (Ok(delivery), None) => Err(format!("{} objects instead of {:?}", delivery.objects.len(), case.result.error)),
        (Err(failure), Some(_)) => Err(format!("unexpected failure: {}", failure.failure.text)),
    }
}

#[test]
fn trees_are_delivered_as_flux_delivered_them() {
    let mut faults = String::new();
    let mut count = 0;
    for line in include_str!("../../../testdata/delivery/flux/trees.jsonl").lines() {
        let case: Case = serde_json::from_str(line).expect("a case");
        if let Err(fault) = compare(&case) {
            writeln!(faults, "{}: {fault}", case.name).expect("a string");
        }
        count += 1;
    }
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(count, 145);
}

#[test]
fn variables_are_substituted_as_flux_substituted_them() {
    let mut lines = include_str!("../../../testdata/delivery/flux/substitutions.jsonl").lines();
    let head: Json = serde_json::from_str(lines.next().expect("a line")).expect("the variables");
    let spec = json!({"path": "./", "prune": true, "postBuild": {"substitute": head["variables"]}});
    let mut faults = String::new();
    for line in lines {
        let case: Json = serde_json::from_str(line).expect("a case");
        let entity = json!({
            "apiVersion": "getport.io/v1",
            "kind": "Entity",
            "metadata": {"name": "a"},
            "spec": {"x": case["text"]},
        });
        let expected = json!({"objects": case.get("result").map(|result| {
            let mut entity = entity.clone();
            entity["spec"]["x"] = result.clone();
            [entity]
        }), "error": case["error"], "stage": case.get("error").map(|_| "build"), "action": "created"});
        let tree = Case {
            name: case["text"].to_string(),
            files: BTreeMap::from([("a.yaml".to_owned(), entity.to_string())]),
            symlinks: BTreeMap::new(),
            spec: spec.clone(),
            source_ignore: None,
            strict_substitutions: false,
            result: serde_json::from_value(expected).expect("an outcome"),
        };
        match compare(&tree) {
            // A panic is not wrapped.
            Err(fault) if fault.contains("slice bounds out of range [1:0]") => {}
            Err(fault) => writeln!(faults, "{}: {fault}", tree.name).expect("a string"),
            Ok(()) => {}
        }
    }
    assert!(faults.is_empty(), "{faults}");
}
