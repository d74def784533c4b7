//! Classifies an answer of the catalog: a value, a rejection with the catalog's message, or something that another
//! server sent. Texts of the answer are redacted before they become part of an error.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::call::AttemptError;
use super::client_error::{ClientError, RequestLine};
use super::redact::{clean, clean_json, clean_start};
use super::retry::is_transient;
use super::transport::Answer;
use crate::catalog::wire::Refusal;
use crate::domain::platform::Platform;
use crate::domain::secret::Secret;

/// The clock difference in seconds above which a wrong clock may explain a rejected token.
const MAX_CLOCK_SKEW: i64 = 300;
/// The number of bytes of a foreign page that are shown.
const MAX_PAGE_START: usize = 300;

/// The request that an answer belongs to.
pub(super) struct AnswerContext<'a> {
    pub request: RequestLine,
    /// The secrets that the request contained, which the answer may repeat.
    pub secrets: &'a [&'a Secret],
    pub platform: &'static Platform,
    pub host: &'a str,
}

impl AnswerContext<'_> {
    /// The value of a successful answer, or why there is none.
    pub fn read<T>(
        &self,
        answer: Answer,
        read: &mut impl FnMut(&Answer, &[&Secret]) -> Result<T, serde_json::Error>,
    ) -> Result<T, AttemptError> {
        if !(200..300).contains(&answer.status) {
            return Err(self.rejection(answer));
        }
        if !answer.is_json {
            return Err(self.not_the_api(&answer).into());
        }
        read(&answer, self.secrets).map_err(|error| self.unreadable(&error).into())
    }

    fn unreadable(&self, error: &serde_json::Error) -> ClientError {
        let (request, reason) = (self.request.clone(), clean(&error.to_string(), self.secrets));
        if error.is_eof() {
            // A body that ends too early counts as a lost connection.
            return ClientError::ConnectionLost { request, reason };
        }
        ClientError::Unreadable { request, reason }
    }

    fn rejection(&self, answer: Answer) -> AttemptError {
        let wait = if matches!(answer.status, 429 | 503) { answer.announced.wait() } else { None };
        if let Some(error) = truncation(&answer) {
            return AttemptError::Transient(self.unreadable(&error), wait);
        }
        let is_transient = is_transient(answer.status);
        let error = self.refused(answer);
        if is_transient { AttemptError::Transient(error, wait) } else { AttemptError::Final(error) }
    }

    /// The error for an answer that rejects the call.
    fn refused(&self, answer: Answer) -> ClientError {
        let (status, request) = (answer.status, self.request.clone());
        let Some(body) = ErrorBody::read(&answer.body) else {
            // A gateway answers without an error object, and an empty body is normal then; any other page means that
            // this is not the API.
            if is_transient(status) || status == 407 || answer.body.is_empty() {
                let refusal = Refusal { status, error: String::new(), message: None, details: None };
                return ClientError::Refused { request, refusal: Box::new(refusal), trace: answer.trace };
            }
            return self.not_the_api(&answer);
        };
        let trace = answer.trace;
        let words = body.message.map(|message| clean(&message, self.secrets));
        let is_about_network = words.as_ref().is_some_and(|words| words.contains("IP not whitelisted"));
        match status {
            401 => {
                let help = self.help_with_credentials(answer.ahead);
                ClientError::Credentials { request, status, words, trace, help }
            }
            403 if is_about_network => ClientError::NetworkNotAllowed { request, status, words, trace },
            _ => {
                let error = clean(&body.error.unwrap_or_default(), self.secrets);
                let details = body.details.map(|details| clean_json(details, self.secrets));
                let refusal = Refusal { status, error, message: words, details };
                ClientError::Refused { request, refusal: Box::new(refusal), trace }
            }
        }
    }

    fn not_the_api(&self, answer: &Answer) -> ClientError {
        let what = match answer.content_type.as_deref().map(|kind| clean(kind, self.secrets)) {
            Some(kind) if kind.contains("html") => "a web page".to_owned(),
            Some(kind) => format!("content of type `{kind}`"),
            None => "content without a type".to_owned(),
        };
        let start = clean_start(&answer.body, MAX_PAGE_START, self.secrets);
        ClientError::NotTheApi { request: self.request.clone(), status: answer.status, what, start }
    }

    /// `ahead`: how far the catalog's clock is ahead, in seconds.
    fn help_with_credentials(&self, ahead: Option<i64>) -> String {
        let Platform { client_id_variable: id, client_secret_variable: secret, .. } = self.platform;
        let mut help = format!("check {id} and {secret}");
        help.push_str(&region_help(self.platform, self.host));
        if let Some(ahead) = ahead.filter(|ahead| ahead.abs() > MAX_CLOCK_SKEW) {
            let direction = if ahead > 0 { "behind" } else { "ahead of" };
            help.push_str(&format!(
                "; this machine's clock is {} minutes {direction} the catalog's, and tokens depend on it: correct the clock",
                ahead.abs() / 60
            ));
        }
        help
    }
}

/// The JSON error of a rejection whose body was cut off.
fn truncation(answer: &Answer) -> Option<serde_json::Error> {
    if !answer.is_json || answer.body.is_empty() {
        return None;
    }
    let error = serde_json::from_slice::<IgnoredAny>(&answer.body).err()?;
    error.is_eof().then_some(error)
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
            let text = |key: &str| inner.get(key).and_then(|value| value.as_str()).map(str::to_owned);
            return Some(Self { error: text("name"), message: text("message"), details: None });
        }
        serde_json::from_slice(body).ok()
    }
}
