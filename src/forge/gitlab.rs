//! GitLab's URLs and the JSON of its notes, which is GitLab's word for comments.

use serde_json::Value;

use super::{Comment, Host, PullRequest};

pub(super) fn list_url(pull_request: &PullRequest) -> String {
    let project = match &pull_request.host {
        Host::GitHub { repository, .. } => repository,
        Host::GitLab { project, .. } => project,
    };
    format!("{}/projects/{project}/merge_requests/{}/notes", pull_request.api(), pull_request.number)
}

pub(super) fn comment_url(pull_request: &PullRequest, id: u64) -> String {
    format!("{}/{id}", list_url(pull_request))
}

/// Parses a note. The response has no URL for it.
pub(super) fn comment(value: &Value) -> Option<Comment> {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Comment {
        id: value["id"].as_u64()?,
        author: text("/author/username"),
        body: text("/body"),
        created_at: text("/created_at"),
        updated_at: text("/updated_at"),
        url: String::new(),
    })
}
