//! Yields repaired texts: the safe repairs of what is shown, made again until there is nothing left to repair.
//! Files change in memory first; a repair that would break its document is taken back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::finding::{Edit, Finding};
use crate::manifest::edit;
use crate::sources::{self, Place, ReadBuffer, SourceFile, Text};

/// How often repairs may uncover further repairs.
const MOST_PASSES: usize = 8;

/// One file with its text before and after.
#[derive(Debug)]
pub(crate) struct Repaired {
    /// As the run's list spells it; and on the disk, relative to the root.
    pub path: String,
    pub place: PathBuf,
    pub before: Text,
    pub after: String,
}

/// The repairs so far, by file.
#[derive(Debug, Default)]
pub(crate) struct Repairs {
    files: BTreeMap<usize, Repaired>,
    /// Files whose repair broke them: left alone from then on.
    given_up: Vec<usize>,
    pub count: usize,
    passes: usize,
}

impl Repairs {
    /// Makes the safe repairs among `findings` in memory; false when there was nothing (more) to do.
    pub fn pass<'f>(
        &mut self,
        findings: impl Iterator<Item = &'f Finding>,
        files: &mut [SourceFile],
        broken: &[usize],
    ) -> bool {
        self.passes += 1;
        self.take_back(broken, files);
        if self.passes > MOST_PASSES {
            return false;
        }
        let mut edits: BTreeMap<usize, Vec<Edit>> = BTreeMap::new();
        for finding in findings {
            let index = finding.place.file.0 as usize;
            if let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safe && !self.given_up.contains(&index)) {
                edits.entry(index).or_default().extend(fix.edits.iter().cloned());
            }
        }
        let mut changed = false;
        for (index, edits) in edits {
            changed |= self.repair(index, &edits, files);
        }
        changed
    }

    /// Only files of the work tree: what comes from the index or a pipe has no place to be written to.
    fn repair(&mut self, index: usize, edits: &[Edit], files: &mut [SourceFile]) -> bool {
        let Some(file) = files.get_mut(index) else { return false };
        let place = match (&file.place, self.files.get(&index)) {
            (Place::Disk(place), _) => place.clone(),
            (Place::Blob { .. } | Place::Given(_), Some(repaired)) => repaired.place.clone(),
            (Place::Blob { .. } | Place::Given(_), None) => return false,
        };
        let mut buffer = ReadBuffer::default();
        let Ok(text) = sources::read(file, &mut buffer).map(|text| text.to_text()) else { return false };
        let (after, applied) = edit::apply(&text.text, edits);
        if applied == 0 || after == text.text {
            return false;
        }
        self.count += applied;
        let bytes = sources::encode(&after, text.encoding);
        let path = file.path.clone();
        file.place = Place::Given(Arc::from(bytes));
        match self.files.get_mut(&index) {
            Some(repaired) => repaired.after = after,
            None => {
                self.files.insert(index, Repaired { path, place, before: text, after });
            }
        }
        true
    }

    /// Files that were readable and are not any more.
    fn take_back(&mut self, broken: &[usize], files: &mut [SourceFile]) {
        for index in broken {
            if let (Some(repaired), Some(file)) = (self.files.remove(index), files.get_mut(*index)) {
                let bytes = sources::encode(&repaired.before.text, repaired.before.encoding);
                file.place = Place::Given(Arc::from(bytes));
                self.given_up.push(*index);
            }
        }
    }

    pub fn into_files(self) -> Vec<Repaired> {
        self.files.into_values().collect()
    }
}
