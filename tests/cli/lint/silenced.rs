//! Tests findings that are not reported: ignore comments, and the baseline.

use super::bench::{AMBIGUOUS, WRONG, assert_says, findings, flat, lint, service, shop};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;
use crate::testkit::says::clean;

const WRONG_TIER: &str = "catalog/cart.yaml:9:11 wrong-property-type";

fn cart(repo: &Repo, more: &str) {
    repo.write("catalog/cart.yaml", service("cart", more));
}

#[test]
fn a_comment_on_the_line_or_above_silences() {
    let repo = shop();
    for more in [
        "  properties:\n    tier: high # portolan: ignore[wrong-property-type] until the new scale\n",
        "  properties:\n    # portolan: ignore[wrong-property-type] until the new scale\n    tier: high\n",
        "  properties:\n    # portolan: ignore[ambiguous-scalar, wrong-property-type] both\n    tier: off\n",
    ] {
        cart(&repo, more);
        let told = lint(&repo, &["--fail-on", "info"]);
        assert_eq!(told.code, 0, "{more}: {told:?}");
        assert!(told.out.contains("ignored by comments"), "{told:?}");
    }
}

#[test]
fn a_comment_silences_only_what_it_names_and_only_there() {
    let repo = shop();
    cart(&repo, "  properties:\n    # portolan: ignore[wrong-property-type] there\n    owner: 1\n    tier: high\n");
    assert_eq!(findings(&repo, &[]), ["catalog/cart.yaml:11:11 wrong-property-type"]);
}

/// Two places are equally responsible, and a run reports the one that the change touches.
#[test]
fn a_comment_counts_at_both_places_of_a_duplicate() {
    let repo = shop();
    let twin = service("cart", "");
    let commented =
        twin.replace("identifier: cart", "identifier: cart # portolan: ignore[duplicate-entity] until both are merged");
    assert_ne!(commented, twin);
    for (one, other, is_reported) in
        [(&twin, &twin, true), (&commented, &twin, false), (&twin, &commented, false), (&commented, &commented, false)]
    {
        repo.write("catalog/cart.yaml", one);
        repo.write("catalog/other-cart.yaml", other);
        for path in ["", "catalog/cart.yaml", "catalog/other-cart.yaml"] {
            let arguments: Vec<&str> = Some(path).filter(|path| !path.is_empty()).into_iter().collect();
            let found = findings(&repo, &arguments);
            let has = |rule: &str| found.iter().any(|finding| finding.ends_with(rule));
            assert_eq!((has("duplicate-entity"), has("unused-ignore")), (is_reported, false), "{path}: {found:?}");
        }
    }
}

#[test]
fn a_comment_that_silences_nothing_is_told_and_removed() {
    let repo = shop();
    cart(&repo, "  properties:\n    tier: 1 # portolan: ignore[wrong-property-type] was wrong\n");
    assert_eq!(findings(&repo, &[]), ["catalog/cart.yaml:9:32 unused-ignore"]);
    assert_eq!(lint(&repo, &["--fix"]).code, 0);
    assert_eq!(repo.read("catalog/cart.yaml"), service("cart", "  properties:\n    tier: 1\n"));
    cart(&repo, "  properties:\n    tier: high # portolan: ignore[wrong-property-tipe] until then\n");
    assert_eq!(
        findings(&repo, &[]),
        ["catalog/cart.yaml:9:11 wrong-property-type", "catalog/cart.yaml:9:35 unknown-rule"]
    );
}

#[test]
fn a_rule_that_is_off_does_not_make_its_comments_wrong() {
    let repo = shop();
    cart(&repo, "  properties:\n    tier: high # portolan: ignore[wrong-property-type] until then\n");
    assert_eq!(findings(&repo, &["--rule", "wrong-property-type=off"]), [""; 0]);
}

/// A repository with two findings in its baseline.
fn lives_with() -> Repo {
    let repo = shop();
    cart(&repo, WRONG);
    repo.write("catalog/checkout.yaml", service("checkout", AMBIGUOUS));
    let told = lint(&repo, &["--write-baseline", ".portolan/baseline.json"]);
    assert_eq!((told.code, told.out.as_str()), (0, ""), "{told:?}");
    assert_says(&told, "Wrote `.portolan/baseline.json`: 2 findings, hidden by `--baseline` from now on.");
    repo
}

const BASELINE: [&str; 2] = ["--baseline", ".portolan/baseline.json"];

