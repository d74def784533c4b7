//! Benchmarks `diff` as a whole process, against a minimal program that reads the same two sides and compares nothing;
//! the planner alone; and shapes of relations that are hard for a planner. Measurements and targets are printed, and
//! nothing fails because of them.
//!
//! `cargo bench --bench plan` creates its own corpus of 20,000 entities, 1 % of them changed; `-- --entities N` sets
//! another number.

#![expect(clippy::print_stdout, clippy::disallowed_methods, clippy::panic, reason = "a bench prints what it measured")]

#[path = "corpus.rs"]
mod corpus;
#[path = "../tests/testkit/serving.rs"]
mod serving;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use portolan::catalog::{Catalog, Part};
use portolan::domain::blueprint::Blueprint;
use portolan::domain::document::span::Span;
use portolan::domain::entity::desired::{Desired, DesiredField, DesiredProperty, DesiredRelation, Teams};
use portolan::domain::entity::fields::Texts;
use portolan::domain::entity::{Entity, EntityKey, Owner, Record, Targets};
use portolan::domain::finding::{FileId, Place};
use portolan::domain::plan::Plan;
use portolan::domain::plan::write_mode::{PruneRule, Write, WriteMode};
use portolan::domain::progress::Silent;
use portolan::domain::snapshot::{Completeness, Shelf, Snapshot};
use portolan::domain::value::Value;
use portolan::embedded::LocalCatalog;
use portolan::embedded::store::{Store, system_clock};
use portolan::manifest::{Limits, Reader, decode};
use portolan::plan::{Adopt, Deletes, Destination, PlanInput, plan};
use portolan::sources::{Pattern, discover, for_each_text};
use portolan::text::mask::Mask;
use serde_json::json;

use serving::{CLIENT_ID, CLIENT_SECRET, Serving};

const RUNS: usize = 9;
const SCOPE: &str = "acme/bench";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare", folder] => println!("{}", bare(Path::new(folder))),
        ["--entities", count] => measure(count.parse().expect("a number")),
        _ => measure(20_000),
    }
}

fn measure(count: usize) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("repo");
    corpus::write(&folder, count, false);
    let config = std::fs::read_to_string(folder.join("portolan.yaml")).expect("the corpus has a config");
    std::fs::write(folder.join("portolan.yaml"), format!("{config}scope: {SCOPE}\n")).expect("it can be written");
    let store = folder.join(".portolan/local.db");
    let (store, root) = (store.to_str().expect("UTF-8"), folder.to_str().expect("UTF-8"));
    let serving = Serving::start(&["--store", store, "--seed", root]);
    let changed = touch(&folder);
    println!("{count} entities, {changed} of them changed; medians of {RUNS}");
    whole(&folder);
    over_http(&folder, &serving.url);
    drop(serving);
    planner(&folder);
    shapes();
}

/// Changes one of a hundred files.
fn touch(folder: &Path) -> usize {
    let pattern = Pattern::new(&["catalog/**/*.yaml"], &[]).expect("a legal pattern");
    let files = discover(folder, &pattern).expect("the corpus can be walked").files;
    let mut changed = 0;
    for file in files.iter().skip(99).step_by(100) {
        let path = folder.join(&file.path);
        let text = std::fs::read_to_string(&path).expect("it can be read");
        std::fs::write(path, text.replace("    lifecycle: ", "    lifecycle: deprecated # "))
            .expect("it can be written");
        changed += 1;
    }
    changed
}

/// The lower bound: both sides are read, and nothing is compared.
fn bare(folder: &Path) -> usize {
    let pattern = Pattern::new(&["catalog/**/*.yaml"], &[]).expect("a legal pattern");
    let files = discover(folder, &pattern).expect("the corpus can be walked").files;
    let make = || (Reader::new(Limits::default()), Vec::new());
    let found = for_each_text(&files, make, |(reader, manifests), index, text| {
        let mut found = 0;
        let name = files[index].path.rsplit('/').next().unwrap_or_default();
        if let Ok(text) = text {
            reader.read(text.text, &mut |document| {
                manifests.clear();
                decode(document.view, name, manifests);
                found += manifests.len();
            });
        }
        found
    });
    let (_, snapshot) = stored(folder);
    found.into_iter().sum::<usize>() + snapshot.len()
}

