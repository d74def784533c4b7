//! Tests what holds for every format of an outcome, and snapshots of each.

use proptest::prelude::*;
use roxmltree::Document;

use super::*;
use crate::domain::plan::StepKind;
use crate::domain::plan::outcome::{Cause, Failure, Reason, Relabelled};
use crate::domain::plan::outcome::{ChangeOutcome, Outcome};
use crate::domain::value::timestamp::Moment;
use crate::report::escape::clean;
use crate::report::plan::PlanReport;
use crate::report::plan::fixtures::Case;
use crate::report::plan::{generated, markdown};
use crate::text::escape;
use crate::text::hostile_texts::{hostile_text, markdown_faults, runner_faults, terminal_faults};

const UNICODE: Style = Style { color: false, unicode: true, width: 100, links: false };

fn failure(status: Option<u16>, code: &str, message: &str) -> Failure {
    Failure {
        step_kind: StepKind::Write,
        status,
        code: (!code.is_empty()).then(|| code.to_owned()),
        message: message.to_owned(),
    }
}

fn rendered(case: &Case, outcome: &Outcome, format: OutcomeFormat, style: &Style) -> String {
    let plan = case.report();
    let at = Moment::parse("2026-11-21T16:00:00Z").expect("it is a time");
    render(
        &OutcomeReport {
            plan: &plan,
            outcome,
            at,
            milliseconds: 12_345,
            run_id: Some("r_1"),
            verb: "push",
            given_back: 0,
        },
        format,
        style,
    )
}

fn all_applied(case: &Case) -> Outcome {
    Outcome {
        ends: vec![ChangeOutcome::Applied; case.plan.changes.len()],
        is_interrupted: false,
        relabelled: Relabelled::default(),
    }
}

/// One of each result, for a plan of four changes: basket, cart, checkout, web.
fn partial() -> (Case, Outcome) {
    let half = Failure {
        step_kind: StepKind::Relink,
        ..failure(Some(422), "relation_not_found", "the target `prices` of `dependsOn` does not exist")
    };
    let half = ChangeOutcome::Incomplete { step_kind: StepKind::Relink, cause: Cause::Failed(half) };
    let lost = failure(None, "", "the connection was closed before the answer");
    let ends = vec![
        ChangeOutcome::NotAttempted(Reason::Needs(vec![1, 2])),
        half,
        ChangeOutcome::InDoubt(lost),
        ChangeOutcome::Applied,
    ];
    (Case::mixed(), Outcome { ends, is_interrupted: false, relabelled: Relabelled::default() })
}

/// An interrupted push; the relations of one renamed entity are not set.
fn interrupted() -> (Case, Outcome) {
    let case = Case::renamed();
    let twice =
        Failure { step_kind: StepKind::Relink, ..failure(Some(422), "invalid_relation", "`web` cannot be its target") };
    let twice = ChangeOutcome::Incomplete { step_kind: StepKind::Relink, cause: Cause::Failed(twice) };
    let ends = vec![ChangeOutcome::Applied, twice, ChangeOutcome::NotAttempted(Reason::Interrupted)];
    (case, Outcome { ends, is_interrupted: true, relabelled: Relabelled::default() })
}

#[test]
fn every_format_is_found_by_its_name_only() {
    for &format in OutcomeFormat::ALL {
        assert_eq!(OutcomeFormat::parse(format.name()), Some(format));
    }
    assert_eq!(OutcomeFormat::parse("summary"), None);
}

#[test]
fn a_complete_push_is_one_line() {
    let case = Case::mixed();
    let text = rendered(&case, &all_applied(&case), OutcomeFormat::Text, &UNICODE);
    assert_eq!(text, "Push: 1 created, 2 updated, 1 deleted, 0 renamed; 120 unchanged. It took 12.3 s.\n");
    let case = Case::empty();
    let text = rendered(&case, &all_applied(&case), OutcomeFormat::Text, &UNICODE);
    assert_eq!(text, "Push: nothing to do; 120 unchanged.\n");
}

#[test]
fn a_push_that_did_not_end_reads_well() {
    let (case, outcome) = partial();
    for &format in OutcomeFormat::ALL {
        insta::assert_snapshot!(format!("partial_{}", format.name()), rendered(&case, &outcome, format, &UNICODE));
    }
    let (case, outcome) = interrupted();
    for format in [OutcomeFormat::Text, OutcomeFormat::Markdown] {
        insta::assert_snapshot!(format!("interrupted_{}", format.name()), rendered(&case, &outcome, format, &UNICODE));
    }
}

