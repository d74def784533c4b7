//! Tests precedence, and that a config with several errors reports all of them. The files are real, because resolving
//! includes finding them.

#![expect(clippy::disallowed_methods, reason = "lays out folders to resolve in")]

use std::ffi::OsString;

use super::*;
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::platform::GLINT;

const RULES: [RuleName; 2] =
    [RuleName { name: "wrong-type", code: "P201" }, RuleName { name: "foreign-field", code: "P202" }];

fn resolved(
    config: &str,
    variables: &[(&str, &str)],
    change: impl FnOnce(&mut Request),
) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("portolan.yaml"), config).expect("the config is written");
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let environment = Environment::new(variables, folder.path().to_owned(), 0);
    let mut request = Request::default();
    change(&mut request);
    resolve(&request, &environment, &RULES)
}

fn faults(config: &str) -> Vec<String> {
    match resolved(config, &[], |_| {}) {
        Err(SettingsError::Faulty(faulty)) => faulty.faults.iter().map(|fault| fault.message.clone()).collect(),
        other => panic!("no faults, but {other:?}"),
    }
}

const LAYERED: &str = "\
catalog: eu
scope: acme/catalog
rules: {wrong-type: error, foreign-field: off}
targets:
  staging: {catalog: us, rules: {wrong-type: info}}
";

#[test]
fn without_a_word_the_defaults_hold() {
    let settings = resolved("# nothing\n", &[], |_| {}).expect("an empty config is one");
    assert_eq!(settings.catalog, Sourced::default(Catalog::Local));
    assert_eq!(settings.delivery.value, Delivery::Direct);
    assert_eq!((settings.prune.max.value, settings.prune.max_percent.value), (5, 10));
    assert_eq!(settings.snapshot_max_age_days.value, 30);
    assert!(settings.include.value.is_empty() && settings.rules.is_empty() && settings.scope.is_none());
}

#[test]
fn flag_over_variable_over_target_over_file() {
    let catalog = |settings: Settings| (settings.catalog.value.text().to_owned(), settings.catalog.origin);
    let file = resolved(LAYERED, &[], |_| {}).expect("it is right");
    assert_eq!(catalog(file), ("eu".to_owned(), Origin::File { line: 1 }));
    let target = |request: &mut Request| request.target = Some("staging".to_owned());
    let targeted = resolved(LAYERED, &[], target).expect("it is right");
    assert_eq!(targeted.scope.as_ref().map(|scope| scope.origin.clone()), Some(Origin::File { line: 2 }));
    let origin = Origin::Target { name: "staging".to_owned(), line: 5 };
    assert_eq!(catalog(targeted), ("us".to_owned(), origin));
    let variables = [("PORTOLAN_CATALOG", "local"), ("PORTOLAN_TARGET", "staging")];
    let varied = resolved(LAYERED, &variables, |_| {}).expect("it is right");
    assert_eq!(varied.target.as_ref().map(|target| target.value.as_str()), Some("staging"));
    assert_eq!(catalog(varied), ("local".to_owned(), Origin::Environment("PORTOLAN_CATALOG")));
    let flagged = resolved(LAYERED, &[("PORTOLAN_TARGET", "nonsense")], |request| {
        request.target = Some("staging".to_owned());
        request.rules = vec![("wrong-type".to_owned(), Level::Off), ("wrong-type".to_owned(), Level::Warning)];
    });
    let rules = flagged.expect("it is right").rules;
    assert_eq!(rules["wrong-type"].value.level, Some(Level::Warning));
    assert_eq!(rules["wrong-type"].origin, Origin::Flag("--rule"));
    assert_eq!(rules["foreign-field"].value.level, Some(Level::Off));
}

