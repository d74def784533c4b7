//! Which tool reads a document, and so what its plain scalars mean.

use super::cluster::cluster;
use super::plain::Plain;
use super::python::{pyyaml, ruamel};
use crate::domain::document::fault::ScalarReader;
use crate::domain::git_host::GitHost;

/// What `reader` makes of a plain scalar.
#[inline]
pub fn read(reader: ScalarReader, text: &str) -> Plain {
    match reader {
        ScalarReader::Kubernetes => cluster(text),
        ScalarReader::GitApp(GitHost::GitHub) => ruamel(text),
        // Three of the four apps read YAML 1.1, so it is assumed for unknown hosts.
        ScalarReader::GitApp(GitHost::GitLab | GitHost::Bitbucket | GitHost::Azure | GitHost::Unknown) => pyyaml(text),
    }
}
