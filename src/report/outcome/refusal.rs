//! Renders the refusal of a push in every format, in JSON as `portolan.refusal/1`: nothing was written. It replaces the
//! outcome.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::comment::marker;
use crate::report::escape::{self, clean, markdown, markdown_code, xml};
use crate::report::outcome::OutcomeFormat;
use crate::report::plan::markdown::pieces::catalog;
use crate::text::escape::neutralise;
use crate::text::plural::as_sentence;

pub const FORMAT: &str = "portolan.refusal/1";

/// What was refused, and why. Texts are raw: each format cleans and escapes them.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// The command that was refused: `push` or `restore`.
    pub verb: &'static str,
    pub platform: &'a str,
    pub catalog: &'a str,
    pub target: Option<&'a str>,
    pub scope: &'a str,
    /// `push-unapproved`.
    pub code: &'a str,
    /// The error's text, without a period.
    pub message: &'a str,
    /// Why, as sentences, if there are several reasons.
    pub reasons: &'a [String],
    pub help: &'a str,
}

/// What `portolan push --output json` prints when the push is refused before there is a plan to show.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.refusal/1")]
struct Document {
    /// Always `portolan.refusal/1`.
    format: &'static str,
    platform: String,
    catalog: String,
    /// The selected target of the config.
    target: Option<String>,
    scope: String,
    /// The error code: `push-goes-back`.
    code: String,
    /// Why, as a sentence.
    message: String,
    /// The reasons, if there are several.
    reasons: Vec<String>,
    /// How to proceed.
    help: String,
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).into()
}

/// The whole report, ending in a line break.
pub fn render(refusal: &Refusal<'_>, format: OutcomeFormat) -> String {
    let message = as_sentence(refusal.message);
    match format {
        OutcomeFormat::Text => neutralise(&text(refusal, &message)).into_owned(),
        OutcomeFormat::Json => json(refusal, &message),
        OutcomeFormat::Markdown => in_markdown(refusal, &message),
        OutcomeFormat::Junit => junit(refusal, &message),
    }
}

fn text(refusal: &Refusal<'_>, message: &str) -> String {
    let mut out = format!("{}\n", clean(message));
    for reason in refusal.reasons {
        out.push_str(&format!("- {}\n", clean(reason)));
    }
    out.push_str(&format!("{}\n\n", clean(&as_sentence(refusal.help))));
    out + &format!("Catalog: {}. Scope: {}.\n", clean(refusal.catalog), clean(refusal.scope))
}

fn json(refusal: &Refusal<'_>, message: &str) -> String {
    let document = Document {
        format: FORMAT,
        platform: refusal.platform.to_owned(),
        catalog: refusal.catalog.to_owned(),
        target: refusal.target.map(str::to_owned),
        scope: refusal.scope.to_owned(),
        code: refusal.code.to_owned(),
        message: clean(message).into_owned(),
        reasons: refusal.reasons.iter().map(|reason| clean(reason).into_owned()).collect(),
        help: clean(refusal.help).into_owned(),
    };
    format!("{}\n", escape::json(&document))
}

fn in_markdown(refusal: &Refusal<'_>, message: &str) -> String {
    let (catalog, scope) = (catalog(refusal.catalog), markdown_code(refusal.scope));
    let mut out = marker(refusal.verb, refusal.scope, refusal.target);
    out.push_str(&format!("\n### ❌ portolan {}: refused, nothing was written\n\n", refusal.verb));
    out.push_str(&format!("In {catalog}, scope {scope}.\n\n> [!CAUTION]\n> {}\n>\n", prose(message)));
    for reason in refusal.reasons {
        out.push_str(&format!("> - {}\n", prose(reason)));
    }
    out.push_str(if refusal.reasons.is_empty() { "" } else { ">\n" });
    out + &format!("> {}\n", prose(&as_sentence(refusal.help)))
}

fn prose(text: &str) -> String {
    markdown(&clean(text))
}

