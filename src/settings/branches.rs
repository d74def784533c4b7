//! Matches branches against the names and globs in `push.branches`. As in GitHub's branch filters, `*` does not match a
//! slash, and `**` does.

use globset::{GlobBuilder, GlobMatcher};

/// One entry of `push.branches`.
#[derive(Debug, Clone)]
pub struct BranchPattern(GlobMatcher);

impl BranchPattern {
    fn parse(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Err("a branch has a name".to_owned());
        }
        let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(false).build();
        glob.map(|glob| Self(glob.compile_matcher()))
            .map_err(|error| format!("`{pattern}` is not a branch name or glob: {}", error.kind()))
    }

    pub(super) fn check(pattern: &str) -> Result<(), String> {
        Self::parse(pattern).map(|_| ())
    }

    /// Whether one of the patterns matches this branch. A pattern that equals the branch's name always does.
    pub fn any_matches(patterns: &[String], branch: &str) -> bool {
        patterns
            .iter()
            .any(|pattern| pattern == branch || Self::parse(pattern).is_ok_and(|pattern| pattern.0.is_match(branch)))
    }
}

#[cfg(test)]
mod tests {
    use super::BranchPattern;

    #[test]
    fn names_match_themselves_and_globs_match_within_a_part() {
        let patterns = ["main".to_owned(), "release/*".to_owned(), "team/**".to_owned()];
        for (branch, matches) in [
            ("main", true),
            ("main2", false),
            ("feature/main", false),
            ("release/1.2", true),
            ("release/1/2", false),
            ("release", false),
            ("team/a/b", true),
            ("Main", false),
        ] {
            assert_eq!(BranchPattern::any_matches(&patterns, branch), matches, "{branch}");
        }
        assert!(BranchPattern::check("a[").is_err() && BranchPattern::check("").is_err());
    }
}
