//! The trait through which long work reports its progress. Only `ui` knows how it is displayed.

pub trait Progress: Sync {
    /// Starts a stage: "reading 1,204 files". `total` is 0 if unknown.
    fn start(&self, stage: &str, total: u64);
    fn advance(&self, by: u64);
    fn finish(&self);
}

/// Reports nothing: for pipes, tests and quiet runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _stage: &str, _total: u64) {}
    fn advance(&self, _by: u64) {}
    fn finish(&self) {}
}
