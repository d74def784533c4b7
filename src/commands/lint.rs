//! `lint`: reports findings in manifests and applies safe fixes. It turns the flags into a request for `lint::run`
//! and writes the result in every requested format.

pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod find;
pub(crate) mod fix;
pub(crate) mod index;
mod news;
mod per_config;
mod prepared;
mod preview;
pub(crate) mod request;
pub(crate) mod run;
pub(crate) mod select;
pub(crate) mod session;
pub(crate) mod unlisted;
mod unmatched_paths;

use std::cell::LazyCell;
use std::path::{Path, PathBuf};

use clap::ValueHint;

use crate::commands::all;
use crate::commands::args::completion;
use crate::commands::args::output::{Output, refuse_shared};
use crate::commands::context::Context;
use crate::commands::impact::sides::Sides;
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::error::LintError;
use crate::commands::lint::request::{LintScope, Overlay, Request};
use crate::commands::lint::run::LintResult;
use crate::commands::output::job_summary::write_job_summary;
use crate::commands::plan::base::{commit_in_ci, touched_in_ci};
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::cache::CacheFolder;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::read::Collects;
use crate::commands::workspace::texts::{InWorkTree, masked_source};
use crate::commands::workspace::unmatched_globs::reject_unmatched_globs;
use crate::domain::finding::Severity;
use crate::domain::known_problems::KnownProblems;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::baseline::Baseline;
use crate::report::format::Format;
use crate::report::lint::{Lint, LintFormat, render};
use crate::report::positions::Files;
use crate::report::style::Style;
use crate::report::unified_diff;
use crate::settings::{Level, Settings};
use crate::sources::{self, PathKind, Pattern, PatternError, SourceFile};
use crate::text::plural::count;

/// The number of findings that are printed as text unless `--max-findings` sets another: nobody reads more at once.
const MAX_AS_TEXT: usize = 50;

/// Check the entity manifests of this repository
///
/// Works offline and without credentials: checks manifests against the blueprints in `.portolan/` and against each
/// other. It always analyses the whole repository; PATHS and the Git options select which findings are reported.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct LintArgs {
    /// Files and folders to report on; `-` reads one file from standard input
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,
    /// Only findings in staged changes, as they are in the index
    #[arg(long, conflicts_with_all = ["changed", "since", "stdin_filename", "fix"])]
    pub staged: bool,
    /// For pre-commit hooks: only findings in staged changes, and in the PATHS that pre-commit passes
    ///
    /// If nothing is staged (`pre-commit run --all-files`), the PATHS are read from the work tree. Files that the config
    /// excludes stay excluded.
    #[arg(long, conflicts_with_all = ["staged", "changed", "since", "stdin_filename", "fix", "write_baseline"])]
    pub pre_commit: bool,
    /// Only findings in files changed since `HEAD`
    #[arg(long)]
    pub changed: bool,
    /// Only findings in files changed since the merge base with REF
    #[arg(long, value_name = "REF", value_hint = ValueHint::Other)]
    pub since: Option<String>,
    /// File name for the text on standard input
    #[arg(long, value_name = "FILE")]
    pub stdin_filename: Option<PathBuf>,
    /// Apply the safe fixes
    #[arg(long)]
    pub fix: bool,
    /// With `--fix`: show the fixes as a diff, write nothing
    #[arg(long, alias = "diff", requires = "fix", conflicts_with = "output")]
    pub dry_run: bool,
    /// Report format, and file: `text`, `concise`, `agent`, `json`, `sarif`, `github`, `gitlab`, `azure`, `junit`, `markdown`; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = completion::formats::<LintFormat>(), hide_possible_values = true)]
    pub output: Vec<Output<LintFormat>>,
    /// Minimum severity that fails the run
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: FailOn,
    /// Report at most N findings, most severe first; 0 means all
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, value_parser = most_findings)]
    pub max_findings: Option<usize>,
    /// Ignore the findings recorded in this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Record all findings of this run in a baseline file, and exit 0
    ///
    /// A baseline always covers the whole repository, so this cannot be combined with PATHS.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "staged", "changed", "since", "fix", "output"])]
    pub write_baseline: Option<PathBuf>,
    /// Only findings that a change of blueprints gives: from the snapshot to those in PATH, or from those of REF to the
    /// snapshot
    ///
    /// PATH is a file or folder of blueprints, as `pull` or the API writes them. REF is a Git revision. `diff --blueprints` shows
    /// more: which values would be lost, and what the blueprints of the catalog change (`live`).
    #[arg(long, value_name = "PATH|REF", value_hint = ValueHint::AnyPath)]
    #[arg(conflicts_with_all = ["staged", "pre_commit", "stdin_filename", "fix", "write_baseline"])]
    pub blueprints: Option<String>,
    /// Apply `manifests.exclude` to explicit PATHS too
    #[arg(long)]
    pub force_exclude: bool,
    /// For CI: fail if there is no snapshot in `.portolan/`, instead of checking less
    #[arg(long)]
    pub require_snapshot: bool,
    /// Set the level of a rule (name or code) in all files: `error`, `warning`, `info` or `off`; repeatable
    #[arg(long, value_name = "NAME=LEVEL", value_parser = completion::rules(rule_level), hide_possible_values = true)]
    pub rule: Vec<(String, Level)>,
}

