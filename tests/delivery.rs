//! Compares `delivery::kustomize` with `kubectl kustomize` over generated trees: the same objects in the same order, or
//! the same error. Without `kubectl` on the PATH the test is left out with a notice.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use portolan::delivery::files::{FileKind, Files};
use portolan::delivery::kustomize::failure::{Failure, ROOT};
use portolan::delivery::kustomize::{Build, Options, build};
use portolan::delivery::reading::{Dialect, json};
use portolan::delivery::repository::Repository;
use portolan::delivery::source::{Document, Source};
use portolan::delivery::{Content, Tree, contents};
use portolan::manifest::{Limits, Reader};
use proptest::prelude::*;
use proptest::strategy::{Union, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;

use crate::generated_cases;

/// Files in memory.
#[derive(Debug, Clone)]
struct Texts(BTreeMap<String, String>);

impl Source for Texts {
    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        self.0.get(path).map(|text| Cow::Borrowed(text.as_str()))
    }

    fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        Reader::new(Limits::default()).read_all(text, &mut |document| {
            let value = if document.broken { None } else { document.view.root() };
            each(&Document { span: document.span, value, faults: document.faults });
        });
    }
}

impl Texts {
    fn files(&self) -> Files {
        Files::new(self.0.keys().map(|path| (path.clone(), FileKind::Text)))
    }
}

/// The folder that is built.
const TOP: &str = "a";

fn ours(repository: &Repository<'_>, tree: &Tree<'_>) -> Result<Build, Failure> {
    let built = build(repository, tree, TOP, None, Options::KUBECTL)?;
    built.check_encoding()?;
    Ok(built)
}

/// What `kubectl kustomize` prints, or its error.
fn theirs(root: &Path) -> Result<String, String> {
    let output = Command::new("kubectl").arg("kustomize").arg(root.join(TOP)).output().expect("kubectl runs");
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).expect("YAML is UTF-8"));
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let quoted = text.split_once("err=\"").map(|(_, rest)| format!("\"{}", rest.trim_end()));
    if let Some((_, lines)) = text.split_once("err=<\n") {
        let lines: Vec<_> =
            lines.lines().take_while(|line| *line != " >").map(|line| line.trim_start_matches('\t')).collect();
        return Err(lines.join("\n"));
    }
    let logged = quoted.and_then(|quoted| serde_json::from_str::<String>(&quoted).ok());
    Err(logged.unwrap_or_else(|| text.split_once("error: ").map_or(text.clone(), |(_, rest)| rest.to_owned())))
}

fn objects_of(texts: &Texts, output: &str) -> Vec<Json> {
    let mut objects = Vec::new();
    texts.documents(output, &mut |document| {
        objects.extend(document.value.map(|root| json(root, Dialect::Kustomize)));
    });
    objects
}

/// Without what is not known here: numbers of lines, and what Go prints of values.
fn comparable(text: &str) -> String {
    let before = |text: &str, mark: &str| text.split(mark).next().unwrap_or_default().to_owned();
    for wording in ["unsupported type", "unsupported value", "invalid map key", "unmarshal errors", "cannot decode"] {
        if text.contains(wording) {
            return wording.to_owned();
        }
    }
    // What a plugin was configured with.
    let text = &match text.split_once(" with config: `") {
        Some((head, rest)) => format!("{head}{}", rest.split_once("\n`").map_or("", |(_, rest)| rest)),
        None => text.to_owned(),
    };
    let text = &match text.split_once(" &{") {
        Some((head, rest)) => format!("{head}{}", rest.split_once('}').map_or("", |(_, rest)| rest)),
        None => text.clone(),
    };
    if text.contains("--enable-helm") {
        return "--enable-helm".to_owned();
    }
    let marks =
        ["ID conflict", "MalformedYAMLError", "invalid Kustomization: yaml: ", ": decoding ", "open API definition"];
    marks.into_iter().fold(text.to_owned(), |text, mark| before(&text, mark)).trim().to_owned()
}

