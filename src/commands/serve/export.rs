//! `serve --export`: writes the pages as files.

use std::path::Path;

use crate::commands::catalog::seed::unexpected;
use crate::commands::context::Context;
use crate::commands::serve::served::Served;
use crate::embedded::pages;
use crate::embedded::store::Failure;
use crate::error::Error;
use crate::exit::Exit;
use crate::sources::{OutputFolder, path_text, tidy};
use crate::text::plural::count;

pub(super) fn export(folder: &Path, served: &Served, context: &mut Context<'_>) -> Result<Exit, Error> {
    let place = tidy(context.settings.directory.join(folder));
    let mut output = OutputFolder::open(&context.settings.boundary, &place)?;
    let write = |path: &str, text: &str| output.write(path, text).map_err(|error| Stopped(error.into()));
    pages::export(&served.site, &served.store, write).map_err(|Stopped(error)| error)?;
    let written = output.finish()?;
    let index = path_text(&folder.join("index.html"));
    context.streams.show(&format!("Wrote {}. Open `{index}` in a browser.\n", count(written, "file")))?;
    Ok(Exit::Success)
}

/// Why the export ended early.
struct Stopped(Error);

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self(unexpected(failure))
    }
}
