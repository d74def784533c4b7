//! Tests policies with real catalogs: what they refuse and what needs approval, on a branch that changes them, in plan
//! files and in every report.

use serde_json::{Value, json};

use super::world::{CONFIG, World, commit, entity, service, shop};
use crate::cli::{Run, run, run_with};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

const STAYS: &str = "\
policies:
  tier-2-stays:
    message: Services of tier 2 are retired by the platform team.
    verdict: refuse
    when: {blueprint: service, action: delete, field: tier, before: 2}
";
const CAREFUL: &str = "policies:\n  tier-changes: {when: {field: tier, before: 2, changed: true}}\n";
const PULL_REQUEST: [(&str, &str); 5] = [
    ("CI", "true"),
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_EVENT_NAME", "pull_request"),
    ("GITHUB_BASE_REF", "main"),
    ("GITHUB_REF", "refs/pull/7/merge"),
];

/// The shop in the embedded catalog, with these policies on its main branch.
fn pushed_shop(policies: &str) -> Repo {
    let repo = shop();
    repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n{policies}"));
    repo.write(".gitignore", ".portolan/local.db*\n.portolan/last-push.json\n*.json\n!.portolan/blueprints/*.json\n");
    commit(&repo, "policies");
    repo.git(&["branch", "-M", "main"]);
    assert_eq!(run(&repo, "push").code, 0);
    repo
}

fn on_branch(repo: &Repo) {
    repo.git(&["switch", "--quiet", "--create", "feature"]);
}

fn set_tier(repo: &Repo, name: &str, tier: u8) {
    let spec = json!({"blueprint": "service", "identifier": name, "properties": {"tier": tier}});
    repo.write(&format!("catalog/{name}.yaml"), entity(&spec));
}

#[track_caller]
fn plan(run: &Run) -> Value {
    serde_json::from_str(&run.results).unwrap_or_else(|error| panic!("{error}: {}{}", run.results, run.talk))
}

