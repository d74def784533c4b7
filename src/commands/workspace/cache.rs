//! Remembers the facts of files in which lint found nothing, so that the next run neither reads nor parses them. A file
//! with findings is read again: the report shows its lines anyway, and no message, which may quote a value, is stored.

use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use foldhash::quality::FixedState;
use ring::digest::{Context, SHA256};

use crate::analysis::{FileFacts, FileResults, LoadedFacts, Options, RULES, SavedFacts, Selection};
use crate::commands::workspace::git::Git;
use crate::commands::workspace::snapshot::{LoadedSnapshot, add_part};
use crate::domain::finding::FileId;
use crate::settings::Environment;
use crate::sources::git::blob_hash;
use crate::sources::{self, FileStat, Identity, SourceFile};

/// Where the caches are, and when this process began.
#[derive(Debug, Clone)]
pub(crate) struct CacheFolder {
    folder: PathBuf,
    started: i64,
}

/// The cache of one repository, for one state of everything but the manifests.
pub(crate) struct LintCache<'a> {
    folder: &'a CacheFolder,
    git: &'a Git,
    name: String,
    key: [u8; 32],
}

/// The files of a run, and the results of those that the cache has.
pub(crate) struct KnownFiles {
    identities: Vec<Identity>,
    has: Vec<bool>,
    results: FileResults,
    /// The number of files in the cache, known or not.
    saved: usize,
    /// The number of known files whose stat is not in the cache, so that the next run would ask Git's index again.
    renewed: usize,
    /// Of the texts that were read.
    hashes: Mutex<Vec<(FileId, [u8; 20])>>,
}

const MAGIC: &[u8; 8] = b"portolan";
/// Magic, key, checksum, and the lengths of the sections.
const HEADER: usize = 8 + 32 + 8 + 8 * SECTIONS;
/// Identities, ends of paths, paths, and those of the facts.
const SECTIONS: usize = 7;
const IDENTITY: usize = 64;
/// With fewer new files among this many, writing the cache costs more than reading them again.
const WORTH_WRITING: usize = 64;

fn is_worth_writing(new: usize, saved: usize) -> bool {
    new > saved / WORTH_WRITING
}

impl CacheFolder {
    pub fn of(environment: &Environment) -> Option<Self> {
        Some(Self { folder: environment.cache_folder()?, started: environment.started() })
    }
}

impl<'a> LintCache<'a> {
    /// `None` if something that the results depend on is unknown.
    pub fn new(
        folder: &'a CacheFolder,
        root: &Path,
        git: &'a Git,
        (selection, options): (&Selection, &Options),
        loaded: &LoadedSnapshot,
    ) -> Option<Self> {
        let root_bytes = root.as_os_str().as_encoded_bytes();
        let mut key = loaded.digest.clone();
        let mut add = |part: &[u8]| add_part(&mut key, part);
        add(env!("CARGO_PKG_VERSION").as_bytes());
        add(format!("{:?}", sources::program_stat()?).as_bytes());
        add(root_bytes);
        for rule in RULES {
            add(rule.info.name.as_bytes());
            add(selection.levels_of(&rule.info).key().as_bytes());
        }
        // The age of the snapshot is a finding of no manifest, and a file whose suppression may expire is not stored.
        let Options { today: _, snapshot_max_age_days: _, git_host, assumed_mappings } = options;
        add(git_host.word().as_bytes());
        add(format!("{assumed_mappings:?}").as_bytes());
        let mut name = Context::new(&SHA256);
        name.update(root_bytes);
        let name = name.finish().as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let key = key.finish().as_ref().try_into().ok()?;
        Some(Self { folder, git, name, key })
    }

