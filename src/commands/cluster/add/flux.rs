//! Registers a cluster with Flux: one file with its GitRepository and Kustomizations, listed where its siblings are listed.

use std::collections::{BTreeMap, BTreeSet};

use super::edit::Changes;
use super::error::AddError;
use super::listing::{list_files, new_folder, plain_path, syncing};
use super::registration::Registration;
use super::request::{PLACEHOLDER_URL, Request};
use super::survey::{FoundObject, ObjectKind, Survey, file_name, folder_of, is_within, within};
use crate::error::Error;
use crate::scaffold::{DeliveredFolder, FluxTarget, crds_name, flux_cluster};
use crate::sources;
use crate::text::plural::list;

/// The namespace of the objects if the repository has none.
pub(crate) const NAMESPACE: &str = "flux-system";
/// What `flux bootstrap` writes.
const BOOTSTRAP: [&str; 2] = ["gotk-sync.yaml", "gotk-components.yaml"];

pub(super) fn register(request: &Request<'_>, survey: &Survey) -> Result<Registration, Error> {
    let siblings: Vec<&FoundObject> = siblings(survey).collect();
    let namespace = namespace_of(&siblings);
    let mut changes = Changes::default();
    let (path, place) = match registered(request, survey, &namespace)? {
        Some(object) => (object.path.clone(), object.place()),
        None => {
            let path = match &request.file {
                Some(file) => file.clone(),
                None => {
                    check_installations(request, survey, &siblings)?;
                    within(&folder(&request.folders, survey, &siblings), &format!("{}.yaml", request.cluster))
                }
            };
            refuse_file(request, &path)?;
            let target = FluxTarget {
                namespace: &namespace,
                kubeconfig: Some(&request.kubeconfig_secret),
                git_secret: &git_secret(&request.cluster, &request.url, survey),
                namespaces: &[],
            };
            let text = flux_cluster(&request.delivery(), &target);
            changes.create(path.clone(), like_siblings(text, request, &siblings));
            (path.clone(), path)
        }
    };
    list_files(&request.top.path, survey, &[&path], &siblings, &mut changes)?;
    let next = next_steps(request, survey, &path, &namespace);
    Ok(Registration { changes, folders: None, place, next })
}

/// Refuses to choose one of several clusters in which Flux runs. Where one reaches other clusters, it is that one.
fn check_installations(request: &Request<'_>, survey: &Survey, siblings: &[&FoundObject]) -> Result<(), AddError> {
    let of_setup =
        survey.of_kind(ObjectKind::FluxKustomization).filter(|object| file_name(&object.path) == BOOTSTRAP[0]);
    let paths: BTreeSet<String> =
        of_setup.filter_map(|object| object.text(&["spec", "path"])).map(plain_path).collect();
    let has_hub = siblings.iter().any(|object| object.value(&["spec", "kubeConfig"]).is_some());
    match paths.first().filter(|_| paths.len() > 1 && !has_hub) {
        Some(first) => {
            let example = within(first, &format!("{}.yaml", request.cluster));
            let folders: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
            Err(AddError::SeveralInstallations { folders: list(&folders), example })
        }
        None => Ok(()),
    }
}

/// The objects that somebody wrote, not those of `flux bootstrap`.
pub(crate) fn siblings(survey: &Survey) -> impl Iterator<Item = &FoundObject> {
    let kinds = [ObjectKind::FluxKustomization, ObjectKind::GitRepository];
    let all = survey.objects.iter().filter(move |object| object.kind().is_some_and(|kind| kinds.contains(&kind)));
    all.filter(|object| !BOOTSTRAP.contains(&file_name(&object.path)))
}

/// The namespace that all siblings have, or Flux's own.
pub(crate) fn namespace_of(siblings: &[&FoundObject]) -> String {
    let mut namespaces = siblings.iter().map(|object| object.namespace());
    let first = namespaces.next().flatten();
    match first.filter(|first| namespaces.all(|other| other == Some(first))) {
        Some(namespace) => namespace.to_owned(),
        None => NAMESPACE.to_owned(),
    }
}

