//! The row that an ApplicationSet with a list of clusters needs for one more: which key of a row is its name, its address and
//! its path follows from where the template uses them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::destination::Destination;
use super::edit::Step;
use super::error::AddError;
use super::listing::plain_path;
use super::request::Request;
use super::survey::FoundObject;
use crate::scaffold::ANY_NAMESPACE;

/// An ApplicationSet whose list generator has a row for each cluster.
pub(super) struct ClusterList<'s> {
    pub object: &'s FoundObject,
    /// The index of the generator.
    generator: usize,
    rows: &'s [Json],
    /// The key that makes the names of the Applications.
    name_key: &'s str,
}

pub(super) enum NewRow<'s> {
    Present,
    /// The keys of the row, with their values, and the folder that its Application takes.
    Missing(Vec<(&'s str, String)>, Option<String>),
}

impl<'s> ClusterList<'s> {
    /// `None`: it does not make an Application for each cluster of a list.
    pub fn of(object: &'s FoundObject) -> Option<Self> {
        let generators = object.value(&["spec", "generators"])?.as_array()?;
        let elements = |generator: &'s Json| generator.get("list")?.get("elements")?.as_array();
        let mut found = generators.iter().enumerate().filter_map(|(at, it)| Some((at, elements(it)?)));
        let (generator, rows) = found.next()?;
        let template = object.value(&["spec", "template"])?;
        let name = template.get("metadata")?.get("name")?.as_str()?;
        let name_key = parameters(name).into_iter().next()?;
        let destination = template.get("spec")?.get("destination")?;
        let target = ["server", "name"].into_iter().find_map(|key| destination.get(key)?.as_str())?;
        // With a fixed destination, it does not make Applications for clusters.
        whole_parameter(target)?;
        Some(Self { object, generator, rows, name_key })
    }

    pub fn place(&self) -> String {
        self.object.place()
    }

    /// The names of the other clusters, sorted.
    pub fn names_beside(&self, cluster: &str) -> Vec<&'s str> {
        let names = self.rows.iter().filter_map(|row| row.get(self.name_key)?.as_str());
        let mut names: Vec<&str> = names.filter(|name| *name != cluster).collect();
        names.sort_unstable();
        names
    }

    /// The way to the list.
    pub fn steps(&self) -> Vec<Step<'static>> {
        let inside = [Step::Key("list"), Step::Key("elements")];
        [Step::Key("spec"), Step::Key("generators"), Step::Index(self.generator)].into_iter().chain(inside).collect()
    }

    /// The row for the cluster.
    pub fn row(&self, request: &Request<'_>) -> Result<NewRow<'s>, AddError> {
        if let Some(row) =
            self.rows.iter().find(|row| row.get(self.name_key).and_then(Json::as_str) == Some(&request.cluster))
        {
            self.check(row, request)?;
            return Ok(NewRow::Present);
        }
        let known = self.values(request)?;
        let keys = self.keys();
        let mut fields = Vec::new();
        for key in keys {
            let Some(value) = known.get(key) else {
                return Err(self.unknown(
                    format!("a value for `{key}`, which the template or the other rows use"),
                    "add the row yourself; portolan knows the name, the server, the path and the namespace of a cluster",
                ));
            };
            fields.push((key, value.clone()));
        }
        let row: serde_json::Map<String, Json> =
            fields.iter().map(|(key, value)| ((*key).to_owned(), Json::from(value.as_str()))).collect();
        let row = row.into();
        self.check(&row, request)?;
        let path = self.object.text(&["spec", "template", "spec", "source", "path"]);
        let folder = path.and_then(|path| rendered(path, &row)).map(|path| plain_path(&path));
        Ok(NewRow::Missing(fields, folder.filter(|folder| !folder.is_empty())))
    }

    fn unknown(&self, what: String, help: &str) -> AddError {
        AddError::Row { place: self.place(), what, help: help.to_owned() }
    }

    /// The keys of a row: those of the first one, in its order, and those that only the template names.
    fn keys(&self) -> Vec<&'s str> {
        let mut keys: Vec<&str> = self
            .rows
            .first()
            .and_then(Json::as_object)
            .into_iter()
            .flat_map(|row| row.keys())
            .map(String::as_str)
            .collect();
        if keys.is_empty() {
            let mut texts = Vec::new();
            self.object
                .value(&["spec", "template"])
                .into_iter()
                .for_each(|template| collect_texts(template, &mut texts));
            let used = texts.into_iter().flat_map(parameters);
            for key in [self.name_key].into_iter().chain(used) {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }

    /// What is known of the keys, by where the template uses them.
    fn values(&self, request: &Request<'_>) -> Result<BTreeMap<&'s str, String>, AddError> {
        let spec = |path: &[&str]| {
            let path: Vec<&str> = ["spec", "template", "spec"].iter().chain(path).copied().collect();
            self.object.text(&path).and_then(whole_parameter)
        };
        let mut known = BTreeMap::from([(self.name_key, request.cluster.clone())]);
        if let Some(key) = spec(&["destination", "namespace"]) {
            let namespace = request.namespace.as_deref().unwrap_or(ANY_NAMESPACE);
            known.entry(key).or_insert_with(|| namespace.to_owned());
        }
        if let Some(key) = spec(&["destination", "name"]) {
            known.entry(key).or_insert_with(|| request.cluster.clone());
        }
        if let (Some(key), Some(folder)) = (spec(&["source", "path"]), request.folders.first()) {
            known.entry(key).or_insert_with(|| folder.path.clone());
        }
        if let Some(key) = spec(&["destination", "server"]).filter(|key| !known.contains_key(key)) {
            let Some(server) = &request.server else {
                return Err(self.unknown(
                    "the address of the cluster".to_owned(),
                    "name it: `--server https://eu.example.com:6443`",
                ));
            };
            known.insert(key, server.clone());
        }
        Ok(known)
    }

    /// Checks that the Application of a row is the one that is asked for.
    fn check(&self, row: &Json, request: &Request<'_>) -> Result<(), AddError> {
        let spec = |path: &[&str]| {
            let path: Vec<&str> = ["spec", "template", "spec"].iter().chain(path).copied().collect();
            rendered(self.object.text(&path)?, row)
        };
        let path = spec(&["source", "path"]);
        let folder = request.folders.first().map_or("", |folder| folder.path.as_str());
        // A path that the template decides is not asked for, unless by a flag. That of the CRDs is theirs.
        let is_crds = request.crds.is_some() && path == request.crds;
        let wanted = if request.has_path && !is_crds { folder.to_owned() } else { path.clone().unwrap_or_default() };
        let found = Destination {
            path,
            server: spec(&["destination", "server"]),
            name: spec(&["destination", "name"]),
            // A namespace that the template decides is that of all its clusters.
            namespace: spec(&["destination", "namespace"]).filter(|_| request.has_namespace),
            place: self.place(),
        };
        found.check(request, &plain_path(&wanted))
    }
}

/// The keys of `{{name}}` and `{{ .name }}` in a text; a key with dots or a function is not one that a row simply has.
fn parameters(text: &str) -> Vec<&str> {
    let inside = text.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.trim()));
    inside.map(|key| key.strip_prefix('.').unwrap_or(key)).collect()
}

/// The key if a text is one parameter and nothing else.
fn whole_parameter(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let key = inside.strip_prefix('.').unwrap_or(inside);
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (!key.is_empty() && key.chars().all(is_key)).then_some(key)
}

/// The text with the values of a row; `None` if it needs something else.
fn rendered(text: &str, row: &Json) -> Option<String> {
    let mut parts = text.split("{{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, rest) = part.split_once("}}")?;
        let key = key.trim();
        out.push_str(row.get(key.strip_prefix('.').unwrap_or(key))?.as_str()?);
        out.push_str(rest);
    }
    Some(out)
}

fn collect_texts<'s>(value: &'s Json, texts: &mut Vec<&'s str>) {
    match value {
        Json::String(text) => texts.push(text),
        Json::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Json::Object(fields) => fields.values().for_each(|field| collect_texts(field, texts)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
