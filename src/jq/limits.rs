//! How much an evaluation may use, and what it may run out of.

/// How much one evaluation may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Steps of evaluation; also what long texts, arrays and regular expressions cost.
    pub steps: u64,
    /// Bytes of all values that are made, whether they are kept or not.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 10_000_000, bytes: 128 << 20 }
    }
}

/// The limit that an evaluation reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Steps,
    Memory,
    /// Values or calls are nested too deeply.
    Depth,
}
