//! The plan in a plan file: changes, waves, hazards and counts. Waves refer to changes by index; an index out of range
//! is an error here, so that later code can rely on it.

use std::collections::BTreeMap;

use crate::domain::plan::{Counts, Cycle, Obstacle, Plan, Step, StepKind, Tally, Wave};
use crate::domain::value::Value;
use crate::plan::counts;

use super::change::{read_key, read_place, write_key, write_place};
use super::reading::{
    Entries, Flaw, Read, approval, digest, entries as read_entries, index, list, number, or_null, owned, shared, word,
};
use super::{change, hazard, writing as write};

pub(in crate::plan::file) fn write(plan: &Plan) -> Value {
    write::map([
        ("digest", write::digest(plan.digest)),
        ("approval", write::or_null(plan.approval, |approval| write::text(&approval.to_string()))),
        ("scope", write::text(&plan.scope)),
        ("counts", write_counts(&plan.counts)),
        ("hazards", write::list(&plan.hazards, hazard::write)),
        ("obstacles", write::list(&plan.obstacles, write_obstacle)),
        ("changes", write::list(&plan.changes, change::write)),
        ("cycles", write::list(&plan.cycles, write_cycle)),
        ("foreignUnchanged", write::list(&plan.foreign_unchanged, write_key)),
        ("waves", write::list(&plan.waves, write_wave)),
    ])
}

pub(in crate::plan::file) fn read(found: &Value, files: usize) -> Read<Plan> {
    let mut entries = Entries::of(found)?;
    let changes = entries.take("changes", |value| list(value, |value| change::read(value, files)))?;
    if !changes.is_sorted_by(|a, b| a.key < b.key) {
        return Err(Flaw::new("its changes are not sorted, or one entity changes twice"));
    }
    let count = changes.len();
    let plan = Plan {
        scope: entries.take("scope", owned)?,
        waves: entries.take("waves", |value| list(value, |value| read_wave(value, count)))?,
        cycles: entries.take("cycles", |value| list(value, read_cycle))?,
        obstacles: entries.take("obstacles", |value| list(value, |value| read_obstacle(value, files)))?,
        hazards: entries.take("hazards", |value| list(value, |value| hazard::read(value, files)))?,
        foreign_unchanged: entries.take("foreignUnchanged", |value| list(value, read_key))?,
        counts: entries.take("counts", read_counts)?,
        approval: entries.take("approval", |value| or_null(value, approval))?,
        digest: entries.take("digest", digest)?,
        changes,
    };
    entries.end()?;
    if plan.counts.total != counted(&plan) {
        return Err(Flaw::new("its counts differ from its changes"));
    }
    Ok(plan)
}

/// The total, with the changes counted again.
fn counted(plan: &Plan) -> Tally {
    let told = plan.counts.total;
    let mut total = Tally { unchanged: told.unchanged, kept: told.kept, left_out: told.left_out, ..Tally::default() };
    for change in &plan.changes {
        counts::add(&mut total, change);
    }
    total
}

fn deed_word(step_kind: StepKind) -> &'static str {
    match step_kind {
        StepKind::Write => "write",
        StepKind::Relink => "relink",
        StepKind::Delete => "delete",
    }
}

pub(in crate::plan::file) fn write_deed(step_kind: StepKind) -> Value {
    write::text(deed_word(step_kind))
}

pub(in crate::plan::file) fn read_deed(found: &Value) -> Read<StepKind> {
    word(found, &[StepKind::Write, StepKind::Relink, StepKind::Delete], deed_word)
}

fn write_wave(wave: &Wave) -> Value {
    write::map([("deed", write_deed(wave.step_kind)), ("steps", write::list(&wave.steps, write_step))])
}

fn read_wave(found: &Value, changes: usize) -> Read<Wave> {
    let mut entries = Entries::of(found)?;
    let wave = Wave {
        step_kind: entries.take("deed", read_deed)?,
        steps: entries.take("steps", |value| list(value, |value| read_step(value, changes)))?,
    };
    entries.end().map(|()| wave)
}

fn write_step(step: &Step) -> Value {
    write::map([
        ("change", write::number(step.change)),
        ("relations", write::list(&step.relations, |name| write::text(name))),
        ("needs", write::list(&step.needs, |need| write::number(*need))),
    ])
}