const EXAMPLES: &str = "\
Examples:
  portolan lint                                    the whole repository
  portolan lint --staged                           in a pre-commit hook
  portolan lint --since origin/main                what a branch brings
  portolan lint --blueprints proposed/             what a change of blueprints would break
  portolan lint --require-snapshot                 in CI
  portolan lint --fix --dry-run                    show the safe fixes as a diff
  portolan lint --output text --output sarif=lint.sarif
  portolan lint - --stdin-filename catalog/cart.yaml < cart.yaml

Silence one finding with a comment on its line, or above it:
  # portolan: ignore[dangling-relation] made by the importer";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    Error,
    #[value(alias = "warn")]
    Warning,
    Info,
    Never,
}

fn most_findings(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a number (0: all)".to_owned())
}

fn rule_level(text: &str) -> Result<(String, Level), String> {
    let (name, level) = text.split_once('=').ok_or("expected NAME=LEVEL")?;
    let level = Level::parse(level).ok_or("the levels are `error`, `warning`, `info` and `off`")?;
    Ok((name.to_owned(), level))
}

impl Verb for LintArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.request.rules.clone_from(&self.rule);
        // Named files limit the search; of the Git options, the error of Git is clearer.
        let is_limited =
            !self.paths.is_empty() || self.staged || self.pre_commit || self.changed || self.since.is_some();
        let help = "name the files and folders to lint (`portolan lint catalog/`), run it in a Git work tree, or choose the \
                    folder of a portolan.yaml with `-C`";
        let needs = Needs { repository: (!is_limited).then_some(help), ..Needs::default() };
        process.in_repository(needs, |context| run(self, context))
    }

    fn run_for_all(&self, process: &mut Process<'_>) -> Option<Result<Exit, Error>> {
        process.request.rules.clone_from(&self.rule);
        Some(all::run(self, process))
    }
}

