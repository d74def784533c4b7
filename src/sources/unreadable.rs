//! A file or folder that the walk could not read. The walk goes on, and what is missing is reported.

#[derive(Clone, Debug, thiserror::Error)]
#[error("`{path}` cannot be {verb}: {why}")]
pub struct Unreadable {
    pub path: String,
    /// `listed`, `read`.
    pub verb: &'static str,
    /// A clause.
    pub why: String,
    /// What to do about it; starts with a verb.
    pub help: &'static str,
}

impl Unreadable {
    pub fn new(path: String, verb: &'static str, why: impl Into<String>) -> Self {
        Self { path, verb, why: why.into(), help: "make it readable, or add it to `manifests.exclude`" }
    }

    #[must_use]
    pub(super) fn help(self, help: &'static str) -> Self {
        Self { help, ..self }
    }
}
