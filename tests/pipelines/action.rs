//! Tests the action with the real binary: the output and the files of each mode, and that no input from outside is
//! executed.

use std::path::Path;

use crate::pipelines::runner::{Scene, obeyed};
use crate::testkit::files_below;
use crate::testkit::forge::ME;

#[test]
fn lint_marks_the_lines_and_leaves_a_report() {
    let scene = Scene::new();
    let step = scene.pull_request().uses(&[("mode", "lint")]).ended(0);
    assert_eq!((step.output("exit-code"), obeyed(&step.told.words)), ("0", Vec::new()), "{}", step.told.words);
    scene.declare("cart", "tier: one");
    let step = scene.pull_request().uses(&[("mode", "lint"), ("sarif", "lint.sarif")]).ended(1);
    let marks = obeyed(&step.told.words);
    assert!(marks.len() == 1 && marks[0].starts_with("::error file=catalog/cart.yaml,line=8,"), "{marks:?}");
    assert_eq!((step.output("exit-code"), step.output("sarif")), ("1", "lint.sarif"));
    assert!(scene.repo.read("lint.sarif").contains("\"2.1.0\""));
    assert!(step.summary.contains("wrong-property-type"), "{}", step.summary);
}

#[test]
fn diff_hands_on_its_numbers_and_keeps_one_comment() {
    let scene = Scene::new();
    scene.forge.add("ada", "Looks good!");
    let step = scene.pull_request().uses(&[("mode", "diff")]).ended(0);
    let numbers =
        |step: &crate::pipelines::runner::Step| ["changes", "deletes", "digest"].map(|it| step.output(it).to_owned());
    assert_eq!(numbers(&step), ["0", "0", ""]);
    assert_eq!(scene.forge.comments().len(), 1, "there is nothing to say");
    for (tier, text) in [("tier: 2", "- tier: 1\n+ tier: 2"), ("tier: 3", "- tier: 1\n+ tier: 3")] {
        scene.declare("cart", tier);
        scene.commit();
        let step = scene.pull_request().uses(&[("mode", "diff")]).ended(0);
        assert_eq!(numbers(&step), ["1", "0", ""]);
        assert!(step.told.words.contains("1 to update"), "{}", step.told.words);
        let comments = scene.forge.comments();
        assert_eq!((comments.len(), comments[1].0.as_str()), (2, ME));
        assert!(comments[1].1.contains(text), "{}", comments[1].1);
        assert_eq!(step.summary, comments[1].1);
        assert!(Path::new(step.output("plan")).is_file(), "{}", step.output("plan"));
    }
    // After the change was reverted, the comment says so.
    scene.declare("cart", "tier: 1");
    scene.commit();
    scene.pull_request().uses(&[("mode", "diff")]).ended(0);
    let comments = scene.forge.comments();
    assert!(comments.len() == 2 && comments[1].1.contains("changes nothing"), "{comments:?}");
    // With `comment: false`, the comment is not changed.
    scene.declare("cart", "tier: 4");
    let before = scene.forge.calls().len();
    scene.pull_request().uses(&[("mode", "diff"), ("comment", "false")]).ended(0);
    assert_eq!(scene.forge.calls().len(), before);
}

#[test]
fn what_was_reviewed_is_pushed_and_a_hazard_wants_its_digest() {
    let scene = Scene::new();
    scene.declare("fresh", "tier: 2");
    scene.commit();
    let diff = scene.pull_request().uses(&[("mode", "diff")]).ended(0);
    let push = scene.push().uses(&[("mode", "push"), ("plan", diff.output("plan"))]).ended(0);
    assert_eq!((push.output("changes"), push.output("deletes")), ("1", "0"));
    scene.repo.remove("catalog/cart.yaml");
    scene.repo.remove("catalog/ledger.yaml");
    scene.commit();
    let diff = scene.pull_request().uses(&[("mode", "diff")]).ended(0);
    let digest = diff.output("digest").to_owned();
    assert!(digest.len() == 48 && diff.output("deletes") == "2", "{:?}", diff.outputs);
    for approve in ["", "000000000000000000000000000000000000000000000000"] {
        let push = scene.push().uses(&[("mode", "push"), ("approve", approve)]).ended(4);
        let told = ["exit-code", "changes", "deletes", "digest"].map(|it| push.output(it));
        assert_eq!(told, ["4", "2", "2", digest.as_str()], "{}", push.told.words);
        assert!(push.summary.contains("exceed `prune.max` (1)"), "{}", push.summary);
    }
    let push = scene.push().uses(&[("mode", "push"), ("approve", &digest)]).ended(0);
    assert_eq!((push.output("changes"), push.output("deletes")), ("2", "2"));
    assert!(push.summary.contains("2 deleted"), "{}", push.summary);
    let push = scene.push().uses(&[("mode", "push")]).ended(0);
    assert_eq!((push.output("changes"), push.output("digest")), ("0", ""), "{}", push.told.words);
}

#[test]
fn a_plan_that_has_been_overtaken_is_refused() {
    let scene = Scene::new();
    scene.declare("cart", "tier: 2");
    scene.commit();
    let diff = scene.pull_request().uses(&[("mode", "diff")]).ended(0);
    let push = [("mode", "push"), ("plan", diff.output("plan"))];
    scene.push().uses(&[("mode", "push")]).ended(0);
    scene.push().uses(&push).ended(4);
}

