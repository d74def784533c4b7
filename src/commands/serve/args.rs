//! The flags of `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::ValueHint;

use crate::commands::args::output::TextOrJson;
use crate::commands::serve::flags;
use crate::domain::secret::Secret;
use crate::embedded::server::Rate;

/// Serve the embedded catalog with Port's HTTP API
///
/// Any client of Port can use it: the Kubernetes exporter, the Terraform provider, the GitHub action, portolan. Meant for
/// trials, tests and previews. Every request needs a token.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    /// Address to listen on: `127.0.0.1:8080`, `localhost:8080` or `8080`; port 0 picks a free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0", value_parser = flags::address)]
    #[arg(value_hint = ValueHint::Other)]
    pub listen: SocketAddr,
    /// File that holds the catalog, or `memory` [default: .portolan/local.db]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: Option<PathBuf>,
    /// Load the blueprints and manifests of the repository in DIR
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub seed: Option<PathBuf>,
    /// Show what merging this work tree does: the pages of the catalog after the merge, with every change marked; takes no
    /// writes
    ///
    /// The plan is that of `diff`: compared with the configured catalog, or with the merge base where a pull request has no
    /// credentials.
    #[arg(long, conflicts_with_all = ["store", "seed"])]
    pub preview: bool,
    /// With `--preview`: tell the changes of this branch from those that were pending before, by the merge base of REF and
    /// `HEAD`; detected in CI
    #[arg(long, value_name = "REF", value_hint = ValueHint::Other, requires = "preview")]
    pub base: Option<String>,
    /// Open the pages in a browser
    #[arg(long)]
    pub open: bool,
    /// Write the pages as files to DIR instead of serving them; DIR must be new, empty, or written by an earlier export
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    #[arg(conflicts_with_all = ["open", "listen", "client_id", "client_secret", "rate_limit", "latency", "output"])]
    pub export: Option<PathBuf>,
    /// Client id to accept; by default the server issues one for its address [env: PORTOLAN_SERVE_CLIENT_ID]
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other)]
    pub client_id: Option<String>,
    /// Client secret to accept; prefer the variable, since other users can see command lines [env: PORTOLAN_SERVE_CLIENT_SECRET]
    #[arg(long, value_name = "SECRET", value_hint = ValueHint::Other, value_parser = flags::secret)]
    pub client_secret: Option<Secret>,
    /// Answer requests over this limit with 429: `1000/5m`, `10/s`, `5000/1d`
    #[arg(long, value_name = "N/PERIOD", value_hint = ValueHint::Other, value_parser = flags::rate)]
    pub rate_limit: Option<Rate>,
    /// Delay every response by this many milliseconds (at most 60,000)
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0, value_hint = ValueHint::Other)]
    #[arg(value_parser = flags::latency)]
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
  portolan serve --store memory --seed . --open    its manifests, in memory only, in a browser
  portolan serve --preview --open                  what merging this work tree does
  portolan serve --preview --export site           the same as files, for a pipeline to publish
  portolan serve --listen 127.0.0.1:8080 --output json
  portolan serve --rate-limit 100/1m --latency 200 test a client against limits

portolan is pointed at it by PORTOLAN_CATALOG, whatever the config says; others by PORT_BASE_URL; all of them take the
credentials from PORT_CLIENT_ID and PORT_CLIENT_SECRET. The printed link opens the pages in a browser, once; a browser can
also use the credentials as user and password. Ctrl-C ends it in order, a second one at once.";
