//! Tests the third side of drift: Git's history says which side changed a field, and `pull` takes only what the catalog alone
//! changed. `diff` and `pull` agree.

use serde_json::{Value, json};

use super::bench::Catalog;
use crate::cli::diff::world::{World, shop};

const CART: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: cart}
spec:
  identifier: cart
  blueprint: service
  title: Cart
  properties:
    language: go
    tier: 1
";

fn world() -> World {
    let repo = shop();
    repo.write("catalog/cart.yaml", CART);
    repo.commit_later(0, "cart");
    let catalog = Catalog::of(&repo);
    World { repo, catalog }
}

/// Somebody changes the tier of the cart in the catalog.
fn edited() -> World {
    let world = world();
    world.elsewhere("service", &json!({"identifier": "cart", "properties": {"tier": 9}}));
    world
}

fn set_cart(world: &World, from: &str, to: &str) {
    let text = world.repo.read("catalog/cart.yaml");
    assert!(text.contains(from), "{text}");
    world.repo.write("catalog/cart.yaml", text.replace(from, to));
}

/// The fields of the cart with the side that changed each: `tier catalog`.
fn sides(world: &World) -> Vec<String> {
    let plan = world.json("");
    let cart = plan["changes"].as_array().expect("a list").iter().find(|it| it["identifier"] == "cart");
    let fields = cart.and_then(|cart| cart["fields"].as_array()).cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    fields
        .iter()
        .map(|field| {
            let name = if field["name"].is_null() { &field["kind"] } else { &field["name"] };
            format!("{} {}", text(name), text(&field["changedBy"]))
        })
        .collect()
}

/// The text as one line.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has_drifted(world: &World) -> bool {
    world.run("--fail-on drift").code == 2
}

/// Pulls what has drifted; returns the notes.
fn pull(world: &World) -> String {
    world.catalog.json(&world.repo, "--entities --drifted")["notes"].to_string()
}

/// The entity still belongs to the other writer after the pull, so only the history says that the rest is Git's work.
#[test]
fn a_commit_after_the_pull_is_pending_and_is_not_overwritten() {
    let world = edited();
    assert_eq!((sides(&world), has_drifted(&world)), (vec!["tier catalog".to_owned()], true));
    pull(&world);
    assert_eq!(world.repo.read("catalog/cart.yaml"), CART.replace("tier: 1", "tier: 9"));
    world.repo.commit_later(100, "take the tier");
    assert!(!has_drifted(&world));
    set_cart(&world, "tier: 9", "tier: 2");
    set_cart(&world, "title: Cart", "title: The cart");
    world.repo.commit_later(200, "Git goes on");
    assert_eq!((sides(&world), has_drifted(&world)), (vec!["title git".to_owned(), "tier git".to_owned()], false));
    let talk = world.run("--fail-on changed").talk;
    assert!(talk.contains("1 entity (0 drifted, 1 pending)"), "{talk}");
    let before = world.repo.read("catalog/cart.yaml");
    assert_eq!(pull(&world), "[]");
    world.catalog.pull(&world.repo, "--entities");
    assert_eq!(world.repo.read("catalog/cart.yaml"), before);
    world.catalog.pull(&world.repo, "--entities --only service/cart");
    assert_eq!(world.repo.read("catalog/cart.yaml"), CART.replace("tier: 1", "tier: 9"));
}

#[test]
fn of_each_field_only_what_the_catalog_changed_is_taken() {
    let world = edited();
    set_cart(&world, "language: go", "language: rust");
    world.repo.commit_later(100, "another language");
    assert_eq!(sides(&world), ["language git", "tier catalog"]);
    assert!(has_drifted(&world));
    assert_eq!(pull(&world), "[]");
    assert_eq!(
        world.repo.read("catalog/cart.yaml"),
        CART.replace("language: go", "language: rust").replace("tier: 1", "tier: 9")
    );
}

#[test]
fn what_both_sides_changed_is_listed_and_not_written() {
    let world = edited();
    set_cart(&world, "tier: 1", "tier: 5");
    world.repo.commit_later(100, "another tier");
    assert_eq!((sides(&world), has_drifted(&world)), (vec!["tier both".to_owned()], true));
    let report = unwrapped(&world.run("--fail-on drift").results);
    assert!(report.contains("1 field was changed in Git too") && report.contains("changed in Git after that too: `"));
    assert!(!report.contains("portolan pull"), "{report}");
    let before = world.repo.read("catalog/cart.yaml");
    let notes = pull(&world);
    assert!(notes.contains("`properties.tier` of `service/cart`") && notes.contains("--only"), "{notes}");
    assert_eq!(world.repo.read("catalog/cart.yaml"), before);
    world.catalog.pull(&world.repo, "--entities --only service/cart");
    assert_eq!(world.repo.read("catalog/cart.yaml"), before.replace("tier: 5", "tier: 9"));
}

