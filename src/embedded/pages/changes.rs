//! What a merge does, in words: the summary on the first page, the list of all changes, the points to look at, and the
//! change of one entity field by field.

use serde_json::Value;

use super::address::Address;
use super::diff::diff;
use super::frame::{badge, begin, end, wide, with_code};
use super::kinds::{Kinds, field_title};
use super::markup::Markup;
use super::paging::{numbers, page_of};
use super::preview::{HazardWeight, Mark, Preview};
use super::site::Site;
use super::values::{Space, value};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::EntityKey;
use crate::domain::plan::change::{Action, Change, Dependent, Field, FieldChange, RelationEffect};
use crate::domain::value::timestamp::Moment;
use crate::embedded::store::{Failure, Store};
use crate::text::plural::{count, grouped, list};

/// The number of entities that the summary names per kind of change.
const MAX_NAMED: usize = 15;
/// The number of fields that the list names per change.
const MAX_FIELDS: usize = 6;
/// The number of items below a point to look at.
const MAX_ITEMS: usize = 10;
/// The number of changes on a page.
const PAGE: usize = 200;

/// The changes as sentences, each with the first entities.
pub(super) fn summary(site: &Site, page: &mut Markup, kinds: &Kinds, preview: &Preview) {
    if preview.plan.changes.is_empty() {
        page.put("<p class=\"lead\"><strong>Merging changes nothing in the catalog.</strong></p>\n");
    }
    for mark in Mark::ALL {
        let number = preview.changes(mark).count();
        if number == 0 {
            continue;
        }
        page.put("<section>\n<h2>");
        badge(page, mark, None);
        page.put(" ").say(&sentence(mark, number)).put("</h2>\n<ul class=\"plain\">\n");
        for change in preview.changes(mark).take(MAX_NAMED) {
            page.put("<li>");
            entity(site, page, kinds, &change.key);
            about(page, kinds.get(&change.key.blueprint), change);
            page.put("</li>\n");
        }
        if number > MAX_NAMED {
            page.put("<li>")
                .link(&Address::changes(), &format!("and {} more", grouped(number - MAX_NAMED)))
                .put("</li>\n");
        }
        page.put("</ul>\n</section>\n");
    }
    for obstacle in obstacles(preview) {
        page.put("<p class=\"hazard\"><strong>This cannot be merged as it is:</strong> ").say(&obstacle).put("</p>\n");
    }
}

fn sentence(mark: Mark, number: usize) -> String {
    let (entities, is) = (count(number, "entity"), if number == 1 { "is" } else { "are" });
    match mark {
        Mark::Created => format!("{entities} {is} added to the catalog"),
        Mark::Changed => format!("{entities} {is} updated"),
        Mark::Renamed => format!("{entities} {is} renamed"),
        Mark::Deleted => format!("{entities} {is} removed from the catalog"),
        Mark::Adopted => format!("{entities} {is} taken over unchanged: this repository will own them"),
    }
}

/// The obstacles as texts; the names in them are masked as the plan is.
fn obstacles(preview: &Preview) -> Vec<String> {
    use crate::domain::plan::Obstacle;
    let name = |key: &EntityKey| format!("{}/{}", key.blueprint, key.identifier);
    let obstacle = |obstacle: &Obstacle| match obstacle {
        Obstacle::Duplicate { key, places } => {
            format!("{} is declared in {}.", name(key), count(places.len(), "manifest"))
        }
        Obstacle::RequiredCycle { cycle, .. } => {
            let members: Vec<String> = cycle.members.iter().map(name).collect();
            format!("{} require each other, so none can be created first.", list(&members))
        }
        Obstacle::MissingTarget { key, relation, target, .. } => {
            format!("{} points to {} by {relation}, and that does not exist.", name(key), name(target))
        }
    };
    preview.plan.obstacles.iter().map(obstacle).collect()
}

/// A link to an entity, and what it is.
fn entity(site: &Site, page: &mut Markup, kinds: &Kinds, key: &EntityKey) {
    let title = site.preview.as_ref().and_then(|preview| preview.title(key)).unwrap_or(&key.identifier);
    page.link(&Address::entity(&key.blueprint, &key.identifier), title);
    page.put(" <span class=\"dim\">").say(kinds.title(&key.blueprint));
    if title != key.identifier.as_ref() {
        page.put(" \u{b7} ").say(&key.identifier);
    }
    page.put("</span>");
}

