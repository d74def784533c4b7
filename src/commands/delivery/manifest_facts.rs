//! Collects how each manifest of the run reaches clusters, and what goes wrong with it on its way. Only files in which
//! something may be wrong are read again.

use std::collections::{BTreeSet, HashMap};

use super::checkout::Checkout;
use super::emptied::{Emptied, place_in_file};
use super::facts::{is_custom, number_of};
use super::list_items::{ListItems, by_document};
use super::options::DeliveryOptions;
use super::repository_view::RepositoryView;
use super::run_files::RunFiles;
use super::sync_options::{DelivererOptions, is_unvalidated};
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::flux::VanishReason;
use crate::delivery::manifest_faults::{Delivering, faults, must_read};
use crate::delivery::manifests::Header;
use crate::delivery::object::{Object, Origin, split_version};
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::{self, Arrival, Deliverer, Fate, Outcome, Reach};
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::source::Source as _;
use crate::domain::cluster::Deliverer as ToolName;
use crate::domain::delivery_facts::{
    Applied, DelivererIndex, DeliveryFacts, LostManifest, ManifestDelivery, ManifestFault, ManifestFaultKind,
    YamlReader,
};
use crate::domain::finding::{FileId, Place};
use crate::sources::{self, SourceFile};

pub(super) struct ManifestFacts<'a, 'r> {
    pub reach: &'a Reach,
    pub repository: &'a Repository<'r>,
    pub checkout: &'a Checkout,
    pub view: &'a RepositoryView<'a>,
    pub options: &'a DeliveryOptions,
    pub run: &'a mut RunFiles,
    /// The API groups of Crossplane's claims.
    pub claim_groups: &'a BTreeSet<String>,
}

/// By the file and the start of the manifest that is replaced, and the index of the arrival that replaces it.
type Winners<'a> = HashMap<(DeliveredId, u32, usize), &'a Arrival>;

/// What a deliverer sends of a manifest of the run.
struct Sent<'a> {
    manifest: ManifestDelivery,
    arrival: &'a Arrival,
    delivering: Delivering<'a>,
    /// Something may be wrong with it.
    is_doubtful: bool,
}

/// A manifest of the run and its arrival.
struct Taken<'a> {
    arrival: &'a Arrival,
    delivering: Delivering<'a>,
    is_doubtful: bool,
    /// The index among the facts.
    manifest: usize,
    file: DeliveredId,
}