#[test]
fn a_baseline_leaves_out_what_it_knows_and_nothing_else() {
    let repo = lives_with();
    let told = lint(&repo, &BASELINE);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{told:?}");
    assert_eq!(flat(&told.out), format!("{}; 2 in the baseline", clean(4, 3)));
    cart(&repo, &format!("{WRONG}    runtime: [1]\n"));
    assert_eq!(findings(&repo, &BASELINE), ["catalog/cart.yaml:10:14 wrong-property-type"], "a new one shows");
    assert_eq!(findings(&repo, &[]).len(), 3);
}

#[test]
fn a_baseline_survives_moved_lines_but_not_another_fault() {
    let repo = lives_with();
    repo.write("catalog/cart.yaml", format!("# A comment\n\n---\n{}", service("cart", WRONG)));
    assert_eq!(findings(&repo, &BASELINE), [""; 0]);
    cart(&repo, "  properties:\n      tier:   high\n");
    assert_eq!(findings(&repo, &BASELINE), [""; 0], "blanks are not content");
    cart(&repo, "  properties:\n    tier: low\n");
    assert_eq!(findings(&repo, &BASELINE), [WRONG_TIER], "another value is another fault");
}

/// The fingerprint includes the file's name.
#[test]
fn a_renamed_file_has_new_findings() {
    let repo = lives_with();
    repo.remove("catalog/cart.yaml");
    repo.write("catalog/basket.yaml", service("cart", WRONG));
    assert_eq!(findings(&repo, &BASELINE), ["catalog/basket.yaml:9:11 wrong-property-type"]);
}

#[test]
fn of_two_alike_on_a_line_each_counts() {
    let repo = shop();
    cart(&repo, "  properties:\n    runtime: {a: off, b: off}\n");
    lint(&repo, &["--write-baseline", "known.json"]);
    assert_eq!(findings(&repo, &["--baseline", "known.json"]), [""; 0]);
    assert_eq!(findings(&repo, &["--baseline", "known.json", "catalog/cart.yaml"]), [""; 0]);
    cart(&repo, "  properties:\n    runtime: {a: off, b: off, c: off}\n");
    assert_eq!(findings(&repo, &["--baseline", "known.json"]).len(), 3, "the line is another one");
}

/// Ignore comments are applied first, so that a finding is not counted twice.
#[test]
fn a_baseline_written_anew_keeps_what_it_knew() {
    let repo = lives_with();
    let before = repo.read(".portolan/baseline.json");
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    let told = lint(&repo, &[&BASELINE[..], &["--write-baseline", ".portolan/baseline.json"]].concat());
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(findings(&repo, &BASELINE), [""; 0]);
    assert_eq!(repo.read(".portolan/baseline.json").lines().count(), before.lines().count() + 1);
    repo.remove("catalog/wishes.yaml");
    lint(&repo, &["--write-baseline", ".portolan/baseline.json"]);
    assert_eq!(repo.read(".portolan/baseline.json"), before, "and forgets what is mended");
}

/// A baseline of a part would bring back all findings outside it.
#[test]
fn a_baseline_is_of_the_whole_repository() {
    let repo = lives_with();
    let before = repo.read(".portolan/baseline.json");
    for arguments in [&["catalog/cart.yaml"][..], &["--staged"], &["--changed"], &["--since", "main"], &["--fix"]] {
        let told = lint(&repo, &[&["--write-baseline", ".portolan/baseline.json"], arguments].concat());
        assert_eq!(told.code, 64, "{arguments:?} {told:?}");
        assert_says(&told, "--write-baseline");
        assert_eq!(repo.read(".portolan/baseline.json"), before);
    }
}

#[test]
fn a_broken_baseline_is_64_and_says_where() {
    let repo = lives_with();
    for (text, code, words) in [
        ("{\n  \"format\": \"portolan.baseline/1\",\n", "baseline::syntax", "line 3, column"),
        ("[]", "baseline::syntax", ""),
        ("{\"format\": \"portolan.baseline/9\", \"fingerprints\": []}", "baseline::format", "`portolan.baseline/9`"),
        (
            "{\"format\": \"portolan.baseline/1\", \"fingerprints\": [{\"fingerprint\": \"xyz\", \"rule\": \"r\", \"path\": \"p\"}]}",
            "baseline::fingerprint",
            "`xyz`",
        ),
    ] {
        repo.write(".portolan/baseline.json", text);
        let told = lint(&repo, &BASELINE);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{told:?}");
        assert_error(&told.err, code);
        assert_says(&told, words);
        assert_says(&told, ".portolan/baseline.json");
    }
}
