//! Renders traces for a terminal: each step of the way is a line, and what is below a line belongs to it.

use serde_json::Value as Json;

use super::view::{
    AppliedBy, ArrivalTrace, ChangeCause, ClusterTrace, DelivererTrace, EntityTrace, EntryOutcome, EntryTrace,
    ManifestTrace, MappingTrace, ReadingDialect, TraceReport, TraceStatus, ValueChange,
};
use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style, clip};
use crate::text::plural::{count, grouped, list};

/// The number of lines of one list.
const MAX_LINES: usize = 40;
const MAX_VALUE: usize = 100;

pub fn text(report: &TraceReport<'_>, style: &Style) -> String {
    let mut page = Page { out: String::new(), style };
    for (at, manifest) in report.manifests.iter().enumerate() {
        if at > 0 {
            page.line(0, "");
        }
        page.manifest(manifest);
    }
    if !report.notes.is_empty() {
        page.line(0, "");
        report.notes.iter().for_each(|note| page.line(0, &format!("note: {}", clean(note))));
    }
    escape::lines(page.out)
}

struct Page<'s> {
    out: String,
    style: &'s Style,
}

impl Page<'_> {
    fn line(&mut self, indent: usize, line: &str) {
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn place(&self, path: &str, line: usize) -> String {
        self.style.paint(Role::Path, &format!("{}:{line}", clean(path)))
    }

    fn value(&self, value: &Json) -> String {
        clip(&clean(&value.to_string()), MAX_VALUE, self.style.ellipsis())
    }

    fn more(&mut self, indent: usize, all: usize) {
        if all > MAX_LINES {
            self.line(indent, &format!("and {} more", grouped(all - MAX_LINES)));
        }
    }

    fn manifest(&mut self, manifest: &ManifestTrace) {
        let ManifestTrace { object, path, line, document, clusters } = manifest;
        let number = if *document > 1 { format!(", document {document}") } else { String::new() };
        let object = self.style.paint(Role::Strong, &clean(object));
        let head = format!("{object} ({}{number})", self.place(path, *line));
        self.line(0, &head);
        for cluster in clusters {
            self.cluster(cluster);
        }
    }

    fn cluster(&mut self, cluster: &ClusterTrace) {
        let name = match (&cluster.cluster, &cluster.address) {
            (Some(name), Some(address)) => format!("cluster {} ({})", clean(name), clean(address)),
            (Some(name), None) => format!("cluster {}", clean(name)),
            (None, Some(address)) => clean(address).into_owned(),
            (None, None) => "the cluster".to_owned(),
        };
        let (role, status) = match cluster.status {
            TraceStatus::Arrives => (Role::Good, "arrives"),
            TraceStatus::ReachesCluster => (Role::Good, "reaches the cluster"),
            TraceStatus::DoesNotArrive => (Role::Error, "does not arrive"),
            TraceStatus::NotKnown => (Role::Warning, "not known"),
        };
        self.line(0, "");
        self.line(0, &format!("{name}: {}", self.style.paint(role, status)));
        for reason in &cluster.reasons {
            self.line(2, &format!("{} {}", self.style.paint(Role::Error, "because"), clean(reason)));
        }
        for unknown in &cluster.unknowns {
            self.line(2, &format!("{} {}", self.style.paint(Role::Warning, "not known:"), clean(unknown)));
        }
        if let Some(help) = &cluster.help {
            self.line(2, &format!("{} {}", self.style.paint(Role::Help, "help:"), clean(help)));
        }
        if let Some(assumption) = &cluster.assumption {
            self.line(2, &format!("assumed: {}", clean(assumption)));
        }
        for deliverer in &cluster.deliverers {
            self.deliverer(deliverer);
            if let Some(idle) = deliverer.idle.as_ref().filter(|idle| !cluster.reasons.contains(idle)) {
                self.line(4, &clean(idle));
            }
        }
        for nearest in &cluster.nearest {
            let place = nearest.path.as_deref().zip(nearest.line).map(|(path, line)| self.place(path, line));
            let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
            match &nearest.title {
                Some(title) => self.line(2, &format!("not by {}{place}: {}", clean(title), clean(&nearest.reason))),
                None => self.line(2, &format!("not delivered: {}", clean(&nearest.reason))),
            }
        }
        if let Some(arrival) = &cluster.arrival {
            self.arrival(arrival);
        }
        for refused in &cluster.refused {
            let label = self.style.paint(Role::Error, "refused:");
            self.line(2, &format!("{label} {} (line {})", clean(&refused.message), refused.line));
        }
        for blocked in cluster.blocks.iter().take(MAX_LINES) {
            self.line(4, &clean(blocked));
        }
        match (&cluster.no_entity, &cluster.mapping) {
            (Some(why), _) => self.line(2, &format!("no entity in the catalog: {}", clean(why))),
            (None, Some(mapping)) => self.mapping(mapping),
            (None, None) => {}
        }
    }

    fn deliverer(&mut self, deliverer: &DelivererTrace) {
        let DelivererTrace { title, path, line, folder, source, .. } = deliverer;
        let place = self.place(path, *line);
        let last = if deliverer.is_last { "" } else { "; another deliverer's object counts" };
        self.line(2, &format!("delivered by {} ({place}){last}", clean(title)));
        self.line(4, &format!("takes {} of {}", clean(folder), clean(source)));
        if let Some(set) = &deliverer.set {
            self.line(4, &format!("made by {}", clean(set)));
        }
        if !deliverer.kustomizations.is_empty() {
            self.line(4, &format!("through {}", clean(&list(&deliverer.kustomizations))));
        }
        if !deliverer.after.is_empty() {
            self.line(4, &format!("after {}", clean(&list(&deliverer.after))));
        }
        if !deliverer.delivered_by.is_empty() {
            self.line(4, &format!("itself delivered by {}", clean(&list(&deliverer.delivered_by))));
        }
        self.line(
            4,
            match deliverer.prunes {
                true => "prunes: the object goes when the manifest is removed",
                false => "does not prune: the object stays when the manifest is removed",
            },
        );
    }

    fn arrival(&mut self, arrival: &ArrivalTrace) {
        let applied = match arrival.applied {
            AppliedBy::ServerSide => "server-side apply",
            AppliedBy::ClientSide => "client-side apply",
        };
        let reader = match arrival.dialect {
            ReadingDialect::Kubectl => "kubectl",
            ReadingDialect::Kustomize => "kustomize",
        };
        let object = self.style.paint(Role::Strong, &clean(&arrival.object));
        self.line(2, &format!("in the cluster as {object}: read as {reader} reads YAML, {applied}"));
        for change in arrival.changes.iter().take(MAX_LINES) {
            self.change(change, reader);
        }
        self.more(4, arrival.changes.len());
        if !arrival.added.is_empty() {
            self.line(4, &format!("added: {}", clean(&arrival.added.join(", "))));
        }
    }

    fn change(&mut self, change: &ValueChange, reader: &str) {
        let ValueChange { field, line, before, after, cause } = change;
        let before = clip(&clean(before), MAX_VALUE, self.style.ellipsis());
        let what = match after {
            Some(after) => format!("arrives as {}", self.value(after)),
            None => "is not stored".to_owned(),
        };
        let why = match cause {
            ChangeCause::Dialect => format!("so {reader} reads YAML; quotes keep a text"),
            ChangeCause::Variables => "variables of the deliverer are replaced in the text".to_owned(),
            ChangeCause::Null => "client-side apply leaves out what is null".to_owned(),
            ChangeCause::Deliverer => "the deliverer sets it".to_owned(),
            ChangeCause::Schema => "the schema has no such value".to_owned(),
        };
        self.line(4, &format!("{} (line {line}): {before} {what} ({why})", clean(field)));
    }

    fn mapping(&mut self, mapping: &MappingTrace) {
        let path = self.style.paint(Role::Path, &clean(&mapping.path));
        self.line(2, &format!("mapped by {path}"));
        for entry in mapping.entries.iter().take(MAX_LINES) {
            self.entry(entry);
        }
        self.more(4, mapping.entries.len());
        if !mapping.unread.is_empty() {
            let lost = self.style.paint(Role::Warning, "lost:");
            self.line(4, &format!("{lost} no expression reads {}", count(mapping.unread.len(), "field")));
            for field in mapping.unread.iter().take(MAX_LINES) {
                self.line(6, &format!("{} (line {})", clean(&field.field), field.line));
            }
            self.more(6, mapping.unread.len());
        }
    }

    fn entry(&mut self, entry: &EntryTrace) {
        let line = entry.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let outcome = match entry.outcome {
            EntryOutcome::Sent => "takes it",
            EntryOutcome::NotSelected => "the selector does not take it",
            EntryOutcome::Nothing => "has nothing for it",
            EntryOutcome::Failed => {
                "fails for it: one error discards the object, and the exporter deletes nothing until that is fixed"
            }
            EntryOutcome::Crash => "crashes the exporter, at every start",
        };
        self.line(4, &format!("resources[{}]{line}: {outcome}", entry.entry));
        for problem in entry.problems.iter().take(MAX_LINES) {
            let line = problem.line.map(|line| format!(" (line {line} of the mapping)")).unwrap_or_default();
            let error = self.style.paint(Role::Error, "error:");
            self.line(6, &format!("{error} {}: {}{line}", clean(&problem.field), clean(&problem.message)));
        }
        for entity in entry.entities.iter().take(MAX_LINES) {
            self.entity(entity);
        }
        self.more(6, entry.entities.len());
    }

    fn entity(&mut self, entity: &EntityTrace) {
        let identifier = match &entity.identifier {
            Json::String(identifier) => clean(identifier).into_owned(),
            query => format!("(found by {})", self.value(query)),
        };
        let name = format!("{}/{identifier}", clean(&entity.blueprint));
        self.line(6, &format!("entity {}", self.style.paint(Role::Good, &name)));
        let mut lines = Vec::new();
        for (key, value) in entity.body.as_object().into_iter().flatten() {
            match (key.as_str(), value) {
                ("blueprint" | "identifier", _) => {}
                ("properties" | "relations", Json::Object(members)) => {
                    lines.extend(members.iter().map(|(name, value)| (format!("{key}.{name}"), value)));
                }
                (_, value) => lines.push((key.clone(), value)),
            }
        }
        for (field, value) in lines.iter().take(MAX_LINES) {
            let value = match value {
                Json::Null => "null (clears it)".to_owned(),
                value => self.value(value),
            };
            self.line(8, &format!("{}: {value}", clean(field)));
        }
        self.more(8, lines.len());
    }
}
