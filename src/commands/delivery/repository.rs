//! Finds the deliverers of a repository and what they deliver, if it holds any: Kustomizations of Flux or Applications of
//! Argo CD.

use std::sync::Arc;

use super::addresses;
use super::charts::Charts;
use super::checkout::Checkout;
use super::definition_facts::has_xrds;
use super::facts::{FactsOf, claim_groups};
use super::listing::{Listing, some_may_deliver};
use super::manifest_facts::ManifestFacts;
use super::misspelt_kinds;
use super::options::DeliveryOptions;
use super::read_files::ReadFiles;
use super::repository_view::RepositoryView;
use super::resource_facts::ResourceFacts;
use super::run_files::RunFiles;
use crate::analysis::Directives;
use crate::delivery::files::{FileId as DeliveredId, FileKind};
use crate::delivery::flux;
use crate::delivery::manifests::Manifests;
use crate::delivery::reach::{self, Reach};
use crate::delivery::repository::Repository;
use crate::domain::delivery_facts::DeliveryFacts;
use crate::domain::finding::FileId;
use crate::sources::{self, SourceFile};

/// What the deliverers make of the repository.
#[derive(Debug)]
pub(crate) struct Deliveries {
    pub reach: Reach,
    pub facts: DeliveryFacts,
    /// The ignore comments of files that the run does not read otherwise.
    pub directives: Vec<(FileId, Directives)>,
    /// Complete sentences for the user.
    pub notes: Vec<String>,
    pub run: RunFiles,
    pub(super) checkout: Arc<Checkout>,
    pub(super) charts: Charts,
    /// The API group of the platform.
    pub(super) group: &'static str,
}

impl Deliveries {
    /// Finds them for a run that has not looked at its files yet. `read`: those that are manifests.
    pub fn find_among(
        view: &RepositoryView<'_>,
        options: &DeliveryOptions,
        read: &[SourceFile],
        files: usize,
    ) -> Option<Self> {
        let have_deliverers = some_may_deliver(read);
        let read = ReadFiles { files: read, kept: &[], have_deliverers, manifests: Vec::new() };
        Self::find(view, options, Listing::of(view, read.files), read, files)
    }

    /// `files`: the number of all files of the run.
    pub fn find(
        view: &RepositoryView<'_>,
        options: &DeliveryOptions,
        listing: Listing,
        read: ReadFiles<'_>,
        files: usize,
    ) -> Option<Self> {
        let is_stated = options.stated_tool.is_some();
        if !read.have_deliverers && !listing.others_may_deliver && !is_stated {
            return None;
        }
        let prefix = view.prefix();
        let checkout = Arc::new(Checkout::new(listing, &read, &prefix));
        let repository = Repository::new(&checkout.files, &*checkout);
        give_manifests(&repository, &checkout, read.manifests);
        let mut urls = options.urls.clone();
        urls.extend(view.repository.into_iter().flat_map(|repository| repository.remote_urls()));
        let branches: Vec<String> =
            view.repository.map(|it| [it.branch(), it.default_branch()]).into_iter().flatten().flatten().collect();
        let known = reach::Options {
            urls: &urls,
            branches: &branches,
            has_config: options.has_config,
            group: options.platform.group,
            flux: flux::Settings::default(),
        };
        let reach = Reach::of(&repository, &known);
        let is_of_interest = !reach.deliverers.is_empty() || options.names_clusters;
        let removed = if is_of_interest { reach::removed_apis(&repository) } else { Vec::new() };
        let has_xrds = has_xrds(&repository);
        let addresses = if is_of_interest || has_xrds { reach::invalid_addresses(&repository) } else { Vec::new() };
        let misspelt = misspelt_kinds::misspelt_kinds(&repository, &checkout);
        let has_faults =
            !reach.missing.is_empty() || !removed.is_empty() || !addresses.is_empty() || !misspelt.is_empty();
        let is_nothing = reach.deliverers.is_empty() && !has_faults;
        if is_nothing && !is_stated && !has_xrds {
            return None;
        }
        let mut run = RunFiles::new(&checkout, files, view);
        let claim_groups = claim_groups(&repository);
        let charts = Charts::of(&repository, &reach);
        let facts = FactsOf {
            reach: &reach,
            repository: &repository,
            run: &mut run,
            group: options.platform.group,
            has_config: options.has_config,
            charts: &charts,
            claim_groups: &claim_groups,
        };
        let mut facts = facts.collect(removed);
        facts.invalid_addresses = addresses::of_run(addresses, &mut run);
        facts.refused_resources = misspelt_kinds::of_run(misspelt, &mut run);
        let manifests = ManifestFacts {
            reach: &reach,
            repository: &repository,
            checkout: &checkout,
            view,
            options,
            run: &mut run,
            claim_groups: &claim_groups,
        };
        manifests.collect(&mut facts);
        let resources = ResourceFacts {
            reach: &reach,
            repository: &repository,
            checkout: &checkout,
            options,
            run: &mut run,
            has_xrds,
        };
        resources.collect(&mut facts);
        let directives = run.directives();
        sources::free_in_background(checkout.files.len(), repository.into_read());
        let (group, notes) = (options.platform.group, Vec::new());
        let mut found = Self { reach, facts, directives, notes, run, checkout, charts, group };
        if options.assumes_mappings {
            found.add_shared(&options.clusters);
        }
        found.notes = options.clusters.iter().filter_map(|cluster| found.unmatched_note(cluster)).collect();
        Some(found)
    }
}

/// Gives the repository the manifests that are known, and reads the other YAML files in parallel.
fn give_manifests(repository: &Repository<'_>, checkout: &Checkout, known: Vec<(FileId, Arc<Manifests>)>) {
    let ids = checkout.by_number();
    for (file, manifests) in known {
        let Some(id) = ids.get(file.0 as usize).copied().flatten() else { continue };
        // A link is none of the files that deliverers read.
        if *checkout.files.kind(id) == FileKind::Text {
            repository.give(id, manifests);
        }
    }
    let is_unknown = |(id, _): &(DeliveredId, &SourceFile)| repository.known_manifests(*id).is_none();
    let (ids, files): (Vec<DeliveredId>, Vec<&SourceFile>) =
        checkout.yaml_files().into_iter().filter(is_unknown).unzip();
    let read = sources::for_each_text(
        &files,
        || (),
        |(), _, text| match text {
            Ok(text) => Some(Arc::new(Manifests::read(checkout, text.text))),
            Err(_) => None,
        },
    );
    for (id, manifests) in ids.into_iter().zip(read) {
        repository.give(id, manifests.unwrap_or_else(|| Arc::new(Manifests::of_bytes())));
    }
}
