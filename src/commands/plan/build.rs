//! Builds the plan: reads both sides, compares them, and keeps everything that it read, so that later steps read
//! nothing twice. It writes nothing except the embedded catalog's own blueprints before a push.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use crate::catalog::{Catalog, CatalogError, Part};
use crate::commands::args::planning::{PlanOptions, PlanPart, PlanWriter};
use crate::commands::catalog::connect::{Intent, connect_for};
use crate::commands::catalog::offline;
use crate::commands::catalog::offline::{catalog_of_base, targets_of};
use crate::commands::catalog::seed::declared;
use crate::commands::context::Context;
use crate::commands::impact::compare::ComparedImpact;
use crate::commands::lint::run::LintResult;
use crate::commands::mapping::repository::Clusters;
use crate::commands::plan::adoption::Adoption;
use crate::commands::plan::base;
use crate::commands::plan::base::Base;
use crate::commands::plan::base::BaseError;
use crate::commands::plan::blueprints::CatalogBlueprints;
use crate::commands::plan::exporters::Exporters;
use crate::commands::plan::filter::{describe_pulled_in, part_of, recorded, resolve_filter};
use crate::commands::plan::foreign_owners::{foreign_owners, known_scopes};
use crate::commands::plan::policies::{PoliciesInForce, describe_unknown_names, policies_in_force};
use crate::commands::plan::rename_hints::describe_renames;
use crate::commands::plan::request_count::describe_requests;
use crate::commands::workspace::allowed_secrets::{AllowedSecrets, allowed_secrets, restrict_mask};
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::excluded::excluded_manifests;
use crate::commands::workspace::history::PastManifests;
use crate::commands::workspace::texts::Texts;
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::foreign_owner::ForeignOwner;
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::Plan;
use crate::domain::plan::change::Action;
use crate::domain::plan::drift::Drift;
use crate::domain::plan::hazard::{Blocker, HazardKind};
use crate::domain::plan::policy::Policy;
use crate::domain::plan::request::WriteRequests;
use crate::domain::plan::revision::Revision;
use crate::domain::plan::write_mode::PruneRule;
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};
use crate::error::Error;
use crate::plan;
use crate::plan::backup::FormerOwners;
use crate::plan::file::Options;
use crate::plan::{
    Deletes, Destination, Link, Only, PlanBasis, PlanInput, to_look_up, unconfirmed_links, write_requests,
};
use crate::report::escape::clean;
use crate::report::plan::{AdoptionFlags, ClusterDelivery};
use crate::settings::{self, ClusterSettings, Origin, Settings};
use crate::sources::git::GitError;
use crate::sources::{self};
use crate::sources::{is_pipe, path_text};
use crate::text::mask::Mask;

pub(crate) struct BuiltPlan {
    /// The plan to show and to save: its values are masked.
    pub plan: Plan,
    /// The catalog was not read: the plan is against the manifests of the merge base.
    pub is_offline: bool,
    /// The requests to send: values as in the manifests.
    pub requests: WriteRequests,
    pub mask: Mask,
    /// The options that the plan was made with, for a plan file.
    pub options: Options,
    pub manifests: ManifestSet,
    pub base: Option<Base>,
    /// The places in the base that declared the deleted entities, sorted by key. The base's files follow the current
    /// ones.
    pub at_base: Vec<(EntityKey, Place)>,
    /// `None` outside Git.
    pub revision: Option<Revision>,
    pub catalog: Box<dyn Catalog>,
    pub blueprints: CatalogBlueprints,
    pub actual: Snapshot,
    /// How much of each blueprint is in `actual`.
    pub part_read: Part,
    pub owned: Vec<EntityKey>,
    /// The known owners of foreign entities, sorted by key.
    pub owners: Vec<(EntityKey, ForeignOwner)>,
    /// The owners to whom a restore gives entities back.
    pub former_owners: FormerOwners,
    /// The flags with which the command that made the plan takes over foreign entities.
    pub adoption_flags: AdoptionFlags,
    /// How a cluster brings the manifests to the catalog; `None`: a push does.
    pub delivery: Option<ClusterDelivery>,
    /// What the blueprints that this branch changed do to the entities.
    pub impact: Option<ComparedImpact>,
    /// Which changes are drift.
    pub drift: Drift,
    /// Complete sentences for the user.
    pub notes: Vec<String>,
}

pub(crate) enum BuildResult {
    Done(Box<BuiltPlan>),
    /// Manifests name blueprints that the catalog does not have.
    UnknownBlueprints(Box<LintResult>),
}

