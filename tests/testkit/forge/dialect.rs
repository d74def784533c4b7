//! How each forge writes the comments that the server on loopback keeps.

use serde_json::{Value, json};

#[derive(Clone, Copy)]
pub enum Dialect {
    /// GitHub and GitLab, whose comments have different names for the same fields.
    Plain,
    Azure,
    Bitbucket,
}

impl Dialect {
    pub fn of(path: &str) -> Self {
        match path {
            _ if path.contains("/_apis/") => Self::Azure,
            _ if path.contains("/pullrequests/") => Self::Bitbucket,
            _ => Self::Plain,
        }
    }

    pub fn asks_for_viewer(path: &str) -> bool {
        ["/graphql", "/user", "/_apis/connectionData"].iter().any(|end| path.ends_with(end))
    }

    pub fn viewer(self, login: &str) -> Value {
        match self {
            Self::Azure => json!({"authenticatedUser": {"id": login}}),
            Self::Plain | Self::Bitbucket => {
                json!({"username": login, "uuid": login, "data": {"viewer": {"login": login}}})
            }
        }
    }

    /// The comment that a path names: `Some(None)` is the list of all, `None` another route.
    pub fn comment_of(self, path: &str) -> Option<Option<usize>> {
        let (lists, comment) = match self {
            Self::Plain => (["/comments", "/notes"], path),
            Self::Azure => (["/threads", "/threads"], path.strip_suffix("/comments/1").unwrap_or(path)),
            Self::Bitbucket => (["/comments", "/comments"], path),
        };
        if lists.iter().any(|list| path.ends_with(list)) {
            return Some(None);
        }
        let (list, id) = comment.rsplit_once('/')?;
        let is_one = lists.iter().any(|name| list.ends_with(name));
        is_one.then(|| id.parse().ok().map(Some)).flatten()
    }

    /// The size of a page that no query sets.
    pub fn page(self) -> usize {
        match self {
            Self::Azure => usize::MAX / 2,
            Self::Plain | Self::Bitbucket => 30,
        }
    }

    pub fn list(self, comments: &[&Value], has_more: bool) -> Value {
        let mut all: Vec<Value> = comments.iter().map(|comment| self.comment(comment)).collect();
        match self {
            Self::Plain => json!(all),
            // Azure writes threads of its own, and keeps deleted ones.
            Self::Azure => {
                let system =
                    json!({"id": 900, "comments": [{"id": 1, "commentType": "system", "content": "Ada joined"}]});
                let deleted =
                    json!({"id": 901, "isDeleted": true, "comments": [{"id": 1, "content": "", "author": {}}]});
                all.extend([system, deleted]);
                json!({"count": all.len(), "value": all})
            }
            Self::Bitbucket if has_more => json!({"values": all, "next": "https://forge.example/next"}),
            Self::Bitbucket => json!({"values": all}),
        }
    }

    pub fn comment(self, comment: &Value) -> Value {
        let (id, author, body) = (&comment["id"], &comment["user"]["login"], &comment["body"]);
        let (created, updated) = (&comment["created_at"], &comment["updated_at"]);
        match self {
            Self::Plain => comment.clone(),
            Self::Azure => json!({"id": id, "status": "closed", "comments": [{"id": 1, "commentType": "text",
                "content": body, "author": {"id": author}, "publishedDate": created, "lastContentUpdatedDate": updated}]}),
            Self::Bitbucket => json!({"id": id, "content": {"raw": body}, "user": {"uuid": author}, "deleted": false,
                "created_on": created, "updated_on": updated, "links": {"html": {"href": comment["html_url"]}}}),
        }
    }

    /// The text in the body of a request.
    pub fn text_of(self, sent: &Value) -> Option<&str> {
        match self {
            Self::Plain => sent["body"].as_str(),
            Self::Azure => sent["content"].as_str().or_else(|| sent.pointer("/comments/0/content")?.as_str()),
            Self::Bitbucket => sent.pointer("/content/raw")?.as_str(),
        }
    }

    pub fn only_the_author_edits(self) -> bool {
        matches!(self, Self::Bitbucket)
    }
}
