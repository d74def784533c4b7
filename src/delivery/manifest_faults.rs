//! What goes wrong with a manifest that a deliverer takes: what it loses on its way, what variables make of it, and why
//! the API server refuses it.

use serde_json::Value as Json;

use super::doubts::{Doubts, MAPS};
use super::flux::{SUBSTITUTE, VanishReason};
use super::object::split_version;
use super::reach::{Applied, Arrival, Fate, Tool};
use super::reading::{Dialect, differences};
use crate::domain::delivery_facts::{Becomes, ManifestFaultKind, SubstitutedValue};
use crate::domain::document::fault::Reading;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Style, Value};

/// Longer texts are not shown.
const MAX_SHOWN: usize = 60;

/// What is known of the deliverer of a manifest.
#[derive(Debug, Clone, Copy)]
pub struct Delivering<'a> {
    pub tool: Tool,
    pub applied: Applied,
    /// The variables that a Kustomization of Flux names, if it substitutes any: `None` if it does not.
    pub variables: Option<&'a [String]>,
    /// The API group of entity manifests.
    pub group: &'a str,
    /// It is known which namespace objects get that name none.
    pub knows_namespace: bool,
    /// The namespace that Flux gives to the manifest, whatever it names, if that matters.
    pub target_namespace: Option<&'a str>,
}

/// What goes wrong, with its place in the file.
pub type Fault = (Span, ManifestFaultKind);

/// Whether the text of a file with this arrival must be read for its faults.
pub fn must_read(doubts: Doubts, arrival: &Arrival, delivering: Delivering<'_>) -> bool {
    let is_lost = match arrival.fate {
        Fate::Applied => false,
        Fate::Vanished(reason) => reason == VanishReason::NameIsNoString,
        Fate::Replaced { .. } => true,
    };
    if is_lost || arrival.loses_labels || overridden_namespace(arrival, delivering).is_some() {
        return true;
    }
    if !is_entity(arrival, delivering.group) || arrival.fate != Fate::Applied {
        return false;
    }
    lacks_namespace(arrival, delivering)
        || is_substituted(arrival, delivering) && doubts.has_dollar
        || delivering.applied == Applied::ServerSide && doubts.has_null_map
        || arrival.dialect == Dialect::Kustomize && doubts.has_other_reading
}

/// What goes wrong with a manifest.
pub fn faults(manifest: Value<'_>, arrival: &Arrival, delivering: Delivering<'_>) -> Vec<Fault> {
    let mut found = Vec::new();
    let metadata = manifest.get("metadata");
    let name = metadata.and_then(|metadata| metadata.get("name"));
    match arrival.fate {
        Fate::Vanished(VanishReason::NameIsNoString) => {
            let span = name.map_or_else(|| start_of(manifest), Value::span);
            let is_number = name.is_some_and(|name| matches!(name.kind(), Kind::Number | Kind::Bool));
            // A variable may have made it one.
            let (words, quoted) = match name.filter(|_| is_number) {
                Some(name) => (name.kind().words(), quoted(name)),
                None => ("no string", None),
            };
            found.push((span, ManifestFaultKind::NameIsNoString { found: words, quoted }));
        }
        // What has no name at all is no object that anybody could apply.
        Fate::Replaced { .. } if !arrival.object.header.has_string_name => {
            found.extend(name.filter(|name| !name.is_null()).map(|name| {
                let (found, quoted) = (name.kind().words(), quoted(name));
                (name.span(), ManifestFaultKind::NameIsNoString { found, quoted })
            }));
        }
        Fate::Replaced { .. } => {
            let span = name.map_or_else(|| start_of(manifest), Value::span);
            let namespace = arrival.object.header.namespace.to_string();
            found.push((span, ManifestFaultKind::Replaced { by: None, namespace }));
        }
        Fate::Applied | Fate::Vanished(VanishReason::IsKustomization) => {}
    }
    if arrival.loses_labels {
        let labels = metadata.and_then(|metadata| metadata.get("labels"));
        let bad = labels.into_iter().flat_map(Value::entries).filter(|(_, value)| !is_text(*value, arrival.dialect));
        found.extend(bad.map(|(key, value)| {
            let (key, found) = (key.key_text().into_owned(), value.kind().words());
            (value.span(), ManifestFaultKind::LabelIsNoString { key, found, quoted: quoted(value) })
        }));
    }
    if let Some((written, becomes)) = overridden_namespace(arrival, delivering) {
        let namespace = metadata.and_then(|metadata| metadata.get("namespace"));
        let span = namespace.or(name).map_or_else(|| start_of(manifest), Value::span);
        let (written, becomes) = (written.to_owned(), becomes.to_owned());
        found.push((span, ManifestFaultKind::OverriddenNamespace { written, becomes }));
    }
    if !is_entity(arrival, delivering.group) || arrival.fate != Fate::Applied {
        return found;
    }
    if lacks_namespace(arrival, delivering) {
        let span = name.or(metadata).map_or_else(|| start_of(manifest), Value::span);
        found.push((span, ManifestFaultKind::NoNamespace));
    }
    if is_substituted(arrival, delivering) {
        let variables = delivering.variables.unwrap_or_default();
        let mut walk = Substituted { variables, found: &mut found };
        walk.value(manifest, arrival.substituted.as_deref());
    }
    if delivering.applied == Applied::ServerSide {
        found.extend(null_maps(manifest));
    }
    if arrival.dialect == Dialect::Kustomize {
        found.extend(other_readings(manifest));
    }
    found
}

