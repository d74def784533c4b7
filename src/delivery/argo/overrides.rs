//! `.argocd-source.yaml` and `.argocd-source-NAME.yaml` in the folder of a source: what they lay over the source.

use super::failure::{ArgoFailure, ArgoFailureKind};
use super::fields::Fields;
use super::objects::{Directory, Kustomize, Plugin, Source};
use crate::delivery::files::{FileId, FolderId};
use crate::delivery::go_json::kind_word;
use crate::delivery::kustomize::failure::shown;
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;
use crate::delivery::source::Document;
use crate::delivery::tree::Tree;
use crate::domain::document::fault::FaultKind;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};

/// The types of fields, as Go decodes them.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Text,
    Flag,
    Texts,
    /// A mapping of texts.
    Pairs,
    Object(&'static str, Table),
    Any,
}

type Table = &'static [(&'static str, Shape)];

const SOURCE: Table = &[
    ("repoURL", Shape::Text),
    ("path", Shape::Text),
    ("targetRevision", Shape::Text),
    ("chart", Shape::Text),
    ("ref", Shape::Text),
    ("name", Shape::Text),
    ("helm", Shape::Object("ApplicationSourceHelm", HELM)),
    ("kustomize", Shape::Object("ApplicationSourceKustomize", KUSTOMIZE)),
    ("directory", Shape::Object("ApplicationSourceDirectory", DIRECTORY)),
    ("plugin", Shape::Object("ApplicationSourcePlugin", &[("name", Shape::Text)])),
];
const HELM: Table = &[
    ("valueFiles", Shape::Texts),
    ("releaseName", Shape::Text),
    ("values", Shape::Text),
    ("version", Shape::Text),
    ("passCredentials", Shape::Flag),
    ("ignoreMissingValueFiles", Shape::Flag),
    ("skipCrds", Shape::Flag),
    ("namespace", Shape::Text),
    ("kubeVersion", Shape::Text),
];
const KUSTOMIZE: Table = &[
    ("namePrefix", Shape::Text),
    ("nameSuffix", Shape::Text),
    ("images", Shape::Texts),
    ("commonLabels", Shape::Pairs),
    ("version", Shape::Text),
    ("commonAnnotations", Shape::Pairs),
    ("forceCommonLabels", Shape::Flag),
    ("forceCommonAnnotations", Shape::Flag),
    ("namespace", Shape::Text),
    ("commonAnnotationsEnvsubst", Shape::Flag),
    ("components", Shape::Texts),
    ("ignoreMissingComponents", Shape::Flag),
    ("labelWithoutSelector", Shape::Flag),
    ("labelIncludeTemplates", Shape::Flag),
    ("kubeVersion", Shape::Text),
];
const DIRECTORY: Table = &[
    ("recurse", Shape::Flag),
    ("jsonnet", Shape::Object("ApplicationSourceJsonnet", &[("extVars", Shape::Any), ("libs", Shape::Texts)])),
    ("exclude", Shape::Text),
    ("include", Shape::Text),
    ("disableExtensionFilter", Shape::Flag),
];

/// The source with what the files of its folder lay over it.
pub(super) fn overlay(
    repository: &Repository<'_>,
    tree: &Tree<'_>,
    folder: FolderId,
    application: &str,
    source: &Source,
) -> Result<Source, ArgoFailure> {
    let mut merged = source.clone();
    let own = (!application.is_empty()).then(|| format!(".argocd-source-{application}.yaml"));
    for name in [Some(".argocd-source.yaml".to_owned()), own].into_iter().flatten() {
        if name.contains('/') {
            continue;
        }
        let Some(file) = tree.file_in(folder, &name) else { continue };
        let path = shown(tree.files().path(file));
        let fail = |fault: Fault| {
            let text =
                format!("error getting app source type: error while parsing source parameters: {path}: {}", fault.text);
            ArgoFailure::new(ArgoFailureKind::SourceOverride, text).at(Some(Place { file, span: fault.span }))
        };
        merge_file(repository, file, &mut merged).map_err(fail)?;
    }
    Ok(merged)
}

struct Fault {
    text: String,
    span: Span,
}

fn merge_file(repository: &Repository<'_>, file: FileId, source: &mut Source) -> Result<(), Fault> {
    let text = repository
        .text(file)
        .ok_or_else(|| Fault { text: "yaml: invalid leading UTF-8 octet".to_owned(), span: Span::default() })?;
    let mut result = None;
    repository.documents(&text, &mut |document| {
        // Only the first document is read.
        if result.is_none() {
            result = Some(merge_document(document, file, source));
        }
    });
    // An empty file is null, which is no patch.
    result.unwrap_or_else(|| Err(Fault { text: "Invalid JSON Patch".to_owned(), span: Span::default() }))
}

