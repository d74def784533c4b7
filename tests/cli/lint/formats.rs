//! Tests `--output`: every format is valid and contains the same findings, and several formats can be written to
//! different files.

use serde_json::Value as Json;

use super::bench::{AMBIGUOUS, QUOTED, WRONG, findings, lint, report, service, shop, told};
use crate::testkit::errors::assert_error;
use crate::testkit::says::NOTHING_TO_REPORT;
use crate::testkit::{Repo, portolan};

/// An error with an entity, a warning with a fix, a finding with two places in two files, and text that formats must
/// escape.
fn faulty() -> Repo {
    let repo = shop();
    repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
    repo.write("catalog/twin.yaml", service("cart", ""));
    repo.write(
        "catalog/wishes.yaml",
        service("wishes", "  properties:\n    tier: \"<b>|%0A::`]]>\"\n    \"a|<b>\": 1\n"),
    );
    repo
}

const EXPECTED: [&str; 4] = [
    "catalog/cart.yaml:10:14 ambiguous-scalar",
    "catalog/twin.yaml:7:15 duplicate-entity",
    "catalog/wishes.yaml:9:11 wrong-property-type",
    "catalog/wishes.yaml:10:5 unknown-property",
];

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[track_caller]
fn assert_valid(schema: &Json, value: &Json) {
    let validator = jsonschema::validator_for(schema).expect("the schema is one");
    let faults: Vec<String> =
        validator.iter_errors(value).map(|fault| format!("{fault} at {}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn several_reports_of_one_run_each_go_where_they_were_sent() {
    let repo = faulty();
    repo.write("out/deep/kept", "");
    let told = lint(
        &repo,
        &[
            "--output",
            "concise",
            "--output",
            "json=out/deep/lint.json",
            "--output=sarif=lint.sarif",
            "--output",
            "junit=a=b.xml",
        ],
    );
    assert_eq!((told.code, told.err.as_str()), (1, ""));
    assert_eq!(told.out.lines().count(), 4, "{}", told.out);
    assert_eq!(json(&repo.read("out/deep/lint.json"))["format"], "portolan.lint/1");
    assert_eq!(json(&repo.read("lint.sarif"))["version"], "2.1.0");
    assert!(repo.read("a=b.xml").starts_with("<?xml"), "a name may hold `=`");
    // The path is relative to the user's directory; a second run replaces the file.
    let before = repo.read("lint.sarif");
    repo.write("lint.sarif", "x".repeat(100_000));
    lint(&repo, &["-C", "catalog", "--output", "sarif=../lint.sarif"]);
    assert_eq!(repo.read("lint.sarif"), before);
    let told = lint(&repo, &["--output", "text=out/report.txt"]);
    assert_eq!((told.code, told.out.as_str()), (1, ""), "nothing but the file was asked for");
    assert!(!repo.read("out/report.txt").contains('\u{1b}'));
}

#[test]
fn two_reports_in_one_place_are_refused_before_anything_is_done() {
    let repo = faulty();
    for (outputs, words) in [
        (["json", "text"], "json and text"),
        (["text", "text"], "standard output"),
        (["json=a.out", "sarif=./catalog/../a.out"], "`./catalog/../a.out`"),
    ] {
        let told = lint(&repo, &["--fix", "--output", outputs[0], "--output", outputs[1]]);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{told:?}");
        assert_error(&told.err, "shared-output");
        super::bench::assert_says(&told, words);
        assert!(!repo.path().join("a.out").exists());
    }
    assert_eq!(repo.read("catalog/cart.yaml"), service("cart", AMBIGUOUS), "nothing was repaired");
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let repo = faulty();
    for arguments in [["--output", "sarif=nowhere/a.sarif"], ["--write-baseline", "nowhere/known.json"]] {
        let told = lint(&repo, &arguments);
        assert_eq!(told.code, 64, "{told:?}");
        assert_error(&told.err, "unwritable-output");
        super::bench::assert_says(&told, "the folder `nowhere` does not exist");
        assert!(!repo.path().join("nowhere").exists());
    }
}

#[test]
fn a_clean_run_is_a_valid_report_in_every_format() {
    let repo = shop();
    for format in ["json", "sarif", "gitlab"] {
        let told = lint(&repo, &["--output", format]);
        assert_eq!(told.code, 0);
        json(&told.out);
    }
    assert_eq!(report(&lint(&repo, &["--output", "json"]))["findings"], serde_json::json!([]));
    assert_eq!(json(&lint(&repo, &["--output", "gitlab"]).out), serde_json::json!([]));
    roxmltree::Document::parse(&lint(&repo, &["--output", "junit"]).out).expect("it is XML");
    assert_eq!(lint(&repo, &["--output", "concise"]).out, "");
    for format in ["text", "markdown", "github"] {
        assert!(lint(&repo, &["--output", format]).out.contains(NOTHING_TO_REPORT), "{format}");
    }
}

#[test]
fn json_is_what_its_schema_says() {
    let repo = faulty();
    let told = lint(&repo, &["--output", "json"]);
    let value = report(&told);
    assert_valid(&portolan::report::lint::json::schema(), &value);
    assert_eq!(findings(&repo, &[]), EXPECTED);
    assert_eq!(value["summary"]["errors"], 3, "{}", value["summary"]);
    assert_eq!(value["summary"]["warnings"], 1);
    assert_eq!(value["summary"]["files"], 6);
    assert_eq!(value["summary"]["entities"], 5);
    let ambiguous = &value["findings"][0];
    let text = repo.read("catalog/cart.yaml");
    let (start, end) = (&ambiguous["start"]["byte"], &ambiguous["end"]["byte"]);
    let span = |it: &Json| usize::try_from(it.as_u64().expect("a number")).expect("it is small");
    assert_eq!(&text[span(start)..span(end)], "1e400");
    assert_eq!(value["findings"][1]["entity"], serde_json::json!({"blueprint": "service", "identifier": "cart"}));
    assert_eq!(value["findings"][1]["related"][0]["path"], "catalog/cart.yaml");
}

#[test]
fn sarif_is_what_the_standard_says() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("testdata/schemas/sarif-schema-2.1.0.json")).expect("it is there");
    let mut schema = json(&text);
    // The schema's pattern for an unused property has an unbalanced bracket, which validators reject.
    for object in ["run", "toolComponent"] {
        let language = schema["definitions"][object]["properties"]["language"].as_object_mut();
        language.and_then(|language| language.remove("pattern")).expect("the pattern is there");
    }
    for repo in [faulty(), shop()] {
        let value = json(&lint(&repo, &["--output", "sarif"]).out);
        assert_valid(&schema, &value);
    }
    let value = json(&lint(&faulty(), &["--output", "sarif"]).out);
    assert_eq!(value["runs"][0]["results"].as_array().map(Vec::len), Some(4));
}

