//! Which room failed, and what that means for the exit code. Findings are not errors: a file with faults is a result,
//! an error is a job that could not be done. What a verb was asked for and cannot do is told here too: verbs stand
//! above this floor, and their errors must be seen from it.

mod push;

use crate::catalog::CatalogError;
use crate::catalog::server::ServerError;
use crate::catalog::store::StoreError;
use crate::exit::Exit;
use crate::forge::ForgeError;
use crate::plan::binding::BindingError;
use crate::report::baseline::BaselineError;
use crate::report::outcome::record::RecordError;
use crate::scaffold::Mistyped;
use crate::settings::SettingsError;
use crate::sources::git::GitError;
use crate::sources::{DiscoverError, OutputError, PatternError, ReadProblem, WriteError};
use crate::ui::{EditorError, PromptError, StreamError};

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
    Binding(#[from] BindingError),
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
    #[error("find the rule `{name}`")]
    #[diagnostic(code("no-such-rule"), help("{help}"))]
    NoSuchRule { name: String, help: String },
    #[error("write the schema: only that of manifests belongs to a repository")]
    #[diagnostic(code("nothing-to-write"), help("leave `--write` out, and send the output to a file"))]
    NothingToWrite,
    #[error("find the verb `{verb}`")]
    #[diagnostic(code("no-such-verb"), help("the verbs are {known}"))]
    NoSuchVerb { verb: String, known: String },
}

/// Why lint could not do what it was asked for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum LintError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Discover(#[from] DiscoverError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    #[error("find a Git repository at `{root}`: there is none")]
    #[diagnostic(code("no-git"), help("run it inside a Git work tree, or without `{flag}`"))]
    NoGit { root: String, flag: &'static str },
    #[error("find `{path}`: there is no such file or folder")]
    #[diagnostic(code("no-such-path"), help("name files and folders relative to where you are"))]
    NoSuchPath { path: String },
    #[error("find a file to lint: `manifests.{key}` ({place}) {what}")]
    #[diagnostic(code("nothing-to-lint"), help("correct the globs: they are relative to the root"))]
    Emptied { key: &'static str, place: String, what: String },
    #[error("report as {first} and as {second}: both would go to {place}")]
    #[diagnostic(code("shared-output"), help("send each to a file of its own: `--output FORMAT=FILE`"))]
    SharedOutput { first: &'static str, second: &'static str, place: String },
    #[error("read standard input: `-` is not among the paths, and `--stdin-filename` is only its name")]
    #[diagnostic(code("no-input"), help("add `-`: `portolan lint - --stdin-filename FILE`"))]
    NoInput,
    #[error("read standard input: `-` stands alone, without other paths, `--fix`, `--staged` or `--changed`")]
    #[diagnostic(code("input-alone"), help("lint one text at a time: `portolan lint - --stdin-filename FILE`"))]
    InputAlone,
    #[error("read standard input: nobody said which file it stands for")]
    #[diagnostic(code("nameless-input"), help("add `--stdin-filename FILE`, relative to where you are"))]
    NamelessInput,
    #[error("lint `{path}`: it is outside of the repository at `{root}`")]
    #[diagnostic(code("outside-root"), help("run portolan in the repository that the file belongs to, or use `-C`"))]
    Outside { path: String, root: String },
}

/// Why there is nothing to compare a branch with.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BaseError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    #[error("find a Git repository at `{root}`: there is none")]
    #[diagnostic(code("no-git"), help("run it inside a Git work tree, or without `{flag}`"))]
    NoGit { root: String, flag: &'static str },
}

/// Why `serve` does not begin.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ServeError {
    #[error("listen on {address} with issued credentials: these are for loopback addresses only")]
    #[diagnostic(
        code("exposed"),
        help(
            "to listen beyond loopback, choose the credentials yourself: PORTOLAN_SERVE_CLIENT_ID and \
             PORTOLAN_SERVE_CLIENT_SECRET"
        )
    )]
    Exposed { address: std::net::SocketAddr },
    #[error("use the credentials: {missing} is missing")]
    #[diagnostic(
        code("half-credentials"),
        help(
            "choose both, by `--client-id` and `--client-secret` or their variables, or leave out both: the server then issues a pair"
        )
    )]
    HalfCredentials { missing: &'static str },
    #[error("use the {what}: {why}")]
    #[diagnostic(code("bad-credentials"), help("choose letters, digits and signs that a header can carry"))]
    BadCredentials { what: &'static str, why: &'static str },
    #[error("serve `{catalog}`: `serve` is the embedded catalog, and `--catalog` names another")]
    #[diagnostic(code("serves-no-other"), help("leave `--catalog` out; `--store FILE` names the embedded one's file"))]
    OtherCatalog { catalog: String },
    #[error("hold the catalog in `{store}`: {why}")]
    #[diagnostic(code("no-such-store"), help("{help}"))]
    NoStore { store: String, why: &'static str, help: &'static str },
    #[error("seed from `{path}`: {why}")]
    #[diagnostic(code("no-such-seed"), help("`--seed` takes the folder of a repository, relative to where you are"))]
    NoSeed { path: String, why: &'static str },
    #[error("seed from `{path}`: {why}")]
    #[diagnostic(
        code("nothing-seeded"),
        help("name the root of a repository of manifests; `portolan lint` tells more")
    )]
    NothingSeeded { path: String, why: String },
    #[error("follow the blueprints of `.portolan/blueprints`: {why}")]
    #[diagnostic(code("blueprints-not-followed"), help("`portolan lint` tells what is wrong with the snapshot"))]
    NotFollowed { why: String },
}

