//! Renders `portolan.outcome/1`: the outcome of a push for programs, and the record that a later push reads with
//! `--since-outcome`. These types define the format: within a version, a field may be added, but never renamed or
//! removed.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::entity::EntityKey;
use crate::domain::plan::change::{Action, ActionKind, Change};
use crate::domain::plan::outcome::{Cause, ChangeOutcome, Failure, Reason, Relabelled};
use crate::domain::plan::revision::Revision;
use crate::domain::plan::{Counts, StepKind};
use crate::report::escape::{self, clean};
use crate::report::outcome::input::{ResolvedOutcome, Tally};
use crate::report::plan::json::{JsonPlace, extensible};

pub const FORMAT: &str = "portolan.outcome/1";

/// What `portolan push --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.outcome/1")]
struct Document<'a> {
    /// Always `portolan.outcome/1`.
    format: &'static str,
    platform: String,
    catalog: String,
    /// The selected target of the config.
    target: Option<String>,
    scope: String,
    /// The pushed commit.
    revision: Option<&'a Revision>,
    /// The id of the pushed plan.
    plan: String,
    /// What was approved, if anything needed approval.
    approval: Option<String>,
    /// The run of an action in the platform that started the push.
    run_id: Option<String>,
    /// When the push began.
    at: String,
    milliseconds: u64,
    /// Whether every change was applied.
    complete: bool,
    /// Whether a signal stopped it.
    interrupted: bool,
    /// The counts of the plan, as in `portolan.plan/1`.
    counts: &'a Counts,
    /// The counts of the results.
    ends: JsonEnds,
    /// Every change of the plan, by blueprint and identifier.
    changes: Vec<JsonChange<'a>>,
    /// Notes on the whole run.
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Ends")]
struct JsonEnds {
    created: usize,
    updated: usize,
    renamed: usize,
    adopted: usize,
    /// Adopted entities of which only the owner was changed; the others were written again.
    relabelled: usize,
    /// The number of calls that changed these owners.
    relabel_calls: usize,
    deleted: usize,
    /// Entities that the push wrote or deleted, the incomplete ones included.
    written: usize,
    /// Written, but a later step is missing: relations not set yet, or the old identifier of a rename.
    incomplete: usize,
    failed: usize,
    /// Sent, but the result is unknown.
    in_doubt: usize,
    not_attempted: usize,
    unchanged: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Change")]
struct JsonChange<'a> {
    blueprint: String,
    identifier: String,
    action: ActionKind,
    /// The old identifier, if the action is `rename`.
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<String>,
    /// The entity in its manifest; null for a deletion.
    place: Option<JsonPlace<'a>>,
    end: JsonEnd,
    /// If the end is `failed` or `in-doubt`, or `incomplete` because of a step that failed or is in doubt.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<JsonFailure>,
    /// The missing step, if the end is `incomplete`.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<StepKind>,
    /// If the end is `not-attempted`, or `incomplete` because of a step that was not attempted.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<JsonReason>,
    /// Who wrote the entity, if the reason is `written-since`.
    #[serde(skip_serializing_if = "Option::is_none")]
    written_by: Option<String>,
    /// The changes that had to succeed first, if the reason is `needs`.
    needs: Vec<&'a EntityKey>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "End")]
enum JsonEnd {
    /// The catalog has the entity as declared, or no longer has a deleted one.
    Applied,
    /// The first step was done, a later one was not.
    Incomplete,
    /// Nothing was done.
    Failed,
    /// Sent, but the result is unknown.
    InDoubt,
    /// Nothing was sent.
    NotAttempted,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Failure")]
struct JsonFailure {
    /// The step that failed.
    deed: StepKind,
    /// The answer was lost, and the result is unknown.
    in_doubt: bool,
    /// The status of the catalog's answer; null without an answer.
    status: Option<u16>,
    /// The catalog's error code.
    code: Option<String>,
    /// The catalog's message, or why there is no answer.
    message: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Reason")]
enum JsonReason {
    /// Another writer wrote the entity after the plan was made, so it was not deleted.
    WrittenSince,
    /// Other changes had to succeed first.
    Needs,
    Interrupted,
    /// Another change failed, and `--on-error stop` was set.
    Stopped,
    Unreachable,
    /// The catalog rejected every earlier write with 401 or 403.
    Denied,
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    extensible(schemars::schema_for!(Document<'_>))
}

pub(super) fn render(resolved: &ResolvedOutcome<'_>) -> String {
    let (report, plan) = (resolved.report, resolved.report.plan);
    let document = Document {
        format: FORMAT,
        platform: plan.platform.to_owned(),
        catalog: plan.catalog.to_owned(),
        target: plan.target.map(str::to_owned),
        scope: plan.plan.scope.clone(),
        revision: plan.revision,
        plan: plan.plan.digest.to_string(),
        approval: plan.plan.approval.map(|digest| digest.to_string()),
        run_id: report.run_id.map(str::to_owned),
        at: report.at.to_string(),
        milliseconds: report.milliseconds,
        complete: resolved.tally.is_complete(),
        interrupted: report.outcome.is_interrupted,
        counts: &plan.plan.counts,
        ends: ends(&resolved.tally, report.outcome.relabelled),
        changes: resolved.ends().map(|(change, end)| self::change(change, end, resolved)).collect(),
        notes: plan.notes.iter().map(|note| clean(note).into_owned()).collect(),
    };
    let mut text = escape::json(&document);
    text.push('\n');
    text
}

fn ends(tally: &Tally, relabelled: Relabelled) -> JsonEnds {
    let Tally { created, updated, renamed, adopted, deleted, incomplete, failed, in_doubt, not_attempted, unchanged } =
        *tally;
    let written = tally.written();
    JsonEnds {
        created,
        updated,
        renamed,
        adopted,
        relabelled: relabelled.entities,
        relabel_calls: relabelled.calls,
        deleted,
        written,
        incomplete,
        failed,
        in_doubt,
        not_attempted,
        unchanged,
    }
}

fn change<'a>(change: &'a Change, end: &ChangeOutcome, resolved: &ResolvedOutcome<'a>) -> JsonChange<'a> {
    let renamed_from = match &change.action {
        Action::Rename { from, .. } => Some(from.to_string()),
        Action::Create | Action::Update | Action::Adopt | Action::Delete => None,
    };
    let (is_in_doubt, missing, kind) = match end {
        ChangeOutcome::Applied => (false, None, JsonEnd::Applied),
        ChangeOutcome::Incomplete { step_kind, cause } => {
            (matches!(cause, Cause::InDoubt(_)), Some(*step_kind), JsonEnd::Incomplete)
        }
        ChangeOutcome::Failed(_) => (false, None, JsonEnd::Failed),
        ChangeOutcome::InDoubt(_) => (true, None, JsonEnd::InDoubt),
        ChangeOutcome::NotAttempted(_) => (false, None, JsonEnd::NotAttempted),
    };
    let needs = match end.reason() {
        Some(Reason::Needs(changes)) => changes.iter().filter_map(|at| resolved.change(*at)).collect(),
        Some(
            Reason::WrittenSince { .. } | Reason::Interrupted | Reason::Stopped | Reason::Unreachable | Reason::Denied,
        )
        | None => Vec::new(),
    };
    let written_by = match end.reason() {
        Some(Reason::WrittenSince { by }) => Some(clean(by).into_owned()),
        Some(Reason::Needs(_) | Reason::Interrupted | Reason::Stopped | Reason::Unreachable | Reason::Denied)
        | None => None,
    };
    JsonChange {
        blueprint: change.key.blueprint.to_string(),
        identifier: change.key.identifier.to_string(),
        action: change.action.kind(),
        renamed_from,
        place: change.place.map(|place| JsonPlace::of(place, &resolved.resolved)),
        end: kind,
        failure: end.failure().map(|failure| self::failure(failure, is_in_doubt)),
        missing,
        reason: end.reason().map(reason),
        written_by,
        needs: needs.into_iter().map(|change| &change.key).collect(),
    }
}

fn reason(reason: &Reason) -> JsonReason {
    match reason {
        Reason::WrittenSince { .. } => JsonReason::WrittenSince,
        Reason::Needs(_) => JsonReason::Needs,
        Reason::Interrupted => JsonReason::Interrupted,
        Reason::Stopped => JsonReason::Stopped,
        Reason::Unreachable => JsonReason::Unreachable,
        Reason::Denied => JsonReason::Denied,
    }
}

fn failure(failure: &Failure, is_in_doubt: bool) -> JsonFailure {
    let Failure { step_kind, status, code, message } = failure;
    JsonFailure {
        deed: *step_kind,
        in_doubt: is_in_doubt,
        status: *status,
        code: code.clone(),
        message: clean(message).into_owned(),
    }
}
