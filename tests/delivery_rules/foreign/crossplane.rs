//! Crossplane: configuration packages with their definitions, examples and tests, control planes with claims, and providers'
//! CRDs with managed resources.

use super::{Dice, World, kustomization};

const GROUP: &str = "platform.example.org";

/// A definition in one of the forms that packages have.
struct Api {
    kind: &'static str,
    plural: &'static str,
    is_v2: bool,
}

const APIS: [Api; 3] = [
    Api { kind: "Network", plural: "networks", is_v2: false },
    Api { kind: "Database", plural: "databases", is_v2: false },
    Api { kind: "Cache", plural: "caches", is_v2: true },
];

fn schema(more: &str) -> String {
    format!(
        "        openAPIV3Schema:\n          description: The API of the platform team.\n          type: object\n          required: [spec]\n          properties:\n            spec:\n              type: object\n              required: [parameters]\n              properties:\n                parameters:\n                  type: object\n                  required: [region, size]\n                  properties:\n                    region: {{type: string, enum: [eu, us], description: Where it is.}}\n                    size: {{type: string, default: small}}\n                    nodes: {{type: integer, minimum: 1, maximum: 9}}\n                    ports: {{type: array, items: {{x-kubernetes-int-or-string: true}}}}\n                    tags: {{type: object, additionalProperties: {{type: string}}}}\n                    since: {{type: string, format: date-time}}\n                    free: {{type: object, x-kubernetes-preserve-unknown-fields: true}}\n{more}            status:\n              type: object\n              properties:\n                endpoint: {{type: string}}\n"
    )
}

fn definition(api: &Api, schema: &str) -> String {
    let Api { kind, plural, is_v2 } = api;
    let (version, head) = match is_v2 {
        true => ("v2", "  scope: Namespaced\n".to_owned()),
        false => (
            "v1",
            format!("  claimNames:\n    kind: {kind}\n    plural: {plural}\n  connectionSecretKeys: [endpoint]\n"),
        ),
    };
    let names = match is_v2 {
        true => (format!("{plural}.{GROUP}"), format!("    kind: {kind}\n    plural: {plural}\n")),
        false => (
            format!("x{plural}.{GROUP}"),
            format!("    kind: X{kind}\n    plural: x{plural}\n    categories: [crossplane]\n"),
        ),
    };
    format!(
        "apiVersion: apiextensions.crossplane.io/{version}\nkind: CompositeResourceDefinition\nmetadata:\n  name: {}\nspec:\n  group: {GROUP}\n  names:\n{}{head}  versions:\n    - name: v1alpha1\n      served: true\n      referenceable: true\n      additionalPrinterColumns:\n        - {{name: Region, type: string, jsonPath: .spec.parameters.region}}\n      schema:\n{schema}",
        names.0, names.1
    )
}

fn object(api: &Api, name: &str, fields: &str) -> String {
    let machinery = match api.is_v2 {
        true => "  crossplane:\n    compositionSelector: {matchLabels: {provider: aws}}\n",
        false => {
            "  compositionSelector: {matchLabels: {provider: aws}}\n  writeConnectionSecretToRef: {name: connection}\n"
        }
    };
    format!(
        "apiVersion: {GROUP}/v1alpha1\nkind: {}\nmetadata:\n  name: {name}\n  namespace: default\n  annotations: {{meta.upbound.io/example-id: {name}}}\nspec:\n  parameters:\n    region: eu\n{fields}{machinery}",
        api.kind
    )
}

const FIELDS: [&str; 5] = [
    "    nodes: 3\n",
    "    ports: [80, \"90%\"]\n    tags: {team: checkout}\n",
    "    size: large\n    free: {a: {b: [1]}, c: null}\n",
    "    since: \"2024-01-02T03:04:05Z\"\n",
    "    size: null\n",
];

