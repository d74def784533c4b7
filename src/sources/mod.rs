//! Files, encodings and Git: where text comes from and where it is written back. It never asks what the text
//! means. A newcomer would think that a file is a path: it may as well be a blob of Git's index or bytes from a pipe.

mod absent;
mod discover;
mod each;
mod encoding;
mod exchange;
mod folder;
pub mod git;
mod ignored;
mod lossy;
mod moved;
mod output;
mod path;
mod pattern;
mod read;
mod tracked;
mod write;

pub use absent::Hidden;
pub use discover::{DiscoverError, Discovery, Unreadable, discover};
pub use each::for_each_text;
pub use encoding::{ByteOrder, Encoding, encode};
pub use exchange::{Part, exchange, part_path};
pub use folder::{PathKind, find_file, is_taken, list_folder, path_kind};
pub use lossy::{read_lossy, real_path};
pub use moved::moved;
pub use output::{
    OutputError, append_output, check_output, output_place, read_input, read_input_if_there, read_standard_input,
    write_output,
};
pub use path::{path_text, tidy};
pub use pattern::{Pattern, PatternError, is_never_walked};
pub use read::{Place, ReadBuffer, ReadProblem, SourceFile, Text, TextRef, read};
pub use write::{WriteError, create_atomically, write_atomically};
