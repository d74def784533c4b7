//! Renders results to strings: the reports of every command in every format. Nothing here prints or reads; a renderer
//! is a function of a value and a [`style::Style`], and treats all text as untrusted.

pub mod baseline;
pub mod blueprint_change;
pub mod blueprint_page;
pub mod check;
pub mod cluster_add;
pub mod combined;
pub mod comment;
pub mod entity_list;
pub mod entity_page;
pub mod escape;
pub mod evaluation;
pub mod explain;
pub mod fingerprint;
pub mod forecast;
pub mod format;
pub mod graph;
pub mod impact;
pub mod import;
pub mod init;
pub mod lint;
pub mod mapping_explanation;
pub mod outcome;
pub mod plain_comment;
pub mod plan;
pub mod positions;
pub mod pull;
pub mod serve;
pub mod style;
pub mod trace;
pub mod unified_diff;
