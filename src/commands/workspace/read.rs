//! The one pass over the manifests of a repository: each file is read and parsed once, and its documents are handed to
//! every consumer. Rules check them, and a plan collects their entities, so that what is planned is what was linted.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::analysis::{
    AnalysisResult, Analyzer, Directives, DocumentContext, Evidence, FileResults, FileRun, Index, Options, RunState,
    Selection, Snapshot, concerns_delivery,
};
use crate::commands::delivery::read_files::ReadFiles;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::mapping::repository::{MappedFile, MappedRepository};
use crate::commands::workspace::cache::LintCache;
use crate::commands::workspace::documents::{Content, ManifestReader};
use crate::commands::workspace::entities::{EntityCollector, FileCollector, FileEntities, ManifestSet};
use crate::commands::workspace::index::{FileDeclarations, IndexCollector, ManifestIndex};
use crate::commands::workspace::snapshot::conflicts_of;
use crate::delivery::manifests::{Manifests, ManifestsReading};
use crate::delivery::source::Document as DeliveredDocument;
use crate::domain::document::fault::{Fault, FaultKind, Oversize};
use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Tree, View};
use crate::domain::finding::{Detail, EntityName, FileId, Finding};
use crate::domain::git_host::GitHost;
use crate::domain::progress::Progress;
use crate::manifest::{self, Document, Missing};
use crate::sources::{self, Place, ReadProblem, SourceFile, TextRef, Unreadable};
use crate::text::merge_conflict;

/// Everything that a run found, before findings are selected for the report.
pub(crate) struct RawFindings {
    pub conclusion: AnalysisResult,
    /// The number of unreadable documents by index in the list of files.
    pub broken: BTreeMap<usize, usize>,
    pub entities: usize,
    pub notes: Vec<String>,
    /// What the run collected; the caller adds the files.
    pub manifests: Option<ManifestSet>,
    /// The texts of files that were read, each with the index of its file.
    pub kept: Vec<(usize, Place)>,
    /// Files that findings point to, and that the run did not list; their ids follow those of its files.
    pub added: Vec<SourceFile>,
    /// Deliverers, or definitions and their resources, were checked too.
    pub has_cluster_objects: bool,
    /// The results of the files, if the run keeps them.
    pub results: Vec<FileResults>,
}

/// What a run collects besides findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collects {
    Nothing,
    /// The declared entities, for a plan.
    Entities,
    /// The declared entities and the index.
    EntitiesAndIndex,
}

/// Whether a file, by its path and what its content lacks, may be a manifest.
pub(crate) type MayBeManifest<'a> = &'a (dyn Fn(&str, Option<Missing>) -> bool + Sync);

/// Finds the deliverers of a repository and what they deliver.
pub(crate) type FindDeliveries<'a> = &'a dyn Fn(ReadFiles<'_>) -> Option<Deliveries>;

/// The kinds of entities and their fields, such as `spec.title`, that CRDs of the repository have.
pub(crate) type CrdFields = BTreeSet<(String, String)>;
pub(crate) type FindCrdFields<'a> = &'a dyn Fn() -> CrdFields;

/// The snapshot and the options, prepared once for several passes over the files.
pub(crate) struct LintRun<'a> {
    pub snapshot: &'a Snapshot,
    pub selection: &'a Selection,
    pub options: &'a Options,
    /// Whether a file without readable content may be a manifest.
    pub may_be_manifest: MayBeManifest<'a>,
    /// Places that could not be read, each with the file that represents it in the list.
    pub absent: &'a [(FileId, Unreadable)],
    /// Faults that were found before the run, in files that it does not read.
    pub known: &'a [(FileId, Fault, Option<Directives>)],
    pub collects: Collects,
    /// What the mappings of the clusters make of the files.
    pub mapped: Option<&'a MappedRepository>,
    /// Finds what deliverers make of the repository. It is given the files that were read, with their texts, and whether
    /// some of them may hold a deliverer.
    pub deliveries: Option<FindDeliveries<'a>>,
    /// Files that the run does not read may hold deliverers, or the config names one.
    pub others_deliver: bool,
    /// Finds the fields of entities that CRDs of the repository have.
    pub crd_fields: Option<FindCrdFields<'a>>,
    /// What earlier runs found, for runs that only lint.
    pub cache: Option<&'a LintCache<'a>>,
    /// Keeps the results of the files, so that some can be checked again.
    pub keeps_results: bool,
}

