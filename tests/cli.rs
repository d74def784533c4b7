//! Tests the real binary: that flags have an effect, what is written to which stream, and the exit codes. Details are
//! tested at lower layers. There is one file per command, and a test that none is missing.

mod catalog;
mod cluster;
mod comment;
mod completions;
mod config;
mod diff;
mod explain;
mod git_host;
mod graph;
mod hostile;
mod import;
mod init;
#[cfg(unix)] // makes symbolic links
mod links;
pub mod lint;
mod list;
mod lsp;
mod man;
mod monorepo;
mod new;
mod pull;
mod push;
#[cfg(target_os = "linux")] // inotify
mod reads;
mod rename;
mod restore;
mod schema;
mod secrets;
pub mod serve;
mod show;
mod usage;
mod version;

use crate::testkit::{Repo, portolan};

/// The result of a run.
struct Run {
    code: i32,
    results: String,
    talk: String,
}

/// Runs portolan in `repo`; the line is split at spaces.
fn run(repo: &Repo, line: &str) -> Run {
    run_with(repo, line, &[])
}

/// A push with credentials gets `--yes`, because the tests have no terminal to confirm on.
fn run_with(repo: &Repo, line: &str, variables: &[(&str, &str)]) -> Run {
    let is_push = line.split_whitespace().any(|word| matches!(word, "push" | "restore"));
    if is_push && variables.iter().any(|(name, _)| *name == "PORT_CLIENT_ID") {
        return run_exactly(repo, &format!("{line} --yes"), variables);
    }
    run_exactly(repo, line, variables)
}

fn run_exactly(repo: &Repo, line: &str, variables: &[(&str, &str)]) -> Run {
    let mut command = portolan(repo);
    command.args(line.split_whitespace()).envs(variables.iter().copied());
    let output = command.output().expect("the binary runs");
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("what portolan says is UTF-8");
        // Temporary folders differ from run to run.
        text.replace(&repo.path().display().to_string(), "[ROOT]")
    };
    Run {
        code: output.status.code().unwrap_or_else(|| panic!("`portolan {line}` was killed")),
        results: text(output.stdout),
        talk: text(output.stderr),
    }
}

impl Run {
    /// The results of a successful run without messages.
    fn quietly_gave(self) -> String {
        assert_eq!((self.code, self.talk.as_str()), (0, ""), "{}", self.results);
        self.results
    }

    /// The messages of a run that was refused before it did anything.
    fn was_refused(self) -> String {
        assert_eq!((self.code, self.results.as_str()), (64, ""), "{}", self.talk);
        self.talk
    }
}

#[test]
fn every_verb_has_its_tests() {
    let own = include_str!("cli.rs");
    for verb in portolan::cli::command().get_subcommands() {
        let tested = own.contains(&format!("mod {};", verb.get_name()));
        assert!(tested, "no tests for `{}`", verb.get_name());
    }
}
