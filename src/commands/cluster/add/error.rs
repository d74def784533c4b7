//! Errors of `cluster add`.

use crate::domain::error_class::ExitClass;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum AddError {
    #[error("invalid cluster name `{name}`: {reason}")]
    #[diagnostic(code("invalid-cluster-name"), help("use at most 63 lower-case letters, digits and `-`: `prod-eu`"))]
    Name { name: String, reason: &'static str },
    #[error("invalid {flag} `{value}`: {reason}")]
    #[diagnostic(code("invalid-cluster-flag"), help("{help}"))]
    Flag { flag: &'static str, value: String, reason: &'static str, help: &'static str },
    #[error("`{flag}` has no effect with {deliverer}: {reason}")]
    #[diagnostic(code("flag-of-other-deliverer"), help("drop it, or choose the deliverer with `--deliverer`"))]
    OtherDeliverer { flag: &'static str, deliverer: &'static str, reason: &'static str },
    #[error("the deliverer is unknown: {reason}")]
    #[diagnostic(code("unknown-deliverer"), help("name it: `--deliverer flux` or `--deliverer argocd`"))]
    UnknownDeliverer { reason: &'static str },
    #[error("`{place}` uses the name `{name}` for something else: {what}")]
    #[diagnostic(code("cluster-name-taken"), help("{help}"))]
    Taken { name: String, place: String, what: String, help: String },
    #[error("several ApplicationSets could generate the Application: {places}")]
    #[diagnostic(code("several-application-sets"), help("name the file of the one to extend: `--file FILE`"))]
    SeveralSets { places: String },
    #[error("several folders set up Flux, each for a cluster of its own: {folders}")]
    #[diagnostic(code("several-flux-installations"), help("name the file to write in one of them: `--file {example}`"))]
    SeveralInstallations { folders: String, example: String },
    #[error("no ApplicationSet with a list of clusters in `{file}`")]
    #[diagnostic(
        code("no-application-set"),
        help("name a file with such an ApplicationSet, or a new file for an Application")
    )]
    NoSet { file: String },
    #[error("a row of the ApplicationSet at `{place}` needs {what}")]
    #[diagnostic(code("unknown-row-value"), help("{help}"))]
    Row { place: String, what: String, help: String },
    #[error("`{path}` cannot be edited safely: {why}")]
    #[diagnostic(code("unsafe-edit"), help("{help}; nothing was written"))]
    Unsafe { path: String, why: &'static str, help: String },
}

impl ExitClass for AddError {}
