//! Compares one entity in the manifests with the catalog, field by field. `normalise` defines when values are equal;
//! here is only which fields the manifest decides, which depends on the write mode.

use std::sync::Arc;

use crate::domain::document::span::Span;
use crate::domain::entity::Entity;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::patch::Patch;
use crate::domain::plan::change::{Cause, Field, FieldChange, Origin};
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::value::Value;

use super::normalise;
use super::origin::{self, Past};
use super::shape::Shape;

/// Both sides of one entity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a, 'q> {
    pub wanted: &'a Desired,
    pub past: Past<&'a Desired>,
    pub stored: Option<&'a Entity>,
    pub shape: &'a Shape<'q>,
    pub mode: WriteMode,
    /// Whether a field is cleared that only the manifest at the merge base names.
    pub clears_dropped: bool,
}

/// The fields in which the catalog differs from the manifest, in order.
pub(super) fn fields(sides: Sides<'_, '_>) -> Vec<FieldChange> {
    let mut found = Vec::new();
    texts(sides, &mut found);
    team(sides, &mut found);
    properties(sides, &mut found);
    relations(sides, &mut found);
    found
}

impl Sides<'_, '_> {
    /// Whether the manifest decides all fields, including those that it does not name.
    fn is_whole(&self) -> bool {
        self.mode == WriteMode::Replace
    }
}

/// The target value of a field and its cause; `None`: the manifest does not decide the field. `unnamed`: the value of a
/// field that the manifest does not name.
fn settle<T: Copy>(
    sides: Sides<'_, '_>,
    now: Patch<T>,
    past: Past<Patch<T>>,
    unnamed: Option<T>,
) -> Option<(Option<T>, Cause)> {
    match (now, past) {
        (Patch::Set(value), _) => Some((Some(value), Cause::Named)),
        (Patch::Null, _) => Some((None, Cause::Named)),
        (Patch::Absent, Past::Known(Patch::Set(_))) if sides.clears_dropped => Some((unnamed, Cause::Dropped)),
        (Patch::Absent, Past::Known(_) | Past::Absent | Past::Unknown) => {
            sides.is_whole().then_some((unnamed, Cause::LeftOut))
        }
    }
}

/// How a field differs.
struct Difference {
    before: Value,
    after: Value,
    cause: Cause,
    origin: Origin,
}

impl Difference {
    fn of(self, field: Field, span: Option<Span>) -> FieldChange {
        let Self { before, after, cause, origin } = self;
        FieldChange { field, before, after, paths: Vec::new(), cause, origin, span }
    }
}

/// Compares one field. `value` converts it for the plan.
fn field<T: Copy>(
    sides: Sides<'_, '_>,
    (now, past): (Patch<T>, Past<Patch<T>>),
    (stored, unnamed): (Option<T>, Option<T>),
    same: impl Fn(T, T) -> bool,
    value: impl Fn(T) -> Value,
) -> Option<Difference> {
    let (after, cause) = settle(sides, now, past, unnamed)?;
    let is_same = match (stored, after) {
        (None, None) => true,
        (Some(stored), Some(after)) => same(stored, after),
        (Some(_), None) | (None, Some(_)) => false,
    };
    if is_same {
        return None;
    }
    let origin = origin::of_field(now, past, sides.mode, same);
    let (before, after) = (stored.map(&value).unwrap_or_default(), after.map(&value).unwrap_or_default());
    Some(Difference { before, after, cause, origin })
}

fn texts(sides: Sides<'_, '_>, found: &mut Vec<FieldChange>) {
    let Sides { wanted, past, stored, .. } = sides;
    let value = |text: &str| Value::Text(text.into());
    for (text_field, desired) in wanted.texts.iter() {
        let declared = (normalise::text(desired), past.map(|past| normalise::text(&past.texts[text_field])));
        let stored = stored.and_then(|stored| stored.texts[text_field].as_deref());
        let difference = field(sides, declared, (stored, None), |a, b| a == b, value);
        found.extend(difference.map(|it| it.of(Field::Text(text_field), desired.span)));
    }
}

fn team(sides: Sides<'_, '_>, found: &mut Vec<FieldChange>) {
    let Sides { wanted, past, stored, shape, .. } = sides;
    let declared = (normalise::team(&wanted.team, shape), past.map(|past| normalise::team(&past.team, shape)));
    let stored = stored.and_then(|stored| normalise::stored_team(&stored.team, shape));
    let difference = field(sides, declared, (stored, None), normalise::same_set, normalise::set_value);
    found.extend(difference.map(|it| it.of(Field::Team, wanted.team.span)));
}