/// `manifests` are those of the workspace, read once when they were linted.
pub(crate) fn build_plan(
    options: &PlanOptions<'_>,
    mut manifests: ManifestSet,
    context: &mut Context<'_>,
) -> Result<BuildResult, Error> {
    let settings = context.settings;
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let workspace = options.workspace;
    let (root, pattern) = (&settings.root.value, &workspace.pattern);
    manifests.resolve_hidden(&PastManifests::new(root, pattern, context.git.variables(), workspace.commit()));
    let mut notes = workspace.notes.clone();
    notes.extend(workspace.settings.mapped_clusters().map(describe_mapping));
    let doubt = workspace.settings.platform.value.exporter_doubt;
    let doubt = doubt.filter(|_| workspace.settings.mapped_clusters().next().is_some());
    notes.extend(doubt.map(|doubt| format!("what the mapping gives is approximate: {doubt}.")));
    let Checkout { base, revision, allowed, policies } = checkout(options, &manifests, context, progress, &mut notes)?;
    let mut exporters = match options.writer {
        PlanWriter::Exporters => Some(Exporters::load(options, &manifests, base.as_ref(), context, &mut notes)?),
        PlanWriter::Push => None,
    };
    let bare = if exporters.is_some() { manifests.take_bare() } else { Vec::new() };
    let is_offline = options.intent == Intent::Look && offline::is_offline(settings, context.environment);
    let catalog = match (&base, is_offline) {
        (Some(base), true) => {
            notes.insert(0, offline::note(settings, &base.revision));
            let now = offline::Compared {
                keys: declared(&manifests.entities),
                targets: &|blueprints: &Blueprints| targets_of(&manifests.entities, blueprints),
            };
            let (entities, source) = (&base.manifests.entities, &workspace.snapshot_source);
            let (catalog, more) = catalog_of_base(&base.revision, entities, now, options.owner, source, context)?;
            notes.extend(more);
            catalog
        }
        (None, true) => return Err(BaseError::NothingToCompare { why: notes.pop() }.into()),
        (_, false) => connect_for(
            options.owner,
            &declared(&manifests.entities),
            &workspace.snapshot_source,
            options.intent,
            context,
        )?,
    };
    if !is_offline {
        restrict_mask(context, allowed.names);
        notes.extend(allowed.note);
    }
    let mask = context.mask_for(&*catalog);
    let blueprints = CatalogBlueprints::of(&*catalog)?;
    if let Some(strange) = blueprints.unknown_blueprint_findings(
        &manifests,
        catalog.name(),
        settings.catalog.value == settings::Catalog::Local,
    ) {
        return Ok(BuildResult::UnknownBlueprints(Box::new(strange)));
    }
    notes.extend(describe_unknown_names(&policies, &blueprints.all));
    let only = match options.only {
        PlanPart::Named(names) => resolve_filter(names, &manifests, &blueprints, catalog.name(), settings)?,
        PlanPart::Recorded(part) => part.map(|part| recorded(part, &manifests)),
    };
    let mut owned = tolerant(catalog.owned(options.owner), &mut notes)?;
    let adoption = Adoption::read(options, &manifests.entities, &*catalog, is_offline)?;
    notes.extend(adoption.notes(&manifests.entities, catalog.name()));
    // Another integration or a push writes them.
    owned.retain(|key| !bare.iter().any(|entity| entity.key == *key));
    let of_scope = if exporters.is_some() { owned.clone() } else { Vec::new() };
    if let Some(exporters) = &mut exporters {
        exporters.read_owned(&*catalog, base.as_ref().filter(|_| is_offline), &mut owned, &mut notes)?;
    }
    manifests.resolve_ignored(&owned);
    let mut excluded = excluded_manifests(&manifests, &owned, workspace, context)?;
    manifests.unreadable.append(&mut excluded);
    let declared: BTreeSet<&str> = manifests.entities.iter().map(|entity| entity.key.blueprint.as_ref()).collect();
    if settings.catalog.value != settings::Catalog::Local && !is_offline {
        notes.extend(blueprints.notes(&declared, root, &workspace.snapshot_source));
    }
    let names: BTreeSet<&str> = declared.into_iter().chain(owned.iter().map(|key| key.blueprint.as_ref())).collect();
    let part_read = match &exporters {
        // A forecast looks at all of them.
        Some(_) => Part::Whole,
        None => {
            let base = base.as_ref().map_or(&[][..], |base| &base.manifests.entities);
            Part::Relevant(Arc::new(plan::relevant_entities(&manifests.entities, base, &owned, &blueprints.all)))
        }
    };
    let mut actual = catalog.read(&blueprints.all.among(&names), &part_read, progress)?;
    let mut delivery = None;
    if let Some(exporters) = &mut exporters {
        let live = (&*catalog, &blueprints.all, progress);
        actual = exporters.forecast(live, (actual, &manifests, &of_scope), &mask, &mut notes)?;
        delivery = Some(exporters.delivery(settings, &manifests, &of_scope, &bare));
    }
    let judges_targets = exporters.as_ref().is_some_and(Exporters::judge_targets);
    let exporters = exporters.filter(Exporters::have_state_keys);
    let input = PlannerInput {
        options,
        settings,
        catalog: catalog.name(),
        manifests: &manifests,
        base: base.as_ref(),
        blueprints: &blueprints,
        owned: &owned,
        adoption: &adoption,
        only: only.as_ref(),
        exporters: exporters.as_ref(),
        policies: &policies,
        mask: &mask,
    };
    let mut plan = input.plan(&actual);
    let onlookers = onlookers(&plan, &blueprints, &actual);
    if !onlookers.is_empty() {
        actual.blueprints.extend(catalog.read(&onlookers, &part_read, progress)?.blueprints);
        plan = input.plan(&actual);
    }
    let basis = PlanBasis { desired: &manifests.entities, blueprints: &blueprints.all, actual: &actual, mask: &mask };
    let requests = write_requests(&plan, &basis);
    // The forecast names them among what does not arrive.
    let missing = match judges_targets {
        true => Vec::new(),
        false => missing_links(&requests, &basis, &*catalog, &blueprints, progress, &mut notes)?,
    };
    plan::refuse_links(&mut plan, missing, input.destination(), &mask);
    notes.extend(only.as_ref().and_then(|only| describe_pulled_in(&plan, only, &basis)));
    let moves = base.as_ref().map_or(&[][..], |base| &base.moves);
    notes.extend(describe_renames(&plan, &basis, moves, settings.delivery.value));
    let at_base = base.as_ref().map(|base| at_base(&plan, &manifests, base)).unwrap_or_default();
    if delivery.is_none() && !is_offline {
        notes.extend(describe_requests(&requests, &*catalog));
    }
    let scopes = known_scopes(options.planning.scopes_to_adopt_from(), context);
    let owners = foreign_owners(&plan, &actual, &*catalog, &scopes);
    if is_offline {
        // An approval would cover changes to a catalog that does not exist.
        plan.approval = None;
    }
    let adoption_flags = adoption_flags_of(options.writer);
    let options = options.planning.recorded(only.as_ref().map(|only| part_of(only, &manifests)));
    notes.iter_mut().for_each(|note| *note = mask.text(note).into_owned());
    let plan = plan::masked(plan, &mask);
    let planned = BuiltPlan {
        plan,
        is_offline,
        requests,
        mask,
        options,
        manifests,
        base,
        at_base,
        revision,
        catalog,
        blueprints,
        actual,
        owned,
        owners,
        former_owners: FormerOwners::default(),
        adoption_flags,
        part_read,
        delivery,
        impact: None,
        drift: Drift::default(),
        notes,
    };
    Ok(BuildResult::Done(Box::new(planned)))
}

