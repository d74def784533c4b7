//! Tests `cluster policies`: which blueprints get one, where it is written, and that `--check` finds what is stale.

use std::collections::BTreeSet;

use serde_json::Value;

use super::documents;
use crate::cli::run;
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

const BLUEPRINTS: [&str; 8] = ["api", "carrier", "datastore", "domain", "environment", "library", "service", "system"];

fn acme() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo
}

#[test]
fn every_blueprint_has_a_policy_and_its_binding() {
    let text = run(&acme(), "cluster policies").quietly_gave();
    let documents = documents(&text);
    assert_eq!(documents.len(), 2 * BLUEPRINTS.len());
    for (pair, blueprint) in documents.chunks(2).zip(BLUEPRINTS) {
        let [policy, binding] = pair else { panic!("{text}") };
        let name = format!("{blueprint}.getport.io");
        assert_eq!(policy["kind"], "ValidatingAdmissionPolicy");
        assert_eq!(
            (&policy["metadata"]["name"], &policy["spec"]["failurePolicy"]),
            (&Value::from(name.clone()), &"Fail".into())
        );
        assert_eq!(
            (&binding["kind"], &binding["spec"]["policyName"]),
            (&"ValidatingAdmissionPolicyBinding".into(), &name.into())
        );
        let condition = policy["spec"]["matchConditions"][0]["expression"].as_str().expect("it is text");
        assert!(condition.contains(&format!("== \"{blueprint}\"")), "{condition}");
        check_validations(policy);
    }
}

/// Every validation has a message for a person, of one line, and uses variables that the policy declares.
fn check_validations(policy: &Value) {
    let list = |key: &str| policy["spec"][key].as_array().cloned().unwrap_or_default();
    let declared: BTreeSet<String> =
        list("variables").iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect();
    let validations = list("validations");
    assert!(validations.len() > 5, "{policy}");
    for validation in &validations {
        let message = validation["message"].as_str().expect("a message");
        assert!(message.len() > 10 && !message.contains('\n'), "{message}");
        let expression = validation["expression"].as_str().expect("an expression");
        for used in expression.split("variables.").skip(1) {
            let name: String = used.chars().take_while(|c| c.is_ascii_alphabetic() || *c == '_').collect();
            assert!(declared.contains(&name), "{name} in {expression}");
        }
    }
}

#[test]
fn a_folder_has_one_file_for_each_blueprint() {
    let repo = acme();
    std::fs::create_dir(repo.path().join("policies")).expect("a folder");
    let written = run(&repo, "cluster policies --out policies").quietly_gave();
    let files: Vec<String> = BLUEPRINTS.iter().map(|name| format!("policies/{name}.yaml\n")).collect();
    assert_eq!(written, files.concat());
    let checked = run(&repo, "cluster policies --out policies --check").quietly_gave();
    assert_eq!(checked.matches(" is up to date\n").count(), BLUEPRINTS.len());

    let blueprint = ".portolan/blueprints/service.json";
    repo.write(blueprint, repo.read(blueprint).replacen("\"experimental\"", "\"trial\"", 1));
    std::fs::remove_file(repo.path().join(".portolan/blueprints/library.json")).expect("it is there");
    std::fs::remove_file(repo.path().join("policies/api.yaml")).expect("it is there");
    let stale = run(&repo, "cluster policies --out policies --check");
    assert_eq!(stale.code, 2, "{}", stale.talk);
    for words in [
        "policies/api.yaml is missing\n",
        "+++ b/policies/service.yaml",
        "policies/library.yaml has a policy without a blueprint: remove it\n",
    ] {
        assert!(stale.results.contains(words), "{words}: {}", stale.results);
    }
    let again = run(&repo, "cluster policies --out policies");
    assert_eq!(again.code, 0);
    assert!(
        again.talk.contains("note: `policies/library.yaml` has a policy whose blueprint is not in the snapshot"),
        "{}",
        again.talk
    );
}

#[test]
fn named_blueprints_go_into_one_file() {
    let repo = acme();
    let written = run(&repo, "cluster policies service api --out policies.yaml").quietly_gave();
    assert_eq!(written, "policies.yaml\n");
    assert_eq!(documents(&repo.read("policies.yaml")).len(), 4);
    let checked = run(&repo, "cluster policies service api --out policies.yaml --check").quietly_gave();
    assert_eq!(checked, "policies.yaml is up to date\n");
    assert_eq!(run(&repo, "cluster policies --out policies.yaml --check").code, 2);
}

#[test]
fn what_has_no_policy_is_an_error() {
    let repo = acme();
    let unknown = run(&repo, "cluster policies servce").was_refused();
    assert_error(&unknown, "unknown-blueprint-named");
    assert!(unknown.contains("did you mean `service`?"), "{unknown}");
    assert_error(&run(&repo, "cluster policies _team").was_refused(), "system-blueprint-named");
    let bare = Repo::new();
    bare.write("portolan.yaml", "scope: acme/catalog\n");
    assert_error(&run(&bare, "cluster policies").was_refused(), "no-snapshot");
    let nowhere = run(&repo, "cluster policies --out nowhere/policies");
    assert_eq!((nowhere.code, nowhere.results.as_str()), (64, ""), "{}", nowhere.talk);
}
