//! The config file as written: one layer, and one more for each target. It is parsed with the manifest reader, so that
//! every error has a position; nothing is merged yet.

use super::clusters::Cluster;
use super::error::{ConfigFault, FaultyConfig};
use super::layer::{KEYS, Layer, LayerReader};
use super::level::RuleName;
use super::policies;
use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::document::tree::Value;
use crate::manifest::{Limits, Reader};
use crate::text::merge_conflict::merge_conflicts;
use crate::text::suggest::closest;

#[derive(Debug, Default)]
pub(super) struct File {
    pub layer: Layer,
    pub targets: Vec<(String, Layer)>,
    /// With the places of their names.
    pub clusters: Vec<(String, Cluster, Span)>,
}

/// A parsed file with its line index.
#[derive(Debug)]
pub(super) struct Placed {
    pub file: File,
    lines: LineIndex,
}

impl Placed {
    pub fn line(&self, span: Span) -> usize {
        self.lines.line_of(span.start as usize)
    }

    pub fn empty() -> Self {
        Self { file: File::default(), lines: LineIndex::new("") }
    }
}

/// `path` is for messages; `known_rules` are all existing rules.
pub(super) fn read(path: &str, text: &str, known_rules: &[RuleName]) -> Result<Placed, Box<FaultyConfig>> {
    // The YAML reader would report each conflict marker as a syntax error.
    let conflicts = merge_conflicts(text);
    if !conflicts.is_empty() {
        return Err(Box::new(FaultyConfig::in_conflict(path.to_owned(), text, &conflicts)));
    }
    let mut layers = LayerReader { known_rules, faults: Vec::new() };
    let mut file = File::default();
    Reader::new(Limits::default()).read_first(text, &mut |document| {
        layers.faults.extend(document.faults.iter().filter_map(wrong));
        if let Some(root) = document.view.root() {
            top(&mut layers, &mut file, root);
        }
    });
    check_regions(&mut layers, &file);
    if layers.faults.is_empty() {
        Ok(Placed { file, lines: LineIndex::new(text) })
    } else {
        Err(Box::new(FaultyConfig::new(path.to_owned(), text, layers.faults)))
    }
}

fn top(layers: &mut LayerReader<'_>, file: &mut File, root: Value<'_>) {
    for (key, value) in layers.mapping(root) {
        let name = key.key_text();
        if name == "targets" {
            for (target, said) in layers.mapping(value) {
                let mut layer = Layer::default();
                for (key, value) in layers.mapping(said) {
                    one(layers, &mut layer, key, value, &KEYS);
                }
                file.targets.push((target.key_text().into_owned(), layer));
            }
        } else if name == "clusters" {
            for (cluster, said) in layers.mapping(value) {
                let (name, span) = (cluster.key_text().into_owned(), cluster.span());
                file.clusters.push((name, Cluster::read(layers, said), span));
            }
        } else {
            let known: Vec<&str> = KEYS.into_iter().chain(["clusters", "targets"]).collect();
            one(layers, &mut file.layer, key, value, &known);
        }
    }
}

fn one(layers: &mut LayerReader<'_>, layer: &mut Layer, key: Value<'_>, value: Value<'_>, known: &[&str]) {
    let name = key.key_text();
    if name == "policies" {
        layer.policies = policies::read(layers, value);
        return;
    }
    if layers.entry(layer, &name, value) {
        return;
    }
    let is_credential = ["secret", "token", "password", "client"].iter().any(|word| name.to_lowercase().contains(word));
    if is_credential && closest(&name, known.iter().copied()).is_none() {
        layers.fault(key.span(), format!("`{name}` is not allowed here: credentials come from the environment"));
    } else {
        layers.unknown(key.span(), "key", &name, known);
    }
}

/// Checks that every region belongs to the platform that the same file chooses.
fn check_regions(layers: &mut LayerReader<'_>, file: &File) {
    let own = file.layer.platform;
    for layer in std::iter::once(&file.layer).chain(file.targets.iter().map(|(_, layer)| layer)) {
        let platform = layer.platform.or(own).map_or(&crate::domain::platform::PORT, |(platform, _)| platform);
        if let Some((catalog, span)) = &layer.catalog
            && let Err(message) = catalog.check_region(platform)
        {
            layers.fault(*span, message);
        }
    }
}

/// The syntax error of the text, if the fault is one. An ambiguous scalar is not an error here, because its value is
/// checked.
fn wrong(fault: &Fault) -> Option<ConfigFault> {
    let message = match &fault.kind {
        FaultKind::Syntax { message, .. }
        | FaultKind::NotJson { message, .. }
        | FaultKind::BadEncoding { message }
        | FaultKind::Unreadable { message }
        | FaultKind::Absent { message, .. }
        | FaultKind::MergeConflict { message, .. }
        | FaultKind::Unlisted { message, .. } => message.clone(),
        FaultKind::DuplicateKey { key, .. } => format!("duplicate key `{key}`"),
        FaultKind::TooDeep { limit } => format!("nested more than {limit} levels deep"),
        FaultKind::TooLarge { .. } => "too large for a config".to_owned(),
        FaultKind::AliasBomb { .. } => "too large for a config with its aliases".to_owned(),
        FaultKind::AmbiguousScalar { .. } | FaultKind::AmbiguousBreak { .. } | FaultKind::NonStringKey { .. } => {
            return None;
        }
    };
    Some(ConfigFault { span: fault.span, message })
}
