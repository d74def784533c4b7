//! The variables that Flux replaces in the text of an object after the build: a small shell, byte by byte.

mod fault;
mod functions;
mod node;
mod parse;

use std::collections::BTreeMap;

use node::Node;
use parse::parse;

pub(super) use fault::SubstitutionFault;

/// The values of variables.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    pub(super) values: BTreeMap<String, String>,
    /// A variable without a value ends the build, unless it has a default.
    pub(super) must_be_set: bool,
}

impl Variables {
    /// A name that no variable may have.
    pub(super) fn bad_name(&self) -> Option<&str> {
        let is_letter = |c: char| c == '_' || c.is_ascii_alphabetic();
        let is_good =
            |name: &str| name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
        self.values.keys().map(String::as_str).find(|name| !is_good(name))
    }
}

/// The text with its variables replaced. The bytes may be no UTF-8 any more.
pub(super) fn substitute(text: &str, variables: &Variables) -> Result<Vec<u8>, SubstitutionFault> {
    let mut out = Vec::with_capacity(text.len());
    evaluate(&parse(text)?, variables, &mut out)?;
    Ok(out)
}

/// Why a text ends the build, whatever the values of its variables are.
pub fn substitution_fault(text: &str) -> Option<String> {
    parse(text).err().map(|fault| fault.text())
}

fn evaluate(nodes: &[Node], variables: &Variables, out: &mut Vec<u8>) -> Result<(), SubstitutionFault> {
    for node in nodes {
        match node {
            Node::Text(text) => out.extend_from_slice(text.as_bytes()),
            Node::Function { name, variable, arguments } => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let mut value = Vec::new();
                    evaluate(std::slice::from_ref(argument), variables, &mut value)?;
                    values.push(value);
                }
                let value = variables.values.get(variable);
                let has_default = matches!(name.as_str(), "-" | "+" | "=" | "?" | ":-" | ":+" | ":=" | ":?");
                if value.is_none() && variables.must_be_set && !has_default {
                    return Err(SubstitutionFault::NotSet(variable.clone()));
                }
                let value = value.map_or("", String::as_str).as_bytes();
                out.extend_from_slice(&functions::apply(name, value, &values)?);
                if out.len() > functions::MAX_RESULT {
                    return Err(SubstitutionFault::TooLarge);
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(crate::generated_cases::config(4000))]

        #[test]
        fn no_text_is_too_odd(text in "([$}{:/#%^,=+?*é1a-]|\\$\\{|\\$\\{A){0,24}") {
            let values = BTreeMap::from([("A".to_owned(), "añb/c".to_owned())]);
            let variables = Variables { values, must_be_set: false };
            let result = substitute(&text, &variables);
            if !text.contains('$') {
                prop_assert_eq!(result, Ok(text.into_bytes()));
            }
        }
    }

    #[test]
    fn results_and_comparisons_have_a_limit() {
        let value = |text: String| Variables { values: BTreeMap::from([("A".to_owned(), text)]), must_be_set: false };
        let replaced = substitute("${A//a/${A//a/${A//a/${A}}}}", &value("a".repeat(1000)));
        assert_eq!(replaced, Err(SubstitutionFault::TooLarge));
        let repeated = substitute(&"${A}".repeat(10_000), &value("a".repeat(10_000)));
        assert_eq!(repeated, Err(SubstitutionFault::TooLarge));
        let trimmed = format!("${{A##*{}b}}", "a".repeat(8_000));
        assert_eq!(substitute(&trimmed, &value("a".repeat(16_000))), Err(SubstitutionFault::TooLarge));
        assert_eq!(substitute("${A##*b}", &value("a".repeat(1_000))), Ok("a".repeat(1_000).into_bytes()));
    }

    #[test]
    fn functions_in_functions_come_to_an_end() {
        let text = "${A:-".repeat(10_000);
        assert_eq!(substitute(&text, &Variables::default()), Err(SubstitutionFault::TooLarge));
    }
}
