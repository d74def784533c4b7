//! Tests `portolan comment`: one comment per scope on the pull request of a CI job, over real HTTP. Whatever the forge
//! answers, the run is short and its error says what to do; the token is sent only to the forge's own host.

use std::time::{Duration, Instant};

use super::{Run, run_with};
use crate::testkit::Repo;
use crate::testkit::forge::{Fault, Forge, ME};

const MARKER: &str = "<!-- portolan:diff acme/catalog -->";
const TOKEN: &str = "only-for-this-run";

fn github(forge: &Forge) -> Vec<(&'static str, String)> {
    vec![
        ("GITHUB_ACTIONS", "true".to_owned()),
        ("GITHUB_API_URL", forge.url.clone()),
        ("GITHUB_REPOSITORY", "acme/catalog".to_owned()),
        ("GITHUB_REF", "refs/pull/7/merge".to_owned()),
        ("GITHUB_TOKEN", TOKEN.to_owned()),
    ]
}

fn gitlab(forge: &Forge) -> Vec<(&'static str, String)> {
    vec![
        ("CI_API_V4_URL", format!("{}/api/v4", forge.url)),
        ("CI_PROJECT_ID", "12".to_owned()),
        ("CI_MERGE_REQUEST_IID", "7".to_owned()),
        ("GITLAB_TOKEN", TOKEN.to_owned()),
    ]
}

fn azure(forge: &Forge) -> Vec<(&'static str, String)> {
    vec![
        ("TF_BUILD", "True".to_owned()),
        ("BUILD_REPOSITORY_PROVIDER", "TfsGit".to_owned()),
        ("BUILD_REPOSITORY_ID", "6f1c0b2d-0000-4000-8000-000000000001".to_owned()),
        ("SYSTEM_COLLECTIONURI", format!("{}/acme/", forge.url)),
        ("SYSTEM_TEAMPROJECTID", "6f1c0b2d-0000-4000-8000-000000000002".to_owned()),
        ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7".to_owned()),
        ("SYSTEM_ACCESSTOKEN", TOKEN.to_owned()),
    ]
}

fn bitbucket(forge: &Forge) -> Vec<(&'static str, String)> {
    vec![
        ("BITBUCKET_BUILD_NUMBER", "12".to_owned()),
        ("BITBUCKET_API_URL", format!("{}/2.0", forge.url)),
        ("BITBUCKET_REPO_FULL_NAME", "acme/catalog".to_owned()),
        ("BITBUCKET_PR_ID", "7".to_owned()),
        ("BITBUCKET_TOKEN", TOKEN.to_owned()),
    ]
}

/// Publishes `texts`, with these variables in addition to those of the job.
fn publish(job: Vec<(&'static str, String)>, texts: &[&str], more: &[(&'static str, &str)], line: &str) -> Run {
    let repo = Repo::new();
    let mut words = format!("comment {line}");
    for (at, text) in texts.iter().enumerate() {
        repo.write(&format!("comment-{at}.md"), text);
        words.push_str(&format!(" comment-{at}.md"));
    }
    // The config of the pull request is not read, not even to report its errors.
    repo.write("portolan.yaml", "catalog: http://evil.example\nscope: [\n");
    let mut variables = job;
    variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let run = run_with(&repo, &words, &variables);
    assert!(!run.results.contains(TOKEN) && !run.talk.contains(TOKEN), "{}{}", run.results, run.talk);
    run
}

fn comment(forge: &Forge, text: &str) -> Run {
    publish(github(forge), &[text], &[], "")
}

fn report(words: &str) -> String {
    format!("{MARKER}\n### portolan\n\n{words} \"quoted\" $HOME `x` \\n é 日本\n")
}

fn writes(forge: &Forge) -> usize {
    forge.calls().iter().filter(|call| !call.starts_with("GET") && !call.ends_with("/graphql")).count()
}

#[test]
fn a_comment_is_created_once_then_updated_and_left_alone_where_nothing_changed() {
    let forge = Forge::start();
    forge.add("ada", "Looks good!");
    assert_eq!(comment(&forge, &report("first")).code, 0);
    let second = comment(&forge, &report("second"));
    assert!(second.quietly_gave().contains("https://forge.example/comments/2"));
    assert_eq!(forge.comments(), [("ada".to_owned(), "Looks good!".to_owned()), (ME.to_owned(), report("second"))]);
    // Forges store other line endings and remove trailing spaces.
    forge.edit(1, report("second").replace('\n', "\r\n").trim_end());
    let before = writes(&forge);
    assert_eq!(comment(&forge, &report("second")).code, 0);
    assert_eq!(writes(&forge), before, "nothing changed, and nothing is written");
    assert_eq!(forge.secrets(), [format!("Bearer {TOKEN}")]);
}

