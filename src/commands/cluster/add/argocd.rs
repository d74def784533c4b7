//! Registers a cluster with Argo CD: a row in the list of the ApplicationSet that makes the Applications, or a file with
//! Applications. The AppProject is extended where it does not permit the cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::destination::{Destination, destination, taken};
use super::edit::{Addition, Changes, Step, Target};
use super::error::AddError;
use super::flux::{bare_url, like_siblings, refuse_file};
use super::listing::{list_files, new_folder};
use super::registration::Registration;
use super::request::{PLACEHOLDER_URL, Request};
use super::row::{ClusterList, NewRow};
use super::survey::{FoundObject, ObjectKind, Survey, folder_of, is_within, within};
use crate::error::Error;
use crate::scaffold::{ArgoDestination, ArgoTarget, DeliveredFolder, NewItem, argo_cluster};
use crate::text::plural::list;

/// The namespace of the objects if the repository has none.
pub(crate) const NAMESPACE: &str = "argocd";

pub(super) fn register(request: &Request<'_>, survey: &Survey) -> Result<Registration, Error> {
    let mut changes = Changes::default();
    if let Some(object) = registered(request, survey)? {
        let siblings: Vec<&FoundObject> = survey.of_kind(ObjectKind::Application).collect();
        permit_request(request, survey, object.text(&["spec", "project"]), &mut changes)?;
        list_files(&request.top.path, survey, &[&object.path], &siblings, &mut changes)?;
        let (place, next) = (object.place(), next_steps(request, &object.path));
        return Ok(Registration { changes, folders: None, place, next });
    }
    let lists = lists(request, survey)?;
    if lists.is_empty() {
        return add_applications(request, survey);
    }
    let mut place = None;
    let mut folders = Vec::new();
    for found in &lists {
        match found.row(request)? {
            NewRow::Present => {
                place.get_or_insert_with(|| found.place());
            }
            NewRow::Missing(fields, folder) => {
                folders.extend(folder);
                let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
                let steps = found.steps();
                let target = Target { path: &found.object.path, document: found.object.document, steps: &steps };
                let item = Addition::Item(NewItem::Fields(&fields));
                changes.extend(&request.top.path, target, item, &shown(&fields))?;
            }
        }
        permit_request(request, survey, found.object.text(&["spec", "template", "spec", "project"]), &mut changes)?;
    }
    let path = lists.first().map_or_else(String::new, |found| found.object.path.clone());
    if survey.kustomization_of(folder_of(&path)).is_some() {
        let siblings: Vec<&FoundObject> = survey.of_kind(ObjectKind::Application).collect();
        list_files(&request.top.path, survey, &[&path], &siblings, &mut changes)?;
    }
    let next = next_steps(request, &path);
    Ok(Registration { changes, folders: Some(folders), place: place.unwrap_or(path), next })
}

fn shown(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("- {{{}}}", fields.join(", "))
}

/// The ApplicationSets of this repository with a list of clusters.
fn own_lists<'s>(survey: &'s Survey, own_url: &str) -> impl Iterator<Item = ClusterList<'s>> {
    let is_ours = move |object: &&FoundObject| {
        let url = object.text(&["spec", "template", "spec", "source", "repoURL"]).unwrap_or_default();
        own_url == PLACEHOLDER_URL || bare_url(url) == bare_url(own_url)
    };
    survey.of_kind(ObjectKind::ApplicationSet).filter(is_ours).filter_map(ClusterList::of)
}

/// The namespace in the templates of the ApplicationSets with a list of clusters, if they name one and the same.
pub(super) fn template_namespace(survey: &Survey, own_url: &str) -> Option<String> {
    let namespace = |list: ClusterList<'_>| {
        let namespace = list.object.text(&["spec", "template", "spec", "destination", "namespace"])?;
        Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty() && !namespace.contains("{{"))
    };
    let named: BTreeSet<String> = own_lists(survey, own_url).filter_map(namespace).collect();
    named.first().filter(|_| named.len() == 1).cloned()
}

/// Those of them that get a row: one, or several with rows for the same clusters.
fn lists<'s>(request: &Request<'_>, survey: &'s Survey) -> Result<Vec<ClusterList<'s>>, AddError> {
    let is_named = |list: &ClusterList<'_>| request.file.as_ref().is_none_or(|file| *file == list.object.path);
    let found: Vec<ClusterList<'_>> = own_lists(survey, &request.url).filter(is_named).collect();
    if let Some(file) = request.file.as_ref().filter(|file| found.is_empty() && survey.paths.contains(*file)) {
        return Err(AddError::NoSet { file: file.clone() });
    }
    let Some(first) = found.first() else { return Ok(found) };
    let names = first.names_beside(&request.cluster);
    if found.iter().all(|other| other.names_beside(&request.cluster) == names) {
        return Ok(found);
    }
    let places: Vec<String> = found.iter().map(|found| format!("`{}`", found.place())).collect();
    Err(AddError::SeveralSets { places: list(&places) })
}

fn add_applications(request: &Request<'_>, survey: &Survey) -> Result<Registration, Error> {
    let siblings: Vec<&FoundObject> = survey.of_kind(ObjectKind::Application).collect();
    let path = match &request.file {
        Some(file) => file.clone(),
        None => within(&folder(&request.folders, &siblings), &format!("{}.yaml", request.cluster)),
    };
    refuse_file(request, &path)?;
    let project = project(survey, &siblings);
    let target = ArgoTarget { namespace: &namespace(&siblings), project: &project };
    let text = argo_cluster(&request.delivery(), &destination(request), &target);
    let mut changes = Changes::default();
    changes.create(path.clone(), like_siblings(text, request, &siblings));
    list_files(&request.top.path, survey, &[&path], &siblings, &mut changes)?;
    permit_request(request, survey, Some(&project), &mut changes)?;
    let next = next_steps(request, &path);
    Ok(Registration { changes, folders: None, place: path, next })
}

