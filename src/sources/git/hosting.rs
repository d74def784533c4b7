//! Hosting of a Git repository: the host of `origin`, the default branch, and ignored paths. All may be missing: a new
//! repository has neither a remote nor a commit.

use std::path::Path;

use super::error::GitError;
use super::open::Repository;
use crate::sources::path::path_text;

impl Repository {
    /// The top of the work tree, without links.
    pub fn top(&self) -> &Path {
        &self.work_tree
    }

    /// `folder` relative to the work tree; empty at its top.
    pub fn path_of(&self, folder: &Path) -> Result<String, GitError> {
        Ok(path_text(&self.prefix(folder)?))
    }

    /// The host in the URL of the remote `origin`.
    pub fn origin_host(&self) -> Option<String> {
        let remote = self.inner.find_remote("origin").ok()?;
        host(remote.url().ok()?)
    }

    /// The default branch: that of the remote, else the checked-out branch.
    pub fn default_branch(&self) -> Option<String> {
        self.remote_default_branch().or_else(|| {
            let head = self.inner.find_reference("HEAD").ok()?;
            let name = head.symbolic_target().ok().flatten()?.strip_prefix("refs/heads/")?;
            Some(name.to_owned())
        })
    }

    /// The default branch of the remote `origin`, if this clone recorded it.
    pub fn remote_default_branch(&self) -> Option<String> {
        let head = self.inner.find_reference("refs/remotes/origin/HEAD").ok()?;
        let target = head.symbolic_target().ok().flatten()?.strip_prefix("refs/remotes/origin/")?;
        Some(target.to_owned())
    }

    /// Whether Git ignores this path of the work tree, by any rule.
    pub fn ignores(&self, path: &str) -> bool {
        self.inner.is_path_ignored(path).unwrap_or(false)
    }
}

/// From `https://user@host:443/path`, `ssh://git@host/path` or `git@host:path`.
fn host(address: &str) -> Option<String> {
    let authority = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split('/').next()?,
        None => address.split_once(':').map(|(host, _)| host).filter(|host| host.len() > 1 && !host.contains('/'))?,
    };
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?;
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_host_is_read_from_every_way_to_write_an_address() {
        for address in [
            "https://github.com/acme/catalog.git",
            "https://token:secret@GitHub.com:443/acme/catalog",
            "ssh://git@github.com:22/acme/catalog.git",
            "git@github.com:acme/catalog.git",
        ] {
            assert_eq!(host(address).as_deref(), Some("github.com"), "{address}");
        }
        for address in ["/srv/git/catalog", "../catalog", "file:///srv/catalog", "C:\\catalog", ""] {
            assert_eq!(host(address), None, "{address}");
        }
    }
}
