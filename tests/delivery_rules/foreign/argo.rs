//! Argo CD: an app of apps, AppProjects, and ApplicationSets over this repository and others.

use super::{Dice, World, deployment, kustomization, service};

const OWN: &str = "https://github.com/example/platform.git";
const OTHER: &str = "https://github.com/argoproj/argocd-example-apps";

/// An Application with lines of its source and of its spec.
fn application(name: &str, url: &str, source: &str, more: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\n  namespace: argocd\n  finalizers:\n    - resources-finalizer.argocd.argoproj.io\nspec:\n  project: default\n  source:\n    repoURL: {url}\n    targetRevision: HEAD\n{source}  destination:\n    server: https://kubernetes.default.svc\n    namespace: {name}\n{more}"
    )
}

fn policy(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "",
        "  syncPolicy:\n    automated: {}\n",
        "  syncPolicy:\n    automated:\n      prune: true\n      selfHeal: true\n    syncOptions:\n      - CreateNamespace=true\n",
        "  syncPolicy:\n    syncOptions: [ServerSideApply=true]\n",
    ])
}

pub fn apps(world: &mut World, dice: &mut Dice) {
    let folder = dice.pick(&["argo", "argocd/applications", "root"]);
    world.file(
        &format!("{folder}-of-apps.yaml"),
        &application("root", OWN, &format!("    path: {folder}\n    directory:\n      recurse: true\n"), policy(dice)),
    );
    for name in dice.some(&["guestbook", "kustomize-guestbook", "helm-guestbook", "jsonnet-guestbook", "json"]) {
        let url = dice.pick(&[OWN, OTHER, "git@github.com:example/platform.git", "https://charts.example.com"]);
        let is_own = url.contains("example/platform");
        let file = format!("{folder}/{name}.yaml");
        let source = match (url.contains("charts"), is_own && dice.one_in(6)) {
            (true, _) => "    chart: sealed-secrets\n    helm:\n      releaseName: sealed-secrets\n".to_owned(),
            (false, true) => {
                world.fault("delivery-path-missing", &file, true);
                format!("    path: workloads/{name}s\n")
            }
            (false, false) => format!("    path: workloads/{name}\n"),
        };
        world.file(&file, &application(name, url, &source, policy(dice)));
        workload(world, dice, name, is_own && !source.contains(&format!("{name}s")) && !url.contains("charts"));
    }
    world.file(
        &format!("{folder}/values-elsewhere.yaml"),
        &application("umbrella", OWN, "", "").replace(
            &format!("  source:\n    repoURL: {OWN}\n    targetRevision: HEAD\n"),
            &format!("  sources:\n    - repoURL: https://prometheus.example.com/charts\n      chart: prometheus\n      targetRevision: 15.7.1\n      helm:\n        valueFiles:\n          - $values/charts/prometheus/values.yaml\n    - repoURL: {OWN}\n      targetRevision: dev\n      ref: values\n"),
        ),
    );
    world.file(
        "projects/team.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata:\n  name: team\n  namespace: argocd\nspec:\n  description: A team\n  sourceRepos: ['https://github.com/example/*']\n  destinations:\n    - namespace: team-*\n      server: https://kubernetes.default.svc\n  clusterResourceWhitelist: []\n  namespaceResourceBlacklist:\n    - {group: '', kind: ResourceQuota}\n  orphanedResources: {warn: false}\n",
    );
    // The same as a chart.
    world.file("charts/apps/Chart.yaml", "apiVersion: v2\nname: apps\nversion: 1.0.0\n");
    world.file(
        "charts/apps/values.yaml",
        "spec:\n  source:\n    repoURL: https://github.com/example/platform.git\n    targetRevision: HEAD\n",
    );
    world.file(
        "charts/apps/templates/guestbook.yaml",
        "{{- range $name, $app := .Values.apps }}\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {{ $name }}\n  namespace: argocd\nspec:\n  project: default\n  source:\n    path: {{ $app.path | default $name }}\n    repoURL: {{ .Values.spec.source.repoURL }}\n    targetRevision: {{ .Values.spec.source.targetRevision }}\n{{- end }}\n",
    );
}

