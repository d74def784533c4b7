//! Combines the reports of several configs, for `--all`. JSON is an envelope with a report per config. SARIF, JUnit and
//! GitLab's report can hold several runs natively; texts follow one another.

pub mod comment;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style};

pub const FORMAT: &str = "portolan.all/1";

/// Below the maximum length of a comment on the forges. In bytes, which are never fewer than characters.
const MAX_MARKDOWN: usize = 65_000;

/// One config's report in one format.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub config: &'a str,
    /// The folder of the config; empty for the folder that the run was started in.
    pub folder: &'a str,
    pub text: &'a str,
}

/// The result of the run of one config.
#[derive(Debug, Clone, Default)]
pub struct Run {
    pub config: String,
    pub folder: String,
    /// `None` if it was not run.
    pub exit: Option<u8>,
    /// Its JSON report, if it produced one.
    pub report: Option<String>,
    pub error: Option<Failure>,
}

/// Why a run produced no report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failure {
    /// Stable: `no-scope`.
    pub code: Option<String>,
    pub message: String,
    pub help: Option<String>,
}

/// What `--all --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.all/1", rename = "All")]
struct Document<'a> {
    /// Always `portolan.all/1`.
    format: &'static str,
    /// The command: `lint`.
    command: &'a str,
    /// The exit code of the whole run: the first of 70, 64, 5, 4, 3, 1, 130, 2, 0 that a config ended with.
    exit: u8,
    /// One per config, in the order in which they were run.
    reports: Vec<One<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Report")]
struct One<'a> {
    /// The config file, relative to the folder that the run was started in.
    config: &'a str,
    /// The folder of the config, which the paths in its report are relative to.
    root: &'a str,
    /// The exit code of this config; null: it was not run, since one before it was refused or interrupted.
    exit: Option<u8>,
    /// What the command prints for this config alone; null: there is none, and `error` says why.
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    report: Option<&'a RawValue>,
    /// Why there is no report, or why the run was refused.
    error: Option<&'a Failure>,
}

/// Renders the envelope.
pub fn envelope(command: &str, exit: u8, runs: &[Run]) -> String {
    let raw = |run: &Run| run.report.as_deref().and_then(|text| RawValue::from_string(text.trim().to_owned()).ok());
    let raws: Vec<Option<Box<RawValue>>> = runs.iter().map(raw).collect();
    let reports = runs.iter().zip(&raws).map(|(run, report)| One {
        config: &run.config,
        root: if run.folder.is_empty() { "." } else { &run.folder },
        exit: run.exit,
        report: report.as_deref(),
        error: run.error.as_ref(),
    });
    let document = Document { format: FORMAT, command, exit, reports: reports.collect() };
    format!("{}\n", escape::json(&document))
}

