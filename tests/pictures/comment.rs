//! Draws the comment on a pull request, much like a forge. It supports only the Markdown that the report writes.

use std::fmt::Write as _;

use crate::pictures::svg::{LETTER, LINE, MONOSPACE, SANS, escaped, page};

const STYLES: &str = "text{font-size:14px;fill:#1f2328;white-space:pre}.h{font-size:18px;font-weight:600}\
    .s{font-size:15px;font-weight:600}.b{font-weight:600}.q{fill:#59636e}.w{fill:#d1242f;font-weight:600}\
    .p{fill:#116329}.n{fill:#82071e}";

const WIDTH: f64 = 860.0;
const MARGIN: f64 = 20.0;
/// The number of characters after which a line is wrapped.
const LONGEST: usize = 112;

#[derive(Default)]
struct Card {
    drawn: String,
    y: f64,
}

impl Card {
    fn text(&mut self, x: f64, class: &str, parts: &str) {
        self.y += LINE + 3.0;
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = writeln!(self.drawn, "<text x=\"{x:.0}\" y=\"{:.0}\"{class}>{parts}</text>", self.y);
    }

    /// A line of a `diff` block on a coloured background.
    fn code(&mut self, line: &str) {
        let (ground, class) = match line.chars().next() {
            Some('+') => ("#dafbe1", "p"),
            Some('-') => ("#ffebe9", "n"),
            _ => ("#f6f8fa", ""),
        };
        let (top, width) = (self.y + 6.0, WIDTH - 2.0 * MARGIN - 16.0);
        let _ = writeln!(
            self.drawn,
            "<rect x=\"{:.0}\" y=\"{top:.0}\" width=\"{width:.0}\" height=\"{LINE:.0}\" fill=\"{ground}\"/>\n\
             <text x=\"{:.0}\" y=\"{:.0}\" class=\"{class}\" font-family=\"{MONOSPACE}\" style=\"font-size:13px\">{}</text>",
            MARGIN + 16.0,
            MARGIN + 24.0,
            top + LINE - 5.0,
            escaped(line)
        );
        assert!((line.chars().count() as f64) * LETTER < width, "a line is too long: {line}");
        self.y += LINE;
    }
}

pub fn draw(markdown: &str) -> String {
    let mut card = Card { y: 48.0, ..Card::default() };
    let mut lines = markdown.lines().peekable();
    assert!(lines.next().is_some_and(|line| line.starts_with("<!-- portolan:")), "the marker comes first");
    let (mut is_diff, mut folded) = (false, false);
    for line in lines {
        if line == "</details>" {
            folded = false;
        } else if folded {
        } else if let Some(rest) = line.strip_prefix("<details") {
            let (open, summary) = rest.split_once("><summary>").expect("a summary");
            let summary = summary.strip_suffix("</summary>").expect("the summary ends");
            folded = open.trim() != "open";
            card.y += 4.0;
            let arrow = if folded { "▸" } else { "▾" };
            card.text(MARGIN, "", &format!("{arrow} {}", summary_parts(summary)));
        } else if line.starts_with("```") {
            is_diff = line == "```diff";
            card.y += if is_diff { 2.0 } else { 8.0 };
        } else if is_diff {
            card.code(line);
        } else if let Some(title) = line.strip_prefix("#### ") {
            card.y += 10.0;
            card.text(MARGIN, "s", &inline(title));
        } else if let Some(title) = line.strip_prefix("### ") {
            card.text(MARGIN, "h", &inline(title));
            card.y += 4.0;
        } else if let Some(quoted) = line.strip_prefix("> ") {
            quote(&mut card, quoted);
        } else if let Some(item) = line.trim_start().strip_prefix("- ") {
            let depth = line.len() - line.trim_start().len();
            card.text(MARGIN + 8.0 + 10.0 * depth as f64, "", &format!("• {}", inline(item)));
        } else {
            wrapped(line).iter().for_each(|line| card.text(MARGIN, "q", &inline(line)));
        }
    }
    let height = card.y + MARGIN;
    let mut drawn = String::new();
    let _ = writeln!(
        drawn,
        "<rect x=\"0.5\" y=\"0.5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"6\" fill=\"#fff\" stroke=\"#d1d9e0\"/>\n\
         <path d=\"M1 37V7a6 6 0 0 1 6-6h{:.0}a6 6 0 0 1 6 6v30z\" fill=\"#f6f8fa\"/>\n<g font-family=\"{SANS}\">\n\
         <text x=\"{MARGIN:.0}\" y=\"24\"><tspan class=\"b\">github-actions</tspan><tspan class=\"q\"> bot commented \
         on this pull request</tspan></text>",
        WIDTH - 1.0,
        height - 1.0,
        WIDTH - 14.0
    );
    drawn.push_str(&card.drawn);
    drawn.push_str("</g>\n");
    page(WIDTH, height, "The comment on a pull request", STYLES, &drawn)
}

fn quote(card: &mut Card, quoted: &str) {
    let (class, words) = match quoted {
        "[!CAUTION]" => ("w", "Caution"),
        other => ("", other),
    };
    card.y += if class == "w" { 8.0 } else { 0.0 };
    card.text(MARGIN + 16.0, class, &inline(words));
    let top = card.y - LINE;
    let height = LINE + 6.0;
    let _ = writeln!(
        card.drawn,
        "<rect x=\"{MARGIN:.0}\" y=\"{top:.0}\" width=\"4\" height=\"{height:.0}\" fill=\"#d1242f\"/>"
    );
}

fn code(text: &str) -> String {
    format!("<tspan font-family=\"{MONOSPACE}\" style=\"font-size:12.5px\">{}</tspan>", escaped(text))
}

/// `<code>` and `&gt;` are the only HTML in a summary.
fn summary_parts(summary: &str) -> String {
    let parts = summary.split("<code>").enumerate().map(|(at, part)| match part.split_once("</code>") {
        Some((inner, after)) if at > 0 => {
            let plain = inner.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            code(&plain) + &escaped(after)
        }
        _ => escaped(part),
    });
    parts.collect()
}

/// Code spans (with one or two backticks) and bold text.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        out.push_str(&bold(&rest[..at]));
        let ticks = rest[at..].chars().take_while(|c| *c == '`').count();
        let inner = &rest[at + ticks..];
        let end = inner.find(&"`".repeat(ticks)).expect("the code ends");
        let after = &inner[end + ticks..];
        out.push_str(&code(inner[..end].trim()));
        rest = after;
    }
    out + &bold(rest)
}

fn bold(text: &str) -> String {
    let parts = text.split("**").enumerate();
    let parts = parts.map(|(at, part)| match at % 2 {
        1 => format!("<tspan class=\"b\">{}</tspan>", escaped(part)),
        _ => escaped(part),
    });
    parts.collect()
}

/// Wraps text at spaces outside code spans.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(", ") {
        let length = lines.last().map_or(0, |line| line.chars().count());
        if length > 0 && length + word.chars().count() > LONGEST {
            lines.push(String::new());
        }
        let line = lines.last_mut().expect("there is one");
        line.push_str(word);
        line.push_str(", ");
    }
    let last = lines.last_mut().expect("there is one");
    last.truncate(last.len() - 2);
    lines.retain(|line| !line.is_empty());
    lines
}