pub fn run(args: &LintArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let settings = context.settings;
    refuse_shared(&args.output, &settings.directory)?;
    let mut workspace = Workspace::open(None, context)?;
    let baseline = read_baseline(args, context)?;
    let (paths, given) = what_is_asked(args, context)?;
    if !settings.is_repository() {
        workspace.pattern = only_named(&paths, given.as_ref().map(|(path, _)| path.as_path()), &settings.root.value)?;
    }
    let config = LintConfig::of(&workspace, context.environment);
    let include = unlisted_place(settings).filter(|_| given.is_none());
    let excluded = excluded(args, &paths, settings);
    let cache = if context.no_cache { None } else { CacheFolder::of(context.environment) };
    let touched = || touched_in_ci(&workspace.pattern, context);
    let repository = context.git.repository().ok().flatten().filter(|_| context.environment.in_ci());
    let base = repository.and_then(|repository| commit_in_ci(repository, settings, context.environment));
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let sides = args.blueprints.as_deref().map(|value| Sides::open_offline(value, &workspace, context)).transpose()?;
    let (before, files) = match &sides {
        Some(sides) => problems_before(sides, &config, progress).map(|(before, files)| (Some(before), files))?,
        None => (None, Vec::new()),
    };
    let lint_scope = lint_scope(args);
    let is_about_all = lint_scope == LintScope::Everything && paths.is_empty() && given.is_none();
    let request = Request {
        lint_scope,
        before: before.as_ref(),
        instead: Overlay { shelf: sides.as_ref().map(|sides| sides.new.source.clone()), files },
        paths,
        given,
        force_exclude: args.force_exclude || args.pre_commit,
        repair: args.fix,
        baseline: baseline.as_ref(),
        require_snapshot: args.require_snapshot,
        touched: Some(&touched),
        base,
        most: most(args, context),
        include: include.as_deref(),
        checks_globs_of: is_about_all.then_some(settings),
        // The cache is that of the snapshot.
        cache: cache.as_ref().filter(|_| sides.is_none()),
        ..config.whole()
    };
    let mut linted = run::lint(&request, progress).map_err(|error| as_the_user_named(error, args, settings))?;
    linted.notes.extend(excluded);
    linted.notes.extend(sides.iter().flat_map(describe_sides));
    // The only file may be the config itself.
    if linted.counts.files <= 1 && is_about_all {
        reject_unmatched_globs(&workspace)?;
    }
    if let Some(file) = &args.write_baseline {
        return write_baseline(file, &linted, context);
    }
    if args.dry_run {
        return show_repairs(args, &linted, context);
    }
    write_repairs(&linted, context)?;
    show(args, &linted, context)?;
    Ok(exit(args.fail_on, linted.worst))
}

/// The problems that the old blueprints give in all files, and the files with their texts.
fn problems_before(
    sides: &Sides,
    config: &LintConfig<'_>,
    progress: &dyn Progress,
) -> Result<(KnownProblems, Vec<SourceFile>), Error> {
    let instead = Overlay { shelf: Some(sides.old.source.clone()), files: Vec::new() };
    // The texts are kept for those who want the entities.
    let request = Request { instead, collects: Collects::Entities, ..config.whole() };
    let mut before = run::lint(&request, progress)?;
    let files = before.manifests.take().map(|manifests| manifests.files).unwrap_or_default();
    Ok((KnownProblems::of(&before.findings, |file| before.texts.path(file)), files))
}

fn describe_sides(sides: &Sides) -> Vec<String> {
    let (old, new) = (&sides.old.name, &sides.new.name);
    let first = format!("Checked with the blueprints {new}; findings that {old} gives too are left out.");
    std::iter::once(first).chain(sides.notes.iter().cloned()).collect()
}

/// Limits the run to the named paths. Outside Git and without a config, nothing shows that other files belong to the
/// same repository.
fn only_named(paths: &[PathBuf], given: Option<&Path>, root: &Path) -> Result<Pattern, PatternError> {
    let glob = |path: &Path| {
        let relative = path.strip_prefix(root).ok()?;
        let text = globset::escape(&sources::path_text(relative));
        match (sources::path_kind(path), text.is_empty()) {
            (Some(PathKind::Folder), true) => Some("**/*.{yaml,yml}".to_owned()),
            (Some(PathKind::Folder), false) => Some(format!("{text}/**/*.{{yaml,yml}}")),
            (Some(PathKind::File) | None, _) => {
                Some(text).filter(|text| text.ends_with(".yaml") || text.ends_with(".yml"))
            }
        }
    };
    let mut include: Vec<String> = paths.iter().map(PathBuf::as_path).chain(given).filter_map(glob).collect();
    // Paths outside the root are reported later, by name.
    if include.is_empty() {
        include.push("portolan.yaml".to_owned());
    }
    Pattern::new(&include, &[])
}

/// The origin of `manifests.include`, if it is set and `unlisted-manifest` is on; otherwise the search for unlisted
/// files is skipped.
pub(crate) fn unlisted_place(settings: &Settings) -> Option<String> {
    let is_off = settings.rules.get("unlisted-manifest").is_some_and(|levels| levels.value.is_off());
    let include = &settings.include;
    (!include.value.is_empty() && !is_off).then(|| include.origin.words(&settings.config_name()))
}

