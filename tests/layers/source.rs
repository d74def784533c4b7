//! Reads one source file into its modules: what each declares, what it imports, and every path that it names. It works
//! on tokens, because paths inside macros are tokens too; `syn` reads the trees of `use`. Comments and strings are no
//! paths.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::UseTree;
use syn::parse::Parser;

/// A module: a file, or `mod name { ... }` in one.
#[derive(Debug, Default)]
pub struct Module {
    /// From the root of the crate.
    pub path: Vec<String>,
    /// Relative to `src`.
    pub file: String,
    /// Compiled for tests only.
    pub is_test: bool,
    /// The modules that it declares; true for those under `#[cfg(test)]`.
    pub children: BTreeMap<String, bool>,
    /// The names of the items that it defines.
    pub items: BTreeSet<String>,
    pub imports: Vec<Import>,
    pub paths: Vec<PathUse>,
    /// Every word of its code outside of `use` and of tests.
    pub words: BTreeSet<String>,
    /// Constructs that could hide an import.
    pub hidden: BTreeSet<&'static str>,
}

/// One name that a `use` brings into scope.
#[derive(Debug)]
pub struct Import {
    /// As written, with groups expanded. A glob ends with `*`.
    pub segments: Vec<String>,
    pub name: String,
    pub is_public: bool,
    pub in_tests: bool,
}

/// A path of at least two segments in code.
#[derive(Debug)]
pub struct PathUse {
    pub segments: Vec<String>,
    pub in_tests: bool,
}

/// The modules of the file at `path` (relative to `src`); the first is the file itself.
pub fn modules_of(path: &str, text: &str) -> Vec<Module> {
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: no Rust: {error}"));
    let home = module_path(path);
    let is_test = home.iter().any(|name| name == "tests");
    let mut modules = Vec::new();
    read_module(path, home, is_test, tokens, &mut modules);
    modules.reverse();
    modules
}

/// `domain/tree.rs` is `domain::tree`, `domain/mod.rs` is `domain`, and `lib.rs` is the root.
fn module_path(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") || path == "lib.rs" {
        parts.pop();
    }
    parts
}

/// Inner modules come before the one that holds them.
fn read_module(file: &str, path: Vec<String>, is_test: bool, tokens: TokenStream, into: &mut Vec<Module>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut module = Module { path, file: file.to_owned(), is_test, ..Module::default() };
    let mut at = 0;
    while at < trees.len() {
        let mut in_tests = is_test;
        while is_punct(trees.get(at), '#') {
            let end = at + if is_punct(trees.get(at + 1), '!') { 3 } else { 2 };
            if let Some(TokenTree::Group(attribute)) = trees.get(end - 1) {
                in_tests |= compiles_for_tests_only(attribute.stream());
            }
            read_code(&mut module, &trees[at..end], in_tests);
            at = end;
        }
        let end = item_end(&trees, at);
        let (is_public, start) = skip_visibility(&trees, at);
        match (word(trees.get(start)).as_str(), trees.get(start + 2)) {
            ("mod", Some(TokenTree::Group(body))) => {
                let name = word(trees.get(start + 1));
                let is_test = in_tests || name == "tests";
                module.children.insert(name.clone(), is_test);
                let inner = module.path.iter().cloned().chain([name]).collect();
                read_module(file, inner, is_test, body.stream(), into);
            }
            ("mod", _) => {
                module.children.insert(word(trees.get(start + 1)), in_tests);
            }
            ("use", _) => read_use(&mut module, &trees[start + 1..end], is_public, in_tests),
            (_, _) => {
                if let Some(name) = defined_name(&trees[start..end]) {
                    module.items.insert(name);
                }
                read_code(&mut module, &trees[at..end], in_tests);
            }
        }
        at = end;
    }
    into.push(module);
}

/// `cfg(test)` and the like, and `test` functions.
fn compiles_for_tests_only(attribute: TokenStream) -> bool {
    let text = attribute.to_string();
    (text.starts_with("cfg (") || text.starts_with("cfg("))
        && text.split(|c: char| c != '_' && !c.is_alphanumeric()).any(|word| word == "test")
        && !text.contains("not")
}

fn skip_visibility(trees: &[TokenTree], at: usize) -> (bool, usize) {
    if word(trees.get(at)) != "pub" {
        return (false, at);
    }
    (true, if is_visibility_scope(trees.get(at + 1)) { at + 2 } else { at + 1 })
}

/// The group after `pub` in `pub(crate)`, `pub(in crate::report)`.
fn is_visibility_scope(tree: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = tree else { return false };
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Parenthesis
        && ["crate", "super", "self", "in"].contains(&word(first.as_ref()).as_str())
}

/// The position after the item that starts at `at`. Items end at `;` or with their braces; values and aliases at `;`.
fn item_end(trees: &[TokenTree], at: usize) -> usize {
    let (_, start) = skip_visibility(trees, at);
    let ends_with_braces = match word(trees.get(start)).as_str() {
        "use" | "type" | "static" => false,
        "const" => ["fn", "unsafe", "async", "extern"].contains(&word(trees.get(start + 1)).as_str()),
        _ => true,
    };
    let is_end = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => ends_with_braces && group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    };
    trees[at..].iter().position(is_end).map_or(trees.len(), |end| at + end + 1)
}

