//! Finds manifests in files outside `manifests.include`, for the rule `unlisted-manifest`. Only lint does this, and
//! only if there are includes. A text is parsed only if it contains one of the platforms' API groups.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::analysis::Directives;
use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::platform::{PLATFORMS, Platform};
use crate::manifest::{self, Limits, Reader};
use crate::settings;
use crate::sources::{
    self, Boundary, DiskFile, Listings, Pattern, Place, ReadProblem, Search, SourceFile, TextRef, is_never_walked,
};
use crate::text::plural::count;

/// A file with manifests that no include matches.
pub(crate) struct Unlisted {
    pub file: SourceFile,
    pub fault: Fault,
    pub directives: Option<Directives>,
}

/// The YAML files under `root` that are neither included nor excluded and that `is_chosen` selects. Vendored folders
/// and folders with a config of their own are skipped, because this config does not apply to them.
pub(crate) fn candidates(
    root: &Path,
    pattern: &Pattern,
    listings: &Listings,
    is_chosen: &(dyn Fn(&Path) -> bool + Sync),
) -> Vec<SourceFile> {
    let search = Search {
        root,
        enters: &|folder| !pattern.excludes(folder),
        may_take: &|name| is_yaml(Path::new(name)),
        takes: &|path| is_candidate(path, pattern) && is_chosen(path),
        is_border: &|name: &OsStr| name.to_str().is_some_and(settings::is_config_name),
        listings,
        folders_max: usize::MAX,
    };
    let within = Boundary::new(root);
    let on_disk = |path: PathBuf| SourceFile {
        path: sources::path_text(&path),
        place: Place::Disk(DiskFile::new(&within, path)),
    };
    search.run().files.into_iter().map(on_disk).collect()
}

/// The candidates among changed files.
pub(crate) fn candidates_among(files: &[SourceFile], pattern: &Pattern) -> Vec<SourceFile> {
    files.iter().filter(|file| is_candidate(Path::new(&file.path), pattern)).cloned().collect()
}

fn is_candidate(path: &Path, pattern: &Pattern) -> bool {
    let is_config = path.file_name().and_then(OsStr::to_str).is_some_and(settings::is_config_name);
    is_yaml(path) && !is_config && !pattern.includes(path) && !pattern.excludes(path) && !is_never_walked(path)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The candidates that contain a manifest. `include`: where the config declares the globs.
pub(crate) fn unlisted(candidates: Vec<SourceFile>, include: &str) -> Vec<Unlisted> {
    let make = || Worker { reader: Reader::new(Limits::default()), manifests: Vec::new() };
    let found =
        sources::for_each_text(&candidates, make, |hands, index, text| hands.file(&candidates[index].path, text));
    let named = candidates.into_iter().zip(found).filter_map(|(file, found)| Some((file, found?)));
    let unlisted = named.map(|(file, Seen { span, manifests, directives })| {
        let message = match manifests {
            1 => format!(
                "This manifest is in a file that `manifests.include` ({include}) does not name, so nothing reads it."
            ),
            many => format!(
                "{} are in a file that `manifests.include` ({include}) does not name, so nothing reads them.",
                count(many, "manifest")
            ),
        };
        let glob = match file.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/**/*.{{yaml,yml}}"),
            None => file.path.clone(),
        };
        let help = format!("add `{glob}` to `manifests.include`, or name the file in `manifests.exclude`");
        Unlisted { file, fault: Fault { kind: FaultKind::Unlisted { message, help }, span }, directives }
    });
    unlisted.collect()
}

struct Seen {
    span: Span,
    manifests: usize,
    directives: Option<Directives>,
}

struct Worker {
    reader: Reader,
    manifests: Vec<Manifest>,
}

impl Worker {
    fn file(&mut self, path: &str, text: Result<TextRef<'_>, ReadProblem>) -> Option<Seen> {
        let Self { reader, manifests, .. } = self;
        let text = text.ok()?.text;
        let name = path.rsplit('/').next().unwrap_or(path);
        let names_group = |platform: &Platform| memmem::find(text.as_bytes(), platform.group.as_bytes()).is_some();
        if Platform::by_bare_file(name).is_none() && !PLATFORMS.iter().copied().any(names_group) {
            return None;
        }
        let (mut span, mut number, mut notes) = (None, 0, Vec::new());
        reader.read(text, &mut |document| {
            notes.extend_from_slice(document.notes);
            manifests.clear();
            if document.broken {
                return;
            }
            manifest::decode(document.view, name, manifests);
            for found in manifests.iter().filter(|it| it.near_miss.is_none() && it.blueprint.is_some()) {
                number += 1;
                let place = found.identifier.or(found.blueprint).unwrap_or(found.root);
                span.get_or_insert(document.view.value(place).span());
            }
        });
        Some(Seen { span: span?, manifests: number, directives: Directives::read(text, &notes) })
    }
}
