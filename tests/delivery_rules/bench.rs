//! Runs lint in this process over a repository in a temporary folder.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use portolan::analysis::RULES;
use portolan::domain::finding::Family;
use portolan::settings::Environment;
use portolan::ui::Streams;
use serde_json::Value as Json;

use crate::testkit::Repo;

pub const URL: &str = "https://git.example.com/acme/catalog.git";

/// What lint reports.
#[derive(Debug)]
pub struct Report {
    pub code: u8,
    pub findings: Vec<Reported>,
}

/// A finding as JSON has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reported {
    pub path: String,
    pub line: u64,
    pub rule: String,
    pub message: String,
    pub help: String,
}

impl Reported {
    pub fn is_of_delivery(&self) -> bool {
        RULES.iter().any(|rule| rule.info.name == self.rule && rule.info.family == Family::Delivery)
    }
}

#[derive(Debug, Clone, Default)]
struct Buffer(Rc<RefCell<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A repository with a remote.
pub fn repository(url: &str) -> Repo {
    let repo = Repo::new();
    let config = repo.read(".git/config");
    repo.write(".git/config", format!("{config}[remote \"origin\"]\n\turl = {url}\n"));
    repo
}

pub fn lint(folder: &Path, arguments: &[&str]) -> Report {
    let (results, talk) = (Buffer::default(), Buffer::default());
    let variables = [("SOURCE_DATE_EPOCH", "1794700800"), ("NO_COLOR", "1")];
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let variables = variables.into_iter().chain([("PORTOLAN_CACHE".into(), cache.into_os_string())]);
    let environment = Environment::new(variables, folder.to_owned(), 1_794_700_800);
    let mut streams = Streams::new(Box::new(results.clone()), Box::new(talk.clone()));
    let line = ["portolan", "lint", "--output", "json"].into_iter().chain(arguments.iter().copied());
    let exit = portolan::cli::run(line.map(OsString::from), &environment, &mut streams);
    let talk = String::from_utf8(talk.0.take()).expect("messages are UTF-8");
    let json: Json = serde_json::from_slice(&results.0.take()).unwrap_or_else(|error| panic!("{error}: {talk}"));
    let findings = json["findings"].as_array().expect("findings are a list").iter().map(reported).collect();
    Report { code: exit.code(), findings }
}

fn reported(finding: &Json) -> Reported {
    let text = |pointer: &str| finding.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
    Reported {
        path: text("/path"),
        line: finding.pointer("/start/line").and_then(Json::as_u64).unwrap_or_default(),
        rule: text("/rule"),
        message: text("/message"),
        help: text("/help"),
    }
}

impl Report {
    pub fn of_delivery(&self) -> Vec<&Reported> {
        self.findings.iter().filter(|finding| finding.is_of_delivery()).collect()
    }
}
