//! Reads a CompositeResourceDefinition: why the API server refuses it, which kinds Crossplane derives from it, why the API
//! server refuses those, and what of its schema has no effect.

use super::derive::derive;
use super::lost::{LostKeyword, of_schema, of_unknown};
use super::machinery::Target;
use super::xrd_schema;
use crate::delivery::crd::admission::{Subject, VersionSchema, is_final};
use crate::delivery::crd::check::{Write, check};
use crate::delivery::crd::definition::{Definition, Origin};
use crate::delivery::crd::document::version_of;
use crate::delivery::crd::fault::{Fault, FaultKind};
use crate::delivery::crd::node::Node;
use crate::delivery::crd::read::SchemaReader;
use crate::delivery::crd::schema::Schema;
use crate::delivery::crd::{Path, Step};
use crate::delivery::object::split_version;

/// The group of XRDs.
const GROUP: &str = "apiextensions.crossplane.io";

#[derive(Debug, Default)]
pub struct XrdReport {
    /// Why the API server refuses the XRD itself.
    pub faults: Vec<Fault>,
    /// Empty: the XRD has a fault that no kind survives.
    pub derived: Vec<Derived>,
    /// What of its schemas has no effect.
    pub lost: Vec<LostKeyword>,
    /// An XRD of v2 without a scope, which tools read differently.
    pub has_implicit_scope: bool,
}

/// A kind that Crossplane derives.
#[derive(Debug)]
pub struct Derived {
    pub role: Role,
    /// `databases.acme.example.com`
    pub name: String,
    /// Why the API server refuses its CRD.
    pub faults: Vec<Fault>,
    /// Crossplane makes no CRD at all: a fault ends the derivation.
    pub is_underivable: bool,
    /// `None`: it is refused.
    pub definition: Option<Definition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Composite,
    Claim,
}

pub fn is_xrd(api_version: &str, kind: &str) -> bool {
    kind == "CompositeResourceDefinition" && split_version(api_version).0 == GROUP
}

/// How the XRD is written decides whether the fields that its own schema does not have are refused.
pub fn read(root: Node<'_>, write: Write) -> XrdReport {
    let subject = Subject { root, names: "names", storage: "referenceable", is_named: true };
    let api_version = subject.text(&["apiVersion"]);
    let version = split_version(&api_version).1;
    let Some(schema) = xrd_schema::of_version(version) else {
        let text = format!("no matches for kind \"CompositeResourceDefinition\" in version {api_version:?}");
        let served = vec!["v1".to_owned(), "v2".to_owned()];
        let span = root.get("apiVersion").and_then(Node::span);
        let path = Path::ROOT.field("apiVersion", span);
        let fault = Fault::new(&path, span, FaultKind::NoMatch { served }, text);
        return XrdReport { faults: vec![fault], ..XrdReport::default() };
    };
    let mut faults = check(schema, true, root, write).faults;
    // A wrong name does not keep the API server from evaluating rules.
    if faults.iter().all(|fault| !is_final(fault) || fault.path.starts_with("metadata.")) {
        faults.extend(rule_faults(subject, version));
    }
    let mut report = XrdReport::default();
    if !faults.iter().any(is_final) {
        report = derive_all(subject, version);
    }
    report.faults = faults;
    report
}

/// What the rules of the XRD's schema say.
fn rule_faults(subject: Subject<'_>, version: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let has = |field: &str| {
        let field = subject.root.get("spec").and_then(|spec| spec.get(field));
        field.is_some_and(|field| !field.is_null())
    };
    let mut push = |field: &str, text: &str| {
        let steps = [Step::Field("spec"), Step::Field(field)];
        let steps = if field.is_empty() { &steps[..1] } else { &steps[..] };
        faults.push(Fault::below(Some(subject.root), &Path::ROOT, steps, format!("Invalid value: {text}")));
    };
    let is_legacy = scope(subject, version) == "LegacyCluster";
    match version {
        "v1" => {
            if !is_legacy && has("claimNames") {
                push("", "Only LegacyCluster composite resources can offer claims");
            }
            if !is_legacy && has("connectionSecretKeys") {
                push("", "Only LegacyCluster composite resources support connection secrets");
            }
            let is_webhook = subject.text(&["spec", "conversion", "strategy"]) == "Webhook";
            let conversion = subject.root.get("spec").and_then(|spec| spec.get("conversion"));
            let webhook = conversion.and_then(|conversion| conversion.get("webhook"));
            if has("conversion") && (!is_webhook || webhook.is_none_or(Node::is_null)) {
                push("conversion", "Webhook configuration is required when conversion strategy is Webhook");
            }
        }
        _ => {
            if has("claimNames") {
                push("", "Claims aren't supported in apiextensions.crossplane.io/v2");
            }
            if has("connectionSecretKeys") {
                push("", "XR connection secrets aren't supported in apiextensions.crossplane.io/v2");
            }
        }
    }
    for names in ["names", "claimNames"] {
        for (field, text) in
            [("plural", "Plural name must be lowercase"), ("singular", "Singular name must be lowercase")]
        {
            if subject.text(&["spec", names, field]).chars().any(|letter| letter.is_ascii_uppercase()) {
                push(names, text);
            }
        }
    }
    faults
}

fn scope(subject: Subject<'_>, version: &str) -> String {
    let written = subject.text(&["spec", "scope"]);
    match (written.as_str(), version) {
        ("", "v1") => "LegacyCluster".to_owned(),
        ("", _) => "Namespaced".to_owned(),
        _ => written,
    }
}