/// They show HTML as text, so the comment has none, and its marker is a link definition.
#[test]
fn azure_and_bitbucket_have_one_comment_without_html() {
    const HIDDEN: &str = "[//]: # (portolan:diff acme/catalog)\n";
    let folded = |words: &str| {
        report(&format!(
            "<details open><summary>~ <code>service/{words}</code></summary>\n\n```diff\n+ a\n```\n\n</details>"
        ))
    };
    for job in [azure, bitbucket] {
        let forge = Forge::start();
        forge.add("ada", "Looks good!");
        forge.add("mallory", &format!("{HIDDEN}not ours"));
        for words in ["first", "second"] {
            let run = publish(job(&forge), &[&folded(words)], &[], "");
            assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
            let comments = forge.comments();
            let (author, text) = &comments[2];
            assert_eq!((comments.len(), author.as_str()), (3, ME));
            assert!(text.starts_with(HIDDEN) && text.contains(&format!("**~ `service/{words}`**")), "{text}");
            assert!(!text.contains("<details") && text.contains("```diff\n+ a\n```"), "{text}");
        }
        let before = writes(&forge);
        assert_eq!(publish(job(&forge), &[&folded("second")], &[], "").code, 0);
        assert_eq!(writes(&forge), before, "nothing changed, and nothing is written");
        assert_eq!(forge.secrets(), [format!("Bearer {TOKEN}")]);
        assert!(forge.comments()[1].1.contains("not ours"), "the comment of another account stays");
    }
}

/// An access token of a repository may not ask who it is. Bitbucket lets only the author edit a comment.
#[test]
fn on_bitbucket_the_account_need_not_be_known() {
    let unknown = Forge::start();
    unknown.fail([Fault::Answer(401, Vec::new(), "{}")]);
    assert_eq!(publish(bitbucket(&unknown), &[&report("first")], &[], "").code, 0);
    // A token that is wrong is refused by every route.
    unknown.fail([Fault::Answer(401, Vec::new(), "{}"), Fault::Answer(401, Vec::new(), "{}")]);
    let run = publish(bitbucket(&unknown), &[&report("second")], &[], "");
    assert!(run.code != 0 && run.talk.contains("BITBUCKET_TOKEN"), "{}", run.talk);
    let forge = Forge::start();
    forge.hide_viewer();
    forge.add("mallory", &format!("{}\nnot ours", "[//]: # (portolan:diff acme/catalog)"));
    for words in ["first", "second"] {
        let run = publish(bitbucket(&forge), &[&report(words)], &[], "");
        assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
        let comments = forge.comments();
        assert!(comments.len() == 2 && comments[0].1.contains("not ours"), "{comments:?}");
        assert!(comments[1].1.contains(words), "{comments:?}");
    }
    let run = publish(azure(&forge), &[&report("third")], &[], "");
    assert!(run.code != 0 && run.talk.contains("--author"), "{}", run.talk);
}

#[test]
fn the_later_pages_of_bitbucket_are_read() {
    let forge = Forge::start();
    for number in 0..150 {
        forge.add("ada", &format!("comment {number}"));
    }
    for words in ["first", "second"] {
        assert_eq!(publish(bitbucket(&forge), &[&report(words)], &[], "").code, 0);
    }
    assert_eq!(forge.comments().len(), 151);
    assert!(forge.comments()[150].1.contains("second"));
}

/// CircleCI, Jenkins and Codefresh name the page of the pull request, and work with several forges.
#[test]
fn the_page_of_a_pull_request_names_its_forge() {
    let forge = Forge::start();
    let github = [("GITHUB_API_URL", forge.url.as_str()), ("GITHUB_TOKEN", TOKEN)];
    let page = "https://github.com/acme/catalog/pull/7";
    let codefresh = [("CF_PULL_REQUEST_NUMBER", "7"), ("CF_COMMIT_URL", "https://github.com/acme/catalog/commit/0123")];
    for job in [&[("CIRCLE_PULL_REQUEST", page)][..], &[("CHANGE_URL", page)], &codefresh] {
        let before = forge.calls().len();
        let run = publish(Vec::new(), &[&report("here")], &[&github[..], job].concat(), "");
        assert_eq!(run.code, 0, "{job:?} {}{}", run.results, run.talk);
        let calls = forge.calls().split_off(before);
        assert!(calls.iter().any(|call| call.contains("/repos/acme/catalog/issues/7/comments")), "{calls:?}");
    }
    let api = format!("{}/2.0", forge.url);
    let bitbucket = [("BITBUCKET_API_URL", api.as_str()), ("BITBUCKET_TOKEN", TOKEN)];
    let job = [("CHANGE_URL", "https://bitbucket.org/acme/catalog/pull-requests/9")];
    assert_eq!(publish(Vec::new(), &[&report("there")], &[&bitbucket[..], &job].concat(), "").code, 0);
    assert!(
        forge.calls().last().is_some_and(|call| call.contains("/repositories/acme/catalog/pullrequests/9/comments"))
    );
    for bad in
        ["https://github.com/acme/catalog", "https://github.com/acme/../x/pull/7", "http://git.example/a/b/pull/7"]
    {
        let run = publish(Vec::new(), &[&report("x")], &[&github[..], &[("CHANGE_URL", bad)]].concat(), "");
        assert!(run.code == 64 && run.talk.contains("CHANGE_URL"), "{bad}: {}", run.talk);
    }
}

