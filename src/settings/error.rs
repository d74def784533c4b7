//! Errors of the settings. A config with several errors reports all of them at once, each at its position, so that
//! users need not fix them one by one.

use std::path::PathBuf;

use miette::{LabeledSpan, NamedSource};

use crate::domain::address::without_secrets;
use crate::domain::document::span::Span;
use crate::domain::error_class::ExitClass;
use crate::sources::{LinkProblem, OpenProblem, ReadProblem};
use crate::text::escape;
use crate::text::merge_conflict::{self, MergeConflict};
use crate::text::plural::count;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SettingsError {
    #[error("no such folder: `{}`", path.display())]
    #[diagnostic(code("no-such-folder"), help("{help}"))]
    NoFolder { path: PathBuf, help: String },
    #[error("folder `{}` cannot be used: {problem}", path.display())]
    #[diagnostic(
        code("linked-folder"),
        help("remove the link from the repository, or pass the folder that it points to to `-C`")
    )]
    LinkedFolder { path: PathBuf, problem: LinkProblem },
    #[error("no such config file: `{}`", path.display())]
    #[diagnostic(code("no-such-config"), help("{help}"))]
    NoConfig { path: PathBuf, help: String },
    #[error("config `{}` is a folder, not a file", path.display())]
    #[diagnostic(code("config-is-folder"), help("{help}"))]
    FolderAsConfig { path: PathBuf, help: String },
    #[error("config `{path}` cannot be read: {}", problem.reason())]
    #[diagnostic(code("unreadable-config"), help("{}", help_with_reading(problem)))]
    Unreadable { path: String, problem: ReadProblem },
    #[error("no portolan.yaml applies to this folder, but {} nearby {} one:{list}", count(*configs, "folder"), if *configs == 1 { "has" } else { "have" })]
    #[diagnostic(code("configs-below"), help("{help}"))]
    ConfigsBelow { configs: usize, list: String, help: String },
    #[error("`{}` is a bare Git repository: it has no files to read", path.display())]
    #[diagnostic(
        code("bare-repository"),
        help("run portolan in a clone of it (`git clone`) or in a work tree (`git worktree add`)")
    )]
    BareRepository { path: PathBuf },
    #[error("`{}` is not in a Git work tree and has no portolan.yaml, so it is unknown which files are meant", path.display())]
    #[diagnostic(code("no-repository"), help("{help}"))]
    NoRepository { path: PathBuf, help: &'static str },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Faulty(Box<FaultyConfig>),
    #[error("unknown target `{name}`: {}", known_names(known))]
    #[diagnostic(code("unknown-target"), help("{help}"))]
    UnknownTarget { name: String, known: Vec<String>, help: String },
    #[error("unknown cluster `{name}`: {}", known_names(known))]
    #[diagnostic(code("unknown-cluster"), help("{help}"))]
    UnknownCluster { name: String, known: Vec<String>, help: String },
    #[error("{origin} is set, but `clusters.{name}.mapping` decides how entities are written")]
    #[diagnostic(
        code("write-beside-mapping"),
        help("remove `write`: what the mapping sets is written, null clears, and everything else stays")
    )]
    WriteBesideMapping { origin: String, name: String },
    #[error("{origin} is `{value}`: {reason}")]
    #[diagnostic(code("invalid-setting"), help("{help}"))]
    Invalid { origin: String, value: String, reason: String, help: String },
}

/// Errors of `--all`.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum AllError {
    #[error("no portolan.yaml in `{}` or below it, so `--all` has nothing to run", directory.display())]
    #[diagnostic(code("all-without-configs"), help("{help}"))]
    NoConfigs { directory: PathBuf, help: &'static str },
    #[error("`--all` does not apply to `{verb}`")]
    #[diagnostic(code("all-for-one"), help("choose one config with `-C FOLDER`"))]
    Verb { verb: String },
    #[error("`{flag}` cannot be combined with `--all`: {why}")]
    #[diagnostic(code("all-with-one"), help("run each config on its own, with `-C FOLDER`"))]
    Flag { flag: &'static str, why: &'static str },
    #[error("PORTOLAN_CONFIG names one config, and `--all` runs several")]
    #[diagnostic(code("all-with-one"), help("unset PORTOLAN_CONFIG, or drop `--all`"))]
    Variable,
    #[error("`{first}` and `{second}` have the same scope (`{scope}`) in the same catalog ({catalog})")]
    #[diagnostic(
        code("all-in-one-scope"),
        help(
            "give each config a scope of its own, in the file and not by a flag or a variable: with one scope, a push of \
             one deletes the entities of the other"
        )
    )]
    SharedScope { scope: String, catalog: String, first: String, second: String },
}

