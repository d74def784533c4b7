//! The values that are settled, and where each came from. The words are the config file's own.

use crate::domain::write::PruneRule;

/// A value with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub origin: Origin,
}

impl<T> Sourced<T> {
    pub fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    File {
        line: usize,
    },
    Target {
        name: String,
        line: usize,
    },
    Environment(&'static str),
    Flag(&'static str),
    /// Found by looking at the repository.
    Repository(&'static str),
}

impl Origin {
    /// In words; `file` is the config's path as it is shown.
    pub fn words(&self, file: &str) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File { line } => format!("{file}:{line}"),
            Self::Target { name, line } => format!("{file}:{line} (target `{name}`)"),
            Self::Environment(name) => format!("environment {name}"),
            Self::Flag(flag) => format!("flag {flag}"),
            Self::Repository(what) => (*what).to_owned(),
        }
    }
}

/// How manifests reach the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// portolan pushes them.
    Direct,
    /// A cluster's exporter does, and its CRD drops what it does not know.
    Cluster,
}

impl Delivery {
    pub const WORDS: [&'static str; 2] = ["direct", "cluster"];

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "direct" => Some(Self::Direct),
            "cluster" => Some(Self::Cluster),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Cluster => "cluster",
        }
    }
}

/// What may be deleted without a person's yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prune {
    pub enabled: Sourced<bool>,
    pub max: Sourced<u32>,
    pub max_percent: Sourced<u32>,
}

impl Prune {
    /// What counts, without where it came from.
    pub fn rule(&self) -> PruneRule {
        PruneRule { enabled: self.enabled.value, max: self.max.value, max_percent: self.max_percent.value }
    }
}
