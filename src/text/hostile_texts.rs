//! Hostile texts for the tests of everything that prints text, and checks of the output. Unit tests and integration
//! tests share it, so it uses nothing of the program: the checks are deliberately implemented a second time.

use proptest::collection::vec;
use proptest::prelude::*;

/// One of each kind.
pub const CORPUS: &[&str] = &[
    // Runner commands.
    "::error::owned",
    "::set-output name=a::b",
    "::add-mask::owned",
    "::stop-commands::x",
    "  \t::warning file=a,line=1::x",
    "\u{a0}\u{3000}::notice::x",
    "a\n::error::x",
    "a\r::error::x",
    "a\r\n::error::x",
    "a\u{2028}::error::x\u{2029}::error::y\u{85}::error::z",
    "##[error]owned",
    "x ##[group]y ##[endgroup]",
    "###[command]x",
    "##vso[task.setvariable variable=a;issecret=false]b",
    "x##vso[build.addbuildtag]y",
    "##teamcity[buildStatus text='x']",
    "section_start:1:x\r\u{1b}[0K",
    "section_end:1:x",
    "a\n--- fold\n+++ open\n^^^ +++\n~~~ muted",
    // Terminal escape sequences.
    "\u{1b}[2J\u{1b}[1;31mred\u{1b}[0m",
    "\u{1b}[8mconcealed",
    "\u{1b}]8;;https://evil.example\u{7}link\u{1b}]8;;\u{7}",
    "\u{1b}]8;;javascript:x\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}]0;title\u{1b}\\",
    "\u{1b}]no end",
    "\u{1b}",
    "\u{1b}c\u{1b}#8\u{1b}P1$r\u{1b}\\",
    "\u{9b}2J\u{9d}52;c;x\u{9c}\u{90}x\u{9c}\u{85}",
    "\u{1b}[1337;File=x\u{7}",
    "a\u{0}b\u{7}\u{8}\u{8}\u{b}\u{c}\u{e}\u{7f}",
    "over\rwritten",
    "a\tb",
    // Unicode tricks.
    "\u{202e}gnp.exe\u{202c}",
    "\u{2066}a\u{2069}\u{2067}b\u{2068}",
    "\u{61c}\u{200e}\u{200f}",
    "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}",
    "\u{feff}::error::x",
    "\u{e0041}\u{e0042}\u{e007f}",
    "\u{fff9}a\u{fffa}b\u{fffb}\u{fffe}\u{ffff}\u{fffd}",
    "日本語🎉👩\u{200d}💻",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    // Markup of output formats.
    "`code` ``two`` ```fence```",
    "```\n</details>\n```",
    "~~~\nx",
    "</details></summary><details open>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<!-- portolan:diff x --> -->",
    "]]><x>&amp;&#0;&quot;'",
    "| a | b |\n|---|---|",
    "@team @org/team #1 org/repo#2 GH-3 !4 $5 %6 ~7 &8",
    "[x](javascript:alert(1)) ![i](https://evil.example/x.png)",
    "https://evil.example www.evil.example evil@evil.example",
    "> [!CAUTION]\n> # head\n- [x] done\n***\n---\n",
    "\\::error::x \\[ \\n \\u0023",
    "%0A::error::x%25",
    "&#35;#[error]",
    "n1[\"x\"]:::delete --> click n1 call x()",
    "{{ template }} ${{ secrets.X }} $(id) `id` %PATH%",
    "key: value # comment",
    "- item\n  x: !!js/function 'x'\n...\n--- x",
    "'\"\\",
    " leading and trailing ",
    "",
];

/// Random combinations of corpus pieces and other characters.
pub fn hostile_text() -> BoxedStrategy<String> {
    let sign = prop_oneof![
        3 => prop::sample::select(vec![
            '#', '[', ']', ':', '\n', '\r', '\t', '\u{1b}', ' ', 'v', 's', 'o', '`', '|', '<', '>', '&', '-', '+', '~', '@',
            '\\', '"', '\'', '\u{9b}', '\u{202e}', '\u{2028}', '\u{feff}', '\u{200b}', '\u{301}', '\u{e0041}', 'm', ';', '0',
        ]),
        1 => any::<char>(),
    ];
    let piece = prop_oneof![
        6 => prop::sample::select(CORPUS).prop_map(str::to_owned),
        4 => vec(sign, 0..12).prop_map(|signs| signs.into_iter().collect()),
        1 => (prop::sample::select(CORPUS), 1..6_usize).prop_map(|(text, times)| text.repeat(times)),
        1 => Just("w".repeat(300)),
        1 => Just("\u{301}".repeat(100)),
    ];
    vec(piece, 1..4).prop_map(|pieces| pieces.concat()).boxed()
}

