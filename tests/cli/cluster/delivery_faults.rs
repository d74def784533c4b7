//! Tests the lint rules about what becomes of a manifest on its way to a cluster, in real repositories of Git.

use serde_json::Value;

use crate::cli::run;
use crate::testkit::Repo;

const SOURCE: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: catalog, namespace: flux-system}
spec: {interval: 1m, url: https://git.example.com/acme/catalog, ref: {branch: main}}
";

/// A Kustomization with these fields besides the usual ones.
fn kustomization(fields: &str) -> String {
    format!(
        "{SOURCE}---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: catalog, \
         namespace: flux-system}}\nspec:\n  interval: 5m\n  path: ./catalog\n  prune: true\n  sourceRef: {{kind: \
         GitRepository, name: catalog}}\n{fields}"
    )
}

fn application(fields: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: catalog, namespace: argocd}}\nspec:\n  \
         project: default\n  source: {{repoURL: https://git.example.com/acme/catalog, path: catalog}}\n  destination: \
         {{server: https://kubernetes.default.svc, namespace: shop}}\n  syncPolicy:\n    automated: {{prune: \
         true}}\n{fields}"
    )
}

fn entity(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: {name}\n  namespace: shop\nspec:\n  blueprint: \
         service\n  identifier: {name}\n{rest}"
    )
}

/// A repository of Git that Flux takes by a Kustomization with these fields.
fn repository(deliverer: &str) -> Repo {
    let repo = Repo::new();
    repo.git(&["init", "--quiet"]);
    repo.git(&["remote", "add", "origin", "git@git.example.com:acme/catalog.git"]);
    repo.write("portolan.yaml", "scope: acme/catalog\n").write("clusters/prod.yaml", deliverer);
    repo
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "a state"]);
}

/// The findings: rule, place, message and help.
fn findings(repo: &Repo, flags: &str) -> Vec<(String, String, String)> {
    let report = run(repo, &format!("lint --output json {flags}"));
    let report: Value = serde_json::from_str(&report.results).unwrap_or_else(|_| panic!("{}", report.talk));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |finding: &Value| {
        let place = format!("{}:{}", text(&finding["path"]), finding["start"]["line"]);
        (text(&finding["rule"]), place, format!("{} {}", text(&finding["message"]), text(&finding["help"])))
    };
    report["findings"].as_array().expect("a list").iter().map(of).collect()
}

#[track_caller]
fn assert_found(repo: &Repo, flags: &str, expected: &[(&str, &str)]) -> Vec<String> {
    let found = findings(repo, flags);
    let places: Vec<(&str, &str)> = found.iter().map(|(rule, place, _)| (rule.as_str(), place.as_str())).collect();
    assert_eq!(places, expected, "{found:#?}");
    found.into_iter().map(|(_, _, words)| words).collect()
}

#[test]
fn a_name_that_is_no_string_makes_a_manifest_vanish() {
    let repo = repository(&kustomization(""));
    repo.write("catalog/a.yaml", entity("12", "")).write("catalog/b.yaml", entity("b", ""));
    // The identifier is a number too, which is an error of its own.
    assert_found(&repo, "", &[("vanishing-manifest", "catalog/a.yaml:4"), ("wrong-type", "catalog/a.yaml:8")]);
    run(&repo, "lint --fix");
    assert!(repo.read("catalog/a.yaml").contains("name: \"12\"\n"));
    repo.write("clusters/prod.yaml", application(""));
    repo.write("catalog/a.yaml", entity("12", "")).write("catalog/c.yaml", entity("13", ""));
    let expected = [
        ("vanishing-manifest", "catalog/a.yaml:4"),
        ("wrong-type", "catalog/a.yaml:8"),
        ("wrong-type", "catalog/c.yaml:4"),
        ("wrong-type", "catalog/c.yaml:8"),
    ];
    assert_found(&repo, "", &expected);
}

