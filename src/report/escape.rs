//! Untrusted text made harmless for where it goes. Everything that came out of a user's file or from a catalog
//! passes [`clean`] first (a terminal must not obey a manifest), then the escape of its format. Escaping twice
//! is a defect: each renderer escapes at the place where it writes.

use std::borrow::Cow;

/// Characters that change how the text around them is shown: the "trojan source" set.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A character that no terminal should get from a file. `char::is_control` covers C0, DEL and C1.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_bidi(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A character that takes no room, or the room of a blank: what it does to a text, nobody sees. Those of these that
/// ordinary text has (in emoji, in names, in numbers) are none: see [`is_shapeless`].
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A character that shows in its neighbours alone, or as a blank: two texts may differ in it and look alike.
fn is_shapeless(c: char) -> bool {
    is_unsafe(c)
        || is_unseen(c)
        || c.is_whitespace()
        || matches!(c, '\u{200c}' | '\u{200d}' | '\u{34f}' | '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}')
}

/// What of a text has a shape: of two texts that look alike it is the same.
pub(super) fn shape(text: &str) -> String {
    text.chars().filter(|c| !is_shapeless(*c)).collect()
}

/// Whether a line shows something else than what is in it.
pub(super) fn hides(line: &str) -> bool {
    line.ends_with(' ') || line.chars().any(|c| c != '\t' && (is_unsafe(c) || is_unseen(c)))
}

/// JSON text with escapes for all that would not be seen; `is_strict`: and for all that might not be told apart. Such
/// characters can only stand inside strings.
pub(super) fn revealed(json: String, is_strict: bool) -> String {
    let is_risky = |c: char| is_unsafe(c) || is_unseen(c) || is_strict && c != ' ' && is_shapeless(c);
    escaped(json, is_risky)
}

/// One line of harmless text: escape sequences and control characters are gone, breaks and tabs are spaces.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return text.into();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = sequence_length(rest);
        if length > 0 {
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        match c {
            '\r' if rest.starts_with("\r\n") => {}
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' | '\u{85}' => kept.push(' '),
            c if is_unsafe(c) => {}
            c => kept.push(c),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    kept.into()
}

/// How many bytes of an escape sequence the text starts with; 0 for none. A sequence that does not end costs
/// only its opening, so that it cannot swallow the sentence.
fn sequence_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    let kind = match chars.next() {
        Some((_, '\u{1b}')) => chars.next().map(|(_, c)| c),
        Some((_, '\u{9b}')) => Some('['),
        Some((_, '\u{9d}' | '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}')) => Some(']'),
        Some(_) | None => return 0,
    };
    let body = chars.as_str();
    let before = text.len() - body.len();
    match kind {
        Some('[') => {
            let parameters = body.bytes().take_while(|byte| (0x20..0x40).contains(byte)).count();
            let ends = body.as_bytes().get(parameters).is_some_and(|byte| (0x40..0x7f).contains(byte));
            before + if ends { parameters + 1 } else { 0 }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            let end = body.char_indices().find_map(|(at, c)| match c {
                '\u{7}' | '\u{9c}' => Some(at + c.len_utf8()),
                '\u{1b}' if body.get(at + 1..).is_some_and(|after| after.starts_with('\\')) => Some(at + 2),
                _ => None,
            });
            before + end.unwrap_or(0)
        }
        // Two-character sequences such as ESC c (reset).
        Some(c) if c.is_ascii_graphic() => before,
        Some(_) | None => 1,
    }
}

/// The picture of a character that must not be shown itself, one column wide: source lines keep their shape.
pub fn picture(c: char, unicode: bool) -> char {
    match c {
        _ if !unicode => '?',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// The message part of a GitHub workflow command.
pub fn github_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a GitHub workflow command.
pub fn github_property(text: &str) -> String {
    github_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// XML text and attribute values. XML 1.0 has no way at all to write most control characters; they go.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // Written out, or an attribute would turn them into spaces.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() || is_bidi(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Text for GitHub- and GitLab-flavoured Markdown, also inside a table: code between backticks stays code, all else
/// is shown as written. Nobody is mentioned, no issue is linked, no address becomes a link, no HTML lives.
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
            // A zero-width space behind the sign is what stops the mention or the link: entities are decoded first.
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("\\#&#8203;"),
            ':' if after.starts_with("//") => out.push_str(":&#8203;"),
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

/// Code where no Markdown is read, as inside of a `<summary>`. Nobody is mentioned and nothing is linked in code.
pub fn html_code(text: &str) -> String {
    let text = clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    format!("<code>{text}</code>")
}

/// A fence that nothing in the text can close.
pub fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

/// A code span of text that may hold anything: its fence is longer than any run of backticks inside. What holds a
/// pipe is written in HTML, for a pipe in a code span ends a table's cell, and its escape shows outside of tables.
pub fn markdown_code(text: &str) -> String {
    let text = clean(text);
    if text.contains('|') {
        let mut out = String::from("<code>");
        markdown_text(&text, &mut out);
        out.push_str("</code>");
        return out;
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

/// A path as a relative URI reference.
pub fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            b'@' | b'+' | b'=' | b'(' | b')' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A value as JSON text that is harmless on a terminal too: DEL, C1 and bidi characters, which serde leaves as they
/// are, are written as `\u` escapes. They can only stand inside strings.
pub fn json(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(value)
        .expect("our report types have string keys and no custom serialisers, so they cannot fail");
    harmless_json(text)
}

pub(crate) fn harmless_json(text: String) -> String {
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
    fn no_escape_sequence_survives_cleaning() {
        assert_eq!(clean("plain `é` 日本"), "plain `é` 日本");
        assert_eq!(clean("a\u{1b}[31;1mred\u{1b}[0m b"), "ared b");
        assert_eq!(clean("\u{1b}]8;;https://x\u{7}link\u{1b}]8;;\u{1b}\\!"), "link!");
        assert_eq!(clean("\u{9b}2Jx\u{9d}0;title\u{9c}y"), "xy");
        assert_eq!(clean("\u{1b}]0;no end, all here"), "0;no end, all here");
        assert_eq!(clean("\u{1b}cx\u{1b}"), "x");
        assert_eq!(clean("a\r\nb\tc\u{0}\u{202e}d"), "a b cd");
    }

    #[test]
    fn workflow_commands_cannot_be_forged() {
        assert_eq!(github_message("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(github_property("a,b:c%"), "a%2Cb%3Ac%25");
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
