//! A kustomization file, read with the places of what it names.

use super::failure::{Failure, FailureKind, shown};
use super::fields::{self, field, field_fault, flag, pairs, text, texts};
use super::selector::{Selector, Source};
use crate::delivery::files::FileId;
use crate::delivery::place::{Place, Text};
use crate::delivery::repository::Repository;
use crate::delivery::source::Document;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};

pub use super::fields::Strictness;

const VERSION: &str = "kustomize.config.k8s.io/v1beta1";
const COMPONENT_VERSION: &str = "kustomize.config.k8s.io/v1alpha1";
const COMPONENT: &str = "Component";

/// The fields that have a meaning here. Deprecated ones are with those that replace them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kustomization {
    /// `None`: it is generated.
    pub file: Option<FileId>,
    pub is_component: bool,
    pub resources: Vec<Text>,
    pub components: Vec<Text>,
    pub crds: Vec<Text>,
    pub configurations: Vec<Text>,
    pub generators: Vec<Text>,
    pub transformers: Vec<Text>,
    pub validators: Vec<Text>,
    pub namespace: Option<Text>,
    pub name_prefix: Option<Text>,
    pub name_suffix: Option<Text>,
    pub labels: Vec<Labels>,
    pub annotations: Vec<(String, String)>,
    /// `patchesStrategicMerge`: texts, or paths of files.
    pub merge_patches: Vec<Text>,
    pub patches: Vec<Patch>,
    /// `patchesJson6902`, applied after names have changed.
    pub json_patches: Vec<Patch>,
    /// `images` and `replicas`, which change containers and workloads.
    pub containers: Option<Span>,
    pub replacements: Vec<Replacement>,
    pub config_maps: Vec<Generator>,
    pub secrets: Vec<Generator>,
    pub generator_options: GeneratorOptions,
    pub helm: Option<Span>,
    pub openapi: Option<Text>,
    pub sort: Option<Sort>,
    pub build_metadata: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    pub pairs: Vec<(String, String)>,
    /// It names further fields, which are rewritten.
    pub further_fields: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    pub path: Option<Text>,
    pub patch: Option<Text>,
    pub target: Option<Selector>,
    pub span: Span,
    /// `None`: the file of the kustomization.
    pub file: Option<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// A file with more of them.
    pub path: Option<Text>,
    pub source: Option<Source>,
    pub targets: Vec<Selector>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator {
    pub name: String,
    pub namespace: String,
    pub behavior: String,
    pub literals: Vec<Text>,
    pub files: Vec<Text>,
    pub envs: Vec<Text>,
    pub secret_type: String,
    pub options: GeneratorOptions,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GeneratorOptions {
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    pub has_no_hash: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub order: String,
    /// The kinds that come first, and those that come last, if it names them.
    pub kinds: Option<(Vec<String>, Vec<String>)>,
    pub span: Span,
}

impl Kustomization {
    /// Reads a file. The failure has the text of kustomize, without the folder.
    pub fn read(repository: &Repository<'_>, file: FileId, strictness: Strictness) -> Result<Self, Failure> {
        let fail = |kind, text: String| Failure::new(kind, text).at(Some(Place { file, span: Span::default() }));
        let Some(content) = repository.text(file) else {
            return Err(fail(
                FailureKind::Malformed,
                "invalid Kustomization: yaml: invalid leading UTF-8 octet".to_owned(),
            ));
        };
        let mut result = None;
        repository.documents(&content, &mut |document| {
            // Only the first document counts.
            result.get_or_insert_with(|| Self::of_document(document, file, strictness));
        });
        match (result, strictness) {
            (Some(result), _) => result,
            (None, Strictness::Lenient) => Ok(Self { file: Some(file), ..Self::default() }),
            (None, Strictness::Strict) => Err(fail(FailureKind::EmptyKustomization, EMPTY.to_owned())),
        }
    }

    fn of_document(document: &Document<'_>, file: FileId, strictness: Strictness) -> Result<Self, Failure> {
        let heading = match strictness {
            Strictness::Strict => "invalid Kustomization",
            Strictness::Lenient => "error converting YAML to JSON",
        };
        let Some(root) = document.value else {
            let (message, span) = document.syntax_fault();
            let failure = Failure::new(FailureKind::Malformed, format!("{heading}: yaml: {message}"));
            return Err(failure.at(Some(Place { file, span })));
        };
        if let Some(fault) = field_fault(root, strictness) {
            let kind = if fault.is_unknown { FailureKind::UnknownField } else { FailureKind::WrongType };
            let heading = match strictness {
                Strictness::Strict => heading,
                Strictness::Lenient => "error unmarshaling JSON: while decoding JSON",
            };
            let failure = Failure::new(kind, format!("{heading}: {}", fault.text));
            return Err(failure.at(Some(Place { file, span: fault.span })));
        }
        let found = Self::of(root, file);
        if strictness == Strictness::Strict {
            let place = Some(Place { file, span: root.span() });
            if is_empty(root) {
                return Err(Failure::new(FailureKind::EmptyKustomization, EMPTY).at(place));
            }
            if let Some(text) = version_fault(root) {
                return Err(Failure::new(FailureKind::WrongVersion, text).at(place));
            }
        }
        Ok(found)
    }

    fn of(root: Value<'_>, file: FileId) -> Self {
        let list = |name: &str| field(root, name).into_iter().flat_map(Value::items);
        let mut resources = texts(root, "resources");
        resources.extend(texts(root, "bases"));
        let mut labels: Vec<Labels> = list("labels").map(labels_of).collect();
        let common = pairs(root, "commonLabels");
        if !common.is_empty() {
            labels.push(Labels { pairs: common, further_fields: None });
        }
        let containers = ["images", "imageTags", "replicas"].into_iter().filter_map(|name| field(root, name));
        let helm = ["helmCharts", "helmChartInflationGenerator"].into_iter().filter_map(|name| field(root, name));
        Self {
            file: Some(file),
            is_component: text(root, "kind").is_some_and(|kind| kind.text == COMPONENT),
            resources,
            components: texts(root, "components"),
            crds: texts(root, "crds"),
            configurations: texts(root, "configurations"),
            generators: texts(root, "generators"),
            transformers: texts(root, "transformers"),
            validators: texts(root, "validators"),
            namespace: text(root, "namespace"),
            name_prefix: text(root, "namePrefix"),
            name_suffix: text(root, "nameSuffix"),
            labels,
            annotations: pairs(root, "commonAnnotations"),
            merge_patches: texts(root, "patchesStrategicMerge"),
            patches: list("patches").map(patch_of).collect(),
            json_patches: list("patchesJson6902").map(patch_of).collect(),
            containers: containers.filter(|list| !list.is_empty()).map(Value::span).next(),
            replacements: list("replacements").map(replacement_of).collect(),
            config_maps: list("configMapGenerator").map(generator_of).collect(),
            secrets: list("secretGenerator").map(generator_of).collect(),
            generator_options: field(root, "generatorOptions").map(options_of).unwrap_or_default(),
            helm: helm.filter(|charts| !charts.is_empty()).map(Value::span).next(),
            openapi: field(root, "openapi").and_then(|openapi| text(openapi, "path")),
            sort: field(root, "sortOptions").map(sort_of),
            build_metadata: texts(root, "buildMetadata").into_iter().map(|text| text.text).collect(),
        }
    }

    /// The place of a part of its file.
    pub fn place(&self, span: Span) -> Option<Place> {
        self.file.map(|file| Place { file, span })
    }

    /// The place of a text, which may be in another file.
    pub fn place_of(&self, text: &Text) -> Option<Place> {
        text.file.or(self.file).map(|file| Place { file, span: text.span })
    }
}

const EMPTY: &str = "kustomization.yaml is empty";

/// Whether there is nothing but a version and a kind.
fn is_empty(root: Value<'_>) -> bool {
    root.entries().all(|(key, value)| {
        let key = key.key_text();
        value.is_null()
            || key.eq_ignore_ascii_case("apiVersion")
            || key.eq_ignore_ascii_case("kind")
            || value.kind() == Kind::String && value.as_str() == Some("")
    })
}

fn version_fault(root: Value<'_>) -> Option<String> {
    let kind = text(root, "kind").map_or("Kustomization".to_owned(), |kind| kind.text);
    let version = text(root, "apiVersion").map(|version| version.text);
    let required = if kind == COMPONENT { COMPONENT_VERSION } else { VERSION };
    let mut faults = Vec::new();
    if !matches!(kind.as_str(), "Kustomization" | COMPONENT) {
        faults.push("kind should be Kustomization or Component".to_owned());
    }
    if version.is_some_and(|version| version != required) {
        faults.push(format!("apiVersion for {kind} should be {required}"));
    }
    (!faults.is_empty()).then(|| faults.join("\n"))
}

/// Names the folder of a kustomization with a wrong version or kind, as kustomize does.
pub(super) fn in_folder(failure: Failure, folder: &str) -> Failure {
    if failure.kind != FailureKind::WrongVersion {
        return failure;
    }
    let text = format!("Failed to read kustomization file under {}:\n{}", shown(folder), failure.text);
    Failure { text, ..failure }
}

fn labels_of(label: Value<'_>) -> Labels {
    let further = field(label, "fields").filter(|fields| !fields.is_empty());
    Labels { pairs: pairs(label, "pairs"), further_fields: further.map(Value::span) }
}

pub(in crate::delivery) fn patch_of(patch: Value<'_>) -> Patch {
    Patch {
        path: text(patch, "path"),
        patch: text(patch, "patch"),
        target: field(patch, "target").map(Selector::of),
        span: patch.span(),
        file: None,
    }
}

pub(super) fn replacement_of(replacement: Value<'_>) -> Replacement {
    let targets = field(replacement, "targets").into_iter().flat_map(Value::items);
    Replacement {
        path: text(replacement, "path"),
        source: field(replacement, "source").map(Source::of),
        targets: targets.filter_map(|target| field(target, "select")).map(Selector::of).collect(),
        span: replacement.span(),
    }
}

fn generator_of(generator: Value<'_>) -> Generator {
    let part = |name: &str| text(generator, name).map_or_else(String::new, |text| text.text);
    let mut envs = texts(generator, "envs");
    envs.extend(text(generator, "env"));
    Generator {
        name: part("name"),
        namespace: part("namespace"),
        behavior: part("behavior"),
        literals: texts(generator, "literals"),
        files: texts(generator, "files"),
        envs,
        secret_type: part("type"),
        options: field(generator, "options").map(options_of).unwrap_or_default(),
        span: generator.span(),
    }
}

fn options_of(options: Value<'_>) -> GeneratorOptions {
    GeneratorOptions {
        labels: pairs(options, "labels"),
        annotations: pairs(options, "annotations"),
        has_no_hash: flag(options, "disableNameSuffixHash"),
    }
}

fn sort_of(sort: Value<'_>) -> Sort {
    let kinds = |options: Value<'_>, name: &str| {
        fields::texts(options, name).into_iter().map(|text| text.text).collect::<Vec<_>>()
    };
    let legacy = field(sort, "legacySortOptions");
    Sort {
        order: text(sort, "order").map_or_else(String::new, |text| text.text),
        kinds: legacy.map(|options| (kinds(options, "orderFirst"), kinds(options, "orderLast"))),
        span: sort.span(),
    }
}
