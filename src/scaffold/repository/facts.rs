//! What is known of the repository that is set up, and what the user chose.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::cluster::Deliverer;
use crate::domain::platform::Platform;

/// A cluster for the config.
#[derive(Debug, Clone, Copy)]
pub struct ConfigDelivery<'a> {
    pub deliverer: Deliverer,
    pub cluster: &'a str,
    pub namespace: Option<&'a str>,
    /// Paths relative to the config: the file of the exporter's mapping, and the folder of the CRDs, unless they are among
    /// the manifests.
    pub mapping: &'a str,
    pub crds: Option<&'a str>,
}

/// The CI system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CiSystem {
    Github,
    Gitlab,
    Azure,
    Bitbucket,
    Circleci,
    Codefresh,
    Jenkins,
    /// Another CI system, or none: no pipeline is written.
    Other,
}

impl CiSystem {
    /// Those for which there is a pipeline.
    pub const ALL: [Self; 7] =
        [Self::Github, Self::Gitlab, Self::Azure, Self::Bitbucket, Self::Circleci, Self::Codefresh, Self::Jenkins];

    /// The value of `--ci`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Azure => "azure",
            Self::Bitbucket => "bitbucket",
            Self::Circleci => "circleci",
            Self::Codefresh => "codefresh",
            Self::Jenkins => "jenkins",
            Self::Other => "none",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Github => "GitHub Actions",
            Self::Gitlab => "GitLab",
            Self::Azure => "Azure Pipelines",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::Circleci => "CircleCI",
            Self::Codefresh => "Codefresh",
            Self::Jenkins => "Jenkins",
            Self::Other => "none",
        }
    }
}

/// Facts about the repository. All paths are relative to its top.
pub struct Facts<'a> {
    pub platform: &'static Platform,
    /// The catalog for the config.
    pub catalog: Option<&'a str>,
    /// A URL that the config must not name, because a pull request can change the config; the pipeline names it.
    pub pipeline_catalog: Option<&'a str>,
    /// The pipeline has a catalog to compare with and to push to.
    pub has_catalog: bool,
    /// How the manifests reach a cluster, for a new config.
    pub delivery: Option<ConfigDelivery<'a>>,
    /// The pipeline pushes. Otherwise a cluster delivers.
    pub pushes: bool,
    /// The CI system whose scheduled jobs look for drift. It has them in a file of their own, so `ci` may be `Other`.
    pub drift_jobs: Option<CiSystem>,
    pub scope: Option<&'a str>,
    pub include: &'a [String],
    /// Folders with a config and a scope of their own.
    pub exclude: &'a [String],
    pub ci: CiSystem,
    pub branch: &'a str,
    /// The folder of the config; empty at the top.
    pub folder: &'a str,
    pub has_config: bool,
    pub wants_hook: bool,
    /// Patterns of [`super::ignored::PATTERNS`] whose files Git does not ignore yet; empty outside Git.
    pub unignored: &'a [&'static str],
    /// Whether Git should merge `known-entities.txt` by keeping the lines of both sides.
    pub wants_attributes: bool,
    /// The version to install. `None` if this portolan was built from source, because its version was never published.
    pub published: Option<&'a str>,
    /// The URL of portolan's source; empty if the package metadata names none.
    pub source: &'a str,
    /// The existing texts, by path.
    pub texts: &'a BTreeMap<String, String>,
    /// Parses a YAML text; `None` if it is not valid.
    pub read: &'a dyn Fn(&str) -> Option<Value>,
}
