//! Errors of `lint`.

use std::path::Path;

use crate::domain::error_class::ExitClass;
use crate::sources;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum LintError {
    #[error("no such file or folder: `{path}`")]
    #[diagnostic(code("no-such-path"), help("{help}"))]
    NoSuchPath { path: String, help: String },
    #[error("`--stdin-filename` without `-`: it only names the text on standard input")]
    #[diagnostic(code("no-input"), help("add `-`: `portolan lint - --stdin-filename FILE`"))]
    NoInput,
    #[error("`-` cannot be combined with other paths, `--fix`, `--staged` or `--changed`")]
    #[diagnostic(code("input-alone"), help("lint one text at a time: `portolan lint - --stdin-filename FILE`"))]
    InputAlone,
    #[error("no file name for standard input")]
    #[diagnostic(code("nameless-input"), help("add `--stdin-filename FILE`, relative to the current folder"))]
    NamelessInput,
    #[error("`{path}` is outside of the repository at `{root}`")]
    #[diagnostic(code("outside-root"), help("run portolan in the repository of that file, or pass its folder to `-C`"))]
    Outside { path: String, root: String },
}

impl ExitClass for LintError {}

impl LintError {
    /// For a path that the user wrote, relative to `directory`.
    pub fn no_such_path(directory: &Path, given: &Path) -> Self {
        let near = sources::did_you_mean(directory, given, None);
        let help = near.unwrap_or_else(|| "paths are relative to the current folder".to_owned());
        Self::NoSuchPath { path: given.display().to_string(), help }
    }
}
