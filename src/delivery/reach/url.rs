//! The URLs of Git repositories, compared without what does not decide which repository they name: scheme, user, default
//! port, `.git`.

/// What a URL names, normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RepositoryUrl {
    host: String,
    path: String,
}

/// How the URL of a source relates to the URLs of this repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Same,
    /// The same host and the same last name: this repository may be a fork of it, or it one of this repository.
    Fork,
    Different,
    /// No URL of this repository is known, or the source's cannot be read.
    NotKnown,
}

impl RepositoryUrl {
    /// `None`: it names no host, or has variables.
    pub(super) fn of(url: &str) -> Option<Self> {
        let url = url.trim();
        if url.contains(['$', '{']) {
            return None;
        }
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
            // `git@host:path`
            None => url.split_once(':').filter(|(host, _)| !host.contains('/'))?,
        };
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = match authority.rsplit_once(':') {
            Some((host, "22" | "80" | "443")) => host,
            Some(_) | None => authority,
        };
        let host = host.to_ascii_lowercase();
        if host.is_empty() {
            return None;
        }
        // Hosts under which SSH is served on the port of HTTPS, and the names in Azure's two forms of one path.
        let host = match host.as_str() {
            "ssh.github.com" => "github.com",
            "altssh.gitlab.com" => "gitlab.com",
            "altssh.bitbucket.org" => "bitbucket.org",
            "ssh.dev.azure.com" => "dev.azure.com",
            host => host,
        };
        let path = path.to_lowercase();
        let names = path.split('/').filter(|name| !matches!(*name, "" | "_git"));
        let mut names: Vec<&str> = names.collect();
        if host == "dev.azure.com" && names.first() == Some(&"v3") {
            names.remove(0);
        }
        let path = names.join("/");
        let path = path.strip_suffix(".git").unwrap_or(&path);
        (!path.is_empty()).then(|| Self { host: host.to_owned(), path: path.to_owned() })
    }

    /// `github.com/acme/catalog`
    pub(super) fn text(&self) -> String {
        format!("{}/{}", self.host, self.path)
    }

    /// The last part of its path: the name of the repository.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether a part of its path is the name.
    fn has_name(&self, name: &str) -> bool {
        self.path.split('/').any(|part| part == name)
    }
}

/// The URLs by which this repository is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Urls {
    known: Vec<RepositoryUrl>,
}

impl Urls {
    pub(super) fn of<'u>(urls: impl IntoIterator<Item = &'u str>) -> Self {
        let mut known: Vec<RepositoryUrl> = Vec::new();
        for url in urls.into_iter().filter_map(RepositoryUrl::of) {
            if !known.contains(&url) {
                known.push(url);
            }
        }
        Self { known }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub(super) fn is_one(&self) -> bool {
        self.known.len() == 1
    }

    pub(super) fn compare(&self, url: Option<&str>) -> Match {
        let Some(url) = url.and_then(RepositoryUrl::of).filter(|_| !self.is_empty()) else { return Match::NotKnown };
        if self.known.contains(&url) {
            return Match::Same;
        }
        let is_fork = |known: &RepositoryUrl| known.host == url.host && known.name() == url.name();
        if self.known.iter().any(is_fork) { Match::Fork } else { Match::Different }
    }

    /// Whether an artifact that is no Git repository may be made of this one, by its URL.
    pub(super) fn may_be_packed_in(&self, url: Option<&str>) -> bool {
        let Some(url) = url.and_then(RepositoryUrl::of).filter(|_| !self.is_empty()) else { return true };
        self.known.iter().any(|known| url.has_name(known.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_url_are_equal() {
        let urls = Urls::of(["https://github.com/acme/catalog"]);
        for url in [
            "https://github.com/acme/catalog.git",
            "https://GitHub.com/acme/catalog/",
            "https://x-token:secret@github.com/acme/catalog",
            "https://github.com:443/acme/catalog",
            "ssh://git@github.com/acme/catalog",
            "ssh://git@github.com:22/acme/catalog.git",
            "ssh://git@ssh.github.com:443/acme/catalog.git",
            "git@github.com:acme/catalog.git",
            "git@github.com:/acme/catalog",
            "git://github.com/acme//catalog",
        ] {
            assert_eq!(urls.compare(Some(url)), Match::Same, "{url}");
        }
        assert_eq!(urls.compare(Some("https://github.com/fork/catalog")), Match::Fork);
        for url in
            ["https://github.com/acme/other", "https://gitlab.com/acme/catalog", "https://github.com:8443/acme/x"]
        {
            assert_eq!(urls.compare(Some(url)), Match::Different, "{url}");
        }
        for url in ["../catalog", "/srv/git/catalog", "file:///srv/catalog", "", "https://github.com/acme/${repo}", ":"]
        {
            assert_eq!(urls.compare(Some(url)), Match::NotKnown, "{url}");
        }
        assert_eq!(urls.compare(None), Match::NotKnown);
        assert_eq!(Urls::default().compare(Some("https://github.com/acme/catalog")), Match::NotKnown);
    }

    #[test]
    fn azure_has_two_forms_of_a_path() {
        let urls = Urls::of(["https://acme@dev.azure.com/acme/platform/_git/catalog"]);
        assert_eq!(urls.compare(Some("git@ssh.dev.azure.com:v3/acme/platform/catalog")), Match::Same);
    }

    #[test]
    fn an_oci_artifact_has_the_name_of_its_repository() {
        let urls = Urls::of(["https://github.com/acme/catalog"]);
        assert!(urls.may_be_packed_in(Some("oci://ghcr.io/acme/catalog/manifests")));
        assert!(!urls.may_be_packed_in(Some("oci://ghcr.io/stefanprodan/manifests/podinfo")));
        assert!(Urls::default().may_be_packed_in(Some("oci://ghcr.io/a/b")));
    }
}
