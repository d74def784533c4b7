//! The pattern for the source of a deliverer that switches off Flux's default patterns.

use super::model::{DelivererId, Reach};
use crate::delivery::flux::objects::FluxObject;
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;

impl Reach {
    /// The first pattern in a `.sourceignore`, or else `spec.ignore`; `None` if the defaults apply.
    pub fn written_pattern(&self, repository: &Repository<'_>, id: DelivererId) -> Option<Place> {
        let detail = self.details.of.get(id.0 as usize)?;
        let ignores = self.details.ignores.get(detail.ignores?)?;
        if ignores.has_defaults {
            return None;
        }
        if let Some(place) = ignores.first_written {
            return Some(place);
        }
        let (file, start) = detail.source?;
        let text = repository.text(file)?;
        let mut found = None;
        repository.documents(&text, &mut |document| {
            let root = document.value.filter(|root| root.span().start == start);
            if let Some(FluxObject::Git(source)) = root.and_then(|root| FluxObject::of(root, file)) {
                found = source.ignore.map(|ignore| Place { file, span: ignore.span });
            }
        });
        found
    }
}