/// Why nobody knows whose entities are meant.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ScopeError {
    #[error("tell whose entities are meant: there is no `scope`, and no Git remote `origin` to take it from")]
    #[diagnostic(code("no-scope"), help("set `scope` in portolan.yaml, or `PORTOLAN_SCOPE`: `acme/catalog`"))]
    Unknown,
}

/// Why pull could not do what it was asked for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PullError {
    #[error("pull all of blueprint `{blueprint}`: {reason}")]
    #[diagnostic(
        code("incomplete-read"),
        help("run it again: nothing was written, since what is missing would look like what does not exist")
    )]
    Incomplete { blueprint: String, reason: String },
    #[error("understand {blueprint} of those that the catalog gave: {reason}")]
    #[diagnostic(
        code("unusable-blueprint"),
        help("nothing was written, since its file would be lost; look at the blueprint in the catalog")
    )]
    Unusable { blueprint: String, reason: String },
    #[error("pull from the embedded catalog: nobody asked for it, and the snapshot is of {catalog}")]
    #[diagnostic(
        code("catalog-not-named"),
        help("set the credentials in the environment, or name the catalog: `--catalog` or `catalog` in portolan.yaml")
    )]
    NotNamed { catalog: String },
    #[error("pull from the embedded catalog: it holds no entities, and the snapshot is of {catalog}")]
    #[diagnostic(
        code("catalog-without-entities"),
        help(
            "the catalog is `local` ({place}): name the other one (`--catalog URL`, `--target NAME`); if the embedded \
             one is meant, say `--catalog local`"
        )
    )]
    NoEntities { catalog: String, place: String },
    #[error("pull from {catalog}: it has no blueprints, so nothing was written")]
    #[diagnostic(code("empty-catalog"), help("{help}"))]
    Empty { catalog: String, help: String },
    #[error("find the blueprint `{name}` in {catalog}")]
    #[diagnostic(code("no-such-blueprint"), help("{help}"))]
    NoSuchBlueprint { name: String, catalog: String, help: String },
    #[error("choose a folder for manifests of `{blueprint}`: `manifests.include` matches no file that could be made")]
    #[diagnostic(code("no-folder"), help("add a folder for them, such as `catalog/**/*.yaml`"))]
    NoFolder { blueprint: String },
}

