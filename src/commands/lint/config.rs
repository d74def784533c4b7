//! The configuration of lint: files, rules with their severities, and the date. Every command that lints uses it.

use std::path::Path;

use crate::analysis::{Options, PathLevels, Selection, Snapshot};
use crate::commands::lint::request::Request;
use crate::commands::mapping::repository::Clusters;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::read::{Collects, LintRun};
use crate::domain::blueprint::Blueprint;
use crate::domain::cluster::{AssumedMapping, ExporterVersion};
use crate::domain::finding::Finding;
use crate::domain::platform::Platform;
use crate::domain::progress::Silent;
use crate::domain::value::day::Day;
use crate::settings::{ClusterSettings, Delivery, Environment, RuleLevels, Settings, Sourced};
use crate::sources::{Place, SourceFile};

pub(crate) struct LintConfig<'a> {
    workspace: &'a Workspace<'a>,
    pub selection: Selection,
    pub options: Options,
    pub clusters: Clusters,
}

impl<'a> LintConfig<'a> {
    pub fn of(workspace: &'a Workspace<'a>, environment: &Environment) -> Self {
        let settings = &*workspace.settings;
        let clusters = Clusters::of(settings, environment);
        Self {
            workspace,
            selection: selection(settings),
            options: Options {
                today: Day::from_seconds(environment.seconds()),
                snapshot_max_age_days: settings.snapshot_max_age_days.value,
                git_host: settings.git_host.value,
                assumed_mappings: assumed_mappings(settings, &clusters),
            },
            clusters,
        }
    }

    /// A request for all findings of the whole work tree.
    pub fn whole(&self) -> Request<'_> {
        let Workspace { settings, pattern, git, .. } = self.workspace;
        Request::whole(&settings.root.value, pattern, git, &self.selection, &self.options, &self.clusters)
    }

    /// The findings for one text, checked against only this blueprint.
    pub fn lint_snippet(&self, text: &str, blueprint: Blueprint) -> Vec<Finding> {
        let file = SourceFile { path: "new.yaml".to_owned(), place: Place::Given(text.as_bytes().into()) };
        self.lint_files(&[file], &Snapshot::new(vec![blueprint]))
    }

    /// The findings for manifests that are not those of the repository.
    pub fn lint_files(&self, files: &[SourceFile], snapshot: &Snapshot) -> Vec<Finding> {
        let run = LintRun {
            snapshot,
            selection: &self.selection,
            options: &self.options,
            may_be_manifest: &|_, _| true,
            absent: &[],
            known: &[],
            collects: Collects::Nothing,
            mapped: None,
            deliveries: None,
            others_deliver: false,
            crd_fields: None,
            cache: None,
            keeps_results: false,
        };
        run.check(files, files.len(), &|_| true, &Silent).conclusion.findings
    }

    pub fn platform(&self) -> &'static Platform {
        self.workspace.settings.platform.value
    }
}

/// The rules with their configured levels.
fn selection(settings: &Settings) -> Selection {
    let level = |(name, rule): (&String, &Sourced<RuleLevels>)| Some((name.clone(), rule.value.level?.severity()));
    let delivery_is_cluster = settings.delivery.value == Delivery::Cluster;
    let selection = Selection::new(settings.rules.iter().filter_map(level), delivery_is_cluster);
    let mut selection = selection.with_clusters(!settings.clusters.is_empty());
    for (name, rule) in &settings.rules {
        let RuleLevels { paths, globs, .. } = &rule.value;
        if !paths.is_empty() {
            let levels = paths.iter().map(|path| (path.glob.clone(), path.level.severity())).collect();
            let globs = globs.clone();
            let levels = PathLevels::new(levels, move |path| globs.last_match(Path::new(path)));
            selection = selection.with_paths(name.clone(), levels);
        }
    }
    selection
}

/// The clusters whose mapping is assumed.
fn assumed_mappings(settings: &Settings, clusters: &Clusters) -> Vec<AssumedMapping> {
    if !clusters.delivery.assumes_mappings {
        return Vec::new();
    }
    if settings.clusters.is_empty() {
        return vec![AssumedMapping { cluster: None, exporter: ExporterVersion::ASSUMED }];
    }
    let assumed = |cluster: &ClusterSettings| {
        let ClusterSettings { name, exporter, .. } = cluster;
        AssumedMapping { cluster: Some(name.clone()), exporter: *exporter }
    };
    settings.clusters.iter().map(assumed).collect()
}
