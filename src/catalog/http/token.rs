//! The access token: fetched before the first call, renewed before it expires and when it is rejected. One call
//! fetches while the others wait and share its result, even a failure. The platform returns the same token again while
//! it is valid, so a renewal may have to be repeated until close to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

use super::client_error::ClientError;
use crate::domain::secret::Secret;

/// The maximum time before expiry at which a token is renewed.
const RENEWAL_LEAD: Duration = Duration::from_secs(300);

/// How long calls wait for the first answer to a token that replaced a rejected one.
const PROBATION: Duration = Duration::from_secs(2);

/// A granted token and its lifetime.
#[derive(Debug, Clone)]
pub(super) struct GrantedToken {
    pub token: Secret,
    pub lasts: Duration,
}

/// A token in use. `serial` distinguishes two grants, even of the same token.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub token: Arc<Secret>,
    serial: u64,
    renew_at: Duration,
    /// The token replaced a rejected one, and no call with it has been answered yet.
    is_on_probation: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
pub(super) struct Tokens {
    state: Mutex<State>,
    /// The number of finished fetches.
    ended: AtomicU64,
    /// The serial of the newest rejected token.
    refused: AtomicU64,
    /// Notified when a token passed its probation or was rejected.
    decided: Notify,
}

#[derive(Debug, Default)]
struct State {
    lease: Option<Lease>,
    granted: u64,
    was_refused: bool,
    /// Credentials that were rejected are not sent again.
    refused: Option<ClientError>,
    /// The error of the last fetch, for the callers that waited for it.
    failed: Option<ClientError>,
}

impl Tokens {
    /// Returns a valid token. Only one call at a time runs `fetch`.
    pub async fn get<F>(&self, now: impl Fn() -> Duration, fetch: impl FnOnce() -> F) -> Result<Lease, ClientError>
    where
        F: Future<Output = Result<GrantedToken, ClientError>>,
    {
        let ended = self.ended.load(Ordering::SeqCst);
        let mut state = self.state.lock().await;
        if let Some(lease) = state.lease.as_ref().filter(|lease| now() < lease.renew_at) {
            return Ok(lease.clone());
        }
        if let Some(refused) = &state.refused {
            return Err(refused.clone());
        }
        // A fetch failed while this call waited, so it shares that failure.
        if let Some(failed) = state.failed.as_ref().filter(|_| self.ended.load(Ordering::SeqCst) != ended) {
            return Err(failed.clone());
        }
        let fetched = fetch().await;
        self.ended.fetch_add(1, Ordering::SeqCst);
        state.failed = fetched.as_ref().err().cloned();
        match fetched {
            Ok(granted) => {
                state.granted += 1;
                let renew_at = now().saturating_add(granted.lasts.saturating_sub(margin(granted.lasts)));
                let is_on_probation = Arc::new(AtomicBool::new(std::mem::take(&mut state.was_refused)));
                let lease = Lease { token: Arc::new(granted.token), serial: state.granted, renew_at, is_on_probation };
                state.lease = Some(lease.clone());
                Ok(lease)
            }
            Err(error) => {
                if error.is_about_credentials() {
                    state.refused = Some(error.clone());
                }
                Err(error)
            }
        }
    }

    /// Drops a rejected token, so that the next call fetches another, unless that has already happened.
    pub async fn refused(&self, refused: &Lease) {
        let mut state = self.state.lock().await;
        if state.lease.as_ref().is_some_and(|lease| lease.serial == refused.serial) {
            state.lease = None;
            state.was_refused = true;
        }
    }

    /// Records the answer to a call with this token. `is_refused`: the catalog rejected the token.
    pub fn record_answer(&self, lease: &Lease, is_refused: bool) {
        if is_refused {
            self.refused.fetch_max(lease.serial, Ordering::SeqCst);
        }
        if lease.is_on_probation.swap(false, Ordering::SeqCst) {
            self.decided.notify_waiters();
        }
    }

    /// Whether this token was rejected, so that a call with it is useless.
    pub fn is_stale(&self, lease: &Lease) -> bool {
        lease.serial <= self.refused.load(Ordering::SeqCst)
    }

    /// Waits for the first answer to a token that replaced a rejected one. If the credentials themselves are no longer
    /// valid, a single call shows that for all.
    pub async fn pass_probation(&self, lease: &Lease) {
        let decided = self.decided.notified();
        if lease.is_on_probation.load(Ordering::SeqCst) {
            // The call that would show it may be lost, so the wait is bounded.
            let _ = timeout(PROBATION, decided).await;
        }
    }
}

