//! Reports relations to entities that do not exist, by the whole repository and `known-entities.txt`. If these do not
//! list all entities of a blueprint, the rule reports nothing for it, and the run notes that once: a guess would be a
//! false alarm.

use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::analysis::near_names::NearNames;
use crate::domain::entity::identifier;
use crate::domain::finding::{EntityPart, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P304",
        name: "dangling-relation",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a relation to an entity that does not exist",
        why: "The catalog rejects the entity (404).",
        fix: "Correct the identifier, or add the missing entity",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    let Some(known) = context.snapshot.known.as_ref().filter(|_| context.knows_all_targets) else { return };
    let mut near_names = NearNames::new(context, known);
    for target in context.absent_targets {
        let Some((relation, true)) = context.snapshot.relation(target.fact.field) else { continue };
        let (blueprint, text) = (relation.target.as_str(), target.text());
        // `invalid-identifier` reports a target that is not a valid identifier.
        if identifier::check_entity_identifier(text).is_err() || known.contains(blueprint, text) {
            continue;
        }
        let place = target.place();
        let message = format!("Relation `{}` points to `{blueprint}` `{text}`, which does not exist.", relation.name);
        let draft = FindingBuilder::new(place.span, message)
            .file(place.file)
            .entity(target.entity.name())
            .target(blueprint, text)
            .part(EntityPart::Relation(relation.name.clone()));
        let help = Help::from(format!("correct the identifier, or add the `{blueprint}`"))
            .command("; if it exists in the catalog, run `portolan pull`");
        sink.report(near_names.suggest(draft, target, blueprint, help));
    }
}