/// One failed case, so that the run is marked as failed.
fn junit(refusal: &Refusal<'_>, message: &str) -> String {
    let verb = refusal.verb;
    let (code, brief) = (xml(&clean(refusal.code)), xml(&clean(message)));
    let mut lines = vec![message.to_owned()];
    lines.extend(refusal.reasons.iter().map(|reason| format!("- {reason}")));
    // The line begins with our own word, because runners execute commands at the start of a line.
    lines.push(format!("help: {}", refusal.help));
    let body = lines.iter().map(|line| xml(&clean(line))).collect::<Vec<_>>().join("\n");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"portolan {verb}\" tests=\"1\" failures=\"1\" errors=\"0\" time=\"0\">\n  \
         <testsuite name=\"portolan {verb}\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0\">\n    \
         <testcase name=\"{verb}\" classname=\"portolan {verb}\" time=\"0\">\n      \
         <failure message=\"{brief}\" type=\"{code}\">{body}</failure>\n    \
         </testcase>\n  </testsuite>\n</testsuites>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::is_unsafe;
    use crate::text::hostile_texts::{hostile_text, markdown_faults, runner_faults, terminal_faults};

    const HOSTILE: &str = "push refused: `a\u{1b}[31m` <b> & | \u{202e}x\n- one\n- \"two\"";

    fn refusal<'a>(message: &'a str, reasons: &'a [String], help: &'a str) -> Refusal<'a> {
        let (platform, catalog, scope) = ("port", "https://api.port.io", "acme/shop");
        Refusal {
            verb: "push",
            platform,
            catalog,
            target: Some("eu"),
            scope,
            code: "push-stale",
            message,
            reasons,
            help,
        }
    }

    #[test]
    fn it_reads_well() {
        let reasons = ["`service/a` was changed in the catalog.", "`service/b` is no longer there."].map(str::to_owned);
        let refusal = refusal(
            "push refused: the plan file `plan.json` does not match what would be pushed. Nothing was written",
            &reasons,
            "make a new plan with `portolan diff --out`",
        );
        for format in [OutcomeFormat::Text, OutcomeFormat::Json, OutcomeFormat::Markdown, OutcomeFormat::Junit] {
            insta::assert_snapshot!(format!("refusal_{format:?}").to_lowercase(), render(&refusal, format));
        }
    }

    proptest::proptest! {
        #![proptest_config(crate::generated_cases::config(64))]

        #[test]
        fn nothing_in_it_is_obeyed(message in hostile_text(), help in hostile_text()) {
            let reasons = [help.clone(), message.clone()];
            let refusal = refusal(&message, &reasons, &help);
            let refusal = Refusal { catalog: &message, scope: &help, target: Some(&message), ..refusal };
            for format in [OutcomeFormat::Text, OutcomeFormat::Json, OutcomeFormat::Markdown, OutcomeFormat::Junit] {
                let text = render(&refusal, format);
                let faults = [terminal_faults(&text, false), runner_faults(&text, false)].concat();
                proptest::prop_assert!(faults.is_empty(), "{format:?}: {faults:?}");
                match format {
                    OutcomeFormat::Json => {
                        let json = serde_json::from_str::<serde_json::Value>(&text);
                        proptest::prop_assert!(json.is_ok(), "{text}");
                    }
                    OutcomeFormat::Junit => {
                        proptest::prop_assert!(roxmltree::Document::parse(&text).is_ok(), "{text}");
                    }
                    OutcomeFormat::Text => {}
                    OutcomeFormat::Markdown => proptest::prop_assert_eq!(markdown_faults(&text), Vec::<String>::new()),
                }
            }
        }
    }

    #[test]
    fn whatever_is_in_it_it_is_well_formed() {
        let reasons = [HOSTILE.to_owned()];
        let refusal = refusal(HOSTILE, &reasons, HOSTILE);
        let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
        for format in [OutcomeFormat::Text, OutcomeFormat::Json, OutcomeFormat::Markdown, OutcomeFormat::Junit] {
            let text = render(&refusal, format);
            assert!(!text.chars().any(|c| c != '\n' && is_unsafe(c)), "{text:?}");
        }
        let json = serde_json::from_str(&render(&refusal, OutcomeFormat::Json)).expect("JSON");
        assert!(validator.is_valid(&json));
        let xml = render(&refusal, OutcomeFormat::Junit);
        let xml = roxmltree::Document::parse(&xml).expect("well-formed XML");
        let failure = xml.descendants().find(|node| node.has_tag_name("failure")).expect("it failed");
        assert_eq!(failure.attribute("type"), Some("push-stale"));
        assert!(failure.text().is_some_and(|text| text.contains("\"two\"")), "{failure:?}");
    }
}
