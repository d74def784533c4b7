//! Tests valid but rare names and encodings: positions are right, and nothing in a name controls a terminal.

use super::bench::{WRONG, commit, findings, lint, listed, service, shop};
use crate::testkit::Repo;

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = [0xfeff].into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn spaces_quotes_and_other_scripts_are_names_like_any_other() {
    let names = [
        "catalog/the cart.yaml",
        "catalog/it's \"mine\".yaml",
        "catalog/wägen 車.yaml",
        "catalog/-dash.yaml",
        "catalog/a#b&c.yaml",
    ];
    for name in names {
        let repo = shop();
        repo.write(name, service("wishes", WRONG));
        let expected = [format!("{name}:9:11 wrong-property-type")];
        assert_eq!(findings(&repo, &[]), expected);
        assert_eq!(findings(&repo, &[name]), expected);
        repo.git(&["init", "--quiet"]);
        repo.git(&["add", "--all"]);
        assert_eq!(findings(&repo, &["--staged"]), expected);
        assert_eq!(findings(&repo, &["--changed"]), expected);
        assert_eq!(lint(&repo, &["--fix"]).code, 1);
    }
}

#[test]
fn a_name_that_looks_like_a_flag_can_be_given() {
    let repo = shop();
    repo.write("--staged.yaml", service("wishes", WRONG));
    assert_eq!(findings(&repo, &["--", "--staged.yaml"]), ["--staged.yaml:9:11 wrong-property-type"]);
}

#[cfg(unix)] // Windows forbids such names
#[test]
fn control_characters_in_names_reach_no_terminal_and_break_no_line() {
    let repo = shop();
    repo.write("catalog/two\nlines\u{1b}[31m.yaml", service("wishes", WRONG));
    for format in ["text", "concise", "github", "gitlab", "junit", "markdown", "json", "sarif"] {
        let told = lint(&repo, &["--output", format]);
        assert_eq!(told.code, 1, "{told:?}");
        assert!(!told.out.contains('\u{1b}'), "{format}: {}", told.out);
        assert!(!told.out.contains("two\nlines"), "{format}: {}", told.out);
    }
    let told = lint(&repo, &["--output", "json"]);
    assert_eq!(listed(&told), ["catalog/two\nlines\u{1b}[31m.yaml:9:11 wrong-property-type"], "data is as it is");
}

#[cfg(target_os = "linux")] // other systems forbid such names
#[test]
fn a_name_that_is_no_text_is_read_and_shown() {
    use std::os::unix::ffi::OsStrExt;
    let repo = shop();
    let name = std::ffi::OsStr::from_bytes(b"catalog/k\xe4se.yaml");
    std::fs::write(repo.path().join(name), service("wishes", WRONG)).expect("Linux takes any bytes");
    let found = findings(&repo, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("catalog/k") && found[0].ends_with("se.yaml:9:11 wrong-property-type"), "{found:?}");
    let mut command = crate::testkit::portolan(&repo);
    let named = super::bench::told(command.args(["lint", "--output", "json"]).arg(name));
    assert_eq!(listed(&named), found);
    repo.git(&["init", "--quiet"]);
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), found);
    commit(&repo, "all");
    std::fs::write(repo.path().join(name), service("wishes", &format!("{WRONG}    owner: me\n"))).expect("it is there");
    assert_eq!(findings(&repo, &["--changed"]), found);
}

#[test]
fn places_are_counted_in_characters_in_every_encoding() {
    let text = service("wishes", "  properties:\n    owner: é車🎉\n    runtime: {車: 1, debug: off}\n    tier: high\n");
    let crlf = text.replace('\n', "\r\n");
    let (lf_mark, crlf_mark) = (format!("\u{feff}{text}"), format!("\u{feff}{crlf}"));
    let encodings: [(&str, Vec<u8>); 7] = [
        ("UTF-8", text.clone().into_bytes()),
        ("CRLF", crlf.clone().into_bytes()),
        ("BOM", lf_mark.into_bytes()),
        ("BOM and CRLF", crlf_mark.into_bytes()),
        ("UTF-16LE", utf16(&text, true)),
        ("UTF-16BE", utf16(&text, false)),
        ("UTF-16LE and CRLF", utf16(&crlf, true)),
    ];
    for (name, bytes) in encodings {
        let repo = shop();
        repo.write("catalog/wishes.yaml", bytes);
        let expected = ["catalog/wishes.yaml:10:28 ambiguous-scalar", "catalog/wishes.yaml:11:11 wrong-property-type"];
        assert_eq!(findings(&repo, &[]), expected, "{name}");
        let text = lint(&repo, &[]).out;
        assert!(text.contains("runtime: {車: 1, debug: off}\n"), "{name}: {text}");
        assert!(!text.contains('\u{feff}') && !text.contains('\r'), "{name}: {text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_a_finding_and_hide_nothing_else() {
    let repo = shop();
    repo.leave_git();
    repo.write("catalog/wishes.yaml", [service("wishes", "  title: K").as_bytes(), &[0xe4], b"se\n"].concat());
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo.write("logo.yaml", [0x89, 0x50, 0x4e, 0x47, 0xff]);
    let expected = ["catalog/cart.yaml:9:11 wrong-property-type", "catalog/wishes.yaml:8:11 bad-encoding"];
    assert_eq!(findings(&repo, &[]), expected, "a picture is none of ours");
}

#[test]
fn files_that_hold_little_are_no_trouble() {
    let repo = Repo::new();
    repo.leave_git();
    for (name, text) in [
        ("empty.yaml", ""),
        ("comment.yaml", "# nothing here\n"),
        ("mark.yaml", "\u{feff}"),
        ("documents.yaml", "---\n---\n...\n---\n"),
        ("directive.yaml", "%YAML 1.2\n---\n"),
        ("break.yaml", "\r\n"),
    ] {
        repo.write(name, text);
    }
    let told = lint(&repo, &[]);
    assert_eq!((told.code, told.out.as_str()), (0, "no entities in 7 files: nothing to lint\n"), "{told:?}");
}
