//! Reads approvals of hazards from the comments of a pull request: `approve DIGEST`, by somebody who may merge. An
//! edited comment does not count, because others than its author may edit it; nor does a bot's, because a workflow of
//! the pull request could write as one.

use std::path::Path;

use serde_json::Value;

use crate::commands::context::Context;
use crate::commands::forge;
use crate::commands::forge::ConnectError;
use crate::commands::plan::build::BuiltPlan;
use crate::domain::address::percent_encoded;
use crate::domain::plan::digest::ApprovalDigest;
use crate::domain::value::timestamp::Moment;
use crate::error::Error;
use crate::forge::{Comment, Forge, ForgeError, Host, PullRequest};

/// The word before the digest.
const WORD: &str = "approve";
/// GitLab's access levels: developers may merge into an unprotected branch, and maintainers, by default, into a
/// protected one.
const DEVELOPER: u64 = 30;
const MAINTAINER: u64 = 40;
/// A new comment's two timestamps may differ by a moment.
const SAVING_MILLISECONDS: i64 = 2_000;

/// Which pull request is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Searched {
    /// The one that this job is for; on a branch, the merged one of the planned commit.
    OfJob,
    /// The merged one of the planned commit.
    OfCommit,
}

/// The plan's digest, if a comment approves it and no flag did. Who approved, and which comments do not count, become
/// notes. It reads only from the forge, and sends the token only to the forge's API.
pub(crate) fn commented_approval(
    planned: &mut BuiltPlan,
    given: &[ApprovalDigest],
    searched: Searched,
    context: &Context<'_>,
) -> Result<Option<ApprovalDigest>, Error> {
    let Some(digest) = planned.plan.approval.filter(|digest| !given.contains(digest)) else { return Ok(None) };
    let commit = planned.revision.as_ref().and_then(|revision| revision.commit.as_deref());
    let merged = || commit.map_or(Ok(None), |commit| merged_pull_request(commit, context));
    let pull_request = match searched {
        Searched::OfCommit if commit.is_none() => {
            planned.notes.push("There is no commit here, so no pull request could approve the hazards.".to_owned());
            return Ok(None);
        }
        Searched::OfCommit => merged()?,
        Searched::OfJob => match forge::pull_request(context.environment, directory(context), None) {
            Ok(found) => Some(found),
            Err(error) if matches!(error.downcast_ref(), Some(ForgeError::NoPullRequest { .. })) => merged()?,
            Err(error) => return Err(error),
        },
    };
    let approvals = match pull_request {
        Some(pull_request) => read_approvals(digest, &connect(pull_request, context)?)?,
        None => {
            let note = "No merged pull request was found for this commit, so no comment could approve the hazards.";
            CommentApprovals { is_approved: false, notes: vec![note.to_owned()] }
        }
    };
    planned.notes.extend(approvals.notes);
    Ok(approvals.is_approved.then_some(digest))
}

/// What the comments say about one digest.
#[derive(Debug, Default, PartialEq, Eq)]
struct CommentApprovals {
    is_approved: bool,
    /// Sentences.
    notes: Vec<String>,
}

/// Looks for an approval of this digest.
fn read_approvals(digest: ApprovalDigest, forge: &Forge) -> Result<CommentApprovals, Error> {
    let mut found = CommentApprovals::default();
    let own = forge.viewer()?;
    for comment in forge.comments()?.iter().filter(|comment| digests(&comment.body).contains(&digest)) {
        let author = comment.author.replace('`', "'");
        let place = match comment.url.as_str() {
            "" => forge.pull_request().name(),
            url => url.to_owned(),
        };
        match objection(comment, own.as_deref(), forge)? {
            None => {
                found.is_approved = true;
                found.notes.push(format!("`{author}` approved the hazards: {place}."));
                return Ok(found);
            }
            Some(why) => {
                found.notes.push(format!("The approval of `{author}` does not count, because {why}: {place}."))
            }
        }
    }
    if found.notes.is_empty() {
        found.notes.push(format!("No comment on {} approves these hazards.", forge.pull_request().name()));
    }
    Ok(found)
}

fn directory<'c>(context: &'c Context<'_>) -> &'c Path {
    &context.settings.directory
}

fn connect(pull_request: PullRequest, context: &Context<'_>) -> Result<Forge, Error> {
    if let Host::Azure { .. } | Host::Bitbucket { .. } = &pull_request.host {
        return Err(ConnectError::NoApprovals { forge: pull_request.forge() }.into());
    }
    let (variable, name) = (forge::token_variables(&pull_request)[0], pull_request.name());
    forge::connect(pull_request, context.environment, directory(context), context.quiet)?
        .ok_or_else(|| ConnectError::no_token_to_read_approvals(variable, name).into())
}

