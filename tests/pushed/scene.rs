//! A repository, a server in this process that records requests, and pushes of the real binary to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portolan::catalog::wire::{EntityDraft, WriteOptions, Writer};
use portolan::domain::secret::Secret;
use portolan::embedded::api::Strictness;
use portolan::embedded::server;
use portolan::embedded::server::{LogLine, Rate, Running, ServerConfig};
use portolan::embedded::store::{Store, system_clock};
use serde_json::{Value, json};

use crate::testkit::Repo;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};

/// Every request with its status, in the order of the responses.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<(String, u16)>>>);

impl Journal {
    pub fn lines(&self) -> Vec<(String, u16)> {
        self.0.lock().expect("nobody panics with it").clone()
    }

    pub fn calls(&self) -> usize {
        self.0.lock().expect("nobody panics with it").len()
    }

    pub fn of_status(&self, status: u16) -> usize {
        self.lines().iter().filter(|line| line.1 == status).count()
    }

    /// The number of successful writes.
    pub fn writes(&self) -> usize {
        self.lines().iter().filter(|(line, status)| is_write(line) && *status < 300).count()
    }
}

fn is_write(line: &str) -> bool {
    let bulk = line.starts_with("POST") && (line.ends_with("/entities/bulk") || line.ends_with("/entities/delete"));
    bulk || line.starts_with("PATCH") || line.starts_with("DELETE")
}

pub struct Scene {
    pub repo: Repo,
    pub journal: Journal,
    pub running: Running,
    store: Store,
}

impl Scene {
    /// A catalog of `service`s with relations to each other; `rate`: requests per seconds.
    pub fn set(rate: Option<(u32, u64)>, latency: u64) -> Self {
        let store = Store::in_memory(system_clock()).expect("there is memory");
        let bare = json!({"identifier": "service", "title": "Service",
            "schema": {"properties": {"size": {"type": "number"}}}, "relations": {}});
        store.create_blueprint(bare, &writer()).expect("it is a blueprint");
        let relations = json!({"relations": {"next": {"target": "service", "required": false, "many": false}}});
        store.patch_blueprint("service", relations, &writer()).expect("it is a blueprint");
        let credentials = server::Credentials { id: CLIENT_ID.to_owned(), secret: Secret::new(CLIENT_SECRET) };
        let journal = Journal::default();
        let own = journal.clone();
        let log = move |line: &LogLine| {
            let path = line.path.split('?').next().unwrap_or_default();
            own.0.lock().expect("nobody panics with it").push((format!("{} {path}", line.method), line.status));
        };
        let rate = rate.map(|(requests, seconds)| Rate { requests, period: Duration::from_secs(seconds) });
        let config = ServerConfig::new(store.clone(), credentials);
        let config = ServerConfig { rate, log: Box::new(log), latency: Duration::from_millis(latency), ..config };
        let running = server::start(config).expect("it starts");
        let repo = Repo::new();
        repo.write("portolan.yaml", "scope: acme/catalog\nprune: {max: 100000, max-percent: 100}\n");
        Self { repo, journal, running, store }
    }

    /// Writes foreign entities.
    pub fn foreign(&self, names: impl Iterator<Item = String>) {
        let draft = |name: String| {
            let body = json!({"identifier": name, "title": "theirs", "properties": {"size": 7}});
            Ok(EntityDraft::parse(&body, Strictness::Open).expect("a draft"))
        };
        let drafts: Vec<_> = names.map(draft).collect();
        let options = WriteOptions { upsert: true, ..WriteOptions::default() };
        let made = self.store.bulk_upsert("service", drafts, &options, &writer()).expect("there is such a blueprint");
        assert!(made.iter().all(Result::is_ok), "{made:?}");
    }

    /// Writes the manifests: every entity with its size.
    pub fn declare(&self, entities: &BTreeMap<String, u64>) {
        let one = |(name, size): (&String, &u64)| {
            format!(
                "---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n\
                 spec: {{blueprint: service, identifier: {name}, properties: {{size: {size}}}}}\n"
            )
        };
        self.repo.write("catalog/all.yaml", entities.iter().map(one).collect::<String>());
    }

    pub fn stored(&self) -> BTreeMap<String, Value> {
        let named = |mut entity: Value| {
            let name = entity["identifier"].as_str().expect("an identifier").to_owned();
            let content = json!([entity["title"].take(), entity["properties"].take(), entity["relations"].take()]);
            (name, content)
        };
        // The store is read directly, because requests would use up the rate limit.
        let shape = portolan::embedded::api::Shape::default();
        let mut found = BTreeMap::new();
        let read = self.store.each_page("service", &shape, 1000, |page| {
            let parsed = page.iter().map(|it| serde_json::from_str(it.get()).expect("it is JSON")).map(named);
            found.extend(parsed);
            Ok::<_, portolan::catalog::CatalogError>(())
        });
        read.expect("it is read");
        found
    }

    /// Waits until the server has answered the requests that a killed client left behind.
    pub fn wait_until_idle(&self) {
        let mut calls = None;
        while calls != Some(self.journal.calls()) {
            calls = Some(self.journal.calls());
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    pub fn names(&self) -> BTreeSet<String> {
        self.stored().into_keys().collect()
    }

    pub fn push(&self, url: &str, flags: &str) -> Ended {
        ended(&mut command(self.repo.path(), url, flags))
    }

    pub fn begin(&self, url: &str, flags: &str) -> Child {
        begin(&mut command(self.repo.path(), url, flags))
    }
}

fn writer() -> Writer {
    Writer {
        id: "somebody".to_owned(),
        user_agent: "somebody else".to_owned(),
        now: portolan::domain::value::timestamp::Moment(0),
    }
}

pub struct Ended {
    pub code: Option<i32>,
    pub results: String,
    pub talk: String,
}

impl Ended {
    #[track_caller]
    pub fn went_well(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{}{}", self.results, self.talk);
        self
    }

    pub fn outcome(&self) -> Value {
        serde_json::from_str(&self.results).unwrap_or_else(|_| panic!("no outcome: {}{}", self.results, self.talk))
    }
}

pub fn command(folder: &Path, url: &str, flags: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
    command.current_dir(folder).env_clear();
    command.env("PORT_CLIENT_ID", CLIENT_ID).env("PORT_CLIENT_SECRET", CLIENT_SECRET);
    for name in ["PATH", "LLVM_PROFILE_FILE", "SYSTEMROOT"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.args(["--catalog", url]).args(flags.split_whitespace());
    if flags.starts_with("push") {
        command.arg("--yes");
    }
    command
}

pub fn begin(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the binary runs")
}

pub fn ended(command: &mut Command) -> Ended {
    of(begin(command))
}

pub fn of(child: Child) -> Ended {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what portolan says is UTF-8");
    Ended { code: output.status.code(), results: text(output.stdout), talk: text(output.stderr) }
}
