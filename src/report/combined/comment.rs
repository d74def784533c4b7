//! The Markdown reports of several configs as one comment: one marker, one headline for all of them, and a section per
//! config. A plan is there in two lengths; the short one is taken where the long ones of all configs do not fit.

use crate::report::combined::{Failure, MAX_MARKDOWN};
use crate::report::comment::{head, is_empty, marker, split_head};
use crate::report::escape::markdown;
use crate::report::plan::Totals;
use crate::report::plan::inline::cut;

/// Of a folder in a heading.
const MAX_NAME: usize = 120;
const MAX_SENTENCE: usize = 500;
/// For the marker and the headline.
const MAX_HEAD: usize = 2_000;
/// The shortest share of a config in which a plan can say what it does.
const MIN_SHARE: usize = 600;
const LEFT_OUT: &str = "This report is left out: with it, the comment would be too long. The job's log has it.\n";
const UNCHANGED_CLOSE: &str = "</details>\n";

/// What a comment for all configs says of one of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part<'a> {
    pub config: &'a str,
    /// Of the config; empty: the folder that the run was started in.
    pub folder: &'a str,
    /// `None`: it was not run.
    pub exit: Option<u8>,
    /// `None`: it came to no report.
    pub text: Option<&'a str>,
    /// The same in the share of one config.
    pub brief: Option<&'a str>,
    /// What its plan does; `None`: there is no plan.
    pub totals: Option<&'a Totals>,
    pub error: Option<&'a Failure>,
}

/// What the comment is about, and how a later run finds it again.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub verb: &'a str,
    /// The folder that the run was started in, as a path of the Git work tree; empty: its top.
    pub place: &'a str,
    pub target: Option<&'a str>,
}

/// How long the report of one of these folders may be, where all are as long.
pub fn share(folders: &[&str]) -> usize {
    let frames: usize = folders.iter().map(|folder| heading(folder, folder).len() + LEFT_OUT.len()).sum();
    let room = MAX_MARKDOWN.saturating_sub(MAX_HEAD + frames);
    (room / folders.len().max(1)).max(MIN_SHARE)
}

pub fn comment(subject: &Subject<'_>, parts: &[Part<'_>]) -> String {
    let is_quiet = |part: &Part<'_>| part.exit == Some(0) && part.text.is_some_and(is_empty);
    let (quiet, loud): (Vec<&Part<'_>>, Vec<&Part<'_>>) = parts.iter().partition(|part| is_quiet(part));
    let mut out = String::new();
    if ["diff", "push"].contains(&subject.verb) {
        let place = if subject.place.is_empty() { "." } else { subject.place };
        out = head(&marker(&format!("{}-all", subject.verb), place, subject.target), loud.is_empty());
    }
    out.push_str(&format!("## {}\n", headline(subject.verb, parts)));
    let sections: Vec<&Part<'_>> = loud.iter().chain(&quiet).copied().collect();
    let opening = match quiet.len() {
        0 => String::new(),
        1 => "\n<details><summary>1 config without changes</summary>\n".to_owned(),
        number => format!("\n<details><summary>{number} configs without changes</summary>\n"),
    };
    let fixed = out.len() + opening.len() + UNCHANGED_CLOSE.len() + 1;
    for (at, text) in bodies(&sections, MAX_MARKDOWN.saturating_sub(fixed)).iter().enumerate() {
        if at == loud.len() {
            out.push_str(&opening);
        }
        let Part { config, folder, .. } = sections[at];
        out.push_str(&heading(config, folder));
        out.push_str(text);
    }
    if !quiet.is_empty() {
        out.push_str(&format!("\n{UNCHANGED_CLOSE}"));
    }
    out
}

