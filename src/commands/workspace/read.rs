//! Runs every rule over a repository: each file is read once, its documents and entities are checked, and then the
//! repository as a whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::analysis::{
    AnalysisResult, Analyzer, Directives, DocumentContext, FileResults, FileRun, Options, RunState, Selection, Snapshot,
};
use crate::commands::workspace::snapshot::conflicts_of;
use crate::domain::document::fault::{Fault, FaultKind, Oversize};
use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Tree, View};
use crate::domain::finding::FileId;
use crate::domain::progress::Progress;
use crate::manifest::{self, Document, Limits, Missing, Reader};
use crate::sources::{self, ReadProblem, SourceFile, TextRef, Unreadable};
use crate::text::merge_conflict;

/// Everything that a run found, before findings are selected for the report.
pub(crate) struct Checked {
    pub conclusion: AnalysisResult,
    /// The number of unreadable documents by index in the list of files.
    pub broken: BTreeMap<usize, usize>,
    pub entities: usize,
    pub notes: Vec<String>,
}

/// The snapshot and the options, prepared once for several passes over the files.
pub(crate) struct Bench<'a> {
    pub snapshot: &'a Snapshot,
    pub selection: &'a Selection,
    pub options: &'a Options,
    /// Whether a file without readable content may be a manifest.
    pub may_be_manifest: &'a (dyn Fn(&str, Option<Missing>) -> bool + Sync),
    /// Places that could not be read, each with the file that represents it in the list.
    pub absent: &'a [(FileId, Unreadable)],
    /// Faults that were found before the run, in files that it does not read.
    pub known: &'a [(FileId, Fault, Option<Directives>)],
}

/// The working state of one thread. Its results are collected when the thread ends: one result per file would be
/// allocated, moved and freed for each of a hundred thousand files, most of which have no findings.
struct Hands<'d> {
    reader: Reader,
    manifests: Vec<Manifest>,
    state: RunState,
    done: &'d Mutex<Vec<FileResults>>,
}

impl Drop for Hands<'_> {
    fn drop(&mut self) {
        let gathered = std::mem::take(&mut self.state).into_results();
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(gathered);
    }
}

impl Bench<'_> {
    /// Checks `files`. Only the first `manifests` of them are read; the others only serve as locations of findings.
    pub fn check(
        &self,
        files: &[SourceFile],
        manifests: usize,
        in_sight: &dyn Fn(FileId) -> bool,
        progress: &dyn Progress,
    ) -> Checked {
        let analyzer = Analyzer::new(self.snapshot, self.selection, self.options);
        let read = files.get(..manifests).unwrap_or(files);
        progress.start("reading", read.len() as u64);
        let done = Mutex::default();
        let make = || Hands {
            reader: Reader::new(Limits::default()),
            manifests: Vec::new(),
            state: RunState::with_capacity(read.len()),
            done: &done,
        };
        sources::for_each_text(read, make, |hands, index, text| {
            hands.file(self, &analyzer, FileId(Span::empty(index).start), &read[index], text);
            progress.advance(1);
        });
        progress.finish();
        let mut gathered = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        gathered.push(self.absent(&analyzer));
        let entities = gathered.iter().map(|part| part.entities).sum();
        let broken = gathered.iter().flat_map(|part| &part.broken_documents);
        let broken = broken.map(|(file, documents)| (file.0 as usize, *documents)).collect();
        let conclusion = analyzer.conclude(gathered, in_sight);
        let notes = unjudged(&conclusion, self.snapshot.known.is_some()).into_iter().collect();
        Checked { conclusion, broken, entities, notes }
    }
}

impl Bench<'_> {
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

impl Hands<'_> {
    fn file(
        &mut self,
        bench: &Bench<'_>,
        analyzer: &Analyzer<'_>,
        id: FileId,
        file: &SourceFile,
        text: Result<TextRef<'_>, ReadProblem>,
    ) {
        let Self { reader, manifests, state, .. } = self;
        let text = match text {
            Ok(text) => text.text,
            Err(problem) => return unread(bench, analyzer.file(id, "", state), file, problem),
        };
        if let Some(missing) = Missing::of(text) {
            return missing_content(bench, analyzer.file(id, "", state), file, missing);
        }
        let conflicts = conflicts_of(text, merge_conflict::HELP);
        if !conflicts.is_empty() && manifest::claims_ours(text) {
            return in_conflict(analyzer.file(id, text, state), text, &conflicts);
        }
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let mut run = analyzer.file(id, text, state);
        let mut notes = Vec::new();
        reader.read(text, &mut |document| {
            document_of(&mut run, text, name, document, manifests);
            notes.extend_from_slice(document.notes);
        });
        run.finish(Directives::read(text, &notes));
    }
}

