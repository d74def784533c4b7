//! Laws of `push` with the real binary over real HTTP: killed, throttled, cut off or concurrent with another push, it
//! leaves a state that the next push completes; foreign entities are never changed, and nothing is deleted without
//! approval; it does not exceed the rate limit by itself, and faults cost only few additional requests.

mod forged;
mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::testkit::Repo;
use crate::testkit::faulty::{Fault, Faulty, Schedule};
use crate::testkit::plain::Plain;
use crate::testkit::seeds::seeds;
use crate::testkit::serving::{CLIENT_SECRET, Serving};
use scene::{Ended, Scene, begin, command, ended, of};

/// The same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn services(range: std::ops::Range<u64>, size: u64) -> BTreeMap<String, u64> {
    range.map(|at| (format!("s{at:04}"), size)).collect()
}

fn numbers(outcome: &serde_json::Value) -> [u64; 3] {
    ["created", "updated", "deleted"].map(|name| outcome["ends"][name].as_u64().unwrap_or_default())
}

/// Checks that every declared entity is as declared, foreign ones are unchanged, and there are no others.
#[track_caller]
fn is_settled(scene: &Scene, declared: &BTreeMap<String, u64>, foreign: &BTreeMap<String, serde_json::Value>) {
    let mut expected = foreign.clone();
    expected.extend(declared.iter().map(|(name, size)| (name.clone(), json!([null, {"size": size}, {"next": null}]))));
    assert_eq!(scene.stored(), expected);
}

/// Checks that the outcome matches what was created, changed and deleted.
#[track_caller]
fn agrees(push: &Ended, before: &BTreeMap<String, serde_json::Value>, after: &BTreeMap<String, serde_json::Value>) {
    let created = after.keys().filter(|name| !before.contains_key(*name)).count() as u64;
    let deleted = before.keys().filter(|name| !after.contains_key(*name)).count() as u64;
    let updated = after.iter().filter(|(name, now)| before.get(*name).is_some_and(|then| then != *now)).count() as u64;
    assert_eq!(numbers(&push.outcome()), [created, updated, deleted], "{}", push.talk);
}

#[test]
#[ignore = "slow"]
fn a_push_that_is_killed_is_finished_by_the_next() {
    let scene = Scene::set(Some((60, 1)), 5);
    scene.foreign((0..30).map(|at| format!("theirs{at:02}")));
    let foreign = scene.stored();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut declared = services(0..400, 0);
    for round in 1..=4 {
        let before = declared.clone();
        // Some entities stay unchanged, some change, some are removed, some are added.
        declared.retain(|_, _| dice.roll(5) > 0);
        declared.values_mut().for_each(|size| *size = if dice.roll(2) == 0 { *size } else { round });
        declared.extend(services(round * 400..round * 400 + 200, round));
        scene.declare(&declared);
        for _ in 0..3 {
            let wanted = scene.journal.writes() + 1 + usize::try_from(dice.roll(9)).expect("it is small");
            let mut child = scene.begin(&scene.running.url(), "push --output json");
            while scene.journal.writes() < wanted && child.try_wait().expect("it can be asked").is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            child.kill().expect("it is killed, or over");
            of(child);
            scene.wait_until_idle();
            let stored = scene.stored();
            for (name, entity) in &foreign {
                assert_eq!(stored.get(name), Some(entity), "round {round}: it is somebody else's");
            }
            for name in before.keys().filter(|name| round > 1 && declared.contains_key(*name)) {
                assert!(stored.contains_key(name), "round {round}: `{name}` is declared, and gone");
            }
            let known =
                |name: &String| before.contains_key(name) || declared.contains_key(name) || foreign.contains_key(name);
            assert!(stored.keys().all(known), "round {round}: nobody asked for some of {:?}", stored.keys());
        }
        let before = scene.stored();
        let last = scene.push(&scene.running.url(), "push --output json");
        agrees(last.went_well(), &before, &scene.stored());
        is_settled(&scene, &declared, &foreign);
        let again = scene.push(&scene.running.url(), "push --output json");
        assert_eq!(numbers(&again.went_well().outcome()), [0, 0, 0]);
    }
    // After a kill, the next run does not know how much of the rate limit is used, until one response says so.
    let throttled = scene.journal.of_status(429);
    assert!(throttled <= 4 * 5, "it was throttled {throttled} times by its own haste");
}

