//! The catalog setting: the embedded one, a region of the platform, or a URL. A URL with a user name and password is
//! rejected, because the config is committed.

use crate::domain::address::is_loopback;
use crate::domain::platform::Platform;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Catalog {
    Local,
    /// The platform's name for the region.
    Region(String),
    Url(String),
}

impl Catalog {
    /// Parses the setting; the error is a clause.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "local" {
            return Ok(Self::Local);
        }
        if !text.contains("://") {
            let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            return if is_name {
                Ok(Self::Region(text.to_owned()))
            } else {
                Err("expected `local`, a region or an `https://` address (`http://` for this machine only)".to_owned())
            };
        }
        check_url(text)?;
        Ok(Self::Url(text.trim_end_matches('/').to_owned()))
    }

    pub fn text(&self) -> &str {
        match self {
            Self::Local => "local",
            Self::Region(text) | Self::Url(text) => text,
        }
    }

    /// Checks that `platform` has the region.
    pub fn check_region(&self, platform: &Platform) -> Result<(), String> {
        let Self::Region(name) = self else { return Ok(()) };
        if platform.regions.iter().any(|(region, _)| region == name) {
            return Ok(());
        }
        let known: Vec<String> = platform.regions.iter().map(|(name, _)| format!("`{name}`")).collect();
        Err(format!("{} has no region `{name}`; its regions are {}", platform.brand, known.join(", ")))
    }
}

fn check_url(text: &str) -> Result<(), String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let host_and_port = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host_and_port.contains('@') {
        return Err("an address must not contain a user or password; credentials come from the environment".to_owned());
    }
    if rest.contains(['?', '#']) || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("an address has no query or fragment".to_owned());
    }
    let (host, port) = match host_and_port.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or((rest, "")),
        None => host_and_port.split_at(host_and_port.find(':').unwrap_or(host_and_port.len())),
    };
    if host.is_empty() {
        return Err("the address has no host".to_owned());
    }
    if !port.is_empty() && port.strip_prefix(':').is_none_or(|port| port.parse::<u16>().is_err()) {
        // The text is probably a user and a password without a host.
        return Err("the port is not a number from 1 to 65535".to_owned());
    }
    match scheme {
        "https" => Ok(()),
        "http" if is_loopback(host) => Ok(()),
        "http" => Err("`http://` would send credentials unencrypted; use `https://`".to_owned()),
        other => Err(format!("`{other}://` is not supported; use `https://`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::{GLINT, PORT};

    #[test]
    fn names_and_addresses_are_told_apart() {
        assert_eq!(Catalog::parse("local"), Ok(Catalog::Local));
        assert_eq!(Catalog::parse("us"), Ok(Catalog::Region("us".to_owned())));
        let url = Catalog::parse("https://catalog.acme.example/api/");
        assert_eq!(url, Ok(Catalog::Url("https://catalog.acme.example/api".to_owned())));
        for good in ["http://LocalHost:8080", "http://127.0.0.1", "http://127.1.2.3:80", "http://[::1]:3000/v1"] {
            assert!(Catalog::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_could_leak_or_mislead_is_refused() {
        for (bad, why) in [
            ("", "expected"),
            ("EU", "expected"),
            ("https://", "no host"),
            ("http://api.port.io", "unencrypted"),
            ("http://localhost.evil.example", "unencrypted"),
            ("ftp://host", "not supported"),
            ("https://id:secret@api.port.io", "credentials"),
            ("https://api.port.io/?token=x", "no query or fragment"),
            ("https://me:hunter2", "the port is not"),
            ("https://[::1]hunter2", "the port is not"),
            ("https://api.port.io:99999", "the port is not"),
            ("https://a b", "no query or fragment"),
        ] {
            let refused = Catalog::parse(bad).expect_err(bad);
            assert!(refused.contains(why), "{bad}: {refused}");
        }
        let us = Catalog::Region("us".to_owned());
        assert!(us.check_region(&PORT).is_ok());
        assert_eq!(us.check_region(&GLINT), Err("Glint has no region `us`; its regions are `eu`".to_owned()));
    }
}
