//! Detects moved files by similarity, as Git does: a removed file and an added one with mostly the same lines.
//! Unlike Git, it rejects a match if another file matches equally well, because many manifests differ only in names.

use std::cmp::{Ordering, Reverse};
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::read::{ReadBuffer, SourceFile, read};

/// The share of the larger file, in thousandths, that must be in both; Git uses the same value.
const MIN_SHARED_THOUSANDTHS: usize = 500;
/// The maximum number of compared pairs, so that the search stays fast.
const MAX_COMPARED_PAIRS: usize = 250_000;
/// Larger files are not compared.
const MAX_COMPARED_BYTES: usize = 256 * 1024;

/// Pairs of indices into `gone` and `come`. Each file is in at most one pair: with its most similar counterpart, if
/// that is mutual and no other file is equally similar to either.
pub fn moved(gone: &[&SourceFile], come: &[&SourceFile]) -> Vec<(usize, usize)> {
    if gone.len().saturating_mul(come.len()) > MAX_COMPARED_PAIRS {
        return Vec::new();
    }
    let mut buffer = ReadBuffer::default();
    let mut sketch = |files: &[&SourceFile]| -> Vec<Option<Sketch>> {
        files.iter().map(|file| Sketch::of(read(file, &mut buffer).ok()?.text)).collect()
    };
    let (old, new) = (sketch(gone), sketch(come));
    let mut best_of_old = vec![Best::default(); old.len()];
    let mut best_of_new = vec![Best::default(); new.len()];
    for (from, old) in old.iter().enumerate() {
        for (to, new) in new.iter().enumerate() {
            let Some(likeness) = old.as_ref().zip(new.as_ref()).and_then(|(old, new)| old.likeness(new)) else {
                continue;
            };
            best_of_old[from].take(to, likeness);
            best_of_new[to].take(from, likeness);
        }
    }
    let pairs = best_of_old.iter().enumerate().filter_map(|(from, best)| Some((from, best.only()?)));
    pairs.filter(|(from, to)| best_of_new[*to].only() == Some(*from)).collect()
}

/// The sorted hashes and lengths of a file's lines, without surrounding blanks.
struct Sketch {
    lines: Vec<(u64, usize)>,
    size: usize,
}

impl Sketch {
    fn of(text: &str) -> Option<Self> {
        if text.len() > MAX_COMPARED_BYTES {
            return None;
        }
        let hasher = FixedState::default();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut lines: Vec<(u64, usize)> = lines.map(|line| (hasher.hash_one(line), line.len())).collect();
        lines.sort_unstable();
        let size = lines.iter().map(|(_, length)| length).sum();
        (size > 0).then_some(Self { lines, size })
    }

    /// `None`: the files have too little in common.
    fn likeness(&self, other: &Self) -> Option<Likeness> {
        let (mut ours, mut theirs) = (self.lines.iter().peekable(), other.lines.iter().peekable());
        let (mut shared, mut lines) = (0, 0);
        while let (Some(our), Some(their)) = (ours.peek(), theirs.peek()) {
            match our.cmp(their) {
                Ordering::Less => drop(ours.next()),
                Ordering::Greater => drop(theirs.next()),
                Ordering::Equal => {
                    shared += our.1;
                    lines += 1;
                    ours.next();
                    theirs.next();
                }
            }
        }
        let apart = self.lines.len() + other.lines.len() - 2 * lines;
        (shared * 1_000 >= MIN_SHARED_THOUSANDTHS * self.size.max(other.size))
            .then_some(Likeness { shared, apart: Reverse(apart) })
    }
}

/// The similarity of two files. Different lines count by their number, not by their length, so that long names are no
/// disadvantage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    shared: usize,
    apart: Reverse<usize>,
}

#[derive(Clone, Default)]
struct Best {
    found: Option<(Likeness, usize)>,
    is_shared: bool,
}

impl Best {
    fn take(&mut self, place: usize, likeness: Likeness) {
        match self.found.map_or(Ordering::Greater, |(best, _)| likeness.cmp(&best)) {
            Ordering::Greater => *self = Self { found: Some((likeness, place)), is_shared: false },
            Ordering::Equal => self.is_shared = true,
            Ordering::Less => {}
        }
    }

    fn only(&self) -> Option<usize> {
        self.found.filter(|_| !self.is_shared).map(|(_, place)| place)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sources::Place;

    fn pairs(gone: &[&str], come: &[&str]) -> Vec<(usize, usize)> {
        let file = |text: &&str| SourceFile { path: String::new(), place: Place::Given(Arc::from(text.as_bytes())) };
        let (gone, come): (Vec<_>, Vec<_>) = (gone.iter().map(file).collect(), come.iter().map(file).collect());
        moved(&gone.iter().collect::<Vec<_>>(), &come.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_file_goes_with_the_one_that_is_most_like_it() {
        let (cart, till) =
            ("kind: x\nname: cart\ntier: 1\nlanguage: rust\n", "kind: x\nname: till\nteam: shop\nlife: 2\n");
        let (basket, desk) =
            ("kind: x\nname: basket\n  tier: 1\nlanguage: rust\n", "kind: x\nname: desk\nteam: shop\nlife: 2\n");
        assert_eq!(pairs(&[cart, till], &[desk, basket]), [(0, 1), (1, 0)]);
        assert_eq!(pairs(&[cart], &[desk]), []);
        assert_eq!(pairs(&[cart], &[cart]), [(0, 0)]);
        assert_eq!(pairs(&[cart], &[desk, basket, cart]), [(0, 2)]);
    }

    #[test]
    fn what_two_are_like_is_neither() {
        let of = |name: &str| format!("kind: x\ntier: 1\nlanguage: rust\nname: {name}\n");
        let (a, b, c, d) = (of("a"), of("b"), of("c"), of("d"));
        assert_eq!(pairs(&[&a], &[&c, &d]), []);
        assert_eq!(pairs(&[&a, &b], &[&c]), []);
        assert_eq!(pairs(&[&a, &b], &[&c, &d]), []);
        assert_eq!(pairs(&[&a], &[&c]), [(0, 0)]);
        // The length of a name does not matter; a file with an added line is less similar than one without.
        assert_eq!(pairs(&[&a], &[&c, &of("much-longer")]), []);
        assert_eq!(pairs(&[&a], &[&format!("{c}owner: x\n"), &d]), [(0, 1)]);
    }

    #[test]
    fn empty_unreadable_and_too_many_files_are_not_compared() {
        assert_eq!(pairs(&[""], &[""]), []);
        assert_eq!(pairs(&["\n \n"], &["a"]), []);
        let gone = SourceFile {
            path: "x".to_owned(),
            place: Place::Disk(crate::sources::DiskFile::new(&crate::sources::Boundary::open(), "/nowhere/x")),
        };
        assert_eq!(moved(&[&gone], &[&gone]), []);
        let many: Vec<String> = (0..501).map(|number| format!("name: {number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(pairs(&many, &many), []);
        assert_eq!(pairs(&many[..500], &many[..500]).len(), 500);
        let huge = "line\n".repeat(MAX_COMPARED_BYTES);
        assert_eq!(pairs(&[&huge], &[&huge]), []);
    }
}
