//! Tests what the layers test must detect, and what it must allow. Each text is the code of `path`.

use super::circles::circles;
use super::imports::{import_faults, upward_inside};
use super::tree::Tree;
use super::{form_faults, tables};

fn tree(files: &[(&str, &str)]) -> Tree {
    let files: Vec<(String, String)> = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    Tree::new(&files)
}

fn faults_of(path: &str, text: &str) -> Vec<String> {
    import_faults(&tree(&[(path, text)])).into_iter().collect()
}

/// The pairs of files of which the first imports the second, outside of tests.
fn edges_of(files: &[(&str, &str)]) -> Vec<String> {
    let edges = tree(files).edges();
    let mut pairs: Vec<String> =
        edges.iter().filter(|edge| !edge.in_tests).map(|edge| format!("{} -> {}", edge.from, edge.to)).collect();
    pairs.dedup();
    pairs
}

fn sees(path: &str, text: &str, fault: &str) {
    let faults = faults_of(path, text);
    assert!(faults.iter().any(|found| found.contains(fault)), "{path}: {text}\nnot found: {fault}\nin {faults:?}");
}

fn lets_be(path: &str, text: &str) {
    assert_eq!(faults_of(path, text), [] as [&str; 0], "{text}");
}

#[test]
fn sees_a_look_upwards() {
    for text in [
        "use crate::settings::Settings;",
        "use crate::{domain::span::Span, settings};",
        "use crate::{\n    domain::{\n        span::{self, Span},\n        tree,\n    },\n    settings as s,\n};",
        "fn f() { let x = crate::settings::resolve(); }",
        "fn f(x: &crate::settings::Settings) {}",
        "use super::settings;",
        "use super::super::settings;",
        "mod tests { mod deeper { use super::super::super::settings::x; } }",
        "#[derive(crate::settings::X)] struct A;",
        "fn f() -> Vec<crate::settings::X> { Vec::<crate::settings::X>::new() }",
        "macro_rules! m { () => { $crate::settings::x() } }",
        "const C: char = '\\''; use crate::settings::x; const D: char = '\"';",
        "/* /* nested */ */ use crate::settings::x;",
        "fn f<'a>(x: &'a str) { crate::settings::x(r#\"\"\"#) }",
        "use ::portolan::settings;",
        "fn f() { x as ::portolan::settings::X }",
        "use {crate::settings, std::fmt};",
        "pub(crate) use crate::settings;",
    ] {
        let path = if text.starts_with("use super::super") { "manifest/parse.rs" } else { "manifest/mod.rs" };
        sees(path, text, "looks up at `settings`");
    }
}

#[test]
fn sees_modules_that_join_and_names_without_a_layer() {
    sees("manifest/mod.rs", "use crate::{domain::x, sources::{read}};", "joins `sources`");
    sees("report/lint/text.rs", "use super::super::super::ui::x;", "joins `ui`");
    sees("exit.rs", "use crate::error::Error;", "joins `error`");
    sees("cli.rs", "use crate::error::Error; use main::x; use crate::main;", "looks up at `main`");
    sees("manifest/mod.rs", "use crate::Thing;", "`Thing` is no module of a layer");
    sees("attic/mod.rs", "", "`attic` is in no layer");
}

#[test]
fn sees_what_would_hide_from_it() {
    for text in [
        "use crate::*;",
        "use crate as c;",
        "use crate::{self as c};",
        "use super::*;",
        "use super as c;",
        "use {crate as c};",
    ] {
        sees("manifest/mod.rs", text, "the crate's root");
    }
    sees("manifest/mod.rs", "#[path = \"../settings/mod.rs\"] mod s;", "`#[path]`");
    sees("manifest/mod.rs", "include!(\"x.rs\");", "`include!`");
    sees("manifest/mod.rs", "extern crate portolan as p;", "`extern crate`");
}

