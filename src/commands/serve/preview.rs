//! `serve --preview`: the catalog as it will be after the merge, and the plan that leads there. It is a copy in memory, so
//! nothing that a visitor does reaches the catalog.

use std::collections::{BTreeMap, HashMap};

use crate::catalog::Part;
use crate::catalog::apply::draft;
use crate::catalog::wire::{EntityDraft, IdentifierRef, RelationRef, TeamRef, WriteOptions, Writer};
use crate::commands::args::output::Output;
use crate::commands::args::planning::{PlanOptions, PlanWriter, PlanningArgs};
use crate::commands::catalog::connect::Intent;
use crate::commands::catalog::seed::unexpected;
use crate::commands::context::Context;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::plan::lint_first::{PlanResult, lint_and_plan};
use crate::commands::plan::output::{Report, plan_report};
use crate::commands::serve::args::ServeArgs;
use crate::commands::serve::declared::declarations;
use crate::commands::serve::served::{Opened, Served};
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::scope::owner_in_catalog;
use crate::domain::blueprint::{Blueprint, Ownership};
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::plan::Plan;
use crate::domain::plan::hazard::Consent;
use crate::domain::plan::request::{Method, WriteRequest};
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::Snapshot;
use crate::domain::value::Value;
use crate::embedded::pages::{HazardNote, HazardWeight, Preview, Site};
use crate::embedded::store::{Failure, Store, system_clock};
use crate::error::Error;
use crate::report::plan::{AdoptionFlags, PlanFormat, PlanReport};
use crate::report::serve::{HazardInWords, hazards};
use crate::settings::{Delivery, Environment};
use crate::text::plural::count;

/// The author of everything in the copy.
const AUTHOR: &str = "preview";
/// Entities per transaction.
const BATCH: usize = 1000;

pub(super) fn open(args: &ServeArgs, context: &mut Context<'_>) -> Result<Opened, Error> {
    let planning = PlanningArgs { base: args.base.clone(), ..PlanningArgs::default() };
    let workspace = Workspace::open(None, context)?;
    let owner = owner_in_catalog(&workspace.settings, context.git)?;
    let is_cluster = context.settings.delivery.value == Delivery::Cluster;
    let writer = if is_cluster { PlanWriter::Exporters } else { PlanWriter::Push };
    let options = PlanOptions { intent: Intent::Look, writer, ..planning.options(&owner, &workspace) };
    let outputs: [Output<PlanFormat>; 0] = [];
    let planned = match lint_and_plan(&options, &outputs, context)? {
        PlanResult::Plan(planned) => planned,
        PlanResult::Findings(exit) => return Ok(Opened::Findings(exit)),
    };
    let (store, mut notes) = copy(&planned, context)?;
    let mut preview = preview(&planned, context);
    preview.notes.append(&mut notes);
    preview.titles = titles(&store, &preview, &planned)?;
    let declarations = declarations(&planned.manifests, &context.settings.root.value, context);
    let name = planned.catalog.name().to_owned();
    let site = Site { declarations, preview: Some(preview), ..Site::new(name, planned.mask.clone()) };
    planned.free();
    Ok(Opened::Served(Box::new(Served { store, site })))
}

fn preview(planned: &BuiltPlan, context: &Context<'_>) -> Preview {
    let base = planned.base.as_ref().map(|base| &base.revision);
    let base = base.map(|base| format!("the merge base with `{}` ({})", base.name, base.short_commit()));
    let catalog = planned.catalog.name();
    let compared_with = match base {
        // The catalog is made of that commit.
        Some(base) if planned.is_offline => base,
        Some(base) => format!("{catalog} and {base}"),
        None => catalog.to_owned(),
    };
    let mut preview = Preview::new(planned.plan.clone(), subject(planned, context.environment), compared_with);
    preview.has_uncommitted = planned.revision.as_ref().is_some_and(|revision| revision.is_dirty);
    let texts = planned.texts();
    let report = plan_report(&Report::default(), planned, &texts, context);
    // A reader of a page has no command line.
    let report = PlanReport { adoption_flags: AdoptionFlags::Hidden, ..report };
    preview.hazards = hazards(&report).into_iter().map(hazard_note).collect();
    preview.hazards.sort_by_key(|hazard| hazard.weight);
    preview.notes.clone_from(&planned.notes);
    preview
}

