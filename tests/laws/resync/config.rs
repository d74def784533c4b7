//! A mapping as the exporter reads it, and its three spellings: the file, the stored JSON, and Helm values.

use serde_json::{Map, Value as Json, json};

use super::expressions::Expression;

/// Where the exporter has its config from, which decides how leaves are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    File,
    /// As `configMap.config` of the values of the Helm chart, a text.
    Helm,
    /// The integration's config at Port.
    Stored,
}

/// What stands at a place of the config.
#[derive(Debug, Clone)]
pub enum Slot {
    Absent,
    Null,
    Expression(Expression),
    /// A number or a bool.
    Scalar(Json),
    Map(Vec<(String, Slot)>),
    List(Vec<Slot>),
}

#[derive(Debug, Clone)]
pub struct Mapping {
    pub identifier: Slot,
    pub title: Slot,
    pub blueprint: Slot,
    pub icon: Slot,
    pub team: Slot,
    pub properties: Vec<(String, Slot)>,
    pub relations: Vec<(String, Slot)>,
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub kind: Slot,
    pub selector: Slot,
    pub items: Slot,
    pub items_name: Option<String>,
    /// `None`: the entry has no `port`.
    pub mappings: Option<Vec<Mapping>>,
}

#[derive(Debug, Clone)]
pub struct Config {
    pub form: Form,
    /// The name of `resources`; any other name means none.
    pub resources: &'static str,
    pub entries: Vec<Entry>,
    /// Keys that only the stored config has.
    pub raw_examples: Option<bool>,
    pub allowed: Option<Vec<String>>,
    pub allow_all: Option<bool>,
    /// Written as JSON also where YAML is expected.
    pub in_flow_style: bool,
}

impl Slot {
    fn json(&self) -> Json {
        match self {
            Self::Absent | Self::Null => Json::Null,
            Self::Expression(expression) => json!(expression.text),
            Self::Scalar(value) => value.clone(),
            Self::Map(members) => object(members),
            Self::List(items) => items.iter().map(Self::json).collect(),
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

fn object(members: &[(String, Slot)]) -> Json {
    Json::Object(members.iter().map(|(key, slot)| (key.clone(), slot.json())).collect())
}

impl Mapping {
    fn json(&self) -> Json {
        let mut found = Map::new();
        let Self { identifier, title, blueprint, icon, team, properties, relations } = self;
        let texts =
            [("identifier", identifier), ("title", title), ("blueprint", blueprint), ("icon", icon), ("team", team)];
        let texts = texts.into_iter().filter(|(_, slot)| !slot.is_absent());
        found.extend(texts.map(|(key, slot)| (key.to_owned(), slot.json())));
        for (key, members) in [("properties", properties), ("relations", relations)] {
            if !members.is_empty() {
                found.insert(key.to_owned(), object(members));
            }
        }
        Json::Object(found)
    }
}

impl Entry {
    fn json(&self) -> Json {
        let mut found = Map::new();
        if !self.kind.is_absent() {
            found.insert("kind".to_owned(), self.kind.json());
        }
        if !self.selector.is_absent() {
            found.insert("selector".to_owned(), json!({"query": self.selector.json()}));
        }
        if let Some(mappings) = &self.mappings {
            let mut port = Map::new();
            if !self.items.is_absent() {
                port.insert("itemsToParse".to_owned(), self.items.json());
            }
            if let Some(name) = &self.items_name {
                port.insert("itemsToParseName".to_owned(), json!(name));
            }
            let mappings: Vec<Json> = mappings.iter().map(Mapping::json).collect();
            port.insert("entity".to_owned(), json!({"mappings": mappings}));
            found.insert("port".to_owned(), Json::Object(port));
        }
        Json::Object(found)
    }
}

impl Config {
    pub fn json(&self) -> Json {
        let mut found = Map::new();
        if let Some(allow) = self.allow_all {
            found.insert("allowAllEnvironmentVariablesInJQ".to_owned(), json!(allow));
        }
        if let Some(allowed) = &self.allowed {
            found.insert("allowedEnvironmentVariablesInJQ".to_owned(), json!(allowed));
        }
        if let Some(sends) = self.raw_examples {
            found.insert("sendRawDataExamples".to_owned(), json!(sends));
        }
        let entries: Vec<Json> = self.entries.iter().map(Entry::json).collect();
        found.insert(self.resources.to_owned(), json!(entries));
        Json::Object(found)
    }

    /// The text of the document that a user has.
    pub fn text(&self) -> String {
        let json = self.json();
        match self.form {
            Form::Stored => json.to_string(),
            Form::File if self.in_flow_style => json.to_string(),
            Form::File => serde_yaml::to_string(&json).expect("it can be written"),
            Form::Helm => {
                let text = serde_yaml::to_string(&json).expect("it can be written");
                let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
                format!("replicaCount: 1\nconfigMap:\n  config: |\n{indented}")
            }
        }
    }

    /// The name of a file for it.
    pub fn file_name(&self) -> &'static str {
        match self.form {
            Form::Stored => "integration.json",
            Form::File => "config.yaml",
            Form::Helm => "values.yaml",
        }
    }
}