#[test]
fn sees_what_belongs_to_another_module() {
    sees("domain/span.rs", "use std::{fs, path::Path};", "uses `std::fs`");
    sees("manifest/mod.rs", "fn f() { std::env::var(\"X\"); }", "uses `std::env`");
    sees("analysis/mod.rs", "use git2::Repository;", "uses `git2`");
    sees("domain/span.rs", "#[derive(clap::Args)] struct A;", "uses `clap`");
    sees("commands/lint.rs", "fn f() { std::process::exit(1) }", "uses `std::process::exit`");
    lets_be("report/x.rs", "mod tests { use std::fs; }");
    sees("report/x.rs", "mod tests { use std::fs; } use std::fs;", "uses `std::fs`");
    sees("report/x.rs", "mod tests { use crate::sources::read; }", "joins `sources`");
    lets_be("sources/read.rs", "use std::fs::File; use git2::Oid;");
    lets_be("exit.rs", "use std::process::ExitCode;");
}

#[test]
fn lets_be_what_goes_down_or_stays() {
    lets_be("manifest/mod.rs", "use crate::domain::{span::Span, tree::{self, Tree}}; use self::parse::x;");
    lets_be("manifest/parse/deep.rs", "use super::{super::faults, Y}; use crate::manifest::faults;");
    lets_be("manifest/mod.rs", "mod tests { use super::*; use super::parse::x; } fn f() { self.x(); }");
    lets_be("exit.rs", "mod tests { use super::*; } use crate::settings::x;");
    lets_be("commands/lint.rs", "use crate::{analysis, report, sources, ui, settings, error, exit, domain};");
    lets_be("main.rs", "fn main() -> x { portolan::cli::run() }");
    lets_be("lib.rs", "pub mod domain; pub mod settings;");
    lets_be("domain/mod.rs", "pub(crate) fn f() {} pub(super) mod x; pub(self) const A: u8 = 1;");
}

#[test]
fn comments_and_strings_are_no_imports() {
    lets_be("domain/mod.rs", "// use crate::settings::x;\n/* crate::settings /* too */ */ /// [`crate::settings`]\n");
    lets_be("domain/mod.rs", "const A: &str = \"crate::settings\\\" crate::settings\";");
    lets_be("domain/mod.rs", "const A: &str = r#\"\" crate::settings\"#; const B: &[u8] = br\"crate::settings\";");
}

#[test]
fn sees_files_without_a_header_or_a_name() {
    assert_eq!(form_faults("src/domain/x.rs", "//! A.\n"), [] as [&str; 0]);
    assert_eq!(form_faults("src/domain/x.rs", "use x;\n").len(), 1);
    assert_eq!(form_faults("src/domain/x.rs", &"//!\n".repeat(601)).len(), 1);
    assert_eq!(form_faults("src/utils/x.rs", "//!").len() + form_faults("src/new_x.rs", "//!").len(), 2);
}

#[test]
fn layers_have_few_exceptions() {
    lets_be("embedded/local.rs", "use crate::catalog::Catalog;");
    sees("catalog/mod.rs", "use crate::embedded::LocalCatalog;", "joins `embedded`");
    lets_be("catalog/mod.rs", "mod tests { use crate::embedded::LocalCatalog; }");
    lets_be("catalog/mod.rs", "#[cfg(test)] mod doubles { use crate::embedded::LocalCatalog; }");
    lets_be("catalog/mod.rs", "#[cfg(test)] use crate::embedded::LocalCatalog;");
    sees("plan/mod.rs", "mod tests { use crate::embedded::LocalCatalog; }", "joins `embedded`");
    lets_be("commands/serve.rs", "use crate::embedded::server::start;");
    sees("settings/mod.rs", "use crate::embedded::server::start;", "knows `embedded`");
    lets_be("error.rs", "use crate::exit::Exit;");
    lets_be("plan/mod.rs", "#[cfg(all(test, debug_assertions))] mod laws { use crate::generated_cases::config; }");
    sees("plan/mod.rs", "use crate::generated_cases::config;", "is for tests only");
}

#[test]
fn a_module_that_its_parent_declares_for_tests_is_one() {
    let parent = ("catalog/mod.rs", "#[cfg(test)] mod doubles; mod http;");
    let user = "use crate::embedded::LocalCatalog;";
    assert_eq!(import_faults(&tree(&[parent, ("catalog/doubles/mod.rs", user)])).len(), 0);
    assert_eq!(import_faults(&tree(&[parent, ("catalog/doubles/one.rs", user)])).len(), 0);
    assert_eq!(import_faults(&tree(&[parent, ("catalog/http/mod.rs", user)])).len(), 1);
}

