//! Runs the recordings of Argo CD's own code (`testdata/delivery/argo`): the same objects in the same order, or the same
//! failure, and the same outcome in the controller.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::objects::{Application, ArgoObject};
use super::{ArgoFailureKind, Checkout, ReplaceReason, Settings, SourceType, build, deliver};
use crate::delivery::contents::Content;
use crate::delivery::doubles::{Texts, same};
use crate::delivery::files::Files;
use crate::delivery::object::split_version;
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
    application: String,
    source: Json,
    max_combined: Option<u64>,
    result: Outcome,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    source_type: Option<String>,
    #[serde(default)]
    not_built: bool,
    objects: Option<Vec<Json>>,
    error: Option<String>,
    controller: Option<Controller>,
}

#[derive(Debug, Deserialize)]
struct Controller {
    error: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    conditions: Vec<String>,
}

fn application_of(texts: &Texts, files: &Files, case: &Case) -> Application {
    let manifest = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": case.application, "namespace": "argocd"},
        "spec": {"project": "default", "source": case.source, "destination": {"namespace": "catalog"}},
    });
    let file = files.ids().next().expect("every case has a file");
    let mut read = None;
    texts.documents(&manifest.to_string(), &mut |document| {
        read = document.value.and_then(|root| ArgoObject::of(root, file));
    });
    match read {
        Some(ArgoObject::Application(application)) => *application,
        other => panic!("{other:?}"),
    }
}

/// The words of the YAML parser are not known here, but which of the parts of a text they are.
fn comparable(text: &str) -> String {
    for mark in [" yaml: ", ": yaml: "] {
        if let Some((before, _)) = text.split_once(mark) {
            return before.to_owned();
        }
    }
    text.to_owned()
}

fn compare(case: &Case) -> Result<(), String> {
    let texts = Texts(case.files.clone());
    let files = texts.files(&case.symlinks);
    let repository = Repository::new(&files, &texts);
    let checkout = Checkout::of(&files);
    let application = application_of(&texts, &files, case);
    let max_combined_size = case.max_combined.unwrap_or(Settings::default().max_combined_size);
    let settings = Settings { max_combined_size, ..Settings::default() };
    let source = &application.sources[0];
    let built = match build(&repository, &checkout, &application, source, &settings) {
        Ok(built) => built,
        Err(failure) => {
            let Some(expected) = &case.result.error else {
                // Not built there.
                let is_known = case.result.not_built && matches!(failure.kind, ArgoFailureKind::Build(_));
                return if is_known { Ok(()) } else { Err(format!("unexpected failure: {}", failure.text)) };
            };
            let (found, expected) = (comparable(&failure.text), comparable(expected));
            return if found == expected { Ok(()) } else { Err(format!("found    {found}\n  expected {expected}")) };
        }
    };
    if case.result.error.as_ref().is_some_and(|error| error.contains("jsonnet")) && !built.unknowns.is_empty() {
        return Ok(());
    }
    if Some(built.source_type.name()) != case.result.source_type.as_deref() {
        return Err(format!(
            "{:?} instead of {:?}: {:?}",
            built.source_type, case.result.source_type, case.result.error
        ));
    }
    if built.source_type != SourceType::Directory {
        return Ok(());
    }
    let expected: Vec<&Json> = case.result.objects.iter().flatten().collect();
    let contents = built.contents(&repository);
    if contents.len() + built.unknowns.len() != expected.len() {
        return Err(format!("{} objects instead of {}", contents.len(), expected.len()));
    }
    for (content, expected) in contents.iter().zip(&expected) {
        match content {
            Content::Known(content) if same(content, expected) => {}
            content => return Err(format!("found    {content:?}\n  expected {expected}")),
        }
    }
    match &case.result.controller {
        Some(controller) if built.unknowns.is_empty() => {
            compare_controller(&repository, &checkout, &application, &settings, controller)
        }
        Some(_) | None => Ok(()),
    }
}

