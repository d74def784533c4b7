//! Which schemas the API server refuses in a CRD: they must be structural, and defaults must be valid.

use super::check::check_default;
use super::fault::{Fault, FaultKind};
use super::keyword::Keyword;
use super::list_types;
use super::node::{Content, Node};
use super::path::{Path, Step};
use super::schema::{Additional, Schema, Type};
use super::written::{BELOW, Written, at, each_below, member_of};

/// Keywords that only a schema without them can be checked further.
const UNSUPPORTED: [(Keyword, &str); 7] = [
    (Keyword::Id, "id is not supported"),
    (Keyword::SchemaUrl, "$schema is not supported"),
    (Keyword::Ref, "$ref is not supported"),
    (Keyword::PatternProperties, "patternProperties is not supported"),
    (Keyword::Definitions, "definitions is not supported"),
    (Keyword::Dependencies, "dependencies is not supported"),
    (Keyword::AdditionalItems, "additionalItems is not supported"),
];

/// Keywords that a schema inside of `anyOf` and the like must not have.
const FORBIDDEN_IN_JUNCTORS: [(Keyword, &str); 13] = [
    (Keyword::Type, "must be empty to be structural"),
    (Keyword::AdditionalProperties, "must be undefined to be structural"),
    (Keyword::Default, "must be undefined to be structural"),
    (Keyword::Title, "must be empty to be structural"),
    (Keyword::Description, "must be empty to be structural"),
    (Keyword::Nullable, "must be false to be structural"),
    (Keyword::PreserveUnknownFields, "must be false to be structural"),
    (Keyword::EmbeddedResource, "must be false to be structural"),
    (Keyword::IntOrString, "must be false to be structural"),
    (Keyword::ListMapKeys, "must be empty to be structural"),
    (Keyword::ListType, "must be undefined to be structural"),
    (Keyword::MapType, "must be undefined to be structural"),
    (Keyword::Validations, "must be empty to be structural"),
];

/// Keywords that the root of a schema may have beside a status that is a subresource.
const BESIDE_STATUS: [Keyword; 22] = [
    Keyword::Description,
    Keyword::Type,
    Keyword::Format,
    Keyword::Title,
    Keyword::Maximum,
    Keyword::ExclusiveMaximum,
    Keyword::Minimum,
    Keyword::ExclusiveMinimum,
    Keyword::MaxLength,
    Keyword::MinLength,
    Keyword::Pattern,
    Keyword::MaxItems,
    Keyword::MinItems,
    Keyword::UniqueItems,
    Keyword::MultipleOf,
    Keyword::Required,
    Keyword::Items,
    Keyword::Properties,
    Keyword::ExternalDocs,
    Keyword::Example,
    Keyword::PreserveUnknownFields,
    Keyword::Validations,
];

/// Finds why the API server refuses the schema of a version.
pub fn check(root: Written<'_>, has_status: bool, path: &Path<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let schema = root.schema;
    if schema.is_nullable() {
        faults.push(at(root, path, Keyword::Nullable, "Forbidden: nullable cannot be true at the root"));
    }
    if has_status && schema.type_name != Type::Object && schema.has(Keyword::Type) {
        let text = "Invalid value: only \"object\" is allowed as the type at the root of the schema if the status \
                    subresource is enabled";
        faults.push(at(root, path, Keyword::Type, text));
    }
    let beside = schema.present.iter().find(|keyword| !BESIDE_STATUS.contains(keyword));
    if let Some(keyword) = beside.filter(|_| has_status) {
        let text = "Invalid value: not allowed at the root of the schema if the status subresource is enabled";
        faults.push(at(root, path, keyword, text));
    }
    if !has_unsupported(schema) {
        let before = faults.len();
        let mut checker = Checker { faults: &mut faults };
        checker.invariants(root, Level::Root, path);
        checker.completeness(schema, Some(root), path, path);
        if faults.len() == before {
            check_defaults(root, path, &mut faults);
        }
    }
    check_openapi(root, Defaults::AllowedAtRoot, path, &mut faults);
    faults
}

