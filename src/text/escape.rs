//! Escapes text for terminals and for the logs of CI systems. Terminals interpret escape sequences; bidirectional
//! controls change how the text around them is shown; and CI runners execute commands in log lines: GitHub Actions
//! (`::error::`, `##[error]`), Azure Pipelines (`##vso[...]`, `##[...]`), TeamCity (`##teamcity[...]`), GitLab
//! (`section_start:`) and Buildkite (`--- `, `+++ `, `~~~ `, `^^^ `). A runner reads every line of a step, whichever
//! program wrote it, so these commands are always neutralised, not only in CI: a backslash before the decisive
//! character. The text stays readable, and copying it copies nothing invisible.

use std::borrow::Cow;

/// Characters that change how the text around them is shown: the "trojan source" set.
pub fn is_bidi(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A character from a file that must never reach a terminal. `char::is_control` covers C0, DEL and C1.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_bidi(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// One line of safe text: escape sequences and control characters are removed, line breaks and tabs become spaces.
/// Runner commands are kept, because they depend on the position in the line: see [`neutralise`].
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

/// The length in bytes of the escape sequence that the text starts with; 0 for none. Of an unterminated sequence only
/// the introducer counts, so that the rest of the text is not removed.
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

/// A visible symbol for a control character, one column wide, so that source lines keep their alignment.
pub fn picture(c: char, unicode: bool) -> char {
    match c {
        _ if !unicode => '?',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// The same text in as many bytes, with `?` for every byte that a terminal would interpret. It is used for text with
/// byte offsets. Line breaks and tabs are kept.
pub fn in_place(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let stays = matches!(c, '\n' | '\t') || c == '\r' && chars.peek() == Some(&'\n');
        if is_unsafe(c) && !stays {
            out.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

/// Neutralises every runner command in whole lines of a text that was composed of safe parts. It is idempotent.
pub fn neutralise(text: &str) -> Cow<'_, str> {
    const SIGNS: [&str; 7] = ["##", "::", "section_", "---", "+++", "~~~", "^^^"];
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive('\n') {
        let start = command_at_start(line);
        let mut at = 0;
        for next in start.into_iter().chain(command_brackets(line)) {
            out.push_str(line.get(at..next).unwrap_or_default());
            out.push('\\');
            at = next;
        }
        out.push_str(line.get(at..).unwrap_or_default());
    }
    out.into()
}

/// The position in a line of a command that counts only at the start of a line.
fn command_at_start(line: &str) -> Option<usize> {
    // Buildkite recognises its headings only in the first column.
    let is_heading = ["--- ", "+++ ", "~~~ ", "^^^ "].iter().any(|heading| without_colours(line).starts_with(heading));
    let is_diff =
        ["--- a/", "+++ b/", "--- \"a/", "+++ \"b/"].iter().any(|head| without_colours(line).starts_with(head));
    if is_heading && !is_diff {
        return Some(0);
    }
    let mut body = line;
    loop {
        let rest = without_colours(body).trim_start_matches(|c: char| c.is_whitespace() || is_zero_width(c));
        if rest.len() == body.len() {
            break;
        }
        body = rest;
    }
    let is_command = ["::", "section_start:", "section_end:"].iter().any(|command| body.starts_with(command));
    is_command.then_some(line.len() - body.len())
}

/// Characters after which a reader still treats the following ones as the start of the line.
fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The text after its leading colour codes.
fn without_colours(mut text: &str) -> &str {
    loop {
        let length = colour_length(text);
        if length == 0 {
            return text;
        }
        text = text.get(length..).unwrap_or_default();
    }
}

/// The length in bytes of the colour code (`ESC [ ... m`) that the text starts with; 0 for none.
fn colour_length(text: &str) -> usize {
    let Some(body) = text.strip_prefix("\u{1b}[") else { return 0 };
    let digits = body.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    if body.as_bytes().get(digits) == Some(&b'm') { digits + 3 } else { 0 }
}

/// The positions of the brackets in `##[`, `##vso[`, `##teamcity[` and similar commands. Runners look for these
/// anywhere in a line.
pub fn command_brackets(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    if !text.contains('#') {
        return found;
    }
    let mut hashes = 0;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let colour = colour_length(&text[at..]);
        if colour > 0 {
            at += colour;
            continue;
        }
        match c {
            '#' => hashes += 1,
            '[' if hashes >= 2 => {
                found.push(at);
                hashes = 0;
            }
            c if hashes >= 2 && c.is_ascii_alphabetic() => {}
            _ => hashes = 0,
        }
        at += c.len_utf8();
    }
    found
}

/// Whether the text contains a runner command, at any position in a line.
pub fn holds_command(text: &str) -> bool {
    text.lines().any(|line| command_at_start(line).is_some()) || !command_brackets(text).is_empty()
}

/// The last escape before text is printed: its result contains nothing that a terminal or a runner would interpret,
/// however the text was made. With `paints`, our own colours and links are kept.
pub fn printable(text: &str, paints: bool) -> Cow<'_, str> {
    let is_plain = |c: char| matches!(c, '\n' | '\t') || !is_unsafe(c);
    if text.chars().all(is_plain) {
        return neutralise(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = &text[at..];
        let painted = if paints { colour_length(rest).max(link_length(rest)) } else { 0 };
        if painted > 0 {
            out.push_str(&rest[..painted]);
            at += painted;
            continue;
        }
        at += c.len_utf8();
        match c {
            // A carriage return before a line feed, as in a diff of a file with such line endings.
            '\r' if rest.starts_with("\r\n") => out.push(c),
            c if is_plain(c) => out.push(c),
            c => out.push(picture(c, true)),
        }
    }
    match neutralise(&out) {
        Cow::Borrowed(_) => out.into(),
        Cow::Owned(text) => text.into(),
    }
}

/// The length in bytes of the start or the end of one of our links: to a web page, or to nothing.
fn link_length(text: &str) -> usize {
    const OPEN: &str = "\u{1b}]8;;";
    const CLOSE: &str = "\u{1b}\\";
    let Some(body) = text.strip_prefix(OPEN) else { return 0 };
    let address = body.bytes().take_while(u8::is_ascii_graphic).count();
    let is_ours = address == 0 || body.starts_with("https://");
    let ends = body.get(address..).is_some_and(|rest| rest.starts_with(CLOSE));
    if is_ours && ends { OPEN.len() + address + CLOSE.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hostile_texts::{hostile_text, runner_faults, terminal_faults};

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
    fn a_backslash_keeps_runners_from_obeying() {
        for (text, shown) in [
            ("::error::x", "\\::error::x"),
            ("a\n \u{a0}\t::set-env name=a::b\n", "a\n \u{a0}\t\\::set-env name=a::b\n"),
            ("a::b::c", "a::b::c"),
            ("\u{1b}[1m::error::x\u{1b}[0m", "\u{1b}[1m\\::error::x\u{1b}[0m"),
            ("\u{feff}::error::x", "\u{feff}\\::error::x"),
            ("title: ##[error]x", "title: ##\\[error]x"),
            ("###[group]", "###\\[group]"),
            ("x ##vso[task.setvariable variable=a]b ##vso[x]", "x ##\\vso[task.setvariable variable=a]b ##\\vso[x]"),
            ("##teamcity[x]", "##\\teamcity[x]"),
            ("## heading [x]", "## heading [x]"),
            ("#[x]", "#[x]"),
            ("section_start:1:x", "\\section_start:1:x"),
            ("--- fold", "\\--- fold"),
            ("--- a/x.yaml\n+++ b/x.yaml\n", "--- a/x.yaml\n+++ b/x.yaml\n"),
            ("^^^ +++\n", "\\^^^ +++\n"),
            ("---\n", "---\n"),
        ] {
            let shown = shown.replace("##\\vso[", "##vso\\[").replace("##\\teamcity[", "##teamcity\\[");
            assert_eq!(neutralise(text), shown);
            assert_eq!(neutralise(&shown), shown, "twice is once");
        }
    }

    #[test]
    fn nothing_but_our_own_colours_and_links_passes_the_last_escape() {
        let ours = "\u{1b}[1;31merror\u{1b}[0m \u{1b}]8;;https://x.example/a\u{1b}\\x\u{1b}]8;;\u{1b}\\\n";
        assert_eq!(printable(ours, true), ours);
        assert_eq!(printable(ours, false).chars().filter(|c| *c == '\u{241b}').count(), 6);
        assert_eq!(
            printable("a\u{1b}[2Jb\u{1b}]52;c;x\u{7}\rc\u{2028}\u{202e}", true),
            "a␛[2Jb␛]52;c;x␇␍c\u{fffd}\u{fffd}"
        );
        assert_eq!(printable("a\tb\r\nc\n", false), "a\tb\r\nc\n");
        assert_eq!(printable("\u{1b}]8;;javascript:x\u{1b}\\x", true), "␛]8;;javascript:x␛\\x");
        assert_eq!(printable("x\r::error::y", false), "x␍::error::y");
    }

    proptest::proptest! {
        #![proptest_config(crate::generated_cases::config(256))]

        #[test]
        fn whatever_comes_is_harmless_and_stays(text in hostile_text()) {
            for paints in [false, true] {
                let shown = printable(&text, paints);
                let bare = shown.replace(['\t', '\r'], " ");
                let faults = [terminal_faults(&bare, paints), runner_faults(&shown, false)].concat();
                proptest::prop_assert!(faults.is_empty(), "{faults:?}");
                proptest::prop_assert_eq!(printable(&shown, paints), shown.clone());
            }
            let line = clean(&text);
            proptest::prop_assert!(terminal_faults(&line, false).is_empty() && !line.contains('\n'), "{line:?}");
            proptest::prop_assert!(runner_faults(&neutralise(&line), false).is_empty());
            proptest::prop_assert_eq!(in_place(&text).len(), text.len());
        }
    }

    #[test]
    fn bytes_keep_their_places() {
        assert_eq!(in_place("a\u{1b}b\u{9b}\u{2028}\t\r\nc\rd"), "a?b?????\t\r\nc?d");
    }
}
