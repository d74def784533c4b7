//! The fields of the envelope and of the entity itself; `properties` and `relations` have rules of their own.

use crate::analysis::rule::{Check, Draft, EntityContext, Rule, Sink};
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};
use crate::domain::manifest::Form;
use crate::domain::suggest;
use crate::domain::tree::Value;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P101",
        name: "unknown-field",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "a field that an entity does not have",
        why: "The cluster drops it or refuses the manifest; what it was meant to say never reaches the catalog.",
        fix: "Correct the name, or remove the field",
    },
    check: Check::Entity(check),
};

const RESOURCE: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];
const ENTITY: [&str; 7] = ["blueprint", "identifier", "title", "icon", "team", "properties", "relations"];
/// Those of Kubernetes' ObjectMeta that a person or a tool may write into Git.
const METADATA: [&str; 15] = [
    "name",
    "namespace",
    "labels",
    "annotations",
    "generateName",
    "finalizers",
    "ownerReferences",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let manifest = context.manifest;
    let value = |id| context.view.value(id);
    match manifest.form {
        Form::Bare => fields(value(manifest.root), &ENTITY, "an entity", sink),
        Form::Resource(_) => {
            fields(value(manifest.root), &RESOURCE, "a manifest", sink);
            if let Some(metadata) = manifest.metadata {
                fields(value(metadata), &METADATA, "`metadata`", sink);
            }
            if let Some(spec) = manifest.spec {
                fields(value(spec), &ENTITY, "`spec`", sink);
            }
        }
    }
}

fn fields(mapping: Value<'_>, known: &[&str], of: &str, sink: &mut Sink<'_>) {
    for (key, _) in mapping.entries() {
        let Some(name) = key.as_str().filter(|name| !known.contains(name)) else { continue };
        let draft = Draft::new(key.span(), format!("`{name}` is not a field of {of}."));
        let free = known.iter().copied().filter(|field| mapping.get(field).is_none());
        let slip = suggest::single_slip(name, free.clone()).filter(|_| !key.is_copied());
        sink.report(match (slip, suggest::closest(name, free)) {
            (Some(meant), _) => draft
                .help(format!("write `{meant}`"))
                .fix(format!("rename it to `{meant}`"), vec![Edit { span: key.span(), replacement: meant.to_owned() }]),
            (None, Some(meant)) => draft.help(format!("did you mean `{meant}`?")),
            // Whatever stands beside `properties` was most likely meant to stand in it.
            (None, None) if of == "`spec`" => draft.help(format!("move `{name}` under `properties`, or remove it")),
            (None, None) => draft.help(format!("remove it; {of} has {}", list(known))),
        });
    }
}

fn list(known: &[&str]) -> String {
    let shown = known.iter().take(7).map(|name| format!("`{name}`")).collect::<Vec<_>>();
    shown.join(", ")
}
