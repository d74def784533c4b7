//! Writes a ValidatingAdmissionPolicy for a blueprint: the API server then refuses an Entity that the catalog would refuse,
//! when it is applied instead of minutes later. Every expression keeps to the cost limits of Kubernetes.

mod alternatives;
mod cel;
mod containers;
mod demand;
mod scalars;
#[cfg(test)]
mod tests;
mod text_format;
mod validations;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::yaml::{one_line, quoted};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::identifier::to_resource_name;
use crate::domain::platform::Platform;
use validations::{Policy, Validation, variables};

/// The first line of a policy names the command that wrote it.
pub const POLICY_MARK: &str = "# Written by `portolan cluster policies`";

/// The maximum cost of all expressions of a policy, in the units of Kubernetes; its limit is 10,000,000.
const POLICY_BUDGET: u64 = 9_000_000;
/// The maximum costs of one expression that are tried in turn; the limit of Kubernetes is 1,000,000.
const BUDGETS: [u64; 5] = [800_000, 400_000, 150_000, 50_000, 20_000];

/// The name of the policy of each blueprint: unique, although blueprints may differ only in case.
pub fn policy_names<'b>(
    blueprints: impl IntoIterator<Item = &'b Blueprint>,
    platform: &Platform,
) -> BTreeMap<String, String> {
    let mut identifiers: Vec<&str> = blueprints.into_iter().map(|blueprint| blueprint.identifier.as_str()).collect();
    // One whose identifier is a name keeps it.
    identifiers.sort_by_key(|identifier| (to_resource_name(identifier) != **identifier, *identifier));
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for identifier in identifiers {
        let stem: String = to_resource_name(identifier).chars().take(100).collect();
        let stem = stem.trim_end_matches(['-', '.']);
        let mut name = format!("{stem}.{}", platform.group);
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{stem}-{number}.{}", platform.group);
            number += 1;
        }
        names.insert(identifier.to_owned(), name);
    }
    names
}

/// The policy and its binding, two documents.
pub fn policy(blueprint: &Blueprint, name: &str, platform: &Platform) -> String {
    let fits = |budget: &u64| {
        let policy = Policy::new(blueprint, *budget);
        (policy.cost() <= POLICY_BUDGET).then_some(policy)
    };
    let policy = BUDGETS.iter().find_map(fits).unwrap_or_else(|| Policy::new(blueprint, BUDGETS[BUDGETS.len() - 1]));
    let mut text = head(blueprint, &policy.notes);
    let literal = cel::text(&blueprint.identifier);
    let _ = write!(
        text,
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata:\n  name: {name}\nspec:\n  \
         failurePolicy: Fail\n  matchConstraints:\n    resourceRules:\n      - apiGroups: [{}]\n        apiVersions: [{}]\n\
         \x20       operations: [CREATE, UPDATE]\n        resources: [entities, clusterentities]\n  matchConditions:\n    \
         - name: blueprint\n      expression: {}\n    # A label that changes, or a finalizer that is removed, is no reason to \
         judge an object again.\n    - name: changed\n      expression: {}\n  variables:\n",
        platform.group,
        platform.version,
        quoted(&format!("has(object.spec) && object.spec.blueprint == {literal}")),
        quoted("oldObject == null || !has(oldObject.spec) || object.spec != oldObject.spec"),
    );
    for (name, expression) in variables(blueprint) {
        let _ = writeln!(text, "    - name: {name}\n      expression: {}", quoted(&expression));
    }
    text.push_str("  validations:\n");
    for Validation { condition, message, found } in &policy.validations {
        let _ = writeln!(text, "    - expression: {}", quoted(&condition.text));
        let _ = writeln!(text, "      message: {}", quoted(message));
        if !found.is_empty() {
            let expression = format!("{} + ({found})", cel::text(message));
            let _ = writeln!(text, "      messageExpression: {}", quoted(&expression));
        }
    }
    let _ = write!(
        text,
        "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata:\n  name: {name}\n\
         spec:\n  policyName: {name}\n  validationActions: [Deny]\n"
    );
    text
}

fn head(blueprint: &Blueprint, notes: &[String]) -> String {
    let mut text = format!(
        "{POLICY_MARK}. The cluster refuses what the catalog would refuse of blueprint `{}`.\n\
         # Write it again after a change of the blueprint. It needs Kubernetes 1.31 or later.\n\
         #\n\
         # Only the catalog judges whether the targets of relations exist, whether an identifier is unique, and values that are\n\
         # too large for the cost limits of Kubernetes.\n",
        one_line(&blueprint.identifier)
    );
    if !notes.is_empty() {
        text.push_str("# It also judges what CEL does not express:\n");
        for note in notes {
            let _ = writeln!(text, "# - {note}");
        }
    }
    text
}
