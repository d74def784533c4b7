//! Answers questions about a text and a place in it, for editors and for commands that edit manifests. It knows no protocol.

pub mod rename;
