//! `graph`: draws the neighbourhood of an entity, or the blueprints and their relations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::analysis::{Snapshot, TargetRef};
use crate::commands::context::Context;
use crate::commands::lint::index::RepositoryIndex;
use crate::commands::query::open::open_index;
use crate::commands::query::subject::{parse_entity, unknown_entity};
use crate::commands::verb::{Needs, Process, Verb};
use crate::domain::error_class::ExitClass;
use crate::domain::finding::EntityName;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::graph::{self, Graph, GraphEdge, GraphNode};
use crate::text::plural::grouped;

/// More nodes make no picture that a person can read, and no browser draws them.
const MAX_NODES: usize = 2_000;

/// Draw what an entity points to and what points to it, or the blueprints and their relations
///
/// Works offline. The Mermaid text can be pasted into a Markdown file on GitHub or GitLab between ```mermaid fences; the DOT
/// text is for Graphviz.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan graph                                   the blueprints and their relations
  portolan graph service/cart                      the neighbours of an entity
  portolan graph service/cart --depth 3 --direction incoming
  portolan graph service/cart --output dot | dot -Tsvg > cart.svg")]
pub struct GraphArgs {
    /// The entity, as BLUEPRINT/ID; without it, the graph shows the blueprints
    #[arg(value_name = "ENTITY", value_hint = clap::ValueHint::Other)]
    pub entity: Option<String>,
    /// The number of steps from the entity
    #[arg(long, value_name = "N", default_value_t = 1, requires = "entity", value_hint = clap::ValueHint::Other)]
    pub depth: usize,
    /// Which relations to follow
    #[arg(long, value_name = "DIRECTION", value_enum, default_value_t = Direction::Both, requires = "entity")]
    pub direction: Direction,
    /// Format of the graph
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = GraphFormat::Text)]
    pub output: GraphFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Direction {
    /// What the entity points to
    Outgoing,
    /// What points to the entity
    Incoming,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum GraphFormat {
    Text,
    Json,
    Mermaid,
    Dot,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("no blueprints: `.portolan/blueprints` does not exist or is empty")]
#[diagnostic(
    code("no-blueprints-to-draw"),
    help("run `portolan pull`, or name an entity: `portolan graph service/cart`")
)]
struct NoBlueprints;

impl ExitClass for NoBlueprints {}

impl Verb for GraphArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| run(self, context))
    }
}

fn run(args: &GraphArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let repository = open_index(context)?;
    let mut notes = repository.notes.clone();
    let drawn = match &args.entity {
        None => model(&repository.snapshot)?,
        Some(text) => {
            let root = parse_entity(text, &repository)?;
            neighbourhood(root, args, &repository, &mut notes)?
        }
    };
    let (format, shown) = match args.output {
        GraphFormat::Text => ("text", graph::text(&drawn, &context.style)),
        GraphFormat::Json => ("json", graph::json(&drawn, &notes)),
        GraphFormat::Mermaid => ("mermaid", graph::mermaid(&drawn)),
        GraphFormat::Dot => ("dot", graph::dot(&drawn)),
    };
    let shown = context.mask.text(&shown).into_owned();
    context.write_report(format, None, &shown)?;
    if args.output != GraphFormat::Json {
        notes.iter().for_each(|note| context.say(&format!("note: {note}")));
    }
    Ok(Exit::Success)
}

/// The blueprints of the snapshot and their relations.
fn model(snapshot: &Snapshot) -> Result<Graph, NoBlueprints> {
    let mut names: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for indexed in snapshot.identifiers().filter_map(|name| snapshot.find(name)) {
        let blueprint = &indexed.blueprint;
        names.insert(&blueprint.identifier, blueprint.raw["title"].as_str());
        blueprint.relations.iter().for_each(|relation| _ = names.entry(&relation.target).or_default());
    }
    if names.is_empty() {
        return Err(NoBlueprints);
    }
    let numbers: BTreeMap<&str, usize> = names.keys().copied().zip(0..).collect();
    let mut edges = Vec::new();
    for indexed in names.keys().filter_map(|name| snapshot.find(name)) {
        for relation in &indexed.blueprint.relations {
            let (from, to) = (numbers[indexed.blueprint.identifier.as_str()], numbers[relation.target.as_str()]);
            let traits = [(relation.required, "required"), (relation.many, "many")];
            let traits = traits.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()).collect();
            edges.push(GraphEdge { from, to, field: relation.name.clone(), traits });
        }
    }
    let node = |(name, title): (&str, Option<&str>)| GraphNode {
        name: name.to_owned(),
        title: title.map(str::to_owned),
        file: None,
    };
    Ok(Graph { root: None, nodes: names.into_iter().map(node).collect(), edges })
}

