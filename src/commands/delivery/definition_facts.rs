//! Reads the CRDs and XRDs of the repository: the kinds that they define, and facts about those that are refused or have
//! parts without an effect.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::checkout::Checkout;
use super::manifest_values::map_values;
use super::run_files::RunFiles;
use crate::delivery::crd::check::Write;
use crate::delivery::crd::definition::Definition;
use crate::delivery::crd::fault::{Fault, FaultKind};
use crate::delivery::crd::node::Node;
use crate::delivery::crd::{admission, document};
use crate::delivery::crossplane::{self, Loss, XrdReport, is_xrd};
use crate::delivery::files::{FileId as DeliveredId, Files};
use crate::delivery::kinds::Kinds;
use crate::delivery::manifests::{Header, Manifest, Manifests};
use crate::delivery::object::split_version;
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::unfinished::Unfinished;
use crate::domain::delivery_facts::{
    DeliveryFacts, ImplicitScope, LossReason, LostKeyword, Refusal, RefusalKind, RefusedDefinition,
};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;

/// The manifests of the YAML files of the repository.
pub(super) type AllManifests = Vec<(DeliveredId, Arc<Manifests>)>;

/// The kinds of the repository, and the names of what defines them.
#[derive(Debug, Default)]
pub(super) struct DefinedKinds {
    pub kinds: Kinds,
    /// By file and name of the CRD.
    pub places: BTreeMap<(usize, String), DeliveredPlace>,
    /// The groups of which a definition is refused or not read, so that not all of their kinds are known.
    pub incomplete: HashSet<String>,
}

/// A manifest by its file and the start of its text.
pub(super) type ManifestKey = (DeliveredId, u32);

/// Which manifests arrive as they are written.
pub(super) struct AsWritten<'a> {
    /// Whether those do that deliverers take.
    pub delivered: HashMap<ManifestKey, bool>,
    /// What is known of the others.
    pub unfinished: Unfinished,
    pub files: &'a Files,
}

impl AsWritten<'_> {
    pub fn has(&self, file: DeliveredId, manifest: &Manifest) -> bool {
        let of_others = || !self.unfinished.patches(&manifest.header.kind) && !self.unfinished.holds(self.files, file);
        self.delivered.get(&(file, manifest.span.start)).copied().unwrap_or_else(of_others)
    }
}

pub(super) struct DefinitionFacts<'a> {
    pub checkout: &'a Checkout,
    pub run: &'a mut RunFiles,
    pub all: &'a AllManifests,
    pub as_written: &'a AsWritten<'a>,
    /// The API group of the platform, whose CRDs have rules of their own.
    pub group: &'a str,
}

/// What one definition is.
struct Read {
    place: DeliveredPlace,
    title: String,
    name: Span,
    spec: Option<Span>,
    report: Report,
}

enum Report {
    Crd(document::CrdReport),
    Xrd(XrdReport),
}

/// Whether the repository, whose manifests are read, has definitions of Crossplane.
pub(super) fn has_xrds(repository: &Repository<'_>) -> bool {
    let is_one = |manifest: &Manifest| is_xrd(&manifest.header.api_version, &manifest.header.kind);
    repository.wiring().any(|(_, manifests)| manifests.objects.iter().any(is_one))
}

/// Whether it has any definition, but for those of the platform.
pub(super) fn has_definitions(repository: &Repository<'_>, platform_group: &str) -> bool {
    let is_one = |manifest: &Manifest| {
        let Header { api_version, kind, name, .. } = &*manifest.header;
        let is_of_platform = name.split_once('.').is_some_and(|(_, group)| group == platform_group);
        is_xrd(api_version, kind) || document::is_crd(api_version, kind) && !is_of_platform
    };
    repository.wiring().any(|(_, manifests)| manifests.objects.iter().any(is_one))
}