    /// Finds the files that the cache has; `files` are sorted by path.
    pub fn recognise(&self, files: &[SourceFile]) -> KnownFiles {
        let mut identities = sources::identities(files);
        let bytes = sources::read_cache(&self.folder.folder, &self.name).unwrap_or_default();
        let saved = SavedFiles::of(&bytes, &self.key);
        let candidates = saved.as_ref().map(|saved| saved.candidates(files)).unwrap_or_default();
        let mut chosen = Vec::with_capacity(candidates.len());
        let mut changed = Vec::new();
        for (index, number, before) in candidates {
            let identity = &mut identities[index];
            if before.is_same(identity) {
                identity.complete(before);
                chosen.push((number, FileId::of(index)));
            } else if identity.may_be_unchanged(&before) {
                changed.push((index, number, before));
            }
        }
        let mut renewed = 0;
        if !changed.is_empty()
            && let Some(work_tree) = self.git.repository().ok().flatten().and_then(|it| it.work_tree().ok())
        {
            for (index, number, before) in changed {
                let identity = &mut identities[index];
                if identity.is_unchanged(&before, &files[index], &work_tree) {
                    identity.complete(before);
                    chosen.push((number, FileId::of(index)));
                    renewed += usize::from(storable(identity, self.folder.started).is_some_and(|it| it.stat.is_some()));
                }
            }
            chosen.sort_unstable_by_key(|(_, id)| *id);
        }
        let results = saved.as_ref().and_then(|saved| FileResults::of_saved(&saved.facts, &chosen));
        let mut has = vec![false; files.len()];
        let results = results.unwrap_or_default();
        results.clean().iter().for_each(|file| has[at(file)] = true);
        let saved = saved.map_or(0, |saved| saved.facts.files());
        KnownFiles { identities, has, results, saved, renewed, hashes: Mutex::default() }
    }
}

impl KnownFiles {
    pub fn has(&self, file: FileId) -> bool {
        self.has.get(file.0 as usize).copied().unwrap_or_default()
    }

    /// Takes the text of a file that was read, so that the index can prove it in later runs.
    pub fn add_text(&self, file: FileId, text: &str) {
        if is_worth_writing(self.has.len() - self.results.clean().len() + self.renewed, self.saved) {
            let hash = blob_hash(text.as_bytes());
            self.hashes.lock().unwrap_or_else(PoisonError::into_inner).push((file, hash));
        }
    }

    /// Writes the cache if enough has changed; returns the results of the known files.
    pub fn save(self, cache: &LintCache<'_>, files: &[SourceFile], new: &[FileResults]) -> FileResults {
        let Self { mut identities, results, saved, renewed, hashes, .. } = self;
        for (file, hash) in hashes.into_inner().unwrap_or_else(PoisonError::into_inner) {
            identities[file.0 as usize].add_hash(hash);
        }
        let clean = new.iter().flat_map(|part| part.clean().iter().map(move |file| (part, file)));
        let is_storable = |file: &FileFacts| storable(&identities[at(file)], cache.folder.started).is_some();
        let mut all: Vec<(&FileResults, &FileFacts)> = clean.filter(|(_, file)| is_storable(file)).collect();
        if is_worth_writing(all.len() + renewed, saved) {
            // A file that was changed since it was looked at may have been read before or after the change.
            let read: Vec<(FileId, &SourceFile)> = all.iter().map(|(_, file)| (file.file, &files[at(file)])).collect();
            let mut now = sources::identities(&read).into_iter();
            all.retain(|(_, file)| now.next().is_some_and(|now| now.is_same(&identities[at(file)])));
            all.extend(results.clean().iter().map(|file| (&results, file)));
            all.sort_unstable_by_key(|(_, file)| file.file);
            write(cache, files, &identities, &all);
        }
        results
    }
}

fn at(file: &FileFacts) -> usize {
    file.file.0 as usize
}

/// The identity as it can be believed later: the stat of a file that was changed within the resolution of its times may
/// stay the same when the file changes again.
fn storable(identity: &Identity, started: i64) -> Option<Identity> {
    let stat = identity.stat.filter(|stat| stat.settled_before(started));
    let identity = Identity { stat, ..*identity };
    (identity.blob.is_some() || identity.stat.is_some()).then_some(identity)
}

fn write(cache: &LintCache<'_>, files: &[SourceFile], identities: &[Identity], all: &[(&FileResults, &FileFacts)]) {
    let (mut known, mut ends, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    let mut facts = SavedFacts::default();
    for (results, file) in all {
        let Some(identity) = storable(&identities[at(file)], cache.folder.started) else { continue };
        known.extend_from_slice(&encode(&identity));
        paths.extend_from_slice(files[at(file)].path.as_bytes());
        ends.extend_from_slice(&(paths.len() as u64).to_le_bytes());
        results.save(file, &mut facts);
    }
    let [a, b, c, d] = facts.sections();
    let sections: [&[u8]; SECTIONS] = [&known, &ends, &paths, a, b, c, d];
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&cache.key);
    let lengths = sections.map(|section| section.len() as u64);
    header.extend_from_slice(&checksum(&cache.key, &lengths, &sections).to_le_bytes());
    header.extend(lengths.into_iter().flat_map(u64::to_le_bytes));
    let mut parts = vec![header.as_slice()];
    parts.extend(sections);
    sources::write_cache(&cache.folder.folder, &cache.name, &parts);
}

