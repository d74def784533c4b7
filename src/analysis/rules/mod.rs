//! The list of rules, in the order of their codes. A rule is one file here, one folder in `testdata/rules/`, and
//! its two lines below; `just new-rule NAME` makes them.

mod alias_bomb;
pub(super) mod ambiguous_scalar;
mod approximate_expression;
mod bad_encoding;
mod broken_blueprint;
mod build_breaker;
mod case_collision;
mod cluster_only_value;
mod cluster_scoped_not_permitted;
mod computed_property;
mod contested_key;
mod crd_after_resource;
mod dangling_relation;
mod delivered_twice;
mod delivery_path_missing;
mod dropped_field;
mod duplicate_entity;
mod duplicate_key;
mod duplicate_resource;
pub(super) mod emptied_map;
mod exporter_too_old;
mod failing_expression;
mod file_reference;
mod flawed_blueprint;
pub(super) mod foreign_field;
mod hidden_manifest;
mod hidden_variable;
mod ignored_defaults;
mod ignored_mapping_key;
mod implicit_scope;
mod inherited_team;
mod invalid_address;
mod invalid_blueprint;
mod invalid_expression;
mod invalid_identifier;
mod invalid_kind;
mod invalid_mapping;
mod invalid_resource_name;
mod lost_keyword;
mod lost_labels;
mod malformed_value;
mod mapped_twice;
mod maps_nothing;
mod merge_conflict;
mod missing_field;
pub(super) mod missing_namespace;
mod missing_property;
mod missing_relation;
mod namespace_on_cluster_entity;
mod never_pruned;
mod non_string_key;
mod null_in_list;
mod null_map;
pub(super) mod overridden_namespace;
mod plain_secret;
mod pruned_crd;
mod refused_custom_resource;
mod refused_definition;
mod refused_object;
mod relation_arity;
mod relation_cycle;
mod removed_api;
mod repeated_target;
mod search_query;
mod stale_snapshot;
mod substituted_value;
mod too_deep;
mod too_large;
pub(super) mod undelivered_manifest;
pub(super) mod unknown_blueprint;
mod unknown_field;
mod unknown_kind;
mod unknown_property;
mod unknown_relation;
pub(super) mod unknown_rule;
pub(super) mod unknown_team;
mod unlisted_manifest;
mod unmapped_entity;
mod unnormalised_text;
mod unreadable_manifest;
mod unresolved_kind;
mod unsupported_version;
pub(super) mod unused_ignore;
mod unused_mapping_entry;
mod value_not_allowed;
mod value_out_of_range;
pub(super) mod vanishing_manifest;
mod wrong_cluster;
mod wrong_expression_type;
mod wrong_property_type;
mod wrong_type;
mod yaml_syntax;

use crate::analysis::engine::rule::Rule;

pub static ALL: &[&Rule] = &[
    &yaml_syntax::RULE,
    &duplicate_key::RULE,
    &ambiguous_scalar::RULE,
    &non_string_key::RULE,
    &too_deep::RULE,
    &too_large::RULE,
    &alias_bomb::RULE,
    &bad_encoding::RULE,
    &unnormalised_text::RULE,
    &unreadable_manifest::RULE,
    &hidden_manifest::RULE,
    &merge_conflict::RULE,
    &unknown_field::RULE,
    &missing_field::RULE,
    &wrong_type::RULE,
    &unknown_kind::RULE,
    &unsupported_version::RULE,
    &invalid_resource_name::RULE,
    &namespace_on_cluster_entity::RULE,
    &foreign_field::RULE,
    &file_reference::RULE,
    &search_query::RULE,
    &invalid_identifier::RULE,
    &unknown_blueprint::RULE,
    &broken_blueprint::RULE,
    &unknown_property::RULE,
    &missing_property::RULE,
    &wrong_property_type::RULE,
    &value_not_allowed::RULE,
    &malformed_value::RULE,
    &value_out_of_range::RULE,
    &computed_property::RULE,
    &inherited_team::RULE,
    &flawed_blueprint::RULE,
    &invalid_blueprint::RULE,
    &unknown_relation::RULE,
    &missing_relation::RULE,
    &relation_arity::RULE,
    &dangling_relation::RULE,
    &repeated_target::RULE,
    &unknown_team::RULE,
    &duplicate_entity::RULE,
    &duplicate_resource::RULE,
    &case_collision::RULE,
    &stale_snapshot::RULE,
    &unlisted_manifest::RULE,
    &plain_secret::RULE,
    &unused_ignore::RULE,
    &unknown_rule::RULE,
    &invalid_mapping::RULE,
    &invalid_expression::RULE,
    &failing_expression::RULE,
    &wrong_expression_type::RULE,
    &invalid_kind::RULE,
    &unresolved_kind::RULE,
    &maps_nothing::RULE,
    &null_in_list::RULE,
    &contested_key::RULE,
    &ignored_mapping_key::RULE,
    &exporter_too_old::RULE,
    &cluster_only_value::RULE,
    &hidden_variable::RULE,
    &unused_mapping_entry::RULE,
    &unmapped_entity::RULE,
    &mapped_twice::RULE,
    &approximate_expression::RULE,
    &relation_cycle::RULE,
    &refused_object::RULE,
    &undelivered_manifest::RULE,
    &delivered_twice::RULE,
    &delivery_path_missing::RULE,
    &build_breaker::RULE,
    &never_pruned::RULE,
    &vanishing_manifest::RULE,
    &lost_labels::RULE,
    &missing_namespace::RULE,
    &substituted_value::RULE,
    &emptied_map::RULE,
    &null_map::RULE,
    &ignored_defaults::RULE,
    &crd_after_resource::RULE,
    &removed_api::RULE,
    &wrong_cluster::RULE,
    &cluster_scoped_not_permitted::RULE,
    &pruned_crd::RULE,
    &refused_definition::RULE,
    &lost_keyword::RULE,
    &implicit_scope::RULE,
    &refused_custom_resource::RULE,
    &dropped_field::RULE,
    &invalid_address::RULE,
    &overridden_namespace::RULE,
];

pub fn by_name(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.info.name == name || rule.info.code == name)
}

#[cfg(test)]
mod template;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_unique_and_in_order() {
        let codes = ALL.iter().map(|rule| rule.info.code).collect::<Vec<_>>();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        let mut names = ALL.iter().map(|rule| rule.info.name).collect::<Vec<_>>();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn every_rule_speaks_in_the_same_voice() {
        for rule in ALL.iter().chain([&&template::RULE]) {
            let info = &rule.info;
            assert!(info.what.len() <= 90 && info.what.starts_with(char::is_lowercase), "{}: what", info.name);
            assert!(info.why.ends_with('.') && info.why.starts_with(char::is_uppercase), "{}: why", info.name);
            assert!(!info.fix.ends_with('.') && info.fix.starts_with(char::is_uppercase), "{}: fix", info.name);
            for ignore_report in ["no-", "check-", "require-", "must-"] {
                assert!(!info.name.starts_with(ignore_report), "{}: a rule is named for the fault", info.name);
            }
        }
    }
}
