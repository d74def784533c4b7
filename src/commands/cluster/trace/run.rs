//! What all parts of a trace need: the files, the deliverers of the repository, and where the mapping is found.

use crate::commands::delivery::repository::Deliveries;
use crate::commands::workspace::open::Workspace;
use crate::sources::SourceFile;

pub(super) struct TraceRun<'a> {
    /// Their texts are kept.
    pub files: &'a [SourceFile],
    pub deliveries: Option<&'a Deliveries>,
    pub workspace: &'a Workspace<'a>,
    /// Finds the file of a mapping that is not among the files.
    pub find: &'a dyn Fn(&str) -> Option<SourceFile>,
    /// Seconds since 1970, for expressions that ask for the time.
    pub seconds: i64,
}