/// The folder of the siblings: of those that reach other clusters, if there are any. A folder whose files go to the clusters
/// would bring them these objects too.
pub(crate) fn folder(delivered: &[DeliveredFolder], survey: &Survey, siblings: &[&FoundObject]) -> String {
    let is_delivered = |folder: &str| delivered.iter().any(|delivered| is_within(folder, &delivered.path));
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for object in siblings.iter().filter(|object| object.kind() == Some(ObjectKind::FluxKustomization)) {
        let folder = folder_of(&object.path);
        if !is_delivered(folder) {
            let (remote, all) = counts.entry(folder).or_default();
            *remote += usize::from(object.value(&["spec", "kubeConfig"]).is_some());
            *all += 1;
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| **count);
    if let Some((folder, _)) = most {
        return (*folder).to_owned();
    }
    // `flux bootstrap` makes a Kustomization of a folder, whose files Flux then applies.
    let bootstrap =
        survey.of_kind(ObjectKind::FluxKustomization).find(|object| file_name(&object.path) == BOOTSTRAP[0]);
    let synced = bootstrap.and_then(|object| object.text(&["spec", "path"])).map(plain_path);
    synced.filter(|folder| !is_delivered(folder)).unwrap_or_else(|| new_folder(delivered))
}

/// Where the cluster is registered already. An error if its names are used for something else.
fn registered<'s>(
    request: &Request<'_>,
    survey: &'s Survey,
    namespace: &str,
) -> Result<Option<&'s FoundObject>, AddError> {
    let delivery = request.delivery();
    let is_here = |object: &&FoundObject| object.namespace().unwrap_or(namespace) == namespace;
    let named = |kind, name: &str| survey.of_kind(kind).filter(is_here).find(|object| object.name() == name);
    let source = named(ObjectKind::GitRepository, &request.cluster);
    let crds = named(ObjectKind::FluxKustomization, &crds_name(&request.cluster));
    let mut found = Vec::new();
    for folder in &request.folders {
        let object = named(ObjectKind::FluxKustomization, &delivery.folder_name(folder));
        if let Some(object) = object {
            check(request, object, &folder.path, true)?;
        }
        found.push(object);
    }
    if let (Some(object), Some(folder)) = (crds, &request.crds) {
        check(request, object, folder, false)?;
    }
    if let Some(object) = source {
        check_source(request, object)?;
    }
    match (found.first().copied().flatten(), source) {
        (Some(object), Some(_)) if found.iter().all(Option::is_some) => Ok(Some(object)),
        (None, None) if crds.is_none() => Ok(None),
        (_, _) => {
            let object = found.into_iter().flatten().chain(source).chain(crds).next();
            let place = object.map_or_else(String::new, FoundObject::place);
            Err(taken(request, place, "its other objects are missing".to_owned(), None))
        }
    }
}

fn taken(request: &Request<'_>, place: String, what: String, flag: Option<String>) -> AddError {
    let help = match flag {
        Some(flag) => format!("choose another name, or use `{flag}`"),
        None => "choose another name, or remove or rename that object".to_owned(),
    };
    AddError::Taken { name: request.cluster.clone(), place, what, help }
}

/// Checks that a Kustomization is the one that would be written.
fn check(request: &Request<'_>, object: &FoundObject, path: &str, is_pruned: bool) -> Result<(), AddError> {
    let refuse = |what: String, flag: Option<String>| Err(taken(request, object.place(), what, flag));
    if !object.api_version().ends_with("/v1") {
        return refuse(format!("a Kustomization of `{}`", object.api_version()), None);
    }
    let found = plain_path(object.text(&["spec", "path"]).unwrap_or_default());
    if found != path {
        let flag = is_pruned.then(|| format!("--path {found}")).filter(|_| !found.is_empty());
        return refuse(format!("a Kustomization with the path `./{found}` instead of `./{path}`"), flag);
    }
    match object.text(&["spec", "kubeConfig", "secretRef", "name"]) {
        None => {
            return refuse(
                "a Kustomization without `kubeConfig.secretRef`: it delivers to Flux's own cluster".to_owned(),
                None,
            );
        }
        Some(secret) if secret != request.kubeconfig_secret => {
            let what = format!(
                "a Kustomization with the kubeconfig secret `{secret}` instead of `{}`",
                request.kubeconfig_secret
            );
            return refuse(what, Some(format!("--kubeconfig-secret {secret}")));
        }
        Some(_) => {}
    }
    match (object.text(&["spec", "targetNamespace"]), &request.namespace) {
        (Some(found), Some(wanted)) if is_pruned && found != wanted => {
            let what = format!("a Kustomization with the namespace `{found}` instead of `{wanted}`");
            return refuse(what, Some(format!("--namespace {found}")));
        }
        (_, _) => {}
    }
    let prunes = object.value(&["spec", "prune"]).and_then(serde_json::Value::as_bool);
    if prunes != Some(is_pruned) {
        let what = format!("a Kustomization without `prune: {is_pruned}`");
        return refuse(what, None);
    }
    Ok(())
}

