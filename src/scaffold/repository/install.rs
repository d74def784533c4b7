//! How hooks and jobs install portolan: a published release is installed by its version. A build from source has no
//! version that could be installed, so the jobs use the portolan on the PATH, or build a commit that the user names.

use super::facts::Facts;
use super::names::{quoted, shell_word};

/// The lines of a GitHub workflow and of GitLab jobs that depend on the build.
pub(super) struct Install {
    /// The `env:` of the workflow.
    pub github_env: String,
    /// A step, without the final line ending.
    pub github_step: String,
    /// The timeout of a job that installs and lints.
    pub github_minutes: &'static str,
    pub gitlab_note: &'static str,
    pub gitlab_image: &'static str,
    /// More lines of the jobs' `variables:`.
    pub gitlab_variables: String,
    /// Items of `before_script:`, without the final line ending.
    pub gitlab_script: String,
}

pub(super) const SOURCE_NOTE: &str = "\
# A portolan that was built from source wrote this file, so there is no published version to install. The jobs use the
# portolan on the PATH. Where there is none, they build the commit SOURCE_COMMIT of the Git repository SOURCE_REPOSITORY,
# which takes some minutes.
";

/// The script for all CI systems: it requires `cargo` only if portolan is not installed.
const BUILD: &str = r#"if ! command -v portolan >/dev/null; then
  if [ -z "$SOURCE_REPOSITORY" ] || [ -z "$SOURCE_COMMIT" ]; then
    echo '@ERROR@portolan is not on the PATH. Provide it there, or set SOURCE_REPOSITORY and SOURCE_COMMIT in @FILE@ to build it.'
    exit 1
  fi
@PREPARE@  cargo install --locked --git "$SOURCE_REPOSITORY" --rev "$SOURCE_COMMIT" @ROOT@portolan
fi"#;

const RELEASE_IMAGE: &str = "python:3.13-alpine";
const SOURCE_IMAGE: &str = "rust:1.95-alpine";
const ALPINE_TOOLS: &str = "  apk add --no-cache gcc git make musl-dev\n";

/// The parameters of the script that builds portolan.
pub(super) struct Build<'b> {
    /// The prefix of the error.
    pub error: &'b str,
    /// The place to set the commit in, for the error.
    pub file: &'b str,
    /// Lines before the build.
    pub prepare: &'b str,
    /// The option for the folder to install into, with a space after it.
    pub root: &'b str,
}

impl Build<'_> {
    pub fn script(&self) -> String {
        let script = BUILD.replace("@ERROR@", self.error).replace("@FILE@", self.file);
        script.replace("@PREPARE@", self.prepare).replace("@ROOT@", self.root)
    }
}

/// The image with apk in which [`alpine_script`] runs.
pub(super) fn alpine_image(facts: &Facts<'_>) -> &'static str {
    if facts.published.is_some() { RELEASE_IMAGE } else { SOURCE_IMAGE }
}

/// Installs portolan in an Alpine container whose variables are set outside of the file. `place`: where they are set.
pub(super) fn alpine_script(facts: &Facts<'_>, place: &str) -> String {
    let Some(version) = facts.published else {
        let build = Build { error: "", file: place, prepare: ALPINE_TOOLS, root: "" }.script();
        return format!("SOURCE_REPOSITORY=${{SOURCE_REPOSITORY:-{}}}\n{build}", shell_word(facts.source));
    };
    alpine_release(version)
}

fn alpine_release(version: &str) -> String {
    format!("apk add --no-cache git\npip install --quiet --root-user-action=ignore \"portolan-gitops=={version}\"")
}

/// The timeout of a job that installs and lints.
pub(super) fn minutes(facts: &Facts<'_>) -> &'static str {
    if facts.published.is_some() { "15" } else { "30" }
}

impl Install {
    /// `file`: the path of the workflow or of the jobs, for the error of a job that finds no portolan.
    pub fn of(facts: &Facts<'_>, file: &str) -> Self {
        match facts.published {
            Some(version) => Self::of_release(version),
            None => Self::of_source(facts.source, file),
        }
    }

    fn of_release(version: &str) -> Self {
        Self {
            github_env: format!("env:\n  PORTOLAN: portolan-gitops=={version}\n"),
            github_step: "      - name: Install portolan\n        run: pipx install \"$PORTOLAN\"".to_owned(),
            github_minutes: "15",
            gitlab_note: "",
            gitlab_image: RELEASE_IMAGE,
            gitlab_variables: String::new(),
            gitlab_script: alpine_release(version)
                .lines()
                .map(|line| format!("    - {line}"))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    fn of_source(repository: &str, file: &str) -> Self {
        let source = |indentation: &str| {
            format!("{indentation}SOURCE_REPOSITORY: {}\n{indentation}SOURCE_COMMIT: \"\"\n", quoted(repository))
        };
        let script = |error: &str, prepare: &str, indentation: &str| {
            let script = Build { error, file, prepare, root: "" }.script();
            script.lines().map(|line| format!("{indentation}{line}")).collect::<Vec<_>>().join("\n")
        };
        Self {
            github_env: format!("{SOURCE_NOTE}env:\n{}", source("  ")),
            github_step: format!(
                "      - name: Install portolan\n        run: |\n{}",
                script("::error title=portolan::", "", "          ")
            ),
            github_minutes: "30",
            gitlab_note: SOURCE_NOTE,
            gitlab_image: SOURCE_IMAGE,
            gitlab_variables: source("    "),
            gitlab_script: format!("    - |\n{}", script("", ALPINE_TOOLS, "      ")),
        }
    }
}
