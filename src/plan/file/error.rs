//! Errors in a plan file. Its content is not trusted, because it may come from another machine.

use super::plan_file::FORMAT;
use crate::domain::error_class::ExitClass;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PlanFileError {
    #[error("plan file `{path}` has an unresolved merge conflict at line {line}")]
    #[diagnostic(
        code(plan::merge_conflict),
        help(
            "create a new plan with `portolan diff --out`: no side of the conflict is a plan of the merged manifests"
        )
    )]
    Conflict { path: String, line: usize },
    #[error("plan file `{path}` is invalid at line {line}, column {column}: {reason}")]
    #[diagnostic(code(plan::syntax), help("create a new one with `portolan diff --out`"))]
    Syntax { path: String, line: usize, column: usize, reason: String },
    #[error("`{path}` is not a plan file")]
    #[diagnostic(
        code(plan::no_plan),
        help("create one with `portolan diff --out FILE`; `--output json` writes a report")
    )]
    NoPlan { path: String },
    #[error("plan file `{path}` has the format `{found}`; this version reads only `{FORMAT}`")]
    #[diagnostic(code(plan::format), help("create a new plan with `portolan diff --out` and have it reviewed"))]
    Format { path: String, found: String },
    #[error("plan file `{path}` was created by portolan {found}, and this is {own}")]
    #[diagnostic(
        code(plan::tool),
        help("use one version for both, or create a new plan: versions may send different requests")
    )]
    Tool { path: String, found: String, own: String },
    #[error("plan file `{path}` was changed: its checksum does not match its content")]
    #[diagnostic(
        code(plan::altered),
        help("create a new plan with `portolan diff --out`; this file was edited or truncated")
    )]
    Altered { path: String },
    #[error("plan file `{path}` is invalid at `{place}`: {reason}")]
    #[diagnostic(code(plan::flawed), help("create a new one with `portolan diff --out`"))]
    Flawed { path: String, place: String, reason: String },
}

impl ExitClass for PlanFileError {}
