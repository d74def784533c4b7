//! Why an entity is not renamed.

use crate::domain::error_class::ExitClass;
use crate::scaffold::InputError;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum RenameError {
    #[error("invalid identifier: {fault}")]
    #[diagnostic(code("bad-new-identifier"), help("choose another identifier"))]
    BadIdentifier { fault: InputError },
    #[error("no snapshot of the catalog, so it is unknown which values point to the entity")]
    #[diagnostic(code("rename-without-snapshot"), help("run `portolan pull`"))]
    NoSnapshot,
    #[error("`{name}` is a blueprint and an identifier, and only the new identifier is expected")]
    #[diagnostic(code("identifier-with-blueprint"), help("did you mean `{meant}`?"))]
    WithBlueprint { name: String, meant: String },
    #[error("`--references-only` is for entities without a manifest, and {place} declares `{name}`")]
    #[diagnostic(code("references-of-declared"), help("drop `--references-only`"))]
    IsDeclared { name: String, place: String },
    #[error("`{name}` has this identifier already")]
    #[diagnostic(code("same-identifier"), help("choose another identifier"))]
    Same { name: String },
    #[error("`{name}` exists already: {place} declares it")]
    #[diagnostic(code("new-identifier-taken"), help("choose another identifier, or remove that manifest first"))]
    Declared { name: String, place: String },
    #[error("`{name}` exists already: the catalog has it, and no manifest declares it")]
    #[diagnostic(
        code("new-identifier-in-catalog"),
        help("choose another identifier; if the catalog does not have it any more, run `portolan pull`")
    )]
    InCatalog { name: String },
    #[error("no manifest declares `{name}`, so there is nothing to rename")]
    #[diagnostic(code("nothing-to-rename"), help("{help}"))]
    Undeclared { name: String, help: String },
    #[error("`{name}` is declared more than once: {places}")]
    #[diagnostic(code("renamed-twice"), help("remove one of the manifests first"))]
    Twice { name: String, places: String },
    #[error("{path}:{line} cannot be changed: {reason}")]
    #[diagnostic(code("not-renamed"), help("change this place by hand, then rerun the command; nothing was written"))]
    Obstacle { path: String, line: usize, reason: String },
    #[error("{path} cannot be read, and it may hold `{identifier}`")]
    #[diagnostic(code("unreadable-referrer"), help("correct its YAML first: `portolan lint` shows the place"))]
    Broken { path: String, identifier: String },
    #[error("only a part of {files} is staged")]
    #[diagnostic(
        code("partly-staged"),
        help(
            "stage all of it (`git add`) or nothing (`git restore --staged`), so that the rename can be seen by itself"
        )
    )]
    PartlyStaged { files: String },
    #[error("the rename would not be complete: {reason}")]
    #[diagnostic(code("incomplete-rename"), help("rename it by hand; nothing was written"))]
    Incomplete { reason: String },
    #[error("the file cannot be renamed: {reason}")]
    #[diagnostic(code("file-not-renamed"), help("drop `--file`, and move the file by hand"))]
    File { reason: String },
    #[error("not a terminal, so the change cannot be confirmed")]
    #[diagnostic(code("rename-not-confirmed"), help("add `--yes` to write, or `--dry-run` to preview"))]
    NoTerminal,
}

impl ExitClass for RenameError {}
