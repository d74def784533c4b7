//! `portolan version`: the same as `--version`.

use super::run;
use crate::testkit::Repo;

#[test]
fn the_command_and_the_flag_print_the_same() {
    let repo = Repo::new();
    let version = run(&repo, "version").quietly_gave();
    assert_eq!(version, format!("portolan {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run(&repo, "--version").quietly_gave(), version);
}
