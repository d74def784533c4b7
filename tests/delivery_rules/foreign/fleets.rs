//! Other layouts with Flux: the cluster at home, tenants with repositories of their own, and a hub that delivers to others.

use super::flux::{charts, git, ks, release};
use super::{Dice, World, deployment, kustomization, namespace, service};

/// A cluster at home: each application has `ks.yaml` and `app/`, and one Kustomization patches all others.
pub fn home(world: &mut World, dice: &mut Dice) {
    let top = dice.pick(&["kubernetes", "cluster", "kubernetes/main"]);
    let source = dice.pick(&["home-ops", "flux-system"]);
    let wiring = git("v1", source, "https://github.com/example/platform.git");
    match dice.below(3) {
        0 => world.file(&format!("{top}/flux/repositories/git/home-ops.yaml"), &wiring),
        1 => world.file(&format!("{top}/flux/cluster/source.yaml"), &wiring),
        // The operator of Flux makes it.
        _ => world.file(
            &format!("{top}/flux/instance.yaml"),
            "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata:\n  name: flux\n  namespace: flux-system\nspec:\n  distribution: {version: 2.x, registry: ghcr.io/fluxcd}\n  sync:\n    kind: GitRepository\n    url: https://github.com/example/platform.git\n    ref: refs/heads/main\n    path: kubernetes/flux/cluster\n",
        ),
    }
    let all = "  decryption:\n    provider: sops\n    secretRef:\n      name: sops-age\n  postBuild:\n    substituteFrom:\n      - kind: ConfigMap\n        name: cluster-settings\n      - kind: Secret\n        name: cluster-secrets\n  patches:\n    - patch: |-\n        apiVersion: kustomize.toolkit.fluxcd.io/v1\n        kind: Kustomization\n        metadata:\n          name: not-used\n        spec:\n          decryption:\n            provider: sops\n            secretRef:\n              name: sops-age\n          postBuild:\n            substituteFrom:\n              - kind: Secret\n                name: cluster-secrets\n      target:\n        group: kustomize.toolkit.fluxcd.io\n        kind: Kustomization\n        labelSelector: substitution.flux.home.arpa/disabled notin (true)\n";
    let apps = ks("v1", "cluster-apps", &format!("./{top}/apps"), all)
        .replace("name: flux-system\n  decryption", &format!("name: {source}\n  decryption"));
    let apps = apps.replace("    name: flux-system\n", &format!("    name: {source}\n"));
    world.file(&format!("{top}/flux/cluster/ks.yaml"), &apps);
    for space in dice.some(&["default", "media", "network", "observability"]) {
        let folder = format!("{top}/apps/{space}");
        let mut listed = vec!["./namespace.yaml".to_owned()];
        world.file(
            &format!("{folder}/namespace.yaml"),
            &namespace(space)
                .replace("metadata:\n", "metadata:\n  annotations:\n    kustomize.toolkit.fluxcd.io/prune: disabled\n"),
        );
        let apps = match space {
            "default" => ["echo-server", "homepage"],
            "media" => ["plex", "jellyfin"],
            "network" => ["unifi", "cloudflared"],
            _ => ["grafana", "gatus"],
        };
        for app in dice.some(&apps) {
            listed.push(format!("./{app}/ks.yaml"));
            home_app(world, dice, &folder, space, app, source);
        }
        let resources: Vec<&str> = listed.iter().map(String::as_str).collect();
        let more = dice.pick(&["", "components:\n  - ../../components/common\n"]);
        let more = format!("namespace: {space}\n{more}");
        world.file(&format!("{folder}/kustomization.yaml"), &kustomization(&resources, &more));
    }
    world.file(&format!("{top}/components/common/kustomization.yaml"), "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:\n  - ./cluster-secrets.secret.sops.yaml\n");
    world.file(&format!("{top}/components/common/cluster-secrets.secret.sops.yaml"), "kind: Secret\napiVersion: v1\nmetadata:\n  name: cluster-secrets\nstringData:\n  SECRET_DOMAIN: ENC[AES256_GCM,data:abcd,iv:efgh=,tag:ijkl==,type:str]\nsops:\n  age:\n    - recipient: age1qqqq\n  mac: ENC[AES256_GCM,data:mnop]\n  version: 3.9.4\n");
    world.file(".sops.yaml", "creation_rules:\n  - path_regex: kubernetes/.+\\.sops\\.ya?ml\n    encrypted_regex: ^(data|stringData)$\n    age: age1qqqq\n");
    world.file("Taskfile.yaml", "version: '3'\nvars:\n  KUBERNETES_DIR: '{{.ROOT_DIR}}/kubernetes'\nincludes:\n  talos: .taskfiles/talos\ntasks:\n  reconcile:\n    cmd: flux reconcile {{.CLI_ARGS}}\n");
    world.file("bootstrap/helmfile.yaml", "helmDefaults: {wait: true}\nrepositories:\n  - name: cilium\n    url: https://helm.cilium.io\nreleases:\n  - name: cilium\n    namespace: kube-system\n    values: ['../kubernetes/apps/kube-system/cilium/app/values.yaml']\n    version: {{ .Values.version }}\n");
    world.file("talos/talconfig.yaml", "clusterName: main\nendpoint: https://10.0.0.1:6443\nnodes:\n  - hostname: k8s-0\n    ipAddress: ${K8S_0}\n    controlPlane: true\n");
}

