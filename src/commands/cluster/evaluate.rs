//! `cluster evaluate`: evaluates a mapping of the Kubernetes exporter over given objects, and shows what the exporter
//! would send and delete. It needs no repository, no cluster and no catalog.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde::Deserialize;

use super::expectation::difference;
use super::given_objects::{GivenObjects, NamedText, RefusedObject, read_objects};
use crate::commands::args::output::TextOrJson;
use crate::commands::mapping::document::MappingDocument;
use crate::commands::mapping::objects::describe_refusals;
use crate::commands::verb::Process;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::entity::EntityKey;
use crate::domain::error_class::ExitClass;
use crate::domain::evaluation::{Evaluation, Outcome};
use crate::domain::platform::{GLINT, PORT, Platform};
use crate::error::Error;
use crate::exit::Exit;
use crate::jq::Limits;
use crate::mapping::config::model::{Remark, RemarkKind, Rules};
use crate::mapping::evaluate::Resync;
use crate::mapping::objects::{Arrival, Delivery, UnknownFields};
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
    /// Whose exporter reads the mapping [default: the one that its keys name, `port` or `glint`]
    #[arg(long, value_name = "PLATFORM", value_enum)]
    pub platform: Option<PlatformName>,
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
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TextOrJson::Text)]
    pub output: TextOrJson,
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
pub enum PlatformName {
    Port,
    Glint,
}

