//! `list`: lists the entities that manifests declare, those that the catalog has without a manifest, or both.

use std::collections::{BTreeSet, HashSet};

use foldhash::HashMap;

use crate::commands::args::output::TextOrJson;
use crate::commands::context::Context;
use crate::commands::lint::index::RepositoryIndex;
use crate::commands::query::condition::Condition;
use crate::commands::query::fields::{EntityFields, map_declared};
use crate::commands::query::impossible::{ImpossibleValue, impossible_value};
use crate::commands::query::live::{LiveEntities, read_live};
use crate::commands::query::open::open_index;
use crate::commands::query::subject::require_blueprint;
use crate::commands::verb::{Needs, Process, Verb};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::fields::TextField;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::error_class::ExitClass;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::entity_list::{self, EntityList, ListedEntity};
use crate::text::plural::{as_sentence, count};
use crate::text::suggest::closest;

/// List entities
///
/// Lists what the manifests of this repository declare, one entity per line: its name, its title and its file. Works offline;
/// right after a `lint` it reads no manifest again. With `--live`, it also reads the catalog, lists what only the catalog
/// has, and marks what the catalog does not have yet.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan list                                   all entities of this repository
  portolan list service --where tier=1            by a property
  portolan list service --where team=payments --where language!=go
  portolan list --undeclared                      what the catalog has and no manifest declares
  portolan list --live --output json              both sides, for a script

PROPERTY is a property, a relation, or one of identifier, title, icon and team ($team, if a property has that name).
A list has the value if one of its items is equal; `PROPERTY=` is true where there is no value.")]
pub struct ListArgs {
    /// Only entities of this blueprint
    #[arg(value_name = "BLUEPRINT", value_hint = clap::ValueHint::Other)]
    pub blueprint: Option<String>,
    /// Only entities with this value (or, with `!=`, without it); repeatable, all must be true
    #[arg(id = "where", long = "where", value_name = "PROPERTY=VALUE", value_parser = Condition::parse, value_hint = clap::ValueHint::Other)]
    pub conditions: Vec<Condition>,
    /// Only entities that the catalog has and no manifest here declares: by the snapshot, or with `--live` by the catalog
    #[arg(long)]
    pub undeclared: bool,
    /// Read the catalog too
    #[arg(long)]
    pub live: bool,
    /// Format of the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TextOrJson::Text)]
    pub output: TextOrJson,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum ListError {
    #[error("no list of the catalog's entities: `.portolan/known-entities.txt` does not exist")]
    #[diagnostic(code("no-known-entities"), help("run `portolan pull`, or read the catalog with `--live`"))]
    NoKnownEntities,
    #[error("`--where` needs values, and the snapshot has only names")]
    #[diagnostic(code("no-values"), help("read the catalog with `--live`"))]
    NoValues,
    #[error("unknown property `{name}`: {reason}")]
    #[diagnostic(code("unknown-condition"), help("{help}"))]
    UnknownProperty { name: String, reason: String, help: String },
    #[error("`{name}` cannot be `{value}`: {reason}")]
    #[diagnostic(code("impossible-condition"), help("{help}"))]
    ImpossibleValue { name: String, value: String, reason: String, help: String },
}

impl ExitClass for ListError {}

impl Verb for ListArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| run(self, context))
    }
}

impl ListArgs {
    fn accepts(&self, identifier: &str, fields: &EntityFields) -> bool {
        self.conditions.iter().all(|condition| condition.accepts(identifier, fields))
    }
}

