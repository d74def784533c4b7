//! Connects to the catalog of the settings, embedded or remote. It reads the credentials as late as possible and
//! passes them to `catalog`, the only module that sends them.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::catalog::http::{Client, ClientConfig, ClientError, Credentials, NamedBy, Notices, Trusted, Waiting};
use crate::catalog::{Catalog, CatalogError};
use crate::commands::catalog::address::{address, catalog_name};
use crate::commands::catalog::certificates::{CertificatesProblem, certificates};
use crate::commands::catalog::embedded::{embedded, has_embedded};
use crate::commands::catalog::organization::check_organization;
use crate::commands::catalog::seed::{follow, rehearsed, stand_in};
use crate::commands::context::Context;
use crate::commands::workspace::scope::scope;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::address::{host_of, without_secrets};
use crate::domain::entity::Owner;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::platform::{PLATFORMS, Platform};
use crate::embedded::LocalCatalog;
use crate::embedded::store::{Store, system_clock};
use crate::error::Error;
use crate::settings::{self, Environment, Origin, Settings};
use crate::text::plural::count;
use crate::ui::Remarks;

/// Shorter waits are not reported individually.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// Connects for reading, with credentials of the organisation that the snapshot records.
pub(crate) fn connect(context: &mut Context<'_>) -> Result<Box<dyn Catalog>, Error> {
    let catalog = connect_unchecked(context)?;
    check_organization(&*catalog, &context.settings.root.value)?;
    Ok(catalog)
}

/// Like `connect`, for a command that checks the organisation itself. An embedded catalog without blueprints uses those of the snapshot. If no embedded catalog
/// exists yet, it is created in memory, so that reading leaves no file behind.
pub(crate) fn connect_unchecked(context: &mut Context<'_>) -> Result<Box<dyn Catalog>, Error> {
    let user_agent = user_agent(context);
    let open = |root: &Path| {
        if has_embedded(root) { embedded(root) } else { Ok(Store::in_memory(system_clock())?) }
    };
    connect_as(&user_agent, open, context, |local, context| {
        let is_own = |blueprint: &Value| !is_reserved(blueprint["identifier"].as_str().unwrap_or_default());
        if !local.blueprints()?.iter().any(is_own) {
            follow(local.store(), &context.settings.root.value, &SnapshotSource::Disk, &local.writer(), context)?;
        }
        Ok(())
    })
}

/// What the connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Shows the catalog as a push would find it, without changing it.
    Look,
    Write,
}

/// The catalog as a push of this repository finds it. An embedded one follows the snapshot and has the known entities
/// that relations point to, so that it works in a fresh clone. `declared`: the entities that the repository declares.
pub(crate) fn connect_for(
    owner: &Owner,
    declared: &HashSet<(&str, &str)>,
    snapshot_source: &SnapshotSource,
    intent: Intent,
    context: &mut Context<'_>,
) -> Result<Box<dyn Catalog>, Error> {
    let root = &context.settings.root.value;
    if intent == Intent::Look && context.settings.catalog.value == settings::Catalog::Local {
        say_unused_address(context);
        let store = if has_embedded(root) { embedded(root)? } else { Store::in_memory(system_clock())? };
        let writer = local(store.clone(), &owner.user_agent(), context.settings).writer();
        let store = rehearsed(store, root, snapshot_source, &writer, declared, context)?;
        return Ok(Box::new(local(store, &owner.user_agent(), context.settings)));
    }
    let catalog = connect_as(&owner.user_agent(), embedded, context, |local, context| {
        follow(local.store(), root, snapshot_source, &local.writer(), context)?;
        stand_in(local.store(), root, snapshot_source, &local.writer(), declared)?;
        Ok(())
    })?;
    check_organization(&*catalog, root)?;
    Ok(catalog)
}

fn local(store: Store, user_agent: &str, settings: &Settings) -> LocalCatalog {
    LocalCatalog::of(store, catalog_name(settings), user_agent)
}

fn say_unused_address(context: &mut Context<'_>) {
    if let Some(unused) = context.settings.unused_address(context.environment) {
        context.say(&format!("note: {unused}"));
    }
}

