//! Decodes the schema of a CRD, as Go decodes it: a keyword with a value of another type ends the decoding, and unknown
//! keywords are refused in a CRD and dropped in an XRD.

use std::sync::Arc;

use super::fault::Fault;
use super::keyword::{Keyword, NAMES};
use super::node::{Content, Member, Node};
use super::path::{Path, Step};
use super::schema::{Additional, Junctors, Limits, ListTypes, Pattern, Rule, Schema, Type};
use crate::domain::document::span::Span;
use crate::jq::go_regex;
use crate::text::suggest;

#[derive(Debug, Default)]
pub struct SchemaReader {
    /// Go's own decoder finds keywords in any case of letters, and drops those that it does not know; the API server does
    /// neither.
    pub is_lax: bool,
    pub faults: Vec<Fault>,
    /// The keywords that were dropped.
    pub unknown: Vec<UnknownKeyword>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKeyword {
    pub path: String,
    pub span: Option<Span>,
    pub name: String,
}

impl SchemaReader {
    pub fn read(&mut self, node: Node<'_>, path: &Path<'_>) -> Schema {
        let mut schema = Schema::default();
        match node.content() {
            Content::Null => {}
            Content::Map => {
                for member in node.members() {
                    self.add(&mut schema, &member, path);
                }
            }
            _ => self.undecodable(node, path, "an object"),
        }
        schema
    }

    fn add(&mut self, schema: &mut Schema, member: &Member<'_>, path: &Path<'_>) {
        let found = if self.is_lax { Keyword::of_any_case(&member.key) } else { Keyword::of(&member.key) };
        let path = path.field(&member.key, member.span);
        let Some(keyword) = found else {
            self.add_unknown(member, &path);
            return;
        };
        if member.node.is_null() {
            return;
        }
        if self.set(schema, keyword, member.node, &path) {
            schema.present.insert(keyword);
        }
    }

    fn add_unknown(&mut self, member: &Member<'_>, path: &Path<'_>) {
        if self.is_lax {
            let name = member.key.clone().into_owned();
            self.unknown.push(UnknownKeyword { path: path.text(), span: path.span(), name });
            return;
        }
        self.faults.push(Fault::unknown_field(path, suggest::closest(&member.key, NAMES)));
    }

    /// Sets a keyword. Yields whether its value is not the empty one.
    fn set(&mut self, schema: &mut Schema, keyword: Keyword, node: Node<'_>, path: &Path<'_>) -> bool {
        match keyword {
            Keyword::Type => {
                let name = self.string(node, path);
                schema.type_name = Type::of(&name);
                !name.is_empty()
            }
            Keyword::Format => {
                let format = self.string(node, path);
                schema.format = (!format.is_empty()).then(|| format.as_str().into());
                !format.is_empty()
            }
            Keyword::Pattern => {
                let text = self.string(node, path);
                schema.pattern = (!text.is_empty()).then(|| Box::new(compile(&text)));
                !text.is_empty()
            }
            Keyword::Title | Keyword::Description | Keyword::Id | Keyword::SchemaUrl => {
                !self.string(node, path).is_empty()
            }
            Keyword::Ref => {
                self.string(node, path);
                true
            }
            Keyword::Nullable
            | Keyword::UniqueItems
            | Keyword::ExclusiveMaximum
            | Keyword::ExclusiveMinimum
            | Keyword::EmbeddedResource
            | Keyword::IntOrString => self.flag(node, path),
            Keyword::PreserveUnknownFields => {
                let is_set = self.flag(node, path);
                if node.as_bool() == Some(false) {
                    self.faults.push(Fault::of(node, path, "Invalid value: false: must be true or undefined"));
                }
                is_set
            }
            Keyword::Maximum
            | Keyword::Minimum
            | Keyword::MultipleOf
            | Keyword::MaxLength
            | Keyword::MinLength
            | Keyword::MaxItems
            | Keyword::MinItems
            | Keyword::MaxProperties
            | Keyword::MinProperties => self.set_limit(schema, keyword, node, path),
            Keyword::Default => {
                schema.default = Some(node.to_json());
                true
            }
            Keyword::Example => true,
            Keyword::ExternalDocs => self.is_map(node, path),
            Keyword::Enum => {
                let items = self.list(node, path);
                schema.options = items.into_iter().map(Node::to_json).collect();
                !schema.options.is_empty()
            }
            Keyword::Required => {
                schema.required = self.strings(node, path);
                !schema.required.is_empty()
            }
            Keyword::ListType | Keyword::MapType | Keyword::ListMapKeys => self.set_lists(schema, keyword, node, path),
            Keyword::Validations => {
                schema.rules = self.rules(node, path);
                !schema.rules.is_empty()
            }
            Keyword::Properties
            | Keyword::AdditionalProperties
            | Keyword::Items
            | Keyword::AllOf
            | Keyword::AnyOf
            | Keyword::OneOf
            | Keyword::Not => self.set_schemas(schema, keyword, node, path),
            Keyword::PatternProperties | Keyword::Definitions => self.is_map(node, path) && !node.members().is_empty(),
            Keyword::Dependencies => self.is_map(node, path),
            Keyword::AdditionalItems => true,
        }
    }

