//! Teams and users as the platform's own routes have them, over the entities of `_team` and `_user`. A team's name is the
//! title of its entity; its members are the users whose `team` contains it.

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Map, Value, json};

use super::connection::Store;
use super::entities::{Members, Row, WriteMethod, columns};
use super::error::{Failure, StoreError};
use crate::catalog::wire::{EntityDraft, IdentifierRef, Refusal, TeamRef, WriteOptions, Writer};
use crate::domain::entity::fields::TextField;
use crate::domain::entity::identifier::{MAX_ENTITY_IDENTIFIER, check_entity_identifier};
use crate::domain::entity::patch::Patch;
use crate::domain::value::timestamp::Moment;

const TEAM: &str = "_team";
const USER: &str = "_user";
/// The number of characters that an identifier has in addition to those of the team's name: a prefix or a number.
const SUFFIX: usize = 25;

/// The body of a write. A key that is absent is not changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TeamDraft {
    pub name: Option<String>,
    pub description: Patch<String>,
    /// The identifiers of the members, which are e-mail addresses.
    pub users: Option<Vec<String>>,
}

impl Store {
    /// All teams, in the order of their identifiers.
    pub fn teams(&self) -> Result<Vec<Value>, Failure> {
        self.read(|transaction| {
            let users = members(transaction)?;
            rows(transaction, TEAM)?.iter().map(|team| team_json(team, &users)).collect()
        })
    }

    pub fn team(&self, name: &str) -> Result<Value, Failure> {
        self.read(|transaction| team_json(&found(transaction, name)?, &members(transaction)?))
    }

    pub fn create_team(&self, draft: &TeamDraft, writer: &Writer) -> Result<Value, Failure> {
        let Some(name) = &draft.name else {
            return Err(Refusal::invalid("must have required property 'name'").into());
        };
        self.write(|transaction| {
            free(transaction, name)?;
            let identifier = free_identifier(transaction, self.compiled(transaction, TEAM)?.id, name)?;
            let entity = EntityDraft { identifier: Some(IdentifierRef::Literal(identifier.clone())), ..entity(draft) };
            self.write_one(transaction, TEAM, WriteMethod::Post, &entity, &WriteOptions::default(), writer)?;
            self.set_members(transaction, &identifier, draft.users.as_deref(), writer)?;
            team_json(&found(transaction, name)?, &members(transaction)?)
        })
    }

    pub fn change_team(&self, name: &str, draft: &TeamDraft, writer: &Writer) -> Result<Value, Failure> {
        self.write(|transaction| {
            let team = found(transaction, name)?;
            let new_name = draft.name.as_deref().filter(|new| *new != name_of(&team));
            if let Some(new_name) = new_name {
                free(transaction, new_name)?;
            }
            let method = WriteMethod::Patch(&team.identifier);
            self.write_one(transaction, TEAM, method, &entity(draft), &WriteOptions::default(), writer)?;
            self.set_members(transaction, &team.identifier, draft.users.as_deref(), writer)?;
            team_json(&found(transaction, new_name.unwrap_or(name))?, &members(transaction)?)
        })
    }

    /// Its members lose it: a team that is created again under the same name begins without members.
    pub fn delete_team(&self, name: &str, writer: &Writer) -> Result<(), Failure> {
        self.write(|transaction| {
            let team = found(transaction, name)?;
            self.set_members(transaction, &team.identifier, Some(&[]), writer)?;
            self.delete_in(transaction, TEAM, &[team.identifier], false)?;
            Ok(())
        })
    }

    /// All users, in the order of their e-mail addresses.
    pub fn users(&self) -> Result<Vec<Value>, Failure> {
        self.read(|transaction| rows(transaction, USER)?.iter().map(user_json).collect())
    }

    pub fn user(&self, email: &str) -> Result<Value, Failure> {
        self.read(|transaction| {
            let row = Row::find(transaction, self.compiled(transaction, USER)?.id, email)?;
            user_json(&row.ok_or_else(|| unknown_user(email))?)
        })
    }

