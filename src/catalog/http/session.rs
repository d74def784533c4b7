//! Sends API calls: waits for the limiter, renews the token, and retries within the budget. A final rejection by the
//! catalog is an error with the catalog's message.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::OnceCell;

use super::answer::AnswerContext;
use super::call::{ApiCall, AttemptError, Repeat, Reply};
use super::claims;
use super::client_error::{ClientError, RequestLine};
use super::concurrency::{CallKind, CallOutcome};
use super::credentials::Credentials;
use super::limiter::{Limiter, Permit};
use super::listed_datasource::ListedDatasource;
use super::notices::{Notices, Waiting};
use super::rate::RateHeaders;
use super::retry::{Attempts, RetryBudget, RetryDecision, RetryPolicy, is_transient};
use super::token::{GrantedToken, Lease, Tokens};
use super::transport::{Answer, Request, Transport};
use crate::domain::platform::Platform;
use crate::domain::secret::Secret;

/// Waits that end within this time of each other are reported once.
const SAME_WAIT: Duration = Duration::from_secs(1);

/// What all calls of a client share.
pub(super) struct Session {
    transport: Transport,
    tokens: Tokens,
    pub limiter: Limiter,
    pub policy: RetryPolicy,
    credentials: Credentials,
    platform: &'static Platform,
    notices: Arc<dyn Notices>,
    /// Any server has answered, so the address is right.
    pub has_answered: AtomicBool,
    /// The catalog changes no owner without a write, so it is not asked to again.
    pub refuses_to_relabel: AtomicBool,
    /// The datasources that the catalog lists, once they were read: each blueprint asks for them.
    pub datasources: OnceCell<Option<Vec<ListedDatasource>>>,
    /// The retry budget of all calls of this run.
    budget: Mutex<RetryBudget>,
    /// The end of the wait that was last reported to the user.
    reported_until: Mutex<Duration>,
}

impl Session {
    pub fn new(
        transport: Transport,
        credentials: Credentials,
        platform: &'static Platform,
        policy: RetryPolicy,
        notices: Arc<dyn Notices>,
    ) -> Self {
        Self {
            transport,
            tokens: Tokens::default(),
            limiter: Limiter::new(),
            policy,
            credentials,
            platform,
            notices,
            has_answered: AtomicBool::new(false),
            refuses_to_relabel: AtomicBool::new(false),
            datasources: OnceCell::new(),
            budget: Mutex::default(),
            reported_until: Mutex::default(),
        }
    }

    /// The catalog's address.
    pub fn address(&self) -> &str {
        self.transport.trusted().text()
    }

    /// The request as errors name it.
    pub fn request_line(&self, call: &ApiCall) -> RequestLine {
        self.transport.request_line(call.method, &call.route)
    }

    /// Sends the call and reads its answer.
    pub async fn send<T>(
        &self,
        call: &ApiCall,
        mut read: impl FnMut(&Answer) -> Result<T, serde_json::Error>,
    ) -> Result<T, ClientError> {
        self.send_redacted(call, |answer, _| read(answer)).await
    }

