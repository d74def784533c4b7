//! Errors of `new`.

use crate::domain::error_class::ExitClass;
use crate::domain::finding::Help;
use crate::scaffold::InputError;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum NewError {
    #[error("no snapshot of the catalog (`.portolan/blueprints`)")]
    #[diagnostic(code("no-snapshot"), help("run `portolan pull`, or without an account `portolan init --example`"))]
    NoSnapshot,
    #[error("no blueprint given")]
    #[diagnostic(code("no-blueprint-named"), help("run `portolan new BLUEPRINT ID`; the snapshot has {known}"))]
    NoBlueprint { known: String },
    #[error("unknown blueprint `{name}`: the snapshot does not have it")]
    #[diagnostic(code("not-in-snapshot"), help("{help}"))]
    NoSuchBlueprint { name: String, help: String },
    #[error("blueprint in `{path}` cannot be used: {reason}")]
    #[diagnostic(code("unusable-snapshot"), help("run `portolan pull` to write the file again"))]
    Unusable { path: String, reason: String },
    #[error("no identifier for the new entity")]
    #[diagnostic(code("no-identifier"), help("run `portolan new {blueprint} ID`"))]
    NoIdentifier { blueprint: String },
    #[error("invalid identifier: {mistyped}")]
    #[diagnostic(code("bad-identifier"), help("choose another identifier; `--title` accepts any text"))]
    BadIdentifier { mistyped: InputError },
    #[error("`{blueprint}/{identifier}` already exists in `{path}`")]
    #[diagnostic(code("already-declared"), help("choose another identifier, or change that manifest"))]
    Declared { blueprint: String, identifier: String, path: String },
    #[error("unknown {what} `{name}`: the blueprint `{blueprint}` does not have it")]
    #[diagnostic(code("no-such-name"), help("{help}"))]
    NoSuchName { what: &'static str, name: String, blueprint: String, help: String },
    #[error("`{name}` is a {kind} property: the catalog computes it")]
    #[diagnostic(code("computed-name"), help("remove it; set the values that it is computed from"))]
    Computed { name: String, kind: &'static str },
    #[error("invalid value for `{name}`: {mistyped}")]
    #[diagnostic(code("mistyped-value"), help("use {takes}"))]
    Mistyped { name: String, takes: String, mistyped: InputError },
    #[error("invalid value for `{name}`: {message}")]
    #[diagnostic(code("misfit-value"), help("{help}"))]
    Misfit { name: String, message: String, help: Help },
    #[error("entities of `{blueprint}` inherit their team through `{path}`")]
    #[diagnostic(code("team-is-inherited"), help("drop `--team` and set the relation"))]
    InheritedTeam { blueprint: String, path: String },
    #[error("`{path}` is not the name of a YAML file")]
    #[diagnostic(code("not-yaml"), help("name a file that ends in `.yaml` or `.yml`"))]
    NotYaml { path: String },
    #[error("`{path}` already exists")]
    #[diagnostic(
        code("file-is-taken"),
        help("choose another file, or print the manifest with `--stdout`; `new` overwrites nothing")
    )]
    Taken { path: String },
    #[error("no folder for manifests of `{blueprint}`: `manifests.include` matches no new file")]
    #[diagnostic(
        code("no-folder"),
        help("name a file (`--file`), or add a glob for them, such as `catalog/**/*.yaml`")
    )]
    NoFolder { blueprint: String },
    #[error("`{path}` is outside of the repository at `{root}`")]
    #[diagnostic(code("outside-root"), help("choose a file in the repository, or another repository with `-C`"))]
    Outside { path: String, root: String },
    #[error("`{path}` is not a place for manifests: portolan never reads them there")]
    #[diagnostic(
        code("never-read"),
        help("choose another file; `.git`, `.portolan` and `portolan.yaml` have another purpose")
    )]
    NeverRead { path: String },
    #[error("`{path}` cannot be created: `{file}` is a file, not a folder")]
    #[diagnostic(code("below-a-file"), help("choose another file"))]
    BelowFile { path: String, file: String },
    #[error("no editor: neither `VISUAL` nor `EDITOR` is set")]
    #[diagnostic(code("no-editor"), help("set one, such as `EDITOR=vi`, or drop `--edit`"))]
    NoEditor,
}

impl ExitClass for NewError {}
