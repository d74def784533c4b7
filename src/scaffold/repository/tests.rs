//! Tests files as users have them and their edited versions: every existing byte is preserved.

use std::collections::BTreeMap;

use serde_json::Value;

use super::editor::{self, Schema};
use super::*;
use crate::domain::platform::PORT;

fn read(text: &str) -> Option<Value> {
    serde_yaml::from_str(text).ok()
}

/// The draft for a repository with these files.
fn drafted(files: &[(&str, &str)], change: impl FnOnce(&mut Facts<'_>)) -> Draft {
    let texts: BTreeMap<String, String> = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let mut facts = Facts {
        platform: &PORT,
        catalog: None,
        pipeline_catalog: None,
        has_catalog: true,
        delivery: None,
        pushes: true,
        drift_jobs: None,
        scope: Some("acme/catalog"),
        include: &[],
        exclude: &[],
        ci: CiSystem::Other,
        branch: "main",
        folder: "",
        has_config: true,
        wants_hook: false,
        unignored: &[],
        wants_attributes: false,
        published: Some("9.8.7"),
        source: "",
        texts: &texts,
        read: &read,
    };
    change(&mut facts);
    draft(&facts)
}

const UNIGNORED: [&str; 2] = [ignored::PATTERNS[0].0, ignored::PATTERNS[1].0];

fn hooked(before: &str) -> Draft {
    drafted(&[(".pre-commit-config.yaml", before)], |facts| facts.wants_hook = true)
}

/// The added lines; all others must be unchanged.
fn added<'a>(before: &str, after: &'a str) -> Vec<&'a str> {
    let mut old = before.split_inclusive('\n').peekable();
    let new = after.split_inclusive('\n').filter(|line| old.next_if(|old| old.trim_end() == line.trim_end()).is_none());
    let new: Vec<&str> = new.collect();
    assert_eq!(old.next(), None, "a line is gone:\n{after}");
    new
}

const STYLES: [&str; 6] = [
    "repos:\n  - repo: https://x\n    rev: v1\n    hooks:\n      - id: a # kept\n",
    "# top\nrepos:\n- repo: https://x\n  rev: v1\n  hooks:\n  - id: a\n\n# the end\ndefault_stages: [pre-commit]\n",
    "repos:   # ours\n    -   repo: https://x\n        rev: v1\n        hooks:\n        -   id: a",
    "---\nminimum_pre_commit_version: \"3.2.0\"\nrepos:\n  - repo: https://x\n    hooks: [{id: a}]\n    rev: v1\n\n",
    "repos:\r\n  - repo: https://x\r\n    rev: v1\r\n    hooks:\r\n      - id: a\r\nfail_fast: true\r\n",
    "ci:\n  skip: [x]\n",
];

#[test]
fn a_hook_joins_those_that_are_there_and_nothing_else_changes() {
    for before in STYLES {
        let draft = hooked(before);
        let [file] = draft.files.as_slice() else { panic!("{before}: {draft:?}") };
        let lines = added(before, &file.after);
        assert!(lines.iter().any(|line| line.contains("entry: portolan lint --pre-commit")), "{}", file.after);
        let is_windows = before.contains("\r\n");
        assert!(lines.iter().all(|line| line.ends_with("\r\n") == is_windows), "{lines:?}");
        let hooks = read(&file.after).expect("YAML");
        let last = hooks["repos"].as_array().and_then(|all| all.last()).expect("a repository");
        assert_eq!(last["hooks"][0]["additional_dependencies"][0], "portolan-gitops==9.8.7");
        assert_eq!(hooks["default_install_hook_types"], serde_json::json!(["pre-commit", "pre-merge-commit"]));
        // A second run finds the hook.
        is_left_alone(&hooked(&file.after));
    }
}

