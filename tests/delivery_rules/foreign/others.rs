//! Files of CI systems, Compose, Ansible, documentation and code generators, broken files, and links.

use super::{Dice, World};

pub fn pipelines(world: &mut World, dice: &mut Dice) {
    let files = [
        (
            ".github/workflows/ci.yml",
            "name: ci\non: [push]\nenv: {KIND: Entity}\njobs:\n  build:\n    strategy:\n      matrix: {os: [ubuntu-latest], version: [1.20, \"1.21\"]}\n    runs-on: ${{ matrix.os }}\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          echo \"${{ github.ref }}\" $$\n",
        ),
        (
            ".github/dependabot.yml",
            "version: 2\nupdates:\n  - package-ecosystem: gomod\n    directory: /\n    schedule: {interval: weekly}\n",
        ),
        (
            ".gitlab-ci.yml",
            "include:\n  - template: Jobs/Build.gitlab-ci.yml\nstages: [build]\n.base: &base\n  image: alpine\nbuild:\n  <<: *base\n  script:\n    - !reference [.setup, script]\n    - echo $CI_COMMIT_SHA\n",
        ),
        (
            ".circleci/config.yml",
            "version: 2.1\norbs: {node: circleci/node@5}\nparameters:\n  deploy: {type: boolean, default: false}\nworkflows:\n  main:\n    jobs:\n      - node/test\n      - deploy: {filters: {branches: {only: main}}, context: << pipeline.parameters.deploy >>}\n",
        ),
        (
            "azure-pipelines.yml",
            "trigger: [main]\nparameters:\n  - name: env\n    type: string\n    default: dev\nstages:\n  - ${{ each env in parameters.envs }}:\n      - stage: ${{ env }}\n        jobs:\n          - template: jobs/deploy.yml\n",
        ),
        (
            "bitbucket-pipelines.yml",
            "image: node:20\npipelines:\n  default:\n    - step:\n        caches: [node]\n        script: [npm test]\n",
        ),
        (
            ".drone.yml",
            "kind: pipeline\ntype: docker\nname: default\nsteps:\n  - name: test\n    image: golang\n---\nkind: secret\nname: token\nget: {path: x, name: y}\n",
        ),
        (
            "cloudbuild.yaml",
            "steps:\n  - name: gcr.io/cloud-builders/docker\n    args: [build, -t, 'gcr.io/$PROJECT_ID/x:$COMMIT_SHA', .]\n",
        ),
        (
            ".pre-commit-config.yaml",
            "repos:\n  - repo: https://github.com/pre-commit/pre-commit-hooks\n    rev: v4.5.0\n    hooks: [{id: check-yaml, args: [--allow-multiple-documents]}]\n",
        ),
        (
            "codefresh.yml",
            "version: '1.0'\nsteps:\n  clone:\n    type: git-clone\n    repo: '${{CF_REPO_OWNER}}/${{CF_REPO_NAME}}'\n",
        ),
        (
            "skaffold.yaml",
            "apiVersion: skaffold/v4beta6\nkind: Config\nbuild:\n  artifacts: [{image: app}]\nmanifests:\n  kustomize: {paths: [kustomize/overlays/dev]}\n",
        ),
        (".goreleaser.yml", "builds:\n  - env: [CGO_ENABLED=0]\n    ldflags: -X main.version={{.Version}}\n"),
    ];
    for (path, text) in dice.some(&files) {
        world.file(path, text);
    }
}

pub fn compose(world: &mut World, dice: &mut Dice) {
    let path = dice.pick(&["docker-compose.yml", "compose.yaml", "dev/docker-compose.override.yml"]);
    world.file(path, "x-common: &common\n  restart: unless-stopped\nservices:\n  db:\n    <<: *common\n    image: postgres:${PG_VERSION:-16}\n    ports: [\"5432:5432\", 22:22]\n    environment:\n      POSTGRES_PASSWORD: ${PASSWORD:?must be set}\n      ENABLED: yes\n  web:\n    build: {context: ., args: {REV: $$REV}}\n    depends_on: !override [db]\nvolumes:\n  data:\n");
}

