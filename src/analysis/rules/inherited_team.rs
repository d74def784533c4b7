//! Reports a team on an entity whose blueprint inherits it (ownership `Inherited`, or the older `teamInheritance`).

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::blueprint::Ownership;
use crate::domain::finding::{EntityPart, Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P211",
        name: "inherited-team",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a team on an entity whose blueprint inherits it",
        why: "The entity's team comes from a related entity; the catalog rejects a team in the manifest.",
        fix: "Remove `team` and set the relation to the owner",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let (Some(indexed), Some(team)) = (context.indexed, context.manifest.team) else { return };
    let Ownership::Inherited { path } = &indexed.blueprint.ownership else { return };
    let team = context.view.value(team);
    if team.is_null() {
        return;
    }
    let entity = context.manifest.spec.map(|id| context.view.value(id));
    let key = entity.and_then(|entity| entity.entry("team")).map(|(key, _)| key.span());
    let message =
        format!("Blueprint `{}` inherits its team through the relation `{path}`.", indexed.blueprint.identifier);
    sink.report(
        FindingBuilder::new(key.unwrap_or(team.span()), message)
            .part(EntityPart::Team)
            .help(format!("remove `team` and set the relation `{}`", path.split('.').next().unwrap_or_default())),
    );
}
