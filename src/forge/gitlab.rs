//! GitLab's URLs and the JSON of its notes, which is GitLab's word for comments.

use serde_json::Value;

use super::Comment;

pub(super) fn list_url(api: &str, project: &str, number: u64) -> String {
    format!("{api}/projects/{project}/merge_requests/{number}/notes")
}

/// Parses a note, unless GitLab wrote it. The response has no URL for it.
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
