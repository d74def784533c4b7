//! `cluster evaluate`: evaluates a mapping of the Kubernetes exporter over given objects, and shows what the exporter
//! would send and delete. It needs no repository, no cluster and no catalog.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde::Deserialize;

use super::expectation::difference;
use super::given_objects::{Arrival, GivenObjects, NamedText, RefusedObject, read_objects};
use super::mapping_document::MappingDocument;
use crate::commands::verb::Process;
use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::error_class::ExitClass;
use crate::domain::evaluation::{Evaluation, Outcome};
use crate::domain::platform::PORT;
use crate::error::Error;
use crate::exit::Exit;
use crate::jq::Limits;
use crate::mapping::config::model::{RemarkKind, Rules};
use crate::mapping::evaluate::{Resync, evaluate, start_failure};
use crate::mapping::objects::{Delivery, RefusalReason, UnknownFields};
use crate::report::evaluation::{self as report, EvaluationReport};
use crate::report::style::Style;
use crate::settings;
use crate::sources;
use crate::text::plural::count;

/// Evaluate a mapping over Kubernetes objects: what would the exporter send and delete
///
/// OBJECTS are manifests, the output of `kubectl get -o json`, or JSON arrays of objects. CRDs among them define kinds.
/// No repository, cluster or catalog is needed. The exporter is assumed to be 0.7.9.
///
/// Exit code 0: the run is complete and the expectation is met; 1: otherwise.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct EvaluateArgs {
    /// Files of objects; `-` reads standard input
    #[arg(value_name = "OBJECTS", required = true, value_hint = ValueHint::FilePath)]
    pub objects: Vec<PathBuf>,
    /// Mapping: the exporter's config.yaml, the integration's JSON, or Helm values with `configMap.config`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub mapping: PathBuf,
    /// Rules by which the mapping is read [default: stored for JSON, file for YAML]
    #[arg(long = "as", value_name = "RULES", value_enum)]
    pub rules: Option<MappingRules>,
    /// Entities that the exporter owns, as JSON: `[{"blueprint": "service", "identifier": "cart"}]`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub known: Option<PathBuf>,
    /// Environment variable of the exporter; the mapping's allow list decides whether expressions see it
    #[arg(long, value_name = "NAME=VALUE", value_hint = ValueHint::Other, value_parser = variable)]
    pub env: Vec<(String, String)>,
    /// Assume that the stored config has `sendRawDataExamples: false`
    #[arg(long)]
    pub no_raw_examples: bool,
    /// Compare with a JSON of an earlier run, and show the difference
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub expect: Option<PathBuf>,
    /// Format of the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = EvaluateFormat::Text)]
    pub output: EvaluateFormat,
}

