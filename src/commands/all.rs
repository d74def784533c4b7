//! `--all`: runs a command for each config in this folder and below it, with one exit code and one combined report.
//! Each run has the settings of its own config; paths on the command line stay relative to the user's directory.

use std::path::{Path, PathBuf};

use crate::commands::args::output::Output;
use crate::commands::context::{Context, mask_of_run};
use crate::commands::lint::error::LintError;
use crate::commands::output::reports::{Destination, Reports, is_document};
use crate::commands::output::terminal::Terminal;
use crate::commands::rule_names;
use crate::commands::verb::Process;
use crate::commands::workspace::git::Git;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::combined::comment::Subject;
use crate::report::combined::{self, Failure, Run};
use crate::report::format::Format;
use crate::settings::{
    self, AllError, ConfigBelow, Environment, Request, Settings, all_configs, is_in_git, refuse_shared_scope,
    repository_of,
};
use crate::sources;
use crate::ui::{self, Streams};

/// Why a flag for a plan file is refused.
pub const ONE_PLAN: &str = "a plan file holds the plan of one config";

/// Why blueprints to compare with are refused.
pub const ONE_SNAPSHOT: &str = "each config has blueprints of its own";

/// A command that can run for each config.
pub trait PerConfig: Clone {
    const VERB: &'static str;
    /// It plans, so the scopes of the configs must differ.
    const PLANS: bool = false;
    /// If one config is refused, the following ones are not run.
    const STOPS_WHEN_REFUSED: bool = false;

    fn run(&self, context: &mut Context<'_>) -> Result<Exit, Error>;

    /// The destinations of the reports.
    fn destinations(&self) -> Vec<Destination>;

    /// A flag whose file belongs to a single config, and why.
    fn refused_flag(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// The same command for one of `configs`, with the PATHS that belong to it. `None`: PATHS were given, and none
    /// belongs to it.
    fn for_config(&self, _config: &ConfigBelow, _configs: &[ConfigBelow], _directory: &Path) -> Option<Self> {
        Some(self.clone())
    }

    /// PATHS that are below no config and contain none.
    fn paths_without_config(&self, _configs: &[ConfigBelow], _directory: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    /// PATHS may name files that are gone.
    fn may_name_removed_files(&self) -> bool {
        false
    }
}

pub fn destinations<F: Format>(outputs: &[Output<F>]) -> Vec<Destination> {
    outputs.iter().map(|output| (output.format.name(), output.file.clone())).collect()
}

/// The config in the nearest folder above a path.
pub fn nearest_config<'c>(path: &Path, configs: &'c [ConfigBelow], directory: &Path) -> Option<&'c ConfigBelow> {
    let holds = |config: &&ConfigBelow| path.starts_with(sources::tidy(directory.join(&config.folder)));
    configs.iter().filter(holds).max_by_key(|config| config.folder.len())
}

/// A config with its settings, or the error of resolving them.
struct Job<V> {
    config: ConfigBelow,
    verb: V,
    /// The global flags, with the folder of this config.
    request: Request,
    settings: Result<Settings, Error>,
}

/// Runs the command for each config.
pub fn run<V: PerConfig>(verb: &V, process: &mut Process<'_>) -> Result<Exit, Error> {
    let directory = sources::tidy(process.directory());
    let jobs = jobs(verb, process, &directory)?;
    let Process { request, environment, terminal, streams, command: _ } = process;
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
                streams.say_painted(&ui::failure(&*error, terminal.stderr_is_coloured, terminal.style.width));
                run.error = Some(failure(&error));
                error.exit()
            }
        };
        run.exit = Some(exit.code());
        run.report = reports.json_of(config);
        runs.push(run);
        exits.push(exit);
        is_stopped = exit == Exit::Interrupted || exit == Exit::Refused && V::STOPS_WHEN_REFUSED;
    }
    let exit = Exit::worst(&exits);
    let target = request.target.clone().or_else(|| environment.text("PORTOLAN_TARGET"));
    let place = sources::git::path_in_work_tree(&directory);
    let subject = Subject { verb: V::VERB, place: &place, target: target.as_deref() };
    write(&verb.destinations(), &subject, exit, &runs, &reports, &directory, streams)?;
    Ok(exit)
}

/// The configs to run. Errors that affect all of them are reported here.
fn jobs<V: PerConfig>(verb: &V, process: &mut Process<'_>, directory: &Path) -> Result<Vec<Job<V>>, Error> {
    let Process { request, environment, streams, .. } = process;
    if environment.get("PORTOLAN_CONFIG").is_some() {
        return Err(AllError::Variable.into());
    }
    if let Some((flag, why)) = verb.refused_flag() {
        return Err(AllError::Flag { flag, why }.into());
    }
    let configs = all_configs(directory, is_in_git(directory))?;
    for path in verb.paths_without_config(&configs, directory) {
        if !sources::is_taken(&directory.join(&path)) && !verb.may_name_removed_files() {
            return Err(LintError::no_such_path(directory, &path).into());
        }
        streams.say(&format!("note: `{}` belongs to none of the configs, so it was not checked.\n", path.display()));
    }
    let mut jobs = Vec::new();
    for config in &configs {
        let Some(verb) = verb.for_config(config, &configs, directory) else { continue };
        let folder = request.directory.clone().unwrap_or_default().join(&config.folder);
        let request = Request { folder: Some(folder), ..request.clone() };
        let settings = settings::resolve(&request, environment, &rule_names()).map_err(Error::from);
        jobs.push(Job { config: config.clone(), verb, request, settings });
    }
    if V::PLANS {
        let resolved: Vec<(&str, &Settings)> =
            jobs.iter().filter_map(|job| Some((job.config.config.as_str(), job.settings.as_ref().ok()?))).collect();
        refuse_shared_scope(&resolved)?;
    }
    Ok(jobs)
}

fn one<V: PerConfig>(
    job: &Job<V>,
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
        git: &Git::new(settings, environment),
        streams,
        style: terminal.style,
        quiet: job.request.quiet,
        no_cache: job.request.no_cache,
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
    let destinations = job.verb.destinations();
    if !job.request.quiet && (destinations.is_empty() || destinations.iter().any(is_text)) {
        context.show_heading()?;
    }
    if job.request.verbose {
        context.say(&format!("note: {}", settings.in_short()));
    }
    job.verb.run(&mut context)
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
    destinations: &[Destination],
    subject: &Subject<'_>,
    exit: Exit,
    runs: &[Run],
    reports: &Reports,
    directory: &Path,
    streams: &mut Streams,
) -> Result<(), Error> {
    let boundary = repository_of(directory);
    for destination in destinations {
        let text = match destination.0 {
            "json" => Some(combined::envelope(subject.verb, exit.code(), runs)),
            "markdown" => Some(reports.comment(subject, runs, &destination.1)),
            _ => reports.combined(destination),
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
