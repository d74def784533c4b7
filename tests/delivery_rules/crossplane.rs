//! Claims and other custom resources against the XRDs and CRDs of the repository: what is judged, by what, and what is not.

use super::bench::{Report, lint, repository};
use crate::testkit::Repo;

const URL: &str = "https://github.com/example/control-planes";

/// An XRD whose claims have a size, and nodes from 1 to 9.
fn definition(kind: &str, size: &str) -> String {
    let lower = kind.to_lowercase();
    format!(
        "apiVersion: apiextensions.crossplane.io/v1\nkind: CompositeResourceDefinition\nmetadata:\n  name: x{lower}s.example.org\nspec:\n  group: example.org\n  names: {{kind: X{kind}, plural: x{lower}s}}\n  claimNames: {{kind: {kind}, plural: {lower}s}}\n  versions:\n    - name: v1\n      served: true\n      referenceable: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n            spec:\n              type: object\n              required: [size]\n              properties:\n                size: {size}\n                nodes: {{type: integer, minimum: 1, maximum: 9}}\n"
    )
}

fn claim(kind: &str, spec: &str) -> String {
    format!("apiVersion: example.org/v1\nkind: {kind}\nmetadata: {{name: orders, namespace: shop}}\nspec: {spec}\n")
}

fn application(more: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: claims, namespace: argocd}}\nspec:\n  project: default\n  source: {{repoURL: {URL}, targetRevision: main, path: claims}}\n  destination: {{server: https://kubernetes.default.svc, namespace: shop}}\n  syncPolicy:\n    automated: {{prune: true}}\n{more}"
    )
}

fn flux(more: &str) -> String {
    format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: planes, namespace: flux-system}}\nspec: {{interval: 1m, url: {URL}, ref: {{branch: main}}}}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: claims, namespace: flux-system}}\nspec:\n  interval: 5m\n  path: ./claims\n  prune: true\n  sourceRef: {{kind: GitRepository, name: planes}}\n{more}"
    )
}

fn found(report: &Report) -> Vec<String> {
    report.of_delivery().iter().map(|it| format!("{} {}:{}", it.rule, it.path, it.line)).collect()
}

fn messages(repo: &Repo) -> Vec<String> {
    lint(repo.path(), &[]).of_delivery().iter().map(|it| it.message.clone()).collect()
}

#[test]
fn a_definition_of_v2_with_claims_has_a_way_out() {
    let repo = repository(URL);
    let database = definition("Database", "{type: string}").replace("crossplane.io/v1\n", "crossplane.io/v2\n");
    repo.write("apis/database.yaml", database.replace("spec:\n  group", "spec:\n  scope: Namespaced\n  group"));
    let report = lint(repo.path(), &[]);
    assert_eq!(found(&report), ["refused-definition apis/database.yaml:5"]);
    assert!(report.of_delivery()[0].help.starts_with("remove `claimNames`"), "{report:#?}");
}

#[test]
fn claims_are_checked_without_any_deliverer() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string, enum: [small, large]}"));
    repo.write("claims/right.yaml", claim("Database", "{size: small, nodes: 3}"));
    // Of kinds that nobody here defines, nothing is known.
    repo.write("claims/other.yaml", "apiVersion: other.org/v1\nkind: Thing\nmetadata: {name: a}\nspec: {size: 1}\n");
    assert_eq!(found(&lint(repo.path(), &[])), [""; 0]);
    repo.write("claims/wrong.yaml", claim("Database", "{size: huge, nodes: 10, noodes: 1}"));
    let report = lint(repo.path(), &[]);
    assert_eq!(report.code, 1);
    assert_eq!(
        messages(&repo),
        [
            "The API server refuses `Database shop/orders`: `spec.size`: Unsupported value: \"huge\": supported values: \"small\", \"large\".",
            "The API server refuses `Database shop/orders`: `spec.nodes`: Invalid value: 10: should be less than or equal to 9.",
            "The API server refuses `Database shop/orders`: unknown field `spec.noodes`.",
        ],
        "{report:#?}"
    );
    assert_eq!(report.of_delivery()[2].help, "did you mean `nodes`?");
    // An ignore comment says why a fault is meant.
    let ignored = claim("Database", "{size: small}")
        .replace("spec:", "# portolan: ignore[refused-custom-resource] a test\nspec:");
    repo.write("claims/wrong.yaml", ignored.replace("{size: small}", "{size: huge}"));
    assert_eq!(lint(repo.path(), &[]).findings, []);
    repo.write("claims/wrong.yaml", ignored);
    let report = lint(repo.path(), &[]);
    assert_eq!(report.findings.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>(), ["unused-ignore"]);
}

