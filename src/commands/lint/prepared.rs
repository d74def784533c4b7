//! A lint run whose files are found and whose snapshot is loaded. Its files may be checked several times: a fix or an
//! editor changes their texts.

use std::cell::{OnceCell, RefCell};

use crate::analysis::{AnalysisResult, Directives, FileResults, Index};
use crate::commands::delivery::listing::Listing;
use crate::commands::delivery::read_files::ReadFiles;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::delivery::repository_view::RepositoryView;
use crate::commands::lint::find::{Found, find};
use crate::commands::lint::request::{LintScope, Request};
use crate::commands::lint::unlisted::{Unlisted, unlisted};
use crate::commands::mapping::objects::fields_of_entities;
use crate::commands::mapping::repository::MappedRepository;
use crate::commands::workspace::cache::LintCache;
use crate::commands::workspace::history::PastManifests;
use crate::commands::workspace::read::{CrdFields, FindCrdFields, FindDeliveries, LintRun, MayBeManifest, RawFindings};
use crate::commands::workspace::snapshot;
use crate::commands::workspace::snapshot::{LoadedSnapshot, NoSnapshot};
use crate::domain::document::fault::Fault;
use crate::domain::finding::FileId;
use crate::domain::progress::Progress;
use crate::error::Error;
use crate::sources::{Hidden, Listings, SourceFile, Unreadable};

/// The files and the snapshot of a run.
pub(super) struct Prepared {
    pub found: Found,
    /// The number of files that are read; those behind them only serve as locations of findings.
    pub manifests: usize,
    pub loaded: LoadedSnapshot,
    /// The places that could not be read, as the search found them.
    pub unreadable: Vec<Unreadable>,
    pub hidden: Vec<Hidden>,
    past: PastManifests,
    pub absent: Vec<(FileId, Unreadable)>,
    known: Vec<(FileId, Fault, Option<Directives>)>,
    pub listings: Listings,
    /// The number of files before the first check, which may add some.
    listed: usize,
}

impl Prepared {
    pub fn new(request: &Request<'_>) -> Result<Self, Error> {
        let mut found = find(request)?;
        let manifests = found.files.len();
        let loaded = snapshot::load(request.root, &found.shelf, &mut found.files);
        if request.require_snapshot && !loaded.snapshot.has_blueprints() {
            return Err(NoSnapshot.into());
        }
        let past = PastManifests::new(request.root, request.pattern, request.git.variables(), found.commit);
        let (unreadable, hidden) = (found.unreadable.clone(), found.hidden.clone());
        let absent = found.name_absent(&past);
        let mut known: Vec<(FileId, Fault, Option<Directives>)> =
            loaded.conflicts.iter().map(|(file, fault)| (*file, fault.clone(), None)).collect();
        if let Some(include) = request.include {
            let unlisted = unlisted(found.unlisted(request), include);
            let is_of_git = request.lint_scope == LintScope::Hook
                || request.lint_scope != LintScope::Everything && request.paths.is_empty();
            for Unlisted { file, fault, directives } in unlisted {
                if is_of_git {
                    found.chosen.add(&file.path);
                }
                known.push((found.add(file), fault, directives));
            }
        }
        let listings = std::mem::take(&mut found.listings);
        let listed = found.files.len();
        Ok(Self { found, manifests, loaded, unreadable, hidden, past, absent, known, listings, listed })
    }

