//! Lays out every recorded tree with a deliverer beside it, and compares what lint reports with what the recording shows.
//! `testdata/delivery/findings.txt` has all findings; `UPDATE=1` writes it again; then read the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::bench::{Report, Reported, URL, lint, repository};
use crate::testkit::{Repo, update_is_asked_for};

/// The file that has the deliverer.
const WIRING: &str = "fleet.yaml";

/// One recorded tree.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    files: BTreeMap<String, String>,
    #[serde(default)]
    symlinks: BTreeMap<String, String>,
    /// Of a Kustomization.
    spec: Option<Json>,
    source_ignore: Option<String>,
    #[serde(default)]
    strict_substitutions: bool,
    /// Of an Application.
    source: Option<Json>,
    max_combined: Option<u64>,
    result: Outcome,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    objects: Option<Vec<Json>>,
    error: Option<String>,
    controller: Option<Controller>,
    #[serde(default)]
    not_built: bool,
}

#[derive(Debug, Deserialize)]
struct Controller {
    error: Option<String>,
}

impl Case {
    fn error(&self) -> Option<&str> {
        let of_controller = self.result.controller.as_ref().and_then(|controller| controller.error.as_deref());
        self.result.error.as_deref().or(of_controller)
    }

    fn wiring(&self) -> String {
        let documents = match (&self.spec, &self.source) {
            (Some(spec), _) => vec![self.git_repository(), kustomization(spec)],
            (None, Some(source)) => vec![application(source)],
            (None, None) => panic!("{} has no deliverer", self.name),
        };
        documents
            .iter()
            .map(|document| format!("---\n{}", serde_yaml::to_string(document).expect("it is YAML")))
            .collect()
    }

    fn git_repository(&self) -> Json {
        let mut object = json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "GitRepository",
            "metadata": {"name": "catalog", "namespace": "flux-system"},
            "spec": {"interval": "1m", "url": URL, "ref": {"branch": "main"}},
        });
        if let Some(ignore) = &self.source_ignore {
            object["spec"]["ignore"] = json!(ignore);
        }
        object
    }

    fn lay_out(&self) -> Repo {
        let repo = repository(URL);
        for (path, text) in &self.files {
            repo.write(path, text);
        }
        for (path, target) in &self.symlinks {
            let path = repo.path().join(path);
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
            std::os::unix::fs::symlink(target, path).expect("a link");
        }
        repo.write(WIRING, self.wiring());
        repo
    }
}

fn kustomization(spec: &Json) -> Json {
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "catalog", "namespace": "flux-system"},
        "spec": spec,
    })
}

fn application(source: &Json) -> Json {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "catalog", "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": source,
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "catalog"},
            "syncPolicy": {"automated": {"prune": true}},
        },
    })
}

fn cases(tool: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/delivery/{tool}/trees.jsonl"));
    let text = fs::read_to_string(path).expect("the recordings are there");
    text.lines().map(|line| serde_json::from_str(line).expect("a recording")).collect()
}

