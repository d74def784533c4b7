//! `man`: prints the manual page of portolan or of one command, generated from the command line.

use std::path::{Path, PathBuf};

use clap::{Command, ValueHint};
use clap_mangen::Man;

use crate::commands::verb::{Process, Verb};
use crate::domain::error_class::ExitClass;
use crate::error::Error;
use crate::exit::Exit;
use crate::settings;
use crate::sources;

/// Print the manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan man | man -l -
  portolan man lint > portolan-lint.1
  portolan man --out /usr/local/share/man/man1")]
pub struct ManArgs {
    /// Command to print the page of
    #[arg(value_name = "COMMAND")]
    verb: Option<String>,
    /// Write all pages to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "verb", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
}

impl Verb for ManArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        let command = (process.command)();
        match &self.out {
            Some(folder) => write_pages(folder, &command, process.environment.directory())?,
            None => process.streams.show(&page(command, self.verb.as_deref())?)?,
        }
        Ok(Exit::Success)
    }
}

/// `directory` is the user's directory.
fn write_pages(folder: &Path, command: &Command, directory: &Path) -> Result<(), Error> {
    let boundary = settings::repository_of(directory);
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        let written = sources::write_output(&boundary, &directory.join(&file), text);
        written.map_err(|error| error.named(directory, &file))
    };
    let mut verbs = Vec::new();
    for verb in command.get_subcommands() {
        let name = verb.get_name();
        verbs.push(name.to_owned());
        verbs.extend(verb.get_subcommands().map(|part| format!("{name}-{}", part.get_name())));
    }
    write("portolan.1", &page(command.clone(), None)?)?;
    for verb in verbs {
        let text = page(command.clone(), Some(&verb))?;
        write(&format!("portolan-{verb}.1"), &text)?;
    }
    Ok(())
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("unknown command `{verb}`")]
#[diagnostic(code("no-such-verb"), help("the commands are {known}"))]
struct NoSuchVerb {
    verb: String,
    known: String,
}

impl ExitClass for NoSuchVerb {}

fn page(mut command: Command, verb: Option<&str>) -> Result<String, Error> {
    command.build();
    let chosen = match verb {
        None => command,
        Some(verb) => {
            let part =
                || verb.split_once('-').and_then(|(verb, part)| command.find_subcommand(verb)?.find_subcommand(part));
            let Some(found) = command.find_subcommand(verb).or_else(part) else { return Err(unknown(&command, verb)) };
            // `build` names the subcommand `portolan-lint`, the name under which `man` finds its page.
            found.clone()
        }
    };
    let mut page = Vec::new();
    // Writing into memory cannot fail.
    let _ = Man::new(chosen).render(&mut page);
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn unknown(command: &Command, verb: &str) -> Error {
    let known = command.get_subcommands().map(|verb| format!("`{}`", verb.get_name())).collect::<Vec<_>>().join(", ");
    NoSuchVerb { verb: verb.to_owned(), known }.into()
}
