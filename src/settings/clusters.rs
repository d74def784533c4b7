//! The clusters of the config: for each one, the exporter's mapping and what is known of its exporter and its deliverer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::layer::{LayerReader, Said};
use crate::domain::cluster::{Deliverer, ExporterVersion};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;

/// One entry of `clusters` in the config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterSettings {
    pub name: String,
    /// The line of its entry in the config.
    pub line: usize,
    /// The file with the exporter's mapping, relative to the root, and the line that names it.
    pub mapping: Option<(PathBuf, usize)>,
    /// The exporter's state key: it tells which entities the exporter owns.
    pub state_key: Option<String>,
    pub exporter: ExporterVersion,
    /// The exporter's environment.
    pub env: BTreeMap<String, String>,
    pub deliverer: Option<Deliverer>,
    /// The namespace of manifests that name none.
    pub namespace: Option<String>,
    /// The config has no other cluster.
    pub is_only: bool,
}

/// A cluster as the config has it.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    pub mapping: Said<PathBuf>,
    pub state_key: Said<String>,
    pub exporter: Said<ExporterVersion>,
    pub env: BTreeMap<String, String>,
    pub deliverer: Said<Deliverer>,
    pub namespace: Said<String>,
}

pub(super) const KEYS: [&str; 6] = ["mapping", "state-key", "exporter", "env", "deliverer", "namespace"];

impl Cluster {
    pub fn read(reader: &mut LayerReader<'_>, value: Value<'_>) -> Self {
        let mut cluster = Self::default();
        reader.entries(value, &KEYS, |this, key, value| match key {
            "mapping" => cluster.mapping = this.checked(value, file),
            "state-key" => cluster.state_key = this.checked(value, state_key),
            "exporter" => cluster.exporter = this.checked(value, exporter),
            "env" => {
                for (name, value) in this.mapping(value) {
                    let text = this.text(value).map(str::to_owned);
                    cluster.env.extend(text.map(|text| (name.key_text().into_owned(), text)));
                }
            }
            "deliverer" => cluster.deliverer = this.choice(value, &Deliverer::WORDS, Deliverer::parse),
            _ => cluster.namespace = this.checked(value, namespace),
        });
        cluster
    }

    pub fn settings(&self, (name, is_only): (&str, bool), span: Span, line: impl Fn(Span) -> usize) -> ClusterSettings {
        let value = |said: &Said<String>| said.as_ref().map(|(value, _)| value.clone());
        ClusterSettings {
            name: name.to_owned(),
            line: line(span),
            mapping: self.mapping.as_ref().map(|(path, span)| (path.clone(), line(*span))),
            state_key: value(&self.state_key),
            exporter: self.exporter.map_or(ExporterVersion::ASSUMED, |(version, _)| version),
            env: self.env.clone(),
            deliverer: self.deliverer.map(|(deliverer, _)| deliverer),
            namespace: value(&self.namespace),
            is_only,
        }
    }
}

fn file(text: &str) -> Result<PathBuf, String> {
    let path: PathBuf = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if path.as_os_str().is_empty() || text.starts_with('/') || text.split('/').any(|part| part == "..") {
        return Err("expected the path of a file in this repository, relative to this config".to_owned());
    }
    Ok(path)
}

fn state_key(text: &str) -> Result<String, String> {
    // It is part of a header, inside parentheses.
    let fits = |c: char| c.is_ascii_graphic() && c != '(' && c != ')';
    if !text.is_empty() && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err("a state key has no spaces and no parentheses, as in the exporter's `stateKey`".to_owned())
}

fn exporter(text: &str) -> Result<ExporterVersion, String> {
    let error = || format!("expected a version of the exporter such as `\"{}\"`", ExporterVersion::ASSUMED);
    ExporterVersion::parse(text).ok_or_else(error)
}

fn namespace(text: &str) -> Result<String, String> {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends_well = !text.starts_with('-') && !text.ends_with('-');
    if (1..=63).contains(&text.len()) && text.chars().all(is_inner) && ends_well {
        return Ok(text.to_owned());
    }
    Err("a namespace is 1 to 63 lower-case letters, digits and `-`".to_owned())
}
