//! The paths of CODEOWNERS rules, matched against folders: whether a rule names a folder, and whether it owns everything
//! in it.

use super::dialect::Dialect;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathPattern {
    /// Names with `*` and `?`; `**` stands for any number of folders.
    segments: Vec<String>,
    reach: Reach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// What matches, and everything below it.
    Below,
    /// The files directly in the folder: `docs/*`.
    Direct,
}

impl PathPattern {
    pub fn parse(text: &str, dialect: Dialect) -> Self {
        let body = text.strip_prefix('/').unwrap_or(text);
        let starts_at_top = body.len() < text.len();
        let body = body.trim_end_matches('/');
        // GitLab looks for a path without a slash at its start in every folder; the others only for a single name.
        let is_anchored = starts_at_top || dialect != Dialect::GitLab && body.contains('/');
        let mut segments: Vec<String> = body.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut reach = Reach::Below;
        let is_folder = text.ends_with('/');
        match segments.last().map(String::as_str) {
            Some("**") => drop(segments.pop()),
            Some("*") if !is_folder => {
                segments.pop();
                let is_everything = segments.is_empty() && !starts_at_top;
                let is_deep = segments.last().map(String::as_str) == Some("**");
                reach = if is_everything || is_deep { Reach::Below } else { Reach::Direct };
            }
            Some(_) | None => {}
        }
        if !is_anchored && !segments.is_empty() && segments.first().map(String::as_str) != Some("**") {
            segments.insert(0, "**".to_owned());
        }
        Self { segments, reach }
    }

    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// Whether the rule speaks about the folders that it matches, not about all that there are.
    pub fn is_specific(&self) -> bool {
        let is_any = self.segments.iter().all(|segment| segment == "**" || segment == "*");
        let is_open = self.segments.last().is_some_and(|segment| segment == "**");
        !is_any && !is_open
    }

    /// Whether the rule applies to everything below the folders that it matches.
    pub fn is_deep(&self) -> bool {
        self.reach == Reach::Below
    }
}

/// Whether a name matches a pattern with `*`, `?` and `\`.
pub(super) fn is_match(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut letter) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while letter < name.len() {
        let (is_same, length) = match (pattern.get(at), pattern.get(at + 1)) {
            (Some('*'), _) => {
                retry = Some((at, letter));
                at += 1;
                continue;
            }
            (Some('?'), _) => (true, 1),
            (Some('\\'), Some(escaped)) => (*escaped == name[letter], 2),
            (Some(plain), _) => (*plain == name[letter], 1),
            (None, _) => (false, 0),
        };
        if is_same {
            at += length;
            letter += 1;
            continue;
        }
        let Some((star, from)) = retry else { return false };
        retry = Some((star, from + 1));
        at = star + 1;
        letter = from + 1;
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// The plain comparison of one pattern with one folder, by which `RuleIndex` is tested.
#[cfg(test)]
impl PathPattern {
    /// Whether the rule speaks about exactly this folder.
    pub fn names(&self, folder: &str) -> bool {
        self.is_specific() && tests::matches(&self.segments, &tests::parts(folder))
    }

    /// Whether the rule applies to what is in this folder; the empty text is the top folder.
    pub fn covers(&self, folder: &str) -> bool {
        let parts = tests::parts(folder);
        match self.reach {
            Reach::Direct => tests::matches(&self.segments, &parts),
            Reach::Below => (0..=parts.len()).any(|length| tests::matches(&self.segments, &parts[..length])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn parts(folder: &str) -> Vec<&str> {
        folder.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// `**` is tried at one place at a time, as `*` in a name: a pattern with many of them stays fast.
    pub(super) fn matches(segments: &[String], parts: &[&str]) -> bool {
        let (mut at, mut part) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while part < parts.len() {
            match segments.get(at).map(String::as_str) {
                Some("**") => {
                    retry = Some((at, part));
                    at += 1;
                    continue;
                }
                Some(segment) if is_match(segment, parts[part]) => {
                    at += 1;
                    part += 1;
                    continue;
                }
                Some(_) | None => {}
            }
            let Some((star, from)) = retry else { return false };
            retry = Some((star, from + 1));
            at = star + 1;
            part = from + 1;
        }
        segments[at..].iter().all(|segment| segment == "**")
    }

    #[test]
    fn a_rule_covers_what_is_below_its_folder() {
        use Dialect::{GitHub, GitLab};
        for (dialect, pattern, folder, covers, names) in [
            (GitHub, "*", "a/b", true, false),
            (GitHub, "*", "", true, false),
            (GitHub, "**", "a", true, false),
            (GitHub, "/", "a", true, false),
            (GitHub, "/*", "", true, false),
            (GitHub, "/*", "a", false, false),
            (GitHub, "/services/cart/", "services/cart", true, true),
            (GitHub, "/services/cart", "services/cart/src", true, false),
            (GitHub, "/services/cart/**", "services/cart", true, true),
            (GitHub, "/services/cart/*", "services/cart", true, true),
            (GitHub, "/services/cart/*", "services/cart/src", false, false),
            (GitHub, "services/cart/", "x/services/cart", false, false),
            (GitLab, "services/cart/", "x/services/cart", true, true),
            (GitLab, "docs/*", "docs", true, true),
            (GitLab, "docs/*", "docs/a", false, false),
            (GitHub, "/services/**/*", "services/cart", true, false),
            (GitHub, "cart/", "x/cart/y", true, false),
            (GitHub, "cart/", "x/cart", true, true),
            (GitHub, "/cart/", "x/cart", false, false),
            (GitHub, "/services/*/", "services/cart", true, true),
            (GitHub, "/services/*/src/", "services/cart/src", true, true),
            (GitHub, "/services/c*t/", "services/cart", true, true),
            (GitHub, "/services/c?rt/", "services/cart", true, true),
            (GitHub, "/services/**/api/", "services/a/b/api", true, true),
            (GitHub, "/services/**/api/", "services/api", true, true),
            (GitHub, "*.js", "services/cart", false, false),
            (GitLab, "/docs/**/*.md", "docs/a", false, false),
            (GitHub, "/my docs/", "my docs", true, true),
        ] {
            let parsed = PathPattern::parse(pattern, dialect);
            assert_eq!((parsed.covers(folder), parsed.names(folder)), (covers, names), "{pattern} {folder}");
        }
    }

    #[test]
    fn many_stars_are_no_trouble() {
        let pattern = format!("/{}b/", "**/a*a*a*a*a*/".repeat(40));
        let folder = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/".repeat(60);
        assert!(!PathPattern::parse(&pattern, Dialect::GitHub).covers(&folder));
    }
}
