//! The model of a catalog behind its own server: its entities, who wrote them when, and random faults.

#![expect(clippy::disallowed_types, reason = "answers what no HTTP library would")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::catalog::Cancellation;

const OTHER: &str = "port-ocean/pagerduty/1/x/exporter";

/// A random number generator that is deterministic for a seed.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub fn of(seed: u64, case: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (case + 1).wrapping_mul(0xd6e8_feb8_6659_fd93));
        (0..4).for_each(|_| {
            dice.roll(2);
        });
        dice
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    pub fn hits(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).expect("it is small")]
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Stored {
    pub title: Option<String>,
    pub n: Option<i64>,
    pub text: Option<String>,
    pub next: Option<String>,
    pub datasource: String,
    /// The moment of the last write; 0: before the plan was made.
    pub written: u64,
    /// The moment of the creation. A rename keeps it.
    pub created: u64,
}

/// The fault of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    CutBefore,
    CutAfter,
    HalfAfter,
    StatusBefore(u16),
    StatusAfter(u16),
    /// A batch in which some members have their own faults.
    Mixed,
    /// A batch whose results are reordered, duplicated, or have invalid indices.
    Disordered,
    Slow,
}

/// A permanent fault from some request on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ever {
    Writes(Fault),
    All(Fault),
    Token(Fault),
}

#[derive(Debug)]
pub(super) struct Model {
    pub entities: BTreeMap<String, Stored>,
    pub dice: Dice,
    pub percent: u64,
    pub read_percent: u64,
    pub meddling: u64,
    pub ever: Option<(u64, Ever)>,
    pub signal: Option<(u64, u32)>,
    pub cancellation: Cancellation,
    /// Identifiers that other writers may write.
    pub known: Vec<String>,
    pub requests: u64,
    pub moment: u64,
    /// When this run changed an entity, and when others did.
    pub ours: BTreeMap<String, Vec<u64>>,
    pub others: BTreeMap<String, Vec<u64>>,
    /// The number of reads that failed.
    pub failed_reads: u64,
    pub writes: u64,
    pub violations: Vec<String>,
    /// Whether it changes owners without a write.
    pub relabels: bool,
    /// Entities that an update of this run created, because they had been deleted.
    pub recreated: BTreeSet<String>,
    pub trail: Vec<String>,
}

impl Model {
    fn touch(&mut self, identifier: &str, is_ours: bool) {
        self.moment += 1;
        let log = if is_ours { &mut self.ours } else { &mut self.others };
        log.entry(identifier.to_owned()).or_default().push(self.moment);
    }

    /// Whether another writer changed the entity after this run's last change.
    pub fn is_overtaken(&self, identifier: &str) -> bool {
        let last = |log: &BTreeMap<String, Vec<u64>>| log.get(identifier).and_then(|all| all.last()).copied();
        last(&self.others) > last(&self.ours)
    }

    /// Whether every answer was delivered, so that no outcome is in doubt.
    pub fn is_plain(&self) -> bool {
        self.percent == 0 && self.ever.is_none() && self.signal.is_none()
    }

    /// Whether others wrote between the steps of this run.
    pub fn is_mixed(&self, identifier: &str) -> bool {
        let first = self.ours.get(identifier).and_then(|all| all.first());
        let last = self.others.get(identifier).and_then(|all| all.last());
        first.is_some() && last > first
    }

    pub fn has_written(&self, identifier: &str) -> bool {
        self.ours.contains_key(identifier)
    }

