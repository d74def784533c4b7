//! Reads a text document by document. Buffers are reused, so a document lives only as long as the call that gets it.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::decode;
use super::fast::Fast;
use super::faults;
use super::full::Full;
use super::job::Job;
use super::json;
use super::limits::Limits;
use super::overridden;
use super::split::{self, Documents, Piece};
use crate::domain::document::fault::{Fault, FaultKind, Oversize, ScalarReader};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Tree, View};
use crate::domain::git_host::GitHost;
use crate::domain::platform::Platform;
use crate::manifest::broken_document::{Claim, claim};
use crate::manifest::candidate;
use crate::manifest::duplicate_keys::Keys;

static VERSION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("apiVersion"));
static NOTE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("portolan:"));

/// Reads texts; one instance per thread.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    /// Whose app reads documents that are no Kubernetes resources; `None`: all are read as by Kubernetes.
    git_host: Option<GitHost>,
    tree: Tree,
    faults: Vec<Fault>,
    notes: Vec<Span>,
    fast: Fast,
    full: Full,
    keys: Keys,
    /// The documents of a text, and whether they may contain entities.
    pieces: Vec<(Piece, bool)>,
}

/// The reader that builds the tree. The result is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Producer {
    #[default]
    FastThenFull,
    FullOnly,
}

/// Which documents are read, and which faults are reported.
#[derive(Clone, Copy)]
struct Filter {
    /// Whether a document should be read.
    is_candidate: fn(&str) -> bool,
    /// Classifies a broken document, to decide whether it is reported.
    claim: fn(&str) -> Claim,
    /// Whether kubectl reads the file, so that its deviations are reported.
    is_kubernetes: bool,
}

/// One document of a text.
#[derive(Debug)]
pub struct Document<'a> {
    /// The index among the documents passed on, from 0.
    pub index: usize,
    /// The whole document in the file.
    pub span: Span,
    /// Empty if the document is broken.
    pub view: View<'a>,
    /// Sorted by position. If `decode` finds no entity in a valid document, it belongs to another tool and its faults
    /// must not be reported.
    pub faults: &'a [Fault],
    /// The document could not be read to its end, so its content is unknown.
    pub broken: bool,
    /// Comments that contain `portolan:`, from `#` to the end of the line.
    pub notes: &'a [Span],
}

