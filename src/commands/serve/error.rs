//! Why the server cannot start as asked.

use std::net::SocketAddr;

use crate::domain::error_class::ExitClass;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum ServeError {
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
