//! Opens a file in the user's editor. Apart from Git, the editor is the only program that portolan starts, and only on
//! request. As in Git, a shell splits the variable's value, since it may contain options and quotes.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::io_reason;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum EditorError {
    #[error("editor `{editor}` cannot be started: {}", io_reason(source))]
    #[diagnostic(code("no-such-editor"), help("correct `VISUAL` or `EDITOR`; the manifest was written to `{}`", path.display()))]
    Start { editor: String, path: PathBuf, source: io::Error },
    #[error("editor `{editor}` ended with {status}: `{}`", path.display())]
    #[diagnostic(code("editor-failed"), help("correct `VISUAL` or `EDITOR`; the manifest is as the editor left it"))]
    Ended { editor: String, path: PathBuf, status: String },
}

/// Starts the editor and waits until it exits.
pub fn edit(editor: &OsStr, path: &Path) -> Result<(), EditorError> {
    let name = || editor.to_string_lossy().into_owned();
    let status = command(editor, path).status();
    let status = status.map_err(|source| EditorError::Start { editor: name(), path: path.to_owned(), source })?;
    if status.success() {
        return Ok(());
    }
    let status = status.code().map_or_else(|| "a signal".to_owned(), |code| code.to_string());
    Err(EditorError::Ended { editor: name(), path: path.to_owned(), status })
}

#[cfg(unix)] // the shell splits the words, as Git does
fn command(editor: &OsStr, path: &Path) -> Command {
    let mut script = editor.to_owned();
    script.push(" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(editor).arg(path);
    command
}

/// Without a shell, the first word is the program, unless the whole value is a file whose name contains spaces.
#[cfg(not(unix))]
fn command(editor: &OsStr, path: &Path) -> Command {
    let text = editor.to_string_lossy();
    let mut words = text.split_whitespace();
    let mut command = match words.next() {
        Some(program) if !Path::new(editor).is_file() => {
            let mut command = Command::new(program);
            command.args(words);
            command
        }
        Some(_) | None => Command::new(editor),
    };
    command.arg(path);
    command
}

impl ExitClass for EditorError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Start { .. } => ErrorClass::Usage,
            Self::Ended { .. } => ErrorClass::Failure,
        }
    }
}
