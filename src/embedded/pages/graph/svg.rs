//! The SVG of a graph. It has no styles or scripts of its own: the page's style applies, and links are links.

use super::layout::{BOX_HEIGHT, BOX_WIDTH, Graph, Layout, Line, Node, PlacedNode};
use crate::embedded::pages::markup::Markup;
use crate::text::plural::grouped;

/// The number of characters that fit into a box.
const MAX_CHARACTERS: usize = 26;

/// Draws the graph. `label` says what it shows, for readers who do not see it; the page lists the same below.
pub(in crate::embedded::pages) fn draw(page: &mut Markup, graph: &Graph, label: &str) {
    let layout = Layout::of(graph);
    page.put("<div class=\"graph wide\" tabindex=\"0\" role=\"region\"").attribute(" aria-label", label).put(">\n<svg");
    page.numbers(&[("width", layout.width), ("height", layout.height)]);
    page.put(" viewBox=\"0 0 ").number(layout.width).put(" ").number(layout.height).put("\">\n");
    for line in &layout.lines {
        arrow(page, *line);
    }
    for heading in &layout.headings {
        page.put("<text class=\"relation\"").numbers(&[("x", heading.x), ("y", heading.baseline)]).put(">");
        page.say(&cut(heading.text)).put("</text>\n");
    }
    for placed in &layout.boxes {
        node(page, placed);
    }
    for rest in &layout.rests {
        let text = format!("and {} more", grouped(rest.count));
        if let Some(address) = rest.address {
            page.put("<a").href(address).put(">");
        }
        page.put("<text").numbers(&[("x", rest.x + 4), ("y", rest.baseline)]).put(">").say(&text).put("</text>");
        if rest.address.is_some() {
            page.put("</a>");
        }
        page.put("\n");
    }
    page.put("</svg>\n</div>\n");
}

fn node(page: &mut Markup, placed: &PlacedNode<'_>) {
    let PlacedNode { x, y, node, is_subject } = placed;
    page.put("<g class=\"node");
    if *is_subject {
        page.put(" self");
    }
    if let Some(mark) = node.mark {
        page.put(" node-").put(mark.word());
    }
    page.put("\">");
    let address = node.address.as_ref().filter(|_| !is_subject);
    if let Some(address) = address {
        page.put("<a").href(address).put(">");
    }
    page.put("<title>").say(&described(node)).put("</title><rect");
    page.numbers(&[("x", *x), ("y", *y), ("width", BOX_WIDTH), ("height", BOX_HEIGHT), ("rx", 5)]).put("/>");
    let baseline = if node.kind.is_empty() { y + 27 } else { y + 19 };
    page.put("<text").numbers(&[("x", x + 10), ("y", baseline)]).put(">").say(&cut(&node.title)).put("</text>");
    if !node.kind.is_empty() {
        page.put("<text class=\"kind\"").numbers(&[("x", x + 10), ("y", y + 35)]).put(">");
        if let Some(mark) = node.mark {
            page.put(mark.sign()).put(" ").put(mark.word()).put(" \u{b7} ");
        }
        page.say(&cut(&node.kind)).put("</text>");
    }
    if address.is_some() {
        page.put("</a>");
    }
    page.put("</g>\n");
}

fn described(node: &Node) -> String {
    let mark = node.mark.map(|mark| format!(", {}", mark.word())).unwrap_or_default();
    match node.kind.as_str() {
        "" => format!("{}{mark}", node.title),
        kind => format!("{} ({kind}{mark})", node.title),
    }
}

fn arrow(page: &mut Markup, line: Line) {
    let Line { from: (x1, y1), to: (x2, y2) } = line;
    // The tip is drawn apart, because a curve has no end that a style could point.
    let (end, bend) = (x2 - 7, (x2 - x1) / 2);
    page.put("<path d=\"M");
    for (at, (x, y)) in [(x1, y1), (x1 + bend, y1), (end - bend, y2), (end, y2)].into_iter().enumerate() {
        page.put(if at == 1 { " C" } else { " " }).number(x).put(" ").number(y);
    }
    page.put("\"/><path class=\"tip\" d=\"M").number(x2).put(" ").number(y2);
    for (x, y) in [(x2 - 8, y2 - 4), (x2 - 8, y2 + 4)] {
        page.put(" L").number(x).put(" ").number(y);
    }
    page.put("Z\"/>\n");
}

/// The beginning of a text that is too long for a box.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((at, _)) if text[at..].chars().count() > 1 => {
            format!("{}\u{2026}", text[..at].chars().take(MAX_CHARACTERS - 1).collect::<String>().trim_end())
        }
        Some(_) | None => text.to_owned(),
    }
}
