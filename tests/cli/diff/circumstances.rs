//! Tests `diff` under limitations: an older server, a folder without read permission, a clone without history, a
//! repository of the other platform.

use serde_json::{Value, json};

use super::world::{World, at, cart, changes, commit, entity, shop};
use crate::cli::run_with;
use crate::testkit::Repo;
use crate::testkit::faulty::{Faulty, Schedule};
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};

const BY_DATASOURCE: &str = "/entities/datasource-entities";
const SEARCH: &str = "/v1/entities/search";

/// The plan of a successful run, without the catalog's name.
fn plan(repo: &Repo, flags: &str, variables: &[(&str, &str)]) -> Value {
    let run = run_with(repo, &format!("diff --output json {flags}"), variables);
    assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
    let mut plan: Value = serde_json::from_str(&run.results).expect("JSON");
    plan.as_object_mut().expect("an object").remove("catalog");
    plan
}

#[test]
fn an_older_server_is_asked_in_another_way_whose_entities_are_whose() {
    let world = World::new();
    world.repo.remove("catalog/log.yaml");
    let proxy = Faulty::before(&world.catalog.serving.url, Schedule::calm());
    let newest = plan(&world.repo, "", &at(&proxy.url));
    assert_eq!(changes(&newest), ["delete service/log"]);
    proxy.lacks(BY_DATASOURCE);
    assert_eq!(plan(&world.repo, "", &at(&proxy.url)), newest);
}

#[test]
fn where_nobody_can_tell_whose_an_entity_is_nothing_is_deleted() {
    let world = World::new();
    world.repo.remove("catalog/log.yaml");
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    let proxy = Faulty::before(&world.catalog.serving.url, Schedule::calm());
    proxy.lacks(BY_DATASOURCE);
    proxy.lacks(SEARCH);
    let plan = plan(&world.repo, "", &at(&proxy.url));
    assert_eq!(changes(&plan), ["update service/cart"]);
    assert_eq!(plan["changes"][0]["standing"], "foreign");
    assert!(plan["notes"].to_string().contains("counts as owned by others, and nothing is deleted"), "{plan:#}");
    let text = run_with(&world.repo, "diff", &at(&proxy.url));
    let words = text.results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("counts as owned by others, and nothing is deleted"), "{words}");
    assert!(words.contains("`portolan push --adopt`"), "{words}");
}

#[test]
fn an_older_server_that_gives_all_entities_at_once_gives_the_same_plan() {
    let world = World::new();
    world.repo.remove("catalog/log.yaml");
    let proxy = Faulty::before(&world.catalog.serving.url, Schedule::calm());
    let newest = plan(&world.repo, "", &at(&proxy.url));
    proxy.lacks("/blueprints/service/entities/search");
    proxy.lacks("/blueprints/system/entities/search");
    assert_eq!(plan(&world.repo, "", &at(&proxy.url)), newest);
}

#[test]
fn where_nobody_counts_what_was_read_nothing_is_deleted() {
    let world = World::new();
    world.repo.remove("catalog/log.yaml");
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    let proxy = Faulty::before(&world.catalog.serving.url, Schedule::calm());
    proxy.lacks("/blueprints/service/entities-count");
    let plan = plan(&world.repo, "", &at(&proxy.url));
    assert_eq!((changes(&plan), &plan["counts"]["total"]["kept"]), (vec!["update service/cart".to_owned()], &json!(1)));
    assert!(plan["hazards"].to_string().contains("service"), "{:#}", plan["hazards"]);
}

/// Root can list every folder, so the privileges are dropped first.
#[cfg(unix)]
fn without_privileges(repo: &Repo, line: &str, variables: &[(&str, &str)]) -> Option<(i32, String, String)> {
    let plain = crate::testkit::portolan(repo);
    let is_listed = std::fs::read_dir(repo.path().join("catalog/sealed")).is_ok();
    let mut command = match is_listed {
        false => plain,
        true => {
            let mut command = assert_cmd::Command::new("setpriv");
            command.arg("--bounding-set=-dac_override,-dac_read_search").arg(plain.get_program());
            command.current_dir(repo.path()).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
            command
        }
    };
    let output = command.args(line.split_whitespace()).envs(variables.iter().copied()).output().ok()?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what portolan says is UTF-8");
    Some((output.status.code()?, text(output.stdout), text(output.stderr)))
}

