//! A comment of a pull request.

/// A comment on a pull request, without the forge's system notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: u64,
    /// The login of the author; empty if the account was deleted.
    pub author: String,
    pub body: String,
    /// RFC 3339, as the forge writes it. Anybody who may edit a comment can change its text after this time.
    pub created_at: String,
    pub updated_at: String,
    /// The web page of the comment; empty if the forge does not return it.
    pub url: String,
}
