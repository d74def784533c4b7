//! `schema`: the JSON Schema of a file that portolan reads or writes, for editors and for those who read our JSON.

use crate::error::Error;
use crate::exit::Exit;
use crate::plan::binding;
use crate::report;
use crate::settings;
use crate::ui::Streams;

/// Print the JSON Schema of the config or of an output
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan schema config > portolan.schema.json

An editor checks portolan.yaml with it when the file begins with:
  # yaml-language-server: $schema=portolan.schema.json")]
pub struct SchemaArgs {
    /// What the schema describes
    #[arg(value_name = "NAME", value_enum)]
    pub name: SchemaName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SchemaName {
    /// portolan.yaml
    Config,
    /// What `lint --output json` writes
    Lint,
    /// What `lint --write-baseline` writes
    Baseline,
    /// What `pull --output json` writes
    Pull,
    /// What `diff --output json` writes
    Plan,
    /// What `diff --out` writes
    PlanFile,
    /// What `push --output json` writes
    Outcome,
    /// What `serve --output json` writes
    Serve,
}

pub fn run(args: &SchemaArgs, streams: &mut Streams) -> Result<Exit, Error> {
    streams.show(&schema(args.name))?;
    Ok(Exit::Success)
}

/// The schema as text.
pub fn schema(name: SchemaName) -> String {
    let schema = match name {
        SchemaName::Config => settings::schema(),
        SchemaName::Lint => report::lint::json::schema(),
        SchemaName::Baseline => report::baseline::schema(),
        SchemaName::Pull => report::pull::json::schema(),
        SchemaName::Plan => report::plan::json::schema(),
        SchemaName::PlanFile => binding::schema(),
        SchemaName::Outcome => report::outcome::json::schema(),
        SchemaName::Serve => report::serve::schema(),
    };
    format!("{schema:#}\n")
}
