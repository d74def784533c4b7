//! Tests `-`: an editor's text replaces the file that it will be saved to, and the rest of the repository is read from
//! disk.

use super::bench::{AMBIGUOUS, Told, WRONG, assert_says, lint, listed, report, service, shop, told};
use crate::testkit::{Repo, portolan_in};

fn typed(repo: &Repo, folder: &str, arguments: &[&str], text: impl Into<Vec<u8>>) -> Told {
    let mut command = portolan_in(&repo.path().join(folder));
    told(command.args(["lint", "--output", "json", "-"]).args(arguments).write_stdin(text))
}

#[test]
fn the_typed_text_stands_for_the_file() {
    let repo = shop();
    let saved = repo.read("catalog/cart.yaml");
    let seen = typed(&repo, "", &["--stdin-filename", "catalog/cart.yaml"], service("cart", WRONG));
    assert_eq!(seen.code, 1);
    assert_eq!(listed(&seen), ["catalog/cart.yaml:9:11 wrong-property-type"]);
    assert_eq!(repo.read("catalog/cart.yaml"), saved);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    let seen = typed(&repo, "", &["--stdin-filename", "catalog/cart.yaml"], saved);
    assert_eq!((seen.code, listed(&seen)), (0, Vec::new()), "repaired, and not saved yet");
}

#[test]
fn a_file_that_is_not_there_yet_may_be_typed() {
    let repo = shop();
    let text = service("wishes", "  relations:\n    dependsOn: [cart, kart]\n    system: legacy\n");
    for (folder, name) in
        [("", "catalog/new/wishes.yaml"), ("catalog", "new/wishes.yaml"), ("catalog", "./new/../new/wishes.yaml")]
    {
        let seen = typed(&repo, folder, &["--stdin-filename", name], text.clone());
        assert_eq!(listed(&seen), ["catalog/new/wishes.yaml:9:23 dangling-relation"], "{folder} {name}");
    }
}

#[test]
fn only_the_typed_file_is_reported() {
    let repo = shop();
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    let seen = typed(&repo, "", &["--stdin-filename", "catalog/cart.yaml"], service("cart", AMBIGUOUS));
    assert_eq!(listed(&seen), ["catalog/cart.yaml:10:14 ambiguous-scalar"]);
    // A finding that also involves another file is shown: the duplicate, whether its file sorts before or after.
    let seen = typed(&repo, "", &["--stdin-filename", "catalog/a.yaml"], service("cart", ""));
    assert_eq!(listed(&seen), ["catalog/a.yaml:7:15 duplicate-entity"]);
}

#[test]
fn a_typed_file_that_the_config_leaves_out_is_linted_unless_it_is_to_be_excluded() {
    let repo = shop();
    repo.write("portolan.yaml", "manifests:\n  exclude: [\"drafts/**\"]\n");
    let name = ["--stdin-filename", "drafts/cart.yaml"];
    let seen = typed(&repo, "", &name, service("draft", WRONG));
    assert_eq!(listed(&seen), ["drafts/cart.yaml:9:11 wrong-property-type"]);
    let seen = typed(&repo, "", &[&name[..], &["--force-exclude"]].concat(), service("draft", WRONG));
    assert_eq!((seen.code, listed(&seen)), (0, Vec::new()));
}

#[test]
fn any_bytes_may_be_typed() {
    let repo = shop();
    let name = ["--stdin-filename", "catalog/cart.yaml"];
    assert_eq!(typed(&repo, "", &name, "").code, 0, "`checkout` misses the cart now, but that is another file");
    let seen = typed(&repo, "", &name, [&b"apiVersion: getport.io/v1\nkind: Entity\n# "[..], &[0xff, 0xfe]].concat());
    assert!(listed(&seen).contains(&"catalog/cart.yaml:3:3 bad-encoding".to_owned()), "{seen:?}");
    let wide: Vec<u8> =
        [0xfeff].into_iter().chain(service("cart", WRONG).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(listed(&typed(&repo, "", &name, wide)), ["catalog/cart.yaml:9:11 wrong-property-type"]);
}

#[test]
fn the_typed_file_counts_once() {
    let repo = shop();
    let seen = typed(&repo, "", &["--stdin-filename", "catalog/cart.yaml"], service("cart", ""));
    assert_eq!(report(&seen)["summary"]["entities"], 3);
    let seen = typed(&repo, "", &["--stdin-filename", "catalog/cart2.yaml"], service("cart2", ""));
    assert_eq!(report(&seen)["summary"]["entities"], 4);
}

#[test]
fn misuse_is_told() {
    let repo = shop();
    for (arguments, words) in [
        (&["-"][..], "add `--stdin-filename FILE`"),
        (&["--stdin-filename", "catalog/cart.yaml"], "add `-`: `portolan lint - --stdin-filename FILE`"),
        (&["-", "catalog", "--stdin-filename", "x.yaml"], "`-` cannot be combined"),
        (&["-", "--fix", "--stdin-filename", "x.yaml"], "`-` cannot be combined"),
        (&["-", "--changed", "--stdin-filename", "x.yaml"], "`-` cannot be combined"),
        (&["-", "--staged", "--stdin-filename", "x.yaml"], "cannot be used with"),
        (&["-", "--stdin-filename", "../x.yaml"], "is outside of the repository"),
    ] {
        let told = lint(&repo, arguments);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{arguments:?} {told:?}");
        assert_says(&told, words);
    }
}
