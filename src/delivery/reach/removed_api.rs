//! Objects of Flux in API versions that current Flux no longer has, and fields that it removed, with what to write instead.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::found::is_template;
use crate::delivery::files::FileId;
use crate::delivery::object::split_version;
use crate::delivery::place::Text;
use crate::delivery::repository::Repository;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Style, Value};

const SUFFIX: &str = ".toolkit.fluxcd.io";
const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
const SOURCE: &str = "source.toolkit.fluxcd.io";
const HELM: &str = "helm.toolkit.fluxcd.io";
const CRD_GROUP: &str = "apiextensions.k8s.io";

/// An object that Flux no longer accepts as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedApi {
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub file: FileId,
    /// As written: `kustomize.toolkit.fluxcd.io/v1beta1`.
    pub api_version: Text,
    /// What to write instead: `kustomize.toolkit.fluxcd.io/v1`.
    pub current: String,
    /// The version of Flux that removed the API version; `None`: it is current.
    pub removed_in: Option<&'static str>,
    pub fields: Vec<RemovedField>,
    /// The edits that make it current; `None`: a field has to be moved by hand.
    pub edits: Option<Vec<(Span, String)>>,
}

/// A field of `spec` that no longer exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedField {
    pub name: &'static str,
    /// The key.
    pub span: Span,
    /// What to do, as in "remove it".
    pub advice: &'static str,
}

/// Of the kinds of Flux: the current version, and when the others went.
struct Versions {
    current: &'static str,
    removed: [(&'static str, &'static str); 2],
}

const V1: Versions = Versions { current: "v1", removed: [("v1beta1", "2.7"), ("v1beta2", "2.8")] };
const V2: Versions = Versions { current: "v2", removed: [("v2beta1", "2.7"), ("v2beta2", "2.8")] };

fn versions(group: &str, kind: &str) -> Option<&'static Versions> {
    match (group, kind) {
        (KUSTOMIZE, "Kustomization") => Some(&V1),
        (SOURCE, "GitRepository" | "OCIRepository" | "HelmRepository" | "HelmChart" | "Bucket") => Some(&V1),
        (HELM, "HelmRelease") => Some(&V2),
        _ => None,
    }
}

/// The fields that a kind had once, and what to do with them.
fn removed_fields(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        "Kustomization" => &[
            ("validation", "remove it, as Flux always validates by server-side apply"),
            ("patchesStrategicMerge", "move the patches to `spec.patches`"),
            ("patchesJson6902", "move the patches to `spec.patches`"),
        ],
        "GitRepository" => &[("gitImplementation", "remove it"), ("accessFrom", "remove it")],
        _ => &[],
    }
}

/// Whether current Flux no longer has the API version of an object of its own.
pub fn is_removed(api_version: &str, kind: &str) -> bool {
    let (group, version) = split_version(api_version);
    versions(group, kind).is_some_and(|versions| versions.removed.iter().any(|(removed, _)| *removed == version))
}

/// Finds them in the whole repository. Versions that a CRD of the repository serves are not gone.
pub fn removed_apis(repository: &Repository<'_>) -> Vec<RemovedApi> {
    let mut found = Vec::new();
    for (file, manifests) in repository.wiring() {
        let is_of_flux = |group: &str, kind: &str| versions(group, kind).is_some();
        let mut headers = manifests.objects.iter().map(|manifest| &manifest.header);
        let has_any = headers.any(|header| is_of_flux(split_version(&header.api_version).0, &header.kind));
        if has_any && !is_template(repository.files, file) {
            found.extend(removed_in(repository, file));
        }
    }
    if found.is_empty() {
        return found;
    }
    let served = served_versions(repository);
    found.retain(|api| api.removed_in.is_none() || !served.contains(&(api.kind.clone(), api.api_version.text.clone())));
    found
}

fn removed_in(repository: &Repository<'_>, file: FileId) -> Vec<RemovedApi> {
    let Some(text) = repository.text(file) else { return Vec::new() };
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    let fields = removed_fields("Kustomization").iter().chain(removed_fields("GitRepository"));
    if !has("beta") && !fields.into_iter().any(|(field, _)| has(field)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    repository.documents(&text, &mut |document| found.extend(document.value.and_then(|root| read(root, &text, file))));
    found
}

fn read(root: Value<'_>, text: &str, file: FileId) -> Option<RemovedApi> {
    let version = root.get("apiVersion")?;
    let kind = string(Some(root), "kind")?;
    let written = version.as_str()?;
    let (group, short) = split_version(written);
    let versions = versions(group, kind)?;
    let metadata = root.get("metadata");
    let name = string(metadata, "name")?;
    let removed_in = versions.removed.iter().find(|(removed, _)| *removed == short).map(|(_, flux)| *flux);
    if (removed_in.is_none() && short != versions.current) || name.contains("{{") {
        return None;
    }
    let spec = root.get("spec").filter(|spec| spec.kind() == Kind::Map);
    let known = removed_fields(kind).iter();
    let fields: Vec<RemovedField> = known
        .filter_map(|(name, advice)| {
            let (key, _) = spec?.entry(name)?;
            Some(RemovedField { name, span: key.span(), advice })
        })
        .collect();
    if removed_in.is_none() && fields.is_empty() {
        return None;
    }
    let current = format!("{group}/{}", versions.current);
    let mut edits = spec.map_or_else(|| Some(Vec::new()), |spec| edits_of_fields(spec, &fields, text));
    // These kinds have lost fields that are looked at nowhere here.
    let is_certain = match kind {
        "HelmRelease" => {
            !["patchesStrategicMerge", "patchesJson6902", "valuesFile:"].iter().any(|it| text.contains(it))
        }
        "HelmChart" => !text.contains("valuesFile:"),
        _ => true,
    };
    edits = edits.filter(|_| is_certain && !version.is_copied());
    if removed_in.is_some()
        && let Some(edits) = &mut edits
    {
        edits.push((version.span(), scalar_like(version, &current)));
    }
    Some(RemovedApi {
        kind: kind.to_owned(),
        namespace: string(metadata, "namespace").unwrap_or_default().to_owned(),
        name: name.to_owned(),
        file,
        api_version: Text { text: written.to_owned(), span: version.span(), file: Some(file) },
        current,
        removed_in,
        fields,
        edits,
    })
}

fn string<'a>(map: Option<Value<'a>>, key: &str) -> Option<&'a str> {
    map.and_then(|map| map.get(key)).and_then(Value::as_str)
}

