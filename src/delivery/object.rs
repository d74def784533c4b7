//! An object on its way through kustomize: where it came from, what identifies it, and what was done to it.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher as _, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use compact_str::CompactString;
use foldhash::fast::RandomState;
use foldhash::{HashMap, HashMapExt};

use super::files::FileId;
use super::manifests::{Header, HeaderPairs};
use super::place::Place;
use super::reading::EncodingFault;
use crate::domain::apply_error::AppliedObject;
use crate::domain::document::span::Span;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub origin: Origin,
    /// As in the manifest, but for what identifies it: that is as delivered.
    pub header: Arc<Header>,
    /// What identified it before, for the targets of patches.
    pub names_before: Vec<(String, String)>,
    pub has_new_name: bool,
    pub has_new_namespace: bool,
    pub new_labels: HeaderPairs,
    /// What rewrites its content: this is not judged.
    pub rewritten: Option<Rewrite>,
    pub encoding: Option<EncodingFault>,
    pub generated: Option<Box<Generated>>,
}

/// A patch, a replacement or the like, where a file of the repository has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewrite {
    pub place: Option<Place>,
}

/// What a generator put into a ConfigMap or Secret: the hash of its name depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Generated {
    pub data: BTreeMap<String, String>,
    pub secret_type: String,
    pub has_hash: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Manifest {
        file: FileId,
        document: usize,
        items: Vec<usize>,
        span: Span,
    },
    /// A generator of the kustomization at the place made it.
    Generated(Place),
}

impl Object {
    pub fn new(origin: Origin, header: impl Into<Arc<Header>>, encoding: Option<EncodingFault>) -> Self {
        Self {
            origin,
            header: header.into(),
            names_before: Vec::new(),
            has_new_name: false,
            has_new_namespace: false,
            new_labels: Vec::new(),
            rewritten: None,
            encoding,
            generated: None,
        }
    }

    /// Where it comes from.
    /// As it reaches the API server.
    pub fn applied(&self) -> AppliedObject {
        let Header { api_version, kind, namespace, name, .. } = &*self.header;
        AppliedObject::new(api_version, kind, namespace, name)
    }

    pub fn place(&self) -> Place {
        match &self.origin {
            Origin::Manifest { file, span, .. } => Place { file: *file, span: *span },
            Origin::Generated(place) => *place,
        }
    }

    pub fn id(&self) -> Id<'_> {
        Id::of(&self.header)
    }

    /// The header to change. Until then it is the manifest's own.
    pub fn header_mut(&mut self) -> &mut Header {
        Arc::make_mut(&mut self.header)
    }

    /// The names and namespaces that it had, and those that it has.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        let before = self.names_before.iter().map(|(name, namespace)| (name.as_str(), namespace.as_str()));
        before.chain([(self.header.name.as_str(), self.header.namespace.as_str())])
    }

    pub fn set_name(&mut self, name: String) {
        self.remember();
        self.has_new_name = true;
        let header = self.header_mut();
        header.has_string_name = true;
        header.name = name.into();
    }

    pub fn set_namespace(&mut self, namespace: &str) {
        self.remember();
        self.has_new_namespace = true;
        self.header_mut().namespace = namespace.into();
    }

    fn remember(&mut self) {
        let now = (self.header.name.to_string(), self.header.namespace.to_string());
        if !self.names_before.contains(&now) {
            self.names_before.push(now);
        }
    }

    pub fn add_labels<T: AsRef<str>>(&mut self, pairs: &[(T, T)]) {
        merge(&mut self.header_mut().labels, pairs);
        merge(&mut self.new_labels, pairs);
    }

    pub fn add_annotations<T: AsRef<str>>(&mut self, pairs: &[(T, T)]) {
        merge(&mut self.header_mut().annotations, pairs);
    }

    pub fn rewrite(&mut self, place: Option<Place>) {
        self.rewritten.get_or_insert(Rewrite { place });
    }

    pub fn annotation(&self, key: &str) -> Option<&str> {
        value_of(&self.header.annotations, key)
    }

    pub fn label(&self, key: &str) -> Option<&str> {
        value_of(&self.header.labels, key)
    }
}

fn value_of<'p>(pairs: &'p [(CompactString, CompactString)], key: &str) -> Option<&'p str> {
    pairs.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
}

fn merge<T: AsRef<str>>(pairs: &mut HeaderPairs, added: &[(T, T)]) {
    for (key, value) in added {
        let (key, value) = (key.as_ref(), CompactString::from(value.as_ref()));
        match pairs.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => pairs.push((key.into(), value)),
        }
    }
}

/// What kustomize takes for the identity of an object. No namespace and `default` are the same to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id<'h> {
    pub group: &'h str,
    pub version: &'h str,
    pub kind: &'h str,
    pub name: &'h str,
    namespace: Option<&'h str>,
    written_namespace: &'h str,
}

