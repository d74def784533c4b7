//! The entities that the catalog has of changed blueprints, judged like manifests: each is written as a manifest in memory and
//! linted with both sets of blueprints. Their relations lead to entities that the catalog has, so targets are not looked up.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::analysis::Snapshot;
use crate::catalog::{Catalog, Part};
use crate::commands::impact::sides::Sides;
use crate::commands::lint::config::LintConfig;
use crate::commands::pull::fetch::Fetched;
use crate::commands::workspace::entities::ManifestSet;
use crate::domain::blueprint::change::{BlueprintChange, BlueprintChangeKind, changes};
use crate::domain::blueprint::set::Blueprints;
use crate::domain::document::manifest::ResourceKind;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::finding::{Finding, Severity};
use crate::domain::impact::Unjudged;
use crate::domain::known_problems::KnownProblems;
use crate::domain::platform::Platform;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Completeness, Shelf};
use crate::error::Error;
use crate::manifest::{Wrapper, encode};
use crate::plan::impact::NewFinding;
use crate::sources::{Place, SourceFile};

pub(crate) struct Stored {
    pub entities: Vec<Entity>,
    pub findings: Vec<NewFinding>,
    pub unjudged: Vec<Unjudged>,
}

pub(super) fn read_stored(
    catalog: &dyn Catalog,
    sides: &Sides,
    manifests: &ManifestSet,
    config: &LintConfig<'_>,
    progress: &dyn Progress,
) -> Result<Stored, Error> {
    let (old, new) = (&sides.old.blueprints, &sides.new.blueprints);
    let changed = changes(old, new);
    let had_entities = |change: &&BlueprintChange| change.kind != BlueprintChangeKind::Added;
    let names: BTreeSet<&str> = changed.iter().filter(had_entities).map(|it| it.identifier.as_str()).collect();
    // The catalog's own blueprints say which values it computes.
    let in_catalog = Fetched::blueprints(catalog)?.all.among(&names);
    let (mut entities, mut unjudged) = (Vec::new(), Vec::new());
    for (blueprint, shelf) in catalog.read(&in_catalog, &Part::Whole, progress)?.blueprints {
        let Shelf { entities: mut read, completeness } = shelf;
        entities.append(&mut read);
        if let Completeness::Incomplete(reason) = completeness {
            unjudged.push(Unjudged::Incomplete { blueprint, reason });
        }
    }
    let declared: HashSet<&EntityKey> = manifests.entities.iter().map(|entity| &entity.key).collect();
    let platform = config.platform();
    let undeclared = entities.iter().filter(|entity| !declared.contains(&entity.key));
    let files: Vec<SourceFile> = undeclared.enumerate().map(|(at, entity)| file(at, entity, platform)).collect();
    let findings = new_findings(&files, old, new, config);
    Ok(Stored { entities, findings, unjudged })
}

/// The entity as a manifest. Its place is no place for readers.
fn file(number: usize, entity: &Entity, platform: &'static Platform) -> SourceFile {
    let name = format!("stored-{number}");
    let wrapper = Wrapper { platform, kind: ResourceKind::ClusterEntity, name: &name, namespace: None };
    let text = encode(entity, &wrapper);
    SourceFile { path: format!("{name}.yaml"), place: Place::Given(Arc::from(text.as_bytes())) }
}

fn new_findings(files: &[SourceFile], old: &Blueprints, new: &Blueprints, config: &LintConfig<'_>) -> Vec<NewFinding> {
    let lint = |blueprints: &Blueprints| config.lint_files(files, &Snapshot::new(blueprints.to_vec()));
    let path = |finding: &Finding| files.get(finding.place.file.0 as usize).map_or("", |file| file.path.as_str());
    let (before, after) = (lint(old), lint(new));
    let known = KnownProblems::of(&before, |file| files.get(file.0 as usize).map_or("", |file| file.path.as_str()));
    let mut found = Vec::new();
    for finding in after.into_iter().filter(|finding| finding.severity == Severity::Error && finding.entity.is_some()) {
        if let Some(parts) = known.new_part_of(&finding, path(&finding)) {
            found.push(NewFinding { finding, parts });
        }
    }
    found
}
