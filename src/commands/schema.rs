//! `schema`: prints or writes the JSON Schema of a file that portolan reads or writes. The schema of manifests is
//! generated from the repository: its blueprints, and the entities that relations may point to.

use crate::commands::context::Context;
use crate::commands::new::choices::Choices;
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::snapshot::{FOLDER, SnapshotSource};
use crate::domain::error_class::ExitClass;
use crate::domain::platform::PORT;
use crate::error::Error;
use crate::exit::Exit;
use crate::plan::{backup, file};
use crate::report::{self, escape};
use crate::scaffold::{self, Candidates, Repository};
use crate::settings::{self, Settings};
use crate::sources::{self, ReadBuffer, SourceFile};

/// Print the JSON Schema of manifests, the config or an output
///
/// The schema of manifests is generated from `.portolan/`: editors then complete and check properties by blueprint, and
/// suggest the entities that a relation may point to.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan schema manifest --write
  portolan schema config > portolan.schema.json

An editor checks a file with a schema that its first line names:
  # yaml-language-server: $schema=.portolan/manifest.schema.json

Or all of them, by its settings (in VS Code `.vscode/settings.json`):
  \"yaml.schemas\": {\".portolan/manifest.schema.json\": [\"catalog/**/*.yaml\", \"**/port.yml\"]}")]
pub struct SchemaArgs {
    /// What the schema describes
    #[arg(value_name = "NAME", value_enum)]
    pub name: SchemaName,
    /// With `manifest`: write it to `.portolan/manifest.schema.json` for editors
    #[arg(long)]
    pub write: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SchemaName {
    /// Manifests of this repository
    Manifest,
    /// portolan.yaml
    Config,
    /// Output of `lint --output json`
    Lint,
    /// Output of `lint --write-baseline`
    Baseline,
    /// Output of `pull --output json`
    Pull,
    /// Output of `import --output json`
    Import,
    /// Output of `diff --output json`
    Plan,
    /// Output of `diff --blueprints ... --output json`
    Impact,
    /// Output of `diff --out`
    PlanFile,
    /// Output of `push --backup`
    Backup,
    /// Output of `push --output json`
    Outcome,
    /// Output of `push --output json` if push was refused before planning
    Refusal,
    /// Output of `serve --output json`
    Serve,
    /// Output of `config --check --output json`
    ConfigCheck,
    /// Output of `cluster add --output json`
    ClusterAdd,
    /// Output of `cluster evaluate --output json`
    Evaluate,
    /// Output of `cluster mapping --explain KIND/NAME --output json`
    MappingExplanation,
    /// Output of `cluster forecast --output json`
    Forecast,
    /// Output of `cluster trace --output json`
    Trace,
    /// Output of `list --output json`
    List,
    /// Output of `show --output json`
    Show,
    /// Output of `graph --output json`
    Graph,
    /// Output of `--all --output json`, whatever the command
    All,
}

/// The file in the snapshot's folder that holds the schema of manifests.
const FILE: &str = "manifest.schema.json";

impl Verb for SchemaArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        if self.name == SchemaName::Manifest || self.write {
            return process.in_repository(Needs::default(), |context| run_in_repository(self, Vec::new(), context));
        }
        // The schema is the same in all repositories.
        process.streams.show(&schema(self.name))?;
        Ok(Exit::Success)
    }
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`--write` writes the schema of manifests only")]
#[diagnostic(code("nothing-to-write"), help("drop `--write` and redirect the output to a file"))]
struct NothingToWrite;

impl ExitClass for NothingToWrite {}

