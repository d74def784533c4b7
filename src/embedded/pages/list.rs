//! The list of a blueprint's entities: filters, sorted columns and pages, all of them in the URL.

use serde_json::Value;

use super::address::{Address, Medium};
use super::frame::{badge, wide};
use super::kinds::{Kinds, entity_title, property_title, relation_title};
use super::markup::Markup;
use super::paging::{PageNumber, numbers};
use super::site::Site;
use super::times::time;
use super::values::{Space, cut, value};
use crate::domain::blueprint::{Blueprint, Ownership, Property, PropertyKind, TEAM};
use crate::domain::value::masked::{masked_text, masked_value};
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::{ComputedParts, Shape};
use crate::embedded::store::{Failure, Filter, ListField, ListQuery, Sorting, Store};
use crate::text::plural::{count, grouped};

/// The number of entities on a page.
pub(super) const PAGE: usize = 100;
/// The number of properties that have a column.
const MAX_COLUMNS: usize = 5;
/// The number of properties that have a filter.
const MAX_FILTERS: usize = 10;
/// The longest choice in a filter.
const MAX_CHOICE: usize = 60;

/// What the URL asks for.
#[derive(Debug, Default)]
pub(super) struct ListRequest {
    pub query: ListQuery,
    pub page: usize,
}

impl ListRequest {
    pub fn of(blueprint: &Blueprint, parameters: &[(String, String)]) -> Self {
        let mut request = Self { page: 1, ..Self::default() };
        let mut sorting = None;
        let mut is_descending = false;
        for (name, text) in parameters {
            match name.as_str() {
                "page" => request.page = text.parse().unwrap_or(1),
                "order" => is_descending = text == "desc",
                "sort" => sorting = field(blueprint, text),
                name => request.add_filter(blueprint, name, text.trim()),
            }
        }
        request.query.sorting = sorting.map(|field| Sorting { field, is_descending });
        request
    }

    fn add_filter(&mut self, blueprint: &Blueprint, name: &str, text: &str) {
        let Some(field) = field(blueprint, name).filter(|_| !text.is_empty()) else { return };
        let is_part = match &field {
            ListField::Title => true,
            ListField::Property(name) => blueprint.property(name).is_some_and(|property| !has_choices(property)),
            ListField::Identifier | ListField::Team | ListField::UpdatedAt | ListField::Relation(_) => false,
        };
        self.query.filters.push(Filter { field, text: text.to_owned(), is_part });
    }

    fn filter(&self, field: &ListField) -> &str {
        let found = self.query.filters.iter().find(|filter| filter.field == *field);
        found.map_or("", |filter| filter.text.as_str())
    }

    /// The address of this list, sorted by `sorting`.
    fn address(&self, blueprint: &Blueprint, sorting: Option<&Sorting>) -> Address {
        let mut address = Address::blueprint(&blueprint.identifier);
        for filter in &self.query.filters {
            address = address.with(&key(&filter.field), &filter.text);
        }
        if let Some(sorting) = sorting {
            address = address.with("sort", &key(&sorting.field));
            if sorting.is_descending {
                address = address.with("order", "desc");
            }
        }
        address
    }
}

/// The name of a field in the URL.
fn key(field: &ListField) -> String {
    match field {
        ListField::Identifier => "identifier".to_owned(),
        ListField::Title => "title".to_owned(),
        ListField::Team => "team".to_owned(),
        ListField::UpdatedAt => "updated".to_owned(),
        ListField::Property(name) => format!("property.{name}"),
        ListField::Relation(name) => format!("relation.{name}"),
    }
}

/// The field with this name in the URL, if the blueprint has it.
fn field(blueprint: &Blueprint, key: &str) -> Option<ListField> {
    Some(match key {
        "identifier" => ListField::Identifier,
        "title" => ListField::Title,
        "team" => ListField::Team,
        "updated" => ListField::UpdatedAt,
        _ => match key.split_once('.')? {
            ("property", name) => ListField::Property(blueprint.property(name)?.name.clone()),
            ("relation", name) => ListField::Relation(blueprint.relation(name)?.name.clone()),
            _ => return None,
        },
    })
}

