//! Plans a restore: reads the backup and the catalog, and plans what brings the one back into the other.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use crate::catalog::{Catalog, Part};
use crate::commands::catalog::address::catalog_name;
use crate::commands::catalog::connect::{Intent, connect_for};
use crate::commands::context::Context;
use crate::commands::plan::blueprints::CatalogBlueprints;
use crate::commands::plan::build::{BuiltPlan, missing_links, onlookers};
use crate::commands::plan::foreign_owners::{foreign_owners, former_owners as former_owners_of, known_scopes};
use crate::commands::plan::policies::policies_in_force;
use crate::commands::restore::error::RestoreError;
use crate::commands::restore::names::names;
use crate::commands::restore::owners::describe as describe_owners;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::entity::{EntityKey, Owner};
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::Plan;
use crate::domain::plan::drift::Drift;
use crate::domain::plan::write_mode::{Write, WriteMode};
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::{Completeness, Snapshot};
use crate::error::Error;
use crate::plan::backup::{Backup, BackupError, BackupSource, FormerOwners, Live, SavedEntity, WayBack};
use crate::plan::file::Options;
use crate::plan::{self, Adopt, Deletes, Destination, PlanBasis, PlanInput, write_requests};
use crate::report::escape::clean;
use crate::report::plan::AdoptionFlags;
use crate::settings::Settings;
use crate::sources::{self, OutputError, SourceFile};
use crate::text::plural::{count, list};

/// The step that a restore does not take.
const MANIFESTS: &str = "A restore changes no manifests: while they still declare what was pushed, the next push does the same \
                         again. Revert them too.";

/// `adopts`: entities with another owner are written too.
pub(super) fn plan_restore(
    file: &Path,
    adopts: bool,
    (owner, intent): (&Owner, Intent),
    context: &mut Context<'_>,
) -> Result<Box<BuiltPlan>, Error> {
    let settings = context.settings;
    let (text, backup, spans) = read_backup(file, settings)?;
    let path = file.display().to_string();
    check_destination(&backup.source, owner, &path, settings)?;
    let declared: HashSet<(&str, &str)> =
        backup.entities.iter().map(|saved| (&*saved.key.blueprint, &*saved.key.identifier)).collect();
    let catalog = connect_for(owner, &declared, &SnapshotSource::Disk, intent, context)?;
    check_organization(&backup.source, &*catalog, &path)?;
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let mask = context.mask_for(&*catalog);
    let blueprints = CatalogBlueprints::of(&*catalog)?;
    check_blueprints(&backup.entities, &blueprints)?;
    let owned = catalog.owned(owner)?;
    let names: BTreeSet<&str> = backup.entities.iter().map(|saved| saved.key.blueprint.as_ref()).collect();
    let mut actual = catalog.read(&blueprints.all.among(&names), &Part::Whole, progress)?;
    check_complete(&actual)?;

    let place = |at: usize| Place { file: FileId(0), span: spans.get(at).copied().unwrap_or_default() };
    let live = Live { actual: &actual, blueprints: &blueprints.all, owned: &owned };
    let mut way_back = WayBack::new(&backup.entities, place, live);
    way_back.changed_since.sort();
    let mut former_owners = FormerOwners::new(&backup.entities, live);
    let policies = policies_in_force(settings, context.environment, None);
    let write = Write::every(WriteMode::Merge);
    let destination = Destination {
        platform: settings.platform.value.name,
        catalog: catalog.name(),
        target: settings.target.as_ref().map(|target| target.value.as_str()),
        scope: &owner.scope,
    };
    let plan_of = |actual: &Snapshot| {
        plan::plan(&PlanInput {
            desired: &way_back.desired,
            base: None,
            actual,
            blueprints: &blueprints.all,
            owned: &owned,
            write: &write,
            clears_dropped: false,
            deletes: Deletes::Listed(&way_back.deleted),
            is_exported: false,
            prune: settings.prune.rule(),
            policies: &policies.policies,
            destination,
            adopt: if adopts { Adopt::All } else { Adopt::Nothing },
            only_branch: false,
            unread: &[],
            moves: &[],
            only: None,
            changed_since: &way_back.changed_since,
            mask: &mask,
        })
    };
    let mut notes = Vec::new();
    let mut plan = plan_of(&actual);
    let onlookers = onlookers(&plan, &blueprints, &actual);
    if !onlookers.is_empty() {
        actual.blueprints.extend(catalog.read(&onlookers, &Part::Whole, progress)?.blueprints);
        plan = plan_of(&actual);
    }
    let basis = PlanBasis { desired: &way_back.desired, blueprints: &blueprints.all, actual: &actual, mask: &mask };
    let requests = write_requests(&plan, &basis);
    let missing = missing_links(&requests, &basis, &*catalog, &blueprints, progress, &mut notes)?;
    plan::refuse_links(&mut plan, missing, destination, &mask);
    let owners = foreign_owners(&plan, &actual, &*catalog, &known_scopes(Vec::new(), context));
    if adopts {
        former_owners_of(&plan, &owners, &*catalog).into_iter().for_each(|(key, owner)| former_owners.push(key, owner));
    }
    let as_before = as_before(&backup.entities, &way_back, &former_owners);
    count_unchanged(&mut plan, &as_before);
    notes.splice(0..0, describe(&way_back, &backup, as_before.len()).into_iter().chain(policies.notes));
    notes.extend(describe_owners(&former_owners, owner));
    if !plan.is_empty() || !former_owners.given_back.is_empty() {
        notes.push(MANIFESTS.to_owned());
    }
    notes.iter_mut().for_each(|note| *note = mask.text(note).into_owned());
    let plan = plan::masked(plan, &mask);
    let files = vec![SourceFile { path, place: sources::Place::Given(Arc::from(text.as_bytes())) }];
    let manifests = ManifestSet { files, entities: way_back.desired, ..ManifestSet::default() };
    Ok(Box::new(BuiltPlan {
        plan,
        is_offline: false,
        requests,
        mask,
        options: Options::default(),
        manifests,
        base: None,
        at_base: Vec::new(),
        revision: None,
        catalog,
        blueprints,
        actual,
        owned,
        owners,
        former_owners,
        adoption_flags: AdoptionFlags::AdoptOnly,
        part_read: Part::Whole,
        delivery: None,
        impact: None,
        drift: Drift::default(),
        notes,
    }))
}

