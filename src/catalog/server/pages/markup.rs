//! HTML that cannot be escaped wrongly: what is ours is known when the program is built, and everything else is text.

use crate::domain::address::percent_encoded;
use crate::text::escape;

pub(super) struct Markup(String);

impl Markup {
    /// A page as far as its content.
    pub fn page(title: &str) -> Self {
        let mut page = Self(String::with_capacity(16 * 1024));
        page.put("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.put("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
        page.say(title).put("</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n");
        page
    }

    pub fn finish(mut self) -> String {
        self.put("</body>\n</html>\n");
        self.0
    }

    /// Markup of ours.
    pub fn put(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text of whoever wrote it. Signs that a reader does not see, or that turn the direction of what follows, show.
    pub fn say(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(c),
                c if escape::is_unsafe(c) => self.0.push('\u{FFFD}'),
                c => self.0.push(c),
            }
        }
        self
    }

    /// A link within these pages.
    pub fn link(&mut self, address: &Address, text: &str) -> &mut Self {
        self.put("<a href=\"").say(&address.0).put("\">").say(text).put("</a>")
    }

    /// A link out of them, where the text is the address of a page; else the text alone.
    pub fn link_out(&mut self, text: &str) -> &mut Self {
        let is_page = text.starts_with("https://") || text.starts_with("http://");
        if !is_page || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return self.say(text);
        }
        self.put("<a rel=\"noreferrer noopener\" href=\"").say(text).put("\">").say(text).put("</a>")
    }
}

/// Where a page of ours is.
pub(super) struct Address(String);

impl Address {
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    pub fn blueprint(blueprint: &str) -> Self {
        Self(format!("/blueprints/{}", encoded(blueprint)))
    }

    pub fn entity(blueprint: &str, identifier: &str) -> Self {
        Self(format!("/blueprints/{}/entities/{}", encoded(blueprint), encoded(identifier)))
    }

    /// The page that begins there.
    pub fn from(self, cursor: &str) -> Self {
        Self(format!("{}?from={}", self.0, encoded(cursor)))
    }
}

/// All but letters, digits and a few signs that mean nothing in an address.
fn encoded(text: &str) -> String {
    percent_encoded(text, |byte| b"-_~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let mut page = Markup::page("</title><script>");
        page.say("<b onclick='x'>\"&amp;\u{202E}\u{1b}[0m</b>");
        page.link(&Address::entity("a/b", "\"><script>"), "<i>").link_out("https://x.example/\"><script>");
        page.link_out("javascript:alert(1)").link_out("http://a b");
        let html = page.finish();
        assert!(
            !html.contains("<script") && !html.contains("<b ") && !html.contains("<i>") && !html.contains('\u{1b}')
        );
        assert!(html.contains("&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;amp;\u{FFFD}\u{FFFD}[0m&lt;/b&gt;"));
        assert!(html.contains("href=\"/blueprints/a%2Fb/entities/%22%3E%3Cscript%3E\""));
        assert_eq!(html.matches("<a ").count(), 2, "{html}");
    }
}
