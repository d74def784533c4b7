//! The modules of the crate as one tree: where a path leads, and which file defines what it names. Names that come
//! through a `pub use` count for the file that defines them.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Import, Module, modules_of};

pub struct Tree {
    modules: BTreeMap<Vec<String>, Module>,
}

/// Where a path leads, as written.
#[derive(Debug, PartialEq)]
pub enum Target {
    /// A path from the root of the crate.
    Ours(Vec<String>),
    /// A path into another crate, or a name that something else brought into scope.
    Other(String),
}

/// A file imports an item of another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub by: String,
    pub in_tests: bool,
}

impl Tree {
    /// Of the files `(path relative to src, text)`.
    pub fn new(files: &[(String, String)]) -> Self {
        let half = files.len().div_ceil(2).max(1);
        let read = |part: &[(String, String)]| -> Vec<Module> {
            part.iter().flat_map(|(path, text)| modules_of(path, text)).collect()
        };
        let parts: Vec<Vec<Module>> = std::thread::scope(|threads| {
            let started: Vec<_> = files.chunks(half).map(|part| threads.spawn(move || read(part))).collect();
            started.into_iter().map(|thread| thread.join().expect("every file is Rust")).collect()
        });
        let mut modules: BTreeMap<_, _> =
            parts.into_iter().flatten().map(|module| (module.path.clone(), module)).collect();
        mark_tests(&mut modules);
        Self { modules }
    }

    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.modules.values()
    }

    /// Every import of an item that another file defines.
    pub fn edges(&self) -> BTreeSet<Edge> {
        let mut edges = BTreeSet::new();
        for module in self.modules() {
            let imports = module
                .imports
                .iter()
                .filter(|import| !self.is_facade(module, import))
                .map(|import| (&import.segments, import.in_tests));
            let paths = module.paths.iter().map(|path| (&path.segments, path.in_tests));
            for (segments, in_tests) in imports.chain(paths) {
                if let Some(to) = self.defining_file(module, segments)
                    && to != module.file
                {
                    edges.insert(Edge {
                        from: module.file.clone(),
                        to: to.to_owned(),
                        by: segments.join("::"),
                        in_tests: in_tests || module.is_test,
                    });
                }
            }
        }
        edges
    }

    /// A parent that only passes on a name of its child does not depend on it.
    fn is_facade(&self, module: &Module, import: &Import) -> bool {
        let Some(path) = self.absolute(module, &import.segments) else { return false };
        import.is_public && path.starts_with(&module.path) && !module.words.contains(&import.name)
    }

    /// The path from the root of the crate, through the names that are in scope in `module`.
    fn absolute(&self, module: &Module, segments: &[String]) -> Option<Vec<String>> {
        self.absolute_within(module, segments, 0)
    }

    fn absolute_within(&self, module: &Module, segments: &[String], depth: usize) -> Option<Vec<String>> {
        if let Target::Ours(path) = lead(&module.path, segments) {
            return Some(path);
        }
        let (first, rest) = segments.split_first()?;
        if module.children.contains_key(first) && !rest.is_empty() {
            return Some(module.path.iter().chain(segments).cloned().collect());
        }
        let import = module.imports.iter().find(|import| import.name == *first)?;
        // `use x::x` names itself.
        if depth > 8 || import.segments == segments {
            return None;
        }
        let mut path = self.absolute_within(module, &import.segments, depth + 1)?;
        path.extend(rest.iter().cloned());
        Some(path)
    }

    /// The file that defines what the path names; none for other crates, and for a module without an item of it.
    fn defining_file(&self, module: &Module, segments: &[String]) -> Option<&str> {
        let path = self.absolute(module, segments)?;
        self.follow(&path, 0)
    }

    fn follow(&self, path: &[String], depth: usize) -> Option<&str> {
        let mut known = (0..=path.len()).rev().filter(|end| self.modules.contains_key(&path[..*end]));
        let end = known.next()?;
        // `scalar::cluster` is the function, if the module passes on one, and the module of that name otherwise.
        let passed_on = path.len() == end && end > 0 && {
            let parent = self.modules.get(&path[..end - 1]);
            parent.is_some_and(|parent| parent.imports.iter().any(|import| import.name == path[end - 1]))
        };
        let end = if passed_on { end - 1 } else { end };
        let module = &self.modules[&path[..end]];
        let (name, rest) = path[end..].split_first()?;
        if module.items.contains(name) || depth > 8 {
            return Some(&module.file);
        }
        let import = module.imports.iter().find(|import| import.name == *name && !import.in_tests);
        let through = import.and_then(|import| {
            let target = self.absolute(module, &import.segments)?;
            (target != path).then(|| target.iter().chain(rest).cloned().collect::<Vec<_>>())
        });
        if let Some(through) = through {
            return self.follow(&through, depth + 1);
        }
        let globs = module.imports.iter().filter(|import| import.name.is_empty());
        for glob in globs {
            let target = self.absolute(module, &glob.segments).and_then(|path| self.modules.get(&path));
            if let Some(target) = target.filter(|target| target.items.contains(name)) {
                return Some(&target.file);
            }
        }
        Some(&module.file)
    }
}

/// A module is compiled for tests only if it, or one above it, is declared so.
fn mark_tests(modules: &mut BTreeMap<Vec<String>, Module>) {
    let declared: BTreeSet<Vec<String>> = modules
        .values()
        .flat_map(|module| {
            let tests = module.children.iter().filter(|(_, is_test)| **is_test);
            tests.map(|(name, _)| module.path.iter().cloned().chain([name.clone()]).collect())
        })
        .collect();
    for module in modules.values_mut() {
        module.is_test |= (1..=module.path.len()).any(|end| declared.contains(&module.path[..end]));
    }
}

/// Where the path leads from the module `here`, by `crate`, `self` and `super` alone.
pub fn lead(here: &[String], segments: &[String]) -> Target {
    let mut base = match segments.first().map(String::as_str) {
        Some("crate" | "portolan") => Vec::new(),
        Some("self" | "super") => here.to_vec(),
        Some(_) | None => return Target::Other(segments.join("::")),
    };
    for (at, segment) in segments.iter().enumerate() {
        match segment.as_str() {
            "crate" | "portolan" if at == 0 => {}
            // A glob imports everything in the module; in the root, all modules.
            "self" | "*" => {}
            "super" => {
                base.pop();
            }
            name => base.push(name.to_owned()),
        }
    }
    Target::Ours(base)
}
