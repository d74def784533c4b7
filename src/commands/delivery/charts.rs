//! The Helm charts of a repository: what is in one may be rendered for whatever names it, and one that renders no deliverer
//! takes nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::delivery::files::is_below;
use crate::delivery::reach::{DelivererId, NotKnown, Outcome, Reach};
use crate::delivery::repository::Repository;

/// Texts of which one is in a chart that may render deliverers, or that hands values to one that does.
const MARKS: [&str; 5] = ["argoproj.io", "fluxcd.io", "repoURL", "argocd-apps", "flux2"];

#[derive(Debug, Default)]
pub(super) struct Charts {
    pub folders: Vec<String>,
    /// Deliverers of charts that render no deliverers.
    bounded: BTreeSet<DelivererId>,
}

impl Charts {
    pub fn of(repository: &Repository<'_>, reach: &Reach) -> Self {
        let paths = repository.files.ids().map(|file| repository.files.path(file));
        let folders = paths.filter_map(|path| match path.strip_suffix("Chart.yaml")? {
            // Of one at the top, only what is certainly a part of it.
            "" => Some("templates"),
            folder => folder.strip_suffix('/'),
        });
        let mut marked: BTreeMap<&str, bool> = BTreeMap::new();
        let mut bounded = BTreeSet::new();
        for (id, deliverer) in reach.ids() {
            let is_chart = matches!(deliverer.outcome, Outcome::NotKnown(NotKnown::Helm(_)));
            let folder = deliverer.folder.as_deref().filter(|folder| is_chart && !folder.is_empty());
            let Some(folder) = folder else { continue };
            // Many deliverers share a chart.
            if !*marked.entry(folder).or_insert_with(|| has_marks(repository, folder)) {
                bounded.insert(id);
            }
        }
        Self { folders: folders.map(str::to_owned).collect(), bounded }
    }

    /// Whether a file is a part of a chart.
    pub fn hold(&self, path: &str) -> bool {
        self.folders.iter().any(|folder| is_below(path, folder))
    }

    /// Whether a deliverer whose chart is not rendered takes nothing but the files of the chart.
    pub fn is_bounded(&self, id: DelivererId) -> bool {
        self.bounded.contains(&id)
    }
}

fn has_marks(repository: &Repository<'_>, folder: &str) -> bool {
    let below = repository.files.ids().filter(|file| is_below(repository.files.path(*file), folder));
    let mut texts = below.filter_map(|file| repository.text(file));
    texts.any(|text| MARKS.iter().any(|mark| text.contains(mark)))
}
