//! Renders the result of `cluster add`: as text, and as `portolan.cluster-add/1` for programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::cluster::Deliverer;
use crate::report::escape::{self, clean, lines};
use crate::report::init::{File, contents, list};
use crate::report::style::Style;
use crate::text::plural::count;

pub const FORMAT: &str = "portolan.cluster-add/1";

/// A cluster that was registered, or is registered already.
#[derive(Debug)]
pub struct ClusterAdd<'a> {
    pub cluster: &'a str,
    pub deliverer: Deliverer,
    pub place: &'a str,
    /// Empty: the cluster is registered already.
    pub files: &'a [File<'a>],
    pub is_dry_run: bool,
    /// What remains to do, as sentences.
    pub next: &'a [String],
}

/// What `portolan cluster add --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.cluster-add/1")]
struct Document<'a> {
    /// Always `portolan.cluster-add/1`.
    format: &'static str,
    cluster: &'a str,
    /// `flux` or `argocd`.
    deliverer: &'static str,
    /// `written`, `unchanged` (the cluster is registered already), or `dry-run`.
    outcome: &'static str,
    /// Where the cluster is registered: a file, with a line if it was registered already.
    place: &'a str,
    /// The files that were written, or would be, relative to the top of the repository.
    files: Vec<JsonFile<'a>>,
    /// What remains to do.
    next: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "File")]
struct JsonFile<'a> {
    path: &'a str,
    /// `new` or `changed`.
    change: &'static str,
    /// The whole new content.
    content: &'a str,
}

impl<'a> JsonFile<'a> {
    fn of(file: &'a File<'_>) -> Self {
        let change = if file.before.is_some() { "changed" } else { "new" };
        Self { path: file.path, change, content: file.after }
    }
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(report: &ClusterAdd<'_>) -> String {
    let outcome = match (report.files.is_empty(), report.is_dry_run) {
        (true, _) => "unchanged",
        (false, true) => "dry-run",
        (false, false) => "written",
    };
    let document = Document {
        format: FORMAT,
        cluster: report.cluster,
        deliverer: report.deliverer.word(),
        outcome,
        place: report.place,
        files: report.files.iter().map(JsonFile::of).collect(),
        next: report.next,
    };
    format!("{}\n", escape::json(&document))
}

pub fn text(report: &ClusterAdd<'_>, style: &Style) -> String {
    let (cluster, place) = (report.cluster, clean(report.place));
    if report.files.is_empty() {
        return format!("Nothing to do: the cluster `{cluster}` is registered already, in `{place}`.\n");
    }
    let verb = if report.is_dry_run { "Would write" } else { "Wrote" };
    let mut out = if report.is_dry_run { contents(report.files, style) } else { String::new() };
    out.push_str(&format!("{verb} {}:\n{}", count(report.files.len(), "file"), list(report.files, style)));
    if report.is_dry_run {
        out.push_str("Nothing was written (dry run).\n");
        return out;
    }
    let numbered = report.next.iter().enumerate().map(|(at, step)| format!("  {}. {}\n", at + 1, clean(step)));
    out.push_str(&format!("\nNext:\n{}", numbered.collect::<String>()));
    lines(out)
}
