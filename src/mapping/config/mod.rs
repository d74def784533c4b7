//! Reads the exporter's mapping config: `config.yaml`, the integration's JSON, or Helm values. It reports what stops the
//! exporter at its start; what only fails for objects is left to the evaluation.

mod decode;
pub mod document;
pub mod model;
pub mod scalar_place;

use decode::Decoder;
use model::{Config, ConfigError, Entry, EnvironmentRule, Expression, Mapping, Query, Remark, RemarkKind, Rules};

use crate::domain::document::span::Span;
use crate::domain::document::tree::{Style, Value};

const TOP: [&str; 10] = [
    "resources",
    "crdsToDiscover",
    "overwriteCrdsActions",
    "deleteDependents",
    "createMissingRelatedEntities",
    "allowAllEnvironmentVariablesInJQ",
    "allowedEnvironmentVariablesInJQ",
    "updateEntityOnlyOnDiff",
    "sendRawDataExamples",
    "stateKey",
];
/// Keys that only the file has.
const FILE_TOP: [&str; 5] = [
    "resyncInterval",
    "eventListenerType",
    "createDefaultResources",
    "createPortResourcesOrigin",
    "overwriteConfigurationOnRestart",
];
/// Keys that the exporter does not take from its file.
const STORED_ONLY: [&str; 4] = [
    "allowAllEnvironmentVariablesInJQ",
    "allowedEnvironmentVariablesInJQ",
    "updateEntityOnlyOnDiff",
    "sendRawDataExamples",
];

/// Reads a config. `None`: an empty document. `Err`: why the exporter does not start with it.
pub fn read_config(root: Option<Value<'_>>, rules: Rules) -> Result<Config, Vec<ConfigError>> {
    let mut decoder = Decoder { rules, errors: Vec::new(), remarks: Vec::new() };
    let mut config = decoder.config(root);
    if !decoder.errors.is_empty() {
        return Err(decoder.errors);
    }
    config.remarks = decoder.remarks;
    Ok(config)
}

