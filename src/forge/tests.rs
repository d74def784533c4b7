//! Tests which pull request a job is for, and the URL of its API.

use serde_json::{Value, json};

use super::{ForgeError, Host, PullRequest};

fn detect(variables: &[(&str, &str)], event: &Value, number: Option<u64>) -> Result<PullRequest, ForgeError> {
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    PullRequest::detect(&variable, (!event.is_null()).then_some(event), number)
}

const GITHUB: [(&str, &str); 3] =
    [("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/catalog"), ("GITHUB_API_URL", "https://api.github.com")];
const GITLAB: [(&str, &str); 3] =
    [("CI_API_V4_URL", "https://git.example/api/v4/"), ("CI_PROJECT_ID", "12"), ("CI_MERGE_REQUEST_IID", "7")];

#[test]
fn the_pull_request_comes_from_the_event_or_the_reference() {
    let number = |event: Value, more: &[(&str, &str)]| {
        let variables = [&GITHUB[..], more].concat();
        detect(&variables, &event, None).map(|it| it.number).map_err(|_| ())
    };
    assert_eq!(number(json!({"pull_request": {"number": 7}}), &[]), Ok(7));
    assert_eq!(number(json!({"issue": {"number": 8, "pull_request": {}}}), &[]), Ok(8));
    assert_eq!(number(json!({"issue": {"number": 8}}), &[]), Err(()), "an issue is no pull request");
    assert_eq!(number(json!({"workflow_run": {"pull_requests": [{"number": 9}]}}), &[]), Ok(9));
    assert_eq!(number(Value::Null, &[("GITHUB_REF", "refs/pull/10/merge")]), Ok(10));
    assert_eq!(number(Value::Null, &[("GITHUB_REF", "refs/heads/main")]), Err(()));
    assert_eq!(detect(&GITHUB, &Value::Null, Some(3)).map(|it| it.number), Ok(3), "the user's word");
    assert_eq!(detect(&[], &Value::Null, Some(3)), Err(ForgeError::NoForge));
}

#[test]
fn enterprise_and_self_hosted_addresses_are_the_runners() {
    let host = |variables: &[(&str, &str)]| detect(variables, &Value::Null, Some(1)).map(|it| it.host);
    let github = |api: &str, graphql: &str| Host::GitHub {
        api: api.to_owned(),
        graphql: graphql.to_owned(),
        repository: "acme/catalog".to_owned(),
    };
    let repository = ("GITHUB_REPOSITORY", "acme/catalog");
    assert_eq!(host(&GITHUB), Ok(github("https://api.github.com", "https://api.github.com/graphql")));
    let enterprise = [repository, ("GITHUB_API_URL", "https://git.example/api/v3")];
    assert_eq!(host(&enterprise), Ok(github("https://git.example/api/v3", "https://git.example/api/graphql")));
    let elsewhere = [repository, ("GITHUB_SERVER_URL", "https://git.example")];
    assert_eq!(host(&elsewhere), Ok(github("https://git.example/api/v3", "https://git.example/api/graphql")));
    assert_eq!(host(&[repository]), Ok(github("https://api.github.com", "https://api.github.com/graphql")));
    let gitlab = Host::GitLab { api: "https://git.example/api/v4".to_owned(), project: "12".to_owned() };
    assert_eq!(host(&GITLAB), Ok(gitlab));
}

#[test]
fn an_address_that_anybody_could_read_is_refused() {
    for bad in [
        "http://git.example/api/v3",
        "ftp://git.example",
        "git.example",
        "https://me:pass@git.example",
        "https://git.example?x",
    ] {
        let found = detect(&[("GITHUB_REPOSITORY", "acme/catalog"), ("GITHUB_API_URL", bad)], &Value::Null, Some(1));
        let error = found.expect_err(bad);
        assert!(matches!(error, ForgeError::Variable { name: "GITHUB_API_URL", .. }), "{error:?}");
        assert!(!error.to_string().contains("pass@"), "{error}");
    }
    for bad in ["acme", "acme/../x", "a/b/c", "acme/cat alog", "/x", "acme/.."] {
        let found = detect(&[("GITHUB_REPOSITORY", bad)], &Value::Null, Some(1));
        assert!(matches!(found, Err(ForgeError::Variable { name: "GITHUB_REPOSITORY", .. })), "{bad}");
    }
    let found = detect(&[GITLAB[0], ("CI_PROJECT_ID", "../x")], &Value::Null, Some(1));
    assert!(matches!(found, Err(ForgeError::Variable { name: "CI_PROJECT_ID", .. })));
    assert!(
        detect(
            &[("GITHUB_REPOSITORY", "acme/catalog"), ("GITHUB_API_URL", "http://127.0.0.1:80")],
            &Value::Null,
            Some(1)
        )
        .is_ok()
    );
}

