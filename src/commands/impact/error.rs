//! Errors of `--blueprints`.

use crate::domain::error_class::ExitClass;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum BlueprintsError {
    #[error("`{name}` is neither a file or folder with blueprints nor a Git revision")]
    #[diagnostic(code("no-such-blueprints"), help("{help}"))]
    Unknown { name: String, help: String },
    #[error("`--blueprints` names nothing")]
    #[diagnostic(code("no-such-blueprints"), help("name a file, a folder, a Git revision or `live`"))]
    Unnamed,
    #[error("`{name}` is both a path and a Git revision")]
    #[diagnostic(
        code("ambiguous-blueprints"),
        help("write `./{name}` for the path, or the full name of the revision (`refs/heads/{name}`)")
    )]
    Ambiguous { name: String },
    #[error("`{path}` has no blueprints: there is no `*.json` in it")]
    #[diagnostic(
        code("no-blueprints"),
        help("name a folder of blueprints, one per `*.json`, or a file with one or several of them")
    )]
    Empty { path: String },
    #[error("file `{path}` does not parse as JSON: {problem}")]
    #[diagnostic(code("unusable-blueprints"), help("correct it, or name another file or folder"))]
    NotJson { path: String, problem: String },
    #[error("`{path}` holds no blueprint: {reason}")]
    #[diagnostic(
        code("unusable-blueprints"),
        help("a file holds a blueprint, a list of them, or what the API returns: `blueprint` or `blueprints`")
    )]
    NoBlueprint { path: String, reason: String },
    #[error("blueprint `{identifier}` is given twice: in `{first}` and in `{second}`")]
    #[diagnostic(code("repeated-blueprint"), help("remove one of them"))]
    Repeated { identifier: String, first: String, second: String },
    #[error("file of blueprints `{path}` is unreadable: {problem}")]
    #[diagnostic(code("unusable-blueprints"), help("make it readable, or name another file or folder"))]
    Unreadable { path: String, problem: String },
    #[error("commit `{revision}` has no blueprints in `.portolan/blueprints`")]
    #[diagnostic(
        code("no-snapshot-then"),
        help(
            "name a revision that has a snapshot (`git log -- .portolan/blueprints` lists the commits that changed it)"
        )
    )]
    NoSnapshotThen { revision: String },
    #[error("`lint` does not read the catalog")]
    #[diagnostic(code("lint-is-offline"), help("run `portolan diff --blueprints live`, or `portolan pull --check`"))]
    NotLive,
}

impl ExitClass for BlueprintsError {}