/// The working state of one thread. Its results are collected when the thread ends: one result per file would be
/// allocated, moved and freed for each of a hundred thousand files, most of which have no findings.
struct Worker<'d> {
    reader: ManifestReader,
    state: RunState,
    collects: Collects,
    mapped: Option<&'d MappedRepository>,
    entities: EntityCollector,
    done: &'d Mutex<Vec<FileResults>>,
    /// Some file may hold a deliverer, so that all manifests matter.
    have_deliverers: &'d AtomicBool,
    manifests: Vec<(FileId, Arc<Manifests>)>,
    all_manifests: &'d Mutex<Vec<(FileId, Arc<Manifests>)>>,
}

/// What the pass over the files gave, before the rules about several files run.
struct Gathered {
    parts: Vec<FileResults>,
    kept: Vec<(usize, Place)>,
    /// What each file that was read declares.
    collected: Vec<(FileId, Option<Box<Collected>>)>,
    delivered: Vec<(FileId, Arc<Manifests>)>,
}

/// What one file declares.
#[derive(Default)]
struct Collected {
    entities: FileEntities,
    declarations: FileDeclarations,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let gathered = std::mem::take(&mut self.state).into_results();
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(gathered);
        self.all_manifests.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.manifests);
    }
}

/// Puts files outside of the largest folder first: the deliverers of a repository are seldom among its manifests, and once
/// one is seen, what the files behind it hold is kept for them.
fn put_deliverers_first(files: &mut [(FileId, &SourceFile)]) {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    files.iter().for_each(|(_, file)| *sizes.entry(top_folder(file)).or_default() += 1);
    let Some((largest, _)) = sizes.into_iter().max_by_key(|(_, size)| *size) else { return };
    let largest = largest.to_owned();
    files.sort_by_key(|(_, file)| top_folder(file) == largest);
}

fn top_folder(file: &SourceFile) -> &str {
    file.path.split_once('/').map_or("", |(folder, _)| folder)
}

