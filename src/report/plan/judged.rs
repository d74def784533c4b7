//! A sample plan with verdicts of policies: two refusals, one of them as the merge base has the policy, and two hazards.

use crate::domain::plan::change::{Action, ActionKind, Field};
use crate::domain::plan::hazard::{Consent, HazardKind};
use crate::domain::plan::policy::{PolicyMatch, PolicyVerdict};
use crate::domain::value::Value;
use crate::report::plan::fixtures::{Case, change, field, hazard, key, text, texts};

fn found(name: &str, action: ActionKind, field: Option<Field>, before: Value, after: Value) -> PolicyMatch {
    PolicyMatch { key: key(name), action, renamed_from: None, field, before, after }
}

impl Case {
    pub fn judged() -> Self {
        let changes = vec![
            change("service/old", Action::Delete, Vec::new()),
            change("service/older", Action::Delete, Vec::new()),
            change("service/cart", Action::Update, vec![field("tier", text("gold"), text("silver"))]),
            change("service/new", Action::Create, vec![field("title", Value::Null, text("New"))]),
        ];
        let policy =
            |name: &str, message: Option<&str>, verdict: PolicyVerdict, changes: Vec<PolicyMatch>| HazardKind::Policy {
                policy: name.into(),
                message: message.map(Into::into),
                verdict,
                is_of_base: name == "no-silver",
                changes,
            };
        let tier = || Some(Field::Property("tier".into()));
        let stays = vec![found("service/old", ActionKind::Delete, tier(), text("gold"), Value::Null)];
        let silver = vec![found("service/cart", ActionKind::Update, tier(), text("gold"), text("silver"))];
        let few = ["service/old", "service/older"];
        let few = few.map(|name| found(name, ActionKind::Delete, None, Value::Null, Value::Null)).to_vec();
        let team = vec![
            found("service/new", ActionKind::Create, Some(Field::Team), Value::Null, Value::Null),
            found("service/cart", ActionKind::Update, Some(Field::Team), texts(&["blue"]), texts(&["blue"])),
            PolicyMatch {
                renamed_from: Some("books".into()),
                ..found("service/ledger", ActionKind::Rename, Some(Field::Team), texts(&["blue"]), Value::Null)
            },
        ];
        let message = "Gold services are retired by the platform team.";
        let hazards = vec![
            hazard(policy("gold-stays", Some(message), PolicyVerdict::Refuse, stays), Consent::Refused),
            hazard(policy("no-silver", None, PolicyVerdict::Refuse, silver), Consent::Refused),
            hazard(policy("few-deletes", Some("Ask in #catalog first"), PolicyVerdict::Hazard, few), Consent::Approval),
            hazard(policy("real-owners", None, PolicyVerdict::Hazard, team), Consent::Approval),
        ];
        Self::of(changes, hazards)
    }
}
