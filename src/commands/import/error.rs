//! Errors of `import`.

use crate::domain::error_class::ExitClass;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ImportError {
    #[error("no snapshot of the catalog (`.portolan/blueprints`)")]
    #[diagnostic(
        code("no-snapshot"),
        help(
            "run `portolan pull`, or without an account `portolan init --example`: its blueprints decide what can be filled"
        )
    )]
    NoSnapshot,
    #[error("mapping `{path}` {faults}")]
    #[diagnostic(code("faulty-mapping"), help("`--show-mapping` prints the built-in mapping, with its keys"))]
    Mapping { path: String, faults: String },
    #[error("no such file or folder: `{path}`")]
    #[diagnostic(code("no-such-path"), help("{help}"))]
    NoSuchPath { path: String, help: String },
    #[error("`{path}` is outside of the repository `{top}`")]
    #[diagnostic(code("import-outside-repository"), help("name files inside the repository"))]
    Outside { path: String, top: String },
    #[error("no Backstage files: {what}")]
    #[diagnostic(code("nothing-to-import"), help("name them: `portolan import backstage PATH`"))]
    NoBackstageFiles { what: String },
    #[error("no CODEOWNERS file in {places}")]
    #[diagnostic(code("nothing-to-import"), help("name it: `portolan import codeowners FILE`"))]
    NoCodeowners { places: String },
    #[error("`{path}` is an unreadable CODEOWNERS file: {reason}")]
    #[diagnostic(code("unreadable-codeowners"), help("name a text file: `portolan import codeowners FILE`"))]
    UnreadableCodeowners { path: String, reason: String },
    #[error("folder `{path}` is outside of `{root}`")]
    #[diagnostic(code("folder-outside-root"), help("choose a folder below the one of portolan.yaml"))]
    FolderOutside { path: String, root: String },
    #[error("folder `{path}` is not read: `manifests.include` matches no manifest in it")]
    #[diagnostic(code("folder-not-read"), help("choose another folder, or add a glob such as `{path}/**/*.yaml`"))]
    FolderNotRead { path: String },
    #[error("no folder for manifests of `{blueprint}`: `manifests.include` matches no new file")]
    #[diagnostic(code("no-folder"), help("choose one with `--folder`, or add a glob such as `catalog/**/*.yaml`"))]
    NoFolder { blueprint: String },
    #[error("nothing selected: no imported entity is `{name}`")]
    #[diagnostic(
        code("nothing-selected"),
        help("use a blueprint (`service`) or an entity (`service/cart`) as `--dry-run` shows them")
    )]
    NothingSelected { name: String },
}

impl ExitClass for ImportError {}
