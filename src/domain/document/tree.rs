//! A YAML document as a flat tree with spans, independent of the parser. Nodes are in document order in one vector; the
//! children of a collection follow it. Aliases and merge keys are resolved, so a node may have the span of the anchor
//! it was copied from: such nodes are marked and never edited.

use crate::domain::document::span::Span;

/// The index of a node in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The type of a node as Kubernetes reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    List,
    Map,
}

impl Kind {
    /// The type for a message, with its article.
    pub fn words(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Map => "a mapping",
        }
    }
}

/// The style in which a node was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
    Flow,
    Block,
}

/// A number as Kubernetes reads it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

impl Number {
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Signed(value) => value as f64,
            Self::Unsigned(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// The number as a mapping key, which is a string in JSON.
    pub fn to_key(self) -> String {
        match self {
            Self::Signed(value) => value.to_string(),
            Self::Unsigned(value) => value.to_string(),
            Self::Float(value) => float_key(value),
        }
    }

    /// The number in JSON; floats without a fraction are written as integers, as Kubernetes does.
    pub fn to_json(self) -> serde_json::Number {
        match self {
            Self::Signed(value) => value.into(),
            Self::Unsigned(value) => value.into(),
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => (value as i64).into(),
            Self::Float(value) => serde_json::Number::from_f64(value).unwrap_or_else(|| 0.into()),
        }
    }
}

/// A float as kubectl writes it in a key: the shortest digits that give the same 32-bit float, with an exponent from a
/// million on.
fn float_key(value: f64) -> String {
    let value = value as f32;
    if !value.is_finite() {
        return if value.is_nan() {
            ".nan"
        } else if value < 0.0 {
            "-.inf"
        } else {
            ".inf"
        }
        .to_owned();
    }
    let digits = format!("{value:e}");
    let Some((mantissa, exponent)) = digits.split_once('e') else { return digits };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        Ok(_) | Err(_) => value.to_string(),
    }
}

/// A scalar to add to a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'t> {
    Null,
    Bool(bool),
    Number(Number),
    /// The text is in the source unchanged, at this span.
    Verbatim(Span),
    /// The text had to be decoded (escapes, folding, block scalars).
    Decoded(&'t str),
}

const COPIED: u8 = 1;
const TAGGED: u8 = 2;
const IN_ARENA: u8 = 4;

/// 24 bytes. `payload` is the range of a text, the bits of a number or boolean, or the count of a collection.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    span: Span,
    payload: [u32; 2],
    /// One past the last node of this subtree.
    next: u32,
    kind: Kind,
    style: Style,
    flags: u8,
    number: u8,
}

/// The nodes of a document. A tree is reused for the next document: `clear` keeps the memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    arena: String,
}

impl Tree {
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.arena.clear();
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The size of decoded texts in bytes, for limits.
    pub fn decoded_bytes(&self) -> usize {
        self.arena.len()
    }

    pub fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    #[inline]
    pub fn push_scalar(&mut self, scalar: Scalar<'_>, span: Span, style: Style) -> NodeId {
        let (kind, payload, flags, number) = match scalar {
            Scalar::Null => (Kind::Null, [0, 0], 0, 0),
            Scalar::Bool(value) => (Kind::Bool, [u32::from(value), 0], 0, 0),
            Scalar::Number(Number::Signed(value)) => (Kind::Number, split(value.cast_unsigned()), 0, 0),
            Scalar::Number(Number::Unsigned(value)) => (Kind::Number, split(value), 0, 1),
            Scalar::Number(Number::Float(value)) => (Kind::Number, split(value.to_bits()), 0, 2),
            Scalar::Verbatim(text) => (Kind::String, [text.start, text.end], 0, 0),
            Scalar::Decoded(text) => {
                let start = self.arena.len();
                self.arena.push_str(text);
                let span = Span::new(start, self.arena.len());
                (Kind::String, [span.start, span.end], IN_ARENA, 0)
            }
        };
        self.push(Node { span, payload, next: 0, kind, style, flags, number })
    }

    /// Opens a list or mapping; its children are pushed next, then `close` ends it.
    #[inline(always)]
    pub fn open(&mut self, kind: Kind, span: Span, style: Style) -> NodeId {
        self.push(Node { span, payload: [0, 0], next: 0, kind, style, flags: 0, number: 0 })
    }

    /// Ends a collection. `count` is its number of items or entries.
    pub fn close(&mut self, id: NodeId, end: u32, count: usize) {
        let next = self.nodes.len();
        let node = &mut self.nodes[id.index()];
        node.span.end = end.max(node.span.start);
        node.next = Span::empty(next).start;
        node.payload[0] = Span::empty(count).start;
    }

