//! Two texts may look the same and be other bytes: the catalog takes them for two. Of such a pair one at least is not
//! in Unicode's usual form, and is found here without knowing the other.

use crate::analysis::rule::{Check, Draft, EntityContext, Rule, Sink};
use crate::analysis::unicode::{Part, Spelling, Unnormalised, usual};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P009",
        name: "unnormalised-text",
        family: Family::Syntax,
        severity: Some(Severity::Warning),
        what: "text that looks as usual and is other bytes: Unicode that is not in NFC",
        why: "The catalog compares bytes: an `é` in two characters and one in a single character are two values. A change shows where nobody sees one, and relations, choices and searches miss.",
        fix: "Write the text in Unicode's usual form, NFC: most keyboards do",
    },
    check: Check::Survey(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for Unnormalised { value, part } in &context.survey.unnormalised {
        let text = value.as_str().unwrap_or_default();
        let message = match Spelling::first_of(text) {
            Some(Spelling { usual, usual_codes, codes }) => {
                format!("`{usual}` is written as {codes} here; the usual form (NFC) is {usual_codes}.")
            }
            None => "This text is not in Unicode's usual form, NFC.".to_owned(),
        };
        let help = match part {
            Part::Name => "write it in the usual form wherever the name stands: to the catalog it is another name",
            Part::Prose | Part::Data => "write it in the usual form",
        };
        let draft = Draft::new(value.span(), message).help(help);
        let title = "write it in the usual form";
        sink.report(match (part, usual(*value)) {
            (Part::Prose, Some(edit)) => draft.fix(title, vec![edit]),
            (Part::Name | Part::Data, Some(edit)) => draft.suggestion(title, vec![edit]),
            (Part::Name | Part::Prose | Part::Data, None) => draft,
        });
    }
}
