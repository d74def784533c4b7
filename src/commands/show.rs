//! `show`: one entity as its manifest declares it, what it points to and what points to it, each with its place; with
//! `--live` also as the catalog stores it.

use std::collections::BTreeSet;

use crate::analysis::EntityRef;
use crate::commands::args::output::TextOrJson;
use crate::commands::context::Context;
use crate::commands::lint::index::RepositoryIndex;
use crate::commands::query::fields::{EntityFields, FieldKind, read_declared};
use crate::commands::query::live::read_live_entity;
use crate::commands::query::open::open_index;
use crate::commands::query::places::Lines;
use crate::commands::query::subject::{parse_entity, unknown_entity};
use crate::commands::verb::{Needs, Process, Verb};
use crate::domain::blueprint::{EntityFormat, TEAM};
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::finding::EntityName;
use crate::domain::value::Value;
use crate::domain::value::masked::masked_value;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::entity_page::{
    self, EntityPage, FieldGroup, LiveEntity, PageField, PageReference, Target, TargetState,
};
use crate::text::mask::Mask;

/// Show an entity, what it points to, and what points to it
///
/// Works offline: shows what the manifest declares, with the place of each related entity. With `--live`, it reads the entity
/// from the catalog too, and shows each value that differs.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan show service/cart
  portolan show _team/payments                     everything that a team owns
  portolan show service/cart --live                also as the catalog has it
  portolan show service/cart --output json")]
pub struct ShowArgs {
    /// The entity, as BLUEPRINT/ID
    #[arg(value_name = "ENTITY", value_hint = clap::ValueHint::Other)]
    pub entity: String,
    /// Read the entity from the catalog too
    #[arg(long)]
    pub live: bool,
    /// Format of the page
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TextOrJson::Text)]
    pub output: TextOrJson,
}

impl Verb for ShowArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| run(self, context))
    }
}

fn run(args: &ShowArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let repository = open_index(context)?;
    let name = parse_entity(&args.entity, &repository)?;
    let live = if args.live { Some(read_live_entity(&name, context)?) } else { None };
    let page = page_of(&name, &repository, live.as_ref(), &context.mask)?;
    let (format, shown) = match args.output {
        TextOrJson::Json => ("json", entity_page::json(&page, &repository.notes)),
        TextOrJson::Text => ("text", entity_page::text(&page, &context.style)),
    };
    let shown = context.mask.text(&shown).into_owned();
    context.write_report(format, None, &shown)?;
    if args.output == TextOrJson::Text {
        repository.notes.iter().for_each(|note| context.say(&format!("note: {note}")));
    }
    Ok(Exit::Success)
}

fn page_of(
    name: &EntityName,
    repository: &RepositoryIndex,
    live: Option<&(String, Option<Entity>)>,
    mask: &Mask,
) -> Result<EntityPage, Error> {
    let EntityName { blueprint, identifier } = name;
    let declarations = repository.index.declarations(blueprint, identifier);
    let references = repository.index.references_to(blueprint, identifier);
    let stored = live.and_then(|(_, entity)| entity.as_ref());
    let is_known = repository.snapshot.known.as_ref().is_some_and(|known| known.contains(blueprint, identifier));
    if declarations.is_empty() && stored.is_none() && !is_known && references.is_empty() {
        return Err(unknown_entity(name, repository).into());
    }
    let mut lines = Lines::new(&repository.files);
    let declared = read_declared(repository, declarations.iter().map(|entity| entity.file()).collect());
    let key = EntityKey { blueprint: blueprint.as_str().into(), identifier: identifier.as_str().into() };
    let declared = declared.get(&key).map(EntityFields::declared);
    let fields = page_fields(blueprint, declared.as_ref(), stored, (repository, mask), &mut lines);
    let title = |entity: EntityRef<'_>| Some(entity.title()).filter(|title| !title.is_empty()).map(str::to_owned);
    let mut places = declarations
        .iter()
        .map(|entity| (repository.path(entity.file()).to_owned(), lines.line(entity.place()), title(*entity)));
    let first = places.next();
    let declared_again = places.map(|(file, line, _)| format!("{file}:{line}")).collect();
    let (file, line, declared_title) =
        first.map_or((None, None, None), |(file, line, title)| (Some(file), Some(line), title));
    let stored_title = || stored.and_then(|entity| entity.texts.title.as_ref()).map(ToString::to_string);
    let referenced_by = references.iter().map(|target| PageReference {
        blueprint: target.entity.blueprint().to_owned(),
        identifier: target.entity.identifier().to_owned(),
        title: title(target.entity),
        field: repository.snapshot.field_name(target.fact.field).to_owned(),
        file: repository.path(target.entity.file()).to_owned(),
        line: lines.line(target.place()),
    });
    Ok(EntityPage {
        blueprint: blueprint.clone(),
        identifier: identifier.clone(),
        referenced_by: repository.snapshot.has_blueprints().then(|| referenced_by.collect()),
        title: declared_title.or_else(stored_title),
        file,
        line,
        declared_again,
        fields,
        live: live.map(|(catalog, entity)| live_view(catalog, entity.as_ref())),
    })
}

