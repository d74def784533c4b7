//! Finds the entities in a document by their content, never by the file name alone. Almost correct manifests are
//! returned with their fault, because ignoring them would hide a typo.

use crate::domain::document::manifest::{Form, Manifest, NearMiss, ResourceKind};
use crate::domain::document::tree::{Kind, Value, View, entries_of};
use crate::domain::entity::fields::{ENTITY_KEYS, Texts};
use crate::domain::platform::{PLATFORMS, PORT, Platform};
use crate::text::suggest;

/// The `apiVersion` of entity files from 2022.
pub(crate) const ENTITY_FILE_VERSION: &str = "v0.1";

/// Keys of the catalog's other objects, which users store as YAML next to their entities.
pub(super) const OTHER_KEYS: [&str; 9] =
    ["rules", "levels", "filter", "trigger", "userInputs", "invocationMethod", "schema", "steps", "mirrorProperties"];

/// Appends the entities of one document. `file_name` is the last part of the path: it determines the platform of bare
/// entities, and a `port.yml` may omit more fields.
pub fn decode(view: View<'_>, file_name: &str, out: &mut Vec<Manifest>) {
    if let Some(root) = view.root() {
        one(root, file_name, 0, out);
    }
}

/// Kubernetes rejects a `List` inside a `List`, but its entities are still found; deeper nesting is not searched.
const LISTS: usize = 2;

fn one(root: Value<'_>, file_name: &str, lists: usize, out: &mut Vec<Manifest>) {
    match root.kind() {
        Kind::Map => match version_of(root) {
            Some(version) => resource(root, version, file_name, lists, out),
            None => out.extend(
                without_version(root, file_name).or_else(|| bare(root, file_name).map(|found| plain(root, found))),
            ),
        },
        Kind::List if lists == 0 => {
            // If one item is an entity, the list is a list of entities, so all its items are, however incomplete.
            let is_resource = |item: &Value<'_>| version_of(*item).is_some();
            let platform = root.items().filter(|item| !is_resource(item)).find_map(|item| bare(item, file_name));
            let Some(platform) = platform else { return };
            out.extend(root.items().filter(|item| !is_resource(item)).map(|item| plain(item, platform)));
        }
        Kind::List | Kind::Null | Kind::Bool | Kind::Number | Kind::String => {}
    }
}

/// The `apiVersion` of a resource. Port's first entity files had `apiVersion: v0.1`: they are bare entities.
pub(super) fn version_of(root: Value<'_>) -> Option<Value<'_>> {
    let version = root.get("apiVersion")?;
    let is_entity_file = version.as_str() == Some(ENTITY_FILE_VERSION) && root.get("kind").is_none();
    (!is_entity_file).then_some(version)
}

fn resource(root: Value<'_>, version: Value<'_>, file_name: &str, lists: usize, out: &mut Vec<Manifest>) {
    let text = version.as_str().unwrap_or_default();
    let kind = root.get("kind");
    let kind_text = kind.and_then(Value::as_str).unwrap_or_default();
    let (group, number) = text.split_once('/').unwrap_or((text, ""));
    let platform = Platform::by_group(group);
    let is_list = match platform {
        Some(_) => matches!(kind_text, "List" | "EntityList" | "ClusterEntityList"),
        None => text == "v1" && kind_text == "List",
    };
    if is_list
        && lists < LISTS
        && let Some(items) = root.get("items")
    {
        for item in items.items().filter(|item| item.get("apiVersion").is_some() || item.get("kind").is_some()) {
            one(item, file_name, lists + 1, out);
        }
        return;
    }
    let ours = resource_kind(kind_text);
    let version_miss = NearMiss::Version(version.id());
    let (platform, near_miss) = match platform {
        Some(platform) if number != platform.version => (platform, Some(version_miss)),
        Some(platform) => {
            let miss = NearMiss::Kind(kind.map_or(root.id(), Value::id));
            (platform, ours.is_none().then_some(miss))
        }
        None => return out.extend(elsewhere(root, text, file_name, version_miss)),
    };
    // For an unknown kind, the scope is guessed; it only selects the fields to look at.
    let kind = ours.unwrap_or(match kind_text.starts_with(['C', 'c']) {
        true => ResourceKind::ClusterEntity,
        false => ResourceKind::Entity,
    });
    out.push(manifest(root, root.get("spec"), platform, Form::Resource(kind), near_miss));
}

fn resource_kind(text: &str) -> Option<ResourceKind> {
    [ResourceKind::Entity, ResourceKind::ClusterEntity].into_iter().find(|kind| kind.name() == text)
}

/// The intended kind, if it is correct except for its case or one typo.
fn kind_meant(root: Value<'_>) -> Option<ResourceKind> {
    let text = root.get("kind")?.as_str()?;
    let names = [ResourceKind::Entity, ResourceKind::ClusterEntity].map(ResourceKind::name);
    resource_kind(text).or_else(|| resource_kind(suggest::single_slip(text, names)?))
}

/// An entity by its kind and content, under an unknown `apiVersion`. `miss` is the position of the version.
fn elsewhere(root: Value<'_>, version: &str, file_name: &str, miss: NearMiss) -> Option<Manifest> {
    let kind = kind_meant(root)?;
    let group = version.split_once('/').map_or(version, |(group, _)| group);
    let resembled = resembled(version, group);
    let has = |key: &str| root.get("spec").is_some_and(|spec| spec.get(key).is_some());
    // A resource of another API group belongs to another tool, unless it has the exact form of an entity.
    let is_anothers = resembled.is_none() && group.contains('.');
    let is_entity = match is_anothers {
        true => root.get("kind").and_then(Value::as_str) == Some(kind.name()) && has("blueprint") && has("identifier"),
        false => has("blueprint") || has("identifier"),
    };
    let platform = resembled.or_else(|| Platform::by_bare_file(file_name)).unwrap_or(&PORT);
    is_entity.then(|| manifest(root, root.get("spec"), platform, Form::Resource(kind), Some(miss)))
}

/// An entity whose `apiVersion` is missing or has a misspelt key.
fn without_version(root: Value<'_>, file_name: &str) -> Option<Manifest> {
    let is_misspelt = |key: &str| suggest::single_slip(key, ["apiVersion"]).is_some();
    let misspelt = root.entries().find(|(key, _)| key.as_str().is_some_and(is_misspelt));
    let version = misspelt.and_then(|(_, value)| value.as_str()).unwrap_or_default();
    elsewhere(root, version, file_name, NearMiss::Version(root.id()))
}

/// The platform whose group was probably meant: `getprot.io` has one typo, `port.io` and `getport` are parts of it, and
/// `api.getport.io` contains its name.
fn resembled(version: &str, group: &str) -> Option<&'static Platform> {
    PLATFORMS.into_iter().find(|platform| {
        let name = platform.group.split('.').next().unwrap_or(platform.group);
        let is_part = platform.group.starts_with(group) || platform.group.ends_with(group);
        platform.group == group
            || suggest::single_slip(version, [platform.api_version().as_str()]).is_some()
            || suggest::single_slip(group, [platform.group]).is_some()
            || group.len() > 3 && is_part
            || group.split('.').any(|label| label == name)
    })
}

