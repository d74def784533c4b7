//! Tests `cluster add`: what it writes in repositories of several layouts, that comments and line endings stay, that a second
//! run changes nothing, and that a name that is used for something else is refused.

mod control_planes;

use std::process::Command;

use serde_json::{Value, json};

use super::documents;
use crate::cli::{Run, run};
use crate::testkit::errors::assert_error;
use crate::testkit::{Repo, contents};

const URL: &str = "https://github.com/acme/shop.git";

pub(crate) fn git(origin: &str) -> Repo {
    let repo = Repo::new();
    if !origin.is_empty() {
        repo.git(&["remote", "add", "origin", origin]);
    }
    repo
}

/// The published CRDs, and a manifest.
fn with_catalog(repo: &Repo) {
    std::fs::create_dir(repo.path().join("crds")).expect("it is new");
    run(repo, "cluster crds --out crds/entities.yaml").quietly_gave();
    let entity = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: cart}\nspec: {blueprint: service, identifier: cart}\n";
    repo.write("catalog/cart.yaml", entity);
}

/// Runs a command twice: the second run changes nothing and says so.
#[track_caller]
fn add(repo: &Repo, line: &str) -> String {
    let first = run(repo, line);
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    let before = contents(repo.path());
    let second = run(repo, line);
    assert_eq!(second.code, 0, "{}{}", second.results, second.talk);
    assert!(second.results.starts_with("Nothing to do: the cluster"), "{}", second.results);
    assert!(contents(repo.path()) == before, "a second run changes something");
    first.results
}

/// Runs a command that is refused and changes nothing.
#[track_caller]
fn refused(repo: &Repo, line: &str, code: &str) -> String {
    let before = contents(repo.path());
    let talk = run(repo, line).was_refused();
    assert_error(&talk, code);
    assert!(contents(repo.path()) == before, "{line}");
    talk
}