#[test]
fn many_failures_are_folded_and_counted() {
    let case = Case::huge(1_000);
    let ends = vec![ChangeOutcome::Failed(failure(Some(422), "invalid", "it is wrong")); case.plan.changes.len()];
    let outcome = Outcome { ends, is_interrupted: false, relabelled: Relabelled::default() };
    let text = rendered(&case, &outcome, OutcomeFormat::Text, &UNICODE);
    assert_eq!(text.lines().filter(|line| line.starts_with("failed: ")).count(), 40, "{text}");
    assert!(text.contains("and 1,160 more failures; `--output json` lists all"), "{text}");
    assert!(text.contains("1200 failed, 0 not attempted"), "{text}");
    let markdown = rendered(&case, &outcome, OutcomeFormat::Markdown, &UNICODE);
    assert!(markdown.len() <= markdown::pieces::MAX_LENGTH && markdown.contains("Not all of it fits here"));
    // The JSON record contains every change, even if other formats omit some.
    let json: serde_json::Value =
        serde_json::from_str(&rendered(&case, &outcome, OutcomeFormat::Json, &UNICODE)).expect("JSON");
    assert_eq!(json["changes"].as_array().map(Vec::len), Some(1_200));
}

#[test]
fn a_delete_that_another_writer_prevented_names_the_writer() {
    let (case, mut outcome) = partial();
    let by = "another run of this scope (last changed by ada at 2026-11-21T16:00:00.000Z)".to_owned();
    outcome.ends.fill(ChangeOutcome::Applied);
    outcome.ends[3] = ChangeOutcome::NotAttempted(Reason::WrittenSince { by: by.clone() });
    for &format in OutcomeFormat::ALL {
        let text = rendered(&case, &outcome, format, &UNICODE);
        assert!(text.contains("another run of this scope") && text.contains("2026-11-21T16:00:00.000Z"), "{text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&rendered(&case, &outcome, OutcomeFormat::Json, &UNICODE)).expect("JSON");
    assert_eq!([&json["changes"][3]["reason"], &json["changes"][3]["writtenBy"]], ["written-since", by.as_str()]);
}

#[test]
fn what_has_no_end_was_not_attempted() {
    let (case, mut outcome) = partial();
    outcome.ends.truncate(1);
    let text = rendered(&case, &outcome, OutcomeFormat::Text, &UNICODE);
    assert!(text.contains("0 failed, 4 not attempted"), "{text}");
}

#[test]
fn the_way_on_names_the_target() {
    let (case, outcome) = partial();
    let plan = PlanReport { push: "portolan push --target staging --no-prune", ..case.report() };
    let report = OutcomeReport {
        plan: &plan,
        outcome: &outcome,
        verb: "push",
        at: Moment(0),
        milliseconds: 0,
        run_id: None,
        given_back: 0,
    };
    let text = render(&report, OutcomeFormat::Text, &UNICODE);
    assert!(text.contains("Rerun `portolan push --target staging --no-prune` to finish"), "{text}");
}

fn end() -> impl Strategy<Value = ChangeOutcome> {
    let step_kind = prop_oneof![Just(StepKind::Write), Just(StepKind::Relink), Just(StepKind::Delete)];
    let failure = (step_kind.clone(), any::<Option<u16>>(), prop::option::of(hostile_text()), hostile_text())
        .prop_map(|(step_kind, status, code, message)| Failure { step_kind, status, code, message });
    let reason = prop_oneof![
        prop::collection::vec(0..20_usize, 0..6).prop_map(Reason::Needs),
        Just(Reason::Interrupted),
        Just(Reason::Stopped),
        Just(Reason::Unreachable),
        Just(Reason::Denied),
    ];
    let cause = prop_oneof![
        failure.clone().prop_map(Cause::Failed),
        failure.clone().prop_map(Cause::InDoubt),
        reason.clone().prop_map(Cause::NotAttempted),
    ];
    prop_oneof![
        3 => Just(ChangeOutcome::Applied),
        2 => failure.clone().prop_map(ChangeOutcome::Failed),
        1 => failure.prop_map(ChangeOutcome::InDoubt),
        1 => (step_kind, cause).prop_map(|(step_kind, cause)| ChangeOutcome::Incomplete { step_kind, cause }),
        2 => reason.prop_map(ChangeOutcome::NotAttempted),
    ]
}

fn number(text: &str, word: &str) -> usize {
    let line = text.lines().find(|line| line.contains("ush: ")).expect("the numbers are there");
    let line = line.split_once("ush: ").expect("it was found").1;
    if !line.contains(word) {
        return 0;
    }
    line.split_once(word).map_or(0, |(before, _)| {
        before.rsplit([' ', '(']).next().and_then(|number| number.parse().ok()).expect("a number")
    })
}

proptest! {
    #![proptest_config(crate::generated_cases::config(16))]

    #[test]
    fn every_format_counts_alike_and_holds_anything(
        case in generated::case(),
        ends in prop::collection::vec(end(), 160),
        is_interrupted: bool,
    ) {
        let ends: Vec<ChangeOutcome> = ends.into_iter().take(case.plan.changes.len()).collect();
        let outcome = Outcome { ends, is_interrupted, relabelled: Relabelled::default() };
        let is = |wanted: fn(&ChangeOutcome) -> bool| outcome.ends.iter().filter(|end| wanted(end)).count();
        let failed = is(|end| matches!(end, ChangeOutcome::Failed(_)));
        let waiting = is(|end| matches!(end, ChangeOutcome::NotAttempted(_)));
        let incomplete = is(|end| matches!(end, ChangeOutcome::Incomplete { .. }));
        let doubtful = is(|end| matches!(end, ChangeOutcome::InDoubt(_)));
        for &format in OutcomeFormat::ALL {
            let text = rendered(&case, &outcome, format, &UNICODE);
            let faults = [terminal_faults(&text, false), runner_faults(&text, false)].concat();
            prop_assert!(faults.is_empty(), "{}: {faults:?}", format.name());
            prop_assert_eq!(&escape::printable(&text, false), &text, "{}", format.name());
            let faults = if format == OutcomeFormat::Markdown { markdown_faults(&text) } else { Vec::new() };
            prop_assert!(faults.is_empty(), "{faults:?}");
            match format {
                OutcomeFormat::Text | OutcomeFormat::Markdown => {
                    prop_assert_eq!(number(&text, " failed"), failed, "{}", text);
                    prop_assert_eq!(number(&text, " not attempted"), waiting);
                    prop_assert_eq!(number(&text, " incomplete"), incomplete, "{}", text);
                    prop_assert_eq!(number(&text, " in doubt"), doubtful);
                    prop_assert!(format == OutcomeFormat::Text || text.len() <= markdown::pieces::MAX_LENGTH);
                }
                OutcomeFormat::Json => {
                    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                    prop_assert_eq!(json["ends"]["failed"].as_u64(), Some(failed as u64));
                    prop_assert_eq!(json["ends"]["notAttempted"].as_u64(), Some(waiting as u64));
                    prop_assert_eq!(json["ends"]["incomplete"].as_u64(), Some(incomplete as u64));
                    prop_assert_eq!(json["ends"]["inDoubt"].as_u64(), Some(doubtful as u64));
                    prop_assert_eq!(json["changes"].as_array().map(Vec::len), Some(case.plan.changes.len()));
                    prop_assert_eq!(json["complete"].as_bool(), Some(failed + incomplete + doubtful + waiting == 0));
                }
                OutcomeFormat::Junit => {
                    let document = Document::parse(&text).expect("well-formed XML");
                    let elements = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
                    prop_assert_eq!(elements("failure"), failed + incomplete);
                    prop_assert_eq!(elements("error"), doubtful);
                    prop_assert_eq!(elements("skipped"), waiting);
                    prop_assert_eq!(elements("testcase"), case.plan.changes.len().max(1));
                }
            }
        }
        let colored = rendered(&case, &outcome, OutcomeFormat::Text, &Style { color: true, ..UNICODE });
        let stripped: String = colored.lines().map(|line| clean(line).into_owned() + "\n").collect();
        prop_assert_eq!(stripped, rendered(&case, &outcome, OutcomeFormat::Text, &UNICODE));
    }
}

#[test]
fn every_document_fits_the_schema() {
    let validator = jsonschema::validator_for(&json::schema()).expect("the schema is one");
    let hostile = Case::hostile();
    let applied = all_applied(&hostile);
    for (case, outcome) in [
        partial(),
        interrupted(),
        (hostile, applied),
        (Case::empty(), Outcome { ends: vec![], is_interrupted: false, relabelled: Relabelled::default() }),
    ] {
        let value = serde_json::from_str(&rendered(&case, &outcome, OutcomeFormat::Json, &UNICODE)).expect("JSON");
        let faults: Vec<String> = validator.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
