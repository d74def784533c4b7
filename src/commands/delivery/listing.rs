//! All files of the repository, and whether those that a run does not read may hold deliverers.

use foldhash::HashSet;

use super::repository_view::RepositoryView;
use crate::analysis::concerns_delivery;
use crate::sources::{self, ReadProblem, RepositoryFile, SourceFile, TextRef};

#[derive(Debug)]
pub(crate) struct Listing {
    pub(super) files: Vec<RepositoryFile>,
    /// A YAML file besides those of the run may hold a deliverer.
    pub others_may_deliver: bool,
}

impl Listing {
    /// `read`: the files that the run reads.
    pub fn of(view: &RepositoryView<'_>, read: &[SourceFile]) -> Self {
        let (files, prefix) = (view.files(), view.prefix());
        let own: HashSet<&str> = read.iter().map(|file| file.path.as_str()).collect();
        let is_own = |path: &str| path.strip_prefix(prefix.as_str()).is_some_and(|path| own.contains(path));
        let others = files.iter().filter_map(RepositoryFile::yaml).filter(|file| !is_own(&file.path));
        let others_may_deliver = some_may_deliver(&others.collect::<Vec<&SourceFile>>());
        Self { files, others_may_deliver }
    }
}

/// Whether one of the files may hold a deliverer.
pub(super) fn some_may_deliver<F: sources::AsSourceFile + Sync>(files: &[F]) -> bool {
    let may_hold =
        |(): &mut (), _, text: Result<TextRef<'_>, ReadProblem>| text.is_ok_and(|text| concerns_delivery(text.text));
    sources::for_each_text(files, || (), may_hold).into_iter().any(|found| found)
}
