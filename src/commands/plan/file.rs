//! Writes plan files, and compares them with the plan that is computed again before it is applied. Nothing in a plan
//! file is trusted.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use crate::catalog::{CatalogError, Part};
use crate::commands::args::planning::{PlanOptions, PlanPart, PlanningArgs};
use crate::commands::catalog::address::catalog_name;
use crate::commands::context::Context;
use crate::commands::plan::base::Wanted;
use crate::commands::plan::build::{BuildResult, BuiltPlan, build_plan};
use crate::commands::push::error::PushError;
use crate::commands::workspace::open::Workspace;
use crate::domain::entity::{EntityKey, Owner};
use crate::domain::error_class::ExitClass;
use crate::domain::finding::FileId;
use crate::domain::plan::change::Field;
use crate::domain::progress::{Progress, Silent};
use crate::domain::value::Value;
use crate::error::Error;
use crate::plan::Destination;
use crate::plan::file::{
    CatalogState, Difference, Drift, DriftKind, FORMAT, Mismatch, PlanFile, PlanFileError, Provenance,
    destination_mismatches, differences, drift, mismatches,
};
use crate::report::escape::{clean, harmless_json};
use crate::report::plan::AdoptionFlags;
use crate::settings::Settings;
use crate::sources::{self, OutputError, PathKind};
use crate::text::plural::{count, list};

/// The version of portolan that a plan file records.
const TOOL: &str = env!("CARGO_PKG_VERSION");
/// The number of entities that one sentence names.
const MAX_NAMES: usize = 10;
/// The number of characters of a value in a sentence.
const MAX_VALUE_CHARS: usize = 60;
/// The format name must be within this many characters at the start of a plan file.
const FORMAT_NAME_WITHIN: usize = 200;

/// The plan with its provenance and preconditions, as a plan file holds it.
pub(crate) fn plan_file(planned: &BuiltPlan, settings: &Settings) -> PlanFile {
    let basis = planned.basis();
    let requests = planned.requests.clone();
    let path = |FileId(file): FileId| planned.manifests.files.get(file as usize).map_or("", |file| file.path.as_str());
    PlanFile::new(provenance(planned, settings), planned.options.clone(), planned.plan.clone(), requests, basis, path)
}

/// Writes a plan file. `file` is relative to the user's directory; `push` is the command that applies it, without the
/// approval flags.
pub(crate) fn save_plan(file: &Path, push: &str, planned: &BuiltPlan, context: &mut Context<'_>) -> Result<(), Error> {
    check_output_path(file, context.settings)?;
    let text = harmless_json(plan_file(planned, context.settings).write());
    let place = context.settings.directory.join(file);
    sources::write_output(&context.settings.boundary, &place, &text)
        .map_err(|error| error.named(&context.settings.directory, file))?;
    let approve = planned.plan.approval.map(|digest| format!(" --approve {digest}")).unwrap_or_default();
    let can_be_pushed = planned.plan.obstacles.is_empty() && planned.plan.refusals() == 0;
    let how = match can_be_pushed {
        true => format!(". Apply it with `{push}{approve}`"),
        false => String::new(),
    };
    context.say(&format!("Plan saved to `{}`{how}.", file.display()));
    Ok(())
}

/// The value of `--out` is no place for a plan.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("plan cannot be written to `{path}`: {why}")]
#[diagnostic(code("no-place-for-a-plan"), help("{help}"))]
pub(crate) struct NoPlaceForPlan {
    path: String,
    why: &'static str,
    help: &'static str,
}

impl ExitClass for NoPlaceForPlan {}

