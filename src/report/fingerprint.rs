//! Fingerprints of findings that survive moved lines, since they cover the text of the line instead of its number.
//! Equal findings are numbered in order, so fingerprints are made of **all** findings of a run, before any is
//! filtered.

use std::collections::HashMap;

use crate::domain::finding::{FileId, Finding};
use crate::domain::fnv;
use crate::domain::span::LineIndex;
use crate::report::place::Files;

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

    /// A field and its end, so that `ab` + `c` is not `a` + `bc`. No UTF-8 text holds the byte 0xff.
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
        let Hash(line) = lines.hash(finding.place.file, finding.place.span.start as usize);
        hash = line.to_le_bytes().into_iter().fold(hash, Hash::byte);
        let ordinal = seen.entry(hash.0).or_insert(0);
        let Hash(named) = ordinal.to_le_bytes().into_iter().fold(hash, Hash::byte);
        *ordinal += 1;
        made.push(Fingerprint(named));
    }
    made
}

/// Hashes of lines. Findings come sorted, so remembering the last line is enough to hash a line of 10 MiB once and
/// not once for each of its findings.
struct Lines<'a> {
    files: &'a dyn Files,
    index: HashMap<FileId, Option<(&'a str, LineIndex)>>,
    last: Option<(FileId, usize, Hash)>,
}

impl Lines<'_> {
    fn hash(&mut self, file: FileId, byte: usize) -> Hash {
        let files = self.files;
        let text = self.index.entry(file).or_insert_with(|| files.text(file).map(|text| (text, LineIndex::new(text))));
        let Some((text, index)) = text else { return Hash::START };
        let line = index.line_of(byte.min(text.len()));
        if let Some((last_file, last_line, hash)) = self.last
            && (last_file, last_line) == (file, line)
        {
            return hash;
        }
        let words = index.line_span(line).slice(text).split_whitespace();
        let hash = words.fold(Hash::START, Hash::field);
        self.last = Some((file, line, hash));
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::{Place, RuleInfo};
    use crate::domain::span::Span;
    use crate::report::lint::fixtures::{AMBIGUOUS, DANGLING, Run};

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