fn has_unsupported(schema: &Schema) -> bool {
    let mut found = UNSUPPORTED.iter().any(|(keyword, _)| schema.has(*keyword));
    for keyword in BELOW {
        each_below(Written { schema, node: None }, keyword, &Path::ROOT, &mut |below, _, _| {
            found = found || has_unsupported(below.schema);
        });
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

struct Checker<'f> {
    faults: &'f mut Vec<Fault>,
}

impl Checker<'_> {
    fn invariants(&mut self, written: Written<'_>, level: Level, path: &Path<'_>) {
        let schema = written.schema;
        let is_embedded = schema.is_embedded_resource();
        if schema.type_name == Type::Array && schema.items.is_none() && !has_item_list(written) {
            self.faults.push(at(written, path, Keyword::Items, "Required value: must be specified"));
        }
        for keyword in [Keyword::Properties, Keyword::Items, Keyword::AdditionalProperties] {
            let level = if keyword == Keyword::Items { Level::Item } else { Level::Field };
            each_below(written, keyword, path, &mut |below, path, _| self.invariants(below, level, path));
        }
        if level == Level::Root && !matches!(schema.additional, Additional::Unset) {
            self.faults.push(at(
                written,
                path,
                Keyword::AdditionalProperties,
                "Forbidden: must not be used at the root",
            ));
        }
        if schema.is_int_or_string() {
            for keyword in [Keyword::PreserveUnknownFields, Keyword::EmbeddedResource] {
                if schema.has(keyword) {
                    let text = "Invalid value: true: must be false if x-kubernetes-int-or-string is true";
                    self.faults.push(at(written, path, keyword, text));
                }
            }
        }
        self.values(written, path);
        self.types(written, level, path);
        if is_embedded && !matches!(schema.additional, Additional::Unset) {
            let text = "Forbidden: must not be used if x-kubernetes-embedded-resource is set";
            self.faults.push(at(written, path, Keyword::AdditionalProperties, text));
        }
        if level == Level::Root || is_embedded {
            self.meta(written, level, path);
        }
        if is_embedded && !schema.keeps_unknown() && schema.properties.is_empty() {
            let text = "Required value: must not be empty if x-kubernetes-embedded-resource is true without \
                        x-kubernetes-preserve-unknown-fields";
            self.faults.push(at(written, path, Keyword::Properties, text));
        }
    }

    fn types(&mut self, written: Written<'_>, level: Level, path: &Path<'_>) {
        let schema = written.schema;
        let is_set = schema.has(Keyword::Type);
        let text = if schema.is_embedded_resource() && schema.type_name != Type::Object {
            Some("must be object if x-kubernetes-embedded-resource is true")
        } else if !is_set && !schema.is_int_or_string() && !schema.keeps_unknown() {
            Some(match level {
                Level::Root => "must not be empty at the root",
                Level::Item => "must not be empty for specified array items",
                Level::Field => "must not be empty for specified object fields",
            })
        } else if level == Level::Root && is_set && schema.type_name != Type::Object {
            Some("must be object at the root")
        } else {
            None
        };
        let Some(text) = text else { return };
        let start =
            if is_set { format!("Invalid value: {:?}", schema.type_name.name()) } else { "Required value".to_owned() };
        self.faults.push(at(written, path, Keyword::Type, format!("{start}: {text}")));
    }

    /// `apiVersion`, `kind` and `metadata` of the root and of embedded objects.
    fn meta(&mut self, written: Written<'_>, level: Level, path: &Path<'_>) {
        let faults = &mut *self.faults;
        each_below(written, Keyword::Properties, path, &mut |below, path, key| {
            let expected = match key {
                "kind" | "apiVersion" => "string",
                "metadata" => "object",
                _ => return,
            };
            if below.schema.type_name.name() != expected {
                let text = format!("Invalid value: {:?}: must be {expected}", below.schema.type_name.name());
                faults.push(at(below, path, Keyword::Type, text));
            }
            let is_plain = |keyword: Keyword| match keyword {
                Keyword::Type | Keyword::Default => true,
                Keyword::Properties => {
                    below.schema.properties.keys().all(|name| matches!(name.as_ref(), "name" | "generateName"))
                }
                _ => false,
            };
            if key == "metadata" && level == Level::Root && !below.schema.present.iter().all(is_plain) {
                let text = "Forbidden: must not specify anything other than name and generateName, but metadata is \
                            implicitly specified";
                faults.push(Fault::at(path, text));
            }
        });
    }

    /// What checks values: patterns, and the schemas inside of `anyOf` and the like.
    fn values(&mut self, written: Written<'_>, path: &Path<'_>) {
        let schema = written.schema;
        if let Some(pattern) = &schema.pattern
            && let Err(error) = &pattern.regex
        {
            let text = format!(
                "Invalid value: {:?}: must be a valid regular expression, but isn't: error parsing regexp: {error}",
                pattern.text
            );
            self.faults.push(at(written, path, Keyword::Pattern, text));
        }
        let Some(junctors) = &schema.junctors else { return };
        let is_first = |all_of: &Schema| all_of.junctors.as_ref().is_some_and(|inner| is_int_or_string(&inner.any_of));
        let skips_any_of = is_int_or_string(&junctors.any_of);
        let skips_first = junctors.all_of.first().is_some_and(is_first);
        for keyword in [Keyword::AllOf, Keyword::AnyOf, Keyword::OneOf, Keyword::Not] {
            if keyword == Keyword::AnyOf && skips_any_of {
                continue;
            }
            let mut is_skipped = keyword == Keyword::AllOf && skips_first;
            each_below(written, keyword, path, &mut |below, path, _| {
                self.nested(below, is_skipped, path);
                is_skipped = false;
            });
        }
    }

    /// A schema inside of `anyOf` and the like. `skips_any_of`: its own are the types of the idiom for numbers or texts.
    fn nested(&mut self, written: Written<'_>, skips_any_of: bool, path: &Path<'_>) {
        let schema = written.schema;
        if !skips_any_of {
            self.values(written, path);
        }
        for keyword in [Keyword::Items, Keyword::Properties] {
            each_below(written, keyword, path, &mut |below, path, _| self.nested(below, false, path));
        }
        for (keyword, text) in FORBIDDEN_IN_JUNCTORS.iter().filter(|(keyword, _)| schema.has(*keyword)) {
            // Without a schema, and closed, it is no keyword that checks values.
            if !matches!((keyword, &schema.additional), (Keyword::AdditionalProperties, Additional::No)) {
                self.faults.push(at(written, path, *keyword, format!("Forbidden: {text}")));
            }
        }
        if schema.properties.contains_key("metadata") {
            let path = path.field(Keyword::Properties.name(), None);
            let path = path.child(Step::Key("metadata"), None);
            self.faults.push(Fault::at(&path, "Forbidden: must not be specified in a nested context"));
        }
    }

    /// What `anyOf` and the like at the root name must be declared beside them.
    fn completeness(&mut self, checked: &Schema, declared: Option<Written<'_>>, path: &Path<'_>, by: &Path<'_>) {
        for keyword in [Keyword::Not, Keyword::AllOf, Keyword::AnyOf, Keyword::OneOf] {
            each_below(Written { schema: checked, node: None }, keyword, by, &mut |below, by, _| {
                self.nested_completeness(below.schema, declared, path, by);
            });
        }
    }

    fn nested_completeness(&mut self, checked: &Schema, declared: Option<Written<'_>>, path: &Path<'_>, by: &Path<'_>) {
        let Some(declared) = declared else {
            self.faults.push(Fault::at(path, format!("Required value: because it is defined in {}", by.text())));
            return;
        };
        self.completeness(checked, Some(declared), path, by);
        if let Some(items) = &checked.items {
            let mut found = false;
            let by = by.field(Keyword::Items.name(), None);
            each_below(declared, Keyword::Items, path, &mut |below, path, _| {
                found = true;
                self.nested_completeness(items, Some(below), path, &by);
            });
            if !found {
                self.nested_completeness(items, None, &path.field(Keyword::Items.name(), None), &by);
            }
        }
        let by = by.field(Keyword::Properties.name(), None);
        for (key, schema) in &checked.properties {
            let by = by.child(Step::Key(key), None);
            let mut found = false;
            each_below(declared, Keyword::Properties, path, &mut |below, path, name| {
                if name == key.as_ref() {
                    found = true;
                    self.nested_completeness(schema, Some(below), path, &by);
                }
            });
            if !found {
                let path = path.field(Keyword::Properties.name(), None);
                self.nested_completeness(schema, None, &path.child(Step::Key(key), None), &by);
            }
        }
    }
}