/// The mappings of an entity manifest that are null, which a server-side apply refuses.
pub fn null_maps(manifest: Value<'_>) -> Vec<Fault> {
    let spec = manifest.get("spec");
    let null = |field: &'static str| {
        let (key, value) = spec?.entry(field).filter(|(_, value)| value.is_null())?;
        Some((key.span(), ManifestFaultKind::NullMap { field, line: line_of(key, value) }))
    };
    MAPS.into_iter().filter_map(null).collect()
}

/// Which mappings of an entity manifest have content.
pub fn maps_with_content(manifest: Value<'_>) -> [bool; 2] {
    let map = |field| manifest.get("spec").and_then(|spec| spec.get(field));
    MAPS.map(|field| map(field).is_some_and(|map| map.kind() == Kind::Map && !map.is_empty()))
}

/// The mappings of an entity manifest that are empty, and had content before.
pub fn emptied_maps(manifest: Value<'_>, before: [bool; 2]) -> Vec<Fault> {
    let spec = manifest.get("spec");
    let emptied = |(field, had_content): (&'static str, bool)| {
        let is_empty = |value: &Value<'_>| value.kind() == Kind::Map && value.is_empty();
        let (key, value) = spec?.entry(field).filter(|(_, value)| had_content && is_empty(value))?;
        Some((key.span(), ManifestFaultKind::EmptiedMap { field, line: line_of(key, value) }))
    };
    MAPS.into_iter().zip(before).filter_map(emptied).collect()
}

/// The scalars that kubectl and kustomize read differently, but for words such as `yes`, which the reader of manifests
/// reports.
pub fn other_readings(manifest: Value<'_>) -> Vec<Fault> {
    let found = differences(manifest).into_iter().map(|difference| {
        let value = difference.value;
        let (kubectl, kustomize) = (reading(&difference.kubectl), reading(&difference.kustomize));
        let quoted = quoted(value).filter(|_| !difference.is_left_out);
        (difference.span, ManifestFaultKind::TwoReadings { kubectl, kustomize, quoted })
    });
    found.collect()
}

fn is_entity(arrival: &Arrival, group: &str) -> bool {
    let header = &arrival.object.header;
    split_version(&header.api_version).0 == group && matches!(header.kind.as_str(), "Entity" | "ClusterEntity")
}

fn lacks_namespace(arrival: &Arrival, delivering: Delivering<'_>) -> bool {
    let header = &arrival.object.header;
    let may_fail = delivering.tool == Tool::Flux && delivering.knows_namespace;
    may_fail && header.kind == "Entity" && header.namespace.is_empty()
}

/// The namespace that a manifest names, and the one of the deliverer that replaces it. A kustomization that says the same is
/// meant.
fn overridden_namespace<'a>(arrival: &'a Arrival, delivering: Delivering<'a>) -> Option<(&'a str, &'a str)> {
    let target = delivering.target_namespace?;
    let object = &arrival.object;
    let mut before = object.names_before.iter().map(|(_, namespace)| namespace.as_str());
    let written = before.next().filter(|written| !written.is_empty() && *written != target)?;
    let is_moved = object.header.namespace == target && arrival.fate == Fate::Applied;
    (is_moved && before.all(|namespace| namespace != target)).then_some((written, target))
}

/// Whether variables are replaced in the manifest.
fn is_substituted(arrival: &Arrival, delivering: Delivering<'_>) -> bool {
    let object = &arrival.object;
    let is_disabled = [object.label(SUBSTITUTE), object.annotation(SUBSTITUTE)].contains(&Some("disabled"));
    let is_touched = arrival.substituted.is_some() || object.rewritten.is_some();
    delivering.variables.is_some() && is_touched && !is_disabled
}