/// Why a repository is not wired.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum InitError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Discover(#[from] DiscoverError),
    #[error("ask before files are written: there is no terminal to ask on")]
    #[diagnostic(code("nobody-to-ask"), help("`--dry-run` shows the files, `--yes` writes them"))]
    NobodyToAsk,
    #[error("use the {what} `{value}`: {reason}")]
    #[diagnostic(code("invalid-choice"), help("{help}"))]
    Invalid { what: &'static str, value: String, reason: String, help: &'static str },
    #[error("adopt what the catalog has: nobody said which catalog")]
    #[diagnostic(
        code("no-catalog-to-adopt"),
        help("set {variables} in the environment, or name the embedded one: `--catalog local`")
    )]
    NoCatalog { variables: String },
    #[error("read `{path}`: {problem}")]
    #[diagnostic(code("unreadable-file"), help("nothing was written; mend the file, or move it away"))]
    Unreadable { path: String, problem: ReadProblem },
    #[error("write the files: `{path}` is in the way")]
    #[diagnostic(
        code("in-the-way"),
        help("nothing was written; rename what is there, or leave the file out (`--ci none`, `--no-pre-commit`)")
    )]
    InTheWay { path: String },
    #[error("wire the folder `{path}`: it is Git's own")]
    #[diagnostic(code("inside-git"), help("nothing was written; run it in the folder that holds the manifests"))]
    InsideGit { path: String },
    #[error("{source}")]
    #[diagnostic(
        code("half-written"),
        help("written so far: {written}. Mend the cause and run it again: these are kept")
    )]
    HalfWritten { written: String, source: WriteError },
}

/// Why `new` makes no manifest.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum NewError {
    #[error("find a blueprint: there is no snapshot of the catalog (`.portolan/blueprints`)")]
    #[diagnostic(
        code("no-snapshot"),
        help("with credentials, run `portolan pull`; without an account, run `portolan init --example`")
    )]
    NoSnapshot,
    #[error("tell what to make: no blueprint is named")]
    #[diagnostic(code("no-blueprint-named"), help("write `portolan new BLUEPRINT ID`; the snapshot has {known}"))]
    NoBlueprint { known: String },
    #[error("find the blueprint `{name}` in the snapshot")]
    #[diagnostic(code("not-in-snapshot"), help("{help}"))]
    NoSuchBlueprint { name: String, help: String },
    #[error("use the blueprint of `{path}`: {reason}")]
    #[diagnostic(code("unusable-snapshot"), help("run `portolan pull`, which writes the file again"))]
    Unusable { path: String, reason: String },
    #[error("name the new entity: no identifier is given")]
    #[diagnostic(code("no-identifier"), help("write `portolan new {blueprint} ID`"))]
    NoIdentifier { blueprint: String },
    #[error("name the new entity: {mistyped}")]
    #[diagnostic(code("bad-identifier"), help("choose another identifier; `--title` takes any text"))]
    BadIdentifier { mistyped: Mistyped },
    #[error("make `{identifier}` of `{blueprint}`: `{path}` declares it already")]
    #[diagnostic(code("already-declared"), help("choose another identifier, or change what is there"))]
    Declared { blueprint: String, identifier: String, path: String },
    #[error("find the {what} `{name}` in blueprint `{blueprint}`")]
    #[diagnostic(code("no-such-name"), help("{help}"))]
    NoSuchName { what: &'static str, name: String, blueprint: String, help: String },
    #[error("set `{name}`: it is a {kind} property, which the catalog computes")]
    #[diagnostic(code("computed-name"), help("leave it out; set what it is computed from"))]
    Computed { name: String, kind: &'static str },
    #[error("set `{name}`: {mistyped}")]
    #[diagnostic(code("mistyped-value"), help("it takes {takes}"))]
    Mistyped { name: String, takes: String, mistyped: Mistyped },
    #[error("set `{name}`: {message}")]
    #[diagnostic(code("misfit-value"), help("{help}"))]
    Misfit { name: String, message: String, help: String },
    #[error("set the team: entities of `{blueprint}` take theirs along `{path}`")]
    #[diagnostic(code("team-is-inherited"), help("leave `--team` out, and set the relation"))]
    InheritedTeam { blueprint: String, path: String },
    #[error("write a manifest to `{path}`: that is not the name of a YAML file")]
    #[diagnostic(code("not-yaml"), help("name a file that ends with .yaml or .yml"))]
    NotYaml { path: String },
    #[error("write a manifest to `{path}`: it is there already")]
    #[diagnostic(code("file-is-taken"), help("choose another file, or use `--stdout`: `new` overwrites nothing"))]
    Taken { path: String },
    #[error("choose a folder for manifests of `{blueprint}`: `manifests.include` matches no file that could be made")]
    #[diagnostic(
        code("no-folder"),
        help("name a file (`--file`), or add a folder for them, such as `catalog/**/*.yaml`")
    )]
    NoFolder { blueprint: String },
    #[error("write a manifest to `{path}`: it is outside of the repository at `{root}`")]
    #[diagnostic(code("outside-root"), help("choose a file in it, or say which repository is meant: `-C`"))]
    Outside { path: String, root: String },
    #[error("write a manifest to `{path}`: nobody reads manifests there")]
    #[diagnostic(
        code("never-read"),
        help("`.git`, `.portolan` and `portolan.yaml` have a use of their own; choose another file")
    )]
    NeverRead { path: String },
    #[error("write a manifest to `{path}`: `{file}` is a file, and no folder")]
    #[diagnostic(code("below-a-file"), help("choose another file"))]
    BelowFile { path: String, file: String },
    #[error("open an editor: neither `VISUAL` nor `EDITOR` is set")]
    #[diagnostic(code("no-editor"), help("set one, such as `EDITOR=vi`, or leave `--edit` out"))]
    NoEditor,
}

