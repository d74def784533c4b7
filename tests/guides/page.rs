//! Parses a page into steps. `console` blocks are run: a line with `$ ` is a command (with its here-document, and
//! continued lines after `\`), the lines after it are its output. `...` matches anything; alone on a line, it matches
//! any number of lines. A block with `title=PATH` is a file that the reader writes. What only the test knows is a
//! comment that Markdown does not show: `<!-- guide: credentials http://127.0.0.1:47001 -->`.

use std::ops::Range;

pub struct Page {
    pub steps: Vec<Step>,
}

/// A step with its line number.
pub struct Step {
    pub line: usize,
    pub deed: Deed,
}

impl Step {
    /// Whether it is a command of this program.
    pub fn runs(&self, program: &str) -> bool {
        matches!(&self.deed, Deed::Command(command) if command.text.starts_with(program))
    }
}

pub enum Deed {
    Command(Command),
    File { path: String, text: String },
    Bring(Vec<String>),
}

pub struct Command {
    pub text: String,
    pub output: Vec<String>,
    /// The lines of the output in the page.
    place: Range<usize>,
}

/// Output that replaces another in the page.
pub struct News {
    place: Range<usize>,
    output: Vec<String>,
}

impl Command {
    /// The new output; lines that still match keep their form with `...`.
    pub fn news(&self, came: &[String]) -> News {
        let stands = |line: &String| self.output.iter().find(|old| old.trim() != "..." && line_matches(old, line));
        let output = came.iter().map(|line| stands(line).unwrap_or(line).clone()).collect();
        News { place: self.place.clone(), output }
    }
}

impl Page {
    /// Parses the page; panics if a reader could not follow it.
    pub fn of(name: &str, text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut steps = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at];
            if let Some(words) = line.strip_prefix("<!-- guide: ").and_then(|rest| rest.strip_suffix(" -->")) {
                let words = words.split(' ').map(str::to_owned).collect();
                steps.push(Step { line: at + 1, deed: Deed::Bring(words) });
            }
            let info = line.trim_start_matches('`');
            let fence = &line[..line.len() - info.len()];
            if fence.len() < 3 {
                at += 1;
                continue;
            }
            let end = (at + 1..lines.len()).find(|end| lines[*end] == fence);
            let end = end.unwrap_or_else(|| panic!("{name}:{}: the block does not end", at + 1));
            if info == "console" {
                steps.extend(commands(name, &lines, at + 1..end));
            } else if let Some((_, path)) = info.split_once(" title=") {
                let before = lines[..at].iter().rev().take_while(|line| !line.starts_with("```")).take(5);
                let is_said = before.clone().any(|line| line.contains(&format!("`{path}`")));
                assert!(is_said, "{name}:{}: nothing above tells a reader that this is `{path}`", at + 1);
                let text = lines[at + 1..end].join("\n") + "\n";
                steps.push(Step { line: at + 1, deed: Deed::File { path: path.to_owned(), text } });
            }
            at = end + 1;
        }
        Self { steps }
    }

    pub fn has_commands(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.deed, Deed::Command(_)))
    }
}

fn commands(name: &str, lines: &[&str], block: Range<usize>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = block.start;
    while at < block.end {
        let Some(first) = lines[at].strip_prefix("$ ") else {
            panic!("{name}:{}: output without a command", at + 1);
        };
        let start = at;
        let mut text = first.to_owned();
        at += 1;
        let document = first.split_once("<<'").and_then(|(_, rest)| rest.split_once('\'')).map(|(word, _)| word);
        let goes_on = |at: usize| match document {
            Some(word) => lines[at - 1] != word,
            None => lines[at - 1].ends_with('\\'),
        };
        while at < block.end && goes_on(at) {
            text += "\n";
            text += lines[at];
            at += 1;
        }
        let from = at;
        at = (at..block.end).find(|at| lines[*at].starts_with("$ ")).unwrap_or(block.end);
        // An empty line before the next command only separates the two.
        let output = trimmed(lines[from..at].iter().map(|line| (*line).to_owned()).collect());
        let place = from..from + output.len();
        steps.push(Step { line: start + 1, deed: Deed::Command(Command { text, output, place }) });
    }
    steps
}

