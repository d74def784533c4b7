//! `completions`: prints a shell completion script. It is generated from the command line, so it is never out of date;
//! `completions/` holds the same output.

use clap::Command;
use clap_complete::Shell;

use crate::commands::verb::{Process, Verb};
use crate::error::Error;
use crate::exit::Exit;

/// Print a shell completion script
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan completions bash > ~/.local/share/bash-completion/completions/portolan
  portolan completions zsh > ~/.zfunc/_portolan
  portolan completions fish > ~/.config/fish/completions/portolan.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Verb for CompletionsArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.streams.show(&script(self.shell, (process.command)()))?;
        Ok(Exit::Success)
    }
}

/// The completion script.
pub fn script(shell: Shell, mut command: Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "portolan", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
