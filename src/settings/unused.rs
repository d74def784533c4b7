//! Warns about a setting without effect that users may rely on: the platform's address in the environment does not
//! apply to the embedded catalog.

use super::catalog::Catalog;
use super::env::Environment;
use super::resolve::Settings;
use super::value::Origin;

impl Settings {
    /// A sentence about the platform's URL in the environment that has no effect, because the catalog is the embedded
    /// one.
    pub fn unused_address(&self, environment: &Environment) -> Option<String> {
        if self.catalog.value != Catalog::Local {
            return None;
        }
        let platform = self.platform.value;
        let name = platform.base_url_variables.iter().find(|name| environment.get(name).is_some())?;
        let why = match &self.catalog.origin {
            // A user who passes the flag knows it.
            Origin::Flag(_) => return None,
            Origin::Default => {
                let (id, secret) = (platform.client_id_variable, platform.client_secret_variable);
                format!("without `{id}` and `{secret}` the catalog is `local`")
            }
            origin @ (Origin::File { .. } | Origin::Target { .. } | Origin::Environment(_) | Origin::Repository(_)) => {
                format!("`catalog` is `local` ({})", origin.words(&self.config_name()))
            }
        };
        Some(format!("`{name}` is set but not used: {why}. Pass `--catalog URL` to use it."))
    }
}