impl PlatformName {
    fn platform(self) -> &'static Platform {
        match self {
            Self::Port => &PORT,
            Self::Glint => &GLINT,
        }
    }
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
    #[error("standard input is named {times} times, and can be read only once")]
    #[diagnostic(code("input-read-twice"), help("keep one `-`, and name files for the rest"))]
    InputReadTwice { times: usize },
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
        self.check_standard_input()?;
        let directory = process.directory();
        let rules = self.rules.map(|rules| match rules {
            MappingRules::File => Rules::File,
            MappingRules::Stored => Rules::Stored,
        });
        let platform = self.platform.map(PlatformName::platform);
        let mapping = MappingDocument::read_for(read(&directory, &self.mapping)?, rules, platform);
        let given = self.read_objects(&directory, mapping.platform)?;
        let known = self.known.as_ref().map_or_else(|| Ok(Vec::new()), |path| read_known(&directory, path))?;
        let expected = self.expect.as_ref().map(|path| read(&directory, path)).transpose()?;
        let variables: BTreeMap<String, String> = self.env.iter().cloned().collect();
        let evaluation = mapping.evaluate(&Resync {
            kinds: &given.kinds,
            objects: &given.objects,
            known: &known,
            variables: &variables,
            sends_raw_examples: !self.no_raw_examples,
            now: process.environment.seconds() as f64,
            limits: Limits::default(),
        });
        let notes = self.notes(&mapping, &given);
        // The objects take most of the memory, and the report does not need them.
        drop(given);
        if !process.request.quiet {
            notes.iter().for_each(|note| process.streams.say(&format!("note: {note}\n")));
        }
        self.show(process, &mapping, &evaluation, expected.as_deref())
    }

    /// Every reader after the first would find standard input empty.
    fn check_standard_input(&self) -> Result<(), EvaluateError> {
        let paths = self.objects.iter().chain([&self.mapping]).chain(&self.known).chain(&self.expect);
        let times = paths.filter(|path| is_standard_input(path)).count();
        if times > 1 { Err(EvaluateError::InputReadTwice { times }) } else { Ok(()) }
    }

    fn read_objects(&self, directory: &Path, platform: &'static Platform) -> Result<GivenObjects, Error> {
        let names: Vec<String> = self.objects.iter().map(|path| path.display().to_string()).collect();
        let texts = self.objects.iter().map(|path| read(directory, path)).collect::<Result<Vec<_>, Error>>()?;
        let named: Vec<NamedText<'_>> = names.iter().zip(&texts).map(|(name, text)| NamedText { name, text }).collect();
        let arrival = Arrival { delivery: Delivery::Create, unknown_fields: UnknownFields::Refused, namespace: None };
        Ok(read_objects(&named, platform, arrival)?)
    }

    /// What is worth knowing and stops no entity by itself.
    fn notes(&self, mapping: &MappingDocument, given: &GivenObjects) -> Vec<String> {
        const MOST: usize = 20;
        let mut notes = Vec::new();
        let doubt = mapping.platform.exporter_doubt;
        notes.extend(doubt.map(|doubt| format!("The results are approximate: {doubt}.")));
        let lines = LineIndex::new(mapping.text());
        let mut seen = HashSet::new();
        let remarks = mapping.config.as_ref().map_or(&[][..], |config| &config.remarks);
        let remarks: Vec<&Remark> = remarks.iter().filter(|remark| seen.insert(&remark.kind)).collect();
        for remark in remarks.iter().take(MOST) {
            let start = mapping.span_in_text(remark.span).start as usize;
            let place = format!("{}:{}", self.mapping.display(), lines.line_of(start));
            notes.push(match &remark.kind {
                RemarkKind::IgnoredKey { key } => format!("{place}: The exporter ignores the key `{key}`."),
                RemarkKind::OtherCase { key, known } => {
                    format!("{place}: The exporter ignores the key `{key}` in its file; it is spelled `{known}`.")
                }
                RemarkKind::OnlyStored { key } => format!(
                    "{place}: The exporter ignores the key `{key}` in its file; it belongs to the integration's config."
                ),
                RemarkKind::MapsNothing => {
                    "The mapping has no entries, so the exporter deletes everything it owns.".to_owned()
                }
                RemarkKind::EntryMapsNothing { entry } => format!(
                    "{place}: `resources[{entry}]` has no mappings, so the exporter deletes the entities that it had."
                ),
            });
        }
        for name in given.without_objects.iter().take(MOST) {
            notes.push(format!("`{name}` has no Kubernetes object: an object has `apiVersion` and `kind`."));
        }
        for object in given.refused.iter().take(MOST) {
            let RefusedObject { file, line, name, refusals } = object;
            let why = describe_refusals(refusals);
            notes.push(format!("{file}:{line}: `{name}` is left out, because {why}."));
        }
        notes.truncate(MOST);
        let all = usize::from(doubt.is_some()) + remarks.len() + given.without_objects.len() + given.refused.len();
        if all > MOST {
            notes.push(format!("{} not shown.", count(all - MOST, "more note")));
        }
        notes
    }

    fn show(
        &self,
        process: &mut Process<'_>,
        mapping: &MappingDocument,
        evaluation: &Evaluation,
        expected: Option<&str>,
    ) -> Result<Exit, Error> {
        // The problems of many objects share the place of an expression.
        let mut places: HashMap<Span, Span> = HashMap::new();
        let mut place = |span: Span| *places.entry(span).or_insert_with(|| mapping.span_in_text(span));
        let spans: Vec<Option<Span>> = evaluation.problems.iter().map(|problem| problem.span.map(&mut place)).collect();
        let approximate: Vec<Span> = evaluation.approximations.iter().map(|found| place(found.span)).collect();
        let path = self.mapping.display().to_string();
        let rendered = EvaluationReport {
            evaluation,
            path: &path,
            text: mapping.text(),
            platform: mapping.platform,
            problem_spans: &spans,
            approximation_spans: &approximate,
        };
        let style = process.terminal.style;
        let is_complete = evaluation.outcome == Outcome::Complete;
        let Some((expected_path, expected)) = self.expect.as_ref().zip(expected) else {
            match self.output {
                TextOrJson::Json => process.streams.show(&report::json(&rendered))?,
                TextOrJson::Text => process.streams.show(&report::text(&rendered, &style))?,
            }
            return Ok(if is_complete { Exit::Success } else { Exit::Findings });
        };
        let json = report::json(&rendered);
        let style = if self.output == TextOrJson::Text { style } else { Style::PLAIN };
        let different = difference(&expected_path.display().to_string(), expected, &json, &style)?;
        match (self.output, &different) {
            (TextOrJson::Json, different) => {
                process.streams.show(&json)?;
                different.iter().for_each(|diff| process.streams.say(diff));
            }
            (TextOrJson::Text, Some(diff)) => process.streams.show(diff)?,
            (TextOrJson::Text, None) if is_complete => process.streams.show("the expectation is met\n")?,
            (TextOrJson::Text, None) => {
                let outcome = evaluation.outcome.name();
                process.streams.show(&format!("the expectation is met, but the outcome is {outcome}\n"))?;
            }
        }
        Ok(if is_complete && different.is_none() { Exit::Success } else { Exit::Findings })
    }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reads a file, or standard input for `-`.
fn read(directory: &Path, path: &Path) -> Result<String, Error> {
    if is_standard_input(path) {
        let bytes = sources::read_standard_input()?;
        return String::from_utf8(bytes).map_err(|_| EvaluateError::NotText.into());
    }
    let text = sources::read_input(&settings::repository_of(directory), &directory.join(path));
    Ok(text.map_err(|error| error.named(directory, path))?)
}

pub(super) fn read_known(directory: &Path, path: &Path) -> Result<Vec<EntityKey>, Error> {
    let text = read(directory, path)?;
    let known: Vec<KnownEntity> = serde_json::from_str(&text).map_err(|error| {
        let (path, reason) = (path.display().to_string(), error.to_string());
        Error::from(EvaluateError::Known { path, reason })
    })?;
    let key =
        |entity: KnownEntity| EntityKey { blueprint: entity.blueprint.into(), identifier: entity.identifier.into() };
    Ok(known.into_iter().map(key).collect())
}
