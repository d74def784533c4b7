//! What a kustomization does to the objects that it has: generators, patches, namespaces, names, labels and annotations.

use std::borrow::Cow;

use super::accumulator::Accumulator;
use super::build::{Base, Builder, Unknown, UnknownKind};
use super::constants::ORIGIN;
use super::failure::{Failure, FailureKind};
use super::generators::generate;
use super::kustomization::{Kustomization, Patch, replacement_of};
use super::patches::{self, Form};
use crate::delivery::files::FolderId;
use crate::delivery::object::{Object, Origin, split_version};
use crate::delivery::place::{Place, Text};
use crate::domain::document::tree::{Kind, Value};

impl<'r> Builder<'_, 'r> {
    fn read_text(&self, path: &Text, folder: FolderId) -> Result<Cow<'r, str>, Failure> {
        let file = self.lookup.find_file(&path.text, folder)?;
        let unreadable = || Failure::new(FailureKind::Malformed, format!("{} is no text", path.text));
        self.repository.text(file).ok_or_else(unreadable)
    }

    pub(super) fn look_at_configurations(
        &mut self,
        kustomization: &Kustomization,
        folder: FolderId,
    ) -> Result<(), Failure> {
        for path in kustomization.configurations.iter().chain(&kustomization.openapi) {
            let place = kustomization.place_of(path);
            self.read_text(path, folder).map_err(|failure| failure.at(place))?;
            self.result.unknowns.push(Unknown { kind: UnknownKind::Configuration, place });
        }
        Ok(())
    }

    /// `crds` wants definitions of OpenAPI: a mapping of mappings.
    pub(super) fn check_crds(&self, kustomization: &Kustomization, folder: FolderId) -> Result<(), Failure> {
        let names: Vec<&str> = kustomization.crds.iter().map(|path| path.text.as_str()).collect();
        let heading = format!("loading CRDs [{}]", names.join(" "));
        for path in &kustomization.crds {
            let place = kustomization.place_of(path);
            let text = self.read_text(path, folder).map_err(|failure| failure.at(place).within(&heading))?;
            let mut is_sound = true;
            self.repository.documents(&text, &mut |document| {
                let entries = document.value.map(Value::entries);
                is_sound &= entries
                    .is_some_and(|mut entries| entries.all(|(_, value)| value.is_null() || value.kind() == Kind::Map));
            });
            if !is_sound {
                let text = format!(
                    "unable to parse open API definition from '{}': error unmarshaling JSON: while decoding JSON: json: \
                     cannot unmarshal string into Go value of type accumulator.OpenAPIDefinition",
                    path.text
                );
                return Err(Failure::new(FailureKind::Crds, text).at(place).within(&heading));
            }
        }
        Ok(())
    }

    pub(super) fn run_generators(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        folder: FolderId,
        base: &Base,
    ) -> Result<(), Failure> {
        let kinds = [(&kustomization.config_maps, false), (&kustomization.secrets, true)];
        for (generator, is_secret) in kinds.iter().flat_map(|(list, secret)| list.iter().map(move |g| (g, *secret))) {
            let place = kustomization.place(generator.span);
            let mut object = {
                let mut read = |path: &Text| self.read_text(path, folder);
                generate(kustomization, generator, is_secret, &mut read).map_err(|failure| failure.at(place))?
            };
            if base.writes_origins == Some(true) {
                let file = kustomization.file.map_or("kustomization.yaml", |file| self.lookup.tree.files().path(file));
                let name = file.rsplit('/').next().unwrap_or(file);
                let kind = if is_secret { "SecretGenerator" } else { "ConfigMapGenerator" };
                let text = format!(
                    "configuredIn: {}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {kind}\n",
                    base.append(name)
                );
                object.add_annotations(&[(ORIGIN.to_owned(), text)]);
            }
            absorb(objects, object, &generator.behavior).map_err(|failure| failure.at(place))?;
        }
        if let Some(span) = kustomization.helm {
            let text = "trouble configuring builtin HelmChartInflationGenerator: must specify --enable-helm";
            return Err(Failure::new(FailureKind::Helm, text).at(kustomization.place(span)));
        }
        let heading = "loading generator plugins: failed to load generator";
        for (_, place) in self.plugins(kustomization, &kustomization.generators, folder, heading, base)? {
            self.result.unknowns.push(Unknown { kind: UnknownKind::Generator, place });
        }
        Ok(())
    }

    /// The built-in plugins that files, or texts in the kustomization, configure. Others are not run.
    fn plugins(
        &mut self,
        kustomization: &Kustomization,
        paths: &[Text],
        folder: FolderId,
        heading: &str,
        base: &Base,
    ) -> Result<Vec<(Object, Option<Place>)>, Failure> {
        let mut plugins = Vec::new();
        for path in paths {
            let place = kustomization.place_of(path);
            let mut found = Accumulator::default();
            let inline = path.text.contains(['\n', '{']).then(|| self.repository.manifests_of(&path.text));
            match inline.filter(|inline| inline.fault.is_none()) {
                Some(inline) => {
                    let file = kustomization.file.or_else(|| self.lookup.tree.files().ids().next());
                    for (manifest, file) in inline.objects.into_iter().zip(file.into_iter().cycle()) {
                        let origin = Origin::Generated(Place { file, span: path.span });
                        found
                            .append(Object::new(origin, manifest.header, None))
                            .map_err(|failure| failure.at(place))?;
                    }
                }
                None => {
                    let base = Base { writes_origins: Some(false), ..base.clone() };
                    self.add_resources(&mut found, kustomization, std::slice::from_ref(path), folder, &base)?;
                }
            }
            for object in found.objects {
                if object.header.api_version != "builtin" {
                    let text =
                        format!("external plugins disabled; unable to load external plugin '{}'", object.header.kind);
                    return Err(Failure::new(FailureKind::Plugin, text).at(place).within(heading));
                }
                plugins.push((object, place));
            }
        }
        Ok(plugins)
    }

    /// The fields that change objects, in the order in which kustomize applies them.
    pub(super) fn transform(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        folder: FolderId,
    ) -> Result<(), Failure> {
        for patch in &kustomization.merge_patches {
            // A path, or the patch itself.
            let place = kustomization.place_of(patch);
            let text = match self.read_text(patch, folder) {
                Ok(text) => text,
                Err(_) => Cow::Borrowed(patch.text.as_str()),
            };
            self.merge_patch(objects, &text, place)?;
        }
        self.run_patches(objects, kustomization, &kustomization.patches, folder)?;
        if let Some(namespace) = &kustomization.namespace {
            let place = kustomization.place_of(namespace);
            objects.set_namespace(&namespace.text).map_err(|failure| failure.at(place))?;
        }
        if kustomization.name_prefix.is_some() || kustomization.name_suffix.is_some() {
            let part = |text: &Option<Text>| text.as_ref().map_or_else(String::new, |text| text.text.clone());
            let (prefix, suffix) = (part(&kustomization.name_prefix), part(&kustomization.name_suffix));
            for object in objects.objects.iter_mut().filter(|object| !keeps_name(object)) {
                object.set_name(format!("{prefix}{}{suffix}", object.header.name));
            }
            objects.recount();
        }
        for labels in &kustomization.labels {
            for object in &mut objects.objects {
                object.add_labels(&labels.pairs);
                if let Some(span) = labels.further_fields {
                    object.rewrite(kustomization.place(span));
                }
            }
        }
        if !kustomization.annotations.is_empty() {
            objects.objects.iter_mut().for_each(|object| object.add_annotations(&kustomization.annotations));
        }
        self.run_patches(objects, kustomization, &kustomization.json_patches, folder)?;
        if let Some(span) = kustomization.containers {
            let place = kustomization.place(span);
            let changed = objects.objects.iter_mut().filter(|object| object.header.has_containers);
            changed.for_each(|object| object.rewrite(place));
        }
        self.replace(objects, kustomization, folder)
    }

    fn run_patches(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        patches: &[Patch],
        folder: FolderId,
    ) -> Result<(), Failure> {
        for patch in patches {
            let place = patch.file.or(kustomization.file).map(|file| Place { file, span: patch.span });
            let text = match (&patch.patch, &patch.path) {
                (Some(patch), None) => Cow::Borrowed(patch.text.as_str()),
                (None, Some(path)) => self.read_text(path, folder).map_err(|failure| {
                    failure
                        .at(kustomization.place_of(path))
                        .within(&format!("failed to get the patch file from path({})", path.text))
                })?,
                (Some(_), Some(_)) | (None, None) => {
                    let text = "must specify one of patch and path";
                    return Err(Failure::new(FailureKind::BadPatch, text).at(place));
                }
            };
            let Some(form) = Form::parse(self.repository, &text) else {
                let text = format!("unable to parse SM or JSON patch from [{}]", text.trim());
                return Err(Failure::new(FailureKind::BadPatch, text).at(place));
            };
            patches::apply(objects, &form, patch.target.as_ref(), place)?;
        }
        Ok(())
    }

    fn merge_patch(&mut self, objects: &mut Accumulator, text: &str, place: Option<Place>) -> Result<(), Failure> {
        let Some(form @ Form::Merge(_)) = Form::parse(self.repository, text) else {
            let text = format!("unable to parse SM or JSON patch from [{}]", text.trim());
            return Err(Failure::new(FailureKind::BadPatch, text).at(place));
        };
        patches::apply(objects, &form, None, place)
    }

    fn replace(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        folder: FolderId,
    ) -> Result<(), Failure> {
        for replacement in &kustomization.replacements {
            let place = kustomization.place(replacement.span);
            let mut targets = replacement.targets.clone();
            if let Some(path) = &replacement.path {
                let text = self.read_text(path, folder).map_err(|failure| failure.at(kustomization.place_of(path)))?;
                self.repository.documents(&text, &mut |document| {
                    let Some(root) = document.value else { return };
                    targets.extend(replacement_of(root).targets);
                    targets.extend(root.items().flat_map(|item| replacement_of(item).targets));
                });
            }
            for target in targets {
                let Ok(matcher) = target.compile() else {
                    self.result.unknowns.push(Unknown { kind: UnknownKind::Selector, place });
                    continue;
                };
                let selected = objects.objects.iter_mut().filter(|object| matcher.matches(object));
                selected.for_each(|object| object.rewrite(place));
            }
        }
        Ok(())
    }

    pub(super) fn run_transformers(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        folder: FolderId,
        base: &Base,
    ) -> Result<(), Failure> {
        let transformers =
            self.plugins(kustomization, &kustomization.transformers, folder, "loading transformer plugins", base)?;
        for (transformer, place) in transformers {
            if transformer.header.kind == "NamespaceTransformer" && !transformer.header.namespace.is_empty() {
                let namespace = transformer.header.namespace.clone();
                objects.set_namespace(&namespace).map_err(|failure| failure.at(place))?;
                continue;
            }
            self.result.unknowns.push(Unknown { kind: UnknownKind::Transformer, place });
            objects.objects.iter_mut().for_each(|object| object.rewrite(place));
        }
        self.plugins(kustomization, &kustomization.validators, folder, "loading validator plugins", base)?;
        Ok(())
    }
}

