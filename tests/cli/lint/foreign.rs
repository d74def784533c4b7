//! Tests YAML of other tools next to manifests: it is not reported, unless it is broken and could contain entities.
//! Then one finding says how to exclude it.

use super::bench::{lint, shop};

/// Files of other tools, as in typical repositories. All of them contain the words `identifier` and `blueprint`.
const SILENT: [(&str, &str); 22] = [
    (
        "mkdocs.yml",
        "site_name: Docs\nnav:\n  - Blueprint: blueprint.md\nextra:\n  identifier: x\n  blueprint: y\nmarkdown_extensions:\n  - pymdownx.emoji:\n      emoji_index: !!python/name:material.extensions.emoji.twemoji\n",
    ),
    (
        ".github/workflows/port.yml",
        "on: push\njobs:\n  upsert:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: port-labs/port-github-action@v1\n        with:\n          clientId: ${{ secrets.PORT_CLIENT_ID }}\n          identifier: ${{ github.event.repository.name }}\n          blueprint: service\n          properties: |\n            {\"url\": \"x\"}\n",
    ),
    (
        "docker-compose.yml",
        "services:\n  web:\n    image: nginx\n    environment:\n      identifier: x\n      blueprint: y\n",
    ),
    (
        "catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: x\nspec:\n  blueprint: b\n  identifier: i\n---\napiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: y}\nspec: {identifier: x, blueprint: y}\n",
    ),
    (
        "k8s/configmap.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  identifier: x\n  blueprint: y\n  config.yaml: |\n    - identifier: x\n      blueprint: y\n",
    ),
    (
        "k8s/application.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  identifier: x\n  blueprint: y\n",
    ),
    (
        "crossplane/composition.yaml",
        "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nspec:\n  resources:\n    - name: entity\n      base:\n        apiVersion: getport.io/v1\n        kind: Entity\n        spec: {blueprint: b, identifier: i}\n",
    ),
    (
        "crossplane/claim.yaml",
        "apiVersion: example.org/v1\nkind: Environment\nspec:\n  identifier: i\n  blueprint: b\n  properties: {a: 1}\n",
    ),
    (
        "exporter/config.yaml",
        "resources:\n  - kind: getport.io/v1/ClusterEntities\n    selector: {query: '.spec.blueprint == \"x\"'}\n    port:\n      entity:\n        mappings:\n          - identifier: .spec.identifier\n            blueprint: '\"microservice\"'\n            properties: {a: .spec.properties.a}\n            relations: {}\n",
    ),
    (
        ".github/port-app-config.yml",
        "deleteDependentEntities: true\nresources:\n  - kind: file\n    selector:\n      query: 'true'\n      files: [{path: '**/port.yml'}]\n    port:\n      itemsToParse: .file.content.parsed\n      entity:\n        mappings:\n          identifier: .item.identifier\n          blueprint: .item.blueprint\n          properties: .item.properties\n",
    ),
    (
        "exporter/mapping.yaml",
        "identifier: .metadata.name\ntitle: .metadata.name\nblueprint: '\"namespace\"'\nproperties:\n  labels: .metadata.labels\n",
    ),
    ("chart/values.yaml", "port:\n  identifier: x\n  blueprint: y\nconfig: \"{{ .Release.Name }}\"\n"),
    (
        "chart/templates/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n{{- range .Values.all }}\n  identifier: {{ .identifier }}\n  blueprint: {{ .blueprint }}\n{{- end }}\n",
    ),
    (
        "chart/templates/quoted.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \"{{ .Release.Name }}\"\ndata:\n  identifier: \"{{ .Values.identifier }}\"\n  blueprint: \"{{ .Values.blueprint }}\"\n",
    ),
    (
        "chart/templates/entity-like.yaml",
        "identifier: \"{{ .Values.identifier }}\"\nblueprint: \"{{ .Values.blueprint }}\"\nproperties:\n  url: \"{{ .Values.url }}\"\n",
    ),
    (
        "skeleton/service.yaml",
        "- identifier: \"{{ cookiecutter.slug }}\"\n  blueprint: service\n  properties: {language: \"{{ cookiecutter.language }}\"}\n- identifier: '${{ values.name }}'\n  blueprint: service\n  team: [a]\n",
    ),
    (
        "skeleton/jinja.yml",
        "services:\n{% for service in services %}\n  - identifier: {{ service.name }}\n    blueprint: service\n{% endfor %}\n",
    ),
    (
        "openapi.yaml",
        "openapi: 3.0.0\npaths: {}\ncomponents:\n  schemas:\n    Entity:\n      type: object\n      required: [identifier, blueprint]\n      properties:\n        identifier: {type: string}\n        blueprint: {type: string}\n",
    ),
    (
        "kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\npatches:\n  - target: {group: getport.io, version: v1, kind: Entity}\n    patch: |-\n      - op: add\n        path: /spec/blueprint\n        value: x\nconfigMapGenerator:\n  - name: x\n    literals: [identifier=x]\n",
    ),
    ("port/scorecard.yaml", "identifier: ready\ntitle: Ready\nblueprint: service\nrules: []\nlevels: []\n"),
    (
        "port/action.yaml",
        "identifier: deploy\ntitle: Deploy\nblueprint: service\ntrigger: {}\ninvocationMethod: {type: WEBHOOK}\n",
    ),
    (
        "port/blueprint.yaml",
        "identifier: service\ntitle: Service\nschema:\n  properties:\n    identifier: {type: string}\n    blueprint: {type: string}\nrelations: {}\n",
    ),
];

