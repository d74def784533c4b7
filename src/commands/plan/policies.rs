//! The policies in force for a plan. A branch must not weaken the policy that judges it: with a merge base, the policies
//! of the config there apply as well, as they are there.

use crate::commands::ci_run::is_pull_request;
use crate::commands::rule_names;
use crate::commands::workspace::config_at::{ConfigAt, config_at};
use crate::domain::blueprint::Blueprint;
use crate::domain::plan::policy::Policy;
use crate::plan::{UnknownName, unknown_names};
use crate::settings::{Environment, Settings};
use crate::sources::git::{CommitId, Repository};
use crate::text::plural::{count, list};
use crate::text::suggest::closest;

/// The number of policies that one note names.
const MAX_NAMED: usize = 5;

/// The policies in force, and complete sentences for the user.
pub(crate) struct PoliciesInForce {
    pub policies: Vec<Policy>,
    pub notes: Vec<String>,
}

/// `base`: the merge base, with its repository.
pub(crate) fn policies_in_force(
    settings: &Settings,
    environment: &Environment,
    base: Option<(&Repository, CommitId)>,
) -> PoliciesInForce {
    let mut policies: Vec<Policy> = settings.policies.values().map(|policy| policy.value.clone()).collect();
    let mut notes = Vec::new();
    // A config outside of the work tree is none that a branch can change.
    if settings.config.as_ref().is_some_and(|config| config.value.is_absolute()) {
        return PoliciesInForce { policies, notes };
    }
    let Some((repository, commit)) = base else {
        if is_pull_request(environment) {
            let what = match policies.is_empty() {
                true => "No policies apply",
                false => "Only the policies of this branch apply",
            };
            notes.push(format!(
                "{what}: the merge base of this pull request is unknown, so policies that it changes or removes are unknown too."
            ));
        }
        return PoliciesInForce { policies, notes };
    };
    let at_base = match config_at(settings, repository, commit) {
        ConfigAt::Absent => Some(Vec::new()),
        ConfigAt::Unreadable => None,
        ConfigAt::Text(text) => settings.policies_of(&text, environment, &rule_names()),
    };
    let Some(at_base) = at_base else {
        notes.push("Only the policies of this branch apply: the config at the merge base cannot be read.".to_owned());
        return PoliciesInForce { policies, notes };
    };
    let mut weakened: Vec<Policy> = at_base;
    weakened.retain(|old| !policies.iter().any(|policy| policy.judges_like(old)));
    weakened.iter_mut().for_each(|policy| policy.is_of_base = true);
    notes.extend(describe_old(&weakened));
    policies.extend(weakened);
    PoliciesInForce { policies, notes }
}

fn describe_old(policies: &[Policy]) -> Option<String> {
    let mut names: Vec<String> = policies.iter().take(MAX_NAMED).map(|policy| format!("`{}`", policy.name)).collect();
    if policies.len() > MAX_NAMED {
        names.push(count(policies.len() - MAX_NAMED, "other"));
    }
    let (policies, apply, has, it) = match policies.len() {
        0 => return None,
        1 => ("The policy", "applies", "has it", "it"),
        _ => ("The policies", "apply", "has them", "them"),
    };
    Some(format!(
        "{policies} {} still {apply} as the config at the merge base {has}: what this branch changes in {it} applies from the \
         next commit on.",
        list(&names)
    ))
}

/// Notes on names in policies that the catalog does not have.
pub(crate) fn describe_unknown_names(policies: &[Policy], blueprints: &[Blueprint]) -> Vec<String> {
    let mut notes = Vec::new();
    for policy in policies.iter().filter(|policy| !policy.is_of_base) {
        for unknown in unknown_names(policy, blueprints) {
            let (what, name, meant) = match &unknown {
                UnknownName::Blueprint(name) => {
                    let known = blueprints.iter().map(|blueprint| blueprint.identifier.as_str());
                    (format!("the blueprint `{name}`, which the catalog does not have"), name.as_ref(), known.collect())
                }
                UnknownName::Field(name) => (
                    format!("the field `{name}`, which none of its blueprints has"),
                    name.as_ref(),
                    field_names(blueprints),
                ),
                UnknownName::Value { field, value } => (
                    format!("the value {} of `{field}`, which its blueprints do not allow", value.to_json()),
                    "",
                    Vec::new(),
                ),
            };
            let meant = closest(name, meant).map(|meant| format!("; did you mean `{meant}`?"));
            let policy = &policy.name;
            notes.push(format!("The policy `{policy}` names {what}{}", meant.as_deref().unwrap_or(".")));
        }
    }
    notes
}

fn field_names(blueprints: &[Blueprint]) -> Vec<&str> {
    let properties = blueprints.iter().flat_map(|it| &it.properties).map(|property| property.name.as_str());
    let relations = blueprints.iter().flat_map(|it| &it.relations).map(|relation| relation.name.as_str());
    properties.chain(relations).collect()
}
