//! The walk through a graph of kustomizations, from the folder of a build to its objects.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::accumulator::Accumulator;
use super::constants::{FILE_NAMES, ORIGIN};
use super::failure::{Failure, FailureKind, ROOT, shown};
use super::fields::Strictness;
use super::generators::{add_hash, generate};
use super::kustomization::{Kustomization, Patch, in_folder, replacement_of};
use super::order::sort;
use super::patches::{self, Form};
use super::remote::is_remote;
use crate::delivery::files::{Entry, FileId, FolderId, Joined, join};
use crate::delivery::manifests::LOCAL_CONFIG;
use crate::delivery::object::{Object, Origin};
use crate::delivery::place::{Place, Text};
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;

/// Deeper graphs are not followed.
const MAX_DEPTH: usize = 64;
/// The number of kustomizations that one build may read, each time that it reads one.
const MAX_VISITS: usize = 20_000;
/// The number of objects that one build may add, each time that it adds one.
const MAX_OBJECTS: usize = 2_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Files must be in or below the folder of their kustomization: kubectl, and Argo CD; not Flux.
    pub restricts_files: bool,
    /// The output is sorted by kind: kubectl.
    pub sorts: bool,
}

impl Options {
    pub const KUBECTL: Self = Self { restricts_files: true, sorts: true };
    pub const FLUX: Self = Self { restricts_files: false, sorts: false };
}

/// What a build gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Build {
    pub objects: Vec<Object>,
    /// What cannot be known offline.
    pub unknowns: Vec<Unknown>,
    /// The files that were read as resources, whether they hold objects or not.
    pub files: BTreeSet<FileId>,
    /// The kustomization files that were read.
    pub kustomizations: BTreeSet<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub kind: UnknownKind,
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownKind {
    /// A resource on another host: its objects are missing here.
    Remote,
    /// A built-in generator in a file of its own.
    Generator,
    /// A built-in transformer in a file of its own.
    Transformer,
    /// `configurations` and `openapi` change which fields are transformed.
    Configuration,
    /// A selector that is not understood.
    Selector,
    /// Variables whose values are in the cluster.
    Variables,
    /// Encrypted files.
    Decryption,
}

/// Builds the folder at a path. `top` replaces the kustomization file that the folder has.
pub fn build(
    repository: &Repository<'_>,
    tree: &Tree<'_>,
    path: &str,
    top: Option<Kustomization>,
    options: Options,
) -> Result<Build, Failure> {
    let mut builder =
        Builder { repository, tree, options, result: Build::default(), above: Vec::new(), visits: 0, added: 0 };
    let folder = match tree.find(path) {
        Some(Entry::Folder(folder)) => folder,
        Some(Entry::File(_)) | None => {
            return Err(Failure::new(FailureKind::Missing, format!("{} is no folder", shown(path))));
        }
    };
    let kustomization = match top {
        Some(top) => {
            builder.only_kustomization(folder)?;
            top
        }
        None => builder.load(folder)?,
    };
    builder.above.push(folder);
    let mut top = Accumulator::default();
    builder.accumulate(&mut top, &kustomization, folder, &Base::default())?;
    let mut objects = top.objects;
    objects.iter_mut().for_each(add_hash);
    objects.retain(|object| object.annotation(LOCAL_CONFIG).is_none_or(|value| value == "false"));
    sort(&mut objects, kustomization.sort.as_ref(), options.sorts).map_err(|failure| {
        let place = kustomization.sort.as_ref().and_then(|sort| kustomization.place(sort.span));
        failure.at(place)
    })?;
    Ok(Build { objects, ..builder.result })
}

/// Where a kustomization is seen from the folder of the build, for annotations of origins.
#[derive(Debug, Clone, Default)]
struct Base {
    path: String,
    /// Decided by the kustomization of the build, for all below.
    writes_origins: Option<bool>,
}

impl Base {
    fn append(&self, path: &str) -> String {
        match join(&self.path, path) {
            Joined::Inside(path) => path,
            Joined::Outside(rest) => format!("../{rest}"),
        }
    }
}