impl<'h> Id<'h> {
    pub fn of(header: &'h Header) -> Self {
        let (group, version) = split_version(&header.api_version);
        let namespace = match header.namespace.as_str() {
            _ if is_cluster_scoped(&header.api_version, &header.kind) => Some("_non_namespaceable_"),
            "" | "default" => None,
            namespace => Some(namespace),
        };
        let (kind, name, written_namespace) = (&header.kind, &header.name, &header.namespace);
        Self { group, version, kind, name, namespace, written_namespace }
    }

    /// What two equal objects share.
    pub fn key(self) -> [&'h str; 5] {
        [self.group, self.version, self.kind, self.name, self.namespace.unwrap_or_default()]
    }

    /// `Entity.v1.getport.io`.
    pub fn kind_text(&self) -> String {
        let (kind, version) = (or(self.kind, "[noKind]"), or(self.version, "[noVer]"));
        format!("{kind}.{version}.{}", or(self.group, "[noGrp]"))
    }
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, namespace) = (or(self.name, "[noName]"), or(self.written_namespace, "[noNs]"));
        write!(f, "{}/{name}.{namespace}", self.kind_text())
    }
}

/// The text, or another one if it is empty.
pub fn or<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.is_empty() { otherwise } else { text }
}

/// One for all counts, which are joined.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// How many objects have each identity.
#[derive(Debug, Default)]
pub struct IdCounts {
    counts: HashMap<ById, usize>,
}

/// A header that counts as equal to those of the same identity.
#[derive(Debug)]
struct ById {
    header: Arc<Header>,
    /// The hash of the identity, so that counts are joined without a look at each header.
    hash: u64,
}

impl ById {
    fn of(header: Arc<Header>) -> Self {
        let hash = HASHER.hash_one(Id::of(&header).key());
        Self { header, hash }
    }
}

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && Id::of(&self.header).key() == Id::of(&other.header).key()
    }
}

impl Eq for ById {}

impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

impl IdCounts {
    pub fn of(objects: &[Object]) -> Self {
        let mut counts = Self { counts: HashMap::with_capacity(objects.len()) };
        for object in objects {
            counts.add(&object.header);
        }
        counts
    }

    pub fn has_no_duplicates(&self) -> bool {
        self.counts.values().all(|count| *count <= 1)
    }

    /// Counts one more object; the number with its identity, with it.
    pub fn add(&mut self, header: &Arc<Header>) -> usize {
        let count = self.counts.entry(ById::of(Arc::clone(header))).or_default();
        *count += 1;
        *count
    }

    /// Joins the counts of other objects, if no identity is in both; else gives them back.
    pub fn join(&mut self, others: Self) -> Result<(), Self> {
        if others.counts.keys().any(|id| self.counts.contains_key(id)) {
            return Err(others);
        }
        self.counts.extend(others.counts);
        Ok(())
    }

    /// Counts an object under its new identity; the number with that identity, with it.
    pub fn replace(&mut self, before: Arc<Header>, now: &Arc<Header>) -> usize {
        if let Some(count) = self.counts.get_mut(&ById::of(before)) {
            *count -= 1;
        }
        self.add(now)
    }
}

/// `getport.io/v1` is the group `getport.io` and the version `v1`.
pub fn split_version(api_version: &str) -> (&str, &str) {
    // For so short texts, this is faster than a search.
    let slash = api_version.bytes().position(|byte| byte == b'/');
    slash.map_or(("", api_version), |at| (&api_version[..at], &api_version[at + 1..]))
}

/// Whether kustomize knows that objects of a kind have no namespace. It knows built-in kinds only.
pub fn is_cluster_scoped(api_version: &str, kind: &str) -> bool {
    let (group, version) = split_version(api_version);
    let kinds: &[&str] = match (group, version) {
        ("admissionregistration.k8s.io", "v1") => &[
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
        ],
        ("admissionregistration.k8s.io", "v1beta1") => {
            &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
        }
        ("apiextensions.k8s.io", "v1" | "v1beta1") => &["CustomResourceDefinition"],
        ("apiregistration.k8s.io", "v1" | "v1beta1") => &["APIService"],
        ("certificates.k8s.io", "v1" | "v1beta1") => &["CertificateSigningRequest"],
        ("flowcontrol.apiserver.k8s.io", "v1beta1") => &["FlowSchema", "PriorityLevelConfiguration"],
        ("networking.k8s.io", "v1" | "v1beta1") => &["IngressClass"],
        ("node.k8s.io", "v1" | "v1beta1") => &["RuntimeClass"],
        ("policy", "v1beta1") => &["PodSecurityPolicy"],
        ("rbac.authorization.k8s.io", "v1" | "v1beta1") => &["ClusterRole", "ClusterRoleBinding"],
        ("scheduling.k8s.io", "v1" | "v1beta1") => &["PriorityClass"],
        ("storage.k8s.io", "v1" | "v1beta1") => &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
        ("", "v1") => &["ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"],
        _ => &[],
    };
    kinds.contains(&kind)
}
