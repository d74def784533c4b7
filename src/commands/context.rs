//! What every verb is given: the settings, the streams, and what is known of the place it runs in. Made once, at the
//! door; a verb asks it and nothing else.

use std::path::PathBuf;

use crate::commands::reports::Reports;
use crate::report::style::Style;
use crate::settings::{Environment, Settings};
use crate::ui::{Bar, Motion, Streams};

#[derive(Debug)]
pub struct Context<'a> {
    pub settings: &'a Settings,
    pub environment: &'a Environment,
    pub streams: &'a mut Streams,
    /// For standard output.
    pub style: Style,
    pub quiet: bool,
    /// How progress is shown on standard error.
    pub motion: Motion,
    /// With `--all`: where reports wait for those of the other configs.
    pub reports: Option<&'a mut Reports>,
}

impl Context<'_> {
    /// The same with other settings.
    pub fn with<'b>(&'b mut self, settings: &'b Settings) -> Context<'b> {
        Context {
            settings,
            environment: self.environment,
            streams: &mut *self.streams,
            style: self.style,
            quiet: self.quiet,
            motion: self.motion,
            reports: self.reports.as_deref_mut(),
        }
    }

    /// A remark on standard error; silent when quiet.
    pub fn say(&mut self, words: &str) {
        if !self.quiet {
            self.streams.say(&format!("{words}\n"));
        }
    }

    pub fn bar(&self) -> Option<Bar> {
        (self.motion != Motion::None).then(|| Bar::new(self.motion))
    }

    pub fn is_github(&self) -> bool {
        self.environment.text("GITHUB_ACTIONS").as_deref() == Some("true")
    }

    /// The file that a pipeline shows beside the run.
    pub fn job_summary(&self) -> Option<PathBuf> {
        self.is_github().then(|| self.environment.get("GITHUB_STEP_SUMMARY").map(PathBuf::from)).flatten()
    }
}
