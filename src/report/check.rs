//! Renders the result of `config --check`: one line for each check of the catalog. It contains no secrets, only names,
//! counts and errors, which are redacted where they arise.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style};

pub const FORMAT: &str = "portolan.config-check/1";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    Failed,
    /// The check could not run, because an earlier one failed or a setting is missing.
    Unknown,
}

/// One check and its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// `credentials`, `region`, `organization`, `read-blueprints`, `read-entities`, `write-entities`, `scope`.
    pub check: &'static str,
    pub status: Status,
    pub detail: String,
    pub help: Option<String>,
}

/// What `portolan config --check --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.config-check/1", rename = "ConfigCheck")]
struct Document<'a> {
    /// Always `portolan.config-check/1`.
    format: &'static str,
    platform: &'a str,
    catalog: &'a str,
    checks: &'a [Check],
}

pub fn text(catalog: &str, checks: &[Check], style: &Style) -> String {
    let width = checks.iter().map(|check| check.check.len()).max().unwrap_or_default();
    let mut out = format!("{}\n", style.paint(Role::Strong, &clean(&format!("Catalog: {catalog}."))));
    for check in checks {
        let (word, role) = match check.status {
            Status::Ok => ("ok     ", Role::Good),
            Status::Failed => ("failed ", Role::Error),
            Status::Unknown => ("unknown", Role::Dim),
        };
        let name = check.check;
        out.push_str(&format!("{name:width$}  {}  {}\n", style.paint(role, word), clean(&check.detail)));
        if let Some(help) = &check.help {
            out.push_str(&format!("{:width$}           help: {}\n", "", clean(help)));
        }
    }
    escape::lines(out)
}

pub fn json(platform: &str, catalog: &str, checks: &[Check]) -> String {
    format!("{}\n", escape::json(&Document { format: FORMAT, platform, catalog, checks }))
}

/// The JSON Schema of the document.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}
