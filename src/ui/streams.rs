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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// Takes so many bytes, then fails.
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