/// What can be reached from an entity in so many steps.
fn neighbourhood(
    root: EntityName,
    args: &GraphArgs,
    repository: &RepositoryIndex,
    notes: &mut Vec<String>,
) -> Result<Graph, Error> {
    let RepositoryIndex { index, snapshot, .. } = repository;
    let is_known = || snapshot.known.as_ref().is_some_and(|known| known.contains(&root.blueprint, &root.identifier));
    let is_used = || !index.references_to(&root.blueprint, &root.identifier).is_empty();
    if index.declarations(&root.blueprint, &root.identifier).is_empty() && !is_known() && !is_used() {
        return Err(unknown_entity(&root, repository).into());
    }
    let mut numbers = BTreeMap::from([(root.clone(), 0)]);
    let mut names = vec![root];
    let mut edges: BTreeSet<(usize, usize, String)> = BTreeSet::new();
    let mut queue = VecDeque::from([(0, 0)]);
    let mut is_cut = false;
    while let Some((node, distance)) = queue.pop_front() {
        if distance == args.depth {
            continue;
        }
        let name = names[node].clone();
        for (other, field, is_outgoing) in steps(&name, args.direction, repository) {
            let number = match numbers.get(&other) {
                Some(number) => *number,
                None if names.len() == MAX_NODES => {
                    is_cut = true;
                    continue;
                }
                None => {
                    numbers.insert(other.clone(), names.len());
                    names.push(other);
                    queue.push_back((names.len() - 1, distance + 1));
                    names.len() - 1
                }
            };
            edges.insert(if is_outgoing { (node, number, field) } else { (number, node, field) });
        }
    }
    if is_cut {
        notes.push(format!("The graph ends at {} entities; use a smaller `--depth`.", grouped(MAX_NODES)));
    }
    let nodes = names.iter().map(|name| node(name, repository)).collect();
    let edges = edges.into_iter().map(|(from, to, field)| GraphEdge { from, to, field, traits: Vec::new() }).collect();
    Ok(Graph { root: Some(0), nodes, edges })
}

/// The entities one step from this one, the field that leads there, and whether this entity holds the field.
fn steps(name: &EntityName, direction: Direction, repository: &RepositoryIndex) -> Vec<(EntityName, String, bool)> {
    let RepositoryIndex { index, snapshot, .. } = repository;
    let field = |target: &TargetRef<'_>| snapshot.field_name(target.fact.field).to_owned();
    let mut found = Vec::new();
    if direction != Direction::Incoming {
        let declarations = index.declarations(&name.blueprint, &name.identifier);
        for target in declarations.into_iter().flat_map(|entity| entity.targets()) {
            let blueprint = snapshot.target_blueprint(target.fact.field).to_owned();
            let other = EntityName { blueprint, identifier: target.text().to_owned() };
            found.push((other, field(&target), true));
        }
    }
    if direction != Direction::Outgoing {
        for target in index.references_to(&name.blueprint, &name.identifier) {
            found.extend(target.entity.name().map(|other| (other, field(&target), false)));
        }
    }
    found
}

fn node(name: &EntityName, repository: &RepositoryIndex) -> GraphNode {
    let declaration = repository.index.declarations(&name.blueprint, &name.identifier).into_iter().next();
    GraphNode {
        name: format!("{}/{}", name.blueprint, name.identifier),
        title: declaration.map(|entity| entity.title().to_owned()).filter(|title| !title.is_empty()),
        file: declaration.map(|entity| repository.path(entity.file()).to_owned()),
    }
}
