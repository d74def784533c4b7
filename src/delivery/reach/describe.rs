//! A deliverer as the answer shows it, made of what was found out about it in its cluster.

use std::sync::Arc;

use super::builds::Made;
use super::flow::{Instance, folders};
use super::found::{SourceKind, Written};
use super::links::{Links, source_kind};
use super::model::{Applied, Deliverer, Detail, NotKnown, Outcome, Prune, SourceLink};
use crate::delivery::argo::objects::Application;
use crate::delivery::flux::objects::{Kustomization, Reference, Repository as SourceObject};
use crate::delivery::place::{Place, Text};

/// The deliverer, without its relations to others.
pub(super) fn deliverer(links: &Links<'_>, instance: &Instance, link: SourceLink) -> Deliverer {
    let [namespace, name] = instance.living.spec.names();
    let base = Deliverer {
        tool: instance.living.spec.tool(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        place: instance.living.place(),
        set: instance.living.set.clone(),
        source: link,
        revision: None,
        path: None,
        folder: folders(links, instance).into_iter().next(),
        cluster: instance.cluster,
        prune: Prune::Off(instance.living.place()),
        namespace_of_objects: None,
        is_idle: false,
        after: Vec::new(),
        delivered_by: Vec::new(),
        outcome: outcome(links, instance),
        applied: Applied::ServerSide,
    };
    match &instance.living.spec {
        Written::Flux(spec) => {
            let source = source_of(links, instance);
            Deliverer {
                revision: source
                    .and_then(|source| revision_text(source.reference.as_ref()?))
                    .map(|text| text.text.clone()),
                path: spec.path.clone(),
                prune: prune_of_kustomization(spec, instance),
                namespace_of_objects: spec.target_namespace.clone(),
                is_idle: spec.is_suspended || source.is_some_and(|source| source.is_suspended),
                ..base
            }
        }
        Written::Application(application) => {
            let source = instance.own_sources.first().and_then(|at| application.sources.get(*at));
            let is_server_side = application.sync.option("ServerSideApply").is_some_and(|(value, _)| value == "true");
            Deliverer {
                revision: source.and_then(|source| text_of(&source.target_revision)),
                path: source.and_then(|source| source.path.clone()),
                prune: prune_of_application(application, instance),
                namespace_of_objects: application.destination.namespace.clone(),
                is_idle: !application.sync.is_automatic() && !instance.living.doubt.prune,
                applied: if is_server_side { Applied::ServerSide } else { Applied::ClientSide },
                ..base
            }
        }
        Written::Set(set) => {
            let set = set.meta.name.as_ref().map_or_else(String::new, |name| name.text.clone());
            Deliverer { set: Some((set, None)), applied: Applied::ClientSide, ..base }
        }
    }
}

/// What else is known of it.
pub(super) fn detail(links: &Links<'_>, instance: &Instance) -> Detail {
    let doubt = &instance.living.doubt;
    let base = Detail {
        ignores: instance.artifact.map(|artifact| artifact.index()),
        home: instance.home,
        order_is_open: doubt.order || doubt.whole,
        folders: folders(links, instance),
        is_recursive: true,
        ..Detail::default()
    };
    let base = match instance.made.as_deref() {
        Some(Made::Built(built)) => Detail {
            left_out: built.left_out.iter().cloned().collect(),
            lost: built.lost.clone(),
            is_recursive: built.is_recursive,
            ..base
        },
        Some(_) | None => base,
    };
    match &instance.living.spec {
        Written::Flux(spec) => Detail {
            source: source_of(links, instance).map(|source| (source.meta.file, source.meta.span.start)),
            waits: spec.wait.is_some_and(|wait| wait.value),
            names_cluster: spec.cluster.is_some(),
            ..base
        },
        Written::Application(application) => {
            let skips = application.sync.option("SkipDryRunOnMissingResource");
            Detail { names_cluster: true, skips_dry_run: skips.is_some_and(|(value, _)| value == "true"), ..base }
        }
        Written::Set(_) => Detail { names_cluster: true, ..base },
    }
}

fn source_of<'l>(links: &Links<'l>, instance: &Instance) -> Option<&'l SourceObject> {
    instance.source.and_then(|source| links.source(source))
}

