//! Tests the base for each CI system, in clones as pipelines make them.

use super::super::pipeline::{Kind, Named, Try, named};
use super::*;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const NONE: &str = "0000000000000000000000000000000000000000";

fn said(variables: &[(&str, &str)], event: Option<&str>) -> Option<Named> {
    named(&environment(variables), || event.map(str::to_owned))
}

fn branch(name: &str) -> Try {
    Try::Branch(name.to_owned())
}

fn commit(id: &str) -> Try {
    Try::Commit(id.to_owned())
}

/// The environment, the variable that counts, the revisions it names, and their kind.
type Row<'t> = (&'t [(&'t str, &'t str)], &'t str, &'t [Try], Kind);

#[test]
fn each_pipeline_says_it_with_variables_of_its_own() {
    let github = ("GITHUB_ACTIONS", "true");
    let table: [Row<'_>; 22] = [
        (&[github, ("GITHUB_BASE_REF", "main")], "GITHUB_BASE_REF", &[branch("main")], Kind::Parting),
        (
            &[
                ("GITLAB_CI", "true"),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", A),
                ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ],
            "CI_MERGE_REQUEST_DIFF_BASE_SHA",
            &[commit(A), branch("main")],
            Kind::Itself,
        ),
        (
            &[("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", B), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", A)],
            "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
            &[commit(B)],
            Kind::Itself,
        ),
        (
            &[("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "release/1"), ("CI_COMMIT_BEFORE_SHA", NONE)],
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
            &[branch("release/1")],
            Kind::Parting,
        ),
        (&[("CI_COMMIT_BEFORE_SHA", A)], "CI_COMMIT_BEFORE_SHA", &[commit(A)], Kind::Itself),
        (
            &[("BITBUCKET_PR_DESTINATION_BRANCH", "main"), ("BITBUCKET_PR_DESTINATION_COMMIT", "aaaaaaaaaaaa")],
            "BITBUCKET_PR_DESTINATION_BRANCH",
            &[branch("main"), commit("aaaaaaaaaaaa")],
            Kind::Parting,
        ),
        (
            &[("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/team/main")],
            "SYSTEM_PULLREQUEST_TARGETBRANCH",
            &[branch("team/main")],
            Kind::Parting,
        ),
        (
            &[("SYSTEM_PULLREQUEST_TARGETBRANCH", "main")],
            "SYSTEM_PULLREQUEST_TARGETBRANCH",
            &[branch("main")],
            Kind::Parting,
        ),
        (&[("CHANGE_ID", "7"), ("CHANGE_TARGET", "main")], "CHANGE_TARGET", &[branch("main")], Kind::Parting),
        (
            &[("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main")],
            "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
            &[branch("main")],
            Kind::Parting,
        ),
        (
            &[("DRONE_BUILD_EVENT", "pull_request"), ("DRONE_TARGET_BRANCH", "main"), ("DRONE_COMMIT_BEFORE", A)],
            "DRONE_TARGET_BRANCH",
            &[branch("main")],
            Kind::Parting,
        ),
        (
            &[("DRONE_BUILD_EVENT", "push"), ("DRONE_TARGET_BRANCH", "main"), ("DRONE_COMMIT_BEFORE", A)],
            "DRONE_COMMIT_BEFORE",
            &[commit(A)],
            Kind::Itself,
        ),
        (
            &[("CI", "woodpecker"), ("CI_PIPELINE_EVENT", "pull_request"), ("CI_COMMIT_TARGET_BRANCH", "main")],
            "CI_COMMIT_TARGET_BRANCH",
            &[branch("main")],
            Kind::Parting,
        ),
        (&[("TRAVIS_PULL_REQUEST", "7"), ("TRAVIS_BRANCH", "main")], "TRAVIS_BRANCH", &[branch("main")], Kind::Parting),
        (
            &[
                ("TRAVIS_PULL_REQUEST", "false"),
                ("TRAVIS_BRANCH", "main"),
                ("TRAVIS_COMMIT_RANGE", "aaaaaaaaaaaa...bbbbbbbbbbbb"),
            ],
            "TRAVIS_COMMIT_RANGE",
            &[commit("aaaaaaaaaaaa")],
            Kind::Itself,
        ),
        (
            &[("APPVEYOR_PULL_REQUEST_NUMBER", "7"), ("APPVEYOR_REPO_BRANCH", "main")],
            "APPVEYOR_REPO_BRANCH",
            &[branch("main")],
            Kind::Parting,
        ),
        (&[("CF_PULL_REQUEST_TARGET", "main")], "CF_PULL_REQUEST_TARGET", &[branch("main")], Kind::Parting),
        (
            &[("CIRCLECI", "true"), ("CIRCLE_PULL_REQUEST", "https://github.com/acme/catalog/pull/7")],
            "CIRCLE_PULL_REQUEST",
            &[Try::DefaultBranch],
            Kind::Parting,
        ),
        (
            &[("JENKINS_URL", "https://ci.example.com/"), ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", A)],
            "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
            &[commit(A)],
            Kind::Itself,
        ),
        (
            &[("CIRRUS_BASE_BRANCH", "main"), ("CIRRUS_BASE_SHA", A)],
            "CIRRUS_BASE_BRANCH",
            &[branch("main"), commit(A)],
            Kind::Parting,
        ),
        (&[("BITRISEIO_GIT_BRANCH_DEST", "main")], "BITRISEIO_GIT_BRANCH_DEST", &[branch("main")], Kind::Parting),
        // Variables of another CI system may be left over in a runner's environment.
        (
            &[github, ("GITHUB_BASE_REF", "main"), ("CHANGE_ID", "7"), ("CHANGE_TARGET", "other")],
            "GITHUB_BASE_REF",
            &[branch("main")],
            Kind::Parting,
        ),
    ];
    for (variables, variable, tries, kind) in table {
        let named = said(variables, None).unwrap_or_else(|| panic!("{variable} says it"));
        assert_eq!((named.variable, named.tries.as_slice(), named.kind), (variable, tries, kind));
        assert!(!named.fetch.is_empty() && !named.shown.is_empty(), "{variable}");
    }
}

#[test]
fn what_says_no_base_says_none() {
    let table: [&[(&str, &str)]; 15] = [
        &[],
        &[("CI", "true")],
        &[("GITHUB_ACTIONS", "true")],
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "")],
        &[("GITHUB_BASE_REF", "main")],
        &[("CI_COMMIT_BEFORE_SHA", NONE)],
        &[("CHANGE_TARGET", "main")],
        &[("JENKINS_URL", "https://ci.example.com/"), ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", NONE)],
        &[("GIT_PREVIOUS_SUCCESSFUL_COMMIT", A)],
        &[("CIRCLECI", "true"), ("CIRCLE_PULL_REQUEST", "")],
        &[("CF_BRANCH", "main"), ("CF_PULL_REQUEST_TARGET", "")],
        &[("APPVEYOR_REPO_BRANCH", "main")],
        &[("DRONE_BUILD_EVENT", "tag"), ("DRONE_COMMIT_BEFORE", A)],
        &[("CI_PIPELINE_EVENT", "push"), ("CI_COMMIT_TARGET_BRANCH", "main")],
        &[("TRAVIS_PULL_REQUEST", "false"), ("TRAVIS_BRANCH", "main")],
    ];
    for variables in table {
        assert_eq!(said(variables, None), None, "{variables:?}");
    }
}

#[test]
fn github_tells_the_rest_in_a_file() {
    let of = |name, event: &str| said(&[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", name)], Some(event));
    let tries = |named: Option<Named>| named.map(|named| (named.variable, named.tries));
    let before = Some(("GITHUB_EVENT_PATH", vec![commit(A)]));
    assert_eq!(tries(of("push", &format!(r#"{{"before": "{A}"}}"#))), before);
    assert_eq!(tries(of("merge_group", &format!(r#"{{"merge_group": {{"base_sha": "{A}"}}}}"#))), before);
    for (name, event) in [
        ("push", format!(r#"{{"before": "{NONE}"}}"#)),
        ("push", r#"{"before": "--upload-pack=x"}"#.to_owned()),
        ("push", r#"{"before": 7}"#.to_owned()),
        ("push", "[".to_owned()),
        ("schedule", format!(r#"{{"before": "{A}"}}"#)),
    ] {
        assert_eq!(of(name, &event), None, "{event}");
    }
    let request = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main"), ("GITHUB_SHA", B)];
    let event = format!(r#"{{"pull_request": {{"base": {{"sha": "{A}"}}}}}}"#);
    let named = said(&request, Some(&event)).expect("it is said");
    assert_eq!((named.tries, named.merge), (vec![branch("main"), commit(A)], None));
    let merge = [&request[..], &[("GITHUB_REF", "refs/pull/7/merge")]].concat();
    assert_eq!(said(&merge, None).expect("it is said").merge.as_deref(), Some(B));
}

/// A pull request, with the merge commit that the pipeline creates for it under a ref of its own.
fn requested() -> (Tree, String) {
    let tree = Tree::parted();
    tree.git(&["switch", "--quiet", "--detach", "main"]);
    tree.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "feature"]);
    let merge = tree.id("HEAD");
    tree.git(&["update-ref", "refs/pull/7/merge", &merge]);
    tree.git(&["switch", "--quiet", "main"]);
    (tree, merge)
}

fn pull_request(merge: &str) -> Vec<(&str, &str)> {
    let reference = ("GITHUB_REF", "refs/pull/7/merge");
    vec![("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main"), ("GITHUB_SHA", merge), reference]
}

#[test]
fn a_pull_request_is_compared_with_its_target() {
    let (tree, merge) = requested();
    let whole = tree.cloned(&[], "refs/pull/7/merge");
    let base = found(whole.base(Wanted::FromPipeline, &pull_request(&merge)));
    assert_eq!(
        base.revision,
        BaseRevision { name: "main".to_owned(), commit: tree.id("main"), found_in: Some("GITHUB_BASE_REF") }
    );
    assert_eq!(identifiers(&base.manifests), ["cart", "later", "till"]);
    // Some pipelines check out the branch itself.
    whole.git(&["checkout", "--quiet", "--detach", "origin/feature"]);
    let base = found(whole.base(Wanted::FromPipeline, &pull_request(&merge)));
    assert_eq!((base.revision.name.as_str(), base.revision.commit), ("origin/main", tree.id("main~1")));
    assert_eq!(identifiers(&base.manifests), ["cart", "till"]);
}

#[test]
fn a_clone_with_the_merge_and_its_parents_is_enough() {
    let (tree, merge) = requested();
    let shallow = tree.cloned(&["--depth=2", "--single-branch", "--branch=feature"], "refs/pull/7/merge");
    let base = found(shallow.base(Wanted::FromPipeline, &pull_request(&merge)));
    assert_eq!((base.revision.name.as_str(), base.revision.commit), ("main", tree.id("main")));
}

#[test]
fn a_clone_without_the_base_says_how_to_get_it_and_goes_on() {
    let (tree, merge) = requested();
    let shallow = tree.cloned(&["--depth=1", "--single-branch", "--branch=feature"], "refs/pull/7/merge");
    assert_eq!(
        note(shallow.base(Wanted::FromPipeline, &pull_request(&merge))),
        "No base to compare with, so the changes of this branch are unknown: `GITHUB_BASE_REF` names `main`, which this clone does not have. To have one, check out with `fetch-depth: 0` (an input of \
         `actions/checkout`)."
    );
    shallow.git(&["fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main"]);
    let message = note(shallow.base(Wanted::FromPipeline, &pull_request(&merge)));
    assert!(message.contains("this clone is too shallow to have the merge base"), "{message}");
    shallow.git(&["fetch", "--quiet", "--unshallow", "origin"]);
    assert_eq!(found(shallow.base(Wanted::FromPipeline, &pull_request(&merge))).revision.commit, tree.id("main"));
}

#[test]
fn a_target_without_a_common_commit_is_told() {
    let tree = Tree::parted();
    tree.git(&["switch", "--quiet", "--orphan", "apart"]);
    tree.write("x.yaml", &entity("x")).commit("apart");
    let message = note(tree.base(Wanted::FromPipeline, &[("CHANGE_ID", "1"), ("CHANGE_TARGET", "main")]));
    assert!(message.contains("HEAD has no commit in common with it"), "{message}");
}

#[test]
fn a_push_is_compared_with_what_was_there_before() {
    let tree = Tree::new();
    let first = tree.write("a.yaml", &entity("a")).commit("one");
    let second = tree.write("b.yaml", &entity("b")).commit("two");
    tree.write("c.yaml", &entity("c")).commit("three");
    let event = tree.path.with_file_name("event.json");
    let push = |before: &str| {
        std::fs::write(&event, format!(r#"{{"before": "{before}", "after": "{}"}}"#, tree.id("HEAD"))).expect("a file");
        let event = event.to_str().expect("it is UTF-8");
        let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", event)];
        tree.base(Wanted::FromPipeline, &variables)
    };
    let base = found(push(&first));
    assert_eq!((base.revision.name.as_str(), &base.revision.commit), (&first[..10], &first));
    assert_eq!((identifiers(&base.manifests), base.revision.found_in), (vec!["a"], Some("GITHUB_EVENT_PATH")));
    // After a force push, the base is the merge base of the old and the new commit.
    tree.git(&["reset", "--quiet", "--hard", &first]);
    tree.write("d.yaml", &entity("d")).commit("four");
    assert_eq!(found(push(&second)).revision.commit, first);
    assert!(note(push(A)).contains("`GITHUB_EVENT_PATH` names `aaaaaaaaaa`, which this clone does not have"));
    assert!(push(NONE).expect("it is no error").notes.is_empty());
    std::fs::remove_file(&event).expect("it is there");
    let gone = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", "/nowhere/event")];
    assert!(tree.base(Wanted::FromPipeline, &gone).expect("it is no error").base.is_none());
}

#[test]
fn a_merge_request_is_compared_with_the_commit_that_it_names() {
    let tree = Tree::parted();
    let (began, target) = (tree.id("main~1"), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"));
    let request = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", began.as_str()), target];
    let base = found(tree.base(Wanted::FromPipeline, &request));
    assert_eq!((base.revision.name.as_str(), &base.revision.commit), ("main", &began));
    // In a shallow clone that also fetched that commit, it is the base, although the history between is missing.
    let shallow = tree.cloned(&["--depth=1", "--single-branch", "--branch=feature"], "feature");
    let message = note(shallow.base(Wanted::FromPipeline, &request));
    assert!(message.contains("`GIT_DEPTH: 0`"), "{message}");
    tree.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    shallow.git(&["fetch", "--quiet", "--depth=1", "origin", &began]);
    assert_eq!(found(shallow.base(Wanted::FromPipeline, &request)).revision.commit, began);
}

#[test]
fn azure_checks_out_a_merge_commit_and_by_default_nothing_else() {
    let (tree, merge) = requested();
    let variables = [
        ("TF_BUILD", "True"),
        ("BUILD_REASON", "PullRequest"),
        ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
        ("BUILD_SOURCEVERSION", merge.as_str()),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
    ];
    let shallow = tree.cloned(&["--depth=1", "--single-branch", "--branch=feature"], "refs/pull/7/merge");
    let message = note(shallow.base(Wanted::FromPipeline, &variables));
    assert!(message.contains("`SYSTEM_PULLREQUEST_TARGETBRANCH` names `main`"), "{message}");
    assert!(message.contains("`fetchDepth: 0`"), "{message}");
    shallow.git(&["fetch", "--quiet", "--unshallow", "origin"]);
    let base = found(shallow.base(Wanted::FromPipeline, &variables));
    assert_eq!((base.revision.name.as_str(), base.revision.commit), ("main", tree.id("main")));
    assert_eq!(identifiers(&base.manifests), ["cart", "later", "till"]);
}

/// Bitbucket clones the source branch alone and merges the target into it, so the target is the second parent.
#[test]
fn bitbucket_merges_the_target_into_the_branch() {
    let tree = Tree::parted();
    let target = tree.id("main");
    let clone = tree.cloned(&["--depth=50", "--single-branch", "--branch=feature"], "feature");
    clone.git(&["fetch", "--quiet", "--depth=50", "origin", "main"]);
    clone.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "FETCH_HEAD"]);
    let variables = [
        ("BITBUCKET_BUILD_NUMBER", "12"),
        ("BITBUCKET_PR_ID", "7"),
        ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ("BITBUCKET_PR_DESTINATION_COMMIT", &target[..12]),
    ];
    let base = found(clone.base(Wanted::FromPipeline, &variables));
    assert_eq!((base.revision.name.as_str(), base.revision.commit), ("main", target.clone()));
    assert_eq!(identifiers(&base.manifests), ["cart", "later", "till"]);
    // Without that merge, the base is where the branch began.
    clone.git(&["checkout", "--quiet", "--detach", "origin/feature"]);
    assert_eq!(found(clone.base(Wanted::FromPipeline, &variables)).revision.commit, tree.id("main~1"));
}

#[test]
fn circleci_names_the_pull_request_alone_and_the_default_branch_is_its_base() {
    let tree = Tree::parted();
    tree.git(&["switch", "--quiet", "main"]);
    let variables = [("CIRCLECI", "true"), ("CIRCLE_PULL_REQUEST", "https://github.com/acme/catalog/pull/7")];
    let whole = tree.cloned(&[], "feature");
    let base = found(whole.base(Wanted::FromPipeline, &variables));
    assert_eq!((base.revision.name.as_str(), base.revision.commit), ("origin/main", tree.id("main~1")));
    assert_eq!(base.revision.found_in, Some("CIRCLE_PULL_REQUEST"));
    whole.git(&["remote", "set-head", "origin", "--delete"]);
    let message = note(whole.base(Wanted::FromPipeline, &variables));
    assert!(
        message.contains("`CIRCLE_PULL_REQUEST` names `origin/HEAD`") && message.contains("`method: full`"),
        "{message}"
    );
}

#[test]
fn jenkins_checks_out_the_change_or_its_merge_with_the_target() {
    let tree = Tree::parted();
    let change = [("JENKINS_URL", "https://ci.example.com/"), ("CHANGE_ID", "7"), ("CHANGE_TARGET", "main")];
    // "The current pull request revision": only the change is fetched.
    let clone = tree.cloned(&["--single-branch", "--branch=feature"], "feature");
    let message = note(clone.base(Wanted::FromPipeline, &change));
    assert!(message.contains("fetch the target branch too"), "{message}");
    clone.git(&["fetch", "--quiet", "origin", "+refs/heads/main:refs/remotes/origin/main"]);
    assert_eq!(found(clone.base(Wanted::FromPipeline, &change)).revision.commit, tree.id("main~1"));
    // "Merging the pull request with the current target branch revision": the merge commit exists in this clone alone.
    clone.git(&["checkout", "--quiet", "--detach", "origin/main"]);
    clone.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "origin/feature"]);
    assert_eq!(found(clone.base(Wanted::FromPipeline, &change)).revision.commit, tree.id("main"));
    // A build of a branch is compared with the last one that succeeded.
    let before = tree.id("main~1");
    let branch = [("JENKINS_URL", "https://ci.example.com/"), ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", before.as_str())];
    clone.git(&["checkout", "--quiet", "--detach", "origin/main"]);
    let base = found(clone.base(Wanted::FromPipeline, &branch));
    assert_eq!(
        (base.revision.commit.as_str(), base.revision.found_in),
        (&*before, Some("GIT_PREVIOUS_SUCCESSFUL_COMMIT"))
    );
}

#[test]
fn codefresh_names_the_target_branch() {
    let tree = Tree::parted();
    let variables = [("CF_PULL_REQUEST_NUMBER", "7"), ("CF_PULL_REQUEST_TARGET", "main"), ("CF_BRANCH", "feature")];
    let shallow = tree.cloned(&["--depth=1", "--single-branch", "--branch=feature"], "feature");
    let message = note(shallow.base(Wanted::FromPipeline, &variables));
    assert!(message.contains("leave `depth` out"), "{message}");
    shallow.git(&["remote", "set-branches", "origin", "*"]);
    shallow.git(&["fetch", "--quiet", "--unshallow", "origin"]);
    let base = found(shallow.base(Wanted::FromPipeline, &variables));
    assert_eq!((base.revision.name.as_str(), base.revision.commit), ("origin/main", tree.id("main~1")));
}
