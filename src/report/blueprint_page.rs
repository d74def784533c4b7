//! Renders a blueprint or one of its properties for a terminal: what may be written, and what it means.

use unicode_width::UnicodeWidthStr;

use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style, wrap};

/// A blueprint, with what may be written in its manifests.
#[derive(Debug, Default)]
pub struct BlueprintPage<'a> {
    pub name: &'a str,
    pub title: Option<&'a str>,
    pub description: Option<&'a str>,
    /// A sentence about its team, if entities have none of their own.
    pub team: Option<String>,
    pub properties: Vec<PageEntry<'a>>,
    pub relations: Vec<PageEntry<'a>>,
    /// Properties that the catalog computes, with how.
    pub computed: Vec<PageEntry<'a>>,
    /// The relations of other blueprints that point to it: `api.service`.
    pub pointed_to_by: Vec<String>,
}

#[derive(Debug)]
pub struct PageEntry<'a> {
    pub name: &'a str,
    pub is_required: bool,
    /// What may be written: "a number: 1, 2 or 3; default 3".
    pub words: String,
}

pub fn blueprint(page: &BlueprintPage<'_>, style: &Style) -> String {
    let title = page.title.filter(|title| *title != page.name).map(|title| format!("  {}", clean(title)));
    let mut out = format!("{}{}\n", style.paint(Role::Strong, &clean(page.name)), title.unwrap_or_default());
    let prose = style.prose().saturating_sub(2);
    let sentences = [page.description.map(str::to_owned), page.team.clone()];
    for text in sentences.into_iter().flatten() {
        wrap(&clean(&text), prose, prose).iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    let lists =
        [("Properties", &page.properties), ("Relations", &page.relations), ("Computed by the catalog", &page.computed)];
    for (heading, entries) in lists {
        list(heading, entries, style, &mut out);
    }
    if !page.pointed_to_by.is_empty() {
        out.push_str(&format!("\n{}\n", style.paint(Role::Help, "Pointed to by")));
        let names = clean(&page.pointed_to_by.join(", ")).into_owned();
        wrap(&names, prose, prose).iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    escape::lines(out)
}

fn list(heading: &str, entries: &[PageEntry<'_>], style: &Style, out: &mut String) {
    if entries.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", style.paint(Role::Help, heading)));
    let names = entries.iter().map(|entry| entry.name.width()).max().unwrap_or_default().min(30);
    for entry in entries {
        let name = clean(entry.name).into_owned();
        let padding = " ".repeat(names.saturating_sub(name.width()));
        let words = if entry.is_required { format!("required: {}", entry.words) } else { entry.words.clone() };
        let room = style.prose().saturating_sub(names + 4).max(20);
        for (at, line) in wrap(&clean(&words), room, room).iter().enumerate() {
            match at {
                0 => out.push_str(&format!("  {}{padding}  {line}\n", style.paint(Role::Strong, &name))),
                _ => out.push_str(&format!("  {}  {line}\n", " ".repeat(names.max(name.width())))),
            }
        }
    }
}

/// One property or relation, with its whole schema.
pub fn property(blueprint: &str, entry: &PageEntry<'_>, schema: Option<&serde_json::Value>, style: &Style) -> String {
    let head = style.paint(Role::Strong, &clean(&format!("{blueprint}.{}", entry.name)));
    let prose = style.prose().saturating_sub(2);
    let words = if entry.is_required { format!("required: {}", entry.words) } else { entry.words.clone() };
    let mut out = format!("{head}\n");
    wrap(&clean(&words), prose, prose).iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    if let Some(schema) = schema {
        out.push_str(&format!("\n{}\n", style.paint(Role::Help, "Schema")));
        escape::json(schema).lines().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    escape::lines(out)
}
