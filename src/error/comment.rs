//! Errors of `portolan comment` and of reading approvals from the forge.

use crate::domain::error_class::{ErrorClass, ExitClass};

/// Errors of `comment`.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CommentError {
    #[error("`{path}` is not a report: its first line is not the marker of one")]
    #[diagnostic(
        code("no-marker"),
        help("write it with `portolan diff --output markdown=FILE`, and change nothing in it")
    )]
    NoMarker { path: String },
    #[error("`{path}` has an unresolved merge conflict at line {line}")]
    #[diagnostic(code("merge-conflict"), help("write the report again with `portolan diff --output markdown=FILE`"))]
    Conflict { path: String, line: usize },
    #[error("standard input is not UTF-8 text")]
    #[diagnostic(code("comment-not-text"), help("write the report with `portolan diff --output markdown=FILE`"))]
    NotText,
    #[error("`{path}` is too long: {length} characters; a comment on {forge} has at most {most}")]
    #[diagnostic(
        code("comment-too-long"),
        help("publish the report as `portolan diff --output markdown=FILE` wrote it")
    )]
    TooLong { path: String, length: String, most: String, forge: &'static str },
    #[error("no token to {purpose} {name}: {variable} is not set")]
    #[diagnostic(
        code("no-forge-token"),
        help(
            "GitHub: `env: GITHUB_TOKEN: ${{{{ github.token }}}}` and `permissions: pull-requests: {permission}`; GitLab: a \
             project access token with the scope `{scope}` and the role Reporter, as a masked variable GITLAB_TOKEN"
        )
    )]
    NoToken {
        purpose: &'static str,
        permission: &'static str,
        scope: &'static str,
        variable: &'static str,
        name: String,
    },
    #[error("{name}: the forge does not say which account the token belongs to")]
    #[diagnostic(code("unknown-author"), help("name it: `--author LOGIN`"))]
    UnknownAuthor { name: String },
    #[error("the certificates in `{path}` cannot be used: {reason}")]
    #[diagnostic(code("forge-ca-bundle"), help("PORTOLAN_CA_BUNDLE and SSL_CERT_FILE name a PEM file"))]
    Bundle { path: String, reason: String },
}

impl ExitClass for CommentError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Usage
    }
}

impl CommentError {
    pub fn no_token_to_write(variable: &'static str, name: String) -> Self {
        Self::NoToken { purpose: "comment on", permission: "write", scope: "api", variable, name }
    }

    pub fn no_token_to_read_approvals(variable: &'static str, name: String) -> Self {
        Self::NoToken { purpose: "read approvals on", permission: "read", scope: "read_api", variable, name }
    }
}
