//! Example blueprints and manifests for a repository without a catalog: services, and the teams that own them. The
//! blueprints have the form that the platform returns, so a catalog accepts them unchanged.

use crate::domain::platform::Platform;

pub const BLUEPRINTS: &str = ".portolan/blueprints";

/// The text of one example file, for a platform.
pub fn text(path: &str, platform: &Platform) -> Option<String> {
    let (_, text) = FILES.iter().find(|(name, _)| *name == path)?;
    Some(text.replace("@API@", &platform.api_version()))
}

/// The files, by path in the config's folder.
pub const FILES: [(&str, &str); 4] = [
    (".portolan/blueprints/service.json", include_str!("example/service.json")),
    (".portolan/blueprints/team.json", include_str!("example/team.json")),
    ("catalog/service/checkout.yaml", include_str!("example/checkout.yaml")),
    ("catalog/team/payments.yaml", include_str!("example/payments.yaml")),
];
