//! Parses a CODEOWNERS file as its host does. GitHub and Bitbucket skip a line that they do not understand; GitLab has
//! sections with default owners, and reads owners even in a comment behind them.

use super::dialect::Dialect;
use super::pattern::PathPattern;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Codeowners {
    /// The rules before the first heading are a section without a name.
    pub(super) sections: Vec<Section>,
    /// Lines that the host ignores too, each with the reason as a clause.
    pub faults: Vec<(usize, String)>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Section {
    name: String,
    pub is_optional: bool,
    pub default_owners: Vec<Owner>,
    pub line: usize,
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub text: String,
    pub pattern: PathPattern,
    pub owners: Vec<Owner>,
    /// The owners are those of its section.
    pub has_default_owners: bool,
    /// The files have no owners in this section, whatever the other rules say.
    pub is_exclusion: bool,
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    /// As written: `@acme/payments`.
    pub text: String,
    pub kind: OwnerKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OwnerKind {
    /// `acme/payments`
    Team(String),
    /// In GitLab, it may be a group too.
    User(String),
    Email,
    /// `@@maintainer`
    Role,
}

pub fn parse_codeowners(text: &str, dialect: Dialect) -> Codeowners {
    let mut parser = Parser { dialect, found: Codeowners::default(), at: 0 };
    parser.found.sections.push(Section::default());
    for (index, line) in text.lines().enumerate() {
        parser.line(index + 1, line.trim());
    }
    parser.found
}

struct Parser {
    dialect: Dialect,
    found: Codeowners,
    /// The current section.
    at: usize,
}

impl Parser {
    fn fault(&mut self, line: usize, reason: impl Into<String>) {
        self.found.faults.push((line, reason.into()));
    }

    fn line(&mut self, number: usize, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        if self.dialect == Dialect::GitLab
            && let Some(section) = heading(line, number)
        {
            return self.enter(section);
        }
        let (pattern, rest) = split_pattern(line);
        match self.dialect {
            Dialect::GitLab => self.gitlab_rule(number, &pattern, rest),
            Dialect::GitHub | Dialect::Bitbucket => self.plain_rule(number, &pattern, rest),
        }
    }

    /// Sections with the same name, in any case, are one.
    fn enter(&mut self, section: Section) {
        let name = section.name.to_lowercase();
        let known = self.found.sections.iter().position(|known| known.line > 0 && known.name.to_lowercase() == name);
        self.at = known.unwrap_or_else(|| {
            self.found.sections.push(section.clone());
            self.found.sections.len() - 1
        });
        if let Some(known) = self.found.sections.get_mut(self.at)
            && known.line != section.line
        {
            known.default_owners.extend(section.default_owners);
            known.is_optional &= section.is_optional;
        }
    }

    fn gitlab_rule(&mut self, line: usize, text: &str, rest: &str) {
        let (is_exclusion, pattern) = match text.strip_prefix('!') {
            Some(excluded) => (true, excluded),
            None => (false, text),
        };
        if pattern.is_empty() {
            return self.fault(line, "the line has no path");
        }
        let mut owners: Vec<Owner> = rest.split_whitespace().filter_map(gitlab_owner).collect();
        let Some(section) = self.found.sections.get_mut(self.at) else { return };
        let has_default_owners = owners.is_empty();
        if has_default_owners {
            owners.clone_from(&section.default_owners);
        }
        let pattern = PathPattern::parse(pattern, Dialect::GitLab);
        section.rules.push(Rule { text: text.to_owned(), pattern, owners, has_default_owners, is_exclusion, line });
    }

    fn plain_rule(&mut self, line: usize, text: &str, rest: &str) {
        let brand = self.dialect.brand();
        let unsupported = match text {
            _ if text.starts_with('!') => Some("a negated pattern (`!`)"),
            _ if text.starts_with("\\#") => Some("an escaped `#`"),
            _ if text.contains('[') => Some("a range of characters (`[ ]`)"),
            _ => None,
        };
        if let Some(what) = unsupported {
            return self.fault(line, format!("{brand} does not support {what}"));
        }
        let mut owners = Vec::new();
        for word in rest.split_whitespace() {
            if word.starts_with('#') {
                break;
            }
            match plain_owner(word, self.dialect) {
                Some(owner) => owners.push(owner),
                None => return self.fault(line, format!("`{word}` is no owner")),
            }
        }
        let pattern = PathPattern::parse(text, self.dialect);
        let rule =
            Rule { text: text.to_owned(), pattern, owners, has_default_owners: false, is_exclusion: false, line };
        if let Some(section) = self.found.sections.get_mut(self.at) {
            section.rules.push(rule);
        }
    }
}

/// `[Name]`, `^[Name]`, `[Name][2] @owners`. `None`: it is a rule.
fn heading(line: &str, number: usize) -> Option<Section> {
    let (is_optional, rest) = match line.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (name, rest) = rest.strip_prefix('[')?.split_once(']')?;
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let owners = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((approvals, owners)) if approvals.trim().parse::<u32>().is_ok() => owners,
        Some(_) | None => rest,
    };
    if !owners.is_empty() && !owners.starts_with(char::is_whitespace) {
        return None;
    }
    let default_owners = owners.split_whitespace().filter_map(gitlab_owner).collect();
    Some(Section { name: name.to_owned(), is_optional, default_owners, line: number, rules: Vec::new() })
}

/// The pattern, which ends at the first space that is not escaped, and the rest.
fn split_pattern(line: &str) -> (String, &str) {
    let mut pattern = String::new();
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, ' ')) => pattern.push(' '),
                Some((_, other)) => pattern.extend(['\\', other]),
                None => pattern.push('\\'),
            },
            c if c.is_whitespace() => return (pattern, &line[at..]),
            c => pattern.push(c),
        }
    }
    (pattern, "")
}