#[test]
fn the_hook_of_a_folder_is_not_that_of_the_top() {
    let top = hooked("");
    let [file] = top.files.as_slice() else { panic!("{top:?}") };
    let of_folder = |folder: &'static str, before: &str| {
        drafted(&[(".pre-commit-config.yaml", before)], |facts| {
            facts.wants_hook = true;
            facts.folder = folder;
        })
    };
    // Whichever hook comes first, the other is added next to it, and neither is mistaken for the other.
    let both = of_folder("teams/pay", &file.after);
    let [file] = both.files.as_slice() else { panic!("{both:?}") };
    let other = of_folder("teams/pay", "");
    let other = hooked(&other.files[0].after);
    for after in [&file.after, &other.files[0].after] {
        let hooks = read(after).expect("YAML");
        let names: Vec<&Value> = (0..2).map(|at| &hooks["repos"][at]["hooks"][0]["name"]).collect();
        assert!(names.contains(&&Value::from("portolan lint")), "{after}");
        assert!(names.contains(&&Value::from("portolan lint (teams/pay)")), "{after}");
        is_left_alone(&hooked(after));
        is_left_alone(&of_folder("teams/pay", after));
    }
}

#[test]
fn an_empty_list_of_hooks_is_begun() {
    for before in ["repos: []\n", "repos: [] # none yet\nfail_fast: true\n", "repos:\n", "repos: null\n"] {
        let draft = hooked(before);
        let after = match draft.files.as_slice() {
            [file] => read(&file.after).expect("YAML"),
            // A bare key is unusual enough to be left alone.
            _ => {
                assert_eq!(draft.pastes.len(), 1, "{before}: {draft:?}");
                continue;
            }
        };
        assert_eq!(after["repos"].as_array().map(Vec::len), Some(1), "{before}");
    }
}

#[test]
fn what_is_odd_is_left_alone_and_the_lines_are_shown() {
    for before in [
        "repos: [{repo: https://x, rev: v1, hooks: [{id: a}]}]\n",
        "{repos: []}\n",
        "repos: &all\n  - repo: https://x\n    hooks: []\n",
        "repos:\n  - repo: x\n    hooks: []\n---\nrepos: []\n",
        "repos: [\n",
        "- a\n",
        "repos:\n  other: map\n",
        "repos:\n  - |\n    a block\n  \n text that is\n: odd\n",
    ] {
        let draft = hooked(before);
        assert!(draft.files.is_empty(), "{before}: {draft:?}");
        let [paste] = draft.pastes.as_slice() else { panic!("{before}: {draft:?}") };
        let shown = shown(paste);
        assert!(shown.contains("- repo: local\n") && shown.contains("default_install_hook_types: ["), "{shown}");
        assert!(paste.parts.iter().all(|part| read(&part.lines).is_some()), "{shown}");
    }
}

/// All lines that are shown.
fn shown(paste: &Paste) -> String {
    paste.parts.iter().map(|part| part.lines.as_str()).collect()
}

#[test]
fn a_hook_of_ours_is_enough_however_it_came() {
    for before in [
        "repos:\n  - repo: https://example.com/portolan\n    rev: v1\n    hooks: [{id: portolan-lint}]\n",
        "repos:\n  - repo: local\n    hooks: [{id: x, entry: portolan lint --staged, language: system}]\n",
    ] {
        is_left_alone(&hooked(before));
    }
}

/// Checks that nothing is written, and that the file is listed as unchanged.
#[track_caller]
fn is_left_alone(draft: &Draft) {
    assert!(draft.files.is_empty() && draft.pastes.is_empty() && draft.kept.len() == 1, "{draft:?}");
}

