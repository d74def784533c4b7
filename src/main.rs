//! Entry point: passes arguments and environment to `cli::run` and returns its exit code. A panic on any thread is
//! reported like an error and ends with 70.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use portolan::cli;
use portolan::exit::Exit;
use portolan::settings::Environment;
use portolan::ui::Streams;

/// Lint keeps something of every file on every thread, which the allocators of glibc, and more so of musl, are slow at
/// (docs/decisions/0018).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[expect(clippy::disallowed_methods, reason = "the door: arguments come in and the process ends here")]
fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        cli::report_panic(panic);
        std::process::exit(Exit::Failure.code().into());
    }));
    cli::run(std::env::args_os(), &Environment::of_process(), &mut Streams::standard()).into()
}
