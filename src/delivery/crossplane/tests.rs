//! Runs the recordings of a real API server (`testdata/delivery/crossplane`): definitions and objects that it accepts are
//! accepted, and what it refuses is refused at the same places. Rules in CEL are not evaluated: where the server refuses
//! by one, this says how many there are.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Role, XrdReport, is_xrd, read};
use crate::delivery::crd::check::Write;
use crate::delivery::crd::document;
use crate::delivery::crd::fault::{self, Fault};
use crate::delivery::crd::node::Node;
use crate::delivery::doubles::Texts;
use crate::delivery::kinds::Kinds;
use crate::delivery::reading::Dialect;
use crate::delivery::source::Source as _;
use crate::domain::document::fault::FaultKind;
use crate::domain::document::tree::{Kind, Value};

/// What one definitions file and one file of objects led to.
#[derive(Debug, Deserialize)]
struct Case {
    name: String,
    extensions: String,
    resources: String,
    answers: Vec<Answer>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    step: Option<String>,
    object: String,
    accepted: bool,
    #[serde(default)]
    places: BTreeSet<String>,
    lenient: Option<Lenient>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Lenient {
    Other {
        accepted: bool,
        #[serde(default)]
        places: BTreeSet<String>,
    },
    /// As strict.
    Same(serde::de::IgnoredAny),
}

/// What this module says.
#[derive(Debug, Default, Clone)]
struct Ours {
    faults: Vec<Fault>,
    /// Rules that it does not evaluate.
    rules: usize,
    /// It knows nothing of the kind.
    is_unknown: bool,
}

/// How often something is said that cannot be compared.
#[derive(Debug, Default, PartialEq, Eq)]
struct NotCompared {
    /// The server refuses by a rule, or does not compile one.
    rules: usize,
    /// The kind is built into the server, or nowhere.
    unknown_kinds: usize,
    /// The namespace does not exist.
    namespaces: usize,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../../../testdata/delivery/crossplane/cases.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

#[test]
fn a_real_api_server_agrees() {
    let cases = cases();
    assert_eq!(cases.len(), 120);
    let mut failures = Vec::new();
    let mut skipped = NotCompared::default();
    let mut compared = 0;
    for case in &cases {
        let mut run = Run::of(case);
        for answer in &case.answers {
            let before = failures.len();
            compared += 1;
            run.compare(answer, &mut failures, &mut skipped);
            for failure in &mut failures[before..] {
                *failure = format!(
                    "{}: {} {}: {failure}",
                    case.name,
                    answer.step.as_deref().unwrap_or("object"),
                    answer.object
                );
            }
        }
        assert!(run.definitions.is_empty(), "{}: {:?}", case.name, run.definitions);
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    assert_eq!(compared, 732);
    assert_eq!(skipped, NotCompared { rules: 35, unknown_kinds: 59, namespaces: 2 });
}

struct Run<'c> {
    case: &'c Case,
    kinds: Kinds,
    /// Steps that are not asked for yet, in order.
    definitions: std::collections::VecDeque<(String, [Ours; 2])>,
    objects: std::collections::VecDeque<[Ours; 2]>,
    has_uncompiled_rules: bool,
}

impl<'c> Run<'c> {
    fn of(case: &'c Case) -> Self {
        let mut run = Self {
            case,
            kinds: Kinds::default(),
            definitions: std::collections::VecDeque::new(),
            objects: std::collections::VecDeque::new(),
            has_uncompiled_rules: false,
        };
        each_document(&case.extensions, &mut |root| run.define(root));
        each_document(&case.resources, &mut |root| run.judge(root));
        run
    }

    fn define(&mut self, root: Value<'_>) {
        let text = |key: &str| root.get(key).and_then(Value::as_str).unwrap_or_default();
        let node = Node::written(root, Dialect::Kubectl);
        if document::is_crd(text("apiVersion"), text("kind")) {
            let report = document::read(node);
            self.definitions.push_back(("crd".to_owned(), ours_twice(report.faults)));
            if let Some(definition) = report.definition {
                assert!(self.kinds.add(0, definition), "a CRD replaces another");
            }
        } else if is_xrd(text("apiVersion"), text("kind")) {
            let lenient = read(node, Write::Unvalidated);
            let strict = read(node, Write::Client);
            self.definitions.push_back(("xrd".to_owned(), [ours(strict.faults.clone()), ours(lenient.faults)]));
            self.define_derived(strict);
        }
    }

    fn define_derived(&mut self, report: XrdReport) {
        for derived in report.derived {
            let step = match derived.role {
                Role::Composite => "xr CRD",
                Role::Claim => "claim CRD",
            };
            let start = if derived.is_underivable { "derive" } else { "derived" };
            let mut found = ours(derived.faults);
            if let Some(definition) = derived.definition {
                found.rules = usize::from(definition.versions.iter().any(|version| version.schema.has_rules()));
                self.has_uncompiled_rules |= found.rules > 0;
                if !self.kinds.add(0, definition) {
                    let path = crate::delivery::crd::Path::ROOT;
                    let path = path.field("metadata", None);
                    found.faults.push(Fault::at(&path.field("name", None), "already exists"));
                }
            }
            self.definitions.push_back((format!("{start} {step}"), [found.clone(), found]));
        }
    }

