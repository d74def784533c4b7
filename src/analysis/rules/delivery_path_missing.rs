//! Reports deliverers that name a folder, a file or an object that does not exist.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::FailureCause;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::suggest::closest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P803",
        name: "delivery-path-missing",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "a deliverer that names a folder, a file or an object that does not exist",
        why: "The deliverer fails, and delivers nothing until it is corrected.",
        fix: "Correct the name, or add what is missing",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for deliverer in &context.facts.deliverers {
        let Some(failure) = &deliverer.failure else { continue };
        let (place, message) = match (failure.cause, &deliverer.path) {
            (FailureCause::Path, Some((path, place))) => {
                (*place, format!("`{}` takes `{path}`, which does not exist.", deliverer.title))
            }
            (FailureCause::Path, None) => {
                (deliverer.place, format!("`{}` takes a folder that does not exist.", deliverer.title))
            }
            (FailureCause::Entry, _) => {
                let place = failure.place.unwrap_or(deliverer.place);
                (place, format!("This entry does not exist, so `{}` delivers nothing.", deliverer.title))
            }
            (FailureCause::NoManifest | FailureCause::Other, _) => continue,
        };
        let tool = deliverer.tool.title();
        let mut draft = FindingBuilder::new(place.span, message).file(place.file);
        if failure.cause == FailureCause::Entry && place != deliverer.place {
            draft = draft.related_in(deliverer.place.file, deliverer.place.span, "the deliverer");
        }
        sink.report(draft.help(format!("correct the path, or add what it names; {tool} reports: {}", failure.text)));
    }
    for missing in &context.facts.missing_references {
        let message = format!("`{}` names `{}`, which this repository does not have.", missing.by, missing.name);
        let near = closest(&missing.name, missing.existing.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "correct the name, or add the object".to_owned(),
        };
        sink.report(FindingBuilder::new(missing.place.span, message).file(missing.place.file).help(help));
    }
}
