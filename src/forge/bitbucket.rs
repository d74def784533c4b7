//! The URLs of Bitbucket Cloud, and the JSON of its comments.

use serde_json::{Value, json};

use super::Comment;

pub(super) fn list_url(api: &str, repository: &str, number: u64) -> String {
    format!("{api}/repositories/{repository}/pullrequests/{number}/comments")
}

pub(super) fn body(text: &str) -> Value {
    json!({"content": {"raw": text}})
}

/// `None` for a deleted comment, and for a comment on a line of the diff.
pub(super) fn comment(value: &Value) -> Option<Comment> {
    if value["deleted"] == true || value["inline"].is_object() {
        return None;
    }
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Comment {
        id: value["id"].as_u64()?,
        author: text("/user/uuid"),
        body: text("/content/raw"),
        created_at: text("/created_on"),
        updated_at: text("/updated_on"),
        url: text("/links/html/href"),
    })
}
