//! The form of a new rule, which `just new-rule NAME` copies. It is compiled with the tests, so the copy compiles too.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P000",
        name: "template",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "what is wrong, as a noun",
        why: "Why it matters to the user.",
        fix: "What to do about it",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let Some(identifier) = context.manifest.identifier.map(|id| context.view.value(id)) else { return };
    if identifier.as_str() == Some("bad") {
        let draft = FindingBuilder::new(identifier.span(), "The identifier is `bad`.".to_owned());
        sink.report(draft.help("choose another identifier"));
    }
}