#[test]
fn credentials_choose_the_platform_and_are_not_kept() {
    let both = [("GLINT_CLIENT_ID", "id-1"), ("GLINT_CLIENT_SECRET", "s3cret")];
    let settings = resolved("platform: glint\n", &both, |_| {}).expect("it is right");
    assert_eq!(settings.platform.value, &GLINT);
    assert_eq!(settings.catalog.value, Catalog::Region("eu".to_owned()));
    assert!(!format!("{settings:?}").contains("s3cret"));
    // One variable alone is a mistake that connecting reports; the embedded catalog would hide it.
    for half in [&both[..1], &both[1..]] {
        let settings = resolved("platform: glint\n", half, |_| {}).expect("it is right");
        assert_eq!(settings.catalog.value, Catalog::Region("eu".to_owned()));
        assert_eq!(settings.catalog.origin, Origin::Environment(half[0].0));
    }
}

#[test]
fn every_fault_is_told_at_once() {
    let config = "\
plaform: port
catalog: http://evil.example
delivery: clustr
manifests: {include: ['a[', 3], exclude: x}
prune: {max: -1, max-percent: 101, enabled: maybe}
write: {default: merge, service: overwrite}
rules: {wrong-typ: error, wrong-type: loud}
snapshot: {max-age: 30}
token: abc
targets: {a: {targets: {}}, b: []}
";
    let messages = faults(config);
    let expected = [
        "unknown key `plaform`; did you mean `platform`?",
        "`http://` would send",
        "unknown choice `clustr`; did you mean `cluster`?",
        "invalid glob",
        "expected a string, found `3`",
        "expected a list of globs, found `x`",
        "found `-1`",
        "expected a whole number from 0 to 100, found `101`",
        "expected `true` or `false`, found `maybe`",
        "unknown choice `overwrite`",
        "unknown rule `wrong-typ`; did you mean `wrong-type`?",
        "unknown choice `loud`",
        "expected a number of days",
        "`token` is not allowed here: credentials",
        "unknown key `targets`",
        "expected a mapping, found a list",
    ];
    assert_eq!(messages.len(), expected.len(), "{messages:#?}");
    for (message, expected) in messages.iter().zip(expected) {
        assert!(message.contains(expected), "{message}\nis not\n{expected}");
    }
}

#[test]
fn what_is_not_yaml_and_what_belongs_to_no_platform_is_a_fault_too() {
    assert_eq!(faults("rules: [a\n").len(), 1);
    assert_eq!(faults("platform: port\nplatform: glint\n"), ["duplicate key `platform`"]);
    assert_eq!(faults("- a\n"), ["expected a mapping, found a list"]);
    let regions = faults("platform: glint\ncatalog: us\ntargets: {a: {platform: port, catalog: mars}}\n");
    assert_eq!(regions.len(), 2, "{regions:?}");
}

#[test]
fn rules_go_by_their_codes_too() {
    let config = "rules: {P202: off, wrong-type: info}\n";
    let settings = resolved(config, &[], |request| request.rules = vec![("p201".to_owned(), Level::Warning)]);
    let rules = settings.expect("it is right").rules;
    assert_eq!(rules["foreign-field"].value.level, Some(Level::Off));
    assert_eq!(rules["wrong-type"].value.level, Some(Level::Warning));
    assert_eq!(rules.len(), 2, "{rules:?}");
}

