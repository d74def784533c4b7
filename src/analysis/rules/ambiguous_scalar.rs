//! Reports scalars that YAML readers read differently, with both readings. A fix never changes a value that the delivering
//! tool reads and the blueprint accepts: it writes that value unambiguously if the blueprint has a boolean or a number, and
//! quotes it if only text is accepted. Otherwise quotes are only suggested.

use crate::analysis::delivery_words::deliverer_name;
use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::blueprint::PropertyKind;
use crate::domain::delivery_facts::{DeliveryFacts, ManifestDelivery, ManifestFaultKind, YamlReader};
use crate::domain::document::fault::{FaultKind, Reading, ScalarReader};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Kind;
use crate::domain::finding::{Detail, Edit, Family, Finding, Help, Place, RuleInfo, Severity};
use crate::domain::git_host::GitHost;
use crate::domain::platform::PORT;
use crate::text::plural::list;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P003",
        name: "ambiguous-scalar",
        family: Family::Syntax,
        severity: Some(Severity::Warning),
        what: "a plain value that an editor and the tool that delivers the file read differently",
        why: "Kubernetes reads YAML 1.1, where `yes` is a boolean and `012` is ten; an editor shows text and twelve. The catalog gets another value than the one you see. A bare entity file (`port.yml`) is read by the integration of its Git host: GitHub's reads it almost as an editor does, the others read YAML 1.1. If portolan does not recognise the host, set `git-host` in `portolan.yaml`.",
        fix: "Quote it if it is text; otherwise write `true`, `false` or the plain number",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, snapshot: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let (editor, reader, read_as, is_key) = match &fault.kind {
            FaultKind::AmbiguousScalar { editor, reader, read_as, is_key } => (editor, *reader, read_as, *is_key),
            FaultKind::AmbiguousBreak { code } => {
                sink.report(ambiguous_break(*code, fault.span));
                continue;
            }
            _ => continue,
        };
        let raw = fault.span.slice(context.view.source);
        let name = reader_name(reader, context);
        let message = format!("`{raw}` is {editor} to an editor (YAML 1.2), and {read_as} to {name}.");
        let quoted = Edit { span: fault.span, replacement: quoted_text(raw) };
        let detail = Detail::Scalar { raw: raw.to_owned(), editor: editor.clone(), read_as: read_as.clone() };
        let draft = FindingBuilder::new(fault.span, message).detail(detail);
        if let (Reading::Number(one), Reading::Number(other)) = (editor, read_as) {
            // Only the user knows which of the two numbers is meant.
            sink.report(draft.help(format!("write `{one}` or `{other}`, or quote it if it is text")));
            continue;
        }
        if let (Reading::String(key), Reading::String(_), true) = (editor, read_as, is_key) {
            let help = format!("put a space after the colon if `{key}` is the key, or quote `{raw}` if it is text");
            sink.report(draft.help(help).suggestion("quote it", vec![quoted]));
            continue;
        }
        let expected = expected_kind(context, snapshot, fault.span).filter(|_| !is_key);
        sink.report(match (expected, plain_form(read_as)) {
            (Some(PropertyKind::Boolean | PropertyKind::Number), Some(plain)) => draft
                .help(format!("write `{plain}`, which every tool reads alike"))
                .fix(format!("write `{plain}`"), vec![Edit { replacement: plain, ..quoted }]),
            // The reader does not read text here, but the blueprint or the API accepts nothing else.
            (Some(PropertyKind::String), _) => draft.help(quotes(raw)).fix("quote it", vec![quoted]),
            _ if matches!(read_as, Reading::String(_)) => draft.help(quotes(raw)).fix("quote it", vec![quoted]),
            // Quotes would change the value that arrives, and nothing indicates that text is meant.
            (_, Some(plain)) => {
                let kind = if matches!(plain.as_str(), "true" | "false") { "boolean" } else { "number" };
                let help = format!("{}, or write `{plain}` if it is a {kind}", quotes(raw));
                draft.help(help).suggestion("quote it", vec![quoted])
            }
            (_, None) => draft.help(quotes(raw)).suggestion("quote it", vec![quoted]),
        });
    }
}

/// The tool that delivers the document: Kubernetes, or the app of the platform that reads bare entity files.
fn reader_name(reader: ScalarReader, context: &DocumentContext<'_>) -> String {
    let brand = context.manifests.first().map_or(PORT.brand, |manifest| manifest.platform.brand);
    match reader {
        ScalarReader::Kubernetes => "Kubernetes (YAML 1.1)".to_owned(),
        ScalarReader::GitApp(host @ GitHost::GitHub) => format!("{brand}'s {} (ruamel.yaml)", host.apps()),
        ScalarReader::GitApp(host) => format!("{brand}'s {} (PyYAML, YAML 1.1)", host.apps()),
    }
}

