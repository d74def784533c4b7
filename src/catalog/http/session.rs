//! Sends one API call: waits for the limiter, renews the token, and retries within the budget. A final rejection by the
//! catalog is an error with the catalog's message.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::failure::{Asked, ClientError};
use super::pace::{Ended, Work};
use super::retry::{Budget, Next, Patience, Tries, is_passing};
use super::token::{Granted, Lease, Tokens};
use super::transport::{Answer, Request, Transport};
use super::{Credentials, Notices, Waiting};
use crate::catalog::apply_options::Halt;
use crate::catalog::cancel::Stop;
use crate::catalog::http::limiter::Gate;
use crate::catalog::http::redact::{shown, shown_json, shown_start};
use crate::catalog::wire::Refusal;
use crate::domain::platform::Platform;
use crate::domain::secret::Secret;

/// The clock difference in seconds above which a wrong clock may explain a rejected token.
const SKEW: i64 = 300;

#[derive(Debug, Clone)]
pub(super) struct Call {
    pub method: &'static str,
    /// The path from `/v1` on, with its segments encoded.
    pub route: String,
    pub body: Option<Vec<u8>>,
    pub work: Work,
    pub repeat: Repeat,
    /// Another request can return the same, so this one has few retries.
    pub is_brief: bool,
    /// The call changes the catalog, so it must name the scope.
    pub is_write: bool,
    /// Cancels the call.
    pub stop: Stop,
    /// Set when the run of this call ends: the call is then not sent.
    pub halt: Halt,
}

/// Whether a call may be repeated if its outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Always,
    /// Only if the previous attempt certainly had no effect.
    Unheard,
}

impl Call {
    pub fn get(route: String) -> Self {
        Self {
            method: "GET",
            route,
            body: None,
            work: Work::Small,
            repeat: Repeat::Always,
            is_brief: false,
            is_write: false,
            stop: Stop::default(),
            halt: Halt::default(),
        }
    }

    /// A read whose parameters are too long for a URL, so it is a POST.
    pub fn ask(route: String, body: Vec<u8>, work: Work) -> Self {
        Self { method: "POST", body: Some(body), work, ..Self::get(route) }
    }

    pub fn write(method: &'static str, route: String, body: Option<Vec<u8>>, work: Work) -> Self {
        Self { method, body, work, is_write: true, ..Self::get(route) }
    }
}

pub(super) struct Caller {
    pub transport: Transport,
    pub tokens: Tokens,
    pub gate: Gate,
    pub patience: Patience,
    pub credentials: Credentials,
    pub platform: &'static Platform,
    pub notices: Arc<dyn Notices>,
    /// Any server has answered, so the address is right.
    pub is_heard: AtomicBool,
    /// The retry budget of all calls of this run.
    pub budget: Mutex<Budget>,
    /// The end of the wait that was last reported to the user.
    pub told_until: Mutex<Duration>,
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
enum Failed {
    /// Another call showed meanwhile that its token is rejected, so it was not sent.
    Stale,
    ForGood(ClientError),
    ForNow(ClientError, Option<Duration>),
}

impl Caller {
    /// Sends the call and reads its answer. A body that ends too early counts as a lost connection.
    pub async fn call<T>(
        &self,
        call: &Call,
        mut read: impl FnMut(&Answer) -> Result<T, serde_json::Error>,
    ) -> Result<T, ClientError> {
        self.call_told(call, |answer, _| read(answer)).await
    }

