//! Reads the text of a mapping: a config alone, or one inside of Helm values, whose places are then places of the values.

use crate::domain::document::fault::{Fault, FaultKind, Oversize};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Style};
use crate::domain::evaluation::Evaluation;
use crate::manifest::{Document, Limits, Reader};
use crate::mapping::config::document::{ConfigPlace, find_config};
use crate::mapping::config::model::{Config, ConfigError, Expression, Rules};
use crate::mapping::config::scalar_place::place_in_scalar;
use crate::mapping::config::{default_rules, read_config};
use crate::mapping::evaluate::{Resync, evaluate, start_failure};
use crate::text::plural::grouped;

/// A mapping and the text it was read from.
#[derive(Debug)]
pub struct MappingDocument {
    text: String,
    /// `Err`: the exporter does not start with it. The spans are those of `config_text`.
    pub config: Result<Config, Vec<ConfigError>>,
    /// The scalar of the text that holds the config as text.
    holder: Option<Holder>,
}

#[derive(Debug)]
struct Holder {
    span: Span,
    style: Style,
    text: String,
}

/// What a document holds.
enum Found {
    Config(Result<Config, Vec<ConfigError>>),
    Holder(Holder),
}

impl MappingDocument {
    /// `rules`: those of the config; by default they follow from the format.
    pub fn read(text: String, rules: Option<Rules>) -> Self {
        let rules = rules.unwrap_or_else(|| default_rules(&text));
        let mut found = Found::Config(read_config(None, rules));
        Reader::new(Limits::default()).read_first(&text, &mut |document| found = find(document, rules));
        match found {
            Found::Config(config) => Self { text, config, holder: None },
            Found::Holder(holder) => {
                let mut config = read_config(None, Rules::File);
                Reader::new(Limits::default()).read_first(&holder.text, &mut |document| {
                    config = match syntax_error(document) {
                        Some(error) => Err(vec![error]),
                        None => read_config(document.view.root(), Rules::File),
                    };
                });
                Self { text, config, holder: Some(holder) }
            }
        }
    }

    /// Evaluates the mapping, unless the exporter does not start with it.
    pub fn evaluate(&self, resync: &Resync<'_>) -> Evaluation {
        match &self.config {
            Ok(config) => evaluate(config, resync, &|expression, offset| self.place_in_expression(expression, offset)),
            Err(errors) => start_failure(errors.clone()),
        }
    }

    /// Whether the document says that there is no config: `null`, as an integration without one has.
    pub fn is_null(&self) -> bool {
        let mut is_null = false;
        Reader::new(Limits::default()).read_first(&self.text, &mut |document| {
            let config = document.view.root().map(|root| find_config(root, Rules::Stored));
            is_null = matches!(config, Some(ConfigPlace::Here(value, _)) if value.kind() == Kind::Null);
        });
        is_null
    }

    /// The whole text, in which the places are.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The comments of the text, and of the config that it holds as text.
    pub fn comments(&self) -> Vec<Span> {
        let mut comments = comments_of(&self.text);
        if let Some(holder) = &self.holder {
            comments.extend(comments_of(&holder.text).into_iter().map(|comment| self.span_in_text(comment)));
        }
        comments
    }

    /// The place in the text of a place in the config.
    pub fn span_in_text(&self, span: Span) -> Span {
        let Some(holder) = &self.holder else { return span };
        let place = |at: u32| place_in_scalar(&self.text, holder.span, holder.style, &holder.text, at as usize);
        Span::new(place(span.start), place(span.end))
    }

    /// The place in the config of a character of an expression.
    pub(crate) fn place_in_expression(&self, expression: &Expression, offset: usize) -> Span {
        let text = self.holder.as_ref().map_or(self.text.as_str(), |holder| holder.text.as_str());
        let at = place_in_scalar(text, expression.span, expression.style, &expression.text, offset);
        Span::of_character(text, at)
    }
}

fn comments_of(text: &str) -> Vec<Span> {
    let mut comments = Vec::new();
    Reader::new(Limits::default()).read_all(text, &mut |document| comments.extend_from_slice(document.notes));
    comments
}

