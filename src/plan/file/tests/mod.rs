//! Tests of plan files: written from worlds and read back.

mod checks;
mod differences;
mod files;
mod hostile;

use std::sync::Arc;

use super::{ChosenPart, Options, PlanFile, Provenance};
use crate::domain::entity::Targets;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::finding::FileId;
use crate::domain::plan::request::{Body, Method, WriteRequest, WriteRequests};
use crate::domain::plan::{Plan, StepKind};
use crate::domain::value::Value;
use crate::plan::digest::of_plan;
use crate::plan::tests::world::{World, mask};
use crate::plan::{PlanBasis, normalise};
use crate::text::mask::Mask;

const TOOL: &str = "1.2.3";

/// Requests for a plan's steps, with `values` in their bodies in turn.
fn requests(plan: &Plan, values: &[Value]) -> WriteRequests {
    let mut values = values.iter().cycle();
    let mut property = |number: usize| (Arc::from(format!("p{number}")), values.next().cloned().unwrap_or_default());
    let mut body = |number: usize| Body {
        texts: Texts {
            title: [Patch::Absent, Patch::Null, Patch::Set("T\u{2028}\"".into())][number % 3].clone(),
            ..Texts::from_fn(|_| [Patch::Set("".into()), Patch::Absent][number % 2].clone())
        },
        team: [Patch::Null, Patch::Set([].into()), Patch::Set(["a".into()].into()), Patch::Absent][number % 4].clone(),
        properties: (0..number % 3).map(&mut property).collect(),
        relations: vec![
            ("none".into(), Targets::None),
            ("one".into(), Targets::One("x".into())),
            ("many".into(), Targets::Many(["x".into(), "y".into()].into())),
        ],
    };
    let waves = plan.waves.iter().map(|wave| {
        let request = |(number, step): (usize, &crate::domain::plan::Step)| {
            let change = &plan.changes[step.change];
            let (key, method) = match wave.step_kind {
                StepKind::Delete => (change.key.clone(), Method::Delete),
                StepKind::Relink => (change.key.clone(), Method::Patch(body(number))),
                StepKind::Write if number % 3 == 0 => (change.key.clone(), Method::Merge(body(number))),
                StepKind::Write if number % 3 == 1 => (change.key.clone(), Method::Create(body(number))),
                StepKind::Write if number % 6 == 5 => {
                    (change.key.clone(), Method::Rename { from: "old".into(), body: body(number) })
                }
                StepKind::Write => (change.key.clone(), Method::Replace(body(number))),
            };
            WriteRequest { change: step.change, step_kind: wave.step_kind, key, method, needs: step.needs.clone() }
        };
        wave.steps.iter().enumerate().map(request).collect()
    });
    WriteRequests { waves: waves.collect() }
}

fn provenance() -> Provenance {
    Provenance {
        tool: TOOL.to_owned(),
        scope: "acme/catalog".to_owned(),
        platform: "port".to_owned(),
        catalog: "https://api.port.io".to_owned(),
        target: None,
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        is_dirty: false,
        base: None,
    }
}

fn options(world: &World) -> Options {
    let part = |only: &crate::plan::Only| ChosenPart {
        blueprints: only.blueprints.iter().map(ToString::to_string).collect(),
        files: vec!["a/b.yaml".to_owned()],
    };
    Options {
        prune: [None, Some(true)][world.stored.len() % 2],
        adopt: world.adopt,
        adopt_from: Vec::new(),
        only: world.only.as_ref().map(part),
    }
}

const PATHS: [&str; 4] = ["b.yaml", "a/\u{202e}\"c.yaml", "a/b.yaml", "z"];

/// The plan file of a world, with `values` as stored values and in the requests in turn.
fn plan_file(world: &World, values: &[Value]) -> PlanFile {
    let (actual, plan) = (world.snapshot(), world.plan());
    let requests = requests(&plan, values);
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
    let path = |FileId(file): FileId| PATHS[file as usize % PATHS.len()];
    let mut file = PlanFile::new(provenance(), options(world), plan, requests, basis, path);
    let fields = file.plan.changes.iter_mut().flat_map(|change| &mut change.fields);
    for (field, value) in fields.zip(values.iter().cycle()) {
        field.before = value.clone();
        field.paths = normalise::differences(&field.before, &field.after);
    }
    let (plan, destination) = (&file.plan, file.provenance.destination());
    file.plan.digest = of_plan(&Mask::off(), destination, &plan.changes, &plan.hazards, &plan.obstacles);
    file
}
