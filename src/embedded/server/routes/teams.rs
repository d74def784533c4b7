//! Routes of teams and users: `_team` and `_user` by their names, as Terraform manages them.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::catalog::wire::Refusal;
use crate::domain::entity::patch::Patch;
use crate::embedded::api::body::{must_be, object, only, text, texts};
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::{Store, TeamDraft};

const KEYS: [&str; 4] = ["name", "description", "users", "provider"];

pub(super) fn all(call: &ApiRequest, store: &Store) -> Outcome {
    let fields = call.query.all("fields");
    let teams = store.teams()?.into_iter().map(|team| select(team, &fields)).collect::<Vec<_>>();
    Answer::ok(&json!({"ok": true, "teams": teams}))
}

pub(super) fn one(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, select(store.team(call.segment(0))?, &call.query.all("fields")))
}

pub(super) fn create(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::CREATED, store.create_team(&draft(call)?, &call.writer())?)
}

/// A description that the body does not contain is removed.
pub(super) fn replace(call: &ApiRequest, store: &Store) -> Outcome {
    let mut draft = draft(call)?;
    if draft.description == Patch::Absent {
        draft.description = Patch::Null;
    }
    answered(StatusCode::OK, store.change_team(call.segment(0), &draft, &call.writer())?)
}

pub(super) fn update(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, store.change_team(call.segment(0), &draft(call)?, &call.writer())?)
}

pub(super) fn delete(call: &ApiRequest, store: &Store) -> Outcome {
    store.delete_team(call.segment(0), &call.writer())?;
    Answer::ok(&json!({"ok": true}))
}

pub(super) fn users(_: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "users": store.users()?}))
}

pub(super) fn user(call: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "user": store.user(call.segment(0))?}))
}

fn answered(status: StatusCode, team: Value) -> Outcome {
    Answer::json(status, &json!({"ok": true, "team": team}))
}

fn draft(call: &ApiRequest) -> Result<TeamDraft, Refusal> {
    let body = object(call.json()?)?;
    only(&body, "", &KEYS)?;
    if let Some(key) = ["name", "description", "provider"].into_iter().find(|key| body.get(*key) == Some(&Value::Null))
    {
        return Err(must_be("string", key));
    }
    text(&body, "provider")?;
    let name = text(&body, "name")?.map(str::to_owned);
    if name.as_deref() == Some("") {
        return Err(Refusal::invalid("\"name\" must NOT have fewer than 1 characters"));
    }
    Ok(TeamDraft {
        name,
        description: text(&body, "description")?.map_or(Patch::Absent, |text| Patch::Set(text.to_owned())),
        users: body.contains_key("users").then(|| texts(&body, "users")).transpose()?,
    })
}

/// The requested fields of a team, such as `name` and `users.email`; without any, all.
fn select(team: Value, fields: &[String]) -> Value {
    let Value::Object(team) = team else { return team };
    if fields.is_empty() {
        return Value::Object(team);
    }
    let is_requested = |path: &str| fields.iter().any(|field| field == path);
    let has_fields_of_users = fields.iter().any(|field| field.starts_with("users."));
    let mut selected = Map::new();
    for (key, value) in team {
        if is_requested(&key) {
            selected.insert(key, value);
        } else if let Value::Array(users) = value
            && has_fields_of_users
        {
            selected.insert(key, users.into_iter().map(|user| select_of_user(user, fields)).collect());
        }
    }
    Value::Object(selected)
}

fn select_of_user(user: Value, fields: &[String]) -> Value {
    let Value::Object(user) = user else { return user };
    let is_requested = |key: &str| fields.iter().any(|field| field.strip_prefix("users.") == Some(key));
    user.into_iter().filter(|(key, _)| is_requested(key)).collect::<Map<_, _>>().into()
}
