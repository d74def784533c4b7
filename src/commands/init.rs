//! `init`: wires a repository. Everything is found and drafted in memory first, shown, and written only then; what is
//! there already is added to or left alone, so a second run finds nothing to do.

mod choices;
mod next;
mod surroundings;

use std::path::Path;

use crate::commands::context::Context;
use crate::commands::pull::{self, PullArgs};
use crate::commands::rule_names;
use crate::commands::schema::{self, SchemaArgs, SchemaName};
use crate::domain::platform::Platform;
use crate::domain::words::{count, list};
use crate::error::{Error, InitError};
use crate::exit::Exit;
use crate::manifest::{Limits, Reader};
use crate::report::init::{File, Lines, contents, list as file_list, pastes};
use crate::scaffold::repository::{self, Draft, Facts, Wanted, editor, example};
use crate::settings::{self, Origin};
use crate::sources;
use crate::ui::{self, Prompt};
use choices::Choices;
use next::{Pulled, next};
use surroundings::Surroundings;

/// Set up this repository: config, pre-commit hook, pipeline, first snapshot
///
/// Asks for what it cannot detect, and shows every file before writing it. Existing files are extended without changing
/// their content, or left alone. A second run changes nothing.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct InitArgs {
    /// Write the files without asking
    #[arg(short, long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Show the files and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// CI system; default: detected from the remote `origin` and existing files
    #[arg(long, value_name = "CI", value_enum)]
    pub ci: Option<Pipelines>,
    /// Add the pre-commit hook, even outside a Git repository
    #[arg(long, overrides_with = "no_pre_commit")]
    pub pre_commit: bool,
    /// Do not add the pre-commit hook
    #[arg(long)]
    pub no_pre_commit: bool,
    /// Ownership scope; default: owner and name of the remote `origin`
    #[arg(long, value_name = "SCOPE", value_hint = clap::ValueHint::Other)]
    pub scope: Option<String>,
    /// Catalog product; default: detected from existing manifests or credentials
    #[arg(long, value_name = "PLATFORM", value_parser = ["port", "glint"])]
    pub platform: Option<String>,
    /// Write a manifest for every entity in the catalog
    #[arg(long, conflicts_with = "example")]
    pub from_catalog: bool,
    /// Add two example blueprints and manifests
    #[arg(long)]
    pub example: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Pipelines {
    Github,
    Gitlab,
    None,
}

const EXAMPLES: &str = "\
Examples:
  portolan init                                 ask, show the files, write them
  portolan init --dry-run                       show the files, write nothing
  portolan init --yes --ci github
  portolan init --yes --example                 add examples to try it without a catalog
  portolan init --yes --from-catalog            write a manifest for every entity in the catalog";

/// Where `schema manifest --write` puts it.
const EDITOR_SCHEMA: &str = ".portolan/manifest.schema.json";

pub fn run(args: &InitArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let mut prompt = match args.yes || args.dry_run {
        true => None,
        false => Some(Prompt::of_terminal().ok_or(InitError::NobodyToAsk)?),
    };
    let found = Surroundings::of(context)?;
    let choices = Choices::of(args, &found, context, prompt.as_mut())?;
    let draft = draft(&found, &choices);
    if let Some(path) = found.in_the_way(draft.files.iter().map(|file| file.path.as_str())) {
        return Err(InitError::InTheWay { path }.into());
    }
    show(&draft, context)?;
    tell(args, &found, &choices, &draft, context);
    let lacks_editor_schema = lacks_editor_schema(&found, &draft);
    if draft.files.is_empty() && !choices.pulls(&found) && !lacks_editor_schema {
        context.streams.show(match draft.pastes.is_empty() {
            true => "Nothing to do: this repository is wired.\n",
            false => "Nothing to write: the lines above are left to put in.\n",
        })?;
        return Ok(Exit::Success);
    }
    if args.dry_run {
        if lacks_editor_schema && draft.files.is_empty() {
            context.streams.show(&format!("Then the schema that the editor's settings name: `{EDITOR_SCHEMA}`.\n"))?;
        }
        if choices.pulls(&found) {
            context.streams.show(match choices.adopts {
                true => "Then from the catalog: blueprints into `.portolan/`, and manifests for all that it has.\n",
                false => "Then from the catalog: blueprints and known entities into `.portolan/`.\n",
            })?;
        }
        context.streams.show("Nothing was written: `portolan init` without `--dry-run` writes it.\n")?;
        return Ok(Exit::Success);
    }
    // What is asked about has to be on the screen.
    context.streams.flush()?;
    if let Some(prompt) = prompt.as_mut().filter(|_| !draft.files.is_empty())
        && !choices::is_yes(prompt.ask("Write them? [Y/n] ")?, true)
    {
        context.streams.show("Nothing was written.\n")?;
        return Ok(Exit::Success);
    }
    remove_abandoned(&found);
    write(&found, &draft)?;
    let settings = settled(context)?;
    let mut after = Context {
        settings: &settings,
        environment: context.environment,
        streams: context.streams,
        style: context.style,
        quiet: context.quiet,
        motion: context.motion,
    };
    let failure = if choices.pulls(&found) { first_pull(&choices, &mut after).err() } else { None };
    let pulled = match &failure {
        Some(_) => Pulled::Failed,
        None if choices.pulls(&found) => Pulled::Done,
        None => Pulled::NotTried,
    };
    if lacks_editor_schema {
        schema::run_in_repository(&SchemaArgs { name: SchemaName::Manifest, write: true }, &mut after)?;
    }
    let written = if draft.files.is_empty() { "" } else { "The files were written all the same; " };
    if let Some(error) = &failure
        && !args.from_catalog
    {
        let style = context.style;
        context.streams.say_painted(&ui::failure(error, style.color, style.width));
        context.say(&format!("note: {written}`portolan pull` tries it again."));
    }
    context.streams.show(&next(&found, &choices, &draft, pulled))?;
    match failure {
        Some(error) if args.from_catalog => Err(error),
        Some(_) | None => Ok(Exit::Success),
    }
}

