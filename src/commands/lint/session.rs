//! Lints a repository for an editor: once as a whole, then again after each keystroke. Only the changed file is read
//! again, unless the repository has deliverers or mappings, whose rules look at every file.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::analysis::{DeclaredEntities, FileResults, Snapshot, concerns_delivery};
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::find::Found;
use crate::commands::lint::news::News;
use crate::commands::lint::prepared::Prepared;
use crate::commands::lint::preview::FileChange;
use crate::commands::lint::request::Request;
use crate::commands::lint::select::{ReportSelection, move_to};
use crate::commands::lint::unlisted_place;
use crate::commands::workspace::cache::CacheFolder;
use crate::commands::workspace::git::Git;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::read::CrdFields;
use crate::commands::workspace::texts::Texts;
use crate::domain::finding::{FileId, Finding};
use crate::domain::known_problems::KnownProblems;
use crate::domain::progress::Silent;
use crate::error::Error;
use crate::manifest::claims_ours;
use crate::settings::{Environment, Settings};
use crate::sources::{self, Pattern, Place, SourceFile};

/// The number of findings in files that are not open.
const MAX_NEWS: usize = 200;

/// One repository that an editor has open.
pub(crate) struct LintSession {
    settings: Settings,
    /// Limits the run, for files outside of any repository.
    named: Option<Pattern>,
    checked: Option<Checked>,
    news: News,
}

/// The last check of the whole repository, with the files that were checked again since.
struct Checked {
    prepared: Prepared,
    results: Vec<FileResults>,
    /// The part of the results that holds a file which was checked again.
    again: BTreeMap<usize, usize>,
    fields: OnceCell<CrdFields>,
    findings: Vec<Finding>,
    /// The open files of this check.
    open: BTreeSet<String>,
    /// A change of one file may change what is delivered or mapped.
    needs_all_files: bool,
    is_mapped: bool,
}

/// Whether the findings are those of the present texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    Fresh,
    /// The whole repository has to be checked again.
    Stale,
}

