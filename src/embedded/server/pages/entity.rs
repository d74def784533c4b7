//! Page `/blueprints/{id}/entities/{id}`: one entity, its relations in both directions, and its last writer.

use serde_json::Value;

use super::markup::{Address, Markup};
use super::visit::Visit;
use crate::domain::entity::fields::TextField;
use crate::domain::value;
use crate::domain::value::masked::masked_value;
use crate::embedded::api::Shape;
use crate::embedded::server::answer::RouteError;
use crate::embedded::store::{EntityDetails, Store};
use crate::text::mask::Mask;

/// Longer values are cut.
const MAX_VALUE_LENGTH: usize = 4000;

pub(super) fn page(visit: &Visit, store: &Store) -> Result<String, RouteError> {
    let (blueprint, identifier) = (visit.segment(0), visit.segment(1));
    let entity = store.entity(blueprint, identifier, &Shape::default())?;
    let entity: Value =
        serde_json::from_str(entity.get()).map_err(|error| RouteError::InternalError(error.to_string()))?;
    let entity = masked_value(&visit.shared.mask, None, &value::Value::from_json(&entity)).to_json();
    let relations = store.blueprint(blueprint)?;
    let relations = relations.get("relations").cloned().unwrap_or_default();
    let entity_details = store.entity_details(blueprint, identifier)?;
    let text = |key: &str| entity.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let title = text("title").unwrap_or(identifier);
    let mut page = Markup::page(title);
    page.put("<nav>").link(&Address::home(), "Blueprints").put(" / ");
    page.link(&Address::blueprint(blueprint), blueprint).put(" / ").say(identifier).put("</nav>\n<h1>");
    page.say(title).put("</h1>\n<p class=\"dim\"><code>").say(identifier).put("</code>");
    if let Some(team) = team(&entity) {
        page.put(", team ").say(&team);
    }
    for key in TextField::ALL.map(TextField::key) {
        if let Some(text) = text(key).filter(|_| key != "title") {
            page.put(", ").put(key).put(" ").say(text);
        }
    }
    page.put("</p>\n");
    properties(&mut page, &entity);
    points_to(&mut page, &entity, &relations);
    pointed_to(&mut page, &entity_details, &visit.shared.mask);
    record(&mut page, &entity, &entity_details);
    Ok(page.finish())
}

fn team(entity: &Value) -> Option<String> {
    let team: Vec<&str> = entity.get("team")?.as_array()?.iter().filter_map(Value::as_str).collect();
    (!team.is_empty()).then(|| team.join(", "))
}

fn properties(page: &mut Markup, entity: &Value) {
    let properties = entity.get("properties").and_then(Value::as_object);
    page.put("<h2>Properties</h2>\n<div class=\"wide\"><table>\n<tbody>\n");
    for (name, value) in properties.into_iter().flatten() {
        page.put("<tr><th>").say(name).put("</th><td>");
        shown(page, value);
        page.put("</td></tr>\n");
    }
    page.put("</tbody>\n</table></div>\n");
}

fn shown(page: &mut Markup, value: &Value) {
    match value {
        Value::Null => page.put("<span class=\"dim\">not set</span>"),
        Value::String(text) if text.contains('\n') => page.put("<pre>").say(&cut(text)).put("</pre>"),
        Value::String(text) => page.link_out(&cut(text)),
        Value::Bool(_) | Value::Number(_) => page.say(&value.to_string()),
        Value::Array(_) | Value::Object(_) => page.put("<pre>").say(&cut(&format!("{value:#}"))).put("</pre>"),
    };
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE_LENGTH) {
        Some((at, _)) => format!("{} ... ({} bytes)", &text[..at], text.len()),
        None => text.to_owned(),
    }
}

fn points_to(page: &mut Markup, entity: &Value, relations: &Value) {
    page.put("<h2>Points to</h2>\n<div class=\"wide\"><table>\n<tbody>\n");
    let held = entity.get("relations").and_then(Value::as_object);
    for (name, value) in held.into_iter().flatten() {
        let target = relations.get(name).and_then(|relation| relation.get("target")?.as_str()).unwrap_or_default();
        let one = value.as_str().into_iter();
        let many = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        page.put("<tr><th>").say(name).put("</th><td><ul>");
        let mut is_set = false;
        for identifier in one.chain(many) {
            page.put("<li>").link(&Address::entity(target, identifier), identifier);
            page.put(" <span class=\"dim\">").say(target).put("</span></li>");
            is_set = true;
        }
        if !is_set {
            page.put("<li class=\"dim\">not set</li>");
        }
        page.put("</ul></td></tr>\n");
    }
    page.put("</tbody>\n</table></div>\n");
}

fn pointed_to(page: &mut Markup, entity_details: &EntityDetails, mask: &Mask) {
    page.put("<h2>Pointed to by</h2>\n");
    if entity_details.sources.is_empty() {
        page.put("<p class=\"dim\">none</p>\n");
        return;
    }
    page.put("<div class=\"wide\"><table>\n<tbody>\n");
    for source in &entity_details.sources {
        let shown = source.title.as_deref().filter(|title| !title.is_empty()).unwrap_or(&source.identifier);
        page.put("<tr><th>").say(&source.relation).put("</th><td>");
        page.link(&Address::entity(&source.blueprint, &source.identifier), &mask.text(shown));
        page.put(" <span class=\"dim\">").say(&source.blueprint).put("</span></td></tr>\n");
    }
    page.put("</tbody>\n</table></div>\n");
    if entity_details.has_more {
        page.put("<p class=\"dim\">and more: the search of the API lists all of them (<code>relatedTo</code>)</p>\n");
    }
}

fn record(page: &mut Markup, entity: &Value, entity_details: &EntityDetails) {
    page.put("<h2>Record</h2>\n<div class=\"wide\"><table>\n<tbody>\n");
    let text = |key: &str| entity.get(key).and_then(Value::as_str).unwrap_or_default();
    let rows = [
        ("<tr><th>Last written</th><td>", text("updatedAt"), text("updatedBy")),
        ("<tr><th>Created</th><td>", text("createdAt"), text("createdBy")),
    ];
    for (label, when, who) in rows {
        page.put(label).say(when).put(" by <code>").say(who).put("</code></td></tr>\n");
    }
    page.put("<tr><th>Datasource</th><td><code>").say(&entity_details.datasource).put("</code></td></tr>\n");
    page.put("</tbody>\n</table></div>\n");
}