    fn set_members(
        &self,
        transaction: &Transaction<'_>,
        team: &str,
        members: Option<&[String]>,
        writer: &Writer,
    ) -> Result<(), Failure> {
        let Some(members) = members else { return Ok(()) };
        let users = rows(transaction, USER)?;
        if let Some(unknown) = members.iter().find(|email| !users.iter().any(|user| user.identifier == **email)) {
            return Err(unknown_user(unknown).into());
        }
        for user in &users {
            let mut teams = teams_of(user)?;
            let (is_member, will_be) = (teams.iter().any(|it| it == team), members.contains(&user.identifier));
            match (is_member, will_be) {
                (false, true) => teams.push(team.to_owned()),
                (true, false) => teams.retain(|it| it != team),
                (true, true) | (false, false) => continue,
            }
            let draft = EntityDraft { team: Patch::Set(TeamRef::List(teams)), ..EntityDraft::default() };
            let method = WriteMethod::Patch(&user.identifier);
            self.write_one(transaction, USER, method, &draft, &WriteOptions::default(), writer)?;
        }
        Ok(())
    }
}

fn entity(draft: &TeamDraft) -> EntityDraft {
    let mut entity = EntityDraft::default();
    if let Some(name) = &draft.name {
        entity.texts[TextField::Title] = Patch::Set(name.clone());
    }
    let description = match &draft.description {
        Patch::Absent => return entity,
        Patch::Null => Value::Null,
        Patch::Set(text) => text.as_str().into(),
    };
    entity.properties = Some(Map::from_iter([("description".to_owned(), description)]));
    entity
}

/// The name, or what is left of it: an identifier has no spaces, and its length is limited.
fn identifier_of(name: &str) -> String {
    let is_legal = |c: char| check_entity_identifier(&format!("a{c}")).is_ok();
    let legal = name.chars().map(|c| if is_legal(c) { c } else { '_' });
    let legal: String = legal.take(MAX_ENTITY_IDENTIFIER - SUFFIX).collect();
    if check_entity_identifier(&legal).is_ok() { legal } else { format!("team_{}", legal.replace('.', "_")) }
}

/// An identifier for a new team. Different names may have the same characters left, so that it may need a number.
fn free_identifier(transaction: &Transaction<'_>, blueprint: i64, name: &str) -> Result<String, Failure> {
    let first = identifier_of(name);
    let mut identifier = first.clone();
    let mut number = 2_u64;
    while Row::find(transaction, blueprint, &identifier)?.is_some() {
        identifier = format!("{first}_{number}");
        number += 1;
    }
    Ok(identifier)
}

fn rows(transaction: &Transaction<'_>, blueprint: &str) -> Result<Vec<Row>, Failure> {
    let mut statement = transaction.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM entities e JOIN blueprints b ON b.id = e.blueprint WHERE b.identifier = ?1 ORDER BY e.identifier"
    ))?;
    let rows = statement.query_map([blueprint], Row::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The team with this name; for one without a title that is its identifier.
fn find(transaction: &Transaction<'_>, name: &str) -> Result<Option<Row>, Failure> {
    let mut statement = transaction.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM entities e JOIN blueprints b ON b.id = e.blueprint \
         WHERE b.identifier = ?1 AND (e.title = ?2 OR e.title IS NULL AND e.identifier = ?2) \
         ORDER BY e.title IS NULL, e.identifier LIMIT 1"
    ))?;
    Ok(statement.query_row(params![TEAM, name], Row::read).optional()?)
}

fn found(transaction: &Transaction<'_>, name: &str) -> Result<Row, Failure> {
    find(transaction, name)?.ok_or_else(|| Refusal::not_found("Team", "name", name).into())
}

fn free(transaction: &Transaction<'_>, name: &str) -> Result<(), Failure> {
    match find(transaction, name)? {
        Some(_) => Err(taken(name).into()),
        None => Ok(()),
    }
}

/// The platform has an error code of its own for users.
fn unknown_user(email: &str) -> Refusal {
    Refusal::new(404, "user_not_found", format!("User with email \"{email}\" was not found"))
        .with_details(json!({"field": "email", "value": email}))
}