/// Refuses a path whose file is not a plan: `--out` may overwrite an older plan, but no other file.
pub(crate) fn check_output_path(file: &Path, settings: &Settings) -> Result<(), NoPlaceForPlan> {
    let refuse = |why, help| Err(NoPlaceForPlan { path: file.display().to_string(), why, help });
    if file == Path::new("-") {
        return refuse("`-` is standard output, not a file", "name a file; for a file called `-` write `./-`");
    }
    let path = settings.directory.join(file);
    if sources::path_kind(&path) != Some(PathKind::File) {
        return Ok(());
    }
    let is_plan = match sources::read_input(&settings.boundary, &path) {
        Ok(text) => text.trim().is_empty() || looks_like_plan_file(&text),
        Err(OutputError::Read { source, .. }) => source.kind() != ErrorKind::InvalidData,
        Err(OutputError::TooLarge { .. }) => false,
        // The write reports the error.
        Err(_) => true,
    };
    if is_plan { Ok(()) } else { refuse("it exists and is not a plan file", "name another file, or remove this one") }
}

/// Whether the text begins like a plan file of any version.
fn looks_like_plan_file(text: &str) -> bool {
    let head: String = text.chars().take(FORMAT_NAME_WITHIN).collect();
    FORMAT.split('/').next().is_some_and(|format| head.contains(&format!("\"{format}/")))
}

fn read_plan(file: &Path, settings: &Settings) -> Result<PlanFile, Error> {
    let path = file.display().to_string();
    match sources::read_input(&settings.boundary, &settings.directory.join(file)) {
        Ok(text) => Ok(PlanFile::read(&path, &text, TOOL)?),
        Err(OutputError::Read { source, .. }) if source.kind() == ErrorKind::InvalidData => {
            Err(PlanFileError::NoPlan { path }.into())
        }
        Err(error) => Err(error.named(&settings.directory, file).into()),
    }
}

fn provenance(planned: &BuiltPlan, settings: &Settings) -> Provenance {
    let revision = planned.revision.as_ref();
    Provenance {
        tool: TOOL.to_owned(),
        scope: planned.plan.scope.clone(),
        platform: settings.platform.value.name.to_owned(),
        catalog: planned.catalog.name().to_owned(),
        target: settings.target.as_ref().map(|target| target.value.clone()),
        commit: revision.and_then(|revision| revision.commit.clone()),
        is_dirty: revision.is_some_and(|revision| revision.is_dirty),
        base: planned.base.as_ref().map(|base| base.revision.commit.clone()),
    }
}

fn name(key: &EntityKey) -> String {
    format!("`{}/{}`", key.blueprint, key.identifier)
}

fn describe_mismatch(mismatch: &Mismatch, secret: &str) -> String {
    let differs =
        |what: &str, made: &str, now: &str| format!("The plan was made for the {what} {made}; this is {now}.");
    match mismatch {
        Mismatch::Scope { made, now } => differs("scope", &format!("`{made}`"), &format!("`{now}`")),
        Mismatch::Platform { made, now } => differs("platform", &format!("`{made}`"), &format!("`{now}`")),
        Mismatch::Catalog { made, now } => differs("catalog", made, now),
        Mismatch::Target { made, now } => {
            let target = |name: &Option<String>| name.as_ref().map_or("none".to_owned(), |name| format!("`{name}`"));
            differs("target", &target(made), &target(now))
        }
        Mismatch::MaskKey => format!(
            "The plan file masks credentials with the key of another {secret}, so its values cannot be compared: make the \
             plan again with `portolan diff --out`, with the same {secret} as this push."
        ),
        Mismatch::Manifests { blueprint, keys } => {
            let mut names: Vec<String> = keys.iter().take(MAX_NAMES).map(name).collect();
            if keys.len() > MAX_NAMES {
                names.push(count(keys.len() - MAX_NAMES, "other"));
            }
            let named = if names.is_empty() { String::new() } else { format!(", for example {}", list(&names)) };
            format!("Manifests of the blueprint `{blueprint}` changed{named}.")
        }
        Mismatch::Blueprint { blueprint, is_gone: true } => {
            format!("The blueprint `{blueprint}` is no longer in the catalog.")
        }
        Mismatch::Blueprint { blueprint, is_gone: false } => {
            format!("The blueprint `{blueprint}` changed in the catalog.")
        }
        Mismatch::Obstacles { count: number } => {
            format!("The plan has {}: changes that cannot be made.", count(*number, "obstacle"))
        }
    }
}