/// How long before its end a token is renewed: in proportion, so that a short-lived token is not renewed at once.
fn margin(lasts: Duration) -> Duration {
    (lasts / 10).min(RENEWAL_LEAD)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::client_error::RequestLine;
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    fn granted(seconds: u64) -> GrantedToken {
        GrantedToken { token: Secret::new("token"), lasts: Duration::from_secs(seconds) }
    }

    #[test]
    fn the_margin_is_in_proportion() {
        assert_eq!(margin(Duration::from_secs(10_800)), Duration::from_secs(300));
        assert_eq!(margin(Duration::from_secs(600)), Duration::from_secs(60));
        assert_eq!(margin(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn it_is_renewed_before_its_end_and_once_when_refused() {
        block_on(async {
            let tokens = Tokens::default();
            let fetched = Cell::new(0);
            let at = |seconds: u64| {
                let fetched = &fetched;
                tokens.get(
                    move || Duration::from_secs(seconds),
                    move || async move {
                        fetched.set(fetched.get() + 1);
                        Ok(granted(1000))
                    },
                )
            };
            let first = at(0).await.expect("it is granted");
            at(899).await.expect("it lives");
            assert_eq!(fetched.get(), 1);
            let second = at(900).await.expect("it is granted");
            assert_eq!(fetched.get(), 2);
            // A call that still used the first token is rejected: the second token is kept.
            tokens.refused(&first).await;
            at(901).await.expect("it lives");
            assert_eq!(fetched.get(), 2);
            tokens.refused(&second).await;
            tokens.refused(&second).await;
            at(902).await.expect("it is granted");
            at(903).await.expect("it lives");
            assert_eq!(fetched.get(), 3);
        });
    }

    #[test]
    fn one_fetches_while_the_others_wait() {
        block_on(async {
            let tokens = Arc::new(Tokens::default());
            let fetched = Arc::new(AtomicU64::new(0));
            let mut callers = tokio::task::JoinSet::new();
            for _ in 0..20 {
                let (tokens, fetched) = (Arc::clone(&tokens), Arc::clone(&fetched));
                callers.spawn(async move {
                    let fetch = || async {
                        fetched.fetch_add(1, Ordering::Relaxed);
                        tokio::task::yield_now().await;
                        Ok(granted(1000))
                    };
                    tokens.get(|| Duration::ZERO, fetch).await.map(|lease| lease.serial)
                });
            }
            let serials = callers.join_all().await;
            assert!(serials.iter().all(|serial| matches!(serial, Ok(1))), "{serials:?}");
            assert_eq!(fetched.load(Ordering::Relaxed), 1);
        });
    }

    #[test]
    fn who_waited_for_a_fetch_that_failed_takes_its_result() {
        block_on(async {
            let tokens = Arc::new(Tokens::default());
            let fetched = Arc::new(AtomicU64::new(0));
            let ask = |tokens: Arc<Tokens>, fetched: Arc<AtomicU64>| async move {
                let fetch = || async {
                    fetched.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    let request =
                        RequestLine { method: "POST", url: "http://localhost/v1/auth/access_token".to_owned() };
                    Err(ClientError::ConnectionLost { request, reason: "reset".to_owned() })
                };
                tokens.get(|| Duration::ZERO, fetch).await.map(|lease| lease.serial)
            };
            let mut callers = tokio::task::JoinSet::new();
            for _ in 0..32 {
                callers.spawn(ask(Arc::clone(&tokens), Arc::clone(&fetched)));
            }
            assert!(callers.join_all().await.iter().all(Result::is_err));
            assert_eq!(fetched.load(Ordering::Relaxed), 1);
            // A later call fetches again.
            ask(Arc::clone(&tokens), Arc::clone(&fetched)).await.expect_err("it is not granted");
            assert_eq!(fetched.load(Ordering::Relaxed), 2);
        });
    }

    #[test]
    fn refused_credentials_are_not_tried_again_but_a_cut_line_is() {
        block_on(async {
            let tokens = Tokens::default();
            let fetched = Cell::new(0);
            let request = || RequestLine { method: "POST", url: "http://localhost/v1/auth/access_token".to_owned() };
            let fetch = |error: ClientError| {
                fetched.set(fetched.get() + 1);
                async move { Err(error) }
            };
            let cut = ClientError::ConnectionLost { request: request(), reason: "reset".to_owned() };
            let refused = ClientError::credentials_for_test(request());
            for error in [cut, refused.clone(), refused] {
                tokens.get(|| Duration::ZERO, || fetch(error)).await.expect_err("it is not granted");
            }
            assert_eq!(fetched.get(), 2);
        });
    }
}
