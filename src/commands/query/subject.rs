//! The entity or blueprint that the user names on the command line: `service/cart`, `service`.

use crate::commands::lint::index::RepositoryIndex;
use crate::domain::error_class::ExitClass;
use crate::domain::finding::EntityName;
use crate::text::suggest::closest;

/// A name of the command line that does not lead to an entity.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum SubjectError {
    #[error("`{text}` names no entity: expected BLUEPRINT/ID")]
    #[diagnostic(code("no-entity-name"), help("{help}"))]
    NoSlash { text: String, help: String },
    #[error("unknown entity `{name}`: no manifest declares it{also}")]
    #[diagnostic(code("unknown-entity"), help("{help}"))]
    Unknown { name: String, also: &'static str, help: String },
    #[error("unknown blueprint `{name}`: no manifest uses it{also}")]
    #[diagnostic(code("unknown-blueprint-name"), help("{help}"))]
    UnknownBlueprint { name: String, also: &'static str, help: String },
}

impl ExitClass for SubjectError {}

/// Where a name was looked for besides the manifests, as the rest of a sentence.
fn also(repository: &RepositoryIndex) -> &'static str {
    match repository.snapshot.known.is_some() {
        true => ", and the snapshot does not know it",
        false => "",
    }
}

/// Splits `service/cart`. Both parts may contain slashes: the blueprint is the first one that the repository knows.
pub(crate) fn parse_entity(text: &str, repository: &RepositoryIndex) -> Result<EntityName, SubjectError> {
    let splits = || {
        let slashes = text.match_indices('/').map(|(at, _)| at);
        let parts = slashes.filter_map(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
        parts.filter(|(blueprint, identifier)| !blueprint.is_empty() && !identifier.is_empty())
    };
    let known = splits().find(|(blueprint, _)| require_blueprint(blueprint, repository).is_ok());
    if let Some((blueprint, identifier)) = known.or_else(|| splits().next()) {
        return Ok(EntityName { blueprint: blueprint.to_owned(), identifier: identifier.to_owned() });
    }
    let meant = repository.index.entities().find(|entity| entity.identifier() == text);
    let help = match meant {
        Some(entity) => format!("did you mean `{}/{text}`?", entity.blueprint()),
        None => "write it as `service/cart`; `portolan list` shows all entities".to_owned(),
    };
    Err(SubjectError::NoSlash { text: text.to_owned(), help })
}

/// The error for an entity that nothing knows.
pub(crate) fn unknown_entity(name: &EntityName, repository: &RepositoryIndex) -> SubjectError {
    let EntityName { blueprint, identifier } = name;
    let declared = repository.index.entities();
    let same = declared.filter(|entity| entity.blueprint() == blueprint).map(|entity| entity.identifier());
    let known = repository.snapshot.known.iter().flat_map(|known| known.identifiers(blueprint));
    let elsewhere = repository.index.entities().find(|entity| entity.identifier() == identifier);
    let system = format!("_{blueprint}");
    let is_system = !repository.index.references_to(&system, identifier).is_empty()
        || repository.snapshot.known.as_ref().is_some_and(|known| known.contains(&system, identifier));
    if is_system {
        let name = format!("{blueprint}/{identifier}");
        return SubjectError::Unknown {
            name,
            also: also(repository),
            help: format!("did you mean `{system}/{identifier}`?"),
        };
    }
    let help = match (closest(identifier, same.chain(known)), elsewhere) {
        (_, Some(entity)) => format!("did you mean `{}/{identifier}`?", entity.blueprint()),
        (Some(meant), None) => format!("did you mean `{blueprint}/{meant}`?"),
        (None, None) => match require_blueprint(blueprint, repository) {
            Ok(()) => format!("`portolan list {blueprint}` shows its entities"),
            Err(SubjectError::UnknownBlueprint { help, .. }) => help,
            Err(_) => "`portolan list` shows all entities".to_owned(),
        },
    };
    SubjectError::Unknown { name: format!("{blueprint}/{identifier}"), also: also(repository), help }
}

/// Checks that the repository or its snapshot knows a blueprint.
pub(crate) fn require_blueprint(name: &str, repository: &RepositoryIndex) -> Result<(), SubjectError> {
    let snapshot = &repository.snapshot;
    let is_used = || repository.index.entities().any(|entity| entity.blueprint() == name);
    if snapshot.identifiers().any(|blueprint| blueprint == name) || is_used() {
        return Ok(());
    }
    let used = repository.index.entities().map(|entity| entity.blueprint());
    let help = match closest(name, snapshot.identifiers().chain(used)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`portolan graph` shows the blueprints; `portolan pull` updates them".to_owned(),
    };
    let also = match snapshot.has_blueprints() {
        true => ", and the snapshot does not have it",
        false => "",
    };
    Err(SubjectError::UnknownBlueprint { name: name.to_owned(), also, help })
}