#[test]
fn argo_cd_fills_in_a_namespace_and_keeps_the_later_object() {
    let repo = repository(&application(""));
    repo.write("catalog/a.yaml", entity("a", "").replace("  namespace: shop\n", ""))
        .write("catalog/b.yaml", entity("a", "").replace("identifier: a", "identifier: b"));
    assert_found(&repo, "", &[("vanishing-manifest", "catalog/a.yaml:4")]);
}

#[test]
fn a_document_that_is_no_object_hides_those_behind_it() {
    let repo = repository(&application(""));
    repo.write("catalog/a.yaml", "x: y\n---\napiVersion: getport.io/v1\nkind: Entity\nspec: {}\n");
    repo.write("catalog/b.yaml", "x: y\n---\n{\"kind\": \"ConfigMap\", \"apiVersion\": \"v1\"}\n");
    let found = findings(&repo, "");
    assert!(
        found.iter().any(|(rule, place, _)| rule == "vanishing-manifest" && place.starts_with("catalog/a.yaml:3")),
        "{found:#?}"
    );
}

#[test]
fn one_refused_object_keeps_the_others_from_the_cluster() {
    let repo = repository(&kustomization(""));
    repo.write("catalog/a.yaml", entity("a", "  relations:\n")).write("catalog/b.yaml", entity("b", ""));
    repo.write("catalog/c.yaml", entity("c", ""));
    let words = assert_found(&repo, "", &[("null-map", "catalog/a.yaml:9")]);
    assert!(words[0].contains("`Kustomization flux-system/catalog` fails") && words[0].contains("2 other objects"));
    assert!(words[0].contains("spec.relations in body must be of type object: \"null\""), "{words:?}");
    run(&repo, "lint --fix");
    assert_found(&repo, "", &[]);
    assert_eq!(repo.read("catalog/a.yaml"), entity("a", ""));
}

#[test]
fn a_null_is_refused_by_server_side_apply_alone() {
    let repo = repository(&application(""));
    repo.write("catalog/a.yaml", entity("a", "  relations:\n"));
    assert_found(&repo, "", &[]);
    repo.write("clusters/prod.yaml", application("    syncOptions: [ServerSideApply=true]\n"));
    assert_found(&repo, "", &[("null-map", "catalog/a.yaml:9")]);
    // Without a deliverer, the config says what delivers.
    repo.remove("clusters/prod.yaml");
    assert_found(&repo, "", &[]);
    for (tool, expected) in [("flux", &[("null-map", "catalog/a.yaml:9")][..]), ("kubectl", &[]), ("argocd", &[])] {
        repo.write("portolan.yaml", format!("scope: acme/catalog\nclusters: {{prod: {{deliverer: {tool}}}}}\n"));
        assert_found(&repo, "", expected);
    }
}

#[test]
fn flux_fills_in_no_namespace() {
    let repo = repository(&kustomization(""));
    let bare = |name: &str| entity(name, "").replace("  namespace: shop\n", "");
    repo.write("catalog/a.yaml", bare("a"));
    let words = assert_found(&repo, "", &[("missing-namespace", "catalog/a.yaml:4")]);
    assert!(words[0].contains("Entity/a namespace not specified"), "{words:?}");
    // Of many, one is reported.
    for name in ["b", "c", "d", "e"] {
        repo.write(&format!("catalog/{name}.yaml"), bare(name));
    }
    let words = assert_found(&repo, "", &[("missing-namespace", "catalog/a.yaml:4")]);
    assert!(words[0].contains("4 other Entities"), "{words:?}");
    assert_found(&repo, "catalog/c.yaml", &[("missing-namespace", "catalog/c.yaml:4")]);
    repo.write("clusters/prod.yaml", kustomization("  targetNamespace: shop\n"));
    assert_found(&repo, "", &[]);
    repo.write("clusters/prod.yaml", kustomization(""));
    let resources = "resources: [a.yaml, b.yaml, c.yaml, d.yaml, e.yaml]\n";
    repo.write("catalog/kustomization.yaml", format!("namespace: shop\n{resources}"));
    assert_found(&repo, "", &[]);
}

