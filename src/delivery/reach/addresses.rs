//! Addresses of repositories and clusters in objects of Flux and Argo CD that cannot be right: no URLs, and placeholders
//! that were copied from an example.

use super::found::is_template;
use crate::delivery::argo::objects::{GROUP as ARGO, SECRET_TYPE};
use crate::delivery::manifests::Header;
use crate::delivery::object::split_version;
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;
use crate::domain::delivery_facts::AddressProblem;
use crate::domain::document::tree::Value;

const FLUX_SOURCE: &str = "source.toolkit.fluxcd.io";

/// An address that nothing answers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidAddress {
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub place: Place,
    pub text: String,
    pub problem: AddressProblem,
}

/// What an address is of, which decides how it may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The URL of a source of Flux, whose CRD accepts these schemes.
    FluxUrl(&'static [&'static str]),
    /// The API server of a cluster.
    Server,
    /// A Git repository, as Git accepts it.
    Repository,
    /// Anything: a registry of charts has no scheme, and the endpoint of a bucket neither.
    Other,
}

/// Finds them in the whole repository, of this repository or another.
pub fn invalid_addresses(repository: &Repository<'_>) -> Vec<InvalidAddress> {
    let mut found = Vec::new();
    for (file, manifests) in repository.wiring() {
        let mut headers = manifests.objects.iter().map(|manifest| &manifest.header);
        if !headers.any(|header| may_have_address(header)) || is_template(repository.files, file) {
            continue;
        }
        let Some(text) = repository.text(file) else { continue };
        repository.documents(&text, &mut |document| {
            let Some(root) = document.value else { return };
            for (role, value) in addresses(root) {
                let Some(text) = value.as_str().filter(|text| !is_filled_in(text)) else { continue };
                let Some(problem) = problem(role, text) else { continue };
                let metadata = root.get("metadata");
                let of = |map: Option<Value<'_>>, key| text_of(map, key).to_owned();
                found.push(InvalidAddress {
                    kind: of(Some(root), "kind"),
                    namespace: of(metadata, "namespace"),
                    name: of(metadata, "name"),
                    place: Place { file, span: value.span() },
                    text: text.to_owned(),
                    problem,
                });
            }
        });
    }
    found
}

fn may_have_address(header: &Header) -> bool {
    let (group, _) = split_version(&header.api_version);
    let is_cluster = || header.labels.iter().any(|(key, value)| key == SECRET_TYPE && value == "cluster");
    group == FLUX_SOURCE || group == ARGO || group.is_empty() && header.kind == "Secret" && is_cluster()
}

fn text_of<'a>(map: Option<Value<'a>>, key: &str) -> &'a str {
    map.and_then(|map| map.get(key)).and_then(Value::as_str).unwrap_or_default()
}

/// Whether another tool fills in a part of it: `{{.server}}`, `${URL}`, `__REPO__`, `@URL@`, `%URL%`.
fn is_filled_in(text: &str) -> bool {
    let is_between_marks = |mark: char| text.matches(mark).count() > 1;
    text.is_empty()
        || ["$", "{", "__"].iter().any(|mark| text.contains(mark))
        || ['@', '%'].into_iter().any(is_between_marks)
}