fn compare(texts: &Texts, root: &Path) -> Result<(), String> {
    let files = texts.files();
    let repository = Repository::new(&files, texts);
    let tree = Tree::checkout(&files);
    match (ours(&repository, &tree), theirs(root)) {
        (Err(failure), Err(expected)) => {
            let found = comparable(&failure.text.replace(ROOT, root.to_str().expect("a path in UTF-8")));
            let expected = comparable(&expected);
            if found == expected { Ok(()) } else { Err(format!("found    {found}\nexpected {expected}")) }
        }
        (Ok(built), Ok(output)) => {
            let expected = objects_of(texts, &output);
            let text = |object: &Json, pointer: &str| {
                object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned()
            };
            if built.objects.len() != expected.len() {
                return Err(format!("{} objects instead of {}", built.objects.len(), expected.len()));
            }
            let found = contents(&repository, &built.objects);
            for ((content, object), expected) in found.iter().zip(&built.objects).zip(&expected) {
                let header = &object.header;
                let identity = [&header.kind, &header.name, &header.namespace].map(|text| text.as_str());
                let wanted = ["/kind", "/metadata/name", "/metadata/namespace"].map(|part| text(expected, part));
                if header.has_string_name && identity != wanted.each_ref().map(String::as_str) && !is_date(&wanted[1]) {
                    return Err(format!("found {identity:?}, expected {wanted:?}"));
                }
                if let Content::Known(content) = content
                    && !same(content, expected)
                {
                    return Err(format!("found    {content}\nexpected {expected}"));
                }
            }
            Ok(())
        }
        (Ok(built), Err(expected)) => Err(format!("{} objects, expected {expected}", built.objects.len())),
        (Err(failure), Ok(_)) => Err(format!("unexpected failure: {}", failure.text)),
    }
}

fn is_date(name: &str) -> bool {
    name.ends_with("T00:00:00Z")
}

/// Equal but for the spelling of numbers.
fn same(found: &Json, expected: &Json) -> bool {
    match (found, expected) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Weighted texts.
fn one_of(choices: &'static [(u32, &'static str)]) -> BoxedStrategy<&'static str> {
    Union::new_weighted(choices.iter().map(|(weight, text)| (*weight, Just(*text))).collect()).boxed()
}

fn entity(kind: &str, name: &str, namespace: &str, metadata: &str, value: &str) -> String {
    let mut text = format!("apiVersion: getport.io/v1\nkind: {kind}\nmetadata:\n  name: {name}\n");
    if !namespace.is_empty() {
        writeln!(text, "  namespace: {namespace}").expect("a string");
    }
    text + metadata + &format!("spec:\n  identifier: {name}\n  x: {value}\n")
}