fn merge_document(document: &Document<'_>, file: FileId, source: &mut Source) -> Result<(), Fault> {
    let Some(root) = document.value else {
        let (message, span) = document.syntax_fault();
        return Err(Fault { text: format!("yaml: {message}"), span });
    };
    if let Some(fault) = document.faults.iter().find(|fault| matches!(fault.kind, FaultKind::NotJson { .. })) {
        return Err(Fault { text: "json: unsupported value".to_owned(), span: fault.span });
    }
    if root.kind() != Kind::Map {
        return Err(Fault { text: "Invalid JSON Patch".to_owned(), span: root.span() });
    }
    if let Some(fault) = check(root, SOURCE, "ApplicationSource", "") {
        return Err(fault);
    }
    let fields = Fields::of(file);
    for (key, value) in root.entries() {
        let block = (!value.is_null()).then_some(value);
        match key.as_str() {
            Some("directory") => {
                source.directory = block.map(|block| merge_directory(block, fields, source.directory.take()))
            }
            Some("kustomize") => {
                source.kustomize = block.map(|block| merge_kustomize(block, fields, source.kustomize.take()))
            }
            Some("helm") => source.helm = block.map(Value::span),
            Some("plugin") => {
                let before = source.plugin.take().unwrap_or_default();
                source.plugin = block.map(|block| {
                    let new = Plugin::read(block, fields);
                    Plugin { name: pick(block, "name", new.name, before.name), ..new }
                });
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// A field of the patch, if it has it; null removes it.
fn pick<T>(patch: Value<'_>, key: &str, new: T, before: T) -> T {
    if patch.get(key).is_some() { new } else { before }
}

fn merge_directory(patch: Value<'_>, fields: Fields, before: Option<Directory>) -> Directory {
    let new = Directory::read(patch, fields);
    let before = before.unwrap_or_default();
    Directory {
        recurse: pick(patch, "recurse", new.recurse, before.recurse),
        include: pick(patch, "include", new.include, before.include),
        exclude: pick(patch, "exclude", new.exclude, before.exclude),
        disables_extension_filter: pick(
            patch,
            "disableExtensionFilter",
            new.disables_extension_filter,
            before.disables_extension_filter,
        ),
        span: new.span,
    }
}

fn merge_kustomize(patch: Value<'_>, fields: Fields, before: Option<Kustomize>) -> Kustomize {
    let new = Kustomize::read(patch, fields);
    let before = before.unwrap_or_default();
    Kustomize {
        name_prefix: pick(patch, "namePrefix", new.name_prefix, before.name_prefix),
        name_suffix: pick(patch, "nameSuffix", new.name_suffix, before.name_suffix),
        namespace: pick(patch, "namespace", new.namespace, before.namespace),
        labels: merge_pairs(patch.get("commonLabels"), new.labels, before.labels),
        annotations: merge_pairs(patch.get("commonAnnotations"), new.annotations, before.annotations),
        replaces_labels: pick(patch, "forceCommonLabels", new.replaces_labels, before.replaces_labels),
        replaces_annotations: pick(
            patch,
            "forceCommonAnnotations",
            new.replaces_annotations,
            before.replaces_annotations,
        ),
        has_variables: pick(patch, "commonAnnotationsEnvsubst", new.has_variables, before.has_variables),
        images: pick(patch, "images", new.images, before.images),
        replicas: pick(patch, "replicas", new.replicas, before.replicas),
        patches: pick(patch, "patches", new.patches, before.patches),
        components: pick(patch, "components", new.components, before.components),
        ignores_missing_components: pick(
            patch,
            "ignoreMissingComponents",
            new.ignores_missing_components,
            before.ignores_missing_components,
        ),
        span: new.span,
    }
}

/// Maps are merged key by key.
fn merge_pairs<T>(patch: Option<Value<'_>>, new: Vec<(String, T)>, before: Vec<(String, T)>) -> Vec<(String, T)> {
    let Some(patch) = patch else { return before };
    if patch.is_null() {
        return Vec::new();
    }
    let mut merged = before;
    merged.retain(|(known, _)| !patch.entries().any(|(key, _)| key.key_text() == known.as_str()));
    merged.extend(new);
    merged
}

/// The first field of a wrong type.
fn check(value: Value<'_>, table: Table, go_type: &str, path: &str) -> Option<Fault> {
    value.entries().find_map(|(key, member)| {
        let (name, shape) = table.iter().find(|(known, _)| key.key_is(known))?;
        if member.is_null() {
            return None;
        }
        let path = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
        let wrong = |value: Value<'_>, wanted: &str| {
            let found = kind_word(value);
            let text = format!("json: cannot unmarshal {found} into Go struct field {go_type}.{path} of type {wanted}");
            Some(Fault { text, span: value.span() })
        };
        let not_text = |value: &Value<'_>| !matches!(value.kind(), Kind::String | Kind::Null);
        match shape {
            Shape::Any => None,
            Shape::Text if not_text(&member) => wrong(member, "string"),
            Shape::Flag if member.kind() != Kind::Bool => wrong(member, "bool"),
            Shape::Text | Shape::Flag => None,
            Shape::Texts if member.kind() != Kind::List => wrong(member, "[]string"),
            Shape::Texts => member.items().find(not_text).and_then(|item| wrong(item, "string")),
            Shape::Pairs if member.kind() != Kind::Map => wrong(member, "map[string]string"),
            Shape::Pairs => {
                member.entries().map(|(_, value)| value).find(not_text).and_then(|value| wrong(value, "string"))
            }
            Shape::Object(go_type, _) if member.kind() != Kind::Map => wrong(member, &format!("v1alpha1.{go_type}")),
            Shape::Object(go_type, table) => check(member, table, go_type, &path),
        }
    })
}
