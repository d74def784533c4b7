//! The selectors of kustomize: which objects a patch or a replacement is for.

use std::fmt;

use regex_automata::meta::Regex;

use super::fields::text;
use crate::delivery::manifests::Header;
use crate::delivery::object::{Id, Object, or, split_version};
use crate::domain::document::tree::Value;

/// Texts are regular expressions for the whole value; an empty one matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    pub group: String,
    pub version: String,
    pub kind: String,
    pub name: String,
    pub namespace: String,
    pub labels: String,
    pub annotations: String,
}

/// The one object whose value a replacement copies; what is empty is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    header: Header,
}

impl Source {
    pub fn of(source: Value<'_>) -> Self {
        let part = |name: &str| text(source, name).map_or_else(String::new, |text| text.text);
        let (group, version) = (part("group"), part("version"));
        let api_version = if group.is_empty() { version } else { format!("{group}/{version}") };
        let [kind, name, namespace] = ["kind", "name", "namespace"].map(|field| part(field).into());
        Self { header: Header { api_version: api_version.into(), kind, name, namespace, ..Header::default() } }
    }

    pub(super) fn selects(&self, object: &Object) -> bool {
        let (group, version) = split_version(&self.header.api_version);
        let header = &object.header;
        let found = split_version(&header.api_version);
        let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let is_named = |name: &str, namespace: &str| {
            fits(&self.header.name, name) && fits(&self.header.namespace, or(namespace, "default"))
        };
        fits(group, found.0)
            && fits(version, found.1)
            && fits(&self.header.kind, &header.kind)
            && object.names().any(|(name, namespace)| is_named(name, namespace))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Id::of(&self.header).fmt(f)
    }
}

/// An expression that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSelector;

impl Selector {
    pub fn of(selector: Value<'_>) -> Self {
        let part = |name: &str| text(selector, name).map_or_else(String::new, |text| text.text);
        Self {
            group: part("group"),
            version: part("version"),
            kind: part("kind"),
            name: part("name"),
            namespace: part("namespace"),
            labels: part("labelSelector"),
            annotations: part("annotationSelector"),
        }
    }

    /// The selector, ready for many objects.
    pub(super) fn compile(&self) -> Result<Matcher, BadSelector> {
        Ok(Matcher {
            group: Pattern::new(&self.group)?,
            version: Pattern::new(&self.version)?,
            kind: Pattern::new(&self.kind)?,
            name: Pattern::new(&self.name)?,
            namespace: Pattern::new(&self.namespace)?,
            labels: requirements(&self.labels)?,
            annotations: requirements(&self.annotations)?,
        })
    }
}

#[derive(Debug)]
pub(super) struct Matcher {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

impl Matcher {
    /// Objects are found under the names that they have, and under those that they had.
    pub(super) fn matches(&self, object: &Object) -> bool {
        let header = &object.header;
        let (group, version) = split_version(&header.api_version);
        let is_kind = self.group.matches(group) && self.version.matches(version) && self.kind.matches(&header.kind);
        let is_named =
            |name: &str, namespace: &str| self.name.matches(name) && self.namespace.matches(or(namespace, "default"));
        is_kind
            && object.names().any(|(name, namespace)| is_named(name, namespace))
            && self.labels.iter().all(|wanted| wanted.holds(object.label(&wanted.key)))
            && self.annotations.iter().all(|wanted| wanted.holds(object.annotation(&wanted.key)))
    }
}

#[derive(Debug)]
enum Pattern {
    Anything,
    Exactly(String),
    Expression(Box<Regex>),
}

impl Pattern {
    fn new(text: &str) -> Result<Self, BadSelector> {
        if text.is_empty() {
            return Ok(Self::Anything);
        }
        if text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/')) {
            return Ok(Self::Exactly(text.to_owned()));
        }
        let regex = Regex::new(&format!("^(?:{text})$")).map_err(|_| BadSelector)?;
        Ok(Self::Expression(Box::new(regex)))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Exactly(wanted) => wanted == text,
            Self::Expression(regex) => regex.is_match(text),
        }
    }
}

