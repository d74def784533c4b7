//! Compares the reader with kubectl: both read the same texts, and must accept the same ones and read the same values.
//! No cluster is required: `annotate --local` decodes every file of a folder, and rejects a document without `kind`
//! with a message that contains its JSON. Without kubectl the tests are skipped with a notice; `TESTS_NEED_ALL` makes
//! that a failure.
//!
//! `PORTOLAN_CASES` and `PORTOLAN_SEED` make it a long run.

mod generate;
mod intended;
mod scalars;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::domain::document::fault::FaultKind;
use crate::domain::document::tree::Kind;
use crate::generated_cases;
use crate::manifest::split::Documents;
use crate::manifest::yaml::{Parser, ProblemKind};
use crate::manifest::{Limits, Reader};
use intended::Difference;

/// The version that the tables and the documentation are based on.
const VERSION: &str = "v1.32.";

/// Files per call, because starting kubectl takes longer than reading.
const BATCH: usize = 400;

/// How a reader reads one document.
#[derive(Debug, Clone, PartialEq)]
enum Reading {
    Object(serde_json::Value),
    /// A root that is not a mapping, by its type name in Go.
    Other(&'static str),
}

/// How a reader reads one file: documents until one is rejected.
#[derive(Debug, Clone, Default, PartialEq)]
struct Outcome {
    documents: Vec<Reading>,
    refused: Option<String>,
}

impl Outcome {
    /// kubectl reports equal errors of one file only once.
    fn push(&mut self, reading: Reading) {
        if !self.documents.iter().any(|known| same_reading(known, &reading)) {
            self.documents.push(reading);
        }
    }
}

/// kubectl in the right version, if it is installed.
fn kubectl() -> Option<PathBuf> {
    let program = std::env::var_os("KUBECTL").map_or_else(|| PathBuf::from("kubectl"), PathBuf::from);
    let version = Command::new(&program).args(["version", "--client", "--output", "json"]).output().ok();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    if version.contains(&format!("\"gitVersion\": \"{VERSION}")) {
        return Some(program);
    }
    assert!(std::env::var_os("TESTS_NEED_ALL").is_none(), "kubectl {VERSION}x is not installed");
    eprintln!("left out: there is no kubectl {VERSION}x");
    None
}

/// Runs kubectl on each text.
fn ask(kubectl: &Path, texts: &[String]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for batch in texts.chunks(BATCH) {
        let folder = tempfile::tempdir().expect("a folder");
        for (number, text) in batch.iter().enumerate() {
            std::fs::write(folder.path().join(format!("{number:05}.yaml")), text).expect("a file");
        }
        let output = Command::new(kubectl)
            .args(["annotate", "--local", "--output", "json", "a=b", "--filename"])
            .arg(folder.path())
            .output()
            .expect("kubectl runs");
        assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        let mut found = vec![Outcome::default(); batch.len()];
        // The JSON of a document may contain line breaks.
        let folder = folder.path().display().to_string();
        let (parsing, decoding) = (format!("error parsing {folder}/"), format!("unable to decode \"{folder}/"));
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut starts = errors.match_indices(&parsing).chain(errors.match_indices(&decoding)).collect::<Vec<_>>();
        starts.sort_unstable();
        let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([errors.len()]);
        for ((at, start), end) in starts.iter().zip(ends) {
            let message = errors[at + start.len()..end].strip_suffix('\n').expect("a line break at the end");
            let (number, message) = message.split_once(".yaml").expect("the name of a file");
            let number: usize = number.parse().expect("a number");
            note(&mut found[number], message.trim_start_matches(['"', ':', ' ']));
        }
        outcomes.extend(found);
    }
    outcomes
}

fn note(outcome: &mut Outcome, message: &str) {
    if let Some(json) = message.strip_prefix("Object 'Kind' is missing in '") {
        let json = json.strip_suffix('\'').expect("a quote at the end");
        let json = without_halves(json);
        match serde_json::from_str(&json) {
            Ok(value) => outcome.push(Reading::Object(value)),
            Err(error) if error.to_string().starts_with("recursion limit") => outcome.push(Reading::Other("deep")),
            Err(error) => panic!("{error}: {json}"),
        }
    } else if let Some(root) = message.strip_prefix("json: cannot unmarshal ")
        && message.ends_with(" into Go value of type unstructured.detector")
    {
        let root = ["array", "string", "number", "bool"].into_iter().find(|name| root.starts_with(name));
        outcome.push(Reading::Other(root.expect("a known root")));
    } else {
        outcome.refused.get_or_insert(message.to_owned());
    }
}

/// The JSON with U+FFFD for each half of a surrogate pair, as kubectl reads it.
fn without_halves(json: &str) -> String {
    let mut out = String::new();
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let unit = |at: usize| {
            let digits = rest.get(at..at + 6)?.strip_prefix("\\u")?;
            u32::from_str_radix(digits, 16).ok()
        };
        let (length, text) = match (unit(at), unit(at + 6)) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => (12, None),
            (Some(0xD800..0xE000), _) => (6, Some("\u{fffd}")),
            (Some(_), _) => (6, None),
            (None, _) => (2, None),
        };
        out.push_str(&rest[..at]);
        out.push_str(text.unwrap_or(&rest[at..at + length]));
        rest = &rest[at + length..];
    }
    out + rest
}

