//! Finds the entities in a document. Told apart by what they contain, never by the file's name alone; and what only
//! looks like ours is handed on with what is wrong, since silence would hide a typo.

use crate::domain::manifest::{Form, Manifest, NearMiss, ResourceKind};
use crate::domain::platform::{PLATFORMS, PORT, Platform};
use crate::domain::suggest;
use crate::domain::tree::{Kind, Value, View, entries_of};

/// What the API has at the top of an entity.
const ENTITY_KEYS: [&str; 7] = ["identifier", "blueprint", "title", "icon", "team", "properties", "relations"];

/// Appends the entities of one document. `file_name` is the last part of the path: it decides between brands of bare
/// entities, and lets a `port.yml` leave out more.
pub fn decode(view: View<'_>, file_name: &str, out: &mut Vec<Manifest>) {
    if let Some(root) = view.root() {
        one(root, file_name, 0, out);
    }
}

/// A `List` in a `List` is nothing the cluster takes, but no reason to overlook entities; deeper is.
const LISTS: usize = 2;

fn one(root: Value<'_>, file_name: &str, lists: usize, out: &mut Vec<Manifest>) {
    match root.kind() {
        Kind::Map => match root.get("apiVersion") {
            Some(version) => resource(root, version, file_name, lists, out),
            None => bare(root, file_name, out),
        },
        Kind::List if lists == 0 => {
            for item in root.items().filter(|item| item.kind() == Kind::Map && item.get("apiVersion").is_none()) {
                bare(item, file_name, out);
            }
        }
        Kind::List | Kind::Null | Kind::Bool | Kind::Number | Kind::String => {}
    }
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
        for item in items.items().filter(|item| item.kind() == Kind::Map && item.get("apiVersion").is_some()) {
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
        None => match slipped(text).filter(|_| ours.is_some() && has_blueprint(root)) {
            Some(platform) => (platform, Some(version_miss)),
            None => return,
        },
    };
    // Of a kind we do not know: the scope is a guess that only says which fields to look at.
    let kind = ours.unwrap_or(match kind_text.starts_with(['C', 'c']) {
        true => ResourceKind::ClusterEntity,
        false => ResourceKind::Entity,
    });
    out.push(manifest(root, root.get("spec"), platform, Form::Resource(kind), near_miss));
}

fn resource_kind(text: &str) -> Option<ResourceKind> {
    [ResourceKind::Entity, ResourceKind::ClusterEntity].into_iter().find(|kind| kind.name() == text)
}

/// `getprot.io/v1`: one slip away from one of ours.
fn slipped(version: &str) -> Option<&'static Platform> {
    PLATFORMS.into_iter().find(|platform| {
        let right = platform.api_version();
        suggest::single_slip(version, [right.as_str()]).is_some()
            || version.split_once('/').is_some_and(|(group, _)| suggest::single_slip(group, [platform.group]).is_some())
    })
}

fn has_blueprint(root: Value<'_>) -> bool {
    root.get("spec").is_some_and(|spec| spec.get("blueprint").is_some())
}

fn bare(root: Value<'_>, file_name: &str, out: &mut Vec<Manifest>) {
    let by_name = Platform::by_bare_file(file_name);
    let has = |key: &str| root.get(key).is_some();
    let content = ["properties", "relations", "title", "team"].into_iter().any(has);
    let (identifier, blueprint) = (has("identifier"), has("blueprint"));
    let only_ours = || root.entries().all(|(key, _)| key.as_str().is_some_and(|key| ENTITY_KEYS.contains(&key)));
    let both = identifier && blueprint && (by_name.is_some() || content || only_ours());
    let either = by_name.is_some() && (identifier || blueprint) && (content || has("icon"));
    if both || either {
        out.push(manifest(root, Some(root), by_name.unwrap_or(&PORT), Form::Bare, None));
    }
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
        title: None,
        icon: None,
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
    // One walk over the entries: given twice, the last counts.
    for (key, value) in entries_of(spec) {
        let slot = match key.as_str() {
            Some("blueprint") => &mut manifest.blueprint,
            Some("identifier") => &mut manifest.identifier,
            Some("title") => &mut manifest.title,
            Some("icon") => &mut manifest.icon,
            Some("team") => &mut manifest.team,
            Some("properties") => &mut manifest.properties,
            Some("relations") => &mut manifest.relations,
            Some(_) | None => continue,
        };
        *slot = Some(value.id());
    }
    manifest
}

#[cfg(test)]
mod tests;
