//! Tests both formats with an import that has every kind of result. The lint part is tested with lint.

use super::*;
use crate::domain::entity::EntityKey;
use crate::domain::import::{ImportPlace, Renamed, Skipped, Unconverted, Unread};
use crate::report::lint::fixtures::Run;
use crate::text::hostile_texts::{hostile_text, runner_faults, terminal_faults};

/// A report in which every text of a file is `name`.
fn shown(name: &str, run: &Run, is_dry_run: bool, format: ImportFormat) -> String {
    let text = || name.to_owned();
    let place = ImportPlace { path: text(), line: 3 };
    let key = EntityKey { blueprint: name.into(), identifier: name.into() };
    let content = format!("apiVersion: getport.io/v1\n# {name}\n");
    let manifests = [ImportedManifest {
        key: &key,
        kind: name,
        name,
        place: &place,
        path: name,
        content: &content,
        is_in_catalog: true,
        is_complete: false,
    }];
    let declared = [DeclaredEntity { key: &key, path: name }];
    let skipped = [Skipped { kind: text(), name: text(), reason: text(), place: place.clone() }];
    let one = Unconverted { kind: text(), field: text(), value: text(), reason: text(), place: place.clone() };
    let unconverted = vec![one; 5];
    let renamed = [Renamed { kind: text(), name: text(), identifier: text(), reason: text(), place: place.clone() }];
    let unread = [Unread { path: text(), reason: text(), named_by: Some(place.clone()) }];
    let next = [text()];
    let import = Import {
        source: "backstage",
        is_dry_run,
        files_read: 2,
        manifests: &manifests,
        declared: &declared,
        skipped: &skipped,
        unconverted: &unconverted,
        renamed: &renamed,
        unread: &unread,
        lint: &run.lint(),
        next: &next,
        is_quiet: false,
    };
    render(&import, format, &Style::PLAIN)
}

#[test]
fn equal_entries_are_counted_with_their_first_places() {
    let text = shown("cart", &Run::empty(), false, ImportFormat::Text);
    assert!(
        text.contains("Not converted: 5 values\n  cart `cart`: cart: `cart`\n    cart:3, cart:3, cart:3 and 2 more\n"),
        "{text}"
    );
}

#[test]
fn the_document_is_as_its_schema_says() {
    let validator = jsonschema::validator_for(&json::schema()).expect("the schema is one");
    for (run, is_dry_run) in [(Run::sample(), false), (Run::empty(), true), (Run::hostile(), false)] {
        let text = shown("a\u{1b}b", &run, is_dry_run, ImportFormat::Json);
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let faults = validator.iter_errors(&value).map(|fault| fault.to_string()).collect::<Vec<_>>();
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(value["outcome"], if is_dry_run { "dry-run" } else { "written" });
        assert_eq!(value["manifests"][0]["identifier"], "a\u{1b}b");
        let mut wrong = value;
        wrong["summary"] = "none".into();
        assert!(!validator.is_valid(&wrong));
    }
}

proptest::proptest! {
    #![proptest_config(crate::generated_cases::config(24))]

    #[test]
    fn no_name_is_obeyed_by_a_terminal_or_a_runner(name in hostile_text()) {
        for is_dry_run in [true, false] {
            for format in [ImportFormat::Text, ImportFormat::Json] {
                let text = shown(&name, &Run::hostile(), is_dry_run, format);
                let faults = [terminal_faults(&text, false), runner_faults(&text, false)].concat();
                proptest::prop_assert!(faults.is_empty(), "{format:?}: {faults:?}");
            }
        }
    }
}
