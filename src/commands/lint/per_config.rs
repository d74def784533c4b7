//! `lint --all`: which of the PATHS belong to which config.

use std::path::{Path, PathBuf};

use crate::commands::all::{ONE_SNAPSHOT, PerConfig, destinations, nearest_config};
use crate::commands::context::Context;
use crate::commands::lint::{self, LintArgs};
use crate::commands::output::reports::Destination;
use crate::error::Error;
use crate::exit::Exit;
use crate::settings::ConfigBelow;
use crate::sources;

impl PerConfig for LintArgs {
    const VERB: &'static str = "lint";

    fn run(&self, context: &mut Context<'_>) -> Result<Exit, Error> {
        lint::run(self, context)
    }

    fn destinations(&self) -> Vec<Destination> {
        destinations(&self.output)
    }

    fn refused_flag(&self) -> Option<(&'static str, &'static str)> {
        let baseline = self.write_baseline.as_ref();
        let baseline = baseline.map(|_| ("--write-baseline", "a baseline holds the findings of one config"));
        baseline.or_else(|| self.blueprints.as_ref().map(|_| ("--blueprints", ONE_SNAPSHOT)))
    }

    fn for_config(&self, config: &ConfigBelow, configs: &[ConfigBelow], directory: &Path) -> Option<Self> {
        let is_input = self.paths.iter().any(|path| path == Path::new("-"));
        if is_input {
            let name = self.stdin_filename.as_ref()?;
            let is_own = nearest_config(&sources::tidy(directory.join(name)), configs, directory) == Some(config);
            return is_own.then(|| self.clone());
        }
        if self.paths.is_empty() {
            return Some(self.clone());
        }
        let root = sources::tidy(directory.join(&config.folder));
        let mut paths = Vec::new();
        for path in &self.paths {
            let place = sources::tidy(directory.join(path));
            if nearest_config(&place, configs, directory) == Some(config) {
                paths.push(path.clone());
            } else if root.starts_with(&place) {
                paths.push(root.clone());
            }
        }
        (!paths.is_empty()).then(|| Self { paths, ..self.clone() })
    }

    fn paths_without_config(&self, configs: &[ConfigBelow], directory: &Path) -> Vec<PathBuf> {
        // A hook passes every file of a commit, so its PATHS are never reported.
        let is_stray = |path: &&PathBuf| {
            let place = sources::tidy(directory.join(path));
            let holds = |config: &ConfigBelow| sources::tidy(directory.join(&config.folder)).starts_with(&place);
            nearest_config(&place, configs, directory).is_none() && !configs.iter().any(holds)
        };
        let named = self.paths.iter().filter(|path| *path != Path::new("-") && !self.pre_commit);
        named.chain(&self.stdin_filename).filter(is_stray).cloned().collect()
    }

    fn may_name_removed_files(&self) -> bool {
        self.staged || self.stdin_filename.is_some()
    }
}
