//! Laws that hold for every input: nothing makes lint panic, hang or exhaust memory; edits change only the bytes within
//! their spans; fixes come to an end. Also laws of plans in reports.

mod forecasts;
mod impact;
mod plans;
mod resync;

use std::time::Duration;

use crate::testkit::{Repo, portolan};
use portolan::analysis::{Analyzer, Directives, DocumentContext, Evidence, Options, RunState, Selection, Snapshot};
use portolan::domain::blueprint::Blueprint;
use portolan::domain::finding::{FileId, Finding};
use portolan::domain::git_host::GitHost;
use portolan::domain::known_entities::KnownEntities;
use portolan::domain::value::day::Day;
use portolan::manifest::{self, Limits, Reader};
use proptest::prelude::*;

const BLUEPRINT: &str = include_str!("../fuzz/blueprint.json");

/// Lints one file in memory.
fn lint(text: &str) -> Vec<Finding> {
    let json = BLUEPRINT.parse().expect("the blueprint is JSON");
    let (blueprint, _) = Blueprint::from_json(json).expect("the blueprint is one");
    let mut snapshot = Snapshot::new(vec![blueprint]);
    snapshot.known = Some(KnownEntities::parse("service\tcart\n".to_owned()).0);
    let options = Options {
        today: Day(20_000),
        snapshot_max_age_days: 30,
        git_host: GitHost::Unknown,
        assumed_mappings: Vec::new(),
    };
    let selection = Selection::new([], true);
    let analyzer = Analyzer::new(&snapshot, &selection, &options);
    let mut state = RunState::default();
    let mut run = analyzer.file(FileId(0), text, &mut state);
    let mut comments = Vec::new();
    Reader::new(Limits::default()).read(text, &mut |document| {
        comments.extend_from_slice(document.notes);
        let mut manifests = Vec::new();
        if document.broken {
            run.record_salvaged(&manifest::salvage(document.span.slice(text)), document.span);
        } else {
            manifest::decode(document.view, "port.yml", &mut manifests);
        }
        run.document(&DocumentContext {
            view: document.view,
            faults: document.faults,
            manifests: &manifests,
            is_mapped: false,
        });
    });
    run.finish(Directives::read(text, &comments));
    analyzer.conclude(vec![state.into_results()], Evidence::default(), &|_| true).findings
}

/// A valid manifest to mutate.
const SOUND: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: cart, namespace: shop}
spec:
  blueprint: service
  identifier: cart # portolan: ignore[dangling-relation] made elsewhere
  properties: &p
    language: rust
    tags: [a, \"b\", 'c']
    resources: {cpu: 012, on: yes}
    description: >-
      folded
      text
  relations:
    owner: squad
    dependsOn:
      - cart
      - cart
---
- blueprint: service
  identifier: x
  properties: {<<: *p}
";

/// Mutations that a user, a merge or a disk could cause.
fn torn() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just(String::new()),
        "[e\u{301}\u{212a}\u{1fef}\u{37e}\u{1112}\u{1161}]{1,4}",
        "[-:#&*!|>'\"%@`{}\\[\\],? \t\r\n~<]{1,6}",
        "\\PC{0,8}",
        Just("---\n".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("<<<<<<< HEAD\n".to_owned()),
        Just("portolan: ignore[".to_owned()),
    ];
    let cuts = proptest::collection::vec((any::<proptest::sample::Index>(), 0..12_usize, pieces), 1..6);
    cuts.prop_map(|cuts| {
        let mut text = SOUND.to_owned();
        for (at, length, piece) in cuts {
            let border = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let start = border(at.index(text.len() + 1));
            let end = border(start + length).max(start);
            text.replace_range(start..end, &piece);
        }
        text
    })
}

/// Such a file has the fault on every line, but one finding per document is enough.
#[test]
fn doubled_carriage_returns_are_reported_once_in_a_document() {
    let doubled = |text: &str| {
        let findings = lint(text).into_iter().filter(|finding| finding.message.contains("two carriage returns"));
        findings.map(|finding| finding.rule.name).collect::<Vec<_>>()
    };
    // `SOUND` has an invalid alias in its second document, so that document is not read further.
    let (first, _) = SOUND.split_once("---").expect("it has two documents");
    let twice = format!("{first}---\n{first}");
    assert_eq!(doubled(&twice.replace('\n', "\r\r\n")), ["ambiguous-scalar"; 2]);
    assert_eq!(doubled(&twice.replace('\n', "\r\n")), [""; 0]);
}

