//! Reports a list for a single relation, or a single value for a `many` relation: the platform accepts neither.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::document::tree::{Kind, Style};
use crate::domain::finding::{Edit, EntityPart, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P303",
        name: "relation-arity",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a list for a relation to one entity, or a single value for a relation to many",
        why: "The catalog rejects the entity (422, `relation_many_violation`).",
        fix: "Write a list for a relation to many, and one identifier otherwise",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (key, value, relation) in &context.entity_check.arity {
        let name = &relation.name;
        if value.kind() == Kind::List {
            let draft =
                FindingBuilder::new(value.span(), format!("Relation `{name}` must be one identifier, found a list."));
            let help = match value.len() {
                0 => format!("write `{name}: null` to clear it, or remove the line"),
                1 => "write the identifier without the list".to_owned(),
                count => format!("keep one of the {count}; only the blueprint can allow many"),
            };
            sink.report(draft.part(EntityPart::Relation(name.clone())).help(help));
            continue;
        }
        let draft =
            FindingBuilder::new(value.span(), format!("Relation `{name}` must be a list, found a single value."))
                .part(EntityPart::Relation(name.clone()));
        // An anchor or a tag before the value would then apply to the list, or be invalid.
        let between = context.view.source.get(key.span().end as usize..value.span().start as usize);
        let is_bare = between.is_some_and(|between| between.trim() == ":") && !value.is_tagged();
        let one_line = matches!(value.style(), Style::Plain | Style::SingleQuoted | Style::DoubleQuoted)
            && !value.raw().contains(['\n', ',', '[', ']', '{', '}']);
        let wrapped = format!("[{}]", value.raw());
        let draft = draft
            .help(Help { snippet: Some(wrapped.clone()), ..format!("write it as a list: `{name}: {wrapped}`").into() });
        sink.report(if one_line && is_bare && !value.is_copied() && !key.is_copied() {
            draft.fix("make it a list", vec![Edit { span: value.span(), replacement: wrapped }])
        } else {
            draft
        });
    }
}
