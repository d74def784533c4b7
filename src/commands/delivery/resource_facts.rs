//! Collects which objects of the repository the API server refuses by the CRDs and XRDs of the repository: claims, composite
//! resources, managed resources and any others.

use std::collections::{HashMap, HashSet};

use super::checkout::Checkout;
use super::definition_facts::{
    AllManifests, AsWritten, DefinedKinds, DefinitionFacts, ManifestKey, has_definitions, refusal,
};
use super::facts::number_of;
use super::manifest_values::map_values;
use super::options::DeliveryOptions;
use super::run_files::RunFiles;
use super::sync_options::{DelivererOptions, is_unvalidated};
use crate::delivery::crd::check::Write;
use crate::delivery::crd::fault::{Fault, FaultKind};
use crate::delivery::crd::node::Node;
use crate::delivery::crossplane;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::kinds::Verdict;
use crate::delivery::manifests::{Header, Manifest};
use crate::delivery::object::{Origin, split_version};
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::{Applied, Fate, Outcome, Reach, is_removed};
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::tool_kinds;
use crate::delivery::unfinished::Unfinished;
use crate::domain::cluster::Deliverer as ToolName;
use crate::domain::delivery_facts::{DelivererIndex, DeliveryFacts, RefusedResource, RemovedApi};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;
use crate::domain::finding::Place;
use crate::domain::platform::Platform;
use crate::mapping::kinds::Kinds as ClusterKinds;

pub(super) struct ResourceFacts<'a, 'r> {
    pub reach: &'a Reach,
    pub repository: &'a Repository<'r>,
    pub checkout: &'a Checkout,
    pub options: &'a DeliveryOptions,
    pub run: &'a mut RunFiles,
    /// The repository has definitions of Crossplane.
    pub has_xrds: bool,
}

/// The number of kinds among which misspelt ones are looked for.
const MOST_KINDS: usize = 2_000;

/// How a manifest reaches a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Delivery {
    by: Option<DelivererIndex>,
    write: Write,
    dialect: Dialect,
    /// What arrives is not what is written.
    is_changed: bool,
}

/// What the API server says of one manifest.
struct Judged {
    place: DeliveredPlace,
    title: String,
    /// With the deliverer, and whether it is only dropped.
    faults: Vec<(Fault, Option<String>, Option<DelivererIndex>, bool)>,
    definition: (usize, String),
}

impl ResourceFacts<'_, '_> {
    pub fn collect(self, facts: &mut DeliveryFacts) {
        // CRDs alone matter where the repository is about clusters.
        let is_of_interest = self.has_xrds || !self.reach.deliverers.is_empty();
        if !is_of_interest || !has_definitions(self.repository, self.options.platform.group) {
            return;
        }
        let all: AllManifests = self
            .checkout
            .yaml_files()
            .into_iter()
            .map(|(file, _)| (file, self.repository.manifests(file)))
            .filter(|(_, manifests)| !manifests.objects.is_empty())
            .collect();
        let unfinished = Unfinished::of(self.repository);
        let deliveries = self.deliveries();
        let is_as_written = |deliveries: &Vec<Delivery>| deliveries.iter().all(|delivery| !delivery.is_changed);
        let delivered: HashMap<ManifestKey, bool> =
            deliveries.iter().map(|(key, found)| (*key, is_as_written(found))).collect();
        let group = self.options.platform.group;
        let as_written = AsWritten { delivered, unfinished, files: &self.checkout.files };
        let definitions =
            DefinitionFacts { checkout: self.checkout, run: self.run, all: &all, as_written: &as_written, group };
        let defined = definitions.collect(facts);
        if defined.kinds.is_empty() {
            return;
        }
        let mut judges = JudgedKinds::new(self.options.platform, &defined);
        let mut wanted =
            |file: DeliveredId, manifest: &&Manifest| judges.has(&manifest.header) && as_written.has(file, manifest);
        let files: Vec<(DeliveredId, Vec<&Manifest>)> = all
            .iter()
            .map(|(file, manifests)| (*file, manifests.objects.iter().filter(|it| wanted(*file, it)).collect()))
            .filter(|(_, manifests): &(DeliveredId, Vec<&Manifest>)| !manifests.is_empty())
            .collect();
        let unknown = [self.unknown_delivery()];
        let judged = map_values(self.checkout, &files, |file, manifest, object| {
            let known = deliveries.get(&(file, manifest.span.start)).map_or(&unknown[..], Vec::as_slice);
            judge_one(file, manifest, object, known, &defined)
        });
        for judged in judged {
            let definition = defined.places.get(&judged.definition).and_then(|place| self.run.place(*place));
            for (fault, advice, by, is_dropped) in judged.faults {
                let span = fault.span.unwrap_or(Span::empty(judged.place.span.start as usize));
                let Some(place) = self.run.place(DeliveredPlace { file: judged.place.file, span }) else { continue };
                if facts.removed_apis.iter().any(|api| is_about(api, place)) {
                    continue;
                }
                facts.refused_resources.push(RefusedResource {
                    title: judged.title.clone(),
                    place,
                    refusal: refusal(&fault),
                    advice,
                    definition,
                    by,
                    is_dropped,
                });
            }
        }
    }

