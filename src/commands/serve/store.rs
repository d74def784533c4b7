//! Opens the store that is served: the embedded catalog of the repository, another file, or memory.

use std::path::{Path, PathBuf};

use crate::catalog::wire::Writer;
use crate::commands::catalog::embedded::embedded;
use crate::commands::catalog::seed::{Seed, follow};
use crate::commands::context::Context;
use crate::commands::serve::args::ServeArgs;
use crate::commands::serve::declared::{declarations, declarations_here};
use crate::commands::serve::error::ServeError;
use crate::commands::serve::served::Served;
use crate::commands::workspace::snapshot;
use crate::domain::entity::Owner;
use crate::embedded::LocalCatalog;
use crate::embedded::pages::{Declarations, Site};
use crate::embedded::store::{Store, system_clock};
use crate::error::Error;
use crate::sources::{PathKind, database_place, did_you_mean, path_kind, path_text, tidy};

/// The value of `--store` for a catalog that is not saved.
const MEMORY: &str = "memory";

/// The path of the store, whether or not the file exists.
fn place_of(file: &Path, context: &Context<'_>) -> Result<PathBuf, ServeError> {
    let settings = context.settings;
    let refused = |why, help: &str| Err(ServeError::NoStore { store: path_text(file), why, help: help.to_owned() });
    let word = file.to_string_lossy();
    if word.eq_ignore_ascii_case(MEMORY) || word.eq_ignore_ascii_case(":memory:") {
        return refused("the name looks like the store `memory`", "did you mean `memory`?");
    }
    let place = tidy(settings.directory.join(file));
    let folder = place.parent().unwrap_or(&place);
    let is_ours = folder == settings.root.value.join(snapshot::FOLDER);
    match path_kind(folder) {
        Some(PathKind::Folder) => Ok(place),
        None if is_ours => Ok(place),
        Some(PathKind::File) => refused("its folder is a file", "name a file in a folder that exists"),
        None => {
            let near = file.parent().and_then(|it| did_you_mean(&settings.directory, it, Some(PathKind::Folder)));
            refused(
                "no such folder",
                near.as_deref().unwrap_or("create the folder first, or name a file in an existing one"),
            )
        }
    }
}

/// Opens the store, updates its blueprints, and seeds it.
pub(super) fn open(args: &ServeArgs, client: &str, context: &mut Context<'_>) -> Result<Served, Error> {
    let settings = context.settings;
    let store = match &args.store {
        Some(name) if name.as_os_str() == MEMORY => Store::in_memory(system_clock())?,
        Some(file) => {
            let place = database_place(&settings.boundary, &place_of(file, context)?)?;
            Store::open(&place, system_clock())?
        }
        None => embedded(&settings.root.value)?,
    };
    let writer = |user_agent| Writer { id: client.to_owned(), user_agent, now: store.now() };
    let declarations = match &args.seed {
        Some(folder) => {
            let place = tidy(settings.directory.join(folder));
            let near = did_you_mean(&settings.directory, folder, Some(PathKind::Folder));
            let help = near.unwrap_or_else(|| {
                "pass the folder of a repository to `--seed`, relative to the current folder".to_owned()
            });
            let refused = |why| Err(ServeError::NoSeed { path: path_text(folder), why, help }.into());
            match path_kind(&place) {
                Some(PathKind::Folder) => {}
                Some(PathKind::File) => return refused("it is a file"),
                None => return refused("no such folder"),
            }
            let seed = Seed::of(&place, folder, context)?;
            let manifests = seed.fill(&store, &writer(seed.user_agent()), context)?;
            declarations(&manifests, seed.root(), context)
        }
        // A store in another file is another catalog, so this repository does not change its blueprints.
        None if args.store.as_ref().is_some_and(|name| name.as_os_str() != MEMORY) => Declarations::default(),
        None => {
            let owner = Owner { scope: "local".to_owned() };
            follow(
                &store,
                &settings.root.value,
                &snapshot::SnapshotSource::Disk,
                &writer(owner.user_agent()),
                context,
            )?;
            declarations_here(context)
        }
    };
    let name = store.path().map_or_else(|| "in memory".to_owned(), path_text);
    // The key of the catalog, so that an export of the same catalog is the same.
    let mask = context.mask_for(&LocalCatalog::of(store.clone(), name.clone(), ""));
    let site = Site { declarations, ..Site::new(name, mask) };
    Ok(Served { store, site })
}
