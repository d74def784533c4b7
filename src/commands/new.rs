//! `new`: scaffolds a manifest from a blueprint of the snapshot, with the given values and blanks for the rest.
//! Findings in the new file are reported and do not fail the command.

pub(crate) mod choices;
mod error;
pub(crate) mod flags;
pub(crate) mod prompt;

use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::commands::new::choices::Choices;
use crate::commands::new::error::NewError;
use crate::commands::new::flags::{NewFlags, values_from_flags};
use crate::commands::new::prompt::{Answer, EndOfInput, Questions};
use crate::commands::workspace::open::Workspace;

use crate::commands::lint::config::LintConfig;
use crate::commands::lint::request::{Overlay, Request};
use crate::commands::lint::run as lint;
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::placement::{Folder, Names};
use crate::domain::blueprint::Blueprint;
use crate::domain::document::manifest::ResourceKind;
use crate::domain::entity::EntityKey;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::identifier::check_entity_identifier;
use crate::domain::platform::Platform;
use crate::domain::progress::Silent;
use crate::error::Error;
use crate::exit::Exit;
use crate::manifest::{Around, Wrapper, encode_sketch};
use crate::report::lint::{Lint, LintFormat, render};
use crate::report::style::Style;
use crate::scaffold::{self, EntityValues, ManifestInput};
use crate::settings::{self, Delivery};
use crate::sources::{self, PathKind, Place, SourceFile};
use crate::text::plural::{as_sentence, count, list};
use crate::text::suggest::closest;
use crate::ui::{self, Prompt};

/// Scaffold a manifest from a blueprint
///
/// Required properties come from flags or questions on a terminal; those without a value are left blank, and `lint` points
/// at them. Every other property is written as a comment with its type, choices and default. The path of the new file
/// goes to stdout, remaining steps go to stderr.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct NewArgs {
    /// Blueprint, as in `.portolan/blueprints`
    #[arg(value_name = "BLUEPRINT", value_hint = clap::ValueHint::Other)]
    pub blueprint: Option<String>,
    /// Identifier of the new entity
    #[arg(value_name = "ID", value_hint = clap::ValueHint::Other)]
    pub identifier: Option<String>,
    /// Set a property, or the target of a relation; repeatable
    ///
    /// The property's type decides how the value is read: text as given, numbers, `true` or `false`, objects as JSON. For
    /// a list, repeat `--set` once per item, or pass a JSON array.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, value_hint = clap::ValueHint::Other)]
    pub set: Vec<(String, String)>,
    /// Set the target of a relation whose name is also a property; repeatable
    #[arg(long, value_name = "NAME=ID", value_parser = pair, value_hint = clap::ValueHint::Other)]
    pub relate: Vec<(String, String)>,
    /// Title of the entity
    #[arg(long, value_name = "TEXT", value_hint = clap::ValueHint::Other)]
    pub title: Option<String>,
    /// Icon, if not the blueprint's
    #[arg(long, value_name = "NAME", value_hint = clap::ValueHint::Other)]
    pub icon: Option<String>,
    /// Owning team; repeatable
    #[arg(long, value_name = "TEAM", value_hint = clap::ValueHint::Other)]
    pub team: Vec<String>,
    /// Namespace of the Kubernetes resource
    #[arg(long, value_name = "NAME", conflicts_with = "bare", value_hint = clap::ValueHint::Other)]
    pub namespace: Option<String>,
    /// Write a bare entity instead of a Kubernetes resource (always so in `port.yml`)
    #[arg(long)]
    pub bare: bool,
    /// File to write; default: in the folder of the blueprint's manifests. Existing files are not overwritten
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Print the manifest instead of writing a file
    #[arg(long, conflicts_with_all = ["file", "edit"])]
    pub stdout: bool,
    /// Open the new file in `VISUAL` or `EDITOR`
    #[arg(long)]
    pub edit: bool,
    /// Never ask, even on a terminal
    #[arg(long)]
    pub no_input: bool,
}

const EXAMPLES: &str = "\
Examples:
  portolan new service cart                                      ask for required properties
  portolan new service cart --set tier=2 --set language=go --edit
  portolan new service cart --set system=booking --set dependsOn=ledger --set dependsOn=quotes
  portolan new service cart --file apps/cart/port.yml            a bare entity next to its code
  portolan new service cart --stdout --no-input > cart.yaml";

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.is_empty() {
        Err("a name is missing before `=`".to_owned())
    } else {
        Ok((name.to_owned(), value.to_owned()))
    }
}

