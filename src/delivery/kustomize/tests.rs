//! What a build reads, and where its failures are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use super::failure::FailureKind;
use super::{Build, Options, build};
use crate::delivery::doubles::Texts;
use crate::delivery::repository::Repository;
use crate::delivery::source::{Document, Source};
use crate::delivery::tree::Tree;

fn texts(files: &[(&str, &str)]) -> Texts {
    Texts(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

/// The failure of a build of `top`: its class, and the text at its place.
fn failure(files: &[(&str, &str)]) -> (FailureKind, String) {
    let texts = texts(files);
    let files = texts.files(&BTreeMap::new());
    let repository = Repository::new(&files, &texts);
    let result = build(&repository, &Tree::checkout(&files), "top", None, Options::KUBECTL);
    let result = result.and_then(|build| build.check_encoding());
    let failure = result.expect_err("it fails");
    let place = failure.place.expect("a place");
    let path = files.path(place.file);
    (failure.kind, format!("{path}: {}", place.span.slice(&texts.0[path])))
}

const ENTITY: &str = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\n";

#[test]
fn failures_are_where_the_fault_is() {
    let top = |text: &'static str| ("top/kustomization.yaml", text);
    let (kind, at) = failure(&[top("resources: [a.yaml, nope.yaml]\n"), ("top/a.yaml", ENTITY)]);
    assert_eq!((kind, at.as_str()), (FailureKind::Missing, "top/kustomization.yaml: nope.yaml"));
    let (kind, at) = failure(&[top("resources: [a.yaml]\nfoo: 1\n")]);
    assert_eq!((kind, at.as_str()), (FailureKind::UnknownField, "top/kustomization.yaml: foo"));
    let (kind, at) = failure(&[top("resources: [../b]\n"), ("b/kustomization.yaml", "resources: [../top]\n")]);
    assert_eq!((kind, at.as_str()), (FailureKind::Cycle, "b/kustomization.yaml: ../top"));
    let (kind, at) = failure(&[top("resources: [v.yaml]\n"), ("top/v.yaml", "image: {tag: 1}\n")]);
    assert_eq!((kind, at.as_str()), (FailureKind::NoObject, "top/v.yaml: image: {tag: 1}"));
    let (kind, at) = failure(&[top("resources: [../a.yaml]\n"), ("a.yaml", ENTITY)]);
    assert_eq!((kind, at.as_str()), (FailureKind::Restricted, "top/kustomization.yaml: ../a.yaml"));
    let (kind, at) = failure(&[
        top("resources: [../b]\npatches: [{patch: '{apiVersion: x/v1, kind: E, metadata: {name: z}}'}]\n"),
        ("b/kustomization.yaml", "resources: [a.yaml]\n"),
        ("b/a.yaml", ENTITY),
    ]);
    let patch = "{patch: '{apiVersion: x/v1, kind: E, metadata: {name: z}}'}";
    assert_eq!((kind, at), (FailureKind::PatchTarget, format!("top/kustomization.yaml: {patch}")));
}

#[test]
fn what_lies_on_another_host_is_named() {
    let texts =
        texts(&[("top/kustomization.yaml", "resources: [a.yaml, github.com/acme/x]\n"), ("top/a.yaml", ENTITY)]);
    let files = texts.files(&BTreeMap::new());
    let repository = Repository::new(&files, &texts);
    let Build { objects, unknowns, .. } =
        build(&repository, &Tree::checkout(&files), "top", None, Options::KUBECTL).expect("it builds");
    assert_eq!((objects.len(), unknowns.len()), (1, 1));
}

#[test]
fn graphs_that_grow_without_end_are_refused() {
    let mut files = Vec::new();
    for level in 0..60 {
        files.push((format!("{level}/kustomization.yaml"), format!("resources: [../{0}, ../{0}]\n", level + 1)));
    }
    files.push(("60/kustomization.yaml".to_owned(), "resources: []\nnamespace: a\n".to_owned()));
    let texts = Texts(files.into_iter().collect());
    let files = texts.files(&BTreeMap::new());
    let repository = Repository::new(&files, &texts);
    let result = build(&repository, &Tree::checkout(&files), "0", None, Options::KUBECTL);
    assert_eq!(result.expect_err("it is refused").kind, FailureKind::TooLarge);
}

/// Counts how often each text is read.
struct Counted<'t> {
    texts: &'t Texts,
    reads: Mutex<BTreeMap<String, usize>>,
}

impl Source for Counted<'_> {
    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        *self.reads.lock().expect("no reader panics").entry(path.to_owned()).or_default() += 1;
        self.texts.text(path)
    }

    fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        self.texts.documents(text, each);
    }
}