/// The text of each section: at least its headline, then the short report of as many as fit, then the long one.
fn bodies(sections: &[&Part<'_>], room: usize) -> Vec<String> {
    let least = |part: &&Part<'_>| match part.text {
        Some(text) => format!("{}{LEFT_OUT}", first_heading(text)),
        None => no_report(part),
    };
    let mut bodies: Vec<String> = sections.iter().map(least).collect();
    let headings = |part: &&Part<'_>| heading(part.config, part.folder).len();
    let mut used: usize = sections.iter().map(headings).sum::<usize>() + bodies.iter().map(String::len).sum::<usize>();
    for is_whole in [false, true] {
        for (body, part) in bodies.iter_mut().zip(sections) {
            let text = if is_whole { part.text } else { part.brief };
            let Some(text) = text.map(|text| split_head(text).1) else { continue };
            if used - body.len() + text.len() <= room {
                used = used - body.len() + text.len();
                *body = text.to_owned();
            }
        }
    }
    bodies
}

fn heading(config: &str, folder: &str) -> String {
    let name = if folder.is_empty() { config } else { folder };
    format!("\n## {}\n\n", markdown(&cut(name.to_owned(), MAX_NAME)))
}

/// What the report itself says first.
fn first_heading(report: &str) -> String {
    let line = report.lines().find(|line| line.starts_with("### ")).unwrap_or_default();
    if line.is_empty() || line.len() > MAX_SENTENCE { String::new() } else { format!("{line}\n\n") }
}

fn no_report(part: &Part<'_>) -> String {
    let prose = |text: &str| markdown(&cut(text.to_owned(), MAX_SENTENCE));
    match (part.error, part.exit) {
        (Some(error), _) => {
            let help = error.help.as_ref().map(|help| format!("\n> [!CAUTION]\n> {}\n", prose(help)));
            format!("### ❌ {}\n{}", prose(&error.message), help.unwrap_or_default())
        }
        (None, None) => "Not run, because a config before it was refused or interrupted.\n".to_owned(),
        (None, Some(_)) => "There is no report.\n".to_owned(),
    }
}

