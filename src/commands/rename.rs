//! `rename`: changes the identifier of an entity and every value that points to it, in all manifests at once.

pub(crate) mod error;
mod file_name;
pub(crate) mod former;
mod kustomizations;
pub(crate) mod names;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::analysis::EntityRef;
use crate::commands::context::Context;
use crate::commands::lint::index::RepositoryIndex;
use crate::commands::query::fields::read_declared;
use crate::commands::query::open::{open_index, open_index_with};
use crate::commands::query::places::Lines;
use crate::commands::query::subject::{parse_entity, unknown_entity};
use crate::commands::rename::error::RenameError;
use crate::commands::rename::file_name::new_path;
use crate::commands::rename::former::former_identifier;
use crate::commands::rename::kustomizations::listing_kustomizations;
use crate::commands::rename::names::NewName;
use crate::commands::schema;
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::texts::masked_source;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::entity::EntityKey;
use crate::domain::entity::identifier::to_resource_name;
use crate::domain::finding::{Edit, EntityName, FileId};
use crate::editor::rename::{Annotation, TextRename, rename};
use crate::error::Error;
use crate::exit::Exit;
use crate::manifest::{ReadAs, edit};
use crate::report::unified_diff;
use crate::settings::Delivery;
use crate::sources::{self, FileChange, Place, ReadBuffer, SourceFile, Text};
use crate::text::escape::clean;
use crate::text::plural::{count, list};
use crate::ui::Prompt;

/// Rename an entity, and everything that points to it
///
/// Changes the identifier in the manifest, and each relation, `team` and team property that names the entity, in all
/// manifests. Comments, order and layout stay as they are. The manifest gets an annotation with the former identifier, so that
/// `diff` shows one rename, and `push` changes the identifier in the catalog instead of deleting the entity.
///
/// The change is shown as a diff first. All files are written, or none.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan rename service/cart basket
  portolan rename _team/payments money --dry-run
  portolan rename service/cart basket --file --resource-name --yes")]
pub struct RenameArgs {
    /// The entity, as BLUEPRINT/ID
    #[arg(value_name = "ENTITY", value_hint = clap::ValueHint::Other)]
    pub entity: String,
    /// The new identifier
    #[arg(value_name = "NEW_ID", value_hint = clap::ValueHint::Other)]
    pub to: String,
    /// Name the file after the new identifier too, also in the kustomizations that list it
    #[arg(long)]
    pub file: bool,
    /// Name the Kubernetes resource (`metadata.name`) after the new identifier too
    #[arg(long)]
    pub resource_name: bool,
    /// Change only the values that point to the entity: for one that no manifest declares
    #[arg(long, conflicts_with_all = ["file", "resource_name"])]
    pub references_only: bool,
    /// Show the change as a diff, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask for confirmation; required where there is no terminal to ask on
    #[arg(long, short, conflicts_with = "dry_run")]
    pub yes: bool,
}

impl Verb for RenameArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| run(self, context))
    }
}

fn run(args: &RenameArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let mut prompt = if args.dry_run || args.yes { None } else { Prompt::of_terminal() };
    let repository = open_index(context)?;
    let name = parse_entity(&args.entity, &repository)?;
    check_names(args, &name, &repository)?;
    if prompt.is_none() && !args.dry_run && !args.yes {
        return Err(RenameError::NoTerminal.into());
    }
    let files = changed_files(args, &name, &repository, context)?;
    if files.is_empty() {
        context.say(&format!("No manifest names `{}/{}`; nothing to change.", name.blueprint, name.identifier));
        return Ok(Exit::Success);
    }
    check_staged(&files, context)?;
    check_complete(args, &name, &repository, &files, context)?;
    for file in &files {
        let (before, after) =
            (masked_source(&file.before.text, &context.mask), masked_source(&file.after, &context.mask));
        let shown = unified_diff::unified(&file.path, &before, &after, &context.style);
        context.streams.show(&shown)?;
        if let Some(to) = &file.to {
            let (old, new) = (clean(&file.path).into_owned(), sources::path_text(to));
            context.streams.show(&format!("rename {old} => {}\n", clean(&new)))?;
        }
    }
    context.streams.flush()?;
    notes(args, &name, &repository, context).iter().for_each(|note| context.say(&format!("note: {note}")));
    let summary =
        format!("`{}/{}` to `{}` in {}", name.blueprint, name.identifier, args.to, count(files.len(), "file"));
    if args.dry_run {
        context.say(&format!("Would rename {summary}; nothing was written."));
        return Ok(Exit::Success);
    }
    if let Some(prompt) = &mut prompt
        && !prompt.confirm(&format!("Rename {summary}?"))?
    {
        context.say("Nothing was written.");
        return Ok(Exit::Interrupted);
    }
    let root = &context.settings.root.value;
    let changes: Vec<FileChange> = files.iter().map(ChangedFile::change).collect();
    sources::write_several(root, &changes)?;
    schema::refresh(context.settings, Vec::new())?;
    context.say(&format!("Renamed {summary}. `portolan diff` shows what it changes in the catalog."));
    Ok(Exit::Success)
}

