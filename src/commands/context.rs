//! The context of every command: settings, streams and environment. Created once at start.

use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};

use crate::catalog::Catalog;
use crate::commands::output::reports::{Reports, is_document};
use crate::commands::workspace::git::Git;
use crate::domain::platform::PLATFORMS;
use crate::error::Error;
use crate::report::combined;
use crate::report::style::Style;
use crate::settings::{Environment, Settings};
use crate::sources;
use crate::text::mask::Mask;
use crate::ui::{Bar, Motion, Streams};

#[derive(Debug)]
pub struct Context<'a> {
    pub settings: &'a Settings,
    pub environment: &'a Environment,
    pub git: &'a Git,
    pub streams: &'a mut Streams,
    /// The style of standard output.
    pub style: Style,
    pub quiet: bool,
    /// Every file is read anew.
    pub no_cache: bool,
    /// How progress is shown on standard error.
    pub motion: Motion,
    /// Masks credentials in all output.
    pub mask: Mask,
    /// With `--all`: collects reports until every config was run.
    pub reports: Option<&'a mut Reports>,
}

/// The mask for errors outside a run, when there are no settings.
pub fn mask_of_errors(environment: &Environment) -> Mask {
    let mut secrets = PLATFORMS.iter().filter_map(|platform| environment.secret(platform.client_secret_variable));
    Mask::derived(&secrets.next().map_or_else(random_key, |secret| secret.reveal().as_bytes().to_vec()), Vec::new())
}

fn random_key() -> Vec<u8> {
    let mut key = [0; 32];
    SystemRandom::new().fill(&mut key).expect("every system that portolan runs on has random numbers");
    key.to_vec()
}

/// The mask of a run. Its key comes from the platform's client secret, so that a pull request and the pipeline that
/// pushes it have the same; without one it is random.
pub fn mask_of_run(settings: &Settings, environment: &Environment) -> Mask {
    let allowed = settings.secrets_allow.value.clone();
    match environment.secret(settings.platform.value.client_secret_variable) {
        Some(secret) => Mask::derived(secret.reveal().as_bytes(), allowed),
        None => Mask::derived(&random_key(), allowed),
    }
}

impl Context<'_> {
    /// The same context with other settings.
    pub fn with<'b>(&'b mut self, settings: &'b Settings) -> Context<'b> {
        Context {
            settings,
            environment: self.environment,
            git: self.git,
            streams: &mut *self.streams,
            style: self.style,
            quiet: self.quiet,
            no_cache: self.no_cache,
            motion: self.motion,
            mask: self.mask.clone(),
            reports: self.reports.as_deref_mut(),
        }
    }

    /// The mask for the content of this catalog. An embedded catalog has a key of its own, so that an approval or a
    /// plan file stays valid in the next run without a client secret.
    pub fn mask_for(&self, catalog: &dyn Catalog) -> Mask {
        let has_secret = self.environment.has_secret(self.settings.platform.value.client_secret_variable);
        match catalog.mask_key().filter(|_| !has_secret) {
            Some(key) => Mask::derived(&key, self.mask.allowed().to_vec()),
            None => self.mask.clone(),
        }
    }

    /// Prints a notice on standard error, unless `--quiet` is set.
    pub fn say(&mut self, words: &str) {
        if !self.quiet {
            self.streams.say(&format!("{}\n", self.mask.text(words)));
        }
    }

    pub fn bar(&self) -> Option<Bar> {
        (self.motion != Motion::None).then(|| Bar::new(self.motion))
    }

    /// Writes one report in the named format. `file` is the path as the user typed it; `None` is standard output. With
    /// `--all`, texts are printed under a heading, and documents and files are collected.
    pub fn write_report(&mut self, format: &'static str, file: Option<&Path>, text: &str) -> Result<(), Error> {
        if let Some(reports) = self.reports.as_mut().filter(|_| file.is_some() || is_document(format)) {
            reports.collect(format, file, text);
            return Ok(());
        }
        if let Some(file) = file {
            let place = self.settings.directory.join(file);
            let written = sources::write_output(&self.settings.boundary, &place, text);
            return Ok(written.map_err(|error| error.named(&self.settings.directory, file))?);
        }
        self.show_heading()?;
        match format {
            "github" | "azure" => self.streams.show_workflow_commands(text)?,
            _ => self.streams.show(text)?,
        }
        Ok(())
    }

    /// With `--all`: prints the name of the config above its results.
    pub fn show_heading(&mut self) -> Result<(), Error> {
        if let Some(config) = self.reports.as_mut().and_then(|reports| reports.take_heading()) {
            self.streams.show(&format!("{}\n", combined::heading(&config, &self.style)))?;
        }
        Ok(())
    }

    pub fn is_github(&self) -> bool {
        self.environment.text("GITHUB_ACTIONS").as_deref() == Some("true")
    }

    pub fn is_azure(&self) -> bool {
        self.environment.text("TF_BUILD").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The file that GitHub shows as the summary of the job.
    pub fn job_summary(&self) -> Option<PathBuf> {
        self.is_github().then(|| self.environment.get("GITHUB_STEP_SUMMARY").map(PathBuf::from)).flatten()
    }
}
