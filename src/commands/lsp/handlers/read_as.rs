//! How an open file is read: its name, and the Git host whose app reads bare entity files.

use crate::commands::lsp::documents::Document;
use crate::commands::lsp::projects::Project;
use crate::manifest::ReadAs;

pub(super) fn read_as<'d>(document: &'d Document, project: &Project) -> ReadAs<'d> {
    ReadAs { file_name: document.file_name(), git_host: project.session.settings().git_host.value }
}
