//! Runs lint: selects files, checks them, applies fixes if requested, and filters the findings for this run. Settings,
//! paths and the date come with the request.

use std::cell::{LazyCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::analysis::Directives;
use crate::commands::delivery::listing::Listing;
use crate::commands::delivery::read_files::ReadFiles;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::delivery::repository_view::{RepositoryView, State};
use crate::commands::lint::error::LintError;
use crate::commands::lint::fix::{Repaired, Repairs};
use crate::commands::lint::request::{LintScope, Request};
use crate::commands::lint::select::ReportSelection;
use crate::commands::lint::unlisted::{Unlisted, candidates, candidates_among, unlisted};
use crate::commands::lint::unmatched_paths::{RunFiles, unmatched_paths};
use crate::commands::mapping::objects::fields_of_entities;
use crate::commands::workspace::cache::LintCache;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::history::PastManifests;
use crate::commands::workspace::read::{Collects, FindCrdFields, FindDeliveries, LintRun, RawFindings, declared_names};
use crate::commands::workspace::snapshot;
use crate::commands::workspace::snapshot::{LoadedSnapshot, NoSnapshot, SnapshotSource};
use crate::commands::workspace::texts::Texts;
use crate::domain::document::fault::Fault;
use crate::domain::document::span::Span;
use crate::domain::finding::{self, FileId, Finding};
use crate::domain::progress::Progress;
use crate::error::Error;
use crate::report::baseline::Baseline;
use crate::report::fingerprint::{Fingerprint, fingerprints};
use crate::report::lint::Counts;
use crate::sources::git::{CommitId, Repository};
use crate::sources::{self, Boundary, Discovery, DiskFile, Hidden, Listings, PathKind, Place, SourceFile, Unreadable};
use crate::text::plural::grouped;

/// The result of a lint run.
pub(crate) struct LintResult {
    /// Sorted, and limited to the requested maximum.
    pub findings: Vec<Finding>,
    pub fingerprints: Vec<Fingerprint>,
    /// The highest severity of all findings, including those cut off; it determines the exit code.
    pub worst: Option<crate::domain::finding::Severity>,
    pub texts: Texts,
    pub counts: Counts,
    pub notes: Vec<String>,
    pub repaired: Vec<Repaired>,
    pub repairs: usize,
    /// A baseline that would silence all findings, known or new.
    pub baseline: Baseline,
    /// What the run collected.
    pub manifests: Option<ManifestSet>,
}

/// Runs lint.
pub(crate) fn lint(request: &Request<'_>, progress: &dyn Progress) -> Result<LintResult, Error> {
    let mut found = find(request)?;
    let manifests = found.files.len();
    let loaded = snapshot::load(request.root, &found.shelf, &mut found.files);
    if request.require_snapshot && !loaded.snapshot.has_blueprints() {
        return Err(NoSnapshot.into());
    }
    let past = PastManifests::new(request.root, request.pattern, request.git.variables(), found.commit);
    let unread = (request.collects != Collects::Nothing).then(|| (found.unreadable.clone(), found.hidden.clone()));
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
    // A fix changes texts in memory.
    let cache = request.cache.filter(|_| !request.repair && request.clusters.is_empty()).and_then(|folder| {
        LintCache::new(folder, request.root, request.git, (request.selection, request.options), &loaded)
    });
    let run = LintRun {
        mapped: None,
        deliveries: None,
        others_deliver: false,
        crd_fields: None,
        cache: cache.as_ref(),
        snapshot: &loaded.snapshot,
        selection: request.selection,
        options: request.options,
        may_be_manifest: &|path, missing| past.is_suspect(path, missing),
        absent: &absent,
        known: &known,
        collects: request.collects,
    };
    let mut repairs = Repairs::default();
    let listings = std::mem::take(&mut found.listings);
    let listed = found.files.len();
    let mut added: Vec<(FileId, SourceFile)> = Vec::new();
    let (mut checked, mapped) = loop {
        let view = RepositoryView { added: &added, ..found.view(request, &listings) };
        let mut mapped = request.clusters.map(&mut found.files, manifests, &view)?;
        let Found { files, chosen, .. } = &found;
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
        let run = LintRun {
            mapped: mapped.as_ref(),
            deliveries: Some(deliveries),
            others_deliver,
            crd_fields: Some(crd_fields),
            ..run
        };
        let in_sight = |file: FileId| files.get(file.0 as usize).is_some_and(|file| chosen.holds(&file.path));
        let mut checked = run.check(files, manifests, &in_sight, progress);
        std::mem::take(&mut checked.kept).into_iter().for_each(|(at, place)| found.files[at].place = place);
        if !request.repair {
            break (checked, mapped);
        }
        found.files.append(&mut checked.added);
        let sifted = Filtered::of(request, &found, &checked);
        let wanted = sifted.shown.iter().map(|at| &checked.conclusion.findings[*at]).cloned().collect::<Vec<_>>();
        if !repairs.pass(wanted.iter(), &mut found.files, &checked.broken) {
            break (checked, mapped);
        }
        // The next pass sees them as they are now, under the same ids.
        let ids = (0..).map(FileId).zip(&found.files);
        added = ids.skip(listed).map(|(id, file)| (id, file.clone())).collect();
    };
    found.files.append(&mut checked.added);
    if let Some(settings) = request.checks_globs_of {
        let (manifests, others) = found.files.split_at(manifests);
        let files = RunFiles { root: request.root, manifests, others, listings: &listings };
        found.notes.extend(unmatched_paths(settings, &files));
    }
    if let Some((manifests, (unreadable, hidden))) = checked.manifests.as_mut().zip(unread) {
        (manifests.unreadable, manifests.hidden) = (unreadable, hidden);
        manifests.unreadable.extend(mapped.iter().flat_map(|mapped| mapped.unreadable(&found.files)));
    }
    Ok(show(request, found, manifests, checked, loaded, repairs))
}

fn show(
    request: &Request<'_>,
    found: Found,
    manifests: usize,
    checked: RawFindings,
    loaded: LoadedSnapshot,
    repairs: Repairs,
) -> LintResult {
    let Filtered { texts, prints, shown, baselined } = Filtered::of(request, &found, &checked);
    let RawFindings { conclusion, entities, notes: more, manifests: declared, has_cluster_objects, .. } = checked;
    // Without any entity, a missing snapshot left nothing unchecked, so its notes are dropped.
    let nothing_is_ours = entities == 0 && conclusion.findings.is_empty();
    let mut notes = if nothing_is_ours { Vec::new() } else { loaded.notes };
    notes.extend(snapshot::unused_blueprints(&loaded.snapshot, |path| found.chosen.holds(path)));
    notes.extend(more);
    notes.extend(found.notes);
    let baseline = Baseline::of(&conclusion.findings, &prints, &texts);
    let mut is_shown = vec![false; prints.len()];
    shown.into_iter().for_each(|at| is_shown[at] = true);
    let numbered = conclusion.findings.into_iter().zip(prints).zip(is_shown);
    let mut shown = numbered.filter(|(_, shown)| *shown).map(|(pair, _)| pair).collect::<Vec<_>>();
    move_to_touched_files(&mut shown, request, &found.files, &found.chosen);
    let worst = shown.iter().map(|(finding, _)| finding.severity).max();
    let (mut all, all_prints): (Vec<_>, Vec<_>) = shown.into_iter().unzip();
    for finding in all.iter_mut().filter(|finding| found.chosen.takes_away(finding)) {
        finding.help = Some("this change removes it: restore it, or correct the relation".into());
    }
    let total = all.len();
    let (findings, fingerprints) = cut(all, all_prints, request.most);
    let counts = Counts {
        files: manifests,
        entities,
        suppressed: conclusion.suppressed,
        baselined,
        hidden: total - findings.len(),
        has_cluster_objects,
    };
    let repairs_made = repairs.count();
    let repaired = repairs.into_files();
    LintResult {
        findings,
        fingerprints,
        worst,
        texts,
        counts,
        notes,
        repaired,
        repairs: repairs_made,
        baseline,
        manifests: declared.map(|declared| {
            let mut files = found.files;
            files.truncate(manifests);
            ManifestSet { files, ..declared }
        }),
    }
}

/// Moves a finding with two equally responsible places to the one in a file that the change touches. Fingerprints and
/// review comments use the first place.
fn move_to_touched_files(
    shown: &mut [(Finding, Fingerprint)],
    request: &Request<'_>,
    files: &[SourceFile],
    chosen: &ReportSelection,
) {
    let in_ci = LazyCell::new(|| request.touched.and_then(|touched| touched()));
    let is_touched = |place: &finding::Place| {
        let Some(file) = files.get(place.file.0 as usize) else { return false };
        match chosen.is_everything() {
            true => in_ci.as_ref().is_some_and(|touched| touched.contains(&file.path)),
            false => chosen.holds(&file.path),
        }
    };
    for (finding, _) in shown.iter_mut().filter(|(finding, _)| finding.counterpart.is_some()) {
        let Some((other, _)) = finding.related.first() else { continue };
        if !is_touched(&finding.place) && is_touched(other) {
            finding.exchange_places();
        }
    }
    shown.sort_by(|(one, _), (other, _)| one.sort_key().cmp(&other.sort_key()));
}

/// The findings of this run, by their index in the list.
struct Filtered {
    texts: Texts,
    prints: Vec<Fingerprint>,
    shown: Vec<usize>,
    baselined: usize,
}

impl Filtered {
    /// Computes fingerprints from all findings before any is filtered out, because the order of equal findings
    /// distinguishes their fingerprints.
    fn of(request: &Request<'_>, found: &Found, checked: &RawFindings) -> Self {
        let findings = &checked.conclusion.findings;
        let texts = Texts::of(findings, &found.files);
        let prints = fingerprints(findings, &texts);
        let known = request.baseline.map(Baseline::fingerprints).unwrap_or_default();
        let chosen = (0..findings.len()).filter(|at| found.chosen.shows(&findings[*at], &found.files));
        let (baselined, shown): (Vec<_>, Vec<_>) = chosen.partition(|at| known.contains(&prints[*at]));
        Self { texts, prints, shown, baselined: baselined.len() }
    }
}

/// Keeps the most severe findings, in file order.
fn cut(findings: Vec<Finding>, prints: Vec<Fingerprint>, most: Option<usize>) -> (Vec<Finding>, Vec<Fingerprint>) {
    let Some(most) = most.filter(|most| *most < findings.len()) else { return (findings, prints) };
    let mut order =
        findings.iter().enumerate().map(|(at, it)| (std::cmp::Reverse(it.severity), at)).collect::<Vec<_>>();
    order.sort_unstable();
    let kept = order.into_iter().take(most).map(|(_, at)| at).collect::<BTreeSet<_>>();
    let both = findings.into_iter().zip(prints).enumerate();
    both.filter(|(at, _)| kept.contains(at)).map(|(_, pair)| pair).unzip()
}

/// The files of the run, and the selection of findings to report.
pub(super) struct Found {
    pub files: Vec<SourceFile>,
    chosen: ReportSelection,
    unreadable: Vec<Unreadable>,
    hidden: Vec<Hidden>,
    /// `None` if the files are those of the work tree or of the index.
    pub commit: Option<CommitId>,
    is_index: bool,
    pub shelf: SnapshotSource,
    notes: Vec<String>,
    /// Changed files of the index that the pattern does not match.
    others: Vec<SourceFile>,
    /// Changed files of the work tree that the pattern does not match.
    other_paths: BTreeSet<String>,
    pub listings: Listings,
}

impl Found {
    pub fn view<'a>(&self, request: &Request<'a>, listings: &'a Listings) -> RepositoryView<'a> {
        let state = match (self.commit, self.is_index) {
            (Some(commit), _) => State::Commit(commit),
            (None, true) => State::Index,
            (None, false) => State::WorkTree,
        };
        let repository = request.git.repository().ok().flatten();
        let base = match &request.lint_scope {
            LintScope::Everything | LintScope::Commit(_) => request.base,
            LintScope::Staged | LintScope::Hook => repository.and_then(|it| it.head_commit().ok()?),
            LintScope::Changed { since: None } => repository.and_then(|it| it.head_commit().ok()?),
            LintScope::Changed { since: Some(since) } => repository.and_then(|it| it.parting(since).ok()?),
        };
        RepositoryView { root: request.root, repository, state, base, listings: Some(listings), added: &[] }
    }

    fn new(discovery: Discovery, chosen: ReportSelection) -> Self {
        let Discovery { files, unreadable, hidden, listings } = discovery;
        Self {
            files,
            chosen,
            unreadable,
            hidden,
            commit: None,
            is_index: false,
            shelf: SnapshotSource::Disk,
            notes: Vec::new(),
            others: Vec::new(),
            other_paths: BTreeSet::new(),
            listings,
        }
    }

    /// Adds a file for each place that could not be read, so that findings can point to it.
    pub fn name_absent(&mut self, past: &PastManifests) -> Vec<(FileId, Unreadable)> {
        let mut places = std::mem::take(&mut self.unreadable);
        places.append(&mut past.settle(std::mem::take(&mut self.hidden)));
        let mut named = Vec::with_capacity(places.len());
        for place in places {
            let path = place.path.clone();
            named.push((self.add(SourceFile { path, place: Place::Given(Arc::from([])) }), place));
        }
        named
    }
}

impl Found {
    /// Adds a file that is not read and only serves as a location of findings.
    fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(Span::empty(self.files.len() - 1).start)
    }

    /// Files outside `manifests.include` that this run reports on.
    fn unlisted(&self, request: &Request<'_>) -> Vec<SourceFile> {
        let Request { root, pattern, .. } = request;
        match &request.lint_scope {
            LintScope::Everything | LintScope::Commit(_) => {
                candidates(root, pattern, &self.listings, &|path| self.chosen.holds(&sources::path_text(path)))
            }
            LintScope::Staged | LintScope::Hook => candidates_among(&self.others, pattern),
            LintScope::Changed { .. } => {
                let is_changed = |path: &Path| self.other_paths.contains(&sources::path_text(path));
                candidates(root, pattern, &self.listings, &is_changed)
            }
        }
    }
}

