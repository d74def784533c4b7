//! The host of the Git repository. It decides which app of the platform reads bare entity files (`port.yml`), and so what
//! their plain scalars mean.

/// A kind of Git host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GitHost {
    GitHub,
    GitLab,
    Bitbucket,
    Azure,
    #[default]
    Unknown,
}

impl GitHost {
    pub const WORDS: [&'static str; 4] = ["github", "gitlab", "bitbucket", "azure"];

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "github" => Some(Self::GitHub),
            "gitlab" => Some(Self::GitLab),
            "bitbucket" => Some(Self::Bitbucket),
            "azure" => Some(Self::Azure),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Bitbucket => "bitbucket",
            Self::Azure => "azure",
            Self::Unknown => "unknown",
        }
    }

    /// The kind of a host by its name: that of the cloud, or one that names its product, as self-hosted ones usually do.
    pub fn of_name(host: &str) -> Self {
        let is_azure =
            host == "dev.azure.com" || host.ends_with(".dev.azure.com") || host.ends_with("visualstudio.com");
        match host {
            _ if host.contains("gitlab") => Self::GitLab,
            _ if host.contains("github") || host.ends_with(".ghe.com") => Self::GitHub,
            _ if is_azure => Self::Azure,
            _ if host.contains("bitbucket") => Self::Bitbucket,
            _ => Self::Unknown,
        }
    }

    /// The apps that read the bare entity files of this host, after the brand of the platform: `Port's GitLab integration`.
    pub fn apps(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub integration",
            Self::GitLab => "GitLab integration",
            Self::Bitbucket => "Bitbucket integration",
            Self::Azure => "Azure DevOps integration",
            Self::Unknown => "GitLab, Bitbucket and Azure DevOps integrations",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::GitHost;

    #[test]
    fn a_host_is_known_by_its_name() {
        for (name, expected) in [
            ("github.com", GitHost::GitHub),
            ("github.acme.example", GitHost::GitHub),
            ("acme.ghe.com", GitHost::GitHub),
            ("gitlab.com", GitHost::GitLab),
            ("gitlab.acme.example", GitHost::GitLab),
            ("bitbucket.org", GitHost::Bitbucket),
            ("dev.azure.com", GitHost::Azure),
            ("ssh.dev.azure.com", GitHost::Azure),
            ("acme.visualstudio.com", GitHost::Azure),
            ("git.acme.example", GitHost::Unknown),
            ("", GitHost::Unknown),
        ] {
            assert_eq!(GitHost::of_name(name), expected, "{name}");
        }
        for word in GitHost::WORDS {
            assert_eq!(GitHost::parse(word).map(GitHost::word), Some(word));
        }
    }
}
