//! Tests `portolan explain`: a rule by name or code, and the list of all rules.

use portolan::analysis::RULES;

use super::run;
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

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

#[test]
fn a_property_written_in_another_way_is_suggested() {
    let repo = super::new::acme();
    for (line, words) in [
        ("explain service/tier", "`service.tier`"),
        ("explain service/teir", "`service.tier`"),
        ("explain sevrice.tier", "`service.tier`"),
        ("explain service/checkout", "`portolan show service/ID`"),
        ("explain service/system", "`service.system`"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, "no-such-rule");
        assert!(talk.contains(words), "{line}: {talk}");
    }
}

#[test]
fn a_blueprint_and_its_properties_are_explained() {
    let repo = super::new::acme();
    let page = run(&repo, "explain service").quietly_gave();
    for expected in [
        "service  Service\n",
        "\nProperties\n",
        "\nRelations\n  system ",
        "required: ",
        "\nComputed by the catalog\n",
        "\nPointed to by\n  api.service",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    let property = run(&repo, "explain service.tier").quietly_gave();
    assert!(property.starts_with("service.tier\n  required: ") && property.contains("\"enum\": ["), "{property}");
    let relation = run(&repo, "explain service.system").quietly_gave();
    assert!(relation.contains("required: a `system`"), "{relation}");
    for (topic, code, words) in [
        ("service.teir", "no-such-property", "did you mean `service.tier`?"),
        ("servise", "no-such-rule", "did you mean `service`?"),
        ("danglin-relation", "no-such-rule", "did you mean `dangling-relation`?"),
    ] {
        let talk = run(&repo, &format!("explain {topic}")).was_refused();
        crate::testkit::errors::assert_error(&talk, code);
        assert!(talk.contains(words), "{talk}");
    }
}