fn describe_drift(drift: &Drift) -> String {
    let key = name(&drift.key);
    match &drift.kind {
        DriftKind::Appeared => format!("{key} was created in the catalog."),
        DriftKind::Changed => format!("{key} was changed in the catalog."),
        DriftKind::Gone => format!("{key} is no longer in the catalog."),
        DriftKind::NotOurs => format!("{key} is to be deleted, but another owner wrote it last."),
        DriftKind::PointsTo { gone, relation } => {
            format!("{key} now points to {} (`{relation}`), which is to be deleted.", name(gone))
        }
        DriftKind::Unread(Some(why)) => format!("{key} could not be compared with the plan: {why}."),
        DriftKind::Unread(None) => format!("{key} could not be compared with the plan: its blueprint was not read."),
    }
}

/// Computes the plan of a file again, with the options that the file records, and compares the two. Requests are sent
/// only from the new plan, never from the file. If the two differ, the error lists the differences.
pub(crate) fn reopen(
    file: &Path,
    owner: &Owner,
    workspace: &Workspace<'_>,
    context: &mut Context<'_>,
) -> Result<Box<BuiltPlan>, Error> {
    let (settings, path) = (context.settings, file);
    let file = read_plan(path, settings)?;
    let catalog = catalog_name(settings);
    let secret = settings.platform.value.client_secret_variable;
    let now = Destination {
        platform: settings.platform.value.name,
        catalog: &catalog,
        target: settings.target.as_ref().map(|target| target.value.as_str()),
        scope: &owner.scope,
    };
    // A plan for another catalog is refused without reading anything.
    let elsewhere = destination_mismatches(&file.provenance, now);
    if !elsewhere.is_empty() {
        return Err(stale(path, elsewhere.iter().map(|mismatch| describe_mismatch(mismatch, secret))));
    }
    let planning = PlanningArgs::of_file(&file.options);
    let options = PlanOptions {
        base: file.provenance.base.as_deref().map_or(Wanted::Nothing, Wanted::Recorded),
        only: PlanPart::Recorded(file.options.only.as_ref()),
        ..planning.options(owner, workspace)
    };
    let mut planned = match build_plan(&options, workspace.manifests(context)?, context)? {
        // The flags of the command that pushes a file: its plan is made already.
        BuildResult::Done(planned) => Box::new(BuiltPlan { adoption_flags: AdoptionFlags::AdoptOnly, ..*planned }),
        BuildResult::UnknownBlueprints(result) => {
            return Err(stale(path, result.findings.into_iter().map(|finding| finding.message)));
        }
    };
    let mismatches = mismatches(&file, now, &planned.basis());
    if !mismatches.is_empty() {
        return Err(stale(path, mismatches.iter().map(|mismatch| describe_mismatch(mismatch, secret))));
    }
    read_touched(&file, &mut planned, context)?;
    let state = CatalogState {
        actual: &planned.actual,
        blueprints: &planned.blueprints.all,
        owned: &planned.owned,
        mask: &planned.mask,
    };
    let drift = drift(&file, &state);
    if !drift.is_empty() {
        return Err(stale(path, drift.iter().map(describe_drift)));
    }
    let has_base = file.provenance.base.is_none() || planned.base.is_some();
    let differences = differences(&file, &plan_file(&planned, settings), has_base);
    if !differences.is_empty() {
        let more = differences.len().saturating_sub(MAX_NAMES);
        let mut sentences: Vec<String> = differences.iter().take(MAX_NAMES).map(describe_difference).collect();
        sentences.extend((more > 0).then(|| format!("{} not shown.", count(more, "more difference"))));
        sentences.extend((!has_base).then(|| no_base(&file)));
        return Err(stale(path, sentences.into_iter()));
    }
    if provenance(&planned, settings).commit != file.provenance.commit {
        planned.notes.push("The plan was made at another commit with the same manifests.".to_owned());
    }
    Ok(planned)
}

