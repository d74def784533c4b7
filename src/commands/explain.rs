//! `explain`: prints the page of a rule, of a blueprint or of a property, or the list of all rules.

mod blueprint;

use crate::analysis::{RULES, Rule};
use crate::commands::args::completion;
use crate::commands::context::Context;
use crate::commands::examples::{examples, finding, is_fixable};
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::saved_blueprints::read_saved_blueprints;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::blueprint::Blueprint;
use crate::domain::error_class::ExitClass;
use crate::domain::finding::{RuleInfo, Severity};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::explain::{self, RulePage};
use crate::report::style::{Role, Style};
use crate::text::suggest::closest;

/// Explain a rule, a blueprint or a property
///
/// Of a rule: what it finds, why it matters, how to fix it. Of a blueprint: what may be written in its manifests, as the
/// snapshot in `.portolan/` has it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan explain                       list all rules
  portolan explain dangling-relation
  portolan explain P301                  codes work too
  portolan explain service               the properties and relations of a blueprint
  portolan explain service.tier          one of them")]
pub struct ExplainArgs {
    /// Rule name or code, BLUEPRINT or BLUEPRINT.PROPERTY; lists all rules if omitted
    #[arg(value_name = "TOPIC", value_parser = completion::rules(any), hide_possible_values = true)]
    topic: Option<String>,
}

/// Accepts any text: portolan reports an unknown rule with a suggestion, which clap cannot.
#[expect(clippy::unnecessary_wraps, reason = "the parser of an argument may fail")]
fn any(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

impl Verb for ExplainArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        let style = process.terminal.style;
        let shown = match &self.topic {
            None => list(&style),
            Some(topic) => match rule(topic) {
                Some(rule) => explain::explain(&page_of(rule), &style),
                None => return process.in_repository(Needs::default(), |context| explain_blueprint(topic, context)),
            },
        };
        process.streams.show(&shown)?;
        Ok(Exit::Success)
    }
}

fn explain_blueprint(topic: &str, context: &mut Context<'_>) -> Result<Exit, Error> {
    let saved = read_saved_blueprints(&context.settings.root.value, &SnapshotSource::Disk).blueprints;
    let read = |raw| Blueprint::from_json(raw).ok().map(|(blueprint, _)| blueprint);
    let blueprints: Vec<Blueprint> = saved.into_values().filter_map(read).collect();
    let shown = match blueprint::find(topic, &blueprints) {
        None => return Err(unknown(topic, &blueprints).into()),
        Some((found, None)) => blueprint::page(found, &blueprints, &context.style),
        Some((found, Some(property))) => blueprint::property_page(found, property, &context.style)?,
    };
    context.streams.show(&shown)?;
    Ok(Exit::Success)
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("nothing is called `{name}`: it is neither a rule nor a blueprint of the snapshot")]
#[diagnostic(code("no-such-rule"), help("{help}"))]
struct UnknownTopic {
    name: String,
    help: String,
}

impl ExitClass for UnknownTopic {}

fn rule(name: &str) -> Option<&'static Rule> {
    let asked = name.to_lowercase();
    let is_it = |rule: &&&'static Rule| rule.info.name == asked || rule.info.code.eq_ignore_ascii_case(name);
    RULES.iter().find(is_it).copied()
}

fn unknown(name: &str, blueprints: &[Blueprint]) -> UnknownTopic {
    let names = RULES.iter().map(|rule| rule.info.name);
    let names = names.chain(blueprints.iter().map(|blueprint| blueprint.identifier.as_str()));
    if let Some(help) = blueprint::suggest(name, blueprints) {
        return UnknownTopic { name: name.to_owned(), help };
    }
    let help = match closest(&name.to_lowercase(), names) {
        Some(meant) => format!("did you mean `{meant}`? `portolan explain` lists all rules"),
        None if blueprints.is_empty() => {
            "`portolan explain` lists all rules; there is no snapshot of blueprints, so run `portolan pull`".to_owned()
        }
        None => "`portolan explain` lists all rules, `portolan graph` shows the blueprints".to_owned(),
    };
    UnknownTopic { name: name.to_owned(), help }
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
