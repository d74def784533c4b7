//! How long work tells how far it is. The rooms take it as a parameter; only `ui` knows what it looks like.

pub trait Progress: Sync {
    /// A stage begins: "reading 1,204 files". `total` is 0 when nobody knows.
    fn start(&self, stage: &str, total: u64);
    fn advance(&self, by: u64);
    fn finish(&self);
}

/// For pipes, tests and quiet runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _stage: &str, _total: u64) {}
    fn advance(&self, _by: u64) {}
    fn finish(&self) {}
}
