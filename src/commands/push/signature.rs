//! Checks the signature of the commit to push, if one is required. The work tree must equal the commit, which is then
//! read instead, so that later changes on disk cannot be pushed.

use crate::commands::context::Context;
use crate::commands::push::error::PushError;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::revision::revision;
use crate::error::Error;
use crate::sources::git::{CommitId, GitError, Repository, Signed};

/// `commit`: the requested commit; `None` for the work tree.
pub(crate) fn require_signed<'a>(commit: Option<&str>, context: &Context<'a>) -> Result<Workspace<'a>, Error> {
    const FLAG: &str = "--require-signed";
    let settings = context.settings;
    let repository = context.git.required(FLAG)?;
    let mut workspace = match commit {
        Some(name) => Workspace::open(Some(name), context)?,
        None => {
            let revision = revision(Some(repository), settings, &settings.pattern()?)?;
            let Some(commit) = &revision.commit else { return Err(PushError::NoCommit { flag: FLAG }.into()) };
            if revision.is_dirty {
                return Err(PushError::Uncommitted { commit: commit.chars().take(10).collect() }.into());
            }
            Workspace::checked_out(&revision, context)?
        }
    };
    if let Some(commit) = workspace.commit() {
        let by = signer(repository, commit)?;
        workspace.notes.push(format!("Commit `{}` is signed by `{by}`.", short(commit)));
    }
    Ok(workspace)
}

fn signer(repository: &Repository, commit: CommitId) -> Result<String, Error> {
    let unsigned = |why: String, help: &str| {
        let by = repository.committer(commit).unwrap_or_else(|| "somebody".to_owned());
        Error::from(PushError::Unsigned { commit: short(commit), by, why, help: help.to_owned() })
    };
    match repository.signature(commit, None) {
        Ok(Signed::Good { by }) => Ok(by),
        Ok(Signed::None) => Err(unsigned(
            "it has no signature".to_owned(),
            "sign it (`git commit --amend --no-edit --gpg-sign`, or merge it where merges are signed) and push again",
        )),
        Ok(Signed::Bad { why }) => Err(unsigned(
            why,
            "if you trust the signer, add the key to the file of `gpg.ssh.allowedSignersFile`, or run `gpg --import`; otherwise find out who made this commit",
        )),
        Err(GitError::Unverified { why, help, .. }) => {
            Err(unsigned(format!("its signature cannot be checked: {why}"), help))
        }
        Err(error) => Err(error.into()),
    }
}

fn short(commit: CommitId) -> String {
    commit.to_string().chars().take(10).collect()
}
