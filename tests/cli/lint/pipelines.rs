//! Tests how a run detects CI, and which outputs it writes there by default.

use super::bench::{Told, WRONG, service, shop, told};
use crate::testkit::{Repo, contents, portolan};

fn faulty() -> Repo {
    let repo = shop();
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo
}

fn run(repo: &Repo, variables: &[(&str, &str)], arguments: &[&str]) -> Told {
    told(portolan(repo).envs(variables.iter().copied()).arg("lint").args(arguments))
}

#[test]
fn github_gets_annotations_and_a_summary_after_what_is_there() {
    let repo = faulty();
    repo.write("summary.md", "# Built\n");
    let summary = repo.path().join("summary.md").display().to_string();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.as_str())];
    let told = run(&repo, &variables, &[]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("::error file=catalog/cart.yaml,line=9,"), "{}", told.out);
    let text = repo.read("summary.md");
    assert!(text.starts_with("# Built\n") && text.contains("wrong-property-type"), "{text}");
    let before = text.len();
    run(&repo, &variables, &[]);
    assert!(repo.read("summary.md").len() > before, "it is added to, not replaced");
}

#[test]
fn what_is_asked_for_is_all_there_is() {
    let repo = faulty();
    let summary = repo.path().join("summary.md").display().to_string();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.as_str())];
    let told = run(&repo, &variables, &["--output", "concise"]);
    assert!(!told.out.contains("::error"), "{}", told.out);
    assert!(!repo.path().join("summary.md").exists());
}

#[test]
fn a_pipeline_without_a_summary_is_no_trouble_and_one_that_cannot_be_written_is_told() {
    let repo = faulty();
    assert_eq!(run(&repo, &[("GITHUB_ACTIONS", "true")], &[]).code, 1);
    assert_eq!(run(&repo, &[("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "")], &[]).code, 1);
    let told = run(&repo, &[("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "nowhere/summary.md")], &[]);
    assert_eq!(told.code, 1, "lint says what it would have said: {told:?}");
    assert!(told.err.starts_with("note: The job has no summary: `nowhere/summary.md` cannot be written"), "{told:?}");
    assert!(told.out.contains("::error"), "the annotations are there all the same");
}

#[test]
fn elsewhere_it_is_text() {
    let repo = faulty();
    for variables in [&[("GITLAB_CI", "true"), ("CI", "true")][..], &[("CI", "true")], &[("GITHUB_ACTIONS", "false")]] {
        let told = run(&repo, variables, &[]);
        assert_eq!(told.code, 1);
        assert!(told.out.starts_with("error[wrong-property-type]"), "{variables:?}: {}", told.out);
    }
}

/// CI systems show annotations, code scanning alerts and merge request reports at the file's path in the repository,
/// wherever the config is.
#[test]
fn machines_get_paths_of_the_repository_and_people_those_of_the_root() {
    let repo = Repo::new();
    for (path, bytes) in contents(faulty().path()) {
        repo.write(&format!("teams/the shop/{}", path.display()), bytes);
    }
    std::fs::remove_dir_all(repo.path().join(".git")).expect("it is there");
    repo.write("teams/the shop/portolan.yaml", "");
    let run = |format: &str| run(&repo, &[], &["-C", "teams/the shop", "--output", format]).out;
    let inside =
        [("github", "file=teams/the shop/catalog/cart.yaml,"), ("gitlab", "\"teams/the shop/catalog/cart.yaml\"")];
    let more = [
        ("sarif", "\"teams/the%20shop/catalog/cart.yaml\""),
        ("junit", "classname=\"teams/the shop/catalog/cart.yaml\""),
    ];
    let outside =
        [("text", " catalog/cart.yaml:9:11"), ("concise", "catalog/cart.yaml:9:11"), ("json", "\"catalog/cart.yaml\"")];
    let prints = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains("ingerprint"));
        lines.map(|line| line.trim().trim_end_matches(',').rsplit(' ').next().unwrap_or_default().to_owned()).collect()
    };
    let without_git = prints(&run("gitlab"));
    assert!(!run("github").contains("teams"), "without Git there is nothing else to be relative to");
    repo.git(&["init", "--quiet"]);
    for (format, words) in inside.into_iter().chain(more).chain(outside) {
        assert!(run(format).contains(words), "{format}: {}", run(format));
    }
    assert!(!run("json").contains("teams"), "{}", run("json"));
    assert_eq!((prints(&run("gitlab")), without_git.len()), (without_git, 1), "the name of a finding stays");
}
