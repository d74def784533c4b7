//! Records a run of the API tests against a live organisation (`docs/live.md`): `just live` runs them and writes a dated file
//! to `docs/live`, which the README and `docs/live.md` then show. Without such a file they show nothing.

#![expect(clippy::print_stdout, reason = "tells a maintainer what was recorded")]

mod record;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use portolan::domain::value::timestamp::Moment;

pub use record::Event;
use record::{Record, Run, platform_of};

use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};
use crate::testkit::update_is_asked_for;

/// The file that the suite appends its events to.
pub const EVENTS: &str = "PORTOLAN_LIVE_EVENTS";
/// What a run reports about each test is in the names of the tests.
const RUNS: [&[&str]; 2] = [
    &["api::", "--test-threads", "1"],
    &["api::questions::the_open_questions_are_asked", "--ignored", "--exact", "--test-threads", "1"],
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Reports an event of the suite, if somebody records it.
pub fn report(event: &Event) {
    use std::io::Write as _;
    let Some(path) = std::env::var_os(EVENTS) else { return };
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).expect("the file can be written");
    writeln!(file, "{}", serde_json::to_string(event).expect("it is JSON")).expect("the file can be written");
}

/// Runs the suite against `catalog` and writes the record to `folder`; returns its path.
fn record(catalog: &str, folder: &Path) -> Result<PathBuf, String> {
    if platform_of(catalog.trim_end_matches('/')).is_none() {
        return Err(format!(
            "PORTOLAN_LIVE_URL is {catalog}, which is not an API of the platform: a run against it is not recorded"
        ));
    }
    let events = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let mut output = String::new();
    for arguments in RUNS {
        let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
        command.args(arguments).env(EVENTS, events.path()).current_dir(root());
        let run = command.output().map_err(|error| error.to_string())?;
        output.push_str(&String::from_utf8_lossy(&run.stdout));
    }
    println!("{output}");
    let events = std::fs::read_to_string(events.path()).map_err(|error| error.to_string())?;
    let commit = git(&["rev-parse", "HEAD"]);
    let dirty = !git(&["status", "--porcelain", "--untracked-files=no"]).is_empty();
    let date = today();
    let run = Run { date: &date, catalog, commit: &commit, dirty, output: &output, events: &events };
    let record = Record::of(&run)?;
    write(&record, folder)
}

fn write(record: &Record, folder: &Path) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let path = folder.join(record.file_name());
    std::fs::write(&path, record.text()).map_err(|error| error.to_string())?;
    Ok(path)
}

fn git(arguments: &[&str]) -> String {
    let run = Command::new("git").args(arguments).current_dir(root()).output();
    run.map(|run| String::from_utf8_lossy(&run.stdout).trim().to_owned()).unwrap_or_default()
}

/// `2026-11-30`
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let now = Moment(i64::try_from(since.as_millis()).expect("it is not that late")).to_string();
    now.chars().take(10).collect()
}

/// The records in a folder, by name; an absent folder has none.
fn records(folder: &Path) -> Vec<Record> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("it is listed").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let read = |name: &String| {
        let text = std::fs::read_to_string(folder.join(name)).expect("it is text");
        Record::read(name, &text).expect("it is a record")
    };
    names.iter().map(read).collect()
}

/// Replaces what is between the two comments of a page.
fn with_section(page: &str, section: &str) -> String {
    let (head, rest) = page.split_once("<!-- live run -->\n").expect("where the section begins");
    let (_, tail) = rest.split_once("<!-- end of live run -->").expect("where the section ends");
    format!("{head}<!-- live run -->\n{section}<!-- end of live run -->{tail}")
}

/// The one command of a maintainer: `just live`.
#[test]
#[ignore = "live"]
fn a_live_run_is_recorded() {
    let Ok(catalog) = std::env::var("PORTOLAN_LIVE_URL") else {
        println!("nothing to record: PORTOLAN_LIVE_URL is not set");
        return;
    };
    let path = record(&catalog, &root().join("docs/live")).unwrap_or_else(|error| panic!("{error}"));
    println!("recorded in {}; `just accept` shows it in the README and in docs/live.md", path.display());
}

#[test]
fn the_last_live_run_is_shown_if_there_is_one() {
    let records = records(&root().join("docs/live"));
    let last = records.last();
    let pages = [
        ("README.md", last.map(Record::sentence).unwrap_or_default()),
        ("docs/live.md", last.map(Record::section).unwrap_or_default()),
    ];
    for (path, section) in pages {
        let path = root().join(path);
        let page = std::fs::read_to_string(&path).expect("the page is there");
        let fresh = with_section(&page, &section);
        if update_is_asked_for() {
            std::fs::write(&path, fresh).expect("the page can be written");
        } else {
            assert_eq!(page, fresh, "stale: `just accept` writes it");
        }
    }
}

