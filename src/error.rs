//! The errors of all commands and their exit codes. Findings are not errors: a file with faults is a result, an error
//! is a job that could not be done. Errors of commands are here too, because commands are a higher layer.

mod comment;
mod push;

use std::path::Path;

use crate::catalog::{CatalogError, ErrorKind};
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::embedded::server::ServerError;
use crate::embedded::store::StoreError;
use crate::exit::Exit;
use crate::forge::ForgeError;
use crate::plan::file::PlanFileError;
use crate::report::baseline::BaselineError;
use crate::report::outcome::record::RecordError;
use crate::scaffold::InputError;
use crate::settings::SettingsError;
use crate::sources::git::GitError;
use crate::sources::{self, DiscoverError, OutputError, PatternError, ReadProblem, WriteError};
use crate::ui::{EditorError, PromptError, StreamError};

pub use comment::CommentError;
pub use push::PushError;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pattern(#[from] PatternError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Baseline(#[from] BaselineError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Streams(#[from] StreamError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Lint(#[from] LintError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Base(#[from] BaseError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Server(#[from] ServerError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Scope(#[from] ScopeError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pull(#[from] PullError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Init(#[from] InitError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    New(#[from] NewError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Prompt(#[from] PromptError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Editor(#[from] EditorError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Binding(#[from] PlanFileError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Diff(#[from] DiffError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Push(#[from] PushError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Forge(#[from] ForgeError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Comment(#[from] CommentError),
    #[error("unknown rule `{name}`")]
    #[diagnostic(code("no-such-rule"), help("{help}"))]
    NoSuchRule { name: String, help: String },
    #[error("`--write` writes the schema of manifests only")]
    #[diagnostic(code("nothing-to-write"), help("drop `--write` and redirect the output to a file"))]
    NothingToWrite,
    #[error("unknown command `{verb}`")]
    #[diagnostic(code("no-such-verb"), help("the commands are {known}"))]
    NoSuchVerb { verb: String, known: String },
}

/// Errors of `lint`.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum LintError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Discover(#[from] DiscoverError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    #[error("no Git repository at `{root}`")]
    #[diagnostic(code("no-git"), help("run portolan inside a Git work tree, or drop `{flag}`"))]
    NoGit { root: String, flag: &'static str },
    #[error("no snapshot of the catalog: `{folder}` has no blueprints, so properties and relations cannot be checked")]
    #[diagnostic(
        code("no-snapshot"),
        help("run `portolan pull` with the catalog's credentials and commit `.portolan/`")
    )]
    NoSnapshot { folder: String },
    #[error("no such file or folder: `{path}`")]
    #[diagnostic(code("no-such-path"), help("{help}"))]
    NoSuchPath { path: String, help: String },
    #[error("no files to lint: `manifests.{key}` ({place}) {what}")]
    #[diagnostic(code("nothing-to-lint"), help("correct the globs: they are relative to the repository root"))]
    Emptied { key: &'static str, place: String, what: String },
    #[error("two reports for one output: {first} and {second} would both go to {place}")]
    #[diagnostic(code("shared-output"), help("send each report to its own file: `--output FORMAT=FILE`"))]
    SharedOutput { first: &'static str, second: &'static str, place: String },
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

impl ExitClass for LintError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Discover(error) => error.class(),
            Self::Git(error) => error.class(),
            Self::NoGit { .. }
            | Self::Emptied { .. }
            | Self::SharedOutput { .. }
            | Self::NoSnapshot { .. }
            | Self::NoSuchPath { .. }
            | Self::NoInput
            | Self::InputAlone
            | Self::NamelessInput
            | Self::Outside { .. } => ErrorClass::Usage,
        }
    }
}

impl LintError {
    /// For a path that the user wrote, relative to `directory`.
    pub fn no_such_path(directory: &Path, given: &Path) -> Self {
        let near = sources::did_you_mean(directory, given, None);
        let help = near.unwrap_or_else(|| "paths are relative to the current folder".to_owned());
        Self::NoSuchPath { path: given.display().to_string(), help }
    }
}

