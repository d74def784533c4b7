//! "Did you mean": the closest candidate, or none. A wrong suggestion is worse than none.

/// The closest candidate within reach; ties are resolved by the longer common prefix, then by order.
pub fn closest<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    ranked(typed, candidates).map(|(candidate, _, _)| candidate)
}

/// The only candidate that differs by one edit (insertion, deletion, substitution or swap), or only in case and
/// separators: safe for an automatic fix. `None` if two candidates are equally close.
pub fn single_slip<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if typed.chars().count() < 3 {
        return None;
    }
    let mut found = None;
    let folded = fold(typed);
    for candidate in candidates.into_iter().filter(|candidate| could_be_near(typed, candidate, 1)) {
        let is_near = distance(typed, candidate, 1) == Some(1) || folded == fold(candidate);
        if candidate != typed && is_near {
            if found.is_some() {
                return None;
            }
            found = Some(candidate);
        }
    }
    found
}

fn ranked<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<(&'c str, usize, usize)> {
    let reach = match typed.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        6..=9 => 3,
        length => length / 3,
    };
    let folded = fold(typed);
    let mut best: Option<(&str, usize, usize)> = None;
    for candidate in candidates.into_iter().filter(|candidate| could_be_near(typed, candidate, reach)) {
        let other = fold(candidate);
        let Some(distance) = near(&folded, &other, reach) else { continue };
        let prefix = folded.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        if best.is_none_or(|(_, d, p)| (distance, usize::MAX - prefix) < (d, usize::MAX - p)) {
            best = Some((candidate, distance, prefix));
        }
    }
    best
}

/// A quick filter by length, before anything is copied. One edit may change four bytes.
fn could_be_near(typed: &str, candidate: &str, reach: usize) -> bool {
    let separators = |text: &str| text.bytes().filter(|byte| matches!(byte, b'_' | b'-' | b' ')).count();
    let apart = typed.len().abs_diff(candidate.len());
    let room = if typed.is_ascii() && candidate.is_ascii() { reach } else { reach * 4 };
    apart <= room
        || apart <= room + separators(typed) + separators(candidate)
        || candidate.get(..4).is_some_and(|start| typed.get(..4).is_some_and(|other| start.eq_ignore_ascii_case(other)))
}

/// Within `reach` edits and less than half of the longer text; or one is a prefix of the other.
fn near(typed: &str, other: &str, reach: usize) -> Option<usize> {
    let longer = typed.chars().count().max(other.chars().count());
    if let Some(found) = distance(typed, other, reach) {
        return (found * 2 < longer || found == 0).then_some(found);
    }
    let shorter = typed.chars().count().min(other.chars().count());
    let prefixed = typed.starts_with(other) || other.starts_with(typed);
    (prefixed && shorter >= 4).then_some(reach)
}

/// Ignores case and separators, which are the most common mistakes.
fn fold(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Damerau-Levenshtein (adjacent swaps), or `None` beyond `most`.
fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(ca != cb)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *ca == b[j - 1] && a[i - 1] == *cb {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        if row.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|found| *found <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_a_person_meant_and_nothing_silly() {
        let names = ["service", "library", "environment", "lifecycle", "language", "on_call"];
        let of = |typed| closest(typed, names);
        assert_eq!(of("servcie"), Some("service"));
        assert_eq!(of("Service"), Some("service"));
        assert_eq!(of("lifecycl"), Some("lifecycle"));
        assert_eq!(of("onCall"), Some("on_call"));
        assert_eq!(of("env"), None);
        assert_eq!(of("enviro"), Some("environment"));
        assert_eq!(of("tier"), None);
        assert_eq!(of("x"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn a_slip_is_one_edit_and_only_one_candidate() {
        assert_eq!(single_slip("langage", ["language", "lifecycle"]), Some("language"));
        assert_eq!(single_slip("langauge", ["language"]), Some("language"));
        assert_eq!(single_slip("tes", ["test", "tess"]), None);
        assert_eq!(single_slip("Language", ["language"]), Some("language"));
        assert_eq!(single_slip("depends_on", ["dependsOn", "domain"]), Some("dependsOn"));
        assert_eq!(single_slip("lnguaeg", ["language"]), None);
    }
}