impl Verb for NewArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| run(self, context))
    }
}

pub fn run(args: &NewArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let settings = context.settings;
    let editor = if args.edit { Some(editor(context)?) } else { None };
    let file = args.file.as_ref().map(|file| named(file, context)).transpose()?;
    let choices = Choices::of(&settings.root.value, &settings.pattern()?, Vec::new())?;
    if choices.blueprints.is_empty() && choices.unusable.is_empty() {
        return Err(NewError::NoSnapshot.into());
    }
    let workspace = Workspace::open(None, context)?;
    let config = LintConfig::of(&workspace, context.environment);
    let mut prompt = if args.no_input { None } else { Prompt::of_terminal() };
    let entity = match &mut prompt {
        Some(prompt) => {
            let mut questions = Questions { prompt, candidates: &choices.candidates, config: &config };
            ask(args, &choices, &mut questions)?
        }
        None => Ok(take(args, &choices, &config)?),
    };
    let Ok(NewEntity { blueprint, identifier, given }) = entity else {
        context.say("Nothing was written.");
        return Ok(Exit::Interrupted);
    };
    if choices.known.contains(&blueprint.identifier, &identifier) {
        context.say(&format!(
            "note: The catalog has `{0}/{identifier}` already, and this repository does not declare it. `portolan pull --entities {0} --any-owner` writes its manifest.",
            blueprint.identifier
        ));
    }
    let manifest = make(args, &choices, blueprint, &identifier, &given, file, context)?;
    if args.stdout {
        context.streams.show(&manifest.text)?;
        let files = [manifest.as_file()].into_iter().chain(choices.files.iter().cloned()).collect();
        tell_what_is_left(&config, &manifest, files, context)?;
        return Ok(Exit::Success);
    }
    let root = &settings.root.value;
    sources::create_atomically(root, &manifest.place, manifest.text.as_bytes())?;
    context.streams.show(&format!("{}\n", shown(&manifest.place, context)))?;
    context.streams.flush()?;
    if let Some(editor) = &editor {
        ui::edit(editor, &root.join(&manifest.place))?;
        if !sources::is_taken(&root.join(&manifest.place)) {
            context.say("note: The editor removed the file.");
            return Ok(Exit::Success);
        }
    }
    tell_what_is_left(&config, &manifest, choices.files.clone(), context)?;
    Ok(Exit::Success)
}

/// The blueprint, identifier and values of the new entity.
struct NewEntity<'c> {
    blueprint: &'c Blueprint,
    identifier: String,
    given: EntityValues,
}

fn flags(args: &NewArgs) -> NewFlags<'_> {
    let NewArgs { set, relate, title, icon, team, .. } = args;
    NewFlags { set, relate, texts: Texts { title: title.as_ref(), icon: icon.as_ref() }, team }
}

/// Takes everything from the flags and asks nothing.
fn take<'c>(args: &NewArgs, choices: &'c Choices, config: &LintConfig<'_>) -> Result<NewEntity<'c>, NewError> {
    let Some(name) = &args.blueprint else {
        return Err(NewError::NoBlueprint { known: some_blueprints(choices) });
    };
    let blueprint = find(name, choices)?;
    let given = values_from_flags(&flags(args), blueprint, config)?;
    let Some(identifier) = args.identifier.clone() else {
        return Err(NewError::NoIdentifier { blueprint: name.clone() });
    };
    refuse(&identifier, blueprint, choices)?;
    Ok(NewEntity { blueprint, identifier, given })
}

