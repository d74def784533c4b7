//! Escapes untrusted text for the format that it goes into, with one function for each: [`lines`] for text, [`json`],
//! [`xml`], [`markdown`] and [`markdown_code`], [`github_message`] and [`github_property`], [`azure_message`] and
//! [`azure_property`], [`patch_line`]. Text from a
//! user's file or a catalog passes [`clean`] first, so that it cannot control a terminal. CI systems print reports into
//! logs, so each format also keeps runners from finding a command in a value.

use std::borrow::Cow;

use crate::domain::address::percent_encoded;
pub use crate::text::escape::{clean, is_unsafe, neutralise, picture};
use crate::text::escape::{command_brackets, holds_command, is_bidi};

/// Replaces each bracket that would start a runner command (`##[error]`, `##vso[...]`).
fn without_commands<'t>(text: &'t str, bracket: &str) -> Cow<'t, str> {
    let found = command_brackets(text);
    if found.is_empty() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for next in found {
        out.push_str(text.get(at..next).unwrap_or_default());
        out.push_str(bracket);
        at = next + 1;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out.into()
}

/// The last step of every text format: escapes runner commands in whole lines.
pub fn lines(text: String) -> String {
    match neutralise(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    }
}

/// One line of a diff, without its line ending: unchanged except for what a terminal or a runner would interpret. A
/// line with such characters no longer applies as a patch.
pub fn patch_line(line: &str) -> Cow<'_, str> {
    let (body, end) = line.strip_suffix('\r').map_or((line, ""), |body| (body, "\r"));
    let safe = |c: char| c == '\t' || !is_unsafe(c);
    if body.chars().all(safe) {
        return neutralise(line);
    }
    let drawn: String = body.chars().map(|c| if safe(c) { c } else { picture(c, true) }).collect();
    neutralise(&(drawn + end)).into_owned().into()
}

/// A character that is invisible or looks like a space. Those that occur in ordinary text (in emoji, names, numbers)
/// are not included: see [`is_shapeless`].
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A character that only affects its neighbours or looks like a space: two texts may differ in it and look alike.
fn is_shapeless(c: char) -> bool {
    is_unsafe(c)
        || is_unseen(c)
        || c.is_whitespace()
        || matches!(c, '\u{200c}' | '\u{200d}' | '\u{34f}' | '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}')
}

/// The visible characters of a text: they are equal for two texts that look alike.
pub(super) fn shape(text: &str) -> String {
    text.chars().filter(|c| !is_shapeless(*c)).collect()
}

/// Whether a line contains something that is not visible.
pub(super) fn hides(line: &str) -> bool {
    line.ends_with(' ') || line.chars().any(|c| c != '\t' && (is_unsafe(c) || is_unseen(c)))
}

/// JSON text with escapes for all invisible characters; `is_strict`: also for those that look alike. Such characters
/// can occur only inside strings.
pub(super) fn revealed(json: String, is_strict: bool) -> String {
    let is_risky = |c: char| is_unsafe(c) || is_unseen(c) || is_strict && c != ' ' && is_shapeless(c);
    escaped(json, is_risky)
}

