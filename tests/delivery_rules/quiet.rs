//! Lint has nothing to say of delivery in the repositories of people who know nothing of portolan, but for faults.

use std::time::{Duration, Instant};

use super::bench::{Reported, lint};
use super::foreign::{Fault, World};
use crate::generated_cases::{cases, seed};

/// So many in CI.
const SEEDS: u32 = 240;

fn is_fault(finding: &Reported, faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.rule == finding.rule && fault.path == finding.path)
}

#[test]
fn repositories_of_others_have_findings_only_for_their_faults() {
    let mut wrong = Vec::new();
    let (mut seeded, mut found) = (0, 0);
    let first = seed().saturating_sub(1).wrapping_mul(1_000_000).wrapping_add(1);
    for seed in (first..).take(cases(SEEDS) as usize) {
        let world = World::of_seed(seed);
        let repo = world.lay_out();
        let start = Instant::now();
        let report =
            std::panic::catch_unwind(|| lint(repo.path(), &[])).unwrap_or_else(|_| panic!("seed {seed} panics"));
        let took = start.elapsed();
        assert!(took < Duration::from_secs(10), "seed {seed} takes {took:?}");
        let findings = report.of_delivery();
        wrong.extend(
            findings
                .iter()
                .filter(|finding| !is_fault(finding, &world.faults))
                .map(|finding| format!("seed {seed}: {finding:?}")),
        );
        for fault in world.faults.iter().filter(|fault| fault.is_certain) {
            seeded += 1;
            match findings.iter().any(|finding| is_fault(finding, std::slice::from_ref(fault))) {
                true => found += 1,
                false => wrong.push(format!("seed {seed}: nothing is found of {fault:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong, {found} of {seeded} faults found:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seeded > cases(SEEDS) as usize / 20, "only {seeded} faults");
}