/// The schema of this repository's manifests. `earlier`: files that this run has read before.
pub fn run_in_repository(
    args: &SchemaArgs,
    earlier: Vec<SourceFile>,
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    if args.name != SchemaName::Manifest {
        return Err(NothingToWrite.into());
    }
    let settings = context.settings;
    let root = &settings.root.value;
    let choices = Choices::of(root, &settings.pattern()?, earlier)?;
    if choices.blueprints.is_empty() {
        context.say(
            "note: No snapshot of the catalog (`.portolan/blueprints`), so the schema has no properties and relations. Run `portolan pull`.",
        );
    }
    for file in &choices.unusable {
        context.say(&format!("note: `{}` has no usable blueprint: {}.", file.path, file.reason));
    }
    let text = of_manifests(settings, &choices);
    if !args.write {
        context.streams.show(&text)?;
        return Ok(Exit::Success);
    }
    let path = format!("{FOLDER}/{FILE}");
    sources::write_atomically(root, path.as_ref(), text.as_bytes())?;
    context.streams.show(&format!("{path}\n"))?;
    Ok(Exit::Success)
}

/// Updates an existing schema file of manifests: with old blueprints, an editor would mark valid manifests as wrong.
/// `earlier`: files that this run has read or written before.
pub fn refresh(settings: &Settings, earlier: Vec<SourceFile>) -> Result<(), Error> {
    match refreshed(settings, earlier, &SnapshotSource::Disk)? {
        Some(text) => Ok(sources::write_atomically(&settings.root.value, path().as_ref(), text.as_bytes())?),
        None => Ok(()),
    }
}

/// The new text of the schema file; `None` if there is no such file, or it stays the same.
pub(crate) fn refreshed(
    settings: &Settings,
    earlier: Vec<SourceFile>,
    snapshot: &SnapshotSource,
) -> Result<Option<String>, Error> {
    let root = &settings.root.value;
    let Some(file) = sources::find_file(root, &path()) else { return Ok(None) };
    let choices = Choices::of_snapshot(root, &settings.pattern()?, earlier, snapshot)?;
    let text = of_manifests(settings, &choices);
    let mut buffer = ReadBuffer::default();
    let is_same = sources::read_large(&file, &mut buffer).is_ok_and(|old| old.text == text);
    Ok((!is_same).then_some(text))
}

/// The path of the schema file of manifests, relative to the root.
pub(crate) fn path() -> String {
    format!("{FOLDER}/{FILE}")
}

fn of_manifests(settings: &Settings, choices: &Choices) -> String {
    text(&scaffold::manifest_schema(&Repository {
        platform: settings.platform.value,
        blueprints: &choices.blueprints,
        candidates: &choices.candidates,
    }))
}

/// The schema as text; for manifests, the generic part only.
pub fn schema(name: SchemaName) -> String {
    let nowhere = Repository { platform: &PORT, blueprints: &[], candidates: &Candidates::default() };
    text(&match name {
        SchemaName::Manifest => scaffold::manifest_schema(&nowhere),
        SchemaName::Config => settings::schema(),
        SchemaName::Lint => report::lint::json::schema(),
        SchemaName::Baseline => report::baseline::schema(),
        SchemaName::Pull => report::pull::json::schema(),
        SchemaName::Import => report::import::json::schema(),
        SchemaName::Plan => report::plan::json::schema(),
        SchemaName::Impact => report::impact::json::schema(),
        SchemaName::PlanFile => file::schema(),
        SchemaName::Backup => backup::schema(),
        SchemaName::Outcome => report::outcome::json::schema(),
        SchemaName::Refusal => report::outcome::refusal::schema(),
        SchemaName::Serve => report::serve::schema(),
        SchemaName::ConfigCheck => report::check::schema(),
        SchemaName::ClusterAdd => report::cluster_add::schema(),
        SchemaName::Evaluate => report::evaluation::schema(),
        SchemaName::MappingExplanation => report::mapping_explanation::schema(),
        SchemaName::Forecast => report::forecast::schema(),
        SchemaName::Trace => report::trace::schema(),
        SchemaName::List => report::entity_list::schema(),
        SchemaName::Show => report::entity_page::schema(),
        SchemaName::Graph => report::graph::schema(),
        SchemaName::All => report::combined::schema(),
    })
}

fn text(schema: &serde_json::Value) -> String {
    format!("{}\n", escape::json(schema))
}