fn hazard_note(hazard: HazardInWords) -> HazardNote {
    let weight = match hazard.consent {
        Consent::Refused => HazardWeight::Forbids,
        Consent::Approval | Consent::Adoption => HazardWeight::NeedsApproval,
        Consent::Nothing => HazardWeight::Note,
    };
    HazardNote { sentence: hazard.sentence, items: hazard.items, weight }
}

/// What is merged, in words.
fn subject(planned: &BuiltPlan, environment: &Environment) -> String {
    // A pipeline checks out a commit; the forge tells the branch.
    let of_pipeline = ["GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"];
    let branch = of_pipeline.into_iter().find_map(|name| environment.text(name).filter(|name| !name.is_empty()));
    let revision = planned.revision.as_ref();
    let branch = branch.or_else(|| revision.and_then(|revision| revision.branch.clone()));
    let commit = revision.and_then(|revision| revision.short_commit());
    match (branch, commit) {
        (Some(branch), _) => format!("the branch {branch}"),
        (None, Some(commit)) => format!("the commit {commit}"),
        (None, None) => "this work tree".to_owned(),
    }
}

/// The titles of what changes, as the reader may see them.
fn titles(store: &Store, preview: &Preview, planned: &BuiltPlan) -> Result<HashMap<EntityKey, String>, Error> {
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for change in &preview.plan.changes {
        keys.entry(&change.key.blueprint).or_default().push(&change.key.identifier);
    }
    let mut titles = HashMap::new();
    for (blueprint, identifiers) in keys {
        for (identifier, title) in store.titles(blueprint, &identifiers).map_err(unexpected)? {
            let key = EntityKey { blueprint: blueprint.into(), identifier: identifier.into() };
            titles.insert(key, planned.mask.text(&title).into_owned());
        }
    }
    Ok(titles)
}

/// The catalog after the merge, with what the merge deletes, in memory; and notes on what is not in it.
fn copy(planned: &BuiltPlan, context: &Context<'_>) -> Result<(Store, Vec<String>), Error> {
    let store = Store::in_memory(system_clock())?;
    let writer = Writer { id: AUTHOR.to_owned(), user_agent: AUTHOR.to_owned(), now: store.now() };
    let blueprints = planned.blueprints.all.iter().map(|blueprint| blueprint.raw.clone()).collect();
    store.apply_snapshot(blueprints, &writer).map_err(unexpected)?;
    let all = &planned.blueprints.all;
    // All of an embedded catalog can be read in no time; of another one, the blueprints that the plan is about.
    let snapshot = match planned.is_offline || context.settings.is_local() {
        true => planned.catalog.read(all, &Part::Whole, &Silent)?,
        false => {
            let names = planned.actual.blueprints.keys().map(String::as_str).collect();
            planned.catalog.read(&all.among(&names), &Part::Whole, &Silent)?
        }
    };
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    progress.start("preparing the preview", snapshot.len() as u64);
    let mut refused = 0;
    for (name, shelf) in &snapshot.blueprints {
        let Some(blueprint) = planned.blueprints.all.named(name) else { continue };
        for entities in shelf.entities.chunks(BATCH) {
            refused += add(&store, blueprint, entities, &writer)?;
            progress.advance(entities.len() as u64);
        }
    }
    for request in planned.requests.waves.iter().flatten() {
        if let Some((blueprint, renamed)) = renamed(request, planned, &snapshot) {
            refused += add(&store, blueprint, &[renamed], &writer)?;
        }
        refused += perform(&store, request, &planned.plan, &writer)?;
    }
    for former in planned.requests.waves.iter().flatten().filter_map(former_key) {
        if !is_declared(&former, &planned.plan) {
            forget(&store, &former, &writer)?;
        }
    }
    progress.finish();
    let mut notes = Vec::new();
    if refused > 0 {
        notes.push(format!(
            "{} of the catalog do not fit its blueprints, so the pages show them in part or not at all.",
            count(refused, "entity")
        ));
    }
    let unread = planned
        .blueprints
        .all
        .iter()
        .filter(|blueprint| !snapshot.blueprints.contains_key(&blueprint.identifier))
        .count();
    if unread > 0 {
        notes.push(format!(
            "The entities of {} are not shown, because this repository declares none of them.",
            count(unread, "blueprint")
        ));
    }
    Ok((store, notes))
}

