//! GitHub's URLs and the JSON of its comments. Comments of a pull request are those of its issue; review comments on
//! lines of the diff are not read.

use serde_json::Value;

use super::{Comment, Host, PullRequest};

pub(super) fn list_url(pull_request: &PullRequest) -> String {
    format!("{}/repos/{}/issues/{}/comments", pull_request.api(), repository(pull_request), pull_request.number)
}

pub(super) fn comment_url(pull_request: &PullRequest, id: u64) -> String {
    format!("{}/repos/{}/issues/comments/{id}", pull_request.api(), repository(pull_request))
}

fn repository(pull_request: &PullRequest) -> &str {
    match &pull_request.host {
        Host::GitHub { repository, .. } => repository,
        Host::GitLab { project, .. } => project,
    }
}

pub(super) fn comment(value: &Value) -> Option<Comment> {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Comment {
        id: value["id"].as_u64()?,
        author: text("/user/login"),
        body: text("/body"),
        created_at: text("/created_at"),
        updated_at: text("/updated_at"),
        url: text("/html_url"),
    })
}
