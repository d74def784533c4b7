//! The catalog's current blueprints. The snapshot may be older: plans use the catalog's blueprints, and a notice names
//! the ones that differ.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value as Json;

use crate::analysis::by_name;
use crate::catalog::Catalog;
use crate::commands::lint::run::LintResult;
use crate::commands::pull::fetch::steady;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::locate::locate_value;
use crate::commands::workspace::saved_blueprints::read_saved_blueprints;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::commands::workspace::texts::Texts;
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::change::{BlueprintChangeKind, changes};
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::desired::Desired;
use crate::domain::finding::{EntityName, Finding, Severity};
use crate::error::Error;
use crate::report::baseline::Baseline;
use crate::report::escape::clean;
use crate::report::fingerprint::fingerprints;
use crate::report::lint::Counts;
use crate::text::plural::{count, list};
use crate::text::suggest::closest;

/// The number of names in one note.
const MAX_SHOWN: usize = 5;
/// The number of additional places that are shown for one missing blueprint.
const MAX_RELATED: usize = 3;

pub(crate) struct CatalogBlueprints {
    pub all: Blueprints,
    /// The number of blueprints that could not be parsed; no entity can be compared with them.
    unusable: usize,
}

impl CatalogBlueprints {
    pub fn of(catalog: &dyn Catalog) -> Result<Self, Error> {
        Ok(Self::from_bodies(catalog.blueprints()?))
    }

    fn from_bodies(bodies: Vec<Json>) -> Self {
        let given = bodies.len();
        let read = |body| Blueprint::from_json(steady(body)).ok().map(|(blueprint, _)| blueprint);
        let all: Vec<Blueprint> = bodies.into_iter().filter_map(read).collect();
        let unusable = given - all.len();
        Self { all: Blueprints::new(all), unusable }
    }

    /// Notes about the blueprints in `names` that differ from the snapshot.
    pub fn notes(&self, names: &BTreeSet<&str>, root: &Path, snapshot_source: &SnapshotSource) -> Vec<String> {
        let mut notes = Vec::new();
        if self.unusable > 0 {
            notes
                .push(format!("The catalog returned {} that portolan cannot read.", count(self.unusable, "blueprint")));
        }
        let read = |body: &Json| Blueprint::from_json(steady(body.clone())).ok().map(|(blueprint, _)| blueprint);
        let saved: BTreeMap<String, Json> = read_saved_blueprints(root, snapshot_source).blueprints;
        let saved: Vec<Blueprint> = saved.values().filter_map(read).collect();
        // Blueprints that the snapshot lacks are new; without a snapshot, nothing can differ.
        let both = |kind: &BlueprintChangeKind| matches!(kind, BlueprintChangeKind::Changed(_));
        let differing: Vec<String> = changes(&saved, &self.all)
            .into_iter()
            .filter(|change| both(&change.kind) && names.contains(change.identifier.as_str()))
            .map(|change| format!("`{}`", clean(&change.identifier)))
            .collect();
        if let Some(note) = outdated(&differing) {
            notes.push(note);
        }
        notes
    }

    /// Findings for the entities whose blueprint does not exist; `None` if all exist.
    pub fn unknown_blueprint_findings(
        &self,
        manifests: &ManifestSet,
        catalog: &str,
        is_embedded: bool,
    ) -> Option<LintResult> {
        let mut strange: BTreeMap<&str, Vec<&Desired>> = BTreeMap::new();
        for entity in manifests.entities.iter().filter(|entity| self.all.named(&entity.key.blueprint).is_none()) {
            strange.entry(&entity.key.blueprint).or_default().push(entity);
        }
        if strange.is_empty() {
            return None;
        }
        let rule = &by_name("unknown-blueprint").expect("lint has this rule").info;
        let findings: Vec<Finding> = strange
            .into_iter()
            .filter_map(|(blueprint, entities)| {
                let place = |entity: &Desired| match manifests.files.get(entity.place.file.0 as usize) {
                    Some(file) => locate_value(file, manifests.git_host, entity.place, &["blueprint"]),
                    None => entity.place,
                };
                let (first, others) = entities.split_first()?;
                let entities = count(entities.len(), "entity");
                Some(Finding {
                    rule,
                    severity: Severity::Error,
                    place: place(first),
                    message: format!("The blueprint `{blueprint}` of {entities} is not in {catalog}."),
                    label: "unknown here".to_owned(),
                    entity: Some(EntityName {
                        blueprint: blueprint.to_owned(),
                        identifier: first.key.identifier.to_string(),
                    }),
                    target: None,
                    related: others
                        .iter()
                        .take(MAX_RELATED)
                        .map(|it| (place(it), "used here too".to_owned()))
                        .collect(),
                    counterpart: None,
                    help: Some(self.help(blueprint, is_embedded).into()),
                    fix: None,
                    detail: None,
                })
            })
            .collect();
        Some(as_linted(findings, manifests))
    }

    fn help(&self, blueprint: &str, is_embedded: bool) -> String {
        match closest(blueprint, self.all.iter().map(|known| known.identifier.as_str())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if is_embedded => "run `portolan pull` to update `.portolan/blueprints`, which the embedded catalog uses; or choose another catalog (`--catalog`)"
                .to_owned(),
            None if self.all.is_empty() => {
                "the catalog has no blueprints: create them there, or choose another catalog (`--catalog`)"
                    .to_owned()
            }
            None => "create it in the catalog, or choose another catalog (`--catalog`)".to_owned(),
        }
    }
}

fn outdated(differing: &[String]) -> Option<String> {
    let (named, more) = (differing.get(..MAX_SHOWN).unwrap_or(differing), differing.len().saturating_sub(MAX_SHOWN));
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let words = match differing.len() {
        0 => return None,
        1 => format!("The blueprint {} differs in the catalog", list(named)),
        _ => format!("The blueprints {}{more} differ in the catalog", list(named)),
    };
    Some(format!("{words} from the snapshot in `.portolan/`. Run `portolan pull` to update it."))
}

/// The findings in the form of a lint result.
fn as_linted(findings: Vec<Finding>, manifests: &ManifestSet) -> LintResult {
    let mut findings = findings;
    findings.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    let texts = Texts::of(&findings, &manifests.files);
    let fingerprints = fingerprints(&findings, &texts);
    LintResult {
        worst: Some(Severity::Error),
        baseline: Baseline::of(&findings, &fingerprints, &texts),
        counts: Counts { files: manifests.files.len(), entities: manifests.entities.len(), ..Counts::default() },
        findings,
        fingerprints,
        texts,
        notes: Vec::new(),
        repaired: Vec::new(),
        repairs: 0,
        suppressed: Vec::new(),
        manifests: None,
    }
}
