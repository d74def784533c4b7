//! What `serve` shows: a store, and what its pages show besides.

use crate::embedded::pages::Site;
use crate::embedded::store::Store;
use crate::exit::Exit;

pub(super) struct Served {
    pub store: Store,
    pub site: Site,
}

pub(super) enum Opened {
    Served(Box<Served>),
    /// The manifests have errors, so there is no plan to preview. The findings were reported.
    Findings(Exit),
}
