//! Reads and writes comments of pull requests on GitHub, Azure Repos and Bitbucket Cloud, and of merge requests on GitLab.
//! The module is async inside and blocks outside. It knows nothing of entities and reads neither files nor the environment: both come in as values.
//! Only `http` sends the token, and only to the API's own host.

mod azure;
mod bitbucket;
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

    /// The account of the token, as [`Comment::author`] names it. `None` if the forge does not reveal it, as for a GitHub
    /// App without that permission.
    pub fn viewer(&self) -> Result<Option<String>, ForgeError> {
        let (url, login) = match &self.pull_request.host {
            Host::GitHub { graphql, .. } => (graphql.clone(), "/data/viewer/login"),
            Host::GitLab { api, .. } => (format!("{api}/user"), "/username"),
            Host::Azure { collection, .. } => (azure::viewer_url(collection), "/authenticatedUser/id"),
            Host::Bitbucket { api, .. } => (format!("{api}/user"), "/uuid"),
        };
        let answer = match &self.pull_request.host {
            Host::GitHub { .. } => {
                let query = serde_json::json!({"query": "query { viewer { login } }"});
                self.http.send(Method::Post, &url, Some(&query), true)
            }
            Host::GitLab { .. } | Host::Azure { .. } | Host::Bitbucket { .. } => {
                self.http.send(Method::Get, &url, None, true)
            }
        };
        match answer {
            Ok(answer) => Ok(answer.body.pointer(login).and_then(Value::as_str).map(str::to_owned)),
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => Ok(None),
            // An access token of a repository belongs to no user. If it is wrong, the next request says so.
            Err(ForgeError::Unauthorized { .. }) if matches!(self.pull_request.host, Host::Bitbucket { .. }) => {
                Ok(None)
            }
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
        let sent = match &self.pull_request.host {
            Host::GitHub { .. } | Host::GitLab { .. } => serde_json::json!({"body": body}),
            Host::Azure { .. } => azure::new_comment(body),
            Host::Bitbucket { .. } => bitbucket::body(body),
        };
        let list = self.list();
        for _ in 1..MAX_CREATES {
            match self.http.send(Method::Post, &list, Some(&sent), false) {
                Ok(answer) => return self.written(&answer.body),
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
        self.written(&answer.body)
    }

    /// Replaces the text of a comment. `None` if the comment was deleted.
    pub fn update_comment(&self, id: u64, body: &str) -> Result<Option<()>, ForgeError> {
        let number = self.pull_request.number;
        let (method, url, sent) = match &self.pull_request.host {
            Host::GitHub { api, repository, .. } => {
                (Method::Patch, github::comment_url(api, repository, id), serde_json::json!({"body": body}))
            }
            Host::GitLab { .. } => (Method::Put, format!("{}/{id}", self.list()), serde_json::json!({"body": body})),
            Host::Azure { repository, .. } => {
                let sent = serde_json::json!({"content": body});
                (Method::Patch, azure::comment_url(repository, number, id), sent)
            }
            Host::Bitbucket { .. } => (Method::Put, format!("{}/{id}", self.list()), bitbucket::body(body)),
        };
        match self.http.send(method, &url, Some(&sent), true) {
            // Azure returns the comment without its thread. No caller needs either.
            Ok(_) => Ok(Some(())),
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
        let number = self.pull_request.number;
        match &self.pull_request.host {
            Host::GitHub { api, repository, .. } => github::list_url(api, repository, number),
            Host::GitLab { api, project } => gitlab::list_url(api, project, number),
            Host::Azure { repository, .. } => azure::list_url(repository, number),
            Host::Bitbucket { api, repository } => bitbucket::list_url(api, repository, number),
        }
    }

    /// The comment that was just written.
    fn written(&self, answer: &Value) -> Result<Comment, ForgeError> {
        self.comment(answer).ok_or_else(|| self.http.unreadable(&self.list(), "the answer is not a comment"))
    }

    /// `None` for what is no comment of a person or program, such as a note that the forge itself wrote.
    fn comment(&self, answer: &Value) -> Option<Comment> {
        match &self.pull_request.host {
            Host::GitHub { .. } => github::comment(answer),
            Host::GitLab { .. } => gitlab::comment(answer),
            Host::Azure { .. } => azure::comment(answer),
            Host::Bitbucket { .. } => bitbucket::comment(answer),
        }
    }

    /// Calls `visit` for each comment until it returns true.
    fn visit(&self, visit: &mut dyn FnMut(Comment) -> bool) -> Result<(), ForgeError> {
        for page in 1..=MAX_PAGES {
            let answer = self.http.send(Method::Get, &self.page_url(page), None, true)?;
            let (items, has_more) = match &self.pull_request.host {
                Host::GitHub { .. } | Host::GitLab { .. } => (&answer.body, answer.has_more),
                // Azure has no pages.
                Host::Azure { .. } => (&answer.body["value"], Some(false)),
                Host::Bitbucket { .. } => (&answer.body["values"], Some(answer.body["next"].is_string())),
            };
            let Some(items) = items.as_array() else {
                return Err(self.http.unreadable(&self.list(), "the answer is not a list of comments"));
            };
            for item in items.iter().filter(|item| item["system"] != true) {
                let comment = match (self.comment(item), &self.pull_request.host) {
                    (Some(comment), _) => comment,
                    (None, Host::GitHub { .. } | Host::GitLab { .. }) => {
                        return Err(self.http.unreadable(&self.list(), "the answer is not a comment"));
                    }
                    (None, Host::Azure { .. } | Host::Bitbucket { .. }) => continue,
                };
                if visit(comment) {
                    return Ok(());
                }
            }
            // A short page need not be the last one: GitHub hides comments of blocked accounts.
            if items.is_empty() || !has_more.unwrap_or(items.len() >= PAGE) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One page of the list, the oldest comments first.
    fn page_url(&self, page: usize) -> String {
        let list = self.list();
        match &self.pull_request.host {
            // GitHub and Bitbucket always sort comments this way.
            Host::GitHub { .. } => format!("{list}?per_page={PAGE}&page={page}"),
            Host::GitLab { .. } => format!("{list}?per_page={PAGE}&page={page}&sort=asc&order_by=created_at"),
            Host::Azure { .. } => list,
            Host::Bitbucket { .. } => format!("{list}?pagelen={PAGE}&page={page}"),
        }
    }
}
