//! A proxy between a client and a real server that simulates faults of networks and catalogs: it refuses, answers with
//! pages that are not JSON, cuts connections before, during and after a response, is slow, and sends requests twice.
//! Faults are drawn from a seed, so failures can be repeated; they are recorded, so a test can check that there were
//! any.
//!
//! A fault after the request was forwarded is the hardest: the write took effect, and the client does not know.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// 429 with `Retry-After: 1`.
    RetryAfterSeconds,
    /// 429 with a date as `Retry-After`.
    RetryAfterDate,
    /// 429 with an epoch as `x-ratelimit-reset`.
    ResetEpoch,
    /// 429 with seconds as `x-ratelimit-reset`.
    ResetSeconds,
    RequestTimeout,
    InternalError,
    /// A proxy's page in HTML.
    BadGateway,
    GatewayTimeout,
    /// The request never arrives.
    CutBefore,
    /// The request arrives; its response does not.
    CutAfter,
    /// Half of the announced body.
    CutInBody,
    /// A body that is truncated but looks complete to HTTP.
    Truncated,
    /// The response is delayed.
    Slow,
    /// The request arrives twice; the second response is returned.
    Repeated,
}

pub const ALL: [Fault; 14] = [
    Fault::RetryAfterSeconds,
    Fault::RetryAfterDate,
    Fault::ResetEpoch,
    Fault::ResetSeconds,
    Fault::RequestTimeout,
    Fault::InternalError,
    Fault::BadGateway,
    Fault::GatewayTimeout,
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::CutInBody,
    Fault::Truncated,
    Fault::Slow,
    Fault::Repeated,
];

/// The faults and their frequency.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub seed: u64,
    pub faults: Vec<Fault>,
    /// The percentage of requests with a fault.
    pub percent: u64,
}

impl Schedule {
    pub fn calm() -> Self {
        Self { seed: 1, faults: Vec::new(), percent: 0 }
    }

    pub fn always(fault: Fault) -> Self {
        Self { seed: 1, faults: vec![fault], percent: 100 }
    }

    /// Draws by the number of the request, so that equal seeds give equal faults, whatever the concurrency.
    fn draw(&self, number: usize) -> Option<Fault> {
        let mut state =
            self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number as u64 + 1).wrapping_mul(0xd6e8_feb8_6659_fd93);
        for _ in 0..3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
        }
        let hit = state % 100 < self.percent && !self.faults.is_empty();
        hit.then(|| self.faults[(state / 100) as usize % self.faults.len()])
    }
}

pub struct Faulty {
    pub url: String,
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: Mutex<String>,
    schedule: Mutex<Schedule>,
    /// Routes that the proxy answers with 404.
    lacking: Mutex<Vec<&'static str>>,
    requests: AtomicUsize,
    happened: Mutex<BTreeMap<Fault, usize>>,
    /// The line and body of each request, if recording is on.
    record: Mutex<Option<Vec<(String, String)>>>,
    ended: AtomicBool,
}

impl Faulty {
    /// Starts a proxy before the server at `url`.
    pub fn before(url: &str, schedule: Schedule) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it listens");
        let shared = Arc::new(Shared {
            server: Mutex::new(url.trim_start_matches("http://").to_owned()),
            schedule: Mutex::new(schedule),
            lacking: Mutex::default(),
            requests: AtomicUsize::new(0),
            happened: Mutex::default(),
            record: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if own.ended.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), own) = (stream, Arc::clone(&own)) else { continue };
                std::thread::spawn(move || own.serve(stream));
            }
        });
        Self { url: format!("http://{address}"), address, shared }
    }

    /// Applies a schedule from now on.
    pub fn follow(&self, schedule: Schedule) {
        *self.shared.schedule.lock().expect("nobody panics with it") = schedule;
    }

    /// Forwards to another server from now on.
    pub fn lead_to(&self, url: &str) {
        url.trim_start_matches("http://").clone_into(&mut self.shared.server.lock().expect("nobody panics with it"));
    }

    /// Simulates an older server: from now on, routes with this ending do not exist.
    pub fn lacks(&self, route: &'static str) {
        self.shared.lacking.lock().expect("nobody panics with it").push(route);
    }

    /// The number of faults that occurred, by kind.
    pub fn happened(&self) -> BTreeMap<Fault, usize> {
        self.shared.happened.lock().expect("nobody panics with it").clone()
    }

    /// Records the line and the body of each request from now on.
    pub fn record(&self) {
        *self.shared.record.lock().expect("nobody panics with it") = Some(Vec::new());
    }

    /// The recorded requests, in the order of arrival.
    pub fn recorded(&self) -> Vec<(String, String)> {
        self.shared.record.lock().expect("nobody panics with it").clone().unwrap_or_default()
    }

    /// The number of requests.
    pub fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next connection.
        let _woken = TcpStream::connect(self.address);
    }
}

