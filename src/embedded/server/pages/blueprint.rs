//! Page `/blueprints/{id}`: the entities of a blueprint, in pages.

use serde::Deserialize;
use serde_json::Value;

use super::markup::{Address, Markup};
use super::visit::Visit;
use crate::embedded::api::{ComputedParts, Shape};
use crate::embedded::server::answer::RouteError;
use crate::embedded::store::Store;
use crate::text::plural::grouped;

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    identifier: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    team: Vec<String>,
    #[serde(default)]
    updated_at: Option<String>,
    #[serde(default)]
    updated_by: Option<String>,
}

pub(super) fn page(visit: &Visit, store: &Store) -> Result<String, RouteError> {
    let identifier = visit.segment(0);
    let blueprint = store.blueprint(identifier)?;
    let wanted = ["identifier", "title", "team", "updatedAt", "updatedBy"];
    let shape =
        Shape { include: wanted.map(str::to_owned).to_vec(), computed: ComputedParts::None, ..Shape::default() };
    let from = visit.query.first("from");
    let entities = store.entities(identifier, &shape, from, PAGE)?;
    let title = blueprint.get("title").and_then(Value::as_str).filter(|title| !title.is_empty()).unwrap_or(identifier);
    let mut page = Markup::page(title);
    page.put("<nav>").link(&Address::home(), "Blueprints").put(" / ").say(identifier).put("</nav>\n<h1>");
    page.say(title).put("</h1>\n<p class=\"dim\">").say(&grouped(store.count(identifier)? as usize)).put(" entities");
    if let Some(words) = blueprint.get("description").and_then(Value::as_str).filter(|words| !words.is_empty()) {
        page.put(". ").say(words);
    }
    page.put("</p>\n<div class=\"wide\"><table>\n<thead><tr><th>Entity</th><th>Identifier</th><th>Team</th>");
    page.put("<th>Last written</th><th>By</th></tr></thead>\n<tbody>\n");
    for entity in &entities.entities {
        let row: Row =
            serde_json::from_str(entity.get()).map_err(|error| RouteError::InternalError(error.to_string()))?;
        let shown = row.title.as_deref().filter(|title| !title.is_empty()).unwrap_or(&row.identifier);
        let shown = visit.shared.mask.text(shown);
        page.put("<tr><td>").link(&Address::entity(identifier, &row.identifier), &shown);
        page.put("</td><td><code>").say(&row.identifier).put("</code></td><td>").say(&row.team.join(", "));
        page.put("</td><td>").say(row.updated_at.as_deref().unwrap_or_default());
        page.put("</td><td><code>").say(row.updated_by.as_deref().unwrap_or_default()).put("</code></td></tr>\n");
    }
    page.put("</tbody>\n</table></div>\n<p>");
    if from.is_some() {
        page.link(&Address::blueprint(identifier), "First page").put(" ");
    }
    if let Some(next) = &entities.next {
        page.link(&Address::blueprint(identifier).from(next), "Next page");
    }
    page.put("</p>\n");
    Ok(page.finish())
}
