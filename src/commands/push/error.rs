//! Refusals of a command that writes the catalog, `push` or `restore`. Their messages are complete sentences:
//! `push refused: ...`.

use crate::domain::error_class::{ErrorClass, ExitClass};

/// Why nothing was pushed. Every message states that nothing was written; every help says what allows the push.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PushError {
    #[error("no catalog is configured, and in CI the embedded one would be lost when the job ends")]
    #[diagnostic(
        code("push-not-named"),
        help("set {variables} in the environment, or choose the catalog: `--catalog eu`, `--catalog local`")
    )]
    NoCatalogInCi { variables: String },
    #[error("{verb} refused: this run is for a pull request (`{event}`). Nothing was written")]
    #[diagnostic(
        code("push-pull-request"),
        help(
            "{verb} after the merge, from the branch that was merged into; on the pull request, run `portolan diff`. To {verb} \
             anyway, add `--allow-pull-request`"
        )
    )]
    PullRequest { verb: &'static str, event: String },
    #[error("{verb} refused: {found}, and pushes come from {allowed} ({place}). Nothing was written")]
    #[diagnostic(
        code("push-branch"),
        help("{verb} from there, or change `push.branches` in portolan.yaml. To {verb} anyway, add `--allow-branch`")
    )]
    Branch { verb: &'static str, found: String, allowed: String, place: String },
    #[error("push refused: {what}, and `push.require-clean` ({place}) requires a clean work tree. Nothing was written")]
    #[diagnostic(
        code("push-dirty"),
        help(
            "commit the changes (`git status` shows them), or push the commit without them: `--ref HEAD`. To push \
             anyway, add `--allow-dirty`"
        )
    )]
    Dirty { what: &'static str, place: String },
    #[error("{verb} refused: it needs confirmation, and there is no terminal to ask on. Nothing was written")]
    #[diagnostic(code("push-unconfirmed"), help("review the plan, then rerun with `--yes`"))]
    Unconfirmed { verb: &'static str },
    #[error("{verb} refused: {what}. Nothing was written")]
    #[diagnostic(code("push-declined"), help("{help}"))]
    Declined { verb: &'static str, what: &'static str, help: String },
    #[error("{verb} refused: the plan has {what} (changes that cannot be made). Nothing was written")]
    #[diagnostic(code("push-obstacles"), help("fix each obstacle that the plan lists, then {verb} again"))]
    Obstacles { verb: &'static str, what: String },
    #[error("{verb} refused: {what} this plan. Nothing was written")]
    #[diagnostic(code("push-policy"), help("{help}"))]
    Policy { verb: &'static str, what: String, help: &'static str },
    #[error("{verb} refused: {what} approval. Nothing was written")]
    #[diagnostic(code("push-unapproved"), help("review the plan, then rerun with `{flags}`"))]
    Unapproved { verb: &'static str, what: String, flags: String },
    #[error(
        "{verb} refused: the digest given to `--approve` does not match this plan, {what} approval. Nothing was written"
    )]
    #[diagnostic(
        code("push-other-approval"),
        help(
            "review the plan, then rerun with `{flags}`; the catalog, target, scope, hazards or their manifests changed since \
             the approval"
        )
    )]
    OtherApproval { verb: &'static str, what: String, flags: String },
    #[error("push refused: {flag} needs a commit, and there is none yet. Nothing was written")]
    #[diagnostic(code("push-no-commit"), help("commit the manifests, then push again"))]
    NoCommit { flag: &'static str },
    #[error(
        "push refused: a signed commit is required, and manifests, config or snapshot differ from commit `{commit}`. Nothing \
             was written"
    )]
    #[diagnostic(
        code("push-uncommitted"),
        help("commit and sign the changes (`git status` lists them), or push the commit without them: `--ref HEAD`")
    )]
    Uncommitted { commit: String },
    #[error("push refused: commit `{commit}` by `{by}` must be signed, and {why}. Nothing was written")]
    #[diagnostic(code("push-unsigned"), help("{help}"))]
    Unsigned { commit: String, by: String, why: String, help: String },
    #[error("push refused: commit `{now}` {how} `{old}`, which was pushed last (`{path}`). Nothing was written")]
    #[diagnostic(code("push-goes-back"), help("push a descendant of that commit, or add `--rollback` to go back"))]
    GoesBack { now: String, how: &'static str, old: String, path: String },
    #[error(
        "push refused: this clone does not show whether commit `{now}` descends from `{old}`, which was pushed last \
             (`{path}`). Nothing was written"
    )]
    #[diagnostic(code("push-unknown-order"), help("{help}"))]
    UnknownOrder { now: String, old: String, path: String, help: String },
    #[error(
        "push refused: `{path}` is the outcome of a push for the {what} `{was}`, and this one is `{now}`. Nothing was written"
    )]
    #[diagnostic(
        code("push-other-record"),
        help("name the outcome of the last push for this {what}; each has its own file")
    )]
    OtherRecord { path: String, what: &'static str, was: String, now: String },
    #[error("push refused: `{path}` does not record which commit was pushed. Nothing was written")]
    #[diagnostic(
        code("push-no-commit-in-record"),
        help("add `--rollback` to push anyway; the recorded push was not made from a commit")
    )]
    NoCommitInRecord { path: String },
    #[error(
        "push refused: the plan file `{path}` does not match what would be pushed. Nothing was written{}",
        bullets(why)
    )]
    #[diagnostic(code("push-stale"), help("create a new plan with `portolan diff --out` and have it reviewed"))]
    Stale { path: String, why: Vec<String> },
}

impl ExitClass for PushError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::NoCatalogInCi { .. } => ErrorClass::Usage,
            Self::Obstacles { .. } => ErrorClass::Findings,
            Self::PullRequest { .. }
            | Self::Branch { .. }
            | Self::Dirty { .. }
            | Self::Unconfirmed { .. }
            | Self::Declined { .. }
            | Self::Policy { .. }
            | Self::Unapproved { .. }
            | Self::OtherApproval { .. }
            | Self::Stale { .. }
            | Self::NoCommit { .. }
            | Self::Uncommitted { .. }
            | Self::Unsigned { .. }
            | Self::GoesBack { .. }
            | Self::UnknownOrder { .. }
            | Self::OtherRecord { .. }
            | Self::NoCommitInRecord { .. } => ErrorClass::Refused,
        }
    }
}

impl PushError {
    /// The error without its reasons, and the reasons, as sentences.
    pub fn reasons(&self) -> (String, &[String]) {
        let Self::Stale { path, why } = self else { return (self.to_string(), &[]) };
        (Self::Stale { path: path.clone(), why: Vec::new() }.to_string(), why)
    }
}

fn bullets(sentences: &[String]) -> String {
    sentences.iter().map(|sentence| format!("\n- {sentence}")).collect()
}
