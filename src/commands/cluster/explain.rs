//! `cluster mapping --explain`: shows how the mapping of each cluster takes one object of the repository: each expression,
//! what it gives, and the line of the manifest that it reads.

use std::collections::BTreeSet;

use super::mapping::{ClusterMapping, MappingArgs, mapping_of_cluster};
use super::object_name::{NamedObject, find_objects};
use crate::commands::args::output::TextOrJson;
use crate::commands::context::Context;
use crate::commands::delivery::options::DeliveryOptions;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::delivery::repository_view::{RepositoryView, file_on_disk};
use crate::commands::mapping::document::MappingDocument;
use crate::commands::mapping::entity_tree::leading_path;
use crate::commands::mapping::objects::{ObjectPlace, RepositoryObjects, describe_refusals, keep_texts};
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::document::span::LineIndex;
use crate::domain::document::tree::Value;
use crate::domain::mapping_explanation::{EntryExplanation, ManifestValue, Step};
use crate::error::Error;
use crate::exit::Exit;
use crate::manifest::{Limits as ReaderLimits, Reader};
use crate::mapping::evaluate::Resync;
use crate::mapping::objects::each_object;
use crate::report::mapping_explanation::{self as report, MappingExplanation};
use crate::settings::ClusterSettings;
use crate::sources::{self, ReadBuffer, SourceFile, path_text};
use crate::text::plural::list;

/// What one mapping makes of one object.
struct Explained {
    object: String,
    object_place: String,
    cluster: Option<String>,
    path: String,
    text: String,
    entries: Vec<EntryExplanation>,
    obstacle: Option<String>,
}

pub(super) fn explain(name: &str, args: &MappingArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let settings = context.settings;
    let mut files = sources::discover(&settings.root.value, &settings.pattern()?)?.files;
    keep_texts(&mut files);
    let view = RepositoryView::of_work_tree(&settings.root.value, context.git.repository().ok().flatten());
    let options = DeliveryOptions::of(settings, context.environment);
    let deliveries = Deliveries::find_among(&view, &options, &files, files.len());
    let (mut explained, mut notes) = (Vec::new(), BTreeSet::new());
    let assumed = [ClusterSettings::default()];
    let is_configured = !settings.clusters.is_empty();
    for cluster in if is_configured { &settings.clusters[..] } else { &assumed } {
        let mapping = mapping_text(args, cluster, &files, context)?;
        notes.extend(mapping.notes);
        let document = MappingDocument::read_for(mapping.text, None, Some(settings.platform.value));
        let delivery = deliveries.as_ref().and_then(|deliveries| deliveries.of_cluster(cluster));
        let found = RepositoryObjects::read(&files, settings.platform.value, cluster, delivery.as_ref());
        let resync = found.resync(cluster, context.environment.seconds() as f64);
        for named in find_objects(name, &found)? {
            let (at, entries, obstacle) = match named {
                NamedObject::Refused(refused) => (&refused.at, Vec::new(), Some(describe_refusals(&refused.refusals))),
                NamedObject::Lost(lost) => {
                    (&lost.at, Vec::new(), Some(format!("it does not reach the cluster: {}", lost.loss.reason)))
                }
                NamedObject::Stored(index) => {
                    let at = &found.places[index];
                    match document.explain(&resync, index) {
                        None => (at, Vec::new(), Some(start_failure(&document))),
                        Some(entries) if entries.is_empty() => (at, entries, Some(no_entry(&document, &resync, index))),
                        Some(mut entries) => {
                            read_lines(&mut entries, at, &files);
                            (at, entries, None)
                        }
                    }
                }
            };
            explained.push(Explained {
                object: at.name.clone(),
                object_place: place_of(at, &files),
                cluster: is_configured.then(|| cluster.name.clone()),
                path: mapping.path.clone(),
                text: document.text().to_owned(),
                entries,
                obstacle,
            });
        }
    }
    notes.iter().for_each(|note| context.say(&format!("note: {note}")));
    let note = settings.platform.value.exporter_doubt.map(|doubt| format!("the results are approximate: {doubt}"));
    let reports: Vec<MappingExplanation<'_>> = explained.iter().map(|it| it.report(note.as_deref())).collect();
    let shown = match args.output {
        Some(TextOrJson::Json) => report::json(&reports),
        Some(TextOrJson::Text) | None => report::text(&reports, &context.style),
    };
    let shown = context.mask.text(&shown).into_owned();
    context.streams.show(&shown)?;
    Ok(Exit::Success)
}

