//! Checks that the manifests may be pushed: their signature, branch and work tree, and that the push does not go back.

use crate::commands::context::Context;
use crate::commands::push::ancestry::{Since, require_descendant};
use crate::commands::push::args::{PUSH, PushArgs};
use crate::commands::push::guard;
use crate::commands::push::signature::require_signed;
use crate::commands::workspace::open::Workspace;
use crate::domain::entity::Owner;
use crate::error::Error;

/// Opens what is pushed, and returns a note about it.
pub(super) fn open_checked<'a>(
    args: &PushArgs,
    owner: &Owner,
    context: &Context<'a>,
) -> Result<(Workspace<'a>, Option<String>), Error> {
    let commit = args.planning.commit.as_deref();
    let workspace = if args.require_signed || context.settings.require_signed.value {
        require_signed(commit, context)?
    } else {
        Workspace::open(commit, context)?
    };
    let allowed =
        guard::Allowed { pull_request: args.allow_pull_request, branch: args.allow_branch, dirty: args.allow_dirty };
    guard::check_source(PUSH, allowed, &workspace, context)?;
    let since = args.since_outcome.as_ref().map(|file| Since { file, may_go_back: args.rollback });
    let note = since.map(|since| require_descendant(&since, owner, &workspace, context)).transpose()?.flatten();
    Ok((workspace, note))
}
