//! What a kustomization does to the objects that it has: generators, patches, namespaces, names, labels and annotations.

use std::borrow::Cow;

use super::accumulator::Accumulator;
use super::build::{Base, Builder, Unknown, UnknownKind};
use super::constants::ORIGIN;
use super::failure::{Failure, FailureKind};
use super::generators::generate;
use super::kustomization::{Kustomization, Patch, replacement_of};
use super::patches::{self, Form, ReadPatch};
use crate::delivery::files::FolderId;
use crate::delivery::object::{Id, Object, Origin, split_version};
use crate::delivery::place::{Place, Text};
use crate::domain::document::tree::{Kind, Value};

impl<'r> Builder<'_, 'r> {
    fn read_text(&mut self, path: &Text, folder: FolderId) -> Result<Cow<'r, str>, Failure> {
        let file = self.lookup.find_file(&path.text, folder)?;
        self.result.other_files.insert(file);
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

    /// `crds` must name definitions of OpenAPI: a mapping of mappings.
    pub(super) fn check_crds(&mut self, kustomization: &Kustomization, folder: FolderId) -> Result<(), Failure> {
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
        let plugins = self.plugins(kustomization, &kustomization.generators, folder, base);
        let plugins = plugins.map_err(|failure| {
            let is_external = failure.kind == FailureKind::Plugin;
            let failure = if is_external { failure.within("failed to load generator") } else { failure };
            failure.within("loading generator plugins")
        })?;
        for (_, place) in plugins {
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
                    return Err(Failure::new(FailureKind::Plugin, text).at(place));
                }
                plugins.push((object, place));
            }
        }
        Ok(plugins)
    }

    /// The fields that change objects, in the order in which kustomize applies them. All are read before the first is
    /// applied.
    pub(super) fn transform(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        folder: FolderId,
        base: &Base,
    ) -> Result<(), Failure> {
        let merge_patches = self.merge_patches(kustomization, folder)?;
        let patches = kustomization.patches.iter().map(|patch| self.read_patch(kustomization, patch, folder));
        let patches = patches.collect::<Result<Vec<_>, _>>()?;
        let json_patches = kustomization.json_patches.iter().map(|patch| {
            self.read_json_patch(kustomization, patch, folder)
                .map_err(|failure| failure.within("trouble configuring builtin PatchJson6902Transformer"))
        });
        let json_patches = json_patches.collect::<Result<Vec<_>, _>>()?;
        let transformers = self.plugins(kustomization, &kustomization.transformers, folder, base)?;
        for patch in merge_patches.iter().chain(&patches) {
            patches::apply(objects, patch)?;
        }
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
        for patch in &json_patches {
            patches::apply(objects, patch)?;
        }
        if let Some(span) = kustomization.containers {
            let place = kustomization.place(span);
            let changed = objects.objects.iter_mut().filter(|object| object.header.has_containers);
            changed.for_each(|object| object.rewrite(place));
        }
        self.replace(objects, kustomization, folder)?;
        self.run_transformers(objects, transformers)?;
        self.plugins(kustomization, &kustomization.validators, folder, base)?;
        Ok(())
    }

    /// `patchesStrategicMerge`: each is a patch, or the path of one.
    fn merge_patches(&mut self, kustomization: &Kustomization, folder: FolderId) -> Result<Vec<ReadPatch>, Failure> {
        let paths = &kustomization.merge_patches;
        let Some(first) = paths.first() else { return Ok(Vec::new()) };
        let patches = paths.iter().map(|path| self.read_merge_patch(kustomization, path, folder));
        let patches = patches.collect::<Result<Vec<_>, _>>().and_then(|patches| {
            let is_empty = patches.iter().all(|patch| matches!(&patch.form, Form::Merge(merges) if merges.is_empty()));
            let names: Vec<_> = paths.iter().map(|path| path.text.as_str()).collect();
            let text = format!("patch appears to be empty; files=[{}], Patch=", names.join(" "));
            let failure = Failure::new(FailureKind::BadPatch, text).at(kustomization.place_of(first));
            if is_empty { Err(failure) } else { Ok(patches) }
        });
        patches.map_err(|failure| failure.within("trouble configuring builtin PatchStrategicMergeTransformer"))
    }

    fn read_merge_patch(
        &mut self,
        kustomization: &Kustomization,
        path: &Text,
        folder: FolderId,
    ) -> Result<ReadPatch, Failure> {
        let place = kustomization.place_of(path);
        let merges = match patches::merge_patches(self.repository, &path.text) {
            Ok(merges) => merges,
            Err(_) => {
                let text = self.read_text(path, folder).map_err(|failure| failure.at(place))?;
                patches::merge_patches(self.repository, &text)
                    .map_err(|fault| Failure::new(fault.kind, fault.text_in(&path.text)).at(place))?
            }
        };
        Ok(ReadPatch { form: Form::Merge(merges), target: None, place, source: String::new() })
    }

    fn read_patch(
        &mut self,
        kustomization: &Kustomization,
        patch: &Patch,
        folder: FolderId,
    ) -> Result<ReadPatch, Failure> {
        let place = patch.file.or(kustomization.file).map(|file| Place { file, span: patch.span });
        let fail = |text: String| Failure::new(FailureKind::BadPatch, text).at(place);
        let heading = "trouble configuring builtin PatchTransformer";
        let (text, source) = match (&patch.patch, &patch.path) {
            (Some(patch), None) => {
                let text = patch.text.trim();
                (Cow::Borrowed(text), format!("[patch: {text:?}]"))
            }
            (None, Some(path)) => {
                let text = self.read_text(path, folder).map_err(|failure| {
                    let failure = failure.at(kustomization.place_of(path));
                    failure.within(&format!("failed to get the patch file from path({})", path.text)).within(heading)
                })?;
                (text, format!("[path: {:?}]", path.text))
            }
            (Some(_), Some(_)) => {
                return Err(fail("patch and path can't be set at the same time".to_owned()).within(heading));
            }
            (None, None) => return Err(fail("must specify one of patch and path".to_owned()).within(heading)),
        };
        match Form::parse(self.repository, &text) {
            Some(form) => Ok(ReadPatch { form, target: patch.target.clone(), place, source }),
            None => Err(fail(format!("unable to parse SM or JSON patch from {source}")).within(heading)),
        }
    }

    /// `patchesJson6902`, whose targets must have names.
    fn read_json_patch(
        &mut self,
        kustomization: &Kustomization,
        patch: &Patch,
        folder: FolderId,
    ) -> Result<ReadPatch, Failure> {
        let place = patch.file.or(kustomization.file).map(|file| Place { file, span: patch.span });
        let fail = |text: &str| Failure::new(FailureKind::BadPatch, text).at(place);
        let Some(target) = patch.target.as_ref().filter(|target| !target.name.is_empty()) else {
            return Err(fail("must specify the target name"));
        };
        let text = match (&patch.path, &patch.patch) {
            (None, None) => return Err(fail("empty file path and empty jsonOp")),
            (Some(_), Some(_)) => return Err(fail("must specify a file path or jsonOp, not both")),
            (Some(path), None) => {
                self.read_text(path, folder).map_err(|failure| failure.at(kustomization.place_of(path)))?
            }
            (None, Some(patch)) => Cow::Borrowed(patch.text.as_str()),
        };
        match Form::parse(self.repository, &text) {
            Some(form @ Form::Json(_)) => {
                Ok(ReadPatch { form, target: Some(target.clone()), place, source: String::new() })
            }
            Some(Form::Merge(_)) | None => Err(fail(&format!("decoding {text}"))),
        }
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
            let mut sources: Vec<_> = replacement.source.iter().cloned().collect();
            if let Some(path) = &replacement.path {
                let text = self.read_text(path, folder).map_err(|failure| failure.at(kustomization.place_of(path)))?;
                self.repository.documents(&text, &mut |document| {
                    let Some(root) = document.value else { return };
                    let items = root.items().chain((root.kind() == Kind::Map).then_some(root));
                    for read in items.map(replacement_of) {
                        targets.extend(read.targets);
                        sources.extend(read.source);
                    }
                });
            }
            for source in sources {
                if !objects.objects.iter().any(|object| source.selects(object)) {
                    let text = format!("nothing selected by {source}");
                    return Err(Failure::new(FailureKind::Replacement, text).at(place));
                }
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

    fn run_transformers(
        &mut self,
        objects: &mut Accumulator,
        transformers: Vec<(Object, Option<Place>)>,
    ) -> Result<(), Failure> {
        for (transformer, place) in transformers {
            if transformer.header.kind == "NamespaceTransformer" && !transformer.header.namespace.is_empty() {
                let namespace = transformer.header.namespace.clone();
                objects.set_namespace(&namespace).map_err(|failure| failure.at(place))?;
                continue;
            }
            self.result.unknowns.push(Unknown { kind: UnknownKind::Transformer, place });
            objects.objects.iter_mut().for_each(|object| object.rewrite(place));
        }
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
    let fail = |text: &str| {
        let Id { group, version, kind, name, .. } = object.id();
        let namespace = &object.header.namespace;
        let text = format!(
            "merging from generator: id resid.ResId{{Gvk:resid.Gvk{{Group:{group:?}, Version:{version:?}, Kind:{kind:?}, \
             isClusterScoped:false}}, Name:{name:?}, Namespace:{namespace:?}}} {text}"
        );
        Err(Failure::new(FailureKind::Generator, text))
    };
    let is_same = |known: &Object| {
        known.header.kind == object.header.kind && known.names().any(|(name, _)| name == object.header.name)
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
