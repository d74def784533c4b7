//! Which parts of its input, and which environment variables, an expression reads, as far as its text shows: `.a["b"]`,
//! `$ENV.NAME`. It follows pipes, variables and functions without running the expression, so it may find more than one run
//! reads, and it does not find a key that is calculated.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::functions::prelude;
use super::parser::parse;
use super::parser::syntax::{Base, Function, Index, Key, Part, Pattern, Query, Suffix, Term, Text, Update};

/// How many parts of an expression are looked at, with each call of a function anew.
const MAX_WORK: usize = 50_000;
/// How deep calls and parts are nested.
const MAX_DEPTH: usize = 150;
/// From how many places one value may come.
const MAX_ORIGINS: usize = 64;
/// How many names are in scope. Scopes are linked lists, which are dropped recursively and searched by every call.
const MAX_NAMES: usize = 1_000;
/// How many keys a path has.
const MAX_STEPS: usize = 32;

/// What an expression reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Paths in the input, with every part on the way: `.a.b` reads `.a` too.
    pub paths: BTreeSet<Vec<Step>>,
    /// The names of environment variables.
    pub variables: BTreeSet<Arc<str>>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Key(Arc<str>),
    /// Any element, or one whose key is calculated.
    Any,
}

/// What an expression reads; nothing if it does not parse.
#[must_use]
pub fn reads(text: &str) -> Reads {
    let Ok(source) = parse(text) else { return Reads::default() };
    let Some(query) = &source.query else { return Reads::default() };
    let mut walker = Walker::default();
    walker.query(query, &vec![Origin { root: Root::Input, steps: Vec::new() }], &Scope::default());
    walker.reads
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    Input,
    Environment,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    root: Root,
    steps: Vec<Step>,
}

/// Where a value may come from; empty if it is calculated.
type Origins = Vec<Origin>;

/// The names in scope, innermost first.
#[derive(Clone, Default)]
struct Scope<'a>(Option<Rc<Binding<'a>>>);

struct Binding<'a> {
    name: Name<'a>,
    outer: Scope<'a>,
    /// The length of the longest chain of scopes that begins here.
    depth: usize,
}

enum Name<'a> {
    /// With its `$`.
    Variable(&'a str, Origins),
    /// A parameter that is an expression of the caller, with the scope of the caller.
    Parameter(&'a str, &'a Query, Scope<'a>),
    Function(&'a Function),
}

impl<'a> Scope<'a> {
    /// The scope with one name more, unless it is full.
    fn with(&self, name: Name<'a>) -> Self {
        let of_caller = match &name {
            Name::Parameter(.., caller) => caller.depth(),
            Name::Variable(..) | Name::Function(_) => 0,
        };
        let depth = 1 + self.depth().max(of_caller);
        if depth > MAX_NAMES {
            return self.clone();
        }
        Self(Some(Rc::new(Binding { name, outer: self.clone(), depth })))
    }

    fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |binding| binding.depth)
    }
}

#[derive(Default)]
struct Walker {
    reads: Reads,
    work: usize,
    depth: usize,
}