/// Either somebody went back in the catalog, or the commit was never pushed: that cannot be known.
#[test]
fn an_earlier_value_of_git_is_ambiguous() {
    let world = world();
    set_cart(&world, "tier: 1", "tier: 5");
    world.repo.commit_later(0, "another tier");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    world.elsewhere("service", &json!({"identifier": "cart", "title": "Somebody's"}));
    assert_eq!(sides(&world), ["title catalog", "tier ambiguous"]);
    let notes = pull(&world);
    assert!(notes.contains("`properties.tier`") && notes.contains("may not have been pushed"), "{notes}");
    assert_eq!(
        world.repo.read("catalog/cart.yaml"),
        CART.replace("tier: 1", "tier: 5").replace("title: Cart", "title: Somebody's")
    );
}

#[test]
fn a_moved_manifest_keeps_its_history() {
    let world = edited();
    world.repo.git(&["mv", "catalog/cart.yaml", "catalog/basket.yaml"]);
    let text = CART.replace("language: go", "language: rust");
    world.repo.write("catalog/basket.yaml", &text).write("catalog/more.yaml", "# nothing\n");
    world.repo.commit_later(100, "move");
    assert_eq!(sides(&world), ["language git", "tier catalog"]);
    pull(&world);
    assert_eq!(world.repo.read("catalog/basket.yaml"), text.replace("tier: 1", "tier: 9"));
}

#[test]
fn without_the_history_nothing_is_overwritten() {
    let world = edited();
    set_cart(&world, "tier: 1", "tier: 5");
    world.repo.commit_later(100, "another tier");
    let head = world.repo.git(&["rev-parse", "HEAD"]);
    world.repo.write(".git/shallow", &head);
    assert_eq!((sides(&world), has_drifted(&world)), (vec!["tier unknown".to_owned()], true));
    let report = unwrapped(&world.run("--fail-on drift").results);
    assert!(report.contains("does not have the whole history"), "{report}");
    let notes = pull(&world);
    assert!(notes.contains("git fetch --unshallow") && notes.contains("--only"), "{notes}");
    assert!(world.repo.read("catalog/cart.yaml").contains("tier: 5"));
    world.repo.remove(".git/shallow");
    assert_eq!(sides(&world), ["tier both"]);
}

/// The catalog does not record deletions, so the times of this scope's other writes have to do.
#[test]
fn an_entity_that_was_deleted_in_the_catalog_has_drifted() {
    let world = world();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let pay = json!({"blueprint": "service", "identifier": "pay", "title": "Pay", "properties": {"tier": 2}});
    world.write("catalog/pay.yaml", &pay);
    world.repo.commit_later(0, "a title");
    let pushed = world.catalog.run(&world.repo, "push");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    world.catalog.plain.must("DELETE", "blueprints/service/entities/cart", None);
    let run = world.run("--fail-on drift,missing");
    assert_eq!(run.code, 2, "{}", run.results);
    let report = unwrapped(&run.results);
    assert!(report.contains("1 declared entity is missing, although"), "{report}");
    assert!(report.contains("portolan push --only catalog/cart.yaml") && !report.contains("--adopt"), "{report}");
    assert!(run.talk.contains("`--fail-on missing`: 1 entity (1 drifted, 0 pending)"), "{}", run.talk);
    let plan = world.json("");
    assert_eq!(plan["changes"][0]["drifted"], true, "{plan:#}");
    world.catalog.run(&world.repo, "push");
    // What no push can have brought yet is pending, committed or not.
    world.write("catalog/new.yaml", &json!({"blueprint": "service", "identifier": "new"}));
    assert!(!has_drifted(&world));
    world.repo.commit_later(100, "new");
    assert!(!has_drifted(&world));
    let talk = world.run("--fail-on missing").talk;
    assert!(talk.contains("1 entity (0 drifted, 1 pending)"), "{talk}");
}

/// A branch that was made before has the old value in later commits, but the branch that it was merged into never went back to it.
#[test]
fn a_merged_branch_counts_from_its_merge() {
    let world = world();
    world.repo.git(&["branch", "side"]);
    set_cart(&world, "tier: 1", "tier: 5");
    world.repo.commit_later(0, "another tier");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    world.elsewhere("service", &json!({"identifier": "cart", "properties": {"tier": 1}}));
    world.repo.git(&["checkout", "--quiet", "side"]);
    world.repo.write("README.md", "# Shop\n");
    world.repo.commit_later(100, "a page");
    world.repo.git(&["checkout", "--quiet", "main"]);
    world.repo.git(&["merge", "--quiet", "--no-ff", "--no-edit", "side"]);
    assert_eq!((sides(&world), has_drifted(&world)), (vec!["tier ambiguous".to_owned()], true));
    // A branch that takes the catalog's value is on this side from its merge on.
    world.repo.git(&["checkout", "--quiet", "-b", "take"]);
    world.catalog.pull(&world.repo, "--entities --only service/cart");
    world.repo.commit_later(200, "take the tier");
    world.repo.git(&["checkout", "--quiet", "main"]);
    world.repo.git(&["merge", "--quiet", "--ff-only", "take"]);
    set_cart(&world, "tier: 1", "tier: 6");
    world.repo.commit_later(300, "Git goes on");
    assert_eq!((sides(&world), has_drifted(&world)), (vec!["tier git".to_owned()], false));
}
