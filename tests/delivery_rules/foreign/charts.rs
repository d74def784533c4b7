//! Helm charts, bases and overlays of kustomize, and plain manifests.

use super::{Dice, World, deployment, kustomization, namespace, service};

/// Lines of a template, in which braces are in every position.
const TEMPLATES: [&str; 10] = [
    "{{- if .Values.ingress.enabled -}}\n{{- $fullName := include \"chart.fullname\" . -}}\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {{ $fullName }}\n  {{- with .Values.ingress.annotations }}\n  annotations:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\nspec:\n  rules:\n    {{- range .Values.ingress.hosts }}\n    - host: {{ .host | quote }}\n    {{- end }}\n{{- end }}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-config\ndata:\n  app.yaml: |-\n    {{ tpl (toYaml .Values.config) . | nindent 4 }}\n  {{ $key }}: {{ $value }}\n",
    "apiVersion: {{ include \"capabilities.hpa\" . }}\nkind: HorizontalPodAutoscaler\nmetadata: {name: {{ .Chart.Name }}, labels: {{ include \"labels\" . | nindent 4 }} }\nspec: {minReplicas: {{ .Values.min }}}\n",
    "{{ if not .Values.existing }}\napiVersion: v1\nkind: Secret\nmetadata:\n  name: \"{{ .Release.Name }}\"\ntype: Opaque\nstringData:\n  password: {{ randAlphaNum 16 | quote }}\n{{ end }}\n",
    "{{/* A comment with kind: Entity */}}\n{{- define \"chart.labels\" -}}\napp: {{ .Chart.Name }}\n{{- end }}\n",
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {{ .Values.name }}\nspec:\n  path: {{ .Values.path }}\n  prune: {{ .Values.prune }}\n  sourceRef:\n    kind: GitRepository\n    name: {{ .Values.source }}\n",
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: '{{ .Values.name }}'\nspec:\n  source:\n    repoURL: '{{ .Values.repo }}'\n    path: '{{ .Values.path }}'\n",
    "apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: GitRepository\nmetadata:\n  name: \"{{ .Values.source }}\"\nspec:\n  url: \"{{ .Values.url }}\"\n",
    "---\n{{- range $i, $e := until 3 }}\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p{{ $i }}\n{{- end }}\n",
    "apiVersion: v1\nkind: List\nitems:\n{{- range .Values.items }}\n  - {{ . | toYaml | nindent 4 }}\n{{- end }}\n",
];