impl LintSession {
    /// `named`: the only files of the run, for files outside of any repository.
    pub fn new(settings: Settings, named: Option<Pattern>) -> Self {
        Self { settings, named, checked: None, news: News::default() }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn root(&self) -> &Path {
        &self.settings.root.value
    }

    /// Checks the whole repository. `open`: the texts of an editor, sorted by path.
    pub fn check(&mut self, open: &[SourceFile], environment: &Environment, uses_cache: bool) -> Result<(), Error> {
        let before = self.news_before();
        self.checked = None;
        let Self { settings, named, checked, news } = self;
        let git = Git::new(settings, environment);
        let mut workspace = Workspace::of_work_tree(settings, &git)?;
        if let Some(named) = named {
            workspace.pattern = named.clone();
        }
        let config = LintConfig::of(&workspace, environment);
        let include = unlisted_place(settings);
        let cache = if uses_cache { CacheFolder::of(environment) } else { None };
        let request = Request { open, include: include.as_deref(), cache: cache.as_ref(), ..config.whole() };
        let mut prepared = Prepared::new(&request)?;
        let (mut raw, mapped) = prepared.check(&request, true, &Silent)?;
        prepared.found.files.append(&mut raw.added);
        *checked = Some(Checked {
            prepared,
            results: raw.results,
            again: BTreeMap::new(),
            fields: OnceCell::new(),
            findings: raw.conclusion.findings,
            open: open.iter().map(|file| file.path.clone()).collect(),
            needs_all_files: mapped.is_some() || raw.has_cluster_objects,
            is_mapped: mapped.is_some(),
        });
        if let Some(checked) = checked {
            // The run shows all findings if no file is open, and a session none.
            checked.prepared.found.chosen = ReportSelection::open(open);
            news.compare(&checked.findings, |file| checked.path(file), &before);
        }
        Ok(())
    }

    fn news_before(&self) -> KnownProblems {
        let Some(checked) = &self.checked else { return KnownProblems::default() };
        self.news.among(&checked.findings, |file| checked.path(file))
    }

    /// The editor has closed the file: what it shows of it is no news.
    pub fn dismiss(&mut self, path: &str) {
        self.news.dismiss(path);
    }

    /// Another program has changed files: what that has caused is no news.
    pub fn dismiss_all(&mut self) {
        self.news.dismiss_all();
    }

    /// Takes new texts of files; `open` are all files that the editor has open. The facts of these files are fresh
    /// afterwards, and so are the findings if the whole repository needs not be checked again. Otherwise only what the files
    /// give by themselves is fresh.
    pub fn change(
        &mut self,
        changed: &[SourceFile],
        open: &[SourceFile],
        environment: &Environment,
    ) -> Result<Freshness, Error> {
        let before = self.news_before();
        let Self { settings, named, checked, news } = self;
        let Some(checked) = checked else { return Ok(Freshness::Stale) };
        let git = Git::new(settings, environment);
        let mut workspace = Workspace::of_work_tree(settings, &git)?;
        if let Some(named) = named {
            workspace.pattern = named.clone();
        }
        let config = LintConfig::of(&workspace, environment);
        let request = config.whole();
        checked.prepared.found.chosen = ReportSelection::open(open);
        let mut freshness = if checked.needs_all_files { Freshness::Stale } else { Freshness::Fresh };
        let mut texts: Vec<(usize, String)> = Vec::new();
        for file in changed {
            match checked.index_of(&file.path) {
                Some(index) => {
                    if checked.concerns_all(index) || concerns_all(file) {
                        freshness = Freshness::Stale;
                    }
                    texts.push((index, text_of(&checked.prepared.found.files[index])));
                    checked.prepared.found.files[index].place = file.place.clone();
                    let results = checked.prepared.check_file(&request, index);
                    checked.replace(index, results);
                }
                None if checked.may_be_read(file) => freshness = Freshness::Stale,
                None => {}
            }
        }
        if freshness == Freshness::Fresh {
            checked.findings = checked.prepared.conclude(&request, &checked.results, &checked.fields).findings;
            news.compare(&checked.findings, |file| checked.path(file), &before);
        } else {
            texts.iter().for_each(|(index, before)| checked.preview(*index, before));
        }
        Ok(freshness)
    }

    /// The findings about the open files, as `portolan lint FILES` selects them, and those that the work in the editor has
    /// caused elsewhere, with the texts that they point into.
    pub fn findings_to_publish(&self) -> (Vec<Finding>, Texts) {
        let Some(checked) = &self.checked else { return (Vec::new(), Texts::default()) };
        let Found { files, chosen, .. } = &checked.prepared.found;
        let (about_open, others): (Vec<&Finding>, Vec<&Finding>) =
            checked.findings.iter().partition(|finding| chosen.shows(finding, files));
        let news = others.into_iter().filter(|finding| self.news.is_news(finding, checked.path(finding.place.file)));
        let mut shown: Vec<Finding> = about_open.into_iter().chain(news.take(MAX_NEWS)).cloned().collect();
        let holds = |file: FileId| files.get(file.0 as usize).is_some_and(|file| chosen.holds(&file.path));
        move_to(shown.iter_mut(), &|place| holds(place.file));
        shown.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
        let texts = Texts::of(&shown, files);
        (shown, texts)
    }

    /// The findings that are placed in a file, where their fixes and ignore comments belong.
    pub fn findings_in(&self, path: &str) -> Vec<&Finding> {
        let Some(checked) = &self.checked else { return Vec::new() };
        let files = &checked.prepared.found.files;
        let is_here = |file: FileId| files.get(file.0 as usize).is_some_and(|file| file.path == path);
        checked.findings.iter().filter(|finding| is_here(finding.place.file)).collect()
    }

    /// Whether each change of one file needs a check of all.
    pub fn is_slow(&self) -> bool {
        self.checked.as_ref().is_none_or(|checked| checked.needs_all_files)
    }

    /// Whether lint reads this file.
    pub fn lists(&self, path: &str) -> bool {
        self.checked.as_ref().is_some_and(|checked| checked.index_of(path).is_some())
    }

    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.checked.as_ref().map(|checked| &checked.prepared.loaded.snapshot)
    }

