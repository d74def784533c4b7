//! `init`: sets up a repository. It detects and drafts everything in memory before it writes. Existing files are
//! extended or left alone, so a second run changes nothing.

mod args;
mod choices;
mod delivery;
mod detect;
pub(crate) mod error;
mod next_steps;

pub use args::{InitArgs, Pipelines};

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::commands::context::{Context, mask_of_run};
use crate::commands::init::detect::{Surroundings, value_of};
use crate::commands::init::error::InitError;
use crate::commands::init::next_steps::{Pulled, next};
use crate::commands::pull::{self, PullArgs};
use crate::commands::rule_names;
use crate::commands::schema::{self, SchemaArgs, SchemaName};
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::git::Git;
use crate::domain::build::Build;
use crate::domain::platform::Platform;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::init::{
    File, Kept, Lines, contents, left_alone, list as file_list, pastes, settings as settings_rows,
};
use crate::scaffold::repository::{self, CiSystem, Draft, Facts, Wanted, editor, example};
use crate::settings::{self, Origin};
use crate::sources::{self, SourceFile};
use crate::text::plural::{count, list};
use crate::ui::{self, Prompt, is_yes};
use choices::Choices;
use delivery::Delivery;

/// The file that `schema manifest --write` writes.
const EDITOR_SCHEMA: &str = ".portolan/manifest.schema.json";

impl Verb for InitArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        // With `--delivery`, `--cluster` names the cluster that the config gets.
        let cluster = process.request.cluster.take_if(|_| self.delivery.is_some());
        // It writes a config next to those in subfolders, and excludes their folders.
        process.in_repository(Needs { ignores_configs_below: true, ..Needs::default() }, |context| {
            run(self, cluster.as_deref(), context)
        })
    }
}

fn run(args: &InitArgs, cluster: Option<&str>, context: &mut Context<'_>) -> Result<Exit, Error> {
    let mut prompt = match args.yes || args.dry_run {
        true => None,
        false => Some(Prompt::of_terminal().ok_or(InitError::NobodyToAsk)?),
    };
    let mut found = Surroundings::of(context)?;
    let choices = Choices::of(args, &found, context, prompt.as_mut())?;
    let build = Build::current();
    let delivery = Delivery::of(args, cluster, &found, &choices, context)?;
    let mut draft = draft(&found, &choices, delivery.as_ref(), build);
    if let Some(delivery) = &delivery {
        let encodings = delivery.add_to(&mut draft, &found, context)?;
        found.encodings.extend(encodings);
    }
    if let Some(path) =
        found.in_the_way(draft.files.iter().filter(|file| file.before.is_none()).map(|file| file.path.as_str()))
    {
        return Err(InitError::InTheWay { path }.into());
    }
    show_pastes(&draft, context)?;
    report_ignored_wishes(args, &found, &choices, &draft, context);
    let summary = summary(&found, &choices, &draft, build, context);
    let lacks_editor_schema = lacks_editor_schema(&found, &draft);
    if draft.files.is_empty() && !choices.pulls(&found) && !lacks_editor_schema {
        let verdict = match draft.pastes.is_empty() {
            true => "Nothing to do: this repository is set up already.\n",
            false => "Nothing to write, but the lines above must be added by hand.\n",
        };
        context.streams.show(&format!("{summary}{verdict}"))?;
        return Ok(Exit::Success);
    }
    if args.dry_run {
        show_contents(&draft, context)?;
        let files = heading("Would write", &draft);
        context.streams.show(&format!("{files}{}{summary}", changed_files(&draft, context)))?;
        if lacks_editor_schema && draft.files.is_empty() {
            context
                .streams
                .show(&format!("Would write the schema that the editor's settings name: `{EDITOR_SCHEMA}`.\n"))?;
        }
        if choices.pulls(&found) {
            context.streams.show(match choices.adopts {
                true => {
                    "Would then pull from the catalog: blueprints into `.portolan/`, and a manifest for every entity.\n"
                }
                false => "Would then pull from the catalog: blueprints and known entities into `.portolan/`.\n",
            })?;
        }
        context
            .streams
            .show("Nothing was written (dry run). `portolan init` without `--dry-run` writes the files.\n")?;
        return Ok(Exit::Success);
    }
    if let Some(prompt) = prompt.as_mut().filter(|_| !draft.files.is_empty())
        && !is_confirmed(&draft, prompt, context)?
    {
        context.streams.show("Nothing was written.\n")?;
        return Ok(Exit::Success);
    }
    remove_abandoned(&found, &draft);
    write(&found, &draft)?;
    context.streams.show(&format!("{}{}{summary}", heading("Wrote", &draft), changed_files(&draft, context)))?;
    let settings = resolved(context)?;
    let mut after = Context {
        settings: &settings,
        environment: context.environment,
        git: &Git::new(&settings, context.environment),
        streams: context.streams,
        style: context.style,
        quiet: context.quiet,
        no_cache: context.no_cache,
        motion: context.motion,
        mask: mask_of_run(&settings, context.environment),
        reports: None,
    };
    let read = unchanged(&found, &draft);
    let failure = if choices.pulls(&found) { first_pull(&choices, read.clone(), &mut after).err() } else { None };
    let pulled = match &failure {
        Some(_) => Pulled::Failed,
        None if choices.pulls(&found) => Pulled::Done,
        None => Pulled::NotTried,
    };
    let is_open = match &delivery {
        Some(delivery) => !complete_mapping(delivery, &found, &after)?,
        None => false,
    };
    if lacks_editor_schema {
        schema::run_in_repository(&SchemaArgs { name: SchemaName::Manifest, write: true }, read, &mut after)?;
    }
    let written = if draft.files.is_empty() { "" } else { "The files were written; " };
    if let Some(error) = &failure
        && !args.from_catalog
    {
        let style = context.style;
        let message = ui::failure(&**error, style.color, style.width);
        context.streams.say_painted(&context.mask.text(&message));
        context.say(&format!("note: {written}run `portolan pull` to retry."));
    }
    let steps = delivery.as_ref().map(|delivery| delivery.next_steps(is_open)).unwrap_or_default();
    context.streams.show(&next(&found, &choices, &draft, pulled, build, steps))?;
    match failure {
        Some(error) if args.from_catalog => Err(error),
        Some(_) | None => Ok(Exit::Success),
    }
}