#[test]
fn the_types_of_hooks_that_are_listed_already_stay() {
    for (listed, all) in [
        ("default_install_hook_types: [pre-push]", vec!["pre-push", "pre-commit", "pre-merge-commit"]),
        (
            "default_install_hook_types: [pre-commit, pre-push] # ours",
            vec!["pre-commit", "pre-push", "pre-merge-commit"],
        ),
        (
            "default_install_hook_types:\n  - commit-msg\n  - pre-commit",
            vec!["commit-msg", "pre-commit", "pre-merge-commit"],
        ),
        ("default_install_hook_types: [pre-merge-commit, pre-commit]", vec!["pre-merge-commit", "pre-commit"]),
        ("default_install_hook_types: []", vec!["pre-commit", "pre-merge-commit"]),
    ] {
        let before = format!("{listed}\nrepos:\n  - repo: https://x\n    rev: v1\n    hooks: [{{id: a}}]\n");
        let draft = hooked(&before);
        let [file] = draft.files.as_slice() else { panic!("{before}: {draft:?}") };
        let hooks = read(&file.after).expect("YAML");
        assert_eq!(hooks["default_install_hook_types"], serde_json::json!(all), "{}", file.after);
        assert_eq!(file.after.contains("# ours"), before.contains("# ours"));
    }
    // A value that is not a list must be changed by the user.
    let draft = hooked("default_install_hook_types: pre-push\nrepos: []\n");
    let list = "default_install_hook_types:\n  - \"pre-push\"\n  - pre-commit\n  - pre-merge-commit\n";
    assert!(draft.files.is_empty() && draft.pastes[0].parts[0].lines == list, "{draft:?}");
}

#[test]
fn a_build_from_source_pins_no_version() {
    for ci in [CiSystem::Github, CiSystem::Gitlab] {
        let drafts = [Some("9.8.7"), None].map(|published| {
            drafted(&[], |facts| {
                facts.ci = ci;
                facts.published = published;
                facts.wants_hook = true;
                facts.source = "https://git.example.com/portolan";
            })
        });
        let [release, source] = drafts.map(|draft| draft.files.into_iter().map(|file| file.after).collect::<Vec<_>>());
        let [hook, jobs] = [&release[0], &release[1]];
        assert_eq!(read(hook).expect("YAML")["repos"][0]["hooks"][0]["language"], "python");
        assert!([hook, jobs].iter().all(|text| text.contains("portolan-gitops==9.8.7")), "{jobs}");
        assert!(!jobs.contains("SOURCE_"), "{jobs}");
        let hook = &read(&source[0]).expect("YAML")["repos"][0]["hooks"][0];
        assert_eq!((&hook["language"], &hook["additional_dependencies"]), (&"system".into(), &Value::Null));
        let all = source.concat();
        assert!(!all.contains("portolan-gitops") && !all.contains("9.8.7"), "{all}");
        assert!(source[1].contains("built from source") && source[1].contains("cargo install --locked --git"), "{all}");
        assert!(source[1].contains("SOURCE_REPOSITORY: \"https://git.example.com/portolan\"\n"), "{all}");
    }
}

fn gitlab(before: &str) -> Draft {
    drafted(&[(".gitlab-ci.yml", before)], |facts| facts.ci = CiSystem::Gitlab)
}

#[test]
fn a_pipeline_includes_the_jobs_and_its_stages_are_heeded() {
    for (before, test, deploy) in [
        ("build:\n  script: [make]\n", "test", "deploy"),
        ("stages: [check, ship]\ninclude:\n  - local: /a.yml\n\nx:\n  stage: check\n  script: y\n", "check", "ship"),
        ("include:\n- project: a/b\n  file: c.yml\nstages:\n- test\n- z\n", "test", "z"),
    ] {
        let draft = gitlab(before);
        let file = draft.files.iter().find(|file| file.path == ".gitlab-ci.yml").expect("it is changed");
        added(before, &file.after);
        let pipeline = read(&file.after).expect("YAML");
        let include = pipeline["include"].as_array().and_then(|all| all.last()).expect("an include");
        assert_eq!(include["local"], ".gitlab/portolan.yml");
        let jobs = draft.files.iter().find(|file| file.path == ".gitlab/portolan.yml").expect("the jobs");
        let jobs = read(&jobs.after).expect("YAML");
        assert_eq!(jobs["portolan-lint"]["stage"], test);
        assert_eq!(jobs["portolan-push"]["stage"], deploy);
    }
    for before in ["include: a.yml\n", "include:\n  local: a.yml\n", "spec:\n  inputs: {}\n---\na:\n  script: b\n"] {
        let draft = gitlab(before);
        assert!(draft.pastes.iter().any(|paste| paste.path == ".gitlab-ci.yml"), "{before}: {draft:?}");
    }
}

