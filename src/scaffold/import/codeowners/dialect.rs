//! The syntaxes of CODEOWNERS files, and where each host looks for one.

/// The host whose syntax a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    GitHub,
    GitLab,
    Bitbucket,
}

impl Dialect {
    pub fn brand(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Bitbucket => "Bitbucket",
        }
    }

    /// Where the host looks for the file, in its order.
    pub fn places(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Self::GitLab => &["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
            Self::Bitbucket => &[".bitbucket/CODEOWNERS", "CODEOWNERS"],
        }
    }

    pub const ALL: [Self; 3] = [Self::GitHub, Self::GitLab, Self::Bitbucket];
}

/// The host whose folder the file is in.
pub fn dialect_of_path(path: &str) -> Option<Dialect> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder.rsplit('/').next().unwrap_or_default() {
        ".github" => Some(Dialect::GitHub),
        ".gitlab" => Some(Dialect::GitLab),
        ".bitbucket" => Some(Dialect::Bitbucket),
        _ => None,
    }
}