impl Walker {
    /// Where the outputs of a query come from.
    fn query<'a>(&mut self, query: &'a Query, input: &Origins, scope: &Scope<'a>) -> Origins {
        self.work += 1;
        if self.work > MAX_WORK || self.depth > MAX_DEPTH {
            return Origins::new();
        }
        self.depth += 1;
        let origins = self.query_inside(query, input, scope);
        self.depth -= 1;
        origins
    }

    fn query_inside<'a>(&mut self, query: &'a Query, input: &Origins, scope: &Scope<'a>) -> Origins {
        match query {
            Query::Define { function, rest } => self.query(rest, input, &scope.with(Name::Function(function))),
            Query::Pipe(stages) => {
                let mut origins = input.clone();
                for stage in stages {
                    origins = self.query(stage, &origins, scope);
                }
                origins
            }
            Query::Comma(parts) | Query::Alternative(parts) => self.all(parts, input, scope),
            Query::Binary { first, rest } => {
                self.query(first, input, scope);
                for (_, right) in rest {
                    self.query(right, input, scope);
                }
                Origins::new()
            }
            Query::Update { operator, target, value } => {
                let targets = self.query(target, input, scope);
                match operator {
                    Update::Modify => self.query(value, &targets, scope),
                    Update::Assign | Update::Calculate(_) => self.query(value, input, scope),
                };
                input.clone()
            }
            Query::Bind { source, patterns, body } => {
                let source = self.term(source, input, scope);
                let mut inner = scope.clone();
                for pattern in patterns {
                    inner = self.pattern(pattern, &source, input, inner);
                }
                self.query(body, input, &inner)
            }
            Query::Label { body, .. } => self.query(body, input, scope),
            Query::Term(term) => self.term(term, input, scope),
        }
    }

    fn all<'a>(&mut self, parts: &'a [Query], input: &Origins, scope: &Scope<'a>) -> Origins {
        let mut origins = Origins::new();
        for part in parts {
            let more = self.query(part, input, scope);
            join(&mut origins, more);
        }
        origins
    }

    fn term<'a>(&mut self, term: &'a Term, input: &Origins, scope: &Scope<'a>) -> Origins {
        let mut origins = self.base(&term.base, input, scope);
        for suffix in &term.suffixes {
            origins = match suffix {
                Suffix::Index(index) => self.index(&origins, index, input, scope),
                Suffix::Iterate => self.extend(&origins, &Step::Any),
                Suffix::Optional => origins,
            };
        }
        origins
    }

    fn base<'a>(&mut self, base: &'a Base, input: &Origins, scope: &Scope<'a>) -> Origins {
        match base {
            Base::Identity => input.clone(),
            Base::Recurse => self.recurse(input),
            Base::Null | Base::Boolean(_) | Base::Number(_) | Base::Break { .. } => Origins::new(),
            Base::Format { text, .. } => {
                text.iter().for_each(|text| self.text(text, input, scope));
                Origins::new()
            }
            Base::Index(index) => self.index(input, index, input, scope),
            Base::Call { name, arguments, .. } => self.call(name, arguments, input, scope),
            Base::Object(entries) => {
                for (key, value) in entries {
                    self.entry(key, value.as_ref(), input, scope);
                }
                Origins::new()
            }
            Base::Array(inner) => {
                if let Some(inner) = inner {
                    self.query(inner, input, scope);
                }
                Origins::new()
            }
            Base::Unary { term, .. } => {
                self.term(term, input, scope);
                Origins::new()
            }
            Base::Text(text) => {
                self.text(text, input, scope);
                Origins::new()
            }
            Base::If { branches, otherwise } => {
                let mut origins = Origins::new();
                for (condition, then) in branches {
                    self.query(condition, input, scope);
                    let more = self.query(then, input, scope);
                    join(&mut origins, more);
                }
                let last = otherwise.as_ref().map_or_else(|| input.clone(), |query| self.query(query, input, scope));
                join(&mut origins, last);
                origins
            }
            Base::Try { body, handler } => {
                let mut origins = self.query(body, input, scope);
                if let Some(handler) = handler {
                    let more = self.query(handler, &Origins::new(), scope);
                    join(&mut origins, more);
                }
                origins
            }
            Base::Reduce { source, pattern, start, update } => {
                let source = self.query(source, input, scope);
                let start = self.query(start, input, scope);
                let inner = self.pattern(pattern, &source, input, scope.clone());
                self.query(update, &start, &inner)
            }
            Base::Foreach { source, pattern, start, update, extract } => {
                let source = self.query(source, input, scope);
                let start = self.query(start, input, scope);
                let inner = self.pattern(pattern, &source, input, scope.clone());
                let update = self.query(update, &start, &inner);
                extract.as_ref().map_or(update.clone(), |extract| self.query(extract, &update, &inner))
            }
            Base::Group(query) => self.query(query, input, scope),
        }
    }

    fn entry<'a>(&mut self, key: &'a Key, value: Option<&'a Query>, input: &Origins, scope: &Scope<'a>) {
        match (key, value) {
            // `{name}` reads `.name`.
            (Key::Name(name) | Key::Text(Text::Plain(name)), None) => {
                self.extend(input, &Step::Key(Arc::clone(name)));
            }
            (Key::Name(_) | Key::Text(Text::Plain(_)) | Key::Variable { .. }, _) => {}
            (Key::Text(text), _) => self.text(text, input, scope),
            (Key::Query(query), _) => {
                self.query(query, input, scope);
            }
        }
        if let Some(value) = value {
            self.query(value, input, scope);
        }
    }

    fn text<'a>(&mut self, text: &'a Text, input: &Origins, scope: &Scope<'a>) {
        let Text::Parts(parts) = text else { return };
        for part in parts {
            if let Part::Query(query) = part {
                self.query(query, input, scope);
            }
        }
    }

    fn index<'a>(&mut self, target: &Origins, index: &'a Index, input: &Origins, scope: &Scope<'a>) -> Origins {
        let step = match index {
            Index::Name(name) | Index::Text(Text::Plain(name)) => Step::Key(Arc::clone(name)),
            Index::Text(text @ Text::Parts(_)) => {
                self.text(text, input, scope);
                Step::Any
            }
            Index::Query(query) => match literal(query) {
                Some(name) => Step::Key(Arc::clone(name)),
                None => {
                    self.query(query, input, scope);
                    Step::Any
                }
            },
            Index::Slice { start, end } => {
                for bound in start.iter().chain(end) {
                    self.query(bound, input, scope);
                }
                return target.clone();
            }
        };
        self.extend(target, &step)
    }

    /// One step further, which is a read.
    fn extend(&mut self, origins: &Origins, step: &Step) -> Origins {
        let mut extended = Origins::new();
        for origin in origins.iter().filter(|origin| origin.steps.len() < MAX_STEPS) {
            let mut steps = origin.steps.clone();
            steps.push(step.clone());
            match (origin.root, steps.as_slice()) {
                (Root::Input, _) => {
                    self.reads.paths.insert(steps.clone());
                }
                (Root::Environment, [Step::Key(name)]) => {
                    self.reads.variables.insert(Arc::clone(name));
                }
                (Root::Environment, _) => {}
            }
            extended.push(Origin { root: origin.root, steps });
        }
        extended
    }

    /// `..`: the value itself, and parts of it, of which no more is known.
    fn recurse(&mut self, input: &Origins) -> Origins {
        let mut origins = input.clone();
        let inner = self.extend(input, &Step::Any);
        join(&mut origins, inner);
        origins
    }

    /// Brings the variables of a pattern into scope.
    fn pattern<'a>(&mut self, pattern: &'a Pattern, source: &Origins, input: &Origins, scope: Scope<'a>) -> Scope<'a> {
        match pattern {
            Pattern::Variable(name) => scope.with(Name::Variable(name, source.clone())),
            Pattern::Array(items) => {
                let item = self.extend(source, &Step::Any);
                items.iter().fold(scope, |scope, pattern| self.pattern(pattern, &item, input, scope))
            }
            Pattern::Object(entries) => {
                let mut scope = scope;
                for (key, pattern) in entries {
                    let step = match key {
                        Key::Name(name) | Key::Text(Text::Plain(name)) => Step::Key(Arc::clone(name)),
                        Key::Variable { name, .. } => Step::Key(Arc::from(name.trim_start_matches('$'))),
                        Key::Text(text @ Text::Parts(_)) => {
                            self.text(text, input, &scope);
                            Step::Any
                        }
                        Key::Query(query) => {
                            self.query(query, input, &scope);
                            Step::Any
                        }
                    };
                    let member = self.extend(source, &step);
                    if let Key::Variable { name, .. } = key {
                        scope = scope.with(Name::Variable(name, member.clone()));
                    }
                    if let Some(pattern) = pattern {
                        scope = self.pattern(pattern, &member, input, scope);
                    }
                }
                scope
            }
        }
    }

    fn call<'a>(&mut self, name: &'a str, arguments: &'a [Query], input: &Origins, scope: &Scope<'a>) -> Origins {
        let mut at = scope.clone();
        while let Some(binding) = at.0.clone() {
            match &binding.name {
                Name::Variable(variable, origins) if *variable == name => return origins.clone(),
                Name::Parameter(parameter, query, of_caller) if *parameter == name && arguments.is_empty() => {
                    return self.query(query, input, of_caller);
                }
                Name::Function(function) if function.name == name && function.parameters.len() == arguments.len() => {
                    return self.function(function, arguments, input, scope, &at);
                }
                Name::Variable(..) | Name::Parameter(..) | Name::Function(_) => {}
            }
            at = binding.outer.clone();
        }
        match (name, arguments) {
            ("$ENV" | "env", []) => return vec![Origin { root: Root::Environment, steps: Vec::new() }],
            ("recurse", []) => return self.recurse(input),
            ("has", [key]) => {
                if let Some(name) = literal(key) {
                    self.extend(input, &Step::Key(Arc::clone(name)));
                    return Origins::new();
                }
            }
            ("getpath", [path]) => {
                if let Some(keys) = literal_path(path) {
                    return keys.iter().fold(input.clone(), |origins, step| self.extend(&origins, step));
                }
            }
            ("last", [inner]) => return self.query(inner, input, scope),
            // They yield the input with less in it, or in another order.
            ("sort" | "unique" | "reverse", []) => return input.clone(),
            ("del", [inner]) | ("sort_by" | "unique_by", [inner]) => {
                let element = if name == "del" { input.clone() } else { self.extend(input, &Step::Any) };
                self.query(inner, &element, scope);
                return input.clone();
            }
            _ => {}
        }
        if let Some(function) = prelude::find(name, arguments.len()) {
            // A function of the engine sees nothing but its arguments.
            return self.function(function, arguments, input, scope, &Scope::default().with(Name::Function(function)));
        }
        for argument in arguments {
            self.query(argument, input, scope);
        }
        Origins::new()
    }

    /// The body of a function with the arguments of a call. `inside`: what the body sees besides its parameters.
    fn function<'a>(
        &mut self,
        function: &'a Function,
        arguments: &'a [Query],
        input: &Origins,
        scope: &Scope<'a>,
        inside: &Scope<'a>,
    ) -> Origins {
        let mut inner = inside.clone();
        for (parameter, argument) in function.parameters.iter().zip(arguments) {
            if parameter.starts_with('$') {
                let origins = self.query(argument, input, scope);
                inner = inner.with(Name::Variable(parameter, origins));
            }
            inner = inner.with(Name::Parameter(parameter.trim_start_matches('$'), argument, scope.clone()));
        }
        self.query(&function.body, input, &inner)
    }
}

