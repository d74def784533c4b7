//! The log of the server: its threads pass lines to the waiting one, which writes them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};

use crate::commands::context::Context;
use crate::domain::value::timestamp::Moment;
use crate::embedded::server::{LogLine, ShutdownStage};
use crate::exit::Exit;
use crate::report::escape::clean;
use crate::text::plural::count;

/// The maximum number of log lines that wait for a slow terminal. Further lines are counted and dropped, because
/// requests must not wait for the log.
const MAX_WAITING: usize = 10_000;

/// A message to the waiting thread.
pub(super) enum Heard {
    /// A log line and its time.
    Line(Moment, Box<LogLine>),
    End(ShutdownStage),
}

/// Passes log lines from the server's threads to the waiting one.
pub(super) struct Log {
    sender: Sender<Heard>,
    waiting: Arc<AtomicUsize>,
}

impl Log {
    pub fn new(sender: Sender<Heard>) -> Self {
        Self { sender, waiting: Arc::default() }
    }

    /// The number of lines that were not written yet.
    pub fn waiting(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.waiting)
    }

    pub fn take(&self, now: Moment, line: &LogLine) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING {
            // The receiver is closed only when the program ends.
            let _ = self.sender.send(Heard::Line(now, Box::new(line.clone())));
        }
    }
}

pub(super) fn wait(heard: &Receiver<Heard>, waiting: &AtomicUsize, context: &mut Context<'_>) -> Exit {
    while let Ok(heard) = heard.recv() {
        match heard {
            Heard::Line(now, line) => {
                context.say(&line_text(now, &line));
                // Lines beyond the maximum were counted but not sent.
                let before = waiting.fetch_sub(1, Ordering::Relaxed);
                if before > MAX_WAITING {
                    let dropped = waiting.swap(MAX_WAITING - 1, Ordering::Relaxed) + 1 - MAX_WAITING;
                    context.say(&format!("note: {} not logged.", count(dropped, "request")));
                }
            }
            Heard::End(ShutdownStage::Stopping) => context.say("note: Stopping after the requests in flight."),
            Heard::End(ShutdownStage::Stopped) => return Exit::Success,
            Heard::End(ShutdownStage::Interrupted) => return Exit::Interrupted,
        }
    }
    Exit::Success
}

fn line_text(now: Moment, line: &LogLine) -> String {
    let now = now.to_string();
    // The time within an ISO timestamp: `2026-11-02T08:15:00.000Z`.
    let time = now.split_once('T').and_then(|(_, time)| time.get(..8)).unwrap_or_default();
    let milliseconds = line.time.as_secs_f64() * 1000.0;
    let mut text = format!("{time} {} {} {} {milliseconds:.1} ms", line.method, line.path, line.status);
    if let Some(error) = &line.internal_error {
        let _ = write!(text, " ({error}; trace {})", line.trace);
    }
    clean(&text).into_owned()
}
