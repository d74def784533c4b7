//! The list of environment variables, and the only access to them, to the clock and to the current folder: once, at
//! start. Secrets have a type of their own, so that printing the environment does not reveal them.

#![expect(clippy::disallowed_methods, reason = "the one place that looks at the environment and the clock")]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::secret::Secret;
use crate::text::suggest::single_slip;

/// A variable of portolan's own.
#[derive(Debug)]
pub struct Variable {
    pub name: &'static str,
    /// The description for the reference.
    pub what: &'static str,
}

/// All variables that begin with `PORTOLAN_`.
pub static VARIABLES: [Variable; 15] = [
    Variable {
        name: "PORTOLAN_CA_BUNDLE",
        what: "a file of certificates (PEM) to trust besides the system's; `SSL_CERT_FILE` works too",
    },
    Variable {
        name: "PORTOLAN_CACHE",
        what: "the folder where `lint` remembers unchanged files; default: `portolan` in the user's cache folder",
    },
    Variable { name: "PORTOLAN_CATALOG", what: "as `--catalog`" },
    Variable { name: "PORTOLAN_COLOR", what: "as `--color`" },
    Variable { name: "PORTOLAN_COMPLETE", what: "set by the completion script: the shell that asks" },
    Variable { name: "PORTOLAN_CONFIG", what: "as `--config`" },
    Variable { name: "PORTOLAN_DELIVERY", what: "`delivery` of the config" },
    Variable { name: "PORTOLAN_NO_PROGRESS", what: "as `--no-progress`, when it is not empty" },
    Variable { name: "PORTOLAN_PLATFORM", what: "`platform` of the config" },
    Variable { name: "PORTOLAN_REQUIRE_SIGNED", what: "`push.require-signed` of the config: `true` or `false`" },
    Variable { name: "PORTOLAN_SCOPE", what: "as `--scope`" },
    Variable { name: "PORTOLAN_SERVE_CLIENT_ID", what: "as `--client-id` of `serve`" },
    Variable { name: "PORTOLAN_SERVE_CLIENT_SECRET", what: "as `--client-secret` of `serve`" },
    Variable { name: "PORTOLAN_TARGET", what: "as `--target`" },
    Variable { name: "PORTOLAN_WRITE", what: "`write` of the config, for all blueprints" },
];