fn is_name(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    !text.is_empty() && text.split('/').all(is_part)
}

fn is_address(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
}

/// `None`: GitLab ignores the word.
fn gitlab_owner(word: &str) -> Option<Owner> {
    let word = word.trim_end_matches([',', ';']);
    if let Some(role) = word.strip_prefix("@@") {
        return is_name(role).then(|| Owner { text: word.to_owned(), kind: OwnerKind::Role });
    }
    named_owner(word, word.strip_prefix('@'))
}

fn plain_owner(word: &str, dialect: Dialect) -> Option<Owner> {
    let name = word.strip_prefix('@');
    match dialect {
        // How many of a team are asked: `@acme/payments:random(2)`.
        Dialect::Bitbucket => named_owner(word, name.and_then(|name| name.split(':').next())),
        Dialect::GitHub | Dialect::GitLab => named_owner(word, name),
    }
}

/// `name`: without `@`; `None`: the word may be an e-mail address.
fn named_owner(word: &str, name: Option<&str>) -> Option<Owner> {
    let kind = match name {
        Some(name) if !is_name(name) => return None,
        Some(name) if name.contains('/') => OwnerKind::Team(name.to_owned()),
        Some(name) => OwnerKind::User(name.to_owned()),
        None if is_address(word) => OwnerKind::Email,
        None => return None,
    };
    Some(Owner { text: word.to_owned(), kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str, dialect: Dialect) -> Vec<(String, Vec<String>)> {
        let found = parse_codeowners(text, dialect);
        let rules = found.sections.iter().flat_map(|section| &section.rules);
        rules.map(|rule| (rule.text.clone(), rule.owners.iter().map(|owner| owner.text.clone()).collect())).collect()
    }

    fn expected(all: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
        let owned = |owners: &[&str]| owners.iter().map(|owner| (*owner).to_owned()).collect();
        all.iter().map(|(pattern, owners)| ((*pattern).to_owned(), owned(owners))).collect()
    }

    #[test]
    fn a_line_is_a_pattern_with_owners_and_comments_are_not_read() {
        let text = "# all\n\n*\t@acme/all  @ada # @nobody\r\n/my\\ docs/ docs@acme.io\n/apps/github\n";
        assert_eq!(
            rules(text, Dialect::GitHub),
            expected(&[("*", &["@acme/all", "@ada"]), ("/my docs/", &["docs@acme.io"]), ("/apps/github", &[])])
        );
    }

    #[test]
    fn what_github_does_not_understand_is_skipped_and_told() {
        let text = "!/docs/ @a\n\\#x @a\n/a[bc]/ @a\n/ok @a\n/no owner\n[Section] @a\n";
        let found = parse_codeowners(text, Dialect::GitHub);
        let lines: Vec<usize> = found.faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3, 5, 6]);
        assert_eq!(rules(text, Dialect::GitHub), expected(&[("/ok", &["@a"])]));
    }

    #[test]
    fn gitlab_has_sections_with_default_owners() {
        let text = "\
* @all
[Docs][2] @acme/docs @ada
docs/
README.md @acme/readme # ask @grace too
^[Database] @acme/data
db/
!db/seeds/
[docs] @acme/more
guides/
\\#notes @acme/notes
[Two words]
/two @@maintainer
[Unclosed @x
";
        assert_eq!(
            rules(text, Dialect::GitLab),
            expected(&[
                ("*", &["@all"]),
                ("docs/", &["@acme/docs", "@ada"]),
                ("README.md", &["@acme/readme", "@grace"]),
                ("guides/", &["@acme/docs", "@ada", "@acme/more"]),
                ("\\#notes", &["@acme/notes"]),
                ("db/", &["@acme/data"]),
                ("!db/seeds/", &["@acme/data"]),
                ("/two", &["@@maintainer"]),
                ("[Unclosed", &["@x"]),
            ])
        );
        let found = parse_codeowners(text, Dialect::GitLab);
        let optional: Vec<bool> = found.sections.iter().map(|section| section.is_optional).collect();
        assert_eq!(optional, [false, false, true, false]);
        assert!(found.sections[2].rules[1].is_exclusion);
    }

    #[test]
    fn bitbucket_says_how_many_of_a_team_are_asked() {
        let text = "*.py @acme/backend:least_busy(2)\n*.js ada@acme.io @teams/web:all @grace\n";
        let found = parse_codeowners(text, Dialect::Bitbucket);
        let kinds: Vec<&OwnerKind> =
            found.sections[0].rules.iter().flat_map(|rule| &rule.owners).map(|it| &it.kind).collect();
        let team = |name: &str| OwnerKind::Team(name.to_owned());
        assert_eq!(
            kinds,
            [&team("acme/backend"), &OwnerKind::Email, &team("teams/web"), &OwnerKind::User("grace".to_owned())]
        );
        assert!(found.faults.is_empty());
    }
}