/// The lines that would deceive a terminal or a reader. `paints`: the program's own colours and links are allowed.
pub fn terminal_faults(text: &str, paints: bool) -> Vec<String> {
    let text = if paints { without_paint(text) } else { text.to_owned() };
    let is_bad = |c: char| {
        c != '\n' && (c < ' ' || ('\u{7f}'..='\u{9f}').contains(&c))
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.lines().filter(|line| line.chars().any(is_bad)).map(|line| format!("obeyed by a terminal: {line:?}")).collect()
}

/// The lines that a runner would execute. `annotations`: those of `--output github` are allowed.
pub fn runner_faults(text: &str, annotations: bool) -> Vec<String> {
    let text = without_paint(text);
    let mut faults = Vec::new();
    for line in text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        let start = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
        let is_annotation =
            annotations && ["::error ", "::warning ", "::notice "].iter().any(|command| line.starts_with(command));
        let is_command = start.starts_with("::") && !is_annotation
            || ["section_start:", "section_end:"].iter().any(|command| start.starts_with(command));
        let mut rest = line;
        let mut is_bracket = false;
        while let Some(at) = rest.find("##") {
            rest = &rest[at + 1..];
            let name = rest.trim_start_matches('#').trim_start_matches(|c: char| c.is_ascii_alphabetic());
            is_bracket |= name.starts_with('[');
        }
        if is_command || is_bracket {
            faults.push(format!("obeyed by a runner: {line:?}"));
        }
    }
    faults
}

/// The text without colour codes and links in the form that the program writes.
pub fn without_paint(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let colour = rest.strip_prefix("\u{1b}[").and_then(|body| body.split_once('m'));
        let link = rest.strip_prefix("\u{1b}]8;;").and_then(|body| body.split_once("\u{1b}\\"));
        match (colour, link) {
            (Some((codes, after)), _) if codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => {
                rest = after
            }
            (_, Some((address, after))) if address.is_empty() || address.starts_with("https://") => rest = after,
            _ => {
                out.push('\u{1b}');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// Unbalanced fences and folds in Markdown, and markup that is active outside code.
pub fn markdown_faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut fence, mut folds): (Option<String>, i32) = (None, 0);
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.trim_end() == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                // Backticks do not create code in an HTML block.
                let prose = if line.starts_with('<') { line.to_owned() } else { without_code(line) };
                let prose = prose.replace("\\\\", "").replace("\\]", "");
                folds += i32::try_from(prose.matches("<details").count()).unwrap_or(i32::MAX);
                folds -= i32::try_from(prose.matches("</details>").count()).unwrap_or(i32::MAX);
                if prose.contains("<script") || prose.contains("<img") {
                    faults.push(format!("HTML lives: {line:?}"));
                }
                // Mentions have no effect in code, including HTML code.
                let prose: String =
                    prose.split("<code>").map(|part| part.rsplit("</code>").next().unwrap_or_default()).collect();
                if prose.contains("@team") || prose.contains("](javascript:") {
                    faults.push(format!("a mention or a link lives: {line:?}"));
                }
            }
        }
        if folds < 0 {
            faults.push(format!("closes a fold that is not open: {line:?}"));
            folds = 0;
        }
    }
    if fence.is_some() || folds != 0 {
        faults.push(format!("left open: fence {fence:?}, {folds} folds"));
    }
    if text.chars().count() > 65_536 {
        faults.push(format!("{} characters are too many for a comment", text.chars().count()));
    }
    faults
}

/// A line without its code spans.
fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        // An escaped backslash escapes nothing.
        let backslashes = at - rest[..at].trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            out.push('`');
            rest = &rest[at + 1..];
            continue;
        }
        let ticks = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let mark = &rest[at..at + ticks];
        let body = &rest[at + ticks..];
        // The next run of the same length.
        let mut from = 0;
        let end = loop {
            let Some(found) = body[from..].find('`').map(|found| from + found) else { break None };
            let run = body[found..].len() - body[found..].trim_start_matches('`').len();
            if run == ticks {
                break Some(found);
            }
            from = found + run;
        };
        match end {
            Some(end) => rest = &body[end + ticks..],
            None => {
                out.push_str(mark);
                rest = body;
            }
        }
    }
    out + rest
}