/// What `kubectl kustomize` builds of a folder.
#[expect(clippy::print_stderr, reason = "says what it leaves out")]
pub(crate) fn built(repo: &Repo, folder: &str) -> Option<Vec<Value>> {
    let output = Command::new("kubectl").arg("kustomize").arg(repo.path().join(folder)).output();
    let Ok(output) = output else {
        eprintln!("left out: `kubectl` is not on the PATH");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(documents(&String::from_utf8(output.stdout).expect("it is text")))
}

/// All fields that the objects may have at each place; a name without an entry is not looked into.
const FIELDS: [(&str, &[&str]); 17] = [
    ("GitRepository", &["apiVersion", "kind", "metadata", "spec"]),
    (
        "GitRepository.spec",
        &["interval", "url", "ref", "secretRef", "timeout", "ignore", "include", "provider", "verify"],
    ),
    ("GitRepository.spec.ref", &["branch", "tag", "semver", "name", "commit"]),
    ("Kustomization", &["apiVersion", "kind", "metadata", "spec"]),
    (
        "Kustomization.spec",
        &[
            "interval",
            "retryInterval",
            "timeout",
            "path",
            "prune",
            "wait",
            "sourceRef",
            "dependsOn",
            "targetNamespace",
            "kubeConfig",
        ],
    ),
    ("Kustomization.spec.sourceRef", &["kind", "name", "namespace"]),
    ("Kustomization.spec.dependsOn", &["name", "namespace", "readyExpr"]),
    ("Kustomization.spec.kubeConfig", &["secretRef", "configMapRef"]),
    ("Application.spec", &["project", "destination", "source", "sources", "syncPolicy", "ignoreDifferences", "info"]),
    ("Application.spec.destination", &["server", "name", "namespace"]),
    ("Application.spec.source", &["repoURL", "path", "targetRevision", "directory", "kustomize", "helm", "plugin"]),
    ("Application.spec.source.directory", &["recurse", "include", "exclude", "jsonnet"]),
    ("Application.spec.syncPolicy", &["automated", "syncOptions", "retry", "managedNamespaceMetadata"]),
    ("Application.spec.syncPolicy.automated", &["prune", "selfHeal", "allowEmpty", "enabled"]),
    ("Application.spec.syncPolicy.retry", &["limit", "backoff"]),
    ("AppProject.spec", &["sourceRepos", "destinations", "clusterResourceWhitelist", "description"]),
    (
        "ApplicationSet.spec",
        &["generators", "goTemplate", "goTemplateOptions", "template", "templatePatch", "syncPolicy", "strategy"],
    ),
];

/// Fails for a field that an object of Flux or Argo CD does not have, or a version that is not current.
#[track_caller]
pub(crate) fn assert_valid(object: &Value) {
    let kind = object["kind"].as_str().expect("a kind");
    let version = match kind {
        "GitRepository" => "source.toolkit.fluxcd.io/v1",
        "Kustomization" => "kustomize.toolkit.fluxcd.io/v1",
        "Application" | "AppProject" | "ApplicationSet" => "argoproj.io/v1alpha1",
        _ => return,
    };
    assert_eq!(object["apiVersion"], version, "{object:#}");
    assert!(object["metadata"]["namespace"].is_string(), "{object:#}");
    check_fields(object, kind);
    if kind == "ApplicationSet" {
        check_fields(&object["spec"]["template"]["spec"], "Application.spec");
    }
}

#[track_caller]
fn check_fields(value: &Value, place: &str) {
    let known = FIELDS.iter().find(|(name, _)| *name == place).map(|(_, fields)| *fields);
    match value {
        Value::Array(items) => items.iter().for_each(|item| check_fields(item, place)),
        Value::Object(fields) => {
            for (key, field) in fields {
                assert!(known.is_none_or(|known| known.contains(&key.as_str())), "`{place}` has no `{key}`: {value:#}");
                check_fields(field, &format!("{place}.{key}"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn object<'d>(all: &'d [Value], kind: &str, name: &str) -> &'d Value {
    let found = all.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name} in {all:#?}"))
}

#[test]
fn flux_gets_a_file_per_cluster_with_its_kubeconfig() {
    let repo = git(URL);
    with_catalog(&repo);
    let told = add(&repo, "cluster add prod-eu --deliverer flux");
    assert!(told.contains("  new     clusters/prod-eu.yaml\n  new     clusters/kustomization.yaml\n"), "{told}");
    assert!(told.contains("create secret generic prod-eu-kubeconfig"), "{told}");
    // Flux is seen now.
    add(&repo, "cluster add prod-us --path planes/us --kubeconfig-secret us.access --namespace shop");
    let kustomization = repo.read("clusters/kustomization.yaml");
    assert!(kustomization.ends_with("resources:\n  - prod-eu.yaml\n  - prod-us.yaml\n"), "{kustomization}");
    for (name, path, secret, namespace) in
        [("prod-eu", "./catalog", "prod-eu-kubeconfig", "catalog"), ("prod-us", "./planes/us", "us.access", "shop")]
    {
        let all = documents(&repo.read(&format!("clusters/{name}.yaml")));
        assert_eq!(all.len(), 3);
        all.iter().for_each(|object| assert_valid(object));
        let source = object(&all, "GitRepository", name);
        assert_eq!(source["spec"]["url"], URL);
        assert_eq!(source["spec"]["ref"], json!({"branch": "main"}));
        let crds = object(&all, "Kustomization", &format!("{name}-crds"));
        assert_eq!(crds["spec"]["path"], "./crds");
        assert_eq!((&crds["spec"]["prune"], &crds["spec"]["wait"]), (&json!(false), &json!(true)));
        let entities = object(&all, "Kustomization", name);
        assert_eq!((&entities["spec"]["path"], &entities["spec"]["prune"]), (&json!(path), &json!(true)));
        assert_eq!(entities["spec"]["dependsOn"], json!([{"name": format!("{name}-crds")}]));
        assert_eq!(entities["spec"]["targetNamespace"], namespace);
        for kustomization in [crds, entities] {
            assert_eq!(kustomization["spec"]["kubeConfig"], json!({"secretRef": {"name": secret}}));
            assert_eq!(kustomization["spec"]["sourceRef"], json!({"kind": "GitRepository", "name": name}));
        }
    }
    if let Some(all) = built(&repo, "clusters") {
        assert_eq!(all.len(), 6);
    }
    assert_eq!(run(&repo, "lint").code, 0);
}

/// The pair of files that a published guide shows.
const DATED: [(&str, &str); 3] = [
    (
        "gitops/xp-repo.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1beta1\nkind: GitRepository\nmetadata:\n  name: your-repo-source\n  namespace: default\n\
         spec:\n  interval: 30s\n  ref:\n    branch: main\n  url: https://github.com/acme/shop\n",
    ),
    (
        "gitops/xp-kustomization.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1beta1\nkind: Kustomization\nmetadata:\n  name: your-repo-source\n  namespace: default\n\
         spec:\n  interval: 5m0s\n  path: ./kustomize\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: your-repo-source\n  \
         validation: client\n",
    ),
    (
        "gitops/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: # both\n- xp-repo.yaml   # source\n- \
         xp-kustomization.yaml\n# the end\n",
    ),
];

#[test]
fn a_dated_pair_stays_and_the_next_one_is_current() {
    for end in ["\n", "\r\n"] {
        let repo = git("git@github.com:acme/shop.git");
        for (path, text) in DATED {
            repo.write(path, text.replace('\n', end));
        }
        let told = add(&repo, "cluster add ctp-2 --path control-planes/two");
        assert!(told.contains("  new     gitops/ctp-2.yaml\n  changed gitops/kustomization.yaml\n"), "{told}");
        assert_eq!(repo.read(DATED[0].0), DATED[0].1.replace('\n', end));
        assert_eq!(repo.read(DATED[1].0), DATED[1].1.replace('\n', end));
        let listed = DATED[2].1.replace("# the end", "- ctp-2.yaml\n# the end").replace('\n', end);
        assert_eq!(repo.read(DATED[2].0), listed);
        let text = repo.read("gitops/ctp-2.yaml");
        assert_eq!(text.contains("\r\n"), end == "\r\n");
        assert!(!text.replace("\r\n", "").contains('\n') || end == "\n", "{text}");
        let all = documents(&text);
        all.iter().for_each(|object| assert_valid(object));
        // This repository has no CRDs, and its siblings are in another namespace.
        assert_eq!(all.len(), 2);
        let source = object(&all, "GitRepository", "ctp-2");
        assert_eq!(source["metadata"]["namespace"], "default");
        assert_eq!(source["spec"]["url"], "ssh://git@github.com/acme/shop.git");
        assert_eq!(source["spec"]["secretRef"]["name"], "ctp-2-git");
        assert!(object(&all, "Kustomization", "ctp-2")["spec"]["dependsOn"].is_null());
        if let Some(all) = built(&repo, "gitops") {
            assert_eq!(all.len(), 4);
        }
        let talk = refused(&repo, "cluster add your-repo-source --path kustomize", "cluster-name-taken");
        assert!(talk.contains("`gitops/xp-kustomization.yaml:1`") && talk.contains("v1beta1"), "{talk}");
    }
}

#[test]
fn a_folder_that_flux_bootstrap_syncs_gets_the_file_and_no_kustomization() {
    let repo = git(URL);
    let sync = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\n\
                spec: {interval: 1m, ref: {branch: main}, secretRef: {name: flux-system}, url: 'ssh://git@github.com/acme/shop'}\n---\n\
                apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: flux-system, namespace: flux-system}\n\
                spec: {interval: 10m, path: ./clusters/hub, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    repo.write("clusters/hub/flux-system/gotk-sync.yaml", sync);
    repo.write("clusters/hub/flux-system/kustomization.yaml", "resources: [gotk-sync.yaml]\n");
    let told = add(&repo, "cluster add eu");
    assert!(told.contains("Wrote 2 files:\n  new     clusters/hub/eu.yaml\n  new     catalog/.gitkeep\n"), "{told}");
    assert!(told.contains("Flux applies the file by the Kustomization `flux-system`"), "{told}");
    // The address in the other form is the same repository, whose secret serves.
    assert!(repo.read("clusters/hub/eu.yaml").contains("#   name: flux-system\n"));
}

const APPLICATION: &str = "\
# the catalog of staging
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: staging, namespace: gitops}
spec:
  project: shop
  source: {repoURL: 'https://github.com/acme/shop', path: catalog, targetRevision: main}
  destination: {server: https://staging.example.com, namespace: catalog}
  syncPolicy: {automated: {prune: true}}
";
const PROJECT: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shop, namespace: gitops}
spec:
  sourceRepos: ['*']
  destinations:
    # staging alone
    - {server: https://staging.example.com, namespace: '*'}

    # more follow
  clusterResourceWhitelist: []
";

#[test]
fn argo_cd_gets_applications_beside_the_others_and_their_project_permits_them() {
    let repo = git(URL);
    with_catalog(&repo);
    repo.write("apps/staging.yaml", APPLICATION).write("projects/shop.yaml", PROJECT);
    repo.write("kustomization.yaml", "resources: [projects/shop.yaml, apps/staging.yaml] # all\n");
    let line = "cluster add eu --server https://eu.example.com:6443/";
    let told = add(&repo, line);
    for file in ["  new     apps/eu.yaml\n", "  changed kustomization.yaml\n", "  changed projects/shop.yaml\n"] {
        assert!(told.contains(file), "{told}");
    }
    assert_eq!(repo.read("apps/staging.yaml"), APPLICATION);
    assert_eq!(
        repo.read("kustomization.yaml"),
        "resources: [projects/shop.yaml, apps/staging.yaml, apps/eu.yaml] # all\n"
    );
    let row = "    - {server: https://eu.example.com:6443, namespace: catalog}\n";
    assert_eq!(repo.read("projects/shop.yaml"), PROJECT.replace("\n\n    # more", &format!("\n{row}\n    # more")));
    let all = documents(&repo.read("apps/eu.yaml"));
    all.iter().for_each(|object| assert_valid(object));
    let crds = object(&all, "Application", "eu-crds");
    assert_eq!(crds["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"], "-1");
    assert_eq!(crds["spec"]["syncPolicy"]["automated"]["prune"], false);
    let entities = object(&all, "Application", "eu");
    assert_eq!(entities["metadata"]["namespace"], "gitops");
    assert_eq!(entities["spec"]["project"], "shop");
    assert_eq!(entities["spec"]["syncPolicy"]["automated"], json!({"prune": true, "selfHeal": true}));
    assert_eq!(entities["spec"]["source"]["directory"], json!({"recurse": true}));
    let destination = json!({"server": "https://eu.example.com:6443", "namespace": "catalog"});
    assert_eq!(entities["spec"]["destination"], destination);
    // A cluster may be called by the name that Argo CD knows it by, and a kustomization says itself what is delivered.
    repo.write("planes/ap/kustomization.yaml", "resources: []\n");
    add(&repo, "cluster add ap --path planes/ap");
    let all = documents(&repo.read("apps/ap.yaml"));
    let entities = object(&all, "Application", "ap");
    assert_eq!(entities["spec"]["destination"], json!({"name": "ap", "namespace": "catalog"}));
    assert!(entities["spec"]["source"]["directory"].is_null());
    if let Some(all) = built(&repo, ".") {
        assert_eq!(all.len(), 6);
    }
    let talk = refused(&repo, "cluster add staging", "cluster-name-taken");
    assert!(
        talk.contains("`apps/staging.yaml:2`") && talk.contains("`--server https://staging.example.com`"),
        "{talk}"
    );
    refused(&repo, "cluster add eu --server https://other.example.com", "cluster-name-taken");
    refused(&repo, &format!("{line} --path other"), "cluster-name-taken");
    refused(&repo, &format!("{line} --namespace other"), "cluster-name-taken");
}

fn application_set(name: &str, path: &str, rows: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: {name}, namespace: argocd}}\nspec:\n  generators:\n  \
         # our clusters\n  - list:\n      elements:\n{rows}  # nothing else\n  template:\n    metadata: {{name: '{name}-{{{{cluster}}}}'}}\n    \
         spec:\n      project: default\n      source: {{repoURL: 'https://github.com/acme/shop.git', path: '{path}'}}\n      \
         destination: {{server: '{{{{ url }}}}', namespace: catalog}}\n"
    )
}

const EU: &str = "      - cluster: eu   # Frankfurt\n        url: https://eu:6443\n";
const US: &str = "      - cluster: us\n        url: https://us:6443\n";

#[test]
fn an_application_set_gets_a_row() {
    let repo = git(URL);
    repo.write("sets.yaml", application_set("catalog", "catalog", EU));
    let talk = refused(&repo, "cluster add us", "unknown-row-value");
    assert!(talk.contains("`sets.yaml:1`") && talk.contains("`--server "), "{talk}");
    let line = "cluster add us --server https://us:6443";
    assert!(add(&repo, line).contains("Wrote 2 files:\n  changed sets.yaml\n"));
    assert_eq!(repo.read("sets.yaml"), application_set("catalog", "catalog", &format!("{EU}{US}")));
    refused(&repo, "cluster add us --server https://elsewhere:6443", "cluster-name-taken");
    refused(&repo, &format!("{line} --path other"), "cluster-name-taken");
    // The folder that the template makes of the row is there from the start, and no other.
    repo.remove("catalog/.gitkeep");
    repo.write("sets.yaml", application_set("catalog", "planes/{{cluster}}", EU));
    assert!(add(&repo, line).contains("new     planes/us/.gitkeep\n"));
    assert!(!repo.path().join("catalog/.gitkeep").exists());
    // What only people know is not invented.
    repo.write(
        "sets.yaml",
        application_set("catalog", "{{path}}", "      - {cluster: eu, url: u, path: a, env: prod}\n"),
    );
    let talk = refused(&repo, line, "unknown-row-value");
    assert!(talk.contains("`env`"), "{talk}");
    repo.write("sets.yaml", application_set("catalog", "{{path}}", "      - {cluster: eu, path: a, url: u}\n"));
    add(&repo, &format!("{line} --path planes/us"));
    let rows = "      - {cluster: eu, path: a, url: u}\n      - {cluster: us, path: planes/us, url: https://us:6443}\n";
    assert_eq!(repo.read("sets.yaml"), application_set("catalog", "{{path}}", rows));
}

#[test]
fn of_two_application_sets_one_is_named_unless_they_have_the_same_clusters() {
    let repo = git(URL);
    let line = "cluster add us --server https://us:6443";
    repo.write("a.yaml", application_set("a", "catalog", EU)).write("b.yaml", application_set("b", "other", US));
    let other = line.replace("add us", "add ap");
    let talk = refused(&repo, &other, "several-application-sets");
    assert!(talk.contains("`a.yaml:1` and `b.yaml:1`") && talk.contains("`--file FILE`"), "{talk}");
    add(&repo, &format!("{other} --file b.yaml"));
    assert_eq!(repo.read("a.yaml"), application_set("a", "catalog", EU));
    assert!(repo.read("b.yaml").contains("      - cluster: ap\n        url: https://us:6443\n  # nothing else\n"));
    // One for the CRDs and one for the entities.
    repo.write("b.yaml", application_set("b", "crds", EU));
    add(&repo, line);
    for (name, path) in [("a", "catalog"), ("b", "crds")] {
        assert_eq!(repo.read(&format!("{name}.yaml")), application_set(name, path, &format!("{EU}{US}")));
    }
    repo.write("c.yaml", "a: b\n");
    refused(&repo, &format!("{line} --file c.yaml"), "no-application-set");
}

#[test]
fn the_config_gets_an_entry_where_it_has_clusters() {
    let repo = git(URL);
    with_catalog(&repo);
    let config = "# ours\nscope: acme/shop\r\n";
    repo.write("portolan.yaml", config);
    add(&repo, "cluster add eu --deliverer flux");
    assert_eq!(repo.read("portolan.yaml"), config);
    let config = "scope: acme/shop\ndelivery: cluster\nclusters:\n  # one\n  eu: {deliverer: flux, namespace: shop}   # first\n\nrules: {}\n";
    repo.write("portolan.yaml", config);
    let talk = refused(&repo, "cluster add eu", "cluster-name-taken");
    assert!(talk.contains("--namespace catalog"), "{talk}");
    let added = "  us:\n    deliverer: flux\n    namespace: shop\n";
    add(&repo, "cluster add us");
    assert_eq!(repo.read("portolan.yaml"), config.replace("# first\n", &format!("# first\n{added}")));
    assert!(repo.read("clusters/us.yaml").contains("targetNamespace: shop\n"));
    let talk = refused(&repo, "cluster add us --namespace other", "cluster-name-taken");
    assert!(talk.contains("`clusters/us.yaml:"), "{talk}");
    repo.write("portolan.yaml", "clusters: {ap: {deliverer: argocd}}\n");
    let talk = refused(&repo, "cluster add ap --deliverer flux", "cluster-name-taken");
    assert!(talk.contains("`portolan.yaml:1`") && talk.contains("--deliverer argocd"), "{talk}");
}

#[test]
fn a_name_that_is_used_for_something_else_is_refused() {
    let repo = git(URL);
    with_catalog(&repo);
    add(&repo, "cluster add eu --deliverer flux");
    let written = repo.read("clusters/eu.yaml");
    for (line, words) in [
        ("cluster add eu --path other", "`--path catalog`"),
        ("cluster add eu --kubeconfig-secret x", "`--kubeconfig-secret eu-kubeconfig`"),
        ("cluster add eu --namespace x", "`--namespace catalog`"),
    ] {
        let talk = refused(&repo, line, "cluster-name-taken");
        assert!(talk.contains("`clusters/eu.yaml:") && talk.contains(words), "{line}: {talk}");
    }
    let kube = "  kubeConfig:\n    secretRef:\n      name: eu-kubeconfig\n";
    for (changed, words) in [
        (written.replace(kube, ""), "Flux's own cluster"),
        (written.replace("prune: true", "prune: false"), "`prune: true`"),
        (written.replace("acme/shop", "acme/other"), "acme/other"),
        (
            written.replace(
                "kind: GitRepository\nmetadata:\n  name: eu\n",
                "kind: GitRepository\nmetadata:\n  name: it\n",
            ),
            "missing",
        ),
    ] {
        repo.write("clusters/eu.yaml", &changed);
        let talk = refused(&repo, "cluster add eu", "cluster-name-taken");
        assert!(talk.contains(words), "{words}: {talk}");
    }
    // What people change in the file is theirs.
    repo.write(
        "clusters/eu.yaml",
        written.replace("interval: 5m", "interval: 7m").replace("branch: main", "branch: live"),
    );
    add(&repo, "cluster add eu");
    repo.write("clusters/us.yaml", "a: b\n");
    let talk = refused(&repo, "cluster add us", "cluster-name-taken");
    assert!(talk.contains("`clusters/us.yaml`"), "{talk}");
}

#[test]
fn what_is_unclear_or_wrong_is_refused_before_anything_is_written() {
    let repo = git(URL);
    with_catalog(&repo);
    let long = format!("cluster add {} --deliverer flux", "a".repeat(64));
    for (line, code) in [
        ("cluster add Prod --deliverer flux", "invalid-cluster-name"),
        ("cluster add a.b --deliverer flux", "invalid-cluster-name"),
        ("cluster add kustomization --deliverer flux", "invalid-cluster-name"),
        (long.as_str(), "invalid-cluster-name"),
        ("cluster add eu", "unknown-deliverer"),
        ("cluster add eu --deliverer flux --server https://eu", "flag-of-other-deliverer"),
        ("cluster add eu --deliverer argocd --kubeconfig-secret x", "flag-of-other-deliverer"),
        ("cluster add eu --deliverer argocd --server eu", "invalid-cluster-flag"),
        ("cluster add eu --deliverer argocd --server https://user:pass@eu", "invalid-cluster-flag"),
        ("cluster add eu --deliverer flux --path ../x", "invalid-cluster-flag"),
        ("cluster add eu --deliverer flux --path .", "invalid-cluster-flag"),
        ("cluster add eu --deliverer flux --path /x", "invalid-cluster-flag"),
        ("cluster add eu --deliverer flux --namespace A", "invalid-cluster-flag"),
        ("cluster add eu --deliverer flux --kubeconfig-secret a_b", "invalid-cluster-flag"),
    ] {
        refused(&repo, line, code);
    }
    repo.write("clusters/us.yaml", APPLICATION.replace("argoproj.io/v1alpha1", "kustomize.toolkit.fluxcd.io/v1"));
    repo.write("clusters/kustomization.yaml", "x: &all [us.yaml]\nresources: *all\n");
    let talk = refused(&repo, "cluster add eu --deliverer flux", "unsafe-edit");
    assert!(talk.contains("`clusters/kustomization.yaml`") && talk.contains("`resources: [eu.yaml]`"), "{talk}");
    repo.write("clusters/us.yaml", "broken: [\n").write("clusters/kustomization.yaml", "resources: [us.yaml]\n");
    add(&repo, "cluster add eu --deliverer flux");
}

#[test]
fn manifests_say_where_they_are_and_which_namespaces_they_have() {
    let entity = |name: &str, namespace: &str| {
        format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}{namespace}}}\nspec: {{blueprint: b, identifier: {name}}}\n"
        )
    };
    let repo = git(URL);
    repo.write("clusters/a/x.yaml", entity("x", ", namespace: shop")).write("clusters/b/y.yaml", entity("y", ""));
    // Templates are not objects: the next one does not go beside them.
    repo.write("charts/apps/Chart.yaml", "name: apps\n");
    repo.write("charts/apps/templates/app.yaml", APPLICATION)
        .write("charts/apps/templates/e.yaml", entity("e", ", namespace: no"));
    let told = add(&repo, "cluster add eu --deliverer flux");
    assert!(told.contains("  new     delivery/eu.yaml\n"), "{told}");
    let text = repo.read("delivery/eu.yaml");
    assert!(text.contains("path: ./clusters\n") && text.contains("targetNamespace: shop\n"), "{text}");
    // One namespace for all would join two.
    repo.write("teams/z.yaml", entity("z", ", namespace: pay"));
    add(&repo, "cluster add us --deliverer flux");
    let text = repo.read("delivery/us.yaml");
    assert!(text.contains("name: us-clusters\n") && text.contains("name: us-teams\n"), "{text}");
    assert!(!text.contains("targetNamespace"), "{text}");
    documents(&text).iter().for_each(assert_valid);
}

