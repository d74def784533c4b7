//! The neighbourhood of an entity: drawn, and as lists.

use serde_json::Value;

use super::address::{Address, Medium};
use super::frame::badge;
use super::graph::{Graph, Group, Node, Rest, draw};
use super::kinds::{Kinds, entity_title, relation_title, shown};
use super::list::pointing;
use super::markup::Markup;
use super::preview::Mark;
use super::site::Site;
use crate::domain::blueprint::Blueprint;
use crate::embedded::store::{EntityDetails, IncomingRelations};
use crate::text::plural::{count, grouped};

pub(super) fn relations(
    site: &Site,
    page: &mut Markup,
    kinds: &Kinds,
    (blueprint, entity): (&Blueprint, &Value),
    details: &EntityDetails,
) {
    let identifier = entity["identifier"].as_str().unwrap_or_default();
    let outgoing = outgoing(site, kinds, blueprint, entity);
    let incoming: Vec<Group> = details
        .incoming
        .iter()
        .map(|group| incoming(site, kinds, (blueprint, identifier), group, page.medium()))
        .collect();
    page.put("<h2>Relations</h2>\n");
    if outgoing.is_empty() && incoming.is_empty() {
        page.put("<p class=\"dim\">It points to nothing, and nothing points to it.</p>\n");
        return;
    }
    let name = entity_title(entity);
    let subject = node(site, kinds, &blueprint.identifier, identifier, name);
    let graph = Graph { subject, incoming, outgoing };
    let label = format!("Relations of {name}: on the left what points to it, on the right what it points to");
    draw(page, &graph, &label);
    listed(page, "It points to", &graph.outgoing);
    listed(page, "What points to it", &graph.incoming);
    if page.medium() == Medium::Server {
        all_pointing(page, kinds, blueprint, identifier, details);
    }
}

fn outgoing(site: &Site, kinds: &Kinds, blueprint: &Blueprint, entity: &Value) -> Vec<Group> {
    let mut groups = Vec::new();
    for relation in &blueprint.relations {
        let value = &entity["relations"][&relation.name];
        let targets = match value {
            Value::Array(targets) => targets.iter().collect(),
            Value::Null => Vec::new(),
            one => vec![one],
        };
        let nodes: Vec<Node> = targets
            .iter()
            .map(|target| {
                let identifier = target["identifier"].as_str().unwrap_or_default();
                node(site, kinds, &relation.target, identifier, shown(target["title"].as_str(), identifier))
            })
            .collect();
        if !nodes.is_empty() {
            groups.push(Group { relation: relation_title(relation).to_owned(), nodes, rest: None });
        }
    }
    groups
}

fn incoming(
    site: &Site,
    kinds: &Kinds,
    (blueprint, identifier): (&Blueprint, &str),
    found: &IncomingRelations,
    medium: Medium,
) -> Group {
    let nodes: Vec<Node> = found
        .sources
        .iter()
        .map(|source| {
            let title = site.mask.text(shown(source.title.as_deref(), &source.identifier)).into_owned();
            node(site, kinds, &source.blueprint, &source.identifier, &title)
        })
        .collect();
    let mut sources = kinds.pointing(&found.relation, &blueprint.identifier);
    let (first, second) = (sources.next(), sources.next());
    let title =
        first.and_then(|source| source.relation(&found.relation)).map_or(found.relation.as_str(), relation_title);
    // A list has the entities of one blueprint, and files have no lists with filters.
    let only = first.filter(|_| second.is_none() && medium == Medium::Server);
    let address = only.map(|source| pointing(&source.identifier, &found.relation, identifier));
    let count = found.count.saturating_sub(nodes.len());
    let rest = (count > 0).then_some(Rest { count, address });
    Group { relation: title.to_owned(), nodes, rest }
}

fn node(site: &Site, kinds: &Kinds, blueprint: &str, identifier: &str, title: &str) -> Node {
    let mark = site.preview.as_ref().and_then(|preview| preview.mark(blueprint, identifier));
    Node {
        title: title.to_owned(),
        kind: kinds.title(blueprint).to_owned(),
        address: Some(Address::entity(blueprint, identifier)),
        mark: mark.filter(|mark| *mark != Mark::Adopted),
    }
}

/// The same as the drawing, for readers who do not see it.
fn listed(page: &mut Markup, heading: &'static str, groups: &[Group]) {
    if groups.is_empty() {
        return;
    }
    page.put("<h3>").put(heading).put("</h3>\n<table class=\"facts\">\n<tbody>\n");
    for group in groups {
        page.put("<tr><th scope=\"row\">").say(&group.relation).put("</th><td><ul class=\"row\">");
        for node in &group.nodes {
            page.put("<li>");
            match &node.address {
                Some(address) => page.link(address, &node.title),
                None => page.say(&node.title),
            };
            page.put(" <span class=\"dim\">").say(&node.kind).put("</span>");
            if let Some(mark) = node.mark {
                page.put(" ");
                badge(page, mark, None);
            }
            page.put("</li>");
        }
        if let Some(rest) = &group.rest {
            let text = format!("and {} more", grouped(rest.count));
            page.put("<li>");
            match &rest.address {
                Some(address) => page.link(address, &text),
                None => page.say(&text),
            };
            page.put("</li>");
        }
        page.put("</ul></td></tr>\n");
    }
    page.put("</tbody>\n</table>\n");
}

/// The lists of all entities that point here, where one relation is of several blueprints.
fn all_pointing(page: &mut Markup, kinds: &Kinds, blueprint: &Blueprint, identifier: &str, details: &EntityDetails) {
    for group in details.incoming.iter().filter(|group| group.count > group.sources.len()) {
        let sources: Vec<&Blueprint> = kinds.pointing(&group.relation, &blueprint.identifier).collect();
        if sources.len() < 2 {
            continue;
        }
        page.put("<p>All ")
            .say(&count(group.count, "entity"))
            .put(" that point here by ")
            .code(&group.relation)
            .put(": ");
        for (at, source) in sources.iter().enumerate() {
            page.put(if at > 0 { ", " } else { "" });
            page.link(&pointing(&source.identifier, &group.relation, identifier), kinds.title(&source.identifier));
        }
        page.put("</p>\n");
    }
}
