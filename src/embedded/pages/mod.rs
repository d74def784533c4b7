//! HTML pages of a catalog for people: its blueprints and entities, a search, and the preview of a merge. They know
//! nothing of HTTP: the server and the export of files show the same pages.

mod address;
mod blueprint;
mod changes;
mod diff;
mod entity;
mod export;
#[cfg(test)]
mod figures;
mod frame;
mod graph;
mod history;
mod home;
mod kinds;
mod list;
mod markdown;
mod markup;
mod paging;
mod preview;
mod relations;
mod search;
mod site;
mod times;
mod values;

pub use address::{Address, Medium, Target};
pub use export::export;
pub use frame::{SCRIPT, STYLE, notice};
pub use preview::{HazardNote, HazardWeight, Preview};
pub use site::{Declarations, DeclaredAt, Site};

use crate::catalog::wire::Refusal;
use crate::embedded::store::{Failure, Store};
use markup::Markup;

/// The parameters of a URL, decoded.
pub type Parameters = [(String, String)];

/// The HTML of a page on the server.
pub fn render(site: &Site, store: &Store, target: &Target, parameters: &Parameters) -> Result<String, Failure> {
    let first = |name: &str| parameters.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let page = Markup::new(Medium::Server, Address::new(target.clone()));
    match target {
        Target::Home => home::page(site, store, page),
        Target::Search => search::page(site, store, first("q")),
        Target::Changes => match &site.preview {
            Some(preview) => changes::page(site, store, preview, page, first("page").parse().unwrap_or(1)),
            None => Err(Refusal::new(404, "not_found", "There is no preview: start `portolan serve --preview`").into()),
        },
        Target::Blueprint(blueprint) => blueprint::page(site, store, page, blueprint, parameters),
        Target::Entity { blueprint, identifier } => entity::page(site, store, page, blueprint, identifier),
    }
}

/// The results of a search as JSON, for the script of the page.
pub fn suggestions(site: &Site, store: &Store, parameters: &Parameters) -> Result<String, Failure> {
    let text = parameters.iter().find(|(key, _)| key == "q").map_or("", |(_, value)| value.as_str());
    search::suggestions(site, store, text)
}

/// A page that says why there is no other.
pub fn refusal(site: &Site, title: &str, message: &str) -> String {
    let mut page = Markup::new(Medium::Server, Address::home());
    frame::begin(site, &mut page, title, &[(Address::home(), "Start")]);
    page.put("<h1>").say(title).put("</h1>\n<p>").say(message).put("</p>\n<p>");
    page.link(&Address::home(), "Back to the first page").put("</p>\n");
    frame::end(site, page)
}