    /// Another writer creates, changes, takes over or deletes an entity.
    fn meddle(&mut self) {
        let Some(identifier) = (!self.known.is_empty()).then(|| {
            let at = self.dice.roll(self.known.len() as u64);
            self.known[usize::try_from(at).expect("it is small")].clone()
        }) else {
            return;
        };
        if self.entities.contains_key(&identifier) && self.dice.hits(30) {
            self.entities.remove(&identifier);
        } else {
            // Another run of this scope changes an entity and leaves its owner.
            let is_of_scope = self.entities.contains_key(&identifier) && self.dice.hits(40);
            let moment = self.moment + 1;
            let fresh = || Stored { created: moment, ..Stored::default() };
            let entity = self.entities.entry(identifier.clone()).or_insert_with(fresh);
            entity.text = Some("meddled".to_owned());
            entity.written = moment;
            if !is_of_scope {
                OTHER.clone_into(&mut entity.datasource);
            }
        }
        self.trail.push(format!("    somebody else writes {identifier}"));
        self.touch(&identifier, false);
    }

    fn draw(&mut self, route: &Route) -> Option<Fault> {
        if let Some((from, ever)) = self.ever
            && self.requests >= from
        {
            match (ever, route) {
                (Ever::All(fault), _)
                | (Ever::Token(fault), Route::Token)
                | (
                    Ever::Writes(fault),
                    Route::Upsert { .. } | Route::Patch(_) | Route::Relabel | Route::Delete(_) | Route::DeleteMany,
                ) => {
                    return Some(fault);
                }
                (Ever::Token(_) | Ever::Writes(_), _) => {}
            }
        }
        let percent = if matches!(route, Route::Search | Route::Token) { self.read_percent } else { self.percent };
        if !self.dice.hits(percent) {
            return None;
        }
        let status = self.dice.pick(&[500, 502, 503, 504, 408, 429, 401, 403, 422, 409, 404, 413]);
        Some(match (self.dice.roll(8), route) {
            (0, _) => Fault::CutBefore,
            (1, _) => Fault::CutAfter,
            (2, _) => Fault::HalfAfter,
            (3, Route::Search | Route::Token) => Fault::StatusBefore(self.dice.pick(&[500, 503, 429])),
            (3, _) => Fault::StatusBefore(status),
            (4, _) => Fault::StatusAfter(self.dice.pick(&[500, 502, 503, 504, 408])),
            (5, Route::Upsert { .. }) => Fault::Disordered,
            (6, _) => Fault::Slow,
            (_, Route::Upsert { .. }) => Fault::Mixed,
            _ => Fault::CutAfter,
        })
    }

    /// The whole answer; `None`: the connection is cut.
    fn answer(&mut self, request: &Request) -> Option<Vec<u8>> {
        let route = Route::of(&request.line);
        let number = self.requests;
        self.requests += 1;
        if let Some((at, times)) = self.signal
            && at == number
        {
            self.trail.push(format!("    {times} signals"));
            (0..times).for_each(|_| self.cancellation.signal());
        }
        if matches!(route, Route::Upsert { .. } | Route::Patch(_) | Route::Relabel) && self.dice.hits(self.meddling) {
            self.meddle();
        }
        let fault = self.draw(&route);
        self.trail.push(format!("{number}: {} {fault:?}", request.line));
        if fault.is_some_and(|fault| fault != Fault::Slow) && matches!(route, Route::Search | Route::Token) {
            self.failed_reads += 1;
        }
        match fault {
            Some(Fault::CutBefore) => return None,
            Some(Fault::StatusBefore(status)) => return Some(refusal(status)),
            Some(Fault::Slow) => std::thread::sleep(Duration::from_millis(2)),
            Some(Fault::CutAfter | Fault::HalfAfter | Fault::StatusAfter(_) | Fault::Mixed | Fault::Disordered)
            | None => {}
        }
        let (status, body) = self.act(&route, request, fault);
        match fault {
            Some(Fault::CutAfter) => None,
            Some(Fault::StatusAfter(status)) => Some(refusal(status)),
            Some(Fault::HalfAfter) => {
                let body = body.to_string();
                Some(whole(status, &body[..body.len() / 2]))
            }
            Some(Fault::CutBefore | Fault::StatusBefore(_) | Fault::Mixed | Fault::Disordered | Fault::Slow) | None => {
                Some(whole(status, &body.to_string()))
            }
        }
    }