fn draft(found: &Surroundings, choices: &Choices) -> Draft {
    let read = |text: &str| value_of(text);
    let facts = Facts {
        platform: choices.platform,
        catalog: choices.catalog.as_deref(),
        pipeline_catalog: choices.pipeline_catalog.as_deref(),
        has_catalog: choices.has_catalog,
        scope: choices.scope.as_deref(),
        include: &choices.include,
        exclude: &choices.exclude,
        forge: choices.forge,
        branch: &found.branch,
        folder: &found.folder,
        has_config: found.has_config,
        wants_hook: choices.hook,
        wants_ignore: found.is_git && !found.ignores_store,
        wants_attributes: found.is_git,
        version: env!("CARGO_PKG_VERSION"),
        texts: &found.texts,
        read: &read,
    };
    let mut draft = repository::draft(&facts);
    if found.has_editor_settings && !choices.include.is_empty() {
        let path = editor::path(&found.folder);
        let before = found.texts.get(&path).map(String::as_str);
        editor::draft(path, before, &editor::Schema { file: EDITOR_SCHEMA, globs: &choices.include }, &mut draft);
    }
    if choices.example {
        draft.files.extend(examples(found, choices.platform));
    }
    draft
}

/// The value of a YAML text; `None`: it is broken.
fn value_of(text: &str) -> Option<serde_json::Value> {
    let mut value = Some(serde_json::Value::Null);
    Reader::new(Limits::default()).read_first(text, &mut |document| {
        let root = document.view.root().map(|root| root.to_json());
        value = root.filter(|_| !document.broken);
    });
    value
}

fn examples(found: &Surroundings, platform: &Platform) -> Vec<Wanted> {
    let path = |name: &str| if found.folder.is_empty() { name.to_owned() } else { format!("{}/{name}", found.folder) };
    let is_free = |name: &str| !sources::is_taken(&found.top.join(path(name)));
    let files = example::FILES.iter().filter(|(name, _)| is_free(name));
    let wanted = |(name, _): &(&str, &str)| {
        let after = example::text(name, platform)?;
        Some(Wanted { path: path(name), before: None, after })
    };
    files.filter_map(wanted).collect()
}

fn show(draft: &Draft, context: &mut Context<'_>) -> Result<(), Error> {
    let files: Vec<File<'_>> = draft.files.iter().map(shown).collect();
    if !context.quiet && !files.is_empty() {
        context.streams.show(&contents(&files, &context.style))?;
    }
    let lines = |paste: &repository::Paste| (paste.path.clone(), paste.why, paste.lines.clone());
    let all: Vec<_> = draft.pastes.iter().map(lines).collect();
    let all: Vec<Lines<'_>> = all.iter().map(|(path, why, lines)| Lines { path, why, lines }).collect();
    context.streams.show(&pastes(&all, &context.style))?;
    if !files.is_empty() {
        let text = format!("{}:\n{}", count(files.len(), "file"), file_list(&files, &context.style));
        context.streams.show(&text)?;
    }
    Ok(())
}