/// The name that the item defines, if it defines one.
fn defined_name(item: &[TokenTree]) -> Option<String> {
    const KINDS: [&str; 8] = ["fn", "struct", "enum", "union", "trait", "type", "static", "const"];
    if word(item.first()) == "macro_rules" {
        return Some(word(item.get(2)));
    }
    for (at, tree) in item.iter().enumerate() {
        let TokenTree::Ident(_) = tree else { return None };
        let (kind, next) = (word(Some(tree)), word(item.get(at + 1)));
        if kind == "impl" {
            return None;
        }
        let qualifies_fn = kind == "const" && ["fn", "unsafe", "async", "extern"].contains(&next.as_str());
        if KINDS.contains(&kind.as_str()) && !qualifies_fn {
            return (!next.is_empty()).then_some(next);
        }
    }
    None
}

fn read_use(module: &mut Module, tokens: &[TokenTree], is_public: bool, in_tests: bool) {
    let tree: TokenStream = tokens.iter().take_while(|tree| !is_punct(Some(tree), ';')).cloned().collect();
    let parse = |input: syn::parse::ParseStream<'_>| {
        input.parse::<Option<syn::Token![::]>>()?;
        input.parse::<UseTree>()
    };
    let tree = parse.parse2(tree).unwrap_or_else(|error| panic!("{}: a `use` is no Rust: {error}", module.file));
    let mut names = Vec::new();
    spread(&tree, &mut Vec::new(), &mut names);
    module.imports.extend(names.into_iter().map(|(segments, name)| Import { segments, name, is_public, in_tests }));
}

/// Every path of a tree of `use`, with the name that it gets.
fn spread(tree: &UseTree, before: &mut Vec<String>, into: &mut Vec<(Vec<String>, String)>) {
    let with = |before: &[String], last: String| before.iter().cloned().chain([last]).collect::<Vec<_>>();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            spread(&path.tree, before, into);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            into.push((before.clone(), before.last().cloned().unwrap_or_default()));
        }
        UseTree::Name(name) => into.push((with(before, name.ident.to_string()), name.ident.to_string())),
        UseTree::Rename(rename) => {
            let segments = with(before, rename.ident.to_string());
            into.push((segments, rename.rename.to_string()));
        }
        UseTree::Glob(_) => into.push((with(before, "*".to_owned()), String::new())),
        UseTree::Group(group) => group.items.iter().for_each(|item| spread(item, before, into)),
    }
}

/// Reads the paths of code: bodies, signatures, attributes, macros.
fn read_code(module: &mut Module, trees: &[TokenTree], in_tests: bool) {
    let mut at = 0;
    while at < trees.len() {
        let next = trees.get(at + 1);
        match &trees[at] {
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                read_code(module, &inner, in_tests);
            }
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(attribute)) = next
                    && word(attribute.stream().into_iter().next().as_ref()) == "path"
                {
                    module.hidden.insert("`#[path]` puts a module where it is not");
                }
            }
            TokenTree::Ident(ident) => match ident.to_string().as_str() {
                "pub" if is_visibility_scope(next) => at += 1,
                // Not `impl Trait + use<'a>`.
                "use" if !is_punct(next, '<') => {
                    let end = item_end(trees, at);
                    read_use(module, &trees[at + 1..end], false, in_tests);
                    at = end;
                    continue;
                }
                "include" if is_punct(next, '!') => {
                    module.hidden.insert("`include!` brings in code from elsewhere");
                }
                "extern" if word(next) == "crate" => {
                    module.hidden.insert("`extern crate` gives a crate another name");
                }
                name => {
                    if !in_tests {
                        module.words.insert(name.to_owned());
                    }
                    let segments = path_at(trees, at);
                    if segments.len() > 1 {
                        at += 3 * (segments.len() - 1);
                        module.paths.push(PathUse { segments, in_tests });
                    }
                }
            },
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        at += 1;
    }
}

/// The segments of the path that starts at `at`; just one if none starts there.
fn path_at(trees: &[TokenTree], at: usize) -> Vec<String> {
    let mut segments = vec![word(trees.get(at))];
    let continues = at > 2 && is_separator(trees, at - 2) && {
        let before = trees.get(at - 3);
        is_punct(before, '>') || matches!(before, Some(TokenTree::Ident(ident)) if !is_keyword(&ident.to_string()))
    };
    if continues || is_keyword(&segments[0]) || (at > 0 && is_punct(trees.get(at - 1), '.')) {
        return segments;
    }
    let mut end = at + 1;
    while is_separator(trees, end) && matches!(trees.get(end + 2), Some(TokenTree::Ident(_))) {
        segments.push(word(trees.get(end + 2)));
        end += 3;
    }
    segments
}

/// Keywords that may directly precede a path that begins with `::`.
fn is_keyword(word: &str) -> bool {
    ["as", "dyn", "else", "for", "if", "impl", "in", "match", "mut", "return", "where", "while"].contains(&word)
}

fn is_separator(trees: &[TokenTree], at: usize) -> bool {
    is_punct(trees.get(at), ':') && is_punct(trees.get(at + 1), ':')
}

fn is_punct(tree: Option<&TokenTree>, c: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

/// The word of an identifier, without `r#`; empty for other tokens.
fn word(tree: Option<&TokenTree>) -> String {
    match tree {
        Some(TokenTree::Ident(ident)) => ident.to_string().trim_start_matches("r#").to_owned(),
        _ => String::new(),
    }
}