#[test]
fn a_label_that_is_no_string_costs_all_labels() {
    let repo = repository(&kustomization(""));
    let labelled = |label: &str| entity("a", "").replace("spec:", &format!("  labels: {{a: b, v: {label}}}\nspec:"));
    repo.write("catalog/a.yaml", labelled("2"));
    assert_found(&repo, "", &[("lost-labels", "catalog/a.yaml:6")]);
    run(&repo, "lint --fix");
    assert_eq!(repo.read("catalog/a.yaml"), labelled("\"2\""));
    assert_found(&repo, "", &[]);
}

#[test]
fn variables_change_values() {
    let substitute = "  postBuild: {substitute: {NUMBER: \"12\", NAME: eu}}\n";
    let repo = repository(&kustomization(substitute));
    let properties =
        "  properties:\n    a: \"${NUMBER}\"\n    b: in ${NAME}\n    c: $$x\n    d: ${MISSING}\n    e: $HOME\n";
    repo.write("catalog/a.yaml", entity("a", properties));
    let rule = "substituted-value";
    let found = [(rule, "catalog/a.yaml:10"), (rule, "catalog/a.yaml:12"), (rule, "catalog/a.yaml:13")];
    let words = assert_found(&repo, "", &found);
    assert!(words[0].contains("the number `12`") && words[1].contains("the string `$x`"), "{words:?}");
    assert!(words[2].contains("null") && words[2].contains("`MISSING`"), "{words:?}");
    let disabled = "  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\nspec:";
    repo.write("catalog/a.yaml", entity("a", properties).replace("spec:", disabled));
    assert_found(&repo, "", &[]);
    // Without any variable nothing happens.
    repo.write("catalog/a.yaml", entity("a", properties));
    repo.write("clusters/prod.yaml", kustomization("  postBuild: {substitute: {}}\n"));
    assert_found(&repo, "", &[]);
    repo.write("clusters/prod.yaml", kustomization("  postBuild: {substituteFrom: [{kind: Secret, name: s}]}\n"));
    let lines = [10, 11, 12, 13].map(|line| format!("catalog/a.yaml:{line}"));
    let found: Vec<(&str, &str)> = lines.iter().map(|line| (rule, line.as_str())).collect();
    assert_found(&repo, "", &found);
}

#[test]
fn an_expression_of_a_pipeline_ends_the_build_where_it_is() {
    let repo = repository(&kustomization("  postBuild: {substitute: {NUMBER: \"12\"}}\n"));
    repo.write("catalog/a.yaml", entity("a", "  properties:\n    a: ${NUMBER}x\n    b: ${{ github.ref }}\n"));
    let words = assert_found(&repo, "", &[("build-breaker", "catalog/a.yaml:11")]);
    assert!(words[0].contains("unable to parse variable name"), "{words:?}");
}

#[test]
fn a_mapping_that_becomes_empty_is_refused_for_ever() {
    let repo = repository(&kustomization(""));
    repo.write("catalog/a.yaml", entity("a", "  properties: {x: 1}\n  relations: {}\n"));
    repo.write("catalog/b.yaml", entity("b", "  relations: {}\n"));
    commit(&repo);
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    repo.write("catalog/a.yaml", entity("a", "  properties: {}\n  relations: {}\n"));
    repo.write("catalog/new.yaml", entity("new", "  properties: {}\n"));
    commit(&repo);
    let found = [("emptied-map", "catalog/a.yaml:9")];
    assert_found(&repo, "", &[]);
    let words = assert_found(&repo, "--since main", &found);
    assert!(words[0].contains("spec.properties: Invalid value: \"null\""), "{words:?}");
    // The work tree is what is merged next, and HEAD has it already.
    assert_found(&repo, "--changed", &[]);
    repo.git(&["mv", "catalog/a.yaml", "catalog/moved.yaml"]);
    assert_found(&repo, "--since main", &[("emptied-map", "catalog/moved.yaml:9")]);
    run(&repo, "lint --since main --fix");
    assert_eq!(repo.read("catalog/moved.yaml"), entity("a", "  relations: {}\n"));
    assert_found(&repo, "--since main", &[]);
    repo.write("catalog/moved.yaml", entity("a", "  properties: {}\n"));
    let planned = run(&repo, "diff --base main --output json");
    assert!(planned.code == 1 && planned.results.contains("emptied-map"), "{}{}", planned.results, planned.talk);
    let planned = run(&repo, "diff --no-base --output json");
    assert!(!planned.results.contains("emptied-map"), "{}{}", planned.results, planned.talk);
    repo.write("clusters/prod.yaml", application(""));
    assert_found(&repo, "--since main", &[]);
}