/// Why diff could not do what it was asked for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DiffError {
    #[error("ask the catalog whether it would take `{key}`: {error}")]
    #[diagnostic(code("not-verified"), help("run it again, or without `--verify`"))]
    NotVerified { key: String, error: std::sync::Arc<CatalogError> },
    #[error("leave out what was pending before this branch: there is no base to tell it by{}", because(why.as_deref()))]
    #[diagnostic(code("no-base"), help("name it: `--base origin/main`, or leave `--only-branch` out"))]
    NoBase { why: Option<String> },
    #[error("plan `{name}` alone: it is neither a blueprint of {catalog} nor a file with a manifest")]
    #[diagnostic(code("nothing-chosen"), help("{help}"))]
    NothingChosen { name: String, catalog: String, help: String },
    #[error("write the plan to `{path}`: {why}")]
    #[diagnostic(code("no-place-for-a-plan"), help("{help}"))]
    NoPlace { path: String, why: &'static str, help: &'static str },
    #[error("plan what `{name}` asks for: that commit has no manifests")]
    #[diagnostic(
        code("no-manifests-then"),
        help("name another commit; a plan of nothing would delete all that this scope wrote")
    )]
    NoManifests { name: String },
    #[error("read the config `{path}`: {problem}")]
    #[diagnostic(code("unreadable-config-then"), help("check that commit out (`git worktree add`), and run it there"))]
    UnreadableConfig { path: String, problem: ReadProblem },
}

