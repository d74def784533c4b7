//! The way of one manifest to each cluster: who delivers it, what keeps it from arriving, and what cannot be known offline.

use super::clusters::LoadedCluster;
use super::mapped::{Unsent, mapping_trace, no_configured_mapping, no_mapping};
use super::run::TraceRun;
use super::stored::{StoredObject, added_fields, changes, reading, refusals, with_object};
use super::subject::Subject;
use crate::commands::delivery::absence::{at_place, describe_link, describe_unknown, way_out};
use crate::commands::delivery::cluster::{Taker, idle_reason};
use crate::commands::delivery::facts::title_of;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::mapping::objects::{LostObject, ObjectPlace, RefusedObject, describe_refusals};
use crate::delivery::flux::is_in_last_stage;
use crate::delivery::reach::{Applied, Arrival, Deliverer, DelivererId, NotKnown, Outcome, Prune, SourceLink, Tool};
use crate::domain::cluster::Deliverer as ToolName;
use crate::domain::delivery_facts::{RefusalKind, RefusedResource};
use crate::domain::document::span::LineIndex;
use crate::domain::evaluation::Outcome as ResyncOutcome;
use crate::domain::finding::Place;
use crate::report::trace::{
    AppliedBy, ArrivalTrace, ClusterTrace, DelivererTrace, ManifestTrace, NearestDeliverer, Refused, TraceStatus,
};
use crate::sources::{self, ReadBuffer};
use crate::text::plural::{count, list};

/// What to do about a refused object.
const CORRECT: &str = "correct the fields below; until then the cluster keeps the object that it has, if any";

/// What became of the object in a cluster.
#[derive(Clone, Copy)]
enum State<'c> {
    /// Its index among the stored objects.
    Stored(usize),
    Refused(&'c RefusedObject),
    Lost(&'c LostObject),
}

/// How the way of a stored object ends.
#[derive(Clone, Copy)]
enum End {
    Sent,
    NotSent,
    /// It is no entity manifest, and no mapping is for its kind.
    Object,
    NotKnown,
}

pub(super) fn trace_subject(
    subject: Subject,
    run: &TraceRun<'_>,
    clusters: &[LoadedCluster<'_>],
) -> Option<ManifestTrace> {
    let states: Vec<_> = clusters.iter().map(|cluster| state(subject, cluster)).collect();
    let (at, _) = states.iter().flatten().next()?;
    let file = run.files.get(subject.file.0 as usize)?;
    let mut buffer = ReadBuffer::default();
    let text = sources::read(file, &mut buffer).ok()?.text;
    let lines = LineIndex::new(text);
    let has_takers = |cluster: &LoadedCluster<'_>| {
        let delivery = cluster.delivery.as_ref();
        delivery.is_some_and(|delivery| {
            let start = at.place.span.start;
            !delivery.takers(subject.file, start).is_empty() || delivery.failing(subject.file).is_some()
        })
    };
    // Clusters that only deliverers name are shown if something of the manifest concerns them.
    let is_configured = !run.workspace.settings.clusters.is_empty();
    let concerns_some = clusters.iter().any(has_takers);
    let mut trace = ManifestTrace {
        object: at.name.clone(),
        path: file.path.clone(),
        line: lines.line_of(at.place.span.start as usize),
        document: 1,
        clusters: Vec::new(),
    };
    with_object(text, subject.number, &mut |object, document| {
        trace.document = document + 1;
        for (cluster, state) in clusters.iter().zip(&states) {
            let is_shown = is_configured || !concerns_some || has_takers(cluster);
            if let Some((at, state)) = state.as_ref().filter(|_| is_shown) {
                let object = StoredObject { manifest: object, lines: &lines };
                trace.clusters.push(Route { run, cluster, at }.trace(*state, &object));
            }
        }
    });
    if !is_configured && !concerns_some {
        trace.clusters.truncate(1);
    }
    Some(trace)
}

fn state<'c>(subject: Subject, cluster: &'c LoadedCluster<'_>) -> Option<(&'c ObjectPlace, State<'c>)> {
    let objects = &cluster.objects;
    let is_it = |at: &ObjectPlace| Subject::of(at) == subject;
    if let Some(index) = objects.places.iter().position(is_it) {
        return Some((&objects.places[index], State::Stored(index)));
    }
    if let Some(refused) = objects.refused.iter().find(|refused| is_it(&refused.at)) {
        return Some((&refused.at, State::Refused(refused)));
    }
    objects.lost.iter().find(|lost| is_it(&lost.at)).map(|lost| (&lost.at, State::Lost(lost)))
}

