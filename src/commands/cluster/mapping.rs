//! `cluster mapping`: writes the mapping of the Kubernetes exporter for the blueprints and manifests of this repository, or
//! checks whether a committed one is still what would be written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::generated_file::GeneratedFile;
use super::snapshot_blueprints::saved_blueprints;
use crate::commands::args::output::TextOrJson;
use crate::commands::context::Context;
use crate::commands::mapping::mapping_file::MappingFile;
use crate::commands::workspace::documents::{Content, ManifestReader};
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::document::manifest::{Form, Manifest, ResourceKind};
use crate::domain::document::tree::{Kind, NodeId, View};
use crate::domain::entity::fields::TextField;
use crate::domain::error_class::ExitClass;
use crate::domain::git_host::GitHost;
use crate::error::Error;
use crate::exit::Exit;
use crate::scaffold::{Clear, MappedKinds, MappingRequest, UsedKeys, mapping};
use crate::settings::{ClusterSettings, Settings};
use crate::sources::{self, SourceFile};

/// Write the mapping of the Kubernetes exporter for this repository
///
/// The exporter in a cluster turns each Entity into an entity of the catalog, by a mapping of jq expressions. This writes
/// one for the blueprints in `.portolan/` and the manifests of this repository; its comments say what each form costs.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan cluster mapping --out platform/port-exporter.yaml
  portolan cluster mapping --out platform/port-exporter.yaml --check
  portolan cluster mapping --explain Entity/shop/cart")]
pub struct MappingArgs {
    /// Which properties and relations are named, and so cleared where a manifest leaves them out
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = ClearName::Used)]
    pub clear: ClearName,
    /// Write to this file instead of the output
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Write nothing; exit 2 if `--out` is not what would be written
    #[arg(long, requires = "out")]
    pub check: bool,
    /// Show how the mapping of each cluster of the config takes this object: each expression with its result
    ///
    /// KIND/NAME or KIND/NAMESPACE/NAME: `Entity/shop/cart`, `entities/cart`, `apps/v1/deployments/web`. Without a
    /// configured mapping, it is the one that this command writes.
    #[arg(long, value_name = "KIND/NAME", value_hint = clap::ValueHint::Other, conflicts_with_all = ["out", "check"])]
    pub explain: Option<String>,
    /// With `--explain`: use this mapping instead
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, requires = "explain")]
    pub mapping: Option<PathBuf>,
    /// Format of the explanation [default: text]
    #[arg(long, value_name = "FORMAT", value_enum, requires = "explain")]
    pub output: Option<TextOrJson>,
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

impl From<ClearName> for Clear {
    fn from(name: ClearName) -> Self {
        match name {
            ClearName::Used => Self::Used,
            ClearName::All => Self::All,
            ClearName::None => Self::None,
        }
    }
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum MappingError {
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
    let text = mapping_of_repository(args.clear, context)?;
    GeneratedFile { path: args.out.as_deref(), text }.write_or_check(args.check, context)
}

/// The mapping for the blueprints of the snapshot and the manifests of the repository.
fn mapping_of_repository(clear: ClearName, context: &mut Context<'_>) -> Result<String, Error> {
    let settings = context.settings;
    let files = sources::discover(&settings.root.value, &settings.pattern()?)?.files;
    let (text, notes) = mapping_of(&files, settings, &SnapshotSource::Disk, clear.into())?;
    notes.iter().for_each(|note| context.say(&format!("note: {note}")));
    Ok(text)
}

/// The mapping for what is on disk, for `init`.
pub(crate) fn mapping_of_disk(settings: &Settings) -> Result<String, Error> {
    let files = sources::discover(&settings.root.value, &settings.pattern()?)?.files;
    Ok(mapping_of(&files, settings, &SnapshotSource::Disk, Clear::Used)?.0)
}

/// The mapping of a cluster, as configured or generated.
pub(crate) struct ClusterMapping {
    pub path: String,
    pub text: String,
    /// What a generated mapping leaves out.
    pub notes: Vec<String>,
}

/// The path that stands for a generated mapping.
const GENERATED: &str = "the generated mapping";

/// The configured mapping, or the one that `cluster mapping` writes. `find` gives a mapping's file that is not in the list.
pub(crate) fn mapping_of_cluster(
    cluster: &ClusterSettings,
    files: &[SourceFile],
    find: &dyn Fn(&str) -> Option<SourceFile>,
    settings: &Settings,
    snapshot_source: &SnapshotSource,
    clear: Clear,
) -> Result<ClusterMapping, Error> {
    if let Some(MappingFile { path, text, .. }) = MappingFile::read(cluster, files, find)? {
        return Ok(ClusterMapping { path, text, notes: Vec::new() });
    }
    let (text, notes) = mapping_of(files, settings, snapshot_source, clear)?;
    Ok(ClusterMapping { path: GENERATED.to_owned(), text, notes })
}

/// The mapping for files and a snapshot, and notes about what it leaves out.
fn mapping_of(
    files: &[SourceFile],
    settings: &Settings,
    snapshot_source: &SnapshotSource,
    clear: Clear,
) -> Result<(String, Vec<String>), Error> {
    let (blueprints, notes) = saved_blueprints(&settings.root.value, snapshot_source, "the mapping leaves it out")?;
    let used = Used::of(files);
    if !used.kinds.entity && !used.kinds.cluster_entity {
        return Err(MappingError::NoManifests.into());
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

/// What the manifests of a repository set, and their kinds.
struct Used {
    /// By blueprint.
    keys: BTreeMap<String, UsedKeys>,
    kinds: MappedKinds,
}

impl Used {
    fn of(files: &[SourceFile]) -> Self {
        let mut used = Self { keys: BTreeMap::new(), kinds: MappedKinds { entity: false, cluster_entity: false } };
        // Bare entity files are not counted, whoever reads them.
        let make = || ManifestReader::new(GitHost::Unknown);
        let parts = sources::for_each_text(files, make, |reader, index, text| {
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
