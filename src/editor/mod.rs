//! Answers what an editor asks about a text and a place in it: what is there, what may be written there, and how a finding
//! is fixed or silenced. It knows no protocol.

pub mod actions;
pub mod completion;
pub mod hover;
pub mod lines;
mod outline;
pub mod rename;
pub mod subject;
pub mod symbols;
