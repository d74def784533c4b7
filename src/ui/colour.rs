//! Decides whether a stream is coloured: by the flag, then by environment variables, then by whether it is a terminal.
//! The environment is passed in as values.

/// The value of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// The environment variables about colours. An empty one counts as not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColourVariables {
    pub no_color: Option<String>,
    pub clicolor_force: Option<String>,
    pub force_color: Option<String>,
    pub clicolor: Option<String>,
    pub term: Option<String>,
}

impl ColourVariables {
    /// Reads the variables through `variable`.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            no_color: variable("NO_COLOR"),
            clicolor_force: variable("CLICOLOR_FORCE"),
            force_color: variable("FORCE_COLOR"),
            clicolor: variable("CLICOLOR"),
            term: variable("TERM"),
        }
    }
}

/// Whether a stream is coloured. `NO_COLOR` wins over the variables that force colours, because users set it for all
/// programs.
pub fn is_coloured(choice: ColourChoice, variables: &ColourVariables, is_terminal: bool) -> bool {
    let set = |variable: &Option<String>| variable.as_deref().is_some_and(|value| !value.is_empty());
    let yes = |variable: &Option<String>| set(variable) && !matches!(variable.as_deref(), Some("0" | "false"));
    match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto if set(&variables.no_color) => false,
        ColourChoice::Auto if yes(&variables.clicolor_force) || yes(&variables.force_color) => true,
        ColourChoice::Auto if set(&variables.force_color) || variables.clicolor.as_deref() == Some("0") => false,
        ColourChoice::Auto => is_terminal && variables.term.as_deref() != Some("dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)], is_terminal: bool) -> bool {
        let find = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        is_coloured(ColourChoice::Auto, &ColourVariables::from_variables(find), is_terminal)
    }

    #[test]
    fn the_flag_decides_over_everything() {
        let all = ColourVariables::from_variables(|_| Some("1".to_owned()));
        assert!(is_coloured(ColourChoice::Always, &all, false));
        assert!(!is_coloured(ColourChoice::Never, &ColourVariables::default(), true));
    }

    #[test]
    fn variables_decide_over_the_stream() {
        assert!(with(&[], true) && !with(&[], false));
        assert!(!with(&[("NO_COLOR", "1")], true) && with(&[("NO_COLOR", "")], true));
        assert!(with(&[("CLICOLOR_FORCE", "1")], false) && !with(&[("CLICOLOR_FORCE", "0")], false));
        assert!(with(&[("FORCE_COLOR", "3")], false) && !with(&[("FORCE_COLOR", "0")], true));
        assert!(!with(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true));
        assert!(!with(&[("TERM", "dumb")], true) && with(&[("TERM", "xterm")], true));
        assert!(!with(&[("CLICOLOR", "0")], true));
    }
}
