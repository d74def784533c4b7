//! Parses the level of a rule, as the config and `--rule` spell it. YAML reads unquoted `off` as a boolean, which is
//! accepted as the level.

use crate::domain::finding::Severity;
use crate::text::suggest::closest;

/// A rule that settings may name. The rules themselves are defined in `analysis`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleName {
    pub name: &'static str,
    pub code: &'static str,
}

impl RuleName {
    /// Looks a rule up by name or code; the error is a clause that suggests a name, or ends with `otherwise`.
    pub(super) fn find(known: &[Self], said: &str, otherwise: &str) -> Result<&'static str, String> {
        let found = known.iter().find(|rule| rule.name == said || rule.code.eq_ignore_ascii_case(said));
        found.map(|rule| rule.name).ok_or_else(|| {
            match closest(&said.to_lowercase(), known.iter().map(|rule| rule.name)) {
                Some(meant) => format!("unknown rule `{said}`; did you mean `{meant}`?"),
                None => format!("unknown rule `{said}`{otherwise}"),
            }
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Error,
    Warning,
    Info,
    Off,
}

impl Level {
    pub const WORDS: [&'static str; 5] = ["error", "warn", "warning", "info", "off"];

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "error" => Some(Self::Error),
            "warn" | "warning" => Some(Self::Warning),
            "info" => Some(Self::Info),
            "off" => Some(Self::Off),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Off => "off",
        }
    }

    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Off => None,
        }
    }
}