/// Our reading of a text, and the differences that our reader itself reports.
fn read(text: &str) -> (Outcome, Vec<Difference>) {
    let mut outcome = Outcome::default();
    let mut differences = intended::by_text(text);
    // Without any possible entity, there is no document to report this in.
    let trouble = Documents::new(text).find_map(|piece| piece.trouble.filter(|trouble| trouble.concerns_file()));
    outcome.refused = trouble.map(|trouble| format!("{trouble:?}"));
    Reader::new(Limits::default()).read_all(text, &mut |document| {
        let errors = document.faults.iter().filter(|fault| is_error(&fault.kind)).collect::<Vec<_>>();
        differences.extend(errors.iter().filter_map(|fault| intended::by_fault(&fault.kind)));
        if let Some(fault) = errors.first() {
            outcome.refused.get_or_insert_with(|| format!("{:?}", fault.kind));
        }
        let range = document.span.range();
        if document.broken && has_content_after_end(text, range.start, range.end) {
            differences.push(Difference::ContentAfterEnd);
        }
        if document.broken && errors.is_empty() {
            outcome.refused.get_or_insert("broken without a fault".to_owned());
        }
        let Some(root) = document.view.root() else { return };
        differences.extend(intended::by_value(root, document.faults));
        if outcome.refused.is_some() {
            return;
        }
        let reading = match root.kind() {
            Kind::Null => return,
            Kind::Map => Reading::Object(root.to_json()),
            Kind::List => Reading::Other("array"),
            Kind::String => Reading::Other("string"),
            Kind::Number => Reading::Other("number"),
            Kind::Bool => Reading::Other("bool"),
        };
        outcome.push(reading);
    });
    (outcome, differences)
}

/// Whether the only fault of a document is that content follows it.
fn has_content_after_end(text: &str, start: usize, end: usize) -> bool {
    let mut parser = Parser::new(text, start, end, None);
    loop {
        match parser.next() {
            Ok(Some(_)) => {}
            Ok(None) => return false,
            Err(problem) => return problem.kind == ProblemKind::ContentAfterEnd,
        }
    }
}

fn is_error(kind: &FaultKind) -> bool {
    match kind {
        FaultKind::AmbiguousScalar { .. }
        | FaultKind::AmbiguousBreak { .. }
        | FaultKind::NonStringKey { .. }
        | FaultKind::DuplicateKey { .. }
        | FaultKind::Unlisted { .. } => false,
        FaultKind::Absent { is_fault, .. } => *is_fault,
        FaultKind::Syntax { .. }
        | FaultKind::NotJson { .. }
        | FaultKind::MergeConflict { .. }
        | FaultKind::TooDeep { .. }
        | FaultKind::TooLarge { .. }
        | FaultKind::AliasBomb { .. }
        | FaultKind::BadEncoding { .. }
        | FaultKind::Unreadable { .. } => true,
    }
}

fn same_reading(one: &Reading, other: &Reading) -> bool {
    match (one, other) {
        (Reading::Object(one), Reading::Object(other)) => same(one, other),
        (one, other) => one == other,
    }
}