impl Shared {
    /// Handles requests until one side closes the connection.
    fn serve(&self, mut client: TcpStream) {
        let _at_once = client.set_nodelay(true);
        while let Some(request) = message(&mut client) {
            let number = self.requests.fetch_add(1, Ordering::SeqCst);
            if let Some(record) = self.record.lock().expect("nobody panics with it").as_mut() {
                let body = head_length(&request).and_then(|head| request.get(head..)).unwrap_or_default();
                let line = lines(&request).into_iter().next().unwrap_or_default();
                record.push((line, String::from_utf8_lossy(body).into_owned()));
            }
            let fault = self.schedule.lock().expect("nobody panics with it").draw(number);
            if let Some(fault) = fault {
                *self.happened.lock().expect("nobody panics with it").entry(fault).or_default() += 1;
            }
            let Some(answer) = self.answer(fault, &request) else { break };
            if client.write_all(&answer.bytes).is_err() || answer.is_last {
                break;
            }
        }
        let _closed = client.shutdown(Shutdown::Both);
    }

    /// `None`: the connection is closed without a response.
    fn answer(&self, fault: Option<Fault>, request: &[u8]) -> Option<Bytes> {
        if let Some(answer) = self.no_route(request) {
            return Some(answer);
        }
        let Some(fault) = fault else { return self.pass_on(request) };
        match fault {
            Fault::CutBefore => None,
            Fault::CutAfter => {
                self.pass_on(request);
                None
            }
            Fault::CutInBody => Some(cut(self.pass_on(request)?)),
            Fault::Truncated => Some(truncated(self.pass_on(request)?)),
            Fault::Slow => {
                std::thread::sleep(Duration::from_millis(150));
                self.pass_on(request)
            }
            Fault::Repeated => {
                self.pass_on(request);
                self.pass_on(request)
            }
            Fault::RetryAfterSeconds
            | Fault::RetryAfterDate
            | Fault::ResetEpoch
            | Fault::ResetSeconds
            | Fault::RequestTimeout
            | Fault::InternalError
            | Fault::BadGateway
            | Fault::GatewayTimeout => Some(refusal(fault)),
        }
    }

    /// The platform's response for an unknown route.
    fn no_route(&self, request: &[u8]) -> Option<Bytes> {
        let first = lines(request).into_iter().next()?;
        let (method, path) = first.split_once(' ')?;
        let path = path.split([' ', '?']).next()?;
        let lacking = self.lacking.lock().expect("nobody panics with it");
        lacking.iter().find(|route| path.ends_with(**route))?;
        let body = format!("{{\"ok\":false,\"error\":\"not_found\",\"message\":\"Route {method}:{path} not found\"}}");
        let head = "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length";
        Some(Bytes { bytes: format!("{head}: {}\r\n\r\n{body}", body.len()).into_bytes(), is_last: false })
    }

    /// Forwards the request over a connection of its own, and returns the response.
    fn pass_on(&self, request: &[u8]) -> Option<Bytes> {
        let address = self.server.lock().expect("nobody panics with it").clone();
        let mut server = TcpStream::connect(&address).ok()?;
        let request = with_header(request, "host", &address);
        server.write_all(&with_header(&request, "connection", "close")).ok()?;
        let mut bytes = Vec::new();
        server.read_to_end(&mut bytes).ok()?;
        Some(Bytes { bytes: with_header(&bytes, "connection", "keep-alive"), is_last: false })
    }
}

/// The bytes for the client, and whether the connection ends after them.
struct Bytes {
    bytes: Vec<u8>,
    is_last: bool,
}

/// Half of the body: the rest of the announced length, or the last chunk, never arrives.
fn cut(answer: Bytes) -> Bytes {
    let head = head_length(&answer.bytes).unwrap_or(answer.bytes.len());
    let body = answer.bytes.len() - head;
    let kept = head + body / 2;
    Bytes { bytes: answer.bytes[..kept].to_vec(), is_last: true }
}

/// Half of the body, complete to HTTP. A compressed body could not be decompressed at all.
fn truncated(answer: Bytes) -> Bytes {
    let Some(head) = head_length(&answer.bytes) else { return answer };
    let is_chunked = header(&answer.bytes, "transfer-encoding").is_some();
    if is_chunked {
        return cut(answer);
    }
    let body = &answer.bytes[head..];
    let half = &body[..body.len() / 2];
    let head = with_header(&answer.bytes[..head], "content-length", &half.len().to_string());
    Bytes { bytes: [&head, half].concat(), is_last: false }
}

