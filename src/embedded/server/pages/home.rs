//! Page `/`: all blueprints with the number of their entities.

use serde_json::Value;

use super::markup::{Address, Markup};
use super::visit::Visit;
use crate::embedded::server::answer::RouteError;
use crate::embedded::store::Store;
use crate::text::plural::grouped;

pub(super) fn page(_: &Visit, store: &Store) -> Result<String, RouteError> {
    let mut page = Markup::page("portolan: the embedded catalog");
    page.put("<h1>The embedded catalog</h1>\n<p class=\"dim\">");
    page.say(&store.path().map_or_else(|| "in memory".to_owned(), |path| path.display().to_string()));
    page.put("</p>\n<div class=\"wide\"><table>\n<thead><tr><th>Blueprint</th><th>Identifier</th>");
    page.put("<th>Points to</th><th class=\"number\">Entities</th></tr></thead>\n<tbody>\n");
    for blueprint in store.blueprints()? {
        let text = |key: &str| blueprint.get(key).and_then(Value::as_str).unwrap_or_default();
        let identifier = text("identifier");
        let title = if text("title").is_empty() { identifier } else { text("title") };
        page.put("<tr><td>").link(&Address::blueprint(identifier), title);
        page.put("</td><td><code>").say(identifier).put("</code></td><td>");
        targets(&mut page, &blueprint);
        page.put("</td><td class=\"number\">").say(&grouped(store.count(identifier)? as usize)).put("</td></tr>\n");
    }
    page.put("</tbody>\n</table></div>\n");
    Ok(page.finish())
}

fn targets(page: &mut Markup, blueprint: &Value) {
    let relations = blueprint.get("relations").and_then(Value::as_object);
    let targets = relations.into_iter().flatten().filter_map(|(_, relation)| relation.get("target")?.as_str());
    let mut seen: Vec<&str> = Vec::new();
    for target in targets {
        if !seen.contains(&target) {
            if !seen.is_empty() {
                page.put(", ");
            }
            page.link(&Address::blueprint(target), target);
            seen.push(target);
        }
    }
}
