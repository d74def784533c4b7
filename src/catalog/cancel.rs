//! Two-stage cancellation of a run: the first signal stops new requests, the second abandons those in flight, whose
//! results are then unknown.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::signals::Signals;

/// The stage that a signal requests.
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
    graceful: CancellationToken,
    forced: CancellationToken,
}

/// How long a request in flight may continue after the first signal: a cancelled pipeline kills its jobs soon after.
const GRACE: Duration = if cfg!(test) { Duration::from_millis(300) } else { Duration::from_secs(10) };

/// The exit code after a third signal; `exit::Exit` has the list.
const INTERRUPTED: i32 = 130;

impl Cancellation {
    /// Records one more signal; after the second one nothing changes.
    pub fn signal(&self) {
        let stage = if self.is_cancelled() { &self.forced } else { &self.graceful };
        stage.cancel();
    }

    /// Whether at least one signal came.
    pub fn is_cancelled(&self) -> bool {
        self.graceful.is_cancelled()
    }

    /// Handles Ctrl-C and SIGTERM from here on instead of ending the program, and calls `notify` for the first two. A
    /// third signal ends the program at once.
    pub fn handle_signals(&self, notify: impl Fn(Signal) + Send + 'static) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = {
            let _inside = runtime.enter();
            Signals::new()?
        };
        let cancellation = self.clone();
        let handle = move || {
            runtime.block_on(async {
                for signal in [Signal::Graceful, Signal::Forced] {
                    signals.next().await;
                    cancellation.signal();
                    notify(signal);
                }
                signals.next().await;
                std::process::exit(INTERRUPTED);
            });
        };
        std::thread::Builder::new().name("portolan-signals".to_owned()).spawn(handle)?;
        Ok(())
    }

    /// `None`: the first signal came before `work` was done.
    pub(super) async fn until_cancelled<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        unless(self.graceful.cancelled(), work).await
    }

    /// `None`: the second signal came before `work` was done.
    pub(super) async fn until_forced<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        unless(self.forced.cancelled(), work).await
    }

    /// `None`: the second signal came before `work` was done, or the first one and then [`GRACE`] passed.
    pub(super) async fn until_grace_ends<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let grace = async {
            self.graceful.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        self.until_forced(unless(grace, work)).await.flatten()
    }
}

/// `None`: `end` came first. If both are ready, the work counts.
async fn unless<T>(end: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = end => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    #[test]
    fn the_first_signal_ends_what_waits_and_the_second_what_works() {
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
        let sender = std::thread::spawn(move || other.signal());
        let endless = std::future::pending::<()>;
        let both =
            async { tokio::join!(cancellation.until_cancelled(endless()), cancellation.until_cancelled(endless())) };
        assert_eq!(block_on(both), (None, None));
        sender.join().expect("it signals");
    }
}
