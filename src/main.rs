//! The door. It hands over what the system gave and gives back a number; a panic is told like any other trouble and
//! ends with 70, on whichever thread it happened.

use std::process::ExitCode;

use portolan::cli;
use portolan::exit::Exit;
use portolan::settings::Environment;
use portolan::ui::Streams;

#[expect(clippy::disallowed_methods, clippy::exit, reason = "the door: arguments come in and the process ends here")]
fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        cli::tell_of_panic(panic);
        std::process::exit(Exit::Failure.code().into());
    }));
    cli::run(std::env::args_os(), &Environment::of_process(), &mut Streams::standard()).into()
}
