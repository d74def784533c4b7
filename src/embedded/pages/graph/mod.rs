//! Draws what points to something and what it points to: a layout that knows no markup, and its SVG.

mod layout;
mod svg;

pub(super) use layout::{Graph, Group, Node, Rest};
pub(super) use svg::draw;