#[test]
fn a_run_against_the_embedded_catalog_is_never_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let serving = Serving::start(&["--store", "memory"]);
    let others =
        ["http://api.port.io", "https://api.port.io.example", "https://api.port.io@127.0.0.1", "https://localhost"];
    for catalog in others.into_iter().chain([serving.url.as_str()]) {
        assert!(record(catalog, folder.path()).is_err(), "{catalog}");
        let run = Run { catalog, ..run() };
        assert!(Record::of(&run).is_err(), "{catalog}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
    // The same by the command of a maintainer.
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command.args(["live::a_live_run_is_recorded", "--ignored", "--exact"]).current_dir(root());
    command.env("PORTOLAN_LIVE_URL", &serving.url);
    command.env("PORTOLAN_LIVE_CLIENT_ID", CLIENT_ID).env("PORTOLAN_LIVE_CLIENT_SECRET", CLIENT_SECRET);
    let before = records(&root().join("docs/live")).len();
    let run = command.output().expect("it runs");
    assert!(!run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    assert_eq!(records(&root().join("docs/live")).len(), before);
}

const OUTPUT: &str = "\
running 4 tests
test api::bulk::entities_are_written ... ok
test api::search::pages_do_not_shift ... ok
test api::values::dates_keep_their_zone ... FAILED
test api::bench::figures ... ignored, slow
test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 700 filtered out
";

fn run() -> Run<'static> {
    Run {
        date: "2026-11-30",
        catalog: "https://api.port.io/",
        commit: "0123456789abcdef",
        dirty: false,
        output: OUTPUT,
        events: "",
    }
}

fn events() -> String {
    let question = |asks: &str, live: &str| Event::Question {
        asks: asks.to_owned(),
        live: live.to_owned(),
        embedded: "200".to_owned(),
    };
    let request = format!("GET /v1/blueprints/{}0123_service/entities?limit=1", crate::api::PREFIX);
    let events = [
        Event::NotAsked { reason: "it has teams".to_owned() },
        Event::NotAsked { reason: "it has teams".to_owned() },
        question("an upsert", "200"),
        question("a relabel", "410 gone"),
        Event::NotDescribed { request: request.clone(), status: 418 },
        Event::NotDescribed { request, status: 418 },
    ];
    events.iter().map(|event| serde_json::to_string(event).expect("JSON") + "\n").collect()
}

#[test]
fn a_record_has_what_the_run_found() {
    let events = events();
    let record = Record::of(&Run { events: &events, ..run() }).expect("it is recorded");
    assert_eq!((record.passed, record.failed.as_slice()), (2, &["api::values::dates_keep_their_zone".to_owned()][..]));
    assert_eq!(record.not_asked["it has teams"], 2);
    assert_eq!(record.not_described.len(), 1);
    assert_eq!(record.not_described[0].request, "GET /v1/blueprints/{blueprint}/entities");
    let folder = tempfile::tempdir().expect("a folder");
    assert!(records(folder.path()).is_empty());
    let path = write(&record, folder.path()).expect("it is written");
    assert_eq!(path.file_name().expect("a name"), "2026-11-30-api.port.io.json");
    assert_eq!(records(folder.path()), [record]);
    let record = &records(folder.path())[0];
    assert!(record.sentence().contains("2 passed, 1 failed"), "{}", record.sentence());
    let section = record.section();
    assert!(section.contains("| a relabel | 410 gone |") && !section.contains("| an upsert"), "{section}");
    let page = "# Live\n<!-- live run -->\nold\n<!-- end of live run -->\nrest\n";
    let fresh = with_section(page, &section);
    assert_eq!(with_section(&fresh, ""), "# Live\n<!-- live run -->\n<!-- end of live run -->\nrest\n");
}

#[test]
fn a_run_that_shows_nothing_has_no_record() {
    let events = events();
    assert!(Record::of(&Run { output: "running 0 tests\n", events: &events, ..run() }).is_err());
    assert!(Record::of(&run()).is_err(), "the questions were not asked");
    assert!(Record::of(&Run { events: "no JSON\n", ..run() }).is_err());
}

#[test]
fn a_file_that_is_no_record_of_a_platform_is_refused() {
    let events = events();
    let record = Record::of(&Run { events: &events, ..run() }).expect("it is recorded");
    let (name, text) = (record.file_name(), record.text());
    assert!(Record::read(&name, &text).is_ok());
    assert!(Record::read("2026-12-01-api.port.io.json", &text).is_err(), "another day");
    for (from, to) in [
        ("https://api.port.io", "http://127.0.0.1:8080"),
        ("portolan.live/1", "portolan.live/9"),
        ("\"passed\"", "\"past\""),
    ] {
        let forged = text.replace(from, to);
        assert_ne!(forged, text);
        assert!(Record::read(&name, &forged).is_err(), "{from}");
    }
}
