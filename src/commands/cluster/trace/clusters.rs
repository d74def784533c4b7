//! The clusters of a trace: those of the config, or those that the deliverers of the repository reach, each with the objects
//! that arrive there and the evaluated mapping.

use std::collections::BTreeSet;

use super::run::TraceRun;
use crate::commands::cluster::mapping::mapping_of_cluster;
use crate::commands::delivery::cluster::ClusterDelivery;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::mapping::document::MappingDocument;
use crate::commands::mapping::objects::RepositoryObjects;
use crate::commands::mapping::obstruction::Obstructions;
use crate::commands::resync::revision::is_missing;
use crate::delivery::reach::{Address, Cluster, ClusterId, Tool};
use crate::domain::evaluation::Evaluation;
use crate::error::Error;
use crate::scaffold::Clear;
use crate::settings::ClusterSettings;

/// A cluster with what arrives there.
pub(super) struct LoadedCluster<'a> {
    pub settings: ClusterSettings,
    /// `None`: neither the config nor a deliverer names it.
    pub name: Option<String>,
    pub address: Option<String>,
    pub delivery: Option<ClusterDelivery<'a>>,
    /// Who applies the manifests, where no deliverer is known.
    pub assumption: Option<String>,
    pub objects: RepositoryObjects,
    /// Why deliverers do not apply what is right.
    pub obstructions: Obstructions,
    /// `Err`: why there is none, a clause.
    pub mapping: Result<LoadedMapping, String>,
}

pub(super) struct LoadedMapping {
    pub path: String,
    pub is_generated: bool,
    pub document: MappingDocument,
    pub evaluation: Evaluation,
}

/// A cluster before its objects are read.
struct Sight<'a> {
    settings: ClusterSettings,
    name: Option<String>,
    delivery: Option<ClusterDelivery<'a>>,
}

pub(super) fn load_clusters<'a>(run: &TraceRun<'a>, notes: &mut Vec<String>) -> Result<Vec<LoadedCluster<'a>>, Error> {
    let sights = sights(run);
    let mut clusters = Vec::new();
    for sight in sights {
        clusters.push(load(sight, run, notes)?);
    }
    Ok(clusters)
}

fn sights<'a>(run: &TraceRun<'a>) -> Vec<Sight<'a>> {
    let settings = &run.workspace.settings;
    if !settings.clusters.is_empty() {
        let sight = |cluster: &ClusterSettings| Sight {
            settings: cluster.clone(),
            name: Some(cluster.name.clone()),
            delivery: run.deliveries.and_then(|deliveries| deliveries.of_cluster(cluster)),
        };
        return settings.clusters.iter().map(sight).collect();
    }
    let reached = run.deliveries.map(reached).unwrap_or_default();
    match run.deliveries.filter(|_| !reached.is_empty()) {
        None => vec![Sight { settings: ClusterSettings::default(), name: None, delivery: None }],
        Some(deliveries) => {
            let sight = |id: ClusterId| {
                let cluster = &deliveries.reach.clusters[id.0 as usize];
                let name = cluster.names.first().cloned();
                let settings = ClusterSettings { name: name.clone().unwrap_or_default(), ..Default::default() };
                Sight { settings, name, delivery: Some(deliveries.to_clusters(BTreeSet::from([id]), None)) }
            };
            reached.into_iter().map(sight).collect()
        }
    }
}

/// The clusters that something is delivered to.
fn reached(deliveries: &Deliveries) -> BTreeSet<ClusterId> {
    deliveries.reach.deliverers.iter().map(|deliverer| deliverer.cluster).collect()
}

fn load<'a>(sight: Sight<'a>, run: &TraceRun<'a>, notes: &mut Vec<String>) -> Result<LoadedCluster<'a>, Error> {
    let Sight { settings, name, delivery } = sight;
    let (all, source) = (&*run.workspace.settings, &run.workspace.snapshot_source);
    let objects = RepositoryObjects::read(run.files, all.platform.value, &settings, delivery.as_ref());
    let mapping = match mapping_of_cluster(&settings, run.files, run.find, all, source, Clear::Used) {
        Ok(mapping) => {
            for note in mapping.notes {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
            let document = MappingDocument::read_for(mapping.text, None, Some(all.platform.value));
            let evaluation = document.evaluate(&objects.resync(&settings, run.seconds as f64));
            Ok(LoadedMapping { path: mapping.path, is_generated: settings.mapping.is_none(), document, evaluation })
        }
        Err(error) if settings.mapping.is_none() && is_missing(&error) => Err((*error).to_string()),
        Err(error) => return Err(error),
    };
    let address = delivery.as_ref().zip(run.deliveries).and_then(|(delivery, deliveries)| {
        let mut known = delivery.clusters.iter().map(|id| &deliveries.reach.clusters[id.0 as usize]);
        let first = known.next().map(words)?;
        Some(match known.len() {
            0 => first,
            more => format!("{first} and {more} more"),
        })
    });
    let assumption = delivery.is_none().then(|| assumption(&settings, run.deliveries));
    let obstructions = match delivery.as_ref().zip(run.deliveries) {
        Some((delivery, deliveries)) => Obstructions::of(&objects, delivery, &deliveries.reach, run.files),
        None => Obstructions::default(),
    };
    Ok(LoadedCluster { settings, name, address, delivery, assumption, objects, obstructions, mapping })
}

fn assumption(settings: &ClusterSettings, deliveries: Option<&Deliveries>) -> String {
    let tool = settings.deliverer.map(|deliverer| deliverer.title());
    let by = tool.map_or_else(|| "kubectl".to_owned(), str::to_owned);
    let why = match (tool, deliveries) {
        (Some(_), _) => format!("the config says so (`clusters.{}.deliverer`)", settings.name),
        (None, Some(deliveries)) => format!(
            "no deliverer of this repository is known to deliver to a cluster of this name ({})",
            deliveries.known_names()
        ),
        (None, None) => "this repository has no deliverer".to_owned(),
    };
    let namespace = settings.namespace.as_ref();
    let namespace = namespace.map(|namespace| format!(", into the namespace {namespace} where a manifest names none"));
    format!("{by} applies every manifest{}: {why}", namespace.unwrap_or_default())
}

/// How deliverers reach a cluster.
fn words(cluster: &Cluster) -> String {
    match &cluster.address {
        Address::Own { tool, root } => {
            let tool = match tool {
                Tool::Flux => "Flux",
                Tool::ArgoCd => "Argo CD",
            };
            match root.as_str() {
                "" => format!("the cluster in which {tool} runs"),
                root => format!("the cluster in which {tool} runs, set up from {root}"),
            }
        }
        Address::KubeConfig { namespace, name } => {
            let separator = if namespace.is_empty() { "" } else { "/" };
            format!("the cluster of the kubeconfig {namespace}{separator}{name}")
        }
        Address::Server(server) => format!("the cluster at {server}"),
        Address::Name(name) => format!("the cluster that Argo CD knows as {name}"),
        Address::NotKnown => "a cluster that is not known offline".to_owned(),
    }
}
