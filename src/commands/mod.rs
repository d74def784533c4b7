//! The verbs: short scripts of steps. Each has its `Args` and its `run` in its own file; what two of them need is a
//! step. They yield values and an exit code, and show through the streams alone.

pub mod completions;
pub mod config;
pub mod explain;
pub mod lint;
pub mod man;
pub mod schema;
pub(crate) mod steps;

use std::sync::LazyLock;

use crate::analysis::RULES;
use crate::error::Error;
use crate::report::style::Style;
use crate::settings::{self, Environment, Request, Settings};
use crate::ui::{self, ColourChoice, ColourVariables, Streams};

/// The names of all rules.
static RULE_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| RULES.iter().map(|rule| rule.info.name).collect());

/// What every verb is handed. The settings are resolved when a verb asks: `explain` works beside a broken config.
#[derive(Debug)]
pub struct Context {
    pub request: Request,
    pub environment: Environment,
    pub streams: Streams,
}

impl Context {
    pub fn new(request: Request, environment: Environment, streams: Streams) -> Self {
        Self { request, environment, streams }
    }

    /// The settings; what they have to note is said once.
    pub fn settings(&mut self) -> Result<Settings, Error> {
        let settings = settings::resolve(&self.request, &self.environment, &RULE_NAMES)?;
        for note in &settings.notes {
            self.note(note);
        }
        Ok(settings)
    }

    /// Talk that is no error. Not said when asked to be quiet.
    pub fn note(&mut self, sentence: &str) {
        if !self.request.quiet {
            self.streams.say(&format!("note: {sentence}\n"));
        }
    }

    /// How results may look.
    pub fn style(&self) -> Style {
        let is_terminal = ui::results_are_seen();
        Style {
            color: is_coloured(self.request.color, &self.environment, is_terminal),
            unicode: self.takes_unicode(),
            width: self.width(),
            links: is_terminal && self.takes_links(),
        }
    }

    pub fn talk_is_coloured(&self) -> bool {
        is_coloured(self.request.color, &self.environment, ui::talk_is_seen())
    }

    pub fn width(&self) -> usize {
        ui::width(self.environment.text("COLUMNS").as_deref(), ui::terminal_width())
    }

    /// Whether a bar may be drawn.
    pub fn shows_progress(&self) -> bool {
        let said_no = self.request.no_progress || self.request.quiet;
        !said_no && self.environment.get("PORTOLAN_NO_PROGRESS").is_none() && ui::talk_is_seen()
    }

    /// Where the locale says nothing, most terminals of today do; the console of Linux does not.
    fn takes_unicode(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| self.environment.text(name));
        let spelled = locale.map(|locale| locale.to_lowercase().replace('-', ""));
        let is_plain = spelled.is_some_and(|locale| !locale.contains("utf8"));
        !is_plain && self.environment.text("TERM").as_deref() != Some("linux")
    }

    fn takes_links(&self) -> bool {
        ["TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID"]
            .into_iter()
            .any(|name| self.environment.get(name).is_some())
    }
}

/// Whether a stream is coloured.
pub(crate) fn is_coloured(choice: Option<ColourChoice>, environment: &Environment, is_terminal: bool) -> bool {
    let variables = ColourVariables::from_variables(|name| environment.text(name));
    ui::is_coloured(choice.unwrap_or_default(), &variables, is_terminal)
}

/// `--color`'s words.
pub(crate) fn colour_choice(word: &str) -> Option<ColourChoice> {
    match word {
        "auto" => Some(ColourChoice::Auto),
        "always" => Some(ColourChoice::Always),
        "never" => Some(ColourChoice::Never),
        _ => None,
    }
}
