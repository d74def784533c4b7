//! Opens or creates the store of the embedded catalog at its default path. The file belongs to this machine, so
//! creating it also adds it to a `.gitignore`.

use std::path::Path;

use crate::embedded::store::{Store, system_clock};
use crate::error::Error;
use crate::sources::{Boundary, create_atomically, database_place, is_taken};

/// The path of the store below the root.
pub(crate) const STORE: &str = ".portolan/local.db";
const IGNORE: &str = ".portolan/.gitignore";
const IGNORED: &str = "\
# The embedded catalog and leftovers of an interrupted pull, for this machine only.
local.db*
.pull-*
";

pub(crate) fn has_embedded(root: &Path) -> bool {
    is_taken(&root.join(STORE))
}

/// Opens the store, or creates it.
pub(crate) fn embedded(root: &Path) -> Result<Store, Error> {
    let path = database_place(&Boundary::new(root), STORE.as_ref())?;
    let is_new = !is_taken(&path);
    let store = Store::open(&path, system_clock())?;
    if is_new && !is_taken(&root.join(IGNORE)) {
        // The `.gitignore` is optional: creating it fails if another process was first or the folder is a link.
        let _ = create_atomically(root, IGNORE.as_ref(), IGNORED.as_bytes());
    }
    Ok(store)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "looks at a folder")]
mod tests {
    use super::*;

    #[test]
    fn git_is_told_to_leave_a_new_one_out_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let ignore = folder.path().join(IGNORE);
        let read = || std::fs::read_to_string(&ignore).expect("a file");
        drop(embedded(folder.path()).expect("it is made"));
        assert_eq!(read(), IGNORED);
        // A removed `.gitignore` is not created again, because the user did not want it.
        std::fs::remove_file(&ignore).expect("it is there");
        drop(embedded(folder.path()).expect("it is opened"));
        assert!(!ignore.exists());
        // An existing file is not overwritten.
        std::fs::write(&ignore, "mine\n").expect("a file");
        std::fs::remove_file(folder.path().join(STORE)).expect("it is there");
        drop(embedded(folder.path()).expect("it is made"));
        assert_eq!(read(), "mine\n");
    }
}
