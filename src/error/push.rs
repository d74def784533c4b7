//! Refusals of a push. The words are sentences of their own, and no failure: `push refused: ...`.

/// Why nothing was pushed. Every message says that nothing was written; every help says what allows the push.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PushError {
    #[error("push refused: no catalog is configured, and in CI the embedded one would be lost when the job ends")]
    #[diagnostic(
        code("push-not-named"),
        help("set {variables} in the environment, or name the catalog: `--catalog eu`, `--catalog local`")
    )]
    NotNamed { variables: String },
    #[error("push refused: this run is for a pull request (`{event}`). Nothing was written")]
    #[diagnostic(
        code("push-pull-request"),
        help(
            "push after the merge, from the branch that was merged into; on the pull request, run `portolan diff`. To push \
             once all the same, add `--allow-pull-request`"
        )
    )]
    PullRequest { event: String },
    #[error("push refused: {found}, and pushes come from {allowed} ({place}). Nothing was written")]
    #[diagnostic(
        code("push-branch"),
        help(
            "push from there, or change `push.branches` in portolan.yaml. To push once all the same, add `--allow-branch`"
        )
    )]
    Branch { found: String, allowed: String, place: String },
    #[error("push refused: {what}, and `push.require-clean` ({place}) requires a clean work tree. Nothing was written")]
    #[diagnostic(
        code("push-dirty"),
        help(
            "commit the changes (`git status` shows them), or push the commit without them: `--ref HEAD`. To push once all \
             the same, add `--allow-dirty`"
        )
    )]
    Dirty { what: &'static str, place: String },
    #[error("push refused: it needs confirmation, and there is no terminal to ask on. Nothing was written")]
    #[diagnostic(code("push-unconfirmed"), help("review the plan, then rerun with `--yes`"))]
    Unconfirmed,
    #[error("push refused: {what}. Nothing was written")]
    #[diagnostic(code("push-declined"), help("{help}"))]
    Declined { what: &'static str, help: String },
    #[error("push refused: the plan has {what} (changes that cannot be made). Nothing was written")]
    #[diagnostic(code("push-obstacles"), help("fix each one that the plan names, then push again"))]
    Obstacles { what: String },
    #[error("push refused: {what} approval. Nothing was written")]
    #[diagnostic(code("push-unapproved"), help("review the plan, then rerun with `{flags}`"))]
    Unapproved { what: String, flags: String },
    #[error(
        "push refused: the digest given to `--approve` does not match this plan: {what} approval. Nothing was written"
    )]
    #[diagnostic(
        code("push-other-approval"),
        help(
            "the catalog, the target, the scope, the hazards or the manifests of the entities in them are not those that \
             were approved; review the plan, then rerun with `{flags}`"
        )
    )]
    OtherApproval { what: String, flags: String },
    #[error("push refused: {flag} is about a commit, and nothing is committed yet. Nothing was written")]
    #[diagnostic(code("push-no-commit"), help("commit what is to be pushed"))]
    NoCommit { flag: &'static str },
    #[error(
        "push refused: it must be signed, and manifests, config or snapshot are not as commit `{commit}` has them. Nothing \
         was written"
    )]
    #[diagnostic(
        code("push-uncommitted"),
        help("commit and sign the changes (`git status` shows them), or push the commit without them: `--ref HEAD`")
    )]
    Uncommitted { commit: String },
    #[error("push refused: commit `{commit}` of `{by}` must be signed, and {why}. Nothing was written")]
    #[diagnostic(code("push-unsigned"), help("{help}"))]
    Unsigned { commit: String, by: String, why: String, help: String },
    #[error("push refused: commit `{now}` {how} `{old}`, which was pushed last (`{path}`). Nothing was written")]
    #[diagnostic(
        code("push-goes-back"),
        help("push a commit that comes after that one; if going back is meant, add `--rollback`")
    )]
    GoesBack { now: String, how: &'static str, old: String, path: String },
    #[error(
        "push refused: whether commit `{now}` comes after `{old}`, which was pushed last (`{path}`), is not known here. \
         Nothing was written"
    )]
    #[diagnostic(code("push-unknown-order"), help("{help}"))]
    UnknownOrder { now: String, old: String, path: String, help: String },
    #[error(
        "push refused: `{path}` is the outcome of a push for the {what} `{was}`, and this is `{now}`. Nothing was written"
    )]
    #[diagnostic(
        code("push-other-record"),
        help("name the outcome of the last push of this {what}; each has one of its own")
    )]
    OtherRecord { path: String, what: &'static str, was: String, now: String },
    #[error("push refused: `{path}` does not say which commit was pushed. Nothing was written")]
    #[diagnostic(
        code("push-no-commit-in-record"),
        help("that push was not made from a commit; if pushing over it is meant, add `--rollback`")
    )]
    NoCommitInRecord { path: String },
    #[error("push refused: the plan file `{path}` does not match what would be pushed. Nothing was written{why}")]
    #[diagnostic(code("push-stale"), help("make a new plan with `portolan diff --out`, and have it reviewed"))]
    Stale { path: String, why: String },
}