/// Notes about PATHS that the config excludes. A hook passes every changed file, so it gets no notes.
fn excluded(args: &LintArgs, paths: &[PathBuf], settings: &Settings) -> Vec<String> {
    let named = paths.iter().zip(&args.paths).filter(|_| !args.pre_commit);
    let sentence = |(path, name): (&PathBuf, &PathBuf)| {
        let (glob, place) = settings.excluded_by(path.strip_prefix(&settings.root.value).ok()?)?;
        let is_read = sources::path_kind(path) == Some(PathKind::File) && !args.force_exclude;
        let end = match is_read {
            true => "diff and push ignore it; it was checked because it is named",
            false => "it was not checked",
        };
        Some(format!("`{}` is excluded by `{glob}` in `manifests.exclude` ({place}): {end}.", name.display()))
    };
    named.filter_map(sentence).collect()
}

fn lint_scope(args: &LintArgs) -> LintScope {
    if args.pre_commit {
        return LintScope::Hook;
    }
    match (args.staged, args.changed || args.since.is_some()) {
        (true, _) => LintScope::Staged,
        (false, true) => LintScope::Changed { since: args.since.clone() },
        (false, false) => LintScope::Everything,
    }
}

fn most(args: &LintArgs, context: &Context<'_>) -> Option<usize> {
    match args.max_findings {
        Some(0) => None,
        Some(most) => Some(most),
        None => {
            let only_text = outputs(args, context).iter().all(|output| output.format == LintFormat::Text);
            only_text.then_some(MAX_AS_TEXT)
        }
    }
}

/// Absolute paths, and the text on standard input with its file name, if one of the PATHS is `-`.
type Asked = (Vec<PathBuf>, Option<(PathBuf, Vec<u8>)>);

fn what_is_asked(args: &LintArgs, context: &Context<'_>) -> Result<Asked, Error> {
    let here = |path: &PathBuf| context.settings.directory.join(path);
    let from_input = args.paths.iter().any(|path| path == Path::new("-"));
    if !from_input {
        if args.stdin_filename.is_some() {
            return Err(LintError::NoInput.into());
        }
        return Ok((args.paths.iter().map(here).map(sources::tidy).collect(), None));
    }
    if args.paths.len() > 1 || args.fix || args.changed || args.since.is_some() || args.staged || args.pre_commit {
        return Err(LintError::InputAlone.into());
    }
    let name = args.stdin_filename.as_ref().ok_or(LintError::NamelessInput)?;
    Ok((Vec::new(), Some((sources::tidy(here(name)), sources::read_standard_input()?))))
}

/// A path that does not exist, as the user wrote it.
fn as_the_user_named(error: Error, args: &LintArgs, settings: &Settings) -> Error {
    let Some(LintError::NoSuchPath { path, .. }) = error.downcast_ref() else { return error };
    let missing = settings.root.value.join(path);
    let is_it = |given: &&PathBuf| sources::tidy(settings.directory.join(given)) == missing;
    match args.paths.iter().find(is_it) {
        Some(given) => LintError::no_such_path(&settings.directory, given).into(),
        None => error,
    }
}

fn read_baseline(args: &LintArgs, context: &Context<'_>) -> Result<Option<Baseline>, Error> {
    let Some(file) = &args.baseline else { return Ok(None) };
    let directory = &context.settings.directory;
    let text = sources::read_input(&context.settings.boundary, &directory.join(file))
        .map_err(|error| error.named(directory, file))?;
    Ok(Some(Baseline::parse(&file.display().to_string(), &text)?))
}

fn write_baseline(file: &Path, linted: &LintResult, context: &mut Context<'_>) -> Result<Exit, Error> {
    let directory = &context.settings.directory;
    sources::write_output(&context.settings.boundary, &directory.join(file), &linted.baseline.to_json())
        .map_err(|error| error.named(directory, file))?;
    let findings = count(linted.baseline.len(), "finding");
    context.say(&format!("Wrote `{}`: {findings}, hidden by `--baseline` from now on.", file.display()));
    Ok(Exit::Success)
}

/// The requested outputs; without any, annotations in GitHub and Azure, and text elsewhere.
fn outputs(args: &LintArgs, context: &Context<'_>) -> Vec<Output<LintFormat>> {
    if !args.output.is_empty() {
        return args.output.clone();
    }
    let format = match (context.is_github(), context.is_azure()) {
        (true, _) => LintFormat::Github,
        (false, true) => LintFormat::Azure,
        (false, false) => LintFormat::Text,
    };
    vec![Output { format, file: None }]
}

