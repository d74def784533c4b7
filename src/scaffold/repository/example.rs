//! Blueprints and a manifest to begin with where there is no catalog yet: services, and the teams that own them. They are
//! as the platform would give them, so a catalog may take them as they are.

use crate::domain::platform::Platform;

pub const BLUEPRINTS: &str = ".portolan/blueprints";

/// The text of one of them, for a platform.
pub fn text(path: &str, platform: &Platform) -> Option<String> {
    let (_, text) = FILES.iter().find(|(name, _)| *name == path)?;
    Some(text.replace("@API@", &platform.api_version()))
}

/// By path in the config's folder.
pub const FILES: [(&str, &str); 4] = [
    (".portolan/blueprints/service.json", include_str!("example/service.json")),
    (".portolan/blueprints/team.json", include_str!("example/team.json")),
    ("catalog/service/checkout.yaml", include_str!("example/checkout.yaml")),
    ("catalog/team/payments.yaml", include_str!("example/payments.yaml")),
];
