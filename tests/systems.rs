//! Tests differences between Linux, macOS and Windows: the reason is next to each `cfg`, and the docs name no system on
//! which nothing was run yet.

use std::path::Path;

use crate::testkit::files_below;

const SYSTEMS: [&str; 5] = ["unix", "windows", "target_os", "target_vendor", "target_family"];

/// Whether a line is compiled only on some systems.
fn is_of_a_system(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let conditions = code.split("cfg(").skip(1).chain(code.split("cfg!(").skip(1));
    conditions.into_iter().any(|condition| SYSTEMS.iter().any(|system| condition.contains(system)))
}

#[test]
fn every_cfg_of_a_system_has_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    let mut bare = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in
            files_below(&root.join(folder)).into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs"))
        {
            let text = std::fs::read_to_string(root.join(folder).join(&path)).expect("it is there");
            let lines: Vec<&str> = text.lines().collect();
            for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_of_a_system(line)) {
                seen += 1;
                let above = lines[..at].iter().rev().find(|line| !line.trim().starts_with("#["));
                let is_explained = line.contains("//") || above.is_some_and(|line| line.trim().starts_with("//"));
                if !is_explained {
                    bare.push(format!("{folder}/{}:{}: {}", path.display(), at + 1, line.trim()));
                }
            }
        }
    }
    assert!(seen > 50, "only {seen} found: the test looks in the wrong place");
    assert!(bare.is_empty(), "say why these differ between systems:\n{}", bare.join("\n"));
}

#[test]
fn the_tests_run_on_three_systems() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(".github/workflows/ci.yml")).expect("it is there");
    let workflow: serde_json::Value = serde_yaml::from_str(&text).expect("YAML");
    let runners = workflow["jobs"]["test"]["strategy"]["matrix"]["runner"].as_array().expect("runners");
    let mut names: Vec<&str> = runners.iter().filter_map(serde_json::Value::as_str).collect();
    names.push(workflow["jobs"]["check"]["runs-on"].as_str().expect("a runner"));
    for system in ["ubuntu", "macos", "windows"] {
        assert!(names.iter().any(|name| name.starts_with(system)), "{system}: {names:?}");
    }
}
