//! Markdown as HTML, safely: HTML in it is shown as text, images become links, and links lead to web pages and e-mail
//! addresses only.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::markup::{Markup, is_link};

/// Longer texts are cut, so that a page stays small.
const MAX_BYTES: usize = 100_000;

pub(super) fn markdown(page: &mut Markup, text: &str) {
    let cut = text.floor_char_boundary(MAX_BYTES);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    page.put("<div class=\"markdown\">");
    let mut writer = Writer { page, open_links: Vec::new(), is_head: false };
    for event in Parser::new_ext(&text[..cut], options) {
        writer.event(event);
    }
    page.put("</div>");
    if cut < text.len() {
        page.put("<p class=\"dim\">The text is longer; this is its beginning.</p>");
    }
}

struct Writer<'p> {
    page: &'p mut Markup,
    /// Whether each open link was written; one to elsewhere is only its text.
    open_links: Vec<bool>,
    /// In the head of a table.
    is_head: bool,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) | Event::FootnoteReference(text) => {
                self.page.say(&text);
            }
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.page.code(&text);
            }
            Event::SoftBreak => {
                self.page.put("\n");
            }
            Event::HardBreak => {
                self.page.put("<br>\n");
            }
            Event::Rule => {
                self.page.put("<hr>\n");
            }
            Event::TaskListMarker(is_done) => {
                self.page.put(if is_done { "[x] " } else { "[ ] " });
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let markup = match tag {
            Tag::Paragraph => "<p>",
            // The page has its own headings above these.
            Tag::Heading { level, .. } => match level {
                HeadingLevel::H1 => "<h3>",
                HeadingLevel::H2 => "<h4>",
                HeadingLevel::H3 => "<h5>",
                HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => "<h6>",
            },
            Tag::BlockQuote(_) => "<blockquote>",
            Tag::CodeBlock(_) => "<pre><code>",
            Tag::HtmlBlock => "<p>",
            Tag::List(None) => "<ul>",
            Tag::List(Some(_)) => "<ol>",
            Tag::Item => "<li>",
            Tag::Table(_) => "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>",
            Tag::TableHead => {
                self.is_head = true;
                "<thead><tr>"
            }
            Tag::TableRow => "<tr>",
            Tag::TableCell if self.is_head => "<th scope=\"col\">",
            Tag::TableCell => "<td>",
            Tag::Emphasis => "<em>",
            Tag::Strong => "<strong>",
            Tag::Strikethrough => "<s>",
            Tag::Superscript => "<sup>",
            Tag::Subscript => "<sub>",
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => return self.open_link(dest_url),
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => "",
        };
        self.page.put(markup);
    }

    fn end(&mut self, tag: TagEnd) {
        let markup = match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => "</p>\n",
            TagEnd::Heading(HeadingLevel::H1) => "</h3>\n",
            TagEnd::Heading(HeadingLevel::H2) => "</h4>\n",
            TagEnd::Heading(HeadingLevel::H3) => "</h5>\n",
            TagEnd::Heading(HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6) => "</h6>\n",
            TagEnd::BlockQuote(_) => "</blockquote>\n",
            TagEnd::CodeBlock => "</code></pre>\n",
            TagEnd::List(false) => "</ul>\n",
            TagEnd::List(true) => "</ol>\n",
            TagEnd::Item => "</li>\n",
            TagEnd::Table => "</tbody></table></div>\n",
            TagEnd::TableHead => {
                self.is_head = false;
                "</tr></thead><tbody>\n"
            }
            TagEnd::TableRow => "</tr>\n",
            TagEnd::TableCell if self.is_head => "</th>",
            TagEnd::TableCell => "</td>",
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Strikethrough => "</s>",
            TagEnd::Superscript => "</sup>",
            TagEnd::Subscript => "</sub>",
            TagEnd::Link | TagEnd::Image => return self.close_link(),
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => "",
        };
        self.page.put(markup);
    }

    /// A link within a link, such as a badge, is its text.
    fn open_link(&mut self, url: &str) {
        let is_written = is_link(url) && !self.open_links.contains(&true);
        if is_written {
            self.page.put("<a rel=\"noreferrer noopener\"").attribute(" href", url).put(">");
        }
        self.open_links.push(is_written);
    }

    fn close_link(&mut self) {
        if self.open_links.pop() == Some(true) {
            self.page.put("</a>");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::pages::address::{Address, Medium};

    fn html(text: &str) -> String {
        let mut page = Markup::new(Medium::Server, Address::home());
        markdown(&mut page, text);
        page.into_html()
    }

    #[test]
    fn markdown_is_rendered_below_the_headings_of_the_page() {
        let page = html("# Cart\n\nHolds *what* you `buy`.\n\n- [docs](https://docs.example/a?b=1&c=2)\n- **new**\n");
        assert!(page.contains("<h3>Cart</h3>") && page.contains("<em>what</em> you <code>buy</code>"), "{page}");
        assert!(page.contains("href=\"https://docs.example/a?b=1&amp;c=2\">docs</a>"), "{page}");
        let table = html("| a | b |\n|---|---|\n| 1 | 2 |\n");
        assert!(table.contains("<th scope=\"col\">a</th>") && table.contains("<tbody>\n<tr><td>1</td>"), "{table}");
    }

    #[test]
    fn nothing_in_it_becomes_markup_or_leads_astray() {
        for text in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <b onclick=x>b</b>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>)",
            "[x](/v1/blueprints)",
            "![x](https://elsewhere.example/pixel.png)",
            "<javascript:alert(1)>",
            "[a]: javascript:alert(1)\n[a]",
            "[x](https://a.example/\"onclick=alert(1))",
            "```html\n</code></pre><script>\n```",
        ] {
            let page = html(text);
            let bare = page.replace("</script>", "");
            for bad in
                ["<script", "<img", "<b ", "href=\"javascript", "href=\"JaVa", "href=\"data", "href=\"/", "\"onclick"]
            {
                assert!(!bare.contains(bad), "{text}: {page}");
            }
        }
        let badge = html("[![build](https://ci.example/b.svg)](https://ci.example/)");
        assert!(
            badge.contains("href=\"https://ci.example/\">build</a>") && badge.matches("<a").count() == 1,
            "{badge}"
        );
    }

    #[test]
    fn deep_and_long_texts_end_in_time() {
        for text in
            [">".repeat(50_000), "- ".repeat(20_000), "*".repeat(100_000), "[".repeat(100_000), "é".repeat(90_000)]
        {
            assert!(html(&text).len() < 10_000_000);
        }
    }
}