/// Whether prefixes and suffixes leave the name alone.
fn keeps_name(object: &Object) -> bool {
    let (group, _) = split_version(&object.header.api_version);
    match object.header.kind.as_str() {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => group == "apiregistration.k8s.io",
        _ => false,
    }
}

/// Adds a generated object, or merges it into the one of its name.
fn absorb(objects: &mut Accumulator, object: Object, behavior: &str) -> Result<(), Failure> {
    let fail = |text: &str| Err(Failure::new(FailureKind::Generator, format!("id {} {text}", object.id())));
    let is_same = |known: &Object| {
        let names = known.names_before.iter().any(|(name, _)| *name == object.header.name);
        known.header.kind == object.header.kind && (names || known.header.name == object.header.name)
    };
    let known = objects.objects.iter().position(is_same);
    match (known, behavior) {
        (None, "merge" | "replace") => fail("does not exist; cannot merge or replace"),
        (Some(at), "merge" | "replace") => {
            let known = &mut objects.objects[at];
            known.rewrite(Some(object.place()));
            if let (Some(known), Some(generated)) = (known.generated.as_mut(), object.generated) {
                if behavior == "replace" {
                    known.data.clear();
                }
                known.data.extend(generated.data);
            }
            Ok(())
        }
        (Some(_), _) => fail("exists; behavior must be merge or replace"),
        (None, _) => objects.append(object),
    }
}