    /// How manifests are delivered, as far as deliverers are known.
    fn deliveries(&self) -> HashMap<ManifestKey, Vec<Delivery>> {
        let mut found: HashMap<ManifestKey, Vec<Delivery>> = HashMap::new();
        for (id, deliverer) in self.reach.ids() {
            let by = Some(number_of(id));
            let Outcome::Built { arrivals, .. } = &deliverer.outcome else { continue };
            let options = DelivererOptions::of(deliverer, self.repository);
            for arrival in arrivals.iter() {
                let Origin::Manifest { file, span, .. } = &arrival.object.origin else { continue };
                let write = match deliverer.applied {
                    Applied::ServerSide => Write::ServerSide,
                    Applied::ClientSide if options.is_unvalidated || is_unvalidated(arrival) => Write::Unvalidated,
                    Applied::ClientSide => Write::Client,
                };
                let is_changed = arrival.object.rewritten.is_some()
                    || arrival.substituted.is_some()
                    || arrival.fate != Fate::Applied;
                let delivery = Delivery { by, write, dialect: arrival.dialect, is_changed };
                found.entry((*file, span.start)).or_default().push(delivery);
            }
        }
        found
    }

    /// How manifests are delivered that no deliverer of the repository takes.
    fn unknown_delivery(&self) -> Delivery {
        let (write, dialect) = match self.options.stated_tool.filter(|_| self.reach.deliverers.is_empty()) {
            Some(ToolName::Flux) => (Write::ServerSide, Dialect::Kustomize),
            Some(ToolName::ArgoCd | ToolName::Kubectl) | None => (Write::Client, Dialect::Kubectl),
        };
        Delivery { by: None, write, dialect, is_changed: false }
    }
}

/// The kinds whose objects are judged: those that the repository defines, and those that are misspelt.
struct JudgedKinds<'a> {
    group: &'a str,
    builtin: ClusterKinds,
    defined: &'a DefinedKinds,
    /// By `apiVersion` and `kind`.
    known: HashMap<(String, String), bool>,
}

impl<'a> JudgedKinds<'a> {
    fn new(platform: &'a Platform, defined: &'a DefinedKinds) -> Self {
        let builtin = ClusterKinds::new(platform, &[]);
        Self { group: platform.group, builtin, defined, known: HashMap::new() }
    }

    fn has(&mut self, header: &Header) -> bool {
        let (group, version) = split_version(&header.api_version);
        if group == self.group {
            return false;
        }
        let key = (header.api_version.to_string(), header.kind.to_string());
        if let Some(is_judged) = self.known.get(&key) {
            return *is_judged;
        }
        let kinds = &self.defined.kinds;
        let is_judged = kinds.has(&key.0, &key.1) || {
            let is_builtin = self.builtin.of_kind(group, version, &key.1).is_some();
            // Kinds of tools are reported without their definitions.
            let is_of_tool = tool_kinds::meant(&key.0, &key.1).is_some();
            let may_be_defined = is_builtin || is_of_tool || self.defined.incomplete.contains(group);
            // More are none that people wrote.
            !may_be_defined && self.known.len() < MOST_KINDS && kinds.is_misspelt(&key.0, &key.1)
        };
        self.known.insert(key, is_judged);
        is_judged
    }
}