fn stored(folder: &Path) -> (Vec<Blueprint>, Snapshot) {
    let store = Store::open(&folder.join(".portolan/local.db"), system_clock()).expect("it opens");
    let owner = Owner { scope: SCOPE.to_owned() };
    let catalog = LocalCatalog::of(store, "the bench's".to_owned(), &owner.user_agent());
    let blueprints = catalog.blueprints().expect("they are read").into_iter();
    let blueprints: Vec<Blueprint> = blueprints
        .filter(|it| it["identifier"].as_str().is_some_and(|name| !name.starts_with('_')))
        .map(|it| Blueprint::from_json(it).expect("a blueprint").0)
        .collect();
    let snapshot = catalog.read(&blueprints, &Part::Whole, &Silent).expect("it is read");
    (blueprints, snapshot)
}

fn whole(folder: &Path) {
    let bare = || {
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.args(["bare", &folder.display().to_string()]);
        command
    };
    let diff = || diff(folder, &[]);
    let _warm = (run(diff()), run(bare()));
    let pairs: Vec<_> = (0..RUNS).map(|_| (run(diff()), run(bare()))).collect();
    let ratio = median(pairs.iter().map(|(diff, bare)| diff.0 / bare.0).collect());
    type Pair = ((f64, u64), (f64, u64));
    let of = |which: fn(&Pair) -> f64| median(pairs.iter().map(which).collect());
    let peak = pairs.iter().map(|(diff, _)| diff.1).max().unwrap_or_default();
    println!(
        "diff {:.0} ms, both sides read {:.0} ms, ratio {ratio:.2}, peak {peak} MiB   [wanted: 1.40, 500 MiB]",
        of(|pair| pair.0.0),
        of(|pair| pair.1.0),
    );
}