fn derive_all(subject: Subject<'_>, version: &str) -> XrdReport {
    let has_implicit_scope = version == "v2" && subject.text(&["spec", "scope"]).is_empty();
    let mut report = XrdReport { has_implicit_scope, ..XrdReport::default() };
    let policy = |field: &str, default: &str| {
        let found = subject.text(&["spec", field]);
        if found.is_empty() { default.to_owned() } else { found }
    };
    let update_policy = policy("defaultCompositionUpdatePolicy", "Automatic");
    let scope = scope(subject, version);
    let composite = match scope.as_str() {
        "LegacyCluster" => Target::LegacyComposite { update_policy },
        scope => Target::Composite { is_namespaced: scope == "Namespaced", update_policy },
    };
    let mut reader = SchemaReader { is_lax: true, ..SchemaReader::default() };
    let schemas = read_schemas(subject, &composite, &mut reader, &mut report.lost);
    report.lost.extend(of_unknown(std::mem::take(&mut reader.unknown)));
    let has_claim = subject.root.get("spec").and_then(|spec| spec.get("claimNames")).is_some_and(|it| !it.is_null());
    let mut faults = reader.faults;
    if faults.iter().all(|fault| fault.kind != FaultKind::Undecodable) {
        // The fields that differ between the kinds are Crossplane's own, and right.
        let derived = schemas.iter().map(|schema| version_schema(schema.as_ref(), &composite));
        faults.extend(subject.check_schemas(&derived.collect::<Vec<_>>()));
    }
    report.derived.push(derived(subject, Role::Composite, &scope, &composite, &schemas, &faults));
    if has_claim {
        let delete_policy = policy("defaultCompositeDeletePolicy", "Background");
        let claim = Target::Claim { delete_policy };
        report.derived.push(derived(subject, Role::Claim, &scope, &claim, &schemas, &faults));
    }
    report
}

/// The schemas of the versions. What cannot be decoded is among the faults of the reader.
fn read_schemas(
    subject: Subject<'_>,
    target: &Target,
    reader: &mut SchemaReader,
    lost: &mut Vec<LostKeyword>,
) -> Vec<Option<Schema>> {
    let spec = subject.root.member("spec");
    let path = Path::ROOT.field("spec", spec.and_then(|member| member.span));
    let path = path.field("versions", None);
    let mut schemas = Vec::new();
    for (at, version) in subject.versions().into_iter().enumerate() {
        let path = path.child(Step::Index(at), version.span());
        let member = version.member("schema").filter(|member| !member.node.is_null());
        let path = path.field("schema", member.as_ref().and_then(|member| member.span));
        let Some(member) = member else {
            let text = "Required value: custom resource validation cannot be nil";
            reader.faults.push(Fault::new(&path, None, FaultKind::Undecodable, text));
            schemas.push(None);
            continue;
        };
        let Some(member) = member.node.member("openAPIV3Schema").filter(|member| !member.node.is_null()) else {
            let text = "Required value: cannot parse validation schema: unexpected end of JSON input";
            reader.faults.push(Fault::new(&path, None, FaultKind::Undecodable, text));
            schemas.push(None);
            continue;
        };
        let path = path.field("openAPIV3Schema", member.span);
        schemas.push(Some(reader.read(member.node, &path)));
        of_schema(member.node, target, &path, lost);
    }
    schemas
}

fn derived(
    subject: Subject<'_>,
    role: Role,
    scope: &str,
    target: &Target,
    schemas: &[Option<Schema>],
    of_schemas: &[Fault],
) -> Derived {
    let names = if role == Role::Claim { "claimNames" } else { "names" };
    let subject = Subject { names, is_named: role == Role::Composite, ..subject };
    let group = subject.text(&["spec", "group"]);
    let plural = subject.text(&["spec", names, "plural"]);
    let name = match role {
        Role::Composite => subject.text(&["metadata", "name"]),
        Role::Claim => format!("{plural}.{group}"),
    };
    let mut faults: Vec<Fault> = match role {
        Role::Composite => Vec::new(),
        Role::Claim => conflicts(subject),
    };
    let is_undecodable = of_schemas.iter().any(|fault| fault.kind == FaultKind::Undecodable);
    let is_underivable = is_undecodable || !faults.is_empty();
    faults.extend(of_schemas.iter().cloned());
    if !is_underivable {
        faults.extend(subject.check());
    }
    let versions = schemas.iter().map(|schema| version_schema(schema.as_ref(), target));
    let definition = faults.is_empty().then(|| Definition {
        name: name.clone(),
        group,
        kind: subject.text(&["spec", names, "kind"]),
        plural,
        is_namespaced: role == Role::Claim || scope == "Namespaced",
        versions: subject.versions().into_iter().zip(versions).map(|(node, it)| version_of(node, it)).collect(),
        origin: match role {
            Role::Claim => Origin::Claim,
            Role::Composite => Origin::Composite { is_legacy: scope == "LegacyCluster" },
        },
    });
    Derived { role, name, faults, is_underivable, definition }
}

fn version_schema(schema: Option<&Schema>, target: &Target) -> VersionSchema {
    VersionSchema { schema: schema.map(|schema| derive(schema, target)), has_status: true }
}

/// Names that claim and composite resource must not share.
fn conflicts(subject: Subject<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for field in ["kind", "plural", "singular", "listKind"] {
        let [claim, composite] = ["claimNames", "names"].map(|names| subject.text(&["spec", names, field]));
        if claim == composite && !claim.is_empty() {
            let text = format!("invalid resource claim names: {claim:?} conflicts with composite resource name");
            let steps = [Step::Field("spec"), Step::Field("claimNames"), Step::Field(field)];
            faults.push(Fault::below(Some(subject.root), &Path::ROOT, &steps, text));
        }
    }
    faults
}
