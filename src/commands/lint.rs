//! `lint`: findings. Paths and the Git options choose what is reported; what is analysed is always the whole
//! repository.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ArgGroup, ValueEnum};

use crate::commands::Context;
use crate::domain::finding::Severity;
use crate::domain::suggest::closest;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::lint::LintFormat;
use crate::settings::Level;

/// Check manifests: syntax, shape, entities, relations, the repository as a whole
#[derive(Debug, clap::Args)]
#[command(visible_alias = "validate")]
#[command(group = ArgGroup::new("extent").args(["staged", "changed", "since"]))]
#[command(after_help = "\
Examples:
  portolan lint                             the whole repository
  portolan lint catalog/payments            what is wrong in one folder
  portolan lint --staged                    in a pre-commit hook
  portolan lint --since origin/main         in a pull request
  portolan lint --fix --diff                show the safe repairs, write nothing
  portolan lint --output sarif=lint.sarif --output text
  portolan lint - --stdin-filename catalog/cart.yaml < cart.yaml

# portolan: ignore[rule] reason   on a line or above it silences a rule there.")]
pub struct LintArgs {
    /// Report on these files and folders only; `-` reads one manifest from standard input
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,
    /// Report on what the next commit changes, as it is in the index
    #[arg(long, conflicts_with = "fix")]
    pub staged: bool,
    /// Report on what differs from HEAD, untracked files too
    #[arg(long)]
    pub changed: bool,
    /// Report on what changed since this branch left REF
    #[arg(long, value_name = "REF")]
    pub since: Option<String>,
    /// Where the manifest on standard input would be
    #[arg(long, value_name = "FILE")]
    pub stdin_filename: Option<PathBuf>,
    /// Make the safe repairs, keeping comments and order
    #[arg(long)]
    pub fix: bool,
    /// With --fix: show the repairs and write nothing
    #[arg(long, requires = "fix")]
    pub diff: bool,
    /// How to report, and where to; may be given several times
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = OutputParser)]
    pub output: Vec<Output>,
    /// The least severity that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Error)]
    pub fail_on: FailOn,
    /// Report at most N findings, the worst first
    #[arg(long, value_name = "N")]
    pub max_findings: Option<usize>,
    /// Leave out the findings that this file knows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found to the baseline, so that it is left out from now on
    #[arg(long, requires = "baseline", conflicts_with_all = ["fix", "staged", "changed", "since"])]
    pub update_baseline: bool,
    /// Leave out paths that the config leaves out, even when they are named
    #[arg(long)]
    pub force_exclude: bool,
    /// Set how loud a rule is: error, warning, info or off; may be given several times
    #[arg(long = "rule", value_name = "NAME=LEVEL", value_parser = rule_level)]
    pub rules: Vec<(String, Level)>,
}

/// A report that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub format: LintFormat,
    /// `None`: standard output.
    pub file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    /// Whether a run whose worst finding is this one fails.
    pub fn is_reached(self, worst: Option<Severity>) -> bool {
        let least = match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Info => Severity::Info,
            Self::Never => return false,
        };
        worst.is_some_and(|worst| worst >= least)
    }
}

/// Reads `FORMAT[=FILE]`, and lists the formats for help and completions.
#[derive(Debug, Clone)]
struct OutputParser;

impl clap::builder::TypedValueParser for OutputParser {
    type Value = Output;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Output, clap::Error> {
        let text = value.to_string_lossy();
        let (name, file) = match text.split_once('=') {
            Some((name, _)) => (name.to_owned(), file_after_equals(value)),
            None => (text.into_owned(), None),
        };
        if let Some(format) = LintFormat::parse(&name) {
            return match file {
                Some(file) if file.as_os_str().is_empty() => {
                    Err(invalid(command, arg, &format!("{name}="), "there is no file after the `=`"))
                }
                file => Ok(Output { format, file }),
            };
        }
        let names = LintFormat::names();
        let reason = match closest(&name, names) {
            Some(meant) => format!("there is no such format; did you mean `{meant}`?"),
            None => format!("there is no such format; there is {}", names.join(", ")),
        };
        Err(invalid(command, arg, &name, &reason))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(LintFormat::names().into_iter().map(PossibleValue::new)))
    }
}

/// The bytes after the first `=`, whatever they are: a file's name need not be text.
fn file_after_equals(value: &std::ffi::OsStr) -> Option<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let bytes = value.as_bytes();
        let at = bytes.iter().position(|byte| *byte == b'=')?;
        bytes.get(at + 1..).map(|file| PathBuf::from(std::ffi::OsStr::from_bytes(file)))
    }
    #[cfg(not(unix))]
    {
        value.to_string_lossy().split_once('=').map(|(_, file)| PathBuf::from(file))
    }
}

fn invalid(command: &clap::Command, arg: Option<&clap::Arg>, value: &str, reason: &str) -> clap::Error {
    let arg = arg.map(ToString::to_string).unwrap_or_default();
    let message = format!("invalid value '{value}' for '{arg}': {reason}\n");
    clap::Error::raw(clap::error::ErrorKind::ValueValidation, message).with_cmd(command)
}

fn rule_level(text: &str) -> Result<(String, Level), String> {
    let Some((name, level)) = text.split_once('=') else {
        return Err("write it as NAME=LEVEL, such as `foreign-field=off`".to_owned());
    };
    let level = Level::parse(level).ok_or_else(|| format!("the level is one of {}", Level::WORDS.join(", ")))?;
    Ok((name.to_owned(), level))
}

pub fn run(args: &LintArgs, context: &mut Context) -> Result<Exit, Error> {
    context.request.rules.clone_from(&args.rules);
    let _settings = context.settings()?;
    context.note("`lint` is not wired yet");
    Ok(Exit::Failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_fails_from_the_level_on() {
        let worst = [None, Some(Severity::Info), Some(Severity::Warning), Some(Severity::Error)];
        let reached = |level: FailOn| worst.map(|worst| level.is_reached(worst));
        assert_eq!(reached(FailOn::Error), [false, false, false, true]);
        assert_eq!(reached(FailOn::Warning), [false, false, true, true]);
        assert_eq!(reached(FailOn::Info), [false, true, true, true]);
        assert_eq!(reached(FailOn::Never), [false; 4]);
    }
}
