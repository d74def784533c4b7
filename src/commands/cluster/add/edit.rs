//! Edits of YAML files that `cluster add` extends: an item of a list, or an entry of a map. The result is parsed again: the
//! edit counts only if nothing else has changed.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::error::AddError;
use crate::domain::document::tree::Value;
use crate::domain::finding::Edit;
use crate::error::Error;
use crate::manifest::{self, Limits, Reader};
use crate::scaffold::repository::Wanted;
use crate::scaffold::{NewItem, add_entry, add_item};
use crate::sources::{self, Encoding, ReadBuffer};

/// The files that are written, in their order.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub files: Vec<Wanted>,
    /// Of the files that are extended.
    pub encodings: Vec<(String, Encoding)>,
}

/// A step on the way to a list or map.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// A place in a YAML file: a document, and the way to a list or a map in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub path: &'a str,
    pub document: usize,
    pub steps: &'a [Step<'a>],
}

/// What is added.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Addition<'a> {
    Item(NewItem<'a>),
    /// A map under a key.
    Entry(&'a str, &'a [(&'a str, &'a str)]),
}

impl Changes {
    pub fn create(&mut self, path: String, text: String) {
        self.files.push(Wanted { path, before: None, after: text });
    }

    /// Adds to a file, on top of earlier changes. `lines`: what people have to add themselves if it cannot be edited.
    pub fn extend(&mut self, top: &Path, target: Target<'_>, addition: Addition<'_>, lines: &str) -> Result<(), Error> {
        let refused = |why| AddError::Unsafe {
            path: target.path.to_owned(),
            why,
            help: format!("add `{lines}` yourself, and run the command again"),
        };
        let earlier = self.files.iter().position(|file| file.path == target.path);
        let text = match earlier.and_then(|at| self.files.get(at)) {
            Some(file) => file.after.clone(),
            None => self.read(top, target.path).ok_or_else(|| refused("it cannot be read"))?,
        };
        let after = edited(&text, target, addition).ok_or_else(|| refused("its layout is not a simple one"))?;
        match earlier.and_then(|at| self.files.get_mut(at)) {
            Some(file) => file.after = after,
            None => self.files.push(Wanted { path: target.path.to_owned(), before: Some(text), after }),
        }
        Ok(())
    }

    fn read(&mut self, top: &Path, path: &str) -> Option<String> {
        let file = sources::find_file(top, path)?;
        let mut buffer = ReadBuffer::default();
        let text = sources::read(&file, &mut buffer).ok()?;
        self.encodings.push((path.to_owned(), text.encoding));
        Some(text.text.to_owned())
    }

    pub fn write(&self, top: &Path) -> Result<(), Error> {
        for file in &self.files {
            let path = Path::new(&file.path);
            if file.before.is_none() {
                sources::create_atomically(top, path, file.after.as_bytes())?;
                continue;
            }
            let encoding = self.encodings.iter().find(|(known, _)| *known == file.path).map(|(_, encoding)| *encoding);
            let bytes = encoding.map_or_else(|| file.after.clone().into(), |it| sources::encode(&file.after, it));
            sources::write_atomically(top, path, &bytes)?;
        }
        Ok(())
    }
}

/// The text with the addition; `None` if that is not safe.
pub(crate) fn edited(text: &str, target: Target<'_>, addition: Addition<'_>) -> Option<String> {
    let mut edit: Option<Edit> = None;
    let before = documents(text, &mut |index, root| {
        if index == target.document {
            let place = target.steps.iter().try_fold(root, |value, step| follow(value, *step));
            edit = place.and_then(|place| match addition {
                Addition::Item(item) => add_item(text, place, item),
                Addition::Entry(key, fields) => add_entry(text, place, key, fields),
            });
        }
    })?;
    let (after, _) = manifest::edit::apply(text, &[edit?]);
    let mut expected = before;
    let document = expected.get_mut(target.document)?;
    let place = target.steps.iter().try_fold(document, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    })?;
    add_to(place, addition)?;
    (documents(&after, &mut |_, _| {})? == expected).then_some(after)
}

fn follow<'a>(value: Value<'a>, step: Step<'_>) -> Option<Value<'a>> {
    match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.items().nth(index),
    }
}

