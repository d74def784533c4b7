//! Changes in a plan file: the writer and reader of each type, side by side. Derived data (the paths at which objects
//! differ) is not in the file, so that it cannot disagree.

use crate::domain::document::span::Span;
use crate::domain::entity::{EntityKey, Record};
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::change::{
    Action, Afterwards, Cause, Change, Dependent, Field, FieldChange, Origin, Ownership, RenamedBy,
};
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::value::Value;
use crate::domain::value::timestamp::Moment;
use crate::plan::normalise;

use super::reading::{Entries, Flaw, Read, boxed, flag, list, number, or_null, shared, word};
use super::value;
use super::writing as write;

pub(in crate::plan::file) fn write_key(key: &EntityKey) -> Value {
    write::map([("blueprint", write::text(&key.blueprint)), ("identifier", write::text(&key.identifier))])
}

pub(in crate::plan::file) fn read_key(found: &Value) -> Read<EntityKey> {
    let mut entries = Entries::of(found)?;
    let key =
        EntityKey { blueprint: entries.take("blueprint", shared)?, identifier: entries.take("identifier", boxed)? };
    entries.end().map(|()| key)
}

fn write_span(span: Span) -> [(&'static str, Value); 2] {
    [("start", Value::Integer(span.start.into())), ("end", Value::Integer(span.end.into()))]
}

fn read_span(entries: &mut Entries<'_>) -> Read<Span> {
    let span = Span { start: entries.take("start", number)?, end: entries.take("end", number)? };
    if span.start <= span.end { Ok(span) } else { Err(Flaw::new("it ends before it starts")) }
}

pub(in crate::plan::file) fn write_place(place: Place) -> Value {
    let [start, end] = write_span(place.span);
    write::map([("file", Value::Integer(place.file.0.into())), start, end])
}

/// `files`: the number of files.
pub(in crate::plan::file) fn read_place(found: &Value, files: usize) -> Read<Place> {
    let mut entries = Entries::of(found)?;
    let file: u32 = entries.take("file", number)?;
    if file as usize >= files {
        return Err(Flaw::new(format!("unknown file {file}: there are {files}")));
    }
    let place = Place { file: FileId(file), span: read_span(&mut entries)? };
    entries.end().map(|()| place)
}

pub(in crate::plan::file) fn write(change: &Change) -> Value {
    let (action, from, by) = match &change.action {
        Action::Create => ("create", None, None),
        Action::Update => ("update", None, None),
        Action::Rename { from, by } => ("rename", Some(from.as_ref()), Some(*by)),
        Action::Adopt => ("adopt", None, None),
        Action::Delete => ("delete", None, None),
    };
    write::map([
        ("key", write_key(&change.key)),
        ("action", write::text(action)),
        ("from", write::or_null(from, write::text)),
        ("by", write::or_null(by, |by| write::text(renamed_word(by)))),
        ("standing", write::text(standing_word(change.ownership))),
        ("mode", write::text(change.mode.word())),
        ("origin", write::text(origin_word(change.origin))),
        ("place", write::or_null(change.place, write_place)),
        ("fields", write::list(&change.fields, write_field)),
        ("record", write::or_null(change.record.as_ref(), write_record)),
        ("dependents", write::list(&change.dependents, write_dependent)),
    ])
}

pub(in crate::plan::file) fn read(found: &Value, files: usize) -> Read<Change> {
    let mut entries = Entries::of(found)?;
    let action = entries.take("action", shared)?;
    let from = entries.take("from", |value| or_null(value, boxed))?;
    let by = entries.take("by", |value| or_null(value, |value| word(value, &RENAMED, renamed_word)))?;
    let action = match (action.as_ref(), from, by) {
        ("create", None, None) => Action::Create,
        ("update", None, None) => Action::Update,
        ("rename", Some(from), Some(by)) => Action::Rename { from, by },
        ("adopt", None, None) => Action::Adopt,
        ("delete", None, None) => Action::Delete,
        (other, _, _) => return Err(Flaw::new(format!("`{other}` is not a valid action with this `from` and `by`"))),
    };
    let change = Change {
        key: entries.take("key", read_key)?,
        action,
        ownership: entries.take("standing", |value| {
            word(value, &[Ownership::New, Ownership::Ours, Ownership::Foreign], standing_word)
        })?,
        mode: entries.take("mode", |value| word(value, &[WriteMode::Merge, WriteMode::Replace], WriteMode::word))?,
        origin: entries.take("origin", read_origin)?,
        place: entries.take("place", |value| or_null(value, |value| read_place(value, files)))?,
        fields: entries.take("fields", |value| list(value, read_field))?,
        record: entries.take("record", |value| or_null(value, read_record))?,
        dependents: entries.take("dependents", |value| list(value, read_dependent))?,
    };
    entries.end()?;
    if change.is_new() != (change.ownership == Ownership::New) || change.is_write() != change.place.is_some() {
        return Err(Flaw::new("its action, its standing and its place contradict each other"));
    }
    Ok(change)
}

const RENAMED: [RenamedBy; 4] = [RenamedBy::Annotation, RenamedBy::Move, RenamedBy::Place, RenamedBy::Content];
const AFTERWARDS: [Afterwards; 4] = [Afterwards::Left, Afterwards::Unnamed, Afterwards::Relinked, Afterwards::Asked];

fn renamed_word(by: RenamedBy) -> &'static str {
    match by {
        RenamedBy::Annotation => "annotation",
        RenamedBy::Move => "move",
        RenamedBy::Place => "place",
        RenamedBy::Content => "content",
    }
}