fn addresses(root: Value<'_>) -> Vec<(Role, Value<'_>)> {
    let (group, _) = split_version(text_of(Some(root), "apiVersion"));
    let spec = root.get("spec");
    let member = |key: &str| spec.and_then(|spec| spec.get(key));
    match (group, text_of(Some(root), "kind")) {
        (FLUX_SOURCE, kind) => {
            let (role, key) = match kind {
                "GitRepository" => (Role::FluxUrl(&["http", "https", "ssh"]), "url"),
                "OCIRepository" => (Role::FluxUrl(&["oci"]), "url"),
                "HelmRepository" => (Role::FluxUrl(&["http", "https", "oci"]), "url"),
                _ => (Role::Other, "endpoint"),
            };
            member(key).map(|value| (role, value)).into_iter().collect()
        }
        (ARGO, "Application") => spec.map(of_application).unwrap_or_default(),
        (ARGO, "ApplicationSet") => {
            let template = member("template").and_then(|template| template.get("spec"));
            template.map(of_application).unwrap_or_default()
        }
        (ARGO, "AppProject") => {
            let destinations = member("destinations").into_iter().flat_map(Value::items);
            let servers = destinations.filter_map(|item| item.get("server"));
            let is_pattern = |value: &Value<'_>| value.as_str().is_some_and(|text| text.contains(['*', '!']));
            let servers = servers.filter(|value| !is_pattern(value)).map(|value| (Role::Server, value));
            let repositories = member("sourceRepos").into_iter().flat_map(Value::items);
            servers.chain(repositories.map(|value| (Role::Other, value))).collect()
        }
        ("", "Secret") => {
            let labels = root.get("metadata").and_then(|metadata| metadata.get("labels"));
            let is_cluster = text_of(labels, SECRET_TYPE) == "cluster";
            let server = root.get("stringData").and_then(|data| data.get("server")).filter(|_| is_cluster);
            server.map(|value| (Role::Server, value)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn of_application(spec: Value<'_>) -> Vec<(Role, Value<'_>)> {
    let server = spec.get("destination").and_then(|destination| destination.get("server"));
    let sources = spec.get("source").into_iter().chain(spec.get("sources").into_iter().flat_map(Value::items));
    let repositories = sources.filter_map(of_source);
    server.map(|value| (Role::Server, value)).into_iter().chain(repositories).collect()
}

fn of_source(source: Value<'_>) -> Option<(Role, Value<'_>)> {
    let role = if source.get("chart").is_some() { Role::Other } else { Role::Repository };
    Some((role, source.get("repoURL")?))
}

fn problem(role: Role, text: &str) -> Option<AddressProblem> {
    let has_scheme = |schemes: &[&str]| {
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        !rest.is_empty() && schemes.contains(&scheme)
    };
    let problem = match role {
        Role::FluxUrl(accepted) if !has_scheme(accepted) => {
            let meant = url_meant(text).filter(|_| accepted.contains(&"ssh"));
            Some(AddressProblem::Scheme { accepted, meant })
        }
        Role::Server if !has_scheme(&["http", "https"]) => Some(AddressProblem::NoServer),
        Role::Repository if !is_repository(text) => Some(AddressProblem::NoRepository { meant: url_meant(text) }),
        Role::FluxUrl(_) | Role::Server | Role::Repository | Role::Other => None,
    };
    problem.or_else(|| placeholder(text).map(|word| AddressProblem::Placeholder(word.to_owned())))
}

/// Whether Git accepts it: a URL, `git@host:path`, or a path.
fn is_repository(text: &str) -> bool {
    let has_host = |(host, rest): (&str, &str)| !host.is_empty() && !rest.is_empty();
    match text.split_once("://") {
        Some(parts) => has_host(parts),
        None => text.starts_with(['/', '.']) || text.split_once(':').is_some_and(has_host),
    }
}

/// `git@github.com:acme/catalog` and `github.com/acme/catalog` as URLs.
fn url_meant(text: &str) -> Option<String> {
    if text.contains("://") || placeholder(text).is_some() {
        return None;
    }
    if let Some((host, path)) = text.split_once(':').filter(|(host, _)| host.contains('@') && !host.contains('/')) {
        return Some(format!("ssh://{host}/{}", path.trim_start_matches('/')));
    }
    let (host, path) = text.split_once('/')?;
    (host.contains('.') && !host.starts_with('.') && !path.is_empty()).then(|| format!("https://{text}"))
}

/// What examples have instead of a name: words that are one, and beginnings of words.
const PLACEHOLDERS: [&str; 14] = [
    "yourorg",
    "yourorganization",
    "yourorganisation",
    "yourcompany",
    "yourrepo",
    "yourrepository",
    "yourname",
    "youruser",
    "yourusername",
    "youraccount",
    "yourdomain",
    "yourproject",
    "changeme",
    "replaceme",
];
const PLACEHOLDER_STARTS: [&str; 4] = ["your-", "your_", "change-me", "replace-me"];
/// Words that examples write in capitals.
const CAPITALS: [&str; 10] = [
    "OWNER",
    "ORG",
    "ORGANIZATION",
    "ORGANISATION",
    "REPO",
    "REPOSITORY",
    "USER",
    "USERNAME",
    "CHANGE_ME",
    "REPLACE_ME",
];

/// The part of an address that is a placeholder.
fn placeholder(text: &str) -> Option<&str> {
    if let Some(start) = text.find('<') {
        let length = text.get(start..)?.find('>')?;
        return text.get(start..=start + length);
    }
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_placeholder = |word: &&str| {
        let lower = word.to_ascii_lowercase();
        CAPITALS.contains(word)
            || PLACEHOLDERS.contains(&lower.as_str())
            || PLACEHOLDER_STARTS.iter().any(|start| lower.starts_with(start))
    };
    text.split(|c| !is_of_word(c)).find(is_placeholder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIT: Role = Role::FluxUrl(&["http", "https", "ssh"]);

    fn word(text: &str) -> Option<AddressProblem> {
        Some(AddressProblem::Placeholder(text.to_owned()))
    }

    #[test]
    fn what_another_tool_fills_in_is_not_judged() {
        for text in ["{{.server}}", "https://${HOST}:6443", "$(URL)", "__REPO__", "@REPO@", "%REPO%", ""] {
            assert!(is_filled_in(text), "{text}");
        }
        for text in ["git@github.com:acme/catalog", "https://dev.azure.com/acme/My%20Project/_git/catalog"] {
            assert!(!is_filled_in(text), "{text}");
        }
    }

    #[test]
    fn a_server_is_a_url() {
        for text in ["your-control-plane-endpoint", "in-cluster", "eu.example.com:6443", "https://", "oci://a"] {
            assert_eq!(problem(Role::Server, text), Some(AddressProblem::NoServer), "{text}");
        }
        for text in ["https://kubernetes.default.svc", "https://10.0.0.1:6443", "http://127.0.0.1:8080"] {
            assert_eq!(problem(Role::Server, text), None, "{text}");
        }
        assert_eq!(problem(Role::Server, "https://<eu-endpoint>:6443"), word("<eu-endpoint>"));
        assert_eq!(problem(Role::Server, "https://your-endpoint.example.com"), word("your-endpoint"));
    }

    #[test]
    fn a_repository_is_what_its_tool_accepts() {
        let scheme = |meant: Option<&str>| {
            let meant = meant.map(str::to_owned);
            Some(AddressProblem::Scheme { accepted: &["http", "https", "ssh"], meant })
        };
        // The pattern of Flux's CRD refuses the form that Git calls scp.
        let meant = "ssh://git@github.com/acme/catalog.git";
        assert_eq!(problem(GIT, "git@github.com:acme/catalog.git"), scheme(Some(meant)));
        assert_eq!(problem(GIT, "github.com/acme/catalog"), scheme(Some("https://github.com/acme/catalog")));
        assert_eq!(problem(GIT, "oci://ghcr.io/acme/catalog"), scheme(None));
        assert_eq!(problem(GIT, "catalog"), scheme(None));
        assert_eq!(problem(GIT, "ssh://git@github.com/acme/catalog"), None);
        let oci = Role::FluxUrl(&["oci"]);
        let refused = AddressProblem::Scheme { accepted: &["oci"], meant: None };
        assert_eq!(problem(oci, "ghcr.io/acme/catalog"), Some(refused));
        assert_eq!(problem(oci, "oci://ghcr.io/acme/catalog"), None);
        let none = |meant: Option<&str>| Some(AddressProblem::NoRepository { meant: meant.map(str::to_owned) });
        assert_eq!(problem(Role::Repository, "git@github.com:acme/catalog.git"), None);
        assert_eq!(problem(Role::Repository, "file:///srv/catalog"), None);
        assert_eq!(problem(Role::Repository, "/srv/catalog"), None);
        assert_eq!(problem(Role::Repository, "catalog"), none(None));
        let meant = "https://github.com/acme/catalog";
        assert_eq!(problem(Role::Repository, "github.com/acme/catalog"), none(Some(meant)));
        assert_eq!(problem(Role::Other, "registry-1.docker.io/bitnamicharts"), None);
    }

    #[test]
    fn placeholders_of_examples_are_no_names() {
        for (text, found) in [
            ("https://github.com/yourorg/your-repo", "yourorg"),
            ("https://github.com/acme/your-repo-source", "your-repo-source"),
            ("https://git.example.com/OWNER/REPOSITORY.git", "OWNER"),
            ("https://github.com/<org>/<repo>", "<org>"),
            ("git@github.com:YOUR_ORG/catalog.git", "YOUR_ORG"),
        ] {
            assert_eq!(problem(Role::Repository, text), word(found), "{text}");
        }
        for text in [
            "https://github.com/acme/my-control-plane",
            "https://git.example.com/user/repo",
            "https://github.com/yourbase/yours",
        ] {
            assert_eq!(problem(Role::Repository, text), None, "{text}");
        }
    }
}
