//! Names the blueprint does not have as relations; properties put among them are recognised.

use foldhash::HashSet;

use crate::analysis::rule::{Check, Draft, EntityContext, Rule, Sink, put};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::suggest;
use crate::domain::tree::entries_of;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P301",
        name: "unknown-relation",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a relation that the blueprint does not have",
        why: "The catalog answers 404 and the entity is not written.",
        fix: "Correct the name, add the relation to the blueprint, or remove it",
    },
    check: Check::Survey(check),
};

const MOST_SUGGESTIONS: usize = 100;

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let Some(shape) = context.shape else { return };
    let blueprint = &shape.blueprint;
    let given = entries_of(context.manifest.relations.map(|id| context.view.value(id)));
    let given = given.filter_map(|(key, _)| key.as_str()).collect::<HashSet<_>>();
    let names = blueprint.relations.iter().map(|relation| relation.name.as_str());
    // Names that are not given yet; a name that is put in by a repair is not free for the next.
    let mut free = names.filter(|name| !given.contains(name)).collect::<Vec<_>>();
    for (at, (key, _)) in context.survey.unknown_relations.iter().enumerate() {
        let name = key.key_text();
        let message = format!("Blueprint `{}` has no relation `{name}`.", blueprint.identifier);
        let draft = Draft::new(key.span(), message);
        // Where a hundred names are wrong, something else is.
        let free_names = || free.iter().copied().filter(|_| at < MOST_SUGGESTIONS);
        let slip = suggest::single_slip(&name, free_names()).filter(|_| !key.is_copied());
        let near = suggest::closest(&name, free_names());
        free.retain(|name| slip != Some(name));
        sink.report(match (slip, near) {
            (Some(meant), _) => {
                draft.help(format!("write `{meant}`")).fix(format!("rename it to `{meant}`"), vec![put(*key, meant)])
            }
            (None, Some(meant)) => draft.help(format!("did you mean `{meant}`?")),
            (None, None) if blueprint.property(&name).is_some() => {
                draft.help(format!("`{name}` is a property: move it under `properties`"))
            }
            (None, None) => draft.help("correct the name, add the relation to the blueprint, or remove it"),
        });
    }
}