/// The platform of a bare entity, if the mapping is one.
fn bare(root: Value<'_>, file_name: &str) -> Option<&'static Platform> {
    let by_name = Platform::by_bare_file(file_name);
    let has = |key: &str| root.get(key).is_some();
    // Scorecards, actions and others also have an identifier, a blueprint and a title.
    let is_other = by_name.is_none() && OTHER_KEYS.into_iter().any(has);
    let content = ["properties", "relations", "team"].into_iter().any(has) || by_name.is_some() && has("title");
    let (identifier, blueprint) = (has("identifier"), has("blueprint"));
    let is_ours = |key: &str| ENTITY_KEYS.contains(&key) || key == "apiVersion";
    let only_ours = || root.entries().all(|(key, _)| key.as_str().is_some_and(is_ours));
    // The identifiers of a template are known only after rendering, those of a mapping only after evaluation.
    let is_rendered = by_name.is_none() && (is_template(root) || is_mapping(root));
    let both = identifier && blueprint && !is_rendered && (by_name.is_some() || content || only_ours());
    let either = by_name.is_some() && (identifier || blueprint) && (content || has("icon"));
    ((both || either) && !is_other).then(|| by_name.unwrap_or(&PORT))
}

fn is_template(root: Value<'_>) -> bool {
    ["identifier", "blueprint"].into_iter().any(|key| {
        let text = root.get(key).and_then(Value::as_str);
        text.is_some_and(|text| text.contains("{{") || text.contains("{%"))
    })
}

/// The blueprint of an exporter or Ocean mapping is a JQ expression: `'"service"'`, `.spec.blueprint`.
fn is_mapping(root: Value<'_>) -> bool {
    root.get("blueprint").and_then(Value::as_str).is_some_and(|text| text.starts_with(['"', '.']))
}

/// A bare entity. One that is not a mapping has no parts, which the rules report.
fn plain(root: Value<'_>, platform: &'static Platform) -> Manifest {
    manifest(root, Some(root).filter(|root| root.kind() == Kind::Map), platform, Form::Bare, None)
}

fn manifest(
    root: Value<'_>,
    spec: Option<Value<'_>>,
    platform: &'static Platform,
    form: Form,
    near_miss: Option<NearMiss>,
) -> Manifest {
    let mut manifest = Manifest {
        platform,
        form,
        near_miss,
        root: root.id(),
        metadata: None,
        name: None,
        namespace: None,
        spec: spec.map(Value::id),
        blueprint: None,
        identifier: None,
        texts: Texts::default(),
        team: None,
        properties: None,
        relations: None,
    };
    if form != Form::Bare {
        let metadata = root.get("metadata");
        manifest.metadata = metadata.map(Value::id);
        for (key, value) in entries_of(metadata) {
            match key.as_str() {
                Some("name") => manifest.name = Some(value.id()),
                Some("namespace") => manifest.namespace = Some(value.id()),
                Some(_) | None => {}
            }
        }
    }
    // One pass over the entries: of duplicate keys, the last one applies.
    for (key, value) in entries_of(spec) {
        if let Some(field) = key.as_str().and_then(|key| manifest.field_mut(key)) {
            *field = Some(value.id());
        }
    }
    manifest
}

#[cfg(test)]
mod tests;