    /// Like [`Session::send`], for answers whose text is shown: `read` receives the secrets to redact.
    pub async fn send_redacted<T>(
        &self,
        call: &ApiCall,
        read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Result<T, ClientError> {
        self.send_write(call, read).await.result
    }

    /// Like [`Session::send_write`], for writes whose answer contains nothing of interest.
    pub async fn send_unit(&self, call: &ApiCall) -> Reply<()> {
        self.send_write(call, |_, _| Ok(())).await
    }

    /// Like [`Session::send_redacted`], for writes: also reports whether an earlier attempt may have been applied.
    pub async fn send_write<T>(
        &self,
        call: &ApiCall,
        read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Reply<T> {
        let mut attempts = Attempts::new(self.limiter.now());
        let result = self.retry_with_token(call, read, &mut attempts).await;
        Reply { result, is_lost: attempts.may_be_applied, is_pending: attempts.is_pending }
    }

    async fn retry_with_token<T>(
        &self,
        call: &ApiCall,
        mut read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
        attempts: &mut Attempts,
    ) -> Result<T, ClientError> {
        let mut is_renewed = false;
        loop {
            let lease = self.lease_for(call, attempts).await?;
            if !is_renewed && !call.run_ended.is_cancelled() {
                call.cancellation.until_cancelled(self.tokens.pass_probation(&lease)).await;
            }
            let began = self.limiter.now();
            let error = match self.attempt(call, Some(&lease)).await {
                Err(AttemptError::StaleToken) => {
                    self.tokens.refused(&lease).await;
                    continue;
                }
                Ok(answer) if answer.status == 401 && !is_renewed => {
                    is_renewed = true;
                    self.tokens.refused(&lease).await;
                    continue;
                }
                Ok(answer) => match self.read(call, answer, &[&self.credentials.secret, &lease.token], &mut read) {
                    Ok(value) => return Ok(value),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            self.wait_for_retry(call, error, began, attempts).await?;
        }
    }

    /// The id of the organisation that the token names. The token is needed for the next call anyway.
    pub async fn organization_of_token(&self) -> Result<Option<String>, ClientError> {
        let lease = self.tokens.get(|| self.limiter.now(), || self.request_token()).await?;
        Ok(claims::organization(&lease.token))
    }

    /// A valid token for the call.
    async fn lease_for(&self, call: &ApiCall, attempts: &Attempts) -> Result<Lease, ClientError> {
        let lease = self.tokens.get(|| self.limiter.now(), || self.request_token());
        match call.cancellation.until_cancelled(lease).await {
            Some(Ok(lease)) => Ok(lease),
            // The write itself was not sent, whatever happened to the call for the token.
            Some(Err(error)) if call.is_write => Err(self.with_earlier_attempts(error.without_token(), attempts)),
            Some(Err(error)) => Err(error),
            None => Err(self.with_earlier_attempts(self.stopped(call), attempts)),
        }
    }

    async fn request_token(&self) -> Result<GrantedToken, ClientError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Grant {
            access_token: String,
            expires_in: f64,
        }
        let Credentials { id, secret } = &self.credentials;
        let body = serde_json::json!({"clientId": id.reveal(), "clientSecret": secret.reveal()});
        let route = "/v1/auth/access_token".to_owned();
        let call = ApiCall::query(route, body.to_string().into_bytes(), CallKind::Small);
        let mut read = |answer: &Answer, _: &[&Secret]| serde_json::from_slice::<Grant>(&answer.body);
        let mut attempts = Attempts::new(self.limiter.now());
        loop {
            let began = self.limiter.now();
            let answer = self.attempt(&call, None).await;
            match answer.and_then(|answer| self.read(&call, answer, &[secret], &mut read)) {
                Ok(Grant { access_token, expires_in }) => {
                    let lasts = Duration::try_from_secs_f64(expires_in).unwrap_or_default();
                    return Ok(GrantedToken { token: Secret::new(access_token), lasts });
                }
                Err(error) => self.wait_for_retry(&call, error, began, &mut attempts).await?,
            }
        }
    }

    /// One attempt, once the limiter admits it.
    async fn attempt(&self, call: &ApiCall, lease: Option<&Lease>) -> Result<Answer, AttemptError> {
        if call.is_write && !self.transport.names_scope() {
            return Err(AttemptError::Final(ClientError::Unscoped { request: self.request_line(call) }));
        }
        let permit = self.permit(call).await?;
        if lease.is_some_and(|lease| self.tokens.is_stale(lease)) {
            return Err(AttemptError::StaleToken);
        }
        let token = lease.map(|lease| &*lease.token);
        let secrets: Vec<&Secret> = std::iter::once(&self.credentials.secret).chain(token).collect();
        let (route, body) = (call.route.as_str(), call.body.as_deref());
        let request = Request { method: call.method, route, body, token, secrets: &secrets };
        let exchanged = call.cancellation.until_grace_ends(self.transport.exchange(request)).await;
        match exchanged {
            Some(Ok(answer)) => {
                self.record_answer(&answer, lease, permit);
                Ok(answer)
            }
            Some(Err(error)) => {
                permit.end(CallOutcome::Failed, RateHeaders::default());
                Err(error.into())
            }
            None => Err(AttemptError::Final(ClientError::Abandoned { request: self.request_line(call) })),
        }
    }

    /// Waits for the limiter, unless the call is cancelled.
    async fn permit(&self, call: &ApiCall) -> Result<Permit<'_>, AttemptError> {
        let permit = self.limiter.acquire(call.kind, self.policy.max_total, |wait| {
            self.report_wait("the rate limit is exhausted", "continuing", wait, None);
        });
        match call.cancellation.until_cancelled(permit).await {
            Some(permit) if !call.is_cancelled() => permit
                .map_err(|wait| AttemptError::Final(ClientError::Throttled { request: self.request_line(call), wait })),
            Some(_) | None => Err(AttemptError::Final(self.stopped(call))),
        }
    }

    /// Tells everything that learns from answers: the tokens, the retry budget and the limiter.
    fn record_answer(&self, answer: &Answer, lease: Option<&Lease>, permit: Permit<'_>) {
        self.has_answered.store(true, Ordering::Relaxed);
        if let Some(lease) = lease {
            self.tokens.record_answer(lease, answer.status == 401);
        }
        if is_transient(answer.status) {
            permit.end(CallOutcome::Throttled, answer.announced);
        } else {
            self.budget().answer();
            permit.end(CallOutcome::Ok, answer.announced);
        }
    }

    /// Reads an answer. `secrets`: the secrets that the request contained.
    fn read<T>(
        &self,
        call: &ApiCall,
        answer: Answer,
        secrets: &[&Secret],
        read: &mut impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Result<T, AttemptError> {
        let (request, host) = (self.request_line(call), self.transport.trusted().host());
        AnswerContext { request, secrets, platform: self.platform, host }.read(answer, read)
    }

    /// Waits before the next attempt, or returns why there is none.
    async fn wait_for_retry(
        &self,
        call: &ApiCall,
        error: AttemptError,
        began: Duration,
        attempts: &mut Attempts,
    ) -> Result<(), ClientError> {
        let (error, requested) = match error {
            AttemptError::StaleToken => return Ok(()),
            AttemptError::Final(error) => {
                attempts.is_pending |= error.is_pending();
                return Err(self.with_earlier_attempts(error, attempts));
            }
            AttemptError::Transient(error, requested) => (error, requested),
        };
        attempts.may_be_applied |= !error.had_no_effect();
        attempts.is_pending |= error.is_pending();
        if call.repeat == Repeat::IfNoEffect && !error.had_no_effect() {
            return Err(ClientError::Uncertain { request: self.request_line(call), reason: error.to_string() });
        }
        let policy = self.policy_of(call);
        let now = self.limiter.now();
        let (decision, count, lasted) = {
            let mut budget = self.budget();
            let decision =
                attempts.next_within_budget(&policy, &mut budget, (began, now), requested, random_fraction());
            (decision, attempts.count(&policy, &budget, requested.is_some()), budget.lasted(now))
        };
        match decision {
            // The run's budget is exhausted by the failed attempts of other calls.
            RetryDecision::GiveUp if attempts.made() <= 1 && requested.is_none() && count.0 > 1 => {
                let last = Box::new(error);
                Err(ClientError::GaveUp { made: count.0, lasted, last, may_be_applied: attempts.may_be_applied })
            }
            RetryDecision::GiveUp if attempts.made() <= 1 => Err(error),
            RetryDecision::GiveUp => Err(self.gave_up(error, attempts)),
            RetryDecision::Retry(wait) => {
                let why = format!("{} {}", self.request_line(call), error.brief());
                self.report_wait(&why, "retrying", wait, Some(count));
                let waited = call.cancellation.until_cancelled(tokio::time::sleep(wait)).await;
                match waited {
                    Some(()) => Ok(()),
                    None if attempts.may_be_applied => Err(self.gave_up(error, attempts)),
                    None => Err(self.stopped(call)),
                }
            }
        }
    }

    fn policy_of(&self, call: &ApiCall) -> RetryPolicy {
        match self.has_answered.load(Ordering::Relaxed) {
            true if call.is_brief => self.policy.brief(),
            true => self.policy,
            false => self.policy.before_first_answer(),
        }
    }

    fn stopped(&self, call: &ApiCall) -> ClientError {
        ClientError::Stopped { request: self.request_line(call) }
    }

    /// The last attempt may certainly have had no effect while an earlier one may have been applied; the error then
    /// says so.
    fn with_earlier_attempts(&self, error: ClientError, attempts: &Attempts) -> ClientError {
        let says_it_all = !attempts.may_be_applied || !error.had_no_effect() || error.refusal().is_some();
        if says_it_all { error } else { self.gave_up(error, attempts) }
    }

    fn gave_up(&self, last: ClientError, attempts: &Attempts) -> ClientError {
        ClientError::GaveUp {
            made: attempts.made(),
            lasted: attempts.lasted(self.limiter.now()),
            last: Box::new(last),
            may_be_applied: attempts.may_be_applied,
        }
    }

    fn budget(&self) -> MutexGuard<'_, RetryBudget> {
        // No code panics while it holds this lock.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports a wait once for all calls that wait at the same time. `count`: the failed attempt and the maximum.
    fn report_wait(&self, why: &str, then: &'static str, wait: Duration, count: Option<(u32, u32)>) {
        let until = self.limiter.now().saturating_add(wait);
        let mut reported_until = self.reported_until.lock().unwrap_or_else(PoisonError::into_inner);
        if until > reported_until.saturating_add(SAME_WAIT) {
            *reported_until = until;
            self.notices.waiting(&Waiting { why: why.to_owned(), then, wait, count, within: self.policy.max_total });
        }
    }
}

/// A number in `0.0..1.0`. It does not have to be unpredictable.
pub(super) fn random_fraction() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(0u8);
    (random >> 11) as f64 / (1u64 << 53) as f64
}
