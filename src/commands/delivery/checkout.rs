//! The files of the repository as deliverers see them, with their texts. A file that the run has read already is not read
//! again.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use super::listing::Listing;
use super::read_files::ReadFiles;
use crate::delivery::files::{FileId, FileKind, Files, is_yaml};
use crate::delivery::source::{Document, Source};
use crate::manifest::{Limits, Reader};
use crate::sources::{self, Place, ReadBuffer, RepositoryFile, SourceFile};

/// Every file of the repository, from its top.
#[derive(Debug)]
pub(super) struct Checkout {
    pub files: Files,
    /// Where the text of each file is; a symbolic link has none.
    sources: Vec<Option<SourceFile>>,
    /// The number of each file among those of the run.
    numbers: Vec<Option<usize>>,
    /// Readers that are free.
    readers: Mutex<Vec<Reader>>,
}

impl Checkout {
    /// The files of the run replace those of the repository. `prefix`: the root seen from the top.
    pub fn new(listing: Listing, run: &ReadFiles<'_>, prefix: &str) -> Self {
        let mut kept: Vec<Option<&Place>> = vec![None; run.files.len()];
        run.kept.iter().for_each(|(number, place)| kept[*number] = Some(place));
        let place_of = |number: usize| kept[number].unwrap_or(&run.files[number].place).clone();
        let mut listed = listing.files;
        if !listed.is_sorted_by(|one, other| one.path() <= other.path()) {
            listed.sort_by(|one, other| one.path().cmp(other.path()));
        }
        let (numbers, others) = numbers(&listed, run.files, prefix);
        let mut checkout = Self {
            files: Files::default(),
            sources: Vec::with_capacity(listed.len() + others.len()),
            numbers: Vec::with_capacity(listed.len() + others.len()),
            readers: Mutex::default(),
        };
        let mut replaced = Vec::with_capacity(run.files.len());
        for (file, number) in listed.into_iter().zip(numbers) {
            match file {
                RepositoryFile::File(SourceFile { path, mut place }) => {
                    if let Some(number) = number {
                        replaced.push(std::mem::replace(&mut place, place_of(number)));
                    }
                    checkout.add_text(path, place, number);
                }
                // A link stays one, although the run has read what it leads to.
                RepositoryFile::Link { path, target } => {
                    if checkout.files.add(path, FileKind::Symlink(target)).is_some() {
                        checkout.sources.push(None);
                        checkout.numbers.push(number);
                    }
                }
            }
        }
        for (path, number) in others {
            checkout.add_text(path.into_owned(), place_of(number), Some(number));
        }
        sources::free_in_background(replaced.len(), replaced);
        checkout
    }

    fn add_text(&mut self, path: String, place: Place, number: Option<usize>) {
        if self.files.add(path.clone(), FileKind::Text).is_some() {
            self.sources.push(Some(SourceFile { path, place }));
            self.numbers.push(number);
        }
    }

    /// The YAML files, with their sources.
    pub fn yaml_files(&self) -> Vec<(FileId, &SourceFile)> {
        self.files
            .ids()
            .filter(|file| is_yaml(self.files.path(*file)))
            .filter_map(|file| Some((file, self.source_of(file)?)))
            .collect()
    }

    /// The source of a file.
    pub fn source_of(&self, file: FileId) -> Option<&SourceFile> {
        self.sources.get(file.index())?.as_ref()
    }

    /// The files of the run, by their numbers.
    pub fn by_number(&self) -> Vec<Option<FileId>> {
        let numbered = self.files.ids().filter_map(|file| Some((self.number_of(file)?, file)));
        let mut files = Vec::new();
        for (number, file) in numbered {
            if files.len() <= number {
                files.resize(number + 1, None);
            }
            files[number] = Some(file);
        }
        files
    }

    /// The number of a file among those of the run.
    pub fn number_of(&self, file: FileId) -> Option<usize> {
        self.numbers.get(file.index()).copied().flatten()
    }
}

/// The path of a file of the run from the top, and its number.
type Unlisted<'f> = (Cow<'f, str>, usize);

/// The number of each listed file among those of the run, and the files of the run that are not listed.
fn numbers<'f>(
    listed: &[RepositoryFile],
    run: &'f [SourceFile],
    prefix: &str,
) -> (Vec<Option<usize>>, Vec<Unlisted<'f>>) {
    let (mut numbers, mut others) = (vec![None; listed.len()], Vec::new());
    let mut next = 0;
    for (number, file) in run.iter().enumerate() {
        let path = match prefix {
            "" => Cow::Borrowed(file.path.as_str()),
            prefix => Cow::Owned(format!("{prefix}{}", file.path)),
        };
        // The files of the run mostly are in the same order.
        while listed.get(next).is_some_and(|known| *known.path() < *path) {
            next += 1;
        }
        let at = match listed.get(next) {
            Some(known) if *known.path() == *path => Ok(next),
            Some(_) | None => listed.binary_search_by(|known| known.path().cmp(&path)),
        };
        match at {
            Ok(at) => numbers[at] = Some(number),
            Err(_) => others.push((path, number)),
        }
    }
    (numbers, others)
}

impl Source for Checkout {
    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        let source = self.source_of(self.files.find(path)?)?;
        if let Place::Read(read) = &source.place {
            return Some(Cow::Borrowed(read.text()));
        }
        let mut buffer = ReadBuffer::default();
        let text = sources::read(source, &mut buffer).ok()?;
        Some(Cow::Owned(text.text.to_owned()))
    }

    fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        let free = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = free.unwrap_or_else(|| Reader::new(Limits::default()));
        reader.read_all(text, &mut |document| {
            let value = if document.broken { None } else { document.view.root() };
            each(&Document { span: document.span, value, faults: document.faults });
        });
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }
}