const BY_PATH: &str = "\
rules:
  wrong-type:
    level: warn
    paths:
      \"catalog/legacy/**\": info
      sandbox: off
  P202: {paths: {\"**/x.yaml\": error}}
targets:
  staging: {rules: {wrong-type: {paths: {\"catalog\": info}}}}
";

#[test]
fn levels_by_path_keep_their_order_and_their_lines() {
    let paths = |levels: &RuleLevels| {
        let row = |path: &PathLevel| (path.glob.clone(), path.level, path.origin.words("c"));
        levels.paths.iter().map(row).collect::<Vec<_>>()
    };
    let rules = resolved(BY_PATH, &[], |_| {}).expect("it is right").rules;
    let wrong_type = &rules["wrong-type"].value;
    assert_eq!((wrong_type.level, rules["foreign-field"].value.level), (Some(Level::Warning), None));
    assert_eq!(
        paths(wrong_type),
        [
            ("catalog/legacy/**".to_owned(), Level::Info, "c:5".to_owned()),
            ("sandbox".to_owned(), Level::Off, "c:6".to_owned())
        ]
    );
    let last = wrong_type.globs.last_match(std::path::Path::new("sandbox/a.yaml"));
    assert_eq!(last.map(|at| wrong_type.paths[at].level), Some(Level::Off));
    // A target and a flag replace what the file says of a rule, paths and all.
    let staging = resolved(BY_PATH, &[], |request| request.target = Some("staging".to_owned())).expect("it is right");
    let levels = &staging.rules["wrong-type"].value;
    assert_eq!(levels.level, None);
    assert_eq!(paths(levels), [("catalog".to_owned(), Level::Info, "c:9 (target `staging`)".to_owned())]);
    let flagged = resolved(BY_PATH, &[], |request| request.rules = vec![("P201".to_owned(), Level::Error)]);
    let flagged = &flagged.expect("it is right").rules["wrong-type"].value;
    assert_eq!((flagged.level, flagged.paths.len()), (Some(Level::Error), 0));
}

#[test]
fn every_fault_of_levels_by_path_is_reported() {
    let messages = faults(
        "\
rules:
  wrong-type: {levl: error, paths: {\"a[\": error, \"../b\": off, c: loud, d: [], e: 3}}
  P202: {}
targets:
  a: {rules: {wrong-type: {paths: [x]}}}
  b: {rules: {wrong-type: {level: }}}
  c: {rules: {wrong-type: {max: 3}}}
  d: {rules: {wrong-type: {paths: {}}}}
",
    );
    let expected = [
        "unknown key `levl`; did you mean `level`?",
        "invalid glob: unclosed character class",
        "invalid glob: it leaves the root with `..`",
        "unknown choice `loud`",
        "expected a string, found a list",
        "expected a string, found `3`",
        "no level is set: write `level`, or globs",
        "expected a mapping from globs to levels, found a list",
        "expected a string, found null",
        "unknown key `max`; known: level, paths",
        "no level is set",
    ];
    assert_eq!(messages.len(), expected.len(), "{messages:#?}");
    for (message, expected) in messages.iter().zip(expected) {
        assert!(message.contains(expected), "{message}\nis not\n{expected}");
    }
}

#[test]
fn an_unknown_rule_is_told_where_the_rules_are_listed() {
    assert_eq!(faults("rules: {P999: off}\n"), ["unknown rule `P999`; `portolan explain` lists the rules"]);
    let error =
        resolved("", &[], |request| request.rules = vec![("P999".to_owned(), Level::Off)]).expect_err("unknown");
    let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
    assert_eq!(help.as_deref(), Some("`portolan explain` lists the rules"));
}

#[test]
fn what_flags_and_variables_say_wrongly_names_them() {
    let message = |result: Result<Settings, SettingsError>| result.expect_err("it is wrong").to_string();
    let variable = message(resolved("", &[("PORTOLAN_SCOPE", "a(b")], |_| {}));
    assert!(variable.contains("`PORTOLAN_SCOPE`") && variable.contains("`a(b`"), "{variable}");
    let rule = message(resolved("", &[], |request| request.rules = vec![("wrong-typ".to_owned(), Level::Off)]));
    assert!(rule.contains("did you mean `wrong-type`"), "{rule}");
    let target = message(resolved(LAYERED, &[], |request| request.target = Some("stagng".to_owned())));
    assert!(target.contains("`stagng`") && target.contains("staging"), "{target}");
    let noted = resolved("", &[("PORTOLAN_CATLOG", "eu")], |_| {}).expect("a slip stops nothing");
    assert!(noted.notes[0].contains("did you mean `PORTOLAN_CATALOG`"), "{:?}", noted.notes);
}

#[test]
fn the_smallest_and_the_fullest_config_agree_with_a_second_reader() {
    let config = "\
platform: port
catalog: local
scope: acme/catalog
delivery: cluster
git-host: gitlab
manifests: {include: ['catalog/**'], exclude: []}
write: {default: merge, service: replace}
prune: {enabled: false, max: 7, max-percent: 20}
push: {require-signed: true}
rules: {foreign-field: warn}
snapshot: {max-age: 2w}
targets: {production: {catalog: eu}}
";
    let settings = resolved(config, &[], |_| {}).expect("it is right");
    let other: serde_yaml::Value = serde_yaml::from_str(config).expect("it is YAML");
    assert_eq!(other["prune"]["max"], u64::from(settings.prune.max.value));
    assert_eq!(other["prune"]["enabled"], settings.prune.enabled.value);
    assert_eq!(other["push"]["require-signed"], settings.require_signed.value);
    assert_eq!(other["delivery"], settings.delivery.value.word());
    assert_eq!(other["git-host"], settings.git_host.value.word());
    assert_eq!(other["write"]["service"], settings.write.value.mode("service").word());
    assert_eq!(settings.write.value.mode("library"), WriteMode::Merge);
    assert_eq!(settings.snapshot_max_age_days.value, 14);
}

proptest::proptest! {
    #![proptest_config(crate::generated_cases::config(256))]

    #[test]
    fn no_text_makes_the_config_panic(text in "[a-z: {}\\[\\],\n\"'&*<#|>-]{0,60}|\\PC{0,60}") {
        let _ = super::file::read("portolan.yaml", &text, &RULES);
    }
}

#[test]
fn the_platforms_address_of_the_environment_stands_in_for_a_region() {
    const CREDENTIALS: [(&str, &str); 2] = [("PORT_CLIENT_ID", "id-1"), ("PORT_CLIENT_SECRET", "s3cret")];
    let catalog = |config: &str, variables: &[(&str, &str)], flag: Option<&str>| {
        let settings = resolved(config, variables, |request| request.catalog = flag.map(str::to_owned));
        settings.map(|settings| (settings.catalog.value.text().to_owned(), settings.catalog.origin))
    };
    let base = ("PORT_BASE_URL", "https://catalog.acme.example/");
    let address = ("https://catalog.acme.example".to_owned(), Origin::Environment("PORT_BASE_URL"));
    assert_eq!(catalog("catalog: us\n", &[base], None).ok(), Some(address.clone()));
    assert_eq!(catalog("# nothing\n", &[base, CREDENTIALS[0], CREDENTIALS[1]], None).ok(), Some(address));
    // The variable says where the platform is, but does not select it.
    assert_eq!(catalog("# nothing\n", &[base], None).ok(), Some(("local".to_owned(), Origin::Default)));
    let local = ("local".to_owned(), Origin::File { line: 1 });
    assert_eq!(catalog("catalog: local\n", &[base, CREDENTIALS[0], CREDENTIALS[1]], None).ok(), Some(local));
    let flagged = ("us".to_owned(), Origin::Flag("--catalog"));
    assert_eq!(catalog("catalog: local\n", &[base, ("PORTOLAN_CATALOG", "eu")], Some("us")).ok(), Some(flagged));
    let varied = ("eu".to_owned(), Origin::Environment("PORTOLAN_CATALOG"));
    assert_eq!(catalog("# nothing\n", &[base, ("PORTOLAN_CATALOG", "eu")], None).ok(), Some(varied));
    let alias = catalog("catalog: eu\n", &[("PORT_API_URL", "http://localhost:1")], None);
    assert_eq!(alias.ok().map(|(text, _)| text).as_deref(), Some("http://localhost:1"));
    for (variables, flag, why) in [
        (&[("PORT_BASE_URL", "eu")][..], None, "it is not a URL"),
        (&[][..], Some("mars"), "`--catalog` is `mars`: Port has no region `mars`"),
        (&[][..], Some("http://catalog.acme.example"), "unencrypted"),
    ] {
        let refused = catalog("catalog: eu\n", variables, flag).expect_err(why).to_string();
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn a_refused_address_is_not_repeated_with_its_password() {
    for bad in ["https://me:hunter2@h.example", "https://me:hunter2", "me:hunter2@h.example", "https://h/?x=hunter2"] {
        let of_variable = |name| resolved("# nothing\n", &[(name, bad)], |_| {});
        let by_flag = resolved("# nothing\n", &[], |request| request.catalog = Some(bad.to_owned()));
        for refused in [of_variable("PORTOLAN_CATALOG"), of_variable("PORTOLAN_WRITE"), by_flag] {
            let refused = refused.expect_err(bad);
            assert!(!format!("{refused} {refused:?}").contains("hunter2"), "{bad}: {refused}");
        }
    }
}

#[test]
fn a_faulty_config_is_shown_without_passwords_and_in_place() {
    for address in ["https://me:hunter2@h.example", "https://me:hunter2", "'https://me:hunter2@h.example/x'"] {
        let refused = resolved(&format!("scope: acme\ncatalog: {address}\nwrite: no\n"), &[], |_| {});
        let refused = refused.expect_err(address);
        let mut shown = String::new();
        miette::NarratableReportHandler::new().render_report(&mut shown, &refused).expect("it is shown");
        assert!(!format!("{shown} {refused:?}").contains("hunter2"), "{shown}");
        assert!(shown.contains("catalog: ") && shown.contains("write: no"), "{shown}");
    }
}

const POLICIES: &str = "\
policies:
  tier-1-stays:
    message: Tier 1 services are retired
      by the platform team.
    verdict: refuse
    when: {blueprint: service, action: delete, field: tier, before: 1}
  owner-is-real:
    when: {blueprint: [service, api], field: $team, after: [null, 'temp-*'], not: {identifier: legacy-*}}
  not-too-many:
    when: {action: [delete], owner: this-scope, origin: [this-branch, unknown], count: {more-than: 3, more-than-percent: 5}}
targets:
  prod: {policies: {not-too-many: {verdict: refuse, when: {field: relations.owner, changed: true}}}}
";

#[test]
fn policies_are_read_and_a_target_replaces_those_of_its_name() {
    let shown = |settings: &Settings, name: &str| super::policies::shown(&settings.policies[name].value);
    let settings = resolved(POLICIES, &[], |_| {}).expect("they are right");
    assert_eq!(
        shown(&settings, "tier-1-stays"),
        serde_json::json!({
            "message": "Tier 1 services are retired by the platform team.",
            "verdict": "refuse",
            "when": {"blueprint": "service", "action": "delete", "field": "tier", "before": 1},
        })
    );
    assert_eq!(
        shown(&settings, "owner-is-real"),
        serde_json::json!({
            "verdict": "hazard",
            "when": {"blueprint": ["service", "api"], "field": "team", "after": [null, "temp-*"],
                "not": {"identifier": "legacy-*"}},
        })
    );
    assert_eq!(
        shown(&settings, "not-too-many"),
        serde_json::json!({
            "verdict": "hazard",
            "when": {"action": "delete", "owner": "this-scope", "origin": ["this-branch", "unknown"],
                "count": {"more-than": 3, "more-than-percent": 5}},
        })
    );
    assert_eq!(settings.policies["owner-is-real"].origin, Origin::File { line: 7 });
    let target = |request: &mut Request| request.target = Some("prod".to_owned());
    let settings = resolved(POLICIES, &[], target).expect("they are right");
    assert_eq!(settings.policies.len(), 3);
    assert_eq!(settings.policies["not-too-many"].origin, Origin::Target { name: "prod".to_owned(), line: 12 });
    assert_eq!(
        shown(&settings, "not-too-many"),
        serde_json::json!({"verdict": "refuse", "when": {"field": "relations.owner", "changed": true}})
    );
}

#[test]
fn likely_mistakes_in_a_policy_say_what_to_write() {
    for (policy, message) in [
        ("p: {mesage: x, when: {action: delete}}", "unknown key `mesage`; did you mean `message`?"),
        ("p: {when: {blueprnt: service}}", "unknown key `blueprnt`; did you mean `blueprint`?"),
        ("p: {verdict: block, when: {action: delete}}", "unknown choice `block`; known: hazard, refuse"),
        ("p: {when: {action: remove}}", "unknown choice `remove`; known: create, update, rename, adopt, delete"),
        ("p: {when: {action: [create, deleted]}}", "unknown choice `deleted`; did you mean `delete`?"),
        (
            "p: {verdict: refuse}",
            "policy `p` has no `when`: say which changes it is about, such as `when: {action: delete}`",
        ),
        ("p:", "policy `p` has no `when`: say which changes it is about, such as `when: {action: delete}`"),
        ("p: refuse", "expected a mapping, found `refuse`"),
        ("p: {when: {}}", "no condition: name at least one, such as `action: delete`"),
        ("p: {when: {action: delete, not: {}}}", "no condition: name at least one, such as `action: delete`"),
        ("p: {when: delete}", "expected a mapping, found `delete`"),
        (
            "p: {when: {before: 1}}",
            "`before` is about the value of a field: name it with `field`, such as `field: tier`",
        ),
        (
            "p: {when: {changed: true}}",
            "`changed` is about the value of a field: name it with `field`, such as `field: tier`",
        ),
        ("p: {when: {field: tier, changed: perhaps}}", "expected `true` or `false`, found `perhaps`"),
        ("p: {when: {field: tier, before: {a: 1}}}", "expected a value, or a list of values, found a mapping"),
        ("p: {when: {field: tier, after: []}}", "an empty list matches nothing; `null` is an absent value"),
        ("p: {when: {blueprint: []}}", "an empty list matches nothing; `null` is an absent value"),
        ("p: {when: {blueprint: 7}}", "expected a string, found `7`"),
        (
            "p: {when: {field: identifier, after: x}}",
            "`identifier` is a condition of its own: `identifier: NAME`, without `field`",
        ),
        (
            "p: {when: {action: delete, field: tier, after: 1}}",
            "a deleted entity has no value after the change; use `before`",
        ),
        (
            "p: {when: {action: create, field: tier, before: 1}}",
            "a new entity has no value before the change; use `after`",
        ),
        ("p: {when: {action: delete, count: 3}}", "expected a mapping, found `3`"),
        (
            "p: {when: {action: delete, count: {}}}",
            "no limit: name one of `more-than`, `at-least` and `more-than-percent`",
        ),
        ("p: {when: {count: {over: 3}}}", "unknown key `over`; known: more-than, at-least, more-than-percent"),
        ("p: {when: {count: {more-than: -1}}}", "expected a whole number from 0 to 4294967295, found `-1`"),
        ("p: {when: {count: {more-than-percent: 101}}}", "expected a whole number from 0 to 100, found `101`"),
        (
            "p: {when: {action: delete, not: {count: {more-than: 3}}}}",
            "unknown key `count`; known: blueprint, identifier, action, field, changed, before, after, owner, origin",
        ),
        ("p: {when: {owner: acme/other}}", "unknown choice `acme/other`; known: this-scope, foreign, new"),
        ("p: {when: {origin: branch}}", "unknown choice `branch`; known: this-branch, already-pending, unknown"),
        (
            "p: {message: '', when: {action: delete}}",
            "the message is empty: say what the reader of the plan should know, or leave it out",
        ),
        (
            "no tier: {when: {action: delete}}",
            "the name of a policy is 1 to 60 letters, digits and `-`, such as `tier-1-stays`",
        ),
    ] {
        assert_eq!(faults(&format!("policies:\n  {policy}\n")), [message], "{policy}");
    }
    assert_eq!(faults("policies: [p]\n"), ["expected a mapping, found a list"]);
    assert_eq!(faults("polices: {}\n"), ["unknown key `polices`; did you mean `policies`?"]);
    let twice = "policies:\n  p: {when: {action: delete}}\n  p: {when: {action: create}}\n";
    assert_eq!(faults(twice), ["duplicate key `p`"]);
    assert!(resolved("policies:\n", &[], |_| {}).is_ok_and(|settings| settings.policies.is_empty()));
    // A deleted entity may have had no value.
    assert!(resolved("policies: {p: {when: {action: create, field: tier, before: [null, 1]}}}\n", &[], |_| {}).is_ok());
}
