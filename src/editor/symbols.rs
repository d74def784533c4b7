//! The outline of a file: its entities, and their properties and relations.

use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{NodeId, Value, View, entries_of};
use crate::manifest::{Limits, ReadAs, Reader, decode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    Entity,
    Field,
    Property,
    Relation,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    pub name: String,
    pub detail: String,
    pub kind: SymbolKind,
    pub span: Span,
    /// The text that names it, inside of the span.
    pub name_span: Span,
    pub children: Vec<Symbol>,
}

/// The entities of a text. Documents that cannot be read have none.
pub fn symbols(text: &str, file: ReadAs<'_>) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let mut manifests = Vec::new();
    Reader::new(Limits::default()).with_git_host(file.git_host).read(text, &mut |document| {
        if !document.broken {
            manifests.clear();
            decode(document.view, file.file_name, &mut manifests);
            symbols.extend(manifests.iter().map(|manifest| entity(manifest, document.view)));
        }
    });
    symbols
}

fn entity(manifest: &Manifest, view: View<'_>) -> Symbol {
    let root = view.value(manifest.root);
    let text = |text: Option<&str>, or: &str| text.filter(|text| !text.is_empty()).unwrap_or(or).to_owned();
    let name_span = manifest.identifier.map_or(Span::empty(root.span().start as usize), |id| view.value(id).span());
    let parts = |node: Option<NodeId>, kind| entries_of(node.map(|id| view.value(id))).map(move |it| part(it, kind));
    let children =
        parts(manifest.properties, SymbolKind::Property).chain(parts(manifest.relations, SymbolKind::Relation));
    let span = root.span().to(name_span);
    Symbol {
        name: text(manifest.identifier_text(view), "(no identifier)"),
        detail: text(manifest.blueprint_text(view), "(no blueprint)"),
        kind: SymbolKind::Entity,
        span,
        name_span,
        children: children.filter(|child| child.span.start >= span.start && child.span.end <= span.end).collect(),
    }
}

fn part((key, value): (Value<'_>, Value<'_>), kind: SymbolKind) -> Symbol {
    let span = if value.is_copied() { key.span() } else { key.span().to(value.span()) };
    let detail = value.as_str().map(first_line).unwrap_or_default();
    // An empty name is an error for editors.
    let name = Some(key.key_text().into_owned()).filter(|name| !name.trim().is_empty());
    Symbol {
        name: name.unwrap_or_else(|| "\"\"".to_owned()),
        detail,
        kind,
        span,
        name_span: key.span(),
        children: Vec::new(),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::git_host::GitHost;

    #[test]
    fn each_entity_has_its_parts() {
        let text = "blueprint: service\nidentifier: cart\nproperties:\n  tier: gold\n  \"\": x\nrelations: {system: shop}\n---\n\
            blueprint: service\nproperties: {}\n---\n{broken\n";
        let shown: Vec<String> = symbols(text, ReadAs { file_name: "port.yml", git_host: GitHost::Unknown })
            .iter()
            .map(|symbol| {
                let children = symbol.children.iter().map(|it| format!("{}={}", it.name, it.detail));
                format!("{} {} [{}]", symbol.detail, symbol.name, children.collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(shown, ["service cart [tier=gold \"\"=x system=shop]", "service (no identifier) []"]);
    }
}
