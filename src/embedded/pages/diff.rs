//! The difference of two texts, line by line: signs and words say what is removed and added, not the colour alone.

use similar::{ChangeTag, TextDiff};

use super::markup::Markup;
use crate::text::plural::count;

/// Equal lines around a difference.
const CONTEXT: usize = 3;
/// Longer texts are not compared.
const MAX_BYTES: usize = 200_000;
const MAX_LINES: usize = 400;

pub(super) fn diff(page: &mut Markup, before: &str, after: &str) {
    if before.len() + after.len() > MAX_BYTES {
        page.put("<p>").say(&format!("{} bytes become {} bytes.", before.len(), after.len())).put("</p>");
        return;
    }
    let difference = TextDiff::from_lines(before, after);
    page.put("<pre class=\"diff\" tabindex=\"0\">");
    let (mut shown, mut left_out) = (0, 0);
    for (at, group) in difference.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            page.put("<span class=\"dim\">\u{2026}</span>\n");
        }
        for change in group.iter().flat_map(|operation| difference.iter_changes(operation)) {
            if shown == MAX_LINES {
                left_out += 1;
                continue;
            }
            shown += 1;
            let line = change.value().trim_end_matches(['\n', '\r']);
            match change.tag() {
                ChangeTag::Equal => page.put("  ").say(line).put("\n"),
                ChangeTag::Delete => page.put("<del>\u{2212} ").say(line).put("</del>"),
                ChangeTag::Insert => page.put("<ins>+ ").say(line).put("</ins>"),
            };
        }
    }
    page.put("</pre>");
    if left_out > 0 {
        page.put("<p class=\"dim\">").say(&count(left_out, "more line")).put(" not shown.</p>");
    }
}