/// The digests that a comment approves. The comment must contain nothing else, so that a quote or an explanation of the
/// command does not approve.
fn digests(body: &str) -> Vec<ApprovalDigest> {
    let line = |line: &str| {
        let line = line.trim().trim_matches('`').trim();
        let (word, digest) = line.split_once(char::is_whitespace)?;
        if !word.eq_ignore_ascii_case(WORD) {
            return None;
        }
        ApprovalDigest::parse(digest.trim().trim_matches('`'))
    };
    let lines = body.lines().filter(|line| !line.trim().is_empty());
    lines.map(line).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// Why this comment does not count, as a clause; `None` if it counts.
fn objection(comment: &Comment, own: Option<&str>, forge: &Forge) -> Result<Option<String>, Error> {
    if comment.author.is_empty() {
        return Ok(Some("the account is gone".to_owned()));
    }
    if is_bot(&comment.author) || own.is_some_and(|own| own.eq_ignore_ascii_case(&comment.author)) {
        return Ok(Some("a bot wrote it".to_owned()));
    }
    if is_edited(comment) {
        return Ok(Some("it was edited; write a new comment".to_owned()));
    }
    let may_merge = match &forge.pull_request().host {
        Host::GitHub { repository, .. } => may_merge_on_github(&comment.author, repository, forge)?,
        Host::GitLab { project, .. } => may_merge_on_gitlab(&comment.author, project, forge)?,
        Host::Azure { .. } | Host::Bitbucket { .. } => false,
    };
    Ok((!may_merge).then(|| "this account may not merge".to_owned()))
}

fn is_bot(login: &str) -> bool {
    let is_gitlab_token = |prefix: &str| {
        login.strip_prefix(prefix).and_then(|rest| rest.split_once('_')).is_some_and(|(number, rest)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with("bot")
        })
    };
    login.ends_with("[bot]") || is_gitlab_token("project_") || is_gitlab_token("group_")
}

/// Whether the comment was edited. An unreadable timestamp counts as an edit.
fn is_edited(comment: &Comment) -> bool {
    match (Moment::parse(&comment.created_at), Moment::parse(&comment.updated_at)) {
        (Some(created), Some(updated)) => updated.0.abs_diff(created.0) > SAVING_MILLISECONDS.unsigned_abs(),
        (None, _) | (_, None) => true,
    }
}

/// Whether the user may merge. GitHub reports `write` for the role Maintain too.
fn may_merge_on_github(login: &str, repository: &str, forge: &Forge) -> Result<bool, Error> {
    let route = format!("/repos/{repository}/collaborators/{}/permission", encode(login));
    let answer = match forge.get(&route) {
        Err(ForgeError::NotFound { .. }) => return Ok(false),
        answer => answer?,
    };
    Ok(matches!(answer["permission"].as_str(), Some("admin" | "write")))
}

/// Whether the user may merge. A protected branch has its own rule for that.
fn may_merge_on_gitlab(login: &str, project: &str, forge: &Forge) -> Result<bool, Error> {
    let members = forge.get(&format!("/projects/{project}/members/all?query={}&per_page=100", encode(login)))?;
    let is_member = |member: &&Value| {
        member["username"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(login))
            && member["state"].as_str().is_none_or(|state| state == "active")
    };
    let Some(member) = members.as_array().into_iter().flatten().find(is_member) else { return Ok(false) };
    let level = member["access_level"].as_u64().unwrap_or_default();
    let request = forge.get(&format!("/projects/{project}/merge_requests/{}", forge.pull_request().number))?;
    let branch = request["target_branch"].as_str().unwrap_or_default();
    let protection = match forge.get(&format!("/projects/{project}/protected_branches/{}", encode(branch))) {
        Err(ForgeError::NotFound { .. }) => return Ok(level >= DEVELOPER),
        // This token may not read whether the branch is protected.
        Err(ForgeError::Forbidden { .. }) => return Ok(level >= MAINTAINER),
        protection => protection?,
    };
    let rules = protection["merge_access_levels"].as_array().cloned().unwrap_or_default();
    Ok(rules.iter().any(|rule| match (rule["user_id"].as_u64(), rule["group_id"].as_u64()) {
        (Some(user), _) => member["id"].as_u64() == Some(user),
        // The members of a group are not looked up.
        (None, Some(_)) => false,
        (None, None) => rule["access_level"].as_u64().is_some_and(|least| least > 0 && level >= least),
    }))
}