#[test]
fn who_is_given_no_secrets_is_linted_and_calls_nobody() {
    let scene = Scene::new();
    let dependabot = || {
        let mut job = scene.pull_request();
        job.set("GITHUB_ACTOR", "dependabot[bot]").withhold_secrets();
        job
    };
    for whose in ["comes from a fork", "is Dependabot's"] {
        let job = || if whose.contains("fork") { scene.fork() } else { dependabot() };
        scene.declare("cart", "tier: 2");
        let step = job().uses(&[("mode", "diff"), ("arguments", "--verify")]).ended(0);
        let marks = obeyed(&step.told.words);
        assert!(marks.len() == 1 && marks[0].contains(whose), "{marks:?}");
        assert_eq!(step.output("changes"), "");
        scene.declare("cart", "tier: one");
        let step = job().uses(&[("mode", "diff")]).ended(1);
        assert!(obeyed(&step.told.words)[1].starts_with("::error file=catalog/cart.yaml"), "{}", step.told.words);
    }
    assert_eq!(scene.forge.calls(), [] as [&str; 0]);
}

#[test]
fn a_comment_that_is_refused_costs_nothing_else() {
    let scene = Scene::new();
    scene.forge.refuse(403);
    scene.declare("cart", "tier: 2");
    scene.commit();
    let step = scene.pull_request().uses(&[("mode", "diff")]).ended(0);
    assert_eq!((step.output("changes"), step.output("exit-code")), ("1", "0"));
    assert!(step.summary.contains("+ tier: 2") && Path::new(step.output("plan")).is_file(), "{}", step.summary);
    assert!(step.told.words.contains("pull-requests: write"), "{}", step.told.words);
    let marks = obeyed(&step.told.words);
    assert!(marks.len() == 1 && marks[0].starts_with("::warning"), "{marks:?}");
}

#[test]
fn wrong_manifests_are_told_in_the_comment_and_there_is_no_plan() {
    let scene = Scene::new();
    scene.declare("cart", "tier: one");
    scene.commit();
    for mode in ["diff", "push"] {
        let job = if mode == "diff" { scene.pull_request() } else { scene.push() };
        let step = job.uses(&[("mode", mode)]).ended(1);
        assert_eq!(["changes", "digest", "plan"].map(|it| step.output(it)), ["", "", ""]);
        assert!(step.summary.contains("wrong-property-type"), "{mode}: {}", step.summary);
    }
    let comments = scene.forge.comments();
    assert!(comments.len() == 1 && comments[0].1.contains("wrong-property-type"), "{comments:?}");
}

/// Inputs are values: they are never code, runner commands, or additional outputs.
#[test]
#[ignore = "slow"]
fn inputs_are_never_code() {
    let scene = Scene::new();
    scene.declare("cart", "tier: 2");
    scene.commit();
    let inputs = [
        "mode",
        "directory",
        "target",
        "catalog",
        "base",
        "comment",
        "comment-author",
        "plan",
        "approve",
        "sarif",
        "arguments",
    ];
    for hostile in [
        "$(touch pwned)`touch pwned`${{ secrets.X }}",
        "'; touch pwned; '\"; touch pwned; \"",
        "x\ndigest=forged\n::set-output name=digest::forged\n##[set-output name=digest]forged",
    ] {
        for input in inputs {
            for mode in ["lint", "diff", "push"] {
                let given = [("mode", mode), (input, hostile)];
                let given = if input == "mode" { &given[1..] } else { &given[..] };
                let step = scene.pull_request().uses(given);
                let words = &step.told.words;
                assert_ne!(step.output("digest"), "forged", "{mode} {input} {hostile}\n{words}");
                let is_ours = |line: &String| line.contains("title=portolan") && line.starts_with("::");
                let marks = obeyed(words);
                assert!(marks.iter().all(is_ours), "{mode} {input} {hostile}\n{marks:?}\n{words}");
                let files = files_below(scene.repo.path());
                assert!(!files.iter().any(|path| path.ends_with("pwned")), "{mode} {input} {hostile}");
            }
        }
    }
}

/// A pull request controls its manifests, and the log shows them.
#[test]
fn manifests_do_not_command_the_runner() {
    let scene = Scene::new();
    let words = ["::set-output name=digest::forged", "##[add-mask]cart", "::stop-commands::x", "::portolan-0::"];
    let lines = words.map(|line| format!("      {line}\n"));
    scene.declare("cart", &format!("notes: |\n{}", lines.concat()));
    scene.commit();
    let step = scene.pull_request().uses(&[("mode", "diff"), ("arguments", "--full")]).ended(0);
    assert!(step.told.words.contains(r"##\[add-mask]cart"), "it is shown: {}", step.told.words);
    assert_eq!(obeyed(&step.told.words), [] as [&str; 0]);
    assert_eq!((step.output("changes"), step.output("digest")), ("1", ""));
    let step = scene.push().uses(&[("mode", "push")]).ended(0);
    assert_eq!(obeyed(&step.told.words), [] as [&str; 0]);
    scene.declare("cart", "tier: '::error::x'");
    scene.repo.write("catalog/##[add-mask]x.yaml", scene.repo.read("catalog/cart.yaml"));
    let step = scene.pull_request().uses(&[("mode", "lint")]).ended(1);
    let marks = obeyed(&step.told.words);
    assert!(!marks.is_empty() && marks.iter().all(|line| line.starts_with("::error file=")), "{}", step.told.words);
}
