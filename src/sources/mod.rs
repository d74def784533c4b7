//! Files, encodings and Git: where text comes from and where it is written to, independent of its meaning. A source
//! file is not always a path: it may be a blob in Git's index, or bytes from a pipe.

mod abandoned;
mod boundary;
mod cache_file;
mod database;
mod discover;
mod encoding;
mod file_stat;
mod folder;
#[expect(clippy::disallowed_methods, reason = "looks at Git's folder, and starts `git`")]
pub mod git;
mod hidden_places;
mod identity;
mod ignored;
mod inspect;
mod lossy;
mod messages;
mod near;
mod open;
mod output;
mod output_folder;
mod path;
mod pattern;
mod read;
mod read_all;
mod read_problem;
mod replace_files;
mod repository_files;
mod search;
mod similarity;
mod tracked;
mod unreadable;
mod write;
mod write_several;

pub use crate::sources::hidden_places::Hidden;
pub use crate::sources::read_all::AsSourceFile;
pub use crate::sources::read_all::{for_each_text, free_in_background, keep_each_text};
pub use crate::sources::replace_files::{Part, exchange, part_path};
pub use crate::sources::similarity::moved;
pub use abandoned::remove_abandoned;
pub use boundary::{Boundary, LinkProblem};
pub use cache_file::{program_stat, read_cache, write_cache};
pub use database::database_place;
pub use discover::{DiscoverError, Discovery, discover};
pub use encoding::{ByteOrder, Encoding, Text, TextRef, encode};
pub use file_stat::FileStat;
pub use folder::{find_file, list_folder};
#[cfg(test)]
pub(crate) use identity::content_identity;
pub use identity::{Identity, identities};
pub use inspect::{Listings, PathKind, exists, is_pipe, is_taken, path_kind, real_path};
pub use lossy::read_lossy;
pub use messages::receive_messages;
pub use near::did_you_mean;
pub use open::OpenProblem;
pub use output::{
    OutputError, append_output, check_new_output, check_output, create_private_output, output_place, read_input,
    read_input_bytes, read_input_if_there, read_standard_input, write_output,
};
pub use output_folder::{OutputFolder, OutputFolderError};
pub use path::{path_text, tidy};
pub use pattern::{OrderedGlobs, Pattern, PatternError, is_never_walked};
pub use read::{DiskFile, Place, ReadBuffer, SourceFile, read, read_large};
pub use read_problem::ReadProblem;
pub use repository_files::{RepositoryFile, work_tree_files};
pub use search::Search;
pub use unreadable::Unreadable;
pub use write::{WriteError, create_atomically, write_atomically};
pub use write_several::{FileChange, WriteSeveralError, write_several};

#[cfg(all(test, unix))] // looks at files that only Unix has
mod tests;
