//! Renders rule pages: `explain` and `docs/rules/` use the same record and examples. The finding on a page is the
//! output of a test.

use crate::domain::finding::{RuleInfo, Severity};
use crate::report::escape::{is_unsafe, markdown};
use crate::report::style::{Role, Style, wrap};
use crate::text::plural::as_sentence;

/// An example file of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Example<'a> {
    pub path: &'a str,
    pub text: &'a str,
}

/// A rule with its examples.
#[derive(Debug, Clone)]
pub struct RulePage<'a> {
    pub info: &'a RuleInfo,
    pub bad: Vec<Example<'a>>,
    pub good: Vec<Example<'a>>,
    /// The finding as lint prints it (`bad.txt`).
    pub finding: Option<&'a str>,
    /// Whether `--fix` fixes some of its findings.
    pub fixable: bool,
}

/// The URL of a rule's page, if the package metadata names a repository.
pub fn page_address(rule: &str) -> Option<String> {
    let home = env!("CARGO_PKG_REPOSITORY");
    (!home.is_empty()).then(|| format!("{}/blob/main/docs/rules/{rule}.md", home.trim_end_matches('/')))
}

/// The page of a rule for a terminal.
pub fn explain(page: &RulePage<'_>, style: &Style) -> String {
    let info = page.info;
    let mut out = format!(
        "{} {}\n",
        style.paint(Role::Strong, info.name),
        style.paint(Role::Dim, &format!("({}, {}, {})", info.code, info.family.word(), standing(info)))
    );
    let room = style.prose().saturating_sub(2);
    let mut paragraph = |heading: &str, text: &str| {
        out.push_str(&format!("\n{}\n", style.paint(Role::Help, heading)));
        for line in wrap(text, room, room) {
            out.push_str(&format!("  {line}\n"));
        }
    };
    paragraph("What", &as_sentence(info.what));
    paragraph("Why", &as_sentence(info.why));
    paragraph("Fix", &fix(page));
    examples(&mut out, "Bad", &page.bad, style);
    if let Some(finding) = page.finding {
        out.push_str(&format!("\n{}\n", style.paint(Role::Help, "Finding")));
        indented(&mut out, finding);
    }
    examples(&mut out, "Good", &page.good, style);
    out
}

fn examples(out: &mut String, heading: &str, examples: &[Example<'_>], style: &Style) {
    for example in examples {
        let heading = style.paint(Role::Help, heading);
        out.push_str(&format!("\n{heading} {}\n", style.paint(Role::Dim, &format!("({})", example.path))));
        indented(out, example.text);
    }
}

fn indented(out: &mut String, text: &str) {
    for line in text.trim_end().lines() {
        let line = line.chars().filter(|c| *c == '\t' || !is_unsafe(*c)).collect::<String>();
        out.push_str(format!("  {line}").trim_end());
        out.push('\n');
    }
}

/// The severity, or `off by default`.
fn standing(info: &RuleInfo) -> &'static str {
    info.severity.map_or("off by default", Severity::word)
}

fn fix(page: &RulePage<'_>) -> String {
    let words = as_sentence(page.info.fix);
    if page.fixable { format!("{words} `--fix` applies the fix if it is unambiguous.") } else { words }
}

/// What, why and fix in Markdown, without a heading, for a code scanning alert.
pub(crate) fn rule_markdown(info: &RuleInfo) -> String {
    format!(
        "{}\n\n**Why:** {}\n\n**Fix:** {}\n",
        markdown(&as_sentence(info.what)),
        markdown(&as_sentence(info.why)),
        markdown(&as_sentence(info.fix))
    )
}

/// The page `docs/rules/<name>.md`.
pub fn rule_page(page: &RulePage<'_>) -> String {
    let info = page.info;
    let mut out = format!(
        "# `{}`\n\n{} · {} · {}{}\n\n{}\n\n## Why\n\n{}\n\n## Fix\n\n{}\n",
        info.name,
        info.code,
        info.family.word(),
        standing(info),
        if page.fixable { " · `--fix`" } else { "" },
        markdown(&as_sentence(info.what)),
        markdown(&as_sentence(info.why)),
        markdown(&fix(page)),
    );
    blocks(&mut out, "Bad", &page.bad);
    if let Some(finding) = page.finding {
        out.push_str(&format!("\n## Finding\n\n{}", fenced("text", finding)));
    }
    blocks(&mut out, "Good", &page.good);
    let name = info.name;
    out.push_str(&format!(
        "\n## Suppress it\n\nOn one line, with a reason: `# portolan: ignore[{name}] reason`. Everywhere, in \
         `portolan.yaml`:\n\n{}",
        fenced("yaml", &format!("rules: {{{name}: \"off\"}}"))
    ));
    out
}

fn blocks(out: &mut String, heading: &str, examples: &[Example<'_>]) {
    if !examples.is_empty() {
        out.push_str(&format!("\n## {heading}\n"));
    }
    for example in examples {
        out.push_str(&format!("\n`{}`\n\n{}", example.path, fenced(language(example.path), example.text)));
    }
}

fn language(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("yaml" | "yml") => "yaml",
        Some("json") => "json",
        Some(_) | None => "text",
    }
}

/// A fenced block; the fence is longer than any in the text.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lint::fixtures::{AMBIGUOUS, REPEATED};

    fn page() -> RulePage<'static> {
        RulePage {
            info: &AMBIGUOUS,
            bad: vec![Example { path: "catalog/cart.yaml", text: "version: 1.10\n" }],
            good: vec![Example { path: "catalog/cart.yaml", text: "version: \"1.10\"\n" }],
            finding: Some("warning[ambiguous-scalar]: `1.10` is a number\n ╭─ catalog/cart.yaml:1:10\n"),
            fixable: true,
        }
    }

    #[test]
    fn a_rule_is_explained_with_its_examples() {
        insta::assert_snapshot!(explain(&page(), &Style::PLAIN));
    }

    #[test]
    fn a_rule_page_has_its_examples() {
        insta::assert_snapshot!(rule_page(&page()));
    }

    #[test]
    fn a_rule_without_examples_has_no_empty_headings() {
        let RuleInfo { code, name, family, what, why, fix, severity: _ } = REPEATED;
        let info = RuleInfo { code, name, family, severity: None, what, why, fix };
        let page = RulePage { info: &info, bad: Vec::new(), good: Vec::new(), finding: None, fixable: false };
        let (text, markdown) = (explain(&page, &Style::PLAIN), rule_page(&page));
        assert!(text.contains("off by default") && markdown.contains("off by default"));
        for heading in ["Bad", "Good", "Finding"] {
            assert!(!text.contains(heading) && !markdown.contains(heading), "{heading}");
        }
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("text", "a ```` b"), "`````text\na ```` b\n`````\n");
    }

    #[test]
    fn words_become_sentences() {
        assert_eq!(as_sentence("a value is odd"), "A value is odd.");
        assert_eq!(as_sentence("Why? "), "Why?");
        assert_eq!(as_sentence(""), "");
    }
}
