//! Tests the packages: the crate, the container, the archive of a release. Each contains what it needs, and no more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pipelines::{project, run};
use crate::testkit::{Repo, files_below};

fn text(path: &str) -> String {
    std::fs::read_to_string(project(path)).expect("the file is there")
}

/// The files that become part of the program, relative to the project; files that only tests read are left out.
fn built_in() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files_below(&project("src")).into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs")) {
        if path.iter().any(|part| part == "tests" || part == "tests.rs") {
            continue;
        }
        let source = text(&format!("src/{}", path.display()));
        let source = source.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for named in source.split("include_dir!(\"$CARGO_MANIFEST_DIR/").skip(1) {
            let folder = named.split('"').next().unwrap_or_default();
            let files = files_below(&project(folder));
            found.extend(files.iter().map(|file| Path::new(folder).join(file).display().to_string()));
        }
        let calls = ["include_str!(\"", "include_bytes!(\""].iter().flat_map(|call| source.split(call).skip(1));
        for named in calls.filter_map(|rest| rest.split('"').next()) {
            let mut at = PathBuf::from("src").join(&path);
            at.pop();
            for part in Path::new(named).components() {
                match part {
                    std::path::Component::ParentDir => assert!(at.pop(), "{named}"),
                    part => at.push(part),
                }
            }
            if project("").join(&at).is_file() {
                found.insert(at.display().to_string());
            }
        }
    }
    assert!(found.contains("src/scaffold/repository/templates/github.yml") && found.len() > 50, "{found:?}");
    found
}

#[test]
fn the_crate_holds_what_it_needs_and_no_more() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(project("")).args(["package", "--list", "--allow-dirty", "--locked", "--offline", "--quiet"]);
    let told = run(&mut command);
    assert_eq!(told.code, 0, "{}", told.words);
    let listed: BTreeSet<&str> = told.words.lines().collect();
    for needed in built_in().iter().map(String::as_str).chain(["Cargo.lock", "Cargo.toml", "README.md", "src/main.rs"])
    {
        assert!(listed.contains(needed), "the crate lacks {needed}");
    }
    let made = ["Cargo.lock", "Cargo.toml", "Cargo.toml.orig", ".cargo_vcs_info.json"];
    let papers = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];
    let folders = ["src/", "schemas/", "completions/", "testdata/rules/"];
    let belongs = |path: &&&str| {
        made.contains(*path) || papers.contains(*path) || folders.iter().any(|folder| path.starts_with(folder))
    };
    let strange: Vec<&&str> = listed.iter().filter(|path| !belongs(path)).collect();
    assert!(strange.is_empty(), "{strange:?}");
    let size = |path: &&str| std::fs::metadata(project(path)).map_or(0, |it| it.len());
    let total: u64 = listed.iter().map(size).sum();
    assert!(total < 10 << 20, "{total} bytes");
}

#[test]
fn the_container_is_built_from_what_it_is_given() {
    let (dockerfile, ignored) = (text("Dockerfile"), text(".dockerignore"));
    let from_here = |line: &&str| line.starts_with("COPY ") && !line.contains("--from=");
    let copied: Vec<&str> = dockerfile.lines().filter(from_here).collect();
    let copied = copied.iter().flat_map(|line| {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        words.split_last().map_or(Vec::new(), |(_, sources)| sources.to_vec())
    });
    let copied: Vec<&str> = copied.collect();
    let let_in: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert_eq!(ignored.lines().next(), Some("*"));
    assert_eq!(copied.iter().collect::<BTreeSet<_>>(), let_in.iter().collect::<BTreeSet<_>>());
    let manifest = text("Cargo.toml");
    let benches = manifest.matches("[[bench]]").count();
    assert!(benches == 0 || copied.contains(&"benches"), "Cargo wants the benches that it knows of");
    for needed in built_in().iter().map(String::as_str).chain(["Cargo.toml", "Cargo.lock", "src/main.rs"]) {
        assert!(copied.iter().any(|path| Path::new(needed).starts_with(path)), "the container's build lacks {needed}");
    }
    let last = dockerfile.split("\nFROM ").last().expect("a stage");
    assert!(last.starts_with("scratch\n") && last.contains("\nUSER 65532:65532\n"), "{last}");
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("a version");
    assert!(dockerfile.contains(&format!("FROM rust:{}-alpine", version.trim_matches('"'))));
}

#[test]
#[ignore = "slow"]
fn an_archive_holds_the_binary_its_pages_and_completions() {
    let folder = Repo::new();
    let built = folder.path().join("target/dist");
    std::fs::create_dir_all(&built).expect("folders can be made");
    std::fs::copy(env!("CARGO_BIN_EXE_portolan"), built.join("portolan")).expect("files can be copied");
    let mut command = Command::new(project(".github/package"));
    command.arg("x86_64-unknown-linux-musl").env("CARGO_TARGET_DIR", folder.path().join("target"));
    let told = run(command.env("DIST", folder.path().join("dist")));
    assert_eq!(told.code, 0, "{}", told.words);
    let name = format!("portolan-{}-x86_64-unknown-linux-musl", env!("CARGO_PKG_VERSION"));
    let mut command = Command::new("tar");
    command.current_dir(folder.path()).args(["--extract", "--gzip", "--file"]).arg(format!("dist/{name}.tar.gz"));
    assert_eq!(run(&mut command).code, 0);
    let inside: BTreeSet<String> =
        files_below(&folder.path().join(&name)).iter().map(|path| path.display().to_string()).collect();
    for wanted in [
        "portolan",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "CHANGELOG.md",
        "completions/_portolan",
        "completions/portolan.bash",
        "completions/portolan.fish",
        "man/portolan.1",
        "man/portolan-lint.1",
    ] {
        assert!(inside.contains(wanted), "{wanted} is not in {inside:?}");
    }
    let told = run(Command::new(folder.path().join(&name).join("portolan")).arg("--version"));
    assert_eq!((told.code, told.words), (0, format!("portolan {}\n", env!("CARGO_PKG_VERSION"))));
}

/// One version, wherever it is written down. `examples.rs` has the one of the examples and the GitLab template.
#[test]
fn everything_is_of_the_same_version() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(text("pyproject.toml").contains(&format!("\"portolan-gitops=={version}\"")));
}