fn run(args: &ListArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let repository = open_index(context)?;
    if let Some(blueprint) = args.blueprint.as_deref().filter(|_| !args.live) {
        require_blueprint(blueprint, &repository)?;
    }
    // The catalog may have properties that the snapshot does not have yet.
    if !args.live {
        check_conditions(args, &repository)?;
    }
    if args.undeclared && !args.live {
        if repository.snapshot.known.is_none() {
            return Err(ListError::NoKnownEntities.into());
        }
        if !args.conditions.is_empty() {
            return Err(ListError::NoValues.into());
        }
    }
    let live = if args.live { Some(read_live(args.blueprint.as_deref(), context)?) } else { None };
    if let Some(blueprint) = live.iter().flat_map(|live| &live.missing).next() {
        require_blueprint(blueprint, &repository)?;
    }
    let mut notes = repository.notes.clone();
    notes.extend(
        live.iter().flat_map(LiveEntities::incomplete).map(|(blueprint, reason)| {
            as_sentence(&format!("not all entities of `{blueprint}` could be read: {reason}"))
        }),
    );
    let mut entities = declared(args, &repository, live.as_ref());
    entities.extend(undeclared(args, &repository, live.as_ref()));
    entities.sort();
    // Before titles are cut: half a credential is not recognised.
    for title in entities.iter_mut().filter_map(|entity| entity.title.as_mut()) {
        *title = context.mask.text(title).into_owned();
    }
    // A manifest with a wrong value is listed all the same.
    let impossible = impossible_conditions(args, &repository);
    if entities.is_empty()
        && let Some(first) = impossible.iter().find(|condition| !condition.is_negated)
    {
        let ImpossibleValue { name, value, reason, help, is_negated: _ } = first.clone();
        return Err(ListError::ImpossibleValue { name, value, reason, help }.into());
    }
    for ImpossibleValue { name, value, reason, help, is_negated: _ } in &impossible {
        notes.push(as_sentence(&format!("`{name}` cannot be `{value}`: {reason}; {help}")));
    }
    let list = EntityList { entities: &entities, notes: &notes };
    let (format, shown) = match args.output {
        TextOrJson::Json => ("json", entity_list::json(&list)),
        TextOrJson::Text => ("text", entity_list::text(&list, &context.style)),
    };
    let shown = context.mask.text(&shown).into_owned();
    context.write_report(format, None, &shown)?;
    if args.output == TextOrJson::Text {
        notes.iter().for_each(|note| context.say(&format!("note: {note}")));
        if entities.is_empty() {
            let all = repository.index.entities().count();
            context.say(&format!("No entity matches; this repository declares {}.", count(all, "entity")));
        }
    }
    Ok(Exit::Success)
}

/// The blueprints of the snapshot whose entities are listed.
fn asked_blueprints<'r>(args: &ListArgs, repository: &'r RepositoryIndex) -> Vec<&'r Blueprint> {
    let snapshot = &repository.snapshot;
    let is_asked = |name: &&str| args.blueprint.as_deref().is_none_or(|asked| asked == *name);
    let found = snapshot.identifiers().filter(is_asked).filter_map(|name| snapshot.find(name));
    found.map(|indexed| &indexed.blueprint).collect()
}

/// The conditions that no entity can meet, or, if they are negated, that all do.
fn impossible_conditions(args: &ListArgs, repository: &RepositoryIndex) -> Vec<ImpossibleValue> {
    if args.live {
        return Vec::new();
    }
    let blueprints = asked_blueprints(args, repository);
    args.conditions.iter().filter_map(|condition| impossible_value(condition, &blueprints)).collect()
}

/// Refuses a property that no blueprint in question has: it would only look like an empty list.
fn check_conditions(args: &ListArgs, repository: &RepositoryIndex) -> Result<(), ListError> {
    let blueprints = asked_blueprints(args, repository);
    if blueprints.is_empty() {
        return Ok(());
    }
    let own = ["identifier", "team"].into_iter().chain(TextField::ALL.map(TextField::key));
    let own: BTreeSet<&str> = own.collect();
    let mut names = own.clone();
    for blueprint in &blueprints {
        names.extend(blueprint.properties.iter().map(|property| property.name.as_str()));
        names.extend(blueprint.relations.iter().map(|relation| relation.name.as_str()));
    }
    for condition in &args.conditions {
        let is_known = match condition.name.strip_prefix('$') {
            Some(field) => own.contains(field),
            None => names.contains(condition.name.as_str()),
        };
        if is_known {
            continue;
        }
        let reason = args.blueprint.as_ref().map_or_else(
            || "no blueprint of the snapshot has it".to_owned(),
            |blueprint| format!("blueprint `{blueprint}` does not have it"),
        );
        let help = match closest(condition.plain_name(), names) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`portolan explain BLUEPRINT` shows the properties of a blueprint".to_owned(),
        };
        return Err(ListError::UnknownProperty { name: condition.name.clone(), reason, help });
    }
    Ok(())
}