#[test]
fn a_field_that_the_crd_does_not_have_is_refused_or_dropped() {
    let repo = repository(&kustomization(""));
    repo.write("portolan.yaml", "scope: acme/catalog\ndelivery: cluster\n");
    repo.write("catalog/a.yaml", entity("a", "  title: A\n")).write("catalog/b.yaml", entity("b", ""));
    let words = assert_found(&repo, "", &[("foreign-field", "catalog/a.yaml:9")]);
    assert!(words[0].contains("1 other object") && words[0].contains(".spec.title: field not declared in schema"));
    assert_eq!(run(&repo, "lint").code, 1);
    repo.write("clusters/prod.yaml", application(""));
    let words = assert_found(&repo, "", &[("foreign-field", "catalog/a.yaml:9")]);
    assert!(words[0].contains("strict decoding error: unknown field \"spec.title\""), "{words:?}");
    repo.write("clusters/prod.yaml", application("    syncOptions: [Validate=false]\n"));
    let words = assert_found(&repo, "", &[("foreign-field", "catalog/a.yaml:9")]);
    assert!(words[0].contains("drops `spec.title`"), "{words:?}");
    assert_eq!(run(&repo, "lint").code, 0);
    // The CRD of the repository may have the field.
    repo.write("crds/crds.yaml", run(&repo, "cluster crds --extended").results);
    assert_found(&repo, "", &[]);
    repo.remove("crds/crds.yaml");
    assert_eq!(findings(&repo, "").len(), 1);
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    assert_found(&repo, "", &[]);
}

// Windows makes links only for administrators.
#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_stops_every_application() {
    let repo = repository(&application(""));
    repo.write("catalog/a.yaml", entity("a", ""));
    std::os::unix::fs::symlink("/etc/hosts", repo.path().join("hosts.txt")).expect("links can be made");
    let words = assert_found(&repo, "", &[("build-breaker", "hosts.txt:1")]);
    assert!(words[0].contains("repository contains out-of-bounds symlinks. file: hosts.txt"), "{words:?}");
    // Flux leaves links out.
    repo.write("clusters/prod.yaml", kustomization(""));
    assert_found(&repo, "", &[]);
    std::os::unix::fs::symlink("../other/b.yaml", repo.path().join("catalog/b.yaml")).expect("links can be made");
    repo.write("other/b.yaml", entity("b", ""));
    let found = findings(&repo, "");
    assert_eq!(
        found.iter().map(|(rule, ..)| rule.as_str()).collect::<Vec<_>>(),
        ["undelivered-manifest"],
        "{found:#?}"
    );
}