#[test]
fn what_nobody_said_yes_to_stays_whatever_was_killed_before() {
    let scene = Scene::set(None, 5);
    scene.repo.write("portolan.yaml", "scope: acme/catalog\nprune: {max: 5}\n");
    scene.declare(&services(0..300, 0));
    scene.push(&scene.running.url(), "push").went_well();
    let mut left = services(40..300, 1);
    left.extend(services(300..600, 1));
    scene.declare(&left);
    let refused = scene.push(&scene.running.url(), "push");
    assert_eq!(refused.code, Some(4), "{}", refused.talk);
    let digest = refused.talk.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).expect("a digest").to_owned();
    let names = scene.names();
    assert!(names.len() == 300 && scene.stored().values().all(|entity| entity[1]["size"] == 0), "nothing was written");
    // An approval of these forty does not cover others.
    let wanted = scene.journal.writes() + 6;
    let mut child = scene.begin(&scene.running.url(), &format!("push --approve {digest}"));
    while scene.journal.writes() < wanted && child.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("it is killed, or over");
    of(child);
    scene.wait_until_idle();
    let more: BTreeMap<String, u64> = left.iter().skip(10).map(|(name, size)| (name.clone(), *size)).collect();
    scene.declare(&more);
    let other = scene.push(&scene.running.url(), &format!("push --approve {digest}"));
    assert_eq!(other.code, Some(4), "{}{}", other.results, other.talk);
    assert!(left.keys().take(10).all(|name| scene.names().contains(name)), "nobody said yes to these");
    scene.declare(&left);
    scene.push(&scene.running.url(), &format!("push --approve {digest}")).went_well();
    is_settled(&scene, &left, &BTreeMap::new());
}

/// Two states of one scope are pushed concurrently: the push that cannot complete reports it, and the next push
/// completes it.
#[test]
#[ignore = "slow"]
fn two_at_once_end_well_or_one_is_told() {
    for seed in seeds(3, 100) {
        let scene = Scene::set(None, 5);
        let mut dice = Dice(seed);
        let first = services(0..200, 1);
        scene.declare(&first);
        scene.push(&scene.running.url(), "push").went_well();
        let states: Vec<BTreeMap<String, u64>> = (0..2)
            .map(|_| {
                let mut state = services(0..300, 2 + dice.roll(2));
                state.retain(|_, _| dice.roll(4) > 0);
                state
            })
            .collect();
        for both in [[&states[0], &states[0]], [&states[0], &states[1]]] {
            let repos: Vec<Repo> = both.iter().map(|state| copy(&scene, state)).collect();
            let start = |repo: &Repo| begin(&mut command(repo.path(), &scene.running.url(), "push --output json"));
            let children: Vec<_> = repos.iter().map(start).collect();
            let ends: Vec<Ended> = children.into_iter().map(of).collect();
            for end in &ends {
                assert!(matches!(end.code, Some(0 | 3 | 4)), "{:?}: {}", end.code, end.talk);
                assert_eq!(end.code == Some(0), end.outcome()["complete"] == true, "{}", end.results);
            }
            let known: BTreeSet<&String> = first.keys().chain(both[0].keys()).chain(both[1].keys()).collect();
            assert!(scene.names().iter().all(|name| known.contains(name)));
            if both[0] == both[1] && ends.iter().all(|end| end.code == Some(0)) {
                is_settled(&scene, both[0], &BTreeMap::new());
            }
            ended(&mut command(repos[0].path(), &scene.running.url(), "push")).went_well();
            is_settled(&scene, both[0], &BTreeMap::new());
        }
    }
}

