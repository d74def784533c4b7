//! Reports creates and deletes that may be renames, so that the user can set the annotation, and renames that cannot be made
//! in place.

use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::RENAMED_FROM;
use crate::domain::plan::Plan;
use crate::plan::{KeptFormer, Move, PlanBasis, RenameHint, exchanged, kept_formers, rename_hints, replaced};
use crate::report::escape::clean;
use crate::settings::Delivery;
use crate::text::plural::{count, list};

const MAX_SHOWN: usize = 3;

/// Complete sentences about what may be a rename, or is one and cannot be made in place.
pub(crate) fn describe_renames(plan: &Plan, basis: &PlanBasis<'_>, moves: &[Move], delivery: Delivery) -> Vec<String> {
    let exchanges = describe_exchanges(&exchanged(plan, basis));
    let more = match delivery {
        Delivery::Direct => {
            let kept = describe_kept_formers(&kept_formers(plan, basis));
            [kept, describe_rename_hints(&rename_hints(plan, basis, moves))].concat()
        }
        Delivery::Cluster => describe_replacements(&replaced(plan, basis, moves)),
    };
    [exchanges, more].concat()
}

/// Complete sentences about entities whose former identifier stays in the catalog.
fn describe_kept_formers(found: &[KeptFormer]) -> Vec<String> {
    let sentence = |KeptFormer { to, from, is_declared }: &KeptFormer| {
        let (to, from) = (name(to), name(from));
        match is_declared {
            true => format!(
                "{to} was {from}, which another manifest declares, so it is created and nothing is renamed. To rename both in \
                 place, push twice: first with {to} and without the manifest of {from}, then with it."
            ),
            false => format!(
                "{to} was {from}, which stays in the catalog, because another owner wrote it last or something declared points to \
                 it. So {to} is created and nothing is renamed."
            ),
        }
    };
    first_of(found, sentence, "of this kind")
}

/// Complete sentences about creates and deletes that would be renames without an exporter.
fn describe_replacements(found: &[RenameHint]) -> Vec<String> {
    let sentence = |RenameHint { to, from }: &RenameHint| {
        let which = if from.len() == 1 { "" } else { "one of " };
        let from: Vec<String> = from.iter().take(MAX_SHOWN + 1).map(name).collect();
        format!(
            "{} replaces {which}{}, which this plan deletes. An exporter knows no renames, so with `delivery: cluster` a push makes \
             none either: what others wrote to the old entity is deleted with it.",
            name(to),
            list(&from)
        )
    };
    first_of(found, sentence, "of this kind")
}

/// A sentence for each of the first, and one for all others.
fn first_of<T>(found: &[T], sentence: impl Fn(&T) -> String, others: &str) -> Vec<String> {
    let mut messages: Vec<String> = found.iter().take(MAX_SHOWN).map(sentence).collect();
    let more = found.len().saturating_sub(MAX_SHOWN);
    if more > 0 {
        messages.push(format!("{} {others}.", count(more, "more creation")));
    }
    messages
}

/// Complete sentences about entities that exchange their identifiers.
fn describe_exchanges(found: &[Vec<EntityKey>]) -> Vec<String> {
    let sentence = |keys: &Vec<EntityKey>| {
        let names: Vec<String> = keys.iter().map(name).collect();
        format!(
            "{} exchange their identifiers. The catalog cannot do that in place, since each identifier is taken, so the plan \
             updates the content of each entity. What others wrote to an entity stays with its identifier.",
            list(&names)
        )
    };
    found.iter().map(sentence).collect()
}

fn name(key: &EntityKey) -> String {
    format!("`{}`", clean(&format!("{}/{}", key.blueprint, key.identifier)))
}

/// Complete sentences for the user.
fn describe_rename_hints(found: &[RenameHint]) -> Vec<String> {
    let sentence = |RenameHint { to, from }: &RenameHint| {
        let mut from: Vec<String> = from.iter().map(name).collect();
        let (which, named) = match from.len() {
            1 => ("", "that identifier"),
            _ => ("one of ", "the old identifier"),
        };
        let more = from.len().saturating_sub(MAX_SHOWN + 1);
        if more > 0 {
            from.truncate(MAX_SHOWN + 1);
            from.push(format!("{more} more"));
        }
        format!(
            "{} is created and looks like {which}{}, which this plan deletes. If it is a rename, set the annotation `{RENAMED_FROM}` in its manifest to {named}.",
            name(to),
            list(&from)
        )
    };
    first_of(found, sentence, "may be renames too")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_renamed_names_the_annotation() {
        let key = |name: &str| EntityKey { blueprint: "service".into(), identifier: name.into() };
        let one = RenameHint { to: key("basket"), from: vec![key("cart")] };
        let message = "`service/basket` is created and looks like `service/cart`, which this plan deletes. If it is a rename, \
                    set the annotation `portolan.dev/renamed-from` in its manifest to that identifier.";
        assert_eq!(describe_rename_hints(std::slice::from_ref(&one)), [message]);
        let from: Vec<EntityKey> = (0..9).map(|at| key(&at.to_string())).collect();
        let many = describe_rename_hints(&vec![RenameHint { from, ..one }; 5]);
        assert_eq!(many.len(), 4);
        assert!(many[0].contains("like one of `service/0`, `service/1`, `service/2`, `service/3` and 5 more, which"));
        assert_eq!(many[3], "2 more creations may be renames too.");
    }

    #[test]
    fn what_is_no_rename_in_place_says_why() {
        let key = |identifier: &str| EntityKey { blueprint: "service".into(), identifier: identifier.into() };
        let kept = |is_declared| KeptFormer { to: key("c"), from: key("b"), is_declared };
        let [declared, foreign] = &describe_kept_formers(&[kept(true), kept(false)])[..] else {
            panic!("two sentences")
        };
        assert!(declared.starts_with("`service/c` was `service/b`, which another manifest declares"), "{declared}");
        assert!(declared.contains("push twice: first with `service/c`"), "{declared}");
        assert!(foreign.starts_with("`service/c` was `service/b`, which stays in the catalog"), "{foreign}");
        let replaced = describe_replacements(&vec![RenameHint { to: key("basket"), from: vec![key("cart")] }; 5]);
        assert!(replaced[0].contains("An exporter knows no renames"), "{replaced:?}");
        assert_eq!(replaced[3], "2 more creations of this kind.");
    }
}