pub(super) fn find(request: &Request<'_>) -> Result<Found, Error> {
    let Request { root, pattern, .. } = request;
    let mut found = match &request.lint_scope {
        LintScope::Everything => {
            let discovery = sources::discover(root, pattern)?;
            Found::new(discovery, ReportSelection::everything())
        }
        LintScope::Staged => staged(request, "--staged")?,
        LintScope::Hook => {
            let staged = staged(request, "--pre-commit")?;
            if staged.chosen.is_nothing() {
                let discovery = sources::discover(root, pattern)?;
                Found { others: staged.others, ..Found::new(discovery, ReportSelection::nothing()) }
            } else {
                staged
            }
        }
        LintScope::Changed { since } => {
            let flag = if since.is_some() { "--since" } else { "--changed" };
            let repository = repository(request, flag)?;
            let discovery = sources::discover(root, pattern)?;
            let mut changed = repository.changed(root, pattern, since.as_deref())?;
            changed.changed.extend(snapshot::changed(repository, root, since.as_deref())?);
            let before = declared_names(&[changed.removed, changed.before].concat());
            let chosen = ReportSelection::files(changed.changed, before);
            Found { other_paths: changed.others, ..Found::new(discovery, chosen) }
        }
        LintScope::Commit(commit) => {
            let repository = repository(request, "--ref")?;
            let shelf = snapshot::at_commit(repository, root, *commit)?;
            let discovery = repository.at(root, pattern, *commit)?;
            Found { shelf, commit: Some(*commit), ..Found::new(discovery, ReportSelection::everything()) }
        }
    };
    if let Some(shelf) = &request.instead.shelf {
        found.shelf = shelf.clone();
    }
    found.files = overlay(request.instead.files.clone(), found.files);
    // Deliverers are checked whatever the pattern says.
    let staged = found.others.iter().map(|file| file.path.as_str());
    staged.chain(found.other_paths.iter().map(String::as_str)).for_each(|path| found.chosen.add(path));
    if let Some((path, bytes)) = &request.given {
        give(&mut found, request, path, bytes)?;
    }
    if !request.paths.is_empty() {
        let paths = choose(&mut found, request)?;
        let chosen = std::mem::take(&mut found.chosen);
        found.chosen = if request.lint_scope == LintScope::Hook { chosen.and(paths) } else { chosen.within(&paths) };
    }
    Ok(found)
}

