//! `serve`: shows a catalog to programs and people until a signal, or writes its pages as files. The server runs on its own
//! threads; this one waits and writes the log.

mod args;
mod credentials;
mod declared;
mod error;
mod export;
mod flags;
mod log;
mod preview;
mod served;
mod store;

use std::sync::mpsc::channel;
use std::time::Duration;

use crate::commands::args::output::TextOrJson;
use crate::commands::catalog::seed::held;
use crate::commands::context::Context;
use crate::commands::verb::{Needs, Process, Verb};
use crate::domain::secret::Secret;
use crate::embedded::server;
use crate::embedded::server::{Credentials, Listener, ServerConfig, ServerError, issue_link_token};
use crate::embedded::store::system_clock;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::serve::{self as report, Serve};
use crate::settings::Origin;
use crate::sources::path_text;
use crate::ui::open_in_browser;
pub use args::ServeArgs;
use credentials::chosen_credentials;
use error::ServeError;
use log::{Heard, Log, wait};
use served::{Opened, Served};

/// The author of what is written before an export.
const WRITER: &str = "portolan";

impl Verb for ServeArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        // With another folder or store it reads nothing here.
        let ignores_configs_below = self.seed.is_some() || self.store.is_some();
        let needs =
            if self.preview { Needs::repository() } else { Needs { ignores_configs_below, ..Needs::default() } };
        process.in_repository(needs, |context| run(self, context))
    }
}

fn run(args: &ServeArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let chosen = &context.settings.catalog;
    if let (Origin::Flag(_), false) = (&chosen.origin, args.preview) {
        return Err(ServeError::OtherCatalog { catalog: chosen.value.text().to_owned() }.into());
    }
    if let Some(folder) = &args.export {
        return match open(args, WRITER, context)? {
            Opened::Served(served) => export::export(folder, &served, context),
            Opened::Findings(exit) => Ok(exit),
        };
    }
    let chosen = chosen_credentials(args, context)?;
    if chosen.is_none() && !args.listen.ip().is_loopback() {
        return Err(ServeError::Exposed { address: args.listen }.into());
    }
    let listener = Listener::bind(args.listen)?;
    let is_issued = chosen.is_none();
    let issued = || Credentials::issue(listener.address()).ok_or(ServerError::Random);
    let credentials = chosen.map_or_else(issued, Ok)?;
    match open(args, &credentials.id, context)? {
        Opened::Served(served) => serve(args, *served, (listener, &credentials, is_issued), context),
        Opened::Findings(exit) => Ok(exit),
    }
}

/// Opens what is shown.
fn open(args: &ServeArgs, client: &str, context: &mut Context<'_>) -> Result<Opened, Error> {
    match args.preview {
        true => preview::open(args, context),
        false => Ok(Opened::Served(Box::new(store::open(args, client, context)?))),
    }
}

fn serve(
    args: &ServeArgs,
    served: Served,
    (listener, credentials, is_issued): (Listener, &Credentials, bool),
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    let Served { store, site } = served;
    let name = store.path().map(path_text);
    let (blueprints, entities) = held(&store)?;
    let preview = site.preview.as_ref().map(|preview| preview.subject.clone());
    let token = issue_link_token().ok_or(ServerError::Random)?;
    let clock = system_clock();
    let (sender, heard) = channel();
    let log = Log::new(sender.clone());
    let waiting = log.waiting();
    let config = ServerConfig {
        listen: args.listen,
        token_lifetime: Duration::from_secs(args.token_lifetime.into()),
        rate: args.rate_limit,
        latency: Duration::from_millis(args.latency.into()),
        log: Box::new(move |line| log.take(clock(), line)),
        is_read_only: site.preview.is_some(),
        site,
        link_token: Some(token.clone()),
        ..ServerConfig::new(store, credentials.clone())
    };
    let running = server::start_on(listener, config);
    running.handle_signals(move |stage| {
        let _ = sender.send(Heard::End(stage));
    })?;
    let link = Secret::new(format!("{}/sign-in?token={}", running.url(), token.reveal()));
    let serving = Serve {
        url: &running.url(),
        link: &link,
        client_id: &credentials.id,
        issued_secret: is_issued.then_some(&credentials.secret),
        store: name.as_deref(),
        preview: preview.as_deref(),
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
    if args.open
        && let Err(problem) = open_in_browser(link.reveal(), has_display(context))
    {
        context.say(&format!("note: No browser was opened: {problem}. Open the link above."));
    }
    Ok(wait(&heard, &waiting, context))
}

/// Whether a graphical session can show a browser, on systems where that is not a matter of course.
fn has_display(context: &Context<'_>) -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| context.environment.get(name).is_some())
}