/// A file that the rename changes.
struct ChangedFile {
    path: String,
    /// Relative to the root.
    disk: PathBuf,
    before: Text,
    after: String,
    to: Option<PathBuf>,
}

impl ChangedFile {
    fn change(&self) -> FileChange {
        FileChange {
            path: self.disk.clone(),
            before: sources::encode(&self.before.text, self.before.encoding),
            after: sources::encode(&self.after, self.before.encoding),
            to: self.to.clone(),
        }
    }
}

fn check_names(args: &RenameArgs, name: &EntityName, repository: &RepositoryIndex) -> Result<(), Error> {
    let EntityName { blueprint, identifier } = name;
    let RepositoryIndex { index, snapshot, .. } = repository;
    let mut lines = Lines::new(&repository.files);
    let mut place =
        |entity: &EntityRef<'_>| format!("{}:{}", repository.path(entity.file()), lines.line(entity.place()));
    let declarations = index.declarations(blueprint, identifier);
    let references = index.references_to(blueprint, identifier);
    let earlier = earlier_identifier(name, repository);
    let names = NewName {
        name,
        to: &args.to,
        declared: declarations.iter().map(&mut place).collect(),
        taken: index.declarations(blueprint, &args.to).first().map(&mut place),
        pointing: references.len(),
        earlier: earlier.as_deref(),
    };
    names.check_identifier(snapshot)?;
    let is_known = || snapshot.known.as_ref().is_some_and(|known| known.contains(blueprint, identifier));
    if declarations.is_empty() && references.is_empty() && !is_known() {
        return Err(unknown_entity(name, repository).into());
    }
    if args.references_only {
        let Some(place) = names.declared.into_iter().next() else { return Ok(()) };
        return Err(RenameError::IsDeclared { name: format!("{blueprint}/{identifier}"), place }.into());
    }
    names.check_places(snapshot)?;
    match declarations.first().filter(|entity| entity.is_doubtful()) {
        Some(entity) => {
            let path = repository.path(entity.file()).to_owned();
            Err(RenameError::Broken { path, identifier: identifier.clone() }.into())
        }
        None => Ok(()),
    }
}

/// The spans to change in one file.
#[derive(Default)]
struct Spans {
    identifiers: Vec<Span>,
    references: Vec<Span>,
}

fn changed_files(
    args: &RenameArgs,
    name: &EntityName,
    repository: &RepositoryIndex,
    context: &Context<'_>,
) -> Result<Vec<ChangedFile>, Error> {
    let EntityName { blueprint, identifier } = name;
    let mut spans: BTreeMap<FileId, Spans> = BTreeMap::new();
    let declarations = repository.index.declarations(blueprint, identifier);
    for entity in declarations.iter().filter(|_| !args.references_only) {
        spans.entry(entity.file()).or_default().identifiers.push(entity.place().span);
    }
    for target in repository.index.references_to(blueprint, identifier) {
        spans.entry(target.entity.file()).or_default().references.push(target.place().span);
    }
    let earlier = earlier_identifier(name, repository);
    let path = declarations.first().map_or("", |entity| repository.path(entity.file()));
    let former = match repository.mapped {
        Some(_) => None,
        None => former_identifier(identifier, &args.to, earlier.as_deref(), path, context.settings, context.git),
    };
    let resource_name = args.resource_name.then(|| to_resource_name(&args.to));
    let git_host = repository.git_host;
    let mut files = Vec::new();
    let mut moved = None;
    for (id, Spans { identifiers, references }) in spans {
        let Some(file) = repository.files.get(id.0 as usize) else { continue };
        let wanted = TextRename {
            from: identifier,
            to: &args.to,
            identifiers: &identifiers,
            references: &references,
            annotation: Annotation::of(former.as_deref(), &args.to),
            resource_name: resource_name.as_deref(),
        };
        let mut changed = change_file(file, |file_name, text| {
            rename(ReadAs { file_name, git_host }, text, &wanted).map_err(|obstacle| (obstacle.span, obstacle.reason))
        })?;
        if args.file && !identifiers.is_empty() {
            let to = new_path(id, &changed.before.text, &args.to, repository, context)?;
            moved = to.clone().map(|to| (PathBuf::from(&file.path), to));
            changed.to = to;
        }
        files.push(changed);
    }
    if let Some((old, new)) = moved {
        for (file, edits) in listing_kustomizations(&old, &new, context)? {
            files.push(change_file(&file, |_, _| Ok(edits.clone()))?);
        }
    }
    Ok(files)
}

