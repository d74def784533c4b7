//! Tests what the layers test must detect, and what it must allow. Each text is the code of `path`.

use super::{faults_of, form_faults};

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
fn sees_rooms_that_join_and_names_without_a_room() {
    sees("manifest/mod.rs", "use crate::{domain::x, sources::{read}};", "joins `sources`");
    sees("report/lint/text.rs", "use super::super::super::ui::x;", "joins `ui`");
    sees("exit.rs", "use crate::error::Error;", "looks up at `error`");
    sees("cli.rs", "use crate::error::Error; use main::x; use crate::main;", "looks up at `main`");
    sees("manifest/mod.rs", "use crate::Thing;", "`Thing` is no room");
    sees("attic/mod.rs", "", "`attic` is on no floor");
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
fn sees_what_belongs_to_another_room() {
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