#[cfg(unix)] // takes permissions away
#[test]
fn beside_a_folder_that_nobody_may_list_nothing_is_deleted() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.repo.remove("catalog/log.yaml");
    // The unreadable folder may contain the manifest.
    world.repo.write("catalog/sealed/log.yaml", "# nothing\n");
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    let folder = world.repo.path().join("catalog/sealed");
    let set = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).expect("it is ours");
    set(0o000);
    let json = without_privileges(&world.repo, "diff --no-base --output json", &world.catalog.variables());
    let text = without_privileges(&world.repo, "diff --no-base", &world.catalog.variables());
    set(0o755);
    // As root without `setpriv`, no folder is unreadable.
    let (Some((code, json, talk)), Some((_, text, _))) = (json, text) else { return };
    assert_eq!(code, 0, "{json}{talk}");
    let plan: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(changes(&plan), ["update service/cart"]);
    assert_eq!(plan["counts"]["total"]["kept"], 1, "{plan:#}");
    assert!(plan["hazards"].to_string().contains("catalog/sealed"), "{:#}", plan["hazards"]);
    assert!(text.contains("catalog/sealed") && text.contains("ermission denied"), "{text}");
    // Once the folder is readable, the entity is known to be removed.
    assert_eq!(world.changes(""), ["update service/cart", "delete service/log"]);
}

/// A clone of only the newest commit of a branch, as pipelines make it.
fn shallow(world: &World) -> Repo {
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    commit(&world.repo, "tier");
    world.repo.git(&["checkout", "--quiet", "main"]);
    world.write("catalog/pay.yaml", &json!({"blueprint": "service", "identifier": "pay", "properties": {"tier": 7}}));
    commit(&world.repo, "main goes on");
    world.repo.git(&["checkout", "--quiet", "feature"]);
    let clone = Repo::outside_git();
    let from = format!("file://{}", world.repo.path().display());
    let flags = ["clone", "--quiet", "--depth", "1", "--no-single-branch", "--branch", "feature", &from, "."];
    clone.git(&flags);
    clone
}

#[test]
fn a_shallow_clone_that_lacks_the_base_is_told_how_to_fetch() {
    let world = World::new();
    let clone = shallow(&world);
    let variables = world.catalog.variables();
    let talk = run_with(&clone, "diff --base origin/main", &variables).was_refused();
    assert!(talk.contains("this clone is shallow") && talk.contains("git fetch --unshallow"), "{talk}");
    let talk = run_with(&clone, "diff --base nowhere", &variables).was_refused();
    assert!(talk.contains("`nowhere`") && talk.contains("shallow"), "{talk}");
    // If the pipeline names the base, the plan is made without it, with the same advice as a note.
    let ci = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request")];
    let ci = [&variables[..], &ci, &[("GITHUB_BASE_REF", "main")]].concat();
    let told = plan(&clone, "", &ci);
    assert_eq!((changes(&told), &told["base"]), (vec!["update service/cart".to_owned()], &Value::Null));
    assert_eq!(told["changes"][0]["origin"], "unknown");
    let notes = told["notes"].to_string();
    assert!(notes.contains("too shallow") && notes.contains("fetch"), "{notes}");
    // Without a base, pending changes are unknown, so they cannot be omitted.
    let talk = run_with(&clone, "diff --only-branch", &ci).was_refused();
    assert!(talk.contains("too shallow"), "{talk}");
    clone.git(&["fetch", "--quiet", "--unshallow"]);
    let whole = plan(&clone, "--base origin/main", &variables);
    assert_eq!(changes(&whole), ["update service/cart"]);
    assert_eq!(whole["changes"][0]["origin"], "this-branch");
}