    fn act(&mut self, route: &Route, request: &Request, fault: Option<Fault>) -> (u16, Json) {
        let body: Json = serde_json::from_str(&request.body).unwrap_or_default();
        if !matches!(route, Route::Token | Route::Search) {
            self.writes += 1;
            if !request.agent.contains("(statekey/acme/catalog)") {
                self.violations.push("a write without its scope".to_owned());
            }
        }
        match route {
            Route::Token => (200, json!({"ok": true, "accessToken": "token", "expiresIn": 3600})),
            Route::Search => (200, self.search(&body)),
            Route::Upsert { upsert, merge } => self.upsert_all(&body, *upsert, *merge, fault, &request.agent),
            Route::Patch(identifier) => match self.entities.contains_key(identifier) {
                true if body["identifier"].is_string() => self.rename(identifier, &body, &request.agent),
                true => {
                    let written = self.write(identifier, &body, true, true, &request.agent);
                    written.map_or_else(|(status, error)| (status, said(error)), |_| (200, json!({"ok": true})))
                }
                false => (404, missing(identifier)),
            },
            Route::Relabel => self.relabel(&body),
            Route::Delete(identifier) => match self.remove(identifier) {
                true => (200, json!({"ok": true})),
                false => (404, missing(identifier)),
            },
            Route::DeleteMany => {
                let names: Vec<&str> =
                    body["entities"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
                if let Some(name) = names.iter().find(|name| !self.entities.contains_key(**name)) {
                    return (404, missing(name));
                }
                for name in &names {
                    self.remove(name);
                }
                (200, json!({"ok": true, "deletedEntities": names}))
            }
            Route::Other => (
                404,
                json!({"ok": false, "error": "not_found", "message": format!("Route {} not found", request.line)}),
            ),
        }
    }

    fn rename(&mut self, from: &str, body: &Json, agent: &str) -> (u16, Json) {
        let to = body["identifier"].as_str().unwrap_or_default();
        if self.entities.contains_key(to) {
            return (409, said("identifier_taken"));
        }
        let Some(entity) = self.entities.remove(from) else { return (404, missing(from)) };
        self.touch(from, true);
        self.entities.insert(to.to_owned(), entity);
        match self.write(to, body, true, true, agent) {
            Ok(_) => (200, json!({"ok": true, "entity": {"identifier": to}})),
            Err((status, error)) => {
                self.violations.push(format!("{from} was renamed by a request that is wrong"));
                (status, said(error))
            }
        }
    }

    fn relabel(&mut self, body: &Json) -> (u16, Json) {
        if !self.relabels {
            return (404, json!({"ok": false, "error": "not_found", "message": "Route PATCH:/x not found"}));
        }
        let listed = body["entitiesIdentifiers"].as_array().cloned().unwrap_or_default();
        let names: Vec<String> = listed.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        if let Some(name) = names.iter().find(|name| !self.entities.contains_key(*name)) {
            return (404, missing(name));
        }
        for name in &names {
            if let Some(entity) = self.entities.get_mut(name) {
                body["datasource"].as_str().unwrap_or_default().clone_into(&mut entity.datasource);
            }
            self.touch(name, true);
        }
        (200, json!({"ok": true}))
    }

    fn remove(&mut self, identifier: &str) -> bool {
        let Some(gone) = self.entities.remove(identifier) else { return false };
        if gone.datasource == OTHER || self.others.contains_key(identifier) {
            self.violations.push(format!("{identifier} was deleted, and somebody else wrote it after the plan"));
        }
        self.touch(identifier, true);
        true
    }

    fn search(&self, body: &Json) -> Json {
        let rules: Vec<&Json> = body["query"]["rules"].as_array().into_iter().flatten().collect();
        let fits = |identifier: &String, stored: &Stored| {
            rules.iter().all(|rule| match rule["property"].as_str() {
                Some("$identifier") => {
                    rule["value"].as_array().is_some_and(|names| names.iter().any(|name| name == identifier))
                }
                Some("$datasource") => stored.datasource.contains(rule["value"].as_str().unwrap_or("\u{0}")),
                _ => false,
            })
        };
        let found = self.entities.iter().filter(|(name, stored)| fits(name, stored));
        let found: Vec<Json> = found.map(|(identifier, stored)| rendered(identifier, stored)).collect();
        json!({"ok": true, "entities": found})
    }

    fn upsert_all(&mut self, body: &Json, upsert: bool, merge: bool, fault: Option<Fault>, agent: &str) -> (u16, Json) {
        let drafts: Vec<Json> = body["entities"].as_array().cloned().unwrap_or_default();
        let (mut entities, mut errors) = (Vec::new(), Vec::new());
        for (index, draft) in drafts.iter().enumerate() {
            let identifier = draft["identifier"].as_str().unwrap_or_default().to_owned();
            let own = (fault == Some(Fault::Mixed)).then(|| self.dice.roll(8));
            let mut fail = |status: u16, error: &str| {
                errors.push(json!({"identifier": identifier, "index": index, "statusCode": status, "error": error, "message": "it says so"}));
            };
            match own {
                Some(0) => fail(503, "busy"),
                Some(1) => fail(self.dice.pick(&[401, 403, 404, 422, 429]), "injected"),
                // Done, but reported as failed or not reported.
                Some(own @ (2 | 3)) => {
                    let _ = self.write(&identifier, draft, upsert, merge, agent);
                    if own == 2 {
                        fail(self.dice.pick(&[500, 503]), "after");
                    }
                }
                // Neither done nor reported.
                Some(4) => {}
                Some(_) | None => match self.write(&identifier, draft, upsert, merge, agent) {
                    Ok(created) => entities.push(json!({"identifier": identifier, "index": index, "created": created})),
                    Err((status, error)) => fail(status, error),
                },
            }
        }
        if fault == Some(Fault::Disordered) {
            entities.reverse();
            if let Some(first) = entities.first().cloned() {
                entities.push(first);
            }
            entities.push(json!({"identifier": "nobody", "index": 9999, "created": true}));
            errors.push(json!({"identifier": "nobody", "index": 9998, "statusCode": 422, "error": "nobody"}));
        }
        (if errors.is_empty() { 200 } else { 207 }, json!({"ok": true, "entities": entities, "errors": errors}))
    }

    fn write(
        &mut self,
        identifier: &str,
        draft: &Json,
        upsert: bool,
        merge: bool,
        agent: &str,
    ) -> Result<bool, (u16, &'static str)> {
        let before = self.entities.get(identifier).cloned();
        if before.is_some() && !upsert {
            return Err((409, "identifier_taken"));
        }
        if draft["properties"]["n"].is_string() {
            return Err((422, "invalid_request"));
        }
        if let Some(next) = draft["relations"]["next"].as_str()
            && !self.entities.contains_key(next)
        {
            return Err((404, "not_found"));
        }
        let is_new = before.is_none();
        if is_new && merge {
            self.recreated.insert(identifier.to_owned());
        }
        let created = before.as_ref().map_or(self.moment + 1, |before| before.created);
        let mut entity = Stored { created, ..before.filter(|_| merge).unwrap_or_default() };
        if draft.get("title").is_some() {
            entity.title = draft["title"].as_str().map(str::to_owned);
        }
        if draft["properties"].get("n").is_some() {
            entity.n = draft["properties"]["n"].as_i64();
        }
        if draft["properties"].get("text").is_some() {
            entity.text = draft["properties"]["text"].as_str().map(str::to_owned);
        }
        if draft["relations"].get("next").is_some() {
            entity.next = draft["relations"]["next"].as_str().map(str::to_owned);
        }
        agent.clone_into(&mut entity.datasource);
        self.entities.insert(identifier.to_owned(), entity);
        self.touch(identifier, true);
        Ok(is_new)
    }
}

#[derive(Debug)]
enum Route {
    Token,
    Search,
    Upsert { upsert: bool, merge: bool },
    Patch(String),
    Relabel,
    Delete(String),
    DeleteMany,
    Other,
}

impl Route {
    fn of(line: &str) -> Self {
        let (method, path) = line.split_once(' ').unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let has = |flag: &str| query.split('&').any(|own| own == flag);
        match (method, path.strip_prefix("/v1/blueprints/service/")) {
            ("POST", None) if path == "/v1/auth/access_token" => Self::Token,
            ("POST", Some("entities/search")) => Self::Search,
            ("POST", Some("entities/bulk")) => Self::Upsert { upsert: has("upsert=true"), merge: has("merge=true") },
            ("POST", Some("bulk/entities/delete")) => Self::DeleteMany,
            ("PATCH", Some("datasource/bulk")) => Self::Relabel,
            ("PATCH", Some(rest)) => Self::Patch(rest.trim_start_matches("entities/").to_owned()),
            ("DELETE", Some(rest)) => Self::Delete(rest.trim_start_matches("entities/").to_owned()),
            _ => Self::Other,
        }
    }
}

/// An entity as the catalog returns it.
pub(super) fn rendered(identifier: &str, stored: &Stored) -> Json {
    let mut properties = serde_json::Map::new();
    properties.extend(stored.n.map(|n| ("n".to_owned(), json!(n as f64))));
    properties.extend(stored.text.as_ref().map(|text| ("text".to_owned(), json!(text))));
    let at = format!("2026-11-21T16:00:00.{:03}Z", stored.written % 1000);
    // Never the time of the last change: what was created and not changed since has its own tests.
    let created = format!("2026-11-21T15:{:02}:{:02}.000Z", stored.created / 60 % 60, stored.created % 60);
    json!({"identifier": identifier, "blueprint": "service", "title": stored.title, "properties": properties,
        "relations": {"next": stored.next}, "createdAt": created, "updatedBy": "ada", "updatedAt": at})
}

fn said(error: &str) -> Json {
    json!({"ok": false, "error": error, "message": "it says so"})
}

fn missing(identifier: &str) -> Json {
    json!({"ok": false, "error": "not_found", "message": format!("Entity with identifier \"{identifier}\" was not found")})
}

fn refusal(status: u16) -> Vec<u8> {
    whole(status, &json!({"ok": false, "error": "injected", "message": "no such luck"}).to_string())
}

fn whole(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

struct Request {
    line: String,
    agent: String,
    body: String,
}

/// The server of one history, so that an abandoned request does not reach the next history.
pub(super) struct Server {
    pub url: String,
    address: String,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub fn start(model: &Arc<Mutex<Model>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let ended = Arc::new(AtomicBool::new(false));
        let (model, is_ended) = (Arc::clone(model), Arc::clone(&ended));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_ended.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), model) = (stream, Arc::clone(&model)) else { continue };
                std::thread::spawn(move || serve(stream, &model));
            }
        });
        Self { url: format!("http://{address}"), address, ended }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts connections.
        let _ = TcpStream::connect(&self.address);
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, model: &Mutex<Model>) {
    let _ = stream.set_nodelay(true);
    let mut bytes = Vec::new();
    while let Some(request) = receive(&mut stream, &mut bytes) {
        let answer = lock(model).answer(&request);
        let Some(answer) = answer else { return };
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}

fn receive(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<Request> {
    let mut piece = [0; 16_384];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let header = |name: &str| {
                let found = head.lines().filter_map(|line| line.split_once(": "));
                found.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
            };
            let length = header("content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or_default();
            if bytes.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&bytes[end + 4..end + 4 + length]).into_owned();
                let line = head.lines().next()?.rsplit_once(' ')?.0.to_owned();
                bytes.drain(..end + 4 + length);
                return Some(Request { line, agent: header("user-agent").unwrap_or_default(), body });
            }
        }
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
    }
}
