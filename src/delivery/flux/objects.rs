//! The objects of Flux: GitRepository, OCIRepository and Kustomization, with the positions of their fields.

use crate::delivery::files::FileId;
use crate::delivery::kustomize::kustomization::{Patch, patch_of};
use crate::delivery::place::{Place, Text};
use crate::delivery::reading::key_text;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};

pub const SOURCE_GROUP: &str = "source.toolkit.fluxcd.io";
pub const KUSTOMIZE_GROUP: &str = "kustomize.toolkit.fluxcd.io";

/// An object of Flux that has a part in delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FluxObject {
    Git(Box<Repository>),
    Oci(Box<Repository>),
    Kustomization(Box<Kustomization>),
}

/// What all objects have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    pub file: FileId,
    pub span: Span,
    pub api_version: Text,
    pub name: Option<Text>,
    pub namespace: Option<Text>,
    /// Fields of `spec` with the positions of their keys, for those that no longer exist.
    pub fields: Vec<Text>,
}

impl Meta {
    pub fn place(&self) -> Place {
        Place { file: self.file, span: self.span }
    }

    /// `v1` of `kustomize.toolkit.fluxcd.io/v1`.
    pub fn version(&self) -> &str {
        self.api_version.text.split_once('/').map_or("", |(_, version)| version)
    }
}

/// A GitRepository or an OCIRepository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    pub meta: Meta,
    pub url: Option<Text>,
    pub interval: Option<Text>,
    pub reference: Option<Reference>,
    /// Patterns of files that the artifact leaves out.
    pub ignore: Option<Text>,
    /// `spec.include` puts files of other repositories into the artifact.
    pub includes: Vec<Span>,
    /// `spec.sparseCheckout`: only these folders are there.
    pub sparse: Vec<Text>,
    pub is_suspended: bool,
}

/// What `spec.ref` names; Flux prefers the first that is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reference {
    pub commit: Option<Text>,
    pub name: Option<Text>,
    pub semver: Option<Text>,
    pub tag: Option<Text>,
    pub branch: Option<Text>,
    pub digest: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kustomization {
    pub meta: Meta,
    pub interval: Option<Text>,
    pub path: Option<Text>,
    pub prune: Option<Flag>,
    pub source: Option<ObjectReference>,
    pub depends_on: Vec<ObjectReference>,
    pub wait: Option<Flag>,
    pub health_checks: Vec<ObjectReference>,
    pub target_namespace: Option<Text>,
    pub name_prefix: Option<Text>,
    pub name_suffix: Option<Text>,
    /// The cluster that it delivers to, if that is another one.
    pub cluster: Option<KubeConfig>,
    pub service_account: Option<Text>,
    pub decryption: Option<Span>,
    pub substitution: Option<PostBuild>,
    pub patches: Vec<Patch>,
    pub images: Option<Span>,
    pub components: Vec<Text>,
    pub ignores_missing_components: bool,
    pub common_labels: Vec<(String, String)>,
    pub common_annotations: Vec<(String, String)>,
    pub build_metadata: Vec<Text>,
    pub force: Option<Flag>,
    pub deletion_policy: Option<Text>,
    pub is_suspended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    pub value: bool,
    pub span: Span,
}

/// A reference to another object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectReference {
    pub api_version: Option<Text>,
    pub kind: Option<Text>,
    pub name: Option<Text>,
    pub namespace: Option<Text>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeConfig {
    pub secret: Option<Text>,
    pub config_map: Option<Text>,
    pub span: Span,
}

/// `spec.postBuild`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostBuild {
    /// The variables that it names, as kustomize reads them, with the positions of their values.
    pub variables: Vec<(String, Text)>,
    /// Names that kubectl reads as another text: `N`, which is `false`.
    pub misread: Vec<(String, String)>,
    /// Variables that are in ConfigMaps and Secrets of the cluster.
    pub from: Vec<ObjectReference>,
    /// Also without any variable.
    pub always: bool,
    pub span: Span,
}

