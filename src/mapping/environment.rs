//! The environment variables that expressions see through `env` and `$ENV`: the exporter filters the names by an allow
//! list, and changes some values on the way.

use std::collections::BTreeMap;

use regex_automata::meta::Regex;

use super::config::model::EnvironmentRule;

/// The patterns of the exporter, if the integration has none.
const DEFAULT_PATTERNS: [&str; 2] = ["^PORT_", "CLUSTER_NAME"];

/// What expressions see of the exporter's variables.
pub fn visible_variables(variables: &BTreeMap<String, String>, rule: &EnvironmentRule) -> BTreeMap<String, String> {
    let mangled = variables.iter().map(|(name, value)| (escaped(name), mangled_value(value)));
    if rule.allows_all {
        return mangled.collect();
    }
    let default = || DEFAULT_PATTERNS.map(str::to_owned).to_vec();
    let patterns = rule.allowed.clone().unwrap_or_else(default);
    if patterns.is_empty() {
        return BTreeMap::new();
    }
    // The exporter escapes the patterns like the values, so a backslash in one stands for itself.
    let alternatives: Vec<String> = patterns.iter().map(|pattern| format!("({})", escaped(pattern))).collect();
    match Regex::new(&alternatives.join("|")) {
        Ok(regex) => mangled.filter(|(name, _)| regex.is_match(name)).collect(),
        // A pattern that does not compile switches the filter off, and with it the changes to the values.
        Err(_) => variables.clone(),
    }
}

/// The exporter escapes backslashes and quotes twice.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The exporter splits an assignment at each `=`, so a value ends before its first one.
fn mangled_value(value: &str) -> String {
    escaped(value.split('=').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(rule: &EnvironmentRule) -> Vec<String> {
        let variables = [
            ("CLUSTER_NAME", "prod"),
            ("HOME", "/root"),
            ("MY_CLUSTER_NAME_X", "also"),
            ("PORT_BACK", "a\\b"),
            ("PORT_URL", "http://h/?a=b"),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        visible_variables(&variables, rule).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn the_default_list_is_not_anchored_and_values_are_cut() {
        let expected = ["CLUSTER_NAME=prod", "MY_CLUSTER_NAME_X=also", "PORT_BACK=a\\\\b", "PORT_URL=http://h/?a"];
        assert_eq!(visible(&EnvironmentRule::default()), expected);
    }

    #[test]
    fn an_empty_list_hides_all_and_a_broken_pattern_shows_all() {
        let rule = |patterns: &[&str]| EnvironmentRule {
            allows_all: false,
            allowed: Some(patterns.iter().map(|pattern| (*pattern).to_owned()).collect()),
        };
        assert!(visible(&rule(&[])).is_empty());
        assert_eq!(visible(&rule(&["^HOME$"])), ["HOME=/root"]);
        // The doubled backslash makes it a pattern for names with a backslash.
        assert!(visible(&rule(&["^\\w+$"])).is_empty());
        assert!(visible(&rule(&["("])).contains(&"PORT_URL=http://h/?a=b".to_owned()));
        let all = EnvironmentRule { allows_all: true, allowed: None };
        assert!(visible(&all).contains(&"PORT_URL=http://h/?a".to_owned()));
    }
}
