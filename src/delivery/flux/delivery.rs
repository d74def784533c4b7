//! What a Kustomization of Flux delivers: from the artifact of its source to the objects that are applied.

use std::collections::BTreeMap;
use std::sync::Arc;

use compact_str::{CompactString, ToCompactString as _};
use serde_json::{Map, Value as Json};

use super::generate::generate;
use super::objects::Kustomization;
use super::stored_yaml::{has_dollar, yaml};
use super::substitution::{SubstitutionFault, Variables, substitute};
use crate::delivery::contents::{Content, contents};
use crate::delivery::files::{Entry, FolderId, Joined, join};
use crate::delivery::kustomize::failure::{Failure, FailureKind, shown};
use crate::delivery::kustomize::{Build, Options, Unknown, UnknownKind, build, check_encoding};
use crate::delivery::manifests::header_pairs;
use crate::delivery::object::{IdCounts, Object, Rewrite, split_version};
use crate::delivery::place::Place;
use crate::delivery::reading::{Dialect, json, reread_numbers};
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;
use crate::domain::document::fault::FaultKind;

/// Objects with this label or annotation, and the value `disabled`, are not substituted.
pub const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Options of the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// A variable without a value ends the build (the feature gate `StrictPostBuildSubstitutions`).
    pub has_strict_substitutions: bool,
}

