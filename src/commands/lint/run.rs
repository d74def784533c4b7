//! Runs lint: checks the files, applies fixes if requested, and filters the findings for this run. Settings, paths and
//! the date come with the request.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use crate::commands::lint::find::Found;
use crate::commands::lint::fix::{Repaired, Repairs};
use crate::commands::lint::prepared::Prepared;
use crate::commands::lint::request::Request;
use crate::commands::lint::select::{ReportSelection, move_to};
use crate::commands::lint::unmatched_paths::{RunFiles, unmatched_paths};
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::read::{Collects, RawFindings};
use crate::commands::workspace::snapshot;
use crate::commands::workspace::snapshot::LoadedSnapshot;
use crate::commands::workspace::texts::Texts;
use crate::domain::finding::{self, Finding};
use crate::domain::progress::Progress;
use crate::error::Error;
use crate::report::baseline::Baseline;
use crate::report::fingerprint::{Fingerprint, fingerprints};
use crate::report::lint::Counts;
use crate::report::positions::Files;
use crate::sources::SourceFile;

/// The result of a lint run.
pub(crate) struct LintResult {
    /// Sorted, and limited to the requested maximum.
    pub findings: Vec<Finding>,
    pub fingerprints: Vec<Fingerprint>,
    /// The highest severity of all findings, including those cut off; it determines the exit code.
    pub worst: Option<crate::domain::finding::Severity>,
    pub texts: Texts,
    pub counts: Counts,
    pub notes: Vec<String>,
    pub repaired: Vec<Repaired>,
    pub repairs: usize,
    /// A baseline that would silence all findings, known or new.
    pub baseline: Baseline,
    /// The findings that ignore comments silence, each with the path of its file.
    pub suppressed: Vec<(Finding, String)>,
    /// What the run collected.
    pub manifests: Option<ManifestSet>,
}

/// Runs lint.
pub(crate) fn lint(request: &Request<'_>, progress: &dyn Progress) -> Result<LintResult, Error> {
    let mut prepared = Prepared::new(request)?;
    let unread =
        (request.collects != Collects::Nothing).then(|| (prepared.unreadable.clone(), prepared.hidden.clone()));
    let mut repairs = Repairs::default();
    let (mut checked, mapped) = loop {
        let (mut checked, mapped) = prepared.check(request, false, progress)?;
        if !request.repair {
            break (checked, mapped);
        }
        let found = &mut prepared.found;
        found.files.append(&mut checked.added);
        let sifted = Filtered::of(request, found, &checked);
        let wanted = sifted.shown.iter().map(|at| &checked.conclusion.findings[*at]).cloned().collect::<Vec<_>>();
        if !repairs.pass(wanted.iter(), &mut found.files, &checked.broken) {
            break (checked, mapped);
        }
    };
    let Prepared { mut found, manifests, loaded, listings, .. } = prepared;
    found.files.append(&mut checked.added);
    if let Some(settings) = request.checks_globs_of {
        let (manifests, others) = found.files.split_at(manifests);
        let files = RunFiles { root: request.root, manifests, others, listings: &listings };
        found.notes.extend(unmatched_paths(settings, &files));
    }
    if let Some((manifests, (unreadable, hidden))) = checked.manifests.as_mut().zip(unread) {
        (manifests.unreadable, manifests.hidden) = (unreadable, hidden);
        manifests.unreadable.extend(mapped.iter().flat_map(|mapped| mapped.unreadable(&found.files)));
    }
    Ok(show(request, found, manifests, checked, loaded, repairs))
}

