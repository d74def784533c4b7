//! Runs Ocean, the platform's framework for integrations, against `serve`: an integration of two kinds, and again with
//! fewer entities. `PORTOLAN_TEST_OCEAN` names a Python that has `testdata/clients/ocean/requirements.txt`; without it
//! the test is left out with a notice.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::testkit::Repo;
use crate::testkit::plain::Plain;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};

/// A run takes a few seconds; on a loaded machine a minute.
const PATIENCE: Duration = Duration::from_secs(300);

#[test]
#[ignore = "slow"]
fn ocean_starts_writes_and_deletes_what_is_gone() {
    let Some(python) = std::env::var_os("PORTOLAN_TEST_OCEAN") else {
        eprintln!("left out: PORTOLAN_TEST_OCEAN names no Python with port-ocean (it needs Python 3.12 or later)");
        return;
    };
    let folder = Repo::new();
    folder.copy_from(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/clients/ocean")));
    let serving = Serving::start(&["--store", "memory"]);
    let catalog = Plain::connect(&serving.url);
    catalog_of_another_writer(&catalog);

    let log = run(Path::new(&python), folder.path(), &serving.url, 45);
    assert_eq!(errors(&log), [] as [&str; 0], "{log}");
    assert_eq!(identifiers(&catalog, "oceanOwner"), owners());
    assert_eq!(identifiers(&catalog, "oceanService"), services(45));
    let service = &catalog.must("GET", "blueprints/oceanService/entities/service-1", None)["entity"];
    assert_eq!(service["properties"]["note"], Value::Null, "{service}");
    assert_eq!(service["relations"]["owner"], "owner-1", "{service}");
    let first = integration(&catalog);
    assert_eq!(first["resyncState"]["status"], "completed", "{first}");

    let log = run(Path::new(&python), folder.path(), &serving.url, 40);
    assert_eq!(errors(&log), [] as [&str; 0], "{log}");
    assert_eq!(identifiers(&catalog, "oceanService"), services(40));
    assert_eq!(identifiers(&catalog, "oceanOwner"), owners());
    // It deletes what it wrote itself.
    assert_eq!(identifiers(&catalog, "mine"), BTreeSet::from(["of-somebody-else".to_owned()]));
}

fn catalog_of_another_writer(catalog: &Plain) {
    let blueprint = serde_json::json!({"identifier": "mine", "title": "Mine", "schema": {"properties": {}}});
    catalog.must("POST", "blueprints", Some(&blueprint));
    let entity = serde_json::json!({"identifier": "of-somebody-else"});
    catalog.must("POST", "blueprints/mine/entities", Some(&entity));
}

/// Runs the integration once, and returns its log.
fn run(python: &Path, folder: &Path, url: &str, count: usize) -> String {
    let path = folder.join(format!("run-{count}.log"));
    let log = File::create(&path).expect("a file can be made");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port is free").port();
    let mut command = Command::new(python);
    command.arg("sail.py").current_dir(folder).env_clear();
    for name in ["PATH", "HOME", "LANG"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.envs([
        ("OCEAN__PORT__BASE_URL", url),
        ("OCEAN__PORT__CLIENT_ID", CLIENT_ID),
        ("OCEAN__PORT__CLIENT_SECRET", CLIENT_SECRET),
        ("OCEAN__INTEGRATION__IDENTIFIER", "trial"),
        ("OCEAN__INTEGRATION__TYPE", "trial"),
        ("OCEAN__EVENT_LISTENER", "{\"type\": \"ONCE\"}"),
        ("OCEAN__CACHING_STORAGE_MODE", "memory"),
        ("NO_COLOR", "1"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ]);
    command.env("OCEAN_TEST_SERVICES", count.to_string()).env("OCEAN_TEST_PORT", port.to_string());
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file has a second handle")).stderr(log);
    let mut child = command.spawn().expect("Python runs");
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            break Some(status);
        }
        if started.elapsed() > PATIENCE {
            let _ended = child.kill();
            break None;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    let text = fs::read_to_string(&path).expect("the log can be read");
    assert!(status.is_some_and(|status| status.success()), "{status:?}\n{text}");
    text
}

/// Lines of the level ERROR or CRITICAL, and the last lines of tracebacks.
fn errors(log: &str) -> Vec<&str> {
    let is_error = |line: &&str| {
        let level = line.split('|').nth(1).unwrap_or_default().trim();
        matches!(level, "ERROR" | "CRITICAL") || line.starts_with("Traceback")
    };
    log.lines().filter(is_error).collect()
}

fn identifiers(catalog: &Plain, blueprint: &str) -> BTreeSet<String> {
    let listed = catalog.must("GET", &format!("blueprints/{blueprint}/entities"), None);
    let entities = listed["entities"].as_array().expect("a list");
    entities.iter().filter_map(|entity| entity["identifier"].as_str()).map(str::to_owned).collect()
}

fn owners() -> BTreeSet<String> {
    (0..3).map(|number| format!("owner-{number}")).collect()
}

fn services(count: usize) -> BTreeSet<String> {
    (0..count).map(|number| format!("service-{number}")).collect()
}

fn integration(catalog: &Plain) -> Value {
    catalog.must("GET", "integration/trial", None)["integration"].clone()
}
