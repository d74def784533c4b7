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
pub enum Signal {
    /// No new requests are sent.
    Graceful,
    /// Requests in flight are abandoned.
    Forced,
}

/// Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicU8,
    notify: Notify,
}

/// How long a request in flight may continue after the first signal: a cancelled pipeline kills its jobs soon after.
const GRACE: Duration = if cfg!(test) { Duration::from_millis(300) } else { Duration::from_secs(10) };

const GRACEFUL: u8 = 1;
const FORCED: u8 = 2;
/// The exit code after a third signal; `exit::Exit` has the list.
const INTERRUPTED: i32 = 130;

impl Cancellation {
    /// Records one more signal; after the second one nothing changes.
    pub fn signal(&self) {
        let more = |cancelled: u8| (cancelled < FORCED).then_some(cancelled + 1);
        let _ = self.inner.cancelled.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
        self.inner.notify.notify_waiters();
    }

    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::SeqCst) >= GRACEFUL
    }

    /// Handles Ctrl-C and SIGTERM from here on instead of ending the program, and calls `hear` for the first two. A
    /// third signal ends the program at once.
    pub fn handle_signals(&self, hear: impl Fn(Signal) + Send + 'static) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = {
            let _inside = runtime.enter();
            Signals::new()?
        };
        let cancellation = self.clone();
        let heed = move || {
            runtime.block_on(async {
                for cancelled in [Signal::Graceful, Signal::Forced] {
                    signals.next().await;
                    cancellation.signal();
                    hear(cancelled);
                }
                signals.next().await;
                std::process::exit(INTERRUPTED);
            });
        };
        std::thread::Builder::new().name("portolan-signals".to_owned()).spawn(heed)?;
        Ok(())
    }

    /// Completes at the first signal.
    pub(super) async fn cancelled(&self) {
        self.reached(GRACEFUL).await;
    }

    /// `None`: the second signal came before `work` was done, or the first one and then [`GRACE`] passed.
    pub(super) async fn until_grace_ends<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let grace = async {
            self.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.reached(FORCED) => None,
            () = grace => None,
        }
    }

    /// `None`: the second signal came before `work` was done.
    pub(super) async fn until_forced<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.reached(FORCED) => None,
        }
    }

    /// `None`: the first signal came before `work` was done.
    pub(super) async fn until_cancelled<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.cancelled() => None,
        }
    }

    async fn reached(&self, count: u8) {
        loop {
            // Subscribed before the check, so that no signal is missed in between.
            let notified = self.inner.notify.notified();
            if self.inner.cancelled.load(Ordering::SeqCst) >= count {
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
        let cancellation = Cancellation::default();
        assert!(!cancellation.is_cancelled());
        let endless = std::future::pending::<()>;
        assert_eq!(block_on(cancellation.until_cancelled(async { 1 })), Some(1));
        cancellation.clone().signal();
        assert!(cancellation.is_cancelled());
        assert_eq!(block_on(cancellation.until_cancelled(endless())), None);
        assert_eq!(block_on(cancellation.until_forced(async { 2 })), Some(2));
        cancellation.signal();
        assert_eq!(block_on(cancellation.until_forced(endless())), None);
        cancellation.signal();
        assert!(cancellation.is_cancelled());
    }

    #[test]
    fn it_is_heard_from_another_thread_by_all_who_wait() {
        let cancellation = Cancellation::default();
        let other = cancellation.clone();
        let teller = std::thread::spawn(move || other.signal());
        block_on(async { tokio::join!(cancellation.cancelled(), cancellation.cancelled()) });
        teller.join().expect("it told");
    }
}