fn change_file(
    file: &SourceFile,
    edits: impl FnOnce(&str, &str) -> Result<Vec<Edit>, (Span, String)>,
) -> Result<ChangedFile, Error> {
    let obstacle = |line: usize, reason: String| RenameError::Obstacle { path: file.path.clone(), line, reason };
    let mut buffer = ReadBuffer::default();
    let text = sources::read(file, &mut buffer).map_err(|problem| obstacle(1, problem.to_string()))?;
    let before = text.to_text();
    let Some(disk) = file.place.disk() else {
        return Err(obstacle(1, "it is not a file of the work tree".to_owned()).into());
    };
    let disk = disk.path.strip_prefix(disk.within.root()).unwrap_or(&disk.path).to_owned();
    let file_name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let edits = edits(file_name, &before.text)
        .map_err(|(span, reason)| obstacle(LineIndex::new(&before.text).line_of(span.start as usize), reason))?;
    let (after, _) = edit::apply(&before.text, &edits);
    Ok(ChangedFile { path: file.path.clone(), disk, before, after, to: None })
}

/// The identifier that the annotation of the entity's manifest has.
fn earlier_identifier(name: &EntityName, repository: &RepositoryIndex) -> Option<Box<str>> {
    let EntityName { blueprint, identifier } = name;
    let declaration = repository.index.declarations(blueprint, identifier).into_iter().next()?;
    let key = EntityKey { blueprint: blueprint.as_str().into(), identifier: identifier.as_str().into() };
    read_declared(repository, [declaration.file()].into()).get(&key)?.renamed_from.clone()
}

fn check_staged(files: &[ChangedFile], context: &Context<'_>) -> Result<(), Error> {
    let Some(repository) = context.git.repository().ok().flatten() else { return Ok(()) };
    let paths: Vec<String> = files.iter().map(|file| sources::path_text(&file.disk)).collect();
    let partly = repository.partly_staged(&context.settings.root.value, &paths)?;
    if partly.is_empty() {
        return Ok(());
    }
    let files: Vec<String> = partly.iter().map(|path| format!("`{path}`")).collect();
    Err(RenameError::PartlyStaged { files: list(&files) }.into())
}

/// Reads the repository as it will be: nothing may have the old name any more, and what pointed to it must point to the new
/// one.
fn check_complete(
    args: &RenameArgs,
    name: &EntityName,
    repository: &RepositoryIndex,
    files: &[ChangedFile],
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let EntityName { blueprint, identifier } = name;
    for file in repository.index.broken_files() {
        let Some(source) = repository.files.get(file.0 as usize) else { continue };
        let text = sources::read_lossy(source).unwrap_or_default();
        if text.contains(identifier.as_str()) {
            let path = repository.path(*file).to_owned();
            return Err(RenameError::Broken { path, identifier: identifier.clone() }.into());
        }
    }
    let overlay = files
        .iter()
        .map(|file| SourceFile { path: file.path.clone(), place: Place::Given(file.change().after.into()) });
    let after = open_index_with(overlay.collect(), context)?;
    let counts = |index: &RepositoryIndex, identifier: &str| {
        let declarations = index.index.declarations(blueprint, identifier).len();
        (declarations, index.index.references_to(blueprint, identifier).len())
    };
    let (declared, pointing) = counts(repository, identifier);
    let (declared_before, pointing_before) = counts(repository, &args.to);
    let (declared_left, pointing_left) = counts(&after, identifier);
    let (declared_after, pointing_after) = counts(&after, &args.to);
    let moved = if args.references_only { 0 } else { declared };
    let is_complete = declared_left == declared - moved
        && pointing_left == 0
        && declared_after == declared_before + moved
        && pointing_after == pointing_before + pointing;
    if is_complete {
        return Ok(());
    }
    let reason = format!(
        "afterwards {} and {} would still have the old name",
        count(declared_left.saturating_sub(declared - moved), "manifest"),
        count(pointing_left, "value")
    );
    Err(RenameError::Incomplete { reason }.into())
}

/// What the rename cannot see.
fn notes(args: &RenameArgs, name: &EntityName, repository: &RepositoryIndex, context: &Context<'_>) -> Vec<String> {
    let mut notes = repository.notes.clone();
    let unknown: Vec<_> = repository.index.entities().filter(|entity| entity.has_unknown_blueprint()).collect();
    if !unknown.is_empty() {
        notes.push(format!(
            "The relations of {} were not looked at, because the snapshot does not have their blueprints. Run `portolan pull`.",
            count(unknown.len(), "entity")
        ));
    }
    let is_by_exporter = repository.mapped.is_some() || context.settings.delivery.value == Delivery::Cluster;
    if is_by_exporter && !args.references_only {
        notes.push("The exporter knows no renames: it creates the new entity and deletes the old one.".to_owned());
    }
    let known = repository.snapshot.known.as_ref().filter(|known| known.covers(&name.blueprint));
    let is_there = known.is_none_or(|known| known.contains(&name.blueprint, &args.to));
    if args.references_only && !is_there && repository.index.declarations(&name.blueprint, &args.to).is_empty() {
        notes.push(format!(
            "The snapshot does not list `{}/{}`: if the catalog has it, run `portolan pull`.",
            name.blueprint, args.to
        ));
    }
    notes
}
