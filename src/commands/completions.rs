//! `completions`: prints the script that connects a shell with portolan, and answers it. The script asks portolan itself on
//! every Tab, so that it also knows the blueprints, entities and properties of the repository at hand.

mod candidates;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::Command;
use clap_complete::env::Shells;

use self::candidates::Candidates;
use crate::commands::verb::{Process, Verb};
use crate::error::Error;
use crate::exit::Exit;
use crate::settings::{Environment, Request};

/// Print a shell completion script
///
/// The script asks portolan on every Tab: it completes commands and flags, and the blueprints, entities, properties and
/// rules of the repository at hand.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan completions bash > ~/.local/share/bash-completion/completions/portolan
  portolan completions zsh > ~/.zfunc/_portolan
  portolan completions fish > ~/.config/fish/completions/portolan.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// The shells that there are scripts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "lowercase")]
pub enum Shell {
    Bash,
    Elvish,
    Fish,
    PowerShell,
    Zsh,
}

impl Shell {
    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Elvish => "elvish",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Zsh => "zsh",
        }
    }
}

/// The variable by which the script asks.
const VARIABLE: &str = "PORTOLAN_COMPLETE";
const PROGRAM: &str = "portolan";

impl Verb for CompletionsArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.streams.show(&script(self.shell))?;
        Ok(Exit::Success)
    }
}

/// The completion script.
pub fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let completer = shells.completer(shell.name()).expect("the library has these shells");
    completer.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script).expect("memory can be written");
    format!("{}\n", String::from_utf8_lossy(&script).trim())
}

/// The answer to the script of a shell; `None` if this is no question of one. `arguments` are those of the process.
pub fn answer(arguments: &[OsString], environment: &Environment, command: Command) -> Option<String> {
    let shell = environment.get(VARIABLE).and_then(OsStr::to_str).filter(|shell| !shell.is_empty() && *shell != "0")?;
    let shells = Shells::builtins();
    // An unknown shell must not run the command that is only half typed.
    let Some(completer) = shells.completer(shell) else { return Some(String::new()) };
    let words: Vec<OsString> = arguments.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    let candidates = Candidates::new(request(&words), environment);
    let mut command = candidates.add_to(command);
    command.build();
    let mut answer = Vec::new();
    let written = completer.write_complete(&mut command, words, Some(environment.directory()), &mut answer);
    // Without an answer, the shell completes nothing.
    if written.is_err() {
        answer.clear();
    }
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// The global options of an unfinished command line that decide which repository and config are meant.
fn request(words: &[OsString]) -> Request {
    let text = |option: &str| value_of(words, option).map(|value| value.to_string_lossy().into_owned());
    Request {
        directory: value_of(words, "-C").map(PathBuf::from),
        config: value_of(words, "--config").map(PathBuf::from),
        target: text("--target"),
        cluster: text("--cluster"),
        ..Request::default()
    }
}

/// The value of an option, apart from its name or joined to it: `-C DIR`, `-CDIR`, `--config=FILE`.
fn value_of(words: &[OsString], option: &str) -> Option<OsString> {
    let apart = words.windows(2).find(|pair| pair[0] == option).map(|pair| pair[1].clone());
    let joined = |word: &OsString| {
        let rest = word.to_str()?.strip_prefix(option)?;
        let value = if option.starts_with("--") { rest.strip_prefix('=')? } else { rest };
        (!value.is_empty()).then(|| OsString::from(value))
    };
    apart.or_else(|| words.iter().find_map(joined))
}
