//! What a published release drafts for a repository. The program under test is not a release, so a test passes the version
//! to the draft.

use std::collections::BTreeMap;

use portolan::domain::platform::PORT;
use portolan::scaffold::repository::{CiSystem, Draft, Facts, draft};
use serde_json::Value;

/// The version of the release.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

static READ: fn(&str) -> Option<Value> = |text| serde_yaml::from_str(text).ok();

/// The draft for a repository that has a config and these texts.
pub fn released<'f>(texts: &'f BTreeMap<String, String>, change: impl FnOnce(&mut Facts<'f>)) -> Draft {
    let mut facts = Facts {
        platform: &PORT,
        catalog: None,
        pipeline_catalog: None,
        delivery: None,
        pushes: true,
        drift_jobs: None,
        has_catalog: true,
        scope: None,
        include: &[],
        exclude: &[],
        ci: CiSystem::Other,
        branch: "main",
        folder: "",
        has_config: true,
        wants_hook: false,
        unignored: &[],
        wants_attributes: false,
        published: Some(VERSION),
        source: "",
        texts,
        read: &READ,
    };
    change(&mut facts);
    draft(&facts)
}