#[test]
fn scalars_are_read_as_their_deliverers_do() {
    let repo = repository(&kustomization(""));
    let properties = "  properties:\n    a: yes\n    b: 2024-01-02\n    c: 012\n    d: \"2024-01-02\"\n";
    repo.write("catalog/a.yaml", entity("a", properties));
    let rule = "ambiguous-scalar";
    let all = [(rule, "catalog/a.yaml:10"), (rule, "catalog/a.yaml:11"), (rule, "catalog/a.yaml:12")];
    let words = assert_found(&repo, "", &all);
    let name = "`Kustomization flux-system/catalog` (kustomize)";
    assert!(words[0].contains(&format!("the string `yes` to {name}, and the boolean `true` to kubectl and portolan")));
    assert!(words[1].contains("`2024-01-02T00:00:00Z`") && words[2].contains("the number `10`"), "{words:?}");
    // A folder of Argo CD is read as kubectl reads it.
    repo.write("clusters/prod.yaml", application(""));
    let words = assert_found(&repo, "", &[all[0], all[2]]);
    assert!(words[0].contains("`Application argocd/catalog`"), "{words:?}");
    repo.write("catalog/kustomization.yaml", "resources: [a.yaml]\n");
    assert_found(&repo, "", &all);
    // What nothing delivers is read as before.
    repo.remove("clusters/prod.yaml");
    assert_found(&repo, "", &[all[0], all[2]]);
    // With a mapping, portolan reads what the deliverer stores, and nobody reads a boolean.
    repo.write("clusters/prod.yaml", kustomization(""));
    repo.write(
        "exporter.yaml",
        "resources:\n- kind: getport.io/v1/entities\n  port: {entity: {mappings: [{identifier: .spec.identifier, blueprint: \
         .spec.blueprint, properties: {a: .spec.properties.a, b: .spec.properties.b, c: .spec.properties.c, d: \
         .spec.properties.d}}]}}\n",
    );
    repo.write("portolan.yaml", "scope: acme/catalog\nclusters: {prod: {mapping: exporter.yaml}}\n");
    assert_found(&repo, "", &all[1..]);
}

#[test]
fn a_pattern_brings_pipelines_back() {
    let repo = repository(&kustomization("").replace("./catalog", "./"));
    repo.write("catalog/a.yaml", entity("a", "")).write(".github/workflows/ci.yml", "on: push\njobs: {}\n");
    repo.write(".sourceignore", "# nothing yet\nportolan.yaml\n");
    let found = [("build-breaker", ".github/workflows/ci.yml:1")];
    let words = assert_found(&repo, "", &found);
    assert!(words[0].contains("add the pattern `.github/`"), "{words:?}");
    repo.write(".sourceignore", "portolan.yaml\n.github/\n");
    assert_found(&repo, "", &[]);
}

#[test]
fn claims_that_are_never_pruned_are_found_where_their_definitions_are() {
    let application =
        application("").replace("{automated: {prune: true}}", "{automated: {}}").replace("{prune: true}", "{}");
    let claim = "apiVersion: acme.io/v1\nkind: Database\nmetadata: {name: main, namespace: shop}\nspec: {size: 1}\n";
    let definition = "apiVersion: apiextensions.crossplane.io/v1
kind: CompositeResourceDefinition
metadata: {name: xdatabases.acme.io}
spec:
  group: acme.io
  names: {kind: XDatabase, plural: xdatabases}
  claimNames: {kind: Database, plural: databases}
  versions:
    - name: v1
      served: true
      referenceable: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
";
    let repo = Repo::new();
    repo.git(&["remote", "add", "origin", "git@git.example.com:acme/catalog.git"]);
    repo.write("clusters/prod.yaml", application).write("catalog/claim.yaml", claim);
    assert_found(&repo, "", &[]);
    repo.write("apis/database.yaml", definition);
    assert_found(&repo, "", &[("never-pruned", "clusters/prod.yaml:9")]);
    // With its definition beside it, pruning could delete every claim.
    repo.remove("apis/database.yaml");
    repo.write("catalog/database.yaml", definition);
    assert_found(&repo, "", &[]);
}

