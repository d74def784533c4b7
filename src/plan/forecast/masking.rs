//! Masks the credentials in a forecast, before anything prints it.

use crate::domain::entity::EntityKey;
use crate::domain::forecast::{BlockerKind, Danger, EntityWrite, Forecast};
use crate::domain::value::Value;
use crate::domain::value::masked::masked_value;
use crate::text::mask::Mask;

/// The forecast with every credential masked.
pub fn masked(mut forecast: Forecast, mask: &Mask) -> Forecast {
    forecast.writes.iter_mut().for_each(|write| mask_write(write, mask));
    for Danger { before, after, .. } in &mut forecast.dangers {
        for text in [before, after].into_iter().flatten() {
            *text = mask.text(text).into_owned();
        }
    }
    for blocker in &mut forecast.blockers {
        match &mut blocker.kind {
            BlockerKind::StartFailed { message, .. }
            | BlockerKind::Crash { message, .. }
            | BlockerKind::ObjectFails { message, .. } => *message = mask.text(message).into_owned(),
            BlockerKind::MissingTarget { target, .. } => mask_key(target, mask),
            BlockerKind::RelationCycle { .. }
            | BlockerKind::TargetRefused { .. }
            | BlockerKind::Refused(_)
            | BlockerKind::TargetDeleted { .. } => {}
        }
    }
    forecast
}

fn mask_key(key: &mut EntityKey, mask: &Mask) {
    key.identifier = mask.text(&key.identifier).into();
}

fn mask_write(write: &mut EntityWrite, mask: &Mask) {
    let mask_value = |name: Option<&str>, value: &mut Value| *value = masked_value(mask, name, value).into_owned();
    for field in &mut write.fields {
        let name = field.field.property_name();
        mask_value(name, &mut field.before);
        mask_value(name, &mut field.after);
    }
    for kept in &mut write.kept {
        mask_value(kept.field.property_name(), &mut kept.value);
    }
}
