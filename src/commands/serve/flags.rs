//! Reads the values of the flags as people write them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::domain::secret::Secret;
use crate::embedded::server::Rate;

/// The maximum of `--latency` in milliseconds; clients time out earlier.
const MAX_LATENCY: u32 = 60_000;

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let here = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let parsed = here.as_deref().unwrap_or(text).parse::<SocketAddr>();
    let bare = text.strip_prefix(':').unwrap_or(text);
    let port = || bare.parse::<u16>().ok().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    parsed.ok().or_else(port).ok_or_else(|| {
        let last = text.rsplit(':').next().unwrap_or_default();
        let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && last.parse::<u16>().is_err() {
            return "a port is at most 65535".to_owned();
        }
        "expected an address and a port: `127.0.0.1:8080`, `localhost:8080`, `[::1]:0` or `8080`".to_owned()
    })
}

pub(super) fn latency(text: &str) -> Result<u32, String> {
    let milliseconds = text.parse::<u32>().ok().filter(|milliseconds| *milliseconds <= MAX_LATENCY);
    milliseconds.ok_or_else(|| format!("expected milliseconds, from 0 to {MAX_LATENCY}"))
}

pub(super) fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text))
}

pub(super) fn rate(text: &str) -> Result<Rate, String> {
    let help = || "expected a number and a period: `1000/5m`, `10/s`, `5000/1d`".to_owned();
    let (requests, period) = text.split_once('/').ok_or_else(help)?;
    let digits = period.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &period[digits.len()..] {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(help()),
    };
    let count: u64 = if digits.is_empty() { 1 } else { digits.parse().map_err(|_| help())? };
    let is_bare = digits.is_empty() && period.is_empty();
    let requests: u32 = requests.parse().map_err(|_| help())?;
    let seconds = count.checked_mul(unit).filter(|seconds| (1..=86_400).contains(seconds) && !is_bare);
    let seconds = seconds.ok_or_else(|| "the period must be between one second and one day".to_owned())?;
    if requests == 0 {
        return Err("the limit must be at least 1".to_owned());
    }
    Ok(Rate { requests, period: Duration::from_secs(seconds) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_rates_are_read_as_people_write_them() {
        for good in ["127.0.0.1:8080", "localhost:8080", ":8080", "8080"] {
            assert_eq!(address(good).map(|address| address.to_string()).as_deref(), Ok("127.0.0.1:8080"), "{good}");
        }
        assert!(address("[::1]:0").is_ok() && address("0.0.0.0:80").is_ok());
        for bad in ["", "localhost", "127.0.0.1", "example.com:80", "127.0.0.1:99999", "http://127.0.0.1:80"] {
            assert!(address(bad).is_err(), "{bad}");
        }
        for (good, seconds) in [("5/s", 1), ("5/10s", 10), ("5/10", 10), ("5/2m", 120), ("5/h", 3600), ("5/1d", 86_400)]
        {
            assert_eq!(rate(good), Ok(Rate { requests: 5, period: Duration::from_secs(seconds) }), "{good}");
        }
        for bad in ["", "5", "5/", "/s", "0/s", "5/0s", "5/2d", "5/99999999999999999999s", "-1/s", "5/25h", "x/s"] {
            assert!(rate(bad).is_err(), "{bad}");
        }
        for high in ["127.0.0.1:65536", "70000", ":99999999999"] {
            assert_eq!(address(high), Err("a port is at most 65535".to_owned()), "{high}");
        }
        assert_eq!((latency("0"), latency("60000")), (Ok(0), Ok(60_000)));
        for bad in ["", "soon", "-1", "60001", "99999999999"] {
            assert!(latency(bad).is_err(), "{bad}");
        }
    }
}
