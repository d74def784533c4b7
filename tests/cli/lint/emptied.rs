//! Tests globs of the config that match nothing: a typing error must not look like a repository without findings.

use super::bench::{WRONG, assert_says, findings, lint, service, shop};
use crate::testkit::Repo;

fn with_globs(globs: &str) -> Repo {
    let repo = shop();
    repo.write("portolan.yaml", format!("platform: port\nmanifests:\n{globs}"));
    repo
}

#[test]
fn globs_that_leave_no_file_are_refused() {
    for (globs, words) in [
        (
            "  include: [catalogue/**/*.yaml]\n",
            "`manifests.include` (portolan.yaml:3) matches none of the 3 YAML files here",
        ),
        ("  exclude: [catalog]\n", "`manifests.exclude` (portolan.yaml:3) excludes all 3 YAML files here"),
        (
            "  include: [catalog/cart.yaml]\n  exclude: [\"**/cart.yaml\"]\n",
            "`manifests.exclude` (portolan.yaml:4) excludes every file that `manifests.include` matches",
        ),
    ] {
        let told = lint(&with_globs(globs), &[]);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{told:?}");
        assert_says(&told, words);
    }
}

/// A named file is enough input, and a commit need not contain a manifest.
#[test]
fn what_is_named_or_committed_is_not_asked_for_more() {
    let repo = with_globs("  include: [catalogue]\n");
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    let unlisted = "catalog/cart.yaml:7:15 unlisted-manifest";
    assert_eq!(findings(&repo, &["catalog/cart.yaml"]), ["catalog/cart.yaml:9:11 wrong-property-type", unlisted]);
    repo.git(&["init", "--quiet"]);
    assert_eq!(lint(&repo, &["--staged"]).code, 0);
}

/// The config itself is not a forgotten manifest.
#[test]
fn a_repository_that_has_no_manifests_yet_is_fine() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "manifests:\n  include: [catalog]\n  exclude: [drafts]\n");
    let told = lint(&repo, &[]);
    assert_eq!(told.code, 0, "{told:?}");
}
