//! The walk through a graph of kustomizations, from the folder of a build to its objects.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::accumulator::Accumulator;
use super::constants::ORIGIN;
use super::encoding::check_encoding;
use super::failure::{Failure, FailureKind, shown};
use super::fields::Strictness;
use super::generators::add_hash;
use super::kustomization::{Kustomization, in_folder};
use super::lookup::Lookup;
use super::order::sort;
use super::remote::is_remote;
use crate::delivery::files::{Entry, FileId, FolderId, Joined, join};
use crate::delivery::manifests::{LOCAL_CONFIG, Manifest};
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
    /// The files that were read as something else: patches, data of generators, configurations.
    pub other_files: BTreeSet<FileId>,
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
    let lookup = Lookup { tree, restricts_files: options.restricts_files };
    let mut builder = Builder { repository, lookup, result: Build::default(), above: Vec::new(), visits: 0, added: 0 };
    let folder = match tree.find(path) {
        Some(Entry::Folder(folder)) => folder,
        Some(Entry::File(_)) | None => {
            return Err(Failure::new(FailureKind::Missing, format!("{} is no folder", shown(path))));
        }
    };
    let kustomization = match top {
        Some(top) => {
            let file = builder.lookup.only_kustomization(folder)?;
            builder.result.kustomizations.extend(file);
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

impl Build {
    /// What ends the build when its objects are written.
    pub fn check_encoding(&self) -> Result<(), Failure> {
        self.objects.iter().try_for_each(check_encoding)
    }
}

/// Where a kustomization is seen from the folder of the build, for annotations of origins.
#[derive(Debug, Clone, Default)]
pub(super) struct Base {
    pub(super) path: String,
    /// Decided by the kustomization of the build, for all below.
    pub(super) writes_origins: Option<bool>,
}

impl Base {
    pub(super) fn append(&self, path: &str) -> String {
        match join(&self.path, path) {
            Joined::Inside(path) => path,
            Joined::Outside(rest) => format!("../{rest}"),
        }
    }
}

pub(super) struct Builder<'b, 'r> {
    pub(super) repository: &'b Repository<'r>,
    pub(super) lookup: Lookup<'b>,
    pub(super) result: Build,
    /// The folders that lead to the present one, with it.
    above: Vec<FolderId>,
    visits: usize,
    added: usize,
}

impl<'r> Builder<'_, 'r> {
    fn load(&mut self, folder: FolderId) -> Result<Kustomization, Failure> {
        let Some(file) = self.lookup.only_kustomization(folder)? else {
            let text = format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{}'",
                shown(self.lookup.path_of(folder))
            );
            return Err(Failure::new(FailureKind::NoKustomization, text));
        };
        self.result.kustomizations.insert(file);
        Kustomization::read(self.repository, file, Strictness::Strict)
            .map_err(|failure| in_folder(failure, self.lookup.path_of(folder)))
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
        let writes_origins =
            base.writes_origins.unwrap_or_else(|| metadata.iter().any(|option| option == "originAnnotations"));
        let base = &Base { path: base.path.clone(), writes_origins: Some(writes_origins) };
        self.add_resources(objects, kustomization, &kustomization.resources, folder, base)
            .map_err(|failure| failure.within("accumulating resources"))?;
        self.look_at_configurations(kustomization, folder)?;
        self.check_crds(kustomization, folder)?;
        self.run_generators(objects, kustomization, folder, base)?;
        self.add_components(objects, kustomization, folder, base)
            .map_err(|failure| failure.within("accumulating components"))?;
        self.transform(objects, kustomization, folder, base)
    }

    pub(super) fn add_resources(
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
            let below = match self.lookup.enter(&path.text, folder, &self.above) {
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
            let below =
                self.lookup.enter(&path.text, folder, &self.above).map_err(|failure| quoted(failure, "loader.New"))?;
            let base = Base { path: base.append(&path.text), ..base.clone() };
            self.add_folder(objects, below, true, &base).map_err(|failure| quoted(failure, "accumulateDirectory:"))?;
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
        let shown = shown(self.lookup.path_of(folder));
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
            true => self.accumulate(objects, &kustomization, folder, base).map(|()| Accumulator::default()),
            false => {
                let mut own = Accumulator::default();
                self.accumulate(&mut own, &kustomization, folder, base).map(|()| own)
            }
        };
        self.above.pop();
        let added =
            accumulated.map_err(|failure| failure.within(&format!("recursed accumulation of path '{shown}'")))?;
        self.count(added.objects.len())?;
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
        let file = self.lookup.find_file(&path.text, folder).map_err(from)?;
        self.result.files.insert(file);
        let manifests = self.repository.manifests(file);
        if let Some(fault) = &manifests.fault {
            return Err(from(
                Failure::new(fault.kind, fault.text_in(&path.text)).at(Some(Place { file, span: fault.span })),
            ));
        }
        self.count(manifests.objects.len())?;
        let merging = |failure: Failure| failure.within(&format!("merging resources from '{}'", path.text));
        let object_of = |manifest: &Manifest| {
            let (document, items, span) = (manifest.document, manifest.items.clone(), manifest.span);
            let origin = Origin::Manifest { file, document, items, span };
            let mut object = Object::new(origin, Arc::clone(&manifest.header), manifest.encoding.clone());
            if base.writes_origins == Some(true) {
                object.add_annotations(&[(ORIGIN.to_owned(), format!("path: {}\n", base.append(&path.text)))]);
            }
            object
        };
        if let [only] = manifests.objects.as_slice() {
            return objects.append(object_of(only)).map_err(merging);
        }
        let mut own = Accumulator::default();
        manifests.objects.iter().try_for_each(|manifest| own.append(object_of(manifest))).map_err(from)?;
        objects.append_all(own).map_err(merging)
    }
}
