//! Renders what changed in blueprints. The reports of `pull` and of blueprint impact show it.

pub mod json;
pub mod text;
