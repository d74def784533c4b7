//! One catalog under test: the embedded one, started for each test, or the live organisation that `PORTOLAN_LIVE_URL`
//! names. A test creates its own blueprints under a unique prefix, and they are deleted at its end, even if it failed.
//! Every request and response is checked against the published description.

use std::cell::RefCell;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Once;
use std::time::Duration;

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::description::{DESCRIPTION, Exchange};
use crate::live::{Event, report};
use crate::testkit::serving::{self, Serving};

pub const PREFIX: &str = "portolan_proof_";
const AGENT: &str = "portolan-proof/1.0 (statekey/proof)";
/// How often a request to a rate-limited live catalog is repeated.
const PATIENCE: usize = 8;

pub struct Bench {
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
    url: String,
    credentials: (String, String),
    token: RefCell<String>,
    prefix: String,
    /// The embedded server; `None` in a live run.
    serving: Option<Serving>,
}

impl Bench {
    /// The catalog of this run.
    pub fn open() -> Self {
        Self::live().unwrap_or_else(|| Self::serve(&[]))
    }

    /// The embedded catalog, for tests that a live organisation cannot run; there, `reason` is printed instead.
    pub fn embedded(reason: &str) -> Option<Self> {
        Self::embedded_with(reason, &[])
    }

    /// Like [`Bench::embedded`], with flags of `serve`.
    pub fn embedded_with(reason: &str, flags: &[&str]) -> Option<Self> {
        if live_settings().is_some() {
            println!("not asked of the live organisation: {reason}");
            report(&Event::NotAsked { reason: reason.to_owned() });
            return None;
        }
        Some(Self::serve(flags))
    }

    pub fn live() -> Option<Self> {
        let [url, id, secret] = live_settings()?;
        Some(Self::at(url.trim_end_matches('/').to_owned(), (id, secret), None))
    }

    fn serve(flags: &[&str]) -> Self {
        let serving = Serving::start(&[&["--store", "memory"], flags].concat());
        let credentials = (serving::CLIENT_ID.to_owned(), serving::CLIENT_SECRET.to_owned());
        Self::at(serving.url.clone(), credentials, Some(serving))
    }

