//! Tests what users type and which values result.

use std::io;

use serde_json::json;

use super::*;
use crate::commands::workspace::git::Git;
use crate::commands::workspace::open::Workspace;
use crate::settings::{self, Environment};

fn blueprint() -> Blueprint {
    let raw = json!({
        "identifier": "service",
        "schema": {
            "properties": {
                "language": {"type": "string", "enum": ["rust", "go", "golo"]},
                "code": {"type": "string", "pattern": "^CC-[0-9]+$"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "notes": {"type": "string"},
            },
            "required": ["language", "code", "tags"],
        },
        "relations": {"system": {"target": "system", "required": true}, "uses": {"target": "system", "many": true}},
    });
    Blueprint::from_json(raw).expect("a blueprint").0
}

/// The manifest's values after these lines, or nothing if the input ended early.
fn answered(lines: &str) -> Option<EntityValues> {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = Environment::new([], folder.path().to_owned(), 0);
    let settings = settings::resolve(&settings::Request::default(), &environment, &[]).expect("there is no config");
    let git = Git::new(&settings, &environment);
    let workspace = Workspace::of_work_tree(&settings, &git).expect("the globs are fine");
    let config = LintConfig::of(&workspace, &environment);
    let mut candidates = Candidates::default();
    candidates.add("system", "booking");
    candidates.add("system", "edge");
    let mut prompt = Prompt::new(Box::new(io::Cursor::new(lines.to_owned())), Box::new(io::sink()));
    let mut questions = Questions { prompt: &mut prompt, candidates: &candidates, config: &config };
    questions.complete(&blueprint(), EntityValues::default()).expect("the terminal works").ok()
}

fn values(given: &EntityValues) -> serde_json::Value {
    let properties = given.properties.iter().map(|(name, value)| (name.clone(), value.to_json()));
    let relations = given.relations.iter().map(|(name, targets)| (name.clone(), json!(targets)));
    properties.chain(relations).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn answers_are_taken_as_the_blueprint_has_them() {
    let given = answered("r\nCC-1\na, b\nbooking\n").expect("all is answered");
    assert_eq!(values(&given), json!({"language": "rust", "code": "CC-1", "tags": ["a", "b"], "system": ["booking"]}));
}

#[test]
fn an_empty_answer_leaves_a_blank() {
    assert_eq!(values(&answered("\n\n\n\n").expect("all is answered")), json!({}));
}

#[test]
fn what_is_wrong_is_asked_for_again() {
    // In order: an unknown choice; an ambiguous prefix; a value that lint rejects; an invalid JSON list; an invalid
    // identifier.
    let given =
        answered("c\nx\ngo\nCC-x\nCC-2\n[\"a\"\n[\"a\", \"b, c\"]\nno\"name\n?\nedge\n").expect("all is answered");
    assert_eq!(values(&given), json!({"language": "go", "code": "CC-2", "tags": ["a", "b, c"], "system": ["edge"]}));
}

#[test]
fn a_target_that_nobody_knows_is_asked_about() {
    let system = |lines: &str| {
        let given = answered(&format!("go\nCC-1\na\n{lines}")).expect("all is answered");
        given.relations["system"].clone()
    };
    assert_eq!(system("bokking\n\n"), ["booking"]);
    assert_eq!(system("bokking\nn\ny\n"), ["bokking"]);
    assert_eq!(system("bokking\nn\nn\nedge\n"), ["edge"]);
    assert_eq!(system("unheard-of\n\nedge\n"), ["edge"]);
    assert_eq!(system("unheard-of\nyes\n"), ["unheard-of"]);
}

#[test]
fn who_goes_away_leaves_nothing() {
    for lines in ["", "go\n", "go\nCC-1\na\n", "go\nCC-1\na\nbokking\n", "go\nCC-1\na\nbokking\nn\n"] {
        assert_eq!(answered(lines), None, "{lines:?}");
    }
}
