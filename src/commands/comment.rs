//! `comment`: publishes a Markdown report on the pull request of this CI job, as one comment per scope that later runs
//! update. It reads no config and no manifest: the pull request can change these, and this command holds a token.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::ValueHint;

use crate::commands::forge;
use crate::commands::verb::{Process, Verb};
use crate::domain::error_class::ExitClass;
use crate::error::Error;
use crate::exit::Exit;
use crate::forge::{Comment, Forge, ForgeError, Host};
use crate::report::comment::{is_empty, is_same, marker_of};
use crate::report::plain_comment::plain;
use crate::settings::{self, Environment};
use crate::sources;
use crate::text::merge_conflict::merge_conflicts;
use crate::text::plural::grouped;
use crate::ui::Streams;

/// The login of GitHub's own workflow token, which GitHub does not always reveal.
const GITHUB_ACTIONS: &str = "github-actions[bot]";

/// Create or update the comment on a pull request (GitHub, Azure, Bitbucket) or merge request (GitLab)
///
/// FILE is a report that `diff --output markdown=FILE` or `push --output markdown=FILE` wrote. Each scope and target has a
/// comment of its own, which later runs update in place. A report without changes updates a comment and creates none.
///
/// GitHub: GITHUB_TOKEN with `permissions: pull-requests: write`. GitLab: GITLAB_TOKEN, a project access token with the
/// scope `api` and the role Reporter. Azure Repos: SYSTEM_ACCESSTOKEN, the token of the job. Bitbucket Cloud:
/// BITBUCKET_TOKEN, an access token of the repository with the scope `pullrequest:write`. The pull request and the address
/// of the API come from the CI job's variables, also on CircleCI, Jenkins and Codefresh; the token is sent to no other
/// host. A pull request from a fork has a token that only reads: then there is a notice, and the exit code is 0.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct CommentArgs {
    /// Report to publish; `-` reads standard input
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Number of the pull request; default: the one that the CI job is for
    #[arg(long, value_name = "NUMBER", value_hint = ValueHint::Other)]
    pub pull_request: Option<u64>,
    /// Login that the token writes as (Azure: the id, Bitbucket: the UUID); default: the forge is asked
    #[arg(long, value_name = "LOGIN", value_hint = ValueHint::Other)]
    pub author: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  portolan diff --output text --output markdown=comment.md
  portolan comment comment.md
  portolan comment --pull-request 7 comment.md";

/// The environment of the command.
struct Place<'p> {
    pub environment: &'p Environment,
    pub directory: &'p Path,
    pub quiet: bool,
}

/// A report with its marker.
struct Report<'r> {
    name: String,
    text: Cow<'r, str>,
    marker: &'r str,
    /// There is nothing to report.
    is_empty: bool,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum CommentError {
    #[error("`{path}` is not a report: its first line is not the marker of one")]
    #[diagnostic(
        code("no-marker"),
        help("write it with `portolan diff --output markdown=FILE`, and change nothing in it")
    )]
    NoMarker { path: String },
    #[error("`{path}` has an unresolved merge conflict at line {line}")]
    #[diagnostic(code("merge-conflict"), help("write the report again with `portolan diff --output markdown=FILE`"))]
    Conflict { path: String, line: usize },
    #[error("standard input is not UTF-8 text")]
    #[diagnostic(code("comment-not-text"), help("write the report with `portolan diff --output markdown=FILE`"))]
    NotText,
    #[error("`{path}` is too long: {length} characters; a comment on {forge} has at most {most}")]
    #[diagnostic(
        code("comment-too-long"),
        help("publish the report as `portolan diff --output markdown=FILE` wrote it")
    )]
    TooLong { path: String, length: String, most: String, forge: &'static str },
    #[error("{name}: the forge does not say which account the token belongs to")]
    #[diagnostic(code("unknown-author"), help("name it: `--author LOGIN`"))]
    UnknownAuthor { name: String },
}

impl ExitClass for CommentError {}

impl Verb for CommentArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        let directory = process.directory();
        let place = Place { environment: process.environment, directory: &directory, quiet: process.request.quiet };
        run(self, &place, process.streams)
    }
}