fn document_of(run: &mut FileRun<'_>, text: &str, name: &str, document: &Document<'_>, manifests: &mut Vec<Manifest>) {
    manifests.clear();
    if document.broken {
        run.document(&DocumentContext { view: document.view, faults: document.faults, manifests });
        run.record_salvaged(&manifest::salvage(document.span.slice(text)), document.span);
        return;
    }
    manifest::decode(document.view, name, manifests);
    if !manifests.is_empty() {
        run.document(&DocumentContext { view: document.view, faults: document.faults, manifests });
    }
}

/// Reports a file without text. A binary file is reported only if its readable part looks like a manifest. A file that
/// cannot be read is always reported, because its content is unknown.
fn unread(bench: &Bench<'_>, mut run: FileRun<'_>, file: &SourceFile, problem: ReadProblem) {
    let mut names = Vec::new();
    let (kind, source) = match problem {
        ReadProblem::NotText { before, message, .. } => {
            let text = sources::read_lossy(file).unwrap_or_else(|| before.clone());
            if !manifest::claims_ours(&text) {
                if (bench.may_be_manifest)(&file.path, None) {
                    let help = "save the file as UTF-8, or add it to `manifests.exclude`".to_owned();
                    let message = format!("{message} It may be a manifest, so its entities are unknown.");
                    absent(&mut run, FaultKind::Absent { message, help, is_fault: false });
                }
                return run.finish(None);
            }
            names = manifest::salvage(&text);
            (FaultKind::BadEncoding { message }, before)
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
            (FaultKind::Unreadable { message: problem.to_string() }, String::new())
        }
    };
    let span = Span::empty(source.len());
    let faults = [Fault { kind, span }];
    let tree = Tree::default();
    let view = View { source: &source, tree: &tree };
    run.document(&DocumentContext { view, faults: &faults, manifests: &[] });
    run.record_salvaged(&names, span);
    run.finish(None);
}

/// Reports a file whose content is replaced by a placeholder. The entities that it declares are unknown.
fn missing_content(bench: &Bench<'_>, mut run: FileRun<'_>, file: &SourceFile, missing: Missing) {
    if (bench.may_be_manifest)(&file.path, Some(missing)) {
        let (message, help) = (missing.message(), missing.help().to_owned());
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
    run.document(&DocumentContext { view: View { source: "", tree: &tree }, faults, manifests: &[] });
}

/// Reports a manifest with Git conflict markers. The entities of both versions count as declared, so that relations to
/// them are not reported as dangling.
fn in_conflict(mut run: FileRun<'_>, text: &str, conflicts: &[Fault]) {
    fault_of(&mut run, conflicts);
    run.record_salvaged(&manifest::salvage(text), conflicts.first().map(|fault| fault.span).unwrap_or_default());
    run.finish(None);
}

/// The identities that the given files declare, readable or not; used to find what a change removed.
pub(crate) fn identities(files: &[SourceFile]) -> std::collections::BTreeSet<crate::domain::finding::EntityName> {
    let mut found = std::collections::BTreeSet::new();
    let mut reader = Reader::new(Limits::default());
    let mut buffer = sources::ReadBuffer::default();
    let mut manifests = Vec::new();
    for file in files {
        let Ok(text) = sources::read(file, &mut buffer) else { continue };
        let name = Path::new(&file.path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        reader.read(text.text, &mut |document| {
            if document.broken {
                found.extend(manifest::salvage(document.span.slice(text.text)));
                return;
            }
            manifests.clear();
            manifest::decode(document.view, name, &mut manifests);
            for manifest in &manifests {
                let blueprint = manifest.blueprint_text(document.view);
                let identifier = manifest.identifier_text(document.view);
                found.extend(blueprint.zip(identifier).map(|(blueprint, identifier)| {
                    crate::domain::finding::EntityName {
                        blueprint: blueprint.to_owned(),
                        identifier: identifier.to_owned(),
                    }
                }));
            }
        });
    }
    found
}