impl Reader {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            git_host: None,
            tree: Tree::default(),
            faults: Vec::new(),
            notes: Vec::new(),
            fast: Fast::default(),
            full: Full::default(),
            keys: Keys::default(),
            pieces: Vec::new(),
        }
    }

    /// Documents that are no Kubernetes resources are read as the platform's app for this Git host reads them.
    pub fn with_git_host(self, git_host: GitHost) -> Self {
        Self { git_host: Some(git_host), ..self }
    }

    /// Calls `each` for every document that may contain entities, in order. Returns whether these are all documents, and
    /// sound, so that `read_all` would pass on the same ones.
    pub fn read(&mut self, text: &str, each: &mut dyn FnMut(&Document<'_>)) -> bool {
        self.read_with(text, Producer::default(), each)
    }

    pub fn read_with(&mut self, text: &str, producer: Producer, each: &mut dyn FnMut(&Document<'_>)) -> bool {
        let is_kubernetes = VERSION.find(text.as_bytes()).is_some();
        let filter = Filter { is_candidate: candidate::looks_ours, claim, is_kubernetes };
        self.read_those(text, producer, filter, each)
    }

    /// Reads all documents, whatever they contain.
    pub fn read_all(&mut self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        let filter = Filter { is_candidate: |_| true, claim: |_| Claim::Entity, is_kubernetes: true };
        self.read_those(text, Producer::default(), filter, each);
    }

    fn read_those(
        &mut self,
        text: &str,
        producer: Producer,
        filter: Filter,
        each: &mut dyn FnMut(&Document<'_>),
    ) -> bool {
        if text.len() > self.limits.file_bytes {
            let limit = self.limits.file_bytes;
            self.refuse(text, 0..text.len(), FaultKind::TooLarge { what: Oversize::File, limit });
            each(&self.document(0, text, &(0..text.len()), true));
            return false;
        }
        let mut index = 0;
        let mut has_all = true;
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.clear();
        pieces.extend(Documents::new(text).filter_map(|piece| {
            let chunk = text.get(piece.range.clone()).unwrap_or_default();
            let is_empty = split::is_empty(chunk);
            let is_ours = !is_empty && (filter.is_candidate)(chunk);
            has_all &= is_ours || is_empty;
            (is_ours || piece.trouble.is_some()).then_some((piece, is_ours))
        }));
        move_troubles(&mut pieces);
        for (piece, is_ours) in &pieces {
            has_all &= piece.trouble.is_none();
            let range = piece.range.clone();
            let Some(chunk) = text.get(range.clone()).filter(|_| *is_ours) else { continue };
            let sound = self.one(text, piece, producer);
            if filter.is_kubernetes {
                self.report_trouble(text, piece);
            }
            has_all &= sound;
            if !sound {
                match (filter.claim)(chunk) {
                    Claim::Entity => {}
                    Claim::Foreign => self.report_once(),
                    // A template that is not even YAML: another tool renders it.
                    Claim::Nothing => continue,
                }
            }
            each(&self.document(index, text, &range, !sound));
            index += 1;
        }
        self.pieces = pieces;
        has_all
    }

    /// Keeps one fault of a broken document of another tool, with a hint to exclude the file.
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

    /// Reads the first document of a text, whatever it contains: for other files that require positions.
    pub fn read_first(&mut self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        let is_filled = |piece: &Piece| !split::is_empty(text.get(piece.range.clone()).unwrap_or_default());
        if let Some(found) = Documents::new(text).find(is_filled) {
            let piece = Piece { trouble: None, ..found };
            let sound = self.one(text, &piece, Producer::FullOnly);
            each(&self.document(0, text, &piece.range, !sound));
        }
    }

    fn one(&mut self, text: &str, piece: &Piece, producer: Producer) -> bool {
        let range = &piece.range;
        self.faults.clear();
        self.notes.clear();
        if range.len() > self.limits.document_bytes {
            let limit = self.limits.document_bytes;
            self.refuse(text, range.clone(), FaultKind::TooLarge { what: Oversize::Document, limit });
            return false;
        }
        let wants_notes = text.get(range.clone()).is_some_and(|chunk| NOTE.find(chunk.as_bytes()).is_some());
        let app = self.git_host.map(ScalarReader::GitApp);
        let is_certainly_bare = VERSION.find(text.get(range.clone()).unwrap_or_default().as_bytes()).is_none();
        let reader = app.filter(|_| is_certainly_bare).unwrap_or(ScalarReader::Kubernetes);
        let mut sound = self.build(text, piece, wants_notes, producer, reader);
        if let Some(app) = app.filter(|app| *app != reader && sound && self.is_bare(text)) {
            sound = self.build(text, piece, wants_notes, producer, app);
        }
        let is_claimed = || claim(text.get(range.clone()).unwrap_or_default()) == Claim::Entity;
        let text_only = sound && self.tree.len() == 1 && is_claimed();
        let misread = match text_only {
            true => Some(faults::not_a_mapping(text, range)),
            false => self.second_manifest(text).map(faults::second_manifest),
        };
        let is_misread = misread.is_some();
        if let Some(fault) = misread {
            // The other faults are only a consequence of this one.
            self.faults.clear();
            self.faults.push(fault);
            self.tree.clear();
        }
        overridden::drop_overridden(View { source: text, tree: &self.tree }, &mut self.faults);
        self.faults.sort_by_key(|fault| fault.span);
        self.notes.sort();
        sound && !is_misread
    }

    /// Builds the tree of a document, with its plain scalars as `reader` reads them.
    fn build(
        &mut self,
        text: &str,
        piece: &Piece,
        wants_notes: bool,
        producer: Producer,
        reader: ScalarReader,
    ) -> bool {
        self.faults.clear();
        self.notes.clear();
        let job = Job { text, range: piece.range.clone(), limits: &self.limits, wants_notes, reader };
        let quick = match producer {
            _ if piece.is_json => false,
            Producer::FastThenFull => self.fast.read(&job, &mut self.tree, &mut self.faults, &mut self.notes),
            Producer::FullOnly => false,
        };
        if quick {
            return true;
        }
        self.faults.clear();
        self.notes.clear();
        match piece.is_json {
            true => json::read(&job, &mut self.keys, &mut self.tree, &mut self.faults),
            false => self.full.read(&job, &mut self.tree, &mut self.faults, &mut self.notes),
        }
    }

    /// Whether the document is no Kubernetes resource, although it contains the word `apiVersion`.
    fn is_bare(&self, text: &str) -> bool {
        let root = View { source: text, tree: &self.tree }.root();
        root.is_some_and(|root| root.kind() == Kind::List || decode::version_of(root).is_none())
    }

    /// Reports where kubectl splits the text differently; other YAML readers agree with us.
    fn report_trouble(&mut self, text: &str, piece: &Piece) {
        if let Some(trouble) = piece.trouble {
            self.faults.push(faults::trouble(text, trouble));
            self.faults.sort_by_key(|fault| fault.span);
        }
    }

    /// The position at which a second manifest starts in the same mapping, because the `---` between them is missing:
    /// the first duplicate key. Only if one of the two versions is ours.
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
        self.faults.push(Fault { kind, span: Span::of_character(text, range.start) });
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

/// For some faults of one document, kubectl rejects the whole file: if that document has no entities, they are reported
/// at one that has.
fn move_troubles(pieces: &mut [(Piece, bool)]) {
    for at in 0..pieces.len() {
        let Some((piece, false)) = pieces.get(at) else { continue };
        let Some(trouble) = piece.trouble.filter(|trouble| trouble.concerns_file()) else { continue };
        let before = pieces.iter().take(at).rposition(|(_, is_ours)| *is_ours);
        let after = || pieces.iter().skip(at).position(|(_, is_ours)| *is_ours).map(|found| at + found);
        if let Some((piece, _)) = before.or_else(after).and_then(|target| pieces.get_mut(target)) {
            piece.trouble.get_or_insert(trouble);
        }
    }
}
