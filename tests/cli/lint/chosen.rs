//! Tests PATHS: they select the reported findings, while the whole repository is analysed.

use super::bench::{WRONG, assert_says, findings, findings_in, flat, lint, lint_in, service, shop};
use crate::testkit::Repo;

/// Two files with one error each, in two folders.
fn two_faults() -> Repo {
    let repo = shop();
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo.write("teams/wishes.yaml", service("wishes", WRONG));
    repo
}

const CART: &str = "catalog/cart.yaml:9:11 wrong-property-type";
const WISHES: &str = "teams/wishes.yaml:9:11 wrong-property-type";

#[test]
fn files_and_folders_choose_what_is_reported() {
    let repo = two_faults();
    let absolute = repo.path().join("teams").display().to_string();
    for (paths, expected) in [
        (&[][..], &[CART, WISHES][..]),
        (&["."], &[CART, WISHES]),
        (&["catalog/cart.yaml"], &[CART]),
        (&["./catalog/../catalog/./cart.yaml"], &[CART]),
        (&["catalog"], &[CART]),
        (&["catalog/"], &[CART]),
        (&["teams", "catalog/cart.yaml"], &[CART, WISHES]),
        (&[&absolute], &[WISHES]),
        (&["catalog/system.yaml"], &[]),
        (&["catalog/system.yaml", "catalog/system.yaml"], &[]),
    ] {
        assert_eq!(findings(&repo, paths), expected, "{paths:?}");
    }
}

/// `cat` is not the folder `catalog`.
#[test]
fn a_folder_is_not_a_prefix_of_a_name() {
    let repo = two_faults();
    repo.write("cat/wishes.yaml", service("other", WRONG));
    assert_eq!(findings(&repo, &["cat"]), ["cat/wishes.yaml:9:11 wrong-property-type"]);
}

#[test]
fn paths_are_relative_to_where_one_stands() {
    let repo = two_faults();
    let catalog = repo.path().join("catalog");
    assert_eq!(findings_in(&catalog, &["cart.yaml"]), [CART]);
    assert_eq!(findings_in(&catalog, &["../teams"]), [WISHES]);
    assert_eq!(findings_in(&catalog, &["."]), [CART]);
    assert_eq!(findings_in(&catalog, &[]), [CART, WISHES], "without paths it is the whole repository");
    assert_eq!(findings(&repo, &["-C", "catalog", "cart.yaml"]), [CART], "`-C` is where one stands");
}

#[test]
fn the_whole_repository_is_analysed_whatever_is_named() {
    let repo = shop();
    assert_eq!(findings(&repo, &["catalog/checkout.yaml"]), [""; 0], "`cart` is in another file");
    repo.write("catalog/twin.yaml", service("cart", ""));
    for path in ["catalog/twin.yaml", "catalog/cart.yaml"] {
        assert_eq!(findings(&repo, &[path]), [format!("{path}:7:15 duplicate-entity")], "where one looks");
    }
    assert_eq!(findings(&repo, &["catalog/checkout.yaml"]), [""; 0]);
}

/// The config selects the files, but a user who names a file expects it to be checked.
#[test]
fn a_named_file_is_linted_though_the_config_leaves_it_out() {
    let repo = two_faults();
    repo.write("portolan.yaml", "manifests:\n  include: [\"catalog/**/*.yaml\"]\n  exclude: [\"**/cart.yaml\"]\n");
    let all = ["catalog/checkout.yaml:9:17 dangling-relation", "teams/wishes.yaml:7:15 unlisted-manifest"];
    assert_eq!(findings(&repo, &[]), all);
    // A file outside `include` is linted, with a finding that other runs ignore it.
    let unlisted = "teams/wishes.yaml:7:15 unlisted-manifest";
    for (path, expected) in [("catalog/cart.yaml", &[CART][..]), ("teams/wishes.yaml", &[WISHES, unlisted])] {
        assert_eq!(findings(&repo, &[path]), expected);
        assert_eq!(findings(&repo, &["--force-exclude", path]), [""; 0], "a hook heeds the config");
    }
    // A folder is a filter, so it does not add excluded files.
    assert_eq!(findings(&repo, &["teams"]), [unlisted]);
}