fn over_http(folder: &Path, url: &str) {
    let credentials = [("PORTOLAN_CATALOG", url), ("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)];
    let runs: Vec<_> = (0..RUNS).map(|_| run(diff(folder, &credentials))).collect();
    let peak = runs.iter().map(|run| run.1).max().unwrap_or_default();
    let time = median(runs.iter().map(|run| run.0).collect());
    println!("diff over HTTP {time:.0} ms, peak {peak} MiB   [wanted: 3,000 ms, 500 MiB]");
}

fn diff(folder: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_portolan")));
    command.args(["-C", &folder.display().to_string(), "diff", "--output", "summary"]).env_clear();
    command.envs(variables.iter().copied());
    command
}

/// Milliseconds, and the peak memory in MiB.
fn run(mut command: Command) -> (f64, u64) {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs");
    let status = format!("/proc/{}/status", child.id());
    let watch = std::thread::spawn(move || {
        let mut most = 0;
        while let Ok(text) = std::fs::read_to_string(&status) {
            let Some(line) = text.lines().find_map(|line| line.strip_prefix("VmHWM:")) else { break };
            let kibibytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().unwrap_or_default();
            most = kibibytes.max(most);
            std::thread::sleep(std::time::Duration::from_millis(3));
        }
        most / 1024
    });
    assert!(child.wait().expect("it ends").success(), "{command:?}");
    (start.elapsed().as_secs_f64() * 1000.0, watch.join().expect("it only reads"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Plans manifests that equal what is stored, except for one of a hundred.
fn planner(folder: &Path) {
    let (blueprints, snapshot) = stored(folder);
    let entities = snapshot.blueprints.values().flat_map(|shelf| &shelf.entities);
    let mut desired: Vec<Desired> = entities.clone().enumerate().map(|(at, entity)| wanted(at, entity)).collect();
    for desired in desired.iter_mut().step_by(100) {
        desired.texts.title = DesiredField::set("otherwise".into(), Span::default());
    }
    let owned: Vec<EntityKey> = entities.map(|entity| entity.key.clone()).collect();
    let time = timed(|| ask(&desired, &snapshot, &blueprints, &owned));
    println!("planning alone {time:.1} ms of {} entities   [wanted: 150 ms]", desired.len());
}

fn wanted(at: usize, entity: &Entity) -> Desired {
    let span = Span::default();
    let text = |text: Option<Box<str>>| text.map_or_else(DesiredField::default, |text| DesiredField::set(text, span));
    let properties = entity.properties.iter().filter(|(_, value)| !value.is_null());
    Desired {
        key: entity.key.clone(),
        texts: entity.texts.clone().map(text),
        team: DesiredField::set(Teams::Many(entity.team.clone()), span),
        properties: properties
            .map(|(name, value)| DesiredProperty { name: name.clone(), value: value.clone(), span })
            .collect(),
        relations: entity
            .relations
            .iter()
            .map(|(name, targets)| DesiredRelation { name: name.clone(), targets: targets.clone(), span })
            .collect(),
        renamed_from: None,
        place: Place { file: FileId(u32::try_from(at).expect("few files")), span },
        is_bare: false,
    }
}

fn ask(desired: &[Desired], actual: &Snapshot, blueprints: &[Blueprint], owned: &[EntityKey]) -> Plan {
    plan(&PlanInput {
        clears_dropped: true,
        deletes: Deletes::Undeclared,
        is_exported: false,
        desired,
        base: None,
        actual,
        blueprints,
        owned,
        write: &Write::every(WriteMode::Merge),
        policies: &[],
        prune: PruneRule { enabled: true, max: 5, max_percent: 10 },
        destination: Destination { platform: "port", catalog: "https://api.port.io", target: None, scope: SCOPE },
        adopt: Adopt::Nothing,
        only_branch: false,
        unread: &[],
        moves: &[],
        only: None,
        changed_since: &[],
        mask: MASK.get_or_init(|| Mask::derived(b"the key of the benchmark", Vec::new())),
    })
}

/// The mask that every plan requires.
static MASK: std::sync::OnceLock<Mask> = std::sync::OnceLock::new();

fn timed(work: impl Fn() -> Plan) -> f64 {
    let _warm = work();
    let time = || {
        let start = Instant::now();
        let plan = work();
        let took = start.elapsed().as_secs_f64() * 1000.0;
        drop(plan);
        took
    };
    median((0..RUNS).map(|_| time()).collect())
}

/// Plans in which everything is created, or everything deleted, so that relations determine the order. Twice as many
/// entities must take about twice as long.
fn shapes() {
    type Links = fn(usize, usize) -> Vec<usize>;
    let star: Links = |at, _| if at == 0 { Vec::new() } else { vec![0] };
    let chain: Links = |at, count| if at + 1 < count { vec![at + 1] } else { Vec::new() };
    let ring: Links = |at, count| vec![(at + 1) % count];
    for (name, links, count) in
        [("relations into one", star, 1_000), ("entities in a chain", chain, 10_000), ("in a circle", ring, 5_000)]
    {
        let [once, twice] = [count, 2 * count].map(|count| both(links, count));
        println!(
            "{count} {name}: to come {:.1} ms (twice as many {:.1} ms), to go {:.1} ms (twice as many {:.1} ms)",
            once.0, twice.0, once.1, twice.1
        );
    }
}

fn both(links: fn(usize, usize) -> Vec<usize>, count: usize) -> (f64, f64) {
    let blueprint = json!({"identifier": "node", "title": "Node", "schema": {"properties": {}, "required": []},
        "relations": {"to": {"target": "node", "required": false, "many": true}}});
    let blueprints = [Blueprint::from_json(blueprint).expect("a blueprint").0];
    let name: Arc<str> = "to".into();
    let identifier = |at: usize| format!("n{at:06}").into_boxed_str();
    let entity = |at: usize| Entity {
        key: EntityKey { blueprint: "node".into(), identifier: identifier(at) },
        texts: Texts::default(),
        team: Box::default(),
        properties: Box::new([] as [(Arc<str>, Value); 0]),
        relations: [(name.clone(), Targets::Many(links(at, count).into_iter().map(identifier).collect()))].into(),
        record: Record::default(),
    };
    let entities: Vec<Entity> = (0..count).map(entity).collect();
    let owned: Vec<EntityKey> = entities.iter().map(|entity| entity.key.clone()).collect();
    let desired: Vec<Desired> = entities.iter().enumerate().map(|(at, entity)| wanted(at, entity)).collect();
    let snapshot = |entities| {
        let shelf = Shelf { entities, completeness: Completeness::Complete };
        Snapshot { blueprints: [("node".to_owned(), shelf)].into() }
    };
    let (empty, full) = (snapshot(Vec::new()), snapshot(entities));
    let coming = timed(|| ask(&desired, &empty, &blueprints, &[]));
    let going = timed(|| ask(&[], &full, &blueprints, &owned));
    (coming, going)
}
