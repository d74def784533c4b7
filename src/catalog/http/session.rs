//! Sends one API call: waits for the limiter, renews the token, and retries within the budget. A final rejection by the
//! catalog is an error with the catalog's message.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::failure::{RequestLine, ClientError};
use super::pace::{CallOutcome, CallKind};
use super::retry::{RetryBudget, RetryDecision, RetryPolicy, Attempts, is_transient};
use super::token::{GrantedToken, Lease, Tokens};
use super::transport::{Answer, Request, Transport};
use super::{Credentials, Notices, Waiting};
use crate::catalog::apply_options::Halt;
use crate::catalog::cancel::Cancellation;
use crate::catalog::http::limiter::Limiter;
use crate::catalog::http::redact::{shown, shown_json, shown_start};
use crate::catalog::wire::Refusal;
use crate::domain::platform::Platform;
use crate::domain::secret::Secret;

/// The clock difference in seconds above which a wrong clock may explain a rejected token.
const MAX_CLOCK_SKEW: i64 = 300;

#[derive(Debug, Clone)]
pub(super) struct ApiCall {
    pub method: &'static str,
    /// The path from `/v1` on, with its segments encoded.
    pub route: String,
    pub body: Option<Vec<u8>>,
    pub work: CallKind,
    pub repeat: Repeat,
    /// Another request can return the same, so this one has few retries.
    pub is_brief: bool,
    /// The call changes the catalog, so it must name the scope.
    pub is_write: bool,
    /// Cancels the call.
    pub cancellation: Cancellation,
    /// Set when the run of this call ends: the call is then not sent.
    pub run_ended: Halt,
}

/// Whether a call may be repeated if its outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Always,
    /// Only if the previous attempt certainly had no effect.
    IfNoEffect,
}

impl ApiCall {
    pub fn get(route: String) -> Self {
        Self {
            method: "GET",
            route,
            body: None,
            work: CallKind::Small,
            repeat: Repeat::Always,
            is_brief: false,
            is_write: false,
            cancellation: Cancellation::default(),
            run_ended: Halt::default(),
        }
    }

    /// A read whose parameters are too long for a URL, so it is a POST.
    pub fn query(route: String, body: Vec<u8>, work: CallKind) -> Self {
        Self { method: "POST", body: Some(body), work, ..Self::get(route) }
    }

    pub fn write(method: &'static str, route: String, body: Option<Vec<u8>>, work: CallKind) -> Self {
        Self { method, body, work, is_write: true, ..Self::get(route) }
    }
}

pub(super) struct Session {
    pub transport: Transport,
    pub tokens: Tokens,
    pub limiter: Limiter,
    pub policy: RetryPolicy,
    pub credentials: Credentials,
    pub platform: &'static Platform,
    pub notices: Arc<dyn Notices>,
    /// Any server has answered, so the address is right.
    pub has_answered: AtomicBool,
    /// The retry budget of all calls of this run.
    pub budget: Mutex<RetryBudget>,
    /// The end of the wait that was last reported to the user.
    pub reported_until: Mutex<Duration>,
}

/// The result of a call, and what its earlier attempts may have done.
pub(super) struct Reply<T> {
    pub result: Result<T, ClientError>,
    /// The answer to at least one attempt was lost.
    pub is_lost: bool,
    /// At least one attempt was abandoned, so its effect may still come.
    pub is_late: bool,
}

/// An attempt that failed, and whether it may be retried.
enum AttemptError {
    /// Another call showed meanwhile that its token is rejected, so it was not sent.
    StaleToken,
    Final(ClientError),
    Transient(ClientError, Option<Duration>),
}

impl Session {
    /// Sends the call and reads its answer. A body that ends too early counts as a lost connection.
    pub async fn call<T>(
        &self,
        call: &ApiCall,
        mut read: impl FnMut(&Answer) -> Result<T, serde_json::Error>,
    ) -> Result<T, ClientError> {
        self.send_redacted(call, |answer, _| read(answer)).await
    }