fn properties(sides: Sides<'_, '_>, found: &mut Vec<FieldChange>) {
    let Sides { wanted, past, stored, shape, .. } = sides;
    let old = match past {
        Past::Known(past) => by_name(past.properties_of()),
        Past::Unknown | Past::Absent => Vec::new(),
    };
    let stored = stored.into_iter().flat_map(|stored| &stored.properties);
    let stored = by_name(stored.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, value)));
    join(&by_name(wanted.properties_of()), &old, &stored, |name, now, before, stored| {
        if shape.is_computed(name) {
            return;
        }
        let shape = shape.property(name);
        let same = |a, b| normalise::same_property(a, b, shape);
        let patch = |item: Option<(_, Span)>| item.map_or(Patch::Absent, |(value, _)| normalise::property(value));
        let declared = (patch(now), past.map(|_| patch(before)));
        let default = shape.default.as_ref();
        // A property that was removed from the manifest is reset to its default, as if the entity were created from
        // this manifest. One that is unset in the catalog stays unset: only new entities get their defaults.
        let is_dropped = matches!(declared, (Patch::Absent, Past::Known(Patch::Set(_))));
        let is_reset = stored.is_some() && (sides.is_whole() || is_dropped);
        let unnamed = default.filter(|_| is_reset);
        // Resetting a property that already has its default changes nothing.
        let is_default = stored.zip(default).is_some_and(|(stored, default)| same(stored, default));
        if declared.0 == Patch::Absent && unnamed.is_none() && is_default {
            return;
        }
        found.extend(field(sides, declared, (stored, unnamed), same, Value::clone).map(|it| FieldChange {
            paths: normalise::differences(&it.before, &it.after),
            ..it.of(Field::Property(name.clone()), now.map(|(_, span)| span))
        }));
    });
}

fn relations(sides: Sides<'_, '_>, found: &mut Vec<FieldChange>) {
    let Sides { wanted, past, stored, shape, .. } = sides;
    let old = match past {
        Past::Known(past) => by_name(past.relations_of()),
        Past::Unknown | Past::Absent => Vec::new(),
    };
    let stored =
        by_name(stored.into_iter().flat_map(|stored| &stored.relations).map(|(name, targets)| (name, targets)));
    join(&by_name(wanted.relations_of()), &old, &stored, |name, now, before, stored| {
        let shape = shape.relation(name);
        let patch =
            |item: Option<(_, Span)>| item.map_or(Patch::Absent, |(targets, _)| normalise::relation(targets, shape));
        let declared = (patch(now), past.map(|_| patch(before)));
        let stored = stored.and_then(|stored| normalise::relation(stored, shape).value());
        let difference = field(sides, declared, (stored, None), normalise::same_targets, normalise::targets_value);
        found.extend(difference.map(|it| it.of(Field::Relation(name.clone()), now.map(|(_, span)| span))));
    });
}

type Named<'a, T> = (&'a Arc<str>, T);

/// Sorted by name; of a duplicate name, the last value is kept.
pub(super) fn by_name<'a, T: Copy>(items: impl Iterator<Item = Named<'a, T>>) -> Vec<Named<'a, T>> {
    let mut items: Vec<_> = items.collect();
    items.sort_by(|a, b| a.0.cmp(b.0));
    items.dedup_by(|later, kept| {
        let is_again = later.0 == kept.0;
        if is_again {
            *kept = *later;
        }
        is_again
    });
    items
}

/// Merges three sorted lists: calls `each` once per name, with the value of each list.
fn join<'a, W: Copy, S: Copy>(
    wanted: &[Named<'a, W>],
    past: &[Named<'a, W>],
    stored: &[Named<'a, S>],
    mut each: impl FnMut(&'a Arc<str>, Option<W>, Option<W>, Option<S>),
) {
    let (mut wanted, mut past, mut stored) =
        (wanted.iter().peekable(), past.iter().peekable(), stored.iter().peekable());
    loop {
        let heads =
            [wanted.peek().map(|item| item.0), past.peek().map(|item| item.0), stored.peek().map(|item| item.0)];
        let Some(name) = heads.into_iter().flatten().min() else { return };
        each(
            name,
            wanted.next_if(|item| item.0 == name).map(|item| item.1),
            past.next_if(|item| item.0 == name).map(|item| item.1),
            stored.next_if(|item| item.0 == name).map(|item| item.1),
        );
    }
}
