//! Messages while a command works, from any thread: why nothing happens for a while. Other messages go through
//! `Streams`, which prints them after earlier results.

use std::io::{self, IsTerminal, Write};

use super::Motion;
use crate::text::escape;

#[derive(Debug, Clone, Copy)]
pub struct Remarks {
    is_quiet: bool,
    /// The line may show a progress bar, which must be cleared.
    clears: bool,
}

impl Remarks {
    pub fn new(is_quiet: bool, motion: Motion) -> Self {
        Self { is_quiet, clears: motion == Motion::Bar && io::stderr().is_terminal() }
    }

    pub fn write_notice(&self, words: &str) {
        if self.is_quiet {
            return;
        }
        let visible = escape::clean(words);
        let visible = escape::neutralise(&visible);
        let clear = if self.clears { "\r\u{1b}[2K" } else { "" };
        // Standard error may be closed.
        let _ = io::stderr().lock().write_all(format!("{clear}{visible}\n").as_bytes());
    }
}