/// `None`: it is accepted.
fn judge_one(
    file: DeliveredId,
    manifest: &Manifest,
    object: Value<'_>,
    deliveries: &[Delivery],
    defined: &DefinedKinds,
) -> Option<Judged> {
    if object.raw().contains("{{") || is_template(&manifest.header.name) {
        return None;
    }
    let mut faults: Vec<(Fault, Option<String>, Option<DelivererIndex>, bool)> = Vec::new();
    let Header { api_version, kind, .. } = &*manifest.header;
    let mut definition = None;
    let mut seen: Vec<(Write, Dialect)> = Vec::new();
    let mut known: HashSet<(String, Option<Span>)> = HashSet::new();
    for delivery in deliveries {
        if seen.contains(&(delivery.write, delivery.dialect)) {
            continue;
        }
        seen.push((delivery.write, delivery.dialect));
        let node = Node::written(object, delivery.dialect);
        let verdict = defined.kinds.check(node, delivery.write)?;
        let dropped = dropped_fields(node, *delivery, defined).into_iter().map(|fault| (fault, true));
        let Verdict { faults: found, origin, file, definition: name, .. } = verdict;
        for (fault, is_dropped) in without_consequences(found).into_iter().map(|fault| (fault, false)).chain(dropped) {
            let is_template = fault.span.is_some_and(|span| is_template(span.slice(object.view().source)));
            // Of those there is another rule.
            let is_removed = matches!(fault.kind, FaultKind::NoMatch { .. }) && is_removed(api_version, kind);
            if !is_template && !is_removed && known.insert((fault.path.clone(), fault.span)) {
                let is_unknown = matches!(fault.kind, FaultKind::UnknownField { .. });
                let advice = crossplane::advice(origin, &fault.path).filter(|_| is_unknown);
                faults.push((fault, advice, delivery.by, is_dropped));
            }
        }
        definition = Some((file, name));
    }
    let title = manifest.header.title();
    let definition = definition.filter(|_| !faults.is_empty())?;
    Some(Judged { place: DeliveredPlace { file, span: manifest.span }, title, faults, definition })
}

/// The fields that a write without validation drops.
fn dropped_fields(node: Node<'_>, delivery: Delivery, defined: &DefinedKinds) -> Vec<Fault> {
    if delivery.write != Write::Unvalidated {
        return Vec::new();
    }
    let strict = defined.kinds.check(node, Write::Client).map(|verdict| verdict.faults).unwrap_or_default();
    strict.into_iter().filter(|fault| matches!(fault.kind, FaultKind::UnknownField { .. })).collect()
}

/// Whether this field is reported already, with what to do instead.
fn is_about(removed: &RemovedApi, place: Place) -> bool {
    removed.fields.iter().any(|field| field.place == place)
}

/// Without the fields of values that are of another type altogether.
fn without_consequences(faults: Vec<Fault>) -> Vec<Fault> {
    let wrong = faults.iter().filter(|fault| fault.kind == FaultKind::WrongType).map(|fault| fault.path.clone());
    let wrong: HashSet<String> = wrong.collect();
    let is_consequence = |fault: &Fault| {
        let mut above = fault.path.match_indices(['.', '[']).map(|(at, _)| &fault.path[..at]);
        matches!(fault.kind, FaultKind::UnknownField { .. }) && above.any(|path| wrong.contains(path))
    };
    faults.into_iter().filter(|fault| !is_consequence(fault)).collect()
}

/// Whether a value is filled in by another tool: `${name}`, `$NAME`, `{{ .name }}`, `(join(...))`.
fn is_template(text: &str) -> bool {
    let is_variable =
        |rest: &str| rest.starts_with(['{', '(', '_']) || rest.starts_with(|first: char| first.is_ascii_uppercase());
    let has_variable = text.split('$').skip(1).any(is_variable);
    has_variable || text.contains("{{") || text.starts_with('(') && text.ends_with(')')
}
