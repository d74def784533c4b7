//! The command line: commands and global options. It runs the command and turns the result into one exit code; usage
//! errors exit with 64, because clap's own 2 means that changes are pending.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueHint};

use crate::commands::context::mask_of_errors;
use crate::commands::output::terminal::{Terminal, colour_choice};
use crate::commands::verb::{Process, Verb};
use crate::commands::{
    cluster, comment, completions, config, diff, explain, graph, import, init, lint, list, lsp, man, new, pull, push,
    rename, restore, schema, serve, show, version,
};
use crate::error::Error;
use crate::exit::Exit;
use crate::settings::{AllError, Environment, Request};
use crate::text::escape;
use crate::text::mask::Mask;
use crate::ui::{self, ColourChoice, Streams};

const ABOUT: &str = "GitOps for the Port software catalog (and Glint): lint, diff and push Entity manifests";

const EXAMPLES: &str = "\
Examples:
  portolan init                     set up this repository: config, pre-commit hook, pipeline
  portolan lint                     check every manifest of the repository
  portolan lint --staged            check the staged changes
  portolan diff                     show what push would change in the catalog
  portolan push                     apply those changes
  portolan pull                     update the blueprints and known entities that lint uses
  portolan new service cart         scaffold a manifest from a blueprint
  portolan explain wrong-type       explain a rule and how to fix its findings
  portolan -C ../catalog config     show every setting and its source

Exit codes:
  0    done, nothing wrong
  1    findings at or above --fail-on, or changes that cannot be made
  2    changes pending (diff --exit-code or --fail-on, pull --check)
  3    push ended incomplete: some changes failed, are in doubt or were not attempted
  4    refused for safety or by a policy, or a hazard needs approval (diff --fail-on hazard)
  5    the catalog could not be reached, or rejected the request
  64   usage or configuration error
  70   internal error or disk error
  130  interrupted";

#[derive(Debug, Parser)]
#[command(name = "portolan", version, about = ABOUT, after_help = EXAMPLES, max_term_width = 100)]
#[command(infer_long_args = false)]
struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    verb: Verbs,
}

/// Before or after the verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct GlobalOptions {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
    directory: Option<PathBuf>,
    /// Config file; default: portolan.yaml here or in a parent folder [env: PORTOLAN_CONFIG]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Apply the overrides of this target of the config [env: PORTOLAN_TARGET]
    #[arg(long, value_name = "NAME", global = true, value_hint = ValueHint::Other)]
    target: Option<String>,
    /// Consider only this cluster of the config
    #[arg(long, value_name = "NAME", global = true, value_hint = ValueHint::Other)]
    cluster: Option<String>,
    /// Run the command for each config in this folder and below it, in turn
    #[arg(long, global = true, conflicts_with = "config")]
    all: bool,
    /// Ownership scope of the entities of this repository [env: PORTOLAN_SCOPE]
    #[arg(long, value_name = "SCOPE", global = true, value_hint = ValueHint::Other)]
    scope: Option<String>,
    /// Catalog: `local` (the embedded one), a region (`eu`, `us`) or a URL [env: PORTOLAN_CATALOG]
    #[arg(long, value_name = "CATALOG", global = true, value_hint = ValueHint::Other)]
    catalog: Option<String>,
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are respected [env: PORTOLAN_COLOR]
    #[arg(long, value_name = "WHEN", global = true, value_parser = ["auto", "always", "never"])]
    color: Option<String>,
    /// Print only results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Also print the root, the config and the target in use
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Do not use or write the cache of what `lint` has found
    #[arg(long, global = true)]
    no_cache: bool,
    /// Do not show progress [env: PORTOLAN_NO_PROGRESS]
    #[arg(long, global = true)]
    no_progress: bool,
}

#[derive(Debug, Subcommand)]
enum Verbs {
    Init(init::InitArgs),
    #[command(visible_alias = "validate", alias = "check")]
    Lint(Box<lint::LintArgs>),
    #[command(alias = "plan")]
    Diff(Box<diff::DiffArgs>),
    #[command(alias = "apply")]
    Push(Box<push::PushArgs>),
    Restore(Box<restore::RestoreArgs>),
    Pull(pull::PullArgs),
    New(Box<new::NewArgs>),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Graph(graph::GraphArgs),
    Rename(rename::RenameArgs),
    Import(Box<import::ImportArgs>),
    Explain(explain::ExplainArgs),
    Config(config::ConfigArgs),
    Serve(Box<serve::ServeArgs>),
    Cluster(Box<cluster::ClusterArgs>),
    Schema(schema::SchemaArgs),
    Lsp(lsp::LspArgs),
    Comment(comment::CommentArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Version(version::VersionArgs),
}

/// The commands that run for each config; the help of the others does not offer `--all`.
const PER_CONFIG: [&str; 5] = ["lint", "diff", "push", "pull", "config"];

/// The whole command line, for completions, manual pages and the reference.
pub fn command() -> clap::Command {
    let is_per_config = |verb: &clap::Command| PER_CONFIG.contains(&verb.get_name());
    Cli::command().mut_subcommands(|verb| if is_per_config(&verb) { verb } else { hide_all(verb) })
}

/// Hides `--all` from the help of a command that refuses it. It stays an option, so that the refusal can say why.
fn hide_all(verb: clap::Command) -> clap::Command {
    // clap gives a command no global option that it has itself.
    let all = Arg::new("all").long("all").action(ArgAction::SetTrue).global(true).hide(true);
    verb.arg(all.conflicts_with("config"))
}

/// Runs the command that the arguments name.
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: &Environment, streams: &mut Streams) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(answer) = completions::answer(&arguments, environment, command()) {
        return streams.show_to_shell(&answer).and_then(|()| streams.flush()).map_or(Exit::Failure, |()| Exit::Success);
    }
    let mut request = Request { color: early_color(&arguments, environment), ..Request::default() };
    let parsed = command().try_get_matches_from(&arguments).and_then(|matches| {
        let name = matches.subcommand_name().unwrap_or_default().to_owned();
        Ok((Cli::from_arg_matches(&matches)?, name))
    });
    let (result, terminal) = match parsed {
        Ok((cli, name)) => {
            cli.global.apply_to(&mut request);
            let terminal = Terminal::new(&request, environment);
            let mut process = Process { request, environment, terminal: &terminal, streams: &mut *streams, command };
            (cli.run(&name, &mut process), terminal)
        }
        Err(error) => {
            let terminal = Terminal::new(&request, environment);
            (show_usage(&error, &terminal, &mask_of_errors(environment), streams), terminal)
        }
    };
    let result = result.and_then(|exit| streams.flush().map(|()| exit).map_err(Error::from));
    result.unwrap_or_else(|error| {
        let message = ui::failure(&*error, terminal.stderr_is_coloured, terminal.style.width);
        streams.say_painted(&mask_of_errors(environment).text(&message));
        error.exit()
    })
}