/// Why a plan has no base to compare with.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BaseError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    #[error("no Git repository at `{root}`")]
    #[diagnostic(code("no-git"), help("run portolan inside a Git work tree, or drop `{flag}`"))]
    NoGit { root: String, flag: &'static str },
}

impl ExitClass for BaseError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Git(error) => error.class(),
            Self::NoGit { .. } => ErrorClass::Usage,
        }
    }
}

/// Errors of `serve`.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ServeError {
    #[error("{address} is not a loopback address, and generated credentials work for loopback only")]
    #[diagnostic(
        code("exposed"),
        help("set your own credentials: PORTOLAN_SERVE_CLIENT_ID and PORTOLAN_SERVE_CLIENT_SECRET")
    )]
    Exposed { address: std::net::SocketAddr },
    #[error("incomplete credentials: {missing} is missing")]
    #[diagnostic(
        code("half-credentials"),
        help(
            "set both (`--client-id` and `--client-secret`, or their variables), or neither: the server then generates a pair"
        )
    )]
    HalfCredentials { missing: &'static str },
    #[error("invalid {what}: {why}")]
    #[diagnostic(code("bad-credentials"), help("use characters that an HTTP header can carry"))]
    BadCredentials { what: &'static str, why: &'static str },
    #[error("`serve` runs the embedded catalog only, and `--catalog` is `{catalog}`")]
    #[diagnostic(
        code("serves-no-other"),
        help("drop `--catalog`; `--store FILE` sets the file of the embedded catalog")
    )]
    OtherCatalog { catalog: String },
    #[error("store `{store}` cannot be used: {why}")]
    #[diagnostic(code("no-such-store"), help("{help}"))]
    NoStore { store: String, why: &'static str, help: String },
    #[error("seed `{path}` cannot be used: {why}")]
    #[diagnostic(code("no-such-seed"), help("{help}"))]
    NoSeed { path: String, why: &'static str, help: String },
    #[error("seed `{path}` cannot be used: {why}")]
    #[diagnostic(
        code("nothing-seeded"),
        help("pass the root of a repository with manifests; `portolan lint` there shows more")
    )]
    NothingSeeded { path: String, why: String },
    #[error("blueprints of `.portolan/blueprints` cannot be used: {why}")]
    #[diagnostic(code("blueprints-not-followed"), help("run `portolan lint` to see what is wrong with the snapshot"))]
    NotFollowed { why: String },
}

impl ExitClass for ServeError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Usage
    }
}

/// Why no scope can be determined.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ScopeError {
    #[error("no scope is set, and there is no Git remote `origin` to derive one from")]
    #[diagnostic(
        code("no-scope"),
        help("set `scope: acme/catalog` in portolan.yaml, `PORTOLAN_SCOPE=acme/catalog`, or `--scope acme/catalog`")
    )]
    Unknown,
    #[error(
        "no scope is set, and a push to {catalog} needs one: it owns the entities that the push writes and deletes"
    )]
    #[diagnostic(
        code("no-scope"),
        help("set `scope: {example}` in portolan.yaml, `PORTOLAN_SCOPE={example}`, or `--scope {example}`")
    )]
    NotSet { catalog: String, example: String },
}

impl ExitClass for ScopeError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Usage
    }
}

/// Errors of `pull`.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PullError {
    #[error("incomplete read of the blueprint `{blueprint}`: {reason}")]
    #[diagnostic(
        code("incomplete-read"),
        help("rerun the command; nothing was written, since missing entities would look deleted")
    )]
    Incomplete { blueprint: String, reason: String },
    #[error("{blueprint} of the catalog cannot be used: {reason}")]
    #[diagnostic(
        code("unusable-blueprint"),
        help("fix the blueprint in the catalog; nothing was written, since its file would be lost")
    )]
    Unusable { blueprint: String, reason: String },
    #[error("no catalog is configured, and the snapshot is of {catalog}")]
    #[diagnostic(
        code("catalog-not-named"),
        help("set the credentials in the environment, or the catalog: `--catalog`, or `catalog` in portolan.yaml")
    )]
    NotNamed { catalog: String },
    #[error("embedded catalog has no entities, and the snapshot is of {catalog}")]
    #[diagnostic(
        code("catalog-without-entities"),
        help(
            "choose the catalog: `--catalog URL` or `--target NAME`, or `--catalog local` for the embedded one (`local` is set by \
             {place})"
        )
    )]
    NoEntities { catalog: String, place: String },
    #[error("{catalog} has no blueprints, so nothing was written")]
    #[diagnostic(code("empty-catalog"), help("{help}"))]
    Empty { catalog: String, help: String },
    #[error("unknown blueprint `{name}` in {catalog}")]
    #[diagnostic(code("no-such-blueprint"), help("{help}"))]
    NoSuchBlueprint { name: String, catalog: String, help: String },
    #[error("no folder for manifests of `{blueprint}`: `manifests.include` matches no new file")]
    #[diagnostic(code("no-folder"), help("add a glob for them, such as `catalog/**/*.yaml`"))]
    NoFolder { blueprint: String },
}