/// Why there is no comment on the pull request.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CommentError {
    #[error("publish `{path}`: its first line is not the marker of a report")]
    #[diagnostic(
        code("no-marker"),
        help("write it with `portolan diff --output markdown=FILE`, and change nothing in it")
    )]
    NoMarker { path: String },
    #[error("publish standard input: it is not UTF-8 text")]
    #[diagnostic(code("comment-not-text"), help("write the report with `portolan diff --output markdown=FILE`"))]
    NotText,
    #[error("publish `{path}`: it has {length} characters, and a comment on {forge} at most {most}")]
    #[diagnostic(
        code("comment-too-long"),
        help("publish the report as `portolan diff --output markdown=FILE` wrote it")
    )]
    TooLong { path: String, length: String, most: String, forge: &'static str },
    #[error("comment on {name}: {variable} is not set")]
    #[diagnostic(
        code("no-forge-token"),
        help(
            "GitHub: `env: GITHUB_TOKEN: ${{{{ github.token }}}}` and `permissions: pull-requests: write`; GitLab: a project \
             access token with the scope `api` and the role Reporter, as a masked variable GITLAB_TOKEN"
        )
    )]
    NoToken { variable: &'static str, name: String },
    #[error("read approvals on {name}: {variable} is not set")]
    #[diagnostic(
        code("no-forge-token"),
        help(
            "GitHub: `env: GITHUB_TOKEN: ${{{{ github.token }}}}` and `permissions: pull-requests: read`; GitLab: a project \
             access token with the scope `read_api` and the role Reporter, as a masked variable GITLAB_TOKEN"
        )
    )]
    NoTokenForApprovals { variable: &'static str, name: String },
    #[error("comment on {name}: the forge does not say which account the token belongs to")]
    #[diagnostic(code("unknown-author"), help("name it: `--author LOGIN`"))]
    UnknownAuthor { name: String },
    #[error("use the certificates in `{path}`: {reason}")]
    #[diagnostic(code("forge-ca-bundle"), help("PORTOLAN_CA_BUNDLE and SSL_CERT_FILE name a PEM file"))]
    Bundle { path: String, reason: String },
}

/// A sentence behind an error, in brackets.
fn because(why: Option<&str>) -> String {
    why.map(|why| format!(" ({})", why.trim_end_matches('.'))).unwrap_or_default()
}