struct Route<'t, 'a> {
    run: &'t TraceRun<'a>,
    cluster: &'t LoadedCluster<'a>,
    at: &'t ObjectPlace,
}

impl<'a> Route<'_, 'a> {
    fn trace(&self, state: State<'_>, object: &StoredObject<'_>) -> ClusterTrace {
        let Self { cluster, .. } = self;
        let mut trace = ClusterTrace {
            cluster: cluster.name.clone(),
            address: cluster.address.clone(),
            status: TraceStatus::DoesNotArrive,
            reasons: Vec::new(),
            help: None,
            no_entity: None,
            assumption: cluster.assumption.clone(),
            deliverers: self.deliverers(),
            nearest: Vec::new(),
            arrival: None,
            refused: Vec::new(),
            blocks: Vec::new(),
            mapping: None,
            unknowns: self.unknowns(),
        };
        match state {
            State::Lost(lost) => self.add_loss(&mut trace, lost),
            State::Refused(refused) => self.add_refusal(&mut trace, refused, object),
            State::Stored(index) => self.add_stored(&mut trace, index, object),
        }
        trace
    }

    fn start(&self) -> u32 {
        self.at.place.span.start
    }

    fn takers(&self) -> &[Taker<'a>] {
        let delivery = self.cluster.delivery.as_ref();
        delivery.map_or(&[], |delivery| delivery.takers(self.at.place.file, self.start()))
    }

    fn applied(&self) -> Option<Taker<'a>> {
        self.cluster.delivery.as_ref()?.applied(self.at.place.file, self.start())
    }

    fn deliverers(&self) -> Vec<DelivererTrace> {
        let Some(deliveries) = self.run.deliveries else { return Vec::new() };
        let last = self.applied().map(|taker| taker.deliverer);
        let is_last = |deliverer: &Deliverer| last.is_none_or(|last| std::ptr::eq(last, deliverer));
        let takers = self.takers().iter().map(|taker| taker.deliverer);
        let failing = self.cluster.delivery.as_ref().and_then(|delivery| delivery.failing(self.at.place.file));
        let failing = failing.filter(|_| self.takers().is_empty());
        takers.chain(failing).map(|it| deliverer_trace(it, deliveries, is_last(it))).collect()
    }

    fn unknowns(&self) -> Vec<String> {
        let Some((delivery, deliveries)) = self.cluster.delivery.as_ref().zip(self.run.deliveries) else {
            return Vec::new();
        };
        let mut unknowns = Vec::new();
        let is_of_chart = delivery.is_of_chart(self.at.place.file);
        let takers: Vec<DelivererId> = self.takers().iter().map(|taker| taker.id).collect();
        for (id, deliverer) in &delivery.deliverers {
            // What others leave open matters only if nobody takes the manifest.
            let is_taker = takers.contains(id);
            let matters =
                |why: &&NotKnown| is_taker || takers.is_empty() && (is_of_chart || deliveries.may_take_more(*id, why));
            let not_known: &[NotKnown] = match &deliverer.outcome {
                Outcome::Built { not_known, .. } => not_known,
                Outcome::NotKnown(why) => std::slice::from_ref(why),
                Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) => &[],
            };
            for why in not_known.iter().filter(matters) {
                unknowns.push(format!("{}: {}", title_of(deliverer), describe_unknown(why, deliveries)));
            }
        }
        if let Some(rewrite) = self.applied().and_then(|taker| taker.arrival.object.rewritten) {
            let place = rewrite.place.map(|place| at_place(place, deliveries)).unwrap_or_default();
            unknowns.push(format!(
                "a patch, replacement or transformer{place} rewrites it; what follows is the manifest as written"
            ));
        }
        unknowns
    }

    fn add_loss(&self, trace: &mut ClusterTrace, lost: &LostObject) {
        trace.reasons.push(lost.loss.reason.clone());
        if lost.loss.keeps_object {
            trace.blocks.extend(self.blocked());
            trace.help = Some("correct that; until then the cluster keeps the object that it has, if any".to_owned());
        } else if self.takers().is_empty() {
            self.add_absence(trace);
        }
    }

    /// Who comes nearest, and what would deliver it.
    fn add_absence(&self, trace: &mut ClusterTrace) {
        let Some(deliveries) = self.run.deliveries else { return };
        let Some(file) = deliveries.delivered_id(self.at.place.file) else { return };
        let absences = deliveries.reach.absence(&deliveries.repository(), file);
        for absence in &absences {
            let deliverer = absence.deliverer.map(|id| deliveries.reach.deliverer(id));
            let reaches = |deliverer: &&Deliverer| {
                let delivery = self.cluster.delivery.as_ref();
                delivery.is_some_and(|delivery| delivery.clusters.contains(&deliverer.cluster))
            };
            let place = deliverer.map(|deliverer| deliveries.locate(deliverer.place));
            let reason = match deliverer {
                Some(deliverer) if !reaches(&deliverer) => "it delivers to another cluster".to_owned(),
                Some(_) | None => describe_link(&absence.link, deliveries),
            };
            let help = match deliverer {
                Some(deliverer) if !reaches(&deliverer) => {
                    "if it is meant for this cluster, add a deliverer for its folder".to_owned()
                }
                Some(_) | None => way_out(&absence.link, deliveries),
            };
            trace.help = trace.help.take().or(Some(help));
            trace.nearest.push(NearestDeliverer {
                title: deliverer.map(title_of),
                path: place.as_ref().map(|(path, _)| path.clone()),
                line: place.map(|(_, line)| line),
                reason,
            });
        }
    }

    fn add_refusal(&self, trace: &mut ClusterTrace, refused: &RefusedObject, object: &StoredObject<'_>) {
        trace.refused = refusals(refused, self.applied_by(), object);
        trace.reasons.push(describe_refusals(&refused.refusals));
        trace.blocks = self.blocked();
        trace.help = Some(CORRECT.to_owned());
    }

    fn add_stored(&self, trace: &mut ClusterTrace, index: usize, object: &StoredObject<'_>) {
        let refused = self.refused_by_definition(object);
        if !refused.is_empty() {
            self.refuse(trace, refused);
            return;
        }
        let Self { cluster, .. } = self;
        let stored = &cluster.objects.objects[index];
        let content = stored.content.to_json_text();
        let content = serde_json::from_str(&content).unwrap_or_default();
        let taker = self.applied();
        let (dialect, applied) = (reading(taker.as_ref(), cluster.settings.deliverer), self.applied_by());
        trace.arrival = Some(ArrivalTrace {
            object: format!("{} {}", stored.kind, stored.key()),
            dialect,
            applied,
            changes: changes(object, &content, taker.as_ref(), applied),
            added: added_fields(object.manifest, &content),
        });
        let end = self.add_mapping(trace, index, object);
        let obstruction = self.obstruction();
        let is_obstructed = obstruction.is_some();
        trace.reasons.extend(obstruction);
        trace.status = match end {
            End::NotSent => TraceStatus::DoesNotArrive,
            _ if is_obstructed => TraceStatus::DoesNotArrive,
            End::Sent if trace.unknowns.is_empty() => TraceStatus::Arrives,
            End::Object if trace.unknowns.is_empty() => TraceStatus::ReachesCluster,
            End::Sent | End::Object | End::NotKnown => TraceStatus::NotKnown,
        };
    }

    /// Adds what the mapping makes of the stored object.
    fn add_mapping(&self, trace: &mut ClusterTrace, index: usize, object: &StoredObject<'_>) -> End {
        let Self { cluster, run, at, .. } = self;
        let mapping = match &cluster.mapping {
            Ok(mapping) => mapping,
            Err(_) if !at.is_manifest => {
                trace.no_entity = Some(no_configured_mapping(&cluster.settings.name));
                return End::Object;
            }
            Err(why) => {
                trace.unknowns.push(no_mapping(why));
                return End::NotKnown;
            }
        };
        let resync = cluster.objects.resync(&cluster.settings, run.seconds as f64);
        let (mapped, unsent) = mapping_trace(mapping, &resync, index, object, at.is_manifest);
        trace.mapping = Some(mapped);
        match unsent {
            Some(Unsent::NoEntry(why)) if !at.is_manifest => {
                let is_assumed = mapping.is_generated;
                trace.no_entity = Some(if is_assumed { no_configured_mapping(&cluster.settings.name) } else { why });
                return End::Object;
            }
            Some(Unsent::NoEntry(why) | Unsent::Other(why)) => trace.reasons.push(why),
            None => {}
        }
        let is_sent = mapping.evaluation.upserts.iter().any(|entity| entity.origin.object == index);
        if is_sent && mapping.evaluation.outcome == ResyncOutcome::Crash {
            trace.unknowns.push("the exporter crashes at every start for another object, and may never send it; see `portolan cluster forecast`".to_owned());
        }
        if is_sent { End::Sent } else { End::NotSent }
    }

    /// Why the API server refuses the object by an XRD or another definition of the repository.
    fn refused_by_definition(&self, object: &StoredObject<'_>) -> Vec<Refused> {
        let (place, span) = (self.at.place, object.manifest.span());
        let facts = self.run.deliveries.map(|deliveries| &deliveries.facts);
        let all = facts.into_iter().flat_map(|facts| &facts.refused_resources).filter(|refused| !refused.is_dropped);
        let here =
            all.filter(|refused| refused.place.file == place.file && span.contains(refused.place.span.start as usize));
        let refused = here.map(|refused| Refused {
            field: refused.refusal.path.clone(),
            line: object.lines.line_of(refused.place.span.start as usize),
            message: match (&refused.refusal.kind, refused.refusal.path.as_str()) {
                (
                    RefusalKind::UnknownField { .. } | RefusalKind::NoMatch { .. } | RefusalKind::NoSuchKind { .. },
                    _,
                )
                | (_, "") => refused.refusal.text.clone(),
                (RefusalKind::Missing | RefusalKind::NotAnOption { .. } | RefusalKind::Other, path) => {
                    format!("{path}: {}", refused.refusal.text)
                }
            },
        });
        refused.collect()
    }

    fn refuse(&self, trace: &mut ClusterTrace, refused: Vec<Refused>) {
        let fields: Vec<String> = refused.iter().map(|refused| format!("`{}`", refused.field)).collect();
        trace.reasons.push(format!("the API server refuses {}", list(&fields)));
        trace.refused = refused;
        trace.blocks = self.blocked();
        trace.help = Some(CORRECT.to_owned());
        trace.status = TraceStatus::DoesNotArrive;
    }

    fn applied_by(&self) -> AppliedBy {
        let is_server_side = match self.applied() {
            Some(taker) => taker.deliverer.applied == Applied::ServerSide,
            None => self.cluster.settings.deliverer == Some(ToolName::Flux),
        };
        if is_server_side { AppliedBy::ServerSide } else { AppliedBy::ClientSide }
    }

    /// What keeps the deliverer from applying an object that is right.
    fn obstruction(&self) -> Option<String> {
        let taker = self.applied()?;
        if let Some(reason) = self.cluster.obstructions.reason(&taker) {
            return Some(reason.to_owned());
        }
        if !is_in_last_stage(&taker.arrival.object.header) {
            return None;
        }
        let (title, place) = self.refused_beside(taker.deliverer)?;
        Some(format!(
            "the API server refuses `{title}` ({place}), and `{}` applies nothing beside it until that is fixed",
            title_of(taker.deliverer)
        ))
    }

    /// An object that its definition refuses, and that ends what a Kustomization of Flux applies: its name and its place.
    fn refused_beside(&self, deliverer: &Deliverer) -> Option<(String, String)> {
        let facts = &self.run.deliveries?.facts;
        let title = title_of(deliverer);
        let is_by = |refused: &&RefusedResource| {
            let by = refused.by.and_then(|by| facts.deliverer(by)).filter(|by| by.tool == ToolName::Flux);
            !refused.is_dropped && by.is_some_and(|by| by.title == title)
        };
        let refused = facts.refused_resources.iter().find(is_by)?;
        Some((refused.title.clone(), self.shown(refused.place)))
    }

    /// What does not arrive because this object is refused.
    fn blocked(&self) -> Vec<String> {
        let Some((taker, deliveries)) = self.applied().zip(self.run.deliveries) else { return Vec::new() };
        let deliverer = taker.deliverer;
        let Outcome::Built { arrivals, .. } = &deliverer.outcome else { return Vec::new() };
        let is_blocked =
            |arrival: &&Arrival| deliverer.tool == Tool::ArgoCd || is_in_last_stage(&arrival.object.header);
        let others = arrivals.iter().filter(is_blocked).count();
        let mut blocked = Vec::new();
        if others > 1 {
            blocked.push(format!(
                "this keeps {} of `{}` from being applied too",
                count(others - 1, "other object"),
                title_of(deliverer)
            ));
        }
        let waits = |later: &&Deliverer| later.tool == Tool::Flux && later.after.contains(&taker.id);
        for later in deliveries.reach.deliverers.iter().filter(waits) {
            blocked.push(format!("`{}` waits for it", title_of(later)));
        }
        blocked
    }

    /// `catalog/pay.yaml:1`
    fn shown(&self, place: Place) -> String {
        let Some(file) = self.run.files.get(place.file.0 as usize) else { return String::new() };
        let mut buffer = ReadBuffer::default();
        match sources::read(file, &mut buffer) {
            Ok(text) => format!("{}:{}", file.path, LineIndex::new(text.text).line_of(place.span.start as usize)),
            Err(_) => file.path.clone(),
        }
    }
}

