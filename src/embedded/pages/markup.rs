//! HTML builder that always escapes: markup is a static string, everything else is text, a number or an address.

use super::address::{Address, Medium};
use crate::text::escape;

#[derive(Debug)]
pub(super) struct Markup {
    html: String,
    medium: Medium,
    /// The page that is built; links of files are relative to it.
    here: Address,
}

impl Markup {
    pub fn new(medium: Medium, here: Address) -> Self {
        Self { html: String::with_capacity(16 * 1024), medium, here }
    }

    pub fn medium(&self) -> Medium {
        self.medium
    }

    pub fn here(&self) -> &Address {
        &self.here
    }

    pub fn into_html(self) -> String {
        self.html
    }

    /// Appends static markup.
    pub fn put(&mut self, markup: &'static str) -> &mut Self {
        self.html.push_str(markup);
        self
    }

    /// Appends text, escaped. Control characters and those that change the text direction are replaced by U+FFFD.
    pub fn say(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                '\n' | '\t' => self.html.push(c),
                c if escape::is_unsafe(c) => self.html.push('\u{FFFD}'),
                c => self.html.push(c),
            }
        }
        self
    }

    pub fn number(&mut self, number: i64) -> &mut Self {
        self.html.push_str(&number.to_string());
        self
    }

    /// An attribute with a text as its value; `name` begins with a space and ends before the `=`.
    pub fn attribute(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.put(name).put("=\"").say(value).put("\"")
    }

    pub fn numbers(&mut self, attributes: &[(&'static str, i64)]) -> &mut Self {
        for (name, value) in attributes {
            self.put(" ").put(name).put("=\"").number(*value).put("\"");
        }
        self
    }

    pub fn href(&mut self, address: &Address) -> &mut Self {
        let href = address.href(self.medium, &self.here);
        self.attribute(" href", &href)
    }

    /// A link within these pages.
    pub fn link(&mut self, address: &Address, text: &str) -> &mut Self {
        self.put("<a").href(address).put(">").say(text).put("</a>")
    }

    pub fn code(&mut self, text: &str) -> &mut Self {
        self.put("<code>").say(text).put("</code>")
    }

    /// A link to another site if the text is a URL; otherwise only the text.
    pub fn link_out(&mut self, text: &str) -> &mut Self {
        match is_web_address(text) {
            true => self.link_to(text, text),
            false => self.say(text),
        }
    }

    /// A link to another site, or only the text if `url` is not one.
    pub fn link_to(&mut self, url: &str, text: &str) -> &mut Self {
        if !is_link(url) {
            return self.say(text);
        }
        self.put("<a rel=\"noreferrer noopener\"").attribute(" href", url).put(">").say(text).put("</a>")
    }
}

/// Whether a link to it is harmless: another site, or an e-mail address.
pub(super) fn is_link(url: &str) -> bool {
    let is_mail = url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    (is_mail && !has_space(url)) || is_web_address(url)
}

fn is_web_address(url: &str) -> bool {
    let is_web = |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    (is_web("https://") || is_web("http://")) && !has_space(url)
}

fn has_space(text: &str) -> bool {
    text.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let mut page = Markup::new(Medium::Server, Address::home());
        page.say("<b onclick='x'>\"&amp;\u{202E}\u{1b}[0m</b>");
        page.link(&Address::entity("a/b", "\"><script>"), "<i>").link_out("https://x.example/\"><script>");
        page.link_out("javascript:alert(1)").link_out("http://a b").link_to("data:text/html,x", "data");
        let html = page.into_html();
        assert!(
            !html.contains("<script") && !html.contains("<b ") && !html.contains("<i>") && !html.contains('\u{1b}')
        );
        assert!(html.contains("&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;amp;\u{FFFD}\u{FFFD}[0m&lt;/b&gt;"));
        assert!(html.contains("href=\"/blueprints/a%2Fb/entities/%22%3E%3Cscript%3E\""));
        assert_eq!(html.matches("<a ").count(), 2, "{html}");
    }
}
