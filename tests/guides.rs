//! Tests the documentation: every `console` block is run, line by line, with the real binary in a real repository, and
//! its output must match; commands in `sh` blocks must be valid; links must work, and every page must be reachable from
//! the README. `UPDATE=1` writes the actual output into the pages; then read the difference.

mod bench;
mod links;
mod page;
mod shown;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::testkit::counts::{planned, pushed};
use crate::testkit::{Repo, portolan, update_is_asked_for};
use page::Page;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(project(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The README, CONTRIBUTING, and all pages under `docs`.
fn pages() -> Vec<String> {
    let below = crate::testkit::files_below(&project("docs")).into_iter().map(|path| Path::new("docs").join(path));
    let names = below.map(|path| path.to_str().expect("our names are UTF-8").replace('\\', "/"));
    let names = names.filter(|name| name.ends_with(".md"));
    ["README.md".to_owned(), "CONTRIBUTING.md".to_owned()].into_iter().chain(names).collect()
}

#[cfg(unix)] // the pages are for a POSIX shell
#[test]
fn what_the_pages_show_is_what_comes() {
    let pages: Vec<(String, Page)> =
        pages().into_iter().map(|name| (name.clone(), Page::of(&name, &read(&name)))).collect();
    let pages: Vec<_> = pages.into_iter().filter(|(_, page)| page.has_commands()).collect();
    assert!(pages.len() > 5, "only {} pages have commands", pages.len());
    let has_ssh_keygen = std::process::Command::new("ssh-keygen").arg("-?").output().is_ok();
    let pages: Vec<_> = pages.into_iter().filter(|(name, page)| has_ssh_keygen || !left_out(name, page)).collect();
    let faults: Vec<String> = std::thread::scope(|scope| {
        let follow = |(name, page): &(String, Page)| {
            let outcome = bench::follow(name, page);
            if update_is_asked_for() && !outcome.news.is_empty() {
                fs::write(project(name), page::renewed(&read(name), &outcome.news)).expect("pages can be written");
            }
            outcome.faults
        };
        let threads: Vec<_> = pages.iter().map(|page| scope.spawn(move || follow(page))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a page is followed to its end")).collect()
    });
    assert!(faults.is_empty(), "not as the page says (UPDATE=1 rewrites it; then read it):\n\n{}", faults.join("\n"));
}

/// Whether a page signs commits, which is not possible here.
#[cfg(unix)]
#[expect(clippy::print_stderr, reason = "says what it skips")]
fn left_out(name: &str, page: &Page) -> bool {
    let signs = page.steps.iter().any(|step| step.runs("ssh-keygen"));
    if signs {
        assert!(std::env::var_os("TESTS_NEED_ALL").is_none(), "there is no `ssh-keygen`");
        eprintln!("SKIPPED: there is no `ssh-keygen`, so {name} was not followed");
    }
    signs
}

#[test]
fn commands_that_are_only_shown_can_be_given() {
    let mut count = 0;
    let mut faults = Vec::new();
    for name in pages() {
        for (line, command) in shown::commands(&read(&name)) {
            count += 1;
            faults.extend(shown::fault(&command).map(|fault| format!("{name}:{line}: {fault}")));
        }
    }
    assert!(count > 15, "only {count} commands found: the test looks in the wrong place");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_link_is_dead_and_every_page_is_found_from_the_readme() {
    let root = project("");
    let faults = links::dead(&root);
    assert!(faults.is_empty(), "dead links:\n{}", faults.join("\n"));
    let found = links::found_from(&root, "README.md");
    let lost: BTreeSet<String> = pages().into_iter().filter(|page| !found.contains(page)).collect();
    assert!(lost.is_empty(), "no link leads from the README to {lost:?}");
}

#[test]
fn the_readmes_hooks_are_ours() {
    let ours = read(".pre-commit-hooks.yaml");
    let ids: BTreeSet<&str> = ours.lines().filter_map(|line| line.strip_prefix("- id: ")).collect();
    let readme = read("README.md");
    let section =
        readme.split("\n## ").find(|part| part.starts_with("As a pre-commit hook")).expect("a section on hooks");
    let named: BTreeSet<&str> = section.split('`').filter(|word| word.starts_with("portolan-lint")).collect();
    assert_eq!(named, ids);
}

#[test]
fn the_readmes_first_command_does_what_it_says() {
    let readme = read("README.md");
    let mut blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let first = blocks.next().expect("it begins with a command");
    assert_eq!(first, "cargo run --locked -- -C examples/acme push");
    assert_eq!(blocks.next(), Some("cargo test --locked"), "`.ci/run` runs the second one");
    let repo = Repo::new();
    repo.copy_example("acme");
    let push = |code: i32| {
        let output = portolan(&repo).arg("push").output().expect("portolan runs");
        let text = String::from_utf8(output.stdout).expect("reports are UTF-8");
        assert_eq!(output.status.code(), Some(code), "{text}");
        text
    };
    let text = push(0);
    assert_eq!((planned(&text)[0], pushed(&text)[0]), (109, 109), "{text}");
    let text = push(0);
    assert_eq!(pushed(&text), [0, 0, 0, 0, 0, 109], "{text}");
}
