//! Which side changed a field: compares the versions of a manifest in Git, the newest first, with what the catalog has
//! since its last write. Git's times are those of its commits; the order of versions counts before the times.

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::Entity;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::patch::Patch;
use crate::domain::plan::change::{Change, Field, FieldChange, Origin};
use crate::domain::plan::drift::{ChangedBy, EntityDrift};
use crate::domain::plan::write_mode::Write;
use crate::domain::value::Value;
use crate::domain::value::timestamp::Moment;

use super::compare::{self, Sides};
use super::origin::Past;
use super::shape::Shapes;

/// Compares versions of manifests with the catalog.
pub struct DriftFinder<'q> {
    shapes: Shapes<'q>,
    write: &'q Write,
}

/// The search of one entity: the versions of its manifest are looked at from the newest back.
pub struct FieldSearch<'q> {
    stored: &'q Entity,
    /// When the catalog last wrote the entity.
    written: Moment,
    fields: Vec<SearchedField>,
}

struct SearchedField {
    field: Field,
    /// The value of the manifest as it is now.
    now: Value,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// All versions so far are from after the catalog's last write.
    Newer {
        is_changed: bool,
    },
    /// Git has its value since before the catalog's last write; earlier versions may have had the catalog's.
    Older,
    Decided(ChangedBy),
}

/// The value of a field in a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Now,
    Catalog,
    /// The version did not set the field, or there was no manifest of the entity.
    Unset,
    Other,
}

impl<'q> DriftFinder<'q> {
    pub fn new(blueprints: &'q [Blueprint], write: &'q Write) -> Self {
        Self { shapes: Shapes::new(blueprints), write }
    }

    /// Starts the search for the fields of a change that this branch did not cause.
    pub fn search(&self, change: &Change, wanted: &Desired, stored: &'q Entity) -> FieldSearch<'q> {
        let now = self.differences(wanted, stored);
        let is_asked = |field: &&FieldChange| {
            change.fields.iter().any(|it| it.field == field.field && it.origin != Origin::ThisBranch)
        };
        let written = stored.record.updated_at.or(stored.record.created_at);
        let state = match written {
            Some(_) => State::Newer { is_changed: false },
            None => State::Decided(ChangedBy::Unknown),
        };
        let searched =
            |field: &FieldChange| SearchedField { field: field.field.clone(), now: field.after.clone(), state };
        let fields = now.iter().filter(is_asked).map(searched).collect();
        FieldSearch { stored, written: written.unwrap_or(Moment(i64::MAX)), fields }
    }

    /// Looks at the next older version, which Git has since `since`; `None`: the entity was not declared.
    pub fn look_at(&self, search: &mut FieldSearch<'q>, version: Option<&Desired>, since: Moment) {
        let differences = version.map(|version| self.differences(version, search.stored)).unwrap_or_default();
        let is_at_write = since <= search.written;
        for searched in &mut search.fields {
            let then = value_then(searched, version, &differences);
            searched.state = next(searched.state, then, is_at_write);
        }
    }

    fn differences(&self, wanted: &Desired, stored: &Entity) -> Vec<FieldChange> {
        compare::fields(Sides {
            wanted,
            past: Past::Unknown,
            stored: Some(stored),
            shape: self.shapes.of(&wanted.key.blueprint),
            mode: self.write.mode(&wanted.key.blueprint),
            clears_dropped: false,
        })
    }
}

impl FieldSearch<'_> {
    /// Whether older versions change nothing.
    pub fn is_decided(&self) -> bool {
        self.fields.iter().all(|searched| matches!(searched.state, State::Decided(_)))
    }

    /// Ends the search. `is_whole`: there is no older version, or it is too old to matter.
    pub fn conclude(self, is_whole: bool) -> EntityDrift {
        let conclude = |searched: SearchedField| {
            let by = match searched.state {
                State::Decided(by) => by,
                State::Older if is_whole => ChangedBy::Catalog,
                State::Older | State::Newer { .. } => ChangedBy::Unknown,
            };
            (searched.field, by)
        };
        EntityDrift::Fields(self.fields.into_iter().map(conclude).collect())
    }
}

fn next(state: State, then: Then, is_at_write: bool) -> State {
    let is_changed = match state {
        State::Decided(_) => return state,
        State::Older if then == Then::Catalog => return State::Decided(ChangedBy::Ambiguous),
        State::Older => return state,
        State::Newer { is_changed } => is_changed || then == Then::Other,
    };
    match then {
        // Git had what the catalog has had since its last write, so only Git changed it since.
        Then::Catalog | Then::Unset => State::Decided(ChangedBy::Git),
        Then::Now | Then::Other if is_at_write && is_changed => State::Decided(ChangedBy::Both),
        Then::Now | Then::Other if is_at_write => State::Older,
        Then::Now | Then::Other => State::Newer { is_changed },
    }
}

fn value_then(searched: &SearchedField, version: Option<&Desired>, differences: &[FieldChange]) -> Then {
    let Some(version) = version else { return Then::Unset };
    match differences.iter().find(|difference| difference.field == searched.field) {
        Some(difference) if difference.after == searched.now => Then::Now,
        Some(_) => Then::Other,
        None if sets(version, &searched.field) => Then::Catalog,
        None => Then::Unset,
    }
}

/// Whether the manifest sets the field, or clears it.
fn sets(version: &Desired, field: &Field) -> bool {
    match field {
        Field::Text(text) => version.texts[*text].patch != Patch::Absent,
        Field::Team => version.team.patch != Patch::Absent,
        Field::Property(name) => version.properties.iter().any(|property| property.name == *name),
        Field::Relation(name) => version.relations.iter().any(|relation| relation.name == *name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use State::{Decided, Newer, Older};

    const START: State = Newer { is_changed: false };

    /// Versions from the newest back, each with whether it is from before the catalog's last write.
    fn search(versions: &[(Then, bool)]) -> State {
        versions.iter().fold(START, |state, (then, is_at_write)| next(state, *then, *is_at_write))
    }

    #[test]
    fn the_side_that_changed_last_is_found_by_the_versions() {
        let cases: [(&[(Then, bool)], State); 9] = [
            (&[(Then::Now, true)], Older),
            (&[(Then::Now, true), (Then::Other, true), (Then::Unset, true)], Older),
            (&[(Then::Now, true), (Then::Other, true), (Then::Catalog, true)], Decided(ChangedBy::Ambiguous)),
            (&[(Then::Now, false), (Then::Catalog, false)], Decided(ChangedBy::Git)),
            (&[(Then::Now, false), (Then::Other, false), (Then::Catalog, true)], Decided(ChangedBy::Git)),
            (&[(Then::Now, false), (Then::Unset, true)], Decided(ChangedBy::Git)),
            (&[(Then::Now, false), (Then::Other, true)], Decided(ChangedBy::Both)),
            // Git went to another value and back after the catalog's last write.
            (&[(Then::Now, false), (Then::Other, false), (Then::Now, true)], Decided(ChangedBy::Both)),
            (&[(Then::Now, false), (Then::Now, false)], START),
        ];
        for (versions, expected) in cases {
            assert_eq!(search(versions), expected, "{versions:?}");
        }
    }
}
