//! Laws of plans in reports: plans of the real planner in every format. The counts match the listed changes, the order
//! of the input makes no difference, and no size or depth that a catalog may hold overflows a small stack.

use std::collections::BTreeMap;

use portolan::domain::finding::FileId;
use portolan::domain::plan::drift::Drift;
use portolan::domain::plan::{Plan, Tally};
use portolan::domain::value::Value;
use portolan::report::format::Format as _;
use portolan::report::plan::{AdoptionFlags, PlanFormat, PlanReport, render};
use portolan::report::positions::Files;
use portolan::report::style::Style;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::testkit::counts::planned;
use crate::testkit::worlds::generated::worlds;
use crate::testkit::worlds::shuffled::shuffled;
use crate::testkit::worlds::world::{World, manifests};

/// A file for each manifest.
struct Paths;

const PATHS: [&str; 3] = ["catalog/a.yaml", "catalog/b.yaml", "catalog/c.yaml"];

impl Files for Paths {
    fn path(&self, file: FileId) -> &str {
        PATHS[file.0 as usize % PATHS.len()]
    }

    fn text(&self, _file: FileId) -> Option<&str> {
        Some("spec: {blueprint: service}\n")
    }
}

fn reported(world: &World, plan: &Plan, format: PlanFormat) -> String {
    let report = PlanReport {
        impact: None,
        plan,
        platform: "port",
        catalog: "https://catalog.example",
        target: None,
        push: "portolan push",
        revision: None,
        base: None,
        at_base: &[],
        owners: &[],
        adoption_flags: AdoptionFlags::Any,
        given_back: 0,
        blueprints: &world.blueprints,
        files: &Paths,
        is_only_branch: world.only_branch,
        is_full: true,
        says_next_step: true,
        refusal: None,
        notes: &[],
        links: None,
        drifted: &Drift::default(),
        drift: None,
        delivery: None,
        complaints: None,
    };
    render(&report, format, &Style::PLAIN)
}

const WORDS: [&str; 6] = ["create", "update", "delete", "rename", "adopt", "unchanged"];

fn expected(tally: &Tally) -> [usize; 6] {
    [tally.create, tally.update, tally.delete, tally.rename, tally.adopt, tally.unchanged]
}

/// The counts in a comment's head.
fn told_in_comment(report: &str) -> [usize; 6] {
    let parse = |digits: &str| digits.trim_end_matches(',').replace(',', "").parse().expect("a number");
    let headline = report.lines().find_map(|line| line.strip_prefix("### ")).expect("there is a headline");
    WORDS.map(|word| match word {
        "unchanged" => {
            let line = report.lines().find(|line| line.contains(" unchanged")).expect("the rest is there");
            line.split_once(" unchanged").map_or(0, |(before, _)| parse(before.rsplit(' ').next().expect("a word")))
        }
        verb => headline
            .split_once(&format!(" {verb}s "))
            .map_or(0, |(_, after)| parse(after.split(' ').next().expect("a number follows"))),
    })
}

proptest! {
    #![proptest_config(crate::generated_cases::config(200))]

    #[test]
    fn every_format_counts_what_it_lists(world in worlds(), only_branch in any::<bool>()) {
        let world = World { only_branch: only_branch && world.base.is_some(), ..world };
        let plan = world.plan();
        let expected = expected(&plan.counts.total);
        let keys: Vec<String> =
            plan.changes.iter().map(|it| format!("{}/{}", it.key.blueprint, it.key.identifier)).collect();

        let text = reported(&world, &plan, PlanFormat::Text);
        prop_assert_eq!(planned(&text), expected, "{}", text);
        let signs = ["  + ", "  ~ ", "  - ", "  > ", "  = "];
        let listed = signs.map(|sign| text.lines().filter(|line| line.starts_with(sign)).count());
        prop_assert!(listed == expected[..5], "{text}");

        let summary = reported(&world, &plan, PlanFormat::Summary);
        prop_assert_eq!((planned(&summary), summary.lines().count()), (expected, 1), "{}", summary);

        let markdown = reported(&world, &plan, PlanFormat::Markdown);
        prop_assert_eq!(told_in_comment(&markdown), expected, "{}", markdown);
        for key in &keys {
            prop_assert!(markdown.contains(key.as_str()), "{key}: {markdown}");
        }

        let json: Json = serde_json::from_str(&reported(&world, &plan, PlanFormat::Json)).expect("JSON");
        let counts = |tally: &Json| WORDS.map(|word| tally[word].as_u64().expect("a number") as usize);
        prop_assert_eq!(counts(&json["counts"]["total"]), expected);
        let changes = json["changes"].as_array().expect("a list");
        let with = |word: &str| changes.iter().filter(|change| change["action"] == word).count();
        prop_assert!([0, 1, 2, 3, 4].map(|at| with(WORDS[at])) == expected[..5], "{json:#}");
        let mut by_blueprint: BTreeMap<&str, usize> = BTreeMap::new();
        for change in changes {
            *by_blueprint.entry(change["blueprint"].as_str().expect("a text")).or_default() += 1;
        }
        for (blueprint, tally) in json["counts"]["byBlueprint"].as_object().expect("an object") {
            let sum: usize = counts(tally)[..5].iter().sum();
            prop_assert_eq!(by_blueprint.get(blueprint.as_str()).copied().unwrap_or_default(), sum, "{}", blueprint);
        }
    }

    #[test]
    fn no_order_of_the_question_shows_in_a_report(world in worlds(), seed in any::<u64>()) {
        let other = shuffled(&world, seed);
        let (one, again, two) = (world.plan(), world.plan(), other.plan());
        for &format in PlanFormat::ALL {
            let bytes = reported(&world, &one, format);
            prop_assert_eq!(&reported(&world, &again, format), &bytes);
            prop_assert_eq!(&reported(&other, &two, format), &bytes);
        }
    }
}

