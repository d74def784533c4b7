//! One file for each kind of request. A handler finds the file and its project, asks `editor`, and converts the answer.

pub(super) mod code_action;
pub(super) mod completion;
pub(super) mod definition;
pub(super) mod hover;
mod located;
mod read_as;
pub(super) mod references;
pub(super) mod rename;
pub(super) mod symbols;
