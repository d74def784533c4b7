//! Finds the manifests of a trace by what a person typed: a file, an object, or an entity of the catalog.

use std::collections::BTreeSet;
use std::path::Path;

use super::clusters::LoadedCluster;
use super::run::TraceRun;
use crate::commands::cluster::object_name::{ObjectNameError, find_objects};
use crate::commands::mapping::objects::{ObjectPlace, RepositoryObjects};
use crate::domain::document::tree::Value;
use crate::domain::error_class::ExitClass;
use crate::domain::finding::FileId;
use crate::error::Error;
use crate::manifest::{Limits, Reader};
use crate::mapping::objects::each_object;
use crate::sources::{self, path_text, tidy};

/// An object of a file, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    pub file: FileId,
    pub number: usize,
}

impl Subject {
    pub fn of(at: &ObjectPlace) -> Self {
        Self { file: at.place.file, number: at.number }
    }
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum SubjectError {
    #[error("`{path}` has no Kubernetes object, so nothing of it reaches a cluster")]
    #[diagnostic(
        code("no-objects"),
        help("a cluster gets objects with `apiVersion` and `kind`; `portolan new` writes such a manifest")
    )]
    NoObjects { path: String },
    #[error("`{path}` cannot be read: {reason}")]
    #[diagnostic(code("unreadable-manifest"), help("`portolan lint {path}` shows the place"))]
    Unreadable { path: String, reason: String },
    #[error("`{path}` is a folder")]
    #[diagnostic(code("folder"), help("name one of its files: `{first}`"))]
    Folder { path: String, first: String },
    #[error("`{path}` is not among the manifests of this repository")]
    #[diagnostic(code("not-a-manifest"), help("`manifests.include` and `manifests.exclude` of the config choose them"))]
    NotChosen { path: String },
    #[error("this repository has no file, object or entity `{name}`")]
    #[diagnostic(code("unknown-subject"), help("{help}"))]
    Unknown { name: String, help: String },
}

impl ExitClass for SubjectError {}

pub(super) fn find_subjects(
    typed: &str,
    run: &TraceRun<'_>,
    clusters: &[LoadedCluster<'_>],
) -> Result<Vec<Subject>, Error> {
    let settings = &run.workspace.settings;
    let place = tidy(settings.directory.join(typed));
    let path = place.strip_prefix(&settings.root.value).map(path_text).unwrap_or_default();
    if let Some(at) = run.files.iter().position(|file| file.path == path) {
        return Ok(of_file(FileId::of(at), run, clusters)?);
    }
    let is_below = |file: &&sources::SourceFile| {
        !path.is_empty() && file.path.strip_prefix(&path).is_some_and(|rest| rest.starts_with('/'))
    };
    if let Some(first) = run.files.iter().find(is_below) {
        return Err(SubjectError::Folder { path, first: first.path.clone() }.into());
    }
    if !path.is_empty() && (run.find)(&path).is_some() {
        return Err(SubjectError::NotChosen { path }.into());
    }
    if is_file_name(typed) || !typed.contains('/') {
        let help = "name a file relative to the current folder, an object such as `Entity/cart`, or an entity";
        return Err(SubjectError::Unknown { name: typed.to_owned(), help: help.to_owned() }.into());
    }
    Ok(by_name(typed, run, clusters)?)
}

fn is_file_name(typed: &str) -> bool {
    let extension = Path::new(typed).extension();
    extension.is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

fn of_file(file: FileId, run: &TraceRun<'_>, clusters: &[LoadedCluster<'_>]) -> Result<Vec<Subject>, SubjectError> {
    let in_file = |cluster: &LoadedCluster<'_>| {
        let places = all_places(&cluster.objects);
        places.filter(|at| at.place.file == file).map(Subject::of).collect::<Vec<_>>()
    };
    let found: BTreeSet<Subject> = clusters.iter().flat_map(in_file).collect();
    if !found.is_empty() {
        return Ok(found.into_iter().collect());
    }
    let path = run.files[file.0 as usize].path.clone();
    let mut broken = clusters.iter().flat_map(|cluster| &cluster.objects.broken);
    let fault = broken.find(|broken| broken.file == file).and_then(|broken| broken.faults.last());
    Err(match fault {
        Some(fault) => SubjectError::Unreadable { path, reason: crate::commands::mapping::document::words(fault) },
        None => SubjectError::NoObjects { path },
    })
}

/// The places of all objects, whatever becomes of them.
fn all_places(objects: &RepositoryObjects) -> impl Iterator<Item = &ObjectPlace> {
    let stored = objects.places.iter();
    let refused = objects.refused.iter().map(|refused| &refused.at);
    stored.chain(refused).chain(objects.lost.iter().map(|lost| &lost.at))
}

fn by_name(typed: &str, run: &TraceRun<'_>, clusters: &[LoadedCluster<'_>]) -> Result<Vec<Subject>, ObjectNameError> {
    let mut subjects = BTreeSet::new();
    let mut failure = None;
    for cluster in clusters {
        match find_objects(typed, &cluster.objects) {
            Ok(found) => subjects.extend(found.iter().map(|object| Subject::of(object.place(&cluster.objects)))),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    if let Some((blueprint, identifier)) = typed.split_once('/') {
        subjects.extend(by_entity((blueprint, identifier), run, clusters));
    }
    match failure {
        Some(error) if subjects.is_empty() => Err(error),
        Some(_) | None => Ok(subjects.into_iter().collect()),
    }
}

/// The objects that yield an entity, and the manifests that declare it, whether they arrive or not.
fn by_entity(
    (blueprint, identifier): (&str, &str),
    run: &TraceRun<'_>,
    clusters: &[LoadedCluster<'_>],
) -> BTreeSet<Subject> {
    let mut found = BTreeSet::new();
    for cluster in clusters {
        let upserts = cluster.mapping.iter().flat_map(|mapping| &mapping.evaluation.upserts);
        let is_it =
            |key: &crate::domain::entity::EntityKey| *key.blueprint == *blueprint && *key.identifier == *identifier;
        let origins = upserts.filter(|entity| entity.key().as_ref().is_some_and(is_it));
        let places = origins.filter_map(|entity| cluster.objects.places.get(entity.origin.object));
        found.extend(places.map(Subject::of));
    }
    let group = run.workspace.settings.platform.value.group;
    let declares = |object: Value<'_>| {
        let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let spec = object.get("spec");
        let of_platform = text(object.get("apiVersion")).split_once('/').is_some_and(|(known, _)| known == group);
        of_platform
            && text(spec.and_then(|spec| spec.get("blueprint"))) == blueprint
            && text(spec.and_then(|spec| spec.get("identifier"))) == identifier
    };
    let make = || Reader::new(Limits::default());
    let declared = sources::for_each_text(run.files, make, |reader, index, text| {
        let mut found = Vec::new();
        let Ok(text) = text else { return found };
        if !text.text.contains(identifier) || !text.text.contains(group) {
            return found;
        }
        let mut number = 0;
        reader.read_all(text.text, &mut |document| {
            let Some(root) = document.view.root().filter(|_| !document.broken) else { return };
            each_object(root, &mut |object| {
                if declares(object) {
                    found.push(Subject { file: FileId::of(index), number });
                }
                number += 1;
            });
        });
        found
    });
    found.extend(declared.into_iter().flatten());
    found
}
