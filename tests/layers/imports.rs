//! What is wrong with the imports of a file: they lead up or across, or to what belongs to another module.

use std::collections::BTreeSet;

use crate::source::Module;
use crate::tables::{BESIDE, DOUBLES, FOR_TESTS, INSIDE, KNOWN_BY, LAYERS, OWNED};
use crate::tree::{Edge, Target, Tree, lead};

/// Of every path of every module, as `src/file: fault`.
pub fn import_faults(tree: &Tree) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    for module in tree.modules() {
        let found = faults_of_module(module);
        faults.extend(found.into_iter().map(|fault| format!("src/{}: {fault}", module.file)));
    }
    faults
}

fn faults_of_module(module: &Module) -> Vec<String> {
    let top = module.path.first().map_or("lib", String::as_str);
    let mut faults: Vec<String> = module.hidden.iter().map(|&fault| fault.to_owned()).collect();
    if top != "lib" && layer_of(top).is_none() && !FOR_TESTS.contains(&top) {
        faults.push(format!("`{top}` is in no layer: give it one in `tests/layers/tables.rs`"));
    }
    let imports = module.imports.iter().map(|import| (&import.segments, import.in_tests));
    let paths = module.paths.iter().map(|path| (&path.segments, path.in_tests));
    for (segments, in_tests) in imports.chain(paths) {
        let in_tests = in_tests || module.is_test;
        let fault = match lead(&module.path, segments) {
            Target::Ours(path) => match path.first() {
                None => Some("names the crate's root: name the module instead".to_owned()),
                Some(target) => layer_fault(top, target, in_tests),
            },
            Target::Other(_) if in_tests => None,
            Target::Other(path) => ownership_fault(top, &path),
        };
        faults.extend(fault.map(|fault| format!("{fault} (`{}`)", segments.join("::"))));
    }
    faults
}

fn layer_fault(from: &str, to: &str, in_tests: bool) -> Option<String> {
    if from == to || from == "lib" {
        return None;
    }
    if FOR_TESTS.contains(&to) {
        return (!in_tests).then(|| format!("uses `{to}`, which is for tests only"));
    }
    let Some(other) = layer_of(to) else { return Some(format!("`{to}` is no module of a layer")) };
    let own = layer_of(from)?;
    let is_beside = BESIDE.iter().any(|(module, others)| *module == from && others.contains(&to));
    let is_double = in_tests && DOUBLES.contains(&(from, to));
    if is_beside || is_double {
        return None;
    }
    if other == own {
        return Some(format!("joins `{to}`, a module of the same layer: `commands` joins modules"));
    }
    if other > own {
        return Some(format!("looks up at `{to}`"));
    }
    let (_, users) = KNOWN_BY.iter().find(|(module, _)| *module == to)?;
    (!users.contains(&from)).then(|| format!("knows `{to}`, which only {users:?} may"))
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

fn ownership_fault(top: &str, path: &str) -> Option<String> {
    let owns = |name: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let (name, owners) = OWNED.iter().find(|(name, _)| owns(name))?;
    (!owners.contains(&top)).then(|| format!("uses `{name}`, which belongs to {owners:?}"))
}

/// The imports that go up inside of a module (`module: from -> to`), each with an example; and
/// the files that have no layer there.
pub fn upward_inside(edges: &BTreeSet<Edge>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for edge in edges.iter().filter(|edge| !edge.in_tests) {
        let ((top, from), (other, to)) = (part_of(&edge.from), part_of(&edge.to));
        let Some((_, layers)) = INSIDE.iter().find(|(module, _)| *module == top && top == other) else { continue };
        let layer = |part: &str| layers.iter().position(|parts| parts.contains(&part));
        let goes_down = matches!((layer(from), layer(to)), (Some(own), Some(target)) if target < own);
        if from != to && !goes_down {
            let fault = format!("{top}: {from} -> {to}");
            if found.iter().all(|(known, _)| *known != fault) {
                found.push((fault, format!("{} by `{}`", edge.from, edge.by)));
            }
        }
    }
    found.sort();
    found
}

/// `catalog/http/write.rs` is the part `http` of `catalog`.
fn part_of(file: &str) -> (&str, &str) {
    let (top, rest) = file.split_once('/').unwrap_or((file, ""));
    let part = rest.split('/').next().unwrap_or_default();
    (top, part.trim_end_matches(".rs"))
}
