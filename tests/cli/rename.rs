//! Tests `portolan rename`: every referrer, the plan afterwards, the layout, and what is refused.

use super::{new::acme, run, run_with};
use crate::testkit::errors::assert_error;
use crate::testkit::says::did_you_mean;
use crate::testkit::{Repo, contents, portolan};

fn pushed() -> Repo {
    let repo = acme();
    repo.git(&["remote", "add", "origin", "https://git.example.com/acme/catalog"]);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "first"]);
    assert_eq!(run(&repo, "push").code, 0);
    repo
}

#[test]
fn an_entity_is_renamed_with_its_referrers_and_the_plan_is_one_rename() {
    let repo = pushed();
    let lint_before = run(&repo, "lint");
    let renamed = run(&repo, "rename service/ledger books --yes");
    assert_eq!(renamed.code, 0, "{}", renamed.talk);
    assert!(renamed.talk.contains("Renamed `service/ledger` to `books` in 4 files."), "{}", renamed.talk);
    let changed = repo.git(&["diff", "-U0", "--no-color"]);
    let lines: Vec<&str> = changed
        .lines()
        .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---"))
        .collect();
    assert_eq!(lines.len(), 12, "five values and an annotation of two lines: {changed}");
    assert!(changed.contains("+    portolan.dev/renamed-from: ledger\n"), "{changed}");
    let lint_after = run(&repo, "lint");
    assert_eq!((lint_after.code, lint_after.results), (lint_before.code, lint_before.results));
    let plan: serde_json::Value =
        serde_json::from_str(&run(&repo, "diff --output json").results).expect("the plan is JSON");
    let counts = &plan["counts"]["total"];
    assert_eq!(
        (&counts["rename"], &counts["delete"], &counts["create"]),
        (&1.into(), &0.into(), &0.into()),
        "{counts}"
    );
    assert_eq!(run(&repo, "push").code, 0);
    assert_eq!(run(&repo, "diff --exit-code").code, 0);
    assert_eq!(run(&repo, "show service/ledger").code, 64);
}

#[test]
fn the_file_and_the_resource_follow_on_request() {
    let repo = acme();
    let manifest = |name: &str, identifier: &str| {
        format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec: {{blueprint: system, identifier: {identifier}, relations: {{domain: payments}}}}\n"
        )
    };
    repo.write("catalog/extra/cart.yaml", manifest("cart", "cart"));
    repo.write("catalog/extra/kustomization.yaml", "resources:\n  - ./cart.yaml # the cart\n");
    repo.write("kustomization.yaml", "resources: [catalog/extra/cart.yaml, other.yaml]\n");
    let renamed = run(&repo, "rename system/cart Shop/Basket --file --resource-name --yes");
    assert_eq!(renamed.code, 0, "{}", renamed.talk);
    let moved = "rename catalog/extra/cart.yaml => catalog/extra/shop-basket.yaml\n";
    assert!(renamed.results.contains(moved), "{}", renamed.results);
    let expected = manifest("shop-basket, annotations: {portolan.dev/renamed-from: cart}", "Shop/Basket");
    assert_eq!(repo.read("catalog/extra/shop-basket.yaml"), expected);
    assert!(!repo.path().join("catalog/extra/cart.yaml").exists());
    assert_eq!(repo.read("catalog/extra/kustomization.yaml"), "resources:\n  - ./shop-basket.yaml # the cart\n");
    assert_eq!(repo.read("kustomization.yaml"), "resources: [catalog/extra/shop-basket.yaml, other.yaml]\n");
    // Nothing is overwritten.
    repo.write("catalog/extra/taken.yaml", "");
    let talk = run(&repo, "rename system/Shop/Basket taken --file --yes").was_refused();
    assert_error(&talk, "file-not-renamed");
}

#[test]
fn a_dry_run_writes_nothing_and_names_everything() {
    let repo = acme();
    let before = contents(repo.path());
    let shown = run(&repo, "rename service/ledger books --dry-run");
    assert_eq!(shown.code, 0);
    assert!(shown.results.contains("-  identifier: ledger\n+  identifier: books\n"), "{}", shown.results);
    assert!(shown.talk.contains("nothing was written"), "{}", shown.talk);
    let refused = run(&repo, "rename service/ledger books");
    assert_error(&refused.was_refused(), "rename-not-confirmed");
    assert_eq!(contents(repo.path()), before);
}

