//! Patterns of paths as Argo CD has them (those of the Go package `gobwas/glob`): `*`, `**`, `?`, `[a-z]`, `[!ab]` and
//! `{a,b}`. Without separators a `*` crosses `/`.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use regex_automata::meta::Regex;

#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
}

impl Pattern {
    /// `separators`: what `*` and `?` do not cross. The error is that of the package.
    pub fn compile(pattern: &str, separators: &[char]) -> Result<Self, String> {
        let mut parser = Parser { rest: pattern.chars().peekable(), separators, depth: 0 };
        let mut text = String::from(r"(?s)\A(?:");
        parser.sequence(&mut text)?;
        // A brace may stay open.
        text.extend(std::iter::repeat_n(')', parser.depth));
        text.push_str(r")\z");
        let regex = Regex::new(&text).map_err(|_| "the pattern is too large".to_owned())?;
        Ok(Self { regex })
    }

    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

struct Parser<'p> {
    rest: Peekable<Chars<'p>>,
    separators: &'p [char],
    /// The number of open braces.
    depth: usize,
}

impl Parser<'_> {
    fn sequence(&mut self, text: &mut String) -> Result<(), String> {
        while let Some(character) = self.rest.next() {
            match character {
                '{' => {
                    self.depth += 1;
                    text.push_str("(?:");
                }
                ',' if self.depth > 0 => text.push('|'),
                '}' if self.depth > 0 => {
                    self.depth -= 1;
                    text.push(')');
                }
                '[' => self.class(text)?,
                '?' => text.push_str(&self.one()),
                '*' if self.rest.next_if_eq(&'*').is_some() => text.push_str(".*"),
                '*' => {
                    text.push_str(&self.one());
                    text.push('*');
                }
                '\\' => text.extend(self.rest.next().map(literal)),
                character => text.push_str(&literal(character)),
            }
        }
        Ok(())
    }

    /// Any character but a separator.
    fn one(&self) -> String {
        if self.separators.is_empty() {
            return ".".to_owned();
        }
        let separators: String = self.separators.iter().copied().map(literal).collect();
        format!("[^{separators}]")
    }

    fn class(&mut self, text: &mut String) -> Result<(), String> {
        let end = || "unexpected end of input".to_owned();
        let is_negated = self.rest.next_if_eq(&'!').is_some();
        let first = self.rest.next().ok_or_else(end)?;
        text.push_str(if is_negated { "[^" } else { "[" });
        if self.rest.next_if_eq(&'-').is_some() {
            let last = self.rest.next().ok_or_else(end)?;
            match self.rest.next() {
                Some(']') => {}
                Some(_) => return Err("expected close range character".to_owned()),
                None => return Err(end()),
            }
            if last < first {
                return Err(format!("hi character '{last}' should be greater than lo '{first}'"));
            }
            // Writing to a string cannot fail.
            let _ = write!(text, "{}-{}]", literal(first), literal(last));
            return Ok(());
        }
        let mut next = Some(first);
        let mut is_empty = true;
        loop {
            match next.ok_or_else(end)? {
                ']' => break,
                '\\' => {
                    let escaped = self.rest.next().ok_or_else(end)?;
                    text.push_str(&literal(escaped));
                }
                character => text.push_str(&literal(character)),
            }
            is_empty = false;
            next = self.rest.next();
        }
        if is_empty {
            return Err("could not parse range".to_owned());
        }
        text.push(']');
        Ok(())
    }
}

/// The character in a regular expression, inside and outside of a class.
fn literal(character: char) -> String {
    if character.is_ascii_alphanumeric() || !character.is_ascii() {
        return character.to_string();
    }
    format!("\\x{{{:x}}}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_the_package() {
        let matches = |pattern: &str, text: &str| Pattern::compile(pattern, &[]).expect("a pattern").matches(text);
        for (pattern, text) in [
            ("*.yaml", "a/b/c.yaml"),
            ("{a.yaml,sub/*}", "sub/x/y.yaml"),
            ("{a.yaml", "a.yaml"),
            ("[ab].yaml", "b.yaml"),
            ("[!ab].yaml", "c.yaml"),
            ("[a-c]?", "bä"),
            (r"\*", "*"),
            ("a}", "a}"),
            ("{a,{b,c}d}", "cd"),
            ("{a,}b", "b"),
            ("**/*.yaml", "x/y.yaml"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("**/*.yaml", "a.yaml"), ("sub", "sub/a"), ("./a.yaml", "a.yaml"), ("[a-c]", "d")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
        assert!(!Pattern::compile("a*c", &['/']).expect("a pattern").matches("a/c"));
        assert!(Pattern::compile("a**c", &['/']).expect("a pattern").matches("a/c"));
        let fault = |pattern: &str| Pattern::compile(pattern, &[]).expect_err("no pattern");
        assert_eq!(fault("[a"), "unexpected end of input");
        assert_eq!(fault("[]"), "could not parse range");
        assert_eq!(fault("[a-bc]"), "expected close range character");
        assert_eq!(fault("[b-a]"), "hi character 'a' should be greater than lo 'b'");
    }

    #[test]
    fn patterns_match_what_the_package_matched() {
        let mut faults = Vec::new();
        for line in include_str!("../../../testdata/delivery/argo/patterns.jsonl").lines() {
            let (pattern, separators, text, expected): (String, String, String, serde_json::Value) =
                serde_json::from_str(line).expect("a case");
            let separators: Vec<char> = separators.chars().collect();
            let found = match Pattern::compile(&pattern, &separators) {
                Ok(pattern) => serde_json::Value::Bool(pattern.matches(&text)),
                Err(fault) => serde_json::Value::String(fault),
            };
            if found != expected {
                faults.push(format!("{pattern} {separators:?} {text}: {found}, expected {expected}"));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
