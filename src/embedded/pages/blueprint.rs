//! Page `/blueprints/{id}`: the entities of a blueprint, its properties, and the graph of its relations.

use serde_json::Value;

use super::address::Address;
use super::changes::of_blueprint;
use super::frame::{begin, end, wide};
use super::graph::{Graph, Group, Node, draw};
use super::kinds::{Kinds, computed_title, property_title, relation_title, title};
use super::list::{ListRequest, entities};
use super::markup::Markup;
use super::site::Site;
use crate::catalog::wire::Refusal;
use crate::domain::blueprint::{Blueprint, Property};
use crate::embedded::store::{Failure, Store};
use crate::text::plural::list;

/// The number of allowed values that are listed.
const MAX_CHOICES: usize = 12;

pub(super) fn page(
    site: &Site,
    store: &Store,
    mut page: Markup,
    identifier: &str,
    parameters: &[(String, String)],
) -> Result<String, Failure> {
    let kinds = Kinds::load(store)?;
    let Some(blueprint) = kinds.get(identifier) else {
        return Err(Refusal::not_found("Blueprint", "identifier", identifier).into());
    };
    let request = ListRequest::of(blueprint, parameters);
    begin(site, &mut page, title(blueprint), &[(Address::home(), "Start")]);
    page.put("<h1>").say(title(blueprint)).put("</h1>\n<p class=\"dim\">Blueprint ").code(identifier).put("</p>\n");
    if let Some(description) = blueprint.description.as_deref().filter(|text| !text.is_empty()) {
        page.put("<p class=\"lead\">").say(description).put("</p>\n");
    }
    if let Some(preview) = site.preview.as_ref().filter(|_| request.page <= 1) {
        of_blueprint(site, &mut page, &kinds, preview, identifier);
    }
    if request.page <= 1 {
        page.put("<nav aria-label=\"On this page\"><ul class=\"row\"><li><a href=\"#entities\">Entities</a></li>");
        page.put(
            "<li><a href=\"#properties\">Properties</a></li><li><a href=\"#relations\">Relations</a></li></ul></nav>\n",
        );
    }
    entities(site, store, &mut page, &kinds, (blueprint, &request))?;
    if request.page <= 1 {
        properties(&mut page, blueprint);
        relations(&mut page, &kinds, blueprint);
    }
    Ok(end(site, page))
}

fn properties(page: &mut Markup, blueprint: &Blueprint) {
    page.put("<h2 id=\"properties\">Properties</h2>\n");
    if blueprint.properties.is_empty() && blueprint.computed.is_empty() {
        page.put("<p class=\"dim\">This blueprint has no properties.</p>\n");
        return;
    }
    wide(page, "Properties");
    page.put(
        "<table>\n<thead><tr><th scope=\"col\">Property</th><th scope=\"col\">Name</th><th scope=\"col\">Type</th>",
    );
    page.put("<th scope=\"col\">Description</th></tr></thead>\n<tbody>\n");
    for property in &blueprint.properties {
        page.put("<tr><th scope=\"row\">").say(property_title(property)).put("</th><td>").code(&property.name);
        page.put("</td><td>").say(&type_of(property));
        page.put(if property.required { ", required" } else { "" }).put("</td><td>");
        page.say(property.description.as_deref().unwrap_or_default());
        choices(page, property);
        page.put("</td></tr>\n");
    }
    for computed in &blueprint.computed {
        page.put("<tr><th scope=\"row\">")
            .say(computed_title(blueprint, computed))
            .put("</th><td>")
            .code(&computed.name);
        page.put("</td><td>")
            .put(computed.kind.word())
            .put(" property</td><td class=\"dim\">computed by the catalog</td></tr>\n");
    }
    page.put("</tbody>\n</table>\n</div>\n");
}

fn type_of(property: &Property) -> String {
    let kind = property.kind.map_or("any", |kind| kind.name());
    match &property.format {
        Some(format) => format!("{kind} ({format})"),
        None => kind.to_owned(),
    }
}

fn choices(page: &mut Markup, property: &Property) {
    if property.choices.is_empty() {
        return;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut shown: Vec<String> = property.choices.iter().take(MAX_CHOICES).map(text).collect();
    let more = property.choices.len() - shown.len();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    page.put(" <span class=\"dim\">One of ").say(&list(&shown)).put(".</span>");
}

fn relations(page: &mut Markup, kinds: &Kinds, blueprint: &Blueprint) {
    page.put("<h2 id=\"relations\">Relations</h2>\n");
    let mut incoming: Vec<Group> = Vec::new();
    for (source, relation) in kinds.relations_to(&blueprint.identifier) {
        incoming.push(group(relation_title(relation), kinds, &source.identifier));
    }
    let outgoing: Vec<Group> =
        blueprint.relations.iter().map(|relation| group(relation_title(relation), kinds, &relation.target)).collect();
    if incoming.is_empty() && outgoing.is_empty() {
        page.put("<p class=\"dim\">This blueprint has no relations.</p>\n");
        return;
    }
    let graph = Graph { subject: node(kinds, &blueprint.identifier), incoming, outgoing };
    let label =
        format!("Relations of {}: on the left what points to it, on the right what it points to", title(blueprint));
    draw(page, &graph, &label);
    page.put("<ul>\n");
    for relation in &blueprint.relations {
        page.put("<li>").say(relation_title(relation)).put(" (").code(&relation.name).put("): ");
        page.put(if relation.many { "several of " } else { "one of " });
        page.link(&Address::blueprint(&relation.target), kinds.title(&relation.target));
        page.put(if relation.required { ", required</li>\n" } else { "</li>\n" });
    }
    for (source, relation) in kinds.relations_to(&blueprint.identifier) {
        page.put("<li>").link(&Address::blueprint(&source.identifier), title(source)).put(" points to it by ");
        page.say(relation_title(relation)).put(" (").code(&relation.name).put(")</li>\n");
    }
    page.put("</ul>\n");
}

fn group(relation: &str, kinds: &Kinds, other: &str) -> Group {
    Group { relation: relation.to_owned(), nodes: vec![node(kinds, other)], rest: None }
}

fn node(kinds: &Kinds, blueprint: &str) -> Node {
    Node {
        title: kinds.title(blueprint).to_owned(),
        kind: String::new(),
        address: kinds.get(blueprint).map(|_| Address::blueprint(blueprint)),
        mark: None,
    }
}
