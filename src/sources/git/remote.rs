//! The owner and the address of the repository, from the URL of its remote `origin`.

use super::open::Repository;

impl Repository {
    /// `owner/repo` of the remote `origin`; more parts if the host has nested groups.
    pub fn origin(&self) -> Option<String> {
        let remote = self.inner.find_remote("origin").ok()?;
        owner_and_name(remote.url().ok()?)
    }

    /// The address of the remote `origin` for a tool that runs in a cluster: `https://…` or `ssh://…`, without a password
    /// or a token. `None`: there is no remote, or its address has a meaning on this machine only.
    pub fn origin_address(&self) -> Option<String> {
        let remote = self.inner.find_remote("origin").ok()?;
        cluster_address(remote.url().ok()?)
    }

    /// The address of the repository's page on its host, if the remote `origin` has one.
    pub fn origin_page(&self) -> Option<String> {
        let remote = self.inner.find_remote("origin").ok()?;
        page_address(remote.url().ok()?)
    }
}

/// The same address for a browser: without the user, the port of SSH and `.git`.
fn page_address(address: &str) -> Option<String> {
    let address = cluster_address(address)?;
    let (scheme, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (scheme, host) = match scheme {
        "ssh" => ("https", host.split(':').next().unwrap_or(host)),
        scheme => (scheme, host),
    };
    Some(format!("{scheme}://{host}/{}", path.strip_suffix(".git").unwrap_or(path)))
}

/// Flux accepts URLs only, so `git@host:path` becomes `ssh://git@host/path`.
fn cluster_address(address: &str) -> Option<String> {
    if address.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (scheme, authority, path) = match address.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/')?;
            (scheme, authority, path)
        }
        None => {
            let (authority, path) = address.split_once(':')?;
            // `C:\repo` and `./a:b` are paths, and an `@` behind the colon belongs to a password.
            if authority.contains(['/', '\\', '[']) || authority.len() < 2 || path.contains('@') {
                return None;
            }
            ("ssh", authority, path)
        }
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    if host.is_empty() || path.is_empty() {
        return None;
    }
    match scheme {
        "https" | "http" => Some(format!("{scheme}://{host}/{path}")),
        "ssh" | "git+ssh" | "ssh+git" => match user.split(':').next().filter(|user| !user.is_empty()) {
            Some(user) => Some(format!("ssh://{user}@{host}/{path}")),
            None => Some(format!("ssh://{host}/{path}")),
        },
        _ => None,
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
    use super::{cluster_address, owner_and_name, page_address};

    #[test]
    fn an_address_for_a_browser_has_no_user_and_no_suffix() {
        for (address, expected) in [
            ("https://token:secret@github.com/acme/cart.git", Some("https://github.com/acme/cart")),
            ("git@github.com:acme/cart.git", Some("https://github.com/acme/cart")),
            ("ssh://git@git.acme.io:2222/a/b/cart", Some("https://git.acme.io/a/b/cart")),
            ("http://git.acme.io:8080/cart", Some("http://git.acme.io:8080/cart")),
            ("/srv/cart.git", None),
        ] {
            assert_eq!(page_address(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn an_address_for_a_cluster_has_a_scheme_and_no_credentials() {
        for (address, expected) in [
            ("https://github.com/acme/catalog.git", "https://github.com/acme/catalog.git"),
            ("https://token:secret@github.com/acme/catalog/", "https://github.com/acme/catalog"),
            (
                "https://oauth2:p@ss@gitlab.com:8443/acme/catalog.git?token=x",
                "https://gitlab.com:8443/acme/catalog.git",
            ),
            ("git@github.com:acme/catalog.git", "ssh://git@github.com/acme/catalog.git"),
            ("git@github.com:/acme/catalog.git", "ssh://git@github.com/acme/catalog.git"),
            ("host.example.com:catalog.git", "ssh://host.example.com/catalog.git"),
            ("ssh://git:secret@github.com:22/acme/catalog.git", "ssh://git@github.com:22/acme/catalog.git"),
            ("git+ssh://git@host/a", "ssh://git@host/a"),
        ] {
            assert_eq!(cluster_address(address).as_deref(), Some(expected), "{address}");
        }
        for address in [
            "/srv/catalog.git",
            "../catalog",
            "file:///srv/catalog",
            "C:\\catalog",
            "",
            "git://host/a",
            "user:pass@host:a/b",
            "https://host",
            "https:///a",
        ] {
            assert_eq!(cluster_address(address), None, "{address}");
        }
    }

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