/// The step at which a reconciliation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The folder is looked for.
    Path,
    /// The kustomization is read or generated.
    Generate,
    /// kustomize builds, and variables are substituted.
    Build,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FluxFailure {
    pub stage: Stage,
    pub failure: Failure,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// In the order in which Flux reads them.
    pub objects: Vec<Delivered>,
    /// Objects that are built and not applied, without an error.
    pub vanished: Vec<Vanished>,
    /// Whether the folder has no kustomization file, so that every YAML file below counts.
    pub is_generated: bool,
    /// The rest of what the build found out; its objects are above.
    pub build: Build,
    common_labels: Vec<(String, String)>,
    common_annotations: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    pub object: Object,
    /// The content after variables were substituted; `None` if none are.
    pub substituted: Option<Json>,
    /// A label that is no string: Flux applies the manifest without any of its labels.
    pub loses_labels: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Vanished {
    pub object: Object,
    pub reason: VanishReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VanishReason {
    /// `metadata.name` is a number or a boolean.
    NameIsNoString,
    /// It is a kustomization itself.
    IsKustomization,
}

/// What Flux delivers of an artifact.
pub fn deliver(
    repository: &Repository<'_>,
    artifact: &Tree<'_>,
    spec: &Kustomization,
    settings: Settings,
) -> Result<Delivery, FluxFailure> {
    let at = |stage| move |failure| FluxFailure { stage, failure };
    let folder = find_folder(artifact, spec)?;
    let (kustomization, is_generated) = generate(repository, artifact, folder, spec).map_err(at(Stage::Generate))?;
    let path = artifact.files().folder_path(folder);
    let build_failed = |failure: Failure| failure.within("kustomize build failed");
    let mut build = build(repository, artifact, path, Some(kustomization), Options::FLUX)
        .map_err(|failure| at(Stage::Build)(build_failed(failure)))?;
    let objects = std::mem::take(&mut build.objects);
    let delivered = match spec.substitution.as_ref().filter(|substitution| substitution.is_active()) {
        Some(_) => {
            let mut pass = Substitution::new(repository, spec, settings, &objects);
            let delivered = pass.run(objects).map_err(at(Stage::Build))?;
            build.unknowns.append(&mut pass.unknowns);
            delivered
        }
        None => {
            for object in &objects {
                check_encoding(object).map_err(|failure| at(Stage::Build)(build_failed(failure)))?;
            }
            objects.into_iter().map(|object| Delivered { object, substituted: None, loses_labels: false }).collect()
        }
    };
    if let Some(span) = spec.decryption {
        let place = Some(Place { file: spec.meta.file, span });
        build.unknowns.push(Unknown { kind: UnknownKind::Decryption, place });
    }
    let mut delivery = Delivery {
        objects: Vec::new(),
        vanished: Vec::new(),
        is_generated,
        build,
        common_labels: spec.common_labels.clone(),
        common_annotations: spec.common_annotations.clone(),
    };
    delivery.read_back(delivered).map_err(at(Stage::Build))?;
    Ok(delivery)
}

/// `spec.path` is held inside of the artifact.
fn find_folder(artifact: &Tree<'_>, spec: &Kustomization) -> Result<FolderId, FluxFailure> {
    let given = spec.path.as_ref().map_or("", |path| path.text.as_str());
    let (Joined::Inside(path) | Joined::Outside(path)) = join("", given);
    let place = spec.path.as_ref().map(|path| Place { file: spec.meta.file, span: path.span });
    let (stage, kind, text) = match artifact.find(&path) {
        Some(Entry::Folder(folder)) => return Ok(folder),
        Some(Entry::File(_)) => {
            let text = format!("open {}/kustomization.yaml: not a directory", shown(&path));
            (Stage::Generate, FailureKind::NotAFolder, text)
        }
        None => {
            let text = format!("kustomization path not found: stat {}: no such file or directory", shown(&path));
            (Stage::Path, FailureKind::Missing, text)
        }
    };
    Err(FluxFailure { stage, failure: Failure::new(kind, text).at(place) })
}

/// The substitution of variables in the objects of a build.
struct Substitution<'s, 'r> {
    repository: &'s Repository<'r>,
    spec: &'s Kustomization,
    variables: Variables,
    /// Variables of the cluster may be in any text with a `$`.
    has_unknown_variables: bool,
    contents: std::vec::IntoIter<Content>,
    counts: IdCounts,
    unknowns: Vec<Unknown>,
}

impl<'s, 'r> Substitution<'s, 'r> {
    fn new(repository: &'s Repository<'r>, spec: &'s Kustomization, settings: Settings, objects: &[Object]) -> Self {
        let post = spec.substitution.as_ref();
        let named = post.into_iter().flat_map(|post| &post.variables);
        let values = named.map(|(name, value)| (name.clone(), value.text.replace('\n', "")));
        let from = post.map_or(&[][..], |post| &post.from);
        let unknowns = from.iter().map(|reference| Unknown {
            kind: UnknownKind::Variables,
            place: Some(Place { file: spec.meta.file, span: reference.span }),
        });
        Self {
            repository,
            spec,
            variables: Variables { values: values.collect(), must_be_set: settings.has_strict_substitutions },
            has_unknown_variables: !from.is_empty(),
            contents: contents(repository, objects).into_iter(),
            counts: IdCounts::of(objects),
            unknowns: unknowns.collect(),
        }
    }

    fn run(&mut self, objects: Vec<Object>) -> Result<Vec<Delivered>, Failure> {
        objects.into_iter().map(|object| self.object(object)).collect()
    }

    fn object(&mut self, mut object: Object) -> Result<Delivered, Failure> {
        let content = self.contents.next().unwrap_or(Content::Rewritten);
        let heading = format!("post build failed for '{}/{}'", object.id().kind_text(), object.header.name);
        check_encoding(&object).map_err(|failure| failure.within(&heading))?;
        let is_disabled = [object.label(SUBSTITUTE), object.annotation(SUBSTITUTE)].contains(&Some("disabled"));
        let delivered = |object, substituted| Ok(Delivered { object, substituted, loses_labels: false });
        if is_disabled {
            return delivered(object, None);
        }
        let place = object.place();
        let failed = |kind, text: String| {
            let place =
                self.spec.substitution.as_ref().map(|post| Place { file: self.spec.meta.file, span: post.span });
            let place = if kind == FailureKind::VariableName { place } else { Some(object.place()) };
            Failure::new(kind, text).at(place).within("envsubst error").within(&heading)
        };
        if let Some(name) = self.variables.bad_name() {
            let text = format!("'{name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'");
            return Err(failed(FailureKind::VariableName, text));
        }
        let mut content = match content {
            Content::Known(content) => content,
            Content::Rewritten | Content::Generated => return delivered(object, None),
        };
        if !has_dollar(&content) {
            reread_numbers(&mut content, true);
            return delivered(object, Some(content));
        }
        if self.has_unknown_variables {
            let file = self.spec.meta.file;
            let place = self.spec.substitution.as_ref().map(|post| Place { file, span: post.span });
            object.rewritten = Some(Rewrite { place });
            return delivered(object, None);
        }
        let bytes = substitute(&yaml(&content), &self.variables).map_err(|fault| {
            let is_not_set = matches!(fault, SubstitutionFault::NotSet(_));
            let kind = if is_not_set { FailureKind::VariableNotSet } else { FailureKind::Substitution };
            failed(kind, format!("variable substitution failed: {}", fault.text()))
        })?;
        let broken = |text: &str| failed(FailureKind::SubstitutedText, format!("YAMLToJSON: yaml: {text}"));
        let Ok(text) = String::from_utf8(bytes) else { return Err(broken("invalid trailing UTF-8 octet")) };
        let mut result = None;
        self.repository.documents(&text, &mut |document| {
            result.get_or_insert_with(|| match document.value {
                Some(root) => {
                    let refused = document.faults.iter().any(|fault| matches!(fault.kind, FaultKind::NotJson { .. }));
                    if refused { Err("json: unsupported value".to_owned()) } else { Ok(json(root, Dialect::Kubectl)) }
                }
                None => Err(document.syntax_fault().0.to_owned()),
            });
        });
        let mut content = match result {
            Some(Ok(read)) => read,
            Some(Err(message)) => return Err(broken(&message)),
            None => Json::Null,
        };
        reread_numbers(&mut content, true);
        let before = Arc::clone(&object.header);
        read_identity(&mut object, &content);
        let count = self.counts.replace(before, &object.header);
        if count > 1 {
            let text = format!("in Replace: id matched {count} resources");
            return Err(Failure::new(FailureKind::DuplicateId, text).at(Some(place)));
        }
        delivered(object, Some(content))
    }
}

/// Takes over what identifies an object after its text has changed.
fn read_identity(object: &mut Object, content: &Json) {
    let scalar = |value: Option<&Json>| match value {
        Some(Json::String(text)) => CompactString::from(text),
        Some(value @ (Json::Bool(_) | Json::Number(_))) => value.to_compact_string(),
        Some(Json::Null | Json::Array(_) | Json::Object(_)) | None => CompactString::default(),
    };
    let metadata = content.get("metadata");
    let inner = |key: &str| metadata.and_then(|metadata| metadata.get(key));
    let pairs = |key: &str| {
        let members = inner(key).and_then(Json::as_object).into_iter().flatten();
        members.map(|(key, value)| (key.into(), scalar(Some(value)))).collect::<Vec<_>>()
    };
    let header = object.header_mut();
    header.api_version = scalar(content.get("apiVersion"));
    header.kind = scalar(content.get("kind"));
    header.name = scalar(inner("name"));
    header.namespace = scalar(inner("namespace"));
    header.has_string_name = inner("name").is_some_and(Json::is_string);
    header.labels = pairs("labels");
    header.annotations = pairs("annotations");
    let labels = inner("labels").and_then(Json::as_object);
    header.has_string_labels = labels.is_none_or(|labels| labels.values().all(Json::is_string));
}

impl Delivery {
    /// Flux writes the result as text and reads it again: some objects do not survive that.
    fn read_back(&mut self, delivered: Vec<Delivered>) -> Result<(), Failure> {
        for mut one in delivered {
            let header = &one.object.header;
            if header.api_version.is_empty() {
                let text = format!(
                    "failed to decode Kubernetes apiVersion, kind and name from: {{\"kind\":\"{}\",\"metadata\":{{\"name\":\"{}\"}}}}",
                    header.kind, header.name
                );
                return Err(Failure::new(FailureKind::MissingVersion, text).at(Some(one.object.place())));
            }
            let (group, _) = split_version(&header.api_version);
            let is_kustomization =
                group == "kustomize.config.k8s.io" && header.kind.eq_ignore_ascii_case("kustomization");
            let reason = match (header.has_string_name, is_kustomization) {
                (false, _) => Some(VanishReason::NameIsNoString),
                (true, true) => Some(VanishReason::IsKustomization),
                (true, false) => None,
            };
            if let Some(reason) = reason {
                self.vanished.push(Vanished { object: one.object, reason });
                continue;
            }
            if !self.common_labels.is_empty() {
                let header = one.object.header_mut();
                if !header.has_string_labels {
                    header.labels.clear();
                }
                header.has_string_labels = true;
                header.labels.extend(header_pairs(&self.common_labels));
            }
            if !self.common_annotations.is_empty() {
                one.object.header_mut().annotations.extend(header_pairs(&self.common_annotations));
            }
            one.loses_labels = !one.object.header.has_string_labels;
            self.objects.push(one);
        }
        Ok(())
    }

    /// The objects as they go to the API server, in order.
    pub fn contents(&self, repository: &Repository<'_>) -> Vec<Content> {
        let objects: Vec<Object> = self.objects.iter().map(|delivered| delivered.object.clone()).collect();
        let built = contents(repository, &objects).into_iter().zip(&self.objects);
        built
            .map(|(content, delivered)| {
                let content = match (content, &delivered.substituted) {
                    (Content::Known(_), Some(substituted)) => Content::Known(substituted.clone()),
                    (content, _) => content,
                };
                match content {
                    Content::Known(mut content) => {
                        reread_numbers(&mut content, false);
                        self.add_common_metadata(&mut content);
                        Content::Known(content)
                    }
                    Content::Rewritten => Content::Rewritten,
                    Content::Generated => Content::Generated,
                }
            })
            .collect()
    }

    fn add_common_metadata(&self, content: &mut Json) {
        let Some(metadata) = content.get_mut("metadata").and_then(Json::as_object_mut) else { return };
        for (key, common) in [("labels", &self.common_labels), ("annotations", &self.common_annotations)] {
            if common.is_empty() {
                continue;
            }
            let known = metadata.get(key).and_then(Json::as_object);
            // A map with a value that is no string counts as none.
            let strings = known.filter(|known| known.values().all(Json::is_string)).cloned().unwrap_or_default();
            let common: BTreeMap<_, _> = common.iter().cloned().collect();
            let mut merged: Map<String, Json> = strings;
            merged.extend(common.into_iter().map(|(key, value)| (key, Json::String(value))));
            metadata.insert(key.to_owned(), Json::Object(merged));
        }
    }
}
