//! What the shell may complete in the repository at hand: its blueprints, entities, properties and relations, and all
//! rules. It is read when the first candidate is asked for.

use std::ffi::OsStr;
use std::sync::{Arc, OnceLock};

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter};

use crate::analysis::RULES;
use crate::commands::context::mask_of_run;
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::index::RepositoryIndex;
use crate::commands::lint::request::Request;
use crate::commands::rule_names;
use crate::commands::workspace::cache::CacheFolder;
use crate::commands::workspace::git::Git;
use crate::commands::workspace::open::Workspace;
use crate::domain::progress::Silent;
use crate::settings::{self, Environment};
use crate::text::escape::clean;
use crate::text::mask::Mask;

/// A shell shows no more at once.
const MAX_CANDIDATES: usize = 1_000;

/// The names of the repository.
#[derive(Debug, Default)]
struct Names {
    /// `service/cart`, with its title.
    entities: Vec<(String, String)>,
    blueprints: Vec<(String, String)>,
    /// `service.tier`, with its title.
    properties: Vec<(String, String)>,
}

/// Reads the names on first use.
#[derive(Clone)]
pub(super) struct Candidates {
    request: settings::Request,
    environment: Environment,
    names: Arc<OnceLock<Names>>,
}

/// What a value of the command line may be.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Entity,
    Blueprint,
    BlueprintOrFile,
    EntityOrFile,
    /// `NAME=`, for the blueprints at hand.
    Assignment,
    Team,
    Topic,
}

/// The values that are completed: the path of the command, the argument, and its kind.
const COMPLETED: [(&str, &str, Kind); 12] = [
    ("list", "blueprint", Kind::Blueprint),
    ("list", "where", Kind::Assignment),
    ("show", "entity", Kind::Entity),
    ("graph", "entity", Kind::Entity),
    ("rename", "entity", Kind::Entity),
    ("new", "blueprint", Kind::Blueprint),
    ("new", "set", Kind::Assignment),
    ("new", "relate", Kind::Assignment),
    ("new", "team", Kind::Team),
    ("diff", "only", Kind::BlueprintOrFile),
    ("push", "only", Kind::BlueprintOrFile),
    ("explain", "topic", Kind::Topic),
];

impl Candidates {
    /// `request`: what the unfinished command line says about the repository and its config.
    pub fn new(request: settings::Request, environment: &Environment) -> Self {
        Self { request, environment: environment.clone(), names: Arc::default() }
    }

    /// Adds the candidates to the arguments of the command line.
    pub fn add_to(&self, mut command: Command) -> Command {
        for (verb, argument, kind) in COMPLETED {
            command = command.mut_subcommand(verb, |verb| self.complete(verb, argument, kind));
        }
        command.mut_subcommand("cluster", |cluster| {
            cluster.mut_subcommand("trace", |trace| self.complete(trace, "subject", Kind::EntityOrFile))
        })
    }

    /// The order of the arguments is that of positional ones, so all of them are visited.
    fn complete(&self, verb: Command, argument: &str, kind: Kind) -> Command {
        verb.mut_args(|arg| {
            if arg.get_id() != argument {
                return arg;
            }
            let own = self.clone();
            arg.add(ArgValueCompleter::new(move |current: &OsStr| own.matching(kind, &current.to_string_lossy())))
        })
    }

    fn matching(&self, kind: Kind, current: &str) -> Vec<CompletionCandidate> {
        let names = self.names.get_or_init(|| self.read().unwrap_or_default());
        let candidates = |names: &mut dyn Iterator<Item = (String, String)>| -> Vec<CompletionCandidate> {
            let matching = names.filter(|(name, _)| name.starts_with(current)).take(MAX_CANDIDATES);
            matching.map(|(name, help)| candidate(name, &help)).collect()
        };
        match kind {
            Kind::Entity => candidates(&mut names.entities.iter().cloned()),
            Kind::Blueprint => candidates(&mut names.blueprints.iter().cloned()),
            Kind::EntityOrFile => with_files(candidates(&mut names.entities.iter().cloned()), current),
            Kind::BlueprintOrFile => with_files(candidates(&mut names.blueprints.iter().cloned()), current),
            Kind::Assignment => {
                let mut keys: Vec<(String, String)> = names
                    .properties
                    .iter()
                    .filter_map(|(name, title)| Some((format!("{}=", name.split_once('.')?.1), title.clone())))
                    .collect();
                keys.sort();
                keys.dedup_by(|one, other| one.0 == other.0);
                candidates(&mut keys.into_iter())
            }
            Kind::Team => {
                let teams = names
                    .entities
                    .iter()
                    .filter_map(|(name, title)| Some((name.strip_prefix("_team/")?.to_owned(), title.clone())));
                candidates(&mut teams.into_iter())
            }
            Kind::Topic => {
                let rules = RULES.iter().map(|rule| (rule.info.name.to_owned(), rule.info.what.to_owned()));
                let own = names.blueprints.iter().chain(&names.properties).cloned();
                candidates(&mut rules.chain(own))
            }
        }
    }

    /// `None` where nothing can be read: then there is nothing to complete, and no error to show.
    fn read(&self) -> Option<Names> {
        let settings = settings::resolve(&self.request, &self.environment, &rule_names()).ok()?;
        settings.require_repository("").ok()?;
        let git = Git::new(&settings, &self.environment);
        let workspace = Workspace::of_work_tree(&settings, &git).ok()?;
        let config = LintConfig::of(&workspace, &self.environment);
        let cache = CacheFolder::of(&self.environment);
        let request = Request { cache: cache.as_ref(), ..config.whole() };
        let mask = mask_of_run(&settings, &self.environment);
        Some(Names::of(&RepositoryIndex::of(&request, &Silent).ok()?, &mask))
    }
}

impl Names {
    fn of(repository: &RepositoryIndex, mask: &Mask) -> Self {
        let snapshot = &repository.snapshot;
        let mut names = Self::default();
        let declared = repository.index.entities();
        names.entities.extend(declared.map(|entity| {
            (format!("{}/{}", entity.blueprint(), entity.identifier()), mask.text(entity.title()).into_owned())
        }));
        let known = snapshot.known.iter().flat_map(|known| known.pairs());
        names
            .entities
            .extend(known.map(|(blueprint, identifier)| (format!("{blueprint}/{identifier}"), String::new())));
        names.entities.sort();
        names.entities.dedup_by(|one, other| one.0 == other.0);
        for indexed in snapshot.identifiers().filter_map(|name| snapshot.find(name)) {
            let blueprint = &indexed.blueprint;
            names.blueprints.push((blueprint.identifier.clone(), blueprint.title.clone().unwrap_or_default()));
            let mut add = |name: &str, title: Option<&String>| {
                let title = title.cloned().unwrap_or_default();
                names.properties.push((format!("{}.{name}", blueprint.identifier), title));
            };
            blueprint.properties.iter().for_each(|property| add(&property.name, property.title.as_ref()));
            blueprint.relations.iter().for_each(|relation| add(&relation.name, relation.title.as_ref()));
        }
        names.blueprints.sort();
        names.properties.sort();
        names
    }
}

/// The files of the user's folder too.
fn with_files(mut candidates: Vec<CompletionCandidate>, current: &str) -> Vec<CompletionCandidate> {
    candidates.extend(PathCompleter::any().complete(OsStr::new(current)));
    candidates
}

fn candidate(name: String, help: &str) -> CompletionCandidate {
    let (name, help) = (clean(&name).into_owned(), clean(help));
    let help = Some(&*help).filter(|help| !help.is_empty()).map(|help| help.to_owned().into());
    CompletionCandidate::new(name).help(help)
}