impl DefinitionFacts<'_> {
    pub fn collect(mut self, facts: &mut DeliveryFacts) -> DefinedKinds {
        let groups = self.groups();
        let files: Vec<(DeliveredId, Vec<&Manifest>)> = self
            .all
            .iter()
            .map(|(file, manifests)| {
                let wanted = manifests.objects.iter().filter(|manifest| self.is_wanted(*file, manifest, &groups));
                (*file, wanted.collect::<Vec<_>>())
            })
            .filter(|(_, manifests)| !manifests.is_empty())
            .collect();
        let mut defined = DefinedKinds::default();
        let mut complete: HashSet<ManifestKey> = HashSet::new();
        for read in self.read(&files) {
            match &read.report {
                Report::Crd(report) => self.add_crd(&read, report, facts),
                Report::Xrd(report) => self.add_xrd(&read, report, facts),
            }
            let place = read.place;
            if define(read, &mut defined) {
                complete.insert((place.file, place.span.start));
            }
        }
        defined.incomplete = self.incomplete_groups(&complete);
        defined
    }

    /// The groups of the definitions that are not among these.
    fn incomplete_groups(&self, complete: &HashSet<ManifestKey>) -> HashSet<String> {
        let mut groups = HashSet::new();
        for (file, manifests) in self.all.iter().filter(|(_, manifests)| manifests.has_wiring) {
            for manifest in &manifests.objects {
                let Header { api_version, kind, name, .. } = &*manifest.header;
                let is_definition = is_xrd(api_version, kind) || document::is_crd(api_version, kind);
                if is_definition && !complete.contains(&(*file, manifest.span.start)) {
                    groups.extend(name.split_once('.').map(|(_, group)| group.to_owned()));
                }
            }
        }
        groups
    }

    /// The groups of the objects that are no definitions.
    fn groups(&self) -> HashSet<&str> {
        let headers = self.all.iter().flat_map(|(_, manifests)| &manifests.objects).map(|manifest| &manifest.header);
        let groups = headers.map(|header| split_version(&header.api_version).0);
        groups.filter(|group| group.contains('.') && *group != "apiextensions.k8s.io").collect()
    }

    fn is_wanted(&self, file: DeliveredId, manifest: &Manifest, groups: &HashSet<&str>) -> bool {
        let header = &manifest.header;
        let is_composite = is_xrd(&header.api_version, &header.kind);
        let group = header.name.split_once('.').map_or("", |(_, group)| group);
        // Most CRDs define kinds of which the repository has no object.
        let is_used = document::is_crd(&header.api_version, &header.kind) && groups.contains(group);
        if !is_composite && !is_used || group == self.group {
            return false;
        }
        self.as_written.has(file, manifest)
    }

    fn read(&self, files: &[(DeliveredId, Vec<&Manifest>)]) -> Vec<Read> {
        map_values(self.checkout, files, |file, manifest, object| {
            // A template of another tool.
            let is_template = object.raw().contains("{{");
            (!is_template).then(|| read_one(file, manifest, object))
        })
    }

    fn add_crd(&mut self, read: &Read, report: &document::CrdReport, facts: &mut DeliveryFacts) {
        self.add_faults(read, &report.faults, &[], facts);
    }

    fn add_xrd(&mut self, read: &Read, report: &XrdReport, facts: &mut DeliveryFacts) {
        self.add_faults(read, &report.faults, &[], facts);
        let mut seen: Vec<(&Fault, Vec<String>)> = Vec::new();
        let mut known: HashMap<(&str, Option<Span>, &str), usize> = HashMap::new();
        for derived in &report.derived {
            for fault in &derived.faults {
                let at = *known.entry((&fault.path, fault.span, &fault.text)).or_insert(seen.len());
                match seen.get_mut(at) {
                    Some((_, names)) => names.push(derived.name.clone()),
                    None => seen.push((fault, vec![derived.name.clone()])),
                }
            }
        }
        for (fault, names) in seen {
            self.add_faults(read, std::slice::from_ref(fault), &names, facts);
        }
        for lost in &report.lost {
            let Some(place) = self.place(read, lost.span) else { continue };
            let why = match &lost.loss {
                Loss::Unknown { meant } => LossReason::Unknown { meant: meant.clone() },
                Loss::NotTaken { from } => LossReason::NotTaken { from },
                Loss::Replaced => LossReason::Replaced,
            };
            facts.lost_keywords.push(LostKeyword { place, keyword: lost.keyword.clone(), why });
        }
        if report.has_implicit_scope
            && let Some(place) = self.place(read, read.spec)
        {
            facts.implicit_scopes.push(ImplicitScope { title: read.title.clone(), place });
        }
    }

    fn add_faults(&mut self, read: &Read, faults: &[Fault], kinds: &[String], facts: &mut DeliveryFacts) {
        for fault in faults {
            let Some(place) = self.place(read, fault.span) else { continue };
            let (title, kinds) = (read.title.clone(), kinds.to_vec());
            facts.refused_definitions.push(RefusedDefinition { title, place, refusal: refusal(fault), kinds });
        }
    }

    fn place(&mut self, read: &Read, span: Option<Span>) -> Option<crate::domain::finding::Place> {
        self.run.place(DeliveredPlace { file: read.place.file, span: span.unwrap_or(read.name) })
    }
}

