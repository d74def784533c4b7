//! A pull-request comment without HTML, for forges that show tags as text (Azure, Bitbucket). What HTML folds is shown
//! open, and the diagram is left out.

use crate::report::comment::plain_marker;

const CUT: &str = "\n_The rest does not fit into a comment. The whole plan is in the log of the job._\n";

/// The report, cut to a number of characters.
pub fn plain(report: &str, longest: usize) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut is_diagram = false;
    for line in report.lines() {
        if let Some(open) = fence {
            let is_end = line.trim_end() == open;
            if !is_diagram {
                out.push(line.to_owned());
            }
            if is_end {
                (fence, is_diagram) = (None, false);
            }
            continue;
        }
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        if ticks.len() >= 3 {
            fence = Some(ticks);
            is_diagram = line[ticks.len()..].trim_end() == "mermaid";
            match is_diagram {
                true => remove_heading(&mut out),
                false => out.push(line.to_owned()),
            }
            continue;
        }
        out.extend(without_html(line));
    }
    cut(&out, longest)
}

/// A line of Markdown without HTML; `None` if nothing is left.
fn without_html(line: &str) -> Option<String> {
    if let Some(marker) = plain_marker(line) {
        return Some(marker);
    }
    if line.trim() == "</details>" {
        return None;
    }
    if let Some(kind) = line.strip_prefix("> [!").and_then(|rest| rest.strip_suffix(']')) {
        return Some(format!("> **{}**:", kind.to_ascii_lowercase()));
    }
    let summary = line.strip_prefix("<details").and_then(|rest| rest.split_once("<summary>"));
    match summary.and_then(|(_, rest)| rest.strip_suffix("</summary>")) {
        Some(text) => Some(format!("**{}**", with_code_spans(text))),
        None if line.contains("<code>") => Some(with_code_spans(line)),
        None => Some(line.to_owned()),
    }
}

/// The text with code spans instead of HTML code.
fn with_code_spans(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, code, after)) = first_code(rest) {
        let code = without_entities(code);
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let ticks = "`".repeat(longest + 1);
        let space = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
        out.push_str(&format!("{before}{ticks}{space}{code}{space}{ticks}"));
        rest = after;
    }
    out + rest
}

fn first_code(html: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = html.split_once("<code>")?;
    let (code, after) = rest.split_once("</code>")?;
    Some((before, code, after))
}

/// The text of an HTML element. A code span shows entities and backslashes as they are.
fn without_entities(code: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#91;", "["), ("&amp;", "&")];
    entities.iter().fold(code.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

/// Removes the heading of a diagram.
fn remove_heading(out: &mut Vec<String>) {
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    if out.last().is_some_and(|line| line.starts_with("**") && line.ends_with("**")) {
        out.pop();
    }
}

/// The lines that fit, with a closed fence and a note if some do not.
fn cut(lines: &[String], longest: usize) -> String {
    let whole: usize = lines.iter().map(|line| line.chars().count() + 1).sum();
    if whole <= longest {
        return lines.iter().flat_map(|line| [line, "\n"]).collect();
    }
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    let mut length = CUT.len();
    for line in lines {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        // The fence must still fit.
        length += line.chars().count() + 1;
        if length + fence.map_or(0, str::len) + ticks.len() + 2 > longest {
            break;
        }
        match fence {
            Some(open) if line.trim_end() == open => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(_) | None => {}
        }
        out.push_str(line);
        out.push('\n');
    }
    if let Some(open) = fence {
        out.push_str(&format!("{open}\n"));
    }
    out + CUT
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "<!-- portolan:diff acme/catalog -->\n### Merging updates 1 entity\n\n> [!CAUTION]\n> Review it.\n\n\
                          <details open><summary>~ <code>service/a&lt;b</code> · 1 field · <code>x`y.yaml:2</code></summary>\n\n\
                          ```diff\n- a: <details>\n+ a: \"</details>\"\n```\n\n</details>\n\n\
                          <details><summary>Affected entities</summary>\n\n```mermaid\nflowchart LR\n```\n\n</details>\n\nMade from `1f0c`.\n";

    #[test]
    fn what_html_folds_is_open_and_what_is_quoted_stays() {
        assert_eq!(
            plain(REPORT, 10_000),
            "[//]: # (portolan:diff acme/catalog)\n### Merging updates 1 entity\n\n> **caution**:\n> Review it.\n\n\
             **~ `service/a<b` · 1 field · ``x`y.yaml:2``**\n\n```diff\n- a: <details>\n+ a: \"</details>\"\n```\n\n\n\n\n\
             Made from `1f0c`.\n"
        );
    }

    #[test]
    fn what_does_not_fit_is_cut_between_lines_and_outside_of_code() {
        let whole = plain(REPORT, 10_000).chars().count();
        assert_eq!(plain(REPORT, whole).chars().count(), whole);
        for longest in 150..whole {
            let text = plain(REPORT, longest);
            assert!(text.chars().count() <= longest && text.ends_with(CUT), "{longest}: {text}");
            assert!(text.matches("```").count().is_multiple_of(2), "{longest}: {text}");
            assert!(text.starts_with("[//]: # (portolan:diff acme/catalog)\n"), "{text}");
        }
    }
}
