//! Selects the rules of a run and their severities: the config's, for all files or by path, otherwise the rule's own.

use std::fmt;
use std::sync::Arc;

use crate::domain::finding::{FileId, RuleInfo, Severity};

/// The configured levels. The analyzer sorts the rules by scope.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    levels: Vec<(String, Option<Severity>)>,
    by_path: Vec<(String, Arc<PathLevels>)>,
    cluster: bool,
    /// The config says that clusters receive the manifests: `delivery: cluster`, or an entry of `clusters`.
    names_clusters: bool,
}

impl Selection {
    /// `levels`: rule names with their configured severity (`None`: off); the last entry for a rule counts.
    pub fn new(levels: impl IntoIterator<Item = (String, Option<Severity>)>, delivery_is_cluster: bool) -> Self {
        let levels = levels.into_iter().collect();
        Self { levels, by_path: Vec::new(), cluster: delivery_is_cluster, names_clusters: delivery_is_cluster }
    }

    /// The config has an entry of `clusters`.
    #[must_use]
    pub fn with_clusters(self, has_clusters: bool) -> Self {
        Self { names_clusters: self.names_clusters || has_clusters, ..self }
    }

    /// Sets the levels of a rule in some files; the other files keep the level of the rule.
    #[must_use]
    pub fn with_paths(mut self, rule: String, levels: PathLevels) -> Self {
        self.by_path.push((rule, Arc::new(levels)));
        self
    }

    /// Whether the level of some rule depends on the path of a file.
    pub fn depends_on_paths(&self) -> bool {
        !self.by_path.is_empty()
    }

    pub(crate) fn levels_of(&self, rule: &RuleInfo) -> Levels {
        let by_path = self.by_path.iter().rev().find(|(name, _)| name == rule.name);
        Levels {
            elsewhere: self.severity(rule),
            is_configured: self.levels.iter().any(|(name, _)| name == rule.name),
            by_path: by_path.map(|(_, levels)| Arc::clone(levels)),
        }
    }

    /// The severity in files whose path does not decide it.
    fn severity(&self, rule: &RuleInfo) -> Option<Severity> {
        let said = self.levels.iter().rev().find(|(name, _)| name == rule.name).map(|(_, level)| *level);
        said.unwrap_or_else(|| {
            // These rules report what the cluster's CRD does not have, which matters only if a cluster delivers the
            // manifests.
            let only_for_clusters = rule.severity.is_none() && self.cluster;
            // Otherwise a deliverer in another repository may take the manifest.
            let is_certain = self.names_clusters && rule.name == "undelivered-manifest";
            match rule.severity {
                _ if only_for_clusters => Some(Severity::Error),
                _ if is_certain => Some(Severity::Error),
                severity => severity,
            }
        })
    }
}

/// The index of the last glob that matches a path.
type LastMatch = dyn Fn(&str) -> Option<usize> + Send + Sync;

/// The severities of one rule by path, where the config sets any.
pub struct PathLevels {
    /// The globs, in the order of the config.
    levels: Vec<(String, Option<Severity>)>,
    last_match: Box<LastMatch>,
}

impl PathLevels {
    /// `last_match` returns the index of the last glob in `levels` that matches a path.
    pub fn new(
        levels: Vec<(String, Option<Severity>)>,
        last_match: impl Fn(&str) -> Option<usize> + Send + Sync + 'static,
    ) -> Self {
        Self { levels, last_match: Box::new(last_match) }
    }

    /// `None`: no glob matches.
    fn at(&self, path: &str) -> Option<Option<Severity>> {
        let at = (self.last_match)(path)?;
        self.levels.get(at).map(|(_, severity)| *severity)
    }
}

impl fmt::Debug for PathLevels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.levels).finish()
    }
}

/// The severities of one rule. Most rules have one for all files, and paths are only looked at for the others.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    /// In files that no glob matches; `None`: off.
    elsewhere: Option<Severity>,
    /// The config sets the level for all files.
    is_configured: bool,
    by_path: Option<Arc<PathLevels>>,
}