#[test]
fn no_placeholder_is_left_in_what_is_written() {
    for (ci, published) in
        [CiSystem::Github, CiSystem::Gitlab].into_iter().flat_map(|ci| [(ci, None), (ci, Some("9.8.7"))])
    {
        for has_catalog in [true, false] {
            for folder in ["", "services/Der Katalog"] {
                let draft = drafted(&[], |facts| {
                    facts.ci = ci;
                    facts.published = published;
                    facts.wants_attributes = true;
                    facts.has_catalog = has_catalog;
                    facts.folder = folder;
                    facts.has_config = false;
                    facts.wants_hook = true;
                    facts.unignored = &UNIGNORED;
                    facts.pipeline_catalog = Some("https://catalog.acme.example");
                });
                for file in &draft.files {
                    let hole = file
                        .after
                        .lines()
                        .find(|line| line.contains('@') && !line.contains("actions/") && !line.contains("\"$@\""));
                    assert!(hole.is_none(), "{}: {hole:?}", file.path);
                    assert!(
                        file.path.starts_with(".git") && !file.path.contains('/') || read(&file.after).is_some(),
                        "{}",
                        file.after
                    );
                }
                let says = |word: &str| draft.files.iter().any(|file| file.after.contains(word));
                assert_eq!(says("portolan push"), has_catalog);
                assert!(says("PORTOLAN_CATALOG"));
            }
        }
    }
}

#[test]
fn the_config_names_its_schema_where_that_has_an_address() {
    let config = |source: &'static str, published| {
        let draft = drafted(&[], |facts| {
            facts.has_config = false;
            facts.source = source;
            facts.published = published;
        });
        draft.files[0].after.clone()
    };
    let line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let of = |revision: &str| {
        format!("# yaml-language-server: $schema=https://raw.githubusercontent.com/a/b/{revision}/schemas/config.json")
    };
    assert_eq!(line(config("https://github.com/a/b", Some("9.8.7"))), of("v9.8.7"));
    assert_eq!(line(config("https://github.com/a/b", None)), of("HEAD"));
    assert!(!config("", Some("9.8.7")).contains("$schema"));
}

#[test]
fn files_of_ours_that_somebody_changed_stay() {
    let draft = drafted(&[(".github/workflows/portolan.yml", "name: mine\n")], |facts| facts.ci = CiSystem::Github);
    assert_eq!(
        draft.kept.iter().map(|kept| kept.path.as_str()).collect::<Vec<_>>(),
        [".github/workflows/portolan.yml"]
    );
    assert_eq!(draft.files, []);
}

#[test]
fn the_jobs_comment_by_the_verb_and_bring_no_script() {
    for ci in [CiSystem::Github, CiSystem::Gitlab] {
        let draft = drafted(&[], |facts| facts.ci = ci);
        assert!(draft.files.iter().any(|file| file.after.contains("portolan comment \"$")), "{draft:?}");
        assert!(draft.files.iter().all(|file| file.path.ends_with(".yml")), "{draft:?}");
    }
}

#[test]
fn git_is_told_what_to_leave_out() {
    let ignored = |before: &str| {
        let draft = drafted(&[(".gitignore", before)], |facts| facts.unignored = &UNIGNORED);
        draft.files.into_iter().map(|file| file.after).collect::<String>()
    };
    let windows = ignored("target\r\n");
    assert!(windows.starts_with("target\r\n# ") && windows.ends_with("local.db*\r\n.portolan/last-push.json\r\n"));
    assert!(ignored("target").starts_with("target\n# "));
    // An existing line whose effect a later line undoes is not added again.
    let partly = ignored(".portolan/local.db*\n!.portolan/local.db\n");
    assert!(partly.ends_with(".portolan/last-push.json\n") && partly.matches("local.db*").count() == 1, "{partly}");
}

