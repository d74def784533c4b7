//! `config --check`: tests the configured catalog. It only reads, and asks the catalog to validate one write; nothing
//! is written.

use serde_json::Value;

use crate::catalog::wire::{EntityDraft, IdentifierRef, WriteOptions};
use crate::catalog::{Catalog, CatalogError, WriteFailure};
use crate::commands::catalog::address::catalog_name;
use crate::commands::catalog::connect::{accepts, connect_unchecked};
use crate::commands::catalog::organization::check_organization;
use crate::commands::context::Context;
use crate::commands::workspace::scope::scope;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::platform::Platform;
use crate::domain::progress::Silent;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::check::{Check, Status};
use crate::settings::{Catalog as ReportSelection, Settings};
use crate::text::plural::count;

/// An identifier that no entity has.
const NOBODY: &str = "portolan-config-check";

/// The checks, and the exit code.
pub(super) fn check(context: &mut Context<'_>) -> (Vec<Check>, Exit) {
    let settings = context.settings;
    let scope = scope_check(context);
    let catalog = match connect_unchecked(context) {
        Ok(catalog) => catalog,
        Err(error) => {
            let checks = vec![failed("credentials", &error), scope];
            return (checks, error.exit());
        }
    };
    let mut checks = Vec::new();
    let organization = match catalog.organization() {
        Ok(organization) => match check_organization(&*catalog, &settings.root.value) {
            Ok(()) => ok("organization", name_of(&organization)),
            Err(error) => failed("organization", &error),
        },
        // The credentials are valid even if they may not read the organisation.
        Err(error) if !error.is_about_credentials() && error.status() == Some(403) => {
            unknown("organization", "these credentials may not read the organisation")
        }
        Err(error) => {
            let (mut checks, exit) = refused(settings, error, context);
            checks.push(scope);
            return (checks, exit);
        }
    };
    checks.push(ok("credentials", credentials(settings)));
    checks.extend(region_of(settings).map(|region| ok("region", region)));
    checks.push(organization);
    checks.extend(permissions(&*catalog, settings));
    let has_failed = |check: &Check| check.status == Status::Failed;
    let exit = match (checks.iter().any(has_failed), has_failed(&scope)) {
        (true, _) => Exit::CatalogUnreachable,
        (false, true) => Exit::Usage,
        (false, false) => Exit::Success,
    };
    checks.push(scope);
    (checks, exit)
}

/// The check after a failed request. If the platform has other regions, the credentials may belong to one of them.
fn refused(settings: &Settings, error: CatalogError, context: &Context<'_>) -> (Vec<Check>, Exit) {
    let is_about_region = error.is_about_credentials() || matches!(error.status(), Some(401 | 404));
    let platform = settings.platform.value;
    let other = region_of(settings)
        .filter(|_| is_about_region)
        .and_then(|here| other_region(platform, &here, &|address| accepts(address, context)));
    let error = Error::from(error);
    let exit = error.exit();
    let Some(region) = other else { return (vec![failed("credentials", &error)], exit) };
    let here = region_of(settings).unwrap_or_default();
    let detail = format!("these credentials belong to region `{region}`, and the catalog is region `{here}`");
    let help = format!("set `catalog: {region}` in portolan.yaml, or pass `--catalog {region}`");
    let region = Check { check: "region", status: Status::Failed, detail, help: Some(help) };
    (vec![ok("credentials", credentials(settings)), region], exit)
}

/// The first other region of the platform that accepts the credentials.
fn other_region(platform: &Platform, here: &str, accepts: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let mut others = platform.regions.iter().filter(|(region, _)| *region != here);
    others.find(|(_, address)| accepts(address)).map(|(region, _)| *region)
}

/// The region of the configured catalog, also if it is configured by URL.
fn region_of(settings: &Settings) -> Option<String> {
    match &settings.catalog.value {
        ReportSelection::Region(region) => Some(region.clone()),
        ReportSelection::Url(address) => {
            let regions = settings.platform.value.regions;
            regions.iter().find(|(_, known)| known == address).map(|(region, _)| (*region).to_owned())
        }
        ReportSelection::Local => None,
    }
}

fn credentials(settings: &Settings) -> String {
    let platform = settings.platform.value;
    match settings.is_local() {
        true => "the embedded catalog needs none".to_owned(),
        false => format!("accepted ({}, {})", platform.client_id_variable, platform.client_secret_variable),
    }
}

fn name_of(organization: &Value) -> String {
    let text = |key: &str| organization[key].as_str().unwrap_or_default().to_owned();
    match (text("name"), text("id")) {
        (name, id) if id.is_empty() => name,
        (name, id) => format!("{name} ({id})"),
    }
}