/// Targets that are not written yet, or that were not read, are created by name.
fn merging() -> WriteOptions {
    WriteOptions { upsert: true, merge: true, create_missing_related_entities: true, ..WriteOptions::default() }
}

/// Adds entities of the catalog. Those that only their identifier is known of are added by name, and so are those that
/// the blueprint refuses. Returns the number of the latter, without those that a relation alone has brought into the
/// catalog: they may lack what is required.
fn add(store: &Store, blueprint: &Blueprint, entities: &[Entity], writer: &Writer) -> Result<usize, Error> {
    let is_bare = |entity: &&Entity| entity.properties.is_empty() && entity.relations.is_empty();
    let (mut by_name, whole): (Vec<&Entity>, Vec<&Entity>) = entities.iter().partition(is_bare);
    let drafts = whole.iter().map(|entity| draft_of(entity, blueprint)).collect();
    let refused: Vec<&Entity> = write(store, &blueprint.identifier, drafts, &merging(), writer)?
        .into_iter()
        .filter_map(|at| whole.get(at).copied())
        .collect();
    by_name.extend(&refused);
    let misfits = refused.iter().filter(|entity| !is_placeholder(entity, blueprint)).count();
    let identifiers = by_name.iter().map(|entity| entity.key.identifier.as_ref());
    match store.create_placeholders(&blueprint.identifier, identifiers, writer) {
        // The platform alone writes entities of this blueprint.
        Ok(_) | Err(Failure::Refused(_)) => {}
        Err(Failure::Store(error)) => return Err(error.into()),
    }
    let titled: Vec<EntityDraft> =
        by_name.iter().filter(|entity| entity.texts.title.is_some()).map(|entity| named(entity)).collect();
    write(store, &blueprint.identifier, titled, &merging(), writer)?;
    Ok(misfits)
}

/// Whether the catalog created the entity because a relation named it: nothing in it is more than the blueprint's default.
fn is_placeholder(entity: &Entity, blueprint: &Blueprint) -> bool {
    let is_default = |name: &str, value: &Value| {
        let default = blueprint.property(name).and_then(|property| property.schema.get("default"));
        value.is_null() || default.is_some_and(|default| *default == value.to_json())
    };
    let is_unset = |targets: &Targets| match targets {
        Targets::None => true,
        Targets::One(_) => false,
        Targets::Many(many) => many.is_empty(),
    };
    entity.properties.iter().all(|(name, value)| is_default(name, value))
        && entity.relations.iter().all(|(_, targets)| is_unset(targets))
}

/// Writes the drafts, and returns the indexes of those that were refused.
fn write(
    store: &Store,
    blueprint: &str,
    drafts: Vec<EntityDraft>,
    options: &WriteOptions,
    writer: &Writer,
) -> Result<Vec<usize>, Error> {
    let number = drafts.len();
    match store.bulk_upsert(blueprint, drafts.into_iter().map(Ok).collect(), options, writer) {
        Ok(written) => Ok((0..).zip(written).filter(|(_, written)| written.is_err()).map(|(at, _)| at).collect()),
        // The platform alone writes entities of this blueprint.
        Err(Failure::Refused(_)) => Ok((0..number).collect()),
        Err(Failure::Store(error)) => Err(error.into()),
    }
}

