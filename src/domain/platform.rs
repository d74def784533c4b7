//! The supported platforms. Each is one record.

/// A brand of the catalog and its names.
#[derive(Debug, PartialEq, Eq)]
pub struct Platform {
    pub name: &'static str,
    /// The product's name, in messages.
    pub brand: &'static str,
    /// The API group of manifests: `getport.io`.
    pub group: &'static str,
    pub version: &'static str,
    /// The key of the exporter's mapping config that holds the mappings of an entry.
    pub mapping_key: &'static str,
    /// Why what its exporter does is known only approximately, as a clause.
    pub exporter_doubt: Option<&'static str>,
    /// The file names of bare entities.
    pub bare_files: [&'static str; 2],
    /// Regions by name, the default first.
    pub regions: &'static [(&'static str, &'static str)],
    /// All hosts of the platform, including older names.
    pub hosts: &'static [&'static str],
    /// The web app of each host.
    pub apps: &'static [(&'static str, &'static str)],
    pub client_id_variable: &'static str,
    pub client_secret_variable: &'static str,
    /// The variable of the base URL, and an alias.
    pub base_url_variables: &'static [&'static str],
}

pub static PORT: Platform = Platform {
    name: "port",
    brand: "Port",
    group: "getport.io",
    version: "v1",
    mapping_key: "port",
    exporter_doubt: None,
    bare_files: ["port.yml", "port.yaml"],
    regions: &[("eu", "https://api.port.io"), ("us", "https://api.us.port.io")],
    hosts: &["api.port.io", "api.us.port.io", "api.getport.io", "api.us.getport.io"],
    apps: &[
        ("api.port.io", "https://app.port.io"),
        ("api.us.port.io", "https://app.us.port.io"),
        ("api.getport.io", "https://app.port.io"),
        ("api.us.getport.io", "https://app.us.port.io"),
    ],
    client_id_variable: "PORT_CLIENT_ID",
    client_secret_variable: "PORT_CLIENT_SECRET",
    base_url_variables: &["PORT_BASE_URL", "PORT_API_URL"],
};

pub static GLINT: Platform = Platform {
    name: "glint",
    brand: "Glint",
    group: "useglint.io",
    version: "v1",
    mapping_key: "glint",
    exporter_doubt: Some("Glint's exporter could not be examined, and is assumed to work like Port's 0.7.9"),
    bare_files: ["glint.yml", "glint.yaml"],
    regions: &[("eu", "https://api.useglint.io")],
    hosts: &["api.useglint.io"],
    apps: &[("api.useglint.io", "https://app.useglint.io")],
    client_id_variable: "GLINT_CLIENT_ID",
    client_secret_variable: "GLINT_CLIENT_SECRET",
    base_url_variables: &["GLINT_BASE_URL"],
};

pub static PLATFORMS: [&Platform; 2] = [&PORT, &GLINT];

impl Platform {
    pub fn by_name(name: &str) -> Option<&'static Self> {
        PLATFORMS.into_iter().find(|platform| platform.name == name)
    }

    /// The web app of the catalog at this address; `None`: the host is not the platform's own.
    pub fn app_of(&self, address: &str) -> Option<&'static str> {
        let host = address.strip_prefix("https://")?.split(['/', ':']).next()?;
        self.apps.iter().find(|(api, _)| *api == host).map(|(_, app)| *app)
    }

    pub fn by_group(group: &str) -> Option<&'static Self> {
        PLATFORMS.into_iter().find(|platform| platform.group == group)
    }

    /// The platform whose API has this host.
    pub fn by_host(host: &str) -> Option<&'static Self> {
        PLATFORMS.into_iter().find(|platform| platform.hosts.contains(&host))
    }

    /// The platform whose bare entity files have this name.
    pub fn by_bare_file(file_name: &str) -> Option<&'static Self> {
        PLATFORMS.into_iter().find(|platform| platform.bare_files.contains(&file_name))
    }

    /// The region of a host; older host names differ only in the domain.
    pub fn region_of(&self, host: &str) -> Option<&'static str> {
        if !self.hosts.contains(&host) {
            return None;
        }
        let is_default = |name: &str| self.regions.first().is_some_and(|(first, _)| *first == name);
        let named = self.regions.iter().find(|(name, _)| host.split('.').any(|part| part == *name));
        named.or_else(|| self.regions.iter().find(|(name, _)| is_default(name))).map(|(name, _)| *name)
    }

    pub fn api_version(&self) -> String {
        format!("{}/{}", self.group, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_belongs_to_a_region() {
        for (host, region) in [
            ("api.port.io", Some("eu")),
            ("api.us.port.io", Some("us")),
            ("api.getport.io", Some("eu")),
            ("api.us.getport.io", Some("us")),
            ("api.example.com", None),
        ] {
            assert_eq!(PORT.region_of(host), region, "{host}");
        }
    }
}