/// What changes of an entity, in a few words.
fn about(page: &mut Markup, blueprint: Option<&Blueprint>, change: &Change) {
    let mut fields: Vec<String> =
        change.fields.iter().take(MAX_FIELDS).map(|field| field_title(blueprint, &field.field)).collect();
    if change.fields.len() > MAX_FIELDS {
        fields.push(format!("{} more", grouped(change.fields.len() - MAX_FIELDS)));
    }
    match &change.action {
        Action::Rename { from, .. } => {
            page.put(": was ").code(from);
        }
        Action::Update if !fields.is_empty() => {
            page.put(": ").say(&list(&fields));
        }
        Action::Delete if !change.dependents.is_empty() => {
            let others = count(change.dependents.len(), "entity");
            page.put(": ").say(&others).put(if change.dependents.len() == 1 {
                " points to it"
            } else {
                " point to it"
            });
        }
        Action::Create | Action::Update | Action::Adopt | Action::Delete => {}
    }
    if change.is_only_pending() {
        page.put(" <span class=\"dim\">(was pending before this branch)</span>");
    }
}

pub(super) fn hazards(page: &mut Markup, preview: &Preview) {
    if !preview.hazards.is_empty() {
        page.put("<h2>Look at these before the merge</h2>\n<ul class=\"hazards\">\n");
        for hazard in &preview.hazards {
            page.put(match hazard.weight {
                HazardWeight::Forbids => "<li class=\"point forbids\"><p><strong>Forbidden: </strong>",
                HazardWeight::NeedsApproval => "<li class=\"point\"><p><strong>Needs approval: </strong>",
                HazardWeight::Note => "<li class=\"point note\"><p>",
            });
            with_code(page, &hazard.sentence);
            page.put(".</p>");
            if !hazard.items.is_empty() {
                page.put("<ul>");
                for item in hazard.items.iter().take(MAX_ITEMS) {
                    page.put("<li>");
                    with_code(page, item);
                    page.put("</li>");
                }
                if hazard.items.len() > MAX_ITEMS {
                    page.put("<li>and ").say(&grouped(hazard.items.len() - MAX_ITEMS)).put(" more</li>");
                }
                page.put("</ul>");
            }
            page.put("</li>\n");
        }
        page.put("</ul>\n");
    }
    if !preview.notes.is_empty() {
        page.put("<details>\n<summary>Notes on this comparison</summary>\n<ul>\n");
        for note in &preview.notes {
            page.put("<li>");
            with_code(page, note);
            page.put("</li>\n");
        }
        page.put("</ul>\n</details>\n");
    }
}

/// Page `/changes`: all changes.
pub(super) fn page(
    site: &Site,
    store: &Store,
    preview: &Preview,
    mut page: Markup,
    number: usize,
) -> Result<String, Failure> {
    let kinds = Kinds::load(store)?;
    begin(site, &mut page, "All changes", &[(Address::home(), "Start")]);
    page.put("<h1>All changes</h1>\n<p>What merging ").say(&preview.subject).put(" does to the catalog.</p>\n");
    let changes: Vec<(Mark, &Change)> =
        Mark::ALL.into_iter().flat_map(|mark| preview.changes(mark).map(move |change| (mark, change))).collect();
    let (shown, place) = page_of(&changes, number, PAGE);
    wide(&mut page, "Changes");
    page.put("<table>\n<thead><tr><th scope=\"col\">Merging</th><th scope=\"col\">Entity</th>");
    page.put("<th scope=\"col\">Declared in</th></tr></thead>\n<tbody>\n");
    for (mark, change) in shown {
        page.put("<tr><td>");
        badge(&mut page, *mark, None);
        page.put("</td><td>");
        entity(site, &mut page, &kinds, &change.key);
        about(&mut page, kinds.get(&change.key.blueprint), change);
        page.put("</td><td>");
        if let Some(place) = site.declarations.places.get(&change.key) {
            page.code(&format!("{}:{}", place.path, place.line));
        }
        page.put("</td></tr>\n");
    }
    page.put("</tbody>\n</table>\n</div>\n");
    numbers(&mut page, &Address::changes(), place);
    Ok(end(site, page))
}

/// The number of pages of all changes.
pub(super) fn pages(preview: &Preview) -> usize {
    preview.plan.changes.len().div_ceil(PAGE).max(1)
}

/// What a merge does to the entities of one blueprint.
pub(super) fn of_blueprint(site: &Site, page: &mut Markup, kinds: &Kinds, preview: &Preview, blueprint: &str) {
    let total: usize = preview.counts(blueprint).map(|(_, number)| number).sum();
    if total == 0 {
        return;
    }
    page.put("<section>\n<h2>What merging changes here</h2>\n<ul class=\"plain\">\n");
    let of_it = |change: &&Change| change.key.blueprint.as_ref() == blueprint;
    let changes =
        Mark::ALL.into_iter().flat_map(|mark| preview.changes(mark).filter(of_it).map(move |change| (mark, change)));
    for (mark, change) in changes.take(MAX_NAMED) {
        page.put("<li>");
        badge(page, mark, None);
        page.put(" ");
        entity(site, page, kinds, &change.key);
        about(page, kinds.get(blueprint), change);
        page.put("</li>\n");
    }
    if total > MAX_NAMED {
        page.put("<li>").link(&Address::changes(), &format!("and {} more", grouped(total - MAX_NAMED))).put("</li>\n");
    }
    page.put("</ul>\n</section>\n");
}

