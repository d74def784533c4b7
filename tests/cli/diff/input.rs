//! Tests the input of a plan: which files count, which other things may replace them, and which embedded catalog is
//! assumed.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::world::{cart, changes, commit, entity, service, shop};
use crate::cli::{Run, run, run_with};
use crate::testkit::counts;
use crate::testkit::errors::assert_error;
use crate::testkit::says::{LINK_TO_NOTHING, LINK_TO_OUTSIDE, did_you_mean};
use crate::testkit::{Repo, contents, portolan_in};

/// The shop, pushed to its embedded catalog.
fn pushed() -> Repo {
    let repo = shop();
    let push = run(&repo, "push");
    assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
    repo
}

#[track_caller]
fn planned(repo: &Repo, flags: &str) -> Vec<String> {
    let run = run(repo, &format!("diff --output json {flags}"));
    assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
    changes(&serde_json::from_str(&run.results).expect("JSON"))
}

#[test]
fn what_git_tracks_is_a_manifest_whatever_is_ignored() {
    let repo = pushed();
    repo.write(".gitignore", ".portolan/local.db*\nlog.yaml\nprivate.yaml\n");
    let private = json!({"blueprint": "service", "identifier": "private", "properties": {}});
    repo.write("catalog/private.yaml", entity(&private));
    assert_eq!(planned(&repo, ""), [] as [&str; 0]);
    commit(&repo, "log.yaml is ignored");
    assert_eq!(planned(&repo, "--base HEAD~1"), [] as [&str; 0]);
    // The base contains the manifest although it was ignored there.
    repo.git(&["rm", "--quiet", "catalog/log.yaml"]);
    let plan = run(&repo, "diff --base main --output json").results;
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("JSON");
    assert_eq!(changes(&plan), ["delete service/log"]);
    assert_eq!(plan["changes"][0]["origin"], "this-branch");
}

#[cfg(unix)] // makes links and pipes
#[test]
fn what_stands_in_the_place_of_a_manifest_keeps_its_entities() {
    let repo = pushed();
    let path = repo.path().join("catalog/log.yaml");
    let outside = tempfile::tempdir().expect("a folder");
    let end = outside.path().join("log.yaml");
    fs::rename(&path, &end).expect("it is there");
    let put: [(&str, &dyn Fn()); 4] = [
        ("catalog/log.yaml:1` cannot be used", &|| fs::write(&path, b"\0junk\xFF\0").expect("a file")),
        ("it is a folder without manifests", &|| fs::create_dir(&path).expect("a folder")),
        (LINK_TO_OUTSIDE, &|| std::os::unix::fs::symlink(&end, &path).expect("a link")),
        (LINK_TO_NOTHING, &|| std::os::unix::fs::symlink("gone", &path).expect("a link")),
    ];
    for (words, put) in put {
        put();
        let results = run(&repo, "diff").results;
        let told = results.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("nothing is deleted") && told.contains("`catalog/log.yaml"), "{words}: {told}");
        assert!(told.contains(words) && counts::planned(&results)[..4] == [0; 4], "{words}: {told}");
        let push = run(&repo, "push --prune");
        assert_eq!(push.code, 0, "{words}: {}{}", push.results, push.talk);
        fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).expect("it is there");
        assert_eq!(planned(&repo, ""), ["delete service/log"], "{words}: it is there still");
    }
}

#[test]
fn what_is_not_checked_out_is_not_deleted() {
    let repo = pushed();
    repo.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/catalog/log.yaml"]);
    assert!(!repo.path().join("catalog/log.yaml").exists());
    let results = run(&repo, "diff").results;
    let told = results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("`catalog/log.yaml` cannot be read (a sparse checkout leaves it out)"), "{told}");
    assert_eq!(counts::planned(&results), [0, 0, 0, 0, 0, 4], "{told}");
    assert!(told.contains("1 kept"), "{told}");
    repo.git(&["sparse-checkout", "disable"]);
    assert_eq!(planned(&repo, ""), [] as [&str; 0]);
    assert!(!run(&repo, "diff").results.contains("sparse"));
}