impl PostBuild {
    /// Whether texts are substituted at all.
    pub fn is_active(&self) -> bool {
        self.always || !self.variables.is_empty() || !self.from.is_empty()
    }
}

impl Kustomization {
    /// The Kustomization after kubectl has applied its file.
    pub fn read_by_kubectl(&mut self) {
        let Some(post) = &mut self.substitution else { return };
        for (name, _) in &mut post.variables {
            if let Some((_, misread)) = post.misread.iter().find(|(known, _)| known == name) {
                name.clone_from(misread);
            }
        }
    }
}

impl FluxObject {
    /// The object that a document is, if Flux has such a kind. Versions that are gone are read too.
    pub fn of(root: Value<'_>, file: FileId) -> Option<Self> {
        let api_version = root.get("apiVersion").and_then(Value::as_str)?;
        let (group, _) = api_version.split_once('/')?;
        let kind = root.get("kind").and_then(Value::as_str)?;
        match (group, kind) {
            (SOURCE_GROUP, "GitRepository") => Some(Self::Git(Box::new(Repository::of(root, file)))),
            (SOURCE_GROUP, "OCIRepository") => Some(Self::Oci(Box::new(Repository::of(root, file)))),
            (KUSTOMIZE_GROUP, "Kustomization") => Some(Self::Kustomization(Box::new(Kustomization::of(root, file)))),
            _ => None,
        }
    }

    pub fn meta(&self) -> &Meta {
        match self {
            Self::Git(repository) | Self::Oci(repository) => &repository.meta,
            Self::Kustomization(kustomization) => &kustomization.meta,
        }
    }
}

/// Reads fields of one file.
struct Fields {
    file: FileId,
}

impl Fields {
    fn text_of(&self, value: Value<'_>) -> Option<Text> {
        let text = value.as_str()?;
        Some(Text { text: text.to_owned(), span: value.span(), file: Some(self.file) })
    }

    fn text(&self, map: Option<Value<'_>>, key: &str) -> Option<Text> {
        map.and_then(|map| map.get(key)).and_then(|value| self.text_of(value))
    }

    fn texts(&self, map: Option<Value<'_>>, key: &str) -> Vec<Text> {
        list(map, key).filter_map(|item| self.text_of(item)).collect()
    }

    fn meta(&self, root: Value<'_>) -> Meta {
        let metadata = root.get("metadata");
        let spec = root.get("spec").into_iter().flat_map(Value::entries);
        Meta {
            file: self.file,
            span: root.span(),
            api_version: self.text(Some(root), "apiVersion").unwrap_or_default(),
            name: self.text(metadata, "name"),
            namespace: self.text(metadata, "namespace"),
            fields: spec.filter_map(|(key, _)| self.text_of(key)).collect(),
        }
    }

    fn reference(&self, value: Value<'_>) -> ObjectReference {
        let text = |key: &str| self.text(Some(value), key);
        ObjectReference {
            api_version: text("apiVersion"),
            kind: text("kind"),
            name: text("name"),
            namespace: text("namespace"),
            span: value.span(),
        }
    }
}

fn list<'a>(map: Option<Value<'a>>, key: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    map.and_then(|map| map.get(key)).into_iter().flat_map(Value::items)
}

fn flag(map: Option<Value<'_>>, key: &str) -> Option<Flag> {
    let value = map.and_then(|map| map.get(key))?;
    value.as_bool().map(|flag| Flag { value: flag, span: value.span() })
}

fn pairs(map: Option<Value<'_>>, key: &str) -> Vec<(String, String)> {
    let entries = map.and_then(|map| map.get(key)).into_iter().flat_map(Value::entries);
    entries.filter_map(|(key, value)| Some((key.key_text().into_owned(), value.as_str()?.to_owned()))).collect()
}