/// What a merge does to one entity.
pub(super) fn of_entity(page: &mut Markup, blueprint: &Blueprint, mark: Mark, change: &Change, now: Moment) {
    page.put("<section>\n<h2>What merging changes</h2>\n<p>");
    badge(page, mark, None);
    page.put(" ");
    match &change.action {
        Action::Rename { from, .. } => {
            page.put("The identifier was ");
            page.link(&Address::entity(&change.key.blueprint, from), from).put(".");
        }
        Action::Create => {
            page.put("This entity is new: merging adds it to the catalog.");
        }
        Action::Update => {
            page.put("Merging changes ").say(&count(change.fields.len(), "field")).put(" of this entity.");
        }
        Action::Adopt => {
            page.put("Nothing in it changes. This repository will own it.");
        }
        Action::Delete => {
            page.put("No file declares this entity any more: merging removes it from the catalog.");
        }
    }
    if change.is_only_pending() {
        page.put(" It was pending before this branch.");
    }
    page.put("</p>\n");
    if !change.fields.is_empty() && mark != Mark::Created && mark != Mark::Deleted {
        fields(page, blueprint, &change.fields, now);
    }
    if !change.dependents.is_empty() {
        page.put("<p>Entities that point to the ");
        page.put(if mark == Mark::Renamed { "old identifier" } else { "removed entity" }).put(":</p>\n<ul>\n");
        for dependent in &change.dependents {
            self::dependent(page, dependent, mark);
        }
        page.put("</ul>\n");
    }
    page.put("</section>\n");
}

fn dependent(page: &mut Markup, dependent: &Dependent, mark: Mark) {
    let Dependent { key, relation, required, after } = dependent;
    page.put("<li>")
        .link(&Address::entity(&key.blueprint, &key.identifier), &key.identifier)
        .put(" by ")
        .code(relation);
    if *required {
        page.put(", which it requires");
    }
    page.put(match after {
        RelationEffect::Left => "",
        RelationEffect::Unnamed => "; its manifest does not set that relation",
        RelationEffect::Relinked if mark == Mark::Renamed => "; merging changes that relation too",
        RelationEffect::Relinked => "; merging changes that relation first",
        RelationEffect::Declared => "; its manifest sets that relation",
    });
    page.put("</li>\n");
}

fn fields(page: &mut Markup, blueprint: &Blueprint, fields: &[FieldChange], now: Moment) {
    wide(page, "Changed fields");
    page.put("<table class=\"facts\">\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Now</th>");
    page.put("<th scope=\"col\">After the merge</th></tr></thead>\n<tbody>\n");
    for change in fields {
        page.put("<tr><th scope=\"row\">").say(&field_title(Some(blueprint), &change.field)).put("</th>");
        let (before, after) = (change.before.to_json(), change.after.to_json());
        if let (Some(old), Some(new)) = (long_text(&before), long_text(&after)) {
            page.put("<td colspan=\"2\">");
            diff(page, &old, &new);
            page.put("</td></tr>\n");
            continue;
        }
        page.put("<td class=\"before\"><span class=\"hidden\">Now: </span>");
        field_value(page, blueprint, &change.field, &before, now);
        page.put("</td><td class=\"after\"><span class=\"hidden\">After the merge: </span>");
        field_value(page, blueprint, &change.field, &after, now);
        page.put("</td></tr>\n");
    }
    page.put("</tbody>\n</table>\n</div>\n");
}

/// The text that is compared line by line; `None`: both values are shown beside each other.
fn long_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\n') => Some(text.clone()),
        Value::Object(_) => Some(format!("{value:#}")),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            Some(format!("{value:#}"))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

fn field_value(page: &mut Markup, blueprint: &Blueprint, field: &Field, value: &Value, now: Moment) {
    let target = match field {
        Field::Relation(name) => blueprint.relation(name).map(|relation| relation.target.as_str()),
        Field::Team => Some(crate::domain::blueprint::TEAM),
        Field::Text(_) | Field::Property(_) => None,
    };
    let Some(target) = target else {
        let property = field.property_name().and_then(|name| blueprint.property(name));
        return self::value(page, property, value, Space::Page, now);
    };
    let one = value.as_str().into_iter();
    let many = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    let names: Vec<&str> = one.chain(many).collect();
    if names.is_empty() {
        page.put("<span class=\"dim\">not set</span>");
        return;
    }
    page.put("<ul class=\"row\">");
    for name in names {
        page.put("<li>").link(&Address::entity(target, name), name).put("</li>");
    }
    page.put("</ul>");
}
