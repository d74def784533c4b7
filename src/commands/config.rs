//! `config`: prints every setting with its origin or, with `--check`, tests the settings against the catalog.
//! Credentials are not settings, so none are printed.

mod check;

use serde::Serialize;

use crate::commands::all::{self, PerConfig};
use crate::commands::args::output::TextOrJson;
use crate::commands::catalog::address::catalog_name;
use crate::commands::context::Context;
use crate::commands::output::reports::Destination;
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::scope::scope;
use crate::domain::cluster::Deliverer;
use crate::domain::plan::write_mode::Write;
use crate::error::Error;
use crate::exit::Exit;
use crate::report;
use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style};
use crate::settings::{Origin, Settings, Sourced, shown_policy};
use crate::sources::path_text;

/// Show every setting and its source, or check them against the catalog
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan config
  portolan config --check                          ask the catalog: credentials, region, permissions
  portolan --target staging config --output json")]
pub struct ConfigArgs {
    /// Ask the catalog whether credentials, region, scope and permissions are right
    ///
    /// Reads from the catalog and has it validate one write; nothing is written. Exits 5 if the catalog cannot be reached or
    /// denies something, 64 if credentials are missing.
    #[arg(long)]
    check: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TextOrJson::Text)]
    output: TextOrJson,
}

impl ConfigArgs {
    pub(crate) fn format_name(&self) -> &'static str {
        match self.output {
            TextOrJson::Text => "text",
            TextOrJson::Json => "json",
        }
    }
}

/// The document `portolan.config/1`.
#[derive(Debug, Serialize)]
struct Shown {
    format: &'static str,
    settings: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    key: String,
    value: serde_json::Value,
    origin: String,
}

impl Verb for ConfigArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::default(), |context| run(self, context))
    }

    fn run_for_all(&self, process: &mut Process<'_>) -> Option<Result<Exit, Error>> {
        Some(all::run(self, process))
    }
}

impl PerConfig for ConfigArgs {
    const VERB: &'static str = "config";

    fn run(&self, context: &mut Context<'_>) -> Result<Exit, Error> {
        run(self, context)
    }

    fn destinations(&self) -> Vec<Destination> {
        vec![(self.format_name(), None)]
    }
}

pub fn run(args: &ConfigArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    if args.check {
        let (checks, exit) = check::check(context);
        let (platform, catalog) = (context.settings.platform.value.name, catalog_name(context.settings));
        let shown = match args.output {
            TextOrJson::Text => report::check::text(&catalog, &checks, &context.style),
            TextOrJson::Json => report::check::json(platform, &catalog, &checks),
        };
        context.write_report(args.format_name(), None, &shown)?;
        return Ok(exit);
    }
    let scope = scope(context.settings, context.git);
    let rows = rows(context.settings, &scope);
    let shown = match args.output {
        TextOrJson::Text => text(&rows, &context.style),
        TextOrJson::Json => json(rows),
    };
    context.write_report(args.format_name(), None, &shown)?;
    Ok(Exit::Success)
}

fn rows(settings: &Settings, scope: &Sourced<Option<String>>) -> Vec<Row> {
    let file = settings.config_name();
    let mut rows = Vec::new();
    let mut add = |key: &str, value: serde_json::Value, origin: &Origin| {
        rows.push(Row { key: key.to_owned(), value, origin: origin.words(&file) });
    };
    add("root", settings.root.value.display().to_string().into(), &settings.root.origin);
    if let Some(config) = &settings.config {
        add("config", file.clone().into(), &config.origin);
    }
    if let Some(target) = &settings.target {
        add("target", target.value.clone().into(), &target.origin);
    }
    add("platform", settings.platform.value.name.into(), &settings.platform.origin);
    add("catalog", settings.catalog.value.text().into(), &settings.catalog.origin);
    add("scope", scope.value.clone().into(), &scope.origin);
    add("delivery", settings.delivery.value.word().into(), &settings.delivery.origin);
    add("git-host", settings.git_host.value.word().into(), &settings.git_host.origin);
    for cluster in &settings.clusters {
        let origin = Origin::File { line: cluster.line };
        let mut part =
            |key: &str, value: serde_json::Value| add(&format!("clusters.{}.{key}", cluster.name), value, &origin);
        part("mapping", cluster.mapping.as_ref().map(|(path, _)| path_text(path)).into());
        part("state-key", cluster.state_key.clone().into());
        part("exporter", cluster.exporter.to_string().into());
        part("env", cluster.env.keys().cloned().collect::<Vec<_>>().into());
        part("deliverer", cluster.deliverer.map(Deliverer::word).into());
        part("namespace", cluster.namespace.clone().into());
    }
    add("manifests.include", settings.include.value.clone().into(), &settings.include.origin);
    add("manifests.exclude", settings.exclude.value.clone().into(), &settings.exclude.origin);
    add("write", write(&settings.write.value), &settings.write.origin);
    add("prune.enabled", settings.prune.enabled.value.into(), &settings.prune.enabled.origin);
    add("prune.max", settings.prune.max.value.into(), &settings.prune.max.origin);
    add("prune.max-percent", settings.prune.max_percent.value.into(), &settings.prune.max_percent.origin);
    let branches = settings.push_branches.as_ref();
    let origin = branches.map_or(&Origin::Default, |branches| &branches.origin);
    add("push.branches", branches.map_or("default branch".into(), |it| it.value.clone().into()), origin);
    add("push.require-clean", settings.require_clean.value.into(), &settings.require_clean.origin);
    add("push.require-signed", settings.require_signed.value.into(), &settings.require_signed.origin);
    add("secrets.allow", settings.secrets_allow.value.clone().into(), &settings.secrets_allow.origin);
    let age = &settings.snapshot_max_age_days;
    add("snapshot.max-age", format!("{}d", age.value).into(), &age.origin);
    for (name, policy) in &settings.policies {
        add(&format!("policies.{name}"), shown_policy(&policy.value), &policy.origin);
    }
    for (name, rule) in &settings.rules {
        if let Some(level) = rule.value.level {
            add(&format!("rules.{name}"), level.word().into(), &rule.origin);
        }
        for path in &rule.value.paths {
            add(&format!("rules.{name}.paths.{}", path.glob), path.level.word().into(), &path.origin);
        }
    }
    rows
}

fn write(write: &Write) -> serde_json::Value {
    if write.by_blueprint.is_empty() {
        return write.default.word().into();
    }
    let others = write.by_blueprint.iter().map(|(blueprint, mode)| (blueprint.clone(), mode.word().into()));
    let default = std::iter::once(("default".to_owned(), write.default.word().into()));
    serde_json::Value::Object(default.chain(others).collect())
}

fn text(rows: &[Row], style: &Style) -> String {
    let value = |row: &Row| match &row.value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    let keys = rows.iter().map(|row| row.key.chars().count()).max().unwrap_or_default();
    // The root is left out of the alignment, because a long path would move all columns to the right.
    let aligned = rows.iter().filter(|row| row.key != "root").map(|row| value(row).chars().count());
    let values = aligned.filter(|width| *width <= 40).max().unwrap_or_default();
    let mut out = String::new();
    for row in rows {
        let key = style.paint(Role::Strong, &format!("{:keys$}", clean(&row.key)));
        let value = value(row);
        let origin = style.paint(Role::Dim, &clean(&row.origin));
        out.push_str(&format!("{key}  {:values$}  {origin}\n", clean(&value)));
    }
    escape::lines(out)
}

fn json(rows: Vec<Row>) -> String {
    let shown = Shown { format: "portolan.config/1", settings: rows };
    format!("{}\n", escape::json(&shown))
}