fn compare_controller(
    repository: &Repository<'_>,
    checkout: &Checkout<'_>,
    application: &Application,
    settings: &Settings,
    expected: &Controller,
) -> Result<(), String> {
    let source = &application.sources[0];
    let delivery = match deliver(repository, checkout, application, &[source], settings) {
        Ok(delivery) => delivery,
        Err(failure) if Some(&failure.text) == expected.error.as_ref() => return Ok(()),
        Err(failure) => return Err(failure.text),
    };
    let mut found: Vec<String> = Vec::new();
    for (delivered, content) in delivery.objects.iter().zip(delivery.contents(repository)) {
        let header = &delivered.object.header;
        let (group, _) = split_version(&header.api_version);
        let name = if header.has_string_name { header.name.as_str() } else { "" };
        let mut line = format!("{group}/{}/{}/{name}", header.kind, header.namespace);
        let Content::Known(content) = content else { return Err(format!("{line} has no content")) };
        if content.pointer("/metadata/namespace").and_then(Json::as_str).unwrap_or_default() != header.namespace {
            return Err(format!("{line} has another namespace"));
        }
        if let Some(identifier) = content.pointer("/spec/identifier").and_then(Json::as_str) {
            write!(line, " identifier={identifier}").expect("a string");
        }
        found.push(line);
    }
    found.sort();
    let mut resources: Vec<_> = expected.resources.clone();
    // The identifier of nameless objects is left out there.
    for line in &mut resources {
        if line.ends_with('/') {
            found.iter_mut().filter(|found| found.starts_with(line.as_str())).for_each(|found| found.clone_from(line));
        }
    }
    if found != resources {
        return Err(format!("found    {found:?}\n  expected {resources:?}"));
    }
    let mut conditions = Vec::new();
    for (at, delivered) in delivery.objects.iter().enumerate() {
        let replaced: Vec<_> = delivery.replaced.iter().filter(|replaced| replaced.by == at).collect();
        if replaced.is_empty() {
            continue;
        }
        let header = &delivered.object.header;
        let (group, _) = split_version(&header.api_version);
        let name = if replaced[0].reason == ReplaceReason::Nameless { "" } else { &header.name };
        conditions.push(format!(
            "RepeatedResourceWarning: Resource {group}/{}/{}/{name} appeared {} times among application resources.",
            header.kind,
            header.namespace,
            replaced.len() + 1
        ));
    }
    if conditions != expected.conditions {
        return Err(format!("found    {conditions:?}\n  expected {:?}", expected.conditions));
    }
    Ok(())
}

#[test]
fn trees_are_delivered_as_argo_cd_delivered_them() {
    let mut faults = String::new();
    let mut count = 0;
    for line in include_str!("../../../testdata/delivery/argo/trees.jsonl").lines() {
        let case: Case = serde_json::from_str(line).expect("a case");
        if let Err(fault) = compare(&case) {
            writeln!(faults, "{}: {fault}", case.name).expect("a string");
        }
        count += 1;
    }
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(count, 92);
}

/// Counts how often texts are read.
#[derive(Debug, Default)]
struct CountedTexts {
    texts: Texts,
    reads: std::sync::atomic::AtomicUsize,
}

impl crate::delivery::source::Source for CountedTexts {
    fn text(&self, path: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.texts.text(path)
    }

