//! Hazards in a plan file. The required consent and the digest follow from the kind; the file also contains the digest,
//! which must match, so that an edited hazard is detected.

use crate::domain::plan::hazard::{Blocker, Hazard, HazardKind};
use crate::domain::value::Value;
use crate::plan::{digest as plan_digest, hazards};

use super::change::{read_dependent, read_key, read_place, write_dependent, write_key, write_place};
use super::reading::{Entries, Flaw, Read, boxed, digest, list, number, or_null, owned, shared};
use super::writing as write;

pub(in crate::plan::file) fn write(hazard: &Hazard) -> Value {
    let kind = match &hazard.kind {
        HazardKind::ManyDeletes { blueprint, keys, owned, over_max, over_max_percent } => {
            let limit = |limit: &Option<u32>| write::or_null(*limit, |limit| Value::Integer(limit.into()));
            write::map([
                ("kind", write::text("many-deletes")),
                ("blueprint", write::or_null(blueprint.as_deref(), write::text)),
                ("keys", write::list(keys, write_key)),
                ("owned", write::number(*owned)),
                ("overMax", limit(over_max)),
                ("overMaxPercent", limit(over_max_percent)),
            ])
        }
        HazardKind::DeleteWithDependents { key, dependents } => write::map([
            ("kind", write::text("delete-with-dependents")),
            ("key", write_key(key)),
            ("dependents", write::list(dependents, write_dependent)),
        ]),
        HazardKind::RenameWithDependents { key, from, dependents } => write::map([
            ("kind", write::text("rename-with-dependents")),
            ("key", write_key(key)),
            ("from", write::text(from)),
            ("dependents", write::list(dependents, write_dependent)),
        ]),
        HazardKind::Foreign { keys } => {
            write::map([("kind", write::text("foreign")), ("keys", write::list(keys, write_key))])
        }
        HazardKind::Unseen { blueprint, why, keys } => write::map([
            ("kind", write::text("unseen")),
            ("blueprint", write::text(blueprint)),
            ("why", write::or_null(why.as_deref(), write::text)),
            ("keys", write::list(keys, write_key)),
        ]),
        HazardKind::UnseenDependents { blueprint, unread } => write::map([
            ("kind", write::text("unseen-dependents")),
            ("blueprint", write::text(blueprint)),
            ("unread", write::list(unread, |blueprint| write::text(blueprint))),
        ]),
        HazardKind::StillNeeded { key, by } => write::map([
            ("kind", write::text("still-needed")),
            ("key", write_key(key)),
            ("by", write::list(by, write_dependent)),
        ]),
        HazardKind::PruneBlocked { by, keys } => write::map([
            ("kind", write::text("prune-blocked")),
            ("by", write::list(by, write_blocker)),
            ("keys", write::list(keys, write_key)),
        ]),
    };
    write::map([("digest", write::digest(hazard.digest)), ("hazard", kind)])
}

pub(in crate::plan::file) fn read(found: &Value, files: usize) -> Read<Hazard> {
    let mut entries = Entries::of(found)?;
    let told = entries.take("digest", digest)?;
    let kind = entries.take("hazard", |value| read_kind(value, files))?;
    entries.end()?;
    let hazard = Hazard { consent: hazards::consent(&kind), digest: plan_digest::of_hazard(&kind), kind };
    if hazard.digest == told { Ok(hazard) } else { Err(Flaw::new("its digest does not match its content")) }
}

fn read_kind(found: &Value, files: usize) -> Read<HazardKind> {
    let mut entries = Entries::of(found)?;
    let keys = |value: &Value| list(value, read_key);
    let dependents = |value: &Value| list(value, read_dependent);
    let kind = match entries.take("kind", shared)?.as_ref() {
        "many-deletes" => HazardKind::ManyDeletes {
            blueprint: entries.take("blueprint", |value| or_null(value, shared))?,
            keys: entries.take("keys", keys)?,
            owned: entries.take("owned", number)?,
            over_max: entries.take("overMax", |value| or_null(value, number))?,
            over_max_percent: entries.take("overMaxPercent", |value| or_null(value, number))?,
        },
        "delete-with-dependents" => HazardKind::DeleteWithDependents {
            key: entries.take("key", read_key)?,
            dependents: entries.take("dependents", dependents)?,
        },
        "rename-with-dependents" => HazardKind::RenameWithDependents {
            key: entries.take("key", read_key)?,
            from: entries.take("from", boxed)?,
            dependents: entries.take("dependents", dependents)?,
        },
        "foreign" => HazardKind::Foreign { keys: entries.take("keys", keys)? },
        "unseen" => HazardKind::Unseen {
            blueprint: entries.take("blueprint", shared)?,
            why: entries.take("why", |value| or_null(value, owned))?,
            keys: entries.take("keys", keys)?,
        },
        "unseen-dependents" => HazardKind::UnseenDependents {
            blueprint: entries.take("blueprint", shared)?,
            unread: entries.take("unread", |value| list(value, shared))?,
        },
        "still-needed" => {
            HazardKind::StillNeeded { key: entries.take("key", read_key)?, by: entries.take("by", dependents)? }
        }
        "prune-blocked" => HazardKind::PruneBlocked {
            by: entries.take("by", |value| list(value, |value| read_blocker(value, files)))?,
            keys: entries.take("keys", keys)?,
        },
        other => return Err(Flaw::new(format!("unknown hazard `{other}`"))),
    };
    entries.end().map(|()| kind)
}

fn write_blocker(blocker: &Blocker) -> Value {
    match blocker {
        Blocker::Disabled => write::map([("blocker", write::text("disabled"))]),
        Blocker::Manifest(place) => write::map([("blocker", write::text("manifest")), ("place", write_place(*place))]),
        Blocker::Read { blueprint, why } => write::map([
            ("blocker", write::text("read")),
            ("blueprint", write::text(blueprint)),
            ("why", write::text(why)),
        ]),
        Blocker::Folder { path, why } => {
            write::map([("blocker", write::text("folder")), ("path", write::text(path)), ("why", write::text(why))])
        }
    }
}

fn read_blocker(found: &Value, files: usize) -> Read<Blocker> {
    let mut entries = Entries::of(found)?;
    let blocker = match entries.take("blocker", shared)?.as_ref() {
        "disabled" => Blocker::Disabled,
        "manifest" => Blocker::Manifest(entries.take("place", |value| read_place(value, files))?),
        "read" => Blocker::Read { blueprint: entries.take("blueprint", shared)?, why: entries.take("why", owned)? },
        "folder" => Blocker::Folder { path: entries.take("path", boxed)?, why: entries.take("why", owned)? },
        other => return Err(Flaw::new(format!("unknown reason `{other}`"))),
    };
    entries.end().map(|()| blocker)
}