fn live_view(catalog: &str, entity: Option<&Entity>) -> LiveEntity {
    let record = entity.map(|entity| &entity.record);
    LiveEntity {
        catalog: catalog.to_owned(),
        exists: entity.is_some(),
        created_at: record.and_then(|record| record.created_at).map(|at| at.to_string()),
        updated_at: record.and_then(|record| record.updated_at).map(|at| at.to_string()),
        updated_by: record.and_then(|record| record.updated_by.as_ref()).map(ToString::to_string),
    }
}

/// The declared fields in the order of the manifest, then those that only the catalog has.
fn page_fields(
    blueprint: &str,
    declared: Option<&EntityFields>,
    stored: Option<&Entity>,
    (repository, mask): (&RepositoryIndex, &Mask),
    lines: &mut Lines<'_>,
) -> Vec<PageField> {
    let stored = stored.map(EntityFields::stored);
    let mut seen = BTreeSet::new();
    let mut fields = Vec::new();
    for fields_of_side in [declared, stored.as_ref()].into_iter().flatten() {
        for (kind, name, _) in fields_of_side.iter() {
            if !seen.insert((kind, name)) {
                continue;
            }
            let own = declared.and_then(|declared| declared.get(kind, name));
            let live = stored.as_ref().and_then(|stored| stored.get(kind, name));
            let is_empty = |value: &Value| value.is_null() || matches!(value, Value::List(items) if items.is_empty());
            if own.is_none() && live.is_none_or(is_empty) {
                continue;
            }
            let targets = own.map(|value| targets_of(blueprint, kind, name, value, repository, lines));
            let hidden = |value: &Value| {
                let name = (kind == FieldKind::Property).then_some(name);
                masked_value(mask, name, value).into_owned()
            };
            fields.push(PageField {
                group: match kind {
                    FieldKind::Own => FieldGroup::Entity,
                    FieldKind::Property => FieldGroup::Properties,
                    FieldKind::Relation => FieldGroup::Relations,
                },
                name: name.to_owned(),
                declared: own.map(hidden),
                live: live.map(hidden),
                differs: stored.is_some() && !is_equal(kind, own, live),
                targets: targets.unwrap_or_default(),
            });
        }
    }
    fields.retain(|field| !(field.group == FieldGroup::Entity && field.name == "title" && !field.differs));
    fields.sort_by_key(|field| field.group);
    fields
}

/// Whether both sides mean the same: no value equals an empty one, one item equals a list of it, and the order of targets
/// and teams does not matter.
fn is_equal(kind: FieldKind, declared: Option<&Value>, live: Option<&Value>) -> bool {
    let items = |value: Option<&Value>| -> Vec<serde_json::Value> {
        match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(items)) => items.iter().map(Value::to_json).collect(),
            Some(value) => vec![value.to_json()],
        }
    };
    let numbers_are_equal = |one: &serde_json::Value, other: &serde_json::Value| {
        one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| one == other)
    };
    let (mut declared, mut live) = (items(declared), items(live));
    if kind != FieldKind::Property {
        declared.sort_by_key(ToString::to_string);
        live.sort_by_key(ToString::to_string);
    }
    let pairs = || declared.iter().zip(&live);
    declared.len() == live.len() && pairs().all(|(one, other)| one == other || numbers_are_equal(one, other))
}

/// The entities that a value names.
fn targets_of(
    blueprint: &str,
    kind: FieldKind,
    name: &str,
    value: &Value,
    repository: &RepositoryIndex,
    lines: &mut Lines<'_>,
) -> Vec<Target> {
    let snapshot = &repository.snapshot;
    let indexed = snapshot.find(blueprint);
    let target_blueprint = match kind {
        FieldKind::Own if name == "team" => TEAM.to_owned(),
        FieldKind::Own => return Vec::new(),
        FieldKind::Property => {
            let property = indexed.and_then(|indexed| indexed.blueprint.property(name));
            match property.and_then(|property| property.entity_format()) {
                Some(EntityFormat::Team) => TEAM.to_owned(),
                Some(EntityFormat::User) | None => return Vec::new(),
            }
        }
        FieldKind::Relation => {
            let relation = indexed.and_then(|indexed| indexed.blueprint.relation(name));
            // Without its blueprint, it is not known what a relation points to.
            let Some(relation) = relation else { return Vec::new() };
            relation.target.clone()
        }
    };
    let names: Vec<&str> = match value {
        Value::Text(text) => vec![text],
        Value::List(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let target = |identifier: &str| {
        let found = repository.index.declarations(&target_blueprint, identifier).into_iter().next();
        let state = match (&found, &snapshot.known) {
            (Some(_), _) => TargetState::Declared,
            (None, Some(known)) if known.contains(&target_blueprint, identifier) => TargetState::Known,
            (None, Some(known)) if known.covers(&target_blueprint) => TargetState::Missing,
            (None, _) => TargetState::Unknown,
        };
        Target {
            blueprint: target_blueprint.clone(),
            identifier: identifier.to_owned(),
            title: found.map(|entity| entity.title().to_owned()).filter(|title| !title.is_empty()),
            state,
            file: found.map(|entity| repository.path(entity.file()).to_owned()),
            line: found.map(|entity| lines.line(entity.place())),
        }
    };
    names.into_iter().map(target).collect()
}
