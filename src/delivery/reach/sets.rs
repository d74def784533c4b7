//! The Applications that the ApplicationSets of a repository make.

use std::rc::Rc;

use super::builds::{Builds, Made, SetApplications};
use super::found::{Found, ObjectId};
use super::links::Links;
use super::model::NotKnown;
use crate::delivery::argo::objects::ApplicationSet;
use crate::delivery::argo::sets::{SetUnknown, World, generate};
use crate::delivery::repository::Repository;

/// The applications of a set, made once.
pub(super) fn applications(
    repository: &Repository<'_>,
    found: &Found,
    links: &Links<'_>,
    builds: &mut Builds<'_, '_>,
    id: ObjectId,
    set: &ApplicationSet,
) -> Rc<SetApplications> {
    if let Some(known) = builds.sets.get(&id) {
        return Rc::clone(known);
    }
    let clusters = found.clusters();
    let world = World {
        repository,
        tree: &builds.checkout.tree,
        clusters: &clusters,
        is_own_repository: &|git| git.repo_url.as_ref().is_none_or(|url| links.is_own_url(&url.text)),
        settings: &builds.argo_settings,
    };
    let made = match generate(set, &world) {
        Ok(generated) => SetApplications {
            open: generated.unknowns.first().map(|unknown| Rc::new(Made::NotKnown(not_known(unknown)))),
            applications: generated
                .applications
                .into_iter()
                .map(|made| (made.application, made.origin.place()))
                .collect(),
        },
        Err(failure) => SetApplications { applications: Vec::new(), open: Some(Rc::new(Made::SetFailed(failure))) },
    };
    let made = Rc::new(made);
    builds.sets.insert(id, Rc::clone(&made));
    made
}

fn not_known(unknown: &SetUnknown) -> NotKnown {
    NotKnown::Generator(Some(unknown.place))
}
