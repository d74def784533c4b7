//! Whether an entity may have its new identifier, for the command and for editors.

use crate::analysis::Snapshot;
use crate::commands::rename::error::RenameError;
use crate::domain::entity::desired::former_identifiers;
use crate::domain::finding::EntityName;
use crate::scaffold::parse_targets;
use crate::text::plural::{count, list};

/// An entity, its new identifier, and what the repository has of both.
pub(crate) struct NewName<'a> {
    pub name: &'a EntityName,
    pub to: &'a str,
    /// The manifests that declare the entity, each as `file:line`.
    pub declared: Vec<String>,
    /// The manifest that has the new identifier.
    pub taken: Option<String>,
    /// The number of values that point to the entity.
    pub pointing: usize,
    /// The annotation of an earlier rename.
    pub earlier: Option<&'a str>,
}

impl NewName<'_> {
    fn shown(&self, identifier: &str) -> String {
        format!("{}/{identifier}", self.name.blueprint)
    }

    /// Checks the new identifier by itself.
    pub fn check_identifier(&self, snapshot: &Snapshot) -> Result<(), RenameError> {
        let Self { name, to, .. } = self;
        if !snapshot.has_blueprints() {
            return Err(RenameError::NoSnapshot);
        }
        if let Err(fault) = parse_targets(false, &[(*to).to_owned()]) {
            return Err(RenameError::BadIdentifier { fault });
        }
        if let Some(meant) = to.strip_prefix(&format!("{}/", name.blueprint)) {
            return Err(RenameError::WithBlueprint { name: (*to).to_owned(), meant: meant.to_owned() });
        }
        match *to == name.identifier {
            true => Err(RenameError::Same { name: self.shown(to) }),
            false => Ok(()),
        }
    }

    /// Checks that one manifest has the old name, and that nothing has the new one.
    pub fn check_places(&self, snapshot: &Snapshot) -> Result<(), RenameError> {
        let Self { name, to, declared, taken, pointing, earlier } = self;
        match declared.as_slice() {
            [] => {
                let values = count(*pointing, "value");
                let help = format!(
                    "rename it in the catalog; then `portolan rename` with `--references-only` changes the {values} that name it"
                );
                return Err(RenameError::Undeclared { name: self.shown(&name.identifier), help });
            }
            [_] => {}
            several => {
                return Err(RenameError::Twice { name: self.shown(&name.identifier), places: list(several) });
            }
        }
        if let Some(place) = taken {
            return Err(RenameError::Declared { name: self.shown(to), place: place.clone() });
        }
        // The way back: the catalog has the name because this entity had it.
        let is_back = earlier.is_some_and(|earlier| former_identifiers(earlier).any(|former| former == *to));
        let is_known = snapshot.known.as_ref().is_some_and(|known| known.contains(&name.blueprint, to));
        match is_known && !is_back {
            true => Err(RenameError::InCatalog { name: self.shown(to) }),
            false => Ok(()),
        }
    }
}
