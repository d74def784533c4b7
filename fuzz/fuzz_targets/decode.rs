//! Fuzzes all of lint with any bytes: reading, decoding, every rule, the repository as a whole. The snapshot has one
//! blueprint with each kind of property.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portolan::analysis::{Analyzer, Evidence, Directives, DocumentContext, Options, RunState, Selection, Snapshot};
use portolan::domain::blueprint::Blueprint;
use portolan::domain::finding::FileId;
use portolan::domain::git_host::GitHost;
use portolan::domain::known_entities::KnownEntities;
use portolan::domain::value::day::Day;
use portolan::manifest::{self, Limits, Reader};

static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| {
    let json = include_str!("../blueprint.json").parse().expect("JSON");
    let (blueprint, _) = Blueprint::from_json(json).expect("a blueprint");
    let mut snapshot = Snapshot::new(vec![blueprint]);
    snapshot.known = Some(KnownEntities::parse("service\tcart\n".to_owned()).0);
    snapshot
});

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let options = Options {
        today: Day(20_000),
        snapshot_max_age_days: 30,
        git_host: GitHost::Unknown,
        assumed_mappings: Vec::new(),
    };
    let selection = Selection::new([], true);
    let analyzer = Analyzer::new(&SNAPSHOT, &selection, &options);
    let mut state = RunState::default();
    let mut run = analyzer.file(FileId(0), &text, &mut state);
    let mut comments = Vec::new();
    Reader::new(Limits::default()).read(&text, &mut |document| {
        comments.extend_from_slice(document.notes);
        let mut manifests = Vec::new();
        if document.broken {
            run.record_salvaged(&manifest::salvage(document.span.slice(&text)), document.span);
        } else {
            manifest::decode(document.view, "port.yml", &mut manifests);
        }
        run.document(&DocumentContext {
            view: document.view,
            faults: document.faults,
            manifests: &manifests,
            is_mapped: false,
        });
    });
    run.finish(Directives::read(&text, &comments));
    let conclusion = analyzer.conclude(vec![state.into_results()], Evidence::default(), &|_| true);
    for finding in &conclusion.findings {
        assert!(text.get(finding.place.span.range()).is_some(), "{}: {:?}", finding.rule.name, finding.place.span);
    }
});