fn show(args: &LintArgs, linted: &LintResult, context: &mut Context<'_>) -> Result<(), Error> {
    let notes = if context.quiet { Vec::new() } else { linted.notes.clone() };
    let mask = context.mask.clone();
    let lint = Lint {
        findings: &linted.findings,
        fingerprints: Some(&linted.fingerprints),
        files: &linted.texts,
        counts: linted.counts,
        notes: &notes,
        has_summary: false,
        mask: &mask,
    };
    let outputs = outputs(args, context);
    let in_work_tree = LazyCell::new(|| InWorkTree::new(&context.settings.root.value, &linted.texts));
    // With `--all`, lines of several configs are mixed, so their paths are relative to the repository.
    let is_one_of_several = context.reports.is_some();
    let is_whole = |format| {
        is_for_pipelines(format) || is_one_of_several && matches!(format, LintFormat::Concise | LintFormat::Agent)
    };
    let lint_of = |format| if is_whole(format) { Lint { files: &*in_work_tree, ..lint } } else { lint };
    // The job summary is written first, because the annotations refer to it for findings beyond their limit.
    let has_summary = args.output.is_empty() && {
        let render = || render(&lint_of(LintFormat::Markdown), LintFormat::Markdown, &Style::PLAIN);
        write_job_summary(render, context)
    };
    for Output { format, file } in outputs {
        let lint = Lint { has_summary, ..lint_of(format) };
        match file {
            Some(file) => {
                let text = render(&lint, format, &Style::PLAIN);
                context.write_report(format.name(), Some(&file), &text)?;
            }
            None if context.quiet && linted.findings.is_empty() && format == LintFormat::Text => {}
            None => {
                let text = render(&lint, format, &context.style);
                context.write_report(format.name(), None, &text)?;
            }
        }
    }
    Ok(())
}

/// Whether readers of the format look files up by their path in the Git repository, wherever the config is.
fn is_for_pipelines(format: LintFormat) -> bool {
    match format {
        LintFormat::Sarif
        | LintFormat::Github
        | LintFormat::Gitlab
        | LintFormat::Azure
        | LintFormat::Junit
        | LintFormat::Markdown => true,
        LintFormat::Text | LintFormat::Concise | LintFormat::Agent | LintFormat::Json => false,
    }
}

fn write_repairs(linted: &LintResult, context: &mut Context<'_>) -> Result<(), Error> {
    let root = &context.settings.root.value;
    for repaired in &linted.repaired {
        let bytes = sources::encode(&repaired.after, repaired.before.encoding);
        sources::write_atomically(root, &repaired.place.path, &bytes)?;
    }
    if linted.repairs > 0 {
        let repairs = count(linted.repairs, "fix");
        let files = count(linted.repaired.len(), "file");
        context.say(&format!("Applied {repairs} in {files}."));
    }
    Ok(())
}

/// Prints only the diff; the exit code shows whether there is one.
fn show_repairs(args: &LintArgs, linted: &LintResult, context: &mut Context<'_>) -> Result<Exit, Error> {
    if !linted.repaired.is_empty() {
        context.show_heading()?;
    }
    for repaired in &linted.repaired {
        let (before, after) =
            (masked_source(&repaired.before.text, &context.mask), masked_source(&repaired.after, &context.mask));
        let text = unified_diff::unified(&repaired.path, &before, &after, &context.style);
        context.streams.show(&text)?;
    }
    let left = linted.findings.len() + linted.counts.hidden;
    let words = match (linted.repairs, left) {
        (0, 0) => "Nothing to fix.".to_owned(),
        (0, left) => format!("No safe fix for {}.", count(left, "finding")),
        (made, left) => format!("{} would be applied; {} would remain.", count(made, "fix"), count(left, "finding")),
    };
    context.say(&words);
    let clean = linted.repairs == 0 && exit(args.fail_on, linted.worst) == Exit::Success;
    Ok(if clean || args.fail_on == FailOn::Never { Exit::Success } else { Exit::Findings })
}

fn exit(fail_on: FailOn, worst: Option<Severity>) -> Exit {
    let least = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Info => Severity::Info,
        FailOn::Never => return Exit::Success,
    };
    if worst.is_some_and(|worst| worst >= least) { Exit::Findings } else { Exit::Success }
}
