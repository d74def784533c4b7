//! Reads the file of a cluster's mapping: one of the repository's files, or another one.

use crate::domain::error_class::ExitClass;
use crate::settings::ClusterSettings;
use crate::sources::{self, ReadBuffer, SourceFile, path_text};

/// The text of a mapping, and where it was read.
pub(crate) struct MappingFile {
    pub path: String,
    pub text: String,
    pub place: MappingPlace,
}

pub(crate) enum MappingPlace {
    /// The file at this index of the list.
    Listed(usize),
    /// A file that is not in the list, such as a JSON file.
    Unlisted(SourceFile),
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("mapping `{path}` of the cluster `{cluster}` cannot be read: {reason}")]
#[diagnostic(
    code("unreadable-mapping"),
    help(
        "correct `clusters.{cluster}.mapping` (line {line} of the config), or write one: `portolan cluster mapping --out {path}`"
    )
)]
pub(crate) struct UnreadableMapping {
    path: String,
    cluster: String,
    line: usize,
    reason: String,
}

impl ExitClass for UnreadableMapping {}

impl MappingFile {
    /// `None`: the cluster names no mapping. `find` gives a file that is not in the list.
    pub fn read(
        cluster: &ClusterSettings,
        files: &[SourceFile],
        find: &dyn Fn(&str) -> Option<SourceFile>,
    ) -> Result<Option<Self>, UnreadableMapping> {
        let Some((path, line)) = &cluster.mapping else { return Ok(None) };
        let path = path_text(path);
        let error = |reason: String| UnreadableMapping {
            path: path.clone(),
            cluster: cluster.name.clone(),
            line: *line,
            reason,
        };
        let place = match files.iter().position(|file| file.path == path) {
            Some(at) => MappingPlace::Listed(at),
            None => MappingPlace::Unlisted(find(&path).ok_or_else(|| error("no such file".to_owned()))?),
        };
        let file = match &place {
            MappingPlace::Listed(at) => &files[*at],
            MappingPlace::Unlisted(file) => file,
        };
        let mut buffer = ReadBuffer::default();
        let text = sources::read(file, &mut buffer).map_err(|problem| error(problem.reason()))?.text.to_owned();
        Ok(Some(Self { path, text, place }))
    }
}
