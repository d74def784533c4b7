//! Standard output for results, standard error for messages. A closed pipe (`| head`) is not an error: the rest is
//! dropped silently, and the exit code does not change.
//!
//! Everything that is printed passes [`escape::printable`] here, after the escape of its format. Even if a renderer
//! forgets to escape, text from a manifest cannot control the terminal or the CI runner.

use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::escape;
use crate::text::io_reason;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum StreamError {
    #[error("results cannot be written: {}", io_reason(.0))]
    #[diagnostic(code("output-failed"), help("check the free space on the disk that the output goes to"))]
    Output(io::Error),
}

/// Both streams, or their replacements in tests.
pub struct Streams {
    results: Box<dyn Write>,
    talk: Box<dyn Write>,
    /// The reader of the results has closed the pipe.
    is_closed: bool,
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams").field("is_closed", &self.is_closed).finish_non_exhaustive()
    }
}

impl Streams {
    /// The streams of the process.
    pub fn standard() -> Self {
        Self::new(Box::new(io::BufWriter::with_capacity(64 * 1024, io::stdout())), Box::new(io::stderr()))
    }

    pub fn new(results: Box<dyn Write>, talk: Box<dyn Write>) -> Self {
        Self { results, talk, is_closed: false }
    }

    /// Prints results: lines of text, or a document whose format has already escaped control characters.
    pub fn show(&mut self, text: &str) -> Result<(), StreamError> {
        self.write(&escape::printable(text, true))
    }

    /// Prints what a shell reads, not a person: its script splits the text at a control character. The caller cleans the parts.
    pub fn show_to_shell(&mut self, text: &str) -> Result<(), StreamError> {
        self.write(text)
    }

    /// Prints results that are commands for a CI runner. Their values must be escaped by the rules of the runner.
    pub fn show_workflow_commands(&mut self, text: &str) -> Result<(), StreamError> {
        for line in text.split_inclusive('\n') {
            if is_annotation(line) {
                let line = line.trim_end_matches('\n');
                self.write(&escape::clean(line))?;
                self.write("\n")?;
            } else {
                self.show(line)?;
            }
        }
        Ok(())
    }

    /// Sends a message of a protocol, as it is: its reader is a program, which counts the bytes.
    pub fn send_message(&mut self, message: &str) -> Result<(), StreamError> {
        self.write(message)?;
        self.flush()
    }

    /// A message without colours: a note. Earlier results are flushed first. An error of standard error is ignored.
    pub fn say(&mut self, text: &str) {
        self.talk(&escape::printable(text, false));
    }

    /// A message with portolan's own colours: an error.
    pub fn say_painted(&mut self, text: &str) {
        self.talk(&escape::printable(text, true));
    }

    fn write(&mut self, text: &str) -> Result<(), StreamError> {
        if self.is_closed {
            return Ok(());
        }
        let written = self.results.write_all(text.as_bytes());
        self.settle(written)
    }

    fn talk(&mut self, text: &str) {
        let _ = self.flush();
        let _ = self.talk.write_all(text.as_bytes());
        let _ = self.talk.flush();
    }

    /// Must be called at the end, so that a late failure (a full disk) is reported.
    pub fn flush(&mut self) -> Result<(), StreamError> {
        if self.is_closed {
            return Ok(());
        }
        let flushed = self.results.flush();
        self.settle(flushed)
    }

    /// Whether the reader has closed the pipe, so that the caller may stop producing results.
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

/// Whether the line is an annotation, the only kind of command that portolan writes.
fn is_annotation(line: &str) -> bool {
    ["::error ", "::warning ", "::notice ", "##vso[task.logissue "].iter().any(|command| line.starts_with(command))
}

/// Whether standard output is a terminal.
pub fn results_are_seen() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error is a terminal.
pub fn talk_is_seen() -> bool {
    io::stderr().is_terminal()
}

impl ExitClass for StreamError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Failure
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// Accepts this many bytes, then fails.
    #[derive(Clone, Default)]
    struct Sink {
        taken: Rc<RefCell<Vec<u8>>>,
        fails: Option<(usize, ErrorKind)>,
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut taken = self.taken.borrow_mut();
            match self.fails {
                Some((limit, kind)) if taken.len() + bytes.len() > limit => Err(kind.into()),
                Some(_) | None => {
                    taken.extend_from_slice(bytes);
                    Ok(bytes.len())
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn failing(limit: usize, kind: ErrorKind) -> Streams {
        let sink = Sink { fails: Some((limit, kind)), ..Sink::default() };
        Streams::new(Box::new(sink.clone()), Box::new(sink))
    }

    #[test]
    fn a_reader_that_went_away_is_silence() {
        let mut streams = failing(4, ErrorKind::BrokenPipe);
        streams.show("four").expect("there is room");
        assert!(!streams.is_closed());
        streams.show("more").expect("it is no fault");
        assert!(streams.is_closed());
        streams.say("nobody hears it");
        streams.flush().expect("it is no fault");
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let mut streams = failing(0, ErrorKind::StorageFull);
        assert!(matches!(streams.show("x"), Err(StreamError::Output(_))));
    }

    #[test]
    fn nothing_leaves_that_a_terminal_or_a_runner_obeys() {
        let (results, talk) = (Sink::default(), Sink::default());
        let mut streams = Streams::new(Box::new(results.clone()), Box::new(talk.clone()));
        streams.show("a\u{1b}[1m\u{1b}[2J\n::error::x\n").expect("there is room");
        streams.show_workflow_commands("::error file=a::b\u{1b}\n::stop-commands::x\n").expect("there is room");
        streams.say("\u{1b}[8mhidden ##[group]\n");
        streams.say_painted("\u{1b}[1;31merror\u{1b}[0m: \u{202e}x\n");
        streams.flush().expect("there is room");
        let text = |sink: &Sink| String::from_utf8_lossy(&sink.taken.borrow()).into_owned();
        assert_eq!(text(&results), "a\u{1b}[1m␛[2J\n\\::error::x\n::error file=a::b\n\\::stop-commands::x\n");
        assert_eq!(text(&talk), "␛[8mhidden ##\\[group]\n\u{1b}[1;31merror\u{1b}[0m: \u{fffd}x\n");
    }

    #[test]
    fn results_come_before_the_talk_that_follows_them() {
        let sink = Sink::default();
        let results = io::BufWriter::new(sink.clone());
        let mut streams = Streams::new(Box::new(results), Box::new(sink.clone()));
        streams.show("result\n").expect("there is room");
        streams.say("talk\n");
        streams.show("end\n").expect("there is room");
        streams.flush().expect("there is room");
        assert_eq!(String::from_utf8_lossy(&sink.taken.borrow()), "result\ntalk\nend\n");
    }
}