impl Repository {
    fn of(root: Value<'_>, file: FileId) -> Self {
        let fields = Fields { file };
        let spec = root.get("spec");
        let reference = spec.and_then(|spec| spec.get("ref")).filter(|reference| reference.kind() == Kind::Map);
        let part = |key: &str| fields.text(reference, key);
        Self {
            meta: fields.meta(root),
            url: fields.text(spec, "url"),
            interval: fields.text(spec, "interval"),
            reference: reference.map(|_| Reference {
                commit: part("commit"),
                name: part("name"),
                semver: part("semver"),
                tag: part("tag"),
                branch: part("branch"),
                digest: part("digest"),
            }),
            ignore: fields.text(spec, "ignore"),
            includes: list(spec, "include").map(Value::span).collect(),
            sparse: fields.texts(spec, "sparseCheckout"),
            is_suspended: flag(spec, "suspend").is_some_and(|flag| flag.value),
        }
    }
}

impl Kustomization {
    fn of(root: Value<'_>, file: FileId) -> Self {
        let fields = Fields { file };
        let spec = root.get("spec");
        let inner = |key: &str| spec.and_then(|spec| spec.get(key)).filter(|value| value.kind() == Kind::Map);
        let references = |key: &str| list(spec, key).map(|item| fields.reference(item)).collect();
        let name_in = |value: Value<'_>, key: &str| fields.text(value.get(key), "name");
        let common = inner("commonMetadata");
        Self {
            meta: fields.meta(root),
            interval: fields.text(spec, "interval"),
            path: fields.text(spec, "path"),
            prune: flag(spec, "prune"),
            source: inner("sourceRef").map(|reference| fields.reference(reference)),
            depends_on: references("dependsOn"),
            wait: flag(spec, "wait"),
            health_checks: references("healthChecks"),
            target_namespace: fields.text(spec, "targetNamespace"),
            name_prefix: fields.text(spec, "namePrefix"),
            name_suffix: fields.text(spec, "nameSuffix"),
            cluster: inner("kubeConfig").map(|config| KubeConfig {
                secret: name_in(config, "secretRef"),
                config_map: name_in(config, "configMapRef"),
                span: config.span(),
            }),
            service_account: fields.text(spec, "serviceAccountName"),
            decryption: inner("decryption").map(Value::span),
            substitution: inner("postBuild").map(|post| PostBuild {
                variables: variables(&fields, post),
                misread: misread(post),
                from: list(Some(post), "substituteFrom").map(|item| fields.reference(item)).collect(),
                always: fields.text(Some(post), "substituteStrategy").is_some_and(|text| text.text == "Always"),
                span: post.span(),
            }),
            patches: list(spec, "patches").map(|patch| Patch { file: Some(file), ..patch_of(patch) }).collect(),
            images: spec.and_then(|spec| spec.get("images")).filter(|images| !images.is_empty()).map(Value::span),
            components: fields.texts(spec, "components"),
            ignores_missing_components: flag(spec, "ignoreMissingComponents").is_some_and(|flag| flag.value),
            common_labels: pairs(common, "labels"),
            common_annotations: pairs(common, "annotations"),
            build_metadata: fields.texts(spec, "buildMetadata"),
            force: flag(spec, "force"),
            deletion_policy: fields.text(spec, "deletionPolicy"),
            is_suspended: flag(spec, "suspend").is_some_and(|flag| flag.value),
        }
    }
}

fn variables(fields: &Fields, post: Value<'_>) -> Vec<(String, Text)> {
    let entries = post.get("substitute").into_iter().flat_map(Value::entries);
    entries.filter_map(|(key, value)| Some((key_text(key).into_owned(), fields.text_of(value)?))).collect()
}

fn misread(post: Value<'_>) -> Vec<(String, String)> {
    let keys = post.get("substitute").into_iter().flat_map(Value::entries).map(|(key, _)| key);
    let read = keys.map(|key| (key_text(key).into_owned(), key.key_text().into_owned()));
    read.filter(|(by_kustomize, by_kubectl)| by_kustomize != by_kubectl).collect()
}
