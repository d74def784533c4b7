//! Turns findings into the diagnostics of the protocol.

use std::collections::BTreeMap;
use std::str::FromStr;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Uri,
};

use crate::commands::lsp::convert::{range_of, uri_of};
use crate::commands::lsp::projects::Project;
use crate::commands::workspace::texts::Texts;
use crate::domain::document::span::Span;
use crate::domain::finding::{FileId, Finding, Place, Severity};
use crate::editor::lines::{Lines, Units};
use crate::report::explain;
use crate::report::lint::{Counts, Lint, masked_findings};
use crate::report::positions::Files;
use crate::settings::FaultyConfig;
use crate::text::mask::Mask;

pub(super) const SOURCE: &str = "portolan";

/// The texts of the files that findings point into, with the addresses that the editor uses.
pub(super) struct Places<'a> {
    pub project: &'a Project,
    pub texts: &'a Texts,
    /// Address and text of the open files of the project, by path.
    pub open: &'a BTreeMap<&'a str, (&'a Uri, &'a str)>,
    pub units: Units,
}

impl<'a> Places<'a> {
    pub fn uri(&self, file: FileId) -> Option<Uri> {
        let path = self.path(file)?;
        match self.open.get(path) {
            Some((uri, _)) => Some((*uri).clone()),
            None => uri_of(&self.project.session.place_of(path)),
        }
    }

    fn path(&self, file: FileId) -> Option<&'a str> {
        self.project.session.file(file).map(|file| file.path.as_str())
    }

    fn text(&self, file: FileId) -> &'a str {
        let open = self.path(file).and_then(|path| self.open.get(path)).map(|(_, text)| *text);
        open.or_else(|| self.texts.text(file)).unwrap_or_default()
    }
}

/// The diagnostics of each file. Several findings of one file share the work of finding its lines.
pub(super) fn diagnostics(findings: &[Finding], places: &Places<'_>, mask: &Mask) -> BTreeMap<String, Vec<Diagnostic>> {
    let lint = Lint {
        findings,
        fingerprints: Some(&[]),
        files: places.texts,
        counts: Counts::default(),
        notes: &[],
        has_summary: false,
        mask,
    };
    let mut lines: BTreeMap<FileId, Lines<'_>> = BTreeMap::new();
    let mut by_file: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for finding in masked_findings(&lint) {
        let files = std::iter::once(finding.place.file).chain(finding.related.iter().map(|(place, _)| place.file));
        for file in files {
            lines.entry(file).or_insert_with(|| Lines::new(places.text(file), places.units));
        }
        let Some(uri) = places.uri(finding.place.file) else { continue };
        by_file.entry(uri.as_str().to_owned()).or_default().push(diagnostic(&finding, places, &lines));
    }
    by_file
}

fn diagnostic(finding: &Finding, places: &Places<'_>, lines: &BTreeMap<FileId, Lines<'_>>) -> Diagnostic {
    let location = |place: &Place| {
        let range = range_of(lines.get(&place.file)?, place.span);
        Some(Location { uri: places.uri(place.file)?, range })
    };
    let related = finding.related.iter().filter_map(|(place, message)| {
        Some(DiagnosticRelatedInformation { location: location(place)?, message: message.clone() })
    });
    let related: Vec<_> = related.collect();
    let message = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    let page = explain::page_address(finding.rule.name).and_then(|page| Uri::from_str(&page).ok());
    Diagnostic {
        range: lines.get(&finding.place.file).map(|lines| range_of(lines, finding.place.span)).unwrap_or_default(),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.rule.name.to_owned())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: None,
        data: None,
    }
}

/// The errors of a config, whose text this is.
pub(super) fn config_diagnostics(faulty: &FaultyConfig, text: &str, units: Units) -> Vec<Diagnostic> {
    let lines = Lines::new(text, units);
    let diagnostic = |(span, message): (Span, &str)| Diagnostic {
        range: range_of(&lines, span),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String("faulty-config".to_owned())),
        source: Some(SOURCE.to_owned()),
        message: message.to_owned(),
        ..Diagnostic::default()
    };
    faulty.faults.iter().map(|fault| diagnostic((fault.span, &fault.message))).collect()
}
