//! `cluster`: what concerns the way of entities through a cluster. Each of its commands has a file below `cluster/`.

pub mod evaluate;
mod expectation;
pub mod forecast;
mod given_objects;
pub mod mapping;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "reads the recordings")]
mod tests;

use clap::Subcommand;

use crate::commands::verb::{Needs, Process, Verb};
use crate::error::Error;
use crate::exit::Exit;

/// Work on entities that reach the catalog through a Kubernetes cluster
///
/// The platform's Kubernetes exporter reads objects from a cluster, maps them to entities and writes these to the catalog.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan cluster mapping --out platform/port-exporter.yaml
  portolan cluster forecast
  portolan cluster evaluate --mapping platform/port-exporter.yaml catalog/*.yaml")]
pub struct ClusterArgs {
    #[command(subcommand)]
    pub verb: ClusterVerbs,
}

#[derive(Debug, Clone, Subcommand)]
pub enum ClusterVerbs {
    Evaluate(evaluate::EvaluateArgs),
    Forecast(forecast::ForecastArgs),
    Mapping(mapping::MappingArgs),
}

impl Verb for ClusterArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        match &self.verb {
            ClusterVerbs::Evaluate(args) => args.run(process),
            ClusterVerbs::Forecast(args) => {
                process.in_repository(Needs::repository(), |context| forecast::run(args, context))
            }
            ClusterVerbs::Mapping(args) => {
                process.in_repository(Needs::repository(), |context| mapping::run(args, context))
            }
        }
    }
}
