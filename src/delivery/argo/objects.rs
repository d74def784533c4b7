//! The objects of Argo CD: Application, ApplicationSet, AppProject and the Secret of a cluster, with the positions of
//! their fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::fields::{Fields, list, map};
pub use super::fields::{Flag, Meta};
pub use super::sets::set::ApplicationSet;
use crate::delivery::files::FileId;
use crate::delivery::glob;
use crate::delivery::kustomize::kustomization::{Patch, patch_of};
use crate::delivery::place::{Place, Text};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};

pub const GROUP: &str = "argoproj.io";
/// The label of Secrets, whose value `cluster` says that one describes a cluster.
pub const SECRET_TYPE: &str = "argocd.argoproj.io/secret-type";
/// With it, deleting an Application deletes what it has delivered.
pub const RESOURCES_FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";
/// The cluster that Argo CD runs in.
pub const LOCAL_CLUSTER: &str = "in-cluster";
pub const LOCAL_SERVER: &str = "https://kubernetes.default.svc";
/// The project of an Application that names none.
pub const DEFAULT_PROJECT: &str = "default";

/// An object of Argo CD that has a part in delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum ArgoObject {
    Application(Box<Application>),
    Set(Box<ApplicationSet>),
    Project(Box<AppProject>),
    Cluster(Box<Cluster>),
}

impl ArgoObject {
    /// The object that a document is, if Argo CD has such a kind.
    pub fn of(root: Value<'_>, file: FileId) -> Option<Self> {
        let api_version = root.get("apiVersion").and_then(Value::as_str)?;
        let kind = root.get("kind").and_then(Value::as_str)?;
        if (api_version, kind) == ("v1", "Secret") {
            return Cluster::of(root, file).map(|cluster| Self::Cluster(Box::new(cluster)));
        }
        let (group, _) = api_version.split_once('/')?;
        match (group, kind) {
            (GROUP, "Application") => Some(Self::Application(Box::new(Application::read(root, Fields::of(file))))),
            (GROUP, "ApplicationSet") => Some(Self::Set(Box::new(ApplicationSet::of(root, file)))),
            (GROUP, "AppProject") => Some(Self::Project(Box::new(AppProject::of(root, file)))),
            _ => None,
        }
    }

