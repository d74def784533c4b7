//! The files of a repository as deliverers see them: a tree of folders with regular files and symlinks, by path.

/// The index of a file in its `Files`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

impl FileId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The index of a folder in its `Files`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FolderId(u32);

impl FolderId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    Text,
    /// Not a text in UTF-8.
    Bytes,
    /// A symbolic link with its target.
    Symlink(String),
}

#[derive(Debug)]
struct File {
    path: String,
    kind: FileKind,
}

#[derive(Debug, Default)]
struct Folder {
    path: String,
    /// Sorted by the bytes of their names.
    entries: Vec<(Box<str>, Entry)>,
}

impl Folder {
    fn get(&self, name: &str) -> Option<Entry> {
        let at = self.entries.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(self.entries[at].1)
    }

    /// Whether the name is new.
    fn add(&mut self, name: &str, entry: Entry) -> bool {
        // Files mostly come in order.
        if self.entries.last().is_none_or(|(last, _)| &**last < name) {
            self.entries.push((name.into(), entry));
            return true;
        }
        match self.entries.binary_search_by(|(known, _)| (**known).cmp(name)) {
            Ok(_) => false,
            Err(at) => {
                self.entries.insert(at, (name.into(), entry));
                true
            }
        }
    }
}

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    File(FileId),
    Folder(FolderId),
}

#[derive(Debug)]
pub struct Files {
    files: Vec<File>,
    folders: Vec<Folder>,
}

impl Default for Files {
    fn default() -> Self {
        Self { files: Vec::new(), folders: vec![Folder::default()] }
    }
}

impl Files {
    pub const ROOT: FolderId = FolderId(0);

    /// Files with their paths relative to the repository, separated by `/`. The first of two files with one path counts;
    /// a path that leads out of the repository, or through a file, is left out.
    pub fn new(files: impl IntoIterator<Item = (String, FileKind)>) -> Self {
        let mut tree = Self::default();
        for (path, kind) in files {
            tree.add(path, kind);
        }
        tree
    }

    /// Adds one more; `None` if it does not count.
    pub fn add(&mut self, path: String, kind: FileKind) -> Option<FileId> {
        let path = if is_tidy(&path) { path } else { inside(&path)? };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let folder = self.folder_at(folder).filter(|_| !name.is_empty())?;
        let id = FileId(index(self.files.len()));
        if !self.folders[folder.index()].add(name, Entry::File(id)) {
            return None;
        }
        self.files.push(File { path, kind });
        Some(id)
    }

    /// The folder at a path, which is made if it does not exist; `None` if there is a file in the way.
    fn folder_at(&mut self, path: &str) -> Option<FolderId> {
        // Files of one folder mostly follow each other.
        if self.folders.last().is_some_and(|last| last.path == path) {
            return Some(FolderId(index(self.folders.len() - 1)));
        }
        let mut at = Self::ROOT;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = match self.folders[at.index()].get(name) {
                Some(Entry::Folder(id)) => id,
                Some(Entry::File(_)) => return None,
                None => {
                    let id = FolderId(index(self.folders.len()));
                    let above = &mut self.folders[at.index()];
                    let path = if above.path.is_empty() { name.to_owned() } else { format!("{}/{name}", above.path) };
                    above.add(name, Entry::Folder(id));
                    self.folders.push(Folder { path, entries: Vec::new() });
                    id
                }
            };
        }
        Some(at)
    }

    /// The file at a path that is written as in the list. Links are not followed.
    pub fn find(&self, path: &str) -> Option<FileId> {
        let mut folder = Self::ROOT;
        for name in path.split('/') {
            match self.entry(folder, name)? {
                Entry::Folder(below) => folder = below,
                Entry::File(file) => return Some(file).filter(|file| self.path(*file) == path),
            }
        }
        None
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn folder_count(&self) -> usize {
        self.folders.len()
    }

    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..index(self.files.len())).map(FileId)
    }

    pub fn path(&self, file: FileId) -> &str {
        &self.files[file.index()].path
    }

    pub fn kind(&self, file: FileId) -> &FileKind {
        &self.files[file.index()].kind
    }

    pub fn folder_path(&self, folder: FolderId) -> &str {
        &self.folders[folder.index()].path
    }

    /// The names in a folder, sorted by their bytes.
    pub fn entries(&self, folder: FolderId) -> impl Iterator<Item = (&str, Entry)> {
        self.folders[folder.index()].entries.iter().map(|(name, entry)| (&**name, *entry))
    }

    pub fn entry(&self, folder: FolderId, name: &str) -> Option<Entry> {
        self.folders[folder.index()].get(name)
    }
}

pub fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// Whether a path has no parts that mean another one.
fn is_tidy(path: &str) -> bool {
    path.split('/').all(|name| !matches!(name, "" | "." | ".."))
}

fn inside(path: &str) -> Option<String> {
    match join("", path) {
        Joined::Inside(path) => Some(path),
        Joined::Outside(_) => None,
    }
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("a repository has fewer than 2^32 files")
}

/// A path that was joined to a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// Relative to the repository, without `.` and `..`.
    Inside(String),
    /// It leads out of the repository: relative to the folder above.
    Outside(String),
}

/// The path that `path`, seen from `folder`, leads to. A leading `/` means nothing.
pub fn join(folder: &str, path: &str) -> Joined {
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    let mut is_outside = false;
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                if names.pop().is_none() {
                    is_outside = true;
                }
            }
            name => names.push(name),
        }
    }
    let joined = names.join("/");
    if is_outside { Joined::Outside(joined) } else { Joined::Inside(joined) }
}

/// Whether a path is below a folder.
pub fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_a_file_system_does() {
        let inside = |path: &str| Joined::Inside(path.to_owned());
        assert_eq!(join("a/b", "../c/./d.yaml"), inside("a/c/d.yaml"));
        assert_eq!(join("", "/a//b/"), inside("a/b"));
        assert_eq!(join("a", ".."), inside(""));
        assert_eq!(join("a", "../../etc.yaml"), Joined::Outside("etc.yaml".to_owned()));
    }

    #[test]
    fn folders_are_sorted_by_name_and_a_file_is_no_folder() {
        let paths = ["a.yaml", "a/b.yaml", "a-b/c.yaml", "B.yaml", "a.yaml/x", "../x"];
        let files = Files::new(paths.map(|path| (path.to_owned(), FileKind::Text)));
        let names: Vec<_> = files.entries(Files::ROOT).map(|(name, _)| name).collect();
        assert_eq!(names, ["B.yaml", "a", "a-b", "a.yaml"]);
        assert_eq!(files.len(), 4);
    }
}
