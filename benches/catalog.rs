//! Benchmarks the embedded catalog with the library's client, over loopback on one machine: writing and reading 100,000
//! entities, the start of `serve`, and many clients at once. Measurements and targets are printed; nothing fails
//! because of them. The client runs in a process of its own, so that its memory can be measured.
//!
//! `cargo bench --bench catalog` takes about two minutes; `-- --seconds N` sets how long the many clients send requests
//! (60), and `-- --entities N` the number of entities.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::panic,
    reason = "a bench prints what it measured, over plain sockets"
)]

#[path = "../tests/testkit/connected.rs"]
mod connected;
#[expect(dead_code, reason = "this bench asks, and sends little")]
#[path = "crowd.rs"]
mod crowd;
#[path = "../tests/testkit/serving.rs"]
mod serving;
#[path = "stock.rs"]
mod stock;

use std::process::{Command, Stdio};
use std::time::Instant;

use portolan::catalog::wire::WriteOptions;
use portolan::catalog::{Catalog, Part};
use portolan::domain::blueprint::Blueprint;
use portolan::domain::progress::Silent;

use connected::connect;
use serving::Serving;

const STARTS: usize = 21;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let number = |flag: &str, default: usize| {
        let at = arguments.iter().position(|it| it == flag);
        at.and_then(|at| arguments.get(at + 1)).map_or(default, |it| it.parse().expect("a number"))
    };
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", url, count] => write(url, count.parse().expect("a number")),
        ["read", url, count] => read(url, count.parse().expect("a number")),
        _ => measure(number("--entities", 100_000), number("--seconds", 60)),
    }
}

fn measure(entities: usize, seconds: usize) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = home.path().join("catalog.db");
    let store = file.to_str().expect("our names are UTF-8");
    let count = entities.to_string();
    {
        let serving = Serving::start(&["--store", store]);
        stock::prepare(&connect(&serving.url), &serving.url);
        child(&["write", &serving.url, &count]);
        child(&["write", &serving.url, &count]);
        child(&["read", &serving.url, &count]);
        child(&["read", &serving.url, &count]);
        crowd::ask(&serving.url, entities, seconds);
    }
    start("an empty one in memory", "memory");
    start("a file with all of them", store);
}

/// Runs this program again, as a client.
fn child(arguments: &[&str]) {
    let myself = std::env::current_exe().expect("this program has a path");
    let output = Command::new(myself).args(arguments).stderr(Stdio::inherit()).output().expect("it runs");
    assert!(output.status.success(), "{arguments:?}");
    print!("{}", String::from_utf8_lossy(&output.stdout));
}

fn write(url: &str, count: usize) {
    let client = connect(url);
    let drafts = stock::drafts(count);
    let options = WriteOptions { upsert: true, merge: true, ..WriteOptions::default() };
    let started = Instant::now();
    let written = client.upsert("service", &drafts, &options, &Silent).expect("it is written");
    let took = started.elapsed().as_secs_f64();
    let created = written.iter().flatten().filter(|it| it.created).count();
    let failed = written.iter().filter(|it| it.is_err()).count();
    println!(
        "bulk writing {count} entities ({created} new, {failed} failed): {:.0}/s in {took:.1} s, client {}   [wanted: 4,000/s]",
        count as f64 / took,
        peak_memory()
    );
}

fn read(url: &str, count: usize) {
    let client = connect(url);
    let blueprints = client.blueprints().expect("the blueprints are read").into_iter();
    let blueprints: Vec<Blueprint> = blueprints
        .filter(|it| it["identifier"] == "service")
        .map(|it| Blueprint::from_json(it).expect("a blueprint").0)
        .collect();
    let started = Instant::now();
    let snapshot = client.read(&blueprints, &Part::Whole, &Silent).expect("it is read");
    let took = started.elapsed().as_secs_f64();
    let all = if snapshot.is_complete() && snapshot.len() == count { "all" } else { "NOT ALL" };
    println!(
        "reading {} entities ({all}): {:.0}/s in {took:.2} s, client {}   [wanted: 40,000/s, 400 MiB]",
        snapshot.len(),
        snapshot.len() as f64 / took,
        peak_memory()
    );
}

/// The median time from the start of the process to the first response of the API.
fn start(what: &str, store: &str) {
    let mut times: Vec<f64> = (0..STARTS)
        .map(|_| {
            let started = Instant::now();
            let serving = Serving::start(&["--store", store]);
            crowd::authenticate(&serving.url);
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "start of serve to the first answer, {what}: {:.1} ms, at worst {:.1} ms of {STARTS}   [wanted: 50 ms]",
        times[STARTS / 2],
        times[STARTS - 1]
    );
}

/// The peak memory of this process, if the system reports it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok());
    kibibytes.map_or_else(|| "memory unknown".to_owned(), |it| format!("peak {} MiB", it / 1024))
}
