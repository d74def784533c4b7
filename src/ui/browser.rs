//! Opens a page in the user's browser, with the program that the system has for that. The user sees the address anyway, so
//! a failure is only reported.

use std::process::{Command, Stdio};

use crate::text::io_reason;

/// Starts the browser and does not wait for it. Returns why it could not be started, as a clause.
pub fn open_in_browser(address: &str, has_display: bool) -> Result<(), String> {
    // Only these systems can be without a display.
    if cfg!(all(unix, not(target_os = "macos"))) && !has_display {
        return Err("there is no graphical session here".to_owned());
    }
    // The system has a command of its own for that.
    let is_mac = cfg!(target_os = "macos");
    // `start` is a command of the shell, and would read the address again.
    let is_windows = cfg!(windows);
    let (program, arguments): (&str, &[&str]) = match (is_mac, is_windows) {
        (true, _) => ("open", &[]),
        (false, true) => ("rundll32", &["url.dll,FileProtocolHandler"]),
        (false, false) => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop).map_err(|error| format!("`{program}` cannot be started: {}", io_reason(&error)))
}