    pub fn mark_tagged(&mut self, id: NodeId) {
        self.nodes[id.index()].flags |= TAGGED;
    }

    /// Marks every node as copied, so that none is edited.
    pub fn mark_all_copied(&mut self) {
        self.nodes.iter_mut().for_each(|node| node.flags |= COPIED);
    }

    /// Appends a copy of the subtree at `from` (an alias, a merged entry) and marks its nodes as copied.
    pub fn copy_subtree(&mut self, from: NodeId) -> NodeId {
        let to = self.nodes.len();
        let end = self.nodes[from.index()].next as usize;
        for at in from.index()..end {
            let mut node = self.nodes[at];
            node.next = Span::empty(node.next as usize - from.index() + to).start;
            node.flags |= COPIED;
            self.nodes.push(node);
        }
        NodeId(Span::empty(to).start)
    }

    /// Clears this tree and copies the decoded texts of `other`, so that `push_node_of` does not have to.
    pub fn start_from(&mut self, other: &Self) {
        self.clear();
        self.arena.push_str(&other.arena);
    }

    /// Appends one node of the tree passed to `start_from`, without its children; a collection must be closed.
    pub fn push_node_of(&mut self, other: &Self, id: NodeId, copied: bool) -> NodeId {
        let mut node = *other.node(id);
        if copied {
            node.flags |= COPIED;
        }
        self.push(node)
    }

    /// The number of nodes in the subtree, including itself.
    pub fn subtree_len(&self, id: NodeId) -> usize {
        self.nodes[id.index()].next as usize - id.index()
    }

    #[inline(always)]
    pub fn span(&self, id: NodeId) -> Span {
        self.nodes[id.index()].span
    }

    #[inline(always)]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.nodes[id.index()].kind
    }

    #[inline(always)]
    fn push(&mut self, mut node: Node) -> NodeId {
        let id = Span::empty(self.nodes.len()).start;
        node.next = id + 1;
        self.nodes.push(node);
        NodeId(id)
    }

    #[inline(always)]
    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }
}

fn split(bits: u64) -> [u32; 2] {
    [(bits >> 32) as u32, bits as u32]
}

/// A tree and its source text.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub source: &'a str,
    pub tree: &'a Tree,
}

impl<'a> View<'a> {
    pub fn root(self) -> Option<Value<'a>> {
        self.tree.root().map(|id| self.value(id))
    }

    #[inline(always)]
    pub fn value(self, id: NodeId) -> Value<'a> {
        Value { view: self, id }
    }

    /// All values and keys, in document order.
    pub fn values(self) -> impl Iterator<Item = Value<'a>> {
        (0..self.tree.nodes.len()).map(move |at| self.value(NodeId(Span::empty(at).start)))
    }
}

/// A node with its tree and source.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    view: View<'a>,
    id: NodeId,
}

impl<'a> Value<'a> {
    pub fn id(self) -> NodeId {
        self.id
    }

