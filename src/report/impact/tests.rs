//! Tests the reports of blueprint impact: what a reader sees, the schema of the document, and hostile names.

use super::*;
use crate::domain::blueprint::ComputedKind;
use crate::domain::blueprint::change::{
    BlueprintChange, BlueprintChangeKind, BlueprintPart, PartChange, PartChangeKind,
};
use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::finding::{EntityPart, Finding, Place};
use crate::domain::impact::{ChangeImpact, Effect, EntityImpact, Impact, ImpactTally, Loss, Unjudged, Verdict};
use crate::report::escape::is_unsafe;
use crate::report::lint::fixtures::Run;
use crate::text::hostile_texts::{hostile_text, markdown_faults, runner_faults, terminal_faults};

/// An impact with every kind of change, verdict and loss; `name` is in all of its texts.
fn sample(name: &str, run: &Run) -> Impact {
    let place = run.findings.first().map(|finding| Place { span: Span::new(3, 9), ..finding.place });
    let finding = run.findings.first().map(|finding| Finding { message: format!("It has {name}."), ..finding.clone() });
    let property = || vec![EntityPart::Property(name.to_owned())];
    let relation = || vec![EntityPart::Relation("system".to_owned())];
    let team = || vec![EntityPart::Team];
    let lost = |parts: Vec<EntityPart>, loss| Effect {
        verdict: Verdict::Lossy,
        parts,
        place,
        finding: None,
        loss: Some(loss),
    };
    let entity = |identifier: &str, is_declared, effects| EntityImpact {
        key: EntityKey { blueprint: "service".into(), identifier: identifier.into() },
        is_declared,
        effects,
    };
    let refused =
        |verdict, loss| Effect { verdict, parts: property(), place, finding: finding.clone().map(Box::new), loss };
    let stored = Effect { place: None, ..lost(property(), Loss::PropertyRemoved) };
    let of_relations = vec![
        lost(relation(), Loss::RelationRemoved),
        lost(relation(), Loss::Retargeted { from: "system".to_owned(), to: name.to_owned() }),
        lost(relation(), Loss::SingleTarget),
        lost(relation(), Loss::TargetRemoved { blueprint: name.to_owned() }),
    ];
    let others = vec![
        lost(property(), Loss::Computed(ComputedKind::Mirror)),
        lost(property(), Loss::TypeChanged { from: "string".to_owned(), to: "number".to_owned() }),
        lost(team(), Loss::TeamInherited { path: "system".to_owned() }),
        lost(team(), Loss::TeamNotInherited { path: "system".to_owned() }),
    ];
    let tally = |broken, lossy, newly_required, safe| ImpactTally { broken, newly_required, lossy, safe };
    let detail = |name: &str, change| PartChange { part: BlueprintPart::Property, name: name.to_owned(), change };
    let details = vec![detail(name, PartChangeKind::Removed), detail("slo", PartChangeKind::Required)];
    let change = |identifier: &str, kind, entities, details| ChangeImpact {
        change: BlueprintChange { identifier: identifier.to_owned(), kind },
        entities,
        details,
    };
    let details_of = vec![tally(1, 2, 0, 0), tally(0, 0, 1, 0)];
    Impact {
        changes: vec![
            change("queue", BlueprintChangeKind::Added, tally(0, 0, 0, 0), Vec::new()),
            change("service", BlueprintChangeKind::Changed(details), tally(1, 3, 1, 14), details_of),
            change(name, BlueprintChangeKind::Removed, tally(1, 0, 0, 0), Vec::new()),
        ],
        entities: vec![
            entity(
                "cart",
                true,
                vec![refused(Verdict::Broken, Some(Loss::PropertyRemoved)), refused(Verdict::Broken, None)],
            ),
            entity(
                name,
                true,
                vec![Effect {
                    verdict: Verdict::Broken,
                    parts: Vec::new(),
                    place,
                    finding: None,
                    loss: Some(Loss::BlueprintRemoved),
                }],
            ),
            entity("mail", false, vec![stored]),
            entity("pay", true, of_relations),
            entity("log", true, others),
            entity("web", true, vec![refused(Verdict::NewlyRequired, None)]),
        ],
        faults: finding.into_iter().collect(),
        counts: tally(2, 3, 1, 14),
        unjudged: vec![
            Unjudged::NoEntity { blueprint: name.to_owned() },
            Unjudged::CatalogNotRead,
            Unjudged::Incomplete { blueprint: "service".to_owned(), reason: name.to_owned() },
            Unjudged::Unreadable { manifests: 1 },
            Unjudged::Unreadable { manifests: 2_000 },
            Unjudged::Silenced { findings: 2 },
        ],
    }
}

