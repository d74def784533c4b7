//! One bar on a terminal, and only for work that takes long enough to wonder about. Most runs are over before it
//! would show, so until then it costs a counter and a look at the clock.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::progress::Progress;

/// Nobody wonders before this.
const PATIENCE: Duration = Duration::from_millis(250);

/// The bar. Make it only where standard error is a terminal; elsewhere `domain::progress::Silent` is right.
#[derive(Debug, Default)]
pub struct Bar {
    done: AtomicU64,
    stage: Mutex<Option<Stage>>,
}

#[derive(Debug)]
struct Stage {
    name: String,
    total: u64,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress for Bar {
    fn start(&self, stage: &str, total: u64) {
        self.finish();
        self.done.store(0, Ordering::Relaxed);
        let stage = Stage { name: stage.to_owned(), total, started: Instant::now(), bar: None };
        *self.lock() = Some(stage);
    }

    fn advance(&self, by: u64) {
        let done = self.done.fetch_add(by, Ordering::Relaxed) + by;
        // Whoever finds it taken goes on working: another thread is drawing.
        let Ok(mut guard) = self.stage.try_lock() else { return };
        let Some(stage) = guard.as_mut() else { return };
        if stage.bar.is_none() && stage.started.elapsed() >= PATIENCE {
            stage.bar = Some(drawn(&stage.name, stage.total));
        }
        if let Some(bar) = &stage.bar {
            bar.set_position(done);
        }
    }

    fn finish(&self) {
        if let Some(Stage { bar: Some(bar), .. }) = self.lock().take() {
            bar.finish_and_clear();
        }
    }
}

impl Bar {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Stage>> {
        // A thread that panicked while drawing leaves nothing half-done that matters.
        self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}

fn drawn(name: &str, total: u64) -> ProgressBar {
    let length = (total > 0).then_some(total);
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let template = if total > 0 { "{msg} {bar:24} {human_pos}/{human_len}" } else { "{spinner} {msg} {human_pos}" };
    // The template is ours and fixed; a bar in the library's own style is still a bar.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(bar: &Bar) -> bool {
        bar.lock().as_ref().is_some_and(|stage| stage.bar.is_some())
    }

    #[test]
    fn nothing_shows_before_a_person_wonders_and_nothing_stays() {
        let bar = Bar::default();
        bar.start("reading", 3);
        bar.advance(1);
        assert!(!shows(&bar));
        if let Some(stage) = bar.lock().as_mut() {
            stage.started = Instant::now().checked_sub(PATIENCE).expect("the machine runs longer than that");
        }
        bar.advance(1);
        assert!(shows(&bar));
        let drawn = bar.lock().as_ref().and_then(|stage| stage.bar.clone()).expect("it shows");
        assert_eq!((drawn.position(), drawn.length()), (2, Some(3)));
        bar.finish();
        assert!(drawn.is_finished() && !shows(&bar));
        // A stage after it begins from nothing, and an advance outside of any does no harm.
        bar.advance(1);
        bar.start("checking", 0);
        bar.advance(1);
        assert!(!shows(&bar));
    }

    #[test]
    fn threads_may_advance_it_together() {
        let bar = Bar::default();
        bar.start("reading", 200);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..100).for_each(|_| bar.advance(1)));
            }
        });
        assert_eq!(bar.done.load(Ordering::Relaxed), 200);
    }
}
