//! The owner of the repository, from the URL of its remote `origin`.

use super::open::Repository;

impl Repository {
    /// `owner/repo` of the remote `origin`; more parts if the host has nested groups.
    pub fn origin(&self) -> Option<String> {
        let remote = self.inner.find_remote("origin").ok()?;
        owner_and_name(remote.url().ok()?)
    }
}

/// From `https://host/owner/repo.git`, `ssh://git@host:22/owner/repo` or `git@host:owner/repo.git`. A local path has no
/// owner.
fn owner_and_name(address: &str) -> Option<String> {
    let path = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?.1,
        None => {
            let (host, path) = address.split_once(':')?;
            // `C:\repo` and `./a:b` are paths.
            if host.contains(['/', '\\']) || host.len() < 2 {
                return None;
            }
            path
        }
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    (parts.len() > 1).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::owner_and_name;

    #[test]
    fn every_way_to_write_an_address_gives_owner_and_name() {
        for address in [
            "https://github.com/acme/catalog.git",
            "https://token:secret@github.com/acme/catalog/",
            "ssh://git@github.com:22/acme/catalog.git",
            "git@github.com:acme/catalog.git",
            "git@github.com:/acme/catalog",
        ] {
            assert_eq!(owner_and_name(address).as_deref(), Some("acme/catalog"), "{address}");
        }
        assert_eq!(owner_and_name("https://gitlab.com/acme/teams/catalog").as_deref(), Some("acme/teams/catalog"));
        for address in ["/srv/git/acme/catalog.git", "../catalog", "file:///srv/acme/catalog", "C:\\acme\\catalog", ""]
        {
            assert_eq!(owner_and_name(address), None, "{address}");
        }
    }
}
