//! Regular expressions of blueprints. Strangers write them and every value is matched against them, so each match has a
//! limit. A linear engine runs nearly all; look-around and back-references use a backtracking engine that counts its
//! steps.

mod backtracking;
mod error;
mod re2;
mod syntax;

use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson::{self, NFA};
use regex_automata::{Input, meta};

use backtracking::Program;

pub use error::{PatternError, TooCostly};
pub use re2::{Re2Error, to_re2};

/// A compiled pattern in JavaScript syntax.
#[derive(Debug)]
pub struct Pattern {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Linear { regex: Box<meta::Regex>, nfa: NFA },
    Backtracking(Program),
}

/// The maximum length of a pattern, in bytes.
const MAX_LENGTH: usize = 16 << 10;
/// The maximum memory of a compiled pattern, in bytes: `(a{1000}){1000}` exceeds it.
const MAX_COMPILED_BYTES: usize = 4 << 20;
/// The maximum number of states times bytes for a search that may visit each pair.
const MAX_VISITS: usize = 50_000_000;
/// How often the cache of the lazy DFA is cleared before the search is abandoned.
const MAX_CACHE_CLEARS: usize = 4;
/// The size of the DFA cache, in bytes.
const DFA_CACHE_BYTES: usize = 1 << 20;

impl Pattern {
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        if pattern.len() > MAX_LENGTH {
            return Err(PatternError::TooCostly);
        }
        let linear = match jsonschema_regex::to_rust_regex(pattern) {
            Ok(translated) => linear(&translated)?,
            Err(()) => None,
        };
        let engine = match linear {
            Some(engine) => engine,
            None => Engine::Backtracking(Program::new(&syntax::parse(pattern)?)?),
        };
        Ok(Self { engine })
    }

    /// Whether any part of `text` matches.
    pub fn is_match(&self, text: &str) -> Result<bool, TooCostly> {
        match &self.engine {
            Engine::Linear { regex, nfa } if nfa.states().len().saturating_mul(text.len()) <= MAX_VISITS => {
                Ok(regex.is_match(text))
            }
            Engine::Linear { nfa, .. } => lazily(nfa, text),
            Engine::Backtracking(program) => program.is_match(text),
        }
    }
}

/// `None`: the linear engine does not support the pattern.
fn linear(pattern: &str) -> Result<Option<Engine>, PatternError> {
    let config = thompson::Config::new().nfa_size_limit(Some(MAX_COMPILED_BYTES));
    let nfa = match thompson::Compiler::new().configure(config).build(pattern) {
        Ok(nfa) => nfa,
        Err(error) if error.size_limit().is_some() => return Err(PatternError::TooCostly),
        Err(_) => return Ok(None),
    };
    let config = meta::Config::new().nfa_size_limit(Some(MAX_COMPILED_BYTES)).hybrid_cache_capacity(DFA_CACHE_BYTES);
    match meta::Builder::new().configure(config).build(pattern) {
        Ok(regex) => Ok(Some(Engine::Linear { regex: Box::new(regex), nfa })),
        Err(_) => Err(PatternError::TooCostly),
    }
}

/// Searches with a lazy DFA: visits each byte once, or is abandoned if the DFA keeps growing.
fn lazily(nfa: &NFA, text: &str) -> Result<bool, TooCostly> {
    let config = DFA::config()
        .cache_capacity(DFA_CACHE_BYTES)
        .skip_cache_capacity_check(true)
        .unicode_word_boundary(true)
        .minimum_cache_clear_count(Some(MAX_CACHE_CLEARS));
    let dfa = DFA::builder().configure(config).build_from_nfa(nfa.clone()).map_err(|_| TooCostly)?;
    let mut cache = dfa.create_cache();
    let input = Input::new(text).earliest(true);
    dfa.try_search_fwd(&mut cache, &input).map(|found| found.is_some()).map_err(|_| TooCostly)
}

