//! Every recorded tree of Flux gives through reach what it gives to its Kustomization alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{URL, git};
use crate::delivery::doubles::Texts;
use crate::delivery::files::Files;
use crate::delivery::flux::objects::{FluxObject, Kustomization};
use crate::delivery::flux::{Settings, deliver};
use crate::delivery::ignore::Ignores;
use crate::delivery::object::Object;
use crate::delivery::reach::{Fate, Options, Outcome, Reach};
use crate::delivery::repository::Repository;
use crate::delivery::source::Source as _;

/// No artifact ever has it.
const DELIVERER: &str = ".git/deliverer.yaml";

/// What an object is and where it comes from.
fn line(files: &Files, object: &Object, substituted: Option<&Json>) -> String {
    let (header, place) = (&object.header, object.place());
    let path = files.path(place.file);
    let path = if path == DELIVERER { "the deliverer" } else { path };
    format!(
        "{} {}/{}/{} {path} {:?} {substituted:?}",
        header.api_version, header.kind, header.namespace, header.name, place.span
    )
}

fn expected(
    case: &Json,
    texts: &Texts,
    links: &BTreeMap<String, String>,
    settings: Settings,
) -> Result<Vec<String>, String> {
    let files = texts.files(links);
    let repository = Repository::new(&files, texts);
    let mut spec: Option<Kustomization> = None;
    let file = files.ids().find(|file| files.path(*file) == DELIVERER).expect("it was added");
    texts.documents(&texts.0[DELIVERER], &mut |document| {
        if let Some(FluxObject::Kustomization(found)) = document.value.and_then(|root| FluxObject::of(root, file)) {
            spec = Some(*found);
        }
    });
    let artifact = Ignores::of(&repository, case["sourceIgnore"].as_str()).artifact(&files);
    let delivery = deliver(&repository, &artifact, &spec.expect("it was written"), settings);
    let delivery = delivery.map_err(|failure| failure.failure.text)?;
    let applied = delivery.objects.iter().map(|one| line(&files, &one.object, one.substituted.as_ref()));
    let vanished = delivery.vanished.iter().map(|one| line(&files, &one.object, None));
    Ok(applied.chain(vanished).collect())
}

fn found(texts: &Texts, links: &BTreeMap<String, String>, settings: Settings) -> Result<Vec<String>, String> {
    let files = texts.files(links);
    let repository = Repository::new(&files, texts);
    let options =
        Options { urls: &[URL.to_owned()], branches: &[], has_config: false, group: "getport.io", flux: settings };
    let reach = Reach::of(&repository, &options);
    let deliverer = reach.deliverers.iter().find(|deliverer| deliverer.name == "recorded").expect("it is found");
    match &deliverer.outcome {
        Outcome::Built { arrivals, .. } => {
            let is_sorted = arrivals.is_sorted_by_key(|arrival| arrival.fate != Fate::Applied);
            assert!(is_sorted, "those that are applied come first");
            Ok(arrivals.iter().map(|arrival| line(&files, &arrival.object, arrival.substituted.as_deref())).collect())
        }
        Outcome::Failed(failure) => Err(failure.text.clone()),
        Outcome::ArgoFailed(_) | Outcome::SetFailed(_) | Outcome::NotKnown(_) => panic!("{:?}", deliverer.outcome),
    }
}

#[test]
fn trees_of_flux_arrive_as_they_are_delivered() {
    let mut faults = String::new();
    let mut count = 0;
    for recorded in include_str!("../../../../testdata/delivery/flux/trees.jsonl").lines() {
        let case: Json = serde_json::from_str(recorded).expect("a case");
        let texts_of = |key: &str| -> BTreeMap<String, String> {
            serde_json::from_value(case.get(key).cloned().unwrap_or_else(|| json!({}))).expect("texts")
        };
        let mut spec = case["spec"].clone();
        spec["sourceRef"] = json!({"kind": "GitRepository", "name": "flux-system"});
        let deliverer = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"name": "recorded", "namespace": "flux-system"},
            "spec": spec,
        });
        let ignore = case["sourceIgnore"].as_str().map(|ignore| format!(", ignore: {}", json!(ignore)));
        let source = git("flux-system", URL).replace("}}", &format!("}}{}}}", ignore.unwrap_or_default()));
        let mut files = texts_of("files");
        files.insert(DELIVERER.to_owned(), format!("{source}---\n{deliverer}\n"));
        let texts = Texts(files);
        let links = texts_of("symlinks");
        let settings = Settings { has_strict_substitutions: case["strictSubstitutions"] == json!(true) };
        let (expected, found) = (expected(&case, &texts, &links, settings), found(&texts, &links, settings));
        if expected != found {
            writeln!(faults, "{}: found {found:?}\n  expected {expected:?}", case["name"]).expect("a string");
        }
        count += 1;
    }
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(count, 145);
}
