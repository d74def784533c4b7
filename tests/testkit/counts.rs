//! The numbers of a report for people, whatever words stand around them: `Plan: 1 to create, ...`, `Push: 2 created, ...`.

const PLANNED: [&str; 6] = [" to create", " to update", " to delete", " to rename", " to adopt", " unchanged"];
const PUSHED: [&str; 6] = [" created", " updated", " deleted", " renamed", " adopted", " unchanged"];
const NOTHING: &str = "nothing to do; ";

/// What a plan creates, updates, deletes, renames, adopts and leaves unchanged.
#[track_caller]
pub fn planned(report: &str) -> [usize; 6] {
    numbers(report, PLANNED)
}

/// What a push created, updated, deleted, renamed, adopted and left unchanged.
#[track_caller]
pub fn pushed(report: &str) -> [usize; 6] {
    numbers(report, PUSHED)
}

/// The numbers of the one line that has them all. A push shows its plan too, so the last line counts.
#[track_caller]
fn numbers(report: &str, words: [&str; 6]) -> [usize; 6] {
    let has_numbers = |line: &&str| words[..4].iter().all(|word| line.contains(word)) || line.contains(NOTHING);
    let line = report.lines().rfind(has_numbers).unwrap_or_else(|| panic!("no numbers in: {report}"));
    words.map(|word| {
        let before = line.split_once(word).map_or("0", |(before, _)| before);
        let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().unwrap_or_else(|_| panic!("no number before `{word}` in: {line}"))
    })
}