impl Decoder {
    fn config(&mut self, root: Option<Value<'_>>) -> Config {
        let is_stored = self.rules == Rules::Stored;
        let known: Vec<&'static str> = match is_stored {
            true => TOP.into_iter().filter(|key| *key != "stateKey").collect(),
            false => TOP.into_iter().chain(FILE_TOP).collect(),
        };
        let mut config = Config { sends_raw_examples: true, ..Config::default() };
        let Some(top) = self.members(root, &known, "") else { return config };
        config.crds_to_discover = self.optional(top.get("crdsToDiscover"), "crdsToDiscover");
        config.delete_dependents = self.flag(top.get("deleteDependents"), "deleteDependents").unwrap_or_default();
        let missing = self.flag(top.get("createMissingRelatedEntities"), "createMissingRelatedEntities");
        config.create_missing_related_entities = missing.unwrap_or_default();
        self.flag(top.get("overwriteCrdsActions"), "overwriteCrdsActions");
        let allows_all = self.flag(top.get("allowAllEnvironmentVariablesInJQ"), "allowAllEnvironmentVariablesInJQ");
        let list = "allowedEnvironmentVariablesInJQ";
        let allowed = top.get(list).map(|value| {
            let items = self.items(Some(value), list);
            items.into_iter().map(|value| self.text(value, list)).collect()
        });
        if is_stored {
            self.flag(top.get("updateEntityOnlyOnDiff"), "updateEntityOnlyOnDiff");
            let examples = self.flag(top.get("sendRawDataExamples"), "sendRawDataExamples");
            config.sends_raw_examples = examples.unwrap_or(true);
            config.environment = EnvironmentRule { allows_all: allows_all.unwrap_or_default(), allowed };
            config.environment_span = top.get(list).map(Value::span);
        } else {
            self.file_keys(&top, &mut config);
        }
        let resources = self.items(top.get("resources"), "resources");
        for (index, value) in resources.into_iter().enumerate() {
            if let Some(entry) = self.entry(index, value) {
                config.entries.push(entry);
            }
        }
        if config.entries.is_empty() {
            let span = top.get_any("resources").or(root).map_or(Span::empty(0), Value::span);
            self.remarks.push(Remark { kind: RemarkKind::MapsNothing, span });
        }
        config
    }

    fn file_keys(&mut self, top: &decode::Members<'_>, config: &mut Config) {
        config.state_key = top.get("stateKey").map(|value| self.text(value, "stateKey").to_lowercase());
        for key in ["eventListenerType", "createPortResourcesOrigin"] {
            if let Some(value) = top.get(key) {
                self.text(value, key);
            }
        }
        for key in ["createDefaultResources", "overwriteConfigurationOnRestart"] {
            self.flag(top.get(key), key);
        }
        if let Some(value) = top.get("resyncInterval")
            && value.as_number().is_none_or(|number| number.as_f64() < 0.0 || number.as_f64().fract() != 0.0)
        {
            self.error("must be a whole number", value.span(), "resyncInterval");
        }
        for key in STORED_ONLY {
            if let Some(value) = top.get(key) {
                let kind = RemarkKind::OnlyStored { key: key.to_owned() };
                self.remarks.push(Remark { kind, span: value.span() });
            }
        }
    }

    fn entry(&mut self, index: usize, value: Value<'_>) -> Option<Entry> {
        let field = format!("resources[{index}]");
        let members = self.members(Some(value), &["kind", "selector", "port"], &field)?;
        let kind = members.get("kind").map(|kind| self.text(kind, &format!("{field}.kind")));
        let kind_span = members.get("kind").map_or(value.span(), Value::span);
        let at = format!("{field}.selector");
        let selector = self.members(members.get("selector"), &["query"], &at);
        let selector = selector.and_then(|selector| self.optional(selector.get("query"), &format!("{at}.query")));
        let at = format!("{field}.port");
        let port = self.members(members.get("port"), &["entity", "itemsToParse", "itemsToParseName"], &at)?;
        let items_to_parse = self.optional(port.get("itemsToParse"), &format!("{at}.itemsToParse"));
        let item_name = port.get("itemsToParseName");
        let name = item_name.map(|name| self.text(name, &format!("{at}.itemsToParseName")));
        let at = format!("{at}.entity");
        let entity = self.members(port.get("entity"), &["mappings"], &at)?;
        let at = format!("{at}.mappings");
        let mut mappings = Vec::new();
        for (number, mapping) in self.items(entity.get("mappings"), &at).into_iter().enumerate() {
            mappings.extend(self.mapping(mapping, &format!("{at}[{number}]")));
        }
        if mappings.is_empty() {
            let kind = RemarkKind::EntryMapsNothing { entry: index };
            self.remarks.push(Remark { kind, span: value.span() });
        }
        Some(Entry {
            index,
            span: value.span(),
            kind: kind.unwrap_or_default(),
            kind_span,
            selector,
            items_to_parse,
            item_name: name.filter(|name| !name.is_empty()).unwrap_or_else(|| "item".to_owned()),
            item_name_span: item_name.map(Value::span),
            mappings,
        })
    }

    fn mapping(&mut self, value: Value<'_>, field: &str) -> Option<Mapping> {
        let known = ["identifier", "title", "blueprint", "icon", "team", "properties", "relations"];
        let members = self.members(Some(value), &known, field)?;
        let identifier = members.get("identifier").map(|value| self.query(value, &format!("{field}.identifier")));
        let title = self.optional(members.get("title"), &format!("{field}.title"));
        let blueprint = members.get("blueprint").map(|value| self.expression(value, &format!("{field}.blueprint")));
        let team = members.get("team").map(|value| self.query(value, &format!("{field}.team")));
        let icon = self.optional(members.get("icon"), &format!("{field}.icon"));
        let mut properties = Vec::new();
        let at = format!("{field}.properties");
        for (key, value) in self.table(members.get("properties"), &at) {
            let expression = self.expression(value, &format!("{at}.{key}"));
            properties.push((key, expression));
        }
        let mut relations = Vec::new();
        let at = format!("{field}.relations");
        for (key, value) in self.table(members.get("relations"), &at) {
            let query = self.query(value, &format!("{at}.{key}"));
            relations.push((key, query));
        }
        let place = |key: &str| members.get_any(key).map_or(value.span(), Value::span);
        Some(Mapping {
            span: value.span(),
            identifier: identifier.unwrap_or_else(|| Query::Null(place("identifier"))),
            title,
            blueprint: blueprint.unwrap_or_else(|| empty_expression(place("blueprint"))),
            team,
            icon,
            properties,
            relations,
        })
    }
}

/// A missing blueprint, which the exporter evaluates as an empty expression.
fn empty_expression(span: Span) -> Expression {
    Expression { text: String::new(), span, style: Style::Plain }
}

/// The rules that apply if none are chosen: those of the stored config for JSON, those of the file for YAML.
pub fn default_rules(text: &str) -> Rules {
    let text = text.trim_start_matches('\u{feff}');
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let is_object = text.trim_start().starts_with('{');
    if is_json && is_object { Rules::Stored } else { Rules::File }
}
