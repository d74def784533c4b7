//! `serve`: runs the embedded catalog as an HTTP server until a signal. The server runs on its own threads; this one
//! waits and writes the log.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use clap::ValueHint;

use crate::catalog::wire::Writer;
use crate::commands::args::output::TextOrJson;
use crate::commands::catalog::embedded::embedded;
use crate::commands::catalog::seed::{Seed, follow, held};
use crate::commands::context::Context;
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::snapshot;
use crate::domain::entity::Owner;
use crate::domain::error_class::ExitClass;
use crate::domain::secret::Secret;
use crate::domain::value::timestamp::Moment;
use crate::embedded::server;
use crate::embedded::server::{Credentials, Listener, LogLine, Rate, ServerConfig, ServerError, ShutdownStage};
use crate::embedded::store::{Store, system_clock};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::escape::clean;
use crate::report::serve::{self as report, Serve};
use crate::settings::Origin;
use crate::sources::{PathKind, database_place, did_you_mean, path_kind, path_text, tidy};
use crate::text::plural::count;

/// The value of `--store` for a catalog that is not saved.
const MEMORY: &str = "memory";
/// The maximum number of log lines that wait for a slow terminal. Further lines are counted and dropped, because
/// requests must not wait for the log.
const MAX_WAITING: usize = 10_000;
/// The maximum of `--latency` in milliseconds; clients time out earlier.
const MAX_LATENCY: u32 = 60_000;

/// Serve the embedded catalog with Port's HTTP API
///
/// Any client of Port can use it: the Kubernetes exporter, the Terraform provider, the GitHub action, portolan. Meant for
/// trials, tests and previews. Every request needs a token.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    /// Address to listen on: `127.0.0.1:8080`, `localhost:8080` or `8080`; port 0 picks a free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0", value_parser = address)]
    #[arg(value_hint = ValueHint::Other)]
    pub listen: SocketAddr,
    /// File that holds the catalog, or `memory` [default: .portolan/local.db]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: Option<PathBuf>,
    /// Load the blueprints and manifests of the repository in DIR
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub seed: Option<PathBuf>,
    /// Client id to accept; by default the server issues one for its address [env: PORTOLAN_SERVE_CLIENT_ID]
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other)]
    pub client_id: Option<String>,
    /// Client secret to accept; prefer the variable, since other users can see command lines [env: PORTOLAN_SERVE_CLIENT_SECRET]
    #[arg(long, value_name = "SECRET", value_hint = ValueHint::Other, value_parser = secret)]
    pub client_secret: Option<Secret>,
    /// Answer requests over this limit with 429: `1000/5m`, `10/s`, `5000/1d`
    #[arg(long, value_name = "N/PERIOD", value_hint = ValueHint::Other, value_parser = rate)]
    pub rate_limit: Option<Rate>,
    /// Delay every response by this many milliseconds (at most 60,000)
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0, value_hint = ValueHint::Other)]
    #[arg(value_parser = latency)]
    pub latency: u32,
    /// Lifetime of a token in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10_800, hide = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub token_lifetime: u32,
    /// Format of the start message
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TextOrJson::Text)]
    pub output: TextOrJson,
}

const EXAMPLES: &str = "\
Examples:
  portolan serve                                   the catalog of this repository
  portolan serve --store memory --seed .           a preview of its manifests, in memory only
  portolan serve --listen 127.0.0.1:8080 --output json
  portolan serve --rate-limit 100/1m --latency 200 test a client against limits

portolan is pointed at it by PORTOLAN_CATALOG, whatever the config says; others by PORT_BASE_URL; all of them take the
credentials from PORT_CLIENT_ID and PORT_CLIENT_SECRET. A browser asks for these as user and password. Ctrl-C ends it in order, a second one at once.";

fn address(text: &str) -> Result<SocketAddr, String> {
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

fn latency(text: &str) -> Result<u32, String> {
    let milliseconds = text.parse::<u32>().ok().filter(|milliseconds| *milliseconds <= MAX_LATENCY);
    milliseconds.ok_or_else(|| format!("expected milliseconds, from 0 to {MAX_LATENCY}"))
}

fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text))
}

