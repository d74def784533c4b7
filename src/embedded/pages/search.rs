//! Page `/search`, and the results for the search that runs while somebody types.

use serde::Serialize;
use serde_json::Value;

use super::address::{Address, Medium};
use super::frame::{badge, begin, end};
use super::kinds::{Kinds, shown, title};
use super::markup::Markup;
use super::preview::Mark;
use super::site::Site;
use crate::domain::value::masked::masked_value;
use crate::embedded::store::{Failure, FoundEntity, Store, words_of};
use crate::text::plural::count;

/// The number of results on the page.
const MAX_HITS: usize = 50;
/// The number of results below the input.
const MAX_SUGGESTED: usize = 12;

struct Hit {
    address: Address,
    title: String,
    kind: String,
    mark: Option<Mark>,
}

/// A result as the script reads it.
#[derive(Serialize)]
struct Suggestion<'h> {
    href: String,
    title: &'h str,
    kind: &'h str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
}

pub(super) fn page(site: &Site, store: &Store, text: &str) -> Result<String, Failure> {
    let mut page = Markup::new(Medium::Server, Address::search());
    begin(site, &mut page, "Search", &[(Address::home(), "Start")]);
    page.put("<h1>Search</h1>\n");
    if words_of(text).is_empty() {
        page.put(
            "<p>Type words into the field above. They are looked for at the beginning of the words in identifiers, ",
        );
        page.put("titles, teams and values.</p>\n");
        return Ok(end(site, page));
    }
    let hits = hits(site, store, text, MAX_HITS)?;
    let found = match hits.len() {
        0 => "Nothing was found".to_owned(),
        MAX_HITS => format!("The first {}", count(MAX_HITS, "result")),
        number => count(number, "result"),
    };
    page.put("<p>").say(&found).put(" for <q>").say(text.trim()).put("</q>.</p>\n<ul class=\"hits\">\n");
    for hit in &hits {
        page.put("<li>").link(&hit.address, &hit.title).put(" <span class=\"dim\">").say(&hit.kind).put("</span> ");
        if let Some(mark) = hit.mark {
            badge(&mut page, mark, None);
        }
        page.put("</li>\n");
    }
    page.put("</ul>\n");
    Ok(end(site, page))
}

/// The results as JSON, for the script.
pub(super) fn suggestions(site: &Site, store: &Store, text: &str) -> Result<String, Failure> {
    let hits = hits(site, store, text, MAX_SUGGESTED)?;
    let suggestions: Vec<Suggestion<'_>> = hits
        .iter()
        .map(|hit| Suggestion {
            href: hit.address.on_server(),
            title: &hit.title,
            kind: &hit.kind,
            mark: hit.mark.map(Mark::word),
        })
        .collect();
    Ok(serde_json::to_string(&suggestions).expect("texts always have a JSON form"))
}

fn hits(site: &Site, store: &Store, text: &str, most: usize) -> Result<Vec<Hit>, Failure> {
    let words = words_of(text);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let kinds = Kinds::load(store)?;
    let named = kinds.sorted().into_iter().filter(|blueprint| {
        let names = words_of(&format!("{} {}", blueprint.identifier, title(blueprint)));
        words.iter().all(|word| names.iter().any(|name| name.starts_with(word)))
    });
    let mut hits: Vec<Hit> = named
        .take(most)
        .map(|blueprint| Hit {
            address: Address::blueprint(&blueprint.identifier),
            title: title(blueprint).to_owned(),
            kind: "Blueprint".to_owned(),
            mark: None,
        })
        .collect();
    let found = store.find_text(text, most.saturating_sub(hits.len()), &|entity| is_shown(site, entity, &words))?;
    hits.extend(found.iter().map(|entity| {
        let FoundEntity { blueprint, identifier, title, .. } = entity;
        let title = site.mask.text(shown(title.as_deref(), identifier)).into_owned();
        let kind = what(kinds.title(blueprint), identifier, &title);
        let mark = site.preview.as_ref().and_then(|preview| preview.mark(blueprint, identifier));
        Hit { address: Address::entity(blueprint, identifier), title, kind, mark }
    }));
    Ok(hits)
}

/// What an entity is: its blueprint, and its identifier if that is not its title.
pub(super) fn what(blueprint: &str, identifier: &str, title: &str) -> String {
    match title == identifier {
        true => blueprint.to_owned(),
        false => format!("{blueprint} \u{b7} {identifier}"),
    }
}

/// Whether the words are in what the mask leaves of the entity. The index has masked values too, which nobody may guess
/// letter by letter.
fn is_shown(site: &Site, entity: &FoundEntity, words: &[String]) -> bool {
    let properties: Value = serde_json::from_str(&entity.properties).unwrap_or_default();
    let masked = texts(site, entity, &properties);
    let Some(masked) = masked else { return true };
    let visible: Vec<String> =
        masked.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.iter().all(|word| visible.iter().any(|other| other.starts_with(word)))
}

/// All texts of the entity after masking; `None`: the mask changes nothing.
fn texts(site: &Site, entity: &FoundEntity, properties: &Value) -> Option<String> {
    let whole = serde_json::json!({
        "identifier": entity.identifier, "title": entity.title, "team": entity.team, "properties": properties,
    });
    let value = crate::domain::value::Value::from_json(&whole);
    match masked_value(&site.mask, None, &value) {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(masked) => Some(words_in(&masked.to_json())),
    }
}

/// The texts in a value, without its keys.
pub(super) fn words_in(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) => String::new(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words_in).collect::<Vec<_>>().join(" "),
        Value::Object(entries) => entries.values().map(words_in).collect::<Vec<_>>().join(" "),
    }
}
