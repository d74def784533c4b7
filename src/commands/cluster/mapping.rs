//! `cluster mapping`: writes the mapping of the Kubernetes exporter for the blueprints and manifests of this repository, or
//! checks whether a committed one is still what would be written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::commands::workspace::documents::{Content, ManifestReader};
use crate::commands::workspace::saved_blueprints::{SavedBlueprints, Unusable, shelved};
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::blueprint::Blueprint;
use crate::domain::document::manifest::{Form, Manifest, ResourceKind};
use crate::domain::document::tree::{Kind, NodeId, View};
use crate::domain::entity::fields::TextField;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::error_class::ExitClass;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::unified_diff::unified;
use crate::scaffold::{Clear, MappedKinds, MappingRequest, UsedKeys, mapping};
use crate::settings::Settings;
use crate::sources::{self, SourceFile, path_text};

/// Write the mapping of the Kubernetes exporter for this repository
///
/// The exporter in a cluster turns each Entity into an entity of the catalog, by a mapping of jq expressions. This writes
/// one for the blueprints in `.portolan/` and the manifests of this repository; its comments say what each form costs.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan cluster mapping --out platform/port-exporter.yaml
  portolan cluster mapping --check platform/port-exporter.yaml")]
pub struct MappingArgs {
    /// Which properties and relations are named, and so cleared where a manifest leaves them out
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = ClearName::Used)]
    pub clear: ClearName,
    /// Write to this file instead of the output
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Write nothing; exit 2 if this file is not what would be written
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, conflicts_with = "out")]
    pub check: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ClearName {
    /// Those that some manifest of the repository sets
    Used,
    /// Every property and relation of the blueprints
    All,
    /// None: what is removed from a manifest stays in the catalog
    None,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum MappingError {
    #[error("there is no snapshot of the catalog, so the blueprints are unknown")]
    #[diagnostic(code("no-snapshot"), help("write `.portolan/` first: `portolan pull`"))]
    NoSnapshot,
    #[error("no manifest of this repository is for a cluster: none has the kind Entity or ClusterEntity")]
    #[diagnostic(
        code("no-cluster-manifests"),
        help("`portolan new` writes such a manifest; bare files such as `port.yml` never reach a cluster")
    )]
    NoManifests,
}

impl ExitClass for MappingError {}

/// Writes or checks the mapping.
pub(crate) fn run(args: &MappingArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let settings = context.settings;
    let files = sources::discover(&settings.root.value, &settings.pattern()?)?.files;
    let clear = match args.clear {
        ClearName::Used => Clear::Used,
        ClearName::All => Clear::All,
        ClearName::None => Clear::None,
    };
    let (text, notes) = mapping_of(&files, settings, &SnapshotSource::Disk, clear)?;
    notes.iter().for_each(|note| context.say(&format!("note: {note}")));
    match (&args.check, &args.out) {
        (Some(path), _) => check(path, &text, context),
        (None, Some(path)) => {
            let written = sources::write_output(&settings.boundary, &settings.directory.join(path), &text);
            written.map_err(|error| error.named(&settings.directory, path))?;
            context.streams.show(&format!("{}\n", path_text(path)))?;
            Ok(Exit::Success)
        }
        (None, None) => {
            context.streams.show(&text)?;
            Ok(Exit::Success)
        }
    }
}

/// The mapping for files and a snapshot, and notes about what it leaves out.
pub(super) fn mapping_of(
    files: &[SourceFile],
    settings: &Settings,
    snapshot_source: &SnapshotSource,
    clear: Clear,
) -> Result<(String, Vec<String>), MappingError> {
    let SavedBlueprints { blueprints, unusable } = shelved(&settings.root.value, snapshot_source);
    let note = |file: &Unusable| {
        format!("`{}` has no usable blueprint, so the mapping leaves it out: {}.", file.path, file.reason)
    };
    let notes = unusable.iter().map(note).collect();
    let blueprints: Vec<Blueprint> = blueprints
        .into_values()
        .filter_map(|raw| Blueprint::from_json(raw).ok())
        .map(|(blueprint, _)| blueprint)
        .collect();
    if blueprints.iter().all(|blueprint| is_reserved(&blueprint.identifier)) {
        return Err(MappingError::NoSnapshot);
    }
    let used = Used::of(files);
    if !used.kinds.entity && !used.kinds.cluster_entity {
        return Err(MappingError::NoManifests);
    }
    let text = mapping(&MappingRequest {
        platform: settings.platform.value,
        blueprints: blueprints.iter().collect(),
        used: &used.keys,
        kinds: used.kinds,
        clear,
    });
    Ok((text, notes))
}

fn check(path: &Path, text: &str, context: &mut Context<'_>) -> Result<Exit, Error> {
    let (shown, directory) = (path_text(path), &context.settings.directory);
    let committed = sources::read_input(&context.settings.boundary, &directory.join(path));
    let committed = committed.map_err(|error| error.named(directory, path))?;
    if committed == text {
        context.streams.show(&format!("{shown} is up to date\n"))?;
        return Ok(Exit::Success);
    }
    context.streams.show(&unified(&shown, &committed, text, &context.style))?;
    Ok(Exit::ChangesPending)
}

/// What the manifests of a repository set, and their kinds.
struct Used {
    /// By blueprint.
    keys: BTreeMap<String, UsedKeys>,
    kinds: MappedKinds,
}

impl Used {
    fn of(files: &[SourceFile]) -> Self {
        let mut used = Self { keys: BTreeMap::new(), kinds: MappedKinds { entity: false, cluster_entity: false } };
        let parts = sources::for_each_text(files, ManifestReader::new, |reader, index, text| {
            let mut found = Vec::new();
            let Ok(text) = text else { return found };
            reader.read(&files[index].path, text.text, &mut |document, content| {
                let Content::Manifests(manifests) = content else { return };
                found.extend(manifests.iter().filter_map(|manifest| of_manifest(manifest, document.view)));
            });
            found
        });
        for (kind, blueprint, keys) in parts.into_iter().flatten() {
            match kind {
                ResourceKind::Entity => used.kinds.entity = true,
                ResourceKind::ClusterEntity => used.kinds.cluster_entity = true,
            }
            let all = used.keys.entry(blueprint).or_default();
            all.properties.extend(keys.properties);
            all.relations.extend(keys.relations);
            all.title |= keys.title;
            all.icon |= keys.icon;
            all.team |= keys.team;
        }
        used
    }
}

/// `None`: it reaches no cluster, or has no blueprint.
fn of_manifest(manifest: &Manifest, view: View<'_>) -> Option<(ResourceKind, String, UsedKeys)> {
    let Form::Resource(kind) = manifest.form else { return None };
    if manifest.near_miss.is_some() {
        return None;
    }
    let is_set = |node: Option<NodeId>| node.is_some_and(|id| view.value(id).kind() != Kind::Null);
    let names = |node: Option<NodeId>| {
        let entries = node.map(|id| view.value(id).entries()).into_iter().flatten();
        entries.map(|(key, _)| key.key_text().into_owned()).collect()
    };
    let keys = UsedKeys {
        properties: names(manifest.properties),
        relations: names(manifest.relations),
        title: is_set(manifest.texts[TextField::Title]),
        icon: is_set(manifest.texts[TextField::Icon]),
        team: is_set(manifest.team),
    };
    Some((kind, manifest.blueprint_text(view)?.to_owned(), keys))
}