/// What merging does, all configs together.
fn headline(verb: &str, parts: &[Part<'_>]) -> String {
    let all = parts.len();
    if verb != "diff" {
        let passed = parts.iter().filter(|part| part.exit == Some(0)).count();
        let sign = if passed == all { "✅" } else { "❌" };
        let done = if verb == "push" { "complete" } else { "passed" };
        return format!("{sign} portolan {verb}: {passed} of {all} configs {done}");
    }
    let plans: Vec<&Totals> = parts.iter().filter_map(|part| part.totals).collect();
    let changed = plans.iter().filter(|totals| !totals.is_empty()).count();
    let whole = plans.iter().fold(Totals::default(), |sum, totals| sum.plus(totals));
    let among = match changed {
        0 => format!(" ({all} configs)"),
        changed if changed == all => format!(", in {all} configs"),
        changed => format!(", in {changed} of {all} configs"),
    };
    match all - plans.len() {
        0 => format!("{}{among}", whole.headline()),
        missing if missing == all => format!("❌ No plan for any of {all} configs"),
        missing => format!("❌ No plan for {missing} of {all} configs. {}{among}", whole.effect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::Tally;

    const SUBJECT: Subject<'static> = Subject { verb: "diff", place: "", target: None };

    fn totals(create: usize, delete: usize) -> Totals {
        Totals { tally: Tally { create, delete, ..Tally::default() }, is_pull_request: true, ..Totals::default() }
    }

    fn part<'a>(folder: &'a str, text: &'a str, totals: &'a Totals) -> Part<'a> {
        Part {
            config: "portolan.yaml",
            folder,
            exit: Some(0),
            text: Some(text),
            totals: Some(totals),
            ..Part::default()
        }
    }

    #[test]
    fn one_marker_one_total_and_a_section_per_config() {
        let (some, none) = (totals(2, 1), totals(0, 0));
        let parts = [
            part("a", "<!-- portolan:diff acme/a -->\n### Merging deletes 1 entity and creates 2\n\na's\n", &some),
            part(
                "b_b",
                "<!-- portolan:diff acme/b -->\n<!-- portolan:nothing-to-do -->\n### ✅ Merging\n\nb's\n",
                &none,
            ),
            part("", "<!-- portolan:diff acme/c -->\n### Merging deletes 1 entity and creates 2\n\nc's\n", &some),
        ];
        let text = comment(&SUBJECT, &parts);
        assert_eq!(
            text,
            "<!-- portolan:diff-all . -->\n## Merging deletes 2 entities and creates 4, in 2 of 3 configs\n\n## a\n\n\
             ### Merging deletes 1 entity and creates 2\n\na's\n\n## portolan.yaml\n\n\
             ### Merging deletes 1 entity and creates 2\n\nc's\n\n\
             <details><summary>1 config without changes</summary>\n\n## b\\_b\n\n### ✅ Merging\n\nb's\n\n</details>\n"
        );
    }

    #[test]
    fn without_changes_it_creates_no_comment() {
        let none = totals(0, 0);
        let nothing = "<!-- portolan:diff acme/b -->\n<!-- portolan:nothing-to-do -->\n### ✅ Merging\n";
        let text = comment(&SUBJECT, &[part("a", nothing, &none), part("b", nothing, &none)]);
        assert!(is_empty(&text) && text.contains("changes nothing in the catalog (2 configs)"), "{text}");
        let failed = Part { exit: Some(64), text: None, totals: None, ..part("b", "", &none) };
        assert!(!is_empty(&comment(&SUBJECT, &[part("a", nothing, &none), failed])));
    }

    #[test]
    fn a_config_without_a_plan_is_named_with_the_reason() {
        let some = totals(1, 0);
        let failure =
            Failure { code: None, message: "no scope: <b>".to_owned(), help: Some("set `scope` @acme".to_owned()) };
        let failed = Part { exit: Some(64), text: None, totals: None, error: Some(&failure), ..part("b", "", &some) };
        let unrun = Part { exit: None, text: None, totals: None, ..part("c", "", &some) };
        let text = comment(&SUBJECT, &[part("a", "<!-- portolan:diff x -->\n### Merging\n", &some), failed, unrun]);
        assert!(
            text.contains("## ❌ No plan for 2 of 3 configs. Merging creates 1 entity, in 1 of 3 configs"),
            "{text}"
        );
        assert!(
            text.contains("## b\n\n### ❌ no scope: ") && text.contains("Not run") && !text.contains("<b>"),
            "{text}"
        );
    }

    #[test]
    fn it_fits_and_names_each_config_however_many_and_long_they_are() {
        let some = totals(1, 0);
        let headed =
            |length: usize| format!("<!-- portolan:diff x -->\n### Merging creates\n\n{}\n", "x".repeat(length));
        for number in [1, 3, 40, 300] {
            let folders: Vec<String> = (0..number).map(|at| format!("teams/team-{at:03}")).collect();
            let names: Vec<&str> = folders.iter().map(String::as_str).collect();
            let (long, short) = (headed(60_000), headed(share(&names).saturating_sub(60)));
            let parts: Vec<Part<'_>> =
                names.iter().map(|folder| Part { brief: Some(&short), ..part(folder, &long, &some) }).collect();
            let text = comment(&SUBJECT, &parts);
            assert!(text.len() <= MAX_MARKDOWN, "{number}: {}", text.len());
            assert_eq!(text.matches("### Merging creates").count(), number, "{number}");
            assert_eq!(text.matches("left out").count() == 0, number <= 40, "{number}");
            assert_eq!(text.matches("<!--").count(), 1);
        }
        // What few need, all others may have.
        let (long, short) = (headed(50_000), headed(20));
        let parts = [part("a", &long, &some), part("b", &short, &some), part("c", &short, &some)];
        assert!(!comment(&SUBJECT, &parts).contains("left out"));
    }
}
