//! The context of every command: settings, streams and environment. Created once at start.

use std::path::PathBuf;

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
