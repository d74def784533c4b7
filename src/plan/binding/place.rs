//! Where a plan's changes stand. A file knows where they stood; comments come and go, so whoever goes on with a plan looks
//! them up in the manifests that it has.

use foldhash::HashMap;

use super::PlanFile;
use super::check::each_place;
use crate::domain::change::{Change, Field};
use crate::domain::desired::{Desired, Wish};
use crate::domain::finding::FileId;
use crate::domain::hazard::{Blocker, HazardKind};
use crate::domain::plan::Plan;
use crate::domain::span::Span;
use crate::plan::ownership::{self, Pair, pair};

impl PlanFile {
    /// The plan with the places of these manifests; `file` finds one by its path.
    pub fn placed(&self, desired: &[Desired], file: impl Fn(&str) -> Option<FileId>) -> Plan {
        let mut plan = self.plan.clone();
        let now = |id: FileId| file(self.files.get(id.0 as usize)?);
        for hazard in &mut plan.hazards {
            if let HazardKind::PruneBlocked { by, keys: _ } = &mut hazard.kind {
                // A manifest that did not parse and is not there any more stands nowhere.
                by.retain(|blocker| match blocker {
                    Blocker::Manifest(place) => now(place.file).is_some(),
                    Blocker::Disabled | Blocker::Read { .. } | Blocker::Folder { .. } => true,
                });
            }
        }
        each_place(&mut plan, |place| place.file = now(place.file).unwrap_or(FileId(0)));
        let (declared, _) = ownership::declared(desired);
        let manifests: HashMap<Pair<'_>, &Desired> = declared.into_iter().map(|one| (pair(&one.key), one)).collect();
        for change in &mut plan.changes {
            if let Some(manifest) = manifests.get(&pair(&change.key)).copied() {
                stand(change, manifest);
            }
        }
        plan
    }
}

fn stand(change: &mut Change, manifest: &Desired) {
    fn of_wish<T>(wish: &Wish<T>) -> Option<Span> {
        match wish {
            Wish::Absent => None,
            Wish::Null(span) | Wish::Set(_, span) => Some(*span),
        }
    }
    change.place = Some(manifest.place);
    for field in &mut change.fields {
        field.span = match &field.field {
            Field::Title => of_wish(&manifest.title),
            Field::Icon => of_wish(&manifest.icon),
            Field::Team => of_wish(&manifest.team),
            Field::Property(name) => manifest.properties.iter().rev().find(|it| it.name == *name).map(|it| it.span),
            Field::Relation(name) => manifest.relations.iter().rev().find(|it| it.name == *name).map(|it| it.span),
        };
    }
}
