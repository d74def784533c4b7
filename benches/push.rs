//! Benchmarks `push` as a whole process against a served catalog: all entities new, against the same requests sent as
//! fast as the server accepts them; a part changed, and no changes, against `diff`; and the number of requests with a
//! rate limit and with failures. Measurements and targets are printed, and nothing fails because of them.
//!
//! `cargo bench --bench push` creates its own corpus of 20,000 entities; `-- --entities N` sets another number.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::panic,
    reason = "a bench prints what it measured, over plain sockets"
)]

#[path = "corpus.rs"]
mod corpus;
#[expect(dead_code, reason = "this bench sends, and asks nothing")]
#[path = "crowd.rs"]
mod crowd;
#[expect(dead_code, unused_imports, reason = "this bench uses a part of it, and not its tests")]
#[path = "../tests/testkit/faulty.rs"]
mod faulty;
#[expect(dead_code, reason = "this bench serves by itself")]
#[path = "../tests/testkit/serving.rs"]
mod serving;
#[expect(dead_code, reason = "this bench has its own entities")]
#[path = "stock.rs"]
mod stock;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use portolan::catalog::wire::Writer;
use portolan::domain::secret::Secret;
use portolan::embedded::server;
use portolan::embedded::server::{LogLine, Rate, Running, ServerConfig};
use portolan::embedded::store::{Store, system_clock};
use serde_json::Value;

use faulty::{Fault, Faulty, Schedule};
use serving::{CLIENT_ID, CLIENT_SECRET};

const RUNS: usize = 5;
/// The number of threads that send as fast as the server accepts.
const SENDERS: usize = 16;
const SQUADS: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--entities", count] => measure(count.parse().expect("a number")),
        _ => measure(20_000),
    }
}

fn measure(count: usize) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("repo");
    corpus::write(&folder, count, false);
    let config = std::fs::read_to_string(folder.join("portolan.yaml")).expect("the corpus has a config");
    std::fs::write(folder.join("portolan.yaml"), format!("{config}scope: acme/bench\n")).expect("it can be written");
    println!("{count} entities; medians of {RUNS}");
    let full = creates(&folder, count);
    changes(&folder, &full);
    drop(full);
    haste(&folder);
    trouble(&folder);
}

/// A catalog with the blueprints that counts requests.
struct Served {
    running: Running,
    store: Store,
    calls: Arc<AtomicUsize>,
    throttled: Arc<AtomicUsize>,
    _home: tempfile::TempDir,
}

fn serve(folder: &Path, rate: Option<Rate>) -> Served {
    let home = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(&home.path().join("catalog.db"), system_clock()).expect("it opens");
    let writer = Writer { id: "bench".to_owned(), user_agent: "bench".to_owned(), now: store.now() };
    for name in ["squad", "service"] {
        let path = folder.join(format!(".portolan/blueprints/{name}.json"));
        let text = std::fs::read_to_string(path).expect("the corpus has it");
        store.create_blueprint(text.parse().expect("it is JSON"), &writer).expect("it is a blueprint");
    }
    let (calls, throttled) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (all, refused) = (Arc::clone(&calls), Arc::clone(&throttled));
    let log = move |line: &LogLine| {
        all.fetch_add(1, Ordering::Relaxed);
        refused.fetch_add(usize::from(line.status == 429), Ordering::Relaxed);
    };
    let credentials = server::Credentials { id: CLIENT_ID.to_owned(), secret: Secret::new(CLIENT_SECRET) };
    let config = ServerConfig { rate, log: Box::new(log), ..ServerConfig::new(store.clone(), credentials) };
    Served { running: server::start(config).expect("it starts"), store, calls, throttled, _home: home }
}

