//! Renders the start message of `serve`, as text and as `portolan.serve/1`. It contains the secret that the server
//! issued: this is the only place that shows one, and it is shown once.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::plan::hazard::{Consent, Hazard};
use crate::domain::platform::Platform;
use crate::domain::secret::Secret;
use crate::report::escape::{clean, harmless_json};
use crate::report::plan::PlanReport;
use crate::report::plan::input::Resolved;
use crate::report::plan::words::{self, HazardText};
use crate::text::plural::count;

pub const FORMAT: &str = "portolan.serve/1";

#[derive(Debug)]
pub struct Serve<'a> {
    pub url: &'a str,
    /// The link to the pages, which works once.
    pub link: &'a Secret,
    pub client_id: &'a str,
    /// Only if the server generated it.
    pub issued_secret: Option<&'a Secret>,
    /// The catalog's file; `None` for a catalog in memory.
    pub store: Option<&'a str>,
    /// What a preview is of: `the branch tiers`. `None`: the catalog is served as it is.
    pub preview: Option<&'a str>,
    pub platform: &'a Platform,
    /// The number of blueprints in the catalog.
    pub blueprints: usize,
    pub entities: usize,
    pub is_seeded: bool,
}

/// What `portolan serve --output json` prints as soon as it listens, on one line.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.serve/1")]
struct Document<'a> {
    /// Always `portolan.serve/1`.
    format: &'static str,
    /// The address for clients, without a trailing slash.
    url: &'a str,
    /// The link that opens the pages in a browser. It works once.
    pages: &'a str,
    client_id: &'a str,
    /// Only if the server generated it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    /// The catalog's file, or `memory`.
    store: &'a str,
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(serve: &Serve<'_>) -> String {
    let document = Document {
        format: FORMAT,
        url: serve.url,
        pages: serve.link.reveal(),
        client_id: serve.client_id,
        client_secret: serve.issued_secret.map(Secret::reveal),
        store: serve.store.unwrap_or("memory"),
    };
    let line = serde_json::to_string(&document).expect("strings always have a JSON form");
    format!("{}\n", harmless_json(line))
}

pub fn text(serve: &Serve<'_>) -> String {
    let Serve { url, platform, .. } = serve;
    let place = serve.store.map_or_else(|| "a catalog in memory".to_owned(), |store| format!("`{}`", clean(store)));
    let id = clean(serve.client_id);
    let mut text = match serve.preview {
        Some(subject) => format!("Serving the preview of {} at {url}; it takes no writes.\n", clean(subject)),
        None => format!("Serving {place} at {url}\n{}\n", held(serve)),
    };
    let _ = writeln!(text, "\nOpen it in a browser (this link works once):\n  {}", serve.link.reveal());
    let base = platform.base_url_variables.first().copied().unwrap_or_default();
    let exports = format!("  export PORTOLAN_CATALOG={url}\n  export {base}={url}\n");
    match serve.issued_secret.map(Secret::reveal) {
        Some(secret) => {
            let (id_name, secret_name) = (platform.client_id_variable, platform.client_secret_variable);
            let _ = writeln!(text, "\nGenerated credentials (shown once, valid until the server stops):");
            let _ = writeln!(text, "  client id      {id}\n  client secret  {secret}");
            let _ = writeln!(text, "\nTo use it in a shell:\n{exports}  export {id_name}={id} {secret_name}={secret}");
        }
        None => {
            let _ = write!(text, "\nTo use it in a shell, with the credentials of `{id}`:\n{exports}");
        }
    }
    let _ = writeln!(text, "\nportolan uses PORTOLAN_CATALOG, which overrides the config; other clients use {base}.");
    let _ = writeln!(text, "Another browser: {url}/ (user: the client id, password: the client secret)");
    text
}

fn held(serve: &Serve<'_>) -> String {
    let blueprints = match serve.blueprints {
        0 => "no blueprints".to_owned(),
        number => count(number, "blueprint"),
    };
    match (serve.entities, serve.is_seeded) {
        (0, false) => format!("It has {blueprints} and no entities; `--seed .` loads the manifests."),
        (0, true) => format!("It has {blueprints} and no entities."),
        (number, _) => format!("It has {blueprints} and {}.", count(number, "entity")),
    }
}

/// A hazard in words, and the approval that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HazardInWords {
    /// Without a period; names are in backticks.
    pub sentence: String,
    pub items: Vec<String>,
    pub consent: Consent,
}

/// The hazards of a plan as the other reports phrase them.
pub fn hazards(report: &PlanReport<'_>) -> Vec<HazardInWords> {
    let resolved = Resolved::of_entities(report);
    let in_words = |hazard: &Hazard| {
        let HazardText { sentence, items } = words::hazard(hazard, &resolved);
        HazardInWords { sentence, items, consent: hazard.consent }
    };
    report.plan.hazards.iter().map(in_words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::{GLINT, PORT};

    #[test]
    fn a_person_can_paste_what_is_told() {
        let secret = Secret::new("5ecret");
        let link = Secret::new("http://127.0.0.1:4711/sign-in?token=0nce");
        let issued = Serve {
            url: "http://127.0.0.1:4711",
            link: &link,
            client_id: "1d",
            issued_secret: Some(&secret),
            store: Some("/acme/.portolan/local.db"),
            preview: None,
            platform: &PORT,
            blueprints: 10,
            entities: 109,
            is_seeded: false,
        };
        insta::assert_snapshot!(text(&issued), @r"
        Serving `/acme/.portolan/local.db` at http://127.0.0.1:4711
        It has 10 blueprints and 109 entities.

        Open it in a browser (this link works once):
          http://127.0.0.1:4711/sign-in?token=0nce

        Generated credentials (shown once, valid until the server stops):
          client id      1d
          client secret  5ecret

        To use it in a shell:
          export PORTOLAN_CATALOG=http://127.0.0.1:4711
          export PORT_BASE_URL=http://127.0.0.1:4711
          export PORT_CLIENT_ID=1d PORT_CLIENT_SECRET=5ecret

        portolan uses PORTOLAN_CATALOG, which overrides the config; other clients use PORT_BASE_URL.
        Another browser: http://127.0.0.1:4711/ (user: the client id, password: the client secret)
        ");
        let chosen = Serve { issued_secret: None, store: None, platform: &GLINT, entities: 0, ..issued };
        insta::assert_snapshot!(text(&chosen), @r"
        Serving a catalog in memory at http://127.0.0.1:4711
        It has 10 blueprints and no entities; `--seed .` loads the manifests.

        Open it in a browser (this link works once):
          http://127.0.0.1:4711/sign-in?token=0nce

        To use it in a shell, with the credentials of `1d`:
          export PORTOLAN_CATALOG=http://127.0.0.1:4711
          export GLINT_BASE_URL=http://127.0.0.1:4711

        portolan uses PORTOLAN_CATALOG, which overrides the config; other clients use GLINT_BASE_URL.
        Another browser: http://127.0.0.1:4711/ (user: the client id, password: the client secret)
        ");
    }

    #[test]
    fn a_program_gets_one_line() {
        let (issued_secret, store, platform) = (None, None, &PORT);
        let (blueprints, entities, is_seeded) = (0, 0, true);
        let (url, client_id, link, preview) = ("u", "i", &Secret::new("u/s"), None);
        let serve =
            Serve { url, link, client_id, issued_secret, store, preview, platform, blueprints, entities, is_seeded };
        let line = "{\"format\":\"portolan.serve/1\",\"url\":\"u\",\"pages\":\"u/s\",\"clientId\":\"i\",\"store\":\"memory\"}\n";
        assert_eq!(json(&serve), line);
    }
}
