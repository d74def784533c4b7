//! Decides what `init` sets up: by flags, by what it detects, and by questions if neither is enough. Each question has
//! a default for users who just press Enter.

use crate::catalog::http::{NamedBy, Trusted};
use crate::commands::context::Context;
use crate::commands::init::args::{InitArgs, Pipelines};
use crate::commands::init::detect::Surroundings;
use crate::commands::init::error::InitError;
use crate::commands::workspace::layout::glob_of;
use crate::commands::workspace::scope::fits;
use crate::domain::platform::{PLATFORMS, PORT, Platform};
use crate::error::Error;
use crate::scaffold::repository::{CiSystem, WATCHING};
use crate::settings::{Catalog, Delivery, Environment, Origin, Settings, Sourced};
use crate::ui::{Prompt, is_yes};

pub(super) struct Choices {
    pub platform: &'static Platform,
    /// The catalog for the config, if the user named one.
    pub catalog: Option<String>,
    /// The region is the platform's default, because nobody was asked and no flag names one.
    pub has_default_region: bool,
    pub pipeline_catalog: Option<String>,
    pub has_catalog: bool,
    /// The pipeline pushes. Otherwise a cluster delivers.
    pub pushes: bool,
    /// The CI system whose scheduled jobs look for drift.
    pub drift_jobs: Option<CiSystem>,
    pub scope: Option<String>,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub ci: CiSystem,
    pub hook: bool,
    pub example: bool,
    pub adopts: bool,
    /// The path of an existing workflow that runs portolan, so that no other is written.
    pub wired: Option<String>,
    /// Credentials are available, so the first snapshot can be pulled.
    pulls_first: bool,
}

/// The folder of manifests if a repository has none.
const CATALOG: &str = "catalog";
const SCOPE_HELP: &str = "use letters, digits and `._/@-`, at most 200: `acme/catalog`";

impl Choices {
    pub fn of(
        args: &InitArgs,
        found: &Surroundings,
        context: &Context<'_>,
        mut prompt: Option<&mut Prompt>,
    ) -> Result<Self, Error> {
        let settings = context.settings;
        let platform = platform(args, found, context);
        let chosen = catalog(args, found, settings)?;
        chosen.value.check_region(platform).map_err(|reason| InitError::Invalid {
            what: "catalog",
            value: chosen.value.text().to_owned(),
            reason,
            help: "use `local`, a region of the platform, or an `https://` address",
        })?;
        let is_named = !matches!(&chosen.origin, Origin::Default) && !is_credentials(&chosen.origin);
        let is_local = chosen.value == Catalog::Local;
        let pulls_first = has_credentials(platform, context.environment) && !(is_local && is_named);
        if args.from_catalog && !pulls_first && !(is_local && is_named) {
            let variables = format!("{} and {}", platform.client_id_variable, platform.client_secret_variable);
            return Err(InitError::NoCatalog { variables }.into());
        }
        let (catalog, pipeline_catalog) = match &chosen.value {
            // A local server belongs to this machine, so its URL is not written to a shared file.
            Catalog::Url(address) if address.starts_with("http://") => (None, None),
            Catalog::Url(address) if is_named && !may_stand_in_config(address, platform) => {
                (None, Some(address.clone()))
            }
            value if is_named => (Some(value.text().to_owned()), None),
            Catalog::Local | Catalog::Region(_) | Catalog::Url(_) => (None, None),
        };
        let is_fresh = !found.has_snapshot && found.homes.files == 0 || found.has_only_examples;
        let mut choices = Self {
            platform,
            catalog,
            pipeline_catalog,
            has_catalog: !(is_local && is_named),
            drift_jobs: None,
            pushes: args.delivery.is_none() && settings.delivery.value == Delivery::Direct,
            scope: scope(args, found, context)?,
            has_default_region: !is_named && !found.has_config && platform.regions.len() > 1,
            exclude: Vec::new(),
            include: include(found, context),
            ci: ci_system(args, found),
            hook: !args.no_pre_commit && (found.is_git || args.pre_commit),
            example: args.example && is_fresh,
            adopts: args.from_catalog,
            wired: None,
            pulls_first,
        };
        if let Some(prompt) = prompt.as_mut() {
            choices.ask(args, found, is_fresh, prompt)?;
        }
        if choices.example && !found.has_config && !choices.include.is_empty() {
            add_catalog(&mut choices.include);
        }
        if args.drift {
            choices.check_drift()?;
            // A workflow of the user's own replaces the pipeline, not the scheduled jobs.
            choices.drift_jobs = Some(choices.ci);
        }
        choices.exclude = found.homes.excluded(&choices.include);
        if choices.ci == CiSystem::Github && args.ci.is_none() && found.wired.is_some() {
            choices.wired.clone_from(&found.wired);
            choices.ci = CiSystem::Other;
        }
        Ok(choices)
    }

