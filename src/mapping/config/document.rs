//! Finds the exporter's config inside of the document that holds it: the config alone, the integration as Port returns
//! it, or Helm values with `configMap.config`.

use super::model::Rules;
use crate::domain::document::tree::{Kind, Value};
use crate::domain::platform::{PLATFORMS, PORT, Platform};

/// Where the config is.
#[derive(Debug, Clone, Copy)]
pub enum ConfigPlace<'a> {
    /// This value is the config.
    Here(Value<'a>, Rules),
    /// The text of this scalar is the exporter's file.
    Text(Value<'a>),
}

/// Finds the config in a document. `rules`: those of a config that is not in Helm values.
pub fn find_config(root: Value<'_>, rules: Rules) -> ConfigPlace<'_> {
    if root.kind() != Kind::Map {
        return ConfigPlace::Here(root, rules);
    }
    if root.get("resources").is_none() {
        if let Some(config) = root.get("configMap").and_then(|map| map.get("config")) {
            return match config.kind() {
                Kind::String => ConfigPlace::Text(config),
                Kind::Null | Kind::Bool | Kind::Number | Kind::List | Kind::Map => {
                    ConfigPlace::Here(config, Rules::HelmValues)
                }
            };
        }
        let integration = root.get("integration").filter(|value| value.kind() == Kind::Map);
        let is_integration =
            |value: &Value<'_>| value.get("installationId").is_some() || value.get("identifier").is_some();
        let holder = integration.or_else(|| Some(root).filter(is_integration));
        if let Some(config) = holder.and_then(|holder| holder.get("config")) {
            return ConfigPlace::Here(config, rules);
        }
    }
    ConfigPlace::Here(root, rules)
}

/// The platform for whose exporter a config is written: by the keys of its entries, else by the group of their kinds.
pub fn platform_of(config: Value<'_>) -> &'static Platform {
    let entries = || config.get("resources").into_iter().flat_map(Value::items);
    let has_key = |platform: &&Platform| entries().any(|entry| entry.get(platform.mapping_key).is_some());
    let has_group = |platform: &&Platform| {
        let kinds = entries().filter_map(|entry| entry.get("kind")?.as_str());
        kinds.filter_map(|kind| kind.split_once('/')).any(|(group, _)| group == platform.group)
    };
    PLATFORMS.into_iter().find(has_key).or_else(|| PLATFORMS.into_iter().find(has_group)).unwrap_or(&PORT)
}