/// Says that the declared entities are mapped ones.
fn describe_mapping(cluster: &ClusterSettings) -> String {
    let path = cluster.mapping.as_ref().map(|(path, _)| path_text(path)).unwrap_or_default();
    format!(
        "The entities are those that the exporter of `{}` maps with `{path}`: null clears, and what the mapping does not set stays.",
        cluster.name
    )
}

fn at_base(plan: &Plan, manifests: &ManifestSet, base: &Base) -> Vec<(EntityKey, Place)> {
    let first = first_of_base(manifests);
    let gone: HashSet<&EntityKey> =
        plan.changes.iter().filter(|change| change.action == Action::Delete).map(|change| &change.key).collect();
    let declared = base.manifests.entities.iter().filter(|entity| gone.contains(&entity.key));
    let placed = |entity: &Desired| {
        let file = FileId(entity.place.file.0 + first);
        (entity.key.clone(), Place { file, ..entity.place })
    };
    let mut found: Vec<(EntityKey, Place)> = declared.map(placed).collect();
    found.sort();
    found.dedup_by(|later, kept| later.0 == kept.0);
    found
}

/// The id of the base's first file in the combined list.
fn first_of_base(manifests: &ManifestSet) -> u32 {
    u32::try_from(manifests.files.len()).unwrap_or(u32::MAX / 2)
}

