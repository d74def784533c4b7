//! What is known of the delivery besides the files: the platform, and how hosts name the repository.

use crate::domain::cluster::Deliverer;
use crate::domain::platform::{PORT, Platform};
use crate::settings::{ClusterSettings, Delivery, Environment, Settings};

/// Variables in which CI systems give the URL of the repository.
const URL_VARIABLES: [&str; 4] =
    ["CI_PROJECT_URL", "BITBUCKET_GIT_HTTP_ORIGIN", "BUILD_REPOSITORY_URI", "CIRCLE_REPOSITORY_URL"];

#[derive(Debug, Clone)]
pub(crate) struct DeliveryOptions {
    pub platform: &'static Platform,
    /// URLs of the repository that the CI system gives.
    pub urls: Vec<String>,
    /// The repository has a config of portolan.
    pub has_config: bool,
    /// The config says that clusters receive the manifests.
    pub names_clusters: bool,
    /// The tool that delivers to every cluster of the config, if all of them state the same.
    pub stated_tool: Option<Deliverer>,
    /// The clusters of the config.
    pub clusters: Vec<ClusterSettings>,
    /// Clusters receive the manifests, and the config gives no mapping to any of them.
    pub assumes_mappings: bool,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self {
            platform: &PORT,
            urls: Vec::new(),
            has_config: false,
            names_clusters: false,
            stated_tool: None,
            clusters: Vec::new(),
            assumes_mappings: false,
        }
    }
}

impl DeliveryOptions {
    pub fn of(settings: &Settings, environment: &Environment) -> Self {
        let is_cluster = settings.delivery.value == Delivery::Cluster;
        Self {
            platform: settings.platform.value,
            urls: urls(&|name| environment.trimmed(name)),
            has_config: settings.config.is_some(),
            names_clusters: is_cluster || !settings.clusters.is_empty(),
            stated_tool: stated_tool(&settings.clusters),
            clusters: settings.clusters.clone(),
            assumes_mappings: is_cluster && settings.mapped_clusters().next().is_none(),
        }
    }
}

fn stated_tool(clusters: &[ClusterSettings]) -> Option<Deliverer> {
    let first = clusters.first()?.deliverer?;
    clusters.iter().all(|cluster| cluster.deliverer == Some(first)).then_some(first)
}

fn urls(variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let github = variable("GITHUB_SERVER_URL").zip(variable("GITHUB_REPOSITORY"));
    let github = github.map(|(server, name)| format!("{server}/{name}"));
    github.into_iter().chain(URL_VARIABLES.iter().filter_map(|name| variable(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::urls;

    #[test]
    fn ci_systems_name_the_repository() {
        let github = [("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "acme/catalog")];
        let of = |known: &[(&str, &str)]| {
            urls(&|name| known.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&github), ["https://github.com/acme/catalog"]);
        assert_eq!(of(&github[1..]), Vec::<String>::new());
        assert_eq!(of(&[("CI_PROJECT_URL", "https://gitlab.com/acme/catalog")]), ["https://gitlab.com/acme/catalog"]);
    }
}