pub fn package(world: &mut World, dice: &mut Dice) {
    let top = dice.pick(&["", "package/", "crossplane/platform/"]);
    world.file(
        &format!("{top}crossplane.yaml"),
        "apiVersion: meta.pkg.crossplane.io/v1\nkind: Configuration\nmetadata:\n  name: platform\nspec:\n  crossplane: {version: \">=v1.14\"}\n  dependsOn:\n    - provider: xpkg.upbound.io/upbound/provider-aws-s3\n      version: \">=v1\"\n",
    );
    world.file(
        &format!("{top}examples/functions.yaml"),
        "apiVersion: pkg.crossplane.io/v1\nkind: Function\nmetadata:\n  name: patch-and-transform\nspec:\n  package: xpkg.upbound.io/crossplane-contrib/function-patch-and-transform:v0.7.0\n---\napiVersion: pkg.crossplane.io/v1\nkind: Provider\nmetadata: {name: provider-aws-s3}\nspec: {package: xpkg.upbound.io/upbound/provider-aws-s3:v1}\n",
    );
    for (at, api) in APIS.iter().enumerate() {
        if at > 0 && dice.one_in(2) {
            continue;
        }
        let path = format!("{top}apis/{}/definition.yaml", api.plural);
        match dice.below(8) {
            0 => {
                let more = "                    owner: {description: Who has it.}\n";
                world.file(&path, &definition(api, &schema(more)));
                world.fault("refused-definition", &path, true);
            }
            1 => {
                let more = "                    owner: {type: string, minLenght: 3}\n";
                world.file(&path, &definition(api, &schema(more)));
                world.fault("lost-keyword", &path, true);
                examples(world, dice, api, top);
            }
            _ => {
                world.file(&path, &definition(api, &schema("")));
                examples(world, dice, api, top);
            }
        }
        world.file(&format!("{top}apis/{}/composition.yaml", api.plural), &composition(api));
    }
}

/// A composition holds parts of objects, which are none of their own.
fn composition(api: &Api) -> String {
    let kind = if api.is_v2 { api.kind.to_owned() } else { format!("X{}", api.kind) };
    format!(
        "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata:\n  name: {}\n  labels: {{provider: aws}}\nspec:\n  compositeTypeRef: {{apiVersion: {GROUP}/v1alpha1, kind: {kind}}}\n  mode: Pipeline\n  pipeline:\n    - step: compose\n      functionRef: {{name: patch-and-transform}}\n      input:\n        apiVersion: pt.fn.crossplane.io/v1beta1\n        kind: Resources\n        resources:\n          - name: bucket\n            base: {{apiVersion: s3.aws.upbound.io/v1beta1, kind: Bucket, spec: {{forProvider: {{}}}}}}\n            patches:\n              - {{type: FromCompositeFieldPath, fromFieldPath: spec.parameters.region, toFieldPath: spec.forProvider.region}}\n",
        api.plural
    )
}

fn examples(world: &mut World, dice: &mut Dice, api: &Api, top: &str) {
    let folder = format!("{top}examples/{}", api.plural);
    let fields = dice.pick(&FIELDS);
    world.file(&format!("{folder}/claim.yaml"), &object(api, "one", fields));
    if dice.one_in(3) {
        let path = format!("{folder}/wrong.yaml");
        let wrong = ["    nodez: 3\n", "    nodes: many\n", "    nodes: 10\n", "    size: 1\n", "    since: today\n"];
        world.file(&path, &object(api, "two", dice.pick(&wrong)));
        world.fault("refused-custom-resource", &path, true);
    }
    // What tests compare with is a part of an object.
    let part = format!(
        "apiVersion: {GROUP}/v1alpha1\nkind: {}\nmetadata: {{name: one}}\nstatus: {{conditions: [{{type: Ready}}]}}\n",
        api.kind
    );
    world.file(&format!("{top}{}/01-assert.yaml", api.plural), &part);
    world.file(
        &format!("{top}chainsaw/{}/chainsaw-test.yaml", api.plural),
        "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\nspec: {steps: []}\n",
    );
    world.file(&format!("{top}chainsaw/{}/ready.yaml", api.plural), &part);
    // A template, and a base that its overlays complete.
    world.file(&format!("{top}charts/claims/Chart.yaml"), "apiVersion: v2\nname: claims\nversion: 0.1.0\n");
    let template = format!(
        "apiVersion: {GROUP}/v1alpha1\nkind: {}\nmetadata:\n  name: {{{{ .Release.Name }}}}\nspec:\n  parameters: {{{{ toYaml .Values.parameters | nindent 4 }}}}\n",
        api.kind
    );
    world.file(&format!("{top}charts/claims/templates/{}.yaml", api.plural), &template);
    if dice.one_in(3) {
        let base = format!("{top}planes/base/{}", api.plural);
        let open = format!("apiVersion: {GROUP}/v1alpha1\nkind: {}\nmetadata: {{name: base}}\nspec: {{}}\n", api.kind);
        let patch = format!(
            "apiVersion: {GROUP}/v1alpha1\nkind: {}\nmetadata: {{name: base}}\nspec: {{parameters: {{region: eu}}}}\n",
            api.kind
        );
        world.file(&format!("{base}/claim.yaml"), &open);
        world.file(&format!("{base}/kustomization.yaml"), &kustomization(&["claim.yaml"], ""));
        let over = format!("{top}planes/eu/{}", api.plural);
        world.file(
            &format!("{over}/kustomization.yaml"),
            &kustomization(&[&format!("../../base/{}", api.plural)], "patches:\n  - path: region.yaml\n"),
        );
        world.file(&format!("{over}/region.yaml"), &patch);
        // A patch of the kind may complete its other objects too.
        world.faults.retain(|fault| fault.path != format!("{folder}/wrong.yaml"));
    }
}

