//! Prompts: one line on standard error, one line from standard input. The terminal handles editing and Ctrl-C. There
//! is no prompt unless both streams are terminals.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::escape;
use crate::text::io_reason;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("answer cannot be read: {}", io_reason(.0))]
#[diagnostic(code("unreadable-answer"), help("rerun with `--no-input` and pass the values as flags"))]
pub struct PromptError(#[from] io::Error);

impl ExitClass for PromptError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Failure
    }
}

pub struct Prompt {
    input: Box<dyn BufRead>,
    talk: Box<dyn Write>,
}

impl std::fmt::Debug for Prompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prompt").finish_non_exhaustive()
    }
}

impl Prompt {
    /// A prompt, if standard input and standard error are terminals.
    pub fn of_terminal() -> Option<Self> {
        let is_seen = io::stdin().is_terminal() && io::stderr().is_terminal();
        is_seen.then(|| Self::new(Box::new(io::BufReader::new(io::stdin())), Box::new(io::stderr())))
    }

    pub fn new(input: Box<dyn BufRead>, talk: Box<dyn Write>) -> Self {
        Self { input, talk }
    }

    pub fn say(&mut self, words: &str) -> Result<(), PromptError> {
        writeln!(self.talk, "{}", escape::printable(words, false))?;
        Ok(self.talk.flush()?)
    }

    /// The answer without surrounding white space. `None` if the input ended (Ctrl-D).
    pub fn ask(&mut self, question: &str) -> Result<Option<String>, PromptError> {
        write!(self.talk, "{}", escape::printable(question, false))?;
        self.talk.flush()?;
        let mut line = Vec::new();
        if self.input.read_until(b'\n', &mut line)? == 0 {
            // The cursor is still on the line of the question.
            writeln!(self.talk)?;
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()))
    }

    /// Asks a question that only `y` or `yes` answers with yes.
    pub fn confirm(&mut self, question: &str) -> Result<bool, PromptError> {
        Ok(is_yes(self.ask(&format!("{question} [y/N] "))?.as_deref(), false))
    }
}

/// Enter means the default; the end of the input never means yes.
pub fn is_yes(answer: Option<&str>, default: bool) -> bool {
    match answer.map(str::to_ascii_lowercase).as_deref() {
        Some("y" | "yes") => true,
        Some("") => default,
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_answer_and_the_end_is_none() {
        let mut prompt = Prompt::new(Box::new(io::Cursor::new("  a b \r\n\nlast")), Box::new(io::sink()));
        let mut ask = || prompt.ask("? ").expect("it can be read");
        assert_eq!(ask().as_deref(), Some("a b"));
        assert_eq!(ask().as_deref(), Some(""));
        assert_eq!(ask().as_deref(), Some("last"));
        assert_eq!(ask(), None);
    }
}