/// Variables of other programs that portolan reads: those of the terminal, Git, CI systems and the platforms.
const HEEDED: &[&str] = &[
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "TERM",
    "COLUMNS",
    "LC_ALL",
    "LC_CTYPE",
    "LANG",
    "CI",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_HEAD_REF",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "GITLAB_CI",
    "TF_BUILD",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "BUILDKITE",
    "BITBUCKET_BUILD_NUMBER",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_CEILING_DIRECTORIES",
    "HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "LOCALAPPDATA",
    "TERM_PROGRAM",
    "VTE_VERSION",
    "WT_SESSION",
    "SOURCE_DATE_EPOCH",
    "KITTY_WINDOW_ID",
    "VISUAL",
    "EDITOR",
    "SSL_CERT_FILE",
    "PORT_BASE_URL",
    "PORT_API_URL",
    "GLINT_BASE_URL",
    "GITHUB_ACTOR",
    "BITBUCKET_GIT_HTTP_ORIGIN",
    "BUILD_REPOSITORY_URI",
    "BUILD_REPOSITORY_PROVIDER",
    "BUILD_REPOSITORY_ID",
    "BUILD_REPOSITORY_NAME",
    "SYSTEM_COLLECTIONURI",
    "SYSTEM_TEAMPROJECTID",
    "SYSTEM_PULLREQUEST_PULLREQUESTID",
    "SYSTEM_PULLREQUEST_ISFORK",
    "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER",
    "BITBUCKET_REPO_FULL_NAME",
    "BITBUCKET_API_URL",
    "CHANGE_URL",
    "CHANGE_FORK",
    "CIRCLE_PR_REPONAME",
    "CF_COMMIT_URL",
    "CF_PULL_REQUEST_IS_FORK",
    "CIRCLE_REPOSITORY_URL",
    "GITHUB_API_URL",
    "GITHUB_BASE_REF",
    "GITHUB_EVENT_NAME",
    "GITHUB_EVENT_PATH",
    "GITHUB_REF",
    "GITHUB_REPOSITORY",
    "GITHUB_RUN_ID",
    "GITHUB_SERVER_URL",
    "GITHUB_SHA",
    "CI_API_V4_URL",
    "CI_JOB_URL",
    "CI_PROJECT_ID",
    "CI_PROJECT_URL",
    "CI_PIPELINE_SOURCE",
    "CI_MERGE_REQUEST_IID",
    "CI_MERGE_REQUEST_PROJECT_ID",
    "CI_MERGE_REQUEST_PROJECT_PATH",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH",
    "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "CI_COMMIT_BEFORE_SHA",
    "BITBUCKET_PR_DESTINATION_COMMIT",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "BUILD_SOURCEBRANCH",
    "BUILD_SOURCEVERSION",
    "CHANGE_ID",
    "CHANGE_TARGET",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "DRONE_BUILD_EVENT",
    "DRONE_TARGET_BRANCH",
    "DRONE_COMMIT_BEFORE",
    "CI_PIPELINE_EVENT",
    "CI_COMMIT_TARGET_BRANCH",
    "TRAVIS_PULL_REQUEST",
    "TRAVIS_BRANCH",
    "TRAVIS_COMMIT",
    "TRAVIS_COMMIT_RANGE",
    "APPVEYOR_PULL_REQUEST_NUMBER",
    "APPVEYOR_REPO_BRANCH",
    "CF_PULL_REQUEST_TARGET",
    "CIRRUS_BASE_SHA",
    "CIRRUS_BASE_BRANCH",
    "BITRISEIO_GIT_BRANCH_DEST",
    // The event and the branch of a pipeline.
    "CI_EXTERNAL_PULL_REQUEST_IID",
    "CI_COMMIT_BRANCH",
    "CI_DEFAULT_BRANCH",
    "BITBUCKET_PR_ID",
    "BITBUCKET_BRANCH",
    "BUILD_REASON",
    "BRANCH_NAME",
    "GIT_BRANCH",
    "CIRRUS_PR",
    "CIRRUS_BRANCH",
    "BUILDKITE_PULL_REQUEST",
    "BUILDKITE_BRANCH",
    "BUILDKITE_PIPELINE_DEFAULT_BRANCH",
    "CF_PULL_REQUEST_NUMBER",
    "CF_BRANCH",
    "BITRISE_PULL_REQUEST",
    "BITRISE_GIT_BRANCH",
    "DRONE_BRANCH",
    "DRONE_REPO_BRANCH",
    "CI_REPO_DEFAULT_BRANCH",
    "CIRCLE_PULL_REQUEST",
    "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
    "CIRCLE_BRANCH",
    "SEMAPHORE_GIT_PR_NUMBER",
    "SEMAPHORE_GIT_BRANCH",
    // The HTTP library reads these, and messages name the proxy.
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// Credentials of catalogs and forges.
const SECRET: [&str; 11] = [
    "PORT_CLIENT_ID",
    "PORT_CLIENT_SECRET",
    "GLINT_CLIENT_ID",
    "GLINT_CLIENT_SECRET",
    "PORTOLAN_SERVE_CLIENT_ID",
    "PORTOLAN_SERVE_CLIENT_SECRET",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITLAB_TOKEN",
    "SYSTEM_ACCESSTOKEN",
    "BITBUCKET_TOKEN",
];

/// How the names of a catalog's credentials begin.
const CATALOG_PREFIXES: [&str; 2] = ["PORT_", "GLINT_"];

/// The environment of the process.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    values: BTreeMap<&'static str, OsString>,
    secrets: BTreeMap<&'static str, Secret>,
    unknown: Vec<String>,
    /// Names that are one slip away from a variable of a catalog, with that variable.
    misspelled: Vec<(String, &'static str)>,
    directory: PathBuf,
    seconds: i64,
    started: i64,
}

impl Environment {
    pub fn of_process() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
        // The folder may have been deleted; then opening a relative path fails and is reported.
        let directory = std::env::current_dir().unwrap_or_default();
        Self::new(std::env::vars_os(), directory, seconds)
    }

    /// An environment from values, for tests.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>, directory: PathBuf, seconds: i64) -> Self {
        let mut environment = Self { directory, seconds, started: seconds, ..Self::default() };
        for (name, value) in variables {
            let Some(name) = name.to_str() else { continue };
            if value.is_empty() {
                // CI systems set a variable to the empty string for "not set".
                continue;
            }
            if SECRET.contains(&name) && value.to_string_lossy().trim().is_empty() {
                continue;
            }
            let ours = VARIABLES.iter().map(|variable| variable.name);
            if let Some(name) = SECRET.into_iter().find(|known| *known == name) {
                environment.secrets.insert(name, Secret::new(value.to_string_lossy()));
            } else if let Some(name) = ours.chain(HEEDED.iter().copied()).find(|known| *known == name) {
                environment.values.insert(name, value);
            } else if name.starts_with("PORTOLAN_") {
                environment.unknown.push(name.to_owned());
            } else if CATALOG_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
                let known = SECRET.into_iter().filter(|known| CATALOG_PREFIXES.iter().any(|it| known.starts_with(it)));
                let meant = single_slip(name, known);
                environment.misspelled.extend(meant.map(|meant| (name.to_owned(), meant)));
            }
        }
        environment.unknown.sort();
        environment.misspelled.sort();
        // The convention for reproducible output.
        if let Some(seconds) = environment.text("SOURCE_DATE_EPOCH").and_then(|text| text.trim().parse().ok()) {
            environment.seconds = seconds;
        }
        environment
    }

    /// The value of a listed variable; `None` also if it is empty.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.values.get(name).map(OsString::as_os_str)
    }

    /// The value as text. Invalid UTF-8 is replaced, so that such a value never matches a known one.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// The value without surrounding white space; `None` also if nothing is left.
    pub fn trimmed(&self, name: &str) -> Option<String> {
        self.text(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub fn has_secret(&self, name: &str) -> bool {
        self.secrets.contains_key(name)
    }

    /// A listed credential. No other method returns it.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name)
    }

    /// Whether this run is in CI; all of portolan uses this answer. `CI` decides if it is set (`CI=false` means no);
    /// otherwise a variable that only a CI system sets.
    pub fn in_ci(&self) -> bool {
        match self.text("CI") {
            Some(value) => is_on(&value),
            None => CI_SYSTEMS.into_iter().any(|name| self.text(name).is_some_and(|value| is_on(&value))),
        }
    }

    /// Unknown variables with portolan's prefix, probably typing errors.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Names that are probably meant to be credentials of a catalog that are not set, each with the name that counts.
    pub fn misspelled_credentials(&self) -> impl Iterator<Item = &(String, &'static str)> {
        self.misspelled.iter().filter(|(_, meant)| !self.has_secret(meant))
    }

    /// The current folder of the process.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// When the process began, in seconds since 1970-01-01 (UTC).
    pub fn started(&self) -> i64 {
        self.started
    }

    /// The folder for what can be made again; `None` if the system names none.
    pub fn cache_folder(&self) -> Option<PathBuf> {
        let path = |name: &str| self.get(name).map(PathBuf::from);
        if let Some(folder) = path("PORTOLAN_CACHE") {
            return Some(self.directory.join(folder));
        }
        let home = |folder: &str| path("HOME").map(|home| home.join(folder));
        // Each system keeps such folders in another place.
        let folder = match std::env::consts::OS {
            "windows" => path("LOCALAPPDATA"),
            "macos" => home("Library/Caches"),
            _ => path("XDG_CACHE_HOME").or_else(|| home(".cache")),
        };
        folder.filter(|folder| folder.is_absolute()).map(|folder| folder.join("portolan"))
    }

    /// Seconds since 1970-01-01 (UTC), or the value of `SOURCE_DATE_EPOCH`.
    pub fn seconds(&self) -> i64 {
        self.seconds
    }
}

