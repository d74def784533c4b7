//! Masks the credentials in a plan and its requests for output and plan files. The requests that are sent come from the
//! unmasked plan.

use std::borrow::Cow;
use std::sync::Arc;

use crate::domain::entity::Targets;
use crate::domain::plan::Plan;
use crate::domain::plan::change::FieldChange;
use crate::domain::plan::request::{Body, Method, WriteRequest, WriteRequests};
use crate::domain::value::Value;
use crate::domain::value::masked::{masked_value, secrets_in};
use crate::text::mask::Mask;

use super::normalise;
use super::parallel::change_each;

/// Masks the plan. Its digests stay the same, because they are computed over masked values.
pub fn masked(mut plan: Plan, mask: &Mask) -> Plan {
    change_each(&mut plan.changes, |change| change.fields.iter_mut().for_each(|field| mask_field(field, mask)));
    plan
}

fn mask_field(change: &mut FieldChange, mask: &Mask) {
    let name = change.field.property_name();
    let (before, after) = (masked_value(mask, name, &change.before), masked_value(mask, name, &change.after));
    if matches!((&before, &after), (Cow::Borrowed(_), Cow::Borrowed(_))) {
        return;
    }
    let (before, after) = (before.into_owned(), after.into_owned());
    if before != change.before || after != change.after {
        // Two different credentials have different tags, so the change stays visible.
        change.paths = normalise::differences(&before, &after);
        (change.before, change.after) = (before, after);
    }
}

/// Masks the requests for a plan file.
pub(super) fn masked_requests(requests: WriteRequests, mask: &Mask) -> WriteRequests {
    let request = |request: WriteRequest| {
        let method = match request.method {
            Method::Create(body) => Method::Create(masked_body(body, mask)),
            Method::Merge(body) => Method::Merge(masked_body(body, mask)),
            Method::Replace(body) => Method::Replace(masked_body(body, mask)),
            Method::Patch(body) => Method::Patch(masked_body(body, mask)),
            Method::Adopt(body) => Method::Adopt(masked_body(body, mask)),
            Method::Rename { from, body } => Method::Rename { from, body: masked_body(body, mask) },
            Method::Delete => Method::Delete,
        };
        WriteRequest { method, ..request }
    };
    WriteRequests { waves: requests.waves.into_iter().map(|wave| wave.into_iter().map(request).collect()).collect() }
}

fn masked_body(body: Body, mask: &Mask) -> Body {
    let texts = |texts: &[Box<str>]| texts.iter().map(|text| mask.text(text).into()).collect::<Box<[Box<str>]>>();
    let property = |(name, value): (Arc<str>, Value)| {
        let value = masked_value(mask, Some(&name), &value).into_owned();
        (name, value)
    };
    let relation = |(name, targets): (Arc<str>, Targets)| {
        let targets = match targets {
            Targets::None => Targets::None,
            Targets::One(target) => Targets::One(mask.text(&target).into()),
            Targets::Many(targets) => Targets::Many(texts(&targets)),
        };
        (name, targets)
    };
    Body {
        texts: body.texts.map(|text| text.map(|text| mask.text(&text).into())),
        team: body.team.map(|teams| texts(&teams)),
        properties: body.properties.into_iter().map(property).collect(),
        relations: body.relations.into_iter().map(relation).collect(),
    }
}

/// The credentials in a request; the catalog may repeat them in its answer.
pub fn secrets_of(request: &WriteRequest, mask: &Mask) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in request.method.body().into_iter().flat_map(|body| &body.properties) {
        secrets_in(mask, Some(name), value, &mut found);
    }
    found
}