fn taken(name: &str) -> Refusal {
    Refusal::new(409, "identifier_taken", format!("Team with name \"{name}\" is already taken"))
        .with_details(json!({"resource": "Team", "byField": "name", "withValue": name}))
}

fn name_of(team: &Row) -> &str {
    team.texts[TextField::Title].as_deref().unwrap_or(&team.identifier)
}

fn teams_of(user: &Row) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(&user.team).map_err(|error| StoreError::Damaged { what: format!("a user's teams: {error}") })
}

/// A user, and the identifiers of the teams.
struct Member {
    teams: Vec<String>,
    user: Value,
}

fn members(transaction: &Transaction<'_>) -> Result<Vec<Member>, Failure> {
    let users = rows(transaction, USER)?;
    users.iter().map(|user| Ok(Member { teams: teams_of(user)?, user: user_json(user)? })).collect()
}

fn team_json(team: &Row, users: &[Member]) -> Result<Value, Failure> {
    let members = users.iter().filter(|member| member.teams.contains(&team.identifier));
    let members = members.map(|member| member.user.clone()).collect::<Vec<_>>();
    Ok(json!({
        "name": name_of(team),
        "identifier": team.identifier,
        "description": property(team, "description")?,
        "provider": "port",
        "users": members,
        "createdAt": Moment(team.created_at).to_string(),
        "updatedAt": Moment(team.updated_at).to_string(),
    }))
}

fn user_json(user: &Row) -> Result<Value, Failure> {
    let title = user.texts[TextField::Title].as_deref().unwrap_or_default();
    let (first, last) = title.split_once(' ').unwrap_or((title, ""));
    Ok(json!({
        "email": user.identifier,
        "firstName": first,
        "lastName": last,
        "status": property(user, "status")?,
        "role": property(user, "port_role")?,
        "type": property(user, "port_type")?,
        "teams": teams_of(user)?,
        "createdAt": Moment(user.created_at).to_string(),
        "updatedAt": Moment(user.updated_at).to_string(),
    }))
}