/// Another checkout of the repository, in another state.
fn copy(scene: &Scene, state: &BTreeMap<String, u64>) -> Repo {
    scene.declare(state);
    let repo = Repo::new();
    repo.copy_from(scene.repo.path());
    repo
}

#[test]
#[ignore = "slow"]
fn what_the_catalog_announces_is_never_passed() {
    // The push needs more than 150 requests, so it waits once. The window is long, because a machine that stalls for the
    // length of one moves requests into the next.
    let scene = Scene::set(Some((100, 8)), 0);
    let all = services(0..3000, 1);
    scene.declare(&all);
    scene.push(&scene.running.url(), "push").went_well();
    assert!(scene.journal.calls() > 150, "{}", scene.journal.calls());
    assert_eq!(scene.journal.of_status(429), 0, "of {}", scene.journal.calls());
    is_settled(&scene, &all, &BTreeMap::new());
}

const PASSING: &[Fault] = &[
    Fault::InternalError,
    Fault::BadGateway,
    Fault::GatewayTimeout,
    Fault::RequestTimeout,
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::CutInBody,
    Fault::Truncated,
];

#[test]
#[ignore = "slow"]
fn trouble_costs_few_calls_more() {
    let all = services(0..4000, 1);
    let calls = |percent: u64, seed: u64| {
        let scene = Scene::set(None, 0);
        scene.declare(&all);
        let faulty = Faulty::before(&scene.running.url(), Schedule { seed, faults: PASSING.to_vec(), percent });
        scene.push(&faulty.url, "push").went_well();
        is_settled(&scene, &all, &BTreeMap::new());
        faulty.requests()
    };
    let calm = calls(0, 1);
    for seed in seeds(2, 100) {
        let troubled = calls(5, seed);
        assert!(troubled > calm && troubled * 4 <= calm * 5, "{troubled} calls in the place of {calm}");
    }
}

/// The valid examples, each with its minimum number of entities.
const VALID: [(&str, u64); 2] = [("acme", 100), ("shop", 10)];

#[test]
fn an_example_is_pushed_over_http_and_then_there_is_nothing_to_do() {
    let mut pushed = 0;
    for (name, least) in VALID {
        let repo = Repo::new();
        repo.copy_example(name);
        // The catalog has the blueprints, and the targets that the manifests do not declare, such as teams.
        let seed = Repo::new();
        seed.write("portolan.yaml", repo.read("portolan.yaml"));
        for path in crate::testkit::files_below(&repo.path().join(".portolan")) {
            let path = Path::new(".portolan").join(path);
            seed.write(path.to_str().expect("UTF-8"), repo.read(path.to_str().expect("UTF-8")));
        }
        let folder = seed.path().to_str().expect("UTF-8");
        let serving = Serving::start(&["--store", "memory", "--seed", folder]);
        let push = |flags: &str| ended(&mut command(repo.path(), &serving.url, flags));
        let first = push("push --output json");
        let created = numbers(&first.went_well().outcome())[0];
        assert!(created > least, "{}", first.results);
        assert_eq!(push("diff --exit-code").code, Some(0));
        let second = push("push --output json");
        assert_eq!(numbers(&second.went_well().outcome()), [0, 0, 0], "{}", second.results);
        // The number of entities equals that in the embedded catalog.
        let plain = Plain::connect(&serving.url);
        let there: usize = plain.must("GET", "blueprints", None)["blueprints"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|it| plain.count(it["identifier"].as_str().expect("an identifier")))
            .sum();
        assert!(there as u64 >= created, "{there}");
        pushed += 1;
    }
    assert_eq!(pushed, VALID.len());
    // Other examples are broken on purpose, and their names say so.
    for path in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).expect("there are examples") {
        let name = path.expect("it can be listed").file_name().into_string().expect("UTF-8");
        assert!(VALID.iter().any(|(valid, _)| name == *valid) || name.ends_with("-broken"), "{name} is not pushed");
    }
}

