//! Renders JUnit XML of a push: a suite is a blueprint and a case is a change. Failed or incomplete changes are
//! failures, changes in doubt are errors, and those not attempted are skipped, so that a run fails for a cause and not
//! for its consequences. A push without changes has one passed case, because readers treat a report without cases as
//! broken.

use crate::domain::plan::change::Change;
use crate::domain::plan::outcome::ChangeOutcome;
use crate::report::escape::{clean, xml};
use crate::report::outcome::input::ResolvedOutcome;
use crate::report::outcome::words;

pub(super) fn render(resolved: &ResolvedOutcome<'_>) -> String {
    let seconds = format!("{}.{:03}", resolved.report.milliseconds / 1_000, resolved.report.milliseconds % 1_000);
    let name = format!("portolan {}", resolved.report.verb);
    let all: Vec<(&Change, &ChangeOutcome)> = resolved.ends().collect();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{seconds}\">\n",
        all.len().max(1),
        resolved.tally.failed + resolved.tally.incomplete,
        resolved.tally.in_doubt
    ));
    if all.is_empty() {
        let numbers = xml(&words::numbers(resolved));
        out.push_str(&format!(
            "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"0\">\n    \
             <testcase name=\"{numbers}\" classname=\"{name}\" time=\"0\"/>\n  </testsuite>\n"
        ));
    }
    // Changes are sorted by key.
    for suite in all.chunk_by(|one, other| one.0.key.blueprint == other.0.key.blueprint) {
        let Some((first, _)) = suite.first() else { continue };
        let number = |is: fn(&ChangeOutcome) -> bool| suite.iter().filter(|(_, end)| is(end)).count();
        let failures = number(|end| matches!(end, ChangeOutcome::Failed(_) | ChangeOutcome::Incomplete { .. }));
        let errors = number(|end| matches!(end, ChangeOutcome::InDoubt(_)));
        let skipped = number(|end| matches!(end, ChangeOutcome::NotAttempted(_)));
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\">\n",
            xml(&clean(&first.key.blueprint)),
            suite.len()
        ));
        for (change, end) in suite {
            case(&mut out, resolved, change, end);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, resolved: &ResolvedOutcome<'_>, change: &Change, end: &ChangeOutcome) {
    let name = xml(&clean(&words::describe_change(change)).replace('`', ""));
    let class = xml(&clean(&change.key.blueprint));
    let open = format!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\"");
    match end {
        ChangeOutcome::Applied => out.push_str(&format!("{open}/>\n")),
        ChangeOutcome::Failed(failure) => {
            out.push_str(&format!("{open}>\n"));
            let kind = failure.code.as_deref().unwrap_or("no answer");
            problem(out, resolved, change, "failure", kind, &words::answer(failure));
            out.push_str("    </testcase>\n");
        }
        ChangeOutcome::InDoubt(failure) => {
            out.push_str(&format!("{open}>\n"));
            let message = format!("{} ({})", words::answer(failure), words::IN_DOUBT);
            problem(out, resolved, change, "error", "in doubt", &message);
            out.push_str("    </testcase>\n");
        }
        ChangeOutcome::Incomplete { step_kind, cause } => {
            out.push_str(&format!("{open}>\n"));
            let message = format!("{}: {}", words::incomplete(change, *step_kind), words::cause(cause, resolved));
            problem(out, resolved, change, "failure", "incomplete", &message);
            out.push_str("    </testcase>\n");
        }
        ChangeOutcome::NotAttempted(reason) => {
            let reason = xml(&clean(&words::reason(reason, resolved)));
            out.push_str(&format!("{open}>\n      <skipped message=\"{reason}\"/>\n    </testcase>\n"));
        }
    }
}

/// `element`: `failure` or `error`.
fn problem(
    out: &mut String,
    resolved: &ResolvedOutcome<'_>,
    change: &Change,
    element: &str,
    kind: &str,
    message: &str,
) {
    let message = clean(message);
    let mut body = xml(&message);
    if let Some(location) = resolved.resolved.location_of(change) {
        body.push_str(&format!("\nat {}", xml(&clean(&location))));
    }
    let (message, kind) = (xml(&message), xml(&clean(kind)));
    out.push_str(&format!("      <{element} message=\"{message}\" type=\"{kind}\">{body}</{element}>\n"));
}