pub(super) fn refusal(fault: &Fault) -> Refusal {
    let kind = match &fault.kind {
        FaultKind::UnknownField { meant } => RefusalKind::UnknownField { meant: meant.clone() },
        FaultKind::NoMatch { served } => RefusalKind::NoMatch { served: served.clone() },
        FaultKind::NoSuchKind { meant } => RefusalKind::NoSuchKind { meant: meant.clone() },
        FaultKind::NotAnOption { meant } => RefusalKind::NotAnOption { meant: meant.clone() },
        FaultKind::Undecodable | FaultKind::Invalid if fault.text.starts_with("Required value") => RefusalKind::Missing,
        FaultKind::Undecodable | FaultKind::WrongType | FaultKind::Invalid => RefusalKind::Other,
    };
    Refusal { path: fault.path.clone(), text: fault.text.clone(), kind }
}

fn read_one(file: DeliveredId, manifest: &Manifest, object: Value<'_>) -> Read {
    let header = &manifest.header;
    let node = Node::written(object, Dialect::Kubectl);
    let report = if is_xrd(&header.api_version, &header.kind) {
        Report::Xrd(crossplane::read(node, Write::Client))
    } else {
        Report::Crd(document::read(node))
    };
    let name = object.get("metadata").and_then(|metadata| metadata.get("name")).map(Value::span);
    let spec = object.entry("spec").map(|(key, _)| key.span());
    Read {
        place: DeliveredPlace { file, span: manifest.span },
        title: format!("{} {}", header.kind, header.name),
        name: name.unwrap_or(Span::empty(manifest.span.start as usize)),
        spec,
        report,
    }
}

/// Adds the kinds that a definition makes. One whose fields are only partly unknown is still of use. Returns whether these are
/// all of its kinds.
fn define(read: Read, defined: &mut DefinedKinds) -> bool {
    let file = read.place.file;
    let definitions: Vec<Option<Definition>> = match read.report {
        Report::Crd(report) => vec![report.definition],
        Report::Xrd(report) if report.faults.iter().any(admission::is_final) => vec![None],
        Report::Xrd(report) => report.derived.into_iter().map(|derived| derived.definition).collect(),
    };
    let has_all = definitions.iter().all(Option::is_some);
    for definition in definitions.into_iter().flatten() {
        let key = (file.index(), definition.name.clone());
        if defined.kinds.add(file.index(), definition) {
            defined.places.insert(key, DeliveredPlace { file, span: read.name });
        }
    }
    has_all
}
