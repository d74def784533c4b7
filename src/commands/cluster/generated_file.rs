//! A file that a command of `cluster` generates: it is written, shown, or compared with the committed one.

use std::path::Path;

use crate::commands::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::unified_diff::unified;
use crate::sources::{self, path_text};

pub(super) struct GeneratedFile<'a> {
    /// Relative to the user's directory. `None`, or `-`: standard output.
    pub path: Option<&'a Path>,
    pub text: String,
}

impl GeneratedFile<'_> {
    pub fn write_or_check(&self, checks: bool, context: &mut Context<'_>) -> Result<Exit, Error> {
        match self.path.filter(|path| *path != Path::new("-")) {
            Some(path) if checks => self.check(path, context),
            Some(path) => self.write(path, context),
            None => {
                context.streams.show(&self.text)?;
                Ok(Exit::Success)
            }
        }
    }

    fn write(&self, path: &Path, context: &mut Context<'_>) -> Result<Exit, Error> {
        let (boundary, directory) = (&context.settings.boundary, &context.settings.directory);
        let written = sources::write_output(boundary, &directory.join(path), &self.text);
        written.map_err(|error| error.named(directory, path))?;
        context.streams.show(&format!("{}\n", path_text(path)))?;
        Ok(Exit::Success)
    }

    /// Shows the difference, and exits 2 if there is one.
    fn check(&self, path: &Path, context: &mut Context<'_>) -> Result<Exit, Error> {
        let (shown, directory) = (path_text(path), &context.settings.directory);
        let committed = sources::read_input(&context.settings.boundary, &directory.join(path));
        let committed = committed.map_err(|error| error.named(directory, path))?;
        if committed == self.text {
            context.streams.show(&format!("{shown} is up to date\n"))?;
            return Ok(Exit::Success);
        }
        context.streams.show(&unified(&shown, &committed, &self.text, &context.style))?;
        Ok(Exit::ChangesPending)
    }
}
