//! Tests `portolan version`: the output of `--version`, and the kind of build.

use super::run;
use crate::testkit::Repo;

#[test]
fn the_command_prints_the_version_and_the_kind_of_build() {
    let repo = Repo::new();
    let flag = run(&repo, "--version").quietly_gave();
    assert_eq!(flag, format!("portolan {}\n", env!("CARGO_PKG_VERSION")));
    // Only the release workflow compiles with the variable that marks a published release.
    let command = run(&repo, "version").quietly_gave();
    assert_eq!(command, format!("{flag}built from source\n"));
}
