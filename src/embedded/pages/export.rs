//! The pages as files that work without a server: from a folder, or under any path of a web server. The search uses an
//! index in a script, because a page that is a file may not read other files.

use serde::Serialize;
use serde_json::Value;

use super::address::{Address, Medium, Target};
use super::frame::{INDEX_FILE, SCRIPT, SCRIPT_FILE, STYLE, STYLE_FILE, begin, end};
use super::kinds::{Kinds, entity_title, title};
use super::list::PAGE;
use super::markup::Markup;
use super::preview::Mark;
use super::search::{what, words_in};
use super::site::Site;
use super::{blueprint, changes, entity, home};
use crate::domain::blueprint::Blueprint;
use crate::domain::value::masked::masked_value;
use crate::embedded::api::{ComputedParts, Shape};
use crate::embedded::store::{Failure, Store};

/// The characters of an entity's values in the index.
const MAX_INDEXED: usize = 600;

/// A row of the index: the link, the title, what it is, its other words, and its mark.
#[derive(Serialize)]
struct Indexed(String, String, String, String, #[serde(skip_serializing_if = "Option::is_none")] Option<&'static str>);

/// Passes every file of the export to `write`, with its path: the same files in the same order for the same catalog.
pub fn export<E: From<Failure>>(
    site: &Site,
    store: &Store,
    mut write: impl FnMut(&str, &str) -> Result<(), E>,
) -> Result<(), E> {
    let mut put = |address: &Address, html: Result<String, Failure>| write(&address.file(), &html?);
    let page = |address: &Address| Markup::new(Medium::Files, address.clone());
    let home_page = Address::home();
    put(&home_page, home::page(site, store, page(&home_page)))?;
    let search_page = Address::search();
    put(&search_page, Ok(search(site, page(&search_page))))?;
    if let Some(preview) = &site.preview {
        for number in 1..=changes::pages(preview) {
            let address = Address::changes().at_page(number);
            put(&address, changes::page(site, store, preview, page(&address), number))?;
        }
    }
    let kinds = Kinds::load(store)?;
    let mut index = Vec::new();
    for kind in kinds.sorted() {
        let address = Address::blueprint(&kind.identifier);
        index.push(Indexed(
            address.file(),
            title(kind).to_owned(),
            "Blueprint".to_owned(),
            kind.identifier.clone(),
            None,
        ));
        let total = usize::try_from(store.count(&kind.identifier)?).unwrap_or(usize::MAX);
        for number in 1..=total.div_ceil(PAGE).max(1) {
            let address = address.clone().at_page(number);
            let parameters = [("page".to_owned(), number.to_string())];
            put(&address, blueprint::page(site, store, page(&address), &kind.identifier, &parameters))?;
        }
        let old = site.preview.iter().flat_map(|preview| preview.old_identifiers(&kind.identifier)).map(str::to_owned);
        for identifier in indexed(site, store, kind, &mut index)?.into_iter().chain(old) {
            let address = Address::new(Target::Entity { blueprint: kind.identifier.clone(), identifier });
            if let Target::Entity { blueprint, identifier } = address.target() {
                put(&address, entity::page(site, store, page(&address), blueprint, identifier))?;
            }
        }
    }
    let index = serde_json::to_string(&index).expect("texts always have a JSON form");
    write(INDEX_FILE, &format!("globalThis.portolanIndex = {index};\n"))?;
    write(STYLE_FILE, STYLE)?;
    write(SCRIPT_FILE, SCRIPT)?;
    // GitHub Pages would leave out what begins with `_`, as system blueprints do.
    write(".nojekyll", "")
}

/// Adds the entities of a blueprint to the index, and returns their identifiers.
fn indexed(site: &Site, store: &Store, kind: &Blueprint, index: &mut Vec<Indexed>) -> Result<Vec<String>, Failure> {
    let shape = Shape { computed: ComputedParts::None, exclude_unset: true, ..Shape::default() };
    let mut identifiers = Vec::new();
    store.each_page(&kind.identifier, &shape, 1000, |entities| {
        for entity in entities {
            let Ok(entity) = serde_json::from_str::<Value>(entity.get()) else { continue };
            let entity = masked_value(&site.mask, None, &crate::domain::value::Value::from_json(&entity)).to_json();
            let identifier = entity["identifier"].as_str().unwrap_or_default().to_owned();
            let mark = site.preview.as_ref().and_then(|preview| preview.mark(&kind.identifier, &identifier));
            let words = format!("{} {}", words_in(&entity["team"]), words_in(&entity["properties"]));
            let name = entity_title(&entity);
            index.push(Indexed(
                Address::entity(&kind.identifier, &identifier).file(),
                name.to_owned(),
                what(title(kind), &identifier, name),
                words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_INDEXED).collect(),
                mark.map(Mark::word),
            ));
            identifiers.push(identifier);
        }
        Ok::<_, Failure>(())
    })?;
    Ok(identifiers)
}

/// The page that the search form leads to; the script fills it.
fn search(site: &Site, mut page: Markup) -> String {
    begin(site, &mut page, "Search", &[(Address::home(), "Start")]);
    page.put("<h1>Search</h1>\n<div id=\"results\"><p>Type words into the field above. They are looked for at the ");
    page.put(
        "beginning of the words in identifiers, titles, teams and values. The search needs JavaScript.</p></div>\n",
    );
    end(site, page)
}