/// Variables that identify CI systems which do not set `CI`.
const CI_SYSTEMS: [&str; 7] = [
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "TF_BUILD",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "BUILDKITE",
    "BITBUCKET_BUILD_NUMBER",
];

/// Whether the value of a variable means true.
fn is_on(value: &str) -> bool {
    !matches!(value.trim().to_ascii_lowercase().as_str(), "" | "0" | "false" | "no" | "off" | "n" | "f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_decides_whether_this_is_ci_and_ci_systems_that_do_not_set_it_are_known() {
        let cases: [(&[(&str, &str)], bool); 10] = [
            (&[], false),
            (&[("CI", "true")], true),
            (&[("CI", "1")], true),
            (&[("CI", "woodpecker")], true),
            (&[("CI", "false")], false),
            (&[("CI", "False"), ("GITHUB_ACTIONS", "true")], false),
            (&[("CI", "0")], false),
            (&[("CI", "")], false),
            (&[("TF_BUILD", "True")], true),
            (&[("JENKINS_URL", "https://ci.example.com/")], true),
        ];
        for (variables, expected) in cases {
            let given = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
            assert_eq!(Environment::new(given, PathBuf::from("/"), 5).in_ci(), expected, "{variables:?}");
        }
    }

    #[test]
    fn keeps_what_is_on_the_list_and_shows_no_secret() {
        let given = [
            ("PORTOLAN_TARGET", "staging"),
            ("PORTOLAN_SCOPE", ""),
            ("PORTOLAN_CATLOG", "eu"),
            ("PORT_CLIENT_SECRET", "hunter2"),
            ("PAGER", "less"),
            ("SOURCE_DATE_EPOCH", "86400"),
        ];
        let given = given.map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let environment = Environment::new(given, PathBuf::from("/"), 5);
        assert_eq!(environment.text("PORTOLAN_TARGET").as_deref(), Some("staging"));
        assert_eq!(environment.get("PORTOLAN_SCOPE"), None);
        assert_eq!(environment.get("PAGER"), None);
        assert_eq!(environment.unknown(), ["PORTOLAN_CATLOG"]);
        assert!(environment.has_secret("PORT_CLIENT_SECRET") && !environment.has_secret("PORT_CLIENT_ID"));
        assert_eq!(environment.secret("PORT_CLIENT_SECRET").map(Secret::reveal), Some("hunter2"));
        assert_eq!(environment.get("PORT_CLIENT_SECRET"), None);
        assert!(!format!("{environment:?}").contains("hunter2"));
        assert_eq!(environment.seconds(), 86_400);
    }
}