#[test]
fn a_chart_takes_nothing_but_its_own_files() {
    let chart = application("").replace("path: catalog}", "path: chart}");
    let repo = repository(&format!("{}---\n{}", application(""), chart.replacen("name: catalog", "name: chart", 1)));
    repo.write("catalog/a.yaml", entity("a", "")).write("chart/Chart.yaml", "name: chart\nversion: 1.0.0\n");
    // Something else may render this one.
    repo.write("charts/other/Chart.yaml", "name: other\n").write("charts/other/templates/b.yaml", entity("b", ""));
    assert_found(&repo, "", &[]);
    repo.write("elsewhere/c.yaml", entity("c", ""));
    let missed = ("undelivered-manifest", "elsewhere/c.yaml:4");
    assert_found(&repo, "", &[missed]);
    // An application of applications, as a chart.
    let template = application("").replace("path: catalog}", "path: elsewhere}");
    repo.write("chart/templates/apps.yaml", template);
    assert_found(&repo, "", &[]);
    repo.remove("chart/templates/apps.yaml");
    repo.write("chart/values.yaml", "applications: [{repoURL: x, path: elsewhere}]\n");
    assert_found(&repo, "", &[]);
}

#[test]
fn deliverers_outside_of_the_root_count_too() {
    let repo = repository(&kustomization("  postBuild: {substitute: {N: \"1\"}}\n"));
    repo.remove("portolan.yaml");
    repo.write("catalog/team/portolan.yaml", "scope: acme/team\n").write("catalog/team/a.yaml", entity("a", ""));
    // The config is no manifest.
    let words = assert_found(&repo, "-C catalog/team", &[("build-breaker", "portolan.yaml:1")]);
    assert!(words[0].contains("`Kustomization flux-system/catalog` delivers nothing"), "{words:?}");
    repo.write("catalog/kustomization.yaml", "resources: [team/a.yaml, team/b.yaml]\n");
    repo.write("catalog/team/b.yaml", entity("b", "  properties: {tier: \"${N}\"}\n"));
    assert_found(&repo, "-C catalog/team", &[("substituted-value", "b.yaml:9")]);
    repo.write("catalog/team/c.yaml", entity("c", ""));
    let found = [("substituted-value", "b.yaml:9"), ("undelivered-manifest", "c.yaml:4")];
    assert_found(&repo, "-C catalog/team", &found);
    // What is wrong elsewhere is not reported here.
    repo.write("catalog/kustomization.yaml", "resources: [team/a.yaml, gone.yaml]\n");
    assert_found(&repo, "-C catalog/team", &[]);
}

/// The pass after a fix sees the file as the fix left it, although the run does not list it.
#[test]
fn a_fix_outside_of_the_manifests_is_made_once() {
    let old = kustomization("").replace("io/v1\n", "io/v1beta2\n");
    for config in ["", "clusters: {shop: {mapping: mapping.yaml}}\n"] {
        let repo = repository(&old);
        repo.write("portolan.yaml", format!("scope: acme/catalog\nmanifests: {{include: [catalog/**]}}\n{config}"));
        repo.write("mapping.yaml", "resources: []\n").write("catalog/a.yaml", entity("a", ""));
        let report = run(&repo, "lint --fix");
        assert!(report.talk.contains("Applied 2 fixes in 1 file."), "{config}: {}{}", report.results, report.talk);
        assert!(!report.results.contains("removed-api"), "{config}: {}", report.results);
        assert_eq!(repo.read("clusters/prod.yaml"), kustomization(""), "{config}");
    }
}

#[test]
fn a_changed_deliverer_outside_of_the_manifests_is_reported() {
    let repo = repository(&kustomization(""));
    repo.write("portolan.yaml", "scope: acme/catalog\nmanifests: {include: [catalog/**]}\n");
    repo.write("catalog/a.yaml", entity("a", ""));
    commit(&repo);
    repo.write("clusters/prod.yaml", kustomization("").replace("./catalog", "./catalogue"));
    let missing = ("delivery-path-missing", "clusters/prod.yaml:11");
    for flags in ["", "--changed", "--since HEAD"] {
        assert_found(&repo, flags, &[missing]);
    }
    assert_found(&repo, "--staged", &[]);
    repo.git(&["add", "--all"]);
    for flags in ["--staged", "--pre-commit", "--staged clusters"] {
        assert_found(&repo, flags, &[missing]);
    }
    assert_found(&repo, "--staged catalog", &[]);
}