    fn documents(&self, text: &str, each: &mut dyn FnMut(&crate::delivery::source::Document<'_>)) {
        self.texts.documents(text, each);
    }
}

fn read_application(texts: &Texts, files: &Files, manifest: &str) -> Application {
    let mut read = None;
    let file = files.ids().next().expect("a file");
    texts.documents(manifest, &mut |document| {
        read = document.value.and_then(|root| ArgoObject::of(root, file));
    });
    match read {
        Some(ArgoObject::Application(application)) => *application,
        other => panic!("{other:?}"),
    }
}

#[test]
fn many_applications_read_each_file_once() {
    let mut texts = CountedTexts::default();
    for at in 0..3_000 {
        let manifest =
            format!("apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: e{at}\nspec: {{identifier: e{at}}}\n");
        texts.texts.0.insert(format!("catalog/{}/e{at}.yaml", at % 30), manifest);
    }
    let files = texts.texts.files(&BTreeMap::new());
    let repository = Repository::new(&files, &texts);
    let checkout = Checkout::of(&files);
    let manifest = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source: {repoURL: x, \
                    path: catalog, directory: {recurse: true}}\n  destination: {namespace: catalog}\n";
    let application = read_application(&texts.texts, &files, manifest);
    for _ in 0..20 {
        let delivery = deliver(&repository, &checkout, &application, &[&application.sources[0]], &Settings::default());
        assert_eq!(delivery.expect("a delivery").objects.len(), 3_000);
    }
    assert_eq!(texts.reads.into_inner(), 3_000);
}

#[test]
fn kustomize_sources_are_built_with_the_options_of_the_application() {
    let mut texts = Texts::default();
    let mut add = |path: &str, text: &str| texts.0.insert(path.to_owned(), text.to_owned());
    add("a/kustomization.yaml", "namePrefix: old-\nresources: [e.yaml]\n");
    add(
        "a/e.yaml",
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: e}\nspec: {big: 12345678901234567890}\n",
    );
    add("b/kustomization.yaml", "commonAnnotations: {note: x}\nresources: [e.yaml]\n");
    add("b/e.yaml", "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: 123}\n");
    add("b/.argocd-source-app.yaml", "kustomize: {nameSuffix: -s}\n");
    let files = texts.files(&BTreeMap::new());
    let repository = Repository::new(&files, &texts);
    let checkout = Checkout::of(&files);
    let manifest = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app}\nspec:\n  sources:\n  - {repoURL: x, path: a, \
                    kustomize: {namePrefix: new-, commonLabels: {team: $ARGOCD_APP_NAME, other: '${ARGOCD_APP_NAME}'}}}\n  - \
                    {repoURL: x, path: b}\n  destination: {namespace: team}\n";
    let application = read_application(&texts, &files, manifest);
    let sources: Vec<_> = application.sources.iter().collect();
    let delivery = deliver(&repository, &checkout, &application, &sources, &Settings::default()).expect("a delivery");
    let found: Vec<Json> = delivery
        .contents(&repository)
        .into_iter()
        .map(|content| match content {
            Content::Known(content) => content,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(found[0]["metadata"]["name"], "new-e");
    assert_eq!(found[0]["metadata"]["namespace"], "team");
    assert_eq!(found[0]["metadata"]["labels"], json!({"team": "$ARGOCD_APP_NAME", "other": "app"}));
    assert_eq!(found[0]["spec"]["big"].as_f64(), Some(12_345_678_901_234_567_890.0));
    assert_eq!(found[1]["metadata"]["name"], "123-s");
    assert_eq!(delivery.sources[0].unknowns.len(), 1, "the variable without braces");
    assert_eq!(delivery.sources[1].source_type, SourceType::Kustomize);
}

#[test]
fn objects_are_read_with_what_decides_delivery() {
    let mut texts = Texts::default();
    texts.0.insert("x.yaml".to_owned(), String::new());
    let files = texts.files(&BTreeMap::new());
    let file = files.ids().next().expect("a file");
    let read = |manifest: &str| {
        let mut read = None;
        texts.documents(manifest, &mut |document| {
            read = document.value.and_then(|root| ArgoObject::of(root, file));
        });
        read
    };
    let application = |policy: &str| {
        let manifest = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a, finalizers: \
             [resources-finalizer.argocd.argoproj.io/background]}}\nspec:\n  destination: {{name: in-cluster}}\n  syncPolicy: {policy}\n"
        );
        read_application(&texts, &files, &manifest)
    };
    let plain = application("{automated: {}, syncOptions: [CreateNamespace=true]}");
    assert!(plain.sync.is_automatic() && !plain.sync.prunes() && plain.deletes_resources());
    assert!(plain.destination.is_local());
    assert_eq!(plain.project_name(), "default");
    assert_eq!(plain.sync.option("CreateNamespace").map(|(value, _)| value), Some("true"));
    assert!(application("{automated: {prune: true}}").sync.prunes());
    assert!(!application("{automated: {prune: true, enabled: false}}").sync.prunes());
    let project = read(
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: p}\nspec:\n  clusterResourceWhitelist: \
         [{group: '*', kind: Cluster*}]\n  namespaceResourceBlacklist: [{group: '', kind: Secret}]\n",
    );
    let Some(ArgoObject::Project(project)) = project else { panic!("{project:?}") };
    assert!(project.permits("getport.io", "ClusterEntity", "a", true));
    assert!(!project.permits("", "Namespace", "a", true));
    assert!(project.permits("getport.io", "Entity", "a", false) && !project.permits("", "Secret", "a", false));
    let secret = |data: &str| {
        let label = "metadata: {name: c, labels: {argocd.argoproj.io/secret-type: cluster}}";
        match read(&format!("apiVersion: v1\nkind: Secret\n{label}\n{data}\n")) {
            Some(ArgoObject::Cluster(cluster)) => *cluster,
            other => panic!("{other:?}"),
        }
    };
    let cluster = secret("data: {name: ZXU=, server: aHR0cHM6Ly9ldQ==}");
    assert_eq!(cluster.name.map(|name| name.text).as_deref(), Some("eu"));
    assert_eq!(cluster.server.map(|server| server.text).as_deref(), Some("https://eu"));
    assert!(secret("data: {name: 'ENC[AES256_GCM,data:x]', server: aHR0cHM6Ly9ldQ==}").is_unreadable);
    assert!(read("apiVersion: v1\nkind: Secret\nmetadata: {name: other}\n").is_none());
}