/// `differences`: why the plan is not applied, as sentences.
fn stale(path: &Path, differences: impl Iterator<Item = String>) -> Error {
    let why = differences.map(|sentence| clean(&sentence).into_owned()).collect();
    PushError::Stale { path: path.display().to_string(), why }.into()
}

fn no_base(file: &PlanFile) -> String {
    format!(
        "The base of the plan, commit `{}`, is not in this clone: fetch it (`fetch-depth: 0`).",
        file.provenance.base.as_deref().unwrap_or_default()
    )
}

/// Reads entities that the file mentions and the new plan had no reason to read.
fn read_touched(file: &PlanFile, planned: &mut BuiltPlan, context: &Context<'_>) -> Result<(), CatalogError> {
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    for (name, identifiers) in file.to_read() {
        // `mismatches` reports a blueprint that no longer exists.
        let Some(blueprint) = planned.blueprints.all.named(&name) else { continue };
        let Some(shelf) = planned.actual.blueprints.get_mut(name.as_ref()) else {
            let shelf = planned.catalog.read_some(blueprint, &identifiers, progress)?;
            planned.actual.blueprints.insert(name.to_string(), shelf);
            continue;
        };
        let Part::Relevant(relevant) = &planned.part_read else { continue };
        let mut unread = identifiers;
        unread.retain(|identifier| {
            !relevant.has_named(&EntityKey { blueprint: Arc::clone(&name), identifier: identifier.clone() })
        });
        if !unread.is_empty() {
            shelf.entities.extend(planned.catalog.read_some(blueprint, &unread, progress)?.entities);
            shelf.entities.sort_by(|one, other| one.key.cmp(&other.key));
            shelf.entities.dedup_by(|one, other| one.key == other.key);
        }
    }
    Ok(())
}

/// Describes one difference between the file and the new plan.
fn describe_difference(difference: &Difference) -> String {
    let value = |value: &Option<Value>| match value {
        None => "no change".to_owned(),
        Some(value) => format!("`{}`", brief(&value.to_json().to_string())),
    };
    match difference {
        Difference::Unfounded(key) => {
            format!("{}: the file has a change that does not follow from the manifests and the catalog.", name(key))
        }
        Difference::Unshown(key) => {
            format!("{}: the file lacks a change that follows from the manifests and the catalog.", name(key))
        }
        Difference::Action(key) => format!("{}: the action or its reason differs from the file.", name(key)),
        Difference::Field { key, field, shown, planned } => format!(
            "{}: the file has {} for {}, and the manifest has {}.",
            name(key),
            value(shown),
            field_name(field),
            value(planned)
        ),
        Difference::FieldDetail { key, field } => {
            format!("{}: the details of {} differ from the file.", name(key), field_name(field))
        }
        Difference::Dependents(key) => {
            format!("{}: the entities that point to it differ from the file.", name(key))
        }
        Difference::Request(key) => {
            format!("{}: the request differs from the file.", name(key))
        }
        Difference::Policies => {
            "The policies of the config judge this plan differently: they or the changes that they apply to changed."
                .to_owned()
        }
        Difference::Hazards => "The hazards of the plan differ from the file.".to_owned(),
        Difference::Counts => "The counts of the plan differ from the file.".to_owned(),
        Difference::Order => "The steps of the plan differ from the file.".to_owned(),
        Difference::Approval => "The approval digest of the plan differs from the file.".to_owned(),
        Difference::Rest(part) => format!("The part `{part}` of the plan differs from the file."),
    }
}

fn field_name(field: &Field) -> String {
    match field {
        Field::Text(field) => format!("`{}`", field.key()),
        Field::Team => "`team`".to_owned(),
        Field::Property(name) => format!("`properties.{name}`"),
        Field::Relation(name) => format!("`relations.{name}`"),
    }
}

/// A value, shortened for a sentence.
fn brief(text: &str) -> String {
    let text = text.replace('`', "'");
    if text.chars().count() <= MAX_VALUE_CHARS {
        return text;
    }
    let cut: String = text.chars().take(MAX_VALUE_CHARS).collect();
    format!("{cut}…")
}