#[test]
fn a_dry_run_shows_the_files_and_json_has_them() {
    let repo = git("");
    with_catalog(&repo);
    let before = contents(repo.path());
    let dry = run(&repo, "cluster add eu --deliverer flux --dry-run");
    assert_eq!(dry.code, 0);
    assert!(
        dry.results.contains("clusters/eu.yaml (new)\n+ # Flux") && dry.results.contains("Would write 2 files:"),
        "{}",
        dry.results
    );
    assert!(
        dry.talk.contains("no Git remote `origin`") && dry.results.contains("git.example.com/OWNER/REPOSITORY"),
        "{}",
        dry.talk
    );
    assert!(contents(repo.path()) == before);
    let json = |run: Run| -> Value { serde_json::from_str(&run.results).unwrap_or_else(|_| panic!("{}", run.talk)) };
    let found = json(run(&repo, "cluster add eu --deliverer flux --dry-run --output json"));
    assert_eq!(found["format"], "portolan.cluster-add/1");
    assert_eq!((&found["outcome"], &found["place"]), (&json!("dry-run"), &json!("clusters/eu.yaml")));
    assert_eq!(found["files"][0]["change"], "new");
    assert!(contents(repo.path()) == before);
    let found = json(run(&repo, "cluster add eu --deliverer flux --output json"));
    assert_eq!(found["outcome"], "written");
    assert_eq!(found["files"][0]["content"], repo.read("clusters/eu.yaml"));
    let found = json(run(&repo, "cluster add eu --deliverer flux --output json"));
    assert_eq!((&found["outcome"], &found["files"], &found["next"]), (&json!("unchanged"), &json!([]), &json!([])));
}

#[test]
fn of_several_clusters_in_which_flux_runs_one_is_named() {
    let repo = git(URL);
    with_catalog(&repo);
    for cluster in ["prod", "test"] {
        let sync = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: flux-system, namespace: \
             flux-system}}\nspec: {{interval: 10m, path: ./clusters/{cluster}, prune: true, sourceRef: {{kind: \
             GitRepository, name: flux-system}}}}\n"
        );
        repo.write(&format!("clusters/{cluster}/flux-system/gotk-sync.yaml"), sync);
    }
    let talk = refused(&repo, "cluster add eu", "several-flux-installations");
    assert!(talk.contains("`clusters/prod` and `clusters/test`") && talk.contains("clusters/prod/eu.yaml"), "{talk}");
    add(&repo, "cluster add eu --file clusters/test/eu.yaml");
    // From now on, one of them reaches other clusters.
    assert!(add(&repo, "cluster add us").contains("clusters/test/us.yaml"));
}
