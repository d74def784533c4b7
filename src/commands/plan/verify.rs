//! Asks the catalog to validate a plan (`validation_only`): every write is sent as a push would send it. The catalog
//! checks one entity at a time against its current state, so a complaint about something that the same plan creates is
//! ignored.

use std::collections::{BTreeMap, HashSet};

use crate::catalog::apply::draft;
use crate::catalog::wire::{EntityDraft, IdentifierRef, Refusal, RelationRef, WriteOptions};
use crate::catalog::{CatalogError, WriteFailure};
use crate::commands::plan::build::BuiltPlan;
use crate::commands::plan::rejections::{missing_target, place};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::patch::Patch;
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::domain::plan::StepKind;
use crate::domain::plan::request::{Method, WriteRequest, WriteRequests};
use crate::domain::progress::Progress;
use crate::error::Error;
use crate::plan::secrets_of;
use crate::report::plan::Complaint;

/// A call of a validation failed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{key}` cannot be verified: {error}")]
#[diagnostic(code("not-verified"), help("rerun the command, or drop `--verify`"))]
pub(crate) struct NotVerified {
    pub key: String,
    pub error: CatalogError,
}

impl ExitClass for NotVerified {
    fn class(&self) -> ErrorClass {
        self.error.class()
    }
}

/// The complaints, one for each change that the catalog would reject, by change.
pub(crate) fn verify(
    planned: &BuiltPlan,
    requests: &WriteRequests,
    progress: &dyn Progress,
) -> Result<Vec<Complaint>, Error> {
    let changes = &planned.plan.changes;
    let new = changes.iter().filter(|change| change.is_new());
    let new: HashSet<(&str, &str)> =
        new.map(|change| (change.key.blueprint.as_ref(), change.key.identifier.as_ref())).collect();
    let verifier = Verifier { planned, new, progress };
    let mut complaints = Vec::new();
    for ((blueprint, mode), requests) in by_call(requests) {
        let Some(shape) = planned.blueprints.all.named(blueprint) else { continue };
        complaints.extend(verifier.complaints(shape, mode, requests)?);
    }
    complaints.sort_by_key(|complaint| complaint.change);
    Ok(complaints)
}

/// The flags that a push sends with a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Create,
    Merge,
    Replace,
}

/// The writes by blueprint and mode. Relations of a cycle are written later and cannot be validated before their entity
/// exists.
fn by_call(requests: &WriteRequests) -> BTreeMap<(&str, Mode), Vec<(&WriteRequest, EntityDraft)>> {
    let mut calls: BTreeMap<(&str, Mode), Vec<(&WriteRequest, EntityDraft)>> = BTreeMap::new();
    for request in requests.waves.iter().flatten().filter(|request| request.step_kind == StepKind::Write) {
        let mode = match &request.method {
            Method::Create(_) => Mode::Create,
            Method::Merge(_) | Method::Patch(_) | Method::Adopt(_) | Method::Rename { .. } => Mode::Merge,
            Method::Replace(_) => Mode::Replace,
            Method::Delete => continue,
        };
        calls.entry((&request.key.blueprint, mode)).or_default().push((request, tried(request)));
    }
    calls
}

/// The body that a push sends. The API cannot validate a patch, so fields that only a patch can clear are omitted, and so is
/// the new identifier of a rename.
fn tried(request: &WriteRequest) -> EntityDraft {
    let mut draft = draft(request);
    draft.identifier = Some(IdentifierRef::Literal(request.stored_identifier().to_owned()));
    draft.texts = draft.texts.map(|text| if text.is_null() { Patch::Absent } else { text });
    if draft.team.is_null() {
        draft.team = Patch::Absent;
    }
    draft
}

struct Verifier<'a> {
    planned: &'a BuiltPlan,
    /// Keys of the entities that the plan creates.
    new: HashSet<(&'a str, &'a str)>,
    progress: &'a dyn Progress,
}

/// A request, and the body to validate.
type DraftedRequest<'t> = (&'t WriteRequest, EntityDraft);