#[test]
fn the_items_of_lists_and_composite_resources_are_checked() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string}"));
    repo.write(
        "claims/list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: example.org/v1\n    kind: Database\n    metadata: {name: a, namespace: shop}\n    spec: {size: s}\n  - apiVersion: example.org/v1\n    kind: XDatabase\n    metadata: {name: b}\n    spec: {size: 1}\n",
    );
    assert_eq!(found(&lint(repo.path(), &[])), ["refused-custom-resource claims/list.yaml:11"]);
}

#[test]
fn a_misspelt_kind_is_one_that_the_api_server_does_not_know() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string}"));
    repo.write("claims/kind.yaml", claim("Databse", "{size: a}"));
    repo.write("claims/group.yaml", claim("Database", "{size: a}").replace("example.org", "exmaple.org"));
    repo.write("claims/core.yaml", claim("Database", "{size: a}").replace("example.org/", ""));
    repo.write("claims/version.yaml", claim("Database", "{size: a}").replace("/v1", "/v2"));
    // A definition in another repository may have these.
    repo.write("claims/other.yaml", claim("Cache", "{}") + "---\n" + &claim("DatabaseUser", "{}"));
    for deliverer in ["", &application(""), &flux("")] {
        repo.write("deploy/claims.yaml", deliverer);
        let report = lint(repo.path(), &[]);
        let [rule_core, rule_group, rule_kind, rule_version] =
            ["core.yaml:1", "group.yaml:1", "kind.yaml:2", "version.yaml:1"]
                .map(|place| format!("refused-custom-resource claims/{place}"));
        assert_eq!(found(&report), [rule_core, rule_group, rule_kind, rule_version], "{report:#?}");
        let helps: Vec<&str> = report.of_delivery().iter().map(|it| it.help.as_str()).collect();
        let group = "did you mean `example.org/v1`?";
        assert_eq!(helps, [group, group, "did you mean `Database`?", "write a version that is served: `v1`"]);
        assert!(
            report.of_delivery()[2].message.contains("no matches for kind \"Databse\" in version \"example.org/v1\"")
        );
    }
}

/// Without its definition, nothing is known of a claim, and without its deliverer, nobody delivers it.
#[test]
fn a_misspelt_kind_of_a_tool_is_found() {
    let repo = repository(URL);
    let misspelt = definition("Database", "{type: string}").replace("ResourceDefinition", "ResourceDefintion");
    repo.write("apis/database.yaml", misspelt);
    repo.write("claims/orders.yaml", claim("Database", "{size: a}"));
    let report = lint(repo.path(), &[]);
    assert_eq!(found(&report), ["refused-custom-resource apis/database.yaml:2"], "{report:#?}");
    assert_eq!(report.of_delivery()[0].help, "did you mean `CompositeResourceDefinition`?");
    repo.write("apis/database.yaml", definition("Database", "{type: string}"));
    repo.write("deploy/claims.yaml", application("").replace("Application", "Aplication"));
    assert_eq!(found(&lint(repo.path(), &[])), ["refused-custom-resource deploy/claims.yaml:2"]);
    repo.write("deploy/claims.yaml", flux("").replace("kind: Kustomization", "kind: Kustomizations"));
    assert_eq!(found(&lint(repo.path(), &[])), ["refused-custom-resource deploy/claims.yaml:7"]);
}

#[test]
fn a_kind_of_a_definition_that_is_refused_is_not_misspelt() {
    let repo = repository(URL);
    // The claim's CRD is refused for its name, and only the composite resource is known.
    let refused = definition("Database", "{type: string}").replace("plural: databases", "plural: Databases");
    repo.write("apis/database.yaml", refused);
    repo.write("claims/orders.yaml", claim("Database", "{size: a}"));
    let report = lint(repo.path(), &[]);
    assert!(!report.findings.is_empty(), "the definition is refused");
    assert!(report.findings.iter().all(|it| it.path == "apis/database.yaml"), "{report:#?}");
}