    pub fn declared(&self) -> Option<DeclaredEntities<'_>> {
        self.checked.as_ref().map(|checked| DeclaredEntities::new(&checked.results))
    }

    /// A file of the last check: a manifest, a file of the snapshot, or another place of findings.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.checked.as_ref()?.prepared.found.files.get(id.0 as usize)
    }

    /// A file of the snapshot, by its path.
    pub fn snapshot_file(&self, path: &str) -> Option<&SourceFile> {
        let prepared = &self.checked.as_ref()?.prepared;
        prepared.found.files.get(prepared.manifests..)?.iter().find(|file| file.path == path)
    }

    /// The absolute path of a file of the run.
    pub fn place_of(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }
}

impl Checked {
    fn path(&self, file: FileId) -> &str {
        self.prepared.found.files.get(file.0 as usize).map_or("", |file| file.path.as_str())
    }

    /// Brings the findings up to date with what a changed file gives by itself.
    fn preview(&mut self, index: usize, before: &str) {
        let Some(results) = self.again.get(&index).and_then(|part| self.results.get(*part)) else { return };
        let after = text_of(&self.prepared.found.files[index]);
        let file = FileId::of(index);
        let change = FileChange { file, before, after: &after, results, is_mapped: self.is_mapped };
        self.findings = change.preview(&self.findings);
    }

    fn index_of(&self, path: &str) -> Option<usize> {
        let manifests = self.prepared.found.files.get(..self.prepared.manifests)?;
        manifests.binary_search_by(|file| file.path.as_str().cmp(path)).ok()
    }

    fn replace(&mut self, index: usize, results: FileResults) {
        match self.again.get(&index) {
            Some(part) => self.results[*part] = results,
            None => {
                let file = FileId::of(index);
                self.results.iter_mut().for_each(|part| part.remove(file));
                self.again.insert(index, self.results.len());
                self.results.push(results);
            }
        }
    }

    /// Whether a check of all files may read the text of a file that the last one did not list: the file is new, or it is
    /// a manifest that no include names.
    fn may_be_read(&self, file: &SourceFile) -> bool {
        let text = text_in_memory(file);
        let files = &self.prepared.found.files;
        let has_finding = || self.findings.iter().any(|finding| files[finding.place.file.0 as usize].path == file.path);
        !self.open.contains(&file.path) || text.is_some_and(claims_ours) || has_finding()
    }

    /// The text as it was last checked.
    fn concerns_all(&self, index: usize) -> bool {
        concerns_all(&self.prepared.found.files[index])
    }
}

/// Whether the text of a file that an editor has open matters for other files: a deliverer or a definition.
fn concerns_all(file: &SourceFile) -> bool {
    text_in_memory(file).is_some_and(|text| concerns_delivery(text) || text.contains("CustomResourceDefinition"))
}

/// The text that findings point into; empty if it cannot be read.
fn text_of(file: &SourceFile) -> String {
    sources::read_lossy(file).unwrap_or_default()
}

fn text_in_memory(file: &SourceFile) -> Option<&str> {
    match &file.place {
        Place::Given(bytes) => std::str::from_utf8(bytes).ok(),
        Place::Read(read) => Some(read.text()),
        Place::Disk(_) | Place::Blob { .. } => None,
    }
}

/// The text of a file that an editor has open.
pub(crate) fn open_file(path: String, text: &str) -> SourceFile {
    SourceFile { path, place: Place::Given(Arc::from(text.as_bytes())) }
}