/// Replaces the mapping that was written before the blueprints and manifests were there. Returns whether the mapping is now
/// that of the repository.
fn complete_mapping(delivery: &Delivery, found: &Surroundings, context: &Context<'_>) -> Result<bool, Error> {
    let Some(file) = delivery.completed_mapping(found, context) else { return Ok(!delivery.has_open_mapping) };
    sources::write_atomically(&found.top, Path::new(&file.path), file.after.as_bytes())?;
    Ok(true)
}

fn draft(found: &Surroundings, choices: &Choices, delivery: Option<&Delivery>, build: Build) -> Draft {
    let read = |text: &str| value_of(text);
    let facts = Facts {
        platform: choices.platform,
        catalog: choices.catalog.as_deref(),
        pipeline_catalog: choices.pipeline_catalog.as_deref(),
        has_catalog: choices.has_catalog,
        delivery: delivery.map(Delivery::config),
        pushes: choices.pushes,
        drift_jobs: choices.drift_jobs,
        scope: choices.scope.as_deref(),
        include: &choices.include,
        exclude: &choices.exclude,
        ci: choices.ci,
        branch: &found.branch,
        folder: &found.folder,
        has_config: found.has_config,
        wants_hook: choices.hook,
        unignored: &found.unignored,
        wants_attributes: found.is_git,
        published: match build {
            Build::Published => Some(env!("CARGO_PKG_VERSION")),
            Build::Source => None,
        },
        source: env!("CARGO_PKG_REPOSITORY"),
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

/// Shows every file in full.
fn show_contents(draft: &Draft, context: &mut Context<'_>) -> Result<(), Error> {
    let files: Vec<File<'_>> = draft.files.iter().map(shown).collect();
    if !context.quiet && !files.is_empty() {
        context.streams.show(&contents(&files, &context.style))?;
    }
    Ok(())
}

fn show_pastes(draft: &Draft, context: &mut Context<'_>) -> Result<(), Error> {
    let parts: Vec<Vec<(&str, &str)>> = draft.pastes.iter().map(parts_of).collect();
    let all = draft.pastes.iter().zip(&parts);
    let all: Vec<Lines<'_>> = all.map(|(paste, parts)| Lines { path: &paste.path, why: paste.why, parts }).collect();
    Ok(context.streams.show(&pastes(&all, &context.style))?)
}

fn parts_of(paste: &repository::Paste) -> Vec<(&str, &str)> {
    paste.parts.iter().map(|part| (part.instruction.as_str(), part.lines.as_str())).collect()
}

fn heading(verb: &str, draft: &Draft) -> String {
    if draft.files.is_empty() { String::new() } else { format!("{verb} {}:\n", count(draft.files.len(), "file")) }
}

fn changed_files(draft: &Draft, context: &Context<'_>) -> String {
    file_list(&draft.files.iter().map(shown).collect::<Vec<_>>(), &context.style)
}

/// Asks whether to write the files, and shows them in full first if the user asks for it.
fn is_confirmed(draft: &Draft, prompt: &mut Prompt, context: &mut Context<'_>) -> Result<bool, Error> {
    let files = format!("{}:\n{}", count(draft.files.len(), "file"), changed_files(draft, context));
    context.streams.show(&files)?;
    loop {
        // The list of files must be visible before the question.
        context.streams.flush()?;
        let answer = prompt.ask("Write them? [Y/n, s = show them first] ")?;
        match answer.as_deref() {
            Some("s" | "S" | "show") => {
                let files: Vec<File<'_>> = draft.files.iter().map(shown).collect();
                context.streams.show(&contents(&files, &context.style))?;
            }
            _ => return Ok(is_yes(answer.as_deref(), true)),
        }
    }
}

/// The files that stay unchanged, and the settings of a new config.
fn summary(found: &Surroundings, choices: &Choices, draft: &Draft, build: Build, context: &Context<'_>) -> String {
    let config = context.settings.config.as_ref().filter(|_| found.has_config);
    let config =
        config.map(|config| sources::path_text(config.value.strip_prefix(&found.top).unwrap_or(&config.value)));
    let config = config.as_deref().map(|path| Kept { path, why: "exists; edit it to change settings" });
    let kept = draft.kept.iter().map(|file| Kept { path: &file.path, why: file.why });
    let kept: Vec<Kept<'_>> = config.into_iter().chain(kept).collect();
    let mut rows: Vec<(&str, String)> = Vec::new();
    if !found.has_config {
        rows.push(("platform", choices.platform.brand.to_owned()));
        rows.extend(catalog_row(choices));
        rows.push(("scope", choices.scope.clone().unwrap_or_else(|| "not set".to_owned())));
    }
    if draft.files.iter().any(|file| repository::is_pipeline(&file.path)) {
        let name = choices.ci.name();
        let pushes = match choices.pushes {
            true => format!("pushes from {}", found.branch),
            false => "pushes nothing: a cluster delivers".to_owned(),
        };
        rows.push(("CI", format!("{name}; {pushes}")));
    }
    if choices.hook || choices.ci != CiSystem::Other {
        let source = match build {
            Build::Published => concat!("hooks and CI install version ", env!("CARGO_PKG_VERSION")).to_owned(),
            Build::Source => format!("{}; hooks and CI use the portolan on the PATH", build.description()),
        };
        rows.push(("portolan", source));
    }
    let rows = if draft.files.is_empty() { Vec::new() } else { rows };
    left_alone(&kept, &context.style) + &settings_rows(&rows, &context.style)
}

fn catalog_row(choices: &Choices) -> Option<(&'static str, String)> {
    let others = |default: &str| {
        let regions = choices.platform.regions.iter().map(|(name, _)| *name).filter(|name| *name != default);
        regions.map(|name| format!("`--region {name}`")).collect::<Vec<_>>()
    };
    if let Some(catalog) = choices.catalog.as_ref().or(choices.pipeline_catalog.as_ref()) {
        return Some(("catalog", catalog.clone()));
    }
    let (default, _) = choices.platform.regions.first().filter(|_| choices.has_default_region)?;
    Some(("region", format!("{default} (default; {} for another one)", others(default).join(", "))))
}

fn shown(file: &Wanted) -> File<'_> {
    File { path: &file.path, before: file.before.as_deref(), after: &file.after }
}

/// Reports options that have no effect here, and ignored files that other users of the repository would not get.
fn report_ignored_wishes(
    args: &InitArgs,
    found: &Surroundings,
    choices: &Choices,
    draft: &Draft,
    context: &mut Context<'_>,
) {
    if found.root != context.settings.directory {
        let root = found.root.display();
        context.say(&format!("note: The config is in `{root}`, so that folder is set up."));
    }
    if let Some(path) = &choices.wired {
        let what = if choices.drift_jobs.is_some() {
            "only the scheduled jobs are added"
        } else {
            "no other workflow is written"
        };
        context.say(&format!("note: `{path}` runs portolan already, so {what}."));
    }
    if !found.is_git {
        context.say("note: Not a Git repository, so no hook and no pipeline are written (`--pre-commit` and `--ci` write them).");
    }
    let is_setting = args.scope.is_some() || args.platform.is_some() || args.region.is_some();
    if found.has_config && is_setting {
        context
            .say("note: The config exists, so `--scope`, `--platform` and `--region` have no effect. Edit the config instead.");
    }
    let is_written = |path: &String| draft.files.iter().any(|file| file.path == *path) || path.ends_with("source.json");
    for path in found.ignored.iter().filter(|path| is_written(path)) {
        context.say(&format!(
            "note: Git ignores `{path}`, so it will not be committed. `git check-ignore -v {path}` shows the rule."
        ));
    }
    if args.example && !choices.example {
        context.say("note: There are manifests or blueprints already, so no examples are written.");
    }
}

/// Whether the editor settings name the schema of manifests and the schema does not exist: this run writes them, or an
/// earlier one was interrupted.
fn lacks_editor_schema(found: &Surroundings, draft: &Draft) -> bool {
    let path = editor::path(&found.folder);
    let names_schema = || found.texts.get(&path).is_some_and(|text| text.contains(EDITOR_SCHEMA));
    let is_there = || sources::is_taken(&found.root.join(EDITOR_SCHEMA));
    draft.files.iter().any(|file| file.path == path) || found.has_editor_settings && names_schema() && !is_there()
}

/// Removes temporary files of an earlier run that was killed.
fn remove_abandoned(found: &Surroundings, draft: &Draft) {
    let examples = example::FILES.iter().map(|(name, _)| match found.folder.as_str() {
        "" => (*name).to_owned(),
        folder => format!("{folder}/{name}"),
    });
    let drafted = draft.files.iter().map(|file| file.path.clone());
    let files: Vec<String> = repository::paths(&found.folder).into_iter().chain(examples).chain(drafted).collect();
    sources::remove_abandoned(&found.top, files.iter().map(String::as_str));
}

/// Writes all files. The error names those that were written before it.
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

/// The settings with the new config.
fn resolved(context: &Context<'_>) -> Result<settings::Settings, Error> {
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

/// The files that were read and not changed since.
fn unchanged(found: &Surroundings, draft: &Draft) -> Vec<SourceFile> {
    let written: HashSet<PathBuf> = draft.files.iter().map(|file| found.top.join(&file.path)).collect();
    let read = found.homes.read.iter().filter(|file| !written.contains(&found.root.join(&file.path)));
    read.cloned().collect()
}

/// Runs `pull` with the new settings. `read`: files that this run has read already.
fn first_pull(choices: &Choices, read: Vec<SourceFile>, context: &mut Context<'_>) -> Result<(), Error> {
    let args = PullArgs {
        check: false,
        dry_run: false,
        entities: choices.adopts.then(Vec::new),
        all: choices.adopts,
        only: Vec::new(),
        drifted: false,
        overwrite: false,
        accept_catalog: false,
        accept_organization: false,
        output: pull::Output::Text,
    };
    pull::run_after(&args, read, context).map(|_| ())
}
