//! A folder that kustomize builds, with the options of the source, which Argo CD writes into its kustomization file.

use super::failure::ArgoFailure;
use super::objects::{Application, Kustomize, Source};
use super::source_build::{ArgoUnknown, ArgoUnknownKind, BuiltObject, SourceBuild, SourceType};
use crate::delivery::files::{FolderId, Joined, join};
use crate::delivery::kustomize::failure::{Failure, FailureKind, shown};
use crate::delivery::kustomize::kustomization::{Kustomization, Labels, Strictness};
use crate::delivery::kustomize::{FILE_NAMES, Options, build as kustomize_build};
use crate::delivery::place::{Place, Text};
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;

pub(super) fn build(
    repository: &Repository<'_>,
    tree: &Tree<'_>,
    folder: FolderId,
    application: &Application,
    source: &Source,
) -> Result<SourceBuild, ArgoFailure> {
    let path = tree.files().folder_path(folder);
    let options = source.kustomize.as_ref().filter(|options| has_edits(options));
    let at_source = |failure: Failure| ArgoFailure::from(failure).at(Some(source.place()));
    let mut unknowns = Vec::new();
    let top = match options {
        None => None,
        Some(options) => {
            let mut edits = Edits { application, source, unknowns: &mut unknowns };
            Some(edits.apply(repository, tree, folder, options).map_err(at_source)?)
        }
    };
    let built = kustomize_build(repository, tree, path, top, Options::KUBECTL).map_err(at_source)?;
    built.check_encoding().map_err(at_source)?;
    unknowns.extend(
        built
            .unknowns
            .iter()
            .map(|unknown| ArgoUnknown { kind: ArgoUnknownKind::Kustomize(unknown.kind), place: unknown.place }),
    );
    let files = built.files.union(&built.kustomizations).copied().collect();
    let object = |object| BuiltObject { object, has_generated_name: false, without_kind: None };
    Ok(SourceBuild {
        objects: built.objects.into_iter().map(object).collect(),
        files,
        kustomizations: built.kustomizations,
        other_files: built.other_files,
        unknowns,
        ..SourceBuild::empty(SourceType::Kustomize, Some(folder), Dialect::Kustomize)
    })
}

fn has_edits(options: &Kustomize) -> bool {
    options.name_prefix.is_some()
        || options.name_suffix.is_some()
        || options.namespace.is_some()
        || !options.labels.is_empty()
        || !options.annotations.is_empty()
        || options.images.is_some()
        || options.replicas.is_some()
        || !options.patches.is_empty()
        || !options.components.is_empty()
}

/// The changes of a kustomization file before the build.
struct Edits<'e> {
    application: &'e Application,
    source: &'e Source,
    unknowns: &'e mut Vec<ArgoUnknown>,
}

impl Edits<'_> {
    fn apply(
        &mut self,
        repository: &Repository<'_>,
        tree: &Tree<'_>,
        folder: FolderId,
        options: &Kustomize,
    ) -> Result<Kustomization, Failure> {
        let Some(file) = FILE_NAMES.into_iter().find_map(|name| tree.file_in(folder, name)) else {
            let text = "Error: Missing kustomization file 'kustomization.yaml'.\n";
            return Err(Failure::new(FailureKind::NoKustomization, text));
        };
        let mut edited = Kustomization::read(repository, file, Strictness::Strict)?;
        let replace = |field: &mut Option<Text>, given: &Option<Text>| {
            if given.is_some() {
                field.clone_from(given);
            }
        };
        replace(&mut edited.name_prefix, &options.name_prefix);
        replace(&mut edited.name_suffix, &options.name_suffix);
        replace(&mut edited.namespace, &options.namespace);
        let known: Vec<String> =
            edited.labels.iter().flat_map(|labels| &labels.pairs).map(|(key, _)| key.clone()).collect();
        let is_forced = options.replaces_labels.is_some_and(|flag| flag.value);
        let pairs = self.added("label", &options.labels, &known, is_forced, true)?;
        if !pairs.is_empty() {
            for labels in &mut edited.labels {
                labels.pairs.retain(|(key, _)| !pairs.iter().any(|(added, _)| added == key));
            }
            edited.labels.push(Labels { pairs, further_fields: None });
        }
        let known: Vec<String> = edited.annotations.iter().map(|(key, _)| key.clone()).collect();
        let is_forced = options.replaces_annotations.is_some_and(|flag| flag.value);
        let has_variables = options.has_variables.is_some_and(|flag| flag.value);
        let pairs = self.added("annotation", &options.annotations, &known, is_forced, has_variables)?;
        edited.annotations.retain(|(key, _)| !pairs.iter().any(|(added, _)| added == key));
        edited.annotations.extend(pairs);
        edited.patches.extend(options.patches.iter().cloned());
        edited.containers = edited.containers.or(options.images).or(options.replicas);
        let ignores_missing = options.ignores_missing_components.is_some_and(|flag| flag.value);
        for component in &options.components {
            let exists = match join(tree.files().folder_path(folder), &component.text) {
                Joined::Inside(path) => tree.find(&path).is_some(),
                Joined::Outside(_) => false,
            };
            let is_known = edited.components.iter().any(|known| known.text == component.text);
            if is_known || !exists && ignores_missing {
                continue;
            }
            edited.components.push(component.clone());
        }
        if edited.file.is_none() {
            let text = format!("{} cannot be edited", shown(tree.files().path(file)));
            return Err(Failure::new(FailureKind::NoKustomization, text));
        }
        Ok(edited)
    }

    /// Labels or annotations to add: one that the file has already is an error.
    fn added(
        &mut self,
        what: &str,
        given: &[(String, Text)],
        known: &[String],
        is_forced: bool,
        has_variables: bool,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut pairs = Vec::new();
        for (key, value) in given {
            let place = value.file.map(|file| Place { file, span: value.span });
            if !is_forced && known.contains(key) {
                let text = format!("Error: {what} {key} already in kustomization file");
                return Err(Failure::new(FailureKind::WrongType, text).at(place));
            }
            let text = match has_variables {
                true => self.substituted(value, place),
                false => value.text.clone(),
            };
            pairs.push((key.clone(), text));
        }
        Ok(pairs)
    }

    /// The text with the variables of a build that are known offline.
    fn substituted(&mut self, value: &Text, place: Option<Place>) -> String {
        if !value.text.contains('$') {
            return value.text.clone();
        }
        let mut text = value.text.clone();
        let of = |text: &Option<Text>| text.as_ref().map_or_else(String::new, |text| text.text.clone());
        let variables = [
            ("ARGOCD_APP_NAME", self.application.name().to_owned()),
            ("ARGOCD_APP_NAMESPACE", of(&self.application.destination.namespace)),
            ("ARGOCD_APP_PROJECT_NAME", self.application.project_name().to_owned()),
            ("ARGOCD_APP_SOURCE_REPO_URL", of(&self.source.repo_url)),
            ("ARGOCD_APP_SOURCE_PATH", of(&self.source.path)),
            ("ARGOCD_APP_SOURCE_TARGET_REVISION", of(&self.source.target_revision)),
        ];
        for (name, known) in variables {
            text = text.replace(&format!("${{{name}}}"), &known);
        }
        if text.contains('$') {
            self.unknowns.push(ArgoUnknown { kind: ArgoUnknownKind::Variables, place });
        }
        text
    }
}