/// Equal except for the last digit of a fraction, which the parser of this test may round.
fn same(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value as V;
    match (one, other) {
        (V::Number(one), V::Number(other)) => match (one.as_i64(), other.as_i64(), one.as_f64(), other.as_f64()) {
            (Some(one), Some(other), ..) => one == other,
            (_, _, Some(one), Some(other)) => one == other || (one - other).abs() <= one.abs() * 1e-15,
            _ => false,
        },
        (V::Array(one), V::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (V::Object(one), V::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        (one, other) => one == other,
    }
}

fn agree(ours: &Outcome, theirs: &Outcome) -> bool {
    match (&ours.refused, &theirs.refused) {
        // Both reject the file; how much they read before the fault may differ.
        (Some(_), Some(_)) => true,
        (None, None) => {
            ours.documents.len() == theirs.documents.len()
                && ours.documents.iter().zip(&theirs.documents).all(|(one, other)| same_reading(one, other))
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Compares all texts; returns how often each intended difference occurred.
fn compare(kubectl: &Path, texts: &[String]) -> BTreeMap<Difference, usize> {
    let mut met = BTreeMap::new();
    let mut surprises = Vec::new();
    for (text, theirs) in texts.iter().zip(ask(kubectl, texts)) {
        let (ours, differences) = read(text);
        for difference in &differences {
            *met.entry(*difference).or_default() += 1;
        }
        if differences.is_empty() && !agree(&ours, &theirs) {
            surprises.push(format!("{text:?}\n    kubectl {theirs:?}\n    ours    {ours:?}"));
        }
    }
    surprises.sort_by_key(String::len);
    println!("{} texts, {} surprises, {met:?}", texts.len(), surprises.len());
    let shown = surprises.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
    assert!(surprises.is_empty(), "{} of {} texts are read otherwise:\n{shown}", surprises.len(), texts.len());
    met
}

/// Generates as many texts as requested.
fn texts(default: u32, stream: u64, make: fn(&mut generate::Random) -> String) -> Vec<String> {
    let mut random = generate::Random::new(generated_cases::seed(), stream);
    (0..generated_cases::cases(default)).map(|_| make(&mut random)).collect()
}

#[test]
fn scalars_are_read_as_kubectl_reads_them() {
    let Some(kubectl) = kubectl() else { return };
    compare(&kubectl, &texts(1200, 1, scalars::scalars));
}

#[test]
fn structures_are_read_as_kubectl_reads_them() {
    let Some(kubectl) = kubectl() else { return };
    compare(&kubectl, &texts(2000, 2, generate::structure));
}

#[test]
fn broken_texts_are_refused_where_kubectl_refuses_them() {
    let Some(kubectl) = kubectl() else { return };
    compare(&kubectl, &texts(2000, 3, generate::mutated));
}

#[test]
fn files_of_many_documents_are_cut_as_kubectl_cuts_them() {
    let Some(kubectl) = kubectl() else { return };
    compare(&kubectl, &texts(1200, 4, generate::stream));
}

#[test]
fn json_is_read_as_kubectl_reads_it() {
    let Some(kubectl) = kubectl() else { return };
    compare(&kubectl, &texts(800, 5, generate::json));
}

/// Checks that each intended difference still exists.
#[test]
fn every_intended_difference_is_still_there() {
    let Some(kubectl) = kubectl() else { return };
    let texts = intended::TABLE.iter().map(|row| (row.example)()).collect::<Vec<_>>();
    for ((row, text), theirs) in intended::TABLE.iter().zip(&texts).zip(ask(&kubectl, &texts)) {
        let (ours, differences) = read(text);
        assert!(differences.contains(&row.difference), "{row:?}\n{differences:?}\n{ours:?}");
        // kubectl's random choice of one of two keys may equal ours.
        let is_chance = row.difference == Difference::SameKeyTwice;
        assert!(is_chance || !agree(&ours, &theirs), "no longer a difference: {row:?}\n{theirs:?}\n{ours:?}");
    }
}

/// The recorded cases of `testdata/manifests/kubectl.jsonl`, so that they are checked without kubectl too.
#[test]
fn recorded_readings_are_ours() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/manifests/kubectl.jsonl");
    let recorded = std::fs::read_to_string(path).expect("the recording is committed");
    let rows: Vec<serde_json::Value> =
        recorded.lines().map(|line| serde_json::from_str(line).expect("a row of JSON")).collect();
    let texts: Vec<String> = rows.iter().map(|row| row["text"].as_str().expect("a text").to_owned()).collect();
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1")
        && let Some(kubectl) = kubectl()
    {
        let rows = texts.iter().zip(ask(&kubectl, &texts)).map(|(text, outcome)| row(text, &outcome) + "\n");
        std::fs::write(path, rows.collect::<String>()).expect("the recording can be written");
        return;
    }
    assert!(rows.len() > 50, "only {} recorded readings", rows.len());
    for (text, recorded) in texts.iter().zip(&rows) {
        let (ours, differences) = read(text);
        let expected = Outcome {
            documents: recorded["documents"].as_array().into_iter().flatten().map(unrow).collect(),
            refused: recorded["refused"].as_str().map(str::to_owned),
        };
        assert!(agree(&ours, &expected) || !differences.is_empty(), "{text:?}\nkubectl {expected:?}\nours {ours:?}");
    }
}

fn row(text: &str, outcome: &Outcome) -> String {
    let documents = outcome.documents.iter().map(|reading| match reading {
        Reading::Object(value) => value.clone(),
        Reading::Other(name) => (*name).into(),
    });
    let documents = documents.collect::<Vec<_>>();
    let row = match &outcome.refused {
        Some(refused) => serde_json::json!({"text": text, "documents": documents, "refused": refused}),
        None => serde_json::json!({"text": text, "documents": documents}),
    };
    row.to_string()
}

fn unrow(value: &serde_json::Value) -> Reading {
    match value.as_str() {
        Some("array") => Reading::Other("array"),
        Some("string") => Reading::Other("string"),
        Some("number") => Reading::Other("number"),
        Some(_) => Reading::Other("bool"),
        None => Reading::Object(value.clone()),
    }
}