#[test]
fn a_path_that_is_nowhere_or_outside_is_told() {
    let repo = two_faults();
    let elsewhere = Repo::new();
    elsewhere.write("cart.yaml", service("cart", WRONG));
    let outside = elsewhere.path().join("cart.yaml").display().to_string();
    let told = lint(&repo, &[&outside]);
    assert_eq!(told.code, 64);
    assert_says(&told, "cart.yaml` is outside of the repository at");
    assert_says(&told, "run portolan in the repository of that file");
    let told = lint(&repo, &["catalog/cart.yaml", "catalog/kart.yaml"]);
    assert_eq!(told.code, 64);
    assert_says(&told, "no such file or folder: `");
}

#[test]
fn a_named_file_that_is_no_yaml_is_told() {
    let repo = two_faults();
    repo.write("README.md", "# The shop\n");
    let told = lint(&repo, &["README.md", "catalog/system.yaml"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.out.contains("note: `README.md` is not a YAML file and was not checked.\n"), "{told:?}");
    repo.write("notes.txt", "");
    let told = lint(&repo, &["README.md", "notes.txt"]);
    assert!(flat(&told.out).contains("2 of the paths are not YAML (for example `README.md`)"), "{told:?}");
    assert!(!lint(&repo, &["--force-exclude", "README.md"]).out.contains("README"), "a hook names what it has");
}

#[test]
fn a_chosen_set_without_faults_is_0_whatever_else_is_wrong() {
    let repo = two_faults();
    let told = lint(&repo, &["catalog/system.yaml"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.out.contains("nothing to report"), "{told:?}");
}

#[cfg(unix)] // makes symbolic links
#[test]
fn a_folder_reached_through_a_link_is_the_same_folder() {
    let repo = two_faults();
    let elsewhere = Repo::new();
    let link = elsewhere.path().join("link");
    std::os::unix::fs::symlink(repo.path(), &link).expect("links can be made");
    assert_eq!(findings_in(&link, &["catalog/cart.yaml"]), [CART]);
    let through = link.join("catalog/cart.yaml").display().to_string();
    assert_eq!(findings(&repo, &[&through]), [CART]);
    assert_eq!(findings_in(&link, &[&repo.path().join("teams").display().to_string()]), [WISHES]);
}

/// Reading the file under two names would declare its entities twice.
#[cfg(unix)]
#[test]
fn another_name_of_a_file_is_the_same_file() {
    let repo = two_faults();
    let link =
        |to: &str, name: &str| std::os::unix::fs::symlink(to, repo.path().join(name)).expect("links can be made");
    link("catalog/cart.yaml", "alias.yaml");
    link("catalog", "folder");
    link(".", "loop");
    for path in ["alias.yaml", "folder/cart.yaml", "loop/catalog/cart.yaml", "folder", "loop/folder"] {
        assert_eq!(findings(&repo, &[path]), [CART], "{path}");
    }
    assert_eq!(findings(&repo, &["loop"]), [CART, WISHES]);
}

/// In any order, even if the config excludes one of the names.
#[cfg(unix)]
#[test]
fn a_file_and_a_link_to_it_are_named_together() {
    let repo = two_faults();
    let link = |name: &str| {
        std::os::unix::fs::symlink("cart.yaml", repo.path().join(name)).expect("links can be made");
    };
    link("catalog/link.yaml");
    let both = [["catalog/cart.yaml", "catalog/link.yaml"], ["catalog/link.yaml", "catalog/cart.yaml"]];
    both.iter().for_each(|paths| assert_eq!(findings(&repo, paths), [CART], "{paths:?}"));
    repo.write("portolan.yaml", "manifests:\n  include: [teams]\n");
    let unlisted = "catalog/cart.yaml:7:15 unlisted-manifest";
    both.iter().for_each(|paths| assert_eq!(findings(&repo, paths), [CART, unlisted], "{paths:?}"));
    repo.write("portolan.yaml", "manifests:\n  exclude: [catalog/cart.yaml]\n");
    let listed = CART.replace("cart.yaml", "link.yaml");
    both.iter().for_each(|paths| assert_eq!(findings(&repo, paths), [listed.as_str()], "{paths:?}"));
}

/// A pipeline passes names of files from a stranger's branch, and a report shows lines of what it reads.
#[cfg(unix)]
#[test]
fn a_named_link_that_leaves_the_repository_is_not_followed() {
    let repo = two_faults();
    let elsewhere = Repo::new();
    elsewhere.write("secret.yaml", service("hunter2", WRONG));
    let secret = elsewhere.path().join("secret.yaml");
    std::os::unix::fs::symlink(secret, repo.path().join("catalog/link.yaml")).expect("links can be made");
    let told = lint(&repo, &["catalog/link.yaml", "teams/wishes.yaml"]);
    assert_eq!(told.code, 1, "the rest is linted: {told:?}");
    assert!(!told.out.contains("hunter2"), "{told:?}");
    let words = "`catalog/link.yaml` points out of the repository and was not checked.";
    assert!(flat(&told.out).contains(words), "{told:?}");
}

#[test]
fn a_file_of_the_snapshot_can_be_named() {
    let repo = two_faults();
    repo.write(".portolan/blueprints/other.json", "{");
    let broken = ".portolan/blueprints/other.json:1:1 broken-blueprint";
    assert_eq!(findings(&repo, &[".portolan/blueprints/other.json"]), [broken]);
    assert_eq!(findings(&repo, &[".portolan"]), [broken]);
    assert!(!lint(&repo, &[".portolan/blueprints/other.json"]).out.contains("note:"));
}

/// One finding covers all entities of a missing blueprint, and is shown if any of their files is selected.
#[test]
fn a_finding_about_many_files_shows_wherever_one_of_them_is_named() {
    let repo = shop();
    repo.remove(".portolan/blueprints/service.json");
    (0..12).for_each(|at| {
        repo.write(&format!("more/{at:02}.yaml"), service(&format!("more-{at}"), ""));
    });
    for path in ["more/11.yaml", "catalog/checkout.yaml"] {
        assert_eq!(findings(&repo, &[path]), [format!("{path}:6:14 unknown-blueprint")]);
    }
}

/// Its content is unknown, so it is reported, and other files are linted. Root can read every file.
#[cfg(unix)]
#[test]
fn an_unreadable_file_is_a_finding() {
    use std::os::unix::fs::PermissionsExt;
    let repo = two_faults();
    let file = repo.path().join("teams/wishes.yaml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).expect("it is ours");
    if std::fs::read(&file).is_ok() {
        return;
    }
    let told = lint(&repo, &[]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("catalog/cart.yaml:9:11"), "{told:?}");
    assert!(flat(&told.out).contains("The file cannot be read: Permission denied"), "{told:?}");
}

/// An unreadable folder is reported, and other files are linted. Root can list every folder.
#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_told_and_the_rest_is_linted() {
    use std::os::unix::fs::PermissionsExt;
    let repo = two_faults();
    let folder = repo.path().join("teams");
    let set = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).expect("it is ours");
    set(0o000);
    let is_listed = std::fs::read_dir(&folder).is_ok();
    let told = lint_in(repo.path(), &[]);
    set(0o755);
    if is_listed {
        return;
    }
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.out.contains(CART.split(' ').next().expect("a place")), "{told:?}");
    assert!(flat(&told.out).contains("`teams` cannot be listed: Permission denied"), "{told:?}");
}
