use crate::analysis::*;
use crate::domain::day::Day;
use crate::domain::finding::*;
use crate::domain::span::LineIndex;
use crate::sources::{self, *};
use std::path::Path;
pub fn dev(root: &Path) {
    let t0 = std::time::Instant::now();
    let pattern = Pattern::new::<&str>(&[], &[]).unwrap();
    let found = discover(root, &pattern).unwrap();
    let mut files = found.files;
    let t1 = t0.elapsed();
    let n = files.len();
    let loaded = super::steps::snapshot::load(root, &mut files);
    let t2 = t0.elapsed();
    let selection = Selection::new([], std::env::var("CLUSTER").is_ok());
    let options =
        Options { delivery_is_cluster: false, today: Day::parse("2026-11-15").unwrap(), snapshot_max_age_days: 30 };
    let bench = super::steps::checked::Bench { snapshot: &loaded.snapshot, selection: &selection, options: &options };
    let checked = bench.check(files, n, &|_| true, &crate::domain::progress::Silent);
    let t3 = t0.elapsed();
    let mut buffer = ReadBuffer::default();
    for f in &checked.conclusion.findings {
        let file = &checked.files[f.place.file.0 as usize];
        let text = sources::read(file, &mut buffer).map(|t| t.text.to_owned()).unwrap_or_default();
        let p = LineIndex::new(&text).position(&text, f.place.span.start as usize);
        println!(
            "{}:{}:{}: {}[{}] {} | {:?} | fix {:?}",
            file.path,
            p.line,
            p.column,
            f.severity.word(),
            f.rule.name,
            f.message,
            f.help,
            f.fix.as_ref().map(|f| &f.title)
        );
    }
    for n in loaded.notes.iter().chain(&checked.notes) {
        println!("note: {n}");
    }
    eprintln!(
        "files {n} entities {} findings {} discover {t1:?} snapshot {:?} check {:?}",
        checked.entities,
        checked.conclusion.findings.len(),
        t2 - t1,
        t3 - t2
    );
}