proptest! {
    #![proptest_config(crate::generated_cases::config(1_500))]

    #[test]
    #[ignore = "slow"]
    fn no_torn_manifest_makes_lint_panic(text in torn()) {
        for finding in lint(&text) {
            prop_assert!(text.get(finding.place.span.range()).is_some(), "{}: {:?}", finding.rule.name, finding.place);
        }
    }

    #[test]
    #[ignore = "slow"]
    fn no_bytes_make_lint_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        lint(&format!("apiVersion: getport.io/v1\n{}", String::from_utf8_lossy(&bytes)));
    }

    /// Safe fixes do not change any byte outside their spans, and come to an end.
    #[test]
    fn repairs_end(text in torn()) {
        let mut text = text;
        for _ in 0..12 {
            let edits = lint(&text)
                .into_iter()
                .filter_map(|finding| finding.fix.filter(|fix| fix.safe))
                .flat_map(|fix| fix.edits)
                .collect::<Vec<_>>();
            let (edited, applied) = manifest::edit::apply(&text, &edits);
            if applied == 0 || edited == text {
                return Ok(());
            }
            text = edited;
        }
        prop_assert!(false, "still repairing after twelve rounds: {text}");
    }
}

/// Small files that would cause endless work. Each leads to a finding, quickly and with little memory.
#[test]
#[ignore = "slow"]
fn bombs_end_in_a_finding() {
    let envelope = "apiVersion: getport.io/v1\nkind: ClusterEntity\nmetadata: {name: a}\nspec:\n  blueprint: service\n  identifier: a\n  properties:\n    resources:";
    let mut laughs = "    l0: &l0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    (1..12).for_each(|at| {
        laughs.push_str(&format!("    l{at}: &l{at} [{}]\n", vec![format!("*l{}", at - 1); 9].join(", ")))
    });
    let keys = (0..1_000_000).map(|at| format!("      k{at}: 1\n")).collect::<String>();
    let blocks = (0..2_000).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect::<String>();
    let many = |of: &str| vec![of; 60_000].join(", ");
    let merges = format!("a0: &a0 {{}}, a1: &a1 {{<<: [{}]}}, a2: {{<<: [{}]}}", many("*a0"), many("*a1"));
    for (name, body, rule) in [
        ("merges", format!(" {{{merges}}}"), "alias-bomb"),
        ("laughs", format!("\n{}", laughs.replace("    l", "      l")), "alias-bomb"),
        ("brackets", format!(" {}", "[".repeat(200_000)), "too-deep"),
        ("braces", format!(" {}", "{a: ".repeat(100_000)), "too-deep"),
        ("names of credentials", format!(" {}", "{token: [{password: ".repeat(20_000)), "too-deep"),
        ("blocks", format!("\n      a:\n{}", blocks.replace("k:", "       k:")), "too-deep"),
        ("keys", format!("\n{keys}"), "too-large"),
        ("large", format!(" \"{}\"\n", "x".repeat(11 << 20)), "too-large"),
    ] {
        let repo = Repo::new();
        repo.write("a.yaml", format!("{envelope}{body}\n"));
        repo.write("b.yaml", "apiVersion: getport.io/v1\nkind: Entitty\nspec: {blueprint: a, identifier: b}\n");
        // Address space, in KiB: far more than lint uses, far less than a bomb would.
        let mut command = assert_cmd::Command::new("sh");
        command.current_dir(repo.path()).env("NO_COLOR", "1").timeout(Duration::from_secs(60));
        let binary = portolan(&repo).get_program().to_owned();
        command.args(["-c", "ulimit -v 900000; exec \"$0\" lint --output concise"]).arg(binary);
        let output = command.output().expect("portolan runs");
        let words = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{name}: {words}{}", String::from_utf8_lossy(&output.stderr));
        assert!(words.contains(&format!("error[{rule}]")), "{name}: {}", words.chars().take(500).collect::<String>());
        assert!(words.contains("b.yaml:2:7: error[unknown-kind]"), "{name} hides its neighbour: {words}");
    }
}