impl ExitClass for PullError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Incomplete { .. } | Self::Unusable { .. } => ErrorClass::Unreachable,
            Self::NotNamed { .. }
            | Self::NoEntities { .. }
            | Self::Empty { .. }
            | Self::NoSuchBlueprint { .. }
            | Self::NoFolder { .. } => ErrorClass::Usage,
        }
    }
}

/// Errors of `init`.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum InitError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Discover(#[from] DiscoverError),
    #[error("no terminal to ask for confirmation")]
    #[diagnostic(code("nobody-to-ask"), help("use `--yes` to write the files, or `--dry-run` to preview them"))]
    NobodyToAsk,
    #[error("invalid {what} `{value}`: {reason}")]
    #[diagnostic(code("invalid-choice"), help("{help}"))]
    Invalid { what: &'static str, value: String, reason: String, help: &'static str },
    #[error("no catalog is configured to adopt entities from")]
    #[diagnostic(
        code("no-catalog-to-adopt"),
        help("set {variables} in the environment, or choose the embedded catalog: `--catalog local`")
    )]
    NoCatalog { variables: String },
    #[error("`{path}` cannot be read: {}", problem.reason())]
    #[diagnostic(code("unreadable-file"), help("fix the file or move it away; nothing was written"))]
    Unreadable { path: String, problem: ReadProblem },
    #[error("`{path}` has an unresolved merge conflict at line {line}")]
    #[diagnostic(code("merge-conflict"), help("{help}; nothing was written"))]
    Conflict { path: String, line: usize, help: &'static str },
    #[error("`{path}` exists and is not a regular file")]
    #[diagnostic(
        code("in-the-way"),
        help("rename it, or drop the file (`--ci none`, `--no-pre-commit`); nothing was written")
    )]
    InTheWay { path: String },
    #[error("`{path}` is inside Git's own folder")]
    #[diagnostic(code("inside-git"), help("run `portolan init` in the folder with the manifests; nothing was written"))]
    InsideGit { path: String },
    #[error("{source}")]
    #[diagnostic(
        code("half-written"),
        help("fix the cause and rerun the command; these files were written and are kept: {written}")
    )]
    HalfWritten { written: String, source: WriteError },
}

impl ExitClass for InitError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Git(error) => error.class(),
            Self::Discover(error) => error.class(),
            Self::Unreadable { .. } | Self::HalfWritten { .. } => ErrorClass::Failure,
            Self::NobodyToAsk
            | Self::Invalid { .. }
            | Self::NoCatalog { .. }
            | Self::Conflict { .. }
            | Self::InTheWay { .. }
            | Self::InsideGit { .. } => ErrorClass::Usage,
        }
    }
}

/// Errors of `new`.
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
    Misfit { name: String, message: String, help: String },
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

impl ExitClass for NewError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Usage
    }
}