/// Reports a panic, which is always a bug in portolan, and asks the user to report it.
pub fn report_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let message = format!(
        "error: internal error in portolan {}: {panic}\n  help: please report this bug, with the command and the files that cause it\n",
        env!("CARGO_PKG_VERSION")
    );
    Streams::standard().say(&message);
}

impl Verbs {
    fn as_verb(&self) -> &dyn Verb {
        match self {
            Self::Init(args) => args,
            Self::Lint(args) => &**args,
            Self::Diff(args) => &**args,
            Self::Push(args) => &**args,
            Self::Restore(args) => &**args,
            Self::Pull(args) => args,
            Self::New(args) => &**args,
            Self::List(args) => args,
            Self::Show(args) => args,
            Self::Graph(args) => args,
            Self::Rename(args) => args,
            Self::Import(args) => &**args,
            Self::Explain(args) => args,
            Self::Config(args) => args,
            Self::Serve(args) => &**args,
            Self::Cluster(args) => &**args,
            Self::Schema(args) => args,
            Self::Lsp(args) => args,
            Self::Comment(args) => args,
            Self::Completions(args) => args,
            Self::Man(args) => args,
            Self::Version(args) => args,
        }
    }
}

impl Cli {
    /// `name`: that of the command, for errors.
    fn run(mut self, name: &str, process: &mut Process<'_>) -> Result<Exit, Error> {
        if let Verbs::Pull(args) = &mut self.verb
            && args.entities.is_some()
            && self.global.all
        {
            // `pull --entities --all` is the old spelling of `--any-owner`, so here `--all` does not mean all configs.
            (args.all, self.global.all) = (true, false);
        }
        let verb = self.verb.as_verb();
        if !self.global.all {
            return verb.run(process);
        }
        verb.run_for_all(process).unwrap_or_else(|| Err(AllError::Verb { verb: name.to_owned() }.into()))
    }
}

impl GlobalOptions {
    fn apply_to(&self, request: &mut Request) {
        request.directory.clone_from(&self.directory);
        request.config.clone_from(&self.config);
        request.target.clone_from(&self.target);
        request.cluster.clone_from(&self.cluster);
        request.catalog.clone_from(&self.catalog);
        request.scope.clone_from(&self.scope);
        request.quiet = self.quiet;
        request.verbose = self.verbose;
        request.no_cache = self.no_cache;
        request.no_progress = self.no_progress;
    }
}

fn show_usage(error: &clap::Error, terminal: &Terminal, mask: &Mask, streams: &mut Streams) -> Result<Exit, Error> {
    let is_asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let text = error.render();
    let is_coloured = if is_asked_for { terminal.style.color } else { terminal.stderr_is_coloured };
    let plain = text.to_string();
    // An escape sequence in an argument must not look like portolan's own colours.
    let is_coloured = is_coloured && !plain.chars().any(|c| c != '\n' && escape::is_unsafe(c));
    let mut text = if is_coloured { text.ansi().to_string() } else { plain };
    if let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg)
        && argument == "--force"
    {
        text += "\nThere is no --force. To push a plan with hazards, approve exactly those: portolan diff shows the digest \
                 for --approve.\n";
    }
    if is_asked_for {
        streams.show(&text)?;
        Ok(Exit::Success)
    } else {
        streams.say_painted(&mask.text(&text));
        Ok(Exit::Usage)
    }
}

/// The colour choice, even if the rest of the command line is invalid.
fn early_color(arguments: &[OsString], environment: &Environment) -> Option<ColourChoice> {
    let words: Vec<&str> = arguments.iter().take_while(|word| *word != "--").filter_map(|word| word.to_str()).collect();
    let joined = words.iter().rev().find_map(|word| word.strip_prefix("--color="));
    let apart = words.windows(2).rev().find(|pair| pair[0] == "--color").map(|pair| pair[1]);
    let flag = joined.or(apart).and_then(colour_choice);
    flag.or_else(|| colour_choice(&environment.text("PORTOLAN_COLOR")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_has_no_contradictions() {
        command().debug_assert();
    }

    #[test]
    fn the_help_tells_the_exit_codes_as_they_are() {
        for exit in [
            Exit::Success,
            Exit::ChangesPending,
            Exit::Incomplete,
            Exit::Refused,
            Exit::CatalogUnreachable,
            Exit::Usage,
            Exit::Failure,
            Exit::Interrupted,
        ] {
            let line = format!("{:<4} {}", exit.code(), exit.meaning());
            assert!(EXAMPLES.contains(&line), "{line}");
        }
    }
}