    fn set_schemas(&mut self, schema: &mut Schema, keyword: Keyword, node: Node<'_>, path: &Path<'_>) -> bool {
        match keyword {
            Keyword::Properties => {
                if !self.is_map(node, path) {
                    return false;
                }
                for member in node.members() {
                    let path = path.child(Step::Key(&member.key), member.span);
                    let property = self.read(member.node, &path);
                    schema.properties.insert(member.key.as_ref().into(), property);
                }
                return !schema.properties.is_empty();
            }
            Keyword::AdditionalProperties => {
                schema.additional = match node.content() {
                    Content::Bool(true) => Additional::Yes,
                    Content::Bool(false) => Additional::No,
                    Content::Map => Additional::Values(Box::new(self.read(node, path))),
                    _ => {
                        self.undecodable(node, path, "a boolean or a schema");
                        Additional::Unset
                    }
                };
            }
            Keyword::Items => match node.content() {
                Content::Map => schema.items = Some(Box::new(self.read(node, path))),
                Content::List if !node.items().is_empty() => {
                    let text = "Forbidden: items must be a schema object and not an array";
                    self.faults.push(Fault::of(node, path, text));
                }
                // Anything else is no schema to Go, and no error either.
                _ => {}
            },
            Keyword::Not => junctors(schema).not = Some(self.read(node, path)),
            Keyword::AllOf => junctors(schema).all_of = self.schemas(node, path),
            Keyword::AnyOf => junctors(schema).any_of = self.schemas(node, path),
            _ => junctors(schema).one_of = self.schemas(node, path),
        }
        true
    }