/// The message of a GitHub workflow command. Runners of other CI systems also search it for their own commands.
pub fn github_message(text: &str) -> String {
    without_commands(text, "\\[").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a GitHub workflow command.
pub fn github_property(text: &str) -> String {
    github_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// The message of an Azure logging command. The agent decodes the same letters.
pub fn azure_message(text: &str) -> String {
    without_commands(text, "\\[").replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of an Azure logging command.
pub fn azure_property(text: &str) -> String {
    azure_message(text).replace(';', "%3B").replace(']', "%5D")
}

/// XML text and attribute values. XML 1.0 cannot represent most control characters, so they are removed.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let brackets = command_brackets(text);
    for (at, c) in text.char_indices() {
        match c {
            '[' if brackets.contains(&at) => out.push_str("&#91;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // An attribute would otherwise normalise them to spaces.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            // A runner that reads the report as a log must find no command in it.
            ':' if out.ends_with(':') => out.push_str("&#58;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() || is_bidi(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Text for GitHub- and GitLab-flavoured Markdown, also inside a table: code between backticks stays code, everything
/// else is shown literally. Mentions, issue references, URLs and HTML have no effect.
pub fn markdown(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut parts = text.split('`').peekable();
    let mut inside = false;
    while let Some(part) = parts.next() {
        match (inside, parts.peek().is_some()) {
            (true, true) if !part.trim().is_empty() => out.push_str(&markdown_code(part)),
            (true, true) => {
                out.push_str("\\`");
                out.push_str(part);
                out.push_str("\\`");
            }
            // A backtick without a partner.
            (true, false) => {
                out.push_str("\\`");
                markdown_text(part, &mut out);
            }
            (false, _) => markdown_text(part, &mut out),
        }
        inside = !inside;
    }
    out
}

fn markdown_text(text: &str, out: &mut String) {
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            // A zero-width space after the character prevents the mention or the link. An entity would not, because
            // entities are decoded first.
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("\\#&#8203;"),
            ':' if after.starts_with("//") => out.push_str(":&#8203;"),
            ':' if before == ':' => out.push_str("&#58;"),
            '.' if before.eq_ignore_ascii_case(&'w') => out.push_str(".&#8203;"),
            '\\' | '*' | '_' | '[' | ']' | '`' | '~' | '!' | '$' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
}

/// Code where Markdown is not interpreted, as inside `<summary>`. Code has no mentions and no links.
pub fn html_code(text: &str) -> String {
    let text = clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    format!("<code>{}</code>", without_commands(&text, "&#91;"))
}

/// A fence that nothing in the text can close.
pub fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

/// A code span for any text: its fence is longer than any run of backticks inside. Text with a pipe or a runner command
/// is written as HTML: a pipe in a code span ends a table cell and cannot be escaped outside tables, and only an escape
/// breaks up a command.
pub fn markdown_code(text: &str) -> String {
    let text = clean(text);
    if text.contains('|') || holds_command(&text) {
        let mut out = String::from("<code>");
        markdown_text(&text, &mut out);
        out.push_str("</code>");
        return out;
    }
    // Two backticks without content would open a span that ends at the next two.
    if text.is_empty() {
        return "<code></code>".to_owned();
    }
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let padding = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

/// A label of a Mermaid diagram: everything but letters, digits and a few signs is encoded as Mermaid entity codes, so that
/// a label contains no markup for Mermaid, HTML, or the fence around it.
pub fn mermaid(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '/' | '…') {
            out.push(c);
        } else {
            out.push_str(&format!("#{};", u32::from(c)));
        }
    }
    // Mermaid rejects an empty label.
    if out.trim().is_empty() { "#32;".to_owned() } else { out }
}

/// A quoted string of the DOT language.
pub fn dot(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// A path as a relative URI reference.
pub fn uri(path: &str) -> String {
    percent_encoded(path, |byte| b"-._~/@+=()".contains(&byte))
}

/// JSON text that is also harmless on a terminal: DEL, C1 and bidi characters, which serde does not escape, are written
/// as `\u` escapes. They can occur only inside strings.
pub fn json(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(value)
        .expect("our report types have string keys and no custom serialisers, so they cannot fail");
    harmless_json(text)
}

/// Escapes JSON text as [`json`] does. Brackets that would start a runner command are written as `\u005b`.
pub(crate) fn harmless_json(text: String) -> String {
    let text = match without_commands(&text, "\\u005b") {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    };
    escaped(text, |c: char| c != '\n' && is_unsafe(c))
}

fn escaped(text: String, is_risky: impl Fn(char) -> bool) -> String {
    if !text.contains(&is_risky) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_risky(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflow_commands_cannot_be_forged() {
        assert_eq!(github_message("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(github_property("a,b:c%"), "a%2Cb%3Ac%25");
        assert_eq!(azure_message("100%\r\n##vso[task.x]y"), "100%AZP25%0D%0A##vso\\[task.x]y");
        assert_eq!(azure_property("a;b]c%"), "a%3Bb%5Dc%AZP25");
    }

    #[test]
    fn xml_holds_anything() {
        assert_eq!(xml("<a b='\"'>&\u{1b}\u{ffff}\n"), "&lt;a b=&apos;&quot;&apos;&gt;&amp;&#10;");
    }

    #[test]
    fn markdown_shows_text_as_written() {
        assert_eq!(
            markdown("`a|b` is <b>, ask @team #1"),
            "<code>a&#124;b</code> is &lt;b&gt;, ask @&#8203;team \\#&#8203;1"
        );
        assert_eq!(markdown("one ` alone*"), "one \\` alone\\*");
        assert_eq!(markdown("empty `` code"), "empty \\`\\` code");
        assert_eq!(markdown("https://x www.x"), "https:&#8203;//x www.&#8203;x");
        assert_eq!(markdown_code("a`b"), "``a`b``");
        assert_eq!(markdown_code("`"), "`` ` ``");
    }

    #[test]
    fn nothing_ends_its_fence_or_its_element() {
        assert_eq!((fence("a"), fence("```` x")), ("```".to_owned(), "`````".to_owned()));
        assert_eq!(html_code("<b>&\"\u{1b}[2J"), "<code>&lt;b&gt;&amp;&quot;</code>");
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/ü#1.yaml"), "a%20b/%C3%BC%231.yaml");
        assert_eq!(uri("c:x.yaml"), "c%3Ax.yaml");
    }

    #[test]
    fn every_format_takes_commands_of_runners_apart_in_its_own_way() {
        let text = "::error::x ##[error]y ##vso[task.x]z";
        let read = |made: &str| assert!(!holds_command(made), "{made}");
        for made in [markdown(text), markdown_code(text), html_code(text), xml(text), json(&text)] {
            read(&made);
        }
        read(&github_message("x ##[error]y ##vso[task.x]z"));
        read(&patch_line(" ::error::x\u{1b}[1m ##[y]"));
        assert_eq!(serde_json::from_str::<String>(&json(&text)).ok().as_deref(), Some(text));
        let document = format!("<a>{}</a>", xml(text));
        let document = roxmltree::Document::parse(&document).expect("XML");
        assert_eq!(document.root_element().text(), Some(text));
        assert_eq!(markdown("a::b"), "a:&#58;b");
        assert_eq!(patch_line("\tplain \r"), "\tplain \r");
    }

    #[test]
    fn what_nobody_sees_is_revealed() {
        let json = |text: &str| serde_json::to_string(text).expect("JSON");
        let of = |text: &str| revealed(json(text), false);
        assert_eq!(of("a\u{200b}\u{202e}b\u{7f}\u{1b}\r"), r#""a\u200b\u202eb\u007f\u001b\r""#);
        assert_eq!(of("tag\u{e0041} \u{feff}"), r#""tag\udb40\udc41 \ufeff""#);
        assert_eq!(
            of("caf\u{e9} 👩\u{200d}💻 ❤\u{fe0f} 1\u{a0}000"),
            "\"caf\u{e9} 👩\u{200d}💻 ❤\u{fe0f} 1\u{a0}000\""
        );
        assert_eq!(revealed(json("❤\u{fe0f} 1\u{a0}0"), true), "\"❤\\ufe0f 1\\u00a00\"");
        assert_eq!(shape("a \u{a0}b\u{200d}\tc"), "abc");
        assert!(hides("a ") && hides("a\r") && hides("a\u{200b}b") && !hides("\ta b") && !hides(""));
    }

    #[test]
    fn json_is_harmless_and_still_the_same_value() {
        let text = json(&"a\u{9b}b\u{7f}\u{202e}");
        assert!(!text.chars().any(is_unsafe), "{text:?}");
        assert_eq!(serde_json::from_str::<String>(&text).ok().as_deref(), Some("a\u{9b}b\u{7f}\u{202e}"));
    }
}