#[test]
fn every_manifest_is_read_once_by_all_builds() {
    let (folders, per_folder) = (300, 10);
    let mut texts = BTreeMap::new();
    for folder in 0..folders {
        let mut resources = String::new();
        for file in 0..per_folder {
            let entity = format!("apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: e{folder}-{file}}}\n");
            texts.insert(format!("f{folder}/e{file}.yaml"), entity);
            write!(resources, "e{file}.yaml, ").expect("a string");
        }
        texts.insert(format!("f{folder}/kustomization.yaml"), format!("resources: [{resources}]\nnamespace: team\n"));
    }
    let all: Vec<_> = (0..folders).map(|folder| format!("../f{folder}")).collect();
    texts.insert("top/kustomization.yaml".to_owned(), format!("resources: [{}]\n", all.join(", ")));
    let texts = Texts(texts);
    let files = texts.files(&BTreeMap::new());
    let source = Counted { texts: &texts, reads: Mutex::default() };
    let repository = Repository::new(&files, &source);
    let tree = Tree::checkout(&files);
    for folder in 0..folders {
        let build = build(&repository, &tree, &format!("f{folder}"), None, Options::FLUX).expect("it builds");
        assert_eq!(build.objects.len(), per_folder);
    }
    let whole = build(&repository, &tree, "top", None, Options::FLUX).expect("it builds");
    assert_eq!(whole.objects.len(), folders * per_folder);
    let reads = source.reads.lock().expect("no reader panics");
    let manifests = reads.iter().filter(|(path, _)| !path.ends_with("kustomization.yaml"));
    assert!(manifests.clone().all(|(_, count)| *count == 1));
    assert_eq!(manifests.count(), folders * per_folder);
}

/// The group and the version decide, not how they are written.
#[test]
fn the_same_version_written_twice_is_sorted_by_name() {
    let object =
        |version: &str, name: &str| format!("---\napiVersion: {version}\nkind: Kind\nmetadata: {{name: {name}}}\n");
    let manifests = [object("v1", "c"), object("/v1", "b"), object("v1", "a")].concat();
    let texts = texts(&[("top/kustomization.yaml", "resources: [a.yaml]\n"), ("top/a.yaml", &manifests)]);
    let files = texts.files(&BTreeMap::new());
    let repository = Repository::new(&files, &texts);
    let built = build(&repository, &Tree::checkout(&files), "top", None, Options::KUBECTL).expect("it builds");
    let names: Vec<&str> = built.objects.iter().map(|object| object.header.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn objects_that_a_patch_makes_equal_cannot_be_merged() {
    let patches = "patches: [{target: {name: a}, patch: '[{\"op\": \"replace\", \"path\": \"/metadata/name\", \"value\": \"b\"}]'}]\n";
    let base = format!("resources: [a.yaml, b.yaml]\n{patches}");
    let (kind, at) = failure(&[
        ("top/kustomization.yaml", "resources: [../base]\n"),
        ("base/kustomization.yaml", &base),
        ("base/a.yaml", ENTITY),
        ("base/b.yaml", &ENTITY.replace("name: a", "name: b")),
    ]);
    assert_eq!(kind, FailureKind::DuplicateId);
    assert!(at.starts_with("base/b.yaml: "), "{at}");
}
