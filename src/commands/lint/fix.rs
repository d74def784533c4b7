//! Applies the safe fixes of the reported findings until none is left. Files change in memory first; a fix that would
//! break its document is dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::finding::{Edit, Finding};
use crate::manifest::edit;
use crate::sources::{self, DiskFile, Place, ReadBuffer, SourceFile, Text};

/// The maximum number of passes, because one fix may reveal another.
const MAX_PASSES: usize = 8;

/// One file with its text before and after.
#[derive(Debug)]
pub(crate) struct Repaired {
    /// The path as in the run's list of files, and on disk, relative to the root.
    pub path: String,
    pub place: DiskFile,
    pub before: Text,
    pub after: String,
    repairs: usize,
    /// The number of unreadable documents before the first fix.
    broken_before: usize,
}

/// The fixes so far, by file.
#[derive(Debug, Default)]
pub(crate) struct Repairs {
    files: BTreeMap<usize, Repaired>,
    /// Files that a fix broke; they are not changed again.
    given_up: Vec<usize>,
    passes: usize,
}

impl Repairs {
    /// Applies the safe fixes of `findings` in memory; returns false if there was nothing to fix. `broken` is the
    /// number of unreadable documents per file, as the texts are now.
    pub fn pass<'f>(
        &mut self,
        findings: impl Iterator<Item = &'f Finding>,
        files: &mut [SourceFile],
        broken: &BTreeMap<usize, usize>,
    ) -> bool {
        self.passes += 1;
        let mut changed = self.take_back(broken, files);
        if self.passes > MAX_PASSES {
            return changed;
        }
        let mut edits: BTreeMap<usize, Vec<Edit>> = BTreeMap::new();
        for finding in findings {
            let index = finding.place.file.0 as usize;
            if let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safe && !self.given_up.contains(&index)) {
                edits.entry(index).or_default().extend(fix.edits.iter().cloned());
            }
        }
        for (index, edits) in edits {
            changed |= self.repair(index, &edits, broken.get(&index).copied().unwrap_or_default(), files);
        }
        changed
    }

    /// Fixes only files of the work tree: content from the index or standard input cannot be written back.
    fn repair(&mut self, index: usize, edits: &[Edit], broken: usize, files: &mut [SourceFile]) -> bool {
        let Some(file) = files.get_mut(index) else { return false };
        let place = match (file.place.disk(), self.files.get(&index)) {
            (Some(disk), _) => disk.clone(),
            (None, Some(repaired)) => repaired.place.clone(),
            (None, None) => return false,
        };
        let mut buffer = ReadBuffer::default();
        let Ok(text) = sources::read(file, &mut buffer).map(|text| text.to_text()) else { return false };
        let (after, applied) = edit::apply(&text.text, edits);
        if applied == 0 || after == text.text {
            return false;
        }
        let bytes = sources::encode(&after, text.encoding);
        let path = file.path.clone();
        file.place = Place::Given(Arc::from(bytes));
        match self.files.get_mut(&index) {
            Some(repaired) => {
                repaired.after = after;
                repaired.repairs += applied;
            }
            None => {
                let repaired = Repaired { path, place, before: text, after, repairs: applied, broken_before: broken };
                self.files.insert(index, repaired);
            }
        }
        true
    }

    /// Reverts files that now have more unreadable documents than before; returns whether there was one.
    fn take_back(&mut self, broken: &BTreeMap<usize, usize>, files: &mut [SourceFile]) -> bool {
        let is_worse = |index: &usize, repaired: &mut Repaired| {
            broken.get(index).is_some_and(|broken| *broken > repaired.broken_before)
        };
        let worse = self.files.extract_if(.., is_worse).collect::<Vec<_>>();
        for (index, repaired) in &worse {
            if let Some(file) = files.get_mut(*index) {
                file.place = Place::Disk(repaired.place.clone());
                file.keep(repaired.before.clone());
            }
            self.given_up.push(*index);
        }
        !worse.is_empty()
    }

    /// The number of applied fixes.
    pub fn count(&self) -> usize {
        self.files.values().map(|repaired| repaired.repairs).sum()
    }

    pub fn into_files(self) -> Vec<Repaired> {
        self.files.into_values().collect()
    }
}
