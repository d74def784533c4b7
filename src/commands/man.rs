//! `man`: the manual page, of portolan or of one verb, made from the command line itself.

use clap::Command;
use clap_mangen::Man;

use crate::commands::Context;
use crate::error::{Asked, Error};
use crate::exit::Exit;

/// Print the manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan man | man -l -
  portolan man lint > portolan-lint.1")]
pub struct ManArgs {
    /// The page of this verb
    #[arg(value_name = "VERB")]
    verb: Option<String>,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum ManError {
    #[error("find the verb `{verb}`")]
    #[diagnostic(code("unknown-verb"), help("the verbs are {known}"))]
    UnknownVerb { verb: String, known: String },
}

pub fn run(args: &ManArgs, command: Command, context: &mut Context) -> Result<Exit, Error> {
    let page = page(command, args.verb.as_deref())?;
    context.streams.show(&page)?;
    Ok(Exit::Success)
}

fn page(mut command: Command, verb: Option<&str>) -> Result<String, Error> {
    command.build();
    let chosen = match verb {
        None => command,
        Some(verb) => {
            let Some(found) = command.find_subcommand(verb) else { return Err(unknown(&command, verb)) };
            // Built, it is called `portolan-lint`: pages are found by that name.
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
    Error::Asked(Asked::from(ManError::UnknownVerb { verb: verb.to_owned(), known }))
}