/// `items` is a list of schemas, which is reported elsewhere.
fn has_item_list(written: Written<'_>) -> bool {
    member_of(written.node, Keyword::Items.name()).is_some_and(|items| items.node.content() == Content::List)
}

/// `anyOf: [{type: integer}, {type: string}]`
fn is_int_or_string(schemas: &[Schema]) -> bool {
    let has_only_type = |schema: &Schema| schema.present.iter().all(|keyword| keyword == Keyword::Type);
    let types: Vec<&Type> = schemas.iter().map(|schema| &schema.type_name).collect();
    types == [&Type::Integer, &Type::String] && schemas.iter().all(has_only_type)
}

fn check_defaults(written: Written<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    if let Some(default) = &written.schema.default {
        let member = member_of(written.node, Keyword::Default.name());
        let node = member.as_ref().map_or(Node::Json(default), |member| member.node);
        let path = path.field(Keyword::Default.name(), member.and_then(|member| member.span));
        for mut fault in check_default(written.schema, node, &path) {
            if let FaultKind::UnknownField { .. } = fault.kind {
                fault.kind = FaultKind::Invalid;
                fault.text = "Invalid value: must not have unknown fields".to_owned();
            }
            faults.push(fault);
        }
    }
    // Inside of `additionalProperties`, the API server does not look at defaults.
    for keyword in [Keyword::Items, Keyword::Properties] {
        each_below(written, keyword, path, &mut |below, path, _| check_defaults(below, path, faults));
    }
}