fn show(
    request: &Request<'_>,
    found: Found,
    manifests: usize,
    checked: RawFindings,
    loaded: LoadedSnapshot,
    repairs: Repairs,
) -> LintResult {
    let Filtered { texts, prints, shown, baselined, unchanged } = Filtered::of(request, &found, &checked);
    let RawFindings { conclusion, entities, notes: more, manifests: declared, has_cluster_objects, .. } = checked;
    // Without any entity, a missing snapshot left nothing unchecked, so its notes are dropped.
    let nothing_is_ours = entities == 0 && conclusion.findings.is_empty();
    let mut notes = if nothing_is_ours { Vec::new() } else { loaded.notes };
    notes.extend(snapshot::unused_blueprints(&loaded.snapshot, |path| found.chosen.holds(path)));
    notes.extend(more);
    notes.extend(found.notes);
    let baseline = Baseline::of(&conclusion.findings, &prints, &texts);
    let path = |finding: &Finding| found.files.get(finding.place.file.0 as usize).map(|file| file.path.clone());
    let with_path = |finding: &Finding| (finding.clone(), path(finding).unwrap_or_default());
    let suppressed: Vec<(Finding, String)> = conclusion.suppressed.iter().map(with_path).collect();
    let mut is_shown = vec![false; prints.len()];
    shown.into_iter().for_each(|at| is_shown[at] = true);
    let numbered = conclusion.findings.into_iter().zip(prints).zip(is_shown);
    let mut shown = numbered.filter(|(_, shown)| *shown).map(|(pair, _)| pair).collect::<Vec<_>>();
    move_to_touched_files(&mut shown, request, &found.files, &found.chosen);
    let worst = shown.iter().map(|(finding, _)| finding.severity).max();
    let (mut all, all_prints): (Vec<_>, Vec<_>) = shown.into_iter().unzip();
    for finding in all.iter_mut().filter(|finding| found.chosen.takes_away(finding)) {
        finding.help = Some("this change removes it: restore it, or correct the relation".into());
    }
    let total = all.len();
    let (findings, fingerprints) = cut(all, all_prints, request.most);
    let counts = Counts {
        files: manifests,
        entities,
        suppressed: conclusion.suppressed.len(),
        baselined,
        unchanged,
        hidden: total - findings.len(),
        has_cluster_objects,
    };
    let repairs_made = repairs.count();
    let repaired = repairs.into_files();
    LintResult {
        findings,
        fingerprints,
        worst,
        texts,
        counts,
        notes,
        repaired,
        repairs: repairs_made,
        baseline,
        suppressed,
        manifests: declared.map(|declared| {
            let mut files = found.files;
            files.truncate(manifests);
            ManifestSet { files, ..declared }
        }),
    }
}

/// Moves a finding with two equally responsible places to the one in a file that the change touches. Fingerprints and
/// review comments use the first place.
fn move_to_touched_files(
    shown: &mut [(Finding, Fingerprint)],
    request: &Request<'_>,
    files: &[SourceFile],
    chosen: &ReportSelection,
) {
    let in_ci = LazyCell::new(|| request.touched.and_then(|touched| touched()));
    let is_touched = |place: &finding::Place| {
        let Some(file) = files.get(place.file.0 as usize) else { return false };
        match chosen.is_everything() {
            true => in_ci.as_ref().is_some_and(|touched| touched.contains(&file.path)),
            false => chosen.holds(&file.path),
        }
    };
    move_to(shown.iter_mut().map(|(finding, _)| finding), &is_touched);
    shown.sort_by(|(one, _), (other, _)| one.sort_key().cmp(&other.sort_key()));
}

/// The findings of this run, by their index in the list.
struct Filtered {
    texts: Texts,
    prints: Vec<Fingerprint>,
    shown: Vec<usize>,
    baselined: usize,
    /// The number of findings that the earlier run had too.
    unchanged: usize,
}

impl Filtered {
    /// Computes fingerprints from all findings before any is filtered out, because the order of equal findings
    /// distinguishes their fingerprints.
    fn of(request: &Request<'_>, found: &Found, checked: &RawFindings) -> Self {
        let findings = &checked.conclusion.findings;
        let texts = Texts::of(findings, &found.files);
        let prints = fingerprints(findings, &texts);
        let known = request.baseline.map(Baseline::fingerprints).unwrap_or_default();
        let chosen = (0..findings.len()).filter(|at| found.chosen.shows(&findings[*at], &found.files));
        let was_found = |at: usize| {
            let path = texts.path(findings[at].place.file);
            request.before.is_some_and(|before| before.new_part_of(&findings[at], path).is_none())
        };
        let (baselined, others): (Vec<_>, Vec<_>) = chosen.partition(|at| known.contains(&prints[*at]));
        let (unchanged, shown): (Vec<_>, Vec<_>) = others.into_iter().partition(|at| was_found(*at));
        Self { texts, prints, shown, baselined: baselined.len(), unchanged: unchanged.len() }
    }
}

/// Keeps the most severe findings, in file order.
fn cut(findings: Vec<Finding>, prints: Vec<Fingerprint>, most: Option<usize>) -> (Vec<Finding>, Vec<Fingerprint>) {
    let Some(most) = most.filter(|most| *most < findings.len()) else { return (findings, prints) };
    let mut order =
        findings.iter().enumerate().map(|(at, it)| (std::cmp::Reverse(it.severity), at)).collect::<Vec<_>>();
    order.sort_unstable();
    let kept = order.into_iter().take(most).map(|(_, at)| at).collect::<BTreeSet<_>>();
    let both = findings.into_iter().zip(prints).enumerate();
    both.filter(|(at, _)| kept.contains(at)).map(|(_, pair)| pair).unzip()
}