fn home_app(world: &mut World, dice: &mut Dice, folder: &str, space: &str, app: &str, source: &str) {
    let dependency = dice.pick(&[
        "",
        "",
        "  dependsOn:\n    - name: rook-ceph-cluster\n      namespace: rook-ceph\n",
        "  dependsOn:\n    - name: external-secrets-stores\n",
    ]);
    if dependency.contains("external-secrets-stores") {
        // It is in no file, though others of its namespace are.
        world.fault("delivery-path-missing", &format!("{folder}/{app}/ks.yaml"), false);
    }
    let path = format!("./{folder}/{app}/app");
    world.file(
        &format!("{folder}/{app}/ks.yaml"),
        &format!(
            "---\n# yaml-language-server: $schema=https://schemas.example.com/kustomization_v1.json\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: &app {app}\n  namespace: flux-system\nspec:\n  targetNamespace: {space}\n  commonMetadata:\n    labels:\n      app.kubernetes.io/name: *app\n{dependency}  path: {path}\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: {source}\n  wait: false\n  interval: 30m\n  postBuild:\n    substitute:\n      APP: *app\n      VOLSYNC_CAPACITY: 5Gi\n"
        ),
    );
    world.file(
        &format!("{folder}/{app}/app/helmrelease.yaml"),
        &format!("---\n{}", release(app)).replace(
            "  namespace: ",
            "  annotations:\n    host: \"{{ .Release.Name }}.${SECRET_DOMAIN}\"\n  namespace: ",
        ),
    );
    world.file(
        &format!("{folder}/{app}/app/resources/config.yaml"),
        "log: {level: info}\nrules:\n  - name: a\n    when: '{{ ansible_host }}'\n",
    );
    let generator = dice.pick(&["", "configMapGenerator:\n  - name: config\n    files:\n      - ./resources/config.yaml\ngeneratorOptions:\n  disableNameSuffixHash: true\n"]);
    world.file(&format!("{folder}/{app}/app/kustomization.yaml"), &kustomization(&["./helmrelease.yaml"], generator));
}

/// Tenants whose manifests are in repositories of their own.
pub fn tenants(world: &mut World, dice: &mut Dice) {
    let clusters = dice.some(&["staging", "production"]);
    for cluster in &clusters {
        let folder = format!("clusters/{cluster}");
        world.file(
            &format!("{folder}/flux-system/gotk-sync.yaml"),
            &format!(
                "{}{}",
                git("v1", "flux-system", "https://github.com/example/platform"),
                ks("v1", "flux-system", &format!("./{folder}"), "")
            ),
        );
        world.file(&format!("{folder}/flux-system/kustomization.yaml"), &kustomization(&["gotk-sync.yaml"], "patches:\n  - patch: |\n      - op: add\n        path: /spec/template/spec/containers/0/args/0\n        value: --no-cross-namespace-refs=true\n    target:\n      kind: Deployment\n      name: \"(kustomize-controller|helm-controller)\"\n"));
        world.file(
            &format!("{folder}/tenants.yaml"),
            &ks("v1", "tenants", &format!("./tenants/{cluster}"), "  dependsOn:\n    - name: kyverno-policies\n"),
        );
        world.file(
            &format!("{folder}/infrastructure.yaml"),
            &format!(
                "{}{}",
                ks("v1", "kyverno", "./infrastructure/kyverno", "  wait: true\n"),
                ks(
                    "v1",
                    "kyverno-policies",
                    "./infrastructure/kyverno-policies",
                    "  dependsOn:\n    - name: kyverno\n"
                )
            ),
        );
        world.file(&format!("tenants/{cluster}/dev-team-patch.yaml"), "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: dev-team\n  namespace: apps\nspec:\n  path: ./production\n");
        world.file(
            &format!("tenants/{cluster}/kustomization.yaml"),
            &kustomization(&["../base/dev-team"], "patches:\n  - path: dev-team-patch.yaml\n"),
        );
    }
    world.file(
        "infrastructure/kyverno/kustomization.yaml",
        &kustomization(&["https://github.com/kyverno/kyverno/releases/download/v1.12.0/install.yaml"], ""),
    );
    world.file("infrastructure/kyverno-policies/verify-git-repositories.yaml", "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: verify-git-repositories\nspec:\n  rules:\n    - name: github-repositories-only\n      match: {any: [{resources: {kinds: [GitRepository]}}]}\n      validate:\n        message: \"{{ request.object.spec.url }} is not allowed\"\n        pattern: {spec: {url: \"https://github.com/example/?*\"}}\n");
    let base = "tenants/base/dev-team";
    world.file(
        &format!("{base}/rbac.yaml"),
        &format!(
            "{}---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: dev-team\n  namespace: apps\n",
            namespace("apps")
        ),
    );
    let sync = format!(
        "{}{}",
        git("v1", "dev-team", "https://github.com/fluxcd/flux2-multi-tenancy"),
        ks("v1", "dev-team", dice.pick(&["./", "./staging", "./deploy"]), "  serviceAccountName: dev-team\n")
    );
    world.file(
        &format!("{base}/sync.yaml"),
        &sync
            .replace("namespace: flux-system", "namespace: apps")
            .replace("    name: flux-system", "    name: dev-team"),
    );
    world.file(&format!("{base}/kustomization.yaml"), &kustomization(&["rbac.yaml", "sync.yaml"], ""));
    world.file("deploy/local.yaml", "some: values\nfor: [people]\n");
}

