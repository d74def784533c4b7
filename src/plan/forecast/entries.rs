//! Finds the entries of a mapping in the mapping of another revision, where they may have moved or changed.

use crate::domain::forecast::revision::{EntryOutline, MappedRevision, MappingOutline, PlacedText};

/// For each entry of the base, by its position in the list, its successor now.
pub(super) fn successors<'a>(base: &MappedRevision, now: &'a MappedRevision) -> Vec<Option<&'a EntryOutline>> {
    let mut found: Vec<Option<&EntryOutline>> = vec![None; base.entries.len()];
    let mut is_taken = vec![false; now.entries.len()];
    // The best likeness first: an entry that is the same is not the successor of another one.
    let likenesses: [fn(&EntryOutline, &EntryOutline) -> bool; 6] = [
        |old, new| old.kind.text == new.kind.text && texts(old) == texts(new),
        |old, new| old.kind.text == new.kind.text && old.index == new.index && has_mapping_of(old, new),
        |old, new| old.kind.text == new.kind.text && has_mapping_of(old, new),
        |old, new| old.kind.text == new.kind.text && old.index == new.index,
        |old, new| old.kind.text == new.kind.text,
        |old, new| texts(old) == texts(new) || old.index == new.index && has_mapping_of(old, new),
    ];
    for is_like in likenesses {
        for (place, old) in base.entries.iter().enumerate() {
            if found[place].is_some() {
                continue;
            }
            let free = now.entries.iter().enumerate().filter(|(at, _)| !is_taken[*at]);
            if let Some((at, new)) = free.into_iter().find(|(_, new)| is_like(old, new)) {
                is_taken[at] = true;
                found[place] = Some(new);
            }
        }
    }
    found
}

/// Everything of an entry but its kind.
fn texts(entry: &EntryOutline) -> Vec<Option<&str>> {
    let mut texts = vec![text_of(&entry.selector), text_of(&entry.items_to_parse)];
    for mapping in &entry.mappings {
        texts.push(Some(&mapping.identifier.text));
        texts.push(Some(&mapping.blueprint.text));
    }
    texts
}

fn text_of(text: &Option<PlacedText>) -> Option<&str> {
    text.as_ref().map(|text| text.text.as_str())
}

/// Whether both have a mapping to the same blueprint or with the same identifier.
fn has_mapping_of(old: &EntryOutline, new: &EntryOutline) -> bool {
    let is_like = |a: &MappingOutline, b: &MappingOutline| {
        a.blueprint.text == b.blueprint.text
            || literal(&b.blueprint.text).is_none() && a.identifier.text == b.identifier.text
    };
    old.mappings.iter().any(|old| new.mappings.iter().any(|new| is_like(old, new)))
}

/// The text that an expression always yields: `service` of `"service"`.
pub(super) fn literal(expression: &str) -> Option<String> {
    serde_json::from_str(expression.trim()).ok()
}

/// Whether an entry may yield entities of a blueprint.
pub(super) fn may_yield(entry: &EntryOutline, blueprint: &str) -> bool {
    let fits = |mapping: &MappingOutline| literal(&mapping.blueprint.text).is_none_or(|literal| literal == blueprint);
    entry.mappings.iter().any(fits)
}
