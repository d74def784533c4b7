//! What one text may cost. Every limit ends in a fault at its place, never in an error of the whole run.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Bytes of one document of a file.
    pub document_bytes: usize,
    /// Collections inside one another.
    pub depth: usize,
    /// Keys and values of one document.
    pub nodes: usize,
    /// Of these, what aliases and merge keys bring in.
    pub copied_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 10 << 20, document_bytes: 10 << 20, depth: 128, nodes: 500_000, copied_nodes: 250_000 }
    }
}
