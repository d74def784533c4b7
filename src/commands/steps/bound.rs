//! Yields plan files and what has become of them: a plan is bound to what it was made of when it is written, and held
//! against what there is now before it is carried out. Nothing in a file is believed because it is there.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;

use crate::catalog::{Catalog, CatalogError};
use crate::commands::context::Context;
use crate::commands::steps::connected::{Intent, connect_for};
use crate::commands::steps::live::Live;
use crate::commands::steps::planned::{Planned, refuse_pipes};
use crate::commands::steps::revision::repository;
use crate::commands::steps::standpoint::Standpoint;
use crate::domain::act::Acts;
use crate::domain::entity::{EntityKey, Owner};
use crate::domain::finding::FileId;
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::Snapshot;
use crate::domain::words::{count, list};
use crate::error::{DiffError, Error};
use crate::plan::acts;
use crate::plan::binding::{BindingError, Circumstances, FORMAT, How, Moved, PlanFile, Sight, Unfit, moved, unfit};
use crate::report::escape::{clean, harmless_json};
use crate::settings::Settings;
use crate::sources::{self, OutputError, PathKind};

/// What version a plan file is made by, and carried out by.
const TOOL: &str = env!("CARGO_PKG_VERSION");
/// So many entities are named in one sentence.
const MOST_TOLD: usize = 10;
/// In so many characters of a plan file it says what it is.
const HEAD: usize = 200;

/// The plan, bound.
pub(crate) fn bound(planned: &Planned, settings: &Settings) -> PlanFile {
    let ground = planned.ground();
    let acts = acts(&planned.plan, &ground);
    let path = |FileId(file): FileId| planned.asked.files.get(file as usize).map_or("", |file| file.path.as_str());
    PlanFile::bind(circumstances(planned, settings), planned.plan.clone(), acts, ground, path)
}

/// `file` is relative to where the user is.
/// `push`: the command that carries it out, but for what it must be given.
pub(crate) fn write_plan(file: &Path, push: &str, planned: &Planned, context: &mut Context<'_>) -> Result<(), Error> {
    refuse_place(file, context.settings)?;
    let text = harmless_json(bound(planned, context.settings).write());
    let place = context.settings.directory.join(file);
    sources::write_output(&context.settings.boundary, &place, &text).map_err(|error| as_named(error, file))?;
    let approve = planned.plan.approval.map(|digest| format!(" --approve {}", digest.short())).unwrap_or_default();
    let how = match planned.plan.obstacles.is_empty() {
        true => format!(": `{push}{approve}` carries it out"),
        false => String::new(),
    };
    context.say(&format!("The plan is in `{}`{how}.", file.display()));
    Ok(())
}

/// A plan takes the place of a plan, and of nothing else that somebody may want to keep.
pub(crate) fn refuse_place(file: &Path, settings: &Settings) -> Result<(), DiffError> {
    let refuse = |why, help| Err(DiffError::NoPlace { path: file.display().to_string(), why, help });
    if file == Path::new("-") {
        return refuse("it is no file", "name a file; one that is called `-` is `./-`");
    }
    let path = settings.directory.join(file);
    if sources::path_kind(&path) != Some(PathKind::File) {
        return Ok(());
    }
    let is_plan = match sources::read_input(&settings.boundary, &path) {
        Ok(text) => text.trim().is_empty() || is_plan_file(&text),
        Err(OutputError::Read { source, .. }) => source.kind() != ErrorKind::InvalidData,
        Err(OutputError::TooLarge { .. }) => false,
        // Writing to it says what is wrong.
        Err(_) => true,
    };
    if is_plan { Ok(()) } else { refuse("there is a file that is no plan", "name another file, or remove that one") }
}

/// By its first words, whatever version wrote it.
fn is_plan_file(text: &str) -> bool {
    let head: String = text.chars().take(HEAD).collect();
    FORMAT.split('/').next().is_some_and(|format| head.contains(&format!("\"{format}/")))
}

fn read_plan(file: &Path, settings: &Settings) -> Result<PlanFile, Error> {
    let path = file.display().to_string();
    match sources::read_input(&settings.boundary, &settings.directory.join(file)) {
        Ok(text) => Ok(PlanFile::read(&path, &text, TOOL)?),
        Err(OutputError::Read { source, .. }) if source.kind() == ErrorKind::InvalidData => {
            Err(BindingError::NoPlan { path }.into())
        }
        Err(error) => Err(as_named(error, file).into()),
    }
}

/// With the path as the user wrote it.
fn as_named(error: OutputError, file: &Path) -> OutputError {
    let path = file.to_owned();
    match error {
        OutputError::Write { source, .. } => OutputError::Write { path, source },
        OutputError::Read { source, .. } => OutputError::Read { path, source },
        OutputError::TooLarge { limit, .. } => OutputError::TooLarge { path, limit },
        OutputError::WriteLink { problem, .. } => OutputError::WriteLink { path, problem },
        OutputError::NoReader { .. } => OutputError::NoReader { path },
        OutputError::Open { problem, .. } => OutputError::Open { path, problem },
        OutputError::Input(_) | OutputError::InputTooLarge { .. } => error,
    }
}