/// The entity that a request renames, with its new identifier. The former one is forgotten last.
fn renamed<'p>(request: &WriteRequest, planned: &'p BuiltPlan, snapshot: &Snapshot) -> Option<(&'p Blueprint, Entity)> {
    let Method::Rename { from, .. } = &request.method else { return None };
    let stored = snapshot.get(&request.key.blueprint, from)?;
    let blueprint = planned.blueprints.all.named(&request.key.blueprint)?;
    Some((blueprint, Entity { key: request.key.clone(), ..stored.clone() }))
}

/// Performs a write of the plan. What the merge deletes stays, so that its page can say so; a renamed entity has its new
/// name only.
fn perform(store: &Store, request: &WriteRequest, plan: &Plan, writer: &Writer) -> Result<usize, Error> {
    let options = match &request.method {
        Method::Delete => {
            if !is_declared(&request.key, plan) {
                forget(store, &request.key, writer)?;
            }
            return Ok(0);
        }
        Method::Replace(_) => WriteOptions { merge: false, ..merging() },
        Method::Adopt(_) | Method::Create(_) | Method::Merge(_) | Method::Patch(_) | Method::Rename { .. } => merging(),
    };
    Ok(write(store, &request.key.blueprint, vec![draft(request)], &options, writer)?.len())
}

/// The former key of an entity that a request renames.
fn former_key(request: &WriteRequest) -> Option<EntityKey> {
    let Method::Rename { from, .. } = &request.method else { return None };
    Some(EntityKey { identifier: from.clone(), ..request.key.clone() })
}

/// Whether a change of the plan is about the key itself, and not about one that is renamed from it.
fn is_declared(key: &EntityKey, plan: &Plan) -> bool {
    plan.changes.binary_search_by(|change| change.key.cmp(key)).is_ok()
}

/// Removes the old name of an entity. Where something still requires it, the catalog refuses that, as it refuses the merge.
fn forget(store: &Store, key: &EntityKey, writer: &Writer) -> Result<(), Error> {
    match store.delete_entity(&key.blueprint, &key.identifier, false, writer) {
        Ok(()) | Err(Failure::Refused(_)) => Ok(()),
        Err(Failure::Store(error)) => Err(error.into()),
    }
}

/// The title alone.
fn named(entity: &Entity) -> EntityDraft {
    EntityDraft {
        identifier: Some(IdentifierRef::Literal(entity.key.identifier.to_string())),
        texts: texts(entity),
        ..EntityDraft::default()
    }
}

fn texts(entity: &Entity) -> Texts<Patch<String>> {
    entity.texts.as_ref().map(|text| text.as_ref().map_or(Patch::Absent, |text| Patch::Set(text.to_string())))
}

fn draft_of(entity: &Entity, blueprint: &Blueprint) -> EntityDraft {
    let reference = |targets: &Targets| match targets {
        Targets::None => RelationRef::Null,
        Targets::One(one) => RelationRef::One(one.to_string()),
        Targets::Many(many) => RelationRef::Many(many.iter().map(ToString::to_string).collect()),
    };
    let team = match blueprint.ownership {
        Ownership::Direct => Patch::Set(TeamRef::List(entity.team.iter().map(ToString::to_string).collect())),
        Ownership::Inherited { .. } => Patch::Absent,
    };
    EntityDraft {
        identifier: Some(IdentifierRef::Literal(entity.key.identifier.to_string())),
        texts: texts(entity),
        team,
        properties: Some(entity.properties.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect()),
        relations: Some(
            entity.relations.iter().map(|(name, targets)| (name.to_string(), reference(targets))).collect(),
        ),
    }
}
