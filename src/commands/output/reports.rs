//! Collects the reports of a run with `--all`: documents and files, until all configs were run.

use std::path::{Path, PathBuf};

use crate::report::combined::comment::{self, Subject};
use crate::report::combined::{self, Part, Run};
use crate::report::plan::Totals;

/// Formats of which standard output can hold only one document.
const DOCUMENTS: [&str; 5] = ["json", "sarif", "gitlab", "junit", "markdown"];

/// Whether a report of this format is a whole document that nothing may precede or follow.
pub(crate) fn is_document(format: &str) -> bool {
    DOCUMENTS.contains(&format)
}

/// The reports of a run with `--all`.
#[derive(Debug, Default)]
pub struct Reports {
    config: String,
    folder: String,
    has_heading: bool,
    collected: Vec<Collected>,
    /// The plans, by config.
    plans: Vec<(String, PlanInBrief)>,
    /// How long the Markdown report of one config may be, where all are as long.
    share: usize,
}

/// What a comment for all configs says of one plan.
#[derive(Debug)]
struct PlanInBrief {
    totals: Totals,
    /// The Markdown report in the share of one config.
    comment: String,
}

#[derive(Debug)]
struct Collected {
    config: String,
    folder: String,
    format: &'static str,
    file: Option<PathBuf>,
    text: String,
}

/// The format of a report and its file; `None` is standard output.
pub type Destination = (&'static str, Option<PathBuf>);

impl Reports {
    /// `folders`: of the configs that are to be run.
    pub fn new(folders: &[&str]) -> Self {
        Self { share: comment::share(folders), ..Self::default() }
    }

    /// Keeps the plan of the config at hand for the comment; `render` makes it in at most so many bytes.
    pub fn keep_plan(&mut self, totals: Totals, render: impl FnOnce(usize) -> String) {
        let plan = PlanInBrief { totals, comment: render(self.share) };
        self.plans.push((self.config.clone(), plan));
    }

    /// Sets the config of the following reports.
    pub fn enter(&mut self, config: &str, folder: &str) {
        (self.config, self.folder) = (config.to_owned(), folder.to_owned());
        self.has_heading = false;
    }

    /// The name of the current config, once, as the heading of its reports.
    pub fn take_heading(&mut self) -> Option<String> {
        (!std::mem::replace(&mut self.has_heading, true)).then(|| self.config.clone())
    }

    /// Keeps a report of the config at hand until all configs were run.
    pub fn collect(&mut self, format: &'static str, file: Option<&Path>, text: &str) {
        let (config, folder) = (self.config.clone(), self.folder.clone());
        self.collected.push(Collected {
            config,
            folder,
            format,
            file: file.map(Path::to_owned),
            text: text.to_owned(),
        });
    }

    /// The JSON report of a config. All copies are equal, so any destination will do.
    pub fn json_of(&self, config: &str) -> Option<String> {
        self.collected.iter().find(|it| it.config == config && it.format == "json").map(|it| it.text.clone())
    }

    /// What was asked to go to this place, of all configs, as one comment.
    pub fn comment(&self, subject: &Subject<'_>, runs: &[Run], file: &Option<PathBuf>) -> String {
        let part = |run: &'_ Run| {
            let is_here = |it: &&Collected| it.config == run.config && it.format == "markdown" && it.file == *file;
            (self.collected.iter().find(is_here), self.plans.iter().find(|(config, _)| *config == run.config))
        };
        let found: Vec<_> = runs.iter().map(|run| (run, part(run))).collect();
        let parts = found.iter().map(|(run, (text, plan))| comment::Part {
            config: &run.config,
            folder: &run.folder,
            exit: run.exit,
            text: text.map(|it| it.text.as_str()),
            brief: plan.filter(|_| text.is_some() && subject.verb == "diff").map(|(_, plan)| plan.comment.as_str()),
            totals: plan.map(|(_, plan)| &plan.totals),
            error: run.error.as_ref(),
        });
        comment::comment(subject, &parts.collect::<Vec<_>>())
    }

    /// The combined report of all configs for this destination; `None` if no config produced one.
    pub fn combined(&self, (format, file): &Destination) -> Option<String> {
        let here = self.collected.iter().filter(|it| it.format == *format && it.file == *file);
        let part = |it: &'_ Collected| (it.config.clone(), it.folder.clone(), it.text.clone());
        let all: Vec<_> = here.map(part).collect();
        let parts: Vec<Part<'_>> = all.iter().map(|(config, folder, text)| Part { config, folder, text }).collect();
        (!parts.is_empty()).then(|| combined::combine(format, &parts))
    }
}