pub fn chart(world: &mut World, dice: &mut Dice) {
    let name = dice.pick(&["web", "api", "worker"]);
    let folder = dice.pick(&["charts/", "helm/", "deploy/charts/", ""]).to_owned() + name;
    world.file(&format!("{folder}/Chart.yaml"), &format!("apiVersion: v2\nname: {name}\ndescription: A chart\ntype: application\nversion: 0.1.0\nappVersion: \"1.16.0\"\n"));
    for values in dice.some(&["values.yaml", "values-prod.yaml", "values/staging.yml", "ci/test-values.yaml"]) {
        world.file(&format!("{folder}/{values}"), "replicaCount: 1\nimage: {repository: nginx, tag: \"\"}\nenabled: yes\nwindow: 22:30\nconfig: |\n  name: {{ .Release.Name }}\nsince: 2024-01-02\n");
    }
    for (at, template) in dice.some(&TEMPLATES).into_iter().enumerate() {
        let inner = dice.pick(&["", "", "nested/"]);
        world.file(&format!("{folder}/templates/{inner}t{at}.yaml"), template);
    }
    world.file(&format!("{folder}/templates/_helpers.tpl"), "{{- define \"chart.name\" -}}\n{{- end }}\n");
    world.file(&format!("{folder}/templates/tests/test.yaml"), "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"{{ include \"name\" . }}-test\"\n  annotations:\n    \"helm.sh/hook\": test\n");
    world.file(&format!("{folder}/crds/things.yaml"), "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.example.com\nspec:\n  group: example.com\n  names: {kind: Thing, plural: things}\n  scope: Namespaced\n  versions: []\n");
    world.file(&format!("{folder}/.helmignore"), "*.tmp\n");
}

pub fn overlays(world: &mut World, dice: &mut Dice) {
    let top = dice.pick(&["kustomize", "config", "manifests/app"]);
    let base = format!("{top}/base");
    world.file(&format!("{base}/deployment.yaml"), &deployment("app"));
    world.file(&format!("{base}/service.yaml"), &service("app"));
    world.file(
        &format!("{base}/kustomization.yaml"),
        &kustomization(
            &["deployment.yaml", "service.yaml"],
            "commonLabels:\n  app: app\nconfigMapGenerator:\n  - name: env\n    envs: [.env]\n",
        ),
    );
    world.file(&format!("{base}/.env"), "A=1\n");
    for overlay in dice.some(&["dev", "staging", "prod"]) {
        let folder = format!("{top}/overlays/{overlay}");
        let more = [
            "patchesStrategicMerge:\n  - replicas.yaml\nnamespace: app\n",
            "patches:\n  - path: replicas.yaml\n  - target: {kind: Service}\n    patch: |-\n      - op: remove\n        path: /spec/ports/0\n",
            "components:\n  - ../../components/tls\nreplicas:\n  - {name: app, count: 3}\n",
            "helmCharts:\n  - name: redis\n    repo: https://charts.example.com\n    version: 17.0.0\n",
            "vars:\n  - name: SERVICE\n    objref: {kind: Service, name: app, apiVersion: v1}\n",
        ];
        world.file(&format!("{folder}/kustomization.yml"), &kustomization(&["../../base"], dice.pick(&more)));
        world.file(
            &format!("{folder}/replicas.yaml"),
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  replicas: 5\n",
        );
    }
    world.file(&format!("{top}/components/tls/kustomization.yaml"), "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: Deployment}\n    path: patch.yaml\n");
    world.file(
        &format!("{top}/components/tls/patch.yaml"),
        "- op: add\n  path: /spec/template/spec/volumes\n  value: []\n",
    );
    // A folder that somebody applies by hand, and that does not build any more.
    if dice.one_in(3) {
        world.file(
            &format!("{top}/old/kustomization.yaml"),
            &kustomization(&["gone.yaml", "../nowhere"], "unknownField: 1\n"),
        );
    }
}

pub fn plain(world: &mut World, dice: &mut Dice) {
    let folder = dice.pick(&["k8s", "deploy", "manifests", "."]);
    for name in dice.some(&["web", "db", "cache"]) {
        let path = if folder == "." { format!("{name}.yaml") } else { format!("{folder}/{name}.yaml") };
        world.file(&path, &format!("{}---\n{}---\n{}", namespace(name), deployment(name), service(name)));
    }
    let more = [
        (
            "list.yaml",
            "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n",
        ),
        (
            "number.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 123\n  labels: {version: 1.10, enabled: true}\ndata: {}\n",
        ),
        (
            "xrd.yaml",
            "apiVersion: apiextensions.crossplane.io/v1\nkind: CompositeResourceDefinition\nmetadata:\n  name: xdatabases.example.org\nspec:\n  group: example.org\n  names: {kind: XDatabase, plural: xdatabases}\n  claimNames: {kind: Database, plural: databases}\n  versions:\n    - name: v1\n      served: true\n      referenceable: true\n      schema: {openAPIV3Schema: {type: object}}\n",
        ),
        (
            "job.yaml",
            "apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: migrate-\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: m, image: m, args: [\"${DATABASE}\", \"$$\"]}]\n",
        ),
        (
            "tekton.yaml",
            "apiVersion: tekton.dev/v1\nkind: Task\nmetadata:\n  name: build\nspec:\n  params: [{name: path}]\n  steps:\n    - name: s\n      image: $(params.image)\n      script: |\n        echo ${HOME} $$\n",
        ),
    ];
    for (name, text) in dice.some(&more) {
        world.file(&format!("k8s/{name}"), text);
    }
}

/// Services beside each other, each with its own way to be delivered.
pub fn monorepo(world: &mut World, dice: &mut Dice) {
    for name in ["cart", "pay", "search", "mail"] {
        let folder = format!("services/{name}");
        world.file(&format!("{folder}/package.json"), "{\"name\": \"service\", \"scripts\": {\"build\": \"tsc\"}}\n");
        world.file(
            &format!("{folder}/tsconfig.json"),
            "{\n  // strict\n  \"compilerOptions\": {\"strict\": true,},\n}\n",
        );
        match dice.below(3) {
            0 => world.file(&format!("{folder}/deploy/deployment.yaml"), &deployment(name)),
            1 => {
                world.file(
                    &format!("{folder}/chart/Chart.yaml"),
                    &format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"),
                );
                world.file(&format!("{folder}/chart/templates/all.yaml"), dice.pick(&TEMPLATES));
            }
            _ => {
                world.file(&format!("{folder}/k8s/kustomization.yaml"), &kustomization(&["deployment.yaml"], ""));
                world.file(&format!("{folder}/k8s/deployment.yaml"), &deployment(name));
            }
        }
    }
    chart(world, dice);
    overlays(world, dice);
}
