//! Why no deliverer takes a file, in words: the link of the chain that is missing, what would close it, and what cannot be
//! known offline.

use std::collections::BTreeSet;

use super::facts::title_of;
use super::repository::Deliveries;
use crate::delivery::kustomize::UnknownKind;
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::{ClusterId, DelivererId, Link, NotKnown};
use crate::domain::finding::FileId;

impl Deliveries {
    /// Why nothing delivers a file of the run to these clusters, as a clause.
    pub fn absence_reason(&self, file: FileId, clusters: &BTreeSet<ClusterId>) -> Option<String> {
        let file = self.delivered_id(file)?;
        let absences = self.reach.absence(&self.repository(), file);
        let reaches = |id: DelivererId| clusters.contains(&self.reach.deliverer(id).cluster);
        let nearest = absences.iter().find(|absence| absence.deliverer.is_none_or(reaches)).or(absences.first())?;
        let reason = describe_link(&nearest.link, self);
        Some(match nearest.deliverer {
            Some(id) if !reaches(id) => {
                format!("`{}` delivers to another cluster", title_of(self.reach.deliverer(id)))
            }
            Some(id) => format!("`{}` does not take it: {reason}", title_of(self.reach.deliverer(id))),
            None => reason,
        })
    }
}

/// ` (catalog/kustomization.yaml:3)`
pub(crate) fn at_place(place: DeliveredPlace, deliveries: &Deliveries) -> String {
    let (path, line) = deliveries.locate(place);
    format!(" ({path}:{line})")
}

pub(crate) fn describe_unknown(unknown: &NotKnown, deliveries: &Deliveries) -> String {
    let (what, place) = match unknown {
        NotKnown::Kustomize(kind, place) => {
            let what = match kind {
                UnknownKind::Remote => "a resource on another host",
                UnknownKind::Generator => "a generator in a file of its own",
                UnknownKind::Transformer => "a transformer in a file of its own",
                UnknownKind::Configuration => "`configurations` or `openapi` change which fields are transformed",
                UnknownKind::Selector => "a selector that is not understood",
                UnknownKind::Variables => "variables whose values are in the cluster",
                UnknownKind::Decryption => "encrypted files",
            };
            (what, place)
        }
        NotKnown::Helm(place) => ("a Helm chart is rendered by Helm", place),
        NotKnown::Plugin(place) => ("a plugin renders it", place),
        NotKnown::Jsonnet(place) => ("Jsonnet is not evaluated", place),
        NotKnown::Deliverer(place) => ("variables, parameters or patches change the deliverer itself", place),
        NotKnown::Artifact(place) => ("the artifact holds files from elsewhere, or only some folders", place),
        NotKnown::Revision(place) => ("it takes another branch, tag or commit, which may have the folder", place),
        NotKnown::Generator(place) => ("a generator of the ApplicationSet asks the cluster or another host", place),
        NotKnown::TooLarge(place) => ("there is more to build than is looked at", place),
    };
    format!("{what}{}", place.map(|place| at_place(place, deliveries)).unwrap_or_default())
}

/// Why a deliverer does not take a file, as a clause.
pub(crate) fn describe_link(link: &Link, deliveries: &Deliveries) -> String {
    match link {
        Link::OutsideOfPaths => "its file is outside of the paths of all deliverers".to_owned(),
        Link::NotListed { kustomization } => format!("{} does not list it", deliveries.path(*kustomization)),
        Link::NoResource => "it reads the file as a patch or as data, not as a resource".to_owned(),
        Link::Ignored => "`.sourceignore` or `spec.ignore` leaves the file out".to_owned(),
        Link::Symlink => "the file is a symbolic link, which Flux leaves out".to_owned(),
        Link::FileName => "it does not take files with such a name".to_owned(),
        Link::NotRecursive => "`directory.recurse` is off, so it takes no folders below its path".to_owned(),
        Link::Excluded => "`directory.include` or `directory.exclude` leaves the file out".to_owned(),
        Link::Skipped => "`+argocd:skip-file-rendering` is in the file".to_owned(),
        Link::NoObject => "the manifest is no object for it".to_owned(),
        Link::BuildFails => "its build fails".to_owned(),
        Link::NotKnown(unknown) => describe_unknown(unknown, deliveries),
    }
}

pub(crate) fn way_out(link: &Link, deliveries: &Deliveries) -> String {
    match link {
        Link::OutsideOfPaths => "move it below the path of a deliverer, or add a deliverer for its folder".to_owned(),
        Link::NotListed { kustomization } => {
            format!("add it to `resources` of {}", deliveries.path(*kustomization))
        }
        Link::NoResource => "list it under `resources` of the kustomization".to_owned(),
        Link::Ignored => "remove the pattern that leaves it out".to_owned(),
        Link::Symlink => "put the file itself there".to_owned(),
        Link::FileName => "name the file `*.yaml`".to_owned(),
        Link::NotRecursive => "set `directory: {recurse: true}`".to_owned(),
        Link::Excluded => "change the pattern".to_owned(),
        Link::Skipped => "remove that text".to_owned(),
        Link::NoObject => "`portolan lint` shows what is wrong with the manifest".to_owned(),
        Link::BuildFails => "`portolan lint` shows what ends the build".to_owned(),
        Link::NotKnown(_) => "ask the cluster: `kubectl get`".to_owned(),
    }
}