struct Builder<'b, 'r> {
    repository: &'b Repository<'r>,
    tree: &'b Tree<'b>,
    options: Options,
    result: Build,
    /// The folders that lead to the present one, with it.
    above: Vec<FolderId>,
    visits: usize,
    added: usize,
}

/// What a path of a kustomization leads to.
enum Found {
    File(FileId),
    Folder(FolderId),
}

impl<'r> Builder<'_, 'r> {
    fn path_of(&self, folder: FolderId) -> &str {
        self.tree.files().folder_path(folder)
    }

    /// The kustomization files of a folder must be at most one.
    fn only_kustomization(&self, folder: FolderId) -> Result<Option<FileId>, Failure> {
        let mut found = FILE_NAMES.into_iter().filter_map(|name| self.tree.file_in(folder, name));
        match (found.next(), found.next()) {
            (Some(first), None) => Ok(Some(first)),
            (Some(_), Some(second)) => {
                let text = format!("Found multiple kustomization files under: {}\n", shown(self.path_of(folder)));
                let place = Place { file: second, span: Default::default() };
                Err(Failure::new(FailureKind::SeveralKustomizations, text).at(Some(place)))
            }
            (None, _) => Ok(None),
        }
    }

    fn load(&mut self, folder: FolderId) -> Result<Kustomization, Failure> {
        let Some(file) = self.only_kustomization(folder)? else {
            let text = format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{}'",
                shown(self.path_of(folder))
            );
            return Err(Failure::new(FailureKind::NoKustomization, text));
        };
        self.result.kustomizations.insert(file);
        Kustomization::read(self.repository, file, Strictness::Strict)
            .map_err(|failure| in_folder(failure, self.path_of(folder)))
    }

    /// Adds what a kustomization makes.
    fn accumulate(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        folder: FolderId,
        base: &Base,
    ) -> Result<(), Failure> {
        self.visits += 1;
        if self.visits > MAX_VISITS || self.above.len() > MAX_DEPTH {
            let text = "the graph of kustomizations is larger than portolan follows";
            return Err(Failure::new(FailureKind::TooLarge, text).at(kustomization.place(Default::default())));
        }
        let metadata = &kustomization.build_metadata;
        let writes_origins = base.writes_origins.unwrap_or_else(|| metadata.iter().any(|option| option == "originAnnotations"));
        let base = &Base { path: base.path.clone(), writes_origins: Some(writes_origins) };
        self.add_resources(objects, kustomization, &kustomization.resources, folder, base)
            .map_err(|failure| failure.within("accumulating resources"))?;
        self.look_at_configurations(kustomization, folder)?;
        self.check_crds(kustomization, folder)?;
        self.run_generators(objects, kustomization, folder, base)?;
        self.add_components(objects, kustomization, folder, base)
            .map_err(|failure| failure.within("accumulating components"))?;
        self.transform(objects, kustomization, folder)?;
        self.run_transformers(objects, kustomization, folder, base)
    }

    fn add_resources(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        paths: &[Text],
        folder: FolderId,
        base: &Base,
    ) -> Result<(), Failure> {
        for path in paths {
            let place = kustomization.place_of(path);
            let Err(failure) = self.add_file(objects, path, folder, base) else { continue };
            let failure = failure.at(place);
            if failure.kind == FailureKind::Missing && is_remote(&path.text) {
                self.result.unknowns.push(Unknown { kind: UnknownKind::Remote, place });
                continue;
            }
            let heading = format!("accumulation err='{}'", failure.text);
            let below = match self.enter(&path.text, folder) {
                Ok(below) => below,
                Err(_) if failure.kind == FailureKind::Malformed => return Err(failure),
                Err(second) => {
                    // What is wrong with a file says more than that it is no folder.
                    let kind = if second.kind == FailureKind::NotAFolder { failure.kind } else { second.kind };
                    let place = failure.place.filter(|_| second.kind == FailureKind::NotAFolder).or(place);
                    return Err(Failure { kind, place, ..second.within(&heading) });
                }
            };
            let base = Base { path: base.append(&path.text), ..base.clone() };
            self.add_folder(objects, below, false, &base).map_err(|failure| failure.at(place).within(&heading))?;
        }
        Ok(())
    }

    fn add_components(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        folder: FolderId,
        base: &Base,
    ) -> Result<(), Failure> {
        for path in &kustomization.components {
            let place = kustomization.place_of(path);
            if is_remote(&path.text) {
                self.result.unknowns.push(Unknown { kind: UnknownKind::Remote, place });
                continue;
            }
            let quoted = |failure: Failure, what: &str| {
                let text = format!("{what} {:?}", failure.text);
                Failure { text, ..failure }.at(place)
            };
            let below = self.enter(&path.text, folder).map_err(|failure| quoted(failure, "loader.New"))?;
            let base = Base { path: base.append(&path.text), ..base.clone() };
            self.add_folder(objects, below, true, &base)
                .map_err(|failure| quoted(failure, "accumulateDirectory:"))?;
        }
        Ok(())
    }

    fn add_folder(
        &mut self,
        objects: &mut Accumulator,
        folder: FolderId,
        is_component: bool,
        base: &Base,
    ) -> Result<(), Failure> {
        let shown = shown(self.path_of(folder));
        let kustomization =
            self.load(folder).map_err(|failure| failure.within(&format!("couldn't make target for path '{shown}'")))?;
        if kustomization.is_component != is_component {
            let text = match is_component {
                true => format!("expected kind 'Component' for path '{shown}' but got 'Kustomization'"),
                false => format!("expected kind != 'Component' for path '{shown}'"),
            };
            return Err(Failure::new(FailureKind::Component, text));
        }
        self.above.push(folder);
        let accumulated = match is_component {
            true => self.accumulate(objects, &kustomization, folder, base).map(|()| Vec::new()),
            false => {
                let mut own = Accumulator::default();
                self.accumulate(&mut own, &kustomization, folder, base).map(|()| own.objects)
            }
        };
        self.above.pop();
        let added = accumulated
            .map_err(|failure| failure.within(&format!("recursed accumulation of path '{shown}'")))?;
        self.count(added.len())?;
        objects.append_all(added).map_err(|failure| failure.within(&format!("recursed merging from path '{shown}'")))
    }

    fn count(&mut self, added: usize) -> Result<(), Failure> {
        self.added += added;
        if self.added > MAX_OBJECTS {
            return Err(Failure::new(FailureKind::TooLarge, "the build has more objects than portolan follows"));
        }
        Ok(())
    }

    /// Adds the manifests of a file.
    fn add_file(
        &mut self,
        objects: &mut Accumulator,
        path: &Text,
        folder: FolderId,
        base: &Base,
    ) -> Result<(), Failure> {
        let from = |failure: Failure| failure.within(&format!("accumulating resources from '{}'", path.text));
        let file = self.find_file(&path.text, folder).map_err(from)?;
        self.result.files.insert(file);
        let manifests = self.repository.manifests(file);
        if let Some(fault) = &manifests.fault {
            let text = match fault.kind {
                FailureKind::Malformed => format!("{} in File: {}", fault.text, path.text),
                _ => fault.text.clone(),
            };
            return Err(from(Failure::new(fault.kind, text).at(Some(Place { file, span: fault.span }))));
        }
        self.count(manifests.objects.len())?;
        let mut own = Accumulator::default();
        for manifest in &manifests.objects {
            let origin = Origin::Manifest {
                file,
                document: manifest.document,
                items: manifest.items.clone(),
                span: manifest.span,
            };
            let mut object = Object::new(origin, manifest.header.clone(), manifest.encoding.clone());
            if base.writes_origins == Some(true) {
                object.add_annotations(&[(ORIGIN.to_owned(), format!("path: {}\n", base.append(&path.text)))]);
            }
            own.append(object).map_err(from)?;
        }
        let merging = |failure: Failure| failure.within(&format!("merging resources from '{}'", path.text));
        objects.append_all(own.objects).map_err(merging)
    }

    fn find_file(&self, path: &str, folder: FolderId) -> Result<FileId, Failure> {
        match self.find(path, folder)? {
            Found::Folder(found) => {
                let shown = shown(self.path_of(found));
                let text = match self.options.restricts_files {
                    true => format!("'{shown}' must resolve to a file"),
                    false => format!("read {shown}: is a directory"),
                };
                Err(Failure::new(FailureKind::NotAFolder, text))
            }
            Found::File(file) => {
                let (found, root) = (self.tree.files().path(file), self.path_of(folder));
                let is_below = root.is_empty() || found.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
                if self.options.restricts_files && !is_below {
                    let text = format!("security; file '{}' is not in or below '{}'", shown(found), shown(root));
                    return Err(Failure::new(FailureKind::Restricted, text));
                }
                Ok(file)
            }
        }
    }

    fn find(&self, path: &str, folder: FolderId) -> Result<Found, Failure> {
        let missing = |kind, shown: &str| {
            let text = match self.options.restricts_files {
                true => format!("evalsymlink failure on '{shown}' : lstat {shown}: no such file or directory"),
                false => format!("open {shown}: no such file or directory"),
            };
            Err(Failure::new(kind, text))
        };
        if path.starts_with('/') {
            return missing(FailureKind::AbsolutePath, path);
        }
        match join(self.path_of(folder), path) {
            Joined::Outside(rest) if self.options.restricts_files => missing(FailureKind::Outside, &outside(&rest)),
            Joined::Outside(rest) => {
                let shown = outside(&rest);
                let text =
                    format!("fs-security-constraint read {shown}: path '{shown}' is not in or below '{ROOT}'");
                Err(Failure::new(FailureKind::Outside, text))
            }
            Joined::Inside(path) => match self.tree.find(&path) {
                Some(Entry::File(file)) => Ok(Found::File(file)),
                Some(Entry::Folder(folder)) => Ok(Found::Folder(folder)),
                None => missing(FailureKind::Missing, &shown(&path)),
            },
        }
    }

    /// The folder that a path leads to, unless that makes a circle.
    fn enter(&self, path: &str, folder: FolderId) -> Result<FolderId, Failure> {
        let no_folder = |kind, shown: &str| {
            let text = format!(
                "must build at directory: not a valid directory: evalsymlink failure on '{shown}' : lstat {shown}: no \
                 such file or directory"
            );
            Err(Failure::new(kind, text))
        };
        if path.is_empty() {
            return Err(Failure::new(FailureKind::Missing, "new root cannot be empty"));
        }
        if path.starts_with('/') {
            let text = format!("new root '{path}' cannot be absolute");
            return Err(Failure::new(FailureKind::AbsolutePath, text));
        }
        let path = match join(self.path_of(folder), path) {
            Joined::Outside(rest) => return no_folder(FailureKind::Outside, &outside(&rest)),
            Joined::Inside(path) => path,
        };
        let found = match self.tree.find(&path) {
            None => return no_folder(FailureKind::Missing, &shown(&path)),
            Some(Entry::File(_)) => {
                let text = format!("must build at directory: '{}': file is not directory", shown(&path));
                return Err(Failure::new(FailureKind::NotAFolder, text));
            }
            Some(Entry::Folder(found)) => found,
        };
        let candidate = self.path_of(found);
        for visited in self.above.iter().rev().map(|folder| self.path_of(*folder)) {
            let contains = candidate.is_empty()
                || visited.strip_prefix(candidate).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if contains {
                let text = format!(
                    "cycle detected: candidate root '{}' contains visited root '{}'",
                    shown(candidate),
                    shown(visited)
                );
                return Err(Failure::new(FailureKind::Cycle, text));
            }
        }
        Ok(found)
    }

    fn read_text(&self, path: &Text, folder: FolderId) -> Result<Cow<'r, str>, Failure> {
        let file = self.find_file(&path.text, folder)?;
        let unreadable = || Failure::new(FailureKind::Malformed, format!("{} is no text", path.text));
        self.repository.text(file).ok_or_else(unreadable)
    }

    fn look_at_configurations(&mut self, kustomization: &Kustomization, folder: FolderId) -> Result<(), Failure> {
        for path in kustomization.configurations.iter().chain(&kustomization.openapi) {
            let place = kustomization.place_of(path);
            self.read_text(path, folder).map_err(|failure| failure.at(place))?;
            self.result.unknowns.push(Unknown { kind: UnknownKind::Configuration, place });
        }
        Ok(())
    }

    /// `crds` wants definitions of OpenAPI: a mapping of mappings.
    fn check_crds(&self, kustomization: &Kustomization, folder: FolderId) -> Result<(), Failure> {
        let names: Vec<&str> = kustomization.crds.iter().map(|path| path.text.as_str()).collect();
        let heading = format!("loading CRDs [{}]", names.join(" "));
        for path in &kustomization.crds {
            let place = kustomization.place_of(path);
            let text = self.read_text(path, folder).map_err(|failure| failure.at(place).within(&heading))?;
            let mut is_sound = true;
            self.repository.documents(&text, &mut |document| {
                let entries = document.value.map(crate::domain::document::tree::Value::entries);
                is_sound &= entries.is_some_and(|mut entries| {
                    entries.all(|(_, value)| value.is_null() || value.kind() == crate::domain::document::tree::Kind::Map)
                });
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

    fn run_generators(
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
                let file = kustomization.file.map_or("kustomization.yaml", |file| self.tree.files().path(file));
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
                    let file = kustomization.file.or_else(|| self.tree.files().ids().next());
                    for (manifest, file) in inline.objects.into_iter().zip(file.into_iter().cycle()) {
                        let origin = Origin::Generated(Place { file, span: path.span });
                        found.append(Object::new(origin, manifest.header, None)).map_err(|failure| failure.at(place))?;
                    }
                }
                None => {
                    let base = Base { writes_origins: Some(false), ..base.clone() };
                    self.add_resources(&mut found, kustomization, std::slice::from_ref(path), folder, &base)?;
                }
            }
            for object in found.objects {
                if object.header.api_version != "builtin" {
                    let text = format!(
                        "external plugins disabled; unable to load external plugin '{}'",
                        object.header.kind
                    );
                    return Err(Failure::new(FailureKind::Plugin, text).at(place).within(heading));
                }
                plugins.push((object, place));
            }
        }
        Ok(plugins)
    }

    /// The fields that change objects, in the order in which kustomize applies them.
    fn transform(
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
            objects.set_namespace(&namespace.text, false).map_err(|failure| failure.at(place))?;
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

    fn merge_patch(
        &mut self,
        objects: &mut Accumulator,
        text: &str,
        place: Option<Place>,
    ) -> Result<(), Failure> {
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

    fn run_transformers(
        &mut self,
        objects: &mut Accumulator,
        kustomization: &Kustomization,
        folder: FolderId,
        base: &Base,
    ) -> Result<(), Failure> {
        let transformers = self.plugins(kustomization, &kustomization.transformers, folder, "loading transformer plugins", base)?;
        for (transformer, place) in transformers {
            if transformer.header.kind == "NamespaceTransformer" && !transformer.header.namespace.is_empty() {
                let namespace = transformer.header.namespace.clone();
                objects.set_namespace(&namespace, false).map_err(|failure| failure.at(place))?;
                continue;
            }
            self.result.unknowns.push(Unknown { kind: UnknownKind::Transformer, place });
            objects.objects.iter_mut().for_each(|object| object.rewrite(place));
        }
        self.plugins(kustomization, &kustomization.validators, folder, "loading validator plugins", base)?;
        Ok(())
    }
}

/// A path that leads out of the repository, as the texts show it.
fn outside(rest: &str) -> String {
    format!("<tmp>/{rest}")
}

/// Whether prefixes and suffixes leave the name alone.
fn keeps_name(object: &Object) -> bool {
    let (group, _) = crate::delivery::object::split_version(&object.header.api_version);
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