fn run(args: &CommentArgs, place: &Place<'_>, streams: &mut Streams) -> Result<Exit, Error> {
    let texts = args.files.iter().map(|file| read(file, place)).collect::<Result<Vec<_>, Error>>()?;
    let mut reports = Vec::new();
    for (file, text) in args.files.iter().zip(&texts) {
        let name = file.display().to_string();
        // Only where it is the reason: a report may show a conflict in a manifest.
        if marker_of(text).is_none()
            && let Some(conflict) = merge_conflicts(text).first()
        {
            return Err(CommentError::Conflict { path: name, line: conflict.first_line }.into());
        }
        let marker = marker_of(text).ok_or_else(|| CommentError::NoMarker { path: name.clone() })?;
        reports.push(Report { name, text: text.into(), marker, is_empty: is_empty(text) });
    }
    let pull_request = forge::pull_request(place.environment, place.directory, args.pull_request)?;
    let (name, restricted) = (pull_request.name(), pull_request.restricted);
    let longest = pull_request.longest_comment();
    for report in &mut reports {
        if !pull_request.shows_html() {
            report.text = plain(&report.text, longest).into();
        }
        let length = report.text.chars().count();
        if length > longest {
            let (length, most) = (grouped(length), grouped(longest));
            let forge = pull_request.forge();
            return Err(CommentError::TooLong { path: report.name.clone(), length, most, forge }.into());
        }
    }
    let variable = forge::token_variables(&pull_request)[0];
    let Some(forge) = forge::connect(pull_request, place.environment, place.directory, place.quiet)? else {
        return match restricted {
            Some(why) => Ok(say_restricted(&name, why, place, streams)),
            None => Err(forge::ConnectError::no_token_to_write(variable, name).into()),
        };
    };
    let published = publish_all(&forge, args, &reports, streams);
    if let (Some(why), Err(error)) = (restricted, &published)
        && let Some(ForgeError::Forbidden { .. }) = error.downcast_ref()
    {
        return Ok(say_restricted(&name, why, place, streams));
    }
    published.map(|()| Exit::Success)
}

fn read(file: &Path, place: &Place<'_>) -> Result<String, Error> {
    if file == Path::new("-") {
        let bytes = sources::read_standard_input()?;
        return String::from_utf8(bytes).map_err(|_| CommentError::NotText.into());
    }
    let read = sources::read_input(&settings::repository_of(place.directory), &place.directory.join(file));
    Ok(read.map_err(|error| error.named(place.directory, file))?)
}

fn say_restricted(name: &str, why: &str, place: &Place<'_>, streams: &mut Streams) -> Exit {
    if !place.quiet {
        streams.say(&format!(
            "note: No comment was written on {name}: {why}, and such jobs get no token that may write. The report is in the \
             log and in the job summary.\n"
        ));
    }
    Exit::Success
}

fn publish_all(forge: &Forge, args: &CommentArgs, reports: &[Report<'_>], streams: &mut Streams) -> Result<(), Error> {
    let author = match &args.author {
        Some(author) => Some(author.clone()),
        None => forge.viewer()?,
    };
    let author = match (author, &forge.pull_request().host) {
        (None, Host::GitHub { .. }) => Some(GITHUB_ACTIONS.to_owned()),
        (None, Host::GitLab { .. } | Host::Azure { .. }) => {
            return Err(CommentError::UnknownAuthor { name: forge.pull_request().name() }.into());
        }
        // An access token of a repository may not read its own account. Bitbucket lets nobody edit a comment of others.
        (author, _) => author,
    };
    for report in reports {
        let done = publish(forge, author.as_deref(), report)?;
        streams.show(&format!("{}: {done}\n", forge.pull_request().name()))?;
    }
    Ok(())
}

/// Creates or updates the comment. Anybody can write a marker, so only a comment by our own account is updated. `author`:
/// that account; `None` if the forge itself refuses to update the comments of others.
fn publish(forge: &Forge, author: Option<&str>, report: &Report<'_>) -> Result<String, Error> {
    let is_ours = |comment: &Comment| {
        author.is_none_or(|author| comment.author.eq_ignore_ascii_case(author))
            && marker_of(&comment.body) == Some(report.marker)
    };
    let at = |url: &str| if url.is_empty() { String::new() } else { format!(" ({url})") };
    let mut refused = Vec::new();
    while let Some(comment) = forge.find_comment(&|comment| is_ours(comment) && !refused.contains(&comment.id))? {
        if is_same(&comment.body, &report.text) {
            return Ok(format!("the comment is up to date{}", at(&comment.url)));
        }
        match forge.update_comment(comment.id, &report.text) {
            Ok(Some(())) => return Ok(format!("updated the comment{}", at(&comment.url))),
            // It was deleted after it was read.
            Ok(None) => break,
            // Somebody else's comment with our marker.
            Err(ForgeError::Forbidden { .. }) if author.is_none() => refused.push(comment.id),
            Err(error) => return Err(error.into()),
        }
    }
    if report.is_empty {
        return Ok("no changes, and no comment to update".to_owned());
    }
    let comment = forge.create_comment(&report.text, &is_ours)?;
    Ok(format!("created a comment{}", at(&comment.url)))
}
