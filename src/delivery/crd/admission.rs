//! Which CRDs the API server refuses: their names, versions and schemas. Those that Crossplane derives from an XRD are
//! checked by the same rules, with the places of the XRD.

use super::fault::{Fault, FaultKind};
use super::names::{dns_1035_label, dns_1123_subdomain};
use super::node::Node;
use super::path::{Path, Step};
use super::schema::Schema;
use super::structural;
use super::written::Written;

/// The types of printer columns, and their formats.
const COLUMN_TYPES: [&str; 5] = ["integer", "number", "string", "boolean", "date"];
const COLUMN_FORMATS: [&str; 8] = ["int32", "int64", "float", "double", "byte", "date", "date-time", "password"];

/// The annotation that groups of Kubernetes itself need.
const APPROVAL: &str = "api-approved.kubernetes.io";

/// A CRD, or the XRD that it is derived from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub root: Node<'a>,
    /// The field with the names of the kind.
    pub names: &'static str,
    /// The field of a version that says that it is stored.
    pub storage: &'static str,
    /// Whether `metadata.name` is the name of the CRD.
    pub is_named: bool,
}

/// The schema of a version: decoded, or none. Versions are in the order of the document.
#[derive(Debug, Clone)]
pub struct VersionSchema {
    pub schema: Option<Schema>,
    pub has_status: bool,
}