#[test]
fn forks_and_dependabot_are_known() {
    let restricted = |event: &Value, more: &[(&str, &str)]| {
        detect(&[&GITHUB[..], more].concat(), event, None).expect("a pull request").restricted.is_some()
    };
    let event = |head: Value| json!({"pull_request": {"number": 7, "head": {"repo": head}}, "repository": {"full_name": "acme/catalog"}});
    let own = event(json!({"full_name": "acme/catalog"}));
    assert!(!restricted(&own, &[]));
    assert!(restricted(&own, &[("GITHUB_ACTOR", "dependabot[bot]")]));
    assert!(restricted(&event(json!({"full_name": "mallory/catalog"})), &[]));
    assert!(restricted(&event(Value::Null), &[]), "the fork was deleted");
    let gitlab = |source: &str| {
        let more = [("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", source), ("CI_MERGE_REQUEST_PROJECT_ID", "12")];
        detect(&[&GITLAB[..], &more].concat(), &Value::Null, None).expect("a merge request").restricted.is_some()
    };
    assert!(!gitlab("12") && gitlab("13"));
}

#[test]
fn the_other_ci_systems_name_the_forge_by_the_page_of_the_pull_request() {
    let found = |variables: &[(&str, &str)]| {
        detect(variables, &Value::Null, None).map(|it| (it.host, it.number, it.restricted.is_some()))
    };
    let github = |server: &str| Host::GitHub {
        api: if server.is_empty() { "https://api.github.com".to_owned() } else { format!("{server}/api/v3") },
        graphql: if server.is_empty() {
            "https://api.github.com/graphql".to_owned()
        } else {
            format!("{server}/api/graphql")
        },
        repository: "acme/catalog".to_owned(),
    };
    let gitlab =
        || Host::GitLab { api: "https://gitlab.com/api/v4".to_owned(), project: "acme%2Fteams%2Fcatalog".to_owned() };
    let bitbucket =
        || Host::Bitbucket { api: "https://api.bitbucket.org/2.0".to_owned(), repository: "acme/catalog".to_owned() };
    let circle = |page| ("CIRCLE_PULL_REQUEST", page);
    let jenkins = |page| ("CHANGE_URL", page);
    let codefresh = |commit| [("CF_PULL_REQUEST_NUMBER", "7"), ("CF_COMMIT_URL", commit)];
    for (variables, host) in [
        (vec![circle("https://github.com/acme/catalog/pull/7")], github("")),
        (vec![circle("https://bitbucket.org/acme/catalog/pull-requests/7")], bitbucket()),
        (vec![jenkins("https://git.example/acme/catalog/pull/7")], github("https://git.example")),
        (vec![jenkins("https://gitlab.com/acme/teams/catalog/-/merge_requests/7")], gitlab()),
        (codefresh("https://github.com/acme/catalog/commit/0123").to_vec(), github("")),
        (codefresh("https://gitlab.com/acme/teams/catalog/-/commit/0123").to_vec(), gitlab()),
        (codefresh("https://bitbucket.org/acme/catalog/commits/0123").to_vec(), bitbucket()),
    ] {
        assert_eq!(found(&variables), Ok((host, 7, false)), "{variables:?}");
    }
    for fork in [("CIRCLE_PR_REPONAME", "catalog"), ("CHANGE_FORK", "mallory")] {
        let page = circle("https://github.com/acme/catalog/pull/7");
        assert_eq!(found(&[page, fork]), Ok((github(""), 7, true)), "{fork:?}");
    }
    let azure = [
        ("BUILD_REPOSITORY_PROVIDER", "TfsGit"),
        ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"),
        ("SYSTEM_TEAMPROJECTID", "0-1"),
        ("BUILD_REPOSITORY_ID", "0-2"),
        ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
        ("SYSTEM_PULLREQUEST_ISFORK", "True"),
    ];
    let host = Host::Azure {
        collection: "https://dev.azure.com/acme".to_owned(),
        repository: "https://dev.azure.com/acme/0-1/_apis/git/repositories/0-2".to_owned(),
    };
    assert_eq!(found(&azure), Ok((host, 7, true)));
    let on_azure = [
        ("BUILD_REPOSITORY_PROVIDER", "GitHub"),
        ("BUILD_REPOSITORY_NAME", "acme/catalog"),
        ("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "7"),
        ("SYSTEM_PULLREQUEST_ISFORK", "False"),
    ];
    assert_eq!(found(&on_azure), Ok((github(""), 7, false)));
    assert!(matches!(found(&azure[..4]), Err(ForgeError::NoPullRequest { forge: "Azure", .. })));
    for bad in [
        "https://github.com/acme/catalog/issues/7",
        "https://github.com/acme/.x/pull/7",
        "https://github.com/a/b/pull/x",
    ] {
        assert!(
            matches!(found(&[circle(bad)]), Err(ForgeError::Variable { name: "CIRCLE_PULL_REQUEST", .. })),
            "{bad}"
        );
    }
}