impl Explained {
    fn report<'a>(&'a self, note: Option<&'a str>) -> MappingExplanation<'a> {
        MappingExplanation {
            object: &self.object,
            object_place: &self.object_place,
            cluster: self.cluster.as_deref(),
            path: &self.path,
            text: &self.text,
            entries: &self.entries,
            obstacle: self.obstacle.as_deref(),
            note,
        }
    }
}

/// The mapping of `--mapping`, or that of the cluster.
fn mapping_text(
    args: &MappingArgs,
    cluster: &ClusterSettings,
    files: &[SourceFile],
    context: &Context<'_>,
) -> Result<ClusterMapping, Error> {
    let settings = context.settings;
    let Some(path) = &args.mapping else {
        let find = |path: &str| file_on_disk(&settings.root.value, path);
        return mapping_of_cluster(cluster, files, &find, settings, &SnapshotSource::Disk, args.clear.into());
    };
    let text = sources::read_input(&settings.boundary, &settings.directory.join(path));
    let text = text.map_err(|error| error.named(&settings.directory, path))?;
    Ok(ClusterMapping { path: path_text(path), text, notes: Vec::new() })
}

pub(super) fn start_failure(document: &MappingDocument) -> String {
    let errors = document.config.as_ref().err();
    let Some(error) = errors.and_then(|errors| errors.first()) else { return String::new() };
    let line = LineIndex::new(document.text()).line_of(document.span_in_text(error.span).start as usize);
    format!("the exporter does not start with this mapping: line {line}: {}: {}", error.field, error.message)
}

/// That no entry has the kind of the object, and which kinds the entries have.
pub(super) fn no_entry(document: &MappingDocument, resync: &Resync<'_>, index: usize) -> String {
    let object = &resync.objects[index];
    let resource = resync.kinds.of_kind(&object.group, &object.version, &object.kind);
    let kind = resource
        .map_or_else(|| object.kind.clone(), |resource| format!("{}/{}", resource.api_version(), resource.plural));
    let entries = document.config.iter().flat_map(|config| &config.entries);
    let mut kinds: Vec<String> = entries.map(|entry| format!("`{}`", entry.kind)).collect();
    kinds.sort();
    kinds.dedup();
    match kinds.is_empty() {
        true => format!("the mapping has no entry for `{kind}`"),
        false => format!("the mapping has no entry for `{kind}`, only for {}", list(&kinds)),
    }
}

fn place_of(at: &ObjectPlace, files: &[SourceFile]) -> String {
    let Some(file) = files.get(at.place.file.0 as usize) else { return String::new() };
    let mut buffer = ReadBuffer::default();
    match sources::read(file, &mut buffer) {
        Ok(text) => format!("{}:{}", file.path, LineIndex::new(text.text).line_of(at.place.span.start as usize)),
        Err(_) => file.path.clone(),
    }
}

/// Adds to each step what it reads of the manifest.
fn read_lines(entries: &mut [EntryExplanation], at: &ObjectPlace, files: &[SourceFile]) {
    let mut buffer = ReadBuffer::default();
    let file = files.get(at.place.file.0 as usize);
    let Some(Ok(text)) = file.map(|file| sources::read(file, &mut buffer)) else { return };
    let lines = LineIndex::new(text.text);
    let line_of = |value: Value<'_>| lines.line_of(value.span().start as usize);
    let mut number = 0;
    Reader::new(ReaderLimits::default()).read_all(text.text, &mut |document| {
        let Some(root) = document.view.root().filter(|_| !document.broken) else { return };
        each_object(root, &mut |object| {
            if number == at.number {
                for entry in entries.iter_mut() {
                    // The other expressions read an item.
                    let most = if entry.items_to_parse.is_some() { 1 } else { usize::MAX };
                    for step in entry.steps_mut().take(most) {
                        step.reads = value_read(step, object, &line_of);
                    }
                }
            }
            number += 1;
        });
    });
}

/// The value at the path that an expression begins with.
fn value_read(step: &Step, object: Value<'_>, line_of: &dyn Fn(Value<'_>) -> usize) -> Option<ManifestValue> {
    let expression = step.expression.as_deref()?.trim_start_matches(['(', ' ']);
    let (keys, _) = leading_path(expression)?;
    let path = keys.iter().map(|key| key_text(key)).collect();
    let found = keys.iter().try_fold(object, |value, key| value.entry(key).map(|(_, value)| value));
    Some(ManifestValue { path, line: found.map(line_of) })
}

/// `.tier`, or `["two words"]`.
pub(super) fn key_text(key: &str) -> String {
    let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { format!(".{key}") } else { format!("[\"{key}\"]") }
}
