//! Reports values for mirror, calculation and aggregation properties, which the catalog computes.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::finding::{EntityPart, Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P210",
        name: "computed-property",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a value for a property that the catalog computes",
        why: "The catalog computes mirror, calculation and aggregation properties: it rejects or ignores a value from a manifest.",
        fix: "Remove it; change the values that it is computed from",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (key, _, kind) in &context.entity_check.computed {
        let message = format!("`{}` is a {} property: the catalog computes it.", key.key_text(), kind.word());
        sink.report(
            FindingBuilder::new(key.span(), message)
                .part(EntityPart::Property(key.key_text().to_string()))
                .help("remove it; change the values that it is computed from"),
        );
    }
}