fn connect_as(
    user_agent: &str,
    open: impl FnOnce(&Path) -> Result<Store, Error>,
    context: &mut Context<'_>,
    prepare: impl FnOnce(&LocalCatalog, &mut Context<'_>) -> Result<(), Error>,
) -> Result<Box<dyn Catalog>, Error> {
    let settings = context.settings;
    say_unused_address(context);
    let address = match address(settings) {
        None => {
            let local = local(open(&settings.root.value)?, user_agent, settings);
            prepare(&local, context)?;
            return Ok(Box::new(local));
        }
        Some(address) => address,
    };
    let address = Trusted::check(address, &named_by(settings), settings.platform.value).map_err(ClientError::from);
    let address = address.map_err(CatalogError::from)?;
    let config = ClientConfig {
        platform: settings.platform.value,
        credentials: credentials(settings.platform.value, address.text(), context.environment)
            .map_err(CatalogError::from)?,
        address,
        user_agent: user_agent.to_owned(),
        certificates: trusted_certificates(settings, context.environment).map_err(CatalogError::from)?,
        proxy: proxy(address_host(settings), context.environment),
    };
    let remarks = Remarks::new(context.quiet, context.motion);
    let notices = WaitNotices { remarks, has_named_budget: AtomicBool::new(false), unshown: AtomicU64::new(0) };
    Ok(Box::new(Client::connect(config, Arc::new(notices)).map_err(CatalogError::from)?))
}

/// Whether another official address of the platform accepts the credentials. It sends one request with a short timeout.
pub(crate) fn accepts(address: &str, context: &Context<'_>) -> bool {
    let settings = context.settings;
    let platform = settings.platform.value;
    let ask = || {
        let address = Trusted::check(address, &NamedBy::User, platform)?;
        let config = ClientConfig {
            platform,
            credentials: credentials(platform, address.text(), context.environment)?,
            address,
            user_agent: user_agent(context),
            certificates: trusted_certificates(settings, context.environment)?,
            proxy: None,
        };
        Client::connect_within(config, Arc::new(Unheard), BRIEFLY)
    };
    ask().is_ok_and(|client: Client| match client.organization() {
        Ok(_) => true,
        // 403 means that the credentials are valid but may not read this.
        Err(error) => !error.is_about_credentials() && error.status() == Some(403),
    })
}

/// The timeout for another region.
const BRIEFLY: Duration = Duration::from_secs(10);

/// Discards notices, because this request is too short to report a wait.
struct Unheard;

impl Notices for Unheard {
    fn waiting(&self, _waiting: &Waiting) {}
}

/// The user agent of a read-only connection, which does not need a scope.
fn user_agent(context: &Context<'_>) -> String {
    match scope(context.settings, context.git).value {
        Some(scope) => Owner { scope }.user_agent(),
        None => format!("{}/{}", Owner::PRODUCT, env!("CARGO_PKG_VERSION")),
    }
}

fn named_by(settings: &Settings) -> NamedBy {
    match &settings.catalog.origin {
        Origin::Flag(_) | Origin::Environment(_) | Origin::Default => NamedBy::User,
        origin @ (Origin::File { .. } | Origin::Target { .. } | Origin::Repository(_)) => {
            NamedBy::Repository(origin.words(&settings.config_name()))
        }
    }
}

fn credentials(platform: &Platform, catalog: &str, environment: &Environment) -> Result<Credentials, ClientError> {
    let (id, secret) = (platform.client_id_variable, platform.client_secret_variable);
    match (environment.secret(id), environment.secret(secret)) {
        (Some(id), Some(secret)) => Ok(Credentials { id: id.clone(), secret: secret.clone() }),
        (found, other) => {
            let missing = match (found, other) {
                (Some(_), _) => format!("`{id}` is set, `{secret}` is not"),
                (None, Some(_)) => format!("`{secret}` is set, `{id}` is not"),
                (None, None) => {
                    format!("neither `{id}` nor `{secret}` is set{}", other_platform(platform, environment))
                }
            };
            Err(ClientError::NoCredentials {
                catalog: catalog.to_owned(),
                missing,
                variables: format!("{id} and {secret}"),
            })
        }
    }
}

/// Credentials of another platform are set: the config names the wrong one, or the variables are.
fn other_platform(platform: &Platform, environment: &Environment) -> String {
    let is_set = |other: &&&Platform| other.name != platform.name && environment.has_secret(other.client_id_variable);
    match PLATFORMS.iter().find(is_set) {
        Some(other) => format!(
            " (`{}` is set, and it is for `platform: {}`; this is `platform: {}`)",
            other.client_id_variable, other.name, platform.name
        ),
        None => String::new(),
    }
}

fn trusted_certificates(settings: &Settings, environment: &Environment) -> Result<Vec<u8>, ClientError> {
    certificates(environment, &settings.directory)
        .map_err(|CertificatesProblem { path, reason }| ClientError::Bundle { path, reason })
}

/// The host of the catalog; empty for the embedded one.
pub(crate) fn address_host(settings: &Settings) -> &str {
    host_of(address(settings).unwrap_or_default())
}

/// The proxy that the HTTP library uses for this host, by the usual variables, without its credentials.
fn proxy(host: &str, environment: &Environment) -> Option<String> {
    let text = |names: [&str; 2]| names.into_iter().find_map(|name| environment.text(name));
    let excluded = text(["NO_PROXY", "no_proxy"]).unwrap_or_default();
    let is_excluded = excluded.split(',').map(str::trim).filter(|name| !name.is_empty()).any(|name| {
        let name = name.trim_start_matches('.');
        name == "*" || host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    });
    let proxy = text(["HTTPS_PROXY", "https_proxy"]).or_else(|| text(["ALL_PROXY", "all_proxy"]))?;
    (!is_excluded).then(|| without_secrets(&proxy).into_owned())
}

/// Reports why nothing happens for a while, also without a terminal, because the gaps in a log need an explanation.
struct WaitNotices {
    remarks: Remarks,
    /// Only the first notice of a retry names the retry budget of the run.
    has_named_budget: AtomicBool,
    /// The sum of the waits that were too short to be reported, in milliseconds. Together they explain a long run.
    unshown: AtomicU64,
}

impl Notices for WaitNotices {
    fn waiting(&self, waiting: &Waiting) {
        if waiting.wait < WORTH_TELLING {
            let wait = u64::try_from(waiting.wait.as_millis()).unwrap_or(u64::MAX);
            let unshown = self.unshown.fetch_add(wait, Ordering::Relaxed).saturating_add(wait);
            if u128::from(unshown) < WORTH_TELLING.as_millis() {
                return;
            }
            self.unshown.store(0, Ordering::Relaxed);
        }
        let is_first = waiting.count.is_some() && !self.has_named_budget.swap(true, Ordering::Relaxed);
        let minutes = count(usize::try_from(waiting.within.as_secs() / 60).unwrap_or(usize::MAX), "minute");
        let budget = if is_first { format!("; all retries of this run take at most {minutes}") } else { String::new() };
        self.remarks.write_notice(&format!("{waiting}{budget}"));
    }
}
