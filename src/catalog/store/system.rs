//! The platform's own blueprints: there from the start, extended by anyone, reshaped and deleted by nobody. Their
//! `structure` is the part that is the platform's.

use rusqlite::{Transaction, params};
use serde_json::{Value, json};

/// Where they begin; nobody made them, so they carry the day on which accounts began to have them.
const SINCE: i64 = 1_736_812_800_000;
const MAKER: &str = "system";

/// Makes those that are not there; a file may be older than this list.
pub(super) fn seed(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO blueprints (identifier, body, system, created_at, created_by, updated_at, updated_by)
         VALUES (?1, ?2, 1, ?3, ?4, ?3, ?4) ON CONFLICT (identifier) DO NOTHING",
    )?;
    for body in [user(), team()] {
        insert.execute(params![body["identifier"].as_str(), body.to_string(), SINCE, MAKER])?;
    }
    Ok(())
}

/// What of a system blueprint is the platform's; `None`: we do not know it better than what is stored.
pub(super) fn structure(identifier: &str) -> Option<Value> {
    match identifier {
        "_user" => Some(user()),
        "_team" => Some(team()),
        _ => None,
    }
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