/// A hub that delivers to other clusters, and OCI artifacts that a pipeline makes of this repository.
pub fn hub(world: &mut World, dice: &mut Dice) {
    let mut wiring = git("v1", "flux-system", "https://github.com/example/platform");
    wiring.push_str(&ks("v1", "flux-system", "./hub", ""));
    world.file("hub/flux-system/gotk-sync.yaml", &wiring);
    let mut clusters = String::new();
    for cluster in dice.some(&["staging", "production", "edge"]) {
        clusters.push_str(
            &ks(
                "v1",
                &format!("{cluster}-infra"),
                "./deploy/infra",
                &format!(
                    "  targetNamespace: {cluster}\n  kubeConfig:\n    secretRef:\n      name: cluster-kubeconfig\n"
                ),
            )
            .replace("flux-system\nspec", &format!("{cluster}\nspec")),
        );
        clusters.push_str(&ks(
            "v1",
            &format!("{cluster}-apps"),
            &format!("./deploy/apps/overlays/{cluster}"),
            &format!("  kubeConfig:\n    secretRef:\n      name: {cluster}-kubeconfig\n      key: value.yaml\n"),
        ));
        world.file(
            &format!("deploy/apps/overlays/{cluster}/kustomization.yaml"),
            &kustomization(&["../../base"], &format!("namePrefix: {cluster}-\n")),
        );
    }
    // The hub needs some of it too.
    clusters.push_str(&ks("v1", "infra", "./deploy/infra", ""));
    world.file(
        "hub/clusters.yaml",
        &clusters.replace("    name: flux-system\n", "    name: flux-system\n    namespace: flux-system\n"),
    );
    world.file("deploy/infra/namespace.yaml", &namespace("infra"));
    world.file("deploy/infra/prometheus.yaml", &format!("{}---\n{}", charts("prometheus"), release("prometheus")));
    world.file(
        "deploy/apps/base/kustomization.yaml",
        &kustomization(
            &["deployment.yaml", "service.yaml"],
            "images:\n  - name: ghcr.io/example/web\n    newTag: 5.0.0 # {\"$imagepolicy\": \"flux-system:web:tag\"}\n",
        ),
    );
    world.file("deploy/apps/base/deployment.yaml", &deployment("web"));
    world.file("deploy/apps/base/service.yaml", &service("web"));
    let oci = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: app\n  namespace: flux-system\nspec:\n  interval: 5m\n  url: oci://ghcr.io/example/manifests/app\n  ref: {tag: latest}\n---\n";
    let of_oci = ks("v1", "app", dice.pick(&["./", "./deploy/charts", "./kustomize"]), "  targetNamespace: app\n")
        .replace("kind: GitRepository\n    name: flux-system", "kind: OCIRepository\n    name: app");
    world.file("hub/oci.yaml", &format!("{oci}{}", of_oci.trim_start_matches("---\n")));
    world.file("kustomize/values.yaml", "not: a manifest\n");
}
