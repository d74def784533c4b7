//! The verbs and the flags of everyone. Parses, hands over, and turns what comes back into one exit code; usage errors
//! end with 64 and not with clap's own 2, which is taken.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{self, Context, completions, config, explain, lint, man, schema};
use crate::error::Error;
use crate::exit::Exit;
use crate::settings::{Environment, Request};
use crate::ui::{self, ColourChoice, Streams};

const ABOUT: &str = "Keeps a software catalog in step with Git";

const EXAMPLES: &str = "\
Examples:
  portolan lint                     check every manifest of the repository
  portolan lint --staged            check what the next commit changes
  portolan explain wrong-type       what a rule means, and how to mend it
  portolan -C ../catalog config     every setting, and where it comes from

Exit codes:
  0    done, nothing wrong
  1    findings at or above --fail-on
  64   usage or configuration
  70   our own failure, or the disk's
  130  interrupted";

#[derive(Debug, Parser)]
#[command(name = "portolan", version, about = ABOUT, after_help = EXAMPLES, max_term_width = 100)]
#[command(disable_help_subcommand = true, infer_long_args = false)]
struct Cli {
    #[command(flatten)]
    everyone: Everyone,
    #[command(subcommand)]
    verb: Verb,
}

/// Before or after the verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
struct Everyone {
    /// Work as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true)]
    directory: Option<PathBuf>,
    /// Read this config instead of looking for portolan.yaml upwards [env: PORTOLAN_CONFIG]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Use the overrides of this target of the config [env: PORTOLAN_TARGET]
    #[arg(long, value_name = "NAME", global = true)]
    target: Option<String>,
    /// Colour the output; NO_COLOR and CLICOLOR_FORCE are heeded [env: PORTOLAN_COLOR]
    #[arg(long, value_name = "WHEN", global = true, value_parser = ["auto", "always", "never"])]
    color: Option<String>,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more of what is done
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Show no progress bar [env: PORTOLAN_NO_PROGRESS]
    #[arg(long, global = true)]
    no_progress: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Lint(Box<lint::LintArgs>),
    Explain(explain::ExplainArgs),
    Config(config::ConfigArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// The whole command line, for completions, pages and the reference.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the verb that the arguments name.
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: Environment, mut streams: Streams) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let color = early_color(&arguments, &environment);
    let parsed = command().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let exit = match parsed {
        Ok(cli) => {
            let request = cli.everyone.request(color);
            let mut context = Context::new(request, environment, streams);
            let exit = finish(cli.verb.run(&mut context), &mut context);
            streams = context.streams;
            exit
        }
        Err(error) => show_usage(&error, color, &environment, &mut streams),
    };
    match streams.flush() {
        Ok(()) => exit,
        Err(error) => {
            streams.say(&format!("error: failed to {error}\n"));
            Exit::Failure
        }
    }
}

/// Tells of a panic, which is always ours: the message, and what to do with it.
pub fn tell_of_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let told = format!(
        "error: portolan {} failed where it never should: {panic}\nPlease report this, with the command and the files \
         that lead to it.\n",
        env!("CARGO_PKG_VERSION")
    );
    Streams::standard().say(&told);
}

impl Verb {
    fn run(self, context: &mut Context) -> Result<Exit, Error> {
        match self {
            Self::Lint(args) => lint::run(&args, context),
            Self::Explain(args) => explain::run(&args, context),
            Self::Config(args) => config::run(&args, context),
            Self::Schema(args) => schema::run(&args, context),
            Self::Completions(args) => completions::run(&args, command(), context),
            Self::Man(args) => man::run(&args, command(), context),
        }
    }
}

impl Everyone {
    fn request(self, color: Option<ColourChoice>) -> Request {
        Request {
            directory: self.directory,
            config: self.config,
            target: self.target,
            color,
            quiet: self.quiet,
            verbose: self.verbose,
            no_progress: self.no_progress,
            rules: Vec::new(),
        }
    }
}

fn finish(result: Result<Exit, Error>, context: &mut Context) -> Exit {
    match result {
        Ok(exit) => exit,
        Err(error) => {
            let told = ui::failure(error.diagnostic(), context.talk_is_coloured(), context.width());
            context.streams.say(&told);
            error.exit()
        }
    }
}

fn show_usage(
    error: &clap::Error,
    color: Option<ColourChoice>,
    environment: &Environment,
    streams: &mut Streams,
) -> Exit {
    let is_asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let seen = if is_asked_for { ui::results_are_seen() } else { ui::talk_is_seen() };
    let text = error.render();
    let text = if commands::is_coloured(color, environment, seen) { text.ansi().to_string() } else { text.to_string() };
    if !is_asked_for {
        streams.say(&text);
        return Exit::Usage;
    }
    match streams.show(&text) {
        Ok(()) => Exit::Success,
        Err(error) => {
            streams.say(&format!("error: failed to {error}\n"));
            Exit::Failure
        }
    }
}

/// The colour choice, also where the rest of the line cannot be understood.
fn early_color(arguments: &[OsString], environment: &Environment) -> Option<ColourChoice> {
    let words: Vec<&str> = arguments.iter().take_while(|word| *word != "--").filter_map(|word| word.to_str()).collect();
    let joined = words.iter().rev().find_map(|word| word.strip_prefix("--color="));
    let apart = words.windows(2).rev().find(|pair| pair[0] == "--color").map(|pair| pair[1]);
    let flag = joined.or(apart).and_then(commands::colour_choice);
    flag.or_else(|| commands::colour_choice(&environment.text("PORTOLAN_COLOR")?))
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
        for exit in [Exit::Success, Exit::Usage, Exit::Failure, Exit::Interrupted] {
            let line = format!("{:<4} {}", exit.code(), exit.meaning());
            assert!(EXAMPLES.contains(&line), "{line}");
        }
    }
}
