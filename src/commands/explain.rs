//! `explain`: prints the page of one rule, or the list of all rules.

use crate::analysis::{RULES, Rule};
use crate::commands::args::completion;
use crate::commands::examples::{examples, finding, is_fixable};
use crate::commands::verb::{Process, Verb};
use crate::domain::error_class::ExitClass;
use crate::domain::finding::{RuleInfo, Severity};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::explain::{self, RulePage};
use crate::report::style::{Role, Style};
use crate::text::suggest::closest;

/// Explain a rule: what it finds, why it matters, how to fix it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan explain                       list all rules
  portolan explain dangling-relation
  portolan explain P301                  codes work too")]
pub struct ExplainArgs {
    /// Rule name or code; lists all rules if omitted
    #[arg(value_name = "RULE", value_parser = completion::rules(any), hide_possible_values = true)]
    rule: Option<String>,
}

/// Accepts any text: portolan reports an unknown rule with a suggestion, which clap cannot.
#[expect(clippy::unnecessary_wraps, reason = "the parser of an argument may fail")]
fn any(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

impl Verb for ExplainArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        let style = &process.terminal.style;
        let shown = match &self.rule {
            None => list(style),
            Some(name) => explain::explain(&page_of(find(name)?), style),
        };
        process.streams.show(&shown)?;
        Ok(Exit::Success)
    }
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("unknown rule `{name}`")]
#[diagnostic(code("no-such-rule"), help("{help}"))]
struct NoSuchRule {
    name: String,
    help: String,
}

impl ExitClass for NoSuchRule {}

fn find(name: &str) -> Result<&'static Rule, Error> {
    let asked = name.to_lowercase();
    let found = RULES.iter().find(|rule| rule.info.name == asked || rule.info.code.eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| {
        let help = match closest(&asked, RULES.iter().map(|rule| rule.info.name)) {
            Some(meant) => format!("did you mean `{meant}`? `portolan explain` lists all rules"),
            None => "`portolan explain` lists all rules".to_owned(),
        };
        NoSuchRule { name: name.to_owned(), help }.into()
    })
}

fn level(info: &RuleInfo) -> &'static str {
    info.severity.map_or("off", Severity::word)
}

fn list(style: &Style) -> String {
    let names = RULES.iter().map(|rule| rule.info.name.len()).max().unwrap_or_default();
    let mut out = String::new();
    let mut family = None;
    for rule in RULES {
        let info = &rule.info;
        if family.replace(info.family) != Some(info.family) {
            let space = if out.is_empty() { "" } else { "\n" };
            out.push_str(&format!("{space}{}\n", style.paint(Role::Help, info.family.word())));
        }
        let name = style.paint(Role::Strong, &format!("{:names$}", info.name));
        out.push_str(&format!("  {}  {name}  {:7}  {}\n", info.code, level(info), info.what));
    }
    out
}

/// The rule with its examples.
pub fn page_of(rule: &'static Rule) -> RulePage<'static> {
    let info = &rule.info;
    RulePage {
        info,
        bad: examples(info.name, "bad"),
        good: examples(info.name, "good"),
        finding: finding(info.name),
        fixable: is_fixable(info.name),
    }
}
