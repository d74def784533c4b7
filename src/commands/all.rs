//! `--all`: runs a command for each config in this folder and below it, with one exit code and one combined report.
//! Each run has the settings of its own config; paths on the command line stay relative to the user's directory.

use std::path::{Path, PathBuf};

use crate::commands::config::ConfigArgs;
use crate::commands::context::{Context, mask_of_run};
use crate::commands::diff::DiffArgs;
use crate::commands::lint::LintArgs;
use crate::commands::lint::error::LintError;
use crate::commands::output::reports::{Destination, Reports, is_document};
use crate::commands::output::terminal::Terminal;
use crate::commands::pull::PullArgs;
use crate::commands::push::PushArgs;
use crate::commands::{config, diff, lint, pull, push, rule_names};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::combined::comment::Subject;
use crate::report::combined::{self, Failure, Run};
use crate::settings::{
    self, AllError, ConfigBelow, Environment, Request, Settings, all_configs, is_in_git, refuse_shared_scope,
    repository_of,
};
use crate::sources;
use crate::ui::{self, Streams};

/// A command that can run for each config.
#[derive(Debug, Clone)]
pub enum Each {
    Lint(Box<LintArgs>),
    Diff(Box<DiffArgs>),
    Push(Box<PushArgs>),
    Pull(PullArgs),
    Config(ConfigArgs),
}

impl Each {
    fn verb(&self) -> &'static str {
        match self {
            Self::Lint(_) => "lint",
            Self::Diff(_) => "diff",
            Self::Push(_) => "push",
            Self::Pull(_) => "pull",
            Self::Config(_) => "config",
        }
    }

    /// Refuses flags whose file belongs to a single config.
    fn refuse_flags(&self) -> Result<(), AllError> {
        const ONE_PLAN: &str = "a plan file holds the plan of one config";
        let (flag, why) = match self {
            Self::Lint(args) if args.write_baseline.is_some() => {
                ("--write-baseline", "a baseline holds the findings of one config")
            }
            Self::Diff(args) if args.out.is_some() => ("--out", ONE_PLAN),
            Self::Push(args) if args.plan.is_some() => ("--plan", ONE_PLAN),
            Self::Push(args) if args.since_outcome.is_some() => ("--since-outcome", "an outcome is that of one config"),
            Self::Lint(_) | Self::Diff(_) | Self::Push(_) | Self::Pull(_) | Self::Config(_) => return Ok(()),
        };
        Err(AllError::Flag { flag, why })
    }

    /// The destinations of the reports.
    fn destinations(&self) -> Vec<Destination> {
        match self {
            Self::Lint(args) => destinations(&args.output),
            Self::Diff(args) => destinations(&args.output),
            Self::Push(args) => destinations(&args.output),
            Self::Pull(args) => vec![(args.output.name(), None)],
            Self::Config(args) => vec![(args.format_name(), None)],
        }
    }

    fn run(&self, context: &mut Context<'_>) -> Result<Exit, Error> {
        match self {
            Self::Lint(args) => lint::run(args, context),
            Self::Diff(args) => diff::run(args, context),
            Self::Push(args) => push::run(args, context),
            Self::Pull(args) => pull::run(args, context),
            Self::Config(args) => config::run(args, context),
        }
    }

    /// The same command for one of `configs`, with the PATHS that belong to it. `None`: PATHS were given, and none
    /// belongs to it.
    fn for_config(&self, config: &ConfigBelow, configs: &[ConfigBelow], directory: &Path) -> Option<Self> {
        let Self::Lint(args) = self else { return Some(self.clone()) };
        let is_input = args.paths.iter().any(|path| path == Path::new("-"));
        if is_input {
            let name = args.stdin_filename.as_ref()?;
            let is_own = owner(&sources::tidy(directory.join(name)), configs, directory) == Some(config);
            return is_own.then(|| self.clone());
        }
        if args.paths.is_empty() {
            return Some(self.clone());
        }
        let root = sources::tidy(directory.join(&config.folder));
        let mut paths = Vec::new();
        for path in &args.paths {
            let place = sources::tidy(directory.join(path));
            if owner(&place, configs, directory) == Some(config) {
                paths.push(path.clone());
            } else if root.starts_with(&place) {
                paths.push(root.clone());
            }
        }
        (!paths.is_empty()).then(|| Self::Lint(Box::new(LintArgs { paths, ..(**args).clone() })))
    }

    /// What is staged may be a file that is gone.
    fn is_of_staged(&self) -> bool {
        matches!(self, Self::Lint(args) if args.staged || args.stdin_filename.is_some())
    }

    /// PATHS that are below no config and contain none.
    fn strays(&self, configs: &[ConfigBelow], directory: &Path) -> Vec<PathBuf> {
        let Self::Lint(args) = self else { return Vec::new() };
        // A hook passes every file of a commit, so its PATHS are never reported.
        let is_stray = |path: &&PathBuf| {
            let place = sources::tidy(directory.join(path));
            let holds = |config: &ConfigBelow| sources::tidy(directory.join(&config.folder)).starts_with(&place);
            owner(&place, configs, directory).is_none() && !configs.iter().any(holds)
        };
        let named = args.paths.iter().filter(|path| *path != Path::new("-") && !args.pre_commit);
        named.chain(&args.stdin_filename).filter(is_stray).cloned().collect()
    }
}

