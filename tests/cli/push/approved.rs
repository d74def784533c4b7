//! Tests approvals in pull-request comments: who may give them, which comments count, and that comments are read only
//! on request.

use serde_json::{Value, json};

use super::{manifests, services};
use crate::cli::{Run, run_exactly};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;
use crate::testkit::forge::Forge;

const TOKEN: &str = "ghs-token-of-the-tests";

/// A commit that deletes 30 of 40 entities, and the digest that approves it.
struct Scene {
    repo: Repo,
    commit: String,
    digest: String,
}

impl Scene {
    fn new() -> Self {
        let repo = services(40);
        repo.write(".gitignore", ".portolan/local.db*\n");
        repo.git(&["init", "--quiet"]);
        assert_eq!(run_exactly(&repo, "push", &[]).code, 0);
        repo.write("catalog/all.yaml", manifests(0..10));
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--message", "ten"]);
        let commit = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
        let plan: Value = serde_json::from_str(&run_exactly(&repo, "diff --output json", &[]).results).expect("JSON");
        let digest = plan["approval"].as_str().expect("there is a hazard").to_owned();
        Self { repo, commit, digest }
    }

    fn approval(&self) -> Value {
        comment("ada", &format!("approve {}", self.digest))
    }

    fn github(&self, forge: &Forge, line: &str, variables: &[(&str, &str)]) -> Run {
        let own = [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "acme/catalog"),
            ("GITHUB_API_URL", forge.url.as_str()),
            ("GITHUB_TOKEN", TOKEN),
        ];
        run_exactly(&self.repo, line, &[&own[..], variables].concat())
    }

    /// The merged pull request of the commit.
    fn merged(&self) -> Value {
        json!({"number": 7, "merged_at": "2026-11-15T09:00:00Z", "merge_commit_sha": self.commit,
            "base": {"ref": "main", "repo": {"full_name": "acme/catalog"}}})
    }
}

fn comment(author: &str, body: &str) -> Value {
    json!({"id": 1, "body": body, "user": {"login": author}, "author": {"username": author}, "system": false,
        "created_at": "2026-11-15T08:00:00Z", "updated_at": "2026-11-15T08:00:00Z"})
}

/// GitHub with this pull request of the commit, these comments, and this permission for everybody.
fn github(scene: &Scene, pull_request: &Value, comments: &Value, permission: &str) -> Forge {
    let forge = Forge::start();
    let offer = |path: &str, value: &Value| forge.offer(path, value.to_string().into_bytes());
    offer("/graphql", &json!({"data": {"viewer": {"login": "github-actions[bot]"}}}));
    offer(&format!("/repos/acme/catalog/commits/{}/pulls", scene.commit), &json!([pull_request]));
    offer("/repos/acme/catalog/issues/7/comments", comments);
    for login in ["ada", "eve", "github-actions%5Bbot%5D", "renovate%5Bbot%5D"] {
        offer(&format!("/repos/acme/catalog/collaborators/{login}/permission"), &json!({"permission": permission}));
    }
    forge
}

const PUSH: &str = "push --catalog local --approval-comments";
const ON_MAIN: [(&str, &str); 2] = [("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", "refs/heads/main")];

#[test]
fn a_push_finds_the_approval_on_the_merged_pull_request_of_its_commit() {
    let scene = Scene::new();
    let forge = github(&scene, &scene.merged(), &json!([comment("eve", "no"), scene.approval()]), "write");
    let unasked = scene.github(&forge, "push --catalog local", &ON_MAIN);
    assert_eq!((unasked.code, forge.calls().len()), (4, 0), "nothing is read unasked: {}", unasked.talk);
    let pushed = scene.github(&forge, PUSH, &ON_MAIN);
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert!(pushed.results.contains("`ada` approved the hazards: acme/catalog#7."), "{}", pushed.results);
    assert_eq!(forge.secrets(), [format!("Bearer {TOKEN}")]);
    let calls = forge.calls().len();
    assert_eq!(scene.github(&forge, PUSH, &ON_MAIN).code, 0);
    assert_eq!(forge.calls().len(), calls, "without a hazard nothing is read");
}

#[test]
fn a_comment_counts_only_if_it_is_whole_unedited_and_by_somebody_who_may_merge() {
    let scene = Scene::new();
    let edited = {
        let mut comment = scene.approval();
        comment["updated_at"] = "2026-11-15T08:30:00Z".into();
        comment
    };
    let quoted = comment("ada", &format!("> approve {}\n\nWhy?", scene.digest));
    let other = comment("ada", &format!("approve {}", "0".repeat(48)));
    let bot = |login: &str| comment(login, &format!("approve {}", scene.digest));
    for (comments, permission, why) in [
        (json!([scene.approval()]), "read", "may not merge"),
        (json!([scene.approval()]), "none", "may not merge"),
        (json!([edited]), "admin", "it was edited"),
        (json!([bot("github-actions[bot]"), bot("renovate[bot]")]), "admin", "a bot wrote it"),
        (json!([quoted]), "admin", "No comment on acme/catalog#7"),
        (json!([other]), "admin", "No comment on acme/catalog#7"),
        (json!([]), "admin", "No comment on acme/catalog#7"),
    ] {
        let forge = github(&scene, &scene.merged(), &comments, permission);
        let refused = scene.github(&forge, PUSH, &ON_MAIN);
        let words = refused.results.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(refused.code, 4, "{comments}: {words}{}", refused.talk);
        assert!(words.contains(why), "{comments}: {words}");
    }
    let approved = github(&scene, &scene.merged(), &json!([edited, scene.approval()]), "admin");
    assert_eq!(scene.github(&approved, PUSH, &ON_MAIN).code, 0, "another comment counts all the same");
}