    /// Like [`Session::call`], for answers whose text is shown: `read` receives the secrets to redact.
    pub async fn send_redacted<T>(
        &self,
        call: &ApiCall,
        read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Result<T, ClientError> {
        self.send_write(call, read).await.result
    }

    /// Like [`Session::send_redacted`], for writes: also reports whether an earlier attempt may have been applied.
    pub async fn send_write<T>(
        &self,
        call: &ApiCall,
        read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Reply<T> {
        let mut attempts = Attempts::new(self.limiter.now());
        let result = self.try_until(call, read, &mut attempts).await;
        Reply { result, is_lost: attempts.may_be_applied, is_late: attempts.is_late }
    }

    async fn try_until<T>(
        &self,
        call: &ApiCall,
        mut read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
        attempts: &mut Attempts,
    ) -> Result<T, ClientError> {
        let mut is_renewed = false;
        loop {
            let Some(lease) = call.cancellation.until_cancelled(self.lease()).await else {
                let stopped = ClientError::Stopped { request: self.request_line(call) };
                return Err(self.with_earlier_attempts(stopped, attempts));
            };
            let lease = match lease {
                Ok(lease) => lease,
                // The write itself was not sent, whatever happened to the call for the token.
                Err(error) if call.is_write => return Err(self.with_earlier_attempts(error.without_token(), attempts)),
                Err(error) => return Err(error),
            };
            if !is_renewed && !call.run_ended.is_set() {
                call.cancellation.until_cancelled(self.tokens.pass_probation(&lease)).await;
            }
            let began = self.limiter.now();
            let failed = match self.attempt(call, Some(&lease)).await {
                Err(AttemptError::StaleToken) => {
                    self.tokens.refused(&lease).await;
                    continue;
                }
                Ok(answer) if answer.status == 401 && !is_renewed => {
                    is_renewed = true;
                    self.tokens.refused(&lease).await;
                    continue;
                }
                Ok(answer) => match self.classify(call, answer, &[&self.credentials.secret, &lease.token], &mut read) {
                    Ok(value) => return Ok(value),
                    Err(failed) => failed,
                },
                Err(failed) => failed,
            };
            self.wait(call, failed, began, attempts).await?;
        }
    }

    pub fn request_line(&self, call: &ApiCall) -> RequestLine {
        self.transport.request_line(call.method, &call.route)
    }

    async fn lease(&self) -> Result<Lease, ClientError> {
        self.tokens.get(|| self.limiter.now(), || self.request_token()).await
    }

    /// Requests an access token.
    async fn request_token(&self) -> Result<GrantedToken, ClientError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Grant {
            access_token: String,
            expires_in: f64,
        }
        let Credentials { id, secret } = &self.credentials;
        let body = serde_json::json!({"clientId": id.reveal(), "clientSecret": secret.reveal()});
        let call = ApiCall::query("/v1/auth/access_token".to_owned(), body.to_string().into_bytes(), CallKind::Small);
        let mut read = |answer: &Answer, _: &[&Secret]| serde_json::from_slice::<Grant>(&answer.body);
        let mut attempts = Attempts::new(self.limiter.now());
        loop {
            let began = self.limiter.now();
            let failed = match self.attempt(&call, None).await {
                Ok(answer) => match self.classify(&call, answer, &[secret], &mut read) {
                    Ok(request_token) => {
                        let lasts = Duration::try_from_secs_f64(request_token.expires_in).unwrap_or_default();
                        return Ok(GrantedToken { token: Secret::new(request_token.access_token), lasts });
                    }
                    Err(failed) => failed,
                },
                Err(failed) => failed,
            };
            self.wait(&call, failed, began, &mut attempts).await?;
        }
    }

    /// One attempt, once the limiter admits it.
    async fn attempt(&self, call: &ApiCall, lease: Option<&Lease>) -> Result<Answer, AttemptError> {
        if call.is_write && !self.transport.names_scope() {
            return Err(AttemptError::Final(ClientError::Unscoped { request: self.request_line(call) }));
        }
        let told = |wait| self.report_wait("the rate limit is exhausted", "continuing", wait, None);
        let turn = call.cancellation.until_cancelled(self.limiter.acquire(call.work, self.policy.total, told)).await;
        let Some(turn) = turn.filter(|_| !call.cancellation.is_cancelled() && !call.run_ended.is_set()) else {
            return Err(AttemptError::Final(ClientError::Stopped { request: self.request_line(call) }));
        };
        let permit = turn.map_err(|wait| AttemptError::Final(ClientError::Throttled { request: self.request_line(call), wait }))?;
        if lease.is_some_and(|lease| self.tokens.is_stale(lease)) {
            return Err(AttemptError::StaleToken);
        }
        let token = lease.map(|lease| &*lease.token);
        let secrets: Vec<&Secret> = std::iter::once(&self.credentials.secret).chain(token).collect();
        let (route, body) = (call.route.as_str(), call.body.as_deref());
        let request = Request { method: call.method, route, body, token, secrets: &secrets };
        let Some(exchanged) = call.cancellation.until_grace_ends(self.transport.exchange(request)).await else {
            return Err(AttemptError::Final(ClientError::Abandoned { request: self.request_line(call) }));
        };
        match exchanged {
            Ok(answer) => {
                self.has_answered.store(true, Ordering::Relaxed);
                if let Some(lease) = lease {
                    self.tokens.classify(lease, answer.status == 401);
                }
                let outcome = if is_transient(answer.status) { CallOutcome::Throttled } else { CallOutcome::Ok };
                if outcome == CallOutcome::Ok {
                    self.budget().answer();
                }
                permit.end(outcome, answer.announced);
                Ok(answer)
            }
            Err(error) => {
                permit.end(CallOutcome::Failed, Default::default());
                Err(match &error {
                    ClientError::UnknownHost { .. }
                    | ClientError::NoConnection { .. }
                    | ClientError::Proxy { is_transient: true, .. }
                    | ClientError::Timeout { .. }
                    | ClientError::Cut { .. } => AttemptError::Transient(error, None),
                    ClientError::Tls { .. }
                    | ClientError::Proxy { .. }
                    | ClientError::Redirected { .. }
                    | ClientError::Moved { .. }
                    | ClientError::Partial { .. }
                    | ClientError::NotTheApi { .. }
                    | ClientError::Unreadable { .. }
                    | ClientError::Credentials { .. }
                    | ClientError::NetworkNotAllowed { .. }
                    | ClientError::NoBlueprint { .. }
                    | ClientError::Refused { .. }
                    | ClientError::GaveUp { .. }
                    | ClientError::NoToken(_)
                    | ClientError::Throttled { .. }
                    | ClientError::Uncertain { .. }
                    | ClientError::Stopped { .. }
                    | ClientError::Abandoned { .. }
                    | ClientError::Unscoped { .. }
                    | ClientError::Setup { .. }
                    | ClientError::Bundle { .. }
                    | ClientError::NoCredentials { .. }
                    | ClientError::Untrusted(_) => AttemptError::Final(error),
                })
            }
        }
    }

    /// Classifies an answer. `secrets`: the secrets that the request contained, which the answer may repeat.
    fn classify<T>(
        &self,
        call: &ApiCall,
        answer: Answer,
        secrets: &[&Secret],
        read: &mut impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Result<T, AttemptError> {
        if (200..300).contains(&answer.status) {
            if !answer.is_json {
                return Err(AttemptError::Final(self.not_the_api(call, &answer, secrets)));
            }
            return read(&answer, secrets).map_err(|error| {
                let reason = shown(&error.to_string(), secrets);
                let request = self.request_line(call);
                if error.is_eof() {
                    return AttemptError::Transient(ClientError::Cut { request, reason }, None);
                }
                AttemptError::Final(ClientError::Unreadable { request, reason })
            });
        }
        let wait = if matches!(answer.status, 429 | 503) { answer.announced.wait() } else { None };
        // A truncated rejection is retried.
        if answer.is_json
            && !answer.body.is_empty()
            && let Err(error) = serde_json::from_slice::<IgnoredAny>(&answer.body)
            && error.is_eof()
        {
            let reason = shown(&error.to_string(), secrets);
            return Err(AttemptError::Transient(ClientError::Cut { request: self.request_line(call), reason }, wait));
        }
        let is_transient = is_transient(answer.status);
        let error = self.refused(call, answer, secrets);
        Err(if is_transient { AttemptError::Transient(error, wait) } else { AttemptError::Final(error) })
    }

    /// The error for an answer that rejects the call.
    fn refused(&self, call: &ApiCall, answer: Answer, secrets: &[&Secret]) -> ClientError {
        let status = answer.status;
        let request = self.request_line(call);
        let told = ErrorBody::read(&answer.body);
        let Some(mut told) = told else {
            // A gateway answers without an error object, and an empty body is normal then; any other page means that
            // this is not the API.
            if is_transient(status) || status == 407 || answer.body.is_empty() {
                let refusal = Refusal { status, error: String::new(), message: None, details: None };
                return ClientError::Refused { request, refusal: Box::new(refusal), trace: answer.trace };
            }
            return self.not_the_api(call, &answer, secrets);
        };
        let words = told.message.take().map(|message| shown(&message, secrets));
        let trace = answer.trace;
        match status {
            401 => {
                let help = self.help_with_credentials(answer.ahead);
                ClientError::Credentials { request, status, words, trace, help }
            }
            403 if words.as_ref().is_some_and(|words| words.contains("IP not whitelisted")) => {
                ClientError::NetworkNotAllowed { request, status, words, trace }
            }
            _ => {
                let error = shown(&told.error.unwrap_or_default(), secrets);
                let details = told.details.map(|details| shown_json(details, secrets));
                let refusal = Refusal { status, error, message: words, details };
                ClientError::Refused { request, refusal: Box::new(refusal), trace }
            }
        }
    }

    fn not_the_api(&self, call: &ApiCall, answer: &Answer, secrets: &[&Secret]) -> ClientError {
        let what = match answer.content_type.as_deref().map(|kind| shown(kind, secrets)) {
            Some(kind) if kind.contains("html") => "a web page".to_owned(),
            Some(kind) => format!("content of type `{kind}`"),
            None => "content without a type".to_owned(),
        };
        let start = shown_start(&answer.body, 300, secrets);
        ClientError::NotTheApi { request: self.request_line(call), status: answer.status, what, start }
    }

    fn help_with_credentials(&self, ahead: Option<i64>) -> String {
        let Platform { client_id_variable: id, client_secret_variable: secret, .. } = self.platform;
        let mut help = format!("check {id} and {secret}");
        help.push_str(&region_help(self.platform, self.transport.trusted().host()));
        if let Some(ahead) = ahead.filter(|ahead| ahead.abs() > MAX_CLOCK_SKEW) {
            let direction = if ahead > 0 { "behind" } else { "ahead of" };
            help.push_str(&format!(
                "; this machine's clock is {} minutes {direction} the catalog's, and tokens depend on it: correct the clock",
                ahead.abs() / 60
            ));
        }
        help
    }

    /// Waits before the next attempt, or returns why there is none.
    async fn wait(&self, call: &ApiCall, failed: AttemptError, began: Duration, attempts: &mut Attempts) -> Result<(), ClientError> {
        let (error, request) = match failed {
            AttemptError::Final(error) => {
                attempts.is_late |= error.is_late();
                return Err(self.with_earlier_attempts(error, attempts));
            }
            AttemptError::Transient(error, request) => (error, request),
            AttemptError::StaleToken => return Ok(()),
        };
        attempts.may_be_applied |= !error.had_no_effect();
        attempts.is_late |= error.is_late();
        if call.repeat == Repeat::IfNoEffect && !error.had_no_effect() {
            return Err(ClientError::Uncertain { request: self.request_line(call), reason: error.to_string() });
        }
        let policy = match self.has_answered.load(Ordering::Relaxed) {
            true if call.is_brief => self.policy.brief(),
            true => self.policy,
            false => self.policy.before_first_answer(),
        };
        let now = self.limiter.now();
        let (next, count, lasted) = {
            let mut budget = self.budget();
            let next = attempts.next_within_budget(&policy, &mut budget, (began, now), request, random_fraction());
            (next, attempts.count(&policy, &budget, request.is_some()), budget.lasted(now))
        };
        match next {
            // The run's budget is exhausted by the failed attempts of other calls.
            RetryDecision::GiveUp if attempts.made() <= 1 && request.is_none() && count.0 > 1 => {
                let last = Box::new(error);
                Err(ClientError::GaveUp { made: count.0, lasted, last, may_be_applied: attempts.may_be_applied })
            }
            RetryDecision::GiveUp if attempts.made() <= 1 => Err(error),
            RetryDecision::GiveUp => Err(self.spent(error, attempts)),
            RetryDecision::Retry(wait) => {
                self.report_wait(&format!("{} {}", self.request_line(call), error.brief()), "retrying", wait, Some(count));
                let waited = call.cancellation.until_cancelled(tokio::time::sleep(wait)).await;
                waited.ok_or_else(|| match attempts.may_be_applied {
                    true => self.spent(error, attempts),
                    false => ClientError::Stopped { request: self.request_line(call) },
                })
            }
        }
    }

    /// The last attempt may certainly have had no effect while an earlier one may have been applied; the error then
    /// says so.
    fn with_earlier_attempts(&self, error: ClientError, attempts: &Attempts) -> ClientError {
        let is_all = !attempts.may_be_applied || !error.had_no_effect() || error.refusal().is_some();
        if is_all { error } else { self.spent(error, attempts) }
    }

    fn spent(&self, last: ClientError, attempts: &Attempts) -> ClientError {
        let lasted = attempts.lasted(self.limiter.now());
        let last = Box::new(last);
        ClientError::GaveUp { made: attempts.made(), lasted, last, may_be_applied: attempts.may_be_applied }
    }

    fn budget(&self) -> MutexGuard<'_, RetryBudget> {
        // No code panics while it holds this lock.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports a wait once for all calls that wait at the same time. `count`: the failed attempt and the maximum.
    fn report_wait(&self, why: &str, then: &'static str, wait: Duration, count: Option<(u32, u32)>) {
        let until = self.limiter.now().saturating_add(wait);
        let mut reported_until = self.reported_until.lock().unwrap_or_else(PoisonError::into_inner);
        if until > reported_until.saturating_add(Duration::from_secs(1)) {
            *reported_until = until;
            self.notices.waiting(&Waiting { why: why.to_owned(), then, wait, count, within: self.policy.total });
        }
    }
}

/// Names the region in use and the others, because credentials of one region are unknown in the others.
fn region_help(platform: &Platform, host: &str) -> String {
    let Some(region) = platform.region_of(host) else { return String::new() };
    let others = platform.regions.iter().map(|(name, _)| *name).filter(|name| *name != region);
    let others: Vec<String> = others.map(|name| format!("`--catalog {name}`")).collect();
    if others.is_empty() {
        return String::new();
    }
    let (product, others) = (platform.brand, others.join(", "));
    format!("; they must be of the region `{region}` of {product}, which was asked (another region: {others})")
}

/// The body of a rejection.
#[derive(Debug, Deserialize)]
struct ErrorBody {
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    details: Option<serde_json::Value>,
}

impl ErrorBody {
    /// Some routes return `error` as an object with a name and a message.
    fn read(body: &[u8]) -> Option<Self> {
        let serde_json::Value::Object(mut object) = serde_json::from_slice(body).ok()? else { return None };
        if let Some(serde_json::Value::Object(inner)) = object.get_mut("error").map(serde_json::Value::take) {
            let get = |key: &str| inner.get(key).and_then(|value| value.as_str()).map(str::to_owned);
            return Some(Self { error: get("name"), message: get("message"), details: None });
        }
        serde_json::from_slice(body).ok()
    }
}

/// A number in `0.0..1.0`. It does not have to be unpredictable.
pub(super) fn random_fraction() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(0u8);
    (random >> 11) as f64 / (1u64 << 53) as f64
}
