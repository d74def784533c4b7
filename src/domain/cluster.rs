//! What is known of a cluster whose exporter writes to the catalog: the tool that delivers its manifests, and the version of
//! the exporter.

use std::fmt;

/// The tool that applies manifests to the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deliverer {
    Flux,
    ArgoCd,
    Kubectl,
}

impl Deliverer {
    pub const WORDS: [&'static str; 3] = ["flux", "argocd", "kubectl"];

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "flux" => Some(Self::Flux),
            "argocd" => Some(Self::ArgoCd),
            "kubectl" => Some(Self::Kubectl),
            _ => None,
        }
    }

    /// `Argo CD`
    pub fn title(self) -> &'static str {
        match self {
            Self::Flux => "Flux",
            Self::ArgoCd => "Argo CD",
            Self::Kubectl => "kubectl",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Flux => "flux",
            Self::ArgoCd => "argocd",
            Self::Kubectl => "kubectl",
        }
    }
}

/// A cluster without a mapping in the config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedMapping {
    /// Its name; `None` if the config names no cluster.
    pub cluster: Option<String>,
    pub exporter: ExporterVersion,
}

/// A version of the Kubernetes exporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExporterVersion(pub [u32; 3]);

impl ExporterVersion {
    /// The version that is assumed unless the config names another: the one that portolan was compared with.
    pub const ASSUMED: Self = Self([0, 7, 9]);

    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let mut number = || {
            let part = parts.next()?;
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|_| is_number)
        };
        let version = [number()?, number()?, number()?];
        parts.next().is_none().then_some(Self(version))
    }
}

impl Default for ExporterVersion {
    fn default() -> Self {
        Self::ASSUMED
    }
}

impl fmt::Display for ExporterVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_three_numbers() {
        for text in ["0.7.9", "v0.7.9"] {
            assert_eq!(ExporterVersion::parse(text), Some(ExporterVersion::ASSUMED), "{text}");
        }
        for text in ["", "0.7", "0.7.9.1", "0.7.x", "0.7.+9", "latest", "0.7.99999999999"] {
            assert_eq!(ExporterVersion::parse(text), None, "{text}");
        }
        assert!(ExporterVersion([0, 6, 10]) < ExporterVersion([0, 7, 3]));
        assert_eq!(ExporterVersion::ASSUMED.to_string(), "0.7.9");
    }
}
