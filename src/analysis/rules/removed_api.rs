//! Reports objects of Flux in API versions, and with fields, that current Flux no longer has.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::RemovedApi;
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P814",
        name: "removed-api",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "an object of Flux in an API version, or with a field, that Flux has removed",
        why: "Current Flux refuses the object: v1beta1 went with Flux 2.7, v1beta2 with Flux 2.8.",
        fix: "Write the current version, and remove or move the fields that it does not have",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for api in &context.facts.removed_apis {
        report(api, sink);
    }
}

fn report(api: &RemovedApi, sink: &mut Sink<'_>) {
    let (written, place) = &api.api_version;
    let title = &api.title;
    let advice: Vec<String> =
        api.fields.iter().map(|field| format!("`spec.{}` is gone: {}", field.name, field.advice)).collect();
    let mut draft = match (api.removed_in, api.fields.as_slice()) {
        (Some(flux), fields) => {
            let message = format!("`{title}` is written for `{written}`, which Flux {flux} removed.");
            let reports = format!("Flux reports: no matches for kind \"{}\" in version \"{written}\"", api.kind);
            let advice = advice.iter().map(|advice| format!("; {advice}")).collect::<String>();
            let mut draft = FindingBuilder::new(place.span, message).file(place.file);
            for field in fields {
                draft = draft.related_in(field.place.file, field.place.span, "this field is gone");
            }
            draft.help(format!("write `{}`{advice}; {reports}", api.current))
        }
        (None, [first, rest @ ..]) => {
            let message = format!("`{title}` has `spec.{}`, which `{written}` does not have.", first.name);
            let mut draft = FindingBuilder::new(first.place.span, message).file(first.place.file);
            for field in rest {
                draft = draft.related_in(field.place.file, field.place.span, "this field is gone too");
            }
            draft.help(format!("{}; Flux reports: field not declared in schema", advice.join("; ")))
        }
        (None, []) => return,
    };
    if let Some(edits) = &api.edits {
        let edits = edits.iter().map(|(span, text)| Edit { span: *span, replacement: text.clone() });
        draft = draft.fix(format!("write it for `{}`", api.current), edits.collect());
    }
    sink.report(draft);
}
