//! Reads and processes many files in parallel. Results are in the order of the files; few files are processed on the
//! caller's thread.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::encoding::{Text, TextRef};
use super::read::{ReadBuffer, SourceFile, read};
use super::read_problem::ReadProblem;

/// Below this number, starting threads costs more than it saves.
const FEW: usize = 64;

/// Calls `work` with the text of every file. `make` creates the state of each thread, which is reused for all its
/// files.
pub fn for_each_text<State, T: Send, F: AsSourceFile + Sync>(
    files: &[F],
    make: impl Fn() -> State + Sync,
    work: impl Fn(&mut State, usize, Result<TextRef<'_>, ReadProblem>) -> T + Sync,
) -> Vec<T> {
    if files.len() < FEW || rayon::current_num_threads() < 2 {
        return Worker::new(make()).run(files, 0, &work);
    }
    // Each thread takes the next chunk when it is done with one: file sizes differ, so a fixed split would leave
    // threads idle. The chunks are small enough to finish together, and large enough to avoid contention on the
    // counter.
    let piece = (files.len() / (rayon::current_num_threads() * 16)).clamp(8, 256);
    let next = AtomicUsize::new(0);
    let mut pieces: Vec<(usize, Vec<T>)> = rayon::broadcast(|_| {
        let mut worker = Worker::new(make());
        let mut done = Vec::new();
        loop {
            let start = next.fetch_add(piece, Ordering::Relaxed);
            let Some(rest) = files.get(start..).filter(|rest| !rest.is_empty()) else { return done };
            let taken = rest.get(..piece).unwrap_or(rest);
            done.push((start, worker.run(taken, start, &work)));
        }
    })
    .into_iter()
    .flatten()
    .collect();
    pieces.sort_unstable_by_key(|(start, _)| *start);
    let mut all = Vec::with_capacity(files.len());
    all.extend(pieces.into_iter().flat_map(|(_, answers)| answers));
    all
}

/// The most memory for the texts that a run keeps: those of some hundred thousand files. A step that needs another text
/// reads its file again.
const MAX_KEPT_BYTES: usize = 128 * 1024 * 1024;

/// Like [`for_each_text`]; returns also the texts that were read, each with the index of its file.
pub fn keep_each_text<State, T: Send, F: AsSourceFile + Sync>(
    files: &[F],
    make: impl Fn() -> State + Sync,
    work: impl Fn(&mut State, usize, Result<TextRef<'_>, ReadProblem>) -> T + Sync,
) -> (Vec<T>, Vec<(usize, Text)>) {
    let left = AtomicUsize::new(MAX_KEPT_BYTES);
    let keep = |index: usize, text: &TextRef<'_>| {
        let fits = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(text.text.len()));
        (!files[index].as_source_file().is_in_memory() && fits().is_ok()).then(|| (index, text.to_text()))
    };
    let both = for_each_text(files, make, |state, index, text| {
        let kept = text.as_ref().ok().and_then(|text| keep(index, text));
        (work(state, index, text), kept)
    });
    let (answers, kept): (Vec<T>, Vec<Option<(usize, Text)>>) = both.into_iter().unzip();
    (answers, kept.into_iter().flatten().collect())
}

/// Frees what was made of so many files while the run goes on to its end: the process does not wait for it. What threads
/// have allocated is freed slowly by another one.
pub fn free_in_background(files: usize, data: impl Send + 'static) {
    if files >= FEW {
        rayon::spawn(move || drop(data));
    }
}

/// A file, alone or with what the caller knows about it.
pub trait AsSourceFile {
    fn as_source_file(&self) -> &SourceFile;
}

impl AsSourceFile for &SourceFile {
    fn as_source_file(&self) -> &SourceFile {
        self
    }
}

impl AsSourceFile for SourceFile {
    fn as_source_file(&self) -> &SourceFile {
        self
    }
}

impl<Id> AsSourceFile for (Id, &SourceFile) {
    fn as_source_file(&self) -> &SourceFile {
        self.1
    }
}

struct Worker<State> {
    buffer: ReadBuffer,
    state: State,
}

impl<State> Worker<State> {
    fn new(state: State) -> Self {
        Self { buffer: ReadBuffer::default(), state }
    }

    fn run<T, F: AsSourceFile>(
        &mut self,
        files: &[F],
        first: usize,
        work: &impl Fn(&mut State, usize, Result<TextRef<'_>, ReadProblem>) -> T,
    ) -> Vec<T> {
        let Self { buffer, state } = self;
        let answer = |(index, file): (usize, &F)| work(state, first + index, read(file.as_source_file(), buffer));
        files.iter().enumerate().map(answer).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;
    use std::thread;

    use super::*;
    use crate::sources::Place;

    fn files(count: usize) -> Vec<SourceFile> {
        let file = |number: usize| SourceFile {
            path: number.to_string(),
            place: Place::Given(Arc::from(number.to_string().as_bytes())),
        };
        (0..count).map(file).collect()
    }

    #[test]
    fn answers_come_in_order_and_every_file_once() {
        for count in [0, 1, FEW - 1, FEW, 1_000, 5_003] {
            let answers = for_each_text(
                &files(count),
                || 0_usize,
                |seen, index, text| {
                    *seen += 1;
                    let text = text.expect("it is text").text.to_owned();
                    assert_eq!(text, index.to_string());
                    index
                },
            );
            assert_eq!(answers, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn few_files_stay_on_the_callers_thread_and_each_thread_makes_one_state() {
        let on = |count: usize| {
            let made = AtomicUsize::new(0);
            let make = || made.fetch_add(1, Ordering::Relaxed);
            let threads = for_each_text(&files(count), make, |_, _, _| thread::current().id());
            (threads.into_iter().collect::<HashSet<_>>(), made.into_inner())
        };
        assert_eq!(on(FEW - 1), (HashSet::from([thread::current().id()]), 1));
        let (threads, made) = on(20_000);
        assert!(made <= rayon::current_num_threads() && threads.len() <= made, "{made} states");
    }

    #[test]
    fn a_file_without_text_hides_no_other() {
        let mut files = files(100);
        files[50].place = Place::Given(Arc::from(&b"\xFF"[..]));
        let good = for_each_text(&files, || (), |(), _, text| text.is_ok());
        assert_eq!(good.iter().filter(|good| !**good).count(), 1);
        assert!(!good[50]);
    }
}