/// The JSON Schema of the envelope.
pub fn schema() -> Value {
    schemars::schema_for!(Document<'_>).into()
}

/// Combines several reports of one format other than JSON and Markdown, by the format's name.
pub fn combine(format: &str, parts: &[Part<'_>]) -> String {
    match format {
        "sarif" => sarif(parts),
        "gitlab" => gitlab(parts),
        "junit" => junit(parts),
        // Each line is complete, and its path is relative to the repository.
        "concise" | "github" | "azure" => parts.iter().map(|part| part.text).collect(),
        _ => {
            let whole = |part: &Part<'_>| format!("{}\n{}", heading(part.config, &Style::PLAIN), part.text);
            parts.iter().map(whole).collect::<Vec<_>>().join("\n")
        }
    }
}

/// The heading of a config's report.
pub fn heading(config: &str, style: &Style) -> String {
    style.paint(Role::Strong, &format!("== {} ==", clean(config)))
}

/// Merges SARIF runs. Each needs an id of its own; otherwise code scanning replaces all of them by the last one.
fn sarif(parts: &[Part<'_>]) -> String {
    let mut whole = Value::Null;
    for part in parts {
        let Ok(mut one) = serde_json::from_str::<Value>(part.text) else { continue };
        for run in one["runs"].as_array_mut().into_iter().flatten() {
            run["automationDetails"] = serde_json::json!({"id": format!("portolan/{}/", clean(part.config))});
        }
        match whole["runs"].as_array_mut() {
            None => whole = one,
            Some(runs) => runs.extend(one["runs"].as_array().cloned().unwrap_or_default()),
        }
    }
    format!("{}\n", escape::json(&whole))
}

fn gitlab(parts: &[Part<'_>]) -> String {
    let issues = parts.iter().filter_map(|part| serde_json::from_str::<Vec<Value>>(part.text).ok()).flatten();
    format!("{}\n", escape::json(&issues.collect::<Vec<_>>()))
}

/// Merges our own XML: one element per line, with the root's attributes on the second line.
fn junit(parts: &[Part<'_>]) -> String {
    let (mut suites, mut name) = (String::new(), "portolan");
    let (mut sums, mut seconds) = ([0_u64; 3], 0.0);
    for part in parts {
        let Some((head, rest)) = part.text.split_once("<testsuites ").and_then(|(_, rest)| rest.split_once(">\n"))
        else {
            continue;
        };
        let attribute =
            |name: &str| head.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split('"').next());
        name = attribute("name").unwrap_or(name);
        for (sum, name) in sums.iter_mut().zip(["tests", "failures", "errors"]) {
            *sum += attribute(name).and_then(|number| number.parse::<u64>().ok()).unwrap_or_default();
        }
        seconds += attribute("time").and_then(|time| time.parse::<f64>().ok()).unwrap_or_default();
        // Some readers merge suites of one name.
        let named = format!("<testsuite name=\"{}: ", escape::xml(&clean(part.config)));
        let own = rest.split("</testsuites>").next().unwrap_or(rest);
        suites.push_str(&own.replace("<testsuite name=\"", &named));
    }
    let [tests, failures, errors] = sums;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" \
         errors=\"{errors}\" time=\"{seconds:.3}\">\n{suites}</testsuites>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(texts: [&'a str; 2]) -> Vec<Part<'a>> {
        let folders = ["a", "b"];
        let configs = ["a/portolan.yaml", "b/portolan.yaml"];
        (0..2).map(|at| Part { config: configs[at], folder: folders[at], text: texts[at] }).collect()
    }

    #[test]
    fn the_envelope_holds_a_report_per_config_and_says_which_failed() {
        let done = Run {
            config: "a/portolan.yaml".to_owned(),
            folder: "a".to_owned(),
            exit: Some(0),
            report: Some("{\"format\": \"portolan.lint/1\", \"n\": 1.0}\n".to_owned()),
            error: None,
        };
        let failure = Failure { code: Some("no-scope".to_owned()), message: "no scope".to_owned(), help: None };
        let failed = Run { exit: Some(64), report: None, error: Some(failure), ..done.clone() };
        let unrun = Run { exit: None, report: None, folder: String::new(), ..done.clone() };
        let text = envelope("lint", 64, &[done, failed, unrun]);
        assert!(text.contains("\"n\": 1.0"), "numbers stay as they are: {text}");
        let json: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!((json["format"].as_str(), json["exit"].as_u64()), (Some(FORMAT), Some(64)));
        assert_eq!(json["reports"][0]["report"]["format"], "portolan.lint/1");
        assert_eq!(json["reports"][1]["error"]["code"], "no-scope");
        assert_eq!((&json["reports"][2]["exit"], json["reports"][2]["root"].as_str()), (&Value::Null, Some(".")));
    }

    #[test]
    fn sarif_names_each_run_and_gitlab_is_one_list() {
        let one = "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[]}]}";
        let json: Value = serde_json::from_str(&combine("sarif", &parts([one, one]))).expect("it is JSON");
        let ids: Vec<&str> = json["runs"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|run| run["automationDetails"]["id"].as_str())
            .collect();
        assert_eq!(ids, ["portolan/a/portolan.yaml/", "portolan/b/portolan.yaml/"]);
        let json: Value = serde_json::from_str(&combine("gitlab", &parts(["[1]", "[2, 3]"]))).expect("it is JSON");
        assert_eq!(json, serde_json::json!([1, 2, 3]));
    }

    #[test]
    fn junit_adds_the_numbers_up_and_keeps_suites_apart() {
        let one = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"portolan lint\" tests=\"2\" failures=\"1\" \
                   errors=\"0\" time=\"0\">\n  <testsuite name=\"x\">\n  </testsuite>\n</testsuites>\n";
        let text = combine("junit", &parts([one, one]));
        assert!(text.contains("<testsuites name=\"portolan lint\" tests=\"4\" failures=\"2\" errors=\"0\""), "{text}");
        assert_eq!(text.matches("</testsuites>").count(), 1);
        assert!(text.contains("name=\"a/portolan.yaml: x\"") && text.contains("name=\"b/portolan.yaml: x\""), "{text}");
    }

    #[test]
    fn texts_have_a_heading_and_lines_do_not() {
        assert_eq!(combine("text", &parts(["1\n", "2\n"])), "== a/portolan.yaml ==\n1\n\n== b/portolan.yaml ==\n2\n");
        assert_eq!(combine("concise", &parts(["1\n", "2\n"])), "1\n2\n");
    }
}