fn check_source(request: &Request<'_>, object: &FoundObject) -> Result<(), AddError> {
    if !object.api_version().ends_with("/v1") {
        return Err(taken(request, object.place(), format!("a GitRepository of `{}`", object.api_version()), None));
    }
    let url = object.text(&["spec", "url"]).unwrap_or_default();
    // Without a remote, nobody knows the address better than the file.
    if request.url != PLACEHOLDER_URL && bare_url(url) != bare_url(&request.url) {
        return Err(taken(request, object.place(), format!("a GitRepository of `{url}`"), None));
    }
    Ok(())
}

/// `https://github.com/acme/catalog.git` and `ssh://git@github.com/acme/catalog` are the same repository.
pub(super) fn bare_url(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let rest = if url.contains("://") { rest.to_owned() } else { rest.replacen(':', "/", 1) };
    rest.trim_end_matches('/').trim_end_matches(".git").to_ascii_lowercase()
}

/// Refuses a new file where something else is.
pub(super) fn refuse_file(request: &Request<'_>, path: &str) -> Result<(), AddError> {
    if !sources::is_taken(&request.top.path.join(path)) {
        return Ok(());
    }
    Err(AddError::Taken {
        name: request.cluster.clone(),
        place: path.to_owned(),
        what: "the file exists and does not register this cluster".to_owned(),
        help: "choose another name, or another file with `--file`".to_owned(),
    })
}

/// The secret of another GitRepository with the same address, or one of its own.
pub(crate) fn git_secret(cluster: &str, url: &str, survey: &Survey) -> String {
    let is_same = |object: &&FoundObject| object.text(&["spec", "url"]).is_some_and(|it| bare_url(it) == bare_url(url));
    let mut same = survey.of_kind(ObjectKind::GitRepository).filter(is_same);
    let known = same.find_map(|object| object.text(&["spec", "secretRef", "name"]));
    known.map_or_else(|| format!("{cluster}-git"), str::to_owned)
}

/// The text with the line endings of the sibling files.
pub(super) fn like_siblings(text: String, request: &Request<'_>, siblings: &[&FoundObject]) -> String {
    let Some(first) = siblings.first() else { return text };
    let file = sources::find_file(&request.top.path, &first.path);
    let sibling = file.and_then(|file| sources::read_lossy(&file)).unwrap_or_default();
    if sibling.contains("\r\n") { text.replace('\n', "\r\n") } else { text }
}

fn next_steps(request: &Request<'_>, survey: &Survey, path: &str, namespace: &str) -> Vec<String> {
    let mut steps = vec![format!(
        "Create the secret with the kubeconfig: `kubectl -n {namespace} create secret generic {} --from-file=value.yaml=KUBECONFIG`.",
        request.kubeconfig_secret
    )];
    if request.url.starts_with("ssh://") {
        let secret = git_secret(&request.cluster, &request.url, survey);
        steps.push(format!(
            "Unless the secret `{secret}` exists: `flux create secret git {secret} --namespace={namespace} --url={}`, and add the \
             key that it shows as a deploy key.",
            request.url
        ));
    }
    match &request.crds {
        Some(_) => {}
        None => steps.push(
            "Install the CRDs of Entity in the cluster, unless it has them: `portolan cluster crds` writes them."
                .to_owned(),
        ),
    }
    if let Some(namespace) = &request.namespace {
        steps.push(format!("Create the namespace `{namespace}` in the cluster, unless it has it: Flux does not."));
    }
    let synced = syncing(survey, path);
    steps.push(match synced {
        Some(object) => format!("Commit: Flux applies the file by the Kustomization `{}`.", object.name()),
        None => format!("Commit, and apply `{path}` in Flux's own cluster: `kubectl apply -f {path}`."),
    });
    steps
}
