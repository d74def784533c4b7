//! The address of a page: a path on the server, or a file of an export with links that are relative to it.

use crate::domain::address::percent_encoded;
use crate::text::fnv;

/// The longest part of an identifier in the name of a file.
const MAX_NAME: usize = 80;

/// Where pages are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    Server,
    /// Files that work from a folder or under any path of a web server.
    Files,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Home,
    Search,
    /// The list of all changes of a preview.
    Changes,
    Blueprint(String),
    Entity {
        blueprint: String,
        identifier: String,
    },
}

/// A page and its query. An export has no queries; the number of a page of a list is part of the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    target: Target,
    query: Vec<(String, String)>,
    /// From 1.
    page: usize,
}

impl Address {
    pub fn new(target: Target) -> Self {
        Self { target, query: Vec::new(), page: 1 }
    }

    pub fn home() -> Self {
        Self::new(Target::Home)
    }

    pub fn search() -> Self {
        Self::new(Target::Search)
    }

    pub fn changes() -> Self {
        Self::new(Target::Changes)
    }

    pub fn blueprint(blueprint: &str) -> Self {
        Self::new(Target::Blueprint(blueprint.to_owned()))
    }

    pub fn entity(blueprint: &str, identifier: &str) -> Self {
        Self::new(Target::Entity { blueprint: blueprint.to_owned(), identifier: identifier.to_owned() })
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn at_page(mut self, page: usize) -> Self {
        self.page = page;
        self
    }

    /// The link to this page from the page at `from`.
    pub(super) fn href(&self, medium: Medium, from: &Self) -> String {
        match medium {
            Medium::Server => self.on_server(),
            Medium::Files => relative(&self.file(), &from.file()),
        }
    }

    pub(super) fn on_server(&self) -> String {
        let mut text = match &self.target {
            Target::Home => "/".to_owned(),
            Target::Search => "/search".to_owned(),
            Target::Changes => "/changes".to_owned(),
            Target::Blueprint(blueprint) => format!("/blueprints/{}", encoded(blueprint)),
            Target::Entity { blueprint, identifier } => {
                format!("/blueprints/{}/entities/{}", encoded(blueprint), encoded(identifier))
            }
        };
        let page = (self.page > 1).then(|| ("page".to_owned(), self.page.to_string()));
        for (at, (name, value)) in self.query.iter().chain(&page).enumerate() {
            text.push(if at == 0 { '?' } else { '&' });
            text.push_str(&format!("{}={}", encoded(name), encoded(value)));
        }
        text
    }

    /// The path of the page's file in an export.
    pub fn file(&self) -> String {
        let name = |first: &str| match self.page {
            0 | 1 => format!("{first}.html"),
            page => format!("{first}-{page}.html"),
        };
        match &self.target {
            Target::Home => "index.html".to_owned(),
            Target::Search => "search.html".to_owned(),
            Target::Changes => name("changes"),
            Target::Blueprint(blueprint) => format!("blueprints/{}/{}", file_name(blueprint), name("index")),
            Target::Entity { blueprint, identifier } => {
                format!("blueprints/{}/entities/{}.html", file_name(blueprint), file_name(identifier))
            }
        }
    }
}

/// The link to a file of an export from another.
pub(super) fn relative(to: &str, from: &str) -> String {
    let mut to_parts: Vec<&str> = to.split('/').collect();
    let mut from_parts: Vec<&str> = from.split('/').collect();
    from_parts.pop();
    while to_parts.len() > 1 && to_parts.first().is_some_and(|first| from_parts.first() == Some(first)) {
        to_parts.remove(0);
        from_parts.remove(0);
    }
    format!("{}{}", "../".repeat(from_parts.len()), to_parts.join("/"))
}

/// The name of a file or folder for an identifier, which may have any character. Names differ on file systems that
/// ignore case too, need no encoding in a URL, and are the same in every export.
fn file_name(identifier: &str) -> String {
    let is_kept = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let is_plain = identifier.len() <= MAX_NAME && identifier.chars().all(is_kept) && !is_device(identifier);
    if is_plain {
        return identifier.to_owned();
    }
    let kept: String =
        identifier.chars().map(|c| c.to_ascii_lowercase()).map(|c| if is_kept(c) { c } else { '-' }).collect();
    let kept: String = kept.chars().take(MAX_NAME).collect();
    // A plain name has no `~`, so it cannot be the same.
    format!("{kept}~{:016x}", fnv::hash(identifier.bytes()))
}

/// Names that Windows keeps for devices, with any extension.
fn is_device(name: &str) -> bool {
    let is_numbered = |stem: &str| name.strip_prefix(stem).is_some_and(|rest| rest.len() == 1);
    ["con", "prn", "aux", "nul"].contains(&name) || is_numbered("com") || is_numbered("lpt") || name.is_empty()
}

/// Percent-encodes a path segment, or a part of a query.
fn encoded(text: &str) -> String {
    percent_encoded(text, |byte| b"-_~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn files_link_to_each_other_by_relative_paths() {
        let cart = Address::entity("service", "cart");
        let href = |to: &Address, from: &Address| to.href(Medium::Files, from);
        assert_eq!(href(&Address::home(), &cart), "../../../index.html");
        assert_eq!(href(&cart, &Address::home()), "blueprints/service/entities/cart.html");
        assert_eq!(href(&Address::entity("service", "shop"), &cart), "shop.html");
        assert_eq!(href(&Address::blueprint("service").at_page(2), &cart), "../index-2.html");
        assert_eq!(href(&Address::entity("team", "a"), &cart), "../../team/entities/a.html");
        assert_eq!(href(&Address::home(), &Address::search()), "index.html");
    }

    #[test]
    fn every_identifier_has_a_file_of_its_own() {
        let names =
            ["cart", "Cart", "ca/rt", "ca-rt", "ca.rt", "con", "com1", "com10", "über", "", "a b", "..", "~", "%2F"];
        let long = ["x".repeat(300), "x".repeat(301)];
        let files: HashSet<String> = names
            .iter()
            .copied()
            .chain(long.iter().map(String::as_str))
            .map(|name| file_name(name).to_lowercase())
            .collect();
        assert_eq!(files.len(), names.len() + long.len());
        for file in files {
            assert!(file.len() < 120 && file.chars().all(|c| c.is_ascii_alphanumeric() || "-_~".contains(c)), "{file}");
        }
        assert_eq!(file_name("checkout-api"), "checkout-api");
    }

    #[test]
    fn a_query_is_encoded() {
        let address = Address::blueprint("a/b").with("property.x y", "1&2").at_page(3);
        assert_eq!(address.href(Medium::Server, &Address::home()), "/blueprints/a%2Fb?property%2Ex%20y=1%262&page=3");
    }
}
