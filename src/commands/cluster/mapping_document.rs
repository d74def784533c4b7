//! Reads the text of a mapping: a config alone, or one inside of Helm values, whose places are then places of the values.

use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Style;
use crate::manifest::{Document, Limits, Reader};
use crate::mapping::config::document::{ConfigPlace, find_config};
use crate::mapping::config::model::{Config, ConfigError, Expression, Rules};
use crate::mapping::config::scalar_place::place_in_scalar;
use crate::mapping::config::{default_rules, read_config};

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

    /// The whole text, in which the places are.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place in the text of a place in the config.
    pub fn span_in_text(&self, span: Span) -> Span {
        let Some(holder) = &self.holder else { return span };
        let place = |at: u32| place_in_scalar(&self.text, holder.span, holder.style, &holder.text, at as usize);
        Span::new(place(span.start), place(span.end))
    }

    /// The place in the config of a character of an expression.
    pub fn place_in_expression(&self, expression: &Expression, offset: usize) -> Span {
        let text = self.holder.as_ref().map_or(self.text.as_str(), |holder| holder.text.as_str());
        let at = place_in_scalar(text, expression.span, expression.style, &expression.text, offset);
        Span::of_character(text, at)
    }
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
        FaultKind::TooDeep { limit } => format!("is nested more than {limit} levels deep"),
        FaultKind::TooLarge { limit, .. } => format!("is larger than {limit}"),
        FaultKind::AliasBomb { limit } => format!("its aliases add more than {limit} values"),
        FaultKind::DuplicateKey { key, .. } => format!("key `{key}` is defined twice"),
        FaultKind::AmbiguousScalar { .. } | FaultKind::AmbiguousBreak { .. } | FaultKind::NonStringKey { .. } => {
            "is read differently by different programs".to_owned()
        }
    }
}