fn destinations<F: crate::report::format::Format>(
    outputs: &[crate::commands::args::output::Output<F>],
) -> Vec<Destination> {
    outputs.iter().map(|output| (output.format.name(), output.file.clone())).collect()
}

/// The config in the nearest folder above a path.
fn owner<'c>(path: &Path, configs: &'c [ConfigBelow], directory: &Path) -> Option<&'c ConfigBelow> {
    let holds = |config: &&ConfigBelow| path.starts_with(sources::tidy(directory.join(&config.folder)));
    configs.iter().filter(holds).max_by_key(|config| config.folder.len())
}

/// A config with its settings, or the error of resolving them.
struct Job {
    config: ConfigBelow,
    each: Each,
    /// The global flags, with the folder of this config.
    request: Request,
    settings: Result<Settings, Error>,
}

/// Runs the command for each config. `request` holds the global flags of all of them.
pub fn run(
    each: &Each,
    request: &Request,
    environment: &Environment,
    terminal: &Terminal,
    streams: &mut Streams,
) -> Result<Exit, Error> {
    let directory = sources::tidy(environment.directory().join(request.directory.as_deref().unwrap_or(Path::new(""))));
    let jobs = jobs(each, request, environment, &directory, streams)?;
    let folders: Vec<&str> = jobs.iter().map(|job| job.config.folder.as_str()).collect();
    let mut reports = Reports::new(&folders);
    let mut runs: Vec<Run> = Vec::new();
    let mut exits: Vec<Exit> = Vec::new();
    let mut is_stopped = false;
    for (at, job) in jobs.iter().enumerate() {
        let ConfigBelow { config, folder } = &job.config;
        let mut run = Run { config: config.clone(), folder: folder.clone(), ..Run::default() };
        if is_stopped {
            if !request.quiet {
                streams.say(&format!("note: `{config}` was not run.\n"));
            }
            runs.push(run);
            continue;
        }
        reports.enter(config, folder);
        let exit = match one(job, at == 0, environment, terminal, streams, &mut reports) {
            Ok(exit) => exit,
            Err(error) => {
                if let Some(config) = reports.take_heading() {
                    streams.say(&format!("{}\n", combined::heading(&config, &crate::report::style::Style::PLAIN)));
                }
                streams.say_painted(&ui::failure(&*error, terminal.talk_is_coloured, terminal.style.width));
                run.error = Some(failure(&error));
                error.exit()
            }
        };
        run.exit = Some(exit.code());
        run.report = reports.json_of(config);
        runs.push(run);
        exits.push(exit);
        is_stopped = exit == Exit::Interrupted || exit == Exit::Refused && matches!(each, Each::Push(_));
    }
    let exit = Exit::worst(&exits);
    let target = request.target.clone().or_else(|| environment.text("PORTOLAN_TARGET"));
    let place = sources::git::path_in_work_tree(&directory);
    let subject = Subject { verb: each.verb(), place: &place, target: target.as_deref() };
    write(each, &subject, exit, &runs, &reports, &directory, streams)?;
    Ok(exit)
}

