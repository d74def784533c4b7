//! Parses one mapping of the config: the top level, or one target. Both have the same keys, except for `targets`.
//! Parsing never stops at an error: the value is left out and the next key is read.

use std::collections::BTreeMap;

use super::branches::BranchPattern;
use super::catalog::Catalog;
use super::duration::days;
use super::error::ConfigFault;
use super::level::{Level, RuleName};
use super::rule_levels::{PathEntry, RuleEntry};
use super::value::Delivery;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Number, Value};
use crate::domain::git_host::GitHost;
use crate::domain::plan::policy::Policy;
use crate::domain::plan::write_mode::{Write, WriteMode};
use crate::domain::platform::{PLATFORMS, Platform};
use crate::sources::{OrderedGlobs, Pattern};
use crate::text::suggest::closest;

/// A value with its position.
pub(super) type Said<T> = Option<(T, Span)>;

#[derive(Debug, Default)]
pub(super) struct Layer {
    pub platform: Said<&'static Platform>,
    pub catalog: Said<Catalog>,
    pub scope: Said<String>,
    pub delivery: Said<Delivery>,
    pub git_host: Said<GitHost>,
    pub include: Said<Vec<String>>,
    pub exclude: Said<Vec<String>>,
    /// The positions of the globs in `exclude`.
    pub exclude_spans: Vec<Span>,
    pub write: Said<Write>,
    pub prune_enabled: Said<bool>,
    pub prune_max: Said<u32>,
    pub prune_max_percent: Said<u32>,
    pub push_branches: Said<Vec<String>>,
    pub require_clean: Said<bool>,
    pub require_signed: Said<bool>,
    pub rules: Vec<RuleEntry>,
    pub secrets_allow: Said<Vec<String>>,
    pub snapshot_max_age: Said<u32>,
    /// With the positions of their names.
    pub policies: Vec<(Policy, Span)>,
}

pub(super) const KEYS: [&str; 13] = [
    "platform",
    "catalog",
    "scope",
    "delivery",
    "git-host",
    "manifests",
    "write",
    "prune",
    "push",
    "policies",
    "rules",
    "secrets",
    "snapshot",
];

/// Parses layers and collects errors.
pub(super) struct LayerReader<'r> {
    /// All existing rules.
    pub known_rules: &'r [RuleName],
    pub faults: Vec<ConfigFault>,
}