/// The entities that manifests declare and that the user asks for.
fn declared(args: &ListArgs, repository: &RepositoryIndex, live: Option<&LiveEntities>) -> Vec<ListedEntity> {
    if args.undeclared {
        return Vec::new();
    }
    let is_asked = |blueprint: &str| args.blueprint.as_deref().is_none_or(|name| name == blueprint);
    let entities: Vec<_> =
        repository.index.entities().filter(|entity| !entity.is_doubtful() && is_asked(entity.blueprint())).collect();
    let is_named = |name: &str| args.conditions.iter().any(|condition| condition.plain_name() == name);
    let is_accepted = |entity: Desired| {
        let fields = EntityFields::declared_of(&entity, &is_named);
        args.accepts(&entity.key.identifier, &fields)
    };
    let answers: HashMap<EntityKey, bool> = match args.conditions.is_empty() {
        true => HashMap::default(),
        false => map_declared(repository, entities.iter().map(|entity| entity.file()).collect(), is_accepted),
    };
    let accepts = |blueprint: &str, identifier: &str| {
        let key = EntityKey { blueprint: blueprint.into(), identifier: identifier.into() };
        answers.get(&key).copied().unwrap_or_else(|| args.accepts(identifier, &EntityFields::default()))
    };
    let accepted = entities
        .into_iter()
        .filter(|entity| args.conditions.is_empty() || accepts(entity.blueprint(), entity.identifier()));
    let listed = accepted.map(|entity| ListedEntity {
        blueprint: entity.blueprint().to_owned(),
        identifier: entity.identifier().to_owned(),
        title: Some(entity.title()).filter(|title| !title.is_empty()).map(str::to_owned),
        file: Some(repository.path(entity.file()).to_owned()),
        in_catalog: live.map(|live| live.snapshot.get(entity.blueprint(), entity.identifier()).is_some()),
    });
    listed.collect()
}

/// The entities that no manifest declares: all of them with `--live`, those that the snapshot lists without it.
fn undeclared(args: &ListArgs, repository: &RepositoryIndex, live: Option<&LiveEntities>) -> Vec<ListedEntity> {
    let declared: HashSet<(&str, &str)> =
        repository.index.entities().map(|entity| (entity.blueprint(), entity.identifier())).collect();
    let is_undeclared = |blueprint: &str, identifier: &str| !declared.contains(&(blueprint, identifier));
    if let Some(live) = live {
        let entities = live.snapshot.blueprints.values().flat_map(|shelf| &shelf.entities);
        let accepts = |entity: &&Entity| args.accepts(&entity.key.identifier, &EntityFields::stored(entity));
        return entities
            .filter(|entity| is_undeclared(&entity.key.blueprint, &entity.key.identifier))
            .filter(accepts)
            .map(|entity| ListedEntity {
                blueprint: entity.key.blueprint.to_string(),
                identifier: entity.key.identifier.to_string(),
                title: entity.texts.title.as_ref().map(ToString::to_string),
                file: None,
                in_catalog: Some(true),
            })
            .collect();
    }
    if !args.undeclared {
        return Vec::new();
    }
    let known = repository.snapshot.known.iter().flat_map(|known| known.pairs());
    let asked = known.filter(|(blueprint, _)| args.blueprint.as_deref().is_none_or(|name| name == *blueprint));
    asked
        .filter(|(blueprint, identifier)| is_undeclared(blueprint, identifier))
        .map(|(blueprint, identifier)| ListedEntity {
            blueprint: blueprint.to_owned(),
            identifier: identifier.to_owned(),
            in_catalog: Some(true),
            ..ListedEntity::default()
        })
        .collect()
}