impl ExitClass for SettingsError {}

impl ExitClass for AllError {}

fn help_with_reading(problem: &ReadProblem) -> &'static str {
    match problem {
        ReadProblem::NotText { .. } => "save it as UTF-8",
        ReadProblem::TooLarge { .. } => "name the right file: a config is never this large",
        ReadProblem::NotOpened(OpenProblem::Link(_)) => {
            "replace the link with the file, or name the file that it points to with `--config`"
        }
        ReadProblem::NotOpened(_) => "replace it with a regular file",
        ReadProblem::Io(_) | ReadProblem::Git(_) => "make it readable",
    }
}

fn known_names(known: &[String]) -> String {
    match known {
        [] => "the config defines none".to_owned(),
        names => format!("the config defines {}", names.join(", ")),
    }
}

/// One error in the config, with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    pub span: Span,
    /// A clause, which is printed below the caret.
    pub message: String,
}

/// All errors of one config.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("config `{path}` has {}", count(faults.len(), "error"))]
#[diagnostic(code("faulty-config"), help("{help}"))]
pub struct FaultyConfig {
    pub path: String,
    pub faults: Vec<ConfigFault>,
    help: &'static str,
    #[source_code]
    source_text: NamedSource<String>,
    #[label(collection)]
    labels: Vec<LabeledSpan>,
}

impl FaultyConfig {
    pub(super) fn new(path: String, text: &str, faults: Vec<ConfigFault>) -> Self {
        Self::with(
            path,
            text,
            faults,
            "`portolan schema config` prints the schema of every key; editors check the file with it",
        )
    }

    /// The error for a config with unresolved merge conflicts. Nothing else is reported, because the content is
    /// ambiguous.
    pub(super) fn in_conflict(path: String, text: &str, conflicts: &[MergeConflict]) -> Self {
        let fault = |conflict: &MergeConflict| ConfigFault {
            span: Span::new(conflict.first.start, conflict.first.end),
            message: conflict.message(),
        };
        Self::with(path, text, conflicts.iter().map(fault).collect(), merge_conflict::HELP)
    }

    fn with(path: String, text: &str, mut faults: Vec<ConfigFault>, help: &'static str) -> Self {
        faults.sort_by_key(|fault| fault.span);
        let labels = faults.iter().map(|fault| {
            let range = fault.span.range();
            let length = range.len().max(usize::from(range.start < text.len()));
            LabeledSpan::new(Some(visible(&fault.message)), range.start.min(text.len()), length)
        });
        let labels = labels.collect();
        // Control characters and possible passwords are replaced by as many bytes, so that the spans stay valid.
        let source_text = NamedSource::new(&path, masked_in_place(&visible_in_place(text)));
        Self { path, faults, help, source_text, labels }
    }
}

fn is_unseen(c: char) -> bool {
    escape::is_unsafe(c) && !matches!(c, '\n' | '\r' | '\t')
}

fn visible(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) || matches!(c, '\n' | '\r') { '?' } else { c }).collect()
}

fn visible_in_place(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unseen(c) { seen.extend(std::iter::repeat_n('?', c.len_utf8())) } else { seen.push(c) }
    }
    seen
}

/// Masks URLs with a password: more people can read a log than the config.
fn masked_in_place(text: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '{' | '}' | '[' | ']');
    let mut masked = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_end) {
        let word = piece.trim_end_matches(is_end);
        if without_secrets(word) == word {
            masked.push_str(piece);
            continue;
        }
        let scheme = word.find("://").map_or(0, |at| at + 3);
        masked.push_str(&word[..scheme]);
        masked.extend(std::iter::repeat_n('*', word.len() - scheme));
        masked.push_str(&piece[word.len()..]);
    }
    masked
}
