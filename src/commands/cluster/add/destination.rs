//! The cluster, the namespace and the path of an Application, compared with those that are asked for.

use super::error::AddError;
use super::listing::plain_path;
use super::request::Request;
use crate::scaffold::ArgoDestination;

/// The cluster that is asked for.
pub(super) fn destination(request: &Request<'_>) -> ArgoDestination {
    match &request.server {
        Some(server) => ArgoDestination::Server(server.clone()),
        None => ArgoDestination::Name(request.cluster.clone()),
    }
}

pub(super) fn taken(request: &Request<'_>, place: String, what: String, flag: Option<String>) -> AddError {
    let help = match flag {
        Some(flag) => format!("choose another name, or use `{flag}`"),
        None => "choose another name, or change that object".to_owned(),
    };
    AddError::Taken { name: request.cluster.clone(), place, what, help }
}

/// Where an Application, or a row of an ApplicationSet, delivers from and to.
pub(super) struct Destination {
    pub path: Option<String>,
    pub server: Option<String>,
    pub name: Option<String>,
    pub namespace: Option<String>,
    pub place: String,
}

impl Destination {
    pub fn of(spec: Option<&serde_json::Value>, place: String) -> Self {
        let text = |part: &str, key: &str| spec.and_then(|spec| spec.get(part)?.get(key)?.as_str()).map(str::to_owned);
        Self {
            path: text("source", "path"),
            server: text("destination", "server"),
            name: text("destination", "name"),
            namespace: text("destination", "namespace"),
            place,
        }
    }

    /// Checks that it is what would be written.
    pub fn check(&self, request: &Request<'_>, path: &str) -> Result<(), AddError> {
        let refuse = |what: String, flag: Option<String>| Err(taken(request, self.place.clone(), what, flag));
        let found = self.path.as_deref().map(plain_path);
        if let Some(found) = found.filter(|found| found != path) {
            return refuse(format!("it has the path `{found}` instead of `{path}`"), Some(format!("--path {found}")));
        }
        match (&self.server, &request.server) {
            (Some(server), Some(wanted)) if server.trim_end_matches('/') != wanted => {
                return refuse(
                    format!("it has the server `{server}` instead of `{wanted}`"),
                    Some(format!("--server {server}")),
                );
            }
            (Some(server), None) => {
                return refuse(format!("it has the server `{server}`"), Some(format!("--server {server}")));
            }
            (None, Some(wanted)) if self.name.is_some() => {
                return refuse(format!("it names its cluster instead of the server `{wanted}`"), None);
            }
            (_, _) => {}
        }
        if let Some(name) = self.name.as_ref().filter(|name| request.server.is_none() && **name != request.cluster) {
            return refuse(format!("it delivers to the cluster `{name}`"), None);
        }
        match (&self.namespace, &request.namespace) {
            (Some(found), Some(wanted)) if found != wanted => {
                let what = format!("it has the namespace `{found}` instead of `{wanted}`");
                refuse(what, Some(format!("--namespace {found}")))
            }
            (_, _) => Ok(()),
        }
    }
}
