//! `cluster policies`: writes a ValidatingAdmissionPolicy for each blueprint of the snapshot, into one file or a folder, or
//! checks whether the committed ones are still what would be written.

use std::path::{Path, PathBuf};

use super::generated_file::GeneratedFile;
use super::snapshot_blueprints::saved_blueprints;
use crate::commands::context::Context;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::error_class::ExitClass;
use crate::error::Error;
use crate::exit::Exit;
use crate::scaffold::{POLICY_MARK, policy, policy_names};
use crate::sources::{self, PathKind, ReadBuffer, path_text};
use crate::text::suggest::closest;

/// Write admission policies, by which the cluster refuses what the catalog would refuse
///
/// There is one ValidatingAdmissionPolicy with its binding for each blueprint in `.portolan/`. It checks an Entity when it
/// is applied: identifier, names, types and values of properties, relations. Its comments say what it cannot check.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan cluster policies --out platform/policies.yaml
  portolan cluster policies --out platform/policies/ --check
  portolan cluster policies service | kubectl apply -f -")]
pub struct PoliciesArgs {
    /// Blueprints; all but the system blueprints if none is named
    #[arg(value_name = "BLUEPRINT", value_hint = clap::ValueHint::Other)]
    pub blueprints: Vec<String>,
    /// Write to this file (`.yaml`), or one file for each blueprint to this folder, instead of the output
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub out: Option<PathBuf>,
    /// Write nothing; exit 2 if `--out` is not what would be written
    #[arg(long, requires = "out")]
    pub check: bool,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum PoliciesError {
    #[error("blueprint `{identifier}` is not in the snapshot")]
    #[diagnostic(code("unknown-blueprint-named"))]
    UnknownBlueprint {
        identifier: String,
        #[help]
        help: String,
    },
    #[error("blueprint `{identifier}` is a system blueprint, which has no policy")]
    #[diagnostic(code("system-blueprint-named"), help("name other blueprints, or none for all"))]
    SystemBlueprint { identifier: String },
}

impl ExitClass for PoliciesError {}

/// Writes or checks the policies.
pub(crate) fn run(args: &PoliciesArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let root = &context.settings.root.value;
    let (mut blueprints, notes) = saved_blueprints(root, &SnapshotSource::Disk, "it gets no policy")?;
    notes.iter().for_each(|note| context.say(&format!("note: {note}")));
    blueprints
        .retain(|blueprint| !is_reserved(&blueprint.identifier) || args.blueprints.contains(&blueprint.identifier));
    for identifier in &args.blueprints {
        require(identifier, &blueprints)?;
    }
    let platform = context.settings.platform.value;
    let names = policy_names(&blueprints, platform);
    let is_chosen = |identifier: &String| args.blueprints.is_empty() || args.blueprints.contains(identifier);
    let policies: Vec<(String, String)> = blueprints
        .iter()
        .filter(|blueprint| is_chosen(&blueprint.identifier))
        .filter_map(|blueprint| {
            let name = names.get(&blueprint.identifier)?;
            let stem = name.strip_suffix(platform.group).unwrap_or(name).trim_end_matches('.');
            Some((format!("{stem}.yaml"), policy(blueprint, name, platform)))
        })
        .collect();
    match &args.out {
        Some(folder) if is_folder(&context.settings.directory, folder) => write_folder(args, folder, policies, context),
        file => {
            let texts: Vec<String> = policies.into_iter().map(|(_, text)| text).collect();
            let file = GeneratedFile { path: file.as_deref(), text: texts.join("---\n") };
            file.write_or_check(args.check, context)
        }
    }
}

fn require(identifier: &str, blueprints: &[Blueprint]) -> Result<(), PoliciesError> {
    let identifiers = blueprints.iter().map(|blueprint| blueprint.identifier.as_str());
    if identifiers.clone().any(|known| known == identifier) {
        return match is_reserved(identifier) {
            true => Err(PoliciesError::SystemBlueprint { identifier: identifier.to_owned() }),
            false => Ok(()),
        };
    }
    let help = match closest(identifier, identifiers) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "correct the name; if the catalog has the blueprint, run `portolan pull`".to_owned(),
    };
    Err(PoliciesError::UnknownBlueprint { identifier: identifier.to_owned(), help })
}

/// A path is a folder if there is one, and otherwise unless it is the name of a YAML file or of standard output.
fn is_folder(directory: &Path, path: &Path) -> bool {
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    match sources::path_kind(&directory.join(path)) {
        Some(kind) => kind == PathKind::Folder,
        // What exists and is neither, a device or a pipe, is written to.
        None => !is_yaml && path != Path::new("-") && !sources::exists(&directory.join(path)),
    }
}

fn write_folder(
    args: &PoliciesArgs,
    folder: &Path,
    policies: Vec<(String, String)>,
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    let mut exit = Exit::Success;
    // With names, the other files are those of other blueprints.
    let obsolete = if args.blueprints.is_empty() { obsolete_files(folder, &policies, context) } else { Vec::new() };
    for (name, text) in policies {
        let path = folder.join(name);
        let file = GeneratedFile { path: Some(&path), text };
        let is_missing = args.check && !sources::exists(&context.settings.directory.join(&path));
        let written = match is_missing {
            true => {
                context.streams.show(&format!("{} is missing\n", path_text(&path)))?;
                Exit::ChangesPending
            }
            false => file.write_or_check(args.check, context)?,
        };
        if written != Exit::Success {
            exit = written;
        }
    }
    for path in obsolete {
        if args.check {
            exit = Exit::ChangesPending;
            context.streams.show(&format!("{} has a policy without a blueprint: remove it\n", path_text(&path)))?;
        } else {
            let path = path_text(&path);
            context.say(&format!("note: `{path}` has a policy whose blueprint is not in the snapshot. Remove it."));
        }
    }
    Ok(exit)
}

/// Files that this command wrote for blueprints that the snapshot no longer has.
fn obsolete_files(folder: &Path, policies: &[(String, String)], context: &Context<'_>) -> Vec<PathBuf> {
    let mut buffer = ReadBuffer::default();
    let mut obsolete = Vec::new();
    for file in sources::list_folder(&context.settings.directory.join(folder), "", "yaml") {
        let is_current = policies.iter().any(|(name, _)| *name == file.path);
        let is_ours = |text: &str| text.starts_with(POLICY_MARK);
        if !is_current && sources::read(&file, &mut buffer).is_ok_and(|text| is_ours(text.text)) {
            obsolete.push(folder.join(&file.path));
        }
    }
    obsolete
}
