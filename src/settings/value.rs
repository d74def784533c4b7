//! The types of settings, and the origin of each value. Names are those of the config file.

use crate::domain::plan::write_mode::PruneRule;

/// A value with its origin.
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
    /// Detected from the repository.
    Repository(&'static str),
}

impl Origin {
    /// The origin in words; `file` is the config's path in messages.
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
    /// A cluster's exporter pushes them, and its CRD drops unknown fields.
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

/// What may be deleted without approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prune {
    pub enabled: Sourced<bool>,
    pub max: Sourced<u32>,
    pub max_percent: Sourced<u32>,
}

impl Prune {
    /// The values without their origins.
    pub fn rule(&self) -> PruneRule {
        PruneRule { enabled: self.enabled.value, max: self.max.value, max_percent: self.max_percent.value }
    }
}
