//! Decides where credentials may be sent: one check before every request that carries a secret. An address that a pull
//! request can change (in the config) is not trusted: any program can listen on loopback, so a loopback address from
//! the config gets only the credentials that `portolan serve` issued for it.

use reqwest::Url;

use super::credentials::Credentials;
use crate::catalog::issued::is_issued_for;
use crate::domain::address;
use crate::domain::platform::Platform;

/// The source of the catalog's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedBy {
    /// The user: a flag or an environment variable.
    User,
    /// A file of the repository, with its line: `portolan.yaml:2`.
    Repository(String),
}

/// An address that may receive credentials: any, or only issued ones. [`Trusted::check`] is the only constructor, and a
/// client is created only with credentials that [`Trusted::check_credentials`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    base: Url,
    /// The position in the config, if only the config names this loopback address: it then receives issued credentials
    /// only.
    issued_only: Option<String>,
}

/// The reason why an address receives no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum TrustError {
    #[error("no credentials are sent to `{address}`: only the repository's config ({place}) names it")]
    #[diagnostic(
        code("untrusted-catalog"),
        help(
            "a pull request can change that file; if the address is right, pass `--catalog {address}`, or set PORTOLAN_CATALOG={address}"
        )
    )]
    Unnamed { address: String, place: String },
    #[error(
        "no credentials are sent to `{address}`: only the repository's config ({place}) names it, and `portolan serve` did not \
             issue these credentials for it"
    )]
    #[diagnostic(
        code("untrusted-catalog"),
        help(
            "use the credentials that `portolan serve` prints when it starts (any program can listen on that port), or pass \
             `--catalog {address}`, or set PORTOLAN_CATALOG={address}"
        )
    )]
    NotIssued { address: String, place: String },
    #[error("no credentials are sent to `{address}`: the connection is not encrypted")]
    #[diagnostic(code("unencrypted-catalog"), help("use `https://`; `http://` is allowed for this machine only"))]
    InTheClear { address: String },
    #[error("invalid catalog address `{address}`: {reason}")]
    #[diagnostic(code("invalid-address"), help("write `https://HOST`, with a path if needed"))]
    Invalid { address: String, reason: String },
    /// The address is not repeated: one that cannot be parsed may contain a password anywhere.
    #[error("invalid catalog address: {reason}")]
    #[diagnostic(code("invalid-address"), help("write `https://HOST`, with a path if needed"))]
    NoAddress { reason: String },
}

impl Trusted {
    /// Checks an address: trusted are the platform's own hosts, addresses that the user named, and loopback for issued
    /// credentials.
    pub fn check(address: &str, named_by: &NamedBy, platform: &Platform) -> Result<Self, TrustError> {
        let invalid = |reason: &str| TrustError::Invalid {
            address: address::without_secrets(address).into_owned(),
            reason: reason.to_owned(),
        };
        let mut base = Url::parse(address).map_err(|error| TrustError::NoAddress { reason: error.to_string() })?;
        if !base.username().is_empty() || base.password().is_some() {
            // The user name is not repeated: it may be a password.
            let reason = "it contains a user name or password".to_owned();
            return Err(TrustError::Invalid { address: base.host_str().unwrap_or_default().to_owned(), reason });
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(invalid("it has a query or fragment"));
        }
        let is_here = is_loopback(&base);
        match base.scheme() {
            "https" => {}
            "http" if is_here => {}
            "http" => return Err(TrustError::InTheClear { address: address.to_owned() }),
            _ => return Err(invalid("the scheme must be `https`")),
        }
        let host = base.host_str().unwrap_or_default();
        let is_own = base.port_or_known_default() == Some(443) && platform.hosts.contains(&host);
        let issued_only = match named_by {
            NamedBy::Repository(place) if is_here && base.scheme() == "http" => Some(place.clone()),
            // `portolan serve` has no TLS, so it never issued credentials for `https://localhost`.
            NamedBy::Repository(place) if !is_own => {
                return Err(TrustError::Unnamed { address: address.to_owned(), place: place.clone() });
            }
            NamedBy::Repository(_) | NamedBy::User => None,
        };
        // Some base addresses end with the version, but every route here includes it.
        let path = base.path().trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path).to_owned();
        base.set_path(&path);
        Ok(Self { base, issued_only })
    }

    /// Checks that this address may receive these credentials.
    pub(super) fn check_credentials(&self, credentials: &Credentials) -> Result<(), TrustError> {
        let Some(place) = &self.issued_only else { return Ok(()) };
        let port = self.base.port_or_known_default().unwrap_or_default();
        if is_issued_for(credentials.id.reveal(), credentials.secret.reveal(), self.host(), port) {
            return Ok(());
        }
        Err(TrustError::NotIssued { address: self.text().to_owned(), place: place.clone() })
    }

    /// Whether the address may receive any credentials, not only issued ones.
    pub fn is_unconditional(&self) -> bool {
        self.issued_only.is_none()
    }

    /// Whether a request to `url` may carry secrets for this address.
    pub(super) fn admits(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// The URL of a route such as `/v1/blueprints`, with its segments encoded.
    pub(super) fn url(&self, route: &str) -> Result<Url, TrustError> {
        let text = format!("{}{route}", self.text());
        Url::parse(&text).map_err(|error| TrustError::Invalid { address: text, reason: error.to_string() })
    }

    /// The address for messages, without a trailing slash.
    pub fn text(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// The host, and the port unless it is the scheme's default.
    pub(super) fn place(&self) -> String {
        let port = self.base.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.host())
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Whether the address is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.base)
    }
}