fn property(row: &Row, name: &str) -> Result<Value, Failure> {
    let properties = Members::of(&row.properties)?;
    let value = properties.get(name).and_then(|value| serde_json::from_str(value.get()).ok());
    Ok(value.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::embedded::api::Strictness;

    fn store() -> Store {
        let store = Store::in_memory(Arc::new(|| Moment(0))).expect("a store in memory needs nothing");
        for (email, name) in [("ada@example.com", "Ada Lovelace"), ("bob@example.com", "Bob")] {
            let body = json!({"identifier": email, "title": name, "properties": {"status": "Active"}});
            let draft = EntityDraft::parse(&body, Strictness::Open).expect("it is in order");
            store.create_entity("_user", &draft, &WriteOptions::default(), &writer()).expect("users can be created");
        }
        store
    }

    fn writer() -> Writer {
        Writer { id: "client".to_owned(), user_agent: "terraform".to_owned(), now: Moment(0) }
    }

    fn draft(name: &str, users: &[&str]) -> TeamDraft {
        TeamDraft {
            name: Some(name.to_owned()),
            users: Some(users.iter().map(|&email| email.to_owned()).collect()),
            ..TeamDraft::default()
        }
    }

    fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> (u16, String) {
        match result.expect_err("it is refused") {
            Failure::Refused(refusal) => (refusal.status, refusal.message.unwrap_or_default()),
            Failure::Store(error) => panic!("{error}"),
        }
    }

    fn emails(team: &Value) -> Vec<&str> {
        team["users"].as_array().into_iter().flatten().filter_map(|user| user["email"].as_str()).collect()
    }

    #[test]
    fn a_team_is_created_changed_and_deleted_by_its_name() {
        let store = store();
        let created = store.create_team(&draft("Platform Team", &["ada@example.com"]), &writer()).expect("it is new");
        assert_eq!((&created["name"], &created["identifier"]), (&json!("Platform Team"), &json!("Platform_Team")));
        assert_eq!((emails(&created), &created["description"]), (vec!["ada@example.com"], &Value::Null));
        assert_eq!(refusal(store.create_team(&draft("Platform Team", &[]), &writer())).0, 409);
        let patch = TeamDraft { description: Patch::Set("Runs it.".to_owned()), ..TeamDraft::default() };
        let changed = store.change_team("Platform Team", &patch, &writer()).expect("it is there");
        assert_eq!((emails(&changed), &changed["description"]), (vec!["ada@example.com"], &json!("Runs it.")));
        let renamed = store.change_team("Platform Team", &draft("Core", &["bob@example.com"]), &writer());
        let renamed = renamed.expect("it is there");
        assert_eq!((&renamed["name"], emails(&renamed)), (&json!("Core"), vec!["bob@example.com"]));
        assert_eq!(store.team("Core").expect("it is there"), renamed);
        assert_eq!(store.teams().expect("there is one"), [renamed]);
        assert_eq!(store.user("bob@example.com").expect("it is there")["teams"], json!(["Platform_Team"]));
        store.delete_team("Core", &writer()).expect("it is there");
        assert_eq!(refusal(store.team("Core")), (404, "Team with name \"Core\" was not found".to_owned()));
        assert_eq!(store.user("bob@example.com").expect("it is there")["teams"], json!([]));
    }

    #[test]
    fn only_the_name_of_a_team_finds_it() {
        let store = store();
        store.create_team(&draft("A B", &["ada@example.com"]), &writer()).expect("it is new");
        assert_eq!(refusal(store.team("A_B")).0, 404, "that is its identifier");
        let renamed = store.change_team("A B", &draft("A_B", &[]), &writer()).expect("no other team has the name");
        assert_eq!((&renamed["name"], &renamed["identifier"]), (&json!("A_B"), &json!("A_B")));
        let entity = EntityDraft::parse(&json!({"identifier": "untitled"}), Strictness::Open).expect("it is in order");
        store.create_entity("_team", &entity, &WriteOptions::default(), &writer()).expect("it is new");
        assert_eq!(store.team("untitled").expect("it has no other name")["name"], "untitled");
    }

    #[test]
    fn names_that_differ_give_identifiers_that_differ() {
        let store = store();
        let long = "x".repeat(2000);
        for (name, identifier) in [("A B", "A_B"), ("A&B", "A_B_2"), ("A_B", "A_B_3"), (&long, &long[..975])] {
            let team = store.create_team(&draft(name, &[]), &writer()).expect("the name is new");
            assert_eq!((&team["name"], &team["identifier"]), (&json!(name), &json!(identifier)));
        }
        assert_eq!(refusal(store.create_team(&draft("A&B", &[]), &writer())).0, 409);
    }

    #[test]
    fn a_refused_team_leaves_nothing() {
        let store = store();
        let refused = refusal(store.create_team(&draft("Core", &["ada@example.com", "eve@example.com"]), &writer()));
        assert_eq!(refused, (404, "User with email \"eve@example.com\" was not found".to_owned()));
        assert_eq!(store.teams().expect("it can be read"), [] as [Value; 0]);
        assert_eq!(store.user("ada@example.com").expect("it is there")["teams"], json!([]));
        assert_eq!(refusal(store.create_team(&TeamDraft::default(), &writer())).0, 422);
    }

    #[test]
    fn any_name_gives_an_identifier() {
        for (name, identifier) in [("core", "core"), ("A & B", "A___B"), ("..", "team___"), ("Équipe", "Équipe")] {
            assert_eq!(identifier_of(name), identifier, "{name}");
            assert!(check_entity_identifier(identifier).is_ok(), "{identifier}");
        }
    }

    #[test]
    fn users_have_their_names_and_status() {
        let users = store().users().expect("there are two");
        assert_eq!((&users[0]["firstName"], &users[0]["lastName"]), (&json!("Ada"), &json!("Lovelace")));
        assert_eq!((&users[1]["firstName"], &users[1]["status"]), (&json!("Bob"), &json!("Active")));
        assert_eq!(refusal(store().user("eve@example.com")).0, 404);
    }
}
