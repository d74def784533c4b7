//! Starts the embedded catalog's server on its own threads; it runs until it is stopped, dropped or ended by a signal.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};

use super::access::{Authenticator, random};
use super::config::ServerConfig;
use super::connection::stopped;
use super::rate::Limiter;
use super::session::Sessions;
use super::shared::{READERS, Shared};
use super::{listen, routes};
use crate::catalog::signals::Signals;
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::embedded::server::middleware::Middleware;
use crate::text::io_reason;

/// Threads for HTTP; the store is used on blocking threads.
const WORKERS: usize = 2;
/// The time for store operations that still run when the server ends.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(100);

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ServerError {
    #[error("{address} cannot be listened on: {}", io_reason(source))]
    #[diagnostic(
        code("cannot-listen"),
        help("choose an address of this machine and a free port with `--listen` (port 0: any free port)")
    )]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("server cannot start: {}", io_reason(.0))]
    #[diagnostic(code("server-start"), help("check the system's limits on threads and open files"))]
    Runtime(std::io::Error),
    #[error("credentials cannot be generated: the system has no source of random bytes")]
    #[diagnostic(
        code("no-randomness"),
        help(
            "set them: `--client-id` and `--client-secret`, or PORTOLAN_SERVE_CLIENT_ID and PORTOLAN_SERVE_CLIENT_SECRET"
        )
    )]
    Random,
}

impl ExitClass for ServerError {
    fn class(&self) -> ErrorClass {
        match self {
            // The user can choose another address.
            Self::Listen { .. } => ErrorClass::Usage,
            Self::Runtime(_) | Self::Random => ErrorClass::Failure,
        }
    }
}

/// The stages of shutting down after a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShutdownStage {
    /// No new connections; requests in flight are answered.
    Stopping,
    Stopped,
    /// A second signal: the server ends without waiting.
    Interrupted,
}

#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    ended: watch::Receiver<bool>,
    /// `None` only during drop.
    runtime: Option<Runtime>,
}

/// A bound socket that is not served yet: its port is known before the credentials are issued.
#[derive(Debug)]
pub struct Listener {
    runtime: Runtime,
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Port 0: any free port.
    pub fn bind(address: SocketAddr) -> Result<Self, ServerError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            // The writer, the readers, and one spare.
            .max_blocking_threads(READERS + 2)
            .thread_name("portolan-serve")
            .enable_all()
            .build()
            .map_err(ServerError::Runtime)?;
        let bound = runtime.block_on(TcpListener::bind(address)).and_then(|socket| {
            let address = socket.local_addr()?;
            Ok((socket, address))
        });
        let (socket, address) = bound.map_err(|source| ServerError::Listen { address, source })?;
        Ok(Self { runtime, socket, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Binds and starts serving.
pub fn start(config: ServerConfig) -> Result<Running, ServerError> {
    let listener = Listener::bind(config.listen)?;
    Ok(start_on(listener, config))
}

/// Serves the requests at `listener`.
pub fn start_on(listener: Listener, config: ServerConfig) -> Running {
    let Listener { runtime, socket, address } = listener;
    let limits = config.limits;
    // A store that cannot be read answers no request either.
    let organization = config.store.organization().ok().and_then(|it| it["id"].as_str().map(str::to_owned));
    let shared = Arc::new(Shared {
        store: config.store,
        authenticator: Authenticator::new(config.credentials, config.token_lifetime, organization),
        limiter: Limiter::new(config.rate),
        latency: config.latency,
        limits,
        log: config.log,
        site: config.site,
        sessions: Sessions::new(config.link_token, address.port()),
        is_read_only: config.is_read_only,
        random: random(),
        is_loopback: address.ip().is_loopback(),
        readers: Arc::new(Semaphore::new(READERS)),
        writers: Arc::new(Semaphore::new(1)),
    });
    let middleware = Middleware::new(Arc::clone(&shared), routes::router(shared));
    let (stop, stopping) = watch::channel(false);
    let (end, ended) = watch::channel(false);
    runtime.spawn(async move {
        listen::serve(socket, middleware, limits, stopping).await;
        end.send_replace(true);
    });
    Running { address, stop, ended, runtime: Some(runtime) }
}

impl Running {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients on this machine.
    pub fn url(&self) -> String {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.address.port()))
    }

    /// Lets requests in flight finish, up to a time limit.
    pub fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(runtime) = self.runtime.take() {
            let mut ended = self.ended.clone();
            runtime.block_on(stopped(&mut ended));
            runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
        }
    }

    /// Handles Ctrl-C and SIGTERM from here on: the first stops the server gracefully, the second at once. `tell` is
    /// called for both.
    pub fn handle_signals(&self, tell: impl Fn(ShutdownStage) + Send + 'static) -> Result<(), ServerError> {
        let Some(runtime) = &self.runtime else { return Ok(()) };
        let (stop, mut ended) = (self.stop.clone(), self.ended.clone());
        let mut signals = {
            let _inside = runtime.enter();
            Signals::new().map_err(ServerError::Runtime)?
        };
        runtime.spawn(async move {
            signals.next().await;
            tell(ShutdownStage::Stopping);
            stop.send_replace(true);
            tokio::select! {
                () = stopped(&mut ended) => tell(ShutdownStage::Stopped),
                () = signals.next() => tell(ShutdownStage::Interrupted),
            }
        });
        Ok(())
    }
}

impl Drop for Running {
    /// Ends at once; `stop` lets requests in flight finish.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
