//! Masks credentials in a lint report: in the shown lines of files, and in messages about them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::domain::document::span::Span;
use crate::domain::finding::{EntityName, FileId, Finding, Place};
use crate::domain::value::masked::{Hidden, hidden_in};
use crate::report::lint::Lint;
use crate::text::mask::Mask;

/// The maximum distance between a finding and a credential that its message may repeat.
const NEAR: usize = 200;

/// The masked parts by file; files without credentials are left out.
pub(super) struct HiddenParts<'a> {
    mask: &'a Mask,
    files: HashMap<FileId, FileParts>,
}

#[derive(Default)]
struct FileParts {
    hidden: Vec<Hidden>,
    /// The decoded credentials with their positions.
    secrets: Vec<(Range<usize>, String)>,
}

impl<'a> HiddenParts<'a> {
    pub fn of(lint: &Lint<'a>) -> Self {
        let related = lint.findings.iter().flat_map(|finding| finding.related.iter().map(|(place, _)| place.file));
        let files: BTreeSet<FileId> = lint.findings.iter().map(|finding| finding.place.file).chain(related).collect();
        let parts = files.into_iter().filter_map(|file| {
            let text = lint.files.text(file)?;
            let mut secrets = lint.files.credentials(file, lint.mask);
            let hidden = hidden_in(lint.mask, text, &secrets);
            let written = hidden.iter().map(|hidden| hidden.range.clone());
            secrets.extend(written.map(|range| (range.clone(), text[range].to_owned())).collect::<Vec<_>>());
            (!hidden.is_empty()).then_some((file, FileParts { hidden, secrets }))
        });
        Self { mask: lint.mask, files: parts.collect() }
    }

    pub fn of_file(&self, file: FileId) -> &[Hidden] {
        self.files.get(&file).map_or(&[], |parts| &parts.hidden)
    }

    /// The finding with credentials in its texts masked.
    pub fn finding(&self, finding: &Finding) -> Finding {
        let places = std::iter::once(finding.place).chain(finding.related.iter().map(|(place, _)| *place));
        let secrets: Vec<String> = places.flat_map(|place| self.near(place)).collect();
        let words = |words: &str| self.mask.quoted(words, &secrets).into_owned();
        let mut masked = finding.clone();
        masked.message = words(&finding.message);
        masked.label = words(&finding.label);
        if let Some(help) = &mut masked.help {
            help.text = words(&help.text);
        }
        masked.entity = finding
            .entity
            .as_ref()
            .map(|entity| EntityName { blueprint: words(&entity.blueprint), identifier: words(&entity.identifier) });
        for (_, related) in &mut masked.related {
            *related = words(related);
        }
        if let Some(fix) = &mut masked.fix {
            fix.title = words(&fix.title);
            // Applying the edit would write the mask into the file.
            if fix.edits.iter().any(|edit| words(&edit.replacement) != edit.replacement) {
                masked.fix = None;
            }
        }
        masked
    }

    /// Masks a line that was composed of the file's text and a fix.
    pub fn line(&self, place: Place, line: &str) -> String {
        let secrets: Vec<String> = self.near(place).collect();
        self.mask.quoted(line, &secrets).into_owned()
    }

    fn near(&self, place: Place) -> impl Iterator<Item = String> {
        let Span { start, end } = place.span;
        let (start, end) = ((start as usize).saturating_sub(NEAR), end as usize + NEAR);
        let secrets = self.files.get(&place.file).map_or(&[][..], |parts| &parts.secrets);
        secrets
            .iter()
            .filter(move |(range, _)| range.start <= end && start <= range.end)
            .map(|(_, secret)| secret.clone())
    }
}
