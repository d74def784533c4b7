//! Why a file is no plan that can be carried out. What a plan file says is not trusted: it may have come a long way.

use super::FORMAT;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BindingError {
    #[error("read the plan `{path}`: line {line}, column {column}: {reason}")]
    #[diagnostic(code(plan::syntax), help("make it anew with `portolan diff --out`"))]
    Syntax { path: String, line: usize, column: usize, reason: String },
    #[error("read the plan `{path}`: it is not a plan file")]
    #[diagnostic(
        code(plan::no_plan),
        help("`portolan diff --out FILE` writes one; what `--output json` writes is a report")
    )]
    NoPlan { path: String },
    #[error("read the plan `{path}`: its format is `{found}`, and this version reads only `{FORMAT}`")]
    #[diagnostic(code(plan::format), help("make a new plan with `portolan diff --out`, and have it reviewed"))]
    Format { path: String, found: String },
    #[error("read the plan `{path}`: it was made by portolan {found}, and this is {own}")]
    #[diagnostic(
        code(plan::tool),
        help("use one version for both, or make the plan anew: what is sent may differ between versions")
    )]
    Tool { path: String, found: String, own: String },
    #[error("read the plan `{path}`: its checksum does not match its content")]
    #[diagnostic(
        code(plan::altered),
        help("the file was edited or truncated; make a new plan with `portolan diff --out`")
    )]
    Altered { path: String },
    #[error("read the plan `{path}`: at `{place}`: {reason}")]
    #[diagnostic(code(plan::flawed), help("make it anew with `portolan diff --out`"))]
    Flawed { path: String, place: String, reason: String },
}