fn is_text(value: Value<'_>, dialect: Dialect) -> bool {
    let is_null = value.is_null();
    match dialect {
        Dialect::Kustomize => is_null || super::reading::is_string(value),
        Dialect::Kubectl => is_null || value.kind() == Kind::String,
    }
}

fn start_of(value: Value<'_>) -> Span {
    Span::empty(value.span().start as usize)
}

/// The plain scalar in quotes, if that is all it takes to make it a text.
fn quoted(value: Value<'_>) -> Option<String> {
    let raw = value.raw();
    let is_plain = value.style() == Style::Plain && !value.is_copied() && !value.is_tagged();
    (is_plain && !raw.is_empty() && !raw.contains(['"', '\\', '\n'])).then(|| format!("\"{raw}\""))
}

/// The whole line of an entry, with its end, if nothing else is on it.
fn line_of(key: Value<'_>, value: Value<'_>) -> Option<Span> {
    let source = key.view().source;
    let (start, end) = (key.span().start as usize, key.span().end as usize);
    if key.is_copied() || value.is_copied() || value.is_tagged() {
        return None;
    }
    let line = source.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let is_alone = source.get(line..start)?.chars().all(|c| c == ' ');
    let colon = end + source.get(end..)?.find(':')?;
    let value_end = if value.raw().is_empty() { colon + 1 } else { value.span().end as usize };
    // An anchor before the value may be used elsewhere.
    let between = source.get(colon + 1..value_end)?.strip_suffix(value.raw())?;
    let rest = source.get(value_end..)?;
    let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
    let is_last = rest.get(..length)?.trim().is_empty() && between.chars().all(|c| c == ' ');
    let is_of_key = source.get(end..colon)?.trim().is_empty();
    (is_alone && is_last && is_of_key).then(|| Span::new(line, value_end + length))
}

fn reading(value: &Json) -> Reading {
    match value {
        Json::Null => Reading::Null,
        Json::Bool(value) => Reading::Bool(*value),
        Json::Number(number) => Reading::Number(number.to_string()),
        Json::String(text) => Reading::String(shortened(text)),
        Json::Array(_) | Json::Object(_) => Reading::Collection,
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && text.chars().count() <= MAX_SHOWN {
        return text.to_owned();
    }
    format!("{}…", line.chars().take(MAX_SHOWN).collect::<String>())
}

/// Compares a manifest with what variables made of it.
struct Substituted<'a> {
    variables: &'a [String],
    found: &'a mut Vec<Fault>,
}

impl Substituted<'_> {
    /// `after`: `None` if it is not known.
    fn value(&mut self, value: Value<'_>, after: Option<&Json>) {
        match value.kind() {
            Kind::Map => {
                for (key, member) in value.entries() {
                    let text = key.key_text();
                    let known = after.and_then(|after| after.get(&*text));
                    if text.contains('$') && (after.is_none() || known.is_none()) {
                        self.report(key, &text, None, true);
                    }
                    self.value(member, known);
                }
            }
            Kind::List => {
                for (at, item) in value.items().enumerate() {
                    self.value(item, after.and_then(|after| after.get(at)));
                }
            }
            Kind::String => {
                let text = value.as_str().unwrap_or_default();
                if text.contains('$') && after.is_none_or(|after| after.as_str() != Some(text)) {
                    self.report(value, text, after, false);
                }
            }
            Kind::Null | Kind::Bool | Kind::Number => {}
        }
    }

    fn report(&mut self, value: Value<'_>, text: &str, after: Option<&Json>, is_key: bool) {
        let halves = text.contains("$$");
        let undefined = undefined(text, self.variables).filter(|_| after.is_some());
        let becomes = match after {
            // That is what variables are for.
            Some(Json::String(_)) if !halves && undefined.is_none() => return,
            Some(after) => Becomes::Value(reading(after)),
            None if halves || text.contains("${") => Becomes::NotKnown,
            None => return,
        };
        let written = shortened(text);
        let kind = ManifestFaultKind::Substituted(SubstitutedValue { written, becomes, undefined, halves, is_key });
        self.found.push((value.span(), kind));
    }
}

/// The first variable of a text that is not among the known ones, and has no default.
fn undefined(text: &str, known: &[String]) -> Option<String> {
    let text = text.replace("$$", "");
    let mut parts = text.split("${").skip(1);
    parts.find_map(|part| {
        let length = part.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let (name, rest) = part.split_at_checked(length)?;
        let is_undefined = !name.is_empty() && rest.starts_with('}') && !known.iter().any(|known| known == name);
        is_undefined.then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests;
