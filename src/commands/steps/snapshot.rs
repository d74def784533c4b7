//! Yields the snapshot: what `.portolan/` holds, and where it is wrong. The files it reads join the run's list, so
//! that findings can point into them.

use std::path::Path;

use serde_json::Value as Json;

use crate::analysis::{Pulled, Snapshot, SnapshotProblem};
use crate::domain::blueprint::{Blueprint, Flaw};
use crate::domain::day::Day;
use crate::domain::finding::FileId;
use crate::domain::known::KnownEntities;
use crate::domain::span::{LineIndex, Span};
use crate::manifest::{Limits, Reader};
use crate::sources::{self, ReadBuffer, SourceFile};

/// The snapshot, and what it says that a person should hear once.
pub(crate) struct LoadedSnapshot {
    pub snapshot: Snapshot,
    pub notes: Vec<String>,
}

/// Reads `.portolan/` under `root`; its files are appended to `files`.
pub(crate) fn load(root: &Path, files: &mut Vec<SourceFile>) -> LoadedSnapshot {
    let mut loading = Loading { files, buffer: ReadBuffer::default(), problems: Vec::new(), notes: Vec::new() };
    let (blueprints, unreadable) = loading.blueprints(root);
    let known = loading.known(root);
    let pulled = loading.pulled(root);
    let Loading { problems, mut notes, .. } = loading;
    let mut snapshot = Snapshot::new(blueprints);
    snapshot.known = known;
    snapshot.problems = problems;
    snapshot.pulled = pulled;
    snapshot.unreadable = unreadable;
    if !snapshot.has_blueprints() {
        notes.push(
            "There is no snapshot of the catalog (`.portolan/blueprints`): properties and relations were not checked. \
             `portolan pull` brings one."
                .to_owned(),
        );
    }
    LoadedSnapshot { snapshot, notes }
}

struct Loading<'f> {
    files: &'f mut Vec<SourceFile>,
    buffer: ReadBuffer,
    problems: Vec<SnapshotProblem>,
    notes: Vec<String>,
}

impl Loading<'_> {
    fn blueprints(&mut self, root: &Path) -> (Vec<Blueprint>, Vec<String>) {
        let mut blueprints: Vec<Blueprint> = Vec::new();
        let mut unreadable = Vec::new();
        for file in sources::list_folder(root, ".portolan/blueprints", "json") {
            let id = self.join(file);
            let stem = self.stem(id);
            match self.blueprint(id) {
                Some(blueprint) if blueprints.iter().any(|other| other.identifier == blueprint.identifier) => {
                    let message = format!(
                        "Blueprint `{}` is in another file already; this one is not used.",
                        blueprint.identifier
                    );
                    self.problem(id, Span::default(), message, true);
                }
                Some(blueprint) => blueprints.push(blueprint),
                None => unreadable.push(stem),
            }
        }
        (blueprints, unreadable)
    }

    fn blueprint(&mut self, id: FileId) -> Option<Blueprint> {
        let text = match self.text(id) {
            Ok(text) => text,
            Err(message) => {
                self.problem(id, Span::default(), message, true);
                return None;
            }
        };
        let json: Json = match serde_json::from_str(&text) {
            Ok(json) => json,
            Err(error) => {
                let message = if error.is_eof() {
                    "This file ends in the middle: it was cut off.".to_owned()
                } else {
                    format!("This is not the JSON of a blueprint: {}.", without_place(&error.to_string()))
                };
                self.problem(id, json_place(&text, &error), message, true);
                return None;
            }
        };
        match Blueprint::from_json(json) {
            Ok((blueprint, flaws)) => {
                for flaw in flaws {
                    self.flaw(id, &text, &blueprint.identifier, flaw);
                }
                Some(blueprint)
            }
            Err(flaw) => {
                let message = format!("This file holds no blueprint: {}.", flaw.message);
                self.problem(id, place_of(&text, &flaw.pointer), message, true);
                None
            }
        }
    }

    fn flaw(&mut self, id: FileId, text: &str, blueprint: &str, flaw: Flaw) {
        let message = format!("In blueprint `{blueprint}`, {}.", flaw.message);
        self.problem(id, place_of(text, &flaw.pointer), message, false);
    }

    fn known(&mut self, root: &Path) -> Option<KnownEntities> {
        let file = sources::find_file(root, ".portolan/known-entities.txt")?;
        let path = file.path.clone();
        let id = self.join(file);
        let text = match self.text(id) {
            Ok(text) => text,
            Err(message) => {
                self.notes.push(format!("`{path}` was not used: {message}"));
                return None;
            }
        };
        let (known, bad) = KnownEntities::parse(text);
        if let Some(first) = bad.first() {
            let count = bad.len();
            let lines = if count == 1 { "line is" } else { "lines are" };
            self.notes.push(format!(
                "{count} {lines} not `blueprint<TAB>identifier` in `{path}` (line {} is the first); `portolan pull` \
                 writes it anew.",
                first.number
            ));
        }
        Some(known)
    }

    fn pulled(&mut self, root: &Path) -> Option<Pulled> {
        let file = sources::find_file(root, ".portolan/source.json")?;
        let id = self.join(file);
        let text = self.text(id).ok()?;
        let json: Json = serde_json::from_str(&text).ok()?;
        let written = json.get("pulledAt")?.as_str()?;
        Some(Pulled { file: id, span: place_of(&text, "/pulledAt"), day: Day::parse(written)? })
    }

    fn join(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(Span::empty(self.files.len() - 1).start)
    }

    fn stem(&self, id: FileId) -> String {
        let path = self.files.get(id.0 as usize).map_or("", |file| file.path.as_str());
        let name = path.rsplit('/').next().unwrap_or(path);
        name.strip_suffix(".json").unwrap_or(name).to_owned()
    }

    fn text(&mut self, id: FileId) -> Result<String, String> {
        let Some(file) = self.files.get(id.0 as usize) else { return Err(String::new()) };
        sources::read(file, &mut self.buffer).map(|it| it.text.to_owned()).map_err(|problem| problem.to_string())
    }

    fn problem(&mut self, file: FileId, span: Span, message: String, fatal: bool) {
        self.problems.push(SnapshotProblem { file, span, message, fatal });
    }
}

/// serde_json's message without its own "at line 3 column 7": the finding has a place.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |at| &message[..at])
}

fn json_place(text: &str, error: &serde_json::Error) -> Span {
    let line = LineIndex::new(text).line_span(error.line());
    let at = (line.start as usize + error.column().saturating_sub(1)).min(text.len());
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let next = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
    Span::new(at, next)
}

/// The key (or item) that a JSON pointer leads to: JSON is YAML, and the manifest reader knows places.
fn place_of(text: &str, pointer: &str) -> Span {
    let mut found = Span::default();
    let mut reader = Reader::new(Limits::default());
    reader.read_first(text, &mut |document| {
        let Some(mut at) = document.view.root() else { return };
        found = Span::new(at.span().start as usize, at.span().start as usize);
        for segment in pointer.split('/').skip(1) {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            let Some((key, value)) = at.entry(&segment) else { return };
            found = key.span();
            at = value;
        }
    });
    found
}
