//! Limits on the resources that one text may use. Exceeding one is a fault at its position, not an error of the whole
//! run.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum size of a file, in bytes.
    pub file_bytes: usize,
    /// The maximum size of a document, in bytes.
    pub document_bytes: usize,
    /// The maximum nesting of collections.
    pub depth: usize,
    /// The maximum number of keys and values in one document.
    pub nodes: usize,
    /// The maximum number of nodes that aliases and merge keys may add.
    pub copied_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 10 << 20, document_bytes: 10 << 20, depth: 128, nodes: 500_000, copied_nodes: 250_000 }
    }
}