#[test]
fn the_attributes_of_the_user_are_extended() {
    let attributes = |before: &str| {
        let draft = drafted(&[(".gitattributes", before)], |facts| facts.wants_attributes = true);
        draft.files.into_iter().map(|file| file.after).collect::<String>()
    };
    let after = attributes("* text=auto\r\n*.bin -text");
    assert!(after.starts_with("* text=auto\r\n*.bin -text\r\n# "), "{after}");
    assert!(after.ends_with("known-entities.txt merge=union\r\n.portolan/source.json merge=union\r\n"), "{after}");
    assert_eq!(attributes(".portolan/* merge=ours\n"), "");
    assert_eq!(attributes(&after), "");
}

#[test]
fn the_editor_learns_of_the_schema_where_its_settings_are_plain() {
    let globs = ["catalog/**/*.{yaml,yml}".to_owned(), "**/port.yml".to_owned(), "*.{yaml,yml}".to_owned()];
    let schema = Schema { file: ".portolan/manifest.schema.json", globs: &globs };
    let edited = |before: Option<&str>| {
        let mut draft = Draft::default();
        editor::draft(".vscode/settings.json".to_owned(), before, &schema, &mut draft);
        draft
    };
    for before in
        [None, Some(""), Some("{}"), Some("{\n}\n"), Some("{\r\n    \"a\": 1\r\n}\r\n"), Some("{\"a\": {\"b\": 2}}")]
    {
        let draft = edited(before);
        let [file] = draft.files.as_slice() else { panic!("{before:?}: {draft:?}") };
        let json: Value = serde_json::from_str(&file.after).expect("JSON");
        assert_eq!(json["yaml.schemas"][schema.file], serde_json::json!(globs), "{}", file.after);
        is_left_alone(&edited(Some(&file.after)));
    }
    for before in ["{\n  // mine\n  \"a\": 1\n}\n", "{\"yaml.schemas\": {\"x\": \"y\"}}", "[1]"] {
        let draft = edited(Some(before));
        assert!(draft.files.is_empty() && draft.pastes.len() == 1, "{before}: {draft:?}");
    }
}

#[test]
fn the_examples_are_what_they_should_be() {
    for (path, text) in example::FILES {
        if path.ends_with(".json") {
            let json: Value = serde_json::from_str(text).expect("JSON");
            assert!(
                crate::domain::blueprint::Blueprint::from_json(json).is_ok_and(|(_, flaws)| flaws.is_empty()),
                "{path}"
            );
        } else {
            assert!(read(&text.replace("@API@", &PORT.api_version())).is_some(), "{path}");
        }
    }
}

/// Every pipeline, for every choice that changes it.
fn for_every_pipeline(check: impl Fn(&Draft, CiSystem, [bool; 3], &str)) {
    for ci in CiSystem::ALL {
        for choice in 0..16 {
            let is_on = |bit: u32| choice >> bit & 1 == 1;
            let (is_published, has_catalog, pushes) = (is_on(0), is_on(1), is_on(2));
            let folder = if is_on(3) { "services/It's a `cart`" } else { "" };
            let draft = drafted(&[], |facts| {
                facts.ci = ci;
                facts.published = is_published.then_some("9.8.7");
                facts.source = "https://git.example.com/portolan";
                facts.has_catalog = has_catalog;
                facts.pushes = pushes;
                facts.drift_jobs = Some(ci);
                facts.folder = folder;
                facts.pipeline_catalog = has_catalog.then_some("https://catalog.acme.example");
            });
            check(&draft, ci, [is_published, has_catalog, pushes], folder);
        }
    }
}