#[test]
fn junit_has_a_case_for_each_finding_and_a_failure_for_each_error() {
    let text = lint(&faulty(), &["--output", "junit"]).out;
    let document = roxmltree::Document::parse(&text).expect("it is XML");
    let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    assert_eq!((count("testcase"), count("failure")), (4, 3), "{text}");
    let failures: Option<usize> = document.root_element().attribute("failures").and_then(|it| it.parse().ok());
    assert_eq!(failures, Some(3), "{text}");
    assert!(text.contains("no property `a|&lt;b&gt;`"), "{text}");
}

#[test]
fn github_gitlab_and_markdown_tell_each_finding() {
    let repo = faulty();
    let github = lint(&repo, &["--output", "github"]).out;
    let commands: Vec<&str> = github.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 4, "{github}");
    assert!(commands.iter().any(|line| line.starts_with("::warning file=catalog/cart.yaml,line=10,")), "{github}");
    let gitlab = json(&lint(&repo, &["--output", "gitlab"]).out);
    let prints: std::collections::BTreeSet<&str> =
        gitlab.as_array().expect("a list").iter().filter_map(|it| it["fingerprint"].as_str()).collect();
    assert_eq!(prints.len(), 4, "each has a fingerprint of its own");
    let markdown = lint(&repo, &["--output", "markdown"]).out;
    let rows = markdown.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
    assert_eq!(rows.count(), 4, "{markdown}");
}

/// A run without `--fix` reports the available fix.
#[test]
fn a_report_tells_the_repair_and_after_it_there_is_none() {
    let repo = faulty();
    let value = report(&lint(&repo, &["--output", "json"]));
    assert_eq!(value["findings"][0]["fix"]["safe"], true, "{}", value["findings"][0]);
    let fixed = lint(&repo, &["--fix", "--output", "json"]);
    assert_eq!(super::bench::listed(&fixed), EXPECTED[1..]);
    assert_eq!(repo.read("catalog/cart.yaml"), service("cart", QUOTED));
}

#[test]
fn quiet_says_only_what_is_wrong() {
    let repo = shop();
    let told = lint(&repo, &["--quiet"]);
    assert_eq!((told.code, told.out.as_str(), told.err.as_str()), (0, "", ""));
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo.remove(".portolan/known-entities.txt");
    let told = lint(&repo, &["-q"]);
    assert_eq!((told.code, told.err.as_str()), (1, ""));
    assert!(told.out.starts_with("error[wrong-property-type]") && !told.out.contains("note:"), "{}", told.out);
    assert_eq!(lint(&repo, &["-q", "--output", "json"]).out, lint(&repo, &["--output", "json"]).out);
}

#[test]
fn colours_are_asked_for_or_not_there() {
    let repo = faulty();
    let out = |arguments: &[&str], variables: &[(&str, &str)]| {
        told(portolan(&repo).env_remove("NO_COLOR").envs(variables.iter().copied()).arg("lint").args(arguments)).out
    };
    assert!(!out(&[], &[]).contains('\u{1b}'), "a pipe is no terminal");
    assert!(out(&["--color", "always"], &[]).contains('\u{1b}'));
    assert!(out(&["--color", "always"], &[("NO_COLOR", "1")]).contains('\u{1b}'), "a flag is over the environment");
    assert!(out(&[], &[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(!out(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
    assert!(!out(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    for format in ["concise", "json", "sarif", "gitlab", "junit", "markdown", "github"] {
        assert!(!out(&["--color", "always", "--output", format], &[]).contains('\u{1b}'), "{format}");
    }
    lint(&repo, &["--color", "always", "--output", "text=report.txt"]);
    assert!(!repo.read("report.txt").contains('\u{1b}'), "a file is no terminal");
}

#[test]
fn a_terminal_without_unicode_gets_none() {
    let repo = faulty();
    let told = told(portolan(&repo).env("LC_ALL", "C").arg("lint"));
    assert!(told.out.is_ascii(), "{}", told.out);
}
