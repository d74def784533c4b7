//! Reports CRDs and XRDs that are refused: the definition itself by the API server, or the kinds that Crossplane derives from
//! an XRD, which nobody sees before the XRD is in the cluster.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::analysis::refusal_words::{advice, problem, with_advice};
use crate::domain::delivery_facts::RefusedDefinition;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::list;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P819",
        name: "refused-definition",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "an XRD or CRD whose kinds the API server refuses",
        why: "The kinds do not exist in the cluster. The API server accepts nearly every XRD: its schema is checked when Crossplane makes the CRDs of the composite resource and the claim, and only the events of the XRD show the error. `crossplane resource validate` accepts most of these XRDs.",
        fix: "Write the schema as the API server requires it for a CRD",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for refused in &context.facts.refused_definitions {
        let RefusedDefinition { title, place, refusal, kinds } = refused;
        let problem = problem(refusal);
        let message = if kinds.is_empty() {
            format!("The API server refuses `{title}`: {problem}.")
        } else {
            let names: Vec<String> = kinds.iter().map(|name| format!("`{name}`")).collect();
            format!("Crossplane cannot make {}: {problem}.", list(&names))
        };
        let draft = FindingBuilder::new(place.span, message).file(place.file);
        sink.report(with_advice(draft, advice(refusal, "remove it")));
    }
}
