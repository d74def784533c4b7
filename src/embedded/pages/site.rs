//! What pages show besides the catalog: its name, the mask, where entities are declared, and the preview of a merge.

use std::collections::HashMap;

use crate::domain::entity::EntityKey;
use crate::embedded::pages::preview::Preview;
use crate::text::mask::Mask;

#[derive(Debug)]
pub struct Site {
    /// What the catalog is called: its file, or `in memory`.
    pub name: String,
    pub mask: Mask,
    pub declarations: Declarations,
    pub preview: Option<Preview>,
}

/// The manifests of the repository.
#[derive(Debug, Default)]
pub struct Declarations {
    pub places: HashMap<EntityKey, DeclaredAt>,
    /// The commit that is checked out; the work tree may have other changes.
    pub commit: Option<String>,
    /// The page of the commit's files on the forge, without a slash at the end.
    pub files_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredAt {
    /// The path in the Git repository.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// The file is as in the commit.
    pub is_committed: bool,
}

impl Site {
    pub fn new(name: String, mask: Mask) -> Self {
        Self { name, mask, declarations: Declarations::default(), preview: None }
    }
}

impl Declarations {
    /// The address of the place on the forge.
    pub(super) fn url(&self, place: &DeclaredAt) -> Option<String> {
        let path: Vec<String> = place
            .path
            .split('/')
            .map(|part| crate::domain::address::percent_encoded(part, |byte| b"-_.~".contains(&byte)))
            .collect();
        self.files_url.as_ref().map(|files| format!("{files}/{}#L{}", path.join("/"), place.line))
    }
}
