//! What a report of forecasts is made from: the forecast of each cluster, with the documents and objects that it speaks of.

use crate::domain::document::span::{LineIndex, Span};
use crate::domain::forecast::revision::MappedRevision;
use crate::domain::forecast::{CausePlace, DeletionBlocker, Forecast};
use crate::domain::plan::revision::BaseRevision;

/// The forecasts of a run.
#[derive(Debug)]
pub struct ForecastReport<'a> {
    /// The name of the catalog.
    pub catalog: &'a str,
    /// What the repository was compared with.
    pub base: Option<&'a BaseRevision>,
    pub clusters: &'a [ClusterForecast<'a>],
    /// Complete sentences.
    pub notes: &'a [String],
}

/// The forecast of one cluster with the documents that it speaks of.
#[derive(Debug)]
pub struct ClusterForecast<'a> {
    pub name: &'a str,
    pub state_key: Option<&'a str>,
    pub mapping: MappingText<'a>,
    /// The mapping at the base.
    pub base_mapping: Option<MappingText<'a>>,
    /// The config of portolan, and the line of the cluster in it.
    pub config: (&'a str, usize),
    pub now: &'a MappedRevision,
    pub base: Option<&'a MappedRevision>,
    pub forecast: &'a Forecast,
}

/// The document of a mapping.
#[derive(Debug, Clone, Copy)]
pub struct MappingText<'a> {
    pub path: &'a str,
    pub text: &'a str,
    /// No mapping is configured: this is the one that `cluster mapping` would write.
    pub is_generated: bool,
}

/// A place as lines and columns from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location<'a> {
    pub path: &'a str,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub is_at_base: bool,
}

/// Resolves the places of a cluster's forecast.
pub(super) struct Places<'a> {
    pub cluster: &'a ClusterForecast<'a>,
    lines: LineIndex,
    base_lines: Option<LineIndex>,
}

impl<'a> Places<'a> {
    pub fn new(cluster: &'a ClusterForecast<'a>) -> Self {
        let lines = LineIndex::new(cluster.mapping.text);
        let base_lines = cluster.base_mapping.as_ref().map(|mapping| LineIndex::new(mapping.text));
        Self { cluster, lines, base_lines }
    }

    fn of_mapping(&self, span: Span) -> Location<'a> {
        located(self.cluster.mapping, &self.lines, span, false)
    }

    pub fn of_object(&self, at: usize) -> Option<Location<'a>> {
        let object = self.cluster.now.objects.get(at)?;
        Some(Location { path: &object.path, line: Some(object.line), column: None, is_at_base: false })
    }

    pub fn of_base_object(&self, at: usize) -> Option<Location<'a>> {
        let object = self.cluster.base?.objects.get(at)?;
        Some(Location { path: &object.path, line: Some(object.line), column: None, is_at_base: true })
    }

    pub fn of_cause(&self, place: CausePlace) -> Option<Location<'a>> {
        match place {
            CausePlace::Mapping(span) => Some(self.of_mapping(span)),
            CausePlace::BaseMapping(span) => {
                Some(located(self.cluster.base_mapping?, self.base_lines.as_ref()?, span, true))
            }
            CausePlace::Object(at) => self.of_object(at),
            CausePlace::Settings => {
                let (path, line) = self.cluster.config;
                Some(Location { path, line: Some(line), column: None, is_at_base: false })
            }
            CausePlace::Deliverer(at) => of_deliverer(self.cluster.now, at, false),
            CausePlace::BaseDeliverer(at) => of_deliverer(self.cluster.base?, at, true),
        }
    }

    /// The places of a blocker: the manifest first, then the expression.
    pub fn of_blocker(&self, blocker: &DeletionBlocker) -> Vec<Location<'a>> {
        let object = blocker.object.and_then(|at| self.of_object(at));
        object.into_iter().chain(blocker.mapping.map(|span| self.of_mapping(span))).collect()
    }
}

fn of_deliverer(revision: &MappedRevision, at: usize, is_at_base: bool) -> Option<Location<'_>> {
    let deliverer = revision.delivery.as_ref()?.deliverers.get(at)?;
    Some(Location { path: &deliverer.path, line: Some(deliverer.line), column: None, is_at_base })
}

fn located<'a>(mapping: MappingText<'a>, lines: &LineIndex, span: Span, is_at_base: bool) -> Location<'a> {
    if mapping.is_generated {
        // A place in a text that nobody sees helps nobody.
        return Location { path: mapping.path, line: None, column: None, is_at_base };
    }
    let position = lines.position(mapping.text, span.start as usize);
    Location { path: mapping.path, line: Some(position.line), column: Some(position.column), is_at_base }
}