#[test]
fn a_base_of_a_hundred_faults_is_no_obstacle() {
    let world = World::new();
    for number in 0..100 {
        let path = format!("catalog/broken-{number}.yaml");
        world.repo.write(&path, "apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: [\n");
    }
    world.repo.write("catalog/bytes.yaml", b"apiVersion: getport.io/v1\nkind: Entity\nspec: {title: \xff\xfe}\n");
    commit(&world.repo, "broken");
    world.repo.git(&["checkout", "--quiet", "-b", "mended"]);
    (0..100).for_each(|number| world.repo.remove(&format!("catalog/broken-{number}.yaml")));
    world.repo.remove("catalog/bytes.yaml");
    world.cart(|cart| drop(cart["properties"].as_object_mut().expect("an object").remove("language")));
    commit(&world.repo, "mended");
    let plan = world.json("--base main");
    // The base's value of the cart is known, so the field is dropped.
    assert_eq!(changes(&plan), ["update service/cart"]);
    assert_eq!(plan["changes"][0]["fields"][0]["cause"], "dropped", "{plan:#}");
    assert_eq!(plan["notes"].as_array().map(Vec::len), Some(1), "{:#}", plan["notes"]);
    assert!(plan["notes"][0].as_str().is_some_and(|note| note.contains("101 places")), "{:#}", plan["notes"]);
}

/// Ninety nested objects: code that visits each of them twice would never finish.
#[test]
fn deep_objects_are_linted_compared_verified_and_pushed() {
    let world = World::new();
    let deep = |leaf: u32| (0..90).fold(json!(leaf), |inner, _| json!({"also": [1], "k": inner}));
    world.cart(|cart| cart["properties"]["config"] = deep(1));
    let push = |flags: &str| run_with(&world.repo, &format!("push {flags}"), &world.catalog.variables());
    let pushed = push("");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert_eq!(world.changes(""), Vec::<String>::new());
    world.cart(|cart| cart["properties"]["config"] = deep(2));
    let plan = world.json("--verify");
    assert_eq!(changes(&plan), ["update service/cart"]);
    assert_eq!(plan["changes"][0]["fields"][0]["paths"][0]["path"].as_array().map(Vec::len), Some(90));
    assert_eq!(plan["complaints"], json!([]), "{plan:#}");
    let markdown = world.run("--output markdown").results;
    assert!(markdown.contains("updates 1 entity"), "{markdown}");
    assert_eq!(push("").code, 0);
    assert_eq!(world.run("--exit-code").code, 0);
}

#[test]
fn a_repository_of_the_other_platform_is_compared_like_any() {
    let repo = shop();
    repo.write("portolan.yaml", format!("platform: glint\n{}", super::world::CONFIG));
    for name in ["shop", "cart", "pay", "mail", "log"] {
        let path = format!("catalog/{name}.yaml");
        repo.write(&path, repo.read(&path).replace("getport.io", "useglint.io"));
    }
    let catalog = crate::cli::pull::bench::Catalog::of(&repo);
    let variables = [
        ("PORTOLAN_CATALOG", catalog.serving.url.as_str()),
        ("GLINT_CLIENT_ID", CLIENT_ID),
        ("GLINT_CLIENT_SECRET", CLIENT_SECRET),
    ];
    assert_eq!(changes(&plan(&repo, "", &variables)), Vec::<String>::new());
    let mut spec = cart();
    spec["properties"]["tier"] = json!(5);
    repo.write("catalog/cart.yaml", entity(&spec).replace("getport.io", "useglint.io"));
    repo.remove("catalog/log.yaml");
    assert_eq!(changes(&plan(&repo, "--verify", &variables)), ["update service/cart", "delete service/log"]);
    let markdown = run_with(&repo, "diff --output markdown", &variables).results;
    assert!(markdown.contains("`catalog/cart.yaml:1`") || markdown.contains("catalog/cart.yaml:1"), "{markdown}");
    // Manifests of the other platform are ignored: what they declare is not declared here.
    repo.write("catalog/cart.yaml", entity(&spec));
    let run = run_with(&repo, "diff", &variables);
    assert!(run.results.contains("cart"), "{}{}", run.results, run.talk);
    // Credentials of the other platform are ignored too.
    let run = run_with(&repo, "diff", &at(&catalog.serving.url));
    assert!(run.code == 64 && run.talk.contains("GLINT_CLIENT_ID"), "{} {}", run.code, run.talk);
}
