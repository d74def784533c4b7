//! Which resources of a kustomization are on another host, so that they are unknown offline.

/// Whether kustomize would fetch a resource: a URL, or an address that Git clones.
pub(super) fn is_remote(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let rest = lower.strip_prefix("git::").unwrap_or(&lower);
    if rest.starts_with('/') {
        return false;
    }
    if ["https://", "http://", "ssh://", "file://"].into_iter().any(|scheme| rest.starts_with(scheme)) {
        return true;
    }
    if let Some(path) = rest.strip_prefix("github.com/").or_else(|| rest.strip_prefix("github.com:")) {
        return path.contains('/');
    }
    // `git@host:owner/name`.
    let Some((user, address)) = rest.split_once('@') else { return false };
    let is_user = user.starts_with(|c: char| c.is_ascii_alphabetic())
        && user.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_user && address.split_once([':', '/']).is_some_and(|(host, path)| !host.is_empty() && path.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_other_hosts_are_told_from_paths() {
        for path in [
            "https://example.com/a.yaml",
            "github.com/acme/catalog?ref=v1",
            "git@example.com:acme/catalog.git//base",
            "ssh://git@example.com/acme/catalog",
            "git::https://example.com/acme/catalog",
        ] {
            assert!(is_remote(path), "{path}");
        }
        for path in ["../base", "a.yaml", "/abs/github.com/a/b", "a@b.yaml", "github.com", "@x/y/z"] {
            assert!(!is_remote(path), "{path}");
        }
    }
}