/// Finds damage, not forgery: only the user can write the file.
fn checksum(key: &[u8], lengths: &[u64; SECTIONS], sections: &[&[u8]; SECTIONS]) -> u64 {
    FixedState::default().hash_one((key, lengths, sections))
}

fn encode(identity: &Identity) -> [u8; IDENTITY] {
    let stat = identity.stat.unwrap_or_default();
    let mut bytes = [0; IDENTITY];
    let mut at = 0;
    let mut add = |part: &[u8]| {
        bytes[at..at + part.len()].copy_from_slice(part);
        at += part.len();
    };
    add(&identity.blob.unwrap_or_default());
    add(&[u8::from(identity.blob.is_some()), u8::from(identity.stat.is_some()), 0, 0]);
    add(&stat.mtime.1.to_le_bytes());
    add(&stat.ctime.1.to_le_bytes());
    add(&identity.size.to_le_bytes());
    add(&stat.mtime.0.to_le_bytes());
    add(&stat.ctime.0.to_le_bytes());
    add(&stat.inode.to_le_bytes());
    bytes
}

fn decode(bytes: &[u8; IDENTITY]) -> Identity {
    let long = |at: usize| bytes[at..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight));
    let short = |at: usize| bytes[at..].first_chunk().map_or(0, |four| u32::from_le_bytes(*four));
    let stat = FileStat {
        size: long(32),
        mtime: (long(40).cast_signed(), short(24)),
        ctime: (long(48).cast_signed(), short(28)),
        inode: long(56),
    };
    let blob = bytes.first_chunk().copied().filter(|_| bytes[20] == 1);
    Identity { blob, stat: (bytes[21] == 1).then_some(stat), size: stat.size }
}

/// The content of a cache file.
struct SavedFiles<'b> {
    identities: &'b [[u8; IDENTITY]],
    ends: &'b [[u8; 8]],
    paths: &'b str,
    facts: LoadedFacts<'b>,
}

impl<'b> SavedFiles<'b> {
    /// `None` if the file is damaged, or about another state of the repository or the program.
    fn of(bytes: &'b [u8], key: &[u8; 32]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?.strip_prefix(key)?;
        let (sum, mut rest) = rest.split_first_chunk::<8>()?;
        let mut lengths = [0; SECTIONS];
        for length in &mut lengths {
            let (bytes, after) = rest.split_first_chunk::<8>()?;
            *length = u64::from_le_bytes(*bytes);
            rest = after;
        }
        let mut sections: [&[u8]; SECTIONS] = [&[]; SECTIONS];
        for (section, length) in sections.iter_mut().zip(lengths) {
            (*section, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        }
        if !rest.is_empty() || u64::from_le_bytes(*sum) != checksum(key, &lengths, &sections) {
            return None;
        }
        let [identities, ends, paths, a, b, c, d] = sections;
        let facts = LoadedFacts::of([a, b, c, d])?;
        let (identities, ends) = (identities.as_chunks().0, ends.as_chunks().0);
        let is_whole = identities.len() == facts.files() && ends.len() == facts.files();
        is_whole.then_some(Self { identities, ends, paths: std::str::from_utf8(paths).ok()?, facts })
    }

    /// The files that the cache has by name: their numbers in the run and in the cache, and their identities. Both are
    /// sorted by path.
    fn candidates(&self, files: &[SourceFile]) -> Vec<(usize, usize, Identity)> {
        let mut found = Vec::with_capacity(self.ends.len());
        let (mut at, mut start) = (0, 0);
        for (number, (end, identity)) in self.ends.iter().zip(self.identities).enumerate() {
            let end = usize::try_from(u64::from_le_bytes(*end)).unwrap_or(usize::MAX);
            let path = self.paths.get(start..end).unwrap_or_default();
            start = end;
            while files.get(at).is_some_and(|file| file.path.as_str() < path) {
                at += 1;
            }
            if files.get(at).is_some_and(|file| file.path == path) {
                found.push((at, number, decode(identity)));
                at += 1;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