const NAMESPACES: &[(u32, &str)] = &[(10, ""), (2, "x"), (2, "default"), (1, "\"1\"")];
const METADATA: &[(u32, &str)] = &[
    (20, ""),
    (2, "  labels: {team: shop}\n"),
    (1, "  labels: {v: 1}\n"),
    (1, "  labels:\n"),
    (2, "  annotations: {note: a}\n"),
    (1, "  annotations: {note: 12, other: yes}\n"),
    (1, "  annotations: {config.kubernetes.io/local-config: \"true\"}\n"),
    (1, "  annotations: {config.kubernetes.io/local-config: \"false\"}\n"),
];
const VALUES: &[(u32, &str)] = &[
    (10, "a"),
    (2, "yes"),
    (2, "[1, 2.5, 1e3, 012, 0x1F, 1_000, 12345678901234567890]"),
    (2, "2024-01-02"),
    (1, "[2001-12-14t21:59:43.10-05:00, 2024-1-2, \"2024-01-02\", !!str 2024-01-02, !!timestamp 2024-01-02]"),
    (1, "{on: 1, Off: 2, y: 3, 'true': 4}"),
    (1, "{a: &x {b: 1}, c: *x, d: {<<: *x, b: 2}}"),
    (1, "{a: null, b: ~, c: }"),
    (1, "!!set {a, b}"),
    (1, "!Ref x"),
    (1, "!!binary aGk="),
    (1, "\"\\u200b\\t ä 👩\""),
    (1, "|\n    a\n    b"),
    (1, "{true: a}"),
    (1, "{1: a}"),
    (1, "{2024-01-02: a}"),
    (1, "{~: a}"),
    (1, "{[a]: b}"),
    (1, "{a: 1, a: 2}"),
    (1, "{yes: 1, y: 2}"),
    (1, ".inf"),
    (1, "-.nan"),
    (1, "!!bool yes"),
];
const NAMES: &[(u32, &str)] = &[(12, ""), (2, "shared"), (1, "123"), (1, "true"), (1, "2024-01-02"), (1, "\"7\"")];
const ODD_FILES: &[(u32, &str)] = &[
    (2, ""),
    (2, "# nothing\n"),
    (2, "---\n---\n"),
    (1, "null\n"),
    (1, "{}\n"),
    (2, "image:\n  tag: 1\n"),
    (1, "- a\n"),
    (1, "text\n"),
    (1, "x: [\n"),
    (1, "a: b: c\n"),
    (1, "apiVersion: v2\nname: chart\n"),
    (1, "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {generateName: a-}\n"),
    (1, "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {namespace: n, labels: {b: c, a: d}}\n"),
    (1, "kind: Entity\nmetadata: {name: unversioned}\n"),
    (1, "apiVersion: getport.io/v1\nkind: EntityList\nitems: []\n"),
    (1, "apiVersion: getport.io/v1\nkind: EntityList\nitems: x\n"),
    (1, "apiVersion: getport.io/v1\nkind: EntityList\nitems:\n- {metadata: {name: c}}\n"),
    (
        3,
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: getport.io/v1, kind: Entity, metadata: {name: l1}, d: \
         2024-01-02}\n- {apiVersion: getport.io/v1, kind: Entity, metadata: {name: l2}, w: yes}\n",
    ),
    (
        2,
        "apiVersion: getport.io/v1\nkind: EntityList\nitems:\n- {apiVersion: getport.io/v1, kind: Entity, metadata: \
         {name: m1}}\n---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: m2}\n",
    ),
    (2, "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n"),
    (2, "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: entities.getport.io}\n"),
    (2, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {a: b}\n"),
    (1, "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n"),
    (
        1,
        "--- # first\nkind: A\napiVersion: b/v1\nmetadata: {name: s1}\n---   \nkind: A\napiVersion: b/v1\nmetadata: {name: s2}\n",
    ),
    (1, "kind: A\napiVersion: b/v1\nmetadata: {name: s1}\n--- x\nkind: A\n"),
    (1, "kind: A\napiVersion: b/v1\nmetadata: {name: s1}\n...\n---\nkind: A\napiVersion: b/v1\nmetadata: {name: s3}\n"),
    (1, "%YAML 1.2\n---\nkind: A\napiVersion: b/v1\nmetadata: {name: s1}\n"),
];

/// A file; most have one entity that is named after them.
fn manifest(path: &'static str) -> impl Strategy<Value = String> {
    let kind = one_of(&[(9, "Entity"), (1, "ClusterEntity")]);
    let one = (kind, one_of(NAMES), one_of(NAMESPACES), one_of(METADATA), one_of(VALUES));
    let one = one.prop_map(move |(kind, name, namespace, metadata, value)| {
        let name = if name.is_empty() { path.replace(['/', '.'], "-") } else { name.to_owned() };
        entity(kind, &name, namespace, metadata, value)
    });
    let one = one.boxed();
    let second = (one_of(NAMESPACES), one_of(VALUES));
    let two = (one.clone(), second).prop_map(move |(first, (namespace, value))| {
        let name = format!("{}-2", path.replace(['/', '.'], "-"));
        format!("{first}---\n{}", entity("Entity", &name, namespace, "", value))
    });
    prop_oneof![8 => one, 2 => two, 2 => one_of(ODD_FILES).prop_map(str::to_owned)]
}