#[test]
fn what_points_to_nothing_is_refused_and_its_target_is_not_made_up() {
    let scene = Scene::set(None, 0);
    scene.repo.write(
        "catalog/all.yaml",
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\n\
         spec: {blueprint: service, identifier: a, relations: {next: tpyo}}\n---\n\
         apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: b}\nspec: {blueprint: service, identifier: b}\n",
    );
    // Lint cannot know that without known entities; the plan reads the catalog before anything is written.
    let refused = scene.push(&scene.running.url(), "push --output json");
    assert_eq!(refused.code, Some(1), "{}{}", refused.results, refused.talk);
    let plan = refused.outcome();
    assert_eq!(plan["obstacles"][0]["kind"], "missing-target", "{plan}");
    assert_eq!(scene.names(), BTreeSet::new());
}

#[test]
fn to_what_a_manifest_points_stays_and_is_told() {
    let scene = Scene::set(None, 0);
    let one = |name: &str, next: &str| {
        format!(
            "---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n\
             spec: {{blueprint: service, identifier: {name}{next}}}\n"
        )
    };
    scene.repo.write("catalog/all.yaml", one("a", ", relations: {next: b}") + &one("b", "") + &one("c", ""));
    scene.push(&scene.running.url(), "push").went_well();
    scene.repo.write("catalog/all.yaml", one("a", ", title: A, relations: {next: b}"));
    let push = scene.push(&scene.running.url(), "push");
    push.went_well();
    assert!(push.results.contains("`service/b` is no longer declared, but is kept"), "{}", push.results);
    assert_eq!(scene.names(), BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    let again = scene.push(&scene.running.url(), "diff --exit-code");
    assert_eq!(again.code, Some(0), "{}", again.results);
    // Without relations to it, it is deleted.
    scene.repo.write("catalog/all.yaml", one("a", ", title: A, relations: {next: null}"));
    scene.push(&scene.running.url(), "push").went_well();
    assert_eq!(scene.names(), BTreeSet::from(["a".to_owned()]));
}

#[test]
fn no_secret_is_told_whatever_fails() {
    let scene = Scene::set(None, 0);
    scene.declare(&services(0..30, 1));
    let faulty = Faulty::before(&scene.running.url(), Schedule { seed: 3, faults: PASSING.to_vec(), percent: 40 });
    let told = scene.push(&faulty.url, "push -v --output json");
    for text in [&told.results, &told.talk] {
        assert!(!text.contains(CLIENT_SECRET) && !text.contains("Bearer"), "{text}");
    }
    // No word is as long as a token, except for those in the results.
    let is_hex = |word: &&str| word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert_eq!(told.talk.split(|c: char| !c.is_ascii_alphanumeric()).find(is_hex), None, "{}", told.talk);
    assert!(faulty.happened().values().sum::<usize>() > 0, "no trouble came");
    let wrong =
        ended(command(scene.repo.path(), &scene.running.url(), "push -v").env("PORT_CLIENT_SECRET", "hush-hush"));
    assert_eq!(wrong.code, Some(5), "{}", wrong.talk);
    assert!(!wrong.talk.contains("hush-hush") && !wrong.results.contains("hush-hush"), "{}", wrong.talk);
}

#[test]
#[ignore = "slow"]
fn a_pipeline_is_told_how_far_it_is_in_lines_that_stay() {
    let begun = |flags: &str| {
        let scene = Scene::set(Some((30, 9)), 0);
        scene.declare(&services(0..800, 1));
        let child = begin(command(scene.repo.path(), &scene.running.url(), flags).env("CI", "true"));
        (scene, child)
    };
    let both = [begun("push"), begun("push --no-progress")];
    let [told, quiet] = both.map(|(_scene, child)| of(child).talk);
    assert!(told.lines().any(|line| line.starts_with("writing to the catalog: ") && line.contains("/800, ")), "{told}");
    assert!(told.contains("continuing in ") && told.contains("rate limit"), "{told}");
    assert!(!told.contains('\u{1b}') && !told.contains('\r'), "{told:?}");
    assert!(quiet.contains("continuing in ") && !quiet.contains("writing to the catalog"), "{quiet}");
}