/// The frames of a debug build are several times larger than those of a release.
const STACK: usize = 256 << 10;

#[expect(clippy::disallowed_methods, reason = "a thread with a stack of its own")]
/// Plans, builds the requests, reports in every format and frees everything, on a small stack.
fn on_a_small_stack(name: &str, world: World) -> Plan {
    let work = move || {
        let plan = world.plan();
        assert!(!world.requests(&plan).waves.is_empty());
        for &format in PlanFormat::ALL {
            assert!(reported(&world, &plan, format).len() > 40);
        }
        drop(plan.clone());
        plan
    };
    let thread = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work);
    thread.expect("there is a thread").join().expect("it ends")
}

fn services(count: usize, depends_on: impl Fn(usize) -> usize) -> Json {
    let service = |at: usize| json!({"identifier": format!("{at:05}"), "relations": {"dependsOn": [format!("{:05}", depends_on(at))]}});
    (0..count).map(service).collect()
}

#[test]
#[ignore = "slow"]
fn chains_circles_and_stars_fit_a_small_stack() {
    let chain = || services(10_000, |at| at + 1);
    assert_eq!(on_a_small_stack("chain", World::of(chain(), json!([]))).waves.len(), 10_000);
    assert_eq!(on_a_small_stack("chain that goes", World::of(json!([]), chain())).waves.len(), 10_000);
    let circle = || services(5_000, |at| (at + 1) % 5_000);
    let plan = on_a_small_stack("circle", World::of(circle(), json!([])));
    assert_eq!((plan.cycles.len(), plan.cycles[0].path.len(), plan.waves.len()), (1, 5_000, 2));
    assert_eq!(on_a_small_stack("circle that goes", World::of(json!([]), circle())).changes.len(), 5_000);
    let star = || services(1_001, |_| 0);
    assert_eq!(on_a_small_stack("star", World::of(star(), json!([]))).changes.len(), 1_001);
    assert_eq!(on_a_small_stack("star that goes", World::of(json!([]), star())).changes.len(), 1_001);
}

/// The maximum depth of a manifest, and of JSON from a catalog.
#[test]
fn the_deepest_values_fit_a_small_stack() {
    let deep =
        |leaf: Json| (0..125).fold(leaf, |inner, at| if at % 2 == 0 { json!({"k": inner}) } else { json!([inner]) });
    let with = |leaf: Json| json!([{"properties": {"meta": {"k": deep(leaf)}}}]);
    let plan = on_a_small_stack("deep", World::of(with(json!(1)), with(json!(2))));
    assert_eq!(plan.changes[0].fields.len(), 1);
    let plan = on_a_small_stack("deep and new", World::of(with(json!(1)), json!([{}])));
    assert_eq!(plan.changes[0].fields.len(), 1);
    assert_eq!(World::of(with(json!(1)), with(json!(1.0))).plan().changes.len(), 0);
}

/// Deeper values are rejected when they are read, also from the catalog's JSON.
#[test]
fn what_is_deeper_is_refused_by_whoever_reads_it() {
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(serde_json::from_str::<Value>(&deep(127)).is_ok());
    assert!(serde_json::from_str::<Value>(&deep(128)).is_err());
    assert!(serde_json::from_str::<Value>(&deep(1_000_000)).is_err());
}

/// Manifests of a hub, declared in any order, are one plan of two waves.
#[test]
fn a_hub_comes_before_its_thousand() {
    let mut star: Vec<Json> = services(1_000, |_| 99_999).as_array().expect("a list").clone();
    star.push(json!({"identifier": "99999"}));
    let world = World { desired: manifests(&Json::Array(star)), ..World::new() };
    let plan = on_a_small_stack("hub", world);
    assert_eq!(plan.waves.iter().map(|wave| wave.steps.len()).collect::<Vec<_>>(), [1, 1_000]);
}
