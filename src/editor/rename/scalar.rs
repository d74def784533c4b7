//! Writes an identifier in the place of another scalar, in the style of that one.

use crate::domain::document::tree::{Style, Value};
use crate::domain::finding::Edit;
use crate::manifest::scalar::in_style;

/// The edit that replaces a scalar; otherwise why a person has to do it.
pub(super) fn replaced(value: Value<'_>, to: &str) -> Result<Edit, &'static str> {
    if value.is_copied() {
        return Err("it is written once and used in several places by a YAML alias or a merge key");
    }
    if value.is_tagged() {
        return Err("it has a YAML tag");
    }
    if matches!(value.style(), Style::Literal | Style::Folded) || value.raw().contains(['\n', '\r']) {
        return Err("it is written on several lines");
    }
    Ok(Edit { span: value.span(), replacement: in_style(to, value.style()) })
}