    fn judge(&mut self, root: Value<'_>) {
        let kind = root.get("kind").and_then(Value::as_str).unwrap_or_default();
        if let Some(items) = root.get("items").filter(|_| kind.ends_with("List")) {
            return items.items().for_each(|item| self.judge(item));
        }
        let verdict = |write: Write| match self.kinds.check(Node::written(root, Dialect::Kubectl), write) {
            Some(verdict) => Ours { faults: verdict.faults, rules: verdict.rules, is_unknown: false },
            None => Ours { is_unknown: true, ..Ours::default() },
        };
        self.objects.push_back([verdict(Write::Client), verdict(Write::ServerSide)]);
    }

    fn compare(&mut self, answer: &Answer, failures: &mut Vec<String>, skipped: &mut NotCompared) {
        let found = match answer.step.as_deref() {
            Some("read") => {
                let is_extension = answer.object == "extensions.yaml";
                let text = if is_extension { &self.case.extensions } else { &self.case.resources };
                assert!(is_unreadable(text), "{}", self.case.name);
                return;
            }
            Some(step) => match self.definitions.pop_front() {
                Some((ours_step, found)) if ours_step == step => found,
                other => return failures.push(format!("the next step is {other:?}")),
            },
            None => self.objects.pop_front().expect("every object is judged"),
        };
        let [strict, lenient] = found;
        let is_definition = answer.step.is_some();
        self.compare_one(&strict, answer.accepted, &answer.places, is_definition, true, failures, skipped);
        match &answer.lenient {
            Some(Lenient::Other { accepted, places }) => {
                self.compare_one(&lenient, *accepted, places, is_definition, false, failures, skipped);
            }
            Some(Lenient::Same(_)) => {
                self.compare_one(&lenient, answer.accepted, &answer.places, is_definition, false, failures, skipped);
            }
            None => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "it compares one answer of several")]
    fn compare_one(
        &self,
        ours: &Ours,
        accepted: bool,
        places: &BTreeSet<String>,
        is_definition: bool,
        is_exact: bool,
        failures: &mut Vec<String>,
        skipped: &mut NotCompared,
    ) {
        if ours.is_unknown {
            let is_nowhere = !accepted && places.iter().eq(["apiVersion"]);
            if !is_nowhere && self.case.name != "builtin-kinds" {
                failures.push("the kind is not known".to_owned());
            }
            skipped.unknown_kinds += 1;
            return;
        }
        if !accepted && ours.faults.is_empty() {
            let is_namespace = places.iter().all(|place| place == "metadata.namespace");
            if is_namespace {
                skipped.namespaces += 1;
                return;
            }
            let is_by_rule = ours.rules > 0 || !is_definition && self.has_uncompiled_rules;
            if is_by_rule {
                skipped.rules += 1;
                return;
            }
        }
        if accepted == ours.faults.is_empty() {
            let found = places_of(&ours.faults);
            // The decoder of Go names fields of its own.
            let is_schema = places.iter().eq(["openAPIV3Schema"]) && found.iter().all(|at| at.starts_with("openAPI"));
            let is_same =
                is_schema || if is_exact { found == *places } else { places.is_subset(&all_places(&ours.faults)) };
            if !is_same && !accepted {
                failures.push(format!("at {places:?}, not at {found:?}"));
            }
            return;
        }
        failures.push(format!("accepted: {accepted} at {places:?}, not {:?}", ours.faults));
    }
}

fn ours(faults: Vec<Fault>) -> Ours {
    Ours { faults, ..Ours::default() }
}

fn ours_twice(faults: Vec<Fault>) -> [Ours; 2] {
    [ours(faults.clone()), ours(faults)]
}

/// Where the server has faults: those of decoding come first, and hide the others.
fn places_of(faults: &[Fault]) -> BTreeSet<String> {
    let is_decoding = faults.iter().any(Fault::is_of_decoding);
    let shown = faults.iter().filter(|fault| !is_decoding || fault.is_of_decoding());
    shown.map(place_of).collect()
}

fn all_places(faults: &[Fault]) -> BTreeSet<String> {
    faults.iter().map(place_of).collect()
}

fn place_of(fault: &Fault) -> String {
    // The server names both fields: no matches for this kind in that version.
    let is_of_kind = matches!(fault.kind, fault::FaultKind::NoSuchKind { .. });
    if is_of_kind { "apiVersion".to_owned() } else { in_schema(&fault.path) }
}

/// A place in a schema, without its version: the server leaves it out where there is one. The annotations of a derived CRD
/// are elsewhere in its XRD.
fn in_schema(path: &str) -> String {
    match path.find("openAPIV3Schema") {
        Some(at) => path[at..].to_owned(),
        None => path.replace("spec.metadata.annotations", "metadata.annotations"),
    }
}

fn each_document(text: &str, each: &mut dyn FnMut(Value<'_>)) {
    Texts::default().documents(text, &mut |document| {
        if let Some(value) = document.value.filter(|value| value.kind() == Kind::Map) {
            each(value);
        }
    });
}

/// No YAML, no kind, or a number that JSON does not have.
fn is_unreadable(text: &str) -> bool {
    let mut found = false;
    Texts::default().documents(text, &mut |document| {
        let is_map = document.value.is_some_and(|value| value.kind() == Kind::Map);
        found |= document.value.is_none() || is_map && document.value.is_some_and(|value| value.get("kind").is_none());
        found |= document
            .faults
            .iter()
            .any(|fault| matches!(fault.kind, FaultKind::NotJson { .. } | FaultKind::Syntax { .. }));
    });
    found
}

/// What of a version's schema is lost: the end of its path, and why.
fn lost(head: &str, schema: &str) -> Vec<String> {
    let schema = schema.replace('\n', "\n          ");
    let text = format!(
        "apiVersion: apiextensions.crossplane.io/{head}\nkind: CompositeResourceDefinition\nmetadata: {{name: xas.b.c}}\nspec:\n  \
         group: b.c\n  names: {{kind: XA, plural: xas}}\n  versions:\n    - name: v1\n      served: true\n      referenceable: true\n      \
         schema:\n        openAPIV3Schema:\n          {schema}\n"
    );
    let mut found = Vec::new();
    each_document(&text, &mut |root| {
        let report = read(Node::written(root, Dialect::Kubectl), Write::Client);
        assert_eq!(report.faults, [], "{text}");
        found.extend(report.lost.into_iter().map(|lost| {
            let end = lost.path.rsplit_once("openAPIV3Schema").map_or("", |(_, end)| end).to_owned();
            assert!(lost.span.is_some(), "{end}");
            match lost.loss {
                super::Loss::Unknown { meant } => format!("{end}: unknown, {}", meant.unwrap_or_default()),
                super::Loss::NotTaken { from } => format!("{end}: not taken from {from}"),
                super::Loss::Replaced => format!("{end}: replaced"),
            }
        }));
    });
    found
}

#[test]
fn keywords_without_effect_are_found() {
    for (schema, expected) in [
        (
            "type: object\nproperties: {spec: {type: object, description: x, required: [a], properties: {a: {type: string}}}}",
            &[] as &[&str],
        ),
        ("type: object\nrequired: [spec]\nx-kubernetes-validations: [{rule: 'true'}]", &[]),
        (
            "type: object\nrequired: [data]\nproperties: {data: {type: object}}",
            &[".required: not taken from the root", ".properties[data]: not taken from the root"],
        ),
        (
            "properties: {spec: {anyOf: [{required: [a]}], minProperties: 1, nullable: true, title: x, additionalProperties: false}}",
            &[
                ".properties[spec].anyOf: not taken from spec",
                ".properties[spec].minProperties: not taken from spec",
                ".properties[spec].nullable: not taken from spec",
                ".properties[spec].additionalProperties: not taken from spec",
            ],
        ),
        (
            "properties: {status: {type: object, x-kubernetes-preserve-unknown-fields: true}}",
            &[".properties[status].x-kubernetes-preserve-unknown-fields: not taken from status"],
        ),
        (
            "properties: {metadata: {properties: {name: {type: string, maxLength: 20, pattern: a}}}}",
            &[".properties[metadata].properties[name].pattern: not taken from metadata"],
        ),
        ("properties: {metadata: {type: object, required: [name], description: a}}", &[]),
        (
            "properties: {metadata: {required: [name, labels], properties: {labels: {type: object}}}}",
            &[".properties[metadata].required: not taken from metadata"],
        ),
        (
            "properties: {spec: {properties: {a: {type: object, requred: [b], const: 1, readOnly: true, x-vendor: 1}}}}",
            &[
                ".properties[spec].properties[a].requred: unknown, required",
                ".properties[spec].properties[a].const: unknown, ",
            ],
        ),
        // Go's decoder does not look at the case of letters.
        ("properties: {spec: {properties: {a: {type: string, minlength: 1}}}}", &[]),
        // Nothing changes for those who write a field that Crossplane has too.
        ("properties: {spec: {properties: {compositionRef: {type: object, properties: {name: {type: string}}}}}}", &[]),
        (
            "properties: {spec: {properties: {compositionRef: {type: string}}}}",
            &[".properties[spec].properties[compositionRef]: replaced"],
        ),
    ] {
        assert_eq!(lost("v1", schema), expected, "{schema}");
    }
    let own = "properties: {spec: {properties: {crossplane: {type: string}, compositionRef: {type: string}}}}";
    assert_eq!(lost("v2", own), [".properties[spec].properties[crossplane]: replaced"]);
}