/// Asks for what the flags leave open. Invalid flags are reported before the first question.
fn ask<'c>(
    args: &NewArgs,
    choices: &'c Choices,
    questions: &mut Questions<'_>,
) -> Result<Result<NewEntity<'c>, EndOfInput>, Error> {
    let all: Vec<&str> = choices.blueprints.iter().map(|blueprint| blueprint.identifier.as_str()).collect();
    let settled = args.blueprint.as_deref().map(|name| find(name, choices)).transpose()?;
    if let (Some(blueprint), Some(identifier)) = (settled, &args.identifier) {
        refuse(identifier, blueprint, choices)?;
    }
    let blueprint = match settled {
        Some(blueprint) => blueprint,
        None => match questions.name("Blueprint", &all)? {
            Ok(name) => find(&name, choices)?,
            Err(end_of_input) => return Ok(Err(end_of_input)),
        },
    };
    let given = values_from_flags(&flags(args), blueprint, questions.config)?;
    let name = &blueprint.identifier;
    let identifier = match &args.identifier {
        Some(identifier) => identifier.clone(),
        None => {
            let taken = |identifier: &str| {
                let error = refuse(identifier, blueprint, choices).err()?;
                Some(as_sentence(&error.to_string()))
            };
            match questions.identifier(&format!("Identifier of the new `{name}`"), taken)? {
                Ok(identifier) => identifier,
                Err(end_of_input) => return Ok(Err(end_of_input)),
            }
        }
    };
    let lacks = scaffold::unanswered_properties(blueprint, &given).len()
        + scaffold::unanswered_relations(blueprint, &given).len();
    if lacks > 0 {
        let values = if lacks == 1 { "1 more value".to_owned() } else { format!("{lacks} more values") };
        questions.say(&format!(
            "`{name}` requires {values}. Enter accepts the default or leaves a blank; Ctrl-C stops without writing."
        ))?;
    }
    let completed: Answer<EntityValues> = questions.complete(blueprint, given);
    Ok(completed?.map(|given| NewEntity { blueprint, identifier, given }))
}

fn find<'c>(name: &str, choices: &'c Choices) -> Result<&'c Blueprint, NewError> {
    if let Some(blueprint) = choices.blueprint(name) {
        return Ok(blueprint);
    }
    if let Some(file) = choices.unusable.iter().find(|file| file.identifier == name) {
        return Err(NewError::Unusable { path: file.path.clone(), reason: file.reason.clone() });
    }
    let known = choices.blueprints.iter().map(|blueprint| blueprint.identifier.as_str());
    let help = match closest(name, known) {
        Some(meant) => format!("did you mean `{meant}`? If it is new in the catalog, run `portolan pull`"),
        None => format!("the snapshot has {}; run `portolan pull` to update it", some_blueprints(choices)),
    };
    Err(NewError::NoSuchBlueprint { name: name.to_owned(), help })
}

/// The names of the first few blueprints.
fn some_blueprints(choices: &Choices) -> String {
    let names = choices.blueprints.iter().take(20).map(|blueprint| format!("`{}`", blueprint.identifier));
    let mut names: Vec<String> = names.collect();
    let others = choices.blueprints.len() - names.len();
    if others > 0 {
        names.push(format!("{others} others"));
    }
    list(&names)
}

fn refuse(identifier: &str, blueprint: &Blueprint, choices: &Choices) -> Result<(), NewError> {
    if check_entity_identifier(identifier).is_err() {
        let faults = scaffold::parse_targets(false, &[identifier.to_owned()]);
        return faults.map(drop).map_err(|input_error| NewError::BadIdentifier { mistyped: input_error });
    }
    let key = key(blueprint, identifier);
    match choices.declared.declarations(&key).first() {
        None => Ok(()),
        Some(standing) => Err(NewError::Declared {
            blueprint: blueprint.identifier.clone(),
            identifier: identifier.to_owned(),
            path: standing.path.clone(),
        }),
    }
}

fn key(blueprint: &Blueprint, identifier: &str) -> EntityKey {
    EntityKey { blueprint: blueprint.identifier.as_str().into(), identifier: identifier.into() }
}

/// A new manifest and its path.
struct NewManifest {
    /// Relative to the root.
    place: PathBuf,
    text: String,
}

impl NewManifest {
    fn as_file(&self) -> SourceFile {
        SourceFile { path: sources::path_text(&self.place), place: Place::Given(self.text.as_bytes().into()) }
    }
}