/// Adds origins that are not known yet.
fn join(origins: &mut Origins, more: Origins) {
    for origin in more {
        if origins.len() < MAX_ORIGINS && !origins.contains(&origin) {
            origins.push(origin);
        }
    }
}

/// The text of a query that is a string.
fn literal(query: &Query) -> Option<&Arc<str>> {
    match query {
        Query::Term(Term { base: Base::Text(Text::Plain(text)), suffixes }) if suffixes.is_empty() => Some(text),
        Query::Define { .. }
        | Query::Pipe(_)
        | Query::Comma(_)
        | Query::Alternative(_)
        | Query::Binary { .. }
        | Query::Update { .. }
        | Query::Bind { .. }
        | Query::Label { .. }
        | Query::Term(_) => None,
    }
}

/// The steps of a path that is written as a list.
fn literal_path(query: &Query) -> Option<Vec<Step>> {
    let Query::Term(Term { base: Base::Array(Some(items)), suffixes }) = query else { return None };
    let items = match &**items {
        Query::Comma(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    let steps = items.iter().map(|item| literal(item).map_or(Step::Any, |name| Step::Key(Arc::clone(name))));
    suffixes.is_empty().then(|| steps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let shown = |steps: &Vec<Step>| {
            let shown = steps.iter().map(|step| match step {
                Step::Key(key) => format!(".{key}"),
                Step::Any => "[]".to_owned(),
            });
            shown.collect::<String>()
        };
        reads(text).paths.iter().map(shown).collect()
    }

    #[track_caller]
    fn check_reads(text: &str, path: &str) {
        let paths = paths(text);
        assert!(paths.iter().any(|read| read == path), "`{text}` reads {paths:?}");
    }

    #[test]
    fn a_path_is_found_in_every_spelling() {
        for text in [
            ".metadata.uid",
            ".metadata[\"uid\"]",
            ".[\"metadata\"][\"uid\"]",
            ".metadata | .uid",
            ".metadata? | .uid?",
            "(.metadata // {}) | .uid",
            "\"id-\\(.metadata.uid)\"",
            "@base64 \"\\(.metadata.uid)\"",
            "[.metadata.uid]",
            "{id: .metadata.uid}",
            ".metadata | {uid}",
            ". as $object | $object.metadata.uid",
            ". as {metadata: {uid: $id}} | $id",
            ". as {metadata: {$uid}} | $uid",
            ".metadata as $metadata | .spec | $metadata.uid",
            "if .metadata.uid then 1 else 2 end",
            "if .spec then .metadata else . end | .uid",
            ".metadata | has(\"uid\")",
            "getpath([\"metadata\", \"uid\"])",
            "def uid: .metadata.uid; uid",
            "def part(f): .metadata | f; part(.uid)",
            "def part($value): $value | .uid; part(.metadata)",
            ".metadata | select(.uid != null)",
            "reduce .spec as $x (.metadata; .uid)",
            "try .metadata.uid catch null",
            "first(.metadata) | .uid",
            "del(.spec) | .metadata.uid",
            ".spec.x = .metadata.uid",
            "[.spec | .items[]] + [.metadata.uid] | length",
            "limit(1; .metadata) | .uid",
        ] {
            check_reads(text, ".metadata.uid");
        }
    }

    #[test]
    fn lists_and_functions_keep_the_path() {
        check_reads(".spec.items | map(.name)", ".spec.items[].name");
        check_reads("[.spec.items[] | select(.kind == \"a\") | .name]", ".spec.items[].kind");
        check_reads(".spec.items | sort_by(.age) | .[0].name", ".spec.items[].name");
        check_reads(".spec.items | any(.ready)", ".spec.items[].ready");
        check_reads(".spec.items[1:] | .[].name", ".spec.items[].name");
        check_reads("..|.uid?", "[].uid");
    }

    #[test]
    fn what_is_calculated_is_no_path_of_the_input() {
        assert_eq!(paths("{uid: 1} | .uid"), [""; 0]);
        assert_eq!(paths("\"metadata\" as $x | $x | ltrimstr(\"a\")"), [""; 0]);
        assert_eq!(paths("[1, 2] | map(.uid)"), [""; 0]);
        assert_eq!(paths("."), [""; 0]);
        assert_eq!(paths(".a |"), [""; 0]);
        // Names that only look like it.
        assert_eq!(paths("\".metadata.uid\""), [""; 0]);
    }

    #[test]
    fn variables_of_the_environment_are_found() {
        for text in ["env.A", "$ENV.A", "env[\"A\"]", "env | .A", "$ENV as {A: $a} | $a", "$ENV as $e | $e.A + .x"] {
            let found = reads(text);
            assert_eq!(found.variables.iter().map(|name| &**name).collect::<Vec<_>>(), ["A"], "{text}");
        }
        assert!(reads("env.A").paths.is_empty());
        assert!(reads("{A: 1}.A").variables.is_empty());
    }

    #[test]
    fn recursion_and_size_are_bounded() {
        assert!(reads("def f: f; f").paths.is_empty());
        check_reads("def f: .a | f; f", ".a.a.a");
        let doubling: String = (1..40).map(|at| format!("def f{at}: f{0}, f{0}; ", at - 1)).collect();
        check_reads(&format!("def f0: .a; {doubling} f39"), ".a");
        let wide = vec![".a.b"; 5_000].join(" + ");
        check_reads(&wide, ".a.b");
        // Each variable is in the scope of the next one.
        let variables = vec!["$a"; 200_000].join(",");
        check_reads(&format!(".a | . as [{variables}] | .b"), ".a.b");
    }
}