/// The input of the planner except for the catalog's entities.
struct PlannerInput<'a> {
    options: &'a PlanOptions<'a>,
    settings: &'a Settings,
    /// The name of the catalog.
    catalog: &'a str,
    manifests: &'a ManifestSet,
    base: Option<&'a Base>,
    blueprints: &'a CatalogBlueprints,
    owned: &'a [EntityKey],
    adoption: &'a Adoption,
    only: Option<&'a Only>,
    exporters: Option<&'a Exporters>,
    policies: &'a [Policy],
    mask: &'a Mask,
}

impl PlannerInput<'_> {
    fn destination(&self) -> Destination<'_> {
        Destination {
            platform: self.settings.platform.value.name,
            catalog: self.catalog,
            target: self.settings.target.as_ref().map(|target| target.value.as_str()),
            scope: &self.options.owner.scope,
        }
    }

    fn plan(&self, actual: &Snapshot) -> Plan {
        let Self { options, settings, base, exporters, .. } = self;
        let rule = settings.prune.rule();
        plan::plan(&PlanInput {
            desired: &self.manifests.entities,
            base: base.map(Base::sides),
            actual,
            blueprints: &self.blueprints.all,
            owned: self.owned,
            write: &settings.write.value,
            clears_dropped: settings.mapped_clusters().next().is_none(),
            deletes: exporters.map_or(Deletes::Undeclared, Exporters::deletes),
            is_exported: settings.delivery.value == settings::Delivery::Cluster,
            prune: PruneRule { enabled: options.planning.prunes().unwrap_or(rule.enabled), ..rule },
            policies: self.policies,
            destination: self.destination(),
            adopt: self.adoption.adopt(),
            only_branch: options.only_branch,
            unread: &unread(self.manifests),
            moves: base.map_or(&[], |base| &base.moves),
            only: self.only,
            changed_since: &[],
            mask: self.mask,
        })
    }
}

/// The relations that the plan would write to missing entities. Targets that nothing declares are looked up by their
/// identifiers; if the catalog does not permit the read, they count as existing.
pub(crate) fn missing_links(
    requests: &WriteRequests,
    basis: &PlanBasis<'_>,
    catalog: &dyn Catalog,
    blueprints: &CatalogBlueprints,
    progress: &dyn Progress,
    notes: &mut Vec<String>,
) -> Result<Vec<Link>, CatalogError> {
    let mut links = unconfirmed_links(requests, basis);
    for (name, identifiers) in to_look_up(&links, basis) {
        let identifiers: Vec<Box<str>> = identifiers.into_iter().collect();
        let shelf = match blueprints.all.named(&name) {
            Some(blueprint) => match catalog.read_some(blueprint, &identifiers, progress) {
                Err(error) if matches!(error.status(), Some(403 | 404)) => None,
                read => Some(read?),
            },
            None => None,
        };
        let is_there = |target: &EntityKey| match &shelf {
            Some(Shelf { entities, completeness: Completeness::Complete }) => {
                entities.iter().any(|it| it.key == *target)
            }
            Some(_) | None => true,
        };
        if !matches!(&shelf, Some(Shelf { completeness: Completeness::Complete, .. })) {
            notes.push(format!(
                "The entities of `{}` could not be read, so relations to them were not checked.",
                clean(&name)
            ));
        }
        links.retain(|link| link.target.blueprint != name || !is_there(&link.target));
    }
    Ok(links)
}

/// What Git knows about the run.
struct Checkout {
    base: Option<Base>,
    revision: Option<Revision>,
    allowed: AllowedSecrets,
    policies: Vec<Policy>,
}

/// Reads base and revision. A repository that Git cannot open is an error only if the user named a base; otherwise it
/// is noted.
fn checkout(
    options: &PlanOptions<'_>,
    manifests: &ManifestSet,
    context: &Context<'_>,
    progress: &dyn Progress,
    notes: &mut Vec<String>,
) -> Result<Checkout, Error> {
    let settings = context.settings;
    refuse_pipes(manifests, &settings.root.value)?;
    let repository = match context.git.repository() {
        Err(error) if !matches!(options.base, base::Wanted::Named(_)) => {
            notes.push(format!("The changes of this branch are unknown: {error}."));
            None
        }
        opened => opened?,
    };
    let request = base::Request {
        wanted: options.base,
        repository,
        root: &settings.root.value,
        pattern: &options.workspace.pattern,
        clusters: &Clusters::of(&options.workspace.settings, context.environment),
        commit: options.workspace.requested(),
        now: manifests,
        environment: context.environment,
        progress,
    };
    let compared = base::base(&request)?;
    notes.extend(compared.notes);
    if options.only_branch && compared.base.is_none() {
        // Later notes are about other things.
        return Err(BaseError::NoBase { why: notes.pop() }.into());
    }
    let merge_base = repository
        .zip(compared.base.as_ref())
        .and_then(|(it, base)| Some((it, it.known_commit(&base.revision.commit)?)));
    let allowed = allowed_secrets(settings, context.environment, merge_base);
    let PoliciesInForce { policies, notes: about_policies } =
        policies_in_force(settings, context.environment, merge_base);
    notes.extend(about_policies);
    let revision = options.workspace.revision(repository)?;
    Ok(Checkout { base: compared.base, revision, allowed, policies })
}

