//! Fields of deliverers that decide what becomes of a manifest: the variables of a Kustomization, and the validation of an
//! Application.

use crate::delivery::flux::objects::FluxObject;
use crate::delivery::reach::{Arrival, Deliverer, Tool};
use crate::delivery::repository::Repository;
use crate::domain::document::tree::Value;

/// The annotation of an object with options for Argo CD.
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const NO_VALIDATION: &str = "Validate=false";

#[derive(Debug, Default)]
pub(super) struct DelivererOptions {
    /// The variables that it names, if it substitutes any.
    pub variables: Option<Vec<String>>,
    /// The API server drops unknown fields.
    pub is_unvalidated: bool,
}

impl DelivererOptions {
    pub fn of(deliverer: &Deliverer, repository: &Repository<'_>) -> Self {
        let mark = match deliverer.tool {
            Tool::Flux => "postBuild",
            Tool::ArgoCd => NO_VALIDATION,
        };
        let mut options = Self::default();
        let file = deliverer.place.file;
        let Some(text) = repository.text(file).filter(|text| text.contains(mark)) else { return options };
        repository.documents(&text, &mut |document| {
            let holds = |root: &Value<'_>| root.span().contains(deliverer.place.span.start as usize);
            let Some(root) = document.value.filter(holds) else { return };
            match deliverer.tool {
                Tool::Flux => options.variables = variables(root, file),
                Tool::ArgoCd => options.is_unvalidated = is_application_unvalidated(root),
            }
        });
        options
    }
}

fn variables(root: Value<'_>, file: crate::delivery::files::FileId) -> Option<Vec<String>> {
    let Some(FluxObject::Kustomization(kustomization)) = FluxObject::of(root, file) else { return None };
    let substitution = kustomization.substitution.filter(|substitution| substitution.is_active())?;
    Some(substitution.variables.into_iter().map(|(name, _)| name).collect())
}

/// Of an Application, or of the template of an ApplicationSet.
fn is_application_unvalidated(root: Value<'_>) -> bool {
    let spec = root.get("spec");
    let template = spec.and_then(|spec| spec.get("template")?.get("spec"));
    let options = template.or(spec).and_then(|spec| spec.get("syncPolicy")?.get("syncOptions"));
    options.is_some_and(|options| options.items().any(|option| option.as_str() == Some(NO_VALIDATION)))
}

/// Whether an annotation of the object says so.
pub(super) fn is_unvalidated(arrival: &Arrival) -> bool {
    let options = arrival.object.annotation(SYNC_OPTIONS).unwrap_or_default();
    options.split(',').any(|option| option.trim() == NO_VALIDATION)
}
