//! Tests both formats with a pull that has every kind of result. The lint part is tested with lint.

use super::*;
use crate::domain::blueprint::change::{
    BlueprintChange, BlueprintChangeKind, BlueprintPart, PartChange, PartChangeKind,
};
use crate::report::escape::is_unsafe;
use crate::report::lint::fixtures::Run;
use crate::text::hostile_texts::{hostile_text, runner_faults, terminal_faults};

fn changes(name: &str) -> Vec<BlueprintChange> {
    let detail = |part, name: &str, change| PartChange { part, name: name.to_owned(), change };
    let kinds = [
        BlueprintChangeKind::Added,
        BlueprintChangeKind::Removed,
        BlueprintChangeKind::Changed(vec![
            detail(
                BlueprintPart::Property,
                "url",
                PartChangeKind::Added { what: "string (url)".to_owned(), required: true },
            ),
            detail(BlueprintPart::Property, "gone", PartChangeKind::Removed),
            detail(
                BlueprintPart::Property,
                name,
                PartChangeKind::Became { from: "string".to_owned(), to: "number".to_owned() },
            ),
            detail(BlueprintPart::Property, "slo", PartChangeKind::Required),
            detail(BlueprintPart::Relation, "system", PartChangeKind::Optional),
            detail(
                BlueprintPart::Computed,
                "owner",
                PartChangeKind::Rules { keys: vec!["path".to_owned(), name.to_owned()] },
            ),
            detail(BlueprintPart::Blueprint, "title", PartChangeKind::Rules { keys: Vec::new() }),
        ]),
    ];
    let names = ["queue", "topic", name];
    names.into_iter().zip(kinds).map(|(name, kind)| BlueprintChange { identifier: name.to_owned(), kind }).collect()
}

/// Renders a pull with every kind of result.
fn shown(mode: Mode, is_news: bool, run: &Run, name: &str, format: PullFormat) -> String {
    let changes = if is_news { changes(name) } else { Vec::new() };
    let fields = ["properties.tier".to_owned(), format!("relations.{name}")];
    let line = |path, deed| {
        let fields: &[String] = if deed == ManifestDeed::Merged { &fields } else { &[] };
        ManifestLine { blueprint: "service", identifier: name, path, deed, fields }
    };
    let manifests = [
        line("catalog/service/a.yaml", ManifestDeed::New),
        line("catalog/service/b.yaml", ManifestDeed::Rewritten),
        line("catalog/c.yaml", ManifestDeed::Kept(None)),
        line("catalog/d.yaml", ManifestDeed::Kept(Some("its file has other content too"))),
        line("catalog/e.yaml", ManifestDeed::Unchanged),
        line("catalog/f.yaml", ManifestDeed::Merged),
    ];
    // A diff has the tabs of its file.
    let comment = name.replace('\t', " ");
    let edits = [FileEdit {
        path: "catalog/f.yaml".to_owned(),
        before: format!("tier: 1 # {comment}\n"),
        after: format!("tier: 2 # {comment}\n"),
    }];
    let file = |path: &str, deed| FileLine { path: path.to_owned(), deed };
    let files = [
        file(".gitattributes", FileDeed::New),
        file(".portolan/blueprints/queue.json", FileDeed::New),
        file(".portolan/blueprints/topic.json", FileDeed::Removed),
        file(".portolan/source.json", FileDeed::Rewritten),
    ];
    let lint = run.lint();
    let pull = Pull {
        mode,
        platform: "port",
        catalog: "https://api.port.io",
        pulled_at: "2026-11-15T00:00:00.000Z",
        before: Some(Before { catalog: "local", pulled_at: "2026-11-02T08:15:00.000Z" }),
        is_news,
        counts: Counts { blueprints: 10, known: 1204, known_added: 3, known_removed: usize::from(is_news), misfits: 2 },
        misfits_untold: 0,
        changes: &changes,
        impact: None,
        manifests: if mode == Mode::Check { &[] } else { &manifests },
        edits: if mode == Mode::Check { &[] } else { &edits },
        files: if mode == Mode::Check { &[] } else { &files },
        misfits: &lint,
        notes: &[format!("Something about {name}.")],
    };
    render(&pull, format, &Style::PLAIN)
}

#[test]
fn a_reader_sees_what_changed_and_what_it_breaks() {
    insta::assert_snapshot!(shown(Mode::Pull, true, &Run::sample(), "service", PullFormat::Text));
}

#[test]
fn a_check_says_whether_and_a_dry_run_what() {
    let quiet = Run { notes: Vec::new(), ..Run::empty() };
    let check = shown(Mode::Check, true, &quiet, "service", PullFormat::Text);
    assert!(check.starts_with("The snapshot is of local, and this is https://api.port.io.\n"), "{check}");
    let fresh = shown(Mode::Check, false, &quiet, "service", PullFormat::Text);
    assert!(fresh.starts_with("The snapshot is up to date with https://api.port.io: 10 blueprints"), "{fresh}");
    let dry = shown(Mode::DryRun, false, &quiet, "service", PullFormat::Text);
    assert!(dry.contains("nothing changed since 2026-11-02.") && dry.contains("Would write 3 manifests"), "{dry}");
}

#[test]
fn the_document_is_as_its_schema_says() {
    let validator = jsonschema::validator_for(&json::schema()).expect("the schema is one");
    for (mode, run) in [(Mode::Pull, Run::sample()), (Mode::Check, Run::empty()), (Mode::DryRun, Run::hostile())] {
        let text = shown(mode, true, &run, "ser\u{1b}vice", PullFormat::Json);
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let faults = validator.iter_errors(&value).map(|fault| fault.to_string()).collect::<Vec<_>>();
        assert!(faults.is_empty(), "{faults:?}");
        let mut wrong = value;
        wrong["mode"] = "push".into();
        assert!(!validator.is_valid(&wrong));
    }
    insta::assert_snapshot!(shown(Mode::Pull, true, &Run::empty(), "service", PullFormat::Json));
}

#[test]
fn hostile_names_cannot_reach_the_terminal() {
    let name = "a\u{1b}[31m\u{9b}\u{202e}b\u{7}";
    for format in [PullFormat::Text, PullFormat::Json] {
        let text = shown(Mode::Pull, true, &Run::hostile(), name, format);
        assert!(!text.chars().any(|c| c != '\n' && is_unsafe(c)), "{text:?}");
    }
}

proptest::proptest! {
    #![proptest_config(crate::generated_cases::config(24))]

    #[test]
    fn no_name_is_obeyed_by_a_terminal_or_a_runner(name in hostile_text()) {
        for mode in [Mode::Pull, Mode::Check, Mode::DryRun] {
            for format in [PullFormat::Text, PullFormat::Json] {
                let run = Run { notes: vec![name.clone()], ..Run::hostile() };
                let text = shown(mode, true, &run, &name, format);
                let faults = [terminal_faults(&text, false), runner_faults(&text, false)].concat();
                proptest::prop_assert!(faults.is_empty(), "{format:?}: {faults:?}");
                if format == PullFormat::Json {
                    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                    let names: Vec<_> = json["manifests"].as_array().into_iter().flatten().map(|it| it["identifier"].as_str()).collect();
                    proptest::prop_assert!(names.iter().all(|shown| *shown == Some(name.as_str())), "{names:?}");
                }
            }
        }
    }
}
