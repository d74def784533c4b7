//! Two-stage cancellation of a run: the first signal stops new requests, the second abandons those in flight, whose
//! results are then unknown.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::signals::Signals;

/// How many signals were received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// No new requests are sent.
    Once,
    /// Requests in flight are abandoned.
    Twice,
}

/// Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    told: AtomicU8,
    notify: Notify,
}

/// How long a request in flight may continue after the first signal: a cancelled pipeline kills its jobs soon after.
const GRACE: Duration = if cfg!(test) { Duration::from_millis(300) } else { Duration::from_secs(10) };

const ONCE: u8 = 1;
const TWICE: u8 = 2;
/// The exit code after a third signal; `exit::Exit` has the list.
const INTERRUPTED: i32 = 130;

impl Stop {
    /// Records one more signal; after the second one nothing changes.
    pub fn tell(&self) {
        let more = |told: u8| (told < TWICE).then_some(told + 1);
        let _ = self.inner.told.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
        self.inner.notify.notify_waiters();
    }

    pub fn is_told(&self) -> bool {
        self.inner.told.load(Ordering::SeqCst) >= ONCE
    }

    /// Handles Ctrl-C and SIGTERM from here on instead of ending the program, and calls `hear` for the first two. A
    /// third signal ends the program at once.
    pub fn heed_signals(&self, hear: impl Fn(Told) + Send + 'static) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = {
            let _inside = runtime.enter();
            Signals::new()?
        };
        let stop = self.clone();
        let heed = move || {
            runtime.block_on(async {
                for told in [Told::Once, Told::Twice] {
                    signals.next().await;
                    stop.tell();
                    hear(told);
                }
                signals.next().await;
                std::process::exit(INTERRUPTED);
            });
        };
        std::thread::Builder::new().name("portolan-signals".to_owned()).spawn(heed)?;
        Ok(())
    }

    /// Completes at the first signal.
    pub(super) async fn told(&self) {
        self.reached(ONCE).await;
    }

    /// `None`: the second signal came before `work` was done, or the first one and then [`GRACE`] passed.
    pub(super) async fn unless_cut<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let grace = async {
            self.told().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.reached(TWICE) => None,
            () = grace => None,
        }
    }

    /// `None`: the second signal came before `work` was done.
    pub(super) async fn unless_twice<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.reached(TWICE) => None,
        }
    }

    /// `None`: the first signal came before `work` was done.
    pub(super) async fn unless_told<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.told() => None,
        }
    }

    async fn reached(&self, count: u8) {
        loop {
            // Subscribed before the check, so that no signal is missed in between.
            let notified = self.inner.notify.notified();
            if self.inner.told.load(Ordering::SeqCst) >= count {
                return;
            }
            notified.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    #[test]
    fn once_ends_what_waits_and_twice_what_works() {
        let stop = Stop::default();
        assert!(!stop.is_told());
        let endless = std::future::pending::<()>;
        assert_eq!(block_on(stop.unless_told(async { 1 })), Some(1));
        stop.clone().tell();
        assert!(stop.is_told());
        assert_eq!(block_on(stop.unless_told(endless())), None);
        assert_eq!(block_on(stop.unless_twice(async { 2 })), Some(2));
        stop.tell();
        assert_eq!(block_on(stop.unless_twice(endless())), None);
        stop.tell();
        assert!(stop.is_told());
    }

    #[test]
    fn it_is_heard_from_another_thread_by_all_who_wait() {
        let stop = Stop::default();
        let other = stop.clone();
        let teller = std::thread::spawn(move || other.tell());
        block_on(async { tokio::join!(stop.told(), stop.told()) });
        teller.join().expect("it told");
    }
}