fn make(
    args: &NewArgs,
    choices: &Choices,
    blueprint: &Blueprint,
    identifier: &str,
    given: &EntityValues,
    file: Option<PathBuf>,
    context: &Context<'_>,
) -> Result<NewManifest, Error> {
    let settings = context.settings;
    let input = ManifestInput {
        blueprint,
        identifier,
        given,
        candidates: &choices.candidates,
        offers_fields: settings.delivery.value == Delivery::Direct,
    };
    let sketch = scaffold::sketch(&input);
    let key = key(blueprint, identifier);
    let mut names = Names::of(&choices.declared);
    let (name, place) = match file {
        Some(place) => (names.name(&key), place),
        None => {
            let (pattern, root) = (settings.pattern()?, &settings.root.value);
            match Folder::of(&key.blueprint, &choices.declared, &pattern, &settings.include.value) {
                Some(folder) => {
                    let (name, path) = names.find(&key, &folder, root);
                    (name, PathBuf::from(path))
                }
                None => {
                    let path = names.beside(&key, &choices.declared, &pattern, root);
                    let none = || NewError::NoFolder { blueprint: blueprint.identifier.clone() };
                    (names.name(&key), path.ok_or_else(none)?)
                }
            }
        }
    };
    let file_name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_bare = args.bare || Platform::by_bare_file(file_name).is_some() && args.namespace.is_none();
    let around = if is_bare {
        Around::Bare
    } else {
        Around::Resource(Wrapper {
            platform: settings.platform.value,
            kind: ResourceKind::Entity,
            name: &name,
            namespace: args.namespace.as_deref(),
        })
    };
    Ok(NewManifest { text: encode_sketch(&sketch, &around), place })
}

/// The file that the user names, relative to the root.
fn named(file: &Path, context: &Context<'_>) -> Result<PathBuf, Error> {
    let settings = context.settings;
    let path = sources::tidy(settings.directory.join(file));
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    if !is_yaml {
        return Err(NewError::NotYaml { path: file.display().to_string() }.into());
    }
    if sources::is_taken(&path) {
        return Err(NewError::Taken { path: file.display().to_string() }.into());
    }
    let root = &settings.root.value;
    let named = || file.display().to_string();
    let Ok(place) = path.strip_prefix(root) else {
        return Err(NewError::Outside { path: named(), root: root.display().to_string() }.into());
    };
    if sources::is_never_walked(place)
        || place.file_name().and_then(|it| it.to_str()).is_some_and(settings::is_config_name)
    {
        return Err(NewError::NeverRead { path: named() }.into());
    }
    let above = place.ancestors().skip(1).find(|above| sources::path_kind(&root.join(above)) == Some(PathKind::File));
    if let Some(above) = above {
        return Err(NewError::BelowFile { path: named(), file: sources::path_text(above) }.into());
    }
    Ok(place.to_owned())
}

/// The path relative to the user's directory.
fn shown(place: &Path, context: &Context<'_>) -> String {
    let settings = context.settings;
    let path = settings.root.value.join(place);
    sources::path_text(path.strip_prefix(&settings.directory).unwrap_or(&path))
}

fn editor(context: &Context<'_>) -> Result<std::ffi::OsString, NewError> {
    let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| context.environment.get(name));
    named.map(ToOwned::to_owned).ok_or(NewError::NoEditor)
}

/// Prints the lint findings of the new manifest, one line each. `files`: those that were read already.
fn tell_what_is_left(
    config: &LintConfig<'_>,
    manifest: &NewManifest,
    files: Vec<SourceFile>,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let path = sources::path_text(&manifest.place);
    if !context.settings.pattern()?.matches(&manifest.place) {
        context.say(&format!("note: `{path}` does not match `manifests.include`, so portolan will not read it."));
    }
    let paths = vec![context.settings.root.value.join(&manifest.place)];
    let instead = Overlay { shelf: None, files };
    let linted = lint::lint(&Request { paths, instead, ..config.whole() }, &Silent)?;
    if linted.findings.is_empty() || context.quiet {
        return Ok(());
    }
    let mask = context.mask.clone();
    let lint = Lint {
        findings: &linted.findings,
        fingerprints: Some(&linted.fingerprints),
        files: &linted.texts,
        counts: linted.counts,
        notes: &[],
        has_summary: false,
        mask: &mask,
    };
    let lines = render(&lint, LintFormat::Concise, &Style::PLAIN);
    let findings = count(linted.findings.len(), "finding");
    let are = if linted.findings.len() == 1 { "is" } else { "are" };
    context.say(&format!("note: {findings} {are} left; `portolan lint` shows details.\n{}", lines.trim_end()));
    Ok(())
}