impl<'a> Subject<'a> {
    fn get(self, steps: &[&str]) -> Option<Node<'a>> {
        steps.iter().try_fold(self.root, |node, step| node.get(step)).filter(|node| !node.is_null())
    }

    pub fn text(self, steps: &[&str]) -> String {
        self.get(steps).and_then(Node::as_str).map(std::borrow::Cow::into_owned).unwrap_or_default()
    }

    pub fn versions(self) -> Vec<Node<'a>> {
        self.get(&["spec", "versions"]).map(Node::items).unwrap_or_default()
    }

    fn fault(self, steps: &[Step<'_>], text: impl Into<String>) -> Fault {
        Fault::below(Some(self.root), &Path::ROOT, steps, text)
    }

    /// Finds why the API server refuses the CRD, but for its versions.
    pub fn check(self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.check_group(&mut faults);
        self.check_names(&mut faults);
        self.check_versions(&mut faults);
        faults
    }

    /// Finds why it refuses the schemas and columns of the versions.
    pub fn check_schemas(self, schemas: &[VersionSchema]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (at, (version, schema)) in self.versions().into_iter().zip(schemas).enumerate() {
            self.check_version(at, version, schema, &mut faults);
        }
        faults
    }

    fn check_group(self, faults: &mut Vec<Fault>) {
        let group = self.text(&["spec", "group"]);
        let steps = [Step::Field("spec"), Step::Field("group")];
        if group.is_empty() {
            faults.push(self.fault(&steps, "Required value"));
        } else if let Some(text) = dns_1123_subdomain(&group) {
            faults.push(self.fault(&steps, format!("Invalid value: {group:?}: {text}")));
        } else if !group.contains('.') {
            faults.push(
                self.fault(&steps, format!("Invalid value: {group:?}: should be a domain with at least one dot")),
            );
        }
        let is_protected = ["k8s.io", "kubernetes.io"]
            .into_iter()
            .any(|domain| group.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
        let annotations: &[&str] = match self.storage {
            "storage" => &["metadata", "annotations"],
            _ => &["spec", "metadata", "annotations"],
        };
        let approval = self.get(annotations).and_then(|found| found.get(APPROVAL));
        if is_protected && approval.is_none() {
            let text = format!("Required value: protected groups must have approval annotation {APPROVAL:?}");
            let mut steps: Vec<Step<'_>> = annotations.iter().map(|name| Step::Field(name)).collect();
            steps.push(Step::Key(APPROVAL));
            faults.push(self.fault(&steps, text));
        }
        let required = format!("{}.{group}", self.text(&["spec", self.names, "plural"]));
        let name = self.text(&["metadata", "name"]);
        if self.is_named && name != required {
            let text = format!("Invalid value: {name:?}: must be spec.names.plural+\".\"+spec.group: {required}");
            faults.push(self.fault(&[Step::Field("metadata"), Step::Field("name")], text));
        }
    }

    fn check_names(self, faults: &mut Vec<Fault>) {
        let kind = self.text(&["spec", self.names, "kind"]);
        for field in ["plural", "singular", "kind", "listKind"] {
            let name = self.text(&["spec", self.names, field]);
            let steps = [Step::Field("spec"), Step::Field(self.names), Step::Field(field)];
            let is_mixed = matches!(field, "kind" | "listKind");
            if name.is_empty() {
                // The others have defaults.
                if matches!(field, "plural" | "kind") {
                    faults.push(self.fault(&steps, "Required value"));
                }
                continue;
            }
            let lower = if is_mixed { name.to_lowercase() } else { name.clone() };
            if let Some(text) = dns_1035_label(&lower) {
                let start = if is_mixed { "may have mixed case, but should otherwise match: " } else { "" };
                faults.push(self.fault(&steps, format!("Invalid value: {name:?}: {start}{text}")));
            }
            if field == "listKind" && name == kind {
                let text = format!("Invalid value: {name:?}: kind and listKind may not be the same");
                faults.push(self.fault(&steps, text));
            }
        }
        for field in ["shortNames", "categories"] {
            let names = self.get(&["spec", self.names, field]).map(Node::items).unwrap_or_default();
            for (at, name) in names.into_iter().enumerate() {
                let name = name.as_str().unwrap_or_default();
                if let Some(text) = dns_1035_label(&name) {
                    let steps = [Step::Field("spec"), Step::Field(self.names), Step::Field(field), Step::Index(at)];
                    faults.push(self.fault(&steps, format!("Invalid value: {name:?}: {text}")));
                }
            }
        }
    }

    fn check_versions(self, faults: &mut Vec<Fault>) {
        let versions = self.versions();
        let steps = [Step::Field("spec"), Step::Field("versions")];
        let names: Vec<_> = versions.iter().map(|version| version.get("name").and_then(|name| name.as_str())).collect();
        if names.iter().enumerate().any(|(at, name)| names[..at].contains(name)) {
            faults.push(self.fault(&steps, "Invalid value: must contain unique version names"));
        }
        let is_stored = |version: &&Node<'_>| version.get(self.storage).and_then(Node::as_bool) == Some(true);
        let stored = versions.iter().filter(is_stored).count();
        if stored != 1 {
            let text = format!(
                "Invalid value: must have exactly one version marked as storage version: {stored} have `{}: true`",
                self.storage
            );
            faults.push(self.fault(&steps, text));
        }
        for (at, name) in names.iter().enumerate() {
            let name = name.as_deref().unwrap_or_default();
            if let Some(text) = dns_1035_label(name) {
                let steps = [steps[0], steps[1], Step::Index(at), Step::Field("name")];
                faults.push(self.fault(&steps, format!("Invalid value: {name:?}: {text}")));
            }
        }
    }

    fn check_version(self, at: usize, version: Node<'_>, schema: &VersionSchema, faults: &mut Vec<Fault>) {
        let spec = self.root.member("spec");
        let path = Path::ROOT.field("spec", spec.as_ref().and_then(|member| member.span));
        let versions = spec.and_then(|member| member.node.member("versions"));
        let path = path.field("versions", versions.and_then(|member| member.span));
        let path = path.child(Step::Index(at), version.span());
        match &schema.schema {
            Some(found) => {
                let member = version.member("schema");
                let path = path.field("schema", member.as_ref().and_then(|member| member.span));
                let member = member.and_then(|member| member.node.member("openAPIV3Schema"));
                let path = path.field("openAPIV3Schema", member.as_ref().and_then(|member| member.span));
                let node = member.map(|member| member.node);
                faults.extend(structural::check(Written { schema: found, node }, schema.has_status, &path));
            }
            None => {
                let steps = [Step::Field("schema"), Step::Field("openAPIV3Schema")];
                faults.push(Fault::below(Some(version), &path, &steps, "Required value"));
            }
        }
        check_deprecation(version, &path, faults);
        check_scale(version, &path, faults);
        let columns = version.get("additionalPrinterColumns").map(Node::items).unwrap_or_default();
        for (number, column) in columns.into_iter().enumerate() {
            let steps = [Step::Field("additionalPrinterColumns"), Step::Index(number)];
            for (field, text) in column_faults(column) {
                let steps = [steps[0], steps[1], Step::Field(field)];
                faults.push(Fault::below(Some(version), &path, &steps, text));
            }
        }
    }
}

fn check_deprecation(version: Node<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let Some(warning) = version.get("deprecationWarning").and_then(Node::as_str) else { return };
    let is_deprecated = version.get("deprecated").and_then(Node::as_bool) == Some(true);
    let text = match &*warning {
        _ if !is_deprecated => "Invalid value: can only be set for deprecated versions",
        "" => "Invalid value: must not be an empty string",
        warning if warning.len() > 256 => "Invalid value: must be <= 256 characters long",
        warning if warning.chars().any(char::is_control) => {
            "Invalid value: must only contain printable UTF-8 characters"
        }
        _ => return,
    };
    faults.push(Fault::below(Some(version), path, &[Step::Field("deprecationWarning")], text));
}

fn check_scale(version: Node<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let Some(scale) = version.get("subresources").and_then(|found| found.get("scale")).filter(|found| !found.is_null())
    else {
        return;
    };
    for (field, starts) in [
        ("specReplicasPath", &[".spec."] as &[&str]),
        ("statusReplicasPath", &[".status."]),
        ("labelSelectorPath", &[".spec.", ".status."]),
    ] {
        let found = scale.get(field).and_then(Node::as_str).unwrap_or_default();
        let text = if found.is_empty() {
            if field == "labelSelectorPath" {
                continue;
            }
            "Required value".to_owned()
        } else if !found.starts_with('.') {
            format!("Invalid value: {found:?}: must be a simple json path starting with .")
        } else if !starts.iter().any(|start| found.starts_with(start)) {
            format!("Invalid value: {found:?}: should be a json path under {}", starts.join(" or "))
        } else {
            continue;
        };
        let steps = [Step::Field("subresources"), Step::Field("scale"), Step::Field(field)];
        faults.push(Fault::below(Some(version), path, &steps, text));
    }
}

fn column_faults(column: Node<'_>) -> Vec<(&'static str, String)> {
    let text = |field: &str| column.get(field).and_then(Node::as_str).unwrap_or_default();
    let mut faults = Vec::new();
    if text("name").is_empty() {
        faults.push(("name", "Required value".to_owned()));
    }
    let [type_name, format, path] = ["type", "format", "jsonPath"].map(text);
    if type_name.is_empty() {
        faults.push(("type", format!("Required value: must be one of {}", COLUMN_TYPES.join(","))));
    } else if !COLUMN_TYPES.contains(&&*type_name) {
        faults.push(("type", format!("Invalid value: {type_name:?}: must be one of {}", COLUMN_TYPES.join(","))));
    }
    if !format.is_empty() && !COLUMN_FORMATS.contains(&&*format) {
        faults.push(("format", format!("Invalid value: {format:?}: must be one of {}", COLUMN_FORMATS.join(","))));
    }
    if path.is_empty() {
        faults.push(("jsonPath", "Required value".to_owned()));
    } else if !path.starts_with('.') {
        faults.push(("jsonPath", format!("Invalid value: {path:?}: must be a simple json path starting with .")));
    }
    faults
}

/// Whether a fault ends the decoding of the whole definition, so that nothing more can be said.
pub fn is_final(fault: &Fault) -> bool {
    match fault.kind {
        FaultKind::UnknownField { .. } => false,
        FaultKind::Undecodable
        | FaultKind::NoMatch { .. }
        | FaultKind::NoSuchKind { .. }
        | FaultKind::NotAnOption { .. }
        | FaultKind::WrongType
        | FaultKind::Invalid => true,
    }
}
