//! Finds the deliverers of a repository and what they deliver, if it holds any: Kustomizations of Flux or Applications of
//! Argo CD.

use std::collections::HashSet;

use super::checkout::Checkout;
use super::definition_facts::has_xrds;
use super::facts::FactsOf;
use super::manifest_facts::ManifestFacts;
use super::options::DeliveryOptions;
use super::repository_view::RepositoryView;
use super::resource_facts::ResourceFacts;
use super::run_files::RunFiles;
use crate::analysis::{Directives, concerns_delivery};
use crate::delivery::Tree;
use crate::delivery::files::{Entry, FileId as DeliveredId, FileKind};
use crate::delivery::flux;
use crate::delivery::manifests::Manifests;
use crate::delivery::reach::{self, Reach};
use crate::delivery::repository::Repository;
use crate::domain::delivery_facts::DeliveryFacts;
use crate::domain::finding::FileId;
use crate::sources::{self, ReadProblem, SourceFile, TextRef};

/// What the deliverers make of the repository.
#[derive(Debug)]
pub(crate) struct Deliveries {
    pub reach: Reach,
    pub facts: DeliveryFacts,
    /// The ignore comments of files that the run does not read otherwise.
    pub directives: Vec<(FileId, Directives)>,
    pub run: RunFiles,
    pub(super) checkout: Checkout,
    /// The API group of the platform.
    pub(super) group: &'static str,
}

/// What a pass over the files of a run has found out.
pub(crate) struct ReadFiles<'a> {
    /// The files that are manifests, with the texts that were read.
    pub files: &'a [SourceFile],
    /// Some of them may hold a deliverer, or a definition of Crossplane.
    pub have_deliverers: bool,
    /// What some of them hold, so that they are not parsed again.
    pub manifests: Vec<(FileId, Manifests)>,
}

impl Deliveries {
    /// The same, where the texts of `read` are at hand.
    pub fn find_among(
        view: &RepositoryView<'_>,
        options: &DeliveryOptions,
        read: &[SourceFile],
        files: usize,
    ) -> Option<Self> {
        let may_hold = |(): &mut (), _, text: Result<TextRef<'_>, ReadProblem>| {
            text.is_ok_and(|text| concerns_delivery(text.text))
        };
        let have_deliverers = sources::for_each_text(read, || (), may_hold).into_iter().any(|found| found);
        Self::find(view, options, ReadFiles { files: read, have_deliverers, manifests: Vec::new() }, files)
    }

    /// `files`: the number of all files of the run.
    pub fn find(
        view: &RepositoryView<'_>,
        options: &DeliveryOptions,
        ReadFiles { files: read, have_deliverers, manifests: known }: ReadFiles<'_>,
        files: usize,
    ) -> Option<Self> {
        let prefix = view.prefix();
        let checkout = Checkout::new(view.files(), read, &prefix);
        let is_stated = options.stated_tool.is_some();
        if !have_deliverers && !is_stated && !holds_deliverers(&checkout, read, &prefix) {
            return None;
        }
        let repository = Repository::new(&checkout.files, &checkout.contents);
        let known = known.into_iter().filter_map(|(file, manifests)| Some((read.get(file.0 as usize)?, manifests)));
        let tree = Tree::checkout(&checkout.files);
        for (file, manifests) in known {
            let Some(Entry::File(id)) = tree.find(&format!("{prefix}{}", file.path)) else { continue };
            // A link is none of the files that deliverers read.
            if *checkout.files.kind(id) == FileKind::Text {
                repository.give(id, manifests);
            }
        }
        give_manifests(&repository, &checkout);
        let mut urls = options.urls.clone();
        urls.extend(view.repository.into_iter().flat_map(|repository| repository.remote_urls()));
        let known = reach::Options { urls: &urls, group: options.platform.group, flux: flux::Settings::default() };
        let reach = Reach::of(&repository, &known);
        let is_of_interest = !reach.deliverers.is_empty() || options.names_clusters;
        let removed = if is_of_interest { reach::removed_apis(&repository) } else { Vec::new() };
        let has_xrds = has_xrds(&repository);
        let is_nothing = reach.deliverers.is_empty() && reach.missing.is_empty() && removed.is_empty();
        if is_nothing && !is_stated && !has_xrds {
            return None;
        }
        let mut run = RunFiles::new(&checkout, read, files, prefix);
        let facts = FactsOf {
            reach: &reach,
            repository: &repository,
            run: &mut run,
            group: options.platform.group,
            has_config: options.has_config,
        };
        let mut facts = facts.collect(removed);
        let (reach_of, run_of) = (&reach, &mut run);
        let manifests =
            ManifestFacts { reach: reach_of, repository: &repository, checkout: &checkout, view, options, run: run_of };
        manifests.collect(&mut facts);
        let (repository_of, run_of) = (&repository, &mut run);
        let resources = ResourceFacts {
            reach: &reach,
            repository: repository_of,
            checkout: &checkout,
            options,
            run: run_of,
            has_xrds,
        };
        resources.collect(&mut facts);
        let directives = run.directives();
        drop(repository);
        Some(Self { reach, facts, directives, run, checkout, group: options.platform.group })
    }
}

/// Whether a YAML file besides those of the run may hold a deliverer.
fn holds_deliverers(checkout: &Checkout, read: &[SourceFile], prefix: &str) -> bool {
    let own: HashSet<String> = read.iter().map(|file| format!("{prefix}{}", file.path)).collect();
    let others = checkout.yaml_files().into_iter().filter(|(id, _)| !own.contains(checkout.files.path(*id)));
    let others: Vec<&SourceFile> = others.map(|(_, file)| file).collect();
    let may_hold =
        |(): &mut (), _, text: Result<TextRef<'_>, ReadProblem>| text.is_ok_and(|text| concerns_delivery(text.text));
    sources::for_each_text(&others, || (), may_hold).into_iter().any(|found| found)
}

/// Reads the YAML files that are not known yet, in parallel.
fn give_manifests(repository: &Repository<'_>, checkout: &Checkout) {
    let is_unknown = |(id, _): &(DeliveredId, &SourceFile)| repository.known_manifests(*id).is_none();
    let (ids, files): (Vec<DeliveredId>, Vec<&SourceFile>) =
        checkout.yaml_files().into_iter().filter(is_unknown).unzip();
    let read = sources::for_each_text(
        &files,
        || (),
        |(), _, text| match text {
            Ok(text) => Some(Manifests::read(&checkout.contents, text.text)),
            Err(_) => None,
        },
    );
    for (id, manifests) in ids.into_iter().zip(read) {
        repository.give(id, manifests.unwrap_or_else(Manifests::of_bytes));
    }
}
