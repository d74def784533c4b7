//! Errors of `init`.

use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::sources::{ReadProblem, WriteError};
use crate::text::merge_conflict;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum InitError {
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
    #[error("no scheduled jobs: {why}")]
    #[diagnostic(
        code("no-scheduled-jobs"),
        help("{help}, or run `portolan diff --fail-on missing,extra,changed` on a schedule")
    )]
    NoScheduledJobs { why: String, help: String },
    #[error("`{path}` cannot be read: {}", problem.reason())]
    #[diagnostic(code("unreadable-file"), help("fix the file or move it away; nothing was written"))]
    Unreadable { path: String, problem: ReadProblem },
    #[error("`{path}` has an unresolved merge conflict at line {line}")]
    #[diagnostic(code("merge-conflict"), help("{}; nothing was written", merge_conflict::HELP))]
    Conflict { path: String, line: usize },
    #[error("`{path}` exists and is not a regular file")]
    #[diagnostic(
        code("in-the-way"),
        help("rename it, or drop the file (`--ci none`, `--no-pre-commit`); nothing was written")
    )]
    InTheWay { path: String },
    #[error("`{path}` is inside Git's own folder")]
    #[diagnostic(code("inside-git"), help("run `portolan init` in the folder with the manifests; nothing was written"))]
    InsideGit { path: String },
    #[error("the config has `clusters`, and `{name}` is not one of them")]
    #[diagnostic(
        code("not-a-configured-cluster"),
        help("name one of them, or register another one: `portolan cluster add`")
    )]
    OtherClusters { name: String },
    #[error("`{place}` uses the name `{name}` for another folder: `{path}`")]
    #[diagnostic(
        code("cluster-name-in-use"),
        help("name the cluster otherwise, for example `--cluster {name}-2`; nothing was written")
    )]
    ClusterInUse { name: String, place: String, path: String },
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
            Self::Unreadable { .. } | Self::HalfWritten { .. } => ErrorClass::Failure,
            Self::NobodyToAsk
            | Self::Invalid { .. }
            | Self::NoCatalog { .. }
            | Self::NoScheduledJobs { .. }
            | Self::OtherClusters { .. }
            | Self::ClusterInUse { .. }
            | Self::Conflict { .. }
            | Self::InTheWay { .. }
            | Self::InsideGit { .. } => ErrorClass::Usage,
        }
    }
}