fn text_of(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(|text| text.text.clone())
}

fn prune_of_kustomization(spec: &Kustomization, instance: &Instance) -> Prune {
    match spec.prune {
        Some(flag) if flag.value => Prune::On,
        _ if instance.living.doubt.prune => Prune::On,
        Some(flag) => Prune::Off(Place { file: spec.meta.file, span: flag.span }),
        None => Prune::Off(instance.living.place()),
    }
}

fn prune_of_application(application: &Application, instance: &Instance) -> Prune {
    if application.sync.prunes() || instance.living.doubt.prune {
        return Prune::On;
    }
    let automated = application.sync.automated.as_ref();
    let flag = automated.and_then(|automated| automated.prune).map(|flag| flag.span);
    let span = flag.or(automated.map(|automated| automated.span)).or(application.sync.span);
    Prune::Off(span.map_or(instance.living.place(), |span| Place { file: application.meta.file, span }))
}

/// What Flux takes of a reference: the first that is given.
fn revision_text(reference: &Reference) -> Option<&Text> {
    let parts =
        [&reference.commit, &reference.name, &reference.semver, &reference.tag, &reference.branch, &reference.digest];
    parts.into_iter().flatten().next()
}

/// Where a deliverer names a revision that is not the one of these files.
fn other_revision(links: &Links<'_>, instance: &Instance) -> Option<Place> {
    let (revision, file) = match &instance.living.spec {
        Written::Flux(_) => {
            let source = source_of(links, instance)?;
            (revision_text(source.reference.as_ref()?)?, source.meta.file)
        }
        Written::Application(application) => {
            let source = application.sources.get(*instance.own_sources.first()?)?;
            (source.target_revision.as_ref()?, application.meta.file)
        }
        Written::Set(_) => return None,
    };
    (!links.is_own_revision(&revision.text)).then_some(Place { file, span: revision.span })
}

fn outcome(links: &Links<'_>, instance: &Instance) -> Outcome {
    let doubt = &instance.living.doubt;
    let place = Some(instance.living.spec.place());
    let Some(made) = &instance.made else { return Outcome::NotKnown(NotKnown::Deliverer(doubt.place.or(place))) };
    let is_failed = matches!(**made, Made::Failed(_) | Made::ArgoFailed(_));
    if is_failed
        && folders(links, instance).is_empty()
        && let Some(place) = other_revision(links, instance)
    {
        return Outcome::NotKnown(NotKnown::Revision(Some(place)));
    }
    let built = match &**made {
        Made::Built(built) => built,
        Made::Failed(failure) => return Outcome::Failed(failure.clone()),
        Made::ArgoFailed(failure) => return Outcome::ArgoFailed(failure.clone()),
        Made::SetFailed(failure) => return Outcome::SetFailed(failure.clone()),
        Made::NotKnown(why) => return Outcome::NotKnown(*why),
        Made::TooLarge => return Outcome::NotKnown(NotKnown::TooLarge(place)),
    };
    let mut not_known = built.not_known.clone();
    if doubt.build {
        not_known.push(NotKnown::Deliverer(doubt.place.or(place)));
    }
    if let Some(spec) = instance.living.flux() {
        not_known.extend(artifact_doubt(source_of(links, instance), spec));
    }
    Outcome::Built {
        arrivals: Arc::clone(&built.arrivals),
        not_known,
        files: built.files.clone(),
        kustomizations: built.kustomizations.clone(),
        other_files: built.other_files.clone(),
        is_whole_folder: built.is_whole_folder,
    }
}

/// Whether an artifact may have other files than the repository.
fn artifact_doubt(source: Option<&SourceObject>, spec: &Kustomization) -> Option<NotKnown> {
    let is_git = source_kind(spec) == SourceKind::Git;
    let Some(source) = source else { return (!is_git).then_some(NotKnown::Artifact(Some(spec.meta.place()))) };
    let file = source.meta.file;
    let mut spans = source.includes.iter().copied().chain(source.sparse.iter().map(|folder| folder.span));
    match spans.next() {
        Some(span) => Some(NotKnown::Artifact(Some(Place { file, span }))),
        None => (!is_git).then_some(NotKnown::Artifact(Some(source.meta.place()))),
    }
}
