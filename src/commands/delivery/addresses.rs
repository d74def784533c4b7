//! Facts about the addresses in objects of Flux and Argo CD that cannot be right.

use super::run_files::RunFiles;
use crate::delivery::reach;
use crate::domain::delivery_facts::InvalidAddress;

pub(super) fn of_run(found: Vec<reach::InvalidAddress>, run: &mut RunFiles) -> Vec<InvalidAddress> {
    let located = found.into_iter().filter_map(|address| {
        let reach::InvalidAddress { kind, namespace, name, place, text, problem } = address;
        let title = match namespace.as_str() {
            "" => format!("{kind} {name}"),
            namespace => format!("{kind} {namespace}/{name}"),
        };
        Some(InvalidAddress { title, place: run.place(place)?, text, problem })
    });
    located.collect()
}