#[test]
fn only_the_pull_request_that_was_merged_as_this_commit_counts() {
    let scene = Scene::new();
    let changed = |key: &str, value: Value| {
        let mut pull_request = scene.merged();
        pull_request[key] = value;
        pull_request
    };
    let fork = json!({"ref": "main", "repo": {"full_name": "eve/catalog"}});
    for pull_request in
        [changed("merged_at", Value::Null), changed("merge_commit_sha", "0".repeat(40).into()), changed("base", fork)]
    {
        let forge = github(&scene, &pull_request, &json!([scene.approval()]), "admin");
        let refused = scene.github(&forge, PUSH, &ON_MAIN);
        assert_eq!(refused.code, 4, "{pull_request}: {}{}", refused.results, refused.talk);
    }
}

#[test]
fn a_pull_request_is_red_until_somebody_approves_its_hazards() {
    let scene = Scene::new();
    let event = [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF", "refs/pull/7/merge")];
    let line = "diff --catalog local --fail-on hazard --approval-comments";
    let silent = github(&scene, &scene.merged(), &json!([]), "write");
    let red = scene.github(&silent, line, &event);
    assert_eq!(red.code, 4, "{}{}", red.results, red.talk);
    let approved = github(&scene, &scene.merged(), &json!([scene.approval()]), "write");
    let green = scene.github(&approved, line, &event);
    assert_eq!(green.code, 0, "{}{}", green.results, green.talk);
    assert!(green.results.contains("`ada` approved the hazards"), "{}", green.results);
    let token = scene.github(&approved, line, &[&event[..], &[("GITHUB_TOKEN", "")]].concat());
    assert_eq!(token.code, 64, "{}", token.talk);
    assert_error(&token.talk, "no-forge-token");
}

#[test]
fn on_gitlab_the_rule_of_the_protected_branch_says_who_may_merge() {
    let scene = Scene::new();
    let maintainers = json!({"merge_access_levels": [{"access_level": 40, "user_id": null, "group_id": null}]});
    let only_ada = json!({"merge_access_levels": [{"access_level": null, "user_id": 5, "group_id": null}]});
    for (level, protection, code) in [
        (40, Some(&maintainers), 0),
        (30, Some(&maintainers), 4),
        (30, None, 0),
        (20, None, 4),
        (30, Some(&only_ada), 0),
    ] {
        let forge = Forge::start();
        let offer = |path: &str, value: &Value| forge.offer(path, value.to_string().into_bytes());
        let request = json!({"iid": 7, "state": "merged", "target_project_id": 12, "target_branch": "main",
            "merge_commit_sha": null, "squash_commit_sha": null, "sha": scene.commit});
        offer(&format!("/projects/12/repository/commits/{}/merge_requests", scene.commit), &json!([request]));
        offer("/projects/12/merge_requests/7", &request);
        offer("/projects/12/merge_requests/7/notes", &json!([scene.approval()]));
        let member = json!({"id": 5, "username": "ada", "state": "active", "access_level": level});
        offer("/projects/12/members/all", &json!([member]));
        if let Some(protection) = protection {
            offer("/projects/12/protected_branches/main", protection);
        }
        let variables = [
            ("CI", "true"),
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", forge.url.as_str()),
            ("CI_PROJECT_ID", "12"),
            ("GITLAB_TOKEN", TOKEN),
        ];
        let line = "diff --catalog local --fail-on hazard --approval-comments";
        let run = run_exactly(&scene.repo, line, &variables);
        assert_eq!(run.code, code, "{level} {protection:?}: {}{}", run.results, run.talk);
        let of_request = [&variables[..], &[("CI_MERGE_REQUEST_IID", "7")]].concat();
        assert_eq!(run_exactly(&scene.repo, line, &of_request).code, code, "{level} {protection:?}");
        assert_eq!(forge.secrets(), [TOKEN]);
    }
}

/// Who may merge on Azure and Bitbucket is not read, so a comment there approves nothing.
#[test]
fn on_azure_and_bitbucket_no_comment_approves() {
    let scene = Scene::new();
    let forge = Forge::start();
    let azure = [
        ("BUILD_REPOSITORY_PROVIDER", "TfsGit"),
        ("BUILD_REPOSITORY_ID", "0-1"),
        ("SYSTEM_TEAMPROJECTID", "0-2"),
        ("SYSTEM_COLLECTIONURI", forge.url.as_str()),
        ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
        ("SYSTEM_ACCESSTOKEN", TOKEN),
    ];
    let bitbucket = [
        ("BITBUCKET_REPO_FULL_NAME", "acme/catalog"),
        ("BITBUCKET_API_URL", forge.url.as_str()),
        ("BITBUCKET_PR_ID", "7"),
        ("BITBUCKET_TOKEN", TOKEN),
    ];
    for job in [&azure[..], &bitbucket] {
        let variables = [&[("CI", "true")][..], job].concat();
        let diff = run_exactly(&scene.repo, "diff --catalog local --fail-on hazard --approval-comments", &variables);
        assert!(diff.code != 0 && diff.talk.contains("`--approve DIGEST`"), "{}", diff.talk);
        assert_error(&diff.talk, "no-approval-comments");
    }
    assert_eq!(forge.calls(), [] as [&str; 0]);
}
