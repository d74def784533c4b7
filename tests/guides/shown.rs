//! Checks commands that a page shows and the test does not run, those in `sh` blocks: the program must accept them.

use portolan::cli;

/// The commands with their line numbers, without comments and without what the shell interprets.
pub fn commands(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut is_shell = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            is_shell = line == "```sh";
        } else if is_shell && line.starts_with("portolan ") {
            found.push((at + 1, words(line)));
        }
    }
    found
}

/// The words as a shell splits them, up to the first operator of the shell.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in line.chars().chain([' ']) {
        match quote {
            Some(mark) if mark == c => quote = None,
            Some(_) => word.push(c),
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == ' ' => {
                if matches!(word.as_str(), "|" | ">" | ">>" | "<" | "&&" | "&") || word.starts_with('#') {
                    return words;
                }
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            }
            None => word.push(c),
        }
    }
    words
}

pub fn fault(command: &[String]) -> Option<String> {
    let refused = cli::command().try_get_matches_from(command).err()?;
    Some(format!("`{}`: {refused}", command.join(" ")))
}

#[test]
fn a_line_is_parted_as_a_shell_does() {
    let line = "portolan new service cart --set 'scaling={\"min\": 1}'   # objects";
    assert_eq!(words(line), ["portolan", "new", "service", "cart", "--set", "scaling={\"min\": 1}"]);
    assert_eq!(words("portolan schema config > portolan.schema.json"), ["portolan", "schema", "config"]);
}