/// The milliseconds of the whole process.
fn run(folder: &Path, url: &str, verb: &[&str]) -> f64 {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_portolan")));
    command.env_clear().env("PORT_CLIENT_ID", CLIENT_ID).env("PORT_CLIENT_SECRET", CLIENT_SECRET);
    command.args(["-C", &folder.display().to_string(), "--catalog", url]).args(verb);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let output = command.output().expect("the program runs");
    let took = start.elapsed().as_secs_f64() * 1000.0;
    assert!(output.status.success(), "{verb:?}: {}", String::from_utf8_lossy(&output.stderr));
    took
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn creates(folder: &Path, count: usize) -> Served {
    let waves = waves(folder);
    let mut full = None;
    let mut pairs = Vec::new();
    for _ in 0..RUNS {
        let bare = serve(folder, None);
        let start = Instant::now();
        send(&bare.running.url(), &waves);
        let sent = start.elapsed().as_secs_f64() * 1000.0;
        assert_eq!(stored(&bare.store), count);
        let served = full.insert(serve(folder, None));
        let outcome = folder.join("outcome.json");
        let told = format!("json={}", outcome.display());
        let pushed = run(folder, &served.running.url(), &["push", "--yes", "--output", &told]);
        assert_eq!(stored(&served.store), count);
        let outcome = std::fs::read_to_string(outcome).expect("it was written");
        let outcome: Value = serde_json::from_str(&outcome).expect("it is JSON");
        pairs.push((pushed, sent, outcome["milliseconds"].as_f64().expect("a number")));
    }
    let ratio = median(pairs.iter().map(|(pushed, sent, _)| pushed / sent).collect());
    println!(
        "push of {count} creates in {} calls and {} waves {:.0} ms, the same calls sent {:.0} ms, ratio {ratio:.2}   [wanted: 1.30]",
        waves.iter().map(Vec::len).sum::<usize>(),
        waves.len(),
        median(pairs.iter().map(|pair| pair.0).collect()),
        median(pairs.iter().map(|pair| pair.1).collect()),
    );
    println!(
        "of it writing, after lint, reading and planning: {:.0} ms, ratio {:.2}   [wanted: 1.30]",
        median(pairs.iter().map(|pair| pair.2).collect()),
        median(pairs.iter().map(|(_, sent, writing)| writing / sent).collect()),
    );
    full.expect("there was a run")
}

fn stored(store: &Store) -> usize {
    let count = |name| usize::try_from(store.count(name).expect("it is there")).expect("few");
    count("squad") + count("service")
}

/// The path and body of a bulk request.
type Bulk = (String, String);

/// The exact requests of a push, in waves whose requests can be sent in any order.
fn waves(folder: &Path) -> Vec<Vec<Bulk>> {
    let served = serve(folder, None);
    let faulty = Faulty::before(&served.running.url(), Schedule { seed: 1, faults: Vec::new(), percent: 0 });
    faulty.record();
    run(folder, &faulty.url, &["push", "--yes"]);
    let calls = faulty.recorded().into_iter().filter_map(|(line, body)| {
        let path = line.strip_prefix("POST ")?.strip_suffix(" HTTP/1.1")?.to_owned();
        path.contains("/entities/bulk").then_some((path, body))
    });
    let (mut waves, mut wave): (Vec<Vec<Bulk>>, Vec<Bulk>) = (Vec::new(), Vec::new());
    // The entities that the current wave creates.
    let (mut made, mut seen): (HashSet<String>, HashSet<String>) = (HashSet::new(), HashSet::new());
    for (path, body) in calls {
        let parsed: Value = serde_json::from_str(&body).expect("it is JSON");
        let entities = parsed["entities"].as_array().expect("a list");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let targets = entities.iter().filter_map(|entity| entity["relations"].as_object()).flat_map(|it| it.values());
        let targets = targets.flat_map(|it| it.as_array().cloned().unwrap_or_else(|| vec![it.clone()]));
        if targets.filter_map(|target| text(&target)).any(|target| made.contains(&target)) {
            waves.push(std::mem::take(&mut wave));
            made.clear();
        }
        let names = entities.iter().filter_map(|entity| text(&entity["identifier"]));
        made.extend(names.filter(|name| seen.insert(name.clone())));
        wave.push((path, body));
    }
    waves.push(wave);
    waves
}

/// Sends the waves as fast as the server accepts them.
fn send(url: &str, waves: &[Vec<Bulk>]) {
    let token = crowd::authenticate(url);
    for wave in waves {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..SENDERS {
                scope.spawn(|| {
                    let mut line = crowd::Line::to(url, &token);
                    while let Some((path, body)) = wave.get(next.fetch_add(1, Ordering::Relaxed)) {
                        assert_eq!(line.post(path, body), 200);
                    }
                });
            }
        });
    }
}

fn changes(folder: &Path, full: &Served) {
    let url = full.running.url();
    let diff = || run(folder, &url, &["diff", "--output", "summary"]);
    let push = || run(folder, &url, &["push", "--yes"]);
    let mut some = Vec::new();
    for turn in 0..RUNS {
        touch(folder, turn);
        some.push((diff(), push()));
    }
    let nothing: Vec<(f64, f64)> = (0..RUNS).map(|_| (diff(), push())).collect();
    for (what, pairs, wanted) in [("1 % changed", some, "2.00"), ("nothing to do", nothing, "1.00")] {
        println!(
            "{what}: diff {:.0} ms, push {:.0} ms, ratio {:.2}   [wanted: {wanted}]",
            median(pairs.iter().map(|pair| pair.0).collect()),
            median(pairs.iter().map(|pair| pair.1).collect()),
            median(pairs.iter().map(|(diff, push)| push / diff).collect()),
        );
    }
}

/// Changes one of a hundred files, others each time.
fn touch(folder: &Path, turn: usize) {
    let pattern = portolan::sources::Pattern::new(&["catalog/**/*.yaml"], &[]).expect("a legal pattern");
    let files = portolan::sources::discover(folder, &pattern).expect("the corpus can be walked").files;
    for file in files.iter().skip(SQUADS + turn).step_by(100) {
        let path = folder.join(&file.path);
        let text = std::fs::read_to_string(&path).expect("it can be read");
        std::fs::write(path, text.replace("    description: |\n", "    description: |\n      Changed.\n"))
            .expect("it can be written");
    }
}

fn haste(folder: &Path) {
    for (requests, seconds) in [(35_000, 300), (200, 1)] {
        let served = serve(folder, Some(Rate { requests, period: Duration::from_secs(seconds) }));
        let took = run(folder, &served.running.url(), &["push", "--yes"]);
        println!(
            "{requests} calls in {seconds} s announced: {} calls in {took:.0} ms, {} of them throttled   [wanted: 0]",
            served.calls.load(Ordering::Relaxed),
            served.throttled.load(Ordering::Relaxed)
        );
    }
}

fn trouble(folder: &Path) {
    let faults = [
        Fault::InternalError,
        Fault::BadGateway,
        Fault::GatewayTimeout,
        Fault::RequestTimeout,
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::CutInBody,
        Fault::Truncated,
    ];
    let calls = |percent: u64| {
        let served = serve(folder, None);
        let faulty = Faulty::before(&served.running.url(), Schedule { seed: 5, faults: faults.to_vec(), percent });
        let took = run(folder, &faulty.url, &["push", "--yes"]);
        (faulty.requests(), took)
    };
    let ((calm, easy), (troubled, hard)) = (calls(0), calls(5));
    println!(
        "5 % of calls failing: {troubled} calls in the place of {calm} ({hard:.0} ms for {easy:.0} ms), ratio {:.2}   [wanted: 1.25]",
        troubled as f64 / calm as f64
    );
}