fn permissions(catalog: &dyn Catalog, settings: &Settings) -> Vec<Check> {
    let blueprints = match catalog.blueprints() {
        Ok(blueprints) => blueprints,
        Err(error) => return vec![failed("read-blueprints", &error.into())],
    };
    let own = blueprints.into_iter().filter_map(|raw| Blueprint::from_json(raw).ok()).map(|(blueprint, _)| blueprint);
    let own: Vec<Blueprint> = own.filter(|blueprint| !is_reserved(&blueprint.identifier)).collect();
    let mut checks = vec![ok("read-blueprints", count(own.len(), "blueprint"))];
    let Some(first) = own.first() else {
        let why = "the catalog has no blueprint to try it with";
        checks.extend([unknown("read-entities", why), unknown("write-entities", why)]);
        return checks;
    };
    checks.push(match catalog.read_some(first, &[NOBODY.into()], &Silent) {
        Ok(_) => ok("read-entities", format!("tried with blueprint {}", first.identifier)),
        Err(error) => failed("read-entities", &error.into()),
    });
    if settings.scope.is_none() && !settings.is_local() {
        checks.push(unknown("write-entities", "a write needs a scope, and none is set"));
        return checks;
    }
    checks.push(write(catalog, first));
    checks
}

/// Asks the catalog to validate a write. A complaint about the entity still proves that writes are permitted.
fn write(catalog: &dyn Catalog, blueprint: &Blueprint) -> Check {
    let draft = EntityDraft { identifier: Some(IdentifierRef::Literal(NOBODY.to_owned())), ..EntityDraft::default() };
    let options = WriteOptions { upsert: true, merge: true, validation_only: true, ..WriteOptions::default() };
    let detail = format!("tried with blueprint {}; validated only, nothing was written", blueprint.identifier);
    let answer = match catalog.upsert(&blueprint.identifier, &[draft], &options, &Silent) {
        Ok(mut answers) => answers.pop(),
        Err(error) if matches!(error.status(), Some(401 | 403)) => return denied(blueprint),
        Err(error) => return failed("write-entities", &error.into()),
    };
    match answer {
        Some(Err(WriteFailure::Refused(refusal))) if matches!(refusal.status, 401 | 403) => denied(blueprint),
        Some(Err(WriteFailure::Denied)) => denied(blueprint),
        Some(Ok(_) | Err(WriteFailure::Refused(_) | WriteFailure::Recreated)) => ok("write-entities", detail),
        Some(Err(
            WriteFailure::CallFailed(_)
            | WriteFailure::WrittenSince { .. }
            | WriteFailure::InDoubt { .. }
            | WriteFailure::Unsent(_)
            | WriteFailure::Stopped,
        ))
        | None => unknown("write-entities", "the catalog did not answer"),
    }
}

fn denied(blueprint: &Blueprint) -> Check {
    Check {
        check: "write-entities",
        status: Status::Failed,
        detail: format!("these credentials may not write entities of blueprint {}", blueprint.identifier),
        help: Some("give the API client a role that may create, update and delete entities".to_owned()),
    }
}

fn scope_check(context: &Context<'_>) -> Check {
    let settings = context.settings;
    let found = scope(settings, context.git);
    let origin = found.origin.words(&settings.config_name());
    match (found.value, settings.scope.is_some() || settings.is_local()) {
        (Some(scope), true) => ok("scope", format!("{scope} ({origin})")),
        (None, true) => ok("scope", "local (the embedded catalog needs none)".to_owned()),
        (scope, false) => {
            let example = scope.unwrap_or_else(|| "acme/catalog".to_owned());
            Check {
                check: "scope",
                status: Status::Failed,
                detail: format!("none is set, and a push to {} needs one", catalog_name(settings)),
                help: Some(format!("set `scope: {example}` in portolan.yaml, PORTOLAN_SCOPE, or `--scope`")),
            }
        }
    }
}

fn ok(check: &'static str, detail: String) -> Check {
    Check { check, status: Status::Ok, detail, help: None }
}

fn unknown(check: &'static str, detail: &str) -> Check {
    Check { check, status: Status::Unknown, detail: detail.to_owned(), help: None }
}

fn failed(check: &'static str, error: &Error) -> Check {
    let help = error.help().map(|help| help.to_string());
    Check { check, status: Status::Failed, detail: error.to_string(), help }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::{GLINT, PORT};

    #[test]
    fn the_region_that_takes_the_credentials_is_named_and_the_one_at_hand_is_not_asked_again() {
        let us = |address: &str| address == "https://api.us.port.io";
        assert_eq!(other_region(&PORT, "eu", &us), Some("us"));
        assert_eq!(other_region(&PORT, "us", &us), None);
        assert_eq!(other_region(&PORT, "us", &|_| true), Some("eu"));
        assert_eq!(other_region(&PORT, "eu", &|_| false), None);
        assert_eq!(other_region(&GLINT, "eu", &|_| true), None);
    }
}