/// Git reads the ignore files of every folder, and would block on a named pipe.
pub(super) fn refuse_pipes(manifests: &ManifestSet, root: &Path) -> Result<(), GitError> {
    let mut paths = manifests.unreadable.iter().map(|unreadable| root.join(&unreadable.path));
    match paths.find(|path| path.ends_with(".gitignore") && is_pipe(path)) {
        Some(path) => Err(GitError::Pipe { path }),
        None => Ok(()),
    }
}

/// The keys of owned entities. A catalog that does not report ownership owns nothing for this scope, and a note says
/// so.
fn tolerant(
    found: Result<Vec<EntityKey>, CatalogError>,
    notes: &mut Vec<String>,
) -> Result<Vec<EntityKey>, CatalogError> {
    match found {
        Err(error) if error.is_no_route() => {
            notes.push(
                "The catalog does not report who wrote an entity: every existing entity counts as owned by others, and nothing is deleted."
                    .to_owned(),
            );
            Ok(Vec::new())
        }
        found => found,
    }
}

/// `--adopt-from` applies to the plan of a push only.
fn adoption_flags_of(writer: PlanWriter) -> AdoptionFlags {
    match writer {
        PlanWriter::Push => AdoptionFlags::Any,
        PlanWriter::Exporters => AdoptionFlags::AdoptOnly,
    }
}

/// Unusable manifests and folders. While there are any, nothing is deleted.
fn unread(manifests: &ManifestSet) -> Vec<Blocker> {
    let unusable = manifests.unusable.iter().map(|unusable| Blocker::Manifest(unusable.place));
    let folders = manifests
        .unreadable
        .iter()
        .map(|folder| Blocker::Folder { path: folder.path.as_str().into(), why: folder.why.clone() });
    unusable.chain(folders).collect()
}

/// Blueprints that were not read yet and whose entities may relate to a deleted entity.
pub(crate) fn onlookers(plan: &Plan, blueprints: &CatalogBlueprints, actual: &Snapshot) -> Vec<Blueprint> {
    let names: BTreeSet<&str> = plan
        .hazards
        .iter()
        .filter_map(|hazard| match &hazard.kind {
            HazardKind::UnseenDependents { unread, .. } => Some(unread),
            HazardKind::Policy { .. }
            | HazardKind::ManyDeletes { .. }
            | HazardKind::DeleteWithDependents { .. }
            | HazardKind::RenameWithDependents { .. }
            | HazardKind::Foreign { .. }
            | HazardKind::ChangedSincePush { .. }
            | HazardKind::Unseen { .. }
            | HazardKind::StillNeeded { .. }
            | HazardKind::PruneBlocked { .. } => None,
        })
        .flatten()
        .map(AsRef::as_ref)
        .filter(|name| !actual.blueprints.contains_key(*name))
        .collect();
    blueprints.all.among(&names)
}

/// Whether no catalog is configured. In CI, the embedded catalog would then be empty in every run.
pub(crate) fn is_local_by_default(settings: &Settings) -> bool {
    settings.catalog.value == settings::Catalog::Local && settings.catalog.origin == Origin::Default
}

impl BuiltPlan {
    /// The data that the plan is based on.
    pub fn basis(&self) -> PlanBasis<'_> {
        PlanBasis {
            desired: &self.manifests.entities,
            blueprints: &self.blueprints.all,
            actual: &self.actual,
            mask: &self.mask,
        }
    }

    /// Closes the catalog, and frees the rest in the background: it is the end of the run.
    pub fn free(self) {
        let Self { plan, requests, manifests, base, actual, owned, .. } = self;
        sources::free_in_background(manifests.files.len(), (plan, requests, manifests, base, actual, owned));
    }

    /// Path and text of the manifests that the plan mentions.
    pub fn texts(&self) -> Texts {
        let wanted: BTreeSet<FileId> = self.plan.places().map(|place| place.file).collect();
        let texts = Texts::of_files(wanted, &self.manifests.files);
        let Some(base) = &self.base else { return texts };
        let before = self.at_base.iter().map(|(_, place)| place.file).collect();
        texts.and_files(before, &base.manifests.files, first_of_base(&self.manifests))
    }
}

#[cfg(test)]
mod tests;