fn deliverer_trace(deliverer: &Deliverer, deliveries: &Deliveries, is_last: bool) -> DelivererTrace {
    let (path, line) = deliveries.locate(deliverer.place);
    let titles = |ids: &[DelivererId]| ids.iter().map(|id| title_of(deliveries.reach.deliverer(*id))).collect();
    let kustomizations: &[_] = match &deliverer.outcome {
        Outcome::Built { kustomizations, .. } => kustomizations,
        Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) | Outcome::NotKnown(_) => &[],
    };
    let source = match deliverer.source {
        SourceLink::ThisRepository => "this repository",
        SourceLink::Assumed => "its source, assumed to be this repository because it has the path",
    };
    let revision = deliverer.revision.as_ref().map(|revision| format!(", revision {revision}")).unwrap_or_default();
    let set = deliverer.set.as_ref().map(|(name, row)| {
        let row = row.map(|place| at_place(place, deliveries)).unwrap_or_default();
        format!("ApplicationSet {name}{row}")
    });
    DelivererTrace {
        title: title_of(deliverer),
        path,
        line,
        folder: deliverer.path.as_ref().map_or_else(|| "./".to_owned(), |path| path.text.clone()),
        source: format!("{source}{revision}"),
        set,
        kustomizations: kustomizations.iter().map(|file| deliveries.path(*file)).collect(),
        after: titles(&deliverer.after),
        delivered_by: titles(&deliverer.delivered_by),
        prunes: deliverer.prune == Prune::On,
        idle: deliverer.is_idle.then(|| idle_reason(deliverer)),
        is_last,
    }
}
