//! A datasource as the catalog lists it.

use serde_json::Value;

/// A datasource, and the blueprints that it wrote entities of.
#[derive(Debug)]
pub(super) struct ListedDatasource {
    pub text: String,
    blueprints: Vec<String>,
}

impl ListedDatasource {
    pub fn of(item: &Value) -> Option<Self> {
        let text = item["datasource"].as_str().filter(|text| !text.is_empty())?.to_owned();
        let name = |blueprint: &Value| blueprint["identifier"].as_str().or(blueprint.as_str()).map(str::to_owned);
        let blueprints = item["blueprints"].as_array().into_iter().flatten().filter_map(name).collect();
        Some(Self { text, blueprints })
    }

    /// A datasource that names no blueprints may have written any.
    pub fn may_have_written(&self, blueprint: &str) -> bool {
        self.blueprints.is_empty() || self.blueprints.iter().any(|name| name == blueprint)
    }
}