    pub fn view(self) -> View<'a> {
        self.view
    }

    #[inline(always)]
    fn node(self) -> &'a Node {
        self.view.tree.node(self.id)
    }

    #[inline(always)]
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    pub fn style(self) -> Style {
        self.node().style
    }

    #[inline(always)]
    pub fn span(self) -> Span {
        self.node().span
    }

    /// The source text of the node, including quotes.
    pub fn raw(self) -> &'a str {
        self.span().slice(self.view.source)
    }

    /// The node came through an alias or merge key: its span is that of the anchor.
    pub fn is_copied(self) -> bool {
        self.node().flags & COPIED != 0
    }

    pub fn is_tagged(self) -> bool {
        self.node().flags & TAGGED != 0
    }

    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    pub fn as_str(self) -> Option<&'a str> {
        let node = self.node();
        if node.kind != Kind::String {
            return None;
        }
        let [start, end] = node.payload;
        let span = Span { start, end };
        Some(if node.flags & IN_ARENA != 0 { span.slice(&self.view.tree.arena) } else { span.slice(self.view.source) })
    }

    pub fn as_bool(self) -> Option<bool> {
        let node = self.node();
        (node.kind == Kind::Bool).then_some(node.payload[0] != 0)
    }

    pub fn as_number(self) -> Option<Number> {
        let node = self.node();
        if node.kind != Kind::Number {
            return None;
        }
        let bits = u64::from(node.payload[0]) << 32 | u64::from(node.payload[1]);
        Some(match node.number {
            0 => Number::Signed(bits.cast_signed()),
            1 => Number::Unsigned(bits),
            _ => Number::Float(f64::from_bits(bits)),
        })
    }

    /// The number of items or entries; 0 for scalars.
    pub fn len(self) -> usize {
        match self.kind() {
            Kind::List | Kind::Map => self.node().payload[0] as usize,
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => 0,
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The items of a list; empty for other types.
    #[inline(always)]
    pub fn items(self) -> Items<'a> {
        let node = self.node();
        let end = if node.kind == Kind::List { node.next } else { self.id.0 + 1 };
        Items { view: self.view, at: self.id.0 + 1, end }
    }

    /// The entries of a mapping in source order (merged ones last); empty for other types.
    #[inline(always)]
    pub fn entries(self) -> Entries<'a> {
        let node = self.node();
        let end = if node.kind == Kind::Map { node.next } else { self.id.0 + 1 };
        Entries { items: Items { view: self.view, at: self.id.0 + 1, end } }
    }

    /// The value under `key`. Of duplicate keys the last one applies, as in Kubernetes.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.entry(key).map(|(_, value)| value)
    }

    pub fn entry(self, key: &str) -> Option<(Value<'a>, Value<'a>)> {
        self.entries().filter(|(name, _)| name.key_is(key)).last()
    }

    /// Whether this node, as a key, equals `key`.
    #[inline(always)]
    pub fn key_is(self, key: &str) -> bool {
        self.as_str() == Some(key)
    }

    /// The value as JSON. For cold paths: messages, enum values.
    pub fn to_json(self) -> serde_json::Value {
        match self.kind() {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool => serde_json::Value::Bool(self.as_bool().unwrap_or_default()),
            Kind::Number => {
                self.as_number().map_or(serde_json::Value::Null, |number| serde_json::Value::Number(number.to_json()))
            }
            Kind::String => serde_json::Value::String(self.as_str().unwrap_or_default().to_owned()),
            Kind::List => serde_json::Value::Array(self.items().map(Value::to_json).collect()),
            Kind::Map => serde_json::Value::Object(
                self.entries().map(|(key, value)| (key.key_text().into_owned(), value.to_json())).collect(),
            ),
        }
    }

    /// A key as Kubernetes writes it in JSON: strings unchanged; `true`, `1` and the like as text.
    pub fn key_text(self) -> std::borrow::Cow<'a, str> {
        match self.kind() {
            Kind::String => self.as_str().unwrap_or_default().into(),
            Kind::Null => "null".into(),
            Kind::Bool => if self.as_bool() == Some(true) { "true" } else { "false" }.into(),
            Kind::Number => self.as_number().map_or_else(String::new, Number::to_key).into(),
            Kind::List | Kind::Map => self.to_json().to_string().into(),
        }
    }
}

/// The entries of an optional mapping.
pub fn entries_of(value: Option<Value<'_>>) -> Entries<'_> {
    value.map_or(Entries { items: Items { view: EMPTY, at: 0, end: 0 } }, Value::entries)
}

static NOTHING: Tree = Tree { nodes: Vec::new(), arena: String::new() };
const EMPTY: View<'static> = View { source: "", tree: &NOTHING };

#[derive(Debug, Clone)]
pub struct Items<'a> {
    view: View<'a>,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Value<'a>> {
        if self.at >= self.end {
            return None;
        }
        let id = NodeId(self.at);
        self.at = self.view.tree.node(id).next;
        Some(self.view.value(id))
    }
}

#[derive(Debug, Clone)]
pub struct Entries<'a> {
    items: Items<'a>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Value<'a>, Value<'a>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let key = self.items.next()?;
        let value = self.items.next()?;
        Some((key, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_subtree_keeps_its_shape_and_its_spans() {
        let source = "a: [x, 2]";
        let mut tree = Tree::default();
        let root = tree.open(Kind::Map, Span::empty(0), Style::Block);
        tree.push_scalar(Scalar::Verbatim(Span::new(0, 1)), Span::new(0, 1), Style::Plain);
        let list = tree.open(Kind::List, Span::empty(3), Style::Flow);
        tree.push_scalar(Scalar::Verbatim(Span::new(4, 5)), Span::new(4, 5), Style::Plain);
        tree.push_scalar(Scalar::Number(Number::Signed(-2)), Span::new(7, 8), Style::Plain);
        tree.close(list, 9, 2);
        tree.push_scalar(Scalar::Decoded("b"), Span::new(0, 1), Style::Plain);
        let copy = tree.copy_subtree(list);
        tree.close(root, 9, 2);
        let view = View { source, tree: &tree };
        let map = view.root().expect("a root");
        assert_eq!(map.to_json(), serde_json::json!({"a": ["x", -2], "b": ["x", -2]}));
        assert_eq!(view.value(copy).span(), Span::new(3, 9));
        assert!(map.get("b").is_some_and(|list| list.items().all(Value::is_copied)));
        assert!(!map.get("a").is_some_and(Value::is_copied));
    }
}