    fn schemas(&mut self, node: Node<'_>, path: &Path<'_>) -> Vec<Schema> {
        let items = self.list(node, path);
        let read = |(at, item): (usize, Node<'_>)| self.read(item, &path.child(Step::Index(at), item.span()));
        items.into_iter().enumerate().map(read).collect()
    }

    fn set_limit(&mut self, schema: &mut Schema, keyword: Keyword, node: Node<'_>, path: &Path<'_>) -> bool {
        let number = match node.content() {
            Content::Integer(value) => Some((value as f64, Some(value))),
            Content::Float(value) => Some((value, None)),
            _ => {
                self.undecodable(node, path, "a number");
                None
            }
        };
        let Some((float, integer)) = number else { return false };
        let limits = schema.limits.get_or_insert_with(Box::<Limits>::default);
        let whole = match keyword {
            Keyword::Maximum => {
                limits.maximum = Some(float);
                return true;
            }
            Keyword::Minimum => {
                limits.minimum = Some(float);
                return true;
            }
            Keyword::MultipleOf => {
                limits.multiple_of = Some(float);
                return true;
            }
            Keyword::MaxLength => &mut limits.max_length,
            Keyword::MinLength => &mut limits.min_length,
            Keyword::MaxItems => &mut limits.max_items,
            Keyword::MinItems => &mut limits.min_items,
            Keyword::MaxProperties => &mut limits.max_properties,
            _ => &mut limits.min_properties,
        };
        *whole = integer;
        if integer.is_none() {
            self.undecodable(node, path, "an integer");
        }
        integer.is_some()
    }

    fn set_lists(&mut self, schema: &mut Schema, keyword: Keyword, node: Node<'_>, path: &Path<'_>) -> bool {
        let mut lists = schema.lists.take().unwrap_or_default();
        match keyword {
            Keyword::ListType => lists.list_type = Some(self.string(node, path).into()),
            Keyword::MapType => lists.map_type = Some(self.string(node, path).into()),
            _ => lists.map_keys = self.strings(node, path),
        }
        let is_set = keyword != Keyword::ListMapKeys || !lists.map_keys.is_empty();
        schema.lists = (*lists != ListTypes::default()).then_some(lists);
        is_set
    }

    fn rules(&mut self, node: Node<'_>, path: &Path<'_>) -> Vec<Rule> {
        let items = self.list(node, path);
        let mut rules = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            let path = path.child(Step::Index(at), item.span());
            let mut rule = Rule::default();
            if !self.is_map(item, &path) {
                continue;
            }
            for member in item.members().into_iter().filter(|member| !member.node.is_null()) {
                let path = path.field(&member.key, member.span);
                match member.key.as_ref() {
                    "rule" => rule.rule = self.string(member.node, &path),
                    "message" => rule.message = self.string(member.node, &path),
                    "messageExpression" => rule.message_expression = self.string(member.node, &path),
                    "reason" => rule.reason = Some(self.string(member.node, &path)),
                    "fieldPath" => rule.field_path = self.string(member.node, &path),
                    "optionalOldSelf" => {
                        self.flag(member.node, &path);
                    }
                    _ => self.add_unknown(&member, &path),
                }
            }
            rules.push(rule);
        }
        rules
    }

    fn string(&mut self, node: Node<'_>, path: &Path<'_>) -> String {
        match node.content() {
            Content::String(text) => text.into_owned(),
            Content::Null => String::new(),
            _ => {
                self.undecodable(node, path, "a string");
                String::new()
            }
        }
    }

    fn strings(&mut self, node: Node<'_>, path: &Path<'_>) -> Vec<Box<str>> {
        let items = self.list(node, path);
        let read = |(at, item): (usize, Node<'_>)| self.string(item, &path.child(Step::Index(at), item.span())).into();
        items.into_iter().enumerate().map(read).collect()
    }

    fn flag(&mut self, node: Node<'_>, path: &Path<'_>) -> bool {
        match node.content() {
            Content::Bool(value) => value,
            _ => {
                self.undecodable(node, path, "a boolean");
                false
            }
        }
    }

    fn list<'n>(&mut self, node: Node<'n>, path: &Path<'_>) -> Vec<Node<'n>> {
        match node.content() {
            Content::List => node.items(),
            _ => {
                self.undecodable(node, path, "a list");
                Vec::new()
            }
        }
    }

    fn is_map(&mut self, node: Node<'_>, path: &Path<'_>) -> bool {
        let content = node.content();
        if content != Content::Map {
            self.undecodable(node, path, "an object");
        }
        content == Content::Map
    }

    fn undecodable(&mut self, node: Node<'_>, path: &Path<'_>, expected: &str) {
        self.faults.push(Fault::undecodable(node, path, expected));
    }
}

fn junctors(schema: &mut Schema) -> &mut Junctors {
    schema.junctors.get_or_insert_with(Box::<Junctors>::default)
}

fn compile(text: &str) -> Pattern {
    Pattern { text: text.into(), regex: go_regex(text).map(|regex| regex.map(Arc::new)) }
}