fn read_step(found: &Value, changes: usize) -> Read<Step> {
    let mut entries = Entries::of(found)?;
    let step = Step {
        change: entries.take("change", |value| index(value, changes))?,
        relations: entries.take("relations", |value| list(value, shared))?,
        needs: entries.take("needs", |value| list(value, |value| index(value, changes)))?,
    };
    entries.end().map(|()| step)
}

fn write_cycle(cycle: &Cycle) -> Value {
    write::map([("members", write::list(&cycle.members, write_key)), ("path", write::list(&cycle.path, write_key))])
}

fn read_cycle(found: &Value) -> Read<Cycle> {
    let mut entries = Entries::of(found)?;
    let keys = |value: &Value| list(value, read_key);
    let cycle = Cycle { members: entries.take("members", keys)?, path: entries.take("path", keys)? };
    entries.end().map(|()| cycle)
}

fn write_obstacle(obstacle: &Obstacle) -> Value {
    match obstacle {
        Obstacle::Duplicate { key, places } => write::map([
            ("obstacle", write::text("duplicate")),
            ("key", write_key(key)),
            ("places", write::list(places, |place| write_place(*place))),
        ]),
        Obstacle::RequiredCycle { step_kind, cycle } => write::map([
            ("obstacle", write::text("required-cycle")),
            ("deed", write_deed(*step_kind)),
            ("cycle", write_cycle(cycle)),
        ]),
        Obstacle::MissingTarget { key, relation, target, place } => write::map([
            ("obstacle", write::text("missing-target")),
            ("key", write_key(key)),
            ("relation", write::text(relation)),
            ("target", write_key(target)),
            ("place", write_place(*place)),
        ]),
    }
}

fn read_obstacle(found: &Value, files: usize) -> Read<Obstacle> {
    let mut entries = Entries::of(found)?;
    let obstacle = match entries.take("obstacle", shared)?.as_ref() {
        "duplicate" => Obstacle::Duplicate {
            key: entries.take("key", read_key)?,
            places: entries.take("places", |value| list(value, |value| read_place(value, files)))?,
        },
        "required-cycle" => Obstacle::RequiredCycle {
            step_kind: entries.take("deed", read_deed)?,
            cycle: entries.take("cycle", read_cycle)?,
        },
        "missing-target" => Obstacle::MissingTarget {
            key: entries.take("key", read_key)?,
            relation: entries.take("relation", shared)?,
            target: entries.take("target", read_key)?,
            place: entries.take("place", |value| read_place(value, files))?,
        },
        other => return Err(Flaw::new(format!("unknown obstacle `{other}`"))),
    };
    entries.end().map(|()| obstacle)
}

fn write_counts(counts: &Counts) -> Value {
    let by_blueprint = counts.by_blueprint.iter().map(|(name, tally)| (name.as_ref(), tally));
    write::map([("total", write_tally(&counts.total)), ("byBlueprint", write::entries(by_blueprint, write_tally))])
}

fn read_counts(found: &Value) -> Read<Counts> {
    let mut entries = Entries::of(found)?;
    let by_blueprint = entries.take("byBlueprint", |value| read_entries(value, read_tally))?;
    let counts = Counts {
        total: entries.take("total", read_tally)?,
        by_blueprint: by_blueprint.into_iter().collect::<BTreeMap<_, _>>(),
    };
    entries.end().map(|()| counts)
}

fn write_tally(tally: &Tally) -> Value {
    let Tally { create, update, rename, adopt, delete, unchanged, kept, foreign, pending, left_out } = *tally;
    write::map([
        ("create", write::number(create)),
        ("update", write::number(update)),
        ("rename", write::number(rename)),
        ("adopt", write::number(adopt)),
        ("delete", write::number(delete)),
        ("unchanged", write::number(unchanged)),
        ("kept", write::number(kept)),
        ("foreign", write::number(foreign)),
        ("pending", write::number(pending)),
        ("leftOut", write::number(left_out)),
    ])
}

fn read_tally(found: &Value) -> Read<Tally> {
    let mut entries = Entries::of(found)?;
    // No catalog has more entities than `u32`, and sums of such numbers do not overflow.
    let mut take = |name: &str| entries.take(name, number::<u32>).map(|number| number as usize);
    let tally = Tally {
        create: take("create")?,
        update: take("update")?,
        rename: take("rename")?,
        adopt: take("adopt")?,
        delete: take("delete")?,
        unchanged: take("unchanged")?,
        kept: take("kept")?,
        foreign: take("foreign")?,
        pending: take("pending")?,
        left_out: take("leftOut")?,
    };
    entries.end().map(|()| tally)
}
