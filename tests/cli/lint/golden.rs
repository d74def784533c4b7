//! Snapshots of the reports for the example organisation and its broken twin. `UPDATE=1` writes them again; read the
//! difference.

use std::path::Path;

use super::bench::lint;
use crate::testkit::{Repo, update_is_asked_for};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_broken_twin_reads_like_its_golden_report() {
    let golden = root().join("testdata/cli/acme-broken.txt");
    let repo = Repo::new();
    repo.copy_example("acme-broken");
    let mut told = lint(&repo, &[]);
    assert_eq!((told.code, told.err.as_str()), (1, ""));
    told.out = with_one_tag(&told.out);
    if update_is_asked_for() {
        std::fs::create_dir_all(golden.parent().expect("it is in a folder")).expect("folders can be made");
        std::fs::write(&golden, &told.out).expect("it can be written");
    }
    let expected = std::fs::read_to_string(&golden).expect("it is there: UPDATE=1 writes it");
    assert!(told.out == expected, "the report changed; run with UPDATE=1 and read the difference:\n{}", told.out);
}

/// Without a client secret, tags of masked values differ from run to run.
fn with_one_tag(text: &str) -> String {
    let mut parts = text.split("[secret ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "[secret tagtagtagtag]" + part.split_once(']').expect("a mark ends").1)
}

#[test]
fn the_example_is_clean_in_every_way_of_looking_at_it() {
    let repo = Repo::new();
    repo.copy_example("acme");
    for arguments in [&["--fail-on", "info"][..], &["--fail-on", "info", "catalog"], &["--fix", "--diff"]] {
        let told = lint(&repo, arguments);
        assert_eq!(told.code, 0, "{told:?}");
    }
    assert_eq!(lint(&repo, &[]).out, "40 files, 109 entities: nothing to report\n");
}

/// All fixes of the broken twin can be applied, and they cause no new finding.
#[test]
fn the_broken_twin_can_be_repaired_in_one_go() {
    let repo = Repo::new();
    repo.copy_example("acme-broken");
    let left = |told: &super::bench::Told| super::bench::listed(told).len();
    let before = lint(&repo, &["--output", "json"]);
    let after = lint(&repo, &["--fix", "--output", "json"]);
    assert!(left(&after) < left(&before));
    assert!(after.err.contains("fixes in"), "{}", after.err);
    assert_eq!(lint(&repo, &["--fix"]).err, "", "fixing twice changes nothing");
    assert!(!lint(&repo, &[]).out.contains("`--fix` applies it"), "nothing safe is left");
}