#[test]
fn an_import_leads_to_the_file_that_defines_the_name() {
    let parent = ("plan/mod.rs", "mod a; mod b; pub use a::{A, make as build};");
    let a = ("plan/a.rs", "pub struct A; pub const fn make() {} pub const LIMITS: X = X { a: 1 }; enum E {}");
    for code in [
        "use super::a::A;",
        "use super::A;",
        "use crate::plan::{A as Other};",
        "use crate::plan::build;",
        "fn f() { super::build() }",
        "fn f() { super::a::LIMITS.x }",
        "use super::a; fn f() { a::make() }",
        "use crate::plan; fn f() { assert_eq!(plan::a::make(), 1) }",
        "use super::a as first; fn f() -> first::E {}",
        "fn f() { use super::a::E; }",
    ] {
        assert_eq!(edges_of(&[parent, a, ("plan/b.rs", code)]), ["plan/b.rs -> plan/a.rs"], "{code}");
    }
    for code in [
        "use super::a;",
        "use super::b::B;",
        "use std::fmt;",
        "mod tests { use super::super::A; }",
        "#[cfg(test)] fn f() { super::build() }",
        "pub(in crate::plan) struct B; // super::A",
    ] {
        assert_eq!(edges_of(&[parent, a, ("plan/b.rs", code)]), [] as [&str; 0], "{code}");
    }
}

#[test]
fn a_parent_imports_what_it_uses_but_not_what_it_declares_or_passes_on() {
    let child = ("plan/a.rs", "pub fn a() {}");
    for (code, edges) in [
        ("mod a; pub use a::a;", 0),
        ("mod a; pub use crate::plan::a::a;", 0),
        ("mod a; use a::a;", 1),
        ("mod a; pub use a::a; fn f() { a() }", 1),
        ("mod a; fn f() { a::a() }", 1),
    ] {
        assert_eq!(edges_of(&[("plan/mod.rs", code), child]).len(), edges, "{code}");
    }
}

#[test]
fn circles_are_found_through_any_number_of_files() {
    let found = |files: &[(&str, &str)]| circles(&tree(files).edges());
    let parent = ("plan/mod.rs", "mod a; mod b; mod c;");
    let a = ("plan/a.rs", "use super::b::b; pub fn a() {}");
    let b = ("plan/b.rs", "use super::c::c; pub fn b() {}");
    let none: Vec<Vec<String>> = Vec::new();
    assert_eq!(found(&[parent, a, b, ("plan/c.rs", "pub fn c() {}")]), none);
    let circle = found(&[parent, a, b, ("plan/c.rs", "pub fn c() { super::a::a() }")]);
    assert_eq!(circle, [["plan/a.rs", "plan/b.rs", "plan/c.rs"]]);
    assert_eq!(found(&[parent, a, b, ("plan/c.rs", "pub fn c() {} mod tests { use super::super::a::a; }")]), none);
}

#[test]
fn layers_inside_of_modules_count() {
    let upward = |files: &[(&str, &str)]| {
        upward_inside(&tree(files).edges()).into_iter().map(|(fault, _)| fault).collect::<Vec<_>>()
    };
    let store = ("embedded/store/mod.rs", "pub fn store() {}");
    let server = ("embedded/server/mod.rs", "pub fn start() {} use super::store::store;");
    let parent = ("embedded/mod.rs", "mod store; mod server;");
    assert_eq!(upward(&[parent, store, server]), [] as [&str; 0]);
    let store = ("embedded/store/mod.rs", "pub fn store() {} use super::server::start;");
    assert_eq!(upward(&[parent, store, server]), ["embedded: store -> server"]);
    let other = ("embedded/attic.rs", "use super::store::store;");
    assert_eq!(upward(&[parent, ("embedded/store/mod.rs", "fn store() {}"), other]), ["embedded: attic -> store"]);
}

#[test]
fn every_module_of_the_crate_has_a_layer_inside_where_there_are_some() {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, layers) in tables::INSIDE {
        for part in layers.concat() {
            let path = sources.join(module).join(part);
            assert!(path.is_dir() || path.with_extension("rs").is_file(), "{module}: there is no `{part}`");
        }
    }
}