/// The help for a wrong value shows one that is right.
#[test]
fn a_wrong_value_has_an_example_or_the_option_that_is_meant() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string, enum: [small, large]}"));
    repo.write("claims/orders.yaml", claim("Database", "{size: lage}"));
    assert_eq!(lint(repo.path(), &[]).of_delivery()[0].help, "did you mean `large`?");
    repo.write("claims/orders.yaml", claim("Database", "{size: huge}"));
    assert_eq!(lint(repo.path(), &[]).of_delivery()[0].help, "");
    for format in
        ["byte", "cidr", "date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "mac", "uri", "uuid"]
    {
        repo.write("apis/database.yaml", definition("Database", &format!("{{type: string, format: {format}}}")));
        repo.write("claims/orders.yaml", claim("Database", "{size: \"-?-\"}"));
        let help = lint(repo.path(), &[]).of_delivery()[0].help.clone();
        let (head, example) = help.split_once(", such as `").unwrap_or_else(|| panic!("{format}: {help}"));
        assert_eq!(head, format!("write a value of type {format}"));
        repo.write(
            "claims/orders.yaml",
            claim("Database", &format!("{{size: \"{}\"}}", example.trim_end_matches('`'))),
        );
        assert_eq!(found(&lint(repo.path(), &[])), [""; 0], "{format}: {example}");
    }
}

#[test]
fn addresses_that_are_no_urls_are_found_where_they_are() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string}"));
    repo.write("claims/orders.yaml", claim("Database", "{size: a}"));
    let eu = application("").replace("https://kubernetes.default.svc", "your-control-plane-endpoint");
    repo.write("deploy/eu.yaml", &eu);
    assert_eq!(found(&lint(repo.path(), &[])), ["invalid-address deploy/eu.yaml:7"]);
    // Also of another repository, and in an ApplicationSet and a project.
    repo.write("deploy/eu.yaml", application("").replace(URL, "https://github.com/yourorg/your-repo-source"));
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a, namespace: argocd}\nspec:\n  \
               generators: [{list: {elements: [{name: eu}]}}]\n  template:\n    metadata: {name: '{{name}}'}\n    spec:\n      \
               project: default\n      source: {repoURL: github.com/acme/claims, path: '{{name}}'}\n      destination:\n        \
               server: '{{server}}'\n        namespace: a\n";
    repo.write("deploy/set.yaml", set);
    let project = "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: a, namespace: argocd}\nspec:\n  \
                   sourceRepos: ['*']\n  destinations:\n  - {server: '*', namespace: a}\n  - {server: in-cluster, namespace: a}\n";
    repo.write("deploy/project.yaml", project);
    let report = lint(repo.path(), &[]);
    assert_eq!(
        found(&report),
        [
            "invalid-address deploy/eu.yaml:6",
            "invalid-address deploy/project.yaml:8",
            "invalid-address deploy/set.yaml:10"
        ],
        "{report:#?}"
    );
    assert_eq!(report.of_delivery()[2].help, "did you mean `https://github.com/acme/claims`?");
    for file in ["eu", "set", "project"] {
        repo.remove(&format!("deploy/{file}.yaml"));
    }
    repo.write("deploy/claims.yaml", flux("").replace(URL, "git@github.com:example/control-planes.git"));
    let report = lint(repo.path(), &[]);
    assert_eq!(found(&report), ["invalid-address deploy/claims.yaml:4"], "{report:#?}");
    assert_eq!(report.of_delivery()[0].help, "did you mean `ssh://git@github.com/example/control-planes.git`?");
}

#[test]
fn a_namespace_that_flux_replaces_is_found_and_one_that_argo_cd_keeps_is_right() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string}"));
    repo.write("claims/orders.yaml", claim("Database", "{size: a}"));
    for (deliverer, is_moved) in [
        (flux(""), false),
        (flux("  targetNamespace: shop\n"), false),
        (flux("  targetNamespace: catalog\n"), true),
        (application("").replace("namespace: shop", "namespace: catalog"), false),
    ] {
        repo.write("deploy/claims.yaml", &deliverer);
        let expected = if is_moved { vec!["overridden-namespace claims/orders.yaml:3"] } else { Vec::new() };
        assert_eq!(found(&lint(repo.path(), &[])), expected, "{deliverer}");
    }
    // A kustomization that says the same is meant, and an object without a namespace says nothing.
    repo.write("deploy/claims.yaml", flux("  targetNamespace: catalog\n"));
    repo.write("claims/sub/orders.yaml", claim("Database", "{size: a}"));
    repo.write("claims/sub/kustomization.yaml", "namespace: catalog\nresources: [orders.yaml]\n");
    repo.write("claims/orders.yaml", claim("Database", "{size: a}").replace("orders, namespace: shop", "carts"));
    repo.write("claims/kustomization.yaml", "resources: [orders.yaml, sub]\n");
    assert_eq!(found(&lint(repo.path(), &[])), [""; 0]);
    // Many are one finding.
    let many: Vec<String> = (0..5)
        .map(|at| claim("Database", "{size: a}").replace("name: orders", &format!("name: orders-{at}")))
        .collect();
    repo.write("claims/orders.yaml", many.join("---\n"));
    let report = lint(repo.path(), &[]);
    assert_eq!(found(&report), ["overridden-namespace claims/orders.yaml:3"], "{report:#?}");
    assert!(report.of_delivery()[0].message.contains("4 other manifests"), "{report:#?}");
}

