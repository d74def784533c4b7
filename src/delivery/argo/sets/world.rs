//! What the generators of a set read, and what they cannot know offline.

use super::render::Renderer;
use super::set::Git;
use super::template::value::GoMap;
use super::template::{GoValue, Stop, normalize};
use crate::delivery::argo::objects::Cluster;
use crate::delivery::argo::settings::Settings;
use crate::delivery::files::FileId;
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;
use crate::domain::document::span::Span;

/// A set makes at most so many rows.
pub(super) const MAX_ROWS: usize = 20_000;

/// What generators read.
pub struct World<'w> {
    pub repository: &'w Repository<'w>,
    pub tree: &'w Tree<'w>,
    /// The clusters that the repository describes.
    pub clusters: &'w [&'w Cluster],
    /// Whether a git generator reads this repository, at a revision that it has here.
    pub is_own_repository: &'w dyn Fn(&Git) -> bool,
    pub settings: &'w Settings,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("clusters", &self.clusters.len()).finish_non_exhaustive()
    }
}

/// What a generator cannot know offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUnknown {
    pub kind: SetUnknownKind,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetUnknownKind {
    /// A generator whose rows come from another system, by its key.
    Generator(&'static str),
    /// The repository has no Secrets of clusters: those in the cluster are not known.
    ClusterSecrets,
    /// A Secret of a cluster that is encrypted.
    EncryptedCluster,
    /// A git generator of another repository.
    OtherRepository,
    /// A part of the set that is not followed, in words.
    NotFollowed(String),
}

/// Makes the rows of one set.
pub(super) struct Rows<'w> {
    pub(super) world: &'w World<'w>,
    pub(super) renderer: Renderer,
    /// The file of the set.
    pub(super) file: FileId,
    pub(super) unknowns: Vec<SetUnknown>,
    /// The number of rows so far.
    pub(super) count: usize,
}

impl Rows<'_> {
    pub(super) fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// Adds the values of a generator, which may use its parameters.
    pub(super) fn add_values(&mut self, values: &[(String, String)], parameters: &mut GoMap) -> Result<(), Stop> {
        let mut rendered = Vec::new();
        for (key, value) in values {
            let text = self.renderer.replace(value, parameters).map_err(|stop| {
                stop.within(
                    "failed to replace templated string: failed to replace templated string with rendered values: ",
                )
            })?;
            rendered.push((key.clone(), text));
        }
        if rendered.is_empty() {
            return Ok(());
        }
        if self.renderer.has_go_templates {
            parameters.entries.insert("values".to_owned(), GoValue::Map(GoMap::of_texts(rendered)));
        } else {
            let texts = rendered.into_iter().map(|(key, text)| (format!("values.{key}"), GoValue::Text(text)));
            parameters.entries.extend(texts);
        }
        Ok(())
    }
}

/// The name as Argo CD normalises it.
pub(super) fn sanitize(name: &str) -> Result<String, Stop> {
    normalize(name).ok_or_else(|| Stop::NotKnown(format!("the normalized form of `{name}`")))
}