impl LintRun<'_> {
    /// Checks `files`. Only the first `manifests` of them are read; the others only serve as locations of findings.
    pub fn check(
        &self,
        files: &[SourceFile],
        manifests: usize,
        in_sight: &dyn Fn(FileId) -> bool,
        progress: &dyn Progress,
    ) -> RawFindings {
        let paths = self.paths(files);
        let analyzer = Analyzer::new(self.snapshot, self.selection, self.options).with_paths(&paths);
        let read = files.get(..manifests).unwrap_or(files);
        let Gathered { parts: mut gathered, kept, collected, delivered } = self.gather(&analyzer, read, progress);
        let mapped = self.mapped;
        let entities: usize = gathered.iter().map(|part| part.entities).sum();
        let have_deliverers = gathered.iter().any(|part| !part.deliverers.is_empty());
        let broken = gathered.iter().flat_map(|part| &part.broken_documents);
        let broken = broken.map(|(file, documents)| (file.0 as usize, *documents)).collect();
        if let Some(mapped) = mapped {
            gathered.push(ignores_of_mappings(mapped, &analyzer));
        }
        let deliveries = self
            .deliveries
            .and_then(|find| find(ReadFiles { files: read, kept: &kept, have_deliverers, manifests: delivered }));
        if let Some(deliveries) = &deliveries {
            gathered.push(ignores_of_added(deliveries, &analyzer));
        }
        let added = deliveries.as_ref().map(|deliveries| self.paths(&deliveries.run.added)).unwrap_or_default();
        let paths = [paths.as_slice(), &added].concat();
        let analyzer = analyzer.with_paths(&paths);
        let evidence = Evidence {
            mapping: mapped.map(|mapped| &mapped.facts),
            delivery: deliveries.as_ref().map(|deliveries| &deliveries.facts),
        };
        let (mut conclusion, results) = match self.keeps_results {
            true => (analyzer.conclude_kept(&gathered, evidence, in_sight), gathered),
            false => (analyzer.conclude(gathered, evidence, in_sight), Vec::new()),
        };
        if let Some(find) = self.crd_fields {
            drop_known_fields(&mut conclusion.findings, find);
        }
        if let Some(mapped) = mapped {
            mapped.name_expressions(&mut conclusion.findings);
        }
        let mut notes: Vec<String> = unjudged(&conclusion, self.snapshot.known.is_some()).into_iter().collect();
        notes.extend(deliveries.iter().flat_map(|deliveries| deliveries.notes.iter().cloned()));
        if entities == 0 && have_deliverers && deliveries.is_none() && conclusion.findings.is_empty() {
            notes.push(UNJUDGED_DELIVERERS.to_owned());
        }
        let manifests = (self.collects != Collects::Nothing).then(|| {
            let mut collected = collected;
            collected.sort_by_key(|(file, _)| *file);
            let collected = collected.into_iter().map(|(_, file)| file.map(|file| *file).unwrap_or_default());
            let (found, declarations): (Vec<_>, Vec<_>) = collected.map(|it| (it.entities, it.declarations)).unzip();
            let index = ManifestIndex::of_collected(read, declarations);
            ManifestSet { index, git_host: self.options.git_host, ..ManifestSet::of_collected(found) }
        });
        let has_cluster_objects = deliveries.is_some();
        let added = deliveries.map_or_else(Vec::new, |mut deliveries| {
            let added = std::mem::take(&mut deliveries.run.added);
            sources::free_in_background(read.len(), deliveries);
            added
        });
        RawFindings { conclusion, broken, entities, notes, manifests, kept, added, has_cluster_objects, results }
    }

    /// The entities and references of `files`.
    pub fn index(&self, files: &[SourceFile], progress: &dyn Progress) -> Index {
        let paths = self.paths(files);
        let analyzer = Analyzer::new(self.snapshot, self.selection, self.options).with_paths(&paths);
        Index::new(self.gather(&analyzer, files, progress).parts)
    }

    /// The paths of files, if the level of some rule depends on them.
    fn paths<'f>(&self, files: &'f [SourceFile]) -> Vec<&'f str> {
        match self.selection.depends_on_paths() {
            true => files.iter().map(|file| file.path.as_str()).collect(),
            false => Vec::new(),
        }
    }

    /// Reads each file that the cache does not know, once, on all threads.
    fn gather(&self, analyzer: &Analyzer<'_>, read: &[SourceFile], progress: &dyn Progress) -> Gathered {
        // A plan needs the entities of every file, which the cache does not have.
        let cache = self.cache.filter(|_| self.collects == Collects::Nothing);
        let known = cache.map(|cache| cache.recognise(read));
        let mut pending: Vec<(FileId, &SourceFile)> =
            (0..).map(FileId).zip(read).filter(|(id, _)| known.as_ref().is_none_or(|known| !known.has(*id))).collect();
        progress.start("reading", pending.len() as u64);
        // Threads share no Git handle, which the cache has.
        let Self { may_be_manifest, collects, mapped, .. } = *self;
        let done = Mutex::default();
        let all_manifests = Mutex::default();
        let finds_deliverers = self.deliveries.is_some() && mapped.is_none();
        if finds_deliverers && !self.others_deliver {
            put_deliverers_first(&mut pending);
        }
        let have_deliverers = AtomicBool::new(finds_deliverers && self.others_deliver);
        let make = || Worker {
            reader: ManifestReader::new(self.options.git_host),
            state: RunState::with_capacity(pending.len()),
            collects,
            mapped,
            entities: EntityCollector::default(),
            done: &done,
            have_deliverers: &have_deliverers,
            manifests: Vec::new(),
            all_manifests: &all_manifests,
        };
        let (collected, texts) = sources::keep_each_text(&pending, make, |worker, index, text| {
            let (id, file) = pending[index];
            if let (Some(known), Ok(text)) = (&known, &text) {
                known.add_text(id, text.text);
            }
            let collected = worker.file(may_be_manifest, analyzer, id, file, text);
            progress.advance(1);
            // Boxed, because a run that only lints has an empty one for each file.
            let is_empty = collected.entities.is_empty() && collected.declarations.is_empty();
            (!is_empty).then(|| Box::new(collected))
        });
        progress.finish();
        let mut parts = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        parts.push(self.absent(analyzer));
        if let Some((cache, known)) = cache.zip(known) {
            parts.push(known.save(cache, read, parts.as_slice()));
        }
        let kept = texts.into_iter().map(|(at, text)| {
            let (id, file) = pending[at];
            (id.0 as usize, file.place.clone().read(text))
        });
        let kept = kept.collect();
        let collected = pending.iter().map(|(file, _)| *file).zip(collected).collect();
        let delivered = all_manifests.into_inner().unwrap_or_else(PoisonError::into_inner);
        Gathered { parts, kept, collected, delivered }
    }

    /// Checks one of `files` again; `FileResults` are only those of this file.
    pub fn check_file(&self, index: usize, files: &[SourceFile]) -> FileResults {
        let (id, file) = (FileId::of(index), &files[index]);
        let paths = self.paths(files);
        let analyzer = Analyzer::new(self.snapshot, self.selection, self.options).with_paths(&paths);
        let (done, all_manifests, have_deliverers) = Default::default();
        let mut worker = Worker {
            reader: ManifestReader::new(self.options.git_host),
            state: RunState::default(),
            collects: self.collects,
            mapped: self.mapped,
            entities: EntityCollector::default(),
            done: &done,
            have_deliverers: &have_deliverers,
            manifests: Vec::new(),
            all_manifests: &all_manifests,
        };
        let mut buffer = sources::ReadBuffer::default();
        worker.file(self.may_be_manifest, &analyzer, id, file, sources::read(file, &mut buffer));
        drop(worker);
        done.into_inner().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Concludes from the results of `files`, without mappings and deliverers.
    pub fn conclude(
        &self,
        files: &[SourceFile],
        results: &[FileResults],
        in_sight: &dyn Fn(FileId) -> bool,
    ) -> AnalysisResult {
        let paths = self.paths(files);
        let analyzer = Analyzer::new(self.snapshot, self.selection, self.options).with_paths(&paths);
        let mut conclusion = analyzer.conclude_kept(results, Evidence::default(), in_sight);
        if let Some(find) = self.crd_fields {
            drop_known_fields(&mut conclusion.findings, find);
        }
        conclusion
    }

    /// Adds one finding for each place that could not be read.
    fn absent(&self, analyzer: &Analyzer<'_>) -> FileResults {
        let mut state = RunState::default();
        for (file, place) in self.absent {
            let mut run = analyzer.file(*file, "", &mut state);
            let message = format!("{place}.");
            absent(&mut run, FaultKind::Absent { message, help: place.help.to_owned(), is_fault: false });
            run.finish(None);
        }
        for (file, fault, directives) in self.known {
            let mut run = analyzer.file(*file, "", &mut state);
            fault_of(&mut run, std::slice::from_ref(fault));
            run.finish(directives.clone());
        }
        state.into_results()
    }
}