/// The policies with a verdict: their names, and whether they are those of the merge base.
fn verdicts(plan: &Value) -> Vec<(String, String, bool)> {
    let hazards = plan["hazards"].as_array().expect("a list").iter();
    let policies = hazards.filter(|hazard| hazard["kind"] == "policy").map(|hazard| &hazard["policy"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    policies.map(|it| (text(&it["name"]), text(&it["verdict"]), it["ofBase"] == true)).collect()
}

#[test]
fn a_refusal_fails_diff_and_push_and_no_approval_helps() {
    let world = World::new();
    world.repo.write("portolan.yaml", format!("{CONFIG}{STAYS}"));
    world.repo.remove("catalog/log.yaml");
    world.cart(|cart| cart["properties"]["tier"] = json!(2));
    let diff = world.run("--output json");
    assert_eq!(diff.code, 4, "{}{}", diff.results, diff.talk);
    let plan = plan(&diff);
    assert_eq!(verdicts(&plan), [("tier-2-stays".to_owned(), "refuse".to_owned(), false)]);
    let hazard = &plan["hazards"][0];
    assert_eq!(hazard["consent"], "refused");
    assert_eq!(hazard["entities"], json!([{"blueprint": "service", "identifier": "log"}]));
    assert_eq!(
        hazard["policy"]["changes"],
        json!([{"blueprint": "service", "identifier": "log", "action": "delete",
            "field": {"kind": "property", "name": "tier", "before": 2, "after": null}}])
    );
    assert_eq!(plan["approval"], Value::Null);
    let text = world.run("");
    let told = text.results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("`tier-2-stays`: Services of tier 2 are retired by the platform team."), "{told}");
    assert!(told.contains("delete `service/log` (tier: 2)") && !told.contains("portolan push"), "{told}");
    // The digest of another plan approves nothing either.
    let digest = "0".repeat(48);
    for flags in ["", &format!("--approve {digest}"), "--output json=out.json --output junit=out.xml"] {
        let push = run_with(&world.repo, &format!("push {flags}"), &world.catalog.variables());
        assert_eq!(push.code, 4, "{flags}: {}{}", push.results, push.talk);
        assert_error(&push.talk, "push-policy");
        assert!(push.talk.contains("`tier-2-stays`"), "{}", push.talk);
    }
    assert!(
        world.repo.read("out.json").contains("`tier-2-stays`") && world.repo.read("out.xml").contains("push-policy")
    );
    assert_eq!(world.catalog.plain.count("service"), 4, "nothing is deleted");
    // What the policy is not about can be pushed.
    world.write("catalog/log.yaml", &json!({"blueprint": "service", "identifier": "log", "properties": {"tier": 2}}));
    let push = run_with(&world.repo, "push", &world.catalog.variables());
    assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
}

#[test]
fn a_hazard_needs_the_approval_of_its_changes() {
    let repo = pushed_shop(CAREFUL);
    set_tier(&repo, "pay", 3);
    let diff = run(&repo, "diff --output json");
    assert_eq!(diff.code, 0, "{}", diff.talk);
    assert_eq!(run(&repo, "diff --fail-on hazard").code, 4);
    let approval = plan(&diff)["approval"].as_str().expect("it needs approval").to_owned();
    let refused = run(&repo, "push");
    assert_eq!(refused.code, 4, "{}", refused.talk);
    assert_error(&refused.talk, "push-unapproved");
    assert!(refused.results.contains("`tier-changes` applies to 1 change"), "{}", refused.results);
    // One more change is another digest.
    set_tier(&repo, "mail", 4);
    let other = run(&repo, &format!("push --approve {approval}"));
    assert_eq!(other.code, 4, "{}", other.talk);
    assert_error(&other.talk, "push-other-approval");
    set_tier(&repo, "mail", 2);
    // A new message is no new hazard.
    let worded = CAREFUL.replace("tier-changes: {", "tier-changes: {message: Tell the platform team, ");
    repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n{worded}"));
    let pushed = run(&repo, &format!("push --approve {approval}"));
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert_eq!(run(&repo, "diff --exit-code").code, 0);
}

#[test]
fn a_branch_is_judged_by_the_policies_of_the_merge_base_too() {
    let stays = |verdict: &str| STAYS.replace("refuse", verdict);
    let of_base = |verdict: &str| ("tier-2-stays".to_owned(), verdict.to_owned(), true);
    let own = |verdict: &str| ("tier-2-stays".to_owned(), verdict.to_owned(), false);
    let worded = STAYS.replace("the platform team", "ada");
    for (config, expected) in [
        ("", vec![of_base("refuse")]),
        (&stays("hazard"), vec![of_base("refuse"), own("hazard")]),
        (&STAYS.replace("before: 2", "before: 7"), vec![of_base("refuse")]),
        // The same conditions: only the message is new.
        (&worded, vec![own("refuse")]),
    ] {
        let repo = pushed_shop(STAYS);
        on_branch(&repo);
        repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n{config}"));
        repo.remove("catalog/log.yaml");
        commit(&repo, "less");
        for (line, variables) in [("diff --base main", &[][..]), ("diff", &PULL_REQUEST)] {
            let diff = run_with(&repo, &format!("{line} --output json"), variables);
            assert_eq!(diff.code, 4, "{config} {line}: {}", diff.talk);
            let plan = plan(&diff);
            assert_eq!(verdicts(&plan), expected, "{config} {line}");
            let is_told = plan["notes"].to_string().contains("`tier-2-stays` still applies");
            assert_eq!(is_told, expected.iter().any(|(_, _, is_of_base)| *is_of_base), "{config}: {}", plan["notes"]);
        }
        let refused = run(&repo, "push --base main");
        assert_eq!(refused.code, 4, "{config}: {}", refused.talk);
        assert_error(&refused.talk, "push-policy");
    }
    // A new policy of the branch applies at once.
    let repo = pushed_shop("");
    on_branch(&repo);
    repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n{STAYS}"));
    repo.remove("catalog/log.yaml");
    commit(&repo, "stricter");
    assert_eq!(verdicts(&plan(&run_with(&repo, "diff --output json", &PULL_REQUEST))), [own("refuse")]);
}

#[test]
fn a_pull_request_that_removes_the_config_is_judged_all_the_same() {
    let repo = pushed_shop(STAYS);
    on_branch(&repo);
    repo.remove("portolan.yaml");
    repo.remove("catalog/log.yaml");
    commit(&repo, "no config");
    let diff = run_with(&repo, "diff --catalog local --scope acme/shop --output json", &PULL_REQUEST);
    assert_eq!(diff.code, 4, "{}{}", diff.results, diff.talk);
    assert_eq!(verdicts(&plan(&diff)), [("tier-2-stays".to_owned(), "refuse".to_owned(), true)]);
}

#[test]
fn where_the_merge_base_is_unknown_that_is_said() {
    let repo = pushed_shop(STAYS);
    on_branch(&repo);
    let unknown = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request")];
    let notes =
        |variables: &[(&str, &str)]| plan(&run_with(&repo, "diff --output json", variables))["notes"].to_string();
    assert!(notes(&unknown).contains("Only the policies of this branch apply"), "{}", notes(&unknown));
    assert!(!notes(&PULL_REQUEST).contains("policies"), "{}", notes(&PULL_REQUEST));
    assert!(!notes(&[]).contains("policies"), "{}", notes(&[]));
    // The policies that the branch has removed are unknown too.
    repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n"));
    commit(&repo, "none");
    assert!(notes(&unknown).contains("No policies apply: the merge base"), "{}", notes(&unknown));
    assert!(!notes(&[]).contains("policies"), "{}", notes(&[]));
}

// Windows needs a privilege for links.
#[cfg(unix)]
#[test]
fn a_linked_config_at_the_merge_base_is_followed_within_the_repository() {
    let repo = pushed_shop("");
    let (config, link) = (format!("{CONFIG}catalog: local\n{STAYS}"), repo.path().join("portolan.yaml"));
    let first = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    for (target, is_inside) in [("shared/config.yaml", true), ("../elsewhere.yaml", false)] {
        repo.remove("portolan.yaml");
        repo.write("shared/config.yaml", &config);
        std::os::unix::fs::symlink(target, &link).expect("links can be made");
        commit(&repo, "linked");
        repo.git(&["branch", "-f", "linked", "HEAD"]);
        repo.remove("portolan.yaml");
        repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n"));
        repo.remove("catalog/log.yaml");
        commit(&repo, "less");
        let diff = plan(&run(&repo, "diff --base linked --output json"));
        let expected = [("tier-2-stays".to_owned(), "refuse".to_owned(), true)];
        assert_eq!(verdicts(&diff) == expected, is_inside, "{diff:#}");
        assert_eq!(diff["notes"].to_string().contains("cannot be read"), !is_inside, "{}", diff["notes"]);
        repo.git(&["reset", "--quiet", "--hard", &first]);
    }
}

#[test]
fn going_back_to_a_commit_is_judged_by_the_current_policies() {
    let repo = pushed_shop("");
    set_tier(&repo, "new", 2);
    repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n{STAYS}"));
    commit(&repo, "new");
    assert_eq!(run(&repo, "push").code, 0);
    let diff = run(&repo, "diff --ref HEAD~1 --output json");
    assert_eq!(diff.code, 4, "{}{}", diff.results, diff.talk);
    assert_eq!(verdicts(&plan(&diff)).len(), 1);
}

#[test]
fn a_plan_file_is_stale_once_the_policies_judge_it_differently() {
    let repo = pushed_shop(CAREFUL);
    set_tier(&repo, "pay", 3);
    let diff = run(&repo, "diff --out plan.json");
    assert_eq!(diff.code, 0, "{}", diff.talk);
    let approve = diff.talk.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).expect("it needs approval");
    // A policy that is not about this plan changes nothing.
    let unrelated = format!("{CAREFUL}  p: {{when: {{blueprint: system, action: delete}}}}\n");
    for (policies, code) in [("", 4), (STAYS, 4), (unrelated.as_str(), 0)] {
        repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n{policies}"));
        let push = run(&repo, &format!("push --plan plan.json --approve {approve}"));
        assert_eq!(push.code, code, "{policies}: {}{}", push.results, push.talk);
        if code == 4 {
            assert_error(&push.talk, "push-stale");
            assert!(push.talk.contains("The policies of the config judge this plan differently"), "{}", push.talk);
        }
    }
}

