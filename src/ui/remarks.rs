//! Talk while a verb works, from whichever thread: why nothing happens for a while. What is said at other times goes
//! through `Streams`, which keeps it behind the results.

use std::io::{self, IsTerminal, Write};

use super::Motion;
use crate::text::escape;

#[derive(Debug, Clone, Copy)]
pub struct Remarks {
    is_quiet: bool,
    /// A bar may stand on the line.
    clears: bool,
}

impl Remarks {
    pub fn new(is_quiet: bool, motion: Motion) -> Self {
        Self { is_quiet, clears: motion == Motion::Bar && io::stderr().is_terminal() }
    }

    pub fn say(&self, words: &str) {
        if self.is_quiet {
            return;
        }
        let visible = escape::clean(words);
        let visible = escape::neutralise(&visible);
        let clear = if self.clears { "\r\u{1b}[2K" } else { "" };
        // Where nobody can hear it, there is nobody to tell.
        let _ = io::stderr().lock().write_all(format!("{clear}{visible}\n").as_bytes());
    }
}
