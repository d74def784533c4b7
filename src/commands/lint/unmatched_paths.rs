//! Notes about globs of `rules` that match no file: after a typing error, the files that are meant would keep another level
//! without a word.

use std::path::Path;

use crate::settings::{RuleLevels, Settings};
use crate::sources::{Listings, OrderedGlobs, Search, SourceFile};

/// The files of a run.
pub(crate) struct RunFiles<'a> {
    pub root: &'a Path,
    /// Sorted by path.
    pub manifests: &'a [SourceFile],
    pub others: &'a [SourceFile],
    pub listings: &'a Listings,
}

/// Findings may be in files that the run did not list, such as deliverers: the work tree is searched before a glob is
/// reported.
pub(crate) fn unmatched_paths(settings: &Settings, files: &RunFiles<'_>) -> Vec<String> {
    let config = settings.config_name();
    let mut notes = Vec::new();
    for (name, rule) in &settings.rules {
        let RuleLevels { paths, globs, .. } = &rule.value;
        for (at, path) in paths.iter().enumerate() {
            if !files.has_match(globs, at) {
                let place = path.origin.words(&config);
                notes.push(format!("The glob `{}` in `rules.{name}.paths` ({place}) matches no file.", path.glob));
            }
        }
    }
    notes
}

impl RunFiles<'_> {
    fn has_match(&self, globs: &OrderedGlobs, at: usize) -> bool {
        let is_match = |file: &SourceFile| globs.is_match(at, Path::new(&file.path));
        let start = globs.literal_start(at);
        let first = self.manifests.partition_point(|file| file.path.as_str() < start);
        let below_start = self.manifests[first..].iter().take_while(|file| file.path.starts_with(start));
        below_start.chain(self.others).any(is_match) || self.is_in_work_tree(globs, at)
    }

    fn is_in_work_tree(&self, globs: &OrderedGlobs, at: usize) -> bool {
        let search = Search {
            root: self.root,
            enters: &|_| true,
            may_take: &|_| true,
            takes: &|path| globs.is_match(at, path),
            is_border: &|_| false,
            listings: self.listings,
            folders_max: usize::MAX,
        };
        !search.run().files.is_empty()
    }
}
