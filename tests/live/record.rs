//! The record of one run against a live organisation, as the JSON file in `docs/live`, and what the README and `docs/live.md`
//! show of it. A catalog that is not the platform's own has no record, so a run against `portolan serve` is never taken for
//! one. Pure.

use std::collections::BTreeMap;

use portolan::domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub const FORMAT: &str = "portolan.live/1";

/// What the suite reports while it runs, one JSON object per line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A test that the organisation was not asked.
    NotAsked { reason: String },
    /// An open question with its answer, and the answer of the embedded catalog.
    Question { asks: String, live: String, embedded: String },
    /// An exchange that the published description does not have.
    NotDescribed { request: String, status: u16 },
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    pub format: String,
    /// `2026-11-30`
    pub date: String,
    /// `https://api.port.io`
    pub catalog: String,
    pub version: String,
    pub commit: String,
    /// The work tree had changes that this commit does not have.
    pub dirty: bool,
    pub passed: usize,
    /// The tests that failed, by name.
    pub failed: Vec<String>,
    /// Why tests were not asked of the organisation, with the number of tests.
    pub not_asked: BTreeMap<String, usize>,
    pub questions: Vec<Answered>,
    pub not_described: Vec<Exchange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    pub asks: String,
    pub live: String,
    pub embedded: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    pub request: String,
    pub status: u16,
}

/// The run that is recorded.
pub struct Run<'r> {
    pub date: &'r str,
    pub catalog: &'r str,
    pub commit: &'r str,
    pub dirty: bool,
    /// What `cargo test` printed: one line for each test.
    pub output: &'r str,
    /// What the suite reported.
    pub events: &'r str,
}

/// The platform whose own API this is; `None`: another server, such as `portolan serve`.
pub fn platform_of(catalog: &str) -> Option<&'static Platform> {
    Platform::by_host(catalog.strip_prefix("https://")?)
}

impl Record {
    pub fn of(run: &Run<'_>) -> Result<Self, String> {
        let catalog = run.catalog.trim_end_matches('/');
        if platform_of(catalog).is_none() {
            return Err(format!("{catalog} is not an API of the platform, so this run proves nothing about it"));
        }
        let (mut passed, mut failed) = (0, Vec::new());
        for line in run.output.lines() {
            let Some((name, end)) = line.strip_prefix("test ").and_then(|line| line.rsplit_once(" ... ")) else {
                continue;
            };
            match end {
                "ok" => passed += 1,
                "FAILED" => failed.push(name.to_owned()),
                _ => {}
            }
        }
        if passed == 0 {
            return Err("no test passed: check the credentials and their rights".to_owned());
        }
        let mut record = Self {
            format: FORMAT.to_owned(),
            date: run.date.to_owned(),
            catalog: catalog.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: run.commit.to_owned(),
            dirty: run.dirty,
            passed,
            failed,
            not_asked: BTreeMap::new(),
            questions: Vec::new(),
            not_described: Vec::new(),
        };
        for line in run.events.lines() {
            let event = serde_json::from_str(line).map_err(|error| format!("{line} is no event: {error}"))?;
            record.add(event);
        }
        if record.questions.is_empty() {
            return Err("the open questions were not asked".to_owned());
        }
        record.failed.sort();
        record.not_described.sort();
        record.not_described.dedup();
        Ok(record)
    }

    fn add(&mut self, event: Event) {
        match event {
            Event::NotAsked { reason } => *self.not_asked.entry(reason).or_default() += 1,
            Event::Question { asks, live, embedded } => self.questions.push(Answered { asks, live, embedded }),
            Event::NotDescribed { request, status } => {
                self.not_described.push(Exchange { request: without_names(&request), status });
            }
        }
    }

    /// Reads a file of `docs/live`. Its name must be its own, and its catalog the platform's.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let record: Self = serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?;
        if record.format != FORMAT {
            return Err(format!("{name}: the format is {}, not {FORMAT}", record.format));
        }
        if platform_of(&record.catalog).is_none() {
            return Err(format!("{name}: {} is not an API of the platform", record.catalog));
        }
        if record.file_name() != name {
            return Err(format!("{name}: the record is that of {}", record.file_name()));
        }
        Ok(record)
    }

    /// `2026-11-30-api.port.io.json`
    pub fn file_name(&self) -> String {
        format!("{}-{}.json", self.date, self.catalog.trim_start_matches("https://"))
    }

    pub fn text(&self) -> String {
        let value: Value = serde_json::to_value(self).expect("it is JSON");
        format!("{value:#}\n")
    }

    /// The asked questions that the organisation answers otherwise than the embedded catalog.
    fn otherwise(&self) -> impl Iterator<Item = &Answered> {
        self.questions.iter().filter(|it| it.live != it.embedded)
    }

    /// One line for the README.
    pub fn sentence(&self) -> String {
        format!(
            "The [API tests](docs/live.md) ran against {} on {}: {} passed, {} failed.\n",
            self.catalog,
            self.date,
            self.passed,
            self.failed.len()
        )
    }

    /// The section of `docs/live.md`.
    pub fn section(&self) -> String {
        let dirty = if self.dirty { " with uncommitted changes" } else { "" };
        let commit: String = self.commit.chars().take(12).collect();
        let mut text = format!(
            "## The last live run\n\nOn {}, against {}, with portolan {} (commit {commit}{dirty}): {} tests passed, {} failed, {} \
             could not be asked of an organisation. [All results](live/{}).\n",
            self.date,
            self.catalog,
            self.version,
            self.passed,
            self.failed.len(),
            self.not_asked.values().sum::<usize>(),
            self.file_name()
        );
        for failed in &self.failed {
            text.push_str(&format!("- failed: `{failed}`\n"));
        }
        let otherwise: Vec<&Answered> = self.otherwise().collect();
        if otherwise.is_empty() {
            text.push_str(&format!("\nAll {} open questions were answered as below.\n", self.questions.len()));
        } else {
            text.push_str(&format!(
                "\nOf {} open questions, these were answered otherwise than below:\n\n| Question | Answer |\n|---|---|\n",
                self.questions.len()
            ));
            otherwise.iter().for_each(|it| text.push_str(&format!("| {} | {} |\n", it.asks, it.live)));
        }
        if !self.not_described.is_empty() {
            text.push_str("\nNot in the description:\n\n");
            for Exchange { request, status } in &self.not_described {
                text.push_str(&format!("- `{request}`: {status}\n"));
            }
        }
        text.push('\n');
        text
    }
}

/// The request without its query, and without the names that a test made up.
fn without_names(request: &str) -> String {
    let path = request.split('?').next().unwrap_or_default();
    let segment = |segment: &str| match segment.starts_with(crate::api::PREFIX) {
        true => "{blueprint}".to_owned(),
        false => segment.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}