/// Nothing says that this repository is for portolan, so its deliverers are not judged.
const UNJUDGED_DELIVERERS: &str = "There are objects of Flux, Argo CD or Crossplane. Without manifests and a config, they are \
    not checked; `portolan init --delivery flux` (or `argocd`) writes a config.";

fn unjudged(conclusion: &AnalysisResult, has_list: bool) -> Option<String> {
    let subject = match conclusion.unchecked_relations {
        0 => return None,
        1 => "1 relation points to an entity that is".to_owned(),
        count => format!("{count} relations point to entities that are"),
    };
    let reason = match (conclusion.is_complete, has_list) {
        (false, _) => "it may be in a file that could not be read, so such relations were not checked.",
        (true, false) => {
            "without `.portolan/known-entities.txt` it is unknown whether the catalog has them. Run `portolan pull`."
        }
        (true, true) => {
            "`.portolan/known-entities.txt` does not list the entities of their blueprints yet. Run `portolan pull`."
        }
    };
    Some(format!("{subject} not found in this repository; {reason}"))
}

impl Worker<'_> {
    fn file(
        &mut self,
        may_be_manifest: MayBeManifest<'_>,
        analyzer: &Analyzer<'_>,
        id: FileId,
        file: &SourceFile,
        text: Result<TextRef<'_>, ReadProblem>,
    ) -> Collected {
        let Self { reader, state, collects, mapped, entities, have_deliverers, manifests, .. } = self;
        let text = match text {
            Ok(text) => text.text,
            Err(problem) => {
                let entities = FileEntities::of_unread(id, &problem);
                unread(may_be_manifest, analyzer.file(id, "", state), file, problem);
                return Collected { entities, ..Collected::default() };
            }
        };
        if let Some(missing) = Missing::of(text) {
            missing_content(may_be_manifest, analyzer.file(id, "", state), file, missing);
            return Collected { entities: FileEntities::of_missing(id, missing), ..Collected::default() };
        }
        let mut collector = (*collects != Collects::Nothing).then(|| entities.file(id, text));
        let mut index = (*collects == Collects::EntitiesAndIndex).then(|| IndexCollector::new(text));
        let mut run = analyzer.file(id, text, state);
        let conflicts = conflicts_of(text, merge_conflict::HELP);
        let is_in_conflict = !conflicts.is_empty() && manifest::claims_ours(text);
        let mut notes = Vec::new();
        if !have_deliverers.load(Ordering::Relaxed) && concerns_delivery(text) {
            have_deliverers.store(true, Ordering::Relaxed);
        }
        let mut delivered = have_deliverers.load(Ordering::Relaxed).then(|| ManifestsReading::of(text));
        if !is_in_conflict || collector.is_some() {
            let has_all = reader.read(&file.path, text, &mut |document, content| {
                if let Some(delivered) = &mut delivered {
                    let value = if document.broken { None } else { document.view.root() };
                    delivered.add(&DeliveredDocument { span: document.span, value, faults: document.faults });
                }
                let declares = content.declares(document.view, id, *mapped);
                if declares {
                    collector.iter_mut().for_each(|collector| collector.document(document, &content));
                    index.iter_mut().for_each(|index| index.document(document, &content));
                }
                if !is_in_conflict {
                    check_document(&mut run, document, &content, !declares);
                    notes.extend_from_slice(document.notes);
                }
            });
            // Rules about delivery report documents that are no manifests.
            if !has_all && Directives::may_be_in(text) {
                notes = reader.comments(text);
            }
            // Of other files, the rest is read where it is needed.
            manifests.extend(delivered.filter(|_| has_all).map(|delivered| (id, Arc::new(delivered.finish()))));
        }
        if let Some(file) = mapped.and_then(|mapped| mapped.file(id)) {
            for entity in &file.entities {
                let (document, manifests) = entity.document(text);
                let content = Content::Manifests(&manifests);
                collector.iter_mut().for_each(|collector| collector.document(&document, &content));
                index.iter_mut().for_each(|index| index.document(&document, &content));
                check_document(&mut run, &document, &content, false);
            }
            collector.iter_mut().for_each(|collector| collector.unmapped(file));
            check_unmapped(&mut run, file);
        }
        if is_in_conflict {
            in_conflict(run, text, &conflicts);
        } else {
            run.finish_read(Directives::read(text, &notes));
        }
        Collected {
            entities: collector.map(FileCollector::finish).unwrap_or_default(),
            declarations: index.map(IndexCollector::finish).unwrap_or_default(),
        }
    }
}