/// The files of two lists; `upper` has precedence, and earlier ones in it.
pub(crate) fn overlay(mut upper: Vec<SourceFile>, mut files: Vec<SourceFile>) -> Vec<SourceFile> {
    if upper.is_empty() {
        return files;
    }
    upper.append(&mut files);
    // The sort is stable and `dedup_by` keeps the first.
    upper.sort_by(|a, b| a.path.cmp(&b.path));
    upper.dedup_by(|later, first| later.path == first.path);
    upper
}

fn staged(request: &Request<'_>, flag: &'static str) -> Result<Found, Error> {
    let repository = repository(request, flag)?;
    let mut staged = repository.staged(request.root, request.pattern)?;
    let (shelf, changed) = snapshot::staged(repository, request.root)?;
    staged.changed.extend(changed);
    let before = declared_names(&[staged.removed, staged.before].concat());
    let discovery = Discovery { files: staged.files, ..Discovery::default() };
    let others = staged.others;
    Ok(Found { shelf, others, is_index: true, ..Found::new(discovery, ReportSelection::files(staged.changed, before)) })
}

fn repository<'a>(request: &Request<'a>, flag: &'static str) -> Result<&'a Repository, Error> {
    Ok(request.git.required(flag)?)
}

/// Replaces a file by an editor's text, and reports only on that file.
fn give(found: &mut Found, request: &Request<'_>, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let relative = relative(request.root, path)?;
    let place = Place::Given(Arc::from(bytes));
    match found.files.iter_mut().find(|file| file.path == relative) {
        Some(file) => file.place = place,
        None if request.force_exclude && !request.pattern.matches(Path::new(&relative)) => {}
        None => insert(&mut found.files, SourceFile { path: relative.clone(), place }),
    }
    found.chosen = ReportSelection::files(BTreeSet::from([relative]), BTreeSet::new());
    Ok(())
}