pub fn ansible(world: &mut World, dice: &mut Dice) {
    let top = dice.pick(&["", "ansible/"]);
    world.file(
        &format!("{top}site.yml"),
        "---\n- hosts: all\n  become: yes\n  roles:\n    - role: common\n      tags: [common]\n",
    );
    world.file(&format!("{top}roles/common/tasks/main.yml"), "---\n- name: install\n  apt: name={{ item }} state=present\n  with_items: \"{{ packages }}\"\n  when: ansible_os_family == 'Debian'\n- name: unit\n  template: {src: unit.j2, dest: '/etc/{{ name }}.service'}\n");
    world.file(&format!("{top}group_vars/all.yml"), "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\npackages: [curl]\nspec: {identifier: x, blueprint: y}\n");
    world.file(
        &format!("{top}inventory.yaml"),
        "all:\n  hosts:\n    web1: {ansible_host: 10.0.0.1}\n  children:\n    kind: {hosts: }\n",
    );
}

pub fn documents(world: &mut World, dice: &mut Dice) {
    let files = [
        (
            "mkdocs.yml",
            "site_name: Docs\nmarkdown_extensions:\n  - pymdownx.emoji:\n      emoji_index: !!python/name:material.extensions.emoji.twemoji\n",
        ),
        (
            "openapi.yaml",
            "openapi: 3.0.0\ninfo: {title: API, version: 1.0}\npaths:\n  /entities/{id}:\n    get:\n      parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n      responses: {200: {description: ok}, default: {description: error}}\n",
        ),
        (
            "catalog-info.yaml",
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\n  annotations: {github.com/project-slug: example/web}\nspec: {type: service, owner: team, lifecycle: production}\n---\napiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: shop}\nspec: {owner: team}\n",
        ),
        ("docs/broken.yaml", "a: [1, 2\nb: {c\n"),
        ("docs/tabs.yml", "a:\n\tb: 1\n"),
        ("docs/directive.yaml", "%YAML 1.2\n---\na: 1\n...\n---\nb: 2\n"),
        ("docs/several.yml", "a: 1\n---\n- b\n---\ntext\n---\n"),
        ("docs/anchors.yaml", "a: &a [1, 2]\nb: *a\nc: {<<: {x: 1}, y: 2}\n? [complex, key]\n: value\n"),
        ("i18n/de.yml", "de:\n  yes: Ja\n  no: Nein\n  \"on\": An\n  greeting: \"Hallo %{name}\"\n"),
        ("config/app.json", "[1, 2, {\"kind\": \"Application\"}]\n"),
        ("package.json", "{\"name\": \"x\", \"version\": \"1.0.0\"}\n"),
        ("examples/flux.md", "```yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1beta1\nkind: Kustomization\n```\n"),
        ("empty.yaml", ""),
        ("docs/comment.yaml", "# kind: Kustomization\n# apiVersion: kustomize.toolkit.fluxcd.io/v1\n"),
    ];
    for (path, text) in dice.some(&files) {
        world.file(path, text);
    }
}

/// Files that become YAML when something fills them in.
pub fn templates(world: &mut World, dice: &mut Dice) {
    let files = [
        (
            "{{cookiecutter.name}}/deployment.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ cookiecutter.name }}\n",
        ),
        (
            "skeleton/catalog-info.yaml",
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${{ values.name | dump }}\n{%- if values.docs %}\n  annotations: {}\n{%- endif %}\n",
        ),
        (
            "skeleton/flux.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${{ values.name }}\n  namespace: flux-system\nspec:\n  path: ./apps/${{ values.name }}\n  prune: true\n  interval: 5m\n  sourceRef: {kind: GitRepository, name: flux-system}\n",
        ),
        (
            "templates/argo.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: __NAME__\nspec:\n  project: default\n  source: {repoURL: __REPO__, path: __PATH__}\n  destination: {server: https://kubernetes.default.svc}\n",
        ),
        ("templates/flux.yml.j2", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"),
        ("templates/values.yaml.gotmpl", "a: {{ .Values.a }}\n"),
        ("ytt/config.yml", "#@ load(\"@ytt:data\", \"data\")\n---\nname: #@ data.values.name\n"),
        (
            "jinja/services.yml",
            "services:\n{% for service in services %}\n  - name: {{ service.name }}\n{% endfor %}\n",
        ),
    ];
    for (path, text) in dice.some(&files) {
        world.file(path, text);
    }
}

pub fn links(world: &mut World, dice: &mut Dice) {
    let links = [
        ("current.yaml", "k8s/web.yaml"),
        ("shared", "charts"),
        ("broken.yaml", "nowhere.yaml"),
        ("loop", "loop"),
        ("services/shared.yaml", "../config/app.yaml"),
        ("docs/top", "../README.md"),
    ];
    for (path, target) in dice.some(&links) {
        if !world.files.contains_key(path) && !world.files.keys().any(|known| known.starts_with(&format!("{path}/"))) {
            world.links.push((path.to_owned(), target.to_owned()));
        }
    }
}
