//! An ApplicationSet, read with the positions of what makes applications: elements, patterns and generators.

use serde_json::{Map, Value as Json};

use crate::delivery::argo::fields::{Fields, Meta, list, map, pairs};
use crate::delivery::files::FileId;
use crate::delivery::place::Text;
use crate::delivery::reading::{Dialect, json};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;

/// Matrices in matrices are read to this depth; Argo CD allows two.
const MAX_DEPTH: usize = 4;

#[derive(Debug, Clone, PartialEq)]
pub struct ApplicationSet {
    pub meta: Meta,
    pub generators: Vec<Generator>,
    /// The generators, if they cannot be read.
    pub generators_span: Option<Span>,
    pub template: Json,
    pub template_span: Span,
    /// A patch of every application.
    pub template_patch: Option<Text>,
    /// Templates are those of Go, not a replacement of `{{name}}`.
    pub has_go_templates: bool,
    pub go_template_options: Vec<Text>,
    /// The applications get no finalizer, so that what they delivered stays when they go.
    pub preserves_resources: bool,
    /// `spec.syncPolicy.applicationsSync`: what may happen to applications.
    pub applications_sync: Option<Text>,
}

/// One entry of `generators`.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    /// Mostly one; in the order of Argo CD.
    pub parts: Vec<Part>,
    /// Which rows stay.
    pub selector: Option<Selector>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub kind: PartKind,
    /// What is laid over the template of the set.
    pub template: Option<Json>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PartKind {
    List {
        elements: Vec<Element>,
        elements_yaml: Option<Text>,
    },
    Clusters {
        selector: Selector,
        values: Vec<(String, String)>,
        is_flat: bool,
    },
    Git(Git),
    Matrix(Vec<Generator>),
    Merge {
        generators: Vec<Generator>,
        keys: Vec<String>,
    },
    /// One whose rows come from another system.
    Other(OtherGenerator),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherGenerator {
    ScmProvider,
    ClusterDecisionResource,
    PullRequest,
    Plugin,
}

impl OtherGenerator {
    pub fn key(self) -> &'static str {
        match self {
            Self::ScmProvider => "scmProvider",
            Self::ClusterDecisionResource => "clusterDecisionResource",
            Self::PullRequest => "pullRequest",
            Self::Plugin => "plugin",
        }
    }
}

/// An element of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    pub value: Json,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Git {
    pub repo_url: Option<Text>,
    pub revision: Option<Text>,
    pub directories: Vec<Pattern>,
    pub files: Vec<Pattern>,
    pub values: Vec<(String, String)>,
    /// What comes before `path` in the names of parameters.
    pub prefix: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub path: Text,
    pub excludes: bool,
}

/// A selector of labels, as Kubernetes has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    pub labels: Vec<(String, String)>,
    pub expressions: Vec<Expression>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    pub key: String,
    pub operator: String,
    pub values: Vec<String>,
}

impl ApplicationSet {
    pub(in crate::delivery::argo) fn of(root: Value<'_>, file: FileId) -> Self {
        let fields = Fields::of(file);
        let spec = root.get("spec");
        let policy = map(spec, "syncPolicy");
        let template = map(spec, "template");
        Self {
            meta: fields.meta(root),
            generators: list(spec, "generators").map(|generator| Generator::of(generator, fields, 0)).collect(),
            generators_span: spec.and_then(|spec| spec.get("generators")).map(Value::span),
            template: template.map_or_else(|| Json::Object(Map::new()), |template| json(template, Dialect::Kubectl)),
            template_span: template.map_or_else(|| root.span(), Value::span),
            template_patch: spec.and_then(|spec| spec.get("templatePatch")).and_then(|patch| fields.text_of(patch)),
            has_go_templates: fields.flag(spec, "goTemplate").is_some_and(|flag| flag.value),
            go_template_options: fields.texts(spec, "goTemplateOptions"),
            preserves_resources: fields.flag(policy, "preserveResourcesOnDeletion").is_some_and(|flag| flag.value),
            applications_sync: fields.text(policy, "applicationsSync"),
        }
    }