const RESOURCES: &[(u32, &str)] = &[
    (8, "x.yaml"),
    (8, "y.yaml"),
    (5, "sub"),
    (5, "../b"),
    (5, "../c"),
    (1, "./x.yaml"),
    (1, "../b/x.yaml"),
    (1, "nope.yaml"),
    (1, "nope/deep.yaml"),
    (1, "x.yaml/deep.yaml"),
    (1, "."),
    (1, ".."),
    (1, "\"*.yaml\""),
    (1, "../comp"),
    (1, "\"\""),
];
const FIELDS: &[(u32, &str)] = &[
    (6, "namespace: team\n"),
    (4, "namePrefix: p-\n"),
    (3, "nameSuffix: -s\n"),
    (3, "labels: [{pairs: {team: x, env: p}}]\n"),
    (2, "commonLabels: {team: y}\n"),
    (3, "commonAnnotations: {note: b}\n"),
    (4, "components: [../comp]\n"),
    (1, "components: [../b]\n"),
    (1, "components: [../nope]\n"),
    (2, "patches: [{target: {kind: Entity}, patch: '[{\"op\": \"add\", \"path\": \"/spec/y\", \"value\": 1}]'}]\n"),
    (
        2,
        "patches: [{target: {kind: Entity, name: a-.*}, patch: '{apiVersion: a/v1, kind: E, metadata: {name: z}, z: 1}'}]\n",
    ),
    (1, "patches: [{patch: '{apiVersion: getport.io/v1, kind: Entity, metadata: {name: zzz}}'}]\n"),
    (
        1,
        "patches: [{patch: '{$patch: delete, apiVersion: getport.io/v1, kind: Entity, metadata: {name: a-x-yaml}}'}]\n",
    ),
    (1, "patches: [{patch: 'text'}]\n"),
    (2, "configMapGenerator: [{name: cfg, literals: [a=b]}]\n"),
    (1, "configMapGenerator: [{name: cfg, files: [x.yaml], options: {disableNameSuffixHash: true}}]\n"),
    (1, "secretGenerator: [{name: sec, literals: [a=b, c=<d>]}]\n"),
    (1, "images: [{name: nginx, newTag: \"1\"}]\n"),
    (1, "buildMetadata: [originAnnotations]\n"),
    (1, "sortOptions: {order: fifo}\n"),
    (1, "sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Entity], orderLast: [Namespace]}}\n"),
    (1, "sortOptions: {order: other}\n"),
    (1, "crds: [x.yaml]\n"),
    (1, "generators: [x.yaml]\n"),
    (1, "transformers: [x.yaml]\n"),
    (1, "helmCharts: [{name: x}]\n"),
    (1, "bases: [../b]\n"),
    (1, "patchesStrategicMerge: [x.yaml]\n"),
    (1, "patchesStrategicMerge: ['{apiVersion: getport.io/v1, kind: Entity, metadata: {name: zzz}}']\n"),
    (
        1,
        "patchesJson6902: [{target: {version: v1, group: getport.io, kind: Entity, name: a-x-yaml}, patch: '[{\"op\": \"add\", \"path\": \"/y\", \"value\": 1}]'}]\n",
    ),
    (
        1,
        "patches: [{target: {kind: Entity, name: a-x-yaml}, patch: '[{\"op\": \"replace\", \"path\": \"/metadata/name\", \"value\": \"renamed\"}]'}]\n",
    ),
    (1, "patches: [{target: {labelSelector: team=shop}, patch: '[{op: add, path: /y, value: 1}]'}]\n"),
    (1, "patches: [{patch: '[{\"op\": \"add\", \"path\": \"/y\", \"value\": 1}]'}]\n"),
    (1, "patches: [{path: x.yaml}]\n"),
    (1, "patches: [{path: nope.yaml}]\n"),
    (
        1,
        "replacements: [{source: {kind: Entity, name: a-x-yaml}, targets: [{select: {kind: Entity}, fieldPaths: [spec.z], options: {create: true}}]}]\n",
    ),
    (1, "validators: [x.yaml]\n"),
    (1, "generators: [nope.yaml]\n"),
    (1, "crds: [nope.yaml]\n"),
    (1, "configMapGenerator: [{name: cfg, envs: [nope.env]}]\n"),
    (1, "configMapGenerator: [{name: cfg, literals: [a]}]\n"),
    (1, "configMapGenerator: [{name: cfg, namespace: x, behavior: merge, literals: [a=c]}]\n"),
    (1, "generatorOptions: {labels: {g: h}}\nconfigMapGenerator: [{name: other}]\n"),
    (1, "namespace: \"\"\n"),
    (1, "metadata: {name: k}\n"),
    (1, "Namespace: team\n"),
    (1, "foo: 1\n"),
    (1, "namespace: yes\n"),
    (1, "labels: [{pair: {a: b}}]\n"),
    (1, "resources: x.yaml\n"),
    (1, "kind: Kustomisation\n"),
    (1, "apiVersion: kustomize.config.k8s.io/v1\n"),
];

