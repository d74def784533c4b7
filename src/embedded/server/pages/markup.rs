//! HTML builder that always escapes: markup is a static string, everything else is text.

use crate::domain::address::percent_encoded;
use crate::text::escape;

pub(super) struct Markup(String);

impl Markup {
    /// The start of a page, up to its content.
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

    /// Appends static markup.
    pub fn put(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends text, escaped. Control characters and those that change the text direction are replaced by U+FFFD.
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

    /// A link to another site if the text is a URL; otherwise only the text.
    pub fn link_out(&mut self, text: &str) -> &mut Self {
        let is_page = text.starts_with("https://") || text.starts_with("http://");
        if !is_page || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return self.say(text);
        }
        self.put("<a rel=\"noreferrer noopener\" href=\"").say(text).put("\">").say(text).put("</a>")
    }
}

/// The path of one of these pages.
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

    /// The page of entities that starts at the cursor.
    pub fn from(self, cursor: &str) -> Self {
        Self(format!("{}?from={}", self.0, encoded(cursor)))
    }
}

/// Percent-encodes a path segment.
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