#[derive(Clone, Copy)]
enum Defaults {
    /// The schema is the root.
    AllowedAtRoot,
    Allowed,
    ForbiddenIn(&'static str),
}

/// What concerns every schema, also those inside of `anyOf` and the like.
fn check_openapi(written: Written<'_>, defaults: Defaults, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let schema = written.schema;
    match &schema.type_name {
        Type::Unknown(name) if name.as_ref() == "null" => {
            let text = "Forbidden: type cannot be set to null, use nullable as an alternative";
            faults.push(at(written, path, Keyword::Type, text));
        }
        Type::Unknown(name) => {
            let text = format!(
                "Unsupported value: {name:?}: supported values: \"array\", \"boolean\", \"integer\", \"number\", \
                 \"object\", \"string\""
            );
            faults.push(at(written, path, Keyword::Type, text));
        }
        _ => {}
    }
    for (keyword, text) in UNSUPPORTED.iter().filter(|(keyword, _)| schema.has(*keyword)) {
        faults.push(at(written, path, *keyword, format!("Forbidden: {text}")));
    }
    if schema.has(Keyword::UniqueItems) {
        let text = "Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        faults.push(at(written, path, Keyword::UniqueItems, text));
    }
    let is_closed = matches!(schema.additional, Additional::No | Additional::Values(_));
    if is_closed && !schema.properties.is_empty() {
        let text = "Forbidden: additionalProperties and properties are mutual exclusive";
        faults.push(at(written, path, Keyword::AdditionalProperties, text));
    }
    if let (Some(_), Defaults::ForbiddenIn(field)) = (&schema.default, defaults) {
        let text = format!("Forbidden: must not be set in top-level {field}");
        faults.push(at(written, path, Keyword::Default, text));
    }
    list_types::check(written, path, faults);
    for keyword in BELOW {
        each_below(written, keyword, path, &mut |below, below_path, key| {
            let defaults = match (defaults, key) {
                (Defaults::AllowedAtRoot, "metadata") => Defaults::ForbiddenIn("metadata"),
                (Defaults::AllowedAtRoot, "kind") => Defaults::ForbiddenIn("kind"),
                (Defaults::AllowedAtRoot, "apiVersion") => Defaults::ForbiddenIn("apiVersion"),
                (Defaults::AllowedAtRoot | Defaults::Allowed, _) => Defaults::Allowed,
                (Defaults::ForbiddenIn(field), _) => Defaults::ForbiddenIn(field),
            };
            check_openapi(below, defaults, below_path, faults);
        });
    }
}