/// Removes findings about fields that the published CRD does not have, where a CRD of the repository has them.
fn drop_known_fields(findings: &mut Vec<Finding>, find: FindCrdFields<'_>) {
    let fields = OnceCell::new();
    findings.retain(|finding| {
        let Some(Detail::ForeignField { kind, field }) = finding.detail.as_deref() else { return true };
        !fields.get_or_init(find).contains(&((*kind).to_owned(), field.clone()))
    });
}

/// The ignore comments of files that only deliverers know.
fn ignores_of_added(deliveries: &Deliveries, analyzer: &Analyzer<'_>) -> FileResults {
    let mut state = RunState::default();
    for (file, directives) in &deliveries.directives {
        analyzer.file(*file, "", &mut state).finish(Some(directives.clone()));
    }
    state.into_results()
}

/// The ignore comments of the mappings, which the reader of manifests does not see.
fn ignores_of_mappings(mapped: &MappedRepository, analyzer: &Analyzer<'_>) -> FileResults {
    let mut state = RunState::default();
    let mut seen = BTreeSet::new();
    for cluster in mapped.clusters.iter().filter(|cluster| seen.insert(cluster.file)) {
        let text = cluster.document.text();
        let directives = Directives::read(text, &cluster.document.comments());
        analyzer.file(cluster.file, text, &mut state).finish(directives);
    }
    state.into_results()
}

/// `is_mapped`: a mapping decides what arrives of the manifests.
fn check_document(run: &mut FileRun<'_>, document: &Document<'_>, content: &Content<'_>, is_mapped: bool) {
    match content {
        Content::Manifests([]) => {}
        Content::Manifests(manifests) => {
            run.document(&DocumentContext { view: document.view, faults: document.faults, manifests, is_mapped });
        }
        Content::Broken(names) => {
            let (view, faults) = (document.view, document.faults);
            run.document(&DocumentContext { view, faults, manifests: &[], is_mapped });
            run.record_salvaged(names, document.span);
        }
    }
}

/// Reports the documents that may hold objects of a mapped kind and cannot be read. What is not mapped may be any entity.
fn check_unmapped(run: &mut FileRun<'_>, file: &MappedFile) {
    for broken in &file.broken {
        fault_of(run, &broken.faults);
    }
    for object in &file.unmapped {
        object.entity.iter().for_each(|name| run.record_declared(name, object.span));
    }
    if !(file.broken.is_empty() && file.unmapped.is_empty()) {
        run.record_unknown_entities();
    }
}