#[test]
fn each_report_has_a_comment_of_its_own() {
    let forge = Forge::start();
    let other = "<!-- portolan:diff acme/other -->\n\ntwo\n";
    let begins_alike = "<!-- portolan:diff acme/catalog staging -->\n\nthree\n";
    let run = publish(github(&forge), &[&report("one"), other, begins_alike], &[], "");
    assert_eq!((run.code, run.results.lines().count()), (0, 3), "{}", run.talk);
    comment(&forge, &report("four"));
    let texts: Vec<String> = forge.comments().into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, [report("four"), other.to_owned(), begins_alike.to_owned()]);
}

#[test]
fn a_marker_that_somebody_else_wrote_is_not_ours() {
    for hides in [false, true] {
        let forge = Forge::start();
        if hides {
            forge.hide_viewer();
        }
        forge.add("mallory", &report("mine"));
        // A comment that only quotes the marker is not ours.
        forge.add(ME, &format!("> {}", report("quoted")));
        assert_eq!(comment(&forge, &report("ours")).code, 0);
        assert_eq!(forge.comments()[0].1, report("mine"));
        assert_eq!(forge.comments()[2], (ME.to_owned(), report("ours")), "hidden: {hides}");
    }
    let forge = Forge::start();
    forge.add("acme-robot", &report("old"));
    let run = publish(github(&forge), &[&report("new")], &[], "--author Acme-Robot");
    assert_eq!((run.code, forge.comments().len()), (0, 1), "{}", run.talk);
}

#[test]
fn the_comment_is_found_behind_hundreds_of_others() {
    for job in [github, gitlab] {
        let forge = Forge::start();
        for number in 0..250 {
            forge.add("ada", &format!("{number}"));
        }
        forge.add(ME, &report("old"));
        let run = publish(job(&forge), &[&report("new")], &[], "");
        assert_eq!(run.code, 0, "{}", run.talk);
        assert_eq!((forge.comments().len(), forge.comments()[250].1.clone()), (251, report("new")));
        let lists = forge.calls().iter().filter(|call| call.starts_with("GET") && call.contains("page=")).count();
        assert_eq!(lists, 3, "{:?}", forge.calls());
    }
}

#[test]
fn a_report_of_nothing_updates_a_comment_and_creates_none() {
    let nothing = format!("{MARKER}\n<!-- portolan:nothing-to-do -->\n### portolan: nothing to do\n");
    let forge = Forge::start();
    assert_eq!((comment(&forge, &nothing).code, forge.comments().len()), (0, 0));
    comment(&forge, &report("three changes"));
    comment(&forge, &nothing);
    assert_eq!(forge.comments(), [(ME.to_owned(), nothing)]);
}

#[test]
fn a_merge_request_has_its_note() {
    let forge = Forge::start();
    for words in ["first", "second"] {
        assert_eq!(publish(gitlab(&forge), &[&report(words)], &[], "").code, 0);
    }
    assert_eq!(forge.comments(), [(ME.to_owned(), report("second"))]);
    assert_eq!(forge.secrets(), [TOKEN]);
    let last = forge.calls().pop().expect("calls were made");
    assert_eq!(last, "PUT /api/v4/projects/12/merge_requests/7/notes/1");
}