#[test]
fn the_deliverer_decides_how_yaml_is_read_and_written() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string}"));
    // To kubectl and the folders of Argo CD `yes` is a boolean, and to kustomize a text. Server-side apply refuses nulls.
    for (spec, [by_argo, by_flux]) in
        [("{size: yes}", [1, 0]), ("{size: a, nodes: null}", [0, 1]), ("{size: a, x: 1}", [1, 1])]
    {
        repo.write("claims/orders.yaml", claim("Database", spec));
        repo.write("deploy/claims.yaml", application(""));
        let report = lint(repo.path(), &[]);
        assert_eq!(found(&report).len(), by_argo, "{spec}: {report:#?}");
        repo.write("deploy/claims.yaml", flux(""));
        let report = lint(repo.path(), &[]);
        assert_eq!(found(&report).len(), by_flux, "{spec}: {report:#?}");
    }
    // Without validation, an unknown field vanishes.
    repo.write("deploy/claims.yaml", application("    syncOptions: [Validate=false]\n"));
    assert_eq!(found(&lint(repo.path(), &[])), ["dropped-field claims/orders.yaml:4"]);
}

#[test]
fn what_others_fill_in_is_not_judged() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string}"));
    repo.write("claims/orders.yaml", claim("Database", "{size: a, nodes: \"${nodes}\"}"));
    repo.write("deploy/claims.yaml", flux("  postBuild: {substitute: {nodes: \"3\"}}\n"));
    assert_eq!(found(&lint(repo.path(), &[])), [""; 0]);
    // A patch completes it.
    repo.write("deploy/claims.yaml", flux(""));
    repo.write("claims/orders.yaml", claim("Database", "{nodes: 1}"));
    repo.write("claims/kustomization.yaml", "resources: [orders.yaml]\npatches:\n- path: size.yaml\n");
    repo.write("claims/size.yaml", claim("Database", "{size: a}"));
    assert_eq!(found(&lint(repo.path(), &[])), [""; 0]);
    repo.write("claims/kustomization.yaml", "resources: [orders.yaml]\n");
    repo.remove("claims/size.yaml");
    assert_eq!(found(&lint(repo.path(), &[])), ["refused-custom-resource claims/orders.yaml:4"]);
    // Also where nobody is known to deliver it.
    repo.remove("deploy/claims.yaml");
    repo.write("claims/kustomization.yaml", "resources: [orders.yaml]\npatches:\n- path: size.yaml\n");
    repo.write("claims/size.yaml", claim("Database", "{size: a}"));
    assert_eq!(found(&lint(repo.path(), &[])), [""; 0]);
}

#[test]
fn of_several_definitions_one_is_enough() {
    let repo = repository(URL);
    repo.write("planes/eu/database.yaml", definition("Database", "{type: string}"));
    repo.write("planes/us/database.yaml", definition("Database", "{type: integer}"));
    repo.write("claims/text.yaml", claim("Database", "{size: a}"));
    repo.write("claims/number.yaml", claim("Database", "{size: 1}"));
    assert_eq!(found(&lint(repo.path(), &[])), [""; 0]);
    repo.write("claims/flag.yaml", claim("Database", "{size: true}"));
    assert_eq!(found(&lint(repo.path(), &[])), ["refused-custom-resource claims/flag.yaml:4"]);
}