/// A provider's CRD, which says more than its objects here need, and objects of it.
pub fn managed(world: &mut World, dice: &mut Dice) {
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  annotations: {controller-gen.kubebuilder.io/version: v0.14.0}\n  name: buckets.s3.aws.upbound.io\nspec:\n  group: s3.aws.upbound.io\n  names: {categories: [crossplane, managed, aws], kind: Bucket, listKind: BucketList, plural: buckets, singular: bucket}\n  scope: Cluster\n  versions:\n    - name: v1beta1\n      served: true\n      storage: true\n      subresources: {status: {}}\n      additionalPrinterColumns:\n        - {jsonPath: \".status.conditions[?(@.type=='Ready')].status\", name: READY, type: string}\n      schema:\n        openAPIV3Schema:\n          type: object\n          required: [spec]\n          properties:\n            apiVersion: {type: string}\n            kind: {type: string}\n            metadata: {type: object}\n            spec:\n              type: object\n              required: [forProvider]\n              properties:\n                deletionPolicy: {default: Delete, type: string, enum: [Orphan, Delete]}\n                forProvider:\n                  type: object\n                  properties:\n                    region: {type: string}\n                    tags: {type: object, additionalProperties: {type: string}, x-kubernetes-map-type: granular}\n                  required: [region]\n                managementPolicies: {default: [\"*\"], type: array, items: {type: string, enum: [Observe, Create, Update, Delete, LateInitialize, \"*\"]}}\n                providerConfigRef: {default: {name: default}, type: object, required: [name], properties: {name: {type: string}, policy: {type: object, properties: {resolution: {default: Required, type: string, enum: [Required, Optional]}}}}}\n              x-kubernetes-validations:\n                - {rule: \"!('*' in self.managementPolicies) || has(self.forProvider.region)\", message: spec.forProvider.region is a required parameter}\n            status: {type: object, properties: {conditions: {type: array, items: {type: object, properties: {type: {type: string}}}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [type]}}}\n";
    // The key of a list map must be required or have a default.
    let crd = crd.replace(
        "properties: {type: {type: string}}}, x-kubernetes",
        "required: [type], properties: {type: {type: string}}}, x-kubernetes",
    );
    world.file("providers/crds/s3.aws.upbound.io_buckets.yaml", &crd);
    for name in dice.some(&["logs", "assets", "backups"]) {
        world.file(
            &format!("providers/examples/{name}.yaml"),
            &format!("apiVersion: s3.aws.upbound.io/v1beta1\nkind: Bucket\nmetadata:\n  name: {name}\n  labels: {{testing.upbound.io/example-name: {name}}}\nspec:\n  forProvider: {{region: eu-west-1, tags: {{team: {name}}}}}\n  providerConfigRef: {{name: default}}\n"),
        );
    }
}