impl Levels {
    /// Whether the rule is on in some files.
    pub fn is_on(&self) -> bool {
        let in_paths = |levels: &Arc<PathLevels>| levels.levels.iter().any(|(_, severity)| severity.is_some());
        self.elsewhere.is_some() || self.by_path.as_ref().is_some_and(in_paths)
    }

    /// All that the severities depend on, as one text.
    pub fn key(&self) -> String {
        let Self { elsewhere, is_configured: _, by_path } = self;
        format!("{elsewhere:?} {by_path:?}")
    }

    /// `paths`: of the files of the run, by their numbers.
    pub fn by_file<'a>(&'a self, paths: &'a [&'a str]) -> FileLevels<'a> {
        FileLevels { levels: self, paths }
    }
}

/// The severity of one rule in each file of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileLevels<'a> {
    levels: &'a Levels,
    paths: &'a [&'a str],
}

impl FileLevels<'_> {
    /// `None`: the rule is off in this file.
    pub fn of(&self, file: FileId) -> Option<Severity> {
        self.of_path(file).unwrap_or(self.levels.elsewhere)
    }

    /// Whether the config sets the level in this file.
    pub fn is_configured(&self, file: FileId) -> bool {
        self.levels.is_configured || self.of_path(file).is_some()
    }

    /// Whether all files have the same severity.
    pub fn is_uniform(&self) -> bool {
        self.levels.by_path.is_none()
    }

    fn of_path(&self, file: FileId) -> Option<Option<Severity>> {
        let levels = self.levels.by_path.as_ref()?;
        let path = self.paths.get(file.0 as usize)?;
        levels.at(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Family;

    static WRONG_TYPE: RuleInfo = rule("wrong-type", Some(Severity::Error));
    static FOREIGN_FIELD: RuleInfo = rule("foreign-field", None);

    const fn rule(name: &'static str, severity: Option<Severity>) -> RuleInfo {
        RuleInfo { code: "P000", name, family: Family::Shape, severity, what: "", why: "", fix: "" }
    }

    fn selection(level: Option<Option<Severity>>) -> Selection {
        let levels = level.map(|level| ("wrong-type".to_owned(), level));
        let by_path = vec![("legacy".to_owned(), Some(Severity::Info)), ("sandbox".to_owned(), None)];
        let last_match = |path: &str| ["legacy", "sandbox"].iter().rposition(|folder| path.contains(folder));
        Selection::new(levels, false).with_paths("wrong-type".to_owned(), PathLevels::new(by_path, last_match))
    }

    #[test]
    fn a_path_decides_before_the_level_of_the_rule() {
        let paths = ["a.yaml", "legacy/a.yaml", "legacy/sandbox/a.yaml"];
        for (level, elsewhere) in [
            (None, Some(Severity::Error)),
            (Some(None), None),
            (Some(Some(Severity::Warning)), Some(Severity::Warning)),
        ] {
            let levels = selection(level).levels_of(&WRONG_TYPE);
            let by_file = levels.by_file(&paths);
            let seen = [0, 1, 2].map(|file| by_file.of(FileId(file)));
            assert_eq!(seen, [elsewhere, Some(Severity::Info), None]);
            let configured = [0, 1, 2].map(|file| by_file.is_configured(FileId(file)));
            assert_eq!(configured, [level.is_some(), true, true]);
            assert!(levels.is_on() && !by_file.is_uniform());
        }
    }

    #[test]
    fn other_rules_need_no_path() {
        let levels = selection(None).levels_of(&FOREIGN_FIELD);
        assert!(levels.by_file(&[]).is_uniform() && !levels.is_on());
    }

    #[test]
    fn a_key_says_which_rule_has_which_globs() {
        let with = selection(None).levels_of(&WRONG_TYPE).key();
        let without = Selection::default().levels_of(&WRONG_TYPE).key();
        assert!(with != without && with.contains("legacy"), "{with}");
    }
}
