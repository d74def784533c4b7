//! Fingerprints of findings that survive moved lines, since they cover the text of the line instead of its number.
//! Equal findings are numbered in order, so fingerprints are computed from **all** findings of a run, before any is
//! filtered.
//!
//! A line is hashed without its credentials: reports are published, and the hash of a short password can be guessed. As
//! a consequence, a baseline entry for a credential in a property also covers a later one there.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::domain::document::span::{LineIndex, Span};
use crate::domain::finding::{Family, FileId, Finding};
use crate::report::positions::Files;
use crate::text::credentials;
use crate::text::fnv;

/// 64 bits, shown as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u64);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Fingerprint {
    pub fn parse(text: &str) -> Option<Self> {
        let digits =
            text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if digits { u64::from_str_radix(text, 16).ok().map(Self) } else { None }
    }
}

#[derive(Debug, Clone, Copy)]
struct Hash(u64);

impl Hash {
    const START: Self = Self(fnv::START);

    fn byte(self, byte: u8) -> Self {
        Self(fnv::add(self.0, byte))
    }

    /// Hashes a field and a separator, so that `ab` + `c` differs from `a` + `bc`. UTF-8 text never contains the byte
    /// 0xff.
    fn field(self, text: &str) -> Self {
        text.bytes().fold(self, Self::byte).byte(0xff)
    }
}

/// One fingerprint for each finding, in the same order.
pub fn fingerprints(findings: &[Finding], files: &dyn Files) -> Vec<Fingerprint> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let mut lines = Lines { files, index: HashMap::new(), last: None };
    let mut made = Vec::with_capacity(findings.len());
    for finding in findings {
        let mut hash = Hash::START.field(finding.rule.name).field(files.path(finding.place.file));
        if let Some(entity) = &finding.entity {
            hash = hash.field(&entity.blueprint).field(&entity.identifier);
        }
        let place = finding.place;
        let Hash(line) = lines.hash(place.file, place.span.start as usize, finding.rule.family == Family::Secret);
        hash = line.to_le_bytes().into_iter().fold(hash, Hash::byte);
        let ordinal = seen.entry(hash.0).or_insert(0);
        let Hash(named) = ordinal.to_le_bytes().into_iter().fold(hash, Hash::byte);
        *ordinal += 1;
        made.push(Fingerprint(named));
    }
    made
}

/// The line with every credential replaced by the same word.
fn without_credentials(line: &str) -> Cow<'_, str> {
    let ranges = credentials::find(line, &[]);
    if ranges.is_empty() {
        return Cow::Borrowed(line);
    }
    let mut shown = String::with_capacity(line.len());
    let mut at = 0;
    for range in ranges {
        shown.push_str(line.get(at..range.start).unwrap_or_default());
        shown.push_str("[secret]");
        at = range.end;
    }
    shown.push_str(line.get(at..).unwrap_or_default());
    Cow::Owned(shown)
}

/// Hashes of lines. Findings are sorted, so remembering the last line is enough to hash a line of 10 MiB once instead
/// of once per finding.
struct Lines<'a> {
    files: &'a dyn Files,
    index: HashMap<FileId, Option<(&'a str, LineIndex)>>,
    last: Option<(FileId, usize, Hash)>,
}

impl Lines<'_> {
    /// The hash of the line at `byte`. `is_secret`: the finding itself reports that the text at `byte` is a credential.
    fn hash(&mut self, file: FileId, byte: usize, is_secret: bool) -> Hash {
        let files = self.files;
        let text = self.index.entry(file).or_insert_with(|| files.text(file).map(|text| (text, LineIndex::new(text))));
        let Some((text, index)) = text else { return Hash::START };
        let line = index.line_of(byte.min(text.len()));
        if let Some((last_file, last_line, hash)) = self.last
            && !is_secret
            && (last_file, last_line) == (file, line)
        {
            return hash;
        }
        let span = index.line_span(line);
        let shown = if is_secret { Span::new(span.start as usize, byte.min(text.len())) } else { span };
        let shown = without_credentials(shown.slice(text));
        let hash = shown.split_whitespace().fold(Hash::START, Hash::field);
        if !is_secret {
            self.last = Some((file, line, hash));
        }
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::span::Span;
    use crate::domain::finding::{Place, RuleInfo};
    use crate::report::lint::fixtures::{AMBIGUOUS, DANGLING, Run, SECRET};

    fn of(text: &str, rule: &'static RuleInfo, needles: &[&str]) -> Vec<String> {
        let mut run = Run::of(&[("a.yaml", text)]);
        let mut from = 0;
        for needle in needles {
            let at = from + text[from..].find(needle).expect("the needle is there");
            from = at + needle.len();
            let template = Run::many(1).findings.remove(0);
            run.findings.push(Finding {
                rule,
                place: Place { file: FileId(0), span: Span::new(at, from) },
                ..template
            });
        }
        fingerprints(&run.findings, &run).iter().map(Fingerprint::to_string).collect()
    }

    #[test]
    fn moving_and_indenting_a_line_changes_nothing() {
        let before = of("a: x\nb:  y\n", &DANGLING, &["y"]);
        assert_eq!(before, of("# new\n\r\na: x\n   b: y   \r\n", &DANGLING, &["y"]));
        assert_ne!(before, of("a: x\nb: z\n", &DANGLING, &["z"]));
        assert_ne!(before, of("a: x\nb: y\n", &AMBIGUOUS, &["y"]));
    }

    #[test]
    fn a_credential_is_no_part_of_the_fingerprint() {
        let before = of("a: x\npassword: hunter2\n", &DANGLING, &["password"]);
        assert_eq!(before, of("a: x\npassword: hunter3\n", &DANGLING, &["password"]));
        assert_ne!(before, of("a: x\npassword: vault:x\n", &DANGLING, &["password"]));
        // Only the finding identifies this value as a credential.
        let of_secret = |value: &str| of(&format!("note: {value}\n"), &SECRET, &[value]);
        assert_eq!(of_secret("hunter2"), of_secret("letmein"));
    }

    #[test]
    fn equals_are_told_apart_by_their_order() {
        let two = of("- x\n- x\n", &DANGLING, &["x", "x"]);
        assert_ne!(two[0], two[1]);
        assert_eq!(two[0], of("- x\n", &DANGLING, &["x"])[0]);
    }

    #[test]
    fn the_value_is_the_same_for_ever() {
        // A change here breaks every baseline that users have committed.
        assert_eq!(of("a: x\n", &DANGLING, &["x"]), ["4110071586a2015d"]);
    }

    #[test]
    fn only_what_was_written_is_read() {
        let made = of("a: x\n", &DANGLING, &["x"]);
        assert_eq!(Fingerprint::parse(&made[0]).map(|read| read.to_string()).as_ref(), Some(&made[0]));
        for wrong in ["", "12", "00000000000000000", "000000000000000G", "+000000000000000", "ABCDEF0123456789"] {
            assert_eq!(Fingerprint::parse(wrong), None, "{wrong}");
        }
    }
}
