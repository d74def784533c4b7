//! Reads and writes comments of pull requests on GitHub and merge requests on GitLab. The module is async inside and
//! blocks outside. It knows nothing of entities and reads neither files nor the environment: both come in as values.
//! Only `http` sends the token, and only to the API's own host.

mod comment;
mod connection;
mod error;
mod github;
mod gitlab;
mod http;
mod pull_request;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use http::{Http, Method};

pub use comment::Comment;
pub use connection::Connection;
pub use error::ForgeError;
pub use http::Waiting;
pub use pull_request::{Host, PullRequest};

/// A forge shows fewer comments than this on one pull request.
const MAX_PAGES: usize = 100;
const PAGE: usize = 100;
/// How often creating a comment is tried again after a lost response.
const MAX_CREATES: u32 = 3;

/// One pull request, and the token that reads and writes its comments.
pub struct Forge {
    http: Http,
    pull_request: PullRequest,
}

impl fmt::Debug for Forge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forge").field("pull_request", &self.pull_request).finish_non_exhaustive()
    }
}

impl Forge {
    /// Prepares the connection without sending anything.
    pub fn connect(
        pull_request: PullRequest,
        connection: Connection<'_>,
        waiting: impl Fn(&Waiting) + 'static,
    ) -> Result<Self, ForgeError> {
        let http = Http::new(&pull_request, connection, Box::new(waiting))?;
        Ok(Self { http, pull_request })
    }

    pub fn pull_request(&self) -> &PullRequest {
        &self.pull_request
    }

    /// The login of the token. `None` if the forge does not reveal it, as for a GitHub App without that permission.
    pub fn viewer(&self) -> Result<Option<String>, ForgeError> {
        let answer = match &self.pull_request.host {
            Host::GitHub { graphql, .. } => {
                let query = serde_json::json!({"query": "query { viewer { login } }"});
                self.http.send(Method::Post, graphql, Some(&query), true)
            }
            Host::GitLab { api, .. } => self.http.send(Method::Get, &format!("{api}/user"), None, true),
        };
        let login = match &self.pull_request.host {
            Host::GitHub { .. } => "/data/viewer/login",
            Host::GitLab { .. } => "/username",
        };
        match answer {
            Ok(answer) => Ok(answer.body.pointer(login).and_then(Value::as_str).map(str::to_owned)),
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All comments, the oldest first.
    pub fn comments(&self) -> Result<Vec<Comment>, ForgeError> {
        let mut all = Vec::new();
        self.visit(&mut |comment| {
            all.push(comment);
            false
        })?;
        Ok(all)
    }

    /// The first comment for which `is_wanted` returns true; no further page is read.
    pub fn find_comment(&self, is_wanted: &dyn Fn(&Comment) -> bool) -> Result<Option<Comment>, ForgeError> {
        let mut found = None;
        self.visit(&mut |comment| {
            let is_found = is_wanted(&comment);
            found = is_found.then_some(comment);
            is_found
        })?;
        Ok(found)
    }

    /// Creates a comment. If the response is lost, the comment may exist: before another attempt, it is searched with
    /// `is_ours`.
    pub fn create_comment(&self, body: &str, is_ours: &dyn Fn(&Comment) -> bool) -> Result<Comment, ForgeError> {
        let sent = serde_json::json!({"body": body});
        let list = self.list();
        for _ in 1..MAX_CREATES {
            match self.http.send(Method::Post, &list, Some(&sent), false) {
                Ok(answer) => return self.comment(&answer.body),
                Err(error) if error.is_ambiguous() => {
                    if let Some(comment) = self.find_comment(is_ours)? {
                        return Ok(comment);
                    }
                    self.http.wait_for_retry(&error)?;
                }
                Err(error) => return Err(error),
            }
        }
        let answer = self.http.send(Method::Post, &list, Some(&sent), false)?;
        self.comment(&answer.body)
    }

    /// Replaces the text of a comment. `None` if the comment was deleted.
    pub fn update_comment(&self, id: u64, body: &str) -> Result<Option<Comment>, ForgeError> {
        let sent = serde_json::json!({"body": body});
        let (method, url) = match &self.pull_request.host {
            Host::GitHub { .. } => (Method::Patch, github::comment_url(&self.pull_request, id)),
            Host::GitLab { .. } => (Method::Put, gitlab::comment_url(&self.pull_request, id)),
        };
        match self.http.send(method, &url, Some(&sent), true) {
            Ok(answer) => self.comment(&answer.body).map(Some),
            Err(ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads one route of the API for other data than comments, such as permissions of a comment's author. `route`
    /// begins with `/`, and its segments are percent-encoded.
    pub fn get(&self, route: &str) -> Result<Value, ForgeError> {
        Ok(self.http.send(Method::Get, &format!("{}{route}", self.pull_request.api()), None, true)?.body)
    }

    fn list(&self) -> String {
        match &self.pull_request.host {
            Host::GitHub { .. } => github::list_url(&self.pull_request),
            Host::GitLab { .. } => gitlab::list_url(&self.pull_request),
        }
    }

    fn comment(&self, answer: &Value) -> Result<Comment, ForgeError> {
        let comment = match &self.pull_request.host {
            Host::GitHub { .. } => github::comment(answer),
            Host::GitLab { .. } => gitlab::comment(answer),
        };
        comment.ok_or_else(|| self.http.unreadable(&self.list(), "the answer is not a comment"))
    }

    /// Calls `visit` for each comment until it returns true.
    fn visit(&self, visit: &mut dyn FnMut(Comment) -> bool) -> Result<(), ForgeError> {
        let list = self.list();
        let oldest_first = match &self.pull_request.host {
            // GitHub always sorts comments this way.
            Host::GitHub { .. } => "",
            Host::GitLab { .. } => "&sort=asc&order_by=created_at",
        };
        for page in 1..=MAX_PAGES {
            let url = format!("{list}?per_page={PAGE}&page={page}{oldest_first}");
            let answer = self.http.send(Method::Get, &url, None, true)?;
            let Some(items) = answer.body.as_array() else {
                return Err(self.http.unreadable(&list, "the answer is not a list of comments"));
            };
            for item in items.iter().filter(|item| item["system"] != true) {
                if visit(self.comment(item)?) {
                    return Ok(());
                }
            }
            // A short page need not be the last one: GitHub hides comments of blocked accounts.
            if items.is_empty() || !answer.has_more.unwrap_or(items.len() >= PAGE) {
                return Ok(());
            }
        }
        Ok(())
    }
}