/// One part of a selector of labels.
#[derive(Debug)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    In,
    NotIn,
    Exists,
    Missing,
}

impl Requirement {
    fn holds(&self, found: Option<&str>) -> bool {
        let is_listed = found.is_some_and(|found| self.values.iter().any(|value| value == found));
        match self.operator {
            Operator::In => is_listed,
            Operator::NotIn => !is_listed,
            Operator::Exists => found.is_some(),
            Operator::Missing => found.is_none(),
        }
    }
}

/// `a=b,c!=d,e in (f,g),!h`.
fn requirements(text: &str) -> Result<Vec<Requirement>, BadSelector> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("it begins with one").push(c);
    }
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).map(requirement).collect()
}

fn requirement(text: &str) -> Result<Requirement, BadSelector> {
    let make = |key: &str, operator, values: Vec<String>| {
        let key = key.trim().to_owned();
        if key.is_empty() || key.contains([' ', '(', '=']) {
            return Err(BadSelector);
        }
        Ok(Requirement { key, operator, values })
    };
    if let Some(list) = text.strip_suffix(')') {
        let (head, values) = list.split_once('(').ok_or(BadSelector)?;
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        let (key, word) = head.trim_end().rsplit_once(' ').ok_or(BadSelector)?;
        return match word {
            "in" => make(key, Operator::In, values),
            "notin" => make(key, Operator::NotIn, values),
            _ => Err(BadSelector),
        };
    }
    if let Some(key) = text.strip_prefix('!') {
        return make(key, Operator::Missing, Vec::new());
    }
    let split = |sign: &str, operator| {
        text.split_once(sign).map(|(key, value)| make(key, operator, vec![value.trim().to_owned()]))
    };
    split("!=", Operator::NotIn)
        .or_else(|| split("==", Operator::In))
        .or_else(|| split("=", Operator::In))
        .unwrap_or_else(|| make(text, Operator::Exists, Vec::new()))
}

#[cfg(test)]
mod tests {
    use compact_str::CompactString;

    use super::*;
    use crate::delivery::object::Origin;
    use crate::delivery::place::Place;

    fn object() -> Object {
        let text = CompactString::from;
        let header = Header {
            api_version: text("getport.io/v1"),
            kind: text("Entity"),
            name: text("cart"),
            labels: vec![(text("team"), text("shop"))],
            ..Header::default()
        };
        let files = crate::delivery::files::Files::new([("a".to_owned(), crate::delivery::files::FileKind::Text)]);
        let file = files.ids().next().expect("a file");
        Object::new(Origin::Generated(Place { file, span: Default::default() }), header, None)
    }

    #[test]
    fn selectors_match_names_kinds_and_labels() {
        let selects = |selector: Selector| selector.compile().map(|matcher| matcher.matches(&object()));
        let named = |name: &str| Selector { name: name.to_owned(), ..Selector::default() };
        let labelled = |labels: &str| Selector { labels: labels.to_owned(), ..Selector::default() };
        assert_eq!(selects(named("cart")), Ok(true));
        assert_eq!(selects(named("car")), Ok(false));
        assert_eq!(selects(named("c.*")), Ok(true));
        assert_eq!(selects(named("(")), Err(BadSelector));
        assert_eq!(selects(Selector { namespace: "default".to_owned(), ..Selector::default() }), Ok(true));
        for yes in ["", "team=shop", "team==shop", "team", "!x", "team in (a, shop)", "team=shop,x!=y", "x notin (y)"] {
            assert_eq!(selects(labelled(yes)), Ok(true), "{yes}");
        }
        for no in ["team=x", "!team", "x", "team notin (shop)"] {
            assert_eq!(selects(labelled(no)), Ok(false), "{no}");
        }
        assert_eq!(selects(labelled("team like x")), Err(BadSelector));
    }
}
