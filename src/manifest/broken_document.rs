//! Classifies a document that cannot be parsed, by its lines. A broken entity must be reported; a broken file of
//! another tool is reported once, with a hint to exclude it; a template is not YAML and is not reported.

use super::split::lines;
use crate::domain::entity::fields::ENTITY_KEYS;
use crate::domain::platform::PLATFORMS;
use crate::manifest::candidate::value_of;

/// The class of a broken document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// Its top level has the fields of an entity, or one of our API groups.
    Entity,
    /// `identifier` and `blueprint` are deeper inside: an exporter or Ocean mapping, a workflow.
    Foreign,
    /// No entity fields, or a template that another tool renders.
    Nothing,
}

pub(super) fn claim(text: &str) -> Claim {
    let outline = Outline::of(text);
    if outline.is_resource() || outline.is_entity() {
        return Claim::Entity;
    }
    if !outline.has_identifier || !outline.has_blueprint || is_template(text) {
        return Claim::Nothing;
    }
    Claim::Foreign
}

/// For bytes that are not text: whether the readable part contains the fields of an entity or our API group.
pub fn claims_ours(text: &str) -> bool {
    claim(text) != Claim::Nothing
}

/// Helm, cookiecutter, Jinja and Backstage templates.
fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// The keys of a text, found by its lines alone.
#[derive(Debug, Default)]
struct Outline<'t> {
    /// The keys at the top level; for a list, those of its items.
    top: Vec<&'t str>,
    /// The value of `kind` at the top level.
    kind: Option<&'t str>,
    /// The top-level `spec` has `identifier` or `blueprint`.
    has_spec: bool,
    /// An `apiVersion` contains one of our groups: at the top level, or at any level.
    is_ours: bool,
    has_our_version: bool,
    /// `identifier` and `blueprint`, at any level.
    has_identifier: bool,
    has_blueprint: bool,
    /// The blueprint is a JQ expression, as in exporter and Ocean mappings.
    is_mapping: bool,
    /// Both fields are on one line of the top level, which begins with an entity field.
    is_one_line: bool,
}

impl<'t> Outline<'t> {
    fn of(text: &'t str) -> Self {
        let mut outline = Self::default();
        let mut base = None;
        let mut literal = None;
        let mut below = None;
        for line in lines(text) {
            let (column, content) = content_of(line);
            if content.is_empty() || content.starts_with('#') || (column == 0 && content.starts_with(['%', '.'])) {
                continue;
            }
            let (identifier, blueprint) = (value_of(content, "identifier"), value_of(content, "blueprint"));
            outline.is_mapping |= blueprint.is_some_and(|text| text.starts_with(['"', '.']));
            let (identifier, blueprint) = (identifier.is_some(), blueprint.is_some());
            outline.has_identifier |= identifier;
            outline.has_blueprint |= blueprint;
            let Some(key) = key_of(content) else { continue };
            // Lines indented below `key: |` are text, not structure.
            if literal.is_some_and(|at| column > at) {
                continue;
            }
            literal = is_block_scalar(content).then_some(column);
            let is_our_version = key.eq_ignore_ascii_case("apiVersion") && names_our_group(content);
            outline.has_our_version |= is_our_version;
            if column > *base.get_or_insert(column) {
                let is_below_spec = outline.top.last() == Some(&"spec") && *below.get_or_insert(column) == column;
                outline.has_spec |= is_below_spec && (identifier || blueprint);
                continue;
            }
            below = None;
            outline.top.push(key);
            outline.is_one_line |= identifier && blueprint && ENTITY_KEYS.contains(&key);
            outline.is_ours |= is_our_version;
            if key == "kind" {
                outline.kind = value_of(content, "kind");
            }
        }
        outline
    }

    fn is_resource(&self) -> bool {
        let is_list = self.kind.is_some_and(|kind| kind.ends_with("List"));
        let kind = self.kind.unwrap_or_default();
        let is_kind = kind.eq_ignore_ascii_case("Entity") || kind.eq_ignore_ascii_case("ClusterEntity");
        let is_spec = self.has_spec && self.kind.is_none() && !self.top.contains(&"apiVersion");
        let has_field = self.has_identifier || self.has_blueprint;
        self.is_ours || is_list && self.has_our_version || is_kind && has_field || is_spec
    }