impl LayerReader<'_> {
    /// Parses one entry; returns false if the key does not belong to a layer.
    pub fn entry(&mut self, layer: &mut Layer, key: &str, value: Value<'_>) -> bool {
        match key {
            "platform" => {
                layer.platform = self.choice(value, &PLATFORMS.map(|platform| platform.name), Platform::by_name);
            }
            "catalog" => layer.catalog = self.checked(value, Catalog::parse),
            "scope" => layer.scope = self.checked(value, scope),
            "delivery" => layer.delivery = self.choice(value, &Delivery::WORDS, Delivery::parse),
            "git-host" => layer.git_host = self.choice(value, &GitHost::WORDS, GitHost::parse),
            "manifests" => self.entries(value, &["include", "exclude"], |this, key, value| match key {
                "include" => layer.include = this.globs(value),
                _ => {
                    layer.exclude = this.globs(value);
                    layer.exclude_spans =
                        value.items().filter(|item| item.as_str().is_some()).map(Value::span).collect();
                }
            }),
            "write" => layer.write = self.write(value),
            "prune" => self.entries(value, &["enabled", "max", "max-percent"], |this, key, value| match key {
                "enabled" => layer.prune_enabled = this.flag(value),
                "max" => layer.prune_max = this.number(value, u32::MAX),
                _ => layer.prune_max_percent = this.number(value, 100),
            }),
            "push" => {
                self.entries(value, &["branches", "require-clean", "require-signed"], |this, key, value| match key {
                    "branches" => layer.push_branches = this.branches(value),
                    "require-clean" => layer.require_clean = this.flag(value),
                    _ => layer.require_signed = this.flag(value),
                })
            }
            "rules" => layer.rules = self.rules(value),
            "secrets" => self.entries(value, &["allow"], |this, _, value| layer.secrets_allow = this.names(value)),
            "snapshot" => self.entries(value, &["max-age"], |this, _, value| {
                let wrong = "a number of days (`30d`) or weeks (`4w`)";
                layer.snapshot_max_age = match value.as_str().and_then(days) {
                    Some(days) => Some((days, value.span())),
                    None => this.refuse(value.span(), wrong, value),
                };
            }),
            _ => return false,
        }
        true
    }

    pub fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.faults.push(ConfigFault { span, message: message.into() });
    }

    pub fn unknown(&mut self, span: Span, what: &str, name: &str, known: &[&str]) {
        let message = match closest(name, known.iter().copied()) {
            Some(meant) => format!("unknown {what} `{name}`; did you mean `{meant}`?"),
            None => format!("unknown {what} `{name}`; known: {}", known.join(", ")),
        };
        self.fault(span, message);
    }

    /// Calls `each` for the entries with a known key, and reports the others.
    pub fn entries(&mut self, value: Value<'_>, known: &[&str], mut each: impl FnMut(&mut Self, &str, Value<'_>)) {
        for (key, value) in self.mapping(value) {
            let name = key.key_text();
            if known.contains(&name.as_ref()) {
                each(self, &name, value);
            } else {
                self.unknown(key.span(), "key", &name, known);
            }
        }
    }

    /// The entries of a mapping; null has none.
    pub fn mapping<'v>(&mut self, value: Value<'v>) -> impl Iterator<Item = (Value<'v>, Value<'v>)> + use<'v> {
        if !matches!(value.kind(), Kind::Map | Kind::Null) {
            self.refuse::<()>(value.span(), "a mapping", value);
        }
        value.entries()
    }

    pub fn refuse<T>(&mut self, span: Span, wanted: &str, found: Value<'_>) -> Said<T> {
        let found = match found.kind() {
            Kind::String => format!("`{}`", shortened(found.as_str().unwrap_or_default())),
            Kind::Number => format!("`{}`", shortened(found.raw())),
            kind @ (Kind::Null | Kind::Bool | Kind::List | Kind::Map) => kind.words().to_owned(),
        };
        self.fault(span, format!("expected {wanted}, found {found}"));
        None
    }

    /// A string that `parse` accepts.
    pub fn checked<T>(&mut self, value: Value<'_>, parse: impl Fn(&str) -> Result<T, String>) -> Said<T> {
        let text = self.text(value)?;
        self.accept(parse(text), value.span())
    }

    fn accept<T>(&mut self, read: Result<T, String>, span: Span) -> Said<T> {
        match read {
            Ok(value) => Some((value, span)),
            Err(message) => {
                self.fault(span, message);
                None
            }
        }
    }

    pub fn text<'v>(&mut self, value: Value<'v>) -> Option<&'v str> {
        let text = value.as_str();
        if text.is_none() {
            self.refuse::<()>(value.span(), "a string", value);
        }
        text
    }

    pub fn choice<T>(&mut self, value: Value<'_>, words: &[&str], parse: impl Fn(&str) -> Option<T>) -> Said<T> {
        let text = self.text(value)?;
        match parse(text) {
            Some(found) => Some((found, value.span())),
            None => {
                self.unknown(value.span(), "choice", text, words);
                None
            }
        }
    }

    pub fn flag(&mut self, value: Value<'_>) -> Said<bool> {
        match value.as_bool() {
            Some(flag) => Some((flag, value.span())),
            None => self.refuse(value.span(), "`true` or `false`", value),
        }
    }

    pub fn number(&mut self, value: Value<'_>, most: u32) -> Said<u32> {
        let whole = match value.as_number() {
            Some(Number::Signed(number)) => u32::try_from(number).ok(),
            Some(Number::Unsigned(number)) => u32::try_from(number).ok(),
            Some(Number::Float(_)) | None => None,
        };
        match whole.filter(|number| *number <= most) {
            Some(number) => Some((number, value.span())),
            None => self.refuse(value.span(), &format!("a whole number from 0 to {most}"), value),
        }
    }

    fn names(&mut self, value: Value<'_>) -> Said<Vec<String>> {
        if value.kind() != Kind::List {
            return self.refuse(value.span(), "a list of property names", value);
        }
        let names = value.items().filter_map(|item| self.text(item)).map(str::to_owned).collect();
        Some((names, value.span()))
    }

    fn globs(&mut self, value: Value<'_>) -> Said<Vec<String>> {
        if value.kind() != Kind::List {
            return self.refuse(value.span(), "a list of globs", value);
        }
        let mut globs = Vec::new();
        for item in value.items() {
            let Some(glob) = self.text(item) else { continue };
            match Pattern::new(&[glob], &[]) {
                Ok(_) => globs.push(glob.to_owned()),
                Err(error) => self.fault(item.span(), format!("invalid glob: {}", error.reason)),
            }
        }
        Some((globs, value.span()))
    }

    /// A list of branches, or a single name without brackets.
    fn branches(&mut self, value: Value<'_>) -> Said<Vec<String>> {
        let items: Vec<Value<'_>> = match value.kind() {
            Kind::List => value.items().collect(),
            Kind::String => vec![value],
            Kind::Null | Kind::Bool | Kind::Number | Kind::Map => {
                return self.refuse(value.span(), "a list of branches", value);
            }
        };
        let mut branches = Vec::new();
        for item in items {
            let Some(branch) = self.text(item) else { continue };
            let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
            match BranchPattern::check(branch) {
                Ok(()) => branches.push(branch.to_owned()),
                Err(message) => self.fault(item.span(), message),
            }
        }
        if branches.is_empty() && self.faults.is_empty() {
            self.fault(value.span(), "`push.branches` is empty, so no branch could push; name at least one branch");
        }
        Some((branches, value.span()))
    }

    fn write(&mut self, value: Value<'_>) -> Said<Write> {
        if value.kind() != Kind::Map {
            let (default, span) = self.choice(value, &WriteMode::WORDS, WriteMode::parse)?;
            return Some((Write { default, by_blueprint: BTreeMap::new() }, span));
        }
        let mut write = Write { default: WriteMode::Merge, by_blueprint: BTreeMap::new() };
        for (key, value) in value.entries() {
            let Some((mode, _)) = self.choice(value, &WriteMode::WORDS, WriteMode::parse) else { continue };
            match key.key_text().as_ref() {
                "default" => write.default = mode,
                blueprint => {
                    write.by_blueprint.insert(blueprint.to_owned(), mode);
                }
            }
        }
        Some((write, value.span()))
    }

    fn rules(&mut self, value: Value<'_>) -> Vec<RuleEntry> {
        let mut rules = Vec::new();
        for (key, value) in self.mapping(value) {
            let name = RuleName::find(self.known_rules, &key.key_text(), "; `portolan explain` lists the rules")
                .map_err(|message| self.fault(key.span(), message));
            let (level, paths) = self.rule(value);
            let globs: Vec<&str> = paths.iter().map(|path| path.glob.as_str()).collect();
            let globs = OrderedGlobs::new(&globs)
                .map_err(|error| self.fault(value.span(), format!("invalid glob: {}", error.reason)));
            if let (Ok(name), Ok(globs)) = (name, globs) {
                rules.push(RuleEntry { name: name.to_owned(), span: key.span(), level, paths, globs });
            }
        }
        rules
    }

    /// A level, or a mapping with levels by path.
    fn rule(&mut self, value: Value<'_>) -> (Option<Level>, Vec<PathEntry>) {
        if value.kind() != Kind::Map {
            return (self.level(value), Vec::new());
        }
        let faults = self.faults.len();
        let (mut level, mut paths) = (None, Vec::new());
        self.entries(value, &["level", "paths"], |this, key, value| match key {
            "level" => level = this.level(value),
            _ => paths = this.path_levels(value),
        });
        if level.is_none() && paths.is_empty() && self.faults.len() == faults {
            self.fault(value.span(), "no level is set: write `level`, or globs with their levels under `paths`");
        }
        (level, paths)
    }

    fn level(&mut self, value: Value<'_>) -> Option<Level> {
        match value.as_bool() {
            // In YAML 1.1, unquoted `off` is the boolean false.
            Some(false) => Some(Level::Off),
            Some(true) | None => self.choice(value, &Level::WORDS, Level::parse).map(|(level, _)| level),
        }
    }

    fn path_levels(&mut self, value: Value<'_>) -> Vec<PathEntry> {
        if value.kind() != Kind::Map {
            self.refuse::<()>(value.span(), "a mapping from globs to levels", value);
        }
        let mut paths = Vec::new();
        for (key, value) in value.entries() {
            let glob = key.key_text().into_owned();
            let is_valid = self.accept(check_glob(&glob), key.span()).is_some();
            let level = self.level(value).filter(|_| is_valid);
            paths.extend(level.map(|level| PathEntry { glob, span: key.span(), level }));
        }
        paths
    }
}

fn check_glob(glob: &str) -> Result<(), String> {
    OrderedGlobs::new(&[glob]).map(|_| ()).map_err(|error| format!("invalid glob: {}", error.reason))
}

/// Checks a scope, which becomes part of a header, inside parentheses.
pub(super) fn scope(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._/@-".contains(c);
    if !text.is_empty() && text.len() <= 200 && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err("a scope is 1 to 200 letters, digits and `. _ / @ -`, such as `acme/catalog`".to_owned())
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}