    fn at(url: String, credentials: (String, String), serving: Option<Serving>) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // Other tests of this program install the same one.
            let _installed = rustls::crypto::ring::default_provider().install_default();
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        let http = reqwest::Client::builder().user_agent(AGENT).timeout(Duration::from_secs(120));
        let http = if serving.is_some() { http.no_proxy() } else { http };
        let random = std::hash::RandomState::new().build_hasher().finish();
        let bench = Self {
            runtime,
            http: http.build().expect("a client can be made"),
            url,
            credentials,
            token: RefCell::default(),
            prefix: format!("{PREFIX}{random:016x}_"),
            serving,
        };
        let answer = bench.authenticate();
        *bench.token.borrow_mut() = answer.gave(200)["accessToken"].as_str().expect("a token is text").to_owned();
        bench
    }

    pub fn is_embedded(&self) -> bool {
        self.serving.is_some()
    }

    pub fn credentials(&self) -> (&str, &str) {
        (&self.credentials.0, &self.credentials.1)
    }

    pub fn authenticate(&self) -> Answer {
        let (id, secret) = self.credentials();
        self.post(&["auth", "access_token"]).token(None).send(json!({"clientId": id, "clientSecret": secret}))
    }

    /// A name that only this test uses.
    pub fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Creates a blueprint with an identifier and a title, and returns its unique name.
    pub fn blueprint(&self, name: &str, mut body: Value) -> String {
        let identifier = self.name(name);
        body["identifier"] = identifier.as_str().into();
        body["title"] = name.into();
        if body.get("schema").is_none() {
            body["schema"] = json!({"properties": {}});
        }
        self.post(&["blueprints"]).query("create_catalog_page", "false").send(body).gave(201);
        identifier
    }

    /// Creates a blueprint that has only `properties` and `relations`.
    pub fn simple(&self, name: &str, properties: Value, relations: Value) -> String {
        self.blueprint(name, json!({"schema": {"properties": properties}, "relations": relations}))
    }

    /// Creates an entity, which must not exist.
    pub fn create(&self, blueprint: &str, body: Value) -> Value {
        self.post(&["blueprints", blueprint, "entities"]).send(body).gave(201)["entity"].take()
    }

    /// Creates or replaces an entity.
    pub fn write(&self, blueprint: &str, flags: &[(&str, &str)], body: Value) -> Answer {
        self.post(&["blueprints", blueprint, "entities"]).flags(flags).send(body)
    }

    pub fn bulk(&self, blueprint: &str, flags: &[(&str, &str)], entities: &[Value]) -> Answer {
        self.post(&["blueprints", blueprint, "entities", "bulk"]).flags(flags).send(json!({"entities": entities}))
    }

    /// Writes any number of entities, all of which must be accepted.
    pub fn fill(&self, blueprint: &str, entities: &[Value]) {
        for twenty in entities.chunks(20) {
            self.bulk(blueprint, &[("upsert", "true")], twenty).gave(200);
        }
    }

    pub fn entity(&self, blueprint: &str, identifier: &str) -> Value {
        self.get(&["blueprints", blueprint, "entities", identifier]).now().gave(200)["entity"].take()
    }

    pub fn is_gone(&self, blueprint: &str, identifier: &str) -> bool {
        let answer = self.get(&["blueprints", blueprint, "entities", identifier]).now();
        assert!(matches!(answer.status, 200 | 404), "{answer}");
        answer.status == 404
    }

    pub fn count(&self, blueprint: &str) -> u64 {
        self.get(&["blueprints", blueprint, "entities-count"]).now().gave(200)["count"].as_u64().expect("a count")
    }

    pub fn search(&self, blueprint: &str, body: Value) -> Answer {
        self.post(&["blueprints", blueprint, "entities", "search"]).send(body)
    }

    /// Sends a body without a token to an address that the catalog announced.
    pub fn post_to(&self, url: &str, body: &Value) -> Answer {
        self.send_to("POST", url, body)
    }

    pub fn send_to(&self, method: &str, url: &str, body: &Value) -> Answer {
        let request = self.http.request(method.parse().expect("a method"), url).body(body.to_string());
        self.answer(format!("{method} {url}"), request)
    }

    fn answer(&self, asked: String, request: reqwest::RequestBuilder) -> Answer {
        self.runtime.block_on(async {
            let response = request.send().await.unwrap_or_else(|fault| panic!("{asked}: {fault:?}"));
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            let text = response.text().await.unwrap_or_else(|fault| panic!("{asked}: {fault:?}"));
            let json = serde_json::from_str(&text).unwrap_or(Value::Null);
            Answer { asked, status, headers, text, json }
        })
    }

    pub fn get<'a>(&'a self, path: &[&str]) -> Call<'a> {
        self.call("GET", path)
    }

    pub fn post<'a>(&'a self, path: &[&str]) -> Call<'a> {
        self.call("POST", path)
    }

    pub fn put<'a>(&'a self, path: &[&str]) -> Call<'a> {
        self.call("PUT", path)
    }

    pub fn patch<'a>(&'a self, path: &[&str]) -> Call<'a> {
        self.call("PATCH", path)
    }

    pub fn delete<'a>(&'a self, path: &[&str]) -> Call<'a> {
        self.call("DELETE", path)
    }

    pub fn call<'a>(&'a self, method: &'static str, path: &[&str]) -> Call<'a> {
        Call {
            bench: self,
            method,
            path: path.iter().map(|&segment| segment.to_owned()).collect(),
            query: Vec::new(),
            agent: None,
            authorization: Some(format!("Bearer {}", self.token.borrow())),
            held: true,
        }
    }

    /// Deletes every blueprint whose name begins with `prefix`, with its entities. Relations prevent the deletion of
    /// their targets, so it works in rounds; what is left is returned.
    pub fn sweep(&self, prefix: &str) -> Vec<String> {
        let mut left = Vec::new();
        for round in 0..20 {
            let listed = self.get(&["blueprints"]).unheld().now().gave(200);
            let of_ours = |it: &Value| Some(it["identifier"].as_str()?.to_owned()).filter(|it| it.starts_with(prefix));
            left = listed["blueprints"].as_array().into_iter().flatten().filter_map(of_ours).collect();
            if left.is_empty() {
                break;
            }
            for blueprint in listed["blueprints"].as_array().into_iter().flatten() {
                let Some(identifier) = of_ours(blueprint) else { continue };
                // Relations are removed first, because they prevent the deletion of their targets.
                let bare = json!({"identifier": identifier, "title": blueprint["title"], "schema": {"properties": {}}});
                let _loose = self.put(&["blueprints", &identifier]).unheld().send(bare);
                let _emptied = self.delete(&["blueprints", &identifier, "all-entities"]).unheld().now();
                let _gone = self.delete(&["blueprints", &identifier]).unheld().now();
            }
            if !self.is_embedded() {
                std::thread::sleep(Duration::from_secs(round));
            }
        }
        left
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if !self.is_embedded() {
            let left = self.sweep(&self.prefix);
            if !left.is_empty() {
                println!("left behind: {left:?}; `cargo test --test main sweep -- --ignored` tries again");
            }
        }
    }
}