    /// Refuses scheduled jobs where there are none, before anything is written.
    fn check_drift(&self) -> Result<(), InitError> {
        if self.has_catalog && WATCHING.contains(&self.ci) {
            return Ok(());
        }
        let ci = self.ci.name();
        let systems = || format!("use `--ci {}`", WATCHING.map(CiSystem::word).join("|"));
        let (why, help) = match self.has_catalog {
            false => {
                let why = "a pipeline cannot reach the embedded catalog of this machine".to_owned();
                let help =
                    "name another catalog, for example `--catalog eu` or a target of the config with `--target NAME`";
                (why, help.to_owned())
            }
            true if self.ci == CiSystem::Other => ("no CI system is chosen".to_owned(), systems()),
            true => (format!("`init` writes none for {ci}"), systems()),
        };
        Err(InitError::NoScheduledJobs { why, help })
    }

    fn ask(&mut self, args: &InitArgs, found: &Surroundings, is_fresh: bool, prompt: &mut Prompt) -> Result<(), Error> {
        if self.scope.is_none() && !found.has_config {
            prompt.say(
                "Ownership scope for this repository (entities it created and no longer declares are deleted on push):",
            )?;
            loop {
                match prompt.ask("Scope, such as acme/catalog (Enter = decide later): ")?.filter(|it| !it.is_empty()) {
                    Some(scope) if !fits(&scope) => prompt.say(&format!("A scope has {SCOPE_HELP}."))?,
                    scope => break self.scope = scope,
                }
            }
        }
        if found.is_git && found.ci.is_none() && args.ci.is_none() {
            loop {
                let question = format!("CI system: {} or none [none] ", ci_words());
                let answer = prompt.ask(&question)?.unwrap_or_default().to_ascii_lowercase();
                let known = CiSystem::ALL.into_iter().find(|ci| ci.word() == answer);
                match known.or_else(|| ["", "none"].contains(&answer.as_str()).then_some(CiSystem::Other)) {
                    Some(ci) => break self.ci = ci,
                    None => prompt.say(&format!("Please answer {} or none (Enter = none).", ci_words()))?,
                }
            }
        }
        if is_fresh && !self.pulls_first && !self.example {
            let answer =
                prompt.ask("Add two example blueprints and manifests, to try portolan without a catalog? [y/N] ")?;
            self.example = is_yes(answer.as_deref(), false);
        }
        // The example is for users without an account; `lint`, `diff` and `push` then use the embedded catalog.
        if self.has_default_region && !self.example {
            self.ask_region(prompt)?;
        }
        Ok(())
    }

    fn ask_region(&mut self, prompt: &mut Prompt) -> Result<(), Error> {
        let regions: Vec<&str> = self.platform.regions.iter().map(|(name, _)| *name).collect();
        let default = regions.first().copied().unwrap_or_default();
        let question = format!("Region of your {} account: {} [{default}] ", self.platform.brand, regions.join(" or "));
        loop {
            // At the end of the input, the default is not written, as without a terminal.
            let Some(answer) = prompt.ask(&question)? else { return Ok(()) };
            let answer = answer.to_ascii_lowercase();
            let region = if answer.is_empty() { default } else { answer.as_str() };
            if regions.contains(&region) {
                self.catalog = Some(region.to_owned());
                self.has_default_region = false;
                return Ok(());
            }
            prompt.say(&format!("Please answer {} (Enter = {default}).", regions.join(" or ")))?;
        }
    }