#[test]
fn a_saved_plan_that_is_refused_names_no_command() {
    let repo = pushed_shop(STAYS);
    repo.remove("catalog/log.yaml");
    let diff = run(&repo, "diff --out plan.json");
    assert_eq!(diff.code, 4, "{}", diff.talk);
    assert!(diff.talk.contains("Plan saved to `plan.json`.") && !diff.talk.contains("Apply it"), "{}", diff.talk);
    let push = run(&repo, "push --plan plan.json");
    assert_eq!(push.code, 4, "{}", push.talk);
    assert_error(&push.talk, "push-policy");
}

#[test]
fn names_that_the_catalog_does_not_have_are_noted() {
    let repo = pushed_shop("");
    let policies = "policies: {p: {when: {blueprint: servce, action: delete}}, q: {when: {field: teir}}}\n";
    repo.write("portolan.yaml", format!("{CONFIG}catalog: local\n{policies}"));
    let notes = plan(&run(&repo, "diff --output json"))["notes"].to_string();
    assert!(notes.contains("did you mean `service`?") && notes.contains("did you mean `tier`?"), "{notes}");
}

#[test]
fn a_policy_uncovers_no_password() {
    let repo = shop();
    let mut blueprint = service();
    blueprint["schema"]["properties"]["dbPassword"] = json!({"type": "string"});
    repo.write(".portolan/blueprints/service.json", blueprint.to_string());
    let with = |password: &str| json!({"blueprint": "service", "identifier": "pay", "properties": {"tier": 2, "dbPassword": password}});
    let config = format!("{CONFIG}catalog: local\nrules: {{plain-secret: \"off\"}}\n");
    repo.write("portolan.yaml", &config);
    repo.write("catalog/pay.yaml", entity(&with("C4nary-live")));
    assert_eq!(run(&repo, "push").code, 0);
    repo.write("portolan.yaml", format!("{config}policies: {{p: {{when: {{field: dbPassword}}}}}}\n"));
    repo.write("catalog/pay.yaml", entity(&with("C4nary-next")));
    for flags in ["", "--full", "--output json", "--output markdown", "--output summary", "--out plan.json"] {
        let diff = run(&repo, &format!("diff {flags}"));
        assert_eq!(diff.code, 0, "{flags}: {}", diff.talk);
        assert!(!format!("{}{}", diff.results, diff.talk).contains("C4nary"), "{flags}: {}", diff.results);
    }
    assert!(!repo.read("plan.json").contains("C4nary"));
    assert!(run(&repo, "diff").results.contains("`p` applies to 1 change"));
}

#[test]
fn a_pull_request_without_credentials_shows_the_verdict_and_exits_as_lint() {
    let repo = pushed_shop("");
    repo.write("portolan.yaml", format!("{CONFIG}catalog: eu\n{STAYS}"));
    commit(&repo, "policies");
    on_branch(&repo);
    repo.remove("catalog/log.yaml");
    commit(&repo, "less");
    let diff = run_with(&repo, "diff --output json", &PULL_REQUEST);
    assert_eq!(diff.code, 0, "{}{}", diff.results, diff.talk);
    assert_eq!(verdicts(&plan(&diff)).len(), 1);
}