    /// Checks all files as they are now.
    pub fn check(
        &mut self,
        request: &Request<'_>,
        keeps_results: bool,
        progress: &dyn Progress,
    ) -> Result<(RawFindings, Option<MappedRepository>), Error> {
        // What earlier checks have added is seen as it is now, under the same ids.
        let ids = (0..).map(FileId).zip(&self.found.files);
        let added: Vec<(FileId, SourceFile)> = ids.skip(self.listed).map(|(id, file)| (id, file.clone())).collect();
        let manifests = self.manifests;
        let view = RepositoryView { added: &added, ..self.found.view(request, &self.listings) };
        let mut mapped = request.clusters.map(&mut self.found.files, manifests, &view)?;
        let cache = self.cache(request);
        let Found { files, chosen, .. } = &self.found;
        let total = files.len();
        let has_stated = request.clusters.delivery.stated_tool.is_some();
        // What the run does not read is looked at before, so that one pass knows whether there are deliverers.
        let may_have_others = request.pattern.is_named() || request.pattern.has_excludes() || !view.prefix().is_empty();
        let listing =
            (mapped.is_none() && (has_stated || may_have_others)).then(|| Listing::of(&view, &files[..manifests]));
        let others_deliver = listing.as_ref().is_some_and(|listing| has_stated || listing.others_may_deliver);
        let listing = RefCell::new(listing);
        let deliveries_of_mapping = RefCell::new(mapped.as_mut().map(|mapped| mapped.deliveries.take()));
        let find_deliveries = |read: ReadFiles<'_>| {
            if let Some(known) = deliveries_of_mapping.take() {
                return known;
            }
            let listing = listing.take();
            if !read.have_deliverers && listing.is_none() {
                return None;
            }
            let listing = listing.unwrap_or_else(|| Listing::of(&view, read.files));
            Deliveries::find(&view, &request.clusters.delivery, listing, read, total)
        };
        let crd_fields = || fields_of_entities(&view.yaml_files(), request.clusters.delivery.platform);
        let (deliveries, crd_fields): (FindDeliveries<'_>, FindCrdFields<'_>) = (&find_deliveries, &crd_fields);
        let may_be_manifest = |path: &str, missing| self.past.is_suspect(path, missing);
        let run = LintRun {
            mapped: mapped.as_ref(),
            deliveries: Some(deliveries),
            others_deliver,
            crd_fields: Some(crd_fields),
            cache: cache.as_ref(),
            keeps_results,
            ..self.run(request, &may_be_manifest)
        };
        let in_sight = |file: FileId| files.get(file.0 as usize).is_some_and(|file| chosen.holds(&file.path));
        let mut checked = run.check(files, manifests, &in_sight, progress);
        std::mem::take(&mut checked.kept).into_iter().for_each(|(at, place)| self.found.files[at].place = place);
        Ok((checked, mapped))
    }

    /// The entities and references of the files, and what mappings make of these.
    pub fn index(
        &mut self,
        request: &Request<'_>,
        progress: &dyn Progress,
    ) -> Result<(Index, Option<MappedRepository>), Error> {
        let view = self.found.view(request, &self.listings);
        let mapped = request.clusters.map(&mut self.found.files, self.manifests, &view)?;
        let cache = self.cache(request);
        let may_be_manifest = |path: &str, missing| self.past.is_suspect(path, missing);
        let run = LintRun { mapped: mapped.as_ref(), cache: cache.as_ref(), ..self.run(request, &may_be_manifest) };
        let index = run.index(self.found.files.get(..self.manifests).unwrap_or_default(), progress);
        Ok((index, mapped))
    }

    /// What earlier runs found. A fix changes texts in memory, so its passes have none.
    fn cache<'r>(&self, request: &Request<'r>) -> Option<LintCache<'r>> {
        let folder = request.cache.filter(|_| !request.repair && request.clusters.is_empty())?;
        LintCache::new(folder, request.root, request.git, (request.selection, request.options), &self.loaded)
    }

    /// The run without mappings, deliverers and cache.
    fn run<'r>(&'r self, request: &'r Request<'r>, may_be_manifest: MayBeManifest<'r>) -> LintRun<'r> {
        LintRun {
            snapshot: &self.loaded.snapshot,
            selection: request.selection,
            options: request.options,
            may_be_manifest,
            absent: &self.absent,
            known: &self.known,
            collects: request.collects,
            mapped: None,
            deliveries: None,
            others_deliver: false,
            crd_fields: None,
            cache: None,
            keeps_results: false,
        }
    }

    /// Checks one file again, by its index.
    pub fn check_file(&self, request: &Request<'_>, index: usize) -> FileResults {
        let may_be_manifest = |path: &str, missing| self.past.is_suspect(path, missing);
        self.run(request, &may_be_manifest).check_file(index, &self.found.files)
    }

    /// Concludes from the results of all files, for a repository without mappings and deliverers. `fields`: those of
    /// entities in CRDs of the repository, once they were needed.
    pub fn conclude(
        &self,
        request: &Request<'_>,
        results: &[FileResults],
        fields: &OnceCell<CrdFields>,
    ) -> AnalysisResult {
        let may_be_manifest = |path: &str, missing| self.past.is_suspect(path, missing);
        let view = self.found.view(request, &self.listings);
        let find = || fields_of_entities(&view.yaml_files(), request.clusters.delivery.platform);
        let crd_fields = || fields.get_or_init(find).clone();
        let run = LintRun { crd_fields: Some(&crd_fields), ..self.run(request, &may_be_manifest) };
        let Found { files, chosen, .. } = &self.found;
        let in_sight = |file: FileId| files.get(file.0 as usize).is_some_and(|file| chosen.holds(&file.path));
        run.conclude(files, results, &in_sight)
    }
}
