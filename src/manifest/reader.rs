//! The room's front door: a text goes in, documents come out one by one. The buffers are kept from document to
//! document, so a document lives only as long as the call that is handed it.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::claim::{Claim, claim};
use super::fast::Fast;
use super::faults;
use super::full::{Full, Job};
use super::limits::Limits;
use super::ours;
use super::places::one_character;
use super::split::{self, Documents};
use crate::domain::fault::{Fault, FaultKind, Oversize};
use crate::domain::platform::Platform;
use crate::domain::span::Span;
use crate::domain::tree::{Tree, View};

static NOTE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("portolan:"));

/// Reads texts; one per thread.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    tree: Tree,
    faults: Vec<Fault>,
    notes: Vec<Span>,
    fast: Fast,
    full: Full,
}

/// Which parser makes the tree. The result is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Producer {
    #[default]
    FastThenFull,
    FullOnly,
}

/// One document of a text.
#[derive(Debug)]
pub struct Document<'a> {
    /// Counts the documents that are handed out, from 0.
    pub index: usize,
    /// The whole document in the file.
    pub span: Span,
    /// Empty when the document is broken.
    pub view: View<'a>,
    /// By place. A sound document in which `decode` finds no entity is somebody else's: its faults are not to be told.
    pub faults: &'a [Fault],
    /// It could not be read to its end: what it holds is unknown.
    pub broken: bool,
    /// Comments that contain `portolan:`, from `#` to the end of the line.
    pub notes: &'a [Span],
}

impl Reader {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            tree: Tree::default(),
            faults: Vec::new(),
            notes: Vec::new(),
            fast: Fast::default(),
            full: Full::default(),
        }
    }

    /// Calls `each` for every document of the text that could hold entities, in order.
    pub fn read(&mut self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        self.read_with(text, Producer::default(), each);
    }

    pub fn read_with(&mut self, text: &str, producer: Producer, each: &mut dyn FnMut(&Document<'_>)) {
        if text.len() > self.limits.file_bytes {
            let limit = self.limits.file_bytes;
            self.refuse(text, 0..text.len(), FaultKind::TooLarge { what: Oversize::File, limit });
            each(&self.document(0, text, &(0..text.len()), true));
            return;
        }
        let mut index = 0;
        for range in Documents::new(text) {
            let Some(chunk) = text.get(range.clone()) else { continue };
            if !ours::looks_ours(chunk) || split::is_empty(chunk) {
                continue;
            }
            let sound = self.one(text, &range, producer);
            if !sound {
                match claim(chunk) {
                    Claim::Entity => {}
                    Claim::Foreign => self.report_once(),
                    // A template that is not even YAML: another tool renders it.
                    Claim::Nothing => continue,
                }
            }
            each(&self.document(index, text, &range, !sound));
            index += 1;
        }
    }

    /// Keeps one fault of a broken document that another tool owns, with the way to exclude its file.
    fn report_once(&mut self) {
        let is_syntax = |fault: &Fault| matches!(fault.kind, FaultKind::Syntax { .. });
        let first = self.faults.iter().position(is_syntax).unwrap_or_default();
        self.faults.drain(..first.min(self.faults.len()));
        self.faults.truncate(1);
        if let Some(Fault { kind: FaultKind::Syntax { help, .. }, .. }) = self.faults.first_mut() {
            let fix = help.take().map_or_else(String::new, |help| format!("{help}; or "));
            *help = Some(format!("{fix}leave the file out with `manifests.exclude`, if it holds no entities"));
        }
    }

    /// The first document of a text, ours or not: for the other files that are read with places.
    pub fn read_first(&mut self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        if let Some(range) = Documents::new(text).find(|range| !split::is_empty(text.get(range.clone()).unwrap_or("")))
        {
            let sound = self.one(text, &range, Producer::FullOnly);
            each(&self.document(0, text, &range, !sound));
        }
    }

    fn one(&mut self, text: &str, range: &Range<usize>, producer: Producer) -> bool {
        self.faults.clear();
        self.notes.clear();
        if range.len() > self.limits.document_bytes {
            let limit = self.limits.document_bytes;
            self.refuse(text, range.clone(), FaultKind::TooLarge { what: Oversize::Document, limit });
            return false;
        }
        let wants_notes = text.get(range.clone()).is_some_and(|chunk| NOTE.find(chunk.as_bytes()).is_some());
        let job = Job { text, range: range.clone(), limits: &self.limits, wants_notes };
        let quick = match producer {
            Producer::FastThenFull => self.fast.read(&job, &mut self.tree, &mut self.faults, &mut self.notes),
            Producer::FullOnly => false,
        };
        let sound = quick || {
            self.faults.clear();
            self.notes.clear();
            self.full.read(&job, &mut self.tree, &mut self.faults, &mut self.notes)
        };
        let is_claimed = || claim(text.get(range.clone()).unwrap_or_default()) == Claim::Entity;
        let text_only = sound && self.tree.len() == 1 && is_claimed();
        let misread = match text_only {
            true => Some(faults::not_a_mapping(text, range)),
            false => self.second_manifest(text).map(faults::second_manifest),
        };
        let is_misread = misread.is_some();
        if let Some(fault) = misread {
            // What the two together look like is nobody's fault.
            self.faults.clear();
            self.faults.push(fault);
            self.tree.clear();
        }
        self.faults.sort_by_key(|fault| fault.span);
        self.notes.sort();
        sound && !is_misread
    }

    /// Where another manifest begins in the same mapping, since the `---` between them was lost: the first
    /// of the keys given again. Only where one of the versions is ours.
    fn second_manifest(&self, text: &str) -> Option<Span> {
        let again = |name: &str| {
            let is_it = |fault: &&Fault| matches!(&fault.kind, FaultKind::DuplicateKey { key, .. } if key == name);
            self.faults.iter().filter(is_it).map(|fault| fault.span).min()
        };
        let (version, kind) = (again("apiVersion")?, again("kind")?);
        let root = View { source: text, tree: &self.tree }.root()?;
        let is_at_top = |span: Span| root.entries().any(|(key, _)| key.span() == span);
        let mut versions = root.entries().filter(|(key, _)| key.as_str() == Some("apiVersion"));
        let is_ours = versions.any(|(_, value)| {
            let group = value.as_str().and_then(|text| text.split('/').next());
            group.is_some_and(|group| Platform::by_group(group).is_some())
        });
        (is_ours && is_at_top(version) && is_at_top(kind)).then(|| version.min(kind))
    }

    fn refuse(&mut self, text: &str, range: Range<usize>, kind: FaultKind) {
        self.tree.clear();
        self.notes.clear();
        self.faults.clear();
        self.faults.push(Fault { kind, span: one_character(text, range.start) });
    }

    fn document<'a>(&'a self, index: usize, text: &'a str, range: &Range<usize>, broken: bool) -> Document<'a> {
        Document {
            index,
            span: Span::new(range.start, range.end),
            view: View { source: text, tree: &self.tree },
            faults: &self.faults,
            broken,
            notes: &self.notes,
        }
    }
}