    pub fn name(&self) -> &str {
        self.meta.name.as_ref().map_or("", |name| &name.text)
    }
}

/// Reads a generator of one kind, so deep in others.
type ReadPart = fn(Value<'_>, Fields, usize) -> PartKind;

impl Generator {
    fn of(generator: Value<'_>, fields: Fields, depth: usize) -> Self {
        let mut parts = Vec::new();
        let read: [(&str, ReadPart); 9] = [
            ("list", PartKind::list),
            ("clusters", PartKind::clusters),
            ("git", PartKind::git),
            ("scmProvider", |_, _, _| PartKind::Other(OtherGenerator::ScmProvider)),
            ("clusterDecisionResource", |_, _, _| PartKind::Other(OtherGenerator::ClusterDecisionResource)),
            ("pullRequest", |_, _, _| PartKind::Other(OtherGenerator::PullRequest)),
            ("matrix", |matrix, fields, depth| PartKind::Matrix(nested(matrix, fields, depth))),
            ("merge", PartKind::merge),
            ("plugin", |_, _, _| PartKind::Other(OtherGenerator::Plugin)),
        ];
        for (key, read) in read {
            let Some(part) = map(Some(generator), key) else { continue };
            let template = map(Some(part), "template").map(|template| json(template, Dialect::Kubectl));
            parts.push(Part { kind: read(part, fields, depth), template, span: part.span() });
        }
        let selector = map(Some(generator), "selector").map(Selector::of);
        Self { parts, selector, span: generator.span() }
    }
}

fn nested(part: Value<'_>, fields: Fields, depth: usize) -> Vec<Generator> {
    let generators = list(Some(part), "generators").filter(|_| depth < MAX_DEPTH);
    generators.map(|generator| Generator::of(generator, fields, depth + 1)).collect()
}

impl PartKind {
    fn list(list_part: Value<'_>, fields: Fields, _: usize) -> Self {
        let elements = list(Some(list_part), "elements");
        Self::List {
            elements: elements
                .map(|element| Element { value: json(element, Dialect::Kubectl), span: element.span() })
                .collect(),
            elements_yaml: fields.text(Some(list_part), "elementsYaml"),
        }
    }

    fn clusters(clusters: Value<'_>, fields: Fields, _: usize) -> Self {
        Self::Clusters {
            selector: map(Some(clusters), "selector").map(Selector::of).unwrap_or_default(),
            values: pairs(Some(clusters), "values"),
            is_flat: fields.flag(Some(clusters), "flatList").is_some_and(|flag| flag.value),
        }
    }

    fn git(git: Value<'_>, fields: Fields, _: usize) -> Self {
        let patterns = |key: &str| {
            let items = list(Some(git), key).map(|item| Pattern {
                path: item.get("path").and_then(|path| fields.text_of(path)).unwrap_or_default(),
                excludes: fields.flag(Some(item), "exclude").is_some_and(|flag| flag.value),
            });
            items.collect()
        };
        Self::Git(Git {
            repo_url: fields.text(Some(git), "repoURL"),
            revision: fields.text(Some(git), "revision"),
            directories: patterns("directories"),
            files: patterns("files"),
            values: pairs(Some(git), "values"),
            prefix: fields.text(Some(git), "pathParamPrefix").map_or_else(String::new, |prefix| prefix.text),
        })
    }

    fn merge(merge: Value<'_>, fields: Fields, depth: usize) -> Self {
        Self::Merge {
            generators: nested(merge, fields, depth),
            keys: fields.texts(Some(merge), "mergeKeys").into_iter().map(|key| key.text).collect(),
        }
    }
}

impl Selector {
    fn of(selector: Value<'_>) -> Self {
        let text = |map: Value<'_>, key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let expressions = list(Some(selector), "matchExpressions").map(|expression| Expression {
            key: text(expression, "key"),
            operator: text(expression, "operator"),
            values: list(Some(expression), "values").filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        });
        Self { labels: pairs(Some(selector), "matchLabels"), expressions: expressions.collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }
}