fn live_settings() -> Option<[String; 3]> {
    let names = ["PORTOLAN_LIVE_URL", "PORTOLAN_LIVE_CLIENT_ID", "PORTOLAN_LIVE_CLIENT_SECRET"];
    let values = names.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match values {
        [Some(url), Some(id), Some(secret)] => Some([url, id, secret]),
        [None, None, None] => None,
        _ => panic!("a live run wants all of {names:?}"),
    }
}

/// A request under construction.
pub struct Call<'a> {
    bench: &'a Bench,
    method: &'static str,
    path: Vec<String>,
    query: Vec<(String, String)>,
    agent: Option<String>,
    authorization: Option<String>,
    held: bool,
}

impl Call<'_> {
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn flags(self, flags: &[(&str, &str)]) -> Self {
        flags.iter().fold(self, |call, (name, value)| call.query(name, value))
    }

    pub fn agent(mut self, agent: &str) -> Self {
        self.agent = Some(agent.to_owned());
        self
    }

    /// Replaces the bench's own token; `None`: no header.
    pub fn token(mut self, authorization: Option<&str>) -> Self {
        self.authorization = authorization.map(str::to_owned);
        self
    }

    /// Skips the check against the description, for requests that it does not cover.
    pub fn unheld(mut self) -> Self {
        self.held = false;
        self
    }

    /// Sends the request without a body.
    pub fn now(self) -> Answer {
        self.exchange(None)
    }

    pub fn send(self, body: Value) -> Answer {
        self.exchange(Some(&body.to_string()))
    }

    /// Sends a body as it is, JSON or not.
    pub fn send_text(self, body: &str) -> Answer {
        self.exchange(Some(body))
    }

    fn exchange(self, body: Option<&str>) -> Answer {
        let mut answer = self.once(body);
        for _ in 0..PATIENCE {
            if self.bench.is_embedded() || !matches!(answer.status, 429 | 502 | 503 | 504) {
                break;
            }
            let seconds = answer.header("retry-after").and_then(|it| it.parse().ok()).unwrap_or(5);
            std::thread::sleep(Duration::from_secs(u64::min(seconds, 60)));
            answer = self.once(body);
        }
        self.hold(body, &answer);
        answer
    }

    fn once(&self, body: Option<&str>) -> Answer {
        let segments: Vec<String> = self.path.iter().map(|segment| encoded(segment)).collect();
        let pairs: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        let url = format!("{}/v1/{}{mark}{}", self.bench.url, segments.join("/"), pairs.join("&"));
        let method = self.method.parse().expect("a method");
        let mut request = self.bench.http.request(method, &url);
        if let Some(value) = &self.authorization {
            request = request.header("authorization", value);
        }
        if let Some(agent) = &self.agent {
            request = request.header("user-agent", agent);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_owned());
        }
        let asked = format!("{} {}", self.method, url.trim_start_matches(&self.bench.url));
        self.bench.answer(asked, request)
    }

    /// Checks against the description. For the embedded catalog a difference is a failure; for a live organisation it
    /// is printed as news.
    fn hold(&self, body: Option<&str>, answer: &Answer) {
        if !self.held {
            return;
        }
        let sent = body.map(|body| serde_json::from_str(body).unwrap_or(Value::Null));
        let faults = DESCRIPTION.faults(&Exchange {
            method: self.method,
            path: &self.path,
            query: &self.query,
            sent: sent.as_ref(),
            status: answer.status,
            answered: &answer.json,
        });
        if faults.is_empty() {
            return;
        }
        let news = format!("not as described: {answer}\n  {}", faults.join("\n  "));
        if self.bench.is_embedded() {
            panic!("{news}");
        }
        println!("{news}");
        report(&Event::NotDescribed { request: answer.asked.clone(), status: answer.status });
    }
}

/// Percent-encodes everything that a URL might interpret.
fn encoded(segment: &str) -> String {
    let mut text = String::new();
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(byte.into());
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
