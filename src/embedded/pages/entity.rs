//! Page `/blueprints/{id}/entities/{id}`: what a merge changes, the properties, the neighbourhood, where the entity is
//! declared, and its history.

use serde_json::Value;

use super::address::Address;
use super::changes::of_entity;
use super::frame::{badge, begin, end};
use super::history::history;
use super::kinds::{Kinds, computed_title, entity_title, property_title, title};
use super::list::teams;
use super::markup::Markup;
use super::relations::relations;
use super::site::Site;
use super::values::{Space, value};
use crate::catalog::wire::Refusal;
use crate::domain::blueprint::{Blueprint, Property};
use crate::domain::entity::EntityKey;
use crate::domain::entity::fields::TextField;
use crate::domain::value::masked::masked_value;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::Shape;
use crate::embedded::store::{Failure, Store, StoreError};

pub(super) fn page(
    site: &Site,
    store: &Store,
    mut page: Markup,
    blueprint: &str,
    identifier: &str,
) -> Result<String, Failure> {
    let kinds = Kinds::load(store)?;
    let Some(kind) = kinds.get(blueprint) else {
        return Err(Refusal::not_found("Blueprint", "identifier", blueprint).into());
    };
    if let Some(new) = site.preview.as_ref().and_then(|preview| preview.new_identifier(blueprint, identifier)) {
        return Ok(renamed(site, page, kind, (identifier, new)));
    }
    let shape = Shape { attach_title_to_relation: true, ..Shape::default() };
    let entity = store.entity(blueprint, identifier, &shape)?;
    let entity: Value = serde_json::from_str(entity.get())
        .map_err(|error| StoreError::Damaged { what: format!("an entity cannot be read: {error}") })?;
    let entity = masked_value(&site.mask, None, &crate::domain::value::Value::from_json(&entity)).to_json();
    let details = store.entity_details(blueprint, identifier)?;
    let (name, now) = (entity_title(&entity).to_owned(), store.now());
    begin(site, &mut page, &name, &[(Address::home(), "Start"), (Address::blueprint(blueprint), title(kind))]);
    let change = site.preview.as_ref().and_then(|preview| preview.change(blueprint, identifier));
    page.put("<h1>").say(&name);
    if let Some((mark, _)) = change {
        page.put(" ");
        badge(&mut page, mark, None);
    }
    page.put("</h1>\n<p class=\"dim\">").say(title(kind)).put(" ").code(identifier).put("</p>\n");
    if let Some((mark, change)) = change {
        of_entity(&mut page, kind, mark, change, now);
    }
    properties(&mut page, &kinds, kind, &entity, now);
    relations(site, &mut page, &kinds, (kind, &entity), &details);
    declared(site, &mut page, blueprint, identifier);
    if site.preview.is_none() {
        history(site, store, &mut page, kind, &entity, &details)?;
    }
    Ok(end(site, page))
}

/// The page of an old identifier: what points to it leads on.
fn renamed(site: &Site, mut page: Markup, kind: &Blueprint, (old, new): (&str, &str)) -> String {
    begin(site, &mut page, old, &[(Address::home(), "Start"), (Address::blueprint(&kind.identifier), title(kind))]);
    page.put("<h1>").say(old).put("</h1>\n<p>Merging gives this entity a new identifier: ");
    page.link(&Address::entity(&kind.identifier, new), new).put(".</p>\n");
    end(site, page)
}

fn properties(page: &mut Markup, kinds: &Kinds, blueprint: &Blueprint, entity: &Value, now: Moment) {
    page.put("<h2>Properties</h2>\n<table class=\"facts\">\n<tbody>\n");
    let team = &entity["team"];
    if team.as_array().is_some_and(|team| !team.is_empty()) {
        page.put("<tr><th scope=\"row\">Team</th><td>");
        teams(page, kinds, team);
        page.put("</td></tr>\n");
    }
    for key in TextField::ALL.map(TextField::key) {
        if let Some(text) = entity[key].as_str().filter(|text| !text.is_empty() && key != "title") {
            page.put("<tr><th scope=\"row\">").say(&capital(key)).put("</th><td>").say(text).put("</td></tr>\n");
        }
    }
    let properties = &entity["properties"];
    let mut unset = Vec::new();
    for property in &blueprint.properties {
        if properties[&property.name].is_null() {
            unset.push((property_title(property), property.description.as_deref()));
            continue;
        }
        row(page, property_title(property), property.description.as_deref());
        value(page, Some(property), &properties[&property.name], Space::Page, now);
        page.put("</td></tr>\n");
    }
    for computed in &blueprint.computed {
        if properties[&computed.name].is_null() {
            unset.push((computed_title(blueprint, computed), None));
            continue;
        }
        row(page, computed_title(blueprint, computed), None);
        value(page, mirrored(blueprint, &computed.name).as_ref(), &properties[&computed.name], Space::Page, now);
        page.put("</td></tr>\n");
    }
    page.put("</tbody>\n</table>\n");
    if unset.is_empty() {
        return;
    }
    let properties = if unset.len() == 1 {
        "1 property is not set".to_owned()
    } else {
        format!("{} properties are not set", unset.len())
    };
    page.put("<details>\n<summary>").say(&properties).put("</summary>\n<ul>\n");
    for (title, description) in unset {
        page.put("<li>").say(title);
        if let Some(description) = description.filter(|text| !text.trim().is_empty()) {
            page.put(" <span class=\"dim\">").say(description).put("</span>");
        }
        page.put("</li>\n");
    }
    page.put("</ul>\n</details>\n");
}

/// The schema of a computed property, if the blueprint gives its format.
fn mirrored(blueprint: &Blueprint, name: &str) -> Option<Property> {
    let schema = blueprint.raw.get("calculationProperties")?.get(name)?;
    Some(Property {
        name: name.to_owned(),
        title: None,
        description: None,
        required: false,
        kind: None,
        format: schema.get("format").and_then(Value::as_str).map(str::to_owned),
        default: None,
        choices: Vec::new(),
        schema: schema.clone().into(),
    })
}

fn row(page: &mut Markup, title: &str, description: Option<&str>) {
    page.put("<tr><th scope=\"row\">").say(title);
    if let Some(description) = description.filter(|text| !text.trim().is_empty()) {
        page.put("<small>").say(description).put("</small>");
    }
    page.put("</th><td>");
}

fn capital(key: &str) -> String {
    let mut chars = key.chars();
    chars.next().map(|first| format!("{}{}", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}

fn declared(site: &Site, page: &mut Markup, blueprint: &str, identifier: &str) {
    let key = EntityKey { blueprint: blueprint.into(), identifier: identifier.into() };
    let Some(place) = site.declarations.places.get(&key) else { return };
    page.put("<h2>Declared in</h2>\n<p>");
    let text = format!("{}:{}", place.path, place.line);
    match site.declarations.url(place).filter(|_| place.is_committed) {
        Some(url) => page.link_to(&url, &text),
        None => page.code(&text),
    };
    match &site.declarations.commit {
        Some(commit) if place.is_committed => page.put(" at commit ").code(commit.get(..7).unwrap_or(commit)),
        Some(_) => page.put(", not committed"),
        None => page,
    };
    page.put("</p>\n");
}