#[test]
fn a_team_is_renamed_in_every_field_that_names_it() {
    let repo = acme();
    let talk = run(&repo, "rename _team/payments money --yes").was_refused();
    assert_error(&talk, "nothing-to-rename");
    assert!(talk.contains("`--references-only`") && talk.contains("6 values"), "{talk}");
    let renamed = run(&repo, "rename _team/payments money --references-only --yes");
    assert_eq!(renamed.code, 0, "{}", renamed.talk);
    assert!(renamed.talk.contains("The snapshot does not list `_team/money`"), "{}", renamed.talk);
    assert!(run(&repo, "show _team/payments").quietly_gave().contains("No manifest points to it."));
    assert!(run(&repo, "show _team/money").quietly_gave().contains("Referenced by 6 entities"));
}

#[test]
fn what_cannot_be_renamed_is_refused_and_nothing_is_written() {
    let repo = acme();
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "first"]);
    let file = "catalog/payments/payouts.yaml";
    let before = contents(repo.path());
    for (line, code, words) in [
        ("rename service/ledgr books --yes", "unknown-entity", did_you_mean!("service/ledger")),
        ("rename ledger books --yes", "no-entity-name", did_you_mean!("service/ledger")),
        ("rename service/ledger ledger --yes", "same-identifier", "`service/ledger`"),
        ("rename service/ledger checkout --yes", "new-identifier-taken", "apps/checkout/port.yml:2"),
        ("rename service/ledger a,b --yes", "bad-new-identifier", "`a,b`"),
        ("rename service/checkout till --file --yes", "file-not-renamed", "`apps/checkout/port.yml`"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, code);
        assert!(talk.contains(words), "{line}: {talk}");
    }
    assert_eq!(contents(repo.path()), before);
    // Partly staged: the staged version would not be what is renamed.
    repo.write(file, format!("{}# staged\n", repo.read(file)));
    repo.git(&["add", "-A"]);
    repo.write(file, format!("{}# not staged\n", repo.read(file)));
    let talk = run(&repo, "rename service/ledger books --yes").was_refused();
    assert_error(&talk, "partly-staged");
    assert!(talk.contains(file), "{talk}");
    repo.git(&["add", "-A"]);
    // Broken: nobody knows what it points to.
    repo.write("catalog/broken.yaml", "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: x}\nspec: {blueprint: service, identifier: x, relations: {dependsOn: [ledger}\n");
    let talk = run(&repo, "rename service/ledger books --yes").was_refused();
    assert_error(&talk, "unreadable-referrer");
    repo.remove("catalog/broken.yaml");
    // An alias: the anchor belongs to something else too.
    repo.write("catalog/alias.yaml", "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: x}\nspec: {blueprint: service, identifier: x, title: &t ledger, relations: {system: booking, dependsOn: [*t]}}\n");
    let talk = run(&repo, "rename service/ledger books --yes").was_refused();
    assert_error(&talk, "not-renamed");
    assert!(talk.contains("catalog/alias.yaml:4"), "{talk}");
}

#[test]
fn a_rename_that_is_not_committed_keeps_the_name_that_the_catalog_has() {
    let repo = pushed();
    for line in ["rename service/ledger books --yes", "rename service/books accounts --yes"] {
        assert_eq!(run(&repo, line).code, 0);
    }
    let file = repo.read("catalog/payments/ledger/ledger.yaml");
    assert!(
        file.contains("portolan.dev/renamed-from: books ledger\n") && file.contains("identifier: accounts\n"),
        "{file}"
    );
    assert_eq!(file.matches("renamed-from").count(), 1);
    assert_eq!(renamed_by_annotation(&repo), [("ledger".to_owned(), "accounts".to_owned())]);
}

/// The renames of the plan, which has no other change of an identifier.
fn renamed_by_annotation(repo: &Repo) -> Vec<(String, String)> {
    let plan: serde_json::Value =
        serde_json::from_str(&run(repo, "diff --output json").results).expect("the plan is JSON");
    let counts = &plan["counts"]["total"];
    assert_eq!((&counts["delete"], &counts["create"]), (&0.into(), &0.into()), "{counts}");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let changes = plan["changes"].as_array().expect("a list").iter();
    let renames = changes.filter(|change| change["action"] == "rename");
    let renames = renames.inspect(|change| assert_eq!(change["renamedBy"], "annotation", "{change}"));
    renames.map(|change| (text(&change["renamedFrom"]), text(&change["identifier"]))).collect()
}

