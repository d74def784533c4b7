//! Names the blueprint does not have. One slip away from exactly one name that is still free is repaired.

use foldhash::HashSet;

use crate::analysis::rule::{Check, Draft, EntityContext, Rule, Sink, put};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::suggest;
use crate::domain::tree::entries_of;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P204",
        name: "unknown-property",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a property that the blueprint does not have",
        why: "The catalog refuses or drops it: the value is never seen.",
        fix: "Correct the name, add the property to the blueprint, or remove it",
    },
    check: Check::Survey(check),
};

const MOST_SUGGESTIONS: usize = 100;

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let Some(shape) = context.shape else { return };
    let blueprint = &shape.blueprint;
    let given = entries_of(context.manifest.properties.map(|id| context.view.value(id)));
    let given = given.filter_map(|(key, _)| key.as_str()).collect::<HashSet<_>>();
    let names = blueprint.properties.iter().map(|property| property.name.as_str());
    // Names that are not given yet; a name that is put in by a repair is not free for the next.
    let mut free = names.filter(|name| !given.contains(name)).collect::<Vec<_>>();
    for (at, (key, _)) in context.survey.unknown_properties.iter().enumerate() {
        let name = key.key_text();
        let message = format!("Blueprint `{}` has no property `{name}`.", blueprint.identifier);
        let draft = Draft::new(key.span(), message);
        // Where a hundred names are wrong, something else is.
        let free_names = || free.iter().copied().filter(|_| at < MOST_SUGGESTIONS);
        let slip = suggest::single_slip(&name, free_names()).filter(|_| !key.is_copied());
        let near = suggest::closest(&name, free_names());
        free.retain(|name| slip != Some(name));
        sink.report(match (slip, near) {
            _ if name == "relations" => draft.help("indent `relations` like `properties`: it belongs beside it"),
            (Some(meant), _) => {
                draft.help(format!("write `{meant}`")).fix(format!("rename it to `{meant}`"), vec![put(*key, meant)])
            }
            (None, Some(meant)) => draft.help(format!("did you mean `{meant}`?")),
            (None, None) if blueprint.relation(&name).is_some() => {
                draft.help(format!("`{name}` is a relation: move it under `relations`"))
            }
            (None, None) => draft.help("correct the name, add the property to the blueprint, or remove it"),
        });
    }
}
