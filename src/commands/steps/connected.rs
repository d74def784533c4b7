//! Yields the catalog that the settings name, wherever it is. Credentials are looked up here, at the last moment, and
//! handed to the one room that may send them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::catalog::client::{Client, ClientConfig, ClientError, Credentials, NamedBy, Notices, Trusted, Waiting};
use crate::catalog::{Catalog, CatalogError, LocalCatalog};
use crate::commands::context::Context;
use crate::commands::steps::scope::scope;
use crate::commands::steps::shelved::shelved;
use crate::domain::entity::Owner;
use crate::domain::platform::Platform;
use crate::domain::words::count;
use crate::error::Error;
use crate::settings::{self, Environment, Origin, Settings};
use crate::sources::tidy;
use crate::ui::Remarks;

/// Where the embedded catalog lies, below the root.
const STORE: &str = ".portolan/local.db";
/// A wait that is shorter needs no explanation.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// The catalog as it is. An embedded one that is new takes its blueprints from the snapshot.
pub(crate) fn connect(context: &mut Context<'_>) -> Result<Box<dyn Catalog>, Error> {
    connected(context, false)
}

/// The same; an embedded one is first given the snapshot's blueprints, as a platform has those that were pulled from it.
#[expect(dead_code, reason = "for the verbs that compare manifests with a catalog")]
pub(crate) fn connect_following(context: &mut Context<'_>) -> Result<Box<dyn Catalog>, Error> {
    connected(context, true)
}

fn connected(context: &mut Context<'_>, follows: bool) -> Result<Box<dyn Catalog>, Error> {
    let settings = context.settings;
    let user_agent = user_agent(settings, context.environment);
    if let Some(unused) = settings.unused_address(context.environment) {
        context.say(&format!("note: {unused}"));
    }
    let address = match &settings.catalog.value {
        settings::Catalog::Local => {
            let local = LocalCatalog::open(&settings.root.value.join(STORE), STORE, &user_agent)?;
            follow(&local, follows, context)?;
            return Ok(Box::new(local));
        }
        settings::Catalog::Url(address) => address.as_str(),
        settings::Catalog::Region(name) => region(settings.platform.value, name),
    };
    let address = Trusted::check(address, &named_by(settings), settings.platform.value).map_err(ClientError::from);
    let address = address.map_err(CatalogError::from)?;
    let config = ClientConfig {
        platform: settings.platform.value,
        credentials: credentials(settings.platform.value, address.text(), context.environment)
            .map_err(CatalogError::from)?,
        address,
        user_agent,
        certificates: certificates(settings, context.environment),
    };
    let spoken = Spoken(Remarks::new(context.quiet));
    Ok(Box::new(Client::connect(config, Arc::new(spoken)).map_err(CatalogError::from)?))
}

/// Whoever only reads need not say for whom.
fn user_agent(settings: &Settings, environment: &Environment) -> String {
    match scope(settings, environment).value {
        Some(scope) => Owner { scope }.user_agent(),
        None => format!("{}/{}", Owner::PRODUCT, env!("CARGO_PKG_VERSION")),
    }
}

fn region<'p>(platform: &'p Platform, name: &str) -> &'p str {
    let found = platform.regions.iter().find(|(region, _)| *region == name);
    found.map(|(_, address)| *address).expect("settings take no region that the platform does not have")
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
                (None, None) => format!("neither `{id}` nor `{secret}` is set"),
            };
            Err(ClientError::NoCredentials {
                catalog: catalog.to_owned(),
                missing,
                variables: format!("{id} and {secret}"),
            })
        }
    }
}

/// Relative to where the user stands, as every path of the environment.
fn certificates(settings: &Settings, environment: &Environment) -> Option<PathBuf> {
    let file = environment.get("PORTOLAN_CA_BUNDLE").or_else(|| environment.get("SSL_CERT_FILE"))?;
    Some(tidy(settings.directory.join(file)))
}

fn follow(local: &LocalCatalog, always: bool, context: &mut Context<'_>) -> Result<(), Error> {
    let is_own = |blueprint: &Value| !blueprint["identifier"].as_str().unwrap_or_default().starts_with('_');
    if !always && local.blueprints()?.iter().any(is_own) {
        return Ok(());
    }
    let shelved = shelved(&context.settings.root.value);
    if let Some(broken) = shelved.unusable.first() {
        // A part of them would look as if the others had been given up.
        context.say(&format!(
            "note: the embedded catalog keeps its blueprints: `{}` cannot be used: {}.",
            broken.path, broken.reason
        ));
        return Ok(());
    }
    let blueprints: Vec<Value> = shelved.blueprints.into_values().collect();
    if blueprints.is_empty() {
        return Ok(());
    }
    let followed = local.follow(blueprints)?;
    for misfit in &followed.misfits {
        let stays = if misfit.left { "the blueprint stays as it was" } else { "they stay as they are" };
        let entities = count(usize::try_from(misfit.count).unwrap_or(usize::MAX), "entity");
        context.say(&format!(
            "note: in the embedded catalog, {entities} of `{}` stand against the snapshot: {}; {stays}.",
            misfit.blueprint, misfit.reason
        ));
    }
    Ok(())
}

struct Spoken(Remarks);

impl Notices for Spoken {
    fn waiting(&self, waiting: &Waiting) {
        if waiting.long >= WORTH_TELLING {
            let seconds = count(usize::try_from(waiting.long.as_secs()).unwrap_or(usize::MAX), "second");
            self.0.say(&format!("note: waiting for {seconds}: {}", waiting.why));
        }
    }
}
