//! Reports unknown teams and users that a manifest names in `team`, or in properties whose format is `team` or `user`.
//! If the snapshot lists no team, or no user, the rule reports nothing about them.

use crate::analysis::engine::facts::TargetField;
use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::analysis::near_names::NearNames;
use crate::domain::blueprint::EntityFormat;
use crate::domain::finding::{EntityPart, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P306",
        name: "unknown-team",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a team or a user that the catalog does not have",
        why: "The entity gets an owner that does not exist: views and searches by team do not find it.",
        fix: "Correct the name, or add the team; if the catalog has it, run `portolan pull`",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    let Some(known) = context.snapshot.known.as_ref().filter(|_| context.knows_all_targets) else { return };
    let accounts = context.snapshot.known_accounts();
    let mut near_names = NearNames::new(context, known);
    for target in context.absent_targets {
        let format = match target.fact.field {
            TargetField::Relation { .. } => continue,
            TargetField::Team | TargetField::TeamProperty { .. } => EntityFormat::Team,
            TargetField::UserProperty { .. } => EntityFormat::User,
        };
        let (blueprint, text) = (format.blueprint(), target.text());
        if !accounts.has(format) || known.contains(blueprint, text) {
            continue;
        }
        let place = target.place();
        let message = message(context, target.fact.field, text);
        let draft = FindingBuilder::new(place.span, message)
            .file(place.file)
            .entity(target.entity.name())
            .target(blueprint, text)
            .part(part(context, target.fact.field));
        sink.report(near_names.suggest(draft, target, blueprint, help(format)));
    }
}

fn message(context: &RepositoryContext<'_>, field: TargetField, text: &str) -> String {
    let name = context.snapshot.field_name(field);
    match field {
        TargetField::Team | TargetField::Relation { .. } => format!("Team `{text}` does not exist."),
        TargetField::TeamProperty { .. } => {
            format!("Property `{name}` names the team `{text}`, which does not exist.")
        }
        TargetField::UserProperty { .. } => {
            format!("Property `{name}` names the user `{text}`, who is not in the snapshot.")
        }
    }
}

fn part(context: &RepositoryContext<'_>, field: TargetField) -> EntityPart {
    match field {
        TargetField::Team | TargetField::Relation { .. } => EntityPart::Team,
        TargetField::TeamProperty { .. } | TargetField::UserProperty { .. } => {
            EntityPart::Property(context.snapshot.field_name(field).to_owned())
        }
    }
}

fn help(format: EntityFormat) -> Help {
    match format {
        EntityFormat::Team => Help::from("correct the name, or add the `_team` in this change")
            .command("; if it exists in the catalog, run `portolan pull`"),
        EntityFormat::User => Help::from("correct the address").command(
            "; if the user exists in the catalog, run `portolan pull`, which lists the users that manifests name",
        ),
    }
}