fn add_to(place: &mut Json, addition: Addition<'_>) -> Option<()> {
    let map = |fields: &[(&str, &str)]| -> Json {
        fields.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into()
    };
    match addition {
        Addition::Item(NewItem::Text(text)) => place.as_array_mut()?.push(json!(text)),
        Addition::Item(NewItem::Fields(fields)) => place.as_array_mut()?.push(map(fields)),
        Addition::Entry(key, fields) => {
            place.as_object_mut()?.insert(key.to_owned(), map(fields));
        }
    }
    Some(())
}

/// The values of all documents; `None` if one is broken.
fn documents(text: &str, each: &mut dyn FnMut(usize, Value<'_>)) -> Option<Vec<Json>> {
    let mut values = Some(Vec::new());
    Reader::new(Limits::default()).read_all(text, &mut |document| {
        let root = document.view.root().filter(|_| !document.broken);
        if let Some(root) = root {
            each(document.index, root);
        }
        match (root, values.as_mut()) {
            (Some(root), Some(values)) => values.push(root.to_json()),
            (_, _) => values = None,
        }
    });
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESOURCES: [Step<'static>; 1] = [Step::Key("resources")];

    fn with_item(text: &str, item: NewItem<'_>) -> Option<String> {
        edited(text, Target { path: "", document: 0, steps: &RESOURCES }, Addition::Item(item))
    }

    #[test]
    fn an_item_is_added_in_the_layout_of_the_list() {
        for (before, after) in [
            ("resources:\n- a.yaml\n", "resources:\n- a.yaml\n- eu.yaml\n"),
            (
                "resources:\n  - a.yaml # first\n\n# rest\nx: 1\n",
                "resources:\n  - a.yaml # first\n  - eu.yaml\n\n# rest\nx: 1\n",
            ),
            ("resources:\r\n  - a.yaml\r\n", "resources:\r\n  - a.yaml\r\n  - eu.yaml\r\n"),
            ("resources:\n  -   a.yaml", "resources:\n  -   a.yaml\n  -   eu.yaml\n"),
            ("resources: [a.yaml] # all\n", "resources: [a.yaml, eu.yaml] # all\n"),
            ("resources: []\n", "resources: [eu.yaml]\n"),
            ("resources: [\n  a.yaml,\n  'b.yaml',\n]\n", "resources: [\n  a.yaml,\n  'b.yaml',\n  eu.yaml,\n]\n"),
            ("x: 1\n---\nresources: [a]\n", ""),
            ("resources:\n", ""),
            ("resources: &a [x]\n", "resources: &a [x, eu.yaml]\n"),
            ("y: &a [x]\nresources: *a\n", ""),
        ] {
            let expected = Some(after.to_owned()).filter(|after| !after.is_empty());
            assert_eq!(with_item(before, NewItem::Text("eu.yaml")), expected, "{before}");
        }
        let row = NewItem::Fields(&[("name", "eu"), ("url", "https://eu:6443")]);
        for (before, after) in [
            (
                "resources:\n  - name: us\n    url: https://us # x\n    # end\nz: 1\n",
                "resources:\n  - name: us\n    url: https://us # x\n  - name: eu\n    url: https://eu:6443\n    # end\nz: 1\n",
            ),
            ("resources:\n  - {name: us}\n", "resources:\n  - {name: us}\n  - {name: eu, url: https://eu:6443}\n"),
            ("resources:\n- name: |\n    us\n", "resources:\n- name: |\n    us\n- name: eu\n  url: https://eu:6443\n"),
        ] {
            assert_eq!(with_item(before, row).as_deref(), Some(after), "{before}");
        }
    }

    #[test]
    fn an_entry_is_added_in_the_layout_of_the_map() {
        let add = |text: &str| {
            let target = Target { path: "", document: 0, steps: &[Step::Key("clusters")] };
            edited(text, target, Addition::Entry("eu", &[("deliverer", "flux")]))
        };
        for (before, after) in [
            (
                "clusters:\n  us:\n    deliverer: flux # x\n\n# rules\nrules: {}\n",
                "clusters:\n  us:\n    deliverer: flux # x\n  eu:\n    deliverer: flux\n\n# rules\nrules: {}\n",
            ),
            ("clusters: {us: {deliverer: flux}}\r\n", "clusters: {us: {deliverer: flux}, eu: {deliverer: flux}}\r\n"),
            ("clusters: {}", "clusters: {eu: {deliverer: flux}}"),
            ("clusters:\r\n    us: {}\r\n", "clusters:\r\n    us: {}\r\n    eu:\r\n      deliverer: flux\r\n"),
        ] {
            assert_eq!(add(before).as_deref(), Some(after), "{before}");
        }
    }
}
