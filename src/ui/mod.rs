//! Light: streams, colour and progress. It alone prints, and it does not know what it shows.

mod colour;
mod editor;
mod failure;
mod progress;
mod prompt;
mod remarks;
mod streams;
mod width;

pub use colour::{ColourChoice, ColourVariables, is_coloured};
pub use editor::{EditorError, edit};
pub use failure::failure;
pub use progress::{Bar, Motion};
pub use prompt::{Prompt, PromptError};
pub use remarks::Remarks;
pub use streams::{StreamError, Streams, results_are_seen, talk_is_seen};
pub use width::{terminal_width, width};
