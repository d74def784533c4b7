//! Standard output for results, standard error for talk. A reader that went away (`| head`) is no fault: what is
//! left is dropped without a word, and the exit code stays what it was.

use std::io::{self, ErrorKind, IsTerminal, Write};

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum StreamError {
    #[error("write the results: {0}")]
    #[diagnostic(code("output-failed"), help("look at the space on the disk that the output goes to"))]
    Output(io::Error),
}

/// Both streams, or what stands for them in tests.
pub struct Streams {
    results: Box<dyn Write>,
    talk: Box<dyn Write>,
    /// Nobody reads the results any more.
    is_closed: bool,
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams").field("is_closed", &self.is_closed).finish_non_exhaustive()
    }
}

impl Streams {
    /// The process's own.
    pub fn standard() -> Self {
        Self::new(Box::new(io::BufWriter::with_capacity(64 * 1024, io::stdout())), Box::new(io::stderr()))
    }

    pub fn new(results: Box<dyn Write>, talk: Box<dyn Write>) -> Self {
        Self { results, talk, is_closed: false }
    }

    /// Results, as they are.
    pub fn show(&mut self, text: &str) -> Result<(), StreamError> {
        if self.is_closed {
            return Ok(());
        }
        let written = self.results.write_all(text.as_bytes());
        self.settle(written)
    }

    /// Talk: a note, an error. Results shown before come first. Where nobody can hear it, there is nobody to tell.
    pub fn say(&mut self, text: &str) {
        let _ = self.flush();
        let _ = self.talk.write_all(text.as_bytes());
        let _ = self.talk.flush();
    }

    /// Must be called at the end: what fails only then (a full disk) has to be told.
    pub fn flush(&mut self) -> Result<(), StreamError> {
        if self.is_closed {
            return Ok(());
        }
        let flushed = self.results.flush();
        self.settle(flushed)
    }

    /// Nobody reads the results any more: the caller may stop making them.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    fn settle(&mut self, result: io::Result<()>) -> Result<(), StreamError> {
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => Err(StreamError::Output(error)),
        }
    }
}

/// Whether standard output is a terminal.
pub fn results_are_seen() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error is a terminal.
pub fn talk_is_seen() -> bool {
    io::stderr().is_terminal()
}