#[test]
fn diff_leaves_the_embedded_catalog_as_it_is() {
    let repo = shop();
    let before = contents(repo.path());
    let first = run(&repo, "diff --output json --verify");
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    assert!(first.results.contains("\"identifier\": \"cart\""), "{}", first.results);
    assert_eq!(contents(repo.path()).keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    assert_eq!(run(&repo, "push").code, 0);
    // Every stored entity lacks a property that the blueprint now requires.
    let mut blueprint = service();
    blueprint["schema"]["properties"]["rank"] = json!({"type": "number"});
    blueprint["schema"]["required"] = json!(["rank"]);
    repo.write(".portolan/blueprints/service.json", blueprint.to_string());
    let ranked = |mut spec: serde_json::Value| {
        spec["properties"]["rank"] = json!(1);
        entity(&spec)
    };
    repo.write("catalog/cart.yaml", ranked(cart()));
    for name in ["pay", "mail", "log"] {
        let spec = json!({"blueprint": "service", "identifier": name, "properties": {"tier": 2}});
        repo.write(&format!("catalog/{name}.yaml"), ranked(spec));
    }
    let told = |run: Run| (run.code, run.results, run.talk);
    let once = told(run(&repo, "diff"));
    assert!(once.2.contains("would not fit") && once.2.contains("A push changes it anyway."), "{}", once.2);
    assert!(counts::planned(&once.1)[1] == 4 && once.1.contains("rank: unset"), "{}", once.1);
    assert_eq!(told(run(&repo, "diff")), once);
    let push = run(&repo, "push");
    assert!(push.code == 0 && push.talk.contains("It was changed anyway."), "{}{}", push.results, push.talk);
    let after = run(&repo, "diff");
    assert!(!after.talk.contains("would not fit") && counts::planned(&after.results)[..4] == [0; 4], "{}", after.talk);
}

#[test]
fn what_is_meant_by_only_is_told_as_it_is_to_be_written() {
    let repo = pushed();
    let help = |folder: &str, name: &str| {
        let mut command = portolan_in(&repo.path().join(folder));
        let output = command.args(["diff", "--only", name]).output().expect("it runs");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(help("catalog", "catalog/log.yaml").contains(did_you_mean!("log.yaml")));
    assert!(help("catalog", "lag.yaml").contains(did_you_mean!("log.yaml")));
    assert!(help(".portolan", "catalog/log.yaml").contains(did_you_mean!("../catalog/log.yaml")));
    assert!(help("", "systme").contains(did_you_mean!("system")));
    repo.remove("catalog/log.yaml");
    let gone = help("", "catalog/log.yaml");
    assert!(gone.contains("to plan the deletes of a removed file, name its blueprint"), "{gone}");
    assert_eq!(planned(&repo, "--only service"), ["delete service/log"]);
}

#[test]
fn a_plan_takes_the_place_of_plans_alone() {
    let repo = pushed();
    repo.write("empty.json", "").write("log.txt", "dear diary").write("junk.json", b"\0\xFF");
    for file in ["plan.json", "plan.json", "empty.json"] {
        assert_eq!(run(&repo, &format!("diff --out {file}")).code, 0, "{file}");
    }
    for file in ["log.txt", "junk.json", "catalog/cart.yaml", "-"] {
        let talk = run(&repo, &format!("diff --out {file}")).was_refused();
        assert_error(&talk, "no-place-for-a-plan");
        assert!(talk.contains(&format!("`{file}`")), "{talk}");
    }
    assert_eq!(repo.read("log.txt"), "dear diary");
    assert!(!repo.path().join("-").exists());
    let talk = run(&repo, "push --plan catalog/../junk.json").was_refused();
    assert_error(&talk, "plan::no_plan");
    assert!(talk.contains("`catalog/../junk.json`"), "{talk}");
    let talk = run(&repo, "push --plan catalog/../none.json");
    let name = PathBuf::from("catalog/../none.json");
    assert_error(&talk.talk, "unreadable-file");
    assert!(talk.talk.contains(&format!("`{}`", name.display())), "{}", talk.talk);
}

#[test]
fn values_that_nobody_sees_are_shown_in_text_and_in_markdown() {
    let repo = pushed();
    let page = |line: &str| format!("{}\n{line}\nthe end\n", "a long line ".repeat(9));
    let with = |title: &str, line: &str| {
        let mut spec = cart();
        (spec["title"], spec["properties"]["language"]) = (json!(title), json!(page(line)));
        repo.write("catalog/cart.yaml", entity(&spec));
    };
    with("\u{202e}rtl\u{202c}", "second");
    assert_eq!(run(&repo, "push").code, 0);
    with("rtl", "second ");
    for format in ["text", "markdown"] {
        let told = run(&repo, &format!("diff --output {format}")).results;
        for part in [r#""\u202ertl\u202c""#, r#""rtl""#, r#""second ""#, r#""second""#] {
            assert!(told.contains(part), "{format}: {part}: {told}");
        }
    }
}

#[test]
fn a_variable_is_named_by_its_name() {
    let talk = run_with(&shop(), "diff", &[("PORTOLAN_CATALOG", "eux")]).was_refused();
    assert_error(&talk, "invalid-setting");
    assert!(talk.contains("`PORTOLAN_CATALOG`") && talk.contains("`eux`"), "{talk}");
}

#[test]
fn what_is_no_catalog_is_to_be_moved_away() {
    let repo = shop();
    repo.write(".portolan/local.db", "not a database at all, whatever it is called");
    let talk = run(&repo, "diff").was_refused();
    assert_error(&talk, "not-a-catalog");
    assert!(talk.contains("move it away") && talk.contains("it was not changed"), "{talk}");
}
