//! Renders lists of entities: one line each for people, and `portolan.list/1` for programs.

use schemars::JsonSchema;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style, clip};

const FORMAT: &str = "portolan.list/1";
/// Wider columns would push the files out of sight.
const MAX_NAME: usize = 60;
const MAX_TITLE: usize = 40;

/// What `portolan list --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.list/1")]
struct Document<'a> {
    /// Always `portolan.list/1`.
    format: &'static str,
    entities: &'a [ListedEntity],
    notes: &'a [String],
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedEntity {
    pub blueprint: String,
    pub identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The file that declares it, relative to the root of the repository; absent if none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether the catalog has it; absent if the catalog was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_catalog: Option<bool>,
}

pub struct EntityList<'a> {
    pub entities: &'a [ListedEntity],
    pub notes: &'a [String],
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(list: &EntityList<'_>) -> String {
    let document = Document { format: FORMAT, entities: list.entities, notes: list.notes };
    format!("{}\n", escape::json(&document))
}

/// Name, title and file, in columns. Notes are not part of it, so that a pipe gets nothing but entities.
pub fn text(list: &EntityList<'_>, style: &Style) -> String {
    let rows: Vec<(String, String)> = list.entities.iter().map(|entity| columns(entity, style)).collect();
    let width = |of: fn(&(String, String)) -> &str, most: usize| {
        rows.iter().map(|row| of(row).width()).max().unwrap_or_default().min(most)
    };
    let (name_width, title_width) = (width(|row| &row.0, MAX_NAME), width(|row| &row.1, MAX_TITLE));
    let mut out = String::new();
    for ((name, title), entity) in rows.iter().zip(list.entities) {
        let padding = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        let mut line = format!("{}{}  ", style.paint(Role::Strong, name), padding(name, name_width));
        if title_width > 0 {
            line.push_str(&format!("{title}{}  ", padding(title, title_width)));
        }
        line.push_str(&place(entity, style));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    escape::lines(out)
}

fn columns(entity: &ListedEntity, style: &Style) -> (String, String) {
    let name = clean(&format!("{}/{}", entity.blueprint, entity.identifier)).into_owned();
    let title = entity.title.as_deref().map(|title| clip(&clean(title), MAX_TITLE, style.ellipsis()));
    (name, title.unwrap_or_default())
}

fn place(entity: &ListedEntity, style: &Style) -> String {
    let file = entity.file.as_deref().map(|file| style.paint(Role::Path, &clean(file)));
    match (file, entity.in_catalog) {
        (Some(file), Some(false)) => format!("{file} {}", style.paint(Role::Warning, "(not in the catalog)")),
        (Some(file), Some(true) | None) => file,
        (None, _) => style.paint(Role::Warning, "(no manifest)"),
    }
}
