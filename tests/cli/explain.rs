//! Tests `portolan explain`: a rule by name or code, and the list of all rules.

use portolan::analysis::RULES;

use super::run;
use crate::testkit::Repo;

#[test]
fn lists_every_rule_without_a_name() {
    let listed = run(&Repo::new(), "explain").quietly_gave();
    for rule in RULES {
        let info = &rule.info;
        let line = listed.lines().find(|line| line.split_whitespace().nth(1) == Some(info.name));
        let line = line.unwrap_or_else(|| panic!("`{}` is not in\n{listed}", info.name));
        assert!(line.contains(info.code) && line.contains(info.what), "{line}");
    }
}

#[test]
fn explains_every_rule_by_name_and_by_code() {
    let repo = Repo::new();
    for rule in RULES {
        let page = run(&repo, &format!("explain {}", rule.info.name)).quietly_gave();
        for heading in ["What\n", "Why\n", "Fix\n"] {
            assert!(page.contains(heading), "{page}");
        }
    }
    let rule = RULES[0];
    let by_name = run(&repo, &format!("explain {}", rule.info.name)).quietly_gave();
    let by_code = run(&repo, &format!("explain {}", rule.info.code.to_lowercase())).quietly_gave();
    assert_eq!(by_name, by_code);
}
