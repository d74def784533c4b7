//! The address and the name of the catalog that the settings choose.

use crate::catalog::http::{NamedBy, Trusted};
use crate::commands::catalog::embedded::STORE;
use crate::domain::platform::Platform;
use crate::settings::{self, Settings};

/// The name of the configured catalog in messages.
pub(crate) fn catalog_name(settings: &Settings) -> String {
    match address(settings) {
        None => format!("the embedded catalog `{STORE}`"),
        Some(address) => Trusted::check(address, &NamedBy::User, settings.platform.value)
            .map_or_else(|_| address.to_owned(), |trusted| trusted.text().to_owned()),
    }
}

/// The address of the catalog; `None` for the embedded one.
pub(crate) fn address(settings: &Settings) -> Option<&str> {
    match &settings.catalog.value {
        settings::Catalog::Local => None,
        settings::Catalog::Url(address) => Some(address),
        settings::Catalog::Region(name) => Some(region(settings.platform.value, name)),
    }
}

fn region<'p>(platform: &'p Platform, name: &str) -> &'p str {
    let found = platform.regions.iter().find(|(region, _)| *region == name);
    found.map(|(_, address)| *address).expect("settings take no region that the platform does not have")
}
