//! What an evaluation may still use. Functions pay before they work, so that none of them runs away.

use std::sync::Arc;

use super::fault::Fault;
use super::regex::{Pattern, Patterns, RegexCache};
use super::{Env, Limit, Limits};

/// How deeply values may be nested: what walks them calls itself for each level.
pub(super) const MAX_DEPTH: u32 = 512;

/// How many values may be within a value.
pub(super) const MAX_WEIGHT: u64 = 10_000_000;

/// What functions need besides their values.
pub(super) struct Budget<'a> {
    steps: u64,
    bytes: u64,
    pub env: &'a Env,
    regexes: &'a RegexCache,
    /// The patterns that are paid for.
    patterns: Patterns,
}

impl<'a> Budget<'a> {
    pub(super) fn new(limits: &Limits, env: &'a Env, regexes: &'a RegexCache) -> Self {
        Self { steps: limits.steps, bytes: limits.bytes, env, regexes, patterns: Patterns::default() }
    }

    /// Pays for work.
    pub(super) fn spend_steps(&mut self, steps: usize) -> Result<(), Fault> {
        self.steps = self.steps.checked_sub(steps as u64).ok_or(Fault::Limit(Limit::Steps))?;
        Ok(())
    }

    /// Pays for memory, and for the work of filling it.
    pub(super) fn spend_bytes(&mut self, bytes: usize) -> Result<(), Fault> {
        self.bytes = self.bytes.checked_sub(bytes as u64).ok_or(Fault::Limit(Limit::Memory))?;
        self.spend_steps(bytes / 256)
    }

    /// A compiled pattern. Each evaluation pays for compiling it, also where another one has done that already, so that what an
    /// evaluation may use does not depend on others.
    pub(super) fn compile_regex(&mut self, text: &str) -> Result<Arc<Pattern>, Fault> {
        let compiled = match self.patterns.get(text) {
            Some(compiled) => compiled,
            None => {
                let compiled = self.regexes.get(text);
                self.spend_steps(compiled.bytes / 16)?;
                self.patterns.insert(text, &compiled);
                compiled
            }
        };
        compiled.pattern.clone().map_err(Fault::Failed)
    }

    /// Pays for an array or an object with so many items.
    pub(super) fn spend_items(&mut self, items: usize) -> Result<(), Fault> {
        self.spend_bytes(items.saturating_mul(48))
    }
}