fn is_loopback(url: &Url) -> bool {
    address::is_loopback(url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::issued::{RANDOM_BYTES, issue};
    use crate::domain::platform::{GLINT, PORT};
    use crate::domain::secret::Secret;

    fn from_config(address: &str) -> Result<Trusted, TrustError> {
        Trusted::check(address, &NamedBy::Repository("portolan.yaml:1".to_owned()), &PORT)
    }

    #[test]
    fn the_platforms_hosts_need_no_naming() {
        for good in [
            "https://api.port.io",
            "https://api.us.port.io/v1/",
            "https://API.getport.io",
            "https://api.us.getport.io:443",
        ] {
            assert!(from_config(good).is_ok_and(|trusted| trusted.is_unconditional()), "{good}");
        }
        let other_brand = Trusted::check("https://api.port.io", &NamedBy::Repository("x".to_owned()), &GLINT);
        assert!(matches!(other_brand, Err(TrustError::Unnamed { .. })));
    }

    fn credentials(id: &str, secret: &str) -> Credentials {
        Credentials { id: Secret::new(id), secret: Secret::new(secret) }
    }

    #[test]
    fn loopback_from_the_config_gets_only_what_was_issued_for_it() {
        let address = "127.0.0.1:4711".parse().expect("an address");
        let (id, secret) = issue(address, &[7; RANDOM_BYTES]);
        let issued = Credentials { id: Secret::new(id), secret };
        let of_the_platform = credentials("0123456789abcdef", "the-secret-of-the-platform");
        for (address, belongs) in [
            ("http://127.0.0.1:4711", true),
            ("http://localhost:4711/v1", true),
            ("http://LOCALHOST:4712", false),
            ("http://127.0.0.1", false),
            ("http://127.1.2.3:4711", false),
            ("http://[::1]:4711", false),
        ] {
            let trusted = from_config(address).expect("it may be the embedded server");
            let refused = trusted.check_credentials(&of_the_platform).expect_err(address);
            assert!(matches!(refused, TrustError::NotIssued { .. }) && !refused.to_string().contains("secret-of"));
            assert_eq!(trusted.check_credentials(&issued).is_ok(), belongs, "{address}");
            let named = Trusted::check(address, &NamedBy::User, &PORT).expect("it was named");
            assert!(named.is_unconditional() && named.check_credentials(&of_the_platform).is_ok(), "{address}");
        }
    }

    #[test]
    fn an_address_from_the_config_alone_gets_nothing() {
        for bad in [
            "https://evil.example",
            "https://api.port.io.evil.example",
            "https://evil.example/api.port.io",
            "https://port.io",
            "https://xapi.port.io",
            "https://api.port.io:8443",
            "https://api.port.io.",
            "https://localhost.evil.example",
            "https://localhost:4711",
            "https://127.0.0.1",
            "https://[::1]:3000/catalog",
            "https://0x7f.1",
            "https://127.0.0.1.evil.example",
            "https://api.pоrt.io",
            "https://0.0.0.0",
            "https://[::ffff:127.0.0.1]",
            "https://api.port.io\\@evil.example",
        ] {
            let refused = from_config(bad);
            let is_refused = match &refused {
                Err(TrustError::Unnamed { .. }) => true,
                // URL parsers treat a backslash as a slash, so the host is still the platform's.
                Ok(trusted) => trusted.host() == "api.port.io" && bad.contains('\\'),
                Err(
                    TrustError::InTheClear { .. }
                    | TrustError::Invalid { .. }
                    | TrustError::NoAddress { .. }
                    | TrustError::NotIssued { .. },
                ) => false,
            };
            assert!(is_refused, "{bad}: {refused:?}");
        }
    }

    #[test]
    fn naming_it_is_enough_but_not_for_sending_in_the_clear() {
        let named = |address: &str| Trusted::check(address, &NamedBy::User, &PORT);
        assert_eq!(
            named("https://catalog.acme.example/api/v1/").expect("it was named").text(),
            "https://catalog.acme.example/api"
        );
        assert!(matches!(named("http://catalog.acme.example"), Err(TrustError::InTheClear { .. })));
        assert!(matches!(named("ftp://catalog.acme.example"), Err(TrustError::Invalid { .. })));
        assert!(matches!(named("https://h/?token=x"), Err(TrustError::Invalid { .. })));
        for secret in [
            "https://me:hunter2@catalog.acme.example",
            "https://me:hunter2",
            "https://me:hunter2/x@h",
            "me:hunter2@h",
            "hunter2",
            "https://h/?token=hunter2",
            "ftp://h/#hunter2",
        ] {
            let refused = named(secret).expect_err(secret);
            assert!(!format!("{refused} {refused:?}").contains("hunter2"), "{refused:?}");
        }
    }

    #[test]
    fn what_was_trusted_is_that_origin_and_no_other() {
        let trusted = from_config("https://api.port.io").expect("it is the platform's");
        let admits = |url: &str| trusted.admits(&Url::parse(url).expect("it is an address"));
        assert!(admits("https://api.port.io:443/v1/x?y=z"));
        for other in
            ["http://api.port.io/", "https://api.us.port.io/", "https://api.port.io:444/", "https://evil.example/"]
        {
            assert!(!admits(other), "{other}");
        }
        let url = trusted.url("/v1/blueprints/a%2Fb").expect("it is an address");
        assert_eq!(url.as_str(), "https://api.port.io/v1/blueprints/a%2Fb");
    }
}