fn rate(text: &str) -> Result<Rate, String> {
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

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum ServeError {
    #[error("{address} is not a loopback address, and generated credentials work for loopback only")]
    #[diagnostic(
        code("exposed"),
        help("set your own credentials: PORTOLAN_SERVE_CLIENT_ID and PORTOLAN_SERVE_CLIENT_SECRET")
    )]
    Exposed { address: SocketAddr },
    #[error("incomplete credentials: {missing} is missing")]
    #[diagnostic(
        code("half-credentials"),
        help(
            "set both (`--client-id` and `--client-secret`, or their variables), or neither: the server then generates a pair"
        )
    )]
    HalfCredentials { missing: &'static str },
    #[error("invalid {what}: {why}")]
    #[diagnostic(code("bad-credentials"), help("use characters that an HTTP header can carry"))]
    BadCredentials { what: &'static str, why: &'static str },
    #[error("`serve` runs the embedded catalog only, and `--catalog` is `{catalog}`")]
    #[diagnostic(
        code("serves-no-other"),
        help("drop `--catalog`; `--store FILE` sets the file of the embedded catalog")
    )]
    OtherCatalog { catalog: String },
    #[error("store `{store}` cannot be used: {why}")]
    #[diagnostic(code("no-such-store"), help("{help}"))]
    NoStore { store: String, why: &'static str, help: String },
    #[error("seed `{path}` cannot be used: {why}")]
    #[diagnostic(code("no-such-seed"), help("{help}"))]
    NoSeed { path: String, why: &'static str, help: String },
}

impl ExitClass for ServeError {}

impl Verb for ServeArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        // With another folder or store it reads nothing here.
        let ignores_configs_below = self.seed.is_some() || self.store.is_some();
        process.in_repository(Needs { ignores_configs_below, ..Needs::default() }, |context| run(self, context))
    }
}

fn run(args: &ServeArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let chosen = &context.settings.catalog;
    if let Origin::Flag(_) = chosen.origin {
        return Err(ServeError::OtherCatalog { catalog: chosen.value.text().to_owned() }.into());
    }
    let chosen = chosen_credentials(args, context)?;
    if chosen.is_none() && !args.listen.ip().is_loopback() {
        return Err(ServeError::Exposed { address: args.listen }.into());
    }
    let listener = Listener::bind(args.listen)?;
    let is_issued = chosen.is_none();
    let issued = || Credentials::issue(listener.address()).ok_or(ServerError::Random);
    let credentials = chosen.map_or_else(issued, Ok)?;
    let store = open(args, &credentials.id, context)?;
    let name = store.path().map(path_text);
    let (blueprints, entities) = held(&store)?;
    let clock = system_clock();
    let (sender, heard) = channel();
    let log = Log { sender: sender.clone(), waiting: Arc::default() };
    let waiting = Arc::clone(&log.waiting);
    let config = ServerConfig {
        listen: args.listen,
        token_lifetime: Duration::from_secs(args.token_lifetime.into()),
        rate: args.rate_limit,
        latency: Duration::from_millis(args.latency.into()),
        log: Box::new(move |line| log.take(clock(), line)),
        mask: context.mask.clone(),
        ..ServerConfig::new(store, credentials.clone())
    };
    let running = server::start_on(listener, config);
    running.handle_signals(move |stage| {
        let _ = sender.send(Heard::End(stage));
    })?;
    let serving = Serve {
        url: &running.url(),
        client_id: &credentials.id,
        issued_secret: is_issued.then_some(&credentials.secret),
        store: name.as_deref(),
        platform: context.settings.platform.value,
        blueprints,
        entities,
        is_seeded: args.seed.is_some(),
    };
    let text = match args.output {
        TextOrJson::Text => report::text(&serving),
        TextOrJson::Json => report::json(&serving),
    };
    context.streams.show(&text)?;
    context.streams.flush()?;
    Ok(wait(&heard, &waiting, context))
}

/// The credentials that the user chose; `None` if the server issues them.
fn chosen_credentials(args: &ServeArgs, context: &Context<'_>) -> Result<Option<Credentials>, Error> {
    let variable = |name| context.environment.secret(name).cloned();
    let id = args.client_id.clone().map(Secret::new).or_else(|| variable("PORTOLAN_SERVE_CLIENT_ID"));
    let secret = args.client_secret.clone().or_else(|| variable("PORTOLAN_SERVE_CLIENT_SECRET"));
    let (id, secret) = match (id, secret) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(ServeError::HalfCredentials { missing: "the client secret" }.into()),
        (None, Some(_)) => return Err(ServeError::HalfCredentials { missing: "the client id" }.into()),
    };
    let bad = |what, why| Err(ServeError::BadCredentials { what, why }.into());
    for (what, text) in [("client id", id.reveal()), ("client secret", secret.reveal())] {
        if text.is_empty() {
            return bad(what, "it is empty");
        }
        if text.chars().any(char::is_control) {
            return bad(what, "it contains control characters");
        }
    }
    if id.reveal().contains(':') {
        // HTTP Basic authentication sends `user:password`, so the user name cannot contain a colon.
        return bad("client id", "it contains a colon");
    }
    Ok(Some(Credentials { id: id.reveal().to_owned(), secret }))
}