fn refusal(fault: Fault) -> Bytes {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    let too_many = "{\"ok\":false,\"error\":\"rate_limit_exceeded\",\"message\":\"too many requests\"}";
    let (status, headers, body) = match fault {
        Fault::RetryAfterSeconds => ("429 Too Many Requests", "retry-after: 1\r\n".to_owned(), too_many),
        Fault::RetryAfterDate => ("429 Too Many Requests", format!("retry-after: {}\r\n", date(now + 1)), too_many),
        Fault::ResetEpoch => {
            let headers = format!("{LIMIT}x-ratelimit-reset: {}\r\n", now + 1);
            ("429 Too Many Requests", headers, too_many)
        }
        Fault::ResetSeconds => ("429 Too Many Requests", format!("{LIMIT}x-ratelimit-reset: 1\r\n"), too_many),
        Fault::RequestTimeout => ("408 Request Timeout", String::new(), ""),
        Fault::InternalError => {
            ("500 Internal Server Error", String::new(), "{\"ok\":false,\"error\":\"internal_error\"}")
        }
        Fault::GatewayTimeout => (
            "504 Gateway Timeout",
            String::new(),
            "{\"ok\":false,\"error\":\"timeout_error\",\"message\":\"request was too long to execute\"}",
        ),
        Fault::BadGateway
        | Fault::CutBefore
        | Fault::CutAfter
        | Fault::CutInBody
        | Fault::Truncated
        | Fault::Slow
        | Fault::Repeated => {
            ("502 Bad Gateway", "content-type: text/html\r\n".to_owned(), "<html><h1>502 Bad Gateway</h1></html>")
        }
    };
    let length = body.len();
    let text = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
    Bytes { bytes: text.into_bytes(), is_last: false }
}

const LIMIT: &str = "x-ratelimit-limit: 100\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-period: 60\r\n";

/// An HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(epoch: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, seconds) = (epoch / 86_400, epoch % 86_400);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970, days);
    while left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let (weekday, month) = (DAYS[(days % 7) as usize], MONTHS[month]);
    format!("{weekday}, {:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT", left + 1)
}

/// One request, head and body. Clients of this proxy always send a content length.
fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(head) = head_length(&bytes) {
            let body: usize = header(&bytes, "content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
            if bytes.len() >= head + body {
                return Some(bytes);
            }
        }
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
    }
}

/// The length of the head, including the empty line.
fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|it| it == b"\r\n\r\n").map(|at| at + 4)
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let head = &bytes[..head_length(bytes).unwrap_or(bytes.len())];
    String::from_utf8_lossy(head).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn is_of(line: &str, name: &str) -> bool {
    line.split_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(name))
}

fn header(bytes: &[u8], name: &str) -> Option<String> {
    let line = lines(bytes).into_iter().find(|line| is_of(line, name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The message with this as the only value of a header.
fn with_header(bytes: &[u8], name: &str, value: &str) -> Vec<u8> {
    let body = &bytes[head_length(bytes).unwrap_or(bytes.len())..];
    let mut head: Vec<String> = lines(bytes).into_iter().filter(|line| !is_of(line, name)).collect();
    head.push(format!("{name}: {value}"));
    [head.join("\r\n").as_bytes(), b"\r\n\r\n", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(date(1_709_210_096), "Thu, 29 Feb 2024 12:34:56 GMT");
        assert_eq!(date(1_735_689_599), "Tue, 31 Dec 2024 23:59:59 GMT");
    }

    #[test]
    fn a_seed_is_a_schedule() {
        let schedule = Schedule { seed: 7, faults: ALL.to_vec(), percent: 30 };
        let drawn: Vec<Option<Fault>> = (0..2000).map(|number| schedule.draw(number)).collect();
        assert_eq!(drawn, (0..2000).map(|number| schedule.draw(number)).collect::<Vec<_>>());
        let hits = drawn.iter().flatten().count();
        assert!((400..800).contains(&hits), "{hits} of 2000");
        for fault in ALL {
            assert!(drawn.contains(&Some(fault)), "{fault:?} never comes");
        }
    }

    #[test]
    fn headers_are_found_and_replaced() {
        let message = b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(header(message, "content-length").as_deref(), Some("2"));
        let changed = with_header(message, "host", "b");
        assert_eq!(header(&changed, "host").as_deref(), Some("b"));
        assert!(changed.ends_with(b"\r\n\r\nhi"));
    }
}