#[cfg(test)]
mod tests {

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let compiled = Pattern::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
        compiled.is_match(text).unwrap_or_else(|TooCostly| panic!("{pattern} on {text:?}"))
    }

    #[test]
    fn patterns_mean_what_they_mean_in_javascript() {
        for (pattern, good, bad) in [
            ("^CC-[0-9]{4}$", vec!["CC-1234"], vec!["CC-123", "xCC-1234"]),
            ("^(?!-)[a-z-]{1,5}(?<!-)$", vec!["a-b", "abcde"], vec!["-a", "a-", "abcdef"]),
            ("^(?=.*[A-Z])(?=.*\\d).{4,}$", vec!["aaA1", "1Axx"], vec!["aaaa", "A1"]),
            ("(?<=v)\\d+", vec!["v1", "xv22"], vec!["1", "w1"]),
            ("^(a|b)\\1$", vec!["aa", "bb"], vec!["ab", "a"]),
            ("^(?<q>['\"]).*\\k<q>$", vec!["'x'", "\"\""], vec!["'x\""]),
            ("^(?!\\s*$)[\\s\\S]+", vec!["x", " \n x"], vec!["", " \n"]),
            ("^(?!.*\\.\\.)[\\w.]+$", vec!["a.b"], vec!["a..b", "é"]),
            ("^(?:(?!foo)\\p{L})*$", vec!["élan", ""], vec!["afoo", "1"]),
            ("^(?=a)a*?b{2}\\b", vec!["abb", "aabb c"], vec!["abbc", "bb"]),
            ("(?!)", vec![], vec!["", "a"]),
            ("^(?=(a+))\\1b", vec!["aab"], vec!["b"]),
            ("^(?!x)[^a-c\\]\\-]\\x41\\u0042$", vec!["dAB"], vec!["aAB", "]AB"]),
            ("^(?=[\\d\\s])\\S|\\D$", vec!["1"], vec![]),
        ] {
            for text in good {
                assert!(matches(pattern, text), "{pattern} takes {text:?}");
            }
            for text in bad {
                assert!(!matches(pattern, text), "{pattern} refuses {text:?}");
            }
        }
    }

    #[test]
    fn what_is_no_pattern_is_broken() {
        for pattern in ["(", "a)", "[", "(?=a", "*", "(?<=a", "(?!a)[z-a]", "(?=a){2,1}", "(?!a)\\", "(?z)"] {
            assert_eq!(Pattern::new(pattern).map(|_| ()), Err(PatternError::Broken), "{pattern}");
        }
    }

    #[test]
    fn large_patterns_are_too_costly() {
        let wide = format!("(?=a){}", "(a|b|c)".repeat(20_000));
        let deep = format!("(?=a){}{}", "(".repeat(2_000), ")".repeat(2_000));
        let nested = format!("{}a{}", "(?=".repeat(2_000), ")".repeat(2_000));
        for pattern in [
            "a{1000}{1000}",
            "((a{100}){100}){100}",
            "(?:(?:\\p{L}{100}){100}){100}",
            "(?=a)a{1000}{1000}",
            "(?=(((a{100}){100}){100}){100})",
            wide.as_str(),
            deep.as_str(),
            nested.as_str(),
        ] {
            let start = &pattern[..pattern.len().min(40)];
            assert_eq!(Pattern::new(pattern).map(|_| ()), Err(PatternError::TooCostly), "{start}");
        }
    }

    #[test]
    fn no_match_takes_long() {
        let long = "a".repeat(1 << 20);
        for pattern in [
            "(?=a*b)c",
            "^(?=(a+)+$)b",
            "^(a+)+(?=c)$",
            "(?=.*x.*y)z",
            "^(?:(?=.*x).)*$",
            "(?<=a.*b)c",
            "(.*)\\1\\1x",
            "(a*)*b",
            "(a|a)*b",
            "(a|b)*a(a|b){500}c",
            "^(([a-z])+.)+[A-Z]([a-z])+$",
            "(x+x+)+y",
            "(?:a?){200}a{200}b",
            "^(?=(?:a|aa)+$)(?=(?:a|aa|aaa)+b)",
        ] {
            let compiled = Pattern::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
            // The match ends, or is abandoned.
            assert_ne!(compiled.is_match(&long), Ok(true), "{pattern}");
        }
        // A long text is no reason to abandon a cheap pattern.
        assert_eq!(Pattern::new("^(?!\\s*$)[\\s\\S]*").expect("it compiles").is_match(&long[..100_000]), Ok(true));
        assert_eq!(Pattern::new("^[a-z]+$").expect("it compiles").is_match(&long), Ok(true));
    }
}
