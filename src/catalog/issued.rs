//! The credentials that `portolan serve` issues: their form, and the address that they are bound to. A client
//! recognises them without a network call. The binding is a checksum, not a signature: it prevents credentials
//! of the platform from being mistaken for issued ones; a forged pair gains nothing, because only that pair is sent.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ring::digest::{SHA256, digest};

use crate::domain::secret::Secret;

/// No platform's credentials begin with this prefix.
const PREFIX: &str = "portolan-serve-";
const VERSION: &str = "portolan serve credentials 1";
/// Random bytes of the id and of the secret.
const ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 24;
/// Bytes of the checksum at the end of the secret.
const BINDING_BYTES: usize = 16;

/// How many random bytes [`issue`] needs.
pub(crate) const RANDOM_BYTES: usize = ID_BYTES + SECRET_BYTES;

/// Creates an id and a secret for the server that listens on `address`.
pub(crate) fn issue(address: SocketAddr, random: &[u8; RANDOM_BYTES]) -> (String, Secret) {
    let (for_id, for_secret) = random.split_at(ID_BYTES);
    let id = format!("{PREFIX}{}", hexadecimal(for_id));
    let drawn = format!("{PREFIX}{}", hexadecimal(for_secret));
    let binding = binding(address.ip(), address.port(), &id, &drawn);
    (id, Secret::new(format!("{drawn}-{binding}")))
}

/// Whether `portolan serve` issued this pair for the server at `host` and `port`. `localhost` matches both loopback
/// addresses.
pub(crate) fn is_issued_for(id: &str, secret: &str, host: &str, port: u16) -> bool {
    let is_ours = id.starts_with(PREFIX) && secret.starts_with(PREFIX);
    let Some((drawn, bound_to)) = secret.rsplit_once('-').filter(|_| is_ours) else { return false };
    loopback_addresses(host).into_iter().any(|ip| binding(ip, port, id, drawn) == bound_to)
}

fn loopback_addresses(host: &str) -> Vec<IpAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    }
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.parse::<IpAddr>().ok().filter(IpAddr::is_loopback).into_iter().collect()
}

fn binding(ip: IpAddr, port: u16, id: &str, drawn: &str) -> String {
    let bound = digest(&SHA256, format!("{VERSION}\n{ip}\n{port}\n{id}\n{drawn}\n").as_bytes());
    hexadecimal(&bound.as_ref()[..BINDING_BYTES])
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(address: &str) -> (String, String) {
        let random = std::array::from_fn(|at| u8::try_from(at * 7).unwrap_or(255));
        let (id, secret) = issue(address.parse().expect("an address"), &random);
        (id, secret.reveal().to_owned())
    }

    #[test]
    fn a_pair_belongs_to_the_address_that_it_was_issued_for() {
        let (id, secret) = issued("127.0.0.1:4711");
        assert_eq!((id.len(), secret.len()), (31, 96), "{id} {secret}");
        for (host, port, belongs) in [
            ("127.0.0.1", 4711, true),
            ("localhost", 4711, true),
            ("LocalHost", 4711, true),
            ("127.0.0.1", 4712, false),
            ("127.0.0.2", 4711, false),
            ("[::1]", 4711, false),
            ("localhost.evil.example", 4711, false),
            ("10.0.0.1", 4711, false),
            ("", 4711, false),
        ] {
            assert_eq!(is_issued_for(&id, &secret, host, port), belongs, "{host}:{port}");
        }
        let (id, secret) = issued("[::1]:4711");
        assert!(is_issued_for(&id, &secret, "[::1]", 4711) && is_issued_for(&id, &secret, "localhost", 4711));
        assert!(!is_issued_for(&id, &secret, "127.0.0.1", 4711));
    }

    #[test]
    fn other_credentials_are_never_taken_for_issued_ones() {
        let (id, secret) = issued("127.0.0.1:4711");
        let (other_id, other_secret) = ("0123456789abcdef0123456789abcdef", "f".repeat(64));
        let bound_nowhere = format!("{PREFIX}{other_secret}");
        let cut = &secret[..secret.len() - 1];
        for (id, secret) in [
            (other_id, other_secret.as_str()),
            (id.as_str(), other_secret.as_str()),
            (other_id, secret.as_str()),
            (id.as_str(), bound_nowhere.as_str()),
            (id.as_str(), cut),
            (id.as_str(), ""),
            ("", secret.as_str()),
            (PREFIX, PREFIX),
            (&id.replace("00", "01"), secret.as_str()),
        ] {
            assert!(!is_issued_for(id, secret, "127.0.0.1", 4711), "{id} {secret}");
        }
    }
}
