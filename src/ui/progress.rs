//! Progress: one bar per stage if the terminal can redraw a line, otherwise a line every few seconds. Most runs end
//! before anything is shown. A separate thread draws, so that waiting is visible.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::progress::Progress;
use crate::text::escape;
use crate::text::plural::grouped;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Motion {
    #[default]
    None,
    /// Separate lines: for logs, and for terminals that cannot redraw a line.
    Lines,
    Bar,
}

impl Motion {
    /// How long a stage may take before progress is shown.
    fn patience(self) -> Duration {
        match self {
            Self::None => Duration::MAX,
            Self::Lines => Duration::from_secs(4),
            Self::Bar => Duration::from_millis(250),
        }
    }
}

/// Shows the stages of one task, as `Motion` demands.
#[derive(Debug)]
pub struct Bar {
    shared: Arc<Shared>,
    drawing: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    motion: Motion,
    done: AtomicU64,
    scene: Mutex<Scene>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Scene {
    stage: Option<Stage>,
    is_over: bool,
}

#[derive(Debug)]
struct Stage {
    name: String,
    total: u64,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Bar {
    pub fn new(motion: Motion) -> Self {
        let shared =
            Arc::new(Shared { motion, done: AtomicU64::new(0), scene: Mutex::default(), ended: Condvar::new() });
        let drawing = match motion {
            Motion::None => None,
            Motion::Lines | Motion::Bar => {
                let own = Arc::clone(&shared);
                let thread = std::thread::Builder::new().name("portolan-progress".to_owned());
                // If no thread can be started, no progress is shown.
                thread.spawn(move || own.draw()).ok()
            }
        };
        Self { shared, drawing }
    }
}

impl Progress for Bar {
    fn start(&self, stage: &str, total: u64) {
        self.finish();
        self.shared.done.store(0, Ordering::Relaxed);
        let name = escape::clean(stage);
        let stage = Stage { name: escape::neutralise(&name).into_owned(), total, started: Instant::now(), bar: None };
        self.shared.lock().stage = Some(stage);
    }

    fn advance(&self, by: u64) {
        self.shared.done.fetch_add(by, Ordering::Relaxed);
    }

    fn finish(&self) {
        if let Some(Stage { bar: Some(bar), .. }) = self.shared.lock().stage.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
        self.shared.lock().is_over = true;
        self.shared.ended.notify_all();
        if let Some(drawing) = self.drawing.take() {
            // A panic while drawing must not fail the run.
            let _ = drawing.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Scene> {
        // A panic while drawing leaves the scene valid.
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws until the work is over.
    fn draw(&self) {
        let mut scene = self.lock();
        while !scene.is_over {
            let patience = self.motion.patience();
            // A new stage is shown as soon as it has lasted long enough, not one interval later.
            let young = scene.stage.as_ref().and_then(|stage| patience.checked_sub(stage.started.elapsed()));
            let wait = young.filter(|left| !left.is_zero()).unwrap_or(patience);
            let waited = self.ended.wait_timeout(scene, wait);
            scene = waited.unwrap_or_else(PoisonError::into_inner).0;
            let done = self.done.load(Ordering::Relaxed);
            if let Some(stage) = scene.stage.as_mut() {
                self.show(stage, done, stage.started.elapsed());
            }
        }
    }

    fn show(&self, stage: &mut Stage, done: u64, elapsed: Duration) {
        if elapsed < self.motion.patience() {
            return;
        }
        let far = far(done, stage.total, elapsed);
        match self.motion {
            Motion::None => {}
            Motion::Lines => {
                // Standard error may be closed.
                let far = if far.is_empty() { "...".to_owned() } else { format!(": {far}") };
                let _ = io::stderr().lock().write_all(format!("{}{far}\n", stage.name).as_bytes());
            }
            Motion::Bar => {
                let bar = stage.bar.get_or_insert_with(|| drawn(&stage.name, stage.total));
                bar.set_prefix(far);
                bar.set_position(done);
                bar.tick();
            }
        }
    }
}

/// "1,200/5,000, 240/s, 16 s left", as far as it is known.
fn far(done: u64, total: u64, elapsed: Duration) -> String {
    let number = |number: u64| grouped(usize::try_from(number).unwrap_or(usize::MAX));
    let mut parts = match (done, total) {
        (0, 0) => return String::new(),
        (done, 0) => vec![number(done)],
        (done, total) => vec![format!("{}/{}", number(done), number(total))],
    };
    let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
    if done > 0 {
        parts.push(if rate < 10.0 { format!("{rate:.1}/s") } else { format!("{}/s", number(rate as u64)) });
        let left = total.saturating_sub(done);
        if left > 0 {
            parts.push(format!("{} left", lasting(Duration::from_secs_f64((left as f64 / rate).min(1e6)))));
        }
    }
    parts.join(", ")
}

/// "16 s", "3 min", "2 h".
fn lasting(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..100 => format!("{} s", seconds.max(1)),
        seconds @ 100..6000 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3600)),
    }
}

fn drawn(name: &str, total: u64) -> ProgressBar {
    let length = (total > 0).then_some(total);
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let template = if total > 0 { "{msg} {bar:20} {prefix}" } else { "{spinner} {msg} {prefix}" };
    // The template is a constant; the library's default style would do as well.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(bar: &Bar) -> Option<ProgressBar> {
        bar.shared.lock().stage.as_ref().and_then(|stage| stage.bar.clone())
    }