    fn is_entity(&self) -> bool {
        let has = |key: &str| self.top.contains(&key);
        let is_top = self.has_identifier && self.has_blueprint && (has("identifier") || has("blueprint"));
        (is_top || self.is_one_line) && !self.is_mapping && !super::decode::OTHER_KEYS.into_iter().any(has)
    }
}

fn names_our_group(text: &str) -> bool {
    PLATFORMS.iter().any(|platform| text.contains(platform.group))
}

fn is_block_scalar(content: &str) -> bool {
    let header = content.trim_end().rsplit(": ").next().unwrap_or_default();
    header.len() <= 3 && header.starts_with(['|', '>'])
}

/// The text of a line after indentation and the markers of lists, flow mappings and documents, and its column.
fn content_of(line: &str) -> (usize, &str) {
    let line = line.trim_start_matches('\u{feff}');
    let line_start = line.strip_prefix("--- ").unwrap_or(line);
    let content = line_start.trim_start_matches([' ', '\t']);
    let mut rest = content;
    while let Some(item) = rest.strip_prefix("- ").or_else(|| rest.strip_prefix("-\t")) {
        rest = item.trim_start_matches([' ', '\t']);
    }
    let rest = rest.trim_start_matches(['{', '[', ' ', '\t']);
    (line_start.len() - rest.len(), rest)
}

/// The key at the start of a line, quoted or not.
fn key_of(content: &str) -> Option<&str> {
    let rest = content.trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '$' | '@' | '/'))?;
    let key = rest.get(..end)?;
    let after = rest.get(end..)?.trim_start_matches(['"', '\'', ' ']);
    (!key.is_empty() && after.starts_with(':')).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_entities_are_recognised() {
        for text in [
            "apiVersion: getport.io/v1\nkind: Entity\nspec: [\n",
            "# c\n---\napiVersion: \"useglint.io/v1\n",
            "{\"apiVersion\": \"getport.io/v1\", \"kind\": \"Entity\", \"spec\": {\n",
            "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: getport.io/v1\n    kind: Entity\n    spec: {]\n",
            "kind: Entity\nspec:\n  blueprint: [\n",
            "identifier: x\nblueprint: y\n  properties: [\n",
            "- identifier: x\n  blueprint: y\n  a: b: c\n",
            "- title: x\n  properties: {\n  blueprint: y\n  identifier: z\n",
            "- identifier: x   blueprint: y   properties: {}\n",
            "- blueprint: y   identifier: x   properties: {}\n",
            "title: T   identifier: x   blueprint: y\n",
            "team: a   blueprint: y   title: T identifier: x\n",
            "{\n  \"identifier\": \"x\",\n  \"blueprint\": \"y\"\n  \"properties\": {}\n}\n",
            "[{\"identifier\": \"x\", \"blueprint\": \"y\" \"title\": 1}]\n",
            "identifier: \"{{ .Values.name }}\"\nblueprint: {{ .Values.blueprint }}x: [\n",
        ] {
            assert_eq!(claim(text), Claim::Entity, "{text}");
        }
    }

    #[test]
    fn broken_files_of_other_tools_are_foreign() {
        for text in [
            "resources:\n  - kind: v1/namespaces\n    port:\n      entity:\n        mappings:\n        - identifier: .a\n          blueprint: '\"ns\"\n",
            "on: push\njobs:\n  x:\n    steps:\n    - with:\n        identifier: x\n        blueprint: y\n      a: b: c\n",
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  blueprint: b\n  identifier: [\n",
            "identifier: ready\nblueprint: service\nrules: [\n",
            "identifier: .metadata.name\nblueprint: '\"service\"'\nproperties: [\n",
            "resources:\n- kind: getport.io/v1/ClusterEntities\n  port: {entity: {mappings: {identifier: .a, blueprint: .b}\n",
        ] {
            assert_eq!(claim(text), Claim::Foreign, "{text}");
        }
    }

    #[test]
    fn templates_and_prose_claim_nothing() {
        for text in [
            "apiVersion: v1\nkind: ConfigMap\ndata:\n{{- range .Values.all }}\n  blueprint: {{ .b }}\n  identifier: {{ .i }}\n{{- end }}\n",
            "port:\n  {% if x %}\n  identifier: a\n  blueprint: b\n",
            "blueprint: x\nother: [\n",
            "a: [\n",
        ] {
            assert_eq!(claim(text), Claim::Nothing, "{text}");
        }
    }
}