type Spans = Vec<crate::domain::document::span::Span>;

fn read_backup(file: &Path, settings: &Settings) -> Result<(String, Backup, Spans), Error> {
    let path = file.display().to_string();
    let text = match sources::read_input(&settings.boundary, &settings.directory.join(file)) {
        Ok(text) => text,
        Err(OutputError::Read { source, .. }) if source.kind() == ErrorKind::InvalidData => {
            return Err(BackupError::NoBackup { path }.into());
        }
        Err(error) => return Err(error.named(&settings.directory, file).into()),
    };
    let (backup, spans) = Backup::read(&path, &text)?;
    Ok((text, backup, spans))
}

/// Refuses a backup of another catalog or scope without reading anything.
fn check_destination(
    source: &BackupSource,
    owner: &Owner,
    path: &str,
    settings: &Settings,
) -> Result<(), RestoreError> {
    let catalog = catalog_name(settings);
    for (what, was, now, help) in [
        (
            "platform",
            source.platform.as_str(),
            settings.platform.value.name,
            "choose the platform of the backup in the config",
        ),
        ("catalog", &source.catalog, &catalog, "choose the catalog of the backup: `--catalog` or `--target`"),
        ("scope", &source.scope, &owner.scope, "choose the scope of the backup: `--scope` or `--target`"),
    ] {
        if was != now {
            let (was, now) = (clean(was).into_owned(), now.to_owned());
            return Err(RestoreError::Elsewhere { path: path.to_owned(), what, was, now, help });
        }
    }
    Ok(())
}