/// The path of the store, whether or not the file exists.
fn place_of(file: &Path, context: &Context<'_>) -> Result<PathBuf, ServeError> {
    let settings = context.settings;
    let refused = |why, help: &str| Err(ServeError::NoStore { store: path_text(file), why, help: help.to_owned() });
    let word = file.to_string_lossy();
    if word.eq_ignore_ascii_case(MEMORY) || word.eq_ignore_ascii_case(":memory:") {
        return refused("the name looks like the store `memory`", "did you mean `memory`?");
    }
    let place = tidy(settings.directory.join(file));
    let folder = place.parent().unwrap_or(&place);
    let is_ours = folder == settings.root.value.join(snapshot::FOLDER);
    match path_kind(folder) {
        Some(PathKind::Folder) => Ok(place),
        None if is_ours => Ok(place),
        Some(PathKind::File) => refused("its folder is a file", "name a file in a folder that exists"),
        None => {
            let near = file.parent().and_then(|it| did_you_mean(&settings.directory, it, Some(PathKind::Folder)));
            refused(
                "no such folder",
                near.as_deref().unwrap_or("create the folder first, or name a file in an existing one"),
            )
        }
    }
}

/// Opens the store, updates its blueprints, and seeds it.
fn open(args: &ServeArgs, client: &str, context: &mut Context<'_>) -> Result<Store, Error> {
    let settings = context.settings;
    let store = match &args.store {
        Some(name) if name.as_os_str() == MEMORY => Store::in_memory(system_clock())?,
        Some(file) => {
            let place = database_place(&settings.boundary, &place_of(file, context)?)?;
            Store::open(&place, system_clock())?
        }
        None => embedded(&settings.root.value)?,
    };
    let writer = |user_agent| Writer { id: client.to_owned(), user_agent, now: store.now() };
    match &args.seed {
        Some(folder) => {
            let place = tidy(settings.directory.join(folder));
            let near = did_you_mean(&settings.directory, folder, Some(PathKind::Folder));
            let help = near.unwrap_or_else(|| {
                "pass the folder of a repository to `--seed`, relative to the current folder".to_owned()
            });
            let refused = |why| Err(ServeError::NoSeed { path: path_text(folder), why, help }.into());
            match path_kind(&place) {
                Some(PathKind::Folder) => {}
                Some(PathKind::File) => return refused("it is a file"),
                None => return refused("no such folder"),
            }
            let seed = Seed::of(&place, folder, context)?;
            seed.sow(&store, &writer(seed.user_agent()), context)?;
        }
        // A store in another file is another catalog, so this repository does not change its blueprints.
        None if args.store.as_ref().is_some_and(|name| name.as_os_str() != MEMORY) => {}
        None => {
            let owner = Owner { scope: "local".to_owned() };
            follow(
                &store,
                &settings.root.value,
                &snapshot::SnapshotSource::Disk,
                &writer(owner.user_agent()),
                context,
            )?;
        }
    }
    Ok(store)
}

/// A message to the waiting thread.
enum Heard {
    /// A log line and its time.
    Line(Moment, Box<LogLine>),
    End(ShutdownStage),
}

/// Passes log lines from the server's threads to the waiting one.
struct Log {
    sender: Sender<Heard>,
    waiting: Arc<AtomicUsize>,
}

impl Log {
    fn take(&self, now: Moment, line: &LogLine) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING {
            // The receiver is closed only when the program ends.
            let _ = self.sender.send(Heard::Line(now, Box::new(line.clone())));
        }
    }
}

fn wait(heard: &Receiver<Heard>, waiting: &AtomicUsize, context: &mut Context<'_>) -> Exit {
    while let Ok(heard) = heard.recv() {
        match heard {
            Heard::Line(now, line) => {
                context.say(&line_text(now, &line));
                // Lines beyond the maximum were counted but not sent.
                let before = waiting.fetch_sub(1, Ordering::Relaxed);
                if before > MAX_WAITING {
                    let dropped = waiting.swap(MAX_WAITING - 1, Ordering::Relaxed) + 1 - MAX_WAITING;
                    context.say(&format!("note: {} not logged.", count(dropped, "request")));
                }
            }
            Heard::End(ShutdownStage::Stopping) => context.say("note: Stopping after the requests in flight."),
            Heard::End(ShutdownStage::Stopped) => return Exit::Success,
            Heard::End(ShutdownStage::Interrupted) => return Exit::Interrupted,
        }
    }
    Exit::Success
}

fn line_text(now: Moment, line: &LogLine) -> String {
    let now = now.to_string();
    // The time within an ISO timestamp: `2026-11-02T08:15:00.000Z`.
    let time = now.split_once('T').and_then(|(_, time)| time.get(..8)).unwrap_or_default();
    let milliseconds = line.time.as_secs_f64() * 1000.0;
    let mut text = format!("{time} {} {} {} {milliseconds:.1} ms", line.method, line.path, line.status);
    if let Some(error) = &line.internal_error {
        let _ = write!(text, " ({error}; trace {})", line.trace);
    }
    clean(&text).into_owned()
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