#[test]
fn every_pipeline_is_whole_and_pushes_only_what_is_pushed_from_here() {
    for_every_pipeline(|draft, ci, [is_published, has_catalog, pushes], folder| {
        let text: String = draft.files.iter().map(|file| file.after.as_str()).collect();
        let says = |word: &str| text.contains(word);
        let case = format!("{ci:?} {is_published} {has_catalog} {pushes} {folder:?}\n{text}");
        assert!(draft.pastes.is_empty() && draft.files.iter().all(|file| is_pipeline_file(&file.path)), "{draft:?}");
        for file in &draft.files {
            assert!(!file.after.contains('\t') && file.after.ends_with('\n'), "{case}");
            assert!(!file.after.lines().any(|line| line.ends_with(' ')), "{case}");
            let placeholder = |part: &str| part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            assert!(!file.after.split('@').any(|part| placeholder(part) && part != "END"), "{case}");
            assert!(
                !file.after.contains("@if") && !file.after.contains("@end") && !file.after.contains("@else"),
                "{case}"
            );
            if !file.path.starts_with("Jenkinsfile") {
                assert!(read(&file.after).is_some_and(|yaml| yaml.is_object()), "{}: {case}", file.path);
            }
        }
        assert!(says("portolan lint --require-snapshot"), "{case}");
        assert_eq!(says("portolan diff"), has_catalog, "{case}");
        assert_eq!(says("portolan push") && !says("pushes nothing"), has_catalog && pushes, "{case}");
        assert_eq!(says("portolan cluster forecast"), has_catalog && !pushes, "{case}");
        assert_eq!(says("PORTOLAN_CATALOG"), has_catalog, "{case}");
        assert_eq!(says("9.8.7"), is_published, "{case}");
        assert_eq!(says("cargo install --locked --git"), !is_published, "{case}");
        assert_eq!(says("cart"), !folder.is_empty(), "{case}");
    });
}

fn is_pipeline_file(path: &str) -> bool {
    is_pipeline(path) || path.starts_with(".git")
}

/// The names of the jobs and of what they use have the folder's name in them, so that two folders can share a file.
#[test]
fn the_jobs_of_a_folder_have_names_of_their_own() {
    for ci in [CiSystem::Bitbucket, CiSystem::Circleci] {
        let draft_of = |folder: &'static str, before: Option<&str>| {
            let path = if ci == CiSystem::Bitbucket { bitbucket::PATH } else { circleci::PATH };
            let files: Vec<(&str, &str)> = before.map(|text| (path, text)).into_iter().collect();
            drafted(&files, |facts| {
                facts.ci = ci;
                facts.folder = folder;
            })
        };
        let top = draft_of("", None);
        let [file] = top.files.as_slice() else { panic!("{top:?}") };
        is_left_alone(&draft_of("", Some(&file.after)));
        // The other folder's jobs are shown, because the file holds jobs already.
        let cart = draft_of("services/cart", Some(&file.after));
        let [paste] = cart.pastes.as_slice() else { panic!("{cart:?}") };
        let shown = shown(paste);
        assert!(cart.files.is_empty() && shown.contains("portolan-push-services-cart"), "{cart:?}");
        let both = format!("{}\n{shown}", file.after);
        is_left_alone(&draft_of("services/cart", Some(&both)));
        is_left_alone(&draft_of("", Some(&both)));
        let names = |text: &str| {
            let yaml = read(text).expect("YAML");
            let keys = |place: &Value| {
                place.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
            };
            [keys(&yaml["jobs"]), keys(&yaml["commands"]), keys(&yaml["executors"]), keys(&yaml["pipelines"]["custom"])]
                .concat()
        };
        let alone = draft_of("services/cart", None);
        let (of_top, of_cart) = (names(&file.after), names(&alone.files[0].after));
        assert!(of_cart.iter().all(|name| shown.contains(name)), "{of_cart:?} {shown}");
        assert!(!of_top.is_empty() && of_cart.iter().all(|name| !of_top.contains(name)), "{of_top:?} {of_cart:?}");
    }
    // An existing file of something else stays, and Jenkins can have two.
    let draft = drafted(&[("Jenkinsfile", "pipeline { agent any }\n")], |facts| facts.ci = CiSystem::Jenkins);
    assert_eq!(draft.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["Jenkinsfile.portolan"]);
}

#[test]
fn a_name_is_one_word_for_each_reader() {
    for (text, shell, groovy) in [
        ("services/cart", "services/cart", "'services/cart'"),
        ("it's $(x) \\", r"'it'\''s $(x) \'", r"'it\'s $(x) \\'"),
        ("", "''", "''"),
    ] {
        assert_eq!((names::shell_word(text).as_str(), names::groovy_word(text).as_str()), (shell, groovy));
    }
}