/// The catalog has what was pushed, which the last commit does not know.
#[test]
fn a_rename_after_a_push_from_the_work_tree_keeps_the_name_that_the_catalog_has() {
    let repo = pushed();
    for line in ["rename service/ledger books --yes", "push", "rename service/books accounts --yes"] {
        let run = run(&repo, line);
        assert_eq!(run.code, 0, "{line}: {}{}", run.results, run.talk);
    }
    // The content is no sign, since it changes too.
    let path = "catalog/payments/ledger/ledger.yaml";
    repo.write(path, repo.read(path).replace("every night", "every morning"));
    assert_eq!(renamed_by_annotation(&repo), [("books".to_owned(), "accounts".to_owned())]);
    assert_eq!(run(&repo, "push").code, 0);
    assert_eq!(run(&repo, "diff --exit-code").code, 0);
    assert_eq!(run(&repo, "show service/books --live").code, 64);
}

#[test]
fn an_exchange_of_identifiers_is_explained() {
    let repo = pushed();
    let (one, other) = ("catalog/payments/ledger/ledger.yaml", "catalog/logistics/quoting/quote-engine.yaml");
    let swapped = |text: &str, from: &str, to: &str| {
        let text = text.replace(&format!("identifier: {from}\n"), &format!("identifier: {to}\n"));
        text.replacen("  name:", &format!("  annotations: {{portolan.dev/renamed-from: {from}}}\n  name:"), 1)
    };
    repo.write(one, swapped(&repo.read(one), "ledger", "quote-engine"));
    repo.write(other, swapped(&repo.read(other), "quote-engine", "ledger"));
    let diff = run(&repo, "diff");
    let words = diff.results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("`service/ledger` and `service/quote-engine` exchange their identifiers."), "{words}");
    assert!(words.contains("0 to rename"), "{words}");
}

/// Each kustomization of the repository that names the file, in whatever field.
#[test]
fn every_kustomization_that_lists_the_file_follows() {
    let repo = acme();
    let manifest = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: cart}\nspec: {blueprint: system, identifier: cart, relations: {domain: payments}}\n";
    repo.write("catalog/extra/cart.yaml", manifest);
    for (path, before, after) in [
        (
            "overlays/prod/kustomization.yaml",
            "resources: ['../../catalog/extra/cart.yaml', cart.yaml]\n",
            "resources: ['../../catalog/extra/basket.yaml', cart.yaml]\n",
        ),
        (
            "overlays/test/Kustomization",
            "patches:\n  - target: {kind: Entity}\n    path: ../../catalog/./extra/cart.yaml # here\n",
            "patches:\n  - target: {kind: Entity}\n    path: ../../catalog/./extra/basket.yaml # here\n",
        ),
        (
            "catalog/kustomization.yml",
            "configMapGenerator:\n  - name: a\n    files: [extra/cart.yaml, \"x=extra/cart.yaml\"]\npatchesStrategicMerge: [extra/cart.yaml]\n",
            "configMapGenerator:\n  - name: a\n    files: [cart.yaml=extra/basket.yaml, \"x=extra/basket.yaml\"]\npatchesStrategicMerge: [extra/basket.yaml]\n",
        ),
        ("elsewhere/kustomization.yaml", "resources: [cart.yaml]\n", "resources: [cart.yaml]\n"),
    ] {
        repo.write(path, before);
        repo.write(&format!("expected/{path}"), after);
    }
    let renamed = run(&repo, "rename system/cart basket --file --yes");
    assert_eq!(renamed.code, 0, "{}", renamed.talk);
    for path in [
        "overlays/prod/kustomization.yaml",
        "overlays/test/Kustomization",
        "catalog/kustomization.yml",
        "elsewhere/kustomization.yaml",
    ] {
        assert_eq!(repo.read(path), repo.read(&format!("expected/{path}")), "{path}");
    }
    // A name that is not written as it is, is changed by hand.
    repo.write("odd/kustomization.yaml", "resources: [\"../catalog/extra/b\\x61sket.yaml\"] # basket.yaml\n");
    let talk = run(&repo, "rename system/basket cart --file --yes").was_refused();
    assert_error(&talk, "not-renamed");
    assert!(talk.contains("odd/kustomization.yaml:1"), "{talk}");
}

#[test]
fn windows_line_ends_and_marks_stay() {
    let repo = acme();
    let path = "catalog/payments/ledger/ledger.yaml";
    let text = format!("\u{feff}{}", repo.read(path).replace('\n', "\r\n"));
    repo.write(path, &text);
    assert_eq!(run(&repo, "rename service/ledger accounts --yes").code, 0);
    let after = repo.read(path);
    assert!(after.starts_with('\u{feff}') && after.matches('\n').count() == after.matches("\r\n").count());
    let added = "\r\n  annotations:\r\n    portolan.dev/renamed-from: ledger";
    assert_eq!(after.replace(added, "").replace("accounts", "ledger"), text);
}

