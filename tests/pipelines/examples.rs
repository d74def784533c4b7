//! The generated examples of pipelines, with and without a published repository.

pub use crate::testkit::pipeline_examples::render;
use crate::testkit::pipeline_examples::{COPIED_ACTION, SOURCE_VARIABLES};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The repository of the published variant.
pub const SAMPLE: &str = "https://github.com/acme/portolan";

/// `uses:` and `include:` of a file, without the actions of others, which are pinned.
fn sources(text: &str) -> Vec<&str> {
    let keys = ["uses: ", "- local: ", "- remote: ", "- project: "];
    let values = text.lines().filter_map(|line| {
        let line = line.trim_start();
        keys.iter().find_map(|key| line.strip_prefix(key).or_else(|| line.strip_prefix("- ")?.strip_prefix(key)))
    });
    values.filter(|value| !value.starts_with("actions/")).collect()
}

fn is_example(path: &str) -> bool {
    path.starts_with("docs/pipelines/")
}

#[test]
fn without_a_repository_the_examples_name_none() {
    let files = render(None);
    assert_eq!(files.len(), 8, "{:?}", files.keys());
    for (path, text) in &files {
        assert!(!text.contains("acme/") && !text.contains("OWNER") && !text.contains("://"), "{path}");
        assert!(!has_placeholder(text), "{path}:\n{text}");
        if is_example(path) {
            let copies = [COPIED_ACTION, "/.gitlab/portolan-template.yml"];
            let sources = sources(text);
            assert!(!sources.is_empty() && sources.iter().all(|it| copies.contains(it)), "{path}: {sources:?}");
            assert!(text.contains(SOURCE_VARIABLES), "{path}: nothing says what is built");
        }
    }
    assert!(files["ci/gitlab.yml"].contains("\n    version:\n") && files["ci/gitlab.yml"].contains("default: \"\"\n"));
}

#[test]
fn with_a_repository_the_examples_name_it_and_the_version() {
    for (path, text) in &render(Some(SAMPLE)) {
        assert!(!has_placeholder(text), "{path}:\n{text}");
        if is_example(path) {
            let released = [
                format!("acme/portolan@v{VERSION}"),
                format!("https://raw.githubusercontent.com/acme/portolan/v{VERSION}/ci/gitlab.yml"),
            ];
            let sources = sources(text);
            assert!(!sources.is_empty() && sources.iter().all(|it| released.contains(&(*it).to_owned())), "{path}");
            assert!(!text.contains("SOURCE_"), "{path}: a release is installed, not built");
        } else {
            assert!(text.contains(&format!("default: \"{VERSION}\"")), "{path}");
        }
    }
}

/// `@NAME@`, which no template keeps.
fn has_placeholder(text: &str) -> bool {
    let words = text.split('@').skip(1);
    words.into_iter().any(|word| !word.is_empty() && word.bytes().all(|it| it.is_ascii_uppercase() || it == b'_'))
}
