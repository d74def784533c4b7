//! Checks what the types of a plan file do not express: indices lead somewhere, and what follows from other parts of
//! the file is as they say. Later code relies on it.

use crate::domain::document::span::Span;
use crate::domain::finding::Place;
use crate::domain::plan::change::{Action, Change, OwnerStatus};
use crate::domain::plan::hazard::Hazard;
use crate::domain::plan::{Plan, Step, Tally};
use crate::plan::file::plan_file::{PlanFile, touched_keys};
use crate::plan::{counts, digest, hazards};
use crate::text::mask::Mask;

/// An error in a plan file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// A JSON pointer.
    pub place: String,
    /// A clause.
    pub reason: String,
}

fn flaw<T>(place: impl Into<String>, reason: impl Into<String>) -> Result<T, Flaw> {
    Err(Flaw { place: place.into(), reason: reason.into() })
}

pub(super) fn validate(file: &PlanFile) -> Result<(), Flaw> {
    let plan = &file.plan;
    validate_changes(&plan.changes, file.files.len())?;
    for (at, obstacle) in plan.obstacles.iter().enumerate() {
        let places = obstacle.places().iter().copied();
        validate_places(&format!("/plan/obstacles/{at}"), places, file.files.len())?;
    }
    for (at, hazard) in plan.hazards.iter().enumerate() {
        validate_hazard(&format!("/plan/hazards/{at}"), hazard, file.files.len())?;
    }
    validate_counts(plan)?;
    validate_waves(plan)?;
    let steps = plan.waves.iter().map(|wave| wave.steps.len());
    if !steps.eq(file.requests.iter().map(Vec::len)) {
        return flaw("/requests", "they differ from the waves of the plan");
    }
    let destination = file.provenance.destination();
    if plan.digest != digest::of_plan(&Mask::off(), destination, &plan.changes, &plan.hazards, &plan.obstacles) {
        return flaw("", "its digest does not match its content");
    }
    if file.provenance.scope != plan.scope {
        return flaw("", "its scope differs from its plan");
    }
    let keys = file.preconditions.entities.iter().map(|precondition| &precondition.key);
    if !keys.eq(&touched_keys(plan)) {
        return flaw("", "its entities differ from its plan");
    }
    Ok(())
}

/// `files`: the number of files.
fn validate_changes(changes: &[Change], files: usize) -> Result<(), Flaw> {
    if !changes.is_sorted_by(|a, b| a.key < b.key) {
        return flaw("/plan", "its changes are not sorted, or one entity changes twice");
    }
    for (at, change) in changes.iter().enumerate() {
        let place = format!("/plan/changes/{at}");
        let is_created = change.action == Action::Create;
        if is_created != (change.ownership == OwnerStatus::New) || change.is_write() != change.place.is_some() {
            return flaw(place, "its action, its ownership and its place contradict each other");
        }
        if let Some(found) = &change.place {
            validate_place(&format!("{place}/place"), *found, files)?;
        }
        for (field, span) in change.fields.iter().enumerate().filter_map(|(at, field)| Some((at, field.span?))) {
            validate_span(&format!("{place}/fields/{field}/span"), span)?;
        }
    }
    Ok(())
}

fn validate_places(place: &str, mut found: impl Iterator<Item = Place>, files: usize) -> Result<(), Flaw> {
    found.try_for_each(|found| validate_place(place, found, files))
}

fn validate_place(place: &str, found: Place, files: usize) -> Result<(), Flaw> {
    let Place { file, span } = found;
    if file.0 as usize >= files {
        return flaw(place, format!("unknown file {}: there are {files}", file.0));
    }
    validate_span(place, span)
}

fn validate_span(place: &str, span: Span) -> Result<(), Flaw> {
    if span.start <= span.end { Ok(()) } else { flaw(place, "it ends before it starts") }
}

/// The consent and the digest follow from the kind; the file has them too, so that an edited hazard is detected.
fn validate_hazard(place: &str, hazard: &Hazard, files: usize) -> Result<(), Flaw> {
    let Hazard { kind, consent, digest } = hazard;
    validate_places(place, kind.places(), files)?;
    if *digest != digest::of_hazard(kind) {
        return flaw(place, "its digest does not match its content");
    }
    if *consent != hazards::consent(kind) {
        return flaw(place, "its consent does not match its content");
    }
    Ok(())
}

/// Counts the changes again; the other numbers of a plan must be at least possible.
fn validate_counts(plan: &Plan) -> Result<(), Flaw> {
    let shown = plan.counts.total;
    for tally in plan.counts.by_blueprint.values().chain([&shown]) {
        let Tally { create, update, rename, adopt, delete, unchanged, kept, foreign, pending, left_out } = *tally;
        let numbers = [create, update, rename, adopt, delete, unchanged, kept, foreign, pending, left_out];
        // No catalog has more entities than `u32`, and sums of such numbers do not overflow.
        if let Some(number) = numbers.into_iter().find(|number| u32::try_from(*number).is_err()) {
            return flaw("/plan/counts", format!("{number} is out of range"));
        }
    }
    let mut total =
        Tally { unchanged: shown.unchanged, kept: shown.kept, left_out: shown.left_out, ..Tally::default() };
    plan.changes.iter().for_each(|change| counts::add(&mut total, change));
    if shown == total { Ok(()) } else { flaw("/plan", "its counts differ from its changes") }
}

fn validate_waves(plan: &Plan) -> Result<(), Flaw> {
    let count = plan.changes.len();
    let index = |place: String, index: usize| {
        if index < count { Ok(()) } else { flaw(place, format!("unknown change {index}: there are {count}")) }
    };
    for (wave, steps) in plan.waves.iter().map(|wave| &wave.steps).enumerate() {
        for (step, Step { change, relations: _, needs }) in steps.iter().enumerate() {
            let place = format!("/plan/waves/{wave}/steps/{step}");
            index(format!("{place}/change"), *change)?;
            for (at, need) in needs.iter().enumerate() {
                index(format!("{place}/needs/{at}"), *need)?;
            }
        }
    }
    Ok(())
}
