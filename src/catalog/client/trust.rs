//! Where credentials may be sent. One rule, asked in one place before every request that carries a secret. What a pull
//! request can change (an address in the config) is not enough to be trusted.

use reqwest::Url;

use crate::domain::address;
use crate::domain::platform::Platform;

/// Who said that this is the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedBy {
    /// The user at this moment: a flag or a variable of the environment.
    User,
    /// A file of the repository, and where in it: `portolan.yaml:2`.
    Repository(String),
}

/// An address that may be given the platform's credentials. There is no other way to make one than [`Trusted::check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    base: Url,
}

/// Why an address is given no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum TrustError {
    #[error("send credentials to `{address}`: only the repository's config ({place}) names it")]
    #[diagnostic(
        code("untrusted-catalog"),
        help(
            "a pull request can change that file, so say it yourself if you mean it: `--catalog {address}`, or \
             PORTOLAN_CATALOG={address} in the environment"
        )
    )]
    Unnamed { address: String, place: String },
    #[error("send credentials to `{address}`: everybody on the way could read them")]
    #[diagnostic(code("unencrypted-catalog"), help("use `https://`; `http://` is for this machine alone"))]
    InTheClear { address: String },
    #[error("use the catalog's address `{address}`: {reason}")]
    #[diagnostic(code("invalid-address"), help("an address is `https://HOST` and at most a path"))]
    Invalid { address: String, reason: String },
    /// Not repeated: what cannot be taken apart may have a password anywhere.
    #[error("use the catalog's address: it is none ({reason})")]
    #[diagnostic(code("invalid-address"), help("an address is `https://HOST` and at most a path"))]
    NoAddress { reason: String },
}

impl Trusted {
    /// The rule: the platform's own hosts, this machine, and what the user named.
    pub fn check(address: &str, named_by: &NamedBy, platform: &Platform) -> Result<Self, TrustError> {
        let invalid = |reason: &str| TrustError::Invalid {
            address: address::without_secrets(address).into_owned(),
            reason: reason.to_owned(),
        };
        let mut base = Url::parse(address).map_err(|error| TrustError::NoAddress { reason: error.to_string() })?;
        if !base.username().is_empty() || base.password().is_some() {
            // Not repeated: it may be a password.
            let reason = "it holds a user and password".to_owned();
            return Err(TrustError::Invalid { address: base.host_str().unwrap_or_default().to_owned(), reason });
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(invalid("it goes on after the path"));
        }
        let is_here = is_loopback(&base);
        match base.scheme() {
            "https" => {}
            "http" if is_here => {}
            "http" => return Err(TrustError::InTheClear { address: address.to_owned() }),
            _ => return Err(invalid("only `https://` is spoken")),
        }
        let host = base.host_str().unwrap_or_default();
        let is_own = base.port_or_known_default() == Some(443) && platform.hosts.contains(&host);
        if let (false, false, NamedBy::Repository(place)) = (is_here, is_own, named_by) {
            return Err(TrustError::Unnamed { address: address.to_owned(), place: place.clone() });
        }
        // Some write the version into the base address; every path here has it.
        let path = base.path().trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path).to_owned();
        base.set_path(&path);
        Ok(Self { base })
    }

    /// Whether a request for `url` may carry the secrets that are meant for this address.
    pub(super) fn admits(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// The address of a route: `/v1/blueprints`, its segments encoded.
    pub(super) fn url(&self, route: &str) -> Result<Url, TrustError> {
        let text = format!("{}{route}", self.text());
        Url::parse(&text).map_err(|error| TrustError::Invalid { address: text, reason: error.to_string() })
    }

    /// As it is shown, without a slash at the end.
    pub fn text(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// The host, and the port where it is not the scheme's own.
    pub(super) fn place(&self) -> String {
        let port = self.base.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.host())
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// On this machine.
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
    use crate::domain::platform::{GLINT, PORT};

    fn from_config(address: &str) -> Result<Trusted, TrustError> {
        Trusted::check(address, &NamedBy::Repository("portolan.yaml:1".to_owned()), &PORT)
    }

    #[test]
    fn the_platforms_hosts_and_this_machine_need_no_naming() {
        for good in [
            "https://api.port.io",
            "https://api.us.port.io/v1/",
            "https://API.getport.io",
            "https://api.us.getport.io:443",
            "http://127.0.0.1:8080",
            "http://LOCALHOST:1",
            "http://127.1.2.3:1",
            "https://[::1]:3000/catalog",
        ] {
            assert!(from_config(good).is_ok(), "{good}");
        }
        let other_brand = Trusted::check("https://api.port.io", &NamedBy::Repository("x".to_owned()), &GLINT);
        assert!(matches!(other_brand, Err(TrustError::Unnamed { .. })));
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
            "https://127.0.0.1.evil.example",
            "https://api.pоrt.io",
            "https://0.0.0.0",
            "https://[::ffff:127.0.0.1]",
            "https://api.port.io\\@evil.example",
        ] {
            let refused = from_config(bad);
            let is_refused = match &refused {
                Err(TrustError::Unnamed { .. }) => true,
                // A backslash is a slash for browsers, and so for the parser: the host is still the platform's.
                Ok(trusted) => trusted.host() == "api.port.io" && bad.contains('\\'),
                Err(TrustError::InTheClear { .. } | TrustError::Invalid { .. } | TrustError::NoAddress { .. }) => false,
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
