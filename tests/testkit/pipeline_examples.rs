//! The examples in `docs/pipelines` and the GitLab template, generated from `ci/examples` and `ci/gitlab/template.yml`. They
//! name the repository of Cargo.toml. Without one they work from a copy of the source: a copied action, and a build.

use std::collections::BTreeMap;
use std::path::Path;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where a user puts the copy of `action.yml` and its scripts.
pub const COPIED_ACTION: &str = "./.github/portolan";

const GITHUB_SOURCE_NOTE: &str = "\
# portolan comes from the copy of its action in .github/portolan and from the PATH. Where the runner has no portolan, the
# action builds the commit SOURCE_COMMIT of the Git repository SOURCE_REPOSITORY, which takes some minutes.
";
const GITLAB_SOURCE_NOTE: &str = "\
# .gitlab/portolan-template.yml is a copy of ci/gitlab.yml. Where the image has no portolan, the jobs build the commit
# SOURCE_COMMIT of the Git repository SOURCE_REPOSITORY, which takes some minutes.
";
pub const SOURCE_VARIABLES: &str = "  SOURCE_REPOSITORY: \"\"\n  SOURCE_COMMIT: \"\"\n";

/// `repository` of Cargo.toml.
pub fn repository() -> Option<&'static str> {
    Some(env!("CARGO_PKG_REPOSITORY")).filter(|url| !url.is_empty())
}

/// The generated files by path, as they are with this repository, or without one.
pub fn render(repository: Option<&str>) -> BTreeMap<String, String> {
    let slug = repository.map(|url| url.strip_prefix("https://github.com/").expect("a repository on GitHub"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(root.join("ci/examples")).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_name().expect("a name").to_str().expect("our names are UTF-8").to_owned();
        let template = std::fs::read_to_string(&path).expect("templates can be read");
        let text = if name.starts_with("gitlab") { gitlab(&template, slug) } else { github(&template, slug) };
        files.insert(format!("docs/pipelines/{name}"), text);
    }
    let template = std::fs::read_to_string(root.join("ci/gitlab/template.yml")).expect("the file is there");
    files.insert("ci/gitlab.yml".to_owned(), gitlab_template(&template, repository.is_some()));
    files
}

fn github(template: &str, slug: Option<&str>) -> String {
    let (action, note, environment, minutes) = match slug {
        Some(slug) => {
            let note = format!("# To pin a commit, use the one that the tag v{VERSION} points to.\n");
            (format!("{slug}@v{VERSION}"), note, String::new(), "10")
        }
        None => {
            let environment = format!("env:\n{SOURCE_VARIABLES}");
            (COPIED_ACTION.to_owned(), GITHUB_SOURCE_NOTE.to_owned(), environment, "30")
        }
    };
    template
        .replace("@ACTION@", &action)
        .replace("@NOTE@", &note)
        .replace("@ENV@", &environment)
        .replace("@MINUTES@", minutes)
}

fn gitlab(template: &str, slug: Option<&str>) -> String {
    let (include, note, variables) = match slug {
        Some(slug) => {
            let url = format!("https://raw.githubusercontent.com/{slug}/v{VERSION}/ci/gitlab.yml");
            (format!("remote: {url}"), "", String::new())
        }
        None => {
            let variables = format!("\nvariables:\n{SOURCE_VARIABLES}");
            ("local: /.gitlab/portolan-template.yml".to_owned(), GITLAB_SOURCE_NOTE, variables)
        }
    };
    template.replace("@INCLUDE@", &include).replace("@NOTE@", note).replace("@VARIABLES@", &variables)
}

fn gitlab_template(template: &str, is_published: bool) -> String {
    let (version, image, description) = if is_published {
        (VERSION, "alpine:3.22", "Image with apk, or with portolan")
    } else {
        ("", "rust:1.95-alpine", "Image with apk and cargo, or with portolan")
    };
    template.replace("@VERSION@", version).replace("@IMAGE_DESCRIPTION@", description).replace("@IMAGE@", image)
}