    /// Draws as if the stage had lasted that long.
    fn look(bar: &Bar, elapsed: Duration) {
        let done = bar.shared.done.load(Ordering::Relaxed);
        if let Some(stage) = bar.shared.lock().stage.as_mut() {
            bar.shared.show(stage, done, elapsed);
        }
    }

    #[test]
    fn nothing_shows_before_a_person_wonders_and_nothing_stays() {
        let bar = Bar::new(Motion::Bar);
        bar.start("reading", 3);
        bar.advance(2);
        look(&bar, Duration::from_millis(10));
        assert!(shows(&bar).is_none());
        look(&bar, Duration::from_millis(250));
        let drawn = shows(&bar).expect("it shows");
        assert_eq!((drawn.position(), drawn.length(), drawn.message()), (2, Some(3), "reading".to_owned()));
        bar.finish();
        assert!(drawn.is_finished() && shows(&bar).is_none());
        // The next stage begins at zero, and an advance outside any stage has no effect.
        bar.advance(1);
        bar.start("checking", 0);
        assert_eq!(bar.shared.done.load(Ordering::Relaxed), 0);
        drop(bar);
        let silent = Bar::new(Motion::None);
        silent.start("reading", 3);
        look(&silent, Duration::from_secs(1000));
        assert!(silent.drawing.is_none() && shows(&silent).is_none());
    }

    #[test]
    fn how_far_it_is_has_a_rate_and_an_end() {
        let seconds = Duration::from_secs;
        for (done, total, elapsed, expected) in [
            (0, 5000, seconds(9), "0/5,000"),
            (1200, 5000, seconds(5), "1,200/5,000, 240/s, 15 s left"),
            (5, 20, seconds(10), "5/20, 0.5/s, 30 s left"),
            (1000, 100_000, seconds(10), "1,000/100,000, 100/s, 17 min left"),
            (1, 1_000_000, seconds(10), "1/1,000,000, 0.1/s, 278 h left"),
            (20, 20, seconds(1), "20/20, 20/s"),
            (3, 0, Duration::ZERO, "3, 3,000/s"),
            (0, 0, seconds(9), ""),
        ] {
            assert_eq!(far(done, total, elapsed), expected);
        }
    }

    #[test]
    fn threads_may_advance_it_together() {
        let bar = Bar::new(Motion::Bar);
        bar.start("reading", 200);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..100).for_each(|_| bar.advance(1)));
            }
        });
        assert_eq!(bar.shared.done.load(Ordering::Relaxed), 200);
    }
}