/// Says which tools read which value, as soon as it is known who delivers a file, and removes what all of them read alike.
/// Returns the findings about scalars that only these tools read differently. `has_mapping`: portolan reads what the
/// deliverers deliver.
pub(in crate::analysis) fn reword(
    findings: &mut Vec<Finding>,
    facts: &DeliveryFacts,
    has_mapping: bool,
) -> Vec<FindingBuilder> {
    findings.retain_mut(|finding| {
        let Some(Detail::Scalar { raw, editor, read_as }) = finding.detail.as_deref() else { return true };
        let readers = Readers::of(facts, facts.manifests_at(finding.place), has_mapping);
        if readers.kustomize.is_empty() && readers.kubectl.is_empty() {
            return true;
        }
        let is_word = matches!(read_as, Reading::Bool(_)) && matches!(editor, Reading::String(_));
        let is_word = is_word && !raw.starts_with('!');
        if !is_word {
            let names = list(&[readers.kustomize.as_slice(), readers.kubectl.as_slice()].concat());
            finding.message =
                format!("`{raw}` is {editor} to an editor (YAML 1.2), and {read_as} to {names} (YAML 1.1).");
            return true;
        }
        if readers.kustomize.is_empty() {
            let names = list(&readers.of_kubectl());
            finding.message = format!("`{raw}` is {editor} to an editor (YAML 1.2), and {read_as} to {names}.");
            return true;
        }
        let others = readers.of_kubectl();
        let (names, others_names) = (list(&readers.kustomize), list(&others));
        finding.message = format!("`{raw}` is {editor} to {names} (kustomize), and {read_as} to {others_names}.");
        !others.is_empty()
    });
    let mut more: Vec<(Place, FindingBuilder)> = Vec::new();
    for fault in &facts.manifest_faults {
        let ManifestFaultKind::TwoReadings { kubectl, kustomize, quoted } = &fault.kind else { continue };
        let place = fault.place(facts);
        if more.last().is_some_and(|(last, _)| *last == place) {
            continue;
        }
        let readers = Readers::of(facts, facts.manifests_at(place), has_mapping);
        let mut others = readers.of_kubectl();
        if others.is_empty() {
            others.push("an editor".to_owned());
        }
        let (names, others) = (list(&readers.kustomize), list(&others));
        let message = format!("This is {kustomize} to {names} (kustomize), and {kubectl} to {others}.");
        let draft = FindingBuilder::new(place.span, message).file(place.file);
        let draft = match quoted {
            Some(quoted) => draft
                .help(Help::shown("quote it if it is text", quoted))
                .suggestion("quote it", vec![Edit { span: place.span, replacement: quoted.clone() }]),
            None => draft.help("write the value in quotes, or `null`, and without a tag"),
        };
        more.push((place, draft));
    }
    more.into_iter().map(|(_, draft)| draft).collect()
}

/// The tools that read a manifest, by name.
struct Readers {
    kustomize: Vec<String>,
    kubectl: Vec<String>,
    has_mapping: bool,
}

impl Readers {
    fn of(facts: &DeliveryFacts, manifests: &[ManifestDelivery], has_mapping: bool) -> Self {
        let names = |reader: YamlReader| {
            let of_reader = manifests.iter().filter(move |manifest| manifest.reader == reader);
            of_reader.map(|manifest| deliverer_name(facts, manifest)).collect::<Vec<_>>()
        };
        Self { kustomize: names(YamlReader::Kustomize), kubectl: names(YamlReader::Kubectl), has_mapping }
    }

    /// With those that read manifests whether they are delivered or not.
    fn of_kubectl(&self) -> Vec<String> {
        let mut names = self.kubectl.clone();
        if !self.has_mapping {
            names.extend(["kubectl".to_owned(), "portolan".to_owned()]);
            names.dedup();
        }
        names
    }
}

/// A line break for one reader and a character for the other.
fn ambiguous_break(code: u32, span: Span) -> FindingBuilder {
    if code == u32::from('\r') {
        let message = "The line ends with two carriage returns and a line feed, which are two line breaks to an editor \
                       (YAML 1.2), and one to Kubernetes.";
        return FindingBuilder::new(span, message.to_owned()).help("save the file with line feeds (LF) as line ends");
    }
    let escape = match code {
        0x85 => "\\N",
        0x2028 => "\\L",
        _ => "\\P",
    };
    let message =
        format!("U+{code:04X} is a character to an editor (YAML 1.2), and a line break to Kubernetes (YAML 1.1).");
    FindingBuilder::new(span, message).help(format!("remove it, or write it in double quotes as `{escape}`"))
}

fn quotes(raw: &str) -> Help {
    Help::shown("quote it if it is text", &quoted_text(raw))
}

fn quoted_text(raw: &str) -> String {
    if raw.contains(['"', '\\']) { format!("'{}'", raw.replace('\'', "''")) } else { format!("\"{raw}\"") }
}

/// A form that every reader reads as the same boolean or number.
fn plain_form(reading: &Reading) -> Option<String> {
    match reading {
        Reading::Bool(value) => Some(value.to_string()),
        Reading::Number(text) => Some(text.clone()),
        Reading::Null | Reading::String(_) | Reading::Refused | Reading::Collection => None,
    }
}

/// The type in the blueprint at this position: of a property, or of an item of one.
fn expected_kind(context: &DocumentContext<'_>, snapshot: &Snapshot, span: Span) -> Option<PropertyKind> {
    for manifest in context.manifests {
        // Kubernetes accepts only text there.
        if manifest.metadata.is_some_and(|metadata| context.view.value(metadata).span().contains(span.start as usize)) {
            return Some(PropertyKind::String);
        }
        let Some(indexed) = manifest.blueprint_text(context.view).and_then(|name| snapshot.find(name)) else {
            continue;
        };
        let Some(properties) = manifest.properties else { continue };
        for (key, value) in context.view.value(properties).entries() {
            let Some(property) = key.as_str().and_then(|name| indexed.blueprint.property(name)) else { continue };
            if value.span() == span {
                return property.kind;
            }
            // In a list of scalars, every span inside it is one of its items.
            let is_flat = context.view.tree.subtree_len(value.id()) == value.len() + 1;
            if value.kind() == Kind::List && is_flat && value.span().contains(span.start as usize) {
                let items = property.schema.get("items")?.get("type")?.as_str()?;
                return PropertyKind::parse(items);
            }
        }
    }
    None
}
