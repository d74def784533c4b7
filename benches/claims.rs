//! Writes 50 XRDs of Crossplane, and 5,000 claims of their kinds, each in a file of its own: one in a hundred has a fault.

use std::fs;
use std::path::Path;

pub const DEFINITIONS: usize = 50;
pub const CLAIMS: usize = 5_000;
/// The fields of each definition.
const FIELDS: usize = 40;

/// `has_definitions`: without the XRDs, the claims are files like others.
pub fn write(folder: &Path, has_definitions: bool) {
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    };
    for at in (0..DEFINITIONS).filter(|_| has_definitions) {
        put(&format!("crossplane/apis/kind-{at:02}.yaml"), &definition(at));
    }
    for at in 0..CLAIMS {
        put(&format!("claims/team-{:02}/claim-{at:04}.yaml", at % 40), &claim(at));
    }
    put("portolan.yaml", "platform: port\ncatalog: local\nscope: acme/planes\n");
}

fn definition(at: usize) -> String {
    let mut text = format!(
        "apiVersion: apiextensions.crossplane.io/v1\nkind: CompositeResourceDefinition\nmetadata:\n  name: xkinds{at}.acme.example.com\nspec:\n  group: acme.example.com\n  names: {{kind: XKind{at}, plural: xkinds{at}}}\n  claimNames: {{kind: Kind{at}, plural: kinds{at}}}\n  versions:\n    - name: v1\n      served: true\n      referenceable: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n            spec:\n              type: object\n              required: [size]\n              properties:\n                size: {{type: string, enum: [small, medium, large]}}\n"
    );
    for field in 0..FIELDS {
        text.push_str(&format!(
            "                field{field}:\n                  type: object\n                  description: A part of it.\n                  required: [name]\n                  properties:\n                    name: {{type: string, pattern: '^[a-z][a-z0-9-]*$', maxLength: 40}}\n                    count: {{type: integer, minimum: 0, maximum: 100, default: 1}}\n                    tags: {{type: object, additionalProperties: {{type: string}}}}\n                    ports: {{type: array, items: {{x-kubernetes-int-or-string: true}}}}\n"
        ));
    }
    text
}

fn claim(at: usize) -> String {
    let size = if at.is_multiple_of(100) { "huge" } else { "small" };
    let mut text = format!(
        "apiVersion: acme.example.com/v1\nkind: Kind{}\nmetadata:\n  name: claim-{at}\n  namespace: team-{}\n  labels: {{app: shop}}\nspec:\n  size: {size}\n  compositionSelector: {{matchLabels: {{provider: aws}}}}\n",
        at % DEFINITIONS,
        at % 40
    );
    for field in (0..FIELDS).step_by(4) {
        text.push_str(&format!(
            "  field{field}:\n    name: part-{field}\n    count: {}\n    tags: {{team: shop, cost: \"{at}\"}}\n    ports: [80, \"90%\"]\n",
            at % 100
        ));
    }
    text
}
