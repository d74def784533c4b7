//! What the AppProjects of the repository do not permit of its Applications: a kind without a namespace, their source, or
//! their destination.

use std::collections::BTreeMap;

use super::flow::Instance;
use super::found::{Found, FoundObject, Written};
use super::links::may_be_one;
use super::model::{Deliverer, DelivererId, Fate, Outcome, Refusal, Refused};
use super::url::RepositoryUrl;
use crate::delivery::argo::objects::{AppProject, Application, Destination, LOCAL_CLUSTER, LOCAL_SERVER};
use crate::delivery::object::{is_cluster_scoped, split_version};
use crate::delivery::place::{Place, Text};

/// Kinds of Crossplane without a namespace.
const CROSSPLANE_KINDS: [(&str, &str); 5] = [
    ("apiextensions.crossplane.io", "CompositeResourceDefinition"),
    ("apiextensions.crossplane.io", "Composition"),
    ("pkg.crossplane.io", "Configuration"),
    ("pkg.crossplane.io", "Function"),
    ("pkg.crossplane.io", "Provider"),
];

/// Finds the refusals of a deliverer. `group`: the API group of the platform.
pub(super) fn refusals(
    found: &Found,
    instance: &Instance,
    id: DelivererId,
    deliverer: &Deliverer,
    group: &str,
) -> Vec<Refusal> {
    let Written::Application(application) = &instance.living.spec else { return Vec::new() };
    let Some(project) = project_of(found, application) else { return Vec::new() };
    let name = application.project_name();
    let place =
        Place { file: project.meta.file, span: project.meta.name.as_ref().map_or(project.meta.span, |name| name.span) };
    let refusal =
        |refused: Refused, text: String| Refusal { deliverer: id, project: name.to_owned(), place, refused, text };
    let mut refusals = Vec::new();
    for source in instance.own_sources.iter().filter_map(|at| application.sources.get(*at)) {
        let Some(url) = text(&source.repo_url).filter(|url| !permits_source(project, url)) else { continue };
        let reported = format!("application repo {url} is not permitted in project '{name}'");
        refusals.push(refusal(Refused::Repository(url.to_owned()), reported));
    }
    let destination = &application.destination;
    if !permits_destination(project, destination) {
        let server = text(&destination.server).unwrap_or(match destination.is_local() {
            true => LOCAL_SERVER,
            false => text(&destination.name).unwrap_or_default(),
        });
        let namespace = text(&destination.namespace).unwrap_or_default();
        let reported = format!(
            "application destination server '{server}' and namespace '{namespace}' do not match any of the allowed destinations in project '{name}'"
        );
        refusals.push(refusal(
            Refused::Destination { server: server.to_owned(), namespace: namespace.to_owned() },
            reported,
        ));
    }
    for ((group, kind), objects) in refused_kinds(project, deliverer, group) {
        let reported = format!("resource {group}:{kind} is not permitted in project {name}");
        refusals.push(refusal(Refused::Kind { group, kind, objects }, reported));
    }
    refusals
}

/// The project of an application, if exactly one object of the repository can be it.
fn project_of<'f>(found: &'f Found, application: &Application) -> Option<&'f AppProject> {
    let named = text(&application.project).filter(|name| !name.is_empty())?;
    let namespace = text(&application.meta.namespace).unwrap_or_default();
    let mut projects = found.ids().filter_map(|(_, object)| match object {
        FoundObject::Project(project) => Some(&**project),
        FoundObject::Deliverer(_) | FoundObject::Source(..) | FoundObject::Cluster(_) | FoundObject::Definition(_) => {
            None
        }
    });
    let is_meant = |project: &&AppProject| {
        text(&project.meta.name) == Some(named)
            && may_be_one(text(&project.meta.namespace).unwrap_or_default(), namespace)
    };
    let project = projects.find(is_meant)?;
    projects.all(|other| !is_meant(&other)).then_some(project)
}

fn text(text: &Option<Text>) -> Option<&str> {
    text.as_ref().map(|text| text.text.as_str())
}

/// Whether some pattern may match: what is not certain counts as permitted.
fn permits_source(project: &AppProject, url: &str) -> bool {
    let shape = |url: &str| match RepositoryUrl::of(url) {
        Some(url) => url.text().to_lowercase(),
        None => url.trim_end_matches('/').trim_end_matches(".git").to_lowercase(),
    };
    let url = shape(url);
    project.source_repos.iter().any(|pattern| {
        let pattern = pattern.text.as_str();
        pattern.starts_with('!') || may_match(pattern, &url) || may_match(&shape(pattern), &url)
    })
}

fn permits_destination(project: &AppProject, destination: &Destination) -> bool {
    let has_braces = [&destination.server, &destination.name, &destination.namespace]
        .into_iter()
        .any(|value| text(value).is_some_and(|value| value.contains(['{', '$', '<'])));
    if has_braces || (destination.server.is_none() && destination.name.is_none()) {
        return true;
    }
    project.destinations.iter().any(|pattern| {
        let of = |pattern: &Option<Text>, value: &Option<Text>| match (text(pattern), text(value)) {
            (Some(pattern), Some(value)) => pattern.starts_with('!') || may_match(pattern, value),
            (None, Some(_)) => false,
            (_, None) => true,
        };
        let is_local = |pattern: &Option<Text>, local: &str| {
            destination.is_local() && text(pattern).is_some_and(|pattern| may_match(pattern, local))
        };
        // Of a cluster that is named in one way, the other is not known here.
        let is_other = pattern.server.is_some() != destination.server.is_some() && !destination.is_local();
        let is_cluster = is_other
            || (pattern.server.is_some() && destination.server.is_some() && of(&pattern.server, &destination.server))
            || (pattern.name.is_some() && destination.name.is_some() && of(&pattern.name, &destination.name))
            || is_local(&pattern.server, LOCAL_SERVER)
            || is_local(&pattern.name, LOCAL_CLUSTER);
        is_cluster && of(&pattern.namespace, &destination.namespace)
    })
}

/// Kinds without a namespace that a project refuses, with the numbers of their objects.
fn refused_kinds(project: &AppProject, deliverer: &Deliverer, own: &str) -> BTreeMap<(String, String), usize> {
    let mut refused = BTreeMap::new();
    let Outcome::Built { arrivals, .. } = &deliverer.outcome else { return refused };
    for arrival in arrivals.iter().filter(|arrival| arrival.fate == Fate::Applied) {
        let header = &arrival.object.header;
        let (group, _) = split_version(&header.api_version);
        let has_no_namespace = group == own && header.kind == "ClusterEntity"
            || is_cluster_scoped(&header.api_version, &header.kind)
            || CROSSPLANE_KINDS.contains(&(group, header.kind.as_str()));
        if has_no_namespace && !project.permits(group, &header.kind, &header.name, true) {
            *refused.entry((group.to_owned(), header.kind.to_string())).or_insert(0) += 1;
        }
    }
    refused
}

/// Whether a pattern matches, where `*` is any text; a pattern with other signs may match anything.
fn may_match(pattern: &str, value: &str) -> bool {
    if pattern.contains(['?', '[', '{', '\\']) {
        return true;
    }
    let (pattern, value) = (pattern.to_lowercase(), value.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::may_match;

    #[test]
    fn stars_match_any_text() {
        assert!(may_match("*", "") && may_match("team-*", "team-a") && may_match("a*c*e", "abcde"));
        assert!(!may_match("team-*", "other") && !may_match("a", "ab") && !may_match("a*c", "abd"));
        assert!(may_match("[ab]", "zzz"));
    }
}