impl ManifestFacts<'_, '_> {
    pub fn collect(self, facts: &mut DeliveryFacts) {
        let group = self.options.platform.group;
        let options = self.reach.deliverers.iter().map(|deliverer| DelivererOptions::of(deliverer, self.repository));
        let options: Vec<DelivererOptions> = options.collect();
        let stated = self.stated_arrivals();
        for (id, _) in self.reach.ids() {
            for place in self.reach.lost(id) {
                let place = self.run.place(*place);
                facts.lost.extend(place.map(|place| LostManifest { by: number_of(id), place }));
            }
        }
        let (checkout, repository) = (self.checkout, self.repository);
        let interest = Interest { group, has_config: self.options.has_config, claim_groups: self.claim_groups };
        let mut sent = self.reach.map_deliverers(|id, deliverer| {
            let Some(options) = options.get(id.0 as usize) else { return Vec::new() };
            let delivering = Delivering {
                tool: deliverer.tool,
                applied: deliverer.applied,
                variables: options.variables.as_deref(),
                group,
                knows_namespace: true,
                target_namespace: target_namespace(deliverer),
            };
            let sent = sent_by(checkout, number_of(id), deliverer, options.is_unvalidated);
            let with_doubts = sent.into_iter().map(|(manifest, arrival)| {
                let target_namespace = delivering.target_namespace.filter(|_| interest.has(arrival));
                Sent::of(repository, manifest, arrival, Delivering { target_namespace, ..delivering })
            });
            with_doubts.collect()
        });
        if let Some((tool, stated)) = &stated {
            let (known, applied) = match tool {
                ToolName::Flux => (reach::Tool::Flux, Applied::ServerSide),
                ToolName::ArgoCd | ToolName::Kubectl => (reach::Tool::ArgoCd, Applied::ClientSide),
            };
            let delivering = Delivering {
                tool: known,
                applied: match applied {
                    Applied::ServerSide => reach::Applied::ServerSide,
                    Applied::ClientSide | Applied::Unvalidated => reach::Applied::ClientSide,
                },
                variables: None,
                group,
                knows_namespace: false,
                target_namespace: None,
            };
            let of_stated = stated.iter().filter_map(|arrival| {
                let manifest = delivery(self.checkout, arrival, None, *tool, applied)?;
                Some(Sent::of(repository, manifest, arrival, delivering))
            });
            sent.push(of_stated.collect());
        }
        let sent = in_order(sent);
        let mut taken = Vec::with_capacity(sent.len());
        facts.manifests.reserve(sent.len());
        for Sent { manifest, arrival, delivering, is_doubtful } in sent {
            let Origin::Manifest { file, .. } = &arrival.object.origin else { continue };
            taken.push(Taken { arrival, delivering, is_doubtful, manifest: facts.manifests.len(), file: *file });
            facts.manifests.push(manifest);
        }
        let lost = std::mem::take(&mut facts.lost);
        let is_lost = |place: Place| {
            lost.iter().any(|it| it.place.file == place.file && it.place.span.contains(place.span.start as usize))
        };
        facts.undelivered.retain(|manifest| !is_lost(manifest.place));
        facts.lost = lost;
        facts.has_base = self.view.base.is_some();
        self.read(&taken, facts);
    }

    /// The manifests as the tool gets them that the config states, if the repository holds no deliverer.
    fn stated_arrivals(&self) -> Option<(ToolName, Vec<Arrival>)> {
        let tool = self.options.stated_tool.filter(|_| self.reach.deliverers.is_empty())?;
        let (dialect, loses) = match tool {
            ToolName::Flux => (Dialect::Kustomize, true),
            ToolName::Kubectl => (Dialect::Kubectl, false),
            // Its folders are read in one way, and its kustomizations in another.
            ToolName::ArgoCd => return None,
        };
        let mut arrivals = Vec::new();
        for file in self.run.listed() {
            for manifest in &self.repository.manifests(file).objects {
                let (document, items, span) = (manifest.document, manifest.items.clone(), manifest.span);
                let origin = Origin::Manifest { file, document, items, span };
                let header = &manifest.header;
                let is_lost = loses && !header.has_string_name;
                let fate = if is_lost { Fate::Vanished(VanishReason::NameIsNoString) } else { Fate::Applied };
                let loses_labels = loses && !header.has_string_labels;
                let object = Object::new(origin, header.clone(), None);
                arrivals.push(Arrival { object, dialect, fate, substituted: None, loses_labels });
            }
        }
        Some((tool, arrivals))
    }