fn circumstances(planned: &Planned, settings: &Settings) -> Circumstances {
    let revision = planned.revision.as_ref();
    Circumstances {
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

fn of_unfit(unfit: &Unfit) -> String {
    let differs =
        |what: &str, made: &str, now: &str| format!("The plan was made for the {what} {made}, and this is {now}.");
    match unfit {
        Unfit::Scope { made, now } => differs("scope", &format!("`{made}`"), &format!("`{now}`")),
        Unfit::Platform { made, now } => differs("platform", &format!("`{made}`"), &format!("`{now}`")),
        Unfit::Catalog { made, now } => differs("catalog", made, now),
        Unfit::Manifests { blueprint, keys } => {
            let mut names: Vec<String> = keys.iter().take(MOST_TOLD).map(name).collect();
            if keys.len() > MOST_TOLD {
                names.push(count(keys.len() - MOST_TOLD, "other"));
            }
            let named = if names.is_empty() { String::new() } else { format!(", of {} for one", list(&names)) };
            format!("The manifests of the blueprint `{blueprint}` do not say what they said{named}.")
        }
        Unfit::Blueprint { blueprint, is_gone: true } => {
            format!("The blueprint `{blueprint}` is no longer in the catalog.")
        }
        Unfit::Blueprint { blueprint, is_gone: false } => {
            format!("The blueprint `{blueprint}` in the catalog is not as it was.")
        }
        Unfit::Obstacles { count: number } => {
            format!("The plan holds {} that nobody can carry out.", count(*number, "thing"))
        }
    }
}

fn of_moved(moved: &Moved) -> String {
    let key = name(&moved.key);
    match &moved.how {
        How::Appeared => format!("{key} is in the catalog by now, and was not."),
        How::Changed => format!("{key} was changed in the catalog."),
        How::Gone => format!("{key} is no longer in the catalog."),
        How::NotOurs => format!("{key} is to be deleted, and somebody else wrote it last."),
        How::PointsTo { gone, relation } => {
            format!("{key} points to {} by now (`{relation}`), which is to be deleted.", name(gone))
        }
        How::Unread(Some(why)) => format!("Whether {key} is as it was is not known: {why}."),
        How::Unread(None) => format!("Whether {key} is as it was is not known: its blueprint was not read."),
    }
}

/// A plan file, looked at again.
pub(crate) struct Rebound {
    /// As if it had been planned now, but for the base, which nobody needs any more.
    pub planned: Planned,
    pub acts: Acts,
    /// Why it is not carried out, as sentences; empty: it may be.
    pub refusals: Vec<String>,
}

/// Reads a plan file and all that it hangs on. Of the catalog only what it touches is read.
pub(crate) fn rebound(
    file: &Path,
    owner: &Owner,
    from: &Standpoint,
    context: &mut Context<'_>,
) -> Result<Rebound, Error> {
    let settings = context.settings;
    let file = read_plan(file, settings)?;
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let pattern = settings.pattern()?;
    let asked = from.asked(&settings.root.value, &pattern, progress)?;
    refuse_pipes(&asked, &settings.root.value)?;
    let repository = repository(settings, context.environment).ok().flatten();
    let revision = from.revision(repository.as_ref(), settings, &pattern)?;
    let catalog = connect_for(owner, &asked.entities, from.shelf(), Intent::Write, context)?;
    let live = Live::of(&*catalog)?;
    let ids: HashMap<&str, FileId> = asked.files.iter().map(|file| file.path.as_str()).zip((0..).map(FileId)).collect();
    let mut planned = Planned {
        plan: file.placed(&asked.entities, |path| ids.get(path).copied()),
        owned: catalog.owned(owner)?,
        actual: Snapshot::default(),
        base: None,
        at_base: Vec::new(),
        notes: from.notes().to_vec(),
        asked,
        revision,
        catalog,
        live,
    };
    let now = Circumstances { scope: owner.scope.clone(), ..circumstances(&planned, settings) };
    let mut refusals: Vec<String> = unfit(&file, &now, &planned.ground()).iter().map(of_unfit).collect();
    // Of a plan for another catalog nothing is there.
    if refusals.is_empty() {
        planned.actual = touched(&file, &*planned.catalog, &planned.live, progress)?;
        let sight = Sight { actual: &planned.actual, blueprints: &planned.live.all, owned: &planned.owned };
        refusals = moved(&file, &sight).iter().map(of_moved).collect();
    }
    if now.commit != file.made.commit && refusals.is_empty() {
        planned.notes.push("The plan was made at another commit, whose manifests say the same.".to_owned());
    }
    let refusals = refusals.iter().map(|sentence| clean(sentence).into_owned()).collect();
    Ok(Rebound { planned, acts: file.acts, refusals })
}

/// What a plan touches, as it is now.
fn touched(
    file: &PlanFile,
    catalog: &dyn Catalog,
    live: &Live,
    progress: &dyn Progress,
) -> Result<Snapshot, CatalogError> {
    let mut snapshot = Snapshot::default();
    for (name, identifiers) in file.to_read() {
        // One that is gone is told by `unfit`.
        let Some(blueprint) = live.all.named(&name) else { continue };
        let shelf = catalog.read_some(blueprint, &identifiers, progress)?;
        snapshot.blueprints.insert(name.to_string(), shelf);
    }
    Ok(snapshot)
}