impl Verifier<'_> {
    fn complaints(
        &self,
        shape: &Blueprint,
        mode: Mode,
        drafted: Vec<(&WriteRequest, EntityDraft)>,
    ) -> Result<Vec<Complaint>, Error> {
        let mut complaints = Vec::new();
        let mut again = Vec::new();
        for ((request, draft), refusal) in self.refused(shape, mode, drafted)? {
            match self.without_new(shape, &draft, &refusal) {
                None => complaints.push(self.complaint(request, &draft, shape, &refusal)),
                Some(without) => again.push((request, without)),
            }
        }
        // The first refusal hid any other problem of the entity.
        for ((request, draft), refusal) in self.refused(shape, mode, again)? {
            if self.without_new(shape, &draft, &refusal).is_none() {
                complaints.push(self.complaint(request, &draft, shape, &refusal));
            }
        }
        Ok(complaints)
    }

    fn refused<'t>(
        &self,
        shape: &Blueprint,
        mode: Mode,
        drafted: Vec<DraftedRequest<'t>>,
    ) -> Result<Vec<(DraftedRequest<'t>, Refusal)>, Error> {
        let drafts: Vec<EntityDraft> = drafted.iter().map(|(_, draft)| draft.clone()).collect();
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let (upsert, merge) = (mode != Mode::Create, mode == Mode::Merge);
        let options = WriteOptions { upsert, merge, validation_only: true, ..WriteOptions::default() };
        let answers = self.planned.catalog.upsert(&shape.identifier, &drafts, &options, self.progress)?;
        let mut refused = Vec::new();
        for (one, answer) in drafted.into_iter().zip(answers) {
            match answer {
                // A validation is never stopped, and the guards of a push do not apply to it.
                Ok(_)
                | Err(
                    WriteFailure::Stopped
                    | WriteFailure::Denied
                    | WriteFailure::Recreated
                    | WriteFailure::WrittenSince { .. },
                ) => {}
                Err(WriteFailure::Refused(refusal)) => refused.push((one, *refusal)),
                Err(
                    failure @ (WriteFailure::CallFailed(_) | WriteFailure::Unsent(_) | WriteFailure::InDoubt { .. }),
                ) => match (failure.error(), failure.refusal()) {
                    (Some(error), _) => {
                        let key = one.0.key.identifier.to_string();
                        return Err(NotVerified { key, error: error.clone() }.into());
                    }
                    (None, Some(refusal)) => refused.push((one, refusal.clone())),
                    (None, None) => {}
                },
            }
        }
        Ok(refused)
    }

    /// The body without the optional relations to entities that the plan creates; `None` if the refusal is about
    /// something else.
    fn without_new(&self, shape: &Blueprint, draft: &EntityDraft, refusal: &Refusal) -> Option<EntityDraft> {
        let missing = missing_target(refusal)?;
        let relations = draft.relations.as_ref()?;
        let target = |name: &str| shape.relations.iter().find(|relation| relation.name == name);
        let leads_to_new = |name: &str, identifier: &str| {
            target(name).is_some_and(|relation| self.new.contains(&(relation.target.as_str(), identifier)))
        };
        let identifiers = |link: &RelationRef| match link {
            RelationRef::One(identifier) => vec![identifier.clone()],
            RelationRef::Many(identifiers) => identifiers.clone(),
            RelationRef::Null | RelationRef::Query(_) => Vec::new(),
        };
        let is_about_new = relations.iter().any(|(name, link)| {
            identifiers(link).iter().any(|identifier| *identifier == missing && leads_to_new(name, identifier))
        });
        if !is_about_new {
            return None;
        }
        let mut without = draft.clone();
        if let Some(relations) = without.relations.as_mut() {
            relations.retain(|(name, link)| {
                let is_required = target(name).is_some_and(|relation| relation.required);
                is_required || !identifiers(link).iter().any(|identifier| leads_to_new(name, identifier))
            });
        }
        Some(without)
    }

    fn complaint(
        &self,
        request: &WriteRequest,
        draft: &EntityDraft,
        shape: &Blueprint,
        refusal: &Refusal,
    ) -> Complaint {
        let message = refusal.message.as_ref().unwrap_or(&refusal.error);
        // A catalog may repeat in its refusal the values that it was sent.
        let secrets = secrets_of(request, &self.planned.mask);
        Complaint {
            change: request.change,
            place: place(self.planned, request.change, draft, shape, refusal),
            status: refusal.status,
            code: refusal.error.clone(),
            message: self.planned.mask.quoted(message, &secrets).into_owned(),
        }
    }
}