#[test]
fn the_files_of_other_tools_are_silent() {
    let repo = shop();
    for (path, text) in SILENT {
        repo.write(path, text);
    }
    let told = lint(&repo, &["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&told.out).expect("the report is JSON");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(0), "{}", told.out);
    assert_eq!(json["summary"]["entities"], 3, "only the shop's own are entities: {}", json["summary"]);
    assert_eq!(told.code, 0);
}

#[test]
fn a_broken_file_of_another_tool_is_reported_once_with_the_way_to_exclude_it() {
    for (path, text) in SILENT {
        let is_template = text.contains("{{") || text.contains("{%");
        // These contain the words, but not as keys.
        if is_template || path == "kustomization.yaml" || path.ends_with("entity-like.yaml") {
            continue;
        }
        let repo = shop();
        repo.write(path, format!("{text}broken: [a, {{b: c}}\n  d: : e\n- x\n"));
        let told = lint(&repo, &["--output", "concise"]);
        let lines: Vec<&str> = told.out.lines().filter(|line| line.starts_with(path)).collect();
        assert_eq!(lines.len(), 1, "{path}: {}", told.out);
        let told = lint(&repo, &["--output", "text"]);
        assert!(told.out.contains("manifests.exclude"), "{path}: {}", told.out);
        assert_eq!(told.code, 1, "{path}");
        repo.write("portolan.yaml", format!("platform: port\nmanifests:\n  exclude: [\"{path}\"]\n"));
        assert_eq!(lint(&repo, &[]).code, 0, "{path}");
    }
}

#[test]
fn an_entity_file_on_one_line_is_broken_whichever_key_comes_first() {
    for line in [
        "- identifier: x   blueprint: service   properties: {}\n",
        "- blueprint: service   identifier: x   properties: {}\n",
        "- title: X   identifier: x   blueprint: service\n",
        "identifier: x   blueprint: service   properties: {}\n",
        "- properties: {tier: 1}   identifier: x blueprint: service\n",
    ] {
        let repo = shop();
        repo.write("port.yml", line);
        let told = lint(&repo, &["--output", "concise"]);
        assert_eq!(told.code, 1, "{line}: {}", told.out);
        assert_eq!(told.out.matches("port.yml:1:").count(), 1, "{line}: {}", told.out);
        assert!(told.out.contains("yaml-syntax"), "{line}: {}", told.out);
    }
}

#[test]
fn the_header_of_2022_makes_an_entity_file() {
    let repo = shop();
    repo.write("port.yml", "apiVersion: v0.1\nidentifier: x\nblueprint: service\nproperties:\n  tier: high\n");
    let told = lint(&repo, &["--output", "concise"]);
    assert!(told.out.contains("port.yml:5:9") && told.out.contains("wrong-property-type"), "{}", told.out);
    repo.write("port.yml", "- apiVersion: v0.1\n  identifier: x\n  blueprint: service\n  properties:\n    tier: 1\n");
    assert_eq!(lint(&repo, &[]).code, 0);
}

#[test]
fn a_repository_of_deliverers_alone_hears_how_they_are_checked() {
    let repo = crate::testkit::Repo::new();
    repo.write(
        "sync.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1beta1\nkind: GitRepository\nmetadata: {name: a, namespace: b}\nspec: {url: https://git.example.com/a/b, interval: 1m}\n",
    );
    let told = crate::cli::run(&repo, "lint");
    assert!(told.code == 0 && told.results.contains("`portolan init --delivery flux`"), "{}", told.results);
    repo.write("sync.yaml", "a: b\n");
    assert!(!crate::cli::run(&repo, "lint").results.contains("--delivery"));
}
