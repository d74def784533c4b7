//! Reports `metadata.name` and `metadata.namespace` that Kubernetes rejects. The entity's identifier has rules of its
//! own.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::entity::identifier;
use crate::domain::entity::identifier::NameFault;
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P106",
        name: "invalid-resource-name",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "a name or namespace that Kubernetes rejects",
        why: "Kubernetes rejects the manifest, so the entity does not reach the catalog.",
        fix: "Use lower-case letters, digits, `-` and `.`; the identifier under `spec` need not change",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (field, found) in [("name", context.manifest.name), ("namespace", context.manifest.namespace)] {
        let Some(value) = found.map(|id| context.view.value(id)) else { continue };
        let Some(text) = value.as_str() else { continue };
        let checked =
            if field == "name" { identifier::check_resource_name(text) } else { identifier::check_namespace(text) };
        let Err(fault) = checked else { continue };
        let reason = match fault {
            NameFault::Empty => "it is empty".to_owned(),
            NameFault::TooLong { max, length } => format!("it has {length} characters, the limit is {max}"),
            NameFault::Edge { found, .. } => {
                format!("it must not begin or end with `{found}`, nor may a part between dots")
            }
            NameFault::Character { found, .. } if found.is_ascii_uppercase() => {
                format!("`{found}` is not allowed: lower case only")
            }
            NameFault::Character { found, .. } => format!("`{found}` is not allowed"),
        };
        let draft = FindingBuilder::new(value.span(), format!("Kubernetes rejects the {field} `{text}`: {reason}."));
        let mut better = identifier::to_resource_name(text);
        if field == "namespace" {
            better = better.replace('.', "-").chars().take(identifier::MAX_NAMESPACE).collect();
        }
        let draft = draft.help(format!("name it `{better}`; the identifier under `spec` need not change"));
        let edit = Edit { span: value.span(), replacement: better.clone() };
        sink.report(if value.is_copied() {
            draft
        } else {
            draft.suggestion(format!("name it `{better}`"), vec![edit])
        });
    }
}
