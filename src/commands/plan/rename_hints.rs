//! Reports creates and deletes that may be renames, so that the user can set the annotation, and identifiers that are
//! exchanged, which are no renames.

use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::RENAMED_FROM;
use crate::plan::RenameHint;
use crate::report::escape::clean;
use crate::text::plural::{count, list};

const MAX_SHOWN: usize = 3;

/// Complete sentences about entities that exchange their identifiers.
pub(crate) fn describe_exchanges(found: &[Vec<EntityKey>]) -> Vec<String> {
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
pub(crate) fn describe_rename_hints(found: &[RenameHint]) -> Vec<String> {
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
    let mut messages: Vec<String> = found.iter().take(MAX_SHOWN).map(sentence).collect();
    let more = found.len().saturating_sub(MAX_SHOWN);
    if more > 0 {
        messages.push(format!("{} may be renames too.", count(more, "more creation")));
    }
    messages
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
}
