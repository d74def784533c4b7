//! Reports text that is not in Unicode NFC. It may look identical to another text that the catalog treats as different.
//! Of such a pair at least one is not in NFC, so it is found without comparing them.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::analysis::unicode::{Spelling, TextUse, Unnormalised, usual};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P009",
        name: "unnormalised-text",
        family: Family::Syntax,
        severity: Some(Severity::Warning),
        what: "text that looks identical but is not Unicode NFC",
        why: "The catalog compares bytes: an `é` of two characters differs from an `é` of one. Plans show invisible changes, and relations, choices and searches do not match.",
        fix: "Write the text as Unicode NFC, as most keyboards do",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for Unnormalised { value, text_use } in &context.entity_check.unnormalised {
        let text = value.as_str().unwrap_or_default();
        let message = match Spelling::first_of(text) {
            Some(Spelling { usual, usual_codes, codes }) => {
                format!("`{usual}` is {codes} here, which is not Unicode NFC ({usual_codes}).")
            }
            None => "This text is not Unicode NFC.".to_owned(),
        };
        let help = match text_use {
            TextUse::Name => "write it as NFC wherever the name is used: the catalog sees another name",
            TextUse::Prose | TextUse::Data => "write it as NFC",
        };
        let draft = FindingBuilder::new(value.span(), message).help(help);
        let title = "write it as NFC";
        sink.report(match (text_use, usual(*value)) {
            (TextUse::Prose, Some(edit)) => draft.fix(title, vec![edit]),
            (TextUse::Name | TextUse::Data, Some(edit)) => draft.suggestion(title, vec![edit]),
            (TextUse::Name | TextUse::Prose | TextUse::Data, None) => draft,
        });
    }
}
