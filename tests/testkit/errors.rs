//! Which error a run ended with, as the code that the sources give it: terminals show the text only, and a test that asks
//! for the code stays right when the text is reworded. The texts are read from `src`, so they stand in no test.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// `#[error("...")]` with its `code(...)`.
struct Template {
    code: String,
    /// What stands between the values: `no such file: {path}` has the fragments `no such file: ` and an empty one.
    fragments: Vec<String>,
}

/// `{name} {reason}` says nothing of its own, and would fit everything.
const LEAST_WEIGHT: usize = 4;

static SOURCES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let paths = super::files_below(&folder).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    paths.map(|path| fs::read_to_string(folder.join(path)).expect("sources are UTF-8")).collect()
});

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| SOURCES.iter().flat_map(|text| templates(text)).collect());

/// Asserts that the talk of a run shows this error of portolan's own, by its code: `no-scope`.
#[track_caller]
pub fn assert_error(talk: &str, code: &str) {
    let (_, text) = talk.split_once("error: ").unwrap_or_else(|| panic!("no error in: {talk}"));
    let found = codes_of(text);
    assert!(found.contains(&code), "{code} was expected, and this is {found:?}: {talk}");
}

/// Whether the talk of a run shows this error.
pub fn has_code(talk: &str, code: &str) -> bool {
    talk.split_once("error: ").is_some_and(|(_, text)| codes_of(text).contains(&code))
}

/// The codes of the templates with the longest literal text that fit: `{origin} is {value}` fits nearly everything.
/// Several, where errors share a text: their reasons tell them apart.
fn codes_of(text: &str) -> Vec<&'static str> {
    let fitting: Vec<&Template> = TEMPLATES.iter().filter(|template| template.fits(text)).collect();
    let longest = fitting.iter().map(|template| template.weight()).max().unwrap_or_default();
    let fitting = fitting.into_iter().filter(|template| template.weight() == longest);
    fitting.map(|template| template.code.as_str()).collect()
}

impl Template {
    fn fits(&self, text: &str) -> bool {
        let Some((first, rest)) = self.fragments.split_first() else { return false };
        let Some(mut left) = text.strip_prefix(first.as_str()) else { return false };
        for fragment in rest {
            let Some(at) = left.find(fragment.as_str()) else { return false };
            left = &left[at + fragment.len()..];
        }
        // A text without values at its end is all there is on its line.
        self.fragments.last().is_none_or(String::is_empty) || left.is_empty() || left.starts_with(['\r', '\n'])
    }

    fn weight(&self) -> usize {
        self.fragments.iter().map(String::len).sum()
    }
}

fn templates(source: &str) -> Vec<Template> {
    let template = |attribute: &str| {
        let text = literal(attribute.trim_start().strip_prefix('"')?)?;
        let (_, behind) = attribute.split_once(")]")?;
        let behind = behind.trim_start().strip_prefix("#[diagnostic(")?.trim_start();
        let (code, _) = behind.strip_prefix("code(")?.split_once(')')?;
        let fragments = fragments(&text);
        let template = Template { code: code.trim_matches('"').to_owned(), fragments };
        (template.weight() >= LEAST_WEIGHT).then_some(template)
    };
    source.split("#[error(").skip(1).filter_map(template).collect()
}

/// A string literal behind its opening quote.
fn literal(text: &str) -> Option<String> {
    let mut literal = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some(literal),
            '\\' => match characters.next()? {
                'n' => literal.push('\n'),
                '\n' => {
                    let rest = characters.as_str().trim_start();
                    characters = rest.chars();
                }
                escaped => literal.push(escaped),
            },
            character => literal.push(character),
        }
    }
}

/// The text around `{...}`; doubled braces are braces.
fn fragments(text: &str) -> Vec<String> {
    let mut fragments = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_doubled = characters.peek() == Some(&character);
        match character {
            '{' | '}' if is_doubled => {
                let _second = characters.next();
                fragments.last_mut().expect("there is one").push(character);
            }
            '{' => {
                let _value = characters.by_ref().find(|next| *next == '}');
                fragments.push(String::new());
            }
            character => fragments.last_mut().expect("there is one").push(character),
        }
    }
    fragments
}

#[test]
fn the_text_of_every_error_leads_to_its_code() {
    assert!(TEMPLATES.len() > 150, "only {} texts found", TEMPLATES.len());
    for template in TEMPLATES.iter() {
        let text = template.fragments.join("VALUE");
        let found = codes_of(&format!("{text}\n  help: x\n"));
        assert!(found.contains(&template.code.as_str()), "`{text}` leads to {found:?}, not to {}", template.code);
        assert!(found.len() <= 4, "`{text}` leads to {found:?}: give them texts of their own");
    }
}

/// The others take the class that `ExitClass` gives without being told.
#[test]
fn every_error_with_a_class_of_its_own_is_in_the_table_of_exit_codes() {
    const TABLE: &str = include_str!("../../src/commands/exit_codes.rs");
    let impls = SOURCES.iter().flat_map(|text| text.split("impl ExitClass for ").skip(1));
    let classified: Vec<&str> = impls.filter_map(|text| text.split_once(" {\n")).map(|(name, _)| name).collect();
    let own: Vec<&&str> = classified.iter().filter(|name| name.chars().all(char::is_alphanumeric)).collect();
    assert!(own.len() > 10, "{own:?}");
    for name in own {
        let is_made = ["::", " {"].iter().any(|behind| TABLE.contains(&format!("{name}{behind}")));
        assert!(is_made, "{name} is missing");
    }
}

#[test]
#[should_panic(expected = "no-scope was expected")]
fn another_error_is_not_the_expected_one() {
    assert_error("error: no Git repository at `/x`\n", "no-scope");
}

/// A reworded error may break the one test that is about its wording, and no more: others assert its code.
#[test]
fn no_error_is_worded_in_more_than_two_files_of_tests() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let paths = super::files_below(&folder).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let texts: Vec<String> =
        paths.map(|path| fs::read_to_string(folder.join(path)).expect("sources are UTF-8")).collect();
    let longest = |template: &Template| {
        let fragments = template.fragments.iter().map(|fragment| fragment.trim_matches([' ', '`', ':', ',', '(', ')']));
        fragments.max_by_key(|fragment| fragment.len()).unwrap_or_default().to_owned()
    };
    for template in TEMPLATES.iter() {
        let words = longest(template);
        // `cannot be read` is said by many, and a word or two by everyone.
        let is_shared = TEMPLATES.iter().any(|other| other.code != template.code && longest(other) == words);
        if words.split(' ').count() < 3 || is_shared {
            continue;
        }
        let count = texts.iter().filter(|text| text.contains(&words)).count();
        assert!(count <= 2, "`{words}` is in {count} files: assert `{}` with `assert_error`", template.code);
    }
}