fn standing_word(ownership: Ownership) -> &'static str {
    match ownership {
        Ownership::New => "new",
        Ownership::Ours => "ours",
        Ownership::Foreign => "foreign",
    }
}

fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::ThisBranch => "this-branch",
        Origin::AlreadyPending => "already-pending",
        Origin::Unknown => "unknown",
    }
}

fn read_origin(found: &Value) -> Read<Origin> {
    word(found, &[Origin::ThisBranch, Origin::AlreadyPending, Origin::Unknown], origin_word)
}

fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::Named => "named",
        Cause::Dropped => "dropped",
        Cause::LeftOut => "left-out",
    }
}

fn afterwards_word(after: Afterwards) -> &'static str {
    match after {
        Afterwards::Left => "left",
        Afterwards::Unnamed => "unnamed",
        Afterwards::Relinked => "relinked",
        Afterwards::Asked => "asked",
    }
}

fn write_field(change: &FieldChange) -> Value {
    let (kind, name) = match &change.field {
        Field::Title => ("title", None),
        Field::Icon => ("icon", None),
        Field::Team => ("team", None),
        Field::Property(name) => ("property", Some(name.as_ref())),
        Field::Relation(name) => ("relation", Some(name.as_ref())),
    };
    write::map([
        ("field", write::text(kind)),
        ("name", write::or_null(name, write::text)),
        ("before", value::write(&change.before)),
        ("after", value::write(&change.after)),
        ("cause", write::text(cause_word(change.cause))),
        ("origin", write::text(origin_word(change.origin))),
        ("span", write::or_null(change.span, |span| write::map(write_span(span)))),
    ])
}

fn read_field(found: &Value) -> Read<FieldChange> {
    let mut entries = Entries::of(found)?;
    let kind = entries.take("field", shared)?;
    let field = match (kind.as_ref(), entries.take("name", |value| or_null(value, shared))?) {
        ("title", None) => Field::Title,
        ("icon", None) => Field::Icon,
        ("team", None) => Field::Team,
        ("property", Some(name)) => Field::Property(name),
        ("relation", Some(name)) => Field::Relation(name),
        (other, _) => return Err(Flaw::new(format!("`{other}` is not a valid field with this `name`"))),
    };
    let (before, after) = (entries.take("before", value::read)?, entries.take("after", value::read)?);
    let change = FieldChange {
        field,
        paths: normalise::differences(&before, &after),
        before,
        after,
        cause: entries
            .take("cause", |value| word(value, &[Cause::Named, Cause::Dropped, Cause::LeftOut], cause_word))?,
        origin: entries.take("origin", read_origin)?,
        span: entries.take("span", |value| {
            or_null(value, |value| {
                let mut entries = Entries::of(value)?;
                let span = read_span(&mut entries)?;
                entries.end().map(|()| span)
            })
        })?,
    };
    entries.end().map(|()| change)
}

fn write_record(record: &Record) -> Value {
    let moment = |moment: Option<Moment>| write::or_null(moment, |moment| Value::Integer(moment.0));
    let name = |name: Option<&std::sync::Arc<str>>| write::or_null(name, |name| write::text(name));
    write::map([
        ("createdAt", moment(record.created_at)),
        ("createdBy", name(record.created_by.as_ref())),
        ("updatedAt", moment(record.updated_at)),
        ("updatedBy", name(record.updated_by.as_ref())),
    ])
}

fn read_record(found: &Value) -> Read<Record> {
    let mut entries = Entries::of(found)?;
    let moment = |value: &Value| or_null(value, |value| number(value).map(Moment));
    let name = |value: &Value| or_null(value, shared);
    let record = Record {
        created_at: entries.take("createdAt", moment)?,
        created_by: entries.take("createdBy", name)?,
        updated_at: entries.take("updatedAt", moment)?,
        updated_by: entries.take("updatedBy", name)?,
    };
    entries.end().map(|()| record)
}

pub(in crate::plan::file) fn write_dependent(dependent: &Dependent) -> Value {
    write::map([
        ("key", write_key(&dependent.key)),
        ("relation", write::text(&dependent.relation)),
        ("required", Value::Bool(dependent.required)),
        ("after", write::text(afterwards_word(dependent.after))),
    ])
}

pub(in crate::plan::file) fn read_dependent(found: &Value) -> Read<Dependent> {
    let mut entries = Entries::of(found)?;
    let dependent = Dependent {
        key: entries.take("key", read_key)?,
        relation: entries.take("relation", shared)?,
        required: entries.take("required", flag)?,
        after: entries.take("after", |value| word(value, &AFTERWARDS, afterwards_word))?,
    };
    entries.end().map(|()| dependent)
}