fn find(document: &Document<'_>, rules: Rules) -> Found {
    if let Some(error) = syntax_error(document) {
        return Found::Config(Err(vec![error]));
    }
    let Some(root) = document.view.root() else { return Found::Config(read_config(None, rules)) };
    match find_config(root, rules) {
        ConfigPlace::Here(value, rules) => Found::Config(read_config(Some(value), rules)),
        ConfigPlace::Text(value) => Found::Holder(Holder {
            span: value.span(),
            style: value.style(),
            text: value.as_str().unwrap_or_default().to_owned(),
        }),
    }
}

/// Why a document is not YAML, or too large.
fn syntax_error(document: &Document<'_>) -> Option<ConfigError> {
    let fault = document.broken.then(|| document.faults.last()).flatten()?;
    Some(ConfigError { message: words(fault), span: fault.span, field: String::new() })
}

/// A fault at which reading ends, in words.
pub fn words(fault: &Fault) -> String {
    match &fault.kind {
        FaultKind::Syntax { message, .. }
        | FaultKind::NotJson { message, .. }
        | FaultKind::BadEncoding { message }
        | FaultKind::Absent { message, .. }
        | FaultKind::MergeConflict { message, .. }
        | FaultKind::Unlisted { message, .. }
        | FaultKind::Unreadable { message } => message.trim_end_matches('.').to_owned(),
        FaultKind::TooDeep { limit } => format!("nested more than {limit} levels deep"),
        FaultKind::TooLarge { what: Oversize::Nodes, limit } => {
            format!("more than {} keys and values", grouped(*limit))
        }
        FaultKind::TooLarge { what: Oversize::File | Oversize::Document, limit } => {
            format!("larger than {} MiB", limit >> 20)
        }
        FaultKind::AliasBomb { limit } => format!("the aliases add more than {} values", grouped(*limit)),
        FaultKind::DuplicateKey { key, .. } => format!("key `{key}` is defined twice"),
        FaultKind::AmbiguousScalar { .. } | FaultKind::AmbiguousBreak { .. } | FaultKind::NonStringKey { .. } => {
            "is read differently by different programs".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::span::LineIndex;
    use crate::mapping::config::model::{Query, RemarkKind};

    fn read(text: &str) -> MappingDocument {
        MappingDocument::read(text.to_owned(), None)
    }

    fn mapping_file(leaf: &str) -> String {
        let head = "resources:\n- kind: a/v1/b\n  port: {entity: {mappings: [{identifier: .i, blueprint: .b,";
        format!("{head} properties: {{p: {leaf}}}}}]}}}}\n")
    }

    /// The expression of the property `p`; `Err`: the path of the first error.
    #[track_caller]
    fn property(document: &MappingDocument) -> Result<String, String> {
        match &document.config {
            Ok(config) => Ok(config.entries[0].mappings[0].properties[0].1.text.clone()),
            Err(errors) => Err(errors[0].field.clone()),
        }
    }

    #[test]
    fn a_leaf_of_the_file_is_read_as_its_text() {
        for (leaf, expected) in [
            ("1.50", "1.50"),
            ("010", "010"),
            ("0x1F", "0x1F"),
            ("1_000", "1_000"),
            ("yes", "yes"),
            ("True", "True"),
            ("~", ""),
            ("", ""),
            ("'it''s'", "it's"),
            ("!!str 12", "12"),
        ] {
            assert_eq!(property(&read(&mapping_file(leaf))), Ok(expected.to_owned()), "{leaf}");
        }
        for leaf in ["[.a]", "{x: .a}"] {
            let path = "resources[0].port.entity.mappings[0].properties.p";
            assert_eq!(property(&read(&mapping_file(leaf))), Err(path.to_owned()), "{leaf}");
        }
    }

    #[test]
    fn a_leaf_of_the_stored_config_must_be_a_string() {
        let stored = |leaf: &str| {
            let mappings = format!(r#"[{{"identifier": ".i", "blueprint": ".b", "properties": {{"p": {leaf}}}}}]"#);
            read(&format!(r#"{{"resources": [{{"kind": "k", "port": {{"entity": {{"mappings": {mappings}}}}}}}]}}"#))
        };
        assert_eq!(property(&stored(r#"".a""#)), Ok(".a".to_owned()));
        assert_eq!(property(&stored("null")), Ok(String::new()));
        for leaf in ["1", "true", "[]", "{}"] {
            assert!(property(&stored(leaf)).is_err(), "{leaf}");
        }
    }

    #[test]
    fn helm_values_hold_the_file_as_text_or_as_values() {
        let file = mapping_file("1.50");
        let indented: String = file.lines().map(|line| format!("    {line}\n")).collect();
        assert_eq!(property(&read(&format!("configMap:\n  config: |\n{indented}"))), Ok("1.50".to_owned()));
        // Helm writes the values anew.
        for (leaf, expected) in [("1.50", "1.5"), ("010", "8"), ("yes", "true"), ("2024-01-02", "2024-01-02")] {
            let indented: String = mapping_file(leaf).lines().map(|line| format!("    {line}\n")).collect();
            let document = read(&format!("configMap:\n  config:\n{indented}"));
            assert_eq!(property(&document), Ok(expected.to_owned()), "{leaf}");
        }
    }

    #[test]
    fn the_integration_of_port_holds_its_config() {
        let config = r#"{"RESOURCES": [{"Kind": "a/v1/b"}], "sendRawDataExamples": false}"#;
        for text in [
            config.to_owned(),
            format!(r#"{{"ok": true, "integration": {{"installationId": "x", "config": {config}}}}}"#),
            format!(r#"{{"installationId": "x", "config": {config}}}"#),
        ] {
            let config = read(&text).config.expect("it is a config");
            assert_eq!((config.entries[0].kind.as_str(), config.sends_raw_examples), ("a/v1/b", false), "{text}");
        }
        let empty = read(r#"{"installationId": "x", "config": null}"#).config.expect("a null config starts");
        assert!(empty.remarks.iter().any(|remark| remark.kind == RemarkKind::MapsNothing));
        for (text, is_null) in [
            (r#"{"installationId": "x", "config": null}"#, true),
            ("null\n", true),
            (r#"{"installationId": "x", "config": {}}"#, false),
            ("resources: []\n", false),
            ("", false),
        ] {
            assert_eq!(read(text).is_null(), is_null, "{text}");
        }
    }

    #[test]
    fn times_and_infinite_numbers_are_not_what_they_look_like() {
        let relation =
            |leaf: &str| mapping_file(".p").replace("properties: {p: .p}", &format!("relations: {{r: {leaf}}}"));
        let config = read(&relation("2024-01-02")).config.expect("it is a config");
        let Query::Expression(expression) = &config.entries[0].mappings[0].relations[0].1 else { panic!("no text") };
        assert_eq!(expression.text, "2024-01-02T00:00:00Z");
        assert!(read(&relation(".inf")).config.is_err());
        assert!(read(&relation("{q: {2: .b}}")).config.is_err());
        assert!(read(&relation("{yes: .b}")).config.is_ok());
    }

    #[test]
    fn keys_are_unique_in_what_the_exporter_reads() {
        assert!(read("resources: []\nresources: []\n").config.is_err());
        assert!(read("other: {a: 1, a: 2}\nresources: []\n").config.is_ok());
        assert!(read("x: &x {kind: a}\nresources: [{<<: *x, kind: b}]\n").config.is_ok());
    }

    #[test]
    fn a_limit_has_its_unit() {
        let deep = format!("resources: {}1{}", "[".repeat(200), "]".repeat(200));
        let large = format!("#{}\nresources: []\n", "x".repeat(11 << 20));
        for (text, expected) in [(deep, "nested more than 128 levels deep"), (large, "larger than 10 MiB")] {
            let errors = read(&text).config.expect_err("it exceeds a limit");
            assert_eq!(errors[0].message, expected);
        }
    }

    #[test]
    fn what_is_no_yaml_has_a_place() {
        let text = "resources:\n\t- kind: a\n";
        let document = read(text);
        let errors = document.config.expect_err("a tab indents nothing");
        assert_eq!(LineIndex::new(text).position(text, errors[0].span.start as usize).line, 2);
    }
}
