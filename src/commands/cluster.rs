//! `cluster`: what concerns the way of entities through a cluster. Each of its commands has a file below `cluster/`.

pub mod add;
pub mod crds;
pub mod evaluate;
mod expectation;
mod explain;
pub mod forecast;
mod generated_file;
mod given_objects;
pub mod mapping;
mod object_name;
pub mod policies;
pub(crate) mod snapshot_blueprints;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "reads the recordings")]
mod tests;
pub mod trace;

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
  portolan cluster add prod-eu
  portolan cluster crds --out platform/crds.yaml
  portolan cluster mapping --out platform/port-exporter.yaml
  portolan cluster forecast
  portolan cluster trace service/cart
  portolan cluster policies --out platform/policies.yaml
  portolan cluster evaluate --mapping platform/port-exporter.yaml catalog/*.yaml")]
pub struct ClusterArgs {
    #[command(subcommand)]
    pub verb: ClusterVerbs,
}

#[derive(Debug, Clone, Subcommand)]
pub enum ClusterVerbs {
    Add(add::args::AddArgs),
    Crds(crds::CrdsArgs),
    Evaluate(evaluate::EvaluateArgs),
    Forecast(forecast::ForecastArgs),
    Mapping(mapping::MappingArgs),
    Policies(policies::PoliciesArgs),
    Trace(trace::TraceArgs),
}

impl Verb for ClusterArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        match &self.verb {
            ClusterVerbs::Add(args) => process.in_repository(Needs::repository(), |context| add::run(args, context)),
            ClusterVerbs::Crds(args) => process.in_repository(Needs::default(), |context| crds::run(args, context)),
            ClusterVerbs::Evaluate(args) => args.run(process),
            ClusterVerbs::Forecast(args) => {
                process.in_repository(Needs::repository(), |context| forecast::run(args, context))
            }
            ClusterVerbs::Mapping(args) => process.in_repository(Needs::repository(), |context| match &args.explain {
                Some(name) => explain::explain(name, args, context),
                None => mapping::run(args, context),
            }),
            ClusterVerbs::Policies(args) => {
                process.in_repository(Needs::repository(), |context| policies::run(args, context))
            }
            ClusterVerbs::Trace(args) => {
                process.in_repository(Needs::repository(), |context| trace::run(args, context))
            }
        }
    }
}
