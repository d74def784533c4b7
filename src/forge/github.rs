//! GitHub's URLs and the JSON of its comments. Comments of a pull request are those of its issue; review comments on
//! lines of the diff are not read.

use serde_json::Value;

use super::Comment;

pub(super) fn list_url(api: &str, repository: &str, number: u64) -> String {
    format!("{api}/repos/{repository}/issues/{number}/comments")
}

pub(super) fn comment_url(api: &str, repository: &str, id: u64) -> String {
    format!("{api}/repos/{repository}/issues/comments/{id}")
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
