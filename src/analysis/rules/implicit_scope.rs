//! Reports XRDs of v2 without a scope, which the API server and Crossplane's offline check read differently.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::ImplicitScope;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P821",
        name: "implicit-scope",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "an XRD of v2 without a scope",
        why: "The API server sets `Namespaced`. `crossplane resource validate` reads the XRD as `LegacyCluster`: it calls `spec.crossplane` an unknown field and accepts fields that the API server refuses.",
        fix: "Write the scope",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for ImplicitScope { title, place } in &context.facts.implicit_scopes {
        let message = format!("`{title}` has no `scope`: the API server sets `Namespaced`.");
        let help = "add `scope: Namespaced`, or `scope: Cluster`";
        sink.report(FindingBuilder::new(place.span, message).file(place.file).help(help));
    }
}