fn workload(world: &mut World, dice: &mut Dice, name: &str, is_taken: bool) {
    let folder = format!("workloads/{name}");
    match name {
        "kustomize-guestbook" => {
            world.file(
                &format!("{folder}/kustomization.yaml"),
                &kustomization(&["deployment.yaml"], "namePrefix: kustomize-\n"),
            );
            world.file(&format!("{folder}/deployment.yaml"), &deployment("guestbook"));
        }
        "helm-guestbook" => {
            world.file(&format!("{folder}/Chart.yaml"), "apiVersion: v2\nname: helm-guestbook\nversion: 0.1.0\n");
            world.file(&format!("{folder}/values.yaml"), "replicaCount: 1\n");
            world.file(&format!("{folder}/templates/deployment.yaml"), "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ template \"fullname\" . }}\nspec:\n  replicas: {{ .Values.replicaCount }}\n");
        }
        "jsonnet-guestbook" => {
            world.file(&format!("{folder}/guestbook.jsonnet"), "local params = import 'params.libsonnet';\n[{apiVersion: 'v1', kind: 'Service', metadata: {name: params.name}}]\n");
            world.file(&format!("{folder}/params.libsonnet"), "{name: 'guestbook'}\n");
        }
        "json" => {
            world.file(
                &format!("{folder}/service.json"),
                "{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"web\"}, \"spec\": {}}\n",
            );
            if dice.one_in(3) {
                let package = format!("{folder}/package.json");
                world.file(&package, "{\"name\": \"web\", \"private\": true}\n");
                if is_taken {
                    world.fault("build-breaker", &package, true);
                }
            }
        }
        _ => {
            world.file(&format!("{folder}/guestbook-deployment.yaml"), &deployment("guestbook"));
            world.file(&format!("{folder}/guestbook-svc.yaml"), &service("guestbook"));
            // Argo CD passes over what is no manifest.
            world.file(&format!("{folder}/mkdocs.yml"), "site_name: Guestbook\n");
        }
    }
}

pub fn sets(world: &mut World, dice: &mut Dice) {
    let url = dice.pick(&[OWN, OWN, "https://github.com/argoproj/argo-cd.git", "{{.url}}"]);
    let generators = [
        "    - list:\n        elements:\n          - {cluster: engineering-dev, url: 'https://1.2.3.4'}\n          - {cluster: engineering-prod, url: 'https://2.4.6.8'}\n",
        "    - clusters:\n        selector:\n          matchLabels: {argocd.argoproj.io/secret-type: cluster}\n",
        "    - clusters: {}\n",
        "    - matrix:\n        generators:\n          - git:\n              repoURL: https://github.com/example/platform.git\n              revision: HEAD\n              files:\n                - path: cluster-config/**/config.json\n          - clusters:\n              selector:\n                matchLabels: {env: '{{env}}'}\n",
        "    - scmProvider:\n        github:\n          organization: example\n        filters:\n          - pathsExist: [kubernetes/kustomization.yaml]\n",
        "    - pullRequest:\n        github: {owner: example, repo: platform, labels: [preview]}\n",
        "    - plugin:\n        configMapRef: {name: my-plugin}\n        input: {parameters: {key1: value1}}\n",
    ];
    for (at, generator) in dice.some(&generators).into_iter().enumerate() {
        // What a generator names its parameters.
        let [cluster, server] = match generator {
            generator if generator.contains("- list:") => ["cluster", "url"],
            generator if generator.contains("pullRequest") => ["branch_slug", "head_sha"],
            generator if generator.contains("scmProvider") => ["repository", "url"],
            generator if generator.contains("plugin") => ["key1", "key2"],
            _ => ["name", "server"],
        };
        let name = format!("set-{at}");
        world.file(
            &format!("appsets/{name}.yaml"),
            &format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: {name}\n  namespace: argocd\nspec:\n  generators:\n{generator}  template:\n    metadata:\n      name: '{{{{{cluster}}}}}-guestbook'\n      labels: {{app: guestbook}}\n    spec:\n      project: default\n      source:\n        repoURL: '{url}'\n        targetRevision: HEAD\n        path: addons/{{{{{cluster}}}}}\n      destination:\n        server: '{{{{{server}}}}}'\n        namespace: guestbook\n"
            ),
        );
    }
    world.file(
        "appsets/addons.yaml",
        &format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: addons\n  namespace: argocd\nspec:\n  goTemplate: true\n  goTemplateOptions: [\"missingkey=error\"]\n  generators:\n    - git:\n        repoURL: {OWN}\n        revision: HEAD\n        directories:\n          - path: cluster-addons/*\n          - path: cluster-addons/exclude\n            exclude: true\n  template:\n    metadata:\n      name: '{{{{.path.basename}}}}'\n    spec:\n      project: team\n      source:\n        repoURL: {OWN}\n        targetRevision: HEAD\n        path: '{{{{.path.path}}}}'\n      destination:\n        name: in-cluster\n        namespace: '{{{{.path.basename}}}}'\n"
        ),
    );
    world.file("cluster-addons/argo-workflows/kustomization.yaml", &kustomization(&["deployment.yaml"], ""));
    world.file("cluster-addons/argo-workflows/deployment.yaml", &deployment("workflows"));
    world.file("cluster-addons/prometheus-operator/Chart.yaml", "apiVersion: v2\nname: prometheus-operator\nversion: 1.0.0\ndependencies:\n  - {name: kube-prometheus-stack, version: 40.1.2, repository: https://charts.example.com}\n");
    world.file(
        "cluster-addons/prometheus-operator/values.yaml",
        "kube-prometheus-stack:\n  grafana: {enabled: false}\n",
    );
    world.file(
        "cluster-config/engineering/dev/config.json",
        "{\"env\": \"dev\", \"cluster\": {\"owner\": \"a@example.com\"}}\n",
    );
    world.file("addons/in-cluster/deployment.yaml", &deployment("local"));
    world.file("addons/engineering-dev/deployment.yaml", &deployment("dev"));
    world.file("addons/engineering-prod/deployment.yaml", &deployment("prod"));
}
