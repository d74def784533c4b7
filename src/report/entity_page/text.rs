//! The page of an entity for a terminal: its name and place, its fields by group, and what points to it.

use unicode_width::UnicodeWidthStr;

use super::view::{EntityPage, FieldGroup, LiveEntity, PageField, PageReference, Target, TargetState};
use crate::domain::value::Value;
use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style, clip};
use crate::text::plural::{count, grouped};

const MAX_VALUE: usize = 100;
/// The number of lines of one list; JSON has all of them.
const MAX_LINES: usize = 50;
const MAX_NAME: usize = 30;

pub fn text(page: &EntityPage, style: &Style) -> String {
    let mut out = Page { out: String::new(), style };
    out.head(page);
    for group in [FieldGroup::Entity, FieldGroup::Properties, FieldGroup::Relations] {
        out.group(page, group);
    }
    out.references(page.referenced_by.as_deref());
    escape::lines(out.out)
}

struct Page<'s> {
    out: String,
    style: &'s Style,
}

impl Page<'_> {
    fn line(&mut self, indent: usize, line: &str) {
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn place(&self, file: &str, line: usize) -> String {
        self.style.paint(Role::Path, &format!("{}:{line}", clean(file)))
    }

    fn name(&self, blueprint: &str, identifier: &str, title: Option<&str>) -> String {
        let name = clean(&format!("{blueprint}/{identifier}")).into_owned();
        let title = title.filter(|title| *title != identifier).map(|title| format!("  {}", clean(title)));
        format!("{name}{}", title.unwrap_or_default())
    }

    fn head(&mut self, page: &EntityPage) {
        let name = clean(&format!("{}/{}", page.blueprint, page.identifier)).into_owned();
        let title = page.title.as_deref().filter(|title| *title != page.identifier).map(clean);
        let title = title.map(|title| format!("  {title}")).unwrap_or_default();
        let head = format!("{}{title}", self.style.paint(Role::Strong, &name));
        self.line(0, &head);
        match (&page.file, page.line) {
            (Some(file), Some(line)) => self.line(2, &format!("declared in {}", self.place(file, line))),
            (_, _) => self.line(2, "no manifest of this repository declares it"),
        }
        for again in &page.declared_again {
            self.line(2, &format!("declared again in {}", self.style.paint(Role::Path, &clean(again))));
        }
        if let Some(live) = &page.live {
            self.live(live);
        }
    }

    fn live(&mut self, live: &LiveEntity) {
        let catalog = clean(&live.catalog).into_owned();
        if !live.exists {
            return self.line(2, &format!("{} {catalog}", self.style.paint(Role::Warning, "not in")));
        }
        let by = live.updated_by.as_deref().map(|by| format!(" by {}", clean(by))).unwrap_or_default();
        let at = live.updated_at.as_deref().map(|at| format!(", last updated {}{by}", clean(at)));
        self.line(2, &format!("in {catalog}{}", at.unwrap_or_default()));
    }

    fn group(&mut self, page: &EntityPage, group: FieldGroup) {
        let fields: Vec<&PageField> = page.fields.iter().filter(|field| field.group == group).collect();
        if fields.is_empty() {
            return;
        }
        self.line(0, "");
        let indent = match group {
            FieldGroup::Entity => 2,
            FieldGroup::Properties => self.heading("Properties"),
            FieldGroup::Relations => self.heading("Relations"),
        };
        let width = fields.iter().map(|field| clean(&field.name).width()).max().unwrap_or_default().min(MAX_NAME);
        for field in fields {
            self.field(field, indent, width, page.live.is_some());
        }
    }

    fn heading(&mut self, text: &str) -> usize {
        let heading = self.style.paint(Role::Help, text);
        self.line(2, &heading);
        4
    }

    fn field(&mut self, field: &PageField, indent: usize, width: usize, has_live: bool) {
        let name = clean(&field.name).into_owned();
        let padding = " ".repeat(width.saturating_sub(name.width()));
        let below = indent + width.max(name.width()) + 2;
        let mut first = format!("{name}{padding}  ");
        if field.targets.is_empty() {
            first.push_str(&match (&field.declared, &field.live) {
                (Some(value), _) => self.value(value),
                (None, Some(live)) => {
                    format!("{} {}", self.style.paint(Role::Dim, "only in the catalog:"), self.value(live))
                }
                (None, None) => String::new(),
            });
            self.line(indent, &first);
        }
        for (at, target) in field.targets.iter().enumerate().take(MAX_LINES) {
            let target = self.target(target);
            match at {
                0 => self.line(indent, &format!("{first}{target}")),
                _ => self.line(below, &target),
            }
        }
        if field.targets.len() > MAX_LINES {
            self.line(below, &format!("and {} more", grouped(field.targets.len() - MAX_LINES)));
        }
        if field.differs && field.declared.is_some() && has_live {
            let live = field.live.as_ref().map_or_else(|| "no value".to_owned(), |live| self.value(live));
            let label = self.style.paint(Role::Warning, "catalog:");
            self.line(below, &format!("{label} {live}"));
        }
    }

    fn value(&self, value: &Value) -> String {
        let text = match value {
            Value::Text(text) => text.to_string(),
            value => value.to_json().to_string(),
        };
        clip(&clean(&text), MAX_VALUE, self.style.ellipsis())
    }

    fn target(&self, target: &Target) -> String {
        let name = self.name(&target.blueprint, &target.identifier, target.title.as_deref());
        match (target.state, &target.file, target.line) {
            (TargetState::Declared, Some(file), Some(line)) => format!("{name}  {}", self.place(file, line)),
            (TargetState::Declared | TargetState::Unknown, ..) => name,
            (TargetState::Known, ..) => format!("{name}  {}", self.style.paint(Role::Dim, "(in the catalog)")),
            (TargetState::Missing, ..) => format!("{name}  {}", self.style.paint(Role::Warning, "(not found)")),
        }
    }

    fn references(&mut self, references: Option<&[PageReference]>) {
        self.line(0, "");
        let Some(references) = references else {
            return self.line(2, "What points to it is unknown without blueprints: run `portolan pull`.");
        };
        if references.is_empty() {
            return self.line(2, "No manifest points to it.");
        }
        let entities = references
            .chunk_by(|one, other| (&one.blueprint, &one.identifier) == (&other.blueprint, &other.identifier));
        let heading = format!("Referenced by {}", count(entities.count(), "entity"));
        self.line(2, &self.style.paint(Role::Help, &heading));
        let name = |reference: &PageReference| {
            self.name(&reference.blueprint, &reference.identifier, reference.title.as_deref())
        };
        let rows: Vec<(String, String, String)> = references
            .iter()
            .take(MAX_LINES)
            .map(|it| (name(it), clean(&it.field).into_owned(), self.place(&it.file, it.line)))
            .collect();
        let names = rows.iter().map(|(name, ..)| name.width()).max().unwrap_or_default().min(MAX_VALUE);
        let fields = rows.iter().map(|(_, field, _)| field.width()).max().unwrap_or_default().min(MAX_NAME);
        for (name, field, place) in rows {
            let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
            let line = format!("{name}{}  {field}{}  {place}", pad(&name, names), pad(&field, fields));
            self.line(4, &line);
        }
        if references.len() > MAX_LINES {
            let more = grouped(references.len() - MAX_LINES);
            self.line(4, &format!("and {more} more; `--output json` has all of them"));
        }
    }
}