#[test]
fn the_event_names_the_pull_request_and_a_flag_another() {
    let forge = Forge::start();
    let events = Repo::new();
    events.write("event.json", r#"{"pull_request": {"number": 12}}"#);
    let path = events.path().join("event.json").display().to_string();
    publish(github(&forge), &[&report("x")], &[("GITHUB_EVENT_PATH", &path)], "");
    publish(github(&forge), &[&report("y")], &[("GITHUB_EVENT_PATH", &path)], "--pull-request 13");
    let posts: Vec<String> = forge.calls().into_iter().filter(|call| call.contains("/issues/")).collect();
    assert!(posts.iter().any(|call| call == "POST /repos/acme/catalog/issues/12/comments"), "{posts:?}");
    assert!(posts.last().is_some_and(|call| call.contains("/issues/13/") || call.contains("/comments/1")), "{posts:?}");
}

/// A fork's token is read-only. The job must not fail because of it.
#[test]
fn a_fork_gets_a_notice_and_no_failure() {
    let events = Repo::new();
    let event = r#"{"pull_request": {"number": 7, "head": {"repo": {"full_name": "mallory/catalog"}}},
        "repository": {"full_name": "acme/catalog"}}"#;
    events.write("event.json", event);
    let path = events.path().join("event.json").display().to_string();
    let forge = Forge::start();
    forge.refuse(403);
    let run = publish(github(&forge), &[&report("x")], &[("GITHUB_EVENT_PATH", &path)], "");
    assert_eq!((run.code, run.results.as_str()), (0, ""), "{}", run.talk);
    assert!(run.talk.contains("fork") && run.talk.contains("acme/catalog#7"), "{}", run.talk);
    let run = publish(github(&forge), &[&report("x")], &[("GITHUB_EVENT_PATH", &path), ("GITHUB_TOKEN", "")], "");
    assert_eq!(run.code, 0, "{}", run.talk);
    let more =
        [("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "13"), ("CI_MERGE_REQUEST_PROJECT_ID", "12"), ("GITLAB_TOKEN", "")];
    assert_eq!(publish(gitlab(&forge), &[&report("x")], &more, "").code, 0);
    // Outside forks, a token without permission is a mistake in the workflow.
    let run = comment(&forge, &report("x"));
    assert_eq!(run.code, 5);
    assert!(run.talk.contains("pull-requests: write") && run.talk.contains("not accessible"), "{}", run.talk);
}

/// The arguments, the variables, and the words that the error must contain.
type Case<'a> = (&'a str, &'a [(&'static str, &'a str)], &'a str);

#[test]
fn what_cannot_be_published_is_refused_before_anything_is_sent() {
    let forge = Forge::start();
    let long = report(&"é".repeat(70_000));
    let cases: [Case; 7] = [
        ("no marker\n", &[], "marker"),
        (&format!("\n{}", report("x")), &[], "marker"),
        (&long, &[], "65,536"),
        (&report("x"), &[("GITHUB_TOKEN", "")], "GITHUB_TOKEN is not set"),
        (&report("x"), &[("GITHUB_REF", "refs/heads/main")], "--pull-request"),
        (&report("x"), &[("GITHUB_REPOSITORY", "")], "GITHUB_REPOSITORY"),
        (&report("x"), &[("GITHUB_API_URL", "http://git.example")], "https://"),
    ];
    for (text, variables, wanted) in cases {
        let variables: Vec<(&'static str, &str)> = variables.to_vec();
        let run = publish(github(&forge), &[text], &variables, "");
        assert_eq!(run.code, 64, "{}", run.talk);
        assert!(run.talk.contains(wanted), "{wanted}: {}", run.talk);
    }
    assert_eq!(forge.calls(), [] as [&str; 0]);
    // GitLab accepts longer comments.
    assert_eq!(publish(gitlab(&forge), &[&long], &[], "").code, 0);
}

#[test]
fn a_redirect_to_another_host_gets_no_token() {
    let (forge, other) = (Forge::start(), Forge::start());
    for status in [301, 302, 307, 308] {
        let to = vec![("location", format!("{}/repos/acme/catalog/issues/7/comments", other.url))];
        forge.fail([Fault::Answer(status, to, "{}")]);
        let run = comment(&forge, &report("x"));
        assert_eq!(run.code, 5, "{status}: {}", run.talk);
        assert!(run.talk.contains(&other.url["http://".len()..]), "{}", run.talk);
    }
    assert_eq!((other.calls(), other.secrets()), (Vec::new(), Vec::new()));
    // A redirect within the forge is followed: the repository was renamed.
    let to = vec![("location", "/repositories/1/issues/7/comments?per_page=100&page=1".to_owned())];
    forge.fail([Fault::Answer(307, vec![("location", "/api/graphql".to_owned())], "{}")]);
    assert_eq!(comment(&forge, &report("x")).code, 0);
    forge.fail([Fault::Answer(301, to, "{}")]);
    let run = publish(github(&forge), &[&report("y")], &[], &format!("--author {ME}"));
    assert_eq!(run.code, 0, "{}", run.talk);
}

#[test]
fn limits_are_waited_for_within_a_bound() {
    let forge = Forge::start();
    let limit = |after: &str| vec![("retry-after", after.to_owned())];
    forge.fail([
        Fault::Answer(429, limit("1"), "{}"),
        Fault::OnWrite(Box::new(Fault::Answer(
            403,
            limit("1"),
            r#"{"message": "You have exceeded a secondary rate limit"}"#,
        ))),
    ]);
    let run = comment(&forge, &report("x"));
    assert_eq!((run.code, forge.comments().len()), (0, 1), "{}", run.talk);
    assert_eq!(run.talk.matches("retrying in 1 s").count(), 2, "{}", run.talk);
    // A wait of an hour is refused.
    let reset = vec![
        ("x-ratelimit-remaining", "0".to_owned()),
        ("x-ratelimit-reset", "1794704400".to_owned()),
        ("date", "Sun, 15 Nov 2026 00:00:00 GMT".to_owned()),
    ];
    for headers in [limit("3600"), reset] {
        let started = Instant::now();
        forge.fail([Fault::Answer(403, headers, r#"{"message": "API rate limit exceeded"}"#)]);
        let run = comment(&forge, &report("y"));
        assert_eq!(run.code, 5);
        assert!(run.talk.contains("360") && started.elapsed() < Duration::from_secs(20), "{}", run.talk);
    }
}

#[test]
fn an_answer_that_is_lost_makes_no_second_comment() {
    let forge = Forge::start();
    forge.fail([Fault::OnWrite(Box::new(Fault::Lost(502)))]);
    let run = comment(&forge, &report("x"));
    assert_eq!((run.code, forge.comments().len()), (0, 1), "{}", run.talk);
    // A lost response after which nothing was created is retried too.
    let forge = Forge::start();
    forge.fail([Fault::OnWrite(Box::new(Fault::Answer(503, vec![], "{}")))]);
    let run = comment(&forge, &report("x"));
    assert_eq!((run.code, forge.comments().len()), (0, 1), "{}", run.talk);
}

#[test]
fn what_the_forge_answers_is_explained_and_shows_no_token() {
    let forge = Forge::start();
    let says = |words: &'static str| vec![("content-type", words.to_owned())];
    for (fault, wanted) in [
        (Fault::Answer(401, vec![], r#"{"message": "Bad credentials"}"#), "Bad credentials"),
        (Fault::Answer(200, says("text/html"), "<html>sign in</html>"), "JSON"),
        (
            Fault::OnWrite(Box::new(Fault::Answer(
                422,
                vec![],
                r#"{"message": "locked only-for-this-run \u001b[31m"}"#,
            ))),
            "locked",
        ),
        (Fault::OnWrite(Box::new(Fault::Answer(404, vec![], r#"{"message": "Not Found"}"#))), "acme/catalog#7"),
    ] {
        let before = forge.comments();
        forge.fail([fault]);
        let run = comment(&forge, &report(wanted));
        assert_eq!((run.code, forge.comments()), (5, before), "{}", run.talk);
        assert!(run.talk.contains(wanted) && !run.talk.contains('\u{1b}'), "{}", run.talk);
    }
    let run = publish(github(&forge), &[&report("x")], &[("GITHUB_API_URL", "http://127.0.0.1:9")], "");
    assert_eq!(run.code, 5);
    assert!(run.talk.contains("127.0.0.1:9"), "{}", run.talk);
}

#[test]
fn a_comment_that_is_deleted_meanwhile_is_created_anew() {
    let forge = Forge::start();
    forge.add(ME, &report("old"));
    forge.fail([Fault::OnWrite(Box::new(Fault::Answer(404, vec![], r#"{"message": "Not Found"}"#)))]);
    let run = comment(&forge, &report("new"));
    assert_eq!((run.code, forge.comments().len()), (0, 2), "{}", run.talk);
    assert_eq!(forge.comments()[1], (ME.to_owned(), report("new")));
}

#[test]
fn standard_input_and_another_folder_hold_reports_too() {
    let forge = Forge::start();
    let repo = Repo::new();
    repo.write("sub/comment.md", report("from a folder"));
    let variables = github(&forge);
    let mut command = crate::testkit::portolan(&repo);
    command
        .args(["-C", "sub", "comment", "comment.md"])
        .envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
    assert!(command.output().expect("it runs").status.success());
    let mut command = crate::testkit::portolan(&repo);
    command.args(["comment", "-"]).envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
    assert!(command.write_stdin(report("from a pipe")).output().expect("it runs").status.success());
    assert_eq!(forge.comments(), [(ME.to_owned(), report("from a pipe"))]);
}