/// Reports a file without text. A binary file is reported only if its readable part looks like a manifest. A file that
/// cannot be read is always reported, because its content is unknown.
fn unread(may_be_manifest: MayBeManifest<'_>, mut run: FileRun<'_>, file: &SourceFile, problem: ReadProblem) {
    let mut names = Vec::new();
    let (kind, source) = match problem {
        ReadProblem::NotText { before, message, .. } => {
            let text = sources::read_lossy(file).unwrap_or_else(|| before.clone());
            if !manifest::claims_ours(&text) {
                if may_be_manifest(&file.path, None) {
                    let help = "save the file as UTF-8, or add it to `manifests.exclude`".to_owned();
                    let message = format!("{message}. It may be a manifest, so its entities are unknown.");
                    absent(&mut run, FaultKind::Absent { message, help, is_fault: false });
                }
                return run.finish(None);
            }
            names = manifest::salvage(&text);
            (FaultKind::BadEncoding { message: format!("{message}.") }, before)
        }
        ReadProblem::TooLarge { limit, .. } => {
            run.record_unknown_entities();
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            (FaultKind::TooLarge { what: Oversize::File, limit }, String::new())
        }
        // The file disappeared after it was listed: editors and generators replace files all the time.
        ReadProblem::Io(error) if error.kind() == std::io::ErrorKind::NotFound => return run.finish(None),
        problem @ (ReadProblem::NotOpened(_) | ReadProblem::Io(_) | ReadProblem::Git(_)) => {
            run.record_unknown_entities();
            (FaultKind::Unreadable { message: format!("{problem}.") }, String::new())
        }
    };
    let span = Span::empty(source.len());
    let faults = [Fault { kind, span }];
    let tree = Tree::default();
    let view = View { source: &source, tree: &tree };
    run.document(&DocumentContext { view, faults: &faults, manifests: &[], is_mapped: false });
    run.record_salvaged(&names, span);
    run.finish(None);
}

/// Reports a file whose content is replaced by a placeholder. The entities that it declares are unknown.
fn missing_content(may_be_manifest: MayBeManifest<'_>, mut run: FileRun<'_>, file: &SourceFile, missing: Missing) {
    if may_be_manifest(&file.path, Some(missing)) {
        let (message, help) = (format!("{}.", missing.message()), missing.help().to_owned());
        absent(&mut run, FaultKind::Absent { message, help, is_fault: missing.is_fault() });
    }
    run.finish(None);
}

fn absent(run: &mut FileRun<'_>, kind: FaultKind) {
    run.record_unknown_entities();
    fault_of(run, &[Fault { kind, span: Span::default() }]);
}

fn fault_of(run: &mut FileRun<'_>, faults: &[Fault]) {
    let tree = Tree::default();
    let view = View { source: "", tree: &tree };
    run.document(&DocumentContext { view, faults, manifests: &[], is_mapped: false });
}

/// Reports a manifest with Git conflict markers. The entities of both versions count as declared, so that relations to
/// them are not reported as dangling.
fn in_conflict(mut run: FileRun<'_>, text: &str, conflicts: &[Fault]) {
    fault_of(&mut run, conflicts);
    run.record_salvaged(&manifest::salvage(text), conflicts.first().map(|fault| fault.span).unwrap_or_default());
    run.finish(None);
}

/// The names of the entities that the given files declare, readable or not; used to find what a change removed.
pub(crate) fn declared_names(files: &[SourceFile], git_host: GitHost) -> BTreeSet<EntityName> {
    let mut found = BTreeSet::new();
    let mut reader = ManifestReader::new(git_host);
    let mut buffer = sources::ReadBuffer::default();
    for file in files {
        let Ok(text) = sources::read(file, &mut buffer) else { continue };
        reader.read(&file.path, text.text, &mut |document, content| match content {
            Content::Manifests(manifests) => {
                found.extend(manifests.iter().filter_map(|manifest| name_of(manifest, document.view)));
            }
            Content::Broken(names) => found.extend(names),
        });
    }
    found
}

fn name_of(manifest: &Manifest, view: View<'_>) -> Option<EntityName> {
    let (blueprint, identifier) = manifest.blueprint_text(view).zip(manifest.identifier_text(view))?;
    Some(EntityName { blueprint: blueprint.to_owned(), identifier: identifier.to_owned() })
}