#[test]
fn four_hundred_referrers_are_one_command() {
    let repo = Repo::new();
    repo.copy_from(&crate::testkit::example("acme").join(".portolan"));
    for number in 0..400 {
        repo.write(
            &format!("catalog/s{number}.yaml"),
            format!("apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: s{number}}}\nspec: {{blueprint: service, identifier: s{number}, team: [payments, \"x\"]}}\n"),
        );
    }
    repo.write(
        ".portolan/blueprints/service.json",
        r#"{"identifier": "service", "schema": {"properties": {}}, "relations": {}}"#,
    );
    repo.write("team.yaml", "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: payments}\nspec: {blueprint: _team, identifier: payments}\n");
    let renamed = run_with(&repo, "rename _team/payments money --yes", &[]);
    assert_eq!(renamed.code, 0, "{}", renamed.talk);
    assert!(renamed.talk.contains("in 401 files"), "{}", renamed.talk);
    portolan(&repo).args(["show", "_team/money", "--output", "json"]).assert().success();
    assert!((0..400).all(|number| repo.read(&format!("catalog/s{number}.yaml")).contains("team: [money, \"x\"]")));
}

#[test]
fn the_way_back_leaves_no_trace() {
    let repo = pushed();
    let before = repo.read("catalog/payments/ledger/ledger.yaml");
    for line in ["rename service/ledger books --yes", "rename service/books ledger --yes"] {
        let renamed = run(&repo, line);
        assert_eq!(renamed.code, 0, "{}", renamed.talk);
    }
    assert_eq!(repo.read("catalog/payments/ledger/ledger.yaml"), before);
    assert_eq!(repo.git(&["status", "--short", "catalog"]), "");
}

#[test]
fn a_second_rename_on_a_branch_keeps_the_name_that_the_catalog_has() {
    let repo = pushed();
    let main = repo.git(&["branch", "--show-current"]).trim().to_owned();
    repo.git(&["update-ref", &format!("refs/remotes/origin/{main}"), "HEAD"]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", &format!("refs/remotes/origin/{main}")]);
    repo.git(&["checkout", "-q", "-b", "renames"]);
    for line in ["rename service/ledger books --yes", "rename service/books accounts --yes"] {
        assert_eq!(run(&repo, line).code, 0);
        repo.git(&["commit", "-qam", "rename"]);
    }
    let file = repo.read("catalog/payments/ledger/ledger.yaml");
    assert!(file.contains("portolan.dev/renamed-from: books ledger\n"), "{file}");
    assert_eq!(renamed_by_annotation(&repo), [("ledger".to_owned(), "accounts".to_owned())]);
}

#[test]
fn what_would_break_the_catalog_is_refused() {
    let repo = acme();
    repo.write("portolan.yaml", format!("{}\n", repo.read("portolan.yaml")));
    for (line, code, words) in [
        (
            "rename environment/prod-eu-west prod --references-only --yes",
            "references-of-declared",
            "kubernetes.yaml:15",
        ),
        ("rename service/ledger service/books --yes", "identifier-with-blueprint", did_you_mean!("books")),
    ] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, code);
        assert!(talk.contains(words), "{line}: {talk}");
    }
    // A file that portolan would not read any more would be a delete.
    let manifest = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\nspec: {blueprint: system, identifier: service-a, relations: {domain: payments}}\n";
    repo.write("catalog/service-a.yaml", manifest);
    repo.write(".gitignore", "secret-*\n");
    let talk = run(&repo, "rename system/service-a secret-a --file --yes").was_refused();
    assert_error(&talk, "file-not-renamed");
    assert!(talk.contains("Git ignores it"), "{talk}");
    repo.write("portolan.yaml", "manifests: {include: [\"catalog/**/service-*.yaml\"]}\n");
    let talk = run(&repo, "rename system/service-a a --file --yes").was_refused();
    assert_error(&talk, "file-not-renamed");
    assert_eq!(repo.read("catalog/service-a.yaml"), manifest);
    std::fs::remove_dir_all(repo.path().join(".portolan")).expect("it is there");
    let talk = run(&repo, "rename system/service-a a --yes").was_refused();
    assert_error(&talk, "rename-without-snapshot");
}