const EXAMPLES: &str = "\
Examples:
  portolan cluster evaluate --mapping config.yaml manifests/*.yaml
  kubectl get entities -A -o json | portolan cluster evaluate --mapping values.yaml -
  portolan cluster evaluate --mapping config.yaml --env CLUSTER_NAME=prod --known owned.json entities.yaml
  portolan cluster evaluate --mapping config.yaml --output json entities.yaml > expected.json
  portolan cluster evaluate --mapping config.yaml --expect expected.json entities.yaml";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum MappingRules {
    /// The exporter's file: every scalar is read as its text
    File,
    /// The config that the integration stores: every value must have its type
    Stored,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum EvaluateFormat {
    Text,
    Json,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected NAME=VALUE".to_owned()),
    }
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum EvaluateError {
    #[error("`{path}` is not a list of entities: {reason}")]
    #[diagnostic(
        code("unreadable-known-entities"),
        help("write a JSON array of objects with `blueprint` and `identifier`")
    )]
    Known { path: String, reason: String },
    #[error("standard input is not UTF-8 text")]
    #[diagnostic(code("objects-not-text"), help("pipe manifests or JSON into it"))]
    NotText,
}

impl ExitClass for EvaluateError {}

/// An element of `--known`; other keys are ignored.
#[derive(Debug, Deserialize)]
struct KnownEntity {
    blueprint: String,
    identifier: String,
}

impl EvaluateArgs {
    pub fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        let directory = process.directory();
        let rules = self.rules.map(|rules| match rules {
            MappingRules::File => Rules::File,
            MappingRules::Stored => Rules::Stored,
        });
        let mapping = MappingDocument::read(read(&directory, &self.mapping)?, rules);
        let given = self.read_objects(&directory)?;
        let known = self.known.as_ref().map_or_else(|| Ok(Vec::new()), |path| read_known(&directory, path))?;
        let expected = self.expect.as_ref().map(|path| read(&directory, path)).transpose()?;
        let variables: BTreeMap<String, String> = self.env.iter().cloned().collect();
        let evaluation = match &mapping.config {
            Err(errors) => start_failure(errors.clone()),
            Ok(config) => {
                let resync = Resync {
                    config,
                    kinds: &given.kinds,
                    objects: &given.objects,
                    known: &known,
                    variables: &variables,
                    sends_raw_examples: !self.no_raw_examples,
                    now: process.environment.seconds() as f64,
                    limits: Limits::default(),
                };
                evaluate(&resync, &|expression, offset| mapping.place_in_expression(expression, offset))
            }
        };
        let notes = notes(&mapping, &given.refused);
        // The objects take most of the memory, and the report does not need them.
        drop(given);
        if !process.request.quiet {
            notes.iter().for_each(|note| process.streams.say(&format!("note: {note}\n")));
        }
        self.show(process, &mapping, &evaluation, expected.as_deref())
    }

    fn read_objects(&self, directory: &Path) -> Result<GivenObjects, Error> {
        let names: Vec<String> = self.objects.iter().map(|path| path.display().to_string()).collect();
        let texts = self.objects.iter().map(|path| read(directory, path)).collect::<Result<Vec<_>, Error>>()?;
        let named: Vec<NamedText<'_>> = names.iter().zip(&texts).map(|(name, text)| NamedText { name, text }).collect();
        let arrival = Arrival { delivery: Delivery::Create, unknown_fields: UnknownFields::Refused, namespace: None };
        Ok(read_objects(&named, &PORT, arrival)?)
    }

    fn show(
        &self,
        process: &mut Process<'_>,
        mapping: &MappingDocument,
        evaluation: &Evaluation,
        expected: Option<&str>,
    ) -> Result<Exit, Error> {
        let spans: Vec<Option<Span>> =
            evaluation.problems.iter().map(|problem| problem.span.map(|span| mapping.span_in_text(span))).collect();
        let approximate: Vec<Span> =
            evaluation.approximations.iter().map(|found| mapping.span_in_text(found.span)).collect();
        let path = self.mapping.display().to_string();
        let rendered = EvaluationReport {
            evaluation,
            path: &path,
            text: mapping.text(),
            problem_spans: &spans,
            approximation_spans: &approximate,
        };
        let style = process.terminal.style;
        let json = report::json(&rendered);
        let expectation = self.expect.as_ref().map(|path| path.display().to_string());
        let different = match expectation.as_deref().zip(expected) {
            Some((path, expected)) => {
                let style = if self.output == EvaluateFormat::Text { style } else { Style::PLAIN };
                difference(path, expected, &json, &style)?
            }
            None => None,
        };
        match (self.output, &different, expected) {
            (EvaluateFormat::Json, ..) => process.streams.show(&json)?,
            (EvaluateFormat::Text, Some(diff), _) => process.streams.show(diff)?,
            (EvaluateFormat::Text, None, Some(_)) => process.streams.show("the expectation is met\n")?,
            (EvaluateFormat::Text, None, None) => process.streams.show(&report::text(&rendered, &style))?,
        }
        if self.output == EvaluateFormat::Json
            && let Some(diff) = &different
        {
            process.streams.say(diff);
        }
        let is_met = different.is_none() && (evaluation.outcome == Outcome::Complete);
        Ok(if is_met { Exit::Success } else { Exit::Findings })
    }
}

/// Reads a file, or standard input for `-`.
fn read(directory: &Path, path: &Path) -> Result<String, Error> {
    if path == Path::new("-") {
        let bytes = sources::read_standard_input()?;
        return String::from_utf8(bytes).map_err(|_| EvaluateError::NotText.into());
    }
    let text = sources::read_input(&settings::repository_of(directory), &directory.join(path));
    Ok(text.map_err(|error| error.named(directory, path))?)
}

fn read_known(directory: &Path, path: &Path) -> Result<Vec<EntityKey>, Error> {
    let text = read(directory, path)?;
    let known: Vec<KnownEntity> = serde_json::from_str(&text).map_err(|error| {
        let (path, reason) = (path.display().to_string(), error.to_string());
        Error::from(EvaluateError::Known { path, reason })
    })?;
    let key =
        |entity: KnownEntity| EntityKey { blueprint: entity.blueprint.into(), identifier: entity.identifier.into() };
    Ok(known.into_iter().map(key).collect())
}

/// What is worth knowing and stops no entity by itself.
fn notes(mapping: &MappingDocument, refused: &[RefusedObject]) -> Vec<String> {
    let mut notes = Vec::new();
    for object in refused {
        let reasons: Vec<String> =
            object.refusals.iter().map(|refusal| reason(&refusal.field, &refusal.reason)).collect();
        notes.push(format!(
            "`{}` is left out, because the API server refuses it: {}.",
            object.name,
            reasons.join("; ")
        ));
    }
    let remarks = mapping.config.as_ref().map_or(&[][..], |config| &config.remarks);
    for remark in remarks {
        notes.push(match &remark.kind {
            RemarkKind::IgnoredKey { key } => format!("The exporter ignores the key `{key}`."),
            RemarkKind::OtherCase { key, known } => {
                format!("The exporter ignores the key `{key}` in its file; it is spelled `{known}`.")
            }
            RemarkKind::OnlyStored { key } => {
                format!("The exporter ignores the key `{key}` in its file; it belongs to the integration's config.")
            }
            RemarkKind::MapsNothing => {
                "The mapping has no entries, so the exporter deletes everything it owns.".to_owned()
            }
            RemarkKind::EntryMapsNothing { entry } => format!("Entry {entry} of `resources` maps nothing."),
        });
    }
    let mut shown: Vec<String> = Vec::new();
    for note in notes {
        if !shown.contains(&note) {
            shown.push(note);
        }
    }
    const MOST: usize = 20;
    if shown.len() > MOST {
        let more = shown.len() - MOST;
        shown.truncate(MOST);
        shown.push(format!("{} not shown.", count(more, "more note")));
    }
    shown
}

fn reason(field: &str, reason: &RefusalReason) -> String {
    match reason {
        RefusalReason::UnknownField => format!("unknown field `{field}`"),
        RefusalReason::Missing => format!("`{field}` is required"),
        RefusalReason::Type { expected } => format!("`{field}` must be of type {expected}"),
    }
}
