//! What a verb is, and what it may need before it runs.

use std::path::{Path, PathBuf};

use crate::commands::context::{Context, mask_of_run};
use crate::commands::output::terminal::Terminal;
use crate::commands::rule_names;
use crate::commands::workspace::git::Git;
use crate::error::Error;
use crate::exit::Exit;
use crate::settings::{self, Environment, Request};
use crate::ui::Streams;

/// A command of the command line. Its arguments implement it.
pub trait Verb {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error>;

    /// Runs it for each config in this folder and below it; `None`: it runs for one only.
    fn run_for_all(&self, _process: &mut Process<'_>) -> Option<Result<Exit, Error>> {
        None
    }
}

/// The process that runs the command.
pub struct Process<'a> {
    /// The global flags.
    pub request: Request,
    pub environment: &'a Environment,
    pub terminal: &'a Terminal,
    pub streams: &'a mut Streams,
    /// The whole command line, for completions and manual pages.
    pub command: fn() -> clap::Command,
}

/// What a command needs before it runs in a repository.
#[derive(Default)]
pub struct Needs {
    /// The help of the error if there is neither a Git work tree nor a config; `None`: it may run anywhere. A command that
    /// searches for manifests needs one of the two: outside of both it would search the whole disk.
    pub repository: Option<&'static str>,
    /// It may run in a folder without a config although folders below have configs.
    pub ignores_configs_below: bool,
}

impl Needs {
    pub fn repository() -> Self {
        const REPOSITORY_HELP: &str = "run it in a Git work tree, choose the folder of a portolan.yaml with `-C`, or write one with `portolan init`";
        Self { repository: Some(REPOSITORY_HELP), ..Self::default() }
    }
}

impl Process<'_> {
    /// The user's directory, or that of `-C`.
    pub fn directory(&self) -> PathBuf {
        self.environment.directory().join(self.request.directory.as_deref().unwrap_or(Path::new("")))
    }

    /// Resolves the settings, and runs the command with them.
    pub fn in_repository(
        &mut self,
        needs: Needs,
        run: impl FnOnce(&mut Context<'_>) -> Result<Exit, Error>,
    ) -> Result<Exit, Error> {
        let Needs { repository, ignores_configs_below } = needs;
        let request = Request { ignores_configs_below, ..self.request.clone() };
        let settings = settings::resolve(&request, self.environment, &rule_names())?;
        if let Some(help) = repository {
            settings.require_repository(help)?;
        }
        let mut context = Context {
            settings: &settings,
            environment: self.environment,
            git: &Git::new(&settings, self.environment),
            streams: self.streams,
            style: self.terminal.style,
            quiet: request.quiet,
            no_cache: request.no_cache,
            motion: self.terminal.motion,
            mask: mask_of_run(&settings, self.environment),
            reports: None,
        };
        for note in &settings.notes {
            context.say(&format!("note: {note}"));
        }
        if request.verbose {
            context.say(&format!("note: {}", settings.in_short()));
        }
        run(&mut context)
    }
}