/// Errors of `diff`.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DiffError {
    #[error("`{key}` cannot be verified: {error}")]
    #[diagnostic(code("not-verified"), help("rerun the command, or drop `--verify`"))]
    NotVerified { key: String, error: CatalogError },
    #[error("`--only-branch` needs a base to compare with{}", why.as_ref().map(|why| format!("\n- {why}")).unwrap_or_default())]
    #[diagnostic(code("no-base"), help("set it: `--base origin/main`, or drop `--only-branch`"))]
    NoBase { why: Option<String> },
    #[error(
        "nothing to compare with: this pull request has no credentials for the catalog, and its merge base is not known{}",
        because(why.as_deref())
    )]
    #[diagnostic(
        code("nothing-to-compare"),
        help("fetch the whole history (`fetch-depth: 0`), or name the base: `--base REF`")
    )]
    NothingToCompare { why: Option<String> },
    #[error("`{flag}` needs the catalog, and this pull request has no credentials for it")]
    #[diagnostic(code("needs-catalog"), help("leave `{flag}` out where credentials are missing"))]
    NeedsCatalog { flag: &'static str },
    #[error("`{name}` is neither a blueprint of {catalog} nor a file with a manifest")]
    #[diagnostic(code("nothing-chosen"), help("{help}"))]
    NothingChosen { name: String, catalog: String, help: String },
    #[error("plan cannot be written to `{path}`: {why}")]
    #[diagnostic(code("no-place-for-a-plan"), help("{help}"))]
    NoPlace { path: String, why: &'static str, help: &'static str },
    #[error("commit `{name}` has no manifests")]
    #[diagnostic(
        code("no-manifests-then"),
        help("name another commit; an empty plan would delete every entity of this scope")
    )]
    NoManifests { name: String },
    #[error("config `{path}` cannot be read: {}", problem.reason())]
    #[diagnostic(
        code("unreadable-config-then"),
        help("check out that commit (`git worktree add`) and run portolan there")
    )]
    UnreadableConfig { path: String, problem: ReadProblem },
}

impl ExitClass for DiffError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::NotVerified { error, .. } => class_of_catalog(error),
            Self::NoBase { .. }
            | Self::NothingToCompare { .. }
            | Self::NeedsCatalog { .. }
            | Self::NothingChosen { .. }
            | Self::NoManifests { .. }
            | Self::NoPlace { .. }
            | Self::UnreadableConfig { .. } => ErrorClass::Usage,
        }
    }
}

/// The reason of an error in parentheses.
fn because(why: Option<&str>) -> String {
    why.map(|why| format!(" ({})", why.trim_end_matches('.'))).unwrap_or_default()
}

impl Error {
    pub fn exit(&self) -> Exit {
        self.class().into()
    }
}

impl ExitClass for Error {
    fn class(&self) -> ErrorClass {
        match self {
            Self::Settings(error) => error.class(),
            Self::Pattern(error) => error.class(),
            Self::Baseline(error) => error.class(),
            Self::Output(error) => error.class(),
            Self::Write(error) => error.class(),
            Self::Streams(error) => error.class(),
            Self::Lint(error) => error.class(),
            Self::Base(error) => error.class(),
            Self::Git(error) => error.class(),
            // The user can name another file.
            Self::Store(StoreError::NotACatalog { .. }) => ErrorClass::Usage,
            Self::Store(_) => ErrorClass::Failure,
            Self::Catalog(error) => class_of_catalog(error),
            // The user can choose another address.
            Self::Server(ServerError::Listen { .. }) => ErrorClass::Usage,
            Self::Server(ServerError::Runtime(_) | ServerError::Random) => ErrorClass::Failure,
            Self::Serve(error) => error.class(),
            Self::Scope(error) => error.class(),
            Self::Pull(error) => error.class(),
            Self::Init(error) => error.class(),
            Self::New(error) => error.class(),
            Self::Prompt(error) => error.class(),
            Self::Editor(error) => error.class(),
            Self::Record(error) => error.class(),
            Self::Diff(error) => error.class(),
            Self::Push(error) => error.class(),
            Self::Forge(error) => error.class(),
            Self::Comment(error) => error.class(),
            Self::Binding(_) | Self::NoSuchRule { .. } | Self::NothingToWrite | Self::NoSuchVerb { .. } => {
                ErrorClass::Usage
            }
        }
    }
}

fn class_of_catalog(error: &CatalogError) -> ErrorClass {
    match error.kind() {
        ErrorKind::Usage => ErrorClass::Usage,
        ErrorKind::Storage => ErrorClass::Failure,
        ErrorKind::Unreachable => ErrorClass::Unreachable,
    }
}
