//! Tests `--fix`: it applies the fixes and changes no other byte.

use super::bench::{AMBIGUOUS, QUOTED, WRONG, assert_says, findings, lint, service, shop};
use crate::testkit::{Repo, contents};

/// A file with only three faults, and otherwise with the usual style of people.
const BEFORE: &str = "\
# The cart.  Trailing blanks:   \n\
\n\
---\n\
apiVersion:   getport.io/v1   # spaced\n\
kind: 'ClusterEntity'\n\
metadata: {name: basket}\n\
spec:\n\
\x20   blueprint: service\n\
\x20   identifier:\tbasket\n\
\x20   properties:\n\
\x20       runtime: {debug: 1e400, 'odd':  -1e999 ,list: [a,\n\
\x20         b]}   # both\n\
\x20   relations:\n\
\x20       dependsOn: cart # one\n\
\n\
# the end, without a line break";

fn after() -> String {
    BEFORE
        .replace("debug: 1e400", "debug: \"1e400\"")
        .replace("'odd':  -1e999 ,", "'odd':  \"-1e999\" ,")
        .replace("dependsOn: cart #", "dependsOn: [cart] #")
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn every_byte_outside_the_repairs_stays() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let marked = |text: &str| format!("\u{feff}{text}");
    let cases: [(&str, Vec<u8>, Vec<u8>); 5] = [
        ("as it is", BEFORE.into(), after().into()),
        ("CRLF", crlf(BEFORE).into(), crlf(&after()).into()),
        ("BOM", marked(BEFORE).into(), marked(&after()).into()),
        ("UTF-16", utf16(BEFORE), utf16(&after())),
        ("UTF-16 and CRLF", utf16(&crlf(BEFORE)), utf16(&crlf(&after()))),
    ];
    for (name, before, after) in cases {
        let repo = shop();
        repo.write("catalog/basket.yaml", before);
        let told = lint(&repo, &["--fix"]);
        assert_eq!(told.code, 0, "{name}: {told:?}");
        assert_says(&told, "Applied 3 fixes in 1 file.");
        let read = std::fs::read(repo.path().join("catalog/basket.yaml")).expect("it is there");
        assert_eq!(String::from_utf8_lossy(&read), String::from_utf8_lossy(&after), "{name}");
        assert!(read == after, "{name}");
    }
}

/// Without a type in the blueprint, Kubernetes reads `off` as `false`. Quotes would make it a string.
#[test]
fn a_value_that_kubernetes_reads_is_changed_by_nobody_but_a_person() {
    let repo = shop();
    let text = service("basket", "  properties:\n    runtime: {debug: off, on: 1, list: [y, 1_000, 0b11, 017]}\n");
    repo.write("catalog/basket.yaml", &text);
    assert_eq!(lint(&repo, &["--fix"]).code, 0);
    assert_eq!(repo.read("catalog/basket.yaml"), text);
}

