//! Why an object that the base delivers does not arrive any longer, and what else a change of the deliverers does: pruning
//! turned on or off, a build that fails, objects with other names.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::forecast::revision::{DelivererOutline, DeliveryOutline, MappedRevision};
use crate::domain::forecast::{CausePlace, Danger, DangerKind, UndecidedReason};

/// Why an object of the base is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Departure {
    /// Its manifest was removed.
    Removed,
    /// The cluster keeps it, for this reason.
    Kept(UndecidedReason),
    Danger(DangerCause),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DangerCause {
    pub kind: DangerKind,
    pub place: CausePlace,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Why an object of the base is not among the objects of now.
pub(super) fn departure(now: &MappedRevision, base: &MappedRevision, object: usize) -> Departure {
    let (Some(delivery), Some(before)) = (&now.delivery, &base.delivery) else { return Departure::Removed };
    let Some(old_at) = before.of_object.get(object).copied().flatten() else { return Departure::Removed };
    let Some(old) = before.deliverers.get(old_at) else { return Departure::Removed };
    let Some(at) = delivery.named(&old.title) else { return of_removed_deliverer(old, old_at) };
    let deliverer = &delivery.deliverers[at];
    if deliverer.is_idle || deliverer.failure.is_some() {
        return Departure::Kept(UndecidedReason::ObjectUndelivered);
    }
    if !deliverer.prunes {
        return Departure::Kept(UndecidedReason::ObjectNotPruned);
    }
    let cause = |kind, before: &str, after: Option<&str>| {
        let (before, after) = (Some(before.to_owned()), after.map(str::to_owned));
        Departure::Danger(DangerCause { kind, place: CausePlace::Deliverer(at), before, after })
    };
    if deliverer.folder != old.folder {
        return cause(DangerKind::DelivererPathChanged, &old.folder, Some(&deliverer.folder));
    }
    // The manifest is still there.
    if now.undelivered.iter().any(|undelivered| undelivered.may_be(&base.objects[object])) {
        return cause(DangerKind::ManifestLeftOut, &old.title, None);
    }
    Departure::Removed
}

fn of_removed_deliverer(old: &DelivererOutline, at: usize) -> Departure {
    let kind = match &old.set {
        Some(_) => DangerKind::ApplicationRemoved,
        None if !old.prunes => return Departure::Kept(UndecidedReason::ObjectNotPruned),
        None if !old.is_pruned => return Departure::Kept(UndecidedReason::DelivererStays),
        None => DangerKind::DelivererRemoved,
    };
    let place = CausePlace::BaseDeliverer(at);
    Departure::Danger(DangerCause { kind, place, before: Some(old.title.clone()), after: old.set.clone() })
}

/// What changes of the deliverers do to other objects than those that leave the cluster.
pub(super) fn delivery_dangers(now: &MappedRevision, base: &MappedRevision) -> Vec<Danger> {
    let (Some(delivery), Some(before)) = (&now.delivery, &base.delivery) else { return Vec::new() };
    let used: BTreeSet<usize> = before.of_object.iter().copied().flatten().collect();
    let mut dangers = Vec::new();
    for old_at in used {
        let old = &before.deliverers[old_at];
        let Some(at) = delivery.named(&old.title) else { continue };
        let new = &delivery.deliverers[at];
        let mut add = |kind, before: String, after: Option<String>| {
            let (place, entities) = (CausePlace::Deliverer(at), Vec::new());
            dangers.push(Danger { kind, place, before: Some(before), after, entities });
        };
        if let (Some(failure), None) = (&new.failure, &old.failure) {
            add(DangerKind::BuildFails, old.title.clone(), Some(failure.clone()));
        }
        if new.is_idle && !old.is_idle {
            add(DangerKind::DelivererSuspended, old.title.clone(), None);
        }
        match (old.prunes, new.prunes) {
            (false, true) => add(DangerKind::PruneOn, old.title.clone(), None),
            (true, false) => add(DangerKind::PruneOff, old.title.clone(), None),
            (true, true) | (false, false) => {}
        }
        if let Some((before, after)) = replaced((base, before, old_at), (now, delivery, at)) {
            add(DangerKind::ObjectsReplaced, before, Some(after));
        }
    }
    dangers
}

type Side<'a> = (&'a MappedRevision, &'a DeliveryOutline, usize);

/// The first object of a file that has another name or namespace now, before and after.
fn replaced(base: Side<'_>, now: Side<'_>) -> Option<(String, String)> {
    let (before, after) = (keys_by_file(base), keys_by_file(now));
    for (file, old) in &before {
        let Some(new) = after.get(file).filter(|new| new.len() == old.len()) else { continue };
        let kinds = |keys: &[(&str, &str)]| keys.iter().map(|(kind, _)| (*kind).to_owned()).collect::<Vec<_>>();
        if kinds(old) != kinds(new) {
            continue;
        }
        let changed = old.iter().zip(new).find(|((_, old), (_, new))| is_replacement(old, new));
        if let Some(((_, old), (_, new))) = changed {
            return Some(((*old).to_owned(), (*new).to_owned()));
        }
    }
    None
}

/// Whether the same manifest arrives under another namespace, or under its name with another prefix or suffix.
fn is_replacement(old: &str, new: &str) -> bool {
    let name = |key: &str| key.rsplit_once('/').map_or(key, |(_, name)| name).to_owned();
    let (old_name, new_name) = (name(old), name(new));
    old != new && (old_name == new_name || old_name.contains(&new_name) || new_name.contains(&old_name))
}

/// Kind and key of the objects of a deliverer, by file, in the order of the file.
fn keys_by_file<'a>((revision, delivery, at): Side<'a>) -> BTreeMap<&'a str, Vec<(&'a str, &'a str)>> {
    let mut found: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (object, by) in revision.objects.iter().zip(&delivery.of_object) {
        if *by == Some(at) {
            found.entry(&object.path).or_default().push((object.kind.as_str(), object.key.as_str()));
        }
    }
    found
}