    /// Reads the files in which something may be wrong.
    fn read(mut self, taken: &[Taken<'_>], facts: &mut DeliveryFacts) {
        let has_base = self.view.base.is_some();
        let is_server_side = |taken: &&Taken<'_>| taken.delivering.applied == reach::Applied::ServerSide;
        let mut doubtful: Vec<(&SourceFile, &[Taken<'_>])> = Vec::new();
        let mut with_empty_map: Vec<&[Taken<'_>]> = Vec::new();
        for of_file in taken.chunk_by(|one, other| one.file == other.file) {
            let Some(first) = of_file.first() else { continue };
            let may_be_emptied = has_base && self.repository.manifests(first.file).doubts.has_empty_map;
            if may_be_emptied && of_file.iter().any(|taken| is_server_side(&taken)) {
                with_empty_map.push(of_file);
            }
            if of_file.iter().any(|taken| taken.is_doubtful) {
                doubtful.extend(self.checkout.source_of(first.file).map(|source| (source, of_file)));
            }
        }
        let files: Vec<&SourceFile> = doubtful.iter().map(|(source, _)| *source).collect();
        let checkout = self.checkout;
        let read = sources::for_each_text(
            &files,
            || (),
            |(), index, text| {
                let mut found_in_file = Vec::new();
                let Ok(text) = text else { return found_in_file };
                let by_document = by_document(doubtful[index].1.iter().filter_map(|taken| {
                    let (document, items) = place_in_file(taken.arrival)?;
                    Some((document, (taken, items)))
                }));
                let mut index = 0;
                checkout.documents(text.text, &mut |document| {
                    let wanted = by_document.get(&index);
                    index += 1;
                    let Some((of_document, root)) = wanted.zip(document.value) else { return };
                    let mut items = ListItems::of(root);
                    for (taken, indexes) in of_document {
                        let Some(manifest) = items.find(indexes) else { continue };
                        let found = faults(manifest, taken.arrival, taken.delivering).into_iter();
                        found_in_file.extend(found.map(|fault| (taken.manifest, fault)));
                    }
                });
                found_in_file
            },
        );
        let mut emptied = Emptied::new(self.view, self.checkout, self.options.platform.group);
        for taken in with_empty_map {
            let Some(first) = taken.first() else { continue };
            let path = self.run.shown(self.repository.files.path(first.file));
            let arrivals = taken.iter().filter(is_server_side).map(|taken| (taken.manifest, taken.arrival)).collect();
            for (manifest, (span, kind)) in emptied.faults(&path, first.file, arrivals) {
                facts.manifest_faults.push(ManifestFault { manifest, span, kind });
            }
        }
        let winners = Self::winners(self.reach);
        for (manifest, (span, kind)) in read.into_iter().flatten() {
            let Some(taken) = taken.get(manifest) else { continue };
            let Some(kind) = self.place_winner(kind, taken, &winners) else { continue };
            facts.manifest_faults.push(ManifestFault { manifest, span, kind });
        }
        let mut faults = std::mem::take(&mut facts.manifest_faults);
        faults.sort_by_key(|fault| (fault.place(facts).file, fault.span.start, fault.manifest));
        // Of several deliverers with the same trouble, the first is named.
        faults.dedup_by(|one, other| one.place(facts) == other.place(facts) && one.kind == other.kind);
        facts.manifest_faults = faults;
    }

    /// The arrivals that are applied instead of others, by the place of those and the index that replaces them.
    fn winners(reach: &Reach) -> Winners<'_> {
        let mut winners = Winners::new();
        for deliverer in &reach.deliverers {
            let Outcome::Built { arrivals, .. } = &deliverer.outcome else { continue };
            for arrival in arrivals.iter() {
                let (Fate::Replaced { by }, place) = (arrival.fate, arrival.object.place()) else { continue };
                let Some(winner) = arrivals.get(by) else { continue };
                winners.entry((place.file, place.span.start, by)).or_insert(winner);
            }
        }
        winners
    }

    /// Adds the place of the manifest that is applied instead. `None`: they have the same name where they are written too,
    /// which another rule reports.
    fn place_winner(
        &mut self,
        kind: ManifestFaultKind,
        taken: &Taken<'_>,
        winners: &Winners<'_>,
    ) -> Option<ManifestFaultKind> {
        let (ManifestFaultKind::Replaced { namespace, .. }, Fate::Replaced { by }) = (&kind, taken.arrival.fate) else {
            return Some(kind);
        };
        let place = taken.arrival.object.place();
        let winner = winners.get(&(place.file, place.span.start, by))?;
        let written =
            |object: &Object| object.names().next().map(|(_, namespace)| namespace.to_owned()).unwrap_or_default();
        if written(&winner.object) == written(&taken.arrival.object) {
            return None;
        }
        let by = self.run.place(DeliveredPlace { ..winner.object.place() });
        Some(ManifestFaultKind::Replaced { by, namespace: namespace.clone() })
    }
}

impl<'a> Sent<'a> {
    fn of(
        repository: &Repository<'_>,
        manifest: ManifestDelivery,
        arrival: &'a Arrival,
        delivering: Delivering<'a>,
    ) -> Self {
        let file = arrival.object.place().file;
        let is_doubtful = must_read(repository.manifests(file).doubts, arrival, delivering);
        Self { manifest, arrival, delivering, is_doubtful }
    }
}

/// What all deliverers send, in the order of its places, then of its deliverers. Keys are sorted instead of it, which is large.
fn in_order(sent: Vec<Vec<Sent<'_>>>) -> Vec<Sent<'_>> {
    let all: Vec<Sent<'_>> = sent.into_iter().flatten().collect();
    let keys = all.iter().zip(0..).map(|(Sent { manifest, .. }, at)| {
        let Place { file, span } = manifest.place;
        (file, span.start, manifest.deliverer, at)
    });
    let mut order: Vec<(FileId, u32, Option<DelivererIndex>, usize)> = keys.collect();
    order.sort_unstable();
    let mut all: Vec<Option<Sent<'_>>> = all.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(.., at)| all[at].take()).collect()
}

/// What decides whether it matters in which namespace an object arrives.
struct Interest<'a> {
    group: &'a str,
    has_config: bool,
    claim_groups: &'a BTreeSet<String>,
}

impl Interest<'_> {
    /// A `ClusterEntity` is in no namespace.
    fn has(&self, arrival: &Arrival) -> bool {
        let Header { api_version, kind, .. } = &*arrival.object.header;
        let (group, _) = split_version(api_version);
        let is_own = group == self.group;
        is_own && kind == "Entity"
            || self.claim_groups.contains(group)
            || !is_own && self.has_config && is_custom(api_version)
    }
}

/// The namespace that a Kustomization of Flux gives to all objects. Those of Argo CD keep theirs.
fn target_namespace(deliverer: &Deliverer) -> Option<&str> {
    let namespace = deliverer.namespace_of_objects.as_ref().filter(|_| deliverer.tool == reach::Tool::Flux);
    namespace.map(|namespace| namespace.text.as_str())
}

/// The manifests of the run that a deliverer sends.
fn sent_by<'a>(
    checkout: &Checkout,
    index: DelivererIndex,
    deliverer: &'a Deliverer,
    is_all_unvalidated: bool,
) -> Vec<(ManifestDelivery, &'a Arrival)> {
    let Outcome::Built { arrivals, .. } = &deliverer.outcome else { return Vec::new() };
    let tool = match deliverer.tool {
        reach::Tool::Flux => ToolName::Flux,
        reach::Tool::ArgoCd => ToolName::ArgoCd,
    };
    let sent = |arrival: &'a Arrival| {
        let applied = match deliverer.applied {
            reach::Applied::ServerSide => Applied::ServerSide,
            reach::Applied::ClientSide if is_all_unvalidated || is_unvalidated(arrival) => Applied::Unvalidated,
            reach::Applied::ClientSide => Applied::ClientSide,
        };
        Some((delivery(checkout, arrival, Some(index), tool, applied)?, arrival))
    };
    arrivals.iter().filter_map(sent).collect()
}

fn delivery(
    checkout: &Checkout,
    arrival: &Arrival,
    deliverer: Option<DelivererIndex>,
    tool: ToolName,
    applied: Applied,
) -> Option<ManifestDelivery> {
    let Origin::Manifest { file, span, .. } = &arrival.object.origin else { return None };
    let file = FileId::of(checkout.number_of(*file)?);
    let reader = match arrival.dialect {
        Dialect::Kubectl => YamlReader::Kubectl,
        Dialect::Kustomize => YamlReader::Kustomize,
    };
    let object = arrival.object.applied();
    let place = Place { file, span: *span };
    Some(ManifestDelivery { place, deliverer, tool, reader, applied, object })
}