#[test]
fn what_flux_removed_is_reported_once() {
    let repo = repository(URL);
    repo.write("claims/none.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: none}\n");
    let crd = |schema: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: kustomizations.kustomize.toolkit.fluxcd.io}}\nspec:\n  group: kustomize.toolkit.fluxcd.io\n  names: {{kind: Kustomization, plural: kustomizations}}\n  scope: Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object, {schema}}}}}\n"
        )
    };
    repo.write("flux/crds.yaml", crd("x-kubernetes-preserve-unknown-fields: true"));
    repo.write(
        "flux/claims.yaml",
        flux("").replace("kustomize.toolkit.fluxcd.io/v1", "kustomize.toolkit.fluxcd.io/v1beta2"),
    );
    assert_eq!(found(&lint(repo.path(), &[])), ["removed-api flux/claims.yaml:6"]);
    repo.write("flux/crds.yaml", crd("properties: {spec: {type: object, properties: {interval: {type: string}, path: {type: string}, prune: {type: boolean}, sourceRef: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}"));
    repo.write("flux/claims.yaml", flux("  validation: client\n"));
    assert_eq!(found(&lint(repo.path(), &[])), ["removed-api flux/claims.yaml:14"]);
    repo.write("flux/claims.yaml", flux("  intervall: 1m\n"));
    assert_eq!(found(&lint(repo.path(), &[])), ["refused-custom-resource flux/claims.yaml:14"]);
}

#[test]
fn a_refused_definition_is_reported_once_and_its_claims_are_not() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{description: none}"));
    repo.write("claims/orders.yaml", claim("Database", "{x: 1}"));
    let report = lint(repo.path(), &[]);
    assert_eq!(found(&report), ["refused-definition apis/database.yaml:21"], "{report:#?}");
    assert!(report.of_delivery()[0].message.contains("`xdatabases.example.org` and `databases.example.org`"));
    // Rules in CEL are not evaluated.
    let rule = "{type: string, x-kubernetes-validations: [{rule: self.nope > 1}]}";
    repo.write("apis/database.yaml", definition("Database", rule));
    repo.write("claims/orders.yaml", claim("Database", "{size: a}"));
    assert_eq!(found(&lint(repo.path(), &[])), [""; 0]);
}

#[test]
fn claims_of_a_plane_that_flux_or_argo_cd_registers_are_checked() {
    let repo = repository(URL);
    repo.write("apis/database.yaml", definition("Database", "{type: string}"));
    repo.write("claims/orders.yaml", claim("Database", "{sise: a}"));
    for deliverer in [application(""), flux("")] {
        repo.write("deploy/claims.yaml", deliverer);
        let report = lint(repo.path(), &[]);
        assert_eq!(
            found(&report),
            ["refused-custom-resource claims/orders.yaml:4", "refused-custom-resource claims/orders.yaml:4"],
            "{report:#?}"
        );
        let is_told = |it: &&super::bench::Reported| it.message.contains("so `") && it.message.contains(" fails");
        assert!(report.of_delivery().iter().all(is_told), "{report:#?}");
        let helps: Vec<&str> = report.of_delivery().iter().map(|it| it.help.as_str()).collect();
        assert_eq!(helps, ["add `size`", "did you mean `size`?"]);
    }
    repo.write("claims/orders.yaml", claim("Database", "{size: a}"));
    assert_eq!(found(&lint(repo.path(), &[])), [""; 0]);
}

/// The Kustomizations are numbered with those outside of the root.
#[test]
fn below_the_top_each_fault_names_its_own_deliverer() {
    let repo = repository(URL);
    let inside = flux("").replace("name: claims", "name: inside").replace("./claims", "./team/claims");
    let outside = flux("").replace("name: claims", "name: outside").replace("./claims", "./team/more");
    let (_, outside) = outside.split_once("---\n").expect("two documents");
    repo.write("clusters/a.yaml", outside).write("team/flux/b.yaml", inside);
    repo.write("team/apis/database.yaml", definition("Database", "{type: string}"));
    repo.write("team/claims/a.yaml", claim("Database", "{size: 1}"));
    repo.write("team/more/b.yaml", claim("Database", "{size: 2}").replace("name: orders", "name: more"));
    for folder in [".", "team"] {
        if folder == "team" {
            repo.write("team/portolan.yaml", "scope: example/team\n");
        }
        let report = lint(&repo.path().join(folder), &[]);
        let messages: Vec<String> = report.of_delivery().iter().map(|it| it.message.clone()).collect();
        assert_eq!(messages.len(), 2, "{report:#?}");
        assert!(
            messages[0].contains("Database shop/orders") && messages[0].contains("flux-system/inside"),
            "{messages:?}"
        );
        assert!(
            messages[1].contains("Database shop/more") && messages[1].contains("flux-system/outside"),
            "{messages:?}"
        );
    }
}