#[test]
fn fixing_twice_changes_nothing_and_says_nothing() {
    let repo = shop();
    repo.write("catalog/basket.yaml", BEFORE);
    lint(&repo, &["--fix"]);
    let once = contents(repo.path());
    let told = lint(&repo, &["--fix"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{told:?}");
    assert_eq!(contents(repo.path()), once);
}

#[test]
fn what_is_left_is_reported_and_counts() {
    let repo = shop();
    repo.write("catalog/cart.yaml", service("cart", &format!("{AMBIGUOUS}    tier: high\n")));
    let told = lint(&repo, &["--fix"]);
    assert_eq!(told.code, 1);
    assert_says(&told, "Applied 1 fix in 1 file.");
    assert!(told.out.contains("1 error in 1 file") && !told.out.contains("ambiguous-scalar"), "{}", told.out);
    assert_eq!(repo.read("catalog/cart.yaml"), service("cart", &format!("{QUOTED}    tier: high\n")));
}

#[test]
fn only_what_is_chosen_is_repaired() {
    let repo = shop();
    repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
    repo.write("catalog/checkout.yaml", service("checkout", AMBIGUOUS));
    assert_eq!(lint(&repo, &["--fix", "catalog/cart.yaml"]).code, 0);
    assert_eq!(repo.read("catalog/cart.yaml"), service("cart", QUOTED));
    assert_eq!(repo.read("catalog/checkout.yaml"), service("checkout", AMBIGUOUS));
}

#[test]
fn what_is_silenced_is_not_repaired() {
    let repo = shop();
    let ignored = AMBIGUOUS.replace("1e400", "1e400 # portolan: ignore[ambiguous-scalar] on purpose");
    repo.write("catalog/cart.yaml", service("cart", &ignored));
    repo.write("catalog/checkout.yaml", service("checkout", AMBIGUOUS));
    assert_eq!(lint(&repo, &["--write-baseline", "known.json"]).code, 0);
    let before = contents(repo.path());
    let told = lint(&repo, &["--fix", "--baseline", "known.json"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{told:?}");
    assert_eq!(lint(&repo, &["--fix", "--rule", "ambiguous-scalar=off", "--baseline", "known.json"]).code, 0);
    assert_eq!(contents(repo.path()), before);
}

#[test]
fn a_diff_writes_nothing_and_both_tools_take_it() {
    let diff = |repo: &Repo| {
        let before = contents(repo.path());
        let told = lint(repo, &["--fix", "--diff"]);
        assert_eq!(told.code, 1, "there is something to repair: {told:?}");
        assert_eq!(contents(repo.path()), before, "nothing is written");
        told.out
    };
    for (name, text) in [
        ("catalog/basket.yaml", BEFORE.to_owned()),
        ("catalog/basket.yaml", BEFORE.replace('\n', "\r\n")),
        ("catalog/basket.yaml", format!("\u{feff}{BEFORE}\n")),
        ("catalog/the basket.yaml", BEFORE.to_owned()),
        ("catalog/\"quoted\" wägen.yaml", BEFORE.to_owned()),
    ] {
        let repo = shop();
        repo.write(name, &text);
        let patch = diff(&repo);
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), &patch).expect("it can be written");
        let path = file.path().display().to_string();
        repo.git(&["init", "--quiet"]);
        repo.git(&["apply", "--whitespace=nowarn", &path]);
        assert_eq!(findings(&repo, &[]), [""; 0], "{name}:\n{patch}");
        let expected = contents(repo.path()).remove(std::path::Path::new(name)).expect("it is there");
        repo.write(name, &text);
        assert_eq!(lint(&repo, &["--fix"]).code, 0);
        assert_eq!(repo.read(name).as_bytes(), expected, "the diff and the repair are the same");
        repo.write(name, &text);
        let patched = std::process::Command::new("patch")
            .args(["--strip=1", "--silent", "--binary", "--input", &path])
            .current_dir(repo.path())
            .output();
        let Ok(patched) = patched else { continue };
        assert!(patched.status.success(), "{name}: {}\n{patch}", String::from_utf8_lossy(&patched.stdout));
        assert_eq!(repo.read(name).as_bytes(), expected, "{name}");
    }
}

#[test]
fn a_diff_says_how_much_it_would_do() {
    let repo = shop();
    let told = lint(&repo, &["--fix", "--diff"]);
    assert_eq!((told.code, told.out.as_str(), told.err.as_str()), (0, "", "Nothing to fix.\n"));
    repo.write("catalog/cart.yaml", service("cart", &format!("{AMBIGUOUS}    tier: high\n")));
    let told = lint(&repo, &["--fix", "--diff"]);
    assert_says(&told, "1 fix would be applied; 1 finding would remain.");
    assert_eq!(lint(&repo, &["--fix", "--diff", "--fail-on", "never"]).code, 0);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    let told = lint(&repo, &["--fix", "--diff"]);
    assert_eq!((told.code, told.out.as_str()), (1, ""));
    assert_says(&told, "No safe fix for 1 finding.");
}

/// A fix of the index or of standard input could not be written anywhere.
#[test]
fn fix_with_changed_repairs_only_what_changed() {
    let repo = shop();
    repo.write("catalog/old.yaml", service("old", AMBIGUOUS));
    repo.git(&["init", "--quiet"]);
    super::bench::commit(&repo, "all");
    repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
    let told = lint(&repo, &["--fix", "--changed"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(repo.read("catalog/cart.yaml"), service("cart", QUOTED));
    assert_eq!(repo.read("catalog/old.yaml"), service("old", AMBIGUOUS));
}

#[cfg(unix)] // sets modes and makes links
mod on_unix {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn permissions_stay() {
        let repo = shop();
        repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
        let path = repo.path().join("catalog/cart.yaml");
        for mode in [0o640, 0o755, 0o600] {
            repo.remove("catalog/cart.yaml");
            repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is ours");
            let told = lint(&repo, &["--fix"]);
            let now = fs::metadata(&path).expect("it is there").permissions().mode() & 0o7777;
            assert_eq!(now, mode, "{told:?}");
        }
    }

    #[test]
    fn a_read_only_file_is_told_and_left_alone() {
        let repo = shop();
        repo.write("catalog/cart.yaml", service("cart", AMBIGUOUS));
        let path = repo.path().join("catalog/cart.yaml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("it is ours");
        let told = lint(&repo, &["--fix"]);
        assert_eq!(told.code, 70, "{told:?}");
        assert_says(&told, "cart.yaml` is read-only");
        assert_says(&told, "make it writable");
        assert_eq!(repo.read("catalog/cart.yaml"), service("cart", AMBIGUOUS));
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_told() {
        let repo = shop();
        repo.write("sealed/cart.yaml", service("basket", AMBIGUOUS));
        let folder = repo.path().join("sealed");
        let set = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("it is ours");
        set(0o555);
        let may_write = fs::write(folder.join("probe"), "").is_ok();
        let told = lint(&repo, &["--fix"]);
        set(0o755);
        if may_write {
            // Root can write everywhere.
            return;
        }
        assert_eq!(told.code, 70, "{told:?}");
        assert_says(&told, "cannot be written");
        assert_says(&told, "check the permissions of the folder");
    }

    #[test]
    fn a_link_stays_a_link_and_what_it_leads_to_is_repaired() {
        let repo = shop();
        repo.write("shared/basket.yml.txt", service("basket", AMBIGUOUS));
        symlink("../shared/basket.yml.txt", repo.path().join("catalog/basket.yaml")).expect("links can be made");
        assert_eq!(findings(&repo, &[]), ["catalog/basket.yaml:10:14 ambiguous-scalar"]);
        let told = lint(&repo, &["--fix"]);
        assert_eq!(told.code, 0, "{told:?}");
        assert!(repo.path().join("catalog/basket.yaml").is_symlink());
        assert_eq!(repo.read("shared/basket.yml.txt"), service("basket", QUOTED));
    }

    #[test]
    fn a_link_that_leaves_the_repository_is_not_followed() {
        let elsewhere = Repo::new();
        elsewhere.write("basket.yaml", service("basket", AMBIGUOUS));
        let repo = shop();
        symlink(elsewhere.path().join("basket.yaml"), repo.path().join("catalog/basket.yaml")).expect("a link");
        assert_eq!(lint(&repo, &["--fix"]).code, 0);
        assert_eq!(elsewhere.read("basket.yaml"), service("basket", AMBIGUOUS));
    }
}

/// A broken document does not prevent fixes of others in the same file.
#[test]
fn a_broken_neighbour_hinders_no_repair() {
    let repo = shop();
    let broken = "---\napiVersion: getport.io/v1\nkind: ClusterEntity\nspec: [never closed\n";
    repo.write("catalog/basket.yaml", format!("{BEFORE}\n{broken}"));
    lint(&repo, &["--fix"]);
    assert_eq!(repo.read("catalog/basket.yaml"), format!("{}\n{broken}", after()));
}
