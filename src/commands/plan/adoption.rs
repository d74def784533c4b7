//! The entities of other owners that a plan takes over: all declared ones with `--adopt`, and with `--adopt-from` those
//! that the named scopes own.

use std::collections::HashSet;

use crate::catalog::Catalog;
use crate::commands::args::planning::{PlanOptions, PlanWriter};
use crate::commands::plan::foreign_owners::scopes_of;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::{EntityKey, Owner};
use crate::domain::error_class::ExitClass;
use crate::error::Error;
use crate::plan::Adopt;
use crate::report::escape::clean;
use crate::text::plural::{count, list};
use crate::text::suggest::closest;

/// The number of entities that a note lists by name.
const MAX_SHOWN: usize = 5;

/// A use of `--adopt-from` that cannot take anything over.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum AdoptFromError {
    #[error("`--adopt-from {scope}` names the scope of this run, which owns its entities already")]
    #[diagnostic(
        code("adopt-from-own-scope"),
        help(
            "name the scope that owns the entities now; the new one is `scope` in portolan.yaml, `PORTOLAN_SCOPE` or `--scope`"
        )
    )]
    OwnScope { scope: String },
    #[error("`--adopt-from {scope}`: this scope owns no entity in {catalog}")]
    #[diagnostic(code("adopt-from-unknown-scope"), help("did you mean `{near}`? It owns {owned}"))]
    Unknown { scope: String, catalog: String, near: String, owned: String },
    #[error("`--adopt-from` needs the catalog, and this run has no credentials for it")]
    #[diagnostic(
        code("adopt-from-offline"),
        help("leave the flag out, or set the credentials: only the catalog knows what a scope owns")
    )]
    Offline,
    #[error("`--adopt-from` does not apply to a plan of what the exporters of the clusters write")]
    #[diagnostic(
        code("adopt-from-exporters"),
        help(
            "an exporter takes over what it writes; `portolan push --dry-run --adopt-from SCOPE` shows what a push takes over"
        )
    )]
    Exporters,
}

impl ExitClass for AdoptFromError {}

#[derive(Debug)]
pub(crate) struct Adoption {
    takes_all: bool,
    scopes: Vec<OtherScope>,
    /// What these scopes own.
    keys: Vec<EntityKey>,
    /// The other scopes of the catalog, where one of these owns nothing.
    others: Vec<String>,
}

#[derive(Debug)]
struct OtherScope {
    name: String,
    owned: Vec<EntityKey>,
}

impl Adoption {
    /// Reads what the scopes of `--adopt-from` own. `declared`: the entities of the manifests.
    pub fn read(
        options: &PlanOptions<'_>,
        declared: &[Desired],
        catalog: &dyn Catalog,
        is_offline: bool,
    ) -> Result<Self, Error> {
        let names = options.planning.scopes_to_adopt_from();
        let takes_all = options.planning.adopt;
        if names.is_empty() {
            return Ok(Self { takes_all, scopes: Vec::new(), keys: Vec::new(), others: Vec::new() });
        }
        if let Some(own) = names.iter().find(|name| **name == options.owner.scope) {
            return Err(AdoptFromError::OwnScope { scope: own.clone() }.into());
        }
        if options.writer == PlanWriter::Exporters {
            return Err(AdoptFromError::Exporters.into());
        }
        if is_offline {
            return Err(AdoptFromError::Offline.into());
        }
        let mut scopes = Vec::with_capacity(names.len());
        for scope in names {
            let owner = Owner { scope };
            let owned = catalog.owned(&owner)?;
            scopes.push(OtherScope { name: owner.scope, owned });
        }
        let mut others = Vec::new();
        if scopes.iter().any(|scope| scope.owned.is_empty()) {
            others = scopes_of(catalog);
            others.retain(|other| *other != options.owner.scope);
            refuse_misspelt(&scopes, &others, declared, catalog)?;
        }
        let keys = scopes.iter().flat_map(|scope| scope.owned.iter().cloned()).collect();
        Ok(Self { takes_all, scopes, keys, others })
    }

    pub fn adopt(&self) -> Adopt<'_> {
        match (self.takes_all, self.scopes.is_empty()) {
            (true, _) => Adopt::All,
            (false, true) => Adopt::Nothing,
            (false, false) => Adopt::Those(&self.keys),
        }
    }

    /// Says what stays with the other scopes.
    pub fn notes(&self, declared: &[Desired], catalog: &str) -> Vec<String> {
        if self.scopes.is_empty() {
            return Vec::new();
        }
        let declared: HashSet<&EntityKey> = declared.iter().map(|desired| &desired.key).collect();
        self.scopes.iter().filter_map(|scope| scope.note(&declared, &self.others, catalog)).collect()
    }
}

/// Refuses a scope that owns nothing where one with a similar name owns declared entities. A scope from which everything
/// was taken over owns nothing either, so the name alone is no error.
fn refuse_misspelt(
    scopes: &[OtherScope],
    others: &[String],
    declared: &[Desired],
    catalog: &dyn Catalog,
) -> Result<(), Error> {
    for OtherScope { name, .. } in scopes.iter().filter(|scope| scope.owned.is_empty()) {
        let named = |other: &&str| scopes.iter().all(|scope| scope.name != *other);
        let Some(near) = closest(name, others.iter().map(String::as_str).filter(named)) else { continue };
        let owned: HashSet<EntityKey> = catalog.owned(&Owner { scope: near.to_owned() })?.into_iter().collect();
        let number = declared.iter().filter(|desired| owned.contains(&desired.key)).count();
        if number > 0 {
            return Err(AdoptFromError::Unknown {
                scope: name.clone(),
                catalog: catalog.name().to_owned(),
                near: clean(near).into_owned(),
                owned: count(number, "declared entity"),
            }
            .into());
        }
    }
    Ok(())
}

impl OtherScope {
    fn note(&self, declared: &HashSet<&EntityKey>, others: &[String], catalog: &str) -> Option<String> {
        let name = &self.name;
        if self.owned.is_empty() {
            let others: Vec<String> =
                others.iter().take(MAX_SHOWN).map(|other| format!("`{}`", clean(other))).collect();
            let others = match others.is_empty() {
                true => String::new(),
                false => format!(" Other scopes there: {}.", list(&others)),
            };
            return Some(format!(
                "Scope `{name}` owns no entity in {catalog}, so nothing is taken over from it.{others}"
            ));
        }
        let kept: Vec<&EntityKey> = self.owned.iter().filter(|key| !declared.contains(key)).collect();
        if kept.is_empty() {
            return None;
        }
        let mut names: Vec<String> = kept
            .iter()
            .take(MAX_SHOWN)
            .map(|key| format!("`{}/{}`", clean(&key.blueprint), clean(&key.identifier)))
            .collect();
        if kept.len() > MAX_SHOWN {
            names.push(format!("{} more", kept.len() - MAX_SHOWN));
        }
        let entities = count(kept.len(), "entity");
        let (stay, them) = if kept.len() == 1 { ("stays", "it") } else { ("stay", "them") };
        Some(format!(
            "{entities} that no manifest here declares {stay} with scope `{name}`, and only a push with that scope deletes \
             {them}: {}.",
            list(&names)
        ))
    }
}