/// The entities of a blueprint that point to an entity by a relation.
pub(super) fn pointing(blueprint: &str, relation: &str, identifier: &str) -> Address {
    Address::blueprint(blueprint).with(&key(&ListField::Relation(relation.to_owned())), identifier)
}

/// Whether the property has few possible values.
fn has_choices(property: &Property) -> bool {
    property.kind == Some(PropertyKind::Boolean) || !choices(property).is_empty()
}

/// The values of a filter; empty: any text.
fn choices(property: &Property) -> Vec<String> {
    if property.kind == Some(PropertyKind::Boolean) {
        return vec!["true".to_owned(), "false".to_owned()];
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    property.choices.iter().map(text).collect()
}

/// Whether a value of the property fits into a cell.
fn is_column(property: &Property) -> bool {
    let is_long = |format: &str| ["markdown", "yaml", "proto", "swagger", "async-api"].contains(&format);
    let is_plain = match property.kind {
        Some(PropertyKind::String | PropertyKind::Number | PropertyKind::Boolean | PropertyKind::Array) => true,
        Some(PropertyKind::Object) | None => false,
    };
    is_plain && property.schema.get("spec").is_none() && !property.format.as_deref().is_some_and(is_long)
}

/// What is short and tells entities apart has a column first.
fn rank(property: &Property) -> u8 {
    let format = property.format.as_deref();
    match property.kind {
        _ if has_choices(property) => 0,
        Some(PropertyKind::Number) => 1,
        _ if format == Some("date-time") || property.entity_format().is_some() => 2,
        Some(PropertyKind::Array) => 4,
        _ if format == Some("url") => 6,
        _ if property.name == "description" => 5,
        Some(PropertyKind::String | PropertyKind::Boolean | PropertyKind::Object) | None => 3,
    }
}

pub(super) fn entities(
    site: &Site,
    store: &Store,
    page: &mut Markup,
    kinds: &Kinds,
    (blueprint, request): (&Blueprint, &ListRequest),
) -> Result<(), Failure> {
    let shape = Shape { computed: ComputedParts::None, ..Shape::default() };
    let accepts = |filter: &Filter, shown: &str| {
        let name = if let ListField::Property(name) = &filter.field { Some(name.as_str()) } else { None };
        masked_text(&site.mask, name, shown).to_lowercase().contains(&filter.text.to_lowercase())
    };
    let read = |number: usize| {
        let from = number.saturating_sub(1).saturating_mul(PAGE);
        store.listing(&blueprint.identifier, &request.query, &shape, (from, PAGE), &accepts)
    };
    let mut listing = read(request.page)?;
    let place = PageNumber::of(listing.total, request.page, PAGE);
    if place.number != request.page {
        listing = read(place.number)?;
    }
    page.put("<h2 id=\"entities\">Entities</h2>\n");
    if page.medium() == Medium::Server {
        filters(page, blueprint, request);
    }
    page.put("<p class=\"dim\">");
    number(site, page, (blueprint, request), listing.total);
    if place.last > 1 {
        page.put(", page ").say(&grouped(place.number)).put(" of ").say(&grouped(place.last));
    }
    page.put("</p>\n");
    if listing.entities.is_empty() {
        return Ok(());
    }
    let entities: Vec<Value> =
        listing.entities.iter().filter_map(|entity| serde_json::from_str(entity.get()).ok()).collect();
    let entities: Vec<Value> = entities
        .iter()
        .map(|entity| masked_value(&site.mask, None, &crate::domain::value::Value::from_json(entity)).to_json())
        .collect();
    table(site, page, kinds, (blueprint, request), &entities, store.now());
    numbers(page, &request.address(blueprint, request.query.sorting.as_ref()), place);
    Ok(())
}

/// The number of entities. What a merge deletes is listed, and is not one of the entities after it.
fn number(site: &Site, page: &mut Markup, (blueprint, request): (&Blueprint, &ListRequest), total: usize) {
    let deleted = site.preview.as_ref().map_or(0, |preview| preview.deleted(&blueprint.identifier));
    match (request.query.filters.is_empty(), deleted) {
        (true, 0) => page.say(&count(total, "entity")),
        (true, deleted) => {
            let left = count(total.saturating_sub(deleted), "entity");
            page.say(&format!("{left} after the merge, and {} that it deletes", grouped(deleted)))
        }
        (false, 0) => page.say(&count(total, "entity")).put(" with these filters"),
        (false, _) => page.say(&count(total, "entity")).put(" with these filters, with those that the merge deletes"),
    };
}

fn table(
    site: &Site,
    page: &mut Markup,
    kinds: &Kinds,
    (blueprint, request): (&Blueprint, &ListRequest),
    entities: &[Value],
    now: Moment,
) {
    let mut columns: Vec<&Property> = blueprint.properties.iter().filter(|property| is_column(property)).collect();
    columns.sort_by_key(|property| rank(property));
    columns.truncate(MAX_COLUMNS);
    let has_teams = entities.iter().any(|entity| entity["team"].as_array().is_some_and(|team| !team.is_empty()));
    let is_team_sortable = blueprint.ownership == Ownership::Direct;
    wide(page, "Entities");
    page.put("<table>\n<thead><tr>");
    if site.preview.is_some() {
        page.put("<th scope=\"col\">Merging</th>");
    }
    heading(page, blueprint, request, "Entity", Some(ListField::Title));
    heading(page, blueprint, request, "Identifier", Some(ListField::Identifier));
    for property in &columns {
        heading(page, blueprint, request, property_title(property), Some(ListField::Property(property.name.clone())));
    }
    if has_teams {
        heading(page, blueprint, request, "Team", is_team_sortable.then_some(ListField::Team));
    }
    if site.preview.is_none() {
        heading(page, blueprint, request, "Updated", Some(ListField::UpdatedAt));
    }
    page.put("</tr></thead>\n<tbody>\n");
    for entity in entities {
        let identifier = entity["identifier"].as_str().unwrap_or_default();
        page.put("<tr>");
        if let Some(preview) = &site.preview {
            page.put("<td>");
            if let Some(mark) = preview.mark(&blueprint.identifier, identifier) {
                badge(page, mark, None);
            }
            page.put("</td>");
        }
        page.put("<th scope=\"row\">").link(&Address::entity(&blueprint.identifier, identifier), entity_title(entity));
        page.put("</th><td>").code(&cut(identifier, 80)).put("</td>");
        for property in &columns {
            let class = if property.kind == Some(PropertyKind::Number) { "<td class=\"number\">" } else { "<td>" };
            page.put(class);
            value(page, Some(property), &entity["properties"][&property.name], Space::Cell, now);
            page.put("</td>");
        }
        if has_teams {
            page.put("<td>");
            teams(page, kinds, &entity["team"]);
            page.put("</td>");
        }
        if site.preview.is_none() {
            page.put("<td>");
            if let Some(moment) = entity["updatedAt"].as_str().and_then(Moment::parse) {
                time(page, moment, now);
            }
            page.put("</td>");
        }
        page.put("</tr>\n");
    }
    page.put("</tbody>\n</table>\n</div>\n");
}

/// The teams of an entity as links, where the catalog has a page of them.
pub(super) fn teams(page: &mut Markup, kinds: &Kinds, team: &Value) {
    for (at, name) in team.as_array().into_iter().flatten().filter_map(Value::as_str).enumerate() {
        if at > 0 {
            page.put(", ");
        }
        match kinds.get(TEAM) {
            Some(_) => page.link(&Address::entity(TEAM, name), name),
            None => page.say(name),
        };
    }
}

/// The head of a column. A click sorts by it, a second one the other way round.
fn heading(page: &mut Markup, blueprint: &Blueprint, request: &ListRequest, title: &str, field: Option<ListField>) {
    let Some(field) = field.filter(|_| page.medium() == Medium::Server) else {
        page.put("<th scope=\"col\">").say(title).put("</th>");
        return;
    };
    let default = Sorting { field: ListField::Identifier, is_descending: false };
    let current = request.query.sorting.as_ref().unwrap_or(&default);
    let is_current = current.field == field;
    page.put("<th scope=\"col\"");
    if is_current {
        page.put(if current.is_descending { " aria-sort=\"descending\"" } else { " aria-sort=\"ascending\"" });
    }
    let next = Sorting { field, is_descending: is_current && !current.is_descending };
    page.put(">").link(&request.address(blueprint, Some(&next)), title);
    if is_current {
        page.put("<span aria-hidden=\"true\">").put(if current.is_descending { " \u{25bc}" } else { " \u{25b2}" });
        page.put("</span>");
    }
    page.put("</th>");
}

fn filters(page: &mut Markup, blueprint: &Blueprint, request: &ListRequest) {
    let is_active = !request.query.filters.is_empty();
    page.put("<details").put(if is_active { " open" } else { "" }).put(">\n<summary>Filter</summary>\n");
    page.put("<form class=\"filters\" method=\"get\" aria-label=\"Filter the entities\"");
    let action = Address::blueprint(&blueprint.identifier).href(page.medium(), page.here());
    page.attribute(" action", &action).put(">\n");
    input(page, request, &ListField::Title, "Title contains", &[]);
    if blueprint.ownership == Ownership::Direct {
        input(page, request, &ListField::Team, "Team", &[]);
    }
    for property in blueprint.properties.iter().filter(|property| is_column(property)).take(MAX_FILTERS) {
        let (title, choices) = (property_title(property), choices(property));
        let label = if choices.is_empty() { format!("{title} contains") } else { title.to_owned() };
        input(page, request, &ListField::Property(property.name.clone()), &label, &choices);
    }
    for relation in &blueprint.relations {
        let field = ListField::Relation(relation.name.clone());
        input(page, request, &field, &format!("{} (identifier)", relation_title(relation)), &[]);
    }
    if let Some(sorting) = &request.query.sorting {
        hidden(page, "sort", &key(&sorting.field));
        if sorting.is_descending {
            hidden(page, "order", "desc");
        }
    }
    page.put("<button type=\"submit\">Filter</button>\n");
    if is_active {
        page.link(&Address::blueprint(&blueprint.identifier), "Remove all filters").put("\n");
    }
    page.put("</form>\n</details>\n");
}

fn hidden(page: &mut Markup, name: &str, value: &str) {
    page.put("<input type=\"hidden\"").attribute(" name", name).attribute(" value", value).put(">\n");
}

fn input(page: &mut Markup, request: &ListRequest, field: &ListField, label: &str, choices: &[String]) {
    let (name, current) = (key(field), request.filter(field));
    let id = format!("filter-{name}");
    page.put("<div><label").attribute(" for", &id).put(">").say(label).put("</label>");
    if choices.is_empty() {
        page.put("<input type=\"text\"").attribute(" id", &id).attribute(" name", &name).attribute(" value", current);
        page.put("></div>\n");
        return;
    }
    page.put("<select").attribute(" id", &id).attribute(" name", &name).put("><option value=\"\">any</option>");
    for choice in choices {
        page.put("<option").attribute(" value", choice);
        page.put(if choice.eq_ignore_ascii_case(current) { " selected>" } else { ">" });
        page.say(match choice.as_str() {
            "true" => "Yes",
            "false" => "No",
            other => other.get(..MAX_CHOICE).unwrap_or(other),
        });
        page.put("</option>");
    }
    page.put("</select></div>\n");
}