/// The merged pull request that brought this commit to the branch. A pull request that only contains the commit does
/// not count.
fn merged_pull_request(commit: &str, context: &Context<'_>) -> Result<Option<PullRequest>, Error> {
    // The number is unknown until the request below is answered, and no URL before that contains it.
    let unknown = forge::pull_request(context.environment, directory(context), Some(0))?;
    let forge = connect(unknown.clone(), context)?;
    let route = match &unknown.host {
        Host::GitHub { repository, .. } => format!("/repos/{repository}/commits/{}/pulls?per_page=100", encode(commit)),
        Host::GitLab { project, .. } => {
            format!("/projects/{project}/repository/commits/{}/merge_requests?per_page=100", encode(commit))
        }
        Host::Azure { .. } | Host::Bitbucket { .. } => return Ok(None),
    };
    let listed = match forge.get(&route) {
        Err(ForgeError::NotFound { .. }) => return Ok(None),
        listed => listed?,
    };
    let number = listed.as_array().into_iter().flatten().find_map(|it| match &unknown.host {
        Host::GitHub { repository, .. } => merged_on_github(it, commit, repository),
        Host::GitLab { project, .. } => merged_on_gitlab(it, commit, project),
        Host::Azure { .. } | Host::Bitbucket { .. } => None,
    });
    Ok(number.map(|number| PullRequest { number, restricted: None, ..unknown }))
}

fn merged_on_github(pull_request: &Value, commit: &str, repository: &str) -> Option<u64> {
    let text = |pointer: &str| pull_request.pointer(pointer).and_then(Value::as_str);
    let is_here = text("/base/repo/full_name").is_some_and(|name| name.eq_ignore_ascii_case(repository));
    let is_merged = text("/merged_at").is_some() && text("/merge_commit_sha") == Some(commit);
    (is_here && is_merged).then(|| pull_request["number"].as_u64()).flatten()
}

/// The number of the merge request if its merge resulted in this commit. A fast-forward has no merge commit; then the
/// commit is the head of the merge request.
fn merged_on_gitlab(request: &Value, commit: &str, project: &str) -> Option<u64> {
    let is_here = request["target_project_id"].as_u64().is_some_and(|id| id.to_string() == project);
    let commits = ["merge_commit_sha", "squash_commit_sha", "sha"];
    let is_merged = request["state"] == "merged" && commits.iter().any(|name| request[*name].as_str() == Some(commit));
    (is_here && is_merged).then(|| request["iid"].as_u64()).flatten()
}

/// Encodes a path segment or a query value.
fn encode(text: &str) -> String {
    percent_encoded(text, |byte| b"-_~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "00070e151c232a31383f464d545b626970777e858c939aa1";

    #[test]
    fn only_a_comment_that_is_nothing_but_an_approval_approves() {
        for body in [
            format!("approve {DIGEST}"),
            format!("  Approve   {DIGEST}\r\n"),
            format!("`approve {DIGEST}`"),
            format!("approve `{DIGEST}`\n\n"),
            format!("approve {DIGEST}\napprove {}", DIGEST.replace('0', "1")),
        ] {
            assert!(digests(&body).iter().any(|it| it.to_string() == DIGEST), "{body:?}");
        }
        for body in [
            format!("please approve {DIGEST}"),
            format!("> approve {DIGEST}\n\nno"),
            format!("To approve it, write:\n```\napprove {DIGEST}\n```"),
            format!("do not\napprove {DIGEST}"),
            format!("approve {}", &DIGEST[..40]),
            format!("approve {DIGEST} for now"),
            format!("disapprove {DIGEST}"),
            format!("approve{DIGEST}"),
            DIGEST.to_owned(),
            "approve".to_owned(),
            String::new(),
        ] {
            assert!(digests(&body).is_empty(), "{body:?}");
        }
    }

    #[test]
    fn bots_are_recognised_by_their_names() {
        for login in ["github-actions[bot]", "project_12_bot", "project_12_bot_a1b2", "group_7_bot1"] {
            assert!(is_bot(login), "{login}");
        }
        for login in ["ada", "project_bot", "project_x_bot", "abbot", "group_7_robot"] {
            assert!(!is_bot(login), "{login}");
        }
    }

    #[test]
    fn an_edit_is_seen_by_the_times() {
        let comment = |created: &str, updated: &str| Comment {
            id: 1,
            author: "ada".to_owned(),
            body: String::new(),
            created_at: created.to_owned(),
            updated_at: updated.to_owned(),
            url: String::new(),
        };
        assert!(!is_edited(&comment("2026-11-15T08:00:00Z", "2026-11-15T08:00:00Z")));
        assert!(!is_edited(&comment("2026-11-15T08:00:00.120Z", "2026-11-15T08:00:00.320Z")));
        assert!(is_edited(&comment("2026-11-15T08:00:00Z", "2026-11-15T08:10:00Z")));
        assert!(is_edited(&comment("2026-11-15T08:00:00Z", "")));
    }
}
