//! Whether this program is a published release or was built from source. A version that was never published cannot be
//! installed, so only a release pins its version in the files that `init` writes.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    Published,
    Source,
}

impl Build {
    /// The build of this program: the release workflow compiles with `PORTOLAN_RELEASE` set to the release's tag.
    pub fn current() -> Self {
        Self::of_tag(option_env!("PORTOLAN_RELEASE"), env!("CARGO_PKG_VERSION"))
    }

    /// A tag of another version is ignored, because such a build would pin a version that was not published.
    fn of_tag(tag: Option<&str>, version: &str) -> Self {
        match tag.and_then(|tag| tag.strip_prefix('v')) {
            Some(tagged) if tagged == version => Self::Published,
            Some(_) | None => Self::Source,
        }
    }

    pub fn description(self) -> &'static str {
        match self {
            Self::Published => "published release",
            Self::Source => "built from source",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_build_of_its_own_tag_is_a_published_release() {
        assert_eq!(Build::of_tag(Some("v1.2.3"), "1.2.3"), Build::Published);
        for tag in [None, Some(""), Some("1.2.3"), Some("v1.2.4"), Some("v1.2.3-rc.1"), Some("main")] {
            assert_eq!(Build::of_tag(tag, "1.2.3"), Build::Source, "{tag:?}");
        }
    }
}
