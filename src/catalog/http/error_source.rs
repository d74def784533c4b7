//! Finds the root cause of an error of the HTTP library, which nests errors several levels deep; only the innermost
//! says what happened.

use std::error::Error as StdError;
use std::io;

use super::client_error::{ClientError, RequestLine};
use super::timeouts::Timeouts;
use crate::catalog::http::redact::clean;
use crate::domain::address;
use crate::domain::secret::Secret;

/// The innermost error of a chain.
#[derive(Debug)]
pub(super) struct Cause {
    /// The message of the innermost error.
    pub reason: String,
    kind: Option<io::ErrorKind>,
    tls: Option<rustls::Error>,
}

impl Cause {
    /// `secrets`: the secrets that the request contained, which the answer, and so the error, may repeat.
    pub fn of(error: &(dyn StdError + 'static), secrets: &[&Secret]) -> Self {
        let mut cause = Self { reason: String::new(), kind: None, tls: None };
        let mut next = Some(error);
        while let Some(error) = next {
            cause.reason = error.to_string();
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                cause.tls = Some(tls.clone());
            }
            let io = error.downcast_ref::<io::Error>();
            if let Some(io) = io {
                cause.kind = Some(io.kind());
            }
            // `io::Error::source` skips the wrapped error and returns that error's source.
            next = match io.and_then(io::Error::get_ref) {
                Some(inner) => Some(inner as &(dyn StdError + 'static)),
                None => error.source(),
            };
        }
        cause.reason = clean(&cause.reason, secrets);
        cause
    }

    /// The error to report. `proxy`: the proxy of this host, if any.
    pub fn into_error(
        self,
        error: &reqwest::Error,
        request: RequestLine,
        host: &str,
        timeouts: Timeouts,
        proxy: Option<&str>,
    ) -> ClientError {
        let host = host.to_owned();
        let reason = self.reason;
        if let Some(tls) = self.tls {
            let help = tls_help(&tls, is_on_this_machine(&host));
            return ClientError::Tls { host, reason: tls_reason(&tls), help };
        }
        // The library calls a rejection by the proxy a tunnel error. Before the tunnel exists, any connection error is
        // one with the proxy.
        let tunnel = reason.strip_prefix("tunnel error: ");
        if let Some(proxy) = proxy.filter(|_| tunnel.is_some() || error.is_connect() || error.is_dns()) {
            let is_passing = tunnel.is_none();
            let reason = match tunnel {
                Some("proxy authorization required") => {
                    "it requires credentials (HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT)".to_owned()
                }
                Some("unsuccessful") => "it refuses to connect to this host".to_owned(),
                Some(other) => other.to_owned(),
                None if self.kind == Some(io::ErrorKind::ConnectionRefused) => {
                    "nothing listens there (connection refused)".to_owned()
                }
                None => reason,
            };
            return ClientError::Proxy { proxy: proxy.to_owned(), host, reason, is_passing };
        }
        if error.is_dns() {
            // Only the name was looked up, so the port and the system's prefix say nothing.
            let host = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name).to_owned();
            let reason = reason.strip_prefix("failed to lookup address information: ").unwrap_or(&reason).to_owned();
            return ClientError::UnknownHost { host, reason };
        }
        if error.is_timeout() || self.kind == Some(io::ErrorKind::TimedOut) {
            return match error.is_connect() {
                true => ClientError::Timeout { request, what: "no connection", limit: timeouts.connect },
                // The library does not say which of the two limits it was.
                false => ClientError::Timeout { request, what: "no answer", limit: timeouts.read },
            };
        }
        if error.is_connect() {
            let reason = match self.kind {
                Some(io::ErrorKind::ConnectionRefused) => "nothing listens there (connection refused)".to_owned(),
                Some(_) | None => reason,
            };
            return ClientError::NoConnection { host, reason };
        }
        ClientError::ConnectionLost { request, reason }
    }
}

fn tls_reason(tls: &rustls::Error) -> String {
    use rustls::{CertificateError, Error};
    match tls {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its certificate is not signed by an authority that this system trusts".to_owned()
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name".to_owned(),
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired, or this machine's clock is wrong".to_owned()
        }
        Error::InvalidMessage(_) => "the server does not use TLS".to_owned(),
        other => clean(&other.to_string(), &[]),
    }
}

/// `host`: with or without a port.
fn is_on_this_machine(host: &str) -> bool {
    let bare = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    address::is_loopback(bare)
}

fn tls_help(tls: &rustls::Error, is_loopback: bool) -> &'static str {
    use rustls::{CertificateError, Error};
    match tls {
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "check this machine's clock, then the server's certificate"
        }
        Error::InvalidMessage(_) if is_loopback => "use `http://`: it is allowed for this machine",
        Error::InvalidMessage(_) => "check the address and its port, and any proxy or sign-in page on the way",
        _ => "if your company inspects TLS traffic, add its certificate authority: PORTOLAN_CA_BUNDLE=/path/to/ca.pem",
    }
}
