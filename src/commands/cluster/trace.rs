//! `cluster trace`: shows the whole way of a manifest or an entity: its file, who delivers it to which cluster, what the API
//! server makes of it, which mapping takes it, and what arrives in the catalog.

mod clusters;
mod mapped;
mod route;
mod run;
mod stored;
mod subject;

use clap::ValueHint;

use self::clusters::load_clusters;
use self::route::trace_subject;
use self::run::TraceRun;
use self::subject::find_subjects;
use crate::commands::args::output::TextOrJson;
use crate::commands::context::Context;
use crate::commands::delivery::options::DeliveryOptions;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::mapping::objects::keep_texts;
use crate::commands::workspace::open::Workspace;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::trace::{self as report, ManifestTrace, TraceReport, TraceStatus};
use crate::sources;

/// Show the way of a manifest or an entity to the catalog
///
/// For each cluster, line by line: the file; who delivers it, in which order, and whether it prunes; the object as the cluster
/// stores it, with each value that changes on the way; what the API server refuses, and what that blocks; which entry of the
/// mapping takes it; the entity that arrives in the catalog; what is lost. What is not delivered has the reason, and what
/// would deliver it. What cannot be known offline is named.
///
/// Without Flux or Argo CD in this repository, somebody is assumed to apply every manifest. Without
/// `clusters.NAME.mapping`, the mapping that `portolan cluster mapping` writes is assumed. Never asks a cluster or a catalog.
///
/// Exit code 0: it arrives in every cluster that is shown, or reaches the cluster where no mapping is for its kind; 1: it does
/// not, or that is not known.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan cluster trace catalog/cart.yaml
  portolan cluster trace service/cart
  portolan cluster trace Entity/shop/cart --cluster prod-eu
  portolan cluster trace service/cart --ref v1.2.0 --output json")]
pub struct TraceArgs {
    /// A file, an object (`Entity/cart`, `Entity/shop/cart`) or an entity of the catalog (`service/cart`)
    #[arg(value_name = "FILE|ENTITY", value_hint = ValueHint::FilePath)]
    pub subject: String,
    /// Read manifests, deliverers and mapping from this commit instead of the work tree (no checkout)
    #[arg(id = "ref", long = "ref", value_name = "COMMIT", value_hint = ValueHint::Other)]
    pub commit: Option<String>,
    /// Format of the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TextOrJson::Text)]
    pub output: TextOrJson,
}

pub(crate) fn run(args: &TraceArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let workspace = Workspace::open(args.commit.as_deref(), context)?;
    let settings = &*workspace.settings;
    let context = &mut context.with(settings);
    let root = &settings.root.value;
    let repository = context.git.repository().ok().flatten();
    let mut files = match (workspace.commit(), repository) {
        (Some(commit), Some(repository)) => repository.at(root, &workspace.pattern, commit)?.files,
        (_, _) => sources::discover(root, &workspace.pattern)?.files,
    };
    keep_texts(&mut files);
    let view = workspace.view(repository);
    let options = DeliveryOptions::of(settings, context.environment);
    let deliveries = Deliveries::find_among(&view, &options, &files, files.len());
    let mut notes = workspace.notes.clone();
    let doubt = settings.platform.value.exporter_doubt;
    notes.extend(doubt.map(|doubt| format!("The results are approximate: {doubt}.")));
    let run = TraceRun {
        files: &files,
        deliveries: deliveries.as_ref(),
        workspace: &workspace,
        find: &|path: &str| view.find(path),
        seconds: context.environment.seconds(),
    };
    let clusters = load_clusters(&run, &mut notes)?;
    let subjects = find_subjects(&args.subject, &run, &clusters)?;
    let manifests: Vec<ManifestTrace> =
        subjects.iter().filter_map(|subject| trace_subject(*subject, &run, &clusters)).collect();
    let report = TraceReport { manifests: &manifests, notes: &notes };
    let (format, shown) = match args.output {
        TextOrJson::Json => ("json", report::json(&report)),
        TextOrJson::Text => ("text", report::text(&report, &context.style)),
    };
    let shown = context.mask.text(&shown).into_owned();
    context.write_report(format, None, &shown)?;
    let mut shown_clusters = manifests.iter().flat_map(|manifest| &manifest.clusters);
    let is_right = [TraceStatus::Arrives, TraceStatus::ReachesCluster];
    let arrives = shown_clusters.all(|cluster| is_right.contains(&cluster.status));
    Ok(if arrives { Exit::Success } else { Exit::Findings })
}