fn check_organization(source: &BackupSource, catalog: &dyn Catalog, path: &str) -> Result<(), Error> {
    let Some(was) = &source.organization else { return Ok(()) };
    match catalog.organization_id()? {
        Some(now) if now != *was => {
            let help = "use credentials of the organisation that the backup is of";
            let was = clean(was).into_owned();
            Err(RestoreError::Elsewhere { path: path.to_owned(), what: "organisation", was, now, help }.into())
        }
        Some(_) | None => Ok(()),
    }
}

fn check_blueprints(entities: &[SavedEntity], blueprints: &CatalogBlueprints) -> Result<(), RestoreError> {
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for saved in entities.iter().filter(|saved| blueprints.all.named(&saved.key.blueprint).is_none()) {
        *unknown.entry(&saved.key.blueprint).or_default() += 1;
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let number = unknown.values().sum();
    let names: Vec<String> = unknown.into_keys().map(|name| format!("`{}`", clean(name))).collect();
    let noun = if names.len() == 1 { "the blueprint" } else { "the blueprints" };
    let blueprints = format!("{noun} {}", list(&names));
    Err(RestoreError::UnknownBlueprints { blueprints, entities: count(number, "entity") })
}

/// An entity that was not read would look deleted.
fn check_complete(actual: &Snapshot) -> Result<(), RestoreError> {
    for (blueprint, shelf) in &actual.blueprints {
        if let Completeness::Incomplete(why) = &shelf.completeness {
            let blueprint = format!("the blueprint `{}`", clean(blueprint));
            return Err(RestoreError::Incomplete { blueprint, why: why.clone() });
        }
    }
    Ok(())
}

/// Notes on the backup and on what the restore leaves alone, as sentences.
fn describe(way_back: &WayBack, backup: &Backup, as_before: usize) -> Vec<String> {
    let WayBack { desired: _, deleted: _, changed_since: _, taken_over, not_renamed_back, gone, unknown_fields } =
        way_back;
    let commit = backup.source.commit.as_deref().and_then(|commit| commit.get(..10));
    let commit = commit.map(|commit| format!(", commit `{}`", clean(commit))).unwrap_or_default();
    let mut notes = vec![format!("This plan undoes the push of {}{commit}.", backup.source.at)];
    if as_before > 0 {
        let (entities, are) = (count(as_before, "entity"), if as_before == 1 { "is" } else { "are" });
        notes.push(format!("{entities} of the backup {are} in the catalog as before the push."));
    }
    if !taken_over.is_empty() {
        notes.push(format!(
            "The push created or renamed {}; another writer owns this now, so it is kept.",
            names(taken_over)
        ));
    }
    if !not_renamed_back.is_empty() {
        notes.push(format!(
            "The push renamed {}; another entity has the former identifier now, so the new one is kept.",
            names(not_renamed_back)
        ));
    }
    if !gone.is_empty() {
        notes.push(format!("The push changed {}, deleted by somebody since: it is not created again.", names(gone)));
    }
    for (blueprint, field) in unknown_fields {
        let (blueprint, field) = (clean(blueprint), clean(field));
        notes.push(format!("The blueprint `{blueprint}` no longer has `{field}`, so its values are not restored."));
    }
    notes
}

/// The entities of the backup that the restore leaves as they are, because they are as before the push.
fn as_before<'b>(entities: &'b [SavedEntity], way_back: &WayBack, owners: &FormerOwners) -> Vec<&'b EntityKey> {
    let WayBack { desired, deleted, taken_over, not_renamed_back, gone, .. } = way_back;
    let desired = desired.iter().map(|desired| &desired.key);
    let others: HashSet<&EntityKey> =
        desired.chain(deleted).chain(taken_over).chain(not_renamed_back).chain(gone).chain(owners.keys()).collect();
    let keys = entities.iter().map(|saved| &saved.key);
    keys.filter(|key| !others.contains(key)).collect()
}

/// Counts the entities of the backup that need no change, as a push counts declared ones.
fn count_unchanged(plan: &mut Plan, as_before: &[&EntityKey]) {
    for key in as_before {
        plan.counts.total.unchanged += 1;
        plan.counts.by_blueprint.entry(Arc::clone(&key.blueprint)).or_default().unchanged += 1;
    }
}
