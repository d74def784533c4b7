//! Reports blueprints that do not exist: one finding for each, however many entities use it.

use crate::analysis::engine::facts::EntityRef;
use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink, yaml_scalar};
use crate::domain::finding::{Edit, Family, Help, RuleInfo, Severity};
use crate::text::suggest;
use std::collections::BTreeMap;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P202",
        name: "unknown-blueprint",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a blueprint that the catalog does not have",
        why: "The catalog rejects every entity of it (404).",
        fix: "Correct the name; if the blueprint is new in the catalog, run `portolan pull`",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    let snapshot = context.snapshot;
    // Without a snapshot, blueprints are unknown, which a note on the run says.
    if !snapshot.has_blueprints() {
        return;
    }
    let mut unknown: BTreeMap<&str, Vec<EntityRef<'_>>> = BTreeMap::new();
    let shapeless =
        context.repository.entities().filter(|entity| entity.has_unknown_blueprint() && !entity.is_doubtful());
    for entity in shapeless {
        let blueprint = entity.blueprint();
        if !blueprint.is_empty() && snapshot.index(blueprint).is_none() {
            unknown.entry(blueprint).or_default().push(entity);
        }
    }
    for (blueprint, entities) in unknown {
        // `broken-blueprint` reports a blueprint whose file is broken.
        if snapshot.unreadable.iter().any(|unreadable| unreadable == blueprint) {
            continue;
        }
        let names = || context.snapshot.identifiers();
        match suggest::single_slip(blueprint, names()) {
            // A misspelt name is reported, with a fix, in each file that contains it.
            Some(meant) => {
                for of_file in entities.chunk_by(|a, b| a.file() == b.file()) {
                    slip(blueprint, of_file, meant, sink);
                }
            }
            None => {
                let is_on = |entity: &&EntityRef<'_>| context.places.is_on(entity.file());
                let entities: Vec<EntityRef<'_>> = entities.iter().filter(is_on).copied().collect();
                report(blueprint, &entities, context, sink);
            }
        }
    }
}

fn slip(blueprint: &str, entities: &[EntityRef<'_>], meant: &str, sink: &mut Sink<'_>) {
    let Some(first) = entities.first() else { return };
    let place = first.blueprint_place();
    let edit = |entity: &EntityRef<'_>| Edit { span: entity.blueprint_place().span, replacement: yaml_scalar(meant) };
    sink.report(
        FindingBuilder::new(place.span, message(blueprint, entities.len()))
            .file(place.file)
            .entity(first.name())
            .help(Help::write(meant))
            .fix(format!("write `{meant}`"), entities.iter().map(edit).collect()),
    );
}

fn message(blueprint: &str, entities: usize) -> String {
    match entities {
        1 => format!("The snapshot has no blueprint `{blueprint}`."),
        count => format!("The snapshot has no blueprint `{blueprint}`, which {count} entities use."),
    }
}

fn report(blueprint: &str, entities: &[EntityRef<'_>], context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    let Some(first) = context.places.choose(entities, |entity| entity.file()) else { return };
    let place = first.blueprint_place();
    let mut draft =
        FindingBuilder::new(place.span, message(blueprint, entities.len())).file(place.file).entity(first.name());
    let others = entities.len().saturating_sub(1);
    let words = |at: usize| {
        if at == 2 && others > 3 { format!("here too, and {} more", others - 3) } else { "here too".to_owned() }
    };
    for (at, other) in entities.iter().filter(|other| other.blueprint_place() != place).take(3).enumerate() {
        let place = other.blueprint_place();
        draft = draft.related_in(place.file, place.span, words(at));
    }
    sink.report(match suggest::closest(blueprint, context.snapshot.identifiers()) {
        Some(meant) => {
            draft.help(Help::did_you_mean(meant).command(" If it is new in the catalog, run `portolan pull`"))
        }
        None => draft.help(
            Help::from("correct the name").command("; if the blueprint is new in the catalog, run `portolan pull`"),
        ),
    });
}
