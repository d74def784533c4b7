//! Recognises credentials in text: tokens with a known prefix, URLs with a password, private keys, JSON web tokens, and
//! values that are assigned to a name such as `password` or `apiKey`. The rule `plain-secret` and the mask of every
//! output both use it, so everything that the rule reports is masked too.
//!
//! The rule is stricter than the mask: a finding fails a build, so it must be right about a short password; a mask only
//! hides a value.

mod assignments;
mod names;
mod tokens;

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};

pub use names::{MARK, holds_secret, looks_random, name_sounds_secret};
pub use tokens::{Credential, recognise};

/// Substrings that show quickly that a file may contain credentials: prefixes of tokens or parts of them, and the ends
/// of credential names with the colon that makes them a key. There are at most 32 of at least 3 bytes, because with
/// more of them the packed searcher processes half as many bytes at a time. The searcher distributes them over eight
/// buckets in order, and tests the first three bytes of all substrings in a bucket together, so each column contains
/// substrings that begin alike, or with letters that are rare in prose. Any other order finds the same matches with
/// twice as many false candidates.
#[rustfmt::skip]
const MARKS: [[&str; 8]; 4] = [
    ["ghp_", "ghr_",   "hvs.",     "assword",   "ASSWORD", "oken:",   "ey:",     "AKIA"],
    ["gho_", "glpat-", "npm_",     "assphrase", "ECRET",   "oken\":", "ey\":",   "ASIA"],
    ["ghu_", "xox",    "pypi-AgE", "ecret",     "OKEN",    "EY:",     "EY-----", "AIza"],
    ["ghs_", "xapp-",  "_pat_",    "k_live_",   "SG.",     "EY\":",   "p_v1_",   tokens::JSON_WEB_TOKEN],
];

/// Whether the values of this file are worth checking.
pub fn may_hold(text: &str) -> bool {
    has_mark(text) || tokens::has_url_password(text)
}

/// Reads every byte of every file and of every value of a plan, so it searches for all marks at once.
fn has_mark(text: &str) -> bool {
    static SEARCHER: OnceLock<Option<Searcher>> = OnceLock::new();
    let searcher = SEARCHER.get_or_init(|| {
        Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(MARKS.as_flattened()).build()
    });
    searcher.as_ref().is_none_or(|searcher| searcher.find(text.as_bytes()).is_some())
}

/// The ranges of a text that are credentials, sorted and without overlaps. Values assigned to a name in `allowed` are
/// not included.
pub fn find(text: &str, allowed: &[String]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if has_mark(text) {
        tokens::find(text, &mut found);
    }
    tokens::find_in_urls(text, &mut found);
    assignments::find(text, allowed, &mut found);
    if found.is_empty() {
        return found;
    }
    if !allowed.is_empty() {
        let lifted = assignments::allowed(text, allowed);
        found.retain(|range| !lifted.iter().any(|lifted| lifted.start <= range.start && range.end <= lifted.end));
    }
    let mut found = merged(found);
    // Masked text is not masked again, so that masking is idempotent.
    for (start, _) in text.match_indices(MARK) {
        let end = text[start..].find(']').map_or(text.len(), |at| start + at + 1);
        found.retain(|range| range.end <= start || end <= range.start);
    }
    found
}

/// The ranges sorted, with overlapping ones merged.
pub fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| range.start < range.end);
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            Some(_) | None => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
