//! Tests one exit code for each way a run can end, and the error message on standard error.

use super::bench::{AMBIGUOUS, WRONG, assert_says, lint, service, shop};
use crate::testkit::errors::assert_error;
use crate::testkit::says::{CONFLICTING_FLAGS, MORE_FINDINGS, NOTHING_TO_LINT, clean, did_you_mean};
use crate::testkit::{Repo, contents};

#[test]
fn a_clean_repository_is_0_and_one_line() {
    let told = lint(&shop(), &[]);
    assert_eq!((told.code, told.out.as_str()), (0, format!("{}\n", clean(4, 3)).as_str()), "{told:?}");
    assert_eq!(told.err, "");
}

#[test]
fn errors_are_1_and_warnings_alone_are_0() {
    let repo = shop();
    repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
    let told = lint(&repo, &[]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.out.contains("warning[ambiguous-scalar]") && told.out.contains("1 warning in 1 file"), "{told:?}");
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    let told = lint(&repo, &[]);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.out.contains("error[wrong-property-type]") && told.out.contains("1 error in 1 file"), "{told:?}");
}

#[test]
fn fail_on_draws_the_line() {
    let repo = shop();
    let code = |rule: &str, fail_on: &str| lint(&repo, &["--rule", rule, "--fail-on", fail_on]).code;
    repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
    for (level, expected) in [("error", [1, 1, 1, 0]), ("warning", [0, 1, 1, 0]), ("info", [0, 0, 1, 0])] {
        let rule = format!("ambiguous-scalar={level}");
        let codes = ["error", "warning", "info", "never"].map(|fail_on| code(&rule, fail_on));
        assert_eq!(codes, expected, "{level}");
    }
    assert_eq!(code("ambiguous-scalar=off", "info"), 0);
}

#[test]
fn what_is_cut_from_the_report_still_counts() {
    let repo = shop();
    repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
    repo.write("catalog/checkout.yaml", service("checkout", AMBIGUOUS));
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    let told = lint(&repo, &["--max-findings", "1"]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("error[wrong-property-type]"), "the worst is shown: {}", told.out);
    assert!(!told.out.contains("ambiguous-scalar"), "{}", told.out);
    assert!(told.out.contains(&format!("; 2 {MORE_FINDINGS}\n")), "{}", told.out);
}

#[test]
fn usage_is_64_and_says_what_would_do() {
    let repo = shop();
    for (arguments, words) in [
        (&["--nope"][..], "unexpected argument '--nope'"),
        (&["--fail-on", "bad"], "possible values: error, warning, info, never"),
        (&["--output", "xml"], "the formats are `text`, `concise`, `agent`, `json`"),
        (&["--output", "json="], "a file is missing after `=`"),
        (&["--rule", "nosuch=error"], "`--rule` is `nosuch`: unknown rule `nosuch`"),
        (&["--rule", "wrong-type=loud"], "the levels are `error`, `warning`, `info` and `off`"),
        (&["--rule", "wrong-type"], "expected NAME=LEVEL"),
        (&["--max-findings", "many"], "invalid value 'many' for '--max-findings"),
        (&["--max-findings=-1"], "invalid value '-1' for '--max-findings"),
        (&["--diff"], "--fix"),
    ] {
        let told = lint(&repo, arguments);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{arguments:?}: {told:?}");
        assert_says(&told, words);
    }
    for (arguments, other) in [
        (&["--fix", "--diff", "--output", "json"][..], "'--output"),
        (&["--write-baseline", "known.json", "--output", "json"], "'--output"),
        (&["--staged", "--fix"], "'--fix'"),
        (&["--staged", "--since", "main"], "'--since"),
    ] {
        let told = lint(&repo, arguments);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{arguments:?}: {told:?}");
        assert_says(&told, &format!("{CONFLICTING_FLAGS} {other}"));
    }
    for (arguments, code, words) in [
        (&["nowhere.yaml"][..], "no-such-path", "`nowhere.yaml`"),
        (&["catalog/nowhere/"], "no-such-path", "nowhere"),
        (&["../elsewhere.yaml"], "outside-root", "elsewhere.yaml`"),
        (&["--baseline", "nowhere.json"], "unreadable-file", "nowhere.json`"),
        (&["-C", "nowhere"], "no-such-folder", "nowhere`"),
        (&["--config", "nowhere.yaml"], "no-such-config", "nowhere.yaml`"),
        (&["--target", "production"], "unknown-target", "`production`"),
    ] {
        let told = lint(&repo, arguments);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{arguments:?}: {told:?}");
        assert_error(&told.err, code);
        assert_says(&told, words);
    }
}

#[test]
fn a_broken_config_is_64_with_all_its_faults() {
    let repo = shop();
    repo.write("portolan.yaml", "platform: harbour\nrulez: {}\n");
    let told = lint(&repo, &[]);
    assert_eq!((told.code, told.out.as_str()), (64, ""), "{told:?}");
    assert_error(&told.err, "faulty-config");
    assert_says(&told, "2 errors");
    assert_says(&told, did_you_mean!("rules"));
    assert_says(&told, "portolan.yaml:1:");
}

#[test]
fn an_output_whose_path_leads_nowhere_is_64() {
    let repo = shop();
    repo.write("file", "");
    for target in ["text=file/report.txt", "json=catalog"] {
        let told = lint(&repo, &["--output", target]);
        assert_eq!(told.code, 64, "{told:?}");
        let (_, path) = target.split_once('=').expect("it has a file");
        assert_error(&told.err, "unwritable-output");
        assert_says(&told, &format!("{path}`"));
    }
    let told = lint(&repo, &["--write-baseline", "file/baseline.json"]);
    assert_eq!(told.code, 64, "{told:?}");
}

#[cfg(target_os = "linux")] // writes to /dev/full
#[test]
fn a_full_disk_is_70() {
    use std::process::Stdio;
    let repo = shop();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("portolan"));
    let output = command.arg("lint").current_dir(repo.path()).stdout(Stdio::from(full)).output().expect("it runs");
    assert_eq!(output.status.code(), Some(70));
    assert_error(&String::from_utf8_lossy(&output.stderr), "output-failed");
}

#[test]
fn nothing_to_lint_is_said_and_is_0() {
    let repo = Repo::new();
    let told = lint(&repo, &[]);
    assert_eq!((told.code, told.out.as_str()), (0, format!("no YAML files: {NOTHING_TO_LINT}\n").as_str()), "{told:?}");
    assert!(contents(repo.path()).is_empty(), "lint leaves nothing behind");
    repo.write("values.yaml", "replicas: 2\n");
    let told = lint(&repo, &[]);
    assert_eq!(
        (told.code, told.out.as_str()),
        (0, format!("no entities in 1 file: {NOTHING_TO_LINT}\n").as_str()),
        "{told:?}"
    );
}

#[test]
fn claims_and_definitions_without_entities_are_something_to_lint() {
    let repo = Repo::new();
    let good = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules/refused-custom-resource/good");
    for path in ["crossplane/definition.yaml", "claims/shop.yaml"] {
        repo.write(path, std::fs::read_to_string(good.join(path)).expect("the example of the rule"));
    }
    let told = lint(&repo, &[]);
    assert_eq!((told.code, told.out.as_str()), (0, "2 files, 0 entities: nothing to report\n"), "{told:?}");
}