/// The configs to run. Errors that affect all of them are reported here.
fn jobs(
    each: &Each,
    request: &Request,
    environment: &Environment,
    directory: &Path,
    streams: &mut Streams,
) -> Result<Vec<Job>, Error> {
    if environment.get("PORTOLAN_CONFIG").is_some() {
        return Err(AllError::Variable.into());
    }
    each.refuse_flags()?;
    let configs = all_configs(directory, is_in_git(directory))?;
    for path in each.strays(&configs, directory) {
        if !sources::is_taken(&directory.join(&path)) && !each.is_of_staged() {
            return Err(LintError::no_such_path(directory, &path).into());
        }
        streams.say(&format!("note: `{}` belongs to none of the configs, so it was not checked.\n", path.display()));
    }
    let mut jobs = Vec::new();
    for config in &configs {
        let Some(each) = each.for_config(config, &configs, directory) else { continue };
        let folder = request.directory.clone().unwrap_or_default().join(&config.folder);
        let request = Request { folder: Some(folder), ..request.clone() };
        let settings = settings::resolve(&request, environment, &rule_names()).map_err(Error::from);
        jobs.push(Job { config: config.clone(), each, request, settings });
    }
    if matches!(each, Each::Diff(_) | Each::Push(_)) {
        let settled: Vec<(&str, &Settings)> =
            jobs.iter().filter_map(|job| Some((job.config.config.as_str(), job.settings.as_ref().ok()?))).collect();
        refuse_shared_scope(&settled)?;
    }
    Ok(jobs)
}

fn one(
    job: &Job,
    is_first: bool,
    environment: &Environment,
    terminal: &Terminal,
    streams: &mut Streams,
    reports: &mut Reports,
) -> Result<Exit, Error> {
    let settings = match &job.settings {
        Ok(settings) => settings,
        // Errors cannot be cloned, so the settings are resolved again to get the error.
        Err(_) => &settings::resolve(&job.request, environment, &rule_names())?,
    };
    let mut context = Context {
        settings,
        environment,
        streams,
        style: terminal.style,
        quiet: job.request.quiet,
        motion: terminal.motion,
        mask: mask_of_run(settings, environment),
        reports: Some(reports),
    };
    if is_first {
        for note in &settings.notes {
            context.say(&format!("note: {note}"));
        }
    }
    let is_text = |(format, file): &Destination| file.is_none() && !is_document(format);
    let destinations = job.each.destinations();
    if !job.request.quiet && (destinations.is_empty() || destinations.iter().any(is_text)) {
        context.show_heading()?;
    }
    if job.request.verbose {
        context.say(&format!("note: {}", settings.in_short()));
    }
    job.each.run(&mut context)
}

fn failure(error: &Error) -> Failure {
    Failure {
        code: error.code().map(|code| code.to_string()),
        message: error.to_string(),
        help: error.help().map(|help| help.to_string()),
    }
}

/// Writes the reports that were collected from all configs.
fn write(
    each: &Each,
    subject: &Subject<'_>,
    exit: Exit,
    runs: &[Run],
    reports: &Reports,
    directory: &Path,
    streams: &mut Streams,
) -> Result<(), Error> {
    let boundary = repository_of(directory);
    for destination in each.destinations() {
        let text = match destination.0 {
            "json" => Some(combined::envelope(each.verb(), exit.code(), runs)),
            "markdown" => Some(reports.comment(subject, runs, &destination.1)),
            _ => reports.combined(&destination),
        };
        match (text, &destination.1) {
            (Some(text), Some(file)) => sources::write_output(&boundary, &directory.join(file), &text)
                .map_err(|error| error.named(directory, file))?,
            (Some(text), None) => streams.show(&text)?,
            (None, _) => {}
        }
    }
    Ok(())
}
