//! The part of a repository that one deliverer works on: without what it leaves out, with or without symlinks.

use super::files::{Entry, FileId, FileKind, Files, FolderId, Joined, join};

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;

#[derive(Debug)]
pub struct Tree<'a> {
    files: &'a Files,
    hidden_files: Vec<bool>,
    hidden_folders: Vec<bool>,
    follows_links: bool,
}

impl<'a> Tree<'a> {
    /// A checkout: every file, and links lead to their targets.
    pub fn checkout(files: &'a Files) -> Self {
        Self { files, hidden_files: Vec::new(), hidden_folders: Vec::new(), follows_links: true }
    }

    /// A copy without symlinks and without what `is_left_out` says. A folder that is left out is there if something in it
    /// is.
    pub fn copy_without(files: &'a Files, mut is_left_out: impl FnMut(&str, bool) -> bool) -> Self {
        let hidden_files = files
            .ids()
            .map(|file| matches!(files.kind(file), FileKind::Symlink(_)) || is_left_out(files.path(file), false));
        let mut tree = Self {
            files,
            hidden_files: hidden_files.collect(),
            hidden_folders: vec![true; files.folder_count()],
            follows_links: false,
        };
        tree.show_folders(Files::ROOT, &mut is_left_out);
        tree.hidden_folders[Files::ROOT.index()] = false;
        tree
    }

    /// Decides for a folder and those below it. The depth of folders is that of paths, which the file system limits.
    fn show_folders(&mut self, folder: FolderId, is_left_out: &mut dyn FnMut(&str, bool) -> bool) -> bool {
        let files = self.files;
        let mut is_shown = !is_left_out(files.folder_path(folder), true);
        for (_, entry) in files.entries(folder) {
            is_shown |= match entry {
                Entry::File(file) => !self.hidden_files[file.index()],
                Entry::Folder(below) => self.show_folders(below, is_left_out),
            };
        }
        self.hidden_folders[folder.index()] = !is_shown;
        is_shown
    }

    pub fn files(&self) -> &'a Files {
        self.files
    }

    /// The regular files that are there, by path in no particular order.
    pub fn shown_files(&self) -> impl Iterator<Item = FileId> {
        self.files.ids().filter(|file| self.is_shown(Entry::File(*file)))
    }

    fn is_shown(&self, entry: Entry) -> bool {
        match entry {
            Entry::File(file) => !self.hidden_files.get(file.index()).copied().unwrap_or_default(),
            Entry::Folder(folder) => !self.hidden_folders.get(folder.index()).copied().unwrap_or_default(),
        }
    }

    /// The regular files and folders in a folder, by name; links are followed.
    pub fn entries(&self, folder: FolderId) -> impl Iterator<Item = (&'a str, Entry)> {
        let files = self.files;
        files.entries(folder).filter_map(move |(name, entry)| {
            let is_link = matches!(entry, Entry::File(file) if matches!(files.kind(file), FileKind::Symlink(_)));
            let found = if is_link { self.find_in(folder, name, &mut 0) } else { Some(entry) };
            found.filter(|entry| self.is_shown(*entry)).map(|entry| (name, entry))
        })
    }

    /// The file in a folder.
    pub fn file_in(&self, folder: FolderId, name: &str) -> Option<FileId> {
        match self.find_in(folder, name, &mut 0) {
            Some(Entry::File(file)) => Some(file),
            Some(Entry::Folder(_)) | None => None,
        }
    }

    /// The file or folder at a path of the repository.
    pub fn find(&self, path: &str) -> Option<Entry> {
        self.walk(path, &mut 0)
    }

    fn walk(&self, path: &str, links: &mut usize) -> Option<Entry> {
        let mut at = Entry::Folder(Files::ROOT);
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let Entry::Folder(folder) = at else { return None };
            at = self.find_in(folder, name, links)?;
        }
        Some(at)
    }

    fn find_in(&self, folder: FolderId, name: &str, links: &mut usize) -> Option<Entry> {
        let entry = self.files.entry(folder, name).filter(|entry| self.is_shown(*entry))?;
        let Entry::File(file) = entry else { return Some(entry) };
        let FileKind::Symlink(target) = self.files.kind(file) else { return Some(entry) };
        *links += 1;
        if !self.follows_links || *links > MAX_LINKS || target.starts_with('/') {
            return None;
        }
        match join(self.files.folder_path(folder), target) {
            Joined::Inside(path) => self.walk(&path, links),
            Joined::Outside(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_and_circles_end() {
        let link = |target: &str| FileKind::Symlink(target.to_owned());
        let files = Files::new([
            ("a/x.yaml".to_owned(), FileKind::Text),
            ("b".to_owned(), link("a")),
            ("c".to_owned(), link("d")),
            ("d".to_owned(), link("c")),
            ("e".to_owned(), link("../e")),
        ]);
        let tree = Tree::checkout(&files);
        let path = |path: &str| match tree.find(path)? {
            Entry::File(file) => Some(files.path(file)),
            Entry::Folder(folder) => Some(files.folder_path(folder)),
        };
        assert_eq!(path("b/x.yaml"), Some("a/x.yaml"));
        assert_eq!(path("b"), Some("a"));
        assert_eq!([path("c"), path("e"), path("a/x.yaml/y")], [None, None, None]);
        let copy = Tree::copy_without(&files, |path, _| path == "a/x.yaml");
        assert_eq!([copy.find("b"), copy.find("a/x.yaml")], [None, None]);
        assert!(copy.find("a").is_some());
    }
}
