//! Reports fields that portolan pushes and the published CRD does not have: the API server refuses them, or drops them if
//! nothing validates. It is off unless a cluster delivers the manifests.

use crate::analysis::delivery_words::{consequence, deliverer_name};
use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::apply_error::{strict_decoding, unknown_field, untyped_field};
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{Applied, DeliveryFacts, ManifestDelivery};
use crate::domain::document::manifest::Form;
use crate::domain::entity::fields::TextField;
use crate::domain::finding::{Detail, Family, FileId, Finding, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P108",
        name: "foreign-field",
        family: Family::Shape,
        severity: None,
        what: "a field that the cluster's CRD does not have",
        why: "The published CRD has no `title`, `icon` or `team`, so kubectl, Argo CD and Flux fail to apply the manifest; without validation (`Validate=false`) the field is dropped. The rule is off unless the config sets `delivery: cluster`.",
        fix: "Set it through the exporter's mapping, or push with portolan, which sends it",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let Form::Resource(kind) = context.manifest.form else { return };
    let Some(spec) = context.manifest.spec.map(|id| context.view.value(id)) else { return };
    for field in TextField::ALL.map(TextField::key).into_iter().chain(["team"]) {
        let Some((key, _)) = spec.entry(field) else { continue };
        let field = format!("spec.{field}");
        let message = format!("The API server refuses this manifest: the published CRD does not have `{field}`.");
        let draft = FindingBuilder::new(key.span(), message).help(help(&field));
        sink.report(draft.detail(Detail::ForeignField { kind: kind.name(), field }));
    }
}

fn help(field: &str) -> &'static str {
    match field {
        "spec.team" => "set the team in the exporter's mapping, or inherit it through a relation of the blueprint",
        _ => "set it in the exporter's mapping, from a property",
    }
}

/// Says what the deliverers of the file do. `has_own_level`: the config sets none for this file, and a field that is only
/// dropped is a warning.
pub(in crate::analysis) fn reword(
    findings: &mut [Finding],
    facts: &DeliveryFacts,
    has_own_level: &dyn Fn(FileId) -> bool,
) {
    for finding in findings {
        let Some(Detail::ForeignField { field, .. }) = finding.detail.as_deref() else { continue };
        let manifests = facts.manifests_at(finding.place);
        let refusing = manifests.iter().find(|manifest| manifest.applied != Applied::Unvalidated);
        let Some(manifest) = refusing.or(manifests.first()) else { continue };
        let name = deliverer_name(facts, manifest);
        let (message, help) = match reported(manifest, field) {
            Some(error) => (
                format!(
                    "The API server refuses `{field}`, which the published CRD does not have, {}.",
                    consequence(facts, manifest)
                ),
                format!("{}; {} reports: {error}", help(field), manifest.tool.title()),
            ),
            None => (
                format!(
                    "The cluster drops `{field}`, which the published CRD does not have: {name} does not validate."
                ),
                help(field).to_owned(),
            ),
        };
        finding.message = message;
        finding.help = Some(Help::from(help));
        if refusing.is_none() && has_own_level(finding.place.file) {
            finding.severity = Severity::Warning;
        }
        let deliverer =
            facts.deliverer_of(manifest).and_then(|deliverer| Some((deliverer.place?, "the deliverer".to_owned())));
        finding.related.extend(deliverer);
    }
}

/// The error of the tool; `None`: the field is dropped.
fn reported(manifest: &ManifestDelivery, field: &str) -> Option<String> {
    match (manifest.applied, manifest.tool) {
        (Applied::ServerSide, Tool::Flux) => Some(unknown_field(&manifest.object, field)),
        (Applied::ServerSide, Tool::ArgoCd | Tool::Kubectl) => Some(untyped_field(&manifest.object, field)),
        (Applied::ClientSide, _) => Some(strict_decoding(field)),
        (Applied::Unvalidated, _) => None,
    }
}
