//! Decides about colours, progress and width from the environment and the streams. It needs no settings, so that
//! commands such as `explain` work next to a broken config.

use crate::report::style::Style;
use crate::settings::{Environment, Request};
use crate::ui::{self, ColourChoice, ColourVariables, Motion};

#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// The style of standard output.
    pub style: Style,
    /// Whether standard error is coloured.
    pub stderr_is_coloured: bool,
    /// How progress is shown on standard error.
    pub motion: Motion,
}

impl Terminal {
    pub fn new(request: &Request, environment: &Environment) -> Self {
        let (results, talk) = (ui::results_are_seen(), ui::talk_is_seen());
        let variables = ColourVariables::from_variables(|name| environment.text(name));
        let color = request.color.unwrap_or_default();
        let style = Style {
            color: ui::is_coloured(color, &variables, results),
            unicode: takes_unicode(environment),
            width: ui::width(environment.text("COLUMNS").as_deref(), ui::terminal_width()),
            links: results && takes_links(environment),
        };
        let is_wanted = !request.no_progress && !request.quiet && environment.get("PORTOLAN_NO_PROGRESS").is_none();
        let motion = if is_wanted { motion(environment, talk) } else { Motion::None };
        Self { style, stderr_is_coloured: ui::is_coloured(color, &variables, talk), motion }
    }
}

/// How to show progress. CI systems keep a log, so nothing is redrawn there, even on a terminal. A redirected standard
/// error gets no progress.
fn motion(environment: &Environment, is_terminal: bool) -> Motion {
    let is_dumb = environment.text("TERM").as_deref() == Some("dumb");
    match (environment.in_ci(), is_terminal) {
        (true, _) => Motion::Lines,
        (false, true) if is_dumb => Motion::Lines,
        (false, true) => Motion::Bar,
        (false, false) => Motion::None,
    }
}

/// Whether the terminal shows Unicode. Without a locale, most terminals do; the Linux console does not.
fn takes_unicode(environment: &Environment) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| environment.text(name));
    let is_plain = locale.is_some_and(|locale| !locale.to_lowercase().replace('-', "").contains("utf8"));
    !is_plain && environment.text("TERM").as_deref() != Some("linux")
}

fn takes_links(environment: &Environment) -> bool {
    let signs = ["TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID"];
    signs.into_iter().any(|name| environment.get(name).is_some())
}

/// Parses the value of `--color`.
pub fn colour_choice(word: &str) -> Option<ColourChoice> {
    match word {
        "auto" => Some(ColourChoice::Auto),
        "always" => Some(ColourChoice::Always),
        "never" => Some(ColourChoice::Never),
        _ => None,
    }
}
