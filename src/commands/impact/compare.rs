//! Lints the manifests with the old and with the new blueprints, and judges the entities by what differs. The texts are read
//! once. Every rule has its own level here: what the catalog refuses does not depend on the config.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use crate::analysis::Selection;
use crate::commands::context::Context;
use crate::commands::impact::sides::Sides;
use crate::commands::impact::stored::{Stored, read_stored};
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::request::{Overlay, Request};
use crate::commands::lint::run as lint;
use crate::commands::lint::run::LintResult;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::history::PastManifests;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::read::Collects;
use crate::commands::workspace::snapshot;
use crate::commands::workspace::texts::Texts;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::Entity;
use crate::domain::finding::{FileId, Finding, Severity};
use crate::domain::impact::{Impact, Unjudged};
use crate::domain::known_problems::KnownProblems;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::plan::impact::{ImpactInput, NewFinding, StoredEntities, impact};
use crate::report::impact::ImpactReport;
use crate::report::lint::{Lint, masked_findings};
use crate::report::positions::Files;
use crate::text::mask::Mask;

/// The impact of changed blueprints, and what a report about it shows.
pub(crate) struct ComparedImpact {
    pub impact: Impact,
    /// The names of the two sets of blueprints.
    pub old: String,
    pub new: String,
    pub texts: ImpactTexts,
    /// The same texts by their paths in the Git repository, which CI systems use.
    pub in_work_tree: ImpactTexts,
    pub notes: Vec<String>,
}

impl ComparedImpact {
    pub fn report<'a>(&'a self, scope: &'a str, target: Option<&'a str>, is_full: bool) -> ImpactReport<'a> {
        ImpactReport {
            impact: &self.impact,
            old: &self.old,
            new: &self.new,
            files: &self.texts,
            scope,
            target,
            is_full,
            notes: &self.notes,
        }
    }
}

/// The texts that the effects point into: those of manifests, and those of the new blueprints, whose ids follow.
pub(crate) struct ImpactTexts {
    manifests: Texts,
    blueprints: Texts,
}

impl ImpactTexts {
    /// For an impact without faults in blueprints.
    pub fn of_manifests(impact: &Impact, manifests: &ManifestSet) -> Self {
        Self { manifests: texts_of(impact, manifests), blueprints: Texts::default() }
    }

    fn in_work_tree(&self, root: &Path) -> Self {
        Self { manifests: self.manifests.in_work_tree(root), blueprints: self.blueprints.in_work_tree(root) }
    }
}

impl Files for ImpactTexts {
    fn path(&self, file: FileId) -> &str {
        match self.manifests.path(file) {
            "" => self.blueprints.path(file),
            path => path,
        }
    }

    fn text(&self, file: FileId) -> Option<&str> {
        self.manifests.text(file).or_else(|| self.blueprints.text(file))
    }

    fn credentials(&self, file: FileId, mask: &Mask) -> Vec<(Range<usize>, String)> {
        match self.manifests.path(file) {
            "" => self.blueprints.credentials(file, mask),
            _ => self.manifests.credentials(file, mask),
        }
    }
}

pub(crate) fn compare(
    sides: &Sides,
    workspace: &Workspace<'_>,
    context: &Context<'_>,
) -> Result<ComparedImpact, Error> {
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let mut config = LintConfig::of(workspace, context.environment);
    config.selection = Selection::default();
    let request = |shelf: &snapshot::SnapshotSource, files| Request {
        lint_scope: workspace.lint_scope(),
        instead: Overlay { shelf: Some(shelf.clone()), files },
        ..config.whole()
    };
    let before = Request { collects: Collects::Entities, ..request(&sides.old.source, Vec::new()) };
    let mut before = lint::lint(&before, progress)?;
    let mut manifests = before.manifests.take().unwrap_or_default();
    let root = &workspace.settings.root.value;
    manifests.resolve_hidden(&PastManifests::new(
        root,
        &workspace.pattern,
        context.git.variables(),
        workspace.commit(),
    ));
    let after = lint::lint(&request(&sides.new.source, manifests.files.clone()), progress)?;
    let stored = match &sides.live {
        Some(catalog) => Some(read_stored(&**catalog, sides, &manifests, &config, progress)?),
        None => None,
    };
    let mut notes = sides.notes.clone();
    notes.extend(after.notes.iter().cloned());
    let lints = Lints { before: &before, after: &after, manifests: &manifests, mask: &context.mask };
    let impact = lints.judge(&sides.old.blueprints, &sides.new.blueprints, stored.as_ref());
    let texts = ImpactTexts { manifests: texts_of(&impact, &manifests), blueprints: after.texts };
    let (old, new) = (sides.old.name.clone(), sides.new.name.clone());
    let in_work_tree = texts.in_work_tree(root);
    Ok(ComparedImpact { impact, old, new, texts, in_work_tree, notes })
}

