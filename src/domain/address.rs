//! URLs and hosts as users write them: detects hosts that are this machine, and redacts credentials. A text that is not
//! a URL is redacted too: a password with a slash breaks the URL, but is still a password.

use std::borrow::Cow;
use std::net::IpAddr;

/// Whether `host`, with or without the brackets of IPv6, is this machine: `localhost`, any of 127/8, `::1`.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The host of a URL, without its port: `api.port.io` of `https://api.port.io/v1`.
pub fn host_of(address: &str) -> &str {
    let authority = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    &authority[..port_at(authority).unwrap_or(authority.len())]
}

/// Percent-encodes `text` for a URL: keeps letters, digits and the bytes that `is_kept` accepts.
pub fn percent_encoded(text: &str, is_kept: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || is_kept(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Redacts a URL, or a text like one, for messages: user, password and tokens become `...`.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    if !text.contains("://") && !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let (scheme, rest) = match text.find("://") {
        Some(at) => text.split_at(at + 3),
        None => ("", text),
    };
    // The last `@`, because a password may contain one that is not encoded.
    let (user, rest) = rest.rsplit_once('@').map_or(("", rest), |(user, rest)| (user, rest));
    let (place, behind) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    let (authority, path) = place.split_at(place.find(['/', '\\']).unwrap_or(place.len()));
    let mut shown = scheme.to_owned();
    if text.contains('@') {
        shown.push_str(if user.is_empty() { "@" } else { "...@" });
    }
    match port_at(authority).map(|at| authority.split_at(at)) {
        // This is a user and password, and the path may be the rest of the password.
        Some((host, port)) if !port.bytes().skip(1).all(|byte| byte.is_ascii_digit()) => {
            shown.extend([host, ":..."]);
            return Cow::Owned(shown);
        }
        Some(_) | None => shown.extend([authority, path]),
    }
    if !behind.is_empty() {
        shown.extend([&behind[..1], "..."]);
    }
    Cow::Owned(shown)
}

/// The index of the port of a host, with its colon.
fn port_at(authority: &str) -> Option<usize> {
    let host = authority.rfind(']').unwrap_or_default();
    authority[host..].find(':').map(|at| host + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_url_has_no_port() {
        for (url, host) in [
            ("https://api.port.io/v1", "api.port.io"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("http://[::1]:8080/v1", "[::1]"),
            ("http://[::1]", "[::1]"),
            ("", ""),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for here in ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "",
            "localhost.evil.example",
            "10.0.0.1",
            "0.0.0.0",
            "::2",
            "[::1",
            "::ffff:127.0.0.1",
            "127.0.0.1.example",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        for (text, shown) in [
            ("https://me:hunter2@h.example/v1", "https://...@h.example/v1"),
            ("https://me:hun/ter2@h.example", "https://...@h.example"),
            ("https://me:hun?ter2@h.example", "https://...@h.example"),
            ("https://me:hunt@er2@h.example", "https://...@h.example"),
            ("https://me:hunter2", "https://me:..."),
            ("https://me:1hunter2/x", "https://me:..."),
            ("https://me:hunter2/h.example:80/", "https://me:..."),
            ("me:hunter2@h.example", "...@h.example"),
            ("https://hunter2@", "https://...@"),
            ("https://h.example/?token=hunter2", "https://h.example/?..."),
            ("https://h.example#hunter2", "https://h.example#..."),
            ("https://[::1]:hunter2", "https://[::1]:..."),
        ] {
            assert_eq!(without_secrets(text), shown, "{text}");
        }
        for plain in ["", "eu", "acme: catalog", "https://h.example:8080/v1", "http://[::1]:80", "@acme/catalog"] {
            assert_eq!(without_secrets(plain), plain);
        }
    }
}
