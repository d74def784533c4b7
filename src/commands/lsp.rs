//! `lsp`: runs the language server. It reads messages from standard input, answers on standard output, and lints when no
//! message is waiting. What the answers say comes from `editor` and from the session of lint.

mod capabilities;
mod convert;
mod diagnostics;
mod documents;
mod handlers;
mod projects;
mod queue;
mod server;
mod state;
mod transport;

use crate::commands::lsp::queue::Queue;
use crate::commands::lsp::server::Server;
use crate::commands::lsp::transport::{frame, read_message};
use crate::commands::verb::{Process, Verb};
use crate::error::Error;
use crate::exit::Exit;
use crate::sources::receive_messages;

/// Run the language server for editors
///
/// Editors start it themselves. It speaks the Language Server Protocol on standard input and output, and shows the same
/// findings as `portolan lint`, for the files that are open.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan lsp                     the command that an editor has to start
  portolan --target staging lsp    with the overrides of a target")]
pub struct LspArgs {
    /// Use standard input and output; editors pass it, and there is no other way
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Verb for LspArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        let mut server = Server::new(&process.request, process.environment);
        let mut queue = Queue::new(receive_messages(read_message));
        loop {
            let Some(next) = queue.next(server.pending()) else { return Ok(server.exit()) };
            server.handle(next);
            for line in server.take_log() {
                process.streams.say(&format!("{line}\n"));
            }
            for message in server.take_messages() {
                process.streams.send_message(&frame(&message))?;
            }
            if server.has_ended() || process.streams.is_closed() {
                return Ok(server.exit());
            }
        }
    }
}

#[cfg(test)]
mod tests;
