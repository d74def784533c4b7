//! Yields lint of the whole repository as its settings have it, for verbs that write and want to know what they wrote.
//! `lint` itself has many more wishes, and makes its own request.

use std::path::PathBuf;

use crate::analysis::Snapshot;
use crate::analysis::{Options, Selection};
use crate::commands::context::Context;
use crate::commands::steps::checked::Bench;
use crate::commands::steps::linted::{self, Extent, Instead, LintError, Linted, Request};
use crate::domain::blueprint::Blueprint;
use crate::domain::day::Day;
use crate::domain::finding::Finding;
use crate::domain::progress::{Progress, Silent};
use crate::settings::Delivery;
use crate::sources::git;
use crate::sources::{Pattern, PatternError, Place, SourceFile};

/// What every such run has in common.
pub(crate) struct Ground {
    root: PathBuf,
    pattern: Pattern,
    selection: Selection,
    options: Options,
    git: git::Environment,
}

impl Ground {
    pub fn of(context: &Context<'_>) -> Result<Self, PatternError> {
        let settings = context.settings;
        let levels = settings.rules.iter().map(|(name, level)| (name.clone(), level.value.severity()));
        let delivery_is_cluster = settings.delivery.value == Delivery::Cluster;
        Ok(Self {
            root: settings.root.value.clone(),
            pattern: settings.pattern()?,
            selection: Selection::new(levels, delivery_is_cluster),
            options: Options {
                delivery_is_cluster,
                today: Day::from_seconds(context.environment.seconds()),
                snapshot_max_age_days: settings.snapshot_max_age_days.value,
            },
            git: git::Environment::from_variables(|name| context.environment.get(name).map(Into::into)),
        })
    }

    /// Everything is looked at; `paths`, where there are some, are what is reported.
    pub fn lint(&self, paths: Vec<PathBuf>, instead: Instead, progress: &dyn Progress) -> Result<Linted, LintError> {
        let request = Request {
            root: &self.root,
            pattern: &self.pattern,
            selection: &self.selection,
            options: &self.options,
            extent: Extent::Everything,
            paths,
            given: None,
            force_exclude: false,
            repair: false,
            baseline: None,
            most: None,
            git: &self.git,
            instead,
        };
        linted::lint(&request, progress)
    }

    /// What lint says of one text, where there is nothing but this blueprint.
    pub fn try_out(&self, text: &str, blueprint: Blueprint) -> Vec<Finding> {
        let snapshot = Snapshot::new(vec![blueprint]);
        let bench = Bench { snapshot: &snapshot, selection: &self.selection, options: &self.options };
        let file = SourceFile { path: "new.yaml".to_owned(), place: Place::Given(text.as_bytes().into()) };
        bench.check(&[file], 1, &|_| true, &Silent).conclusion.findings
    }
}
