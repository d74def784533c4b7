//! Counts the entities of the whole repository and `known-entities.txt`. Where it does not know all of them it stays silent, and the
//! run says so once: half-knowledge cries wolf.

use crate::analysis::facts::TargetRef;
use crate::analysis::rule::{Check, Draft, RepositoryContext, Rule, Sink};
use crate::domain::blueprint::Relation;
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};
use crate::domain::identifier;
use crate::domain::suggest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P304",
        name: "dangling-relation",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a relation to an entity that does not exist",
        why: "The catalog answers 404, and the entity is not written.",
        fix: "Correct the identifier, or add the entity it names",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    let Some(known) = context.snapshot.known.as_ref().filter(|_| context.knows_all_targets) else { return };
    let mut suggestions = MOST_SUGGESTIONS;
    for target in context.repository.absent_targets() {
        let shape = context.snapshot.shape(target.fact.shape as usize);
        let relation = shape.and_then(|shape| shape.blueprint.relations.get(target.fact.relation as usize));
        let Some(relation) = relation else { continue };
        let text = target.text();
        // What is no identifier at all is said by `invalid-identifier`.
        let is_legal = identifier::check_entity_identifier(text).is_ok();
        if is_legal && !known.contains(&relation.target, text) {
            report(&target, relation, &mut suggestions, context, sink);
        }
    }
}

/// A suggestion compares with every entity of a blueprint; where a whole folder went missing, the first few teach
/// as much as all.
const MOST_SUGGESTIONS: usize = 100;

fn report(
    target: &TargetRef<'_>,
    relation: &Relation,
    suggestions: &mut usize,
    context: &RepositoryContext<'_>,
    sink: &mut Sink<'_>,
) {
    let blueprint = relation.target.as_str();
    let text = target.text();
    let place = target.place();
    let message = format!("Relation `{}` points to `{blueprint}` `{text}`, which does not exist.", relation.name);
    let draft = Draft::new(place.span, message).file(place.file).entity(target.entity.name()).target(blueprint, text);
    if let Some(variant) = context.repository.case_variant(blueprint, text) {
        let other = variant.place();
        sink.report(
            draft.help(format!("write `{}`: identifiers are case-sensitive", variant.identifier())).related_in(
                other.file,
                other.span,
                "it is spelled like this here",
            ),
        );
        return;
    }
    let wanted = usize::from(*suggestions > 0);
    *suggestions -= wanted;
    let known = context.snapshot.known.iter().take(wanted).flat_map(|known| known.identifiers(blueprint));
    let here = context
        .repository
        .entities()
        .take(wanted * usize::MAX)
        .filter(|it| it.blueprint() == blueprint)
        .map(|it| it.identifier());
    let candidates = known.chain(here).collect::<Vec<_>>();
    let names = || candidates.iter().copied();
    sink.report(match (suggest::single_slip(text, names()), suggest::closest(text, names())) {
        (Some(meant), _) => draft
            .help(format!("did you mean `{meant}`?"))
            .suggestion(format!("write `{meant}`"), vec![Edit { span: place.span, replacement: meant.to_owned() }]),
        (None, Some(meant)) => draft.help(format!("did you mean `{meant}`?")),
        (None, None) => draft.help(format!(
            "correct the identifier, add the `{blueprint}` in this change, or list it in `.portolan/known-entities.txt` if the catalog has it"
        )),
    });
}