    /// Whether `init` pulls the first snapshot. `portolan pull` updates it later.
    pub fn pulls(&self, found: &Surroundings) -> bool {
        self.adopts || self.pulls_first && !found.has_snapshot && !self.example
    }

    pub fn is_wired(&self) -> bool {
        self.wired.is_some()
    }
}

fn platform(args: &InitArgs, found: &Surroundings, context: &Context<'_>) -> &'static Platform {
    let said = &context.settings.platform;
    if found.has_config || said.origin != Origin::Default && args.platform.is_none() {
        return said.value;
    }
    let named = args.platform.as_deref().and_then(Platform::by_name);
    let by_credentials = || PLATFORMS.into_iter().find(|platform| has_credentials(platform, context.environment));
    named.or_else(|| found.homes.platform()).or_else(by_credentials).unwrap_or(&PORT)
}

fn has_credentials(platform: &Platform, environment: &Environment) -> bool {
    [platform.client_id_variable, platform.client_secret_variable].iter().all(|name| environment.has_secret(name))
}

/// The catalog to set up: the one of `--region`, otherwise the one of the settings. An existing config is not changed.
fn catalog(args: &InitArgs, found: &Surroundings, settings: &Settings) -> Result<Sourced<Catalog>, InitError> {
    let chosen = &settings.catalog;
    let Some(region) = args.region.as_ref().filter(|_| !found.has_config) else { return Ok(chosen.clone()) };
    if let Origin::Flag(_) = chosen.origin {
        return Err(InitError::Invalid {
            what: "region",
            value: region.clone(),
            reason: "`--catalog` names the catalog already".to_owned(),
            help: "use `--region` or `--catalog`",
        });
    }
    Ok(Sourced { value: Catalog::Region(region.clone()), origin: Origin::Flag("--region") })
}

/// Whether the catalog was chosen because its credentials are in the environment. On other machines, these may be
/// missing.
fn is_credentials(origin: &Origin) -> bool {
    match origin {
        Origin::Environment(name) => PLATFORMS.iter().any(|it| it.client_id_variable == *name),
        Origin::Flag(_) | Origin::Target { .. } | Origin::File { .. } | Origin::Repository(_) | Origin::Default => {
            false
        }
    }
}

fn may_stand_in_config(address: &str, platform: &Platform) -> bool {
    let from_config = Trusted::check(address, &NamedBy::Repository(String::new()), platform);
    from_config.is_ok_and(|trusted| trusted.is_unconditional())
}

fn scope(args: &InitArgs, found: &Surroundings, context: &Context<'_>) -> Result<Option<String>, InitError> {
    if let Some(scope) = &args.scope {
        if !fits(scope) || scope.is_empty() {
            let reason = "it is sent as an HTTP header".to_owned();
            return Err(InitError::Invalid { what: "scope", value: scope.clone(), reason, help: SCOPE_HELP });
        }
        return Ok(Some(scope.clone()));
    }
    let said = context.settings.scope.as_ref().map(|scope| scope.value.clone());
    Ok(said.or_else(|| found.scope.clone()))
}

/// The includes of an existing config, otherwise detected ones: editors validate the files that lint reads.
fn include(found: &Surroundings, context: &Context<'_>) -> Vec<String> {
    if found.has_config {
        return context.settings.include.value.clone();
    }
    let homes = &found.homes;
    let Some(mut globs) = homes.globs() else { return Vec::new() };
    // The folders of an interrupted `--example` say nothing about where the user keeps manifests.
    if found.has_only_examples && !homes.has_claims() {
        globs.clear();
    }
    if globs.is_empty() || homes.has_only_definitions() {
        add_catalog(&mut globs);
    }
    globs
}

/// Adds the folder for new manifests.
fn add_catalog(globs: &mut Vec<String>) {
    let glob = glob_of(CATALOG);
    if !globs.contains(&glob) {
        globs.push(glob);
    }
}

fn ci_system(args: &InitArgs, found: &Surroundings) -> CiSystem {
    args.ci.map(Pipelines::ci).or(found.ci).unwrap_or(CiSystem::Other)
}

/// The CI systems for which there is a pipeline: `github, gitlab, ...`.
fn ci_words() -> String {
    CiSystem::ALL.map(CiSystem::word).join(", ")
}
