//! `cluster add`: registers a cluster or control plane with the Flux or Argo CD that this repository holds, in the layout
//! that it uses for them. A second run changes nothing.

pub(crate) mod argocd;
pub mod args;
mod destination;
pub(crate) mod edit;
mod error;
pub(crate) mod flux;
pub(crate) mod listing;
mod registration;
pub(crate) mod request;
mod row;
pub(crate) mod survey;

use self::args::AddArgs;
use self::request::Request;
use self::survey::Survey;
use crate::commands::args::output::TextOrJson;
use crate::commands::context::Context;
use crate::domain::cluster::Deliverer;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::cluster_add::{ClusterAdd, json, text};
use crate::report::init::File;

pub(crate) fn run(args: &AddArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    request::check_name(&args.name)?;
    let top = request::top_of(context)?;
    let survey = Survey::of(&top.path, context.settings.platform.value)?;
    let request = Request::of(args, &survey, &top, context, &|url| argocd::template_namespace(&survey, url))?;
    for note in &request.notes {
        context.say(&format!("note: {note}"));
    }
    let mut registration = match request.deliverer {
        Deliverer::Flux => flux::register(&request, &survey)?,
        Deliverer::ArgoCd | Deliverer::Kubectl => argocd::register(&request, &survey)?,
    };
    request.add_to_config(&mut registration.changes)?;
    request.add_folders(&mut registration);
    request.add_unlisted(&mut registration);
    let changes = &registration.changes;
    if !args.dry_run {
        changes.write(&top.path)?;
    }
    let files: Vec<File<'_>> = changes
        .files
        .iter()
        .map(|file| File { path: &file.path, before: file.before.as_deref(), after: &file.after })
        .collect();
    let report = ClusterAdd {
        cluster: &request.cluster,
        deliverer: request.deliverer,
        place: &registration.place,
        files: &files,
        is_dry_run: args.dry_run,
        next: if files.is_empty() { &[] } else { &registration.next },
    };
    context.streams.show(&match args.output {
        TextOrJson::Json => json(&report),
        TextOrJson::Text => text(&report, &context.style),
    })?;
    Ok(Exit::Success)
}