fn shown(name: &str, run: &Run, format: PlanFormat, style: &Style) -> String {
    let (impact, lint, notes) = (sample(name, run), run.lint(), [format!("Something about {name}.")]);
    let report = ImpactReport {
        impact: &impact,
        old: "`.portolan/blueprints`",
        new: &format!("`{name}`"),
        files: lint.files,
        scope: "acme/catalog",
        target: None,
        is_full: false,
        notes: &notes,
    };
    render(&report, format, style)
}

#[test]
fn a_reader_sees_the_worst_first() {
    let run = Run::sample();
    insta::assert_snapshot!("text", shown("tier", &run, PlanFormat::Text, &Style::PLAIN));
    insta::assert_snapshot!("markdown", shown("tier", &run, PlanFormat::Markdown, &Style::PLAIN));
    let summary = shown("tier", &run, PlanFormat::Summary, &Style::PLAIN);
    assert_eq!(summary, "Impact: 2 broken, 1 newly required, 3 lossy, 14 safe\n");
}

#[test]
fn the_document_is_as_its_schema_says() {
    let validator = jsonschema::validator_for(&json::schema()).expect("the schema is one");
    for name in ["tier", "ti\u{1b}er"] {
        let text = shown(name, &Run::sample(), PlanFormat::Json, &Style::PLAIN);
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let faults = validator.iter_errors(&value).map(|fault| fault.to_string()).collect::<Vec<_>>();
        assert!(faults.is_empty(), "{faults:?}");
        let mut wrong = value;
        wrong["entities"][0]["verdict"] = "fine".into();
        assert!(!validator.is_valid(&wrong));
    }
    insta::assert_snapshot!("json", shown("tier", &Run::sample(), PlanFormat::Json, &Style::PLAIN));
}

#[test]
fn many_entities_are_counted_and_all_are_shown_on_request() {
    let run = Run::sample();
    let mut impact = sample("tier", &run);
    let pattern = impact.entities[0].clone();
    impact.entities = (0..500)
        .map(|number| EntityImpact {
            key: EntityKey { identifier: format!("entity-{number:03}").into(), ..pattern.key.clone() },
            ..pattern.clone()
        })
        .collect();
    let lint = run.lint();
    let report = ImpactReport {
        impact: &impact,
        old: "a",
        new: "b",
        files: lint.files,
        scope: "s",
        target: None,
        is_full: false,
        notes: &[],
    };
    let text = render(&report, PlanFormat::Text, &Style::PLAIN);
    assert!(text.contains("broken: 500 entities") && text.contains("and 480 more entities"), "{text}");
    let full = render(&ImpactReport { is_full: true, ..report }, PlanFormat::Text, &Style::PLAIN);
    assert!(full.contains("service/entity-499\n"), "{full}");
    let comment = render(&report, PlanFormat::Markdown, &Style::PLAIN);
    assert!(comment.len() < 65_000 && comment.contains("more entities"), "{}", comment.len());
}

proptest::proptest! {
    #![proptest_config(crate::generated_cases::config(24))]

    #[test]
    fn no_name_is_obeyed_by_a_terminal_a_runner_or_a_forge(name in hostile_text(), width in 0..200_usize) {
        let style = Style { color: false, unicode: true, width, links: false };
        for format in [PlanFormat::Text, PlanFormat::Json, PlanFormat::Markdown, PlanFormat::Summary] {
            let text = shown(&name, &Run::hostile(), format, &style);
            let mut faults = [terminal_faults(&text, false), runner_faults(&text, false)].concat();
            if format == PlanFormat::Markdown {
                faults.extend(markdown_faults(&text));
            }
            proptest::prop_assert!(faults.is_empty(), "{format:?}: {faults:?}");
            proptest::prop_assert!(!text.chars().any(|c| c != '\n' && is_unsafe(c)), "{text:?}");
            if format == PlanFormat::Json {
                let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                proptest::prop_assert_eq!(json["entities"][1]["identifier"].as_str(), Some(name.as_str()));
            }
        }
    }
}