/// The folder of most Applications.
pub(crate) fn folder(delivered: &[DeliveredFolder], siblings: &[&FoundObject]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for object in siblings {
        let folder = folder_of(&object.path);
        if !delivered.iter().any(|delivered| is_within(folder, &delivered.path)) {
            *counts.entry(folder).or_default() += 1;
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| **count);
    most.map_or_else(|| new_folder(delivered), |(folder, _)| (*folder).to_owned())
}

fn namespace(siblings: &[&FoundObject]) -> String {
    let first = siblings.iter().find_map(|object| object.namespace());
    first.unwrap_or(NAMESPACE).to_owned()
}

/// The project of the other Applications, else the only one of the repository.
fn project(survey: &Survey, siblings: &[&FoundObject]) -> String {
    let known = siblings.iter().find_map(|object| object.text(&["spec", "project"]));
    let mut projects = survey.of_kind(ObjectKind::AppProject);
    let only = projects.next().filter(|_| projects.next().is_none());
    known.or_else(|| only.map(FoundObject::name)).unwrap_or("default").to_owned()
}

/// The Application that registers the cluster already. An error if its name is used for something else.
fn registered<'s>(request: &Request<'_>, survey: &'s Survey) -> Result<Option<&'s FoundObject>, AddError> {
    let delivery = request.delivery();
    let mut first = None;
    for folder in &request.folders {
        let name = delivery.folder_name(folder);
        let Some(object) = survey.of_kind(ObjectKind::Application).find(|object| object.name() == name) else {
            continue;
        };
        let found = Destination::of(object.value(&["spec"]), object.place());
        found.check(request, &folder.path)?;
        if object.value(&["spec", "syncPolicy", "automated", "prune"]).and_then(serde_json::Value::as_bool)
            != Some(true)
        {
            return Err(taken(
                request,
                object.place(),
                "an Application without `automated.prune: true`".to_owned(),
                None,
            ));
        }
        first.get_or_insert(object);
    }
    let crds = || survey.of_kind(ObjectKind::Application).find(|object| object.name() == delivery.crds_name());
    if let Some(object) = crds().filter(|_| first.is_none()) {
        return Err(taken(
            request,
            object.place(),
            "it delivers CRDs, and nothing else does for this cluster".to_owned(),
            None,
        ));
    }
    Ok(first)
}

/// Adds the destination of a request to the AppProject.
fn permit_request(
    request: &Request<'_>,
    survey: &Survey,
    project: Option<&str>,
    changes: &mut Changes,
) -> Result<(), Error> {
    let namespace = request.namespace.as_deref().unwrap_or("*");
    let Some(project) = project else { return Ok(()) };
    permit(&request.top.path, survey, project, (&destination(request), namespace), changes)
}

/// Adds a destination to an AppProject, if this repository has the project and it does not permit the destination yet.
pub(crate) fn permit(
    top: &Path,
    survey: &Survey,
    project: &str,
    (destination, namespace): (&ArgoDestination, &str),
    changes: &mut Changes,
) -> Result<(), Error> {
    let Some(object) = survey.of_kind(ObjectKind::AppProject).find(|object| object.name() == project) else {
        return Ok(());
    };
    let permitted = object.value(&["spec", "destinations"]).and_then(serde_json::Value::as_array);
    let fits = |row: &serde_json::Value| {
        let matches = |key: &str, value: &str| row[key].as_str().is_some_and(|pattern| is_match(pattern, value));
        matches(destination.key(), destination.text()) && matches("namespace", namespace)
    };
    if permitted.is_some_and(|rows| rows.iter().any(fits)) {
        return Ok(());
    }
    let fields = [(destination.key(), destination.text()), ("namespace", namespace)];
    let steps = [Step::Key("spec"), Step::Key("destinations")];
    let target = Target { path: &object.path, document: object.document, steps: &steps };
    changes.extend(top, target, Addition::Item(NewItem::Fields(&fields)), &shown(&fields))
}

/// Whether a pattern with `*` matches a text as a whole.
fn is_match(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(left) = text.strip_prefix(start) else { return false };
    let ends = left.char_indices().map(|(at, _)| at).chain([left.len()]);
    ends.filter_map(|at| left.get(at..)).any(|left| is_match(rest, left))
}

fn next_steps(request: &Request<'_>, path: &str) -> Vec<String> {
    let name = &request.cluster;
    let mut steps = vec![match &request.server {
        Some(server) => {
            format!("Register the cluster in Argo CD, unless it knows `{server}`: `argocd cluster add CONTEXT`.")
        }
        None => format!("Register the cluster in Argo CD: `argocd cluster add CONTEXT --name {name}`."),
    }];
    if request.crds.is_none() {
        steps.push(
            "Install the CRDs of Entity in the cluster, unless it has them: `portolan cluster crds` writes them."
                .to_owned(),
        );
    }
    steps.push(format!("Commit, and apply `{path}` unless an Application delivers it: `kubectl apply -f {path}`."));
    steps
}

#[cfg(test)]
mod tests {
    use super::is_match;

    #[test]
    fn a_star_matches_any_text() {
        for (pattern, text) in
            [("*", ""), ("https://*.example.com", "https://eu.example.com"), ("a*b*c", "a-b-b-c"), ("a", "a")]
        {
            assert!(is_match(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*", "ba"), ("*b", "a"), ("", "a")] {
            assert!(!is_match(pattern, text), "{pattern} {text}");
        }
    }
}