/// A kustomization file; `head` begins it.
fn kustomization(head: &'static str) -> impl Strategy<Value = String> {
    let resources = proptest::collection::vec(one_of(RESOURCES), 0..4);
    let fields = proptest::collection::vec(one_of(FIELDS), 0..3);
    let written = (resources, fields).prop_map(move |(resources, fields)| {
        let mut text = head.to_owned();
        if !resources.is_empty() {
            writeln!(text, "resources: [{}]", resources.join(", ")).expect("a string");
        }
        let mut seen: Vec<&str> = Vec::new();
        for field in fields {
            let name = field.split(':').next().unwrap_or_default();
            if !seen.contains(&name) {
                seen.push(name);
                text.push_str(field);
            }
        }
        text
    });
    prop_oneof![30 => written, 1 => Just("# nothing\n".to_owned()), 1 => Just("a: [\n".to_owned())]
}

fn trees() -> impl Strategy<Value = Texts> {
    const FILES: [&str; 8] =
        ["a/x.yaml", "a/y.yaml", "a/sub/x.yaml", "a/sub/y.yaml", "b/x.yaml", "b/y.yaml", "c/x.yaml", "comp/x.yaml"];
    let files = FILES.map(|path| (Just(path.to_owned()), proptest::option::weighted(0.95, manifest(path))));
    let files: Vec<_> = files.into_iter().collect();
    let plain = "";
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
    let kustomizations = (
        kustomization(plain),
        proptest::option::weighted(0.9, kustomization(plain)),
        proptest::option::weighted(0.9, kustomization(plain)),
        proptest::option::weighted(0.9, kustomization(plain)),
        proptest::option::weighted(0.9, kustomization(component)),
        proptest::option::weighted(0.03, kustomization(plain)),
    );
    (files, kustomizations).prop_map(|(files, (a, sub, b, c, comp, second))| {
        let named = [
            ("a/kustomization.yaml", Some(a)),
            ("a/sub/kustomization.yaml", sub),
            ("b/kustomization.yml", b),
            ("c/Kustomization", c),
            ("comp/kustomization.yaml", comp),
            ("b/kustomization.yaml", second),
        ];
        let named = named.into_iter().map(|(path, text)| (path.to_owned(), text));
        let all = files.into_iter().chain(named);
        Texts(all.filter_map(|(path, text)| Some((path, text?))).collect())
    })
}

#[test]
fn kubectl_builds_generated_trees_into_the_same_objects() {
    if Command::new("kubectl").arg("version").arg("--client").output().is_err() {
        eprintln!("left out: `kubectl` is not on the PATH");
        return;
    }
    let config = generated_cases::config(800);
    let cases = config.cases;
    let mut runner = TestRunner::new(config);
    // Each kind of difference is reported once, with a small tree that shows it.
    let mut differences: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..cases {
        let mut tree = trees().new_tree(&mut runner).expect("a tree");
        let Err(first) = compare_in_folder(&tree.current()) else { continue };
        let kind = kind_of(&first);
        if differences.len() >= 10 || differences.contains_key(&kind) {
            continue;
        }
        let mut smallest = (first, tree.current());
        let mut moves = tree.simplify();
        for _ in 0..150 {
            if !moves {
                break;
            }
            match compare_in_folder(&tree.current()) {
                Err(fault) => {
                    smallest = (fault, tree.current());
                    moves = tree.simplify();
                }
                Ok(()) => moves = tree.complicate(),
            }
        }
        let mut text = smallest.0;
        for (path, content) in &smallest.1.0 {
            write!(text, "\n--- {path}\n{content}").expect("a string");
        }
        differences.insert(kind, text);
    }
    let texts: Vec<_> = differences.into_values().collect();
    assert!(texts.is_empty(), "{}", texts.join("\n\n==== "));
}

/// What a difference has in common with others.
fn kind_of(fault: &str) -> String {
    fault.chars().filter(|c| !c.is_ascii_digit()).take(60).collect()
}

fn compare_in_folder(texts: &Texts) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("it exists");
    for (path, text) in &texts.0 {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        std::fs::write(path, text).expect("it is written");
    }
    let fault = compare(texts, &root);
    fault.map_err(|fault| fault.replace(root.to_str().expect("a path in UTF-8"), ROOT))
}