/// In the quotes that it had.
fn scalar_like(before: Value<'_>, text: &str) -> String {
    match before.style() {
        Style::DoubleQuoted => format!("\"{text}\""),
        Style::SingleQuoted => format!("'{text}'"),
        Style::Plain | Style::Literal | Style::Folded | Style::Flow | Style::Block => text.to_owned(),
    }
}

/// `None`: a field cannot be removed or moved by an edit that is certainly right.
fn edits_of_fields(spec: Value<'_>, fields: &[RemovedField], text: &str) -> Option<Vec<(Span, String)>> {
    let is_patch = |field: &&RemovedField| field.name.starts_with("patches");
    // The order of patches of different kinds matters.
    let has_patches = spec.get("patches").is_some();
    let moved = fields.iter().filter(is_patch).count();
    if moved > 1 || moved == 1 && has_patches || (!fields.is_empty() && spec.style() != Style::Block) {
        return None;
    }
    let mut edits = Vec::new();
    for field in fields {
        let (key, value) = spec.entry(field.name)?;
        let lines = lines_of(key, value, text)?;
        let indent = text.get(lines.start as usize..key.span().start as usize)?;
        let replacement = match field.name {
            "patchesStrategicMerge" => patches_of_merges(value, text, indent)?,
            // Its patches become texts, whose lines are moved by hand.
            "patchesJson6902" => return None,
            _ => String::new(),
        };
        edits.push((lines, replacement));
    }
    Some(edits)
}

/// The lines of an entry, if it has them for itself.
fn lines_of(key: Value<'_>, value: Value<'_>, text: &str) -> Option<Span> {
    let start = text.get(..key.span().start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = text.get(start..key.span().start as usize)?;
    if !indent.bytes().all(|byte| byte == b' ') || key.is_copied() || value.is_copied() {
        return None;
    }
    let before = text.get(..value.span().end as usize)?.trim_end_matches([' ', '\n', '\r']);
    let rest = text.get(before.len()..)?;
    let end = before.len() + rest.find('\n').map_or(rest.len(), |at| at + 1);
    Some(Span::new(start, end))
}

fn patches_of_merges(list: Value<'_>, text: &str, indent: &str) -> Option<String> {
    let mut patches = format!("{indent}patches:\n");
    if list.kind() != Kind::List || list.is_empty() {
        return None;
    }
    for item in list.items() {
        if item.kind() != Kind::Map {
            return None;
        }
        let _ = write!(patches, "{indent}  - patch: |\n{}", indented(item, text, &format!("{indent}      "))?);
    }
    Some(patches)
}

/// The text of a collection at another indentation, which ends with a line break.
fn indented(value: Value<'_>, text: &str, indent: &str) -> Option<String> {
    let span = value.span();
    let line = text.get(..span.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let column = span.start as usize - line;
    let mut all = String::new();
    for (at, line) in text.get(span.start as usize..span.end as usize)?.trim_end().lines().enumerate() {
        let (margin, line) = if at == 0 { ("", line) } else { line.split_at_checked(column).unwrap_or((line, "")) };
        // A line that begins before the first is no part of a block.
        if !margin.trim().is_empty() || line.contains('\t') || line.contains('&') || line.contains('*') {
            return None;
        }
        if line.is_empty() {
            all.push('\n');
        } else {
            let _ = writeln!(all, "{indent}{line}");
        }
    }
    Some(all)
}

/// The kinds and versions of Flux that CRDs of the repository serve: those of an older Flux, which it runs.
fn served_versions(repository: &Repository<'_>) -> BTreeSet<(String, String)> {
    let mut served = BTreeSet::new();
    for (file, manifests) in repository.wiring() {
        let is_crd = |name: &str, kind: &str| kind == "CustomResourceDefinition" && name.ends_with(SUFFIX);
        if !manifests.objects.iter().any(|manifest| is_crd(&manifest.header.name, &manifest.header.kind)) {
            continue;
        }
        let Some(text) = repository.text(file) else { continue };
        repository.documents(&text, &mut |document| served.extend(document.value.map(served_by).unwrap_or_default()));
    }
    served
}

fn served_by(root: Value<'_>) -> Vec<(String, String)> {
    let is_crd = string(Some(root), "apiVersion").is_some_and(|version| split_version(version).0 == CRD_GROUP);
    let Some(spec) = root.get("spec").filter(|_| is_crd) else { return Vec::new() };
    let Some((group, kind)) = string(Some(spec), "group").zip(string(spec.get("names"), "kind")) else {
        return Vec::new();
    };
    let versions = spec.get("versions").into_iter().flat_map(Value::items);
    let served = versions.filter(|version| version.get("served").and_then(Value::as_bool) == Some(true));
    served
        .filter_map(|version| Some((kind.to_owned(), format!("{group}/{}", string(Some(version), "name")?))))
        .collect()
}
