//! The system blueprints of every account: users, teams, and scorecards with their rules and results. The platform
//! defines their structure; accounts can extend it.

use serde_json::{Value, json};

/// The known system blueprints; newer accounts have more.
pub const SYSTEM_BLUEPRINTS: [&str; 5] = ["_user", "_team", "_scorecard", "_rule", "_rule_result"];

/// The platform's part of a system blueprint; `None`: unknown.
pub fn structure(identifier: &str) -> Option<Value> {
    Some(match identifier {
        "_user" => user(),
        "_team" => team(),
        "_scorecard" => scorecard(),
        "_rule" => rule(),
        "_rule_result" => rule_result(),
        _ => return None,
    })
}

/// Whether the platform's blueprint has properties that are not known here.
pub fn is_partly_known(identifier: &str) -> bool {
    identifier.starts_with('_') && !matches!(identifier, "_user" | "_team")
}

fn user() -> Value {
    json!({
        "identifier": "_user",
        "title": "User",
        "icon": "User",
        "schema": {
            "properties": {
                "status": {
                    "title": "Status",
                    "type": "string",
                    "enum": ["Active", "Disabled", "Invited", "Staged"],
                    "enumColors": {"Active": "green", "Disabled": "red", "Invited": "yellow", "Staged": "lightGray"},
                },
                "port_type": {"title": "Port Type", "type": "string", "enum": ["Standard", "Service Account"]},
                "port_role": {"title": "Port Role", "type": "string", "enum": ["Member", "Moderator", "Admin"]},
                "moderated_blueprints": {
                    "title": "Moderated Blueprints",
                    "type": "array",
                    "items": {"type": "string", "format": "blueprints"},
                },
            },
            "required": [],
        },
        "mirrorProperties": {},
        "calculationProperties": {},
        "aggregationProperties": {},
        "relations": {},
        "ownership": {"type": "Direct"},
    })
}

fn team() -> Value {
    json!({
        "identifier": "_team",
        "title": "Team",
        "icon": "Team",
        "schema": {
            "properties": {"description": {"title": "Description", "type": "string"}},
            "required": [],
        },
        "mirrorProperties": {},
        "calculationProperties": {},
        "aggregationProperties": {
            "size": {
                "title": "Size",
                "icon": "DefaultProperty",
                "type": "number",
                "target": "_user",
                "calculationSpec": {"func": "count", "calculationBy": "entities"},
            },
        },
        "relations": {},
    })
}

fn scorecard() -> Value {
    bare("_scorecard", "Scorecard", "Scorecards", json!({}))
}

fn rule() -> Value {
    let scorecard = json!({"title": "Scorecard", "target": "_scorecard", "required": false, "many": false});
    bare("_rule", "Rule", "Scorecards", json!({"scorecard": scorecard}))
}

fn rule_result() -> Value {
    let rule = json!({"title": "Rule", "target": "_rule", "required": false, "many": false});
    bare("_rule_result", "Rule Result", "Scorecards", json!({"rule": rule}))
}

/// A blueprint of which only the relations are known.
fn bare(identifier: &str, title: &str, icon: &str, relations: Value) -> Value {
    json!({
        "identifier": identifier,
        "title": title,
        "icon": icon,
        "schema": {"properties": {}, "required": []},
        "mirrorProperties": {},
        "calculationProperties": {},
        "aggregationProperties": {},
        "relations": relations,
    })
}