    /// Like [`Caller::call`], for answers whose text is shown: `read` receives the secrets to redact.
    pub async fn call_told<T>(
        &self,
        call: &Call,
        read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Result<T, ClientError> {
        self.send(call, read).await.result
    }

    /// Like [`Caller::call_told`], for writes: also reports whether an earlier attempt may have been applied.
    pub async fn send<T>(
        &self,
        call: &Call,
        read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Reply<T> {
        let mut tries = Tries::new(self.gate.now());
        let result = self.try_until(call, read, &mut tries).await;
        Reply { result, is_lost: tries.may_be_done, is_late: tries.is_late }
    }

    async fn try_until<T>(
        &self,
        call: &Call,
        mut read: impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
        tries: &mut Tries,
    ) -> Result<T, ClientError> {
        let mut is_renewed = false;
        loop {
            let Some(lease) = call.stop.unless_told(self.lease()).await else {
                let stopped = ClientError::Stopped { asked: self.asked(call) };
                return Err(self.final_word(stopped, tries));
            };
            let lease = match lease {
                Ok(lease) => lease,
                // The write itself was not sent, whatever happened to the call for the token.
                Err(error) if call.is_write => return Err(self.final_word(error.without_token(), tries)),
                Err(error) => return Err(error),
            };
            if !is_renewed && !call.halt.is_set() {
                call.stop.unless_told(self.tokens.pass_probation(&lease)).await;
            }
            let began = self.gate.now();
            let failed = match self.attempt(call, Some(&lease)).await {
                Err(Failed::Stale) => {
                    self.tokens.refused(&lease).await;
                    continue;
                }
                Ok(answer) if answer.status == 401 && !is_renewed => {
                    is_renewed = true;
                    self.tokens.refused(&lease).await;
                    continue;
                }
                Ok(answer) => match self.judge(call, answer, &[&self.credentials.secret, &lease.token], &mut read) {
                    Ok(value) => return Ok(value),
                    Err(failed) => failed,
                },
                Err(failed) => failed,
            };
            self.wait(call, failed, began, tries).await?;
        }
    }

    pub fn asked(&self, call: &Call) -> Asked {
        self.transport.asked(call.method, &call.route)
    }

    async fn lease(&self) -> Result<Lease, ClientError> {
        self.tokens.get(|| self.gate.now(), || self.grant()).await
    }

    /// Requests an access token.
    async fn grant(&self) -> Result<Granted, ClientError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Grant {
            access_token: String,
            expires_in: f64,
        }
        let Credentials { id, secret } = &self.credentials;
        let body = serde_json::json!({"clientId": id.reveal(), "clientSecret": secret.reveal()});
        let call = Call::ask("/v1/auth/access_token".to_owned(), body.to_string().into_bytes(), Work::Small);
        let mut read = |answer: &Answer, _: &[&Secret]| serde_json::from_slice::<Grant>(&answer.body);
        let mut tries = Tries::new(self.gate.now());
        loop {
            let began = self.gate.now();
            let failed = match self.attempt(&call, None).await {
                Ok(answer) => match self.judge(&call, answer, &[secret], &mut read) {
                    Ok(grant) => {
                        let lasts = Duration::try_from_secs_f64(grant.expires_in).unwrap_or_default();
                        return Ok(Granted { token: Secret::new(grant.access_token), lasts });
                    }
                    Err(failed) => failed,
                },
                Err(failed) => failed,
            };
            self.wait(&call, failed, began, &mut tries).await?;
        }
    }

    /// One attempt, once the limiter admits it.
    async fn attempt(&self, call: &Call, lease: Option<&Lease>) -> Result<Answer, Failed> {
        if call.is_write && !self.transport.names_scope() {
            return Err(Failed::ForGood(ClientError::Unscoped { asked: self.asked(call) }));
        }
        let told = |wait| self.tell("the rate limit is exhausted", "continuing", wait, None);
        let turn = call.stop.unless_told(self.gate.enter(call.work, self.patience.total, told)).await;
        let Some(turn) = turn.filter(|_| !call.stop.is_told() && !call.halt.is_set()) else {
            return Err(Failed::ForGood(ClientError::Stopped { asked: self.asked(call) }));
        };
        let permit = turn.map_err(|wait| Failed::ForGood(ClientError::Throttled { asked: self.asked(call), wait }))?;
        if lease.is_some_and(|lease| self.tokens.is_stale(lease)) {
            return Err(Failed::Stale);
        }
        let token = lease.map(|lease| &*lease.token);
        let secrets: Vec<&Secret> = std::iter::once(&self.credentials.secret).chain(token).collect();
        let (route, body) = (call.route.as_str(), call.body.as_deref());
        let request = Request { method: call.method, route, body, token, secrets: &secrets };
        let Some(exchanged) = call.stop.unless_cut(self.transport.exchange(request)).await else {
            return Err(Failed::ForGood(ClientError::Abandoned { asked: self.asked(call) }));
        };
        match exchanged {
            Ok(answer) => {
                self.is_heard.store(true, Ordering::Relaxed);
                if let Some(lease) = lease {
                    self.tokens.judge(lease, answer.status == 401);
                }
                let ended = if is_passing(answer.status) { Ended::Pressed } else { Ended::Well };
                if ended == Ended::Well {
                    self.budget().answer();
                }
                permit.end(ended, answer.announced);
                Ok(answer)
            }
            Err(error) => {
                permit.end(Ended::Lost, Default::default());
                Err(match &error {
                    ClientError::UnknownHost { .. }
                    | ClientError::NoConnection { .. }
                    | ClientError::Proxy { is_passing: true, .. }
                    | ClientError::Timeout { .. }
                    | ClientError::Cut { .. } => Failed::ForNow(error, None),
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
                    | ClientError::Spent { .. }
                    | ClientError::NoToken(_)
                    | ClientError::Throttled { .. }
                    | ClientError::Uncertain { .. }
                    | ClientError::Stopped { .. }
                    | ClientError::Abandoned { .. }
                    | ClientError::Unscoped { .. }
                    | ClientError::Setup { .. }
                    | ClientError::Bundle { .. }
                    | ClientError::NoCredentials { .. }
                    | ClientError::Untrusted(_) => Failed::ForGood(error),
                })
            }
        }
    }

    /// Classifies an answer. `secrets`: the secrets that the request contained, which the answer may repeat.
    fn judge<T>(
        &self,
        call: &Call,
        answer: Answer,
        secrets: &[&Secret],
        read: &mut impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Result<T, Failed> {
        if (200..300).contains(&answer.status) {
            if !answer.is_json {
                return Err(Failed::ForGood(self.not_the_api(call, &answer, secrets)));
            }
            return read(&answer, secrets).map_err(|error| {
                let reason = shown(&error.to_string(), secrets);
                let asked = self.asked(call);
                if error.is_eof() {
                    return Failed::ForNow(ClientError::Cut { asked, reason }, None);
                }
                Failed::ForGood(ClientError::Unreadable { asked, reason })
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
            return Err(Failed::ForNow(ClientError::Cut { asked: self.asked(call), reason }, wait));
        }
        let is_passing = is_passing(answer.status);
        let error = self.refused(call, answer, secrets);
        Err(if is_passing { Failed::ForNow(error, wait) } else { Failed::ForGood(error) })
    }

    /// The error for an answer that rejects the call.
    fn refused(&self, call: &Call, answer: Answer, secrets: &[&Secret]) -> ClientError {
        let status = answer.status;
        let asked = self.asked(call);
        let told = Told::read(&answer.body);
        let Some(mut told) = told else {
            // A gateway answers without an error object, and an empty body is normal then; any other page means that
            // this is not the API.
            if is_passing(status) || status == 407 || answer.body.is_empty() {
                let refusal = Refusal { status, error: String::new(), message: None, details: None };
                return ClientError::Refused { asked, refusal: Box::new(refusal), trace: answer.trace };
            }
            return self.not_the_api(call, &answer, secrets);
        };
        let words = told.message.take().map(|message| shown(&message, secrets));
        let trace = answer.trace;
        match status {
            401 => {
                let help = self.help_with_credentials(answer.ahead);
                ClientError::Credentials { asked, status, words, trace, help }
            }
            403 if words.as_ref().is_some_and(|words| words.contains("IP not whitelisted")) => {
                ClientError::NetworkNotAllowed { asked, status, words, trace }
            }
            _ => {
                let error = shown(&told.error.unwrap_or_default(), secrets);
                let details = told.details.map(|details| shown_json(details, secrets));
                let refusal = Refusal { status, error, message: words, details };
                ClientError::Refused { asked, refusal: Box::new(refusal), trace }
            }
        }
    }

    fn not_the_api(&self, call: &Call, answer: &Answer, secrets: &[&Secret]) -> ClientError {
        let what = match answer.content_type.as_deref().map(|kind| shown(kind, secrets)) {
            Some(kind) if kind.contains("html") => "a web page".to_owned(),
            Some(kind) => format!("content of type `{kind}`"),
            None => "content without a type".to_owned(),
        };
        let start = shown_start(&answer.body, 300, secrets);
        ClientError::NotTheApi { asked: self.asked(call), status: answer.status, what, start }
    }

    fn help_with_credentials(&self, ahead: Option<i64>) -> String {
        let Platform { client_id_variable: id, client_secret_variable: secret, .. } = self.platform;
        let mut help = format!("check {id} and {secret}");
        help.push_str(&region_help(self.platform, self.transport.trusted().host()));
        if let Some(ahead) = ahead.filter(|ahead| ahead.abs() > SKEW) {
            let direction = if ahead > 0 { "behind" } else { "ahead of" };
            help.push_str(&format!(
                "; this machine's clock is {} minutes {direction} the catalog's, and tokens depend on it: correct the clock",
                ahead.abs() / 60
            ));
        }
        help
    }

    /// Waits before the next attempt, or returns why there is none.
    async fn wait(&self, call: &Call, failed: Failed, began: Duration, tries: &mut Tries) -> Result<(), ClientError> {
        let (error, asked) = match failed {
            Failed::ForGood(error) => {
                tries.is_late |= error.is_late();
                return Err(self.final_word(error, tries));
            }
            Failed::ForNow(error, asked) => (error, asked),
            Failed::Stale => return Ok(()),
        };
        tries.may_be_done |= !error.is_surely_undone();
        tries.is_late |= error.is_late();
        if call.repeat == Repeat::Unheard && !error.is_surely_undone() {
            return Err(ClientError::Uncertain { asked: self.asked(call), reason: error.to_string() });
        }
        let patience = match self.is_heard.load(Ordering::Relaxed) {
            true if call.is_brief => self.patience.brief(),
            true => self.patience,
            false => self.patience.at_the_door(),
        };
        let now = self.gate.now();
        let (next, count, lasted) = {
            let mut budget = self.budget();
            let next = tries.next_of_run(&patience, &mut budget, (began, now), asked, chance());
            (next, tries.count(&patience, &budget, asked.is_some()), budget.lasted(now))
        };
        match next {
            // The run's budget is exhausted by the failed attempts of other calls.
            Next::GiveUp if tries.made() <= 1 && asked.is_none() && count.0 > 1 => {
                let last = Box::new(error);
                Err(ClientError::Spent { made: count.0, lasted, last, may_be_done: tries.may_be_done })
            }
            Next::GiveUp if tries.made() <= 1 => Err(error),
            Next::GiveUp => Err(self.spent(error, tries)),
            Next::Again(wait) => {
                self.tell(&format!("{} {}", self.asked(call), error.brief()), "retrying", wait, Some(count));
                let waited = call.stop.unless_told(tokio::time::sleep(wait)).await;
                waited.ok_or_else(|| match tries.may_be_done {
                    true => self.spent(error, tries),
                    false => ClientError::Stopped { asked: self.asked(call) },
                })
            }
        }
    }

    /// The last attempt may certainly have had no effect while an earlier one may have been applied; the error then
    /// says so.
    fn final_word(&self, error: ClientError, tries: &Tries) -> ClientError {
        let is_all = !tries.may_be_done || !error.is_surely_undone() || error.refusal().is_some();
        if is_all { error } else { self.spent(error, tries) }
    }

    fn spent(&self, last: ClientError, tries: &Tries) -> ClientError {
        let lasted = tries.lasted(self.gate.now());
        let last = Box::new(last);
        ClientError::Spent { made: tries.made(), lasted, last, may_be_done: tries.may_be_done }
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        // No code panics while it holds this lock.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports a wait once for all calls that wait at the same time. `count`: the failed attempt and the maximum.
    fn tell(&self, why: &str, then: &'static str, wait: Duration, count: Option<(u32, u32)>) {
        let until = self.gate.now().saturating_add(wait);
        let mut told_until = self.told_until.lock().unwrap_or_else(PoisonError::into_inner);
        if until > told_until.saturating_add(Duration::from_secs(1)) {
            *told_until = until;
            self.notices.waiting(&Waiting { why: why.to_owned(), then, wait, count, within: self.patience.total });
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
struct Told {
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    details: Option<serde_json::Value>,
}

impl Told {
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
pub(super) fn chance() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(0u8);
    (random >> 11) as f64 / (1u64 << 53) as f64
}
