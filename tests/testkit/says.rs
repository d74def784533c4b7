//! Sentences that several tests look for, each in one place: whoever rewords a message changes one line here.
//! What an error says is not here: `errors::assert_error` knows it by its code.

/// The last line of a lint without findings.
pub const NOTHING_TO_REPORT: &str = "nothing to report";
/// The verdict of a lint that found nothing to check.
pub const NOTHING_TO_LINT: &str = "nothing to lint";
/// Behind the verdict: what `--max-findings` cut off.
pub const MORE_FINDINGS: &str = "more beyond `--max-findings`";
/// `init` in a repository that has all that it writes.
pub const SET_UP_ALREADY: &str = "Nothing to do: this repository is set up already.\n";
/// A pull request without credentials is compared with the merge base.
pub const CATALOG_NOT_READ: &str = "The catalog was not read";
/// `--verify` without complaints.
pub const VERIFIED: &str = "Verified: the catalog accepts every change";
/// A plan or a push that waits for a yes.
pub const ONE_HAZARD: &str = "1 hazard needs approval";
/// The catalog of a repository that names none.
pub const EMBEDDED_CATALOG: &str = "the embedded catalog `.portolan/local.db`";
/// Why nothing can be read at a path: it is a link, and where that leads.
pub const LINK: &str = "the link points ";
pub const LINK_TO_NOTHING: &str = "the link points to nothing";
pub const LINK_TO_OUTSIDE: &str = "the link points out of the repository";
/// Two flags that exclude each other, in the words of the parser of arguments.
pub const CONFLICTING_FLAGS: &str = "cannot be used with";

/// A suggestion: `did_you_mean!("main")`.
macro_rules! did_you_mean {
    ($name:literal) => {
        concat!("did you mean `", $name, "`")
    };
}
pub(crate) use did_you_mean;

/// The verdict of a lint without findings: `4 files, 3 entities: nothing to report`.
pub fn clean(files: usize, entities: usize) -> String {
    let noun = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    format!("{}, {}: {NOTHING_TO_REPORT}", noun(files, "file", "files"), noun(entities, "entity", "entities"))
}