fn insert(files: &mut Vec<SourceFile>, file: SourceFile) {
    let at = files.partition_point(|other| other.path < file.path);
    files.insert(at, file);
}

/// The selection for the given paths. A named file joins the run even if the config excludes it.
fn choose(found: &mut Found, request: &Request<'_>) -> Result<ReportSelection, Error> {
    let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
    let (mut others, mut strangers) = (Vec::new(), Vec::new());
    let is_listed =
        |found: &Found, path: &str| found.files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
    let mut named = Named::default();
    for path in &request.paths {
        let relative = relative(request.root, path)?;
        if is_listed(found, &relative) || snapshot::holds(&relative) {
            files.insert(relative);
            continue;
        }
        let Some(kind) = sources::path_kind(path) else {
            // A Git hook also names the files that the commit deletes.
            if matches!(request.lint_scope, LintScope::Staged | LintScope::Hook) {
                continue;
            }
            return Err(LintError::no_such_path(request.root, Path::new(&relative)).into());
        };
        let Some(end) = end_of_links(request.root, path) else {
            strangers.push(relative);
            continue;
        };
        match kind {
            PathKind::Folder => folders.extend([relative, end]),
            // The path is a link to a listed file. Reading it again would declare its entities twice.
            PathKind::File if is_listed(found, &end) => drop(files.insert(end)),
            PathKind::File if request.force_exclude || request.lint_scope != LintScope::Everything => {}
            PathKind::File if is_yaml(path) => drop(files.insert(named.join(found, end, path, request.root))),
            PathKind::File => others.push(relative),
        }
    }
    found.notes.extend(unchecked(&others, "is not a YAML file", "are not YAML"));
    found.notes.extend(unchecked(&strangers, "points out of the repository", "point out of the repository"));
    Ok(ReportSelection::paths(files, folders))
}