    pub fn meta(&self) -> &Meta {
        match self {
            Self::Application(application) => &application.meta,
            Self::Set(set) => &set.meta,
            Self::Project(project) => &project.meta,
            Self::Cluster(cluster) => &cluster.meta,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub meta: Meta,
    pub project: Option<Text>,
    pub destination: Destination,
    /// `spec.sources`, or else `spec.source`.
    pub sources: Vec<Source>,
    /// Whether it has `spec.sources`.
    pub has_several_sources: bool,
    pub sync: SyncPolicy,
    /// `spec.sourceHydrator`: what is delivered comes from another branch.
    pub hydrator: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Destination {
    pub server: Option<Text>,
    pub name: Option<Text>,
    /// For objects without a namespace.
    pub namespace: Option<Text>,
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncPolicy {
    /// Without it, somebody has to start every synchronisation.
    pub automated: Option<Automated>,
    /// `CreateNamespace=true` and the like.
    pub options: Vec<Text>,
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automated {
    pub enabled: Option<Flag>,
    pub prune: Option<Flag>,
    pub self_heal: Option<Flag>,
    pub allow_empty: Option<Flag>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub repo_url: Option<Text>,
    pub path: Option<Text>,
    pub target_revision: Option<Text>,
    /// A chart of a Helm repository, instead of a path.
    pub chart: Option<Text>,
    /// Other sources use files of this one.
    pub reference: Option<Text>,
    pub directory: Option<Directory>,
    pub kustomize: Option<Kustomize>,
    pub helm: Option<Span>,
    pub plugin: Option<Plugin>,
    pub file: FileId,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    pub recurse: Option<Flag>,
    pub include: Option<Text>,
    pub exclude: Option<Text>,
    /// Every file counts, whatever its name.
    pub disables_extension_filter: Option<Flag>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kustomize {
    pub name_prefix: Option<Text>,
    pub name_suffix: Option<Text>,
    pub namespace: Option<Text>,
    pub labels: Vec<(String, Text)>,
    pub annotations: Vec<(String, Text)>,
    pub replaces_labels: Option<Flag>,
    pub replaces_annotations: Option<Flag>,
    /// Variables of the build are replaced in annotations.
    pub has_variables: Option<Flag>,
    pub images: Option<Span>,
    pub replicas: Option<Span>,
    pub patches: Vec<Patch>,
    pub components: Vec<Text>,
    pub ignores_missing_components: Option<Flag>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plugin {
    pub name: Option<Text>,
    pub span: Span,
}

impl Application {
    /// `fields` says where everything is.
    pub(super) fn read(root: Value<'_>, fields: Fields) -> Self {
        let spec = root.get("spec");
        let several: Vec<Source> = list(spec, "sources").map(|source| Source::read(source, fields)).collect();
        let has_several_sources = !several.is_empty();
        let sources = match has_several_sources {
            true => several,
            false => map(spec, "source").map(|source| Source::read(source, fields)).into_iter().collect(),
        };
        let policy = map(spec, "syncPolicy");
        let automated = map(policy, "automated");
        Self {
            meta: fields.meta(root),
            project: fields.text(spec, "project"),
            destination: map(spec, "destination")
                .map_or_else(Destination::default, |destination| Destination::read(destination, fields)),
            sources,
            has_several_sources,
            sync: SyncPolicy {
                automated: automated.map(|automated| Automated {
                    enabled: fields.flag(Some(automated), "enabled"),
                    prune: fields.flag(Some(automated), "prune"),
                    self_heal: fields.flag(Some(automated), "selfHeal"),
                    allow_empty: fields.flag(Some(automated), "allowEmpty"),
                    span: fields.span(automated),
                }),
                options: fields.texts(policy, "syncOptions"),
                span: policy.map(|policy| fields.span(policy)),
            },
            hydrator: map(spec, "sourceHydrator").map(|hydrator| fields.span(hydrator)),
        }
    }

    pub fn name(&self) -> &str {
        self.meta.name.as_ref().map_or("", |name| &name.text)
    }

    pub fn project_name(&self) -> &str {
        self.project.as_ref().map_or(DEFAULT_PROJECT, |project| &project.text)
    }

    /// Whether deleting it deletes what it has delivered.
    pub fn deletes_resources(&self) -> bool {
        self.meta.finalizers.iter().any(|finalizer| {
            finalizer
                .text
                .strip_prefix(RESOURCES_FINALIZER)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

impl SyncPolicy {
    /// Whether Argo CD synchronises without being asked.
    pub fn is_automatic(&self) -> bool {
        self.automated.as_ref().is_some_and(|automated| automated.enabled.is_none_or(|enabled| enabled.value))
    }

    /// Whether what is gone from the repository is deleted in the cluster without being asked.
    pub fn prunes(&self) -> bool {
        let prune = self.automated.as_ref().and_then(|automated| automated.prune);
        self.is_automatic() && prune.is_some_and(|prune| prune.value)
    }

    /// The option with its value, as `CreateNamespace=true` has the value `true`. The first of a name counts.
    pub fn option(&self, name: &str) -> Option<(&str, &Text)> {
        self.options.iter().find_map(|option| {
            let (known, value) = option.text.split_once('=')?;
            (known == name).then_some((value, option))
        })
    }
}

impl Destination {
    fn read(destination: Value<'_>, fields: Fields) -> Self {
        let text = |key: &str| fields.text(Some(destination), key);
        Self {
            server: text("server"),
            name: text("name"),
            namespace: text("namespace"),
            span: Some(fields.span(destination)),
        }
    }

    /// Whether it is the cluster that Argo CD runs in.
    pub fn is_local(&self) -> bool {
        let text = |text: &Option<Text>| text.as_ref().map(|text| text.text.clone());
        match (text(&self.server), text(&self.name)) {
            (Some(server), None) => server.trim_end_matches('/') == LOCAL_SERVER,
            (None, Some(name)) => name == LOCAL_CLUSTER,
            (None, None) | (Some(_), Some(_)) => false,
        }
    }
}

impl Source {
    fn read(source: Value<'_>, fields: Fields) -> Self {
        let text = |key: &str| fields.text(Some(source), key);
        Self {
            repo_url: text("repoURL"),
            path: text("path"),
            target_revision: text("targetRevision"),
            chart: text("chart"),
            reference: text("ref"),
            directory: map(Some(source), "directory").map(|directory| Directory::read(directory, fields)),
            kustomize: map(Some(source), "kustomize").map(|kustomize| Kustomize::read(kustomize, fields)),
            helm: map(Some(source), "helm").map(|helm| fields.span(helm)),
            plugin: map(Some(source), "plugin").map(|plugin| Plugin::read(plugin, fields)),
            file: fields.file,
            span: fields.span(source),
        }
    }

    pub fn place(&self) -> Place {
        Place { file: self.file, span: self.span }
    }
}

impl Directory {
    pub(super) fn read(directory: Value<'_>, fields: Fields) -> Self {
        let directory = Some(directory);
        Self {
            recurse: fields.flag(directory, "recurse"),
            include: fields.text(directory, "include"),
            exclude: fields.text(directory, "exclude"),
            disables_extension_filter: fields.flag(directory, "disableExtensionFilter"),
            span: directory.map(|directory| fields.span(directory)).unwrap_or_default(),
        }
    }

    pub fn is_recursive(&self) -> bool {
        self.recurse.is_some_and(|recurse| recurse.value)
    }
}

impl Kustomize {
    pub(super) fn read(kustomize: Value<'_>, fields: Fields) -> Self {
        let map = Some(kustomize);
        let patches = list(map, "patches").map(|patch| {
            let read = patch_of(patch);
            let locate = |text: Text| Text { span: fields.span.unwrap_or(text.span), file: Some(fields.file), ..text };
            Patch {
                path: read.path.map(locate),
                patch: read.patch.map(locate),
                span: fields.span(patch),
                file: Some(fields.file),
                ..read
            }
        });
        Self {
            name_prefix: fields.text(map, "namePrefix"),
            name_suffix: fields.text(map, "nameSuffix"),
            namespace: fields.text(map, "namespace"),
            labels: fields.text_pairs(map, "commonLabels"),
            annotations: fields.text_pairs(map, "commonAnnotations"),
            replaces_labels: fields.flag(map, "forceCommonLabels"),
            replaces_annotations: fields.flag(map, "forceCommonAnnotations"),
            has_variables: fields.flag(map, "commonAnnotationsEnvsubst"),
            images: fields.list_span(map, "images"),
            replicas: fields.list_span(map, "replicas"),
            patches: patches.collect(),
            components: fields.texts(map, "components"),
            ignores_missing_components: fields.flag(map, "ignoreMissingComponents"),
            span: fields.span(kustomize),
        }
    }
}

impl Plugin {
    pub(super) fn read(plugin: Value<'_>, fields: Fields) -> Self {
        Self { name: fields.text(Some(plugin), "name"), span: fields.span(plugin) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppProject {
    pub meta: Meta,
    /// Patterns of the repositories that its applications may use.
    pub source_repos: Vec<Text>,
    /// Patterns of the clusters and namespaces that its applications may deliver to.
    pub destinations: Vec<Destination>,
    pub source_namespaces: Vec<Text>,
    /// Empty: no kind without a namespace is permitted.
    pub cluster_resource_whitelist: Vec<GroupKind>,
    pub cluster_resource_blacklist: Vec<GroupKind>,
    /// `None`: every kind with a namespace is permitted.
    pub namespace_resource_whitelist: Option<Vec<GroupKind>>,
    pub namespace_resource_blacklist: Vec<GroupKind>,
}

/// Patterns of a group and a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupKind {
    pub group: String,
    pub kind: String,
    /// Of cluster-scoped kinds only: a pattern of the name.
    pub name: Option<String>,
    pub span: Span,
}

impl GroupKind {
    fn matches(&self, group: &str, kind: &str, name: &str) -> bool {
        glob::matches(&self.group, group)
            && glob::matches(&self.kind, kind)
            && self.name.as_ref().is_none_or(|pattern| glob::matches(pattern, name))
    }
}

impl AppProject {
    fn of(root: Value<'_>, file: FileId) -> Self {
        let fields = Fields::of(file);
        let spec = root.get("spec");
        let kinds = |key: &str| -> Vec<GroupKind> {
            let text = |map: Value<'_>, key: &str| map.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
            let kinds = list(spec, key).map(|item| GroupKind {
                group: text(item, "group").unwrap_or_default(),
                kind: text(item, "kind").unwrap_or_default(),
                name: text(item, "name").filter(|name| !name.is_empty()),
                span: item.span(),
            });
            kinds.collect()
        };
        Self {
            meta: fields.meta(root),
            source_repos: fields.texts(spec, "sourceRepos"),
            destinations: list(spec, "destinations").map(|item| Destination::read(item, fields)).collect(),
            source_namespaces: fields.texts(spec, "sourceNamespaces"),
            cluster_resource_whitelist: kinds("clusterResourceWhitelist"),
            cluster_resource_blacklist: kinds("clusterResourceBlacklist"),
            namespace_resource_whitelist: spec
                .and_then(|spec| spec.get("namespaceResourceWhitelist"))
                .filter(|kinds| kinds.kind() == Kind::List)
                .map(|_| kinds("namespaceResourceWhitelist")),
            namespace_resource_blacklist: kinds("namespaceResourceBlacklist"),
        }
    }

    /// Whether its applications may deliver objects of a kind.
    pub fn permits(&self, group: &str, kind: &str, name: &str, is_cluster_scoped: bool) -> bool {
        let has = |kinds: &[GroupKind]| kinds.iter().any(|known| known.matches(group, kind, name));
        match is_cluster_scoped {
            true => has(&self.cluster_resource_whitelist) && !has(&self.cluster_resource_blacklist),
            false => {
                self.namespace_resource_whitelist.as_ref().is_none_or(|kinds| has(kinds))
                    && !has(&self.namespace_resource_blacklist)
            }
        }
    }
}

/// A cluster that Argo CD delivers to, as its Secret describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    pub meta: Meta,
    pub name: Option<Text>,
    pub server: Option<Text>,
    pub project: Option<Text>,
    /// A value cannot be read: it is encrypted, or no Base64.
    pub is_unreadable: bool,
}

impl Cluster {
    fn of(root: Value<'_>, file: FileId) -> Option<Self> {
        let fields = Fields::of(file);
        let meta = fields.meta(root);
        if !meta.labels.iter().any(|(key, value)| key == SECRET_TYPE && value == "cluster") {
            return None;
        }
        let mut is_unreadable = root.get("sops").is_some();
        let mut value = |key: &str| {
            if let Some(text) = fields.text(root.get("stringData"), key) {
                is_unreadable |= text.text.starts_with("ENC[");
                return Some(text);
            }
            let encoded = root.get("data").and_then(|data| data.get(key)).filter(|value| value.kind() != Kind::Null)?;
            let bytes = encoded.as_str().and_then(|text| BASE64.decode(text.trim().replace(['\n', ' '], "")).ok());
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            is_unreadable |= text.is_none();
            Some(Text { text: text?, span: encoded.span(), file: Some(file) })
        };
        let (name, server, project) = (value("name"), value("server"), value("project"));
        Some(Self { meta, name, server, project, is_unreadable })
    }
}