impl Error {
    pub fn exit(&self) -> Exit {
        match self {
            Self::Settings(_)
            | Self::Pattern(_)
            | Self::Baseline(_)
            | Self::NoSuchRule { .. }
            | Self::Scope(_)
            | Self::NothingToWrite
            | Self::NoSuchVerb { .. } => Exit::Usage,
            Self::New(_) | Self::Editor(EditorError::Start { .. }) => Exit::Usage,
            Self::Write(_) | Self::Streams(_) | Self::Prompt(_) | Self::Editor(EditorError::Ended { .. }) => {
                Exit::Failure
            }
            // A file that the user named to be read is there or it is not; one to be written is the disk's affair.
            Self::Output(
                OutputError::Read { .. }
                | OutputError::Open { .. }
                | OutputError::TooLarge { .. }
                | OutputError::InputTooLarge { .. }
                | OutputError::WriteLink { .. },
            ) => Exit::Usage,
            Self::Output(OutputError::Write { .. } | OutputError::NoReader { .. } | OutputError::Input(_)) => {
                Exit::Failure
            }
            Self::Comment(_) => Exit::Usage,
            Self::Forge(error) if error.is_usage() => Exit::Usage,
            Self::Forge(_) => Exit::CatalogUnreachable,
            Self::Lint(error) => exit_of_lint(error),
            Self::Base(BaseError::Git(error)) | Self::Git(error) => exit_of_git(error),
            Self::Base(BaseError::NoGit { .. }) => Exit::Usage,
            Self::Init(InitError::Git(error)) => exit_of_git(error),
            Self::Init(InitError::Discover(_) | InitError::Unreadable { .. } | InitError::HalfWritten { .. }) => {
                Exit::Failure
            }
            Self::Init(
                InitError::NobodyToAsk
                | InitError::Invalid { .. }
                | InitError::NoCatalog { .. }
                | InitError::InTheWay { .. }
                | InitError::InsideGit { .. },
            ) => Exit::Usage,
            // Another file can be named.
            Self::Store(StoreError::NotACatalog { .. }) => Exit::Usage,
            Self::Store(_) => Exit::Failure,
            Self::Catalog(error) => exit_of_catalog(error),
            // An address that cannot be had is chosen otherwise.
            Self::Server(ServerError::Listen { .. }) | Self::Serve(_) => Exit::Usage,
            Self::Server(ServerError::Runtime(_) | ServerError::Random) => Exit::Failure,
            Self::Diff(
                DiffError::NoBase { .. }
                | DiffError::NothingChosen { .. }
                | DiffError::NoManifests { .. }
                | DiffError::NoPlace { .. }
                | DiffError::UnreadableConfig { .. },
            )
            | Self::Push(PushError::NotNamed { .. })
            | Self::Binding(_)
            | Self::Record(_) => Exit::Usage,
            Self::Push(PushError::Obstacles { .. }) => Exit::Findings,
            Self::Push(
                PushError::PullRequest { .. }
                | PushError::Branch { .. }
                | PushError::Dirty { .. }
                | PushError::Unconfirmed
                | PushError::Declined { .. }
                | PushError::Unapproved { .. }
                | PushError::OtherApproval { .. }
                | PushError::Stale { .. }
                | PushError::NoCommit { .. }
                | PushError::Uncommitted { .. }
                | PushError::Unsigned { .. }
                | PushError::GoesBack { .. }
                | PushError::UnknownOrder { .. }
                | PushError::OtherRecord { .. }
                | PushError::NoCommitInRecord { .. },
            ) => Exit::Refused,
            Self::Diff(DiffError::NotVerified { error, .. }) => exit_of_catalog(error),
            Self::Pull(PullError::Incomplete { .. } | PullError::Unusable { .. }) => Exit::CatalogUnreachable,
            Self::Pull(
                PullError::NotNamed { .. }
                | PullError::NoEntities { .. }
                | PullError::Empty { .. }
                | PullError::NoSuchBlueprint { .. }
                | PullError::NoFolder { .. },
            ) => Exit::Usage,
        }
    }
}

fn exit_of_lint(error: &LintError) -> Exit {
    match error {
        LintError::Discover(_) => Exit::Failure,
        LintError::Git(error) => exit_of_git(error),
        LintError::NoGit { .. }
        | LintError::Emptied { .. }
        | LintError::SharedOutput { .. }
        | LintError::NoSuchPath { .. }
        | LintError::NoInput
        | LintError::InputAlone
        | LintError::NamelessInput
        | LintError::Outside { .. } => Exit::Usage,
    }
}

/// The embedded catalog is a file, and fails as the disk does; another one is reached or not.
fn exit_of_catalog(error: &CatalogError) -> Exit {
    match error {
        CatalogError::Store(_) | CatalogError::Unreadable(_) => Exit::Failure,
        CatalogError::Client(error) if error.is_usage() => Exit::Usage,
        CatalogError::Client(_) | CatalogError::Refused(_) => Exit::CatalogUnreachable,
    }
}

/// What the user can set right by asking otherwise is usage; a repository that is broken is not.
fn exit_of_git(error: &GitError) -> Exit {
    match error {
        GitError::ForeignOwner { .. }
        | GitError::Bare { .. }
        | GitError::Unsupported { .. }
        | GitError::Outside { .. }
        | GitError::Folder { .. }
        | GitError::Pipe { .. }
        | GitError::Conflicts { .. }
        | GitError::UnknownRevision { .. }
        | GitError::NoMergeBase { .. } => Exit::Usage,
        GitError::NoRepository { .. }
        | GitError::Broken { .. }
        | GitError::Index { .. }
        | GitError::Compare { .. }
        | GitError::Unverified { .. } => Exit::Failure,
    }
}