/// The lines without empty ones at the end.
pub fn trimmed(mut lines: Vec<String>) -> Vec<String> {
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines
}

/// The page with new output; `news` must be in the order of the page.
pub fn renewed(page: &str, news: &[News]) -> String {
    let mut lines: Vec<&str> = page.lines().collect();
    for news in news.iter().rev() {
        lines.splice(news.place.clone(), news.output.iter().map(String::as_str));
    }
    lines.join("\n") + "\n"
}

/// Whether the output matches the page.
pub fn matches(shown: &[String], came: &[String]) -> bool {
    let Some((first, rest)) = shown.split_first() else { return came.is_empty() };
    if first.trim() == "..." {
        return (0..=came.len()).any(|skipped| matches(rest, &came[skipped..]));
    }
    came.split_first().is_some_and(|(line, others)| line_matches(first, line) && matches(rest, others))
}

fn line_matches(shown: &str, came: &str) -> bool {
    let (shown, came) = (&narrow(shown), &narrow(came));
    let Some((first, rest)) = shown.split_once("...") else { return shown == came };
    let Some(mut left) = came.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split("...").collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

/// The widths of columns depend on their content: within a line, any number of spaces equals two.
fn narrow(line: &str) -> String {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    let parts = text.split("  ").map(str::trim).filter(|part| !part.is_empty());
    format!("{indent}{}", parts.collect::<Vec<_>>().join("  "))
}

#[test]
fn what_stands_there_is_held_to() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let is = |shown: &str, came: &str| matches(&lines(shown), &lines(came));
    assert!(is("a\nb", "a\nb") && is("", "") && is("a\n...\nd", "a\nb\nc\nd") && is("...", ""));
    assert!(is("at ... it took ... s", "at 7 it took 0.1 s") && is("a\n...\nb", "a\nb"));
    assert!(is("a  b", "a     b ") && !is("a b", "a  b") && !is("  a", " a"));
    assert!(!is("a", "a\nb") && !is("a\nb", "a") && !is("a\n...\nd", "a\nb") && !is("", "a"));
    assert!(!is("at ... s", "at 7 m") && !is("ab...ba", "aba"));
}

#[test]
fn a_page_is_read_as_a_reader_does() {
    let text = "Words.\n\n```console\n$ one \\\n  two\no...t\n\n$ cat > x <<'END'\n$ y\nEND\n$ three\n```\n\
                <!-- guide: repo acme -->\nThe file `a.yaml`:\n\n```yaml title=a.yaml\na: 1\n```\n";
    let page = Page::of("page", text);
    let told = page.steps.iter().map(|step| match &step.deed {
        Deed::Command(command) => format!("{} {:?} {:?}", step.line, command.text, command.output),
        Deed::File { path, text } => format!("{} {path} {text:?}", step.line),
        Deed::Bring(words) => format!("{} {words:?}", step.line),
    });
    let told: Vec<String> = told.collect();
    assert_eq!(
        told,
        [
            "4 \"one \\\\\\n  two\" [\"o...t\"]",
            "8 \"cat > x <<'END'\\n$ y\\nEND\" []",
            "11 \"three\" []",
            "13 [\"repo\", \"acme\"]",
            "16 a.yaml \"a: 1\\n\"",
        ]
    );
    let Deed::Command(first) = &page.steps[0].deed else { panic!("it is a command") };
    let came = ["new", "output"].map(str::to_owned);
    let renewed = renewed(text, &[first.news(&came)]);
    assert!(renewed.contains("  two\nnew\no...t\n\n$ cat"), "{renewed}");
}
