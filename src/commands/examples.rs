//! The rules' examples, as files of `testdata/rules`. Generated: `just accept`.

use crate::report::explain::Example;

/// What a rule's folder holds.
pub(super) struct RuleExamples {
    pub rule: &'static str,
    pub bad: &'static [Example<'static>],
    pub good: &'static [Example<'static>],
    pub finding: Option<&'static str>,
    pub fixable: bool,
}

pub(super) static EXAMPLES: &[RuleExamples] = &[
    RuleExamples {
        rule: "yaml-syntax",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/yaml-syntax/bad/catalog/cart.yaml") },
            Example { path: "catalog/search.yaml", text: include_str!("../../testdata/rules/yaml-syntax/bad/catalog/search.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/yaml-syntax/good/catalog/cart.yaml") },
            Example { path: "catalog/search.yaml", text: include_str!("../../testdata/rules/yaml-syntax/good/catalog/search.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/yaml-syntax/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "duplicate-key",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/duplicate-key/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/duplicate-key/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/duplicate-key/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "ambiguous-scalar",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/ambiguous-scalar/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/ambiguous-scalar/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/ambiguous-scalar/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "non-string-key",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/non-string-key/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/non-string-key/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/non-string-key/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "too-deep",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/too-deep/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/too-deep/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/too-deep/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "too-large",
        bad: &[
        ],
        good: &[
            Example { path: "catalog/generated.yaml", text: include_str!("../../testdata/rules/too-large/good/catalog/generated.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/too-large/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "alias-bomb",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/alias-bomb/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/alias-bomb/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/alias-bomb/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "bad-encoding",
        bad: &[
        ],
        good: &[
            Example { path: "catalog/cafe.yaml", text: include_str!("../../testdata/rules/bad-encoding/good/catalog/cafe.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/bad-encoding/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "unnormalised-text",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unnormalised-text/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unnormalised-text/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unnormalised-text/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "unreadable-manifest",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unreadable-manifest/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cafe.yaml", text: include_str!("../../testdata/rules/unreadable-manifest/good/catalog/cafe.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unreadable-manifest/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "hidden-manifest",
        bad: &[
            Example { path: "catalog/cafe.yaml", text: include_str!("../../testdata/rules/hidden-manifest/bad/catalog/cafe.yaml") },
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/hidden-manifest/bad/catalog/cart.yaml") },
            Example { path: "portolan.yaml", text: include_str!("../../testdata/rules/hidden-manifest/bad/portolan.yaml") },
        ],
        good: &[
            Example { path: "catalog/cafe.yaml", text: include_str!("../../testdata/rules/hidden-manifest/good/catalog/cafe.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/hidden-manifest/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "merge-conflict",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/merge-conflict/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/merge-conflict/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/merge-conflict/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "unknown-field",
        bad: &[
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/unknown-field/bad/catalog/tax-rules.yaml") },
        ],
        good: &[
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/unknown-field/good/catalog/tax-rules.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unknown-field/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "missing-field",
        bad: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/missing-field/bad/catalog/libraries.yaml") },
            Example { path: "catalog/port.yml", text: include_str!("../../testdata/rules/missing-field/bad/catalog/port.yml") },
        ],
        good: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/missing-field/good/catalog/libraries.yaml") },
            Example { path: "catalog/port.yml", text: include_str!("../../testdata/rules/missing-field/good/catalog/port.yml") },
        ],
        finding: Some(include_str!("../../testdata/rules/missing-field/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "wrong-type",
        bad: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/wrong-type/bad/catalog/libraries.yaml") },
        ],
        good: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/wrong-type/good/catalog/libraries.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/wrong-type/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "unknown-kind",
        bad: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/unknown-kind/bad/catalog/libraries.yaml") },
        ],
        good: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/unknown-kind/good/catalog/libraries.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unknown-kind/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "unsupported-version",
        bad: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/unsupported-version/bad/catalog/libraries.yaml") },
        ],
        good: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/unsupported-version/good/catalog/libraries.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unsupported-version/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "invalid-resource-name",
        bad: &[
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/invalid-resource-name/bad/catalog/tax-rules.yaml") },
        ],
        good: &[
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/invalid-resource-name/good/catalog/tax-rules.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/invalid-resource-name/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "namespace-on-cluster-entity",
        bad: &[
            Example { path: "catalog/staging-us.yaml", text: include_str!("../../testdata/rules/namespace-on-cluster-entity/bad/catalog/staging-us.yaml") },
        ],
        good: &[
            Example { path: "catalog/staging-us.yaml", text: include_str!("../../testdata/rules/namespace-on-cluster-entity/good/catalog/staging-us.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/namespace-on-cluster-entity/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "foreign-field",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/foreign-field/bad/catalog/cart.yaml") },
            Example { path: "portolan.yaml", text: include_str!("../../testdata/rules/foreign-field/bad/portolan.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/foreign-field/good/catalog/cart.yaml") },
            Example { path: "portolan.yaml", text: include_str!("../../testdata/rules/foreign-field/good/portolan.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/foreign-field/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "file-reference",
        bad: &[
            Example { path: "catalog/port.yml", text: include_str!("../../testdata/rules/file-reference/bad/catalog/port.yml") },
        ],
        good: &[
            Example { path: "catalog/port.yml", text: include_str!("../../testdata/rules/file-reference/good/catalog/port.yml") },
        ],
        finding: Some(include_str!("../../testdata/rules/file-reference/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "search-query",
        bad: &[
            Example { path: "catalog/port.yml", text: include_str!("../../testdata/rules/search-query/bad/catalog/port.yml") },
        ],
        good: &[
            Example { path: "catalog/port.yml", text: include_str!("../../testdata/rules/search-query/good/catalog/port.yml") },
        ],
        finding: Some(include_str!("../../testdata/rules/search-query/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "invalid-identifier",
        bad: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/invalid-identifier/bad/catalog/libraries.yaml") },
        ],
        good: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/invalid-identifier/good/catalog/libraries.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/invalid-identifier/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "unknown-blueprint",
        bad: &[
            Example { path: "catalog/services.yaml", text: include_str!("../../testdata/rules/unknown-blueprint/bad/catalog/services.yaml") },
        ],
        good: &[
            Example { path: "catalog/services.yaml", text: include_str!("../../testdata/rules/unknown-blueprint/good/catalog/services.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unknown-blueprint/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "broken-blueprint",
        bad: &[
            Example { path: ".portolan/blueprints/library.json", text: include_str!("../../testdata/rules/broken-blueprint/bad/.portolan/blueprints/library.json") },
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/broken-blueprint/bad/catalog/tax-rules.yaml") },
        ],
        good: &[
            Example { path: ".portolan/blueprints/library.json", text: include_str!("../../testdata/rules/broken-blueprint/good/.portolan/blueprints/library.json") },
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/broken-blueprint/good/catalog/tax-rules.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/broken-blueprint/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "unknown-property",
        bad: &[
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/unknown-property/bad/catalog/tax-rules.yaml") },
        ],
        good: &[
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/unknown-property/good/catalog/tax-rules.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unknown-property/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "missing-property",
        bad: &[
            Example { path: "catalog/services.yaml", text: include_str!("../../testdata/rules/missing-property/bad/catalog/services.yaml") },
        ],
        good: &[
            Example { path: "catalog/services.yaml", text: include_str!("../../testdata/rules/missing-property/good/catalog/services.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/missing-property/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "wrong-property-type",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/wrong-property-type/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/wrong-property-type/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/wrong-property-type/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "value-not-allowed",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/value-not-allowed/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/value-not-allowed/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/value-not-allowed/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "malformed-value",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/malformed-value/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/malformed-value/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/malformed-value/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "value-out-of-range",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/value-out-of-range/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/value-out-of-range/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/value-out-of-range/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "computed-property",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/computed-property/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/computed-property/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/computed-property/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "inherited-team",
        bad: &[
            Example { path: "catalog/ledger-api.yaml", text: include_str!("../../testdata/rules/inherited-team/bad/catalog/ledger-api.yaml") },
        ],
        good: &[
            Example { path: "catalog/ledger-api.yaml", text: include_str!("../../testdata/rules/inherited-team/good/catalog/ledger-api.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/inherited-team/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "flawed-blueprint",
        bad: &[
            Example { path: ".portolan/blueprints/cluster.json", text: include_str!("../../testdata/rules/flawed-blueprint/bad/.portolan/blueprints/cluster.json") },
            Example { path: "catalog/eu-1.yaml", text: include_str!("../../testdata/rules/flawed-blueprint/bad/catalog/eu-1.yaml") },
        ],
        good: &[
            Example { path: ".portolan/blueprints/cluster.json", text: include_str!("../../testdata/rules/flawed-blueprint/good/.portolan/blueprints/cluster.json") },
            Example { path: "catalog/eu-1.yaml", text: include_str!("../../testdata/rules/flawed-blueprint/good/catalog/eu-1.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/flawed-blueprint/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "invalid-blueprint",
        bad: &[
            Example { path: ".portolan/blueprints/cluster.json", text: include_str!("../../testdata/rules/invalid-blueprint/bad/.portolan/blueprints/cluster.json") },
            Example { path: ".portolan/blueprints/team.json", text: include_str!("../../testdata/rules/invalid-blueprint/bad/.portolan/blueprints/team.json") },
            Example { path: "catalog/platform.yaml", text: include_str!("../../testdata/rules/invalid-blueprint/bad/catalog/platform.yaml") },
        ],
        good: &[
            Example { path: ".portolan/blueprints/cluster.json", text: include_str!("../../testdata/rules/invalid-blueprint/good/.portolan/blueprints/cluster.json") },
            Example { path: ".portolan/blueprints/team.json", text: include_str!("../../testdata/rules/invalid-blueprint/good/.portolan/blueprints/team.json") },
            Example { path: "catalog/platform.yaml", text: include_str!("../../testdata/rules/invalid-blueprint/good/catalog/platform.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/invalid-blueprint/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "unknown-relation",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unknown-relation/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unknown-relation/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unknown-relation/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "missing-relation",
        bad: &[
            Example { path: "catalog/services.yaml", text: include_str!("../../testdata/rules/missing-relation/bad/catalog/services.yaml") },
        ],
        good: &[
            Example { path: "catalog/services.yaml", text: include_str!("../../testdata/rules/missing-relation/good/catalog/services.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/missing-relation/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "relation-arity",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/relation-arity/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/relation-arity/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/relation-arity/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "dangling-relation",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/dangling-relation/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/dangling-relation/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/dangling-relation/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "repeated-target",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/repeated-target/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/repeated-target/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/repeated-target/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "unknown-team",
        bad: &[
            Example { path: ".portolan/blueprints/_team.json", text: include_str!("../../testdata/rules/unknown-team/bad/.portolan/blueprints/_team.json") },
            Example { path: ".portolan/blueprints/service.json", text: include_str!("../../testdata/rules/unknown-team/bad/.portolan/blueprints/service.json") },
            Example { path: ".portolan/known-entities.txt", text: include_str!("../../testdata/rules/unknown-team/bad/.portolan/known-entities.txt") },
            Example { path: ".portolan/source.json", text: include_str!("../../testdata/rules/unknown-team/bad/.portolan/source.json") },
            Example { path: "catalog/port.yml", text: include_str!("../../testdata/rules/unknown-team/bad/catalog/port.yml") },
        ],
        good: &[
            Example { path: ".portolan/blueprints/_team.json", text: include_str!("../../testdata/rules/unknown-team/good/.portolan/blueprints/_team.json") },
            Example { path: ".portolan/blueprints/service.json", text: include_str!("../../testdata/rules/unknown-team/good/.portolan/blueprints/service.json") },
            Example { path: ".portolan/known-entities.txt", text: include_str!("../../testdata/rules/unknown-team/good/.portolan/known-entities.txt") },
            Example { path: ".portolan/source.json", text: include_str!("../../testdata/rules/unknown-team/good/.portolan/source.json") },
            Example { path: "catalog/port.yml", text: include_str!("../../testdata/rules/unknown-team/good/catalog/port.yml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unknown-team/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "duplicate-entity",
        bad: &[
            Example { path: "catalog/checkout.yaml", text: include_str!("../../testdata/rules/duplicate-entity/bad/catalog/checkout.yaml") },
            Example { path: "catalog/platform.yaml", text: include_str!("../../testdata/rules/duplicate-entity/bad/catalog/platform.yaml") },
        ],
        good: &[
            Example { path: "catalog/checkout.yaml", text: include_str!("../../testdata/rules/duplicate-entity/good/catalog/checkout.yaml") },
            Example { path: "catalog/platform.yaml", text: include_str!("../../testdata/rules/duplicate-entity/good/catalog/platform.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/duplicate-entity/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "duplicate-resource",
        bad: &[
            Example { path: "catalog/search.yaml", text: include_str!("../../testdata/rules/duplicate-resource/bad/catalog/search.yaml") },
        ],
        good: &[
            Example { path: "catalog/search.yaml", text: include_str!("../../testdata/rules/duplicate-resource/good/catalog/search.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/duplicate-resource/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "case-collision",
        bad: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/case-collision/bad/catalog/libraries.yaml") },
        ],
        good: &[
            Example { path: "catalog/libraries.yaml", text: include_str!("../../testdata/rules/case-collision/good/catalog/libraries.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/case-collision/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "stale-snapshot",
        bad: &[
            Example { path: ".portolan/blueprints/library.json", text: include_str!("../../testdata/rules/stale-snapshot/bad/.portolan/blueprints/library.json") },
            Example { path: ".portolan/known-entities.txt", text: include_str!("../../testdata/rules/stale-snapshot/bad/.portolan/known-entities.txt") },
            Example { path: ".portolan/source.json", text: include_str!("../../testdata/rules/stale-snapshot/bad/.portolan/source.json") },
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/stale-snapshot/bad/catalog/tax-rules.yaml") },
        ],
        good: &[
            Example { path: ".portolan/blueprints/library.json", text: include_str!("../../testdata/rules/stale-snapshot/good/.portolan/blueprints/library.json") },
            Example { path: ".portolan/known-entities.txt", text: include_str!("../../testdata/rules/stale-snapshot/good/.portolan/known-entities.txt") },
            Example { path: ".portolan/source.json", text: include_str!("../../testdata/rules/stale-snapshot/good/.portolan/source.json") },
            Example { path: "catalog/tax-rules.yaml", text: include_str!("../../testdata/rules/stale-snapshot/good/catalog/tax-rules.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/stale-snapshot/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "unlisted-manifest",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unlisted-manifest/bad/catalog/cart.yaml") },
            Example { path: "portolan.yaml", text: include_str!("../../testdata/rules/unlisted-manifest/bad/portolan.yaml") },
            Example { path: "teams/search.yaml", text: include_str!("../../testdata/rules/unlisted-manifest/bad/teams/search.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unlisted-manifest/good/catalog/cart.yaml") },
            Example { path: "deploy/cart.yaml", text: include_str!("../../testdata/rules/unlisted-manifest/good/deploy/cart.yaml") },
            Example { path: "portolan.yaml", text: include_str!("../../testdata/rules/unlisted-manifest/good/portolan.yaml") },
            Example { path: "samples/service.yaml", text: include_str!("../../testdata/rules/unlisted-manifest/good/samples/service.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unlisted-manifest/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "plain-secret",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/plain-secret/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/plain-secret/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/plain-secret/bad.txt")),
        fixable: false,
    },
    RuleExamples {
        rule: "unused-ignore",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unused-ignore/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unused-ignore/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unused-ignore/bad.txt")),
        fixable: true,
    },
    RuleExamples {
        rule: "unknown-rule",
        bad: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unknown-rule/bad/catalog/cart.yaml") },
        ],
        good: &[
            Example { path: "catalog/cart.yaml", text: include_str!("../../testdata/rules/unknown-rule/good/catalog/cart.yaml") },
        ],
        finding: Some(include_str!("../../testdata/rules/unknown-rule/bad.txt")),
        fixable: false,
    },
];