fn texts_of(impact: &Impact, manifests: &ManifestSet) -> Texts {
    let effects = impact.entities.iter().flat_map(|entity| &entity.effects);
    let files: BTreeSet<FileId> = effects.filter_map(|effect| effect.place.map(|place| place.file)).collect();
    Texts::of_files(files, &manifests.files)
}

/// The same manifests, linted with the old and the new blueprints.
#[derive(Clone, Copy)]
pub(crate) struct Lints<'a> {
    pub before: &'a LintResult,
    pub after: &'a LintResult,
    pub manifests: &'a ManifestSet,
    pub mask: &'a Mask,
}

impl Lints<'_> {
    pub fn judge(&self, old: &Blueprints, new: &Blueprints, stored: Option<&Stored>) -> Impact {
        let findings = self.masked(self.new_findings());
        let entities: Vec<&Entity> = stored.iter().flat_map(|stored| &stored.entities).collect();
        let of_stored: Vec<NewFinding> =
            stored.iter().flat_map(|stored| &stored.findings).map(|new| self.masked_words(new)).collect();
        let mut judged = impact(&ImpactInput {
            old,
            new,
            declared: &self.manifests.entities,
            findings: &findings,
            stored: stored.map(|_| StoredEntities { entities: &entities, findings: &of_stored }),
        });
        for entity in &mut judged.entities {
            entity.key.identifier = self.mask.text(&entity.key.identifier).into_owned().into();
        }
        judged.unjudged.extend(stored.into_iter().flat_map(|stored| stored.unjudged.iter().cloned()));
        let unreadable = self.manifests.unusable.len() + self.manifests.unreadable.len();
        judged.unjudged.extend((unreadable > 0).then_some(Unjudged::Unreadable { manifests: unreadable }));
        let silenced = self.newly_silenced();
        judged.unjudged.extend((silenced > 0).then_some(Unjudged::Silenced { findings: silenced }));
        judged
    }

    /// The errors that only the new blueprints give: about entities, and about these blueprints themselves. The places of
    /// those about entities are in the files of the manifests.
    fn new_findings(&self) -> Vec<NewFinding> {
        let known = KnownProblems::of(&self.before.findings, |file| self.before.texts.path(file));
        let of_blueprints = self.before.findings.iter().filter(|finding| finding.entity.is_none());
        let known_faults: BTreeSet<(&str, &str)> =
            of_blueprints.map(|finding| (finding.rule.name, finding.message.as_str())).collect();
        let mut new = Vec::new();
        for finding in self.after.findings.iter().filter(|finding| finding.severity == Severity::Error) {
            let path = self.after.texts.path(finding.place.file);
            let Some(parts) = known.new_part_of(finding, path) else { continue };
            let is_of_blueprint = finding.place.file.0 as usize >= self.manifests.files.len();
            let is_known = known_faults.contains(&(finding.rule.name, finding.message.as_str()));
            let mut finding = finding.clone();
            match &finding.entity {
                Some(_) => match self.manifests.files.binary_search_by(|file| file.path.as_str().cmp(path)) {
                    Ok(at) => finding.place.file = FileId::of(at),
                    Err(_) => continue,
                },
                None if is_of_blueprint && !is_known => {}
                None => continue,
            }
            new.push(NewFinding { finding, parts });
        }
        new
    }

    /// The number of findings that only the new blueprints give, and that ignore comments silence.
    fn newly_silenced(&self) -> usize {
        let known =
            KnownProblems::of_each(self.before.suppressed.iter().map(|(finding, path)| (finding, path.as_str())));
        let is_new = |(finding, path): &&(Finding, String)| known.new_part_of(finding, path).is_some();
        self.after.suppressed.iter().filter(is_new).count()
    }

    /// A finding that points into no file.
    fn masked_words(&self, new: &NewFinding) -> NewFinding {
        let mut masked = new.clone();
        masked.finding.message = self.mask.text(&new.finding.message).into_owned();
        masked
    }

    /// The findings with their values masked; entities keep their names, by which they are found.
    fn masked(&self, new: Vec<NewFinding>) -> Vec<NewFinding> {
        let findings: Vec<Finding> = new.iter().map(|new| new.finding.clone()).collect();
        let lint = Lint {
            findings: &findings,
            fingerprints: Some(&[]),
            files: &self.after.texts,
            counts: self.after.counts,
            notes: &[],
            has_summary: false,
            mask: self.mask,
        };
        let masked = masked_findings(&lint).into_iter().zip(new);
        masked
            .map(|(finding, new)| {
                let entity = new.finding.entity.clone();
                NewFinding { finding: Finding { entity, ..finding }, parts: new.parts }
            })
            .collect()
    }
}
