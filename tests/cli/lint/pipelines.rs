//! Where a run knows that it is in a pipeline, and what it does there without being asked.

use super::bench::{Told, WRONG, service, shop, told};
use crate::support::{Repo, portolan};

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
    assert_eq!(told.code, 70, "{told:?}");
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