/// Without what is not known offline: numbers of lines, and what Go prints of values.
fn comparable(text: &str) -> String {
    let mut text = text.replace("<root>/", "").replace("<root>", ".").replace('`', "");
    if let Some((head, rest)) = text.split_once(" with config: \n") {
        text = format!("{head}{}", rest.rsplit_once("\n").map_or("", |(_, rest)| rest));
    }
    for mark in ["ID conflict", "MalformedYAMLError", "YAMLToJSON: ", "map[string]interface", "yaml: "] {
        if let Some((before, _)) = text.split_once(mark).filter(|(before, _)| !before.is_empty()) {
            text = before.to_owned();
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches([':', '.', ' ']).to_owned()
}

/// The files in which the cause of an error may be.
fn files_of_cause(case: &Case, error: &str) -> BTreeSet<String> {
    let is_kustomization = |path: &str| path.to_lowercase().contains("kustomization");
    let named = case
        .files
        .keys()
        .filter(|path| error.contains(&format!("<root>/{path}:")) || error.contains(&format!("\"{}\"", name_of(path))));
    let named: BTreeSet<String> = named.cloned().collect();
    if !named.is_empty() && error.contains("decode") {
        return named;
    }
    let mut files: BTreeSet<String> = case.files.keys().chain(case.symlinks.keys()).cloned().collect();
    let is_of_deliverer = [
        "path not found",
        "app path",
        "components",
        "no matches for Id",
        "var name is invalid",
        "multiple application",
        "combined",
        // A link is no text that a finding can show.
        "symlinks",
    ]
    .iter()
    .any(|words| error.contains(words));
    if is_of_deliverer {
        files.retain(|path| is_kustomization(path) || case.symlinks.contains_key(path));
        files.insert(WIRING.to_owned());
    }
    files
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The names in what the recording delivers.
fn delivered(case: &Case) -> BTreeSet<String> {
    let objects = case.result.objects.iter().flatten();
    objects
        .filter_map(|object| object.pointer("/metadata/name"))
        .map(|name| name.to_string().trim_matches('"').to_owned())
        .collect()
}

/// Whether a finding is a fault that the recording shows.
fn is_true(case: &Case, finding: &Reported) -> Result<(), String> {
    let shows = |condition: bool| if condition { Ok(()) } else { Err("the recording does not show it".to_owned()) };
    match finding.rule.as_str() {
        "delivery-path-missing" | "build-breaker" => {
            let Some(error) = case.error() else { return shows(case.result.not_built) };
            let (text, said) = (comparable(error), comparable(&format!("{} {}", finding.message, finding.help)));
            if !said.contains(&text) {
                return Err(format!("it does not say `{text}`"));
            }
            let files = files_of_cause(case, error);
            if files.contains(&finding.path) { Ok(()) } else { Err(format!("the cause is in {files:?}")) }
        }
        "undelivered-manifest" => {
            let title = finding.message.split('`').nth(1).unwrap_or_default();
            let name = title.rsplit([' ', '/']).next().unwrap_or_default();
            shows(case.error().is_none() && !delivered(case).contains(name))
        }
        "overridden-namespace" => {
            let words: Vec<&str> = finding.message.split('`').collect();
            let [_, _, _, title, _, _, _, becomes, ..] = words.as_slice() else { return shows(false) };
            let name = title.rsplit(' ').next().unwrap_or_default();
            let mut objects = case.result.objects.iter().flatten().map(|object| &object["metadata"]);
            shows(objects.any(|metadata| metadata["name"] == name && metadata["namespace"] == *becomes))
        }
        "never-pruned" => shows(case.spec.as_ref().is_some_and(|spec| spec["prune"] != json!(true))),
        "pruned-crd" => shows(case.files.values().any(|text| text.contains("CustomResourceDefinition"))),
        // The recordings do not go to a cluster: what these say is compared with recordings of the apply step elsewhere.
        "vanishing-manifest" | "lost-labels" | "missing-namespace" | "substituted-value" | "null-map"
        | "ignored-defaults" | "emptied-map" => Ok(()),
        rule => Err(format!("nobody has said what the recording shows of {rule}")),
    }
}

fn judge(case: &Case, report: &Report) -> Vec<String> {
    let findings = report.of_delivery();
    let mut wrong = Vec::new();
    for finding in &findings {
        if let Err(why) = is_true(case, finding) {
            wrong.push(format!("{}: {finding:?}: {why}", case.name));
        }
    }
    let is_of_error = |finding: &&&Reported| matches!(finding.rule.as_str(), "delivery-path-missing" | "build-breaker");
    let is_jsonnet = case.files.keys().any(|path| path.ends_with(".jsonnet"));
    let is_known = case.max_combined.is_none() && !is_jsonnet && !case.strict_substitutions && !case.result.not_built;
    if let Some(error) = case.error().filter(|_| is_known)
        && !findings.iter().any(|finding| is_of_error(&finding))
    {
        wrong.push(format!("{}: nothing is found of `{error}`", case.name));
    }
    wrong
}

fn describe(text: &mut String, tool: &str, case: &Case, report: &Report) {
    let _ = writeln!(text, "{tool}/{}: {}", case.name, if case.error().is_some() { "error" } else { "delivered" });
    for finding in report.of_delivery() {
        let Reported { path, line, rule, message, help } = finding;
        let message = message.replace('\n', " ");
        let _ = writeln!(text, "  {path}:{line} {rule}: {message}\n    help: {}", help.replace('\n', " "));
    }
}

#[test]
fn every_finding_over_a_recorded_tree_is_a_fault_that_the_recording_shows() {
    let mut wrong = Vec::new();
    let mut text = String::new();
    for tool in ["flux", "argo"] {
        for case in cases(tool) {
            let report = lint(case.lay_out().path(), &[]);
            wrong.extend(judge(&case, &report));
            describe(&mut text, tool, &case, &report);
        }
    }
    let expected = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/delivery/findings.txt");
    if update_is_asked_for() {
        fs::write(&expected, &text).expect("it can be written");
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(fs::read_to_string(&expected).unwrap_or_default(), text, "UPDATE=1 writes it again; then read it");
}
