//! Reports an old snapshot, by the date in `.portolan/source.json`. The current day is passed in as a value.

use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::domain::finding::{Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P404",
        name: "stale-snapshot",
        family: Family::Repository,
        severity: Some(Severity::Warning),
        what: "an old snapshot of the catalog",
        why: "Lint checks against the snapshot; blueprints may have changed since.",
        fix: "Run `portolan pull` and commit the result",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    let Some(pulled) = &context.snapshot.pulled else { return };
    let age = context.options.today.0 - pulled.day.0;
    let most = i64::from(context.options.snapshot_max_age_days);
    if age > most {
        let message = format!("The snapshot of the catalog is {age} days old; the limit is {most}.");
        sink.report(
            FindingBuilder::new(pulled.span, message)
                .file(pulled.file)
                .help(Help::default().command("run `portolan pull`, or raise `snapshot.max-age`")),
        );
    }
}