/// Files that only the command line names. They join under their real path, because two names of one file would declare
/// its entities twice.
#[derive(Default)]
struct Named {
    /// Names by real path. Built on first use, because most runs name only listed files.
    listed: Option<HashMap<PathBuf, String>>,
}

impl Named {
    fn join(&mut self, found: &mut Found, end: String, path: &Path, root: &Path) -> String {
        let place = sources::real_path(path).unwrap_or_else(|| path.to_owned());
        let listed = self.listed.get_or_insert_with(|| {
            let on_disk = |file: &SourceFile| Some((file.place.disk()?.path.clone(), file.path.clone()));
            found.files.iter().filter_map(on_disk).collect()
        });
        // The file is already listed through a link, and its real path is excluded.
        if let Some(name) = listed.get(&place) {
            return name.clone();
        }
        listed.insert(place.clone(), end.clone());
        let place = Place::Disk(DiskFile::new(&Boundary::new(root), place));
        insert(&mut found.files, SourceFile { path: end.clone(), place });
        end
    }
}

/// The note about named files that were not checked; without it, the user would assume that they were.
fn unchecked(paths: &[String], is: &str, are: &str) -> Option<String> {
    match paths {
        [] => None,
        [path] => Some(format!("`{path}` {is} and was not checked.")),
        [first, ..] => {
            let count = grouped(paths.len());
            Some(format!("{count} of the paths {are} (for example `{first}`) and were not checked."))
        }
    }
}

/// The real path, spelled as in the run's list; `None` if it is outside the root.
fn end_of_links(root: &Path, path: &Path) -> Option<String> {
    let (root, path) = (sources::real_path(root)?, sources::real_path(path)?);
    path.strip_prefix(&root).ok().map(sources::path_text)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The path, spelled as in the run's list.
fn relative(root: &Path, path: &Path) -> Result<String, Error> {
    let outside = || LintError::Outside { path: path.display().to_string(), root: root.display().to_string() }.into();
    if let Ok(inside) = path.strip_prefix(root) {
        return Ok(sources::path_text(inside));
    }
    // One of the folders is a link, so the real paths are compared.
    end_of_links(root, path).ok_or_else(outside)
}