fn shown(file: &Wanted) -> File<'_> {
    File { path: &file.path, before: file.before.as_deref(), after: &file.after }
}

/// What was left as it is though it was asked for, or might have been.
fn tell(args: &InitArgs, found: &Surroundings, choices: &Choices, draft: &Draft, context: &mut Context<'_>) {
    if found.root != context.settings.directory {
        let root = found.root.display();
        context.say(&format!("note: There is a config in `{root}`: that folder is what is wired."));
    }
    for path in &draft.kept {
        context.say(&format!(
            "note: `{path}` says something else than it would, and stays as it is; moved away, it is made anew."
        ));
    }
    if let Some(path) = &choices.wired {
        context.say(&format!("note: `{path}` runs portolan already; no other workflow is written."));
    }
    if !found.is_git {
        context.say("note: This is no Git repository: hook and pipeline are left out unless they are asked for.");
    }
    let is_said = args.scope.is_some() || args.platform.is_some();
    if found.has_config && is_said {
        context.say("note: There is a config already: `--scope` and `--platform` do not change it; edit it.");
    }
    let is_written = |path: &String| draft.files.iter().any(|file| file.path == *path) || path.ends_with("source.json");
    for path in found.ignored.iter().filter(|path| is_written(path)) {
        context.say(&format!(
            "note: Git leaves out `{path}`, so others will not have it: `git check-ignore -v {path}` says by which rule."
        ));
    }
    if args.example && !choices.example {
        context.say("note: There are manifests or blueprints already: no examples are written.");
    }
}

/// Whether the editor's settings name the schema of manifests and it is not there: they are written in this run, or were
/// in one that was cut short.
fn lacks_editor_schema(found: &Surroundings, draft: &Draft) -> bool {
    let path = editor::path(&found.folder);
    let names_schema = || found.texts.get(&path).is_some_and(|text| text.contains(EDITOR_SCHEMA));
    let is_there = || sources::is_taken(&found.root.join(EDITOR_SCHEMA));
    draft.files.iter().any(|file| file.path == path) || found.has_editor_settings && names_schema() && !is_there()
}

/// The temporary files of an earlier run that was killed.
fn remove_abandoned(found: &Surroundings) {
    let examples = example::FILES.iter().map(|(name, _)| match found.folder.as_str() {
        "" => (*name).to_owned(),
        folder => format!("{folder}/{name}"),
    });
    let files: Vec<String> = repository::paths(&found.folder).into_iter().chain(examples).collect();
    sources::remove_abandoned(&found.top, files.iter().map(String::as_str));
}

/// All of them, or it is told which.
fn write(found: &Surroundings, draft: &Draft) -> Result<(), Error> {
    let mut written: Vec<String> = Vec::new();
    for file in &draft.files {
        let path = Path::new(&file.path);
        let result = match &file.before {
            None => sources::create_atomically(&found.top, path, file.after.as_bytes()),
            Some(_) => {
                let encoding = found.encodings.get(&file.path).copied();
                let bytes = encoding.map_or_else(|| file.after.clone().into(), |it| sources::encode(&file.after, it));
                sources::write_atomically(&found.top, path, &bytes)
            }
        };
        match result {
            Ok(()) => written.push(format!("`{}`", file.path)),
            Err(error) if written.is_empty() => return Err(error.into()),
            Err(source) => return Err(InitError::HalfWritten { written: list(&written), source }.into()),
        }
    }
    Ok(())
}

/// The settings as they are now that there is a config.
fn settled(context: &Context<'_>) -> Result<settings::Settings, Error> {
    let old = context.settings;
    let is_flag = matches!(old.catalog.origin, Origin::Flag(_));
    let request = settings::Request {
        directory: Some(old.directory.clone()),
        target: old.target.as_ref().map(|target| target.value.clone()),
        catalog: is_flag.then(|| old.catalog.value.text().to_owned()),
        ..settings::Request::default()
    };
    Ok(settings::resolve(&request, context.environment, &rule_names())?)
}

/// The same as `pull`.
fn first_pull(choices: &Choices, context: &mut Context<'_>) -> Result<(), Error> {
    let args = PullArgs {
        check: false,
        dry_run: false,
        entities: choices.adopts.then(Vec::new),
        all: choices.adopts,
        overwrite: false,
        output: pull::Output::Text,
    };
    pull::run(&args, context).map(|_| ())
}
