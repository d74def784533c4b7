//! The URLs of Azure Repos, and the JSON of its comments. A comment is the first one of a thread of its own, and is
//! addressed by the thread.

use serde_json::{Value, json};

use super::Comment;

const VERSION: &str = "api-version=7.0";

pub(super) fn list_url(repository: &str, number: u64) -> String {
    format!("{repository}/pullRequests/{number}/threads?{VERSION}")
}

pub(super) fn comment_url(repository: &str, number: u64, thread: u64) -> String {
    format!("{repository}/pullRequests/{number}/threads/{thread}/comments/1?{VERSION}")
}

/// The account of the token.
pub(super) fn viewer_url(collection: &str) -> String {
    format!("{collection}/_apis/connectionData")
}

/// A new thread. It is closed, because a branch policy can require that all open threads are resolved.
pub(super) fn new_comment(body: &str) -> Value {
    json!({"comments": [{"parentCommentId": 0, "content": body, "commentType": "text"}], "status": "closed"})
}

/// The first comment of a thread; `None` for the threads that Azure itself writes, and for deleted ones.
pub(super) fn comment(thread: &Value) -> Option<Comment> {
    let first = thread["comments"].as_array()?.first()?;
    if thread["isDeleted"] == true || first["isDeleted"] == true || first["commentType"] == "system" {
        return None;
    }
    let text = |pointer: &str| first.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Comment {
        id: thread["id"].as_u64()?,
        author: text("/author/id"),
        body: text("/content"),
        created_at: text("/publishedDate"),
        updated_at: text("/lastContentUpdatedDate"),
        url: String::new(),
    })
}
