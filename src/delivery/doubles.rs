//! For tests: a repository in memory, whose YAML the real reader reads.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::files::{FileKind, Files};
use super::source::{Document, Source};
use crate::manifest::{Limits, Reader};

#[derive(Debug, Default)]
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    /// The files, and links with their targets.
    pub fn files(&self, links: &BTreeMap<String, String>) -> Files {
        let texts = self.0.keys().map(|path| (path.clone(), FileKind::Text));
        Files::new(texts.chain(links.iter().map(|(path, target)| (path.clone(), FileKind::Symlink(target.clone())))))
    }
}

impl Source for Texts {
    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        self.0.get(path).map(|text| Cow::Borrowed(text.as_str()))
    }

    fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        Reader::new(Limits::default()).read_all(text, &mut |document| {
            let value = if document.broken { None } else { document.view.root() };
            each(&Document { span: document.span, value, faults: document.faults });
        });
    }
}

/// Equal but for the spelling of numbers.
pub fn same(found: &Json, expected: &Json) -> bool {
    match (found, expected) {
        (Json::Number(a), Json::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a == b,
            _ => a.as_f64() == b.as_f64(),
        },
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}
